/* Trust bundles inside one run of the door. See anchorhold/bundle.h. */
#ifndef AH_POLICY_BUNDLE_H
#define AH_POLICY_BUNDLE_H

#include "policy/policy.h"
#include "policy/verdict.h"

#define AH_BUNDLE_TYP "anchorhold-trust-bundle+jwt"

/*
 * Verify a bundle and fill the rows BUNDLE_SIGNATURE, BUNDLE_WORKLOAD, POLICY_TIME, BUNDLE_ROLLBACK of v->checks, v->bundle (has_bundle) and what was
 * compared with in v->consulted_bundles. The state is read here; it is noted by the caller, when all else was accepted.
 * errors: as ah_bundle_verify(), without AH_ERR_STATE_INVALID.
 */
AH_MUST_USE ah_err ah__bundle_judge(ah_verdict *v, ah_policy **policy, ah_verifier *verifier, const ah_trust *trust, int64_t now_s,
                                    const ah_state *state, ah_fault *why);

#endif
