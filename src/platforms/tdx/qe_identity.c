/* Identity of the TD quoting enclave, version 2 (Intel PCS v4, "Get TDX QE Identity"). See documents.h and tcb.h. */
#include "platforms/tdx/documents.h"

#include "base/fault.h"

static ah_err read_issue(ah__document *d, void *into)
{
	return ah__document_time(d, &((ah_tdx_qe_identity *)into)->issue_s);
}

static ah_err read_next_update(ah__document *d, void *into)
{
	return ah__document_time(d, &((ah_tdx_qe_identity *)into)->next_update_s);
}

static ah_err read_evaluation(ah__document *d, void *into)
{
	return ah__document_unsigned(d, UINT32_MAX, &((ah_tdx_qe_identity *)into)->evaluation);
}

/*
 * Eight hex digits, taken as the bytes of the enclave's report, where MISCSELECT is little-endian. All values that Intel served so far, 00000000
 * and FFFFFFFF, read the same both ways.
 */
static ah_err read_le32(ah__document *d, uint32_t *out)
{
	uint8_t bytes[4] = { 0 };
	AH_TRY(ah__document_hex(d, bytes, sizeof bytes));
	*out = (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
	return AH_OK;
}

static ah_err read_miscselect(ah__document *d, void *into)
{
	return read_le32(d, &((ah_tdx_qe_identity *)into)->miscselect);
}

static ah_err read_miscselect_mask(ah__document *d, void *into)
{
	return read_le32(d, &((ah_tdx_qe_identity *)into)->miscselect_mask);
}

static ah_err read_attributes(ah__document *d, void *into)
{
	ah_tdx_qe_identity *identity = (ah_tdx_qe_identity *)into;
	return ah__document_hex(d, identity->attributes, sizeof identity->attributes);
}

static ah_err read_attributes_mask(ah__document *d, void *into)
{
	ah_tdx_qe_identity *identity = (ah_tdx_qe_identity *)into;
	return ah__document_hex(d, identity->attributes_mask, sizeof identity->attributes_mask);
}

static ah_err read_mrsigner(ah__document *d, void *into)
{
	ah_tdx_qe_identity *identity = (ah_tdx_qe_identity *)into;
	return ah__document_hex(d, identity->mrsigner, sizeof identity->mrsigner);
}

static ah_err read_isvprodid(ah__document *d, void *into)
{
	uint32_t isvprodid = 0;
	AH_TRY(ah__document_unsigned(d, UINT16_MAX, &isvprodid));
	((ah_tdx_qe_identity *)into)->isvprodid = (uint16_t)isvprodid;
	return AH_OK;
}

static ah_err read_level(ah__document *d, size_t index, void *into)
{
	ah_tdx_qe_identity *identity = (ah_tdx_qe_identity *)into;
	if (index == AH_TDX_QE_LEVELS_MAX)
		return ah__document_too_many(d, AH_TDX_QE_LEVELS_MAX);
	ah__level_place place = { &identity->levels[index], identity->advisories, &identity->advisory_count };
	return ah__isv_level_read(d, &place);
}

static ah_err read_levels(ah__document *d, void *into)
{
	ah_tdx_qe_identity *identity = (ah_tdx_qe_identity *)into;
	AH_TRY(ah__document_array(d, read_level, into, &identity->level_count));
	if (identity->level_count == 0)
		return ah__document_refuse(d, "no level");
	return ah__isv_levels_sort(identity->levels, identity->level_count) ? AH_OK : ah__document_refuse(d, "the same level twice");
}

ah_err ah__tdx_qe_identity_parse(ah_tdx_qe_identity *out, ah_slice text, ah_fault *why)
{
	static const ah__kind kinds[] = { { "id", "\"TD_QE\"" }, { "version", "2" } };
	static const ah__member members[] = {
		{ "id", NULL, false },
		{ "version", NULL, false },
		{ "issueDate", read_issue, false },
		{ "nextUpdate", read_next_update, false },
		{ "tcbEvaluationDataNumber", read_evaluation, false },
		{ "miscselect", read_miscselect, false },
		{ "miscselectMask", read_miscselect_mask, false },
		{ "attributes", read_attributes, false },
		{ "attributesMask", read_attributes_mask, false },
		{ "mrsigner", read_mrsigner, false },
		{ "isvprodid", read_isvprodid, false },
		{ "tcbLevels", read_levels, false },
	};
	ah__document d = { .step = "collateral.qe_identity", .missing = AH_ERR_COLLATERAL_MALFORMED, .why = why };
	AH_TRY(ah__document_open(&d, text, AH_JSON_VENDOR));
	AH_TRY(ah__document_check_kind(&d, kinds, sizeof kinds / sizeof kinds[0]));
	AH_TRY(ah__document_object(&d, members, sizeof members / sizeof members[0], out));
	AH_TRY(ah__document_finish(&d));
	out->unknown_members = d.unknown_members;
	return AH_OK;
}
