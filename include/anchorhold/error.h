/*
 * Errors: one enum with fixed numbers in nine classes, and one fault that says where.
 *
 * The table is errors.def; names, classes, explanations and next steps all come from it, so the C names, the command line,
 * the JSON and the SDKs cannot drift apart. Numbers and names are never reused.
 */
#ifndef ANCHORHOLD_ERROR_H
#define ANCHORHOLD_ERROR_H

#include <anchorhold/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ah_err {
	AH_OK = 0,
#define AH_ERROR(number, symbol, name, meaning, next_step) AH_ERR_##symbol = (number),
#include <anchorhold/errors.def>
#undef AH_ERROR
} ah_err;

/* What the caller should do: the class is the number's hundred. */
typedef enum ah_err_class {
	AH_CLASS_OK = -1,
	AH_CLASS_SYSTEM = 0,       /*   1.. memory, files, the machine: try again or fix the machine */
	AH_CLASS_USAGE = 1,        /* 100.. the call is wrong: fix the caller */
	AH_CLASS_UNOBTAINABLE = 2, /* 200.. something needed was not there: obtain it, then retry */
	AH_CLASS_MALFORMED = 3,    /* 300.. the bytes are not what they claim to be */
	AH_CLASS_UNSUPPORTED = 4,  /* 400.. well-formed, but of a kind this version does not judge */
	AH_CLASS_NOT_GENUINE = 5,  /* 500.. no vendor hardware stands behind it: stop */
	AH_CLASS_NOT_ALLOWED = 6,  /* 600.. genuine, but the policy does not allow it: stop */
	AH_CLASS_PROTOCOL = 7,     /* 700.. the peer broke the protocol */
	AH_CLASS_CONFIGURATION = 8 /* 800.. policy, configuration or state is invalid: fix the document */
} ah_err_class;

/*
 * Where and why a call failed. Owned by the caller, may be passed as NULL, filled once at the place that knows.
 * step is static storage ("snp.verify.chain"); offset is a byte position in the input, or SIZE_MAX when there is none;
 * detail is short, printable ASCII without secrets.
 */
typedef struct ah_fault {
	ah_err err;
	const char *step;
	size_t offset;
	char detail[96];
} ah_fault;

#define AH_NO_OFFSET SIZE_MAX

/* "MeasurementNotAllowed"; "OK" for AH_OK; "Unknown" for a number that is not in the table. Static storage. */
AH_API const char *ah_err_name(ah_err err);

/* The class of err. A number that is not in the table is AH_CLASS_SYSTEM. */
AH_API ah_err_class ah_err_class_of(ah_err err);

/* "not genuine" etc.; static storage. */
AH_API const char *ah_err_class_name(ah_err_class err_class);

/* One paragraph: what the error means. Static storage, never NULL. */
AH_API const char *ah_err_meaning(ah_err err);

/* One sentence: what to do next. Static storage, never NULL. */
AH_API const char *ah_err_next_step(ah_err err);

/* Find an error by name ("TCBBelowFloor", exact case) or by decimal number ("601"); false when there is none. */
AH_API bool ah_err_find(ah_err *out, const char *name_or_number);

/* Walk the table: the error at position index in order of number, AH_OK past the end. */
AH_API ah_err ah_err_at(size_t index);

/* The exit code of a command that ends with err: 0, 1, 2, 10, 20, 30, 40 or 50 (docs/exit-codes.md). */
AH_API int ah_err_exit_code(ah_err err);

#ifdef __cplusplus
}
#endif
#endif
