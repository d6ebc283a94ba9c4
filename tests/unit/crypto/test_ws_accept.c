/* Sec-WebSocket-Accept against RFC 6455 1.3, and a second pair made with `openssl sha1`. */
#include "crypto/ws_accept.h"
#include "support/test.h"

static void the_accept_of_a_key_is_that_of_the_rfc(void)
{
	static const struct { const char *key, *accept; } rows[] = {
		{ "dGhlIHNhbXBsZSBub25jZQ==", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" },
		{ "AAAAAAAAAAAAAAAAAAAAAA==", "ICX+Yqv66kxgM0FcWaLWlFLwTAI=" },
	};
	for (size_t i = 0; i < 2; i++) {
		char accept[AH_WS_ACCEPT_LEN + 1];
		EXPECT_OK(ah_ws_accept(accept, ah_slice_text(rows[i].key)));
		EXPECT_MSG(strcmp(accept, rows[i].accept) == 0, "%s", accept);
	}
}

static void a_key_that_is_none_is_too_long_for_it(void)
{
	static const uint8_t key[1000] = { 0 };
	char accept[AH_WS_ACCEPT_LEN + 1];
	EXPECT_ERR(ah_ws_accept(accept, AH_SLICE_OF(key)), AH_ERR_LIMIT);
}

static const ah_test_case cases[] = { AH_TEST(the_accept_of_a_key_is_that_of_the_rfc), AH_TEST(a_key_that_is_none_is_too_long_for_it) };

AH_TEST_MAIN(cases)
