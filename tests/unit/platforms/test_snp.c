/*
 * SNP reports: the layout table, decoding, and every rule on a single field. Reports are put together byte by byte here; signatures and certificates
 * are the matter of the vectors and of the forged cases.
 */
#include "platforms/snp_report.h"
#include "evidence/platform.h"
#include "support/test.h"

#include <stdlib.h>

/* A version 5 report of a Genoa machine that obeys every rule on fields; its signature is 1, 1. */
typedef struct sample {
	uint8_t bytes[AH_SNP_REPORT_LEN];
} sample;

static sample good(void)
{
	sample s = { { 0 } };
	s.bytes[0x00] = 5;
	s.bytes[0x0a] = 0x03; /* GUEST_POLICY 0x30000: SMT, reserved one */
	s.bytes[0x34] = 1;
	s.bytes[0x188] = 0x19;
	s.bytes[0x189] = 0x11;
	s.bytes[0x18a] = 0x01;
	s.bytes[0x1a0] = 0xc4;
	s.bytes[0x1e8] = 29; /* build */
	s.bytes[0x1e9] = 55; /* minor */
	s.bytes[0x1ea] = 1;  /* major */
	s.bytes[0x1f8] = 0x3f;
	s.bytes[0x2a0] = 1;
	s.bytes[0x2e8] = 1;
	return s;
}

static ah_err parse(const sample *s, ah_checks *log)
{
	ah_evidence *evidence = (ah_evidence *)calloc(1, sizeof *evidence);
	const ah_platform *snp = ah_platform_find(AH_PLATFORM_SNP);
	ah_checks own = { .first_err = AH_OK };
	ah_err err = snp->parse(evidence, AH_SLICE_OF(s->bytes), log != NULL ? log : &own, NULL);
	free(evidence);
	return err;
}

static void layout_covers_every_byte_once(void)
{
	size_t off = 0;
	for (unsigned i = 0; i < AH_SNP_FIELD_COUNT; i++) {
		EXPECT_MSG(ah_snp_fields[i].off == off, "field %u starts at 0x%x, not 0x%zx", i, ah_snp_fields[i].off, off);
		EXPECT(ah_snp_fields[i].name != NULL && ah_snp_fields[i].len != 0);
		off += ah_snp_fields[i].len;
	}
	EXPECT(off == AH_SNP_REPORT_LEN);
}

/* AMD 56860, ATTESTATION_REPORT, and what the signature covers. */
static void layout_has_the_offsets_of_the_specification(void)
{
	static const struct { ah_snp_field_id id; size_t off, len; } wanted[] = {
		{ AH_SNP_F_GUEST_POLICY, 0x08, 8 }, { AH_SNP_F_VMPL, 0x30, 4 }, { AH_SNP_F_CURRENT_TCB, 0x38, 8 }, { AH_SNP_F_REPORT_DATA, 0x50, 64 },
		{ AH_SNP_F_MEASUREMENT, 0x90, 48 }, { AH_SNP_F_HOST_DATA, 0xc0, 32 }, { AH_SNP_F_REPORTED_TCB, 0x180, 8 }, { AH_SNP_F_CHIP_ID, 0x1a0, 64 },
		{ AH_SNP_F_COMMITTED_TCB, 0x1e0, 8 }, { AH_SNP_F_LAUNCH_TCB, 0x1f0, 8 }, { AH_SNP_F_SIGNATURE_R, AH_SNP_SIGNED_LEN, 72 },
		{ AH_SNP_F_SIGNATURE_S, 0x2e8, 72 },
	};
	for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
		EXPECT(ah_snp_fields[wanted[i].id].off == wanted[i].off && ah_snp_fields[wanted[i].id].len == wanted[i].len);
}

static void a_good_report_is_decoded(void)
{
	sample s = good();
	ah_snp_report rep;
	s.bytes[0x48] = 0x05; /* AUTHOR_KEY_EN, SIGNING_KEY 1 */
	EXPECT_OK(parse(&s, NULL));
	EXPECT_OK(ah_snp_report_parse(&rep, AH_SLICE_OF(s.bytes), NULL));
	EXPECT(rep.version == 5 && rep.guest_policy == 0x30000 && rep.signature_algo == 1);
	EXPECT(rep.author_key_enabled && !rep.mask_chip_key && rep.signing_key == AH_SNP_KEY_VLEK);
	EXPECT(rep.has_cpuid && rep.family == 0x19 && rep.model == 0x11 && rep.stepping == 1);
	EXPECT(rep.launch_mit_vector == 0x3f && rep.current_mit_vector == 0);
}

static void versions_two_to_five_are_supported(void)
{
	for (unsigned version = 0; version < 8; version++) {
		sample s = good();
		s.bytes[0x00] = (uint8_t)version;
		if (version < 5)
			s.bytes[0x1f8] = 0;
		if (version < 3)
			memset(s.bytes + 0x188, 0, 3);
		EXPECT_ERR(parse(&s, NULL), version >= 2 && version <= 5 ? AH_OK : AH_ERR_REPORT_VERSION);
	}
	sample s = good();
	s.bytes[0x03] = 1;
	EXPECT_ERR(parse(&s, NULL), AH_ERR_REPORT_VERSION);
}

static void fields_of_later_versions_are_reserved_in_earlier_ones(void)
{
	sample s = good();
	s.bytes[0x00] = 4;
	EXPECT_ERR(parse(&s, NULL), AH_ERR_RESERVED); /* LAUNCH_MIT_VECTOR came with version 5 */
	s.bytes[0x1f8] = 0;
	EXPECT_OK(parse(&s, NULL));
	s.bytes[0x00] = 2;
	EXPECT_ERR(parse(&s, NULL), AH_ERR_RESERVED); /* CPUID came with version 3 */
}

/* Every byte of every reserved range, with the row pointing at the range. */
static void every_reserved_byte_is_checked(void)
{
	for (unsigned i = 0; i < AH_SNP_FIELD_COUNT; i++) {
		if (ah_snp_fields[i].kind != AH_SNP_KIND_RESERVED)
			continue;
		for (size_t k = 0; k < ah_snp_fields[i].len; k++) {
			sample s = good();
			ah_checks log = { .first_err = AH_OK };
			s.bytes[ah_snp_fields[i].off + k] = 0x80;
			EXPECT_ERR(parse(&s, &log), AH_ERR_RESERVED);
			EXPECT(log.rows[AH_CHECK_SNP_RESERVED].status == AH_CHECK_FAIL && log.rows[AH_CHECK_SNP_RESERVED].off == ah_snp_fields[i].off);
			ah_test_count(1);
		}
	}
}

static void each_guest_policy_bit_is_known_or_refused(void)
{
	for (unsigned bit = 0; bit < 64; bit++) {
		sample s = good();
		s.bytes[0x08 + bit / 8] ^= (uint8_t)(1u << bit % 8);
		EXPECT_ERR(parse(&s, NULL), bit == 17 || bit >= 26 ? AH_ERR_RESERVED : AH_OK);
		ah_test_count(1);
	}
}

static void vmpl_is_zero_to_three(void)
{
	for (unsigned vmpl = 0; vmpl < 6; vmpl++) {
		sample s = good();
		s.bytes[0x30] = (uint8_t)vmpl;
		EXPECT_ERR(parse(&s, NULL), vmpl <= 3 ? AH_OK : AH_ERR_FIELD_RANGE);
	}
	sample s = good();
	memset(s.bytes + 0x30, 0xff, 4);
	EXPECT_ERR(parse(&s, NULL), AH_ERR_FIELD_RANGE);
}

static void signature_algo_is_one(void)
{
	for (unsigned algo = 0; algo < 4; algo++) {
		sample s = good();
		s.bytes[0x34] = (uint8_t)algo;
		EXPECT_ERR(parse(&s, NULL), algo == 1 ? AH_OK : AH_ERR_ALGORITHM);
	}
}

/* AUTHOR_KEY_EN, MASK_CHIP_KEY and SIGNING_KEY 0, 1, 7 are known; whether they are good is judged later. */
static void key_information_has_no_reserved_value(void)
{
	for (unsigned info = 0; info < 64; info++) {
		sample s = good();
		unsigned key = info >> 2 & 7;
		bool known = (key == 0 || key == 1 || key == 7) && info < 32;
		s.bytes[0x48] = (uint8_t)info;
		EXPECT_ERR(parse(&s, NULL), known ? AH_OK : AH_ERR_RESERVED);
	}
	sample s = good();
	s.bytes[0x4b] = 0x80;
	EXPECT_ERR(parse(&s, NULL), AH_ERR_RESERVED);
}

/* FIPS 186-5, P-384: n, little-endian as the report has it. */
static const uint8_t order_le[48] = {
	0x73, 0x29, 0xc5, 0xcc, 0x6a, 0x19, 0xec, 0xec, 0x7a, 0xa7, 0xb0, 0x48, 0xb2, 0x0d, 0x1a, 0x58,
	0xdf, 0x2d, 0x37, 0xf4, 0x81, 0x4d, 0x63, 0xc7, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
};

static void signature_components_are_in_range(void)
{
	static const size_t offs[] = { 0x2a0, 0x2e8 };
	for (size_t i = 0; i < 2; i++) {
		sample s = good();
		s.bytes[offs[i]] = 0;
		EXPECT_ERR(parse(&s, NULL), AH_ERR_SIGNATURE_FORMAT);
		memcpy(s.bytes + offs[i], order_le, sizeof order_le);
		EXPECT_ERR(parse(&s, NULL), AH_ERR_SIGNATURE_FORMAT);
		s.bytes[offs[i]]--; /* n - 1 */
		EXPECT_OK(parse(&s, NULL));
		for (size_t k = 48; k < 72; k++) {
			sample high = good();
			high.bytes[offs[i] + k] = 1;
			EXPECT_ERR(parse(&high, NULL), AH_ERR_SIGNATURE_FORMAT);
			ah_test_count(1);
		}
	}
}

static void nothing_follows_the_signature(void)
{
	for (size_t off = 0x330; off < AH_SNP_REPORT_LEN; off++) {
		sample s = good();
		s.bytes[off] = 1;
		EXPECT_ERR(parse(&s, NULL), AH_ERR_SIGNATURE_FORMAT);
		ah_test_count(1);
	}
}

static void a_signature_is_turned_round(void)
{
	sample s = good();
	ah_snp_report rep;
	uint8_t raw[96];
	for (size_t i = 0; i < 48; i++) {
		s.bytes[0x2a0 + i] = (uint8_t)(i + 1);
		s.bytes[0x2e8 + i] = (uint8_t)(i + 101);
	}
	EXPECT_OK(ah_snp_report_parse(&rep, AH_SLICE_OF(s.bytes), NULL));
	EXPECT(ah_snp_signature_read(raw, &rep) == NULL);
	for (size_t i = 0; i < 48; i++)
		EXPECT(raw[i] == 48 - i && raw[48 + i] == 148 - i);
}

static void a_report_has_one_length(void)
{
	uint8_t bytes[AH_SNP_REPORT_LEN + 1] = { 5 };
	ah_snp_report rep;
	for (size_t len = 0; len < AH_SNP_REPORT_LEN; len++)
		EXPECT_ERR(ah_snp_report_parse(&rep, ah_slice_make(bytes, len), NULL), AH_ERR_TRUNCATED);
	EXPECT_ERR(ah_snp_report_parse(&rep, AH_SLICE_OF(bytes), NULL), AH_ERR_TRAILING);
}

static void products_follow_family_and_model(void)
{
	for (unsigned family = 0; family < 256; family++)
		for (unsigned model = 0; model < 256; model++) {
			ah_snp_product wanted = AH_SNP_PRODUCT_NONE;
			if (family == 0x19 && model <= 0x0f)
				wanted = AH_SNP_MILAN;
			if (family == 0x19 && ((model >= 0x10 && model <= 0x1f) || (model >= 0xa0 && model <= 0xaf)))
				wanted = AH_SNP_GENOA;
			if (family == 0x1a && model <= 0x11)
				wanted = AH_SNP_TURIN;
			EXPECT_MSG(ah_snp_product_of_cpuid((uint8_t)family, (uint8_t)model) == wanted, "family 0x%x model 0x%x", family, model);
		}
}

static void tcb_components_follow_the_product(void)
{
	static const uint8_t tcb[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	char text[AH_SNP_TCB_TEXT_MAX];
	ah_snp_tcb genoa = ah_snp_tcb_read(AH_SLICE_OF(tcb), AH_SNP_GENOA), turin = ah_snp_tcb_read(AH_SLICE_OF(tcb), AH_SNP_TURIN);
	EXPECT(!genoa.has_fmc && genoa.bl == 1 && genoa.tee == 2 && genoa.snp == 7 && genoa.ucode == 8);
	EXPECT(turin.has_fmc && turin.fmc == 1 && turin.bl == 2 && turin.tee == 3 && turin.snp == 4 && turin.ucode == 8);
	ah_snp_tcb_format(text, &genoa);
	EXPECT(strcmp(text, "bl 1 tee 2 snp 7 ucode 8") == 0);
	ah_snp_tcb_format(text, &turin);
	EXPECT(strcmp(text, "fmc 1 bl 2 tee 3 snp 4 ucode 8") == 0);
}

static void tcb_reserved_bytes_follow_the_product(void)
{
	for (size_t i = 0; i < 8; i++) {
		uint8_t tcb[8] = { 0 };
		tcb[i] = 1;
		EXPECT(ah_snp_tcb_reserved_is_zero(AH_SLICE_OF(tcb), AH_SNP_MILAN) == (i < 2 || i > 5));
		EXPECT(ah_snp_tcb_reserved_is_zero(AH_SLICE_OF(tcb), AH_SNP_TURIN) == (i < 4 || i > 6));
	}
}

/* As one number 00..02 ff is below 01..00; by component it is not. */
static void tcbs_are_compared_by_component(void)
{
	const ah_snp_tcb a = { .bl = 0, .snp = 255 }, b = { .bl = 1, .snp = 0 }, c = { .bl = 1, .snp = 255 };
	EXPECT(!ah_snp_tcb_at_most(&a, &b) && !ah_snp_tcb_at_most(&b, &a));
	EXPECT(ah_snp_tcb_at_most(&a, &c) && ah_snp_tcb_at_most(&b, &c) && ah_snp_tcb_at_most(&c, &c));
	EXPECT(ah_snp_tcb_equal(&c, &c) && !ah_snp_tcb_equal(&a, &c));
}

static void nothing_is_verified_without_endorsements(void)
{
	sample s = good();
	ah_evidence evidence = { .bytes = { NULL, 0 } };
	ah_checks log = { .first_err = AH_OK };
	ah_roots roots;
	ah_claims *claims = NULL;
	AH_AUTO_PTR(ah_verifier) v = NULL;
	const ah_platform *snp = ah_platform_find(AH_PLATFORM_SNP);
	ah_roots_init(&roots);
	EXPECT_OK(ah_verifier_new(&v, NULL));
	EXPECT_OK(snp->parse(&evidence, AH_SLICE_OF(s.bytes), &log, NULL));
	EXPECT_ERR(snp->verify(&claims, v, &evidence, NULL, &roots, 0, &log, NULL), AH_ERR_ENDORSEMENT_MISSING);
	EXPECT(claims == NULL);
	s.bytes[0x48] = 0x1c; /* SIGNING_KEY none */
	EXPECT_OK(snp->parse(&evidence, AH_SLICE_OF(s.bytes), &log, NULL));
	EXPECT_ERR(snp->verify(&claims, v, &evidence, NULL, &roots, 0, &log, NULL), AH_ERR_REPORT_UNSIGNED);
	s.bytes[0x48] = 0;
	s.bytes[0x188] = 0;
	EXPECT_OK(snp->parse(&evidence, AH_SLICE_OF(s.bytes), &log, NULL));
	EXPECT_ERR(snp->verify(&claims, v, &evidence, NULL, &roots, 0, &log, NULL), AH_ERR_PRODUCT_UNKNOWN);
}

static const ah_test_case cases[] = {
	AH_TEST(layout_covers_every_byte_once),
	AH_TEST(layout_has_the_offsets_of_the_specification),
	AH_TEST(a_good_report_is_decoded),
	AH_TEST(versions_two_to_five_are_supported),
	AH_TEST(fields_of_later_versions_are_reserved_in_earlier_ones),
	AH_TEST(every_reserved_byte_is_checked),
	AH_TEST(each_guest_policy_bit_is_known_or_refused),
	AH_TEST(vmpl_is_zero_to_three),
	AH_TEST(signature_algo_is_one),
	AH_TEST(key_information_has_no_reserved_value),
	AH_TEST(signature_components_are_in_range),
	AH_TEST(nothing_follows_the_signature),
	AH_TEST(a_signature_is_turned_round),
	AH_TEST(a_report_has_one_length),
	AH_TEST(products_follow_family_and_model),
	AH_TEST(tcb_components_follow_the_product),
	AH_TEST(tcb_reserved_bytes_follow_the_product),
	AH_TEST(tcbs_are_compared_by_component),
	AH_TEST(nothing_is_verified_without_endorsements),
};
AH_TEST_MAIN(cases)
