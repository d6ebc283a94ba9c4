/* See appraise.h: the rows that all platforms share, and the order of the whole. Platform rows are in appraise_nitro.c, appraise_snp.c and appraise_tdx.c. */
#include "policy/appraise.h"

#include "base/limits.h"
#include "codec/text.h"
#include <anchorhold/binding.h>
#include "policy/envelope.h"
#include "policy/instance_event.h"
#include "policy/judge.h"

void ah__judge(ah_judge *j, ah_check_id id, bool ok, ah_err err)
{
	ah_err refused = ah_check(j->log, id, ok, err, j->why);
	if (j->err == AH_OK)
		j->err = refused;
}

bool ah__byte_list_has(const ah_byte_list *list, ah_slice value)
{
	if (!list->present || list->item_len != value.len)
		return false;
	for (size_t i = 0; i < list->count; i++)
		if (ah_equal(ah_slice_make(list->items[i], list->item_len), value))
			return true;
	return false;
}

/* -- allowed at all -- */

/*
 * Simulated evidence needs two yeses: the caller's flag, and the root's digest in the policy. Without a policy the caller must have given the
 * root itself; it is then the only simulated root of the run.
 */
static void judge_simulated(ah_judge *j)
{
	ah_slice root = AH_SLICE_OF(j->claims->root_sha256);
	if (j->claims->hardware) {
		ah_check_got(j->log, AH_CHECK_SIMULATED, "%s", j->claims->root_name);
		ah__judge(j, AH_CHECK_SIMULATED, true, AH_ERR_SIMULATED);
		return;
	}
	bool known = j->policy != NULL ? ah__byte_list_has(&j->policy->simulated_roots, root) : j->request->simulated_root.len != 0;
	ah_check_got_hex(j->log, AH_CHECK_SIMULATED, root);
	ah_check_wanted(j->log, AH_CHECK_SIMULATED, "%s", !known ? "a pinned root, or one listed in simulated_roots" : "the caller's permission as well");
	ah__judge(j, AH_CHECK_SIMULATED, known && j->request->allow_simulated, AH_ERR_SIMULATED);
}

/* issued_at and valid_from may lie AH_CLOCK_SKEW_POLICY_S ahead: publishers' clocks differ. The end is the end. */
ah_err ah__judge_policy_time(ah_checks *log, const ah_policy *policy, int64_t now_s, ah_fault *why)
{
	int64_t begin_s = policy->issued_at_s > policy->valid_from_s ? policy->issued_at_s : policy->valid_from_s;
	bool begun = begin_s <= now_s || begin_s - now_s <= AH_CLOCK_SKEW_POLICY_S;
	bool over = now_s >= policy->valid_until_s;
	char now[21], bound[21];
	ah_time_format(now, now_s);
	ah_time_format(bound, begun ? policy->valid_until_s : begin_s);
	ah_check_got(log, AH_CHECK_POLICY_TIME, "%s", now);
	ah_check_wanted(log, AH_CHECK_POLICY_TIME, "%s %s", begun ? "before" : "not before", bound);
	ah_err err = ah_check(log, AH_CHECK_POLICY_TIME, begun, AH_ERR_POLICY_NOT_YET_VALID, why);
	ah_err end = ah_check(log, AH_CHECK_POLICY_TIME, !over, AH_ERR_POLICY_EXPIRED, why);
	return err != AH_OK ? err : end;
}

static void judge_policy_time(ah_judge *j)
{
	ah_err refused = ah__judge_policy_time(j->log, j->policy, j->request->now_s, j->why);
	if (j->err == AH_OK)
		j->err = refused;
}

static void judge_platform(ah_judge *j, bool present)
{
	ah_check_got(j->log, AH_CHECK_PLATFORM, "%s", ah_platform_name(j->claims->platform));
	ah__judge(j, AH_CHECK_PLATFORM, present, AH_ERR_PLATFORM_NOT_ALLOWED);
}

/* Nitro: AWS publishes its CRLs, but the certificates live for hours and the issuing CAs for weeks; asking is left to who gives CRLs. */
static void judge_revocation(ah_judge *j)
{
	if (j->claims->revocation_checked) {
		ah__judge(j, AH_CHECK_REVOCATION_REQUIRED, true, AH_ERR_REVOCATION_UNAVAILABLE);
	} else if (!j->policy->require_revocation) {
		ah_check_skip(j->log, AH_CHECK_REVOCATION_REQUIRED, "not required by the policy, and no CRL was given");
	} else if (j->claims->platform == AH_PLATFORM_NITRO) {
		ah_check_skip(j->log, AH_CHECK_REVOCATION_REQUIRED, "no CRL was given: on Nitro short-lived certificates stand in for revocation");
	} else if (j->claims->platform == AH_PLATFORM_TDX) {
		ah_check_skip(j->log, AH_CHECK_REVOCATION_REQUIRED, "the CRLs are part of the collateral: policy.collateral demands it");
	} else {
		ah_check_got(j->log, AH_CHECK_REVOCATION_REQUIRED, "no CRL");
		ah_check_wanted(j->log, AH_CHECK_REVOCATION_REQUIRED, "a CRL of every issuer that publishes one");
		ah__judge(j, AH_CHECK_REVOCATION_REQUIRED, false, AH_ERR_REVOCATION_UNAVAILABLE);
	}
}

static bool policy_permits_debug(const ah_judge *j)
{
	if (j->policy == NULL)
		return true;
	switch (j->claims->platform) {
	case AH_PLATFORM_NITRO: return j->policy->nitro.debug;
	case AH_PLATFORM_SNP: return j->policy->snp.debug;
	case AH_PLATFORM_TDX: return j->policy->tdx.debug;
	case AH_PLATFORM_NONE: break;
	}
	return false;
}

bool ah__judge_debug_tolerated(const ah_judge *j)
{
	return j->claims->debug && j->request->allow_debug && policy_permits_debug(j);
}

/* Tolerated is not passed: the row stays not_checked, and without its pass nothing is accepted (door.c, conclude). */
static void judge_debug(ah_judge *j)
{
	ah_check_got(j->log, AH_CHECK_DEBUG, "%s", j->claims->debug ? "on" : "off");
	if (ah__judge_debug_tolerated(j)) {
		ah_check_skip(j->log, AH_CHECK_DEBUG, "debug mode is ON; policy and caller let it be shown, nothing is accepted");
		return;
	}
	ah_check_wanted(j->log, AH_CHECK_DEBUG, "off");
	ah__judge(j, AH_CHECK_DEBUG, !j->claims->debug, AH_ERR_DEBUG);
}

/* -- lists that only an envelope or a channel can satisfy -- */

/* Raw evidence proves nothing of these. A list that is there is a demand, so it refuses; it is never passed over. What the carrier decided stays. */
static void judge_unproven_list(ah_judge *j, ah_check_id id, bool present, ah_err err)
{
	if (j->log->rows[id].status != AH_CHECK_NOT_REACHED)
		return;
	if (!present) {
		ah_check_skip(j->log, id, AH_REASON_NO_LIST);
		return;
	}
	ah_check_got(j->log, id, "nothing: %s does not prove it", j->carried->kind == AH_CARRIER_NONE ? "raw evidence" : ah_carrier_name(j->carried->kind));
	ah_check_wanted(j->log, id, "one that the policy lists");
	ah__judge(j, id, false, err);
}

static void judge_workload(ah_judge *j)
{
	const ah_policy *p = j->policy;
	if (j->claims->platform == AH_PLATFORM_NITRO && p->nitro.present) {
		judge_unproven_list(j, AH_CHECK_BUILDER, p->nitro.builders.present, AH_ERR_BUILDER);
		judge_unproven_list(j, AH_CHECK_LAUNCHER, p->nitro.launchers.present, AH_ERR_LAUNCHER);
		judge_unproven_list(j, AH_CHECK_EVENT_STAGE, p->nitro.stages.present, AH_ERR_STAGE);
		judge_unproven_list(j, AH_CHECK_RELEASE_SIGNERS, p->nitro.release_signers.present, AH_ERR_RELEASE_SIGNER);
		judge_unproven_list(j, AH_CHECK_VERSION_FLOOR, p->nitro.min_version[0] != '\0', AH_ERR_VERSION_FLOOR);
	}
	judge_unproven_list(j, AH_CHECK_IDENTITY_TAG, p->allowed_workload_identity_tags.present, AH_ERR_IDENTITY_TAG);
	judge_unproven_list(j, AH_CHECK_MANIFEST_KEY, p->manifest_keys.present, AH_ERR_MANIFEST_KEY);
	judge_unproven_list(j, AH_CHECK_DEPLOYMENT, p->deployment_ids.present, AH_ERR_DEPLOYMENT);
	judge_unproven_list(j, AH_CHECK_SERVICE_KEY, p->service_keys.present, AH_ERR_SERVICE_KEY);
	if (j->log->rows[AH_CHECK_FRESHNESS].status == AH_CHECK_NOT_REACHED)
		ah_check_skip(j->log, AH_CHECK_FRESHNESS, "raw evidence: only a nonce or report data chosen by the verifier proves freshness");
}

/* -- bound -- */

/* Why nothing is compared: the caller wants it so, or what he gave is not enough to compute it. */
static const char *reason_not_stated(const ah_judge *j)
{
	if ((j->asked->expected.fields & AH_NO_BINDING) != 0)
		return AH_REASON_NO_BINDING;
	return (j->request->expected.fields & AH_NO_BINDING) != 0 ? AH_REASON_NO_SESSION : "not given";
}

void ah__judge_field(ah_judge *j, ah_check_id id, bool stated, bool present, ah_slice got, ah_slice wanted, ah_err err)
{
	if (j->log->rows[id].status == AH_CHECK_FAIL)
		return; /* refused where it came in (instance_event_judge.c): the row keeps what was got and wanted there */
	if (present)
		ah_check_got_hex(j->log, id, got);
	if (!stated) {
		ah_check_skip(j->log, id, reason_not_stated(j));
		return;
	}
	if (!present)
		ah_check_got(j->log, id, "absent");
	ah_check_wanted_hex(j->log, id, wanted);
	ah__judge(j, id, present && ah_equal(got, wanted), err);
}

void ah__judge_report_data(ah_judge *j, bool present, ah_slice got)
{
	const ah_expected *e = &j->request->expected;
	bool half = (e->fields & AH__EXPECT_REPORT_DATA_HALF) != 0;
	if (half && got.len == AH_REPORT_DATA_LEN)
		got = ah_slice_sub(got, 0, AH_REPORT_DATA_LEN / 2);
	ah__judge_field(j, AH_CHECK_BINDING_REPORT_DATA, half || (e->fields & AH_EXPECT_REPORT_DATA) != 0, present, got, e->report_data, AH_ERR_REPORT_DATA);
}

/* -- the whole -- */

static void skip_rows(ah_judge *j, ah_check_id from, ah_check_id to, const char *reason)
{
	for (unsigned id = from; id <= (unsigned)to; id++)
		ah_check_skip(j->log, (ah_check_id)id, reason);
}

static void judge_genuine(ah_judge *j)
{
	judge_simulated(j);
	judge_debug(j);
	ah__judge_rollback(j);
	if (j->claims->platform == AH_PLATFORM_SNP)
		ah__judge_snp_genuine(j, &j->claims->of.snp);
	else if (j->claims->platform == AH_PLATFORM_TDX)
		ah__judge_tdx_genuine(j, &j->claims->of.tdx);
	if (j->carried->event != NULL)
		ah__judge_event(j);
	ah__judge_pin(j);
	skip_rows(j, AH_CHECK_SIMULATED, AH_CHECK_SESSION, "genuine-only");
}

static bool has_section(const ah_judge *j)
{
	switch (j->claims->platform) {
	case AH_PLATFORM_NITRO: return j->policy->nitro.present;
	case AH_PLATFORM_SNP: return j->policy->snp.present;
	case AH_PLATFORM_TDX: return j->policy->tdx.present;
	case AH_PLATFORM_NONE: break;
	}
	return false;
}

static void judge_section(ah_judge *j)
{
	switch (j->claims->platform) {
	case AH_PLATFORM_NITRO: ah__judge_nitro(j, &j->claims->of.nitro, &j->policy->nitro); break;
	case AH_PLATFORM_SNP: ah__judge_snp(j, &j->claims->of.snp, &j->policy->snp); break;
	case AH_PLATFORM_TDX: ah__judge_tdx(j, &j->claims->of.tdx, &j->policy->tdx); break;
	case AH_PLATFORM_NONE: break;
	}
}

static void judge_binding(ah_judge *j)
{
	switch (j->claims->platform) {
	case AH_PLATFORM_NITRO: ah__judge_nitro_binding(j, &j->claims->of.nitro); break;
	case AH_PLATFORM_SNP: ah__judge_snp_binding(j, &j->claims->of.snp); break;
	case AH_PLATFORM_TDX: ah__judge_tdx_binding(j, &j->claims->of.tdx); break;
	case AH_PLATFORM_NONE: break;
	}
}

static void judge_policy(ah_judge *j)
{
	judge_simulated(j);
	judge_policy_time(j);
	judge_platform(j, has_section(j));
	judge_revocation(j);
	judge_debug(j);
	ah__judge_rollback(j);
	if (has_section(j))
		judge_section(j);
	else
		skip_rows(j, AH_CHECK_MIGRATION, AH_CHECK_LAUNCHER, "the policy has no section for this platform");
	if (j->carried->envelope != NULL)
		ah__judge_envelope(j);
	else if (j->carried->event != NULL)
		ah__judge_event(j);
	judge_workload(j);
	judge_binding(j);
	if (j->carried->envelope != NULL)
		ah__judge_session(j);
	ah__judge_pin(j);
}

ah_err ah_policy_appraise(ah_verdict *verdict, ah_verifier *verifier, const ah_policy *policy, const ah_carried *carried, const ah_request *asked,
                          ah_fault *why)
{
	assert(verdict->claims != NULL);
	ah_judge j = {
		.log = &verdict->checks,
		.claims = verdict->claims,
		.policy = policy,
		.request = &carried->inner,
		.asked = asked,
		.carried = carried,
		.verifier = verifier,
		.verdict = verdict,
		.release = verdict->release,
		.why = why,
	};
	verdict->expiry_s = verdict->claims->expiry_s;
	if (policy == NULL) {
		judge_genuine(&j);
	} else {
		judge_policy(&j);
		if (policy->valid_until_s < verdict->expiry_s)
			verdict->expiry_s = policy->valid_until_s;
	}
	return j.err;
}
