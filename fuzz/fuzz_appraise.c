/*
 * Any bytes through the one door. No signature of a vendor can be guessed, so nothing is accepted, except a real document that the corpus
 * holds as it is: that one is GENUINE at its own time and nothing else. Whatever the outcome, it can be told in both forms.
 */
#include "fuzz.h"

#include "evidence/verifier.h"
#include "policy/verdict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void claim(int holds, const char *what)
{
	if (holds)
		return;
	(void)fprintf(stderr, "does not hold: %s\n", what);
	abort();
}

static ah_verifier *the_verifier(void)
{
	static ah_verifier *verifier;
	if (verifier == NULL)
		claim(ah_verifier_new(&verifier, NULL) == AH_OK, "a verifier");
	return verifier;
}

static void tell(const ah_verdict *verdict)
{
	char *text = NULL;
	size_t len = 0;
	claim(ah_verdict_to_json(verdict, &text, &len) == AH_OK && strlen(text) == len, "JSON");
	ah_text_free(text);
	claim(ah_verdict_to_text(verdict, "input", false, &text, &len) == AH_OK && strlen(text) == len, "text");
	ah_text_free(text);
}

static void judge(const ah_request *request)
{
	AH_AUTO_PTR(ah_verdict) verdict = NULL;
	ah_fault why = { .err = AH_OK };
	ah_err err = ah_appraise(&verdict, the_verifier(), request, &why);
	claim(verdict != NULL, "a valid question has a verdict");
	claim(why.err == err && ah_verdict_error(verdict) == err, "one error");
	claim(ah_verdict_appraisal(verdict) == NULL, "no appraisal without a policy");
	if (err == AH_OK)
		claim(ah_verdict_result(verdict) == AH_RESULT_GENUINE && ah_claims_is_hardware(ah_verdict_claims(verdict)), "AH_OK is hardware");
	else
		claim(ah_verdict_result(verdict) < AH_RESULT_SIMULATED && ah_verdict_exit_code(verdict) >= 10, "a refusal looks like one");
	tell(verdict);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* The second is inside of the validity of a real document in the vectors. */
	static const int64_t times_s[] = { INT64_C(1795166431), INT64_C(1743516970) };
	ah_request request = { .evidence = { data, size }, .genuine_only = true };
	for (size_t i = 0; i < sizeof times_s / sizeof times_s[0]; i++) {
		request.now_s = times_s[i];
		request.platform = AH_PLATFORM_NONE;
		judge(&request);
		request.platform = AH_PLATFORM_NITRO;
		judge(&request);
		request.platform = AH_PLATFORM_SNP;
		judge(&request);
		request.allow_debug = i == 0;
	}
	return 0;
}
