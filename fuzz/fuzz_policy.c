/*
 * Any bytes as a policy. What loads is written and loads again to the same policy: the second text is the first, and nothing differs.
 * Only a text within AH_POLICY_MAX of which the defaults take too much may fail to be written.
 */
#include "fuzz.h"

#include "policy/policy.h"

#include <stdio.h>
#include <stdlib.h>

#define DEFAULTS_MAX 1024 /* more than all defaults of all members take */

static void claim(int holds, const char *what)
{
	if (holds)
		return;
	(void)fprintf(stderr, "does not hold: %s\n", what);
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AH_AUTO_PTR(ah_policy) first = NULL;
	AH_AUTO_PTR(ah_policy) second = NULL;
	ah_fault why = { .err = AH_OK };
	ah_err err = ah_policy_load(&first, ah_slice_make(data, size), &why);
	claim(err == why.err && (err == AH_OK) == (first != NULL), "the fault is the error, and a policy is given only without one");
	if (err != AH_OK) {
		claim(ah_err_class_of(err) == AH_CLASS_CONFIGURATION && why.offset <= size && strstr(why.detail, ": ") != NULL, "a refusal has a class, a place and a path");
		return 0;
	}
	char *text = NULL, *again = NULL, *lines = NULL;
	size_t len = 0, again_len = 0, lines_len = 0;
	err = ah_policy_to_json(first, &text, &len);
	claim(err == AH_OK || (err == AH_ERR_LIMIT && size > AH_POLICY_MAX - DEFAULTS_MAX), "what loads is written");
	if (err == AH_OK) {
		claim(ah_policy_load(&second, ah_slice_make(text, len), NULL) == AH_OK, "what is written loads");
		claim(ah_policy_to_json(second, &again, &again_len) == AH_OK && ah_slice_is(ah_slice_make(text, len), ah_slice_make(again, again_len)), "the same text");
		claim(ah_policy_diff(first, second, &lines, &lines_len) == AH_OK && lines_len == 0, "no difference");
	}
	ah_policy_note notes[AH_POLICY_NOTES_MAX];
	claim(ah_policy_lint(first, 0, notes) <= AH_POLICY_NOTES_MAX, "remarks are bounded");
	ah_text_free(text);
	ah_text_free(again);
	ah_text_free(lines);
	return 0;
}
