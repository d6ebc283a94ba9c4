/*
 * Goal: a key that cannot be made for want of memory is not made, leaks nothing, and the error says that it was the memory.
 * Method: each function that makes or writes one is run with its n-th allocation failing, n = 1, 2, .. until none fails any more; once with that one
 * alone, once with all after it. The locked pages come from libsodium, not from here: tests/unit/crypto/test_secret.c takes those away.
 */
#include "crypto/ed25519_key.h"
#include "crypto/schnorr_key.h"
#include "support/alloc_fail.h"
#include "support/test.h"

#define ALLOCATIONS_MAX 100

static const uint8_t seed[32] = { 1, 2, 3 };
/* PKCS#8 of that seed. */
static const uint8_t pkcs8[] = {
	0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
	1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
};

static ah_err makes_a_secret(void)
{
	AH_AUTO_PTR(ah_secret) secret = NULL;
	ah_err err = ah_secret_new(&secret, 32);
	return err == AH_OK || secret == NULL ? err : AH_ERR_INTERNAL;
}

static ah_err makes_a_random_secret(void)
{
	AH_AUTO_PTR(ah_secret) secret = NULL;
	ah_err err = ah_secret_random(&secret, 32);
	return err == AH_OK || secret == NULL ? err : AH_ERR_INTERNAL;
}

static ah_err generates_ed25519(void)
{
	AH_AUTO_PTR(ah_ed25519_key) key = NULL;
	ah_err err = ah_ed25519_key_generate(&key);
	return err == AH_OK || key == NULL ? err : AH_ERR_INTERNAL;
}

static ah_err loads_ed25519(void)
{
	AH_AUTO_PTR(ah_ed25519_key) key = NULL;
	ah_fault why = { 0 };
	ah_err err = ah_ed25519_key_load(&key, AH_SLICE_OF(pkcs8), &why);
	return err == AH_OK || (key == NULL && why.err == err) ? err : AH_ERR_INTERNAL;
}

static ah_err saves_ed25519(void)
{
	AH_AUTO_PTR(ah_ed25519_key) key = NULL;
	AH_AUTO(ah_buf) out = AH_BUF(256);
	ah_err err = ah_ed25519_key_from_seed(&key, seed);
	if (err == AH_OK)
		err = ah_ed25519_key_save(key, &out);
	return err != AH_OK || ah_slice_is(ah_buf_slice(&out), AH_SLICE_OF(pkcs8)) ? err : AH_ERR_INTERNAL;
}

static ah_err generates_schnorr(void)
{
	AH_AUTO_PTR(ah_schnorr_key) key = NULL;
	ah_err err = ah_schnorr_key_generate(&key);
	return err == AH_OK || key == NULL ? err : AH_ERR_INTERNAL;
}

static ah_err signs_schnorr(void)
{
	AH_AUTO_PTR(ah_schnorr_key) key = NULL;
	uint8_t signature[AH_SCHNORR_SIGNATURE_LEN];
	ah_err err = ah_schnorr_key_from_bytes(&key, seed);
	return err == AH_OK ? ah_schnorr_sign(key, seed, signature) : err;
}

static void sweep(ah_err (*work)(void), bool persistent)
{
	for (size_t n = 1;; n++) {
		size_t live = ah_test_alloc_live();
		ah_test_alloc_fail_at(n, persistent);
		ah_err err = work();
		bool failed = ah_test_alloc_failed();
		ah_test_alloc_fail_at(0, false);
		EXPECT(n < ALLOCATIONS_MAX && ah_test_alloc_live() == live);
		EXPECT_ERR(err, failed ? AH_ERR_NOMEM : AH_OK);
		ah_test_count(1);
		if (!failed)
			return;
	}
}

static void keys_without_memory_are_not_made(void)
{
	static ah_err (*const all[])(void) = {
		makes_a_secret, makes_a_random_secret, generates_ed25519, loads_ed25519, saves_ed25519, generates_schnorr, signs_schnorr,
	};
	for (size_t i = 0; i < sizeof all / sizeof all[0] && !ah_test_failed(); i++) {
		sweep(all[i], false);
		sweep(all[i], true);
	}
}

static const ah_test_case cases[] = {
	AH_TEST(keys_without_memory_are_not_made),
};

AH_TEST_MAIN(cases)
