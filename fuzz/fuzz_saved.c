/*
 * Any bytes as a saved bundle, and as a conformance case. What loads is judged again; where the replay accepts, the verdict is the one in the file, byte
 * for byte, and what is written of it loads and replays to the same bytes.
 */
#include "fuzz.h"

#include "evidence/verifier.h"
#include "policy/saved.h"

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

/* The same document once more: it is its own reading. */
static void write_and_replay(const ah_saved *saved, const ah_verdict *verdict, ah_err err)
{
	AH_AUTO_PTR(ah_saved) again = NULL;
	AH_AUTO_PTR(ah_verdict) second = NULL;
	char *text = NULL;
	size_t len = 0;
	claim(ah_saved_write(&text, &len, ah_saved_request(saved), verdict, NULL) == AH_OK, "what was judged is written");
	claim(ah_saved_load(&again, ah_slice_make(text, len), NULL) == AH_OK, "what is written loads");
	claim(ah_slice_is(ah_saved_verdict_json(saved), ah_saved_verdict_json(again)), "with the same verdict");
	claim(ah_saved_replay(&second, the_verifier(), again, NULL) == err, "and replays to the same");
	ah_text_free(text);
}

static void replay(const ah_saved *saved)
{
	AH_AUTO_PTR(ah_verdict) verdict = NULL;
	ah_fault why = { .err = AH_OK };
	ah_err err = ah_saved_replay(&verdict, the_verifier(), saved, &why);
	claim(why.err == err, "the fault is the error");
	claim(verdict != NULL || err == AH_ERR_REPLAY, "a question without an answer is no replay");
	if (verdict == NULL || err == AH_ERR_REPLAY)
		return;
	char *text = NULL;
	size_t len = 0;
	claim(ah_verdict_to_json(verdict, &text, &len) == AH_OK, "JSON");
	claim(ah_slice_is(ah_saved_verdict_json(saved), ah_slice_make(text, len)), "the verdict of the file");
	ah_text_free(text);
	write_and_replay(saved, verdict, err);
}

static void check_refusal(ah_err err, const ah_fault *why, size_t size)
{
	ah_err_class c = ah_err_class_of(err);
	claim(why->err == err && (why->offset == AH_NO_OFFSET || why->offset <= size), "a refusal has an error and a place in the text");
	claim(c == AH_CLASS_MALFORMED || c == AH_CLASS_CONFIGURATION, "and a class");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AH_AUTO_PTR(ah_saved) saved = NULL;
	AH_AUTO_PTR(ah_saved) question = NULL;
	AH_AUTO_PTR(ah_verdict) verdict = NULL;
	ah_fault why = { .offset = AH_NO_OFFSET };
	ah_err err = ah_saved_load(&saved, ah_slice_make(data, size), &why);
	if (err == AH_OK)
		replay(saved);
	else
		check_refusal(err, &why, size);
	why = (ah_fault){ .offset = AH_NO_OFFSET };
	err = ah__case_load(&question, ah_slice_make(data, size), &why);
	if (err != AH_OK) {
		check_refusal(err, &why, size);
		return 0;
	}
	err = ah_appraise(&verdict, the_verifier(), ah_saved_request(question), NULL);
	claim(err != AH_OK || ah_verdict_error(verdict) == AH_OK, "what is accepted has a verdict");
	return 0;
}
