/*
 * HTTP/1.1: the same stream whole, byte by byte and in pieces gives the same messages and the same refusal; a head that was accepted is written anew
 * by our writer and read back as the same message. The first byte of the input chooses requests or responses and the pieces.
 */
#include "fuzz.h"

#include "../tests/support/http1_transcript.h"

#define BODY_MAX 4096

static void play(ah_buf *out, int mode, ah_slice in, unsigned pieces)
{
	transcript t;
	uint32_t state = pieces * 2654435761u + 1;
	transcript_init(&t, mode, BODY_MAX);
	for (size_t off = 0; off < in.len;) {
		state = state * 1664525u + 1013904223u;
		size_t len = pieces == 0 ? in.len : pieces == 1 ? 1 : 1 + (state >> 16) % (2 * pieces);
		len = len < in.len - off ? len : in.len - off;
		transcript_feed(&t, ah_slice_sub(in, off, len));
		off += len;
	}
	transcript_end(&t);
	transcript_must(ah_buf_append(out, ah_buf_slice(&t.out)));
	transcript_free(&t);
}

static bool is_written_by_us(ah_slice name)
{
	return ah_http_name_is(name, "host") || ah_http_name_is(name, "content-length") || ah_http_name_is(name, "transfer-encoding") ||
	       ah_http_name_is(name, "trailer");
}

/* A request in HTTP/1.0, a head of the largest size and one with as many fields as there may be can lack the room for what the writer adds. */
static void write_again(ah_http_parser *p, ah_slice in)
{
	size_t used = 0;
	bool done = false;
	if (ah_http_parse(p, &used, &done, in, NULL) != AH_OK || !done)
		return;
	const ah_http_head *head = &p->head;
	assert(used <= in.len && head->field_count <= AH_HTTP_FIELDS_MAX);
	ah_http_framing framing = head->framing;
	if ((!head->is_response && head->host.len == 0) || framing == AH_HTTP_BODY_UNTIL_CLOSE || (framing == AH_HTTP_BODY_NONE && head->has_content_length))
		return;
	if (head->is_response && framing == AH_HTTP_BODY_NONE && head->status >= 200 && head->status != 204 && head->status != 304)
		return; /* an answer to HEAD */
	AH_AUTO(ah_buf) out = AH_BUF(4 * AH_HTTP_HEAD_MAX);
	ah_http_writer w;
	if (head->is_response)
		ah_http_response_begin(&w, &out, head->status);
	else
		ah_http_request_begin(&w, &out, head->method, head->target, head->host);
	for (size_t i = 0; i < head->field_count; i++) {
		ah_http_field field = ah_http_field_at(p, i);
		if (!is_written_by_us(field.name))
			ah_http_put_field(&w, field.name, field.value);
	}
	ah_err err = ah_http_head_finish(&w, framing, head->content_length);
	assert(err == AH_OK || err == AH_ERR_LIMIT);
	if (err != AH_OK) {
		assert(out.len == 0);
		return;
	}
	ah_http_parser again;
	if (head->is_response)
		ah_http_response_parser_init(&again);
	else
		ah_http_request_parser_init(&again);
	size_t used_again = 0;
	bool done_again = false;
	ah_err read = ah_http_parse(&again, &used_again, &done_again, ah_buf_slice(&out), NULL);
	if (read == AH_OK) { /* what HTTP/1.0 does not have, a second Connection or Upgrade among it, may be refused in HTTP/1.1 */
		assert(done_again && used_again == out.len && again.head.framing == framing && again.head.content_length == head->content_length);
		assert(ah_slice_is(again.head.method, head->method) && ah_slice_is(again.head.target, head->target) && again.head.status == head->status);
	} else {
		assert(head->minor == 0);
	}
	ah_http_parser_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	int mode = data[0] % 3;
	ah_slice in = ah_slice_make(data + 1, size - 1);
	AH_AUTO(ah_buf) whole = AH_BUF(TRANSCRIPT_MAX), bytes = AH_BUF(TRANSCRIPT_MAX), pieces = AH_BUF(TRANSCRIPT_MAX);
	play(&whole, mode, in, 0);
	play(&bytes, mode, in, 1);
	play(&pieces, mode, in, 2 + data[0] / 3);
	assert(ah_slice_is(ah_buf_slice(&whole), ah_buf_slice(&bytes)) && ah_slice_is(ah_buf_slice(&whole), ah_buf_slice(&pieces)));
	ah_http_parser p;
	if (mode == TRANSCRIPT_REQUESTS)
		ah_http_request_parser_init(&p);
	else
		ah_http_response_parser_init(&p);
	write_again(&p, in);
	ah_http_parser_free(&p);
	return 0;
}
