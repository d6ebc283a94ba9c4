/*
 * The one door: invalid questions have no verdict, every other question has one, and only what the header says is accepted.
 *
 * Evidence comes from the vectors: real documents, and synthetic ones under a root made for tests. This program brings its own allocator,
 * which counts, so that the promise of two allocations per verdict is a test.
 */
#include "base/memory.h"
#include "codec/text.h"
#include "evidence/endorsements.h"
#include "evidence/verifier.h"
#include "policy/appraise.h"
#include "support/test.h"

#include <stdlib.h>

static size_t allocations;

void *ah_alloc(size_t size)
{
	allocations++;
	return calloc(1, size);
}

void ah_dealloc(void *ptr)
{
	free(ptr);
}

void ah_wipe(void *ptr, size_t len)
{
	explicit_bzero(ptr, len);
}

#define SYNTHETIC_NOW_S INT64_C(1767268800) /* "at" of every document of vectors/nitro/synthetic */
#define DSTACK_NOW_S    INT64_C(1766678659) /* the signed timestamp of attestation/dstack-2025-12-25-a.cose */
#define DEBUG_NOW_S     INT64_C(1766650846) /* the same of attestation/dstack-debug-2025-12-25.cose */
#define MILAN_NOW_S     INT64_C(1780272000) /* 2026-06-01, the time of vectors/snp/synth */

static const uint8_t some_bytes[3] = { 1, 2, 3 };

static ah_verifier *verifier;

/* One verifier for all cases, as a program would have it. */
static bool have_verifier(void)
{
	if (verifier == NULL && ah_verifier_new(&verifier, NULL) != AH_OK)
		verifier = NULL;
	return verifier != NULL;
}

/* The outcome of one question. */
typedef struct outcome {
	ah_verdict *verdict;
	ah_err err;
	ah_fault why;
} outcome;

static void outcome_auto(outcome *o)
{
	ah_verdict_free(o->verdict);
}

static void ask(outcome *o, const ah_request *request)
{
	EXPECT(have_verifier());
	ah_verdict_free(o->verdict);
	o->verdict = NULL;
	o->why = (ah_fault){ .err = AH_OK };
	o->err = ah_appraise(&o->verdict, verifier, request, &o->why);
	EXPECT((o->err == AH_OK) == (o->why.err == AH_OK));
	EXPECT(o->why.err == o->err);
	if (o->verdict != NULL) {
		EXPECT(ah_verdict_error(o->verdict) == o->err);
		EXPECT(ah_verdict_exit_code(o->verdict) == ah_err_exit_code(o->err));
		EXPECT((ah_verdict_expiry_s(o->verdict) != 0) == (o->err == AH_OK));
		EXPECT(o->err == AH_OK || ah_verdict_appraisal(o->verdict) == NULL);
	}
	ah_test_count(1);
}

#define EXPECT_OUTCOME(o, request, error, expected_result) \
	do { \
		ask(o, request); \
		if (ah_test_failed()) \
			return; \
		EXPECT_ERR((o)->err, error); \
		EXPECT((o)->verdict != NULL); \
		EXPECT_MSG(ah_verdict_result((o)->verdict) == (expected_result), "result %s", ah_result_name(ah_verdict_result((o)->verdict))); \
	} while (0)

#define EXPECT_NO_VERDICT(o, request, error) \
	do { \
		ask(o, request); \
		if (ah_test_failed()) \
			return; \
		EXPECT_ERR((o)->err, error); \
		EXPECT((o)->verdict == NULL); \
	} while (0)

/* -- invalid questions -- */

static ah_request question(const ah_policy *policy)
{
	return (ah_request){
		.evidence = AH_SLICE_OF(some_bytes),
		.policy = policy,
		.genuine_only = policy == NULL,
		.now_s = SYNTHETIC_NOW_S,
		.expected = { .fields = policy != NULL ? AH_NO_BINDING : AH_EXPECT_NOTHING },
	};
}

static void a_question_is_about_a_policy_or_about_genuineness(void)
{
	ah_policy policy = { .version = 1 };
	AH_AUTO(outcome) o = { .verdict = NULL };
	ah_request r = question(&policy);
	EXPECT_OUTCOME(&o, &r, AH_ERR_UNKNOWN_FORMAT, AH_RESULT_UNSUPPORTED);
	r.policy = NULL;
	EXPECT_NO_VERDICT(&o, &r, AH_ERR_ARGUMENT);
	r = question(NULL);
	EXPECT_OUTCOME(&o, &r, AH_ERR_UNKNOWN_FORMAT, AH_RESULT_UNSUPPORTED);
	r.policy = &policy;
	EXPECT_NO_VERDICT(&o, &r, AH_ERR_ARGUMENT);
}

static void a_policy_needs_a_stated_binding(void)
{
	ah_policy policy = { .version = 1 };
	AH_AUTO(outcome) o = { .verdict = NULL };
	ah_request r = question(&policy);
	r.expected.fields = AH_EXPECT_NOTHING;
	EXPECT_NO_VERDICT(&o, &r, AH_ERR_BINDING_REQUIRED);
	r.expected.fields = AH_NO_BINDING | AH_EXPECT_NONCE;
	r.expected.nonce = AH_SLICE_OF(some_bytes);
	EXPECT_NO_VERDICT(&o, &r, AH_ERR_ARGUMENT);
	r.expected.fields = 1u << 6;
	EXPECT_NO_VERDICT(&o, &r, AH_ERR_ARGUMENT);
}

static void genuine_only_has_no_binding(void)
{
	AH_AUTO(outcome) o = { .verdict = NULL };
	ah_request r = question(NULL);
	r.expected.fields = AH_NO_BINDING;
	EXPECT_NO_VERDICT(&o, &r, AH_ERR_ARGUMENT);
	r.expected.fields = AH_EXPECT_NONCE;
	r.expected.nonce = AH_SLICE_OF(some_bytes);
	EXPECT_NO_VERDICT(&o, &r, AH_ERR_ARGUMENT);
	r.expected.fields = AH_EXPECT_NOTHING;
	EXPECT_NO_VERDICT(&o, &r, AH_ERR_ARGUMENT);
}

/* An expected value is never "nothing": NULL, empty, too long and unannounced ones are all refused. */
static void an_expected_field_is_there_and_fits(void)
{
	static uint8_t bytes[1025];
	ah_policy policy = { .version = 1 };
	AH_AUTO(outcome) o = { .verdict = NULL };
	ah_request r = question(&policy);
	const struct { unsigned flag; ah_slice *value; size_t max; } fields[] = {
		{ AH_EXPECT_REPORT_DATA, &r.expected.report_data, 512 },
		{ AH_EXPECT_NONCE, &r.expected.nonce, 512 },
		{ AH_EXPECT_PUBLIC_KEY, &r.expected.public_key, 1024 },
	};
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
		r.expected.fields = fields[i].flag;
		*fields[i].value = ah_slice_make(NULL, 0);
		EXPECT_NO_VERDICT(&o, &r, AH_ERR_ARGUMENT);
		*fields[i].value = ah_slice_make(bytes, 0);
		EXPECT_NO_VERDICT(&o, &r, AH_ERR_ARGUMENT);
		*fields[i].value = ah_slice_make(NULL, 64);
		EXPECT_NO_VERDICT(&o, &r, AH_ERR_ARGUMENT);
		*fields[i].value = ah_slice_make(bytes, fields[i].max + 1);
		EXPECT_NO_VERDICT(&o, &r, AH_ERR_ARGUMENT);
		*fields[i].value = ah_slice_make(bytes, fields[i].max);
		EXPECT_OUTCOME(&o, &r, AH_ERR_UNKNOWN_FORMAT, AH_RESULT_UNSUPPORTED);
		r.expected.fields = AH_NO_BINDING;
		EXPECT_NO_VERDICT(&o, &r, AH_ERR_ARGUMENT);
		*fields[i].value = ah_slice_make(NULL, 0);
	}
}

static void fields_of_nitro_do_not_exist_elsewhere(void)
{
	static const ah_platform_id others[] = { AH_PLATFORM_SNP, AH_PLATFORM_TDX };
	static uint8_t bytes[65];
	ah_policy policy = { .version = 1 };
	AH_AUTO(outcome) o = { .verdict = NULL };
	for (size_t i = 0; i < 2; i++) {
		ah_request r = question(&policy);
		r.platform = others[i];
		r.expected = (ah_expected){ .fields = AH_EXPECT_NONCE, .nonce = AH_SLICE_OF(bytes) };
		EXPECT_NO_VERDICT(&o, &r, AH_ERR_ARGUMENT);
		r.expected = (ah_expected){ .fields = AH_EXPECT_PUBLIC_KEY, .public_key = AH_SLICE_OF(bytes) };
		EXPECT_NO_VERDICT(&o, &r, AH_ERR_ARGUMENT);
		r.expected = (ah_expected){ .fields = AH_EXPECT_REPORT_DATA, .report_data = ah_slice_make(bytes, 63) };
		EXPECT_NO_VERDICT(&o, &r, AH_ERR_ARGUMENT);
		r.expected.report_data = ah_slice_make(bytes, 65);
		EXPECT_NO_VERDICT(&o, &r, AH_ERR_ARGUMENT);
		r.expected.report_data = ah_slice_make(bytes, 64);
		ask(&o, &r);
		EXPECT(o.verdict != NULL);
	}
}

static void a_simulated_root_is_one_certificate_and_allowed(void)
{
	AH_AUTO(outcome) o = { .verdict = NULL };
	ah_request r = question(NULL);
	r.simulated_root = AH_SLICE_OF(some_bytes);
	EXPECT_NO_VERDICT(&o, &r, AH_ERR_ARGUMENT);
	r.allow_simulated = true;
	EXPECT_NO_VERDICT(&o, &r, AH_ERR_ARGUMENT);
	r.simulated_root = ah_slice_make(NULL, 3);
	EXPECT_NO_VERDICT(&o, &r, AH_ERR_ARGUMENT);
	r.simulated_root = ah_slice_make(NULL, 0);
	EXPECT_OUTCOME(&o, &r, AH_ERR_UNKNOWN_FORMAT, AH_RESULT_UNSUPPORTED);
}

static void time_platform_and_evidence_are_possible_ones(void)
{
	AH_AUTO(outcome) o = { .verdict = NULL };
	ah_request r = question(NULL);
	r.now_s = -1;
	EXPECT_NO_VERDICT(&o, &r, AH_ERR_ARGUMENT);
	r.now_s = INT64_C(253402300800);
	EXPECT_NO_VERDICT(&o, &r, AH_ERR_ARGUMENT);
	r = question(NULL);
	r.platform = (ah_platform_id)4;
	EXPECT_NO_VERDICT(&o, &r, AH_ERR_ARGUMENT);
	r = question(NULL);
	r.evidence = ah_slice_make(NULL, 1);
	EXPECT_NO_VERDICT(&o, &r, AH_ERR_ARGUMENT);
}

static void the_fault_may_be_null_and_an_old_one_is_replaced(void)
{
	ah_request r = question(NULL);
	ah_verdict *v = NULL;
	EXPECT(have_verifier());
	EXPECT_ERR(ah_appraise(&v, verifier, &r, NULL), AH_ERR_UNKNOWN_FORMAT);
	ah_verdict_free(v);
	ah_fault why = { .err = AH_ERR_NOMEM, .detail = "of an earlier call" };
	EXPECT_ERR(ah_appraise(&v, verifier, &r, &why), AH_ERR_UNKNOWN_FORMAT);
	ah_verdict_free(v);
	EXPECT(why.err == AH_ERR_UNKNOWN_FORMAT && strcmp(why.step, "detect") == 0);
	ah_verdict_free(NULL);
}

/* -- bytes that are no evidence -- */

static void bytes_that_nobody_knows_are_unsupported_and_with_a_name_malformed(void)
{
	AH_AUTO(outcome) o = { .verdict = NULL };
	ah_request r = question(NULL);
	EXPECT_OUTCOME(&o, &r, AH_ERR_UNKNOWN_FORMAT, AH_RESULT_UNSUPPORTED);
	EXPECT(ah_verdict_exit_code(o.verdict) == 20 && ah_verdict_platform(o.verdict) == AH_PLATFORM_NONE && ah_verdict_row_count(o.verdict) == 0);
	EXPECT(ah_verdict_claims(o.verdict) == NULL);
	for (ah_platform_id id = AH_PLATFORM_NITRO; id <= AH_PLATFORM_TDX; id = (ah_platform_id)(id + 1)) {
		for (size_t len = 0; len <= sizeof some_bytes; len += sizeof some_bytes) {
			r.platform = id;
			r.evidence = ah_slice_make(len != 0 ? some_bytes : NULL, len);
			ask(&o, &r);
			EXPECT(o.verdict != NULL && ah_verdict_result(o.verdict) == AH_RESULT_MALFORMED && ah_verdict_platform(o.verdict) == id);
			EXPECT(ah_verdict_exit_code(o.verdict) == 30);
		}
	}
}

/* TDX is asked in test_door_tdx.c; here only that its header is enough to be recognised. */
static void a_tdx_quote_is_recognised(void)
{
	uint8_t quote[632] = { 4, 0, 2, 0, 0x81 };
	AH_AUTO(outcome) o = { .verdict = NULL };
	ah_request r = question(NULL);
	r.evidence = AH_SLICE_OF(quote);
	EXPECT_OUTCOME(&o, &r, AH_ERR_FIELD_RANGE, AH_RESULT_MALFORMED); /* the vendor of its quoting enclave is zero */
	EXPECT(ah_verdict_platform(o.verdict) == AH_PLATFORM_TDX);
}

static void an_event_log_belongs_to_tdx(void)
{
	static const ah_platform_id others[] = { AH_PLATFORM_NITRO, AH_PLATFORM_SNP };
	AH_AUTO(outcome) o = { .verdict = NULL };
	ah_request r = question(NULL);
	r.event_log = AH_SLICE_OF(some_bytes);
	EXPECT_OUTCOME(&o, &r, AH_ERR_UNKNOWN_FORMAT, AH_RESULT_UNSUPPORTED); /* of whatever nobody knows */
	for (size_t i = 0; i < 2; i++) {
		r.platform = others[i];
		EXPECT_NO_VERDICT(&o, &r, AH_ERR_ARGUMENT);
	}
	r.platform = AH_PLATFORM_NONE;
	r.event_log = ah_slice_make(NULL, 1);
	EXPECT_NO_VERDICT(&o, &r, AH_ERR_ARGUMENT);
}

static void evidence_above_the_limit_is_refused_by_its_size(void)
{
	static uint8_t large[AH_EVIDENCE_MAX + 1];
	AH_AUTO(outcome) o = { .verdict = NULL };
	ah_request r = question(NULL);
	r.evidence = ah_slice_make(large, AH_EVIDENCE_MAX);
	EXPECT_OUTCOME(&o, &r, AH_ERR_UNKNOWN_FORMAT, AH_RESULT_UNSUPPORTED);
	r.evidence = AH_SLICE_OF(large);
	EXPECT_OUTCOME(&o, &r, AH_ERR_TOO_LARGE, AH_RESULT_MALFORMED);
	EXPECT(!o.verdict->has_evidence_sha256 && o.verdict->evidence_len == sizeof large);
	/* Nothing is read of it: a length of a gigabyte over a few bytes would crash otherwise. */
	r.evidence = ah_slice_make(some_bytes, (size_t)1 << 30);
	EXPECT_OUTCOME(&o, &r, AH_ERR_TOO_LARGE, AH_RESULT_MALFORMED);
}

static void rows_past_the_end_are_an_error(void)
{
	AH_AUTO(outcome) o = { .verdict = NULL };
	ah_request r = question(NULL);
	ah_row row;
	r.platform = AH_PLATFORM_NITRO;
	ask(&o, &r);
	EXPECT(o.verdict != NULL);
	size_t count = ah_verdict_row_count(o.verdict);
	EXPECT(count != 0);
	for (size_t i = 0; i < count; i++) {
		EXPECT_OK(ah_verdict_row(o.verdict, i, &row));
		EXPECT(row.got != NULL && row.wanted != NULL && row.reason != NULL && row.id[0] != '\0');
		EXPECT(row.status == AH_ROW_NOT_CHECKED && strcmp(row.reason, "not reached") == 0);
	}
	EXPECT_ERR(ah_verdict_row(o.verdict, count, &row), AH_ERR_ARGUMENT);
}

/* -- real and synthetic evidence -- */

static bool read_vector(ah_buf *out, const char *name)
{
	return ah_test_vectors() != NULL && ah_test_read(out, "%s/%s", ah_test_vectors(), name);
}

#define NEED_VECTOR(buf, name) \
	do { if (ah_test_vectors() == NULL) AH_SKIP("../shared/vectors absent"); EXPECT(read_vector(buf, name)); } while (0)

static ah_request genuine_question(const ah_buf *evidence, int64_t now_s)
{
	return (ah_request){ .evidence = ah_buf_slice(evidence), .genuine_only = true, .now_s = now_s };
}

/* A policy that allows what these claims say, made by hand. */
typedef struct allowing {
	ah_policy policy;
	ah_nitro_release release;
	uint8_t roots[1][64];
} allowing;

static void allow(allowing *a, const ah_claims *claims, int64_t now_s)
{
	const ah_nitro_claims *nitro = ah_claims_nitro(claims);
	EXPECT(nitro != NULL);
	*a = (allowing){ .policy = { .workload = "example", .version = 1, .issued_at_s = now_s, .valid_from_s = now_s, .valid_until_s = now_s + 60 } };
	a->policy.require_revocation = true;
	a->policy.nitro.present = true;
	a->policy.nitro.releases = &a->release;
	a->policy.nitro.release_count = 1;
	memcpy(a->release.release, "1", sizeof "1");
	a->release.pcr_mask = 7;
	for (size_t i = 0; i < 3; i++) {
		a->release.pcr_len[i] = nitro->pcr_len[i];
		memcpy(a->release.pcrs[i], nitro->pcrs[i], sizeof a->release.pcrs[i]);
	}
	memcpy(a->roots[0], ah_claims_root_sha256(claims), 32);
}

static void list_root(allowing *a)
{
	a->policy.simulated_roots = (ah_byte_list){ .present = true, .count = 1, .items = a->roots, .item_len = 32 };
}

static void a_real_document_is_genuine_at_its_time(void)
{
	AH_AUTO(ah_buf) document = AH_BUF(AH_EVIDENCE_MAX);
	NEED_VECTOR(&document, "nitro/attestation/dstack-2025-12-25-a.cose");
	AH_AUTO(outcome) o = { .verdict = NULL };
	ah_request r = genuine_question(&document, DSTACK_NOW_S);
	EXPECT_OUTCOME(&o, &r, AH_OK, AH_RESULT_GENUINE);
	EXPECT(ah_verdict_appraisal(o.verdict) == NULL);
	EXPECT(ah_claims_is_hardware(ah_verdict_claims(o.verdict)));
	EXPECT(ah_verdict_expiry_s(o.verdict) == INT64_C(1766689459)); /* 2025-12-25 19:04:19, notAfter of its leaf */
	r.platform = AH_PLATFORM_NITRO;
	EXPECT_OUTCOME(&o, &r, AH_OK, AH_RESULT_GENUINE);
	r.platform = AH_PLATFORM_SNP;
	ask(&o, &r);
	EXPECT(o.verdict != NULL && ah_verdict_result(o.verdict) == AH_RESULT_MALFORMED);
	r.platform = AH_PLATFORM_NONE;
	r.now_s = DSTACK_NOW_S + 86400 * 365;
	EXPECT_OUTCOME(&o, &r, AH_ERR_CERT_EXPIRED, AH_RESULT_FAIL);
	EXPECT(ah_verdict_claims(o.verdict) == NULL);
}

static void a_policy_and_a_binding_make_an_appraisal(void)
{
	AH_AUTO(ah_buf) document = AH_BUF(AH_EVIDENCE_MAX);
	NEED_VECTOR(&document, "nitro/attestation/dstack-2025-12-25-a.cose");
	AH_AUTO(outcome) o = { .verdict = NULL };
	ah_request r = genuine_question(&document, DSTACK_NOW_S);
	EXPECT_OUTCOME(&o, &r, AH_OK, AH_RESULT_GENUINE);
	allowing a;
	allow(&a, ah_verdict_claims(o.verdict), DSTACK_NOW_S);
	uint8_t user_data[64];
	EXPECT(ah_claims_nitro(ah_verdict_claims(o.verdict))->user_data_len == sizeof user_data);
	memcpy(user_data, ah_claims_nitro(ah_verdict_claims(o.verdict))->user_data, sizeof user_data);

	r.genuine_only = false;
	r.policy = &a.policy;
	r.expected = (ah_expected){ .fields = AH_EXPECT_REPORT_DATA, .report_data = AH_SLICE_OF(user_data) };
	EXPECT_OUTCOME(&o, &r, AH_OK, AH_RESULT_PASS);
	EXPECT(ah_verdict_appraisal(o.verdict) != NULL);
	EXPECT(ah_appraisal_claims(ah_verdict_appraisal(o.verdict)) == ah_verdict_claims(o.verdict));
	EXPECT(ah_verdict_expiry_s(o.verdict) == DSTACK_NOW_S + 60);

	user_data[63] ^= 1;
	EXPECT_OUTCOME(&o, &r, AH_ERR_REPORT_DATA, AH_RESULT_FAIL);
	EXPECT(ah_verdict_claims(o.verdict) != NULL);
	r.expected = (ah_expected){ .fields = AH_NO_BINDING };
	EXPECT_OUTCOME(&o, &r, AH_ERR_UNBOUND, AH_RESULT_UNBOUND);
	EXPECT(ah_verdict_exit_code(o.verdict) == 10);
	a.release.pcrs[0][0] ^= 1;
	EXPECT_OUTCOME(&o, &r, AH_ERR_MEASUREMENT, AH_RESULT_FAIL); /* FAIL before UNBOUND */
}

static void a_real_debug_document_is_never_accepted(void)
{
	AH_AUTO(ah_buf) document = AH_BUF(AH_EVIDENCE_MAX);
	NEED_VECTOR(&document, "nitro/attestation/dstack-debug-2025-12-25.cose");
	AH_AUTO(outcome) o = { .verdict = NULL };
	ah_request r = genuine_question(&document, DEBUG_NOW_S);
	EXPECT_OUTCOME(&o, &r, AH_ERR_DEBUG, AH_RESULT_FAIL);
	r.allow_debug = true;
	EXPECT_OUTCOME(&o, &r, AH_ERR_DEBUG, AH_RESULT_DEBUG);
	EXPECT(ah_verdict_exit_code(o.verdict) == 10);
	allowing a;
	allow(&a, ah_verdict_claims(o.verdict), DEBUG_NOW_S);
	r.genuine_only = false;
	r.policy = &a.policy;
	r.expected = (ah_expected){ .fields = AH_NO_BINDING };
	a.policy.nitro.debug = true;
	EXPECT_OUTCOME(&o, &r, AH_ERR_UNBOUND, AH_RESULT_UNBOUND); /* UNBOUND before DEBUG */
	uint8_t user_data[512];
	size_t len = ah_claims_nitro(ah_verdict_claims(o.verdict))->user_data_len;
	memcpy(user_data, ah_claims_nitro(ah_verdict_claims(o.verdict))->user_data, len);
	r.expected = (ah_expected){ .fields = AH_EXPECT_REPORT_DATA, .report_data = ah_slice_make(user_data, len) };
	EXPECT_OUTCOME(&o, &r, AH_ERR_DEBUG, AH_RESULT_DEBUG);
	EXPECT(ah_verdict_appraisal(o.verdict) == NULL);
	r.allow_debug = false;
	EXPECT_OUTCOME(&o, &r, AH_ERR_DEBUG, AH_RESULT_FAIL);
	r.allow_debug = true;
	a.policy.nitro.debug = false;
	EXPECT_OUTCOME(&o, &r, AH_ERR_DEBUG, AH_RESULT_FAIL);
}

static void simulated_evidence_is_refused_as_what_it_is(void)
{
	AH_AUTO(ah_buf) document = AH_BUF(AH_EVIDENCE_MAX);
	AH_AUTO(ah_buf) root = AH_BUF(AH_EVIDENCE_MAX);
	NEED_VECTOR(&document, "nitro/synthetic/ok-all-fields.cose");
	NEED_VECTOR(&root, "nitro/synthetic/test-root.der");
	AH_AUTO(outcome) o = { .verdict = NULL };
	ah_request r = genuine_question(&document, SYNTHETIC_NOW_S);
	EXPECT_OUTCOME(&o, &r, AH_ERR_ROOT_UNTRUSTED, AH_RESULT_FAIL);
	r.allow_simulated = true;
	EXPECT_OUTCOME(&o, &r, AH_ERR_ROOT_UNTRUSTED, AH_RESULT_FAIL);
	r.simulated_root = ah_buf_slice(&root);
	EXPECT_OUTCOME(&o, &r, AH_OK, AH_RESULT_SIMULATED);
	EXPECT(ah_verdict_exit_code(o.verdict) == 0 && !ah_claims_is_hardware(ah_verdict_claims(o.verdict)));
	EXPECT(ah_verdict_appraisal(o.verdict) == NULL);

	allowing a;
	allow(&a, ah_verdict_claims(o.verdict), SYNTHETIC_NOW_S);
	uint8_t user_data[512];
	memcpy(user_data, ah_claims_nitro(ah_verdict_claims(o.verdict))->user_data, sizeof user_data);
	r = (ah_request){ .evidence = r.evidence, .policy = &a.policy, .now_s = SYNTHETIC_NOW_S };
	r.expected = (ah_expected){ .fields = AH_EXPECT_REPORT_DATA, .report_data = AH_SLICE_OF(user_data) };
	EXPECT_OUTCOME(&o, &r, AH_ERR_ROOT_UNTRUSTED, AH_RESULT_FAIL);
	list_root(&a);
	EXPECT_OUTCOME(&o, &r, AH_ERR_SIMULATED, AH_RESULT_FAIL);
	r.allow_simulated = true;
	EXPECT_OUTCOME(&o, &r, AH_OK, AH_RESULT_SIMULATED);
	EXPECT(ah_verdict_appraisal(o.verdict) != NULL);
	r.simulated_root = ah_buf_slice(&root);
	EXPECT_OUTCOME(&o, &r, AH_OK, AH_RESULT_SIMULATED);
	a.policy.simulated_roots.count = 0;
	EXPECT_OUTCOME(&o, &r, AH_ERR_SIMULATED, AH_RESULT_FAIL); /* the caller's root alone is not enough with a policy */
}

static void a_simulated_root_may_be_pem(void)
{
	AH_AUTO(ah_buf) document = AH_BUF(AH_EVIDENCE_MAX);
	AH_AUTO(ah_buf) root = AH_BUF(AH_EVIDENCE_MAX);
	AH_AUTO(ah_buf) base64 = AH_BUF(AH_EVIDENCE_MAX);
	AH_AUTO(ah_buf) pem = AH_BUF(AH_EVIDENCE_MAX);
	NEED_VECTOR(&document, "nitro/synthetic/ok-definite.cose");
	NEED_VECTOR(&root, "nitro/synthetic/test-root.der");
	EXPECT_OK(ah_base64_encode(&base64, ah_buf_slice(&root)));
	EXPECT_OK(ah_buf_append_text(&pem, "-----BEGIN CERTIFICATE-----\n"));
	for (size_t at = 0; at < base64.len; at += 64) {
		EXPECT_OK(ah_buf_append(&pem, ah_slice_sub(ah_buf_slice(&base64), at, base64.len - at < 64 ? base64.len - at : 64)));
		EXPECT_OK(ah_buf_append_byte(&pem, '\n'));
	}
	EXPECT_OK(ah_buf_append_text(&pem, "-----END CERTIFICATE-----\n"));
	AH_AUTO(outcome) o = { .verdict = NULL };
	ah_request r = genuine_question(&document, SYNTHETIC_NOW_S);
	r.allow_simulated = true;
	r.simulated_root = ah_buf_slice(&pem);
	EXPECT_OUTCOME(&o, &r, AH_OK, AH_RESULT_SIMULATED);
	r.simulated_root = ah_slice_make(pem.ptr, pem.len / 2);
	EXPECT_NO_VERDICT(&o, &r, AH_ERR_ARGUMENT);
}

static void a_missing_certificate_is_unobtainable_and_fails(void)
{
	AH_AUTO(ah_buf) report = AH_BUF(AH_EVIDENCE_MAX);
	NEED_VECTOR(&report, "snp/synth/reports/ok-milan-v3.bin");
	AH_AUTO(outcome) o = { .verdict = NULL };
	ah_request r = genuine_question(&report, MILAN_NOW_S);
	EXPECT_OUTCOME(&o, &r, AH_ERR_ENDORSEMENT_MISSING, AH_RESULT_FAIL);
	EXPECT(ah_verdict_exit_code(o.verdict) == 40 && ah_verdict_platform(o.verdict) == AH_PLATFORM_SNP);
	ah_policy policy = { .version = 1 };
	static const uint8_t nonce[32] = { 1 };
	r = (ah_request){ .evidence = r.evidence, .policy = &policy, .now_s = MILAN_NOW_S };
	r.expected = (ah_expected){ .fields = AH_EXPECT_NONCE, .nonce = AH_SLICE_OF(nonce) };
	EXPECT_NO_VERDICT(&o, &r, AH_ERR_ARGUMENT); /* detected as SNP, which has no nonce */
}

/* The whole way of a report: endorsements, a first policy made from what was seen, the binding, and the refusals around them. */
static void a_first_policy_allows_exactly_the_report_it_was_made_from(void)
{
	AH_AUTO(ah_buf) report = AH_BUF(AH_EVIDENCE_MAX);
	AH_AUTO(ah_buf) vek = AH_BUF(AH_EVIDENCE_MAX);
	AH_AUTO(ah_buf) intermediate = AH_BUF(AH_EVIDENCE_MAX);
	AH_AUTO(ah_buf) root = AH_BUF(AH_EVIDENCE_MAX);
	NEED_VECTOR(&report, "snp/synth/reports/ok-milan-v3.bin");
	NEED_VECTOR(&vek, "snp/synth/certs/vcek_milan.der");
	NEED_VECTOR(&intermediate, "snp/synth/certs/ask_milan.der");
	NEED_VECTOR(&root, "snp/synth/certs/ark_milan.der");
	AH_AUTO_PTR(ah_endorsements) en = NULL;
	EXPECT_OK(ah_endorsements_new(&en));
	EXPECT_OK(ah_endorsements_set_vek(en, ah_buf_slice(&vek), NULL));
	EXPECT_OK(ah_endorsements_add_chain(en, ah_buf_slice(&intermediate), NULL));
	EXPECT_OK(ah_endorsements_add_chain(en, ah_buf_slice(&root), NULL));

	AH_AUTO(outcome) o = { .verdict = NULL };
	ah_request r = genuine_question(&report, MILAN_NOW_S);
	r.endorsements = en;
	r.simulated_root = ah_buf_slice(&root);
	r.allow_simulated = true;
	EXPECT_OUTCOME(&o, &r, AH_OK, AH_RESULT_SIMULATED);
	AH_AUTO_PTR(ah_policy) policy = NULL;
	EXPECT_OK(ah_policy_init_from(&policy, ah_verdict_claims(o.verdict), "example", "1", MILAN_NOW_S, NULL));
	policy->require_revocation = false; /* there is no CRL beside these */
	uint8_t report_data[64];
	memcpy(report_data, ah_claims_snp(ah_verdict_claims(o.verdict))->report_data, sizeof report_data);

	r = (ah_request){ .evidence = r.evidence, .endorsements = en, .policy = policy, .now_s = MILAN_NOW_S, .allow_simulated = true };
	r.expected = (ah_expected){ .fields = AH_EXPECT_REPORT_DATA, .report_data = AH_SLICE_OF(report_data) };
	EXPECT_OUTCOME(&o, &r, AH_OK, AH_RESULT_SIMULATED);
	EXPECT(ah_verdict_appraisal(o.verdict) != NULL);
	policy->require_revocation = true;
	EXPECT_OUTCOME(&o, &r, AH_ERR_REVOCATION_UNAVAILABLE, AH_RESULT_FAIL);
	EXPECT(ah_verdict_exit_code(o.verdict) == 40);
	policy->require_revocation = false;
	report_data[40] ^= 4;
	EXPECT_OUTCOME(&o, &r, AH_ERR_REPORT_DATA, AH_RESULT_FAIL);
	r.allow_simulated = false;
	EXPECT_OUTCOME(&o, &r, AH_ERR_SIMULATED, AH_RESULT_FAIL);
}

static void the_same_question_gives_the_same_bytes(void)
{
	AH_AUTO(ah_buf) document = AH_BUF(AH_EVIDENCE_MAX);
	NEED_VECTOR(&document, "nitro/attestation/dstack-2025-12-25-a.cose");
	AH_AUTO(outcome) first = { .verdict = NULL };
	AH_AUTO(outcome) second = { .verdict = NULL };
	ah_request r = genuine_question(&document, DSTACK_NOW_S);
	EXPECT_OUTCOME(&first, &r, AH_OK, AH_RESULT_GENUINE);
	EXPECT_OUTCOME(&second, &r, AH_OK, AH_RESULT_GENUINE);
	char *text[2] = { NULL, NULL };
	size_t len[2] = { 0, 0 };
	EXPECT_OK(ah_verdict_to_json(first.verdict, &text[0], &len[0]));
	EXPECT_OK(ah_verdict_to_json(second.verdict, &text[1], &len[1]));
	bool same = ah_slice_is(ah_slice_make(text[0], len[0]), ah_slice_make(text[1], len[1]));
	ah_text_free(text[0]);
	ah_text_free(text[1]);
	EXPECT(same);
}

static void a_warm_verdict_takes_two_allocations_of_ours(void)
{
	AH_AUTO(ah_buf) document = AH_BUF(AH_EVIDENCE_MAX);
	AH_AUTO(ah_buf) root = AH_BUF(AH_EVIDENCE_MAX);
	NEED_VECTOR(&document, "nitro/synthetic/ok-definite.cose");
	NEED_VECTOR(&root, "nitro/synthetic/test-root.der");
	AH_AUTO(outcome) o = { .verdict = NULL };
	ah_request r = genuine_question(&document, SYNTHETIC_NOW_S);
	r.allow_simulated = true;
	r.simulated_root = ah_buf_slice(&root);
	EXPECT_OUTCOME(&o, &r, AH_OK, AH_RESULT_SIMULATED);
	size_t before = allocations;
	EXPECT_OUTCOME(&o, &r, AH_OK, AH_RESULT_SIMULATED);
	EXPECT_MSG(allocations - before <= 2, "%zu allocations", allocations - before);
}

/* One bit per byte: what no signature covers is malformed instead, never accepted. The full runs over all bits are the vectors' tests. */
static void no_flipped_bit_is_accepted(void)
{
	AH_AUTO(ah_buf) document = AH_BUF(AH_EVIDENCE_MAX);
	NEED_VECTOR(&document, "nitro/attestation/dstack-2025-12-25-a.cose");
	AH_AUTO(outcome) o = { .verdict = NULL };
	ah_request r = genuine_question(&document, DSTACK_NOW_S);
	for (size_t i = 0; i < document.len; i += 7) {
		document.ptr[i] ^= 0x10;
		ask(&o, &r);
		document.ptr[i] ^= 0x10;
		if (ah_test_failed())
			return;
		EXPECT_MSG(o.err != AH_OK && o.verdict != NULL, "byte %zu", i);
	}
	for (size_t len = 0; len < document.len; len += 31) {
		r.evidence = ah_slice_make(document.ptr, len);
		ask(&o, &r);
		EXPECT_MSG(o.err != AH_OK && o.verdict != NULL, "length %zu", len);
	}
}

static void the_verifier_can_be_freed(void)
{
	ah_verifier_free(verifier);
	verifier = NULL;
	ah_verifier_free(NULL);
}

static const ah_test_case cases[] = {
	AH_TEST(a_question_is_about_a_policy_or_about_genuineness),
	AH_TEST(a_policy_needs_a_stated_binding),
	AH_TEST(genuine_only_has_no_binding),
	AH_TEST(an_expected_field_is_there_and_fits),
	AH_TEST(fields_of_nitro_do_not_exist_elsewhere),
	AH_TEST(a_simulated_root_is_one_certificate_and_allowed),
	AH_TEST(time_platform_and_evidence_are_possible_ones),
	AH_TEST(the_fault_may_be_null_and_an_old_one_is_replaced),
	AH_TEST(bytes_that_nobody_knows_are_unsupported_and_with_a_name_malformed),
	AH_TEST(a_tdx_quote_is_recognised),
	AH_TEST(an_event_log_belongs_to_tdx),
	AH_TEST(evidence_above_the_limit_is_refused_by_its_size),
	AH_TEST(rows_past_the_end_are_an_error),
	AH_TEST(a_real_document_is_genuine_at_its_time),
	AH_TEST(a_policy_and_a_binding_make_an_appraisal),
	AH_TEST(a_real_debug_document_is_never_accepted),
	AH_TEST(simulated_evidence_is_refused_as_what_it_is),
	AH_TEST(a_simulated_root_may_be_pem),
	AH_TEST(a_missing_certificate_is_unobtainable_and_fails),
	AH_TEST(a_first_policy_allows_exactly_the_report_it_was_made_from),
	AH_TEST(the_same_question_gives_the_same_bytes),
	AH_TEST(a_warm_verdict_takes_two_allocations_of_ours),
	AH_TEST(no_flipped_bit_is_accepted),
	AH_TEST(the_verifier_can_be_freed),
};
AH_TEST_MAIN(cases)
