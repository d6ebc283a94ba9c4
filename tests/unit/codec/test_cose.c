/* COSE_Sign1: an example of RFC 9052, python cbor2 for what is signed, a row for each wrong shape, and the real documents when they are there. */
#include "codec/cose.h"
#include "support/test.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* RFC 9052 C.2.1: ES256, kid in the unprotected header, payload "This is the content.". */
static const char rfc_hex[] =
	"d28443a10126a10442313154546869732069732074686520636f6e74656e742e58408eb33e4ca31d1c465ab05aac34cc6b23d58fef5c083106c4d25a91aef0b0117e2af9a291aa32e1"
	"4ab834dc56ed2a223444547e01f11d3b0916e5a4c345cacb36";

static void the_example_of_rfc_9052_is_taken_apart(void)
{
	AH_AUTO(ah_buf) in = AH_BUF(256);
	ah_cose_sign1 s;
	ah_test_hex(&in, rfc_hex);
	EXPECT_OK(ah_cose_sign1_parse(&s, ah_buf_slice(&in), NULL));
	EXPECT(s.tagged && s.alg == AH_COSE_ALG_ES256 && s.unprotected_count == 1 && s.signature.len == 64);
	EXPECT_BYTES(s.protected_bytes, AH_SLICE_LITERAL("\xa1\x01\x26"));
	EXPECT_BYTES(s.payload, AH_SLICE_LITERAL("This is the content."));
	EXPECT(s.protected_off == 3 && s.payload_off == 12 && s.signature_off == 34);
	EXPECT(s.payload.ptr == in.ptr + 12 && s.signature.ptr == in.ptr + 34);
}

static void what_is_signed_is_the_sig_structure_of_another_implementation(void)
{
	/* python3: cbor2.dumps(["Signature1", cbor2.dumps({1: -35}), b"", payload]) up to the payload, for payloads of these lengths. */
	static const struct { size_t len; const char *head; } rows[] = {
		{ 0, "846a5369676e61747572653144a10138224040" }, { 23, "846a5369676e61747572653144a10138224057" },
		{ 24, "846a5369676e61747572653144a1013822405818" }, { 350, "846a5369676e61747572653144a10138224059015e" },
		{ 65536, "846a5369676e61747572653144a1013822405a00010000" },
	};
	static const uint8_t payload[65536] = { 0 };
	for (size_t i = 0; i < COUNT(rows); i++) {
		AH_AUTO(ah_buf) wanted = AH_BUF(64);
		uint8_t head[AH_COSE_HEAD_MAX];
		ah_slice parts[2], content = ah_slice_make(payload, rows[i].len);
		ah_test_hex(&wanted, rows[i].head);
		EXPECT_OK(ah_cose_sign1_signed_parts(parts, head, AH_SLICE_LITERAL("\xa1\x01\x38\x22"), content));
		EXPECT_BYTES(parts[0], ah_buf_slice(&wanted));
		EXPECT(parts[1].ptr == payload && parts[1].len == rows[i].len);
	}
	ah_test_count(COUNT(rows));
}

static void a_protected_header_beyond_the_head_is_a_limit(void)
{
	static const uint8_t zero[64] = { 0 };
	uint8_t head[AH_COSE_HEAD_MAX];
	ah_slice parts[2] = { { NULL, 7 }, { NULL, 7 } };
	/* 1 + 11 + 2 + n + 1 + 1 bytes, the payload being empty */
	EXPECT_OK(ah_cose_sign1_signed_parts(parts, head, ah_slice_make(zero, 48), (ah_slice){ NULL, 0 }));
	EXPECT(parts[0].len == AH_COSE_HEAD_MAX);
	parts[0].len = 7;
	EXPECT_ERR(ah_cose_sign1_signed_parts(parts, head, ah_slice_make(zero, 49), (ah_slice){ NULL, 0 }), AH_ERR_LIMIT);
	EXPECT(parts[0].len == 7);
}

static void every_other_shape_has_its_error(void)
{
	static const struct { const char *hex; ah_err err; size_t off; } rows[] = {
		/* the opening */
		{ "", AH_ERR_TRUNCATED, 0 }, { "d2", AH_ERR_TRUNCATED, 1 }, { "d1" "8444a1013822a04568656c6c6f44aaaaaaaa", AH_ERR_COSE, 0 },
		{ "d2d2" "8444a1013822a04568656c6c6f44aaaaaaaa", AH_ERR_COSE, 1 }, { "d81208", AH_ERR_ENCODING, 0 }, { "a0", AH_ERR_COSE, 0 }, { "01", AH_ERR_COSE, 0 },
		{ "8344a1013822a04568656c6c6f", AH_ERR_COSE, 0 }, { "8544a1013822a04568656c6c6f44aaaaaaaaf6", AH_ERR_COSE, 0 }, { "80", AH_ERR_COSE, 0 },
		{ "98044" "4a1013822a04568656c6c6f44aaaaaaaa", AH_ERR_ENCODING, 0 }, { "84", AH_ERR_TRUNCATED, 1 }, { "9bffffffffffffffff", AH_ERR_TOO_LARGE, 0 },
		/* the protected header */
		{ "8440a04568656c6c6f44aaaaaaaa", AH_ERR_COSE, 2 }, { "8441a0a04568656c6c6f44aaaaaaaa", AH_ERR_COSE, 2 }, { "84a0a04568656c6c6f44aaaaaaaa", AH_ERR_COSE, 1 },
		{ "84f6a04568656c6c6f44aaaaaaaa", AH_ERR_COSE, 1 }, { "844101a04568656c6c6f44aaaaaaaa", AH_ERR_COSE, 2 },
		{ "8444a1023822a04568656c6c6f44aaaaaaaa", AH_ERR_COSE, 2 }, { "8444a1203822a04568656c6c6f44aaaaaaaa", AH_ERR_COSE, 3 },
		{ "8446a16161613822a04568656c6c6f44aaaaaaaa", AH_ERR_COSE, 3 }, { "8443a10141a04568656c6c6f44aaaaaaaa", AH_ERR_COSE, 4 },
		{ "8444a1016165a04568656c6c6f44aaaaaaaa", AH_ERR_COSE, 4 }, { "8443a101f6a04568656c6c6f44aaaaaaaa", AH_ERR_COSE, 4 },
		{ "8447a20138220281" "01a04568656c6c6f44aaaaaaaa", AH_ERR_COSE, 2 },                       /* crit */
		{ "8447a2013822013822a04568656c6c6f44aaaaaaaa", AH_ERR_COSE, 2 },                           /* alg twice */
		{ "8448bf013822013822ffa04568656c6c6f44aaaaaaaa", AH_ERR_COSE, 6 }, { "8443bf01ffa04568656c6c6f44aaaaaaaa", AH_ERR_FORMAT, 4 },
		{ "8445a10138ff00a04568656c6c6f44aaaaaaaa", AH_ERR_COSE, 6 }, { "8444a1013817a04568656c6c6f44aaaaaaaa", AH_ERR_ENCODING, 4 },
		{ "844ba1013b8000000000000000a04568656c6c6f44aaaaaaaa", AH_ERR_FIELD_RANGE, 4 }, { "8443a10138a04568656c6c6f44aaaaaaaa", AH_ERR_TRUNCATED, 5 },
		{ "845f44a1013822ffa04568656c6c6f44aaaaaaaa", AH_ERR_ENCODING, 1 },
		/* the unprotected header, the payload, the signature */
		{ "8444a1013822804568656c6c6f44aaaaaaaa", AH_ERR_COSE, 6 }, { "8444a1013822f64568656c6c6f44aaaaaaaa", AH_ERR_COSE, 6 },
		{ "8444a1013822a101d2004568656c6c6f44aaaaaaaa", AH_ERR_FORMAT, 8 }, { "8444a1013822a0f644aaaaaaaa", AH_ERR_COSE, 7 },
		{ "8444a1013822a06568656c6c6f44aaaaaaaa", AH_ERR_COSE, 7 }, { "8444a1013822a04568656c6c6ff6", AH_ERR_COSE, 13 },
		{ "8444a1013822a04568656c6c6f64aaaaaaaa", AH_ERR_COSE, 13 }, { "8444a1013822a04568656c6c6f44aaaaaa", AH_ERR_TRUNCATED, 14 },
		{ "8444a1013822a04568656c6c6f44aaaaaaaa00", AH_ERR_TRAILING, 18 }, { "9f44a1013822a04568656c6c6f44aaaaaaaa00ff", AH_ERR_COSE, 18 },
		{ "9f44a1013822a04568656c6c6fff", AH_ERR_COSE, 13 }, { "9f44a1013822a04568656c6c6f44aaaaaaaa", AH_ERR_TRUNCATED, 18 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		AH_AUTO(ah_buf) in = AH_BUF(64);
		ah_cose_sign1 s = { .alg = 99 };
		ah_fault why = { 0 };
		ah_test_hex(&in, rows[i].hex);
		ah_err err = ah_cose_sign1_parse(&s, ah_buf_slice(&in), &why);
		EXPECT_MSG(err == rows[i].err, "%s: got %s, wanted %s", rows[i].hex, ah_err_name(err), ah_err_name(rows[i].err));
		EXPECT_MSG(why.err == err && why.offset == rows[i].off, "%s: fault %s at %zu", rows[i].hex, ah_err_name(why.err), why.offset);
		EXPECT(s.alg == 99);
	}
	ah_test_count(COUNT(rows));
}

static void lengths_that_nobody_announces_are_accepted_in_containers(void)
{
	static const char *const good[] = {
		"8444a1013822a04568656c6c6f44aaaaaaaa", "9f44a1013822a04568656c6c6f44aaaaaaaaff", "8445bf013822ffa04568656c6c6f44aaaaaaaa",
		"8444a1013822bfff4568656c6c6f44aaaaaaaa",
	};
	for (size_t i = 0; i < COUNT(good); i++) {
		AH_AUTO(ah_buf) in = AH_BUF(64);
		ah_cose_sign1 s;
		ah_test_hex(&in, good[i]);
		EXPECT_OK(ah_cose_sign1_parse(&s, ah_buf_slice(&in), NULL));
		EXPECT(!s.tagged && s.alg == AH_COSE_ALG_ES384 && s.unprotected_count == 0);
		EXPECT_BYTES(s.payload, AH_SLICE_LITERAL("hello"));
		EXPECT_BYTES(s.signature, AH_SLICE_LITERAL("\xaa\xaa\xaa\xaa"));
	}
	ah_test_count(COUNT(good));
}

static void the_writer_gives_the_bytes_of_another_implementation(void)
{
	/* python3: cbor2.dumps(CBORTag(18, [cbor2.dumps({1: -35}), {}, b"hello", b"\xaa" * 4])), and without the tag. */
	AH_AUTO(ah_buf) wanted = AH_BUF(64), tagged = AH_BUF(64), plain = AH_BUF(64);
	ah_test_hex(&wanted, "d28444a1013822a04568656c6c6f44aaaaaaaa");
	ah_slice header = AH_SLICE_LITERAL("\xa1\x01\x38\x22"), signature = AH_SLICE_LITERAL("\xaa\xaa\xaa\xaa");
	EXPECT_OK(ah_cose_sign1_write(&tagged, true, header, AH_SLICE_LITERAL("hello"), signature));
	EXPECT_BYTES(ah_buf_slice(&tagged), ah_buf_slice(&wanted));
	EXPECT_OK(ah_cose_sign1_write(&plain, false, header, AH_SLICE_LITERAL("hello"), signature));
	EXPECT_BYTES(ah_buf_slice(&plain), ah_slice_sub(ah_buf_slice(&wanted), 1, wanted.len - 1));
	AH_AUTO(ah_buf) tight = AH_BUF(17);
	EXPECT_ERR(ah_cose_sign1_write(&tight, false, header, AH_SLICE_LITERAL("hello"), signature), AH_ERR_LIMIT);
	EXPECT(tight.len == 0);
}

static void a_cut_at_any_byte_is_an_error(void)
{
	AH_AUTO(ah_buf) in = AH_BUF(256);
	ah_cose_sign1 s;
	ah_test_hex(&in, rfc_hex);
	for (size_t len = 0; len < in.len; len++)
		EXPECT_ERR(ah_cose_sign1_parse(&s, ah_slice_make(in.ptr, len), NULL), AH_ERR_TRUNCATED);
	EXPECT_OK(ah_buf_append_byte(&in, 0));
	EXPECT_ERR(ah_cose_sign1_parse(&s, ah_buf_slice(&in), NULL), AH_ERR_TRAILING);
	ah_test_count(in.len);
}

static void real_documents_are_taken_apart_and_put_together_again(void)
{
	static const char *const names[] = {
		"dstack-2025-12-25-a", "dstack-debug-2025-12-25", "evervault-debug-2022-10-12", "evervault-in-cert-2023-01-18", "noauth-enclaved-2025-04-01",
		"qos-genesis-2022-07-06",
	};
	const char *vectors = ah_test_vectors();
	if (vectors == NULL)
		AH_SKIP("../shared/vectors absent");
	for (size_t i = 0; i < COUNT(names); i++) {
		AH_AUTO(ah_buf) in = AH_BUF(AH_NITRO_DOCUMENT_MAX), out = AH_BUF(AH_NITRO_DOCUMENT_MAX);
		ah_cose_sign1 s;
		EXPECT_MSG(ah_test_read(&in, "%s/nitro/attestation/%s.cose", vectors, names[i]), "cannot read %s", names[i]);
		EXPECT_OK(ah_cose_sign1_parse(&s, ah_buf_slice(&in), NULL));
		EXPECT(!s.tagged && s.alg == AH_COSE_ALG_ES384 && s.unprotected_count == 0 && s.signature.len == 96);
		EXPECT_OK(ah_cose_sign1_write(&out, s.tagged, s.protected_bytes, s.payload, s.signature));
		EXPECT_BYTES(ah_buf_slice(&out), ah_buf_slice(&in));
		for (size_t len = 0; len < in.len; len++)
			EXPECT_ERR(ah_cose_sign1_parse(&s, ah_slice_make(in.ptr, len), NULL), AH_ERR_TRUNCATED);
	}
	ah_test_count(COUNT(names));
}

static const ah_test_case cases[] = {
	AH_TEST(the_example_of_rfc_9052_is_taken_apart),
	AH_TEST(what_is_signed_is_the_sig_structure_of_another_implementation),
	AH_TEST(a_protected_header_beyond_the_head_is_a_limit),
	AH_TEST(every_other_shape_has_its_error),
	AH_TEST(lengths_that_nobody_announces_are_accepted_in_containers),
	AH_TEST(the_writer_gives_the_bytes_of_another_implementation),
	AH_TEST(a_cut_at_any_byte_is_an_error),
	AH_TEST(real_documents_are_taken_apart_and_put_together_again),
};
AH_TEST_MAIN(cases)
