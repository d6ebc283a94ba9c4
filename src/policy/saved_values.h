/*
 * Typed values of a saved bundle or a conformance case: each call takes one JSON value, and refuses it with the path of its member and the byte
 * position. No path has more than two parts; below them the position says where.
 */
#ifndef AH_POLICY_SAVED_VALUES_H
#define AH_POLICY_SAVED_VALUES_H

#include "codec/json.h"
#include "policy/saved.h"

/* Both kinds of document, and where the reader stands in it. */
typedef struct ah_saved_reader {
	ah_json j;
	bool is_case;
	ah_err malformed;          /* AH_ERR_SAVED_MALFORMED, AH_ERR_CASE_MALFORMED: what every refusal is */
	const char *step;          /* "saved.load", "case.load" */
	const char *outer, *name;  /* path: "outer.name", either may be NULL */
	bool has_schema, has_time, has_evidence, has_verdict;
	ah_fault *why;             /* keeps: may be NULL */
} ah_saved_reader;

typedef struct ah_saved_member {
	const char *name;
	ah_err (*take)(ah_saved_reader *r, ah_saved *s);
} ah_saved_member;

/* Fill the fault with the path. Returns r->malformed. key: the name that nobody knows. */
ah_err ah__saved_refuse(ah_saved_reader *r, size_t off, const char *what);
ah_err ah__saved_refuse_unknown(ah_saved_reader *r, ah_slice key);
/* What a decoder's error means: no memory, larger than any valid one, or not of its form. */
AH_MUST_USE ah_err ah__saved_decoded(ah_saved_reader *r, size_t off, ah_err err, const char *form);

/*
 * A saved bundle has every member that the table names, as ah_saved_write() writes them. In a case, made by hand, a member that is absent is null or
 * false; what it cannot go without is asked for at the end. take_inner: the same for an object inside, whose path begins with its own name.
 */
AH_MUST_USE ah_err ah__saved_take_object(ah_saved_reader *r, ah_saved *s, const ah_saved_member *members, size_t count);
AH_MUST_USE ah_err ah__saved_take_inner(ah_saved_reader *r, ah_saved *s, const ah_saved_member *members, size_t count);

/* True: the value was null, and is taken. */
bool ah__saved_take_null(ah_saved_reader *r);
AH_MUST_USE ah_err ah__saved_take_bool(ah_saved_reader *r, bool *out);
/* Not below zero. */
AH_MUST_USE ah_err ah__saved_take_number(ah_saved_reader *r, int64_t *out);
/* Without an escape, borrowed from the document. */
AH_MUST_USE ah_err ah__saved_take_string(ah_saved_reader *r, ah_slice *text);
/* Any text, with a NUL behind it; a text of JSON holds none. */
AH_MUST_USE ah_err ah__saved_take_text(ah_saved_reader *r, ah_buf *out);
AH_MUST_USE ah_err ah__saved_take_optional_text(ah_saved_reader *r, ah_buf *out);
/* At least one byte and at most max. What is optional may be null, and *out stays as it is. */
AH_MUST_USE ah_err ah__saved_take_base64(ah_saved_reader *r, ah_buf *out, size_t max);
AH_MUST_USE ah_err ah__saved_take_optional_base64(ah_saved_reader *r, ah_buf *out, size_t max);
/* max 0: exactly 32 bytes. */
AH_MUST_USE ah_err ah__saved_take_optional_hex(ah_saved_reader *r, ah_buf *out, size_t max);
AH_MUST_USE ah_err ah__saved_take_fixed_hex(ah_saved_reader *r, uint8_t *out, size_t len);

#endif
