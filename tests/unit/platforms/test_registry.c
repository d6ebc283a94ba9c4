/* The registry: who recognises what, the names, and the pinned digests. */
#include "evidence/platform.h"
#include "support/test.h"
#include <anchorhold/evidence.h>

#define REPORT_LEN 1184

/* The number of platforms that recognise the bytes. */
static size_t detected(ah_slice bytes)
{
	size_t count = 0;
	for (const ah_platform *const *p = ah_platforms; *p != NULL; p++)
		count += (*p)->detect(bytes);
	return count;
}

/* All prefixes of four bytes that any test looks at, at the lengths that matter. */
static void no_two_platforms_recognise_the_same_bytes(void)
{
	static const size_t lens[] = { 2, 3, 48, REPORT_LEN, REPORT_LEN + 1 };
	uint8_t bytes[REPORT_LEN + 1] = { 0 };
	static const uint8_t thirds[] = { 0, 1, 2, 3, 0x44, 0x58, 0x59, 0x84, 0xd2 };
	bytes[4] = 0x81; /* TDX, or GUEST_SVN 0x81 */
	for (unsigned a = 0; a < 256; a++)
		for (unsigned b = 0; b < 256; b++)
			for (size_t c = 0; c < sizeof thirds; c++)
				for (size_t l = 0; l < sizeof lens / sizeof lens[0]; l++) {
					bytes[0] = (uint8_t)a;
					bytes[1] = (uint8_t)b;
					bytes[2] = thirds[c];
					EXPECT_MSG(detected(ah_slice_make(bytes, lens[l])) <= 1, "%02x%02x%02x, %zu bytes", a, b, thirds[c], lens[l]);
				}
}

static ah_platform_id detect_hex(const char *hex, size_t len)
{
	AH_AUTO(ah_buf) bytes = AH_BUF(4096);
	ah_test_hex(&bytes, hex);
	while (bytes.len < len)
		if (ah_buf_append_byte(&bytes, 0) != AH_OK)
			return AH_PLATFORM_NONE;
	return ah_evidence_detect(ah_buf_slice(&bytes));
}

static void platforms_are_recognised_by_their_first_bytes(void)
{
	EXPECT(detect_hex("8444a1013822", 6) == AH_PLATFORM_NITRO);
	EXPECT(detect_hex("d28444a1013822", 7) == AH_PLATFORM_NITRO);
	EXPECT(detect_hex("83", 6) == AH_PLATFORM_NONE);
	EXPECT(detect_hex("d18444", 6) == AH_PLATFORM_NONE);
	EXPECT(detect_hex("02", REPORT_LEN) == AH_PLATFORM_SNP);
	EXPECT(detect_hex("06", REPORT_LEN) == AH_PLATFORM_SNP); /* an unknown version is still a report */
	EXPECT(detect_hex("05", REPORT_LEN - 1) == AH_PLATFORM_NONE);
	EXPECT(detect_hex("0500000081", REPORT_LEN) == AH_PLATFORM_SNP);
	EXPECT(detect_hex("00", REPORT_LEN) == AH_PLATFORM_NONE);
	EXPECT(detect_hex("0400020081000000", 1000) == AH_PLATFORM_TDX);
	EXPECT(detect_hex("0500020081000000", REPORT_LEN) == AH_PLATFORM_TDX);
	EXPECT(detect_hex("0300020000000000", 1000) == AH_PLATFORM_NONE); /* an SGX quote */
	EXPECT(detect_hex("0400020000000000", 1000) == AH_PLATFORM_NONE); /* SGX in version 4 */
	EXPECT(detect_hex("", 0) == AH_PLATFORM_NONE);
}

static void every_platform_has_a_name_that_leads_back(void)
{
	for (const ah_platform *const *p = ah_platforms; *p != NULL; p++) {
		EXPECT(strcmp((*p)->name, ah_platform_name((*p)->id)) == 0);
		EXPECT(ah_platform_by_name((*p)->name) == (*p)->id);
		EXPECT(ah_platform_find((*p)->id) == *p);
		EXPECT((*p)->parse != NULL && (*p)->verify != NULL && (*p)->detect != NULL);
	}
	EXPECT(ah_platform_by_name("none") == AH_PLATFORM_NONE && ah_platform_by_name("SEV-SNP") == AH_PLATFORM_NONE);
	EXPECT(ah_platform_find(AH_PLATFORM_NONE) == NULL);
	EXPECT(strcmp(ah_snp_product_name(AH_SNP_TURIN), "Turin") == 0 && strcmp(ah_snp_signer_name(AH_SNP_VLEK), "vlek") == 0);
}

/* AWS publishes its digest; AMD's and Intel's were computed from the certificates that they serve. */
static void vendor_roots_are_the_published_ones(void)
{
	static const struct { ah_platform_id platform; const char *name, *sha256; } wanted[] = {
		{ AH_PLATFORM_NITRO, "aws.nitro-enclaves", "641a0321a3e244efe456463195d606317ed7cdcc3c1756e09893f3c68f79bb5b" },
		{ AH_PLATFORM_SNP, "ARK-Milan", "69d063b45344d26a2e94e1f4210de49ef555308287d4c174445c95639a540bcd" },
		{ AH_PLATFORM_SNP, "ARK-Genoa", "4c6598d19c18719c5dfd4a7d335f674e5bfe1d8f800cea2cf270c10d103db2f1" },
		{ AH_PLATFORM_SNP, "ARK-Turin", "1f084161a44bb6d93778a904877d4819cafa5d05ef4193b2ded9dd9c73dd3f6a" },
		{ AH_PLATFORM_TDX, "intel.sgx-root-ca", "44a0196b2b99f889b8e149e95b807a350e7424964399e885a7cbb8ccfab674d3" },
	};
	EXPECT(ah_vendor_root_count == sizeof wanted / sizeof wanted[0]);
	for (size_t i = 0; i < ah_vendor_root_count; i++) {
		AH_AUTO(ah_buf) digest = AH_BUF(32);
		ah_test_hex(&digest, wanted[i].sha256);
		EXPECT(ah_vendor_roots[i].platform == wanted[i].platform && !ah_vendor_roots[i].simulated);
		EXPECT(strcmp(ah_vendor_roots[i].name, wanted[i].name) == 0);
		EXPECT_BYTES(AH_SLICE_OF(ah_vendor_roots[i].sha256), ah_buf_slice(&digest));
	}
}

static const ah_test_case cases[] = {
	AH_TEST(no_two_platforms_recognise_the_same_bytes),
	AH_TEST(platforms_are_recognised_by_their_first_bytes),
	AH_TEST(every_platform_has_a_name_that_leads_back),
	AH_TEST(vendor_roots_are_the_published_ones),
};
AH_TEST_MAIN(cases)
