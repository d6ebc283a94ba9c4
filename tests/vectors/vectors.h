/* Reading manifests and running one case through the library, at both of its heights: the platform alone, and the one door. */
#ifndef AH_TESTS_VECTORS_VECTORS_H
#define AH_TESTS_VECTORS_VECTORS_H

#include "evidence/platform.h"
#include "support/test.h"
#include <anchorhold/verdict.h>
#include <jansson.h>

/* A manifest below the vectors folder; NULL (and the case has failed) when it cannot be read. The caller drops it with json_decref(). */
json_t *ah_vectors_json(const char *path);
/* A file below the vectors folder, appended. */
bool ah_vectors_read(ah_buf *out, const char *folder, const char *path);
/* A string member, "" when absent or null. */
const char *ah_vectors_text(const json_t *object, const char *name);
/* Hex of a member equals the bytes; a null member equals {NULL, 0}. */
bool ah_vectors_hex_is(const json_t *object, const char *name, ah_slice bytes);
/* "2026-06-01T00:00:00Z" or "2026-06-01 00:00:00+00:00" to seconds; aborts on another form. */
int64_t ah_vectors_time(const char *text);

/* One question, as a user of the library puts it. */
typedef struct ah_vector_run {
	ah_platform_id platform;
	ah_slice evidence;
	const ah_endorsements *endorsements;
	ah_slice simulated_root;
	int64_t now_s;
} ah_vector_run;

/* Parse and verify by the platform alone. *claims (new on AH_OK) may be NULL. The log is filled as far as the evidence came. */
ah_err ah_vectors_verify(ah_claims **claims, ah_checks *log, const ah_vector_run *run, ah_fault *why);
/* ah_appraise() with genuine_only. *result is that of the verdict. */
ah_err ah_vectors_appraise(ah_result *result, const ah_vector_run *run);

#endif
