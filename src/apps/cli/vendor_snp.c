/* What AMD's key distribution service serves: the chain of a product (ASK or ASVK, and ARK), its CRL, and VCEKs. */
#include "apps/cli/vendor.h"

#include "codec/pem.h"
#include "evidence/endorsements.h"
#include "pki/path.h"
#include "platforms/snp_vek.h"
#include "platforms/verify_common.h"

#include <stdio.h>

#define STEP "vendor.snp"

/* The rules of platforms/snp.c for whole chains, and the same for the two CAs alone. */
static const ah_path_rules vcek_rules = {
	.anchor_key = AH_KEY_RSA, .ca_key = AH_KEY_RSA, .leaf_key = AH_KEY_P384, .sig_alg = AH_SIG_RSA_PSS_SHA384,
};
static const ah_path_rules ca_rules = {
	.anchor_key = AH_KEY_RSA, .ca_key = AH_KEY_RSA, .leaf_key = AH_KEY_RSA, .sig_alg = AH_SIG_RSA_PSS_SHA384, .leaf_is_ca = true,
};

/* -- The chain -- */

typedef struct ca_pair {
	ah_buf der[2];
	ah_cert ark, intermediate; /* borrow from der */
	ah_snp_product product;
	ah_snp_signer signer;      /* whose keys the intermediate certifies */
} ca_pair;

static void ca_pair_auto(ca_pair *pair)
{
	ah_buf_free(&pair->der[0]);
	ah_buf_free(&pair->der[1]);
}

static ah_err next_certificate(ah_slice *rest, bool *found, ah_buf *der, ah_fault *why)
{
	ah_slice label = { NULL, 0 };
	ah_err err = ah_pem_next(rest, found, &label, der);
	if (err == AH_ERR_NOMEM)
		return err;
	if (err != AH_OK || (*found && !ah_slice_is_text(label, "CERTIFICATE")))
		return ah_fault_set(why, AH_ERR_CERT_MALFORMED, STEP, "the chain is no PEM of certificates");
	return AH_OK;
}

/* Exactly an intermediate and a root, in either order; their names say which is which. */
static ah_err ca_pair_read(ca_pair *pair, ah_slice pem, ah_fault *why)
{
	ah_slice rest = pem;
	ah_cert certs[2] = { 0 };
	AH_AUTO(ah_buf) surplus = AH_BUF(AH_CERTIFICATE_MAX);
	bool found = false;
	for (size_t i = 0; i < 2; i++) {
		pair->der[i] = AH_BUF(AH_CERTIFICATE_MAX);
		AH_TRY(next_certificate(&rest, &found, &pair->der[i], why));
		if (!found)
			return ah_fault_set(why, AH_ERR_CERT_MALFORMED, STEP, "a chain has two certificates; this has %zu", i);
		AH_TRY(ah_cert_parse(&certs[i], ah_buf_slice(&pair->der[i]), why));
	}
	AH_TRY(next_certificate(&rest, &found, &surplus, why));
	if (found)
		return ah_fault_set(why, AH_ERR_CERT_MALFORMED, STEP, "a chain has two certificates; this has more");
	bool root_first = ah_snp_ca_read(&certs[0]).kind == AH_SNP_CA_ROOT;
	pair->ark = certs[root_first ? 0 : 1];
	pair->intermediate = certs[root_first ? 1 : 0];
	ah_snp_ca root = ah_snp_ca_read(&pair->ark), ca = ah_snp_ca_read(&pair->intermediate);
	if (root.kind != AH_SNP_CA_ROOT || (ca.kind != AH_SNP_CA_VCEK && ca.kind != AH_SNP_CA_VLEK))
		return ah_fault_set(why, AH_ERR_CHAIN, STEP, "the certificates are not an ARK and an ASK or ASVK");
	if (root.product != ca.product)
		return ah_fault_set(why, AH_ERR_PRODUCT_MISMATCH, STEP, "ARK and intermediate are of different products");
	pair->product = root.product;
	pair->signer = ca.kind == AH_SNP_CA_VCEK ? AH_SNP_VCEK : AH_SNP_VLEK;
	return AH_OK;
}

/* The path of the two CAs, or with a leaf below them, validated from a pinned root. */
static ah_err validate(vendor_document *d, const vendor_trust *trust, const ca_pair *pair, const ah_cert *leaf, ah_fault *why)
{
	ah_checks log = { 0 };
	ah_chain chain = { .path = { &pair->ark, &pair->intermediate, leaf }, .count = leaf != NULL ? 3 : 2 };
	AH_TRY(ah_sha256(trust->verifier->crypto, pair->ark.der, chain.anchor_sha256));
	chain.root = ah_roots_find(&trust->roots, AH_PLATFORM_SNP, chain.anchor_sha256);
	AH_TRY(ah__chain_check_root(&chain, &log, why));
	AH_TRY(ah_path_validate(trust->verifier->crypto, &trust->verifier->cache, &log, chain.path, chain.count, chain.anchor_sha256,
	                        leaf != NULL ? &vcek_rules : &ca_rules, trust->now_s, &d->expiry_s, why));
	d->simulated = chain.root->simulated;
	return AH_OK;
}

/* The chain below which a CRL or VCEK of this product stands. */
static ah_err read_chain_of(ca_pair *pair, const vendor_document *d, ah_slice pem, ah_fault *why)
{
	if (pem.len == 0)
		return ah_fault_set(why, AH_ERR_ENDORSEMENT_MISSING, STEP, "the chain of %s for %s is not in the cache", ah_snp_product_name(d->product),
		                    ah_snp_signer_name(d->signer));
	AH_TRY(ca_pair_read(pair, pem, why));
	if (pair->product != d->product || pair->signer != d->signer)
		return ah_fault_set(why, AH_ERR_PRODUCT_MISMATCH, STEP, "the chain is of another product");
	return AH_OK;
}

ah_err vendor__read_snp_chain(vendor_document *d, const vendor_trust *trust, ah_slice pem, ah_fault *why)
{
	__attribute__((cleanup(ca_pair_auto))) ca_pair pair = { 0 };
	AH_TRY(ca_pair_read(&pair, pem, why));
	d->product = pair.product;
	d->signer = pair.signer;
	/* Certificates have no running number. A re-issued intermediate begins later. */
	d->numbers[0] = (vendor_number){ .title = "intermediate", .issued_s = pair.intermediate.not_before_s };
	d->number_count = 1;
	return trust != NULL ? validate(d, trust, &pair, NULL, why) : AH_OK;
}

/* -- The CRL -- */

/* The product of the ARK that issued it. */
static ah_snp_product product_of_issuer(ah_slice issuer)
{
	static const struct { const char *name; ah_snp_product product; } arks[] = {
		{ "ARK-Milan", AH_SNP_MILAN }, { "ARK-Genoa", AH_SNP_GENOA }, { "ARK-Turin", AH_SNP_TURIN },
	};
	ah_slice name = { NULL, 0 };
	for (size_t i = 0; i < sizeof arks / sizeof arks[0] && ah_name_common_name(issuer, &name); i++)
		if (ah_slice_is_text(name, arks[i].name))
			return arks[i].product;
	return AH_SNP_PRODUCT_NONE;
}

/* DER from PEM or DER; as one of the CRLs of endorsements, which takes both. */
static ah_err crl_to_der(ah_endorsements **en, ah_slice bytes, ah_fault *why)
{
	AH_TRY(ah_endorsements_new(en));
	return ah_endorsements_add_crl(*en, bytes, why);
}

ah_err vendor__read_snp_crl(vendor_document *d, const vendor_trust *trust, ah_slice chain, ah_slice bytes, ah_fault *why)
{
	AH_AUTO_PTR(ah_endorsements) en = NULL;
	ah_crl crl;
	AH_TRY(crl_to_der(&en, bytes, why));
	AH_TRY(ah_crl_parse(&crl, ah_buf_slice(&en->crls[0]), why));
	d->product = product_of_issuer(crl.issuer);
	if (d->product == AH_SNP_PRODUCT_NONE)
		return ah_fault_set(why, AH_ERR_CRL_ISSUER, STEP, "not issued by an ARK");
	d->numbers[0] = (vendor_number){ .title = "CRL", .has_number = crl.has_number, .issued_s = crl.this_update_s };
	d->number_count = 1;
	AH_TRY(vendor__crl_number(&d->numbers[0].number, crl.number, why));
	if (trust == NULL)
		return AH_OK;
	__attribute__((cleanup(ca_pair_auto))) ca_pair pair = { 0 };
	ah_checks log = { 0 };
	AH_TRY(read_chain_of(&pair, d, chain, why));
	AH_TRY(validate(d, trust, &pair, NULL, why));
	/* Whether the intermediate itself is listed is for the verification of evidence to say: such a list is the one that must be kept. */
	const ah_cert *const path[] = { &pair.ark, &pair.intermediate };
	return ah_path_check_revocation(trust->verifier->crypto, &log, path, 2, &crl, 1, AH_REVOCATION_ALL_BUT_LEAF, &ca_rules, trust->now_s, &d->expiry_s, why);
}

/* -- VCEKs -- */

ah_err vendor__read_snp_vcek(vendor_document *d, const vendor_trust *trust, ah_slice chain, ah_slice bytes, ah_fault *why)
{
	AH_AUTO(ah_buf) der = AH_BUF(AH_CERTIFICATE_MAX);
	ah_cert cert;
	ah_snp_vek vek;
	AH_TRY(ah_certificate_to_der(&der, bytes, why));
	AH_TRY(ah_cert_parse(&cert, ah_buf_slice(&der), why));
	ah_snp_vek_read(&vek, &cert);
	const char *defect = vek.kind != AH_SNP_VCEK ? "not a VCEK" : vek.defect != NULL ? vek.defect : ah_snp_vek_product_defect(&vek, vek.product);
	if (defect != NULL || vek.hwid.len > sizeof d->hwid)
		return ah_fault_set(why, AH_ERR_VEK_EXTENSION, STEP, "%s", defect != NULL ? defect : "HWID");
	d->product = vek.product;
	d->signer = AH_SNP_VCEK;
	d->tcb = vek.tcb;
	d->hwid_len = vek.hwid.len;
	memcpy(d->hwid, vek.hwid.ptr, vek.hwid.len);
	if (trust == NULL)
		return AH_OK;
	__attribute__((cleanup(ca_pair_auto))) ca_pair pair = { 0 };
	AH_TRY(read_chain_of(&pair, d, chain, why));
	return validate(d, trust, &pair, &cert, why);
}
