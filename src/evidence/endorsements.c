/* See endorsements.h. */
#include "evidence/endorsements.h"

#include "base/fault.h"
#include "base/memory.h"
#include "codec/der.h"
#include "codec/pem.h"

#define STEP "endorsements"
/* One entry of the table: GUID, offset, length. Its content is judged by the platform. */
#define CERT_TABLE_MIN 24

ah_err ah_endorsements_new(ah_endorsements **out)
{
	ah_endorsements *en = (ah_endorsements *)ah_alloc(sizeof *en);
	if (en == NULL)
		return AH_ERR_NOMEM;
	en->vek = AH_BUF(AH_CERTIFICATE_MAX);
	en->cert_table = AH_BUF(AH_SNP_CERT_TABLE_MAX);
	en->collateral = AH_BUF(AH_TDX_COLLATERAL_MAX);
	for (size_t i = 0; i < AH_CHAIN_CERTIFICATES_MAX; i++)
		en->chain[i] = AH_BUF(AH_CERTIFICATE_MAX);
	for (size_t i = 0; i < AH_CRLS_MAX; i++)
		en->crls[i] = AH_BUF(AH_CRL_MAX);
	*out = en;
	return AH_OK;
}

void ah_endorsements_free(ah_endorsements *en)
{
	if (en == NULL)
		return;
	ah_buf_free(&en->vek);
	ah_buf_free(&en->cert_table);
	ah_buf_free(&en->collateral);
	for (size_t i = 0; i < AH_CHAIN_CERTIFICATES_MAX; i++)
		ah_buf_free(&en->chain[i]);
	for (size_t i = 0; i < AH_CRLS_MAX; i++)
		ah_buf_free(&en->crls[i]);
	ah_dealloc(en);
}

/* What a buffer's own limit means to the caller. */
static ah_err too_large(ah_err err, const char *what, ah_fault *why)
{
	if (err == AH_ERR_LIMIT)
		return ah_fault_set(why, AH_ERR_TOO_LARGE, STEP, "%s is larger than any valid one", what);
	return err != AH_OK ? ah_fault_set(why, err, STEP, "%s cannot be read", what) : AH_OK;
}

/* Take the next certificate from *rest, which is PEM or a run of DER elements, and append its DER. *found false: only white space was left. */
static ah_err next_certificate(ah_slice *rest, bool is_pem, bool *found, ah_buf *out, ah_fault *why)
{
	if (is_pem) {
		ah_slice label = { NULL, 0 };
		AH_TRY(too_large(ah_pem_next(rest, found, &label, out), "a PEM block", why));
		if (*found && !ah_slice_is_text(label, "CERTIFICATE"))
			return ah_fault_set(why, AH_ERR_CERT_MALFORMED, STEP, "a PEM block other than CERTIFICATE");
		return AH_OK;
	}
	*found = rest->len != 0;
	if (!*found)
		return AH_OK;
	ah_reader r = { .in = *rest };
	ah_der_item item = ah_der_any(&r);
	if (r.err != AH_OK || item.tag != AH_DER_SEQUENCE)
		return ah_fault_set(why, AH_ERR_CERT_MALFORMED, STEP, "neither PEM nor a DER certificate");
	AH_TRY(too_large(ah_buf_append(out, item.whole), "a certificate", why));
	*rest = ah_slice_sub(*rest, ah_reader_pos(&r), ah_reader_left(&r));
	return AH_OK;
}

static ah_err one_certificate(ah_buf *out, ah_slice pem_or_der, ah_fault *why)
{
	ah_slice rest = pem_or_der;
	bool found = false, more = false, is_pem = ah_pem_detect(pem_or_der);
	AH_AUTO(ah_buf) second = AH_BUF(AH_CERTIFICATE_MAX);
	AH_TRY(next_certificate(&rest, is_pem, &found, out, why));
	if (!found)
		return ah_fault_set(why, AH_ERR_CERT_MALFORMED, STEP, "no certificate");
	AH_TRY(next_certificate(&rest, is_pem, &more, &second, why));
	if (more)
		return ah_fault_set(why, AH_ERR_CERT_MALFORMED, STEP, "more than one certificate");
	return AH_OK;
}

ah_err ah_certificate_to_der(ah_buf *out, ah_slice pem_or_der, ah_fault *why)
{
	if (pem_or_der.len > AH_CHAIN_FILE_MAX)
		return ah_fault_set(why, AH_ERR_TOO_LARGE, STEP, "%zu bytes, at most %d", pem_or_der.len, AH_CHAIN_FILE_MAX);
	AH_AUTO(ah_buf) der = AH_BUF(AH_CERTIFICATE_MAX);
	AH_TRY(one_certificate(&der, pem_or_der, why));
	return too_large(ah_buf_append(out, ah_buf_slice(&der)), "the certificate", why);
}

ah_err ah_endorsements_set_vek(ah_endorsements *en, ah_slice pem_or_der, ah_fault *why)
{
	if (en->vek.len != 0)
		return ah_fault_set(why, AH_ERR_ARGUMENT, STEP, "the VEK is given twice");
	return ah_certificate_to_der(&en->vek, pem_or_der, why);
}

static ah_err add_certificates(ah_endorsements *en, ah_slice pem_or_der, ah_fault *why)
{
	ah_slice rest = pem_or_der;
	bool is_pem = ah_pem_detect(pem_or_der);
	size_t added = 0;
	for (;; added++) {
		AH_AUTO(ah_buf) der = AH_BUF(AH_CERTIFICATE_MAX);
		bool found = false;
		AH_TRY(next_certificate(&rest, is_pem, &found, &der, why));
		if (!found)
			break;
		if (en->chain_count == AH_CHAIN_CERTIFICATES_MAX)
			return ah_fault_set(why, AH_ERR_TOO_LARGE, STEP, "more than %d certificates", AH_CHAIN_CERTIFICATES_MAX);
		AH_TRY(ah_buf_append(&en->chain[en->chain_count], ah_buf_slice(&der)));
		en->chain_count++;
	}
	return added != 0 ? AH_OK : ah_fault_set(why, AH_ERR_CERT_MALFORMED, STEP, "no certificate");
}

ah_err ah_endorsements_add_chain(ah_endorsements *en, ah_slice pem_or_der, ah_fault *why)
{
	if (pem_or_der.len > AH_CHAIN_FILE_MAX)
		return ah_fault_set(why, AH_ERR_TOO_LARGE, STEP, "%zu bytes, at most %d", pem_or_der.len, AH_CHAIN_FILE_MAX);
	size_t before = en->chain_count;
	ah_err err = add_certificates(en, pem_or_der, why);
	while (err != AH_OK && en->chain_count > before) /* all or nothing */
		ah_buf_clear(&en->chain[--en->chain_count]);
	return err;
}

ah_err ah_endorsements_set_cert_table(ah_endorsements *en, ah_slice table, ah_fault *why)
{
	if (en->cert_table.len != 0)
		return ah_fault_set(why, AH_ERR_ARGUMENT, STEP, "the certificate table is given twice");
	if (table.len > AH_SNP_CERT_TABLE_MAX)
		return ah_fault_set(why, AH_ERR_TOO_LARGE, STEP, "%zu bytes, at most %d", table.len, AH_SNP_CERT_TABLE_MAX);
	if (table.len < CERT_TABLE_MIN)
		return ah_fault_set(why, AH_ERR_CERT_TABLE, STEP, "%zu bytes are less than one entry", table.len);
	return ah_buf_append(&en->cert_table, table);
}

ah_err ah_endorsements_set_collateral(ah_endorsements *en, ah_slice json, ah_fault *why)
{
	if (en->collateral.len != 0 || json.len == 0)
		return ah_fault_set(why, AH_ERR_ARGUMENT, STEP, "%s", json.len == 0 ? "an empty collateral file" : "collateral is given twice");
	if (json.len > AH_TDX_COLLATERAL_MAX)
		return ah_fault_set(why, AH_ERR_TOO_LARGE, STEP, "%zu bytes, at most %d", json.len, AH_TDX_COLLATERAL_MAX);
	return ah_buf_append(&en->collateral, json);
}

static ah_err crl_from_pem(ah_buf *out, ah_slice pem, ah_fault *why)
{
	AH_AUTO(ah_buf) second = AH_BUF(AH_CRL_MAX);
	ah_slice rest = pem, label = { NULL, 0 };
	bool found = false, more = false;
	AH_TRY(too_large(ah_pem_next(&rest, &found, &label, out), "the CRL", why));
	if (!found || !ah_slice_is_text(label, "X509 CRL"))
		return ah_fault_set(why, AH_ERR_TEXT, STEP, "no PEM block X509 CRL");
	AH_TRY(too_large(ah_pem_next(&rest, &more, &label, &second), "the CRL", why));
	return more ? ah_fault_set(why, AH_ERR_TEXT, STEP, "more than one PEM block") : AH_OK;
}

ah_err ah_endorsements_add_crl(ah_endorsements *en, ah_slice pem_or_der, ah_fault *why)
{
	if (en->crl_count == AH_CRLS_MAX)
		return ah_fault_set(why, AH_ERR_LIMIT, STEP, "more than %d CRLs", AH_CRLS_MAX);
	if (pem_or_der.len > AH_CRL_MAX)
		return ah_fault_set(why, AH_ERR_TOO_LARGE, STEP, "%zu bytes, at most %d", pem_or_der.len, AH_CRL_MAX);
	if (pem_or_der.len == 0)
		return ah_fault_set(why, AH_ERR_TEXT, STEP, "an empty CRL");
	AH_AUTO(ah_buf) der = AH_BUF(AH_CRL_MAX);
	if (ah_pem_detect(pem_or_der))
		AH_TRY(crl_from_pem(&der, pem_or_der, why));
	else
		AH_TRY(ah_buf_append(&der, pem_or_der));
	AH_TRY(ah_buf_append(&en->crls[en->crl_count], ah_buf_slice(&der)));
	en->crl_count++;
	return AH_OK;
}
