/*
 * Goal: each difference of two policies is one line, equal meanings give none.
 * Method: a policy and an edit of it; the lines are written down by hand.
 */
#include "edit.h"

static bool differs_by(const char *from_text, const char *to_text, const char *wanted)
{
	AH_AUTO_PTR(ah_policy) from = loaded(from_text);
	AH_AUTO_PTR(ah_policy) to = loaded(to_text);
	char *lines = NULL;
	size_t len = 0;
	bool ok = ah_policy_diff(from, to, &lines, &len) == AH_OK && len == strlen(wanted) && strcmp(lines, wanted) == 0;
	if (!ok)
		printf("  wanted:\n%s  got:\n%s", wanted, lines != NULL ? lines : "nothing\n");
	ah_text_free(lines);
	return ok;
}

static void policies_of_one_meaning_do_not_differ(void)
{
	EXPECT(differs_by(NITRO_POLICY, NITRO_POLICY, ""));
	EXPECT(differs_by(SNP_POLICY, SNP_POLICY, ""));
	/* Defaults written out. */
	EXPECT(differs_by(SNP_POLICY, with(with(SNP_POLICY, IN_SNP, "\"signers\":[\"vcek\"],\"vmpl\":0,\"debug\":false,\"alias_check\":true,"), AT_TOP, "\"freshness\":\"cached\","), ""));
	/* Another order of a list. */
	EXPECT(differs_by(with(SNP_POLICY, AT_TOP, "\"deployment_ids\":[\"a\",\"b\"],"), with(SNP_POLICY, AT_TOP, "\"deployment_ids\":[\"b\",\"a\"],"), ""));
	/* Absent and empty mean the same where a list takes something away or adds simulated roots. */
	EXPECT(differs_by(SNP_POLICY, with(SNP_POLICY, AT_TOP, "\"revoked_measurements\":[],\"revoked_tls_spki\":[],\"simulated_roots\":[],"), ""));
}

static void each_scalar_of_the_document_is_compared(void)
{
	static const struct { const char *find, *replacement, *line; } rows[] = {
		{ "\"router\"", "\"other\"", "~ workload: router -> other\n" },
		{ "\"version\":7", "\"version\":8", "~ version: 7 -> 8\n" },
		{ "\"issued_at\":\"2026-11-20", "\"issued_at\":\"2026-11-21", "~ issued_at: 2026-11-20T00:00:00Z -> 2026-11-21T00:00:00Z\n" },
		{ "\"valid_from\":\"2026-11-20", "\"valid_from\":\"2026-11-21", "~ valid_from: 2026-11-20T00:00:00Z -> 2026-11-21T00:00:00Z\n" },
		{ "2027-02-18", "2027-02-19", "~ valid_until: 2027-02-18T00:00:00Z -> 2027-02-19T00:00:00Z\n" },
		{ AT_TOP, "\"freshness\":\"none\"," AT_TOP, "~ freshness: cached -> none\n" },
		{ AT_TOP, "\"max_evidence_age_seconds\":60," AT_TOP, "~ max_evidence_age_seconds: 3600 -> 60\n" },
		{ AT_TOP, "\"require_revocation\":false," AT_TOP, "~ require_revocation: true -> false\n" },
		{ IN_SNP, IN_SNP "\"vmpl\":1,", "~ platforms.sev-snp.vmpl: 0 -> 1\n" },
		{ IN_SNP, IN_SNP "\"min_report_version\":2,", "~ platforms.sev-snp.min_report_version: 3 -> 2\n" },
		{ IN_SNP, IN_SNP "\"alias_check\":false,", "~ platforms.sev-snp.alias_check: true -> false\n" },
		{ IN_SNP, IN_SNP "\"strict_platform_info\":true,", "~ platforms.sev-snp.strict_platform_info: false -> true\n" },
		{ IN_SNP, IN_SNP "\"allow_masked_chip_id\":true,", "~ platforms.sev-snp.allow_masked_chip_id: false -> true\n" },
		{ IN_SNP, IN_SNP "\"debug\":true,", "~ platforms.sev-snp.debug: false -> true\n" },
		{ IN_SNP, IN_SNP "\"signers\":[\"vlek\"],", "- platforms.sev-snp.signers[vcek]\n+ platforms.sev-snp.signers[vlek]\n" },
		{ "\"ucode\":84", "\"ucode\":83", "~ platforms.sev-snp.tcb_floors[Genoa].ucode: 84 -> 83\n" },
		{ "\"bl\":10", "\"bl\":9", "~ platforms.sev-snp.tcb_floors[Genoa].bl: 10 -> 9\n" },
		{ "\"tee\":0", "\"tee\":1", "~ platforms.sev-snp.tcb_floors[Genoa].tee: 0 -> 1\n" },
		{ "\"snp\":23", "\"snp\":24", "~ platforms.sev-snp.tcb_floors[Genoa].snp: 23 -> 24\n" },
		{ HEX48("d"), HEX48("e"), "~ platforms.sev-snp.releases[1.0].measurement: " HEX48("d") " -> " HEX48("e") "\n" },
		{ "\"measurement\":\"" HEX48("d") "\"", "\"id_key_digest\":\"" HEX48("e") "\",\"min_svn\":1",
		  "+ platforms.sev-snp.releases[1.0].id_key_digest: " HEX48("e") "\n- platforms.sev-snp.releases[1.0].measurement: " HEX48("d")
		  "\n+ platforms.sev-snp.releases[1.0].min_svn: 1\n" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		EXPECT(differs_by(SNP_POLICY, edited(SNP_POLICY, rows[i].find, rows[i].replacement), rows[i].line));
	EXPECT(differs_by(NITRO_POLICY, with(NITRO_POLICY, IN_NITRO, "\"debug\":true,"), "~ platforms.nitro.debug: false -> true\n"));
	EXPECT(differs_by(NITRO_POLICY, edited(NITRO_POLICY, HEX48("b"), HEX48("1")), "~ platforms.nitro.releases[1.0].pcrs.1: " HEX48("b") " -> " HEX48("1") "\n"));
	ah_test_count(sizeof rows / sizeof rows[0] + 1);
}

static void each_list_is_compared(void)
{
	static const struct { const char *base, *object, *member, *lines; } rows[] = {
		{ SNP_POLICY, AT_TOP, "\"deployment_ids\":[\"b\",\"a\"],", "+ deployment_ids\n+ deployment_ids[a]\n+ deployment_ids[b]\n" },
		{ SNP_POLICY, AT_TOP, "\"deployment_ids\":[],", "+ deployment_ids\n" },
		{ SNP_POLICY, AT_TOP, "\"manifest_keys\":[\"" HEX32("1") "\"],", "+ manifest_keys\n+ manifest_keys[" HEX32("1") "]\n" },
		{ SNP_POLICY, AT_TOP, "\"service_keys\":[],", "+ service_keys\n" },
		{ SNP_POLICY, AT_TOP, "\"allowed_workload_identity_tags\":[],", "+ allowed_workload_identity_tags\n" },
		{ SNP_POLICY, AT_TOP, "\"revoked_tls_spki\":[\"" HEX32("1") "\"],", "+ revoked_tls_spki[" HEX32("1") "]\n" },
		{ SNP_POLICY, AT_TOP, "\"revoked_measurements\":[\"" HEX48("1") "\"],", "+ revoked_measurements[" HEX48("1") "]\n" },
		{ SNP_POLICY, AT_TOP, "\"simulated_roots\":[\"" HEX32("1") "\"],", "+ simulated_roots[" HEX32("1") "]\n" },
		{ SNP_POLICY, IN_SNP, "\"chip_ids\":[\"" HEX64("1") "\"],", "+ platforms.sev-snp.chip_ids\n+ platforms.sev-snp.chip_ids[" HEX64("1") "]\n" },
		{ NITRO_POLICY, IN_NITRO, "\"instance_ids\":[\"i-1\"],", "+ platforms.nitro.instance_ids\n+ platforms.nitro.instance_ids[i-1]\n" },
		{ NITRO_POLICY, IN_NITRO, "\"builders\":[],", "+ platforms.nitro.builders\n" },
		{ NITRO_POLICY, IN_NITRO, "\"launchers\":[],", "+ platforms.nitro.launchers\n" },
		{ NITRO_POLICY, IN_NITRO, "\"release_signers\":[\"" HEX32("1") "\"],",
		  "+ platforms.nitro.release_signers\n+ platforms.nitro.release_signers[" HEX32("1") "]\n+ platforms.nitro.release_threshold: 1\n" },
		{ NITRO_POLICY, IN_NITRO, "\"stages\":[\"prod\"],", "+ platforms.nitro.stages\n+ platforms.nitro.stages[prod]\n" },
		{ NITRO_POLICY, IN_NITRO, "\"min_version\":\"1.4\",", "+ platforms.nitro.min_version: 1.4\n" },
		{ NITRO_POLICY, IN_NITRO, "\"require_build\":false,", "~ platforms.nitro.require_build: true -> false\n" },
		{ NITRO_POLICY, IN_NITRO, "\"require_launch\":false,", "~ platforms.nitro.require_launch: true -> false\n" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		EXPECT(differs_by(rows[i].base, with(rows[i].base, rows[i].object, rows[i].member), rows[i].lines));
	EXPECT(differs_by(with(SNP_POLICY, AT_TOP, "\"deployment_ids\":[\"a\",\"b\"],"), with(SNP_POLICY, AT_TOP, "\"deployment_ids\":[\"b\",\"c\"],"),
		"- deployment_ids[a]\n+ deployment_ids[c]\n"));
	EXPECT(differs_by(with(SNP_POLICY, AT_TOP, "\"deployment_ids\":[\"a\"],"), SNP_POLICY, "- deployment_ids\n- deployment_ids[a]\n"));
	ah_test_count(sizeof rows / sizeof rows[0] + 1);
}

static void what_lies_in_an_added_or_removed_container_is_not_said_again(void)
{
	EXPECT(differs_by(SNP_POLICY, NITRO_POLICY, "+ platforms.nitro\n- platforms.sev-snp\n"));
	EXPECT(differs_by(NITRO_POLICY, edited(NITRO_POLICY, NITRO_RELEASE, NITRO_RELEASE ",{\"release\":\"1.4.2\",\"pcrs\":{\"0\":\"" HEX48("1") "\",\"1\":\"" HEX48("2")
		"\",\"2\":\"" HEX48("3") "\"}}"), "+ platforms.nitro.releases[1.4.2]\n"));
	EXPECT(differs_by(SNP_POLICY, edited(SNP_POLICY, "\"1.0\"", "\"1.1\""), "- platforms.sev-snp.releases[1.0]\n+ platforms.sev-snp.releases[1.1]\n"));
	EXPECT(differs_by(SNP_POLICY, edited(SNP_POLICY, FLOOR_GENOA, FLOOR_GENOA ",{\"product\":\"Genoa\",\"model\":17,\"bl\":1,\"tee\":0,\"snp\":1,\"ucode\":1}"),
		"+ platforms.sev-snp.tcb_floors[Genoa model 17]\n"));
	EXPECT(differs_by(SNP_POLICY, edited(edited(SNP_POLICY, "[\"Genoa\"]", "[\"Genoa\",\"Turin\"]"), FLOOR_GENOA,
		FLOOR_GENOA ",{\"product\":\"Turin\",\"fmc\":1,\"bl\":1,\"tee\":0,\"snp\":1,\"ucode\":1}"),
		"+ platforms.sev-snp.products[Turin]\n+ platforms.sev-snp.tcb_floors[Turin]\n"));
}

/* A name may look like a path. It must not hide a change below another release. */
static void a_name_that_looks_like_a_path_hides_nothing(void)
{
	static const char other[] = ",{\"release\":\"1.0].pcrs.0\",\"pcrs\":{\"0\":\"" HEX48("1") "\",\"1\":\"" HEX48("2") "\",\"2\":\"" HEX48("3") "\"}}";
	char two[2048];
	(void)snprintf(two, sizeof two, "%s%s", NITRO_RELEASE, other);
	EXPECT(differs_by(NITRO_POLICY, edited(NITRO_POLICY, NITRO_RELEASE, two), "+ platforms.nitro.releases[1.0].pcrs.0]\n"));
	EXPECT(differs_by(edited(NITRO_POLICY, NITRO_RELEASE, other + 1), edited(NITRO_POLICY, NITRO_RELEASE, two), "+ platforms.nitro.releases[1.0]\n"));
}

/* Lists at their limit: the order is that of the bytes, whatever the order of the documents. */
static void long_lists_come_out_sorted(void)
{
	static char from[64 * 1024], to[64 * 1024];
	size_t a = (size_t)snprintf(from, sizeof from, "\"deployment_ids\":["), b = (size_t)snprintf(to, sizeof to, "\"deployment_ids\":[");
	for (unsigned i = 0; i < AH_POLICY_LIST_MAX; i++) {
		a += (size_t)snprintf(from + a, sizeof from - a, "%s\"x%03u\"", i == 0 ? "" : ",", i * 7 % AH_POLICY_LIST_MAX);
		b += (size_t)snprintf(to + b, sizeof to - b, "%s\"x%03u\"", i == 0 ? "" : ",", i * 11 % AH_POLICY_LIST_MAX + 2);
	}
	(void)snprintf(from + a, sizeof from - a, "]," AT_TOP);
	(void)snprintf(to + b, sizeof to - b, "]," AT_TOP);
	EXPECT(differs_by(edited(SNP_POLICY, AT_TOP, from), edited(SNP_POLICY, AT_TOP, to),
		"- deployment_ids[x000]\n- deployment_ids[x001]\n+ deployment_ids[x256]\n+ deployment_ids[x257]\n"));
}

static const ah_test_case cases[] = {
	AH_TEST(policies_of_one_meaning_do_not_differ),
	AH_TEST(each_scalar_of_the_document_is_compared),
	AH_TEST(each_list_is_compared),
	AH_TEST(what_lies_in_an_added_or_removed_container_is_not_said_again),
	AH_TEST(a_name_that_looks_like_a_path_hides_nothing),
	AH_TEST(long_lists_come_out_sorted),
};
AH_TEST_MAIN(cases)
