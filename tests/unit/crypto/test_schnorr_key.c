/*
 * BIP-340 private keys. The public keys of the BIP's vectors are the known answers; a signature cannot be one, since its auxiliary randomness is
 * drawn from the system, as the BIP recommends. Signatures are judged by schnorr.c, which has all vectors of the BIP.
 */
#include "crypto/schnorr_key.h"
#include "support/test.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static ah_err from_hex(ah_schnorr_key **out, const char *hex)
{
	AH_AUTO(ah_buf) secret = AH_BUF(32);
	ah_test_hex(&secret, hex);
	assert(secret.len == 32);
	return ah_schnorr_key_from_bytes(out, secret.ptr);
}

static void secrets_of_the_bip_give_its_public_keys(void)
{
	static const struct {
		const char *secret, *public;
	} rows[] = {
		{ "0000000000000000000000000000000000000000000000000000000000000003", "f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9" },
		{ "b7e151628aed2a6abf7158809cf4f3c762e7160f38b4da56a784d9045190cfef", "dff1d77f2a671c5f36183726db2341be58feae1da2deced843240f7b502ba659" },
		{ "c90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b14e5c9", "dd308afec5777e13121fa72b9cc1b7cc0139715309b086c960e18fd969774eb8" },
		{ "0b432b2677937381aef05bb02a66ecd012773062cf3fa2549e44f58ed2401710", "25d1dff95105f5253c4022f628a996ad3a0d95fbf21d468a1b33f8c160d8f517" },
		{ "0340034003400340034003400340034003400340034003400340034003400340", "778caa53b4393ac467774d09497a87224bf9fab6f6e68b23086497324d6fd117" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		AH_AUTO_PTR(ah_schnorr_key) key = NULL;
		AH_AUTO(ah_buf) public = AH_BUF(32);
		ah_test_hex(&public, rows[i].public);
		EXPECT_OK(from_hex(&key, rows[i].secret));
		EXPECT_BYTES(ah_slice_make(ah_schnorr_key_public(key), AH_SCHNORR_KEY_LEN), ah_buf_slice(&public));
	}
	ah_test_count(COUNT(rows));
}

/* SEC 2 2.4.1: n. The largest secret is n - 1. */
static void secrets_are_from_1_to_the_group_order_less_1(void)
{
	static const char *const good[] = {
		"0000000000000000000000000000000000000000000000000000000000000001", "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140",
	};
	static const char *const bad[] = {
		"0000000000000000000000000000000000000000000000000000000000000000", "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141",
		"fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364142", "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	};
	for (size_t i = 0; i < COUNT(good); i++) {
		AH_AUTO_PTR(ah_schnorr_key) key = NULL;
		EXPECT_OK(from_hex(&key, good[i]));
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		ah_schnorr_key *key = NULL;
		EXPECT_ERR(from_hex(&key, bad[i]), AH_ERR_FIELD_RANGE);
		EXPECT(key == NULL);
	}
}

static void signatures_verify_and_differ_each_time(void)
{
	for (size_t i = 0; i < 50; i++) {
		AH_AUTO_PTR(ah_schnorr_key) key = NULL;
		AH_AUTO_PTR(ah_schnorr_key) other = NULL;
		uint8_t message[32] = { (uint8_t)i }, first[AH_SCHNORR_SIGNATURE_LEN], second[AH_SCHNORR_SIGNATURE_LEN];
		EXPECT_OK(ah_schnorr_key_generate(&key));
		EXPECT_OK(ah_schnorr_key_generate(&other));
		EXPECT_OK(ah_schnorr_sign(key, message, first));
		EXPECT_OK(ah_schnorr_sign(key, message, second));
		EXPECT(!ah_slice_is(AH_SLICE_OF(first), AH_SLICE_OF(second)));
		EXPECT_OK(ah_schnorr_verify(ah_schnorr_key_public(key), AH_SLICE_OF(message), AH_SLICE_OF(first)));
		EXPECT_OK(ah_schnorr_verify(ah_schnorr_key_public(key), AH_SLICE_OF(message), AH_SLICE_OF(second)));
		EXPECT_ERR(ah_schnorr_verify(ah_schnorr_key_public(other), AH_SLICE_OF(message), AH_SLICE_OF(first)), AH_ERR_SIGNATURE);
		message[31] ^= 1;
		EXPECT_ERR(ah_schnorr_verify(ah_schnorr_key_public(key), AH_SLICE_OF(message), AH_SLICE_OF(first)), AH_ERR_SIGNATURE);
	}
	ah_schnorr_key_free(NULL);
	ah_test_count(50);
}

static const ah_test_case cases[] = {
	AH_TEST(secrets_of_the_bip_give_its_public_keys),
	AH_TEST(secrets_are_from_1_to_the_group_order_less_1),
	AH_TEST(signatures_verify_and_differ_each_time),
};

AH_TEST_MAIN(cases)
