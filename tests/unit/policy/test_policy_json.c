/*
 * Goal: the canonical JSON of a policy is the one text of it, and loads again to the same policy.
 * Method: texts written down by hand from the rules of docs/protocol/policy.md; then the same for policies with everything in them.
 */
#include "edit.h"

#define SNP_FULL \
	"{\"allowed_workload_identity_tags\":[\"" HEX32("1") "\"],\"deployment_ids\":[],\"freshness\":\"none\",\"issued_at\":\"2026-11-20T00:00:00Z\"," \
	"\"manifest_keys\":[\"" HEX32("3") "\",\"" HEX32("2") "\"],\"max_evidence_age_seconds\":60,\"platforms\":{\"sev-snp\":{\"alias_check\":false," \
	"\"allow_masked_chip_id\":false,\"chip_ids\":[\"" HEX64("7") "\",\"0123456789abcdef\"],\"debug\":true,\"min_report_version\":5," \
	"\"products\":[\"Milan\",\"Genoa\",\"Turin\"],\"releases\":[{\"measurement\":\"" HEX48("d") "\",\"release\":\"1.0\"}," \
	"{\"id_key_digest\":\"" HEX48("e") "\",\"min_svn\":4294967295,\"release\":\"by key\"}],\"signers\":[\"vcek\",\"vlek\"],\"strict_platform_info\":true," \
	"\"tcb_floors\":[{\"bl\":1,\"model\":0,\"product\":\"Genoa\",\"snp\":2,\"tee\":3,\"ucode\":255},{\"bl\":1,\"product\":\"Genoa\",\"snp\":2,\"tee\":3,\"ucode\":4}," \
	"{\"bl\":5,\"product\":\"Milan\",\"snp\":6,\"tee\":7,\"ucode\":8},{\"bl\":1,\"fmc\":9,\"product\":\"Turin\",\"snp\":2,\"tee\":3,\"ucode\":4}],\"vmpl\":3}}," \
	"\"require_revocation\":false,\"revoked_measurements\":[],\"revoked_tls_spki\":[\"" HEX32("4") "\"],\"schema\":\"anchorhold.trust-bundle/v1\"," \
	"\"service_keys\":[\"" HEX32("5") "\"],\"simulated_roots\":[\"" HEX32("6") "\"],\"valid_from\":\"2026-11-19T00:00:00Z\"," \
	"\"valid_until\":\"2027-02-18T00:00:00Z\",\"version\":9007199254740992,\"workload\":\"a b\"}"

#define PCR(n) "\"" #n "\":\"" HEX48("8") "\""
#define NITRO_FULL \
	"{\"freshness\":\"session\",\"issued_at\":\"2026-11-20T00:00:00Z\",\"max_evidence_age_seconds\":3600,\"platforms\":{\"nitro\":{" \
	"\"debug\":true,\"instance_ids\":[],\"launchers\":[\"" NPUB_HEX "\"],\"releases\":[{\"pcrs\":{" \
	PCR(0) "," PCR(1) "," PCR(10) "," PCR(11) "," PCR(12) "," PCR(13) "," PCR(14) "," PCR(15) "," PCR(16) "," PCR(17) "," PCR(18) "," PCR(19) "," \
	PCR(2) "," PCR(20) "," PCR(21) "," PCR(22) "," PCR(23) "," PCR(24) "," PCR(25) "," PCR(26) "," PCR(27) "," PCR(28) "," PCR(29) "," \
	PCR(3) "," PCR(30) "," PCR(31) "," PCR(4) "," PCR(5) "," PCR(6) "," PCR(7) "," PCR(8) "," PCR(9) "},\"release\":\"1.0\"}," \
	"{\"pcrs\":{\"0\":\"" HEX32("a") "\",\"1\":\"" HEX32("b") "\",\"2\":\"" HEX32("c") "\"},\"release\":\"0.9\"}],\"require_build\":true,\"require_launch\":true}}," \
	"\"require_revocation\":true,\"schema\":\"anchorhold.trust-bundle/v1\",\"valid_from\":\"2026-11-20T00:00:00Z\",\"valid_until\":\"9999-12-31T23:59:59Z\"," \
	"\"version\":1,\"workload\":\"router\"}"

/* What instance events are asked for. */
#define NITRO_EVENTS \
	"{\"freshness\":\"cached\",\"issued_at\":\"2026-11-20T00:00:00Z\",\"max_evidence_age_seconds\":3600,\"platforms\":{\"nitro\":{" \
	"\"builders\":[\"" NPUB "\"],\"debug\":false,\"launchers\":[],\"min_version\":\"1.4\",\"release_signers\":[\"" NPUB "\",\"" HEX32("1") "\"],\"release_threshold\":1," \
	"\"releases\":[{\"pcrs\":" NITRO_PCRS ",\"release\":\"1.0\"}],\"require_build\":false,\"require_launch\":true,\"stages\":[\"prod\",\"debug\"]}}," \
	"\"require_revocation\":true,\"schema\":\"anchorhold.trust-bundle/v1\",\"valid_from\":\"2026-11-20T00:00:00Z\"," \
	"\"valid_until\":\"2027-02-18T00:00:00Z\",\"version\":7,\"workload\":\"router\"}"

/* load, write, compare; wanted NULL: the text itself is canonical. */
static bool writes(const char *text, const char *wanted)
{
	AH_AUTO_PTR(ah_policy) p = loaded(text);
	char *written = NULL;
	size_t len = 0;
	if (wanted == NULL)
		wanted = text;
	bool ok = ah_policy_to_json(p, &written, &len) == AH_OK && len == strlen(wanted) && strcmp(written, wanted) == 0;
	if (!ok)
		printf("  wanted %s\n  got    %s\n", wanted, written != NULL ? written : "nothing");
	ah_text_free(written);
	return ok;
}

static void a_minimal_policy_is_written_with_its_defaults(void)
{
	EXPECT(writes(SNP_POLICY,
		"{\"freshness\":\"cached\",\"issued_at\":\"2026-11-20T00:00:00Z\",\"max_evidence_age_seconds\":3600,\"platforms\":{\"sev-snp\":{\"alias_check\":true,"
		"\"allow_masked_chip_id\":false,\"debug\":false,\"min_report_version\":3,\"products\":[\"Genoa\"],\"releases\":[{\"measurement\":\"" HEX48("d")
		"\",\"release\":\"1.0\"}],\"signers\":[\"vcek\"],\"strict_platform_info\":false,\"tcb_floors\":[{\"bl\":10,\"product\":\"Genoa\",\"snp\":23,\"tee\":0,\"ucode\":84}],"
		"\"vmpl\":0}},\"require_revocation\":true,\"schema\":\"anchorhold.trust-bundle/v1\",\"valid_from\":\"2026-11-20T00:00:00Z\","
		"\"valid_until\":\"2027-02-18T00:00:00Z\",\"version\":7,\"workload\":\"router\"}"));
	EXPECT(writes(NITRO_POLICY,
		"{\"freshness\":\"cached\",\"issued_at\":\"2026-11-20T00:00:00Z\",\"max_evidence_age_seconds\":3600,\"platforms\":{\"nitro\":{\"debug\":false,"
		"\"releases\":[{\"pcrs\":" NITRO_PCRS ",\"release\":\"1.0\"}],\"require_build\":true,\"require_launch\":true}},\"require_revocation\":true,\"schema\":\"anchorhold.trust-bundle/v1\","
		"\"valid_from\":\"2026-11-20T00:00:00Z\",\"valid_until\":\"2027-02-18T00:00:00Z\",\"version\":7,\"workload\":\"router\"}"));
}

static void a_canonical_text_is_written_as_it_is(void)
{
	EXPECT(writes(SNP_FULL, NULL));
	EXPECT(writes(NITRO_FULL, NULL));
	EXPECT(writes(NITRO_EVENTS, NULL));
}

static void what_a_set_lists_is_written_in_one_order(void)
{
	EXPECT(writes(edited(SNP_FULL, "\"Milan\",\"Genoa\",\"Turin\"", "\"Turin\",\"Genoa\",\"Milan\""), SNP_FULL));
	EXPECT(writes(edited(SNP_FULL, "\"vcek\",\"vlek\"", "\"vlek\",\"vcek\""), SNP_FULL));
	EXPECT(writes(edited(SNP_FULL, "\"0123456789abcdef\"]", "\"0123456789abcdef" X16("0000000") "\"]"), SNP_FULL));
}

static void white_space_and_order_of_members_do_not_matter(void)
{
	EXPECT(writes(edited(edited(SNP_FULL, "\"workload\":\"a b\"}", "\"version\" : 9007199254740992 }\n"), "\"version\":9007199254740992,", "\"workload\" :\t\"a b\",\r\n"), SNP_FULL));
}

/* What loads is at most AH_POLICY_MAX bytes; what is written must load again, so it is at most that, too. */
static void a_text_that_would_not_load_again_is_not_written(void)
{
	char *written = NULL;
	size_t len = 0;
	AH_AUTO_PTR(ah_policy) p = loaded(NITRO_POLICY);
	ah_nitro_release release = p->nitro.releases[0];
	ah_nitro_release *many = ah_alloc(1000 * sizeof *many);
	EXPECT(many != NULL);
	for (size_t i = 0; i < 1000; i++)
		many[i] = release;
	ah_dealloc(p->nitro.releases);
	p->nitro.releases = many;
	p->nitro.release_count = 1000;
	EXPECT_ERR(ah_policy_to_json(p, &written, &len), AH_ERR_LIMIT);
	EXPECT(written == NULL && len == 0);
}

static const ah_test_case cases[] = {
	AH_TEST(a_minimal_policy_is_written_with_its_defaults),
	AH_TEST(a_canonical_text_is_written_as_it_is),
	AH_TEST(what_a_set_lists_is_written_in_one_order),
	AH_TEST(white_space_and_order_of_members_do_not_matter),
	AH_TEST(a_text_that_would_not_load_again_is_not_written),
};
AH_TEST_MAIN(cases)
