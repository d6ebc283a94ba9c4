/* Loading platforms.tdx, in the manner of policy_load.c. docs/protocol/policy.md describes every member. */
#include "policy/policy_values.h"

#include "base/fault.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define RTMR_COUNT   4

static_assert(COUNT(((ah_tdx_release *)NULL)->rtmr) == RTMR_COUNT, "every RTMR of a release is a member of the document");

/* -- releases -- */

/* RTMR 3 is for what the guest extends at run time: zero there says that nothing was. Zero in the others says that nobody measured the boot. */
static bool rtmr_may_be_zero(unsigned rtmr)
{
	return rtmr == 3;
}

static ah_err take_register(ah_policy_reader *r, uint8_t out[static 48], bool may_be_zero)
{
	size_t off = ah_json_pos(&r->j);
	AH_TRY(ah__policy_take_hex(r, out, 48));
	if (!may_be_zero && ah_slice_is_zero(ah_slice_make(out, 48)))
		return ah__policy_refuse(r, AH_ERR_POLICY_ZERO_MEASUREMENT, off, "all zero");
	return AH_OK;
}

static const ah_policy_member rtmr_members[RTMR_COUNT] = { { "0", false }, { "1", false }, { "2", false }, { "3", false } };

static ah_err take_rtmr(ah_policy_reader *r, void *into, unsigned rtmr)
{
	ah_tdx_release *release = (ah_tdx_release *)into;
	AH_TRY(take_register(r, release->rtmr[rtmr], rtmr_may_be_zero(rtmr)));
	release->rtmr_mask |= 1u << rtmr;
	return AH_OK;
}
static const ah_policy_object rtmrs_object = { rtmr_members, COUNT(rtmr_members), take_rtmr };

enum release_member { RELEASE_NAME, RELEASE_MRTD, RELEASE_RTMRS };
static const ah_policy_member release_members[] = {
	[RELEASE_NAME] = { "release", true },
	[RELEASE_MRTD] = { "mrtd", true },
	[RELEASE_RTMRS] = { "rtmrs", true },
};

static ah_err take_release_member(ah_policy_reader *r, void *into, unsigned member)
{
	ah_tdx_release *release = (ah_tdx_release *)into;
	size_t at[AH_POLICY_MEMBERS_MAX];
	switch ((enum release_member)member) {
	case RELEASE_NAME: return ah__policy_take_text(r, release->release);
	case RELEASE_MRTD: return take_register(r, release->mrtd, false);
	case RELEASE_RTMRS: return ah__policy_take_object(r, &rtmrs_object, release, at);
	}
	return AH_ERR_INTERNAL;
}
static const ah_policy_object release_object = { release_members, COUNT(release_members), take_release_member };

/* True when one quote could match both. The verdict could not say which release it is. */
static bool releases_overlap(const ah_tdx_release *a, const ah_tdx_release *b)
{
	unsigned both = a->rtmr_mask & b->rtmr_mask;
	for (unsigned i = 0; i < RTMR_COUNT; i++)
		if ((both >> i & 1) != 0 && !ah_slice_is(AH_SLICE_OF(a->rtmr[i]), AH_SLICE_OF(b->rtmr[i])))
			return false;
	return ah_slice_is(AH_SLICE_OF(a->mrtd), AH_SLICE_OF(b->mrtd));
}

static ah_err take_releases(ah_policy_reader *r, ah_tdx_policy *tdx)
{
	size_t start = ah_json_pos(&r->j), count = 0, at[AH_POLICY_MEMBERS_MAX];
	AH_TRY(ah__policy_take_array(r, 1, AH_POLICY_RELEASES_MAX, &count));
	tdx->releases = ah_alloc(count * sizeof *tdx->releases);
	if (tdx->releases == NULL)
		return ah__policy_refuse(r, AH_ERR_NOMEM, start, "no memory");
	while (ah_json_next_element(&r->j)) {
		assert(tdx->release_count < count);
		ah_tdx_release *added = &tdx->releases[tdx->release_count];
		size_t off = ah_json_pos(&r->j), here = ah__policy_enter_index(r, tdx->release_count);
		AH_TRY(ah__policy_take_object(r, &release_object, added, at));
		for (size_t i = 0; i < tdx->release_count; i++) {
			if (strcmp(tdx->releases[i].release, added->release) == 0)
				return ah__policy_refuse(r, AH_ERR_POLICY_CONTRADICTION, off, "named as releases[%zu]", i);
			if (releases_overlap(&tdx->releases[i], added))
				return ah__policy_refuse(r, AH_ERR_POLICY_CONTRADICTION, off, "the measurement of releases[%zu]", i);
		}
		tdx->release_count++;
		ah__policy_leave(r, here);
	}
	return AH_OK;
}

/* -- TCB -- */

static ah_err take_status(ah_policy_reader *r, ah_tdx_tcb_status *out)
{
	size_t off = ah_json_pos(&r->j);
	char text[AH_POLICY_TEXT_MAX + 1];
	AH_TRY(ah__policy_take_text(r, text));
	if (strcmp(text, ah_tdx_tcb_status_name(AH_TDX_TCB_REVOKED)) == 0)
		return ah__policy_refuse(r, AH_ERR_POLICY_VALUE, off, "Revoked is never accepted");
	for (unsigned s = AH_TDX_TCB_UP_TO_DATE; s <= AH_TDX_TCB_RELAUNCH_ADVISED_CONFIGURATION_NEEDED; s++)
		if (strcmp(text, ah_tdx_tcb_status_name((ah_tdx_tcb_status)s)) == 0) {
			*out = (ah_tdx_tcb_status)s;
			return AH_OK;
		}
	return ah__policy_refuse(r, AH_ERR_POLICY_VALUE, off, "must be a TCB status, like UpToDate");
}

static ah_err take_statuses(ah_policy_reader *r, ah_tdx_policy *tdx)
{
	size_t count = 0;
	AH_TRY(ah__policy_take_array(r, 1, AH_POLICY_LIST_MAX, &count));
	tdx->tcb_statuses[AH_TDX_TCB_UP_TO_DATE] = false; /* the default, now replaced */
	for (size_t i = 0; ah_json_next_element(&r->j); i++) {
		size_t off = ah_json_pos(&r->j), here = ah__policy_enter_index(r, i);
		ah_tdx_tcb_status status = AH_TDX_TCB_NONE;
		AH_TRY(take_status(r, &status));
		if (tdx->tcb_statuses[status])
			return ah__policy_refuse(r, AH_ERR_POLICY_CONTRADICTION, off, "listed before");
		tdx->tcb_statuses[status] = true;
		ah__policy_leave(r, here);
	}
	return AH_OK;
}

/* -- the section -- */

enum tdx_member { TDX_RELEASES, TDX_TCB_STATUSES, TDX_MIN_TCB_EVALUATION, TDX_MRSERVICETD, TDX_DEBUG, TDX_PPIDS };
static const ah_policy_member tdx_members[] = {
	[TDX_RELEASES] = { "releases", true },
	[TDX_TCB_STATUSES] = { "tcb_statuses", false },
	[TDX_MIN_TCB_EVALUATION] = { "min_tcb_evaluation", true },
	[TDX_MRSERVICETD] = { "mrservicetd", false },
	[TDX_DEBUG] = { "debug", false },
	[TDX_PPIDS] = { "ppids", false },
};

static ah_err take_tdx_member(ah_policy_reader *r, void *into, unsigned member)
{
	ah_tdx_policy *tdx = (ah_tdx_policy *)into;
	switch ((enum tdx_member)member) {
	case TDX_RELEASES: return take_releases(r, tdx);
	case TDX_TCB_STATUSES: return take_statuses(r, tdx);
	case TDX_MIN_TCB_EVALUATION: return ah__policy_take_u32(r, &tdx->min_tcb_evaluation, 0, UINT32_MAX);
	case TDX_MRSERVICETD: return ah__policy_take_bytes(r, &tdx->mrservicetd, 48, AH_POLICY_LIST_MAX, AH_ERR_POLICY_ZERO_MEASUREMENT);
	case TDX_DEBUG: return ah__policy_take_bool(r, &tdx->debug);
	case TDX_PPIDS: return ah__policy_take_bytes(r, &tdx->ppids, 16, AH_POLICY_LIST_MAX, AH_ERR_POLICY_VALUE);
	}
	return AH_ERR_INTERNAL;
}
static const ah_policy_object tdx_object = { tdx_members, COUNT(tdx_members), take_tdx_member };

ah_err ah__policy_take_tdx(ah_policy_reader *r, ah_tdx_policy *tdx)
{
	size_t at[AH_POLICY_MEMBERS_MAX];
	static_assert(COUNT(tdx->tcb_statuses) == AH_TDX_TCB_RELAUNCH_ADVISED_CONFIGURATION_NEEDED + 1, "one place for each status");
	tdx->present = true;
	tdx->tcb_statuses[AH_TDX_TCB_UP_TO_DATE] = true;
	return ah__policy_take_object(r, &tdx_object, tdx, at);
}
