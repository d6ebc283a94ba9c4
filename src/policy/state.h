/* The inside of ah_state, and its use by the one door. */
#ifndef AH_POLICY_STATE_H
#define AH_POLICY_STATE_H

#include "base/memory.h"
#include "evidence/claims.h"
#include <anchorhold/bundle.h>
#include <anchorhold/state.h>

/* The longest key: an issuer's digest, '@', a root's digest. */
#define AH_STATE_KEY_MAX 129

AH_DEFINE_AUTO_PTR(ah_state)

/* Room for count further entries: as many ah_state_note() then cannot fail for want of it. errors: AH_ERR_LIMIT, AH_ERR_NOMEM. */
AH_MUST_USE ah_err ah__state_reserve(ah_state *state, size_t count);

/* The same for bundles. */
AH_MUST_USE ah_err ah__state_reserve_bundles(ah_state *state, size_t count);

/* -- rollback.c: what claims say about the age of their collateral -- */

typedef struct ah_state_number {
	const char *kind, *title;      /* title: for people */
	char key[AH_STATE_KEY_MAX + 1];
	uint64_t number;
} ah_state_number;
#define AH_STATE_NUMBERS_MAX 4

/* The numbers of verified claims, with their keys; none without collateral. */
size_t ah__state_numbers(ah_state_number out[static AH_STATE_NUMBERS_MAX], const ah_claims *claims);
/* Note them all, or none. errors: AH_ERR_LIMIT, AH_ERR_NOMEM. */
AH_MUST_USE ah_err ah__state_note_claims(ah_state *state, const ah_claims *claims);
/* The same with the trust bundle that was judged against, NULL for none: all of it, or nothing. errors: as above. */
AH_MUST_USE ah_err ah__state_note_accepted(ah_state *state, const ah_claims *claims, const ah_bundle_info *bundle);

#endif
