/* See saved_values.h. */
#include "policy/saved_values.h"

#include "base/fault.h"
#include "codec/text.h"

#include <stdio.h>

#define VALUE_LEN 32

/* A bit for each member of the largest object. */
#define MEMBERS_MAX 32

/* -- objects -- */

ah_err ah__saved_refuse(ah_saved_reader *r, size_t off, const char *what)
{
	bool has_path = r->name != NULL;
	return ah_fault_at(r->why, r->malformed, r->step, off, "%s%s%s%s%s", r->outer != NULL ? r->outer : "", r->outer != NULL && has_path ? "." : "",
	                   has_path ? r->name : "", r->outer != NULL || has_path ? ": " : "", what);
}

ah_err ah__saved_refuse_unknown(ah_saved_reader *r, ah_slice key)
{
	char what[80];
	(void)snprintf(what, sizeof what, "this release knows no member %.*s", key.len < 40 ? (int)key.len : 40, (const char *)key.ptr);
	return ah__saved_refuse(r, ah_json_pos(&r->j), what);
}

ah_err ah__saved_take_object(ah_saved_reader *r, ah_saved *s, const ah_saved_member *members, size_t count)
{
	uint32_t seen = 0;
	ah_slice key;
	size_t start = ah_json_pos(&r->j);
	assert(count <= MEMBERS_MAX);
	if (ah_json_peek(&r->j) != AH_JSON_OBJECT)
		return ah__saved_refuse(r, start, "no object");
	ah_json_object_begin(&r->j);
	while (ah_json_next_member(&r->j, &key)) {
		size_t i = 0;
		while (i < count && !ah_slice_is_text(key, members[i].name))
			i++;
		if (i == count) {
			r->name = NULL;
			return ah__saved_refuse_unknown(r, key);
		}
		r->name = members[i].name;
		AH_TRY(members[i].take(r, s));
		seen |= UINT32_C(1) << i;
	}
	for (size_t i = 0; i < count && !r->is_case; i++) {
		r->name = members[i].name;
		if ((seen >> i & 1) == 0)
			return ah__saved_refuse(r, start, "missing");
	}
	r->name = NULL;
	return AH_OK;
}

ah_err ah__saved_take_inner(ah_saved_reader *r, ah_saved *s, const ah_saved_member *members, size_t count)
{
	r->outer = r->name;
	r->name = NULL;
	AH_TRY(ah__saved_take_object(r, s, members, count));
	r->name = r->outer;
	r->outer = NULL;
	return AH_OK;
}

/* -- values -- */

bool ah__saved_take_null(ah_saved_reader *r)
{
	if (ah_json_peek(&r->j) != AH_JSON_NULL)
		return false;
	(void)ah_json_raw(&r->j);
	return true;
}

ah_err ah__saved_take_string(ah_saved_reader *r, ah_slice *text)
{
	size_t off = ah_json_pos(&r->j);
	if (ah_json_peek(&r->j) != AH_JSON_STRING)
		return ah__saved_refuse(r, off, "no text");
	*text = ah_json_string_plain(&r->j);
	return r->j.err == AH_OK ? AH_OK : ah__saved_refuse(r, off, "a text with an escape");
}

ah_err ah__saved_take_bool(ah_saved_reader *r, bool *out)
{
	if (ah_json_peek(&r->j) != AH_JSON_BOOL)
		return ah__saved_refuse(r, ah_json_pos(&r->j), "neither true nor false");
	*out = ah_json_bool(&r->j);
	return AH_OK;
}

ah_err ah__saved_decoded(ah_saved_reader *r, size_t off, ah_err err, const char *form)
{
	if (err == AH_ERR_NOMEM)
		return ah_fault_set(r->why, err, r->step, "no memory");
	if (err == AH_ERR_LIMIT)
		return ah__saved_refuse(r, off, "larger than any valid one");
	return err == AH_OK ? AH_OK : ah__saved_refuse(r, off, form);
}

ah_err ah__saved_take_base64(ah_saved_reader *r, ah_buf *out, size_t max)
{
	size_t off = ah_json_pos(&r->j);
	ah_slice text = { NULL, 0 };
	AH_TRY(ah__saved_take_string(r, &text));
	if (text.len == 0)
		return ah__saved_refuse(r, off, "empty; null says that there is none");
	*out = AH_BUF(max);
	return ah__saved_decoded(r, off, ah_base64_decode(out, text), "not base64");
}

ah_err ah__saved_take_optional_base64(ah_saved_reader *r, ah_buf *out, size_t max)
{
	return ah__saved_take_null(r) ? AH_OK : ah__saved_take_base64(r, out, max);
}

ah_err ah__saved_take_optional_hex(ah_saved_reader *r, ah_buf *out, size_t max)
{
	size_t off = ah_json_pos(&r->j);
	ah_slice text = { NULL, 0 };
	if (ah__saved_take_null(r))
		return AH_OK;
	AH_TRY(ah__saved_take_string(r, &text));
	if (text.len == 0)
		return ah__saved_refuse(r, off, "empty; null says that there is none");
	if (max == 0 && text.len != (size_t)2 * VALUE_LEN)
		return ah__saved_refuse(r, off, "not 32 bytes");
	*out = AH_BUF(max == 0 ? VALUE_LEN : max);
	return ah__saved_decoded(r, off, ah_hex_decode(out, text), "not lowercase hex");
}

ah_err ah__saved_take_fixed_hex(ah_saved_reader *r, uint8_t *out, size_t len)
{
	size_t off = ah_json_pos(&r->j);
	ah_slice text = { NULL, 0 };
	AH_TRY(ah__saved_take_string(r, &text));
	return ah__saved_decoded(r, off, ah_hex_decode_exact(out, len, text), "not lowercase hex of its length");
}

ah_err ah__saved_take_text(ah_saved_reader *r, ah_buf *out)
{
	size_t off = ah_json_pos(&r->j);
	if (ah_json_peek(&r->j) != AH_JSON_STRING)
		return ah__saved_refuse(r, off, "no text");
	*out = AH_BUF(AH_SAVED_MAX);
	ah_err err = ah_json_string(&r->j, out);
	return ah__saved_decoded(r, off, err == AH_OK ? ah_buf_append_byte(out, '\0') : err, "no text");
}

ah_err ah__saved_take_optional_text(ah_saved_reader *r, ah_buf *out)
{
	return ah__saved_take_null(r) ? AH_OK : ah__saved_take_text(r, out);
}

ah_err ah__saved_take_number(ah_saved_reader *r, int64_t *out)
{
	size_t off = ah_json_pos(&r->j);
	if (ah_json_peek(&r->j) != AH_JSON_INTEGER)
		return ah__saved_refuse(r, off, "no integer");
	*out = ah_json_int(&r->j);
	return *out >= 0 ? AH_OK : ah__saved_refuse(r, off, "below zero");
}
