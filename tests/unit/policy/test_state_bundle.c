/*
 * Goal: the state remembers the newest bundle of each release root and workload, beside its numbers, in a text that earlier releases' files stay a part of; and
 * what was accepted is noted whole or not at all. Method: texts written by hand from docs/protocol/state.md, one edit for each refusal; both limits at n, n + 1.
 */
#include "base/limits.h"
#include "policy/state.h"
#include "support/test.h"

#include <anchorhold/policy.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define ROOT_A "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define ROOT_B "ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1eff"
#define DIGEST "97e21b6166cb321f5067736a20008735ef9e7912b3d27eecd45ca95840d23abd"
#define ENTRY(version) "{\"sha256\":\"" DIGEST "\",\"version\":" version "}"
#define TAIL "\"numbers\":{},\"schema\":\"anchorhold.state/v1\"}"
#define OLD "{" TAIL
#define FULL "{\"bundles\":{\"" ROOT_A "\":{\"mixer\":" ENTRY("1") ",\"router\":" ENTRY("9007199254740992") "},\"" ROOT_B "\":{\"router\":" ENTRY("17") "}}," TAIL

static const uint8_t root_a[32] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31 };
static const uint8_t root_b[32] = { 255, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 255 };

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

static void digest_of(uint8_t out[static 32])
{
	AH_AUTO(ah_buf) bytes = AH_BUF(32);
	ah_test_hex(&bytes, DIGEST);
	memcpy(out, bytes.ptr, 32);
}

static bool remembers(const ah_state *state, const uint8_t root[32], const char *workload, int64_t wanted)
{
	int64_t version = 0;
	uint8_t sha256[32], digest[32];
	digest_of(digest);
	return ah_state_bundle(state, root, workload, &version, sha256) && version == wanted && memcmp(sha256, digest, 32) == 0;
}

static void a_canonical_text_is_written_as_it_is(void)
{
	AH_AUTO_PTR(ah_state) state = NULL;
	EXPECT_OK(load(&state, FULL, NULL));
	EXPECT(!ah_state_is_changed(state) && is_written_as(state, FULL));
	EXPECT(remembers(state, root_a, "mixer", 1) && remembers(state, root_a, "router", AH_POLICY_VERSION_MAX) && remembers(state, root_b, "router", 17));
	int64_t version = 42;
	uint8_t sha256[32] = { 9 };
	EXPECT(!ah_state_bundle(state, root_b, "mixer", &version, sha256) && version == 42 && sha256[0] == 9);
}

static void a_file_of_an_earlier_release_loads_and_stays_as_it_is(void)
{
	AH_AUTO_PTR(ah_state) state = NULL;
	uint8_t digest[32];
	digest_of(digest);
	EXPECT_OK(load(&state, OLD, NULL));
	EXPECT(is_written_as(state, OLD));
	EXPECT_OK(ah_state_note_bundle(state, root_b, "router", 17, digest));
	EXPECT(is_written_as(state, "{\"bundles\":{\"" ROOT_B "\":{\"router\":" ENTRY("17") "}}," TAIL));
}

static void order_and_empty_objects_do_not_matter(void)
{
	AH_AUTO_PTR(ah_state) state = NULL;
	AH_AUTO_PTR(ah_state) empty = NULL;
	EXPECT_OK(load(&state, "{" "\"schema\":\"anchorhold.state/v1\",\"numbers\":{},\n\"bundles\":{\"" ROOT_B "\":{\"router\":{\"version\":17,\"sha256\":\"" DIGEST
		"\"}},\"" ROOT_A "\":{\"router\":" ENTRY("9007199254740992") ",\"mixer\":" ENTRY("1") "}}}", NULL));
	EXPECT(is_written_as(state, FULL));
	EXPECT_OK(load(&empty, "{\"bundles\":{\"" ROOT_A "\":{}}," TAIL, NULL));
	EXPECT(is_written_as(empty, OLD));
}

static void a_version_only_ever_rises_and_has_one_digest(void)
{
	AH_AUTO_PTR(ah_state) state = NULL;
	uint8_t digest[32], other[32] = { 1 };
	digest_of(digest);
	EXPECT_OK(load(&state, FULL, NULL));
	EXPECT_OK(ah_state_note_bundle(state, root_b, "router", 16, other));
	EXPECT_OK(ah_state_note_bundle(state, root_b, "router", 17, digest));
	EXPECT_ERR(ah_state_note_bundle(state, root_b, "router", 17, other), AH_ERR_ARGUMENT);
	EXPECT(!ah_state_is_changed(state) && remembers(state, root_b, "router", 17));
	EXPECT_OK(ah_state_note_bundle(state, root_b, "router", 18, digest));
	EXPECT(ah_state_is_changed(state) && remembers(state, root_b, "router", 18));
	EXPECT(remembers(state, root_a, "router", AH_POLICY_VERSION_MAX) && remembers(state, root_a, "mixer", 1)); /* its neighbours stay */
}

static void workloads_and_versions_of_another_form_are_arguments(void)
{
	static char longest[130];
	memset(longest, 'w', 129);
	const struct { const char *workload; int64_t version; } rows[] = {
		{ "", 1 }, { longest, 1 }, { "a\"b", 1 }, { "a\\b", 1 }, { "a\nb", 1 }, { "\xc3\xa9", 1 }, { "a", 0 }, { "a", -1 }, { "a", AH_POLICY_VERSION_MAX + 1 },
	};
	AH_AUTO_PTR(ah_state) state = NULL;
	uint8_t digest[32];
	digest_of(digest);
	EXPECT_OK(ah_state_new(&state));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		EXPECT_ERR(ah_state_note_bundle(state, root_a, rows[i].workload, rows[i].version, digest), AH_ERR_ARGUMENT);
	EXPECT(!ah_state_is_changed(state));
	EXPECT_OK(ah_state_note_bundle(state, root_a, longest + 1, AH_POLICY_VERSION_MAX, digest));
	EXPECT_OK(ah_state_note_bundle(state, root_a, "a b/c:d@e{}", 1, digest));
}

#define ONE(root, workload, entry) "{\"bundles\":{\"" root "\":{\"" workload "\":" entry "}}," TAIL

static void a_corrupt_member_makes_the_state_invalid(void)
{
	static const char *const texts[] = {
		"{\"bundles\":[]," TAIL, "{\"bundles\":null," TAIL, "{\"bundles\":{\"" ROOT_A "\":[]}," TAIL, "{\"bundles\":{\"" ROOT_A "\":{\"router\":17}}," TAIL,
		ONE("00", "router", ENTRY("1")), ONE("0g0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", "router", ENTRY("1")),
		ONE("000102030405060708090A0b0c0d0e0f101112131415161718191a1b1c1d1e1f", "router", ENTRY("1")), ONE(ROOT_A "00", "router", ENTRY("1")),
		ONE(ROOT_A, "", ENTRY("1")), ONE(ROOT_A, "a\\u0062", ENTRY("1")), ONE(ROOT_A, "\xc3\xa9", ENTRY("1")),
		ONE(ROOT_A, "router", ENTRY("0")), ONE(ROOT_A, "router", ENTRY("-1")), ONE(ROOT_A, "router", ENTRY("9007199254740993")),
		ONE(ROOT_A, "router", ENTRY("\"1\"")), ONE(ROOT_A, "router", ENTRY("null")), ONE(ROOT_A, "router", "{\"version\":1}"),
		ONE(ROOT_A, "router", "{\"sha256\":\"" DIGEST "\"}"), ONE(ROOT_A, "router", "{}"), ONE(ROOT_A, "router", "{\"sha256\":\"97\",\"version\":1}"),
		ONE(ROOT_A, "router", "{\"sha256\":7,\"version\":1}"), ONE(ROOT_A, "router", "{\"sha256\":\"" DIGEST "\",\"version\":1,\"kid\":\"k\"}"),
		ONE(ROOT_A, "router", "{\"sha256\":\"" DIGEST "\",\"sha256\":\"" DIGEST "\",\"version\":1}"),
		"{\"bundles\":{\"" ROOT_A "\":{\"router\":" ENTRY("1") ",\"router\":" ENTRY("2") "}}," TAIL,
		"{\"bundles\":{\"" ROOT_A "\":{},\"" ROOT_A "\":{}}," TAIL, "{\"bundles\":{},\"bundles\":{}," TAIL,
		"{\"bundles\":{},\"schema\":\"anchorhold.state/v1\"}",
	};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		ah_state *state = NULL;
		ah_fault why = { .err = AH_OK };
		ah_err err = load(&state, texts[i], &why);
		EXPECT_MSG(err == AH_ERR_STATE_INVALID && why.err == err && state == NULL, "%s: got %s", texts[i], ah_err_name(err));
	}
	ah_test_count(sizeof texts / sizeof texts[0] - 1);
}

static void every_cut_of_a_file_is_invalid(void)
{
	for (size_t len = 0; len < sizeof FULL - 1; len++) {
		ah_state *state = NULL;
		EXPECT_ERR(ah_state_load(&state, ah_slice_sub(AH_SLICE_LITERAL(FULL), 0, len), NULL), AH_ERR_STATE_INVALID);
		EXPECT(state == NULL);
	}
	ah_test_count(sizeof FULL - 2);
}

/* Entry i of the largest kind: a root and a workload of its own, of 128 characters. */
static ah_err note_largest(ah_state *state, unsigned i)
{
	uint8_t root[32] = { (uint8_t)(i >> 8), (uint8_t)i }, digest[32];
	char workload[129] = "";
	memset(workload, 'w', 128);
	(void)snprintf(workload, sizeof workload, "%0128u", i);
	digest_of(digest);
	return ah_state_note_bundle(state, root, workload, AH_POLICY_VERSION_MAX, digest);
}

static void a_state_full_of_the_largest_bundles_is_written_and_loads_again(void)
{
	AH_AUTO_PTR(ah_state) state = NULL;
	AH_AUTO_PTR(ah_state) again = NULL;
	char *text = NULL;
	size_t len = 0;
	EXPECT_OK(ah_state_new(&state));
	for (unsigned i = 0; i < AH_STATE_ENTRIES_MAX; i++)
		EXPECT_OK(note_largest(state, AH_STATE_ENTRIES_MAX - 1 - i));
	EXPECT_ERR(note_largest(state, AH_STATE_ENTRIES_MAX), AH_ERR_LIMIT);
	EXPECT_ERR(ah_state_note(state, AH_STATE_TDX_TCB_INFO, "00806f050000", 1), AH_ERR_LIMIT);
	EXPECT_OK(note_largest(state, 7)); /* known already */
	EXPECT_OK(ah_state_to_json(state, &text, &len));
	ah_err err = ah_state_load(&again, ah_slice_make(text, len), NULL);
	bool same = err == AH_OK && is_written_as(again, text);
	ah_text_free(text);
	EXPECT_OK(err);
	EXPECT(same);
	EXPECT_MSG(len < AH_STATE_FILE_MAX, "%zu bytes", len);
}

static void one_entry_more_than_a_state_holds_is_refused(void)
{
	size_t size = AH_STATE_FILE_MAX, len = 0;
	for (unsigned more = 0; more < 2; more++) {
		char *text = (char *)malloc(size);
		EXPECT(text != NULL);
		len = (size_t)snprintf(text, size, "{\"bundles\":{\"" ROOT_A "\":{");
		for (unsigned i = 0; i < AH_STATE_ENTRIES_MAX / 2 + more; i++)
			len += (size_t)snprintf(text + len, size - len, "%s\"%u\":" ENTRY("1"), i == 0 ? "" : ",", i);
		len += (size_t)snprintf(text + len, size - len, "}},\"numbers\":{\"tdx-tcb-info\":{");
		for (unsigned i = 0; i < AH_STATE_ENTRIES_MAX / 2; i++)
			len += (size_t)snprintf(text + len, size - len, "%s\"%012x\":1", i == 0 ? "" : ",", i);
		(void)snprintf(text + len, size - len, "}},\"schema\":\"anchorhold.state/v1\"}");
		ah_state *state = NULL;
		ah_err err = load(&state, text, NULL);
		free(text);
		ah_state_free(state);
		EXPECT_ERR(err, more == 0 ? AH_OK : AH_ERR_STATE_INVALID);
	}
}

/* -- what an appraisal accepted -- */

static ah_claims tdx_claims(void)
{
	ah_claims claims = { .platform = AH_PLATFORM_TDX, .hardware = true };
	claims.of.tdx.has_collateral = true;
	claims.of.tdx.tcb_evaluation = 18;
	claims.of.tdx.qe_evaluation = 17;
	return claims;
}

static void what_was_accepted_is_noted_whole_or_not_at_all(void)
{
	AH_AUTO_PTR(ah_state) state = NULL;
	ah_claims claims = tdx_claims();
	ah_bundle_info bundle = { .workload = "router", .version = 3 };
	char key[16];
	uint64_t number = 0;
	int64_t version = 0;
	uint8_t sha256[32];
	EXPECT_OK(ah_state_new(&state));
	for (unsigned i = 1; i <= AH_STATE_ENTRIES_MAX - 2; i++) {
		(void)snprintf(key, sizeof key, "%012x", i);
		EXPECT_OK(ah_state_note(state, AH_STATE_TDX_TCB_INFO, key, 1));
	}
	/* Two places are left: for the two numbers, or for the bundle and one of them. */
	EXPECT_ERR(ah__state_note_accepted(state, &claims, &bundle), AH_ERR_LIMIT);
	EXPECT(!ah_state_highest(state, AH_STATE_TDX_TCB_INFO, "000000000000", &number) && !ah_state_bundle(state, bundle.root, "router", &version, sha256));
	EXPECT_OK(ah__state_note_accepted(state, &claims, NULL));
	EXPECT_ERR(ah__state_note_accepted(state, &claims, &bundle), AH_ERR_LIMIT);

	AH_AUTO_PTR(ah_state) other = NULL;
	EXPECT_OK(ah_state_new(&other));
	EXPECT_OK(ah__state_note_accepted(other, &claims, &bundle));
	EXPECT(ah_state_highest(other, AH_STATE_TDX_TCB_INFO, "000000000000", &number) && number == 18);
	EXPECT(ah_state_bundle(other, bundle.root, "router", &version, sha256) && version == 3);
	for (unsigned i = 1; i <= AH_STATE_ENTRIES_MAX - 3; i++) {
		(void)snprintf(key, sizeof key, "%012x", i);
		EXPECT_OK(ah_state_note(other, AH_STATE_TDX_TCB_INFO, key, 1));
	}
	bundle.version = 4;
	EXPECT_OK(ah__state_note_accepted(other, &claims, &bundle)); /* full, and all of it has its place */
	EXPECT(ah_state_bundle(other, bundle.root, "router", &version, sha256) && version == 4);
}

static const ah_test_case cases[] = {
	AH_TEST(a_canonical_text_is_written_as_it_is),
	AH_TEST(a_file_of_an_earlier_release_loads_and_stays_as_it_is),
	AH_TEST(order_and_empty_objects_do_not_matter),
	AH_TEST(a_version_only_ever_rises_and_has_one_digest),
	AH_TEST(workloads_and_versions_of_another_form_are_arguments),
	AH_TEST(a_corrupt_member_makes_the_state_invalid),
	AH_TEST(every_cut_of_a_file_is_invalid),
	AH_TEST(a_state_full_of_the_largest_bundles_is_written_and_loads_again),
	AH_TEST(one_entry_more_than_a_state_holds_is_refused),
	AH_TEST(what_was_accepted_is_noted_whole_or_not_at_all),
};
AH_TEST_MAIN(cases)
