/*
 * Goal: a saved question gives the verdict that was saved, byte for byte, whatever the verdict was and whenever it is judged again; what was altered is
 * refused for what it is.
 * Method: every case of the forge, accepted and refused, is judged, written, read and judged again; then one saved bundle is changed member by member and
 * byte by byte. That no clock is read is shown by the purity tests: the time of a replay is in the file alone.
 */
#include "evidence/endorsements.h"
#include "forged/cases.h"
#include "policy/pin.h"
#include "policy/saved.h"
#include "policy/state.h"
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>

static ah_verifier *verifier;

static const forge_case nitro_case = { "nitro", AH_PLATFORM_NITRO, AH_CHECK_COUNT, AH_OK, NULL, NULL, FORGE_ALONE, 0, 0, 0 };
static const forge_case snp_case = { "snp", AH_PLATFORM_SNP, AH_CHECK_COUNT, AH_OK, NULL, NULL, FORGE_ALONE, 0, 0, 0 };
static const forge_case tdx_case = { "tdx", AH_PLATFORM_TDX, AH_CHECK_COUNT, AH_OK, NULL, NULL, FORGE_ALONE, 0, 0, 0 };

/* One question with its verdict, saved. */
typedef struct kept {
	forge *f;
	ah_verdict *verdict;
	ah_err err;
	char *json;                /* of the verdict */
	size_t json_len;
	char *text;                /* saved */
	size_t len;
} kept;

static void kept_auto(kept *k)
{
	ah_verdict_free(k->verdict);
	ah_text_free(k->json);
	ah_text_free(k->text);
	if (k->f != NULL)
		forge_free(k->f);
}

static void keep_forged(kept *k)
{
	if (!k->f->request.genuine_only)
		k->f->request.policy_source = "file";
	k->err = forge_judge(k->f, verifier, &k->verdict);
	if (k->verdict == NULL)
		return;
	FORGE_MUST(ah_verdict_to_json(k->verdict, &k->json, &k->json_len));
	FORGE_MUST(ah_saved_write(&k->text, &k->len, &k->f->request, k->verdict, NULL));
}

static void keep(kept *k, const forge_case *of)
{
	k->f = forge_make(of);
	keep_forged(k);
}

static ah_slice saved_text(const kept *k)
{
	return ah_slice_make(k->text, k->len);
}

/* -- what was saved is judged again to the same bytes -- */

static const char *replay_problem(const kept *k)
{
	AH_AUTO_PTR(ah_saved) saved = NULL;
	AH_AUTO_PTR(ah_verdict) verdict = NULL, *again = NULL;
	ah_fault why = { .offset = AH_NO_OFFSET };
	if (ah_saved_load(&saved, saved_text(k), &why) != AH_OK) {
		printf("  %s: %s\n", ah_err_name(why.err), why.detail);
		return "it does not load";
	}
	if (!ah_slice_is(ah_saved_verdict_json(saved), ah_slice_make(k->json, k->json_len)))
		return "the verdict in it is another";
	if (ah_saved_replay(&verdict, verifier, saved, &why) != k->err)
		return ah_err_name(why.err);
	if (k->err != AH_OK && why.err != k->err)
		return "another fault";
	if (ah_saved_replay(&again, verifier, saved, NULL) != k->err)
		return "the second replay is another";
	/* What was read and what was written are one document. */
	char *text = NULL;
	size_t len = 0;
	FORGE_MUST(ah_saved_write(&text, &len, ah_saved_request(saved), verdict, NULL));
	bool same = ah_slice_is(ah_slice_make(text, len), saved_text(k));
	ah_text_free(text);
	return same ? NULL : "written again it is another document";
}

static void every_forged_case_is_replayed_byte_for_byte(void)
{
	size_t done = 0;
	for (size_t i = 0; i < forge_case_count(); i++) {
		AH_AUTO(kept) k = { .f = NULL };
		keep(&k, forge_case_at(i));
		if (k.verdict == NULL)
			continue;
		const char *problem = replay_problem(&k);
		EXPECT_MSG(problem == NULL, "%s: %s", forge_case_at(i)->name, problem);
		done++;
	}
	EXPECT(done > 200);
	ah_test_count(done - 1);
}

/* Of finished evidence. */
static void genuine_only(forge *f)
{
	forge_genuine_only(f);
	f->request.policy = NULL;
}

static void a_verdict_without_a_policy_is_replayed(void)
{
	const forge_case *const cases[] = { &nitro_case, &snp_case, &tdx_case };
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		AH_AUTO(kept) k = { .f = forge_make(cases[i]) };
		genuine_only(k.f);
		keep_forged(&k);
		EXPECT_OK(k.err);
		const char *problem = replay_problem(&k);
		EXPECT_MSG(problem == NULL, "%s: %s", cases[i]->name, problem);
	}
}

static void nothing_and_unknown_bytes_are_questions_too(void)
{
	static const uint8_t bytes[] = { 1, 2, 3 };
	const ah_slice evidence[] = { { NULL, 0 }, AH_SLICE_OF(bytes) };
	for (size_t i = 0; i < sizeof evidence / sizeof evidence[0]; i++)
		for (int platform = AH_PLATFORM_NONE; platform <= AH_PLATFORM_TDX; platform++) {
			AH_AUTO(kept) k = { .f = forge_make(&nitro_case) };
			genuine_only(k.f);
			k.f->request.event_log = (ah_slice){ NULL, 0 };
			k.f->request.evidence = evidence[i];
			k.f->request.platform = (ah_platform_id)platform;
			keep_forged(&k);
			EXPECT(k.verdict != NULL);
			const char *problem = replay_problem(&k);
			EXPECT_MSG(problem == NULL, "platform %d: %s", platform, problem);
		}
}

/* A replay must never claim that its reader chose the policy. */
static void a_policy_of_the_caller_becomes_one_of_a_file(void)
{
	AH_AUTO(kept) k = { .f = forge_make(&snp_case) };
	AH_AUTO_PTR(ah_saved) saved = NULL;
	AH_AUTO_PTR(ah_verdict) verdict = NULL;
	EXPECT_OK(forge_judge(k.f, verifier, &k.verdict));
	FORGE_MUST(ah_verdict_to_json(k.verdict, &k.json, &k.json_len));
	FORGE_MUST(ah_saved_write(&k.text, &k.len, &k.f->request, k.verdict, NULL));
	EXPECT(strstr(k.json, "\"policy_source\":\"caller\"") != NULL);
	EXPECT_OK(ah_saved_load(&saved, saved_text(&k), NULL));
	EXPECT_OK(ah_saved_replay(&verdict, verifier, saved, NULL));
	/* That member is all that differs. */
	AH_AUTO(ah_buf) wanted = AH_BUF(AH_VERDICT_TEXT_MAX);
	FORGE_MUST(ah_buf_append(&wanted, ah_slice_make(k.json, k.json_len)));
	forge_replace(&wanted, AH_SLICE_LITERAL("\"policy_source\":\"caller\""), AH_SLICE_LITERAL("\"policy_source\":\"file\""));
	EXPECT_BYTES(ah_saved_verdict_json(saved), ah_buf_slice(&wanted));
}

/* -- state: only what was compared with is kept, and it decides as it did -- */

#define KIND AH_STATE_TDX_TCB_INFO

static void with_state(kept *k, uint64_t number, const char *key)
{
	k->f = forge_make(&tdx_case);
	FORGE_MUST(ah_state_new(&k->f->state));
	k->f->request.state = k->f->state;
	if (key != NULL)
		FORGE_MUST(ah_state_note(k->f->state, KIND, key, number));
	FORGE_MUST(ah_state_note(k->f->state, KIND, "ffffffffffff", 5)); /* of another platform: nobody's business here */
	keep_forged(k);
}

/* The key of the simulated platform as a verdict with a fresh state consults it. */
static bool tcb_key(char out[static AH_STATE_KEY_MAX + 1])
{
	AH_AUTO(kept) k = { .f = NULL };
	ah_state_number numbers[AH_STATE_NUMBERS_MAX];
	keep(&k, &tdx_case);
	if (k.err != AH_OK || ah__state_numbers(numbers, ah_verdict_claims(k.verdict)) == 0)
		return false;
	(void)snprintf(out, AH_STATE_KEY_MAX + 1, "%s", numbers[0].key);
	return strcmp(numbers[0].kind, KIND) == 0;
}

static void of_a_state_only_what_was_compared_with_is_kept(void)
{
	char key[AH_STATE_KEY_MAX + 1];
	AH_AUTO(kept) fresh = { .f = NULL };
	AH_AUTO(kept) old = { .f = NULL };
	AH_AUTO(kept) newer = { .f = NULL };
	EXPECT(tcb_key(key));
	with_state(&fresh, 0, NULL);
	EXPECT_OK(fresh.err);
	EXPECT(strstr(fresh.text, "\"state\":{\"bundles\":[],\"numbers\":[]}") != NULL);
	EXPECT(replay_problem(&fresh) == NULL);
	with_state(&old, 1, key);
	EXPECT_OK(old.err);
	EXPECT(strstr(old.text, "\"kind\":\"tdx-tcb-info\",\"number\":1}]}") != NULL && strstr(old.text, "ffffffffffff") == NULL);
	EXPECT(replay_problem(&old) == NULL);
	with_state(&newer, 1000, key);
	EXPECT_ERR(newer.err, AH_ERR_COLLATERAL_ROLLBACK);
	EXPECT(strstr(newer.text, "\"number\":1000}]}") != NULL);
	EXPECT(replay_problem(&newer) == NULL);
	/* Without what it was compared with, the same question has another answer. */
	AH_AUTO_PTR(ah_saved) saved = NULL;
	AH_AUTO_PTR(ah_verdict) verdict = NULL;
	EXPECT_OK(ah_saved_load(&saved, saved_text(&newer), NULL));
	saved->number_count = 0;
	EXPECT_ERR(ah_saved_replay(&verdict, verifier, saved, NULL), AH_ERR_REPLAY);
}

/* -- a pin -- */

static void a_question_with_a_pin_is_replayed(void)
{
	static const ah_slice first = { NULL, 0 };
	AH_AUTO(kept) one = { .f = forge_make(&snp_case) };
	AH_AUTO(kept) two = { .f = forge_make(&snp_case) };
	one.f->request.pin = &first;
	keep_forged(&one);
	EXPECT_OK(one.err);
	EXPECT(strstr(one.text, "\"pin\":\"first-use\"") != NULL);
	EXPECT(replay_problem(&one) == NULL);
	char *pin = NULL;
	size_t len = 0;
	FORGE_MUST(ah_pin_from_verdict(&pin, &len, one.verdict, NULL));
	/* White space of a caller's pin is not kept, and changes nothing. */
	AH_AUTO(ah_buf) spaced = AH_BUF(AH_PIN_MAX);
	FORGE_MUST(ah_buf_append_text(&spaced, " \n"));
	FORGE_MUST(ah_buf_append(&spaced, ah_slice_make(pin, len)));
	ah_text_free(pin);
	ah_slice given = ah_buf_slice(&spaced);
	two.f->request.pin = &given;
	keep_forged(&two);
	EXPECT_OK(two.err);
	EXPECT(strstr(two.text, "\"pin\":{\"measurements\":") != NULL);
	EXPECT(replay_problem(&two) == NULL);
}

/* -- a file that was altered -- */

/* Loads and replays; AH_OK never means another verdict than the one in the file. */
static ah_err judged(ah_slice text, bool *differs)
{
	AH_AUTO_PTR(ah_saved) saved = NULL;
	AH_AUTO_PTR(ah_verdict) verdict = NULL;
	ah_fault why = { .offset = AH_NO_OFFSET };
	ah_err err = ah_saved_load(&saved, text, &why);
	if (err == AH_OK)
		err = ah_saved_replay(&verdict, verifier, saved, &why);
	*differs = why.err != err;
	if (err == AH_OK) {
		char *json = NULL;
		size_t len = 0;
		FORGE_MUST(ah_verdict_to_json(verdict, &json, &len));
		*differs = !ah_slice_is(ah_saved_verdict_json(saved), ah_slice_make(json, len));
		ah_text_free(json);
	}
	return err;
}

typedef struct edit {
	const char *from, *to;
	ah_err err;
	const char *detail;
} edit;

static void altered_questions_and_verdicts_are_refused(void)
{
	static const edit edits[] = {
		/* another verdict in the file */
		{ "\"accepted\":true", "\"accepted\":false", AH_ERR_REPLAY, "SIMULATED" },
		{ "\"result\":\"SIMULATED\"", "\"result\":\"PASS\"", AH_ERR_REPLAY, "SIMULATED" },
		{ "\"verdict\":{", "\"verdict\":{ ", AH_ERR_REPLAY, "" },
		/* another question */
		{ "\"allow_simulated\":true", "\"allow_simulated\":false", AH_ERR_REPLAY, "no verdict: InvalidArgument" },
		{ "\"time\":\"2027-01-15T08:00:00Z\"", "\"time\":\"2027-01-15T08:00:01Z\"", AH_ERR_REPLAY, "SIMULATED" },
		{ "\"fields\":[\"report_data\"]", "\"fields\":[\"no_binding\"]", AH_ERR_REPLAY, "no verdict" },
		{ "\"platform\":null", "\"platform\":\"tdx\"", AH_ERR_REPLAY, "UNSUPPORTED" },
		{ "\"pin\":null", "\"pin\":\"first-use\"", AH_ERR_REPLAY, "SIMULATED" },
		/* no such document */
		{ "anchorhold.saved/v1", "anchorhold.saved/v2", AH_ERR_SAVED_MALFORMED, "schema: not anchorhold.saved/v1" },
		{ "\"allow_debug\":false,", "", AH_ERR_SAVED_MALFORMED, "allow_debug: missing" },
		{ "\"allow_debug\":false", "\"allow_debug\":0", AH_ERR_SAVED_MALFORMED, "allow_debug: neither true nor false" },
		{ "\"allow_debug\":false", "\"allow_debug\":false,\"comment\":1", AH_ERR_SAVED_MALFORMED, "this release knows no member comment" },
		{ "\"allow_debug\":false", "\"allow_debug\":false,\"allow_debug\":true", AH_ERR_SAVED_MALFORMED, "DuplicateKey" },
		{ "\"nonce\":null,", "", AH_ERR_SAVED_MALFORMED, "expected.nonce: missing" },
		{ "\"nonce\":null", "\"nonce\":\"\"", AH_ERR_SAVED_MALFORMED, "expected.nonce: empty" },
		{ "\"nonce\":null", "\"nonce\":\"AB\"", AH_ERR_SAVED_MALFORMED, "expected.nonce: not lowercase hex" },
		{ "\"nonce\":null", "\"nonce\":null,\"nunce\":null", AH_ERR_SAVED_MALFORMED, "expected: this release knows no member nunce" },
		{ "\"fields\":[\"report_data\"]", "\"fields\":[\"report\"]", AH_ERR_SAVED_MALFORMED, "expected.fields: a field that this release does not know" },
		{ "\"fields\":[\"report_data\"]", "\"fields\":[\"report_data\",\"report_data\"]", AH_ERR_SAVED_MALFORMED, "expected.fields: a field for the second" },
		{ "\"fields\":[\"report_data\"]", "\"fields\":\"report_data\"", AH_ERR_SAVED_MALFORMED, "expected.fields: no array" },
		{ "\"session_value\":null", "\"session_value\":\"00\"", AH_ERR_SAVED_MALFORMED, "expected.session_value: not 32 bytes" },
		{ "\"purpose\":null", "\"purpose\":7", AH_ERR_SAVED_MALFORMED, "expected.purpose: no text" },
		{ "\"event_log_b64\":null", "\"event_log_b64\":\"\"", AH_ERR_SAVED_MALFORMED, "event_log_b64: empty" },
		{ "\"event_log_b64\":null", "\"event_log_b64\":\"AA=\"", AH_ERR_SAVED_MALFORMED, "event_log_b64: not base64" },
		{ "\"evidence_b64\":\"", "\"evidence_b64\":\"\\u0041", AH_ERR_SAVED_MALFORMED, "evidence_b64: a text with an escape" },
		{ "\"chain_b64\":[", "\"chain_b64\":[null,", AH_ERR_SAVED_MALFORMED, "endorsements.chain_b64: no text" },
		{ "\"chain_b64\":[", "\"chain_b64\":[\"AA==\",\"AA==\",\"AA==\",\"AA==\",\"AA==\",\"AA==\",\"AA==\",", AH_ERR_SAVED_MALFORMED,
		  "endorsements.chain_b64: more than can be used" },
		{ "\"cert_table_b64\":null", "\"cert_table_b64\":\"AA==\"", AH_ERR_CERT_TABLE, "less than one entry" },
		{ "\"collateral_b64\":null,", "", AH_ERR_SAVED_MALFORMED, "endorsements.collateral_b64: missing" },
		{ "\"endorsements\":{", "\"endorsements\":{\"extra\":1,", AH_ERR_SAVED_MALFORMED, "endorsements: this release knows no member extra" },
		{ "\"platform\":null", "\"platform\":\"sgx\"", AH_ERR_SAVED_MALFORMED, "platform: not nitro" },
		{ "\"pin\":null", "\"pin\":\"second-use\"", AH_ERR_PIN_INVALID, "pin: document: no object" },
		{ "\"pin\":null", "\"pin\":{}", AH_ERR_PIN_INVALID, "pin: release_root: missing" },
		{ "\"genuine_only\":false", "\"genuine_only\":true", AH_ERR_SAVED_MALFORMED, "not exactly one of policy, trust and genuine_only" },
		{ "\"schema\":\"anchorhold.trust-bundle/v1\"", "\"schema\":\"anchorhold.trust-bundle/v2\"", AH_ERR_POLICY_MALFORMED, "policy: schema" },
		{ "\"time\":\"2027-01-15T08:00:00Z\"", "\"time\":\"2027-01-15 08:00:00\"", AH_ERR_SAVED_MALFORMED, "time: not a time" },
		{ "\"state\":null", "\"state\":{\"bundles\":[]}", AH_ERR_SAVED_MALFORMED, "state.numbers: missing" },
		{ "\"state\":null", "\"state\":{\"bundles\":[],\"numbers\":[{\"key\":\"00\",\"kind\":\"crl\",\"number\":1}]}", AH_ERR_SAVED_MALFORMED,
		  "state: no kind, key or number of a state" },
		{ "\"state\":null", "\"state\":{\"bundles\":[],\"numbers\":[{\"key\":\"00\",\"kind\":\"crl\",\"number\":-1}]}", AH_ERR_SAVED_MALFORMED,
		  "state.numbers: below zero" },
		{ "\"state\":null", "\"state\":{\"bundles\":[],\"numbers\":[{\"key\":\"00\",\"kind\":\"crl\"}]}", AH_ERR_SAVED_MALFORMED,
		  "state.numbers: a number without" },
		{ "\"state\":null", "\"state\":{\"bundles\":[{\"root\":\"00\"}],\"numbers\":[]}", AH_ERR_SAVED_MALFORMED, "state.bundles: not lowercase hex of its" },
		{ "\"state\":null", "\"state\":{\"bundles\":[{}],\"numbers\":[]}", AH_ERR_SAVED_MALFORMED, "state.bundles: a bundle without" },
		{ "\"trust\":null", "\"trust\":{\"bundle\":\"a\",\"release_roots\":[],\"workload\":\"w\"}", AH_ERR_SAVED_MALFORMED, "trust: needs bundle" },
		{ "\"trust\":null", "\"trust\":{\"bundle\":\"a\",\"workload\":\"w\"}", AH_ERR_SAVED_MALFORMED, "trust.release_roots: missing" },
		{ "\"verdict\":{", "\"verdict\":[],\"verdict2\":{", AH_ERR_SAVED_MALFORMED, "verdict: no object" },
	};
	AH_AUTO(kept) k = { .f = forge_make(&snp_case) };
	forge_expect(k.f, AH_EXPECT_REPORT_DATA);
	keep_forged(&k);
	EXPECT_OK(k.err);
	for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
		AH_AUTO(ah_buf) text = AH_BUF(AH_SAVED_MAX);
		AH_AUTO_PTR(ah_saved) saved = NULL;
		AH_AUTO_PTR(ah_verdict) verdict = NULL;
		ah_fault why = { .offset = AH_NO_OFFSET };
		const char *at = strstr(k.text, edits[i].from);
		EXPECT_MSG(at != NULL, "%s is not there", edits[i].from);
		size_t off = (size_t)(at - k.text), cut = strlen(edits[i].from);
		FORGE_MUST(ah_buf_append(&text, ah_slice_make(k.text, off)));
		FORGE_MUST(ah_buf_append_text(&text, edits[i].to));
		FORGE_MUST(ah_buf_append(&text, ah_slice_make(k.text + off + cut, k.len - off - cut)));
		ah_err err = ah_saved_load(&saved, ah_buf_slice(&text), &why);
		if (err == AH_OK)
			err = ah_saved_replay(&verdict, verifier, saved, &why);
		EXPECT_MSG(err == edits[i].err && why.err == err, "%s -> %s: %s: %s", edits[i].from, edits[i].to, ah_err_name(err), why.detail);
		EXPECT_MSG(strstr(why.detail, edits[i].detail) != NULL, "%s -> %s: %s", edits[i].from, edits[i].to, why.detail);
		EXPECT(ah_err_class_of(err) != AH_CLASS_MALFORMED || saved == NULL);
		ah_test_count(1);
	}
}

/* Every byte of the question, and every byte of the verdict: flipped in one bit, which rotates. */
static void no_flipped_byte_gives_another_accepted_verdict(void)
{
	const forge_case *const cases[] = { &nitro_case, &snp_case, &tdx_case };
	size_t refused = 0;
	bool full = getenv("AH_FULL") != NULL;
	for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
		AH_AUTO(kept) k = { .f = NULL };
		keep(&k, cases[c]);
		EXPECT_OK(k.err);
		size_t step = full ? 1 : k.len / 300 + 1;
		for (size_t i = c; i < k.len; i += step) {
			bool differs = false;
			k.text[i] = (char)(k.text[i] ^ (1 << (i % 7)));
			ah_err err = judged(saved_text(&k), &differs);
			k.text[i] = (char)(k.text[i] ^ (1 << (i % 7)));
			EXPECT_MSG(!differs, "%s: byte %zu", cases[c]->name, i);
			refused += err != AH_OK;
		}
		/* Unsigned bytes of a Nitro document do not exist; of reports and quotes some do, so a flip there may change the digest alone. */
		EXPECT(refused != 0);
	}
	ah_test_count(refused);
}

static void no_prefix_of_a_file_is_one(void)
{
	AH_AUTO(kept) k = { .f = NULL };
	keep(&k, &nitro_case);
	for (size_t len = 0; len < k.len; len += 1 + k.len / 200) {
		AH_AUTO_PTR(ah_saved) saved = NULL;
		EXPECT_ERR(ah_saved_load(&saved, ah_slice_make(k.text, len), NULL), AH_ERR_SAVED_MALFORMED);
		ah_test_count(1);
	}
}

/* -- limits -- */

static void the_largest_evidence_endorsements_and_log_fit(void)
{
	AH_AUTO(kept) k = { .f = forge_make(&tdx_case) };
	AH_AUTO(ah_buf) evidence = AH_BUF(AH_EVIDENCE_MAX), log = AH_BUF(AH_EVENT_LOG_MAX), collateral = AH_BUF(AH_TDX_COLLATERAL_MAX), crl = AH_BUF(AH_CRL_MAX);
	AH_AUTO_PTR(ah_endorsements) en = NULL;
	FORGE_MUST(ah_buf_reserve(&evidence, AH_EVIDENCE_MAX));
	FORGE_MUST(ah_buf_reserve(&log, AH_EVENT_LOG_MAX));
	FORGE_MUST(ah_buf_reserve(&collateral, AH_TDX_COLLATERAL_MAX));
	FORGE_MUST(ah_buf_reserve(&crl, AH_CRL_MAX));
	memset(evidence.ptr, 0xa5, evidence.len = AH_EVIDENCE_MAX);
	memset(log.ptr, 0x5a, log.len = AH_EVENT_LOG_MAX);
	memset(collateral.ptr, ' ', collateral.len = AH_TDX_COLLATERAL_MAX);
	memset(crl.ptr, 0x30, crl.len = AH_CRL_MAX);
	FORGE_MUST(ah_endorsements_new(&en));
	FORGE_MUST(ah_endorsements_set_collateral(en, ah_buf_slice(&collateral), NULL));
	for (size_t i = 0; i < AH_CRLS_MAX; i++)
		FORGE_MUST(ah_endorsements_add_crl(en, ah_buf_slice(&crl), NULL));
	k.f->request.evidence = ah_buf_slice(&evidence);
	k.f->request.platform = AH_PLATFORM_TDX;
	k.f->request.event_log = ah_buf_slice(&log);
	k.f->request.endorsements = en;
	keep_forged(&k);
	EXPECT_MSG(k.verdict != NULL && k.len > 6 * 1024 * 1024, "%s, %zu bytes", ah_err_name(k.err), k.len);
	const char *problem = replay_problem(&k);
	EXPECT_MSG(problem == NULL, "%s", problem);
}

static void evidence_that_is_never_judged_is_not_saved(void)
{
	AH_AUTO(kept) k = { .f = forge_make(&nitro_case) };
	AH_AUTO(ah_buf) evidence = AH_BUF(AH_EVIDENCE_MAX + 1);
	FORGE_MUST(ah_buf_reserve(&evidence, AH_EVIDENCE_MAX + 1));
	memset(evidence.ptr, 1, evidence.len = AH_EVIDENCE_MAX + 1);
	k.f->request.evidence = ah_buf_slice(&evidence);
	EXPECT_ERR(forge_judge(k.f, verifier, &k.verdict), AH_ERR_TOO_LARGE);
	EXPECT_ERR(ah_saved_write(&k.text, &k.len, &k.f->request, k.verdict, NULL), AH_ERR_LIMIT);
	EXPECT(k.text == NULL);
}

static void a_file_above_its_limit_is_too_large(void)
{
	AH_AUTO(ah_buf) text = AH_BUF(AH_SAVED_MAX + 1);
	AH_AUTO_PTR(ah_saved) saved = NULL;
	FORGE_MUST(ah_buf_reserve(&text, AH_SAVED_MAX + 1));
	memset(text.ptr, ' ', text.len = AH_SAVED_MAX + 1);
	EXPECT_ERR(ah_saved_load(&saved, ah_buf_slice(&text), NULL), AH_ERR_TOO_LARGE);
	text.len = AH_SAVED_MAX;
	EXPECT_ERR(ah_saved_load(&saved, ah_buf_slice(&text), NULL), AH_ERR_SAVED_MALFORMED);
}

/* -- cases: the same question without its verdict -- */

static void a_case_is_a_question_whose_absent_members_are_null(void)
{
	AH_AUTO(ah_buf) text = AH_BUF(AH_CASE_MAX);
	AH_AUTO_PTR(ah_saved) question = NULL;
	AH_AUTO_PTR(ah_verdict) verdict = NULL;
	ah_fault why = { .offset = AH_NO_OFFSET };
	FORGE_MUST(ah_buf_append_text(&text, "{\"schema\":\"anchorhold.case/v1\",\"evidence_b64\":\"AQID\",\"time\":\"2027-01-15T08:00:00Z\",\"genuine_only\":true}"));
	EXPECT_OK(ah__case_load(&question, ah_buf_slice(&text), &why));
	EXPECT_ERR(ah_appraise(&verdict, verifier, ah_saved_request(question), NULL), AH_ERR_UNKNOWN_FORMAT);
	EXPECT(ah_saved_verdict_json(question).len == 0);

	static const edit edits[] = {
		{ "\"schema\":\"anchorhold.case/v1\",", "", AH_ERR_CASE_MALFORMED, "schema is missing" },
		{ "case/v1", "saved/v1", AH_ERR_CASE_MALFORMED, "schema: not anchorhold.case/v1" },
		{ "\"evidence_b64\":\"AQID\",", "", AH_ERR_CASE_MALFORMED, "evidence_b64 is missing" },
		{ "\"time\":\"2027-01-15T08:00:00Z\",", "", AH_ERR_CASE_MALFORMED, "time is missing" },
		{ "true}", "true,\"verdict\":{}}", AH_ERR_CASE_MALFORMED, "this release knows no member verdict" },
		{ ",\"genuine_only\":true", "", AH_ERR_CASE_MALFORMED, "not exactly one of policy" },
		{ "true}", "true,\"expected\":{\"fields\":[\"x\"]}}", AH_ERR_CASE_MALFORMED, "expected.fields: a field" },
	};
	FORGE_MUST(ah_buf_append_byte(&text, '\0'));
	for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
		AH_AUTO(ah_buf) edited = AH_BUF(AH_CASE_MAX);
		const char *start = (const char *)text.ptr, *at = strstr(start, edits[i].from);
		AH_AUTO_PTR(ah_saved) none = NULL;
		EXPECT(at != NULL);
		FORGE_MUST(ah_buf_append(&edited, ah_slice_make(start, (size_t)(at - start))));
		FORGE_MUST(ah_buf_append_text(&edited, edits[i].to));
		FORGE_MUST(ah_buf_append_text(&edited, at + strlen(edits[i].from)));
		why = (ah_fault){ .offset = AH_NO_OFFSET };
		EXPECT_ERR(ah__case_load(&none, ah_buf_slice(&edited), &why), edits[i].err);
		EXPECT_MSG(strstr(why.detail, edits[i].detail) != NULL, "%s", why.detail);
	}
}

int main(int argc, char **argv)
{
	static const ah_test_case cases[] = {
		AH_TEST(every_forged_case_is_replayed_byte_for_byte),
		AH_TEST(a_verdict_without_a_policy_is_replayed),
		AH_TEST(nothing_and_unknown_bytes_are_questions_too),
		AH_TEST(a_policy_of_the_caller_becomes_one_of_a_file),
		AH_TEST(of_a_state_only_what_was_compared_with_is_kept),
		AH_TEST(a_question_with_a_pin_is_replayed),
		AH_TEST(altered_questions_and_verdicts_are_refused),
		AH_TEST(no_flipped_byte_gives_another_accepted_verdict),
		AH_TEST(no_prefix_of_a_file_is_one),
		AH_TEST(the_largest_evidence_endorsements_and_log_fit),
		AH_TEST(evidence_that_is_never_judged_is_not_saved),
		AH_TEST(a_file_above_its_limit_is_too_large),
		AH_TEST(a_case_is_a_question_whose_absent_members_are_null),
	};
	if (ah_verifier_new(&verifier, NULL) != AH_OK)
		return 1;
	int rc = ah_test_main(argc, argv, cases, sizeof cases / sizeof cases[0]);
	ah_verifier_free(verifier);
	return rc;
}
