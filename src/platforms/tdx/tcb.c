/* See tcb.h. Steps are those of docs/protocol/tdx.md, "TCB evaluation". */
#include "platforms/tdx/tcb.h"

#include "base/fault.h"

#define STEP "tdx.tcb_level"

bool ah_tdx_tcb_status_parse(ah_tdx_tcb_status *out, ah_slice text)
{
	static const ah_tdx_tcb_status said_by_intel[] = {
		AH_TDX_TCB_UP_TO_DATE, AH_TDX_TCB_SW_HARDENING_NEEDED, AH_TDX_TCB_CONFIGURATION_NEEDED, AH_TDX_TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED,
		AH_TDX_TCB_OUT_OF_DATE, AH_TDX_TCB_OUT_OF_DATE_CONFIGURATION_NEEDED, AH_TDX_TCB_REVOKED,
	};
	for (size_t i = 0; i < sizeof said_by_intel / sizeof said_by_intel[0]; i++)
		if (ah_slice_is_text(text, ah_tdx_tcb_status_name(said_by_intel[i]))) {
			*out = said_by_intel[i];
			return true;
		}
	return false;
}

const ah_tdx_module_identity *ah_tdx_module_for(const ah_tdx_tcb_info *info, uint8_t version, bool *found)
{
	*found = version == 0;
	for (size_t i = 0; version != 0 && i < info->module_count; i++)
		if (info->modules[i].version == version) {
			*found = true;
			return &info->modules[i];
		}
	return NULL;
}

/* -- Levels: sorted from the highest down, so the first one that is reached is the one that counts -- */

static bool reaches(const uint8_t *svns, const uint8_t *wanted, size_t first)
{
	for (size_t i = first; i < 16; i++)
		if (svns[i] < wanted[i])
			return false;
	return true;
}

/*
 * Step 11. From version 1 of the TDX module on, tee_tcb_svn[0] and [1] are SVN and version of the module, which has levels of its own; the
 * platform's levels then speak of the rest alone.
 */
static const ah_tdx_level *platform_level(const ah_tdx_tcb_info *info, const ah_tdx_tcb_input *input, const uint8_t *tee_tcb_svn)
{
	size_t first = tee_tcb_svn[1] > 0 ? 2 : 0;
	for (size_t i = 0; i < info->level_count; i++) {
		const ah_tdx_level *level = &info->levels[i];
		if (reaches(input->pck_components, level->sgx, 0) && input->pcesvn >= level->pcesvn && reaches(tee_tcb_svn, level->tdx, first))
			return level;
	}
	return NULL;
}

static const ah_tdx_level *isv_level(const ah_tdx_level *levels, size_t count, uint16_t isvsvn)
{
	for (size_t i = 0; i < count; i++)
		if (isvsvn >= levels[i].isvsvn)
			return &levels[i];
	return NULL;
}

/* -- Statuses -- */

/* Step 13: a component can only make it worse. */
static ah_tdx_tcb_status converge(ah_tdx_tcb_status platform, ah_tdx_tcb_status component)
{
	if (platform == AH_TDX_TCB_REVOKED || component == AH_TDX_TCB_REVOKED)
		return AH_TDX_TCB_REVOKED;
	if (component != AH_TDX_TCB_OUT_OF_DATE)
		return platform;
	if (platform == AH_TDX_TCB_UP_TO_DATE || platform == AH_TDX_TCB_SW_HARDENING_NEEDED)
		return AH_TDX_TCB_OUT_OF_DATE;
	if (platform == AH_TDX_TCB_CONFIGURATION_NEEDED || platform == AH_TDX_TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED)
		return AH_TDX_TCB_OUT_OF_DATE_CONFIGURATION_NEEDED;
	return platform;
}

static bool is_out_of_date(ah_tdx_tcb_status status)
{
	return status == AH_TDX_TCB_OUT_OF_DATE || status == AH_TDX_TCB_OUT_OF_DATE_CONFIGURATION_NEEDED;
}

static bool needs_configuration(ah_tdx_tcb_status status)
{
	return status == AH_TDX_TCB_CONFIGURATION_NEEDED || status == AH_TDX_TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED ||
	       status == AH_TDX_TCB_OUT_OF_DATE_CONFIGURATION_NEEDED;
}

/*
 * Step 14: the TD was launched under an old TCB, and the platform was updated around it since. Starting it again would give it the current
 * status. Where the current TCB is the worse one, what runs now counts as much as what was there at launch. Revoked stays revoked, whichever of
 * the two it is.
 */
static ah_tdx_tcb_status with_current(ah_tdx_tcb_status launch, ah_tdx_tcb_status current)
{
	if (launch == AH_TDX_TCB_REVOKED || current == AH_TDX_TCB_REVOKED)
		return AH_TDX_TCB_REVOKED;
	if (is_out_of_date(current))
		return needs_configuration(current) ? AH_TDX_TCB_OUT_OF_DATE_CONFIGURATION_NEEDED : converge(launch, AH_TDX_TCB_OUT_OF_DATE);
	if (!is_out_of_date(launch))
		return launch;
	return needs_configuration(launch) || needs_configuration(current) ? AH_TDX_TCB_RELAUNCH_ADVISED_CONFIGURATION_NEEDED : AH_TDX_TCB_RELAUNCH_ADVISED;
}

/* -- One evaluation: steps 11 to 13 for one tee_tcb_svn -- */

struct rating {
	ah_tdx_tcb_status platform, module, merged;
	int64_t date_s;
	uint32_t advisories;
};

static int64_t older(int64_t a_s, int64_t b_s)
{
	return a_s < b_s ? a_s : b_s;
}

/* Step 12. The module's level is not evaluated for version 0: the components 0 and 1 of the platform's level hold it then. */
static ah_err rate_module(struct rating *r, const ah_tdx_tcb_info *info, const uint8_t *tee_tcb_svn, ah_fault *why)
{
	bool found = false;
	const ah_tdx_module_identity *module = ah_tdx_module_for(info, tee_tcb_svn[1], &found);
	if (!found)
		return ah_fault_set(why, AH_ERR_TDX_MODULE, STEP, "no identity TDX_%02X in the TCB info", tee_tcb_svn[1]);
	if (module == NULL)
		return AH_OK;
	const ah_tdx_level *level = isv_level(module->levels, module->level_count, tee_tcb_svn[0]);
	if (level == NULL)
		return ah_fault_set(why, AH_ERR_TCB_UNSUPPORTED, STEP, "TDX module TDX_%02X: no level for SVN %d", tee_tcb_svn[1], tee_tcb_svn[0]);
	r->module = level->status;
	r->merged = converge(r->merged, level->status);
	r->date_s = older(r->date_s, level->date_s);
	r->advisories |= level->advisories;
	return AH_OK;
}

static ah_err rate(struct rating *out, const ah_tdx_tcb_info *info, const ah_tdx_level *qe, const ah_tdx_tcb_input *input, const uint8_t *tee_tcb_svn,
                   ah_fault *why)
{
	const ah_tdx_level *level = platform_level(info, input, tee_tcb_svn);
	if (level == NULL)
		return ah_fault_set(why, AH_ERR_TCB_UNSUPPORTED, STEP, "platform: no level that low (%s)",
		                    tee_tcb_svn == input->tee_tcb_svn ? "launch TCB" : "current TCB");
	struct rating r = { .platform = level->status, .merged = level->status, .date_s = level->date_s, .advisories = level->advisories };
	AH_TRY(rate_module(&r, info, tee_tcb_svn, why));
	r.merged = converge(r.merged, qe->status);
	r.date_s = older(r.date_s, qe->date_s);
	*out = r;
	return AH_OK;
}

ah_err ah_tdx_tcb_evaluate(ah_tdx_tcb_result *out, const ah_tdx_tcb_info *info, const ah_tdx_qe_identity *identity, const ah_tdx_tcb_input *input,
                           ah_fault *why)
{
	struct rating launch = { .date_s = 0 }, current = { .date_s = 0 };
	const ah_tdx_level *qe = isv_level(identity->levels, identity->level_count, input->qe_isvsvn);
	if (qe == NULL)
		return ah_fault_set(why, AH_ERR_TCB_UNSUPPORTED, STEP, "quoting enclave: no level for SVN %d", input->qe_isvsvn);
	AH_TRY(rate(&launch, info, qe, input, input->tee_tcb_svn, why));
	ah_tdx_tcb_result result = {
		.platform = launch.platform, .module = launch.module, .qe = qe->status, .launch = launch.merged, .merged = launch.merged,
		.date_s = launch.date_s, .info_advisories = launch.advisories, .qe_advisories = qe->advisories,
	};
	if (input->tee_tcb_svn2 != NULL) {
		AH_TRY(rate(&current, info, qe, input, input->tee_tcb_svn2, why));
		result.current = current.merged;
		result.merged = with_current(launch.merged, current.merged);
		result.date_s = older(launch.date_s, current.date_s);
		result.info_advisories |= current.advisories;
	}
	*out = result;
	return AH_OK;
}
