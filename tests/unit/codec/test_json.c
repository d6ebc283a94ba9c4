/*
 * Strict JSON: what RFC 8259 allows and we allow, what it allows and we do not, each limit at n and n + 1, bombs in bounded time.
 *
 * jansson (with JSON_REJECT_DUPLICATES) is the second opinion: it must accept all that we accept, and print it the same way.
 */
#include "codec/json.h"
#include "support/test.h"

#include <jansson.h>
#include <stdlib.h>
#include <time.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static ah_err judge(ah_slice text, int flags, size_t *off)
{
	ah_json j;
	ah_fault why = { 0 };
	ah_err err = ah_json_open(&j, text, flags, &why);
	if (off != NULL)
		*off = why.offset;
	return why.err == err ? err : AH_ERR_INTERNAL;
}

/* Read one value and write it again, with the tools of both sides. Keys go out as they are: the writer wants them sorted, the text need not be. */
static ah_err copy_value(ah_json *j, ah_buf *out, int depth)
{
	AH_AUTO(ah_buf) text = AH_BUF(AH_JSON_MAX);
	ah_json_writer w;
	ah_slice key = { NULL, 0 };
	bool first = true;
	ah_err err = depth <= AH_JSON_DEPTH_MAX ? AH_OK : AH_ERR_INTERNAL;
	ah_json_writer_init(&w, out);
#define PUT(call) do { if (err == AH_OK) err = (call); } while (0)
	switch (ah_json_peek(j)) {
	case AH_JSON_OBJECT:
		ah_json_object_begin(j);
		PUT(ah_buf_append_byte(out, '{'));
		for (; err == AH_OK && ah_json_next_member(j, &key); first = false) {
			if (!first)
				PUT(ah_buf_append_byte(out, ','));
			/* The name's own text, unescaped and escaped again, by way of a reader over the quoted name. */
			AH_AUTO(ah_buf) quoted = AH_BUF(AH_JSON_MAX);
			ah_json name;
			PUT(ah_buf_append_byte(&quoted, '"'));
			PUT(ah_buf_append(&quoted, key));
			PUT(ah_buf_append_byte(&quoted, '"'));
			PUT(ah_json_open(&name, ah_buf_slice(&quoted), AH_JSON_OURS, NULL));
			PUT(copy_value(&name, out, depth + 1));
			PUT(ah_buf_append_byte(out, ':'));
			PUT(copy_value(j, out, depth + 1));
		}
		PUT(ah_buf_append_byte(out, '}'));
		break;
	case AH_JSON_ARRAY:
		ah_json_array_begin(j);
		PUT(ah_buf_append_byte(out, '['));
		for (; err == AH_OK && ah_json_next_element(j); first = false) {
			if (!first)
				PUT(ah_buf_append_byte(out, ','));
			PUT(copy_value(j, out, depth + 1));
		}
		PUT(ah_buf_append_byte(out, ']'));
		break;
	case AH_JSON_STRING:
		PUT(ah_json_string(j, &text));
		ah_json_put_string(&w, ah_buf_slice(&text));
		break;
	case AH_JSON_INTEGER: ah_json_put_int(&w, ah_json_int(j)); break;
	case AH_JSON_BOOL: ah_json_put_bool(&w, ah_json_bool(j)); break;
	case AH_JSON_NULL:
		PUT(ah_slice_is_text(ah_json_raw(j), "null") ? AH_OK : AH_ERR_INTERNAL);
		ah_json_put_null(&w);
		break;
	case AH_JSON_FRACTION:
	case AH_JSON_NONE: return AH_ERR_INTERNAL;
	}
#undef PUT
	return err == AH_OK ? ah_json_writer_finish(&w) : err;
}

/* jansson writes control characters as \u001F, we (and RFC 8785) as \u001f. */
static void lower_escapes(char *text)
{
	for (char *c = text; *c != '\0'; c++) {
		if (*c != '\\')
			continue;
		c++; /* what follows a backslash is never the start of an escape itself */
		for (char *digit = c + 1; *c == 'u' && digit < c + 5; digit++)
			*digit = (char)(*digit >= 'A' && *digit <= 'F' ? *digit - 'A' + 'a' : *digit);
	}
}

/* Whatever we accept jansson accepts, and prints it as our reader and writer together do. */
static void expect_same_as_jansson(ah_slice text)
{
	AH_AUTO(ah_buf) ours = AH_BUF(4 * AH_JSON_MAX);
	ah_json j;
	json_error_t error;
	if (ah_json_open(&j, text, AH_JSON_OURS, NULL) != AH_OK)
		return;
	json_t *theirs = json_loadb((const char *)text.ptr, text.len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	EXPECT_MSG(theirs != NULL, "jansson refuses: %s in %.*s", error.text, (int)text.len, (const char *)text.ptr);
	ah_err err = copy_value(&j, &ours, 0);
	if (err == AH_OK)
		err = ah_json_finish(&j, NULL);
	char *printed = json_dumps(theirs, JSON_COMPACT | JSON_ENCODE_ANY);
	json_decref(theirs);
	if (printed != NULL)
		lower_escapes(printed);
	bool same = printed != NULL && ah_slice_is_text(ah_buf_slice(&ours), printed);
	EXPECT_MSG(err == AH_OK && same, "%s: %.*s against %s", ah_err_name(err), (int)ours.len, (const char *)ours.ptr, printed);
	free(printed);
}

static void good_texts_are_accepted(void)
{
	static const char *const good[] = {
		"{}", "[]", "\"\"", "0", "-1", "true", "false", "null", " { } ", "\t\r\n [ ] \n", "[1,2,3]", "{\"a\":1}", "{\"a\":{\"a\":{\"a\":[]}}}", "[[],[[]],{}]",
		"{\"\":1}", "{\"a\":1,\"b\":2,\"A\":3}", "[{\"a\":1},{\"a\":2}]", "{\"a\":{\"b\":1},\"b\":{\"a\":1}}", "9223372036854775807", "-9223372036854775808",
		"[0,10,-10,100]", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\u0041\\u00e9\\u6c34\\uD83D\\uDE00\\u001f\"", "\"\xc3\xbc\xe6\xb0\xb4\xf0\x90\x85\x91\x7f\"",
		"{\"\\u0061\":1,\"b\":2}", "{\"a\\u0062\":1,\"a\\\\u0062\":2}", "\"\\uFFFF\\uE000\\uD7FF\"", "[true,false,null]", "{\"a\" : 1 , \"b\" : [ 1 , 2 ] }",
		"\"{}[],:\\\"\"", "{\"a\":\"}\",\"b\":\"\\\\\"}", "[\"\\\\\",\"]\"]",
	};
	for (size_t i = 0; i < COUNT(good); i++) {
		ah_err err = judge(ah_slice_text(good[i]), AH_JSON_OURS, NULL);
		EXPECT_MSG(err == AH_OK, "%s: %s", good[i], ah_err_name(err));
		expect_same_as_jansson(ah_slice_text(good[i]));
	}
	ah_test_count(COUNT(good));
}

static void bad_texts_are_refused_at_their_place(void)
{
	const struct { ah_slice text; ah_err err; size_t off; } bad[] = {
#define ROW(text, err, off) { AH_SLICE_LITERAL(text), err, off }
		ROW("", AH_ERR_JSON, 0), ROW(" ", AH_ERR_JSON, 1), ROW("nul", AH_ERR_JSON, 0), ROW("nulll", AH_ERR_JSON, 4), ROW("True", AH_ERR_JSON, 0),
		ROW("NaN", AH_ERR_JSON, 0), ROW("Infinity", AH_ERR_JSON, 0), ROW("-", AH_ERR_JSON, 0), ROW("--1", AH_ERR_JSON, 0), ROW("+1", AH_ERR_JSON, 0),
		ROW("01", AH_ERR_JSON, 0), ROW("00", AH_ERR_JSON, 0), ROW("-01", AH_ERR_JSON, 0), ROW("-0", AH_ERR_JSON, 0), ROW("1.0", AH_ERR_JSON, 0),
		ROW("1e3", AH_ERR_JSON, 0), ROW("1E3", AH_ERR_JSON, 0), ROW("0x10", AH_ERR_JSON, 1), ROW(".5", AH_ERR_JSON, 0), ROW("1.", AH_ERR_JSON, 0),
		ROW("9223372036854775808", AH_ERR_JSON, 0), ROW("-9223372036854775809", AH_ERR_JSON, 0), ROW("10000000000000000000", AH_ERR_JSON, 0),
		ROW("[", AH_ERR_JSON, 1), ROW("]", AH_ERR_JSON, 0), ROW("[1", AH_ERR_JSON, 2), ROW("[1,", AH_ERR_JSON, 3), ROW("[1,]", AH_ERR_JSON, 3),
		ROW("[,1]", AH_ERR_JSON, 1), ROW("[1 2]", AH_ERR_JSON, 3), ROW("[1}", AH_ERR_JSON, 2), ROW("{", AH_ERR_JSON, 1), ROW("{]", AH_ERR_JSON, 1),
		ROW("{\"a\"}", AH_ERR_JSON, 4), ROW("{\"a\":}", AH_ERR_JSON, 5), ROW("{\"a\":1,}", AH_ERR_JSON, 7), ROW("{,}", AH_ERR_JSON, 1), ROW("{a:1}", AH_ERR_JSON, 1),
		ROW("{1:1}", AH_ERR_JSON, 1), ROW("{\"a\" 1}", AH_ERR_JSON, 5), ROW("{\"a\":1 \"b\":2}", AH_ERR_JSON, 7), ROW("{'a':1}", AH_ERR_JSON, 1),
		ROW("{}{}", AH_ERR_JSON, 2), ROW("{},", AH_ERR_JSON, 2), ROW("1 1", AH_ERR_JSON, 2), ROW("{}\0", AH_ERR_JSON, 2), ROW("[1]//", AH_ERR_JSON, 3),
		ROW("/**/1", AH_ERR_JSON, 0), ROW("\"a", AH_ERR_JSON, 0), ROW("\"a\\", AH_ERR_JSON, 2), ROW("\"\\\"", AH_ERR_JSON, 0), ROW("\"\n\"", AH_ERR_JSON, 1),
		ROW("\"\x1f\"", AH_ERR_JSON, 1), ROW("\"\0\"", AH_ERR_JSON, 1), ROW("\"\\a\"", AH_ERR_JSON, 1), ROW("\"\\\0\"", AH_ERR_JSON, 1), ROW("\"\\'\"", AH_ERR_JSON, 1),
		ROW("\"\\u00\"", AH_ERR_JSON, 1), ROW("\"\\u00g0\"", AH_ERR_JSON, 1), ROW("\"\\U0041\"", AH_ERR_JSON, 1), ROW("\"\\u0000\"", AH_ERR_JSON, 1),
		ROW("\"ab\\uD800\"", AH_ERR_JSON, 3), ROW("\"\\uDC00\"", AH_ERR_JSON, 1), ROW("\"\\uD800\\uD800\"", AH_ERR_JSON, 1), ROW("\"\\uD800x\"", AH_ERR_JSON, 1),
		ROW("\"\\uD800\\n\"", AH_ERR_JSON, 1), ROW("\"\\uDC00\\uD800\"", AH_ERR_JSON, 1), ROW("\"\\uDBFF\\uE000\"", AH_ERR_JSON, 1), ROW("'a'", AH_ERR_JSON, 0),
		ROW("\xef\xbb\xbf{}", AH_ERR_JSON, 0), ROW("\x0b{}", AH_ERR_JSON, 0), ROW("\xc2\xa0{}", AH_ERR_JSON, 0),
		ROW("\"\xff\"", AH_ERR_ENCODING, 1), ROW("\"\xed\xa0\x80\"", AH_ERR_ENCODING, 1), ROW("[\"a\xc3\"]", AH_ERR_ENCODING, 3), ROW("{}\x80", AH_ERR_ENCODING, 2),
		ROW("\xff\xfe{\0}\0", AH_ERR_ENCODING, 0), ROW("{\0}\0", AH_ERR_JSON, 1),
#undef ROW
	};
	for (size_t i = 0; i < COUNT(bad); i++) {
		size_t off = 0;
		ah_err err = judge(bad[i].text, AH_JSON_OURS, &off);
		EXPECT_MSG(err == bad[i].err && off == bad[i].off, "row %zu, %.*s: %s at %zu", i, (int)bad[i].text.len, (const char *)bad[i].text.ptr, ah_err_name(err), off);
	}
	ah_test_count(COUNT(bad));
}

/* Strings are passed over in words: every ASCII character at every place of strings around one and two words. */
static void every_character_of_a_string_is_looked_at(void)
{
	for (size_t len = 1; len <= 20; len++)
		for (size_t at = 0; at < len; at++)
			for (unsigned c = 0; c < 0x80; c++) {
				char text[22];
				size_t off = 0;
				memset(text, 'n', sizeof text); /* behind a backslash it is an escape */
				text[0] = text[len + 1] = '"';
				text[1 + at] = (char)c;
				ah_err err = judge(ah_slice_make(text, len + 2), AH_JSON_OURS, &off);
				bool cut = c == '\\' && at == len - 1; /* the quote is escaped */
				if (c < 0x20)
					EXPECT_MSG(err == AH_ERR_JSON && off == 1 + at, "0x%02x at %zu of %zu: %s at %zu", c, at, len, ah_err_name(err), off);
				else if (c == '"' || cut)
					EXPECT_MSG(err == AH_ERR_JSON && off == (cut ? 0 : 2 + at), "0x%02x at %zu of %zu: %s at %zu", c, at, len, ah_err_name(err), off);
				else
					EXPECT_MSG(err == AH_OK, "0x%02x at %zu of %zu: %s at %zu", c, at, len, ah_err_name(err), off);
			}
	ah_test_count(20 * 21 / 2 * 128);
}

static void a_member_stands_once_in_its_object(void)
{
	static const struct { const char *text; size_t off; } doubles[] = {
		{ "{\"a\":1,\"a\":2}", 7 }, { "{\"\":1,\"\":1}", 6 }, { "{\"a\":1,\"\\u0061\":2}", 7 }, { "{\"\\u0061\":1,\"\\u0061\":2}", 12 }, { "{\"\\/\":1,\"/\":2}", 8 },
		{ "{\"\\uD83D\\uDE00\":1,\"\xf0\x9f\x98\x80\":2}", 18 }, { "[0,{\"x\":{\"y\":[{\"a\":1,\"b\":2,\"a\":3}]}}]", 27 },
		{ "{\"b\":{\"c\":1},\"a\":{\"c\":1},\"b\":1}", 25 }, { "{\"z\":1,\"a\":1,\"z\":1,\"a\":1}", 13 }, { "{\"\\n\":1,\"\\u000A\":1}", 8 },
		{ "{\"a\":{\"b\":1,\"b\":2},\"a\":1}", 12 },
	};
	for (size_t i = 0; i < COUNT(doubles); i++) {
		size_t off = 0;
		EXPECT_ERR(judge(ah_slice_text(doubles[i].text), AH_JSON_OURS, &off), AH_ERR_DUPLICATE_KEY);
		EXPECT_MSG(off == doubles[i].off, "%s at %zu", doubles[i].text, off);
		EXPECT_ERR(judge(ah_slice_text(doubles[i].text), AH_JSON_VENDOR, NULL), AH_ERR_DUPLICATE_KEY);
	}
	ah_test_count(COUNT(doubles));
}

/* Objects of every size up to 70, complete, and with each name once more at the end. */
static void each_double_is_found_wherever_it_stands(void)
{
	size_t cases = 0;
	for (size_t count = 1; count <= 70; count++)
		for (size_t again = 0; again <= count; again++, cases++) {
			AH_AUTO(ah_buf) text = AH_BUF(4096);
			EXPECT_OK(ah_buf_append_text(&text, "{"));
			for (size_t i = 0; i < count; i++)
				EXPECT_OK(ah_buf_printf(&text, "\"%c%zu\":%zu,", (int)('a' + i * 7 % 5), i * 37 % 101, i));
			size_t last = text.len;
			EXPECT_OK(ah_buf_printf(&text, "\"%c%zu\":0}", (int)('a' + again * 7 % 5), again * 37 % 101));
			size_t off = 0;
			EXPECT_ERR(judge(ah_buf_slice(&text), AH_JSON_OURS, &off), again < count ? AH_ERR_DUPLICATE_KEY : AH_OK);
			EXPECT(again == count || off == last);
		}
	ah_test_count(cases);
}

static void depth_ends_at_its_limit(void)
{
	for (size_t depth = AH_JSON_DEPTH_MAX; depth <= AH_JSON_DEPTH_MAX + 1; depth++)
		for (int kind = 0; kind < 2; kind++) {
			AH_AUTO(ah_buf) text = AH_BUF(1024);
			for (size_t i = 0; i < depth; i++)
				EXPECT_OK(ah_buf_append_text(&text, kind == 0 ? "[" : "{\"a\":"));
			EXPECT_OK(ah_buf_append_text(&text, "1"));
			for (size_t i = 0; i < depth; i++)
				EXPECT_OK(ah_buf_append_text(&text, kind == 0 ? "]" : "}"));
			EXPECT_ERR(judge(ah_buf_slice(&text), AH_JSON_OURS, NULL), depth == AH_JSON_DEPTH_MAX ? AH_OK : AH_ERR_TOO_DEEP);
			expect_same_as_jansson(ah_buf_slice(&text));
		}
}

static void tokens_and_size_end_at_their_limits(void)
{
	for (size_t tokens = AH_JSON_TOKENS_MAX; tokens <= AH_JSON_TOKENS_MAX + 1; tokens++) {
		AH_AUTO(ah_buf) array = AH_BUF(AH_JSON_MAX), object = AH_BUF(AH_JSON_MAX);
		EXPECT_OK(ah_buf_append_text(&array, "[0"));
		for (size_t i = 2; i < tokens; i++)
			EXPECT_OK(ah_buf_append_text(&array, ",0"));
		EXPECT_OK(ah_buf_append_text(&array, "]"));
		EXPECT_ERR(judge(ah_buf_slice(&array), AH_JSON_OURS, NULL), tokens == AH_JSON_TOKENS_MAX ? AH_OK : AH_ERR_TOO_LARGE);
		/* Members are two tokens; an array of one null around brings the sum to an even number. */
		EXPECT_OK(ah_buf_append_text(&object, tokens % 2 == 0 ? "[{" : "{"));
		for (size_t i = 0; i < (tokens - 1) / 2; i++)
			EXPECT_OK(ah_buf_printf(&object, "%s\"%zu\":0", i != 0 ? "," : "", i));
		EXPECT_OK(ah_buf_append_text(&object, tokens % 2 == 0 ? "}]" : "}"));
		EXPECT_ERR(judge(ah_buf_slice(&object), AH_JSON_OURS, NULL), tokens == AH_JSON_TOKENS_MAX ? AH_OK : AH_ERR_TOO_LARGE);
	}
	for (size_t len = AH_JSON_MAX; len <= AH_JSON_MAX + 1; len++) {
		AH_AUTO(ah_buf) text = AH_BUF(AH_JSON_MAX + 1);
		EXPECT_OK(ah_buf_reserve(&text, len));
		memset(text.ptr, ' ', len);
		text.len = len;
		text.ptr[0] = '1';
		EXPECT_ERR(judge(ah_buf_slice(&text), AH_JSON_OURS, NULL), len == AH_JSON_MAX ? AH_OK : AH_ERR_TOO_LARGE);
	}
}

/* What the largest text may take. Under valgrind (tools/run-tests sets AH_VALGRIND) 50 times that, which the square of the length would still pass by far. */
static double bounded_ms(void)
{
	return getenv("AH_VALGRIND") != NULL ? 5000 : 100;
}

/* One MiB of pattern after a start; the result and the time it may take. */
static void a_mebibyte_of_anything_is_judged_at_once(void)
{
	static const struct { const char *start, *pattern; ah_err err; } bombs[] = {
		{ "", "{},", AH_ERR_JSON }, { "[", "{},", AH_ERR_TOO_LARGE }, { "", "[", AH_ERR_TOO_DEEP }, { "", "{\"a\":", AH_ERR_TOO_DEEP }, { "[", "[],", AH_ERR_TOO_LARGE },
		{ "{", "\"a\":0,", AH_ERR_TOO_LARGE }, { "\"", "a", AH_ERR_JSON }, { "\"", "\\u0061", AH_ERR_JSON }, { "", " ", AH_ERR_JSON }, { "", "1", AH_ERR_JSON },
		{ "[", "\"\",", AH_ERR_TOO_LARGE }, { "", ":", AH_ERR_JSON }, { "{\"", ":", AH_ERR_JSON }, { "\"", "\xc3\xbc", AH_ERR_ENCODING }, { "", "-", AH_ERR_JSON },
	};
	for (size_t i = 0; i < COUNT(bombs); i++) {
		AH_AUTO(ah_buf) text = AH_BUF(AH_JSON_MAX);
		size_t pattern_len = strlen(bombs[i].pattern);
		EXPECT_OK(ah_buf_append_text(&text, bombs[i].start));
		while (text.len < AH_JSON_MAX)
			EXPECT_OK(ah_buf_append(&text, ah_slice_make(bombs[i].pattern, AH_JSON_MAX - text.len < pattern_len ? AH_JSON_MAX - text.len : pattern_len)));
		clock_t start = clock();
		ah_err err = judge(ah_buf_slice(&text), AH_JSON_OURS, NULL);
		double ms = 1000.0 * (double)(clock() - start) / CLOCKS_PER_SEC;
		EXPECT_MSG(err == bombs[i].err, "%s: %s", bombs[i].pattern, ah_err_name(err));
		EXPECT_MSG(ms < bounded_ms(), "%s: %.0f ms", bombs[i].pattern, ms);
	}
	ah_test_count(COUNT(bombs));
}

/* As many long names as fit, alike up to their last bytes, in descending order and with escapes: what is dearest to compare and sort. */
static void a_mebibyte_of_names_is_sorted_at_once(void)
{
	for (int escaped = 0; escaped < 2; escaped++) {
		AH_AUTO(ah_buf) text = AH_BUF(AH_JSON_MAX);
		EXPECT_OK(ah_buf_append_text(&text, "{"));
		for (size_t i = 4990; i > 0; i--) {
			EXPECT_OK(ah_buf_append_text(&text, i == 4990 ? "\"" : ",\""));
			for (size_t k = 0; k < 196; k++)
				EXPECT_OK(ah_buf_append_byte(&text, 'n'));
			EXPECT_OK(ah_buf_printf(&text, "%s%04zu\":0", escaped != 0 ? "\\t" : "tt", i));
		}
		EXPECT_OK(ah_buf_append_text(&text, "}"));
		clock_t start = clock();
		EXPECT_OK(judge(ah_buf_slice(&text), AH_JSON_OURS, NULL));
		double ms = 1000.0 * (double)(clock() - start) / CLOCKS_PER_SEC;
		EXPECT_MSG(ms < bounded_ms(), "%.0f ms", ms);
	}
}

static const char sample[] =
	"{\"name\":\"n\\u00fcn\\n\\ud83d\\ude00\",\"list\":[1,-2,[],{\"deep\":[true,false,null]}],\"\\u006bey\":\"a\\\"b\\\\c\\/d\",\"big\":-9223372036854775808,"
	" \"empty\" : {} , \"last\":[ ] }";

static void a_cut_at_any_byte_is_refused(void)
{
	for (size_t len = 0; len < sizeof sample - 1; len++)
		EXPECT_ERR(judge(ah_slice_make(sample, len), AH_JSON_OURS, NULL), AH_ERR_JSON);
	EXPECT_OK(judge(ah_slice_text(sample), AH_JSON_OURS, NULL));
	ah_test_count(sizeof sample - 1);
}

/* Each byte of the sample replaced by each of the characters that mean something: never more tolerant than jansson, never another reading. */
static void mutations_are_read_as_jansson_reads_them(void)
{
	static const char characters[] = "\"\\/{}[]:,-0129.eEuDntf \t\n\x01\x7f\xc3\xff";
	size_t accepted = 0;
	for (size_t i = 0; i < sizeof sample - 1; i++)
		for (size_t c = 0; c < sizeof characters - 1; c++) {
			char text[sizeof sample];
			memcpy(text, sample, sizeof text);
			text[i] = characters[c];
			ah_slice mutated = ah_slice_make(text, sizeof sample - 1);
			accepted += judge(mutated, AH_JSON_OURS, NULL) == AH_OK ? 1 : 0;
			expect_same_as_jansson(mutated);
			if (ah_test_failed())
				return;
		}
	EXPECT(accepted > 300 && accepted < (sizeof sample - 1) * (sizeof characters - 1));
	ah_test_count((sizeof sample - 1) * (sizeof characters - 1));
}

static void values_are_pulled_one_by_one(void)
{
	ah_json j;
	ah_slice key;
	AH_AUTO(ah_buf) text = AH_BUF(64);
	EXPECT_OK(ah_json_open(&j, ah_slice_text(sample), AH_JSON_OURS, NULL));
	EXPECT(ah_json_peek(&j) == AH_JSON_OBJECT && ah_json_pos(&j) == 0);
	ah_json_object_begin(&j);
	EXPECT(ah_json_next_member(&j, &key) && ah_slice_is_text(key, "name") && ah_json_peek(&j) == AH_JSON_STRING);
	EXPECT_OK(ah_json_string(&j, &text));
	EXPECT_BYTES(ah_buf_slice(&text), AH_SLICE_LITERAL("n\xc3\xbcn\n\xf0\x9f\x98\x80"));
	EXPECT(ah_json_next_member(&j, &key) && ah_slice_is_text(key, "list") && ah_json_peek(&j) == AH_JSON_ARRAY);
	ah_json_array_begin(&j);
	EXPECT(ah_json_next_element(&j) && ah_json_int(&j) == 1 && ah_json_next_element(&j) && ah_json_int(&j) == -2 && ah_json_next_element(&j));
	ah_json_array_begin(&j);
	EXPECT(!ah_json_next_element(&j) && ah_json_next_element(&j));
	EXPECT_BYTES(ah_json_raw(&j), AH_SLICE_LITERAL("{\"deep\":[true,false,null]}"));
	EXPECT(!ah_json_next_element(&j) && ah_json_next_member(&j, &key));
	EXPECT(ah_slice_is_text(key, "\\u006bey") && !ah_slice_is_text(key, "key"));
	EXPECT_BYTES(ah_json_string_raw(&j), AH_SLICE_LITERAL("a\\\"b\\\\c\\/d"));
	EXPECT(ah_json_next_member(&j, &key) && ah_json_int(&j) == INT64_MIN);
	EXPECT(ah_json_next_member(&j, &key) && ah_slice_is_text(key, "empty"));
	ah_json_object_begin(&j);
	EXPECT(!ah_json_next_member(&j, &key));
	EXPECT(ah_json_next_member(&j, &key) && ah_slice_is_text(key, "last"));
	EXPECT_BYTES(ah_json_raw(&j), AH_SLICE_LITERAL("[ ]"));
	EXPECT(!ah_json_next_member(&j, &key) && ah_json_peek(&j) == AH_JSON_NONE);
	EXPECT_OK(ah_json_finish(&j, NULL));
}

static void raw_values_are_their_exact_bytes(void)
{
	static const char *const values[] = { "{\"a\" : [1, \"]}\\\"\"] }", "[ [ ] ,{} ]", "\"a\\u0062\\\"\"", "-12", "1.50e+3", "-0.0", "0E-2", "true", "false", "null" };
	for (size_t i = 0; i < COUNT(values); i++) {
		AH_AUTO(ah_buf) text = AH_BUF(64);
		ah_json j;
		ah_slice key;
		EXPECT_OK(ah_buf_printf(&text, " { \"tcbInfo\" :  %s , \"z\":0}", values[i]));
		EXPECT_OK(ah_json_open(&j, ah_buf_slice(&text), AH_JSON_VENDOR, NULL));
		ah_json_object_begin(&j);
		EXPECT(ah_json_next_member(&j, &key) && ah_json_pos(&j) == 16);
		EXPECT_BYTES(ah_json_raw(&j), ah_slice_text(values[i]));
		EXPECT(ah_json_next_member(&j, &key) && ah_json_int(&j) == 0 && !ah_json_next_member(&j, &key));
		EXPECT_OK(ah_json_finish(&j, NULL));
	}
	ah_test_count(COUNT(values));
}

static void vendors_fractions_pass_only_when_skipped(void)
{
	static const char *const good[] = { "1.5", "-1.5", "0.0", "-0.0", "1e3", "1E+3", "1e-3", "1.25e10", "123456789012345678901234567890.5" };
	static const char *const bad[] = { "1.", "1.e3", "1e", "1e+", "1.5.5", "01.5", ".5", "-.5", "-0", "9223372036854775808", "1e3.5", "1ee3", "1e+-3" };
	for (size_t i = 0; i < COUNT(good); i++) {
		ah_json j;
		EXPECT_ERR(judge(ah_slice_text(good[i]), AH_JSON_OURS, NULL), AH_ERR_JSON);
		EXPECT_OK(ah_json_open(&j, ah_slice_text(good[i]), AH_JSON_VENDOR, NULL));
		EXPECT(ah_json_peek(&j) == AH_JSON_FRACTION && ah_json_int(&j) == 0);
		EXPECT_ERR(ah_json_finish(&j, NULL), AH_ERR_JSON);
	}
	for (size_t i = 0; i < COUNT(bad); i++)
		EXPECT_MSG(judge(ah_slice_text(bad[i]), AH_JSON_VENDOR, NULL) == AH_ERR_JSON, "accepted: %s", bad[i]);
	ah_test_count(COUNT(good) + COUNT(bad));
}

/* Each read at a value of each type. */
static void a_read_of_the_wrong_type_is_an_error_at_the_value(void)
{
	static const char *const values[] = { "{\"k\":1}", "[1]", "\"x\"", "7", "true", "null", "1.5" };
	for (int read = 0; read < 7; read++)
		for (int value = 0; value < (int)COUNT(values); value++) {
			AH_AUTO(ah_buf) text = AH_BUF(64), out = AH_BUF(64);
			ah_json j;
			ah_slice key;
			ah_fault why = { 0 };
			bool fits = false;
			EXPECT_OK(ah_buf_printf(&text, "[ %s]", values[value]));
			EXPECT_OK(ah_json_open(&j, ah_buf_slice(&text), AH_JSON_VENDOR, NULL));
			ah_json_array_begin(&j);
			EXPECT(ah_json_next_element(&j));
			switch (read) {
			case 0: fits = value == 0; ah_json_object_begin(&j); EXPECT(ah_json_next_member(&j, &key) == fits); break;
			case 1: fits = value == 1; ah_json_array_begin(&j); EXPECT(ah_json_next_element(&j) == fits); break;
			case 2: fits = value == 2; EXPECT(ah_json_string_raw(&j).len == (fits ? 1 : 0)); break;
			case 3: fits = value == 3; EXPECT(ah_json_int(&j) == (fits ? 7 : 0)); break;
			case 4: fits = value == 4; EXPECT(ah_json_bool(&j) == fits); break;
			case 5: fits = value == 2; EXPECT_ERR(ah_json_string(&j, &out), fits ? AH_OK : AH_ERR_JSON); break;
			case 6: fits = value == 2; EXPECT(ah_json_string_plain(&j).len == (fits ? 1 : 0)); break;
			}
			EXPECT(j.err == (fits ? AH_OK : AH_ERR_JSON));
			if (fits)
				continue;
			EXPECT(ah_json_peek(&j) == AH_JSON_NONE && ah_json_int(&j) == 0 && ah_json_raw(&j).len == 0 && !ah_json_next_element(&j));
			EXPECT_ERR(ah_json_finish(&j, &why), AH_ERR_JSON);
			EXPECT(why.err == AH_ERR_JSON && why.offset == 2);
		}
	ah_test_count(7 * COUNT(values));
}

static void values_left_untaken_are_an_error(void)
{
	ah_json j;
	ah_slice key;
	ah_fault why = { 0 };
	EXPECT_OK(ah_json_open(&j, ah_slice_text("{\"a\":1,\"b\":2}"), AH_JSON_OURS, NULL));
	ah_json fresh = j;
	EXPECT_ERR(ah_json_finish(&fresh, NULL), AH_ERR_JSON);
	ah_json_object_begin(&j);
	ah_json inside = j;
	EXPECT_ERR(ah_json_finish(&inside, NULL), AH_ERR_JSON);
	EXPECT(ah_json_next_member(&j, &key));
	EXPECT(!ah_json_next_member(&j, &key)); /* the 1 was not taken */
	EXPECT_ERR(ah_json_finish(&j, &why), AH_ERR_JSON);
	EXPECT(why.offset == 5);
	EXPECT_OK(ah_json_open(&j, ah_slice_text("[1]"), AH_JSON_OURS, NULL));
	ah_json_array_begin(&j);
	EXPECT(ah_json_next_element(&j) && ah_json_int(&j) == 1);
	EXPECT(ah_json_int(&j) == 0); /* taken twice */
	EXPECT_ERR(ah_json_finish(&j, NULL), AH_ERR_JSON);
}

static void strings_with_escapes_are_not_plain_and_end_at_the_limit(void)
{
	ah_json j;
	EXPECT_OK(ah_json_open(&j, ah_slice_text(" \"a\\n\""), AH_JSON_OURS, NULL));
	ah_json plain = j, tight = j;
	ah_fault why = { 0 };
	EXPECT(ah_json_string_plain(&plain).len == 0);
	EXPECT_ERR(ah_json_finish(&plain, &why), AH_ERR_JSON);
	EXPECT(why.offset == 1);
	AH_AUTO(ah_buf) one = AH_BUF(1), two = AH_BUF(2);
	EXPECT_ERR(ah_json_string(&tight, &one), AH_ERR_LIMIT);
	EXPECT(one.len == 0);
	EXPECT_ERR(ah_json_finish(&tight, NULL), AH_ERR_LIMIT);
	EXPECT_OK(ah_json_string(&j, &two));
	EXPECT_BYTES(ah_buf_slice(&two), AH_SLICE_LITERAL("a\n"));
	EXPECT_OK(ah_json_finish(&j, NULL));
}

static void the_writer_gives_the_bytes_of_another_implementation(void)
{
	/* python3: json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False). */
	static const char wanted[] =
		"{\"a\":\"\\u0000\\u0001\\b\\t\\n\\u000b\\f\\r\\u001f \\\"\\\\/\x7f\xc3\xbc\xd0\xb6\xe6\xb0\xb4\xf0\x90\x85\x91\",\"b\":[1,-1,0,9223372036854775807,"
		"-9223372036854775808,[],{}],\"c\":{\"x\":null,\"y\":true,\"z\":false},\"d\":\"2026-11-20T09:20:31Z\",\"e\":\"00ff\",\"empty\":\"\"}";
	AH_AUTO(ah_buf) out = AH_BUF(512);
	ah_json_writer w;
	ah_json_writer_init(&w, &out);
	ah_json_put_object_begin(&w);
	ah_json_put_key(&w, "a");
	ah_json_put_string(&w, AH_SLICE_LITERAL("\0\x01\b\t\n\x0b\f\r\x1f \"\\/\x7f\xc3\xbc\xd0\xb6\xe6\xb0\xb4\xf0\x90\x85\x91"));
	ah_json_put_key(&w, "b");
	ah_json_put_array_begin(&w);
	ah_json_put_int(&w, 1);
	ah_json_put_int(&w, -1);
	ah_json_put_int(&w, 0);
	ah_json_put_int(&w, INT64_MAX);
	ah_json_put_int(&w, INT64_MIN);
	ah_json_put_array_begin(&w);
	ah_json_put_array_end(&w);
	ah_json_put_object_begin(&w);
	ah_json_put_object_end(&w);
	ah_json_put_array_end(&w);
	ah_json_put_key(&w, "c");
	ah_json_put_object_begin(&w);
	ah_json_put_key(&w, "x");
	ah_json_put_null(&w);
	ah_json_put_key(&w, "y");
	ah_json_put_bool(&w, true);
	ah_json_put_key(&w, "z");
	ah_json_put_bool(&w, false);
	ah_json_put_object_end(&w);
	ah_json_put_key(&w, "d");
	ah_json_put_time(&w, 1795166431);
	ah_json_put_key(&w, "e");
	ah_json_put_hex(&w, AH_SLICE_LITERAL("\x00\xff"));
	ah_json_put_key(&w, "empty");
	ah_json_put_text(&w, "");
	ah_json_put_object_end(&w);
	EXPECT_OK(ah_json_writer_finish(&w));
	EXPECT_BYTES(ah_buf_slice(&out), ah_slice_make(wanted, sizeof wanted - 1));
}

/* A saved bundle may be larger in both ways; nothing else about it is relaxed, and the flag of vendors stays apart. */
static void a_large_document_has_limits_of_its_own(void)
{
	for (size_t tokens = AH_JSON_LARGE_TOKENS_MAX; tokens <= AH_JSON_LARGE_TOKENS_MAX + 1; tokens++) {
		AH_AUTO(ah_buf) object = AH_BUF(AH_JSON_MAX);
		size_t off = 0;
		EXPECT_OK(ah_buf_append_text(&object, tokens % 2 == 0 ? "[{" : "{"));
		for (size_t i = 0; i < (tokens - 1) / 2; i++)
			EXPECT_OK(ah_buf_printf(&object, "%s\"%zu\":0", i != 0 ? "," : "", i));
		EXPECT_OK(ah_buf_append_text(&object, tokens % 2 == 0 ? "}]" : "}"));
		EXPECT_ERR(judge(ah_buf_slice(&object), AH_JSON_LARGE, NULL), tokens == AH_JSON_LARGE_TOKENS_MAX ? AH_OK : AH_ERR_TOO_LARGE);
		EXPECT_ERR(judge(ah_buf_slice(&object), AH_JSON_OURS, &off), AH_ERR_TOO_LARGE);
	}
	for (size_t len = AH_SAVED_MAX; len <= AH_SAVED_MAX + 1; len++) {
		AH_AUTO(ah_buf) text = AH_BUF(AH_SAVED_MAX + 1);
		EXPECT_OK(ah_buf_reserve(&text, len));
		memset(text.ptr, 'a', len);
		text.len = len;
		text.ptr[0] = text.ptr[len - 1] = '"';
		EXPECT_ERR(judge(ah_buf_slice(&text), AH_JSON_LARGE, NULL), len == AH_SAVED_MAX ? AH_OK : AH_ERR_TOO_LARGE);
		EXPECT_ERR(judge(ah_buf_slice(&text), AH_JSON_VENDOR, NULL), AH_ERR_TOO_LARGE);
	}
	EXPECT_ERR(judge(AH_SLICE_LITERAL("{\"a\":1,\"a\":2}"), AH_JSON_LARGE, NULL), AH_ERR_DUPLICATE_KEY);
	EXPECT_ERR(judge(AH_SLICE_LITERAL("1.5"), AH_JSON_LARGE, NULL), AH_ERR_JSON);
	EXPECT_ERR(judge(AH_SLICE_LITERAL("1.5"), AH_JSON_VENDOR, NULL), AH_OK);
}

/* RFC 4648 10 for base64; the object was put together by hand. */
static void the_writer_takes_base64_and_values_that_are_written_already(void)
{
	AH_AUTO(ah_buf) out = AH_BUF(256);
	ah_json_writer w;
	ah_json_writer_init(&w, &out);
	ah_json_put_array_begin(&w);
	ah_json_put_base64(&w, AH_SLICE_LITERAL(""));
	ah_json_put_base64(&w, AH_SLICE_LITERAL("fooba"));
	ah_json_put_raw(&w, AH_SLICE_LITERAL("{\"a\":[1,2]}"));
	ah_json_put_object_begin(&w);
	ah_json_put_key(&w, "b");
	ah_json_put_raw(&w, AH_SLICE_LITERAL("null"));
	ah_json_put_key(&w, "c");
	ah_json_put_base64(&w, AH_SLICE_LITERAL("foob"));
	ah_json_put_object_end(&w);
	ah_json_put_array_end(&w);
	EXPECT_OK(ah_json_writer_finish(&w));
	EXPECT_BYTES(ah_buf_slice(&out), AH_SLICE_LITERAL("[\"\",\"Zm9vYmE=\",{\"a\":[1,2]},{\"b\":null,\"c\":\"Zm9vYg==\"}]"));
}

static void the_writer_keeps_its_first_error(void)
{
	for (size_t max = 0; max < 20; max++) {
		AH_AUTO(ah_buf) out = AH_BUF(max);
		ah_json_writer w;
		ah_json_writer_init(&w, &out);
		ah_json_put_object_begin(&w);
		ah_json_put_key(&w, "key");
		ah_json_put_array_begin(&w);
		ah_json_put_hex(&w, AH_SLICE_LITERAL("abc"));
		ah_json_put_text(&w, "\n");
		ah_json_put_null(&w);
		ah_json_put_array_end(&w);
		ah_json_put_object_end(&w); /* {"key":["616263","\n",null]} */
		EXPECT_ERR(ah_json_writer_finish(&w), AH_ERR_LIMIT);
	}
	AH_AUTO(ah_buf) out = AH_BUF(64);
	ah_json_writer w;
	ah_json_writer_init(&w, &out);
	ah_json_put_array_begin(&w);
	ah_json_put_string(&w, AH_SLICE_LITERAL("a\xff"));
	ah_json_put_array_end(&w);
	EXPECT_ERR(ah_json_writer_finish(&w), AH_ERR_ENCODING);
}

static const ah_test_case cases[] = {
	AH_TEST(good_texts_are_accepted),
	AH_TEST(bad_texts_are_refused_at_their_place),
	AH_TEST(every_character_of_a_string_is_looked_at),
	AH_TEST(a_member_stands_once_in_its_object),
	AH_TEST(each_double_is_found_wherever_it_stands),
	AH_TEST(depth_ends_at_its_limit),
	AH_TEST(tokens_and_size_end_at_their_limits),
	AH_TEST(a_large_document_has_limits_of_its_own),
	AH_TEST(a_mebibyte_of_anything_is_judged_at_once),
	AH_TEST(a_mebibyte_of_names_is_sorted_at_once),
	AH_TEST(a_cut_at_any_byte_is_refused),
	AH_TEST(mutations_are_read_as_jansson_reads_them),
	AH_TEST(values_are_pulled_one_by_one),
	AH_TEST(raw_values_are_their_exact_bytes),
	AH_TEST(vendors_fractions_pass_only_when_skipped),
	AH_TEST(a_read_of_the_wrong_type_is_an_error_at_the_value),
	AH_TEST(values_left_untaken_are_an_error),
	AH_TEST(strings_with_escapes_are_not_plain_and_end_at_the_limit),
	AH_TEST(the_writer_gives_the_bytes_of_another_implementation),
	AH_TEST(the_writer_takes_base64_and_values_that_are_written_already),
	AH_TEST(the_writer_keeps_its_first_error),
};
AH_TEST_MAIN(cases)
