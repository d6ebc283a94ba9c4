/*
 * Version numbers of announcements. What is compared is numbers with dots; a suffix behind "-" makes a version one of those before the release of the same
 * numbers (semver.org 9 and 11), and what stands behind "+" says nothing of order (10).
 */
#include "policy/instance_event.h"

#define NUMBERS_MAX 4
#define DIGITS_MAX  9

typedef struct version {
	uint32_t numbers[NUMBERS_MAX];
	bool is_prerelease;
} version;

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* The numbers at the beginning; *used is where they end. */
static bool read_numbers(version *out, ah_slice text, size_t *used)
{
	size_t at = 0;
	for (size_t i = 0; i < NUMBERS_MAX; i++) {
		size_t start = at;
		for (; at < text.len && is_digit(text.ptr[at]) && at - start <= DIGITS_MAX; at++)
			out->numbers[i] = 10 * out->numbers[i] + (uint32_t)(text.ptr[at] - '0');
		if (at == start || at - start > DIGITS_MAX)
			return false;
		if (at == text.len || text.ptr[at] != '.' || i + 1 == NUMBERS_MAX)
			break;
		at++;
	}
	*used = at;
	return true;
}

static bool is_suffix(ah_slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.ptr[i];
		if (!is_digit(c) && !(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z') && c != '-' && c != '.' && c != '+')
			return false;
	}
	return text.len > 1;
}

static bool read_version(version *out, ah_slice text)
{
	size_t used = 0;
	*out = (version){ .is_prerelease = false };
	if (!read_numbers(out, text, &used))
		return false;
	if (used == text.len)
		return true;
	out->is_prerelease = text.ptr[used] == '-';
	return (text.ptr[used] == '-' || text.ptr[used] == '+') && is_suffix(ah_slice_sub(text, used, text.len - used));
}

bool ah__version_is_floor(ah_slice text)
{
	size_t used = 0;
	version v = { .is_prerelease = false };
	return read_numbers(&v, text, &used) && used == text.len;
}

bool ah__version_is_at_least(ah_slice text, ah_slice floor)
{
	version v, least;
	if (!read_version(&v, text) || !read_version(&least, floor))
		return false;
	for (size_t i = 0; i < NUMBERS_MAX; i++)
		if (v.numbers[i] != least.numbers[i])
			return v.numbers[i] > least.numbers[i];
	return !v.is_prerelease || least.is_prerelease;
}
