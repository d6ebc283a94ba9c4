/*
 * Any bytes as a collateral file. What is refused has a fault, what is accepted can be judged at any time without harm, and judged twice gives one answer. The bytes
 * also serve as each of the two signed documents, which real files carry behind escapes.
 */
#include "fuzz.h"

#include "platforms/tdx/collateral.h"
#include "platforms/tdx/documents.h"

#include <stdio.h>
#include <stdlib.h>

#define WITHIN_REAL_COLLATERAL_S 1751587200

static void claim(int holds, const char *what)
{
	if (holds)
		return;
	(void)fprintf(stderr, "does not hold: %s\n", what);
	abort();
}

/* One for the whole run: what it remembers must not change an answer. */
static ah_verifier *shared_verifier(void)
{
	static ah_verifier *v;
	if (v == NULL)
		claim(ah_verifier_new(&v, NULL) == AH_OK, "a verifier is made");
	return v;
}

static void check_levels(const ah_tdx_level *levels, size_t count, size_t max)
{
	claim(count >= 1 && count <= max, "a document has levels, within the limit");
	for (size_t i = 0; i < count; i++)
		claim(levels[i].status >= AH_TDX_TCB_UP_TO_DATE && levels[i].status <= AH_TDX_TCB_REVOKED, "a level has a status of Intel's");
}

static void check_tcb_info(const ah_tdx_tcb_info *info, const ah_tdx_qe_identity *identity)
{
	uint8_t svn[16] = { 4, 1, 7 }, highest[16];
	memset(highest, 0xff, sizeof highest);
	check_levels(info->levels, info->level_count, AH_TDX_LEVELS_MAX);
	for (size_t i = 0; i < info->module_count; i++)
		check_levels(info->modules[i].levels, info->modules[i].level_count, AH_TDX_MODULE_LEVELS_MAX);
	if (identity == NULL)
		return;
	check_levels(identity->levels, identity->level_count, AH_TDX_QE_LEVELS_MAX);
	const ah_tdx_tcb_input input = { .pck_components = highest, .pcesvn = UINT16_MAX, .tee_tcb_svn = svn, .tee_tcb_svn2 = highest, .qe_isvsvn = UINT16_MAX };
	ah_tdx_tcb_result result;
	ah_err err = ah_tdx_tcb_evaluate(&result, info, identity, &input, NULL);
	claim(err == AH_ERR_TCB_UNSUPPORTED || err == AH_ERR_TDX_MODULE || err == AH_OK, "an evaluation has one of its answers");
	claim(err != AH_OK || (result.merged != AH_TDX_TCB_NONE && result.current != AH_TDX_TCB_NONE), "an evaluation has a status");
}

static void check_documents(ah_slice in)
{
	static ah_tdx_tcb_info info;
	static ah_tdx_qe_identity identity;
	ah_fault why = { .err = AH_OK };
	memset(&info, 0, sizeof info);
	memset(&identity, 0, sizeof identity);
	ah_err err = ah__tdx_tcb_info_parse(&info, in, &why);
	claim(err == why.err, "the fault is the error");
	if (err == AH_OK)
		check_tcb_info(&info, NULL);
	why = (ah_fault){ .err = AH_OK };
	err = ah__tdx_qe_identity_parse(&identity, in, &why);
	claim(err == why.err, "the fault is the error");
	if (err == AH_OK)
		check_levels(identity.levels, identity.level_count, AH_TDX_QE_LEVELS_MAX);
}

static ah_err judge(ah_tdx_collateral *c, const ah_roots *roots, int64_t now_s)
{
	static ah_checks log;
	const ah_root *root = NULL;
	int64_t expiry_s = 0;
	ah_fault why = { .err = AH_OK };
	memset(&log, 0, sizeof log);
	ah_err err = ah_tdx_collateral_verify(c, shared_verifier(), roots, now_s, &log, &root, &expiry_s, &why);
	claim(err == why.err && err == log.first_err, "a refusal has a fault and a row");
	claim(err != AH_OK || (root != NULL && expiry_s >= now_s), "what verifies has a root and has not expired");
	return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AH_AUTO_PTR(ah_tdx_collateral) c = NULL;
	ah_fault why = { .err = AH_OK };
	ah_roots roots;
	check_documents(ah_slice_make(data, size));
	ah_err err = ah_tdx_collateral_parse(&c, ah_slice_make(data, size), &why);
	claim(err == why.err && (err == AH_OK) == (c != NULL), "the fault is the error, and an object is given only without one");
	if (err != AH_OK)
		return 0;
	check_tcb_info(&c->tcb_info, &c->qe_identity);
	ah_roots_init(&roots);
	(void)judge(c, &roots, 0);
	err = judge(c, &roots, WITHIN_REAL_COLLATERAL_S);
	claim(judge(c, &roots, WITHIN_REAL_COLLATERAL_S) == err, "the same question has the same answer");
	return 0;
}
