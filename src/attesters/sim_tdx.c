/* See sim_tdx.h: the quote. Formats: Intel TDX DCAP Quoting Library API, appendix A. */
#include "attesters/sim_tdx.h"

#include "base/fault.h"
#include "base/limits.h"
#include "codec/pem.h"

#define QUOTE_MAX       (64 * 1024)
#define COLLATERAL_MAX  (2 * AH_TDX_COLLATERAL_MAX)
#define SIGNATURE_LEN   64
#define QE_AUTH_MAX     65535

static_assert(AH_SIM_TDX_USER_DATA + 20 == AH_SIM_TDX_HEADER_LEN, "user data ends the header");
static_assert(AH_SIM_TDX_REPORT_DATA + 64 == AH_SIM_TDX_REPORT_10_LEN && AH_SIM_TDX_MRSERVICETD + 48 == AH_SIM_TDX_REPORT_15_LEN, "ends of the reports");
static_assert(AH_SIM_TDX_AUTH_QE_AUTH == AH_SIM_TDX_AUTH_QE_SIGNATURE + SIGNATURE_LEN + 2, "the QE's auth data follow their length");

static ah_err append_le16(ah_buf *out, uint16_t v)
{
	const uint8_t bytes[2] = { (uint8_t)v, (uint8_t)(v >> 8) };
	return ah_buf_append(out, AH_SLICE_OF(bytes));
}

static ah_err append_le32(ah_buf *out, uint32_t v)
{
	AH_TRY(append_le16(out, (uint16_t)v));
	return append_le16(out, (uint16_t)(v >> 16));
}

static void crl_init(ah_sim_crl *crl)
{
	crl->issuer = crl->revoked = crl->extensions = AH_BUF(AH_SIM_PART_MAX);
}

static void crl_free(ah_sim_crl *crl)
{
	ah_buf_free(&crl->issuer);
	ah_buf_free(&crl->revoked);
	ah_buf_free(&crl->extensions);
}

void ah_sim_tdx_init(ah_sim_tdx *spec)
{
	*spec = (ah_sim_tdx){ 0 };
	ah_sim_chain_init(&spec->chain, AH_SIM_TDX_LEVELS);
	ah_sim_chain_init(&spec->signing, AH_SIM_TDX_SIGNER + 1);
	crl_init(&spec->root_crl);
	crl_init(&spec->pck_crl);
	spec->qe_auth = AH_BUF(QE_AUTH_MAX);
	spec->certification = AH_BUF(QUOTE_MAX);
}

void ah_sim_tdx_free(ah_sim_tdx *spec)
{
	ah_sim_chain_free(&spec->chain);
	ah_sim_chain_free(&spec->signing);
	ah_sim_chain_free(&spec->qe_signing);
	ah_sim_chain_free(&spec->crl_chain);
	crl_free(&spec->root_crl);
	crl_free(&spec->pck_crl);
	ah_buf_free(&spec->qe_auth);
	ah_buf_free(&spec->certification);
}

/* -- Defaults -- */

void ah_sim_tdx_set_version(ah_sim_tdx *spec, uint16_t version, bool is_td15)
{
	ah_sim_put_le16(spec->header + AH_SIM_TDX_VERSION, version);
	spec->has_descriptor = version >= 5;
	spec->body_type = is_td15 ? 3 : 2;
	spec->report_len = is_td15 ? AH_SIM_TDX_REPORT_15_LEN : AH_SIM_TDX_REPORT_10_LEN;
}

static void fill_header(ah_sim_tdx *spec)
{
	static const uint8_t intel[16] = { 0x93, 0x9a, 0x72, 0x33, 0xf7, 0x9c, 0x4c, 0xa9, 0x94, 0x0a, 0x0d, 0xb3, 0x95, 0x7f, 0x06, 0x07 };
	uint8_t *h = spec->header;
	ah_sim_put_le16(h + AH_SIM_TDX_KEY_TYPE, 2); /* ECDSA P-256 */
	ah_sim_put_le32(h + AH_SIM_TDX_TEE_TYPE, 0x81);
	memcpy(h + AH_SIM_TDX_VENDOR, intel, sizeof intel);
	memcpy(h + AH_SIM_TDX_USER_DATA, spec->pck.platform_instance_id, 16); /* the QE id: as stable as the platform */
	ah_sim_tdx_set_version(spec, 4, false);
}

/* A TDX module of version 1, SVN 5, on the platform of TCB info's highest level. */
static ah_err fill_report(ah_sim_tdx *spec)
{
	static const uint8_t svn[16] = { 5, 1, 7 };
	ah_crypto *crypto = spec->sim->crypto;
	uint8_t *r = spec->report;
	uint8_t measurement[AH_SHA384_LEN];
	memcpy(r + AH_SIM_TDX_TEE_TCB_SVN, svn, sizeof svn);
	memcpy(r + AH_SIM_TDX_TEE_TCB_SVN2, svn, sizeof svn);
	AH_TRY(ah_sha384(crypto, ah_slice_text("anchorhold simulated TDX module"), measurement));
	memcpy(r + AH_SIM_TDX_MRSEAM, measurement, sizeof measurement);
	AH_TRY(ah_sha384(crypto, ah_slice_text("anchorhold simulated TD"), measurement));
	memcpy(r + AH_SIM_TDX_MRTD, measurement, sizeof measurement);
	ah_sim_put_le64(r + AH_SIM_TDX_ATTRIBUTES, UINT64_C(1) << 28); /* SEPT_VE_DISABLE */
	ah_sim_put_le64(r + AH_SIM_TDX_XFAM, UINT64_C(0x61ae7));
	AH_TRY(ah__sim_tdx_fill_events(spec));
	return ah_sim_tdx_replay(spec);
}

static ah_err fill_qe(ah_sim_tdx *spec)
{
	uint8_t *qe = spec->qe_report;
	uint8_t measurement[AH_SHA256_LEN];
	AH_TRY(ah_sha256(spec->sim->crypto, ah_slice_text("anchorhold simulated quoting enclave"), measurement));
	memcpy(qe + AH_SIM_QE_CPUSVN, spec->pck.cpusvn, sizeof spec->pck.cpusvn);
	qe[AH_SIM_QE_ATTRIBUTES] = 0x15; /* INIT, MODE64BIT, PROVISION_KEY; not DEBUG */
	qe[AH_SIM_QE_ATTRIBUTES + 8] = 0xe7;
	memcpy(qe + AH_SIM_QE_MRENCLAVE, measurement, sizeof measurement);
	memcpy(qe + AH_SIM_QE_MRSIGNER, spec->qe_identity.mrsigner, sizeof spec->qe_identity.mrsigner);
	ah_sim_put_le16(qe + AH_SIM_QE_ISVPRODID, 2);
	ah_sim_put_le16(qe + AH_SIM_QE_ISVSVN, 4);
	for (uint8_t i = 0; i < 32; i++)
		AH_TRY(ah_buf_append_byte(&spec->qe_auth, i));
	spec->outer_type = 6;
	spec->inner_type = 5;
	return AH_OK;
}

ah_err ah_sim_tdx_defaults(ah_sim_tdx *spec, ah_sim *sim, int64_t at_s)
{
	spec->sim = sim;
	AH_TRY(ah__sim_tdx_fill_pki(spec, at_s));
	ah__sim_tdx_fill_documents(spec, at_s);
	fill_header(spec);
	AH_TRY(fill_report(spec));
	return fill_qe(spec);
}

/* -- Making -- */

/* SubjectPublicKeyInfo of P-256 ends with the point: 04 || X || Y. */
static ah_err public_point(uint8_t out[static 64], const ah_private_key *key)
{
	AH_AUTO(ah_buf) spki = AH_BUF(AH_SIM_PART_MAX);
	AH_TRY(ah_private_key_spki(key, &spki));
	if (ah_private_key_kind(key) != AH_KEY_P256 || spki.len < 64)
		return AH_ERR_ARGUMENT;
	memcpy(out, spki.ptr + spki.len - 64, 64);
	return AH_OK;
}

static ah_err append_signature(ah_buf *out, const ah_private_key *key, ah_slice signed_bytes, ah_slice instead)
{
	if (instead.len != 0)
		return ah_buf_append(out, instead);
	return ah_sign_ecdsa_raw(key, AH_SHA256, &signed_bytes, 1, out);
}

static ah_err append_body(ah_buf *out, const ah_sim_tdx *spec)
{
	AH_TRY(ah_buf_append(out, AH_SLICE_OF(spec->header)));
	if (spec->has_descriptor) {
		AH_TRY(append_le16(out, spec->body_type));
		AH_TRY(append_le32(out, spec->body_size != 0 ? spec->body_size : (uint32_t)spec->report_len));
	}
	return ah_buf_append(out, ah_slice_make(spec->report, spec->report_len));
}

/* Leaf first, as Intel's quote library concatenates them, and the NUL of its C string. */
static ah_err append_pem_chain(ah_buf *out, const ah_sim_tdx *spec)
{
	if (spec->certification.len != 0)
		return ah_buf_append(out, ah_buf_slice(&spec->certification));
	for (size_t i = spec->chain.count; i-- > 0;)
		AH_TRY(ah_pem_write(out, "CERTIFICATE", ah_buf_slice(&spec->chain.cert[i].der)));
	return ah_buf_append_byte(out, 0);
}

/* The QE report, which vouches for the attestation key, and the chain of who vouches for the QE. */
static ah_err append_certification(ah_buf *out, const ah_sim_tdx *spec, const uint8_t key[static 64])
{
	AH_AUTO(ah_buf) pem = AH_BUF(QUOTE_MAX);
	uint8_t report[AH_SIM_QE_REPORT_LEN];
	memcpy(report, spec->qe_report, sizeof report);
	if (!spec->keep_binding) {
		const ah_slice parts[] = { ah_slice_make(key, 64), ah_buf_slice(&spec->qe_auth) };
		memset(report + AH_SIM_QE_REPORT_DATA, 0, 64);
		AH_TRY(ah_hash(spec->sim->crypto, AH_SHA256, parts, 2, report + AH_SIM_QE_REPORT_DATA));
	}
	AH_TRY(ah_buf_append(out, AH_SLICE_OF(report)));
	AH_TRY(append_signature(out, spec->qe_signer != NULL ? spec->qe_signer : spec->chain.cert[AH_SIM_TDX_LEAF].key, AH_SLICE_OF(report),
	                        spec->qe_signature));
	AH_TRY(append_le16(out, (uint16_t)spec->qe_auth.len));
	AH_TRY(ah_buf_append(out, ah_buf_slice(&spec->qe_auth)));
	AH_TRY(append_pem_chain(&pem, spec));
	AH_TRY(append_le16(out, spec->inner_type));
	AH_TRY(append_le32(out, (uint32_t)pem.len));
	return ah_buf_append(out, ah_buf_slice(&pem));
}

static ah_err append_auth(ah_buf *out, const ah_sim_tdx *spec, ah_slice signed_bytes)
{
	AH_AUTO(ah_buf) certification = AH_BUF(QUOTE_MAX);
	const ah_private_key *ak = spec->ak != NULL ? spec->ak : spec->sim->tdx_ak;
	uint8_t key[64];
	memcpy(key, spec->attestation_key, sizeof key);
	if (!spec->keep_attestation_key)
		AH_TRY(public_point(key, ak));
	AH_TRY(append_certification(&certification, spec, key));
	AH_TRY(append_signature(out, ak, signed_bytes, spec->signature));
	AH_TRY(ah_buf_append(out, AH_SLICE_OF(key)));
	AH_TRY(append_le16(out, spec->outer_type));
	AH_TRY(append_le32(out, (uint32_t)certification.len));
	return ah_buf_append(out, ah_buf_slice(&certification));
}

static void replace(ah_buf *out, ah_buf *by)
{
	ah_buf_free(out);
	*out = *by;
	*by = AH_BUF(0); /* transferred */
}

ah_err ah_sim_tdx_make_quote(ah_sim_output *out, const ah_sim_tdx *spec, ah_fault *why)
{
	AH_AUTO(ah_buf) quote = AH_BUF(QUOTE_MAX);
	AH_AUTO(ah_buf) auth = AH_BUF(QUOTE_MAX);
	(void)why; /* what can go wrong here has no place in any input */
	AH_TRY(append_body(&quote, spec));
	AH_TRY(append_auth(&auth, spec, ah_buf_slice(&quote)));
	AH_TRY(append_le32(&quote, (uint32_t)auth.len));
	AH_TRY(ah_buf_append(&quote, ah_buf_slice(&auth)));
	for (size_t i = 0; i < spec->padding_len; i++)
		AH_TRY(ah_buf_append_byte(&quote, 0));
	replace(&out->evidence, &quote);
	return AH_OK;
}

ah_err ah_sim_tdx_make(ah_sim_output *out, ah_sim_tdx *spec, ah_fault *why)
{
	AH_AUTO(ah_buf) collateral = AH_BUF(COLLATERAL_MAX);
	AH_AUTO(ah_buf) root = AH_BUF(2 * AH_CERTIFICATE_MAX);
	AH_AUTO(ah_buf) log_json = AH_BUF(AH_EVENT_LOG_MAX);
	AH_AUTO(ah_buf) log_ccel = AH_BUF(AH_EVENT_LOG_MAX);
	AH_TRY(ah__sim_tdx_issue_chains(spec));
	AH_TRY(ah__sim_tdx_put_collateral(&collateral, spec));
	AH_TRY(ah__sim_tdx_put_log_json(&log_json, spec));
	AH_TRY(ah__sim_tdx_put_log_ccel(&log_ccel, spec));
	AH_TRY(ah_buf_append(&root, ah_buf_slice(&spec->chain.cert[AH_SIM_TDX_ROOT].der)));
	AH_TRY(ah_sim_tdx_make_quote(out, spec, why));
	replace(&out->collateral_json, &collateral);
	replace(&out->root_der, &root);
	replace(&out->event_log_json, &log_json);
	replace(&out->event_log_ccel, &log_ccel);
	return AH_OK;
}
