/*
 * Text forms of evidence: hex as people paste it, base64 as services serve it.
 *
 * A form counts only when the whole text is of that form. Text that is both (hex digits are base64 digits too) is read in the way that some
 * platform recognises; when none does, hex comes first, so that the parser can say what is wrong with the bytes.
 */
#include "base/buf.h"
#include "base/fault.h"
#include "base/limits.h"
#include "codec/text.h"
#include <anchorhold/evidence.h>

#define STEP "evidence.text"

void ah_bytes_free(uint8_t *bytes)
{
	ah_dealloc(bytes);
}

static bool is_line_break(uint8_t c) { return c == '\n' || c == '\r'; }
static bool is_space(uint8_t c) { return c == ' ' || c == '\t' || is_line_break(c); }

/* The text without the characters that may be left out, in lower case when asked for. out has room for all of it. */
static void strip(ah_buf *out, ah_slice in, bool (*ignored)(uint8_t), bool lower)
{
	for (size_t i = 0; i < in.len; i++) {
		uint8_t c = in.ptr[i];
		if (!ignored(c))
			out->ptr[out->len++] = lower && c >= 'A' && c <= 'F' ? (uint8_t)(c - 'A' + 'a') : c;
	}
}

/* A text of another form is no error here: *ok says whether it was one. */
static ah_err settle(ah_err err, const ah_buf *decoded, bool *ok)
{
	*ok = err == AH_OK && decoded->len != 0;
	return err == AH_ERR_TEXT ? AH_OK : err;
}

static ah_err from_hex(ah_buf *out, ah_slice in, bool *ok)
{
	AH_AUTO(ah_buf) text = AH_BUF(in.len);
	AH_TRY(ah_buf_reserve(&text, in.len));
	strip(&text, in, is_space, true);
	ah_slice digits = ah_buf_slice(&text);
	bool prefixed = digits.len >= 2 && digits.ptr[0] == '0' && (digits.ptr[1] == 'x' || digits.ptr[1] == 'X');
	return settle(ah_hex_decode(out, prefixed ? ah_slice_sub(digits, 2, digits.len - 2) : digits), out, ok);
}

static ah_err from_base64(ah_buf *out, ah_slice in, bool *ok)
{
	AH_AUTO(ah_buf) text = AH_BUF(in.len);
	AH_TRY(ah_buf_reserve(&text, in.len));
	strip(&text, in, is_line_break, false);
	return settle(ah_base64_decode(out, ah_buf_slice(&text)), out, ok);
}

/* Hand the buffer's memory over. An empty result still is an allocation that can be freed. */
static ah_err hand_over(uint8_t **out, size_t *out_len, ah_buf *bytes)
{
	AH_TRY(ah_buf_reserve(bytes, 1));
	*out_len = bytes->len;
	*out = ah_move_ptr(&bytes->ptr); /* transferred; ah_buf_free() then finds nothing */
	return AH_OK;
}

ah_err ah_evidence_from_text(uint8_t **out, size_t *out_len, ah_slice in, ah_fault *why)
{
	if (in.len > AH_EVIDENCE_MAX)
		return ah_fault_set(why, AH_ERR_TOO_LARGE, STEP, "%zu bytes, at most %d", in.len, AH_EVIDENCE_MAX);
	AH_AUTO(ah_buf) hex = AH_BUF(AH_EVIDENCE_MAX + 1);
	AH_AUTO(ah_buf) base64 = AH_BUF(AH_EVIDENCE_MAX + 1);
	bool is_hex = false, is_base64 = false;
	if (in.len != 0 && ah_evidence_detect(in) == AH_PLATFORM_NONE) {
		AH_TRY(from_hex(&hex, in, &is_hex));
		AH_TRY(from_base64(&base64, in, &is_base64));
	}
	bool base64_is_evidence = is_base64 && ah_evidence_detect(ah_buf_slice(&base64)) != AH_PLATFORM_NONE;
	if (is_hex && !(base64_is_evidence && ah_evidence_detect(ah_buf_slice(&hex)) == AH_PLATFORM_NONE))
		return hand_over(out, out_len, &hex);
	if (is_base64)
		return hand_over(out, out_len, &base64);
	AH_AUTO(ah_buf) copy = AH_BUF(AH_EVIDENCE_MAX + 1);
	AH_TRY(ah_buf_append(&copy, in));
	return hand_over(out, out_len, &copy);
}
