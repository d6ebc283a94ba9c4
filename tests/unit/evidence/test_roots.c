/* Trust anchors of one run: vendor pins stay what they are, simulated roots are added up to a limit. */
#include "evidence/roots.h"
#include "support/test.h"

static void digest_of(uint8_t out[static 32], uint8_t fill)
{
	memset(out, fill, 32);
}

static void a_run_starts_with_the_vendor_pins(void)
{
	ah_roots roots;
	ah_roots_init(&roots);
	EXPECT(roots.count == ah_vendor_root_count);
	for (size_t i = 0; i < ah_vendor_root_count; i++) {
		const ah_root *root = ah_roots_find(&roots, ah_vendor_roots[i].platform, ah_vendor_roots[i].sha256);
		EXPECT(root != NULL && !root->simulated);
	}
}

static void a_pin_serves_its_own_platform_alone(void)
{
	ah_roots roots;
	ah_roots_init(&roots);
	EXPECT(ah_vendor_roots[0].platform == AH_PLATFORM_NITRO);
	EXPECT(ah_roots_find(&roots, AH_PLATFORM_SNP, ah_vendor_roots[0].sha256) == NULL);
}

static void a_simulated_root_serves_every_platform_and_is_marked(void)
{
	ah_roots roots;
	uint8_t digest[32];
	ah_roots_init(&roots);
	digest_of(digest, 7);
	EXPECT(ah_roots_find(&roots, AH_PLATFORM_SNP, digest) == NULL);
	EXPECT_OK(ah_roots_add_simulated(&roots, digest, ah_slice_make(NULL, 0)));
	const ah_root *root = ah_roots_find(&roots, AH_PLATFORM_SNP, digest);
	EXPECT(root != NULL && root->simulated && strcmp(root->name, "simulated") == 0);
	EXPECT(ah_roots_find(&roots, AH_PLATFORM_NITRO, digest) == root);
}

static void a_vendor_pin_cannot_become_simulated(void)
{
	ah_roots roots;
	ah_roots_init(&roots);
	EXPECT_OK(ah_roots_add_simulated(&roots, ah_vendor_roots[1].sha256, AH_SLICE_LITERAL("x")));
	EXPECT(roots.count == ah_vendor_root_count);
	EXPECT(!ah_roots_find(&roots, AH_PLATFORM_SNP, ah_vendor_roots[1].sha256)->simulated);
}

static void the_same_root_counts_once_and_keeps_its_bytes(void)
{
	ah_roots roots;
	uint8_t digest[32];
	ah_roots_init(&roots);
	digest_of(digest, 9);
	EXPECT_OK(ah_roots_add_simulated(&roots, digest, ah_slice_make(NULL, 0)));
	EXPECT_OK(ah_roots_add_simulated(&roots, digest, AH_SLICE_LITERAL("der")));
	EXPECT(roots.count == ah_vendor_root_count + 1);
	EXPECT(ah_roots_find(&roots, AH_PLATFORM_SNP, digest)->der.len == 3);
}

static void the_list_is_bounded(void)
{
	ah_roots roots;
	uint8_t digest[32];
	ah_roots_init(&roots);
	for (size_t i = roots.count; i < AH_ROOTS_MAX; i++) {
		digest_of(digest, (uint8_t)i);
		EXPECT_OK(ah_roots_add_simulated(&roots, digest, ah_slice_make(NULL, 0)));
	}
	digest_of(digest, 200);
	EXPECT_ERR(ah_roots_add_simulated(&roots, digest, ah_slice_make(NULL, 0)), AH_ERR_LIMIT);
}

static const ah_test_case cases[] = {
	AH_TEST(a_run_starts_with_the_vendor_pins),
	AH_TEST(a_pin_serves_its_own_platform_alone),
	AH_TEST(a_simulated_root_serves_every_platform_and_is_marked),
	AH_TEST(a_vendor_pin_cannot_become_simulated),
	AH_TEST(the_same_root_counts_once_and_keeps_its_bytes),
	AH_TEST(the_list_is_bounded),
};
AH_TEST_MAIN(cases)
