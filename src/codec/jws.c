/* See jws.h. RFC 7515 7.1 and appendix C (base64url), RFC 8037 3.1 (EdDSA), RFC 8725 3 (what a verifier must not be told by the token). */
#include "codec/jws.h"

#include "base/fault.h"
#include "codec/json.h"
#include "codec/text.h"

#define STEP        "jws.parse"
#define HEADER_STEP "jws.header"
#define KID_MAX     128
#define PART_COUNT  3

void ah_jws_free(ah_jws *jws)
{
	ah_buf_free(&jws->header);
	ah_buf_free(&jws->payload);
	ah_buf_free(&jws->signature);
	*jws = (ah_jws){ .header = AH_BUF(0) };
}

/* -- reading -- */

static bool is_base64url(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static ah_err refuse(ah_fault *why, ah_err err, size_t off, const char *what)
{
	return ah_fault_at(why, err, STEP, off, "%s", what);
}

/*
 * The rule, byte by byte: three parts between two dots, none of them empty, and nothing in them that base64url does not have. Gone through only once
 * find_parts() or the decoder has refused, to say what comes first and where.
 */
static ah_err explain(ah_slice text, ah_fault *why)
{
	size_t count = 0, start = 0;
	for (size_t i = 0; i <= text.len; i++) {
		bool ends = i == text.len || text.ptr[i] == '.';
		if (!ends && !is_base64url(text.ptr[i]))
			return refuse(why, AH_ERR_FORMAT, i, text.ptr[i] == '=' ? "padding" : "a character that base64url does not have");
		if (!ends)
			continue;
		if (i == start)
			return refuse(why, AH_ERR_FORMAT, i, "an empty part");
		if (count == PART_COUNT)
			return refuse(why, AH_ERR_FORMAT, start, "more than three parts");
		count++;
		start = i + 1;
	}
	return count == PART_COUNT ? AH_OK : refuse(why, AH_ERR_FORMAT, text.len, "fewer than three parts");
}

/* What is in front of the first dot; *rest becomes what is behind it. False without a dot. */
static bool take_part(ah_slice *part, ah_slice *rest)
{
	const uint8_t *dot = rest->len != 0 ? memchr(rest->ptr, '.', rest->len) : NULL;
	if (dot == NULL)
		return false;
	size_t len = (size_t)(dot - rest->ptr);
	*part = ah_slice_sub(*rest, 0, len);
	*rest = ah_slice_sub(*rest, len + 1, rest->len - len - 1);
	return len != 0;
}

/* A third dot is left to the decoder, to which it is no digit. */
static bool find_parts(ah_slice parts[static PART_COUNT], ah_slice text)
{
	parts[2] = text;
	return take_part(&parts[0], &parts[2]) && take_part(&parts[1], &parts[2]) && parts[2].len != 0;
}

/* off: of the part in text. Where all characters are digits, what is wrong is its length or the bits after its last byte, so that is the place. */
static ah_err decode(ah_buf *out, ah_slice text, ah_slice part, size_t off, size_t max, ah_fault *why)
{
	*out = AH_BUF(max);
	ah_err err = ah_base64url_decode(out, part);
	if (err == AH_ERR_LIMIT || err == AH_ERR_TEXT)
		AH_TRY(explain(text, why));
	if (err == AH_ERR_LIMIT)
		return refuse(why, AH_ERR_TOO_LARGE, off, "a header larger than any that is permitted");
	if (err == AH_ERR_TEXT)
		return refuse(why, AH_ERR_FORMAT, off + part.len - 1, "a part ends in the middle of a byte");
	return err == AH_OK ? AH_OK : refuse(why, err, off, "no memory");
}

/* Those of jws->compact. */
static ah_err decode_parts(ah_jws *jws, const ah_slice parts[static PART_COUNT], size_t max, ah_fault *why)
{
	size_t payload_off = parts[0].len + 1, signature_off = payload_off + parts[1].len + 1;
	jws->signing_input = ah_slice_sub(jws->compact, 0, signature_off - 1);
	AH_TRY(decode(&jws->header, jws->compact, parts[0], 0, AH_JWS_HEADER_MAX, why));
	AH_TRY(decode(&jws->payload, jws->compact, parts[1], payload_off, max, why));
	return decode(&jws->signature, jws->compact, parts[2], signature_off, max, why);
}

ah_err ah_jws_parse(ah_jws *out, ah_slice text, size_t max, ah_fault *why)
{
	ah_slice parts[PART_COUNT];
	if (text.len != 0 && text.ptr[text.len - 1] == '\n')
		text = ah_slice_sub(text, 0, text.len - 1);
	if (text.len > max)
		return ah_fault_at(why, AH_ERR_TOO_LARGE, STEP, max, "larger than %zu bytes", max);
	if (!find_parts(parts, text)) {
		AH_TRY(explain(text, why));
		return AH_ERR_INTERNAL; /* what find_parts() refuses, the rule refuses */
	}
	AH_AUTO(ah_jws) jws = { .compact = text };
	AH_TRY(decode_parts(&jws, parts, max, why));
	*out = jws;
	jws = (ah_jws){ .header = AH_BUF(0) }; /* transferred */
	return AH_OK;
}

/* -- the header -- */

enum { MEMBER_ALG = 1 << 0, MEMBER_KID = 1 << 1, MEMBER_TYP = 1 << 2 };

/* Printable ASCII that stands in JSON as it is: 1..KID_MAX characters, no quote, no backslash. */
static bool is_plain(ah_slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] < 0x20 || text.ptr[i] > 0x7e || text.ptr[i] == '"' || text.ptr[i] == '\\')
			return false;
	return text.len != 0 && text.len <= KID_MAX;
}

static ah_err not_permitted(ah_fault *why, size_t off, const char *what)
{
	return ah_fault_at(why, AH_ERR_FORMAT, HEADER_STEP, off, "%s", what);
}

/* Names with an escape equal none of ours; what they unescape to was compared with the others when the text was opened. */
static ah_err take_member(ah_json *j, ah_slice name, const char *typ, unsigned *seen, ah_slice *kid, ah_fault *why)
{
	size_t off = ah_json_pos(j);
	bool is_string = ah_json_peek(j) == AH_JSON_STRING;
	ah_slice value = { NULL, 0 };
	if (is_string)
		value = ah_json_string_raw(j);
	else
		(void)ah_json_raw(j);
	if (ah_slice_is_text(name, "alg")) {
		*seen |= MEMBER_ALG;
		return is_string && ah_slice_is_text(value, "EdDSA") ? AH_OK : not_permitted(why, off, "alg is not EdDSA");
	}
	if (ah_slice_is_text(name, "kid")) {
		*seen |= MEMBER_KID;
		*kid = value;
		return is_string && is_plain(value) ? AH_OK : not_permitted(why, off, "kid is not 1..128 plain characters");
	}
	if (ah_slice_is_text(name, "typ")) {
		*seen |= MEMBER_TYP;
		bool permitted = is_string && (typ != NULL ? ah_slice_is_text(value, typ) : is_plain(value));
		return permitted ? AH_OK : not_permitted(why, off, "typ is another one");
	}
	return ah_fault_at(why, AH_ERR_FORMAT, HEADER_STEP, off, "member %.*s is not permitted", (int)(name.len < 16 ? name.len : 16),
	                   (const char *)name.ptr);
}

/* The kinds of malformed JSON that a header of at most AH_JWS_HEADER_MAX bytes can have: all one to the caller but a member that stands twice. */
static ah_err open_header(ah_json *j, ah_slice header, ah_fault *why)
{
	ah_fault syntax = { .err = AH_OK };
	ah_err err = ah_json_open(j, header, AH_JSON_OURS, &syntax);
	if (err == AH_OK)
		return AH_OK;
	if (err == AH_ERR_NOMEM)
		return ah_fault_set(why, err, HEADER_STEP, "no memory");
	if (err == AH_ERR_DUPLICATE_KEY)
		return ah_fault_at(why, err, HEADER_STEP, syntax.offset, "a member stands twice");
	return ah_fault_at(why, AH_ERR_JSON, HEADER_STEP, syntax.offset, "not JSON: %.60s", syntax.detail);
}

ah_err ah_jws_check_header(ah_slice header, const char *typ, char kid[static KID_MAX + 1], ah_fault *why)
{
	ah_json j;
	unsigned seen = 0;
	ah_slice name, value = { NULL, 0 };
	AH_TRY(open_header(&j, header, why));
	if (ah_json_peek(&j) != AH_JSON_OBJECT)
		return not_permitted(why, 0, "the header is no object");
	ah_json_object_begin(&j);
	while (ah_json_next_member(&j, &name))
		AH_TRY(take_member(&j, name, typ, &seen, &value, why));
	if ((seen & MEMBER_ALG) == 0)
		return not_permitted(why, 0, "alg is missing");
	if ((seen & MEMBER_KID) == 0)
		return not_permitted(why, 0, "kid is missing");
	if ((seen & MEMBER_TYP) == 0 && typ != NULL)
		return not_permitted(why, 0, "typ is missing");
	AH_TRY(ah_json_finish(&j, why));
	for (size_t i = 0; i < value.len; i++)
		kid[i] = (char)value.ptr[i];
	kid[value.len] = '\0';
	return AH_OK;
}

/* -- writing: the mirror of the above -- */

ah_err ah_jws_write_input(ah_buf *out, const char *typ, const char *kid, ah_slice payload)
{
	AH_AUTO(ah_buf) header = AH_BUF(AH_JWS_HEADER_MAX);
	ah_json_writer w;
	if (!is_plain(ah_slice_text(kid)))
		return AH_ERR_ARGUMENT;
	ah_json_writer_init(&w, &header);
	ah_json_put_object_begin(&w);
	ah_json_put_key(&w, "alg");
	ah_json_put_text(&w, "EdDSA");
	ah_json_put_key(&w, "kid");
	ah_json_put_text(&w, kid);
	ah_json_put_key(&w, "typ");
	ah_json_put_text(&w, typ);
	ah_json_put_object_end(&w);
	AH_TRY(ah_json_writer_finish(&w));
	AH_TRY(ah_base64url_encode(out, ah_buf_slice(&header)));
	AH_TRY(ah_buf_append_byte(out, '.'));
	return ah_base64url_encode(out, payload);
}

ah_err ah_jws_write_signature(ah_buf *out, ah_slice signature)
{
	AH_TRY(ah_buf_append_byte(out, '.'));
	return ah_base64url_encode(out, signature);
}
