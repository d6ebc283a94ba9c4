/*
 * HTTP/1.1 as a codec: bytes in, messages out, and back. RFC 9112 (messages), RFC 9110 (fields); docs/protocol/http.md has every rule.
 *
 * Nothing here waits or owns a socket. A parser takes the head of one message, a body decoder what follows it, a writer makes both. Bytes may come
 * in any fragmentation; what is said about them depends on the bytes alone. Bytes behind a head or a body are never taken: they stay with the caller.
 *
 * Strict: what two readers could understand differently is refused, not repaired. After a refusal the place in the stream is lost, so the
 * connection ends: every error is sticky, and `refusal` is the status with which a server answers before it closes.
 */
#ifndef AH_CODEC_HTTP1_H
#define AH_CODEC_HTTP1_H

#include "base/buf.h"
#include "base/limits.h"

/* -- Messages -- */

/* Where the body ends. */
typedef enum ah_http_framing {
	AH_HTTP_BODY_NONE,        /* with the head */
	AH_HTTP_BODY_LENGTH,      /* after content_length bytes, which may be 0 */
	AH_HTTP_BODY_CHUNKED,     /* with the chunk of size 0 and its trailers */
	AH_HTTP_BODY_UNTIL_CLOSE  /* responses only: with the stream. Whoever cuts the stream cuts the body unseen: refused in every channel */
} ah_http_framing;

/* RFC 9112 3.2. An origin server serves ORIGIN alone; the others are told apart so that they can be refused by name. */
typedef enum ah_http_target_form {
	AH_HTTP_TARGET_ORIGIN,    /* "/path?query" */
	AH_HTTP_TARGET_ABSOLUTE,  /* "http://host/path?query", to a proxy; its authority equals Host */
	AH_HTTP_TARGET_AUTHORITY, /* "host:port", with CONNECT and only there */
	AH_HTTP_TARGET_ASTERISK   /* "*", with OPTIONS and only there */
} ah_http_target_form;

typedef struct ah_http_field { ah_slice name, value; } ah_http_field; /* the name as it was written; the value without white space around it */

/* A head. Slices borrow from the parser, until it is reset or freed. */
typedef struct ah_http_head {
	/* requests */
	ah_slice method, target;
	ah_http_target_form target_form;
	ah_slice authority;       /* of ABSOLUTE and AUTHORITY */
	ah_slice path, query;     /* of ORIGIN and ABSOLUTE (where the path may be empty: "/" is meant); the query without its "?" */
	bool has_query;
	ah_slice host;            /* the value of Host; empty only with HTTP/1.0 */
	bool expect_continue;     /* the client waits for "100 Continue" before it sends the body */
	/* responses */
	unsigned status;          /* 100..599 */
	ah_slice reason;
	bool is_interim;          /* 1xx but 101: reset the parser and read on, the final head follows */
	/* both */
	bool is_response;
	unsigned minor;           /* HTTP/1.0 or HTTP/1.1 */
	ah_http_framing framing;
	uint64_t content_length;  /* with AH_HTTP_BODY_LENGTH; in answers to HEAD and 304, whose framing is NONE, what GET would have */
	bool has_content_length;
	bool connection_close, connection_keep_alive;
	ah_slice upgrade;         /* the protocols of Upgrade, when Connection names it, in HTTP/1.1, without a body; else empty */
	size_t field_count;
} ah_http_head;

/* Positions in the head, and one of a field that may stand once. */
typedef struct ah_http_span { uint16_t off, len; } ah_http_span;
typedef struct ah_http_single { bool seen; ah_http_span value; } ah_http_single;

/* The fields are private but head and refusal. */
typedef struct ah_http_parser {
	ah_http_head head;        /* complete once ah_http_parse() said done */
	unsigned refusal;         /* after an error of a request: 400, 414, 417, 431, 501, 503 (out of memory) or 505; else 0 */
	ah_err err;
	ah_buf bytes;
	size_t line_off;
	bool has_first_line, is_done, answers_head;
	unsigned interim_count;
	ah_http_span first[2];    /* method and target, or the reason */
	ah_http_single host, length, coding, expect, upgrade;
	bool connection_upgrade;
	struct { ah_http_span name, value; } fields[AH_HTTP_FIELDS_MAX];
} ah_http_parser;

static_assert(AH_HTTP_HEAD_MAX <= UINT16_MAX, "positions in a head are 16 bits wide");

void ah_http_request_parser_init(ah_http_parser *p);
void ah_http_response_parser_init(ah_http_parser *p);
void ah_http_parser_free(ah_http_parser *p);
static inline void ah_http_parser_auto(ah_http_parser *p) { ah_http_parser_free(p); }

/*
 * Make ready for the next head on the connection; the memory stays. answers_head: the next answer is one to HEAD, so that it has no body.
 * Not to be called after an error.
 */
void ah_http_parser_reset(ah_http_parser *p, bool answers_head);
/* Give the memory back while the connection idles; p->head ends with it. */
void ah_http_parser_release(ah_http_parser *p);

/*
 * Take bytes of a head.
 *
 * used    how many of `in` belong to the head: all of them, or those up to its empty line.
 * done    the head is complete and p->head may be read. A done parser takes no byte until it is reset.
 * errors  requests: AH_ERR_HTTP_REQUEST; responses: AH_ERR_HTTP_RESPONSE; both: AH_ERR_HTTP_FRAMING, AH_ERR_HTTP_TOO_LARGE,
 *         AH_ERR_HTTP_UNSUPPORTED, AH_ERR_NOMEM. *why has the offset in the head. Sticky.
 */
AH_MUST_USE ah_err ah_http_parse(ah_http_parser *p, size_t *used, bool *done, ah_slice in, ah_fault *why);

/* True between messages: not one byte of the next head has come, so that the end of the stream is no loss. */
static inline bool ah_http_parser_is_idle(const ah_http_parser *p) { return p->bytes.len == 0 && !p->is_done && p->err == AH_OK; }

/* Field number i < head.field_count, in the order of the wire. */
ah_http_field ah_http_field_at(const ah_http_parser *p, size_t i);
/* How many fields have the name (any case), and the value of the first in *value (may be NULL; untouched when there is none). */
size_t ah_http_field_find(const ah_http_parser *p, const char *name, ah_slice *value);

/* Names and tokens of HTTP compare without regard to the case of ASCII letters. */
bool ah_http_name_is(ah_slice name, const char *text);
/* The next element of a comma-separated list, without white space around it; empty ones are passed over. False at the end. */
bool ah_http_list_next(ah_slice *rest, ah_slice *element);
bool ah_http_list_has(ah_slice list, const char *token);

/* May another message follow on the connection? Of a request: after its answer; of an answer: after its body. Interim answers always. */
bool ah_http_keeps_alive(const ah_http_head *head);

/* -- Bodies -- */

/* The fields are private but refusal, total and framing. */
typedef struct ah_http_body {
	ah_http_framing framing;
	bool is_request;
	unsigned refusal;         /* after an error of a request's body: 400 or 413 */
	ah_err err;
	uint64_t total;           /* bytes of content given out so far */
	uint64_t max, left;       /* left: of the chunk, or of the whole */
	uint64_t off;             /* in the stream, since the end of the head */
	unsigned state;
	unsigned digits, chunks, extension_len, trailers, trailers_len;
	bool line_has_name;
} ah_http_body;

/*
 * Start the body of a head. max: bytes of content that the caller takes, at most AH_HTTP_LENGTH_MAX.
 * errors: AH_ERR_HTTP_TOO_LARGE (413: Content-Length is above max; before a byte of the body was read).
 */
AH_MUST_USE ah_err ah_http_body_init(ah_http_body *b, const ah_http_head *head, uint64_t max, ah_fault *why);

/*
 * Take bytes of a body. One call gives at most one piece of content; call again with the rest until everything is used or done is said.
 *
 * used    how many of `in` were taken, framing included. At `done` what follows is the next message.
 * data    content: a part of `in`, perhaps empty.
 * errors  AH_ERR_HTTP_FRAMING (chunks, trailers), AH_ERR_HTTP_TOO_LARGE (content, chunk count, extensions, trailers). *why has the offset from the
 *         start of the body. Sticky. Content given out before belongs to a message that never came: the caller discards or cancels it.
 */
AH_MUST_USE ah_err ah_http_body_read(ah_http_body *b, size_t *used, ah_slice *data, bool *done, ah_slice in, ah_fault *why);

/* The stream has ended. AH_OK when the body had ended or ends so (UNTIL_CLOSE), else AH_ERR_HTTP_FRAMING. */
AH_MUST_USE ah_err ah_http_body_end(ah_http_body *b, ah_fault *why);

/* -- Writing -- */

/*
 * Writes one head: begin, fields, finish. Always HTTP/1.1. The framing is an argument of finish and of nothing else, so that a head states it once;
 * a Host is an argument of the request. Errors are sticky and told by finish; then *out is as it was before.
 */
typedef struct ah_http_writer {
	ah_buf *out;              /* keeps: outlives the writer */
	size_t start;
	ah_err err;
	unsigned status;          /* 0: a request */
	size_t fields;
} ah_http_writer;

/* method: a token; target: printable ASCII; host: as a request must have it. */
void ah_http_request_begin(ah_http_writer *w, ah_buf *out, ah_slice method, ah_slice target, ah_slice host);
/* status 100..599. The reason is the one of RFC 9110, or none. */
void ah_http_response_begin(ah_http_writer *w, ah_buf *out, unsigned status);
/*
 * name is a token but not Content-Length, Transfer-Encoding, Trailer or (in a request) Host; value holds no control byte but tab and no white space at
 * its ends. Anything else is AH_ERR_ARGUMENT.
 */
void ah_http_put_field(ah_http_writer *w, ah_slice name, ah_slice value);
void ah_http_put_text(ah_http_writer *w, const char *name, const char *value);
/*
 * The framing and the empty line. NONE is for requests and for answers that never have a body (1xx, 204, 304); any other answer says LENGTH, be it 0.
 * LENGTH and CHUNKED are refused with 1xx and 204; with 304, and in answers to HEAD, they only state what GET would have. UNTIL_CLOSE is not written.
 * errors: AH_ERR_ARGUMENT, AH_ERR_LIMIT (the head is one that our own parser would refuse, or *out is full), AH_ERR_NOMEM.
 */
AH_MUST_USE ah_err ah_http_head_finish(ah_http_writer *w, ah_http_framing framing, uint64_t content_length);

/* One chunk. Empty content writes nothing: a chunk of size 0 would be the end. errors: AH_ERR_LIMIT (*out is full, or 4 GiB and more), AH_ERR_NOMEM. */
AH_MUST_USE ah_err ah_http_write_chunk(ah_buf *out, ah_slice data);
AH_MUST_USE ah_err ah_http_write_last_chunk(ah_buf *out);

/* "Not Found"; "" for a status without a name. Static storage. */
const char *ah_http_reason(unsigned status);

#endif
