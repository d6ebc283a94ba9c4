/*
 * Private keys and signing, for the simulated platform and its forge (later: for the enclave). Not part of the core: signing draws
 * randomness from OpenSSL's DRBG.
 */
#ifndef AH_CRYPTO_SIGN_H
#define AH_CRYPTO_SIGN_H

#include "base/buf.h"
#include "crypto/crypto.h"

typedef struct ah_private_key ah_private_key;

/* rsa_bits is used for AH_KEY_RSA alone. errors: AH_ERR_CRYPTO, AH_ERR_NOMEM. RSA-4096 takes about a second. */
AH_MUST_USE ah_err ah_private_key_generate(ah_private_key **out, ah_key_kind kind, unsigned rsa_bits, ah_fault *why);
/* PKCS#8 DER, unencrypted. The buffer holds a secret: it is wiped when freed. */
AH_MUST_USE ah_err ah_private_key_load(ah_private_key **out, ah_slice pkcs8_der, ah_fault *why);
AH_MUST_USE ah_err ah_private_key_save(const ah_private_key *key, ah_buf *pkcs8_der);
void ah_private_key_free(ah_private_key *key);
AH_DEFINE_AUTO_PTR(ah_private_key)

ah_key_kind ah_private_key_kind(const ah_private_key *key);
/* SubjectPublicKeyInfo, DER. */
AH_MUST_USE ah_err ah_private_key_spki(const ah_private_key *key, ah_buf *spki_der);
/* ECDSA: r || s of the field's length each, or DER; RSA: PSS with MGF1 over the same hash. The signature is appended to out. */
AH_MUST_USE ah_err ah_sign_ecdsa_raw(const ah_private_key *key, ah_hash_alg hash, const ah_slice *parts, size_t count, ah_buf *out);
AH_MUST_USE ah_err ah_sign_ecdsa_der(const ah_private_key *key, ah_hash_alg hash, const ah_slice *parts, size_t count, ah_buf *out);
AH_MUST_USE ah_err ah_sign_rsa_pss(const ah_private_key *key, ah_hash_alg hash, size_t salt_len, const ah_slice *parts, size_t count, ah_buf *out);
/* len bytes from the DRBG. */
AH_MUST_USE ah_err ah_random(uint8_t *out, size_t len);

#endif
