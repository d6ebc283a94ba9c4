/* Intel's collateral: one file for one FMSPC and PCK CA. */
#include "apps/cli/vendor.h"

#include "platforms/tdx/collateral.h"
#include <anchorhold/state.h>

#include <stdio.h>

#define STEP "vendor.tdx"

/* Which of Intel's two PCK CAs issued the certificates that the PCK CRL is about: its name says so. */
static ah_err read_ca(vendor_document *d, const ah_tdx_collateral *c, ah_fault *why)
{
	ah_slice name = { NULL, 0 };
	const ah_cert *ca = &c->pck_crl_chain.certs[0];
	bool has_name = ah_name_common_name(ca->subject, &name);
	d->platform_ca = has_name && ah_slice_is_text(name, "Intel SGX PCK Platform CA");
	if (!d->platform_ca && !(has_name && ah_slice_is_text(name, "Intel SGX PCK Processor CA")))
		return ah_fault_set(why, AH_ERR_CRL_ISSUER, STEP, "the PCK CRL is of neither the platform nor the processor CA");
	return AH_OK;
}

static ah_err read_numbers(vendor_document *d, const ah_tdx_collateral *c, ah_fault *why)
{
	vendor_number numbers[VENDOR_NUMBERS_MAX] = {
		{ .title = "TCB info", .number = c->tcb_info.evaluation, .issued_s = c->tcb_info.issue_s, .state_kind = AH_STATE_TDX_TCB_INFO },
		{ .title = "QE identity", .number = c->qe_identity.evaluation, .issued_s = c->qe_identity.issue_s, .state_kind = AH_STATE_TDX_QE_IDENTITY },
		{ .title = "root CRL", .issued_s = c->root_crl.this_update_s, .state_kind = AH_STATE_CRL },
		{ .title = "PCK CRL", .issued_s = c->pck_crl.this_update_s, .state_kind = AH_STATE_CRL },
	};
	AH_TRY(vendor__crl_number(&numbers[2].number, c->root_crl.number, why));
	AH_TRY(vendor__crl_number(&numbers[3].number, c->pck_crl.number, why));
	for (size_t i = 0; i < VENDOR_NUMBERS_MAX; i++) {
		d->numbers[i] = numbers[i];
		d->numbers[i].has_number = true;
	}
	d->number_count = VENDOR_NUMBERS_MAX;
	return AH_OK;
}

/* Lowercase hex, and behind it '@' and the root where that is a simulated one: the keys of anchorhold/state.h. */
static void set_key(vendor_number *number, ah_slice key, const ah_root *root)
{
	size_t len = 0;
	for (size_t i = 0; i < key.len; i++)
		len += (size_t)snprintf(number->state_key + len, sizeof number->state_key - len, "%02x", key.ptr[i]);
	if (!root->simulated)
		return;
	len += (size_t)snprintf(number->state_key + len, sizeof number->state_key - len, "@");
	for (size_t i = 0; i < sizeof root->sha256; i++)
		len += (size_t)snprintf(number->state_key + len, sizeof number->state_key - len, "%02x", root->sha256[i]);
}

static ah_err set_keys(vendor_document *d, const ah_tdx_collateral *c, const vendor_trust *trust, const ah_root *root)
{
	uint8_t issuers[2][AH_SHA256_LEN];
	AH_TRY(ah_sha256(trust->verifier->crypto, c->root_crl.issuer, issuers[0]));
	AH_TRY(ah_sha256(trust->verifier->crypto, c->pck_crl.issuer, issuers[1]));
	set_key(&d->numbers[0], AH_SLICE_OF(c->tcb_info.fmspc), root);
	set_key(&d->numbers[1], AH_SLICE_OF(c->tcb_info.fmspc), root);
	set_key(&d->numbers[2], AH_SLICE_OF(issuers[0]), root);
	set_key(&d->numbers[3], AH_SLICE_OF(issuers[1]), root);
	return AH_OK;
}

ah_err vendor__read_tdx(vendor_document *d, const vendor_trust *trust, ah_slice json, ah_fault *why)
{
	AH_AUTO_PTR(ah_tdx_collateral) c = NULL;
	AH_TRY(ah_tdx_collateral_parse(&c, json, why));
	AH_TRY(read_ca(d, c, why));
	AH_TRY(read_numbers(d, c, why));
	memcpy(d->fmspc, c->tcb_info.fmspc, sizeof d->fmspc);
	if (trust == NULL)
		return AH_OK;
	ah_checks log = { 0 };
	const ah_root *root = NULL;
	AH_TRY(ah_tdx_collateral_verify(c, trust->verifier, &trust->roots, trust->now_s, &log, &root, &d->expiry_s, why));
	d->simulated = root->simulated;
	return set_keys(d, c, trust, root);
}
