/*
 * Attestation envelopes around simulated evidence (docs/protocol/envelope.md): what a server with real hardware would serve, from a specification
 * that is filled and may then be changed at every point before R is computed, and again before it is written. This is the simulated server, and the
 * forge of the tests.
 *
 *     start -> (change) -> bind -> evidence over bound.report_data, nonce and public_key -> finish -> (change) -> ah_envelope_write()
 */
#ifndef AH_ATTESTERS_SIM_ENVELOPE_H
#define AH_ATTESTERS_SIM_ENVELOPE_H

#include "attesters/sim.h"
#include "crypto/sign.h"
#include "policy/binding.h"
#include "policy/envelope.h"
#include "policy/session.h"

/* What the envelope is to say. Zero it, then fill it; everything is borrowed for the call. */
typedef struct ah_sim_envelope_options {
	ah_sim_options evidence;       /* report_data, nonce and public_key are computed; the rest is the caller's */
	const char *workload, *purpose, *role;
	const char *deployment_id, *trust_bundle_url; /* may be NULL */
	ah_slice spki_sha256;          /* 32 bytes exactly for a TLS server */
	uint32_t max_age_s;            /* 0: 3600 */
	bool is_fresh;                 /* R over nonce and session_value, which are both needed then */
	ah_slice nonce;                /* of the request that is answered; may be empty when cached */
	ah_slice session_value;        /* 32 bytes, or empty; cached and given: the binding key signs the session */
	ah_slice peer_evidence_sha256; /* 32 bytes, or empty */
	ah_slice manifest;             /* compact JWS without a line feed, or empty */
	ah_slice x25519, ed25519, service_key; /* 32 bytes each, or empty */
} ah_sim_envelope_options;

typedef struct ah_sim_envelope {
	ah_private_key *key;           /* the binding key: made for this envelope, and gone with it */
	ah_envelope *envelope;         /* what will be written */
	char purpose[16], role[16];    /* under R and the session statement: those of the envelope, until a forge says otherwise */
	uint8_t spki_sha256[32];       /* the same; has_spki false: none */
	bool has_spki;
	size_t session_value_len, peer_evidence_len;
	uint8_t session_value[32], peer_evidence_sha256[32];
	uint8_t report_data[AH_REPORT_DATA_LEN]; /* of ah_sim_envelope_bind() */
	size_t public_key_len;
	uint8_t public_key[AH_P256_SPKI_LEN];    /* Nitro */
} ah_sim_envelope;

void ah_sim_envelope_free(ah_sim_envelope *spec);
static inline void ah_sim_envelope_auto(ah_sim_envelope *spec) { ah_sim_envelope_free(spec); }

/* Fill a zeroed specification. errors: AH_ERR_ARGUMENT (detail names the option), AH_ERR_CRYPTO, AH_ERR_NOMEM. */
AH_MUST_USE ah_err ah_sim_envelope_start(ah_sim_envelope *spec, ah_crypto *crypto, const ah_sim_envelope_options *options, ah_fault *why);
/* Compute report_data and public_key from what spec says now. errors: those of ah_binding_report_data(). */
AH_MUST_USE ah_err ah_sim_envelope_bind(ah_sim_envelope *spec, ah_crypto *crypto, ah_fault *why);
/* Take in the evidence and its endorsements; sign the session where there is a session value. errors: AH_ERR_LIMIT, AH_ERR_NOMEM, AH_ERR_CRYPTO. */
AH_MUST_USE ah_err ah_sim_envelope_finish(ah_sim_envelope *spec, ah_crypto *crypto, const ah_sim_output *output);
/* Sign the session anew with what spec says now. errors: as above. */
AH_MUST_USE ah_err ah_sim_envelope_sign(ah_sim_envelope *spec, ah_crypto *crypto);

/*
 * All of it: an envelope as JSON appended to json, and what its evidence came with in *output (zeroed by the caller).
 * errors: AH_ERR_ARGUMENT, AH_ERR_CRYPTO, AH_ERR_LIMIT, AH_ERR_NOMEM.
 */
AH_MUST_USE ah_err ah_sim_envelope_make(ah_sim *sim, const ah_sim_envelope_options *options, ah_sim_output *output, ah_buf *json, ah_fault *why);

#endif
