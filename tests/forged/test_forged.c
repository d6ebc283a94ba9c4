/*
 * Goal: each check refuses what it is there for, alone, with its own error; and what is right passes every check.
 * Method: forged evidence that differs from accepted evidence in one thing, re-signed above it, through the one door.
 */
#include "forged/cases.h"
#include "support/test.h"

#include <stdlib.h>

static ah_verifier *verifier;

/* The rows that failed, by position in checks.def; only the case's own may be among them, unless a second one overlaps by nature. */
static const char *unexpected_failure(const ah_verdict *verdict, const forge_case *of)
{
	for (size_t i = 0; i < ah_verdict_row_count(verdict); i++) {
		ah_row row;
		if (ah_verdict_row(verdict, i, &row) != AH_OK)
			return "no row";
		bool own = of->check != AH_CHECK_COUNT && strcmp(row.id, ah_check_infos[of->check].id) == 0;
		bool overlapping = of->deletion == FORGE_OVERLAPPED && of->also != 0 && strcmp(row.id, ah_check_infos[of->also].id) == 0;
		if (row.status == AH_ROW_FAIL && !own && !overlapping)
			return row.id;
	}
	return NULL;
}

static const char *first_failure(const ah_verdict *verdict)
{
	for (size_t i = 0; i < ah_verdict_row_count(verdict); i++) {
		ah_row row;
		if (ah_verdict_row(verdict, i, &row) == AH_OK && row.status == AH_ROW_FAIL)
			return row.id;
	}
	return "none";
}

static bool judge_case(const forge_case *of)
{
	forge *f = forge_make(of);
	ah_verdict *verdict = NULL;
	ah_err err = forge_judge(f, verifier, &verdict);
	const char *wanted = of->check != AH_CHECK_COUNT ? ah_check_infos[of->check].id : "none";
	const char *failed = verdict != NULL ? first_failure(verdict) : "no verdict";
	const char *other = verdict != NULL ? unexpected_failure(verdict, of) : NULL;
	bool ok = err == of->err && strcmp(failed, wanted) == 0 && other == NULL;
	/* Simulated evidence is never more than SIMULATED. */
	ok = ok && (err != AH_OK || ah_verdict_result(verdict) == AH_RESULT_SIMULATED);
	if (!ok)
		ah_test_fail(__FILE__, __LINE__, "%s: got %s by %s%s%s, wanted %s by %s", of->name, ah_err_name(err), failed, other != NULL ? ", also " : "",
		             other != NULL ? other : "", ah_err_name(of->err), wanted);
	ah_verdict_free(verdict);
	forge_free(f);
	return ok;
}

static void every_case_is_decided_by_its_own_check(void)
{
	size_t ok = 0;
	for (size_t i = 0; i < forge_case_count(); i++)
		ok += judge_case(forge_case_at(i));
	ah_test_count(ok - 1);
}

/* Case names are what docs/attacks.md points at. */
static void case_names_are_unique(void)
{
	for (size_t i = 0; i < forge_case_count(); i++)
		for (size_t k = 0; k < i; k++)
			EXPECT_MSG(strcmp(forge_case_at(i)->name, forge_case_at(k)->name) != 0, "two cases are called %s", forge_case_at(i)->name);
}

/* A case that is named after a row stands in the table of that row. */
static void docs_attacks_names_every_case_of_a_row(void)
{
	AH_AUTO(ah_buf) text = AH_BUF(1024 * 1024);
	const char *root = getenv("AH_SOURCE_ROOT");
	if (root == NULL)
		AH_SKIP("no AH_SOURCE_ROOT");
	EXPECT(ah_test_read(&text, "%s/docs/attacks.md", root));
	FORGE_MUST(ah_buf_append_byte(&text, 0));
	for (size_t i = 0; i < forge_case_count(); i++) {
		const char *name = forge_case_at(i)->name;
		if (strchr("EBPH", name[0]) != NULL && name[3] == '_')
			EXPECT_MSG(strstr((const char *)text.ptr, name) != NULL, "docs/attacks.md does not name %s", name);
	}
}

static void mark_passed(bool *passed, const ah_verdict *verdict)
{
	for (size_t i = 0; i < ah_verdict_row_count(verdict); i++) {
		ah_row row;
		if (ah_verdict_row(verdict, i, &row) != AH_OK || row.status != AH_ROW_PASS)
			continue;
		for (size_t id = 0; id < AH_CHECK_COUNT; id++)
			passed[id] = passed[id] || strcmp(row.id, ah_check_infos[id].id) == 0;
	}
}

/* Lists of what only an instance event can show: absent, the row is not_checked; present, it fails. */
static bool only_events_can_pass(size_t id)
{
	return id == AH_CHECK_BUILDER || id == AH_CHECK_LAUNCHER;
}

static void every_check_passes_somewhere_and_refuses_somewhere(void)
{
	bool passed[AH_CHECK_COUNT] = { false }, refuses[AH_CHECK_COUNT] = { false };
	for (size_t i = 0; i < forge_case_count(); i++) {
		const forge_case *of = forge_case_at(i);
		if (of->check != AH_CHECK_COUNT)
			refuses[of->check] = true;
		if (of->err != AH_OK)
			continue;
		forge *f = forge_make(of);
		ah_verdict *verdict = NULL;
		if (forge_judge(f, verifier, &verdict) == AH_OK)
			mark_passed(passed, verdict);
		ah_verdict_free(verdict);
		forge_free(f);
	}
	for (size_t id = 0; id < AH_CHECK_COUNT; id++) {
		EXPECT_MSG(passed[id] || only_events_can_pass(id), "%s: no baseline passes it", ah_check_infos[id].id);
		EXPECT_MSG(refuses[id] || forge_exception((ah_check_id)id) != NULL, "%s: no forged case", ah_check_infos[id].id);
	}
}

static void root_bytes_of_another_are_no_permission(void)
{
	/* The policy lists the root, the caller names another one and allows simulation: the policy's list decides, and it is SIMULATED still. */
	static const forge_case nitro = { "nitro", AH_PLATFORM_NITRO, AH_CHECK_COUNT, AH_OK, NULL, NULL, FORGE_ALONE, 0, 0, 0 };
	forge *f = forge_make(&nitro);
	f->request.simulated_root = ah_buf_slice(&f->sim->ark_der[AH_SNP_GENOA]);
	ah_verdict *verdict = NULL;
	ah_err err = forge_judge(f, verifier, &verdict);
	ah_result result = verdict != NULL ? ah_verdict_result(verdict) : AH_RESULT_FAIL;
	ah_verdict_free(verdict);
	forge_free(f);
	EXPECT_OK(err);
	EXPECT(result == AH_RESULT_SIMULATED);
}

int main(int argc, char **argv)
{
	static const ah_test_case cases[] = {
		AH_TEST(case_names_are_unique),
		AH_TEST(docs_attacks_names_every_case_of_a_row),
		AH_TEST(every_case_is_decided_by_its_own_check),
		AH_TEST(every_check_passes_somewhere_and_refuses_somewhere),
		AH_TEST(root_bytes_of_another_are_no_permission),
	};
	ah_fault why = { .offset = AH_NO_OFFSET };
	if (ah_verifier_new(&verifier, &why) != AH_OK)
		return 1;
	int rc = ah_test_main(argc, argv, cases, sizeof cases / sizeof cases[0]);
	ah_verifier_free(verifier);
	return rc;
}
