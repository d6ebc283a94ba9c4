/* JSON: an accepted text is walked to its end without a syntax error; what the strict side accepts is printed, read and printed again alike. */
#include "fuzz.h"

#include "codec/json.h"

#include <stdlib.h>

#define OUT_MAX (8 * 1024 * 1024)

static void put(ah_buf *out, const char *text)
{
	assert(ah_buf_append_text(out, text) == AH_OK);
}

static void copy_scalar(ah_json *j, ah_buf *out)
{
	AH_AUTO(ah_buf) text = AH_BUF(AH_JSON_MAX);
	ah_json_writer w;
	ah_json_writer_init(&w, out);
	switch (ah_json_peek(j)) {
	case AH_JSON_STRING:
		assert(ah_json_string(j, &text) == AH_OK);
		ah_json_put_string(&w, ah_buf_slice(&text));
		break;
	case AH_JSON_INTEGER: ah_json_put_int(&w, ah_json_int(j)); break;
	case AH_JSON_BOOL: ah_json_put_bool(&w, ah_json_bool(j)); break;
	case AH_JSON_NULL:
	case AH_JSON_FRACTION: assert(ah_buf_append(out, ah_json_raw(j)) == AH_OK); break;
	case AH_JSON_OBJECT:
	case AH_JSON_ARRAY:
	case AH_JSON_NONE: abort(); /* not a scalar */
	}
	assert(ah_json_writer_finish(&w) == AH_OK);
}

/* Without white space, names as they are written, strings with the shortest escapes. */
static void copy(ah_json *j, ah_buf *out)
{
	bool is_object[AH_JSON_DEPTH_MAX] = { false }, first[AH_JSON_DEPTH_MAX] = { false };
	size_t depth = 0;
	ah_slice key = { NULL, 0 };
	do {
		if (depth != 0) {
			bool more = is_object[depth - 1] ? ah_json_next_member(j, &key) : ah_json_next_element(j);
			if (!more) {
				depth--;
				put(out, is_object[depth] ? "}" : "]");
				continue;
			}
			put(out, first[depth - 1] ? "" : ",");
			first[depth - 1] = false;
		}
		if (depth != 0 && is_object[depth - 1]) {
			put(out, "\"");
			assert(ah_buf_append(out, key) == AH_OK);
			put(out, "\":");
		}
		ah_json whole = *j;
		ah_slice raw = ah_json_raw(&whole);
		assert(whole.err == AH_OK && raw.len != 0);
		ah_json_type type = ah_json_peek(j);
		if (type != AH_JSON_OBJECT && type != AH_JSON_ARRAY) {
			copy_scalar(j, out);
			assert(j->pos == whole.pos);
			continue;
		}
		assert(depth < AH_JSON_DEPTH_MAX);
		is_object[depth] = type == AH_JSON_OBJECT;
		first[depth] = true;
		put(out, is_object[depth] ? "{" : "[");
		if (is_object[depth])
			ah_json_object_begin(j);
		else
			ah_json_array_begin(j);
		depth++;
	} while (depth != 0);
	assert(ah_json_finish(j, NULL) == AH_OK);
}

static void check(ah_slice in, int flags)
{
	ah_json j;
	ah_fault why = { 0 };
	ah_err err = ah_json_open(&j, in, flags, &why);
	assert(err == why.err);
	if (err != AH_OK) {
		assert(why.offset <= in.len);
		return;
	}
	AH_AUTO(ah_buf) once = AH_BUF(OUT_MAX), twice = AH_BUF(OUT_MAX);
	copy(&j, &once);
	if (once.len > AH_JSON_MAX) /* a DEL or a control character can grow */
		return;
	assert(ah_json_open(&j, ah_buf_slice(&once), flags, NULL) == AH_OK);
	copy(&j, &twice);
	assert(ah_slice_is(ah_buf_slice(&once), ah_buf_slice(&twice)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ah_json j;
	ah_slice in = ah_slice_make(data, size);
	check(in, AH_JSON_OURS);
	check(in, AH_JSON_VENDOR);
	/* The relaxed reading only adds texts. */
	if (ah_json_open(&j, in, AH_JSON_OURS, NULL) == AH_OK)
		assert(ah_json_open(&j, in, AH_JSON_VENDOR, NULL) == AH_OK);
	return 0;
}
