/*
 * The bounded reader: the only way to read untrusted bytes.
 *
 * Read in order, check once at the end. The first failing read sets err and its position; every read after it gives zero and leaves
 * err alone. Check r.err before a loop or a branch depends on a value that was read.
 */
#ifndef AH_BASE_READER_H
#define AH_BASE_READER_H

#include "base/slice.h"
#include <anchorhold/error.h>

typedef struct ah_reader {
	ah_slice in;
	size_t pos;
	ah_err err;
	size_t err_off;
} ah_reader;

static inline size_t ah_reader_pos(const ah_reader *r) { return r->pos; }
static inline size_t ah_reader_left(const ah_reader *r) { return r->err == AH_OK ? r->in.len - r->pos : 0; }

/* Set the sticky error at the current position; the first one stays. */
void ah_reader_fail(ah_reader *r, ah_err err);

/* Exactly len bytes, borrowed from the input; {NULL, 0} and AH_ERR_TRUNCATED when there are fewer. */
ah_slice ah_read_bytes(ah_reader *r, size_t len);
void ah_read_skip(ah_reader *r, size_t len);
/* Copy exactly len bytes; zero-fills out on error. */
void ah_read_array(ah_reader *r, uint8_t *out, size_t len);
/* Look at the next byte without taking it; 0 and AH_ERR_TRUNCATED at the end. */
uint8_t ah_read_peek(ah_reader *r);
uint8_t ah_read_u8(ah_reader *r);
uint16_t ah_read_le16(ah_reader *r);
uint32_t ah_read_le32(ah_reader *r);
uint64_t ah_read_le64(ah_reader *r);
uint16_t ah_read_be16(ah_reader *r);
uint32_t ah_read_be32(ah_reader *r);
uint64_t ah_read_be64(ah_reader *r);

/* The sticky error, else AH_ERR_TRAILING when bytes are left, else AH_OK. Nothing read before it may be used unless it is AH_OK. */
AH_MUST_USE ah_err ah_reader_finish(ah_reader *r);

#endif
