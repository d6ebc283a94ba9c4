/*
 * The canonical JSON of a policy: what policy_load.c reads, member for member, in the order of the bytes of the names, defaults written out.
 * An absent list stays absent. The text never exceeds AH_POLICY_MAX, so whatever is written loads again.
 */
#include "policy/policy.h"

#include "base/fault.h"
#include "codec/json.h"

#include <stdio.h>

#define TURIN_ID_LEN 8

static void put_bytes(ah_json_writer *w, const char *key, const ah_byte_list *list)
{
	if (!list->present)
		return;
	ah_json_put_key(w, key);
	ah_json_put_array_begin(w);
	for (size_t i = 0; i < list->count; i++)
		ah_json_put_hex(w, ah_slice_make(list->items[i], list->item_len));
	ah_json_put_array_end(w);
}

static void put_texts(ah_json_writer *w, const char *key, const ah_text_list *list)
{
	if (!list->present)
		return;
	ah_json_put_key(w, key);
	ah_json_put_array_begin(w);
	for (size_t i = 0; i < list->count; i++)
		ah_json_put_text(w, list->items[i]);
	ah_json_put_array_end(w);
}

static void put_named_text(ah_json_writer *w, const char *key, const char *text)
{
	ah_json_put_key(w, key);
	ah_json_put_text(w, text);
}

static void put_named_int(ah_json_writer *w, const char *key, int64_t v)
{
	ah_json_put_key(w, key);
	ah_json_put_int(w, v);
}

static void put_named_bool(ah_json_writer *w, const char *key, bool v)
{
	ah_json_put_key(w, key);
	ah_json_put_bool(w, v);
}

static void put_named_time(ah_json_writer *w, const char *key, int64_t t_s)
{
	ah_json_put_key(w, key);
	ah_json_put_time(w, t_s);
}

static void put_named_hex(ah_json_writer *w, const char *key, ah_slice bytes)
{
	ah_json_put_key(w, key);
	ah_json_put_hex(w, bytes);
}

/* -- platforms.nitro -- */

static void put_pcr(ah_json_writer *w, const ah_nitro_release *release, unsigned pcr)
{
	char key[4];
	if (pcr >= AH_NITRO_PCR_COUNT || (release->pcr_mask >> pcr & 1) == 0)
		return;
	(void)snprintf(key, sizeof key, "%u", pcr);
	put_named_hex(w, key, ah_slice_make(release->pcrs[pcr], release->pcr_len[pcr]));
}

/* The names are numbers, sorted as texts: 0, 1, 10 .. 19, 2, 20 .. 29, 3, 30, 31, 4 .. 9. */
static void put_pcrs(ah_json_writer *w, const ah_nitro_release *release)
{
	ah_json_put_object_begin(w);
	put_pcr(w, release, 0);
	for (unsigned first = 1; first <= 9; first++) {
		put_pcr(w, release, first);
		for (unsigned second = 0; second <= 9; second++)
			put_pcr(w, release, 10 * first + second);
	}
	ah_json_put_object_end(w);
}

static void put_nitro(ah_json_writer *w, const ah_nitro_policy *nitro)
{
	ah_json_put_object_begin(w);
	put_texts(w, "builders", &nitro->builders);
	put_named_bool(w, "debug", nitro->debug);
	put_texts(w, "instance_ids", &nitro->instance_ids);
	put_texts(w, "launchers", &nitro->launchers);
	if (nitro->min_version[0] != '\0')
		put_named_text(w, "min_version", nitro->min_version);
	put_texts(w, "release_signers", &nitro->release_signers);
	if (nitro->release_threshold != 0)
		put_named_int(w, "release_threshold", nitro->release_threshold);
	ah_json_put_key(w, "releases");
	ah_json_put_array_begin(w);
	for (size_t i = 0; i < nitro->release_count; i++) {
		ah_json_put_object_begin(w);
		ah_json_put_key(w, "pcrs");
		put_pcrs(w, &nitro->releases[i]);
		put_named_text(w, "release", nitro->releases[i].release);
		ah_json_put_object_end(w);
	}
	ah_json_put_array_end(w);
	put_named_bool(w, "require_build", nitro->require_build);
	put_named_bool(w, "require_launch", nitro->require_launch);
	put_texts(w, "stages", &nitro->stages);
	ah_json_put_object_end(w);
}

/* -- platforms.sev-snp -- */

/* Back to the form of the document: 8 bytes where the rest is zero, as on Turin. */
static void put_chip_ids(ah_json_writer *w, const ah_byte_list *list)
{
	if (!list->present)
		return;
	ah_json_put_key(w, "chip_ids");
	ah_json_put_array_begin(w);
	for (size_t i = 0; i < list->count; i++) {
		ah_slice id = ah_slice_make(list->items[i], list->item_len);
		bool is_short = ah_slice_is_zero(ah_slice_sub(id, TURIN_ID_LEN, id.len - TURIN_ID_LEN));
		ah_json_put_hex(w, is_short ? ah_slice_sub(id, 0, TURIN_ID_LEN) : id);
	}
	ah_json_put_array_end(w);
}

static void put_products(ah_json_writer *w, const ah_snp_policy *snp)
{
	static const ah_snp_product products[] = { AH_SNP_MILAN, AH_SNP_GENOA, AH_SNP_TURIN };
	ah_json_put_key(w, "products");
	ah_json_put_array_begin(w);
	for (size_t i = 0; i < sizeof products / sizeof products[0]; i++)
		if (snp->products[products[i]])
			ah_json_put_text(w, ah_snp_product_name(products[i]));
	ah_json_put_array_end(w);
}

static void put_snp_release(ah_json_writer *w, const ah_snp_release *release)
{
	ah_json_put_object_begin(w);
	if (release->by_id_key) {
		put_named_hex(w, "id_key_digest", AH_SLICE_OF(release->id_key_digest));
		put_named_int(w, "min_svn", release->min_svn);
	} else {
		put_named_hex(w, "measurement", AH_SLICE_OF(release->measurement));
	}
	put_named_text(w, "release", release->release);
	ah_json_put_object_end(w);
}

static void put_signers(ah_json_writer *w, const ah_snp_policy *snp)
{
	ah_json_put_key(w, "signers");
	ah_json_put_array_begin(w);
	if (snp->signer_vcek)
		ah_json_put_text(w, ah_snp_signer_name(AH_SNP_VCEK));
	if (snp->signer_vlek)
		ah_json_put_text(w, ah_snp_signer_name(AH_SNP_VLEK));
	ah_json_put_array_end(w);
}

static void put_floor(ah_json_writer *w, const ah_snp_floor *floor)
{
	ah_json_put_object_begin(w);
	put_named_int(w, "bl", floor->tcb.bl);
	if (floor->tcb.has_fmc)
		put_named_int(w, "fmc", floor->tcb.fmc);
	if (floor->has_model)
		put_named_int(w, "model", floor->model);
	put_named_text(w, "product", ah_snp_product_name(floor->product));
	put_named_int(w, "snp", floor->tcb.snp);
	put_named_int(w, "tee", floor->tcb.tee);
	put_named_int(w, "ucode", floor->tcb.ucode);
	ah_json_put_object_end(w);
}

static void put_snp(ah_json_writer *w, const ah_snp_policy *snp)
{
	ah_json_put_object_begin(w);
	put_named_bool(w, "alias_check", snp->alias_check);
	put_named_bool(w, "allow_masked_chip_id", snp->allow_masked_chip_id);
	put_chip_ids(w, &snp->chip_ids);
	put_named_bool(w, "debug", snp->debug);
	put_named_int(w, "min_report_version", snp->min_report_version);
	put_products(w, snp);
	ah_json_put_key(w, "releases");
	ah_json_put_array_begin(w);
	for (size_t i = 0; i < snp->release_count; i++)
		put_snp_release(w, &snp->releases[i]);
	ah_json_put_array_end(w);
	put_signers(w, snp);
	put_named_bool(w, "strict_platform_info", snp->strict_platform_info);
	ah_json_put_key(w, "tcb_floors");
	ah_json_put_array_begin(w);
	for (size_t i = 0; i < snp->floor_count; i++)
		put_floor(w, &snp->floors[i]);
	ah_json_put_array_end(w);
	put_named_int(w, "vmpl", snp->vmpl);
	ah_json_put_object_end(w);
}

/* -- platforms.tdx -- */

static void put_tdx_release(ah_json_writer *w, const ah_tdx_release *release)
{
	static const char *const names[] = { "0", "1", "2", "3" };
	ah_json_put_object_begin(w);
	put_named_hex(w, "mrtd", AH_SLICE_OF(release->mrtd));
	put_named_text(w, "release", release->release);
	ah_json_put_key(w, "rtmrs");
	ah_json_put_object_begin(w);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if ((release->rtmr_mask >> i & 1) != 0)
			put_named_hex(w, names[i], AH_SLICE_OF(release->rtmr[i]));
	ah_json_put_object_end(w);
	ah_json_put_object_end(w);
}

static void put_tcb_statuses(ah_json_writer *w, const ah_tdx_policy *tdx)
{
	ah_json_put_key(w, "tcb_statuses");
	ah_json_put_array_begin(w);
	for (unsigned s = AH_TDX_TCB_UP_TO_DATE; s < sizeof tdx->tcb_statuses / sizeof tdx->tcb_statuses[0]; s++)
		if (tdx->tcb_statuses[s])
			ah_json_put_text(w, ah_tdx_tcb_status_name((ah_tdx_tcb_status)s));
	ah_json_put_array_end(w);
}

static void put_tdx(ah_json_writer *w, const ah_tdx_policy *tdx)
{
	ah_json_put_object_begin(w);
	put_named_bool(w, "debug", tdx->debug);
	put_named_int(w, "min_tcb_evaluation", tdx->min_tcb_evaluation);
	put_bytes(w, "mrservicetd", &tdx->mrservicetd);
	put_bytes(w, "ppids", &tdx->ppids);
	ah_json_put_key(w, "releases");
	ah_json_put_array_begin(w);
	for (size_t i = 0; i < tdx->release_count; i++)
		put_tdx_release(w, &tdx->releases[i]);
	ah_json_put_array_end(w);
	put_tcb_statuses(w, tdx);
	ah_json_put_object_end(w);
}

/* -- The document -- */

static void put_platforms(ah_json_writer *w, const ah_policy *policy)
{
	ah_json_put_key(w, "platforms");
	ah_json_put_object_begin(w);
	if (policy->nitro.present) {
		ah_json_put_key(w, "nitro");
		put_nitro(w, &policy->nitro);
	}
	if (policy->snp.present) {
		ah_json_put_key(w, "sev-snp");
		put_snp(w, &policy->snp);
	}
	if (policy->tdx.present) {
		ah_json_put_key(w, "tdx");
		put_tdx(w, &policy->tdx);
	}
	ah_json_put_object_end(w);
}

static void put_policy(ah_json_writer *w, const ah_policy *policy)
{
	ah_json_put_object_begin(w);
	put_bytes(w, "allowed_workload_identity_tags", &policy->allowed_workload_identity_tags);
	put_texts(w, "deployment_ids", &policy->deployment_ids);
	put_named_text(w, "freshness", ah__freshness_name(policy->freshness));
	put_named_time(w, "issued_at", policy->issued_at_s);
	put_bytes(w, "manifest_keys", &policy->manifest_keys);
	put_named_int(w, "max_evidence_age_seconds", policy->max_evidence_age_s);
	put_platforms(w, policy);
	put_named_bool(w, "require_revocation", policy->require_revocation);
	put_bytes(w, "revoked_measurements", &policy->revoked_measurements);
	put_bytes(w, "revoked_tls_spki", &policy->revoked_tls_spki);
	put_named_text(w, "schema", AH_POLICY_SCHEMA);
	put_bytes(w, "service_keys", &policy->service_keys);
	put_bytes(w, "simulated_roots", &policy->simulated_roots);
	put_named_time(w, "valid_from", policy->valid_from_s);
	put_named_time(w, "valid_until", policy->valid_until_s);
	put_named_int(w, "version", policy->version);
	put_named_text(w, "workload", policy->workload);
	ah_json_put_object_end(w);
}

ah_err ah_policy_to_json(const ah_policy *policy, char **text, size_t *len)
{
	AH_AUTO(ah_buf) written = AH_BUF(AH_POLICY_MAX);
	ah_json_writer w;
	ah_json_writer_init(&w, &written);
	put_policy(&w, policy);
	AH_TRY(ah_json_writer_finish(&w));
	written.max++; /* the NUL */
	return ah__text_from_buf(text, len, &written);
}
