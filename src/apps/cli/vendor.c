/* See vendor.h: what all kinds share. vendor_tdx.c and vendor_snp.c read the documents themselves. */
#include "apps/cli/vendor.h"

#include "apps/cli/question.h"

#include <inttypes.h>
#include <stdio.h>

#define STEP "vendor"

/* -- Trust -- */

void vendor_trust_free(vendor_trust *trust)
{
	ah_verifier_free(trust->verifier);
	ah_buf_free(&trust->simulated_root);
	*trust = (vendor_trust){ 0 };
}

static ah_err add_simulated_root(cli *app, vendor_trust *trust, const char *path)
{
	AH_AUTO(ah_buf) bytes = AH_BUF(0);
	AH_TRY(cli_read(app, &bytes, path, 2 * AH_CERTIFICATE_MAX + 4096, AH_ERR_TOO_LARGE)); /* PEM with text around it */
	trust->simulated_root = AH_BUF(AH_CERTIFICATE_MAX);
	AH_TRY(ah_certificate_to_der(&trust->simulated_root, ah_buf_slice(&bytes), &app->why));
	AH_TRY(ah_sha256(trust->verifier->crypto, ah_buf_slice(&trust->simulated_root), trust->simulated_sha256));
	return ah_roots_add_simulated(&trust->roots, trust->simulated_sha256, ah_buf_slice(&trust->simulated_root));
}

ah_err vendor_trust_load(cli *app, vendor_trust *out, const cli_args *args)
{
	AH_AUTO(vendor_trust) trust = { 0 };
	bool simulated = cli_given(args, "simulated-root");
	if (simulated != cli_given(args, "allow-simulated"))
		return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "--simulated-root and --allow-simulated need each other");
	AH_TRY(cli_time(app, &trust.now_s, args));
	AH_TRY(ah_verifier_new(&trust.verifier, &app->why));
	ah_roots_init(&trust.roots);
	if (simulated)
		AH_TRY(add_simulated_root(app, &trust, cli_value(args, "simulated-root")));
	*out = trust;
	trust = (vendor_trust){ 0 }; /* transferred */
	return AH_OK;
}

/* -- Kinds and names -- */

static const struct {
	const char *name;
	size_t max;
} kinds[VENDOR_KIND_COUNT] = {
	[VENDOR_TDX_COLLATERAL] = { "tdx-collateral", AH_TDX_COLLATERAL_MAX },
	[VENDOR_SNP_CHAIN] = { "sev-snp-chain", AH_CHAIN_FILE_MAX },
	[VENDOR_SNP_CRL] = { "sev-snp-crl", AH_CRL_MAX },
	[VENDOR_SNP_VCEK] = { "sev-snp-vcek", AH_CERTIFICATE_MAX },
};

const char *vendor_kind_name(vendor_kind kind)
{
	return kinds[kind].name;
}

size_t vendor_kind_max(vendor_kind kind)
{
	return kinds[kind].max;
}

const char *vendor_product_name(ah_snp_product product)
{
	switch (product) {
	case AH_SNP_PRODUCT_NONE: return "none";
	case AH_SNP_MILAN: return "milan";
	case AH_SNP_GENOA: return "genoa";
	case AH_SNP_TURIN: return "turin";
	}
	return "none";
}

static void hex_text(char *out, size_t size, const uint8_t *bytes, size_t len)
{
	assert(size > 2 * len);
	for (size_t i = 0; i < len; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", bytes[i]);
	out[2 * len] = '\0';
}

/* Documents of a simulated root stand beside the vendor's, never in their place. Half of the digest tells roots apart. */
void vendor_mark(char out[static 32], const vendor_trust *trust)
{
	char digits[17];
	hex_text(digits, sizeof digits, trust->simulated_sha256, 8);
	(void)snprintf(out, 32, "simulated-%s-", digits);
}

void vendor_name_tdx(char out[static VENDOR_NAME_MAX], const char *mark, const uint8_t fmspc[static 6], bool platform_ca)
{
	char digits[13];
	hex_text(digits, sizeof digits, fmspc, 6);
	(void)snprintf(out, VENDOR_NAME_MAX, "%stdx-%s-%s.json", mark, digits, platform_ca ? "platform" : "processor");
}

void vendor_name_snp_chain(char out[static VENDOR_NAME_MAX], const char *mark, ah_snp_product product, ah_snp_signer signer)
{
	(void)snprintf(out, VENDOR_NAME_MAX, "%ssev-snp-%s-%s-chain.pem", mark, vendor_product_name(product), ah_snp_signer_name(signer));
}

void vendor_name_snp_crl(char out[static VENDOR_NAME_MAX], const char *mark, ah_snp_product product, ah_snp_signer signer)
{
	(void)snprintf(out, VENDOR_NAME_MAX, "%ssev-snp-%s-%s.crl.der", mark, vendor_product_name(product), ah_snp_signer_name(signer));
}

void vendor_name_snp_vcek(char out[static VENDOR_NAME_MAX], const char *mark, const vendor_document *vcek)
{
	char hwid[2 * sizeof vcek->hwid + 1], fmc[8] = "";
	hex_text(hwid, sizeof hwid, vcek->hwid, vcek->hwid_len);
	const ah_snp_tcb *tcb = &vcek->tcb;
	if (tcb->has_fmc)
		(void)snprintf(fmc, sizeof fmc, "-%u", tcb->fmc);
	(void)snprintf(out, VENDOR_NAME_MAX, "%ssev-snp-%s-vcek-%s%s-%u-%u-%u-%u.der", mark, vendor_product_name(vcek->product), hwid, fmc, tcb->bl, tcb->tee,
	               tcb->snp, tcb->ucode);
}

static void set_name(vendor_document *d, const char *mark)
{
	switch (d->kind) {
	case VENDOR_TDX_COLLATERAL: vendor_name_tdx(d->name, mark, d->fmspc, d->platform_ca); break;
	case VENDOR_SNP_CHAIN: vendor_name_snp_chain(d->name, mark, d->product, d->signer); break;
	case VENDOR_SNP_CRL: vendor_name_snp_crl(d->name, mark, d->product, d->signer); break;
	case VENDOR_SNP_VCEK: vendor_name_snp_vcek(d->name, mark, d); break;
	}
}

static void set_about(vendor_document *d)
{
	char digits[13];
	const char *product = ah_snp_product_name(d->product);
	switch (d->kind) {
	case VENDOR_TDX_COLLATERAL:
		hex_text(digits, sizeof digits, d->fmspc, sizeof d->fmspc);
		(void)snprintf(d->about, sizeof d->about, "tdx collateral, FMSPC %s, PCK %s CA", digits, d->platform_ca ? "platform" : "processor");
		break;
	case VENDOR_SNP_CHAIN: (void)snprintf(d->about, sizeof d->about, "sev-snp chain, %s, %s", product, ah_snp_signer_name(d->signer)); break;
	case VENDOR_SNP_CRL: (void)snprintf(d->about, sizeof d->about, "sev-snp CRL, %s, %s", product, ah_snp_signer_name(d->signer)); break;
	case VENDOR_SNP_VCEK:
		hex_text(digits, sizeof digits, d->hwid, 6);
		(void)snprintf(d->about, sizeof d->about, "sev-snp VCEK, %s, chip %s..", product, digits);
		break;
	}
}

/* -- Numbers -- */

ah_err vendor__crl_number(uint64_t *out, ah_slice number, ah_fault *why)
{
	uint64_t value = 0;
	for (size_t i = 0; i < number.len; i++) {
		if (value > INT64_MAX >> 8)
			return ah_fault_set(why, AH_ERR_FIELD_RANGE, STEP, "a CRL number of more than 63 bits cannot be compared");
		value = value << 8 | number.ptr[i];
	}
	*out = value;
	return AH_OK;
}

ah_err vendor_check_newer(const vendor_document *last, const vendor_document *next, ah_fault *why)
{
	for (size_t i = 0; i < next->number_count && i < last->number_count; i++) {
		const vendor_number *a = &last->numbers[i], *b = &next->numbers[i];
		if (b->number < a->number)
			return ah_fault_set(why, AH_ERR_COLLATERAL_ROLLBACK, STEP, "%s has number %" PRIu64 "; the cache has %" PRIu64, b->title, b->number, a->number);
		if (b->number == a->number && b->issued_s < a->issued_s)
			return ah_fault_set(why, AH_ERR_COLLATERAL_ROLLBACK, STEP, "%s was issued before the one in the cache", b->title);
	}
	return AH_OK;
}

/* -- Reading -- */

ah_err vendor_read(vendor_document *out, vendor_kind kind, const vendor_trust *trust, ah_snp_signer signer, ah_slice chain, ah_slice bytes, ah_fault *why)
{
	vendor_document d = { .kind = kind, .signer = signer };
	char mark[32] = "";
	ah_err err = AH_ERR_INTERNAL;
	if (bytes.len > kinds[kind].max)
		return ah_fault_set(why, AH_ERR_TOO_LARGE, STEP, "%zu bytes, at most %zu", bytes.len, kinds[kind].max);
	switch (kind) {
	case VENDOR_TDX_COLLATERAL: err = vendor__read_tdx(&d, trust, bytes, why); break;
	case VENDOR_SNP_CHAIN: err = vendor__read_snp_chain(&d, trust, bytes, why); break;
	case VENDOR_SNP_CRL: err = vendor__read_snp_crl(&d, trust, chain, bytes, why); break;
	case VENDOR_SNP_VCEK: err = vendor__read_snp_vcek(&d, trust, chain, bytes, why); break;
	}
	AH_TRY(err);
	if (d.simulated)
		vendor_mark(mark, trust);
	set_name(&d, mark);
	set_about(&d);
	*out = d;
	return AH_OK;
}
