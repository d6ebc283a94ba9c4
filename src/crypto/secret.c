/*
 * See secret.h. libsodium puts the bytes at the end of a page of their own, with a page behind and in front that nobody may touch, and a
 * random canary directly in front of them which sodium_free() checks.
 */
#include "crypto/secret.h"

#include "base/fault.h"

#include <assert.h>

#include <sodium/core.h>
#include <sodium/randombytes.h>
#include <sodium/utils.h>

#define SECRET_LEN_MAX ((size_t)64 * 1024)

struct ah_secret {
	uint8_t *bytes;
	size_t len;
	bool is_sealed;
};

ah_err ah_secret_new(ah_secret **out, size_t len)
{
	assert(len != 0 && len <= SECRET_LEN_MAX);
	if (sodium_init() < 0) /* once for the process, later calls only ask */
		return AH_ERR_CRYPTO;
	AH_AUTO_PTR(ah_secret) secret = ah_alloc(sizeof *secret);
	if (secret == NULL)
		return AH_ERR_NOMEM;
	secret->len = len;
	secret->bytes = sodium_malloc(len);
	/* sodium_malloc() goes on when the lock is refused; asking again tells, and a secret that may be swapped out is none. */
	if (secret->bytes == NULL || sodium_mlock(secret->bytes, len) != 0)
		return AH_ERR_NOMEM;
	sodium_memzero(secret->bytes, len); /* it comes filled with 0xdb */
	*out = ah_move_ptr(&secret);        /* transferred */
	return AH_OK;
}

ah_err ah_secret_random(ah_secret **out, size_t len)
{
	AH_AUTO_PTR(ah_secret) secret = NULL;
	AH_TRY(ah_secret_new(&secret, len));
	randombytes_buf(secret->bytes, len);
	ah_secret_seal(secret);
	*out = ah_move_ptr(&secret); /* transferred */
	return AH_OK;
}

void ah_secret_seal(ah_secret *secret)
{
	int failed = sodium_mprotect_readonly(secret->bytes);
	assert(failed == 0); /* the pages are ours */
	secret->is_sealed = true;
}

void ah_secret_free(ah_secret *secret)
{
	if (secret == NULL)
		return;
	sodium_free(secret->bytes); /* takes NULL, unseals, wipes */
	ah_dealloc(secret);
}

size_t ah_secret_len(const ah_secret *secret)
{
	return secret->len;
}

uint8_t *ah_secret_bytes(ah_secret *secret)
{
	assert(!secret->is_sealed);
	return secret->bytes;
}

const uint8_t *ah_secret_view(const ah_secret *secret)
{
	return secret->bytes;
}

bool ah_secret_equal(const ah_secret *a, const ah_secret *b)
{
	return ah_equal(ah_slice_make(a->bytes, a->len), ah_slice_make(b->bytes, b->len));
}

void ah_secret_wipe(void *bytes, size_t len)
{
	sodium_memzero(bytes, len);
}
