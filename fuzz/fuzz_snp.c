/* SNP reports through detect, decoding and rules; and the same bytes as a certificate whose extensions are read as those of a VEK. */
#include "fuzz.h"

#include "evidence/platform.h"
#include "platforms/snp_report.h"
#include "platforms/snp_vek.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static ah_evidence evidence;
	static ah_checks log;
	ah_slice in = ah_slice_make(data, size);
	const ah_platform *snp = ah_platform_find(AH_PLATFORM_SNP);
	ah_snp_report report;
	ah_cert cert;
	ah_snp_vek vek;
	uint8_t raw[96];
	log = (ah_checks){ .first_err = AH_OK };
	(void)snp->detect(in);
	ah_err err = snp->parse(&evidence, in, &log, NULL);
	if (ah_snp_report_parse(&report, in, NULL) == AH_OK) {
		const char *wrong = ah_snp_signature_read(raw, &report);
		assert(err != AH_OK || (wrong == NULL && ah_snp_report_reserved_set(&report) == AH_SNP_FIELD_COUNT));
	}
	if (ah_cert_parse(&cert, in, NULL) == AH_OK) {
		ah_snp_vek_read(&vek, &cert);
		(void)ah_snp_vek_product_defect(&vek, vek.product);
		(void)ah_snp_ca_read(&cert);
		assert(vek.hwid.len <= AH_SNP_HWID_LEN);
	}
	return 0;
}
