/* Genuine evidence that the policy, or the binding, does not allow. See cases.h. */
#include "forged/cases.h"

#include <stdio.h>

/* Hex of one byte, many times. */
#define X8(digits) digits digits digits digits digits digits digits digits
#define HEX32(digits) X8(digits) X8(digits) X8(digits) X8(digits)
#define HEX48(digits) HEX32(digits) X8(digits) X8(digits)
#define HEX64(digits) HEX32(digits) HEX32(digits)

/* -- Baselines: the same demands, met. -- */

static void chip_listed(forge *f)
{
	forge_put_hex(f->piece, sizeof f->piece, ah_slice_make(f->snp.report + AH_SIM_SNP_CHIP_ID, AH_SIM_SNP_CHIP_ID_LEN));
	(void)snprintf(f->text, sizeof f->text, ",\"chip_ids\":[\"%s\"]", f->piece);
	f->policy_text.snp = f->text;
}

static void instance_listed(forge *f)
{
	(void)snprintf(f->text, sizeof f->text, ",\"instance_ids\":[\"i-00000000000000000\",\"%s\"]", f->nitro.instance_id);
	f->policy_text.nitro = f->text;
}

static void strict_platform_info(forge *f)
{
	f->policy_text.snp = ",\"strict_platform_info\":true";
}

static void alias_check_not_required(forge *f)
{
	ah_sim_put_le64(f->snp.report + AH_SIM_SNP_PLATFORM_INFO, AH_SNP_PLATFORM_SMT_EN);
	f->policy_text.snp = ",\"alias_check\":false";
}

static void vmpl_1_expected(forge *f)
{
	ah_sim_put_le32(f->snp.report + AH_SIM_SNP_VMPL, 1);
	f->policy_text.snp = ",\"vmpl\":1";
}

static void mask_chip_id(forge *f)
{
	memset(f->snp.report + AH_SIM_SNP_CHIP_ID, 0, AH_SIM_SNP_CHIP_ID_LEN);
}

static void masked_chip_allowed(forge *f)
{
	mask_chip_id(f);
	f->policy_text.snp = ",\"allow_masked_chip_id\":true";
}

static const char id_key_release[] = "[{\"release\":\"1.0\",\"id_key_digest\":\"" HEX48("33") "\",\"min_svn\":7}]";

static void id_key(forge *f)
{
	memset(f->snp.report + AH_SIM_SNP_ID_KEY_DIGEST, 0x33, 48);
	ah_sim_put_le32(f->snp.report + AH_SIM_SNP_GUEST_SVN, 7);
	f->policy_text.snp_releases = id_key_release;
}

#define FLOOR(bl, tee, snp, ucode) \
	"[{\"product\":\"Milan\",\"bl\":0,\"tee\":0,\"snp\":0,\"ucode\":0},{\"product\":\"Turin\",\"fmc\":0,\"bl\":0,\"tee\":0,\"snp\":0,\"ucode\":0}," \
	"{\"product\":\"Genoa\",\"bl\":" #bl ",\"tee\":" #tee ",\"snp\":" #snp ",\"ucode\":" #ucode "}]"

/* The simulated Genoa reports bl 10, tee 0, snp 25, ucode 84. */
static void floor_met(forge *f) { f->policy_text.floors = FLOOR(10, 0, 25, 84); }
static void floor_bl(forge *f) { f->policy_text.floors = FLOOR(11, 0, 25, 84); }
static void floor_tee(forge *f) { f->policy_text.floors = FLOOR(10, 1, 25, 84); }
static void floor_snp(forge *f) { f->policy_text.floors = FLOOR(10, 0, 26, 84); }
static void floor_ucode(forge *f) { f->policy_text.floors = FLOOR(10, 0, 25, 85); }

/* The simulated Turin reports fmc 1. */
static void floor_fmc(forge *f)
{
	f->policy_text.products = "[\"Turin\"]";
	f->policy_text.floors = "[{\"product\":\"Turin\",\"fmc\":2,\"bl\":0,\"tee\":0,\"snp\":0,\"ucode\":0}]";
}

static void floor_of_another_model(forge *f)
{
	f->policy_text.products = "[\"Genoa\"]";
	f->policy_text.floors = "[{\"product\":\"Genoa\",\"model\":160,\"bl\":0,\"tee\":0,\"snp\":0,\"ucode\":0}]";
}

static void floor_of_the_model(forge *f)
{
	f->policy_text.products = "[\"Genoa\"]";
	f->policy_text.floors = "[{\"product\":\"Genoa\",\"bl\":0,\"tee\":0,\"snp\":0,\"ucode\":0},"
	                        "{\"product\":\"Genoa\",\"model\":17,\"bl\":10,\"tee\":0,\"snp\":25,\"ucode\":85}]";
}

static void revocation_not_required(forge *f)
{
	f->without_crl = true;
	f->policy_text.top = "\"require_revocation\":false,";
}

static void another_measurement_revoked(forge *f)
{
	f->policy_text.top = "\"revoked_measurements\":[\"" HEX48("44") "\"],";
}

/* The release names one more PCR. */
static void name_pcr(forge *f, unsigned index, ah_slice value)
{
	char hex[4][100];
	for (size_t i = 0; i < 3; i++)
		forge_put_hex(hex[i], sizeof hex[i], AH_SLICE_OF(f->pcrs[i]));
	forge_put_hex(hex[3], sizeof hex[3], value);
	(void)snprintf(f->text, sizeof f->text, "[{\"release\":\"1.0\",\"pcrs\":{\"0\":\"%s\",\"1\":\"%s\",\"2\":\"%s\",\"%u\":\"%s\"}}]", hex[0], hex[1],
	               hex[2], index, hex[3]);
	f->policy_text.nitro_releases = f->text;
}

static void pcr4_named(forge *f)
{
	name_pcr(f, 4, ah_slice_make(f->nitro.pcrs[4].value, 48));
}

static void within_the_skew(forge *f)
{
	f->policy_text.issued_at_s = f->policy_text.valid_from_s = FORGE_NOW_S + AH_CLOCK_SKEW_POLICY_S;
}

static void last_second_of_the_policy(forge *f)
{
	f->policy_text.valid_until_s = FORGE_NOW_S + 1;
}

/* -- Refused -- */

static void not_allowed_by_the_caller(forge *f)
{
	f->request.allow_simulated = false;
}

static void not_listed_by_the_policy(forge *f)
{
	f->policy_text.without_roots = true;
}

static void policy_over(forge *f)
{
	f->policy_text.valid_until_s = FORGE_NOW_S;
}

static void policy_of_tomorrow(forge *f)
{
	f->policy_text.valid_from_s = FORGE_NOW_S + AH_CLOCK_SKEW_POLICY_S + 1;
}

static void policy_issued_tomorrow(forge *f)
{
	f->policy_text.issued_at_s = FORGE_NOW_S + AH_CLOCK_SKEW_POLICY_S + 1;
}

static void no_section(forge *f)
{
	if (f->of->platform == AH_PLATFORM_NITRO)
		f->policy_text.without_nitro = true;
	else
		f->policy_text.without_snp = true;
}

static void no_crl(forge *f)
{
	f->without_crl = true;
}

static void guest_policy_bit(forge *f, uint64_t bit)
{
	uint8_t *at = f->snp.report + AH_SIM_SNP_POLICY;
	ah_sim_put_le64(at, ah_sim_get_le64(at) | bit);
}

static void debug_guest(forge *f)
{
	guest_policy_bit(f, AH_SNP_POLICY_DEBUG);
}

static void debug_guest_genuine_only(forge *f)
{
	debug_guest(f);
	forge_genuine_only(f);
}

static void debug_enclave_genuine_only(forge *f)
{
	ah_sim_nitro_set_debug(&f->nitro);
	forge_genuine_only(f);
}

static void debug_enclave(forge *f)
{
	ah_sim_nitro_set_debug(&f->nitro);
}

/* The caller's flag alone is no permission. */
static void debug_guest_allowed_by_caller(forge *f)
{
	debug_guest(f);
	f->request.allow_debug = true;
}

static void migration_agent(forge *f)
{
	guest_policy_bit(f, AH_SNP_POLICY_MIGRATE_MA);
}

static void migration_agent_genuine_only(forge *f)
{
	migration_agent(f);
	forge_genuine_only(f);
}

static void vmpl_1(forge *f)
{
	ah_sim_put_le32(f->snp.report + AH_SIM_SNP_VMPL, 1);
}

static void vmpl_0_but_1_expected(forge *f)
{
	f->policy_text.snp = ",\"vmpl\":1";
}

static void vmpl_1_genuine_only(forge *f)
{
	vmpl_1(f);
	forge_genuine_only(f);
}

static void version_2(forge *f)
{
	ah_sim_snp_set_version(&f->snp, 2);
	f->policy_text.snp = ",\"alias_check\":false";
}

static void version_4_but_5_required(forge *f)
{
	ah_sim_snp_set_version(&f->snp, 4);
	f->policy_text.snp = ",\"min_report_version\":5";
}

static void only_genoa_and_turin(forge *f)
{
	f->policy_text.products = "[\"Genoa\",\"Turin\"]";
	f->policy_text.floors = "[{\"product\":\"Genoa\",\"bl\":0,\"tee\":0,\"snp\":0,\"ucode\":0},"
	                        "{\"product\":\"Turin\",\"fmc\":0,\"bl\":0,\"tee\":0,\"snp\":0,\"ucode\":0}]";
}

static void only_vlek(forge *f)
{
	f->policy_text.snp = ",\"signers\":[\"vlek\"]";
}

static void only_vcek(forge *f)
{
	f->policy_text.snp = ",\"signers\":[\"vcek\"]";
}

static void no_alias_check(forge *f)
{
	ah_sim_put_le64(f->snp.report + AH_SIM_SNP_PLATFORM_INFO, AH_SNP_PLATFORM_SMT_EN);
}

static void unknown_bit_and_strict(forge *f)
{
	f->snp.report[AH_SIM_SNP_PLATFORM_INFO] |= 1 << 6;
	strict_platform_info(f);
}

static void another_measurement(forge *f)
{
	f->snp.report[AH_SIM_SNP_MEASUREMENT + 47] ^= 1;
}

static void zero_measurement(forge *f)
{
	memset(f->snp.report + AH_SIM_SNP_MEASUREMENT, 0, 48);
}

static void another_pcr0(forge *f) { f->nitro.pcrs[0].value[0] ^= 1; }
static void another_pcr1(forge *f) { f->nitro.pcrs[1].value[47] ^= 1; }
static void another_pcr2(forge *f) { f->nitro.pcrs[2].value[20] ^= 1; }

/* A policy that names PCR16, and a document that does not have it. */
static void pcr16_named(forge *f)
{
	name_pcr(f, 16, AH_SLICE_OF(f->pcrs[0]));
}

/* PCR0 is not among those that the document has. */
static void pcr0_missing(forge *f)
{
	memmove(&f->nitro.pcrs[0], &f->nitro.pcrs[1], (f->nitro.pcr_count - 1) * sizeof f->nitro.pcrs[0]);
	f->nitro.pcr_count--;
}

static void id_key_below_svn(forge *f)
{
	id_key(f);
	ah_sim_put_le32(f->snp.report + AH_SIM_SNP_GUEST_SVN, 6);
}

static void id_key_of_another(forge *f)
{
	id_key(f);
	f->snp.report[AH_SIM_SNP_ID_KEY_DIGEST] ^= 1;
}

static void revoke_measurement(forge *f, ah_slice measurement)
{
	forge_put_hex(f->piece, sizeof f->piece, measurement);
	(void)snprintf(f->text, sizeof f->text, "\"revoked_measurements\":[\"%s\"],", f->piece);
	f->policy_text.top = f->text;
}

/* Known by its ID key, so that the measurement itself is not what the policy lists. */
static void measurement_withdrawn(forge *f)
{
	id_key(f);
	revoke_measurement(f, ah_slice_make(f->snp.report + AH_SIM_SNP_MEASUREMENT, 48));
}

/* The loader refuses a policy that lists and withdraws one image, so PCR0 is withdrawn and another one listed. */
static void enclave_withdrawn(forge *f)
{
	revoke_measurement(f, ah_slice_make(f->nitro.pcrs[0].value, 48));
	f->pcrs[0][0] ^= 1;
}

static const char chip_of_another[] = ",\"chip_ids\":[\"" HEX64("22") "\"]";

static void chip_not_listed(forge *f)
{
	f->policy_text.snp = chip_of_another;
}

/* A VLEK report has no chip id: no list can name it, not even one of zeros. */
static void masked_chip_and_a_list(forge *f)
{
	f->policy_text.snp = ",\"signers\":[\"vlek\"],\"chip_ids\":[\"" HEX64("22") "\"]";
}

/* The very chip that the list names, but nothing proves it: a VLEK certificate names no chip. */
static void chip_claimed_under_a_vlek(forge *f)
{
	masked_chip_and_a_list(f);
	memset(f->snp.report + AH_SIM_SNP_CHIP_ID, 0x22, AH_SIM_SNP_CHIP_ID_LEN);
}

static void no_chip_listed(forge *f)
{
	f->policy_text.snp = ",\"chip_ids\":[]";
}

static void instance_not_listed(forge *f)
{
	f->policy_text.nitro = ",\"instance_ids\":[\"i-00000000000000000\"]";
}

static void no_instance_listed(forge *f)
{
	f->policy_text.nitro = ",\"instance_ids\":[]";
}

static void builders(forge *f) { f->policy_text.nitro = ",\"builders\":[\"" HEX32("11") "\"]"; }
static void no_builders(forge *f) { f->policy_text.nitro = ",\"builders\":[]"; }
static void launchers(forge *f) { f->policy_text.nitro = ",\"launchers\":[\"" HEX32("11") "\"]"; }
static void no_launchers(forge *f) { f->policy_text.nitro = ",\"launchers\":[]"; }
static void tags(forge *f) { f->policy_text.top = "\"allowed_workload_identity_tags\":[\"" HEX32("11") "\"],"; }
static void manifest_keys(forge *f) { f->policy_text.top = "\"manifest_keys\":[\"" HEX32("11") "\"],"; }
static void deployments(forge *f) { f->policy_text.top = "\"deployment_ids\":[\"production\"],"; }
static void service_keys(forge *f) { f->policy_text.top = "\"service_keys\":[\"" HEX32("11") "\"],"; }

/* -- Binding -- */

/* On SNP the report was filled before: only what is expected changes. On Nitro user_data would follow, so it gets another value. */
static void another_report_data(forge *f)
{
	f->report_data[63] ^= 1;
	f->nitro.user_data.value = AH_SLICE_LITERAL("something else");
}

static void zero_report_data(forge *f)
{
	memset(f->snp.report + AH_SIM_SNP_REPORT_DATA, 0, AH_SIM_SNP_REPORT_DATA_LEN);
}

static void user_data_null(forge *f)
{
	f->nitro.user_data.form = AH_SIM_NULL;
}

static void user_data_absent(forge *f)
{
	f->nitro.user_data.form = AH_SIM_ABSENT;
}

static void user_data_empty(forge *f)
{
	f->nitro.user_data.value = AH_SLICE_LITERAL("");
}

/* The beginning is the expected value, and more follows. */
static void user_data_longer(forge *f)
{
	FORGE_MUST(ah_buf_append(&f->scratch, AH_SLICE_OF(f->report_data)));
	FORGE_MUST(ah_buf_append_byte(&f->scratch, 0));
	f->nitro.user_data.value = ah_buf_slice(&f->scratch);
}

static void user_data_shorter(forge *f)
{
	f->nitro.user_data.value.len--;
}

static void another_nonce(forge *f)
{
	FORGE_MUST(ah_buf_append(&f->scratch, AH_SLICE_OF(f->nonce)));
	f->scratch.ptr[0] ^= 1;
	f->nitro.nonce.value = ah_buf_slice(&f->scratch);
}

static void nonce_null(forge *f)
{
	f->nitro.nonce.form = AH_SIM_NULL;
}

static void another_public_key(forge *f)
{
	FORGE_MUST(ah_buf_append(&f->scratch, AH_SLICE_OF(f->public_key)));
	f->scratch.ptr[64] ^= 1;
	f->nitro.public_key.value = ah_buf_slice(&f->scratch);
}

static void public_key_null(forge *f)
{
	f->nitro.public_key.form = AH_SIM_NULL;
}

/* Fields exchanged: the nonce stands where the public key should. */
static void fields_exchanged(forge *f)
{
	f->nitro.public_key.value = AH_SLICE_OF(f->nonce);
	f->nitro.nonce.value = AH_SLICE_OF(f->public_key);
	forge_expect(f, AH_EXPECT_PUBLIC_KEY);
}

#define N AH_PLATFORM_NITRO
#define S AH_PLATFORM_SNP
#define BASE(on, name, change) { name, on, AH_CHECK_COUNT, AH_OK, change, NULL, FORGE_ALONE, 0, 0, 0 }
#define CASE(on, name, check, err, change) { name, on, AH_CHECK_##check, AH_ERR_##err, change, NULL, FORGE_ALONE, 0, 0, 0 }
#define OF(product, signer, name, check, err, change) { name, S, AH_CHECK_##check, AH_ERR_##err, change, NULL, FORGE_ALONE, product, signer, 0 }
#define OVERLAPPED_BY(on, other, name, check, err, change) \
	{ name, on, AH_CHECK_##check, AH_ERR_##err, change, NULL, FORGE_OVERLAPPED, 0, 0, AH_CHECK_##other }

const forge_case forge_policy_cases[] = {
	BASE(S, "policy_listed_chip_is_accepted", chip_listed),
	BASE(N, "policy_listed_instance_is_accepted", instance_listed),
	BASE(S, "policy_strict_platform_info_is_accepted", strict_platform_info),
	BASE(S, "policy_without_alias_check_is_accepted", alias_check_not_required),
	BASE(S, "policy_expected_vmpl_1_is_accepted", vmpl_1_expected),
	BASE(S, "policy_allowed_masked_chip_is_accepted", masked_chip_allowed),
	BASE(S, "policy_id_key_release_is_accepted", id_key),
	BASE(S, "policy_floor_met_is_accepted", floor_met),
	BASE(S, "policy_without_revocation_is_accepted", revocation_not_required),
	BASE(S, "policy_other_measurement_revoked_is_accepted", another_measurement_revoked),
	BASE(N, "policy_other_image_revoked_is_accepted", another_measurement_revoked),
	BASE(N, "policy_named_pcr4_is_accepted", pcr4_named),
	BASE(N, "policy_within_the_skew_is_accepted", within_the_skew),
	BASE(N, "policy_last_second_is_accepted", last_second_of_the_policy),

	CASE(N, "P10_simulated_nitro_without_permission_is_refused", SIMULATED, SIMULATED, not_allowed_by_the_caller),
	CASE(S, "P10_simulated_snp_without_permission_is_refused", SIMULATED, SIMULATED, not_allowed_by_the_caller),
	CASE(N, "P10_simulated_nitro_not_in_the_policy_is_refused", SIMULATED, SIMULATED, not_listed_by_the_policy),
	CASE(S, "P10_simulated_snp_not_in_the_policy_is_refused", SIMULATED, SIMULATED, not_listed_by_the_policy),
	CASE(N, "policy_past_valid_until_is_refused", POLICY_TIME, POLICY_EXPIRED, policy_over),
	CASE(S, "policy_before_valid_from_is_refused", POLICY_TIME, POLICY_NOT_YET_VALID, policy_of_tomorrow),
	CASE(S, "policy_before_issued_at_is_refused", POLICY_TIME, POLICY_NOT_YET_VALID, policy_issued_tomorrow),
	CASE(N, "policy_without_nitro_is_refused", PLATFORM, PLATFORM_NOT_ALLOWED, no_section),
	CASE(S, "policy_without_snp_is_refused", PLATFORM, PLATFORM_NOT_ALLOWED, no_section),
	CASE(S, "E07_missing_crl_is_refused", REVOCATION_REQUIRED, REVOCATION_UNAVAILABLE, no_crl),
	CASE(S, "P01_snp_debug_is_refused", DEBUG, DEBUG, debug_guest),
	CASE(S, "P01_snp_debug_is_refused_with_the_callers_flag_alone", DEBUG, DEBUG, debug_guest_allowed_by_caller),
	CASE(S, "P01_snp_debug_is_refused_in_genuine_only", DEBUG, DEBUG, debug_guest_genuine_only),
	CASE(N, "P01_nitro_debug_is_refused_in_genuine_only", DEBUG, DEBUG, debug_enclave_genuine_only),
	OVERLAPPED_BY(N, MEASUREMENT, "P01_nitro_debug_is_refused", DEBUG, DEBUG, debug_enclave),
	CASE(S, "snp_migration_agent_is_refused", MIGRATION, MIGRATION, migration_agent),
	CASE(S, "snp_migration_agent_is_refused_in_genuine_only", MIGRATION, MIGRATION, migration_agent_genuine_only),
	CASE(S, "snp_vmpl_1_is_refused", VMPL, VMPL, vmpl_1),
	CASE(S, "snp_vmpl_0_is_refused_where_1_is_expected", VMPL, VMPL, vmpl_0_but_1_expected),
	CASE(S, "snp_vmpl_1_is_refused_in_genuine_only", VMPL, VMPL, vmpl_1_genuine_only),
	CASE(S, "P07_masked_chip_is_refused", CHIP_ID_MASKED, CHIP_ID_MASKED, mask_chip_id),
	OF(AH_SNP_MILAN, 0, "snp_version_2_is_refused_by_default", MIN_VERSION, MIN_VERSION, version_2),
	CASE(S, "snp_version_4_is_refused_where_5_is_required", MIN_VERSION, MIN_VERSION, version_4_but_5_required),
	/* A policy has floors for its products alone, so a product that is not listed has no floor either. */
	{ "E14_milan_is_refused_unless_listed", S, AH_CHECK_PRODUCT_ALLOWED, AH_ERR_PRODUCT, only_genoa_and_turin, NULL, FORGE_OVERLAPPED, AH_SNP_MILAN, 0,
	  AH_CHECK_TCB_FLOOR },
	CASE(S, "snp_vcek_is_refused_where_vlek_is_required", SIGNER_ALLOWED, SIGNER, only_vlek),
	OF(0, AH_SNP_VLEK, "snp_vlek_is_refused_by_default", SIGNER_ALLOWED, SIGNER, only_vcek),
	CASE(S, "P04_missing_alias_check_is_refused", ALIAS_CHECK, MITIGATION, no_alias_check),
	CASE(S, "P03_unknown_platform_bit_is_refused_when_strict", PLATFORM_INFO, PLATFORM_INFO, unknown_bit_and_strict),
	CASE(S, "P05_boot_loader_below_floor_is_refused", TCB_FLOOR, TCB_FLOOR, floor_bl),
	CASE(S, "P05_tee_below_floor_is_refused", TCB_FLOOR, TCB_FLOOR, floor_tee),
	CASE(S, "P05_snp_below_floor_is_refused", TCB_FLOOR, TCB_FLOOR, floor_snp),
	CASE(S, "P05_microcode_below_floor_is_refused", TCB_FLOOR, TCB_FLOOR, floor_ucode),
	OF(AH_SNP_TURIN, 0, "P05_fmc_below_floor_is_refused", TCB_FLOOR, TCB_FLOOR, floor_fmc),
	CASE(S, "P05_floor_of_another_model_alone_is_refused", TCB_FLOOR, TCB_FLOOR, floor_of_another_model),
	CASE(S, "P05_floor_of_the_model_decides", TCB_FLOOR, TCB_FLOOR, floor_of_the_model),
	CASE(S, "snp_other_measurement_is_refused", MEASUREMENT, MEASUREMENT, another_measurement),
	CASE(S, "P02_zero_measurement_is_refused", MEASUREMENT, MEASUREMENT, zero_measurement),
	CASE(S, "snp_id_key_below_min_svn_is_refused", MEASUREMENT, MEASUREMENT, id_key_below_svn),
	CASE(S, "snp_other_id_key_is_refused", MEASUREMENT, MEASUREMENT, id_key_of_another),
	CASE(N, "nitro_other_pcr0_is_refused", MEASUREMENT, MEASUREMENT, another_pcr0),
	CASE(N, "nitro_other_pcr1_is_refused", MEASUREMENT, MEASUREMENT, another_pcr1),
	CASE(N, "nitro_other_pcr2_is_refused", MEASUREMENT, MEASUREMENT, another_pcr2),
	CASE(N, "E15_policy_names_an_absent_pcr", MEASUREMENT, REGISTER_SET, pcr16_named),
	OVERLAPPED_BY(N, MEASUREMENT, "E15_missing_pcr0_is_refused", NITRO_FIELDS, DOCUMENT_INCOMPLETE, pcr0_missing),
	CASE(S, "snp_withdrawn_measurement_is_refused", MEASUREMENT_REVOKED, MEASUREMENT_REVOKED, measurement_withdrawn),
	OVERLAPPED_BY(N, MEASUREMENT_REVOKED, "nitro_withdrawn_image_is_refused", MEASUREMENT, MEASUREMENT, enclave_withdrawn),
	CASE(S, "B04_chip_not_listed_is_refused", IDENTITY, CHIP, chip_not_listed),
	CASE(S, "B04_empty_chip_list_is_refused", IDENTITY, CHIP, no_chip_listed),
	OF(0, AH_SNP_VLEK, "P07_masked_chip_is_on_no_list", IDENTITY, CHIP, masked_chip_and_a_list),
	OF(0, AH_SNP_VLEK, "P07_chip_claimed_under_a_vlek_is_refused", IDENTITY, CHIP, chip_claimed_under_a_vlek),
	CASE(N, "B04_instance_not_listed_is_refused", IDENTITY, INSTANCE, instance_not_listed),
	CASE(N, "B04_empty_instance_list_is_refused", IDENTITY, INSTANCE, no_instance_listed),
	CASE(N, "H16_builder_cannot_be_shown_by_a_document", BUILDER, BUILDER, builders),
	CASE(N, "H16_empty_builder_list_is_refused", BUILDER, BUILDER, no_builders),
	CASE(N, "H16_launcher_cannot_be_shown_by_a_document", LAUNCHER, LAUNCHER, launchers),
	CASE(N, "H16_empty_launcher_list_is_refused", LAUNCHER, LAUNCHER, no_launchers),
	CASE(S, "policy_identity_tag_cannot_be_shown_by_a_report", IDENTITY_TAG, IDENTITY_TAG, tags),
	CASE(N, "policy_manifest_key_cannot_be_shown_by_a_document", MANIFEST_KEY, MANIFEST_KEY, manifest_keys),
	CASE(S, "policy_deployment_cannot_be_shown_by_a_report", DEPLOYMENT, DEPLOYMENT, deployments),
	CASE(N, "policy_service_key_cannot_be_shown_by_a_document", SERVICE_KEY, SERVICE_KEY, service_keys),

	CASE(S, "B02_other_report_data_is_refused", BINDING_REPORT_DATA, REPORT_DATA, another_report_data),
	CASE(S, "B02_zero_report_data_is_refused", BINDING_REPORT_DATA, REPORT_DATA, zero_report_data),
	CASE(N, "B02_other_user_data_is_refused", BINDING_REPORT_DATA, REPORT_DATA, another_report_data),
	CASE(N, "B03_null_user_data_is_refused", BINDING_REPORT_DATA, REPORT_DATA, user_data_null),
	CASE(N, "B03_absent_user_data_is_refused", BINDING_REPORT_DATA, REPORT_DATA, user_data_absent),
	CASE(N, "B03_empty_user_data_is_refused", BINDING_REPORT_DATA, REPORT_DATA, user_data_empty),
	CASE(N, "B02_longer_user_data_is_refused", BINDING_REPORT_DATA, REPORT_DATA, user_data_longer),
	CASE(N, "B02_shorter_user_data_is_refused", BINDING_REPORT_DATA, REPORT_DATA, user_data_shorter),
	CASE(N, "B01_other_nonce_is_refused", BINDING_NONCE, NONCE, another_nonce),
	CASE(N, "B03_null_nonce_is_refused", BINDING_NONCE, NONCE, nonce_null),
	CASE(N, "nitro_other_public_key_is_refused", BINDING_PUBLIC_KEY, PUBLIC_KEY, another_public_key),
	CASE(N, "B03_null_public_key_is_refused", BINDING_PUBLIC_KEY, PUBLIC_KEY, public_key_null),
	CASE(N, "B08_exchanged_fields_are_refused", BINDING_PUBLIC_KEY, PUBLIC_KEY, fields_exchanged),
};
const size_t forge_policy_case_count = sizeof forge_policy_cases / sizeof forge_policy_cases[0];
