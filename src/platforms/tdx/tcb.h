/*
 * TCB levels and statuses, pure: which level a platform, its TDX module and its quoting enclave reach, and what that makes together.
 * Intel QVL 4.1.2.5; docs/protocol/tdx.md, "TCB".
 */
#ifndef AH_PLATFORMS_TDX_TCB_H
#define AH_PLATFORMS_TDX_TCB_H

#include "base/limits.h"
#include "base/slice.h"
#include <anchorhold/claims.h>
#include <anchorhold/error.h>

/* ah_tdx_tcb_status is in <anchorhold/claims.h>. */

/* One level of TCB info, or (components unused) of a module or of the QE identity. */
typedef struct ah_tdx_level {
	uint8_t sgx[16], tdx[16];
	uint16_t pcesvn;
	uint16_t isvsvn;             /* module and QE levels */
	int64_t date_s;
	ah_tdx_tcb_status status;
	uint32_t advisories;         /* bit i: advisory i of the owning document's table */
} ah_tdx_level;

typedef struct ah_tdx_module_identity {
	uint8_t version;             /* "TDX_01" -> 1 */
	uint8_t mrsigner[48], attributes[8], attributes_mask[8];
	size_t level_count;
	ah_tdx_level levels[AH_TDX_MODULE_LEVELS_MAX];
} ah_tdx_module_identity;

typedef struct ah_tdx_tcb_info {
	int64_t issue_s, next_update_s;
	uint8_t fmspc[6], pceid[2];
	uint32_t evaluation;         /* tcbEvaluationDataNumber */
	uint8_t module_mrsigner[48], module_attributes[8], module_attributes_mask[8];
	size_t module_count;
	ah_tdx_module_identity modules[AH_TDX_MODULES_MAX];
	size_t level_count;
	ah_tdx_level levels[AH_TDX_LEVELS_MAX]; /* sorted: sgx, pcesvn, tdx descending; equal ones were refused */
	size_t advisory_count;
	char advisories[AH_TDX_ADVISORIES_MAX][AH_TDX_ADVISORY_TEXT_MAX + 1];
	size_t unknown_members;      /* signed members that this version does not know: reported */
} ah_tdx_tcb_info;

typedef struct ah_tdx_qe_identity {
	int64_t issue_s, next_update_s;
	uint32_t evaluation;
	uint32_t miscselect, miscselect_mask;
	uint8_t attributes[16], attributes_mask[16], mrsigner[32];
	uint16_t isvprodid;
	size_t level_count;
	ah_tdx_level levels[AH_TDX_QE_LEVELS_MAX]; /* isvsvn descending */
	size_t advisory_count;
	char advisories[AH_TDX_ADVISORIES_MAX][AH_TDX_ADVISORY_TEXT_MAX + 1];
	size_t unknown_members;
} ah_tdx_qe_identity;

/* Intel's spelling to status: false for any other text. The relaunch statuses are ours to compute, never Intel's to say: refused too. */
bool ah_tdx_tcb_status_parse(ah_tdx_tcb_status *out, ah_slice text);

/* What is evaluated. */
typedef struct ah_tdx_tcb_input {
	const uint8_t *pck_components; /* 16 */
	uint16_t pcesvn;
	const uint8_t *tee_tcb_svn;    /* 16: launch */
	const uint8_t *tee_tcb_svn2;   /* 16: current; NULL in TD 1.0 */
	uint16_t qe_isvsvn;
} ah_tdx_tcb_input;

typedef struct ah_tdx_tcb_result {
	ah_tdx_tcb_status platform, module, qe, launch, current, merged; /* module and current: AH_TDX_TCB_NONE when not evaluated */
	int64_t date_s;              /* the oldest tcbDate of the levels that were matched */
	uint32_t info_advisories, qe_advisories; /* bits in the two documents' tables */
} ah_tdx_tcb_result;

/*
 * Steps 11 to 14 of docs/protocol/tdx.md: level of the platform (components from index 2 when tee_tcb_svn[1] > 0), of the module, of the QE; merge;
 * the same with tee_tcb_svn2, and the relaunch advice.
 * errors: AH_ERR_TCB_UNSUPPORTED (no level is low enough; detail says whose), AH_ERR_TDX_MODULE (no identity for the module's version).
 */
AH_MUST_USE ah_err ah_tdx_tcb_evaluate(ah_tdx_tcb_result *out, const ah_tdx_tcb_info *info, const ah_tdx_qe_identity *identity, const ah_tdx_tcb_input *input,
                                       ah_fault *why);

/* The module identity for tee_tcb_svn[1]: NULL for version 0 (tdxModule counts) ; *found false when the version is above 0 and unknown. */
const ah_tdx_module_identity *ah_tdx_module_for(const ah_tdx_tcb_info *info, uint8_t version, bool *found);

#endif
