/* Borrowed bytes: helpers on ah_slice, comparison, and the fixed-endian loads every parser shares. */
#ifndef AH_BASE_SLICE_H
#define AH_BASE_SLICE_H

#include <assert.h>
#include <string.h>

#include <anchorhold/base.h>

/* A slice over a real array (never over a pointer: sizeof would be wrong, and the compiler would not say so). */
#define AH_SLICE_OF(array) ((ah_slice){ (const uint8_t *)(array), sizeof(array) })
/* A slice over a string literal, without its terminating NUL. */
#define AH_SLICE_LITERAL(text) ((ah_slice){ (const uint8_t *)("" text), sizeof(text) - 1 })

static inline ah_slice ah_slice_make(const void *ptr, size_t len)
{
	return (ah_slice){ (const uint8_t *)ptr, len };
}

static inline ah_slice ah_slice_text(const char *text)
{
	return (ah_slice){ (const uint8_t *)text, strlen(text) };
}

/* len bytes from off. The caller has checked the range; it is asserted. */
static inline ah_slice ah_slice_sub(ah_slice s, size_t off, size_t len)
{
	assert(off <= s.len && len <= s.len - off);
	return (ah_slice){ off != 0 ? s.ptr + off : s.ptr, len }; /* NULL + 0 is undefined in C, and an empty slice may be NULL */
}

/* Eight bytes from off, in the order of the machine: for questions about all of them at once. The caller has checked the range; it is asserted. */
static inline uint64_t ah_slice_word(ah_slice s, size_t off)
{
	uint64_t word;
	assert(off <= s.len && sizeof word <= s.len - off);
	memcpy(&word, s.ptr + off, sizeof word);
	return word;
}

/* Equality of public bytes, for lookups. For anything secret, MAC-like or binding use ah_equal(). */
static inline bool ah_slice_is(ah_slice a, ah_slice b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool ah_slice_is_text(ah_slice a, const char *text)
{
	return ah_slice_is(a, ah_slice_text(text));
}

/* Lexical order of bytes, shorter first on a tie: <0, 0, >0. Public bytes only. */
int ah_slice_compare(ah_slice a, ah_slice b);

/* True when every byte is zero (also for an empty slice). Not constant time: public bytes only. */
bool ah_slice_is_zero(ah_slice s);

/*
 * Equality in time that depends on the lengths alone, for bindings, nonces, digests and anything secret.
 * Slices of different length are unequal; the length is not hidden.
 */
bool ah_equal(ah_slice a, ah_slice b);

#endif
