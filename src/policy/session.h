/*
 * The session statement (docs/protocol/binding.md): what the attested binding key signs to tie cached evidence to one live session. The same bytes on
 * the signing and on the verifying side.
 *
 *   "anchorhold/session/v1\0" || LP(purpose) || LP(role) || LP(session_value) || LP(SHA-256(own evidence)) || LP(SHA-256(peer evidence) or "") || LP(nonce)
 *   LP(x) = u32be(len) || x
 */
#ifndef AH_POLICY_SESSION_H
#define AH_POLICY_SESSION_H

#include "base/buf.h"
#include "crypto/crypto.h"

#define AH_SESSION_SIGNATURE_LEN 64 /* ECDSA P-256 with SHA-256, raw r || s */
/* Label, six lengths, the longest names and three hashes beside a nonce of AH_NONCE_MAX stay below it. */
#define AH_SESSION_STATEMENT_MAX 320

typedef struct ah_session {
	const char *purpose, *role;    /* of the side that signs */
	ah_slice session_value;        /* 32 bytes */
	ah_slice evidence_sha256;      /* 32 bytes: of the evidence of the side that signs, as it stands decoded in its envelope */
	ah_slice peer_evidence_sha256; /* 32 bytes, or empty where the other side does not attest */
	ah_slice nonce;                /* of the side that verifies; empty when it gave none */
} ah_session;

/* Append the statement. errors: AH_ERR_LIMIT, AH_ERR_NOMEM. */
AH_MUST_USE ah_err ah__session_statement(ah_buf *out, const ah_session *session);

/*
 * Verify a signature over the statement with the attested binding key, SEC1 uncompressed.
 * errors: AH_ERR_SESSION_SIGNATURE (does not verify, r or s out of range, the key is no point of the curve), AH_ERR_CRYPTO, AH_ERR_NOMEM.
 */
AH_MUST_USE ah_err ah__session_verify(ah_crypto *crypto, const ah_session *session, const uint8_t binding_p256[static 65],
                                      const uint8_t signature[static AH_SESSION_SIGNATURE_LEN]);

#endif
