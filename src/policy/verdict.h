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
	char policy_source[17];        /* "caller", "file", "none" */
	ah_carrier carrier;
	bool has_envelope, has_event, has_bundle;
	ah_envelope_claims envelope;   /* when has_envelope: the binding held */
	ah_event_claims event;         /* when has_event */
	ah_bundle_info bundle;         /* when has_bundle */
	bool had_state;                /* what of the state was compared with, for ah_saved_write() */
	struct { char kind[24]; char key[130]; uint64_t number; } consulted[4];
	size_t consulted_count;
	struct { uint8_t root[32]; int64_t version; uint8_t sha256[32]; } consulted_bundles[AH_RELEASE_ROOTS_MAX];
	size_t consulted_bundle_count;
	uint8_t evidence_sha256[32];
	bool has_evidence_sha256;      /* false: too large to be hashed */
	size_t evidence_len;
	int64_t expiry_s;
	bool has_appraisal;
	struct ah_appraisal appraisal;
};

AH_DEFINE_AUTO_PTR(ah_verdict)

/* The rows of the platform and of what came in; and a row that refused, wherever it stands: a demand that nothing else could meet. */
static inline bool ah__verdict_shows(const ah_verdict *verdict, size_t id)
{
	return (ah_check_infos[id].platforms & verdict->check_mask) != 0 || verdict->checks.rows[id].status == AH_CHECK_FAIL;
}

/* The row of one check, as people and JSON see it. Texts are borrowed from the verdict. */
void ah__verdict_row(const ah_verdict *verdict, ah_check_id id, ah_row *row);
/* verdict_json_carrier.c: the members `carrier`, and `bundle` of `policy`. */
struct ah_json_writer;
void ah__put_carrier(struct ah_json_writer *w, const ah_verdict *v);
void ah__put_bundle(struct ah_json_writer *w, const ah_verdict *v);
/* What stays trusted, in one sentence; the verdict has claims. Static storage. */
const char *ah__verdict_trust_statement(const ah_verdict *verdict);

#endif
