/*
 * The appraisal of TDX, row by row: claims made by hand meet a policy made by hand. The sample passes as a whole; each test moves one thing and asserts the
 * error, the row that refuses, and that it is the only one.
 */
#include "sample.h"
#include "support/test.h"

/* Exactly this row refuses with exactly this error. */
#define EXPECT_REFUSED(s, check, error) \
	do { \
		EXPECT_ERR(sample_appraise(s), error); \
		EXPECT(sample_row(s, check)->status == AH_CHECK_FAIL && sample_row(s, check)->err == (error)); \
		EXPECT((s)->why.err == (error) && (s)->why.step == ah_check_infos[check].id); \
		EXPECT(failed_rows(s) == 1 && all_judged(s)); \
	} while (0)
#define EXPECT_STATUS(s, check, wanted) \
	do { \
		EXPECT_OK(sample_appraise(s)); \
		EXPECT(sample_row(s, check)->status == (wanted)); \
		EXPECT(failed_rows(s) == 0 && all_judged(s)); \
	} while (0)

static size_t failed_rows(const sample *s)
{
	size_t count = 0;
	for (unsigned id = 0; id < AH_CHECK_COUNT; id++)
		count += sample_row(s, (ah_check_id)id)->status == AH_CHECK_FAIL;
	return count;
}

static bool all_judged(const sample *s)
{
	for (unsigned id = AH_CHECK_SIMULATED; id < AH_CHECK_COUNT; id++)
		if ((ah_check_infos[id].platforms & AH_CHECK_ON_TDX) != 0 && sample_row(s, (ah_check_id)id)->status == AH_CHECK_NOT_REACHED)
			return false;
	return true;
}

static void an_allowed_td_passes_every_row_of_its_policy(void)
{
	static const ah_check_id rows[] = { AH_CHECK_SIMULATED, AH_CHECK_POLICY_TIME, AH_CHECK_PLATFORM, AH_CHECK_REVOCATION_REQUIRED, AH_CHECK_DEBUG,
		AH_CHECK_COLLATERAL_REQUIRED, AH_CHECK_TDX_TCB_STATUS, AH_CHECK_TDX_TCB_EVALUATION, AH_CHECK_TDX_SERVICE_TD, AH_CHECK_TDX_SEPT_VE,
		AH_CHECK_MEASUREMENT, AH_CHECK_MEASUREMENT_REVOKED, AH_CHECK_BINDING_REPORT_DATA };
	sample s;
	sample_tdx(&s);
	EXPECT_STATUS(&s, AH_CHECK_MEASUREMENT, AH_CHECK_PASS);
	EXPECT(strcmp(s.verdict.release, "0.5.3") == 0 && s.verdict.expiry_s == SAMPLE_EXPIRY_S);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		EXPECT_MSG(sample_row(&s, rows[i])->status == AH_CHECK_PASS, "%s", ah_check_infos[rows[i]].id);
}

static void a_policy_without_a_section_refuses(void)
{
	sample s;
	sample_tdx(&s);
	s.policy.tdx.present = false;
	EXPECT_REFUSED(&s, AH_CHECK_PLATFORM, AH_ERR_PLATFORM_NOT_ALLOWED);
}

/* -- collateral -- */

static void a_policy_demands_collateral(void)
{
	sample s;
	sample_tdx(&s);
	s.claims.of.tdx.has_collateral = false;
	s.claims.of.tdx.tcb_status = AH_TDX_TCB_NONE;
	s.claims.revocation_checked = false;
	EXPECT_REFUSED(&s, AH_CHECK_COLLATERAL_REQUIRED, AH_ERR_COLLATERAL_MISSING);
	EXPECT(ah_err_exit_code(AH_ERR_COLLATERAL_MISSING) == 40);
	EXPECT(sample_row(&s, AH_CHECK_TDX_TCB_STATUS)->status == AH_CHECK_NOT_CHECKED);
	EXPECT(sample_row(&s, AH_CHECK_TDX_TCB_EVALUATION)->status == AH_CHECK_NOT_CHECKED);
	EXPECT(sample_row(&s, AH_CHECK_REVOCATION_REQUIRED)->status == AH_CHECK_NOT_CHECKED);
}

static void genuine_only_goes_on_without_collateral(void)
{
	sample s;
	sample_tdx(&s);
	sample_genuine_only(&s);
	s.claims.of.tdx.has_collateral = false;
	EXPECT_STATUS(&s, AH_CHECK_TDX_TCB_STATUS, AH_CHECK_NOT_CHECKED);
	EXPECT(sample_row(&s, AH_CHECK_TDX_SERVICE_TD)->status == AH_CHECK_PASS);
}

/* -- TCB -- */

static void every_status_needs_its_place_in_the_list_and_revoked_has_none(void)
{
	for (int status = AH_TDX_TCB_NONE; status <= AH_TDX_TCB_RELAUNCH_ADVISED_CONFIGURATION_NEEDED; status++) {
		sample s;
		sample_tdx(&s);
		s.claims.of.tdx.tcb_status = (ah_tdx_tcb_status)status;
		if (status != AH_TDX_TCB_UP_TO_DATE)
			EXPECT_REFUSED(&s, AH_CHECK_TDX_TCB_STATUS, AH_ERR_TCB_FLOOR);
		sample_tdx(&s);
		s.claims.of.tdx.tcb_status = (ah_tdx_tcb_status)status;
		for (size_t i = 0; i < 10; i++)
			s.policy.tdx.tcb_statuses[i] = true;
		if (status == AH_TDX_TCB_NONE || status == AH_TDX_TCB_REVOKED)
			EXPECT_REFUSED(&s, AH_CHECK_TDX_TCB_STATUS, AH_ERR_TCB_FLOOR);
		else
			EXPECT_STATUS(&s, AH_CHECK_TDX_TCB_STATUS, AH_CHECK_PASS);
		ah_test_count(2);
	}
}

static void genuine_only_accepts_up_to_date_alone(void)
{
	for (int status = AH_TDX_TCB_UP_TO_DATE; status <= AH_TDX_TCB_RELAUNCH_ADVISED_CONFIGURATION_NEEDED; status++) {
		sample s;
		sample_tdx(&s);
		sample_genuine_only(&s);
		s.claims.of.tdx.tcb_status = (ah_tdx_tcb_status)status;
		if (status == AH_TDX_TCB_UP_TO_DATE)
			EXPECT_STATUS(&s, AH_CHECK_TDX_TCB_STATUS, AH_CHECK_PASS);
		else
			EXPECT_REFUSED(&s, AH_CHECK_TDX_TCB_STATUS, AH_ERR_TCB_FLOOR);
	}
}

static void both_documents_must_reach_the_evaluation_number(void)
{
	sample s;
	sample_tdx(&s);
	s.claims.of.tdx.tcb_evaluation = 17;
	EXPECT_REFUSED(&s, AH_CHECK_TDX_TCB_EVALUATION, AH_ERR_TCB_EVALUATION);
	sample_tdx(&s);
	s.claims.of.tdx.qe_evaluation = 17;
	EXPECT_REFUSED(&s, AH_CHECK_TDX_TCB_EVALUATION, AH_ERR_TCB_EVALUATION);
	sample_tdx(&s);
	s.claims.of.tdx.qe_evaluation = 18;
	EXPECT_STATUS(&s, AH_CHECK_TDX_TCB_EVALUATION, AH_CHECK_PASS);
}

/* -- attributes -- */

static void a_service_td_must_be_listed(void)
{
	sample s;
	sample_tdx(&s);
	s.claims.of.tdx.mrservicetd[47] = 1;
	EXPECT_REFUSED(&s, AH_CHECK_TDX_SERVICE_TD, AH_ERR_SERVICE_TD);
	sample_tdx(&s);
	s.claims.of.tdx.mrservicetd[47] = 1;
	s.policy.tdx.mrservicetd = sample_bytes(&s, s.claims.of.tdx.mrservicetd, 48);
	EXPECT_STATUS(&s, AH_CHECK_TDX_SERVICE_TD, AH_CHECK_PASS);
	s.claims.of.tdx.mrservicetd[0] = 1;
	s.verdict.checks = (ah_checks){ .first_err = AH_OK };
	EXPECT_REFUSED(&s, AH_CHECK_TDX_SERVICE_TD, AH_ERR_SERVICE_TD);
	sample_tdx(&s);
	s.policy.tdx.mrservicetd = (ah_byte_list){ .present = true, .item_len = 48 };
	EXPECT_STATUS(&s, AH_CHECK_TDX_SERVICE_TD, AH_CHECK_PASS); /* none is none, also where a list is empty */
}

static void genuine_only_allows_no_service_td(void)
{
	sample s;
	sample_tdx(&s);
	sample_genuine_only(&s);
	s.claims.of.tdx.mrservicetd[0] = 1;
	EXPECT_REFUSED(&s, AH_CHECK_TDX_SERVICE_TD, AH_ERR_SERVICE_TD);
}

static void a_report_1_0_does_not_speak_of_service_tds(void)
{
	sample s;
	sample_tdx(&s);
	s.claims.of.tdx.is_td15 = false;
	s.claims.of.tdx.quote_version = 4;
	EXPECT_STATUS(&s, AH_CHECK_TDX_SERVICE_TD, AH_CHECK_NOT_CHECKED);
	EXPECT(sample_row(&s, AH_CHECK_BINDING_REPORT_DATA)->off == 48 + 520);
	sample_tdx(&s);
	EXPECT_STATUS(&s, AH_CHECK_TDX_SERVICE_TD, AH_CHECK_PASS);
	EXPECT(sample_row(&s, AH_CHECK_BINDING_REPORT_DATA)->off == 54 + 520);
}

static void sept_ve_disable_must_be_on(void)
{
	sample s;
	sample_tdx(&s);
	s.claims.of.tdx.td_attributes = 0;
	EXPECT_REFUSED(&s, AH_CHECK_TDX_SEPT_VE, AH_ERR_TD_ATTRIBUTES);
	EXPECT(sample_row(&s, AH_CHECK_TDX_SEPT_VE)->off == 54 + 120);
}

static void a_debug_td_is_refused_unless_policy_and_caller_want_to_see_it(void)
{
	sample s;
	sample_tdx(&s);
	s.claims.debug = true;
	EXPECT_REFUSED(&s, AH_CHECK_DEBUG, AH_ERR_DEBUG);
	sample_tdx(&s);
	s.claims.debug = s.policy.tdx.debug = true;
	EXPECT_REFUSED(&s, AH_CHECK_DEBUG, AH_ERR_DEBUG);
	sample_tdx(&s);
	s.claims.debug = s.request.allow_debug = true;
	EXPECT_REFUSED(&s, AH_CHECK_DEBUG, AH_ERR_DEBUG);
	sample_tdx(&s);
	s.claims.debug = s.policy.tdx.debug = s.request.allow_debug = true;
	EXPECT_STATUS(&s, AH_CHECK_DEBUG, AH_CHECK_NOT_CHECKED);
	sample_tdx(&s);
	sample_genuine_only(&s);
	s.claims.debug = true;
	EXPECT_REFUSED(&s, AH_CHECK_DEBUG, AH_ERR_DEBUG);
}

/* -- code -- */

static void mrtd_and_every_named_rtmr_are_compared(void)
{
	sample s;
	sample_tdx(&s);
	s.claims.of.tdx.mrtd[47] ^= 1;
	EXPECT_REFUSED(&s, AH_CHECK_MEASUREMENT, AH_ERR_MEASUREMENT);
	EXPECT(sample_row(&s, AH_CHECK_MEASUREMENT)->off == 54 + 136);
	for (unsigned i = 0; i < 3; i++) {
		sample_tdx(&s);
		s.claims.of.tdx.rtmr[i][47] ^= 1;
		EXPECT_REFUSED(&s, AH_CHECK_MEASUREMENT, AH_ERR_MEASUREMENT);
		EXPECT(sample_row(&s, AH_CHECK_MEASUREMENT)->off == 54 + 328 + 48 * i);
	}
	sample_tdx(&s);
	s.claims.of.tdx.rtmr[3][0] ^= 1; /* not named by the release */
	EXPECT_STATUS(&s, AH_CHECK_MEASUREMENT, AH_CHECK_PASS);
}

/* E15: registers of two releases do not add up to a third one. */
static void registers_of_different_releases_do_not_mix(void)
{
	sample s;
	sample_tdx(&s);
	s.tdx_releases[1] = s.tdx_releases[0];
	memcpy(s.tdx_releases[1].release, "0.6.0", sizeof "0.6.0");
	s.tdx_releases[0].mrtd[0] ^= 1;
	s.policy.tdx.release_count = 2;
	EXPECT_STATUS(&s, AH_CHECK_MEASUREMENT, AH_CHECK_PASS);
	EXPECT(strcmp(s.verdict.release, "0.6.0") == 0);
	sample_tdx(&s);
	s.tdx_releases[1] = s.tdx_releases[0];
	s.tdx_releases[0].mrtd[0] ^= 1;
	s.tdx_releases[1].rtmr[2][0] ^= 1;
	s.policy.tdx.release_count = 2;
	EXPECT_REFUSED(&s, AH_CHECK_MEASUREMENT, AH_ERR_MEASUREMENT);
}

static void a_policy_without_releases_allows_nothing(void)
{
	sample s;
	sample_tdx(&s);
	s.policy.tdx.release_count = 0;
	EXPECT_REFUSED(&s, AH_CHECK_MEASUREMENT, AH_ERR_MEASUREMENT);
}

static void a_withdrawn_value_is_refused_in_any_register(void)
{
	for (unsigned i = 0; i < 5; i++) {
		sample s;
		sample_tdx(&s);
		const uint8_t *value = i == 0 ? s.claims.of.tdx.mrtd : s.claims.of.tdx.rtmr[i - 1];
		s.policy.revoked_measurements = sample_bytes(&s, value, 48);
		EXPECT_REFUSED(&s, AH_CHECK_MEASUREMENT_REVOKED, AH_ERR_MEASUREMENT_REVOKED);
	}
}

/* -- machine and binding -- */

static void a_platform_list_is_a_demand(void)
{
	sample s;
	sample_tdx(&s);
	EXPECT_STATUS(&s, AH_CHECK_IDENTITY, AH_CHECK_NOT_CHECKED);
	sample_tdx(&s);
	s.policy.tdx.ppids = sample_bytes(&s, s.claims.of.tdx.ppid, 16);
	EXPECT_STATUS(&s, AH_CHECK_IDENTITY, AH_CHECK_PASS);
	sample_tdx(&s);
	s.policy.tdx.ppids = sample_bytes(&s, s.claims.of.tdx.ppid, 16);
	s.claims.of.tdx.ppid[15] ^= 1;
	EXPECT_REFUSED(&s, AH_CHECK_IDENTITY, AH_ERR_CHIP);
	sample_tdx(&s);
	s.policy.tdx.ppids = (ah_byte_list){ .present = true, .item_len = 16 };
	EXPECT_REFUSED(&s, AH_CHECK_IDENTITY, AH_ERR_CHIP);
}

static void all_64_bytes_of_report_data_are_compared(void)
{
	for (size_t i = 0; i < 64; i++) {
		sample s;
		sample_tdx(&s);
		s.report_data[i] ^= 0x80;
		EXPECT_REFUSED(&s, AH_CHECK_BINDING_REPORT_DATA, AH_ERR_REPORT_DATA);
	}
}

static const ah_test_case cases[] = {
	AH_TEST(an_allowed_td_passes_every_row_of_its_policy),
	AH_TEST(a_policy_without_a_section_refuses),
	AH_TEST(a_policy_demands_collateral),
	AH_TEST(genuine_only_goes_on_without_collateral),
	AH_TEST(every_status_needs_its_place_in_the_list_and_revoked_has_none),
	AH_TEST(genuine_only_accepts_up_to_date_alone),
	AH_TEST(both_documents_must_reach_the_evaluation_number),
	AH_TEST(a_service_td_must_be_listed),
	AH_TEST(genuine_only_allows_no_service_td),
	AH_TEST(a_report_1_0_does_not_speak_of_service_tds),
	AH_TEST(sept_ve_disable_must_be_on),
	AH_TEST(a_debug_td_is_refused_unless_policy_and_caller_want_to_see_it),
	AH_TEST(mrtd_and_every_named_rtmr_are_compared),
	AH_TEST(registers_of_different_releases_do_not_mix),
	AH_TEST(a_policy_without_releases_allows_nothing),
	AH_TEST(a_withdrawn_value_is_refused_in_any_register),
	AH_TEST(a_platform_list_is_a_demand),
	AH_TEST(all_64_bytes_of_report_data_are_compared),
};
AH_TEST_MAIN(cases)
