/*
 * Any bytes as an envelope. What is taken is written and taken again as the same; what is written twice is the same text. Then through the one door: no
 * signature of a vendor can be guessed, so nothing is accepted, whatever the outcome it can be told.
 */
#include "fuzz.h"

#include "evidence/verifier.h"
#include "policy/envelope.h"

#include <stdio.h>
#include <stdlib.h>

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

static void judge(ah_slice json)
{
	AH_AUTO_PTR(ah_verdict) verdict = NULL;
	const ah_request request = { .evidence = json, .genuine_only = true, .now_s = INT64_C(1795166431) };
	ah_err err = ah_appraise(&verdict, the_verifier(), &request, NULL);
	claim(verdict != NULL && ah_verdict_error(verdict) == err && ah_verdict_envelope(verdict) == NULL, "a verdict without claims of an envelope");
	claim(err != AH_OK || ah_verdict_result(verdict) == AH_RESULT_GENUINE, "AH_OK is GENUINE");
	char *text = NULL;
	size_t len = 0;
	claim(ah_verdict_to_json(verdict, &text, &len) == AH_OK, "JSON");
	ah_text_free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AH_AUTO_PTR(ah_envelope) first = NULL;
	AH_AUTO_PTR(ah_envelope) second = NULL;
	AH_AUTO(ah_buf) text = AH_BUF(2 * AH_ENVELOPE_MAX);
	AH_AUTO(ah_buf) again = AH_BUF(2 * AH_ENVELOPE_MAX);
	ah_fault why = { .err = AH_OK };
	ah_err err = ah_envelope_parse(&first, ah_slice_make(data, size), &why);
	claim(err == why.err && (err == AH_OK) == (first != NULL), "the fault is the error, and an envelope is given only without one");
	claim(err == AH_OK || err == AH_ERR_ENVELOPE_MALFORMED || err == AH_ERR_TOO_LARGE, "one of the two errors");
	if (err != AH_OK)
		return 0;
	claim(ah_envelope_write(&text, first) == AH_OK, "what is taken is written");
	if (text.len <= AH_ENVELOPE_MAX) {
		claim(ah_envelope_parse(&second, ah_buf_slice(&text), NULL) == AH_OK, "what is written is taken");
		claim(ah_envelope_write(&again, second) == AH_OK && ah_slice_is(ah_buf_slice(&text), ah_buf_slice(&again)), "the same text");
	}
	judge(ah_slice_make(data, size));
	return 0;
}
