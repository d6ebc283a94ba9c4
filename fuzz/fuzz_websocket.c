/*
 * WebSocket: the same stream whole, byte by byte and in pieces gives the same events and the same refusal at the same place; every message is written
 * by our writer and read back. The first byte of the input chooses the side, the limit and the pieces.
 */
#include "fuzz.h"

#include "codec/text.h"
#include "codec/websocket.h"

#define OUT_MAX ((size_t)64 << 20)

static const uint8_t mask[4] = { 0x37, 0xfa, 0x21, 0x3d };

static void check_event(const ah_ws_event *event, ah_ws_role role)
{
	AH_AUTO(ah_buf) wire = AH_BUF(OUT_MAX);
	ah_ws_role sender = role == AH_WS_SERVER ? AH_WS_CLIENT : AH_WS_SERVER;
	const uint8_t *key = sender == AH_WS_CLIENT ? mask : NULL;
	if (event->opcode == AH_WS_TEXT)
		assert(ah_utf8_is_valid(event->payload));
	if (event->opcode == AH_WS_CLOSE)
		assert(ah_ws_write_close(&wire, sender, event->close_code, event->payload, key) == AH_OK);
	else
		assert(ah_ws_write_frame(&wire, sender, event->opcode, true, event->payload, key) == AH_OK);
	ah_ws_reader r;
	ah_ws_event again;
	size_t used = 0;
	ah_ws_reader_init(&r, role, AH_WS_MESSAGE_DEFAULT);
	assert(ah_ws_read(&r, &used, &again, ah_buf_slice(&wire), NULL) == AH_OK && used == wire.len && again.happened);
	assert(again.opcode == event->opcode && again.close_code == event->close_code && ah_slice_is(again.payload, event->payload));
	ah_ws_reader_free(&r);
}

/* False: the stream was refused. */
static bool feed(ah_ws_reader *r, ah_buf *out, ah_slice in, bool check)
{
	while (in.len != 0) {
		size_t used = 0;
		ah_ws_event event;
		ah_fault why = { 0 };
		if (ah_ws_read(r, &used, &event, in, &why) != AH_OK) {
			assert(ah_buf_printf(out, "error %d %u %zu %s\n", (int)why.err, r->close_code, why.offset, why.detail) == AH_OK);
			return false;
		}
		assert(used <= in.len && (used == in.len || event.happened));
		if (event.happened) {
			assert(ah_buf_printf(out, "event %d %u %zu ", (int)event.opcode, event.close_code, event.payload.len) == AH_OK);
			assert(ah_buf_append(out, event.payload) == AH_OK);
			if (check)
				check_event(&event, r->role);
		}
		in = ah_slice_sub(in, used, in.len - used);
	}
	return true;
}

static void play(ah_buf *out, ah_ws_role role, size_t max, ah_slice in, unsigned pieces)
{
	ah_ws_reader r;
	uint32_t state = pieces * 2654435761u + 1;
	ah_ws_reader_init(&r, role, max);
	for (size_t off = 0; off < in.len;) {
		state = state * 1664525u + 1013904223u;
		size_t len = pieces == 0 ? in.len : pieces == 1 ? 1 : 1 + (state >> 16) % (2 * pieces);
		len = len < in.len - off ? len : in.len - off;
		if (!feed(&r, out, ah_slice_sub(in, off, len), pieces == 0))
			break;
		off += len;
	}
	ah_ws_reader_free(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	ah_ws_role role = data[0] & 1 ? AH_WS_SERVER : AH_WS_CLIENT;
	size_t max = data[0] & 2 ? 300 : AH_WS_MESSAGE_DEFAULT;
	ah_slice in = ah_slice_make(data + 1, size - 1);
	AH_AUTO(ah_buf) whole = AH_BUF(OUT_MAX), bytes = AH_BUF(OUT_MAX), pieces = AH_BUF(OUT_MAX);
	play(&whole, role, max, in, 0);
	play(&bytes, role, max, in, 1);
	play(&pieces, role, max, in, 2 + data[0] / 4);
	assert(ah_slice_is(ah_buf_slice(&whole), ah_buf_slice(&bytes)) && ah_slice_is(ah_buf_slice(&whole), ah_buf_slice(&pieces)));
	return 0;
}
