/*
 * The pull side of json.h. The text has passed ah_json_open(), so what is met here is well-formed; the tests for that are assertions of our own
 * invariant, and only the caller's expectations can fail.
 */
#include "codec/json.h"

#include "base/fault.h"
#include "codec/json_internal.h"

#define STEP "json.read"

static void fail(ah_json *j, ah_err err)
{
	if (j->err == AH_OK) {
		j->err = err;
		j->err_off = j->pos;
	}
}

static uint8_t current(const ah_json *j)
{
	return j->pos < j->in.len ? j->in.ptr[j->pos] : 0;
}

static void skip_space(ah_json *j)
{
	while (ah__json_is_space(current(j)))
		j->pos++;
}

static void take(ah_json *j, uint8_t wanted)
{
	assert(current(j) == wanted);
	j->pos++;
}

static bool is_number_char(uint8_t c)
{
	return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

static ah_slice number_at(const ah_json *j)
{
	size_t end = j->pos;
	while (end < j->in.len && is_number_char(j->in.ptr[end]))
		end++;
	return ah_slice_sub(j->in, j->pos, end - j->pos);
}

static bool is_integer(ah_slice number)
{
	for (size_t i = 1; i < number.len; i++)
		if (number.ptr[i] < '0' || number.ptr[i] > '9')
			return false;
	return true;
}

ah_json_type ah_json_peek(const ah_json *j)
{
	if (j->err != AH_OK || (j->state[j->depth] & AH__JSON_VALUE_PENDING) == 0)
		return AH_JSON_NONE;
	switch (current(j)) {
	case '{': return AH_JSON_OBJECT;
	case '[': return AH_JSON_ARRAY;
	case '"': return AH_JSON_STRING;
	case 't':
	case 'f': return AH_JSON_BOOL;
	case 'n': return AH_JSON_NULL;
	default: return is_integer(number_at(j)) ? AH_JSON_INTEGER : AH_JSON_FRACTION;
	}
}

size_t ah_json_pos(const ah_json *j)
{
	return j->pos;
}

/* The next value must be of this type; it counts as taken from here on. */
static bool start_value(ah_json *j, ah_json_type wanted)
{
	if (ah_json_peek(j) != wanted) {
		fail(j, AH_ERR_JSON);
		return false;
	}
	j->state[j->depth] = (uint8_t)(j->state[j->depth] & ~AH__JSON_VALUE_PENDING);
	return true;
}

static void begin(ah_json *j, ah_json_type type, uint8_t state)
{
	if (!start_value(j, type))
		return;
	assert(j->depth < AH_JSON_DEPTH_MAX);
	j->pos++;
	j->state[++j->depth] = state | AH__JSON_FIRST;
}

void ah_json_object_begin(ah_json *j)
{
	begin(j, AH_JSON_OBJECT, AH__JSON_IN_OBJECT);
}

void ah_json_array_begin(ah_json *j)
{
	begin(j, AH_JSON_ARRAY, AH__JSON_IN_ARRAY);
}

/* Move to the next item of the current container; at its end leave it and return false. A value that was not taken is the caller's error. */
static bool next_item(ah_json *j, uint8_t kind, uint8_t closing)
{
	if (j->err != AH_OK)
		return false;
	uint8_t *state = &j->state[j->depth];
	assert((*state & kind) != 0);
	if ((*state & AH__JSON_VALUE_PENDING) != 0) {
		fail(j, AH_ERR_JSON);
		return false;
	}
	skip_space(j);
	if (current(j) == closing) {
		j->pos++;
		j->depth--;
		return false;
	}
	if ((*state & AH__JSON_FIRST) == 0)
		take(j, ',');
	skip_space(j);
	*state = kind | AH__JSON_VALUE_PENDING;
	return true;
}

/* The quote at the end of the string that starts here: the first one behind an even number of backslashes. The text was checked, so there is one. */
static size_t string_end(ah_slice in, size_t start)
{
	for (size_t from = start;; from++) {
		const uint8_t *quote = (const uint8_t *)memchr(in.ptr + from, '"', in.len - from);
		assert(quote != NULL);
		from = (size_t)(quote - in.ptr);
		size_t backslashes = 0;
		while (backslashes < from - start && in.ptr[from - 1 - backslashes] == '\\')
			backslashes++;
		if (backslashes % 2 == 0)
			return from;
	}
}

/* The raw text of the string at the position, which moves behind it. */
static ah_slice take_string(ah_json *j)
{
	take(j, '"');
	size_t start = j->pos;
	j->pos = string_end(j->in, start);
	ah_slice raw = ah_slice_sub(j->in, start, j->pos - start);
	j->pos++;
	return raw;
}

bool ah_json_next_member(ah_json *j, ah_slice *key)
{
	if (!next_item(j, AH__JSON_IN_OBJECT, '}'))
		return false;
	*key = take_string(j);
	skip_space(j);
	take(j, ':');
	skip_space(j);
	return true;
}

bool ah_json_next_element(ah_json *j)
{
	return next_item(j, AH__JSON_IN_ARRAY, ']');
}

ah_slice ah_json_string_raw(ah_json *j)
{
	return start_value(j, AH_JSON_STRING) ? take_string(j) : (ah_slice){ NULL, 0 };
}

ah_slice ah_json_string_plain(ah_json *j)
{
	size_t start = j->pos;
	ah_slice raw = ah_json_string_raw(j);
	if (raw.len != 0 && memchr(raw.ptr, '\\', raw.len) != NULL) {
		j->pos = start;
		fail(j, AH_ERR_JSON);
		return (ah_slice){ NULL, 0 };
	}
	return raw;
}

ah_err ah_json_string(ah_json *j, ah_buf *out)
{
	size_t start = j->pos, out_len = out->len;
	ah_slice raw = ah_json_string_raw(j);
	if (j->err != AH_OK)
		return j->err;
	ah_err err = ah__json_unescape(out, raw);
	if (err != AH_OK) {
		out->len = out_len;
		j->pos = start;
		fail(j, err);
	}
	return err;
}

int64_t ah_json_int(ah_json *j)
{
	if (!start_value(j, AH_JSON_INTEGER))
		return 0;
	ah_slice number = number_at(j);
	j->pos += number.len;
	bool negative = number.ptr[0] == '-';
	int64_t value = 0; /* kept negative: INT64_MIN has no positive counterpart. The range has been checked. */
	for (size_t i = negative ? 1 : 0; i < number.len; i++)
		value = value * 10 - (number.ptr[i] - '0');
	return negative ? value : -value;
}

bool ah_json_bool(ah_json *j)
{
	if (!start_value(j, AH_JSON_BOOL))
		return false;
	bool value = current(j) == 't';
	j->pos += value ? 4 : 5;
	return value;
}

/* Behind a container whose opening bracket is at the position: brackets outside of strings are counted. */
static void skip_container(ah_json *j)
{
	size_t open = 0;
	do {
		uint8_t c = current(j);
		if (c == '"') {
			(void)take_string(j);
			continue;
		}
		if (c == '{' || c == '[')
			open++;
		if (c == '}' || c == ']')
			open--;
		assert(j->pos < j->in.len);
		j->pos++;
	} while (open != 0);
}

ah_slice ah_json_raw(ah_json *j)
{
	ah_json_type type = ah_json_peek(j);
	size_t start = j->pos;
	if (type == AH_JSON_NONE || !start_value(j, type)) {
		fail(j, AH_ERR_JSON);
		return (ah_slice){ NULL, 0 };
	}
	switch (type) {
	case AH_JSON_OBJECT:
	case AH_JSON_ARRAY: skip_container(j); break;
	case AH_JSON_STRING: (void)take_string(j); break;
	case AH_JSON_BOOL: j->pos += current(j) == 't' ? 4 : 5; break;
	case AH_JSON_NULL: j->pos += 4; break;
	case AH_JSON_INTEGER:
	case AH_JSON_FRACTION: j->pos += number_at(j).len; break;
	case AH_JSON_NONE: break;
	}
	return ah_slice_sub(j->in, start, j->pos - start);
}

ah_err ah_json_finish(ah_json *j, ah_fault *why)
{
	if (j->depth != 0 || (j->state[0] & AH__JSON_VALUE_PENDING) != 0)
		fail(j, AH_ERR_JSON);
	if (j->err == AH_OK)
		return AH_OK;
	return ah_fault_at(why, j->err, STEP, j->err_off, "not a value of the kind that belongs here");
}

static uint32_t hex4(ah_slice raw, size_t off)
{
	uint32_t v = 0;
	for (size_t i = off; i < off + 4; i++) {
		uint8_t d = raw.ptr[i];
		v = v << 4 | (uint32_t)(d <= '9' ? d - '0' : (d | 0x20) - 'a' + 10);
	}
	return v;
}

/* RFC 3629 3. */
static ah_slice to_utf8(uint8_t bytes[static 4], uint32_t v)
{
	if (v < 0x80) {
		bytes[0] = (uint8_t)v;
		return ah_slice_make(bytes, 1);
	}
	size_t len = v < 0x800 ? 2 : v < 0x10000 ? 3 : 4;
	for (size_t i = len - 1; i > 0; i--, v >>= 6)
		bytes[i] = (uint8_t)(0x80 | (v & 0x3f));
	static const uint8_t first[] = { 0xc0, 0xe0, 0xf0 };
	bytes[0] = (uint8_t)(first[len - 2] | v);
	return ah_slice_make(bytes, len);
}

/* The escape whose backslash is at *off; moves behind it. RFC 8259 7. */
static ah_slice take_escape(uint8_t bytes[static 4], ah_slice raw, size_t *off)
{
	static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
	uint8_t kind = raw.ptr[*off + 1];
	*off += 2;
	if (kind != 'u') {
		const char *name = strchr(names, kind);
		assert(name != NULL);
		return to_utf8(bytes, (uint8_t)values[name - names]);
	}
	uint32_t v = hex4(raw, *off);
	*off += 4;
	if (v >= 0xd800 && v <= 0xdbff) { /* the low half follows as \uXXXX */
		v = 0x10000 + ((v - 0xd800) << 10) + (hex4(raw, *off + 2) - 0xdc00);
		*off += 6;
	}
	return to_utf8(bytes, v);
}

ah_err ah__json_unescape(ah_buf *out, ah_slice raw)
{
	uint8_t bytes[4];
	size_t plain = 0; /* where the text since the last escape starts */
	for (size_t off = 0; off < raw.len;) {
		if (raw.ptr[off] != '\\') {
			off++;
			continue;
		}
		AH_TRY(ah_buf_append(out, ah_slice_sub(raw, plain, off - plain)));
		AH_TRY(ah_buf_append(out, take_escape(bytes, raw, &off)));
		plain = off;
	}
	return ah_buf_append(out, ah_slice_sub(raw, plain, raw.len - plain));
}
