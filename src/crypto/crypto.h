/*
 * Hashes and signature verification. The files of this folder are the only ones that include OpenSSL.
 *
 * An ah_crypto owns a library context and algorithms fetched once, so that verification opens nothing, reads no clock and draws no randomness.
 * One per thread (through ah_verifier).
 */
#ifndef AH_CRYPTO_CRYPTO_H
#define AH_CRYPTO_CRYPTO_H

#include "base/memory.h"
#include "base/slice.h"
#include <anchorhold/error.h>

typedef struct ah_crypto ah_crypto;

typedef enum ah_hash_alg { AH_SHA256, AH_SHA384, AH_SHA512 } ah_hash_alg;
#define AH_SHA256_LEN 32
#define AH_SHA384_LEN 48
#define AH_SHA512_LEN 64
#define AH_HASH_MAX   64
size_t ah_hash_len(ah_hash_alg alg);

/* errors: AH_ERR_CRYPTO (an algorithm is not available), AH_ERR_NOMEM. Uses no configuration file of OpenSSL. */
AH_MUST_USE ah_err ah_crypto_new(ah_crypto **out, ah_fault *why);
void ah_crypto_free(ah_crypto *crypto);
AH_DEFINE_AUTO_PTR(ah_crypto)

/* Hash of the concatenation of parts. out has ah_hash_len(alg) bytes. errors: AH_ERR_CRYPTO. */
AH_MUST_USE ah_err ah_hash(ah_crypto *crypto, ah_hash_alg alg, const ah_slice *parts, size_t count, uint8_t *out);
AH_MUST_USE ah_err ah_sha256(ah_crypto *crypto, ah_slice bytes, uint8_t out[static AH_SHA256_LEN]);
AH_MUST_USE ah_err ah_sha384(ah_crypto *crypto, ah_slice bytes, uint8_t out[static AH_SHA384_LEN]);

typedef enum ah_key_kind { AH_KEY_NONE = 0, AH_KEY_P256, AH_KEY_P384, AH_KEY_RSA } ah_key_kind;

/* A public key as borrowed bytes of a certificate. */
typedef struct ah_public_key {
	ah_key_kind kind;
	ah_slice point;             /* EC: SEC1 uncompressed, 65 or 97 bytes */
	ah_slice modulus, exponent; /* RSA: big-endian, no leading zero */
} ah_public_key;

/*
 * Verify an ECDSA signature r || s (big-endian, each exactly the field's length: 64 bytes on P-256, 96 on P-384) over hash(parts).
 * errors: AH_ERR_SIGNATURE (does not verify), AH_ERR_SIGNATURE_FORMAT (length; r or s zero or not below n), AH_ERR_ALGORITHM (key is no EC
 * key), AH_ERR_FIELD_RANGE (point not on the curve or not uncompressed), AH_ERR_CRYPTO, AH_ERR_NOMEM.
 * Accepts high s: AWS and AMD produce it. Identity must never be keyed on signature bytes.
 */
AH_MUST_USE ah_err ah_ecdsa_verify_raw(ah_crypto *crypto, const ah_public_key *key, ah_hash_alg hash, const ah_slice *parts, size_t count, ah_slice signature);

/* The same with the signature as strict DER SEQUENCE { r, s } (X.509). BER forms are AH_ERR_SIGNATURE_FORMAT. */
AH_MUST_USE ah_err ah_ecdsa_verify_der(ah_crypto *crypto, const ah_public_key *key, ah_hash_alg hash, const ah_slice *parts, size_t count, ah_slice signature);

/*
 * Say whether 65 bytes are a point of P-256, SEC1 uncompressed and not the point at infinity: a key that somebody can have.
 * errors: AH_ERR_FIELD_RANGE (they are not), AH_ERR_NOMEM.
 */
AH_MUST_USE ah_err ah_p256_check_point(ah_crypto *crypto, ah_slice point);

/*
 * Verify RSASSA-PSS with MGF1 over the same hash and exactly salt_len bytes of salt. Modulus 2048..4096 bits, odd exponent 3..2^32-1.
 * errors: as above; AH_ERR_FIELD_RANGE for a modulus or exponent out of range; AH_ERR_SIGNATURE_FORMAT when the signature is not as long as the modulus.
 */
AH_MUST_USE ah_err ah_rsa_pss_verify(ah_crypto *crypto, const ah_public_key *key, ah_hash_alg hash, size_t salt_len, const ah_slice *parts, size_t count, ah_slice signature);

#endif
