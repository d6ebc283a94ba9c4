/*
 * RTMR3 and its log: every event is in both or in neither, whatever fails in between, and the log is one that the verifier replays.
 *
 * Expected digests were made with python hashlib over json.dumps(.., separators=(",", ":"), sort_keys=True).
 */
#include "attesters/rtmr.h"
#include "attesters/sim_tdx.h"
#include "attesters/tsm.h"
#include "platforms/tdx/event_log.h"
#include "support/test.h"
#include "unit/attesters/evidence.h"
#include "unit/attesters/fake_tdx.h"
#include "unit/attesters/fake_tsm.h"

#include <errno.h>

typedef struct guest {
	fake f;
	fake_tdx tdx;
	ah_rtmr *rtmr;
	ah_fault why;
} guest;

static void guest_init(guest *g)
{
	*g = (guest){ .rtmr = NULL };
	fake_tdx_init(&g->tdx);
	fake_init(&g->f, &fake_tdx_driver, &g->tdx);
	g->f.read_max = 1000;
	g->f.write_max = 0;
}

static void guest_auto(guest *g)
{
	ah_rtmr_free(g->rtmr);
	fake_free(&g->f);
	fake_tdx_free(&g->tdx);
}

/* Again after a crash: nothing but kernel and file is left. */
static ah_err reopen(guest *g)
{
	const ah_rtmr_options options = { .log = FAKE_TDX_LOG };
	ah_rtmr_free(g->rtmr);
	g->rtmr = NULL;
	g->why = (ah_fault){ .offset = AH_NO_OFFSET };
	return ah_rtmr_open(&g->rtmr, &g->f.device, &options, &g->why);
}

static ah_err extend(guest *g, const char *name, const char *payload)
{
	g->why = (ah_fault){ .offset = AH_NO_OFFSET };
	return ah_rtmr_extend(g->rtmr, name, ah_slice_text(payload), &g->why);
}

/* The log, replayed by the verifier's code, is what the registers are. */
static bool log_explains_registers(guest *g, size_t events)
{
	AH_AUTO(ah_buf) json = AH_BUF(AH_EVENT_LOG_MAX);
	AH_AUTO_PTR(ah_crypto) crypto = NULL;
	AH_AUTO_PTR(ah_event_log) log = NULL;
	size_t runtime = 0;
	if (ah_rtmr_log(g->rtmr, NULL, &json, NULL) != AH_OK || ah_crypto_new(&crypto, NULL) != AH_OK ||
	    ah_event_log_parse(&log, crypto, ah_buf_slice(&json), NULL) != AH_OK)
		return false;
	for (size_t i = 0; i < log->count; i++)
		runtime += log->events[i].is_runtime && log->events[i].content_matches ? 1 : 0;
	return runtime == events && memcmp(log->rtmr, g->tdx.rtmr, sizeof log->rtmr) == 0 && fake_open_files(&g->f) == 0;
}

/* -- Good days -- */

static void registers_follow_the_known_answers(void)
{
	static const struct { const char *name, *payload, *rtmr; } rows[] = {
		{ "app-id", "hello", "d291d01155ad8235662f836f8ea69fa8ccde05f69b60e943f8ed8545bebed1cbf28736defb3373a77fddd3a77e7175f3" },
		{ "config", "\xc3\xa4 b", "5d0850ba4718222e96ea7a38b721745a0f8dba6f471bee0e57eb5879c20838955fe47f8c1e9d44b24b968942e7d29b26" },
		{ "system-ready", "", "fe7dfb8498e3b9c62b95871986bba7f86ef1e00d94ed52b2a98e2ec57c41dba4ea69de7e90310d796ccd35233be79573" },
	};
	AH_AUTO(guest) g;
	guest_init(&g);
	EXPECT_OK(reopen(&g));
	EXPECT(log_explains_registers(&g, 0));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		AH_AUTO(ah_buf) wanted = AH_BUF(48);
		ah_test_hex(&wanted, rows[i].rtmr);
		EXPECT_OK(extend(&g, rows[i].name, rows[i].payload));
		EXPECT_BYTES(AH_SLICE_OF(g.tdx.rtmr[3]), ah_buf_slice(&wanted));
		EXPECT(log_explains_registers(&g, i + 1));
	}
	EXPECT(g.f.calls[FAKE_SYNC] == 3 && g.tdx.extends == 3);
}

static void the_log_outlives_the_process(void)
{
	AH_AUTO(guest) g;
	guest_init(&g);
	EXPECT_OK(reopen(&g));
	EXPECT_OK(extend(&g, "app-id", "one"));
	EXPECT_OK(reopen(&g));
	EXPECT(log_explains_registers(&g, 1));
	EXPECT_OK(extend(&g, "note", "two"));
	EXPECT_OK(reopen(&g));
	EXPECT(log_explains_registers(&g, 2));
}

/* Quote, collateral and our log through the one door, with security names in the verdict's policy. */
static void quote_and_log_are_accepted_by_the_door(void)
{
	AH_AUTO(guest) g;
	AH_AUTO(ah_sim_output) simulated = { .evidence = AH_BUF(0) };
	guest_init(&g);
	EXPECT_OK(reopen(&g));
	EXPECT_OK(extend(&g, "app-id", "one"));
	EXPECT_OK(extend(&g, "system-ready", ""));

	/* A quote of this guest: the simulated one with its RTMR3, signed anew. */
	const ah_attest_request request = evidence_request(AH_PLATFORM_TDX);
	ah_sim_tdx *spec = ah_alloc(sizeof *spec);
	EXPECT(spec != NULL);
	ah_sim_tdx_init(spec);
	EXPECT_OK(ah_sim_tdx_defaults(spec, evidence_sim(), EVIDENCE_NOW_S));
	memcpy(spec->report + AH_SIM_TDX_RTMR, g.tdx.rtmr, sizeof g.tdx.rtmr);
	memcpy(spec->report + AH_SIM_TDX_REPORT_DATA, request.report_data, sizeof request.report_data);
	EXPECT_OK(ah_sim_tdx_make(&simulated, spec, NULL));
	ah_sim_tdx_free(spec);
	ah_dealloc(spec);

	AH_AUTO(fake) f;
	fake_tsm tree = { .platform = AH_PLATFORM_TDX, .evidence = ah_buf_slice(&simulated.evidence) };
	fake_init(&f, &fake_tsm_driver, &tree);
	AH_AUTO_PTR(ah_attester) attester = NULL;
	AH_AUTO(ah_attest_result) result = { .evidence = AH_BUF(0) };
	ah_result said;
	const ah_tsm_options options = { .platform = AH_PLATFORM_TDX, .rtmr = g.rtmr };
	EXPECT_OK(ah_tsm_attester_new(&attester, &f.device, &options, NULL));
	EXPECT_OK(ah_attest(attester, &request, &result, NULL));
	EXPECT(result.event_log.len != 0);
	result.collateral_json = simulated.collateral_json; /* of the same keys; goes with result */
	simulated.collateral_json = AH_BUF(0);
	EXPECT_OK(evidence_judge(AH_PLATFORM_TDX, &request, &result, &said));
	EXPECT(said == AH_RESULT_SIMULATED);

	/* Another event after the quote: this quote and the log no longer belong together. */
	AH_AUTO(ah_attest_result) second = { .evidence = AH_BUF(0) };
	EXPECT_OK(extend(&g, "note", ""));
	EXPECT_ERR(ah_attest(attester, &request, &second, NULL), AH_ERR_DEVICE_BUSY);
	EXPECT(tree.made == tree.removed);
}

/* -- What no verifier would take is never extended -- */

static void events_that_spoil_the_log_are_refused(void)
{
	static char long_name[AH_EVENT_NAME_MAX + 2], payload[AH_RUNTIME_PAYLOAD_MAX + 2];
	AH_AUTO(guest) g;
	guest_init(&g);
	memset(long_name, 'a', sizeof long_name - 1);
	memset(payload, 'p', sizeof payload - 1);
	EXPECT_OK(reopen(&g));
	EXPECT_ERR(extend(&g, "", "x"), AH_ERR_ARGUMENT);
	EXPECT_ERR(extend(&g, long_name, "x"), AH_ERR_ARGUMENT);
	EXPECT_ERR(extend(&g, "a\nb", "x"), AH_ERR_ARGUMENT);
	EXPECT_ERR(extend(&g, "\xc3\xa4", "x"), AH_ERR_ARGUMENT);
	EXPECT_ERR(extend(&g, "a", payload), AH_ERR_ARGUMENT);
	EXPECT_OK(extend(&g, "app-id", "one"));
	EXPECT_ERR(extend(&g, "app-id", "two"), AH_ERR_ARGUMENT); /* a security name stands once */
	EXPECT(g.tdx.extends == 1 && log_explains_registers(&g, 1));
	long_name[AH_EVENT_NAME_MAX] = payload[AH_RUNTIME_PAYLOAD_MAX] = '\0';
	EXPECT_OK(extend(&g, long_name, payload));
	EXPECT(g.tdx.extends == 2 && log_explains_registers(&g, 2));
}

static void a_full_log_says_so_and_stays_true(void)
{
	static char payload[AH_RUNTIME_PAYLOAD_MAX + 1];
	AH_AUTO(guest) g;
	guest_init(&g);
	memset(payload, 'p', sizeof payload - 1);
	EXPECT_OK(reopen(&g));
	size_t count = 0;
	ah_err err = AH_OK;
	while (err == AH_OK && count < 1000) {
		err = extend(&g, "note", payload);
		count += err == AH_OK ? 1 : 0;
	}
	EXPECT_ERR(err, AH_ERR_LIMIT);
	EXPECT(count > 100 && g.tdx.extends == count && log_explains_registers(&g, count));
	EXPECT_OK(reopen(&g));
}

/* -- Faults -- */

/* After any single fault: an event is in both or in neither, and the next one goes in. */
static void any_one_fault_leaves_log_and_register_together(void)
{
	static const struct { fake_trouble trouble; ah_err err; bool is_done; } rows[] = {
		{ { .op = FAKE_OPEN, .path = FAKE_TDX_LOG, .error = EACCES, .times = 1 }, AH_ERR_IO, false },
		{ { .op = FAKE_TRUNCATE, .error = EIO, .times = 1 }, AH_ERR_IO, false },
		{ { .op = FAKE_WRITE, .path = FAKE_TDX_LOG, .error = ENOSPC, .times = 1 }, AH_ERR_IO, false },
		{ { .op = FAKE_WRITE, .path = FAKE_TDX_LOG, .error = ENOSPC, .times = 1, .is_late = true }, AH_ERR_IO, false },
		{ { .op = FAKE_WRITE, .path = FAKE_TDX_LOG, .error = EINTR, .times = 1 }, AH_OK, true },
		{ { .op = FAKE_SYNC, .error = EIO, .times = 1 }, AH_ERR_IO, false },
		{ { .op = FAKE_CLOSE, .path = FAKE_TDX_LOG, .error = EIO, .times = 1 }, AH_ERR_IO, false },
		{ { .op = FAKE_WRITE, .path = "rtmr3:sha384", .error = EIO, .times = 1 }, AH_ERR_DEVICE_FAILED, false },
		{ { .op = FAKE_WRITE, .path = "rtmr3:sha384", .error = EINTR, .times = 1 }, AH_ERR_DEVICE_BUSY, false },
		{ { .op = FAKE_WRITE, .path = "rtmr3:sha384", .error = EIO, .times = 1, .is_late = true }, AH_OK, true },
		{ { .op = FAKE_READ, .path = "rtmr3:sha384", .error = EIO, .times = 1 }, AH_ERR_DEVICE_FAILED, true },
		{ { .op = FAKE_OPEN, .path = "rtmr3:sha384", .error = EMFILE, .times = 1 }, AH_ERR_DEVICE_FAILED, false },
		{ { .op = FAKE_OPEN, .path = "rtmr3:sha384", .error = EMFILE, .times = 1, .skip = 1 }, AH_ERR_DEVICE_FAILED, true },
	};
	for (size_t i = 0; i < 2 * (sizeof rows / sizeof rows[0]); i++) {
		bool crash = i % 2 != 0;
		AH_AUTO(guest) g;
		guest_init(&g);
		EXPECT_OK(reopen(&g));
		EXPECT_OK(extend(&g, "first", "1"));
		g.f.write_max = 48; /* the log is written in pieces */
		fake_add_trouble(&g.f, rows[i / 2].trouble);
		ah_err err = extend(&g, "second", "2");
		EXPECT_MSG(err == rows[i / 2].err && (err == AH_OK || g.why.err == err), "row %zu: got %s: %s", i / 2, ah_err_name(err), g.why.detail);
		if (crash)
			EXPECT_OK(reopen(&g));
		size_t events = rows[i / 2].is_done ? 2 : 1;
		EXPECT_MSG(log_explains_registers(&g, events), "row %zu, %s", i / 2, crash ? "after a crash" : "going on");
		EXPECT_OK(extend(&g, "third", "3"));
		EXPECT_MSG(log_explains_registers(&g, events + 1) && g.tdx.extends == events + 1, "row %zu: third", i / 2);
	}
}

static void a_crash_at_any_byte_of_the_line_loses_the_event_alone(void)
{
	AH_AUTO(guest) g;
	guest_init(&g);
	EXPECT_OK(reopen(&g));
	EXPECT_OK(extend(&g, "first", "1"));
	size_t first = g.tdx.log.len;
	AH_AUTO(ah_buf) whole = AH_BUF(1 << 16);
	uint8_t before[48];
	memcpy(before, g.tdx.rtmr[3], 48);
	EXPECT_OK(extend(&g, "second", "2"));
	EXPECT_OK(ah_buf_append(&whole, ah_buf_slice(&g.tdx.log)));
	for (size_t len = first; len <= whole.len; len++) {
		memcpy(g.tdx.rtmr[3], before, 48);
		ah_buf_clear(&g.tdx.log);
		EXPECT_OK(ah_buf_append(&g.tdx.log, ah_slice_make(whole.ptr, len)));
		EXPECT_OK(reopen(&g));
		EXPECT(g.tdx.log.len == first && log_explains_registers(&g, 1));
	}
	ah_test_count(whole.len - first);
}

static void a_register_that_somebody_else_extends_is_noticed(void)
{
	static const uint8_t digest[48] = { 9 };
	AH_AUTO(guest) g;
	guest_init(&g);
	AH_AUTO(ah_buf) json = AH_BUF(AH_EVENT_LOG_MAX);
	EXPECT_OK(reopen(&g));
	g.tdx.foreign = 1;
	EXPECT_ERR(extend(&g, "first", "1"), AH_ERR_DEVICE_ANSWER);
	EXPECT_ERR(extend(&g, "second", "2"), AH_ERR_DEVICE_ANSWER);
	EXPECT_ERR(ah_rtmr_log(g.rtmr, NULL, &json, NULL), AH_ERR_DEVICE_ANSWER);
	EXPECT(g.tdx.extends == 2 && json.len == 0); /* theirs, and our first */
	EXPECT_ERR(reopen(&g), AH_ERR_DEVICE_ANSWER);

	AH_AUTO(guest) other;
	guest_init(&other);
	fake_tdx_extend(&other.tdx, 3, digest);
	EXPECT_ERR(reopen(&other), AH_ERR_DEVICE_ANSWER);
}

static void a_write_that_does_nothing_is_an_error(void)
{
	AH_AUTO(guest) g;
	guest_init(&g);
	EXPECT_OK(reopen(&g));
	g.tdx.loses_extends = true;
	EXPECT_ERR(extend(&g, "first", "1"), AH_ERR_DEVICE_FAILED);
	g.tdx.loses_extends = false;
	EXPECT(log_explains_registers(&g, 0));
}

static void a_guest_without_registers_or_with_odd_ones_is_refused(void)
{
	static const uint8_t digest[48] = { 9 };
	AH_AUTO(guest) g;
	guest_init(&g);
	g.tdx.no_registers = true;
	EXPECT_ERR(reopen(&g), AH_ERR_DEVICE_ABSENT);
	g.tdx.no_registers = false;
	g.tdx.register_len = 47;
	EXPECT_ERR(reopen(&g), AH_ERR_DEVICE_ANSWER);
	g.tdx.register_len = 49;
	EXPECT_ERR(reopen(&g), AH_ERR_DEVICE_ANSWER);
	g.tdx.register_len = 0;
	fake_tdx_extend(&g.tdx, 1, digest); /* not in the CCEL */
	EXPECT_ERR(reopen(&g), AH_ERR_DEVICE_ANSWER);
}

static void without_a_ccel_the_boot_registers_must_be_zero(void)
{
	AH_AUTO(guest) g;
	const ah_rtmr_options options = { .log = FAKE_TDX_LOG, .ccel = "" };
	guest_init(&g);
	g.tdx.no_ccel = true;
	EXPECT_ERR(reopen(&g), AH_ERR_DEVICE_ABSENT);
	EXPECT_ERR(ah_rtmr_open(&g.rtmr, &g.f.device, &options, NULL), AH_ERR_DEVICE_ANSWER);
	memset(g.tdx.rtmr, 0, sizeof g.tdx.rtmr);
	EXPECT_OK(ah_rtmr_open(&g.rtmr, &g.f.device, &options, NULL));
	EXPECT_OK(extend(&g, "first", "1"));
	EXPECT(log_explains_registers(&g, 1));
}

static void a_damaged_log_file_is_refused(void)
{
	AH_AUTO(guest) g;
	guest_init(&g);
	g.tdx.has_log = true;
	EXPECT_OK(ah_buf_append_text(&g.tdx.log, "{\"event\":\"no log\"}\n"));
	EXPECT_ERR(reopen(&g), AH_ERR_EVENT_LOG_MALFORMED);
	EXPECT_OK(ah_buf_reserve(&g.tdx.log, AH_EVENT_LOG_MAX + 1));
	g.tdx.log.len = AH_EVENT_LOG_MAX + 1;
	EXPECT_ERR(reopen(&g), AH_ERR_TOO_LARGE);
}

static const ah_test_case cases[] = {
	AH_TEST(registers_follow_the_known_answers),
	AH_TEST(the_log_outlives_the_process),
	AH_TEST(quote_and_log_are_accepted_by_the_door),
	AH_TEST(events_that_spoil_the_log_are_refused),
	AH_TEST(a_full_log_says_so_and_stays_true),
	AH_TEST(any_one_fault_leaves_log_and_register_together),
	AH_TEST(a_crash_at_any_byte_of_the_line_loses_the_event_alone),
	AH_TEST(a_register_that_somebody_else_extends_is_noticed),
	AH_TEST(a_write_that_does_nothing_is_an_error),
	AH_TEST(a_guest_without_registers_or_with_odd_ones_is_refused),
	AH_TEST(without_a_ccel_the_boot_registers_must_be_zero),
	AH_TEST(a_damaged_log_file_is_refused),
};

AH_TEST_MAIN(cases)
