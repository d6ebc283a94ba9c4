/* See buf.h. */
#include "base/buf.h"

#include "base/fault.h"

#include <stdarg.h>
#include <stdio.h>

#define BUF_FIRST_CAP 256

void ah_buf_free(ah_buf *b)
{
	if (b->ptr != NULL)
		ah_wipe(b->ptr, b->cap);
	ah_dealloc(b->ptr);
	*b = AH_BUF(b->max);
}

void ah_buf_clear(ah_buf *b)
{
	if (b->ptr != NULL)
		ah_wipe(b->ptr, b->len);
	b->len = 0;
}

ah_err ah_buf_reserve(ah_buf *b, size_t more)
{
	assert(b->len <= b->max);
	if (more > b->max - b->len)
		return AH_ERR_LIMIT;
	size_t need = b->len + more;
	if (need <= b->cap)
		return AH_OK;
	size_t cap = b->cap != 0 ? b->cap : BUF_FIRST_CAP;
	while (cap < need)
		cap = cap <= SIZE_MAX / 2 ? cap * 2 : need;
	if (cap > b->max)
		cap = b->max;
	uint8_t *grown = (uint8_t *)ah_alloc(cap);
	if (grown == NULL)
		return AH_ERR_NOMEM;
	if (b->len != 0)
		memcpy(grown, b->ptr, b->len);
	if (b->ptr != NULL)
		ah_wipe(b->ptr, b->cap);
	ah_dealloc(b->ptr);
	b->ptr = grown;
	b->cap = cap;
	return AH_OK;
}

ah_err ah_buf_append(ah_buf *b, ah_slice s)
{
	if (s.len == 0)
		return AH_OK;
	AH_TRY(ah_buf_reserve(b, s.len));
	memcpy(b->ptr + b->len, s.ptr, s.len);
	b->len += s.len;
	return AH_OK;
}

ah_err ah_buf_append_byte(ah_buf *b, uint8_t byte)
{
	return ah_buf_append(b, ah_slice_make(&byte, 1));
}

ah_err ah_buf_append_text(ah_buf *b, const char *text)
{
	return ah_buf_append(b, ah_slice_text(text));
}

ah_err ah_buf_printf(ah_buf *b, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int need = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (need < 0)
		return AH_ERR_INTERNAL;
	AH_TRY(ah_buf_reserve(b, (size_t)need + 1)); /* vsnprintf writes a NUL; it is not counted */
	va_start(args, format);
	int written = vsnprintf((char *)b->ptr + b->len, (size_t)need + 1, format, args);
	va_end(args);
	if (written != need)
		return AH_ERR_INTERNAL;
	b->len += (size_t)need;
	return AH_OK;
}

ah_err ah_buf_append_hex(ah_buf *b, ah_slice s)
{
	static const char digits[] = "0123456789abcdef";
	if (s.len > SIZE_MAX / 2)
		return AH_ERR_LIMIT;
	AH_TRY(ah_buf_reserve(b, s.len * 2));
	for (size_t i = 0; i < s.len; i++) {
		b->ptr[b->len++] = (uint8_t)digits[s.ptr[i] >> 4];
		b->ptr[b->len++] = (uint8_t)digits[s.ptr[i] & 15];
	}
	return AH_OK;
}

ah_err ah_buf_append_be16(ah_buf *b, uint16_t v)
{
	const uint8_t bytes[2] = { (uint8_t)(v >> 8), (uint8_t)v };
	return ah_buf_append(b, AH_SLICE_OF(bytes));
}

ah_err ah_buf_append_be32(ah_buf *b, uint32_t v)
{
	AH_TRY(ah_buf_append_be16(b, (uint16_t)(v >> 16)));
	return ah_buf_append_be16(b, (uint16_t)v);
}

ah_err ah_buf_append_be64(ah_buf *b, uint64_t v)
{
	AH_TRY(ah_buf_append_be32(b, (uint32_t)(v >> 32)));
	return ah_buf_append_be32(b, (uint32_t)v);
}
