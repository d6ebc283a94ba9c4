/* Where a message ends and whether another may follow. See http1.h; RFC 9112 6 and 9.3. */
#include "codec/http1_internal.h"

#include "base/fault.h"

/* AH_HTTP_LENGTH_MAX has 16 digits. */
#define LENGTH_DIGITS_MAX 16

ah_err ah__http_version(ah_http_parser *p, ah_slice version, size_t off, ah_fault *why)
{
	ah_err broken = p->head.is_response ? AH_ERR_HTTP_RESPONSE : AH_ERR_HTTP_REQUEST;
	bool has_form = version.len == 8 && ah_slice_is(ah_slice_sub(version, 0, 5), AH_SLICE_LITERAL("HTTP/")) && version.ptr[6] == '.';
	for (size_t i = 5; has_form && i < 8; i += 2)
		has_form = version.ptr[i] >= '0' && version.ptr[i] <= '9';
	if (!has_form)
		return ah__http_refuse(p, 400, broken, off, "no HTTP version", why);
	if (version.ptr[5] != '1' || version.ptr[7] > '1')
		return ah__http_refuse(p, 505, AH_ERR_HTTP_UNSUPPORTED, off, "neither HTTP/1.1 nor HTTP/1.0", why);
	p->head.minor = (unsigned)(version.ptr[7] - '0');
	return AH_OK;
}

/* Digits alone, and one way to write each number: "+5", "0x5", "5, 5" and "05" are read differently by different readers. */
static bool length_of(uint64_t *out, ah_slice value)
{
	uint64_t n = 0;
	if (value.len == 0 || value.len > LENGTH_DIGITS_MAX || (value.ptr[0] == '0' && value.len != 1))
		return false;
	for (size_t i = 0; i < value.len; i++) {
		if (value.ptr[i] < '0' || value.ptr[i] > '9')
			return false;
		n = n * 10 + (uint64_t)(value.ptr[i] - '0');
	}
	*out = n;
	return n <= (uint64_t)AH_HTTP_LENGTH_MAX;
}

static ah_err read_length(ah_http_parser *p, ah_fault *why)
{
	if (!length_of(&p->head.content_length, ah__http_slice(p, p->length.value)))
		return ah__http_refuse(p, 400, AH_ERR_HTTP_FRAMING, p->length.value.off, "Content-Length is no plain number up to 2^53", why);
	p->head.has_content_length = true;
	p->head.framing = AH_HTTP_BODY_LENGTH;
	return AH_OK;
}

/*
 * What is not exactly "chunked" is refused in any case; the status tells a coding that exists but is not served (501) from a list that frames nothing
 * (400): one that is no list of tokens, has chunked twice or not last, or has nothing but chunked and commas.
 */
static ah_err refuse_coding(ah_http_parser *p, ah_slice value, ah_fault *why)
{
	bool is_list = true, chunked = false, other = false;
	ah_slice coding;
	while (is_list && ah_http_list_next(&value, &coding)) {
		is_list = ah__http_all(coding, AH_HTTP_TCHAR) && !chunked;
		chunked = ah_http_name_is(coding, "chunked");
		other |= !chunked;
	}
	if (!is_list || !other)
		return ah__http_refuse(p, 400, AH_ERR_HTTP_FRAMING, p->coding.value.off, "Transfer-Encoding is not chunked", why);
	return ah__http_refuse(p, 501, AH_ERR_HTTP_UNSUPPORTED, p->coding.value.off, "a transfer coding other than chunked", why);
}

static ah_err read_coding(ah_http_parser *p, ah_fault *why)
{
	ah_slice value = ah__http_slice(p, p->coding.value);
	if (p->length.seen)
		return ah__http_refuse(p, 400, AH_ERR_HTTP_FRAMING, p->coding.value.off, "Transfer-Encoding beside Content-Length", why);
	if (p->head.minor == 0)
		return ah__http_refuse(p, 400, AH_ERR_HTTP_FRAMING, p->coding.value.off, "Transfer-Encoding in HTTP/1.0", why);
	if (!ah_http_name_is(value, "chunked"))
		return refuse_coding(p, value, why);
	p->head.framing = AH_HTTP_BODY_CHUNKED;
	return AH_OK;
}

ah_err ah__http_read_framing(ah_http_parser *p, ah_fault *why)
{
	p->head.framing = AH_HTTP_BODY_NONE;
	if (p->coding.seen)
		AH_TRY(read_coding(p, why));
	else if (p->length.seen)
		AH_TRY(read_length(p, why));
	bool has_body = p->head.framing == AH_HTTP_BODY_CHUNKED || p->head.content_length != 0;
	if (p->upgrade.seen && p->connection_upgrade && p->head.minor == 1 && !has_body)
		p->head.upgrade = ah__http_slice(p, p->upgrade.value);
	return AH_OK;
}

bool ah_http_keeps_alive(const ah_http_head *head)
{
	if (head->is_interim)
		return true;
	if (head->connection_close || head->framing == AH_HTTP_BODY_UNTIL_CLOSE)
		return false;
	return head->minor == 1 || head->connection_keep_alive;
}
