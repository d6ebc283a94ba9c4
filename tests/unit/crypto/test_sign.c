/*
 * Keys and signing. Signatures are judged by crypto.c, which has its own known answers; keys and SubjectPublicKeyInfo made by the openssl
 * command are read, so that neither side is judged by itself alone.
 */
#include "codec/der.h"
#include "crypto/sign.h"
#include "support/test.h"

#include <stdlib.h>

static const ah_slice message[] = { { (const uint8_t *)"evi", 3 }, { (const uint8_t *)"dence", 5 } };
static const ah_slice other[] = { { (const uint8_t *)"evidencf", 8 } };

static ah_crypto *crypto(void)
{
	static ah_crypto *shared;
	if (shared == NULL && ah_crypto_new(&shared, NULL) != AH_OK)
		abort();
	return shared;
}

/* The key's public half, borrowed from spki. Read here by hand, not by the certificate parser. */
static ah_public_key public_of(const ah_private_key *key, ah_buf *spki)
{
	ah_public_key out = { .kind = ah_private_key_kind(key) };
	if (ah_private_key_spki(key, spki) != AH_OK)
		abort();
	ah_reader r = { .in = ah_buf_slice(spki) };
	ah_reader body = ah_der_enter(&r, AH_DER_SEQUENCE);
	(void)ah_der_expect(&body, AH_DER_SEQUENCE);
	ah_slice bits = ah_der_bit_string(&body);
	if (out.kind != AH_KEY_RSA) {
		out.point = bits;
		return out;
	}
	ah_reader rsa = { .in = bits };
	ah_reader numbers = ah_der_enter(&rsa, AH_DER_SEQUENCE);
	out.modulus = ah_der_unsigned(&numbers);
	out.exponent = ah_der_unsigned(&numbers);
	return out;
}

static ah_err verify(const ah_public_key *key, const ah_slice *parts, size_t count, ah_slice signature, bool raw)
{
	if (key->kind == AH_KEY_RSA)
		return ah_rsa_pss_verify(crypto(), key, AH_SHA384, 48, parts, count, signature);
	return raw ? ah_ecdsa_verify_raw(crypto(), key, AH_SHA384, parts, count, signature) : ah_ecdsa_verify_der(crypto(), key, AH_SHA384, parts, count, signature);
}

static void expect_sign_and_verify(ah_private_key *key, bool raw, size_t rounds)
{
	AH_AUTO(ah_buf) spki = AH_BUF(1024);
	ah_public_key public = public_of(key, &spki);
	for (size_t i = 0; i < rounds; i++) {
		AH_AUTO(ah_buf) signature = AH_BUF(1024);
		if (public.kind == AH_KEY_RSA)
			EXPECT_OK(ah_sign_rsa_pss(key, AH_SHA384, 48, message, 2, &signature));
		else if (raw)
			EXPECT_OK(ah_sign_ecdsa_raw(key, AH_SHA384, message, 2, &signature));
		else
			EXPECT_OK(ah_sign_ecdsa_der(key, AH_SHA384, message, 2, &signature));
		EXPECT_OK(verify(&public, message, 2, ah_buf_slice(&signature), raw));
		EXPECT_ERR(verify(&public, other, 1, ah_buf_slice(&signature), raw), AH_ERR_SIGNATURE);
	}
}

/* r or s has a leading zero byte once in about 128 signatures: enough rounds to meet a short one. */
static void ecdsa_signatures_verify_in_both_forms(void)
{
	static const ah_key_kind kinds[] = { AH_KEY_P256, AH_KEY_P384 };
	for (size_t i = 0; i < 2; i++) {
		AH_AUTO_PTR(ah_private_key) key = NULL;
		EXPECT_OK(ah_private_key_generate(&key, kinds[i], 0, NULL));
		EXPECT(ah_private_key_kind(key) == kinds[i]);
		expect_sign_and_verify(key, true, 300);
		expect_sign_and_verify(key, false, 300);
	}
}

static void raw_signature_has_the_length_of_the_field(void)
{
	AH_AUTO_PTR(ah_private_key) key = NULL;
	EXPECT_OK(ah_private_key_generate(&key, AH_KEY_P256, 0, NULL));
	for (size_t i = 0; i < 300; i++) {
		AH_AUTO(ah_buf) signature = AH_BUF(64);
		EXPECT_OK(ah_sign_ecdsa_raw(key, AH_SHA256, message, 2, &signature));
		EXPECT(signature.len == 64);
	}
}

static void rsa_pss_signatures_verify(void)
{
	AH_AUTO_PTR(ah_private_key) key = NULL;
	EXPECT_OK(ah_private_key_generate(&key, AH_KEY_RSA, 2048, NULL));
	EXPECT(ah_private_key_kind(key) == AH_KEY_RSA);
	expect_sign_and_verify(key, false, 3);
	AH_AUTO(ah_buf) spki = AH_BUF(1024);
	AH_AUTO(ah_buf) signature = AH_BUF(1024);
	ah_public_key public = public_of(key, &spki);
	EXPECT_OK(ah_sign_rsa_pss(key, AH_SHA384, 32, message, 2, &signature));
	EXPECT_ERR(verify(&public, message, 2, ah_buf_slice(&signature), false), AH_ERR_SIGNATURE); /* salt of another length */
}

static void wrong_kind_of_key_is_refused(void)
{
	AH_AUTO_PTR(ah_private_key) ec = NULL;
	AH_AUTO_PTR(ah_private_key) rsa = NULL;
	AH_AUTO(ah_buf) out = AH_BUF(1024);
	EXPECT_OK(ah_private_key_generate(&ec, AH_KEY_P256, 0, NULL));
	EXPECT_OK(ah_private_key_generate(&rsa, AH_KEY_RSA, 2048, NULL));
	EXPECT_ERR(ah_sign_rsa_pss(ec, AH_SHA384, 48, message, 2, &out), AH_ERR_ALGORITHM);
	EXPECT_ERR(ah_sign_ecdsa_raw(rsa, AH_SHA384, message, 2, &out), AH_ERR_ALGORITHM);
	EXPECT_ERR(ah_sign_ecdsa_der(rsa, AH_SHA384, message, 2, &out), AH_ERR_ALGORITHM);
	EXPECT_ERR(ah_private_key_generate(&ec, AH_KEY_NONE, 0, NULL), AH_ERR_CRYPTO);
	EXPECT(out.len == 0);
}

static void saved_key_is_the_same_key_when_loaded(void)
{
	static const ah_key_kind kinds[] = { AH_KEY_P256, AH_KEY_P384, AH_KEY_RSA };
	for (size_t i = 0; i < 3; i++) {
		AH_AUTO_PTR(ah_private_key) key = NULL;
		AH_AUTO_PTR(ah_private_key) loaded = NULL;
		AH_AUTO(ah_buf) pkcs8 = AH_BUF(4096);
		AH_AUTO(ah_buf) before = AH_BUF(1024);
		AH_AUTO(ah_buf) after = AH_BUF(1024);
		EXPECT_OK(ah_private_key_generate(&key, kinds[i], 2048, NULL));
		EXPECT_OK(ah_private_key_save(key, &pkcs8));
		EXPECT_OK(ah_private_key_load(&loaded, ah_buf_slice(&pkcs8), NULL));
		EXPECT_OK(ah_private_key_spki(key, &before));
		EXPECT_OK(ah_private_key_spki(loaded, &after));
		EXPECT(ah_private_key_kind(loaded) == kinds[i]);
		EXPECT_BYTES(ah_buf_slice(&after), ah_buf_slice(&before));
		EXPECT_OK(ah_buf_append_byte(&pkcs8, 0));
		EXPECT_ERR(ah_private_key_load(&loaded, ah_buf_slice(&pkcs8), NULL), AH_ERR_CRYPTO);
	}
}

/* openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 | openssl pkcs8 -topk8 -nocrypt -outform DER; a key for tests, worth nothing. */
#define OPENSSL_PKCS8 "308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b02010104209b26b5695df68a43e34a1dd33c7ee9911d0b95cfca224e4f" \
	"63c0856961f877eca144034200043c24127abb3d1f1571054620cffc4a329c648fe8a922281593d0d75dd7c553496b56c98113e84981211aabd2b959" \
	"89c3227f7b8cec0d95817541439aab03cd2e"
#define OPENSSL_SPKI  "3059301306072a8648ce3d020106082a8648ce3d030107034200043c24127abb3d1f1571054620cffc4a329c648fe8a922281593d0d75dd7c553496b" \
	"56c98113e84981211aabd2b95989c3227f7b8cec0d95817541439aab03cd2e"
/* The same for P-521, which is not ours to use. */
#define OPENSSL_P521  "3081ee020100301006072a8648ce3d020106052b810400230481d63081d302010104420127a0994ce459df16ad402c59b4563327abbddaf437a64f3a" \
	"ec9ea6658476c7fafa4365141e90b1d9d1953cb92b3715d411986b6ce1039656aad434666d11fe3857a18189038186000401f7dcd664c987ccecaeca" \
	"c56bdb6892a1d2f98ac600c4eb01708a862fc3a455126aa8a0d60e02bc6136535c5f4008051fd969d4e51830fb4c8610932cddfa6b298201c1edd29d" \
	"a7a3076d85f84f4c060c4adfd787cf1d40857907f98fb2ee8a508f6f7217e7e4527b6a387f3e8787d4628647400ce2042d20743d73f213153e5ffe20" \
	"4a"

static void key_of_the_openssl_command_is_read(void)
{
	AH_AUTO_PTR(ah_private_key) key = NULL;
	AH_AUTO(ah_buf) pkcs8 = AH_BUF(1024);
	AH_AUTO(ah_buf) wanted = AH_BUF(1024);
	AH_AUTO(ah_buf) spki = AH_BUF(1024);
	ah_test_hex(&pkcs8, OPENSSL_PKCS8);
	ah_test_hex(&wanted, OPENSSL_SPKI);
	EXPECT_OK(ah_private_key_load(&key, ah_buf_slice(&pkcs8), NULL));
	EXPECT(ah_private_key_kind(key) == AH_KEY_P256);
	EXPECT_OK(ah_private_key_spki(key, &spki));
	EXPECT_BYTES(ah_buf_slice(&spki), ah_buf_slice(&wanted));
}

static void unusable_keys_are_refused(void)
{
	AH_AUTO_PTR(ah_private_key) key = NULL;
	AH_AUTO(ah_buf) p521 = AH_BUF(1024);
	ah_test_hex(&p521, OPENSSL_P521);
	EXPECT_ERR(ah_private_key_load(&key, ah_buf_slice(&p521), NULL), AH_ERR_CRYPTO);
	EXPECT_ERR(ah_private_key_load(&key, AH_SLICE_LITERAL("not a key"), NULL), AH_ERR_CRYPTO);
	EXPECT_ERR(ah_private_key_load(&key, (ah_slice){ NULL, 0 }, NULL), AH_ERR_CRYPTO);
	EXPECT(key == NULL);
}

static void random_bytes_differ(void)
{
	uint8_t a[32] = { 0 }, b[32] = { 0 };
	EXPECT_OK(ah_random(a, sizeof a));
	EXPECT_OK(ah_random(b, sizeof b));
	EXPECT(!ah_slice_is(AH_SLICE_OF(a), AH_SLICE_OF(b)));
	EXPECT_OK(ah_random(a, 0));
}

static const ah_test_case cases[] = {
	AH_TEST(ecdsa_signatures_verify_in_both_forms),
	AH_TEST(raw_signature_has_the_length_of_the_field),
	AH_TEST(rsa_pss_signatures_verify),
	AH_TEST(wrong_kind_of_key_is_refused),
	AH_TEST(saved_key_is_the_same_key_when_loaded),
	AH_TEST(key_of_the_openssl_command_is_read),
	AH_TEST(unusable_keys_are_refused),
	AH_TEST(random_bytes_differ),
};

AH_TEST_MAIN(cases)
