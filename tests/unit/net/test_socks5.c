/* The SOCKS5 client as bytes: the exchange of RFC 1928 whole and byte by byte, and every answer that is refused. */
#include "net/socks5_client.h"

#include "support/test.h"

static ah_address relay;

static bool begin(ah_socks5_client *c)
{
	return ah_address_parse(&relay, AH_SLICE_LITERAL("tcp:relay.example:443"), true, NULL) == AH_OK && ah_socks5_client_init(c, &relay, NULL) == AH_OK;
}

static const uint8_t wanted[] = { 5, 1, 0, 5, 1, 0, 3, 13, 'r', 'e', 'l', 'a', 'y', '.', 'e', 'x', 'a', 'm', 'p', 'l', 'e', 1, 187 };

/* All of the proxy's bytes, in pieces of `piece`; the untaken ones are given again. Returns the first error. */
static ah_err play(ah_slice answer, size_t piece, ah_buf *sent, bool *open, size_t *taken, ah_fault *why)
{
	ah_socks5_client c;
	size_t used = 0;
	*open = false;
	*taken = 0;
	if (!begin(&c))
		return AH_ERR_INTERNAL;
	ah_err err = ah_socks5_client_step(&c, &used, sent, open, (ah_slice){ 0 }, why);
	if (err != AH_OK || used != 0)
		return err != AH_OK ? err : AH_ERR_INTERNAL;
	for (size_t end = piece; err == AH_OK && !*open; end += piece) {
		size_t to = end < answer.len ? end : answer.len;
		err = ah_socks5_client_step(&c, &used, sent, open, ah_slice_sub(answer, *taken, to - *taken), why);
		if (err == AH_OK)
			*taken += used;
		if (to == answer.len)
			break;
	}
	if (err != AH_OK && ah_socks5_client_step(&c, &used, sent, open, answer, NULL) != err)
		return AH_ERR_INTERNAL; /* not sticky */
	return err;
}

static void the_exchange_of_the_rfc_opens_and_leaves_what_follows(void)
{
	static const struct { const char *name; uint8_t bytes[32]; size_t len; } rows[] = {
		{ "IPv4", { 5, 0, 5, 0, 0, 1, 192, 0, 2, 1, 4, 56 }, 12 },
		{ "IPv6", { 5, 0, 5, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, 24 },
		{ "name", { 5, 0, 5, 0, 0, 3, 4, 'h', 'o', 's', 't', 0, 0 }, 13 },
		{ "empty name", { 5, 0, 5, 0, 0, 3, 0, 0, 0 }, 9 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		for (size_t piece = 1; piece <= 32; piece++) {
			AH_AUTO(ah_buf) sent = AH_BUF(300), answer = AH_BUF(300);
			bool open;
			size_t taken;
			EXPECT_OK(ah_buf_append(&answer, ah_slice_make(rows[i].bytes, rows[i].len)));
			EXPECT_OK(ah_buf_append(&answer, AH_SLICE_LITERAL("\x05\x00 early data")));
			EXPECT_OK(play(ah_buf_slice(&answer), piece, &sent, &open, &taken, NULL));
			EXPECT_MSG(open && taken == rows[i].len, "%s in pieces of %zu", rows[i].name, piece);
			EXPECT_BYTES(ah_buf_slice(&sent), AH_SLICE_OF(wanted));
			ah_test_count(1);
		}
	}
}

static void every_cut_answer_waits_for_more(void)
{
	static const uint8_t whole[] = { 5, 0, 5, 0, 0, 1, 192, 0, 2, 1, 4, 56 };
	for (size_t len = 0; len < sizeof whole; len++) {
		AH_AUTO(ah_buf) sent = AH_BUF(300);
		bool open;
		size_t taken;
		EXPECT_OK(play(ah_slice_make(whole, len), 1, &sent, &open, &taken, NULL));
		EXPECT(!open && taken <= len && sent.len == (len < 2 ? 3 : sizeof wanted));
	}
}

static void every_refusal_and_every_other_byte_is_an_error_at_its_place(void)
{
	static const struct { uint8_t bytes[12]; size_t len, off; const char *detail; } rows[] = {
		{ { 4 }, 1, 0, "no SOCKS5 proxy: version (4)" },
		{ { 'H', 'T', 'T', 'P' }, 4, 0, "no SOCKS5 proxy: version (72)" },
		{ { 5, 0xff }, 2, 1, "the proxy wants authentication: method (255)" },
		{ { 5, 2 }, 2, 1, "a method that was not offered (2)" },
		{ { 5, 0, 4 }, 3, 0, "no SOCKS5 reply: version (4)" },
		{ { 5, 0, 5, 1 }, 4, 1, "general failure (1)" },
		{ { 5, 0, 5, 2, 0, 1 }, 6, 1, "not allowed by the proxy's rules (2)" },
		{ { 5, 0, 5, 3 }, 4, 1, "network unreachable (3)" },
		{ { 5, 0, 5, 4 }, 4, 1, "host unreachable (4)" },
		{ { 5, 0, 5, 5 }, 4, 1, "connection refused (5)" },
		{ { 5, 0, 5, 6 }, 4, 1, "TTL expired (6)" },
		{ { 5, 0, 5, 7 }, 4, 1, "command not supported (7)" },
		{ { 5, 0, 5, 8 }, 4, 1, "address type not supported (8)" },
		{ { 5, 0, 5, 9 }, 4, 1, "an unassigned reply (9)" },
		{ { 5, 0, 5, 255 }, 4, 1, "an unassigned reply (255)" },
		{ { 5, 0, 5, 0, 1 }, 5, 2, "the reserved byte (1)" },
		{ { 5, 0, 5, 0, 0, 0 }, 6, 3, "an unknown type of address (0)" },
		{ { 5, 0, 5, 0, 0, 2 }, 6, 3, "an unknown type of address (2)" },
		{ { 5, 0, 5, 0, 0, 5 }, 6, 3, "an unknown type of address (5)" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		for (size_t piece = 1; piece <= 12; piece += 11) {
			AH_AUTO(ah_buf) sent = AH_BUF(300);
			bool open;
			size_t taken;
			ah_fault why = { 0 };
			EXPECT_ERR(play(ah_slice_make(rows[i].bytes, rows[i].len), piece, &sent, &open, &taken, &why), AH_ERR_SOCKS);
			EXPECT_MSG(!open && why.offset == rows[i].off && strcmp(why.detail, rows[i].detail) == 0, "row %zu: %s at %zu", i, why.detail, why.offset);
			ah_test_count(1);
		}
	}
}

static void only_names_go_through_a_proxy(void)
{
	static const char *const others[] = { "tcp:127.0.0.1:80", "tcp:[::1]:80", "unix:/x", "vsock:3:1" };
	ah_socks5_client c;
	ah_address a;
	for (size_t i = 0; i < 4; i++) {
		EXPECT_OK(ah_address_parse(&a, ah_slice_text(others[i]), true, NULL));
		EXPECT_ERR(ah_socks5_client_init(&c, &a, NULL), AH_ERR_ADDRESS);
	}
}

static const ah_test_case cases[] = {
	AH_TEST(the_exchange_of_the_rfc_opens_and_leaves_what_follows),
	AH_TEST(every_cut_answer_waits_for_more),
	AH_TEST(every_refusal_and_every_other_byte_is_an_error_at_its_place),
	AH_TEST(only_names_go_through_a_proxy),
};

AH_TEST_MAIN(cases)
