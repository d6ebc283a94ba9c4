/*
 * See text.h. Hex and base64 per RFC 4648, times per RFC 3339, UTF-8 per RFC 3629.
 *
 * Decoders write behind the end of the buffer and count the bytes in only when all of the text was good, so a refused text leaves no trace.
 * Digits are decoded without branches: their values are as good as random, so that the processor would guess every other branch wrong.
 */
#include "codec/text.h"

#include "base/fault.h"

#define DAY_S       86400
/* Proleptic Gregorian: days from 0001-01-01 to 1970-01-01, and the cycles in which leap years come. */
#define EPOCH_DAYS  719162
#define YEAR_DAYS   365
#define DAYS_4      (4 * YEAR_DAYS + 1)
#define DAYS_100    (25 * DAYS_4 - 1)
#define DAYS_400    (4 * DAYS_100 + 1)
#define YEAR_1_S    (-(int64_t)EPOCH_DAYS * DAY_S)
#define YEAR_9999_S 253402300799 /* 9999-12-31T23:59:59Z */
#define TIME_LEN    20

#define IS_HEX     0x10
#define HEX(value) (IS_HEX | (value))

/* The value of each digit, with the flag; 0 for what is none. */
static const uint8_t hex_digits[256] = {
	['0'] = HEX(0), ['1'] = HEX(1), ['2'] = HEX(2), ['3'] = HEX(3), ['4'] = HEX(4), ['5'] = HEX(5), ['6'] = HEX(6), ['7'] = HEX(7),
	['8'] = HEX(8), ['9'] = HEX(9), ['a'] = HEX(10), ['b'] = HEX(11), ['c'] = HEX(12), ['d'] = HEX(13), ['e'] = HEX(14), ['f'] = HEX(15),
};

static bool is_hex(ah_slice text)
{
	unsigned flag = IS_HEX;
	for (size_t i = 0; i < text.len; i++)
		flag &= hex_digits[text.ptr[i]];
	return flag != 0 && text.len % 2 == 0;
}

static void hex_to_bytes(uint8_t *out, ah_slice text)
{
	for (size_t i = 0; i < text.len / 2; i++)
		out[i] = (uint8_t)((unsigned)hex_digits[text.ptr[2 * i]] << 4 | (hex_digits[text.ptr[2 * i + 1]] & 15u));
}

ah_err ah_hex_decode_exact(uint8_t *out, size_t out_len, ah_slice text)
{
	if (text.len / 2 != out_len || !is_hex(text))
		return AH_ERR_TEXT;
	hex_to_bytes(out, text);
	return AH_OK;
}

ah_err ah_hex_decode(ah_buf *out, ah_slice text)
{
	if (!is_hex(text))
		return AH_ERR_TEXT;
	AH_TRY(ah_buf_reserve(out, text.len / 2));
	if (text.len != 0)
		hex_to_bytes(out->ptr + out->len, text);
	out->len += text.len / 2;
	return AH_OK;
}

#define IN_STANDARD 0x40
#define IN_URL_SAFE 0x80
#define BOTH(value) (IN_STANDARD | IN_URL_SAFE | (value))

/* The two alphabets differ in the digits 62 and 63, and in the padding. */
typedef struct alphabet {
	char digits[65];
	bool padded;
	uint8_t flag;
} alphabet;

static const alphabet standard = { "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", true, IN_STANDARD };
static const alphabet url_safe = { "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", false, IN_URL_SAFE };

/* The value of each digit, with the flags of the alphabets that have it; 0 for what is none. */
static const uint8_t base64_digits[256] = {
	['A'] = BOTH(0), ['B'] = BOTH(1), ['C'] = BOTH(2), ['D'] = BOTH(3), ['E'] = BOTH(4), ['F'] = BOTH(5), ['G'] = BOTH(6), ['H'] = BOTH(7),
	['I'] = BOTH(8), ['J'] = BOTH(9), ['K'] = BOTH(10), ['L'] = BOTH(11), ['M'] = BOTH(12), ['N'] = BOTH(13), ['O'] = BOTH(14), ['P'] = BOTH(15),
	['Q'] = BOTH(16), ['R'] = BOTH(17), ['S'] = BOTH(18), ['T'] = BOTH(19), ['U'] = BOTH(20), ['V'] = BOTH(21), ['W'] = BOTH(22), ['X'] = BOTH(23),
	['Y'] = BOTH(24), ['Z'] = BOTH(25), ['a'] = BOTH(26), ['b'] = BOTH(27), ['c'] = BOTH(28), ['d'] = BOTH(29), ['e'] = BOTH(30), ['f'] = BOTH(31),
	['g'] = BOTH(32), ['h'] = BOTH(33), ['i'] = BOTH(34), ['j'] = BOTH(35), ['k'] = BOTH(36), ['l'] = BOTH(37), ['m'] = BOTH(38), ['n'] = BOTH(39),
	['o'] = BOTH(40), ['p'] = BOTH(41), ['q'] = BOTH(42), ['r'] = BOTH(43), ['s'] = BOTH(44), ['t'] = BOTH(45), ['u'] = BOTH(46), ['v'] = BOTH(47),
	['w'] = BOTH(48), ['x'] = BOTH(49), ['y'] = BOTH(50), ['z'] = BOTH(51), ['0'] = BOTH(52), ['1'] = BOTH(53), ['2'] = BOTH(54), ['3'] = BOTH(55),
	['4'] = BOTH(56), ['5'] = BOTH(57), ['6'] = BOTH(58), ['7'] = BOTH(59), ['8'] = BOTH(60), ['9'] = BOTH(61),
	['+'] = IN_STANDARD | 62, ['/'] = IN_STANDARD | 63, ['-'] = IN_URL_SAFE | 62, ['_'] = IN_URL_SAFE | 63,
};

/* Take the padding off: exactly as much as the length needs, or none at all where the alphabet has none. */
static bool strip_padding(ah_slice *text, const alphabet *a)
{
	if (!a->padded)
		return text->len % 4 != 1;
	if (text->len % 4 != 0)
		return false;
	for (int i = 0; i < 2 && text->len != 0 && text->ptr[text->len - 1] == '='; i++)
		*text = ah_slice_sub(*text, 0, text->len - 1);
	return text->len % 4 != 1;
}

static ah_err base64_decode(ah_buf *out, ah_slice text, const alphabet *a)
{
	if (!strip_padding(&text, a))
		return AH_ERR_TEXT;
	size_t len = text.len / 4 * 3 + (text.len % 4 != 0 ? text.len % 4 - 1 : 0);
	AH_TRY(ah_buf_reserve(out, len));
	const uint8_t *const digits = base64_digits;
	unsigned flags = a->flag, bits = 0;
	size_t i = 0, at = out->len;
	for (; text.len - i >= 4; i += 4) {
		unsigned a0 = digits[text.ptr[i]], a1 = digits[text.ptr[i + 1]], a2 = digits[text.ptr[i + 2]], a3 = digits[text.ptr[i + 3]];
		flags &= a0 & a1 & a2 & a3;
		bits = (a0 & 63) << 18 | (a1 & 63) << 12 | (a2 & 63) << 6 | (a3 & 63);
		out->ptr[at++] = (uint8_t)(bits >> 16);
		out->ptr[at++] = (uint8_t)(bits >> 8);
		out->ptr[at++] = (uint8_t)bits;
	}
	bits = 0;
	for (unsigned shift = 18; i < text.len; i++, shift -= 6) {
		flags &= digits[text.ptr[i]];
		bits |= (digits[text.ptr[i]] & 63u) << shift;
	}
	for (; at < out->len + len; bits <<= 8)
		out->ptr[at++] = (uint8_t)(bits >> 16);
	/* RFC 4648 3.5: bits beyond the last byte must be zero, or several texts would stand for the same bytes. */
	if (flags != a->flag || (bits & 0xffffff) != 0)
		return AH_ERR_TEXT;
	assert(at == out->len + len);
	out->len = at;
	return AH_OK;
}

static ah_err base64_encode(ah_buf *out, ah_slice bytes, const alphabet *a)
{
	size_t groups = bytes.len / 3, rest = bytes.len % 3;
	if (groups >= SIZE_MAX / 4)
		return AH_ERR_LIMIT;
	size_t tail = rest == 0 ? 0 : a->padded ? 4 : rest + 1;
	AH_TRY(ah_buf_reserve(out, groups * 4 + tail));
	for (size_t i = 0; i < bytes.len; i += 3) {
		size_t left = bytes.len - i;
		uint32_t bits = (uint32_t)bytes.ptr[i] << 16;
		if (left > 1)
			bits |= (uint32_t)bytes.ptr[i + 1] << 8;
		if (left > 2)
			bits |= bytes.ptr[i + 2];
		size_t digits = left > 2 ? 4 : left + 1;
		for (size_t d = 0; d < digits; d++)
			out->ptr[out->len++] = (uint8_t)a->digits[bits >> (18 - 6 * d) & 63];
		for (size_t d = digits; d < 4 && a->padded; d++)
			out->ptr[out->len++] = '=';
	}
	return AH_OK;
}

ah_err ah_base64_decode(ah_buf *out, ah_slice text) { return base64_decode(out, text, &standard); }
ah_err ah_base64_encode(ah_buf *out, ah_slice bytes) { return base64_encode(out, bytes, &standard); }
ah_err ah_base64url_decode(ah_buf *out, ah_slice text) { return base64_decode(out, text, &url_safe); }
ah_err ah_base64url_encode(ah_buf *out, ah_slice bytes) { return base64_encode(out, bytes, &url_safe); }

static bool is_leap_year(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in_month(int year, int month)
{
	static const int days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	return month == 2 && is_leap_year(year) ? 29 : days[month - 1];
}

bool ah_time_from_civil(int64_t *out_s, int year, int month, int day, int hour, int minute, int second)
{
	if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
		return false;
	if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
		return false;
	int before = year - 1;
	int64_t days = (int64_t)before * YEAR_DAYS + before / 4 - before / 100 + before / 400 - EPOCH_DAYS + day - 1;
	for (int m = 1; m < month; m++)
		days += days_in_month(year, m);
	*out_s = days * DAY_S + hour * 3600 + minute * 60 + second;
	return true;
}

ah_civil ah_time_to_civil(int64_t t_s)
{
	if (t_s < YEAR_1_S)
		t_s = YEAR_1_S;
	if (t_s > YEAR_9999_S)
		t_s = YEAR_9999_S;
	int64_t since_year_1 = t_s - YEAR_1_S;
	int days = (int)(since_year_1 / DAY_S), of_day = (int)(since_year_1 % DAY_S);
	int eras = days / DAYS_400;
	days %= DAYS_400;
	/* The last day of a leap cycle would start a fifth century or year that does not exist: it belongs to the fourth. */
	int centuries = days / DAYS_100 < 4 ? days / DAYS_100 : 3;
	days -= centuries * DAYS_100;
	int fours = days / DAYS_4;
	days %= DAYS_4;
	int ones = days / YEAR_DAYS < 4 ? days / YEAR_DAYS : 3;
	days -= ones * YEAR_DAYS;
	ah_civil c = { .year = eras * 400 + centuries * 100 + fours * 4 + ones + 1, .month = 1 };
	while (days >= days_in_month(c.year, c.month))
		days -= days_in_month(c.year, c.month++);
	c.day = days + 1;
	c.hour = of_day / 3600;
	c.minute = of_day / 60 % 60;
	c.second = of_day % 60;
	return c;
}

/* The text against a form: 'd' stands for any digit, everything else for itself. */
static bool has_form(ah_slice text, const char *form, size_t form_len)
{
	if (text.len != form_len)
		return false;
	for (size_t i = 0; i < form_len; i++) {
		bool digit = text.ptr[i] >= '0' && text.ptr[i] <= '9';
		if (form[i] == 'd' ? !digit : text.ptr[i] != (uint8_t)form[i])
			return false;
	}
	return true;
}

static int number_at(ah_slice text, size_t off, size_t digits)
{
	int v = 0;
	for (size_t i = off; i < off + digits; i++)
		v = v * 10 + (text.ptr[i] - '0');
	return v;
}

ah_err ah_time_parse(int64_t *out_s, ah_slice text)
{
	int64_t t_s = 0;
	if (!has_form(text, "dddd-dd-ddTdd:dd:ddZ", TIME_LEN))
		return AH_ERR_TEXT;
	if (!ah_time_from_civil(&t_s, number_at(text, 0, 4), number_at(text, 5, 2), number_at(text, 8, 2), number_at(text, 11, 2),
		    number_at(text, 14, 2), number_at(text, 17, 2)))
		return AH_ERR_TEXT;
	if (t_s < 0)
		return AH_ERR_TEXT;
	*out_s = t_s;
	return AH_OK;
}

static void put_number(char *out, int value, size_t digits)
{
	for (size_t i = digits; i > 0; i--, value /= 10)
		out[i - 1] = (char)('0' + value % 10);
}

void ah_time_format(char out[static 21], int64_t t_s)
{
	ah_civil c = ah_time_to_civil(t_s < 0 ? 0 : t_s);
	memcpy(out, "0000-00-00T00:00:00Z", TIME_LEN + 1);
	put_number(out, c.year, 4);
	put_number(out + 5, c.month, 2);
	put_number(out + 8, c.day, 2);
	put_number(out + 11, c.hour, 2);
	put_number(out + 14, c.minute, 2);
	put_number(out + 17, c.second, 2);
}

static bool is_continuation(ah_slice text, size_t off)
{
	return off < text.len && (text.ptr[off] & 0xc0) == 0x80;
}

/*
 * The length of the well-formed sequence at off, 0 when there is none. RFC 3629 4: the second byte has a narrower range after E0 (overlong),
 * ED (surrogates), F0 (overlong) and F4 (above U+10FFFF).
 */
static size_t utf8_sequence(ah_slice text, size_t off)
{
	uint8_t first = text.ptr[off];
	if (first < 0x80)
		return 1;
	if (first < 0xc2 || first > 0xf4 || !is_continuation(text, off + 1))
		return 0;
	uint8_t second = text.ptr[off + 1];
	if (first < 0xe0)
		return 2;
	if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f))
		return 0;
	if (!is_continuation(text, off + 2))
		return 0;
	if (first < 0xf0)
		return 3;
	if ((first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f))
		return 0;
	return is_continuation(text, off + 3) ? 4 : 0;
}

/* How many bytes from off on are ASCII, counted in words of eight: nearly everything is. */
static size_t ascii_words(ah_slice text, size_t off)
{
	size_t len = 0;
	while (text.len - off - len >= sizeof(uint64_t) && (ah_slice_word(text, off + len) & UINT64_C(0x8080808080808080)) == 0)
		len += sizeof(uint64_t);
	return len;
}

size_t ah_utf8_prefix(ah_slice text)
{
	size_t off = 0;
	while (off < text.len) {
		off += ascii_words(text, off);
		if (off == text.len)
			break;
		size_t len = utf8_sequence(text, off);
		if (len == 0)
			return off;
		off += len;
	}
	return off;
}

bool ah_utf8_is_valid(ah_slice text)
{
	return ah_utf8_prefix(text) == text.len;
}
