/*
 * Goal: saving, reading, replaying, pinning and judging against a pin fail with AH_ERR_NOMEM when memory is missing, leave their outputs alone and lose
 * nothing.
 * Method: each entry runs with its first, second, .. allocation failing, once and for good, until it runs through.
 */
#include "forged/forge.h"
#include "policy/pin.h"
#include "policy/saved.h"
#include "policy/state.h"
#include "support/alloc_fail.h"
#include "support/test.h"

#include <stdio.h>

#define ALLOCATIONS_MAX 5000

typedef struct outcome {
	ah_err err;
	bool untouched;            /* meant for a failed call */
} outcome;

static char mark;
#define MARKED(type) ((type *)(void *)&mark)

static ah_verifier *verifier;
static forge *tdx, *snp;
static ah_state *state;
static ah_verdict *tdx_verdict, *snp_verdict;
static char *tdx_text, *snp_text, *pin_text;
static size_t tdx_len, snp_len, pin_len;
static ah_slice pin;

static void make_material(void)
{
	static const forge_case tdx_case = { "tdx", AH_PLATFORM_TDX, AH_CHECK_COUNT, AH_OK, NULL, NULL, FORGE_ALONE, 0, 0, 0 };
	static const forge_case snp_case = { "snp", AH_PLATFORM_SNP, AH_CHECK_COUNT, AH_OK, NULL, NULL, FORGE_ALONE, 0, 0, 0 };
	FORGE_MUST(ah_verifier_new(&verifier, NULL));
	snp = forge_make(&snp_case);
	FORGE_MUST(forge_judge(snp, verifier, &snp_verdict));
	FORGE_MUST(ah_pin_from_verdict(&pin_text, &pin_len, snp_verdict, NULL));
	ah_verdict_free(snp_verdict);
	pin = ah_slice_make(pin_text, pin_len);
	snp->request.pin = &pin;
	FORGE_MUST(forge_judge(snp, verifier, &snp_verdict));
	FORGE_MUST(ah_saved_write(&snp_text, &snp_len, &snp->request, snp_verdict, NULL));
	tdx = forge_make(&tdx_case);
	FORGE_MUST(ah_state_new(&state));
	tdx->request.state = state;
	for (int i = 0; i < 2; i++) { /* the second time there is something to compare with */
		ah_verdict_free(tdx_verdict);
		FORGE_MUST(forge_judge(tdx, verifier, &tdx_verdict));
	}
	FORGE_MUST(ah_saved_write(&tdx_text, &tdx_len, &tdx->request, tdx_verdict, NULL));
}

static void free_material(void)
{
	ah_text_free(tdx_text);
	ah_text_free(snp_text);
	ah_text_free(pin_text);
	ah_verdict_free(tdx_verdict);
	ah_verdict_free(snp_verdict);
	ah_state_free(state);
	forge_free(tdx);
	forge_free(snp);
	ah_verifier_free(verifier);
}

/* -- the entries -- */

static outcome text_of(ah_err err, char *text)
{
	if (err == AH_OK)
		ah_text_free(text);
	return (outcome){ err, text == MARKED(char) };
}

static outcome saved_write(void)
{
	char *text = MARKED(char);
	size_t len = 0;
	ah_err err = ah_saved_write(&text, &len, &tdx->request, tdx_verdict, NULL);
	return text_of(err, text);
}

static outcome saved_write_with_pin(void)
{
	char *text = MARKED(char);
	size_t len = 0;
	ah_err err = ah_saved_write(&text, &len, &snp->request, snp_verdict, NULL);
	return text_of(err, text);
}

static outcome loaded(const char *text, size_t len)
{
	ah_saved *saved = MARKED(ah_saved);
	ah_err err = ah_saved_load(&saved, ah_slice_make(text, len), NULL);
	if (err == AH_OK)
		ah_saved_free(saved);
	return (outcome){ err, saved == MARKED(ah_saved) };
}

static outcome saved_load(void) { return loaded(tdx_text, tdx_len); }
static outcome saved_load_with_pin(void) { return loaded(snp_text, snp_len); }

static outcome replayed(const ah_saved *saved)
{
	ah_verdict *verdict = MARKED(ah_verdict);
	ah_err err = ah_saved_replay(&verdict, verifier, saved, NULL);
	bool none = verdict == NULL || verdict == MARKED(ah_verdict); /* before it begins, or after: there is no half of an answer */
	if (!none)
		ah_verdict_free(verdict);
	return (outcome){ err, none };
}

static ah_saved *tdx_saved, *snp_saved;
static outcome saved_replay(void) { return replayed(tdx_saved); }
static outcome saved_replay_with_pin(void) { return replayed(snp_saved); }

static outcome pin_from_verdict(void)
{
	char *text = MARKED(char);
	size_t len = 0;
	ah_err err = ah_pin_from_verdict(&text, &len, snp_verdict, NULL);
	return text_of(err, text);
}

static outcome appraise_with_pin(void)
{
	ah_verdict *verdict = MARKED(ah_verdict);
	ah_err err = ah_appraise(&verdict, verifier, &snp->request, NULL);
	bool none = verdict == NULL;
	ah_verdict_free(verdict);
	return (outcome){ err, none };
}

/* -- the sweep -- */

static void sweep(outcome (*entry)(void), bool persistent)
{
	(void)entry(); /* what the verifier keeps from now on is not of the call */
	const size_t live = ah_test_alloc_live();
	size_t n = 1;
	for (bool failed = true; failed && n < ALLOCATIONS_MAX; n++) {
		ah_test_alloc_fail_at(n, persistent);
		outcome got = entry();
		failed = ah_test_alloc_failed();
		ah_test_alloc_fail_at(0, false);
		if (failed)
			EXPECT_MSG(got.err == AH_ERR_NOMEM && got.untouched, "allocation %zu failing: %s", n, ah_err_name(got.err));
		EXPECT_MSG(ah_test_alloc_live() == live, "allocation %zu failing: a leak", n);
		ah_test_count(1);
	}
	EXPECT(n > 2 && n < ALLOCATIONS_MAX);
	EXPECT_OK(entry().err);
}

#define SWEEP(entry) \
	static void entry##_without_memory(void) \
	{ \
		sweep(entry, false); \
		if (!ah_test_failed()) \
			sweep(entry, true); \
	}

SWEEP(saved_write)
SWEEP(saved_write_with_pin)
SWEEP(saved_load)
SWEEP(saved_load_with_pin)
SWEEP(saved_replay)
SWEEP(saved_replay_with_pin)
SWEEP(pin_from_verdict)
SWEEP(appraise_with_pin)

int main(int argc, char **argv)
{
	static const ah_test_case cases[] = {
		AH_TEST(saved_write_without_memory),
		AH_TEST(saved_write_with_pin_without_memory),
		AH_TEST(saved_load_without_memory),
		AH_TEST(saved_load_with_pin_without_memory),
		AH_TEST(saved_replay_without_memory),
		AH_TEST(saved_replay_with_pin_without_memory),
		AH_TEST(pin_from_verdict_without_memory),
		AH_TEST(appraise_with_pin_without_memory),
	};
	make_material();
	/* What was saved by a caller replays as from a file; the policy_source is in the saved verdict. */
	FORGE_MUST(ah_saved_load(&tdx_saved, ah_slice_make(tdx_text, tdx_len), NULL));
	FORGE_MUST(ah_saved_load(&snp_saved, ah_slice_make(snp_text, snp_len), NULL));
	int rc = ah_test_main(argc, argv, cases, sizeof cases / sizeof cases[0]);
	ah_saved_free(tdx_saved);
	ah_saved_free(snp_saved);
	free_material();
	return rc;
}
