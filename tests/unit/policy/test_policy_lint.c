/*
 * Goal: each remark of the linter appears exactly where docs/protocol/policy.md says, and a sound policy has none.
 * Method: a policy without remarks; each row is one edit of it with the remarks that it must bring, in their order.
 */
#include "edit.h"

#define NOW INT64_C(1795132800) /* 2026-11-20T00:00:00Z, the beginning of the policies of edit.h */

/* The two policies of edit.h with a list of machines: nothing to remark. */
static const char *sound_nitro(void) { return with(NITRO_POLICY, IN_NITRO, "\"instance_ids\":[\"i-1\"],"); }
static const char *sound_snp(void) { return with(SNP_POLICY, IN_SNP, "\"chip_ids\":[\"" HEX64("7") "\"],"); }

/* wanted: "id path\n" for each remark. */
static bool remarks(const char *text, int64_t now_s, const char *wanted)
{
	AH_AUTO_PTR(ah_policy) p = loaded(text);
	ah_policy_note notes[AH_POLICY_NOTES_MAX];
	char got[8192] = "";
	size_t len = 0, count = ah_policy_lint(p, now_s, notes);
	bool worded = true;
	for (size_t i = 0; i < count; i++) {
		len += (size_t)snprintf(got + len, sizeof got - len, "%s %s\n", notes[i].id, notes[i].path);
		worded = worded && notes[i].text != NULL && notes[i].text[0] != '\0' && notes[i].text[strlen(notes[i].text) - 1] == '.';
	}
	bool ok = worded && strcmp(got, wanted) == 0;
	if (!ok)
		printf("  wanted:\n%s  got:\n%s", wanted, got);
	return ok;
}

static void a_sound_policy_has_no_remark(void)
{
	EXPECT(remarks(sound_nitro(), NOW, ""));
	EXPECT(remarks(sound_snp(), NOW, ""));
}

static void times_are_judged_as_the_appraisal_does(void)
{
	EXPECT(remarks(sound_snp(), 1802908800 - 1, ""));
	EXPECT(remarks(sound_snp(), 1802908800, "expired valid_until\n"));
	EXPECT(remarks(sound_snp(), NOW - 300, ""));
	EXPECT(remarks(sound_snp(), NOW - 301, "not-yet-valid valid_from\n"));
	EXPECT(remarks(edited(sound_snp(), "\"issued_at\":\"2026-11-20", "\"issued_at\":\"2026-11-21"), NOW, "not-yet-valid issued_at\n"));
	EXPECT(remarks(edited(sound_snp(), "2027-02-18T00:00:00Z", "2027-02-18T00:00:01Z"), NOW, "long-validity valid_until\n"));
	EXPECT(remarks(edited(sound_snp(), "\"issued_at\":\"2026-11-20", "\"issued_at\":\"2026-11-19"), NOW, "long-validity valid_until\n"));
}

static void each_member_that_opens_something_is_remarked(void)
{
	static const struct { const char *find, *replacement, *wanted; } rows[] = {
		{ AT_TOP, "\"simulated_roots\":[\"" HEX32("1") "\"]," AT_TOP, "simulated-root-listed simulated_roots\n" },
		{ AT_TOP, "\"simulated_roots\":[]," AT_TOP, "" },
		{ AT_TOP, "\"require_revocation\":false," AT_TOP, "revocation-off require_revocation\n" },
		{ AT_TOP, "\"freshness\":\"none\"," AT_TOP, "freshness-none freshness\n" },
		{ AT_TOP, "\"freshness\":\"session\"," AT_TOP, "" },
		{ IN_SNP, IN_SNP "\"debug\":true,", "debug-allowed platforms.sev-snp.debug\n" },
		{ IN_SNP, IN_SNP "\"alias_check\":false,", "alias-check-off platforms.sev-snp.alias_check\n" },
		{ IN_SNP, IN_SNP "\"signers\":[\"vcek\",\"vlek\"],", "vlek-allowed platforms.sev-snp.signers\n" },
		{ IN_SNP, IN_SNP "\"vmpl\":1,", "vmpl-not-zero platforms.sev-snp.vmpl\n" },
		{ IN_SNP, IN_SNP "\"min_report_version\":2,", "low-report-version platforms.sev-snp.min_report_version\n" },
		{ "\"measurement\"", "\"min_svn\":1,\"id_key_digest\"", "id-key-release platforms.sev-snp.releases[0]\n" },
		{ "[\"" HEX64("7") "\"]", "[]", "empty-list platforms.sev-snp.chip_ids\n" },
		{ AT_TOP, "\"deployment_ids\":[]," AT_TOP, "empty-list deployment_ids\n" },
		{ AT_TOP, "\"deployment_ids\":[\"a\"]," AT_TOP, "not-in-evidence deployment_ids\n" },
		{ AT_TOP, "\"manifest_keys\":[\"" HEX32("1") "\"]," AT_TOP, "not-in-evidence manifest_keys\n" },
		{ AT_TOP, "\"service_keys\":[\"" HEX32("1") "\"]," AT_TOP, "not-in-evidence service_keys\n" },
		{ AT_TOP, "\"allowed_workload_identity_tags\":[\"" HEX32("1") "\"]," AT_TOP, "not-in-evidence allowed_workload_identity_tags\n" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		EXPECT(remarks(edited(sound_snp(), rows[i].find, rows[i].replacement), NOW, rows[i].wanted));
	ah_test_count(sizeof rows / sizeof rows[0]);
	EXPECT(remarks(with(sound_nitro(), IN_NITRO, "\"debug\":true,"), NOW, "debug-allowed platforms.nitro.debug\n"));
	EXPECT(remarks(with(sound_nitro(), IN_NITRO, "\"builders\":[\"" NPUB "\"],"), NOW, "not-in-evidence platforms.nitro.builders\n"));
	EXPECT(remarks(with(sound_nitro(), IN_NITRO, "\"launchers\":[\"" NPUB "\"],"), NOW, "not-in-evidence platforms.nitro.launchers\n"));
	EXPECT(remarks(with(sound_nitro(), IN_NITRO, "\"release_signers\":[\"" NPUB "\"],"), NOW, "not-in-evidence platforms.nitro.release_signers\n"));
	EXPECT(remarks(with(sound_nitro(), IN_NITRO, "\"stages\":[],"), NOW, "empty-list platforms.nitro.stages\n"));
	EXPECT(remarks(with(sound_nitro(), IN_NITRO, "\"min_version\":\"1\","), NOW, "not-in-evidence platforms.nitro.min_version\n"));
	EXPECT(remarks(with(sound_nitro(), IN_NITRO, "\"require_build\":false,"), NOW, "build-not-required platforms.nitro.require_build\n"));
	EXPECT(remarks(with(sound_nitro(), IN_NITRO, "\"require_launch\":false,"), NOW, "launch-not-required platforms.nitro.require_launch\n"));
	EXPECT(remarks(with(SNP_POLICY, IN_SNP, "\"allow_masked_chip_id\":true,"), NOW,
		"masked-chip-allowed platforms.sev-snp.allow_masked_chip_id\nno-identity-list platforms.sev-snp.chip_ids\n"));
}

static void a_policy_that_names_no_machine_is_remarked(void)
{
	EXPECT(remarks(NITRO_POLICY, NOW, "no-identity-list platforms.nitro.instance_ids\n"));
	EXPECT(remarks(SNP_POLICY, NOW, "no-identity-list platforms.sev-snp.chip_ids\n"));
	EXPECT(remarks(with(SNP_POLICY, AT_TOP, "\"service_keys\":[\"" HEX32("1") "\"],"), NOW, "not-in-evidence service_keys\n"));
}

/* The recommended floors of docs/protocol/policy.md, then one below in each component. */
static void floors_are_compared_with_the_recommended_ones(void)
{
	static const struct { const char *product; int fmc, bl, tee, snp, ucode; bool below; } rows[] = {
		{ "Milan", -1, 4, 0, 24, 219, false }, { "Milan", -1, 3, 0, 24, 219, true }, { "Milan", -1, 4, 0, 23, 219, true }, { "Milan", -1, 4, 0, 24, 218, true },
		{ "Genoa", -1, 10, 0, 23, 84, false }, { "Genoa", -1, 9, 0, 23, 84, true }, { "Genoa", -1, 10, 0, 22, 84, true }, { "Genoa", -1, 10, 0, 23, 83, true },
		{ "Turin", 1, 1, 1, 4, 81, false }, { "Turin", 0, 1, 1, 4, 81, true }, { "Turin", 1, 0, 1, 4, 81, true }, { "Turin", 1, 1, 0, 4, 81, true },
		{ "Turin", 1, 1, 1, 3, 81, true }, { "Turin", 1, 1, 1, 4, 80, true }, { "Turin", 255, 255, 255, 255, 255, false }, { "Genoa", -1, 255, 0, 0, 255, true },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char floor[256], fmc[32] = "", products[32], wanted[256];
		if (rows[i].fmc >= 0)
			(void)snprintf(fmc, sizeof fmc, "\"fmc\":%d,", rows[i].fmc);
		(void)snprintf(floor, sizeof floor, "{\"product\":\"%s\",%s\"bl\":%d,\"tee\":%d,\"snp\":%d,\"ucode\":%d}", rows[i].product, fmc, rows[i].bl, rows[i].tee,
		               rows[i].snp, rows[i].ucode);
		(void)snprintf(products, sizeof products, "[\"%s\"]", rows[i].product);
		(void)snprintf(wanted, sizeof wanted, "%s%s", strcmp(rows[i].product, "Milan") == 0 ? "milan-listed platforms.sev-snp.products\n" : "",
		               rows[i].below ? "floor-below-recommended platforms.sev-snp.tcb_floors[0]\n" : "");
		EXPECT(remarks(edited(edited(sound_snp(), FLOOR_GENOA, floor), "[\"Genoa\"]", products), NOW, wanted));
	}
	ah_test_count(sizeof rows / sizeof rows[0]);
}

static void floors_for_single_models_alone_are_remarked(void)
{
	EXPECT(remarks(edited(sound_snp(), "\"bl\":10", "\"model\":17,\"bl\":10"), NOW, "floor-for-some-models platforms.sev-snp.tcb_floors[Genoa]\n"));
	EXPECT(remarks(edited(sound_snp(), FLOOR_GENOA, FLOOR_GENOA ",{\"product\":\"Genoa\",\"model\":17,\"bl\":10,\"tee\":0,\"snp\":23,\"ucode\":84}"), NOW, ""));
}

/* More remarks than fit: the weighty ones come first, the array is not overrun. */
static void the_number_of_remarks_is_bounded(void)
{
	char floors[8192];
	size_t len = (size_t)snprintf(floors, sizeof floors, "%s", FLOOR_GENOA);
	for (unsigned i = 0; i < AH_POLICY_FLOORS_MAX - 1; i++)
		len += (size_t)snprintf(floors + len, sizeof floors - len, ",{\"product\":\"Genoa\",\"model\":%u,\"bl\":1,\"tee\":0,\"snp\":1,\"ucode\":1}", i);
	AH_AUTO_PTR(ah_policy) p = loaded(with(edited(SNP_POLICY, FLOOR_GENOA, floors), AT_TOP, "\"require_revocation\":false,\"deployment_ids\":[],\"freshness\":\"none\","));
	ah_policy_note notes[AH_POLICY_NOTES_MAX];
	EXPECT(ah_policy_lint(p, NOW, notes) == AH_POLICY_NOTES_MAX);
	EXPECT(strcmp(notes[0].id, "revocation-off") == 0);
	EXPECT(strcmp(notes[AH_POLICY_NOTES_MAX - 1].id, "floor-below-recommended") == 0);
}

static const ah_test_case cases[] = {
	AH_TEST(a_sound_policy_has_no_remark),
	AH_TEST(times_are_judged_as_the_appraisal_does),
	AH_TEST(each_member_that_opens_something_is_remarked),
	AH_TEST(a_policy_that_names_no_machine_is_remarked),
	AH_TEST(floors_are_compared_with_the_recommended_ones),
	AH_TEST(floors_for_single_models_alone_are_remarked),
	AH_TEST(the_number_of_remarks_is_bounded),
};
AH_TEST_MAIN(cases)
