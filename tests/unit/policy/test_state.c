/*
 * Goal: the state file is loaded whole or refused, remembers the highest number of each kind and key and nothing else, and has one text.
 * Method: texts written down by hand from docs/protocol/state.md, one edit for each refusal; then both limits, at n and n + 1.
 */
#include "base/fault.h"
#include "base/limits.h"
#include "policy/state.h"
#include "support/test.h"

#include <anchorhold/policy.h>
#include <stdio.h>
#include <stdlib.h>

#define FMSPC_A "00806f050000"
#define FMSPC_B "90c06f000000"
#define ISSUER  "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define ROOT    "f00102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1eff"

#define EMPTY "{\"numbers\":{},\"schema\":\"anchorhold.state/v1\"}"
#define FULL  "{\"numbers\":{\"crl\":{\"" ISSUER "\":1,\"" ISSUER "@" ROOT "\":0},\"tdx-qe-identity\":{\"" FMSPC_A "\":17}," \
	"\"tdx-tcb-info\":{\"" FMSPC_A "\":17,\"" FMSPC_A "@" ROOT "\":9223372036854775807,\"" FMSPC_B "\":18}},\"schema\":\"anchorhold.state/v1\"}"

static ah_err load(ah_state **out, const char *text, ah_fault *why)
{
	/* An exact heap copy: a read beyond the end is then seen by the sanitizers. */
	size_t len = strlen(text);
	char *copy = (char *)malloc(len + 1);
	if (copy == NULL)
		abort();
	memcpy(copy, text, len + 1);
	ah_err err = ah_state_load(out, ah_slice_make(copy, len), why);
	free(copy);
	return err;
}

static bool is_written_as(const ah_state *state, const char *wanted)
{
	char *text = NULL;
	size_t len = 0;
	bool ok = ah_state_to_json(state, &text, &len) == AH_OK && len == strlen(wanted) && strcmp(text, wanted) == 0;
	if (!ok)
		printf("  wanted %s\n  got    %s\n", wanted, text != NULL ? text : "nothing");
	ah_text_free(text);
	return ok;
}

static bool remembers(const ah_state *state, const char *kind, const char *key, uint64_t wanted)
{
	uint64_t number = 0;
	return ah_state_highest(state, kind, key, &number) && number == wanted;
}

static void an_empty_state_remembers_nothing(void)
{
	AH_AUTO_PTR(ah_state) state = NULL;
	uint64_t number = 99;
	EXPECT_OK(ah_state_new(&state));
	EXPECT(!ah_state_is_changed(state));
	EXPECT(!ah_state_highest(state, AH_STATE_TDX_TCB_INFO, FMSPC_A, &number) && number == 99);
	EXPECT(!ah_state_highest(state, "other", FMSPC_A, &number));
	EXPECT(!ah_state_highest(state, AH_STATE_TDX_TCB_INFO, "", &number));
	EXPECT(is_written_as(state, EMPTY));
}

static void a_canonical_text_is_written_as_it_is(void)
{
	AH_AUTO_PTR(ah_state) state = NULL;
	EXPECT_OK(load(&state, FULL, NULL));
	EXPECT(!ah_state_is_changed(state));
	EXPECT(is_written_as(state, FULL));
	EXPECT(remembers(state, AH_STATE_CRL, ISSUER, 1));
	EXPECT(remembers(state, AH_STATE_CRL, ISSUER "@" ROOT, 0));
	EXPECT(remembers(state, AH_STATE_TDX_QE_IDENTITY, FMSPC_A, 17));
	EXPECT(remembers(state, AH_STATE_TDX_TCB_INFO, FMSPC_B, 18));
	EXPECT(remembers(state, AH_STATE_TDX_TCB_INFO, FMSPC_A "@" ROOT, INT64_MAX));
	uint64_t number = 0;
	EXPECT(!ah_state_highest(state, AH_STATE_TDX_QE_IDENTITY, FMSPC_B, &number));
}

static void white_space_and_order_do_not_matter(void)
{
	AH_AUTO_PTR(ah_state) state = NULL;
	EXPECT_OK(load(&state, " { \"schema\" : \"anchorhold.state/v1\",\n\"numbers\":{\"tdx-tcb-info\":{\"" FMSPC_B "\":18,\"" FMSPC_A "@" ROOT
		"\":9223372036854775807,\"" FMSPC_A "\":17},\"tdx-qe-identity\":{\"" FMSPC_A "\":17},\"crl\":{\"" ISSUER "@" ROOT "\":0,\"" ISSUER "\":1}}}\n", NULL));
	EXPECT(is_written_as(state, FULL));
}

static void a_number_only_ever_rises(void)
{
	AH_AUTO_PTR(ah_state) state = NULL;
	EXPECT_OK(load(&state, FULL, NULL));
	EXPECT_OK(ah_state_note(state, AH_STATE_TDX_TCB_INFO, FMSPC_A, 16));
	EXPECT_OK(ah_state_note(state, AH_STATE_TDX_TCB_INFO, FMSPC_A, 17));
	EXPECT(remembers(state, AH_STATE_TDX_TCB_INFO, FMSPC_A, 17) && !ah_state_is_changed(state));
	EXPECT_OK(ah_state_note(state, AH_STATE_TDX_TCB_INFO, FMSPC_A, 18));
	EXPECT(remembers(state, AH_STATE_TDX_TCB_INFO, FMSPC_A, 18) && ah_state_is_changed(state));
	/* Its neighbours stay. */
	EXPECT(remembers(state, AH_STATE_TDX_QE_IDENTITY, FMSPC_A, 17) && remembers(state, AH_STATE_TDX_TCB_INFO, FMSPC_B, 18));
}

static void what_is_noted_comes_out_sorted(void)
{
	AH_AUTO_PTR(ah_state) state = NULL;
	EXPECT_OK(ah_state_new(&state));
	EXPECT_OK(ah_state_note(state, AH_STATE_TDX_TCB_INFO, FMSPC_B, 18));
	EXPECT_OK(ah_state_note(state, AH_STATE_TDX_TCB_INFO, FMSPC_A "@" ROOT, INT64_MAX));
	EXPECT_OK(ah_state_note(state, AH_STATE_CRL, ISSUER "@" ROOT, 0));
	EXPECT_OK(ah_state_note(state, AH_STATE_TDX_QE_IDENTITY, FMSPC_A, 17));
	EXPECT_OK(ah_state_note(state, AH_STATE_CRL, ISSUER, 1));
	EXPECT_OK(ah_state_note(state, AH_STATE_TDX_TCB_INFO, FMSPC_A, 17));
	EXPECT(ah_state_is_changed(state));
	EXPECT(is_written_as(state, FULL));
}

static void kinds_keys_and_numbers_of_another_form_are_arguments(void)
{
	static const struct { const char *kind, *key; uint64_t number; } rows[] = {
		{ "", FMSPC_A, 1 }, { "crl ", ISSUER, 1 }, { "tdx-tcb-info", "", 1 }, { "tdx-tcb-info", "00806f05000", 1 }, { "tdx-tcb-info", "00806f0500000", 1 },
		{ "tdx-tcb-info", "00806F050000", 1 }, { "tdx-tcb-info", "00806g050000", 1 }, { "tdx-tcb-info", ISSUER, 1 }, { "crl", FMSPC_A, 1 },
		{ "tdx-tcb-info", FMSPC_A "@", 1 }, { "tdx-tcb-info", FMSPC_A "@" FMSPC_A, 1 }, { "tdx-tcb-info", FMSPC_A "-" ROOT, 1 },
		{ "tdx-tcb-info", FMSPC_A "@" ROOT "0", 1 }, { "tdx-tcb-info", FMSPC_A, (uint64_t)INT64_MAX + 1 },
	};
	AH_AUTO_PTR(ah_state) state = NULL;
	EXPECT_OK(ah_state_new(&state));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		EXPECT_ERR(ah_state_note(state, rows[i].kind, rows[i].key, rows[i].number), AH_ERR_ARGUMENT);
	ah_test_count(sizeof rows / sizeof rows[0]);
	EXPECT(!ah_state_is_changed(state));
	EXPECT(is_written_as(state, EMPTY));
}

static void a_corrupt_file_is_never_ignored(void)
{
	static const struct { const char *text, *marker; } rows[] = {
		{ "", "" },
		{ "null", "null" },
		{ "[]", "[]" },
		{ "{}", "{}" },
		{ "{\"numbers\":{}}", "{" },
		{ "{\"schema\":\"anchorhold.state/v1\"}", "{" },
		{ "{\"numbers\":{},\"schema\":\"anchorhold.state/v2\"}", "\"anchorhold" },
		{ "{\"numbers\":{},\"schema\":1}", "1}" },
		{ "{\"numbers\":{},\"schema\":\"anchorhold.state\\/v1\"}", "\"anchorhold" },
		{ "{\"numbers\":[],\"schema\":\"anchorhold.state/v1\"}", "[]" },
		{ "{\"extra\":{},\"numbers\":{},\"schema\":\"anchorhold.state/v1\"}", "{},\"numbers" },
		{ "{\"numbers\":{\"bundle\":{}},\"schema\":\"anchorhold.state/v1\"}", "{}}" },
		{ "{\"numbers\":{\"crl\":1},\"schema\":\"anchorhold.state/v1\"}", "1}" },
		{ "{\"numbers\":{\"crl\":{\"" FMSPC_A "\":7}},\"schema\":\"anchorhold.state/v1\"}", "7}" },
		{ "{\"numbers\":{\"tdx-tcb-info\":{\"00806F050000\":7}},\"schema\":\"anchorhold.state/v1\"}", "7}" },
		{ "{\"numbers\":{\"tdx-tcb-info\":{\"" FMSPC_A "\":\"7\"}},\"schema\":\"anchorhold.state/v1\"}", "\"7\"" },
		{ "{\"numbers\":{\"tdx-tcb-info\":{\"" FMSPC_A "\":null}},\"schema\":\"anchorhold.state/v1\"}", "null" },
		{ "{\"numbers\":{\"tdx-tcb-info\":{\"" FMSPC_A "\":-7}},\"schema\":\"anchorhold.state/v1\"}", "-7" },
		/* These are refused by the strict reader: what comes after the value, twice the same member, numbers that are no integers or too large, a cut. */
		{ EMPTY "x", "x" },
		{ EMPTY "{}", NULL },
		{ "{\"numbers\":{},\"numbers\":{},\"schema\":\"anchorhold.state/v1\"}", NULL },
		{ "{\"numbers\":{\"crl\":{},\"crl\":{}},\"schema\":\"anchorhold.state/v1\"}", NULL },
		{ "{\"numbers\":{\"tdx-tcb-info\":{\"" FMSPC_A "\":1,\"" FMSPC_A "\":2}},\"schema\":\"anchorhold.state/v1\"}", NULL },
		{ "{\"numbers\":{\"tdx-tcb-info\":{\"" FMSPC_A "\":1.5}},\"schema\":\"anchorhold.state/v1\"}", NULL },
		{ "{\"numbers\":{\"tdx-tcb-info\":{\"" FMSPC_A "\":9223372036854775808}},\"schema\":\"anchorhold.state/v1\"}", NULL },
		{ "{\"numbers\":{\"tdx-tcb-info\":{\"" FMSPC_A "\":1", NULL },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		ah_state *state = NULL;
		ah_fault why = { .err = AH_OK };
		EXPECT_MSG(load(&state, rows[i].text, &why) == AH_ERR_STATE_INVALID, "row %zu: %s", i, rows[i].text);
		EXPECT(state == NULL && why.err == AH_ERR_STATE_INVALID && strcmp(why.step, "state.load") == 0 && why.detail[0] != '\0');
		const char *at = rows[i].marker != NULL && rows[i].text[0] != '\0' ? strstr(rows[i].text, rows[i].marker) : NULL;
		if (at != NULL)
			EXPECT_MSG(why.offset == (size_t)(at - rows[i].text), "row %zu: offset %zu", i, why.offset);
	}
	ah_test_count(sizeof rows / sizeof rows[0]);
}

static void every_cut_of_a_file_is_refused(void)
{
	for (size_t len = 0; len < strlen(FULL); len++) {
		char text[sizeof FULL];
		ah_state *state = NULL;
		(void)snprintf(text, sizeof text, "%.*s", (int)len, FULL);
		EXPECT_ERR(load(&state, text, NULL), AH_ERR_STATE_INVALID);
	}
	ah_test_count(strlen(FULL));
}

static ah_err fill(ah_state *state, unsigned from, unsigned to)
{
	for (unsigned i = from; i < to; i++) {
		char key[AH_STATE_KEY_MAX + 1];
		(void)snprintf(key, sizeof key, "%064x@" ROOT, i); /* the longest keys there are */
		AH_TRY(ah_state_note(state, AH_STATE_CRL, key, INT64_MAX));
	}
	return AH_OK;
}

static void a_full_state_is_written_and_loads_again(void)
{
	AH_AUTO_PTR(ah_state) state = NULL;
	AH_AUTO_PTR(ah_state) again = NULL;
	char *text = NULL;
	size_t len = 0;
	EXPECT_OK(ah_state_new(&state));
	EXPECT_OK(fill(state, 0, AH_STATE_ENTRIES_MAX));
	EXPECT_ERR(fill(state, AH_STATE_ENTRIES_MAX, AH_STATE_ENTRIES_MAX + 1), AH_ERR_LIMIT);
	EXPECT_OK(fill(state, 0, 1)); /* known already */
	EXPECT_OK(ah_state_to_json(state, &text, &len));
	EXPECT(len < AH_STATE_FILE_MAX);
	ah_err err = ah_state_load(&again, ah_slice_make(text, len), NULL);
	bool same = err == AH_OK && is_written_as(again, text);
	ah_text_free(text);
	EXPECT_OK(err);
	EXPECT(same);
}

static void one_entry_more_than_a_state_holds_is_refused(void)
{
	size_t size = AH_STATE_FILE_MAX, len = 0;
	char *text = (char *)malloc(size);
	EXPECT(text != NULL);
	len += (size_t)snprintf(text, size, "{\"numbers\":{\"tdx-tcb-info\":{");
	for (unsigned i = 0; i <= AH_STATE_ENTRIES_MAX; i++)
		len += (size_t)snprintf(text + len, size - len, "%s\"%012x\":1", i == 0 ? "" : ",", i);
	(void)snprintf(text + len, size - len, "}},\"schema\":\"anchorhold.state/v1\"}");
	ah_state *state = NULL;
	ah_fault why = { .err = AH_OK };
	ah_err err = load(&state, text, &why);
	free(text);
	EXPECT_ERR(err, AH_ERR_STATE_INVALID);
	EXPECT(state == NULL && strstr(why.detail, "more entries") != NULL);
}

static void a_file_is_bounded_by_its_size(void)
{
	char *text = (char *)malloc(AH_STATE_FILE_MAX + 2);
	EXPECT(text != NULL);
	memset(text, ' ', AH_STATE_FILE_MAX + 1);
	memcpy(text, EMPTY, sizeof EMPTY - 1);
	ah_state *state = NULL, *none = NULL;
	ah_err fits = ah_state_load(&state, ah_slice_make(text, AH_STATE_FILE_MAX), NULL);
	ah_err larger = ah_state_load(&none, ah_slice_make(text, AH_STATE_FILE_MAX + 1), NULL);
	free(text);
	ah_state_free(state);
	EXPECT_OK(fits);
	EXPECT_ERR(larger, AH_ERR_STATE_INVALID);
	EXPECT(none == NULL);
}

static void the_example_of_the_documentation_loads(void)
{
	const char *root = getenv("AH_SOURCE_ROOT");
	if (root == NULL)
		AH_SKIP("AH_SOURCE_ROOT is not set");
	AH_AUTO(ah_buf) doc = AH_BUF(1 << 20);
	AH_AUTO_PTR(ah_state) state = NULL;
	EXPECT(ah_test_read(&doc, "%s/docs/protocol/state.md", root));
	EXPECT_OK(ah_buf_append_byte(&doc, 0));
	static const char fence[] = "\n```json\n";
	const char *at = strstr((const char *)doc.ptr, fence);
	EXPECT(at != NULL);
	at += sizeof fence - 1;
	const char *end = strstr(at, "\n```");
	EXPECT(end != NULL);
	EXPECT_OK(ah_state_load(&state, ah_slice_make(at, (size_t)(end - at)), NULL));
	EXPECT(remembers(state, AH_STATE_TDX_TCB_INFO, FMSPC_A, 17));
}

static const ah_test_case cases[] = {
	AH_TEST(an_empty_state_remembers_nothing),
	AH_TEST(a_canonical_text_is_written_as_it_is),
	AH_TEST(white_space_and_order_do_not_matter),
	AH_TEST(a_number_only_ever_rises),
	AH_TEST(what_is_noted_comes_out_sorted),
	AH_TEST(kinds_keys_and_numbers_of_another_form_are_arguments),
	AH_TEST(a_corrupt_file_is_never_ignored),
	AH_TEST(every_cut_of_a_file_is_refused),
	AH_TEST(a_full_state_is_written_and_loads_again),
	AH_TEST(one_entry_more_than_a_state_holds_is_refused),
	AH_TEST(a_file_is_bounded_by_its_size),
	AH_TEST(the_example_of_the_documentation_loads),
};
AH_TEST_MAIN(cases)
