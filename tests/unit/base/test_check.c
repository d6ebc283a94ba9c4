/* The check log: a failing condition stays failed, the first failure is remembered, texts are safe to print. */
#include "base/check.h"
#include "support/test.h"

#include <ctype.h>

static ah_checks checks; /* large; zeroed by each case */

static void every_check_has_id_title_and_source(void)
{
	for (size_t i = 0; i < AH_CHECK_COUNT; i++) {
		const ah_check_info *info = &ah_check_infos[i];
		EXPECT(info->id != NULL && info->title[0] != '\0' && info->specification[0] != '\0');
		EXPECT_MSG(info->platforms != 0, "%s belongs to no platform", info->id);
		for (const char *c = info->id; *c != '\0'; c++)
			EXPECT_MSG(islower((unsigned char)*c) || isdigit((unsigned char)*c) || *c == '.' || *c == '_', "%s", info->id);
		for (size_t other = 0; other < i; other++)
			EXPECT_MSG(strcmp(ah_check_infos[other].id, info->id) != 0, "%s stands twice", info->id);
	}
}

static void failing_condition_is_never_overwritten(void)
{
	ah_fault why = { 0 };
	memset(&checks, 0, sizeof checks);
	EXPECT_OK(ah_check(&checks, AH_CHECK_SNP_RESERVED, true, AH_ERR_RESERVED, &why));
	EXPECT(checks.rows[AH_CHECK_SNP_RESERVED].status == AH_CHECK_PASS && why.err == AH_OK);
	ah_check_range(&checks, AH_CHECK_SNP_RESERVED, 0x4c, 4);
	ah_check_got(&checks, AH_CHECK_SNP_RESERVED, "%02x", 1);
	ah_check_wanted(&checks, AH_CHECK_SNP_RESERVED, "00");
	EXPECT_ERR(ah_check(&checks, AH_CHECK_SNP_RESERVED, false, AH_ERR_RESERVED, &why), AH_ERR_RESERVED);
	EXPECT(why.err == AH_ERR_RESERVED && why.offset == 0x4c && strcmp(why.step, "snp.reserved") == 0);
	EXPECT(strcmp(why.detail, "got 01, wanted 00") == 0);
	EXPECT_OK(ah_check(&checks, AH_CHECK_SNP_RESERVED, true, AH_ERR_RESERVED, NULL));
	ah_check_skip(&checks, AH_CHECK_SNP_RESERVED, "no");
	EXPECT(checks.rows[AH_CHECK_SNP_RESERVED].status == AH_CHECK_FAIL);

	EXPECT_ERR(ah_check(&checks, AH_CHECK_DEBUG, false, AH_ERR_DEBUG, NULL), AH_ERR_DEBUG);
	EXPECT(checks.first_err == AH_ERR_RESERVED && checks.first_failed == AH_CHECK_SNP_RESERVED);
}

static void skipped_row_says_why_until_it_is_checked(void)
{
	memset(&checks, 0, sizeof checks);
	ah_check_skip(&checks, AH_CHECK_REVOCATION, "no CRL given");
	EXPECT(checks.rows[AH_CHECK_REVOCATION].status == AH_CHECK_NOT_CHECKED);
	EXPECT(strcmp(checks.rows[AH_CHECK_REVOCATION].reason, "no CRL given") == 0);
	EXPECT_OK(ah_check(&checks, AH_CHECK_VMPL, true, AH_ERR_VMPL, NULL));
	ah_check_skip(&checks, AH_CHECK_VMPL, "x");
	EXPECT(checks.rows[AH_CHECK_VMPL].status == AH_CHECK_PASS);
}

static void texts_are_cut_and_printable(void)
{
	uint8_t bytes[100];
	memset(&checks, 0, sizeof checks);
	memset(bytes, 0xab, sizeof bytes);
	ah_check_got_hex(&checks, AH_CHECK_BINDING_REPORT_DATA, ah_slice_make(bytes, 64));
	EXPECT(strlen(checks.rows[AH_CHECK_BINDING_REPORT_DATA].got) == 128);
	ah_check_wanted_hex(&checks, AH_CHECK_BINDING_REPORT_DATA, ah_slice_make(bytes, 65));
	const char *wanted = checks.rows[AH_CHECK_BINDING_REPORT_DATA].wanted;
	EXPECT(strlen(wanted) == 130 && strcmp(wanted + 128, "..") == 0);
	ah_check_got(&checks, AH_CHECK_DEBUG, "a\x1b\n%0500d", 7);
	EXPECT(strncmp(checks.rows[AH_CHECK_DEBUG].got, "a??000", 6) == 0);
	EXPECT(strlen(checks.rows[AH_CHECK_DEBUG].got) == AH_CHECK_TEXT_MAX - 1);

	ah_fault why = { 0 };
	EXPECT_ERR(ah_check(&checks, AH_CHECK_MIGRATION, false, AH_ERR_MIGRATION, &why), AH_ERR_MIGRATION);
	EXPECT(strcmp(why.detail, "not so: no migration agent") == 0 && why.offset == AH_NO_OFFSET);
}

static const char *detail_of(const char *got, const char *wanted)
{
	static ah_fault why;
	why = (ah_fault){ .err = AH_OK };
	memset(&checks, 0, sizeof checks);
	ah_check_got(&checks, AH_CHECK_VMPL, "%s", got);
	ah_check_wanted(&checks, AH_CHECK_VMPL, "%s", wanted);
	return ah_check(&checks, AH_CHECK_VMPL, false, AH_ERR_VMPL, &why) == AH_ERR_VMPL ? why.detail : "";
}

#define TEN "0123456789"
#define SIXTY TEN TEN TEN TEN TEN TEN

static void a_detail_shows_where_two_values_part(void)
{
	static const struct { const char *got, *wanted, *detail; } table[] = {
		{ "issued 2026-06-01T12:00:00Z", "within 60 s of the document, 2026-06-01T12:00:00Z",
		  "got issued 2026-06-01T12:00:00Z, wanted within 60 s of the document, 2026-06-01T12:00:00Z" },
		/* Digests that part at character 65 of 67. */
		{ SIXTY "abcdX67", SIXTY "abcdY67", "got ..0123456789abcdX67, wanted ..0123456789abcdY67" },
		/* Early: both are shown from the start, half of the room for each. */
		{ "x" SIXTY, "y" SIXTY, "got x" TEN TEN TEN "01234567.., wanted y" TEN TEN TEN "01234567.." },
		{ "1", SIXTY SIXTY, "got 1, wanted " SIXTY TEN "012345678.." },
		{ SIXTY SIXTY, "", "got " SIXTY TEN TEN "012345678.." },
		{ "some words that go on and on until they no longer fit", "other words that go on and on until they do not fit",
		  "got some words that go on and on until they.., wanted other words that go on and on until.." },
		{ SIXTY, SIXTY TEN, "got " TEN TEN TEN "012345678.., wanted " TEN TEN TEN "012345678.." }, /* one ends: no place where they part */
	};
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		EXPECT_MSG(strcmp(detail_of(table[i].got, table[i].wanted), table[i].detail) == 0, "row %zu: %s", i, detail_of(table[i].got, table[i].wanted));
}

static const ah_test_case cases[] = {
	AH_TEST(a_detail_shows_where_two_values_part),
	AH_TEST(every_check_has_id_title_and_source),
	AH_TEST(failing_condition_is_never_overwritten),
	AH_TEST(skipped_row_says_why_until_it_is_checked),
	AH_TEST(texts_are_cut_and_printable),
};
AH_TEST_MAIN(cases)
