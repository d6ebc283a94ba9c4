/* Reference values and binding of AWS Nitro Enclaves. See judge.h. */
#include "policy/judge.h"

#include <stdio.h>

static ah_slice pcr_of(const ah_nitro_claims *nitro, unsigned index)
{
	return ah_slice_make(nitro->pcrs[index], nitro->pcr_len[index]);
}

static ah_slice pcr_wanted(const ah_nitro_release *release, unsigned index)
{
	return ah_slice_make(release->pcrs[index], release->pcr_len[index]);
}

/* What one release says of the document. differs is judged first: a wrong register weighs more than an absent one. */
typedef enum match { MATCHES, DIFFERS, INCOMPLETE } match;

static match compare_release(const ah_nitro_claims *nitro, const ah_nitro_release *release, unsigned *index)
{
	match result = MATCHES;
	for (unsigned i = 0; i < AH_NITRO_PCR_COUNT; i++) {
		if ((release->pcr_mask >> i & 1) == 0)
			continue;
		if ((nitro->pcr_mask >> i & 1) == 0) {
			if (result == MATCHES)
				*index = i;
			result = INCOMPLETE;
		} else if (!ah_equal(pcr_of(nitro, i), pcr_wanted(release, i))) {
			*index = i;
			return DIFFERS;
		}
	}
	return result;
}

/* A release without a register would match every document; the loader refuses it, and so does this. */
static bool names_registers(const ah_nitro_release *release)
{
	return release->pcr_mask != 0;
}

/* "PCR1 4b4d5b..", cut where a row's text ends. */
static void pcr_text(char out[static AH_CHECK_TEXT_MAX], unsigned index, ah_slice value)
{
	int used = snprintf(out, AH_CHECK_TEXT_MAX, "PCR%u ", index);
	for (size_t i = 0; i < value.len && used > 0 && used + 2 < AH_CHECK_TEXT_MAX; i++)
		used += snprintf(out + used, (size_t)(AH_CHECK_TEXT_MAX - used), "%02x", value.ptr[i]);
}

static void explain_mismatch(ah_judge *j, const ah_nitro_claims *nitro, const ah_nitro_policy *policy, match closest, unsigned index)
{
	char text[AH_CHECK_TEXT_MAX];
	if (closest == INCOMPLETE) {
		ah_check_got(j->log, AH_CHECK_MEASUREMENT, "no PCR%u", index);
		ah_check_wanted(j->log, AH_CHECK_MEASUREMENT, "PCR%u, which the policy names", index);
		return;
	}
	/* With one release the register that differs tells the story; with several PCR0, the image itself, does. */
	if (policy->release_count != 1)
		index = 0;
	pcr_text(text, index, pcr_of(nitro, index));
	ah_check_got(j->log, AH_CHECK_MEASUREMENT, "%s", text);
	if (policy->release_count != 1) {
		ah_check_wanted(j->log, AH_CHECK_MEASUREMENT, "one of %zu releases", policy->release_count);
		return;
	}
	pcr_text(text, index, pcr_wanted(&policy->releases[0], index));
	ah_check_wanted(j->log, AH_CHECK_MEASUREMENT, "%s", text);
}

static void judge_measurement(ah_judge *j, const ah_nitro_claims *nitro, const ah_nitro_policy *policy)
{
	match closest = DIFFERS;
	unsigned index = 0;
	for (size_t i = 0; i < policy->release_count; i++) {
		unsigned at = 0;
		match m = names_registers(&policy->releases[i]) ? compare_release(nitro, &policy->releases[i], &at) : DIFFERS;
		if (m == MATCHES) {
			(void)snprintf(j->release, AH_POLICY_TEXT_MAX + 1, "%s", policy->releases[i].release);
			ah_check_got(j->log, AH_CHECK_MEASUREMENT, "release %s", j->release);
			ah__judge(j, AH_CHECK_MEASUREMENT, true, AH_ERR_MEASUREMENT);
			return;
		}
		if (i == 0 || m == INCOMPLETE) {
			closest = m;
			index = at;
		}
	}
	explain_mismatch(j, nitro, policy, closest, index);
	ah__judge(j, AH_CHECK_MEASUREMENT, false, closest == INCOMPLETE ? AH_ERR_REGISTER_SET : AH_ERR_MEASUREMENT);
}

static void judge_revoked(ah_judge *j, const ah_nitro_claims *nitro)
{
	bool revoked = ah__byte_list_has(&j->policy->revoked_measurements, pcr_of(nitro, 0));
	if (revoked)
		ah_check_got_hex(j->log, AH_CHECK_MEASUREMENT_REVOKED, pcr_of(nitro, 0));
	ah__judge(j, AH_CHECK_MEASUREMENT_REVOKED, !revoked, AH_ERR_MEASUREMENT_REVOKED);
}

static void judge_identity(ah_judge *j, const ah_nitro_claims *nitro, const ah_text_list *instances)
{
	ah_check_got(j->log, AH_CHECK_IDENTITY, "%s", nitro->instance_id);
	if (!instances->present) {
		ah_check_skip(j->log, AH_CHECK_IDENTITY, AH_REASON_NO_IDENTITY_LIST);
		return;
	}
	bool listed = false;
	for (size_t i = 0; i < instances->count; i++)
		listed = listed || ah_slice_is_text(ah_slice_text(nitro->instance_id), instances->items[i]);
	ah_check_wanted(j->log, AH_CHECK_IDENTITY, "one of %zu listed instances", instances->count);
	ah__judge(j, AH_CHECK_IDENTITY, listed, AH_ERR_INSTANCE);
}

void ah__judge_nitro(ah_judge *j, const ah_nitro_claims *nitro, const ah_nitro_policy *policy)
{
	if (ah__judge_debug_tolerated(j)) {
		/* AWS: PCR0..2 are zero in debug mode, so there is nothing to compare. */
		ah_check_skip(j->log, AH_CHECK_MEASUREMENT, "debug mode: PCR0, 1 and 2 are zero");
		ah_check_skip(j->log, AH_CHECK_MEASUREMENT_REVOKED, "debug mode: PCR0 is zero");
	} else {
		judge_measurement(j, nitro, policy);
		judge_revoked(j, nitro);
	}
	judge_identity(j, nitro, &policy->instance_ids);
}

/* Of cached evidence in an envelope: a nonce would be one of somebody else. Absent and null are the same here. */
static void judge_no_nonce(ah_judge *j, const ah_nitro_claims *nitro)
{
	if (nitro->has_nonce && nitro->nonce_len != 0)
		ah_check_got_hex(j->log, AH_CHECK_BINDING_NONCE, ah_slice_make(nitro->nonce, nitro->nonce_len));
	else
		ah_check_got(j->log, AH_CHECK_BINDING_NONCE, "%s", nitro->has_nonce ? "empty" : "absent");
	ah_check_wanted(j->log, AH_CHECK_BINDING_NONCE, "absent: the evidence is cached");
	ah__judge(j, AH_CHECK_BINDING_NONCE, !nitro->has_nonce, AH_ERR_NONCE);
}

static void judge_any_public_key(ah_judge *j, const ah_nitro_claims *nitro)
{
	if (nitro->has_public_key && nitro->public_key_len != 0) {
		ah_check_got_hex(j->log, AH_CHECK_BINDING_PUBLIC_KEY, ah_slice_make(nitro->public_key, nitro->public_key_len));
		ah_check_skip(j->log, AH_CHECK_BINDING_PUBLIC_KEY, "purpose kms: an RSA key that only the key service, which encrypts to it, can judge");
		return;
	}
	ah_check_got(j->log, AH_CHECK_BINDING_PUBLIC_KEY, "absent");
	ah_check_wanted(j->log, AH_CHECK_BINDING_PUBLIC_KEY, "the RSA key of a request to the key service");
	ah__judge(j, AH_CHECK_BINDING_PUBLIC_KEY, false, AH_ERR_PUBLIC_KEY);
}

void ah__judge_nitro_binding(ah_judge *j, const ah_nitro_claims *nitro)
{
	const ah_expected *e = &j->request->expected;
	ah__judge_report_data(j, nitro->has_user_data, ah_slice_make(nitro->user_data, nitro->user_data_len));
	if ((e->fields & AH__EXPECT_NO_NONCE) != 0)
		judge_no_nonce(j, nitro);
	else
		ah__judge_field(j, AH_CHECK_BINDING_NONCE, (e->fields & AH_EXPECT_NONCE) != 0, nitro->has_nonce,
		                ah_slice_make(nitro->nonce, nitro->nonce_len), e->nonce, AH_ERR_NONCE);
	if ((e->fields & AH__EXPECT_ANY_PUBLIC_KEY) != 0)
		judge_any_public_key(j, nitro);
	else
		ah__judge_field(j, AH_CHECK_BINDING_PUBLIC_KEY, (e->fields & AH_EXPECT_PUBLIC_KEY) != 0, nitro->has_public_key,
		                ah_slice_make(nitro->public_key, nitro->public_key_len), e->public_key, AH_ERR_PUBLIC_KEY);
}
