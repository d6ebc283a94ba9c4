/* Genuine TDX evidence that the policy, the state or the binding does not allow. See cases.h. */
#include "forged/cases.h"

#include <stdio.h>

/* Hex of one byte, many times. */
#define X8(digits) digits digits digits digits digits digits digits digits
#define X16(digits) X8(digits) X8(digits)
#define HEX32(digits) X16(digits) X16(digits)
#define HEX48(digits) HEX32(digits) X16(digits)

/* -- TCB statuses -- */

static void platform_status(forge *f, const char *status) { f->tdx.tcb_info.levels[0].status = status; }

static void sw_hardening(forge *f) { platform_status(f, "SWHardeningNeeded"); }
static void configuration(forge *f) { platform_status(f, "ConfigurationNeeded"); }
static void configuration_and_sw_hardening(forge *f) { platform_status(f, "ConfigurationAndSWHardeningNeeded"); }
static void out_of_date(forge *f) { platform_status(f, "OutOfDate"); }
static void out_of_date_configuration(forge *f) { platform_status(f, "OutOfDateConfigurationNeeded"); }
static void platform_revoked(forge *f) { platform_status(f, "Revoked"); }
static void module_out_of_date(forge *f) { f->tdx.tcb_info.modules[1].levels[0].status = "OutOfDate"; }
static void module_revoked(forge *f) { f->tdx.tcb_info.modules[1].levels[0].status = "Revoked"; }
static void qe_out_of_date(forge *f) { f->tdx.qe_identity.levels[0].status = "OutOfDate"; }
static void qe_revoked(forge *f) { f->tdx.qe_identity.levels[0].status = "Revoked"; }

/* A module of SVN 3 reaches the lower of its two levels. */
static void module_of_an_old_svn(forge *f)
{
	f->tdx.report[AH_SIM_TDX_TEE_TCB_SVN] = 3;
}

/* The platform's second level, by one component; its module is current: a verifier that looks at the module alone says UpToDate. */
static void platform_of_an_old_svn(forge *f)
{
	f->tdx.pck.components[0] = 6;
}

static void pcesvn_of_an_old_level(forge *f)
{
	f->tdx.pck.pcesvn = 10;
}

static void as_it_is(forge *f)
{
	(void)f;
}

static void listed(forge *f, void (*change)(forge *f), const char *statuses)
{
	change(f);
	(void)snprintf(f->text, sizeof f->text, ",\"tcb_statuses\":[%s]", statuses);
	f->policy_text.tdx = f->text;
}

static void sw_hardening_listed(forge *f) { listed(f, sw_hardening, "\"UpToDate\",\"SWHardeningNeeded\""); }
static void configuration_listed(forge *f) { listed(f, configuration, "\"ConfigurationNeeded\""); }
static void both_needed_listed(forge *f) { listed(f, configuration_and_sw_hardening, "\"ConfigurationAndSWHardeningNeeded\""); }
static void out_of_date_listed(forge *f) { listed(f, platform_of_an_old_svn, "\"UpToDate\",\"OutOfDate\""); }
static void out_of_date_configuration_listed(forge *f) { listed(f, out_of_date_configuration, "\"OutOfDateConfigurationNeeded\""); }
static void up_to_date_not_listed(forge *f) { listed(f, as_it_is, "\"OutOfDate\""); }

#define EVERY_STATUS \
	"\"UpToDate\",\"SWHardeningNeeded\",\"ConfigurationNeeded\",\"ConfigurationAndSWHardeningNeeded\",\"OutOfDate\"," \
	"\"OutOfDateConfigurationNeeded\",\"TDRelaunchAdvised\",\"TDRelaunchAdvisedConfigurationNeeded\""

static void platform_revoked_all_listed(forge *f) { listed(f, platform_revoked, EVERY_STATUS); }
static void module_revoked_all_listed(forge *f) { listed(f, module_revoked, EVERY_STATUS); }
static void qe_revoked_all_listed(forge *f) { listed(f, qe_revoked, EVERY_STATUS); }

/* Launched under an old module, which was replaced since: the current TCB is up to date. */
static void relaunch(forge *f)
{
	ah_sim_tdx_set_version(&f->tdx, 5, true);
	module_of_an_old_svn(f);
}

static void relaunch_and_configuration(forge *f)
{
	relaunch(f);
	configuration(f);
}

static void relaunch_listed(forge *f) { listed(f, relaunch, "\"UpToDate\",\"TDRelaunchAdvised\""); }
static void relaunch_configuration_listed(forge *f) { listed(f, relaunch_and_configuration, "\"TDRelaunchAdvisedConfigurationNeeded\""); }

/* Neither is a launch that is out of date, nor "relaunch" what "OutOfDate" permits. */
static void relaunch_with_out_of_date_listed(forge *f) { listed(f, relaunch, "\"UpToDate\",\"OutOfDate\""); }

/* Launched under a good module, and the current one is revoked. */
static void current_revoked(forge *f)
{
	ah_sim_tdx_set_version(&f->tdx, 5, true);
	f->tdx.tcb_info.modules[1].levels[1].status = "Revoked";
	f->tdx.report[AH_SIM_TDX_TEE_TCB_SVN2] = 3;
}

static void out_of_date_genuine_only(forge *f)
{
	out_of_date(f);
	forge_genuine_only(f);
}

/* -- Evaluation numbers, collateral, rollback -- */

static void tcb_info_evaluation_16(forge *f) { f->tdx.tcb_info.evaluation = 16; }
static void qe_identity_evaluation_16(forge *f) { f->tdx.qe_identity.evaluation = 16; }
static void evaluation_18_demanded(forge *f) { f->policy_text.min_tcb_evaluation = "18"; }
static void no_collateral(forge *f) { f->without_collateral = true; }

static void remember(forge *f, const char *kind, ah_slice key, uint64_t number)
{
	uint8_t root[AH_SHA256_LEN];
	char hex[2 * AH_SHA256_LEN + 1];
	FORGE_MUST(ah_sha256(f->sim->crypto, ah_buf_slice(&f->sim->tdx_root_der), root));
	forge_put_hex(hex, sizeof hex, AH_SLICE_OF(root));
	forge_put_hex(f->piece, sizeof f->piece, key);
	(void)snprintf(f->text, sizeof f->text, "%s@%s", f->piece, hex);
	if (f->state == NULL)
		FORGE_MUST(ah_state_new(&f->state));
	FORGE_MUST(ah_state_note(f->state, kind, f->text, number));
}

static void remember_crl(forge *f, const ah_sim_cert *ca, uint64_t number)
{
	uint8_t issuer[AH_SHA256_LEN];
	FORGE_MUST(ah_sha256(f->sim->crypto, ah_buf_slice(&ca->subject), issuer));
	remember(f, AH_STATE_CRL, AH_SLICE_OF(issuer), number);
}

static void newer_tcb_info_seen(forge *f) { remember(f, AH_STATE_TDX_TCB_INFO, AH_SLICE_OF(f->tdx.pck.fmspc), 18); }
static void newer_qe_identity_seen(forge *f) { remember(f, AH_STATE_TDX_QE_IDENTITY, AH_SLICE_OF(f->tdx.pck.fmspc), 18); }
static void newer_root_crl_seen(forge *f) { remember_crl(f, &f->tdx.chain.cert[AH_SIM_TDX_ROOT], 2); }
static void newer_pck_crl_seen(forge *f) { remember_crl(f, &f->tdx.chain.cert[AH_SIM_TDX_CA], 2); }

static void newer_tcb_info_seen_genuine_only(forge *f)
{
	newer_tcb_info_seen(f);
	forge_genuine_only(f);
}

static void the_same_seen(forge *f)
{
	remember(f, AH_STATE_TDX_TCB_INFO, AH_SLICE_OF(f->tdx.pck.fmspc), 17);
	remember(f, AH_STATE_TDX_QE_IDENTITY, AH_SLICE_OF(f->tdx.pck.fmspc), 17);
	remember_crl(f, &f->tdx.chain.cert[AH_SIM_TDX_ROOT], 1);
	remember_crl(f, &f->tdx.chain.cert[AH_SIM_TDX_CA], 1);
}

/* Another platform's number is not this one's. */
static void newer_of_another_platform_seen(forge *f)
{
	static const uint8_t other[6] = { 0xb0, 0xc0, 0x6f, 0, 0, 0 };
	remember(f, AH_STATE_TDX_TCB_INFO, AH_SLICE_OF(other), 99);
}

/* -- The TD -- */

static void debug_td(forge *f) { f->tdx.report[AH_SIM_TDX_ATTRIBUTES] |= 1; }

static void debug_td_genuine_only(forge *f)
{
	debug_td(f);
	forge_genuine_only(f);
}

static void debug_td_allowed_by_the_caller(forge *f)
{
	debug_td(f);
	f->request.allow_debug = true;
}

static void debug_td_allowed_by_the_policy(forge *f)
{
	debug_td(f);
	f->policy_text.tdx = ",\"debug\":true";
}

static void service_td(forge *f)
{
	ah_sim_tdx_set_version(&f->tdx, 5, true);
	memset(f->tdx.report + AH_SIM_TDX_MRSERVICETD, 0x33, 48);
}

static void service_td_genuine_only(forge *f)
{
	service_td(f);
	forge_genuine_only(f);
}

static void service_td_listed(forge *f)
{
	service_td(f);
	f->policy_text.tdx = ",\"mrservicetd\":[\"" HEX48("33") "\"]";
}

static void another_service_td_listed(forge *f)
{
	service_td(f);
	f->policy_text.tdx = ",\"mrservicetd\":[\"" HEX48("34") "\"]";
}

static void no_sept_ve_disable(forge *f)
{
	f->tdx.report[AH_SIM_TDX_ATTRIBUTES + 3] &= 0xef;
}

/* -- Measurements: the log is left out, as it would disagree with a register that is changed alone -- */

static void another_mrtd(forge *f) { f->tdx.report[AH_SIM_TDX_MRTD + 47] ^= 1; }

static void zero_mrtd(forge *f) { memset(f->tdx.report + AH_SIM_TDX_MRTD, 0, 48); }

static void another_rtmr(forge *f, unsigned rtmr)
{
	f->tdx.report[AH_SIM_TDX_RTMR + 48 * rtmr] ^= 1;
	f->without_event_log = true;
}

static void another_rtmr0(forge *f) { another_rtmr(f, 0); }
static void another_rtmr1(forge *f) { another_rtmr(f, 1); }
static void another_rtmr2(forge *f) { another_rtmr(f, 2); }
static void another_rtmr3(forge *f) { another_rtmr(f, 3); }

/* A release that names MRTD and RTMR0 alone. */
static void short_release(forge *f)
{
	char mrtd[97], rtmr[97];
	forge_put_hex(mrtd, sizeof mrtd, AH_SLICE_OF(f->mrtd));
	forge_put_hex(rtmr, sizeof rtmr, AH_SLICE_OF(f->rtmrs[0]));
	(void)snprintf(f->text, sizeof f->text, "[{\"release\":\"1.0\",\"mrtd\":\"%s\",\"rtmrs\":{\"0\":\"%s\"}}]", mrtd, rtmr);
	f->policy_text.tdx_releases = f->text;
}

static void unnamed_rtmr_differs(forge *f)
{
	short_release(f);
	another_rtmr3(f);
}

static void kernel_withdrawn(forge *f)
{
	char rtmr[97];
	short_release(f);
	forge_put_hex(rtmr, sizeof rtmr, AH_SLICE_OF(f->rtmrs[1]));
	(void)snprintf(f->piece, sizeof f->piece, "\"revoked_measurements\":[\"%s\"],", rtmr);
	f->policy_text.top = f->piece;
}

static void another_kernel_withdrawn(forge *f)
{
	f->policy_text.top = "\"revoked_measurements\":[\"" HEX48("77") "\"],";
}

static void platform_listed(forge *f)
{
	forge_put_hex(f->piece, sizeof f->piece, AH_SLICE_OF(f->tdx.pck.ppid));
	(void)snprintf(f->text, sizeof f->text, ",\"ppids\":[\"" X16("11") "\",\"%s\"]", f->piece);
	f->policy_text.tdx = f->text;
}

static void platform_not_listed(forge *f) { f->policy_text.tdx = ",\"ppids\":[\"" X16("11") "\"]"; }
static void no_platform_listed(forge *f) { f->policy_text.tdx = ",\"ppids\":[]"; }

/* -- What all platforms share -- */

static void not_allowed_by_the_caller(forge *f) { f->request.allow_simulated = false; }
static void not_listed_by_the_policy(forge *f) { f->policy_text.without_roots = true; }
static void policy_over(forge *f) { f->policy_text.valid_until_s = FORGE_NOW_S; }
static void policy_of_tomorrow(forge *f) { f->policy_text.valid_from_s = FORGE_NOW_S + 86400; }
static void no_section(forge *f) { f->policy_text.without_tdx = true; }
static void tags(forge *f) { f->policy_text.top = "\"allowed_workload_identity_tags\":[\"" HEX32("11") "\"],"; }
static void manifest_keys(forge *f) { f->policy_text.top = "\"manifest_keys\":[\"" HEX32("11") "\"],"; }
static void deployments(forge *f) { f->policy_text.top = "\"deployment_ids\":[\"production\"],"; }
static void service_keys(forge *f) { f->policy_text.top = "\"service_keys\":[\"" HEX32("11") "\"],"; }

static void another_report_data(forge *f) { f->tdx.report[AH_SIM_TDX_REPORT_DATA + 63] ^= 1; }
static void zero_report_data(forge *f) { memset(f->tdx.report + AH_SIM_TDX_REPORT_DATA, 0, 64); }

/* A v4 reader would find something else 6 bytes before it. */
static void report_data_of_quote_5(forge *f)
{
	ah_sim_tdx_set_version(&f->tdx, 5, true);
	another_report_data(f);
}

#define T AH_PLATFORM_TDX
#define BASE(name, change) { name, T, AH_CHECK_COUNT, AH_OK, change, NULL, FORGE_ALONE, 0, 0, 0 }
#define CASE(name, check, err, change) { name, T, AH_CHECK_##check, AH_ERR_##err, change, NULL, FORGE_ALONE, 0, 0, 0 }

const forge_case forge_tdx_policy_cases[] = {
	BASE("tdx_listed_sw_hardening_is_accepted", sw_hardening_listed),
	BASE("tdx_listed_configuration_is_accepted", configuration_listed),
	BASE("tdx_listed_configuration_and_sw_hardening_is_accepted", both_needed_listed),
	BASE("tdx_listed_out_of_date_is_accepted", out_of_date_listed),
	BASE("tdx_listed_out_of_date_configuration_is_accepted", out_of_date_configuration_listed),
	BASE("tdx_listed_relaunch_is_accepted", relaunch_listed),
	BASE("tdx_listed_relaunch_with_configuration_is_accepted", relaunch_configuration_listed),
	BASE("tdx_collateral_as_new_as_seen_before_is_accepted", the_same_seen),
	BASE("tdx_newer_collateral_of_another_platform_is_accepted", newer_of_another_platform_seen),
	BASE("tdx_listed_service_td_is_accepted", service_td_listed),
	BASE("tdx_rtmr_that_no_release_names_is_accepted", unnamed_rtmr_differs),
	BASE("tdx_other_withdrawn_measurement_is_accepted", another_kernel_withdrawn),
	BASE("tdx_listed_platform_is_accepted", platform_listed),

	CASE("E04_sw_hardening_is_refused_by_default", TDX_TCB_STATUS, TCB_FLOOR, sw_hardening),
	CASE("E04_configuration_needed_is_refused_by_default", TDX_TCB_STATUS, TCB_FLOOR, configuration),
	CASE("E04_configuration_and_sw_hardening_is_refused_by_default", TDX_TCB_STATUS, TCB_FLOOR, configuration_and_sw_hardening),
	CASE("E04_out_of_date_is_refused_by_default", TDX_TCB_STATUS, TCB_FLOOR, out_of_date),
	CASE("E04_out_of_date_is_refused_in_genuine_only", TDX_TCB_STATUS, TCB_FLOOR, out_of_date_genuine_only),
	CASE("E04_out_of_date_configuration_is_refused_by_default", TDX_TCB_STATUS, TCB_FLOOR, out_of_date_configuration),
	CASE("E04_revoked_platform_is_refused", TDX_TCB_STATUS, TCB_FLOOR, platform_revoked),
	CASE("E04_revoked_platform_is_refused_whatever_is_listed", TDX_TCB_STATUS, TCB_FLOOR, platform_revoked_all_listed),
	CASE("E04_module_out_of_date_is_refused", TDX_TCB_STATUS, TCB_FLOOR, module_out_of_date),
	CASE("E04_revoked_module_is_refused_whatever_is_listed", TDX_TCB_STATUS, TCB_FLOOR, module_revoked_all_listed),
	CASE("E04_qe_out_of_date_is_refused", TDX_TCB_STATUS, TCB_FLOOR, qe_out_of_date),
	CASE("E04_revoked_qe_is_refused_whatever_is_listed", TDX_TCB_STATUS, TCB_FLOOR, qe_revoked_all_listed),
	CASE("E03_module_of_an_old_svn_is_refused", TDX_TCB_STATUS, TCB_FLOOR, module_of_an_old_svn),
	CASE("E04_old_platform_with_a_current_module_is_refused", TDX_TCB_STATUS, TCB_FLOOR, platform_of_an_old_svn),
	CASE("E04_pcesvn_of_an_old_level_is_refused", TDX_TCB_STATUS, TCB_FLOOR, pcesvn_of_an_old_level),
	CASE("E04_up_to_date_is_refused_where_it_is_not_listed", TDX_TCB_STATUS, TCB_FLOOR, up_to_date_not_listed),
	CASE("E04_relaunch_is_refused_by_default", TDX_TCB_STATUS, TCB_FLOOR, relaunch),
	CASE("E04_relaunch_is_refused_where_out_of_date_is_listed", TDX_TCB_STATUS, TCB_FLOOR, relaunch_with_out_of_date_listed),
	CASE("E04_relaunch_with_configuration_is_refused_by_default", TDX_TCB_STATUS, TCB_FLOOR, relaunch_and_configuration),
	CASE("E04_revoked_current_module_is_refused", TDX_TCB_STATUS, TCB_FLOOR, current_revoked),
	CASE("P06_tcb_info_below_the_evaluation_number_is_refused", TDX_TCB_EVALUATION, TCB_EVALUATION, tcb_info_evaluation_16),
	CASE("P06_qe_identity_below_the_evaluation_number_is_refused", TDX_TCB_EVALUATION, TCB_EVALUATION, qe_identity_evaluation_16),
	CASE("P06_demand_for_newer_collateral_is_refused", TDX_TCB_EVALUATION, TCB_EVALUATION, evaluation_18_demanded),
	CASE("P06_missing_collateral_is_refused", COLLATERAL_REQUIRED, COLLATERAL_MISSING, no_collateral),
	CASE("E05_older_tcb_info_is_refused", COLLATERAL_ROLLBACK, COLLATERAL_ROLLBACK, newer_tcb_info_seen),
	CASE("E05_older_tcb_info_is_refused_in_genuine_only", COLLATERAL_ROLLBACK, COLLATERAL_ROLLBACK, newer_tcb_info_seen_genuine_only),
	CASE("E05_older_qe_identity_is_refused", COLLATERAL_ROLLBACK, COLLATERAL_ROLLBACK, newer_qe_identity_seen),
	CASE("E05_older_root_crl_is_refused", COLLATERAL_ROLLBACK, COLLATERAL_ROLLBACK, newer_root_crl_seen),
	CASE("E05_older_pck_crl_is_refused", COLLATERAL_ROLLBACK, COLLATERAL_ROLLBACK, newer_pck_crl_seen),
	CASE("P01_tdx_debug_is_refused", DEBUG, DEBUG, debug_td),
	CASE("P01_tdx_debug_is_refused_with_the_callers_flag_alone", DEBUG, DEBUG, debug_td_allowed_by_the_caller),
	CASE("P01_tdx_debug_is_refused_with_the_policys_word_alone", DEBUG, DEBUG, debug_td_allowed_by_the_policy),
	CASE("P01_tdx_debug_is_refused_in_genuine_only", DEBUG, DEBUG, debug_td_genuine_only),
	CASE("tdx_service_td_is_refused", TDX_SERVICE_TD, SERVICE_TD, service_td),
	CASE("tdx_service_td_is_refused_in_genuine_only", TDX_SERVICE_TD, SERVICE_TD, service_td_genuine_only),
	CASE("tdx_service_td_that_is_not_listed_is_refused", TDX_SERVICE_TD, SERVICE_TD, another_service_td_listed),
	CASE("P03_sept_ve_disable_off_is_refused", TDX_SEPT_VE, TD_ATTRIBUTES, no_sept_ve_disable),
	CASE("tdx_other_mrtd_is_refused", MEASUREMENT, MEASUREMENT, another_mrtd),
	CASE("P02_zero_mrtd_is_refused", MEASUREMENT, MEASUREMENT, zero_mrtd),
	CASE("tdx_other_rtmr0_is_refused", MEASUREMENT, MEASUREMENT, another_rtmr0),
	CASE("tdx_other_rtmr1_is_refused", MEASUREMENT, MEASUREMENT, another_rtmr1),
	CASE("tdx_other_rtmr2_is_refused", MEASUREMENT, MEASUREMENT, another_rtmr2),
	CASE("tdx_other_rtmr3_is_refused", MEASUREMENT, MEASUREMENT, another_rtmr3),
	CASE("tdx_withdrawn_kernel_is_refused", MEASUREMENT_REVOKED, MEASUREMENT_REVOKED, kernel_withdrawn),
	CASE("P07_platform_not_listed_is_refused", IDENTITY, CHIP, platform_not_listed),
	CASE("P07_empty_platform_list_is_refused", IDENTITY, CHIP, no_platform_listed),
	CASE("P10_simulated_tdx_without_permission_is_refused", SIMULATED, SIMULATED, not_allowed_by_the_caller),
	CASE("P10_simulated_tdx_not_in_the_policy_is_refused", SIMULATED, SIMULATED, not_listed_by_the_policy),
	CASE("tdx_policy_past_valid_until_is_refused", POLICY_TIME, POLICY_EXPIRED, policy_over),
	CASE("tdx_policy_before_valid_from_is_refused", POLICY_TIME, POLICY_NOT_YET_VALID, policy_of_tomorrow),
	CASE("tdx_policy_without_tdx_is_refused", PLATFORM, PLATFORM_NOT_ALLOWED, no_section),
	CASE("tdx_identity_tag_cannot_be_shown_by_a_quote", IDENTITY_TAG, IDENTITY_TAG, tags),
	CASE("tdx_manifest_key_cannot_be_shown_by_a_quote", MANIFEST_KEY, MANIFEST_KEY, manifest_keys),
	CASE("tdx_deployment_cannot_be_shown_by_a_quote", DEPLOYMENT, DEPLOYMENT, deployments),
	CASE("tdx_service_key_cannot_be_shown_by_a_quote", SERVICE_KEY, SERVICE_KEY, service_keys),
	CASE("B02_other_report_data_of_a_quote_is_refused", BINDING_REPORT_DATA, REPORT_DATA, another_report_data),
	CASE("B02_other_report_data_of_a_quote_5_is_refused", BINDING_REPORT_DATA, REPORT_DATA, report_data_of_quote_5),
	CASE("B02_zero_report_data_of_a_quote_is_refused", BINDING_REPORT_DATA, REPORT_DATA, zero_report_data),
};
const size_t forge_tdx_policy_case_count = sizeof forge_tdx_policy_cases / sizeof forge_tdx_policy_cases[0];
