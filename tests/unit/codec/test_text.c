/* Hex, base64, times, UTF-8: the vectors of the RFCs, the C library's calendar as a second opinion, and every non-canonical form refused. */
#include "codec/text.h"
#include "support/test.h"

#include <time.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void hex_is_lowercase_and_of_even_length(void)
{
	static const uint8_t wanted[] = { 0x00, 0x1f, 0xa9, 0xff };
	uint8_t exact[4] = { 0 };
	EXPECT_OK(ah_hex_decode_exact(exact, sizeof exact, ah_slice_text("001fa9ff")));
	EXPECT_BYTES(AH_SLICE_OF(exact), AH_SLICE_OF(wanted));
	AH_AUTO(ah_buf) out = AH_BUF(64);
	EXPECT_OK(ah_hex_decode(&out, ah_slice_text("001fa9ff")));
	EXPECT_OK(ah_hex_decode(&out, ah_slice_text("")));
	EXPECT_BYTES(ah_buf_slice(&out), AH_SLICE_OF(wanted));
	static const char *const bad[] = { "0", "001", "0G", "AB", "aB", " 0", "0 ", "0x00", "00\n", "--", "/0", ":0", "`0", "g0" };
	for (size_t i = 0; i < COUNT(bad); i++) {
		EXPECT_ERR(ah_hex_decode(&out, ah_slice_text(bad[i])), AH_ERR_TEXT);
		EXPECT_MSG(out.len == 4, "a refused text left bytes: %s", bad[i]);
	}
	ah_test_count(COUNT(bad));
}

static void hex_of_another_length_leaves_the_array_alone(void)
{
	uint8_t exact[4] = { 7, 7, 7, 7 };
	static const uint8_t untouched[] = { 7, 7, 7, 7 };
	EXPECT_ERR(ah_hex_decode_exact(exact, 4, ah_slice_text("001fa9")), AH_ERR_TEXT);
	EXPECT_ERR(ah_hex_decode_exact(exact, 4, ah_slice_text("001fa9ff00")), AH_ERR_TEXT);
	EXPECT_ERR(ah_hex_decode_exact(exact, 4, ah_slice_text("001fa9ff0")), AH_ERR_TEXT);
	EXPECT_ERR(ah_hex_decode_exact(exact, 4, ah_slice_text("001fa9fF")), AH_ERR_TEXT);
	EXPECT_ERR(ah_hex_decode_exact(exact, 4, ah_slice_text("")), AH_ERR_TEXT);
	EXPECT_BYTES(AH_SLICE_OF(exact), AH_SLICE_OF(untouched));
	EXPECT_OK(ah_hex_decode_exact(exact, 0, ah_slice_text("")));
}

static void base64_gives_the_vectors_of_rfc_4648_both_ways(void)
{
	/* RFC 4648 section 10; the last row shows the digits 62 and 63 (python3 base64). */
	const struct { ah_slice bytes; const char *text, *url; } vectors[] = {
		{ AH_SLICE_LITERAL(""), "", "" },
		{ AH_SLICE_LITERAL("f"), "Zg==", "Zg" },
		{ AH_SLICE_LITERAL("fo"), "Zm8=", "Zm8" },
		{ AH_SLICE_LITERAL("foo"), "Zm9v", "Zm9v" },
		{ AH_SLICE_LITERAL("foob"), "Zm9vYg==", "Zm9vYg" },
		{ AH_SLICE_LITERAL("fooba"), "Zm9vYmE=", "Zm9vYmE" },
		{ AH_SLICE_LITERAL("foobar"), "Zm9vYmFy", "Zm9vYmFy" },
		{ AH_SLICE_LITERAL("\xfb\xff\xbf\x00\x10\x83"), "+/+/ABCD", "-_-_ABCD" },
	};
	for (size_t i = 0; i < COUNT(vectors); i++) {
		AH_AUTO(ah_buf) text = AH_BUF(64), url = AH_BUF(64), bytes = AH_BUF(64), url_bytes = AH_BUF(64);
		EXPECT_OK(ah_base64_encode(&text, vectors[i].bytes));
		EXPECT_BYTES(ah_buf_slice(&text), ah_slice_text(vectors[i].text));
		EXPECT_OK(ah_base64url_encode(&url, vectors[i].bytes));
		EXPECT_BYTES(ah_buf_slice(&url), ah_slice_text(vectors[i].url));
		EXPECT_OK(ah_base64_decode(&bytes, ah_slice_text(vectors[i].text)));
		EXPECT_BYTES(ah_buf_slice(&bytes), vectors[i].bytes);
		EXPECT_OK(ah_base64url_decode(&url_bytes, ah_slice_text(vectors[i].url)));
		EXPECT_BYTES(ah_buf_slice(&url_bytes), vectors[i].bytes);
	}
	ah_test_count(COUNT(vectors));
}

static void base64_has_one_text_for_each_content(void)
{
	static const char *const bad[] = {
		"Zg", "Zg=", "Zg===", "Zg====", "Z", "Z===", "=", "==", "====", "Zm8", "Zm8==", "Zm9v=", "Zm9v====", "Zg==Zg==", "Zm8=Zm8=", "Z=g=", "=Zg=",
		"Zh==", "Zm9=", "Zm-_", " Zg==", "Zg== ", "Zg==\n", "Zm\n9v", "Zm9v\r\n", "Zm9vZ", "Zm9vZg", "Zm\x80v", "Zm9*", "Zm9,",
	};
	static const char *const bad_url[] = { "Zg==", "Zm8=", "Z", "Zm9vZ", "Zh", "Zm9", "Zm+/", "Zm9v=", "Zg\n", " Zm9", "Zm9v " };
	AH_AUTO(ah_buf) out = AH_BUF(64);
	for (size_t i = 0; i < COUNT(bad); i++)
		EXPECT_MSG(ah_base64_decode(&out, ah_slice_text(bad[i])) == AH_ERR_TEXT && out.len == 0, "accepted: %s", bad[i]);
	for (size_t i = 0; i < COUNT(bad_url); i++)
		EXPECT_MSG(ah_base64url_decode(&out, ah_slice_text(bad_url[i])) == AH_ERR_TEXT && out.len == 0, "accepted: %s", bad_url[i]);
	EXPECT_ERR(ah_base64_decode(&out, AH_SLICE_LITERAL("Zm\0v")), AH_ERR_TEXT);
	ah_test_count(COUNT(bad) + COUNT(bad_url));
}

/* Of the 64 (and 64 * 64) endings exactly those with zero bits behind the last byte are texts. */
static void base64_unused_bits_are_zero(void)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t one_byte = 0, two_bytes = 0;
	AH_AUTO(ah_buf) out = AH_BUF(8);
	for (size_t i = 0; i < 64; i++) {
		char text[] = { 'Z', digits[i], '=', '=', '\0' };
		if (ah_base64_decode(&out, ah_slice_text(text)) == AH_OK)
			one_byte++;
		text[1] = 'm';
		text[2] = digits[i];
		ah_buf_clear(&out);
		if (ah_base64_decode(&out, ah_slice_text(text)) == AH_OK)
			two_bytes++;
		ah_buf_clear(&out);
	}
	EXPECT(one_byte == 4 && two_bytes == 16);
}

/* The alphabets of RFC 4648, a digit at a time: every byte at every place of texts with each length of the last group. */
static void every_byte_is_its_digit_or_refused(void)
{
	static const char alphabets[3][65] = {
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
		"0123456789abcdef",
	};
	static ah_err (*const decode[3])(ah_buf *, ah_slice) = { ah_base64_decode, ah_base64url_decode, ah_hex_decode };
	static const size_t bits[3] = { 6, 6, 4 }, lengths[] = { 8, 2, 3, 6, 7, 12 };
	size_t judged = 0;
	for (size_t a = 0; a < 3; a++)
		for (size_t l = 0; l < COUNT(lengths); l++)
			for (size_t at = 0; at < lengths[l]; at++)
				for (unsigned c = 0; c < 256; c++) {
					char text[13] = { 0 };
					size_t len = lengths[l], first = at * bits[a];
					memset(text, alphabets[a][0], len);
					text[at] = (char)c;
					/* Padding and odd lengths have their own tests, and so have bits beyond the last byte. */
					bool whole = a == 2 ? len % 2 == 0 : a == 1 || len % 4 == 0;
					bool last = a != 2 && at == len - 1 && len % 4 != 0;
					if (!whole || last || c == '=')
						continue;
					AH_AUTO(ah_buf) out = AH_BUF(16);
					const char *digit = c != 0 ? strchr(alphabets[a], (int)c) : NULL;
					uint8_t wanted[10] = { 0 };
					unsigned value = digit != NULL ? (unsigned)(digit - alphabets[a]) : 0;
					for (size_t b = 0; b < bits[a]; b++)
						wanted[(first + b) / 8] |= (uint8_t)((value >> (bits[a] - 1 - b) & 1) << (7 - (first + b) % 8));
					EXPECT_ERR(decode[a](&out, ah_slice_make(text, len)), digit != NULL ? AH_OK : AH_ERR_TEXT);
					EXPECT_BYTES(ah_buf_slice(&out), ah_slice_make(wanted, digit != NULL ? len * bits[a] / 8 : 0));
					judged++;
				}
	ah_test_count(judged);
}

static void text_decoders_stop_exactly_at_the_limit_of_the_buffer(void)
{
	AH_AUTO(ah_buf) three = AH_BUF(3), two = AH_BUF(2), four = AH_BUF(4);
	EXPECT_OK(ah_base64_decode(&three, ah_slice_text("Zm9v")));
	EXPECT_ERR(ah_base64_decode(&three, ah_slice_text("Zg==")), AH_ERR_LIMIT);
	EXPECT_ERR(ah_base64_decode(&two, ah_slice_text("Zm9v")), AH_ERR_LIMIT);
	EXPECT_OK(ah_base64url_decode(&two, ah_slice_text("Zm8")));
	ah_buf_clear(&two);
	EXPECT_OK(ah_hex_decode(&two, ah_slice_text("0102")));
	EXPECT_ERR(ah_hex_decode(&two, ah_slice_text("03")), AH_ERR_LIMIT);
	EXPECT_ERR(ah_base64_encode(&four, AH_SLICE_LITERAL("abcd")), AH_ERR_LIMIT);
	EXPECT(four.len == 0);
	EXPECT_OK(ah_base64_encode(&four, AH_SLICE_LITERAL("abc")));
	EXPECT_ERR(ah_base64url_encode(&four, AH_SLICE_LITERAL("a")), AH_ERR_LIMIT);
}

/* Seconds from python3 datetime. */
static const struct { const char *text; int64_t t_s; } times[] = {
	{ "1970-01-01T00:00:00Z", 0 },
	{ "1999-12-31T23:59:59Z", 946684799 },
	{ "2000-02-29T12:34:56Z", 951827696 },
	{ "2026-11-20T09:20:31Z", 1795166431 },
	{ "2038-01-19T03:14:08Z", 2147483648 },
	{ "2100-02-28T23:59:59Z", 4107542399 },
	{ "2400-02-29T00:00:00Z", 13574563200 },
	{ "9999-12-31T23:59:59Z", 253402300799 },
};

static void times_are_read_and_written(void)
{
	for (size_t i = 0; i < COUNT(times); i++) {
		int64_t t_s = -1;
		char text[21];
		EXPECT_OK(ah_time_parse(&t_s, ah_slice_text(times[i].text)));
		EXPECT_MSG(t_s == times[i].t_s, "%s", times[i].text);
		ah_time_format(text, times[i].t_s);
		EXPECT_BYTES(ah_slice_text(text), ah_slice_text(times[i].text));
	}
	ah_test_count(COUNT(times));
}

static void times_in_another_form_are_refused(void)
{
	static const char *const bad[] = {
		"", "2026-11-20", "2026-11-20T09:20:31", "2026-11-20T09:20:31z", "2026-11-20t09:20:31Z", "2026-11-20 09:20:31Z", "2026-11-20T09:20:31+00:00",
		"2026-11-20T09:20:31.0Z", "2026-11-20T09:20Z", "+026-11-20T09:20:31Z", "02026-11-20T09:20:31Z", "2026-1-20T09:20:31ZZ", "2026-11-20T09:20:31Z ",
		" 2026-11-20T09:20:31Z", "2026-11-20T09:20:3lZ", "2026/11/20T09:20:31Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z",
		"2026-01-32T00:00:00Z", "2026-04-31T00:00:00Z", "2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2024-02-30T00:00:00Z", "2026-01-01T24:00:00Z",
		"2026-01-01T00:60:00Z", "2016-12-31T23:59:60Z", "2026-01-01T00:00:61Z", "1969-12-31T23:59:59Z", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z",
	};
	int64_t t_s = 42;
	for (size_t i = 0; i < COUNT(bad); i++)
		EXPECT_MSG(ah_time_parse(&t_s, ah_slice_text(bad[i])) == AH_ERR_TEXT && t_s == 42, "accepted: %s", bad[i]);
	ah_test_count(COUNT(bad));
}

static void the_calendar_agrees_with_the_c_library(void)
{
	/* Each day of the years 1 to 9999, at a second that wanders through the day. */
	size_t days = 0;
	for (int64_t day = -719162; day <= 2932896; day++, days++) {
		int64_t t_s = day * 86400 + (day * 7919 % 86400 + 86400) % 86400, back = 0;
		time_t t = (time_t)t_s;
		struct tm tm;
		EXPECT(gmtime_r(&t, &tm) != NULL);
		ah_civil c = ah_time_to_civil(t_s);
		EXPECT_MSG(c.year == tm.tm_year + 1900 && c.month == tm.tm_mon + 1 && c.day == tm.tm_mday && c.hour == tm.tm_hour && c.minute == tm.tm_min
			&& c.second == tm.tm_sec, "day %lld", (long long)day);
		EXPECT(ah_time_from_civil(&back, c.year, c.month, c.day, c.hour, c.minute, c.second) && back == t_s);
	}
	EXPECT(days == 3652059); /* python3: date.max.toordinal() */
}

static void times_beyond_the_calendar_are_clamped(void)
{
	char text[21];
	int64_t t_s = 0;
	ah_time_format(text, -1);
	EXPECT_BYTES(ah_slice_text(text), ah_slice_text("1970-01-01T00:00:00Z"));
	ah_time_format(text, INT64_MIN);
	EXPECT_BYTES(ah_slice_text(text), ah_slice_text("1970-01-01T00:00:00Z"));
	ah_time_format(text, 253402300800);
	EXPECT_BYTES(ah_slice_text(text), ah_slice_text("9999-12-31T23:59:59Z"));
	ah_time_format(text, INT64_MAX);
	EXPECT_BYTES(ah_slice_text(text), ah_slice_text("9999-12-31T23:59:59Z"));
	EXPECT(ah_time_to_civil(INT64_MIN).year == 1 && ah_time_to_civil(INT64_MAX).year == 9999);
	EXPECT(!ah_time_from_civil(&t_s, 0, 1, 1, 0, 0, 0) && !ah_time_from_civil(&t_s, 10000, 1, 1, 0, 0, 0));
	EXPECT(!ah_time_from_civil(&t_s, 2026, 1, 1, -1, 0, 0) && !ah_time_from_civil(&t_s, 2026, 1, 1, 0, -1, 0) && !ah_time_from_civil(&t_s, 2026, 1, 1, 0, 0, -1));
}

static void utf8_ill_formed_sequences_are_refused_where_they_start(void)
{
	const struct { ah_slice text; size_t prefix; } bad[] = {
		{ AH_SLICE_LITERAL("ab\x80"), 2 }, { AH_SLICE_LITERAL("ab\xbf"), 2 }, { AH_SLICE_LITERAL("\xc0\x80"), 0 }, { AH_SLICE_LITERAL("\xc1\xbf"), 0 },
		{ AH_SLICE_LITERAL("a\xc3"), 1 }, { AH_SLICE_LITERAL("\xc3\x28"), 0 }, { AH_SLICE_LITERAL("\xe0\x9f\xbf"), 0 }, { AH_SLICE_LITERAL("\xed\xa0\x80"), 0 },
		{ AH_SLICE_LITERAL("\xed\xbf\xbf"), 0 }, { AH_SLICE_LITERAL("\xe6\xb0"), 0 }, { AH_SLICE_LITERAL("\xf0\x8f\xbf\xbf"), 0 },
		{ AH_SLICE_LITERAL("\xf4\x90\x80\x80"), 0 }, { AH_SLICE_LITERAL("\xf5\x80\x80\x80"), 0 }, { AH_SLICE_LITERAL("\xf0\x90\x85"), 0 },
		{ AH_SLICE_LITERAL("\xfe"), 0 }, { AH_SLICE_LITERAL("\xff"), 0 }, { AH_SLICE_LITERAL("\xf8\x88\x80\x80\x80"), 0 },
	};
	for (size_t i = 0; i < COUNT(bad); i++)
		EXPECT_MSG(!ah_utf8_is_valid(bad[i].text) && ah_utf8_prefix(bad[i].text) == bad[i].prefix, "row %zu", i);
	EXPECT(ah_utf8_is_valid((ah_slice){ NULL, 0 }) && ah_utf8_is_valid(AH_SLICE_LITERAL("\0a\x7f\xc3\xbc\xe6\xb0\xb4\xf0\x90\x85\x91\xf4\x8f\xbf\xbf\xee\x80\x80")));
	ah_test_count(COUNT(bad));
}

/* Unicode has 1920 characters of two bytes, 61440 of three (surrogates left out) and 1048576 of four. */
/* ASCII is skipped in words: every byte from 0x80 on, at every place of texts around one, two and three words. */
static void utf8_is_looked_at_in_every_place(void)
{
	for (size_t len = 1; len <= 25; len++)
		for (size_t at = 0; at < len; at++)
			for (unsigned c = 0x80; c < 256; c++) {
				uint8_t text[25];
				memset(text, 'a', sizeof text);
				text[at] = (uint8_t)c;
				EXPECT(ah_utf8_prefix(ah_slice_make(text, len)) == at);
			}
	ah_test_count(25 * 26 / 2 * 128);
}

static void utf8_has_exactly_as_many_characters_as_unicode(void)
{
	size_t two = 0, three = 0, four = 0;
	for (uint32_t v = 0; v < 0x1000000; v++) {
		const uint8_t bytes[3] = { (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v };
		two += bytes[2] == 0 && bytes[0] >= 0x80 && ah_utf8_prefix(ah_slice_make(bytes, 2)) == 2 ? 1 : 0;
		three += bytes[0] >= 0xe0 && ah_utf8_is_valid(AH_SLICE_OF(bytes)) ? 1 : 0;
	}
	/* The fourth byte has 64 values of its own: its edges stand for them. */
	static const uint8_t edges[4] = { 0x7f, 0x80, 0xbf, 0xc0 };
	for (uint32_t v = 0xf00000; v < 0x1000000; v++)
		for (size_t e = 0; e < 4; e++) {
			const uint8_t bytes[4] = { (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v, edges[e] };
			four += ah_utf8_prefix(AH_SLICE_OF(bytes)) == 4 ? 1 : 0;
		}
	EXPECT_MSG(two == 1920 && three == 61440 && four == 1048576 / 64 * 2, "%zu %zu %zu", two, three, four);
}

static const ah_test_case cases[] = {
	AH_TEST(hex_is_lowercase_and_of_even_length),
	AH_TEST(hex_of_another_length_leaves_the_array_alone),
	AH_TEST(base64_gives_the_vectors_of_rfc_4648_both_ways),
	AH_TEST(base64_has_one_text_for_each_content),
	AH_TEST(base64_unused_bits_are_zero),
	AH_TEST(every_byte_is_its_digit_or_refused),
	AH_TEST(text_decoders_stop_exactly_at_the_limit_of_the_buffer),
	AH_TEST(times_are_read_and_written),
	AH_TEST(times_in_another_form_are_refused),
	AH_TEST(the_calendar_agrees_with_the_c_library),
	AH_TEST(times_beyond_the_calendar_are_clamped),
	AH_TEST(utf8_ill_formed_sequences_are_refused_where_they_start),
	AH_TEST(utf8_is_looked_at_in_every_place),
	AH_TEST(utf8_has_exactly_as_many_characters_as_unicode),
};
AH_TEST_MAIN(cases)
