/*
 * Secrets: memory of its own pages, locked, guarded, wiped; never printed, never copied out but by those who compute with it.
 * Not part of the core: it asks the kernel for pages.
 */
#ifndef AH_CRYPTO_SECRET_H
#define AH_CRYPTO_SECRET_H

#include "base/memory.h"
#include "base/slice.h"
#include <anchorhold/error.h>

typedef struct ah_secret ah_secret;

/* len bytes (1..64 KiB), zero and writable. errors: AH_ERR_NOMEM (also: the limit of locked memory is reached), AH_ERR_CRYPTO. */
AH_MUST_USE ah_err ah_secret_new(ah_secret **out, size_t len);
/* From the system's generator, sealed. */
AH_MUST_USE ah_err ah_secret_random(ah_secret **out, size_t len);
/* Read-only from now on: writing ends the program. */
void ah_secret_seal(ah_secret *secret);
void ah_secret_free(ah_secret *secret);
AH_DEFINE_AUTO_PTR(ah_secret)

size_t ah_secret_len(const ah_secret *secret);
/* Writable only before ah_secret_seal() (asserted). */
uint8_t *ah_secret_bytes(ah_secret *secret);
const uint8_t *ah_secret_view(const ah_secret *secret);
/* Constant time in the content. */
bool ah_secret_equal(const ah_secret *a, const ah_secret *b);
/* Wipe a temporary. */
void ah_secret_wipe(void *bytes, size_t len);

#endif
