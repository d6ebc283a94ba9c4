/*
 * The Wycheproof files through our wrappers, each with the number of cases that it is known to have, so that a loader that silently
 * skips is noticed. All values of `result` are honoured; nothing in these files is "acceptable" for signatures.
 */
#include "crypto/crypto.h"
#include "crypto/ed25519.h"
#include "support/test.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static ah_crypto *crypto(void)
{
	static ah_crypto *shared;
	if (shared == NULL && ah_crypto_new(&shared, NULL) != AH_OK)
		abort();
	return shared;
}

/* -- The files -- */

typedef ah_err (*verify_function)(const json_t *group, ah_slice message, ah_slice signature);

struct tally {
	size_t total, valid, invalid, outside;
};

static const char *text_of(const json_t *object, const char *member)
{
	const char *text = json_string_value(json_object_get(object, member));
	if (text == NULL) {
		printf("no member %s\n", member);
		abort();
	}
	return text;
}

static json_t *load(const char *name)
{
	char path[512];
	json_error_t error;
	(void)snprintf(path, sizeof path, "%s/wycheproof/%s", ah_test_vectors(), name);
	return json_load_file(path, 0, &error);
}

/* AH_ERR_LIMIT is never an answer of a wrapper: it stands for "the wrapper cannot express the parameters of this group". */
static void run_case(struct tally *tally, const char *file, const json_t *group, const json_t *test, verify_function verify)
{
	AH_AUTO(ah_buf) message = AH_BUF(1 << 20);
	AH_AUTO(ah_buf) signature = AH_BUF(1 << 20);
	ah_test_hex(&message, text_of(test, "msg"));
	ah_test_hex(&signature, text_of(test, "sig"));
	bool valid = strcmp(text_of(test, "result"), "valid") == 0;
	ah_err err = verify(group, ah_buf_slice(&message), ah_buf_slice(&signature));
	tally->total++;
	if (err == AH_ERR_LIMIT)
		tally->outside++;
	else if (valid && err == AH_OK)
		tally->valid++;
	else if (!valid && (err == AH_ERR_SIGNATURE || err == AH_ERR_SIGNATURE_FORMAT))
		tally->invalid++;
	else
		ah_test_fail(__FILE__, __LINE__, "%s tcId %lld (%s): %s, got %s", file, (long long)json_integer_value(json_object_get(test, "tcId")),
		             text_of(test, "comment"), text_of(test, "result"), ah_err_name(err));
}

static struct tally run_file(const char *file, verify_function verify)
{
	struct tally tally = { 0 };
	json_t *root = load(file);
	size_t i, j;
	json_t *group, *test;
	json_array_foreach(json_object_get(root, "testGroups"), i, group)
		json_array_foreach(json_object_get(group, "tests"), j, test)
			if (!ah_test_failed())
				run_case(&tally, file, group, test, verify);
	json_decref(root);
	return tally;
}

static void expect_file(const char *file, verify_function verify, size_t valid, size_t invalid)
{
	if (ah_test_vectors() == NULL)
		AH_SKIP("../shared/vectors absent");
	struct tally tally = run_file(file, verify);
	if (ah_test_failed())
		return;
	EXPECT_MSG(tally.total == valid + invalid, "%s: %zu cases instead of %zu", file, tally.total, valid + invalid);
	EXPECT_MSG(tally.valid == valid && tally.invalid == invalid && tally.outside == 0, "%s: %zu valid, %zu invalid, %zu outside", file, tally.valid,
	           tally.invalid, tally.outside);
	ah_test_count(tally.total);
}

/* -- ECDSA -- */

static ah_err verify_ecdsa(const json_t *group, ah_key_kind kind, ah_hash_alg hash, bool raw, ah_slice message, ah_slice signature)
{
	AH_AUTO(ah_buf) point = AH_BUF(256);
	ah_test_hex(&point, text_of(json_object_get(group, "publicKey"), "uncompressed"));
	const ah_public_key key = { .kind = kind, .point = ah_buf_slice(&point) };
	return raw ? ah_ecdsa_verify_raw(crypto(), &key, hash, &message, 1, signature) : ah_ecdsa_verify_der(crypto(), &key, hash, &message, 1, signature);
}

static ah_err p256_der(const json_t *group, ah_slice message, ah_slice signature)
{
	return verify_ecdsa(group, AH_KEY_P256, AH_SHA256, false, message, signature);
}

static ah_err p256_raw(const json_t *group, ah_slice message, ah_slice signature)
{
	return verify_ecdsa(group, AH_KEY_P256, AH_SHA256, true, message, signature);
}

static ah_err p384_der(const json_t *group, ah_slice message, ah_slice signature)
{
	return verify_ecdsa(group, AH_KEY_P384, AH_SHA384, false, message, signature);
}

static ah_err p384_raw(const json_t *group, ah_slice message, ah_slice signature)
{
	return verify_ecdsa(group, AH_KEY_P384, AH_SHA384, true, message, signature);
}

static void ecdsa_p256_sha256_der(void) { expect_file("ecdsa_secp256r1_sha256_test.json", p256_der, 174, 310); }
static void ecdsa_p256_sha256_raw(void) { expect_file("ecdsa_secp256r1_sha256_p1363_test.json", p256_raw, 173, 89); }
static void ecdsa_p384_sha384_der(void) { expect_file("ecdsa_secp384r1_sha384_test.json", p384_der, 194, 310); }
static void ecdsa_p384_sha384_raw(void) { expect_file("ecdsa_secp384r1_sha384_p1363_test.json", p384_raw, 193, 87); }

/* -- RSA-PSS -- */

static bool hash_of(ah_hash_alg *out, const char *name)
{
	static const char *const names[] = { [AH_SHA256] = "SHA-256", [AH_SHA384] = "SHA-384", [AH_SHA512] = "SHA-512" };
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(name, names[i]) == 0) {
			*out = (ah_hash_alg)i;
			return true;
		}
	return false;
}

static ah_slice without_leading_zeros(const ah_buf *number)
{
	ah_slice s = ah_buf_slice(number);
	while (s.len > 1 && s.ptr[0] == 0)
		s = ah_slice_sub(s, 1, s.len - 1);
	return s;
}

static ah_err verify_pss(const json_t *group, ah_hash_alg hash, ah_slice message, ah_slice signature)
{
	AH_AUTO(ah_buf) n = AH_BUF(1024);
	AH_AUTO(ah_buf) e = AH_BUF(16);
	const json_t *key_json = json_object_get(group, "publicKey");
	ah_test_hex(&n, text_of(key_json, "modulus"));
	ah_test_hex(&e, text_of(key_json, "publicExponent"));
	const ah_public_key key = { .kind = AH_KEY_RSA, .modulus = without_leading_zeros(&n), .exponent = without_leading_zeros(&e) };
	size_t salt_len = (size_t)json_integer_value(json_object_get(group, "sLen"));
	return ah_rsa_pss_verify(crypto(), &key, hash, salt_len, &message, 1, signature);
}

/* Of a group whose MGF1 uses the message's hash, as everything that we verify does. */
static ah_err pss(const json_t *group, ah_slice message, ah_slice signature)
{
	ah_hash_alg hash;
	if (!hash_of(&hash, text_of(group, "sha")) || strcmp(text_of(group, "sha"), text_of(group, "mgfSha")) != 0)
		return AH_ERR_LIMIT;
	return verify_pss(group, hash, message, signature);
}

/* The others, whose signatures are valid for their own parameters, must not verify with ours. */
static ah_err pss_with_our_mgf1(const json_t *group, ah_slice message, ah_slice signature)
{
	ah_hash_alg hash;
	if (!hash_of(&hash, text_of(group, "sha")) || strcmp(text_of(group, "sha"), text_of(group, "mgfSha")) == 0)
		return AH_ERR_LIMIT;
	return verify_pss(group, hash, message, signature) == AH_ERR_SIGNATURE ? AH_OK : AH_ERR_INTERNAL;
}

static void rsa_pss_2048_sha256_salt_32(void) { expect_file("rsa_pss_2048_sha256_mgf1_32_test.json", pss, 63, 45); }
static void rsa_pss_2048_sha384_salt_48(void) { expect_file("rsa_pss_2048_sha384_mgf1_48_test.json", pss, 95, 46); }
static void rsa_pss_4096_sha384_salt_48(void) { expect_file("rsa_pss_4096_sha384_mgf1_48_test.json", pss, 95, 46); }
static void rsa_pss_4096_sha512_salt_64(void) { expect_file("rsa_pss_4096_sha512_mgf1_64_test.json", pss, 132, 47); }

/* 150 mixes of message hash, MGF1 hash and salt length, all valid. 6 salt lengths for each pair of hashes. */
static void rsa_pss_misc_with_one_hash_for_both(void)
{
	if (ah_test_vectors() == NULL)
		AH_SKIP("../shared/vectors absent");
	struct tally tally = run_file("rsa_pss_misc_test.json", pss);
	if (ah_test_failed())
		return;
	EXPECT(tally.total == 150 && tally.valid == 3 * 6 && tally.outside == 132);
	ah_test_count(tally.valid);
}

static void rsa_pss_misc_with_another_mgf1_hash_is_refused(void)
{
	if (ah_test_vectors() == NULL)
		AH_SKIP("../shared/vectors absent");
	struct tally tally = run_file("rsa_pss_misc_test.json", pss_with_our_mgf1);
	if (ah_test_failed())
		return;
	EXPECT(tally.total == 150 && tally.valid == 3 * 4 * 6);
	printf("  rsa_pss_misc: 60 cases have a message hash (SHA-1, SHA-224) that the wrapper cannot name\n");
	EXPECT(tally.outside - 3 * 6 == 60);
	ah_test_count(tally.valid);
}

/* -- Ed25519 -- */

static ah_err ed25519(const json_t *group, ah_slice message, ah_slice signature)
{
	AH_AUTO(ah_buf) key = AH_BUF(64);
	ah_test_hex(&key, text_of(json_object_get(group, "publicKey"), "pk"));
	return key.len == AH_ED25519_LEN && ah_ed25519_check_key(key.ptr) == AH_OK ? ah_ed25519_verify(key.ptr, message, signature) : AH_ERR_INTERNAL;
}

static void ed25519_signatures(void) { expect_file("ed25519_test.json", ed25519, 88, 63); }

/* -- What no wrapper exists for yet -- */

static void other_algorithms(void)
{
	static const char *const files[] = {
		"x25519_test.json", "chacha20_poly1305_test.json", "aes_gcm_test.json",
		"hkdf_sha256_test.json", "hkdf_sha384_test.json", "hkdf_sha512_test.json",
	};
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
		printf("  %s: no wrapper yet\n", files[i]);
	AH_SKIP("no wrapper yet for X25519, AEAD and HKDF (6 files, 1411 cases)");
}

static const ah_test_case cases[] = {
	AH_TEST(ecdsa_p256_sha256_der),
	AH_TEST(ecdsa_p256_sha256_raw),
	AH_TEST(ecdsa_p384_sha384_der),
	AH_TEST(ecdsa_p384_sha384_raw),
	AH_TEST(rsa_pss_2048_sha256_salt_32),
	AH_TEST(rsa_pss_2048_sha384_salt_48),
	AH_TEST(rsa_pss_4096_sha384_salt_48),
	AH_TEST(rsa_pss_4096_sha512_salt_64),
	AH_TEST(rsa_pss_misc_with_one_hash_for_both),
	AH_TEST(rsa_pss_misc_with_another_mgf1_hash_is_refused),
	AH_TEST(ed25519_signatures),
	AH_TEST(other_algorithms),
};

AH_TEST_MAIN(cases)
