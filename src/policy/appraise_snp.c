/* Reference values and binding of AMD SEV-SNP. See judge.h. */
#include "policy/judge.h"

#include <inttypes.h>
#include <stdio.h>

/* AMD 56860, ATTESTATION_REPORT: where the fields of these rows stand in the evidence. Only for showing; values come from the claims. */
#define POLICY_OFF         0x008
#define POLICY_LEN         8
#define VMPL_OFF           0x030
#define VMPL_LEN           4
#define PLATFORM_INFO_OFF  0x040
#define PLATFORM_INFO_LEN  8
#define KEY_INFO_OFF       0x048
#define KEY_INFO_LEN       4
#define REPORT_DATA_OFF    0x050
#define MEASUREMENT_OFF    0x090
#define REPORTED_TCB_OFF   0x180
#define REPORTED_TCB_LEN   8
#define CPUID_OFF          0x188
#define CPUID_LEN          3
#define CHIP_ID_OFF        0x1a0
#define VERSION_LEN        4

/* -- what genuine_only asks too -- */

static void judge_migration(ah_judge *j, const ah_snp_claims *snp)
{
	ah_check_range(j->log, AH_CHECK_MIGRATION, POLICY_OFF, POLICY_LEN);
	ah_check_got(j->log, AH_CHECK_MIGRATION, "MIGRATE_MA %d", (snp->guest_policy & AH_SNP_POLICY_MIGRATE_MA) != 0);
	ah_check_wanted(j->log, AH_CHECK_MIGRATION, "MIGRATE_MA 0");
	ah__judge(j, AH_CHECK_MIGRATION, (snp->guest_policy & AH_SNP_POLICY_MIGRATE_MA) == 0, AH_ERR_MIGRATION);
}

static void judge_vmpl(ah_judge *j, const ah_snp_claims *snp, uint32_t wanted)
{
	ah_check_range(j->log, AH_CHECK_VMPL, VMPL_OFF, VMPL_LEN);
	ah_check_got(j->log, AH_CHECK_VMPL, "VMPL %" PRIu32, snp->vmpl);
	ah_check_wanted(j->log, AH_CHECK_VMPL, "VMPL %" PRIu32, wanted);
	ah__judge(j, AH_CHECK_VMPL, snp->vmpl == wanted, AH_ERR_VMPL);
}

/* A VLEK is the provider's, not the chip's: its reports carry no chip id, and no certificate could confirm one. With a VCEK zero hides the chip. */
static void judge_chip_id_masked(ah_judge *j, const ah_snp_claims *snp, bool allowed)
{
	ah_check_range(j->log, AH_CHECK_CHIP_ID_MASKED, CHIP_ID_OFF, sizeof snp->chip_id);
	ah_check_got(j->log, AH_CHECK_CHIP_ID_MASKED, "%s, signed by a %s", snp->chip_id_masked ? "all zero" : "present", ah_snp_signer_name(snp->signer));
	ah_check_wanted(j->log, AH_CHECK_CHIP_ID_MASKED, "%s", allowed ? "present, or masked as the policy allows" : "present, or a VLEK");
	ah__judge(j, AH_CHECK_CHIP_ID_MASKED, !snp->chip_id_masked || snp->signer == AH_SNP_VLEK || allowed, AH_ERR_CHIP_ID_MASKED);
}

void ah__judge_snp_genuine(ah_judge *j, const ah_snp_claims *snp)
{
	judge_migration(j, snp);
	judge_vmpl(j, snp, 0);
	judge_chip_id_masked(j, snp, false);
}

/* -- kind of machine -- */

static void judge_min_version(ah_judge *j, const ah_snp_claims *snp, const ah_snp_policy *policy)
{
	ah_check_range(j->log, AH_CHECK_MIN_VERSION, 0, VERSION_LEN);
	ah_check_got(j->log, AH_CHECK_MIN_VERSION, "version %" PRIu32, snp->version);
	ah_check_wanted(j->log, AH_CHECK_MIN_VERSION, "version %" PRIu32 " or above", policy->min_report_version);
	ah__judge(j, AH_CHECK_MIN_VERSION, snp->version >= policy->min_report_version, AH_ERR_MIN_VERSION);
}

static bool product_is_listed(const ah_snp_policy *policy, ah_snp_product product)
{
	return product != AH_SNP_PRODUCT_NONE && (size_t)product < sizeof policy->products / sizeof policy->products[0] && policy->products[product];
}

static void judge_product(ah_judge *j, const ah_snp_claims *snp, const ah_snp_policy *policy)
{
	if (snp->has_cpuid)
		ah_check_range(j->log, AH_CHECK_PRODUCT_ALLOWED, CPUID_OFF, CPUID_LEN);
	ah_check_got(j->log, AH_CHECK_PRODUCT_ALLOWED, "%s", ah_snp_product_name(snp->product));
	ah_check_wanted(j->log, AH_CHECK_PRODUCT_ALLOWED, "one of:%s%s%s", policy->products[AH_SNP_MILAN] ? " Milan" : "",
	                policy->products[AH_SNP_GENOA] ? " Genoa" : "", policy->products[AH_SNP_TURIN] ? " Turin" : "");
	ah__judge(j, AH_CHECK_PRODUCT_ALLOWED, product_is_listed(policy, snp->product), AH_ERR_PRODUCT);
}

static bool signer_is_listed(const ah_snp_policy *policy, ah_snp_signer signer)
{
	switch (signer) {
	case AH_SNP_VCEK: return policy->signer_vcek;
	case AH_SNP_VLEK: return policy->signer_vlek;
	case AH_SNP_SIGNER_NONE: break;
	}
	return false;
}

static void judge_signer(ah_judge *j, const ah_snp_claims *snp, const ah_snp_policy *policy)
{
	ah_check_range(j->log, AH_CHECK_SIGNER_ALLOWED, KEY_INFO_OFF, KEY_INFO_LEN);
	ah_check_got(j->log, AH_CHECK_SIGNER_ALLOWED, "%s", ah_snp_signer_name(snp->signer));
	ah_check_wanted(j->log, AH_CHECK_SIGNER_ALLOWED, "one of:%s%s", policy->signer_vcek ? " vcek" : "", policy->signer_vlek ? " vlek" : "");
	ah__judge(j, AH_CHECK_SIGNER_ALLOWED, signer_is_listed(policy, snp->signer), AH_ERR_SIGNER);
}

/* -- state of its firmware -- */

/* The bit exists since version 3; in a version 2 report nobody vouches for it, whatever the byte holds. */
static void judge_alias_check(ah_judge *j, const ah_snp_claims *snp, const ah_snp_policy *policy)
{
	bool complete = snp->version >= 3 && (snp->platform_info & AH_SNP_PLATFORM_ALIAS_CHECK) != 0;
	ah_check_range(j->log, AH_CHECK_ALIAS_CHECK, PLATFORM_INFO_OFF, PLATFORM_INFO_LEN);
	ah_check_got(j->log, AH_CHECK_ALIAS_CHECK, "%s", complete ? "complete" : snp->version < 3 ? "unknown to version 2" : "not complete");
	if (!policy->alias_check) {
		ah_check_skip(j->log, AH_CHECK_ALIAS_CHECK, "not required by the policy");
		return;
	}
	ah_check_wanted(j->log, AH_CHECK_ALIAS_CHECK, "complete");
	ah__judge(j, AH_CHECK_ALIAS_CHECK, complete, AH_ERR_MITIGATION);
}

/* Real Turin firmware sets a bit that no document defines, so unknown bits refuse only under strict_platform_info. */
static void judge_platform_info(ah_judge *j, const ah_snp_claims *snp, const ah_snp_policy *policy)
{
	uint64_t unknown = snp->platform_info & ~AH_SNP_PLATFORM_KNOWN;
	ah_check_range(j->log, AH_CHECK_PLATFORM_INFO, PLATFORM_INFO_OFF, PLATFORM_INFO_LEN);
	ah_check_got(j->log, AH_CHECK_PLATFORM_INFO, "0x%" PRIx64 ", of it unknown 0x%" PRIx64, snp->platform_info, unknown);
	if (unknown != 0 && !policy->strict_platform_info) {
		ah_check_skip(j->log, AH_CHECK_PLATFORM_INFO, "has unknown bits; the policy is not strict about them");
		return;
	}
	ah_check_wanted(j->log, AH_CHECK_PLATFORM_INFO, "no unknown bit");
	ah__judge(j, AH_CHECK_PLATFORM_INFO, unknown == 0, AH_ERR_PLATFORM_INFO);
}

/* Component by component: TCB_VERSION is no number. A floor without fmc asks nothing of it. */
static bool tcb_is_at_least(const ah_snp_tcb *tcb, const ah_snp_tcb *floor)
{
	bool fmc = !floor->has_fmc || (tcb->has_fmc && tcb->fmc >= floor->fmc);
	return fmc && tcb->bl >= floor->bl && tcb->tee >= floor->tee && tcb->snp >= floor->snp && tcb->ucode >= floor->ucode;
}

typedef enum floor_scope { FLOOR_OTHER, FLOOR_PRODUCT, FLOOR_MODEL } floor_scope;

static floor_scope scope_of(const ah_snp_floor *floor, const ah_snp_claims *snp)
{
	if (floor->product != snp->product)
		return FLOOR_OTHER;
	if (!floor->has_model)
		return FLOOR_PRODUCT;
	return snp->has_cpuid && floor->model == snp->cpuid_model ? FLOOR_MODEL : FLOOR_OTHER;
}

/*
 * The most specific floor decides: microcode numbers differ between the models of one product. A version 2 report does not say its model, so it
 * must meet every floor of its product, a general one among them. NULL with *found false: the policy has no floor for this chip.
 */
static const ah_snp_floor *violated_floor(const ah_snp_policy *policy, const ah_snp_claims *snp, bool *found)
{
	floor_scope best = FLOOR_OTHER;
	for (size_t i = 0; i < policy->floor_count; i++)
		if (scope_of(&policy->floors[i], snp) > best)
			best = scope_of(&policy->floors[i], snp);
	*found = best != FLOOR_OTHER;
	for (size_t i = 0; i < policy->floor_count && *found; i++) {
		const ah_snp_floor *floor = &policy->floors[i];
		bool applies = snp->has_cpuid ? scope_of(floor, snp) == best : floor->product == snp->product;
		if (applies && !tcb_is_at_least(&snp->reported_tcb, &floor->tcb))
			return floor;
	}
	return NULL;
}

static void tcb_text(char *out, size_t size, const ah_snp_tcb *tcb)
{
	char fmc[16] = "";
	if (tcb->has_fmc)
		(void)snprintf(fmc, sizeof fmc, "fmc %u ", tcb->fmc);
	(void)snprintf(out, size, "%sbl %u tee %u snp %u ucode %u", fmc, tcb->bl, tcb->tee, tcb->snp, tcb->ucode);
}

static void judge_tcb_floor(ah_judge *j, const ah_snp_claims *snp, const ah_snp_policy *policy)
{
	bool found = false;
	const ah_snp_floor *violated = violated_floor(policy, snp, &found);
	char text[64];
	tcb_text(text, sizeof text, &snp->reported_tcb);
	ah_check_range(j->log, AH_CHECK_TCB_FLOOR, REPORTED_TCB_OFF, REPORTED_TCB_LEN);
	ah_check_got(j->log, AH_CHECK_TCB_FLOOR, "%s", text);
	if (violated != NULL) {
		tcb_text(text, sizeof text, &violated->tcb);
		ah_check_wanted(j->log, AH_CHECK_TCB_FLOOR, "at least %s", text);
	} else if (!found) {
		ah_check_wanted(j->log, AH_CHECK_TCB_FLOOR, "a floor for %s in the policy; it has none", ah_snp_product_name(snp->product));
	}
	ah__judge(j, AH_CHECK_TCB_FLOOR, found && violated == NULL, AH_ERR_TCB_FLOOR);
}

/* -- code -- */

/* AMD 56860 SNP_LAUNCH_FINISH: firmware compares the launch digest with the signed ID block, so the key's digest and the guest SVN stand for it. */
static bool release_matches(const ah_snp_release *release, const ah_snp_claims *snp)
{
	if (!release->by_id_key)
		return ah_equal(AH_SLICE_OF(release->measurement), AH_SLICE_OF(snp->measurement));
	return !ah_slice_is_zero(AH_SLICE_OF(snp->id_key_digest)) && ah_equal(AH_SLICE_OF(release->id_key_digest), AH_SLICE_OF(snp->id_key_digest))
	       && snp->guest_svn >= release->min_svn;
}

static void judge_measurement(ah_judge *j, const ah_snp_claims *snp, const ah_snp_policy *policy)
{
	const ah_snp_release *matched = NULL;
	for (size_t i = 0; i < policy->release_count && matched == NULL; i++)
		if (release_matches(&policy->releases[i], snp))
			matched = &policy->releases[i];
	ah_check_range(j->log, AH_CHECK_MEASUREMENT, MEASUREMENT_OFF, sizeof snp->measurement);
	if (matched != NULL) {
		(void)snprintf(j->release, AH_POLICY_TEXT_MAX + 1, "%s", matched->release);
		ah_check_got(j->log, AH_CHECK_MEASUREMENT, "release %s", j->release);
	} else {
		ah_check_got_hex(j->log, AH_CHECK_MEASUREMENT, AH_SLICE_OF(snp->measurement));
		if (policy->release_count == 1 && !policy->releases[0].by_id_key)
			ah_check_wanted_hex(j->log, AH_CHECK_MEASUREMENT, AH_SLICE_OF(policy->releases[0].measurement));
		else
			ah_check_wanted(j->log, AH_CHECK_MEASUREMENT, "one of %zu releases", policy->release_count);
	}
	ah__judge(j, AH_CHECK_MEASUREMENT, matched != NULL, AH_ERR_MEASUREMENT);
}

static void judge_revoked(ah_judge *j, const ah_snp_claims *snp)
{
	ah_slice measurement = AH_SLICE_OF(snp->measurement);
	bool revoked = ah__byte_list_has(&j->policy->revoked_measurements, measurement);
	ah_check_range(j->log, AH_CHECK_MEASUREMENT_REVOKED, MEASUREMENT_OFF, measurement.len);
	if (revoked)
		ah_check_got_hex(j->log, AH_CHECK_MEASUREMENT_REVOKED, measurement);
	ah__judge(j, AH_CHECK_MEASUREMENT_REVOKED, !revoked, AH_ERR_MEASUREMENT_REVOKED);
}

/*
 * A masked id is nobody's, so it matches no list, whatever the list holds. Only a VCEK vouches for an id: its certificate names the chip. Under a VLEK
 * the number is a claim of the report alone, and whoever holds one key of the provider could make it for any chip.
 */
static void judge_identity(ah_judge *j, const ah_snp_claims *snp, const ah_byte_list *chips)
{
	ah_slice chip_id = AH_SLICE_OF(snp->chip_id);
	ah_check_range(j->log, AH_CHECK_IDENTITY, CHIP_ID_OFF, chip_id.len);
	ah_check_got_hex(j->log, AH_CHECK_IDENTITY, chip_id);
	if (!chips->present) {
		ah_check_skip(j->log, AH_CHECK_IDENTITY, AH_REASON_NO_IDENTITY_LIST);
		return;
	}
	ah_check_wanted(j->log, AH_CHECK_IDENTITY, "one of %zu listed chips, proven by a VCEK", chips->count);
	bool proven = !snp->chip_id_masked && snp->signer == AH_SNP_VCEK;
	ah__judge(j, AH_CHECK_IDENTITY, proven && ah__byte_list_has(chips, chip_id), AH_ERR_CHIP);
}

void ah__judge_snp(ah_judge *j, const ah_snp_claims *snp, const ah_snp_policy *policy)
{
	judge_migration(j, snp);
	judge_vmpl(j, snp, policy->vmpl);
	judge_chip_id_masked(j, snp, policy->allow_masked_chip_id);
	judge_min_version(j, snp, policy);
	judge_product(j, snp, policy);
	judge_signer(j, snp, policy);
	judge_alias_check(j, snp, policy);
	judge_platform_info(j, snp, policy);
	judge_tcb_floor(j, snp, policy);
	judge_measurement(j, snp, policy);
	judge_revoked(j, snp);
	judge_identity(j, snp, &policy->chip_ids);
}

void ah__judge_snp_binding(ah_judge *j, const ah_snp_claims *snp)
{
	ah_check_range(j->log, AH_CHECK_BINDING_REPORT_DATA, REPORT_DATA_OFF, sizeof snp->report_data);
	ah__judge_report_data(j, true, AH_SLICE_OF(snp->report_data));
}
