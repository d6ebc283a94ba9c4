/*
 * COSE_Sign1 (RFC 9052 4.2): to structure and back. Yields the signed bytes, verifies nothing.
 */
#ifndef AH_CODEC_COSE_H
#define AH_CODEC_COSE_H

#include "codec/cbor.h"

#define AH_COSE_TAG_SIGN1 18
#define AH_COSE_ALG_ES256 (-7)
#define AH_COSE_ALG_ES384 (-35)

typedef struct ah_cose_sign1 {
	bool tagged;
	ah_slice protected_bytes;    /* the bstr content, exactly as received: it is signed */
	int64_t alg;                 /* label 1 of the protected header */
	size_t unprotected_count;    /* entries of the unprotected header; the caller decides (AWS: 0) */
	ah_slice payload;
	ah_slice signature;          /* raw bytes of the signature bstr, any length */
	size_t protected_off, payload_off, signature_off; /* of the contents in the input */
} ah_cose_sign1;

/*
 * Parse an untagged or tag-18 COSE_Sign1. The protected header must be a map with exactly label 1 (alg) as an integer: anything else in
 * it, crit included, is refused. payload and signature must be byte strings (a nil, detached payload is refused).
 * errors: AH_ERR_COSE (shape), and those of cbor.h. Borrows from in. Nothing is verified.
 */
AH_MUST_USE ah_err ah_cose_sign1_parse(ah_cose_sign1 *out, ah_slice in, ah_fault *why);

/*
 * The parts whose concatenation is the Sig_structure (RFC 9052 4.4, context "Signature1", empty external_aad), without copying the payload:
 * head is filled into head_buf and parts[0..1] = head, payload. The signature is over hash(parts[0] || parts[1]).
 */
#define AH_COSE_HEAD_MAX 64
AH_MUST_USE ah_err ah_cose_sign1_signed_parts(ah_slice parts[static 2], uint8_t head_buf[static AH_COSE_HEAD_MAX], ah_slice protected_bytes, ah_slice payload);

/* Write a COSE_Sign1 from its parts as they are (the forge may pass odd ones). protected_bytes is the bstr content. */
AH_MUST_USE ah_err ah_cose_sign1_write(ah_buf *out, bool tagged, ah_slice protected_bytes, ah_slice payload, ah_slice signature);

#endif
