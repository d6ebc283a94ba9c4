/* A first policy from what evidence claims: it allows exactly what was seen. */
#include "policy/policy.h"

#include "base/fault.h"
#include "evidence/claims.h"

#include <stdio.h>

#define STEP          "policy.init"
#define NAME_MAX_LEN  64
#define LAST_SECOND   INT64_C(253402300799) /* 9999-12-31T23:59:59Z, the last time that a document can say */

static bool in_workload(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
}

/* What needs an escape in JSON is no text of a policy. */
static bool in_release(char c)
{
	return c >= 0x20 && c <= 0x7e && c != '"' && c != '\\';
}

static bool is_name(const char *text, bool (*allowed)(char))
{
	size_t len = strlen(text);
	bool ok = len >= 1 && len <= NAME_MAX_LEN;
	for (size_t i = 0; i < len && ok; i++)
		ok = allowed(text[i]);
	return ok;
}

/* A list of one. */
static ah_err list_one(ah_byte_list *list, ah_slice item, ah_fault *why)
{
	assert(item.len <= sizeof list->items[0]);
	list->items = ah_alloc(sizeof *list->items);
	if (list->items == NULL)
		return ah_fault_set(why, AH_ERR_NOMEM, STEP, "no memory");
	list->present = true;
	list->item_len = item.len;
	list->count = 1;
	memcpy(list->items[0], item.ptr, item.len);
	return AH_OK;
}

/*
 * PCRs 0 to 2 measure the image, PCR 8 its signer. PCR 3 and 4 say which role and instance ran it, and the others belong to the application:
 * to list them would tie the policy to the one enclave that was seen.
 */
static ah_err init_nitro(ah_nitro_policy *nitro, const ah_nitro_claims *claims, const char *name, ah_fault *why)
{
	static const unsigned pcrs[] = { 0, 1, 2, 8 };
	ah_nitro_release *release = ah_alloc(sizeof *release);
	if (release == NULL)
		return ah_fault_set(why, AH_ERR_NOMEM, STEP, "no memory");
	nitro->present = true;
	nitro->require_build = true;
	nitro->require_launch = true;
	nitro->releases = release; /* owned by the policy from here */
	nitro->release_count = 1;
	(void)snprintf(release->release, sizeof release->release, "%s", name);
	for (size_t i = 0; i < sizeof pcrs / sizeof pcrs[0]; i++) {
		unsigned pcr = pcrs[i];
		uint8_t len = (claims->pcr_mask >> pcr & 1) != 0 ? claims->pcr_len[pcr] : 0;
		bool zero = ah_slice_is_zero(ah_slice_make(claims->pcrs[pcr], len));
		if (zero && pcr <= 2)
			return ah_fault_set(why, AH_ERR_POLICY_ZERO_MEASUREMENT, STEP, "PCR %u is zero: a debug enclave has no measurement to list", pcr);
		if (zero)
			continue; /* PCR 8: nobody signed the image */
		if (len != claims->pcr_len[0])
			return ah_fault_set(why, AH_ERR_ARGUMENT, STEP, "PCR %u is not as long as PCR 0", pcr);
		memcpy(release->pcrs[pcr], claims->pcrs[pcr], len);
		release->pcr_len[pcr] = len;
		release->pcr_mask |= UINT32_C(1) << pcr;
	}
	return AH_OK;
}

static ah_err init_snp(ah_snp_policy *snp, const ah_snp_claims *claims, const char *name, ah_fault *why)
{
	if (claims->vmpl > 3 || claims->product == AH_SNP_PRODUCT_NONE || claims->signer == AH_SNP_SIGNER_NONE || claims->version < 2)
		return ah_fault_set(why, AH_ERR_ARGUMENT, STEP, "the claims are not of a guest: no VMPL, product or signer");
	if (ah_slice_is_zero(AH_SLICE_OF(claims->measurement)))
		return ah_fault_set(why, AH_ERR_POLICY_ZERO_MEASUREMENT, STEP, "MEASUREMENT is zero");
	ah_snp_release *release = ah_alloc(sizeof *release);
	if (release == NULL)
		return ah_fault_set(why, AH_ERR_NOMEM, STEP, "no memory");
	snp->present = true;
	snp->releases = release; /* owned by the policy from here */
	snp->release_count = 1;
	(void)snprintf(release->release, sizeof release->release, "%s", name);
	memcpy(release->measurement, claims->measurement, sizeof release->measurement);
	snp->products[claims->product] = true;
	snp->floor_count = 1;
	snp->floors[0].product = claims->product;
	snp->floors[0].tcb = claims->reported_tcb;
	snp->floors[0].tcb.has_fmc = claims->product == AH_SNP_TURIN;
	snp->signer_vcek = claims->signer == AH_SNP_VCEK;
	snp->signer_vlek = claims->signer == AH_SNP_VLEK;
	snp->vmpl = claims->vmpl;
	snp->min_report_version = claims->version < 3 ? claims->version : 3;
	/* A report of version 2 cannot say that the alias check was done: the first policy allows what was seen, and the linter remarks on it. */
	snp->alias_check = claims->version >= 3 && (claims->platform_info & AH_SNP_PLATFORM_ALIAS_CHECK) != 0;
	snp->allow_masked_chip_id = claims->chip_id_masked && claims->signer == AH_SNP_VCEK; /* a VLEK needs no permission */
	return AH_OK;
}

/* Registers that are zero measured nothing; RTMR 3 alone may say so, since it is for what the guest extends at run time. */
static void init_tdx_rtmrs(ah_tdx_release *release, const ah_tdx_claims *claims)
{
	for (unsigned i = 0; i < sizeof claims->rtmr / sizeof claims->rtmr[0]; i++) {
		if (i != 3 && ah_slice_is_zero(AH_SLICE_OF(claims->rtmr[i])))
			continue;
		memcpy(release->rtmr[i], claims->rtmr[i], sizeof release->rtmr[i]);
		release->rtmr_mask |= 1u << i;
	}
}

/* Status and evaluation number are Intel's word on the platform, so without collateral there is nothing to write down. */
static ah_err init_tdx(ah_tdx_policy *tdx, const ah_tdx_claims *claims, const char *name, ah_fault *why)
{
	if (!claims->has_collateral)
		return ah_fault_set(why, AH_ERR_ARGUMENT, STEP, "needs collateral: without it TCB status and evaluation number are unknown");
	if (claims->tcb_status == AH_TDX_TCB_NONE || claims->tcb_status == AH_TDX_TCB_REVOKED)
		return ah_fault_set(why, AH_ERR_ARGUMENT, STEP, "no policy can accept the TCB status %s", ah_tdx_tcb_status_name(claims->tcb_status));
	if (ah_slice_is_zero(AH_SLICE_OF(claims->mrtd)))
		return ah_fault_set(why, AH_ERR_POLICY_ZERO_MEASUREMENT, STEP, "MRTD is zero");
	ah_tdx_release *release = ah_alloc(sizeof *release);
	if (release == NULL)
		return ah_fault_set(why, AH_ERR_NOMEM, STEP, "no memory");
	tdx->present = true;
	tdx->releases = release; /* owned by the policy from here */
	tdx->release_count = 1;
	(void)snprintf(release->release, sizeof release->release, "%s", name);
	memcpy(release->mrtd, claims->mrtd, sizeof release->mrtd);
	init_tdx_rtmrs(release, claims);
	tdx->tcb_statuses[AH_TDX_TCB_UP_TO_DATE] = true; /* what the platform becomes once it is updated */
	tdx->tcb_statuses[claims->tcb_status] = true;
	tdx->min_tcb_evaluation = claims->tcb_evaluation < claims->qe_evaluation ? claims->tcb_evaluation : claims->qe_evaluation;
	if (!ah_slice_is_zero(AH_SLICE_OF(claims->mrservicetd)))
		AH_TRY(list_one(&tdx->mrservicetd, AH_SLICE_OF(claims->mrservicetd), why));
	return AH_OK;
}

static ah_err init_platform(ah_policy *policy, const ah_claims *claims, const char *release, ah_fault *why)
{
	switch (claims->platform) {
	case AH_PLATFORM_NITRO:
		policy->nitro.debug = claims->debug;
		return init_nitro(&policy->nitro, &claims->of.nitro, release, why);
	case AH_PLATFORM_SNP:
		policy->snp.debug = claims->debug;
		return init_snp(&policy->snp, &claims->of.snp, release, why);
	case AH_PLATFORM_TDX:
		policy->tdx.debug = claims->debug;
		return init_tdx(&policy->tdx, &claims->of.tdx, release, why);
	case AH_PLATFORM_NONE: break;
	}
	return ah_fault_set(why, AH_ERR_ARGUMENT, STEP, "no policy can be made for this platform");
}

ah_err ah_policy_init_from(ah_policy **out, const ah_claims *claims, const char *workload, const char *release, int64_t at_s, ah_fault *why)
{
	if (!is_name(workload, in_workload))
		return ah_fault_set(why, AH_ERR_ARGUMENT, STEP, "workload: 1..%d characters of a-z, 0-9, '.' and '-'", NAME_MAX_LEN);
	if (!is_name(release, in_release))
		return ah_fault_set(why, AH_ERR_ARGUMENT, STEP, "release: 1..%d printable characters, neither '\"' nor '\\'", NAME_MAX_LEN);
	if (at_s < 0 || at_s > LAST_SECOND - AH_POLICY_LIFETIME_S)
		return ah_fault_set(why, AH_ERR_ARGUMENT, STEP, "the time is outside of the years 1970 to 9999");
	AH_AUTO_PTR(ah_policy) policy = ah_alloc(sizeof *policy);
	if (policy == NULL)
		return ah_fault_set(why, AH_ERR_NOMEM, STEP, "no memory");
	(void)snprintf(policy->workload, sizeof policy->workload, "%s", workload);
	policy->version = 1;
	policy->issued_at_s = policy->valid_from_s = at_s;
	policy->valid_until_s = at_s + AH_POLICY_LIFETIME_S;
	policy->freshness = AH_FRESHNESS_CACHED;
	policy->max_evidence_age_s = AH_EVIDENCE_AGE_MAX_S;
	policy->require_revocation = true;
	AH_TRY(init_platform(policy, claims, release, why));
	if (!claims->hardware)
		AH_TRY(list_one(&policy->simulated_roots, AH_SLICE_OF(claims->root_sha256), why));
	*out = ah_move_ptr(&policy); /* transferred */
	return AH_OK;
}
