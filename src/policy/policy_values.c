/* See policy_values.h. */
#include "policy/policy_values.h"

#include "base/fault.h"
#include "codec/bech32.h"
#include "codec/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#define STEP         "policy.load"
#define CHIP_ID_LEN  64
/* AMD 56860, CHIP_ID: Turin uses the first 8 bytes, the rest is zero. */
#define TURIN_ID_LEN 8

/* -- The path -- */

/* As much as there is room for. Not printf: this is done for every member of every policy, wanted only when one is refused. */
static void append(ah_policy_reader *r, ah_slice text)
{
	size_t room = sizeof r->path - 1 - r->path_len, len = text.len < room ? text.len : room;
	if (len != 0)
		memcpy(r->path + r->path_len, text.ptr, len);
	r->path_len += len;
}

static size_t enter(ah_policy_reader *r, const char *before, ah_slice text, const char *after)
{
	size_t old = r->path_len;
	append(r, ah_slice_text(before));
	append(r, text.len <= AH_POLICY_MEMBER_SHOWN ? text : ah_slice_sub(text, 0, AH_POLICY_MEMBER_SHOWN));
	append(r, ah_slice_text(after));
	r->path[r->path_len] = '\0';
	return old;
}

size_t ah__policy_enter(ah_policy_reader *r, ah_slice name)
{
	return enter(r, r->path_len != 0 ? "." : "", name, name.len > AH_POLICY_MEMBER_SHOWN ? ".." : "");
}

size_t ah__policy_enter_index(ah_policy_reader *r, size_t index)
{
	char text[24];
	size_t at = sizeof text;
	do
		text[--at] = (char)('0' + index % 10);
	while ((index /= 10) != 0);
	return enter(r, "[", ah_slice_make(text + at, sizeof text - at), "]");
}

void ah__policy_leave(ah_policy_reader *r, size_t path_len)
{
	r->path_len = path_len;
	r->path[path_len] = '\0';
}

ah_err ah__policy_refuse(ah_policy_reader *r, ah_err err, size_t off, const char *format, ...)
{
	char what[AH_POLICY_PATH_SIZE];
	va_list args;
	va_start(args, format);
	(void)vsnprintf(what, sizeof what, format, args);
	va_end(args);
	return ah_fault_at(r->why, err, STEP, off, "%s: %s", r->path_len != 0 ? r->path : "$", what);
}

ah_err ah__policy_refuse_member(ah_policy_reader *r, ah_err err, size_t off, const char *member, const char *what)
{
	size_t here = ah__policy_enter(r, ah_slice_text(member));
	(void)ah__policy_refuse(r, err, off, "%s", what);
	ah__policy_leave(r, here);
	return err;
}

ah_err ah__policy_refuse_element(ah_policy_reader *r, ah_err err, size_t off, const char *list, size_t index, const char *what)
{
	size_t here = ah__policy_enter(r, ah_slice_text(list));
	(void)ah__policy_enter_index(r, index);
	(void)ah__policy_refuse(r, err, off, "%s", what);
	ah__policy_leave(r, here);
	return err;
}

/* The value that comes next is not what the schema wants. */
static ah_err not_a(ah_policy_reader *r, const char *wanted)
{
	return ah__policy_refuse(r, AH_ERR_POLICY_VALUE, ah_json_pos(&r->j), "must be %s", wanted);
}

/* -- Containers -- */

/* Most names differ in their first letter. */
static bool is_name(ah_slice text, const char *name)
{
	return text.len != 0 && text.ptr[0] == (uint8_t)name[0] && ah_slice_is_text(text, name);
}

static size_t find_member(const ah_policy_object *object, ah_slice name)
{
	size_t i = 0;
	while (i < object->count && !is_name(name, object->members[i].name))
		i++;
	return i;
}

ah_err ah__policy_take_object(ah_policy_reader *r, const ah_policy_object *object, void *into, size_t at[static AH_POLICY_MEMBERS_MAX])
{
	assert(object->count <= AH_POLICY_MEMBERS_MAX);
	size_t start = ah_json_pos(&r->j), found[AH_POLICY_MEMBERS_MAX] = { 0 };
	ah_slice name;
	if (ah_json_peek(&r->j) != AH_JSON_OBJECT)
		return not_a(r, "an object");
	ah_json_object_begin(&r->j);
	while (ah_json_next_member(&r->j, &name)) {
		size_t member = find_member(object, name), here = ah__policy_enter(r, name);
		size_t off = ah_json_pos(&r->j);
		if (member == object->count)
			return ah__policy_refuse(r, AH_ERR_POLICY_UNKNOWN_MEMBER, off, "no such member");
		found[member] = off;
		AH_TRY(object->take(r, into, (unsigned)member));
		ah__policy_leave(r, here);
	}
	for (size_t i = 0; i < object->count; i++)
		if (object->members[i].required && found[i] == 0)
			return ah__policy_refuse_member(r, AH_ERR_POLICY_MISSING_MEMBER, start, object->members[i].name, "required");
	for (size_t i = 0; i < AH_POLICY_MEMBERS_MAX; i++)
		at[i] = found[i];
	return AH_OK;
}

ah_err ah__policy_take_array(ah_policy_reader *r, size_t min, size_t max, size_t *count)
{
	size_t start = ah_json_pos(&r->j), found = 0;
	if (ah_json_peek(&r->j) != AH_JSON_ARRAY)
		return not_a(r, "a list");
	ah_json ahead = r->j; /* a second reader on the same text counts, so that exactly what is needed is allocated */
	ah_json_array_begin(&ahead);
	for (; ah_json_next_element(&ahead); found++)
		(void)ah_json_raw(&ahead);
	if (found < min)
		return ah__policy_refuse(r, AH_ERR_POLICY_VALUE, start, "may not be empty");
	if (found > max)
		return ah__policy_refuse(r, AH_ERR_POLICY_VALUE, start, "at most %zu elements, not %zu", max, found);
	ah_json_array_begin(&r->j);
	*count = found;
	return AH_OK;
}

/* -- Scalars -- */

ah_err ah__policy_take_bool(ah_policy_reader *r, bool *out)
{
	if (ah_json_peek(&r->j) != AH_JSON_BOOL)
		return not_a(r, "true or false");
	*out = ah_json_bool(&r->j);
	return AH_OK;
}

ah_err ah__policy_take_int(ah_policy_reader *r, int64_t *out, int64_t min, int64_t max)
{
	size_t off = ah_json_pos(&r->j);
	if (ah_json_peek(&r->j) != AH_JSON_INTEGER)
		return not_a(r, "an integer");
	int64_t v = ah_json_int(&r->j);
	if (v < min || v > max)
		return ah__policy_refuse(r, AH_ERR_POLICY_VALUE, off, "must be %" PRId64 "..%" PRId64, min, max);
	*out = v;
	return AH_OK;
}

ah_err ah__policy_take_u8(ah_policy_reader *r, uint8_t *out)
{
	int64_t v = 0;
	AH_TRY(ah__policy_take_int(r, &v, 0, UINT8_MAX));
	*out = (uint8_t)v;
	return AH_OK;
}

ah_err ah__policy_take_u32(ah_policy_reader *r, uint32_t *out, uint32_t min, uint32_t max)
{
	int64_t v = 0;
	AH_TRY(ah__policy_take_int(r, &v, min, max));
	*out = (uint32_t)v;
	return AH_OK;
}

static ah_err take_raw(ah_policy_reader *r, ah_slice *out, const char *wanted)
{
	if (ah_json_peek(&r->j) != AH_JSON_STRING)
		return not_a(r, wanted);
	*out = ah_json_string_raw(&r->j);
	return AH_OK;
}

static ah_err check_plain(ah_policy_reader *r, ah_slice raw, size_t off)
{
	for (size_t i = 0; i < raw.len; i++)
		if (raw.ptr[i] < 0x20 || raw.ptr[i] > 0x7e || raw.ptr[i] == '\\')
			return ah__policy_refuse(r, AH_ERR_POLICY_VALUE, off, "only printable ASCII without escapes");
	return AH_OK;
}

/* The raw text of a string in which every character stands for itself. */
static ah_err take_plain(ah_policy_reader *r, ah_slice *out, const char *wanted)
{
	size_t off = ah_json_pos(&r->j);
	AH_TRY(take_raw(r, out, wanted));
	return check_plain(r, *out, off);
}

ah_err ah__policy_take_time(ah_policy_reader *r, int64_t *out_s)
{
	static const char wanted[] = "a time like 2026-11-20T09:20:31Z";
	size_t off = ah_json_pos(&r->j);
	ah_slice text = { NULL, 0 };
	AH_TRY(take_plain(r, &text, wanted));
	if (ah_time_parse(out_s, text) != AH_OK)
		return ah__policy_refuse(r, AH_ERR_POLICY_VALUE, off, "must be %s", wanted);
	return AH_OK;
}

ah_err ah__policy_take_text(ah_policy_reader *r, char out[static AH_POLICY_TEXT_MAX + 1])
{
	size_t off = ah_json_pos(&r->j);
	ah_slice text = { NULL, 0 };
	AH_TRY(take_plain(r, &text, "a text"));
	if (text.len == 0 || text.len > AH_POLICY_TEXT_MAX)
		return ah__policy_refuse(r, AH_ERR_POLICY_VALUE, off, "must have 1..%d characters", AH_POLICY_TEXT_MAX);
	memcpy(out, text.ptr, text.len);
	out[text.len] = '\0';
	return AH_OK;
}

ah_err ah__policy_take_choice(ah_policy_reader *r, const char *const *names, size_t count, unsigned *index)
{
	size_t off = ah_json_pos(&r->j), i = 0;
	char wanted[64];
	int len = 0;
	ah_slice text = { NULL, 0 };
	AH_TRY(take_plain(r, &text, "a text"));
	while (i < count && !ah_slice_is_text(text, names[i]))
		i++;
	if (i < count) {
		*index = (unsigned)i;
		return AH_OK;
	}
	for (i = 0; i < count && len >= 0 && (size_t)len < sizeof wanted; i++)
		len += snprintf(wanted + len, sizeof wanted - (size_t)len, "%s%s", i == 0 ? "" : ", ", names[i]);
	return ah__policy_refuse(r, AH_ERR_POLICY_VALUE, off, "must be one of %s", wanted);
}

ah_err ah__policy_take_hex(ah_policy_reader *r, uint8_t *out, size_t len)
{
	size_t off = ah_json_pos(&r->j);
	ah_slice text = { NULL, 0 };
	AH_TRY(take_raw(r, &text, "a hexadecimal text"));
	if (ah_hex_decode_exact(out, len, text) == AH_OK)
		return AH_OK;
	AH_TRY(check_plain(r, text, off));
	return ah__policy_refuse(r, AH_ERR_POLICY_VALUE, off, "must be %zu lowercase hex digits", 2 * len);
}

ah_err ah__policy_take_hash(ah_policy_reader *r, uint8_t out[static 64], size_t *len)
{
	size_t off = ah_json_pos(&r->j);
	ah_slice text = { NULL, 0 };
	AH_TRY(take_plain(r, &text, "a hexadecimal text"));
	if ((text.len != 64 && text.len != 96 && text.len != 128) || ah_hex_decode_exact(out, text.len / 2, text) != AH_OK)
		return ah__policy_refuse(r, AH_ERR_POLICY_VALUE, off, "must be 64, 96 or 128 lowercase hex digits");
	*len = text.len / 2;
	return AH_OK;
}

/* -- Lists -- */

static ah_slice item(const ah_byte_list *list, size_t i)
{
	return ah_slice_make(list->items[i], list->item_len);
}

/* Called with the element in its place and not yet counted. */
static ah_err accept_item(ah_policy_reader *r, ah_byte_list *list, size_t off, ah_err zero_err)
{
	ah_slice added = item(list, list->count);
	if (ah_slice_is_zero(added))
		return ah__policy_refuse(r, zero_err, off, "all zero");
	for (size_t i = 0; i < list->count; i++)
		if (ah_slice_is(item(list, i), added))
			return ah__policy_refuse(r, AH_ERR_POLICY_CONTRADICTION, off, "the same as [%zu]", i);
	list->count++;
	return AH_OK;
}

static ah_err take_chip_id(ah_policy_reader *r, uint8_t out[static CHIP_ID_LEN])
{
	size_t off = ah_json_pos(&r->j);
	ah_slice text = { NULL, 0 };
	AH_TRY(take_plain(r, &text, "a hexadecimal text"));
	size_t len = text.len == 2 * TURIN_ID_LEN ? TURIN_ID_LEN : CHIP_ID_LEN;
	if (ah_hex_decode_exact(out, len, text) != AH_OK)
		return ah__policy_refuse(r, AH_ERR_POLICY_VALUE, off, "must be 128 (Turin: or 16) lowercase hex digits");
	return AH_OK;
}

static ah_err take_byte_list(ah_policy_reader *r, ah_byte_list *list, size_t max, ah_err zero_err, bool chip_ids)
{
	size_t start = ah_json_pos(&r->j), count = 0;
	AH_TRY(ah__policy_take_array(r, 0, max, &count));
	list->present = true;
	if (count != 0 && (list->items = ah_alloc(count * sizeof *list->items)) == NULL)
		return ah__policy_refuse(r, AH_ERR_NOMEM, start, "no memory");
	for (size_t i = 0; ah_json_next_element(&r->j); i++) {
		assert(i < count);
		size_t off = ah_json_pos(&r->j), here = ah__policy_enter_index(r, i);
		AH_TRY(chip_ids ? take_chip_id(r, list->items[i]) : ah__policy_take_hex(r, list->items[i], list->item_len));
		AH_TRY(accept_item(r, list, off, zero_err));
		ah__policy_leave(r, here);
	}
	return AH_OK;
}

ah_err ah__policy_take_bytes(ah_policy_reader *r, ah_byte_list *list, size_t item_len, size_t max, ah_err zero_err)
{
	list->item_len = item_len;
	return take_byte_list(r, list, max, zero_err, false);
}

ah_err ah__policy_take_chip_ids(ah_policy_reader *r, ah_byte_list *list)
{
	list->item_len = CHIP_ID_LEN;
	return take_byte_list(r, list, AH_POLICY_LIST_MAX, AH_ERR_POLICY_VALUE, true);
}

static bool is_wildcard(const char *text)
{
	static const char *const words[] = { "any", "Any", "ANY", "all", "All", "ALL" };
	bool found = strchr(text, '*') != NULL;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		found = found || strcmp(text, words[i]) == 0;
	return found;
}

static ah_err check_text(ah_policy_reader *r, const ah_text_list *list, size_t off, bool npubs)
{
	const char *text = list->items[list->count];
	uint8_t key[32];
	if (is_wildcard(text))
		return ah__policy_refuse(r, AH_ERR_POLICY_VALUE, off, "there are no wildcards; name each one");
	if (npubs && ah_npub_decode(key, ah_slice_text(text)) != AH_OK && ah_hex_decode_exact(key, sizeof key, ah_slice_text(text)) != AH_OK)
		return ah__policy_refuse(r, AH_ERR_POLICY_VALUE, off, "must be an npub or 64 lowercase hex digits");
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->items[i], text) == 0)
			return ah__policy_refuse(r, AH_ERR_POLICY_CONTRADICTION, off, "the same as [%zu]", i);
	return AH_OK;
}

static ah_err take_text_list(ah_policy_reader *r, ah_text_list *list, bool npubs)
{
	size_t start = ah_json_pos(&r->j), count = 0;
	AH_TRY(ah__policy_take_array(r, 0, AH_POLICY_LIST_MAX, &count));
	list->present = true;
	if (count != 0 && (list->items = ah_alloc(count * sizeof *list->items)) == NULL)
		return ah__policy_refuse(r, AH_ERR_NOMEM, start, "no memory");
	for (size_t i = 0; ah_json_next_element(&r->j); i++) {
		assert(i < count);
		size_t off = ah_json_pos(&r->j), here = ah__policy_enter_index(r, i);
		AH_TRY(ah__policy_take_text(r, list->items[i]));
		AH_TRY(check_text(r, list, off, npubs));
		list->count++;
		ah__policy_leave(r, here);
	}
	return AH_OK;
}

ah_err ah__policy_take_texts(ah_policy_reader *r, ah_text_list *list)
{
	return take_text_list(r, list, false);
}

ah_err ah__policy_take_npubs(ah_policy_reader *r, ah_text_list *list)
{
	return take_text_list(r, list, true);
}
