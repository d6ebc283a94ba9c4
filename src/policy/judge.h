/* What the files of the appraisal share: one run over one question, and its one way to decide a row. */
#ifndef AH_POLICY_JUDGE_H
#define AH_POLICY_JUDGE_H

#include "policy/carrier.h"
#include "policy/policy.h"
#include "policy/verdict.h"

typedef struct ah_judge {
	ah_checks *log;
	const ah_claims *claims;
	const ah_policy *policy;       /* NULL: genuine_only */
	const ah_request *request;     /* about the evidence itself: what is expected here was computed where it came in an envelope or event */
	const ah_request *asked;       /* as the caller put it */
	const ah_carried *carried;
	ah_verifier *verifier;
	ah_verdict *verdict;           /* gets what was compared with, claims of the carrier, an earlier expiry */
	char *release;                 /* of the verdict: gets the release that matched */
	ah_fault *why;
	ah_err err;                    /* of the first failing row; rows are judged in the order of checks.def */
} ah_judge;

/* Decide one row and go on: a refusal shows all that is wrong. */
void ah__judge(ah_judge *j, ah_check_id id, bool ok, ah_err err);

/* DEBUG mode is on, and both sides said that they want to see the verdict all the same. */
bool ah__judge_debug_tolerated(const ah_judge *j);

/* True when value is one of the listed ones. An absent list contains nothing. */
bool ah__byte_list_has(const ah_byte_list *list, ah_slice value);

/* The binding row of one field, compared over the whole value. stated: the caller expects something of it; present: the evidence has the field. */
void ah__judge_field(ah_judge *j, ah_check_id id, bool stated, bool present, ah_slice got, ah_slice wanted, ah_err err);

/* The row BINDING_REPORT_DATA, the same on every platform; got is the whole field. */
void ah__judge_report_data(ah_judge *j, bool present, ah_slice got);

/* The policy's time: also before anything else where the policy is a trust bundle. */
ah_err ah__judge_policy_time(ah_checks *log, const ah_policy *policy, int64_t now_s, ah_fault *why);

/* Make the verdict expire no later. */
static inline void ah__judge_expiry(ah_judge *j, int64_t expiry_s)
{
	if (expiry_s < j->verdict->expiry_s)
		j->verdict->expiry_s = expiry_s;
}

/* pin.c: the row PIN, when the caller gave a pin or asked for one. */
void ah__judge_pin(ah_judge *j);

/* Reasons that several files give. */
#define AH_REASON_NO_IDENTITY_LIST \
	"no list in the policy: physical attacks and diversion to another genuine machine are not excluded"
#define AH_REASON_NO_LIST "no list in the policy"
#define AH_REASON_NO_BINDING "the caller asked for no binding"
#define AH_REASON_NO_SESSION "no live connection: the envelope is bound to a nonce and a session value, and none was given"

/* appraise_nitro.c, appraise_snp.c, appraise_tdx.c: the rows between DEBUG and FRESHNESS that read the platform's claims, then its binding rows. */
void ah__judge_nitro(ah_judge *j, const ah_nitro_claims *nitro, const ah_nitro_policy *policy);
void ah__judge_nitro_binding(ah_judge *j, const ah_nitro_claims *nitro);
void ah__judge_snp(ah_judge *j, const ah_snp_claims *snp, const ah_snp_policy *policy);
/* The rows of genuine_only: no migration agent, VMPL 0, a masked chip id only with a VLEK. */
void ah__judge_snp_genuine(ah_judge *j, const ah_snp_claims *snp);
void ah__judge_snp_binding(ah_judge *j, const ah_snp_claims *snp);
void ah__judge_tdx(ah_judge *j, const ah_tdx_claims *tdx, const ah_tdx_policy *policy);
/* The rows of genuine_only: TCB status UpToDate where collateral was given, no service TD. */
void ah__judge_tdx_genuine(ah_judge *j, const ah_tdx_claims *tdx);
void ah__judge_tdx_binding(ah_judge *j, const ah_tdx_claims *tdx);

/* rollback.c: the row COLLATERAL_ROLLBACK of any claims; asked with a policy and in genuine_only alike, where the caller gave a state. */
void ah__judge_rollback(ah_judge *j);

#endif
