/* BIP-340 private keys: generation and signing. Not part of the core. */
#ifndef AH_CRYPTO_SCHNORR_KEY_H
#define AH_CRYPTO_SCHNORR_KEY_H

#include "crypto/schnorr.h"
#include "crypto/secret.h"

typedef struct ah_schnorr_key ah_schnorr_key;

/* errors: AH_ERR_NOMEM, AH_ERR_CRYPTO. */
AH_MUST_USE ah_err ah_schnorr_key_generate(ah_schnorr_key **out);
/* errors: AH_ERR_FIELD_RANGE (zero, or not below the group order). */
AH_MUST_USE ah_err ah_schnorr_key_from_bytes(ah_schnorr_key **out, const uint8_t secret[static 32]);
void ah_schnorr_key_free(ah_schnorr_key *key);
AH_DEFINE_AUTO_PTR(ah_schnorr_key)

/* x-only public key. */
const uint8_t *ah_schnorr_key_public(const ah_schnorr_key *key);
/* Sign 32 bytes; the auxiliary randomness comes from the system's generator. errors: AH_ERR_CRYPTO. */
AH_MUST_USE ah_err ah_schnorr_sign(const ah_schnorr_key *key, const uint8_t message[static 32], uint8_t signature[static AH_SCHNORR_SIGNATURE_LEN]);

#endif
