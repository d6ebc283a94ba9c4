/* See snp_chain.h. Everything here is supplied by peers: it decides which bytes are judged, never whether they are good. */
#include "platforms/snp_chain.h"

#include "base/fault.h"
#include "platforms/snp_cert_table.h"

#define STEP "snp.chain"

enum { DECODED_VEK, DECODED_ASK, DECODED_ARK };

void ah_snp_chain_init(ah_snp_chain *c)
{
	*c = (ah_snp_chain){ .candidate_count = 0 };
	for (size_t i = 0; i < sizeof c->decoded / sizeof c->decoded[0]; i++)
		c->decoded[i] = AH_BUF(AH_CERTIFICATE_MAX);
}

void ah_snp_chain_free(ah_snp_chain *c)
{
	for (size_t i = 0; i < sizeof c->decoded / sizeof c->decoded[0]; i++)
		ah_buf_free(&c->decoded[i]);
}

/* -- Gathering -- */

static ah_err add_candidate(ah_snp_chain *c, ah_slice der, ah_fault *why)
{
	if (der.len == 0)
		return AH_OK;
	assert(c->candidate_count < AH_SNP_CANDIDATES_MAX);
	AH_TRY(ah_cert_parse(&c->candidates[c->candidate_count], der, why));
	c->candidate_count++;
	return AH_OK;
}

/* A blob of the table as DER: borrowed when it is DER, decoded when it is PEM. */
static ah_err blob_der(ah_slice *der, ah_buf *decoded, ah_slice blob, ah_fault *why)
{
	ah_cert probe;
	*der = blob;
	if (blob.len == 0 || ah_cert_parse(&probe, blob, NULL) == AH_OK)
		return AH_OK;
	ah_fault inner = { .err = AH_OK };
	ah_err err = ah_certificate_to_der(decoded, blob, &inner);
	if (err == AH_ERR_TEXT) /* the host's bytes, not something that the caller typed */
		err = AH_ERR_CERT_TABLE;
	if (err != AH_OK)
		return ah_fault_set(why, err, STEP, "a certificate of the table: %.60s", inner.detail);
	*der = ah_buf_slice(decoded);
	return AH_OK;
}

static ah_err gather_table(ah_snp_chain *c, ah_slice *vek_der, const ah_snp_report *report, ah_slice bytes, ah_fault *why)
{
	ah_snp_cert_table table;
	ah_slice der = { NULL, 0 };
	AH_TRY(ah_snp_cert_table_parse(&table, bytes, why));
	if (vek_der->len == 0) {
		ah_snp_blob_kind kind = report->signing_key == AH_SNP_KEY_VLEK ? AH_SNP_BLOB_VLEK : AH_SNP_BLOB_VCEK;
		AH_TRY(blob_der(vek_der, &c->decoded[DECODED_VEK], ah_snp_cert_table_find(&table, kind), why));
	}
	AH_TRY(blob_der(&der, &c->decoded[DECODED_ASK], ah_snp_cert_table_find(&table, AH_SNP_BLOB_ASK), why));
	AH_TRY(add_candidate(c, der, why));
	AH_TRY(blob_der(&der, &c->decoded[DECODED_ARK], ah_snp_cert_table_find(&table, AH_SNP_BLOB_ARK), why));
	return add_candidate(c, der, why);
}

/* What the caller named comes before what the host sent. */
static ah_err gather(ah_snp_chain *c, ah_slice *vek_der, const ah_snp_report *report, const ah_endorsements *en, const ah_roots *roots, ah_fault *why)
{
	if (en != NULL) {
		*vek_der = ah_buf_slice(&en->vek);
		for (size_t i = 0; i < en->chain_count; i++)
			AH_TRY(add_candidate(c, ah_buf_slice(&en->chain[i]), why));
		if (en->cert_table.len != 0)
			AH_TRY(gather_table(c, vek_der, report, ah_buf_slice(&en->cert_table), why));
	}
	for (size_t i = 0; i < roots->count; i++)
		if (roots->list[i].platform == AH_PLATFORM_SNP || roots->list[i].platform == AH_PLATFORM_NONE)
			AH_TRY(add_candidate(c, roots->list[i].der, why));
	return AH_OK;
}

/* -- Choosing -- */

static bool is_self_issued(const ah_cert *cert)
{
	return ah_slice_is(cert->subject, cert->issuer);
}

/* Whether this CA's key signed the VEK. Only for choosing: the path validation asks again, and decides. */
static bool signed_vek(const ah_snp_chain *c, const ah_cert *ca, ah_verifier *v)
{
	return c->vek.sig_alg == AH_SIG_RSA_PSS_SHA384 && ca->key.kind == AH_KEY_RSA &&
	       ah_rsa_pss_verify(v->crypto, &ca->key, AH_SHA384, AH_SHA384_LEN, &c->vek.tbs, 1, c->vek.signature) == AH_OK;
}

/*
 * An intermediate with the name of the VEK's issuer, else any that was supplied, else NULL. A root issues no VEK. AMD has issued SEV-Genoa anew
 * with another key, and a VEK has no key identifier: of several with the right name, the one that signed the VEK is meant.
 */
static const ah_cert *choose_intermediate(const ah_snp_chain *c, ah_verifier *v)
{
	const ah_cert *any = NULL, *named = NULL;
	for (size_t i = 0; i < c->candidate_count; i++) {
		const ah_cert *cert = &c->candidates[i];
		if (is_self_issued(cert))
			continue;
		any = any != NULL ? any : cert;
		if (!ah_slice_is(cert->subject, c->vek.issuer) || (named != NULL && ah_slice_is(cert->der, named->der)))
			continue;
		if (named == NULL)
			named = cert;
		else if (!signed_vek(c, named, v) && signed_vek(c, cert, v))
			named = cert;
	}
	return named != NULL ? named : any;
}

/* The certificate says that it was issued by that one: by name, and by key identifiers where both have them. */
static bool names_as_issuer(const ah_cert *cert, const ah_cert *issuer)
{
	return ah_slice_is(cert->issuer, issuer->subject) && (!cert->has_aki || !issuer->has_ski || ah_slice_is(cert->aki, issuer->ski));
}

/*
 * How good a certificate is as root. The one that the intermediate names comes first, pinned or not: when a peer brings a root of its own under a
 * vendor's name, the answer is an untrusted root.
 */
enum { NO_ROOT, SELF_ISSUED, PINNED, NAMED_SELF_ISSUED, NAMED_PINNED };

static ah_err rate_root(int *rating, ah_chain *as_root, const ah_cert *cert, const ah_cert *intermediate, const ah_roots *roots, ah_verifier *v)
{
	bool named = names_as_issuer(intermediate, cert);
	AH_TRY(ah_sha256(v->crypto, cert->der, as_root->anchor_sha256));
	as_root->root = ah_roots_find(roots, AH_PLATFORM_SNP, as_root->anchor_sha256);
	if (as_root->root != NULL)
		*rating = named ? NAMED_PINNED : PINNED;
	else if (is_self_issued(cert))
		*rating = named ? NAMED_SELF_ISSUED : SELF_ISSUED;
	else
		*rating = NO_ROOT;
	return AH_OK;
}

static ah_err choose_root(ah_snp_chain *c, const ah_cert **out, const ah_cert *intermediate, const ah_roots *roots, ah_verifier *v)
{
	const ah_cert *best = NULL;
	int best_rating = NO_ROOT;
	for (size_t i = 0; i < c->candidate_count && best_rating != NAMED_PINNED; i++) {
		ah_chain as_root = { .count = 0 };
		int rating = NO_ROOT;
		if (&c->candidates[i] == intermediate)
			continue;
		AH_TRY(rate_root(&rating, &as_root, &c->candidates[i], intermediate, roots, v));
		if (rating <= best_rating)
			continue;
		best = &c->candidates[i];
		best_rating = rating;
		c->chain.root = as_root.root;
		memcpy(c->chain.anchor_sha256, as_root.anchor_sha256, sizeof c->chain.anchor_sha256);
	}
	*out = best;
	return AH_OK;
}

static ah_err missing(const char *what, ah_fault *why)
{
	return ah_fault_set(why, AH_ERR_ENDORSEMENT_MISSING, STEP, "no %s was supplied", what);
}

ah_err ah_snp_chain_find(ah_snp_chain *c, const ah_snp_report *report, const ah_endorsements *en, const ah_roots *roots, ah_verifier *v,
                         ah_checks *log, ah_fault *why)
{
	ah_slice vek_der = { NULL, 0 };
	AH_TRY(gather(c, &vek_der, report, en, roots, why));
	if (vek_der.len == 0)
		return missing(report->signing_key == AH_SNP_KEY_VLEK ? "VLEK" : "VCEK", why);
	AH_TRY(ah_cert_parse(&c->vek, vek_der, why));
	ah_snp_vek_read(&c->vek_info, &c->vek);
	const ah_cert *intermediate = choose_intermediate(c, v), *root = NULL;
	if (intermediate == NULL)
		return missing(c->vek_info.kind == AH_SNP_VLEK ? "ASVK (the issuer of the VLEK)" : "ASK (the issuer of the VCEK)", why);
	AH_TRY(choose_root(c, &root, intermediate, roots, v));
	if (root == NULL)
		return missing("ARK (the root)", why);
	c->chain.path[0] = root;
	c->chain.path[1] = intermediate;
	c->chain.path[2] = &c->vek;
	c->chain.count = 3;
	return ah__chain_check_root(&c->chain, log, why);
}
