/*
 * Reading the two documents that Intel signs, TCB info and QE identity, and the file that carries them. Internal to this folder.
 *
 * Each object is read with a table of its members: every member of the table once, in any order, none missing unless it is optional. A member
 * that no table knows is counted and skipped: Intel adds some over the years, and it has signed them.
 */
#ifndef AH_PLATFORMS_TDX_DOCUMENTS_H
#define AH_PLATFORMS_TDX_DOCUMENTS_H

#include "codec/json.h"
#include "platforms/tdx/tcb.h"

#define AH__DOCUMENT_PATH_MAX 64

typedef struct ah__document {
	ah_json json;
	const char *step;            /* of faults, static */
	ah_err missing;              /* what an absent member is */
	size_t unknown_members;
	ah_fault *why;
	char path[AH__DOCUMENT_PATH_MAX]; /* "tcbLevels[3].tcb.pcesvn", for people; cut when longer */
	size_t path_len;
} ah__document;

typedef struct ah__member {
	const char *name;
	ah_err (*read)(ah__document *d, void *into); /* takes exactly one value; NULL: the value is known and not needed */
	bool optional;
} ah__member;

/* A member that must have exactly this text as its value, quotes included: what makes a document one of its kind. */
typedef struct ah__kind {
	const char *name, *value;
} ah__kind;

/*
 * Check the text (ah_json_open) and stand before its one value, which must be an object. d is filled but for json.
 * errors: AH_ERR_COLLATERAL_MALFORMED, AH_ERR_TOO_LARGE, AH_ERR_NOMEM.
 */
AH_MUST_USE ah_err ah__document_open(ah__document *d, ah_slice text, int flags);
/* All of these members are there with these values. errors: AH_ERR_COLLATERAL_KIND. Takes nothing. */
AH_MUST_USE ah_err ah__document_check_kind(const ah__document *d, const ah__kind *kinds, size_t count);
AH_MUST_USE ah_err ah__document_finish(ah__document *d);

/* Objects and arrays; errors: those of the read functions, d->missing, AH_ERR_COLLATERAL_MALFORMED. An element function bounds its index itself. */
AH_MUST_USE ah_err ah__document_object(ah__document *d, const ah__member *members, size_t count, void *into);
AH_MUST_USE ah_err ah__document_array(ah__document *d, ah_err (*element)(ah__document *d, size_t index, void *into), void *into, size_t *count);

/* AH_ERR_COLLATERAL_MALFORMED with the path; AH_ERR_TOO_LARGE with the path. */
AH_MUST_USE ah_err ah__document_refuse(const ah__document *d, const char *what);
AH_MUST_USE ah_err ah__document_too_many(const ah__document *d, size_t max);

/* Values. errors: AH_ERR_COLLATERAL_MALFORMED. Hex in either case: Intel writes both. */
AH_MUST_USE ah_err ah__document_text(ah__document *d, ah_slice *out);
AH_MUST_USE ah_err ah__document_hex(ah__document *d, uint8_t *out, size_t out_len);
AH_MUST_USE ah_err ah__document_unsigned(ah__document *d, uint32_t max, uint32_t *out);
AH_MUST_USE ah_err ah__document_time(ah__document *d, int64_t *out_s);
/* Hex digits of either case, exactly 2 * out_len of them. */
bool ah__hex_any_case(uint8_t *out, size_t out_len, ah_slice text);

/* -- What the levels of both documents share. A level of a module or of the QE: {"tcb": {"isvsvn": n}, "tcbDate", "tcbStatus", "advisoryIDs"?} -- */

typedef struct ah__level_place {
	ah_tdx_level *level;
	char (*advisories)[AH_TDX_ADVISORY_TEXT_MAX + 1]; /* AH_TDX_ADVISORIES_MAX of them: the table of the document */
	size_t *advisory_count;
} ah__level_place;

/* Members of a level; into is an ah__level_place. */
AH_MUST_USE ah_err ah__level_read_date(ah__document *d, void *into);
AH_MUST_USE ah_err ah__level_read_status(ah__document *d, void *into);
AH_MUST_USE ah_err ah__level_read_advisories(ah__document *d, void *into);
/* One whole level of a module or of the QE. Its status is UpToDate, OutOfDate or Revoked: step 13 has no rule for others. */
AH_MUST_USE ah_err ah__isv_level_read(ah__document *d, ah__level_place *place);
/* Highest first. False when two are equal. */
bool ah__isv_levels_sort(ah_tdx_level *levels, size_t count);
bool ah__levels_sort(ah_tdx_level *levels, size_t count, int (*compare)(const ah_tdx_level *a, const ah_tdx_level *b));

/*
 * The documents, from exactly their signed bytes. *out comes zeroed; on error its content is unspecified.
 * errors: AH_ERR_COLLATERAL_MALFORMED, AH_ERR_COLLATERAL_KIND, AH_ERR_TOO_LARGE (also: more levels, modules or advisories than the limits), AH_ERR_NOMEM.
 */
AH_MUST_USE ah_err ah__tdx_tcb_info_parse(ah_tdx_tcb_info *out, ah_slice text, ah_fault *why);
AH_MUST_USE ah_err ah__tdx_qe_identity_parse(ah_tdx_qe_identity *out, ah_slice text, ah_fault *why);

#endif
