/* The canonical writer of json.h: what it writes depends on the values alone. A call out of place is a programming error and is asserted. */
#include "codec/json.h"

#include "codec/text.h"

#include <inttypes.h>

void ah_json_writer_init(ah_json_writer *w, ah_buf *out)
{
	*w = (ah_json_writer){ .out = out };
}

static void put(ah_json_writer *w, ah_slice s)
{
	if (w->err == AH_OK)
		w->err = ah_buf_append(w->out, s);
}

static void put_byte(ah_json_writer *w, uint8_t byte)
{
	put(w, ah_slice_make(&byte, 1));
}

static bool follows_name(const ah_json_writer *w)
{
	return w->out->len != 0 && w->out->ptr[w->out->len - 1] == ':';
}

/* Before a value: in an array the comma, in an object nothing, as the name has seen to it. */
static void start_value(ah_json_writer *w)
{
	if (w->err != AH_OK || w->depth == 0)
		return;
	if (w->level[w->depth - 1].is_object) {
		assert(follows_name(w));
		return;
	}
	if (w->level[w->depth - 1].has_items)
		put_byte(w, ',');
	w->level[w->depth - 1].has_items = true;
}

static void begin(ah_json_writer *w, bool is_object)
{
	start_value(w);
	put_byte(w, is_object ? '{' : '[');
	assert(w->depth < AH_JSON_DEPTH_MAX);
	w->level[w->depth].is_object = is_object;
	w->level[w->depth].has_items = false;
	w->depth++;
}

static void end(ah_json_writer *w, bool is_object)
{
	assert(w->depth != 0 && w->level[w->depth - 1].is_object == is_object);
	assert(w->err != AH_OK || !is_object || !follows_name(w));
	w->depth--;
	put_byte(w, is_object ? '}' : ']');
}

void ah_json_put_object_begin(ah_json_writer *w) { begin(w, true); }
void ah_json_put_object_end(ah_json_writer *w) { end(w, true); }
void ah_json_put_array_begin(ah_json_writer *w) { begin(w, false); }
void ah_json_put_array_end(ah_json_writer *w) { end(w, false); }

static bool is_plain_name(ah_slice name)
{
	for (size_t i = 0; i < name.len; i++)
		if (name.ptr[i] < 0x20 || name.ptr[i] > 0x7e || name.ptr[i] == '"' || name.ptr[i] == '\\')
			return false;
	return true;
}

void ah_json_put_key(ah_json_writer *w, const char *key)
{
	ah_slice name = ah_slice_text(key);
	assert(w->depth != 0 && w->level[w->depth - 1].is_object && is_plain_name(name));
	if (w->err != AH_OK)
		return;
	size_t level = w->depth - 1;
	if (w->level[level].has_items) {
		ah_slice last = ah_slice_sub(ah_buf_slice(w->out), w->level[level].last_key_off, w->level[level].last_key_len);
		assert(ah_slice_compare(last, name) < 0); /* also refuses the same name twice */
		put_byte(w, ',');
	}
	put_byte(w, '"');
	w->level[level].has_items = true;
	w->level[level].last_key_off = w->out->len;
	w->level[level].last_key_len = name.len;
	put(w, name);
	put(w, AH_SLICE_LITERAL("\":"));
}

/* RFC 8259 7: the quote, the backslash and the control characters must be escaped. Nothing else is. */
static void put_escaped(ah_json_writer *w, uint8_t c)
{
	static const char values[] = "\"\\\b\f\n\r\t", names[] = "\"\\bfnrt";
	const char *value = strchr(values, c);
	if (c != 0 && value != NULL) {
		const uint8_t escape[2] = { '\\', (uint8_t)names[value - values] };
		put(w, AH_SLICE_OF(escape));
		return;
	}
	put(w, AH_SLICE_LITERAL("\\u00"));
	if (w->err == AH_OK)
		w->err = ah_buf_append_hex(w->out, ah_slice_make(&c, 1));
}

void ah_json_put_string(ah_json_writer *w, ah_slice text)
{
	if (w->err == AH_OK && !ah_utf8_is_valid(text))
		w->err = AH_ERR_ENCODING;
	start_value(w);
	put_byte(w, '"');
	size_t plain = 0; /* where the text since the last escape starts */
	for (size_t i = 0; i < text.len && w->err == AH_OK; i++) {
		uint8_t c = text.ptr[i];
		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		put(w, ah_slice_sub(text, plain, i - plain));
		put_escaped(w, c);
		plain = i + 1;
	}
	put(w, ah_slice_sub(text, plain, text.len - plain));
	put_byte(w, '"');
}

void ah_json_put_text(ah_json_writer *w, const char *text)
{
	ah_json_put_string(w, ah_slice_text(text));
}

void ah_json_put_hex(ah_json_writer *w, ah_slice bytes)
{
	start_value(w);
	put_byte(w, '"');
	if (w->err == AH_OK)
		w->err = ah_buf_append_hex(w->out, bytes);
	put_byte(w, '"');
}

void ah_json_put_base64(ah_json_writer *w, ah_slice bytes)
{
	start_value(w);
	put_byte(w, '"');
	if (w->err == AH_OK)
		w->err = ah_base64_encode(w->out, bytes);
	put_byte(w, '"');
}

void ah_json_put_raw(ah_json_writer *w, ah_slice json)
{
	assert(json.len != 0);
	start_value(w);
	put(w, json);
}

void ah_json_put_time(ah_json_writer *w, int64_t t_s)
{
	char text[21];
	ah_time_format(text, t_s);
	ah_json_put_text(w, text);
}

void ah_json_put_int(ah_json_writer *w, int64_t v)
{
	start_value(w);
	if (w->err == AH_OK)
		w->err = ah_buf_printf(w->out, "%" PRId64, v);
}

void ah_json_put_bool(ah_json_writer *w, bool v)
{
	start_value(w);
	put(w, v ? AH_SLICE_LITERAL("true") : AH_SLICE_LITERAL("false"));
}

void ah_json_put_null(ah_json_writer *w)
{
	start_value(w);
	put(w, AH_SLICE_LITERAL("null"));
}

ah_err ah_json_writer_finish(ah_json_writer *w)
{
	assert(w->err != AH_OK || w->depth == 0);
	return w->err;
}
