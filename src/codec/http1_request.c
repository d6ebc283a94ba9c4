/* Request lines and what a request's fields must say together. See http1.h; RFC 9112 3. */
#include "codec/http1_internal.h"

#include "base/fault.h"

static ah_err bad_request(ah_http_parser *p, size_t off, const char *detail, ah_fault *why)
{
	return ah__http_refuse(p, 400, AH_ERR_HTTP_REQUEST, off, detail, why);
}

/* method SP target SP version: single spaces. The target's class has no space, so that the parts cannot be read in two ways. */
ah_err ah__http_request_line(ah_http_parser *p, ah_slice line, ah_fault *why)
{
	size_t method = ah__http_span(line, AH_HTTP_TCHAR);
	if (method == 0 || method == line.len || line.ptr[method] != ' ')
		return bad_request(p, method, "no method", why);
	if (method > AH_HTTP_METHOD_MAX)
		return ah__http_refuse(p, 501, AH_ERR_HTTP_UNSUPPORTED, 0, "the method is too long", why);
	size_t from = method + 1;
	size_t target = ah__http_span(ah_slice_sub(line, from, line.len - from), AH_HTTP_TARGET);
	if (target == 0 || from + target == line.len || line.ptr[from + target] != ' ')
		return bad_request(p, from + target, "no target, then one space and a version", why);
	p->first[0] = (ah_http_span){ 0, (uint16_t)method };
	p->first[1] = (ah_http_span){ (uint16_t)from, (uint16_t)target };
	from += target + 1;
	return ah__http_version(p, ah_slice_sub(line, from, line.len - from), from, why);
}

/* -- Targets -- */

/* Each percent sign begins an escape: "%zz" and a cut "%4" are decoded differently by different readers. */
static bool escapes_are_whole(ah_slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] == '%' && (s.len - i < 3 || !ah__http_is(s.ptr[i + 1], AH_HTTP_HEX) || !ah__http_is(s.ptr[i + 2], AH_HTTP_HEX)))
			return false;
	return true;
}

static bool read_path_and_query(ah_http_head *head, ah_slice s)
{
	const uint8_t *mark = s.len != 0 ? (const uint8_t *)memchr(s.ptr, '?', s.len) : NULL;
	size_t path = mark != NULL ? (size_t)(mark - s.ptr) : s.len;
	head->path = ah_slice_sub(s, 0, path);
	head->has_query = mark != NULL;
	if (mark != NULL)
		head->query = ah_slice_sub(s, path + 1, s.len - path - 1);
	/* Some readers take a backslash in a path for a slash. */
	return escapes_are_whole(s) && (path == 0 || (s.ptr[0] == '/' && memchr(s.ptr, '\\', path) == NULL));
}

/* What follows "http://" or "https://"; 0 when the target begins with neither. RFC 9110 4.2: schemes have no case. */
static size_t scheme_len(ah_slice target)
{
	static const char *const schemes[] = { "http://", "https://" };
	for (size_t i = 0; i < 2; i++) {
		size_t len = strlen(schemes[i]);
		if (target.len > len && ah_http_name_is(ah_slice_sub(target, 0, len), schemes[i]))
			return len;
	}
	return 0;
}

static bool read_absolute(ah_http_head *head, ah_slice target)
{
	size_t from = scheme_len(target), to = from;
	if (from == 0)
		return false;
	while (to < target.len && target.ptr[to] != '/' && target.ptr[to] != '?')
		to++;
	head->target_form = AH_HTTP_TARGET_ABSOLUTE;
	head->authority = ah_slice_sub(target, from, to - from);
	return ah__http_host_is_valid(head->authority, false) && read_path_and_query(head, ah_slice_sub(target, to, target.len - to));
}

static bool read_target(ah_http_head *head)
{
	ah_slice target = head->target;
	if (ah_slice_is_text(head->method, "CONNECT")) {
		head->target_form = AH_HTTP_TARGET_AUTHORITY;
		head->authority = target;
		return ah__http_host_is_valid(target, true);
	}
	if (target.ptr[0] == '/') {
		head->target_form = AH_HTTP_TARGET_ORIGIN;
		return read_path_and_query(head, target);
	}
	if (ah_slice_is_text(target, "*")) {
		head->target_form = AH_HTTP_TARGET_ASTERISK;
		return ah_slice_is_text(head->method, "OPTIONS");
	}
	return read_absolute(head, target);
}

bool ah__http_target_is_valid(ah_slice method, ah_slice target, ah_slice host)
{
	ah_http_head head = { .method = method, .target = target };
	if (target.len == 0 || !ah__http_all(target, AH_HTTP_TARGET) || !read_target(&head))
		return false;
	return head.target_form != AH_HTTP_TARGET_ABSOLUTE || ah__http_same(head.authority, host);
}

/* -- The whole -- */

static ah_err check_host(ah_http_parser *p, ah_fault *why)
{
	ah_http_head *head = &p->head;
	if (!p->host.seen)
		return head->minor == 0 ? AH_OK : bad_request(p, p->line_off, "HTTP/1.1 without Host", why);
	head->host = ah__http_slice(p, p->host.value);
	if (!ah__http_host_is_valid(head->host, false))
		return bad_request(p, p->host.value.off, "Host is no name or address with an optional port", why);
	/* RFC 9112 3.2.2 lets the target win; one reader of two would not know, so they must agree. */
	if (head->target_form == AH_HTTP_TARGET_ABSOLUTE && !ah__http_same(head->authority, head->host))
		return bad_request(p, p->host.value.off, "Host is not the host of the target", why);
	return AH_OK;
}

/* RFC 9110 10.1.1. In HTTP/1.0, and without a body, there is nothing to wait for. */
static ah_err check_expect(ah_http_parser *p, ah_fault *why)
{
	if (!p->expect.seen)
		return AH_OK;
	if (!ah_http_name_is(ah__http_slice(p, p->expect.value), "100-continue"))
		return ah__http_refuse(p, 417, AH_ERR_HTTP_UNSUPPORTED, p->expect.value.off, "an expectation other than 100-continue", why);
	p->head.expect_continue = p->head.minor == 1 && (p->head.framing == AH_HTTP_BODY_CHUNKED || p->head.content_length != 0);
	return AH_OK;
}

ah_err ah__http_finish_request(ah_http_parser *p, ah_fault *why)
{
	p->head.method = ah__http_slice(p, p->first[0]);
	p->head.target = ah__http_slice(p, p->first[1]);
	if (!read_target(&p->head))
		return bad_request(p, p->first[1].off, "the target has no form that its method allows", why);
	AH_TRY(check_host(p, why));
	AH_TRY(ah__http_read_framing(p, why));
	/* RFC 9110 9.3.6 gives content of CONNECT no meaning: some readers take what follows for the tunnel, some for content. */
	if (p->head.target_form == AH_HTTP_TARGET_AUTHORITY && (p->head.framing == AH_HTTP_BODY_CHUNKED || p->head.content_length != 0))
		return ah__http_refuse(p, 400, AH_ERR_HTTP_FRAMING, p->line_off, "CONNECT with content", why);
	return check_expect(p, why);
}
