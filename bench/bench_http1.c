/*
 * HTTP and WebSocket codecs against their floor: one pass over the bytes that they have to look at.
 *
 * head      a GET of a browser's kind with 8 header lines, 400 bytes; the floor finds every line feed with memchr and copies the bytes
 * chunks    64 KiB of content in chunks of 1 KiB; the floor copies the content, which the decoder does not have to do
 * frame     64 KiB of text in one masked frame: unmasked, checked to be UTF-8 and copied; the floor copies it
 */
#include "bench.h"
#include "codec/websocket.h"

#include <stdio.h>

#define CONTENT_LEN 65536
#define CHUNK_LEN   1024

static const char head_text[] =
	"GET /api/v1/items?limit=20&after=18446744073709551615 HTTP/1.1\r\n"
	"Host: enclave.example.com:8443\r\n"
	"User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n"
	"Accept: application/json, text/plain, */*\r\n"
	"Accept-Language: en-US,en;q=0.5\r\n"
	"Accept-Encoding: gzip, deflate, br\r\n"
	"Connection: keep-alive\r\n"
	"Cookie: session=0123456789abcdef0123456789abcdef\r\n"
	"Cache-Control: no-cache\r\n"
	"\r\n";

struct bench {
	ah_http_parser parser;
	ah_ws_reader reader;
	ah_slice head, chunks, frame;
	ah_buf wire;
	uint8_t copy[CONTENT_LEN];
};

static const ah_http_head chunked = { .framing = AH_HTTP_BODY_CHUNKED };

static void parse_head(void *context)
{
	struct bench *b = context;
	size_t used = 0;
	bool done = false;
	if (ah_http_parse(&b->parser, &used, &done, b->head, NULL) != AH_OK || !done || b->parser.head.field_count != 8)
		ah_bench_stop("the head is not parsed");
	ah_http_parser_reset(&b->parser, false);
}

static void floor_head(void *context)
{
	struct bench *b = context;
	size_t lines = 0;
	for (const uint8_t *at = b->head.ptr, *end = at + b->head.len; at < end; lines++)
		at = (const uint8_t *)memchr(at, '\n', (size_t)(end - at)) + 1;
	memcpy(b->copy, b->head.ptr, b->head.len);
	__asm__ volatile("" : : "r"(b->copy) : "memory");
	if (lines != 10)
		ah_bench_stop("the head has other lines");
}

static void decode_chunks(void *context)
{
	struct bench *b = context;
	ah_http_body body;
	ah_slice in = b->chunks;
	bool done = false;
	if (ah_http_body_init(&body, &chunked, CONTENT_LEN, NULL) != AH_OK)
		ah_bench_stop("no body");
	while (!done) {
		size_t used = 0;
		ah_slice data;
		if (ah_http_body_read(&body, &used, &data, &done, in, NULL) != AH_OK)
			ah_bench_stop("the chunks are not decoded");
		in = ah_slice_sub(in, used, in.len - used);
	}
	if (body.total != CONTENT_LEN)
		ah_bench_stop("the content is not whole");
}

static void read_frame(void *context)
{
	struct bench *b = context;
	size_t used = 0;
	ah_ws_event event;
	if (ah_ws_read(&b->reader, &used, &event, b->frame, NULL) != AH_OK || !event.happened || event.payload.len != CONTENT_LEN)
		ah_bench_stop("the frame is not read");
}

static void floor_content(void *context)
{
	struct bench *b = context;
	memcpy(b->copy, b->chunks.ptr, CONTENT_LEN);
	__asm__ volatile("" : : "r"(b->copy) : "memory");
}

int main(void)
{
	static struct bench b;
	static uint8_t content[CONTENT_LEN];
	static const uint8_t mask[4] = { 1, 2, 3, 4 };
	AH_AUTO(ah_buf) chunks = AH_BUF(2 * CONTENT_LEN), frame = AH_BUF(2 * CONTENT_LEN);
	memset(content, 'x', sizeof content);
	for (size_t off = 0; off < CONTENT_LEN; off += CHUNK_LEN)
		if (ah_http_write_chunk(&chunks, ah_slice_make(content + off, CHUNK_LEN)) != AH_OK)
			ah_bench_stop("no chunks");
	if (ah_http_write_last_chunk(&chunks) != AH_OK || ah_ws_write_frame(&frame, AH_WS_CLIENT, AH_WS_TEXT, true, AH_SLICE_OF(content), mask) != AH_OK)
		ah_bench_stop("no wire");
	ah_http_request_parser_init(&b.parser);
	ah_ws_reader_init(&b.reader, AH_WS_SERVER, AH_WS_MESSAGE_DEFAULT);
	b.head = ah_slice_text(head_text);
	b.chunks = ah_buf_slice(&chunks);
	b.frame = ah_buf_slice(&frame);
	ah_bench_pair("http head, 8 lines", parse_head, floor_head, &b, 0);
	ah_bench_rate("http heads per second", parse_head, &b, 1e6);
	ah_bench_pair("http chunks, 64 KiB", decode_chunks, floor_content, &b, 0);
	ah_bench_pair("websocket frame, 64 KiB", read_frame, floor_content, &b, 0);
	ah_http_parser_free(&b.parser);
	ah_ws_reader_free(&b.reader);
	return 0;
}
