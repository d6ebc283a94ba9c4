/*
 * Heads: lines are collected until the empty one, and each is judged when its LF has come. See http1.h.
 *
 * Judging whole lines makes the answer independent of how the bytes arrive: a line is refused for what it says once it is complete, or for its length
 * once it is longer than it may be, whichever comes first in the stream.
 */
#include "codec/http1_internal.h"

#include "base/fault.h"

/* Ordinary heads fit; the buffer grows to AH_HTTP_HEAD_MAX when one does not. */
#define HEAD_FIRST_CAP 1024

static void init(ah_http_parser *p, bool is_response)
{
	memset(p, 0, sizeof *p);
	p->bytes = AH_BUF(AH_HTTP_HEAD_MAX);
	p->head.is_response = is_response;
}

void ah_http_request_parser_init(ah_http_parser *p) { init(p, false); }
void ah_http_response_parser_init(ah_http_parser *p) { init(p, true); }

void ah_http_parser_free(ah_http_parser *p)
{
	ah_buf_free(&p->bytes);
	init(p, p->head.is_response);
}

/* The positions of the fields stay as they are: field_count says how many of them mean something. */
void ah_http_parser_reset(ah_http_parser *p, bool answers_head)
{
	assert(p->err == AH_OK);
	ah_buf_clear(&p->bytes);
	p->head = (ah_http_head){ .is_response = p->head.is_response };
	memset(p->first, 0, sizeof p->first);
	p->line_off = 0;
	p->has_first_line = p->is_done = p->connection_upgrade = false;
	p->answers_head = answers_head;
	p->host.seen = p->length.seen = p->coding.seen = p->expect.seen = p->upgrade.seen = false;
}

void ah_http_parser_release(ah_http_parser *p)
{
	ah_http_parser_reset(p, p->answers_head);
	ah_buf_free(&p->bytes);
}

ah_err ah__http_refuse(ah_http_parser *p, unsigned status, ah_err err, size_t off, const char *detail, ah_fault *why)
{
	p->err = err;
	p->refusal = p->head.is_response ? 0 : status;
	return ah_fault_at(why, err, p->head.is_response ? "http.response" : "http.request", off, "%s", detail);
}

/* A line breaks the grammar. off: in the line. */
static ah_err bad_line(ah_http_parser *p, size_t off, const char *detail, ah_fault *why)
{
	return ah__http_refuse(p, 400, p->head.is_response ? AH_ERR_HTTP_RESPONSE : AH_ERR_HTTP_REQUEST, p->line_off + off, detail, why);
}

/* -- Field lines -- */

/* Of the names that mean something here; the length decides first, so that most fields cost one comparison of a number. */
typedef enum field_kind { FIELD_OTHER, FIELD_HOST, FIELD_LENGTH, FIELD_CODING, FIELD_CONNECTION, FIELD_EXPECT, FIELD_UPGRADE } field_kind;

static field_kind kind_of(ah_slice name)
{
	switch (name.len) {
	case 4: return ah_http_name_is(name, "host") ? FIELD_HOST : FIELD_OTHER;
	case 6: return ah_http_name_is(name, "expect") ? FIELD_EXPECT : FIELD_OTHER;
	case 7: return ah_http_name_is(name, "upgrade") ? FIELD_UPGRADE : FIELD_OTHER;
	case 10: return ah_http_name_is(name, "connection") ? FIELD_CONNECTION : FIELD_OTHER;
	case 14: return ah_http_name_is(name, "content-length") ? FIELD_LENGTH : FIELD_OTHER;
	case 17: return ah_http_name_is(name, "transfer-encoding") ? FIELD_CODING : FIELD_OTHER;
	default: return FIELD_OTHER;
	}
}

/* RFC 9110 7.6.1: a list of tokens; several lines are one list. */
static ah_err read_connection(ah_http_parser *p, ah_slice value, size_t off, ah_fault *why)
{
	ah_slice rest = value, option;
	while (ah_http_list_next(&rest, &option)) {
		if (!ah__http_all(option, AH_HTTP_TCHAR))
			return bad_line(p, off, "Connection is no list of tokens", why);
		p->head.connection_close |= ah_http_name_is(option, "close");
		p->head.connection_keep_alive |= ah_http_name_is(option, "keep-alive");
		p->connection_upgrade |= ah_http_name_is(option, "upgrade");
	}
	return AH_OK;
}

static ah_err once(ah_http_parser *p, ah_http_single *field, ah_http_span value, ah_err err, const char *detail, ah_fault *why)
{
	if (field->seen)
		return ah__http_refuse(p, 400, err, p->line_off, detail, why);
	*field = (ah_http_single){ true, value };
	return AH_OK;
}

static ah_err note_field(ah_http_parser *p, ah_slice name, ah_slice value, ah_http_span span, ah_fault *why)
{
	bool in_request = !p->head.is_response; /* servers repeat Upgrade, and Host and Expect mean nothing in an answer */
	switch (kind_of(name)) {
	case FIELD_OTHER: break;
	case FIELD_CONNECTION: return read_connection(p, value, span.off - p->line_off, why);
	case FIELD_LENGTH: return once(p, &p->length, span, AH_ERR_HTTP_FRAMING, "a second Content-Length", why);
	case FIELD_CODING: return once(p, &p->coding, span, AH_ERR_HTTP_FRAMING, "a second Transfer-Encoding", why);
	case FIELD_HOST: return in_request ? once(p, &p->host, span, AH_ERR_HTTP_REQUEST, "a second Host", why) : AH_OK;
	case FIELD_EXPECT: return in_request ? once(p, &p->expect, span, AH_ERR_HTTP_REQUEST, "a second Expect", why) : AH_OK;
	case FIELD_UPGRADE:
		if (in_request || !p->upgrade.seen)
			return once(p, &p->upgrade, span, AH_ERR_HTTP_REQUEST, "a second Upgrade", why);
		break;
	}
	return AH_OK;
}

/* RFC 9112 5. A line that begins with white space (obs-fold) or has some before the colon fails at the name. */
static ah_err field_line(ah_http_parser *p, ah_slice line, ah_fault *why)
{
	size_t name_len = ah__http_span(line, AH_HTTP_TCHAR);
	if (name_len == 0 || name_len == line.len || line.ptr[name_len] != ':')
		return bad_line(p, name_len, "a header line needs a name, then a colon", why);
	ah_slice rest = ah_slice_sub(line, name_len + 1, line.len - name_len - 1);
	size_t good = ah__http_span(rest, AH_HTTP_VALUE);
	if (good != rest.len)
		return bad_line(p, name_len + 1 + good, "a control byte in a header value", why);
	if (p->head.field_count == AH_HTTP_FIELDS_MAX)
		return ah__http_refuse(p, 431, AH_ERR_HTTP_TOO_LARGE, p->line_off, "too many header lines", why);
	ah_slice name = ah_slice_sub(line, 0, name_len), value = ah__http_trim(rest);
	ah_http_span name_span = { (uint16_t)p->line_off, (uint16_t)name_len };
	ah_http_span value_span = { (uint16_t)(p->line_off + (size_t)(value.ptr - line.ptr)), (uint16_t)value.len };
	p->fields[p->head.field_count].name = name_span;
	p->fields[p->head.field_count].value = value_span;
	p->head.field_count++;
	return note_field(p, name, value, value_span, why);
}

/* -- Collecting -- */

/* The line from line_off to the end of the buffer, LF included. */
static ah_err take_line(ah_http_parser *p, ah_fault *why)
{
	ah_slice all = ah_buf_slice(&p->bytes), line = ah_slice_sub(all, p->line_off, all.len - p->line_off);
	if (line.len < 2 || line.ptr[line.len - 2] != '\r')
		return bad_line(p, line.len - 1, "a line ends with CRLF, not with LF alone", why);
	line.len -= 2;
	if (!p->has_first_line) {
		AH_TRY(p->head.is_response ? ah__http_status_line(p, line, why) : ah__http_request_line(p, line, why));
		p->has_first_line = true;
	} else if (line.len != 0) {
		AH_TRY(field_line(p, line, why));
	} else {
		AH_TRY(p->head.is_response ? ah__http_finish_response(p, why) : ah__http_finish_request(p, why));
		p->is_done = true;
	}
	p->line_off = all.len;
	return AH_OK;
}

/* Where the line that began at line_off must have ended. */
static size_t line_limit(const ah_http_parser *p)
{
	return p->line_off + AH_HTTP_LINE_MAX < AH_HTTP_HEAD_MAX ? p->line_off + AH_HTTP_LINE_MAX : AH_HTTP_HEAD_MAX;
}

static ah_err append(ah_http_parser *p, ah_slice piece, ah_fault *why)
{
	if (piece.len > line_limit(p) - p->bytes.len) {
		bool is_target = !p->has_first_line && !p->head.is_response;
		const char *detail = is_target ? "the request line is too long" : "the head is too large";
		return ah__http_refuse(p, is_target ? 414 : 431, AH_ERR_HTTP_TOO_LARGE, line_limit(p), detail, why);
	}
	ah_err err = p->bytes.cap == 0 && piece.len < HEAD_FIRST_CAP ? ah_buf_reserve(&p->bytes, HEAD_FIRST_CAP) : AH_OK;
	if (err == AH_OK)
		err = ah_buf_append(&p->bytes, piece);
	return err == AH_OK ? AH_OK : ah__http_refuse(p, 503, err, p->bytes.len, "no memory for the head", why);
}

/* Something else than HTTP, a TLS handshake above all, shows in its first byte and need not wait for a line feed. */
static bool can_start(const ah_http_parser *p, uint8_t c)
{
	return p->head.is_response ? c == 'H' : ah__http_is(c, AH_HTTP_TCHAR);
}

ah_err ah_http_parse(ah_http_parser *p, size_t *used, bool *done, ah_slice in, ah_fault *why)
{
	size_t taken = 0;
	if (p->err != AH_OK)
		return ah_fault_set(why, p->err, p->head.is_response ? "http.response" : "http.request", "the connection was refused before");
	if (p->bytes.len == 0 && in.len != 0 && !can_start(p, in.ptr[0]))
		return bad_line(p, 0, "the first byte is none of HTTP", why);
	while (!p->is_done && taken < in.len) {
		ah_slice rest = ah_slice_sub(in, taken, in.len - taken);
		const uint8_t *lf = (const uint8_t *)memchr(rest.ptr, '\n', rest.len);
		ah_slice piece = ah_slice_sub(rest, 0, lf != NULL ? (size_t)(lf - rest.ptr) + 1 : rest.len);
		AH_TRY(append(p, piece, why));
		taken += piece.len;
		if (lf != NULL)
			AH_TRY(take_line(p, why));
	}
	*used = taken;
	*done = p->is_done;
	return AH_OK;
}

ah_http_field ah_http_field_at(const ah_http_parser *p, size_t i)
{
	assert(i < p->head.field_count);
	return (ah_http_field){ ah__http_slice(p, p->fields[i].name), ah__http_slice(p, p->fields[i].value) };
}

size_t ah_http_field_find(const ah_http_parser *p, const char *name, ah_slice *value)
{
	size_t count = 0;
	ah_slice wanted = ah_slice_text(name);
	for (size_t i = 0; i < p->head.field_count; i++) {
		if (p->fields[i].name.len != wanted.len || !ah__http_same(ah__http_slice(p, p->fields[i].name), wanted))
			continue;
		if (count++ == 0 && value != NULL)
			*value = ah__http_slice(p, p->fields[i].value);
	}
	return count;
}
