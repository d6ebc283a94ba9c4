/* What the verify steps of the platforms have in common. */
#ifndef AH_PLATFORMS_VERIFY_COMMON_H
#define AH_PLATFORMS_VERIFY_COMMON_H

#include "evidence/platform.h"

/* A validated chain, as a platform's verify step carries it along. */
typedef struct ah_chain {
	const ah_cert *path[AH_PATH_MAX]; /* anchor first */
	size_t count;
	const ah_root *root;       /* NULL: not pinned (only where the check chain.root is skipped, in a test build) */
	uint8_t anchor_sha256[32];
	int64_t expiry_s;
	bool revocation_checked;
} ah_chain;

/* AH_CHECK_PATH_ROOT: chain->root and anchor_sha256 say whether the anchor is pinned. */
AH_MUST_USE ah_err ah__chain_check_root(const ah_chain *chain, ah_checks *log, ah_fault *why);

/* Path validation, then revocation with the CRLs of en (NULL or none: the row says that nothing was checked). Fills expiry_s and revocation_checked. */
AH_MUST_USE ah_err ah__chain_validate(ah_chain *chain, ah_verifier *v, const ah_endorsements *en, const ah_path_rules *rules, ah_revocation_scope scope,
                                      int64_t now_s, ah_checks *log, ah_fault *why);

/* The result of a signature verification as the decision of a check. Errors of the machine (AH_ERR_CRYPTO, AH_ERR_NOMEM) stay what they are. */
AH_MUST_USE ah_err ah__decide_signature(ah_checks *log, ah_check_id id, ah_err verified, ah_fault *why);

/* Fill what every platform's claims have: hardware, revocation_checked, expiry_s, root. */
void ah__claims_take_chain(ah_claims *claims, const ah_chain *chain);

/* Signed text as claims carry it: at most size - 1 bytes, anything but printable ASCII as '?'. */
void ah__claims_text(char *out, size_t size, ah_slice text);

#endif
