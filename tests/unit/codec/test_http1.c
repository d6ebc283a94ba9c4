/* Requests: the table, whole and in pieces; what a head says; limits; several requests in one stream. */
#include "http1_cases.h"
#include "support/http1_transcript.h"
#include "support/test.h"

/* What the driver of a connection sees of the first request. */
typedef struct outcome {
	ah_err err;
	unsigned status; /* as in the table */
	bool closes;
} outcome;

static outcome outcome_of(ah_slice in, size_t piece)
{
	ah_http_parser p;
	ah_http_body b;
	outcome o = { AH_OK, 0, true };
	bool done = false, in_body = false;
	ah_http_request_parser_init(&p);
	for (size_t off = 0; off < in.len && o.err == AH_OK && !(in_body && done);) {
		size_t used = 0, len = piece != 0 && piece < in.len - off ? piece : in.len - off;
		ah_slice data = { NULL, 0 }, part = ah_slice_sub(in, off, len);
		if (in_body) {
			o.err = ah_http_body_read(&b, &used, &data, &done, part, NULL);
			o.status = b.refusal;
		} else {
			o.err = ah_http_parse(&p, &used, &done, part, NULL);
			o.status = p.refusal;
			if (o.err == AH_OK && done) {
				size_t nothing = 0;
				in_body = true;
				o.err = ah_http_body_init(&b, &p.head, AH_HTTP_BODY_DEFAULT, NULL);
				o.status = b.refusal;
				if (o.err == AH_OK)
					o.err = ah_http_body_read(&b, &nothing, &data, &done, ah_slice_sub(part, 0, 0), NULL);
			}
		}
		off += used;
	}
	if (o.err == AH_OK) {
		o.status = in_body && done ? 200 : 0;
		o.closes = o.status == 200 && !ah_http_keeps_alive(&p.head);
	}
	ah_http_parser_free(&p);
	return o;
}

static void each_request_of_the_table_has_its_status_error_and_close_decision(void)
{
	static const size_t pieces[] = { 0, 1, 2, 3, 7, 64 };
	EXPECT(HTTP1_CASE_COUNT >= 120);
	for (size_t i = 0; i < HTTP1_CASE_COUNT; i++) {
		const http1_case *c = &http1_cases[i];
		AH_AUTO(ah_buf) raw = AH_BUF(1 << 20);
		EXPECT(http1_case_bytes(&raw, c));
		for (size_t k = 0; k < sizeof pieces / sizeof pieces[0]; k++) {
			outcome o = outcome_of(ah_buf_slice(&raw), pieces[k]);
			EXPECT_MSG(o.err == c->err, "%s: %s, wanted %s (pieces of %zu)", c->name, ah_err_name(o.err), ah_err_name(c->err), pieces[k]);
			EXPECT_MSG(o.status == c->status && o.closes == c->closes, "%s: %u, closes %d (pieces of %zu)", c->name, o.status, o.closes, pieces[k]);
		}
	}
	ah_test_count(HTTP1_CASE_COUNT - 1);
}

static void play(ah_buf *out, ah_slice in, size_t first, size_t rest)
{
	transcript t;
	transcript_init(&t, TRANSCRIPT_REQUESTS, AH_HTTP_BODY_DEFAULT);
	for (size_t off = 0; off < in.len;) {
		size_t piece = off == 0 ? first : rest, len = piece < in.len - off ? piece : in.len - off;
		transcript_feed(&t, ah_slice_sub(in, off, len));
		off += len;
	}
	transcript_end(&t);
	transcript_must(ah_buf_append(out, ah_buf_slice(&t.out)));
	transcript_free(&t);
}

static void fragmentation_changes_nothing_not_even_the_offset_of_an_error(void)
{
	for (size_t i = 0; i < HTTP1_CASE_COUNT; i++) {
		AH_AUTO(ah_buf) raw = AH_BUF(1 << 20), whole = AH_BUF(1 << 20);
		EXPECT(http1_case_bytes(&raw, &http1_cases[i]));
		play(&whole, ah_buf_slice(&raw), SIZE_MAX, SIZE_MAX);
		/* Cut at every place, of long ones at every 61st; and byte by byte. */
		for (size_t cut = 1; cut <= raw.len; cut += raw.len > 1024 ? 61 : 1) {
			AH_AUTO(ah_buf) cut_once = AH_BUF(1 << 20);
			play(&cut_once, ah_buf_slice(&raw), cut, SIZE_MAX);
			EXPECT_MSG(ah_slice_is(ah_buf_slice(&cut_once), ah_buf_slice(&whole)), "%s, cut at %zu", http1_cases[i].name, cut);
		}
		AH_AUTO(ah_buf) bytes = AH_BUF(1 << 20);
		play(&bytes, ah_buf_slice(&raw), 1, 1);
		EXPECT_MSG(ah_slice_is(ah_buf_slice(&bytes), ah_buf_slice(&whole)), "%s, byte by byte", http1_cases[i].name);
	}
}

/* Parses a head that must be good; the rest of the text is left. */
static size_t parsed(ah_http_parser *p, const char *text)
{
	size_t used = 0;
	bool done = false;
	if (ah_http_parse(p, &used, &done, ah_slice_text(text), NULL) != AH_OK || !done)
		return SIZE_MAX;
	return used;
}

static void a_head_says_method_target_host_and_fields(void)
{
	AH_AUTO(ah_http_parser) p;
	ah_slice value = { NULL, 0 };
	ah_http_request_parser_init(&p);
	EXPECT(parsed(&p, "PUT /a/b?c=d HTTP/1.1\r\nHost: example.com:81\r\nX-One: \t 1 2 \r\nx-one:3\r\nAccept:\r\n\r\n") != SIZE_MAX);
	EXPECT(ah_slice_is_text(p.head.method, "PUT") && ah_slice_is_text(p.head.target, "/a/b?c=d") && p.head.minor == 1);
	EXPECT(p.head.target_form == AH_HTTP_TARGET_ORIGIN && ah_slice_is_text(p.head.path, "/a/b") && p.head.has_query && ah_slice_is_text(p.head.query, "c=d"));
	EXPECT(ah_slice_is_text(p.head.host, "example.com:81") && p.head.field_count == 4);
	EXPECT(p.head.framing == AH_HTTP_BODY_NONE && !p.head.has_content_length && !p.head.expect_continue && p.head.upgrade.len == 0);
	EXPECT(ah_http_field_find(&p, "X-ONE", &value) == 2 && ah_slice_is_text(value, "1 2"));
	EXPECT(ah_http_field_find(&p, "accept", &value) == 1 && value.len == 0);
	EXPECT(ah_http_field_find(&p, "absent", &value) == 0 && ah_http_field_find(&p, "accep", NULL) == 0);
	ah_http_field field = ah_http_field_at(&p, 2);
	EXPECT(ah_slice_is_text(field.name, "x-one") && ah_slice_is_text(field.value, "3"));
}

static void the_four_forms_of_a_target_are_told_apart(void)
{
	static const struct { const char *text; ah_http_target_form form; const char *authority, *path, *query; } rows[] = {
		{ "GET / HTTP/1.1\r\nHost: a\r\n\r\n", AH_HTTP_TARGET_ORIGIN, "", "/", "" },
		{ "GET /? HTTP/1.1\r\nHost: a\r\n\r\n", AH_HTTP_TARGET_ORIGIN, "", "/", "" },
		{ "GET HTTP://A:80/b?c HTTP/1.1\r\nHost: a:80\r\n\r\n", AH_HTTP_TARGET_ABSOLUTE, "A:80", "/b", "c" },
		{ "GET https://a?c HTTP/1.1\r\nHost: a\r\n\r\n", AH_HTTP_TARGET_ABSOLUTE, "a", "", "c" },
		{ "CONNECT [::1]:443 HTTP/1.1\r\nHost: [::1]:443\r\n\r\n", AH_HTTP_TARGET_AUTHORITY, "[::1]:443", "", "" },
		{ "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", AH_HTTP_TARGET_ASTERISK, "", "", "" },
		{ "OPTIONS /x HTTP/1.1\r\nHost: a\r\n\r\n", AH_HTTP_TARGET_ORIGIN, "", "/x", "" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		AH_AUTO(ah_http_parser) p;
		ah_http_request_parser_init(&p);
		EXPECT_MSG(parsed(&p, rows[i].text) != SIZE_MAX, "%s", rows[i].text);
		EXPECT_MSG(p.head.target_form == rows[i].form, "%s", rows[i].text);
		EXPECT(ah_slice_is_text(p.head.authority, rows[i].authority) && ah_slice_is_text(p.head.path, rows[i].path) && ah_slice_is_text(p.head.query, rows[i].query));
	}
}

static void expect_and_upgrade_are_said_only_where_they_mean_something(void)
{
	static const struct { const char *text; bool expects; const char *upgrade; } rows[] = {
		{ POST "Content-Length: 1\r\nExpect: 100-continue\r\n\r\n", true, "" },
		{ POST "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n", true, "" },
		{ POST "Content-Length: 0\r\nExpect: 100-continue\r\n\r\n", false, "" },
		{ "POST / HTTP/1.0\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n", false, "" },
		{ GET "Connection: x, upgrade\r\nUpgrade: a, websocket\r\n\r\n", false, "a, websocket" },
		{ GET "Connection: keep-alive\r\nUpgrade: websocket\r\n\r\n", false, "" },
		{ "GET / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n", false, "" },
		{ POST "Content-Length: 1\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n", false, "" },
		{ POST "Content-Length: 0\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n", false, "websocket" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		AH_AUTO(ah_http_parser) p;
		ah_http_request_parser_init(&p);
		EXPECT_MSG(parsed(&p, rows[i].text) != SIZE_MAX, "%s", rows[i].text);
		EXPECT_MSG(p.head.expect_continue == rows[i].expects && ah_slice_is_text(p.head.upgrade, rows[i].upgrade), "%s", rows[i].text);
	}
}

static void surplus_bytes_stay_with_the_caller(void)
{
	const char *two = GET "\r\n" "POST /2 HTTP/1.1\r\nHost: b\r\n\r\nrest";
	AH_AUTO(ah_http_parser) p;
	ah_http_request_parser_init(&p);
	EXPECT(ah_http_parser_is_idle(&p));
	size_t used = parsed(&p, two);
	EXPECT(used == strlen(GET "\r\n") && !ah_http_parser_is_idle(&p));
	/* A parser that is done takes nothing. */
	EXPECT(parsed(&p, two + used) == 0);
	ah_http_parser_reset(&p, false);
	EXPECT(ah_http_parser_is_idle(&p));
	size_t second = parsed(&p, two + used);
	EXPECT(strcmp(two + used + second, "rest") == 0);
	EXPECT(ah_slice_is_text(p.head.target, "/2") && ah_slice_is_text(p.head.host, "b") && p.head.field_count == 1);
	ah_http_parser_release(&p);
	EXPECT(p.bytes.ptr == NULL && parsed(&p, two) == used);
}

/* What one message said must not colour the next. */
static void nothing_of_a_request_outlives_reset(void)
{
	AH_AUTO(ah_http_parser) p;
	ah_http_request_parser_init(&p);
	EXPECT(parsed(&p, POST "Content-Length: 5\r\nExpect: 100-continue\r\nConnection: close, upgrade\r\nUpgrade: x\r\n\r\n") != SIZE_MAX);
	EXPECT(!ah_http_keeps_alive(&p.head));
	ah_http_parser_reset(&p, false);
	EXPECT(parsed(&p, POST "Transfer-Encoding: chunked\r\nUpgrade: y\r\n\r\n") != SIZE_MAX);
	EXPECT(ah_http_keeps_alive(&p.head) && p.head.framing == AH_HTTP_BODY_CHUNKED && !p.head.expect_continue && p.head.upgrade.len == 0);
	EXPECT(p.head.content_length == 0 && !p.head.has_content_length);
	ah_http_parser_reset(&p, false);
	EXPECT(parsed(&p, "GET / HTTP/1.0\r\n\r\n") != SIZE_MAX && p.head.host.len == 0);
}

static void an_error_is_sticky_and_says_where(void)
{
	AH_AUTO(ah_http_parser) p;
	ah_fault why = { 0 };
	size_t used = 77;
	bool done = true;
	ah_http_request_parser_init(&p);
	EXPECT_ERR(ah_http_parse(&p, &used, &done, AH_SLICE_LITERAL("GET / HTTP/1.1\r\nHost: a\r\nX: a\x07\r\n"), &why), AH_ERR_HTTP_REQUEST);
	EXPECT(why.offset == 29 && strcmp(why.step, "http.request") == 0 && p.refusal == 400);
	EXPECT(used == 77 && done);
	EXPECT_ERR(ah_http_parse(&p, &used, &done, AH_SLICE_LITERAL(GET "\r\n"), NULL), AH_ERR_HTTP_REQUEST);
	EXPECT(!ah_http_parser_is_idle(&p));
}

/* A head of exactly this many bytes: two long lines, then one that fills what is left. */
static bool head_of(ah_buf *out, size_t len)
{
	static const char lines[] = GET;
	if (ah_buf_append_text(out, lines) != AH_OK)
		return false;
	while (out->len < len - 2) {
		size_t left = len - 2 - out->len, line = left > 8000 ? 6000 : left;
		if (ah_buf_append_text(out, "X: ") != AH_OK)
			return false;
		for (size_t i = 0; i < line - 5; i++)
			if (ah_buf_append_byte(out, 'a') != AH_OK)
				return false;
		if (ah_buf_append_text(out, "\r\n") != AH_OK)
			return false;
	}
	return ah_buf_append_text(out, "\r\n") == AH_OK && out->len == len;
}

static void a_head_at_its_limit_passes_and_one_byte_more_does_not(void)
{
	for (size_t extra = 0; extra < 2; extra++) {
		AH_AUTO(ah_buf) head = AH_BUF(1 << 20);
		EXPECT(head_of(&head, AH_HTTP_HEAD_MAX + extra));
		outcome o = outcome_of(ah_buf_slice(&head), 0);
		EXPECT(extra == 0 ? o.status == 200 : o.status == 431 && o.err == AH_ERR_HTTP_TOO_LARGE);
		o = outcome_of(ah_buf_slice(&head), 1);
		EXPECT(extra == 0 ? o.status == 200 : o.status == 431 && o.err == AH_ERR_HTTP_TOO_LARGE);
	}
}

static void lists_have_elements_and_no_empty_ones(void)
{
	static const char *const wanted[] = { "a", "b c", "D" };
	ah_slice list = AH_SLICE_LITERAL(" ,\ta , ,b c,\tD\t,,"), element;
	for (size_t i = 0; i < 3; i++)
		EXPECT(ah_http_list_next(&list, &element) && ah_slice_is_text(element, wanted[i]));
	EXPECT(!ah_http_list_next(&list, &element));
	EXPECT(ah_http_list_has(AH_SLICE_LITERAL("x, Upgrade"), "upgrade") && !ah_http_list_has(AH_SLICE_LITERAL("xupgrade, upgradex"), "upgrade"));
	EXPECT(!ah_http_list_has((ah_slice){ NULL, 0 }, "upgrade"));
}

static void keep_alive_follows_version_and_connection(void)
{
	static const struct { unsigned minor; bool close, keep_alive, kept; } rows[] = {
		{ 1, false, false, true }, { 1, false, true, true }, { 1, true, false, false }, { 1, true, true, false },
		{ 0, false, false, false }, { 0, false, true, true }, { 0, true, false, false }, { 0, true, true, false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		ah_http_head head = { .minor = rows[i].minor, .connection_close = rows[i].close, .connection_keep_alive = rows[i].keep_alive };
		EXPECT(ah_http_keeps_alive(&head) == rows[i].kept);
		head.framing = AH_HTTP_BODY_UNTIL_CLOSE;
		EXPECT(!ah_http_keeps_alive(&head));
	}
}

static const ah_test_case cases[] = {
	AH_TEST(each_request_of_the_table_has_its_status_error_and_close_decision),
	AH_TEST(fragmentation_changes_nothing_not_even_the_offset_of_an_error),
	AH_TEST(a_head_says_method_target_host_and_fields),
	AH_TEST(the_four_forms_of_a_target_are_told_apart),
	AH_TEST(expect_and_upgrade_are_said_only_where_they_mean_something),
	AH_TEST(surplus_bytes_stay_with_the_caller),
	AH_TEST(nothing_of_a_request_outlives_reset),
	AH_TEST(an_error_is_sticky_and_says_where),
	AH_TEST(a_head_at_its_limit_passes_and_one_byte_more_does_not),
	AH_TEST(lists_have_elements_and_no_empty_ones),
	AH_TEST(keep_alive_follows_version_and_connection),
};

AH_TEST_MAIN(cases)
