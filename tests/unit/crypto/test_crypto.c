/*
 * Hashes against FIPS 180-4 examples, ECDSA against RFC 6979 A.2.5 and A.2.6, and each refusal of the wrappers with its exact error.
 * The bulk of the signature cases is in test_wycheproof.c.
 */
#include "crypto/crypto.h"
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>

/* RFC 6979 A.2.6: P-384, message "sample", SHA-384. */
#define P384_X "ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64def8f0ea9055866064a254515480bc13"
#define P384_Y "8015d9b72d7d57244ea8ef9ac0c621896708a59367f9dfb9f54ca84b3f1c9db1288b231c3ae0d4fe7344fd2533264720"
#define P384_R "94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36dd1e80fabe46"
#define P384_S "99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8"
#define P384_N "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973"
/* RFC 6979 A.2.5: P-256, message "sample", SHA-256. */
#define P256_X "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
#define P256_Y "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
#define P256_R "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
#define P256_S "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
#define P256_N "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"
#define ZERO48 "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"

static const ah_slice sample = { (const uint8_t *)"sample", 6 };

static ah_crypto *crypto(void)
{
	static ah_crypto *shared;
	if (shared == NULL && ah_crypto_new(&shared, NULL) != AH_OK)
		abort();
	return shared;
}

static ah_err verify_raw(ah_key_kind kind, ah_hash_alg hash, const char *point_hex, const char *signature_hex)
{
	AH_AUTO(ah_buf) point = AH_BUF(256);
	AH_AUTO(ah_buf) signature = AH_BUF(256);
	ah_test_hex(&point, point_hex);
	ah_test_hex(&signature, signature_hex);
	const ah_public_key key = { .kind = kind, .point = ah_buf_slice(&point) };
	return ah_ecdsa_verify_raw(crypto(), &key, hash, &sample, 1, ah_buf_slice(&signature));
}

static ah_err verify_der(ah_key_kind kind, ah_hash_alg hash, const char *point_hex, const char *signature_hex)
{
	AH_AUTO(ah_buf) point = AH_BUF(256);
	AH_AUTO(ah_buf) signature = AH_BUF(256);
	ah_test_hex(&point, point_hex);
	ah_test_hex(&signature, signature_hex);
	const ah_public_key key = { .kind = kind, .point = ah_buf_slice(&point) };
	return ah_ecdsa_verify_der(crypto(), &key, hash, &sample, 1, ah_buf_slice(&signature));
}

static void hashes_match_fips_180_4_examples(void)
{
	static const struct {
		ah_hash_alg alg;
		const char *text, *digest;
	} rows[] = {
		{ AH_SHA256, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ AH_SHA256, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ AH_SHA384, "abc", "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7" },
		{ AH_SHA512, "abc", "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
		                    "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		AH_AUTO(ah_buf) wanted = AH_BUF(AH_HASH_MAX);
		uint8_t got[AH_HASH_MAX];
		ah_slice text = ah_slice_text(rows[i].text);
		ah_test_hex(&wanted, rows[i].digest);
		EXPECT(ah_hash_len(rows[i].alg) == wanted.len);
		EXPECT_OK(ah_hash(crypto(), rows[i].alg, &text, 1, got));
		EXPECT_BYTES(ah_slice_make(got, wanted.len), ah_buf_slice(&wanted));
	}
}

static void hash_of_parts_is_hash_of_their_concatenation(void)
{
	const ah_slice parts[] = { AH_SLICE_LITERAL("a"), { NULL, 0 }, AH_SLICE_LITERAL("bc") }, whole = AH_SLICE_LITERAL("abc");
	uint8_t a[AH_SHA384_LEN], b[AH_SHA384_LEN];
	EXPECT_OK(ah_hash(crypto(), AH_SHA384, parts, 3, a));
	EXPECT_OK(ah_sha384(crypto(), whole, b));
	EXPECT_BYTES(AH_SLICE_OF(a), AH_SLICE_OF(b));
	EXPECT_OK(ah_hash(crypto(), AH_SHA256, NULL, 0, a));
	EXPECT_OK(ah_sha256(crypto(), (ah_slice){ NULL, 0 }, b));
	EXPECT_BYTES(ah_slice_make(a, 32), ah_slice_make(b, 32));
}

static void rfc_6979_signatures_verify(void)
{
	EXPECT_OK(verify_raw(AH_KEY_P384, AH_SHA384, "04" P384_X P384_Y, P384_R P384_S));
	EXPECT_OK(verify_raw(AH_KEY_P256, AH_SHA256, "04" P256_X P256_Y, P256_R P256_S));
	EXPECT_OK(verify_der(AH_KEY_P384, AH_SHA384, "04" P384_X P384_Y, "3066" "023100" P384_R "023100" P384_S));
	EXPECT_OK(verify_der(AH_KEY_P256, AH_SHA256, "04" P256_X P256_Y, "3046" "022100" P256_R "022100" P256_S));
}

/* n - s of the P-256 signature above: computed with Python's integers. */
static void both_s_and_n_minus_s_verify(void)
{
	EXPECT_OK(verify_raw(AH_KEY_P256, AH_SHA256, "04" P256_X P256_Y, P256_R "0834e36ad29a83bf2bc9385e491d6099c8fdf9d1ed67aa7ea5f51f93782857a9"));
}

static void signature_of_another_message_or_hash_is_refused(void)
{
	EXPECT_ERR(verify_raw(AH_KEY_P384, AH_SHA256, "04" P384_X P384_Y, P384_R P384_S), AH_ERR_SIGNATURE);
	EXPECT_ERR(verify_raw(AH_KEY_P384, AH_SHA384, "04" P384_X P384_Y, P384_S P384_R), AH_ERR_SIGNATURE);
	EXPECT_ERR(verify_der(AH_KEY_P384, AH_SHA384, "04" P384_X P384_Y, "3066" "023100" P384_S "023100" P384_R), AH_ERR_SIGNATURE);
}

static void raw_signature_of_another_length_is_malformed(void)
{
	EXPECT_ERR(verify_raw(AH_KEY_P384, AH_SHA384, "04" P384_X P384_Y, ""), AH_ERR_SIGNATURE_FORMAT);
	EXPECT_ERR(verify_raw(AH_KEY_P384, AH_SHA384, "04" P384_X P384_Y, P384_R P384_S "00"), AH_ERR_SIGNATURE_FORMAT);
	EXPECT_ERR(verify_raw(AH_KEY_P384, AH_SHA384, "04" P384_X P384_Y, P256_R P256_S), AH_ERR_SIGNATURE_FORMAT);
	EXPECT_ERR(verify_raw(AH_KEY_P256, AH_SHA256, "04" P256_X P256_Y, P384_R P384_S), AH_ERR_SIGNATURE_FORMAT);
	EXPECT_ERR(verify_raw(AH_KEY_P384, AH_SHA384, "04" P384_X P384_Y, "3066" "023100" P384_R "023100" P384_S), AH_ERR_SIGNATURE_FORMAT);
}

static void r_and_s_are_above_zero_and_below_n(void)
{
	static const char *const bad[] = { ZERO48, P384_N, "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff" };
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		char r_bad[193], s_bad[193];
		(void)snprintf(r_bad, sizeof r_bad, "%s%s", bad[i], P384_S);
		(void)snprintf(s_bad, sizeof s_bad, "%s%s", P384_R, bad[i]);
		EXPECT_ERR(verify_raw(AH_KEY_P384, AH_SHA384, "04" P384_X P384_Y, r_bad), AH_ERR_SIGNATURE_FORMAT);
		EXPECT_ERR(verify_raw(AH_KEY_P384, AH_SHA384, "04" P384_X P384_Y, s_bad), AH_ERR_SIGNATURE_FORMAT);
	}
	/* n - 1 is in range, and wrong. */
	EXPECT_ERR(verify_raw(AH_KEY_P256, AH_SHA256, "04" P256_X P256_Y, P256_R "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550"),
	           AH_ERR_SIGNATURE);
	EXPECT_ERR(verify_raw(AH_KEY_P256, AH_SHA256, "04" P256_X P256_Y, P256_R P256_N), AH_ERR_SIGNATURE_FORMAT);
	EXPECT_ERR(verify_der(AH_KEY_P256, AH_SHA256, "04" P256_X P256_Y, "3046" "022100" P256_R "022100" P256_N), AH_ERR_SIGNATURE_FORMAT);
	EXPECT_ERR(verify_der(AH_KEY_P256, AH_SHA256, "04" P256_X P256_Y, "3026" "022100" P256_R "020100"), AH_ERR_SIGNATURE_FORMAT);
}

static void ecdsa_der_is_strict(void)
{
	static const char *const bad[] = {
		"3046" "022100" P256_R "022100" P256_S "00",             /* bytes behind */
		"308146" "022100" P256_R "022100" P256_S,                /* longer length form than needed */
		"3080" "022100" P256_R "022100" P256_S "0000",           /* indefinite length */
		"3047" "02220000" P256_R "022100" P256_S,                /* padded integer */
		"3044" "0220" P256_R "0220" P256_S,                      /* negative integers */
		"3023" "022100" P256_R,                                  /* s missing */
		"3049" "022100" P256_R "022100" P256_S "020100",         /* a third integer */
		"3146" "022100" P256_R "022100" P256_S,                  /* a SET */
		"",
		P256_R P256_S,
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		EXPECT_ERR(verify_der(AH_KEY_P256, AH_SHA256, "04" P256_X P256_Y, bad[i]), AH_ERR_SIGNATURE_FORMAT);
}

static void points_are_uncompressed_and_on_the_curve(void)
{
	EXPECT_ERR(verify_raw(AH_KEY_P384, AH_SHA384, "04" P384_X P384_X, P384_R P384_S), AH_ERR_FIELD_RANGE);
	EXPECT_ERR(verify_raw(AH_KEY_P384, AH_SHA384, "02" P384_X, P384_R P384_S), AH_ERR_FIELD_RANGE);
	EXPECT_ERR(verify_raw(AH_KEY_P384, AH_SHA384, "06" P384_X P384_Y, P384_R P384_S), AH_ERR_FIELD_RANGE); /* hybrid form */
	EXPECT_ERR(verify_raw(AH_KEY_P384, AH_SHA384, "04" P256_X P256_Y, P384_R P384_S), AH_ERR_FIELD_RANGE);
	EXPECT_ERR(verify_raw(AH_KEY_P384, AH_SHA384, "00", P384_R P384_S), AH_ERR_FIELD_RANGE); /* infinity */
	EXPECT_ERR(verify_raw(AH_KEY_P384, AH_SHA384, "", P384_R P384_S), AH_ERR_FIELD_RANGE);
	EXPECT_ERR(verify_raw(AH_KEY_P256, AH_SHA256, "04" P256_N P256_Y, P256_R P256_S), AH_ERR_FIELD_RANGE);
}

static void key_of_another_kind_is_refused(void)
{
	EXPECT_ERR(verify_raw(AH_KEY_RSA, AH_SHA384, "04" P384_X P384_Y, P384_R P384_S), AH_ERR_ALGORITHM);
	EXPECT_ERR(verify_der(AH_KEY_NONE, AH_SHA384, "04" P384_X P384_Y, "3000"), AH_ERR_ALGORITHM);
	const ah_public_key ec = { .kind = AH_KEY_P384 };
	EXPECT_ERR(ah_rsa_pss_verify(crypto(), &ec, AH_SHA384, 48, &sample, 1, sample), AH_ERR_ALGORITHM);
}

/* A number of len bytes with the given first and last byte, for keys that are refused before anything is computed with them. */
static ah_slice number(uint8_t *bytes, size_t len, uint8_t first, uint8_t last)
{
	memset(bytes, 0x5a, len);
	bytes[0] = first;
	bytes[len - 1] = last;
	return ah_slice_make(bytes, len);
}

static ah_err verify_rsa(ah_slice modulus, ah_slice exponent, size_t signature_len)
{
	static const uint8_t signature[600];
	const ah_public_key key = { .kind = AH_KEY_RSA, .modulus = modulus, .exponent = exponent };
	return ah_rsa_pss_verify(crypto(), &key, AH_SHA384, 48, &sample, 1, ah_slice_make(signature, signature_len));
}

static void rsa_key_is_2048_to_4096_bits_with_a_small_odd_exponent(void)
{
	uint8_t n[513], e[5];
	const ah_slice f4 = AH_SLICE_LITERAL("\x01\x00\x01");
	EXPECT_ERR(verify_rsa(number(n, 255, 0xff, 1), f4, 255), AH_ERR_FIELD_RANGE);
	EXPECT_ERR(verify_rsa(number(n, 256, 0x7f, 1), f4, 256), AH_ERR_FIELD_RANGE); /* 2047 bits */
	EXPECT_ERR(verify_rsa(number(n, 256, 0x80, 1), f4, 256), AH_ERR_SIGNATURE);
	EXPECT_ERR(verify_rsa(number(n, 512, 0xff, 1), f4, 512), AH_ERR_SIGNATURE);
	EXPECT_ERR(verify_rsa(number(n, 513, 0x01, 1), f4, 513), AH_ERR_FIELD_RANGE);
	EXPECT_ERR(verify_rsa(number(n, 257, 0x00, 1), f4, 257), AH_ERR_FIELD_RANGE); /* leading zero */
	EXPECT_ERR(verify_rsa(number(n, 256, 0x80, 2), f4, 256), AH_ERR_FIELD_RANGE); /* even modulus */
	ah_slice good = number(n, 256, 0x80, 1);
	EXPECT_ERR(verify_rsa(good, (ah_slice){ NULL, 0 }, 256), AH_ERR_FIELD_RANGE);
	EXPECT_ERR(verify_rsa(good, AH_SLICE_LITERAL("\x01"), 256), AH_ERR_FIELD_RANGE);
	EXPECT_ERR(verify_rsa(good, AH_SLICE_LITERAL("\x02"), 256), AH_ERR_FIELD_RANGE);
	EXPECT_ERR(verify_rsa(good, AH_SLICE_LITERAL("\x03"), 256), AH_ERR_SIGNATURE);
	EXPECT_ERR(verify_rsa(good, AH_SLICE_LITERAL("\x00\x03"), 256), AH_ERR_FIELD_RANGE);
	EXPECT_ERR(verify_rsa(good, AH_SLICE_LITERAL("\xff\xff\xff\xff"), 256), AH_ERR_SIGNATURE);
	EXPECT_ERR(verify_rsa(good, number(e, 5, 1, 1), 256), AH_ERR_FIELD_RANGE);
}

static void rsa_signature_is_as_long_as_the_modulus(void)
{
	uint8_t n[256];
	ah_slice modulus = number(n, 256, 0x80, 1), f4 = AH_SLICE_LITERAL("\x01\x00\x01");
	EXPECT_ERR(verify_rsa(modulus, f4, 0), AH_ERR_SIGNATURE_FORMAT);
	EXPECT_ERR(verify_rsa(modulus, f4, 255), AH_ERR_SIGNATURE_FORMAT);
	EXPECT_ERR(verify_rsa(modulus, f4, 257), AH_ERR_SIGNATURE_FORMAT);
}

/* A refusal in the middle leaves nothing behind: the hash contexts and import contexts are used again and again. */
static void contexts_are_reusable_after_refusals(void)
{
	for (size_t i = 0; i < 50; i++) {
		EXPECT_ERR(verify_raw(AH_KEY_P384, AH_SHA384, "04" P384_X P384_X, P384_R P384_S), AH_ERR_FIELD_RANGE);
		EXPECT_ERR(verify_raw(AH_KEY_P256, AH_SHA256, "04" P256_X P256_Y, P256_S P256_R), AH_ERR_SIGNATURE);
		EXPECT_OK(verify_raw(AH_KEY_P256, AH_SHA256, "04" P256_X P256_Y, P256_R P256_S));
	}
}

static void two_contexts_live_side_by_side(void)
{
	AH_AUTO_PTR(ah_crypto) a = NULL;
	AH_AUTO_PTR(ah_crypto) b = NULL;
	uint8_t x[AH_SHA256_LEN], y[AH_SHA256_LEN];
	EXPECT_OK(ah_crypto_new(&a, NULL));
	EXPECT_OK(ah_crypto_new(&b, NULL));
	EXPECT_OK(ah_sha256(a, sample, x));
	ah_crypto_free(ah_move_ptr(&a));
	EXPECT_OK(ah_sha256(b, sample, y));
	EXPECT_BYTES(AH_SLICE_OF(x), AH_SLICE_OF(y));
	ah_crypto_free(NULL);
}

static ah_err check_point(const char *hex)
{
	AH_AUTO(ah_buf) point = AH_BUF(256);
	ah_test_hex(&point, hex);
	return ah_p256_check_point(crypto(), ah_buf_slice(&point));
}

static void a_point_of_p256_is_told_from_other_bytes(void)
{
	EXPECT_OK(check_point("04" P256_X P256_Y));
	/* x = 0 is on the curve: y is a root of b (SEC 2 2.4.2), computed with Python's pow(). */
	EXPECT_OK(check_point("04" "0000000000000000000000000000000000000000000000000000000000000000"
	                      "66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4"));
	EXPECT_ERR(check_point("04" P256_Y P256_X), AH_ERR_FIELD_RANGE);
	EXPECT_ERR(check_point("04" "0000000000000000000000000000000000000000000000000000000000000000"
	                       "0000000000000000000000000000000000000000000000000000000000000000"), AH_ERR_FIELD_RANGE);
	EXPECT_ERR(check_point("00" P256_X P256_Y), AH_ERR_FIELD_RANGE);
	EXPECT_ERR(check_point("02" P256_X), AH_ERR_FIELD_RANGE);
	EXPECT_ERR(check_point("00"), AH_ERR_FIELD_RANGE);
	EXPECT_ERR(check_point("04" P256_X P256_Y "00"), AH_ERR_FIELD_RANGE);
	EXPECT_ERR(check_point("04" P384_X P384_Y), AH_ERR_FIELD_RANGE);
}

static const ah_test_case cases[] = {
	AH_TEST(hashes_match_fips_180_4_examples),
	AH_TEST(hash_of_parts_is_hash_of_their_concatenation),
	AH_TEST(rfc_6979_signatures_verify),
	AH_TEST(both_s_and_n_minus_s_verify),
	AH_TEST(signature_of_another_message_or_hash_is_refused),
	AH_TEST(raw_signature_of_another_length_is_malformed),
	AH_TEST(r_and_s_are_above_zero_and_below_n),
	AH_TEST(ecdsa_der_is_strict),
	AH_TEST(points_are_uncompressed_and_on_the_curve),
	AH_TEST(key_of_another_kind_is_refused),
	AH_TEST(a_point_of_p256_is_told_from_other_bytes),
	AH_TEST(rsa_key_is_2048_to_4096_bits_with_a_small_odd_exponent),
	AH_TEST(rsa_signature_is_as_long_as_the_modulus),
	AH_TEST(contexts_are_reusable_after_refusals),
	AH_TEST(two_contexts_live_side_by_side),
};

AH_TEST_MAIN(cases)
