/* See check.h. */
#include "base/check.h"

#include "base/fault.h"

#include <stdarg.h>
#include <stdio.h>

#define AH_ERR_0 AH_OK /* "0" in checks.def: no single error */
enum {
	N = AH_CHECK_ON_NITRO, S = AH_CHECK_ON_SNP, T = AH_CHECK_ON_TDX, NST = N | S | T,
	E = AH_CHECK_ON_ENVELOPE, I = AH_CHECK_ON_EVENT, B = AH_CHECK_ON_BUNDLE, P = AH_CHECK_ON_PIN
};

const ah_check_info ah_check_infos[AH_CHECK_COUNT] = {
#define AH_CHECK(symbol, id, platforms, error, title, specification) \
	[AH_CHECK_##symbol] = { id, platforms, AH_ERR_##error, title, specification },
#include <anchorhold/checks.def>
#undef AH_CHECK
};

void ah_check_range(ah_checks *log, ah_check_id id, size_t off, size_t len)
{
	assert(off <= UINT32_MAX && len <= UINT32_MAX);
	log->rows[id].has_range = true;
	log->rows[id].off = (uint32_t)off;
	log->rows[id].len = (uint32_t)len;
}

AH_PRINTF(2, 0)
static void text(char out[static AH_CHECK_TEXT_MAX], const char *format, va_list args)
{
	if (vsnprintf(out, AH_CHECK_TEXT_MAX, format, args) < 0)
		out[0] = '\0';
	for (char *c = out; *c != '\0'; c++)
		if ((unsigned char)*c < 0x20 || (unsigned char)*c > 0x7e)
			*c = '?';
}

void ah_check_got(ah_checks *log, ah_check_id id, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	text(log->rows[id].got, format, args);
	va_end(args);
}

void ah_check_wanted(ah_checks *log, ah_check_id id, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	text(log->rows[id].wanted, format, args);
	va_end(args);
}

static void hex(char out[static AH_CHECK_TEXT_MAX], ah_slice bytes)
{
	static const char digits[] = "0123456789abcdef";
	const size_t room = (AH_CHECK_TEXT_MAX - 3) / 2; /* "..", NUL */
	size_t count = bytes.len <= room ? bytes.len : room;
	char *c = out;
	for (size_t i = 0; i < count; i++) {
		*c++ = digits[bytes.ptr[i] >> 4];
		*c++ = digits[bytes.ptr[i] & 15];
	}
	if (count < bytes.len) {
		*c++ = '.';
		*c++ = '.';
	}
	*c = '\0';
}

void ah_check_got_hex(ah_checks *log, ah_check_id id, ah_slice bytes)
{
	hex(log->rows[id].got, bytes);
}

void ah_check_wanted_hex(ah_checks *log, ah_check_id id, ah_slice bytes)
{
	hex(log->rows[id].wanted, bytes);
}

size_t ah_check_difference(const char *got, const char *wanted, size_t head)
{
	size_t common = 0;
	while (got[common] != '\0' && got[common] == wanted[common])
		common++;
	return common < head || got[common] == '\0' || wanted[common] == '\0' ? 0 : common - head / 2;
}

/* Two values share what the words around them leave of a fault's detail, the NUL aside. */
#define DETAIL_MAX (sizeof((ah_fault *)NULL)->detail - 1)
#define VALUES_MAX (DETAIL_MAX - (sizeof "got , wanted " - 1))
#define SHOWN_HEAD 28

/* At most room characters of it; ".." stands for what is left out, after a whole word where there are words. */
static void cut(char out[static DETAIL_MAX + 1], size_t room, const char *text, size_t from)
{
	const char *before = from != 0 ? ".." : "", *rest = text + from;
	size_t len = strlen(rest), max = room - strlen(before);
	if (len <= max) {
		(void)snprintf(out, DETAIL_MAX + 1, "%s%s", before, rest);
		return;
	}
	size_t word = len = max - 2;
	while (word > 0 && rest[word] != ' ')
		word--;
	(void)snprintf(out, DETAIL_MAX + 1, "%s%.*s..", before, (int)(word > len / 2 ? word : len), rest);
}

/* Half of the room for each; what one does not need is the other's. */
static void explain_both(ah_fault *why, ah_err err, const char *step, size_t off, const ah_check_row *row)
{
	char got[DETAIL_MAX + 1], wanted[DETAIL_MAX + 1];
	size_t got_len = strlen(row->got), wanted_len = strlen(row->wanted), half = VALUES_MAX / 2, from = 0;
	if (got_len + wanted_len > VALUES_MAX)
		from = ah_check_difference(row->got, row->wanted, SHOWN_HEAD);
	size_t got_room = wanted_len < half ? VALUES_MAX - wanted_len : got_len < half ? got_len : half;
	cut(got, got_room, row->got, from);
	cut(wanted, VALUES_MAX - strlen(got), row->wanted, from);
	(void)ah_fault_at(why, err, step, off, "got %s, wanted %s", got, wanted);
}

static void explain(ah_fault *why, ah_check_id id, const ah_check_row *row, ah_err err)
{
	const char *step = ah_check_infos[id].id;
	size_t off = row->has_range ? row->off : AH_NO_OFFSET;
	char got[DETAIL_MAX + 1];
	if (row->got[0] != '\0' && row->wanted[0] != '\0') {
		explain_both(why, err, step, off, row);
	} else if (row->got[0] != '\0') {
		cut(got, DETAIL_MAX - (sizeof "got " - 1), row->got, 0);
		(void)ah_fault_at(why, err, step, off, "got %s", got);
	} else {
		(void)ah_fault_at(why, err, step, off, "not so: %s", ah_check_infos[id].title);
	}
}

ah_err ah_check(ah_checks *log, ah_check_id id, bool ok, ah_err err, ah_fault *why)
{
	ah_check_row *row = &log->rows[id];
	assert(err != AH_OK);
	if (ok || !ah__check_is_enforced(id)) {
		if (row->status != AH_CHECK_FAIL)
			row->status = AH_CHECK_PASS;
		return AH_OK;
	}
	if (row->status != AH_CHECK_FAIL) {
		row->status = AH_CHECK_FAIL;
		row->err = err;
	}
	if (log->first_err == AH_OK) {
		log->first_err = err;
		log->first_failed = id;
	}
	explain(why, id, row, err);
	return err;
}

void ah_check_skip(ah_checks *log, ah_check_id id, const char *reason)
{
	ah_check_row *row = &log->rows[id];
	if (row->status != AH_CHECK_NOT_REACHED)
		return;
	row->status = AH_CHECK_NOT_CHECKED;
	row->reason = reason;
}
