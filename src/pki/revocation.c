/*
 * See path.h. RFC 5280 6.3 for complete CRLs that a CA of the path signs itself; other kinds were refused when they were parsed.
 *
 * A CRL that cannot be judged is an error, not an absent one: it was given because somebody relies on it.
 */
#include "base/fault.h"
#include "pki/x509.h"

/* The verdict on one CRL, or on the whole: an error and a text. */
struct finding {
	ah_err err;
	size_t index; /* of the certificate that it is about, else of the CRL */
	const char *text;
};

static bool named_as_issuer(const ah_crl *crl, const ah_cert *cert)
{
	bool key_ids = !crl->has_aki || !cert->has_ski || ah_slice_is(crl->aki, cert->ski);
	return ah_slice_is(crl->issuer, cert->subject) && key_ids;
}

/* 6.3.3 (f). The CRL of the anchor is no exception. */
static bool may_sign_crls(const ah_cert *cert)
{
	return cert->is_ca && (!cert->has_key_usage || (cert->key_usage & AH_KU_CRL_SIGN) != 0);
}

/*
 * Which certificate of the path issued this CRL? Names may be shared by several (an old and a new key), so each one that fits is tried;
 * the error is that of the one that came closest.
 */
static ah_err find_issuer(size_t *index, ah_crypto *crypto, const ah_crl *crl, const ah_cert *const *path, size_t count, const ah_path_rules *rules)
{
	ah_err closest = AH_ERR_CRL_ISSUER;
	for (size_t i = 0; i + 1 < count; i++) {
		if (!named_as_issuer(crl, path[i]) || !may_sign_crls(path[i]))
			continue;
		closest = AH_ERR_CRL_SIGNATURE;
		if (crl->sig_alg != rules->sig_alg)
			continue;
		ah_err err = ah__x509_verify(crypto, &path[i]->key, crl->sig_alg, crl->tbs, crl->signature);
		if (err == AH_OK) {
			*index = i;
			return AH_OK;
		}
		if (err != AH_ERR_SIGNATURE)
			return err;
	}
	return closest;
}

static bool in_scope(const ah_cert *const *path, size_t count, size_t index, ah_revocation_scope scope)
{
	switch (scope) {
	case AH_REVOCATION_ALL_BUT_LEAF: return index + 1 < count;
	case AH_REVOCATION_WITH_CRLDP: return path[index]->has_crl_distribution_points;
	}
	return true;
}

/* 6.3.3 (a)(1)(i) wants a current CRL. Both ends belong to its time, as with certificates. */
static ah_err time_error(const ah_crl *crl, int64_t now_s)
{
	if (now_s < crl->this_update_s)
		return AH_ERR_CRL_NOT_YET_VALID;
	return now_s > crl->next_update_s ? AH_ERR_CRL_EXPIRED : AH_OK;
}

static const char *text_of(ah_err err)
{
	switch ((int)err) {
	case AH_ERR_CRL_NOT_YET_VALID: return "thisUpdate lies ahead";
	case AH_ERR_CRL_EXPIRED: return "nextUpdate has passed";
	case AH_ERR_CRL_ISSUER: return "not issued by a CA of the chain that may sign CRLs";
	case AH_ERR_CRL_SIGNATURE: return "signature does not verify";
	default: return "could not be verified";
	}
}

/* Every CRL is judged, and every certificate is looked up in every CRL of its issuer; the scope says for which of them a CRL must be there. */
static struct finding judge(ah_crypto *crypto, const ah_cert *const *path, size_t count, const ah_crl *crls, size_t crl_count, ah_revocation_scope scope,
                            const ah_path_rules *rules, int64_t now_s)
{
	bool covered[AH_PATH_MAX] = { false };
	for (size_t i = 0; i < crl_count; i++) {
		size_t issuer = 0;
		ah_err err = time_error(&crls[i], now_s);
		if (err == AH_OK)
			err = find_issuer(&issuer, crypto, &crls[i], path, count, rules);
		if (err != AH_OK)
			return (struct finding){ err, i, text_of(err) };
		size_t below = issuer + 1;
		covered[below] = true;
		if (ah_crl_lists(&crls[i], path[below]->serial))
			return (struct finding){ AH_ERR_REVOKED, below, "revoked" };
	}
	for (size_t i = 1; i < count; i++)
		if (in_scope(path, count, i, scope) && !covered[i])
			return (struct finding){ AH_ERR_REVOCATION_UNAVAILABLE, i, "no CRL of its issuer" };
	return (struct finding){ AH_OK, 0, NULL };
}

static bool is_about_certificate(ah_err err)
{
	return err == AH_ERR_REVOKED || err == AH_ERR_REVOCATION_UNAVAILABLE;
}

ah_err ah_path_check_revocation(ah_crypto *crypto, ah_checks *log, const ah_cert *const *path, size_t count, const ah_crl *crls, size_t crl_count,
                                ah_revocation_scope scope, const ah_path_rules *rules, int64_t now_s, int64_t *expiry_s, ah_fault *why)
{
	if (count > AH_PATH_MAX) /* ah_path_validate() refuses it as well; here it bounds an array */
		return ah_fault_set(why, AH_ERR_CHAIN, "revocation", "%zu certificates", count);
	struct finding found = judge(crypto, path, count, crls, crl_count, scope, rules, now_s);
	if (found.err == AH_ERR_CRYPTO || found.err == AH_ERR_NOMEM)
		return ah_fault_set(why, found.err, "revocation", "CRL %zu %s", found.index, found.text);
	if (found.err != AH_OK)
		ah_check_got(log, AH_CHECK_REVOCATION, "%s %zu: %s", is_about_certificate(found.err) ? "certificate" : "CRL", found.index, found.text);
	AH_TRY(ah_check(log, AH_CHECK_REVOCATION, found.err == AH_OK, found.err != AH_OK ? found.err : AH_ERR_REVOKED, why));

	for (size_t i = 0; i < crl_count; i++)
		*expiry_s = crls[i].next_update_s < *expiry_s ? crls[i].next_update_s : *expiry_s;
	return AH_OK;
}
