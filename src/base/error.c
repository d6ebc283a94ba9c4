/* The error table of include/anchorhold/errors.def as functions. */
#include <anchorhold/error.h>

#include <stdio.h>
#include <string.h>

struct error_row {
	ah_err err;
	const char *name, *meaning, *next_step;
};

static const struct error_row error_rows[] = {
	{ AH_OK, "OK", "Nothing failed.", "Nothing to do." },
#define AH_ERROR(number, symbol, name, meaning, next_step) { AH_ERR_##symbol, name, meaning, next_step },
#include <anchorhold/errors.def>
#undef AH_ERROR
};

#define ERROR_ROW_COUNT (sizeof error_rows / sizeof error_rows[0])

static const struct error_row *row_of(ah_err err)
{
	for (size_t i = 0; i < ERROR_ROW_COUNT; i++)
		if (error_rows[i].err == err)
			return &error_rows[i];
	return NULL;
}

const char *ah_err_name(ah_err err)
{
	const struct error_row *row = row_of(err);
	return row != NULL ? row->name : "Unknown";
}

const char *ah_err_meaning(ah_err err)
{
	const struct error_row *row = row_of(err);
	return row != NULL ? row->meaning : "This number is not in the error table.";
}

const char *ah_err_next_step(ah_err err)
{
	const struct error_row *row = row_of(err);
	return row != NULL ? row->next_step : "Run `anchorhold explain` for the list of errors.";
}

ah_err_class ah_err_class_of(ah_err err)
{
	if (err == AH_OK)
		return AH_CLASS_OK;
	return row_of(err) != NULL ? (ah_err_class)((unsigned)err / 100) : AH_CLASS_SYSTEM;
}

const char *ah_err_class_name(ah_err_class err_class)
{
	switch (err_class) {
	case AH_CLASS_OK: return "ok";
	case AH_CLASS_SYSTEM: return "system";
	case AH_CLASS_USAGE: return "usage";
	case AH_CLASS_UNOBTAINABLE: return "unobtainable";
	case AH_CLASS_MALFORMED: return "malformed";
	case AH_CLASS_UNSUPPORTED: return "unsupported";
	case AH_CLASS_NOT_GENUINE: return "not genuine";
	case AH_CLASS_NOT_ALLOWED: return "not allowed";
	case AH_CLASS_PROTOCOL: return "protocol";
	case AH_CLASS_CONFIGURATION: return "configuration";
	}
	return "unknown";
}

int ah_err_exit_code(ah_err err)
{
	switch (ah_err_class_of(err)) {
	case AH_CLASS_OK: return 0;
	case AH_CLASS_SYSTEM: return 1;
	case AH_CLASS_USAGE: return 2;
	case AH_CLASS_UNOBTAINABLE: return 40;
	case AH_CLASS_MALFORMED: return 30;
	case AH_CLASS_UNSUPPORTED: return 20;
	case AH_CLASS_NOT_GENUINE:
	case AH_CLASS_NOT_ALLOWED:
	case AH_CLASS_PROTOCOL: return 10;
	case AH_CLASS_CONFIGURATION: return 50;
	}
	return 1;
}

bool ah_err_find(ah_err *out, const char *name_or_number)
{
	for (size_t i = 0; i < ERROR_ROW_COUNT; i++) {
		char number[16];
		(void)snprintf(number, sizeof number, "%d", (int)error_rows[i].err);
		if (strcmp(error_rows[i].name, name_or_number) == 0 || strcmp(number, name_or_number) == 0) {
			*out = error_rows[i].err;
			return true;
		}
	}
	return false;
}

ah_err ah_err_at(size_t index)
{
	return index + 1 < ERROR_ROW_COUNT ? error_rows[index + 1].err : AH_OK;
}

const char *ah_version(void)
{
	return AH_VERSION_TEXT;
}
