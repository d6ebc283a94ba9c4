/*
 * Intel TDX: from a parsed quote to claims, in the order of Intel's own verifier; docs/protocol/tdx.md has the steps by number.
 *
 * Two paths, one root: the PCK chain in the quote, and the chains of the collateral. Without collateral the steps that need it are rows that say so,
 * and the quoting enclave is held against Intel's values as built in here.
 */
#include "platforms/platforms.h"

#include "base/fault.h"
#include "base/reader.h"
#include "evidence/claims_make.h"
#include "platforms/tdx/pck.h"
#include "platforms/tdx/pck_chain.h"
#include "platforms/tdx/quote.h"

#include <inttypes.h>
#include <stdio.h>

#define TEE_TYPE_TDX       0x81
#define NO_COLLATERAL      "no collateral given"

/* Within the TD report and the QE report: for the ranges of the rows. */
#define SVN_OFF            0
#define SVN_LEN            16
#define MRSIGNERSEAM_OFF   64
#define MRSIGNERSEAM_LEN   56 /* with SEAMATTRIBUTES behind it */
#define QE_REPORT_DATA_OFF 320

/* Intel's TD quoting enclave, as every TD_QE identity names it. */
#define QE_ISVPRODID       2
#define QE_ATTRIBUTE_DEBUG 0x02 /* bit 1 of byte 0 */
static const uint8_t intel_mrsigner[] = {
	0xdc, 0x9e, 0x2a, 0x7c, 0x6f, 0x94, 0x8f, 0x17, 0x47, 0x4e, 0x34, 0xa7, 0xfc, 0x43, 0xed, 0x03,
	0x0f, 0x7c, 0x15, 0x63, 0xf1, 0xba, 0xbd, 0xdf, 0x63, 0x40, 0xc8, 0x2e, 0x0e, 0x54, 0xa8, 0xc5,
};

static_assert(sizeof(ah_tdx_quote) <= AH_EVIDENCE_PARSED_MAX, "a parsed quote fits ah_evidence");

/* A version of this layout, a key type that Intel has given a number, and the TEE type: no other platform's evidence begins with these. */
static bool detect(ah_slice bytes)
{
	ah_reader r = { .in = bytes };
	uint16_t version = ah_read_le16(&r), key_type = ah_read_le16(&r);
	uint32_t tee_type = ah_read_le32(&r);
	if (r.err != AH_OK || bytes.len < AH_TDX_HEADER_LEN)
		return false;
	return (version == 4 || version == 5) && (key_type == 2 || key_type == 3) && tee_type == TEE_TYPE_TDX;
}

static ah_err parse(ah_evidence *out, ah_slice bytes, ah_checks *log, ah_fault *why)
{
	ah_tdx_quote quote;
	AH_TRY(ah_tdx_quote_parse(&quote, bytes, log, why));
	out->platform = &ah_platform_tdx;
	out->bytes = bytes;
	memcpy(out->parsed, &quote, sizeof quote);
	return AH_OK;
}

/* One verification: what is asked, and what is known so far. */
typedef struct verification {
	ah_verifier *v;
	const ah_endorsements *en;
	const ah_roots *roots;
	int64_t now_s;
	ah_checks *log;
	ah_fault *why;
	ah_tdx_quote quote;
	ah_tdx_pck_chain pck_chain;
	ah_tdx_pck pck;
	ah_tdx_collateral *collateral;   /* borrowed from the verifier; NULL: none was given */
	bool has_tcb;
	ah_tdx_tcb_result tcb;
} verification;

static inline void verification_auto(verification *j)
{
	ah_tdx_pck_chain_free(&j->pck_chain);
}

static void body_range(const verification *j, ah_check_id id, size_t off, size_t len)
{
	ah_check_range(j->log, id, j->quote.body_off + off, len);
}

static void auth_range(const verification *j, ah_check_id id, size_t off, size_t len)
{
	ah_check_range(j->log, id, j->quote.signed_bytes.len + 4 + off, len);
}

/* -- Steps 2 to 4: chains and collateral -- */

static void skip_collateral_rows(const verification *j)
{
	static const ah_check_id rows[] = { AH_CHECK_COLLATERAL_TCB_INFO, AH_CHECK_COLLATERAL_QE_IDENTITY, AH_CHECK_COLLATERAL_WINDOW, AH_CHECK_TDX_FMSPC,
	                                    AH_CHECK_TDX_TCB_LEVEL };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		ah_check_skip(j->log, rows[i], NO_COLLATERAL);
}

static ah_err verify_pck_chain(verification *j)
{
	AH_TRY(ah_tdx_pck_chain_read(&j->pck_chain, j->quote.pck_chain, j->why));
	return ah_tdx_pck_chain_verify(&j->pck_chain, j->v, j->en, j->roots, j->now_s, j->log, j->why);
}

/* A simulated PKI that vouches for a real platform, or the other way round, is neither. */
static ah_err check_one_root(const verification *j, const ah_root *of_collateral)
{
	const ah_root *of_quote = j->pck_chain.chain.root;
	if (of_quote != of_collateral)
		ah_check_got(j->log, AH_CHECK_PATH_ROOT, "%s in the quote, %s in the collateral", of_quote != NULL ? of_quote->name : "no pinned root",
		             of_collateral != NULL ? of_collateral->name : "no pinned root");
	return ah_check(j->log, AH_CHECK_PATH_ROOT, of_quote == of_collateral, AH_ERR_MIXED_ROOTS, j->why);
}

static ah_err verify_collateral(verification *j)
{
	ah_chain *chain = &j->pck_chain.chain;
	const ah_root *root = NULL;
	int64_t expiry_s = INT64_MAX;
	AH_TRY(ah_tdx_collateral_get(&j->collateral, j->v, j->en, j->why));
	if (j->collateral == NULL) {
		skip_collateral_rows(j);
		return AH_OK;
	}
	AH_TRY(ah_tdx_collateral_verify(j->collateral, j->v, j->roots, j->now_s, j->log, &root, &expiry_s, j->why));
	AH_TRY(check_one_root(j, root));
	AH_TRY(ah_tdx_collateral_check_pck(j->collateral, chain->path, chain->count, j->log, j->why));
	chain->revocation_checked = true;
	if (expiry_s < chain->expiry_s)
		chain->expiry_s = expiry_s;
	return AH_OK;
}

/* -- Step 5: which platform -- */

static ah_err check_pck_extension(verification *j)
{
	ah_tdx_pck_decode(&j->pck, ah_tdx_pck_leaf(&j->pck_chain));
	if (j->pck.defect != NULL)
		ah_check_got(j->log, AH_CHECK_TDX_PCK, "%s", j->pck.defect);
	return ah_check(j->log, AH_CHECK_TDX_PCK, j->pck.defect == NULL, AH_ERR_PCK_EXTENSION, j->why);
}

static void fmspc_text(char out[static 32], const uint8_t fmspc[static 6], const uint8_t pceid[static 2])
{
	(void)snprintf(out, 32, "%02x%02x%02x%02x%02x%02x, PCE %02x%02x", fmspc[0], fmspc[1], fmspc[2], fmspc[3], fmspc[4], fmspc[5], pceid[0], pceid[1]);
}

static ah_err check_fmspc(const verification *j)
{
	if (j->collateral == NULL)
		return AH_OK;
	char got[32], wanted[32];
	const ah_tdx_tcb_info *info = &j->collateral->tcb_info;
	bool ok = ah_slice_is(AH_SLICE_OF(info->fmspc), AH_SLICE_OF(j->pck.fmspc)) && ah_slice_is(AH_SLICE_OF(info->pceid), AH_SLICE_OF(j->pck.pceid));
	fmspc_text(got, info->fmspc, info->pceid);
	fmspc_text(wanted, j->pck.fmspc, j->pck.pceid);
	ah_check_got(j->log, AH_CHECK_TDX_FMSPC, "TCB info for %s", got);
	ah_check_wanted(j->log, AH_CHECK_TDX_FMSPC, "%s", wanted);
	return ah_check(j->log, AH_CHECK_TDX_FMSPC, ok, AH_ERR_FMSPC_MISMATCH, j->why);
}

/* -- Step 6: the TDX module -- */

static bool masked_is(ah_slice value, ah_slice mask, ah_slice wanted)
{
	assert(value.len == mask.len && value.len == wanted.len);
	for (size_t i = 0; i < value.len; i++)
		if ((value.ptr[i] & mask.ptr[i]) != wanted.ptr[i])
			return false;
	return true;
}

/* What is wrong with the module; NULL when it is Intel's. MRSIGNERSEAM is zero for Intel's modules, and SEAMATTRIBUTES has no use but debug yet. */
static const char *module_defect(const verification *j)
{
	const ah_tdx_quote *q = &j->quote;
	if (!ah_slice_is_zero(q->seamattributes))
		return "SEAMATTRIBUTES are not zero";
	if (j->collateral == NULL)
		return ah_slice_is_zero(q->mrsignerseam) ? NULL : "MRSIGNERSEAM is not Intel's (zero)";
	const ah_tdx_tcb_info *info = &j->collateral->tcb_info;
	bool found = false;
	const ah_tdx_module_identity *module = ah_tdx_module_for(info, q->tee_tcb_svn.ptr[1], &found);
	if (!found)
		return "TCB info has no identity for its version";
	ah_slice mrsigner = module != NULL ? AH_SLICE_OF(module->mrsigner) : AH_SLICE_OF(info->module_mrsigner);
	ah_slice attributes = module != NULL ? AH_SLICE_OF(module->attributes) : AH_SLICE_OF(info->module_attributes);
	ah_slice mask = module != NULL ? AH_SLICE_OF(module->attributes_mask) : AH_SLICE_OF(info->module_attributes_mask);
	if (!ah_slice_is(q->mrsignerseam, mrsigner))
		return "MRSIGNERSEAM is not that of TCB info";
	return masked_is(q->seamattributes, mask, attributes) ? NULL : "SEAMATTRIBUTES are not those of TCB info";
}

static ah_err check_module(const verification *j)
{
	const char *defect = module_defect(j);
	body_range(j, AH_CHECK_TDX_MODULE, MRSIGNERSEAM_OFF, MRSIGNERSEAM_LEN);
	ah_check_got(j->log, AH_CHECK_TDX_MODULE, "TDX_%02X%s%s", j->quote.tee_tcb_svn.ptr[1], defect != NULL ? ": " : "", defect != NULL ? defect : "");
	return ah_check(j->log, AH_CHECK_TDX_MODULE, defect == NULL, AH_ERR_TDX_MODULE, j->why);
}

/* -- Steps 7 to 10: from the PCK key to the quote -- */

/* Any "no" is the error of the row: a signature that is out of range or a key that is no point verify nothing. Only the machine's failures differ. */
static ah_err decide(const verification *j, ah_check_id id, ah_err verified, ah_err err)
{
	if (verified != AH_OK && ah_err_class_of(verified) == AH_CLASS_SYSTEM)
		return ah_fault_set(j->why, verified, ah_check_infos[id].id, "the signature cannot be computed");
	if (verified == AH_ERR_FIELD_RANGE)
		ah_check_got(j->log, id, "a key that is no point of P-256");
	else if (verified == AH_ERR_SIGNATURE_FORMAT)
		ah_check_got(j->log, id, "r or s out of range");
	return ah_check(j->log, id, verified == AH_OK, err, j->why);
}

static ah_err check_qe_signature(const verification *j)
{
	const ah_tdx_quote *q = &j->quote;
	auth_range(j, AH_CHECK_TDX_QE_SIGNATURE, AH_TDX_AUTH_QE_SIGNATURE_OFF, q->qe_report_signature.len);
	ah_err verified = ah_ecdsa_verify_raw(j->v->crypto, &ah_tdx_pck_leaf(&j->pck_chain)->key, AH_SHA256, &q->qe.bytes, 1, q->qe_report_signature);
	return decide(j, AH_CHECK_TDX_QE_SIGNATURE, verified, AH_ERR_QE_REPORT_SIGNATURE);
}

/* All 64 bytes: the digest, and the zeros behind it. */
static ah_err check_ak_binding(const verification *j)
{
	const ah_tdx_quote *q = &j->quote;
	const ah_slice parts[] = { q->attestation_key, q->qe_auth };
	uint8_t wanted[64] = { 0 };
	AH_TRY(ah_hash(j->v->crypto, AH_SHA256, parts, sizeof parts / sizeof parts[0], wanted));
	auth_range(j, AH_CHECK_TDX_AK_BINDING, AH_TDX_AUTH_QE_REPORT_OFF + QE_REPORT_DATA_OFF, q->qe.report_data.len);
	ah_check_got_hex(j->log, AH_CHECK_TDX_AK_BINDING, q->qe.report_data);
	ah_check_wanted_hex(j->log, AH_CHECK_TDX_AK_BINDING, AH_SLICE_OF(wanted));
	return ah_check(j->log, AH_CHECK_TDX_AK_BINDING, ah_equal(q->qe.report_data, AH_SLICE_OF(wanted)), AH_ERR_AK_BINDING, j->why);
}

/* The values of Intel's TD_QE, whatever else holds; collateral adds the masked fields. ISVSVN is a matter of the TCB level. */
static const char *qe_defect(const ah_tdx_qe_report *qe, const ah_tdx_qe_identity *identity)
{
	if ((qe->attributes.ptr[0] & QE_ATTRIBUTE_DEBUG) != 0)
		return "the quoting enclave runs in debug mode";
	if (!ah_slice_is(qe->mrsigner, AH_SLICE_OF(intel_mrsigner)))
		return "MRSIGNER is not Intel's";
	if (qe->isvprodid != QE_ISVPRODID)
		return "ISVPRODID is not that of the TD quoting enclave";
	if (identity == NULL)
		return NULL;
	if (!ah_slice_is(qe->mrsigner, AH_SLICE_OF(identity->mrsigner)))
		return "MRSIGNER is not that of the QE identity";
	if (qe->isvprodid != identity->isvprodid)
		return "ISVPRODID is not that of the QE identity";
	if ((qe->miscselect & identity->miscselect_mask) != identity->miscselect)
		return "MISCSELECT is not that of the QE identity";
	bool attributes_ok = masked_is(qe->attributes, AH_SLICE_OF(identity->attributes_mask), AH_SLICE_OF(identity->attributes));
	return attributes_ok ? NULL : "ATTRIBUTES are not those of the QE identity";
}

static ah_err check_qe_identity(const verification *j)
{
	const char *defect = qe_defect(&j->quote.qe, j->collateral != NULL ? &j->collateral->qe_identity : NULL);
	auth_range(j, AH_CHECK_TDX_QE_IDENTITY, AH_TDX_AUTH_QE_REPORT_OFF, AH_TDX_QE_REPORT_LEN);
	ah_check_got(j->log, AH_CHECK_TDX_QE_IDENTITY, "%s", defect != NULL ? defect : j->collateral != NULL ? "as Intel signed it" : "as built in");
	return ah_check(j->log, AH_CHECK_TDX_QE_IDENTITY, defect == NULL, AH_ERR_QE_IDENTITY_MISMATCH, j->why);
}

static ah_err check_signature(const verification *j)
{
	const ah_tdx_quote *q = &j->quote;
	uint8_t point[65] = { 0x04 }; /* SEC1 2.3.3, uncompressed */
	memcpy(point + 1, q->attestation_key.ptr, sizeof point - 1);
	const ah_public_key key = { .kind = AH_KEY_P256, .point = AH_SLICE_OF(point) };
	auth_range(j, AH_CHECK_TDX_SIGNATURE, AH_TDX_AUTH_SIGNATURE_OFF, q->signature.len);
	return decide(j, AH_CHECK_TDX_SIGNATURE, ah_ecdsa_verify_raw(j->v->crypto, &key, AH_SHA256, &q->signed_bytes, 1, q->signature), AH_ERR_SIGNATURE);
}

/* -- Steps 11 to 14: TCB -- */

static ah_err evaluate_tcb(verification *j)
{
	if (j->collateral == NULL)
		return AH_OK;
	const ah_tdx_tcb_input input = {
		.pck_components = j->pck.components,
		.pcesvn = j->pck.pcesvn,
		.tee_tcb_svn = j->quote.tee_tcb_svn.ptr,
		.tee_tcb_svn2 = j->quote.is_td15 ? j->quote.tee_tcb_svn2.ptr : NULL,
		.qe_isvsvn = j->quote.qe.isvsvn,
	};
	ah_fault inner = { .err = AH_OK };
	ah_err err = ah_tdx_tcb_evaluate(&j->tcb, &j->collateral->tcb_info, &j->collateral->qe_identity, &input, &inner);
	j->has_tcb = err == AH_OK;
	ah_check_id id = err == AH_ERR_TDX_MODULE ? AH_CHECK_TDX_MODULE : AH_CHECK_TDX_TCB_LEVEL; /* of svn2: that of svn was found in step 6 */
	body_range(j, id, SVN_OFF, SVN_LEN);
	ah_check_got(j->log, id, "%s", err == AH_OK ? ah_tdx_tcb_status_name(j->tcb.merged) : inner.detail);
	return ah_check(j->log, id, err == AH_OK, err != AH_OK ? err : AH_ERR_TCB_UNSUPPORTED, j->why);
}

/* -- Claims -- */

#define TAKE(field, slice) do { assert((slice).len == sizeof(field)); memcpy((field), (slice).ptr, sizeof(field)); } while (0)

static void take_quote(ah_tdx_claims *claims, const ah_tdx_quote *q)
{
	claims->quote_version = q->version;
	claims->body_type = q->body_type;
	TAKE(claims->tee_tcb_svn, q->tee_tcb_svn);
	TAKE(claims->mrseam, q->mrseam);
	TAKE(claims->mrsignerseam, q->mrsignerseam);
	TAKE(claims->seamattributes, q->seamattributes);
	claims->td_attributes = q->td_attributes;
	claims->xfam = q->xfam;
	TAKE(claims->mrtd, q->mrtd);
	TAKE(claims->mrconfigid, q->mrconfigid);
	TAKE(claims->mrowner, q->mrowner);
	TAKE(claims->mrownerconfig, q->mrownerconfig);
	for (size_t i = 0; i < AH_TDX_RTMR_COUNT; i++)
		TAKE(claims->rtmr[i], q->rtmr[i]);
	TAKE(claims->report_data, q->report_data);
	claims->is_td15 = q->is_td15;
	if (q->is_td15) {
		TAKE(claims->tee_tcb_svn2, q->tee_tcb_svn2);
		TAKE(claims->mrservicetd, q->mrservicetd);
	}
	claims->qe_isvsvn = q->qe.isvsvn;
}

static void take_pck(ah_tdx_claims *claims, const ah_tdx_pck *pck)
{
	TAKE(claims->ppid, AH_SLICE_OF(pck->ppid));
	TAKE(claims->fmspc, AH_SLICE_OF(pck->fmspc));
	TAKE(claims->pceid, AH_SLICE_OF(pck->pceid));
	TAKE(claims->cpusvn, AH_SLICE_OF(pck->cpusvn));
	claims->pcesvn = pck->pcesvn;
	claims->has_platform_instance_id = pck->has_platform_instance_id;
	TAKE(claims->platform_instance_id, AH_SLICE_OF(pck->platform_instance_id));
}

/* The ones that are not there yet. More than fit are not listed; their levels count all the same. */
static void take_advisories(ah_tdx_claims *claims, const char (*table)[AH_TDX_ADVISORY_TEXT_MAX + 1], size_t count, uint32_t bits)
{
	const size_t max = sizeof claims->advisories / sizeof claims->advisories[0];
	static_assert(sizeof claims->advisories[0] == AH_TDX_ADVISORY_TEXT_MAX + 1, "an advisory of the documents fits the claims");
	for (size_t i = 0; i < count && claims->advisory_count < max; i++) {
		bool known = (bits >> i & 1) == 0;
		for (size_t k = 0; k < claims->advisory_count && !known; k++)
			known = ah_slice_is(ah_slice_text(claims->advisories[k]), ah_slice_text(table[i]));
		if (!known)
			ah__claims_text(claims->advisories[claims->advisory_count++], sizeof claims->advisories[0], ah_slice_text(table[i]));
	}
}

/* CRLNumber as a number. One of more than 63 bits was refused with the file. */
static bool crl_number(uint64_t *out, const ah_crl *crl)
{
	uint64_t number = 0;
	for (size_t i = 0; i < crl->number.len; i++) {
		if (number > INT64_MAX >> 8)
			return false;
		number = number << 8 | crl->number.ptr[i];
	}
	*out = number;
	return crl->has_number;
}

/* What a state remembers, so that older CRLs are refused while they are still in their time. */
static ah_err take_crl_numbers(ah_tdx_claims *claims, const ah_tdx_collateral *c, ah_crypto *crypto)
{
	claims->has_crl_numbers = crl_number(&claims->root_crl_number, &c->root_crl) && crl_number(&claims->pck_crl_number, &c->pck_crl);
	AH_TRY(ah_sha256(crypto, c->root_crl.issuer, claims->root_crl_issuer_sha256));
	return ah_sha256(crypto, c->pck_crl.issuer, claims->pck_crl_issuer_sha256);
}

static void take_tcb(ah_tdx_claims *claims, const ah_tdx_tcb_result *tcb, const ah_tdx_collateral *c)
{
	claims->has_collateral = true;
	claims->tcb_status = tcb->merged;
	claims->platform_status = tcb->platform;
	claims->module_status = tcb->module;
	claims->qe_status = tcb->qe;
	claims->current_status = tcb->current;
	claims->tcb_date_s = tcb->date_s;
	claims->tcb_evaluation = c->tcb_info.evaluation;
	claims->qe_evaluation = c->qe_identity.evaluation;
	take_advisories(claims, c->tcb_info.advisories, c->tcb_info.advisory_count, tcb->info_advisories);
	take_advisories(claims, c->qe_identity.advisories, c->qe_identity.advisory_count, tcb->qe_advisories);
}

static ah_err make_claims(ah_claims **out, const verification *j)
{
	AH_AUTO_PTR(ah_claims) claims = NULL;
	AH_TRY(ah_claims_make(&claims, AH_PLATFORM_TDX));
	ah_tdx_claims *tdx = &claims->of.tdx;
	ah__claims_take_chain(claims, &j->pck_chain.chain);
	take_quote(tdx, &j->quote);
	take_pck(tdx, &j->pck);
	if (j->has_tcb) { /* where tdx.tcb_level is skipped, in a test build, nothing is said of a TCB that was not reached */
		take_tcb(tdx, &j->tcb, j->collateral);
		AH_TRY(take_crl_numbers(tdx, j->collateral, j->v->crypto));
	}
	/* The auth data and the padding are covered by no signature; a digest of the file would name one quote in many ways. */
	AH_TRY(ah_sha256(j->v->crypto, j->quote.signed_bytes, tdx->quote_sha256));
	claims->debug = (j->quote.td_attributes & AH_TDX_ATTR_DEBUG) != 0;
	*out = ah_move_ptr(&claims);
	return AH_OK;
}

/* -- The way -- */

static ah_err verify(ah_claims **out, ah_verifier *v, const ah_evidence *ev, const ah_endorsements *en, const ah_roots *roots, int64_t now_s,
                     ah_checks *log, ah_fault *why)
{
	AH_AUTO(verification) j = { .v = v, .en = en, .roots = roots, .now_s = now_s, .log = log, .why = why };
	memcpy(&j.quote, ev->parsed, sizeof j.quote);
	AH_TRY(verify_pck_chain(&j));
	AH_TRY(verify_collateral(&j));
	AH_TRY(check_pck_extension(&j));
	AH_TRY(check_fmspc(&j));
	AH_TRY(check_module(&j));
	AH_TRY(check_qe_signature(&j));
	AH_TRY(check_ak_binding(&j));
	AH_TRY(check_qe_identity(&j));
	AH_TRY(check_signature(&j));
	AH_TRY(evaluate_tcb(&j));
	return make_claims(out, &j);
}

const ah_platform ah_platform_tdx = {
	.id = AH_PLATFORM_TDX,
	.name = "tdx",
	.check_mask = AH_CHECK_ON_TDX,
	.detect = detect,
	.parse = parse,
	.verify = verify,
};
