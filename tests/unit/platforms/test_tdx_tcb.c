/*
 * TCB evaluation (steps 11 to 14): which level is reached, what a component makes of it, what the current TCB makes of the launch TCB, and the two documents
 * from which the levels come. Levels are hand-made; the tables of statuses are written out from Intel's description, not computed.
 */
#include "platforms/tdx/documents.h"
#include "platforms/tdx/tcb.h"
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>

#define UTD   AH_TDX_TCB_UP_TO_DATE
#define SWH   AH_TDX_TCB_SW_HARDENING_NEEDED
#define CN    AH_TDX_TCB_CONFIGURATION_NEEDED
#define CNSWH AH_TDX_TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED
#define OOD   AH_TDX_TCB_OUT_OF_DATE
#define OODCN AH_TDX_TCB_OUT_OF_DATE_CONFIGURATION_NEEDED
#define RKD   AH_TDX_TCB_REVOKED
#define TDR   AH_TDX_TCB_RELAUNCH_ADVISED
#define TDRCN AH_TDX_TCB_RELAUNCH_ADVISED_CONFIGURATION_NEEDED

static const ah_tdx_tcb_status platform_statuses[] = { UTD, SWH, CN, CNSWH, OOD, OODCN, RKD };
static const ah_tdx_tcb_status component_statuses[] = { UTD, OOD, RKD };

/* -- A platform whose every part can be chosen -- */

typedef struct world {
	ah_tdx_tcb_info info;
	ah_tdx_qe_identity identity;
	uint8_t pck[16], svn[16], svn2[16];
	ah_tdx_tcb_input input;
	ah_tdx_tcb_result result;
	ah_fault why;
} world;

/* Two platform levels (SVN 5: high, SVN 3: low), module TDX_01 and TDX_03 with levels 4 (high) and 2 (low), QE levels 4 and 2. */
static world *world_new(ah_tdx_tcb_status high, ah_tdx_tcb_status low)
{
	world *w = (world *)calloc(1, sizeof *w);
	assert(w != NULL);
	w->info.level_count = 2;
	for (size_t i = 0; i < 2; i++) {
		ah_tdx_level *level = &w->info.levels[i];
		memset(level->sgx, i == 0 ? 5 : 3, sizeof level->sgx);
		level->tdx[2] = i == 0 ? 5 : 3;
		level->pcesvn = i == 0 ? 11 : 5;
		level->status = i == 0 ? high : low;
		level->date_s = i == 0 ? 1000 : 500;
		level->advisories = i == 0 ? 0 : 1;
	}
	w->info.module_count = 2;
	for (size_t m = 0; m < 2; m++) {
		ah_tdx_module_identity *module = &w->info.modules[m];
		module->version = m == 0 ? 1 : 3;
		module->level_count = 2;
		module->levels[0] = (ah_tdx_level){ .isvsvn = 4, .status = UTD, .date_s = 900 };
		module->levels[1] = (ah_tdx_level){ .isvsvn = 2, .status = OOD, .date_s = 400, .advisories = 2 };
	}
	w->identity.level_count = 2;
	w->identity.levels[0] = (ah_tdx_level){ .isvsvn = 4, .status = UTD, .date_s = 950 };
	w->identity.levels[1] = (ah_tdx_level){ .isvsvn = 2, .status = OOD, .date_s = 300, .advisories = 1 };
	memset(w->pck, 5, sizeof w->pck);
	w->svn[0] = 4;
	w->svn[1] = 1;
	w->svn[2] = 5;
	memcpy(w->svn2, w->svn, sizeof w->svn2);
	w->input = (ah_tdx_tcb_input){ .pck_components = w->pck, .pcesvn = 11, .tee_tcb_svn = w->svn, .qe_isvsvn = 4 };
	return w;
}

static void world_auto(world **w)
{
	free(*w);
}
#define WORLD(high, low) __attribute__((cleanup(world_auto))) world *w = world_new(high, low)

static ah_err evaluate(world *w)
{
	w->why = (ah_fault){ .err = AH_OK };
	return ah_tdx_tcb_evaluate(&w->result, &w->info, &w->identity, &w->input, &w->why);
}

/* -- Statuses -- */

static void statuses_are_read_by_intels_spelling_alone(void)
{
	static const struct { const char *text; ah_tdx_tcb_status status; } known[] = {
		{ "UpToDate", UTD }, { "SWHardeningNeeded", SWH }, { "ConfigurationNeeded", CN }, { "ConfigurationAndSWHardeningNeeded", CNSWH },
		{ "OutOfDate", OOD }, { "OutOfDateConfigurationNeeded", OODCN }, { "Revoked", RKD },
	};
	static const char *const unknown[] = { "", "uptodate", "UpToDate ", "UPTODATE", "TDRelaunchAdvised", "TDRelaunchAdvisedConfigurationNeeded", "none",
		                               "NotSupported", "UpToDat", "UpToDateX" };
	ah_tdx_tcb_status status = AH_TDX_TCB_NONE;
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		EXPECT(ah_tdx_tcb_status_parse(&status, ah_slice_text(known[i].text)));
		EXPECT(status == known[i].status);
	}
	status = AH_TDX_TCB_NONE;
	for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
		EXPECT(!ah_tdx_tcb_status_parse(&status, ah_slice_text(unknown[i])) && status == AH_TDX_TCB_NONE);
}

/* Step 13, written out: rows are the platform's status, columns a component that is UpToDate, OutOfDate, Revoked. */
static const ah_tdx_tcb_status merged[7][3] = {
	/* UpToDate */                          { UTD, OOD, RKD },
	/* SWHardeningNeeded */                 { SWH, OOD, RKD },
	/* ConfigurationNeeded */               { CN, OODCN, RKD },
	/* ConfigurationAndSWHardeningNeeded */ { CNSWH, OODCN, RKD },
	/* OutOfDate */                         { OOD, OOD, RKD },
	/* OutOfDateConfigurationNeeded */      { OODCN, OODCN, RKD },
	/* Revoked */                           { RKD, RKD, RKD },
};

static void a_module_makes_the_status_only_worse(void)
{
	for (size_t p = 0; p < 7; p++)
		for (size_t c = 0; c < 3; c++) {
			WORLD(platform_statuses[p], OOD);
			w->info.modules[0].levels[0].status = component_statuses[c];
			EXPECT_OK(evaluate(w));
			EXPECT_MSG(w->result.merged == merged[p][c], "platform %zu, module %zu: %s", p, c, ah_tdx_tcb_status_name(w->result.merged));
			EXPECT(w->result.launch == merged[p][c] && w->result.platform == platform_statuses[p]);
			EXPECT(w->result.module == component_statuses[c] && w->result.qe == UTD && w->result.current == AH_TDX_TCB_NONE);
		}
	ah_test_count(21);
}

static void a_quoting_enclave_makes_the_status_only_worse(void)
{
	for (size_t p = 0; p < 7; p++)
		for (size_t c = 0; c < 3; c++) {
			WORLD(platform_statuses[p], OOD);
			w->identity.levels[0].status = component_statuses[c];
			EXPECT_OK(evaluate(w));
			EXPECT_MSG(w->result.merged == merged[p][c], "platform %zu, QE %zu: %s", p, c, ah_tdx_tcb_status_name(w->result.merged));
			EXPECT(w->result.qe == component_statuses[c] && w->result.module == UTD);
		}
	ah_test_count(21);
}

static void a_revoked_component_wins_over_an_outdated_one(void)
{
	WORLD(CN, OOD);
	w->info.modules[0].levels[0].status = OOD;
	w->identity.levels[0].status = RKD;
	EXPECT_OK(evaluate(w));
	EXPECT(w->result.merged == RKD);
}

/* The status of a verifier that returned the module's level alone would be UpToDate. */
static void an_outdated_platform_is_not_saved_by_its_module(void)
{
	WORLD(UTD, OOD);
	w->pck[7] = 4;
	EXPECT_OK(evaluate(w));
	EXPECT(w->result.platform == OOD && w->result.module == UTD && w->result.merged == OOD);
}

/* -- Levels -- */

static void the_first_level_that_is_reached_counts(void)
{
	WORLD(UTD, OOD);
	EXPECT_OK(evaluate(w));
	EXPECT(w->result.platform == UTD && w->result.info_advisories == 0);
	for (size_t i = 0; i < 16; i++) { /* one component below is below */
		w->pck[i] = 4;
		EXPECT_OK(evaluate(w));
		EXPECT(w->result.platform == OOD && w->result.info_advisories == 1);
		w->pck[i] = 3;
		EXPECT_OK(evaluate(w));
		EXPECT(w->result.platform == OOD);
		w->pck[i] = 2;
		EXPECT_ERR(evaluate(w), AH_ERR_TCB_UNSUPPORTED);
		w->pck[i] = 255;
		EXPECT_OK(evaluate(w));
		EXPECT(w->result.platform == UTD);
		w->pck[i] = 5;
	}
	ah_test_count(16);
}

static void pcesvn_is_part_of_a_level(void)
{
	static const struct { uint16_t pcesvn; ah_err err; ah_tdx_tcb_status status; } cases[] = {
		{ 65535, AH_OK, UTD }, { 11, AH_OK, UTD }, { 10, AH_OK, OOD }, { 5, AH_OK, OOD }, { 4, AH_ERR_TCB_UNSUPPORTED, AH_TDX_TCB_NONE },
	};
	WORLD(UTD, OOD);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		w->input.pcesvn = cases[i].pcesvn;
		EXPECT_ERR(evaluate(w), cases[i].err);
		EXPECT(cases[i].err != AH_OK || w->result.platform == cases[i].status);
	}
}

static void every_tdx_component_from_the_second_on_counts(void)
{
	for (size_t i = 2; i < 16; i++) {
		WORLD(UTD, OOD);
		w->info.levels[0].tdx[i] = 9;
		w->svn[i] = 9;
		if (i != 2)
			w->svn[2] = 5;
		EXPECT_OK(evaluate(w));
		EXPECT(w->result.platform == UTD);
		w->svn[i] = 8;
		EXPECT_OK(evaluate(w));
		EXPECT_MSG(w->result.platform == OOD, "component %zu", i);
	}
	ah_test_count(14);
}

/* From module version 1 on, SVN and version of the module are not components: dcap-qvl compared them and called good platforms OutOfDate. */
static void components_0_and_1_count_for_module_version_0_alone(void)
{
	WORLD(UTD, OOD);
	w->info.levels[0].tdx[0] = 200;
	w->info.levels[0].tdx[1] = 200;
	EXPECT_OK(evaluate(w));
	EXPECT(w->result.platform == UTD && w->result.module == UTD);
	w->svn[1] = 0;
	EXPECT_OK(evaluate(w));
	EXPECT(w->result.platform == OOD && w->result.module == AH_TDX_TCB_NONE);
	w->info.levels[0].tdx[0] = 4;
	w->info.levels[0].tdx[1] = 0;
	EXPECT_OK(evaluate(w));
	EXPECT(w->result.platform == UTD);
	w->svn[0] = 3;
	EXPECT_OK(evaluate(w));
	EXPECT(w->result.platform == OOD);
}

static void a_module_level_is_chosen_by_its_version_and_svn(void)
{
	WORLD(UTD, OOD);
	w->info.modules[1].levels[0].status = RKD;
	EXPECT_OK(evaluate(w));
	EXPECT(w->result.module == UTD);
	w->svn[1] = 3;
	EXPECT_OK(evaluate(w));
	EXPECT(w->result.module == RKD);
	w->svn[0] = 3;
	EXPECT_OK(evaluate(w));
	EXPECT(w->result.module == OOD && w->result.merged == OOD && w->result.info_advisories == 2);
	w->svn[0] = 2;
	EXPECT_OK(evaluate(w));
	EXPECT(w->result.module == OOD);
	w->svn[0] = 1;
	EXPECT_ERR(evaluate(w), AH_ERR_TCB_UNSUPPORTED);
	EXPECT(strstr(w->why.detail, "TDX_03") != NULL);
}

static void a_module_version_without_identity_is_refused(void)
{
	WORLD(UTD, OOD);
	w->svn[1] = 2;
	EXPECT_ERR(evaluate(w), AH_ERR_TDX_MODULE);
	EXPECT(strstr(w->why.detail, "TDX_02") != NULL);
	w->info.module_count = 0;
	w->svn[1] = 1;
	EXPECT_ERR(evaluate(w), AH_ERR_TDX_MODULE);
	w->svn[1] = 0;
	EXPECT_OK(evaluate(w));
}

static void the_module_identity_of_a_version_is_found(void)
{
	WORLD(UTD, OOD);
	bool found = false;
	EXPECT(ah_tdx_module_for(&w->info, 0, &found) == NULL && found);
	EXPECT(ah_tdx_module_for(&w->info, 1, &found) == &w->info.modules[0] && found);
	EXPECT(ah_tdx_module_for(&w->info, 3, &found) == &w->info.modules[1] && found);
	EXPECT(ah_tdx_module_for(&w->info, 2, &found) == NULL && !found);
	w->info.modules[0].version = 0; /* an entry TDX_00 does not take the place of tdxModule */
	EXPECT(ah_tdx_module_for(&w->info, 0, &found) == NULL && found);
}

static void a_quoting_enclave_below_every_level_is_refused(void)
{
	WORLD(UTD, OOD);
	w->input.qe_isvsvn = 65535;
	EXPECT_OK(evaluate(w));
	EXPECT(w->result.qe == UTD);
	w->input.qe_isvsvn = 3;
	EXPECT_OK(evaluate(w));
	EXPECT(w->result.qe == OOD && w->result.merged == OOD && w->result.qe_advisories == 1);
	w->input.qe_isvsvn = 1;
	EXPECT_ERR(evaluate(w), AH_ERR_TCB_UNSUPPORTED);
	EXPECT(strstr(w->why.detail, "quoting enclave") != NULL);
}

static void the_date_is_that_of_the_oldest_level(void)
{
	WORLD(UTD, OOD);
	EXPECT_OK(evaluate(w));
	EXPECT(w->result.date_s == 900);
	w->input.qe_isvsvn = 2;
	EXPECT_OK(evaluate(w));
	EXPECT(w->result.date_s == 300);
	w->input.qe_isvsvn = 4;
	w->pck[0] = 3;
	EXPECT_OK(evaluate(w));
	EXPECT(w->result.date_s == 500);
	w->svn[0] = 2;
	EXPECT_OK(evaluate(w));
	EXPECT(w->result.date_s == 400);
}

static void a_failed_evaluation_leaves_the_result_alone(void)
{
	WORLD(UTD, OOD);
	memset(&w->result, 0x5a, sizeof w->result);
	ah_tdx_tcb_result before = w->result;
	w->pck[0] = 0;
	EXPECT_ERR(evaluate(w), AH_ERR_TCB_UNSUPPORTED);
	EXPECT(memcmp(&before, &w->result, sizeof before) == 0);
}

/* -- Launch and current TCB -- */

/*
 * Step 14, written out: rows are the launch status, columns the current one in the order of platform_statuses. A current one that is out of
 * date counts like a component that is (docs/protocol/tdx.md).
 */
static const ah_tdx_tcb_status relaunch[7][7] = {
	/* UpToDate */      { UTD, UTD, UTD, UTD, OOD, OODCN, RKD },
	/* SWHardening */   { SWH, SWH, SWH, SWH, OOD, OODCN, RKD },
	/* Configuration */ { CN, CN, CN, CN, OODCN, OODCN, RKD },
	/* both */          { CNSWH, CNSWH, CNSWH, CNSWH, OODCN, OODCN, RKD },
	/* OutOfDate */     { TDR, TDR, TDRCN, TDRCN, OOD, OODCN, RKD },
	/* OutOfDateCN */   { TDRCN, TDRCN, TDRCN, TDRCN, OODCN, OODCN, RKD },
	/* Revoked */       { RKD, RKD, RKD, RKD, RKD, RKD, RKD },
};

/* The launch reaches the second level (TDX component 2 is 3), the current TCB the first one. */
static void a_relaunch_is_advised_when_only_the_launch_was_out_of_date(void)
{
	for (size_t launch = 0; launch < 7; launch++)
		for (size_t current = 0; current < 7; current++) {
			WORLD(platform_statuses[current], platform_statuses[launch]);
			w->svn[2] = 3;
			w->input.tee_tcb_svn2 = w->svn2;
			EXPECT_OK(evaluate(w));
			EXPECT(w->result.launch == platform_statuses[launch] && w->result.current == platform_statuses[current]);
			EXPECT_MSG(w->result.merged == relaunch[launch][current], "launch %zu, current %zu: %s", launch, current,
			           ah_tdx_tcb_status_name(w->result.merged));
		}
	ah_test_count(49);
}

static void a_module_that_was_updated_asks_for_a_relaunch(void)
{
	WORLD(UTD, OOD);
	w->svn[0] = 2;
	w->input.tee_tcb_svn2 = w->svn2;
	EXPECT_OK(evaluate(w));
	EXPECT(w->result.launch == OOD && w->result.current == UTD && w->result.module == OOD && w->result.merged == TDR);
	EXPECT(w->result.date_s == 400 && w->result.info_advisories == 2);
	w->info.levels[0].status = CN;
	EXPECT_OK(evaluate(w));
	EXPECT(w->result.launch == OODCN && w->result.current == CN && w->result.merged == TDRCN);
	w->identity.levels[0].status = OOD; /* then the current TCB is out of date as well: starting again would not help */
	EXPECT_OK(evaluate(w));
	EXPECT(w->result.current == OODCN && w->result.merged == OODCN);
}

static void a_current_tcb_that_cannot_be_rated_is_refused(void)
{
	WORLD(UTD, OOD);
	w->input.tee_tcb_svn2 = w->svn2;
	EXPECT_OK(evaluate(w));
	EXPECT(w->result.merged == UTD && w->result.current == UTD);
	w->svn2[1] = 2;
	EXPECT_ERR(evaluate(w), AH_ERR_TDX_MODULE);
	w->svn2[1] = 1;
	w->svn2[2] = 2;
	EXPECT_ERR(evaluate(w), AH_ERR_TCB_UNSUPPORTED);
	EXPECT(strstr(w->why.detail, "current") != NULL);
	w->svn2[2] = 5;
	w->svn2[0] = 1;
	EXPECT_ERR(evaluate(w), AH_ERR_TCB_UNSUPPORTED);
}

/* -- The documents: written by printf, each part replaceable -- */

#define TEXT_MAX (600 * 1024)
#define ZEROS_96 "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
#define SVN_15 "{\"svn\":1},{\"svn\":1},{\"svn\":1},{\"svn\":1},{\"svn\":1},{\"svn\":1},{\"svn\":1},{\"svn\":1},{\"svn\":1},{\"svn\":1},{\"svn\":1}," \
	"{\"svn\":1},{\"svn\":1},{\"svn\":1},{\"svn\":1}"
#define SVN_16 SVN_15 ",{\"svn\":1}"
#define LEVEL(sgx, pcesvn, tdx, status) \
	"{\"tcb\":{\"sgxtcbcomponents\":[" sgx "],\"pcesvn\":" pcesvn ",\"tdxtcbcomponents\":[" tdx "]},\"tcbDate\":\"2024-03-13T00:00:00Z\"," \
	"\"tcbStatus\":\"" status "\"}"
#define ISV_LEVEL(isvsvn, status) "{\"tcb\":{\"isvsvn\":" isvsvn "},\"tcbDate\":\"2024-03-13T00:00:00Z\",\"tcbStatus\":\"" status "\"}"
#define MODULE(id, levels) \
	"{\"id\":\"" id "\",\"mrsigner\":\"" ZEROS_96 "\",\"attributes\":\"0000000000000000\",\"attributesMask\":\"FFFFFFFFFFFFFFFF\",\"tcbLevels\":[" levels "]}"

/* One member each; NULL leaves it out. */
typedef struct info_plan {
	const char *id, *version, *type, *issue, *next, *fmspc, *pceid, *evaluation, *module, *identities, *levels, *extra;
} info_plan;

static const info_plan good_info = {
	.id = "\"TDX\"", .version = "3", .type = "0", .issue = "\"2025-06-19T10:16:03Z\"", .next = "\"2025-07-19T10:16:03Z\"", .fmspc = "\"B0c06F000000\"",
	.pceid = "\"00Ab\"", .evaluation = "17",
	.module = "{\"mrsigner\":\"" ZEROS_96 "\",\"attributes\":\"0000000000000000\",\"attributesMask\":\"FFFFFFFFFFFFFFFF\"}",
	.identities = "[" MODULE("TDX_03", ISV_LEVEL("3", "UpToDate")) "," MODULE("TDX_01", ISV_LEVEL("2", "OutOfDate") "," ISV_LEVEL("4", "UpToDate")) "]",
	.levels = "[" LEVEL(SVN_16, "11", SVN_16, "UpToDate") "]",
};

static void put_member(ah_buf *out, const char *name, const char *value)
{
	if (value != NULL)
		assert(ah_buf_printf(out, "%s\"%s\":%s", out->len > 1 ? "," : "", name, value) == AH_OK);
}

static ah_err parse_info(ah_tdx_tcb_info *out, const info_plan *plan, ah_fault *why)
{
	AH_AUTO(ah_buf) text = AH_BUF(TEXT_MAX);
	assert(ah_buf_append_text(&text, "{") == AH_OK);
	put_member(&text, "id", plan->id);
	put_member(&text, "version", plan->version);
	put_member(&text, "issueDate", plan->issue);
	put_member(&text, "nextUpdate", plan->next);
	put_member(&text, "fmspc", plan->fmspc);
	put_member(&text, "pceId", plan->pceid);
	put_member(&text, "tcbType", plan->type);
	put_member(&text, "tcbEvaluationDataNumber", plan->evaluation);
	put_member(&text, "tdxModule", plan->module);
	put_member(&text, "tdxModuleIdentities", plan->identities);
	put_member(&text, "tcbLevels", plan->levels);
	assert(ah_buf_append_text(&text, plan->extra != NULL ? plan->extra : "") == AH_OK);
	assert(ah_buf_append_text(&text, "}") == AH_OK);
	*why = (ah_fault){ .err = AH_OK };
	memset(out, 0, sizeof *out);
	return ah__tdx_tcb_info_parse(out, ah_buf_slice(&text), why);
}

#define EXPECT_INFO(wanted, ...) \
	do { \
		info_plan plan_ = good_info; \
		__VA_ARGS__; \
		EXPECT_ERR(parse_info(&info, &plan_, &why), wanted); \
		if ((wanted) != AH_OK) \
			EXPECT(why.err == (wanted)); \
	} while (0)

static void tcb_info_is_read(void)
{
	static ah_tdx_tcb_info info;
	ah_fault why;
	EXPECT_INFO(AH_OK, (void)plan_);
	EXPECT(info.issue_s == 1750328163 && info.next_update_s == 1752920163 && info.evaluation == 17 && info.unknown_members == 0);
	EXPECT_BYTES(AH_SLICE_OF(info.fmspc), AH_SLICE_LITERAL("\xb0\xc0\x6f\x00\x00\x00"));
	EXPECT_BYTES(AH_SLICE_OF(info.pceid), AH_SLICE_LITERAL("\x00\xab"));
	EXPECT_BYTES(AH_SLICE_OF(info.module_attributes_mask), AH_SLICE_LITERAL("\xff\xff\xff\xff\xff\xff\xff\xff"));
	EXPECT(info.module_count == 2 && info.modules[0].version == 3 && info.modules[1].version == 1);
	EXPECT(info.modules[1].levels[0].isvsvn == 4 && info.modules[1].levels[1].isvsvn == 2 && info.modules[1].levels[1].status == OOD);
	EXPECT(info.level_count == 1 && info.levels[0].pcesvn == 11 && info.levels[0].sgx[15] == 1 && info.levels[0].tdx[15] == 1);
	EXPECT(info.levels[0].date_s == 1710288000 && info.levels[0].status == UTD && info.advisory_count == 0);
	EXPECT_INFO(AH_OK, plan_.identities = NULL);
	EXPECT(info.module_count == 0);
	EXPECT_INFO(AH_OK, plan_.identities = "[]");
	EXPECT_INFO(AH_OK, plan_.identities = "[" MODULE("TDX_fF", ISV_LEVEL("3", "Revoked")) "]");
	EXPECT(info.modules[0].version == 0xff);
}

static void unknown_members_are_counted(void)
{
	static ah_tdx_tcb_info info;
	ah_fault why;
	EXPECT_INFO(AH_OK, plan_.extra = ",\"new\":{\"a\":[1.5e3,null]},\"newer\":0");
	EXPECT(info.unknown_members == 2);
	EXPECT_INFO(AH_OK, plan_.levels = "[" LEVEL(SVN_15 ",{\"svn\":1,\"category\":\"OS/VMM\",\"type\":\"TDX\",\"y\":2}", "1", SVN_16, "UpToDate") "]");
	EXPECT(info.unknown_members == 1);
}

static void tcb_info_of_another_kind_is_refused(void)
{
	static ah_tdx_tcb_info info;
	ah_fault why;
	EXPECT_INFO(AH_ERR_COLLATERAL_KIND, plan_.id = "\"SGX\"");
	EXPECT_INFO(AH_ERR_COLLATERAL_KIND, plan_.id = "\"tdx\"");
	EXPECT_INFO(AH_ERR_COLLATERAL_KIND, plan_.id = NULL);
	EXPECT_INFO(AH_ERR_COLLATERAL_KIND, plan_.id = "3");
	EXPECT_INFO(AH_ERR_COLLATERAL_KIND, plan_.version = "2");
	EXPECT_INFO(AH_ERR_COLLATERAL_KIND, plan_.version = "4");
	EXPECT_INFO(AH_ERR_COLLATERAL_KIND, plan_.version = "\"3\"");
	EXPECT_INFO(AH_ERR_COLLATERAL_KIND, plan_.type = "1");
	EXPECT_INFO(AH_ERR_COLLATERAL_KIND, plan_.type = NULL);
	EXPECT_INFO(AH_ERR_COLLATERAL_KIND, plan_.version = "2", plan_.levels = NULL); /* before anything is missed */
}

static void every_member_of_tcb_info_must_be_there_and_in_form(void)
{
	static ah_tdx_tcb_info info;
	ah_fault why;
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.issue = NULL);
	EXPECT(strcmp(why.detail, "issueDate: missing") == 0);
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.next = NULL);
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.fmspc = NULL);
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.pceid = NULL);
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.evaluation = NULL);
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.module = NULL);
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.levels = NULL);
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.levels = "[]");
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.levels = "{}");
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.levels = "[1]");
	EXPECT(strncmp(why.detail, "tcbLevels[0]: ", 14) == 0);
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.issue = "\"2025-06-19T10:16:03\"");
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.issue = "\"2025-06-19T10:16:03+00:00\"");
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.next = "\"2025-02-30T10:16:03Z\"");
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.next = "1750328163");
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.fmspc = "\"B0C06F0000\"");
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.fmspc = "\"B0C06F00000g\"");
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.fmspc = "\"\\u0042C06F000000\"");
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.pceid = "\"000\"");
	EXPECT_INFO(AH_OK, plan_.evaluation = "4294967295");
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.evaluation = "4294967296");
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.evaluation = "-1");
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.evaluation = "1.7e1");
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.module = "{\"mrsigner\":\"00\",\"attributes\":\"0000000000000000\",\"attributesMask\":\"FFFFFFFFFFFFFFFF\"}");
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.module = "{\"mrsigner\":\"" ZEROS_96 "\",\"attributes\":\"0000000000000000\"}");
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.extra = ",\"fmspc\":\"000000000000\"");
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.extra = ",\"\\u0066mspc\":\"000000000000\"");
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.extra = "}{");
	ah_test_count(27);
}

/* An array of 15 that is compared as far as it goes lets the sixteenth component pass unseen. */
static void component_arrays_have_exactly_16_members(void)
{
	static ah_tdx_tcb_info info;
	ah_fault why;
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.levels = "[" LEVEL(SVN_15, "11", SVN_16, "UpToDate") "]");
	EXPECT(strcmp(why.detail, "tcbLevels[0].tcb.sgxtcbcomponents: not 16 components") == 0);
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.levels = "[" LEVEL(SVN_16, "11", SVN_15, "UpToDate") "]");
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.levels = "[" LEVEL(SVN_16 ",{\"svn\":1}", "11", SVN_16, "UpToDate") "]");
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.levels = "[" LEVEL(SVN_16, "11", SVN_16 ",{\"svn\":1}", "UpToDate") "]");
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.levels = "[" LEVEL(SVN_15 ",{}", "11", SVN_16, "UpToDate") "]");
	EXPECT_INFO(AH_OK, plan_.levels = "[" LEVEL(SVN_15 ",{\"svn\":255}", "65535", SVN_16, "UpToDate") "]");
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.levels = "[" LEVEL(SVN_15 ",{\"svn\":256}", "11", SVN_16, "UpToDate") "]");
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.levels = "[" LEVEL(SVN_15 ",{\"svn\":-1}", "11", SVN_16, "UpToDate") "]");
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.levels = "[" LEVEL(SVN_16, "65536", SVN_16, "UpToDate") "]");
	ah_test_count(9);
}

static void unknown_statuses_are_refused(void)
{
	static ah_tdx_tcb_info info;
	ah_fault why;
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.levels = "[" LEVEL(SVN_16, "11", SVN_16, "Fine") "]");
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.levels = "[" LEVEL(SVN_16, "11", SVN_16, "TDRelaunchAdvised") "]");
	EXPECT_INFO(AH_OK, plan_.levels = "[" LEVEL(SVN_16, "11", SVN_16, "SWHardeningNeeded") "]");
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.identities = "[" MODULE("TDX_01", ISV_LEVEL("4", "SWHardeningNeeded")) "]");
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.identities = "[" MODULE("TDX_01", ISV_LEVEL("4", "ConfigurationNeeded")) "]");
}

static void levels_are_sorted_and_none_comes_twice(void)
{
	static ah_tdx_tcb_info info;
	ah_fault why;
	EXPECT_INFO(AH_OK, plan_.levels = "[" LEVEL(SVN_16, "11", SVN_16, "OutOfDate") "," LEVEL(SVN_15 ",{\"svn\":9}", "1", SVN_16, "UpToDate") ","
	            LEVEL(SVN_16, "11", SVN_15 ",{\"svn\":3}", "ConfigurationNeeded") "," LEVEL(SVN_16, "12", SVN_15 ",{\"svn\":0}", "Revoked") "]");
	EXPECT(info.level_count == 4 && info.levels[0].status == UTD && info.levels[1].status == RKD && info.levels[2].status == CN && info.levels[3].status == OOD);
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.levels = "[" LEVEL(SVN_16, "11", SVN_16, "UpToDate") "," LEVEL(SVN_16, "11", SVN_16, "OutOfDate") "]");
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.levels = "[" LEVEL(SVN_16, "11", SVN_16, "UpToDate") "," LEVEL(SVN_16, "10", SVN_16, "UpToDate") ","
	            LEVEL(SVN_16, "11", SVN_16, "OutOfDate") "]");
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.identities = "[" MODULE("TDX_01", ISV_LEVEL("4", "UpToDate") "," ISV_LEVEL("4", "OutOfDate")) "]");
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED,
	            plan_.identities = "[" MODULE("TDX_0a", ISV_LEVEL("4", "UpToDate")) "," MODULE("TDX_0A", ISV_LEVEL("4", "UpToDate")) "]");
}

static void module_identities_are_in_form(void)
{
	static ah_tdx_tcb_info info;
	ah_fault why;
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.identities = "[" MODULE("TDX_1", ISV_LEVEL("4", "UpToDate")) "]");
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.identities = "[" MODULE("TDX_001", ISV_LEVEL("4", "UpToDate")) "]");
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.identities = "[" MODULE("SGX_01", ISV_LEVEL("4", "UpToDate")) "]");
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.identities = "[" MODULE("TDX_", ISV_LEVEL("4", "UpToDate")) "]");
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.identities = "[" MODULE("TDX_01", "") "]");
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.identities = "[" MODULE("TDX_01", ISV_LEVEL("65536", "UpToDate")) "]");
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.identities = "[" MODULE("TDX_01", "{\"tcb\":{},\"tcbDate\":\"2024-03-13T00:00:00Z\",\"tcbStatus\":\"UpToDate\"}") "]");
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.identities = "null");
}

/* -- Limits: n works, n + 1 is refused -- */

static void put_repeated(ah_buf *out, size_t count, const char *format)
{
	assert(ah_buf_append_text(out, "[") == AH_OK);
	for (size_t i = 0; i < count; i++) {
		assert(ah_buf_append_text(out, i != 0 ? "," : "") == AH_OK);
		AH_AUTO(ah_buf) one = AH_BUF(8192);
		const char *at = format;
		for (const char *mark; (mark = strchr(at, '#')) != NULL; at = mark + 1) {
			assert(ah_buf_append(&one, ah_slice_make(at, (size_t)(mark - at))) == AH_OK);
			assert(ah_buf_printf(&one, "%02zu", i + 10) == AH_OK);
		}
		assert(ah_buf_append_text(&one, at) == AH_OK);
		assert(ah_buf_append(out, ah_buf_slice(&one)) == AH_OK);
	}
	assert(ah_buf_append_text(out, "]") == AH_OK);
	assert(ah_buf_append_byte(out, 0) == AH_OK);
}

static ah_err info_with(size_t count, const char *format, bool of_levels, ah_tdx_tcb_info *info, ah_fault *why)
{
	AH_AUTO(ah_buf) list = AH_BUF(TEXT_MAX);
	info_plan plan = good_info;
	put_repeated(&list, count, format);
	if (of_levels)
		plan.levels = (const char *)list.ptr;
	else
		plan.identities = (const char *)list.ptr;
	return parse_info(info, &plan, why);
}

static void limits_of_tcb_info_hold(void)
{
	static ah_tdx_tcb_info info;
	ah_fault why;
	const char *level = LEVEL(SVN_16, "#", SVN_16, "UpToDate");
	EXPECT_OK(info_with(AH_TDX_LEVELS_MAX, level, true, &info, &why));
	EXPECT(info.level_count == AH_TDX_LEVELS_MAX && info.levels[0].pcesvn == AH_TDX_LEVELS_MAX + 9 && info.levels[AH_TDX_LEVELS_MAX - 1].pcesvn == 10);
	EXPECT_ERR(info_with(AH_TDX_LEVELS_MAX + 1, level, true, &info, &why), AH_ERR_TOO_LARGE);
	const char *module = MODULE("TDX_#", ISV_LEVEL("4", "UpToDate"));
	EXPECT_OK(info_with(AH_TDX_MODULES_MAX, module, false, &info, &why));
	EXPECT_ERR(info_with(AH_TDX_MODULES_MAX + 1, module, false, &info, &why), AH_ERR_TOO_LARGE);
}

static void limits_of_module_levels_and_advisories_hold(void)
{
	static ah_tdx_tcb_info info;
	ah_fault why;
	for (size_t more = 0; more < 2; more++) {
		AH_AUTO(ah_buf) levels = AH_BUF(TEXT_MAX), module = AH_BUF(TEXT_MAX), list = AH_BUF(TEXT_MAX), text = AH_BUF(TEXT_MAX);
		info_plan plan = good_info;
		put_repeated(&levels, AH_TDX_MODULE_LEVELS_MAX + more,
		             "{\"tcb\":{\"isvsvn\":#},\"tcbDate\":\"2024-03-13T00:00:00Z\",\"tcbStatus\":\"UpToDate\"}");
		EXPECT_OK(ah_buf_printf(&module, "[{\"id\":\"TDX_01\",\"mrsigner\":\"" ZEROS_96 "\",\"attributes\":\"0000000000000000\","
		                        "\"attributesMask\":\"FFFFFFFFFFFFFFFF\",\"tcbLevels\":%s}]%c", (const char *)levels.ptr, 0));
		plan.identities = (const char *)module.ptr;
		EXPECT_ERR(parse_info(&info, &plan, &why), more != 0 ? AH_ERR_TOO_LARGE : AH_OK);
		plan = good_info;
		put_repeated(&list, AH_TDX_ADVISORIES_MAX + more, "\"INTEL-SA-000#\"");
		EXPECT_OK(ah_buf_printf(&text, "[{\"advisoryIDs\":%s," "%s]%c", (const char *)list.ptr, &(LEVEL(SVN_16, "11", SVN_16, "UpToDate"))[1], 0));
		plan.levels = (const char *)text.ptr;
		EXPECT_ERR(parse_info(&info, &plan, &why), more != 0 ? AH_ERR_TOO_LARGE : AH_OK);
		EXPECT(more != 0 || (info.advisory_count == AH_TDX_ADVISORIES_MAX && info.levels[0].advisories == UINT32_MAX));
	}
}

#define WITH_ADVISORIES(list) "{\"advisoryIDs\":" list "," "\"tcb\":{\"sgxtcbcomponents\":[" SVN_16 "],\"pcesvn\":11,\"tdxtcbcomponents\":[" SVN_16 \
	"]},\"tcbDate\":\"2024-03-13T00:00:00Z\",\"tcbStatus\":\"UpToDate\"}"

static void advisories_are_kept_once(void)
{
	static ah_tdx_tcb_info info;
	ah_fault why;
	EXPECT_INFO(AH_OK, plan_.levels = "[" WITH_ADVISORIES("[\"INTEL-SA-00960\",\"INTEL-DOC-10001\",\"INTEL-SA-00960\"]") "]");
	EXPECT(info.advisory_count == 2 && strcmp(info.advisories[1], "INTEL-DOC-10001") == 0 && info.levels[0].advisories == 3);
	EXPECT_INFO(AH_OK, plan_.levels = "[" WITH_ADVISORIES("[\"12345678901234567890123456789012\"]") "]");
	EXPECT_INFO(AH_OK, plan_.levels = "[" WITH_ADVISORIES("[]") "]");
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.levels = "[" WITH_ADVISORIES("[\"123456789012345678901234567890123\"]") "]");
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.levels = "[" WITH_ADVISORIES("[\"\"]") "]");
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.levels = "[" WITH_ADVISORIES("[\"INTEL SA\"]") "]");
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.levels = "[" WITH_ADVISORIES("[960]") "]");
	EXPECT_INFO(AH_ERR_COLLATERAL_MALFORMED, plan_.levels = "[" WITH_ADVISORIES("null") "]");
}

/* -- QE identity -- */

#define QE_TEXT \
	"{\"id\":\"TD_QE\",\"version\":2,\"issueDate\":\"2025-06-19T10:32:27Z\",\"nextUpdate\":\"2025-07-19T10:32:27Z\",\"tcbEvaluationDataNumber\":17," \
	"\"miscselect\":\"01000000\",\"miscselectMask\":\"FFFFFFFF\",\"attributes\":\"11000000000000000000000000000000\"," \
	"\"attributesMask\":\"FBFFFFFFFFFFFFFF0000000000000000\",\"mrsigner\":\"DC9E2A7C6F948F17474E34A7FC43ED030F7C1563F1BABDDF6340C82E0E54A8C5\"," \
	"\"isvprodid\":2,\"tcbLevels\":[" ISV_LEVEL("2", "Revoked") "," ISV_LEVEL("4", "UpToDate") "," ISV_LEVEL("3", "OutOfDate") "]}"

/* The text with the first `from` replaced. */
static ah_err parse_qe(ah_tdx_qe_identity *out, const char *from, const char *to)
{
	static const char text[] = QE_TEXT;
	AH_AUTO(ah_buf) changed = AH_BUF(TEXT_MAX);
	const char *at = strstr(text, from);
	assert(at != NULL);
	assert(ah_buf_append(&changed, ah_slice_make(text, (size_t)(at - text))) == AH_OK);
	assert(ah_buf_append_text(&changed, to) == AH_OK);
	assert(ah_buf_append_text(&changed, at + strlen(from)) == AH_OK);
	memset(out, 0, sizeof *out);
	return ah__tdx_qe_identity_parse(out, ah_buf_slice(&changed), NULL);
}

static void qe_identity_is_read(void)
{
	static ah_tdx_qe_identity id;
	EXPECT_OK(parse_qe(&id, "", ""));
	EXPECT(id.issue_s == 1750329147 && id.next_update_s == 1752921147 && id.evaluation == 17 && id.isvprodid == 2);
	EXPECT(id.miscselect == 1 && id.miscselect_mask == UINT32_MAX && id.attributes[0] == 0x11 && id.attributes_mask[0] == 0xfb && id.mrsigner[31] == 0xc5);
	EXPECT(id.level_count == 3 && id.levels[0].isvsvn == 4 && id.levels[1].isvsvn == 3 && id.levels[2].status == RKD);
}

static void qe_identity_of_another_kind_or_form_is_refused(void)
{
	static ah_tdx_qe_identity id;
	static const struct { const char *from, *to; ah_err err; } changes[] = {
		{ "\"TD_QE\"", "\"QE\"", AH_ERR_COLLATERAL_KIND }, { "\"TD_QE\"", "\"QVE\"", AH_ERR_COLLATERAL_KIND },
		{ "\"version\":2", "\"version\":3", AH_ERR_COLLATERAL_KIND }, { "\"id\"", "\"ID\"", AH_ERR_COLLATERAL_KIND },
		{ "\"isvprodid\":2", "\"isvprodid\":65536", AH_ERR_COLLATERAL_MALFORMED }, { "\"isvprodid\":2,", "", AH_ERR_COLLATERAL_MALFORMED },
		{ "01000000", "010000000", AH_ERR_COLLATERAL_MALFORMED }, { "FFFFFFFF", "FFFF", AH_ERR_COLLATERAL_MALFORMED },
		{ "DC9E", "", AH_ERR_COLLATERAL_MALFORMED }, { "\"isvsvn\":4", "\"isvsvn\":3", AH_ERR_COLLATERAL_MALFORMED },
		{ "\"UpToDate\"", "\"SWHardeningNeeded\"", AH_ERR_COLLATERAL_MALFORMED }, { "\"UpToDate\"", "\"\"", AH_ERR_COLLATERAL_MALFORMED },
		{ "10:32:27Z", "10:32:27", AH_ERR_COLLATERAL_MALFORMED }, { "{", "[", AH_ERR_COLLATERAL_MALFORMED }, { "{", " {", AH_OK },
		{ "\"isvprodid\":2", "\"isvprodid\":2,\"new\":[{}]", AH_OK },
	};
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++)
		EXPECT_MSG(parse_qe(&id, changes[i].from, changes[i].to) == changes[i].err, "change %zu", i);
	EXPECT(id.unknown_members == 1);
	ah_test_count(sizeof changes / sizeof changes[0]);
}

static void limits_of_qe_levels_hold(void)
{
	static ah_tdx_qe_identity id;
	static const char all[] = "[" ISV_LEVEL("2", "Revoked") "," ISV_LEVEL("4", "UpToDate") "," ISV_LEVEL("3", "OutOfDate") "]";
	for (size_t more = 0; more < 2; more++) {
		AH_AUTO(ah_buf) levels = AH_BUF(TEXT_MAX);
		put_repeated(&levels, AH_TDX_QE_LEVELS_MAX + more, "{\"tcb\":{\"isvsvn\":#},\"tcbDate\":\"2024-03-13T00:00:00Z\",\"tcbStatus\":\"UpToDate\"}");
		EXPECT_ERR(parse_qe(&id, all, (const char *)levels.ptr), more != 0 ? AH_ERR_TOO_LARGE : AH_OK);
	}
	EXPECT_ERR(parse_qe(&id, all, "[]"), AH_ERR_COLLATERAL_MALFORMED);
}

static void a_document_cut_anywhere_is_refused(void)
{
	static ah_tdx_qe_identity id;
	static const char text[] = QE_TEXT;
	for (size_t len = 0; len < sizeof text - 1; len++) {
		ah_fault why = { .err = AH_OK };
		memset(&id, 0, sizeof id);
		EXPECT_ERR(ah__tdx_qe_identity_parse(&id, ah_slice_make(text, len), &why), AH_ERR_COLLATERAL_MALFORMED);
		EXPECT(why.offset <= len);
	}
	ah_test_count(sizeof text - 2);
}

static const ah_test_case cases[] = {
	AH_TEST(statuses_are_read_by_intels_spelling_alone),
	AH_TEST(a_module_makes_the_status_only_worse),
	AH_TEST(a_quoting_enclave_makes_the_status_only_worse),
	AH_TEST(a_revoked_component_wins_over_an_outdated_one),
	AH_TEST(an_outdated_platform_is_not_saved_by_its_module),
	AH_TEST(the_first_level_that_is_reached_counts),
	AH_TEST(pcesvn_is_part_of_a_level),
	AH_TEST(every_tdx_component_from_the_second_on_counts),
	AH_TEST(components_0_and_1_count_for_module_version_0_alone),
	AH_TEST(a_module_level_is_chosen_by_its_version_and_svn),
	AH_TEST(a_module_version_without_identity_is_refused),
	AH_TEST(the_module_identity_of_a_version_is_found),
	AH_TEST(a_quoting_enclave_below_every_level_is_refused),
	AH_TEST(the_date_is_that_of_the_oldest_level),
	AH_TEST(a_failed_evaluation_leaves_the_result_alone),
	AH_TEST(a_relaunch_is_advised_when_only_the_launch_was_out_of_date),
	AH_TEST(a_module_that_was_updated_asks_for_a_relaunch),
	AH_TEST(a_current_tcb_that_cannot_be_rated_is_refused),
	AH_TEST(tcb_info_is_read),
	AH_TEST(unknown_members_are_counted),
	AH_TEST(tcb_info_of_another_kind_is_refused),
	AH_TEST(every_member_of_tcb_info_must_be_there_and_in_form),
	AH_TEST(component_arrays_have_exactly_16_members),
	AH_TEST(unknown_statuses_are_refused),
	AH_TEST(levels_are_sorted_and_none_comes_twice),
	AH_TEST(module_identities_are_in_form),
	AH_TEST(limits_of_tcb_info_hold),
	AH_TEST(limits_of_module_levels_and_advisories_hold),
	AH_TEST(advisories_are_kept_once),
	AH_TEST(qe_identity_is_read),
	AH_TEST(qe_identity_of_another_kind_or_form_is_refused),
	AH_TEST(limits_of_qe_levels_hold),
	AH_TEST(a_document_cut_anywhere_is_refused),
};
AH_TEST_MAIN(cases)
