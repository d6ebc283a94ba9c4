/*
 * What a SOCKS5 proxy may answer, and addresses. The same answer whole, byte by byte and in pieces opens or refuses at the same byte; an address that is
 * accepted is written and read back as the same. The first byte of the input is the size of the pieces.
 */
#include "fuzz.h"

#include "net/socks5_client.h"

typedef struct outcome { ah_err err; bool open; size_t taken, sent; } outcome;

static outcome play(ah_slice in, size_t piece)
{
	static const ah_address to = { .kind = AH_ADDRESS_NAME, .port = 443, .text = "relay.example" };
	outcome o = { AH_OK, false, 0, 0 };
	AH_AUTO(ah_buf) out = AH_BUF(AH_NET_NAME_MAX + 10);
	ah_socks5_client c;
	assert(ah_socks5_client_init(&c, &to, NULL) == AH_OK);
	for (size_t end = 0; o.err == AH_OK && !o.open; end += piece) {
		size_t used = 0, until = end < in.len ? end : in.len;
		o.err = ah_socks5_client_step(&c, &used, &out, &o.open, ah_slice_sub(in, o.taken, until - o.taken), NULL);
		assert(o.err == AH_OK || o.err == AH_ERR_SOCKS);
		if (o.err == AH_OK)
			o.taken += used;
		assert(o.taken <= until && o.taken <= 2 + AH_NET_SOCKS_ANSWER_MAX);
		if (until == in.len)
			break;
	}
	o.sent = out.len;
	return o;
}

static void read_address(ah_slice text)
{
	ah_address a = { 0 }, again = { 0 };
	if (ah_address_parse(&a, text, true, NULL) != AH_OK)
		return;
	AH_AUTO(ah_buf) first = AH_BUF(512), second = AH_BUF(512);
	assert(ah_address_format(&first, &a) == AH_OK && ah_address_parse(&again, ah_buf_slice(&first), true, NULL) == AH_OK);
	assert(ah_address_format(&second, &again) == AH_OK && ah_slice_is(ah_buf_slice(&first), ah_buf_slice(&second)));
	assert(a.kind == again.kind && a.port == again.port && a.cid == again.cid);
	struct sockaddr_storage to;
	socklen_t len;
	assert((ah_address_to_sockaddr(&to, &len, &a, NULL) == AH_OK) == (a.kind != AH_ADDRESS_NAME));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	ah_slice in = ah_slice_make(data + 1, size - 1);
	outcome whole = play(in, in.len + 1), bytes = play(in, 1), pieces = play(in, 2u + data[0]);
	assert(whole.err == bytes.err && whole.open == bytes.open && whole.err == pieces.err && whole.open == pieces.open);
	assert(whole.err != AH_OK || (whole.taken == bytes.taken && whole.taken == pieces.taken && whole.sent == bytes.sent));
	read_address(in);
	return 0;
}
