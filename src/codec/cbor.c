/*
 * See cbor.h. Section numbers are those of RFC 8949.
 *
 * An item is a head (major type and argument, 3) and what the head announces. take_head() is the one place that reads heads and keeps the count
 * of the container around them; everything else decides what to do with one.
 */
#include "codec/cbor.h"

#include "base/fault.h"
#include "codec/text.h"

enum { MAJOR_UINT, MAJOR_NEGINT, MAJOR_BYTES, MAJOR_TEXT, MAJOR_ARRAY, MAJOR_MAP, MAJOR_TAG, MAJOR_SIMPLE };
enum { INFO_1_BYTE = 24, INFO_8_BYTES = 27, INFO_INDEFINITE = 31 };

#define HEAD_FALSE 0xf4
#define HEAD_TRUE  0xf5
#define HEAD_NULL  0xf6
#define BREAK      0xff

typedef struct head {
	uint8_t major;
	bool indefinite;
	uint64_t value;
} head;

void ah_cbor_init(ah_cbor *c, ah_slice in)
{
	*c = (ah_cbor){ .r = { .in = in } };
}

/* The error is that of the item which starts at off. Going back is harmless: after an error nothing is read any more. */
static void fail_at(ah_cbor *c, size_t off, ah_err err)
{
	if (c->r.err == AH_OK)
		c->r.pos = off;
	ah_reader_fail(&c->r, err);
}

static bool at_input_end(const ah_cbor *c)
{
	return c->depth == 0 && !c->tagged && c->r.pos == c->r.in.len;
}

/* A break ends an indefinite container, but neither between a key and its value nor between a tag and its item (3.2.2). */
static bool break_is_allowed(const ah_cbor *c)
{
	if (c->depth == 0 || c->tagged || !c->level[c->depth - 1].indefinite)
		return false;
	return !c->level[c->depth - 1].is_map || c->level[c->depth - 1].left % 2 == 0;
}

static ah_cbor_type simple_type(ah_cbor *c, uint8_t first)
{
	if (first == HEAD_FALSE)
		return AH_CBOR_FALSE;
	if (first == HEAD_TRUE)
		return AH_CBOR_TRUE;
	if (first == HEAD_NULL)
		return AH_CBOR_NULL;
	if (first == BREAK && break_is_allowed(c))
		return AH_CBOR_END;
	ah_reader_fail(&c->r, AH_ERR_FORMAT);
	return AH_CBOR_INVALID;
}

ah_cbor_type ah_cbor_peek(ah_cbor *c)
{
	static const ah_cbor_type types[] = { AH_CBOR_UINT, AH_CBOR_NEGINT, AH_CBOR_BYTES, AH_CBOR_TEXT, AH_CBOR_ARRAY, AH_CBOR_MAP, AH_CBOR_TAG };
	if (c->r.err != AH_OK)
		return AH_CBOR_INVALID;
	if (at_input_end(c))
		return AH_CBOR_END;
	if (c->depth != 0 && !c->level[c->depth - 1].indefinite && c->level[c->depth - 1].left == 0)
		return AH_CBOR_END;
	uint8_t first = ah_read_peek(&c->r);
	if (c->r.err != AH_OK)
		return AH_CBOR_INVALID;
	return first >> 5 == MAJOR_SIMPLE ? simple_type(c, first) : types[first >> 5];
}

/* The argument of a head, in its shortest form only (4.2.1). */
static uint64_t read_argument(ah_cbor *c, uint8_t info, size_t start)
{
	if (info < INFO_1_BYTE)
		return info;
	if (info > INFO_8_BYTES) { /* 28..30 are reserved; 31 has been dealt with where it means something */
		fail_at(c, start, AH_ERR_FORMAT);
		return 0;
	}
	static const uint64_t least[] = { 24, 0x100, 0x10000, 0x100000000 };
	uint64_t value = 0;
	switch (info - INFO_1_BYTE) {
	case 0: value = ah_read_u8(&c->r); break;
	case 1: value = ah_read_be16(&c->r); break;
	case 2: value = ah_read_be32(&c->r); break;
	case 3: value = ah_read_be64(&c->r); break;
	}
	if (c->r.err == AH_OK && value < least[info - INFO_1_BYTE])
		fail_at(c, start, AH_ERR_ENCODING);
	return value;
}

/* Count one item of the current container. A tag is counted with the item that it belongs to. */
static void count_item(ah_cbor *c, const head *h, size_t start)
{
	c->tagged = h->major == MAJOR_TAG;
	if (c->tagged || c->depth == 0)
		return;
	if (c->level[c->depth - 1].left == 0) /* only an indefinite container comes here with nothing left: peek sees the end of the others */
		fail_at(c, start, AH_ERR_TOO_LARGE);
	else
		c->level[c->depth - 1].left--;
}

/* Take the head of the next item, which must be of this type. Zero after an error. */
static head take_head(ah_cbor *c, ah_cbor_type wanted)
{
	size_t start = c->r.pos;
	ah_cbor_type type = ah_cbor_peek(c);
	if (type != wanted)
		fail_at(c, start, type == AH_CBOR_END && at_input_end(c) ? AH_ERR_TRUNCATED : AH_ERR_FORMAT);
	uint8_t first = ah_read_u8(&c->r);
	head h = { .major = first >> 5 };
	uint8_t info = first & 31;
	if (info == INFO_INDEFINITE && (h.major == MAJOR_ARRAY || h.major == MAJOR_MAP))
		h.indefinite = true;
	else if (info == INFO_INDEFINITE && (h.major == MAJOR_BYTES || h.major == MAJOR_TEXT))
		fail_at(c, start, AH_ERR_ENCODING); /* chunked strings: well-formed CBOR, and several encodings of the same content */
	else
		h.value = read_argument(c, info, start);
	if (c->r.err == AH_OK)
		count_item(c, &h, start);
	return c->r.err == AH_OK ? h : (head){ 0 };
}

uint64_t ah_cbor_uint(ah_cbor *c)
{
	return take_head(c, AH_CBOR_UINT).value;
}

int64_t ah_cbor_int(ah_cbor *c)
{
	size_t start = c->r.pos;
	bool negative = ah_cbor_peek(c) == AH_CBOR_NEGINT;
	uint64_t value = take_head(c, negative ? AH_CBOR_NEGINT : AH_CBOR_UINT).value;
	if (value > INT64_MAX) {
		fail_at(c, start, AH_ERR_FIELD_RANGE);
		return 0;
	}
	if (c->r.err != AH_OK)
		return 0;
	return negative ? -1 - (int64_t)value : (int64_t)value;
}

static ah_slice take_string(ah_cbor *c, ah_cbor_type type)
{
	uint64_t len = take_head(c, type).value;
	if (len > ah_reader_left(&c->r)) {
		ah_reader_fail(&c->r, AH_ERR_TRUNCATED);
		return (ah_slice){ NULL, 0 };
	}
	return ah_read_bytes(&c->r, (size_t)len);
}

ah_slice ah_cbor_bytes(ah_cbor *c)
{
	return take_string(c, AH_CBOR_BYTES);
}

ah_slice ah_cbor_text(ah_cbor *c)
{
	size_t start = c->r.pos;
	ah_slice text = take_string(c, AH_CBOR_TEXT);
	if (c->r.err == AH_OK && !ah_utf8_is_valid(text))
		fail_at(c, start, AH_ERR_ENCODING);
	return c->r.err == AH_OK ? text : (ah_slice){ NULL, 0 };
}

bool ah_cbor_bool(ah_cbor *c)
{
	bool value = ah_cbor_peek(c) == AH_CBOR_TRUE;
	(void)take_head(c, value ? AH_CBOR_TRUE : AH_CBOR_FALSE);
	return value && c->r.err == AH_OK;
}

void ah_cbor_null(ah_cbor *c)
{
	(void)take_head(c, AH_CBOR_NULL);
}

uint64_t ah_cbor_tag(ah_cbor *c)
{
	return take_head(c, AH_CBOR_TAG).value;
}

static void begin(ah_cbor *c, ah_cbor_type type, size_t *count)
{
	size_t start = c->r.pos;
	uint64_t per_count = type == AH_CBOR_MAP ? 2 : 1;
	head h = take_head(c, type);
	if (count != NULL)
		*count = 0;
	if (h.value > AH_CBOR_ITEMS_MAX)
		fail_at(c, start, AH_ERR_TOO_LARGE);
	else if (c->r.err == AH_OK && c->depth == AH_CBOR_DEPTH_MAX)
		fail_at(c, start, AH_ERR_TOO_DEEP);
	else if (h.value * per_count > ah_reader_left(&c->r)) /* each item takes a byte at least */
		ah_reader_fail(&c->r, AH_ERR_TRUNCATED);
	if (c->r.err != AH_OK)
		return;
	c->level[c->depth].is_map = type == AH_CBOR_MAP;
	c->level[c->depth].indefinite = h.indefinite;
	c->level[c->depth].left = (h.indefinite ? AH_CBOR_ITEMS_MAX : h.value) * per_count;
	c->depth++;
	if (count != NULL)
		*count = h.indefinite ? SIZE_MAX : (size_t)h.value;
}

void ah_cbor_array_begin(ah_cbor *c, size_t *count)
{
	begin(c, AH_CBOR_ARRAY, count);
}

void ah_cbor_map_begin(ah_cbor *c, size_t *count)
{
	begin(c, AH_CBOR_MAP, count);
}

bool ah_cbor_more(ah_cbor *c)
{
	ah_cbor_type type = ah_cbor_peek(c);
	return type != AH_CBOR_END && type != AH_CBOR_INVALID;
}

void ah_cbor_end(ah_cbor *c)
{
	bool more = ah_cbor_more(c);
	if (c->r.err != AH_OK)
		return;
	assert(c->depth != 0);
	if (more) {
		ah_reader_fail(&c->r, AH_ERR_TRAILING);
		return;
	}
	c->depth--;
	if (c->level[c->depth].indefinite)
		ah_read_skip(&c->r, 1); /* the break that ah_cbor_more() saw */
}

/* Skip one item, or its opening when it is a container: the loop in ah_cbor_skip() goes on inside. */
static void skip_step(ah_cbor *c)
{
	switch (ah_cbor_peek(c)) {
	case AH_CBOR_UINT: (void)ah_cbor_uint(c); return;
	case AH_CBOR_NEGINT: (void)take_head(c, AH_CBOR_NEGINT); return;
	case AH_CBOR_BYTES: (void)ah_cbor_bytes(c); return;
	case AH_CBOR_TEXT: (void)ah_cbor_text(c); return;
	case AH_CBOR_ARRAY: ah_cbor_array_begin(c, NULL); return;
	case AH_CBOR_MAP: ah_cbor_map_begin(c, NULL); return;
	case AH_CBOR_FALSE:
	case AH_CBOR_TRUE: (void)ah_cbor_bool(c); return;
	case AH_CBOR_NULL: ah_cbor_null(c); return;
	case AH_CBOR_TAG: /* nobody asked for it */
	case AH_CBOR_END:
	case AH_CBOR_INVALID: break;
	}
	ah_reader_fail(&c->r, at_input_end(c) ? AH_ERR_TRUNCATED : AH_ERR_FORMAT);
}

void ah_cbor_skip(ah_cbor *c)
{
	size_t outside = c->depth;
	skip_step(c);
	while (c->r.err == AH_OK && c->depth > outside) {
		if (ah_cbor_more(c))
			skip_step(c);
		else
			ah_cbor_end(c);
	}
}

ah_err ah_cbor_finish(ah_cbor *c, size_t *off)
{
	/* A container that was entered and not left is unread input as much as bytes behind the end; a tag without an item is cut off. */
	if (c->r.err == AH_OK && c->depth != 0)
		ah_reader_fail(&c->r, AH_ERR_TRAILING);
	if (c->r.err == AH_OK && c->tagged)
		ah_reader_fail(&c->r, AH_ERR_TRUNCATED);
	ah_err err = ah_reader_finish(&c->r);
	if (off != NULL && err != AH_OK)
		*off = c->r.err_off;
	return err;
}

static ah_err put_head(ah_buf *out, unsigned major, uint64_t value)
{
	uint8_t first = (uint8_t)(major << 5);
	if (value < INFO_1_BYTE)
		return ah_buf_append_byte(out, (uint8_t)(first | value));
	size_t power = value <= UINT8_MAX ? 0 : value <= UINT16_MAX ? 1 : value <= UINT32_MAX ? 2 : 3;
	uint8_t bytes[9] = { (uint8_t)(first | (INFO_1_BYTE + power)) };
	size_t len = (size_t)1 << power;
	for (size_t i = 0; i < len; i++)
		bytes[1 + i] = (uint8_t)(value >> 8 * (len - 1 - i));
	return ah_buf_append(out, ah_slice_make(bytes, 1 + len));
}

/* Head and content together or neither: a full buffer is left as it was. */
static ah_err put_string(ah_buf *out, unsigned major, ah_slice v)
{
	size_t start = out->len;
	AH_TRY(put_head(out, major, v.len));
	ah_err err = ah_buf_append(out, v);
	if (err != AH_OK)
		out->len = start;
	return err;
}

ah_err ah_cbor_put_uint(ah_buf *out, uint64_t v) { return put_head(out, MAJOR_UINT, v); }
ah_err ah_cbor_put_bytes(ah_buf *out, ah_slice v) { return put_string(out, MAJOR_BYTES, v); }
ah_err ah_cbor_put_bytes_head(ah_buf *out, uint64_t len) { return put_head(out, MAJOR_BYTES, len); }
ah_err ah_cbor_put_text(ah_buf *out, ah_slice v) { return put_string(out, MAJOR_TEXT, v); }
ah_err ah_cbor_put_bool(ah_buf *out, bool v) { return ah_buf_append_byte(out, v ? HEAD_TRUE : HEAD_FALSE); }
ah_err ah_cbor_put_null(ah_buf *out) { return ah_buf_append_byte(out, HEAD_NULL); }
ah_err ah_cbor_put_tag(ah_buf *out, uint64_t tag) { return put_head(out, MAJOR_TAG, tag); }
ah_err ah_cbor_put_array(ah_buf *out, uint64_t count) { return put_head(out, MAJOR_ARRAY, count); }
ah_err ah_cbor_put_map(ah_buf *out, uint64_t count) { return put_head(out, MAJOR_MAP, count); }
ah_err ah_cbor_put_map_indefinite(ah_buf *out) { return ah_buf_append_byte(out, MAJOR_MAP << 5 | INFO_INDEFINITE); }
ah_err ah_cbor_put_break(ah_buf *out) { return ah_buf_append_byte(out, BREAK); }

ah_err ah_cbor_put_int(ah_buf *out, int64_t v)
{
	/* 3.1: a negative integer n is written as -1 - n. */
	return v < 0 ? put_head(out, MAJOR_NEGINT, (uint64_t)(-1 - v)) : put_head(out, MAJOR_UINT, (uint64_t)v);
}
