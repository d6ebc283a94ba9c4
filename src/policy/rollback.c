/* Collateral that is older than what was accepted before, though validly signed: the row collateral.rollback. docs/protocol/state.md. */
#include "base/fault.h"
#include "policy/judge.h"
#include "policy/state.h"

#include <inttypes.h>
#include <stdio.h>

/* Appends lowercase hex; returns the new length. */
static size_t add_hex(char key[static AH_STATE_KEY_MAX + 1], size_t len, ah_slice bytes)
{
	static const char digits[] = "0123456789abcdef";
	assert(len + 2 * bytes.len <= AH_STATE_KEY_MAX);
	for (size_t i = 0; i < bytes.len; i++) {
		key[len++] = digits[bytes.ptr[i] >> 4];
		key[len++] = digits[bytes.ptr[i] & 15];
	}
	key[len] = '\0';
	return len;
}

/* Numbers that a simulated root vouches for are kept apart by that root: a test must not make the vendor's collateral look old. */
static ah_state_number number_of(const ah_claims *claims, const char *kind, const char *title, ah_slice key, uint64_t number)
{
	ah_state_number n = { .kind = kind, .title = title, .number = number };
	size_t len = add_hex(n.key, 0, key);
	if (!claims->hardware) {
		n.key[len++] = '@';
		(void)add_hex(n.key, len, AH_SLICE_OF(claims->root_sha256));
	}
	return n;
}

size_t ah__state_numbers(ah_state_number out[static AH_STATE_NUMBERS_MAX], const ah_claims *claims)
{
	const ah_tdx_claims *tdx = ah_claims_tdx(claims);
	size_t count = 0;
	if (tdx == NULL || !tdx->has_collateral)
		return 0;
	out[count++] = number_of(claims, AH_STATE_TDX_TCB_INFO, "TCB info", AH_SLICE_OF(tdx->fmspc), tdx->tcb_evaluation);
	out[count++] = number_of(claims, AH_STATE_TDX_QE_IDENTITY, "QE identity", AH_SLICE_OF(tdx->fmspc), tdx->qe_evaluation);
	if (!tdx->has_crl_numbers)
		return count;
	out[count++] = number_of(claims, AH_STATE_CRL, "root CRL", AH_SLICE_OF(tdx->root_crl_issuer_sha256), tdx->root_crl_number);
	out[count++] = number_of(claims, AH_STATE_CRL, "PCK CRL", AH_SLICE_OF(tdx->pck_crl_issuer_sha256), tdx->pck_crl_number);
	return count;
}

/* What was compared with is kept beside the verdict, so that a saved question can be judged again without the state. */
static void record(ah_verdict *v, const ah_state_number *n, uint64_t highest)
{
	static_assert(sizeof v->consulted / sizeof v->consulted[0] >= AH_STATE_NUMBERS_MAX, "every number of a question can be kept");
	static_assert(sizeof v->consulted[0].key > AH_STATE_KEY_MAX, "and so can its key");
	size_t at = v->consulted_count++;
	(void)snprintf(v->consulted[at].kind, sizeof v->consulted[at].kind, "%s", n->kind);
	(void)snprintf(v->consulted[at].key, sizeof v->consulted[at].key, "%s", n->key);
	v->consulted[at].number = highest;
}

static void record_all(ah_judge *j, const ah_state_number *numbers, size_t count)
{
	uint64_t highest = 0;
	for (size_t i = 0; i < count; i++)
		if (ah_state_highest(j->request->state, numbers[i].kind, numbers[i].key, &highest))
			record(j->verdict, &numbers[i], highest);
}

void ah__judge_rollback(ah_judge *j)
{
	ah_state_number numbers[AH_STATE_NUMBERS_MAX];
	uint64_t highest = 0;
	if (j->request->state == NULL) {
		ah_check_skip(j->log, AH_CHECK_COLLATERAL_ROLLBACK, "no state given");
		return;
	}
	size_t count = ah__state_numbers(numbers, j->claims);
	if (count == 0) {
		ah_check_skip(j->log, AH_CHECK_COLLATERAL_ROLLBACK, "no collateral was given");
		return;
	}
	record_all(j, numbers, count);
	for (size_t i = 0; i < count; i++) {
		const ah_state_number *n = &numbers[i];
		if (!ah_state_highest(j->request->state, n->kind, n->key, &highest) || n->number >= highest)
			continue;
		ah_check_got(j->log, AH_CHECK_COLLATERAL_ROLLBACK, "%s number %" PRIu64, n->title, n->number);
		ah_check_wanted(j->log, AH_CHECK_COLLATERAL_ROLLBACK, "%" PRIu64 " or above, as seen before", highest);
		ah__judge(j, AH_CHECK_COLLATERAL_ROLLBACK, false, AH_ERR_COLLATERAL_ROLLBACK);
		return;
	}
	ah_check_got(j->log, AH_CHECK_COLLATERAL_ROLLBACK, "%s %" PRIu64 ", %s %" PRIu64, numbers[0].title, numbers[0].number, numbers[1].title,
	             numbers[1].number);
	ah__judge(j, AH_CHECK_COLLATERAL_ROLLBACK, true, AH_ERR_COLLATERAL_ROLLBACK);
}

/* Room is made for all of it before the first is noted; what is there already needs none. */
ah_err ah__state_note_accepted(ah_state *state, const ah_claims *claims, const ah_bundle_info *bundle)
{
	ah_state_number numbers[AH_STATE_NUMBERS_MAX];
	uint64_t highest = 0;
	int64_t version = 0;
	uint8_t sha256[32];
	size_t count = ah__state_numbers(numbers, claims), new_ones = 0;
	for (size_t i = 0; i < count; i++)
		new_ones += !ah_state_highest(state, numbers[i].kind, numbers[i].key, &highest);
	size_t new_bundles = bundle != NULL && !ah_state_bundle(state, bundle->root, bundle->workload, &version, sha256) ? 1 : 0;
	/* Numbers and bundles share one limit, so the first call asks for the sum. */
	AH_TRY(ah__state_reserve(state, new_ones + new_bundles));
	AH_TRY(ah__state_reserve_bundles(state, new_bundles));
	if (bundle != NULL)
		AH_TRY(ah_state_note_bundle(state, bundle->root, bundle->workload, bundle->version, bundle->sha256));
	for (size_t i = 0; i < count; i++)
		AH_TRY(ah_state_note(state, numbers[i].kind, numbers[i].key, numbers[i].number));
	return AH_OK;
}

ah_err ah__state_note_claims(ah_state *state, const ah_claims *claims)
{
	return ah__state_note_accepted(state, claims, NULL);
}
