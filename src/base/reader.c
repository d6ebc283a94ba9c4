/* See reader.h. */
#include "base/reader.h"

void ah_reader_fail(ah_reader *r, ah_err err)
{
	if (r->err == AH_OK) {
		r->err = err;
		r->err_off = r->pos;
	}
}

ah_slice ah_read_bytes(ah_reader *r, size_t len)
{
	if (r->err != AH_OK)
		return (ah_slice){ NULL, 0 };
	if (len > r->in.len - r->pos) {
		ah_reader_fail(r, AH_ERR_TRUNCATED);
		return (ah_slice){ NULL, 0 };
	}
	ah_slice s = ah_slice_sub(r->in, r->pos, len);
	r->pos += len;
	return s;
}

void ah_read_skip(ah_reader *r, size_t len)
{
	(void)ah_read_bytes(r, len);
}

void ah_read_array(ah_reader *r, uint8_t *out, size_t len)
{
	ah_slice s = ah_read_bytes(r, len);
	if (r->err != AH_OK)
		memset(out, 0, len);
	else if (len != 0)
		memcpy(out, s.ptr, len);
}

uint8_t ah_read_peek(ah_reader *r)
{
	if (r->err == AH_OK && r->pos == r->in.len)
		ah_reader_fail(r, AH_ERR_TRUNCATED);
	return r->err == AH_OK ? r->in.ptr[r->pos] : 0;
}

static uint64_t read_be(ah_reader *r, size_t len)
{
	ah_slice s = ah_read_bytes(r, len);
	uint64_t v = 0;
	for (size_t i = 0; i < s.len; i++)
		v = v << 8 | s.ptr[i];
	return v;
}

static uint64_t read_le(ah_reader *r, size_t len)
{
	ah_slice s = ah_read_bytes(r, len);
	uint64_t v = 0;
	for (size_t i = s.len; i > 0; i--)
		v = v << 8 | s.ptr[i - 1];
	return v;
}

uint8_t ah_read_u8(ah_reader *r) { return (uint8_t)read_be(r, 1); }
uint16_t ah_read_le16(ah_reader *r) { return (uint16_t)read_le(r, 2); }
uint32_t ah_read_le32(ah_reader *r) { return (uint32_t)read_le(r, 4); }
uint64_t ah_read_le64(ah_reader *r) { return read_le(r, 8); }
uint16_t ah_read_be16(ah_reader *r) { return (uint16_t)read_be(r, 2); }
uint32_t ah_read_be32(ah_reader *r) { return (uint32_t)read_be(r, 4); }
uint64_t ah_read_be64(ah_reader *r) { return read_be(r, 8); }

ah_err ah_reader_finish(ah_reader *r)
{
	if (r->err == AH_OK && r->pos != r->in.len)
		ah_reader_fail(r, AH_ERR_TRAILING);
	return r->err;
}
