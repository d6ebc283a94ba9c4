/*
 * The one door for TDX: the event log is replayed behind the signature and never before it, the state refuses older collateral and learns from what
 * was accepted alone.
 *
 * Evidence, collateral and log are real ones of the vectors: a quote of Google's COS with its CCEL.
 */
#include "evidence/endorsements.h"
#include "evidence/verifier.h"
#include "policy/appraise.h"
#include "policy/state.h"
#include "support/test.h"

#include <stdio.h>

#define COS_QUOTE       "go-tdx-guest/cos-113-tdx-quote.dat"
#define COS_COLLATERAL  "collateral/00806f050000_2025-10.json"
#define COS_LOG         "eventlog/cos113_CCEL.bin"
#define COS_FMSPC       "00806f050000"
#define COS_EVALUATION  17
#define COS_NOW_S       INT64_C(1761350400) /* "time" of cases.json */
/* SHA-256 of the issuer's Name in the two CRLs, by python3 cryptography and hashlib: Intel SGX Root CA, Intel SGX PCK Platform CA. */
#define ROOT_ISSUER     "350307156364c1ad05c57f38d7a95aafa020d86130e875c64068a603af4475e3"
#define PLATFORM_ISSUER "b1f78786b18d0ce3fbd676c062be1e4e503160b8c3adb42c94c500b73e714219"

typedef struct asked {
	ah_verifier *verifier;
	ah_endorsements *endorsements;
	ah_buf quote, collateral, log;
	ah_state *state;
	ah_request request;
	ah_verdict *verdict;
	ah_err err;
	ah_fault why;
} asked;

static void asked_auto(asked *a)
{
	ah_verdict_free(a->verdict);
	ah_state_free(a->state);
	ah_endorsements_free(a->endorsements);
	ah_verifier_free(a->verifier);
	ah_buf_free(&a->quote);
	ah_buf_free(&a->collateral);
	ah_buf_free(&a->log);
}

#define ASKED { .quote = AH_BUF(AH_EVIDENCE_MAX), .collateral = AH_BUF(AH_TDX_COLLATERAL_MAX), .log = AH_BUF(AH_EVENT_LOG_MAX) }

/* A question in genuine_only mode, with collateral, log and an empty state. */
static void prepare(asked *a)
{
	EXPECT_OK(ah_verifier_new(&a->verifier, NULL));
	EXPECT_OK(ah_state_new(&a->state));
	EXPECT(ah_test_read(&a->quote, "%s/tdx/" COS_QUOTE, ah_test_vectors()));
	EXPECT(ah_test_read(&a->collateral, "%s/tdx/" COS_COLLATERAL, ah_test_vectors()));
	EXPECT(ah_test_read(&a->log, "%s/tdx/" COS_LOG, ah_test_vectors()));
	EXPECT_OK(ah_endorsements_new(&a->endorsements));
	EXPECT_OK(ah_endorsements_set_collateral(a->endorsements, ah_buf_slice(&a->collateral), NULL));
	a->request = (ah_request){ .evidence = ah_buf_slice(&a->quote), .endorsements = a->endorsements, .genuine_only = true, .now_s = COS_NOW_S,
	                           .event_log = ah_buf_slice(&a->log), .state = a->state };
}

#define PREPARE(a) do { if (ah_test_vectors() == NULL) AH_SKIP("../shared/vectors absent"); prepare(a); if (ah_test_failed()) return; } while (0)

static void ask(asked *a)
{
	ah_verdict_free(a->verdict);
	a->verdict = NULL;
	a->why = (ah_fault){ .err = AH_OK };
	a->err = ah_appraise(&a->verdict, a->verifier, &a->request, &a->why);
	EXPECT(a->why.err == a->err);
	ah_test_count(1);
}

#define EXPECT_ASKED(a, error, expected_result) \
	do { \
		ask(a); \
		if (ah_test_failed()) \
			return; \
		EXPECT_MSG((a)->err == (error), "%s: %s: %s", ah_err_name((a)->err), (a)->why.step != NULL ? (a)->why.step : "", (a)->why.detail); \
		EXPECT((a)->verdict != NULL && ah_verdict_result((a)->verdict) == (expected_result)); \
	} while (0)

static const ah_check_row *row(const asked *a, ah_check_id id)
{
	return &a->verdict->checks.rows[id];
}

static bool remembers(const asked *a, const char *kind, const char *key, uint64_t wanted)
{
	uint64_t number = 0;
	return ah_state_highest(a->state, kind, key, &number) && number == wanted;
}

/* -- the event log -- */

static void a_log_that_replays_is_in_the_claims(void)
{
	AH_AUTO(asked) a = ASKED;
	PREPARE(&a);
	EXPECT_ASKED(&a, AH_OK, AH_RESULT_GENUINE);
	const ah_tdx_claims *tdx = ah_claims_tdx(ah_verdict_claims(a.verdict));
	EXPECT(tdx->has_event_log && tdx->event_count == 43); /* the vectors' README counts them */
	EXPECT(row(&a, AH_CHECK_TDX_EVENT_LOG)->status == AH_CHECK_PASS && strcmp(row(&a, AH_CHECK_TDX_EVENT_LOG)->got, "43 events") == 0);
	a.request.event_log = ah_slice_make(NULL, 0);
	EXPECT_ASKED(&a, AH_OK, AH_RESULT_GENUINE);
	EXPECT(!ah_claims_tdx(ah_verdict_claims(a.verdict))->has_event_log);
	EXPECT(row(&a, AH_CHECK_TDX_EVENT_LOG)->status == AH_CHECK_NOT_CHECKED);
	EXPECT(strcmp(row(&a, AH_CHECK_TDX_EVENT_LOG)->reason, "no event log was given") == 0);
}

static void a_log_of_another_guest_is_a_mismatch(void)
{
	AH_AUTO(asked) a = ASKED;
	PREPARE(&a);
	a.log.len = 0;
	EXPECT(ah_test_read(&a.log, "%s/tdx/eventlog/trustee_gcp_CCEL.bin", ah_test_vectors()));
	a.request.event_log = ah_buf_slice(&a.log);
	EXPECT_ASKED(&a, AH_ERR_EVENT_LOG, AH_RESULT_FAIL);
	EXPECT(row(&a, AH_CHECK_TDX_EVENT_LOG)->status == AH_CHECK_FAIL && row(&a, AH_CHECK_TDX_EVENT_LOG)->err == AH_ERR_EVENT_LOG);
	EXPECT(!ah_claims_tdx(ah_verdict_claims(a.verdict))->has_event_log);
	EXPECT(row(&a, AH_CHECK_SIMULATED)->status == AH_CHECK_NOT_REACHED);
	EXPECT(!ah_state_is_changed(a.state));
}

static void a_log_that_is_cut_is_malformed_and_says_where(void)
{
	AH_AUTO(asked) a = ASKED;
	PREPARE(&a);
	a.request.event_log.len = 100;
	EXPECT_ASKED(&a, AH_ERR_EVENT_LOG_MALFORMED, AH_RESULT_MALFORMED);
	EXPECT(a.why.offset == AH_NO_OFFSET); /* an offset of a verdict is one of the evidence */
	EXPECT(strstr(a.why.detail, " of the log: ") != NULL);
	EXPECT(ah_verdict_exit_code(a.verdict) == 30);
	EXPECT(!ah_state_is_changed(a.state));
}

static void a_log_above_the_limit_is_refused_by_its_size(void)
{
	static uint8_t large[AH_EVENT_LOG_MAX + 1];
	AH_AUTO(asked) a = ASKED;
	PREPARE(&a);
	a.request.event_log = AH_SLICE_OF(large);
	EXPECT_ASKED(&a, AH_ERR_TOO_LARGE, AH_RESULT_MALFORMED);
}

/* Nobody makes us parse or hash a log by sending a quote that nobody signed. */
static void no_log_is_looked_at_before_the_signature_holds(void)
{
	AH_AUTO(asked) a = ASKED;
	PREPARE(&a);
	a.quote.ptr[48 + 520] ^= 1; /* report_data */
	a.request.event_log.len = 100;
	EXPECT_ASKED(&a, AH_ERR_SIGNATURE, AH_RESULT_FAIL);
	EXPECT(row(&a, AH_CHECK_TDX_EVENT_LOG)->status == AH_CHECK_NOT_REACHED);
}

/* -- the state -- */

static void what_was_accepted_is_remembered(void)
{
	AH_AUTO(asked) a = ASKED;
	PREPARE(&a);
	EXPECT_ASKED(&a, AH_OK, AH_RESULT_GENUINE);
	EXPECT(row(&a, AH_CHECK_COLLATERAL_ROLLBACK)->status == AH_CHECK_PASS);
	EXPECT(ah_state_is_changed(a.state));
	EXPECT(remembers(&a, AH_STATE_TDX_TCB_INFO, COS_FMSPC, COS_EVALUATION) && remembers(&a, AH_STATE_TDX_QE_IDENTITY, COS_FMSPC, COS_EVALUATION));
	EXPECT(remembers(&a, AH_STATE_CRL, ROOT_ISSUER, 1) && remembers(&a, AH_STATE_CRL, PLATFORM_ISSUER, 1));
	EXPECT_ASKED(&a, AH_OK, AH_RESULT_GENUINE);
}

static void a_question_without_a_state_says_so(void)
{
	AH_AUTO(asked) a = ASKED;
	PREPARE(&a);
	a.request.state = NULL;
	EXPECT_ASKED(&a, AH_OK, AH_RESULT_GENUINE);
	EXPECT(row(&a, AH_CHECK_COLLATERAL_ROLLBACK)->status == AH_CHECK_NOT_CHECKED);
	EXPECT(strcmp(row(&a, AH_CHECK_COLLATERAL_ROLLBACK)->reason, "no state given") == 0);
}

static void without_collateral_nothing_is_remembered(void)
{
	AH_AUTO(asked) a = ASKED;
	PREPARE(&a);
	a.request.endorsements = NULL;
	EXPECT_ASKED(&a, AH_OK, AH_RESULT_GENUINE);
	EXPECT(row(&a, AH_CHECK_COLLATERAL_ROLLBACK)->status == AH_CHECK_NOT_CHECKED);
	EXPECT(!ah_state_is_changed(a.state));
}

static void what_was_refused_is_not_remembered(void)
{
	AH_AUTO(asked) a = ASKED;
	PREPARE(&a);
	ah_policy policy = { .workload = "example", .version = 1, .issued_at_s = COS_NOW_S, .valid_from_s = COS_NOW_S, .valid_until_s = COS_NOW_S + 60 };
	a.request.genuine_only = false;
	a.request.policy = &policy;
	a.request.expected = (ah_expected){ .fields = AH_NO_BINDING };
	EXPECT_ASKED(&a, AH_ERR_PLATFORM_NOT_ALLOWED, AH_RESULT_FAIL);
	EXPECT(row(&a, AH_CHECK_COLLATERAL_ROLLBACK)->status == AH_CHECK_PASS);
	EXPECT(!ah_state_is_changed(a.state));
}

/* Intel's next evaluation was 18; whoever has seen it takes no 17 again, though that one is validly signed and within its time. */
static void older_collateral_is_refused_though_validly_signed(void)
{
	AH_AUTO(asked) a = ASKED;
	PREPARE(&a);
	EXPECT_OK(ah_state_note(a.state, AH_STATE_TDX_TCB_INFO, COS_FMSPC, COS_EVALUATION + 1));
	EXPECT_ASKED(&a, AH_ERR_COLLATERAL_ROLLBACK, AH_RESULT_FAIL);
	EXPECT(strcmp(row(&a, AH_CHECK_COLLATERAL_ROLLBACK)->got, "TCB info number 17") == 0);
	EXPECT(strcmp(row(&a, AH_CHECK_COLLATERAL_ROLLBACK)->wanted, "18 or above, as seen before") == 0);
	EXPECT(remembers(&a, AH_STATE_TDX_TCB_INFO, COS_FMSPC, COS_EVALUATION + 1));
	uint64_t number = 0;
	EXPECT(!ah_state_highest(a.state, AH_STATE_TDX_QE_IDENTITY, COS_FMSPC, &number)); /* nothing of a refused question is noted */
	/* The state alone refused it. */
	a.request.state = NULL;
	EXPECT_ASKED(&a, AH_OK, AH_RESULT_GENUINE);
}

/* A number that cannot be remembered cannot protect: no verdict, rather than one that looks protected. */
static void a_full_state_accepts_nothing_new(void)
{
	AH_AUTO(asked) a = ASKED;
	PREPARE(&a);
	for (unsigned i = 0; i < AH_STATE_ENTRIES_MAX; i++) {
		char key[13];
		(void)snprintf(key, sizeof key, "%012x", i);
		EXPECT_OK(ah_state_note(a.state, AH_STATE_TDX_TCB_INFO, key, 1));
	}
	ask(&a);
	EXPECT_ERR(a.err, AH_ERR_STATE_INVALID);
	EXPECT(a.verdict == NULL && strncmp(a.why.detail, "full: ", 6) == 0);
}

/* From first sight to acceptance, as a user does it. */
static void a_first_policy_allows_exactly_the_quote_it_was_made_from(void)
{
	static const uint8_t report_data[64]; /* this quote was made with zeros */
	AH_AUTO(asked) a = ASKED;
	AH_AUTO_PTR(ah_policy) policy = NULL;
	PREPARE(&a);
	EXPECT_ASKED(&a, AH_OK, AH_RESULT_GENUINE);
	EXPECT_OK(ah_policy_init_from(&policy, ah_verdict_claims(a.verdict), "example", "113", COS_NOW_S, NULL));
	a.request.genuine_only = false;
	a.request.policy = policy;
	a.request.expected = (ah_expected){ .fields = AH_EXPECT_REPORT_DATA, .report_data = AH_SLICE_OF(report_data) };
	EXPECT_ASKED(&a, AH_OK, AH_RESULT_PASS);
	EXPECT(ah_verdict_appraisal(a.verdict) != NULL && strcmp(a.verdict->release, "113") == 0);
	policy->tdx.min_tcb_evaluation = COS_EVALUATION + 1;
	EXPECT_ASKED(&a, AH_ERR_TCB_EVALUATION, AH_RESULT_FAIL);
	policy->tdx.min_tcb_evaluation = COS_EVALUATION;
	policy->tdx.releases[0].rtmr[2][47] ^= 1;
	EXPECT_ASKED(&a, AH_ERR_MEASUREMENT, AH_RESULT_FAIL);
	policy->tdx.releases[0].rtmr[2][47] ^= 1;
	a.request.endorsements = NULL;
	EXPECT_ASKED(&a, AH_ERR_COLLATERAL_MISSING, AH_RESULT_FAIL);
	EXPECT(ah_verdict_exit_code(a.verdict) == 40);
}

/* The full verdict of real evidence in both forms, as a user gets it. */
static void the_verdict_can_be_written(void)
{
	AH_AUTO(asked) a = ASKED;
	PREPARE(&a);
	EXPECT_ASKED(&a, AH_OK, AH_RESULT_GENUINE);
	char *text = NULL;
	size_t len = 0;
	EXPECT_OK(ah_verdict_to_json(a.verdict, &text, &len));
	bool json_ok = strstr(text, "\"tcb_status\":\"UpToDate\"") != NULL && strstr(text, "\"events\":43") != NULL;
	ah_text_free(text);
	EXPECT_OK(ah_verdict_to_text(a.verdict, "quote.bin", false, &text, &len));
	bool text_ok = strncmp(text, "GENUINE  quote.bin   tdx (TD 1.0)", strlen("GENUINE  quote.bin   tdx (TD 1.0)")) == 0
	               && strstr(text, "TCB UpToDate of ") != NULL;
	if (!text_ok)
		printf("%s", text);
	ah_text_free(text);
	EXPECT(json_ok && text_ok);
}

static const ah_test_case cases[] = {
	AH_TEST(a_log_that_replays_is_in_the_claims),
	AH_TEST(a_log_of_another_guest_is_a_mismatch),
	AH_TEST(a_log_that_is_cut_is_malformed_and_says_where),
	AH_TEST(a_log_above_the_limit_is_refused_by_its_size),
	AH_TEST(no_log_is_looked_at_before_the_signature_holds),
	AH_TEST(what_was_accepted_is_remembered),
	AH_TEST(a_question_without_a_state_says_so),
	AH_TEST(without_collateral_nothing_is_remembered),
	AH_TEST(what_was_refused_is_not_remembered),
	AH_TEST(older_collateral_is_refused_though_validly_signed),
	AH_TEST(a_full_state_accepts_nothing_new),
	AH_TEST(a_first_policy_allows_exactly_the_quote_it_was_made_from),
	AH_TEST(the_verdict_can_be_written),
};
AH_TEST_MAIN(cases)
