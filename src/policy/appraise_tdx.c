/* Reference values and binding of Intel TDX. See judge.h. */
#include "policy/judge.h"

#include "platforms/tdx/quote.h"

#include <inttypes.h>
#include <stdio.h>

/*
 * Where the fields of these rows stand in the TD report (Intel TDX DCAP Quoting Library API, A.3), and where the report stands in a quote. Only for
 * showing; values come from the claims.
 */
#define REPORT_OFF_V4      48
#define REPORT_OFF_V5      54
#define TEE_TCB_SVN_OFF    0
#define ATTRIBUTES_OFF     120
#define ATTRIBUTES_LEN     8
#define MRTD_OFF           136
#define RTMR0_OFF          328
#define REPORT_DATA_OFF    520
#define MRSERVICETD_OFF    600

#define REASON_NO_COLLATERAL "no collateral given"

static void range(ah_judge *j, ah_check_id id, const ah_tdx_claims *tdx, size_t off, size_t len)
{
	ah_check_range(j->log, id, (tdx->quote_version == 5 ? REPORT_OFF_V5 : REPORT_OFF_V4) + off, len);
}

/* -- state of the platform -- */

static bool status_is_listed(const bool accepted[static 10], ah_tdx_tcb_status status)
{
	static_assert(AH_TDX_TCB_RELAUNCH_ADVISED_CONFIGURATION_NEEDED < 10, "every status has a place in the list");
	/* Keys of a revoked TCB are known to others: no policy can accept it, whatever its list says. */
	if (status <= AH_TDX_TCB_NONE || status > AH_TDX_TCB_RELAUNCH_ADVISED_CONFIGURATION_NEEDED || status == AH_TDX_TCB_REVOKED)
		return false;
	return accepted[status];
}

/* " UpToDate SWHardeningNeeded": cut where the row's text ends. */
static void statuses_text(char *out, size_t size, const bool accepted[static 10])
{
	size_t len = 0;
	out[0] = '\0';
	for (unsigned status = AH_TDX_TCB_UP_TO_DATE; status < 10 && len < size; status++)
		if (status_is_listed(accepted, (ah_tdx_tcb_status)status))
			len += (size_t)snprintf(out + len, size - len, " %s", ah_tdx_tcb_status_name((ah_tdx_tcb_status)status));
}

static void judge_tcb_status(ah_judge *j, const ah_tdx_claims *tdx, const bool accepted[static 10])
{
	char listed[AH_CHECK_TEXT_MAX];
	if (!tdx->has_collateral) {
		ah_check_skip(j->log, AH_CHECK_TDX_TCB_STATUS, REASON_NO_COLLATERAL);
		return;
	}
	statuses_text(listed, sizeof listed, accepted);
	range(j, AH_CHECK_TDX_TCB_STATUS, tdx, TEE_TCB_SVN_OFF, sizeof tdx->tee_tcb_svn);
	ah_check_got(j->log, AH_CHECK_TDX_TCB_STATUS, "%s%s%s", ah_tdx_tcb_status_name(tdx->tcb_status), tdx->advisory_count != 0 ? ", " : "",
	             tdx->advisory_count != 0 ? tdx->advisories[0] : "");
	ah_check_wanted(j->log, AH_CHECK_TDX_TCB_STATUS, "one of:%s", listed);
	ah__judge(j, AH_CHECK_TDX_TCB_STATUS, status_is_listed(accepted, tdx->tcb_status), AH_ERR_TCB_FLOOR);
}

/* Both documents: an old one of either kind hides what is known today. */
static void judge_tcb_evaluation(ah_judge *j, const ah_tdx_claims *tdx, uint32_t minimum)
{
	if (!tdx->has_collateral) {
		ah_check_skip(j->log, AH_CHECK_TDX_TCB_EVALUATION, REASON_NO_COLLATERAL);
		return;
	}
	ah_check_got(j->log, AH_CHECK_TDX_TCB_EVALUATION, "TCB info %" PRIu32 ", QE identity %" PRIu32, tdx->tcb_evaluation, tdx->qe_evaluation);
	ah_check_wanted(j->log, AH_CHECK_TDX_TCB_EVALUATION, "at least %" PRIu32, minimum);
	ah__judge(j, AH_CHECK_TDX_TCB_EVALUATION, tdx->tcb_evaluation >= minimum && tdx->qe_evaluation >= minimum, AH_ERR_TCB_EVALUATION);
}

/* A service TD can take part in what this TD trusts: migrate it, for one. allowed NULL: none may. */
static void judge_service_td(ah_judge *j, const ah_tdx_claims *tdx, const ah_byte_list *allowed)
{
	ah_slice service_td = AH_SLICE_OF(tdx->mrservicetd);
	if (!tdx->is_td15 && (tdx->td_attributes & AH_TDX_ATTR_MIGRATABLE) == 0) {
		ah_check_skip(j->log, AH_CHECK_TDX_SERVICE_TD, "a TD report 1.0 does not say, and the TD is not migratable");
		return;
	}
	if (!tdx->is_td15) { /* a migratable TD has a service TD that moves it; which one, this report cannot show */
		range(j, AH_CHECK_TDX_SERVICE_TD, tdx, ATTRIBUTES_OFF, ATTRIBUTES_LEN);
		ah_check_got(j->log, AH_CHECK_TDX_SERVICE_TD, "migratable, by a service TD that a TD report 1.0 does not name");
		ah__judge(j, AH_CHECK_TDX_SERVICE_TD, false, AH_ERR_SERVICE_TD);
		return;
	}
	bool none = ah_slice_is_zero(service_td);
	range(j, AH_CHECK_TDX_SERVICE_TD, tdx, MRSERVICETD_OFF, service_td.len);
	if (none)
		ah_check_got(j->log, AH_CHECK_TDX_SERVICE_TD, "none");
	else
		ah_check_got_hex(j->log, AH_CHECK_TDX_SERVICE_TD, service_td);
	ah_check_wanted(j->log, AH_CHECK_TDX_SERVICE_TD, "none%s", allowed != NULL && allowed->count != 0 ? ", or a listed one" : "");
	ah__judge(j, AH_CHECK_TDX_SERVICE_TD, none || (allowed != NULL && ah__byte_list_has(allowed, service_td)), AH_ERR_SERVICE_TD);
}

void ah__judge_tdx_genuine(ah_judge *j, const ah_tdx_claims *tdx)
{
	static const bool up_to_date[10] = { [AH_TDX_TCB_UP_TO_DATE] = true };
	judge_tcb_status(j, tdx, up_to_date);
	judge_service_td(j, tdx, NULL);
}

/* Without collateral nobody knows whether keys of this platform were revoked, nor whether its firmware is one of this year. */
static void judge_collateral(ah_judge *j, const ah_tdx_claims *tdx)
{
	ah_check_got(j->log, AH_CHECK_COLLATERAL_REQUIRED, "%s", tdx->has_collateral ? "given" : "none");
	ah_check_wanted(j->log, AH_CHECK_COLLATERAL_REQUIRED, "TCB info, QE identity and CRLs for this platform");
	ah__judge(j, AH_CHECK_COLLATERAL_REQUIRED, tdx->has_collateral, AH_ERR_COLLATERAL_MISSING);
}

/* Off, the host can take pages away and give them back zeroed, and the guest's exception handler decides what happens. */
static void judge_sept_ve(ah_judge *j, const ah_tdx_claims *tdx)
{
	bool on = (tdx->td_attributes & AH_TDX_ATTR_SEPT_VE_DISABLE) != 0;
	range(j, AH_CHECK_TDX_SEPT_VE, tdx, ATTRIBUTES_OFF, ATTRIBUTES_LEN);
	ah_check_got(j->log, AH_CHECK_TDX_SEPT_VE, "SEPT_VE_DISABLE %s", on ? "on" : "off");
	ah_check_wanted(j->log, AH_CHECK_TDX_SEPT_VE, "on");
	ah__judge(j, AH_CHECK_TDX_SEPT_VE, on, AH_ERR_TD_ATTRIBUTES);
}

/* -- code -- */

static bool release_matches(const ah_tdx_release *release, const ah_tdx_claims *tdx)
{
	bool same = ah_equal(AH_SLICE_OF(release->mrtd), AH_SLICE_OF(tdx->mrtd));
	for (size_t i = 0; i < 4; i++)
		if ((release->rtmr_mask >> i & 1) != 0)
			same = same && ah_equal(AH_SLICE_OF(release->rtmr[i]), AH_SLICE_OF(tdx->rtmr[i]));
	return same;
}

/* The first register that differs from the only release; where there are several, nothing says which one was meant. */
static void show_difference(ah_judge *j, const ah_tdx_claims *tdx, const ah_tdx_policy *policy)
{
	const ah_tdx_release *only = policy->release_count == 1 ? &policy->releases[0] : NULL;
	if (only == NULL || !ah_slice_is(AH_SLICE_OF(only->mrtd), AH_SLICE_OF(tdx->mrtd))) {
		ah_check_got_hex(j->log, AH_CHECK_MEASUREMENT, AH_SLICE_OF(tdx->mrtd));
		if (only != NULL)
			ah_check_wanted_hex(j->log, AH_CHECK_MEASUREMENT, AH_SLICE_OF(only->mrtd));
		else
			ah_check_wanted(j->log, AH_CHECK_MEASUREMENT, "one of %zu releases", policy->release_count);
		return;
	}
	for (size_t i = 0; i < 4; i++)
		if ((only->rtmr_mask >> i & 1) != 0 && !ah_slice_is(AH_SLICE_OF(only->rtmr[i]), AH_SLICE_OF(tdx->rtmr[i]))) {
			range(j, AH_CHECK_MEASUREMENT, tdx, RTMR0_OFF + i * sizeof tdx->rtmr[0], sizeof tdx->rtmr[0]);
			ah_check_got_hex(j->log, AH_CHECK_MEASUREMENT, AH_SLICE_OF(tdx->rtmr[i]));
			ah_check_wanted_hex(j->log, AH_CHECK_MEASUREMENT, AH_SLICE_OF(only->rtmr[i]));
			return;
		}
}

static void judge_measurement(ah_judge *j, const ah_tdx_claims *tdx, const ah_tdx_policy *policy)
{
	const ah_tdx_release *matched = NULL;
	for (size_t i = 0; i < policy->release_count && matched == NULL; i++)
		if (release_matches(&policy->releases[i], tdx))
			matched = &policy->releases[i];
	range(j, AH_CHECK_MEASUREMENT, tdx, MRTD_OFF, sizeof tdx->mrtd);
	if (matched != NULL) {
		(void)snprintf(j->release, AH_POLICY_TEXT_MAX + 1, "%s", matched->release);
		ah_check_got(j->log, AH_CHECK_MEASUREMENT, "release %s", j->release);
	} else {
		show_difference(j, tdx, policy);
	}
	ah__judge(j, AH_CHECK_MEASUREMENT, matched != NULL, AH_ERR_MEASUREMENT);
}

/* A withdrawn value is withdrawn in whichever register it stands: firmware is in MRTD, kernels are in RTMR1, and so on. */
static void judge_revoked(ah_judge *j, const ah_tdx_claims *tdx)
{
	const ah_slice values[] = { AH_SLICE_OF(tdx->mrtd), AH_SLICE_OF(tdx->rtmr[0]), AH_SLICE_OF(tdx->rtmr[1]), AH_SLICE_OF(tdx->rtmr[2]),
	                            AH_SLICE_OF(tdx->rtmr[3]) };
	bool revoked = false;
	range(j, AH_CHECK_MEASUREMENT_REVOKED, tdx, MRTD_OFF, sizeof tdx->mrtd);
	for (size_t i = 0; i < sizeof values / sizeof values[0] && !revoked; i++) {
		revoked = ah__byte_list_has(&j->policy->revoked_measurements, values[i]);
		if (revoked)
			ah_check_got_hex(j->log, AH_CHECK_MEASUREMENT_REVOKED, values[i]);
		if (revoked && i != 0)
			range(j, AH_CHECK_MEASUREMENT_REVOKED, tdx, RTMR0_OFF + (i - 1) * sizeof tdx->rtmr[0], values[i].len);
	}
	ah__judge(j, AH_CHECK_MEASUREMENT_REVOKED, !revoked, AH_ERR_MEASUREMENT_REVOKED);
}

/* The PPID is in the PCK certificate, not in the signed report; the key of that certificate signed for the quoting enclave. */
static void judge_identity(ah_judge *j, const ah_tdx_claims *tdx, const ah_byte_list *ppids)
{
	ah_check_got_hex(j->log, AH_CHECK_IDENTITY, AH_SLICE_OF(tdx->ppid));
	if (!ppids->present) {
		ah_check_skip(j->log, AH_CHECK_IDENTITY, AH_REASON_NO_IDENTITY_LIST);
		return;
	}
	ah_check_wanted(j->log, AH_CHECK_IDENTITY, "one of %zu listed platforms", ppids->count);
	ah__judge(j, AH_CHECK_IDENTITY, ah__byte_list_has(ppids, AH_SLICE_OF(tdx->ppid)), AH_ERR_CHIP);
}

void ah__judge_tdx(ah_judge *j, const ah_tdx_claims *tdx, const ah_tdx_policy *policy)
{
	judge_collateral(j, tdx);
	judge_tcb_status(j, tdx, policy->tcb_statuses);
	judge_tcb_evaluation(j, tdx, policy->min_tcb_evaluation);
	judge_service_td(j, tdx, policy->mrservicetd.present ? &policy->mrservicetd : NULL);
	judge_sept_ve(j, tdx);
	judge_measurement(j, tdx, policy);
	judge_revoked(j, tdx);
	judge_identity(j, tdx, &policy->ppids);
}

void ah__judge_tdx_binding(ah_judge *j, const ah_tdx_claims *tdx)
{
	range(j, AH_CHECK_BINDING_REPORT_DATA, tdx, REPORT_DATA_OFF, sizeof tdx->report_data);
	ah__judge_report_data(j, true, AH_SLICE_OF(tdx->report_data));
}
