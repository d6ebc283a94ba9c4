/* The inside of ah_verdict. */
#ifndef AH_POLICY_VERDICT_H
#define AH_POLICY_VERDICT_H

#include "base/check.h"
#include "evidence/claims.h"
#include <anchorhold/verdict.h>

struct ah_appraisal {
	const ah_claims *claims;       /* borrowed from the verdict */
	int64_t expiry_s;
};

struct ah_verdict {
	ah_result result;
	ah_err err;
	ah_platform_id platform;
	unsigned check_mask;           /* of the platform: which rows are shown; 0 when nothing was detected */
	bool genuine_only;
	ah_fault fault;                /* the first one, also for failures that are no check (a truncated document) */
	ah_checks checks;
	ah_claims *claims;             /* owned; NULL until signatures and chain held */
	char release[129];             /* the release of the policy that matched, or empty */
	int64_t verified_at_s;
	int64_t policy_valid_until_s;  /* 0 in genuine_only */
	int64_t policy_version;
	char workload[129];
	uint8_t evidence_sha256[32];
	bool has_evidence_sha256;      /* false: too large to be hashed */
	size_t evidence_len;
	int64_t expiry_s;
	bool has_appraisal;
	struct ah_appraisal appraisal;
};

AH_DEFINE_AUTO_PTR(ah_verdict)

/* The row of one check, as people and JSON see it. Texts are borrowed from the verdict. */
void ah__verdict_row(const ah_verdict *verdict, ah_check_id id, ah_row *row);
/* What stays trusted, in one sentence; the verdict has claims. Static storage. */
const char *ah__verdict_trust_statement(const ah_verdict *verdict);

#endif
