/* PEM: text made by python3 base64 and openssl read and written, each deviation of the strict form refused. */
#include "codec/pem.h"
#include "support/test.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The bytes 0..99, base64 by python3 base64 in lines of 64. */
static const char block[] =
	"-----BEGIN CERTIFICATE-----\n"
	"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4v\n"
	"MDEyMzQ1Njc4OTo7PD0+P0BBQkNERUZHSElKS0xNTk9QUVJTVFVWV1hZWltcXV5f\n"
	"YGFiYw==\n"
	"-----END CERTIFICATE-----\n";

static void fill_counting(uint8_t out[static 100])
{
	for (size_t i = 0; i < 100; i++)
		out[i] = (uint8_t)i;
}

static void a_block_is_read_and_written_in_lines_of_64(void)
{
	uint8_t bytes[100];
	bool found = false;
	ah_slice rest = ah_slice_text(block), label;
	AH_AUTO(ah_buf) out = AH_BUF(100), text = AH_BUF(512);
	fill_counting(bytes);
	EXPECT(ah_pem_detect(rest));
	EXPECT_OK(ah_pem_next(&rest, &found, &label, &out));
	EXPECT(found && rest.len == 0 && ah_slice_is_text(label, "CERTIFICATE"));
	EXPECT_BYTES(ah_buf_slice(&out), AH_SLICE_OF(bytes));
	EXPECT_OK(ah_pem_write(&text, "CERTIFICATE", AH_SLICE_OF(bytes)));
	EXPECT_BYTES(ah_buf_slice(&text), ah_slice_text(block));
	EXPECT_OK(ah_pem_next(&rest, &found, &label, &out));
	EXPECT(!found);
}

static void blocks_follow_each_other_with_text_between_them(void)
{
	static const char text[] =
		"subject=a\r\n-- not a mark\n-----BEGIN X509 CRL-----\r\nYQ==\r\n-----END X509 CRL-----\r\n\n\n caption -----BEGIN in the middle\n"
		"-----BEGIN A-B C-----\nYWJj\nZGVm\n-----END A-B C-----\n-----BEGIN X-----\nYQ==\n-----END X-----";
	static const char *const labels[] = { "X509 CRL", "A-B C", "X" }, *const contents[] = { "a", "abcdef", "a" };
	ah_slice rest = ah_slice_text(text), label;
	bool found = false;
	for (size_t i = 0; i < COUNT(labels); i++) {
		AH_AUTO(ah_buf) out = AH_BUF(16);
		EXPECT_OK(ah_pem_next(&rest, &found, &label, &out));
		EXPECT(found);
		EXPECT_BYTES(label, ah_slice_text(labels[i]));
		EXPECT_BYTES(ah_buf_slice(&out), ah_slice_text(contents[i]));
	}
	AH_AUTO(ah_buf) out = AH_BUF(16);
	EXPECT_OK(ah_pem_next(&rest, &found, &label, &out));
	EXPECT(!found && rest.len == 0 && out.len == 0);
}

static void detection_looks_at_line_starts_only(void)
{
	EXPECT(ah_pem_detect(ah_slice_text("-----BEGIN X")) && ah_pem_detect(ah_slice_text("a\n\n-----BEGIN ")) && ah_pem_detect(ah_slice_text("a\r\n-----BEGIN X-----")));
	EXPECT(!ah_pem_detect(ah_slice_text("")) && !ah_pem_detect((ah_slice){ NULL, 0 }) && !ah_pem_detect(ah_slice_text(" -----BEGIN X-----\n")));
	EXPECT(!ah_pem_detect(ah_slice_text("-----BEGIN")) && !ah_pem_detect(ah_slice_text("-----END X-----\n")) && !ah_pem_detect(AH_SLICE_LITERAL("\x30\x82\n\0\n")));
}

static void every_deviation_is_refused_and_leaves_nothing(void)
{
	static const char *const bad[] = {
		"-----BEGIN X-----\nYQ==\n", "-----BEGIN X-----\nYQ==\n-----END X----", "-----BEGIN X-----\nYQ==\n-----END Y-----\n", "-----BEGIN X-----",
		"-----BEGIN X-----\n", "-----BEGIN X-----\n-----END X-----\n", "-----BEGIN X-----\n\nYQ==\n-----END X-----\n", "-----BEGIN X-----\nYQ==\n\n-----END X-----\n",
		"-----BEGIN X-----\nYQ==\nYQ==\n-----END X-----\n", "-----BEGIN X-----\nYQ==YQ==\n-----END X-----\n", "-----BEGIN X-----\nYQ\n-----END X-----\n",
		"-----BEGIN X-----\nYQ\n==\n-----END X-----\n", "-----BEGIN X-----\n YQ==\n-----END X-----\n", "-----BEGIN X-----\nYQ== \n-----END X-----\n",
		"-----BEGIN X-----\nYWJ\njYWJj\n-----END X-----\n", "-----BEGIN X-----\nYR==\n-----END X-----\n", "-----BEGIN X-----\nY_8=\n-----END X-----\n",
		"-----BEGIN X----- \nYQ==\n-----END X-----\n", "-----BEGIN X-----\nYQ==\n-----END X----- \n", "-----BEGIN X-----\nYQ==\n -----END X-----\n",
		"-----BEGIN X-----\nYQ==-----END X-----\n", "-----BEGIN X-----YQ==\n-----END X-----\n", "-----BEGIN X----\nYQ==\n-----END X----\n",
		"-----BEGIN -----\nYQ==\n-----END -----\n", "-----BEGIN  X-----\nYQ==\n-----END  X-----\n", "-----BEGIN X -----\nYQ==\n-----END X -----\n",
		"-----BEGIN A  B-----\nYQ==\n-----END A  B-----\n", "-----BEGIN \x80-----\nYQ==\n-----END \x80-----\n", "-----BEGIN X-----\rYQ==\r-----END X-----\r",
		"-----BEGIN X-----\nProc-Type: 4,ENCRYPTED\n\nYQ==\n-----END X-----\n", "-----BEGIN X-----\n-----BEGIN X-----\nYQ==\n-----END X-----\n",
		"-----END X-----\n-----BEGIN X-----\nYQ==\n-----END X-----\n", "-----BEGIN X-----\nYQ==\r\r\n-----END X-----\n", "-----BEGIN X-----\n====\n-----END X-----\n",
	};
	for (size_t i = 0; i < COUNT(bad); i++) {
		AH_AUTO(ah_buf) out = AH_BUF(64);
		ah_slice rest = ah_slice_text(bad[i]), label = { NULL, 7 };
		bool found = true;
		EXPECT_OK(ah_buf_append_text(&out, "kept"));
		EXPECT_MSG(ah_pem_next(&rest, &found, &label, &out) == AH_ERR_TEXT, "accepted: %s", bad[i]);
		EXPECT(found && label.len == 7 && rest.len == strlen(bad[i]));
		EXPECT_BYTES(ah_buf_slice(&out), AH_SLICE_LITERAL("kept"));
	}
	ah_test_count(COUNT(bad));
}

static void a_cut_at_any_byte_is_an_error_or_nothing(void)
{
	for (size_t len = 0; len + 1 < sizeof block - 1; len++) { /* without the last line's end the block is whole */
		AH_AUTO(ah_buf) out = AH_BUF(100);
		ah_slice rest = ah_slice_make(block, len), label;
		bool found = true;
		bool opened = len >= strlen("-----BEGIN ");
		EXPECT_ERR(ah_pem_next(&rest, &found, &label, &out), opened ? AH_ERR_TEXT : AH_OK);
		EXPECT((opened || !found) && out.len == 0);
	}
	ah_test_count(sizeof block - 2);
}

static void the_buffer_is_the_limit(void)
{
	for (size_t max = 99; max <= 100; max++) {
		AH_AUTO(ah_buf) out = AH_BUF(max);
		ah_slice rest = ah_slice_text(block), label;
		bool found = false;
		EXPECT_ERR(ah_pem_next(&rest, &found, &label, &out), max == 100 ? AH_OK : AH_ERR_LIMIT);
		EXPECT(out.len == (max == 100 ? 100 : 0));
	}
	uint8_t bytes[100];
	fill_counting(bytes);
	AH_AUTO(ah_buf) exact = AH_BUF(sizeof block - 1), tight = AH_BUF(sizeof block - 2);
	EXPECT_OK(ah_pem_write(&exact, "CERTIFICATE", AH_SLICE_OF(bytes)));
	EXPECT_ERR(ah_pem_write(&tight, "CERTIFICATE", AH_SLICE_OF(bytes)), AH_ERR_LIMIT);
	EXPECT(tight.len == 0);
}

static void lines_of_any_whole_number_of_groups_are_read(void)
{
	for (size_t groups = 1; groups <= 34; groups++) {
		uint8_t bytes[100];
		AH_AUTO(ah_buf) text = AH_BUF(1024), out = AH_BUF(100);
		static const char flat_text[] =
			"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4v"
			"MDEyMzQ1Njc4OTo7PD0+P0BBQkNERUZHSElKS0xNTk9QUVJTVFVWV1hZWltcXV5fYGFiYw==";
		ah_slice flat = ah_slice_text(flat_text);
		EXPECT_OK(ah_buf_append_text(&text, "-----BEGIN X-----\n"));
		for (size_t off = 0; off < flat.len; off += 4 * groups) {
			EXPECT_OK(ah_buf_append(&text, ah_slice_sub(flat, off, flat.len - off < 4 * groups ? flat.len - off : 4 * groups)));
			EXPECT_OK(ah_buf_append_byte(&text, '\n'));
		}
		EXPECT_OK(ah_buf_append_text(&text, "-----END X-----\n"));
		ah_slice rest = ah_buf_slice(&text), label;
		bool found = false;
		fill_counting(bytes);
		EXPECT_OK(ah_pem_next(&rest, &found, &label, &out));
		EXPECT(found);
		EXPECT_BYTES(ah_buf_slice(&out), AH_SLICE_OF(bytes));
	}
}

static const ah_test_case cases[] = {
	AH_TEST(a_block_is_read_and_written_in_lines_of_64),
	AH_TEST(blocks_follow_each_other_with_text_between_them),
	AH_TEST(detection_looks_at_line_starts_only),
	AH_TEST(every_deviation_is_refused_and_leaves_nothing),
	AH_TEST(a_cut_at_any_byte_is_an_error_or_nothing),
	AH_TEST(the_buffer_is_the_limit),
	AH_TEST(lines_of_any_whole_number_of_groups_are_read),
};
AH_TEST_MAIN(cases)
