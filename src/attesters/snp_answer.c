#include "attesters/snp_answer.h"

#include "base/fault.h"
#include "platforms/snp_cert_table.h"
#include "platforms/snp_report.h"

#define STEP "snp.answer"

ah_err ah__snp_answer_check(ah_slice report, const ah_attest_request *request, bool has_vmpl, unsigned vmpl, ah_fault *why)
{
	ah_snp_report parsed;
	if (ah_snp_report_parse(&parsed, report, NULL) != AH_OK)
		return ah_fault_set(why, AH_ERR_DEVICE_ANSWER, STEP, "a report of %zu bytes, wanted %d", report.len, AH_SNP_REPORT_LEN);
	if (!ah_equal(ah_snp_field_bytes(report, AH_SNP_F_REPORT_DATA), AH_SLICE_OF(request->report_data)))
		return ah_fault_set(why, AH_ERR_DEVICE_ANSWER, STEP, "REPORT_DATA is not that of the request");
	if (has_vmpl && parsed.vmpl != vmpl)
		return ah_fault_set(why, AH_ERR_DEVICE_ANSWER, STEP, "the report is of VMPL %u, wanted %u", (unsigned)parsed.vmpl, vmpl);
	return AH_OK;
}

/* The host may leave its whole buffer: what lies behind the last blob is nobody's. */
static size_t end_of(const ah_snp_cert_table *table)
{
	size_t end = table->header_len;
	for (size_t i = 0; i < table->count; i++)
		if (table->entries[i].blob_off + table->entries[i].blob.len > end)
			end = table->entries[i].blob_off + table->entries[i].blob.len;
	return end;
}

ah_err ah__snp_answer_certificates(ah_buf *out, ah_slice table, ah_fault *why)
{
	ah_snp_cert_table parsed;
	ah_fault inner = { .offset = AH_NO_OFFSET };
	if (ah_slice_is_zero(table))
		return AH_OK;
	if (ah_snp_cert_table_parse(&parsed, table, &inner) != AH_OK)
		return ah_fault_at(why, AH_ERR_DEVICE_ANSWER, "snp.certificates", inner.offset, "the host's certificate table: %.60s", inner.detail);
	return parsed.count != 0 ? ah_buf_append(out, ah_slice_sub(table, 0, end_of(&parsed))) : AH_OK;
}
