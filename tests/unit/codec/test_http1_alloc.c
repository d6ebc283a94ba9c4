/* HTTP and WebSocket when memory runs out: the n-th allocation fails, n = 1, 2, .. until none does. Typed, sticky, and nothing stays allocated. */
#include "codec/websocket.h"
#include "support/alloc_fail.h"
#include "support/test.h"

#define SWEEP_MAX 100

/* A head that makes the buffer grow from 1 to 16 KiB. */
static bool put_head(ah_buf *out)
{
	ah_err err = ah_buf_append_text(out, "GET / HTTP/1.1\r\nHost: a\r\n");
	for (size_t i = 0; i < 12 && err == AH_OK; i++)
		err = ah_buf_printf(out, "X: %01000d\r\n", 0);
	return err == AH_OK && ah_buf_append_text(out, "\r\n") == AH_OK;
}

static void a_request_without_memory_is_refused_with_503(void)
{
	AH_AUTO(ah_buf) head = AH_BUF(1 << 16);
	size_t failures = 0;
	EXPECT(put_head(&head));
	size_t live = ah_test_alloc_live();
	for (size_t n = 1; n < SWEEP_MAX; n++) {
		ah_http_parser p;
		size_t used = 0;
		bool done = false;
		ah_http_request_parser_init(&p);
		ah_test_alloc_fail_at(n, false);
		ah_err err = ah_http_parse(&p, &used, &done, ah_buf_slice(&head), NULL);
		bool failed = ah_test_alloc_failed();
		ah_test_alloc_fail_at(0, false);
		EXPECT(failed ? err == AH_ERR_NOMEM && p.refusal == 503 && !done : err == AH_OK && done);
		if (failed)
			EXPECT_ERR(ah_http_parse(&p, &used, &done, ah_buf_slice(&head), NULL), AH_ERR_NOMEM);
		ah_http_parser_free(&p);
		EXPECT(ah_test_alloc_live() == live);
		failures += failed;
		if (!failed)
			break;
	}
	EXPECT(failures >= 4);
}

static void a_head_is_written_whole_or_not_at_all(void)
{
	size_t live = ah_test_alloc_live();
	for (size_t n = 1; n < SWEEP_MAX; n++) {
		ah_buf out = AH_BUF(1 << 16);
		ah_http_writer w;
		ah_test_alloc_fail_at(n, false);
		ah_http_response_begin(&w, &out, 200);
		for (size_t i = 0; i < 60; i++)
			ah_http_put_text(&w, "X", "a value that is long enough to make the buffer grow more than once");
		ah_err err = ah_http_head_finish(&w, AH_HTTP_BODY_CHUNKED, 0);
		bool failed = ah_test_alloc_failed();
		ah_test_alloc_fail_at(0, false);
		EXPECT(failed ? err == AH_ERR_NOMEM && out.len == 0 : err == AH_OK);
		ah_buf_free(&out);
		EXPECT(ah_test_alloc_live() == live);
		if (!failed)
			return;
	}
	EXPECT_MSG(false, "the sweep does not end");
}

static void a_message_without_memory_closes_with_1011(void)
{
	static const uint8_t payload[70000] = { 0 };
	AH_AUTO(ah_buf) wire = AH_BUF(1 << 20);
	EXPECT_OK(ah_ws_write_frame(&wire, AH_WS_SERVER, AH_WS_BINARY, true, AH_SLICE_OF(payload), NULL));
	size_t live = ah_test_alloc_live();
	for (size_t n = 1; n < SWEEP_MAX; n++) {
		ah_ws_reader r;
		ah_ws_event e = { 0 };
		ah_err err = AH_OK;
		ah_slice in = ah_buf_slice(&wire);
		ah_ws_reader_init(&r, AH_WS_CLIENT, AH_WS_MESSAGE_DEFAULT);
		ah_test_alloc_fail_at(n, false);
		while (err == AH_OK && in.len != 0) {
			size_t used = 0;
			err = ah_ws_read(&r, &used, &e, ah_slice_sub(in, 0, in.len < 500 ? in.len : 500), NULL);
			in = err == AH_OK ? ah_slice_sub(in, used, in.len - used) : in;
		}
		bool failed = ah_test_alloc_failed();
		ah_test_alloc_fail_at(0, false);
		EXPECT(failed ? err == AH_ERR_NOMEM && r.close_code == AH_WS_CODE_INTERNAL && !e.happened : err == AH_OK && e.happened);
		ah_ws_reader_free(&r);
		EXPECT(ah_test_alloc_live() == live);
		if (!failed)
			return;
	}
	EXPECT_MSG(false, "the sweep does not end");
}

static void a_handshake_without_memory_is_refused_with_503(void)
{
	AH_AUTO(ah_http_parser) p;
	size_t used = 0;
	bool done = false;
	ah_slice key = { NULL, 0 };
	unsigned refusal = 0;
	ah_http_request_parser_init(&p);
	EXPECT_OK(ah_http_parse(&p, &used, &done, AH_SLICE_LITERAL("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
								 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"), NULL));
	ah_test_alloc_fail_at(1, false);
	ah_err err = ah_ws_check_request(&p, &key, &refusal, NULL);
	ah_test_alloc_fail_at(0, false);
	EXPECT(err == AH_ERR_NOMEM && refusal == 503 && key.len == 0);
	EXPECT_OK(ah_ws_check_request(&p, &key, &refusal, NULL));
}

static const ah_test_case cases[] = {
	AH_TEST(a_request_without_memory_is_refused_with_503),
	AH_TEST(a_head_is_written_whole_or_not_at_all),
	AH_TEST(a_message_without_memory_closes_with_1011),
	AH_TEST(a_handshake_without_memory_is_refused_with_503),
};

AH_TEST_MAIN(cases)
