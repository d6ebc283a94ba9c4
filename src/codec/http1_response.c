/* Status lines and what an answer's fields must say together. See http1.h; RFC 9112 4 and 6. */
#include "codec/http1_internal.h"

#include "base/fault.h"

#define VERSION_LEN 8
#define STATUS_LEN  3

static ah_err bad_response(ah_http_parser *p, size_t off, const char *detail, ah_fault *why)
{
	return ah__http_refuse(p, 0, AH_ERR_HTTP_RESPONSE, off, detail, why);
}

/* version SP status [SP reason]. RFC 9112 4 wants the second space even without a reason; servers that leave it out mislead nobody. */
ah_err ah__http_status_line(ah_http_parser *p, ah_slice line, ah_fault *why)
{
	AH_TRY(ah__http_version(p, ah_slice_sub(line, 0, line.len < VERSION_LEN ? line.len : VERSION_LEN), 0, why));
	size_t at = VERSION_LEN + 1;
	if (line.len < at + STATUS_LEN || line.ptr[VERSION_LEN] != ' ')
		return bad_response(p, VERSION_LEN, "no status", why);
	for (size_t i = at; i < at + STATUS_LEN; i++) {
		if (line.ptr[i] < '0' || line.ptr[i] > '9')
			return bad_response(p, i, "the status is no number", why);
		p->head.status = p->head.status * 10 + (unsigned)(line.ptr[i] - '0');
	}
	if (p->head.status < 100 || p->head.status > 599)
		return bad_response(p, at, "the status is not within 100..599", why);
	at += STATUS_LEN;
	if (at == line.len)
		return AH_OK;
	if (line.ptr[at] != ' ')
		return bad_response(p, at, "something behind the status", why);
	at++;
	size_t good = ah__http_span(ah_slice_sub(line, at, line.len - at), AH_HTTP_VALUE);
	if (at + good != line.len)
		return bad_response(p, at + good, "a control byte in the reason", why);
	p->first[0] = (ah_http_span){ (uint16_t)at, (uint16_t)good };
	return AH_OK;
}

/* 6.3: these end with the head, whatever it says. 1xx and 204 may not even say otherwise (6.1, RFC 9110 8.6); "Content-Length: 0" is said often. */
static ah_err apply_status(ah_http_parser *p, ah_fault *why)
{
	ah_http_head *head = &p->head;
	bool never = head->status < 200 || head->status == 204;
	if (never && (head->framing == AH_HTTP_BODY_CHUNKED || head->content_length != 0))
		return ah__http_refuse(p, 0, AH_ERR_HTTP_FRAMING, p->line_off, "a body where there is none", why);
	if (never || head->status == 304 || p->answers_head)
		head->framing = AH_HTTP_BODY_NONE;
	else if (head->framing == AH_HTTP_BODY_NONE)
		head->framing = AH_HTTP_BODY_UNTIL_CLOSE;
	return AH_OK;
}

ah_err ah__http_finish_response(ah_http_parser *p, ah_fault *why)
{
	ah_http_head *head = &p->head;
	head->reason = ah__http_slice(p, p->first[0]);
	AH_TRY(ah__http_read_framing(p, why));
	AH_TRY(apply_status(p, why));
	head->is_interim = head->status < 200 && head->status != 101;
	p->interim_count = head->is_interim ? p->interim_count + 1 : 0;
	if (p->interim_count > AH_HTTP_INTERIM_MAX)
		return bad_response(p, 0, "too many interim answers", why);
	return AH_OK;
}
