/*
 * Goal: no check is decoration, and none covers for another.
 * Method: a library in which one check at a time is skipped. Its forged cases must then be accepted, and all others be refused as before. A case
 * that a second check would refuse by nature names it: it is accepted when both are skipped, and refused when only its own is.
 */
#include "forged/cases.h"
#include "support/check_delete.h"
#include "support/test.h"

#include <stdlib.h>

static ah_verifier *verifier;
static forge **forges;         /* one per case, made once */

static void restore_checks(void)
{
	ah_test_deleted_check = ah_test_deleted_check_also = AH_CHECK_COUNT;
}

static ah_err judge_without(size_t index, ah_check_id deleted, ah_check_id also)
{
	ah_test_deleted_check = deleted;
	ah_test_deleted_check_also = also;
	ah_err err = forge_judge(forges[index], verifier, NULL);
	restore_checks();
	return err;
}

static bool concerns(ah_check_id id, const forge *f)
{
	return (ah_check_infos[id].platforms & forge_mask(f)) != 0;
}

/* What a case must say while a check is skipped. */
static bool as_it_should_be(const forge_case *of, ah_check_id deleted, ah_err err)
{
	if (of->check == deleted && of->deletion == FORGE_ALONE)
		return err == AH_OK;
	if (of->check == deleted)
		return err != AH_OK;
	return err == of->err;
}

static void one_skipped_check_lets_exactly_its_own_cases_through(void)
{
	size_t ok = 0;
	/* Case by case, so that the verifier still has the collateral of one when its next check is skipped. */
	for (size_t i = 0; i < forge_case_count(); i++)
		for (size_t id = 0; id < AH_CHECK_COUNT; id++) {
			const forge_case *of = forge_case_at(i);
			if (!concerns((ah_check_id)id, forges[i]))
				continue;
			ah_err err = judge_without(i, (ah_check_id)id, AH_CHECK_COUNT);
			if (as_it_should_be(of, (ah_check_id)id, err))
				ok++;
			else
				ah_test_fail(__FILE__, __LINE__, "without %s: %s: got %s", ah_check_infos[id].id, of->name, ah_err_name(err));
		}
	ah_test_count(ok - 1);
}

static void two_overlapping_checks_skipped_let_their_case_through(void)
{
	for (size_t i = 0; i < forge_case_count(); i++) {
		const forge_case *of = forge_case_at(i);
		if (of->deletion != FORGE_OVERLAPPED || of->also == 0)
			continue;
		ah_err err = judge_without(i, of->check, of->also);
		EXPECT_MSG(err == AH_OK, "without %s and %s: %s: got %s", ah_check_infos[of->check].id, ah_check_infos[of->also].id, of->name, ah_err_name(err));
		ah_test_count(1);
	}
}

static void every_check_is_shown_to_be_needed(void)
{
	for (size_t id = 0; id < AH_CHECK_COUNT; id++) {
		bool shown = forge_exception((ah_check_id)id) != NULL;
		for (size_t i = 0; i < forge_case_count() && !shown; i++) {
			const forge_case *of = forge_case_at(i);
			shown = of->check == (ah_check_id)id && (of->deletion == FORGE_ALONE || (of->deletion == FORGE_OVERLAPPED && of->also != 0));
		}
		EXPECT_MSG(shown, "%s: no case becomes accepted without it", ah_check_infos[id].id);
	}
}

int main(int argc, char **argv)
{
	static const ah_test_case cases[] = {
		AH_TEST(every_check_is_shown_to_be_needed),
		AH_TEST(one_skipped_check_lets_exactly_its_own_cases_through),
		AH_TEST(two_overlapping_checks_skipped_let_their_case_through),
	};
	ah_fault why = { .offset = AH_NO_OFFSET };
	forges = calloc(forge_case_count(), sizeof(forge *));
	if (forges == NULL || ah_verifier_new(&verifier, &why) != AH_OK)
		return 1;
	for (size_t i = 0; i < forge_case_count(); i++)
		forges[i] = forge_make(forge_case_at(i));
	int rc = ah_test_main(argc, argv, cases, sizeof cases / sizeof cases[0]);
	for (size_t i = 0; i < forge_case_count(); i++)
		forge_free(forges[i]);
	free(forges);
	ah_verifier_free(verifier);
	return rc;
}
