/*
 * Ed25519 private keys. Known answers: RFC 8032 7.1, RFC 8410 10.3, a file of `openssl genpkey`. The peer is OpenSSL's own Ed25519, which reads what
 * we write, writes what we read, and makes the same signatures: they are deterministic.
 */
#include "crypto/ed25519_key.h"
#include "support/test.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdlib.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define PKCS8_LEN    48

static void pkey_free(EVP_PKEY **key) { EVP_PKEY_free(*key); }
#define AUTO_PKEY __attribute__((cleanup(pkey_free))) EVP_PKEY *

static ah_err load(ah_ed25519_key **out, const char *hex, ah_fault *why)
{
	AH_AUTO(ah_buf) der = AH_BUF(4096);
	ah_test_hex(&der, hex);
	return ah_ed25519_key_load(out, ah_buf_slice(&der), why);
}

static void expect_public(const ah_ed25519_key *key, const char *hex)
{
	AH_AUTO(ah_buf) wanted = AH_BUF(32);
	ah_test_hex(&wanted, hex);
	EXPECT_BYTES(ah_slice_make(ah_ed25519_key_public(key), AH_ED25519_LEN), ah_buf_slice(&wanted));
}

/* -- Signing -- */

static void seeds_of_rfc_8032_give_its_keys_and_signatures(void)
{
	static const struct {
		const char *seed, *public, *message, *signature;
	} rows[] = {
		{ "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
		  "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b" },
		{ "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
		  "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00" },
		{ "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
		  "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		AH_AUTO_PTR(ah_ed25519_key) key = NULL;
		AH_AUTO(ah_buf) seed = AH_BUF(32);
		AH_AUTO(ah_buf) message = AH_BUF(64);
		AH_AUTO(ah_buf) wanted = AH_BUF(64);
		uint8_t signature[AH_ED25519_SIGNATURE_LEN];
		ah_test_hex(&seed, rows[i].seed);
		ah_test_hex(&message, rows[i].message);
		ah_test_hex(&wanted, rows[i].signature);
		EXPECT_OK(ah_ed25519_key_from_seed(&key, seed.ptr));
		expect_public(key, rows[i].public);
		EXPECT_OK(ah_ed25519_sign(key, ah_buf_slice(&message), signature));
		EXPECT_BYTES(AH_SLICE_OF(signature), ah_buf_slice(&wanted));
		EXPECT_OK(ah_ed25519_verify(ah_ed25519_key_public(key), ah_buf_slice(&message), AH_SLICE_OF(signature)));
	}
	ah_test_count(COUNT(rows));
}

static void generated_keys_differ_and_sign(void)
{
	AH_AUTO_PTR(ah_ed25519_key) a = NULL;
	AH_AUTO_PTR(ah_ed25519_key) b = NULL;
	uint8_t signature[AH_ED25519_SIGNATURE_LEN];
	EXPECT_OK(ah_ed25519_key_generate(&a));
	EXPECT_OK(ah_ed25519_key_generate(&b));
	EXPECT_OK(ah_ed25519_check_key(ah_ed25519_key_public(a)));
	EXPECT_OK(ah_ed25519_sign(a, AH_SLICE_LITERAL("message"), signature));
	EXPECT_OK(ah_ed25519_verify(ah_ed25519_key_public(a), AH_SLICE_LITERAL("message"), AH_SLICE_OF(signature)));
	EXPECT_ERR(ah_ed25519_verify(ah_ed25519_key_public(b), AH_SLICE_LITERAL("message"), AH_SLICE_OF(signature)), AH_ERR_SIGNATURE);
	EXPECT_ERR(ah_ed25519_verify(ah_ed25519_key_public(a), AH_SLICE_LITERAL("massage"), AH_SLICE_OF(signature)), AH_ERR_SIGNATURE);
	ah_ed25519_key_free(NULL);
}

/* -- The peer -- */

static bool peer_signs(EVP_PKEY *peer, ah_slice message, uint8_t signature[static AH_ED25519_SIGNATURE_LEN])
{
	size_t len = AH_ED25519_SIGNATURE_LEN;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = ctx != NULL && EVP_DigestSignInit(ctx, NULL, NULL, NULL, peer) == 1 && EVP_DigestSign(ctx, signature, &len, message.ptr, message.len) == 1;
	EVP_MD_CTX_free(ctx);
	return ok && len == AH_ED25519_SIGNATURE_LEN;
}

/* The same public key and the same signatures. */
static void expect_same(const ah_ed25519_key *key, EVP_PKEY *peer)
{
	static const uint8_t message[300] = { 1, 2, 3 };
	uint8_t ours[AH_ED25519_SIGNATURE_LEN], theirs[AH_ED25519_SIGNATURE_LEN], public[AH_ED25519_LEN];
	size_t len = sizeof public;
	EXPECT(EVP_PKEY_get_raw_public_key(peer, public, &len) == 1);
	EXPECT_BYTES(ah_slice_make(ah_ed25519_key_public(key), AH_ED25519_LEN), AH_SLICE_OF(public));
	for (size_t i = 0; i <= sizeof message; i += 50) {
		EXPECT_OK(ah_ed25519_sign(key, ah_slice_make(message, i), ours));
		EXPECT(peer_signs(peer, ah_slice_make(message, i), theirs));
		EXPECT_BYTES(AH_SLICE_OF(ours), AH_SLICE_OF(theirs));
		EXPECT_OK(ah_ed25519_verify(public, ah_slice_make(message, i), AH_SLICE_OF(theirs)));
	}
}

static void openssl_reads_our_keys_and_signs_the_same(void)
{
	for (size_t i = 0; i < 20; i++) {
		AH_AUTO_PTR(ah_ed25519_key) key = NULL;
		AH_AUTO(ah_buf) der = AH_BUF(PKCS8_LEN);
		EXPECT_OK(ah_ed25519_key_generate(&key));
		EXPECT_OK(ah_ed25519_key_save(key, &der));
		const uint8_t *at = der.ptr;
		AUTO_PKEY peer = d2i_AutoPrivateKey(NULL, &at, (long)der.len);
		EXPECT(peer != NULL && at == der.ptr + der.len);
		expect_same(key, peer);
	}
	ah_test_count(20);
}

static void keys_of_openssl_load_and_are_written_as_it_writes_them(void)
{
	for (size_t i = 0; i < 20; i++) {
		uint8_t *bytes = NULL;
		AH_AUTO_PTR(ah_ed25519_key) key = NULL;
		AH_AUTO(ah_buf) der = AH_BUF(PKCS8_LEN);
		AUTO_PKEY peer = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
		PKCS8_PRIV_KEY_INFO *info = peer != NULL ? EVP_PKEY2PKCS8(peer) : NULL;
		int len = info != NULL ? i2d_PKCS8_PRIV_KEY_INFO(info, &bytes) : -1;
		ah_err err = len > 0 ? ah_ed25519_key_load(&key, ah_slice_make(bytes, (size_t)len), NULL) : AH_ERR_INTERNAL;
		ah_err saved = err == AH_OK ? ah_ed25519_key_save(key, &der) : err;
		bool same = saved == AH_OK && ah_slice_is(ah_buf_slice(&der), ah_slice_make(bytes, (size_t)len));
		OPENSSL_free(bytes);
		PKCS8_PRIV_KEY_INFO_free(info);
		EXPECT_OK(err);
		EXPECT(same);
		expect_same(key, peer);
	}
	ah_test_count(20);
}

/* -- PKCS#8 -- */

/* RFC 8410 10.3, the first example; its public key. */
#define SEED   "d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842"
#define PUBLIC "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1"
#define ALG    "300506032b6570"

static void the_key_of_rfc_8410_and_that_of_openssl_load(void)
{
	static const struct {
		const char *der, *public;
	} rows[] = {
		{ "302e020100" ALG "04220420" SEED, PUBLIC },
		{ "3051020101" ALG "04220420" SEED "812100" PUBLIC, PUBLIC },
		/* openssl genpkey -algorithm ed25519 -outform DER; openssl pkey -pubout */
		{ "302e020100300506032b657004220420c38f922005f7f1b9ffefefd08511ab57581a54530abf839f8645b1f51217a44e",
		  "827ed8f1d02ca0f7e73fd93345e9af5a5da9afb0bbc3e5b23f30beddfd5b13d3" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		AH_AUTO_PTR(ah_ed25519_key) key = NULL;
		EXPECT_OK(load(&key, rows[i].der, NULL));
		expect_public(key, rows[i].public);
	}
	ah_test_count(COUNT(rows));
}

static void every_other_form_is_refused(void)
{
	static const char *const bad[] = {
		"",
		"30",
		"302e020100" ALG "04220420" SEED "00",                   /* a byte behind it */
		"302f020100" ALG "04220420" SEED "00",                   /* a byte inside */
		"30812e020100" ALG "04220420" SEED,                      /* a length that is not minimal */
		"3080020100" ALG "04220420" SEED "0000",                 /* BER */
		"302f02020000" ALG "04220420" SEED,                      /* the version with a zero too many */
		"302e020102" ALG "04220420" SEED,                        /* a version that does not exist */
		"302e0201ff" ALG "04220420" SEED,
		"302e020101" ALG "04220420" SEED,                        /* version 1 without public key */
		"3051020100" ALG "04220420" SEED "812100" PUBLIC,        /* version 0 with one */
		"3051020101" ALG "04220420" SEED "812101" PUBLIC,        /* unused bits */
		"3050020101" ALG "04220420" SEED "8120" PUBLIC,          /* no byte for unused bits */
		"3053020101" ALG "04220420" SEED "a123032100" PUBLIC,    /* EXPLICIT */
		"3051020101" ALG "04220420" SEED "832100" PUBLIC,        /* [3] */
		"302e020100300506032b656e04220420" SEED,                 /* X25519 */
		"3030020100300706032b6570050004220420" SEED,             /* parameters NULL */
		"302c020100" ALG "0420" SEED,                            /* the seed alone in the OCTET STRING */
		"302e020100" ALG "03220420" SEED,                        /* BIT STRING */
		"302e020100" ALG "04220320" SEED,
		"302f020100" ALG "04230421" SEED "00",                   /* 33 bytes */
		"302d020100" ALG "0421041f" "ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842",
		"304e020100" ALG "04420440" SEED PUBLIC,                 /* seed and public key, as libsodium has it */
		"302f020100" ALG "04230420" SEED "00",                   /* a byte behind the seed */
		"3030020100" ALG "04220420" SEED "a000",                 /* attributes, empty */
		/* RFC 8410 10.3, the second example: attributes, which nothing here would read */
		"3072020101" ALG "04220420" SEED "a01f301d060a2a864886f70d01090914310f0c0d437572646c6520436861697273812100" PUBLIC,
		/* SubjectPublicKeyInfo */
		"302a" ALG "032100" PUBLIC,
	};
	for (size_t i = 0; i < COUNT(bad); i++) {
		ah_ed25519_key *key = NULL;
		ah_fault why = { 0 };
		ah_err err = load(&key, bad[i], &why);
		EXPECT_MSG(err == AH_ERR_KEY_INVALID && key == NULL && why.err == err, "row %zu: %s", i, ah_err_name(err));
	}
	ah_test_count(COUNT(bad));
}

static void a_public_key_that_is_not_that_of_the_private_key_is_refused(void)
{
	AH_AUTO(ah_buf) der = AH_BUF(128);
	ah_test_hex(&der, "3051020101" ALG "04220420" SEED "812100" PUBLIC);
	for (size_t i = der.len - AH_ED25519_LEN; i < der.len; i++) {
		ah_ed25519_key *key = NULL;
		ah_fault why = { 0 };
		der.ptr[i] ^= 0x10;
		EXPECT_ERR(ah_ed25519_key_load(&key, ah_buf_slice(&der), &why), AH_ERR_KEY_INVALID);
		EXPECT(key == NULL && strcmp(why.detail, "the public key is not that of the private key") == 0);
		der.ptr[i] ^= 0x10;
	}
}

static void a_key_cut_off_anywhere_is_refused(void)
{
	AH_AUTO(ah_buf) der = AH_BUF(128);
	ah_test_hex(&der, "3051020101" ALG "04220420" SEED "812100" PUBLIC);
	for (size_t len = 0; len < der.len; len++) {
		ah_ed25519_key *key = NULL;
		EXPECT_ERR(ah_ed25519_key_load(&key, ah_slice_make(der.ptr, len), NULL), AH_ERR_KEY_INVALID);
		EXPECT(key == NULL);
	}
	ah_test_count(der.len);
}

static void a_fault_names_no_byte_of_the_secret(void)
{
	ah_ed25519_key *key = NULL;
	ah_fault why = { 0 };
	EXPECT_ERR(load(&key, "302f020100" ALG "04230421" SEED "00", &why), AH_ERR_KEY_INVALID);
	EXPECT(strcmp(why.detail, "the private key has 33 bytes, not 32") == 0 && strcmp(why.step, "crypto.ed25519_key") == 0);
}

static void a_key_is_appended_to_what_the_buffer_holds(void)
{
	AH_AUTO_PTR(ah_ed25519_key) key = NULL;
	AH_AUTO(ah_buf) out = AH_BUF(1 + PKCS8_LEN);
	AH_AUTO(ah_buf) wanted = AH_BUF(1 + PKCS8_LEN);
	AH_AUTO(ah_buf) short_of_one = AH_BUF(PKCS8_LEN - 1);
	EXPECT_OK(load(&key, "302e020100" ALG "04220420" SEED, NULL));
	ah_test_hex(&wanted, "77302e020100" ALG "04220420" SEED);
	EXPECT_OK(ah_buf_append_byte(&out, 0x77));
	EXPECT_OK(ah_ed25519_key_save(key, &out));
	EXPECT_BYTES(ah_buf_slice(&out), ah_buf_slice(&wanted));
	EXPECT_ERR(ah_ed25519_key_save(key, &short_of_one), AH_ERR_LIMIT);
}

static const ah_test_case cases[] = {
	AH_TEST(seeds_of_rfc_8032_give_its_keys_and_signatures),
	AH_TEST(generated_keys_differ_and_sign),
	AH_TEST(openssl_reads_our_keys_and_signs_the_same),
	AH_TEST(keys_of_openssl_load_and_are_written_as_it_writes_them),
	AH_TEST(the_key_of_rfc_8410_and_that_of_openssl_load),
	AH_TEST(every_other_form_is_refused),
	AH_TEST(a_public_key_that_is_not_that_of_the_private_key_is_refused),
	AH_TEST(a_key_cut_off_anywhere_is_refused),
	AH_TEST(a_fault_names_no_byte_of_the_secret),
	AH_TEST(a_key_is_appended_to_what_the_buffer_holds),
};

AH_TEST_MAIN(cases)
