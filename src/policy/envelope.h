/* Attestation envelopes (docs/protocol/envelope.md): anchorhold.attestation/v1, and tresor.attestation/v1 under freshness none. */
#ifndef AH_POLICY_ENVELOPE_H
#define AH_POLICY_ENVELOPE_H

#include "policy/carrier.h"
#include "policy/judge.h"

/* Parsed, not believed. One allocation and the buffers it owns; nothing borrowed from the JSON. */
typedef struct ah_envelope {
	ah_envelope_claims says;       /* every member as the server states it */
	ah_platform_id platform;
	ah_buf evidence;               /* decoded */
	ah_buf vek_chain;              /* PEM; empty when absent */
	ah_buf collateral;             /* JSON text of the member; empty when absent */
	ah_buf manifest;               /* compact JWS; empty when absent */
	size_t nonce_len;              /* 0: absent */
	uint8_t nonce[AH_NONCE_MAX];   /* of the request that it answers: committed to in R when is_fresh, else by the session signature alone */
	size_t peer_nonce_len;
	uint8_t peer_nonce[AH_NONCE_MAX];
	bool has_session_signature;
	uint8_t session_signature[64]; /* raw r || s */
} ah_envelope;

/* errors: AH_ERR_ENVELOPE_MALFORMED (detail begins with the member), AH_ERR_TOO_LARGE, AH_ERR_NOMEM. */
AH_MUST_USE ah_err ah_envelope_parse(ah_envelope **out, ah_slice json, ah_fault *why);
void ah_envelope_free(ah_envelope *envelope);
AH_DEFINE_AUTO_PTR(ah_envelope)
/* An empty one, for the writer: all members zero, buffers that may grow. errors: AH_ERR_NOMEM. */
AH_MUST_USE ah_err ah_envelope_new(ah_envelope **out);

/*
 * The writer of the same, canonical: what a server serves. Used by the simulated platform, later by the enclave. Nothing is checked for sense.
 * errors: AH_ERR_LIMIT, AH_ERR_NOMEM, AH_ERR_ENCODING (a text that is not UTF-8).
 */
AH_MUST_USE ah_err ah_envelope_write(ah_buf *json, const ah_envelope *envelope);

/* The part of ah_carried_open() for envelopes: endorsements merged, R computed from what the caller expects, inner request filled. */
AH_MUST_USE ah_err ah__envelope_question(ah_carried *carried, ah_verifier *verifier, const ah_request *request, ah_fault *why);

/* The rows ENVELOPE_PLATFORM .. ENVELOPE_MANIFEST, IDENTITY_TAG, MANIFEST_KEY, DEPLOYMENT, SERVICE_KEY and FRESHNESS of an envelope. */
void ah__judge_envelope(ah_judge *j);
/* The row SESSION, after those of the binding. */
void ah__judge_session(ah_judge *j);

#endif
