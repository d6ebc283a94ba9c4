/* See fault.h. */
#include "base/fault.h"

#include <stdarg.h>
#include <stdio.h>

AH_PRINTF(5, 0)
static void fill(ah_fault *why, ah_err err, const char *step, size_t offset, const char *format, va_list args)
{
	if (why == NULL || why->err != AH_OK)
		return;
	why->err = err;
	why->step = step;
	why->offset = offset;
	if (vsnprintf(why->detail, sizeof why->detail, format, args) < 0)
		why->detail[0] = '\0';
	for (char *c = why->detail; *c != '\0'; c++)
		if ((unsigned char)*c < 0x20 || (unsigned char)*c > 0x7e)
			*c = '?';
}

ah_err ah_fault_at(ah_fault *why, ah_err err, const char *step, size_t offset, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	fill(why, err, step, offset, format, args);
	va_end(args);
	return err;
}

ah_err ah_fault_set(ah_fault *why, ah_err err, const char *step, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	fill(why, err, step, AH_NO_OFFSET, format, args);
	va_end(args);
	return err;
}

ah_err ah_fault_shift(ah_fault *why, size_t by, ah_err err)
{
	if (why != NULL && why->offset != AH_NO_OFFSET)
		why->offset += by;
	return err;
}
