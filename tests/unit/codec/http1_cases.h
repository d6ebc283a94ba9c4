/*
 * Raw requests and what a server does with them. The differential test gives the same table to node and h11.
 *
 * status  200: accepted; 0: more bytes must come; else the refusal. A refused connection always closes; `closes` is the decision after an accepted request.
 * raw     may hold one \1, which stands for `fill` times "a", or one \2, which stands for `fill` times "X: y\r\n".
 */
#ifndef AH_TESTS_UNIT_CODEC_HTTP1_CASES_H
#define AH_TESTS_UNIT_CODEC_HTTP1_CASES_H

#include "base/buf.h"
#include "base/limits.h"

typedef struct http1_case {
	const char *name;
	unsigned status;
	bool closes;
	ah_err err;
	size_t fill;
	const char *raw;
	size_t raw_len;
} http1_case;

#define ACCEPTED(name, raw)              { name, 200, false, AH_OK, 0, raw, sizeof(raw) - 1 }
#define ACCEPTED_CLOSES(name, raw)       { name, 200, true, AH_OK, 0, raw, sizeof(raw) - 1 }
#define ACCEPTED_FILLED(name, fill, raw) { name, 200, false, AH_OK, fill, raw, sizeof(raw) - 1 }
#define WAITS(name, raw)                 { name, 0, false, AH_OK, 0, raw, sizeof(raw) - 1 }
#define REFUSED(name, status, error, raw) { name, status, true, AH_ERR_HTTP_##error, 0, raw, sizeof(raw) - 1 }
#define REFUSED_FILLED(name, status, error, fill, raw) { name, status, true, AH_ERR_HTTP_##error, fill, raw, sizeof(raw) - 1 }

#define GET  "GET / HTTP/1.1\r\nHost: a\r\n"
#define POST "POST / HTTP/1.1\r\nHost: a\r\n"
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"

/* The lines around the fill of a line, and of a head, at its limit. */
#define LINE_FILL(line) (AH_HTTP_LINE_MAX - (sizeof(line) - 1) + 1)
#define TARGET_LINE     "GET /\1 HTTP/1.1\r\n"
#define VALUE_LINE      "X: \1\r\n"

static const http1_case http1_cases[] = {
	/* -- what a server must take -- */
	ACCEPTED("get", GET "\r\n"),
	ACCEPTED("get with a path and a query", "GET /a/b;c=d/%20?x=y&z=%C3%A9 HTTP/1.1\r\nHost: a\r\n\r\n"),
	ACCEPTED("get with an empty query", "GET /? HTTP/1.1\r\nHost: a\r\n\r\n"),
	ACCEPTED("a second question mark belongs to the query", "GET /?a?b/c HTTP/1.1\r\nHost: a\r\n\r\n"),
	ACCEPTED("brackets, bars and braces that browsers leave as they are", "GET /a?f[x]={1|2}^`\\ HTTP/1.1\r\nHost: a\r\n\r\n"),
	ACCEPTED("two slashes", "GET //a//b HTTP/1.1\r\nHost: a\r\n\r\n"),
	ACCEPTED("dot segments are the router's", "GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n"),
	ACCEPTED("an unknown method is the router's", "PATCH /x HTTP/1.1\r\nHost: a\r\n\r\n"),
	ACCEPTED("a method of sixteen characters", "BASELINE-CONTROL / HTTP/1.1\r\nHost: a\r\n\r\n"),
	ACCEPTED("host with a port", "GET / HTTP/1.1\r\nHost: example.com:8080\r\n\r\n"),
	ACCEPTED("host that is an IPv4 address", "GET / HTTP/1.1\r\nHost: 127.0.0.1:80\r\n\r\n"),
	ACCEPTED("host that is an IPv6 address", "GET / HTTP/1.1\r\nHost: [2001:db8::1]:443\r\n\r\n"),
	ACCEPTED("names have no case", "GET / HTTP/1.1\r\nHOST: a\r\n\r\n"),
	ACCEPTED("no space after the colon", "GET / HTTP/1.1\r\nHost:a\r\n\r\n"),
	ACCEPTED("tabs and spaces around a value", "GET / HTTP/1.1\r\nHost: \t a \t\r\n\r\n"),
	ACCEPTED("an empty value", GET "X:\r\n\r\n"),
	ACCEPTED("a value of white space", GET "X: \t \r\n\r\n"),
	ACCEPTED("a colon in a value", GET "X: a:b:c\r\n\r\n"),
	ACCEPTED("bytes above 0x7f in a value", GET "X: caf\xc3\xa9\r\n\r\n"),
	ACCEPTED("a tab within a value", GET "X: a\tb\r\n\r\n"),
	ACCEPTED("every symbol of a token as a name", GET "!#$%&'*+-.^_`|~09azAZ: x\r\n\r\n"),
	ACCEPTED("two fields of one name", GET "Cookie: a\r\nCookie: b\r\n\r\n"),
	ACCEPTED("content", POST "Content-Length: 5\r\n\r\nhello"),
	ACCEPTED("content of no bytes", POST "Content-Length: 0\r\n\r\n"),
	ACCEPTED("content of a get", GET "Content-Length: 3\r\n\r\nabc"),
	ACCEPTED("content that looks like a request", POST "Content-Length: 18\r\n\r\nGET / HTTP/1.1\r\n\r\n"),
	ACCEPTED("chunks", CHUNKED "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"),
	ACCEPTED("no chunk but the last", CHUNKED "0\r\n\r\n"),
	ACCEPTED("chunked has no case", POST "Transfer-Encoding: CHUNKED\r\n\r\n0\r\n\r\n"),
	ACCEPTED("chunk sizes in both cases of hex", CHUNKED "A\r\n0123456789\r\nb\r\n0123456789a\r\n0\r\n\r\n"),
	ACCEPTED("leading zeros of a chunk size", CHUNKED "00000001\r\nx\r\n00\r\n\r\n"),
	ACCEPTED("a chunk that holds CRLF", CHUNKED "4\r\n\r\n\r\n\r\n0\r\n\r\n"),
	ACCEPTED("a chunk extension", CHUNKED "1;a=b\r\nx\r\n0;c=\"d e\"\r\n\r\n"),
	ACCEPTED_FILLED("chunk extensions at their limit", AH_HTTP_CHUNK_EXTENSIONS_MAX - 1, CHUNKED "1;\1\r\nx\r\n0\r\n\r\n"),
	ACCEPTED("trailers", CHUNKED "0\r\nX: y\r\nDigest: z\r\n\r\n"),
	ACCEPTED_FILLED("trailers at their limit", AH_HTTP_TRAILERS_MAX, CHUNKED "0\r\n\2\r\n"),
	ACCEPTED("a trailer is never merged", CHUNKED "0\r\nContent-Length: 5\r\nHost: b\r\n\r\n"),
	ACCEPTED("expect", POST "Content-Length: 1\r\nExpect: 100-continue\r\n\r\nx"),
	ACCEPTED("expect has no case", POST "Content-Length: 1\r\nExpect: 100-Continue\r\n\r\nx"),
	ACCEPTED("keep-alive", GET "Connection: keep-alive\r\n\r\n"),
	ACCEPTED("a list of connection options", GET "Connection: TE, keep-alive,, X-Y ,\r\n\r\n"),
	ACCEPTED("an upgrade", GET "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"),
	ACCEPTED("upgrade that Connection does not name", GET "Upgrade: websocket\r\n\r\n"),
	ACCEPTED("absolute form", "GET http://a/x?y HTTP/1.1\r\nHost: a\r\n\r\n"),
	ACCEPTED("absolute form without a path", "GET http://A:80 HTTP/1.1\r\nHost: a:80\r\n\r\n"),
	ACCEPTED("absolute form with a query alone", "GET https://a?b HTTP/1.1\r\nHost: a\r\n\r\n"),
	ACCEPTED("asterisk form", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"),
	ACCEPTED("authority form", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n"),
	ACCEPTED_FILLED("a request line at its limit", LINE_FILL(TARGET_LINE), TARGET_LINE "Host: a\r\n\r\n"),
	ACCEPTED_FILLED("a header line at its limit", LINE_FILL(VALUE_LINE), GET VALUE_LINE "\r\n"),
	ACCEPTED_FILLED("as many header lines as there may be", AH_HTTP_FIELDS_MAX - 1, GET "\2\r\n"),
	ACCEPTED_CLOSES("close", GET "Connection: close\r\n\r\n"),
	ACCEPTED_CLOSES("close in a list", GET "Connection: x, CLOSE\r\n\r\n"),
	ACCEPTED_CLOSES("close in a second line", GET "Connection: keep-alive\r\nConnection: close\r\n\r\n"),
	ACCEPTED_CLOSES("HTTP/1.0", "GET / HTTP/1.0\r\n\r\n"),
	ACCEPTED_CLOSES("HTTP/1.0 with Host and content", "POST / HTTP/1.0\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"),
	ACCEPTED("HTTP/1.0 with keep-alive", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
	ACCEPTED_CLOSES("HTTP/1.0 does not wait for 100", "POST / HTTP/1.0\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\nx"),

	/* -- unfinished -- */
	WAITS("nothing", ""),
	WAITS("a method", "GET"),
	WAITS("a head without its empty line", GET),
	WAITS("a head that ends with CR", GET "\r"),
	WAITS("content that is cut", POST "Content-Length: 5\r\n\r\nhell"),
	WAITS("a chunk that is cut", CHUNKED "5\r\nhel"),
	WAITS("chunks without the last", CHUNKED "5\r\nhello\r\n"),
	WAITS("a last chunk without the empty line", CHUNKED "0\r\n"),
	WAITS("a last chunk with a CR", CHUNKED "0\r\n\r"),

	/* -- request lines -- */
	REFUSED("an empty line before the request", 400, REQUEST, "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
	REFUSED("a TLS handshake", 400, REQUEST, "\x16\x03\x01\x02"),
	REFUSED("a space before the method", 400, REQUEST, " GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
	REFUSED("two spaces before the target", 400, REQUEST, "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"),
	REFUSED("two spaces before the version", 400, REQUEST, "GET /  HTTP/1.1\r\nHost: a\r\n\r\n"),
	REFUSED("a space behind the version", 400, REQUEST, "GET / HTTP/1.1 \r\nHost: a\r\n\r\n"),
	REFUSED("tabs between the parts", 400, REQUEST, "GET\t/\tHTTP/1.1\r\nHost: a\r\n\r\n"),
	REFUSED("a method alone", 400, REQUEST, "GET\r\nHost: a\r\n\r\n"),
	REFUSED("HTTP/0.9", 400, REQUEST, "GET /\r\n\r\n"),
	REFUSED("a method that is no token", 400, REQUEST, "GE(T / HTTP/1.1\r\nHost: a\r\n\r\n"),
	REFUSED("a method of seventeen characters", 501, UNSUPPORTED, "UPDATEREDIRECTREF / HTTP/1.1\r\nHost: a\r\n\r\n"),
	REFUSED("lower-case version", 400, REQUEST, "GET / http/1.1\r\nHost: a\r\n\r\n"),
	REFUSED("another protocol", 400, REQUEST, "GET / RTSP/1.0\r\nHost: a\r\n\r\n"),
	REFUSED("a version without a dot", 400, REQUEST, "GET / HTTP/11\r\nHost: a\r\n\r\n"),
	REFUSED("a version of two digits", 400, REQUEST, "GET / HTTP/1.10\r\nHost: a\r\n\r\n"),
	REFUSED("HTTP/1.2", 505, UNSUPPORTED, "GET / HTTP/1.2\r\nHost: a\r\n\r\n"),
	REFUSED("HTTP/2.0", 505, UNSUPPORTED, "GET / HTTP/2.0\r\nHost: a\r\n\r\n"),
	REFUSED("the preface of HTTP/2", 505, UNSUPPORTED, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
	REFUSED_FILLED("a request line above its limit", 414, TOO_LARGE, LINE_FILL(TARGET_LINE) + 1, TARGET_LINE "Host: a\r\n\r\n"),
	REFUSED_FILLED("a request line without an end", 414, TOO_LARGE, AH_HTTP_LINE_MAX, "GET /\1"),

	/* -- targets -- */
	REFUSED("no slash", 400, REQUEST, "GET a HTTP/1.1\r\nHost: a\r\n\r\n"),
	REFUSED("a fragment", 400, REQUEST, "GET /#a HTTP/1.1\r\nHost: a\r\n\r\n"),
	REFUSED("a quotation mark", 400, REQUEST, "GET /\" HTTP/1.1\r\nHost: a\r\n\r\n"),
	REFUSED("angle brackets", 400, REQUEST, "GET /<a> HTTP/1.1\r\nHost: a\r\n\r\n"),
	REFUSED("a backslash in the path", 400, REQUEST, "GET /a\\..\\b HTTP/1.1\r\nHost: a\r\n\r\n"),
	REFUSED("a byte above 0x7e", 400, REQUEST, "GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n"),
	REFUSED("NUL in the target", 400, REQUEST, "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n"),
	REFUSED("CR in the target", 400, REQUEST, "GET /\rx HTTP/1.1\r\nHost: a\r\n\r\n"),
	REFUSED("an escape that is none", 400, REQUEST, "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n"),
	REFUSED("an escape that is cut", 400, REQUEST, "GET /?a=%4 HTTP/1.1\r\nHost: a\r\n\r\n"),
	REFUSED("absolute form of another host", 400, REQUEST, "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n"),
	REFUSED("absolute form of another port", 400, REQUEST, "GET http://a:81/ HTTP/1.1\r\nHost: a\r\n\r\n"),
	REFUSED("absolute form with a user", 400, REQUEST, "GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n"),
	REFUSED("absolute form without a host", 400, REQUEST, "GET http:/// HTTP/1.1\r\nHost: a\r\n\r\n"),
	REFUSED("absolute form of another scheme", 400, REQUEST, "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n"),
	REFUSED("asterisk with another method", 400, REQUEST, "GET * HTTP/1.1\r\nHost: a\r\n\r\n"),
	REFUSED("connect with a path", 400, REQUEST, "CONNECT /a HTTP/1.1\r\nHost: a\r\n\r\n"),
	REFUSED("connect without a port", 400, REQUEST, "CONNECT a HTTP/1.1\r\nHost: a\r\n\r\n"),
	REFUSED("authority with another method", 400, REQUEST, "GET a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n"),

	/* -- header lines -- */
	REFUSED("LF alone behind the request line", 400, REQUEST, "GET / HTTP/1.1\nHost: a\r\n\r\n"),
	REFUSED("LF alone behind a header line", 400, REQUEST, "GET / HTTP/1.1\r\nHost: a\n\r\n"),
	REFUSED("LF alone as the empty line", 400, REQUEST, GET "\n"),
	REFUSED("CR CR LF", 400, REQUEST, "GET / HTTP/1.1\r\nHost: a\r\r\n\r\n"),
	REFUSED("CR within a value", 400, REQUEST, GET "X: a\rY: b\r\n\r\n"),
	REFUSED("a CR that hides a header", 400, REQUEST, GET "X: a\rTransfer-Encoding: chunked\r\n\r\n"),
	REFUSED("obs-fold", 400, REQUEST, GET "X: a\r\n b\r\n\r\n"),
	REFUSED("obs-fold with a tab", 400, REQUEST, GET "X: a\r\n\tb\r\n\r\n"),
	REFUSED("a space before the first header", 400, REQUEST, "GET / HTTP/1.1\r\n Host: a\r\n\r\n"),
	REFUSED("a space before the colon", 400, REQUEST, GET "X : a\r\n\r\n"),
	REFUSED("a tab before the colon", 400, REQUEST, GET "Transfer-Encoding\t: chunked\r\n\r\n"),
	REFUSED("no colon", 400, REQUEST, GET "X\r\n\r\n"),
	REFUSED("no name", 400, REQUEST, GET ": a\r\n\r\n"),
	REFUSED("a name that is no token", 400, REQUEST, GET "X(y): a\r\n\r\n"),
	REFUSED("a name above 0x7f", 400, REQUEST, GET "X\xc3\xa9: a\r\n\r\n"),
	REFUSED("NUL in a name", 400, REQUEST, GET "X\0: a\r\n\r\n"),
	REFUSED("NUL in a value", 400, REQUEST, GET "X: a\0b\r\n\r\n"),
	REFUSED("a control byte in a value", 400, REQUEST, GET "X: a\x07" "b\r\n\r\n"),
	REFUSED("DEL in a value", 400, REQUEST, GET "X: a\x7f" "b\r\n\r\n"),
	REFUSED("a vertical tab before a value", 400, REQUEST, POST "Transfer-Encoding:\x0b" "chunked\r\n\r\n0\r\n\r\n"),
	REFUSED_FILLED("a header line above its limit", 431, TOO_LARGE, LINE_FILL(VALUE_LINE) + 1, GET VALUE_LINE "\r\n"),
	REFUSED_FILLED("a header line without an end", 431, TOO_LARGE, AH_HTTP_LINE_MAX, GET "X: \1"),
	REFUSED_FILLED("one header line too many", 431, TOO_LARGE, AH_HTTP_FIELDS_MAX, GET "\2\r\n"),
	REFUSED_FILLED("a head above its limit", 431, TOO_LARGE, AH_HTTP_HEAD_MAX / 6, GET "\2"),

	/* -- Host -- */
	REFUSED("no Host", 400, REQUEST, "GET / HTTP/1.1\r\n\r\n"),
	REFUSED("two Hosts", 400, REQUEST, GET "Host: b\r\n\r\n"),
	REFUSED("two equal Hosts", 400, REQUEST, GET "Host: a\r\n\r\n"),
	REFUSED("two Hosts in HTTP/1.0", 400, REQUEST, "GET / HTTP/1.0\r\nHost: a\r\nhost: a\r\n\r\n"),
	REFUSED("an empty Host", 400, REQUEST, "GET / HTTP/1.1\r\nHost:\r\n\r\n"),
	REFUSED("a Host with a user", 400, REQUEST, "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n"),
	REFUSED("a Host with a path", 400, REQUEST, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
	REFUSED("a list of Hosts", 400, REQUEST, "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"),
	REFUSED("a Host with an empty port", 400, REQUEST, "GET / HTTP/1.1\r\nHost: a:\r\n\r\n"),
	REFUSED("a Host with a port above 65535", 400, REQUEST, "GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n"),
	REFUSED("a Host with a port that is no number", 400, REQUEST, "GET / HTTP/1.1\r\nHost: a:80x\r\n\r\n"),
	REFUSED("a port without a name", 400, REQUEST, "GET / HTTP/1.1\r\nHost: :80\r\n\r\n"),
	REFUSED("an IPv6 address without brackets", 400, REQUEST, "GET / HTTP/1.1\r\nHost: 2001:db8::1\r\n\r\n"),
	REFUSED("a bracket that does not close", 400, REQUEST, "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n"),
	REFUSED("an IPv6 address with a zone", 400, REQUEST, "GET / HTTP/1.1\r\nHost: [fe80::1%25lo]\r\n\r\n"),
	REFUSED_FILLED("a Host above its limit", 400, REQUEST, AH_HTTP_HOST_MAX + 1, "GET / HTTP/1.1\r\nHost: \1\r\n\r\n"),

	/* -- Content-Length -- */
	REFUSED("two lengths", 400, FRAMING, POST "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello"),
	REFUSED("two equal lengths", 400, FRAMING, POST "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello"),
	REFUSED("a list of equal lengths", 400, FRAMING, POST "Content-Length: 5, 5\r\n\r\nhello"),
	REFUSED("a length with a plus", 400, FRAMING, POST "Content-Length: +5\r\n\r\nhello"),
	REFUSED("a negative length", 400, FRAMING, POST "Content-Length: -5\r\n\r\nhello"),
	REFUSED("a hexadecimal length", 400, FRAMING, POST "Content-Length: 0x5\r\n\r\nhello"),
	REFUSED("a length with a leading zero", 400, FRAMING, POST "Content-Length: 05\r\n\r\nhello"),
	REFUSED("a length with a fraction", 400, FRAMING, POST "Content-Length: 5.0\r\n\r\nhello"),
	REFUSED("a length with a space within", 400, FRAMING, POST "Content-Length: 1 2\r\n\r\nhello"),
	REFUSED("an empty length", 400, FRAMING, POST "Content-Length:\r\n\r\n"),
	REFUSED("a length of 2^53 + 1", 400, FRAMING, POST "Content-Length: 9007199254740993\r\n\r\n"),
	REFUSED("a length of 2^64", 400, FRAMING, POST "Content-Length: 18446744073709551616\r\n\r\n"),
	REFUSED("a length in other digits", 400, FRAMING, POST "Content-Length: \xd9\xa5\r\n\r\n"),
	REFUSED("a length above the limit of the body", 413, TOO_LARGE, POST "Content-Length: 1048577\r\n\r\n"),
	REFUSED("connect with content", 400, FRAMING, "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\nContent-Length: 5\r\n\r\nhello"),
	REFUSED("connect with chunks", 400, FRAMING, "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),

	/* -- Transfer-Encoding -- */
	REFUSED("chunked beside a length", 400, FRAMING, POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
	REFUSED("a length beside chunked", 400, FRAMING, POST "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"),
	REFUSED("chunked in HTTP/1.0", 400, FRAMING, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
	REFUSED("chunked in two lines", 400, FRAMING, POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
	REFUSED("identity in a second line", 400, FRAMING, POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n"),
	REFUSED("chunked twice", 400, FRAMING, POST "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"),
	REFUSED("chunked before another coding", 400, FRAMING, POST "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n"),
	REFUSED("chunked with a parameter", 400, FRAMING, POST "Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n"),
	REFUSED("chunked in quotation marks", 400, FRAMING, POST "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n"),
	REFUSED("an empty coding", 400, FRAMING, POST "Transfer-Encoding:\r\n\r\n"),
	REFUSED("a comma for a coding", 400, FRAMING, POST "Transfer-Encoding: ,\r\n\r\n"),
	REFUSED("chunked and a comma", 400, FRAMING, POST "Transfer-Encoding: chunked,\r\n\r\n0\r\n\r\n"),
	REFUSED("gzip", 501, UNSUPPORTED, POST "Transfer-Encoding: gzip\r\n\r\n"),
	REFUSED("gzip, then chunked", 501, UNSUPPORTED, POST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
	REFUSED("identity", 501, UNSUPPORTED, POST "Transfer-Encoding: identity\r\n\r\n"),
	REFUSED("xchunked", 501, UNSUPPORTED, POST "Transfer-Encoding: xchunked\r\n\r\n"),

	/* -- chunks -- */
	REFUSED("a chunk size with a plus", 400, FRAMING, CHUNKED "+5\r\nhello\r\n0\r\n\r\n"),
	REFUSED("a chunk size with 0x", 400, FRAMING, CHUNKED "0x5\r\nhello\r\n0\r\n\r\n"),
	REFUSED("a chunk size with a space before", 400, FRAMING, CHUNKED " 5\r\nhello\r\n0\r\n\r\n"),
	REFUSED("a chunk size with a space behind", 400, FRAMING, CHUNKED "5 \r\nhello\r\n0\r\n\r\n"),
	REFUSED("a chunk size with a space before its extension", 400, FRAMING, CHUNKED "5 ;a\r\nhello\r\n0\r\n\r\n"),
	REFUSED("an empty chunk size", 400, FRAMING, CHUNKED "\r\nhello\r\n0\r\n\r\n"),
	REFUSED("a chunk size of an extension alone", 400, FRAMING, CHUNKED ";a\r\nhello\r\n0\r\n\r\n"),
	REFUSED("a chunk size that is no number", 400, FRAMING, CHUNKED "g\r\nhello\r\n0\r\n\r\n"),
	REFUSED("a chunk size of nine digits", 400, FRAMING, CHUNKED "000000001\r\nx\r\n0\r\n\r\n"),
	REFUSED("a chunk size of 2^64 and more", 400, FRAMING, CHUNKED "10000000000000005\r\nhello\r\n0\r\n\r\n"),
	REFUSED("a chunk size that ends with LF", 400, FRAMING, CHUNKED "5\nhello\r\n0\r\n\r\n"),
	REFUSED("a chunk size that ends with CR", 400, FRAMING, CHUNKED "5\rhello\r\n0\r\n\r\n"),
	REFUSED("a chunk that is longer than its size", 400, FRAMING, CHUNKED "4\r\nhello\r\n0\r\n\r\n"),
	REFUSED("a chunk that is shorter than its size", 400, FRAMING, CHUNKED "6\r\nhello\r\n0\r\n\r\n"),
	REFUSED("a chunk that ends with LF", 400, FRAMING, CHUNKED "5\r\nhello\n0\r\n\r\n"),
	REFUSED("LF in an extension", 400, FRAMING, CHUNKED "5;a\nhello\r\n0\r\n\r\n"),
	REFUSED("NUL in an extension", 400, FRAMING, CHUNKED "5;a\0\r\nhello\r\n0\r\n\r\n"),
	REFUSED_FILLED("chunk extensions above their limit", 413, TOO_LARGE, AH_HTTP_CHUNK_EXTENSIONS_MAX, CHUNKED "1;\1\r\nx\r\n0\r\n\r\n"),
	REFUSED("a chunk above the limit of the body", 413, TOO_LARGE, CHUNKED "100001\r\n"),
	REFUSED_FILLED("one trailer too many", 413, TOO_LARGE, AH_HTTP_TRAILERS_MAX + 1, CHUNKED "0\r\n\2\r\n"),
	REFUSED_FILLED("trailers that are too long", 413, TOO_LARGE, AH_HTTP_TRAILERS_LEN_MAX, CHUNKED "0\r\nX: \1\r\n\r\n"),
	REFUSED("a trailer without a colon", 400, FRAMING, CHUNKED "0\r\nX\r\n\r\n"),
	REFUSED("a trailer without a name", 400, FRAMING, CHUNKED "0\r\n: x\r\n\r\n"),
	REFUSED("a trailer with a space before the colon", 400, FRAMING, CHUNKED "0\r\nX : y\r\n\r\n"),
	REFUSED("a trailer that is folded", 400, FRAMING, CHUNKED "0\r\nX: y\r\n z\r\n\r\n"),
	REFUSED("a trailer with NUL", 400, FRAMING, CHUNKED "0\r\nX: \0\r\n\r\n"),
	REFUSED("a trailer that ends with LF", 400, FRAMING, CHUNKED "0\r\nX: y\n\r\n"),
	REFUSED("a last line that ends with CR", 400, FRAMING, CHUNKED "0\r\n\rx"),
	REFUSED("a request where the last line should be", 400, FRAMING, CHUNKED "0\r\nGET / HTTP/1.1\r\n\r\n"),

	/* -- Expect, Connection, Upgrade -- */
	REFUSED("another expectation", 417, UNSUPPORTED, POST "Content-Length: 1\r\nExpect: 200-ok\r\n\r\nx"),
	REFUSED("two expectations", 400, REQUEST, POST "Content-Length: 1\r\nExpect: 100-continue\r\nExpect: 100-continue\r\n\r\nx"),
	REFUSED("a connection option that is no token", 400, REQUEST, GET "Connection: close;x\r\n\r\n"),
	REFUSED("two upgrades", 400, REQUEST, GET "Connection: upgrade\r\nUpgrade: websocket\r\nUpgrade: h2c\r\n\r\n"),
};

#define HTTP1_CASE_COUNT (sizeof http1_cases / sizeof http1_cases[0])

/* The bytes of a case, its fill put in. */
static inline bool http1_case_bytes(ah_buf *out, const http1_case *c)
{
	for (size_t i = 0; i < c->raw_len; i++) {
		uint8_t byte = (uint8_t)c->raw[i];
		if (byte != 1 && byte != 2) {
			if (ah_buf_append_byte(out, byte) != AH_OK)
				return false;
			continue;
		}
		for (size_t n = 0; n < c->fill; n++)
			if (ah_buf_append_text(out, byte == 1 ? "a" : "X: y\r\n") != AH_OK)
				return false;
	}
	return true;
}

#endif
