/*
 * Goal: a compact JWS has one text for its bytes, the header is exactly the permitted one, and nothing that a token says of keys and algorithms counts.
 * Method: the example of RFC 8037 A.4 and a text made with python-cryptography's base64; then one deviation at a time.
 */
#include "codec/jws.h"
#include "codec/text.h"
#include "crypto/ed25519.h"
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>

/* RFC 8037 A.1 (x), A.4. */
#define RFC_KEY       "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
#define RFC_HEADER    "eyJhbGciOiJFZERTQSJ9"
#define RFC_PAYLOAD   "RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
#define RFC_SIGNATURE "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
#define RFC_JWS       RFC_HEADER "." RFC_PAYLOAD "." RFC_SIGNATURE

#define TYP "anchorhold-trust-bundle+jwt"

static ah_err parse(ah_jws *out, const char *text, size_t max, ah_fault *why)
{
	/* The result borrows, so the exact copy lives until the next call. */
	static char *copy;
	size_t len = strlen(text);
	free(copy);
	copy = (char *)malloc(len != 0 ? len : 1);
	if (copy == NULL)
		abort();
	memcpy(copy, text, len);
	return ah_jws_parse(out, ah_slice_make(copy, len), max, why);
}

static void the_example_of_rfc_8037_is_taken_apart_and_verifies(void)
{
	AH_AUTO(ah_jws) jws = { .header = AH_BUF(0) };
	AH_AUTO(ah_buf) key = AH_BUF(32);
	EXPECT_OK(parse(&jws, RFC_JWS, AH_JWS_MAX, NULL));
	EXPECT_BYTES(ah_buf_slice(&jws.header), AH_SLICE_LITERAL("{\"alg\":\"EdDSA\"}"));
	EXPECT_BYTES(ah_buf_slice(&jws.payload), AH_SLICE_LITERAL("Example of Ed25519 signing"));
	EXPECT_BYTES(jws.signing_input, AH_SLICE_LITERAL(RFC_HEADER "." RFC_PAYLOAD));
	EXPECT_BYTES(jws.compact, AH_SLICE_LITERAL(RFC_JWS));
	EXPECT_OK(ah_base64url_decode(&key, AH_SLICE_LITERAL(RFC_KEY)));
	EXPECT_OK(ah_ed25519_verify(key.ptr, jws.signing_input, ah_buf_slice(&jws.signature)));
	jws.signature.ptr[63] ^= 1;
	EXPECT_ERR(ah_ed25519_verify(key.ptr, jws.signing_input, ah_buf_slice(&jws.signature)), AH_ERR_SIGNATURE);
}

static void one_final_line_feed_is_tolerated_and_no_second_one(void)
{
	AH_AUTO(ah_jws) jws = { .header = AH_BUF(0) };
	AH_AUTO(ah_jws) none = { .header = AH_BUF(0) };
	ah_fault why = { .err = AH_OK };
	EXPECT_OK(parse(&jws, RFC_JWS "\n", sizeof RFC_JWS - 1, NULL));
	EXPECT_BYTES(jws.compact, AH_SLICE_LITERAL(RFC_JWS));
	EXPECT_ERR(parse(&none, RFC_JWS "\n\n", AH_JWS_MAX, &why), AH_ERR_FORMAT);
	EXPECT(why.offset == sizeof RFC_JWS - 1);
	EXPECT_ERR(parse(&none, RFC_JWS "\r\n", AH_JWS_MAX, NULL), AH_ERR_FORMAT);
}

static void what_is_no_compact_jws_is_refused_at_its_place(void)
{
	static const struct { const char *text; size_t off; } rows[] = {
		{ "", 0 }, { "\n", 0 }, { ".", 0 }, { "..", 0 }, { "YQ", 2 }, { "YQ.YQ", 5 }, { "YQ.YQ.", 6 }, { ".YQ.YQ", 0 }, { "YQ..YQ", 3 },
		{ "YQ.YQ.YQ.YQ", 9 }, { "YQ.YQ.YQ.", 9 }, { "YQ.YQ.YQ.YQ.YQ", 9 }, { "{}", 0 }, { "YQ.YQ.YQ==", 8 }, { "YQ==.YQ.YQ", 2 },
		{ "YQ.Y+.YQ", 4 }, { "YQ.Y/.YQ", 4 }, { " YQ.YQ.YQ", 0 }, { "YQ.YQ.YQ ", 8 }, { "YQ.Y\xc3.YQ", 4 }, { "YQ.YQ\n.YQ", 5 },
		{ "YR.YQ.YQ", 1 }, { "YQ.YR.YQ", 4 }, { "YQ.YQ.YR", 7 }, { "Y.YQ.YQ", 0 }, { "YQ.YWFhY.YQ", 7 }, { "YWF.YQ.YQ", 2 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		AH_AUTO(ah_jws) jws = { .header = AH_BUF(0) };
		ah_fault why = { .err = AH_OK };
		ah_err err = parse(&jws, rows[i].text, AH_JWS_MAX, &why);
		EXPECT_MSG(err == AH_ERR_FORMAT && why.err == err, "%s: got %s", rows[i].text, ah_err_name(err));
		EXPECT_MSG(why.offset == rows[i].off, "%s: at %zu, not %zu", rows[i].text, why.offset, rows[i].off);
		EXPECT(jws.compact.ptr == NULL && jws.header.ptr == NULL);
	}
	ah_test_count(sizeof rows / sizeof rows[0] - 1);
}

static void the_whole_and_the_header_are_bounded(void)
{
	AH_AUTO(ah_jws) fits = { .header = AH_BUF(0) };
	AH_AUTO(ah_jws) larger = { .header = AH_BUF(0) };
	AH_AUTO(ah_buf) text = AH_BUF(8192);
	ah_fault why = { .err = AH_OK };
	EXPECT_OK(parse(&fits, RFC_JWS, sizeof RFC_JWS - 1, NULL));
	EXPECT_ERR(parse(&larger, RFC_JWS, sizeof RFC_JWS - 2, &why), AH_ERR_TOO_LARGE);
	EXPECT(why.offset == sizeof RFC_JWS - 2);

	uint8_t header[AH_JWS_HEADER_MAX + 1] = { 0 };
	for (size_t more = 0; more < 2; more++) {
		AH_AUTO(ah_jws) jws = { .header = AH_BUF(0) };
		ah_buf_clear(&text);
		EXPECT_OK(ah_base64url_encode(&text, ah_slice_make(header, AH_JWS_HEADER_MAX + more)));
		EXPECT_OK(ah_buf_append_text(&text, ".YQ.YQ"));
		EXPECT_ERR(ah_jws_parse(&jws, ah_buf_slice(&text), AH_JWS_MAX, NULL), more == 0 ? AH_OK : AH_ERR_TOO_LARGE);
	}
}

/* -- the header -- */

static ah_err check(const char *header, const char *typ, char kid[static 129], ah_fault *why)
{
	size_t len = strlen(header);
	char *copy = (char *)malloc(len + 1);
	if (copy == NULL)
		abort();
	memcpy(copy, header, len + 1);
	ah_err err = ah_jws_check_header(ah_slice_make(copy, len), typ, kid, why);
	free(copy);
	return err;
}

#define GOOD_HEADER "{\"alg\":\"EdDSA\",\"kid\":\"k1\",\"typ\":\"" TYP "\"}"

static void the_permitted_header_is_permitted_in_any_order(void)
{
	static const char *const headers[] = {
		GOOD_HEADER, "{\"typ\":\"" TYP "\",\"kid\":\"k1\",\"alg\":\"EdDSA\"}", " {\n\t\"kid\" : \"k1\" , \"alg\" : \"EdDSA\" , \"typ\" : \"" TYP "\" } ",
	};
	for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
		char kid[129] = "";
		EXPECT_OK(check(headers[i], TYP, kid, NULL));
		EXPECT(strcmp(kid, "k1") == 0);
	}
}

/* RFC 8725 2.1, 2.2 and 3: each of the known ways to let a token choose how it is verified. */
static void any_other_header_is_refused(void)
{
	static const struct { const char *header; ah_err err; const char *part; } rows[] = {
		{ "{\"alg\":\"none\",\"kid\":\"k1\",\"typ\":\"" TYP "\"}", AH_ERR_FORMAT, "alg" },
		{ "{\"alg\":\"None\",\"kid\":\"k1\",\"typ\":\"" TYP "\"}", AH_ERR_FORMAT, "alg" },
		{ "{\"alg\":\"HS256\",\"kid\":\"k1\",\"typ\":\"" TYP "\"}", AH_ERR_FORMAT, "alg" },
		{ "{\"alg\":\"ES256\",\"kid\":\"k1\",\"typ\":\"" TYP "\"}", AH_ERR_FORMAT, "alg" },
		{ "{\"alg\":\"Ed25519\",\"kid\":\"k1\",\"typ\":\"" TYP "\"}", AH_ERR_FORMAT, "alg" },
		{ "{\"alg\":\"eddsa\",\"kid\":\"k1\",\"typ\":\"" TYP "\"}", AH_ERR_FORMAT, "alg" },
		{ "{\"alg\":\"EdDSA \",\"kid\":\"k1\",\"typ\":\"" TYP "\"}", AH_ERR_FORMAT, "alg" },
		{ "{\"alg\":\"Ed\\u0044SA\",\"kid\":\"k1\",\"typ\":\"" TYP "\"}", AH_ERR_FORMAT, "alg" },
		{ "{\"alg\":[\"EdDSA\"],\"kid\":\"k1\",\"typ\":\"" TYP "\"}", AH_ERR_FORMAT, "alg" },
		{ "{\"alg\":null,\"kid\":\"k1\",\"typ\":\"" TYP "\"}", AH_ERR_FORMAT, "alg" },
		{ "{\"kid\":\"k1\",\"typ\":\"" TYP "\"}", AH_ERR_FORMAT, "alg is missing" },
		{ "{\"alg\":\"EdDSA\",\"typ\":\"" TYP "\"}", AH_ERR_FORMAT, "kid is missing" },
		{ "{\"alg\":\"EdDSA\",\"kid\":\"k1\"}", AH_ERR_FORMAT, "typ is missing" },
		{ "{\"alg\":\"EdDSA\",\"kid\":\"\",\"typ\":\"" TYP "\"}", AH_ERR_FORMAT, "kid" },
		{ "{\"alg\":\"EdDSA\",\"kid\":7,\"typ\":\"" TYP "\"}", AH_ERR_FORMAT, "kid" },
		{ "{\"alg\":\"EdDSA\",\"kid\":\"a\\n\",\"typ\":\"" TYP "\"}", AH_ERR_FORMAT, "kid" },
		{ "{\"alg\":\"EdDSA\",\"kid\":\"\xc3\xa9\",\"typ\":\"" TYP "\"}", AH_ERR_FORMAT, "kid" },
		{ "{\"alg\":\"EdDSA\",\"kid\":\"k1\",\"typ\":\"JWT\"}", AH_ERR_FORMAT, "typ" },
		{ "{\"alg\":\"EdDSA\",\"kid\":\"k1\",\"typ\":\"application/" TYP "\"}", AH_ERR_FORMAT, "typ" },
		{ "{\"alg\":\"EdDSA\",\"kid\":\"k1\",\"typ\":\"Anchorhold-trust-bundle+jwt\"}", AH_ERR_FORMAT, "typ" },
		{ "{\"alg\":\"EdDSA\",\"crit\":[\"exp\"],\"kid\":\"k1\",\"typ\":\"" TYP "\"}", AH_ERR_FORMAT, "crit" },
		{ "{\"alg\":\"EdDSA\",\"b64\":false,\"kid\":\"k1\",\"typ\":\"" TYP "\"}", AH_ERR_FORMAT, "b64" },
		{ "{\"alg\":\"EdDSA\",\"b64\":true,\"kid\":\"k1\",\"typ\":\"" TYP "\"}", AH_ERR_FORMAT, "b64" },
		{ "{\"alg\":\"EdDSA\",\"jwk\":{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" RFC_KEY "\"},\"kid\":\"k1\",\"typ\":\"" TYP "\"}", AH_ERR_FORMAT, "jwk" },
		{ "{\"alg\":\"EdDSA\",\"jku\":\"https://evil.example/k\",\"kid\":\"k1\",\"typ\":\"" TYP "\"}", AH_ERR_FORMAT, "jku" },
		{ "{\"alg\":\"EdDSA\",\"x5u\":\"https://evil.example/k\",\"kid\":\"k1\",\"typ\":\"" TYP "\"}", AH_ERR_FORMAT, "x5u" },
		{ "{\"alg\":\"EdDSA\",\"x5c\":[\"MIIB\"],\"kid\":\"k1\",\"typ\":\"" TYP "\"}", AH_ERR_FORMAT, "x5c" },
		{ "{\"alg\":\"EdDSA\",\"cty\":\"JWT\",\"kid\":\"k1\",\"typ\":\"" TYP "\"}", AH_ERR_FORMAT, "cty" },
		{ "{\"alg\":\"EdDSA\",\"ALG\":\"none\",\"kid\":\"k1\",\"typ\":\"" TYP "\"}", AH_ERR_FORMAT, "ALG" },
		{ "{\"al\\u0067\":\"EdDSA\",\"kid\":\"k1\",\"typ\":\"" TYP "\"}", AH_ERR_FORMAT, "permitted" },
		{ "{\"alg\":\"EdDSA\",\"alg\":\"none\",\"kid\":\"k1\",\"typ\":\"" TYP "\"}", AH_ERR_DUPLICATE_KEY, "twice" },
		{ "{\"alg\":\"none\",\"alg\":\"EdDSA\",\"kid\":\"k1\",\"typ\":\"" TYP "\"}", AH_ERR_DUPLICATE_KEY, "twice" },
		{ "{\"alg\":\"EdDSA\",\"al\\u0067\":\"none\",\"kid\":\"k1\",\"typ\":\"" TYP "\"}", AH_ERR_DUPLICATE_KEY, "twice" },
		{ "{\"alg\":\"EdDSA\",\"kid\":\"k1\",\"kid\":\"k1\",\"typ\":\"" TYP "\"}", AH_ERR_DUPLICATE_KEY, "twice" },
		{ "{\"alg\":\"EdDSA\",\"kid\":\"k1\",\"typ\":\"" TYP "\",\"typ\":\"" TYP "\"}", AH_ERR_DUPLICATE_KEY, "twice" },
		{ "[]", AH_ERR_FORMAT, "object" }, { "\"EdDSA\"", AH_ERR_FORMAT, "object" }, { "{}", AH_ERR_FORMAT, "alg is missing" },
		{ "", AH_ERR_JSON, "" }, { "{", AH_ERR_JSON, "" }, { GOOD_HEADER "x", AH_ERR_JSON, "" }, { "\xef\xbb\xbf" GOOD_HEADER, AH_ERR_JSON, "" },
		{ "{\"alg\":\"EdDSA\",\"kid\":\"\xff\",\"typ\":\"" TYP "\"}", AH_ERR_JSON, "" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char kid[129] = "untouched";
		ah_fault why = { .err = AH_OK };
		ah_err err = check(rows[i].header, TYP, kid, &why);
		EXPECT_MSG(err == rows[i].err && why.err == err, "%s: got %s", rows[i].header, ah_err_name(err));
		EXPECT_MSG(strstr(why.detail, rows[i].part) != NULL, "%s: says %s", rows[i].header, why.detail);
		EXPECT(strcmp(kid, "untouched") == 0);
	}
	ah_test_count(sizeof rows / sizeof rows[0] - 1);
}

static void a_kid_has_at_most_128_characters(void)
{
	for (size_t len = 128; len <= 129; len++) {
		char name[130] = "", header[300], kid[129] = "";
		memset(name, 'k', len);
		name[len] = '\0';
		(void)snprintf(header, sizeof header, "{\"alg\":\"EdDSA\",\"kid\":\"%s\",\"typ\":\"" TYP "\"}", name);
		EXPECT_ERR(check(header, TYP, kid, NULL), len == 128 ? AH_OK : AH_ERR_FORMAT);
		EXPECT(len != 128 || strcmp(kid, name) == 0);
	}
}

static void without_a_wanted_typ_it_is_free_and_the_rest_is_not(void)
{
	char kid[129] = "";
	EXPECT_OK(check("{\"alg\":\"EdDSA\",\"kid\":\"k\"}", NULL, kid, NULL));
	EXPECT_OK(check("{\"alg\":\"EdDSA\",\"kid\":\"k\",\"typ\":\"JWT\"}", NULL, kid, NULL));
	EXPECT_ERR(check("{\"alg\":\"EdDSA\",\"kid\":\"k\",\"typ\":1}", NULL, kid, NULL), AH_ERR_FORMAT);
	EXPECT_ERR(check("{\"alg\":\"none\",\"kid\":\"k\"}", NULL, kid, NULL), AH_ERR_FORMAT);
	EXPECT_ERR(check("{\"alg\":\"EdDSA\",\"crit\":[],\"kid\":\"k\"}", NULL, kid, NULL), AH_ERR_FORMAT);
}

/* -- writing -- */

static void what_is_written_is_what_another_implementation_writes(void)
{
	/* python3: b64(json.dumps({"alg":"EdDSA","kid":"k1","typ":TYP}, separators=(",", ":"))) + "." + b64(b'{"a":1}'), "=" taken off; signature: bytes 0..63. */
	static const char wanted[] = "eyJhbGciOiJFZERTQSIsImtpZCI6ImsxIiwidHlwIjoiYW5jaG9yaG9sZC10cnVzdC1idW5kbGUrand0In0.eyJhIjoxfQ."
		"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0-Pw";
	AH_AUTO(ah_buf) out = AH_BUF(AH_JWS_MAX);
	AH_AUTO(ah_jws) jws = { .header = AH_BUF(0) };
	uint8_t signature[64];
	char kid[129] = "";
	for (size_t i = 0; i < sizeof signature; i++)
		signature[i] = (uint8_t)i;
	EXPECT_OK(ah_jws_write_input(&out, TYP, "k1", AH_SLICE_LITERAL("{\"a\":1}")));
	EXPECT_OK(ah_jws_write_signature(&out, AH_SLICE_OF(signature)));
	EXPECT_BYTES(ah_buf_slice(&out), ah_slice_text(wanted));
	EXPECT_OK(ah_jws_parse(&jws, ah_buf_slice(&out), AH_JWS_MAX, NULL));
	EXPECT_BYTES(ah_buf_slice(&jws.payload), AH_SLICE_LITERAL("{\"a\":1}"));
	EXPECT_BYTES(ah_buf_slice(&jws.signature), AH_SLICE_OF(signature));
	EXPECT_OK(ah_jws_check_header(ah_buf_slice(&jws.header), TYP, kid, NULL));
	EXPECT(strcmp(kid, "k1") == 0);
}

static void a_kid_that_a_reader_would_refuse_is_not_written(void)
{
	static const char *const kids[] = { "", "a\"b", "a\\b", "a\nb", "\xc3\xa9" };
	for (size_t i = 0; i < sizeof kids / sizeof kids[0]; i++) {
		AH_AUTO(ah_buf) out = AH_BUF(AH_JWS_MAX);
		EXPECT_ERR(ah_jws_write_input(&out, TYP, kids[i], AH_SLICE_LITERAL("{}")), AH_ERR_ARGUMENT);
		EXPECT(out.len == 0);
	}
	AH_AUTO(ah_buf) small = AH_BUF(64);
	EXPECT_ERR(ah_jws_write_input(&small, TYP, "k", AH_SLICE_LITERAL("{}")), AH_ERR_LIMIT);
}

static const ah_test_case cases[] = {
	AH_TEST(the_example_of_rfc_8037_is_taken_apart_and_verifies),
	AH_TEST(one_final_line_feed_is_tolerated_and_no_second_one),
	AH_TEST(what_is_no_compact_jws_is_refused_at_its_place),
	AH_TEST(the_whole_and_the_header_are_bounded),
	AH_TEST(the_permitted_header_is_permitted_in_any_order),
	AH_TEST(any_other_header_is_refused),
	AH_TEST(a_kid_has_at_most_128_characters),
	AH_TEST(without_a_wanted_typ_it_is_free_and_the_rest_is_not),
	AH_TEST(what_is_written_is_what_another_implementation_writes),
	AH_TEST(a_kid_that_a_reader_would_refuse_is_not_written),
};
AH_TEST_MAIN(cases)
