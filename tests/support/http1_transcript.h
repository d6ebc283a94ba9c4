/*
 * What our HTTP codec says about a stream, as text: the same bytes must give the same text however they were cut into pieces, and the differential
 * test reads it. One line each:
 *     message VERSION METHOD|STATUS TARGET FRAMING keep|close     then its fields, content, and "end-of-message"
 *     field NAME VALUE
 *     content BYTES          of a whole body, or what came of one before an error or the end
 *     error NAME STATUS OFFSET
 *     rest STATE             at the end of the stream: idle, head, body, or closed / switched N with N bytes that nobody reads
 * Bytes are hex, "-" when there are none.
 */
#ifndef AH_TESTS_SUPPORT_HTTP1_TRANSCRIPT_H
#define AH_TESTS_SUPPORT_HTTP1_TRANSCRIPT_H

#include "codec/http1.h"

#include <stdlib.h>

#define TRANSCRIPT_MAX ((size_t)64 << 20)

enum { TRANSCRIPT_REQUESTS = 0, TRANSCRIPT_RESPONSES = 1, TRANSCRIPT_ANSWERS_HEAD = 2 };

typedef struct transcript {
	ah_http_parser parser;
	ah_http_body body;
	ah_buf content, out;
	uint64_t body_max;
	int mode;
	bool in_body, is_over;
	const char *state;
	size_t unread;
} transcript;

static inline void transcript_must(ah_err err)
{
	if (err != AH_OK)
		abort();
}

static inline void transcript_init(transcript *t, int mode, uint64_t body_max)
{
	memset(t, 0, sizeof *t);
	if (mode != TRANSCRIPT_REQUESTS)
		ah_http_response_parser_init(&t->parser);
	else
		ah_http_request_parser_init(&t->parser);
	t->parser.answers_head = mode == TRANSCRIPT_ANSWERS_HEAD;
	t->mode = mode;
	t->body_max = body_max;
	t->content = t->out = AH_BUF(TRANSCRIPT_MAX);
	t->state = "idle";
}

static inline void transcript_free(transcript *t)
{
	ah_http_parser_free(&t->parser);
	ah_buf_free(&t->content);
	ah_buf_free(&t->out);
}

static inline void transcript_put(transcript *t, const char *word)
{
	transcript_must(ah_buf_append_text(&t->out, word));
}

static inline void transcript_hex(transcript *t, ah_slice bytes)
{
	transcript_must(bytes.len != 0 ? ah_buf_append_hex(&t->out, bytes) : ah_buf_append_text(&t->out, "-"));
}

static inline void transcript_number(transcript *t, uint64_t n)
{
	transcript_must(ah_buf_printf(&t->out, " %llu", (unsigned long long)n));
}

static inline void transcript_content(transcript *t)
{
	transcript_put(t, "content ");
	transcript_hex(t, ah_buf_slice(&t->content));
	transcript_put(t, "\n");
	ah_buf_clear(&t->content);
}

static inline void transcript_error(transcript *t, unsigned refusal, const ah_fault *why)
{
	if (t->in_body)
		transcript_content(t);
	transcript_must(ah_buf_printf(&t->out, "error %s %u %zu\n", ah_err_name(why->err), refusal, why->offset));
	t->is_over = true;
	t->state = NULL;
}

static inline void transcript_head(transcript *t)
{
	static const char *const framings[] = { "none", "length", "chunked", "until-close" };
	const ah_http_head *head = &t->parser.head;
	transcript_must(ah_buf_printf(&t->out, "message 1.%u ", head->minor));
	if (head->is_response)
		transcript_must(ah_buf_printf(&t->out, "%u ", head->status));
	else
		transcript_hex(t, head->method);
	transcript_put(t, " ");
	transcript_hex(t, head->target);
	transcript_must(ah_buf_printf(&t->out, " %s %s\n", framings[head->framing], ah_http_keeps_alive(head) ? "keep" : "close"));
	for (size_t i = 0; i < head->field_count; i++) {
		ah_http_field field = ah_http_field_at(&t->parser, i);
		transcript_put(t, "field ");
		transcript_hex(t, field.name);
		transcript_put(t, " ");
		transcript_hex(t, field.value);
		transcript_put(t, "\n");
	}
}

/* The message is complete: what does the connection do? */
static inline void transcript_next(transcript *t)
{
	const ah_http_head *head = &t->parser.head;
	bool keeps = ah_http_keeps_alive(head);
	/* What follows an offer to upgrade is HTTP or not, as the answer decides: nobody may have read it before. */
	bool switches = head->is_response ? head->status == 101 : head->target_form == AH_HTTP_TARGET_AUTHORITY || head->upgrade.len != 0;
	transcript_content(t);
	transcript_put(t, "end-of-message\n");
	t->in_body = false;
	t->is_over = switches || !keeps;
	t->state = switches ? "switched" : keeps ? "idle" : "closed";
	if (!t->is_over)
		ah_http_parser_reset(&t->parser, t->mode == TRANSCRIPT_ANSWERS_HEAD);
}

static inline size_t transcript_step(transcript *t, ah_slice in)
{
	size_t used = 0;
	bool done = false;
	ah_fault why = { 0 };
	ah_slice data = { NULL, 0 };
	if (!t->in_body) {
		if (ah_http_parse(&t->parser, &used, &done, in, &why) != AH_OK) {
			transcript_error(t, t->parser.refusal, &why);
			return in.len;
		}
		t->state = "head";
		if (!done)
			return used;
		transcript_head(t);
		t->in_body = true;
		t->state = "body";
		if (ah_http_body_init(&t->body, &t->parser.head, t->body_max, &why) != AH_OK) {
			transcript_error(t, t->body.refusal, &why);
			return in.len;
		}
		if (t->body.framing != AH_HTTP_BODY_NONE && (t->body.framing != AH_HTTP_BODY_LENGTH || t->parser.head.content_length != 0))
			return used;
		transcript_next(t);
		return used;
	}
	if (ah_http_body_read(&t->body, &used, &data, &done, in, &why) != AH_OK) {
		transcript_error(t, t->body.refusal, &why);
		return in.len;
	}
	transcript_must(ah_buf_append(&t->content, data));
	if (done)
		transcript_next(t);
	return used;
}

static inline void transcript_feed(transcript *t, ah_slice in)
{
	while (in.len != 0 && !t->is_over) {
		size_t used = transcript_step(t, in);
		in = ah_slice_sub(in, used, in.len - used);
	}
	t->unread += in.len;
}

/* The stream ends; t->out is then the whole text. */
static inline void transcript_end(transcript *t)
{
	ah_fault why = { 0 };
	if (t->in_body && !t->is_over && t->body.framing == AH_HTTP_BODY_UNTIL_CLOSE) {
		transcript_must(ah_http_body_end(&t->body, &why));
		transcript_next(t);
	} else if (t->in_body && !t->is_over) {
		if (ah_http_body_end(&t->body, &why) == AH_OK)
			abort();
		transcript_content(t);
	}
	if (t->state == NULL)
		return;
	transcript_must(ah_buf_printf(&t->out, "rest %s", t->state));
	if (t->is_over)
		transcript_number(t, t->unread);
	transcript_put(t, "\n");
}

#endif
