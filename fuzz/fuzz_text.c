/* Text forms: what is decoded is encoded to the same text, and any bytes survive the way out and back. */
#include "fuzz.h"

#include "codec/text.h"

typedef ah_err (*codec_fn)(ah_buf *out, ah_slice in);

static void check_codec(ah_slice in, codec_fn decode, codec_fn encode)
{
	AH_AUTO(ah_buf) bytes = AH_BUF(in.len + 1), text = AH_BUF(2 * in.len + 8), all = AH_BUF(2 * in.len + 8), back = AH_BUF(in.len + 1);
	ah_err err = decode(&bytes, in);
	assert(err == AH_OK || (err == AH_ERR_TEXT && bytes.len == 0));
	if (err == AH_OK)
		assert(encode(&text, ah_buf_slice(&bytes)) == AH_OK && ah_slice_is(ah_buf_slice(&text), in));
	assert(encode(&all, in) == AH_OK && decode(&back, ah_buf_slice(&all)) == AH_OK);
	assert(ah_slice_is(ah_buf_slice(&back), in));
}

static void check_time(ah_slice in)
{
	int64_t t_s = -1;
	char text[21];
	if (ah_time_parse(&t_s, in) != AH_OK) {
		assert(t_s == -1);
		return;
	}
	ah_time_format(text, t_s);
	assert(t_s >= 0 && ah_slice_is_text(in, text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ah_slice in = ah_slice_make(data, size);
	uint8_t exact[16];
	check_codec(in, ah_hex_decode, ah_buf_append_hex);
	check_codec(in, ah_base64_decode, ah_base64_encode);
	check_codec(in, ah_base64url_decode, ah_base64url_encode);
	check_time(in);
	if (ah_hex_decode_exact(exact, sizeof exact, in) == AH_OK)
		assert(size == 2 * sizeof exact);
	/* The longest good prefix is good, and nothing longer is. */
	size_t prefix = ah_utf8_prefix(in);
	assert(prefix <= size && ah_utf8_is_valid(ah_slice_make(data, prefix)) && ah_utf8_is_valid(in) == (prefix == size));
	if (prefix != size)
		assert(ah_utf8_prefix(ah_slice_sub(in, prefix, size - prefix)) == 0);
	return 0;
}
