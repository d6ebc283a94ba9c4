/*
 * Goal: collateral older than what was accepted before is refused, number by number; what was accepted is noted, all of it or nothing.
 * Method: claims made by hand against a state made by hand; nothing here is evidence.
 */
#include "sample.h"

#include "policy/judge.h"
#include "policy/state.h"
#include "support/test.h"

#include <stdio.h>

/* sample_fill() with the seeds of sample_tdx(), in hex; the root of sample_common(). Written by python3 from the rule seed + 7 i. */
#define FMSPC       "0b121920272e"
#define ROOT_ISSUER "0e151c232a31383f464d545b626970777e858c939aa1a8afb6bdc4cbd2d9e0e7"
#define PCK_ISSUER  "0f161d242b323940474e555c636a71787f868d949ba2a9b0b7bec5ccd3dae1e8"
#define ROOT        "31383f464d545b626970777e858c939aa1a8afb6bdc4cbd2d9e0e7eef5fc030a"

typedef struct run {
	sample s;
	ah_state *state;
	ah_judge judge;
} run;

static void run_auto(run *r)
{
	ah_state_free(r->state);
}

static void start(run *r)
{
	sample_tdx(&r->s);
	ah_state_free(r->state);
	r->state = NULL;
	EXPECT_OK(ah_state_new(&r->state));
	r->s.request.state = r->state;
}

static ah_err judged(run *r)
{
	r->s.verdict.checks = (ah_checks){ .first_err = AH_OK };
	r->s.verdict.consulted_count = 0;
	r->judge = (ah_judge){
		.log = &r->s.verdict.checks, .claims = &r->s.claims, .policy = r->s.request.policy, .request = &r->s.request, .asked = &r->s.request,
		.verdict = &r->s.verdict, .why = &r->s.why,
	};
	ah__judge_rollback(&r->judge);
	return r->judge.err;
}

static const ah_check_row *row(const run *r)
{
	return sample_row(&r->s, AH_CHECK_COLLATERAL_ROLLBACK);
}

static void without_a_state_nothing_is_compared(void)
{
	AH_AUTO(run) r = { .state = NULL };
	start(&r);
	r.s.request.state = NULL;
	EXPECT_OK(judged(&r));
	EXPECT(row(&r)->status == AH_CHECK_NOT_CHECKED && strcmp(row(&r)->reason, "no state given") == 0);
}

static void without_collateral_nothing_is_compared(void)
{
	AH_AUTO(run) r = { .state = NULL };
	start(&r);
	r.s.claims.of.tdx.has_collateral = false;
	EXPECT_OK(judged(&r));
	EXPECT(row(&r)->status == AH_CHECK_NOT_CHECKED && strcmp(row(&r)->reason, "no collateral was given") == 0);
	EXPECT_OK(ah__state_note_claims(r.state, &r.s.claims));
	EXPECT(!ah_state_is_changed(r.state));
}

static void other_platforms_have_no_collateral(void)
{
	AH_AUTO(run) r = { .state = NULL };
	start(&r);
	ah_state *state = r.state;
	sample_snp(&r.s);
	r.s.request.state = state;
	EXPECT_OK(judged(&r));
	EXPECT(row(&r)->status == AH_CHECK_NOT_CHECKED);
	EXPECT_OK(ah__state_note_claims(r.state, &r.s.claims));
	EXPECT(!ah_state_is_changed(r.state));
}

static void what_was_never_seen_passes_and_is_noted(void)
{
	AH_AUTO(run) r = { .state = NULL };
	char *text = NULL;
	size_t len = 0;
	start(&r);
	EXPECT_OK(judged(&r));
	EXPECT(row(&r)->status == AH_CHECK_PASS);
	EXPECT(!ah_state_is_changed(r.state)); /* judging alone remembers nothing */
	EXPECT_OK(ah__state_note_claims(r.state, &r.s.claims));
	EXPECT_OK(ah_state_to_json(r.state, &text, &len));
	bool same = strcmp(text, "{\"numbers\":{\"crl\":{\"" ROOT_ISSUER "\":3,\"" PCK_ISSUER "\":7},\"tdx-qe-identity\":{\"" FMSPC "\":19},\"tdx-tcb-info\":{\"" FMSPC
	                         "\":18}},\"schema\":\"anchorhold.state/v1\"}") == 0;
	if (!same)
		printf("  got %s\n", text);
	ah_text_free(text);
	EXPECT(same);
	EXPECT_OK(judged(&r)); /* the same again is not older */
	EXPECT(row(&r)->status == AH_CHECK_PASS);
}

static void each_number_is_compared_by_itself(void)
{
	static const struct { const char *kind, *key; uint64_t highest; const char *got, *wanted; } rows[] = {
		{ AH_STATE_TDX_TCB_INFO, FMSPC, 19, "TCB info number 18", "19 or above, as seen before" },
		{ AH_STATE_TDX_QE_IDENTITY, FMSPC, 20, "QE identity number 19", "20 or above, as seen before" },
		{ AH_STATE_CRL, ROOT_ISSUER, 4, "root CRL number 3", "4 or above, as seen before" },
		{ AH_STATE_CRL, PCK_ISSUER, 8, "PCK CRL number 7", "8 or above, as seen before" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		AH_AUTO(run) r = { .state = NULL };
		start(&r);
		EXPECT_OK(ah_state_note(r.state, rows[i].kind, rows[i].key, rows[i].highest - 1));
		EXPECT_OK(judged(&r));
		EXPECT_OK(ah_state_note(r.state, rows[i].kind, rows[i].key, rows[i].highest));
		EXPECT_ERR(judged(&r), AH_ERR_COLLATERAL_ROLLBACK);
		EXPECT(row(&r)->status == AH_CHECK_FAIL && row(&r)->err == AH_ERR_COLLATERAL_ROLLBACK);
		EXPECT_MSG(strcmp(row(&r)->got, rows[i].got) == 0, "got %s", row(&r)->got);
		EXPECT_MSG(strcmp(row(&r)->wanted, rows[i].wanted) == 0, "wanted %s", row(&r)->wanted);
		EXPECT(r.s.why.err == AH_ERR_COLLATERAL_ROLLBACK);
	}
	ah_test_count(sizeof rows / sizeof rows[0]);
}

static void another_platform_has_its_own_numbers(void)
{
	AH_AUTO(run) r = { .state = NULL };
	start(&r);
	EXPECT_OK(ah_state_note(r.state, AH_STATE_TDX_TCB_INFO, "0b121920272f", 99));
	EXPECT_OK(ah_state_note(r.state, AH_STATE_TDX_QE_IDENTITY, "0b121920272f", 99));
	EXPECT_OK(judged(&r));
	EXPECT(row(&r)->status == AH_CHECK_PASS);
}

static void crls_without_numbers_are_not_compared(void)
{
	AH_AUTO(run) r = { .state = NULL };
	start(&r);
	EXPECT_OK(ah_state_note(r.state, AH_STATE_CRL, ROOT_ISSUER, 99));
	r.s.claims.of.tdx.has_crl_numbers = false;
	EXPECT_OK(judged(&r));
	EXPECT(row(&r)->status == AH_CHECK_PASS);
}

/* Otherwise a test with a local root, whose numbers are anyone's, would make the vendor's collateral look old. */
static void simulated_numbers_stand_apart_by_their_root(void)
{
	AH_AUTO(run) r = { .state = NULL };
	start(&r);
	r.s.claims.hardware = false;
	r.s.claims.of.tdx.tcb_evaluation = UINT32_MAX;
	EXPECT_OK(ah__state_note_claims(r.state, &r.s.claims));
	uint64_t number = 0;
	EXPECT(ah_state_highest(r.state, AH_STATE_TDX_TCB_INFO, FMSPC "@" ROOT, &number) && number == UINT32_MAX);
	EXPECT(!ah_state_highest(r.state, AH_STATE_TDX_TCB_INFO, FMSPC, &number));
	EXPECT(ah_state_highest(r.state, AH_STATE_CRL, PCK_ISSUER "@" ROOT, &number) && number == 7);
	r.s.claims.of.tdx.tcb_evaluation = 18;
	EXPECT_ERR(judged(&r), AH_ERR_COLLATERAL_ROLLBACK);
	r.s.claims.hardware = true;
	EXPECT_OK(judged(&r));
	r.s.claims.hardware = false;
	r.s.claims.root_sha256[0] ^= 1;
	EXPECT_OK(judged(&r));
}

static void a_full_state_notes_nothing_in_part(void)
{
	AH_AUTO(run) r = { .state = NULL };
	start(&r);
	for (unsigned i = 0; i < AH_STATE_ENTRIES_MAX - 3; i++) {
		char key[13];
		(void)snprintf(key, sizeof key, "%012x", i);
		EXPECT_OK(ah_state_note(r.state, AH_STATE_TDX_TCB_INFO, key, 1));
	}
	uint64_t number = 0;
	EXPECT_ERR(ah__state_note_claims(r.state, &r.s.claims), AH_ERR_LIMIT);
	EXPECT(!ah_state_highest(r.state, AH_STATE_TDX_TCB_INFO, FMSPC, &number));
	EXPECT_OK(ah_state_note(r.state, AH_STATE_TDX_TCB_INFO, FMSPC, 18));
	EXPECT_ERR(ah__state_note_claims(r.state, &r.s.claims), AH_ERR_LIMIT); /* three are new, two places are left */
	r.s.claims.of.tdx.has_crl_numbers = false;
	EXPECT_OK(ah__state_note_claims(r.state, &r.s.claims));
}

static const ah_test_case cases[] = {
	AH_TEST(without_a_state_nothing_is_compared),
	AH_TEST(without_collateral_nothing_is_compared),
	AH_TEST(other_platforms_have_no_collateral),
	AH_TEST(what_was_never_seen_passes_and_is_noted),
	AH_TEST(each_number_is_compared_by_itself),
	AH_TEST(another_platform_has_its_own_numbers),
	AH_TEST(crls_without_numbers_are_not_compared),
	AH_TEST(simulated_numbers_stand_apart_by_their_root),
	AH_TEST(a_full_state_notes_nothing_in_part),
};
AH_TEST_MAIN(cases)
