/*
 * Goal: a pin holds what stands for code and keys, and nothing else; whatever of it differs later is refused by name.
 * Method: claims made by hand against pins made from them; the expected values were written by python3 from the rule of sample_fill(), seed + 7 i.
 */
#include "sample.h"

#include "codec/json.h"
#include "policy/judge.h"
#include "policy/pin.h"
#include "support/test.h"
#include <anchorhold/saved.h>

#include <stdio.h>
#include <stdlib.h>

#define ROOT        "31383f464d545b626970777e858c939aa1a8afb6bdc4cbd2d9e0e7eef5fc030a"
#define MEASUREMENT "020910171e252c333a41484f565d646b727980878e959ca3aab1b8bfc6cdd4dbe2e9f0f7fe050c131a21282f363d444b"
#define ID_KEY      "040b121920272e353c434a51585f666d747b828990979ea5acb3bac1c8cfd6dde4ebf2f900070e151c232a31383f464d"
#define MRTD        "070e151c232a31383f464d545b626970777e858c939aa1a8afb6bdc4cbd2d9e0e7eef5fc030a11181f262d343b424950"
#define RTMR0       "50575e656c737a81888f969da4abb2b9c0c7ced5dce3eaf1f8ff060d141b222930373e454c535a61686f767d848b9299"
#define RTMR1       "51585f666d747b828990979ea5acb3bac1c8cfd6dde4ebf2f900070e151c232a31383f464d545b626970777e858c939a"
#define RTMR2       "525960676e757c838a91989fa6adb4bbc2c9d0d7dee5ecf3fa01080f161d242b323940474e555c636a71787f868d949b"
#define PCR0        "40474e555c636a71787f868d949ba2a9b0b7bec5ccd3dae1e8eff6fd040b121920272e353c434a51585f666d747b8289"
#define PCR1        "41484f565d646b727980878e959ca3aab1b8bfc6cdd4dbe2e9f0f7fe050c131a21282f363d444b525960676e757c838a"
#define PCR2        "424950575e656c737a81888f969da4abb2b9c0c7ced5dce3eaf1f8ff060d141b222930373e454c535a61686f767d848b"
#define PCR8        "484f565d646b727980878e959ca3aab1b8bfc6cdd4dbe2e9f0f7fe050c131a21282f363d444b525960676e757c838a91"

#define NO_KEYS "\"service_key\":null,\"tls_spki_sha256\":null,\"workload_identity_tag\":null}"
#define OF(measurements, platform) \
	"{\"measurements\":{" measurements "},\"platform\":\"" platform "\",\"release_root\":null,\"root_sha256\":\"" ROOT "\",\"schema\":\"anchorhold.pin/v1\"," NO_KEYS
#define SNP_PIN   OF("\"id_key_digest\":\"" ID_KEY "\",\"measurement\":\"" MEASUREMENT "\"", "sev-snp")
#define TDX_PIN   OF("\"mrtd\":\"" MRTD "\",\"rtmr0\":\"" RTMR0 "\",\"rtmr1\":\"" RTMR1 "\",\"rtmr2\":\"" RTMR2 "\"", "tdx")
#define NITRO_PIN OF("\"pcr0\":\"" PCR0 "\",\"pcr1\":\"" PCR1 "\",\"pcr2\":\"" PCR2 "\",\"pcr8\":\"" PCR8 "\"", "nitro")

typedef void (*make_sample)(sample *s);
static const struct platform { make_sample make; const char *pin; } platforms[] = {
	{ sample_nitro, NITRO_PIN }, { sample_snp, SNP_PIN }, { sample_tdx, TDX_PIN },
};
#define PLATFORM_COUNT (sizeof platforms / sizeof platforms[0])

static char *pin_of(const sample *s)
{
	char *text = NULL;
	size_t len = 0;
	if (ah_pin_from_verdict(&text, &len, &s->verdict, NULL) != AH_OK || strlen(text) != len)
		abort();
	return text;
}

/* The row of this sample against a pin. */
static const ah_check_row *judged(sample *s, const ah_slice *pin, ah_err *err)
{
	s->verdict.checks = (ah_checks){ .first_err = AH_OK };
	s->why = (ah_fault){ .offset = AH_NO_OFFSET };
	s->request.pin = pin;
	ah_judge judge = { .log = &s->verdict.checks, .claims = &s->claims, .request = &s->request, .asked = &s->request, .verdict = &s->verdict, .why = &s->why };
	ah__judge_pin(&judge);
	*err = judge.err;
	return sample_row(s, AH_CHECK_PIN);
}

static void a_pin_holds_platform_code_and_root(void)
{
	for (size_t i = 0; i < PLATFORM_COUNT; i++) {
		sample s;
		platforms[i].make(&s);
		char *text = pin_of(&s);
		bool same = strcmp(text, platforms[i].pin) == 0;
		if (!same)
			printf("  got %s\n", text);
		ah_text_free(text);
		EXPECT(same);
		ah_test_count(1);
	}
}

static void proven_keys_are_pinned_and_others_are_not(void)
{
	sample s;
	sample_snp(&s);
	ah_envelope_claims *e = &s.verdict.envelope;
	e->has_service_key = e->has_tls_spki = e->has_tag = true;
	sample_fill(e->service_key, 32, 1);
	sample_fill(e->tls_spki_sha256, 32, 2);
	sample_fill(e->tag, 32, 3);
	sample_fill(s.verdict.bundle.root, 32, 4);
	sample_fill(s.verdict.event.pubkey, 32, 5);
	char *text = pin_of(&s);
	bool same = strcmp(text, SNP_PIN) == 0;
	ah_text_free(text);
	EXPECT(same); /* has_envelope, has_event and has_bundle are false */
	s.verdict.has_envelope = s.verdict.has_bundle = true;
	text = pin_of(&s);
	bool has_all = strstr(text, "\"release_root\":\"040b12") != NULL && strstr(text, "\"service_key\":\"01080f") != NULL
	               && strstr(text, "\"tls_spki_sha256\":\"020910") != NULL && strstr(text, "\"workload_identity_tag\":\"030a11") != NULL;
	ah_text_free(text);
	EXPECT(has_all);
	s.verdict.has_envelope = false;
	s.verdict.has_event = true;
	text = pin_of(&s);
	has_all = strstr(text, "\"service_key\":\"050c13") != NULL && strstr(text, "\"tls_spki_sha256\":null") != NULL;
	ah_text_free(text);
	EXPECT(has_all);
}

static void what_was_refused_is_not_pinned(void)
{
	sample s;
	char *text = NULL;
	size_t len = 0;
	sample_snp(&s);
	s.verdict.err = AH_ERR_UNBOUND;
	s.verdict.result = AH_RESULT_UNBOUND;
	EXPECT_ERR(ah_pin_from_verdict(&text, &len, &s.verdict, &s.why), AH_ERR_ARGUMENT);
	EXPECT(text == NULL);
}

static void without_a_pin_there_is_no_row_and_first_use_is_not_checked(void)
{
	static const ah_slice first = { NULL, 0 };
	sample s;
	ah_err err = AH_OK;
	sample_snp(&s);
	EXPECT(judged(&s, NULL, &err)->status == AH_CHECK_NOT_REACHED && err == AH_OK);
	const ah_check_row *row = judged(&s, &first, &err);
	EXPECT(err == AH_OK && row->status == AH_CHECK_NOT_CHECKED && strcmp(row->reason, "recorded at first use") == 0);
}

static void what_was_pinned_passes(void)
{
	for (size_t i = 0; i < PLATFORM_COUNT; i++) {
		sample s;
		ah_err err = AH_OK;
		ah_slice pin = ah_slice_text(platforms[i].pin);
		platforms[i].make(&s);
		EXPECT(judged(&s, &pin, &err)->status == AH_CHECK_PASS);
		EXPECT_OK(err);
		ah_test_count(1);
	}
}

/* What differs between two runs of the same code and the same keys. */
static void what_is_neither_code_nor_key_may_differ(void)
{
	sample s;
	ah_err err = AH_OK;
	ah_slice pin = ah_slice_text(NITRO_PIN);
	sample_nitro(&s);
	s.claims.of.nitro.pcrs[3][0] ^= 1;
	s.claims.of.nitro.pcrs[4][0] ^= 1;
	s.claims.of.nitro.timestamp_ms++;
	s.claims.of.nitro.user_data[0] ^= 1;
	EXPECT(judged(&s, &pin, &err)->status == AH_CHECK_PASS);
	pin = ah_slice_text(SNP_PIN);
	sample_snp(&s);
	s.claims.of.snp.chip_id[0] ^= 1;
	s.claims.of.snp.host_data[0] ^= 1;
	s.claims.of.snp.report_data[0] ^= 1;
	s.claims.of.snp.reported_tcb.ucode++;
	EXPECT(judged(&s, &pin, &err)->status == AH_CHECK_PASS);
	pin = ah_slice_text(TDX_PIN);
	sample_tdx(&s);
	s.claims.of.tdx.rtmr[3][0] ^= 1;
	s.claims.of.tdx.mrseam[0] ^= 1;
	s.claims.of.tdx.ppid[0] ^= 1;
	EXPECT(judged(&s, &pin, &err)->status == AH_CHECK_PASS);
}

static void another_code_or_root_is_refused_by_name(void)
{
	sample s;
	ah_err err = AH_OK;
	static const struct { unsigned pcr; const char *got; } pcrs[] = { { 0, "pcr0 41" }, { 1, "pcr1 40" }, { 2, "pcr2 43" }, { 8, "pcr8 49" } };
	ah_slice pin = ah_slice_text(NITRO_PIN);
	for (size_t i = 0; i < sizeof pcrs / sizeof pcrs[0]; i++) {
		sample_nitro(&s);
		s.claims.of.nitro.pcrs[pcrs[i].pcr][0] ^= 1;
		const ah_check_row *row = judged(&s, &pin, &err);
		EXPECT_ERR(err, AH_ERR_PIN);
		EXPECT(s.why.err == AH_ERR_PIN && strcmp(s.why.step, "pin") == 0);
		EXPECT_MSG(strncmp(row->got, pcrs[i].got, 7) == 0 && strncmp(row->wanted, pcrs[i].got, 5) == 0, "%s, %s", row->got, row->wanted);
	}
	sample_nitro(&s);
	s.claims.of.nitro.pcr_mask &= ~(UINT32_C(1) << 8);
	EXPECT(strcmp(judged(&s, &pin, &err)->got, "pcr8 unknown") == 0 && err == AH_ERR_PIN);

	uint8_t *const snp_fields[] = { s.claims.of.snp.id_key_digest, s.claims.of.snp.measurement };
	static const char *const snp_names[] = { "id_key_digest ", "measurement " };
	pin = ah_slice_text(SNP_PIN);
	for (size_t i = 0; i < 2; i++) {
		sample_snp(&s);
		snp_fields[i][47] ^= 0x80;
		const ah_check_row *row = judged(&s, &pin, &err);
		EXPECT_ERR(err, AH_ERR_PIN);
		EXPECT(strncmp(row->got, snp_names[i], strlen(snp_names[i])) == 0);
	}

	uint8_t *const tdx_fields[] = { s.claims.of.tdx.mrtd, s.claims.of.tdx.rtmr[0], s.claims.of.tdx.rtmr[1], s.claims.of.tdx.rtmr[2] };
	static const char *const tdx_names[] = { "mrtd ", "rtmr0 ", "rtmr1 ", "rtmr2 " };
	pin = ah_slice_text(TDX_PIN);
	for (size_t i = 0; i < 4; i++) {
		sample_tdx(&s);
		tdx_fields[i][20] ^= 4;
		const ah_check_row *row = judged(&s, &pin, &err);
		EXPECT_ERR(err, AH_ERR_PIN);
		EXPECT(strncmp(row->got, tdx_names[i], strlen(tdx_names[i])) == 0);
	}
	sample_tdx(&s);
	s.claims.root_sha256[31] ^= 1;
	EXPECT(strncmp(judged(&s, &pin, &err)->got, "root_sha256 3138", 16) == 0 && err == AH_ERR_PIN);
	/* Another platform altogether. */
	sample_snp(&s);
	const ah_check_row *row = judged(&s, &pin, &err);
	EXPECT_ERR(err, AH_ERR_PIN);
	EXPECT(strcmp(row->got, "platform sev-snp") == 0 && strcmp(row->wanted, "platform tdx") == 0);
}

/* A key that was not known at first use is another key, and so is one that is no longer known. */
static void another_key_is_refused_by_name(void)
{
	static const struct { const char *name; size_t off; bool in_bundle; } keys[] = {
		{ "release_root ", 0, true },
		{ "service_key ", offsetof(ah_envelope_claims, service_key), false },
		{ "tls_spki_sha256 ", offsetof(ah_envelope_claims, tls_spki_sha256), false },
		{ "workload_identity_tag ", offsetof(ah_envelope_claims, tag), false },
	};
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		sample s;
		ah_err err = AH_OK;
		sample_snp(&s);
		s.verdict.has_envelope = s.verdict.has_bundle = true;
		s.verdict.envelope.has_service_key = s.verdict.envelope.has_tls_spki = s.verdict.envelope.has_tag = true;
		char *text = pin_of(&s);
		ah_slice pin = ah_slice_text(text);
		ah_check_status before = judged(&s, &pin, &err)->status;
		uint8_t *key = keys[i].in_bundle ? s.verdict.bundle.root : (uint8_t *)&s.verdict.envelope + keys[i].off;
		key[0] = 0xee;
		const ah_check_row *row = judged(&s, &pin, &err);
		bool named = strncmp(row->got, keys[i].name, strlen(keys[i].name)) == 0 && strstr(row->got, " ee00") != NULL && strstr(row->wanted, " 0000") != NULL;
		s.verdict.has_envelope = s.verdict.has_bundle = false;
		const ah_check_row *none = judged(&s, &pin, &err);
		bool unknown = err == AH_ERR_PIN && strcmp(none->got, "release_root unknown") == 0;
		ah_text_free(text);
		EXPECT(before == AH_CHECK_PASS);
		EXPECT_MSG(named, "%s: %s, %s", keys[i].name, s.verdict.checks.rows[AH_CHECK_PIN].got, s.verdict.checks.rows[AH_CHECK_PIN].wanted);
		EXPECT(unknown);
	}
	sample s;
	ah_err err = AH_OK;
	ah_slice pin = ah_slice_text(SNP_PIN);
	sample_snp(&s);
	s.verdict.has_envelope = s.verdict.envelope.has_tls_spki = true;
	const ah_check_row *row = judged(&s, &pin, &err);
	EXPECT(err == AH_ERR_PIN && strcmp(row->wanted, "tls_spki_sha256 unknown") == 0);
}

/* -- the document -- */

static ah_err parsed(const char *text, ah_fault *why)
{
	/* An exact heap copy: a read beyond the end is then seen by the sanitizers. */
	size_t len = strlen(text);
	char *copy = (char *)malloc(len != 0 ? len : 1);
	ah_pin pin;
	if (copy == NULL)
		abort();
	for (size_t i = 0; i < len; i++)
		copy[i] = text[i];
	*why = (ah_fault){ .offset = AH_NO_OFFSET };
	ah_err err = ah__pin_parse(&pin, ah_slice_make(copy, len), why);
	free(copy);
	return err;
}

static void corrupt_pins_are_refused_and_say_where(void)
{
	static const struct { const char *from, *to, *detail; } edits[] = {
		{ "{\"measurements\"", "[{\"measurements\"", "document: JsonMalformed" },
		{ "\"platform\":\"sev-snp\"", "\"platform\":\"sev-snp\",\"platform\":\"tdx\"", "document: DuplicateKey" },
		{ "\"platform\":\"sev-snp\"", "\"platform\":\"sgx\"", "platform: not nitro, sev-snp or tdx" },
		{ "\"platform\":\"sev-snp\"", "\"platform\":2", "platform: not nitro, sev-snp or tdx" },
		{ "\"platform\":\"sev-snp\",", "", "platform: missing" },
		{ "\"platform\":\"sev-snp\"", "\"platform\":\"tdx\"", "measurements: a member that the platform does not have" },
		{ "pin/v1", "pin/v2", "schema: not anchorhold.pin/v1" },
		{ "\"schema\":\"anchorhold.pin/v1\",", "", "schema: missing" },
		{ "\"release_root\":null,", "", "release_root: missing" },
		{ "\"release_root\":null", "\"release_root\":\"" MEASUREMENT "\"", "release_root: not 64 lowercase hex digits" },
		{ "\"release_root\":null", "\"release_root\":0", "release_root: neither hex nor null" },
		{ "\"root_sha256\":\"" ROOT "\"", "\"root_sha256\":null", "root_sha256: null" },
		{ "\"service_key\":null", "\"service_key\":null,\"extra\":1", "document: a member that this release does not know" },
		{ "\"id_key_digest\":\"" ID_KEY "\",", "", "measurements: a member is missing" },
		{ ID_KEY, "AA", "id_key_digest: not lowercase hex of 32, 48 or 64 bytes" },
		{ "\"measurements\":{", "\"measurements\":{\"mrtd\":null,", "measurements: a member that the platform does not have" },
		{ "{\"id_key_digest\"", "[],\"m\":{\"id_key_digest\"", "document: a member that this release does not know" },
	};
	static const char good[] = SNP_PIN;
	ah_fault why;
	EXPECT_OK(parsed(good, &why));
	for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
		char text[2048];
		const char *at = strstr(good, edits[i].from);
		EXPECT_MSG(at != NULL, "%s", edits[i].from);
		(void)snprintf(text, sizeof text, "%.*s%s%s", (int)(at - good), good, edits[i].to, at + strlen(edits[i].from));
		EXPECT_ERR(parsed(text, &why), AH_ERR_PIN_INVALID);
		EXPECT_MSG(strstr(why.detail, edits[i].detail) == why.detail, "%s", why.detail);
		EXPECT(why.err == AH_ERR_PIN_INVALID && why.offset <= strlen(text));
		ah_test_count(1);
	}
	EXPECT_ERR(parsed("", &why), AH_ERR_PIN_INVALID);
	EXPECT_ERR(parsed("7", &why), AH_ERR_PIN_INVALID);
	AH_AUTO(ah_buf) big = AH_BUF(AH_PIN_MAX + 1);
	EXPECT_OK(ah_buf_reserve(&big, AH_PIN_MAX + 1));
	memset(big.ptr, ' ', big.len = AH_PIN_MAX + 1);
	ah_pin pin;
	EXPECT_ERR(ah__pin_parse(&pin, ah_buf_slice(&big), &why), AH_ERR_PIN_INVALID);
}

static void a_corrupt_pin_is_an_invalid_question(void)
{
	static const uint8_t bytes[] = { 1, 2, 3 };
	ah_verifier *verifier = NULL;
	ah_verdict *verdict = NULL;
	ah_fault why = { .offset = AH_NO_OFFSET };
	ah_slice pin = AH_SLICE_LITERAL("{}");
	ah_request request = { .evidence = AH_SLICE_OF(bytes), .genuine_only = true, .now_s = SAMPLE_NOW_S, .pin = &pin };
	EXPECT_OK(ah_verifier_new(&verifier, NULL));
	ah_err err = ah_appraise(&verdict, verifier, &request, &why);
	ah_verifier_free(verifier);
	EXPECT(verdict == NULL);
	EXPECT_ERR(err, AH_ERR_PIN_INVALID);
	EXPECT(strcmp(why.detail, "release_root: missing") == 0);
}

static void what_is_written_is_read_and_written_the_same(void)
{
	for (size_t i = 0; i < PLATFORM_COUNT; i++) {
		AH_AUTO(ah_buf) out = AH_BUF(AH_PIN_MAX);
		ah_json_writer w;
		ah_pin pin;
		EXPECT_OK(ah__pin_parse(&pin, ah_slice_text(platforms[i].pin), NULL));
		ah_json_writer_init(&w, &out);
		ah__pin_put(&w, &pin);
		EXPECT_OK(ah_json_writer_finish(&w));
		EXPECT_BYTES(ah_buf_slice(&out), ah_slice_text(platforms[i].pin));
	}
}

static const ah_test_case cases[] = {
	AH_TEST(a_pin_holds_platform_code_and_root),
	AH_TEST(proven_keys_are_pinned_and_others_are_not),
	AH_TEST(what_was_refused_is_not_pinned),
	AH_TEST(without_a_pin_there_is_no_row_and_first_use_is_not_checked),
	AH_TEST(what_was_pinned_passes),
	AH_TEST(what_is_neither_code_nor_key_may_differ),
	AH_TEST(another_code_or_root_is_refused_by_name),
	AH_TEST(another_key_is_refused_by_name),
	AH_TEST(corrupt_pins_are_refused_and_say_where),
	AH_TEST(a_corrupt_pin_is_an_invalid_question),
	AH_TEST(what_is_written_is_read_and_written_the_same),
};
AH_TEST_MAIN(cases)
