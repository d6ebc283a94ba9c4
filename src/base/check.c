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

static void explain(ah_fault *why, ah_check_id id, const ah_check_row *row, ah_err err)
{
	const char *step = ah_check_infos[id].id;
	size_t off = row->has_range ? row->off : AH_NO_OFFSET;
	if (row->got[0] != '\0' && row->wanted[0] != '\0')
		(void)ah_fault_at(why, err, step, off, "got %.40s, wanted %.40s", row->got, row->wanted);
	else if (row->got[0] != '\0')
		(void)ah_fault_at(why, err, step, off, "got %.80s", row->got);
	else
		(void)ah_fault_at(why, err, step, off, "not so: %s", ah_check_infos[id].title);
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
