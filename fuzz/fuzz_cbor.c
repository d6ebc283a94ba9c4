/* CBOR: an item that the reader accepts is written again from its values; without indefinite lengths the bytes are the same. */
#include "fuzz.h"

#include "codec/cbor.h"

#define OUT_MAX (1024 * 1024)

/* Copy item after item, entering and leaving containers as they come. An indefinite map is written as one; an array as a definite one. */
static bool copy(ah_cbor *c, ah_buf *out)
{
	bool same_form = true, map_level[AH_CBOR_DEPTH_MAX] = { false };
	size_t count, depth = 0;
	ah_err err = AH_OK;
	do {
		if (depth != 0 && !ah_cbor_more(c)) {
			ah_cbor_end(c);
			depth--;
			if (map_level[depth])
				err = ah_cbor_put_break(out);
			continue;
		}
		switch (ah_cbor_peek(c)) {
		case AH_CBOR_UINT: err = ah_cbor_put_uint(out, ah_cbor_uint(c)); break;
		case AH_CBOR_NEGINT: err = ah_cbor_put_int(out, ah_cbor_int(c)); break;
		case AH_CBOR_BYTES: err = ah_cbor_put_bytes(out, ah_cbor_bytes(c)); break;
		case AH_CBOR_TEXT: err = ah_cbor_put_text(out, ah_cbor_text(c)); break;
		case AH_CBOR_TAG: err = ah_cbor_put_tag(out, ah_cbor_tag(c)); continue;
		case AH_CBOR_FALSE:
		case AH_CBOR_TRUE: err = ah_cbor_put_bool(out, ah_cbor_bool(c)); break;
		case AH_CBOR_NULL: ah_cbor_null(c); err = ah_cbor_put_null(out); break;
		case AH_CBOR_ARRAY:
			ah_cbor_array_begin(c, &count);
			if (c->r.err != AH_OK)
				break;
			map_level[depth++] = false;
			same_form = same_form && count != SIZE_MAX;
			err = ah_cbor_put_array(out, count != SIZE_MAX ? count : 0);
			break;
		case AH_CBOR_MAP:
			ah_cbor_map_begin(c, &count);
			if (c->r.err != AH_OK)
				break;
			map_level[depth++] = count == SIZE_MAX;
			err = count == SIZE_MAX ? ah_cbor_put_map_indefinite(out) : ah_cbor_put_map(out, count);
			break;
		case AH_CBOR_END:
		case AH_CBOR_INVALID: return same_form;
		}
	} while (c->r.err == AH_OK && err == AH_OK && (depth != 0 || c->tagged));
	assert(err == AH_OK || c->r.err != AH_OK);
	return same_form;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ah_slice in = ah_slice_make(data, size);
	if (size > OUT_MAX / 2)
		return 0;
	ah_cbor skipped, copied;
	size_t off = 0;
	ah_cbor_init(&skipped, in);
	ah_cbor_skip(&skipped);
	ah_err skip_err = ah_cbor_finish(&skipped, &off);
	assert(off <= size);

	AH_AUTO(ah_buf) out = AH_BUF(OUT_MAX);
	ah_cbor_init(&copied, in);
	bool same_form = copy(&copied, &out);
	ah_err copy_err = ah_cbor_finish(&copied, NULL);
	/* Skipping refuses tags, copying refuses integers beyond int64_t; else they judge alike. */
	if (skip_err == AH_OK)
		assert(copy_err == AH_OK || copy_err == AH_ERR_FIELD_RANGE);
	if (copy_err == AH_OK && same_form)
		assert(ah_slice_is(ah_buf_slice(&out), in));
	return 0;
}
