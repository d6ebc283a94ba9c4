/*
 * The appraisal, row by row: claims made by hand meet a policy made by hand.
 *
 * Each sample passes as a whole; each test moves one thing and asserts the error, the row that refuses, and that all rows after it were judged
 * all the same. How claims come to be true is the business of other tests.
 */
#include "sample.h"
#include "support/test.h"

/* Exactly this row refuses with exactly this error, and nothing stays unjudged behind it. */
#define EXPECT_REFUSED(s, check, error) \
	do { \
		EXPECT_ERR(sample_appraise(s), error); \
		EXPECT(sample_row(s, check)->status == AH_CHECK_FAIL); \
		EXPECT(sample_row(s, check)->err == (error)); \
		EXPECT((s)->why.err == (error)); \
		EXPECT((s)->why.step == ah_check_infos[check].id); \
		EXPECT(failed_rows(s) == 1); \
		EXPECT(all_judged(s)); \
	} while (0)
#define EXPECT_PASSED(s, check) \
	do { \
		EXPECT_OK(sample_appraise(s)); \
		EXPECT(sample_row(s, check)->status == AH_CHECK_PASS); \
		EXPECT(all_judged(s)); \
	} while (0)
#define EXPECT_SKIPPED(s, check) \
	do { \
		EXPECT_OK(sample_appraise(s)); \
		EXPECT(sample_row(s, check)->status == AH_CHECK_NOT_CHECKED); \
		EXPECT(sample_row(s, check)->reason != NULL); \
		EXPECT(all_judged(s)); \
	} while (0)

static size_t failed_rows(const sample *s)
{
	size_t count = 0;
	for (unsigned id = 0; id < AH_CHECK_COUNT; id++)
		count += sample_row(s, (ah_check_id)id)->status == AH_CHECK_FAIL;
	return count;
}

/* No row of the appraisal is left without a word. */
static bool all_judged(const sample *s)
{
	for (unsigned id = AH_CHECK_SIMULATED; id < AH_CHECK_COUNT; id++)
		if ((ah_check_infos[id].platforms & s->verdict.check_mask) != 0 && sample_row(s, (ah_check_id)id)->status == AH_CHECK_NOT_REACHED)
			return false;
	return true;
}

/* -- the whole -- */

static void an_allowed_snp_guest_passes(void)
{
	sample s;
	sample_snp(&s);
	EXPECT_PASSED(&s, AH_CHECK_MEASUREMENT);
	EXPECT(strcmp(s.verdict.release, "1.4.2") == 0);
	EXPECT(s.verdict.expiry_s == SAMPLE_EXPIRY_S);
}

static void an_allowed_enclave_passes(void)
{
	sample s;
	sample_nitro(&s);
	EXPECT_PASSED(&s, AH_CHECK_MEASUREMENT);
	EXPECT(strcmp(s.verdict.release, "2.0") == 0);
}

static void the_end_of_the_policy_bounds_the_expiry(void)
{
	sample s;
	sample_snp(&s);
	s.policy.valid_until_s = SAMPLE_NOW_S + 10;
	EXPECT_PASSED(&s, AH_CHECK_POLICY_TIME);
	EXPECT(s.verdict.expiry_s == SAMPLE_NOW_S + 10);
}

static void a_refusal_shows_all_that_is_wrong_and_names_the_first_in_table_order(void)
{
	sample s;
	sample_snp(&s);
	s.report_data[63] ^= 1;
	s.claims.of.snp.measurement[0] ^= 1;
	s.claims.of.snp.vmpl = 2;
	EXPECT_ERR(sample_appraise(&s), AH_ERR_VMPL);
	EXPECT(s.why.err == AH_ERR_VMPL);
	EXPECT(failed_rows(&s) == 3);
	EXPECT(sample_row(&s, AH_CHECK_MEASUREMENT)->err == AH_ERR_MEASUREMENT);
	EXPECT(sample_row(&s, AH_CHECK_BINDING_REPORT_DATA)->err == AH_ERR_REPORT_DATA);
	EXPECT(all_judged(&s));
}

/* -- simulated -- */

static void simulated_evidence_needs_the_policy_and_the_caller(void)
{
	sample s;
	sample_snp(&s);
	s.claims.hardware = false;
	s.policy.simulated_roots = sample_bytes(&s, s.claims.root_sha256, 32);
	s.request.allow_simulated = true;
	EXPECT_PASSED(&s, AH_CHECK_SIMULATED);

	sample_snp(&s);
	s.claims.hardware = false;
	s.policy.simulated_roots = sample_bytes(&s, s.claims.root_sha256, 32);
	EXPECT_REFUSED(&s, AH_CHECK_SIMULATED, AH_ERR_SIMULATED);

	sample_snp(&s);
	s.claims.hardware = false;
	s.request.allow_simulated = true;
	EXPECT_REFUSED(&s, AH_CHECK_SIMULATED, AH_ERR_SIMULATED);

	sample_snp(&s);
	s.claims.hardware = false;
	s.request.allow_simulated = true;
	s.policy.simulated_roots = sample_bytes(&s, s.claims.root_sha256, 32);
	s.bytes[0][31] ^= 1;
	EXPECT_REFUSED(&s, AH_CHECK_SIMULATED, AH_ERR_SIMULATED);
}

static void with_a_policy_the_callers_root_alone_is_not_enough(void)
{
	static const uint8_t root[] = { 0x30, 0 };
	sample s;
	sample_snp(&s);
	s.claims.hardware = false;
	s.request.allow_simulated = true;
	s.request.simulated_root = AH_SLICE_OF(root);
	EXPECT_REFUSED(&s, AH_CHECK_SIMULATED, AH_ERR_SIMULATED);
}

static void genuine_only_takes_the_callers_root_when_he_allows_it(void)
{
	static const uint8_t root[] = { 0x30, 0 };
	sample s;
	sample_nitro(&s);
	sample_genuine_only(&s);
	s.claims.hardware = false;
	s.request.allow_simulated = true;
	s.request.simulated_root = AH_SLICE_OF(root);
	EXPECT_PASSED(&s, AH_CHECK_SIMULATED);

	sample_nitro(&s);
	sample_genuine_only(&s);
	s.claims.hardware = false;
	s.request.allow_simulated = true;
	EXPECT_REFUSED(&s, AH_CHECK_SIMULATED, AH_ERR_SIMULATED);
}

/* -- time -- */

static void the_policy_holds_from_its_beginning_less_the_skew_to_its_end(void)
{
	sample s;
	sample_snp(&s);
	s.policy.issued_at_s = SAMPLE_NOW_S + AH_CLOCK_SKEW_POLICY_S;
	EXPECT_PASSED(&s, AH_CHECK_POLICY_TIME);
	sample_snp(&s);
	s.policy.issued_at_s = SAMPLE_NOW_S + AH_CLOCK_SKEW_POLICY_S + 1;
	EXPECT_REFUSED(&s, AH_CHECK_POLICY_TIME, AH_ERR_POLICY_NOT_YET_VALID);
	sample_snp(&s);
	s.policy.valid_from_s = SAMPLE_NOW_S + AH_CLOCK_SKEW_POLICY_S + 1;
	EXPECT_REFUSED(&s, AH_CHECK_POLICY_TIME, AH_ERR_POLICY_NOT_YET_VALID);
	sample_snp(&s);
	s.policy.valid_until_s = SAMPLE_NOW_S + 1;
	EXPECT_PASSED(&s, AH_CHECK_POLICY_TIME);
	sample_snp(&s);
	s.policy.valid_until_s = SAMPLE_NOW_S;
	EXPECT_REFUSED(&s, AH_CHECK_POLICY_TIME, AH_ERR_POLICY_EXPIRED);
}

/* -- platform, revocation -- */

static void no_reference_values_for_the_platform_means_deny(void)
{
	sample s;
	sample_snp(&s);
	s.policy.snp.present = false;
	EXPECT_REFUSED(&s, AH_CHECK_PLATFORM, AH_ERR_PLATFORM_NOT_ALLOWED);
	EXPECT(sample_row(&s, AH_CHECK_MEASUREMENT)->status == AH_CHECK_NOT_CHECKED);
	sample_nitro(&s);
	s.policy.nitro.present = false;
	EXPECT_REFUSED(&s, AH_CHECK_PLATFORM, AH_ERR_PLATFORM_NOT_ALLOWED);
}

static void required_revocation_without_a_crl_is_unobtainable_on_snp(void)
{
	sample s;
	sample_snp(&s);
	s.claims.revocation_checked = false;
	EXPECT_REFUSED(&s, AH_CHECK_REVOCATION_REQUIRED, AH_ERR_REVOCATION_UNAVAILABLE);
	EXPECT(ah_err_exit_code(AH_ERR_REVOCATION_UNAVAILABLE) == 40);
	sample_snp(&s);
	s.claims.revocation_checked = false;
	s.policy.require_revocation = false;
	EXPECT_SKIPPED(&s, AH_CHECK_REVOCATION_REQUIRED);
	sample_snp(&s);
	EXPECT_PASSED(&s, AH_CHECK_REVOCATION_REQUIRED);
}

static void on_nitro_revocation_without_a_crl_is_not_checked(void)
{
	sample s;
	sample_nitro(&s);
	EXPECT_SKIPPED(&s, AH_CHECK_REVOCATION_REQUIRED);
	sample_nitro(&s);
	s.claims.revocation_checked = true;
	EXPECT_PASSED(&s, AH_CHECK_REVOCATION_REQUIRED);
}

/* -- debug -- */

static void debug_is_refused_unless_policy_and_caller_tolerate_it(void)
{
	for (unsigned bits = 0; bits < 4; bits++) {
		sample s;
		sample_snp(&s);
		s.claims.debug = true;
		s.policy.snp.debug = (bits & 1) != 0;
		s.request.allow_debug = (bits & 2) != 0;
		if (bits == 3)
			EXPECT_SKIPPED(&s, AH_CHECK_DEBUG);
		else
			EXPECT_REFUSED(&s, AH_CHECK_DEBUG, AH_ERR_DEBUG);
	}
}

static void the_debug_member_of_the_other_platform_does_not_count(void)
{
	sample s;
	sample_snp(&s);
	s.claims.debug = true;
	s.policy.nitro.debug = true;
	s.request.allow_debug = true;
	EXPECT_REFUSED(&s, AH_CHECK_DEBUG, AH_ERR_DEBUG);
}

static void tolerated_debug_on_nitro_leaves_the_measurement_unchecked(void)
{
	sample s;
	sample_nitro(&s);
	s.claims.debug = true;
	memset(s.claims.of.nitro.pcrs, 0, 3 * sizeof s.claims.of.nitro.pcrs[0]);
	s.policy.nitro.debug = true;
	s.request.allow_debug = true;
	EXPECT_SKIPPED(&s, AH_CHECK_DEBUG);
	EXPECT(sample_row(&s, AH_CHECK_MEASUREMENT)->status == AH_CHECK_NOT_CHECKED);
	EXPECT(sample_row(&s, AH_CHECK_MEASUREMENT_REVOKED)->status == AH_CHECK_NOT_CHECKED);
	EXPECT(s.verdict.release[0] == '\0');
}

static void permission_for_debug_changes_nothing_for_a_production_enclave(void)
{
	sample s;
	sample_nitro(&s);
	s.policy.nitro.debug = true;
	s.request.allow_debug = true;
	s.claims.of.nitro.pcrs[1][0] ^= 1;
	EXPECT_REFUSED(&s, AH_CHECK_MEASUREMENT, AH_ERR_MEASUREMENT);
	EXPECT(sample_row(&s, AH_CHECK_DEBUG)->status == AH_CHECK_PASS);
}

/* -- SEV-SNP -- */

static void a_migration_agent_is_refused(void)
{
	sample s;
	sample_snp(&s);
	s.claims.of.snp.guest_policy |= AH_SNP_POLICY_MIGRATE_MA;
	EXPECT_REFUSED(&s, AH_CHECK_MIGRATION, AH_ERR_MIGRATION);
}

static void the_vmpl_must_be_the_expected_one(void)
{
	sample s;
	sample_snp(&s);
	s.policy.snp.vmpl = 2;
	EXPECT_REFUSED(&s, AH_CHECK_VMPL, AH_ERR_VMPL);
	sample_snp(&s);
	s.policy.snp.vmpl = 2;
	s.claims.of.snp.vmpl = 2;
	EXPECT_PASSED(&s, AH_CHECK_VMPL);
	sample_snp(&s);
	s.policy.snp.vmpl = 2;
	s.claims.of.snp.vmpl = 1;
	EXPECT_REFUSED(&s, AH_CHECK_VMPL, AH_ERR_VMPL);
}

static void mask_chip_id(sample *s)
{
	memset(s->claims.of.snp.chip_id, 0, sizeof s->claims.of.snp.chip_id);
	s->claims.of.snp.chip_id_masked = true;
}

static void a_masked_chip_id_needs_permission_with_a_vcek(void)
{
	sample s;
	sample_snp(&s);
	mask_chip_id(&s);
	EXPECT_REFUSED(&s, AH_CHECK_CHIP_ID_MASKED, AH_ERR_CHIP_ID_MASKED);
	sample_snp(&s);
	mask_chip_id(&s);
	s.policy.snp.allow_masked_chip_id = true;
	EXPECT_PASSED(&s, AH_CHECK_CHIP_ID_MASKED);
	sample_snp(&s);
	mask_chip_id(&s);
	s.claims.of.snp.signer = AH_SNP_VLEK;
	s.policy.snp.signer_vlek = true;
	EXPECT_PASSED(&s, AH_CHECK_CHIP_ID_MASKED);
}

static void the_report_version_has_a_minimum(void)
{
	sample s;
	sample_snp(&s);
	s.claims.of.snp.version = 3;
	EXPECT_PASSED(&s, AH_CHECK_MIN_VERSION);
	sample_snp(&s);
	s.claims.of.snp.version = 3;
	s.policy.snp.min_report_version = 4;
	EXPECT_REFUSED(&s, AH_CHECK_MIN_VERSION, AH_ERR_MIN_VERSION);
}

static void the_product_must_be_listed(void)
{
	sample s;
	sample_snp(&s);
	s.policy.snp.products[AH_SNP_GENOA] = false;
	s.policy.snp.products[AH_SNP_MILAN] = s.policy.snp.products[AH_SNP_TURIN] = true;
	EXPECT_REFUSED(&s, AH_CHECK_PRODUCT_ALLOWED, AH_ERR_PRODUCT);
}

static void no_product_at_all_is_never_listed(void)
{
	sample s;
	sample_snp(&s);
	s.claims.of.snp.product = AH_SNP_PRODUCT_NONE;
	s.policy.snp.products[AH_SNP_PRODUCT_NONE] = true;
	s.policy.snp.floors[0].product = AH_SNP_PRODUCT_NONE;
	EXPECT_REFUSED(&s, AH_CHECK_PRODUCT_ALLOWED, AH_ERR_PRODUCT);
}

static void the_signer_must_be_listed(void)
{
	sample s;
	sample_snp(&s);
	s.claims.of.snp.signer = AH_SNP_VLEK;
	EXPECT_REFUSED(&s, AH_CHECK_SIGNER_ALLOWED, AH_ERR_SIGNER);
	sample_snp(&s);
	s.policy.snp.signer_vcek = false;
	s.policy.snp.signer_vlek = true;
	EXPECT_REFUSED(&s, AH_CHECK_SIGNER_ALLOWED, AH_ERR_SIGNER);
	sample_snp(&s);
	s.claims.of.snp.signer = AH_SNP_VLEK;
	s.policy.snp.signer_vlek = true;
	EXPECT_PASSED(&s, AH_CHECK_SIGNER_ALLOWED);
	sample_snp(&s);
	s.claims.of.snp.signer = AH_SNP_SIGNER_NONE;
	s.policy.snp.signer_vlek = true;
	EXPECT_REFUSED(&s, AH_CHECK_SIGNER_ALLOWED, AH_ERR_SIGNER);
}

static void the_alias_check_must_be_complete_where_required(void)
{
	sample s;
	sample_snp(&s);
	s.claims.of.snp.platform_info &= ~AH_SNP_PLATFORM_ALIAS_CHECK;
	EXPECT_REFUSED(&s, AH_CHECK_ALIAS_CHECK, AH_ERR_MITIGATION);
	sample_snp(&s);
	s.claims.of.snp.platform_info &= ~AH_SNP_PLATFORM_ALIAS_CHECK;
	s.policy.snp.alias_check = false;
	EXPECT_SKIPPED(&s, AH_CHECK_ALIAS_CHECK);
	sample_snp(&s);
	EXPECT_PASSED(&s, AH_CHECK_ALIAS_CHECK);
}

static void a_version_2_report_cannot_claim_the_alias_check(void)
{
	sample s;
	sample_snp(&s);
	s.claims.of.snp.version = 2;
	s.claims.of.snp.has_cpuid = false;
	s.policy.snp.min_report_version = 2;
	EXPECT_REFUSED(&s, AH_CHECK_ALIAS_CHECK, AH_ERR_MITIGATION);
}

static void unknown_platform_bits_refuse_only_under_strict_platform_info(void)
{
	for (unsigned bit = 0; bit < 64; bit++) {
		uint64_t mask = UINT64_C(1) << bit;
		bool known = (mask & AH_SNP_PLATFORM_KNOWN) != 0;
		sample s;
		sample_snp(&s);
		s.claims.of.snp.platform_info |= mask;
		if (known)
			EXPECT_PASSED(&s, AH_CHECK_PLATFORM_INFO);
		else
			EXPECT_SKIPPED(&s, AH_CHECK_PLATFORM_INFO);
		sample_snp(&s);
		s.claims.of.snp.platform_info |= mask;
		s.policy.snp.strict_platform_info = true;
		if (known)
			EXPECT_PASSED(&s, AH_CHECK_PLATFORM_INFO);
		else
			EXPECT_REFUSED(&s, AH_CHECK_PLATFORM_INFO, AH_ERR_PLATFORM_INFO);
	}
	ah_test_count(128);
}

/* -- floors -- */

static void each_tcb_component_has_its_own_floor(void)
{
	for (unsigned component = 0; component < 5; component++) {
		sample s;
		sample_snp(&s);
		ah_snp_tcb *tcb = &s.claims.of.snp.reported_tcb, *floor = &s.policy.snp.floors[0].tcb;
		tcb->has_fmc = floor->has_fmc = true;
		tcb->fmc = floor->fmc = tcb->tee = floor->tee = 3;
		uint8_t *const components[] = { &floor->fmc, &floor->bl, &floor->tee, &floor->snp, &floor->ucode };
		EXPECT_PASSED(&s, AH_CHECK_TCB_FLOOR);
		s.verdict.checks = (ah_checks){ .first_err = AH_OK };
		*components[component] = (uint8_t)(*components[component] + 1);
		/* A surplus elsewhere does not make up for it. */
		tcb->ucode = component == 4 ? tcb->ucode : 255;
		EXPECT_REFUSED(&s, AH_CHECK_TCB_FLOOR, AH_ERR_TCB_FLOOR);
	}
	ah_test_count(10);
}

static void only_the_reported_tcb_counts(void)
{
	sample s;
	sample_snp(&s);
	s.claims.of.snp.current_tcb.ucode = s.claims.of.snp.committed_tcb.ucode = s.claims.of.snp.launch_tcb.ucode = 255;
	s.claims.of.snp.reported_tcb.ucode--;
	EXPECT_REFUSED(&s, AH_CHECK_TCB_FLOOR, AH_ERR_TCB_FLOOR);
}

static void a_chip_without_a_floor_is_refused(void)
{
	sample s;
	sample_snp(&s);
	s.policy.snp.floor_count = 0;
	EXPECT_REFUSED(&s, AH_CHECK_TCB_FLOOR, AH_ERR_TCB_FLOOR);
	sample_snp(&s);
	s.policy.snp.floors[0].product = AH_SNP_TURIN;
	EXPECT_REFUSED(&s, AH_CHECK_TCB_FLOOR, AH_ERR_TCB_FLOOR);
	sample_snp(&s);
	s.policy.snp.floors[0].has_model = true;
	s.policy.snp.floors[0].model = 0xa0;
	EXPECT_REFUSED(&s, AH_CHECK_TCB_FLOOR, AH_ERR_TCB_FLOOR);
}

static void a_floor_with_fmc_is_not_met_by_a_tcb_without(void)
{
	sample s;
	sample_snp(&s);
	s.policy.snp.floors[0].tcb.has_fmc = true;
	EXPECT_REFUSED(&s, AH_CHECK_TCB_FLOOR, AH_ERR_TCB_FLOOR);
}

static void the_floor_of_the_model_decides_over_that_of_the_product(void)
{
	sample s;
	sample_snp(&s);
	s.policy.snp.floors[1] = s.policy.snp.floors[0];
	s.policy.snp.floors[1].has_model = true;
	s.policy.snp.floors[1].model = s.claims.of.snp.cpuid_model;
	s.policy.snp.floor_count = 2;
	s.policy.snp.floors[0].tcb.ucode = 255;
	EXPECT_PASSED(&s, AH_CHECK_TCB_FLOOR);

	sample_snp(&s);
	s.policy.snp.floors[1] = s.policy.snp.floors[0];
	s.policy.snp.floors[1].has_model = true;
	s.policy.snp.floors[1].model = s.claims.of.snp.cpuid_model;
	s.policy.snp.floors[1].tcb.ucode = 255;
	s.policy.snp.floor_count = 2;
	EXPECT_REFUSED(&s, AH_CHECK_TCB_FLOOR, AH_ERR_TCB_FLOOR);
}

/* A version 2 report, and floors for the product and for one of its models. */
static void sample_without_model(sample *s)
{
	sample_snp(s);
	s->claims.of.snp.version = 2;
	s->claims.of.snp.has_cpuid = false;
	s->policy.snp.min_report_version = 2;
	s->policy.snp.alias_check = false;
	s->policy.snp.floors[1] = s->policy.snp.floors[0];
	s->policy.snp.floors[1].has_model = true;
	s->policy.snp.floor_count = 2;
}

static void a_report_that_hides_its_model_meets_every_floor_of_its_product(void)
{
	sample s;
	sample_without_model(&s);
	EXPECT_PASSED(&s, AH_CHECK_TCB_FLOOR);
	sample_without_model(&s);
	s.policy.snp.floors[1].tcb.ucode = 255;
	EXPECT_REFUSED(&s, AH_CHECK_TCB_FLOOR, AH_ERR_TCB_FLOOR);
	sample_without_model(&s);
	s.policy.snp.floors[1].product = AH_SNP_TURIN;
	s.policy.snp.floors[1].tcb.ucode = 255;
	EXPECT_PASSED(&s, AH_CHECK_TCB_FLOOR);
	sample_without_model(&s);
	s.policy.snp.floors[0] = s.policy.snp.floors[1];
	s.policy.snp.floor_count = 1;
	EXPECT_REFUSED(&s, AH_CHECK_TCB_FLOOR, AH_ERR_TCB_FLOOR);
}

/* -- measurement -- */

static void every_byte_of_the_snp_measurement_counts(void)
{
	for (size_t i = 0; i < 48; i++) {
		sample s;
		sample_snp(&s);
		s.claims.of.snp.measurement[i] ^= 0x80;
		EXPECT_REFUSED(&s, AH_CHECK_MEASUREMENT, AH_ERR_MEASUREMENT);
		EXPECT(s.verdict.release[0] == '\0');
	}
	ah_test_count(48);
}

static void any_listed_release_will_do(void)
{
	sample s;
	sample_snp(&s);
	s.snp_releases[1] = s.snp_releases[0];
	memcpy(s.snp_releases[1].release, "1.4.3", sizeof "1.4.3");
	s.snp_releases[0].measurement[0] ^= 1;
	s.policy.snp.release_count = 2;
	EXPECT_PASSED(&s, AH_CHECK_MEASUREMENT);
	EXPECT(strcmp(s.verdict.release, "1.4.3") == 0);
	sample_snp(&s);
	s.policy.snp.release_count = 0;
	EXPECT_REFUSED(&s, AH_CHECK_MEASUREMENT, AH_ERR_MEASUREMENT);
}

static void release_by_id_key(sample *s)
{
	sample_snp(s);
	s->snp_releases[0].by_id_key = true;
	memcpy(s->snp_releases[0].id_key_digest, s->claims.of.snp.id_key_digest, 48);
	s->snp_releases[0].min_svn = 4;
	s->claims.of.snp.measurement[0] ^= 1;
}

static void a_release_may_stand_on_its_id_key_and_svn(void)
{
	sample s;
	release_by_id_key(&s);
	EXPECT_PASSED(&s, AH_CHECK_MEASUREMENT);
	release_by_id_key(&s);
	s.claims.of.snp.guest_svn = 3;
	EXPECT_REFUSED(&s, AH_CHECK_MEASUREMENT, AH_ERR_MEASUREMENT);
	release_by_id_key(&s);
	s.claims.of.snp.id_key_digest[47] ^= 1;
	EXPECT_REFUSED(&s, AH_CHECK_MEASUREMENT, AH_ERR_MEASUREMENT);
	release_by_id_key(&s);
	memset(s.claims.of.snp.id_key_digest, 0, 48);
	memset(s.snp_releases[0].id_key_digest, 0, 48);
	EXPECT_REFUSED(&s, AH_CHECK_MEASUREMENT, AH_ERR_MEASUREMENT);
}

static void a_withdrawn_measurement_is_refused_though_listed(void)
{
	sample s;
	sample_snp(&s);
	s.policy.revoked_measurements = sample_bytes(&s, s.claims.of.snp.measurement, 48);
	EXPECT_REFUSED(&s, AH_CHECK_MEASUREMENT_REVOKED, AH_ERR_MEASUREMENT_REVOKED);
	sample_nitro(&s);
	s.policy.revoked_measurements = sample_bytes(&s, s.claims.of.nitro.pcrs[0], 48);
	EXPECT_REFUSED(&s, AH_CHECK_MEASUREMENT_REVOKED, AH_ERR_MEASUREMENT_REVOKED);
	sample_nitro(&s);
	s.policy.revoked_measurements = sample_bytes(&s, s.claims.of.nitro.pcrs[1], 48);
	EXPECT_PASSED(&s, AH_CHECK_MEASUREMENT_REVOKED);
}

static void every_named_pcr_must_be_equal(void)
{
	for (unsigned pcr = 0; pcr < 3; pcr++)
		for (size_t i = 0; i < 48; i += 47) {
			sample s;
			sample_nitro(&s);
			s.claims.of.nitro.pcrs[pcr][i] ^= 1;
			EXPECT_REFUSED(&s, AH_CHECK_MEASUREMENT, AH_ERR_MEASUREMENT);
		}
	ah_test_count(6);
}

static void the_pcrs_of_two_releases_do_not_mix(void)
{
	sample s;
	sample_nitro(&s);
	s.nitro_releases[1] = s.nitro_releases[0];
	s.nitro_releases[0].pcrs[0][0] ^= 1;
	s.nitro_releases[1].pcrs[1][0] ^= 1;
	s.policy.nitro.release_count = 2;
	EXPECT_REFUSED(&s, AH_CHECK_MEASUREMENT, AH_ERR_MEASUREMENT);
}

static void a_pcr_that_is_not_named_is_not_compared(void)
{
	sample s;
	sample_nitro(&s);
	s.claims.of.nitro.pcrs[8][0] ^= 1;
	EXPECT_PASSED(&s, AH_CHECK_MEASUREMENT);
}

static void a_named_pcr_that_the_document_lacks_is_an_incomplete_set(void)
{
	sample s;
	sample_nitro(&s);
	s.nitro_releases[0].pcr_mask |= UINT32_C(1) << 20;
	s.nitro_releases[0].pcr_len[20] = 48;
	EXPECT_REFUSED(&s, AH_CHECK_MEASUREMENT, AH_ERR_REGISTER_SET);
	sample_nitro(&s);
	s.nitro_releases[0].pcr_mask |= UINT32_C(1) << 20;
	s.nitro_releases[0].pcr_len[20] = 48;
	s.claims.of.nitro.pcrs[2][5] ^= 1;
	EXPECT_REFUSED(&s, AH_CHECK_MEASUREMENT, AH_ERR_MEASUREMENT);
}

static void a_pcr_of_another_length_is_not_equal(void)
{
	sample s;
	sample_nitro(&s);
	s.claims.of.nitro.pcr_len[0] = 32;
	EXPECT_REFUSED(&s, AH_CHECK_MEASUREMENT, AH_ERR_MEASUREMENT);
}

static void a_release_that_names_no_register_matches_nothing(void)
{
	sample s;
	sample_nitro(&s);
	s.nitro_releases[0].pcr_mask = 0;
	EXPECT_REFUSED(&s, AH_CHECK_MEASUREMENT, AH_ERR_MEASUREMENT);
	sample_nitro(&s);
	s.policy.nitro.release_count = 0;
	EXPECT_REFUSED(&s, AH_CHECK_MEASUREMENT, AH_ERR_MEASUREMENT);
}

/* -- identity and what only envelopes prove -- */

static void the_chip_must_be_a_listed_one(void)
{
	sample s;
	sample_snp(&s);
	EXPECT_SKIPPED(&s, AH_CHECK_IDENTITY);
	EXPECT(strstr(sample_row(&s, AH_CHECK_IDENTITY)->reason, "physical attacks") != NULL);
	sample_snp(&s);
	s.policy.snp.chip_ids = sample_bytes(&s, s.claims.of.snp.chip_id, 64);
	EXPECT_PASSED(&s, AH_CHECK_IDENTITY);
	sample_snp(&s);
	s.policy.snp.chip_ids = sample_bytes(&s, s.claims.of.snp.chip_id, 64);
	s.claims.of.snp.chip_id[63] ^= 1;
	EXPECT_REFUSED(&s, AH_CHECK_IDENTITY, AH_ERR_CHIP);
	sample_snp(&s);
	s.policy.snp.chip_ids = (ah_byte_list){ .present = true, .item_len = 64 };
	EXPECT_REFUSED(&s, AH_CHECK_IDENTITY, AH_ERR_CHIP);
}

static void a_masked_chip_id_is_on_no_list(void)
{
	sample s;
	sample_snp(&s);
	mask_chip_id(&s);
	s.policy.snp.allow_masked_chip_id = true;
	s.policy.snp.chip_ids = sample_bytes(&s, s.claims.of.snp.chip_id, 64);
	EXPECT_REFUSED(&s, AH_CHECK_IDENTITY, AH_ERR_CHIP);
}

static void the_instance_must_be_a_listed_one(void)
{
	sample s;
	sample_nitro(&s);
	EXPECT_SKIPPED(&s, AH_CHECK_IDENTITY);
	sample_nitro(&s);
	s.policy.nitro.instance_ids = sample_texts(&s, "i-0123456789abcdef0");
	EXPECT_PASSED(&s, AH_CHECK_IDENTITY);
	sample_nitro(&s);
	s.policy.nitro.instance_ids = sample_texts(&s, "i-0123456789abcdef01");
	EXPECT_REFUSED(&s, AH_CHECK_IDENTITY, AH_ERR_INSTANCE);
	sample_nitro(&s);
	s.policy.nitro.instance_ids = (ah_text_list){ .present = true };
	EXPECT_REFUSED(&s, AH_CHECK_IDENTITY, AH_ERR_INSTANCE);
}

static void lists_that_raw_evidence_cannot_satisfy_refuse_it(void)
{
	static const uint8_t key[32] = { 1 };
	sample s;
	sample_nitro(&s);
	s.policy.nitro.builders = sample_texts(&s, "npub");
	EXPECT_REFUSED(&s, AH_CHECK_BUILDER, AH_ERR_BUILDER);
	sample_nitro(&s);
	s.policy.nitro.launchers = sample_texts(&s, "npub");
	EXPECT_REFUSED(&s, AH_CHECK_LAUNCHER, AH_ERR_LAUNCHER);
	sample_snp(&s);
	s.policy.allowed_workload_identity_tags = sample_bytes(&s, key, 32);
	EXPECT_REFUSED(&s, AH_CHECK_IDENTITY_TAG, AH_ERR_IDENTITY_TAG);
	sample_snp(&s);
	s.policy.manifest_keys = sample_bytes(&s, key, 32);
	EXPECT_REFUSED(&s, AH_CHECK_MANIFEST_KEY, AH_ERR_MANIFEST_KEY);
	sample_snp(&s);
	s.policy.deployment_ids = (ah_text_list){ .present = true }; /* empty: deny */
	EXPECT_REFUSED(&s, AH_CHECK_DEPLOYMENT, AH_ERR_DEPLOYMENT);
	sample_snp(&s);
	s.policy.service_keys = sample_bytes(&s, key, 32);
	EXPECT_REFUSED(&s, AH_CHECK_SERVICE_KEY, AH_ERR_SERVICE_KEY);
}

static void lists_that_are_absent_are_rows_that_were_not_checked(void)
{
	static const ah_check_id rows[] = {
		AH_CHECK_BUILDER, AH_CHECK_LAUNCHER, AH_CHECK_IDENTITY_TAG, AH_CHECK_MANIFEST_KEY, AH_CHECK_DEPLOYMENT, AH_CHECK_SERVICE_KEY,
	};
	sample s;
	sample_nitro(&s);
	EXPECT_OK(sample_appraise(&s));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		EXPECT(sample_row(&s, rows[i])->status == AH_CHECK_NOT_CHECKED);
}

static void a_list_of_channels_asks_nothing_of_raw_evidence(void)
{
	static const uint8_t spki[32] = { 1 };
	sample s;
	sample_snp(&s);
	s.policy.revoked_tls_spki = sample_bytes(&s, spki, 32);
	EXPECT_PASSED(&s, AH_CHECK_MEASUREMENT);
}

static void raw_evidence_does_not_prove_its_freshness(void)
{
	sample s;
	sample_snp(&s);
	EXPECT_SKIPPED(&s, AH_CHECK_FRESHNESS);
	EXPECT(strcmp(sample_row(&s, AH_CHECK_FRESHNESS)->reason,
	              "raw evidence: only a nonce or report data chosen by the verifier proves freshness") == 0);
}

/* -- binding -- */

static void every_byte_of_the_report_data_counts_on_every_platform(void)
{
	for (size_t i = 0; i < 64; i++) {
		sample s;
		sample_snp(&s);
		s.report_data[i] ^= 1;
		EXPECT_REFUSED(&s, AH_CHECK_BINDING_REPORT_DATA, AH_ERR_REPORT_DATA);
		sample_nitro(&s);
		s.report_data[i] ^= 1;
		EXPECT_REFUSED(&s, AH_CHECK_BINDING_REPORT_DATA, AH_ERR_REPORT_DATA);
	}
	ah_test_count(128);
}

static void user_data_is_compared_over_its_whole_length(void)
{
	sample s;
	sample_nitro(&s);
	s.request.expected.report_data.len = 63;
	EXPECT_REFUSED(&s, AH_CHECK_BINDING_REPORT_DATA, AH_ERR_REPORT_DATA);
	sample_nitro(&s);
	s.claims.of.nitro.user_data_len = 63;
	EXPECT_REFUSED(&s, AH_CHECK_BINDING_REPORT_DATA, AH_ERR_REPORT_DATA);
}

static void an_absent_field_is_not_the_expected_value(void)
{
	sample s;
	sample_nitro(&s);
	s.claims.of.nitro.has_user_data = false;
	EXPECT_REFUSED(&s, AH_CHECK_BINDING_REPORT_DATA, AH_ERR_REPORT_DATA);
	EXPECT(strcmp(sample_row(&s, AH_CHECK_BINDING_REPORT_DATA)->got, "absent") == 0);
}

static void sample_nonce_and_key(sample *s, uint8_t nonce[static 32], uint8_t key[static 91])
{
	sample_nitro(s);
	memcpy(nonce, s->claims.of.nitro.nonce, 32);
	memcpy(key, s->claims.of.nitro.public_key, 91);
	s->request.expected = (ah_expected){
		.fields = AH_EXPECT_NONCE | AH_EXPECT_PUBLIC_KEY,
		.nonce = ah_slice_make(nonce, 32),
		.public_key = ah_slice_make(key, 91),
	};
}

static void the_nonce_and_the_public_key_are_bound_too(void)
{
	uint8_t nonce[32], key[91];
	sample s;
	sample_nonce_and_key(&s, nonce, key);
	EXPECT_PASSED(&s, AH_CHECK_BINDING_NONCE);
	EXPECT(sample_row(&s, AH_CHECK_BINDING_PUBLIC_KEY)->status == AH_CHECK_PASS);
	EXPECT(sample_row(&s, AH_CHECK_BINDING_REPORT_DATA)->status == AH_CHECK_NOT_CHECKED);
	sample_nonce_and_key(&s, nonce, key);
	nonce[31] ^= 1;
	EXPECT_REFUSED(&s, AH_CHECK_BINDING_NONCE, AH_ERR_NONCE);
	sample_nonce_and_key(&s, nonce, key);
	key[90] ^= 1;
	EXPECT_REFUSED(&s, AH_CHECK_BINDING_PUBLIC_KEY, AH_ERR_PUBLIC_KEY);
}

static void no_binding_leaves_the_rows_unchecked(void)
{
	sample s;
	sample_nitro(&s);
	s.request.expected = (ah_expected){ .fields = AH_NO_BINDING };
	EXPECT_SKIPPED(&s, AH_CHECK_BINDING_REPORT_DATA);
	EXPECT(sample_row(&s, AH_CHECK_BINDING_NONCE)->status == AH_CHECK_NOT_CHECKED);
	EXPECT(sample_row(&s, AH_CHECK_BINDING_PUBLIC_KEY)->status == AH_CHECK_NOT_CHECKED);
}

/* -- genuine_only -- */

static bool row_is_judged_in_genuine_only(ah_check_id id)
{
	return id == AH_CHECK_SIMULATED || id == AH_CHECK_DEBUG || id == AH_CHECK_MIGRATION || id == AH_CHECK_VMPL || id == AH_CHECK_CHIP_ID_MASKED;
}

static void genuine_only_judges_five_rows_and_names_the_others(void)
{
	sample s[2];
	sample_snp(&s[0]);
	sample_nitro(&s[1]);
	for (size_t i = 0; i < 2; i++) {
		sample_genuine_only(&s[i]);
		EXPECT_OK(sample_appraise(&s[i]));
		for (unsigned id = AH_CHECK_SIMULATED; id < AH_CHECK_COUNT; id++) {
			const ah_check_row *row = sample_row(&s[i], (ah_check_id)id);
			if ((ah_check_infos[id].platforms & s[i].verdict.check_mask) == 0)
				continue;
			if (row_is_judged_in_genuine_only((ah_check_id)id))
				EXPECT_MSG(row->status == AH_CHECK_PASS, "row %s", ah_check_infos[id].id);
			else
				EXPECT_MSG(row->status == AH_CHECK_NOT_CHECKED && strcmp(row->reason, "genuine-only") == 0, "row %s", ah_check_infos[id].id);
		}
	}
}

static void genuine_only_knows_no_reference_values(void)
{
	sample s;
	sample_snp(&s);
	sample_genuine_only(&s);
	s.claims.of.snp.version = 2;
	s.claims.of.snp.has_cpuid = false;
	s.claims.of.snp.product = AH_SNP_MILAN;
	s.claims.of.snp.platform_info = UINT64_C(1) << 40;
	s.claims.of.snp.reported_tcb = (ah_snp_tcb){ .bl = 0 };
	s.claims.revocation_checked = false;
	EXPECT_OK(sample_appraise(&s));
	EXPECT(s.verdict.expiry_s == SAMPLE_EXPIRY_S);
}

static void genuine_only_refuses_debug_migration_vmpl_and_masked_vcek(void)
{
	sample s;
	sample_snp(&s);
	sample_genuine_only(&s);
	s.claims.debug = true;
	EXPECT_REFUSED(&s, AH_CHECK_DEBUG, AH_ERR_DEBUG);
	sample_snp(&s);
	sample_genuine_only(&s);
	s.claims.of.snp.guest_policy |= AH_SNP_POLICY_MIGRATE_MA;
	EXPECT_REFUSED(&s, AH_CHECK_MIGRATION, AH_ERR_MIGRATION);
	sample_snp(&s);
	sample_genuine_only(&s);
	s.claims.of.snp.vmpl = 1;
	EXPECT_REFUSED(&s, AH_CHECK_VMPL, AH_ERR_VMPL);
	sample_snp(&s);
	sample_genuine_only(&s);
	mask_chip_id(&s);
	EXPECT_REFUSED(&s, AH_CHECK_CHIP_ID_MASKED, AH_ERR_CHIP_ID_MASKED);
	sample_snp(&s);
	sample_genuine_only(&s);
	mask_chip_id(&s);
	s.claims.of.snp.signer = AH_SNP_VLEK;
	EXPECT_PASSED(&s, AH_CHECK_CHIP_ID_MASKED);
}

static void genuine_only_tolerates_debug_when_the_caller_does(void)
{
	sample s;
	sample_nitro(&s);
	sample_genuine_only(&s);
	s.claims.debug = true;
	s.request.allow_debug = true;
	EXPECT_SKIPPED(&s, AH_CHECK_DEBUG);
}

static const ah_test_case cases[] = {
	AH_TEST(an_allowed_snp_guest_passes),
	AH_TEST(an_allowed_enclave_passes),
	AH_TEST(the_end_of_the_policy_bounds_the_expiry),
	AH_TEST(a_refusal_shows_all_that_is_wrong_and_names_the_first_in_table_order),
	AH_TEST(simulated_evidence_needs_the_policy_and_the_caller),
	AH_TEST(with_a_policy_the_callers_root_alone_is_not_enough),
	AH_TEST(genuine_only_takes_the_callers_root_when_he_allows_it),
	AH_TEST(the_policy_holds_from_its_beginning_less_the_skew_to_its_end),
	AH_TEST(no_reference_values_for_the_platform_means_deny),
	AH_TEST(required_revocation_without_a_crl_is_unobtainable_on_snp),
	AH_TEST(on_nitro_revocation_without_a_crl_is_not_checked),
	AH_TEST(debug_is_refused_unless_policy_and_caller_tolerate_it),
	AH_TEST(the_debug_member_of_the_other_platform_does_not_count),
	AH_TEST(tolerated_debug_on_nitro_leaves_the_measurement_unchecked),
	AH_TEST(permission_for_debug_changes_nothing_for_a_production_enclave),
	AH_TEST(a_migration_agent_is_refused),
	AH_TEST(the_vmpl_must_be_the_expected_one),
	AH_TEST(a_masked_chip_id_needs_permission_with_a_vcek),
	AH_TEST(the_report_version_has_a_minimum),
	AH_TEST(the_product_must_be_listed),
	AH_TEST(no_product_at_all_is_never_listed),
	AH_TEST(the_signer_must_be_listed),
	AH_TEST(the_alias_check_must_be_complete_where_required),
	AH_TEST(a_version_2_report_cannot_claim_the_alias_check),
	AH_TEST(unknown_platform_bits_refuse_only_under_strict_platform_info),
	AH_TEST(each_tcb_component_has_its_own_floor),
	AH_TEST(only_the_reported_tcb_counts),
	AH_TEST(a_chip_without_a_floor_is_refused),
	AH_TEST(a_floor_with_fmc_is_not_met_by_a_tcb_without),
	AH_TEST(the_floor_of_the_model_decides_over_that_of_the_product),
	AH_TEST(a_report_that_hides_its_model_meets_every_floor_of_its_product),
	AH_TEST(every_byte_of_the_snp_measurement_counts),
	AH_TEST(any_listed_release_will_do),
	AH_TEST(a_release_may_stand_on_its_id_key_and_svn),
	AH_TEST(a_withdrawn_measurement_is_refused_though_listed),
	AH_TEST(every_named_pcr_must_be_equal),
	AH_TEST(the_pcrs_of_two_releases_do_not_mix),
	AH_TEST(a_pcr_that_is_not_named_is_not_compared),
	AH_TEST(a_named_pcr_that_the_document_lacks_is_an_incomplete_set),
	AH_TEST(a_pcr_of_another_length_is_not_equal),
	AH_TEST(a_release_that_names_no_register_matches_nothing),
	AH_TEST(the_chip_must_be_a_listed_one),
	AH_TEST(a_masked_chip_id_is_on_no_list),
	AH_TEST(the_instance_must_be_a_listed_one),
	AH_TEST(lists_that_raw_evidence_cannot_satisfy_refuse_it),
	AH_TEST(lists_that_are_absent_are_rows_that_were_not_checked),
	AH_TEST(a_list_of_channels_asks_nothing_of_raw_evidence),
	AH_TEST(raw_evidence_does_not_prove_its_freshness),
	AH_TEST(every_byte_of_the_report_data_counts_on_every_platform),
	AH_TEST(user_data_is_compared_over_its_whole_length),
	AH_TEST(an_absent_field_is_not_the_expected_value),
	AH_TEST(the_nonce_and_the_public_key_are_bound_too),
	AH_TEST(no_binding_leaves_the_rows_unchecked),
	AH_TEST(genuine_only_judges_five_rows_and_names_the_others),
	AH_TEST(genuine_only_knows_no_reference_values),
	AH_TEST(genuine_only_refuses_debug_migration_vmpl_and_masked_vcek),
	AH_TEST(genuine_only_tolerates_debug_when_the_caller_does),
};
AH_TEST_MAIN(cases)
