/*
 * WebSocket frames and messages. The rows of the table carry the ids of the Autobahn test suite's cases (categories 1 to 7 and 9) that they are
 * modelled on; each is played to a server (masked) and to a client (not masked), whole, byte by byte and in pieces of 997 bytes.
 */
#include "codec/websocket.h"
#include "support/test.h"

#include <stdio.h>

static const uint8_t mask[4] = { 0x37, 0xfa, 0x21, 0x3d }; /* that of RFC 6455 5.7 */

/* -- Frames as the peer sends them, right or wrong -- */

typedef struct frame {
	bool is_there;
	uint8_t first;         /* FIN, RSV, opcode */
	const char *payload;   /* NULL: `len` times "*" */
	size_t len;
} frame;

#define F(first, text)   { true, first, text, sizeof(text) - 1 }
#define FILL(first, len) { true, first, NULL, len }
#define FIN 0x80

static void put_bytes(ah_buf *out, ah_slice bytes)
{
	if (ah_buf_append(out, bytes) != AH_OK)
		ah_test_fail(__FILE__, __LINE__, "no room");
}

static void put_byte(ah_buf *out, unsigned byte)
{
	const uint8_t one = (uint8_t)byte;
	put_bytes(out, ah_slice_make(&one, 1));
}

/* Independent of the writer under test: lengths and masks byte by byte. */
static void put_frame(ah_buf *out, const frame *f, bool masked)
{
	put_byte(out, f->first);
	put_byte(out, (masked ? 0x80u : 0u) | (f->len < 126 ? (unsigned)f->len : f->len < 65536 ? 126u : 127u));
	for (int shift = f->len < 126 ? -8 : f->len < 65536 ? 8 : 56; shift >= 0; shift -= 8)
		put_byte(out, (unsigned)((uint64_t)f->len >> shift) & 0xff);
	if (masked)
		put_bytes(out, AH_SLICE_OF(mask));
	for (size_t i = 0; i < f->len; i++)
		put_byte(out, (f->payload != NULL ? (uint8_t)f->payload[i] : '*') ^ (masked ? mask[i % 4] : 0u));
}

/* -- What the reader says, as text: text(Hello) binary(#65536) ping() close(1000,bye) fail(1002) -- */

#define SHOWN_MAX 40

static void put_event(ah_buf *out, const ah_ws_event *e)
{
	const char *name = e->opcode == AH_WS_TEXT ? "text" : e->opcode == AH_WS_BINARY ? "binary" : e->opcode == AH_WS_PING ? "ping" : e->opcode == AH_WS_PONG ? "pong" : "close";
	AH_AUTO(ah_buf) word = AH_BUF(256);
	ah_err err = ah_buf_printf(&word, "%s(", name);
	if (err == AH_OK && e->opcode == AH_WS_CLOSE)
		err = ah_buf_printf(&word, "%u,", e->close_code);
	if (err == AH_OK)
		err = e->payload.len > SHOWN_MAX ? ah_buf_printf(&word, "#%zu", e->payload.len) : ah_buf_append(&word, e->payload);
	if (err == AH_OK)
		err = ah_buf_append_text(&word, ") ");
	put_bytes(out, err == AH_OK ? ah_buf_slice(&word) : AH_SLICE_LITERAL("?"));
}

/* *off: where the reader was when it refused, else the length. */
static void play(ah_buf *out, ah_ws_role role, size_t message_max, ah_slice in, size_t piece, size_t *off)
{
	ah_ws_reader r;
	ah_slice left = in;
	ah_ws_reader_init(&r, role, message_max);
	*off = in.len;
	while (left.len != 0) {
		size_t used = 0;
		ah_ws_event e;
		ah_fault why = { 0 };
		if (ah_ws_read(&r, &used, &e, ah_slice_sub(left, 0, piece < left.len ? piece : left.len), &why) != AH_OK) {
			char word[32];
			(void)snprintf(word, sizeof word, "fail(%u) ", r.close_code);
			put_bytes(out, ah_slice_text(word));
			*off = why.offset;
			break;
		}
		if (e.happened)
			put_event(out, &e);
		left = ah_slice_sub(left, used, left.len - used);
	}
	ah_ws_reader_free(&r);
}

static bool plays_to(const char *id, ah_slice in, ah_ws_role role, size_t max, const char *wanted)
{
	static const size_t pieces[] = { SIZE_MAX, 1, 997 };
	size_t first_off = 0;
	for (size_t i = 0; i < 3; i++) {
		AH_AUTO(ah_buf) out = AH_BUF(1 << 20);
		size_t off = 0;
		play(&out, role, max, in, pieces[i], &off);
		size_t len = out.len != 0 ? out.len - 1 : 0; /* without the last space */
		if (len != strlen(wanted) || (len != 0 && memcmp(out.ptr, wanted, len) != 0)) {
			ah_test_fail(__FILE__, __LINE__, "%s in pieces of %zu: %.*s, wanted %s", id, pieces[i], (int)len, (const char *)out.ptr, wanted);
			return false;
		}
		first_off = i == 0 ? off : first_off;
		if (off != first_off) {
			ah_test_fail(__FILE__, __LINE__, "%s in pieces of %zu: refused at %zu, whole at %zu", id, pieces[i], off, first_off);
			return false;
		}
	}
	return true;
}

/* -- The table -- */

typedef struct autobahn_case {
	const char *id;
	frame frames[8];
	const char *events;
} autobahn_case;

#define TEXT(payload)  F(FIN | 1, payload)
#define PING(payload)  F(FIN | 9, payload)
#define CLOSE(payload) F(FIN | 8, payload)

static const autobahn_case rows[] = {
	{ "1.1.1", { TEXT("") }, "text()" },
	{ "1.1.2", { FILL(FIN | 1, 125) }, "text(#125)" },
	{ "1.1.3", { FILL(FIN | 1, 126) }, "text(#126)" },
	{ "1.1.4", { FILL(FIN | 1, 127) }, "text(#127)" },
	{ "1.1.5", { FILL(FIN | 1, 128) }, "text(#128)" },
	{ "1.1.6", { FILL(FIN | 1, 65535) }, "text(#65535)" },
	{ "1.1.7, 1.1.8", { FILL(FIN | 1, 65536) }, "text(#65536)" },
	{ "1.2.1", { F(FIN | 2, "") }, "binary()" },
	{ "1.2.2", { FILL(FIN | 2, 125) }, "binary(#125)" },
	{ "1.2.3", { FILL(FIN | 2, 126) }, "binary(#126)" },
	{ "1.2.4", { FILL(FIN | 2, 127) }, "binary(#127)" },
	{ "1.2.5", { FILL(FIN | 2, 128) }, "binary(#128)" },
	{ "1.2.6", { FILL(FIN | 2, 65535) }, "binary(#65535)" },
	{ "1.2.7, 1.2.8", { FILL(FIN | 2, 65536) }, "binary(#65536)" },

	{ "2.1", { PING("") }, "ping()" },
	{ "2.2", { PING("Hello, world!") }, "ping(Hello, world!)" },
	{ "2.3", { PING("\x01\xff\xfe\xfd\xfc\xfb\x02\xff") }, "ping(\x01\xff\xfe\xfd\xfc\xfb\x02\xff)" },
	{ "2.4, 2.6", { FILL(FIN | 9, 125) }, "ping(#125)" },
	{ "2.5", { FILL(FIN | 9, 126) }, "fail(1002)" },
	{ "2.7", { F(FIN | 10, "") }, "pong()" },
	{ "2.8", { F(FIN | 10, "unsolicited") }, "pong(unsolicited)" },
	{ "2.9", { F(FIN | 10, "unsolicited"), PING("ping") }, "pong(unsolicited) ping(ping)" },
	{ "2.10, 2.11", { PING("0"), PING("1"), PING("2"), PING("3"), PING("4"), PING("5") }, "ping(0) ping(1) ping(2) ping(3) ping(4) ping(5)" },

	{ "3.1", { F(FIN | 0x10 | 1, "Hello") }, "fail(1002)" },
	{ "3.2", { TEXT("Hello"), F(FIN | 0x20 | 1, "Hello"), PING("") }, "text(Hello) fail(1002)" },
	{ "3.3, 3.4", { TEXT("Hello"), F(FIN | 0x30 | 1, "Hello"), PING("") }, "text(Hello) fail(1002)" },
	{ "3.5", { F(FIN | 0x40 | 2, "Hello") }, "fail(1002)" },
	{ "3.6", { F(FIN | 0x50 | 9, "Hello") }, "fail(1002)" },
	{ "3.7", { F(FIN | 0x60 | 8, "") }, "fail(1002)" },
	{ "3, all three on a continuation", { F(1, "a"), F(FIN | 0x70 | 0, "b") }, "fail(1002)" },

	{ "4.1.1", { F(FIN | 3, "") }, "fail(1002)" },
	{ "4.1.2", { F(FIN | 4, "reserved") }, "fail(1002)" },
	{ "4.1.3", { TEXT("Hello"), F(FIN | 5, ""), PING("") }, "text(Hello) fail(1002)" },
	{ "4.1.4", { TEXT("Hello"), F(FIN | 6, "reserved"), PING("") }, "text(Hello) fail(1002)" },
	{ "4.1.5", { TEXT("Hello"), F(FIN | 7, ""), PING("") }, "text(Hello) fail(1002)" },
	{ "4.2.1", { F(FIN | 11, "") }, "fail(1002)" },
	{ "4.2.2", { F(FIN | 12, "reserved") }, "fail(1002)" },
	{ "4.2.3", { TEXT("Hello"), F(FIN | 13, ""), PING("") }, "text(Hello) fail(1002)" },
	{ "4.2.4", { TEXT("Hello"), F(FIN | 14, "reserved"), PING("") }, "text(Hello) fail(1002)" },
	{ "4.2.5", { TEXT("Hello"), F(FIN | 15, ""), PING("") }, "text(Hello) fail(1002)" },

	{ "5.1", { F(9, "fragment1"), F(FIN | 0, "fragment2") }, "fail(1002)" },
	{ "5.2", { F(10, "fragment1"), F(FIN | 0, "fragment2") }, "fail(1002)" },
	{ "5.3, 5.4, 5.5", { F(1, "fragment1"), F(FIN | 0, "fragment2") }, "text(fragment1fragment2)" },
	{ "5.6, 5.7, 5.8", { F(1, "fragment1"), PING("ping"), F(FIN | 0, "fragment2") }, "ping(ping) text(fragment1fragment2)" },
	{ "5.9, 5.10, 5.11", { F(FIN | 0, "non-continuation"), TEXT("Hello") }, "fail(1002)" },
	{ "5.12, 5.13, 5.14", { F(0, "non-continuation"), TEXT("Hello") }, "fail(1002)" },
	{ "5.15", { F(1, "fragment1"), F(FIN | 0, "fragment2"), F(0, "fragment3"), F(1, "fragment4"), F(FIN | 0, "") }, "text(fragment1fragment2) fail(1002)" },
	{ "5.16", { F(0, "fragment1"), F(1, "fragment2"), F(FIN | 0, "fragment3") }, "fail(1002)" },
	{ "5.17", { F(FIN | 0, "fragment1"), F(1, "fragment2"), F(FIN | 0, "fragment3") }, "fail(1002)" },
	{ "5.18", { F(1, "fragment1"), TEXT("fragment2") }, "fail(1002)" },
	{ "5.18, binary in text", { F(1, "fragment1"), F(FIN | 2, "fragment2") }, "fail(1002)" },
	{ "5.19, 5.20", { F(1, "1"), F(0, "2"), PING("p1"), F(0, "3"), F(0, "4"), PING("p2"), F(FIN | 0, "5") }, "ping(p1) ping(p2) text(12345)" },
	{ "5, binary in fragments", { F(2, "\xff"), F(0, ""), F(FIN | 0, "\xfe") }, "binary(\xff\xfe)" },
	{ "5, close within a message", { F(1, "a"), CLOSE("\x03\xe8"), F(FIN | 0, "b") }, "close(1000,)" },

	{ "6.1.1", { TEXT("") }, "text()" },
	{ "6.1.2", { F(1, ""), F(0, ""), F(FIN | 0, "") }, "text()" },
	{ "6.1.3", { F(1, ""), F(0, "middle"), F(FIN | 0, "") }, "text(middle)" },
	{ "6.2.1", { TEXT("Hello-\xc2\xb5@\xc3\x9f\xc3\xb6") }, "text(Hello-\xc2\xb5@\xc3\x9f\xc3\xb6)" },
	{ "6.2.2", { F(1, "Hello-\xc2\xb5@"), F(FIN | 0, "\xc3\x9f") }, "text(Hello-\xc2\xb5@\xc3\x9f)" },
	{ "6.2.3", { F(1, "\xc2"), F(0, "\xb5"), F(0, "\xc3"), F(FIN | 0, "\x9f") }, "text(\xc2\xb5\xc3\x9f)" },
	{ "6.2.4", { F(1, "\xce"), F(0, "\xba\xe1"), F(0, "\xbd\xb9\xcf"), F(FIN | 0, "\x83") }, "text(\xce\xba\xe1\xbd\xb9\xcf\x83)" },
	{ "6.3.1", { TEXT("\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80" "edited") }, "fail(1007)" },
	{ "6.3.2", { F(1, "\xed"), F(0, "\xa0"), F(FIN | 0, "\x80") }, "fail(1007)" },
	{ "6.4.1, 6.4.3", { F(1, "\xce\xba\xf4"), F(0, "\x90\x80\x80"), F(FIN | 0, "edited") }, "fail(1007)" },
	{ "6.4.2, 6.4.4", { F(1, "\xce\xba"), F(0, "\xf4\x90"), F(FIN | 0, "edited") }, "fail(1007)" },
	{ "6.5.1", { TEXT("\xce\xba\xe1\xbd\xb9") }, "text(\xce\xba\xe1\xbd\xb9)" },
	{ "6.6.1", { TEXT("\xce") }, "fail(1007)" },
	{ "6.6.2", { TEXT("\xce\xba\xe1") }, "fail(1007)" },
	{ "6.6.3", { TEXT("\xce\xba\xe1\xbd") }, "fail(1007)" },
	{ "6.7.2", { TEXT("\xc2\x80") }, "text(\xc2\x80)" },
	{ "6.7.3", { TEXT("\xe0\xa0\x80") }, "text(\xe0\xa0\x80)" },
	{ "6.7.4", { TEXT("\xf0\x90\x80\x80") }, "text(\xf0\x90\x80\x80)" },
	{ "6.8.1", { TEXT("\xf8\x88\x80\x80\x80") }, "fail(1007)" },
	{ "6.8.2", { TEXT("\xfc\x84\x80\x80\x80\x80") }, "fail(1007)" },
	{ "6.9.1", { TEXT("\x7f") }, "text(\x7f)" },
	{ "6.9.2", { TEXT("\xdf\xbf") }, "text(\xdf\xbf)" },
	{ "6.9.3", { TEXT("\xef\xbf\xbf") }, "text(\xef\xbf\xbf)" },
	{ "6.9.4", { TEXT("\xf4\x8f\xbf\xbf") }, "text(\xf4\x8f\xbf\xbf)" },
	{ "6.10.1", { TEXT("\xf7\xbf\xbf\xbf") }, "fail(1007)" },
	{ "6.10.2", { TEXT("\xfb\xbf\xbf\xbf\xbf") }, "fail(1007)" },
	{ "6.10.3", { TEXT("\xfd\xbf\xbf\xbf\xbf\xbf") }, "fail(1007)" },
	{ "6.11.1", { TEXT("\xed\x9f\xbf") }, "text(\xed\x9f\xbf)" },
	{ "6.11.2", { TEXT("\xee\x80\x80") }, "text(\xee\x80\x80)" },
	{ "6.11.3", { TEXT("\xef\xbf\xbd") }, "text(\xef\xbf\xbd)" },
	{ "6.11.5", { TEXT("\xf4\x90\x80\x80") }, "fail(1007)" },
	{ "6.12.1", { TEXT("\x80") }, "fail(1007)" },
	{ "6.12.2", { TEXT("\xbf") }, "fail(1007)" },
	{ "6.12.3", { TEXT("\x80\xbf") }, "fail(1007)" },
	{ "6.13.1", { TEXT("\xc0 \xc1 \xc2 ") }, "fail(1007)" },
	{ "6.13.2", { TEXT("\xe0 \xe1 ") }, "fail(1007)" },
	{ "6.13.3", { TEXT("\xf0 \xf1 ") }, "fail(1007)" },
	{ "6.13.4", { TEXT("\xf8 \xf9 ") }, "fail(1007)" },
	{ "6.13.5", { TEXT("\xfc ") }, "fail(1007)" },
	{ "6.14.1", { TEXT("\xc0") }, "fail(1007)" },
	{ "6.14.2", { TEXT("\xe0\x80") }, "fail(1007)" },
	{ "6.14.3", { TEXT("\xf0\x80\x80") }, "fail(1007)" },
	{ "6.14.6", { TEXT("\xdf") }, "fail(1007)" },
	{ "6.14.7", { TEXT("\xef\xbf") }, "fail(1007)" },
	{ "6.14.8", { TEXT("\xf7\xbf\xbf") }, "fail(1007)" },
	{ "6.15.1", { TEXT("\xc0\xe0\x80\xf0\x80\x80") }, "fail(1007)" },
	{ "6.16.1", { TEXT("\xfe") }, "fail(1007)" },
	{ "6.16.2", { TEXT("\xff") }, "fail(1007)" },
	{ "6.16.3", { TEXT("\xfe\xfe\xff\xff") }, "fail(1007)" },
	{ "6.17.1", { TEXT("\xc0\xaf") }, "fail(1007)" },
	{ "6.17.2", { TEXT("\xe0\x80\xaf") }, "fail(1007)" },
	{ "6.17.3", { TEXT("\xf0\x80\x80\xaf") }, "fail(1007)" },
	{ "6.18.1", { TEXT("\xc1\xbf") }, "fail(1007)" },
	{ "6.18.2", { TEXT("\xe0\x9f\xbf") }, "fail(1007)" },
	{ "6.18.3", { TEXT("\xf0\x8f\xbf\xbf") }, "fail(1007)" },
	{ "6.19.1", { TEXT("\xc0\x80") }, "fail(1007)" },
	{ "6.20.1", { TEXT("\xed\xa0\x80") }, "fail(1007)" },
	{ "6.20.4", { TEXT("\xed\xaf\xbf") }, "fail(1007)" },
	{ "6.20.5", { TEXT("\xed\xb0\x80") }, "fail(1007)" },
	{ "6.20.7", { TEXT("\xed\xbf\xbf") }, "fail(1007)" },
	{ "6.21.1", { TEXT("\xed\xa0\x80\xed\xb0\x80") }, "fail(1007)" },
	{ "6.22.1", { TEXT("\xef\xbf\xbe") }, "text(\xef\xbf\xbe)" },
	{ "6.23.1", { TEXT("\xef\xbf\xbb") }, "text(\xef\xbf\xbb)" },

	{ "7.1.1", { TEXT("Hello World!"), CLOSE("\x03\xe8") }, "text(Hello World!) close(1000,)" },
	{ "7.1.2", { CLOSE("\x03\xe8"), CLOSE("\x03\xe8") }, "close(1000,)" },
	{ "7.1.3", { CLOSE("\x03\xe8"), PING("") }, "close(1000,)" },
	{ "7.1.4", { CLOSE("\x03\xe8"), TEXT("Hello World!") }, "close(1000,)" },
	{ "7.1.5", { F(1, "fragment1"), CLOSE("\x03\xe8"), F(FIN | 0, "fragment2") }, "close(1000,)" },
	{ "7.1.6", { FILL(FIN | 1, 262144), TEXT("Hello World!"), CLOSE("\x03\xe8"), PING("") }, "text(#262144) text(Hello World!) close(1000,)" },
	{ "7.3.1", { CLOSE("") }, "close(1005,)" },
	{ "7.3.2", { CLOSE("a") }, "fail(1002)" },
	{ "7.3.3", { CLOSE("\x03\xe8") }, "close(1000,)" },
	{ "7.3.4", { CLOSE("\x03\xe8Hello World!") }, "close(1000,Hello World!)" },
	{ "7.3.5", { CLOSE("\x03\xe8"
		"123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123") }, "close(1000,#123)" },
	{ "7.3.6", { FILL(FIN | 8, 126) }, "fail(1002)" },
	{ "7.5.1", { CLOSE("\x03\xe8\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80") }, "fail(1007)" },
	{ "7.7.1", { CLOSE("\x03\xe8") }, "close(1000,)" },
	{ "7.7.2", { CLOSE("\x03\xe9") }, "close(1001,)" },
	{ "7.7.3", { CLOSE("\x03\xea") }, "close(1002,)" },
	{ "7.7.4", { CLOSE("\x03\xeb") }, "close(1003,)" },
	{ "7.7.5", { CLOSE("\x03\xef") }, "close(1007,)" },
	{ "7.7.6", { CLOSE("\x03\xf0") }, "close(1008,)" },
	{ "7.7.7", { CLOSE("\x03\xf1") }, "close(1009,)" },
	{ "7.7.8", { CLOSE("\x03\xf2") }, "close(1010,)" },
	{ "7.7.9", { CLOSE("\x03\xf3") }, "close(1011,)" },
	{ "7.7.10", { CLOSE("\x0b\xb8") }, "close(3000,)" },
	{ "7.7.11", { CLOSE("\x0f\x9f") }, "close(3999,)" },
	{ "7.7.12", { CLOSE("\x0f\xa0") }, "close(4000,)" },
	{ "7.7.13", { CLOSE("\x13\x87") }, "close(4999,)" },
	{ "7.9.1", { F(FIN | 8, "\0\0") }, "fail(1002)" },
	{ "7.9.2", { CLOSE("\x03\xe7") }, "fail(1002)" },
	{ "7.9.3", { CLOSE("\x03\xec") }, "fail(1002)" },
	{ "7.9.4", { CLOSE("\x03\xed") }, "fail(1002)" },
	{ "7.9.5", { CLOSE("\x03\xee") }, "fail(1002)" },
	{ "7.9, 1015", { CLOSE("\x03\xf7") }, "fail(1002)" },
	{ "7.9.6", { CLOSE("\x03\xf8") }, "fail(1002)" },
	{ "7.9.7", { CLOSE("\x04\x4c") }, "fail(1002)" },
	{ "7.9.8", { CLOSE("\x07\xd0") }, "fail(1002)" },
	{ "7.9.9", { CLOSE("\x0b\xb7") }, "fail(1002)" },
	{ "7.13.1", { CLOSE("\x13\x88") }, "fail(1002)" },
	{ "7.13.2", { CLOSE("\xff\xff") }, "fail(1002)" },

	{ "9.1.1, 9.5", { FILL(FIN | 1, 65536) }, "text(#65536)" },
	{ "9.1.2", { FILL(FIN | 1, 262144) }, "text(#262144)" },
	{ "9.1.3", { FILL(FIN | 1, AH_WS_FRAME_MAX) }, "text(#1048576)" },
	{ "9.2.3, 9.6", { FILL(FIN | 2, AH_WS_FRAME_MAX) }, "binary(#1048576)" },
	{ "9.1.4, above the limit of a message", { FILL(FIN | 1, AH_WS_FRAME_MAX + 1) }, "fail(1009)" },
	{ "9.3", { FILL(1, 524288), FILL(0, 524287), FILL(FIN | 0, 1) }, "text(#1048576)" },
	{ "9.4, above the limit of a message", { FILL(2, 524288), FILL(0, 524288), FILL(FIN | 0, 1) }, "fail(1009)" },
};

static void each_row_of_the_table_ends_as_the_suite_wants_it(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		for (int masked = 0; masked < 2; masked++) {
			AH_AUTO(ah_buf) wire = AH_BUF(4 << 20);
			for (size_t k = 0; k < 8 && rows[i].frames[k].is_there; k++)
				put_frame(&wire, &rows[i].frames[k], masked != 0);
			if (!plays_to(rows[i].id, ah_buf_slice(&wire), masked ? AH_WS_SERVER : AH_WS_CLIENT, AH_WS_MESSAGE_DEFAULT, rows[i].events))
				return;
		}
	}
	ah_test_count(sizeof rows / sizeof rows[0] - 1);
}

/* RFC 6455 5.7, byte for byte. */
static void the_examples_of_rfc_6455_are_read(void)
{
	static const struct { ah_ws_role role; const char *hex, *events; } examples[] = {
		{ AH_WS_CLIENT, "810548656c6c6f", "text(Hello)" },
		{ AH_WS_SERVER, "818537fa213d7f9f4d5158", "text(Hello)" },
		{ AH_WS_CLIENT, "010348656c80026c6f", "text(Hello)" },
		{ AH_WS_CLIENT, "890548656c6c6f", "ping(Hello)" },
		{ AH_WS_SERVER, "8a8537fa213d7f9f4d5158", "pong(Hello)" },
	};
	for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
		AH_AUTO(ah_buf) wire = AH_BUF(100);
		ah_test_hex(&wire, examples[i].hex);
		if (!plays_to(examples[i].hex, ah_buf_slice(&wire), examples[i].role, AH_WS_MESSAGE_DEFAULT, examples[i].events))
			return;
	}
}

static void heads_that_break_the_rules_are_refused_at_their_first_wrong_byte(void)
{
	static const struct { ah_ws_role role; const char *hex; size_t off; const char *what; } heads[] = {
		{ AH_WS_SERVER, "810548656c6c6f", 1, "not masked" },
		{ AH_WS_CLIENT, "818537fa213d7f9f4d5158", 1, "masked" },
		{ AH_WS_CLIENT, "827e007d", 3, "125 in 16 bits" },
		{ AH_WS_CLIENT, "827e0000", 3, "0 in 16 bits" },
		{ AH_WS_CLIENT, "827f000000000000ffff", 9, "65535 in 64 bits" },
		{ AH_WS_CLIENT, "827f0000000000000005", 9, "5 in 64 bits" },
		{ AH_WS_CLIENT, "827f8000000000010000", 9, "the top bit of 64" },
		{ AH_WS_CLIENT, "827fffffffffffffffff", 9, "all of 64 bits" },
		{ AH_WS_SERVER, "82fe007d00000000", 7, "125 in 16 bits, masked" },
		{ AH_WS_CLIENT, "897e0005", 1, "a ping with a 16-bit length" },
		{ AH_WS_CLIENT, "887f0000000000000005", 1, "a close with a 64-bit length" },
	};
	for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
		AH_AUTO(ah_buf) wire = AH_BUF(100), out = AH_BUF(100);
		size_t off = 0;
		ah_test_hex(&wire, heads[i].hex);
		if (!plays_to(heads[i].what, ah_buf_slice(&wire), heads[i].role, AH_WS_MESSAGE_DEFAULT, "fail(1002)"))
			return;
		play(&out, heads[i].role, AH_WS_MESSAGE_DEFAULT, ah_buf_slice(&wire), 1, &off);
		EXPECT_MSG(off == heads[i].off, "%s: at %zu", heads[i].what, off);
	}
}

/* Autobahn 6.4: the verdict may not wait for the end of the message, nor for that of the frame. */
static void invalid_utf8_is_refused_at_its_first_impossible_byte(void)
{
	static const struct { const char *bytes; size_t bad; } texts[] = {
		{ "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xf4\x90\x80\x80", 12 }, { "\xed\xa0\x80", 1 }, { "\xe0\x9f\xbf", 1 }, { "\xf0\x8f\xbf\xbf", 1 },
		{ "a\xc1\xbf", 1 }, { "ab\xff", 2 }, { "\xc3(", 1 }, { "\xe2\x82(", 2 }, { "\xf0\x9f\x98(", 3 },
	};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		AH_AUTO(ah_buf) wire = AH_BUF(1000), out = AH_BUF(100);
		size_t off = 0;
		frame f = { true, 1, texts[i].bytes, strlen(texts[i].bytes) };
		put_frame(&wire, &f, false);
		play(&out, AH_WS_CLIENT, AH_WS_MESSAGE_DEFAULT, ah_buf_slice(&wire), SIZE_MAX, &off);
		EXPECT_MSG(off == 2 + texts[i].bad, "row %zu: at %zu", i, off);
		EXPECT_BYTES(ah_buf_slice(&out), AH_SLICE_LITERAL("fail(1007) "));
	}
}

/* 6.7.1; the table holds texts, which end at NUL. */
static void nul_is_a_character_of_text(void)
{
	ah_ws_reader r;
	ah_ws_event e;
	size_t used = 0;
	ah_ws_reader_init(&r, AH_WS_CLIENT, AH_WS_MESSAGE_DEFAULT);
	EXPECT_OK(ah_ws_read(&r, &used, &e, AH_SLICE_LITERAL("\x81\x03" "a\0b"), NULL));
	EXPECT(e.happened && e.opcode == AH_WS_TEXT && ah_slice_is(e.payload, AH_SLICE_LITERAL("a\0b")));
	ah_ws_reader_free(&r);
}

static void fragments_of_a_message_are_counted(void)
{
	for (size_t extra = 0; extra < 2; extra++) {
		AH_AUTO(ah_buf) wire = AH_BUF(1 << 16);
		put_bytes(&wire, AH_SLICE_LITERAL("\x02\x00"));
		for (size_t i = 0; i < AH_WS_FRAGMENTS_MAX - 2 + extra; i++)
			put_bytes(&wire, AH_SLICE_LITERAL("\x00\x00"));
		put_bytes(&wire, AH_SLICE_LITERAL("\x80\x01x"));
		/* Twice: the count begins anew with each message. */
		AH_AUTO(ah_buf) both = AH_BUF(1 << 16);
		put_bytes(&both, ah_buf_slice(&wire));
		put_bytes(&both, ah_buf_slice(&wire));
		if (!plays_to("fragments", ah_buf_slice(&both), AH_WS_CLIENT, AH_WS_MESSAGE_DEFAULT, extra == 0 ? "binary(x) binary(x)" : "fail(1009)"))
			return;
	}
}

static void a_message_at_its_limit_passes_and_one_byte_more_does_not(void)
{
	for (size_t extra = 0; extra < 2; extra++) {
		AH_AUTO(ah_buf) wire = AH_BUF(1000), parts = AH_BUF(1000);
		frame whole = { true, FIN | 2, NULL, 300 + extra }, first = { true, 2, NULL, 200 }, last = { true, FIN, NULL, 100 + extra };
		put_frame(&wire, &whole, true);
		if (!plays_to("one frame", ah_buf_slice(&wire), AH_WS_SERVER, 300, extra == 0 ? "binary(#300)" : "fail(1009)"))
			return;
		put_frame(&parts, &first, true);
		put_frame(&parts, &last, true);
		if (!plays_to("two frames", ah_buf_slice(&parts), AH_WS_SERVER, 300, extra == 0 ? "binary(#300)" : "fail(1009)"))
			return;
	}
}

static void four_mebibytes_pass_in_frames_of_one(void)
{
	AH_AUTO(ah_buf) wire = AH_BUF(5 << 20);
	frame frames[] = { FILL(1, AH_WS_FRAME_MAX), FILL(0, AH_WS_FRAME_MAX), FILL(0, AH_WS_FRAME_MAX), FILL(FIN, AH_WS_FRAME_MAX) };
	for (size_t i = 0; i < 4; i++)
		put_frame(&wire, &frames[i], true);
	(void)plays_to("4 MiB", ah_buf_slice(&wire), AH_WS_SERVER, AH_WS_MESSAGE_MAX, "text(#4194304)");
}

static void memory_follows_what_arrived_and_not_what_was_announced(void)
{
	ah_ws_reader r;
	ah_ws_event e;
	size_t used = 0;
	ah_ws_reader_init(&r, AH_WS_CLIENT, AH_WS_MESSAGE_DEFAULT);
	EXPECT_OK(ah_ws_read(&r, &used, &e, AH_SLICE_LITERAL("\x82\x7f\0\0\0\0\0\x10\0\0only these"), NULL));
	EXPECT(!e.happened && r.message.cap <= 1024);
	ah_ws_reader_free(&r);
}

static void a_large_message_is_given_back_before_the_next(void)
{
	AH_AUTO(ah_buf) wire = AH_BUF(1 << 20);
	frame f = FILL(FIN | 2, 100000);
	ah_ws_reader r;
	ah_ws_event e;
	size_t used = 0;
	put_frame(&wire, &f, false);
	ah_ws_reader_init(&r, AH_WS_CLIENT, AH_WS_MESSAGE_DEFAULT);
	EXPECT_OK(ah_ws_read(&r, &used, &e, ah_buf_slice(&wire), NULL));
	EXPECT(e.happened && e.payload.len == 100000);
	EXPECT_OK(ah_ws_read(&r, &used, &e, AH_SLICE_LITERAL("\x89\x00"), NULL));
	EXPECT(e.happened && e.opcode == AH_WS_PING && r.message.cap == 0);
	ah_ws_reader_free(&r);
}

static void an_error_is_sticky(void)
{
	ah_ws_reader r;
	ah_ws_event e = { .close_code = 7 };
	size_t used = 5;
	ah_ws_reader_init(&r, AH_WS_CLIENT, AH_WS_MESSAGE_DEFAULT);
	EXPECT_ERR(ah_ws_read(&r, &used, &e, AH_SLICE_LITERAL("\x83\x00"), NULL), AH_ERR_WEBSOCKET_FRAME);
	EXPECT(used == 5 && e.close_code == 7);
	EXPECT_ERR(ah_ws_read(&r, &used, &e, AH_SLICE_LITERAL("\x81\x00"), NULL), AH_ERR_WEBSOCKET_FRAME);
	ah_ws_reader_free(&r);
}

/* -- Writing -- */

static void frames_are_written_as_rfc_6455_has_them(void)
{
	static const struct { ah_ws_role role; ah_ws_opcode opcode; bool fin; const char *payload, *hex; } examples[] = {
		{ AH_WS_SERVER, AH_WS_TEXT, true, "Hello", "810548656c6c6f" },
		{ AH_WS_CLIENT, AH_WS_TEXT, true, "Hello", "818537fa213d7f9f4d5158" },
		{ AH_WS_SERVER, AH_WS_TEXT, false, "Hel", "010348656c" },
		{ AH_WS_SERVER, AH_WS_CONTINUATION, true, "lo", "80026c6f" },
		{ AH_WS_SERVER, AH_WS_PING, true, "Hello", "890548656c6c6f" },
		{ AH_WS_CLIENT, AH_WS_PONG, true, "Hello", "8a8537fa213d7f9f4d5158" },
		{ AH_WS_CLIENT, AH_WS_BINARY, true, "", "828037fa213d" },
	};
	for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
		AH_AUTO(ah_buf) out = AH_BUF(100), wanted = AH_BUF(100);
		ah_test_hex(&wanted, examples[i].hex);
		EXPECT_OK(ah_ws_write_frame(&out, examples[i].role, examples[i].opcode, examples[i].fin, ah_slice_text(examples[i].payload), examples[i].role == AH_WS_CLIENT ? mask : NULL));
		EXPECT_BYTES(ah_buf_slice(&out), ah_buf_slice(&wanted));
	}
}

/* Lengths on both sides of each form; the writer of this test builds the same frame byte by byte. */
static void lengths_are_written_in_their_shortest_form(void)
{
	static const size_t lens[] = { 0, 1, 7, 8, 9, 125, 126, 127, 65535, 65536, 65537, AH_WS_FRAME_MAX };
	static uint8_t stars[AH_WS_FRAME_MAX + 1];
	memset(stars, '*', sizeof stars);
	for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
		for (int masked = 0; masked < 2; masked++) {
			AH_AUTO(ah_buf) out = AH_BUF(2 << 20), wanted = AH_BUF(2 << 20);
			frame f = { true, FIN | 1, NULL, lens[i] };
			put_frame(&wanted, &f, masked != 0);
			EXPECT_OK(ah_ws_write_frame(&out, masked ? AH_WS_CLIENT : AH_WS_SERVER, AH_WS_TEXT, true, ah_slice_make(stars, lens[i]), masked ? mask : NULL));
			EXPECT(ah_slice_is(ah_buf_slice(&out), ah_buf_slice(&wanted)));
		}
	}
	AH_AUTO(ah_buf) out = AH_BUF(2 << 20);
	EXPECT_ERR(ah_ws_write_frame(&out, AH_WS_SERVER, AH_WS_BINARY, true, ah_slice_make(stars, AH_WS_FRAME_MAX + 1), NULL), AH_ERR_LIMIT);
	EXPECT(out.len == 0);
}

static void what_a_peer_would_refuse_is_not_written(void)
{
	static const uint8_t long_payload[126] = { 0 };
	AH_AUTO(ah_buf) out = AH_BUF(1000);
	ah_slice nothing = { NULL, 0 }, bad = AH_SLICE_LITERAL("\xff"), half = AH_SLICE_LITERAL("\xc3");
	EXPECT_OK(ah_buf_append_text(&out, "x"));
	EXPECT_ERR(ah_ws_write_frame(&out, AH_WS_SERVER, AH_WS_PING, true, AH_SLICE_OF(long_payload), NULL), AH_ERR_ARGUMENT);
	EXPECT_ERR(ah_ws_write_frame(&out, AH_WS_SERVER, AH_WS_PING, false, nothing, NULL), AH_ERR_ARGUMENT);
	EXPECT_ERR(ah_ws_write_frame(&out, AH_WS_SERVER, AH_WS_TEXT, true, bad, NULL), AH_ERR_ARGUMENT);
	EXPECT_OK(ah_ws_write_frame(&out, AH_WS_SERVER, AH_WS_TEXT, false, half, NULL));
	out.len = 1;
	EXPECT_ERR(ah_ws_write_close(&out, AH_WS_SERVER, 1006, nothing, NULL), AH_ERR_ARGUMENT);
	EXPECT_ERR(ah_ws_write_close(&out, AH_WS_SERVER, 999, nothing, NULL), AH_ERR_ARGUMENT);
	EXPECT_ERR(ah_ws_write_close(&out, AH_WS_SERVER, 1005, AH_SLICE_LITERAL("x"), NULL), AH_ERR_ARGUMENT);
	EXPECT_ERR(ah_ws_write_close(&out, AH_WS_SERVER, 1000, bad, NULL), AH_ERR_ARGUMENT);
	EXPECT_ERR(ah_ws_write_close(&out, AH_WS_SERVER, 1000, ah_slice_make(long_payload, 124), NULL), AH_ERR_ARGUMENT);
	EXPECT(out.len == 1);
	EXPECT_OK(ah_ws_write_close(&out, AH_WS_SERVER, 1000, ah_slice_make(long_payload, 123), NULL));
	out.len = 0;
	EXPECT_OK(ah_ws_write_close(&out, AH_WS_CLIENT, AH_WS_CODE_GOING_AWAY, AH_SLICE_LITERAL("x"), mask));
	EXPECT_BYTES(ah_buf_slice(&out), AH_SLICE_LITERAL("\x88\x83\x37\xfa\x21\x3d\x34\x13\x59"));
	out.len = 0;
	EXPECT_OK(ah_ws_write_close(&out, AH_WS_SERVER, AH_WS_CODE_NONE, nothing, NULL));
	EXPECT_BYTES(ah_buf_slice(&out), AH_SLICE_LITERAL("\x88\x00"));
}

/* -- Handshake -- */

#define KEY "dGhlIHNhbXBsZSBub25jZQ==" /* of RFC 6455 1.3 */
#define ASK "Host: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
#define REST "Sec-WebSocket-Key: " KEY "\r\nSec-WebSocket-Version: 13\r\n"

static bool parse(ah_http_parser *p, const char *text)
{
	size_t used = 0;
	bool done = false;
	return ah_http_parse(p, &used, &done, ah_slice_text(text), NULL) == AH_OK && done;
}

static void requests_that_open_no_websocket_are_refused_with_their_status(void)
{
	static const struct { unsigned refusal; const char *text; } requests[] = {
		{ 0, "GET /chat HTTP/1.1\r\n" ASK REST "\r\n" },
		{ 0, "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: WebSocket\r\nConnection: keep-alive, upgrade\r\n" REST "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n" },
		{ 405, "POST / HTTP/1.1\r\n" ASK REST "\r\n" },
		{ 400, "GET / HTTP/1.0\r\n" ASK REST "\r\n" },
		{ 400, "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n" REST "\r\n" },
		{ 400, "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n" REST "\r\n" },
		{ 400, "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n" REST "\r\n" },
		{ 400, "GET / HTTP/1.1\r\n" ASK REST "Content-Length: 1\r\n\r\n" },
		{ 426, "GET / HTTP/1.1\r\n" ASK "Sec-WebSocket-Key: " KEY "\r\n\r\n" },
		{ 426, "GET / HTTP/1.1\r\n" ASK "Sec-WebSocket-Key: " KEY "\r\nSec-WebSocket-Version: 8\r\n\r\n" },
		{ 426, "GET / HTTP/1.1\r\n" ASK REST "Sec-WebSocket-Version: 13\r\n\r\n" },
		{ 400, "GET / HTTP/1.1\r\n" ASK "Sec-WebSocket-Version: 13\r\n\r\n" },
		{ 400, "GET / HTTP/1.1\r\n" ASK REST "Sec-WebSocket-Key: " KEY "\r\n\r\n" },
		{ 400, "GET / HTTP/1.1\r\n" ASK "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ\r\n\r\n" },
		{ 400, "GET / HTTP/1.1\r\n" ASK "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZR==\r\n\r\n" },
		{ 400, "GET / HTTP/1.1\r\n" ASK "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZWE=\r\n\r\n" },
		{ 400, "GET / HTTP/1.1\r\n" ASK "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25j\r\n\r\n" },
		{ 400, "GET / HTTP/1.1\r\n" ASK "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25j!Q==\r\n\r\n" },
	};
	for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
		AH_AUTO(ah_http_parser) p;
		ah_slice key = { NULL, 0 };
		unsigned refusal = 1;
		ah_http_request_parser_init(&p);
		EXPECT_MSG(parse(&p, requests[i].text), "%s", requests[i].text);
		ah_err err = ah_ws_check_request(&p, &key, &refusal, NULL);
		EXPECT_MSG(refusal == requests[i].refusal && err == (refusal == 0 ? AH_OK : AH_ERR_WEBSOCKET_HANDSHAKE), "%u %s", refusal, requests[i].text);
		EXPECT(refusal != 0 ? key.len == 0 : ah_slice_is_text(key, KEY));
	}
}

static const char *const ours[] = { "anchorhold.message.v1", "anchorhold.http.v1" };

static void the_first_of_our_subprotocols_that_the_client_offers_is_chosen(void)
{
	static const struct { ah_err err; size_t chosen; const char *fields; } offers[] = {
		{ AH_OK, 2, "" },
		{ AH_OK, 2, "Sec-WebSocket-Protocol: chat\r\n" },
		{ AH_OK, 2, "Sec-WebSocket-Protocol: Anchorhold.HTTP.v1\r\n" },
		{ AH_OK, 1, "Sec-WebSocket-Protocol: chat, anchorhold.http.v1\r\n" },
		{ AH_OK, 0, "Sec-WebSocket-Protocol: anchorhold.http.v1,anchorhold.message.v1\r\n" },
		{ AH_OK, 0, "Sec-WebSocket-Protocol: anchorhold.http.v1\r\nSec-WebSocket-Protocol: anchorhold.message.v1\r\n" },
		{ AH_OK, 2, "Sec-WebSocket-Protocol: 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16\r\n" },
		{ AH_ERR_WEBSOCKET_HANDSHAKE, 9, "Sec-WebSocket-Protocol: 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17\r\n" },
		{ AH_ERR_WEBSOCKET_HANDSHAKE, 9, "Sec-WebSocket-Protocol: a b\r\n" },
	};
	for (size_t i = 0; i < sizeof offers / sizeof offers[0]; i++) {
		AH_AUTO(ah_http_parser) p;
		AH_AUTO(ah_buf) text = AH_BUF(1000);
		size_t chosen = 9;
		ah_http_request_parser_init(&p);
		EXPECT_OK(ah_buf_append_text(&text, "GET / HTTP/1.1\r\n" ASK REST));
		EXPECT_OK(ah_buf_append_text(&text, offers[i].fields));
		EXPECT_OK(ah_buf_append(&text, AH_SLICE_LITERAL("\r\n\0")));
		EXPECT(parse(&p, (const char *)text.ptr));
		EXPECT_ERR(ah_ws_select_subprotocol(&p, ours, 2, &chosen, NULL), offers[i].err);
		EXPECT_MSG(chosen == offers[i].chosen, "%s: %zu", offers[i].fields, chosen);
	}
}

#define ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" /* of RFC 6455 1.3 */
#define ANSWER "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"

static void answers_that_open_no_websocket_are_refused(void)
{
	static const struct { ah_err err; size_t chosen; const char *text; } texts[] = {
		{ AH_OK, 2, ANSWER "Upgrade: websocket\r\nSec-WebSocket-Accept: " ACCEPT "\r\n\r\n" },
		{ AH_OK, 1, ANSWER "Upgrade: WebSocket\r\nSec-WebSocket-Accept: " ACCEPT "\r\nSec-WebSocket-Protocol: anchorhold.http.v1\r\n\r\n" },
		{ AH_ERR_WEBSOCKET_HANDSHAKE, 9, "HTTP/1.1 200 OK\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 0\r\nSec-WebSocket-Accept: " ACCEPT "\r\n\r\n" },
		{ AH_ERR_WEBSOCKET_HANDSHAKE, 9, "HTTP/1.1 101 x\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: " ACCEPT "\r\n\r\n" },
		{ AH_ERR_WEBSOCKET_HANDSHAKE, 9, ANSWER "Sec-WebSocket-Accept: " ACCEPT "\r\n\r\n" },
		{ AH_ERR_WEBSOCKET_HANDSHAKE, 9, ANSWER "Upgrade: websocket\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: " ACCEPT "\r\n\r\n" },
		{ AH_ERR_WEBSOCKET_HANDSHAKE, 9, ANSWER "Upgrade: websocket\r\n\r\n" },
		{ AH_ERR_WEBSOCKET_HANDSHAKE, 9, ANSWER "Upgrade: websocket\r\nSec-WebSocket-Accept: t3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n" },
		{ AH_ERR_WEBSOCKET_HANDSHAKE, 9, ANSWER "Upgrade: websocket\r\nSec-WebSocket-Accept: " ACCEPT "\r\nSec-WebSocket-Accept: " ACCEPT "\r\n\r\n" },
		{ AH_ERR_WEBSOCKET_HANDSHAKE, 9, ANSWER "Upgrade: websocket\r\nSec-WebSocket-Accept: " ACCEPT "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n" },
		{ AH_ERR_WEBSOCKET_HANDSHAKE, 9, ANSWER "Upgrade: websocket\r\nSec-WebSocket-Accept: " ACCEPT "\r\nSec-WebSocket-Protocol: chat\r\n\r\n" },
		{ AH_ERR_WEBSOCKET_HANDSHAKE, 9, ANSWER "Upgrade: websocket\r\nSec-WebSocket-Accept: " ACCEPT "\r\nSec-WebSocket-Protocol: anchorhold.http.v1\r\nSec-WebSocket-Protocol: anchorhold.http.v1\r\n\r\n" },
	};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		AH_AUTO(ah_http_parser) p;
		size_t chosen = 9;
		ah_http_response_parser_init(&p);
		EXPECT_MSG(parse(&p, texts[i].text), "%s", texts[i].text);
		EXPECT_MSG(ah_ws_check_response(&p, AH_SLICE_LITERAL(ACCEPT), ours, 2, &chosen, NULL) == texts[i].err, "%s", texts[i].text);
		EXPECT_MSG(chosen == texts[i].chosen, "%s", texts[i].text);
	}
}

static void both_sides_of_our_handshake_accept_each_other(void)
{
	AH_AUTO(ah_buf) ask = AH_BUF(1000), answer = AH_BUF(1000);
	AH_AUTO(ah_http_parser) request, response;
	ah_http_writer w;
	ah_slice key = { NULL, 0 };
	unsigned refusal = 0;
	size_t chosen = 9, used = 0;
	bool done = false;
	ah_http_request_parser_init(&request);
	ah_http_response_parser_init(&response);
	ah_http_request_begin(&w, &ask, AH_SLICE_LITERAL("GET"), AH_SLICE_LITERAL("/sealed"), AH_SLICE_LITERAL("a"));
	ah_ws_put_request_fields(&w, AH_SLICE_LITERAL(KEY), ours, 2);
	EXPECT_OK(ah_http_head_finish(&w, AH_HTTP_BODY_NONE, 0));
	EXPECT_OK(ah_http_parse(&request, &used, &done, ah_buf_slice(&ask), NULL));
	EXPECT_OK(ah_ws_check_request(&request, &key, &refusal, NULL));
	EXPECT_OK(ah_ws_select_subprotocol(&request, ours + 1, 1, &chosen, NULL));
	EXPECT(chosen == 0);
	ah_http_response_begin(&w, &answer, 101);
	ah_ws_put_response_fields(&w, AH_SLICE_LITERAL(ACCEPT), ours[1]);
	EXPECT_OK(ah_http_head_finish(&w, AH_HTTP_BODY_NONE, 0));
	EXPECT_OK(ah_http_parse(&response, &used, &done, ah_buf_slice(&answer), NULL));
	EXPECT_OK(ah_ws_check_response(&response, AH_SLICE_LITERAL(ACCEPT), ours, 2, &chosen, NULL));
	EXPECT(chosen == 1);
}

static const ah_test_case cases[] = {
	AH_TEST(each_row_of_the_table_ends_as_the_suite_wants_it),
	AH_TEST(the_examples_of_rfc_6455_are_read),
	AH_TEST(heads_that_break_the_rules_are_refused_at_their_first_wrong_byte),
	AH_TEST(invalid_utf8_is_refused_at_its_first_impossible_byte),
	AH_TEST(nul_is_a_character_of_text),
	AH_TEST(fragments_of_a_message_are_counted),
	AH_TEST(a_message_at_its_limit_passes_and_one_byte_more_does_not),
	AH_TEST(four_mebibytes_pass_in_frames_of_one),
	AH_TEST(memory_follows_what_arrived_and_not_what_was_announced),
	AH_TEST(a_large_message_is_given_back_before_the_next),
	AH_TEST(an_error_is_sticky),
	AH_TEST(frames_are_written_as_rfc_6455_has_them),
	AH_TEST(lengths_are_written_in_their_shortest_form),
	AH_TEST(what_a_peer_would_refuse_is_not_written),
	AH_TEST(requests_that_open_no_websocket_are_refused_with_their_status),
	AH_TEST(the_first_of_our_subprotocols_that_the_client_offers_is_chosen),
	AH_TEST(answers_that_open_no_websocket_are_refused),
	AH_TEST(both_sides_of_our_handshake_accept_each_other),
};

AH_TEST_MAIN(cases)
