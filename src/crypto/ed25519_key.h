/* Ed25519 private keys: generation, PKCS#8 (RFC 8410), signing. Not part of the core. */
#ifndef AH_CRYPTO_ED25519_KEY_H
#define AH_CRYPTO_ED25519_KEY_H

#include "base/buf.h"
#include "crypto/ed25519.h"
#include "crypto/secret.h"

typedef struct ah_ed25519_key ah_ed25519_key;

/* errors: AH_ERR_NOMEM, AH_ERR_CRYPTO. */
AH_MUST_USE ah_err ah_ed25519_key_generate(ah_ed25519_key **out);
/* From the 32 bytes of RFC 8032's seed. */
AH_MUST_USE ah_err ah_ed25519_key_from_seed(ah_ed25519_key **out, const uint8_t seed[static 32]);
/*
 * PKCS#8 DER, version 0 (no attributes, no public key) or version 1 whose public key must be the right one; as openssl and this program write it.
 * errors: AH_ERR_KEY_INVALID, AH_ERR_NOMEM, AH_ERR_CRYPTO.
 */
AH_MUST_USE ah_err ah_ed25519_key_load(ah_ed25519_key **out, ah_slice pkcs8_der, ah_fault *why);
/* Version 0, appended. The buffer holds a secret: ah_buf wipes it when freed. */
AH_MUST_USE ah_err ah_ed25519_key_save(const ah_ed25519_key *key, ah_buf *pkcs8_der);
void ah_ed25519_key_free(ah_ed25519_key *key);
AH_DEFINE_AUTO_PTR(ah_ed25519_key)

const uint8_t *ah_ed25519_key_public(const ah_ed25519_key *key);
AH_MUST_USE ah_err ah_ed25519_sign(const ah_ed25519_key *key, ah_slice message, uint8_t signature[static AH_ED25519_SIGNATURE_LEN]);

#endif
