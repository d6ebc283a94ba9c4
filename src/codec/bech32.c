/* See bech32.h. BIP-173: 5-bit values as characters, the last six of them a checksum over prefix and values. */
#include "codec/bech32.h"

#define PREFIX       "npub"
#define VALUES_START (sizeof PREFIX)  /* behind the separator "1" */
#define KEY_LEN      32
#define KEY_VALUES   52               /* 260 bits: the key's 256 and four zero bits of padding */
#define SUM_VALUES   6
#define VALUES       (KEY_VALUES + SUM_VALUES)

static_assert(VALUES_START + VALUES == AH_NPUB_LEN, "prefix, separator, key, checksum");

static const char alphabet[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/* The checksum is a polynomial over GF(32), one value at a time. */
static uint32_t step(uint32_t sum, unsigned value)
{
	static const uint32_t generator[5] = { 0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3 };
	uint32_t top = sum >> 25;
	sum = (sum & 0x1ffffff) << 5 ^ value;
	for (unsigned i = 0; i < 5; i++)
		sum ^= (top >> i & 1) != 0 ? generator[i] : 0;
	return sum;
}

/* Of prefix and values. 1 when the last six are their checksum. */
static uint32_t checksum(const uint8_t *values, size_t count)
{
	static const char prefix[] = PREFIX;
	uint32_t sum = 1;
	for (size_t i = 0; i < sizeof prefix - 1; i++)
		sum = step(sum, (unsigned)prefix[i] >> 5);
	sum = step(sum, 0);
	for (size_t i = 0; i < sizeof prefix - 1; i++)
		sum = step(sum, (unsigned)prefix[i] & 31);
	for (size_t i = 0; i < count; i++)
		sum = step(sum, values[i]);
	return sum;
}

void ah_npub_encode(char out[static AH_NPUB_LEN + 1], const uint8_t key[static KEY_LEN])
{
	uint8_t values[VALUES] = { 0 };
	for (size_t bit = 0; bit < 8 * KEY_LEN; bit++)
		values[bit / 5] = (uint8_t)(values[bit / 5] | (key[bit / 8] >> (7 - bit % 8) & 1) << (4 - bit % 5));
	uint32_t sum = checksum(values, VALUES) ^ 1;
	for (size_t i = 0; i < SUM_VALUES; i++)
		values[KEY_VALUES + i] = sum >> 5 * (SUM_VALUES - 1 - i) & 31;
	memcpy(out, PREFIX "1", VALUES_START);
	for (size_t i = 0; i < VALUES; i++)
		out[VALUES_START + i] = alphabet[values[i]];
	out[AH_NPUB_LEN] = '\0';
}

ah_err ah_npub_decode(uint8_t out[static KEY_LEN], ah_slice text)
{
	uint8_t values[VALUES], key[KEY_LEN] = { 0 };
	if (text.len != AH_NPUB_LEN || !ah_slice_is(ah_slice_sub(text, 0, VALUES_START), AH_SLICE_LITERAL(PREFIX "1")))
		return AH_ERR_TEXT;
	for (size_t i = 0; i < VALUES; i++) {
		const char *found = memchr(alphabet, text.ptr[VALUES_START + i], sizeof alphabet - 1);
		if (found == NULL)
			return AH_ERR_TEXT;
		values[i] = (uint8_t)(found - alphabet);
	}
	if (checksum(values, VALUES) != 1 || (values[KEY_VALUES - 1] & 15) != 0)
		return AH_ERR_TEXT;
	for (size_t bit = 0; bit < 8 * KEY_LEN; bit++)
		key[bit / 8] = (uint8_t)(key[bit / 8] | (values[bit / 5] >> (4 - bit % 5) & 1) << (7 - bit % 8));
	memcpy(out, key, sizeof key);
	return AH_OK;
}
