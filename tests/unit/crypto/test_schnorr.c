/* BIP-340 verification: the vectors of the BIP, messages of any length, and each bit of one signature. */
#include "crypto/schnorr.h"
#include "support/test.h"

#include <stdio.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* -- bip340-test-vectors.csv: index, secret key, public key, aux_rand, message, signature, result, comment -- */

enum { COLUMN_INDEX, COLUMN_SECRET, COLUMN_PUBLIC, COLUMN_AUX, COLUMN_MESSAGE, COLUMN_SIGNATURE, COLUMN_RESULT, COLUMNS };

/* The part up to the separator, which is taken too. */
static ah_slice take_until(ah_slice *rest, char separator)
{
	size_t len = 0;
	while (len < rest->len && rest->ptr[len] != (uint8_t)separator)
		len++;
	ah_slice part = ah_slice_sub(*rest, 0, len);
	*rest = ah_slice_sub(*rest, len < rest->len ? len + 1 : len, rest->len - (len < rest->len ? len + 1 : len));
	return part;
}

static void append_hex(ah_buf *out, ah_slice hex)
{
	char text[512];
	(void)snprintf(text, sizeof text, "%.*s", (int)hex.len, hex.len != 0 ? (const char *)hex.ptr : "");
	for (size_t i = 0; text[i] != '\0'; i++)
		text[i] = (char)(text[i] >= 'A' && text[i] <= 'F' ? text[i] + ('a' - 'A') : text[i]);
	ah_test_hex(out, text);
}

/* 5: the key is not on the curve; 14: it is not below the field's size. */
static ah_err wanted(size_t index, bool valid)
{
	if (valid)
		return AH_OK;
	return index == 5 || index == 14 ? AH_ERR_FIELD_RANGE : AH_ERR_SIGNATURE;
}

static void run_row(size_t index, ah_slice line, size_t *valid_count)
{
	ah_slice column[COLUMNS];
	AH_AUTO(ah_buf) key = AH_BUF(64);
	AH_AUTO(ah_buf) message = AH_BUF(256);
	AH_AUTO(ah_buf) signature = AH_BUF(128);
	for (size_t i = 0; i < COLUMNS; i++)
		column[i] = take_until(&line, ',');
	append_hex(&key, column[COLUMN_PUBLIC]);
	append_hex(&message, column[COLUMN_MESSAGE]);
	append_hex(&signature, column[COLUMN_SIGNATURE]);
	bool valid = ah_slice_is_text(column[COLUMN_RESULT], "TRUE");
	EXPECT(key.len == AH_SCHNORR_KEY_LEN && (valid || ah_slice_is_text(column[COLUMN_RESULT], "FALSE")));
	ah_err err = ah_schnorr_verify(key.ptr, ah_buf_slice(&message), ah_buf_slice(&signature));
	EXPECT_MSG(err == wanted(index, valid), "row %zu: %s", index, ah_err_name(err));
	*valid_count += valid;
}

static void the_19_vectors_of_the_bip(void)
{
	AH_AUTO(ah_buf) csv = AH_BUF(65536);
	size_t rows = 0, valid = 0;
	if (ah_test_vectors() == NULL)
		AH_SKIP("../shared/vectors absent");
	EXPECT(ah_test_read(&csv, "%s/nostr/bip340-test-vectors.csv", ah_test_vectors()));
	ah_slice rest = ah_buf_slice(&csv);
	(void)take_until(&rest, '\n'); /* names of the columns */
	for (; rest.len != 0 && !ah_test_failed(); rows++)
		run_row(rows, take_until(&rest, '\n'), &valid);
	EXPECT(rows == 19 && valid == 9);
	ah_test_count(rows);
}

/* -- Vector 1, bit by bit -- */

static const char key_1[] = "dff1d77f2a671c5f36183726db2341be58feae1da2deced843240f7b502ba659";
static const char message_1[] = "243f6a8885a308d313198a2e03707344a4093822299f31d0082efa98ec4e6c89";
static const char signature_1[] = "6896bd60eeae296db48a229ff71dfe071bde413e6d43f917dc8dcf8c78de33418906d11ac976abccb20b091292bff4ea897efcb639ea871cfa95f6de339e4b0a";

static void every_flipped_bit_is_refused(void)
{
	AH_AUTO(ah_buf) key = AH_BUF(64);
	AH_AUTO(ah_buf) message = AH_BUF(64);
	AH_AUTO(ah_buf) signature = AH_BUF(128);
	ah_test_hex(&key, key_1);
	ah_test_hex(&message, message_1);
	ah_test_hex(&signature, signature_1);
	ah_buf *const flipped[] = { &message, &signature };
	EXPECT_OK(ah_schnorr_verify(key.ptr, ah_buf_slice(&message), ah_buf_slice(&signature)));
	for (size_t i = 0; i < COUNT(flipped); i++)
		for (size_t bit = 0; bit < 8 * flipped[i]->len; bit++) {
			flipped[i]->ptr[bit / 8] ^= (uint8_t)(1u << bit % 8);
			EXPECT_ERR(ah_schnorr_verify(key.ptr, ah_buf_slice(&message), ah_buf_slice(&signature)), AH_ERR_SIGNATURE);
			flipped[i]->ptr[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
	ah_test_count(8 * (message.len + signature.len));
	for (size_t len = 0; len < message.len; len++)
		EXPECT_ERR(ah_schnorr_verify(key.ptr, ah_slice_make(message.ptr, len), ah_buf_slice(&signature)), AH_ERR_SIGNATURE);
	EXPECT_ERR(ah_schnorr_verify(key.ptr, (ah_slice){ NULL, 0 }, ah_buf_slice(&signature)), AH_ERR_SIGNATURE);
}

static void a_signature_has_64_bytes(void)
{
	static const uint8_t bytes[AH_SCHNORR_SIGNATURE_LEN + 1];
	AH_AUTO(ah_buf) key = AH_BUF(64);
	ah_test_hex(&key, key_1);
	for (size_t len = 0; len <= sizeof bytes; len++)
		EXPECT_ERR(ah_schnorr_verify(key.ptr, AH_SLICE_LITERAL("message"), ah_slice_make(bytes, len)),
		           len == AH_SCHNORR_SIGNATURE_LEN ? AH_ERR_SIGNATURE : AH_ERR_SIGNATURE_FORMAT);
	EXPECT_ERR(ah_schnorr_verify(key.ptr, AH_SLICE_LITERAL("message"), (ah_slice){ NULL, 0 }), AH_ERR_SIGNATURE_FORMAT);
}

static const ah_test_case cases[] = {
	AH_TEST(the_19_vectors_of_the_bip),
	AH_TEST(every_flipped_bit_is_refused),
	AH_TEST(a_signature_has_64_bytes),
};

AH_TEST_MAIN(cases)
