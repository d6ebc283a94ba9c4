/*
 * Strict JSON (RFC 8259) for our own and for vendors' documents: a pull reader with raw slices, and a canonical writer.
 *
 * The reader first checks the whole text (ah_json_open): UTF-8, grammar, depth <= AH_JSON_DEPTH_MAX, tokens (values, containers included, and
 * member names) <= AH_JSON_TOKENS_MAX, size, no duplicate member in any object (compared after unescaping), integers only (no fraction,
 * exponent, "-0" or leading zero; range of int64_t), no U+0000 in strings, no lone surrogate, no BOM, nothing but white space after the value.
 * After that a pull never meets a syntax error, only values of an unexpected type, which give AH_ERR_JSON at their offset. Errors are sticky.
 * `AH_JSON_VENDOR` relaxes one rule for signed vendor documents: numbers with fraction or exponent pass when skipped.
 * `AH_JSON_LARGE` is for saved bundles alone, which hold evidence and endorsements as text: AH_SAVED_MAX bytes and AH_JSON_LARGE_TOKENS_MAX tokens.
 */
#ifndef AH_CODEC_JSON_H
#define AH_CODEC_JSON_H

#include "base/buf.h"
#include "base/limits.h"

typedef enum ah_json_type { AH_JSON_OBJECT, AH_JSON_ARRAY, AH_JSON_STRING, AH_JSON_INTEGER, AH_JSON_BOOL, AH_JSON_NULL, AH_JSON_FRACTION, AH_JSON_NONE } ah_json_type;
enum { AH_JSON_OURS = 0, AH_JSON_VENDOR = 1, AH_JSON_LARGE = 2 }; /* flags */

typedef struct ah_json {
	ah_slice in;
	size_t pos;
	ah_err err;
	size_t err_off;
	size_t depth;
	uint8_t state[AH_JSON_DEPTH_MAX + 1];
} ah_json;

/*
 * Check the text and stand before its one value. errors: AH_ERR_TOO_LARGE (size, tokens), AH_ERR_TOO_DEEP, AH_ERR_DUPLICATE_KEY, AH_ERR_ENCODING (UTF-8),
 * AH_ERR_JSON, AH_ERR_NOMEM; *why gets the offset. On error *out is unusable. in is borrowed as long as *out is used.
 */
AH_MUST_USE ah_err ah_json_open(ah_json *out, ah_slice in, int flags, ah_fault *why);

ah_json_type ah_json_peek(const ah_json *j);
size_t ah_json_pos(const ah_json *j);

/*
 * Objects: ah_json_object_begin(j); while (ah_json_next_member(j, &key)) { ... take exactly one value ... }  the end is taken by the call
 * that returns false. key is the raw text between the quotes; keys that contain escapes never equal a plain name (our names have none).
 */
void ah_json_object_begin(ah_json *j);
bool ah_json_next_member(ah_json *j, ah_slice *key);
/* Arrays: ah_json_array_begin(j); while (ah_json_next_element(j)) { take one value } */
void ah_json_array_begin(ah_json *j);
bool ah_json_next_element(ah_json *j);

/* The raw text between the quotes, escapes as they are; and the unescaped text appended to out. */
ah_slice ah_json_string_raw(ah_json *j);
/* A string without any escape, as almost all of ours are; a string with an escape is AH_ERR_JSON. */
ah_slice ah_json_string_plain(ah_json *j);
AH_MUST_USE ah_err ah_json_string(ah_json *j, ah_buf *out);
int64_t ah_json_int(ah_json *j);
bool ah_json_bool(ah_json *j);
/* Takes one whole value and gives its exact bytes, first to last character: what a vendor's signature covers. Also the way to take a null. */
ah_slice ah_json_raw(ah_json *j);
/* AH_OK, or the sticky error with *why filled. To be called at the end: values left untaken are AH_ERR_JSON. */
AH_MUST_USE ah_err ah_json_finish(ah_json *j, ah_fault *why);

/*
 * The canonical writer: members sorted by their bytes, no white space, integers, minimal escapes (\" \\ \b \f \n \r \t \u00XX), UTF-8 as it
 * is. The caller writes members in sorted order; the writer asserts it (a wrong order is a programming error).
 */
typedef struct ah_json_writer {
	ah_buf *out;                 /* keeps: outlives the writer */
	ah_err err;                  /* sticky: NOMEM, LIMIT, ENCODING (a string that is not UTF-8) */
	size_t depth;
	struct { bool is_object, has_items; size_t last_key_off, last_key_len; } level[AH_JSON_DEPTH_MAX];
} ah_json_writer;

void ah_json_writer_init(ah_json_writer *w, ah_buf *out);
void ah_json_put_object_begin(ah_json_writer *w);
void ah_json_put_object_end(ah_json_writer *w);
void ah_json_put_array_begin(ah_json_writer *w);
void ah_json_put_array_end(ah_json_writer *w);
/* A member name: plain ASCII without quotes or backslash. */
void ah_json_put_key(ah_json_writer *w, const char *key);
void ah_json_put_string(ah_json_writer *w, ah_slice text);
void ah_json_put_text(ah_json_writer *w, const char *text);
void ah_json_put_hex(ah_json_writer *w, ah_slice bytes);
/* Standard base64 with padding. */
void ah_json_put_base64(ah_json_writer *w, ah_slice bytes);
/* One whole value that is canonical JSON already, as this writer made it; not checked. */
void ah_json_put_raw(ah_json_writer *w, ah_slice json);
void ah_json_put_time(ah_json_writer *w, int64_t t_s);
void ah_json_put_int(ah_json_writer *w, int64_t v);
void ah_json_put_bool(ah_json_writer *w, bool v);
void ah_json_put_null(ah_json_writer *w);
/* AH_OK when everything was written and every container closed (asserted). */
AH_MUST_USE ah_err ah_json_writer_finish(ah_json_writer *w);

#endif
