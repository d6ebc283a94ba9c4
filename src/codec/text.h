/* Text forms of bytes and times: strict in one direction, canonical in the other. */
#ifndef AH_CODEC_TEXT_H
#define AH_CODEC_TEXT_H

#include "base/buf.h"

/*
 * Decode lowercase hex of even length into exactly out_len bytes (ah_hex_decode_exact) or appended to a buffer (ah_hex_decode).
 * errors: AH_ERR_TEXT (uppercase, odd length, other character, wrong length), AH_ERR_LIMIT, AH_ERR_NOMEM.
 */
AH_MUST_USE ah_err ah_hex_decode_exact(uint8_t *out, size_t out_len, ah_slice text);
AH_MUST_USE ah_err ah_hex_decode(ah_buf *out, ah_slice text);

/* RFC 4648: standard base64 with mandatory padding; unused bits zero; no white space. errors: AH_ERR_TEXT, AH_ERR_LIMIT, AH_ERR_NOMEM. */
AH_MUST_USE ah_err ah_base64_decode(ah_buf *out, ah_slice text);
AH_MUST_USE ah_err ah_base64_encode(ah_buf *out, ah_slice bytes);
/* base64url without padding; the rest as above. */
AH_MUST_USE ah_err ah_base64url_decode(ah_buf *out, ah_slice text);
AH_MUST_USE ah_err ah_base64url_encode(ah_buf *out, ah_slice bytes);

/*
 * "2026-11-20T09:20:31Z", exactly this form (RFC 3339 UTC, whole seconds), years 1970..9999, real calendar dates, no leap second.
 * errors: AH_ERR_TEXT.
 */
AH_MUST_USE ah_err ah_time_parse(int64_t *out_s, ah_slice text);
/* Writes 20 characters and NUL. t_s must be within years 1970..9999 (asserted by clamping to the range). */
void ah_time_format(char out[static 21], int64_t t_s);
/* Seconds since 1970 of a UTC calendar date; false when the date does not exist. Shared with the DER times. */
bool ah_time_from_civil(int64_t *out_s, int year, int month, int day, int hour, int minute, int second);
/* And back, for years 1..9999 (clamped to the range). */
typedef struct ah_civil { int year, month, day, hour, minute, second; } ah_civil;
ah_civil ah_time_to_civil(int64_t t_s);

/* True when the bytes are well-formed UTF-8 (no overlong form, no surrogate, nothing above U+10FFFF). */
bool ah_utf8_is_valid(ah_slice text);
/* The length of the longest well-formed prefix: text.len when all is well, else the offset of the first bad sequence. */
size_t ah_utf8_prefix(ah_slice text);

#endif
