/*
 * The check log: one row per check of include/anchorhold/checks.def, filled as the evidence goes its way.
 *
 * A check is recorded with got / wanted texts and a byte range first, then decided by ah_check(), the one place where a check
 * becomes a refusal. Several conditions may share one id; the first failing one stays.
 */
#ifndef AH_BASE_CHECK_H
#define AH_BASE_CHECK_H

#include "base/slice.h"
#include <anchorhold/error.h>

typedef enum ah_check_id {
#define AH_CHECK(symbol, id, platforms, error, title, specification) AH_CHECK_##symbol,
#include <anchorhold/checks.def>
#undef AH_CHECK
	AH_CHECK_COUNT
} ah_check_id;

/* Which verdicts show a row: by platform, and by what the evidence (envelope, instance event) or the policy (bundle, pin) came in. */
enum {
	AH_CHECK_ON_NITRO = 1, AH_CHECK_ON_SNP = 2, AH_CHECK_ON_TDX = 4, AH_CHECK_ON_ENVELOPE = 8, AH_CHECK_ON_EVENT = 16, AH_CHECK_ON_BUNDLE = 32,
	AH_CHECK_ON_PIN = 64
};

/* The constant half of a row. */
typedef struct ah_check_info {
	const char *id;            /* "snp.signature" */
	unsigned platforms;        /* AH_CHECK_ON_* */
	ah_err err;                /* AH_OK when the row can fail in several ways */
	const char *title, *specification;
} ah_check_info;

extern const ah_check_info ah_check_infos[AH_CHECK_COUNT];

/* Static storage is zero: a row that nobody reached is NOT_REACHED. */
typedef enum ah_check_status { AH_CHECK_NOT_REACHED = 0, AH_CHECK_PASS, AH_CHECK_FAIL, AH_CHECK_NOT_CHECKED } ah_check_status;

/* The longest text is report_data in hex: 128 digits and NUL. */
#define AH_CHECK_TEXT_MAX 132

typedef struct ah_check_row {
	ah_check_status status;
	ah_err err;                            /* when status is FAIL */
	bool has_range;
	uint32_t off, len;                     /* bytes of the evidence that the row is about */
	const char *reason;                    /* static text, when status is NOT_CHECKED */
	char got[AH_CHECK_TEXT_MAX];           /* empty: nothing to show */
	char wanted[AH_CHECK_TEXT_MAX];
} ah_check_row;

typedef struct ah_checks {
	ah_check_row rows[AH_CHECK_COUNT];
	ah_err first_err;                      /* of the first failing check, in order of time */
	ah_check_id first_failed;              /* valid when first_err != AH_OK */
} ah_checks;

/* Note the bytes that the row is about. */
void ah_check_range(ah_checks *log, ah_check_id id, size_t off, size_t len);
/* Texts for people; cut at AH_CHECK_TEXT_MAX, non-printable bytes become '?'. */
void ah_check_got(ah_checks *log, ah_check_id id, const char *format, ...) AH_PRINTF(3, 4);
void ah_check_wanted(ah_checks *log, ah_check_id id, const char *format, ...) AH_PRINTF(3, 4);
/* Lowercase hex, cut with ".." when longer than the text. */
void ah_check_got_hex(ah_checks *log, ah_check_id id, ah_slice bytes);
void ah_check_wanted_hex(ah_checks *log, ah_check_id id, ah_slice bytes);

/*
 * From where two texts are to be shown, so that the place where they part is among the first head characters; 0 when it is there from the start, or when
 * one ends before they part.
 */
size_t ah_check_difference(const char *got, const char *wanted, size_t head);

/*
 * Decide. ok: the row becomes PASS (unless it already failed), returns AH_OK. Not ok: the row becomes FAIL with err, *why (may be NULL) is
 * filled from the row (step = the check's id, offset = its range), returns err.
 */
AH_MUST_USE ah_err ah_check(ah_checks *log, ah_check_id id, bool ok, ah_err err, ah_fault *why);

/* The row says why nothing was checked; reason is static text. A row that failed or passed stays. */
void ah_check_skip(ah_checks *log, ah_check_id id, const char *reason);

/*
 * True: the check is enforced. The library has check_enforce.c, which answers true for every id; the test build of "check deletion"
 * links tests/support/check_delete.c in its place.
 */
bool ah__check_is_enforced(ah_check_id id);

#endif
