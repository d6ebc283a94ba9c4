/* Characters, names, lists and hosts of HTTP. See http1_internal.h. */
#include "codec/http1_internal.h"

#define PORT_DIGITS_MAX 5
#define PORT_MAX        65535

/* T: tchar, V: field value, U: target, H: host, X: hex digit, P: plain text. */
#define T AH_HTTP_TCHAR
#define V AH_HTTP_VALUE
#define U AH_HTTP_TARGET
#define H AH_HTTP_HOST
#define X AH_HTTP_HEX
#define P AH_HTTP_TEXT
#define VP (V | P)
#define VPU (V | P | U)
#define SYMBOL (V | P | U | T)
#define LETTER (V | P | U | T | H)
#define HEX (LETTER | X)
#define FIELD_16 V, V, V, V, V, V, V, V, V, V, V, V, V, V, V, V

const uint8_t ah__http_classes[256] = {
	0, 0, 0, 0, 0, 0, 0, 0, 0, VP, 0, 0, 0, 0, 0, 0, /* tab */
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	/* space ! " # $ % & ' ( ) * + , - . / */
	VP, SYMBOL, VP, VP | T, SYMBOL, SYMBOL, SYMBOL, SYMBOL, VPU, VPU, SYMBOL, SYMBOL, VPU, LETTER, LETTER, VPU,
	/* 0-9 : ; < = > ? */
	HEX, HEX, HEX, HEX, HEX, HEX, HEX, HEX, HEX, HEX, VPU, VPU, VP, VPU, VP, VPU,
	/* @ A-O */
	VPU, HEX, HEX, HEX, HEX, HEX, HEX, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER,
	/* P-Z [ \ ] ^ _ */
	LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, VPU, VPU, VPU, SYMBOL, LETTER,
	/* ` a-o */
	SYMBOL, HEX, HEX, HEX, HEX, HEX, HEX, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER,
	/* p-z { | } ~ DEL */
	LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, VPU, SYMBOL, VPU, LETTER, 0,
	FIELD_16, FIELD_16, FIELD_16, FIELD_16, FIELD_16, FIELD_16, FIELD_16, FIELD_16,
};

size_t ah__http_span(ah_slice s, unsigned class)
{
	size_t i = 0;
	while (i < s.len && ah__http_is(s.ptr[i], class))
		i++;
	return i;
}

ah_slice ah__http_trim(ah_slice s)
{
	size_t from = 0, to = s.len;
	while (from < to && ah__http_is_space(s.ptr[from]))
		from++;
	while (to > from && ah__http_is_space(s.ptr[to - 1]))
		to--;
	return ah_slice_sub(s, from, to - from);
}

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
}

bool ah__http_same(ah_slice a, ah_slice b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (lower(a.ptr[i]) != lower(b.ptr[i]))
			return false;
	return true;
}

bool ah_http_name_is(ah_slice name, const char *text)
{
	return ah__http_same(name, ah_slice_text(text));
}

bool ah_http_list_next(ah_slice *rest, ah_slice *element)
{
	while (rest->len != 0) {
		const uint8_t *comma = (const uint8_t *)memchr(rest->ptr, ',', rest->len);
		size_t len = comma != NULL ? (size_t)(comma - rest->ptr) : rest->len, taken = comma != NULL ? len + 1 : len;
		ah_slice item = ah__http_trim(ah_slice_sub(*rest, 0, len));
		*rest = ah_slice_sub(*rest, taken, rest->len - taken);
		if (item.len != 0) {
			*element = item;
			return true;
		}
	}
	return false;
}

bool ah_http_list_has(ah_slice list, const char *token)
{
	ah_slice element;
	while (ah_http_list_next(&list, &element))
		if (ah_http_name_is(element, token))
			return true;
	return false;
}

static bool port_is_valid(ah_slice port)
{
	unsigned value = 0;
	if (port.len == 0 || port.len > PORT_DIGITS_MAX)
		return false;
	for (size_t i = 0; i < port.len; i++) {
		if (port.ptr[i] < '0' || port.ptr[i] > '9')
			return false;
		value = value * 10 + (unsigned)(port.ptr[i] - '0');
	}
	return value <= PORT_MAX;
}

/* The length of "[...]" at the start, 0 when it is none. Which of the texts are addresses is the dialer's question: here only the characters count. */
static size_t ip_literal_len(ah_slice host)
{
	size_t i = 1, colons = 0;
	for (; i < host.len && host.ptr[i] != ']'; i++) {
		if (!ah__http_is(host.ptr[i], AH_HTTP_HEX) && host.ptr[i] != ':' && host.ptr[i] != '.')
			return 0;
		colons += host.ptr[i] == ':';
	}
	return i < host.len && colons >= 2 ? i + 1 : 0;
}

bool ah__http_host_is_valid(ah_slice host, bool needs_port)
{
	if (host.len == 0 || host.len > AH_HTTP_HOST_MAX)
		return false;
	size_t name = host.ptr[0] == '[' ? ip_literal_len(host) : ah__http_span(host, AH_HTTP_HOST);
	if (name == 0)
		return false;
	if (name == host.len)
		return !needs_port;
	return host.ptr[name] == ':' && port_is_valid(ah_slice_sub(host, name + 1, host.len - name - 1));
}
