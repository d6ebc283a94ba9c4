/* Answers: status lines, what has a body, interim answers, framing as strict as in requests. */
#include "support/http1_transcript.h"
#include "support/test.h"

typedef struct response_case {
	ah_err err;
	unsigned status;
	ah_http_framing framing;
	bool kept;
	const char *text;
} response_case;

#define NONE   AH_HTTP_BODY_NONE
#define LENGTH AH_HTTP_BODY_LENGTH
#define CLOSE  AH_HTTP_BODY_UNTIL_CLOSE
#define CHUNKS AH_HTTP_BODY_CHUNKED
#define REFUSED(error, text) { AH_ERR_HTTP_##error, 0, NONE, false, text }

static const response_case answers[] = {
	{ AH_OK, 200, LENGTH, true, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n" },
	{ AH_OK, 200, LENGTH, true, "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n" },
	{ AH_OK, 200, LENGTH, true, "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n" },
	{ AH_OK, 404, CHUNKS, true, "HTTP/1.1 404 N\xc3\xb6t here\r\nTransfer-Encoding: chunked\r\n\r\n" },
	{ AH_OK, 200, CHUNKS, false, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n" },
	{ AH_OK, 200, CLOSE, false, "HTTP/1.1 200 OK\r\n\r\n" },
	{ AH_OK, 200, CLOSE, false, "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\n" },
	{ AH_OK, 200, LENGTH, false, "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\n" },
	{ AH_OK, 200, LENGTH, true, "HTTP/1.0 200 OK\r\nContent-Length: 1\r\nConnection: Keep-Alive\r\n\r\n" },
	{ AH_OK, 204, NONE, true, "HTTP/1.1 204 No Content\r\n\r\n" },
	{ AH_OK, 204, NONE, true, "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n" },
	{ AH_OK, 304, NONE, true, "HTTP/1.1 304 Not Modified\r\nContent-Length: 100\r\n\r\n" },
	{ AH_OK, 304, NONE, true, "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n" },
	{ AH_OK, 100, NONE, true, "HTTP/1.1 100 Continue\r\n\r\n" },
	{ AH_OK, 103, NONE, true, "HTTP/1.1 103 Early Hints\r\nConnection: close\r\n\r\n" },
	{ AH_OK, 101, NONE, true, "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n" },
	{ AH_OK, 599, LENGTH, true, "HTTP/1.1 599 x\r\nContent-Length: 0\r\n\r\n" },
	{ AH_OK, 426, LENGTH, true, "HTTP/1.1 426 x\r\nContent-Length: 0\r\nUpgrade: a\r\nUpgrade: b\r\nHost: x\r\nHost: y\r\n\r\n" },
	REFUSED(RESPONSE, "HTTP/1.1 099 x\r\n\r\n"),
	REFUSED(RESPONSE, "HTTP/1.1 600 x\r\n\r\n"),
	REFUSED(RESPONSE, "HTTP/1.1 20 x\r\n\r\n"),
	REFUSED(RESPONSE, "HTTP/1.1 2000 x\r\n\r\n"),
	REFUSED(RESPONSE, "HTTP/1.1 2xx x\r\n\r\n"),
	REFUSED(RESPONSE, "HTTP/1.1  200 OK\r\n\r\n"),
	REFUSED(RESPONSE, "HTTP/1.1\r\n\r\n"),
	REFUSED(RESPONSE, "HTTP/1.1 200\tOK\r\n\r\n"),
	REFUSED(RESPONSE, "HTTP/1.1 200 O\x01K\r\n\r\n"),
	REFUSED(RESPONSE, "HTTP/1.1 200 O\rK\r\n\r\n"),
	REFUSED(RESPONSE, "HTTP/1.1 200 OK\n\r\n"),
	REFUSED(RESPONSE, "http/1.1 200 OK\r\n\r\n"),
	REFUSED(RESPONSE, "HTTPS/1.1 200 OK\r\n\r\n"),
	REFUSED(RESPONSE, "\r\nHTTP/1.1 200 OK\r\n\r\n"),
	REFUSED(RESPONSE, "<html>"),
	REFUSED(RESPONSE, "HTTP/1.1 200 OK\r\nX : y\r\n\r\n"),
	REFUSED(RESPONSE, "HTTP/1.1 200 OK\r\nX: y\r\n z\r\n\r\n"),
	REFUSED(UNSUPPORTED, "HTTP/2.0 200 OK\r\n\r\n"),
	REFUSED(UNSUPPORTED, "HTTP/1.2 200 OK\r\n\r\n"),
	REFUSED(FRAMING, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n"),
	REFUSED(FRAMING, "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\n"),
	REFUSED(FRAMING, "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\n"),
	REFUSED(FRAMING, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"),
	REFUSED(FRAMING, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, chunked\r\n\r\n"),
	REFUSED(FRAMING, "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
	REFUSED(UNSUPPORTED, "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"),
	REFUSED(FRAMING, "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n"),
	REFUSED(FRAMING, "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n"),
	REFUSED(FRAMING, "HTTP/1.1 100 Continue\r\nContent-Length: 1\r\n\r\n"),
	REFUSED(FRAMING, "HTTP/1.1 101 Switching Protocols\r\nTransfer-Encoding: chunked\r\n\r\n"),
};

static void each_answer_of_the_table_is_framed_or_refused(void)
{
	for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
		const response_case *c = &answers[i];
		for (size_t piece = 1; piece <= 1000; piece += 999) {
			AH_AUTO(ah_http_parser) p;
			ah_slice in = ah_slice_text(c->text);
			ah_err err = AH_OK;
			bool done = false;
			ah_http_response_parser_init(&p);
			while (err == AH_OK && in.len != 0) {
				size_t used = 0;
				err = ah_http_parse(&p, &used, &done, ah_slice_sub(in, 0, piece < in.len ? piece : in.len), NULL);
				in = err == AH_OK ? ah_slice_sub(in, used, in.len - used) : in;
			}
			EXPECT_MSG(err == c->err, "%s: %s, wanted %s", c->text, ah_err_name(err), ah_err_name(c->err));
			EXPECT_MSG(p.refusal == 0, "%s: an answer has no status of refusal", c->text);
			if (err != AH_OK)
				continue;
			EXPECT_MSG(done && p.head.status == c->status && p.head.framing == c->framing && ah_http_keeps_alive(&p.head) == c->kept, "%s", c->text);
			EXPECT_MSG(p.head.is_interim == (c->status == 100 || c->status == 103), "%s", c->text);
		}
	}
	ah_test_count(sizeof answers / sizeof answers[0] - 1);
}

static void an_answer_to_head_has_no_body_whatever_it_says(void)
{
	static const char *const texts[] = {
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n",
	};
	AH_AUTO(ah_http_parser) p;
	ah_http_response_parser_init(&p);
	for (size_t i = 0; i < 3; i++) {
		size_t used = 0;
		bool done = false;
		ah_http_parser_reset(&p, true);
		EXPECT_OK(ah_http_parse(&p, &used, &done, ah_slice_text(texts[i]), NULL));
		EXPECT(done && p.head.framing == AH_HTTP_BODY_NONE && ah_http_keeps_alive(&p.head) && p.head.has_content_length == (i == 0));
		EXPECT(p.head.content_length == (i == 0 ? 5 : 0));
	}
	size_t used = 0;
	bool done = false;
	ah_http_parser_reset(&p, false);
	EXPECT_OK(ah_http_parse(&p, &used, &done, ah_slice_text(texts[0]), NULL));
	EXPECT(p.head.framing == AH_HTTP_BODY_LENGTH);
}

/* The framing of an answer to HEAD is still checked: two lengths are two opinions about what GET would give. */
static void an_answer_to_head_is_no_less_strict(void)
{
	AH_AUTO(ah_http_parser) p;
	size_t used = 0;
	bool done = false;
	ah_http_response_parser_init(&p);
	ah_http_parser_reset(&p, true);
	EXPECT_ERR(ah_http_parse(&p, &used, &done, AH_SLICE_LITERAL("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n"), NULL), AH_ERR_HTTP_FRAMING);
}

static void reason_and_fields_are_given_as_they_came(void)
{
	AH_AUTO(ah_http_parser) p;
	size_t used = 0;
	bool done = false;
	ah_http_response_parser_init(&p);
	ah_slice in = AH_SLICE_LITERAL("HTTP/1.1 418 I'm a  teapot \r\nX: y\r\nContent-Length: 0\r\n\r\nHTTP");
	EXPECT_OK(ah_http_parse(&p, &used, &done, in, NULL));
	EXPECT(done && used == in.len - 4 && ah_slice_is_text(p.head.reason, "I'm a  teapot ") && p.head.field_count == 2);
	/* The reason of one answer is not that of the next. */
	ah_http_parser_reset(&p, false);
	EXPECT_OK(ah_http_parse(&p, &used, &done, AH_SLICE_LITERAL("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n"), NULL));
	EXPECT(done && p.head.reason.len == 0);
}

static void interim_answers_are_counted_until_the_final_one(void)
{
	AH_AUTO(ah_http_parser) p;
	size_t used = 0;
	bool done = false;
	ah_http_response_parser_init(&p);
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < AH_HTTP_INTERIM_MAX; i++) {
			EXPECT_OK(ah_http_parse(&p, &used, &done, AH_SLICE_LITERAL("HTTP/1.1 102 Processing\r\n\r\n"), NULL));
			EXPECT(done && p.head.is_interim);
			ah_http_parser_reset(&p, false);
		}
		if (round == 1)
			break;
		EXPECT_OK(ah_http_parse(&p, &used, &done, AH_SLICE_LITERAL("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), NULL));
		EXPECT(done && !p.head.is_interim);
		ah_http_parser_reset(&p, false);
	}
	EXPECT_ERR(ah_http_parse(&p, &used, &done, AH_SLICE_LITERAL("HTTP/1.1 102 Processing\r\n\r\n"), NULL), AH_ERR_HTTP_RESPONSE);
}

static void answers_in_pieces_give_the_same_transcript(void)
{
	static const char stream[] = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nA: b\r\n\r\n"
				     "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1 200 OK\r\n\r\nto the end\r\n";
	AH_AUTO(ah_buf) whole = AH_BUF(1 << 16);
	for (size_t piece = sizeof stream; piece > 0; piece--) {
		transcript t;
		transcript_init(&t, TRANSCRIPT_RESPONSES, AH_HTTP_BODY_DEFAULT);
		for (size_t off = 0; off < sizeof stream - 1; off += piece)
			transcript_feed(&t, ah_slice_make(stream + off, piece < sizeof stream - 1 - off ? piece : sizeof stream - 1 - off));
		transcript_end(&t);
		if (whole.len == 0)
			EXPECT_OK(ah_buf_append(&whole, ah_buf_slice(&t.out)));
		bool same = ah_slice_is(ah_buf_slice(&whole), ah_buf_slice(&t.out));
		transcript_free(&t);
		EXPECT_MSG(same, "pieces of %zu", piece);
	}
	EXPECT(whole.len > 100 && memcmp(whole.ptr + whole.len - 14, "rest closed 0\n", 14) == 0);
}

static const ah_test_case cases[] = {
	AH_TEST(each_answer_of_the_table_is_framed_or_refused),
	AH_TEST(an_answer_to_head_has_no_body_whatever_it_says),
	AH_TEST(an_answer_to_head_is_no_less_strict),
	AH_TEST(reason_and_fields_are_given_as_they_came),
	AH_TEST(interim_answers_are_counted_until_the_final_one),
	AH_TEST(answers_in_pieces_give_the_same_transcript),
};

AH_TEST_MAIN(cases)
