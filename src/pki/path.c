/*
 * See path.h. RFC 5280 6.1 for paths as TEE vendors have them: no policies, no name constraints (both would be unknown critical
 * extensions), one signature algorithm.
 *
 * Every rule has its own function and its own check; none asks again what another one decides.
 */
#include "base/fault.h"
#include "codec/text.h"
#include "pki/x509.h"

#include <stdio.h>

struct path {
	const ah_cert *const *certs;
	size_t count;
	const ah_path_rules *rules;
	ah_checks *log;
	ah_fault *why;
};

/* For people: "certificate 2 (CN=..)". Index 0 is the root. */
#define NAME_TEXT_MAX 72

static const ah_cert *leaf_of(const struct path *p)
{
	return p->certs[p->count - 1];
}

/* A rule about one certificate: when it does not hold, the row tells which certificate and what. */
static ah_err decide(const struct path *p, ah_check_id id, size_t index, bool ok, ah_err err, const char *text)
{
	if (!ok) {
		char name[NAME_TEXT_MAX];
		ah_name_format(name, sizeof name, p->certs[index]->subject);
		ah_check_got(p->log, id, "certificate %zu: %s (%s)", index, text, name);
	}
	return ah_check(p->log, id, ok, err, p->why);
}

/* 6.1.3 (a)(2). Both ends belong to the validity, 4.1.2.5. */
static ah_err check_validity(const struct path *p, int64_t now_s)
{
	for (size_t i = 0; i < p->count; i++) {
		const ah_cert *cert = p->certs[i];
		char text[48], at[21];
		bool early = now_s < cert->not_before_s;
		bool late = now_s > cert->not_after_s;
		if (early || late) {
			ah_time_format(at, early ? cert->not_before_s : cert->not_after_s);
			(void)snprintf(text, sizeof text, "%s %s", early ? "not valid before" : "expired", at);
			AH_TRY(decide(p, AH_CHECK_PATH_VALIDITY, i, false, early ? AH_ERR_CERT_NOT_YET_VALID : AH_ERR_CERT_EXPIRED, text));
		}
	}
	return ah_check(p->log, AH_CHECK_PATH_VALIDITY, true, AH_ERR_CERT_EXPIRED, p->why);
}

/* 6.1: "a certificate MUST NOT appear more than once in a prospective certification path". */
static ah_err check_distinct(const struct path *p, size_t index)
{
	for (size_t k = 0; k < index; k++)
		AH_TRY(decide(p, AH_CHECK_PATH_NAMES, index, !ah_slice_is(p->certs[index]->der, p->certs[k]->der), AH_ERR_CHAIN, "stands twice in the chain"));
	return AH_OK;
}

/* 6.1.3 (a)(4); key identifiers help to find an issuer (4.2.1.1), so ones that contradict each other show that it is the wrong one. */
static ah_err check_names(const struct path *p)
{
	bool count_ok = p->count >= 2 && p->count <= AH_PATH_MAX;
	AH_TRY(decide(p, AH_CHECK_PATH_NAMES, p->count - 1, count_ok, AH_ERR_CHAIN, "number of certificates in the chain is out of range"));
	for (size_t i = 1; i < p->count; i++) {
		const ah_cert *cert = p->certs[i], *issuer = p->certs[i - 1];
		bool names = ah_slice_is(cert->issuer, issuer->subject);
		bool key_ids = !cert->has_aki || !issuer->has_ski || ah_slice_is(cert->aki, issuer->ski);
		AH_TRY(check_distinct(p, i));
		AH_TRY(decide(p, AH_CHECK_PATH_NAMES, i, names, AH_ERR_CHAIN, "issuer is not the certificate above"));
		AH_TRY(decide(p, AH_CHECK_PATH_NAMES, i, key_ids, AH_ERR_CHAIN, "authorityKeyIdentifier is not that of the certificate above"));
	}
	return AH_OK;
}

/* How many certificates of the path, from the anchor on, issue others. */
static size_t issuers_of(const struct path *p)
{
	return p->rules->leaf_is_ca ? p->count : p->count - 1;
}

/* 6.1.4 (k), (n), for every certificate that issues, the anchor included: a vendor's root that is no CA would not be that root. */
static ah_err check_ca(const struct path *p)
{
	for (size_t i = 0; i < issuers_of(p); i++) {
		const ah_cert *cert = p->certs[i];
		bool may_sign = !cert->has_key_usage || (cert->key_usage & AH_KU_KEY_CERT_SIGN) != 0;
		AH_TRY(decide(p, AH_CHECK_PATH_CA, i, cert->has_basic_constraints && cert->is_ca, AH_ERR_CHAIN_CONSTRAINT, "issues, but is no CA"));
		AH_TRY(decide(p, AH_CHECK_PATH_CA, i, may_sign, AH_ERR_CHAIN_CONSTRAINT, "issues, but has no keyCertSign"));
	}
	return ah_check(p->log, AH_CHECK_PATH_CA, true, AH_ERR_CHAIN_CONSTRAINT, p->why);
}

/*
 * 6.1.4 (l), (m): pathLenConstraint bounds the CAs that follow, the leaf does not count. The RFC leaves self-issued CAs out of the count;
 * no vendor has them, and counting them can only refuse more.
 */
static ah_err check_length(const struct path *p)
{
	for (size_t i = 0; i < issuers_of(p); i++) {
		const ah_cert *cert = p->certs[i];
		size_t cas_below = issuers_of(p) - 1 - i;
		AH_TRY(decide(p, AH_CHECK_PATH_LENGTH, i, !cert->has_path_len || cas_below <= cert->path_len, AH_ERR_CHAIN_CONSTRAINT, "pathLenConstraint exceeded"));
	}
	return ah_check(p->log, AH_CHECK_PATH_LENGTH, true, AH_ERR_CHAIN_CONSTRAINT, p->why);
}

static ah_err check_leaf(const struct path *p)
{
	const ah_cert *leaf = leaf_of(p);
	if (p->rules->leaf_is_ca)
		return ah_check(p->log, AH_CHECK_PATH_LEAF, true, AH_ERR_CHAIN_CONSTRAINT, p->why);
	size_t last = p->count - 1;
	const uint16_t ca_uses = AH_KU_KEY_CERT_SIGN | AH_KU_CRL_SIGN;
	bool bc_ok = leaf->has_basic_constraints || !p->rules->leaf_basic_constraints;
	bool may_sign = leaf->has_key_usage ? (leaf->key_usage & AH_KU_DIGITAL_SIGNATURE) != 0 : !p->rules->leaf_digital_signature;
	bool uses_ok = !p->rules->leaf_digital_signature || (leaf->key_usage & ca_uses) == 0;
	AH_TRY(decide(p, AH_CHECK_PATH_LEAF, last, bc_ok, AH_ERR_CHAIN_CONSTRAINT, "leaf without basicConstraints"));
	AH_TRY(decide(p, AH_CHECK_PATH_LEAF, last, !leaf->is_ca, AH_ERR_CHAIN_CONSTRAINT, "leaf is a CA"));
	AH_TRY(decide(p, AH_CHECK_PATH_LEAF, last, may_sign, AH_ERR_CHAIN_CONSTRAINT, "leaf without digitalSignature"));
	return decide(p, AH_CHECK_PATH_LEAF, last, uses_ok, AH_ERR_CHAIN_CONSTRAINT, "leaf may sign certificates or CRLs");
}

/* 6.1.4 (o). */
static ah_err check_critical(const struct path *p)
{
	for (size_t i = 0; i < p->count; i++)
		AH_TRY(decide(p, AH_CHECK_PATH_CRITICAL, i, !p->certs[i]->has_unknown_critical, AH_ERR_CHAIN_CONSTRAINT, "unknown critical extension"));
	return AH_OK;
}

static ah_err check_algorithm(const struct path *p)
{
	for (size_t i = 0; i < p->count; i++) {
		const ah_cert *cert = p->certs[i];
		bool leaf = i == p->count - 1;
		ah_key_kind wanted = i == 0 ? p->rules->anchor_key : leaf ? p->rules->leaf_key : p->rules->ca_key;
		AH_TRY(decide(p, AH_CHECK_PATH_ALGORITHM, i, cert->key.kind == wanted, AH_ERR_ALGORITHM, "key is not of the vendor's kind"));
		AH_TRY(decide(p, AH_CHECK_PATH_ALGORITHM, i, i == 0 || cert->sig_alg == p->rules->sig_alg, AH_ERR_ALGORITHM,
		              "signature algorithm is not the vendor's"));
	}
	return AH_OK;
}

/*
 * Good, remembered or verified now. All inputs of the cache's key have a length of their own (a digest, and two DER elements), so no two
 * triples give the same bytes.
 */
static ah_err verify_one(ah_crypto *crypto, ah_cert_cache *cache, const ah_cert *cert, const ah_cert *issuer, ah_slice anchor_digest)
{
	uint8_t key[AH_SHA256_LEN];
	const ah_slice parts[] = { anchor_digest, issuer->spki, cert->der };
	if (cache != NULL) {
		AH_TRY(ah_hash(crypto, AH_SHA256, parts, sizeof parts / sizeof parts[0], key));
		if (ah__cert_cache_has(cache, key))
			return AH_OK;
	}
	AH_TRY(ah__x509_verify(crypto, &issuer->key, cert->sig_alg, cert->tbs, cert->signature));
	if (cache != NULL)
		ah__cert_cache_add(cache, key);
	return AH_OK;
}

/* 6.1.3 (a)(1), from the anchor down, so that no key is used that is not itself vouched for. */
static ah_err check_signatures(const struct path *p, ah_crypto *crypto, ah_cert_cache *cache, ah_slice anchor_digest)
{
	for (size_t i = 1; i < p->count; i++) {
		ah_err err = verify_one(crypto, cache, p->certs[i], p->certs[i - 1], anchor_digest);
		if (err != AH_OK && err != AH_ERR_SIGNATURE)
			return ah_fault_set(p->why, err, "chain.signature", "certificate %zu could not be verified", i);
		AH_TRY(decide(p, AH_CHECK_PATH_SIGNATURE, i, err == AH_OK, AH_ERR_CERT_SIGNATURE, "signature does not verify"));
	}
	return AH_OK;
}

ah_err ah_path_validate(ah_crypto *crypto, ah_cert_cache *cache, ah_checks *log, const ah_cert *const *path, size_t count,
                        const uint8_t anchor_digest[static 32], const ah_path_rules *rules, int64_t now_s, int64_t *expiry_s, ah_fault *why)
{
	const struct path p = { path, count, rules, log, why };
	if (count == 0) /* no check can be about a certificate that does not exist */
		return ah_fault_set(why, AH_ERR_CHAIN, "chain.names", "no certificate");
	AH_TRY(check_validity(&p, now_s));
	AH_TRY(check_names(&p));
	AH_TRY(check_ca(&p));
	AH_TRY(check_length(&p));
	AH_TRY(check_leaf(&p));
	AH_TRY(check_critical(&p));
	AH_TRY(check_algorithm(&p));
	AH_TRY(check_signatures(&p, crypto, cache, ah_slice_make(anchor_digest, 32)));

	int64_t expiry = INT64_MAX;
	for (size_t i = 0; i < count; i++)
		expiry = path[i]->not_after_s < expiry ? path[i]->not_after_s : expiry;
	*expiry_s = expiry;
	return AH_OK;
}
