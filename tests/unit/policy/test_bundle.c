/*
 * Goal: a trust bundle counts only when a pinned root signed it under the permitted header, for the workload and time asked for, and not when it is older
 * than what was accepted before; each refusal has its own error, and the first in order is the one that is told.
 * Method: a bundle and a key that python-cryptography made; then bundles signed here, each with one thing wrong (B18 of the attack list).
 */
#include "policy/bundle.h"
#include "policy/state.h"
#include "evidence/verifier.h"
#include "signed.h"

#include <inttypes.h>

/* python3, cryptography 38: Ed25519PrivateKey.from_private_bytes(bytes(range(32))). */
#define PEM_BASE64 "MCowBQYDK2VwAyEAA6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="
#define PEM "-----BEGIN PUBLIC KEY-----\n" PEM_BASE64 "\n-----END PUBLIC KEY-----\n"
#define KEY_HEX "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8"
#define PYTHON_BUNDLE \
	"eyJhbGciOiJFZERTQSIsImtpZCI6ImsxIiwidHlwIjoiYW5jaG9yaG9sZC10cnVzdC1idW5kbGUrand0In0.eyJzY2hlbWEiOiJhbmNob3Job2xkLnRydXN0" \
	"LWJ1bmRsZS92MSIsIndvcmtsb2FkIjoicm91dGVyIiwidmVyc2lvbiI6MTcsImlzc3VlZF9hdCI6IjIwMjYtMTEtMjBUMDA6MDA6MDBaIiwidmFsaWRfZnJv" \
	"bSI6IjIwMjYtMTEtMjBUMDA6MDA6MDBaIiwidmFsaWRfdW50aWwiOiIyMDI3LTAyLTE4VDAwOjAwOjAwWiIsInBsYXRmb3JtcyI6eyJuaXRybyI6eyJyZWxl" \
	"YXNlcyI6W3sicmVsZWFzZSI6IjEuMCIsInBjcnMiOnsiMCI6ImFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh" \
	"YWFhYWFhYWFhYWEiLCIxIjoiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYiIsIjIiOiJj" \
	"Y2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjIn19XX19fQ.LTOPY9NxVmigzbhfu2N6G4RZs" \
	"Wp4jZbGN1y_ZOpqhdOQxCc0GevqJW5UOiSo5o9GhEbc6nrbVyqmfann764MCw"
#define PYTHON_SHA256 "97e21b6166cb321f5067736a20008735ef9e7912b3d27eecd45ca95840d23abd"

#define HEADER "{\"alg\":\"EdDSA\",\"kid\":\"k1\",\"typ\":\"" AH_BUNDLE_TYP "\"}"
#define X16 "aaaaaaaaaaaaaaaa"
#define X64 X16 X16 X16 X16
#define VALID_FROM_S  INT64_C(1795132800) /* 2026-11-20T00:00:00Z */
#define VALID_UNTIL_S INT64_C(1802908800) /* 2027-02-18T00:00:00Z */
#define NOW_S (VALID_FROM_S + 3600)

static ah_verifier *verifier;

/* A policy as the Python one, with another workload and version. The text lives until the next but three calls. */
static const char *policy(const char *workload, int64_t version)
{
	static char texts[4][1024];
	static unsigned next;
	char *out = texts[next++ % 4];
	(void)snprintf(out, sizeof texts[0],
		"{\"schema\":\"anchorhold.trust-bundle/v1\",\"workload\":\"%s\",\"version\":%" PRId64 ",\"issued_at\":\"2026-11-20T00:00:00Z\","
		"\"valid_from\":\"2026-11-20T00:00:00Z\",\"valid_until\":\"2027-02-18T00:00:00Z\","
		"\"platforms\":{\"nitro\":{\"releases\":[{\"release\":\"1.0\",\"pcrs\":{\"0\":\"" X64 "\",\"1\":\"" X64 "\",\"2\":\"" X64 "\"}}]}}}",
		workload, version);
	return out;
}

static ah_err verify_at(ah_slice jws, const ah_release_root *roots, size_t count, const char *workload, int64_t now_s, ah_state *state, ah_fault *why)
{
	const ah_trust trust = { .bundle = jws, .roots = roots, .root_count = count, .workload = workload };
	return ah_bundle_verify(NULL, NULL, verifier, &trust, now_s, state, why);
}

static ah_err verify(ah_slice jws, ah_fault *why)
{
	ah_release_root root = signed_root(0);
	return verify_at(jws, &root, 1, "router", NOW_S, NULL, why);
}

/* -- keys -- */

static void a_key_of_another_implementation_is_read(void)
{
	static const char *const texts[] = { PEM, "-----BEGIN PUBLIC KEY-----\r\n" PEM_BASE64 "\r\n-----END PUBLIC KEY-----\r\n", "our root\n" PEM "\nkeep it\n" };
	AH_AUTO(ah_buf) key = AH_BUF(32);
	ah_test_hex(&key, KEY_HEX);
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		ah_release_root root = { .key = { 0 } };
		EXPECT_OK(ah_release_root_from_pem(&root, ah_slice_text(texts[i]), NULL));
		EXPECT_BYTES(AH_SLICE_OF(root.key), ah_buf_slice(&key));
	}
	ah_release_root own = signed_root(0);
	EXPECT_BYTES(AH_SLICE_OF(own.key), ah_buf_slice(&key));
}

#define SPKI_PEM(label, base64) "-----BEGIN " label "-----\n" base64 "\n-----END " label "-----\n"

static void whatever_is_not_one_ed25519_key_is_refused(void)
{
	static const struct { const char *text, *part; } rows[] = {
		{ "", "no PEM" }, { "hello", "no PEM" }, { KEY_HEX, "no PEM" }, { "-----BEGIN PUBLIC KEY-----\n" PEM_BASE64 "\n", "not PEM" },
		{ "-----BEGIN PUBLIC KEY-----\n" PEM_BASE64 "=\n-----END PUBLIC KEY-----\n", "not PEM" },
		{ PEM PEM, "more than one" }, { PEM "-----BEGIN X-----\n", "more than one" }, { SPKI_PEM("CERTIFICATE", PEM_BASE64), "PUBLIC KEY" },
		{ SPKI_PEM("PRIVATE KEY", PEM_BASE64), "private" },
		{ SPKI_PEM("PUBLIC KEY", "MCowBQYDK2VuAyEAA6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="), "another algorithm" }, /* X25519 */
		{ SPKI_PEM("PUBLIC KEY", "MCwwBwYDK2VwBQADIQADoQe/884Qvh1w3RjnS8CZZ+TWMJulDV8d3IZkElUxuA=="), "SubjectPublicKeyInfo" }, /* parameters NULL */
		{ SPKI_PEM("PUBLIC KEY", "MCkwBQYDK2VwAyAAA6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMQ=="), "another length" }, /* 31 bytes */
		{ SPKI_PEM("PUBLIC KEY", "MCowBQYDK2VwAyEBA6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="), "SubjectPublicKeyInfo" }, /* an unused bit */
		{ SPKI_PEM("PUBLIC KEY", "MCowBQYDK2VwAyEAA6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbgA"), "SubjectPublicKeyInfo" }, /* a byte behind it */
		{ SPKI_PEM("PUBLIC KEY", "MCowBQYDK2VwAyEAAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="), "small order" }, /* the neutral element */
		{ SPKI_PEM("PUBLIC KEY", "MCowBQYDK2VwAyEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="), "small order" }, /* order 4 */
		{ SPKI_PEM("PUBLIC KEY", "MCowBQYDK2VwAyEA7f///////////////////////////////////////38="), "not canonical" }, /* y = p */
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		ah_release_root root = { .key = { 7 } };
		ah_fault why = { .err = AH_OK };
		ah_err err = ah_release_root_from_pem(&root, ah_slice_text(rows[i].text), &why);
		EXPECT_MSG(err == AH_ERR_KEY_INVALID && why.err == err, "row %zu: got %s", i, ah_err_name(err));
		EXPECT_MSG(strstr(why.detail, rows[i].part) != NULL, "row %zu says: %s", i, why.detail);
		EXPECT(root.key[0] == 7);
	}
	ah_test_count(sizeof rows / sizeof rows[0] - 1);
}

/* -- what is accepted -- */

static void a_bundle_of_another_implementation_is_accepted(void)
{
	AH_AUTO(ah_buf) digest = AH_BUF(32);
	AH_AUTO_PTR(ah_policy) loaded = NULL;
	ah_release_root root;
	ah_bundle_info info = { .version = 0 };
	ah_fault why = { .err = AH_OK };
	ah_test_hex(&digest, PYTHON_SHA256);
	EXPECT_OK(ah_release_root_from_pem(&root, AH_SLICE_LITERAL(PEM), NULL));
	for (int line_feed = 0; line_feed < 2; line_feed++) {
		const ah_trust trust = {
			.bundle = line_feed ? AH_SLICE_LITERAL(PYTHON_BUNDLE "\n") : AH_SLICE_LITERAL(PYTHON_BUNDLE), .roots = &root, .root_count = 1, .workload = "router"
		};
		ah_policy_free(loaded);
		loaded = NULL;
		EXPECT_OK(ah_bundle_verify(&loaded, &info, verifier, &trust, NOW_S, NULL, &why));
		EXPECT(strcmp(info.workload, "router") == 0 && strcmp(info.kid, "k1") == 0 && info.version == 17);
		EXPECT(info.issued_at_s == VALID_FROM_S && info.valid_from_s == VALID_FROM_S && info.valid_until_s == VALID_UNTIL_S);
		EXPECT_BYTES(AH_SLICE_OF(info.root), AH_SLICE_OF(root.key));
		EXPECT_BYTES(AH_SLICE_OF(info.sha256), ah_buf_slice(&digest));
		EXPECT(loaded != NULL && loaded->nitro.release_count == 1 && loaded->version == 17);
	}
}

/* kid is for people: it may say anything, and the root that verifies is found among all. */
static void any_pinned_root_may_sign_whatever_kid_says(void)
{
	ah_release_root roots[AH_RELEASE_ROOTS_MAX];
	for (unsigned i = 0; i < AH_RELEASE_ROOTS_MAX; i++)
		roots[i] = signed_root(i);
	for (unsigned i = 0; i < AH_RELEASE_ROOTS_MAX; i++) {
		ah_bundle_info info;
		const ah_trust trust = { .bundle = signed_jws(i, HEADER, policy("router", 1)), .roots = roots, .root_count = AH_RELEASE_ROOTS_MAX, .workload = "router" };
		EXPECT_OK(ah_bundle_verify(NULL, &info, verifier, &trust, NOW_S, NULL, NULL));
		EXPECT_BYTES(AH_SLICE_OF(info.root), AH_SLICE_OF(roots[i].key));
	}
}

/* -- what is refused: form, header, signature -- */

static void what_is_no_compact_jws_is_malformed(void)
{
	static const char *const texts[] = { "", "\n", "{}", "a.b", "YQ.YQ", "YQ.YQ.YQ.YQ", PYTHON_BUNDLE "=", PYTHON_BUNDLE "\n\n", " " PYTHON_BUNDLE, PYTHON_BUNDLE "." };
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		ah_fault why = { .err = AH_OK };
		ah_err err = verify(ah_slice_text(texts[i]), &why);
		EXPECT_MSG(err == AH_ERR_BUNDLE_MALFORMED && why.err == err, "%.20s: got %s", texts[i], ah_err_name(err));
	}
}

/* B18. Each is signed by the pinned root over exactly these bytes, so the header alone is at fault. */
static void b18_no_other_header_is_taken_though_the_root_signed_it(void)
{
	static const struct { const char *header, *part; } rows[] = {
		{ "{\"alg\":\"none\",\"kid\":\"k1\",\"typ\":\"" AH_BUNDLE_TYP "\"}", "alg" },
		{ "{\"alg\":\"HS256\",\"kid\":\"k1\",\"typ\":\"" AH_BUNDLE_TYP "\"}", "alg" },
		{ "{\"alg\":\"ES256\",\"kid\":\"k1\",\"typ\":\"" AH_BUNDLE_TYP "\"}", "alg" },
		{ "{\"alg\":\"eddsa\",\"kid\":\"k1\",\"typ\":\"" AH_BUNDLE_TYP "\"}", "alg" },
		{ "{\"alg\":\"EdDSA\",\"crit\":[\"b64\"],\"kid\":\"k1\",\"typ\":\"" AH_BUNDLE_TYP "\"}", "crit" },
		{ "{\"alg\":\"EdDSA\",\"b64\":false,\"kid\":\"k1\",\"typ\":\"" AH_BUNDLE_TYP "\"}", "b64" },
		{ "{\"alg\":\"EdDSA\",\"jwk\":{\"kty\":\"OKP\"},\"kid\":\"k1\",\"typ\":\"" AH_BUNDLE_TYP "\"}", "jwk" },
		{ "{\"alg\":\"EdDSA\",\"jku\":\"https://x\",\"kid\":\"k1\",\"typ\":\"" AH_BUNDLE_TYP "\"}", "jku" },
		{ "{\"alg\":\"EdDSA\",\"x5u\":\"https://x\",\"kid\":\"k1\",\"typ\":\"" AH_BUNDLE_TYP "\"}", "x5u" },
		{ "{\"alg\":\"EdDSA\",\"x5c\":[\"MA\"],\"kid\":\"k1\",\"typ\":\"" AH_BUNDLE_TYP "\"}", "x5c" },
		{ "{\"alg\":\"EdDSA\",\"alg\":\"none\",\"kid\":\"k1\",\"typ\":\"" AH_BUNDLE_TYP "\"}", "twice" },
		{ "{\"alg\":\"EdDSA\",\"al\\u0067\":\"none\",\"kid\":\"k1\",\"typ\":\"" AH_BUNDLE_TYP "\"}", "twice" },
		{ "{\"alg\":\"EdDSA\",\"kid\":\"k1\",\"kid\":\"k2\",\"typ\":\"" AH_BUNDLE_TYP "\"}", "twice" },
		{ "{\"kid\":\"k1\",\"typ\":\"" AH_BUNDLE_TYP "\"}", "alg" }, { "{\"alg\":\"EdDSA\",\"typ\":\"" AH_BUNDLE_TYP "\"}", "kid" },
		{ "{\"alg\":\"EdDSA\",\"kid\":\"k1\"}", "typ" }, { "{\"alg\":\"EdDSA\",\"kid\":\"k1\",\"typ\":\"JWT\"}", "typ" },
		{ "{\"alg\":\"EdDSA\",\"kid\":\"k1\",\"typ\":\"workload-identity+jwt\"}", "typ" }, { "[]", "object" }, { "EdDSA", "JSON" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		ah_fault why = { .err = AH_OK };
		ah_err err = verify(signed_jws(0, rows[i].header, policy("router", 1)), &why);
		EXPECT_MSG(err == AH_ERR_BUNDLE_SIGNATURE && why.err == err, "%s: got %s", rows[i].header, ah_err_name(err));
		EXPECT_MSG(strcmp(why.step, "bundle.signature") == 0 && strstr(why.detail, rows[i].part) != NULL, "%s: says %s", rows[i].header, why.detail);
	}
	EXPECT_OK(verify(signed_jws(0, HEADER, policy("router", 1)), NULL));
	ah_test_count(sizeof rows / sizeof rows[0] - 1);
}

/* RFC 7515 appendix A.5 style: no signature at all is three parts with an empty last one, which is no compact JWS here. */
static void b18_an_unsecured_jws_is_malformed(void)
{
	AH_AUTO(ah_buf) text = AH_BUF(8192);
	EXPECT_OK(ah_base64url_encode(&text, AH_SLICE_LITERAL("{\"alg\":\"none\"}")));
	EXPECT_OK(ah_buf_append_byte(&text, '.'));
	EXPECT_OK(ah_base64url_encode(&text, ah_slice_text(policy("router", 1))));
	EXPECT_OK(ah_buf_append_byte(&text, '.'));
	EXPECT_ERR(verify(ah_buf_slice(&text), NULL), AH_ERR_BUNDLE_MALFORMED);
}

static void a_root_that_is_not_pinned_signs_nothing(void)
{
	ah_fault why = { .err = AH_OK };
	EXPECT_ERR(verify(signed_jws(1, HEADER, policy("router", 1)), &why), AH_ERR_BUNDLE_SIGNATURE);
	EXPECT(strcmp(why.step, "bundle.signature") == 0);
	ah_release_root two[] = { signed_root(2), signed_root(3) };
	EXPECT_ERR(verify_at(signed_jws(1, HEADER, policy("router", 1)), two, 2, "router", NOW_S, NULL, NULL), AH_ERR_BUNDLE_SIGNATURE);
}

/* A key of small order, pinned by a caller who did not take it from PEM, accepts nothing: not even what such keys "sign". */
static void an_unsafe_pinned_key_verifies_nothing_and_stops_nobody(void)
{
	ah_release_root roots[2] = { { .key = { 1 } }, signed_root(0) };
	EXPECT_OK(verify_at(signed_jws(0, HEADER, policy("router", 1)), roots, 2, "router", NOW_S, NULL, NULL));
	EXPECT_ERR(verify_at(signed_jws(0, HEADER, policy("router", 1)), roots, 1, "router", NOW_S, NULL, NULL), AH_ERR_BUNDLE_SIGNATURE);
}

static void every_flipped_bit_is_refused(void)
{
	AH_AUTO(ah_buf) text = AH_BUF(8192);
	size_t len = sizeof PYTHON_BUNDLE - 1;
	ah_release_root root = signed_root(0);
	for (size_t i = 0; i < len * 8; i++) {
		ah_buf_clear(&text);
		EXPECT_OK(ah_buf_append(&text, AH_SLICE_LITERAL(PYTHON_BUNDLE)));
		text.ptr[i / 8] ^= (uint8_t)(1U << i % 8);
		ah_err err = verify_at(ah_buf_slice(&text), &root, 1, "router", NOW_S, NULL, NULL);
		EXPECT_MSG(err == AH_ERR_BUNDLE_SIGNATURE || err == AH_ERR_BUNDLE_MALFORMED, "bit %zu: %s", i, ah_err_name(err));
	}
	for (size_t cut = 0; cut < len; cut++) {
		ah_err err = verify_at(ah_slice_sub(AH_SLICE_LITERAL(PYTHON_BUNDLE), 0, cut), &root, 1, "router", NOW_S, NULL, NULL);
		EXPECT_MSG(err == AH_ERR_BUNDLE_SIGNATURE || err == AH_ERR_BUNDLE_MALFORMED, "cut at %zu: %s", cut, ah_err_name(err));
	}
	ah_test_count(len * 9 - 1);
}

static void a_bundle_is_bounded_by_its_size(void)
{
	AH_AUTO(ah_buf) text = AH_BUF(AH_JWS_MAX + 2);
	EXPECT_OK(ah_buf_append_text(&text, "YQ.YQ."));
	while (text.len < AH_JWS_MAX)
		EXPECT_OK(ah_buf_append_byte(&text, 'A'));
	ah_fault why = { .err = AH_OK };
	EXPECT_ERR(verify(ah_buf_slice(&text), &why), AH_ERR_BUNDLE_SIGNATURE); /* looked at, and its header is not the permitted one */
	EXPECT_OK(ah_buf_append_byte(&text, '\n'));
	EXPECT_ERR(verify(ah_buf_slice(&text), NULL), AH_ERR_BUNDLE_SIGNATURE);
	text.ptr[AH_JWS_MAX] = 'A';
	why = (ah_fault){ .err = AH_OK };
	EXPECT_ERR(verify(ah_buf_slice(&text), &why), AH_ERR_BUNDLE_MALFORMED);
	EXPECT(why.offset == AH_JWS_MAX);
}

/* -- payload, workload, time -- */

static void the_payload_is_not_looked_at_before_the_signature(void)
{
	static const struct { const char *payload; ah_err err; } rows[] = {
		{ "not json", AH_ERR_POLICY_MALFORMED }, { "{\"schema\":\"workload-identity/v1\"}", AH_ERR_POLICY_MALFORMED },
		{ "{\"schema\":\"anchorhold.trust-bundle/v1\"}", AH_ERR_POLICY_MISSING_MEMBER }, { "{}", AH_ERR_POLICY_MISSING_MEMBER },
		{ "{\"schema\":\"anchorhold.trust-bundle/v1\",\"x\":1}", AH_ERR_POLICY_UNKNOWN_MEMBER },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		EXPECT_ERR(verify(signed_jws(0, HEADER, rows[i].payload), NULL), rows[i].err);
		EXPECT_ERR(verify(signed_jws(1, HEADER, rows[i].payload), NULL), AH_ERR_BUNDLE_SIGNATURE);
	}
}

static void the_workload_is_the_callers_word(void)
{
	static const char *const others[] = { "Router", "route", "router2", "router ", " router", "*" };
	ah_release_root root = signed_root(0);
	ah_slice jws = signed_jws(0, HEADER, policy("router", 1));
	EXPECT_OK(verify_at(jws, &root, 1, "router", NOW_S, NULL, NULL));
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		ah_fault why = { .err = AH_OK };
		EXPECT_ERR(verify_at(jws, &root, 1, others[i], NOW_S, NULL, &why), AH_ERR_WORKLOAD);
		EXPECT(strcmp(why.step, "bundle.workload") == 0 && strstr(why.detail, "router") != NULL);
	}
}

static void its_time_is_that_of_a_policy(void)
{
	static const struct { int64_t now_s; ah_err err; } rows[] = {
		{ VALID_FROM_S - 301, AH_ERR_POLICY_NOT_YET_VALID }, { VALID_FROM_S - 300, AH_OK }, { VALID_FROM_S, AH_OK }, { VALID_UNTIL_S - 1, AH_OK },
		{ VALID_UNTIL_S, AH_ERR_POLICY_EXPIRED }, { 0, AH_ERR_POLICY_NOT_YET_VALID },
	};
	ah_release_root root = signed_root(0);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		EXPECT_ERR(verify_at(AH_SLICE_LITERAL(PYTHON_BUNDLE), &root, 1, "router", rows[i].now_s, NULL, NULL), rows[i].err);
}

static void the_first_refusal_in_order_is_told(void)
{
	ah_release_root root = signed_root(0);
	AH_AUTO_PTR(ah_state) state = NULL;
	uint8_t digest[32] = { 1 };
	EXPECT_OK(ah_state_new(&state));
	EXPECT_OK(ah_state_note_bundle(state, root.key, "other", 9, digest));
	static const char bad_header[] = "{\"alg\":\"none\",\"kid\":\"k1\",\"typ\":\"" AH_BUNDLE_TYP "\"}";
	EXPECT_ERR(verify_at(signed_jws(1, bad_header, "{}"), &root, 1, "router", 0, state, NULL), AH_ERR_BUNDLE_SIGNATURE);
	EXPECT_ERR(verify_at(signed_jws(1, HEADER, "{}"), &root, 1, "router", 0, state, NULL), AH_ERR_BUNDLE_SIGNATURE);
	EXPECT_ERR(verify_at(signed_jws(0, HEADER, "{}"), &root, 1, "router", 0, state, NULL), AH_ERR_POLICY_MISSING_MEMBER);
	EXPECT_ERR(verify_at(signed_jws(0, HEADER, policy("other", 1)), &root, 1, "router", 0, state, NULL), AH_ERR_WORKLOAD);
	EXPECT_ERR(verify_at(signed_jws(0, HEADER, policy("other", 1)), &root, 1, "other", 0, state, NULL), AH_ERR_POLICY_NOT_YET_VALID);
	EXPECT_ERR(verify_at(signed_jws(0, HEADER, policy("other", 1)), &root, 1, "other", NOW_S, state, NULL), AH_ERR_BUNDLE_ROLLBACK);
	EXPECT_OK(verify_at(signed_jws(0, HEADER, policy("other", 10)), &root, 1, "other", NOW_S, state, NULL));
}

static void a_question_that_cannot_be_asked_is_an_argument(void)
{
	ah_release_root roots[AH_RELEASE_ROOTS_MAX + 1];
	ah_slice jws = signed_jws(0, HEADER, policy("router", 1));
	for (unsigned i = 0; i <= AH_RELEASE_ROOTS_MAX; i++)
		roots[i] = signed_root(i % 3);
	EXPECT_ERR(verify_at(jws, roots, 0, "router", NOW_S, NULL, NULL), AH_ERR_ARGUMENT);
	EXPECT_ERR(verify_at(jws, NULL, 1, "router", NOW_S, NULL, NULL), AH_ERR_ARGUMENT);
	EXPECT_ERR(verify_at(jws, roots, AH_RELEASE_ROOTS_MAX + 1, "router", NOW_S, NULL, NULL), AH_ERR_ARGUMENT);
	EXPECT_ERR(verify_at(jws, roots, 1, NULL, NOW_S, NULL, NULL), AH_ERR_ARGUMENT);
	EXPECT_ERR(verify_at(jws, roots, 1, "", NOW_S, NULL, NULL), AH_ERR_ARGUMENT);
	EXPECT_ERR(verify_at(ah_slice_make(NULL, 5), roots, 1, "router", NOW_S, NULL, NULL), AH_ERR_ARGUMENT);
	EXPECT_OK(verify_at(jws, roots, AH_RELEASE_ROOTS_MAX, "router", NOW_S, NULL, NULL));
}

static void a_refusal_writes_no_output(void)
{
	ah_policy *untouched = NULL;
	ah_bundle_info info = { .version = 99 };
	ah_release_root root = signed_root(1);
	AH_AUTO_PTR(ah_state) state = NULL;
	EXPECT_OK(ah_state_new(&state));
	const ah_trust trust = { .bundle = AH_SLICE_LITERAL(PYTHON_BUNDLE), .roots = &root, .root_count = 1, .workload = "router" };
	EXPECT_ERR(ah_bundle_verify(&untouched, &info, verifier, &trust, NOW_S, state, NULL), AH_ERR_BUNDLE_SIGNATURE);
	EXPECT(untouched == NULL && info.version == 99 && !ah_state_is_changed(state));
}

/* -- rollback -- */

static ah_err accept(ah_state *state, unsigned key, const char *workload, int64_t version, const char *kid, const ah_release_root *roots, size_t count)
{
	char header[128];
	(void)snprintf(header, sizeof header, "{\"alg\":\"EdDSA\",\"kid\":\"%s\",\"typ\":\"" AH_BUNDLE_TYP "\"}", kid);
	return verify_at(signed_jws(key, header, policy(workload, version)), roots, count, workload, NOW_S, state, NULL);
}

static void an_older_version_and_another_one_of_the_same_are_refused(void)
{
	static const struct { int64_t version; const char *kid; ah_err err; } rows[] = {
		{ 5, "a", AH_OK }, { 5, "a", AH_OK }, { 4, "a", AH_ERR_BUNDLE_ROLLBACK }, { 5, "b", AH_ERR_BUNDLE_ROLLBACK }, { 1, "a", AH_ERR_BUNDLE_ROLLBACK },
		{ 6, "b", AH_OK }, { 5, "a", AH_ERR_BUNDLE_ROLLBACK }, { 6, "b", AH_OK }, { AH_POLICY_VERSION_MAX, "b", AH_OK }, { 7, "b", AH_ERR_BUNDLE_ROLLBACK },
	};
	AH_AUTO_PTR(ah_state) state = NULL;
	ah_release_root root = signed_root(0);
	EXPECT_OK(ah_state_new(&state));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		ah_err err = accept(state, 0, "router", rows[i].version, rows[i].kid, &root, 1);
		EXPECT_MSG(err == rows[i].err, "row %zu: got %s", i, ah_err_name(err));
	}
}

static void workloads_and_strangers_roots_are_remembered_apart(void)
{
	AH_AUTO_PTR(ah_state) state = NULL;
	ah_release_root first = signed_root(0), second = signed_root(1);
	EXPECT_OK(ah_state_new(&state));
	EXPECT_OK(accept(state, 0, "router", 9, "a", &first, 1));
	EXPECT_OK(accept(state, 0, "mixer", 2, "a", &first, 1));
	EXPECT_OK(accept(state, 1, "router", 3, "a", &second, 1)); /* another publisher, who alone is pinned */
	EXPECT_ERR(accept(state, 0, "mixer", 1, "a", &first, 1), AH_ERR_BUNDLE_ROLLBACK);
	EXPECT_ERR(accept(state, 1, "router", 2, "a", &second, 1), AH_ERR_BUNDLE_ROLLBACK);
}

static void rotation_of_the_root_opens_no_way_back(void)
{
	AH_AUTO_PTR(ah_state) state = NULL;
	ah_release_root both[] = { signed_root(0), signed_root(1) }, swapped[] = { signed_root(1), signed_root(0) };
	EXPECT_OK(ah_state_new(&state));
	EXPECT_OK(accept(state, 0, "router", 9, "old", both, 1));
	EXPECT_ERR(accept(state, 1, "router", 8, "new", both, 2), AH_ERR_BUNDLE_ROLLBACK); /* the new root, older than what the old one signed */
	EXPECT_ERR(accept(state, 1, "router", 9, "new", both, 2), AH_ERR_BUNDLE_ROLLBACK); /* the same version signed anew is another bundle */
	EXPECT_OK(accept(state, 1, "router", 10, "new", swapped, 2));
	EXPECT_ERR(accept(state, 0, "router", 9, "old", swapped, 2), AH_ERR_BUNDLE_ROLLBACK); /* and back */
	EXPECT_OK(accept(state, 0, "router", 11, "old", both, 2));
	EXPECT_ERR(accept(state, 1, "router", 10, "new", both, 2), AH_ERR_BUNDLE_ROLLBACK);
	EXPECT_OK(accept(state, 1, "router", 12, "new", both + 1, 1)); /* the old root is gone */
	EXPECT_ERR(accept(state, 0, "router", 13, "old", both + 1, 1), AH_ERR_BUNDLE_SIGNATURE);
}

static void the_rows_and_what_was_compared_with_are_kept_for_the_verdict(void)
{
	AH_AUTO_PTR(ah_state) state = NULL;
	AH_AUTO_PTR(ah_policy) loaded = NULL;
	AH_AUTO_PTR(ah_verdict) v = (ah_verdict *)ah_alloc(sizeof *v);
	ah_release_root roots[] = { signed_root(0), signed_root(1), signed_root(2) };
	uint8_t digest[32] = { 3 };
	EXPECT(v != NULL);
	EXPECT_OK(ah_state_new(&state));
	EXPECT_OK(ah_state_note_bundle(state, roots[0].key, "router", 4, digest));
	EXPECT_OK(ah_state_note_bundle(state, roots[2].key, "router", 6, digest));
	EXPECT_OK(ah_state_note_bundle(state, roots[1].key, "mixer", 60, digest));
	const ah_trust trust = { .bundle = signed_jws(1, HEADER, policy("router", 7)), .roots = roots, .root_count = 3, .workload = "router" };
	EXPECT_OK(ah__bundle_judge(v, &loaded, verifier, &trust, NOW_S, state, NULL));
	EXPECT(v->has_bundle && v->bundle.version == 7 && v->consulted_bundle_count == 2);
	EXPECT(v->consulted_bundles[0].version == 4 && v->consulted_bundles[1].version == 6);
	EXPECT_BYTES(AH_SLICE_OF(v->consulted_bundles[1].root), AH_SLICE_OF(roots[2].key));
	EXPECT_BYTES(AH_SLICE_OF(v->consulted_bundles[1].sha256), AH_SLICE_OF(digest));
	static const ah_check_id rows[] = { AH_CHECK_BUNDLE_SIGNATURE, AH_CHECK_BUNDLE_WORKLOAD, AH_CHECK_POLICY_TIME, AH_CHECK_BUNDLE_ROLLBACK };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		EXPECT(v->checks.rows[rows[i]].status == AH_CHECK_PASS);
	int64_t version = 0;
	EXPECT(!ah_state_bundle(state, roots[1].key, "router", &version, digest)); /* judging notes nothing */
}

static void without_a_state_rollback_is_not_checked(void)
{
	AH_AUTO_PTR(ah_policy) loaded = NULL;
	AH_AUTO_PTR(ah_verdict) v = (ah_verdict *)ah_alloc(sizeof *v);
	ah_release_root root = signed_root(0);
	EXPECT(v != NULL);
	const ah_trust trust = { .bundle = AH_SLICE_LITERAL(PYTHON_BUNDLE), .roots = &root, .root_count = 1, .workload = "router" };
	EXPECT_OK(ah__bundle_judge(v, &loaded, verifier, &trust, NOW_S, NULL, NULL));
	const ah_check_row *row = &v->checks.rows[AH_CHECK_BUNDLE_ROLLBACK];
	EXPECT(row->status == AH_CHECK_NOT_CHECKED && strcmp(row->reason, "no state given") == 0);
}

static void a_full_state_accepts_no_new_bundle(void)
{
	AH_AUTO_PTR(ah_state) state = NULL;
	ah_release_root root = signed_root(0);
	char key[16];
	EXPECT_OK(ah_state_new(&state));
	for (unsigned i = 0; i < AH_STATE_ENTRIES_MAX - 1; i++) {
		(void)snprintf(key, sizeof key, "%012x", i);
		EXPECT_OK(ah_state_note(state, AH_STATE_TDX_TCB_INFO, key, 1));
	}
	EXPECT_OK(accept(state, 0, "router", 1, "a", &root, 1));
	EXPECT_ERR(accept(state, 0, "mixer", 1, "a", &root, 1), AH_ERR_STATE_INVALID);
	EXPECT_OK(accept(state, 0, "router", 2, "a", &root, 1)); /* has its place already */
}

int main(int argc, char **argv)
{
	static const ah_test_case cases[] = {
		AH_TEST(a_key_of_another_implementation_is_read),
		AH_TEST(whatever_is_not_one_ed25519_key_is_refused),
		AH_TEST(a_bundle_of_another_implementation_is_accepted),
		AH_TEST(any_pinned_root_may_sign_whatever_kid_says),
		AH_TEST(what_is_no_compact_jws_is_malformed),
		AH_TEST(b18_no_other_header_is_taken_though_the_root_signed_it),
		AH_TEST(b18_an_unsecured_jws_is_malformed),
		AH_TEST(a_root_that_is_not_pinned_signs_nothing),
		AH_TEST(an_unsafe_pinned_key_verifies_nothing_and_stops_nobody),
		AH_TEST(every_flipped_bit_is_refused),
		AH_TEST(a_bundle_is_bounded_by_its_size),
		AH_TEST(the_payload_is_not_looked_at_before_the_signature),
		AH_TEST(the_workload_is_the_callers_word),
		AH_TEST(its_time_is_that_of_a_policy),
		AH_TEST(the_first_refusal_in_order_is_told),
		AH_TEST(a_question_that_cannot_be_asked_is_an_argument),
		AH_TEST(a_refusal_writes_no_output),
		AH_TEST(an_older_version_and_another_one_of_the_same_are_refused),
		AH_TEST(workloads_and_strangers_roots_are_remembered_apart),
		AH_TEST(rotation_of_the_root_opens_no_way_back),
		AH_TEST(the_rows_and_what_was_compared_with_are_kept_for_the_verdict),
		AH_TEST(without_a_state_rollback_is_not_checked),
		AH_TEST(a_full_state_accepts_no_new_bundle),
	};
	if (ah_verifier_new(&verifier, NULL) != AH_OK)
		return 1;
	int rc = ah_test_main(argc, argv, cases, sizeof cases / sizeof cases[0]);
	ah_verifier_free(verifier);
	return rc;
}
