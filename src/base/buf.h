/* Owned bytes that grow up to a limit given at creation. Wiped when grown or freed. */
#ifndef AH_BASE_BUF_H
#define AH_BASE_BUF_H

#include "base/memory.h"
#include "base/slice.h"
#include <anchorhold/error.h>

typedef struct ah_buf {
	uint8_t *ptr;
	size_t len, cap, max;
} ah_buf;

/* An empty buffer that may grow to max bytes. */
#define AH_BUF(limit) ((ah_buf){ .max = (limit) })

void ah_buf_free(ah_buf *b);
static inline void ah_buf_auto(ah_buf *b) { ah_buf_free(b); }

static inline ah_slice ah_buf_slice(const ah_buf *b) { return (ah_slice){ b->ptr, b->len }; }

/* Drop the content, keep the memory. */
void ah_buf_clear(ah_buf *b);

/* Room for `more` bytes behind len. errors: AH_ERR_LIMIT beyond max, AH_ERR_NOMEM. The content is unchanged on error. */
AH_MUST_USE ah_err ah_buf_reserve(ah_buf *b, size_t more);

/* Append. s may not point into b. errors: as ah_buf_reserve(). */
AH_MUST_USE ah_err ah_buf_append(ah_buf *b, ah_slice s);
AH_MUST_USE ah_err ah_buf_append_byte(ah_buf *b, uint8_t byte);
AH_MUST_USE ah_err ah_buf_append_text(ah_buf *b, const char *text);
/* printf into the buffer, without a terminating NUL. */
AH_MUST_USE ah_err ah_buf_printf(ah_buf *b, const char *format, ...) AH_PRINTF(2, 3);
/* Lowercase hex of s. */
AH_MUST_USE ah_err ah_buf_append_hex(ah_buf *b, ah_slice s);
AH_MUST_USE ah_err ah_buf_append_be16(ah_buf *b, uint16_t v);
AH_MUST_USE ah_err ah_buf_append_be32(ah_buf *b, uint32_t v);
AH_MUST_USE ah_err ah_buf_append_be64(ah_buf *b, uint64_t v);

#endif
