/* The verdict as canonical JSON, schema anchorhold.verdict/v1 (docs/protocol/verdict.md): the same question gives the same bytes. */
#include "base/fault.h"
#include "base/limits.h"
#include "policy/json_put.h"
#include "policy/policy.h"
#include "policy/verdict.h"

#define SCHEMA "anchorhold.verdict/v1"

/* -- error, evidence, policy -- */

static void put_error(ah_json_writer *w, const ah_verdict *v)
{
	ah_json_put_key(w, "error");
	if (v->err == AH_OK) {
		ah_json_put_null(w);
		return;
	}
	ah_json_put_object_begin(w);
	put_member(w, "class", ah_err_class_name(ah_err_class_of(v->err)));
	put_member_int(w, "code", v->err);
	put_member(w, "detail", v->fault.detail);
	put_member(w, "name", ah_err_name(v->err));
	put_member(w, "next_step", ah_err_next_step(v->err));
	if (v->fault.offset != AH_NO_OFFSET && v->fault.offset <= AH_EVIDENCE_MAX)
		put_member_int(w, "offset", (int64_t)v->fault.offset);
	put_member(w, "step", v->fault.step != NULL ? v->fault.step : "");
	ah_json_put_object_end(w);
}

static void put_evidence(ah_json_writer *w, const ah_verdict *v)
{
	ah_json_put_key(w, "evidence");
	ah_json_put_object_begin(w);
	put_member_int(w, "length", v->evidence_len <= INT64_MAX ? (int64_t)v->evidence_len : INT64_MAX);
	if (v->has_evidence_sha256)
		put_member_hex(w, "sha256", AH_SLICE_OF(v->evidence_sha256));
	else
		put_member_null(w, "sha256");
	ah_json_put_object_end(w);
}

static void put_policy(ah_json_writer *w, const ah_verdict *v)
{
	ah_json_put_key(w, "policy");
	if (v->workload[0] == '\0') { /* genuine-only, or a trust bundle that was refused before it could be believed */
		ah_json_put_null(w);
		return;
	}
	ah_json_put_object_begin(w);
	ah__put_bundle(w, v);
	ah_json_put_key(w, "release");
	if (v->release[0] != '\0')
		ah_json_put_text(w, v->release);
	else
		ah_json_put_null(w);
	ah_json_put_key(w, "valid_until");
	ah_json_put_time(w, v->policy_valid_until_s);
	put_member_int(w, "version", v->policy_version);
	put_member(w, "workload", v->workload);
	ah_json_put_object_end(w);
}

/* -- rows -- */

static const char *status_name(ah_row_status status)
{
	switch (status) {
	case AH_ROW_PASS: return "pass";
	case AH_ROW_FAIL: return "fail";
	case AH_ROW_NOT_CHECKED: return "not_checked";
	}
	return "";
}

static void put_row(ah_json_writer *w, const ah_row *row)
{
	ah_json_put_object_begin(w);
	if (row->status == AH_ROW_FAIL)
		put_member(w, "error", ah_err_name(row->err));
	if (row->got[0] != '\0')
		put_member(w, "got", row->got);
	put_member(w, "id", row->id);
	if (row->has_range) {
		ah_json_put_key(w, "range");
		ah_json_put_object_begin(w);
		put_member_int(w, "len", (int64_t)row->len);
		put_member_int(w, "off", (int64_t)row->off);
		ah_json_put_object_end(w);
	}
	if (row->status == AH_ROW_NOT_CHECKED)
		put_member(w, "reason", row->reason);
	put_member(w, "specification", row->specification);
	put_member(w, "status", status_name(row->status));
	put_member(w, "title", row->title);
	if (row->wanted[0] != '\0')
		put_member(w, "wanted", row->wanted);
	ah_json_put_object_end(w);
}

static void put_rows(ah_json_writer *w, const ah_verdict *v)
{
	ah_json_put_key(w, "rows");
	ah_json_put_array_begin(w);
	for (unsigned id = 0; id < AH_CHECK_COUNT; id++) {
		if (!ah__verdict_shows(v, id))
			continue;
		ah_row row;
		ah__verdict_row(v, (ah_check_id)id, &row);
		put_row(w, &row);
	}
	ah_json_put_array_end(w);
}

/* -- claims of Nitro -- */

static void put_optional_bytes(ah_json_writer *w, const char *key, bool present, const uint8_t *bytes, size_t len)
{
	if (present)
		put_member_hex(w, key, ah_slice_make(bytes, len));
	else
		put_member_null(w, key);
}

static void put_pcr(ah_json_writer *w, const ah_nitro_claims *nitro, unsigned index)
{
	char key[4];
	if (index >= AH_NITRO_PCR_COUNT || (nitro->pcr_mask >> index & 1) == 0)
		return;
	(void)snprintf(key, sizeof key, "%u", index % 100);
	put_member_hex(w, key, ah_slice_make(nitro->pcrs[index], nitro->pcr_len[index]));
}

/* Members are sorted by bytes: "1", "10" .. "19", "2", "20" .. "29", "3", "30", "31", "4" .. */
static void put_pcrs(ah_json_writer *w, const ah_nitro_claims *nitro)
{
	ah_json_put_key(w, "pcrs");
	ah_json_put_object_begin(w);
	for (unsigned first = 0; first <= 9; first++) {
		put_pcr(w, nitro, first);
		for (unsigned second = 0; second <= 9 && first != 0; second++)
			put_pcr(w, nitro, 10 * first + second);
	}
	ah_json_put_object_end(w);
}

static void put_nitro(ah_json_writer *w, const ah_claims *claims, const ah_nitro_claims *nitro)
{
	put_member_bool(w, "debug", claims->debug);
	put_member_foreign(w, "instance_id", nitro->instance_id);
	put_member_foreign(w, "module_id", nitro->module_id);
	put_optional_bytes(w, "nonce", nitro->has_nonce, nitro->nonce, nitro->nonce_len);
	put_pcrs(w, nitro);
	put_optional_bytes(w, "public_key", nitro->has_public_key, nitro->public_key, nitro->public_key_len);
	put_member_bool(w, "revocation_checked", claims->revocation_checked);
	put_member_int(w, "timestamp_ms", nitro->timestamp_ms <= INT64_MAX ? (int64_t)nitro->timestamp_ms : INT64_MAX);
	ah_json_put_key(w, "unknown_keys");
	ah_json_put_array_begin(w);
	for (size_t i = 0; i < nitro->unknown_key_count && i < sizeof nitro->unknown_keys / sizeof nitro->unknown_keys[0]; i++)
		put_member_foreign(w, NULL, nitro->unknown_keys[i]);
	ah_json_put_array_end(w);
	put_optional_bytes(w, "user_data", nitro->has_user_data, nitro->user_data, nitro->user_data_len);
}

/* -- claims of SEV-SNP -- */

static void put_tcb(ah_json_writer *w, const char *key, const ah_snp_tcb *tcb)
{
	ah_json_put_key(w, key);
	ah_json_put_object_begin(w);
	put_member_int(w, "bl", tcb->bl);
	if (tcb->has_fmc)
		put_member_int(w, "fmc", tcb->fmc);
	put_member_int(w, "snp", tcb->snp);
	put_member_int(w, "tee", tcb->tee);
	put_member_int(w, "ucode", tcb->ucode);
	ah_json_put_object_end(w);
}

static void put_firmware_version(ah_json_writer *w, const char *key, const uint8_t version[static 3])
{
	char text[16];
	(void)snprintf(text, sizeof text, "%u.%u.%u", version[0], version[1], version[2]);
	put_member(w, key, text);
}

static void put_cpuid(ah_json_writer *w, const ah_snp_claims *snp)
{
	if (!snp->has_cpuid) {
		put_member_null(w, "cpuid");
		return;
	}
	ah_json_put_key(w, "cpuid");
	ah_json_put_object_begin(w);
	put_member_int(w, "family", snp->cpuid_family);
	put_member_int(w, "model", snp->cpuid_model);
	put_member_int(w, "stepping", snp->cpuid_stepping);
	ah_json_put_object_end(w);
}

/* The mitigation vectors exist since version 5. */
static void put_mitigations(ah_json_writer *w, const char *key, const ah_snp_claims *snp, uint64_t vector)
{
	if (snp->version >= 5)
		put_member_bits(w, key, vector);
	else
		put_member_null(w, key);
}

static void put_snp(ah_json_writer *w, const ah_claims *claims, const ah_snp_claims *snp)
{
	put_member_hex(w, "author_key_digest", AH_SLICE_OF(snp->author_key_digest));
	put_member_bool(w, "author_key_enabled", snp->author_key_enabled);
	put_member_hex(w, "chip_id", AH_SLICE_OF(snp->chip_id));
	put_member_bool(w, "chip_id_masked", snp->chip_id_masked);
	put_tcb(w, "committed_tcb", &snp->committed_tcb);
	put_firmware_version(w, "committed_version", snp->committed_version);
	put_cpuid(w, snp);
	if (snp->csp_id[0] != '\0')
		put_member_foreign(w, "csp_id", snp->csp_id);
	else
		put_member_null(w, "csp_id");
	put_mitigations(w, "current_mit_vector", snp, snp->current_mit_vector);
	put_tcb(w, "current_tcb", &snp->current_tcb);
	put_firmware_version(w, "current_version", snp->current_version);
	put_member_bool(w, "debug", claims->debug);
	put_member_hex(w, "family_id", AH_SLICE_OF(snp->family_id));
	put_member_bits(w, "guest_policy", snp->guest_policy);
	put_member_int(w, "guest_svn", snp->guest_svn);
	put_member_hex(w, "host_data", AH_SLICE_OF(snp->host_data));
	put_member_hex(w, "id_key_digest", AH_SLICE_OF(snp->id_key_digest));
	put_member_hex(w, "image_id", AH_SLICE_OF(snp->image_id));
	put_mitigations(w, "launch_mit_vector", snp, snp->launch_mit_vector);
	put_tcb(w, "launch_tcb", &snp->launch_tcb);
	put_member_hex(w, "measurement", AH_SLICE_OF(snp->measurement));
	put_member_bits(w, "platform_info", snp->platform_info);
	put_member(w, "product", ah_snp_product_name(snp->product));
	put_member_hex(w, "report_data", AH_SLICE_OF(snp->report_data));
	put_member_hex(w, "report_id", AH_SLICE_OF(snp->report_id));
	put_member_hex(w, "report_id_ma", AH_SLICE_OF(snp->report_id_ma));
	put_tcb(w, "reported_tcb", &snp->reported_tcb);
	put_member_bool(w, "revocation_checked", claims->revocation_checked);
	put_member(w, "signer", ah_snp_signer_name(snp->signer));
	put_member_int(w, "version", snp->version);
	put_member_int(w, "vmpl", snp->vmpl);
}

/* -- claims of TDX -- */

static void put_status(ah_json_writer *w, const char *key, ah_tdx_tcb_status status)
{
	if (status == AH_TDX_TCB_NONE)
		put_member_null(w, key);
	else
		put_member(w, key, ah_tdx_tcb_status_name(status));
}

static void put_advisories(ah_json_writer *w, const ah_tdx_claims *tdx)
{
	ah_json_put_key(w, "advisories");
	ah_json_put_array_begin(w);
	for (size_t i = 0; i < tdx->advisory_count && i < sizeof tdx->advisories / sizeof tdx->advisories[0]; i++)
		put_member_foreign(w, NULL, tdx->advisories[i]);
	ah_json_put_array_end(w);
}

static void put_crl_number(ah_json_writer *w, const char *key, const ah_tdx_claims *tdx, uint64_t number)
{
	if (tdx->has_crl_numbers && number <= INT64_MAX)
		put_member_int(w, key, (int64_t)number);
	else
		put_member_null(w, key);
}

static void put_collateral(ah_json_writer *w, const ah_tdx_claims *tdx)
{
	if (!tdx->has_collateral) {
		put_member_null(w, "collateral");
		return;
	}
	ah_json_put_key(w, "collateral");
	ah_json_put_object_begin(w);
	put_advisories(w, tdx);
	put_status(w, "current_status", tdx->current_status);
	put_status(w, "module_status", tdx->module_status);
	put_crl_number(w, "pck_crl_number", tdx, tdx->pck_crl_number);
	put_status(w, "platform_status", tdx->platform_status);
	put_member_int(w, "qe_evaluation", tdx->qe_evaluation);
	put_status(w, "qe_status", tdx->qe_status);
	put_crl_number(w, "root_crl_number", tdx, tdx->root_crl_number);
	ah_json_put_key(w, "tcb_date");
	ah_json_put_time(w, tdx->tcb_date_s);
	put_member_int(w, "tcb_evaluation", tdx->tcb_evaluation);
	put_status(w, "tcb_status", tdx->tcb_status);
	ah_json_put_object_end(w);
}

static void put_security_event(ah_json_writer *w, const ah_tdx_security_event *event)
{
	ah_json_put_object_begin(w);
	put_member_foreign(w, "name", event->name);
	put_member_hex(w, "payload", ah_slice_sub(AH_SLICE_OF(event->payload), 0, event->payload_len));
	put_member_int(w, "payload_length", (int64_t)event->payload_total_len);
	ah_json_put_object_end(w);
}

static void put_event_log(ah_json_writer *w, const ah_tdx_claims *tdx)
{
	if (!tdx->has_event_log) {
		put_member_null(w, "event_log");
		return;
	}
	ah_json_put_key(w, "event_log");
	ah_json_put_object_begin(w);
	put_member_int(w, "events", (int64_t)tdx->event_count);
	ah_json_put_key(w, "rtmrs_replayed");
	ah_json_put_array_begin(w);
	for (size_t i = 0; i < sizeof tdx->rtmr_replayed / sizeof tdx->rtmr_replayed[0]; i++)
		ah_json_put_bool(w, tdx->rtmr_replayed[i]);
	ah_json_put_array_end(w);
	ah_json_put_key(w, "security_events");
	ah_json_put_array_begin(w);
	for (size_t i = 0; i < tdx->security_event_count && i < sizeof tdx->security_events / sizeof tdx->security_events[0]; i++)
		put_security_event(w, &tdx->security_events[i]);
	ah_json_put_array_end(w);
	ah_json_put_object_end(w);
}

static void put_rtmrs(ah_json_writer *w, const ah_tdx_claims *tdx)
{
	ah_json_put_key(w, "rtmrs");
	ah_json_put_array_begin(w);
	for (size_t i = 0; i < sizeof tdx->rtmr / sizeof tdx->rtmr[0]; i++)
		ah_json_put_hex(w, AH_SLICE_OF(tdx->rtmr[i]));
	ah_json_put_array_end(w);
}

static void put_tdx(ah_json_writer *w, const ah_claims *claims, const ah_tdx_claims *tdx)
{
	put_member_int(w, "body_type", tdx->body_type);
	put_collateral(w, tdx);
	put_member_hex(w, "cpusvn", AH_SLICE_OF(tdx->cpusvn));
	put_member_bool(w, "debug", claims->debug);
	put_event_log(w, tdx);
	put_member_hex(w, "fmspc", AH_SLICE_OF(tdx->fmspc));
	put_member_hex(w, "mrconfigid", AH_SLICE_OF(tdx->mrconfigid));
	put_member_hex(w, "mrowner", AH_SLICE_OF(tdx->mrowner));
	put_member_hex(w, "mrownerconfig", AH_SLICE_OF(tdx->mrownerconfig));
	put_member_hex(w, "mrseam", AH_SLICE_OF(tdx->mrseam));
	put_optional_bytes(w, "mrservicetd", tdx->is_td15, tdx->mrservicetd, sizeof tdx->mrservicetd);
	put_member_hex(w, "mrsignerseam", AH_SLICE_OF(tdx->mrsignerseam));
	put_member_hex(w, "mrtd", AH_SLICE_OF(tdx->mrtd));
	put_member_hex(w, "pceid", AH_SLICE_OF(tdx->pceid));
	put_member_int(w, "pcesvn", tdx->pcesvn);
	put_optional_bytes(w, "platform_instance_id", tdx->has_platform_instance_id, tdx->platform_instance_id, sizeof tdx->platform_instance_id);
	put_member_hex(w, "ppid", AH_SLICE_OF(tdx->ppid));
	put_member_int(w, "qe_isvsvn", tdx->qe_isvsvn);
	put_member_hex(w, "quote_sha256", AH_SLICE_OF(tdx->quote_sha256));
	put_member_int(w, "quote_version", tdx->quote_version);
	put_member_hex(w, "report_data", AH_SLICE_OF(tdx->report_data));
	put_member_bool(w, "revocation_checked", claims->revocation_checked);
	put_rtmrs(w, tdx);
	put_member_hex(w, "seamattributes", AH_SLICE_OF(tdx->seamattributes));
	put_member_bits(w, "td_attributes", tdx->td_attributes);
	put_member_hex(w, "tee_tcb_svn", AH_SLICE_OF(tdx->tee_tcb_svn));
	put_optional_bytes(w, "tee_tcb_svn2", tdx->is_td15, tdx->tee_tcb_svn2, sizeof tdx->tee_tcb_svn2);
	put_member_bits(w, "xfam", tdx->xfam);
}

/* -- claims and trust -- */

static void put_claims(ah_json_writer *w, const ah_verdict *v)
{
	ah_json_put_key(w, "claims");
	if (v->claims == NULL) {
		ah_json_put_null(w);
		return;
	}
	ah_json_put_object_begin(w);
	switch (v->claims->platform) {
	case AH_PLATFORM_NITRO: put_nitro(w, v->claims, &v->claims->of.nitro); break;
	case AH_PLATFORM_SNP: put_snp(w, v->claims, &v->claims->of.snp); break;
	case AH_PLATFORM_TDX: put_tdx(w, v->claims, &v->claims->of.tdx); break;
	case AH_PLATFORM_NONE: break;
	}
	ah_json_put_object_end(w);
}

/* What stays trusted when everything passed. */
static void put_trust(ah_json_writer *w, const ah_verdict *v)
{
	ah_json_put_key(w, "trust");
	if (v->claims == NULL) {
		ah_json_put_null(w);
		return;
	}
	const ah_nitro_claims *nitro = ah_claims_nitro(v->claims);
	const ah_snp_claims *snp = ah_claims_snp(v->claims);
	const ah_tdx_claims *tdx = ah_claims_tdx(v->claims);
	ah_json_put_object_begin(w);
	if (tdx != NULL && tdx->has_collateral)
		put_advisories(w, tdx);
	if (snp != NULL && !snp->chip_id_masked && snp->signer == AH_SNP_VCEK) /* only a VCEK names its chip */
		put_member_hex(w, "chip_id", AH_SLICE_OF(snp->chip_id));
	put_member_bool(w, "hardware", v->claims->hardware);
	if (nitro != NULL)
		put_member_foreign(w, "instance_id", nitro->instance_id);
	if (tdx != NULL)
		put_member_hex(w, "ppid", AH_SLICE_OF(tdx->ppid));
	put_member_hex(w, "root_sha256", AH_SLICE_OF(v->claims->root_sha256));
	ah_json_put_key(w, "roots");
	ah_json_put_array_begin(w);
	ah_json_put_text(w, v->claims->root_name);
	ah_json_put_array_end(w);
	put_member(w, "statement", ah__verdict_trust_statement(v));
	if (snp != NULL)
		put_tcb(w, "tcb", &snp->reported_tcb);
	if (tdx != NULL && tdx->has_collateral) {
		ah_json_put_key(w, "tcb_date");
		ah_json_put_time(w, tdx->tcb_date_s);
		put_status(w, "tcb_status", tdx->tcb_status);
	}
	ah_json_put_object_end(w);
}

/* -- the whole -- */

static void put_verdict(ah_json_writer *w, const ah_verdict *v)
{
	ah_json_put_object_begin(w);
	put_member_bool(w, "accepted", v->err == AH_OK);
	ah__put_carrier(w, v);
	put_claims(w, v);
	put_error(w, v);
	put_evidence(w, v);
	put_member_int(w, "exit_code", ah_verdict_exit_code(v));
	ah_json_put_key(w, "expiry");
	if (v->err == AH_OK)
		ah_json_put_time(w, v->expiry_s);
	else
		ah_json_put_null(w);
	put_member(w, "mode", v->genuine_only ? "genuine-only" : "policy");
	put_member(w, "platform", ah_platform_name(v->platform));
	put_policy(w, v);
	put_member(w, "policy_source", v->policy_source);
	put_member(w, "result", ah_result_name(v->result));
	put_rows(w, v);
	put_member(w, "schema", SCHEMA);
	put_trust(w, v);
	ah_json_put_key(w, "verified_at");
	ah_json_put_time(w, v->verified_at_s);
	ah_json_put_object_end(w);
}

ah_err ah_verdict_to_json(const ah_verdict *verdict, char **text, size_t *len)
{
	AH_AUTO(ah_buf) out = AH_BUF(AH_VERDICT_TEXT_MAX);
	ah_json_writer w;
	ah_json_writer_init(&w, &out);
	put_verdict(&w, verdict);
	AH_TRY(ah_json_writer_finish(&w));
	return ah__text_from_buf(text, len, &out);
}
