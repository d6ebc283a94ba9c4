/* Writers: the bytes that they write, and everything that they refuse to write. */
#include "codec/http1.h"
#include "support/test.h"

#define TEXT ah_slice_text

static void a_request_is_written_as_rfc_9112_has_it(void)
{
	AH_AUTO(ah_buf) out = AH_BUF(1000);
	ah_http_writer w;
	ah_http_request_begin(&w, &out, TEXT("POST"), TEXT("/a?b"), TEXT("example.com:81"));
	ah_http_put_text(&w, "Accept", "*/*");
	ah_http_put_field(&w, TEXT("X-Empty"), (ah_slice){ NULL, 0 });
	EXPECT_OK(ah_http_head_finish(&w, AH_HTTP_BODY_LENGTH, 9007199254740992));
	EXPECT_BYTES(ah_buf_slice(&out), AH_SLICE_LITERAL("POST /a?b HTTP/1.1\r\nHost: example.com:81\r\nAccept: */*\r\nX-Empty: \r\nContent-Length: 9007199254740992\r\n\r\n"));
	ah_buf_clear(&out);
	ah_http_request_begin(&w, &out, TEXT("GET"), TEXT("/"), TEXT("a"));
	EXPECT_OK(ah_http_head_finish(&w, AH_HTTP_BODY_NONE, 0));
	EXPECT_BYTES(ah_buf_slice(&out), AH_SLICE_LITERAL("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
}

static void an_answer_is_written_as_rfc_9112_has_it(void)
{
	static const struct { unsigned status; ah_http_framing framing; const char *text; } rows[] = {
		{ 200, AH_HTTP_BODY_LENGTH, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" },
		{ 200, AH_HTTP_BODY_CHUNKED, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" },
		{ 100, AH_HTTP_BODY_NONE, "HTTP/1.1 100 Continue\r\n\r\n" },
		{ 204, AH_HTTP_BODY_NONE, "HTTP/1.1 204 No Content\r\n\r\n" },
		{ 304, AH_HTTP_BODY_NONE, "HTTP/1.1 304 Not Modified\r\n\r\n" },
		{ 304, AH_HTTP_BODY_LENGTH, "HTTP/1.1 304 Not Modified\r\nContent-Length: 0\r\n\r\n" },
		{ 599, AH_HTTP_BODY_LENGTH, "HTTP/1.1 599 \r\nContent-Length: 0\r\n\r\n" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		AH_AUTO(ah_buf) out = AH_BUF(1000);
		ah_http_writer w;
		ah_http_response_begin(&w, &out, rows[i].status);
		EXPECT_OK(ah_http_head_finish(&w, rows[i].framing, 0));
		EXPECT_BYTES(ah_buf_slice(&out), TEXT(rows[i].text));
	}
}

/* Each row is one thing that would let a value become a header, or a message have two ends. */
static void what_two_readers_could_read_differently_is_not_written(void)
{
	static const struct { const char *method, *target, *host, *name; ah_slice value; } rows[] = {
		{ "GET", "/", "a", "X", { (const uint8_t *)"a\r\nY: b", 7 } },
		{ "GET", "/", "a", "X", { (const uint8_t *)"a\rb", 3 } },
		{ "GET", "/", "a", "X", { (const uint8_t *)"a\nb", 3 } },
		{ "GET", "/", "a", "X", { (const uint8_t *)"a\0b", 3 } },
		{ "GET", "/", "a", "X", { (const uint8_t *)"a\x7f", 2 } },
		{ "GET", "/", "a", "X", { (const uint8_t *)" a", 2 } },
		{ "GET", "/", "a", "X", { (const uint8_t *)"a\t", 2 } },
		{ "GET", "/", "a", "", { (const uint8_t *)"a", 1 } },
		{ "GET", "/", "a", "X Y", { (const uint8_t *)"a", 1 } },
		{ "GET", "/", "a", "X:", { (const uint8_t *)"a", 1 } },
		{ "GET", "/", "a", "X\r\nY", { (const uint8_t *)"a", 1 } },
		{ "GET", "/", "a", "Host", { (const uint8_t *)"b", 1 } },
		{ "GET", "/", "a", "content-length", { (const uint8_t *)"5", 1 } },
		{ "GET", "/", "a", "Transfer-Encoding", { (const uint8_t *)"chunked", 7 } },
		{ "GET", "/", "a", "Trailer", { (const uint8_t *)"X", 1 } },
		{ "", "/", "a", "X", { (const uint8_t *)"a", 1 } },
		{ "G ET", "/", "a", "X", { (const uint8_t *)"a", 1 } },
		{ "GET\r\n", "/", "a", "X", { (const uint8_t *)"a", 1 } },
		{ "ABCDEFGHIJKLMNOPQ", "/", "a", "X", { (const uint8_t *)"a", 1 } },
		{ "GET", "", "a", "X", { (const uint8_t *)"a", 1 } },
		{ "GET", "/ HTTP/1.1\r\nX: y", "a", "X", { (const uint8_t *)"a", 1 } },
		{ "GET", "/a b", "a", "X", { (const uint8_t *)"a", 1 } },
		{ "GET", "/#x", "a", "X", { (const uint8_t *)"a", 1 } },
		{ "GET", "a", "a", "X", { (const uint8_t *)"a", 1 } },
		{ "GET", "http://b/", "a", "X", { (const uint8_t *)"a", 1 } },
		{ "GET", "*", "a", "X", { (const uint8_t *)"a", 1 } },
		{ "GET", "/", "", "X", { (const uint8_t *)"a", 1 } },
		{ "GET", "/", "a\r\nX: y", "X", { (const uint8_t *)"a", 1 } },
		{ "GET", "/", "u@a", "X", { (const uint8_t *)"a", 1 } },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		AH_AUTO(ah_buf) out = AH_BUF(1000);
		ah_http_writer w;
		EXPECT_OK(ah_buf_append_text(&out, "before"));
		ah_http_request_begin(&w, &out, TEXT(rows[i].method), TEXT(rows[i].target), TEXT(rows[i].host));
		ah_http_put_field(&w, TEXT(rows[i].name), rows[i].value);
		EXPECT_MSG(ah_http_head_finish(&w, AH_HTTP_BODY_NONE, 0) == AH_ERR_ARGUMENT, "row %zu", i);
		EXPECT_BYTES(ah_buf_slice(&out), AH_SLICE_LITERAL("before"));
	}
	ah_test_count(sizeof rows / sizeof rows[0] - 1);
}

static void framing_that_an_answer_cannot_have_is_not_written(void)
{
	static const struct { unsigned status; ah_http_framing framing; uint64_t len; } rows[] = {
		{ 200, AH_HTTP_BODY_NONE, 0 }, { 404, AH_HTTP_BODY_NONE, 0 }, { 200, AH_HTTP_BODY_UNTIL_CLOSE, 0 }, { 100, AH_HTTP_BODY_LENGTH, 0 },
		{ 101, AH_HTTP_BODY_CHUNKED, 0 }, { 204, AH_HTTP_BODY_LENGTH, 0 }, { 204, AH_HTTP_BODY_CHUNKED, 0 }, { 99, AH_HTTP_BODY_NONE, 0 },
		{ 600, AH_HTTP_BODY_LENGTH, 0 }, { 0, AH_HTTP_BODY_LENGTH, 0 }, { 200, AH_HTTP_BODY_LENGTH, (UINT64_C(1) << 53) + 1 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		AH_AUTO(ah_buf) out = AH_BUF(1000);
		ah_http_writer w;
		ah_http_response_begin(&w, &out, rows[i].status);
		EXPECT_MSG(ah_http_head_finish(&w, rows[i].framing, rows[i].len) == AH_ERR_ARGUMENT && out.len == 0, "row %zu", i);
	}
}

/* Fields, line and head at what our own parser takes, and one more. */
static void what_our_parser_would_refuse_for_its_size_is_not_written(void)
{
	static char value[AH_HTTP_LINE_MAX + 1];
	memset(value, 'a', sizeof value);
	for (size_t extra = 0; extra < 2; extra++) {
		AH_AUTO(ah_buf) out = AH_BUF(1 << 20);
		ah_err wanted = extra == 0 ? AH_OK : AH_ERR_LIMIT;
		ah_http_writer w;
		ah_http_request_begin(&w, &out, TEXT("GET"), TEXT("/"), TEXT("a"));
		for (size_t i = 0; i < AH_HTTP_FIELDS_MAX - 2 + extra; i++)
			ah_http_put_text(&w, "X", "y");
		EXPECT_ERR(ah_http_head_finish(&w, AH_HTTP_BODY_CHUNKED, 0), wanted);
		ah_buf_clear(&out);
		ah_http_request_begin(&w, &out, TEXT("GET"), TEXT("/"), TEXT("a"));
		ah_http_put_field(&w, TEXT("X"), ah_slice_make(value, AH_HTTP_LINE_MAX - 5 + extra));
		EXPECT_ERR(ah_http_head_finish(&w, AH_HTTP_BODY_NONE, 0), wanted);
		ah_buf_clear(&out);
		ah_http_request_begin(&w, &out, TEXT("GET"), TEXT("/"), TEXT("a"));
		ah_http_put_field(&w, TEXT("X"), ah_slice_make(value, AH_HTTP_LINE_MAX - 5));
		ah_http_put_field(&w, TEXT("X"), ah_slice_make(value, AH_HTTP_HEAD_MAX - out.len - 7 + extra));
		EXPECT_ERR(ah_http_head_finish(&w, AH_HTTP_BODY_NONE, 0), wanted);
		EXPECT(out.len == (extra == 0 ? AH_HTTP_HEAD_MAX : 0));
	}
}

static void a_full_buffer_is_told_and_left_as_it_was(void)
{
	AH_AUTO(ah_buf) out = AH_BUF(40);
	ah_http_writer w;
	EXPECT_OK(ah_buf_append_text(&out, "before"));
	ah_http_response_begin(&w, &out, 200);
	ah_http_put_text(&w, "X", "a value that is too long");
	EXPECT_ERR(ah_http_head_finish(&w, AH_HTTP_BODY_LENGTH, 0), AH_ERR_LIMIT);
	EXPECT_BYTES(ah_buf_slice(&out), AH_SLICE_LITERAL("before"));
	EXPECT_ERR(ah_http_write_chunk(&out, AH_SLICE_LITERAL("0123456789012345678901234567890")), AH_ERR_LIMIT);
	EXPECT_BYTES(ah_buf_slice(&out), AH_SLICE_LITERAL("before"));
}

static void chunks_are_written_and_an_empty_one_is_not(void)
{
	AH_AUTO(ah_buf) out = AH_BUF(1000);
	EXPECT_OK(ah_http_write_chunk(&out, AH_SLICE_LITERAL("hello, hello, hello")));
	EXPECT_OK(ah_http_write_chunk(&out, (ah_slice){ NULL, 0 }));
	EXPECT_OK(ah_http_write_last_chunk(&out));
	EXPECT_BYTES(ah_buf_slice(&out), AH_SLICE_LITERAL("13\r\nhello, hello, hello\r\n0\r\n\r\n"));
	EXPECT_ERR(ah_http_write_chunk(&out, ah_slice_make("x", (size_t)UINT32_MAX + 1)), AH_ERR_LIMIT);
}

static const ah_test_case cases[] = {
	AH_TEST(a_request_is_written_as_rfc_9112_has_it),
	AH_TEST(an_answer_is_written_as_rfc_9112_has_it),
	AH_TEST(what_two_readers_could_read_differently_is_not_written),
	AH_TEST(framing_that_an_answer_cannot_have_is_not_written),
	AH_TEST(what_our_parser_would_refuse_for_its_size_is_not_written),
	AH_TEST(a_full_buffer_is_told_and_left_as_it_was),
	AH_TEST(chunks_are_written_and_an_empty_one_is_not),
};

AH_TEST_MAIN(cases)
