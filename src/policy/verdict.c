/* See anchorhold/verdict.h: what a verdict says when it is asked. */
#include "policy/verdict.h"

static const char *const result_names[] = {
	[AH_RESULT_MALFORMED] = "MALFORMED",
	[AH_RESULT_UNSUPPORTED] = "UNSUPPORTED",
	[AH_RESULT_FAIL] = "FAIL",
	[AH_RESULT_UNBOUND] = "UNBOUND",
	[AH_RESULT_DEBUG] = "DEBUG",
	[AH_RESULT_SIMULATED] = "SIMULATED",
	[AH_RESULT_GENUINE] = "GENUINE",
	[AH_RESULT_PASS] = "PASS",
};

const char *ah_result_name(ah_result result)
{
	if ((size_t)result >= sizeof result_names / sizeof result_names[0])
		return "UNKNOWN";
	return result_names[result];
}

void ah_verdict_free(ah_verdict *verdict)
{
	if (verdict == NULL)
		return;
	ah_claims_free(verdict->claims);
	ah_dealloc(verdict);
}

ah_result ah_verdict_result(const ah_verdict *verdict)
{
	return verdict->result;
}

ah_err ah_verdict_error(const ah_verdict *verdict)
{
	return verdict->err;
}

int ah_verdict_exit_code(const ah_verdict *verdict)
{
	return ah_err_exit_code(verdict->err);
}

ah_platform_id ah_verdict_platform(const ah_verdict *verdict)
{
	return verdict->platform;
}

int64_t ah_verdict_expiry_s(const ah_verdict *verdict)
{
	return verdict->err == AH_OK ? verdict->expiry_s : 0;
}

const ah_appraisal *ah_verdict_appraisal(const ah_verdict *verdict)
{
	return verdict->err == AH_OK && verdict->has_appraisal ? &verdict->appraisal : NULL;
}

const ah_claims *ah_appraisal_claims(const ah_appraisal *appraisal)
{
	return appraisal->claims;
}

const ah_claims *ah_verdict_claims(const ah_verdict *verdict)
{
	return verdict->claims;
}

ah_carrier ah_verdict_carrier(const ah_verdict *verdict)
{
	return verdict->carrier;
}

const ah_envelope_claims *ah_verdict_envelope(const ah_verdict *verdict)
{
	return verdict->has_envelope ? &verdict->envelope : NULL;
}

const ah_event_claims *ah_verdict_event(const ah_verdict *verdict)
{
	return verdict->has_event ? &verdict->event : NULL;
}

const ah_bundle_info *ah_verdict_bundle(const ah_verdict *verdict)
{
	return verdict->has_bundle ? &verdict->bundle : NULL;
}

/* -- rows: the checks of the platform, in the order of checks.def -- */

size_t ah_verdict_row_count(const ah_verdict *verdict)
{
	size_t count = 0;
	for (size_t id = 0; id < AH_CHECK_COUNT; id++)
		count += ah__verdict_shows(verdict, id);
	return count;
}

void ah__verdict_row(const ah_verdict *verdict, ah_check_id id, ah_row *row)
{
	const ah_check_info *info = &ah_check_infos[id];
	const ah_check_row *from = &verdict->checks.rows[id];
	*row = (ah_row){
		.id = info->id,
		.title = info->title,
		.specification = info->specification,
		.status = AH_ROW_NOT_CHECKED,
		.got = from->got,
		.wanted = from->wanted,
		.reason = "",
		.has_range = from->has_range,
		.off = from->off,
		.len = from->len,
	};
	switch (from->status) {
	case AH_CHECK_PASS: row->status = AH_ROW_PASS; break;
	case AH_CHECK_FAIL:
		row->status = AH_ROW_FAIL;
		row->err = from->err;
		break;
	case AH_CHECK_NOT_CHECKED: row->reason = from->reason; break;
	case AH_CHECK_NOT_REACHED: row->reason = "not reached"; break;
	}
}

ah_err ah_verdict_row(const ah_verdict *verdict, size_t index, ah_row *row)
{
	for (size_t id = 0; id < AH_CHECK_COUNT; id++) {
		if (!ah__verdict_shows(verdict, id))
			continue;
		if (index == 0) {
			ah__verdict_row(verdict, (ah_check_id)id, row);
			return AH_OK;
		}
		index--;
	}
	return AH_ERR_ARGUMENT;
}

/* -- for JSON and text -- */

const char *ah__verdict_trust_statement(const ah_verdict *verdict)
{
	if (!verdict->claims->hardware)
		return "simulated: no hardware stands behind this evidence";
	switch (verdict->claims->platform) {
	case AH_PLATFORM_NITRO: return "AWS, who makes and operates the machine, is trusted; physical attacks are not excluded";
	case AH_PLATFORM_SNP: return "AMD's processor and firmware are trusted; physical attacks are not excluded";
	case AH_PLATFORM_TDX: return "Intel's processor and firmware are trusted; physical attacks are not excluded";
	case AH_PLATFORM_NONE: break;
	}
	return "physical attacks are not excluded";
}
