/*
 * Comparisons in constant time, shown with valgrind: the secrets are marked as undefined, so memcheck reports every jump and every address that
 * depends on them. Run as  valgrind --quiet --error-exitcode=99 test_ctime ; outside of valgrind the cases skip.
 *
 * A report in the process itself makes valgrind exit with 99. The control, a comparison that stops at the first difference, therefore runs
 * in a child, and what counts is the number of reports that the child saw: at least one, or this test could see nothing at all. Its report is
 * printed by valgrind in passing.
 *
 * Signing: Ed25519 is run with an undefined seed. BIP-340 is not: its points become public while it runs, and libsecp256k1 says so to valgrind only
 * in a build made for that; the project runs such tests itself.
 */
#include "base/slice.h"
#include "crypto/ed25519_key.h"
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <valgrind/memcheck.h>

#define SECRET_MAX 200

/* Compare two secrets of the same length; the answer itself becomes public. */
static bool equal_secrets(const uint8_t *a, const uint8_t *b, size_t len)
{
	uint8_t x[SECRET_MAX], y[SECRET_MAX];
	memcpy(x, a, len);
	memcpy(y, b, len);
	VALGRIND_MAKE_MEM_UNDEFINED(x, len);
	VALGRIND_MAKE_MEM_UNDEFINED(y, len);
	bool equal = ah_equal(ah_slice_make(x, len), ah_slice_make(y, len));
	VALGRIND_MAKE_MEM_DEFINED(&equal, sizeof equal);
	return equal;
}

static void equal_is_constant_time_for_each_place_of_the_difference(void)
{
	uint8_t a[SECRET_MAX], b[SECRET_MAX];
	if (RUNNING_ON_VALGRIND == 0)
		AH_SKIP("not run under valgrind");
	for (size_t i = 0; i < SECRET_MAX; i++)
		a[i] = b[i] = (uint8_t)(i * 7);
	unsigned long before = VALGRIND_COUNT_ERRORS;
	for (size_t len = 1; len <= SECRET_MAX; len++) {
		EXPECT(equal_secrets(a, b, len));
		b[len - 1] ^= 0x80;
		EXPECT(!equal_secrets(a, b, len));
		b[len - 1] ^= 0x80;
		b[0] ^= 1;
		EXPECT(!equal_secrets(a, b, len));
		b[0] ^= 1;
	}
	EXPECT(VALGRIND_COUNT_ERRORS == before);
	ah_test_count(3 * SECRET_MAX);
}

static void secrets_are_compared_in_constant_time(void)
{
	AH_AUTO_PTR(ah_secret) a = NULL;
	AH_AUTO_PTR(ah_secret) b = NULL;
	if (RUNNING_ON_VALGRIND == 0)
		AH_SKIP("not run under valgrind");
	unsigned long before = VALGRIND_COUNT_ERRORS;
	EXPECT_OK(ah_secret_new(&a, SECRET_MAX));
	EXPECT_OK(ah_secret_new(&b, SECRET_MAX));
	for (size_t i = 0; i < SECRET_MAX; i++) {
		ah_secret_bytes(b)[i] = 1;
		VALGRIND_MAKE_MEM_UNDEFINED(ah_secret_bytes(a), SECRET_MAX);
		VALGRIND_MAKE_MEM_UNDEFINED(ah_secret_bytes(b), SECRET_MAX);
		bool equal = ah_secret_equal(a, b);
		VALGRIND_MAKE_MEM_DEFINED(&equal, sizeof equal);
		VALGRIND_MAKE_MEM_DEFINED(ah_secret_bytes(b), SECRET_MAX);
		EXPECT(!equal);
		ah_secret_bytes(b)[i] = 0;
	}
	EXPECT(VALGRIND_COUNT_ERRORS == before);
	ah_test_count(SECRET_MAX);
}

/* From the seed to the signature: the public key and the signature become public, nothing else does. */
static void ed25519_signs_in_constant_time(void)
{
	static const uint8_t message[100] = { 1 };
	uint8_t seed[32] = { 2, 3 }, public[AH_ED25519_LEN], signature[AH_ED25519_SIGNATURE_LEN], undefined[AH_ED25519_SIGNATURE_LEN];
	AH_AUTO_PTR(ah_ed25519_key) key = NULL;
	if (RUNNING_ON_VALGRIND == 0)
		AH_SKIP("not run under valgrind");
	unsigned long before = VALGRIND_COUNT_ERRORS;
	VALGRIND_MAKE_MEM_UNDEFINED(seed, sizeof seed);
	EXPECT_OK(ah_ed25519_key_from_seed(&key, seed));
	memcpy(public, ah_ed25519_key_public(key), sizeof public);
	VALGRIND_MAKE_MEM_DEFINED(public, sizeof public);
	EXPECT_OK(ah_ed25519_sign(key, AH_SLICE_OF(message), signature));
	EXPECT(VALGRIND_GET_VBITS(signature, undefined, sizeof undefined) == 1 && !ah_slice_is_zero(AH_SLICE_OF(undefined))); /* the seed did reach it */
	VALGRIND_MAKE_MEM_DEFINED(signature, sizeof signature);
	EXPECT_OK(ah_ed25519_verify(public, AH_SLICE_OF(message), AH_SLICE_OF(signature)));
	EXPECT(VALGRIND_COUNT_ERRORS == before);
}

/* The comparison that nobody should write. */
static bool leaking_equal(const volatile uint8_t *a, const volatile uint8_t *b, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (a[i] != b[i])
			return false;
	return true;
}

/* How many reports the control made: in a child, since each report decides the exit status. */
static unsigned long reports_of_control(void)
{
	int ends[2];
	unsigned long reports = 0;
	if (pipe(ends) != 0)
		return 0;
	pid_t child = fork();
	if (child == 0) {
		uint8_t x[32] = { 1 }, y[32] = { 2 };
		VALGRIND_MAKE_MEM_UNDEFINED(x, sizeof x);
		VALGRIND_MAKE_MEM_UNDEFINED(y, sizeof y);
		bool equal = leaking_equal(x, y, sizeof x);
		(void)equal;
		reports = VALGRIND_COUNT_ERRORS;
		_exit(write(ends[1], &reports, sizeof reports) == (ssize_t)sizeof reports ? 0 : 1);
	}
	(void)close(ends[1]);
	if (child < 0 || read(ends[0], &reports, sizeof reports) != (ssize_t)sizeof reports)
		reports = 0;
	(void)close(ends[0]);
	if (child > 0)
		(void)waitpid(child, NULL, 0);
	return reports;
}

static void leaking_comparison_is_detected(void)
{
	if (RUNNING_ON_VALGRIND == 0)
		AH_SKIP("not run under valgrind");
	printf("  the report that follows is the control's\n");
	(void)fflush(stdout);
	EXPECT(reports_of_control() > 0);
}

static const ah_test_case cases[] = {
	AH_TEST(equal_is_constant_time_for_each_place_of_the_difference),
	AH_TEST(secrets_are_compared_in_constant_time),
	AH_TEST(ed25519_signs_in_constant_time),
	AH_TEST(leaking_comparison_is_detected),
};

AH_TEST_MAIN(cases)
