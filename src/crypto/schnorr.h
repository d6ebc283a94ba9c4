/* BIP-340 verification over secp256k1, with libsecp256k1. Core: opens nothing, draws nothing. Signing is in schnorr_key.h. */
#ifndef AH_CRYPTO_SCHNORR_H
#define AH_CRYPTO_SCHNORR_H

#include "base/slice.h"
#include <anchorhold/error.h>

#define AH_SCHNORR_KEY_LEN       32
#define AH_SCHNORR_SIGNATURE_LEN 64

/*
 * Verify. message: any length (BIP-340 as of 2022; Nostr signs 32 bytes).
 * errors: AH_ERR_SIGNATURE (does not verify), AH_ERR_SIGNATURE_FORMAT (not 64 bytes), AH_ERR_FIELD_RANGE (no x coordinate of a point).
 */
AH_MUST_USE ah_err ah_schnorr_verify(const uint8_t key[static AH_SCHNORR_KEY_LEN], ah_slice message, ah_slice signature);

#endif
