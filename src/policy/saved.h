/* The inside of ah_saved, and the conformance case, which is a saved question without its verdict (docs/protocol/saved.md, conformance.md). */
#ifndef AH_POLICY_SAVED_H
#define AH_POLICY_SAVED_H

#include "base/buf.h"
#include "policy/policy.h"
#include "policy/verdict.h"
#include <anchorhold/saved.h>

#define AH_SAVED_SCHEMA "anchorhold.saved/v1"
#define AH_CASE_SCHEMA  "anchorhold.case/v1"

/* How a pin that asks for first use stands in the document; a pin that was given is an object. */
#define AH_SAVED_FIRST_USE "first-use"

/* The names of expected.fields, in the order in which they are written. */
typedef struct ah_saved_field { unsigned flag; const char *name; } ah_saved_field;
#define AH_SAVED_FIELDS 5
extern const ah_saved_field ah__saved_fields[AH_SAVED_FIELDS];

#define AH_SAVED_NUMBERS_MAX 4 /* of ah_verdict.consulted */

struct ah_saved {
	ah_buf evidence, event_log, simulated_root;
	ah_buf report_data, nonce, public_key, spki_sha256, session_value, peer_evidence_sha256;
	ah_buf purpose, role, workload;        /* each with a NUL behind it */
	ah_buf bundle, pin, verdict;           /* pin, verdict: JSON */
	bool has_pin;
	ah_slice pin_slice;                    /* what request.pin points to */
	ah_endorsements *endorsements;         /* owned */
	ah_policy *policy;                     /* owned */
	bool has_trust;
	ah_trust trust;
	ah_release_root roots[AH_RELEASE_ROOTS_MAX];
	bool has_state;
	size_t number_count, bundle_count;     /* what the verdict compared with */
	struct { char kind[24]; char key[130]; uint64_t number; } numbers[AH_SAVED_NUMBERS_MAX];
	struct { uint8_t root[32]; int64_t version; uint8_t sha256[32]; } bundles[AH_RELEASE_ROOTS_MAX];
	ah_state *state;                       /* owned; made of them */
	ah_request request;                    /* borrows all of the above */
};

AH_DEFINE_AUTO_PTR(ah_saved)

/* A state that holds what the verdict compared with; *out is NULL when the question had none. errors: AH_ERR_ARGUMENT, AH_ERR_LIMIT, AH_ERR_NOMEM. */
AH_MUST_USE ah_err ah__saved_state(ah_state **out, const ah_saved *saved);

/*
 * A conformance case: as ah_saved_load(), without a verdict; members that are absent are as if null or false. policy_source is "file".
 * errors: AH_ERR_CASE_MALFORMED in place of AH_ERR_SAVED_MALFORMED.
 */
AH_MUST_USE ah_err ah__case_load(ah_saved **out, ah_slice json, ah_fault *why);

#endif
