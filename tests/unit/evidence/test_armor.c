/* Text forms of evidence: what counts as hex, as base64, as neither. */
#include "base/limits.h"
#include "support/test.h"
#include <anchorhold/evidence.h>

static void expect_text(const char *text, size_t text_len, const char *wanted, size_t wanted_len)
{
	uint8_t *out = NULL;
	size_t len = 0;
	EXPECT_OK(ah_evidence_from_text(&out, &len, ah_slice_make(text, text_len), NULL));
	bool same = ah_slice_is(ah_slice_make(out, len), ah_slice_make(wanted, wanted_len));
	ah_bytes_free(out);
	EXPECT_MSG(same, "\"%.40s\" gave %zu bytes", text, len);
}
#define EXPECT_TEXT(text, wanted) expect_text(text, sizeof(text) - 1, wanted, sizeof(wanted) - 1)

static void hex_is_decoded(void)
{
	EXPECT_TEXT("deadbeef", "\xde\xad\xbe\xef");
	EXPECT_TEXT("DEADbeef\n", "\xde\xad\xbe\xef");
	EXPECT_TEXT("0xdeadbeef", "\xde\xad\xbe\xef");
	EXPECT_TEXT(" de ad\r\n\tbe ef ", "\xde\xad\xbe\xef");
}

static void base64_is_decoded(void)
{
	EXPECT_TEXT("hEShATgi", "\x84\x44\xa1\x01\x38\x22");
	EXPECT_TEXT("hESh\r\nATgi\n", "\x84\x44\xa1\x01\x38\x22");
	EXPECT_TEXT("/+8=", "\xff\xef");
}

/* "8444aabb" is eight base64 characters too; as hex it is a document, and hex it is. "hEShATgi" cannot be hex. */
static void text_that_is_both_is_what_a_platform_recognises(void)
{
	EXPECT_TEXT("8444aabb", "\x84\x44\xaa\xbb");
	EXPECT_TEXT("0000aabb", "\x00\x00\xaa\xbb"); /* neither is evidence: hex comes first */
}

static void other_bytes_are_copied(void)
{
	EXPECT_TEXT("", "");
	EXPECT_TEXT(" \n", " \n");
	EXPECT_TEXT("dead beef!", "dead beef!");
	EXPECT_TEXT("abc", "abc");
	EXPECT_TEXT("hE Sh", "hE Sh");           /* spaces are no line breaks */
	EXPECT_TEXT("\x84\x44\xa1\x01", "\x84\x44\xa1\x01");
	EXPECT_TEXT("\x00\xff\x10", "\x00\xff\x10");
}

static void a_megabyte_is_the_limit(void)
{
	static uint8_t text[AH_EVIDENCE_MAX + 1];
	uint8_t *out = NULL;
	size_t len = 0;
	memset(text, 'a', sizeof text);
	EXPECT_OK(ah_evidence_from_text(&out, &len, ah_slice_make(text, AH_EVIDENCE_MAX), NULL));
	ah_bytes_free(out);
	EXPECT(len == AH_EVIDENCE_MAX / 2);
	out = NULL;
	EXPECT_ERR(ah_evidence_from_text(&out, &len, AH_SLICE_OF(text), NULL), AH_ERR_TOO_LARGE);
	EXPECT(out == NULL);
}

static const ah_test_case cases[] = {
	AH_TEST(hex_is_decoded),
	AH_TEST(base64_is_decoded),
	AH_TEST(text_that_is_both_is_what_a_platform_recognises),
	AH_TEST(other_bytes_are_copied),
	AH_TEST(a_megabyte_is_the_limit),
};
AH_TEST_MAIN(cases)
