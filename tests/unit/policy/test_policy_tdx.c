/*
 * Goal: platforms.tdx is loaded with its defaults or refused with the exact error, path and position; it is written, compared and remarked on
 * like the other sections; and the policy made from TDX claims allows what was seen.
 * Method: one small policy and edits of it; canonical texts, lines and remarks are written down by hand.
 */
#include "edit.h"

#include "evidence/claims.h"

#define AT INT64_C(1795132800) /* 2026-11-20T00:00:00Z, the beginning of the policies of edit.h */

/* -- loading -- */

static void a_minimal_policy_gets_its_defaults(void)
{
	AH_AUTO_PTR(ah_policy) p = loaded(TDX_POLICY);
	EXPECT(p->tdx.present && !p->nitro.present && !p->snp.present);
	EXPECT(p->tdx.release_count == 1 && strcmp(p->tdx.releases[0].release, "1.0") == 0);
	EXPECT(p->tdx.releases[0].mrtd[0] == 0xdd && p->tdx.releases[0].mrtd[47] == 0xdd);
	EXPECT(p->tdx.releases[0].rtmr_mask == 3);
	EXPECT(p->tdx.releases[0].rtmr[0][47] == 0xaa && p->tdx.releases[0].rtmr[1][0] == 0xbb);
	for (unsigned s = 0; s < 10; s++)
		EXPECT(p->tdx.tcb_statuses[s] == (s == AH_TDX_TCB_UP_TO_DATE));
	EXPECT(p->tdx.min_tcb_evaluation == 18);
	EXPECT(!p->tdx.debug && !p->tdx.mrservicetd.present && !p->tdx.ppids.present);
}

static void every_member_is_taken(void)
{
	AH_AUTO_PTR(ah_policy) p = loaded(with(edited(TDX_POLICY, "\"min_tcb_evaluation\":18", "\"min_tcb_evaluation\":4294967295"), IN_TDX,
		"\"tcb_statuses\":[\"SWHardeningNeeded\",\"ConfigurationNeeded\",\"ConfigurationAndSWHardeningNeeded\",\"OutOfDate\",\"OutOfDateConfigurationNeeded\","
		"\"TDRelaunchAdvised\",\"TDRelaunchAdvisedConfigurationNeeded\"],\"mrservicetd\":[\"" HEX48("5") "\"],\"debug\":true,\"ppids\":[\"" X16("66") "\"],"));
	for (unsigned s = 0; s < 10; s++)
		EXPECT(p->tdx.tcb_statuses[s] == (s != AH_TDX_TCB_NONE && s != AH_TDX_TCB_UP_TO_DATE && s != AH_TDX_TCB_REVOKED));
	EXPECT(p->tdx.min_tcb_evaluation == UINT32_MAX && p->tdx.debug);
	EXPECT(p->tdx.mrservicetd.present && p->tdx.mrservicetd.count == 1 && p->tdx.mrservicetd.item_len == 48 && p->tdx.mrservicetd.items[0][47] == 0x55);
	EXPECT(p->tdx.ppids.present && p->tdx.ppids.count == 1 && p->tdx.ppids.item_len == 16 && p->tdx.ppids.items[0][15] == 0x66);
}

static void any_subset_of_the_rtmrs_may_be_named_and_the_last_may_be_zero(void)
{
	AH_AUTO_PTR(ah_policy) none = loaded(edited(TDX_POLICY, "\"rtmrs\":{\"0\":\"" HEX48("a") "\",\"1\":\"" HEX48("b") "\"}", "\"rtmrs\":{}"));
	EXPECT(none->tdx.releases[0].rtmr_mask == 0);
	AH_AUTO_PTR(ah_policy) last = loaded(edited(TDX_POLICY, "\"0\":\"" HEX48("a") "\",\"1\":\"" HEX48("b") "\"", "\"3\":\"" HEX48("0") "\""));
	EXPECT(last->tdx.releases[0].rtmr_mask == 8);
}

typedef struct refusal {
	const char *find, *replacement;
	ah_err err;
	const char *detail; /* begins with it */
	const char *marker; /* where the value stands that is named */
} refusal;

#define RELEASE_0 "platforms.tdx.releases[0]"

static const refusal refusals[] = {
	{ AT_TOP, AT_TOP "\"tdx2\":{},", AH_ERR_POLICY_UNKNOWN_MEMBER, "platforms.tdx2: ", "{}," },
	{ IN_TDX, IN_TDX "\"vmpl\":0,", AH_ERR_POLICY_UNKNOWN_MEMBER, "platforms.tdx.vmpl: ", "0,\"rel" },
	{ "\"mrtd\"", "\"measurement\"", AH_ERR_POLICY_UNKNOWN_MEMBER, RELEASE_0 ".measurement: ", "\"dddd" },
	{ "\"1\":\"bb", "\"4\":\"bb", AH_ERR_POLICY_UNKNOWN_MEMBER, RELEASE_0 ".rtmrs.4: ", "\"bbbb" },
	{ ",\"min_tcb_evaluation\":18", "", AH_ERR_POLICY_MISSING_MEMBER, "platforms.tdx.min_tcb_evaluation: required", "{\"releases\"" },
	{ "\"mrtd\":\"" HEX48("d") "\",", "", AH_ERR_POLICY_MISSING_MEMBER, RELEASE_0 ".mrtd: required", "{\"release\":" },
	{ ",\"rtmrs\":{\"0\":\"" HEX48("a") "\",\"1\":\"" HEX48("b") "\"}", "", AH_ERR_POLICY_MISSING_MEMBER, RELEASE_0 ".rtmrs: required", "{\"release\":" },
	{ "\"release\":\"1.0\",", "", AH_ERR_POLICY_MISSING_MEMBER, RELEASE_0 ".release: required", "{\"mrtd\":" },
	{ TDX_RELEASE, "", AH_ERR_POLICY_VALUE, "platforms.tdx.releases: may not be empty", "[]" },
	{ "\"min_tcb_evaluation\":18", "\"min_tcb_evaluation\":-1", AH_ERR_POLICY_VALUE, "platforms.tdx.min_tcb_evaluation: must be 0..4294967295", "-1}" },
	{ "\"min_tcb_evaluation\":18", "\"min_tcb_evaluation\":4294967296", AH_ERR_POLICY_VALUE, "platforms.tdx.min_tcb_evaluation: must be 0..4294967295",
	  "4294967296}" },
	{ HEX48("d"), "dd", AH_ERR_POLICY_VALUE, RELEASE_0 ".mrtd: must be 96 lowercase hex digits", "\"dd\"" },
	{ HEX48("b"), HEX32("b"), AH_ERR_POLICY_VALUE, RELEASE_0 ".rtmrs.1: must be 96 lowercase hex digits", "\"bbbb" },
	{ IN_TDX, IN_TDX "\"tcb_statuses\":[],", AH_ERR_POLICY_VALUE, "platforms.tdx.tcb_statuses: may not be empty", "[],\"rel" },
	{ IN_TDX, IN_TDX "\"tcb_statuses\":[\"UpToDate\",\"Revoked\"],", AH_ERR_POLICY_VALUE, "platforms.tdx.tcb_statuses[1]: Revoked is never accepted",
	  "\"Revoked" },
	{ IN_TDX, IN_TDX "\"tcb_statuses\":[\"uptodate\"],", AH_ERR_POLICY_VALUE, "platforms.tdx.tcb_statuses[0]: must be a TCB status", "\"uptodate" },
	{ IN_TDX, IN_TDX "\"tcb_statuses\":[\"none\"],", AH_ERR_POLICY_VALUE, "platforms.tdx.tcb_statuses[0]: must be a TCB status", "\"none" },
	{ IN_TDX, IN_TDX "\"tcb_statuses\":\"UpToDate\",", AH_ERR_POLICY_VALUE, "platforms.tdx.tcb_statuses: must be a list", "\"UpToDate" },
	{ IN_TDX, IN_TDX "\"tcb_statuses\":[\"OutOfDate\",\"OutOfDate\"],", AH_ERR_POLICY_CONTRADICTION, "platforms.tdx.tcb_statuses[1]: listed before",
	  "\"OutOfDate\"]" },
	{ IN_TDX, IN_TDX "\"debug\":1,", AH_ERR_POLICY_VALUE, "platforms.tdx.debug: must be true or false", "1,\"rel" },
	{ IN_TDX, IN_TDX "\"ppids\":[\"" X16("0") "\"],", AH_ERR_POLICY_VALUE, "platforms.tdx.ppids[0]: must be 32 lowercase hex digits", "\"0000" },
	{ IN_TDX, IN_TDX "\"ppids\":[\"" X16("00") "\"],", AH_ERR_POLICY_VALUE, "platforms.tdx.ppids[0]: all zero", "\"0000" },
	{ IN_TDX, IN_TDX "\"ppids\":[\"" X16("12") "\",\"" X16("12") "\"],", AH_ERR_POLICY_CONTRADICTION, "platforms.tdx.ppids[1]: ", "\"" X16("12") "\"]" },
	{ IN_TDX, IN_TDX "\"mrservicetd\":[\"" HEX48("0") "\"],", AH_ERR_POLICY_ZERO_MEASUREMENT, "platforms.tdx.mrservicetd[0]: all zero", "\"0000" },
	{ HEX48("d"), HEX48("0"), AH_ERR_POLICY_ZERO_MEASUREMENT, RELEASE_0 ".mrtd: all zero", "\"0000" },
	{ HEX48("a"), HEX48("0"), AH_ERR_POLICY_ZERO_MEASUREMENT, RELEASE_0 ".rtmrs.0: all zero", "\"0000" },
	{ "\"1\":\"" HEX48("b"), "\"1\":\"" HEX48("0"), AH_ERR_POLICY_ZERO_MEASUREMENT, RELEASE_0 ".rtmrs.1: all zero", "\"0000" },
	{ "\"1\":\"" HEX48("b"), "\"2\":\"" HEX48("0"), AH_ERR_POLICY_ZERO_MEASUREMENT, RELEASE_0 ".rtmrs.2: all zero", "\"0000" },
	{ TDX_RELEASE, TDX_RELEASE ",{\"release\":\"1.0\",\"mrtd\":\"" HEX48("1") "\",\"rtmrs\":{}}", AH_ERR_POLICY_CONTRADICTION,
	  "platforms.tdx.releases[1]: named as releases[0]", "{\"release\":\"1.0\",\"mrtd\":\"1111" },
	/* One quote could be both: the second names fewer registers, or others. */
	{ TDX_RELEASE, TDX_RELEASE ",{\"release\":\"1.1\",\"mrtd\":\"" HEX48("d") "\",\"rtmrs\":{}}", AH_ERR_POLICY_CONTRADICTION,
	  "platforms.tdx.releases[1]: the measurement of releases[0]", "{\"release\":\"1.1" },
	{ TDX_RELEASE, TDX_RELEASE ",{\"release\":\"1.1\",\"mrtd\":\"" HEX48("d") "\",\"rtmrs\":{\"1\":\"" HEX48("b") "\",\"2\":\"" HEX48("c") "\"}}",
	  AH_ERR_POLICY_CONTRADICTION, "platforms.tdx.releases[1]: the measurement of releases[0]", "{\"release\":\"1.1" },
	{ AT_TOP, "\"revoked_measurements\":[\"" HEX48("d") "\"]," AT_TOP, AH_ERR_POLICY_CONTRADICTION, "revoked_measurements[0]: ", "[\"dddd" },
	{ AT_TOP, "\"revoked_measurements\":[\"" HEX48("b") "\"]," AT_TOP, AH_ERR_POLICY_CONTRADICTION, "revoked_measurements[0]: ", "[\"bbbb" },
};

static void what_is_wrong_is_refused_with_its_place(void)
{
	for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
		const refusal *row = &refusals[i];
		const char *text = edited(TDX_POLICY, row->find, row->replacement), *at = strstr(text, row->marker);
		ah_policy *policy = NULL;
		ah_fault why = { .err = AH_OK };
		EXPECT_ERR(load_text(&policy, text, &why), row->err);
		EXPECT(policy == NULL);
		EXPECT_MSG(strncmp(why.detail, row->detail, strlen(row->detail)) == 0, "wanted \"%s\", got \"%s\"", row->detail, why.detail);
		EXPECT_MSG(at != NULL && why.offset == (size_t)(at - text), "%s: at %zu", row->detail, why.offset);
	}
	ah_test_count(sizeof refusals / sizeof refusals[0]);
}

static void releases_that_differ_in_one_named_register_stand_beside_each_other(void)
{
	AH_AUTO_PTR(ah_policy) p = loaded(edited(TDX_POLICY, TDX_RELEASE, TDX_RELEASE ",{\"release\":\"1.1\",\"mrtd\":\"" HEX48("d") "\",\"rtmrs\":{\"1\":\""
		HEX48("c") "\"}},{\"release\":\"1.2\",\"mrtd\":\"" HEX48("e") "\",\"rtmrs\":{}}"));
	EXPECT(p->tdx.release_count == 3);
}

/* -- writing, comparing -- */

#define CANONICAL_HEAD "{\"freshness\":\"cached\",\"issued_at\":\"2026-11-20T00:00:00Z\",\"max_evidence_age_seconds\":3600,\"platforms\":"
#define CANONICAL_TAIL ",\"require_revocation\":true,\"schema\":\"anchorhold.trust-bundle/v1\",\"valid_from\":\"2026-11-20T00:00:00Z\"," \
	"\"valid_until\":\"2027-02-18T00:00:00Z\",\"version\":7,\"workload\":\"router\"}"

static bool writes(const char *text, const char *wanted)
{
	AH_AUTO_PTR(ah_policy) p = loaded(text);
	char *written = NULL;
	size_t len = 0;
	bool ok = ah_policy_to_json(p, &written, &len) == AH_OK && len == strlen(wanted) && strcmp(written, wanted) == 0;
	if (!ok)
		printf("  wanted %s\n  got    %s\n", wanted, written != NULL ? written : "nothing");
	ah_text_free(written);
	return ok;
}

static void the_canonical_text_has_its_defaults_written_out(void)
{
	static const char minimal[] = CANONICAL_HEAD "{\"tdx\":{\"debug\":false,\"min_tcb_evaluation\":18,\"releases\":[{\"mrtd\":\"" HEX48("d")
		"\",\"release\":\"1.0\",\"rtmrs\":{\"0\":\"" HEX48("a") "\",\"1\":\"" HEX48("b") "\"}}],\"tcb_statuses\":[\"UpToDate\"]}}" CANONICAL_TAIL;
	EXPECT(writes(TDX_POLICY, minimal));
	EXPECT(writes(minimal, minimal));
	static const char full[] = CANONICAL_HEAD "{\"tdx\":{\"debug\":true,\"min_tcb_evaluation\":0,\"mrservicetd\":[\"" HEX48("5") "\"],\"ppids\":[],"
		"\"releases\":[{\"mrtd\":\"" HEX48("d") "\",\"release\":\"1.0\",\"rtmrs\":{\"3\":\"" HEX48("0") "\"}}],"
		"\"tcb_statuses\":[\"SWHardeningNeeded\",\"OutOfDate\",\"TDRelaunchAdvised\"]}}" CANONICAL_TAIL;
	EXPECT(writes(full, full));
	/* A set has one order. */
	EXPECT(writes(edited(full, "\"SWHardeningNeeded\",\"OutOfDate\"", "\"OutOfDate\",\"SWHardeningNeeded\""), full));
}

static bool differs_by(const char *to_text, const char *wanted)
{
	AH_AUTO_PTR(ah_policy) from = loaded(TDX_POLICY);
	AH_AUTO_PTR(ah_policy) to = loaded(to_text);
	char *lines = NULL;
	size_t len = 0;
	bool ok = ah_policy_diff(from, to, &lines, &len) == AH_OK && strcmp(lines, wanted) == 0;
	if (!ok)
		printf("  wanted:\n%s  got:\n%s", wanted, lines != NULL ? lines : "nothing\n");
	ah_text_free(lines);
	return ok;
}

static void each_difference_is_one_line(void)
{
	static const struct { const char *find, *replacement, *lines; } rows[] = {
		{ "evaluation\":18", "evaluation\":19", "~ platforms.tdx.min_tcb_evaluation: 18 -> 19\n" },
		{ IN_TDX, IN_TDX "\"debug\":true,", "~ platforms.tdx.debug: false -> true\n" },
		{ IN_TDX, IN_TDX "\"tcb_statuses\":[\"OutOfDate\",\"UpToDate\"],", "+ platforms.tdx.tcb_statuses[OutOfDate]\n" },
		{ IN_TDX, IN_TDX "\"ppids\":[],", "+ platforms.tdx.ppids\n" },
		{ IN_TDX, IN_TDX "\"ppids\":[\"" X16("12") "\"],", "+ platforms.tdx.ppids\n+ platforms.tdx.ppids[" X16("12") "]\n" },
		{ IN_TDX, IN_TDX "\"mrservicetd\":[],", "" }, /* absent and empty: no service TD */
		{ IN_TDX, IN_TDX "\"mrservicetd\":[\"" HEX48("5") "\"],", "+ platforms.tdx.mrservicetd[" HEX48("5") "]\n" },
		{ HEX48("d"), HEX48("e"), "~ platforms.tdx.releases[1.0].mrtd: " HEX48("d") " -> " HEX48("e") "\n" },
		{ HEX48("b"), HEX48("c"), "~ platforms.tdx.releases[1.0].rtmrs.1: " HEX48("b") " -> " HEX48("c") "\n" },
		{ ",\"1\":\"" HEX48("b") "\"", "", "- platforms.tdx.releases[1.0].rtmrs.1: " HEX48("b") "\n" },
		{ "\"release\":\"1.0\"", "\"release\":\"1.1\"", "- platforms.tdx.releases[1.0]\n+ platforms.tdx.releases[1.1]\n" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		EXPECT(differs_by(edited(TDX_POLICY, rows[i].find, rows[i].replacement), rows[i].lines));
	ah_test_count(sizeof rows / sizeof rows[0]);
	EXPECT(differs_by(SNP_POLICY, "+ platforms.sev-snp\n- platforms.tdx\n"));
}

/* -- remarks -- */

static bool remarks(const char *text, const char *wanted)
{
	AH_AUTO_PTR(ah_policy) p = loaded(text);
	ah_policy_note notes[AH_POLICY_NOTES_MAX];
	char got[4096] = "";
	size_t len = 0, count = ah_policy_lint(p, AT, notes);
	for (size_t i = 0; i < count; i++)
		len += (size_t)snprintf(got + len, sizeof got - len, "%s %s\n", notes[i].id, notes[i].path);
	bool ok = strcmp(got, wanted) == 0;
	if (!ok)
		printf("  wanted:\n%s  got:\n%s", wanted, got);
	return ok;
}

static void each_member_that_opens_something_is_remarked(void)
{
	static const struct { const char *find, *replacement, *wanted; } rows[] = {
		{ IN_TDX, IN_TDX, "" },
		{ IN_TDX, IN_TDX "\"tcb_statuses\":[\"UpToDate\"],", "" },
		{ IN_TDX, IN_TDX "\"mrservicetd\":[],", "" },
		{ IN_TDX, IN_TDX "\"debug\":true,", "debug-allowed platforms.tdx.debug\n" },
		{ IN_TDX, IN_TDX "\"tcb_statuses\":[\"UpToDate\",\"SWHardeningNeeded\"],", "tcb-status-accepted platforms.tdx.tcb_statuses\n" },
		{ IN_TDX, IN_TDX "\"tcb_statuses\":[\"TDRelaunchAdvised\"],", "tcb-status-accepted platforms.tdx.tcb_statuses\n" },
		{ IN_TDX, IN_TDX "\"mrservicetd\":[\"" HEX48("5") "\"],", "service-td-listed platforms.tdx.mrservicetd\n" },
		{ TDX_RELEASE, TDX_RELEASE ",{\"release\":\"2\",\"mrtd\":\"" HEX48("1") "\",\"rtmrs\":{}},{\"release\":\"3\",\"mrtd\":\"" HEX48("2") "\",\"rtmrs\":{}}",
		  "no-rtmrs platforms.tdx.releases[1]\n" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		EXPECT(remarks(with(edited(TDX_POLICY, rows[i].find, rows[i].replacement), IN_TDX, "\"ppids\":[\"" X16("12") "\"],"), rows[i].wanted));
	ah_test_count(sizeof rows / sizeof rows[0]);
	EXPECT(remarks(TDX_POLICY, "no-identity-list platforms.tdx.ppids\n"));
	EXPECT(remarks(with(TDX_POLICY, IN_TDX, "\"ppids\":[],"), "empty-list platforms.tdx.ppids\n"));
	EXPECT(remarks(with(TDX_POLICY, AT_TOP, "\"service_keys\":[\"" HEX32("1") "\"],"), "not-in-evidence service_keys\n"));
}

/* -- a first policy -- */

static ah_claims tdx_claims(void)
{
	ah_claims c = { .platform = AH_PLATFORM_TDX, .hardware = true };
	ah_tdx_claims *tdx = &c.of.tdx;
	memset(tdx->mrtd, 0xdd, sizeof tdx->mrtd);
	for (int i = 0; i < 3; i++)
		memset(tdx->rtmr[i], 0xa0 + i, sizeof tdx->rtmr[i]);
	memset(tdx->ppid, 0x66, sizeof tdx->ppid);
	tdx->has_collateral = true;
	tdx->tcb_status = AH_TDX_TCB_UP_TO_DATE;
	tdx->tcb_evaluation = 18;
	tdx->qe_evaluation = 17;
	return c;
}

#define INIT_HEAD "{\"freshness\":\"cached\",\"issued_at\":\"2026-11-20T00:00:00Z\",\"max_evidence_age_seconds\":3600,\"platforms\":{\"tdx\":"
#define INIT_TAIL "},\"require_revocation\":true,\"schema\":\"anchorhold.trust-bundle/v1\",\"valid_from\":\"2026-11-20T00:00:00Z\"," \
	"\"valid_until\":\"2027-02-18T00:00:00Z\",\"version\":1,\"workload\":\"router\"}"

static bool makes(const ah_claims *claims, const char *section)
{
	AH_AUTO_PTR(ah_policy) p = NULL;
	AH_AUTO_PTR(ah_policy) again = NULL;
	char *text = NULL, wanted[4096];
	size_t len = 0;
	(void)snprintf(wanted, sizeof wanted, INIT_HEAD "%s" INIT_TAIL, section);
	bool ok = ah_policy_init_from(&p, claims, "router", "1.0", AT, NULL) == AH_OK && ah_policy_to_json(p, &text, &len) == AH_OK && strcmp(text, wanted) == 0
	          && ah_policy_load(&again, ah_slice_make(text, len), NULL) == AH_OK;
	if (!ok)
		printf("  wanted %s\n  got    %s\n", wanted, text != NULL ? text : "nothing");
	ah_text_free(text);
	return ok;
}

static void a_first_policy_allows_what_was_seen(void)
{
	ah_claims c = tdx_claims();
	EXPECT(makes(&c, "{\"debug\":false,\"min_tcb_evaluation\":17,\"releases\":[{\"mrtd\":\"" HEX48("d") "\",\"release\":\"1.0\",\"rtmrs\":{\"0\":\"" X16("a0a0a0")
		"\",\"1\":\"" X16("a1a1a1") "\",\"2\":\"" X16("a2a2a2") "\",\"3\":\"" HEX48("0") "\"}}],\"tcb_statuses\":[\"UpToDate\"]}"));
}

static void what_was_seen_is_allowed_even_where_the_default_is_stricter(void)
{
	ah_claims c = tdx_claims();
	c.debug = true;
	c.of.tdx.tcb_status = AH_TDX_TCB_OUT_OF_DATE;
	c.of.tdx.qe_evaluation = 20;
	memset(c.of.tdx.rtmr, 0, sizeof c.of.tdx.rtmr); /* as on Azure, where a vTPM measures instead */
	memset(c.of.tdx.mrservicetd, 0x55, sizeof c.of.tdx.mrservicetd);
	EXPECT(makes(&c, "{\"debug\":true,\"min_tcb_evaluation\":18,\"mrservicetd\":[\"" HEX48("5") "\"],\"releases\":[{\"mrtd\":\"" HEX48("d")
		"\",\"release\":\"1.0\",\"rtmrs\":{\"3\":\"" HEX48("0") "\"}}],\"tcb_statuses\":[\"UpToDate\",\"OutOfDate\"]}"));
}

static void claims_that_no_policy_can_state_are_refused(void)
{
	ah_policy *p = NULL;
	ah_fault why = { .err = AH_OK };
	ah_claims c = tdx_claims();
	c.of.tdx.has_collateral = false;
	EXPECT_ERR(ah_policy_init_from(&p, &c, "router", "1.0", AT, &why), AH_ERR_ARGUMENT);
	EXPECT(strncmp(why.detail, "needs collateral", strlen("needs collateral")) == 0);
	c = tdx_claims();
	c.of.tdx.tcb_status = AH_TDX_TCB_REVOKED;
	EXPECT_ERR(ah_policy_init_from(&p, &c, "router", "1.0", AT, &why), AH_ERR_ARGUMENT);
	c = tdx_claims();
	memset(c.of.tdx.mrtd, 0, sizeof c.of.tdx.mrtd);
	EXPECT_ERR(ah_policy_init_from(&p, &c, "router", "1.0", AT, &why), AH_ERR_POLICY_ZERO_MEASUREMENT);
	EXPECT(p == NULL);
}

static const ah_test_case cases[] = {
	AH_TEST(a_minimal_policy_gets_its_defaults),
	AH_TEST(every_member_is_taken),
	AH_TEST(any_subset_of_the_rtmrs_may_be_named_and_the_last_may_be_zero),
	AH_TEST(what_is_wrong_is_refused_with_its_place),
	AH_TEST(releases_that_differ_in_one_named_register_stand_beside_each_other),
	AH_TEST(the_canonical_text_has_its_defaults_written_out),
	AH_TEST(each_difference_is_one_line),
	AH_TEST(each_member_that_opens_something_is_remarked),
	AH_TEST(a_first_policy_allows_what_was_seen),
	AH_TEST(what_was_seen_is_allowed_even_where_the_default_is_stricter),
	AH_TEST(claims_that_no_policy_can_state_are_refused),
};
AH_TEST_MAIN(cases)
