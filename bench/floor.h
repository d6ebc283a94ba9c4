/*
 * The floor of a verification: the signatures that have to be verified, with the primitives and nothing else. For each one key import, one hash of the
 * signed bytes and one verification by OpenSSL.
 */
#ifndef AH_BENCH_FLOOR_H
#define AH_BENCH_FLOOR_H

#include "pki/cert.h"

#include <openssl/evp.h>

#define AH_BENCH_SIGNATURES_MAX 12

/* One signature that must be verified, as the primitives see it. What it borrows outlives it. */
typedef struct ah_bench_signature {
	ah_public_key key;
	ah_slice parts[2];
	uint8_t der[160];
	size_t der_len;
	bool is_pss, is_sha256;
	ah_slice raw; /* PSS */
} ah_bench_signature;

typedef struct ah_bench_floor {
	ah_bench_signature signatures[AH_BENCH_SIGNATURES_MAX];
	size_t count;
	EVP_MD *sha256, *sha384;
	EVP_MD_CTX *md_ctx;
} ah_bench_floor;

/* All of these stop the bench when something does not hold. */
void ah_bench_floor_init(ah_bench_floor *floor);
void ah_bench_floor_free(ah_bench_floor *floor);
void ah_bench_parse_certificate(ah_cert *out, ah_slice der);
/* The signature of cert, verified with the key of issuer. */
void ah_bench_floor_add_certificate(ah_bench_floor *floor, const ah_cert *issuer, const ah_cert *cert);
/* An ECDSA signature in DER over bytes; hash as below. */
void ah_bench_floor_add_der(ah_bench_floor *floor, const ah_public_key *key, ah_slice bytes, ah_slice signature);
/* r and s big-endian, field_len bytes each. Hash SHA-256 on P-256, SHA-384 else. */
void ah_bench_floor_add_ecdsa(ah_bench_floor *floor, const ah_public_key *key, const ah_slice parts[static 2], const uint8_t *r_be, const uint8_t *s_be,
                              int field_len);
/* The signatures of a Nitro document's chain, then its own. The document outlives the floor; one document per process. */
void ah_bench_floor_add_nitro(ah_bench_floor *floor, ah_slice document);

/* Verify the signatures from `first` on. */
void ah_bench_floor_verify(const ah_bench_floor *floor, size_t first);

#endif
