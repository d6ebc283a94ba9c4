/* Bodies: by length, in chunks, until the stream ends. See http1.h; RFC 9112 7. */
#include "codec/http1_internal.h"

#include "base/fault.h"

#include <stdlib.h>

enum state { CONTENT, SIZE, EXTENSION, SIZE_LF, CONTENT_CR, CONTENT_LF, TRAILER_NAME, TRAILER_VALUE, TRAILER_LF, LAST_LF, DONE };

static ah_err refuse(ah_http_body *b, unsigned status, ah_err err, const char *detail, ah_fault *why)
{
	b->err = err;
	b->refusal = b->is_request ? status : 0;
	return ah_fault_at(why, err, "http.body", (size_t)b->off, "%s", detail);
}

static ah_err broken(ah_http_body *b, const char *detail, ah_fault *why)
{
	return refuse(b, 400, AH_ERR_HTTP_FRAMING, detail, why);
}

static ah_err too_large(ah_http_body *b, const char *detail, ah_fault *why)
{
	return refuse(b, 413, AH_ERR_HTTP_TOO_LARGE, detail, why);
}

ah_err ah_http_body_init(ah_http_body *b, const ah_http_head *head, uint64_t max, ah_fault *why)
{
	assert(max <= (uint64_t)AH_HTTP_LENGTH_MAX);
	*b = (ah_http_body){ .framing = head->framing, .is_request = !head->is_response, .max = max, .state = DONE };
	switch (head->framing) {
	case AH_HTTP_BODY_NONE: break;
	case AH_HTTP_BODY_LENGTH:
		if (head->content_length > max)
			return too_large(b, "Content-Length is above the limit of the body", why);
		b->left = head->content_length;
		b->state = b->left != 0 ? CONTENT : DONE;
		break;
	case AH_HTTP_BODY_CHUNKED: b->state = SIZE; break;
	case AH_HTTP_BODY_UNTIL_CLOSE:
		b->left = max;
		b->state = CONTENT;
		break;
	}
	return AH_OK;
}

/* -- Content -- */

static ah_slice take_content(ah_http_body *b, ah_slice in)
{
	size_t len = b->left < in.len ? (size_t)b->left : in.len;
	b->left -= len;
	b->total += len;
	b->off += len;
	if (b->left == 0 && b->framing != AH_HTTP_BODY_UNTIL_CLOSE)
		b->state = b->framing == AH_HTTP_BODY_CHUNKED ? CONTENT_CR : DONE;
	return ah_slice_sub(in, 0, len);
}

/* -- Chunks: one byte of what stands around the content -- */

static unsigned hex_value(uint8_t c)
{
	if (c <= '9')
		return (unsigned)(c - '0');
	return (unsigned)((c | 0x20) - 'a' + 10);
}

static ah_err size_byte(ah_http_body *b, uint8_t c, ah_fault *why)
{
	if (ah__http_is(c, AH_HTTP_HEX)) {
		if (b->digits == AH_HTTP_CHUNK_DIGITS_MAX)
			return broken(b, "a chunk size has too many digits", why);
		b->digits++;
		b->left = b->left << 4 | hex_value(c);
		return AH_OK;
	}
	if (b->digits == 0 || (c != ';' && c != '\r'))
		return broken(b, "a chunk size is hex digits, then CRLF or an extension", why);
	b->extension_len += c == ';';
	if (b->extension_len > AH_HTTP_CHUNK_EXTENSIONS_MAX)
		return too_large(b, "too many chunk extensions", why);
	b->state = c == ';' ? EXTENSION : SIZE_LF;
	return AH_OK;
}

static ah_err extension_byte(ah_http_body *b, uint8_t c, ah_fault *why)
{
	if (c == '\r') {
		b->state = SIZE_LF;
		return AH_OK;
	}
	if (!ah__http_is(c, AH_HTTP_TEXT))
		return broken(b, "a control byte in a chunk extension", why);
	if (b->extension_len++ == AH_HTTP_CHUNK_EXTENSIONS_MAX)
		return too_large(b, "too many chunk extensions", why);
	return AH_OK;
}

static ah_err size_end(ah_http_body *b, ah_fault *why)
{
	b->digits = 0;
	if (b->left == 0) {
		b->state = TRAILER_NAME;
		return AH_OK;
	}
	if (b->is_request && b->chunks++ == AH_HTTP_CHUNKS_MAX)
		return too_large(b, "too many chunks", why);
	if (b->left > b->max - b->total)
		return too_large(b, "the chunks are above the limit of the body", why);
	b->state = CONTENT;
	return AH_OK;
}

/* Trailers have the grammar of header lines, are counted and thrown away: what arrives behind the body must not change what was decided before it. */
static ah_err trailer_name_byte(ah_http_body *b, uint8_t c, ah_fault *why)
{
	if (c == '\r' && !b->line_has_name) {
		b->state = LAST_LF;
		return AH_OK;
	}
	if (c == ':' && b->line_has_name) {
		b->state = TRAILER_VALUE;
		return AH_OK;
	}
	if (!ah__http_is(c, AH_HTTP_TCHAR))
		return broken(b, "a trailer needs a name, then a colon", why);
	if (!b->line_has_name && b->trailers++ == AH_HTTP_TRAILERS_MAX)
		return too_large(b, "too many trailers", why);
	b->line_has_name = true;
	return AH_OK;
}

static ah_err trailer_value_byte(ah_http_body *b, uint8_t c, ah_fault *why)
{
	if (c == '\r')
		b->state = TRAILER_LF;
	else if (!ah__http_is(c, AH_HTTP_VALUE))
		return broken(b, "a control byte in a trailer", why);
	return AH_OK;
}

static ah_err expect_byte(ah_http_body *b, uint8_t c, uint8_t wanted, unsigned next, ah_fault *why)
{
	if (c != wanted)
		return broken(b, wanted == '\r' ? "a chunk is longer than its size" : "CR without LF", why);
	b->state = next;
	return AH_OK;
}

static ah_err framing_byte(ah_http_body *b, uint8_t c, ah_fault *why)
{
	bool in_trailers = b->state == TRAILER_NAME || b->state == TRAILER_VALUE || b->state == TRAILER_LF;
	if (in_trailers && b->trailers_len++ == AH_HTTP_TRAILERS_LEN_MAX)
		return too_large(b, "the trailers are too long", why);
	switch ((enum state)b->state) {
	case SIZE: return size_byte(b, c, why);
	case EXTENSION: return extension_byte(b, c, why);
	case SIZE_LF: return c == '\n' ? size_end(b, why) : broken(b, "CR without LF", why);
	case CONTENT_CR: return expect_byte(b, c, '\r', CONTENT_LF, why);
	case CONTENT_LF: return expect_byte(b, c, '\n', SIZE, why);
	case TRAILER_NAME: return trailer_name_byte(b, c, why);
	case TRAILER_VALUE: return trailer_value_byte(b, c, why);
	case TRAILER_LF: b->line_has_name = false; return expect_byte(b, c, '\n', TRAILER_NAME, why);
	case LAST_LF: return expect_byte(b, c, '\n', DONE, why);
	case CONTENT:
	case DONE: break; /* not framing */
	}
	abort();
}

ah_err ah_http_body_read(ah_http_body *b, size_t *used, ah_slice *data, bool *done, ah_slice in, ah_fault *why)
{
	size_t taken = 0;
	ah_slice content = { NULL, 0 };
	if (b->err != AH_OK)
		return ah_fault_set(why, b->err, "http.body", "the body was refused before");
	while (taken < in.len && b->state != CONTENT && b->state != DONE) {
		AH_TRY(framing_byte(b, in.ptr[taken], why));
		taken++;
		b->off++;
	}
	if (b->state == CONTENT && taken < in.len) {
		if (b->left == 0) /* UNTIL_CLOSE alone gets here: the others know before */
			return too_large(b, "the body is above its limit", why);
		content = take_content(b, ah_slice_sub(in, taken, in.len - taken));
		taken += content.len;
	}
	*used = taken;
	*data = content;
	*done = b->state == DONE;
	return AH_OK;
}

ah_err ah_http_body_end(ah_http_body *b, ah_fault *why)
{
	if (b->err != AH_OK)
		return ah_fault_set(why, b->err, "http.body", "the body was refused before");
	if (b->state == DONE || b->framing == AH_HTTP_BODY_UNTIL_CLOSE)
		return AH_OK;
	return broken(b, "the stream ended within the body", why);
}
