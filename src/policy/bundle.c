/*
 * Trust bundles: see bundle.h and anchorhold/bundle.h; docs/protocol/bundle.md says the same in prose.
 *
 *     compact JWS -> form -> header -> signature -> policy -> workload -> time -> rollback
 *
 * Nothing of the payload is looked at before a pinned root's signature over it verified.
 */
#include "policy/bundle.h"

#include "base/fault.h"
#include "codec/jws.h"
#include "crypto/ed25519.h"
#include "evidence/verifier.h"
#include "policy/judge.h"
#include "policy/state.h"

#include <inttypes.h>

#define STEP "bundle"

static_assert(AH_POLICY_TEXT_MAX == 128, "a workload of a policy fits that of a bundle");

/* -- the question -- */

static ah_err check_trust(const ah_trust *trust, ah_fault *why)
{
	if (trust->roots == NULL || trust->root_count == 0)
		return ah_fault_set(why, AH_ERR_ARGUMENT, STEP, "no release root");
	if (trust->root_count > AH_RELEASE_ROOTS_MAX)
		return ah_fault_set(why, AH_ERR_ARGUMENT, STEP, "%zu release roots, at most %d", trust->root_count, AH_RELEASE_ROOTS_MAX);
	if (trust->workload == NULL || trust->workload[0] == '\0')
		return ah_fault_set(why, AH_ERR_ARGUMENT, STEP, "no workload");
	if (trust->bundle.ptr == NULL && trust->bundle.len != 0)
		return ah_fault_set(why, AH_ERR_ARGUMENT, STEP, "bundle is NULL with a length");
	return AH_OK;
}

static ah_err parse(ah_jws *jws, ah_slice text, ah_fault *why)
{
	ah_fault inner = { .offset = AH_NO_OFFSET };
	ah_err err = ah_jws_parse(jws, text, AH_JWS_MAX, &inner);
	if (err == AH_ERR_FORMAT || err == AH_ERR_TOO_LARGE)
		return ah_fault_at(why, AH_ERR_BUNDLE_MALFORMED, STEP, inner.offset, "%s", inner.detail);
	return err == AH_OK ? AH_OK : ah_fault_set(why, err, STEP, "%s", inner.detail);
}

/* -- header and signature: the row bundle.signature -- */

/* RFC 8725 3.1 and 3.2: what verifies is chosen here. Of what the token says, kid alone is looked at, and only to be shown. */
static ah_err judge_header(ah_verdict *v, ah_bundle_info *info, const ah_jws *jws, ah_fault *why)
{
	ah_fault inner = { .offset = AH_NO_OFFSET };
	ah_err err = ah_jws_check_header(ah_buf_slice(&jws->header), AH_BUNDLE_TYP, info->kid, &inner);
	if (err == AH_OK)
		return AH_OK;
	if (err == AH_ERR_NOMEM)
		return ah_fault_set(why, err, STEP, "no memory");
	ah_check_got(&v->checks, AH_CHECK_BUNDLE_SIGNATURE, "header: %s", inner.detail);
	ah_check_wanted(&v->checks, AH_CHECK_BUNDLE_SIGNATURE, "alg EdDSA, kid, typ of a bundle");
	return ah_check(&v->checks, AH_CHECK_BUNDLE_SIGNATURE, false, AH_ERR_BUNDLE_SIGNATURE, why);
}

/* With a key that is no safe one nothing verifies; that is how it should be, and no reason to stop at it. */
static bool is_refusal(ah_err err)
{
	return err == AH_ERR_SIGNATURE || err == AH_ERR_SIGNATURE_FORMAT || err == AH_ERR_FIELD_RANGE;
}

static ah_err judge_signature(ah_verdict *v, ah_bundle_info *info, const ah_jws *jws, const ah_trust *trust, ah_fault *why)
{
	bool signed_by_one = false;
	assert(trust->roots != NULL); /* check_trust() saw to it */
	for (size_t i = 0; i < trust->root_count && !signed_by_one; i++) {
		const ah_release_root *root = &trust->roots[i];
		ah_err err = ah_ed25519_verify(root->key, jws->signing_input, ah_buf_slice(&jws->signature));
		if (err != AH_OK && !is_refusal(err))
			return ah_fault_set(why, err, STEP, "%s", ah_err_name(err));
		signed_by_one = err == AH_OK;
		if (signed_by_one)
			memcpy(info->root, root->key, sizeof info->root);
	}
	if (signed_by_one) {
		ah_check_got_hex(&v->checks, AH_CHECK_BUNDLE_SIGNATURE, AH_SLICE_OF(info->root));
	} else {
		ah_check_got(&v->checks, AH_CHECK_BUNDLE_SIGNATURE, "kid %s", info->kid);
		ah_check_wanted(&v->checks, AH_CHECK_BUNDLE_SIGNATURE, "signed by %s%zu pinned release root%s", trust->root_count == 1 ? "the " : "one of ",
		                trust->root_count, trust->root_count == 1 ? "" : "s");
	}
	return ah_check(&v->checks, AH_CHECK_BUNDLE_SIGNATURE, signed_by_one, AH_ERR_BUNDLE_SIGNATURE, why);
}

/* -- what the payload says -- */

static ah_err judge_workload(ah_verdict *v, const ah_bundle_info *info, const char *wanted, ah_fault *why)
{
	ah_check_got(&v->checks, AH_CHECK_BUNDLE_WORKLOAD, "%s", info->workload);
	ah_check_wanted(&v->checks, AH_CHECK_BUNDLE_WORKLOAD, "%s", wanted);
	return ah_check(&v->checks, AH_CHECK_BUNDLE_WORKLOAD, strcmp(info->workload, wanted) == 0, AH_ERR_WORKLOAD, why);
}

static void describe(ah_bundle_info *info, const ah_policy *policy)
{
	static_assert(sizeof info->workload == sizeof policy->workload, "the workload of the policy fits");
	memcpy(info->workload, policy->workload, sizeof info->workload);
	info->version = policy->version;
	info->issued_at_s = policy->issued_at_s;
	info->valid_from_s = policy->valid_from_s;
	info->valid_until_s = policy->valid_until_s;
}

/* -- rollback -- */

/*
 * Every bundle that is remembered of a pinned root for this workload must be older than this one, or be this very one. All pinned roots count, whichever
 * of them signed: while a root is rotated, the old one's newer bundle must not be undone by an older one of the new root, and the other way round.
 */
static ah_err judge_rollback(ah_verdict *v, const ah_bundle_info *info, const ah_trust *trust, const ah_state *state, ah_fault *why)
{
	const ah_check_id row = AH_CHECK_BUNDLE_ROLLBACK;
	int64_t newest = 0;
	bool ok = true;
	if (state == NULL) {
		ah_check_skip(&v->checks, row, "no state given");
		return AH_OK;
	}
	ah_check_got(&v->checks, row, "version %" PRId64, info->version);
	for (size_t i = 0; i < trust->root_count; i++) {
		int64_t version = 0;
		uint8_t sha256[32];
		if (!ah_state_bundle(state, trust->roots[i].key, info->workload, &version, sha256))
			continue;
		memcpy(v->consulted_bundles[v->consulted_bundle_count].root, trust->roots[i].key, sizeof trust->roots[i].key);
		memcpy(v->consulted_bundles[v->consulted_bundle_count].sha256, sha256, sizeof sha256);
		v->consulted_bundles[v->consulted_bundle_count++].version = version;
		bool same = version == info->version && ah_slice_is(AH_SLICE_OF(sha256), AH_SLICE_OF(info->sha256));
		ok = ok && (version < info->version || same);
		newest = version > newest ? version : newest;
	}
	if (!ok && newest > info->version)
		ah_check_wanted(&v->checks, row, "%" PRId64 " or above, as seen before", newest);
	else if (!ok)
		ah_check_wanted(&v->checks, row, "the one of version %" PRId64 " seen before", newest);
	return ah_check(&v->checks, row, ok, AH_ERR_BUNDLE_ROLLBACK, why);
}

/* -- the way -- */

ah_err ah__bundle_judge(ah_verdict *v, ah_policy **policy, ah_verifier *verifier, const ah_trust *trust, int64_t now_s, const ah_state *state,
                        ah_fault *why)
{
	AH_AUTO(ah_jws) jws = { .header = AH_BUF(0) };
	AH_AUTO_PTR(ah_policy) loaded = NULL;
	ah_bundle_info info = { .version = 0 };
	AH_TRY(check_trust(trust, why));
	AH_TRY(parse(&jws, trust->bundle, why));
	AH_TRY(judge_header(v, &info, &jws, why));
	AH_TRY(judge_signature(v, &info, &jws, trust, why));
	AH_TRY(ah_sha256(verifier->crypto, jws.compact, info.sha256));
	AH_TRY(ah_policy_load(&loaded, ah_buf_slice(&jws.payload), why));
	describe(&info, loaded);
	AH_TRY(judge_workload(v, &info, trust->workload, why));
	AH_TRY(ah__judge_policy_time(&v->checks, loaded, now_s, why));
	AH_TRY(judge_rollback(v, &info, trust, state, why));
	v->bundle = info;
	v->has_bundle = true;
	*policy = ah_move_ptr(&loaded); /* transferred */
	return AH_OK;
}

ah_err ah_bundle_verify(ah_policy **policy, ah_bundle_info *info, ah_verifier *verifier, const ah_trust *trust, int64_t now_s, ah_state *state,
                        ah_fault *why)
{
	AH_AUTO_PTR(ah_policy) loaded = NULL;
	AH_AUTO_PTR(ah_verdict) v = (ah_verdict *)ah_alloc(sizeof *v); /* its rows are filled as in any verdict; nobody sees them */
	if (v == NULL)
		return ah_fault_set(why, AH_ERR_NOMEM, STEP, "no memory");
	AH_TRY(ah__bundle_judge(v, &loaded, verifier, trust, now_s, state, why));
	if (state != NULL) {
		ah_err err = ah_state_note_bundle(state, v->bundle.root, v->bundle.workload, v->bundle.version, v->bundle.sha256);
		if (err == AH_ERR_LIMIT)
			return ah_fault_set(why, AH_ERR_STATE_INVALID, "state", "full: no room for another entry");
		if (err != AH_OK)
			return ah_fault_set(why, err, "state", "%s", ah_err_name(err));
	}
	if (info != NULL)
		*info = v->bundle;
	if (policy != NULL)
		*policy = ah_move_ptr(&loaded); /* transferred */
	return AH_OK;
}
