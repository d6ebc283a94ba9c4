/*
 * CBOR (RFC 8949), the bounded subset that attestation uses: a pull reader and its mirror, a writer.
 *
 * Accepted: unsigned and negative integers, byte and text strings of definite length, arrays and maps of definite or indefinite length,
 * false, true, null, tags (only where the caller asks for one). Refused with a typed error: chunked strings, non-minimal lengths and
 * integers (AH_ERR_ENCODING), floats and other simple values (AH_ERR_FORMAT), nesting beyond AH_CBOR_DEPTH_MAX (AH_ERR_TOO_DEEP), a count
 * beyond AH_CBOR_ITEMS_MAX (AH_ERR_TOO_LARGE), text that is not UTF-8 (AH_ERR_ENCODING), a length beyond the input (AH_ERR_TRUNCATED).
 * No recursion, no allocation. Errors are sticky as in base/reader.h: after the first error every read yields zero values.
 */
#ifndef AH_CODEC_CBOR_H
#define AH_CODEC_CBOR_H

#include "base/buf.h"
#include "base/limits.h"
#include "base/reader.h"

typedef enum ah_cbor_type {
	AH_CBOR_UINT, AH_CBOR_NEGINT, AH_CBOR_BYTES, AH_CBOR_TEXT, AH_CBOR_ARRAY, AH_CBOR_MAP, AH_CBOR_TAG, AH_CBOR_FALSE, AH_CBOR_TRUE,
	AH_CBOR_NULL, AH_CBOR_END /* end of the current container or of the input */, AH_CBOR_INVALID
} ah_cbor_type;

typedef struct ah_cbor {
	ah_reader r;
	size_t depth;
	bool tagged; /* a tag was taken and its item has not come yet */
	/* left: items to come, or in an indefinite container those that may still come; a map pair is two */
	struct { bool is_map, indefinite; uint64_t left; } level[AH_CBOR_DEPTH_MAX];
} ah_cbor;

void ah_cbor_init(ah_cbor *c, ah_slice in);

/* The type of the next item, without taking it. AH_CBOR_END at the end of the current container; AH_CBOR_INVALID after an error. */
ah_cbor_type ah_cbor_peek(ah_cbor *c);

uint64_t ah_cbor_uint(ah_cbor *c);
/* Any integer in the range of int64_t; AH_ERR_FIELD_RANGE beyond. */
int64_t ah_cbor_int(ah_cbor *c);
ah_slice ah_cbor_bytes(ah_cbor *c);
ah_slice ah_cbor_text(ah_cbor *c);
bool ah_cbor_bool(ah_cbor *c);
void ah_cbor_null(ah_cbor *c);
uint64_t ah_cbor_tag(ah_cbor *c);

/* Enter a container; *count is its number of elements or pairs, SIZE_MAX when indefinite (count may be NULL). */
void ah_cbor_array_begin(ah_cbor *c, size_t *count);
void ah_cbor_map_begin(ah_cbor *c, size_t *count);
/* True while the current container has another item. For a map: another pair. */
bool ah_cbor_more(ah_cbor *c);
/* Leave the current container; AH_ERR_TRAILING when items are left in it. */
void ah_cbor_end(ah_cbor *c);
/* Skip one whole item, with the same strictness. */
void ah_cbor_skip(ah_cbor *c);

/* Sticky error, else AH_ERR_TRAILING when bytes are left, else AH_OK. *off (may be NULL) gets the position of the error. */
AH_MUST_USE ah_err ah_cbor_finish(ah_cbor *c, size_t *off);

/* The writer: minimal forms. Each appends to out. errors: AH_ERR_NOMEM, AH_ERR_LIMIT. */
AH_MUST_USE ah_err ah_cbor_put_uint(ah_buf *out, uint64_t v);
AH_MUST_USE ah_err ah_cbor_put_int(ah_buf *out, int64_t v);
AH_MUST_USE ah_err ah_cbor_put_bytes(ah_buf *out, ah_slice v);
/* Only the head of a byte string: the caller has the len bytes follow. */
AH_MUST_USE ah_err ah_cbor_put_bytes_head(ah_buf *out, uint64_t len);
AH_MUST_USE ah_err ah_cbor_put_text(ah_buf *out, ah_slice v);
AH_MUST_USE ah_err ah_cbor_put_bool(ah_buf *out, bool v);
AH_MUST_USE ah_err ah_cbor_put_null(ah_buf *out);
AH_MUST_USE ah_err ah_cbor_put_tag(ah_buf *out, uint64_t tag);
AH_MUST_USE ah_err ah_cbor_put_array(ah_buf *out, uint64_t count);
AH_MUST_USE ah_err ah_cbor_put_map(ah_buf *out, uint64_t count);
/* Indefinite containers, as AWS emits them since 2025-07, and their end. */
AH_MUST_USE ah_err ah_cbor_put_map_indefinite(ah_buf *out);
AH_MUST_USE ah_err ah_cbor_put_break(ah_buf *out);

#endif
