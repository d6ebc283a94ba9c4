/* Heads and chunks. See http1.h. What is written here, our own parser accepts; what it would refuse, or read in two ways, is not written. */
#include "codec/http1_internal.h"

#include "base/fault.h"

static void fail(ah_http_writer *w, ah_err err)
{
	if (w->err == AH_OK)
		w->err = err;
}

static void put(ah_http_writer *w, ah_slice s)
{
	if (w->err == AH_OK)
		w->err = ah_buf_append(w->out, s);
}

static void put_literal(ah_http_writer *w, const char *text)
{
	put(w, ah_slice_text(text));
}

static void begin(ah_http_writer *w, ah_buf *out, unsigned status)
{
	*w = (ah_http_writer){ .out = out, .start = out->len, .status = status };
}

/* The line, of which nothing is missing but the CRLF. */
static void end_line(ah_http_writer *w, size_t from)
{
	put_literal(w, "\r\n");
	if (w->err == AH_OK && w->out->len - from > AH_HTTP_LINE_MAX)
		fail(w, AH_ERR_LIMIT);
}

static void put_line(ah_http_writer *w, ah_slice name, ah_slice value)
{
	size_t from = w->out->len;
	put(w, name);
	put_literal(w, ": ");
	put(w, value);
	end_line(w, from);
	if (++w->fields > AH_HTTP_FIELDS_MAX)
		fail(w, AH_ERR_LIMIT);
}

void ah_http_request_begin(ah_http_writer *w, ah_buf *out, ah_slice method, ah_slice target, ah_slice host)
{
	begin(w, out, 0);
	if (method.len == 0 || method.len > AH_HTTP_METHOD_MAX || !ah__http_all(method, AH_HTTP_TCHAR))
		fail(w, AH_ERR_ARGUMENT);
	if (!ah__http_host_is_valid(host, false) || !ah__http_target_is_valid(method, target, host))
		fail(w, AH_ERR_ARGUMENT);
	put(w, method);
	put_literal(w, " ");
	put(w, target);
	put_literal(w, " HTTP/1.1");
	end_line(w, w->start);
	put_line(w, AH_SLICE_LITERAL("Host"), host);
}

void ah_http_response_begin(ah_http_writer *w, ah_buf *out, unsigned status)
{
	begin(w, out, status);
	if (status < 100 || status > 599) {
		fail(w, AH_ERR_ARGUMENT);
		return;
	}
	const char digits[] = { (char)('0' + status / 100), (char)('0' + status / 10 % 10), (char)('0' + status % 10), ' ', '\0' };
	put_literal(w, "HTTP/1.1 ");
	put_literal(w, digits);
	put_literal(w, ah_http_reason(status));
	end_line(w, w->start);
}

/* Names that the writer alone writes. */
static bool is_framing(const ah_http_writer *w, ah_slice name)
{
	return ah_http_name_is(name, "content-length") || ah_http_name_is(name, "transfer-encoding") || ah_http_name_is(name, "trailer") ||
	       (w->status == 0 && ah_http_name_is(name, "host"));
}

void ah_http_put_field(ah_http_writer *w, ah_slice name, ah_slice value)
{
	bool value_good = ah__http_all(value, AH_HTTP_VALUE) && ah__http_trim(value).len == value.len;
	if (name.len == 0 || !ah__http_all(name, AH_HTTP_TCHAR) || is_framing(w, name) || !value_good)
		fail(w, AH_ERR_ARGUMENT);
	put_line(w, name, value);
}

void ah_http_put_text(ah_http_writer *w, const char *name, const char *value)
{
	ah_http_put_field(w, ah_slice_text(name), ah_slice_text(value));
}

static bool framing_is_allowed(const ah_http_writer *w, ah_http_framing framing, uint64_t content_length)
{
	bool is_request = w->status == 0, never = w->status < 200 || w->status == 204;
	switch (framing) {
	case AH_HTTP_BODY_NONE: return is_request || never || w->status == 304;
	case AH_HTTP_BODY_LENGTH: return (is_request || !never) && content_length <= (uint64_t)AH_HTTP_LENGTH_MAX;
	case AH_HTTP_BODY_CHUNKED: return is_request || !never;
	case AH_HTTP_BODY_UNTIL_CLOSE: return false;
	}
	return false;
}

/* Digits of n in base 10 or 16 at the end of room; gives the text. */
static ah_slice number(uint8_t room[static 20], uint64_t n, unsigned base)
{
	static const uint8_t digits[] = "0123456789abcdef";
	size_t at = 20;
	do {
		room[--at] = digits[n % base];
		n /= base;
	} while (n != 0);
	return ah_slice_make(room + at, 20 - at);
}

ah_err ah_http_head_finish(ah_http_writer *w, ah_http_framing framing, uint64_t content_length)
{
	uint8_t room[20];
	if (!framing_is_allowed(w, framing, content_length))
		fail(w, AH_ERR_ARGUMENT);
	if (framing == AH_HTTP_BODY_LENGTH)
		put_line(w, AH_SLICE_LITERAL("Content-Length"), number(room, content_length, 10));
	else if (framing == AH_HTTP_BODY_CHUNKED)
		put_line(w, AH_SLICE_LITERAL("Transfer-Encoding"), AH_SLICE_LITERAL("chunked"));
	put_literal(w, "\r\n");
	if (w->err == AH_OK && w->out->len - w->start > AH_HTTP_HEAD_MAX)
		fail(w, AH_ERR_LIMIT);
	if (w->err != AH_OK)
		w->out->len = w->start;
	return w->err;
}

static ah_err write_chunk(ah_buf *out, ah_slice data)
{
	uint8_t room[20];
	if (data.len > UINT32_MAX)
		return AH_ERR_LIMIT;
	AH_TRY(ah_buf_append(out, number(room, data.len, 16)));
	AH_TRY(ah_buf_append_text(out, "\r\n"));
	AH_TRY(ah_buf_append(out, data));
	return ah_buf_append_text(out, "\r\n");
}

ah_err ah_http_write_chunk(ah_buf *out, ah_slice data)
{
	size_t start = out->len;
	if (data.len == 0)
		return AH_OK;
	ah_err err = write_chunk(out, data);
	if (err != AH_OK)
		out->len = start;
	return err;
}

ah_err ah_http_write_last_chunk(ah_buf *out)
{
	return ah_buf_append_text(out, "0\r\n\r\n");
}

/* RFC 9110 15, RFC 6585. */
const char *ah_http_reason(unsigned status)
{
	switch (status) {
	case 100: return "Continue";
	case 101: return "Switching Protocols";
	case 103: return "Early Hints";
	case 200: return "OK";
	case 201: return "Created";
	case 202: return "Accepted";
	case 204: return "No Content";
	case 206: return "Partial Content";
	case 301: return "Moved Permanently";
	case 302: return "Found";
	case 303: return "See Other";
	case 304: return "Not Modified";
	case 307: return "Temporary Redirect";
	case 308: return "Permanent Redirect";
	case 400: return "Bad Request";
	case 401: return "Unauthorized";
	case 403: return "Forbidden";
	case 404: return "Not Found";
	case 405: return "Method Not Allowed";
	case 406: return "Not Acceptable";
	case 408: return "Request Timeout";
	case 409: return "Conflict";
	case 410: return "Gone";
	case 411: return "Length Required";
	case 412: return "Precondition Failed";
	case 413: return "Content Too Large";
	case 414: return "URI Too Long";
	case 415: return "Unsupported Media Type";
	case 416: return "Range Not Satisfiable";
	case 417: return "Expectation Failed";
	case 421: return "Misdirected Request";
	case 422: return "Unprocessable Content";
	case 426: return "Upgrade Required";
	case 429: return "Too Many Requests";
	case 431: return "Request Header Fields Too Large";
	case 500: return "Internal Server Error";
	case 501: return "Not Implemented";
	case 502: return "Bad Gateway";
	case 503: return "Service Unavailable";
	case 504: return "Gateway Timeout";
	case 505: return "HTTP Version Not Supported";
	default: return "";
	}
}
