/* See der.h. Section numbers are those of X.690 (02/2021) unless another document is named. */
#include "codec/der.h"

#include "base/fault.h"
#include "codec/text.h"

#define TAG_NUMBER_MASK    0x1f
#define TAG_CONSTRUCTED    0x20
#define TAG_CLASS_MASK     0xc0
#define LENGTH_LONG        0x80
#define LENGTH_BYTES_MAX   0x7f /* 8.1.3.5 c: the first byte shall not be FF */
#define HEADER_LEN_SHORT   2
#define FLAG_BITS_MAX      16
#define UTC_TIME_LEN       13 /* YYMMDDHHMMSSZ */
#define GENERALIZED_LEN    15 /* YYYYMMDDHHMMSSZ */

/* The error is that of the element which starts at off. Going back is harmless: after an error nothing is read any more. */
static void fail_at(ah_reader *r, size_t off, ah_err err)
{
	if (r->err == AH_OK)
		r->pos = off;
	ah_reader_fail(r, err);
}

/*
 * Only SEQUENCE and SET are constructed among the universal types that occur here; BER also allows a string in constructed parts (8.6.4, 8.7.3),
 * DER does not (10.2). Tag number 0 is the end-of-contents mark of indefinite lengths; number 31 announces a tag of several bytes.
 */
static void check_tag(ah_reader *r, uint8_t tag, size_t start)
{
	uint8_t number = tag & TAG_NUMBER_MASK;
	bool constructed = (tag & TAG_CONSTRUCTED) != 0;
	if (number == TAG_NUMBER_MASK)
		fail_at(r, start, AH_ERR_FORMAT);
	if ((tag & TAG_CLASS_MASK) != 0)
		return;
	bool must_be_constructed = number == (AH_DER_SEQUENCE & TAG_NUMBER_MASK) || number == (AH_DER_SET & TAG_NUMBER_MASK);
	if (number == 0 || (must_be_constructed && !constructed))
		fail_at(r, start, AH_ERR_FORMAT);
	if (!must_be_constructed && constructed)
		fail_at(r, start, AH_ERR_ENCODING);
}

/* 10.1: definite form, in the fewest bytes. A length that exceeds the input is AH_ERR_TRUNCATED, however large it is. */
static size_t read_length(ah_reader *r, size_t start)
{
	uint8_t first = ah_read_u8(r);
	uint64_t len = first;
	if (first == LENGTH_LONG) /* 8.1.3.6: the indefinite form */
		fail_at(r, start, AH_ERR_ENCODING);
	if (first == (LENGTH_LONG | LENGTH_BYTES_MAX))
		fail_at(r, start, AH_ERR_FORMAT);
	if (first > LENGTH_LONG) {
		ah_slice bytes = ah_read_bytes(r, first & LENGTH_BYTES_MAX);
		if (bytes.len != 0 && bytes.ptr[0] == 0)
			fail_at(r, start, AH_ERR_ENCODING);
		len = 0;
		for (size_t i = 0; i < bytes.len; i++)
			len = len > UINT64_MAX >> 8 ? UINT64_MAX : len << 8 | bytes.ptr[i];
		if (len < LENGTH_LONG)
			fail_at(r, start, AH_ERR_ENCODING);
	}
	if (len > ah_reader_left(r))
		fail_at(r, start, AH_ERR_TRUNCATED);
	return r->err == AH_OK ? (size_t)len : 0;
}

ah_der_item ah_der_any(ah_reader *r)
{
	size_t start = ah_reader_pos(r);
	uint8_t tag = ah_read_u8(r);
	if (r->err == AH_OK)
		check_tag(r, tag, start);
	size_t len = r->err == AH_OK ? read_length(r, start) : 0;
	ah_slice content = ah_read_bytes(r, len);
	if (r->err != AH_OK)
		return (ah_der_item){ .off = start };
	return (ah_der_item){ tag, content, ah_slice_sub(r->in, start, ah_reader_pos(r) - start), start };
}

ah_slice ah_der_expect(ah_reader *r, uint8_t tag)
{
	ah_der_item item = ah_der_any(r);
	if (item.tag != tag)
		fail_at(r, item.off, AH_ERR_FORMAT);
	return r->err == AH_OK ? item.content : (ah_slice){ NULL, 0 };
}

ah_reader ah_der_enter(ah_reader *r, uint8_t tag)
{
	ah_slice content = ah_der_expect(r, tag);
	/* The error goes along, so that loops inside the child end at once. */
	return (ah_reader){ .in = content, .err = r->err, .err_off = 0 };
}

void ah_der_leave(ah_reader *parent, ah_reader *child)
{
	ah_err err = ah_reader_finish(child);
	if (err == AH_OK || parent->err != AH_OK)
		return;
	assert(child->in.len <= parent->pos);
	fail_at(parent, parent->pos - child->in.len + child->err_off, err);
}

bool ah_der_next_is(const ah_reader *r, uint8_t tag)
{
	return ah_reader_left(r) != 0 && r->in.ptr[r->pos] == tag;
}

bool ah_der_at_end(const ah_reader *r)
{
	return ah_reader_left(r) == 0;
}

bool ah_der_boolean(ah_reader *r)
{
	size_t start = ah_reader_pos(r);
	ah_slice content = ah_der_expect(r, AH_DER_BOOLEAN);
	if (content.len != 1)
		fail_at(r, start, AH_ERR_FORMAT);
	if (r->err != AH_OK || content.len != 1) /* the length again: static analysers do not follow the sticky error */
		return false;
	if (content.ptr[0] != 0x00 && content.ptr[0] != 0xff) /* 11.1 */
		fail_at(r, start, AH_ERR_ENCODING);
	return content.ptr[0] == 0xff;
}

ah_slice ah_der_unsigned(ah_reader *r)
{
	size_t start = ah_reader_pos(r);
	ah_slice content = ah_der_expect(r, AH_DER_INTEGER);
	if (content.len == 0)
		fail_at(r, start, AH_ERR_FORMAT);
	if (r->err != AH_OK || content.len == 0)
		return (ah_slice){ NULL, 0 };
	/* 8.3.2: the first nine bits are neither all ones nor all zero. */
	bool negative = (content.ptr[0] & 0x80) != 0;
	if (content.len > 1 && (content.ptr[0] == 0x00 || content.ptr[0] == 0xff) && ((content.ptr[1] & 0x80) != 0) == negative)
		fail_at(r, start, AH_ERR_ENCODING);
	if (negative)
		fail_at(r, start, AH_ERR_FIELD_RANGE);
	if (r->err != AH_OK)
		return (ah_slice){ NULL, 0 };
	bool sign_byte = content.len > 1 && content.ptr[0] == 0;
	return sign_byte ? ah_slice_sub(content, 1, content.len - 1) : content;
}

uint64_t ah_der_uint(ah_reader *r, uint64_t max)
{
	size_t start = ah_reader_pos(r);
	ah_slice magnitude = ah_der_unsigned(r);
	uint64_t value = 0;
	if (magnitude.len > sizeof value)
		fail_at(r, start, AH_ERR_FIELD_RANGE);
	for (size_t i = 0; i < magnitude.len && i < sizeof value; i++)
		value = value << 8 | magnitude.ptr[i];
	if (value > max)
		fail_at(r, start, AH_ERR_FIELD_RANGE);
	return r->err == AH_OK ? value : 0;
}

ah_slice ah_der_bit_string(ah_reader *r)
{
	size_t start = ah_reader_pos(r);
	ah_slice content = ah_der_expect(r, AH_DER_BIT_STRING);
	/* One byte tells how many bits at the end are unused (8.6.2.2); keys and signatures are whole bytes, and there is at least one. */
	if (content.len < 2 || content.ptr[0] != 0)
		fail_at(r, start, AH_ERR_FORMAT);
	return r->err == AH_OK ? ah_slice_sub(content, 1, content.len - 1) : (ah_slice){ NULL, 0 };
}

uint16_t ah_der_bit_flags(ah_reader *r)
{
	size_t start = ah_reader_pos(r);
	ah_slice content = ah_der_expect(r, AH_DER_BIT_STRING);
	if (content.len == 0 || content.ptr[0] > 7 || (content.len == 1 && content.ptr[0] != 0))
		fail_at(r, start, AH_ERR_FORMAT);
	if (r->err != AH_OK || content.len <= 1) /* 11.2.2: no flag set is no bit at all */
		return 0;
	unsigned unused = content.ptr[0];
	uint8_t last = content.ptr[content.len - 1];
	if ((last & ((1u << unused) - 1)) != 0 || (last >> unused & 1) == 0) /* 11.2.1 unused bits are zero, 11.2.2 the last used one is not */
		fail_at(r, start, AH_ERR_ENCODING);
	if ((content.len - 1) * 8 - unused > FLAG_BITS_MAX)
		fail_at(r, start, AH_ERR_FIELD_RANGE);
	if (r->err != AH_OK)
		return 0;
	uint16_t flags = 0;
	for (size_t i = 0; i < (content.len - 1) * 8; i++) /* bit 0 is the most significant one of the first byte (8.6.2.1) */
		if ((content.ptr[1 + i / 8] >> (7 - i % 8) & 1) != 0)
			flags = (uint16_t)(flags | 1u << i);
	return flags;
}

ah_slice ah_der_oid(ah_reader *r)
{
	size_t start = ah_reader_pos(r);
	ah_slice content = ah_der_expect(r, AH_DER_OID);
	if (content.len == 0 || (content.ptr[content.len - 1] & 0x80) != 0)
		fail_at(r, start, AH_ERR_FORMAT);
	bool arc_starts = true;
	for (size_t i = 0; i < content.len && r->err == AH_OK; i++) {
		if (arc_starts && content.ptr[i] == 0x80) /* 8.19.2: the fewest bytes */
			fail_at(r, start, AH_ERR_ENCODING);
		arc_starts = (content.ptr[i] & 0x80) == 0;
	}
	return r->err == AH_OK ? content : (ah_slice){ NULL, 0 };
}

/* "digits, then Z" is all that DER times and RFC 5280 leave; two digits at off as a number. */
static bool is_digits_and_z(ah_slice text)
{
	for (size_t i = 0; i + 1 < text.len; i++)
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return false;
	return text.ptr[text.len - 1] == 'Z';
}

static int two_digits(ah_slice text, size_t off)
{
	return (text.ptr[off] - '0') * 10 + (text.ptr[off + 1] - '0');
}

int64_t ah_der_time(ah_reader *r)
{
	size_t start = ah_reader_pos(r);
	ah_der_item item = ah_der_any(r);
	bool utc = item.tag == AH_DER_UTC_TIME;
	if (!utc && item.tag != AH_DER_GENERALIZED_TIME)
		fail_at(r, start, AH_ERR_FORMAT);
	if (r->err != AH_OK)
		return 0;
	if (item.content.len != (utc ? UTC_TIME_LEN : GENERALIZED_LEN) || !is_digits_and_z(item.content)) {
		fail_at(r, start, AH_ERR_ENCODING);
		return 0;
	}
	/* RFC 5280 4.1.2.5.1: 50..99 are of the 20th century. */
	int short_year = two_digits(item.content, 0);
	int year = utc ? short_year + (short_year >= 50 ? 1900 : 2000) : short_year * 100 + two_digits(item.content, 2);
	size_t at = utc ? 2 : 4;
	int64_t t_s = 0;
	if (!ah_time_from_civil(&t_s, year, two_digits(item.content, at), two_digits(item.content, at + 2), two_digits(item.content, at + 4),
		    two_digits(item.content, at + 6), two_digits(item.content, at + 8)))
		fail_at(r, start, AH_ERR_FIELD_RANGE);
	return t_s;
}

ah_err ah_der_begin(ah_buf *out, uint8_t tag, ah_der_mark *mark)
{
	const uint8_t header[HEADER_LEN_SHORT] = { tag, 0 };
	size_t off = out->len;
	AH_TRY(ah_buf_append(out, AH_SLICE_OF(header)));
	mark->off = off;
	return AH_OK;
}

static size_t length_bytes(size_t len)
{
	size_t n = 0;
	for (; len != 0; len >>= 8)
		n++;
	return n;
}

ah_err ah_der_end(ah_buf *out, ah_der_mark mark)
{
	size_t content = mark.off + HEADER_LEN_SHORT;
	assert(content <= out->len);
	size_t len = out->len - content;
	if (len < LENGTH_LONG) {
		out->ptr[mark.off + 1] = (uint8_t)len;
		return AH_OK;
	}
	size_t more = length_bytes(len);
	AH_TRY(ah_buf_reserve(out, more));
	memmove(out->ptr + content + more, out->ptr + content, len);
	out->ptr[mark.off + 1] = (uint8_t)(LENGTH_LONG | more);
	for (size_t i = 0; i < more; i++)
		out->ptr[content + i] = (uint8_t)(len >> 8 * (more - 1 - i));
	out->len += more;
	return AH_OK;
}

/* A primitive element from up to two parts; on error the buffer is as it was. */
static ah_err put_parts(ah_buf *out, uint8_t tag, ah_slice first, ah_slice second)
{
	size_t start = out->len;
	ah_der_mark mark = { start };
	ah_err err = ah_der_begin(out, tag, &mark);
	if (err == AH_OK)
		err = ah_buf_append(out, first);
	if (err == AH_OK)
		err = ah_buf_append(out, second);
	if (err == AH_OK)
		err = ah_der_end(out, mark);
	if (err != AH_OK)
		out->len = start;
	return err;
}

ah_err ah_der_put(ah_buf *out, uint8_t tag, ah_slice content)
{
	return put_parts(out, tag, content, AH_SLICE_LITERAL(""));
}

ah_err ah_der_put_raw(ah_buf *out, ah_slice encoded)
{
	return ah_buf_append(out, encoded);
}

ah_err ah_der_put_boolean(ah_buf *out, bool v)
{
	const uint8_t content[1] = { v ? 0xff : 0x00 };
	return ah_der_put(out, AH_DER_BOOLEAN, AH_SLICE_OF(content));
}

ah_err ah_der_put_uint(ah_buf *out, uint64_t v)
{
	uint8_t magnitude[sizeof v];
	for (size_t i = 0; i < sizeof v; i++)
		magnitude[i] = (uint8_t)(v >> 8 * (sizeof v - 1 - i));
	return ah_der_put_unsigned(out, AH_SLICE_OF(magnitude));
}

ah_err ah_der_put_unsigned(ah_buf *out, ah_slice magnitude)
{
	while (magnitude.len != 0 && magnitude.ptr[0] == 0)
		magnitude = ah_slice_sub(magnitude, 1, magnitude.len - 1);
	/* Zero is one zero byte; a set top bit would make the number negative. */
	bool sign_byte = magnitude.len == 0 || (magnitude.ptr[0] & 0x80) != 0;
	return put_parts(out, AH_DER_INTEGER, sign_byte ? AH_SLICE_LITERAL("\0") : AH_SLICE_LITERAL(""), magnitude);
}

ah_err ah_der_put_bit_string(ah_buf *out, ah_slice bytes)
{
	return put_parts(out, AH_DER_BIT_STRING, AH_SLICE_LITERAL("\0"), bytes);
}

ah_err ah_der_put_bit_flags(ah_buf *out, uint16_t flags)
{
	uint8_t content[1 + FLAG_BITS_MAX / 8] = { 0 };
	size_t bits = 0;
	for (size_t i = 0; i < FLAG_BITS_MAX; i++) {
		if ((flags >> i & 1) == 0)
			continue;
		content[1 + i / 8] = (uint8_t)(content[1 + i / 8] | 0x80u >> i % 8);
		bits = i + 1;
	}
	size_t bytes = (bits + 7) / 8;
	content[0] = (uint8_t)(bytes * 8 - bits);
	return ah_der_put(out, AH_DER_BIT_STRING, ah_slice_make(content, 1 + bytes));
}

static void put_two_digits(uint8_t *out, int v)
{
	out[0] = (uint8_t)('0' + v / 10);
	out[1] = (uint8_t)('0' + v % 10);
}

ah_err ah_der_put_time(ah_buf *out, int64_t t_s)
{
	ah_civil c = ah_time_to_civil(t_s);
	bool utc = c.year >= 1950 && c.year < 2050;
	const int pairs[] = { c.year / 100, c.year % 100, c.month, c.day, c.hour, c.minute, c.second };
	uint8_t text[GENERALIZED_LEN];
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
		put_two_digits(text + 2 * i, pairs[i]);
	text[GENERALIZED_LEN - 1] = 'Z';
	ah_slice whole = AH_SLICE_OF(text);
	return ah_der_put(out, utc ? AH_DER_UTC_TIME : AH_DER_GENERALIZED_TIME, utc ? ah_slice_sub(whole, 2, UTC_TIME_LEN) : whole);
}
