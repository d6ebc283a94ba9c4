/*
 * Remarks on a policy that loads: what it permits that most should not, and what it can never accept.
 * The most weighty ones come first, since a long policy may have more remarks than fit. One remark per floor and per list, one for all releases.
 */
#include "policy/policy.h"

#include <stdarg.h>
#include <stdio.h>

typedef struct notes {
	ah_policy_note *items;
	size_t count;
} notes;

static void note(notes *n, const char *id, const char *text, const char *path_format, ...) AH_PRINTF(4, 5);
static void note(notes *n, const char *id, const char *text, const char *path_format, ...)
{
	va_list args;
	if (n->count == AH_POLICY_NOTES_MAX)
		return;
	ah_policy_note *added = &n->items[n->count++];
	*added = (ah_policy_note){ .id = id, .text = text };
	va_start(args, path_format);
	(void)vsnprintf(added->path, sizeof added->path, path_format, args);
	va_end(args);
}

/* The same tolerance for clocks as the appraisal: for the beginning, none for the end. */
static void lint_times(notes *n, const ah_policy *p, int64_t now_s)
{
	int64_t begin = p->issued_at_s > p->valid_from_s ? p->issued_at_s : p->valid_from_s;
	int64_t first = p->issued_at_s < p->valid_from_s ? p->issued_at_s : p->valid_from_s;
	if (now_s >= p->valid_until_s)
		note(n, "expired", "The policy is past its valid_until: nothing is accepted.", "valid_until");
	if (now_s < begin - AH_CLOCK_SKEW_POLICY_S)
		note(n, "not-yet-valid", "The policy is not valid yet: nothing is accepted.", begin == p->valid_from_s ? "valid_from" : "issued_at");
	if (p->valid_until_s - first > AH_POLICY_LIFETIME_S)
		note(n, "long-validity", "Valid for more than 90 days: a release withdrawn in between stays accepted by whoever does not fetch a newer policy.",
		     "valid_until");
}

static void lint_whole(notes *n, const ah_policy *p)
{
	if (p->simulated_roots.count != 0)
		note(n, "simulated-root-listed", "Simulated evidence can be accepted: no hardware stands behind it. Never in production.", "simulated_roots");
	if (!p->require_revocation)
		note(n, "revocation-off", "Certificates are accepted without the vendor's revocation list.", "require_revocation");
	if (p->freshness == AH_FRESHNESS_NONE)
		note(n, "freshness-none", "Evidence is accepted that proves nothing about when it was made.", "freshness");
}

static void lint_nitro(notes *n, const ah_nitro_policy *nitro)
{
	if (nitro->debug)
		note(n, "debug-allowed", "Debug enclaves can be judged: their operator reads their memory, and they report no measurement.",
		     "platforms.nitro.debug");
	if (!nitro->require_build)
		note(n, "build-not-required", "Instance events without a build signature are accepted: nobody has put his name to the image.",
		     "platforms.nitro.require_build");
	if (!nitro->require_launch)
		note(n, "launch-not-required", "Instance events without a launch signature are accepted: nobody has put his name to the machine.",
		     "platforms.nitro.require_launch");
}

static void lint_snp(notes *n, const ah_snp_policy *snp)
{
	if (snp->debug)
		note(n, "debug-allowed", "Debug guests can be judged: their operator reads their memory.", "platforms.sev-snp.debug");
	if (snp->products[AH_SNP_MILAN])
		note(n, "milan-listed", "Milan is listed: its keys can be extracted by software.", "platforms.sev-snp.products");
	if (!snp->alias_check)
		note(n, "alias-check-off", "The memory alias check is not required: BadRAM (CVE-2024-21944) stays possible.", "platforms.sev-snp.alias_check");
	if (snp->allow_masked_chip_id)
		note(n, "masked-chip-allowed", "Reports without a chip id are accepted: they cannot be tied to one machine.",
		     "platforms.sev-snp.allow_masked_chip_id");
	if (snp->signer_vlek)
		note(n, "vlek-allowed", "VLEK is allowed: such a key stands for a cloud provider, not for one chip.", "platforms.sev-snp.signers");
	if (snp->vmpl != 0)
		note(n, "vmpl-not-zero", "Reports of a less privileged level are wanted: right only where a paravisor at VMPL 0 is part of the measurement.",
		     "platforms.sev-snp.vmpl");
	if (snp->min_report_version < 3)
		note(n, "low-report-version", "Version 2 reports are accepted: they say nothing of the processor model or the alias check.",
		     "platforms.sev-snp.min_report_version");
}

static void lint_tdx(notes *n, const ah_tdx_policy *tdx)
{
	bool others = false, no_rtmrs = false;
	if (tdx->debug)
		note(n, "debug-allowed", "Debug guests can be judged: their operator reads their memory.", "platforms.tdx.debug");
	for (unsigned s = 0; s < sizeof tdx->tcb_statuses / sizeof tdx->tcb_statuses[0]; s++)
		others = others || (tdx->tcb_statuses[s] && s != AH_TDX_TCB_UP_TO_DATE);
	if (others)
		note(n, "tcb-status-accepted", "Platforms that Intel does not call UpToDate are accepted: known weaknesses may be open on them.",
		     "platforms.tdx.tcb_statuses");
	if (tdx->mrservicetd.count != 0)
		note(n, "service-td-listed", "A service TD is allowed: such a guest can be moved or read by that TD, which has to be trusted like the guest.",
		     "platforms.tdx.mrservicetd");
	for (size_t i = 0; i < tdx->release_count && !no_rtmrs; i++) {
		no_rtmrs = tdx->releases[i].rtmr_mask == 0;
		if (no_rtmrs)
			note(n, "no-rtmrs", "Known by its firmware alone: kernel, command line and applications that it loads are not judged.",
			     "platforms.tdx.releases[%zu]", i);
	}
}

/*
 * The recommendation is the firmware with the fixes that were public when this release was made. Whether each of them closes a given AMD
 * bulletin is AMD's to say; a policy with a higher floor is better.
 */
static ah_snp_tcb recommended_floor(ah_snp_product product)
{
	switch (product) {
	case AH_SNP_MILAN: return (ah_snp_tcb){ .bl = 4, .tee = 0, .snp = 24, .ucode = 219 };
	case AH_SNP_GENOA: return (ah_snp_tcb){ .bl = 10, .tee = 0, .snp = 23, .ucode = 84 };
	case AH_SNP_TURIN: return (ah_snp_tcb){ .has_fmc = true, .fmc = 1, .bl = 1, .tee = 1, .snp = 4, .ucode = 81 };
	case AH_SNP_PRODUCT_NONE: break;
	}
	return (ah_snp_tcb){ .has_fmc = false };
}

static const char *recommendation(ah_snp_product product)
{
	switch (product) {
	case AH_SNP_MILAN: return "Below the recommended floor for Milan: bl 4, tee 0, snp 24, ucode 219.";
	case AH_SNP_GENOA: return "Below the recommended floor for Genoa: bl 10, tee 0, snp 23, ucode 84.";
	case AH_SNP_TURIN: return "Below the recommended floor for Turin: fmc 1, bl 1, tee 1, snp 4, ucode 81.";
	case AH_SNP_PRODUCT_NONE: break;
	}
	return "";
}

static void lint_floors(notes *n, const ah_snp_policy *snp)
{
	bool for_all_models[sizeof snp->products / sizeof snp->products[0]] = { false };
	for (size_t i = 0; i < snp->floor_count; i++) {
		ah_snp_tcb floor = snp->floors[i].tcb, wanted = recommended_floor(snp->floors[i].product);
		for_all_models[snp->floors[i].product] |= !snp->floors[i].has_model;
		if (floor.fmc < wanted.fmc || floor.bl < wanted.bl || floor.tee < wanted.tee || floor.snp < wanted.snp || floor.ucode < wanted.ucode)
			note(n, "floor-below-recommended", recommendation(snp->floors[i].product), "platforms.sev-snp.tcb_floors[%zu]", i);
	}
	for (unsigned p = AH_SNP_MILAN; p <= AH_SNP_TURIN; p++)
		if (snp->products[p] && !for_all_models[p])
			note(n, "floor-for-some-models", "The floors of this product name single models: all its other models are refused.",
			     "platforms.sev-snp.tcb_floors[%s]", ah_snp_product_name((ah_snp_product)p));
}

/* What names one machine, or one key that only one machine holds. */
static void lint_identity(notes *n, const ah_policy *p)
{
	static const char text[] =
		"No list of machines and no pinned service key: traffic diverted to another genuine machine with the same image is not noticed.";
	if (p->nitro.present && !p->nitro.instance_ids.present && !p->service_keys.present)
		note(n, "no-identity-list", text, "platforms.nitro.instance_ids");
	if (p->snp.present && !p->snp.chip_ids.present && !p->service_keys.present)
		note(n, "no-identity-list", text, "platforms.sev-snp.chip_ids");
	if (p->tdx.present && !p->tdx.ppids.present && !p->service_keys.present)
		note(n, "no-identity-list", text, "platforms.tdx.ppids");
}

/* A list that allows nothing, and lists of values that the evidence itself does not carry. */
static void lint_list(notes *n, const char *path, bool present, size_t count, const char *unproven)
{
	if (present && count == 0)
		note(n, "empty-list", "An empty list allows nothing: remove the member where it is not meant to be judged.", "%s", path);
	else if (present && unproven != NULL)
		note(n, "not-in-evidence", unproven, "%s", path);
}

static void lint_lists(notes *n, const ah_policy *p)
{
	static const char event[] = "Only an instance event proves it: plain evidence is always refused.";
	static const char envelope[] = "Only an attestation envelope proves it: plain evidence is always refused.";
	static const char either[] = "Only an attestation envelope or an instance event proves it: plain evidence is always refused.";
	const ah_nitro_policy *nitro = &p->nitro;
	lint_list(n, "platforms.nitro.instance_ids", nitro->instance_ids.present, nitro->instance_ids.count, NULL);
	lint_list(n, "platforms.nitro.builders", nitro->builders.present, nitro->builders.count, event);
	lint_list(n, "platforms.nitro.launchers", nitro->launchers.present, nitro->launchers.count, event);
	lint_list(n, "platforms.nitro.release_signers", nitro->release_signers.present, nitro->release_signers.count, event);
	lint_list(n, "platforms.nitro.stages", nitro->stages.present, nitro->stages.count, event);
	lint_list(n, "platforms.nitro.min_version", nitro->min_version[0] != '\0', 1, event);
	lint_list(n, "platforms.sev-snp.chip_ids", p->snp.chip_ids.present, p->snp.chip_ids.count, NULL);
	lint_list(n, "platforms.tdx.ppids", p->tdx.ppids.present, p->tdx.ppids.count, NULL);
	lint_list(n, "allowed_workload_identity_tags", p->allowed_workload_identity_tags.present, p->allowed_workload_identity_tags.count, envelope);
	lint_list(n, "manifest_keys", p->manifest_keys.present, p->manifest_keys.count, envelope);
	lint_list(n, "deployment_ids", p->deployment_ids.present, p->deployment_ids.count, envelope);
	lint_list(n, "service_keys", p->service_keys.present, p->service_keys.count, either);
}

static void lint_releases(notes *n, const ah_snp_policy *snp)
{
	bool said = false;
	for (size_t i = 0; i < snp->release_count && !said; i++) {
		said = snp->releases[i].by_id_key;
		if (said)
			note(n, "id-key-release", "Known by its ID key alone: every image that the holder of that key signs is accepted from min_svn on.",
			     "platforms.sev-snp.releases[%zu]", i);
	}
}

size_t ah_policy_lint(const ah_policy *policy, int64_t now_s, ah_policy_note out[AH_POLICY_NOTES_MAX])
{
	notes n = { .items = out };
	lint_times(&n, policy, now_s);
	lint_whole(&n, policy);
	if (policy->nitro.present)
		lint_nitro(&n, &policy->nitro);
	if (policy->snp.present)
		lint_snp(&n, &policy->snp);
	if (policy->tdx.present)
		lint_tdx(&n, &policy->tdx);
	lint_identity(&n, policy);
	lint_lists(&n, policy);
	lint_releases(&n, &policy->snp);
	if (policy->snp.present)
		lint_floors(&n, &policy->snp);
	return n.count;
}
