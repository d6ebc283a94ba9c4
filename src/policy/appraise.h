/* Reference values against claims. */
#ifndef AH_POLICY_APPRAISE_H
#define AH_POLICY_APPRAISE_H

#include "policy/carrier.h"
#include "policy/policy.h"
#include "policy/verdict.h"

/*
 * Compare verified claims with the policy (or with the fixed rules of genuine_only, policy NULL) and the expected binding, filling the rows of
 * verdict->checks, verdict->release and verdict->expiry_s. Every row is judged, so that a refusal shows all that is wrong; the error is the first
 * failing row in the order of checks.def.
 * errors: class not allowed; AH_ERR_REVOCATION_UNAVAILABLE; AH_ERR_UNBOUND is not decided here.
 */
AH_MUST_USE ah_err ah_policy_appraise(ah_verdict *verdict, ah_verifier *verifier, const ah_policy *policy, const ah_carried *carried, const ah_request *asked,
                                       ah_fault *why);

#endif
