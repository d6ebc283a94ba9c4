/* Bodies: content without copies, limits at n and n + 1, what the end of the stream means. The grammar of chunks is in the table of test_http1.c. */
#include "codec/http1.h"
#include "support/test.h"

static const ah_http_head chunked_request = { .framing = AH_HTTP_BODY_CHUNKED }, chunked_answer = { .framing = AH_HTTP_BODY_CHUNKED, .is_response = true };
static const ah_http_head until_close = { .framing = AH_HTTP_BODY_UNTIL_CLOSE, .is_response = true };

/* Reads the whole of `in` in pieces; *out gets the content, *rest what was left behind the end. */
static ah_err read_all(ah_http_body *b, ah_buf *out, ah_slice in, size_t piece, size_t *rest, bool *done)
{
	*done = false;
	while (in.len != 0 && !*done) {
		size_t used = 0;
		ah_slice data = { NULL, 0 };
		ah_err err = ah_http_body_read(b, &used, &data, done, ah_slice_sub(in, 0, piece < in.len ? piece : in.len), NULL);
		if (err != AH_OK)
			return err;
		if (ah_buf_append(out, data) != AH_OK)
			return AH_ERR_NOMEM;
		in = ah_slice_sub(in, used, in.len - used);
	}
	*rest = in.len;
	return AH_OK;
}

static void content_ends_where_the_framing_says_and_the_rest_is_left(void)
{
	static const struct { ah_http_framing framing; uint64_t len; const char *in, *content; size_t rest; bool done; } rows[] = {
		{ AH_HTTP_BODY_LENGTH, 5, "helloGET", "hello", 3, true },
		{ AH_HTTP_BODY_LENGTH, 5, "hel", "hel", 0, false },
		{ AH_HTTP_BODY_CHUNKED, 0, "5\r\nhello\r\n1;x\r\n!\r\n0\r\nA: b\r\n\r\nGET", "hello!", 3, true },
		{ AH_HTTP_BODY_CHUNKED, 0, "5\r\nhello\r\n", "hello", 0, false },
		{ AH_HTTP_BODY_UNTIL_CLOSE, 0, "hello", "hello", 0, false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		for (size_t piece = 1; piece < 12; piece++) {
			AH_AUTO(ah_buf) out = AH_BUF(100);
			ah_http_body b;
			ah_http_head head = { .framing = rows[i].framing, .content_length = rows[i].len };
			size_t rest = 0;
			bool done = false;
			EXPECT_OK(ah_http_body_init(&b, &head, 100, NULL));
			EXPECT_OK(read_all(&b, &out, ah_slice_text(rows[i].in), piece, &rest, &done));
			EXPECT_BYTES(ah_buf_slice(&out), ah_slice_text(rows[i].content));
			EXPECT(done == rows[i].done && rest == rows[i].rest && b.total == strlen(rows[i].content));
		}
	}
}

static void content_is_a_part_of_the_input_and_not_a_copy(void)
{
	static const uint8_t in[] = "5\r\nhello\r\n0\r\n\r\n";
	ah_http_body b;
	size_t used = 0;
	ah_slice data = { NULL, 0 };
	bool done = true;
	EXPECT_OK(ah_http_body_init(&b, &chunked_request, 100, NULL));
	EXPECT_OK(ah_http_body_read(&b, &used, &data, &done, ah_slice_make(in, sizeof in - 1), NULL));
	EXPECT(data.ptr == in + 3 && data.len == 5 && used == 8 && !done);
}

static void bodies_of_no_bytes_are_done_before_a_byte_comes(void)
{
	static const ah_http_head heads[] = { { .framing = AH_HTTP_BODY_NONE }, { .framing = AH_HTTP_BODY_LENGTH, .content_length = 0 } };
	for (size_t i = 0; i < 2; i++) {
		ah_http_body b;
		size_t used = 1;
		ah_slice data = { NULL, 1 };
		bool done = false;
		EXPECT_OK(ah_http_body_init(&b, &heads[i], 0, NULL));
		EXPECT_OK(ah_http_body_read(&b, &used, &data, &done, AH_SLICE_LITERAL("GET"), NULL));
		EXPECT(done && used == 0 && data.len == 0);
		EXPECT_OK(ah_http_body_end(&b, NULL));
	}
}

static void a_length_above_the_limit_is_refused_before_the_body(void)
{
	ah_http_body b;
	ah_http_head head = { .framing = AH_HTTP_BODY_LENGTH, .content_length = 100 };
	EXPECT_OK(ah_http_body_init(&b, &head, 100, NULL));
	EXPECT_ERR(ah_http_body_init(&b, &head, 99, NULL), AH_ERR_HTTP_TOO_LARGE);
	EXPECT(b.refusal == 413);
	head.is_response = true;
	EXPECT_ERR(ah_http_body_init(&b, &head, 99, NULL), AH_ERR_HTTP_TOO_LARGE);
	EXPECT(b.refusal == 0);
}

static void chunks_above_the_limit_are_refused_at_their_size(void)
{
	for (uint64_t max = 7; max <= 8; max++) {
		ah_http_body b;
		AH_AUTO(ah_buf) out = AH_BUF(100);
		size_t rest = 0;
		bool done = false;
		EXPECT_OK(ah_http_body_init(&b, &chunked_request, max, NULL));
		ah_err err = read_all(&b, &out, AH_SLICE_LITERAL("5\r\nhello\r\n3\r\nabc\r\n0\r\n\r\n"), 100, &rest, &done);
		EXPECT(err == (max == 8 ? AH_OK : AH_ERR_HTTP_TOO_LARGE));
		EXPECT_BYTES(ah_buf_slice(&out), max == 8 ? AH_SLICE_LITERAL("helloabc") : AH_SLICE_LITERAL("hello"));
		EXPECT(b.refusal == (max == 8 ? 0 : 413));
	}
}

static void a_body_until_close_gives_its_limit_and_not_a_byte_more(void)
{
	for (size_t piece = 1; piece < 8; piece++) {
		ah_http_body b;
		AH_AUTO(ah_buf) out = AH_BUF(100);
		size_t rest = 0;
		bool done = false;
		EXPECT_OK(ah_http_body_init(&b, &until_close, 5, NULL));
		EXPECT_OK(read_all(&b, &out, AH_SLICE_LITERAL("hello"), piece, &rest, &done));
		EXPECT(!done);
		EXPECT_ERR(read_all(&b, &out, AH_SLICE_LITERAL("!"), piece, &rest, &done), AH_ERR_HTTP_TOO_LARGE);
		EXPECT_BYTES(ah_buf_slice(&out), AH_SLICE_LITERAL("hello"));
	}
}

static void put_chunks(ah_buf *out, size_t count, const char *chunk)
{
	for (size_t i = 0; i < count; i++)
		if (ah_buf_append_text(out, chunk) != AH_OK)
			return;
	if (ah_http_write_last_chunk(out) != AH_OK)
		return;
}

static void chunks_of_requests_are_counted_and_those_of_answers_are_not(void)
{
	for (size_t extra = 0; extra < 2; extra++) {
		AH_AUTO(ah_buf) in = AH_BUF(1 << 20), out = AH_BUF(1 << 20);
		ah_http_body b;
		size_t rest = 0;
		bool done = false;
		put_chunks(&in, AH_HTTP_CHUNKS_MAX + extra, "1\r\nx\r\n");
		EXPECT_OK(ah_http_body_init(&b, &chunked_request, 1 << 20, NULL));
		EXPECT_ERR(read_all(&b, &out, ah_buf_slice(&in), SIZE_MAX, &rest, &done), extra == 0 ? AH_OK : AH_ERR_HTTP_TOO_LARGE);
		ah_buf_clear(&out);
		EXPECT_OK(ah_http_body_init(&b, &chunked_answer, 1 << 20, NULL));
		EXPECT_OK(read_all(&b, &out, ah_buf_slice(&in), SIZE_MAX, &rest, &done));
		EXPECT(done && out.len == AH_HTTP_CHUNKS_MAX + extra);
	}
}

/* 256 bytes in the whole body, not in each chunk: a stream of small chunks with long extensions costs the reader far more than the sender. */
static void extensions_are_counted_over_the_whole_body(void)
{
	AH_AUTO(ah_buf) in = AH_BUF(1 << 20), out = AH_BUF(1 << 20);
	ah_http_body b;
	size_t rest = 0;
	bool done = false;
	put_chunks(&in, AH_HTTP_CHUNK_EXTENSIONS_MAX / 4, "1;abc\r\nx\r\n");
	EXPECT_OK(ah_http_body_init(&b, &chunked_answer, 1 << 20, NULL));
	EXPECT_OK(read_all(&b, &out, ah_buf_slice(&in), 5, &rest, &done));
	ah_buf_clear(&in);
	put_chunks(&in, AH_HTTP_CHUNK_EXTENSIONS_MAX / 4, "1;abc\r\nx\r\n");
	in.len -= 5;
	put_chunks(&in, 1, "1;\r\nx\r\n");
	EXPECT_OK(ah_http_body_init(&b, &chunked_answer, 1 << 20, NULL));
	EXPECT_ERR(read_all(&b, &out, ah_buf_slice(&in), 5, &rest, &done), AH_ERR_HTTP_TOO_LARGE);
}

static void trailers_at_their_length_pass_and_one_byte_more_does_not(void)
{
	for (size_t extra = 0; extra < 2; extra++) {
		AH_AUTO(ah_buf) in = AH_BUF(1 << 20), out = AH_BUF(1 << 20);
		ah_http_body b;
		size_t rest = 0;
		bool done = false;
		EXPECT_OK(ah_buf_append_text(&in, "0\r\nX:"));
		/* The line, its CRLF, and the CR of the empty line are counted. */
		for (size_t i = 0; i < AH_HTTP_TRAILERS_LEN_MAX - 5 + extra; i++)
			EXPECT_OK(ah_buf_append_byte(&in, 'a'));
		EXPECT_OK(ah_buf_append_text(&in, "\r\n\r\n"));
		EXPECT_OK(ah_http_body_init(&b, &chunked_request, 10, NULL));
		EXPECT_ERR(read_all(&b, &out, ah_buf_slice(&in), 100, &rest, &done), extra == 0 ? AH_OK : AH_ERR_HTTP_TOO_LARGE);
	}
}

static void the_end_of_the_stream_is_an_error_unless_it_is_the_framing(void)
{
	ah_http_body b;
	ah_fault why = { 0 };
	AH_AUTO(ah_buf) out = AH_BUF(100);
	size_t rest = 0;
	bool done = false;
	ah_http_head head = { .framing = AH_HTTP_BODY_LENGTH, .content_length = 5, .is_response = true };
	EXPECT_OK(ah_http_body_init(&b, &head, 100, NULL));
	EXPECT_OK(read_all(&b, &out, AH_SLICE_LITERAL("hell"), 100, &rest, &done));
	EXPECT_ERR(ah_http_body_end(&b, &why), AH_ERR_HTTP_FRAMING);
	EXPECT(why.offset == 4);
	EXPECT_OK(ah_http_body_init(&b, &chunked_answer, 100, NULL));
	EXPECT_OK(read_all(&b, &out, AH_SLICE_LITERAL("4\r\nhell\r\n0\r\n"), 100, &rest, &done));
	EXPECT_ERR(ah_http_body_end(&b, NULL), AH_ERR_HTTP_FRAMING);
	EXPECT_OK(ah_http_body_init(&b, &until_close, 100, NULL));
	EXPECT_OK(read_all(&b, &out, AH_SLICE_LITERAL("hell"), 100, &rest, &done));
	EXPECT_OK(ah_http_body_end(&b, NULL));
}

static void an_error_is_sticky(void)
{
	ah_http_body b;
	ah_fault why = { 0 };
	size_t used = 5;
	ah_slice data = { NULL, 3 };
	bool done = true;
	EXPECT_OK(ah_http_body_init(&b, &chunked_request, 100, NULL));
	EXPECT_ERR(ah_http_body_read(&b, &used, &data, &done, AH_SLICE_LITERAL("1;ab\n"), &why), AH_ERR_HTTP_FRAMING);
	EXPECT(why.offset == 4 && b.refusal == 400 && used == 5 && data.len == 3 && done);
	EXPECT_ERR(ah_http_body_read(&b, &used, &data, &done, AH_SLICE_LITERAL("1\r\nx\r\n"), NULL), AH_ERR_HTTP_FRAMING);
	EXPECT_ERR(ah_http_body_end(&b, NULL), AH_ERR_HTTP_FRAMING);
}

static const ah_test_case cases[] = {
	AH_TEST(content_ends_where_the_framing_says_and_the_rest_is_left),
	AH_TEST(content_is_a_part_of_the_input_and_not_a_copy),
	AH_TEST(bodies_of_no_bytes_are_done_before_a_byte_comes),
	AH_TEST(a_length_above_the_limit_is_refused_before_the_body),
	AH_TEST(chunks_above_the_limit_are_refused_at_their_size),
	AH_TEST(a_body_until_close_gives_its_limit_and_not_a_byte_more),
	AH_TEST(chunks_of_requests_are_counted_and_those_of_answers_are_not),
	AH_TEST(extensions_are_counted_over_the_whole_body),
	AH_TEST(trailers_at_their_length_pass_and_one_byte_more_does_not),
	AH_TEST(the_end_of_the_stream_is_an_error_unless_it_is_the_framing),
	AH_TEST(an_error_is_sticky),
};

AH_TEST_MAIN(cases)
