/*
 * Goal: a workload manifest is what one of the keys signed under a permitted header; its tag is the hash of its bytes; everything in it but build_metadata is
 * of one form. Method: a manifest in Tresor's form, signed with python-cryptography; then manifests signed here, each with one thing wrong.
 */
#include "policy/manifest.h"
#include "evidence/verifier.h"
#include "signed.h"

/* Header {"alg":"EdDSA","typ":"JWT","kid":"workload-1"}; the key is signed_root(0). */
#define PYTHON_MANIFEST \
	"eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCIsImtpZCI6Indvcmtsb2FkLTEifQ.eyJzY2hlbWEiOiJ3b3JrbG9hZC1pZGVudGl0eS92MSIsIndvcmtsb2FkI" \
	"joicm91dGVyIiwidmVyc2lvbiI6InYxLjQyLjMiLCJpbWFnZV9kaWdlc3QiOiJzaGEyNTY6MTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMTExM" \
	"TExMTExMTExMTExMTExMTExMTExMTExMTExMSIsImJpbmFyeV9kaWdlc3QiOiJzaGEyNTY6MjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyM" \
	"jIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMiIsImJ1aWxkX21ldGFkYXRhIjp7ImNvbW1pdCI6ImFiYyIsIm4iOlsxLHsieCI6bnVsbH1dfX0.ivKxM1zyU" \
	"5rnSl8fH38zCUP3JjEkh70_qfrRphfOu5tTqBZGAGWaG762S-yRPRzBCZaYBzEADw9LrRMFjnONAA"
#define PYTHON_TAG "bbc1b067a2f42701a525bc2be143d9a6d38e80ec5eec1ef8d7dc20b87774f439"

#define HEADER "{\"alg\":\"EdDSA\",\"kid\":\"k1\",\"typ\":\"workload-identity+jwt\"}"
#define D64(d) d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d
#define START "{\"schema\":\"workload-identity/v1\",\"workload\":\"router\",\"version\":\"v1\""
#define PAYLOAD START "}"

static ah_verifier *verifier;

static ah_err verify(ah_slice jws, ah_manifest_info *info, ah_fault *why)
{
	ah_release_root key = signed_root(0);
	return ah_manifest_verify(info, verifier, jws, &key, 1, why);
}

static void a_manifest_of_another_implementation_is_accepted(void)
{
	AH_AUTO(ah_buf) tag = AH_BUF(32);
	ah_release_root keys[] = { signed_root(3), signed_root(0) };
	uint8_t computed[32];
	ah_test_hex(&tag, PYTHON_TAG);
	for (int line_feed = 0; line_feed < 2; line_feed++) {
		ah_slice text = line_feed ? AH_SLICE_LITERAL(PYTHON_MANIFEST "\n") : AH_SLICE_LITERAL(PYTHON_MANIFEST);
		ah_manifest_info info;
		EXPECT_OK(ah_manifest_verify(&info, verifier, text, keys, 2, NULL));
		EXPECT(strcmp(info.workload, "router") == 0 && strcmp(info.version, "v1.42.3") == 0 && strcmp(info.kid, "workload-1") == 0);
		EXPECT(strcmp(info.image_digest, "sha256:" D64("1")) == 0 && strcmp(info.binary_digest, "sha256:" D64("2")) == 0);
		EXPECT_BYTES(AH_SLICE_OF(info.tag), ah_buf_slice(&tag));
		EXPECT_BYTES(AH_SLICE_OF(info.key), AH_SLICE_OF(keys[1].key));
		EXPECT_OK(ah_manifest_tag(computed, verifier, text, NULL));
		EXPECT_BYTES(AH_SLICE_OF(computed), ah_buf_slice(&tag));
	}
}

static void what_a_manifest_need_not_say_may_be_absent(void)
{
	ah_manifest_info info;
	EXPECT_OK(verify(signed_jws(0, HEADER, PAYLOAD), &info, NULL));
	EXPECT(info.image_digest[0] == '\0' && info.binary_digest[0] == '\0' && strcmp(info.version, "v1") == 0);
	EXPECT_OK(verify(signed_jws(0, HEADER, START ",\"build_metadata\":{}}"), &info, NULL));
}

static void other_headers_and_keys_are_invalid(void)
{
	static const struct { unsigned key; const char *header; } rows[] = {
		{ 1, HEADER }, { 0, "{\"alg\":\"none\",\"kid\":\"k1\",\"typ\":\"JWT\"}" }, { 0, "{\"alg\":\"HS256\",\"kid\":\"k1\",\"typ\":\"JWT\"}" },
		{ 0, "{\"alg\":\"EdDSA\",\"kid\":\"k1\",\"typ\":\"anchorhold-trust-bundle+jwt\"}" }, { 0, "{\"alg\":\"EdDSA\",\"kid\":\"k1\"}" },
		{ 0, "{\"alg\":\"EdDSA\",\"kid\":\"k1\",\"typ\":\"jwt\"}" }, { 0, "{\"alg\":\"EdDSA\",\"typ\":\"JWT\"}" },
		{ 0, "{\"alg\":\"EdDSA\",\"crit\":[],\"kid\":\"k1\",\"typ\":\"JWT\"}" }, { 0, "{\"alg\":\"EdDSA\",\"jwk\":{},\"kid\":\"k1\",\"typ\":\"JWT\"}" },
		{ 0, "{\"alg\":\"EdDSA\",\"kid\":\"k1\",\"kid\":\"k1\",\"typ\":\"JWT\"}" }, { 0, "{}" }, { 0, "x" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		ah_manifest_info info = { .version = "untouched" };
		ah_fault why = { .err = AH_OK };
		ah_err err = verify(signed_jws(rows[i].key, rows[i].header, PAYLOAD), &info, &why);
		EXPECT_MSG(err == AH_ERR_MANIFEST_INVALID && why.err == err, "%s: got %s", rows[i].header, ah_err_name(err));
		EXPECT(strcmp(info.version, "untouched") == 0);
	}
	ah_test_count(sizeof rows / sizeof rows[0] - 1);
}

static void a_payload_of_another_form_is_malformed(void)
{
	static const struct { const char *payload, *part; } rows[] = {
		{ " ", "" }, { "[]", "$: must be an object" }, { "{", "" }, { PAYLOAD " x", "" }, { "{}", "schema: required" },
		{ "{\"schema\":\"workload-identity/v2\",\"workload\":\"router\",\"version\":\"v1\"}", "schema" },
		{ "{\"schema\":\"workload-identity/v1\",\"version\":\"v1\"}", "workload: required" },
		{ "{\"schema\":\"workload-identity/v1\",\"workload\":\"router\"}", "version: required" },
		{ "{\"schema\":\"workload-identity/v1\",\"workload\":\"\",\"version\":\"v1\"}", "workload" },
		{ "{\"schema\":\"workload-identity/v1\",\"workload\":7,\"version\":\"v1\"}", "workload" },
		{ "{\"schema\":\"workload-identity/v1\",\"workload\":\"a\\nb\",\"version\":\"v1\"}", "workload" },
		{ "{\"schema\":\"workload-identity/v1\",\"workload\":\"\xc3\xa9\",\"version\":\"v1\"}", "workload" },
		{ START ",\"version\":\"v1\"}", "" }, { START ",\"extra\":1}", "extra" }, { START ",\"image_digest\":\"" D64("1") "\"}", "image_digest" },
		{ START ",\"image_digest\":\"sha256:" D64("A") "\"}", "image_digest" }, { START ",\"image_digest\":\"sha256:1" D64("1") "\"}", "image_digest" },
		{ START ",\"image_digest\":\"sha512:" D64("1") "\"}", "image_digest" }, { START ",\"image_digest\":null}", "image_digest" },
		{ START ",\"binary_digest\":\"\"}", "binary_digest" }, { START ",\"build_metadata\":[]}", "build_metadata" }, { START ",\"build_metadata\":\"x\"}", "build_metadata" },
		{ START ",\"build_metadata\":{\"a\":1,\"a\":2}}", "" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		ah_manifest_info info;
		ah_fault why = { .err = AH_OK };
		ah_err err = verify(signed_jws(0, HEADER, rows[i].payload), &info, &why);
		EXPECT_MSG(err == AH_ERR_MANIFEST_MALFORMED && why.err == err, "%s: got %s", rows[i].payload, ah_err_name(err));
		EXPECT_MSG(strstr(why.detail, rows[i].part) != NULL, "%s: says %s",
		           rows[i].payload, why.detail);
		/* Of a stranger none of it is looked at. */
		EXPECT_ERR(verify(signed_jws(1, HEADER, rows[i].payload), &info, NULL), AH_ERR_MANIFEST_INVALID);
	}
	ah_test_count(sizeof rows / sizeof rows[0] - 1);
}

static void names_have_at_most_128_characters_and_a_manifest_32_kib(void)
{
	for (size_t len = 128; len <= 129; len++) {
		char name[130] = "", payload[400];
		ah_manifest_info info;
		memset(name, 'w', len);
		name[len] = '\0';
		(void)snprintf(payload, sizeof payload, "{\"schema\":\"workload-identity/v1\",\"workload\":\"%s\",\"version\":\"%s\"}", name, name);
		EXPECT_ERR(verify(signed_jws(0, HEADER, payload), &info, NULL), len == 128 ? AH_OK : AH_ERR_MANIFEST_MALFORMED);
	}
	AH_AUTO(ah_buf) text = AH_BUF(2 * AH_MANIFEST_MAX);
	EXPECT_OK(ah_buf_append_text(&text, "YQ.YQ."));
	while (text.len < AH_MANIFEST_MAX)
		EXPECT_OK(ah_buf_append_byte(&text, 'A'));
	ah_manifest_info info;
	EXPECT_ERR(verify(ah_buf_slice(&text), &info, NULL), AH_ERR_MANIFEST_INVALID); /* looked at: its header is none */
	EXPECT_OK(ah_buf_append_byte(&text, 'A'));
	EXPECT_ERR(verify(ah_buf_slice(&text), &info, NULL), AH_ERR_MANIFEST_MALFORMED);
	EXPECT_ERR(verify(AH_SLICE_LITERAL("YQ.YQ"), &info, NULL), AH_ERR_MANIFEST_MALFORMED);
}

static void parsing_believes_nothing(void)
{
	AH_AUTO(ah_manifest) manifest = { .says = { .workload = "" } };
	ah_release_root right = signed_root(1), wrong = signed_root(0), unsafe = { .key = { 1 } };
	static const uint8_t zero[32];
	EXPECT_OK(ah__manifest_parse(&manifest, verifier, signed_jws(1, HEADER, PAYLOAD), NULL));
	EXPECT(strcmp(manifest.says.workload, "router") == 0);
	EXPECT_BYTES(AH_SLICE_OF(manifest.says.key), AH_SLICE_OF(zero));
	EXPECT_OK(ah__manifest_check_signature(&manifest, right.key));
	EXPECT_ERR(ah__manifest_check_signature(&manifest, wrong.key), AH_ERR_MANIFEST_INVALID);
	EXPECT_ERR(ah__manifest_check_signature(&manifest, unsafe.key), AH_ERR_MANIFEST_INVALID);
}

static void without_a_key_nothing_is_verified(void)
{
	ah_manifest_info info;
	ah_release_root key = signed_root(0);
	EXPECT_ERR(ah_manifest_verify(&info, verifier, AH_SLICE_LITERAL(PYTHON_MANIFEST), &key, 0, NULL), AH_ERR_ARGUMENT);
	EXPECT_ERR(ah_manifest_verify(&info, verifier, AH_SLICE_LITERAL(PYTHON_MANIFEST), NULL, 1, NULL), AH_ERR_ARGUMENT);
}

int main(int argc, char **argv)
{
	static const ah_test_case cases[] = {
		AH_TEST(a_manifest_of_another_implementation_is_accepted),
		AH_TEST(what_a_manifest_need_not_say_may_be_absent),
		AH_TEST(other_headers_and_keys_are_invalid),
		AH_TEST(a_payload_of_another_form_is_malformed),
		AH_TEST(names_have_at_most_128_characters_and_a_manifest_32_kib),
		AH_TEST(parsing_believes_nothing),
		AH_TEST(without_a_key_nothing_is_verified),
	};
	if (ah_verifier_new(&verifier, NULL) != AH_OK)
		return 1;
	int rc = ah_test_main(argc, argv, cases, sizeof cases / sizeof cases[0]);
	ah_verifier_free(verifier);
	return rc;
}
