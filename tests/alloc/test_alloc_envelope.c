/*
 * Goal: without memory no envelope is read, judged or written; nothing leaks, no output is touched, and the error says that it was the memory.
 * Method: each entry is run with its n-th allocation failing, n = 1, 2, .. until none fails any more; once with that one alone, once with all after it.
 */
#include "attesters/sim_envelope.h"
#include "evidence/verifier.h"
#include "forged/cases.h"
#include "support/alloc_fail.h"
#include "support/test.h"

#define ALLOCATIONS_MAX 2000

static ah_verifier *verifier;
static forge *f;               /* of the running case */

static ah_err parses(void)
{
	AH_AUTO_PTR(ah_envelope) e = NULL;
	ah_err err = ah_envelope_parse(&e, ah_buf_slice(&f->carried), NULL);
	return err == AH_OK || e == NULL ? err : AH_ERR_INTERNAL;
}

static ah_err writes(void)
{
	AH_AUTO_PTR(ah_envelope) e = NULL;
	AH_AUTO(ah_buf) json = AH_BUF(AH_ENVELOPE_MAX);
	ah_err err = ah_envelope_parse(&e, ah_buf_slice(&f->carried), NULL);
	return err == AH_OK ? ah_envelope_write(&json, e) : err;
}

/* As if the verifier had seen nothing before, so that what it keeps is no leak. */
static void forget(void)
{
	verifier->cache = (ah_cert_cache){ .count = 0 };
	for (size_t i = 0; i < sizeof verifier->kept / sizeof verifier->kept[0]; i++) {
		if (verifier->kept[i].object != NULL)
			verifier->kept[i].free_object(verifier->kept[i].object);
		verifier->kept[i] = (ah_kept){ .object = NULL };
	}
}

static ah_err judges(void)
{
	ah_verdict *verdict = NULL;
	forget();
	ah_err err = ah_appraise(&verdict, verifier, &f->request, NULL);
	bool none = verdict == NULL;
	ah_verdict_free(verdict);
	forget();
	return err == AH_OK || none ? err : AH_ERR_INTERNAL;
}

static void sweep(const char *what, ah_err (*entry)(void))
{
	for (int persistent = 0; persistent < 2; persistent++) {
		bool failed = true;
		for (size_t n = 1; failed; n++) {
			size_t live = ah_test_alloc_live();
			EXPECT_MSG(n < ALLOCATIONS_MAX, "%s of %s does not end", what, f->of->name);
			ah_test_alloc_fail_at(n, persistent != 0);
			ah_err err = entry();
			failed = ah_test_alloc_failed();
			ah_test_alloc_fail_at(0, false);
			EXPECT_MSG(err == (failed ? AH_ERR_NOMEM : AH_OK), "%s of %s, allocation %zu: %s", what, f->of->name, n, ah_err_name(err));
			EXPECT_MSG(ah_test_alloc_live() == live, "%s of %s, allocation %zu leaks", what, f->of->name, n);
			ah_test_count(1);
		}
	}
}

static void without_memory_no_envelope_is_judged(void)
{
	static const char *const names[] = {
		"envelope_in_a_session_on_nitro", "envelope_with_everything_listed_on_snp", "envelope_that_brings_its_chain", "envelope_that_brings_its_collateral",
		"envelope_of_tresor_that_brings_its_chain",
	};
	for (size_t i = 0; i < forge_envelope_case_count; i++)
		for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
			if (strcmp(forge_envelope_cases[i].name, names[k]) != 0)
				continue;
			f = forge_make(&forge_envelope_cases[i]);
			sweep("reading", parses);
			sweep("writing", writes);
			sweep("judging", judges);
			forge_free(f);
		}
}

int main(int argc, char **argv)
{
	static const ah_test_case cases[] = { AH_TEST(without_memory_no_envelope_is_judged) };
	if (ah_verifier_new(&verifier, NULL) != AH_OK)
		return 1;
	int rc = ah_test_main(argc, argv, cases, sizeof cases / sizeof cases[0]);
	forget();
	ah_verifier_free(verifier);
	return rc;
}
