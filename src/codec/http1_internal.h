/* What the files of the HTTP codec share: classes of characters, and the steps of a head. */
#ifndef AH_CODEC_HTTP1_INTERNAL_H
#define AH_CODEC_HTTP1_INTERNAL_H

#include "codec/http1.h"

/* Classes of bytes, bits of ah__http_classes[]. */
enum {
	AH_HTTP_TCHAR = 1,   /* RFC 9110 5.6.2: letters, digits and !#$%&'*+-.^_`|~ */
	AH_HTTP_VALUE = 2,   /* RFC 9110 5.5: tab, space, printable ASCII, 0x80..0xff */
	AH_HTTP_TARGET = 4,  /* printable ASCII but " # < > */
	AH_HTTP_HOST = 8,    /* RFC 3986 reg-name, of it only the unreserved characters */
	AH_HTTP_HEX = 16,
	AH_HTTP_TEXT = 32    /* tab, space, printable ASCII */
};
extern const uint8_t ah__http_classes[256];

static inline bool ah__http_is(uint8_t c, unsigned class) { return (ah__http_classes[c] & class) != 0; }
/* The length of the longest prefix whose bytes are all of the class. */
size_t ah__http_span(ah_slice s, unsigned class);
static inline bool ah__http_all(ah_slice s, unsigned class) { return ah__http_span(s, class) == s.len; }

static inline bool ah__http_is_space(uint8_t c) { return c == ' ' || c == '\t'; }
ah_slice ah__http_trim(ah_slice s);
/* Two public texts without regard to the case of ASCII letters. */
bool ah__http_same(ah_slice a, ah_slice b);
/* uri-host [":" port] of RFC 9112 3.2, without what no host of ours has: empty names, user names, escapes, empty or impossible ports. */
bool ah__http_host_is_valid(ah_slice host, bool needs_port);
/* A target as a request of this method and Host may have it. */
bool ah__http_target_is_valid(ah_slice method, ah_slice target, ah_slice host);

/* Refuse: sets the sticky error, the status and the fault. off is a position in the head. */
ah_err ah__http_refuse(ah_http_parser *p, unsigned status, ah_err err, size_t off, const char *detail, ah_fault *why);
/* A slice of the head's bytes, and back. */
static inline ah_slice ah__http_slice(const ah_http_parser *p, ah_http_span span) { return ah_slice_sub(ah_buf_slice(&p->bytes), span.off, span.len); }

/* The parts of a message, each with the whole line (without CRLF) or after the empty line. */
ah_err ah__http_request_line(ah_http_parser *p, ah_slice line, ah_fault *why);
ah_err ah__http_status_line(ah_http_parser *p, ah_slice line, ah_fault *why);
ah_err ah__http_finish_request(ah_http_parser *p, ah_fault *why);
ah_err ah__http_finish_response(ah_http_parser *p, ah_fault *why);
/* Content-Length, Transfer-Encoding and Upgrade as they stand in the head: sets framing, content_length, has_content_length and upgrade. */
ah_err ah__http_read_framing(ah_http_parser *p, ah_fault *why);
/* "HTTP/1.0" or "HTTP/1.1" into head.minor; off: where it stands in the head. */
ah_err ah__http_version(ah_http_parser *p, ah_slice version, size_t off, ah_fault *why);

#endif
