/*
 * Goal: every bit of the two bit fields of a report, and every byte of what evidence is bound to, has the verdict that a table says.
 * Method: one bit or byte at a time is changed before signing, everything else is right.
 */
#include "forged/forge.h"
#include "support/test.h"

#include <stdio.h>

static ah_verifier *verifier;

static const forge_case snp_base = { "snp", AH_PLATFORM_SNP, AH_CHECK_COUNT, AH_OK, NULL, NULL, FORGE_ALONE, 0, 0, 0 };
static const forge_case nitro_base = { "nitro", AH_PLATFORM_NITRO, AH_CHECK_COUNT, AH_OK, NULL, NULL, FORGE_ALONE, 0, 0, 0 };

static void strict(forge *f)
{
	f->policy_text.snp = ",\"strict_platform_info\":true";
}
static const forge_case snp_strict = { "snp-strict", AH_PLATFORM_SNP, AH_CHECK_COUNT, AH_OK, strict, NULL, FORGE_ALONE, 0, 0, 0 };

/* Judge f with the report as it is now, signed anew. */
static ah_err judge_report(forge *f)
{
	ah_fault why = { .offset = AH_NO_OFFSET };
	FORGE_MUST(ah_sim_snp_make_report(&f->out, &f->snp, &why));
	f->request.evidence = ah_buf_slice(&f->out.evidence);
	return forge_judge(f, verifier, NULL);
}

/* -- P03, P04: 64 bits each -- */

/* GUEST_POLICY of the base is 0x30000: SMT, and the bit that must be one. PLATFORM_INFO is 0x25: SMT on, ECC on, alias check complete. */
static ah_err policy_bit_verdict(unsigned bit)
{
	switch (bit) {
	case 16: /* SMT forbidden while it is on */
	case 23: /* RAPL must be disabled, and is not */
	case 24: /* ciphertext hiding must be on, and is not */
		return AH_ERR_PLATFORM_INFO_INCONSISTENT;
	case 17: return AH_ERR_RESERVED;
	case 18: return AH_ERR_MIGRATION;
	case 19: return AH_ERR_DEBUG;
	default: return bit < 26 ? AH_OK : AH_ERR_RESERVED; /* ABI version, SINGLE_SOCKET, CXL, AES-256-XTS, PAGE_SWAP_DISABLE: no demand */
	}
}

static ah_err platform_bit_verdict(unsigned bit, bool is_strict)
{
	if (bit == 5)
		return AH_ERR_MITIGATION;
	bool known = bit < 8 && bit != 6;
	return known || !is_strict ? AH_OK : AH_ERR_PLATFORM_INFO;
}

static void flip_bits(const forge_case *base, size_t off, ah_err (*verdict)(unsigned bit))
{
	forge *f = forge_make(base);
	for (unsigned bit = 0; bit < 64; bit++) {
		f->snp.report[off + bit / 8] ^= (uint8_t)(1u << bit % 8);
		ah_err err = judge_report(f);
		f->snp.report[off + bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (err != verdict(bit))
			ah_test_fail(__FILE__, __LINE__, "bit %u at 0x%zx: got %s, wanted %s", bit, off, ah_err_name(err), ah_err_name(verdict(bit)));
		else
			ah_test_count(1);
	}
	forge_free(f);
}

static void P03_each_bit_of_guest_policy_has_its_verdict(void)
{
	flip_bits(&snp_base, AH_SIM_SNP_POLICY, policy_bit_verdict);
}

static ah_err lenient_platform_bit(unsigned bit) { return platform_bit_verdict(bit, false); }
static ah_err strict_platform_bit(unsigned bit) { return platform_bit_verdict(bit, true); }

static void P03_each_bit_of_platform_info_has_its_verdict(void)
{
	flip_bits(&snp_base, AH_SIM_SNP_PLATFORM_INFO, lenient_platform_bit);
}

static void P03_each_bit_of_platform_info_has_its_verdict_when_strict(void)
{
	flip_bits(&snp_strict, AH_SIM_SNP_PLATFORM_INFO, strict_platform_bit);
}

/* Key information: AUTHOR_KEY_EN changes nothing; MASK_CHIP_KEY and the kinds of key are refused, all above is reserved. */
static void P03_each_bit_of_key_information_has_its_verdict(void)
{
	forge *f = forge_make(&snp_base);
	for (unsigned bit = 0; bit < 32; bit++) {
		f->snp.report[AH_SIM_SNP_KEY_INFO + bit / 8] ^= (uint8_t)(1u << bit % 8);
		ah_err err = judge_report(f), wanted = bit == 0 ? AH_OK : bit == 1 ? AH_ERR_REPORT_UNSIGNED : bit == 2 ? AH_ERR_SIGNER_MISMATCH : AH_ERR_RESERVED;
		f->snp.report[AH_SIM_SNP_KEY_INFO + bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (err != wanted)
			ah_test_fail(__FILE__, __LINE__, "bit %u: got %s, wanted %s", bit, ah_err_name(err), ah_err_name(wanted));
		else
			ah_test_count(1);
	}
	forge_free(f);
}

/* -- B02: each of the 64 bytes -- */

static void B02_each_byte_of_snp_report_data_is_compared(void)
{
	forge *f = forge_make(&snp_base);
	for (size_t i = 0; i < AH_SIM_SNP_REPORT_DATA_LEN; i++) {
		f->snp.report[AH_SIM_SNP_REPORT_DATA + i] ^= 0x80;
		ah_err err = judge_report(f);
		f->snp.report[AH_SIM_SNP_REPORT_DATA + i] ^= 0x80;
		if (err != AH_ERR_REPORT_DATA)
			ah_test_fail(__FILE__, __LINE__, "byte %zu: got %s", i, ah_err_name(err));
		else
			ah_test_count(1);
	}
	forge_free(f);
}

static void B02_each_byte_of_nitro_user_data_is_compared(void)
{
	forge *f = forge_make(&nitro_base);
	for (size_t i = 0; i < sizeof f->report_data; i++) {
		f->report_data[i] ^= 0x80; /* what is expected; the document stays */
		ah_err err = forge_judge(f, verifier, NULL);
		f->report_data[i] ^= 0x80;
		if (err != AH_ERR_REPORT_DATA)
			ah_test_fail(__FILE__, __LINE__, "byte %zu: got %s", i, ah_err_name(err));
		else
			ah_test_count(1);
	}
	forge_free(f);
}

/* -- B03: an empty expected value is no permission -- */

static ah_err judge_expecting(const forge_case *base, ah_expected expected, bool *has_verdict)
{
	forge *f = forge_make(base);
	ah_verdict *verdict = NULL;
	f->request.expected = expected;
	ah_err err = forge_judge(f, verifier, &verdict);
	*has_verdict = verdict != NULL;
	ah_verdict_free(verdict);
	forge_free(f);
	return err;
}

static void B03_empty_expected_values_are_refused_as_questions(void)
{
	static const uint8_t bytes[64] = { 0 };
	static const struct { const forge_case *base; ah_expected expected; ah_err err; } rows[] = {
		{ &snp_base, { .fields = AH_EXPECT_NOTHING }, AH_ERR_BINDING_REQUIRED },
		{ &nitro_base, { .fields = AH_EXPECT_NOTHING }, AH_ERR_BINDING_REQUIRED },
		{ &snp_base, { .fields = AH_EXPECT_REPORT_DATA }, AH_ERR_ARGUMENT },
		{ &snp_base, { .fields = AH_EXPECT_REPORT_DATA, .report_data = { bytes, 0 } }, AH_ERR_ARGUMENT },
		{ &snp_base, { .fields = AH_EXPECT_REPORT_DATA, .report_data = { NULL, 64 } }, AH_ERR_ARGUMENT },
		{ &snp_base, { .fields = AH_EXPECT_REPORT_DATA, .report_data = { bytes, 63 } }, AH_ERR_ARGUMENT },
		{ &nitro_base, { .fields = AH_EXPECT_REPORT_DATA, .report_data = { bytes, 0 } }, AH_ERR_ARGUMENT },
		{ &nitro_base, { .fields = AH_EXPECT_NONCE, .nonce = { NULL, 0 } }, AH_ERR_ARGUMENT },
		{ &nitro_base, { .fields = AH_EXPECT_PUBLIC_KEY, .public_key = { bytes, 0 } }, AH_ERR_ARGUMENT },
		{ &nitro_base, { .fields = AH_EXPECT_REPORT_DATA, .report_data = { bytes, 64 }, .nonce = { bytes, 8 } }, AH_ERR_ARGUMENT },
		{ &snp_base, { .fields = AH_EXPECT_NONCE, .nonce = { bytes, 32 } }, AH_ERR_ARGUMENT },
		{ &snp_base, { .fields = AH_NO_BINDING | AH_EXPECT_REPORT_DATA, .report_data = { bytes, 64 } }, AH_ERR_ARGUMENT },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		bool has_verdict = true;
		ah_err err = judge_expecting(rows[i].base, rows[i].expected, &has_verdict);
		EXPECT_MSG(err == rows[i].err, "row %zu: got %s, wanted %s", i, ah_err_name(err), ah_err_name(rows[i].err));
		EXPECT_MSG(!has_verdict, "row %zu: an invalid question has a verdict", i);
	}
}

static void B03_no_binding_is_unbound_and_not_accepted(void)
{
	bool has_verdict = false;
	EXPECT_ERR(judge_expecting(&snp_base, (ah_expected){ .fields = AH_NO_BINDING }, &has_verdict), AH_ERR_UNBOUND);
	EXPECT(has_verdict);
	EXPECT_ERR(judge_expecting(&nitro_base, (ah_expected){ .fields = AH_NO_BINDING }, &has_verdict), AH_ERR_UNBOUND);
	EXPECT(has_verdict);
}

/* -- B12: two pieces of evidence that do not belong together -- */

static void other_nonce(forge *f)
{
	memset(f->report_data, 0x44, sizeof f->report_data);
	memcpy(f->snp.report + AH_SIM_SNP_REPORT_DATA, f->report_data, sizeof f->report_data);
}

static void B12_evidence_of_two_bindings_is_refused(void)
{
	static const forge_case other = { "other", AH_PLATFORM_SNP, AH_CHECK_COUNT, AH_OK, other_nonce, NULL, FORGE_ALONE, 0, 0, 0 };
	forge *document = forge_make(&nitro_base), *report = forge_make(&other);
	ah_err err_document = forge_judge(document, verifier, NULL), err_report = forge_judge(report, verifier, NULL);
	/* One expectation for both: that of the document. */
	report->request.expected.report_data = AH_SLICE_OF(document->report_data);
	ah_err err_mixed = forge_judge(report, verifier, NULL);
	forge_free(document);
	forge_free(report);
	EXPECT_OK(err_document);
	EXPECT_OK(err_report);
	EXPECT_ERR(err_mixed, AH_ERR_REPORT_DATA);
}

static void another_chip(forge *f)
{
	f->snp.vek.hwid[5] ^= 1;
	f->snp.report[AH_SIM_SNP_CHIP_ID + 5] ^= 1;
}

static void B12_report_with_the_vcek_of_another_chip_is_refused(void)
{
	static const forge_case other = { "other", AH_PLATFORM_SNP, AH_CHECK_COUNT, AH_OK, another_chip, NULL, FORGE_ALONE, 0, 0, 0 };
	forge *one = forge_make(&snp_base), *two = forge_make(&other);
	ah_err err_two = forge_judge(two, verifier, NULL);
	one->request.endorsements = two->endorsements;
	ah_err err_mixed = forge_judge(one, verifier, NULL);
	forge_free(one);
	forge_free(two);
	EXPECT_OK(err_two);
	EXPECT_ERR(err_mixed, AH_ERR_HWID_MISMATCH);
}

/* Each platform's evidence, named as the other's. */
static void B12_evidence_is_never_taken_for_another_platforms(void)
{
	forge *document = forge_make(&nitro_base), *report = forge_make(&snp_base);
	forge_expect(document, AH_EXPECT_REPORT_DATA);
	document->request.platform = AH_PLATFORM_SNP;
	report->request.platform = AH_PLATFORM_NITRO;
	ah_err err_document = forge_judge(document, verifier, NULL), err_report = forge_judge(report, verifier, NULL);
	forge_free(document);
	forge_free(report);
	EXPECT_ERR(err_document, AH_ERR_TRAILING);
	EXPECT_ERR(err_report, AH_ERR_COSE);
}

int main(int argc, char **argv)
{
	static const ah_test_case cases[] = {
		AH_TEST(P03_each_bit_of_guest_policy_has_its_verdict),
		AH_TEST(P03_each_bit_of_platform_info_has_its_verdict),
		AH_TEST(P03_each_bit_of_platform_info_has_its_verdict_when_strict),
		AH_TEST(P03_each_bit_of_key_information_has_its_verdict),
		AH_TEST(B02_each_byte_of_snp_report_data_is_compared),
		AH_TEST(B02_each_byte_of_nitro_user_data_is_compared),
		AH_TEST(B03_empty_expected_values_are_refused_as_questions),
		AH_TEST(B03_no_binding_is_unbound_and_not_accepted),
		AH_TEST(B12_evidence_of_two_bindings_is_refused),
		AH_TEST(B12_report_with_the_vcek_of_another_chip_is_refused),
		AH_TEST(B12_evidence_is_never_taken_for_another_platforms),
	};
	ah_fault why = { .offset = AH_NO_OFFSET };
	if (ah_verifier_new(&verifier, &why) != AH_OK)
		return 1;
	int rc = ah_test_main(argc, argv, cases, sizeof cases / sizeof cases[0]);
	ah_verifier_free(verifier);
	return rc;
}
