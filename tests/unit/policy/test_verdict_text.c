/*
 * The verdict as text: what stands in which line, for each kind of outcome. The exact layout may change; what is asserted here is what a
 * reader relies on: the first word, the refused check first, what was found and expected, one next step, and nothing hidden.
 */
#include "sample.h"
#include "support/test.h"

typedef struct block {
	char *text;
	size_t len;
} block;

static void block_auto(block *b)
{
	ah_text_free(b->text);
}

static void run(sample *s, ah_result accepted_as)
{
	sample_pass_earlier_rows(s);
	s->verdict.verified_at_s = SAMPLE_NOW_S;
	s->verdict.err = sample_appraise(s);
	s->verdict.fault = s->why;
	s->verdict.result = s->verdict.err == AH_OK ? accepted_as : AH_RESULT_FAIL;
}

static void write_block(block *b, const ah_verdict *v, const char *name, bool colour)
{
	EXPECT_OK(ah_verdict_to_text(v, name, colour, &b->text, &b->len));
	EXPECT(b->text[b->len] == '\0' && strlen(b->text) == b->len);
	for (size_t i = 0; i < b->len; i++)
		EXPECT(b->text[i] == '\n' || (colour && b->text[i] == '\033') || (b->text[i] >= 0x20 && b->text[i] <= 0x7e));
	ah_test_count(1);
}

static bool begins(const block *b, const char *text)
{
	return strncmp(b->text, text, strlen(text)) == 0;
}

static bool contains(const block *b, const char *text)
{
	return strstr(b->text, text) != NULL;
}

static bool in_order(const block *b, const char *first, const char *second)
{
	const char *at = strstr(b->text, first);
	return at != NULL && strstr(at, second) != NULL;
}

static size_t lines(const block *b)
{
	size_t count = 0;
	for (size_t i = 0; i < b->len; i++)
		count += b->text[i] == '\n';
	return count;
}

static void a_pass_fits_on_a_screen_and_says_what_stays_trusted(void)
{
	sample s;
	sample_snp(&s);
	run(&s, AH_RESULT_PASS);
	AH_AUTO(block) b = { .text = NULL };
	write_block(&b, &s.verdict, "report.bin", false);
	EXPECT(begins(&b, "PASS  report.bin   sev-snp (Genoa)   2026-11-20T09:20:31Z\n"));
	EXPECT(contains(&b, "\n  ok    format                 8 checks\n"));
	EXPECT(contains(&b, "\n  ok    chain                  9 checks\n"));
	EXPECT(contains(&b, "\n  ok    measurement            release 1.4.2\n"));
	EXPECT(contains(&b, "\n  skip  identity               no list in the policy: physical attacks"));
	EXPECT(contains(&b, "\ntrusts: ARK-Genoa 31383f464d545b62.., chip 060d141b22293037..\n"));
	EXPECT(contains(&b, "physical attacks are not excluded\n"));
	EXPECT(contains(&b, "\nholds until: 2026-11-21T09:20:31Z\n"));
	EXPECT(!contains(&b, "FAIL") && !contains(&b, "next") && !contains(&b, "!!"));
	EXPECT(lines(&b) <= 40);
}

static void rows_skipped_for_one_reason_share_a_line_and_keep_their_names(void)
{
	sample s;
	sample_nitro(&s);
	run(&s, AH_RESULT_PASS);
	AH_AUTO(block) b = { .text = NULL };
	write_block(&b, &s.verdict, "document", false);
	EXPECT(contains(&b, "\n  skip  6 checks               no list in the policy: builder, launcher, identity_tag, manifest_key, deployment, service_key\n"));
	EXPECT(contains(&b, "\n  skip  2 checks               not given: binding.nonce, binding.public_key\n"));
	EXPECT(contains(&b, "instance i-0123456789abcdef0\n"));
}

static void a_refusal_shows_the_first_refused_check_first(void)
{
	sample s;
	sample_snp(&s);
	s.claims.of.snp.measurement[0] ^= 1;
	s.report_data[0] ^= 1;
	run(&s, AH_RESULT_PASS);
	AH_AUTO(block) b = { .text = NULL };
	write_block(&b, &s.verdict, "report.bin", false);
	EXPECT(begins(&b, "FAIL  report.bin   sev-snp (Genoa)   2026-11-20T09:20:31Z\n  FAIL  MeasurementNotAllowed (600): "));
	EXPECT(contains(&b, "\n          check   measurement: the measured code is a listed release\n"));
	EXPECT(contains(&b, "\n          got     030910171e252c333a41484f565d..\n"));
	EXPECT(contains(&b, "\n          wanted  020910171e252c333a41484f565d..\n"));
	EXPECT(contains(&b, "\n          bytes   0x90..0xbf of the evidence\n"));
	EXPECT(contains(&b, "\n          spec    docs/protocol/policy.md\n"));
	EXPECT(contains(&b, "\n          next    Stop; or"));
	EXPECT(in_order(&b, "\n          next ", "\n  ok    format "));
	EXPECT(contains(&b, "\n  FAIL  measurement            MeasurementNotAllowed: 0309"));
	EXPECT(contains(&b, "\n  FAIL  binding.report_data    ReportDataMismatch: "));
	EXPECT(!contains(&b, "holds until"));
}

static void a_difference_far_into_a_long_value_is_shown(void)
{
	sample s;
	sample_snp(&s);
	s.claims.of.snp.measurement[47] ^= 1;
	run(&s, AH_RESULT_PASS);
	AH_AUTO(block) b = { .text = NULL };
	write_block(&b, &s.verdict, "report.bin", false);
	/* sample_fill(2): bytes 40..47 are 1a 21 28 2f 36 3d 44 4b; the last one was 4b. */
	EXPECT(contains(&b, "363d444a\n"));
	EXPECT(contains(&b, "363d444b\n"));
}

static void both_registers_are_named_when_one_differs(void)
{
	sample s;
	sample_nitro(&s);
	s.claims.of.nitro.pcrs[1][0] ^= 1;
	run(&s, AH_RESULT_PASS);
	AH_AUTO(block) b = { .text = NULL };
	write_block(&b, &s.verdict, "document", false);
	EXPECT(contains(&b, "\n          got     PCR1 40"));
	EXPECT(contains(&b, "\n          wanted  PCR1 41"));
}

static void bytes_that_end_too_early_are_named_with_their_place(void)
{
	ah_verdict v = {
		.result = AH_RESULT_MALFORMED,
		.err = AH_ERR_TRUNCATED,
		.platform = AH_PLATFORM_NITRO,
		.check_mask = AH_CHECK_ON_NITRO,
		.fault = { AH_ERR_TRUNCATED, "nitro.parse", 77, "payload ends" },
		.verified_at_s = SAMPLE_NOW_S,
	};
	AH_AUTO(block) b = { .text = NULL };
	write_block(&b, &v, "document", false);
	EXPECT(begins(&b, "MALFORMED  document   nitro   2026-11-20T09:20:31Z\n  FAIL  Truncated (300): "));
	EXPECT(contains(&b, "\n          at      nitro.parse: payload ends\n"));
	EXPECT(contains(&b, "\n          byte    0x4d of the evidence\n"));
	EXPECT(contains(&b, " checks              not reached\n"));
	EXPECT(!contains(&b, "trusts:") && !contains(&b, "  ok "));
}

static void bytes_that_nobody_knows_have_no_rows(void)
{
	ah_verdict v = {
		.result = AH_RESULT_UNSUPPORTED,
		.err = AH_ERR_UNKNOWN_FORMAT,
		.fault = { AH_ERR_UNKNOWN_FORMAT, "detect", AH_NO_OFFSET, "no platform recognises these 3 bytes" },
		.verified_at_s = SAMPLE_NOW_S,
	};
	AH_AUTO(block) b = { .text = NULL };
	write_block(&b, &v, NULL, false);
	EXPECT(begins(&b, "UNSUPPORTED  evidence   unknown platform   2026-11-20T09:20:31Z\n"));
	EXPECT(lines(&b) == 4);
}

static void simulated_evidence_is_loud_though_allowed(void)
{
	sample s;
	sample_snp(&s);
	s.claims.hardware = false;
	s.request.allow_simulated = true;
	s.policy.simulated_roots = sample_bytes(&s, s.claims.root_sha256, 32);
	run(&s, AH_RESULT_SIMULATED);
	AH_AUTO(block) b = { .text = NULL };
	write_block(&b, &s.verdict, "report.bin", false);
	EXPECT(begins(&b, "SIMULATED  report.bin"));
	EXPECT(contains(&b, "\n  !!    SIMULATED: "));
	EXPECT(contains(&b, "no hardware stands behind this evidence\n"));
	EXPECT(!contains(&b, "PASS"));
}

static void debug_is_loud_though_tolerated(void)
{
	sample s;
	sample_nitro(&s);
	s.claims.debug = true;
	s.policy.nitro.debug = true;
	s.request.allow_debug = true;
	run(&s, AH_RESULT_DEBUG);
	EXPECT(s.verdict.err == AH_OK);
	s.verdict.err = AH_ERR_DEBUG;
	s.verdict.fault = (ah_fault){ AH_ERR_DEBUG, "debug", AH_NO_OFFSET, "debug mode is on" };
	AH_AUTO(block) b = { .text = NULL };
	write_block(&b, &s.verdict, "document", false);
	EXPECT(begins(&b, "DEBUG  document"));
	EXPECT(contains(&b, "\n  !!    DEBUG: "));
	EXPECT(contains(&b, "\n  not   DebugEnabled (605): "));
	EXPECT(contains(&b, "\n  skip  debug                  debug mode is ON"));
	EXPECT(!contains(&b, "PASS"));
}

static void an_unbound_verdict_says_that_it_accepts_nothing(void)
{
	sample s;
	sample_snp(&s);
	s.request.expected = (ah_expected){ .fields = AH_NO_BINDING };
	run(&s, AH_RESULT_UNBOUND);
	EXPECT(s.verdict.err == AH_OK);
	s.verdict.err = AH_ERR_UNBOUND;
	s.verdict.fault = (ah_fault){ AH_ERR_UNBOUND, "binding", AH_NO_OFFSET, "compared with no key, nonce or report data" };
	AH_AUTO(block) b = { .text = NULL };
	write_block(&b, &s.verdict, "report.bin", false);
	EXPECT(begins(&b, "UNBOUND  report.bin"));
	EXPECT(contains(&b, "\n  not   Unbound (627): "));
	EXPECT(contains(&b, "\n  skip  binding.report_data    the caller asked for no binding\n"));
}

static void write_tdx(block *b, sample *s)
{
	sample_pass_earlier_rows(s);
	s->verdict.verified_at_s = SAMPLE_NOW_S;
	s->verdict.expiry_s = SAMPLE_EXPIRY_S;
	s->verdict.result = AH_RESULT_PASS;
	write_block(b, &s->verdict, "quote.bin", false);
}

static void a_quote_shows_its_platform_and_what_intel_says_of_it(void)
{
	sample s;
	sample_tdx(&s);
	AH_AUTO(block) b = { .text = NULL };
	write_tdx(&b, &s);
	EXPECT(begins(&b, "PASS  quote.bin   tdx (TD 1.5)   2026-11-20T09:20:31Z\n"));
	EXPECT(contains(&b, "\ntrusts: intel.sgx-root-ca 31383f464d545b62.., platform 0a11181f262d343b..\n        TCB UpToDate of 2024-03-13\n"));
	EXPECT(!contains(&b, "!!"));
}

static void a_quote_without_collateral_says_so(void)
{
	sample s;
	sample_tdx(&s);
	s.claims.of.tdx.has_collateral = s.claims.of.tdx.is_td15 = false;
	AH_AUTO(block) b = { .text = NULL };
	write_tdx(&b, &s);
	EXPECT(begins(&b, "PASS  quote.bin   tdx (TD 1.0)"));
	EXPECT(contains(&b, "\n        TCB unknown: no collateral was given\n"));
}

static void advisories_and_the_advice_to_relaunch_are_shown(void)
{
	static const ah_tdx_tcb_status advised[] = { AH_TDX_TCB_RELAUNCH_ADVISED, AH_TDX_TCB_RELAUNCH_ADVISED_CONFIGURATION_NEEDED };
	for (size_t i = 0; i < 2; i++) {
		sample s;
		sample_tdx(&s);
		s.claims.of.tdx.tcb_status = advised[i];
		s.claims.of.tdx.advisory_count = 2;
		memcpy(s.claims.of.tdx.advisories[0], "INTEL-SA-00837", sizeof "INTEL-SA-00837");
		memcpy(s.claims.of.tdx.advisories[1], "SA\n\x1b[2J", sizeof "SA\n\x1b[2J");
		AH_AUTO(block) b = { .text = NULL };
		write_tdx(&b, &s);
		EXPECT(in_order(&b, "  !!    RELAUNCH: ", "\n  ok    "));
		EXPECT(contains(&b, "TCB TDRelaunchAdvised"));
		EXPECT(contains(&b, " of 2024-03-13; advisories INTEL-SA-00837, SA??[2J\n"));
	}
}

static void there_is_no_colour_unless_asked_for(void)
{
	sample s;
	sample_snp(&s);
	run(&s, AH_RESULT_PASS);
	AH_AUTO(block) plain = { .text = NULL };
	AH_AUTO(block) coloured = { .text = NULL };
	write_block(&plain, &s.verdict, "report.bin", false);
	write_block(&coloured, &s.verdict, "report.bin", true);
	EXPECT(!contains(&plain, "\033"));
	EXPECT(begins(&coloured, "\033[32mPASS\033[0m  report.bin"));
	EXPECT(contains(&coloured, "\n  \033[32mok\033[0m    format                 8 checks\n"));
}

static void names_and_claims_cannot_command_the_terminal(void)
{
	sample s;
	sample_nitro(&s);
	memcpy(s.claims.of.nitro.instance_id, "i\033[2J\nPASS", sizeof "i\033[2J\nPASS");
	run(&s, AH_RESULT_PASS);
	AH_AUTO(block) b = { .text = NULL };
	write_block(&b, &s.verdict, "a\033]0;b\nPASS\xff", false);
	EXPECT(begins(&b, "PASS  a?]0;b?PASS?   nitro"));
	EXPECT(contains(&b, "instance i?[2J?PASS\n"));
}

static void what_it_came_in_stands_with_what_is_trusted(void)
{
	sample s;
	sample_snp(&s);
	run(&s, AH_RESULT_PASS);
	s.verdict.bundle = (ah_bundle_info){ .workload = "router", .version = 17, .valid_until_s = SAMPLE_NOW_S + 86400 };
	s.verdict.envelope = (ah_envelope_claims){ .workload = "router\033", .purpose = "tls", .role = "server", .issued_at_s = SAMPLE_NOW_S, .has_tls_spki = true };
	s.verdict.has_bundle = s.verdict.has_envelope = true;
	AH_AUTO(block) b = { .text = NULL };
	write_block(&b, &s.verdict, "envelope.json", false);
	EXPECT(contains(&b, "\n        release root 0000000000000000..: trust bundle version 17 of router, valid until 2026-11-21T09:20:31Z\n"));
	EXPECT(contains(&b, "\n        envelope: tls server, TLS key 0000000000000000.., issued 2026-11-20T09:20:31Z; says it is router?\n"));
	EXPECT(in_order(&b, "\ntrusts: ", "release root") && in_order(&b, "release root", "physical attacks are not excluded"));
}

static void an_envelope_is_told_as_far_as_it_is_proven(void)
{
	sample s;
	sample_snp(&s);
	run(&s, AH_RESULT_PASS);
	s.verdict.envelope = (ah_envelope_claims){ .workload = "router", .is_tresor = true, .has_tls_spki = true };
	s.verdict.has_envelope = true;
	AH_AUTO(block) tresor = { .text = NULL };
	write_block(&tresor, &s.verdict, "tresor.json", false);
	EXPECT(contains(&tresor, "\n        envelope: TLS key 0000000000000000..; says it is router\n"));
	s.verdict.envelope = (ah_envelope_claims){ .workload = "router", .purpose = "oak", .role = "client", .issued_at_s = SAMPLE_NOW_S };
	AH_AUTO(block) client = { .text = NULL };
	write_block(&client, &s.verdict, "envelope.json", false);
	EXPECT(contains(&client, "\n        envelope: oak client, issued 2026-11-20T09:20:31Z; says it is router\n"));
}

static void the_service_key_of_an_event_is_shown_whole(void)
{
	sample s;
	sample_nitro(&s);
	run(&s, AH_RESULT_PASS);
	s.verdict.event = (ah_event_claims){ .kind = 63793, .name = "signer", .version = "1.2.3", .stage = "dev" };
	memset(s.verdict.event.pubkey, 0xac, sizeof s.verdict.event.pubkey);
	s.verdict.has_event = true;
	AH_AUTO(block) b = { .text = NULL };
	write_block(&b, &s.verdict, "event.json", false);
	EXPECT(contains(&b, "\n        service key acacacacacacacacacacacacacacacacacacacacacacacacacacacacacacacac, signer 1.2.3, dev\n"));
}

static const ah_test_case cases[] = {
	AH_TEST(a_pass_fits_on_a_screen_and_says_what_stays_trusted),
	AH_TEST(rows_skipped_for_one_reason_share_a_line_and_keep_their_names),
	AH_TEST(a_refusal_shows_the_first_refused_check_first),
	AH_TEST(a_difference_far_into_a_long_value_is_shown),
	AH_TEST(both_registers_are_named_when_one_differs),
	AH_TEST(bytes_that_end_too_early_are_named_with_their_place),
	AH_TEST(bytes_that_nobody_knows_have_no_rows),
	AH_TEST(simulated_evidence_is_loud_though_allowed),
	AH_TEST(debug_is_loud_though_tolerated),
	AH_TEST(an_unbound_verdict_says_that_it_accepts_nothing),
	AH_TEST(a_quote_shows_its_platform_and_what_intel_says_of_it),
	AH_TEST(a_quote_without_collateral_says_so),
	AH_TEST(advisories_and_the_advice_to_relaunch_are_shown),
	AH_TEST(there_is_no_colour_unless_asked_for),
	AH_TEST(names_and_claims_cannot_command_the_terminal),
	AH_TEST(what_it_came_in_stands_with_what_is_trusted),
	AH_TEST(an_envelope_is_told_as_far_as_it_is_proven),
	AH_TEST(the_service_key_of_an_event_is_shown_whole),
};
AH_TEST_MAIN(cases)
