/*
 * Goal: the policy made from claims allows exactly what was seen, is valid for 90 days and loads again.
 * Method: claims filled by hand; the canonical text is written down by hand.
 */
#include "edit.h"

#include "evidence/claims.h"

#define AT INT64_C(1795132800) /* 2026-11-20T00:00:00Z */

/* valid_from and issued_at; 90 days later is 2027-02-18. */
#define TIMES "\"valid_from\":\"2026-11-20T00:00:00Z\",\"valid_until\":\"2027-02-18T00:00:00Z\""
#define BEFORE_PLATFORMS "{\"freshness\":\"cached\",\"issued_at\":\"2026-11-20T00:00:00Z\",\"max_evidence_age_seconds\":3600,\"platforms\":"
#define AFTER_PLATFORMS ",\"require_revocation\":true,\"schema\":\"anchorhold.trust-bundle/v1\","

/* This file does not link platforms/: claims are zeroed memory of our own. */
static ah_claims nitro_claims(void)
{
	ah_claims c = { .platform = AH_PLATFORM_NITRO, .hardware = true };
	c.of.nitro.pcr_mask = 0xffff;
	for (unsigned i = 0; i < 16; i++) {
		c.of.nitro.pcr_len[i] = 48;
		memset(c.of.nitro.pcrs[i], i < 5 ? 0xa0 + (int)i : 0, 48);
	}
	return c;
}

static ah_claims snp_claims(void)
{
	ah_claims c = { .platform = AH_PLATFORM_SNP, .hardware = true };
	c.of.snp = (ah_snp_claims){
		.version = 5, .vmpl = 1, .platform_info = AH_SNP_PLATFORM_ALIAS_CHECK, .product = AH_SNP_TURIN, .signer = AH_SNP_VCEK,
		.reported_tcb = { .has_fmc = true, .fmc = 1, .bl = 2, .tee = 3, .snp = 4, .ucode = 5 },
		.current_tcb = { .has_fmc = true, .fmc = 9, .bl = 9, .tee = 9, .snp = 9, .ucode = 9 },
	};
	memset(c.of.snp.measurement, 0xdd, sizeof c.of.snp.measurement);
	memset(c.of.snp.chip_id, 0x11, 8);
	return c;
}

static bool makes(const ah_claims *claims, const char *wanted)
{
	AH_AUTO_PTR(ah_policy) p = NULL;
	AH_AUTO_PTR(ah_policy) again = NULL;
	char *text = NULL;
	size_t len = 0;
	bool ok = ah_policy_init_from(&p, claims, "router", "1.0", AT, NULL) == AH_OK && ah_policy_to_json(p, &text, &len) == AH_OK && strcmp(text, wanted) == 0 &&
		ah_policy_load(&again, ah_slice_make(text, len), NULL) == AH_OK;
	if (!ok)
		printf("  wanted %s\n  got    %s\n", wanted, text != NULL ? text : "nothing");
	ah_text_free(text);
	return ok;
}

static void a_nitro_policy_lists_the_image(void)
{
	ah_claims c = nitro_claims();
	EXPECT(makes(&c, BEFORE_PLATFORMS "{\"nitro\":{\"debug\":false,\"releases\":[{\"pcrs\":{\"0\":\"" X16("a0a0a0") "\",\"1\":\"" X16("a1a1a1") "\",\"2\":\"" X16("a2a2a2")
		"\"},\"release\":\"1.0\"}],\"require_build\":true,\"require_launch\":true}}" AFTER_PLATFORMS TIMES ",\"version\":1,\"workload\":\"router\"}"));
}

static void a_signed_image_is_listed_with_its_signer(void)
{
	ah_claims c = nitro_claims();
	memset(c.of.nitro.pcrs[8], 0xa8, 48);
	EXPECT(makes(&c, BEFORE_PLATFORMS "{\"nitro\":{\"debug\":false,\"releases\":[{\"pcrs\":{\"0\":\"" X16("a0a0a0") "\",\"1\":\"" X16("a1a1a1") "\",\"2\":\"" X16("a2a2a2")
		"\",\"8\":\"" X16("a8a8a8") "\"},\"release\":\"1.0\"}],\"require_build\":true,\"require_launch\":true}}" AFTER_PLATFORMS TIMES ",\"version\":1,\"workload\":\"router\"}"));
}

static void an_snp_policy_lists_measurement_product_signer_and_reported_tcb(void)
{
	ah_claims c = snp_claims();
	EXPECT(makes(&c, BEFORE_PLATFORMS "{\"sev-snp\":{\"alias_check\":true,\"allow_masked_chip_id\":false,\"debug\":false,\"min_report_version\":3,"
		"\"products\":[\"Turin\"],\"releases\":[{\"measurement\":\"" HEX48("d") "\",\"release\":\"1.0\"}],\"signers\":[\"vcek\"],\"strict_platform_info\":false,"
		"\"tcb_floors\":[{\"bl\":2,\"fmc\":1,\"product\":\"Turin\",\"snp\":4,\"tee\":3,\"ucode\":5}],\"vmpl\":1}}" AFTER_PLATFORMS TIMES
		",\"version\":1,\"workload\":\"router\"}"));
}

static void what_was_seen_is_allowed_even_where_the_default_is_stricter(void)
{
	ah_claims c = snp_claims();
	AH_AUTO_PTR(ah_policy) p = NULL;
	c.debug = true;
	c.of.snp.version = 2;
	c.of.snp.platform_info = 0;
	c.of.snp.product = AH_SNP_MILAN;
	c.of.snp.reported_tcb.has_fmc = false;
	c.of.snp.signer = AH_SNP_VLEK;
	c.of.snp.chip_id_masked = true;
	EXPECT_OK(ah_policy_init_from(&p, &c, "router", "1.0", AT, NULL));
	EXPECT(p->snp.debug && p->snp.min_report_version == 2 && !p->snp.alias_check && !p->snp.allow_masked_chip_id);
	EXPECT(p->snp.signer_vlek && !p->snp.signer_vcek && p->snp.products[AH_SNP_MILAN] && !p->snp.floors[0].tcb.has_fmc);
	EXPECT(!p->simulated_roots.present && p->require_revocation);
	AH_AUTO_PTR(ah_policy) q = NULL;
	c.of.snp.version = 3; /* this version can say that the alias check was done, and does not */
	EXPECT_OK(ah_policy_init_from(&q, &c, "router", "1.0", AT, NULL));
	EXPECT(q->snp.min_report_version == 3 && !q->snp.alias_check);
}

static void the_root_of_simulated_evidence_is_listed(void)
{
	ah_claims c = nitro_claims();
	c.hardware = false;
	memset(c.root_sha256, 0x66, sizeof c.root_sha256);
	EXPECT(makes(&c, BEFORE_PLATFORMS "{\"nitro\":{\"debug\":false,\"releases\":[{\"pcrs\":{\"0\":\"" X16("a0a0a0") "\",\"1\":\"" X16("a1a1a1") "\",\"2\":\"" X16("a2a2a2")
		"\"},\"release\":\"1.0\"}],\"require_build\":true,\"require_launch\":true}}" AFTER_PLATFORMS "\"simulated_roots\":[\"" HEX32("6") "\"]," TIMES ",\"version\":1,\"workload\":\"router\"}"));
}

static void debug_evidence_of_nitro_has_no_measurement_to_list(void)
{
	for (unsigned pcr = 0; pcr <= 2; pcr++) {
		ah_claims c = nitro_claims();
		ah_policy *p = NULL;
		ah_fault why = { .err = AH_OK };
		c.debug = true;
		memset(c.of.nitro.pcrs[pcr], 0, 48);
		EXPECT_ERR(ah_policy_init_from(&p, &c, "router", "1.0", AT, &why), AH_ERR_POLICY_ZERO_MEASUREMENT);
		EXPECT(p == NULL && why.err == AH_ERR_POLICY_ZERO_MEASUREMENT);
	}
	ah_claims c = snp_claims();
	ah_policy *p = NULL;
	memset(c.of.snp.measurement, 0, sizeof c.of.snp.measurement);
	EXPECT_ERR(ah_policy_init_from(&p, &c, "router", "1.0", AT, NULL), AH_ERR_POLICY_ZERO_MEASUREMENT);
	EXPECT(p == NULL);
}

static void names_outside_of_their_form_are_arguments(void)
{
	static const struct { const char *workload, *release; ah_err err; } rows[] = {
		{ "a", "1", AH_OK }, { HEX32("a"), HEX32("b"), AH_OK }, { "az09.-", " ~", AH_OK },
		{ "", "1", AH_ERR_ARGUMENT }, { HEX32("a") "a", "1", AH_ERR_ARGUMENT }, { "A", "1", AH_ERR_ARGUMENT }, { "a b", "1", AH_ERR_ARGUMENT }, { "a_b", "1", AH_ERR_ARGUMENT },
		{ "a", "", AH_ERR_ARGUMENT }, { "a", HEX32("b") "b", AH_ERR_ARGUMENT }, { "a", "1\n", AH_ERR_ARGUMENT }, { "a", "1\x7f", AH_ERR_ARGUMENT },
		{ "a", "\"1\"", AH_ERR_ARGUMENT }, { "a", "1\\", AH_ERR_ARGUMENT }, { "a", "\xc3\xa9", AH_ERR_ARGUMENT },
	};
	ah_claims c = nitro_claims();
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		AH_AUTO_PTR(ah_policy) p = NULL;
		ah_fault why = { .err = AH_OK };
		EXPECT_ERR(ah_policy_init_from(&p, &c, rows[i].workload, rows[i].release, AT, &why), rows[i].err);
		EXPECT((p == NULL) == (rows[i].err != AH_OK) && why.err == rows[i].err);
	}
	ah_test_count(sizeof rows / sizeof rows[0]);
}

static void times_that_no_document_can_say_are_arguments(void)
{
	ah_claims c = nitro_claims();
	/* date -u -d 9999-12-31T23:59:59Z +%s, less 90 days */
	static const struct { int64_t at_s; ah_err err; } rows[] = {
		{ 0, AH_OK }, { INT64_C(253402300799) - 90 * 86400, AH_OK }, { -1, AH_ERR_ARGUMENT }, { INT64_C(253402300799) - 90 * 86400 + 1, AH_ERR_ARGUMENT },
		{ INT64_MAX, AH_ERR_ARGUMENT }, { INT64_MIN, AH_ERR_ARGUMENT },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		AH_AUTO_PTR(ah_policy) p = NULL;
		EXPECT_ERR(ah_policy_init_from(&p, &c, "a", "1", rows[i].at_s, NULL), rows[i].err);
	}
	ah_test_count(sizeof rows / sizeof rows[0]);
}

static void claims_that_no_policy_can_state_are_arguments(void)
{
	ah_policy *p = NULL;
	ah_claims host = snp_claims(), none = snp_claims(), unsigned_report = snp_claims(), other = snp_claims(), uneven = nitro_claims();
	host.of.snp.vmpl = UINT32_MAX;
	none.of.snp.product = AH_SNP_PRODUCT_NONE;
	unsigned_report.of.snp.signer = AH_SNP_SIGNER_NONE;
	other.platform = AH_PLATFORM_TDX;
	uneven.of.nitro.pcr_len[1] = 32;
	const ah_claims *rows[] = { &host, &none, &unsigned_report, &other, &uneven };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		EXPECT_ERR(ah_policy_init_from(&p, rows[i], "a", "1", AT, NULL), AH_ERR_ARGUMENT);
		EXPECT(p == NULL);
	}
	ah_test_count(sizeof rows / sizeof rows[0]);
}

static const ah_test_case cases[] = {
	AH_TEST(a_nitro_policy_lists_the_image),
	AH_TEST(a_signed_image_is_listed_with_its_signer),
	AH_TEST(an_snp_policy_lists_measurement_product_signer_and_reported_tcb),
	AH_TEST(what_was_seen_is_allowed_even_where_the_default_is_stricter),
	AH_TEST(the_root_of_simulated_evidence_is_listed),
	AH_TEST(debug_evidence_of_nitro_has_no_measurement_to_list),
	AH_TEST(names_outside_of_their_form_are_arguments),
	AH_TEST(times_that_no_document_can_say_are_arguments),
	AH_TEST(claims_that_no_policy_can_state_are_arguments),
};
AH_TEST_MAIN(cases)
