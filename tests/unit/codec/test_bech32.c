/* npub: the examples of NIP-19, and every change of one of them. */
#include "codec/bech32.h"
#include "support/test.h"

#include <ctype.h>
#include <jansson.h>
#include <stdio.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char npub[] = "npub180cvv07tjdrrgpa0j7j7tmnyl2yr6yr7l8j4s3evf6u64th6gkwsyjh6w6"; /* NIP-19 */
static const char npub_hex[] = "3bf0c63fcb93463407af97a5e5ee64fa883d107ef9e558472c4eb9aaaefa459d";

static void expect_both_ways(const char *text, const char *hex)
{
	AH_AUTO(ah_buf) wanted = AH_BUF(32);
	uint8_t key[32];
	char written[AH_NPUB_LEN + 1];
	ah_test_hex(&wanted, hex);
	EXPECT_OK(ah_npub_decode(key, ah_slice_text(text)));
	EXPECT_BYTES(AH_SLICE_OF(key), ah_buf_slice(&wanted));
	ah_npub_encode(written, wanted.ptr);
	EXPECT_MSG(strcmp(written, text) == 0, "%s instead of %s", written, text);
}

static void the_example_of_nip_19_in_both_directions(void)
{
	expect_both_ways(npub, npub_hex);
}

static void the_vectors_of_nip_19(void)
{
	char path[512];
	size_t i, npubs = 0, others = 0;
	json_t *row;
	if (ah_test_vectors() == NULL)
		AH_SKIP("../shared/vectors absent");
	(void)snprintf(path, sizeof path, "%s/nostr/nip19-nip49.json", ah_test_vectors());
	json_t *root = json_load_file(path, 0, NULL);
	json_array_foreach(json_object_get(root, "nip19"), i, row) {
		const char *text = json_string_value(json_object_get(row, "bech32")), *hex = json_string_value(json_object_get(row, "hex"));
		uint8_t key[32];
		if (text != NULL && strncmp(text, "npub1", 5) == 0 && hex != NULL) {
			expect_both_ways(text, hex);
			npubs++;
		} else if (text != NULL && ah_npub_decode(key, ah_slice_text(text)) == AH_ERR_TEXT) { /* nsec, nprofile */
			others++;
		}
	}
	json_decref(root);
	EXPECT(npubs == 3 && others == 2);
	ah_test_count(npubs + others);
}

static void keys_of_all_zeros_and_all_ones_are_written_and_read(void)
{
	for (unsigned fill = 0; fill <= 0xff; fill += 0xff) {
		uint8_t key[32], read[32];
		char text[AH_NPUB_LEN + 1];
		memset(key, (int)fill, sizeof key);
		ah_npub_encode(text, key);
		EXPECT(strlen(text) == AH_NPUB_LEN);
		EXPECT_OK(ah_npub_decode(read, ah_slice_text(text)));
		EXPECT_BYTES(AH_SLICE_OF(read), AH_SLICE_OF(key));
	}
}

/* The checksum finds every change of one character (BIP-173: up to four). */
static void every_other_character_is_refused_at_every_place(void)
{
	for (size_t at = 0; at < AH_NPUB_LEN; at++)
		for (unsigned c = 0; c < 256; c++) {
			char text[AH_NPUB_LEN + 1];
			uint8_t key[32] = { 0x5a };
			memcpy(text, npub, sizeof text);
			if ((unsigned char)text[at] == c)
				continue;
			text[at] = (char)c;
			EXPECT_ERR(ah_npub_decode(key, ah_slice_make(text, AH_NPUB_LEN)), AH_ERR_TEXT);
			EXPECT(key[0] == 0x5a);
		}
	ah_test_count((size_t)AH_NPUB_LEN * 255);
}

static void another_length_is_refused(void)
{
	char longer[AH_NPUB_LEN + 2];
	uint8_t key[32];
	(void)snprintf(longer, sizeof longer, "%sq", npub);
	for (size_t len = 0; len <= AH_NPUB_LEN + 1; len++)
		EXPECT_ERR(ah_npub_decode(key, ah_slice_make(longer, len)), len == AH_NPUB_LEN ? AH_OK : AH_ERR_TEXT);
	EXPECT_ERR(ah_npub_decode(key, (ah_slice){ NULL, 0 }), AH_ERR_TEXT);
}

/* BIP-173 allows a text that is uppercase throughout; NIP-19 is compared as text, so there is one form. */
static void uppercase_is_refused(void)
{
	char text[AH_NPUB_LEN + 1];
	uint8_t key[32];
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (char)toupper((unsigned char)npub[i]);
	EXPECT_ERR(ah_npub_decode(key, ah_slice_text(text)), AH_ERR_TEXT);
}

/* Checksums that are right for what they stand behind, by a separate implementation in python3. */
static void right_checksums_do_not_help_wrong_content(void)
{
	static const char *const bad[] = {
		"npub180cvv07tjdrrgpa0j7j7tmnyl2yr6yr7l8j4s3evf6u64th6gkw3eyr0ng", /* padding 0001 */
		"npub180cvv07tjdrrgpa0j7j7tmnyl2yr6yr7l8j4s3evf6u64th6gkwjhhkeah", /* 0010 */
		"npub180cvv07tjdrrgpa0j7j7tmnyl2yr6yr7l8j4s3evf6u64th6gkw5tc4upq", /* 0100 */
		"npub180cvv07tjdrrgpa0j7j7tmnyl2yr6yr7l8j4s3evf6u64th6gkwc6xnks8", /* 1000 */
		"npub180cvv07tjdrrgpa0j7j7tmnyl2yr6yr7l8j4s3evf6u64th6gkwlmlyx3z", /* 1111 */
		"nsec180cvv07tjdrrgpa0j7j7tmnyl2yr6yr7l8j4s3evf6u64th6gkwsgyumg0", /* another prefix */
		"npua180cvv07tjdrrgpa0j7j7tmnyl2yr6yr7l8j4s3evf6u64th6gkwsv0w4q3",
		"npub180cvv07tjdrrgpa0j7j7tmnyl2yr6yr7l8j4s3evf6u64th6gkws3w8ktc", /* bech32m (BIP-350) */
		"npub180cvv07tjdrrgpa0j7j7tmnyl2yr6yr7l8j4s3evf6u64th6gkw9r0f3g", /* a value less, a value more */
		"npub180cvv07tjdrrgpa0j7j7tmnyl2yr6yr7l8j4s3evf6u64th6gkwsqaacg5m",
	};
	uint8_t key[32];
	for (size_t i = 0; i < COUNT(bad); i++)
		EXPECT_ERR(ah_npub_decode(key, ah_slice_text(bad[i])), AH_ERR_TEXT);
}

static const ah_test_case cases[] = {
	AH_TEST(the_example_of_nip_19_in_both_directions),
	AH_TEST(the_vectors_of_nip_19),
	AH_TEST(keys_of_all_zeros_and_all_ones_are_written_and_read),
	AH_TEST(every_other_character_is_refused_at_every_place),
	AH_TEST(another_length_is_refused),
	AH_TEST(uppercase_is_refused),
	AH_TEST(right_checksums_do_not_help_wrong_content),
};

AH_TEST_MAIN(cases)
