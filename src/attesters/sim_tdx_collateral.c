/* See sim_tdx.h: TCB info, QE identity, and the file that carries all collateral. Intel PCS v4: members in the order in which Intel serves them. */
#include "attesters/sim_tdx.h"

#include "base/fault.h"
#include "base/limits.h"
#include "codec/json.h"
#include "codec/pem.h"
#include "codec/text.h"

#define DAY_S        86400
#define DOCUMENT_MAX (2 * AH_TDX_DOCUMENT_MAX)
#define CHAIN_MAX    (4 * AH_CERTIFICATE_MAX)

/* 2024-03-13, 2023-08-09, 2018-01-04: TCB recoveries of the platform that the defaults follow. */
#define DATE_2024_S INT64_C(1710288000)
#define DATE_2023_S INT64_C(1691539200)
#define DATE_2018_S INT64_C(1515024000)

/* -- Defaults -- */

static ah_sim_module module_of(const char *id)
{
	ah_sim_module module = { .id = id };
	memset(module.attributes_mask, 0xff, sizeof module.attributes_mask);
	return module; /* MRSIGNER and ATTRIBUTES of Intel's modules are zero */
}

static void fill_tcb_info(ah_sim_tcb_info *info, const ah_sim_pck *pck, int64_t at_s)
{
	*info = (ah_sim_tcb_info){ .id = "TDX", .version = 3, .evaluation = 17, .issue_s = at_s - DAY_S, .next_update_s = at_s + 29 * DAY_S };
	memcpy(info->fmspc, pck->fmspc, sizeof info->fmspc);
	memcpy(info->pceid, pck->pceid, sizeof info->pceid);
	info->module = module_of(NULL);
	info->module_count = 2;
	info->modules[0] = module_of("TDX_03");
	info->modules[0].level_count = 1;
	info->modules[0].levels[0] = (ah_sim_level){ .isvsvn = 3, .date_s = DATE_2024_S, .status = "UpToDate" };
	info->modules[1] = module_of("TDX_01");
	info->modules[1].level_count = 2;
	info->modules[1].levels[0] = (ah_sim_level){ .isvsvn = 4, .date_s = DATE_2024_S, .status = "UpToDate" };
	info->modules[1].levels[1] = (ah_sim_level){ .isvsvn = 2, .date_s = DATE_2023_S, .status = "OutOfDate" };
	info->level_count = 3;
	info->levels[0] = (ah_sim_level){ .sgx = { 7, 7, 2, 2, 3, 1, 0, 3 }, .pcesvn = 11, .tdx = { 5, 0, 7 }, .date_s = DATE_2024_S, .status = "UpToDate" };
	info->levels[1] = (ah_sim_level){ .sgx = { 6, 6, 2, 2, 3, 1, 0, 3 }, .pcesvn = 11, .tdx = { 3, 0, 6 }, .date_s = DATE_2023_S, .status = "OutOfDate",
	                                  .advisories = { "INTEL-SA-00960", "INTEL-SA-00982", "INTEL-SA-00986" } };
	info->levels[2] = (ah_sim_level){ .sgx = { 5, 5, 2, 2, 3, 1, 0, 3 }, .pcesvn = 5, .tdx = { 3, 0, 5 }, .date_s = DATE_2018_S, .status = "OutOfDate",
	                                  .advisories = { "INTEL-SA-00106", "INTEL-SA-00115" } };
}

static void fill_qe_identity(ah_sim_qe_identity *identity, int64_t at_s)
{
	/* Signer of Intel's quoting enclaves. */
	static const uint8_t mrsigner[32] = {
		0xdc, 0x9e, 0x2a, 0x7c, 0x6f, 0x94, 0x8f, 0x17, 0x47, 0x4e, 0x34, 0xa7, 0xfc, 0x43, 0xed, 0x03,
		0x0f, 0x7c, 0x15, 0x63, 0xf1, 0xba, 0xbd, 0xdf, 0x63, 0x40, 0xc8, 0x2e, 0x0e, 0x54, 0xa8, 0xc5,
	};
	static const uint8_t mask[8] = { 0xfb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	*identity = (ah_sim_qe_identity){
		.id = "TD_QE", .version = 2, .evaluation = 17, .isvprodid = 2, .issue_s = at_s - DAY_S, .next_update_s = at_s + 29 * DAY_S,
		.attributes = { 0x11 }, .level_count = 1, .levels = { { .isvsvn = 4, .date_s = DATE_2024_S, .status = "UpToDate" } },
	};
	memset(identity->miscselect_mask, 0xff, sizeof identity->miscselect_mask);
	memcpy(identity->attributes_mask, mask, sizeof mask);
	memcpy(identity->mrsigner, mrsigner, sizeof mrsigner);
}

void ah__sim_tdx_fill_documents(ah_sim_tdx *spec, int64_t at_s)
{
	fill_tcb_info(&spec->tcb_info, &spec->pck, at_s);
	fill_qe_identity(&spec->qe_identity, at_s);
}

/* -- Writing: each function appends one member with the comma before the next -- */

static ah_err put_hex(ah_buf *out, const char *name, ah_slice bytes)
{
	AH_TRY(ah_buf_printf(out, "\"%s\":\"", name));
	for (size_t i = 0; i < bytes.len; i++)
		AH_TRY(ah_buf_printf(out, "%02X", bytes.ptr[i]));
	return ah_buf_append_text(out, "\",");
}

static ah_err put_number(ah_buf *out, const char *name, unsigned v)
{
	return ah_buf_printf(out, "\"%s\":%u,", name, v);
}

static ah_err put_text(ah_buf *out, const char *name, const char *text)
{
	return ah_buf_printf(out, "\"%s\":\"%s\",", name, text);
}

static ah_err put_time(ah_buf *out, const char *name, int64_t t_s)
{
	char text[21];
	ah_time_format(text, t_s);
	return put_text(out, name, text);
}

/* Close an object or array whose last member has a comma behind it. */
static ah_err close_with(ah_buf *out, const char *closing)
{
	if (out->len != 0 && out->ptr[out->len - 1] == ',')
		out->len--;
	return ah_buf_append_text(out, closing);
}

static ah_err put_components(ah_buf *out, const char *name, const uint8_t components[static 16])
{
	AH_TRY(ah_buf_printf(out, "\"%s\":[", name));
	for (size_t i = 0; i < 16; i++)
		AH_TRY(ah_buf_printf(out, "{\"svn\":%u},", components[i]));
	return close_with(out, "],");
}

static ah_err put_level(ah_buf *out, const ah_sim_level *level, bool of_platform)
{
	AH_TRY(ah_buf_append_text(out, "{\"tcb\":{"));
	if (of_platform) {
		AH_TRY(put_components(out, "sgxtcbcomponents", level->sgx));
		AH_TRY(put_number(out, "pcesvn", level->pcesvn));
		AH_TRY(put_components(out, "tdxtcbcomponents", level->tdx));
	} else {
		AH_TRY(put_number(out, "isvsvn", level->isvsvn));
	}
	AH_TRY(close_with(out, "},"));
	AH_TRY(put_time(out, "tcbDate", level->date_s));
	AH_TRY(put_text(out, "tcbStatus", level->status));
	if (level->advisories[0] != NULL) {
		AH_TRY(ah_buf_append_text(out, "\"advisoryIDs\":["));
		for (size_t i = 0; i < AH_SIM_TDX_ADVISORIES && level->advisories[i] != NULL; i++)
			AH_TRY(ah_buf_printf(out, "\"%s\",", level->advisories[i]));
		AH_TRY(close_with(out, "],"));
	}
	return close_with(out, "},");
}

static ah_err put_levels(ah_buf *out, const ah_sim_level *levels, size_t count, bool of_platform)
{
	AH_TRY(ah_buf_append_text(out, "\"tcbLevels\":["));
	for (size_t i = 0; i < count; i++)
		AH_TRY(put_level(out, &levels[i], of_platform));
	return close_with(out, "],");
}

static ah_err put_module(ah_buf *out, const ah_sim_module *module)
{
	AH_TRY(ah_buf_append_text(out, "{"));
	if (module->id != NULL)
		AH_TRY(put_text(out, "id", module->id));
	AH_TRY(put_hex(out, "mrsigner", AH_SLICE_OF(module->mrsigner)));
	AH_TRY(put_hex(out, "attributes", AH_SLICE_OF(module->attributes)));
	AH_TRY(put_hex(out, "attributesMask", AH_SLICE_OF(module->attributes_mask)));
	if (module->id != NULL)
		AH_TRY(put_levels(out, module->levels, module->level_count, false));
	return close_with(out, "},");
}

static ah_err put_tcb_info(ah_buf *out, const ah_sim_tdx *spec)
{
	const ah_sim_tcb_info *info = &spec->tcb_info;
	AH_TRY(ah_buf_append_text(out, "{"));
	AH_TRY(put_text(out, "id", info->id));
	AH_TRY(put_number(out, "version", info->version));
	AH_TRY(put_time(out, "issueDate", info->issue_s));
	AH_TRY(put_time(out, "nextUpdate", info->next_update_s));
	AH_TRY(put_hex(out, "fmspc", info->keep_platform ? AH_SLICE_OF(info->fmspc) : AH_SLICE_OF(spec->pck.fmspc)));
	AH_TRY(put_hex(out, "pceId", info->keep_platform ? AH_SLICE_OF(info->pceid) : AH_SLICE_OF(spec->pck.pceid)));
	AH_TRY(put_number(out, "tcbType", info->tcb_type));
	AH_TRY(put_number(out, "tcbEvaluationDataNumber", info->evaluation));
	AH_TRY(ah_buf_append_text(out, "\"tdxModule\":"));
	AH_TRY(put_module(out, &info->module));
	AH_TRY(ah_buf_append_text(out, "\"tdxModuleIdentities\":["));
	for (size_t i = 0; i < info->module_count; i++)
		AH_TRY(put_module(out, &info->modules[i]));
	AH_TRY(close_with(out, "],"));
	AH_TRY(put_levels(out, info->levels, info->level_count, true));
	return close_with(out, "}");
}

static ah_err put_qe_identity(ah_buf *out, const ah_sim_tdx *spec)
{
	const ah_sim_qe_identity *identity = &spec->qe_identity;
	AH_TRY(ah_buf_append_text(out, "{"));
	AH_TRY(put_text(out, "id", identity->id));
	AH_TRY(put_number(out, "version", identity->version));
	AH_TRY(put_time(out, "issueDate", identity->issue_s));
	AH_TRY(put_time(out, "nextUpdate", identity->next_update_s));
	AH_TRY(put_number(out, "tcbEvaluationDataNumber", identity->evaluation));
	AH_TRY(put_hex(out, "miscselect", AH_SLICE_OF(identity->miscselect)));
	AH_TRY(put_hex(out, "miscselectMask", AH_SLICE_OF(identity->miscselect_mask)));
	AH_TRY(put_hex(out, "attributes", AH_SLICE_OF(identity->attributes)));
	AH_TRY(put_hex(out, "attributesMask", AH_SLICE_OF(identity->attributes_mask)));
	AH_TRY(put_hex(out, "mrsigner", AH_SLICE_OF(identity->mrsigner)));
	AH_TRY(put_number(out, "isvprodid", identity->isvprodid));
	AH_TRY(put_levels(out, identity->levels, identity->level_count, false));
	return close_with(out, "}");
}

/* -- Signing, and the file -- */

/* text is finished and patched; r || s over exactly its bytes. */
static ah_err sign_document(ah_buf *signature, ah_buf *text, const ah_sim_document *document, const ah_private_key *otherwise)
{
	if (document->patch != NULL)
		AH_TRY(document->patch(text, document->patch_context));
	if (document->signature.len != 0)
		return ah_buf_append(signature, document->signature);
	const ah_slice signed_bytes = ah_buf_slice(text);
	return ah_sign_ecdsa_raw(document->key != NULL ? document->key : otherwise, AH_SHA256, &signed_bytes, 1, signature);
}

/* Leaf first, from the last of count certificates up to the root. */
static ah_err put_chain(ah_json_writer *w, const char *name, const ah_sim_chain *chain, size_t count)
{
	AH_AUTO(ah_buf) pem = AH_BUF(CHAIN_MAX);
	for (size_t i = count; i-- > 0;)
		AH_TRY(ah_pem_write(&pem, "CERTIFICATE", ah_buf_slice(&chain->cert[i].der)));
	ah_json_put_key(w, name);
	ah_json_put_string(w, ah_buf_slice(&pem));
	return AH_OK;
}

static ah_err put_crl(ah_json_writer *w, const char *name, const ah_sim_crl *crl, const ah_sim_cert *ca)
{
	AH_AUTO(ah_buf) der = AH_BUF(2 * AH_CRL_MAX);
	AH_TRY(ah__sim_tdx_issue_crl(&der, crl, ca));
	ah_json_put_key(w, name);
	ah_json_put_hex(w, ah_buf_slice(&der));
	return AH_OK;
}

/* name and name_signature; the chain between them comes first in the order of names. */
static ah_err put_document(ah_json_writer *w, const char *const names[static 3], ah_buf *text, const ah_sim_document *document, const ah_sim_chain *chain)
{
	AH_AUTO(ah_buf) signature = AH_BUF(1024);
	AH_TRY(sign_document(&signature, text, document, chain->cert[chain->count - 1].key));
	ah_json_put_key(w, names[0]);
	ah_json_put_string(w, ah_buf_slice(text));
	AH_TRY(put_chain(w, names[1], chain, chain->count));
	ah_json_put_key(w, names[2]);
	ah_json_put_hex(w, ah_buf_slice(&signature));
	return AH_OK;
}

ah_err ah__sim_tdx_put_collateral(ah_buf *json, const ah_sim_tdx *spec)
{
	static const char *const tcb_info_names[] = { "tcb_info", "tcb_info_issuer_chain", "tcb_info_signature" };
	static const char *const identity_names[] = { "qe_identity", "qe_identity_issuer_chain", "qe_identity_signature" };
	const ah_sim_chain *crl_chain = spec->crl_chain.count != 0 ? &spec->crl_chain : &spec->chain;
	AH_AUTO(ah_buf) tcb_info = AH_BUF(DOCUMENT_MAX);
	AH_AUTO(ah_buf) identity = AH_BUF(DOCUMENT_MAX);
	ah_json_writer w;
	AH_TRY(put_tcb_info(&tcb_info, spec));
	AH_TRY(put_qe_identity(&identity, spec));
	ah_json_writer_init(&w, json);
	ah_json_put_object_begin(&w);
	AH_TRY(put_crl(&w, "pck_crl", &spec->pck_crl, &crl_chain->cert[AH_SIM_TDX_CA]));
	AH_TRY(put_chain(&w, "pck_crl_issuer_chain", crl_chain, crl_chain == &spec->chain ? AH_SIM_TDX_CA + 1 : crl_chain->count));
	AH_TRY(put_document(&w, identity_names, &identity, &spec->qe_identity.document, spec->qe_signing.count != 0 ? &spec->qe_signing : &spec->signing));
	AH_TRY(put_crl(&w, "root_ca_crl", &spec->root_crl, &crl_chain->cert[AH_SIM_TDX_ROOT]));
	AH_TRY(put_document(&w, tcb_info_names, &tcb_info, &spec->tcb_info.document, &spec->signing));
	ah_json_put_object_end(&w);
	return ah_json_writer_finish(&w);
}
