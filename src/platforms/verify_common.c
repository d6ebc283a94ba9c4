/* See verify_common.h. */
#include "platforms/verify_common.h"

#include "base/fault.h"

ah_err ah__chain_check_root(const ah_chain *chain, ah_checks *log, ah_fault *why)
{
	ah_check_wanted(log, AH_CHECK_PATH_ROOT, "a pinned root");
	if (chain->root != NULL)
		ah_check_got(log, AH_CHECK_PATH_ROOT, "%s", chain->root->name);
	else
		ah_check_got_hex(log, AH_CHECK_PATH_ROOT, AH_SLICE_OF(chain->anchor_sha256));
	return ah_check(log, AH_CHECK_PATH_ROOT, chain->root != NULL, AH_ERR_ROOT_UNTRUSTED, why);
}

static ah_err check_revocation(ah_chain *chain, ah_verifier *v, const ah_endorsements *en, const ah_path_rules *rules, ah_revocation_scope scope,
                               int64_t now_s, ah_checks *log, ah_fault *why)
{
	ah_crl crls[AH_CRLS_MAX];
	if (en == NULL || en->crl_count == 0) {
		ah_check_skip(log, AH_CHECK_REVOCATION, "no CRL given");
		return AH_OK;
	}
	for (size_t i = 0; i < en->crl_count; i++)
		AH_TRY(ah_crl_parse(&crls[i], ah_buf_slice(&en->crls[i]), why));
	AH_TRY(ah_path_check_revocation(v->crypto, log, chain->path, chain->count, crls, en->crl_count, scope, rules, now_s, &chain->expiry_s, why));
	chain->revocation_checked = true;
	return AH_OK;
}

ah_err ah__chain_validate(ah_chain *chain, ah_verifier *v, const ah_endorsements *en, const ah_path_rules *rules, ah_revocation_scope scope,
                          int64_t now_s, ah_checks *log, ah_fault *why)
{
	AH_TRY(ah_path_validate(v->crypto, &v->cache, log, chain->path, chain->count, chain->anchor_sha256, rules, now_s, &chain->expiry_s, why));
	return check_revocation(chain, v, en, rules, scope, now_s, log, why);
}

ah_err ah__decide_signature(ah_checks *log, ah_check_id id, ah_err verified, ah_fault *why)
{
	if (verified != AH_OK && ah_err_class_of(verified) == AH_CLASS_SYSTEM)
		return ah_fault_set(why, verified, ah_check_infos[id].id, "the signature cannot be computed");
	return ah_check(log, id, verified == AH_OK, AH_ERR_SIGNATURE, why);
}

void ah__claims_take_chain(ah_claims *claims, const ah_chain *chain)
{
	claims->hardware = chain->root != NULL && !chain->root->simulated;
	claims->revocation_checked = chain->revocation_checked;
	claims->expiry_s = chain->expiry_s;
	ah__claims_text(claims->root_name, sizeof claims->root_name, ah_slice_text(chain->root != NULL ? chain->root->name : "not pinned"));
	memcpy(claims->root_sha256, chain->anchor_sha256, sizeof claims->root_sha256);
}

void ah__claims_text(char *out, size_t size, ah_slice text)
{
	size_t len = text.len < size - 1 ? text.len : size - 1;
	for (size_t i = 0; i < len; i++)
		out[i] = text.ptr[i] >= 0x20 && text.ptr[i] <= 0x7e ? (char)text.ptr[i] : '?';
	out[len] = '\0';
}
