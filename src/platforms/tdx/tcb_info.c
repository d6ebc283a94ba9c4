/* TCB info of TDX, version 3 (Intel PCS v4, "Get TDX TCB Info"). See documents.h and tcb.h. */
#include "platforms/tdx/documents.h"

#include "base/fault.h"

#define COMPONENTS 16

/* -- One platform level -- */

static ah_err read_svn(ah__document *d, void *into)
{
	uint32_t svn = 0;
	AH_TRY(ah__document_unsigned(d, UINT8_MAX, &svn));
	*(uint8_t *)into = (uint8_t)svn;
	return AH_OK;
}

static ah_err read_component(ah__document *d, size_t index, void *into)
{
	static const ah__member members[] = {
		{ "svn", read_svn, false },
		{ "category", NULL, true }, /* for people: "BIOS", "OS/VMM" */
		{ "type", NULL, true },
	};
	uint8_t *components = (uint8_t *)into;
	if (index == COMPONENTS)
		return ah__document_refuse(d, "a 17th component");
	return ah__document_object(d, members, sizeof members / sizeof members[0], &components[index]);
}

/* Exactly 16: a shorter array, compared as far as it goes, would let the components behind it pass unseen. */
static ah_err read_components(ah__document *d, uint8_t out[static COMPONENTS])
{
	size_t count = 0;
	AH_TRY(ah__document_array(d, read_component, out, &count));
	return count == COMPONENTS ? AH_OK : ah__document_refuse(d, "not 16 components");
}

static ah_err read_sgx(ah__document *d, void *into)
{
	return read_components(d, ((ah__level_place *)into)->level->sgx);
}

static ah_err read_tdx(ah__document *d, void *into)
{
	return read_components(d, ((ah__level_place *)into)->level->tdx);
}

static ah_err read_pcesvn(ah__document *d, void *into)
{
	uint32_t pcesvn = 0;
	AH_TRY(ah__document_unsigned(d, UINT16_MAX, &pcesvn));
	((ah__level_place *)into)->level->pcesvn = (uint16_t)pcesvn;
	return AH_OK;
}

static ah_err read_tcb(ah__document *d, void *into)
{
	static const ah__member members[] = {
		{ "sgxtcbcomponents", read_sgx, false },
		{ "pcesvn", read_pcesvn, false },
		{ "tdxtcbcomponents", read_tdx, false },
	};
	return ah__document_object(d, members, sizeof members / sizeof members[0], into);
}

static ah_err read_level(ah__document *d, size_t index, void *into)
{
	static const ah__member members[] = {
		{ "tcb", read_tcb, false },
		{ "tcbDate", ah__level_read_date, false },
		{ "tcbStatus", ah__level_read_status, false },
		{ "advisoryIDs", ah__level_read_advisories, true },
	};
	ah_tdx_tcb_info *info = (ah_tdx_tcb_info *)into;
	if (index == AH_TDX_LEVELS_MAX)
		return ah__document_too_many(d, AH_TDX_LEVELS_MAX);
	ah__level_place place = { &info->levels[index], info->advisories, &info->advisory_count };
	return ah__document_object(d, members, sizeof members / sizeof members[0], &place);
}

/* Step 11: by SGX components, then PCESVN, then TDX components. */
static int compare_levels(const ah_tdx_level *a, const ah_tdx_level *b)
{
	int sgx = ah_slice_compare(AH_SLICE_OF(a->sgx), AH_SLICE_OF(b->sgx));
	if (sgx != 0)
		return sgx;
	if (a->pcesvn != b->pcesvn)
		return a->pcesvn < b->pcesvn ? -1 : 1;
	return ah_slice_compare(AH_SLICE_OF(a->tdx), AH_SLICE_OF(b->tdx));
}

static ah_err read_levels(ah__document *d, void *into)
{
	ah_tdx_tcb_info *info = (ah_tdx_tcb_info *)into;
	AH_TRY(ah__document_array(d, read_level, into, &info->level_count));
	if (info->level_count == 0)
		return ah__document_refuse(d, "no level");
	return ah__levels_sort(info->levels, info->level_count, compare_levels) ? AH_OK : ah__document_refuse(d, "the same level twice");
}

/* -- The TDX module: its identity for version 0, and those of later versions -- */

static ah_err read_module_mrsigner(ah__document *d, void *into)
{
	ah_tdx_module_identity *module = (ah_tdx_module_identity *)into;
	return ah__document_hex(d, module->mrsigner, sizeof module->mrsigner);
}

static ah_err read_module_attributes(ah__document *d, void *into)
{
	ah_tdx_module_identity *module = (ah_tdx_module_identity *)into;
	return ah__document_hex(d, module->attributes, sizeof module->attributes);
}

static ah_err read_module_mask(ah__document *d, void *into)
{
	ah_tdx_module_identity *module = (ah_tdx_module_identity *)into;
	return ah__document_hex(d, module->attributes_mask, sizeof module->attributes_mask);
}

static ah_err read_module(ah__document *d, void *into)
{
	static const ah__member members[] = {
		{ "mrsigner", read_module_mrsigner, false },
		{ "attributes", read_module_attributes, false },
		{ "attributesMask", read_module_mask, false },
	};
	ah_tdx_tcb_info *info = (ah_tdx_tcb_info *)into;
	ah_tdx_module_identity module = { .version = 0 };
	AH_TRY(ah__document_object(d, members, sizeof members / sizeof members[0], &module));
	memcpy(info->module_mrsigner, module.mrsigner, sizeof info->module_mrsigner);
	memcpy(info->module_attributes, module.attributes, sizeof info->module_attributes);
	memcpy(info->module_attributes_mask, module.attributes_mask, sizeof info->module_attributes_mask);
	return AH_OK;
}

/* A module identity on its way: its levels put their advisories into the document's table. */
struct module_place {
	ah_tdx_module_identity *module;
	ah_tdx_tcb_info *info;
};

static ah_err read_identity_mrsigner(ah__document *d, void *into)
{
	return read_module_mrsigner(d, ((struct module_place *)into)->module);
}

static ah_err read_identity_attributes(ah__document *d, void *into)
{
	return read_module_attributes(d, ((struct module_place *)into)->module);
}

static ah_err read_identity_mask(ah__document *d, void *into)
{
	return read_module_mask(d, ((struct module_place *)into)->module);
}

/* "TDX_" and the version as two hex digits. */
static ah_err read_identity_id(ah__document *d, void *into)
{
	static const char prefix[] = "TDX_";
	const size_t prefix_len = sizeof prefix - 1;
	struct module_place *place = (struct module_place *)into;
	ah_slice text = { NULL, 0 };
	AH_TRY(ah__document_text(d, &text));
	bool named = text.len > prefix_len && ah_slice_is_text(ah_slice_sub(text, 0, prefix_len), prefix);
	if (!named || !ah__hex_any_case(&place->module->version, 1, ah_slice_sub(text, prefix_len, text.len - prefix_len)))
		return ah__document_refuse(d, "not TDX_ and two hex digits");
	return AH_OK;
}

static ah_err read_module_level(ah__document *d, size_t index, void *into)
{
	struct module_place *at = (struct module_place *)into;
	if (index == AH_TDX_MODULE_LEVELS_MAX)
		return ah__document_too_many(d, AH_TDX_MODULE_LEVELS_MAX);
	ah__level_place place = { &at->module->levels[index], at->info->advisories, &at->info->advisory_count };
	return ah__isv_level_read(d, &place);
}

static ah_err read_module_levels(ah__document *d, void *into)
{
	struct module_place *at = (struct module_place *)into;
	AH_TRY(ah__document_array(d, read_module_level, into, &at->module->level_count));
	if (at->module->level_count == 0)
		return ah__document_refuse(d, "no level");
	return ah__isv_levels_sort(at->module->levels, at->module->level_count) ? AH_OK : ah__document_refuse(d, "the same level twice");
}

static ah_err read_identity(ah__document *d, size_t index, void *into)
{
	static const ah__member members[] = {
		{ "id", read_identity_id, false },
		{ "mrsigner", read_identity_mrsigner, false },
		{ "attributes", read_identity_attributes, false },
		{ "attributesMask", read_identity_mask, false },
		{ "tcbLevels", read_module_levels, false },
	};
	ah_tdx_tcb_info *info = (ah_tdx_tcb_info *)into;
	if (index == AH_TDX_MODULES_MAX)
		return ah__document_too_many(d, AH_TDX_MODULES_MAX);
	struct module_place place = { &info->modules[index], info };
	AH_TRY(ah__document_object(d, members, sizeof members / sizeof members[0], &place));
	for (size_t i = 0; i < index; i++)
		if (info->modules[i].version == info->modules[index].version)
			return ah__document_refuse(d, "the same module version twice");
	return AH_OK;
}

static ah_err read_identities(ah__document *d, void *into)
{
	return ah__document_array(d, read_identity, into, &((ah_tdx_tcb_info *)into)->module_count);
}

/* -- The document -- */

static ah_err read_issue(ah__document *d, void *into)
{
	return ah__document_time(d, &((ah_tdx_tcb_info *)into)->issue_s);
}

static ah_err read_next_update(ah__document *d, void *into)
{
	return ah__document_time(d, &((ah_tdx_tcb_info *)into)->next_update_s);
}

static ah_err read_fmspc(ah__document *d, void *into)
{
	ah_tdx_tcb_info *info = (ah_tdx_tcb_info *)into;
	return ah__document_hex(d, info->fmspc, sizeof info->fmspc);
}

static ah_err read_pceid(ah__document *d, void *into)
{
	ah_tdx_tcb_info *info = (ah_tdx_tcb_info *)into;
	return ah__document_hex(d, info->pceid, sizeof info->pceid);
}

static ah_err read_evaluation(ah__document *d, void *into)
{
	return ah__document_unsigned(d, UINT32_MAX, &((ah_tdx_tcb_info *)into)->evaluation);
}

ah_err ah__tdx_tcb_info_parse(ah_tdx_tcb_info *out, ah_slice text, ah_fault *why)
{
	static const ah__kind kinds[] = { { "id", "\"TDX\"" }, { "version", "3" }, { "tcbType", "0" } };
	static const ah__member members[] = {
		{ "id", NULL, false },
		{ "version", NULL, false },
		{ "tcbType", NULL, false },
		{ "issueDate", read_issue, false },
		{ "nextUpdate", read_next_update, false },
		{ "fmspc", read_fmspc, false },
		{ "pceId", read_pceid, false },
		{ "tcbEvaluationDataNumber", read_evaluation, false },
		{ "tdxModule", read_module, false },
		{ "tdxModuleIdentities", read_identities, true }, /* Intel served none in 2023 */
		{ "tcbLevels", read_levels, false },
	};
	ah__document d = { .step = "collateral.tcb_info", .missing = AH_ERR_COLLATERAL_MALFORMED, .why = why };
	AH_TRY(ah__document_open(&d, text, AH_JSON_VENDOR));
	AH_TRY(ah__document_check_kind(&d, kinds, sizeof kinds / sizeof kinds[0]));
	AH_TRY(ah__document_object(&d, members, sizeof members / sizeof members[0], out));
	AH_TRY(ah__document_finish(&d));
	out->unknown_members = d.unknown_members;
	return AH_OK;
}
