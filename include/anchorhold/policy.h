/*
 * Policies: the reference values of the relying party, as the payload of a trust bundle (schema anchorhold.trust-bundle/v1).
 * docs/protocol/policy.md describes every member.
 */
#ifndef ANCHORHOLD_POLICY_H
#define ANCHORHOLD_POLICY_H

#include <anchorhold/claims.h>
#include <anchorhold/error.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ah_policy ah_policy;

/*
 * Load a policy from JSON. A policy is applied whole or not at all: unknown members, missing members, all-zero measurements and contradictions
 * refuse it.
 * errors  AH_ERR_POLICY_MALFORMED (not strict JSON, too large, wrong schema), AH_ERR_POLICY_UNKNOWN_MEMBER, AH_ERR_POLICY_MISSING_MEMBER,
 *         AH_ERR_POLICY_VALUE, AH_ERR_POLICY_ZERO_MEASUREMENT, AH_ERR_POLICY_CONTRADICTION, AH_ERR_NOMEM.
 *         *why: offset = byte position, detail begins with the path in the document ("platforms.nitro.releases[0].pcrs.0").
 * not checked here: whether it is valid now, who signed it.
 */
AH_API AH_MUST_USE ah_err ah_policy_load(ah_policy **out, ah_slice json, ah_fault *why);
AH_API void ah_policy_free(ah_policy *policy);

/* The canonical JSON of a policy: sorted members, defaults written out. *text is allocated, NUL-terminated; free with ah_text_free().
 * errors: AH_ERR_NOMEM, AH_ERR_LIMIT (with its defaults written out it would be too large to load again). */
AH_API AH_MUST_USE ah_err ah_policy_to_json(const ah_policy *policy, char **text, size_t *len);
AH_API void ah_text_free(char *text);

/* A remark of the linter on a policy that loads: what it permits that most should not. */
typedef struct ah_policy_note {
	const char *id;                /* "debug-allowed", "milan-listed", .. static storage */
	char path[96];                 /* where in the document */
	const char *text;              /* one sentence; static storage */
} ah_policy_note;
#define AH_POLICY_NOTES_MAX 32
/* Fill notes, return their count (at most AH_POLICY_NOTES_MAX). Judged at now_s. */
AH_API size_t ah_policy_lint(const ah_policy *policy, int64_t now_s, ah_policy_note notes[AH_POLICY_NOTES_MAX]);

/*
 * The differences from one policy to another as text, one line each, empty when they mean the same:
 *   "- platforms.nitro.releases[1.4.2]", "+ ..", "~ platforms.sev-snp.vmpl: 0 -> 1". Sorted by path.
 * *text is allocated; free with ah_text_free(). errors: AH_ERR_NOMEM, AH_ERR_LIMIT.
 */
AH_API AH_MUST_USE ah_err ah_policy_diff(const ah_policy *from, const ah_policy *to, char **text, size_t *len);

/*
 * A first policy from what evidence claims: its measurement as the one release, floors = REPORTED_TCB, its product, its signer, VMPL; on TDX
 * MRTD and RTMRs, UpToDate and the TCB status seen, the lower of the two evaluation numbers, a service TD that is there; simulated_roots when
 * the claims are simulated; debug true only when the claims are debug (the linter warns). valid_from = issued_at = at_s,
 * valid_until = at_s + 90 days. Review it before use: it allows exactly what was seen, whatever that was.
 * workload 1..64 characters [a-z0-9.-], release 1..64 printable characters.
 * errors  AH_ERR_ARGUMENT (also TDX claims without collateral, or of a revoked TCB), AH_ERR_NOMEM, AH_ERR_POLICY_ZERO_MEASUREMENT (debug evidence
 *         of Nitro has no measurement to list).
 */
AH_API AH_MUST_USE ah_err ah_policy_init_from(ah_policy **out, const ah_claims *claims, const char *workload, const char *release, int64_t at_s, ah_fault *why);

#ifdef __cplusplus
}
#endif
#endif
