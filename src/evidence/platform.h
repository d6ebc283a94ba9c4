/* The verify side of a platform: one const struct in one file. */
#ifndef AH_EVIDENCE_PLATFORM_H
#define AH_EVIDENCE_PLATFORM_H

#include "base/check.h"
#include "evidence/claims.h"
#include "evidence/endorsements.h"
#include "evidence/roots.h"
#include "evidence/verifier.h"
#include <stdalign.h>

/* Room for a platform's parsed, borrowed form; each platform asserts that it fits. */
#define AH_EVIDENCE_PARSED_MAX 4096

typedef struct ah_platform ah_platform;

/* Parsed and UNTRUSTED; borrows from the bytes. Caller-allocated. */
typedef struct ah_evidence {
	const ah_platform *platform;
	ah_slice bytes;
	alignas(16) uint8_t parsed[AH_EVIDENCE_PARSED_MAX]; /* platform-private */
} ah_evidence;

struct ah_platform {
	ah_platform_id id;
	const char *name;              /* "sev-snp" */
	unsigned check_mask;           /* AH_CHECK_ON_* : which rows belong to it */
	/* Cheap, exact magic, tag or length test; never a guess by order. */
	bool (*detect)(ah_slice bytes);
	/* Pure; sticky reader; fixed limits. Records the format checks in log. errors: classes malformed and unsupported. */
	ah_err (*parse)(ah_evidence *out, ah_slice bytes, ah_checks *log, ah_fault *why);
	/* Signatures, chain to an allowed root, revocation, inner consistency. The only maker of claims. errors: classes not genuine, unobtainable,
	 * malformed (certificates), AH_ERR_NOMEM, AH_ERR_CRYPTO. en may be NULL. */
	ah_err (*verify)(ah_claims **out, ah_verifier *v, const ah_evidence *ev, const ah_endorsements *en, const ah_roots *roots, int64_t now_s,
	                 ah_checks *log, ah_fault *why);
};

/* platforms/registry.c: NULL-terminated. */
extern const ah_platform *const ah_platforms[];
const ah_platform *ah_platform_find(ah_platform_id id);

#endif
