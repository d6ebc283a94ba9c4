/*
 * What evidence came in: an envelope or an instance event is taken apart, and the question about it becomes a question about the evidence inside.
 *
 *     bytes -> ah_carried_open() -> inner request (raw evidence, its endorsements, the binding computed from what the caller expects)
 */
#ifndef AH_POLICY_CARRIER_H
#define AH_POLICY_CARRIER_H

#include "base/memory.h"
#include "policy/policy.h"
#include "policy/verdict.h"

struct ah_envelope;        /* envelope.h */
struct ah_instance_event;  /* instance_event.h */

/* Flags of inner.expected.fields that no caller can give. */
enum {
	AH__EXPECT_NO_NONCE = 1 << 16,         /* Nitro: the document has no nonce (absent or null) */
	AH__EXPECT_REPORT_DATA_HALF = 1 << 17, /* the first 32 bytes of report_data alone (Tresor) */
	AH__EXPECT_ANY_PUBLIC_KEY = 1 << 18    /* Nitro: the document has a public_key, which nothing here can state (purpose kms) */
};

typedef struct ah_carried {
	ah_carrier kind;
	struct ah_envelope *envelope;           /* owned; NULL for the other kinds */
	struct ah_instance_event *event;        /* owned */
	ah_endorsements *endorsements;          /* owned: the caller's, and those of the envelope; NULL when it brought none */
	uint8_t report_data[64];                /* R, when the envelope's binding could be computed */
	uint8_t binding_spki[91];               /* Nitro: the SubjectPublicKeyInfo of the envelope's binding key */
	ah_request inner;                       /* the question about the evidence; borrows from the request and from here */
} ah_carried;
void ah_carried_free(ah_carried *carried);
static inline void ah_carried_auto(ah_carried *carried) { ah_carried_free(carried); }

/*
 * Take the request's bytes apart. For raw evidence inner is the request itself.
 * errors: those of ah_envelope_parse() and ah_instance_event_parse(); AH_ERR_ARGUMENT, AH_ERR_BINDING_REQUIRED where the expected values do not fit what
 * it came in; where a channel is expected of bytes that are no envelope those of ah_carrier_check_text(), AH_ERR_UNKNOWN_FORMAT (other JSON),
 * AH_ERR_ENVELOPE_MALFORMED; AH_ERR_NOMEM, AH_ERR_CRYPTO.
 */
AH_MUST_USE ah_err ah_carried_open(ah_carried *out, ah_verifier *verifier, const ah_request *request, ah_fault *why);

/*
 * Bytes that begin as a JSON object are meant as one, and are no evidence of any platform: when they are not strict JSON, this says where.
 * errors: those of ah_json_open(). AH_OK for all other bytes.
 */
AH_MUST_USE ah_err ah_carrier_check_text(ah_slice bytes, ah_fault *why);

/*
 * What is wrong with the expected values of a request for this kind, before any byte is looked at. Of a channel the same, whatever the kind.
 * errors: AH_ERR_ARGUMENT, AH_ERR_BINDING_REQUIRED.
 */
AH_MUST_USE ah_err ah_carrier_check_expected(ah_carrier kind, const ah_request *request, ah_fault *why);

/* As ah_carrier_detect(), without taking a lack of memory for "none". errors: AH_ERR_NOMEM. */
AH_MUST_USE ah_err ah__carrier_detect(ah_carrier *out, ah_slice bytes);

#endif
