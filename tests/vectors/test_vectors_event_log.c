/*
 * Real event logs: the CCEL files with the registers that an independent script replayed, and the logs that belong to real quotes, compared with the
 * registers in those. A report of a guest holds its JSON log as a text inside; the test takes it out, as a user would.
 */
#include "vectors/vectors.h"

#include "codec/text.h"
#include "crypto/crypto.h"
#include "platforms/tdx/event_log.h"

#define FILE_MAX ((size_t)1 << 20)
#define RTMR_OFF (48 + 328) /* of RTMR0 in a quote of version 4 */

static void compare_ccel(const char *name, const json_t *want, ah_crypto *crypto)
{
	AH_AUTO(ah_buf) bytes = AH_BUF(FILE_MAX);
	AH_AUTO_PTR(ah_event_log) log = NULL;
	EXPECT(ah_vectors_read(&bytes, "tdx/eventlog", name));
	EXPECT_OK(ah_event_log_parse(&log, crypto, ah_buf_slice(&bytes), NULL));
	size_t no_action = 0, bound = 0;
	for (size_t i = 0; i < log->count; i++) {
		no_action += log->events[i].type == AH_EVENT_TYPE_NO_ACTION;
		bound += log->events[i].content_matches && log->events[i].type != AH_EVENT_TYPE_NO_ACTION;
	}
	EXPECT(log->kind == AH_EVENT_LOG_CCEL);
	EXPECT_MSG(no_action == (size_t)json_integer_value(json_object_get(want, "no_action")), "%s: %zu EV_NO_ACTION", name, no_action);
	EXPECT_MSG(log->count == (size_t)json_integer_value(json_object_get(want, "events")), "%s: %zu events", name, log->count);
	EXPECT_MSG(bound == (size_t)json_integer_value(json_object_get(want, "content_matches_digest")), "%s: %zu events with bound content", name, bound);
	for (size_t i = 0; i < 4; i++) {
		uint8_t rtmr[48];
		const char *hex = json_string_value(json_array_get(json_object_get(want, "rtmr"), i));
		EXPECT(hex != NULL);
		EXPECT_OK(ah_hex_decode_exact(rtmr, sizeof rtmr, ah_slice_text(hex)));
		EXPECT_BYTES(AH_SLICE_OF(log->rtmr[i]), AH_SLICE_OF(rtmr));
		EXPECT(log->rtmr_used[i] == !ah_slice_is_zero(AH_SLICE_OF(rtmr)));
	}
	ah_test_count(1);
}

static void every_ccel_replays_to_the_registers_of_an_independent_script(void)
{
	if (ah_test_vectors() == NULL)
		AH_SKIP("../shared/vectors absent");
	AH_AUTO_PTR(ah_crypto) crypto = NULL;
	json_t *expected = ah_vectors_json("tdx/eventlog/expected_rtmrs.json");
	const char *name;
	json_t *want;
	EXPECT(expected != NULL);
	EXPECT_OK(ah_crypto_new(&crypto, NULL));
	json_object_foreach(expected, name, want)
		if (!ah_test_failed())
			compare_ccel(name, want, crypto);
	EXPECT(json_object_size(expected) >= 8);
	json_decref(expected);
}

static void take_registers(ah_tdx_claims *claims, const ah_buf *quote)
{
	for (size_t i = 0; i < 4; i++)
		memcpy(claims->rtmr[i], ah_slice_sub(ah_buf_slice(quote), RTMR_OFF + 48 * i, 48).ptr, 48);
}

static void the_ccel_of_cos_113_is_that_of_its_quote(void)
{
	if (ah_test_vectors() == NULL)
		AH_SKIP("../shared/vectors absent");
	AH_AUTO_PTR(ah_crypto) crypto = NULL;
	AH_AUTO_PTR(ah_event_log) log = NULL;
	AH_AUTO(ah_buf) quote = AH_BUF(FILE_MAX);
	AH_AUTO(ah_buf) bytes = AH_BUF(FILE_MAX);
	static ah_tdx_claims claims, other;
	EXPECT_OK(ah_crypto_new(&crypto, NULL));
	EXPECT(ah_vectors_read(&quote, "tdx/go-tdx-guest", "cos-113-tdx-quote.dat") && ah_vectors_read(&bytes, "tdx/eventlog", "cos113_CCEL.bin"));
	take_registers(&claims, &quote);
	EXPECT_OK(ah_event_log_parse(&log, crypto, ah_buf_slice(&bytes), NULL));
	EXPECT_OK(ah_event_log_bind(log, &claims, NULL));
	EXPECT(claims.has_event_log && claims.event_count == 43 && claims.security_event_count == 0);
	EXPECT(claims.rtmr_replayed[0] && claims.rtmr_replayed[1] && claims.rtmr_replayed[2] && !claims.rtmr_replayed[3]);

	quote.len = 0;
	EXPECT(ah_vectors_read(&quote, "tdx/trustee", "tdx_quote_4.dat"));
	take_registers(&other, &quote);
	EXPECT_ERR(ah_event_log_bind(log, &other, NULL), AH_ERR_EVENT_LOG);
	EXPECT(!other.has_event_log);
}

typedef struct security_event { const char *name, *payload; } security_event;

/* A report {"quote": hex, "event_log": text}: both taken out of it. */
static void compare_report(const char *name, size_t events, const security_event *want, size_t count)
{
	AH_AUTO_PTR(ah_crypto) crypto = NULL;
	AH_AUTO_PTR(ah_event_log) log = NULL;
	AH_AUTO(ah_buf) quote = AH_BUF(FILE_MAX);
	static ah_tdx_claims zero;
	ah_tdx_claims claims = zero;
	char path[128];
	(void)snprintf(path, sizeof path, "tdx/dstack/%s", name);
	json_t *report = ah_vectors_json(path);
	EXPECT(report != NULL);
	ah_test_hex(&quote, ah_vectors_text(report, "quote"));
	take_registers(&claims, &quote);
	EXPECT_OK(ah_crypto_new(&crypto, NULL));
	EXPECT_OK(ah_event_log_parse(&log, crypto, ah_slice_text(ah_vectors_text(report, "event_log")), NULL));
	EXPECT_OK(ah_event_log_bind(log, &claims, NULL));
	EXPECT(log->kind == AH_EVENT_LOG_JSON && log->unknown_members == 0);
	EXPECT_MSG(claims.event_count == events, "%s: %zu events", name, claims.event_count);
	for (size_t i = 0; i < 4; i++)
		EXPECT(claims.rtmr_replayed[i]);
	EXPECT_MSG(claims.security_event_count == count, "%s: %zu security events", name, claims.security_event_count);
	for (size_t i = 0; i < count; i++) {
		AH_AUTO(ah_buf) payload = AH_BUF(FILE_MAX);
		ah_test_hex(&payload, want[i].payload);
		EXPECT_BYTES(ah_slice_text(claims.security_events[i].name), ah_slice_text(want[i].name));
		const ah_tdx_security_event *event = &claims.security_events[i];
		EXPECT(event->payload_len == event->payload_total_len && event->payload_len >= payload.len);
		EXPECT_BYTES(ah_slice_sub(AH_SLICE_OF(event->payload), 0, payload.len), ah_buf_slice(&payload)); /* the table has the first 64 bytes */
	}
	json_decref(report);
}

static void the_log_of_a_dstack_report_gives_its_names(void)
{
	static const security_event want[] = {
		{ "app-id", "3763bc34552cf3a27ff71ad5f7a90471562a1a2d" },
		{ "compose-hash", "3763bc34552cf3a27ff71ad5f7a90471562a1a2df552dfc1998cba2d60da27e7" },
		{ "instance-id", "c3714eb66990eace777b4e664c16e09375dec4c9" },
		/* The first 64 of 92 bytes: {"name":"local-sgx","id":".. */
		{ "key-provider",
		  "7b226e616d65223a226c6f63616c2d736778222c226964223a223162376134393337383430333234396236393836613930373834346361623039323165636133" },
	};
	if (ah_test_vectors() == NULL)
		AH_SKIP("../shared/vectors absent");
	compare_report("quote-report.json", 28, want, sizeof want / sizeof want[0]);
}

/* Its runtime events have empty digests. */
static void the_log_of_a_dstack_lite_guest_gives_its_names(void)
{
	static const security_event want[] = {
		{ "app-id", "86b0e55f2fa8e4fb69d890f14f54d5612707646e" },
		{ "compose-hash", "86b0e55f2fa8e4fb69d890f14f54d5612707646e2573d54e0d2ddaaade77caa9" },
		{ "instance-id", "050bf89570575fe8fab4cb8f0a62a9e64efe8ead" },
		{ "os-image-hash", "07a2388c7a6a1b6a646d443f1517990a4ec294471d63146cda9d56972765051d" },
		{ "key-provider",
		  "7b226e616d65223a226b6d73222c226964223a223330353933303133303630373261383634386365336430323031303630383261383634386365336430333031" },
	};
	if (ah_test_vectors() == NULL)
		AH_SKIP("../shared/vectors absent");
	compare_report("tdx-lite-getquote.json", 29, want, sizeof want / sizeof want[0]);
}

static const ah_test_case cases[] = {
	AH_TEST(every_ccel_replays_to_the_registers_of_an_independent_script),
	AH_TEST(the_ccel_of_cos_113_is_that_of_its_quote),
	AH_TEST(the_log_of_a_dstack_report_gives_its_names),
	AH_TEST(the_log_of_a_dstack_lite_guest_gives_its_names),
};

AH_TEST_MAIN(cases)
