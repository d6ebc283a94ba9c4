/*
 * Goal: what evidence came in is told apart by exact members of strict JSON, never guessed; and what a caller expects fits it, or the question is refused.
 * Method: tables of texts, and of questions that differ in one value.
 */
#include "policy/carrier.h"
#include "support/test.h"

static ah_slice text(const char *t)
{
	return ah_slice_text(t);
}

static void kinds_are_told_by_their_members(void)
{
	static const struct { const char *text; ah_carrier kind; } table[] = {
		{ "{\"schema\":\"anchorhold.attestation/v1\"}", AH_CARRIER_ENVELOPE },
		{ " \r\n\t{ \"schema\" : \"anchorhold.attestation/v1\" } \n", AH_CARRIER_ENVELOPE },
		{ "{\"schema\":\"tresor.attestation/v1\"}", AH_CARRIER_TRESOR },
		{ "{\"kind\":1,\"sig\":\"\",\"pubkey\":\"\"}", AH_CARRIER_EVENT },
		{ "{\"pubkey\":0,\"sig\":0,\"kind\":0,\"other\":[{}]}", AH_CARRIER_EVENT },
		/* The schema decides before the members of an event do. */
		{ "{\"kind\":1,\"sig\":\"\",\"pubkey\":\"\",\"schema\":\"anchorhold.attestation/v1\"}", AH_CARRIER_ENVELOPE },
		{ "{\"schema\":\"anchorhold.attestation/v2\"}", AH_CARRIER_NONE },
		{ "{\"schema\":\"anchorhold\\u002eattestation/v1\"}", AH_CARRIER_NONE },
		{ "{\"Schema\":\"anchorhold.attestation/v1\"}", AH_CARRIER_NONE },
		{ "{\"schema\":1}", AH_CARRIER_NONE },
		{ "{\"schema\":null,\"kind\":1,\"sig\":\"\",\"pubkey\":\"\"}", AH_CARRIER_EVENT },
		{ "{\"kind\":1,\"sig\":\"\"}", AH_CARRIER_NONE },
		{ "{\"nested\":{\"schema\":\"anchorhold.attestation/v1\"}}", AH_CARRIER_NONE },
		{ "[{\"schema\":\"anchorhold.attestation/v1\"}]", AH_CARRIER_NONE },
		{ "{\"schema\":\"anchorhold.attestation/v1\"", AH_CARRIER_NONE },
		{ "{\"schema\":\"anchorhold.attestation/v1\"}{}", AH_CARRIER_NONE },
		{ "{\"schema\":\"anchorhold.attestation/v1\",\"schema\":\"tresor.attestation/v1\"}", AH_CARRIER_NONE },
		{ "\xef\xbb\xbf{\"schema\":\"anchorhold.attestation/v1\"}", AH_CARRIER_NONE },
		{ "{}", AH_CARRIER_NONE },
		{ "", AH_CARRIER_NONE },
		{ " ", AH_CARRIER_NONE },
	};
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		EXPECT_MSG(ah_carrier_detect(text(table[i].text)) == table[i].kind, "%s", table[i].text);
	EXPECT(ah_carrier_detect(ah_slice_make(NULL, 0)) == AH_CARRIER_NONE);
}

static void what_begins_as_an_object_is_json_or_malformed(void)
{
	static const struct { const char *text; ah_err err; size_t off; } table[] = {
		{ "{}", AH_OK, 0 },
		{ " {\"a\":1}", AH_OK, 0 },
		{ "[1", AH_OK, 0 }, /* no object: not our business */
		{ "", AH_OK, 0 },
		{ "{\"a\":1,\"a\":2}", AH_ERR_DUPLICATE_KEY, 7 },
		{ "{\"a\":1", AH_ERR_JSON, 6 },
		{ "{\"a\":1.5}", AH_ERR_JSON, 5 },
		{ "{\"a\":\"\xff\"}", AH_ERR_ENCODING, 6 },
	};
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		ah_fault why = { .offset = AH_NO_OFFSET };
		EXPECT_MSG(ah_carrier_check_text(text(table[i].text), &why) == table[i].err, "%s", table[i].text);
		EXPECT_MSG(table[i].err == AH_OK || why.offset == table[i].off, "%s: offset %zu", table[i].text, why.offset);
	}
}

static void every_kind_has_its_name(void)
{
	EXPECT(strcmp(ah_carrier_name(AH_CARRIER_NONE), "evidence") == 0);
	EXPECT(strcmp(ah_carrier_name(AH_CARRIER_ENVELOPE), "envelope") == 0);
	EXPECT(strcmp(ah_carrier_name(AH_CARRIER_TRESOR), "tresor-envelope") == 0);
	EXPECT(strcmp(ah_carrier_name(AH_CARRIER_EVENT), "instance-event") == 0);
}

/* -- what may be expected -- */

static const uint8_t bytes[128];

static ah_slice some(size_t len)
{
	return ah_slice_make(bytes, len);
}

static ah_request tls_server(void)
{
	return (ah_request){
		.expected = { .fields = AH_EXPECT_CHANNEL, .purpose = "tls", .role = "server", .spki_sha256 = some(32) },
	};
}

static ah_err check(ah_carrier kind, const ah_request *r)
{
	ah_fault why = { .offset = AH_NO_OFFSET };
	ah_err err = ah_carrier_check_expected(kind, r, &why);
	return err == why.err ? err : AH_ERR_INTERNAL; /* a refusal says what it is */
}

static void a_tls_server_is_expected_with_its_key(void)
{
	ah_request r = tls_server();
	EXPECT_OK(check(AH_CARRIER_ENVELOPE, &r));
	EXPECT_OK(check(AH_CARRIER_TRESOR, &r));
	r.expected.spki_sha256 = some(0);
	EXPECT_ERR(check(AH_CARRIER_ENVELOPE, &r), AH_ERR_ARGUMENT);
	r.expected.spki_sha256 = some(31);
	EXPECT_ERR(check(AH_CARRIER_ENVELOPE, &r), AH_ERR_ARGUMENT);
	r.expected.spki_sha256 = some(33);
	EXPECT_ERR(check(AH_CARRIER_ENVELOPE, &r), AH_ERR_ARGUMENT);
}

static void only_a_tls_server_has_a_key(void)
{
	static const char *const purposes[] = { "oak", "sealed-ws", "nostr", "kms", "tls" };
	for (size_t i = 0; i < 5; i++) {
		ah_request r = tls_server();
		r.expected.purpose = purposes[i];
		r.expected.role = "client";
		EXPECT_ERR(check(AH_CARRIER_ENVELOPE, &r), AH_ERR_ARGUMENT);
		r.expected.spki_sha256 = some(0);
		EXPECT_OK(check(AH_CARRIER_ENVELOPE, &r));
		r.expected.role = "server";
		if (i < 4)
			EXPECT_OK(check(AH_CARRIER_ENVELOPE, &r));
	}
}

static void purpose_and_role_are_words_of_the_table(void)
{
	static const char *const wrong[] = { NULL, "", "TLS", "tls ", "http" };
	for (size_t i = 0; i < 5; i++) {
		ah_request r = tls_server();
		r.expected.purpose = wrong[i];
		EXPECT_ERR(check(AH_CARRIER_ENVELOPE, &r), AH_ERR_ARGUMENT);
		r = tls_server();
		r.expected.role = wrong[i];
		EXPECT_ERR(check(AH_CARRIER_ENVELOPE, &r), AH_ERR_ARGUMENT);
	}
}

static void values_of_a_channel_have_their_lengths(void)
{
	static const struct { size_t nonce; ah_err err; } nonces[] = { { 15, AH_ERR_ARGUMENT }, { 16, AH_OK }, { 64, AH_OK }, { 65, AH_ERR_ARGUMENT } };
	for (size_t i = 0; i < 4; i++) {
		ah_request r = tls_server();
		r.expected.fields |= AH_EXPECT_NONCE;
		r.expected.nonce = some(nonces[i].nonce);
		EXPECT(check(AH_CARRIER_ENVELOPE, &r) == nonces[i].err);
	}
	ah_request r = tls_server();
	r.expected.session_value = some(31);
	EXPECT_ERR(check(AH_CARRIER_ENVELOPE, &r), AH_ERR_ARGUMENT);
	r.expected.session_value = some(32);
	EXPECT_OK(check(AH_CARRIER_ENVELOPE, &r));
	r.expected.peer_evidence_sha256 = some(20);
	EXPECT_ERR(check(AH_CARRIER_ENVELOPE, &r), AH_ERR_ARGUMENT);
	r.expected.peer_evidence_sha256 = some(32);
	EXPECT_OK(check(AH_CARRIER_ENVELOPE, &r));
	r.expected.session_value = some(0); /* only the session signature is over the peer's evidence */
	EXPECT_ERR(check(AH_CARRIER_ENVELOPE, &r), AH_ERR_ARGUMENT);
}

static void a_length_without_bytes_is_no_value(void)
{
	const ah_slice nothing = ah_slice_make(NULL, 32);
	ah_request r = tls_server();
	r.expected.spki_sha256 = nothing;
	EXPECT_ERR(check(AH_CARRIER_ENVELOPE, &r), AH_ERR_ARGUMENT);
	r = tls_server();
	r.expected.session_value = nothing;
	EXPECT_ERR(check(AH_CARRIER_ENVELOPE, &r), AH_ERR_ARGUMENT);
	r.expected.session_value = some(32);
	r.expected.peer_evidence_sha256 = nothing;
	EXPECT_ERR(check(AH_CARRIER_ENVELOPE, &r), AH_ERR_ARGUMENT);
}

/* A value that is received and never used is how other verifiers failed. */
static void a_value_without_its_flag_is_refused(void)
{
	ah_request r = tls_server();
	r.expected.fields = AH_NO_BINDING;
	EXPECT_ERR(check(AH_CARRIER_ENVELOPE, &r), AH_ERR_ARGUMENT);
	r = (ah_request){ .expected = { .fields = AH_NO_BINDING } };
	EXPECT_OK(check(AH_CARRIER_ENVELOPE, &r));
	r.expected.session_value = some(32);
	EXPECT_ERR(check(AH_CARRIER_ENVELOPE, &r), AH_ERR_ARGUMENT);
}

static void an_envelope_without_a_channel_is_no_question(void)
{
	ah_request r = { .expected = { .fields = AH_EXPECT_NOTHING } };
	EXPECT_ERR(check(AH_CARRIER_ENVELOPE, &r), AH_ERR_BINDING_REQUIRED);
	EXPECT_ERR(check(AH_CARRIER_TRESOR, &r), AH_ERR_BINDING_REQUIRED);
	r.genuine_only = true;
	EXPECT_OK(check(AH_CARRIER_ENVELOPE, &r));
}

static void what_the_channel_computes_cannot_be_expected(void)
{
	static const unsigned fields[] = { AH_EXPECT_REPORT_DATA, AH_EXPECT_PUBLIC_KEY };
	for (size_t i = 0; i < 2; i++) {
		ah_request r = tls_server();
		r.expected.fields |= fields[i];
		EXPECT_ERR(check(AH_CARRIER_ENVELOPE, &r), AH_ERR_ARGUMENT);
	}
}

/* The bytes are the server's: they decide the answer, never whether the question is a valid one. */
static void a_channel_may_be_expected_of_any_bytes(void)
{
	ah_request r = tls_server();
	EXPECT_OK(check(AH_CARRIER_NONE, &r));
	EXPECT_OK(check(AH_CARRIER_EVENT, &r));
	r.expected.fields |= AH_EXPECT_REPORT_DATA;
	EXPECT_ERR(check(AH_CARRIER_NONE, &r), AH_ERR_ARGUMENT);
	r = tls_server();
	r.expected.spki_sha256 = some(0);
	EXPECT_ERR(check(AH_CARRIER_NONE, &r), AH_ERR_ARGUMENT);
}

static void bytes_that_are_no_envelope_are_refused_as_what_they_are(void)
{
	static const struct { const char *text; ah_err err; const char *detail; } table[] = {
		{ "{\"schema\":\"anchorhold.attestation/v1\"", AH_ERR_JSON, "" },
		{ "{\"schema\":\"anchorhold.attestation/v1\",\"schema\":\"tresor.attestation/v1\"}", AH_ERR_DUPLICATE_KEY, "" },
		{ "{\"schema\":\"anchorhold.attestation/v2\"}", AH_ERR_UNKNOWN_FORMAT, "a JSON object of another schema, an envelope was expected" },
		{ "{\"error\":\"busy\"}", AH_ERR_UNKNOWN_FORMAT, "a JSON object of another schema, an envelope was expected" },
		{ "{\"kind\":1,\"sig\":\"\",\"pubkey\":\"\"}", AH_ERR_ENVELOPE_MALFORMED, "an instance event, an envelope was expected" },
		{ "[{\"schema\":\"anchorhold.attestation/v1\"}]", AH_ERR_ENVELOPE_MALFORMED, "40 bytes that are no JSON object, an envelope was expected" },
		{ "\xef\xbb\xbf{}", AH_ERR_ENVELOPE_MALFORMED, "5 bytes that are no JSON object, an envelope was expected" },
		{ "<html>502</html>", AH_ERR_ENVELOPE_MALFORMED, "16 bytes that are no JSON object, an envelope was expected" },
		{ "", AH_ERR_ENVELOPE_MALFORMED, "0 bytes that are no JSON object, an envelope was expected" },
		/* The header of a TDX quote: version 4, ECDSA P-256, TDX. */
		{ NULL, AH_ERR_ENVELOPE_MALFORMED, "raw tdx evidence, an envelope was expected" },
	};
	static const uint8_t quote[632] = { 4, 0, 2, 0, 0x81 };
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		ah_fault why = { .offset = AH_NO_OFFSET };
		AH_AUTO(ah_carried) carried = { .kind = AH_CARRIER_NONE };
		ah_request r = tls_server();
		r.evidence = table[i].text != NULL ? text(table[i].text) : AH_SLICE_OF(quote);
		EXPECT_MSG(ah_carried_open(&carried, NULL, &r, &why) == table[i].err && why.err == table[i].err, "row %zu: %s", i, why.detail);
		EXPECT_MSG(table[i].detail[0] == '\0' || strcmp(why.detail, table[i].detail) == 0, "row %zu: %s", i, why.detail);
	}
}

static void of_an_event_only_its_key_is_expected(void)
{
	ah_request r = { .expected = { .fields = AH_EXPECT_NOTHING } };
	EXPECT_OK(check(AH_CARRIER_EVENT, &r));
	r.expected = (ah_expected){ .fields = AH_EXPECT_PUBLIC_KEY, .public_key = some(32) };
	EXPECT_OK(check(AH_CARRIER_EVENT, &r));
	r.expected.public_key = some(33);
	EXPECT_ERR(check(AH_CARRIER_EVENT, &r), AH_ERR_ARGUMENT);
	static const unsigned fields[] = { AH_EXPECT_REPORT_DATA, AH_EXPECT_NONCE, AH_NO_BINDING };
	for (size_t i = 0; i < 3; i++) {
		r.expected = (ah_expected){ .fields = fields[i], .report_data = some(64), .nonce = some(16) };
		EXPECT_ERR(check(AH_CARRIER_EVENT, &r), AH_ERR_ARGUMENT);
	}
}

static const ah_test_case cases[] = {
	AH_TEST(kinds_are_told_by_their_members),
	AH_TEST(what_begins_as_an_object_is_json_or_malformed),
	AH_TEST(every_kind_has_its_name),
	AH_TEST(a_tls_server_is_expected_with_its_key),
	AH_TEST(only_a_tls_server_has_a_key),
	AH_TEST(purpose_and_role_are_words_of_the_table),
	AH_TEST(values_of_a_channel_have_their_lengths),
	AH_TEST(a_value_without_its_flag_is_refused),
	AH_TEST(an_envelope_without_a_channel_is_no_question),
	AH_TEST(what_the_channel_computes_cannot_be_expected),
	AH_TEST(a_length_without_bytes_is_no_value),
	AH_TEST(a_channel_may_be_expected_of_any_bytes),
	AH_TEST(bytes_that_are_no_envelope_are_refused_as_what_they_are),
	AH_TEST(of_an_event_only_its_key_is_expected),
};
AH_TEST_MAIN(cases)
