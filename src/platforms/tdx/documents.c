/* See documents.h. */
#include "platforms/tdx/documents.h"

#include "base/fault.h"
#include "codec/text.h"

#include <stdio.h>

/* -- The path to the value that is being read -- */

static void path_push(ah__document *d, const char *name)
{
	size_t room = sizeof d->path - d->path_len;
	int len = snprintf(d->path + d->path_len, room, "%s%s", d->path_len != 0 ? "." : "", name);
	assert(len >= 0);
	d->path_len += (size_t)len < room ? (size_t)len : room - 1;
}

static void path_push_index(ah__document *d, size_t index)
{
	size_t room = sizeof d->path - d->path_len;
	int len = snprintf(d->path + d->path_len, room, "[%zu]", index);
	assert(len >= 0);
	d->path_len += (size_t)len < room ? (size_t)len : room - 1;
}

static void path_pop(ah__document *d, size_t len)
{
	d->path_len = len;
	d->path[len] = '\0';
}

static const char *path_of(const ah__document *d)
{
	return d->path_len != 0 ? d->path : "the document";
}

ah_err ah__document_refuse(const ah__document *d, const char *what)
{
	return ah_fault_at(d->why, AH_ERR_COLLATERAL_MALFORMED, d->step, ah_json_pos(&d->json), "%s: %s", path_of(d), what);
}

ah_err ah__document_too_many(const ah__document *d, size_t max)
{
	return ah_fault_at(d->why, AH_ERR_TOO_LARGE, d->step, ah_json_pos(&d->json), "%s: more than %zu", path_of(d), max);
}

/* -- The whole -- */

ah_err ah__document_open(ah__document *d, ah_slice text, int flags)
{
	ah_fault inner = { .err = AH_OK };
	ah_err err = ah_json_open(&d->json, text, flags, &inner);
	if (err != AH_OK) {
		bool own = err == AH_ERR_TOO_LARGE || err == AH_ERR_NOMEM;
		return ah_fault_at(d->why, own ? err : AH_ERR_COLLATERAL_MALFORMED, d->step, inner.offset, "%s", inner.detail);
	}
	return ah_json_peek(&d->json) == AH_JSON_OBJECT ? AH_OK : ah__document_refuse(d, "not an object");
}

ah_err ah__document_check_kind(const ah__document *d, const ah__kind *kinds, size_t count)
{
	ah_json json = d->json; /* looks ahead */
	ah_slice name = { NULL, 0 };
	size_t right = 0;
	ah_json_object_begin(&json);
	while (right != count && ah_json_next_member(&json, &name)) { /* no name comes twice, so each one is right once */
		ah_slice value = ah_json_raw(&json);
		for (size_t i = 0; i < count; i++)
			right += ah_slice_is_text(name, kinds[i].name) && ah_slice_is_text(value, kinds[i].value) ? 1 : 0;
	}
	if (right == count)
		return AH_OK;
	return ah_fault_set(d->why, AH_ERR_COLLATERAL_KIND, d->step, "not a document with %s %s and %s %s", kinds[0].name, kinds[0].value, kinds[1].name,
	                    kinds[1].value);
}

ah_err ah__document_finish(ah__document *d)
{
	return ah_json_finish(&d->json, NULL) == AH_OK ? AH_OK : ah__document_refuse(d, "not of the form that it has to have");
}

/* -- Containers -- */

static const ah__member *find_member(size_t *index, const ah__member *members, size_t count, ah_slice name)
{
	for (*index = 0; *index < count; (*index)++)
		if (ah_slice_is_text(name, members[*index].name))
			return &members[*index];
	return NULL;
}

static ah_err read_member(ah__document *d, const ah__member *member, void *into)
{
	size_t path_len = d->path_len;
	if (member->read == NULL) {
		(void)ah_json_raw(&d->json);
		return AH_OK;
	}
	path_push(d, member->name);
	AH_TRY(member->read(d, into));
	path_pop(d, path_len);
	return AH_OK;
}

static ah_err check_all_seen(ah__document *d, const ah__member *members, size_t count, uint32_t seen)
{
	for (size_t i = 0; i < count; i++)
		if (!members[i].optional && (seen & UINT32_C(1) << i) == 0) {
			path_push(d, members[i].name);
			return ah_fault_set(d->why, d->missing, d->step, "%s: missing", path_of(d));
		}
	return AH_OK;
}

ah_err ah__document_object(ah__document *d, const ah__member *members, size_t count, void *into)
{
	ah_slice name = { NULL, 0 };
	uint32_t seen = 0;
	assert(count <= 32);
	if (ah_json_peek(&d->json) != AH_JSON_OBJECT)
		return ah__document_refuse(d, "not an object");
	ah_json_object_begin(&d->json);
	while (ah_json_next_member(&d->json, &name)) {
		size_t index = 0;
		const ah__member *member = find_member(&index, members, count, name);
		if (member == NULL) {
			d->unknown_members++;
			(void)ah_json_raw(&d->json);
			continue;
		}
		AH_TRY(read_member(d, member, into));
		seen |= UINT32_C(1) << index;
	}
	return check_all_seen(d, members, count, seen);
}

ah_err ah__document_array(ah__document *d, ah_err (*element)(ah__document *d, size_t index, void *into), void *into, size_t *count)
{
	size_t path_len = d->path_len;
	if (ah_json_peek(&d->json) != AH_JSON_ARRAY)
		return ah__document_refuse(d, "not an array");
	ah_json_array_begin(&d->json);
	for (*count = 0; ah_json_next_element(&d->json); (*count)++) {
		path_push_index(d, *count);
		AH_TRY(element(d, *count, into));
		path_pop(d, path_len);
	}
	return AH_OK;
}

/* -- Values -- */

ah_err ah__document_text(ah__document *d, ah_slice *out)
{
	if (ah_json_peek(&d->json) != AH_JSON_STRING)
		return ah__document_refuse(d, "not a string");
	*out = ah_json_string_plain(&d->json);
	return d->json.err == AH_OK ? AH_OK : ah__document_refuse(d, "a string with escapes");
}

static bool hex_digit(uint8_t *out, uint8_t c)
{
	uint8_t lower = c | 0x20;
	if (c >= '0' && c <= '9')
		*out = (uint8_t)(c - '0');
	else if (lower >= 'a' && lower <= 'f')
		*out = (uint8_t)(lower - 'a' + 10);
	else
		return false;
	return true;
}

bool ah__hex_any_case(uint8_t *out, size_t out_len, ah_slice text)
{
	if (text.len % 2 != 0 || text.len / 2 != out_len)
		return false;
	for (size_t i = 0; i < out_len; i++) {
		uint8_t high = 0, low = 0;
		if (!hex_digit(&high, text.ptr[2 * i]) || !hex_digit(&low, text.ptr[2 * i + 1]))
			return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

ah_err ah__document_hex(ah__document *d, uint8_t *out, size_t out_len)
{
	ah_slice text = { NULL, 0 };
	AH_TRY(ah__document_text(d, &text));
	return ah__hex_any_case(out, out_len, text) ? AH_OK : ah__document_refuse(d, "not hex of the right length");
}

ah_err ah__document_unsigned(ah__document *d, uint32_t max, uint32_t *out)
{
	if (ah_json_peek(&d->json) != AH_JSON_INTEGER)
		return ah__document_refuse(d, "not an integer");
	int64_t value = ah_json_int(&d->json);
	if (value < 0 || value > max)
		return ah__document_refuse(d, "an integer out of range");
	*out = (uint32_t)value;
	return AH_OK;
}

ah_err ah__document_time(ah__document *d, int64_t *out_s)
{
	ah_slice text = { NULL, 0 };
	AH_TRY(ah__document_text(d, &text));
	return ah_time_parse(out_s, text) == AH_OK ? AH_OK : ah__document_refuse(d, "not a time like 2025-06-19T10:16:03Z");
}

/* -- Levels -- */

ah_err ah__level_read_date(ah__document *d, void *into)
{
	ah__level_place *place = (ah__level_place *)into;
	return ah__document_time(d, &place->level->date_s);
}

ah_err ah__level_read_status(ah__document *d, void *into)
{
	ah__level_place *place = (ah__level_place *)into;
	ah_slice text = { NULL, 0 };
	AH_TRY(ah__document_text(d, &text));
	return ah_tdx_tcb_status_parse(&place->level->status, text) ? AH_OK : ah__document_refuse(d, "not a status that is known");
}

/* An advisory takes the next free row of the table, unless it has one. Not every id begins with INTEL-SA-. */
static ah_err read_advisory(ah__document *d, size_t index, void *into)
{
	ah__level_place *place = (ah__level_place *)into;
	size_t row = 0;
	ah_slice text = { NULL, 0 };
	(void)index;
	AH_TRY(ah__document_text(d, &text));
	if (text.len == 0 || text.len > AH_TDX_ADVISORY_TEXT_MAX)
		return ah__document_refuse(d, "not an advisory's id: its length");
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] <= 0x20 || text.ptr[i] > 0x7e)
			return ah__document_refuse(d, "not an advisory's id: its characters");
	while (row < *place->advisory_count && !ah_slice_is_text(text, place->advisories[row]))
		row++;
	if (row == AH_TDX_ADVISORIES_MAX)
		return ah__document_too_many(d, AH_TDX_ADVISORIES_MAX);
	if (row == *place->advisory_count) {
		memcpy(place->advisories[row], text.ptr, text.len);
		place->advisories[row][text.len] = '\0';
		(*place->advisory_count)++;
	}
	place->level->advisories |= UINT32_C(1) << row;
	return AH_OK;
}

ah_err ah__level_read_advisories(ah__document *d, void *into)
{
	size_t count = 0;
	return ah__document_array(d, read_advisory, into, &count);
}

static ah_err read_isvsvn(ah__document *d, void *into)
{
	ah__level_place *place = (ah__level_place *)into;
	uint32_t isvsvn = 0;
	AH_TRY(ah__document_unsigned(d, UINT16_MAX, &isvsvn));
	place->level->isvsvn = (uint16_t)isvsvn;
	return AH_OK;
}

static ah_err read_isv_tcb(ah__document *d, void *into)
{
	static const ah__member members[] = { { "isvsvn", read_isvsvn, false } };
	return ah__document_object(d, members, sizeof members / sizeof members[0], into);
}

static ah_err read_isv_status(ah__document *d, void *into)
{
	const ah__level_place *place = (const ah__level_place *)into;
	AH_TRY(ah__level_read_status(d, into));
	ah_tdx_tcb_status status = place->level->status;
	if (status != AH_TDX_TCB_UP_TO_DATE && status != AH_TDX_TCB_OUT_OF_DATE && status != AH_TDX_TCB_REVOKED)
		return ah__document_refuse(d, "a status that only platforms have");
	return AH_OK;
}

ah_err ah__isv_level_read(ah__document *d, ah__level_place *place)
{
	static const ah__member members[] = {
		{ "tcb", read_isv_tcb, false },
		{ "tcbDate", ah__level_read_date, false },
		{ "tcbStatus", read_isv_status, false },
		{ "advisoryIDs", ah__level_read_advisories, true },
	};
	return ah__document_object(d, members, sizeof members / sizeof members[0], place);
}

/* Insertion sort: at most AH_TDX_LEVELS_MAX levels, and Intel's are in order already. */
bool ah__levels_sort(ah_tdx_level *levels, size_t count, int (*compare)(const ah_tdx_level *a, const ah_tdx_level *b))
{
	for (size_t i = 1; i < count; i++) {
		ah_tdx_level level = levels[i];
		size_t place = i;
		for (; place > 0 && compare(&levels[place - 1], &level) < 0; place--)
			levels[place] = levels[place - 1];
		levels[place] = level;
		if (place > 0 && compare(&levels[place - 1], &level) == 0)
			return false;
	}
	return true;
}

static int compare_isvsvn(const ah_tdx_level *a, const ah_tdx_level *b)
{
	return (int)a->isvsvn - (int)b->isvsvn;
}

bool ah__isv_levels_sort(ah_tdx_level *levels, size_t count)
{
	return ah__levels_sort(levels, count, compare_isvsvn);
}
