/* Ed25519 verification (RFC 8032), with libsodium. Core: opens nothing, draws nothing. Signing is in ed25519_key.h. */
#ifndef AH_CRYPTO_ED25519_H
#define AH_CRYPTO_ED25519_H

#include "base/slice.h"
#include <anchorhold/error.h>

#define AH_ED25519_LEN           32
#define AH_ED25519_SIGNATURE_LEN 64

/*
 * Verify a signature over message. Strict: S < L, A canonical and not of small order, R not of small order; cofactorless as libsodium does it.
 * not checked here, since it costs as much as the verification: that A is without a component of small order. Keys are admitted with
 * ah_ed25519_check_key(), once, where they come in.
 * errors: AH_ERR_SIGNATURE (does not verify, S not below L included), AH_ERR_SIGNATURE_FORMAT (not 64 bytes), AH_ERR_FIELD_RANGE (the key is no safe one).
 */
AH_MUST_USE ah_err ah_ed25519_verify(const uint8_t key[static AH_ED25519_LEN], ah_slice message, ah_slice signature);
/* A canonically encoded point of the main subgroup. errors: AH_ERR_FIELD_RANGE. */
AH_MUST_USE ah_err ah_ed25519_check_key(const uint8_t key[static AH_ED25519_LEN]);

#endif
