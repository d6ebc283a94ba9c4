/* Slices, buffers and the bounded reader: exact at every limit, sticky after the first error. */
#include "base/fault.h"
#include "base/reader.h"
#include "support/test.h"

static void equality_looks_at_every_byte_and_at_the_length(void)
{
	uint8_t a[64], b[64];
	for (size_t i = 0; i < sizeof a; i++)
		a[i] = b[i] = (uint8_t)(i * 7);
	EXPECT(ah_equal(AH_SLICE_OF(a), AH_SLICE_OF(b)));
	for (size_t bit = 0; bit < 8 * sizeof a; bit++) {
		b[bit / 8] ^= (uint8_t)(1u << bit % 8);
		EXPECT_MSG(!ah_equal(AH_SLICE_OF(a), AH_SLICE_OF(b)), "bit %zu is not compared", bit);
		EXPECT(!ah_slice_is(AH_SLICE_OF(a), AH_SLICE_OF(b)));
		b[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	EXPECT(!ah_equal(AH_SLICE_OF(a), ah_slice_make(b, 63)));
	EXPECT(ah_equal((ah_slice){ NULL, 0 }, (ah_slice){ NULL, 0 }));
	EXPECT(!ah_equal((ah_slice){ NULL, 0 }, ah_slice_make(b, 1)));
}

static void order_and_zero_are_bytewise(void)
{
	EXPECT(ah_slice_compare(ah_slice_text("abc"), ah_slice_text("abd")) < 0);
	EXPECT(ah_slice_compare(ah_slice_text("ab"), ah_slice_text("abc")) < 0);
	EXPECT(ah_slice_compare(ah_slice_text("b"), ah_slice_text("abc")) > 0);
	EXPECT(ah_slice_compare(ah_slice_text("abc"), ah_slice_text("abc")) == 0);
	EXPECT(ah_slice_compare((ah_slice){ NULL, 0 }, (ah_slice){ NULL, 0 }) == 0);
	EXPECT(ah_slice_is_text(AH_SLICE_LITERAL("abc"), "abc"));
	static const uint8_t zero[5] = { 0 }, one[5] = { 0, 0, 0, 0, 1 };
	EXPECT(ah_slice_is_zero(AH_SLICE_OF(zero)) && !ah_slice_is_zero(AH_SLICE_OF(one)) && ah_slice_is_zero((ah_slice){ NULL, 0 }));
}

static void buffer_stops_exactly_at_its_limit(void)
{
	AH_AUTO(ah_buf) b = AH_BUF(1000);
	for (int i = 0; i < 1000; i++)
		EXPECT_OK(ah_buf_append_byte(&b, (uint8_t)i));
	EXPECT_ERR(ah_buf_append_byte(&b, 1), AH_ERR_LIMIT);
	EXPECT_ERR(ah_buf_reserve(&b, SIZE_MAX), AH_ERR_LIMIT);
	EXPECT_ERR(ah_buf_append_hex(&b, ah_slice_text("a")), AH_ERR_LIMIT);
	EXPECT(b.len == 1000 && b.ptr[999] == (uint8_t)999);
	ah_buf_clear(&b);
	EXPECT(b.len == 0 && b.cap == 1000);
	EXPECT_OK(ah_buf_append(&b, (ah_slice){ NULL, 0 }));
}

static void buffer_writes_what_it_says(void)
{
	AH_AUTO(ah_buf) b = AH_BUF(100);
	EXPECT_OK(ah_buf_append_be16(&b, 0x0102));
	EXPECT_OK(ah_buf_append_be32(&b, 0x03040506));
	EXPECT_OK(ah_buf_append_be64(&b, UINT64_C(0x0708090a0b0c0d0e)));
	static const uint8_t wanted[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14 };
	EXPECT_BYTES(ah_buf_slice(&b), AH_SLICE_OF(wanted));
	ah_buf_clear(&b);
	EXPECT_OK(ah_buf_append_hex(&b, ah_slice_make("\x00\xff\x1a", 3)));
	EXPECT_OK(ah_buf_append_text(&b, "-"));
	EXPECT_OK(ah_buf_printf(&b, "%d %s", 12, "x"));
	EXPECT_BYTES(ah_buf_slice(&b), ah_slice_text("00ff1a-12 x"));
}

static void reader_reads_both_byte_orders(void)
{
	static const uint8_t in[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };
	ah_reader r = { .in = AH_SLICE_OF(in) };
	EXPECT(ah_read_u8(&r) == 1 && ah_read_le16(&r) == 0x0302 && ah_read_le32(&r) == 0x07060504);
	EXPECT(ah_read_le64(&r) == UINT64_C(0x0f0e0d0c0b0a0908));
	EXPECT_OK(ah_reader_finish(&r));
	r = (ah_reader){ .in = AH_SLICE_OF(in) };
	EXPECT(ah_read_peek(&r) == 1 && ah_read_u8(&r) == 1 && ah_read_be16(&r) == 0x0203 && ah_read_be32(&r) == 0x04050607);
	EXPECT(ah_read_be64(&r) == UINT64_C(0x08090a0b0c0d0e0f) && ah_reader_left(&r) == 0);
	EXPECT_OK(ah_reader_finish(&r));
}

static void reader_is_sticky_after_the_first_error(void)
{
	static const uint8_t in[] = { 1, 2, 3 };
	uint8_t out[8] = { 9, 9, 9, 9, 9, 9, 9, 9 };
	ah_reader r = { .in = AH_SLICE_OF(in) };
	EXPECT(ah_read_u8(&r) == 1);
	EXPECT(ah_read_le32(&r) == 0 && r.err == AH_ERR_TRUNCATED && r.err_off == 1);
	EXPECT(ah_read_u8(&r) == 0 && ah_reader_left(&r) == 0 && ah_read_peek(&r) == 0);
	ah_reader_fail(&r, AH_ERR_FORMAT);
	ah_read_array(&r, out, sizeof out);
	EXPECT(ah_slice_is_zero(AH_SLICE_OF(out)));
	EXPECT(ah_read_bytes(&r, 0).ptr == NULL);
	EXPECT_ERR(ah_reader_finish(&r), AH_ERR_TRUNCATED);

	r = (ah_reader){ .in = AH_SLICE_OF(in) };
	EXPECT(ah_read_bytes(&r, SIZE_MAX).len == 0 && r.err == AH_ERR_TRUNCATED);
	r = (ah_reader){ .in = AH_SLICE_OF(in) };
	ah_read_skip(&r, 2);
	EXPECT_ERR(ah_reader_finish(&r), AH_ERR_TRAILING);
	r = (ah_reader){ .in = { NULL, 0 } };
	EXPECT(ah_read_peek(&r) == 0 && r.err == AH_ERR_TRUNCATED);
	r = (ah_reader){ .in = { NULL, 0 } };
	EXPECT_OK(ah_reader_finish(&r));
}

static const ah_test_case cases[] = {
	AH_TEST(equality_looks_at_every_byte_and_at_the_length),
	AH_TEST(order_and_zero_are_bytewise),
	AH_TEST(buffer_stops_exactly_at_its_limit),
	AH_TEST(buffer_writes_what_it_says),
	AH_TEST(reader_reads_both_byte_orders),
	AH_TEST(reader_is_sticky_after_the_first_error),
};
AH_TEST_MAIN(cases)
