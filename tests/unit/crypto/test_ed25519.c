/*
 * Ed25519 verification. Known answers: RFC 8032 7.1. The forged ones were computed with a separate implementation of the curve in python3: each is a
 * signature that a verifier which leaves one step out accepts.
 */
#include "crypto/ed25519.h"
#include "support/test.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Seed: SHA-256 of "anchorhold"; signature over "evidence" by python3 cryptography. */
#define KEY       "d5b69cf1d32fb3ddb0a998a67e99aa6d0a8dc5896086d1585dd80f65251a1fa8"
#define SIGNATURE "561d9281d193779556a21be7d99fc9f7d577863fa17be4bb34a5696475266424106b9e91a9a935a363e041dd8ea958163cbfa857b13cc5d08f29bd6a39fd6604"

static ah_err verify(const char *key_hex, ah_slice message, const char *signature_hex)
{
	AH_AUTO(ah_buf) key = AH_BUF(64);
	AH_AUTO(ah_buf) signature = AH_BUF(128);
	ah_test_hex(&key, key_hex);
	ah_test_hex(&signature, signature_hex);
	assert(key.len == AH_ED25519_LEN);
	return ah_ed25519_verify(key.ptr, message, ah_buf_slice(&signature));
}

static ah_err check_key(const char *key_hex)
{
	AH_AUTO(ah_buf) key = AH_BUF(64);
	ah_test_hex(&key, key_hex);
	assert(key.len == AH_ED25519_LEN);
	return ah_ed25519_check_key(key.ptr);
}

static void the_signatures_of_rfc_8032_verify(void)
{
	static const struct {
		const char *key, *message, *signature;
	} rows[] = {
		{ "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
		  "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b" },
		{ "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
		  "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00" },
		{ "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
		  "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a" },
		{ "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
		  "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
		  "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		AH_AUTO(ah_buf) message = AH_BUF(64);
		ah_test_hex(&message, rows[i].message);
		EXPECT_OK(check_key(rows[i].key));
		EXPECT_OK(verify(rows[i].key, ah_buf_slice(&message), rows[i].signature));
		EXPECT_ERR(verify(rows[i].key, AH_SLICE_LITERAL("another"), rows[i].signature), AH_ERR_SIGNATURE);
	}
	ah_test_count(COUNT(rows));
}

static void every_flipped_bit_is_refused(void)
{
	AH_AUTO(ah_buf) key = AH_BUF(64);
	AH_AUTO(ah_buf) signature = AH_BUF(128);
	ah_test_hex(&key, KEY);
	ah_test_hex(&signature, SIGNATURE);
	uint8_t message[] = { 'e', 'v', 'i', 'd', 'e', 'n', 'c', 'e' };
	EXPECT_OK(ah_ed25519_verify(key.ptr, AH_SLICE_OF(message), ah_buf_slice(&signature)));
	for (size_t bit = 0; bit < 8 * AH_ED25519_SIGNATURE_LEN; bit++) {
		signature.ptr[bit / 8] ^= (uint8_t)(1u << bit % 8);
		EXPECT_ERR(ah_ed25519_verify(key.ptr, AH_SLICE_OF(message), ah_buf_slice(&signature)), AH_ERR_SIGNATURE);
		signature.ptr[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t bit = 0; bit < 8 * sizeof message; bit++) {
		message[bit / 8] ^= (uint8_t)(1u << bit % 8);
		EXPECT_ERR(ah_ed25519_verify(key.ptr, AH_SLICE_OF(message), ah_buf_slice(&signature)), AH_ERR_SIGNATURE);
		message[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t bit = 0; bit < 8 * AH_ED25519_LEN; bit++) { /* half of the keys are points: then it is the signature that does not hold */
		key.ptr[bit / 8] ^= (uint8_t)(1u << bit % 8);
		EXPECT_ERR(ah_ed25519_verify(key.ptr, AH_SLICE_OF(message), ah_buf_slice(&signature)),
		           ah_ed25519_check_key(key.ptr) == AH_OK ? AH_ERR_SIGNATURE : AH_ERR_FIELD_RANGE);
		key.ptr[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	ah_test_count(8 * (AH_ED25519_SIGNATURE_LEN + sizeof message + AH_ED25519_LEN));
}

static void a_signature_has_64_bytes(void)
{
	static const uint8_t bytes[AH_ED25519_SIGNATURE_LEN + 1];
	AH_AUTO(ah_buf) key = AH_BUF(64);
	ah_test_hex(&key, KEY);
	for (size_t len = 0; len <= sizeof bytes; len++)
		EXPECT_ERR(ah_ed25519_verify(key.ptr, AH_SLICE_LITERAL("evidence"), ah_slice_make(bytes, len)),
		           len == AH_ED25519_SIGNATURE_LEN ? AH_ERR_SIGNATURE : AH_ERR_SIGNATURE_FORMAT);
	EXPECT_ERR(ah_ed25519_verify(key.ptr, AH_SLICE_LITERAL("evidence"), (ah_slice){ NULL, 0 }), AH_ERR_SIGNATURE_FORMAT);
}

/* RFC 8032 5.1.7: S plus the group order satisfies the equation just as well, and would be a second signature of the same statement. */
static void s_not_below_the_group_order_is_refused(void)
{
	EXPECT_OK(verify(KEY, AH_SLICE_LITERAL("evidence"), SIGNATURE));
	EXPECT_ERR(verify(KEY, AH_SLICE_LITERAL("evidence"),
	                  "561d9281d193779556a21be7d99fc9f7d577863fa17be4bb34a5696475266424"
	                  "fd3e94eec30c48fb397d39806da3372b3cbfa857b13cc5d08f29bd6a39fd6614"), AH_ERR_SIGNATURE);
}

/* S = k * a with R the neutral element, in its canonical encoding and in the other one: the equation holds. */
static void r_of_small_order_is_refused(void)
{
	EXPECT_ERR(verify(KEY, AH_SLICE_LITERAL("evidence"),
	                  "0100000000000000000000000000000000000000000000000000000000000000"
	                  "d5a4eda27a767b1a3bd260ab74af81bd6ab7c2a1daa19b7d4029c0eb19fa3305"), AH_ERR_SIGNATURE);
	EXPECT_ERR(verify(KEY, AH_SLICE_LITERAL("evidence"),
	                  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"
	                  "d48dc0d771f2807c09a5da89c21845db6ecd706a89f2f0c95dca4f7d3734ad0a"), AH_ERR_SIGNATURE);
}

/* The eight points of small order; then their other encodings: y not reduced, or x zero with a sign. */
static const char *const small_order[] = {
	"0000000000000000000000000000000000000000000000000000000000000000", "0000000000000000000000000000000000000000000000000000000000000080",
	"0100000000000000000000000000000000000000000000000000000000000000", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa", "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	"0100000000000000000000000000000000000000000000000000000000000080", "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
};

/* One of them, and a signature made without any secret: for every eighth message or so it satisfies the equation. */
static void keys_of_small_order_are_refused(void)
{
	static const char forged[] = "b31b20f50426242514d81b383548bd90de72fd0b8cf2382a88f9f52ce5076b23e878dca548664051e5e695d8c157b538a506f9a3dd9f0e9cfed7f4de62238207";
	for (size_t i = 0; i < COUNT(small_order); i++) {
		EXPECT_ERR(check_key(small_order[i]), AH_ERR_FIELD_RANGE);
		EXPECT_ERR(verify(small_order[i], AH_SLICE_LITERAL("small 17"), forged), AH_ERR_FIELD_RANGE);
	}
	ah_test_count(COUNT(small_order));
}

/* y = p + 3, p + 4, .. up to 2^255 - 1: the other points that have a second encoding. */
static void keys_that_are_not_canonical_are_refused(void)
{
	static const uint8_t low[] = { 0xf0, 0xf1, 0xf2, 0xf3, 0xf6, 0xf7, 0xfb, 0xfc, 0xfd, 0xff };
	AH_AUTO(ah_buf) signature = AH_BUF(128);
	ah_test_hex(&signature, SIGNATURE);
	for (size_t i = 0; i < 2 * COUNT(low); i++) {
		uint8_t key[AH_ED25519_LEN];
		memset(key, 0xff, sizeof key);
		key[0] = low[i / 2];
		key[31] = i % 2 == 0 ? 0x7f : 0xff;
		EXPECT_ERR(ah_ed25519_check_key(key), AH_ERR_FIELD_RANGE);
		EXPECT_ERR(ah_ed25519_verify(key, AH_SLICE_LITERAL("evidence"), ah_buf_slice(&signature)), AH_ERR_FIELD_RANGE);
	}
	ah_test_count(2 * COUNT(low));
}

static void a_key_off_the_curve_is_refused(void)
{
	static const char key[] = "0200000000000000000000000000000000000000000000000000000000000000";
	EXPECT_ERR(check_key(key), AH_ERR_FIELD_RANGE);
	EXPECT_ERR(verify(key, AH_SLICE_LITERAL("evidence"), SIGNATURE), AH_ERR_FIELD_RANGE);
}

/*
 * KEY plus a point of order 8. Its owner can make signatures that hold (for one message in eight) and others that only a verifier with cofactor
 * accepts. The first hold here too; who admits keys refuses such a key.
 */
static void a_key_of_mixed_order_is_refused_where_keys_are_admitted(void)
{
	static const char key[] = "b9fc60f73a88d8e39fb5c37510b8c854e8578e474f2a400c22a954e2a12a92dc";
	EXPECT_ERR(check_key(key), AH_ERR_FIELD_RANGE);
	EXPECT_OK(verify(key, AH_SLICE_LITERAL("mixed 12"),
	                 "b31b20f50426242514d81b383548bd90de72fd0b8cf2382a88f9f52ce5076b239459613466255ccf914900e7463a20b21f3a88ae4cb87832c0ca5d005b30f80a"));
	EXPECT_ERR(verify(key, AH_SLICE_LITERAL("mixed 0"),
	                  "b31b20f50426242514d81b383548bd90de72fd0b8cf2382a88f9f52ce5076b23e1d3dd28a6cc71380d05d997dfdd274913f4621050c3d8d5640665c3cdb19100"),
	           AH_ERR_FIELD_RANGE);
}

static const ah_test_case cases[] = {
	AH_TEST(the_signatures_of_rfc_8032_verify),
	AH_TEST(every_flipped_bit_is_refused),
	AH_TEST(a_signature_has_64_bytes),
	AH_TEST(s_not_below_the_group_order_is_refused),
	AH_TEST(r_of_small_order_is_refused),
	AH_TEST(keys_of_small_order_are_refused),
	AH_TEST(keys_that_are_not_canonical_are_refused),
	AH_TEST(a_key_off_the_curve_is_refused),
	AH_TEST(a_key_of_mixed_order_is_refused_where_keys_are_admitted),
};

AH_TEST_MAIN(cases)
