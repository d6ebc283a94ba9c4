/* Frames and messages. See websocket.h. */
#include "codec/websocket.h"

#include "base/fault.h"
#include "codec/text.h"

#define FIN        0x80
#define RESERVED   0x70
#define OPCODE     0x0f
#define MASKED     0x80
#define LENGTH     0x7f
#define LENGTH_16  126
#define LENGTH_64  127
#define CONTROL    0x08
/* A message buffer larger than this is given back before the next message, so that an idle connection stays small. */
#define MESSAGE_KEPT (16 * 1024)

void ah_ws_reader_init(ah_ws_reader *r, ah_ws_role role, size_t message_max)
{
	assert(message_max > 0 && message_max <= AH_WS_MESSAGE_MAX);
	memset(r, 0, sizeof *r);
	r->role = role;
	r->message = AH_BUF(message_max);
}

void ah_ws_reader_free(ah_ws_reader *r)
{
	ah_buf_free(&r->message);
	ah_wipe(r->control, sizeof r->control);
}

static ah_err refuse(ah_ws_reader *r, unsigned close_code, ah_err err, const char *detail, ah_fault *why)
{
	r->err = err;
	r->close_code = close_code;
	return ah_fault_at(why, err, "websocket", (size_t)r->off, "%s", detail);
}

static ah_err bad_frame(ah_ws_reader *r, const char *detail, ah_fault *why)
{
	return refuse(r, AH_WS_CODE_PROTOCOL, AH_ERR_WEBSOCKET_FRAME, detail, why);
}

static bool is_control(ah_ws_opcode opcode)
{
	return ((unsigned)opcode & CONTROL) != 0;
}

bool ah_ws_close_code_is_valid(unsigned code)
{
	return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

/* -- Masks (5.3) -- */

/* out = in XOR mask, from position `at` of the mask on. In words of eight bytes: frames of a megabyte pass here. */
static void apply_mask(uint8_t *out, ah_slice in, const uint8_t mask[static 4], size_t at)
{
	uint8_t turned[8];
	for (size_t i = 0; i < sizeof turned; i++)
		turned[i] = mask[(at + i) % 4];
	uint64_t word, key;
	memcpy(&key, turned, sizeof key);
	size_t i = 0;
	for (; in.len - i >= sizeof word; i += sizeof word) {
		memcpy(&word, in.ptr + i, sizeof word);
		word ^= key;
		memcpy(out + i, &word, sizeof word);
	}
	for (; i < in.len; i++)
		out[i] = in.ptr[i] ^ turned[i % 8];
}

/* -- UTF-8 as it comes (8.1): refused at the first byte that can belong to no character. Ranges of RFC 3629 4. -- */

static bool utf8_first(ah_ws_reader *r, uint8_t c)
{
	r->utf8_low = 0x80;
	r->utf8_high = 0xbf;
	if (c < 0x80)
		return true;
	if (c < 0xc2 || c > 0xf4)
		return false;
	r->utf8_left = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
	if (c == 0xe0)
		r->utf8_low = 0xa0; /* overlong */
	else if (c == 0xed)
		r->utf8_high = 0x9f; /* surrogates */
	else if (c == 0xf0)
		r->utf8_low = 0x90; /* overlong */
	else if (c == 0xf4)
		r->utf8_high = 0x8f; /* above U+10FFFF */
	return true;
}

/* How many bytes from off on are ASCII for certain: whole words of eight, which is what most texts are made of. */
static size_t ascii_words(ah_slice text, size_t off)
{
	size_t i = off;
	uint64_t word;
	for (; text.len - i >= sizeof word; i += sizeof word) {
		memcpy(&word, text.ptr + i, sizeof word);
		if ((word & UINT64_C(0x8080808080808080)) != 0)
			break;
	}
	return i - off;
}

/* The length of the good prefix. */
static size_t utf8_take(ah_ws_reader *r, ah_slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (r->utf8_left == 0)
			i += ascii_words(text, i);
		if (i == text.len)
			break;
		uint8_t c = text.ptr[i];
		if (r->utf8_left == 0) {
			if (!utf8_first(r, c))
				return i;
		} else {
			if (c < r->utf8_low || c > r->utf8_high)
				return i;
			r->utf8_left--;
			r->utf8_low = 0x80;
			r->utf8_high = 0xbf;
		}
	}
	return text.len;
}

/* -- Frame heads (5.2) -- */

/* The first two bytes. */
static ah_err check_head(ah_ws_reader *r, ah_fault *why)
{
	unsigned opcode = r->head[0] & OPCODE, len = r->head[1] & LENGTH;
	bool fin = (r->head[0] & FIN) != 0, masked = (r->head[1] & MASKED) != 0;
	if ((r->head[0] & RESERVED) != 0)
		return bad_frame(r, "a reserved bit is set, and no extension was agreed", why);
	if (opcode > AH_WS_PONG || (opcode > AH_WS_BINARY && opcode < AH_WS_CLOSE))
		return bad_frame(r, "a reserved opcode", why);
	if (masked != (r->role == AH_WS_SERVER))
		return bad_frame(r, masked ? "a server's frame is masked" : "a client's frame is not masked", why);
	if (is_control((ah_ws_opcode)opcode) && (!fin || len > AH_WS_CONTROL_MAX))
		return bad_frame(r, fin ? "a control frame is longer than 125 bytes" : "a control frame is fragmented", why);
	if (opcode == AH_WS_CONTINUATION && !r->in_message)
		return bad_frame(r, "a continuation of nothing", why);
	if ((opcode == AH_WS_TEXT || opcode == AH_WS_BINARY) && r->in_message)
		return bad_frame(r, "a message within a message", why);
	return AH_OK;
}

static size_t head_size(const ah_ws_reader *r)
{
	unsigned len = r->head[1] & LENGTH;
	return 2u + (len == LENGTH_16 ? 2u : len == LENGTH_64 ? 8u : 0u) + (r->role == AH_WS_SERVER ? 4u : 0u);
}

/* 5.2: "the minimal number of bytes MUST be used to encode the length", and 64-bit lengths have no top bit. */
static ah_err read_length(ah_ws_reader *r, uint64_t *out, ah_fault *why)
{
	unsigned len = r->head[1] & LENGTH;
	size_t count = len == LENGTH_16 ? 2 : len == LENGTH_64 ? 8 : 0;
	uint64_t value = 0;
	for (size_t i = 0; i < count; i++)
		value = value << 8 | r->head[2 + i];
	if ((len == LENGTH_16 && value < LENGTH_16) || (len == LENGTH_64 && (value <= UINT16_MAX || value > INT64_MAX)))
		return bad_frame(r, "a length is not in its shortest form", why);
	*out = count != 0 ? value : len;
	return AH_OK;
}

static ah_err begin_fragment(ah_ws_reader *r, uint64_t len, ah_fault *why)
{
	if (!r->in_message) {
		r->in_message = true;
		r->message_opcode = r->opcode;
		r->fragments = 0;
	}
	if (len > AH_WS_FRAME_MAX || len > r->message.max - r->message.len)
		return refuse(r, AH_WS_CODE_TOO_LARGE, AH_ERR_WEBSOCKET_TOO_LARGE, "the message is above its limit", why);
	if (r->fragments++ == AH_WS_FRAGMENTS_MAX)
		return refuse(r, AH_WS_CODE_TOO_LARGE, AH_ERR_WEBSOCKET_TOO_LARGE, "too many fragments", why);
	return AH_OK;
}

/* The whole head has come. */
static ah_err begin_payload(ah_ws_reader *r, ah_fault *why)
{
	uint64_t len = 0;
	AH_TRY(read_length(r, &len, why));
	r->fin = (r->head[0] & FIN) != 0;
	r->opcode = (ah_ws_opcode)(r->head[0] & OPCODE);
	if (is_control(r->opcode))
		r->control_len = 0;
	else
		AH_TRY(begin_fragment(r, len, why));
	if (r->role == AH_WS_SERVER)
		memcpy(r->mask, r->head + r->head_len - sizeof r->mask, sizeof r->mask);
	r->mask_at = 0;
	r->left = (size_t)len;
	r->in_payload = true;
	return AH_OK;
}

static ah_err head_byte(ah_ws_reader *r, uint8_t c, ah_fault *why)
{
	r->head[r->head_len++] = c;
	if (r->head_len == 2)
		AH_TRY(check_head(r, why));
	if (r->head_len >= 2 && r->head_len == head_size(r))
		AH_TRY(begin_payload(r, why));
	r->off++;
	return AH_OK;
}

/* -- Payload -- */

static ah_err message_bytes(ah_ws_reader *r, ah_slice piece, ah_fault *why)
{
	size_t from = r->message.len;
	if (ah_buf_reserve(&r->message, piece.len) != AH_OK)
		return refuse(r, AH_WS_CODE_INTERNAL, AH_ERR_NOMEM, "no memory for the message", why);
	apply_mask(r->message.ptr + from, piece, r->mask, r->mask_at);
	r->message.len += piece.len;
	if (r->message_opcode != AH_WS_TEXT)
		return AH_OK;
	size_t good = utf8_take(r, ah_slice_sub(ah_buf_slice(&r->message), from, piece.len));
	if (good != piece.len) {
		r->off += good;
		return refuse(r, AH_WS_CODE_NOT_UTF8, AH_ERR_WEBSOCKET_TEXT, "a text message is not UTF-8", why);
	}
	return AH_OK;
}

static ah_err payload_bytes(ah_ws_reader *r, ah_slice piece, ah_fault *why)
{
	if (is_control(r->opcode)) {
		apply_mask(r->control + r->control_len, piece, r->mask, r->mask_at);
		r->control_len += piece.len;
	} else {
		AH_TRY(message_bytes(r, piece, why));
	}
	r->off += piece.len;
	r->left -= piece.len;
	r->mask_at = (r->mask_at + piece.len) % 4;
	return AH_OK;
}

/* 5.5.1: nothing, or a code and a reason. */
static ah_err read_close(ah_ws_reader *r, ah_ws_event *event, ah_fault *why)
{
	ah_slice payload = ah_slice_make(r->control, r->control_len);
	r->is_closed = true;
	*event = (ah_ws_event){ .happened = true, .opcode = AH_WS_CLOSE, .close_code = AH_WS_CODE_NONE };
	if (payload.len == 0)
		return AH_OK;
	if (payload.len == 1)
		return bad_frame(r, "a close frame with half a code", why);
	event->close_code = (unsigned)payload.ptr[0] << 8 | payload.ptr[1];
	if (!ah_ws_close_code_is_valid(event->close_code))
		return bad_frame(r, "a close code that may not be sent", why);
	event->payload = ah_slice_sub(payload, 2, payload.len - 2);
	if (!ah_utf8_is_valid(event->payload))
		return refuse(r, AH_WS_CODE_NOT_UTF8, AH_ERR_WEBSOCKET_TEXT, "the reason of a close frame is not UTF-8", why);
	return AH_OK;
}

static ah_err end_frame(ah_ws_reader *r, ah_ws_event *event, ah_fault *why)
{
	r->in_payload = false;
	r->head_len = 0;
	if (r->opcode == AH_WS_CLOSE)
		return read_close(r, event, why);
	if (is_control(r->opcode)) {
		*event = (ah_ws_event){ .happened = true, .opcode = r->opcode, .payload = ah_slice_make(r->control, r->control_len) };
		return AH_OK;
	}
	if (!r->fin)
		return AH_OK;
	if (r->message_opcode == AH_WS_TEXT && r->utf8_left != 0)
		return refuse(r, AH_WS_CODE_NOT_UTF8, AH_ERR_WEBSOCKET_TEXT, "a text message ends within a character", why);
	*event = (ah_ws_event){ .happened = true, .opcode = r->message_opcode, .payload = ah_buf_slice(&r->message) };
	r->in_message = false;
	r->was_given = true;
	return AH_OK;
}

/* The message that the last call gave is over. */
static void forget_message(ah_ws_reader *r)
{
	if (!r->was_given)
		return;
	if (r->message.cap > MESSAGE_KEPT)
		ah_buf_free(&r->message);
	else
		ah_buf_clear(&r->message);
	r->was_given = false;
}

ah_err ah_ws_read(ah_ws_reader *r, size_t *used, ah_ws_event *event, ah_slice in, ah_fault *why)
{
	size_t taken = 0;
	ah_ws_event found = { 0 };
	if (r->err != AH_OK)
		return ah_fault_set(why, r->err, "websocket", "the connection was refused before");
	forget_message(r);
	if (r->is_closed)
		taken = in.len;
	while (taken < in.len && !found.happened) {
		if (!r->in_payload) {
			AH_TRY(head_byte(r, in.ptr[taken], why));
			taken++;
		} else {
			size_t len = in.len - taken < r->left ? in.len - taken : r->left;
			AH_TRY(payload_bytes(r, ah_slice_sub(in, taken, len), why));
			taken += len;
		}
		if (r->in_payload && r->left == 0)
			AH_TRY(end_frame(r, &found, why));
	}
	*used = taken;
	*event = found;
	return AH_OK;
}

/* -- Writing -- */

static ah_err write_head(ah_buf *out, ah_ws_role role, ah_ws_opcode opcode, bool fin, size_t len)
{
	uint8_t masked = role == AH_WS_CLIENT ? MASKED : 0;
	AH_TRY(ah_buf_append_byte(out, (uint8_t)((fin ? FIN : 0) | (unsigned)opcode)));
	if (len < LENGTH_16)
		return ah_buf_append_byte(out, (uint8_t)(masked | len));
	if (len <= UINT16_MAX) {
		AH_TRY(ah_buf_append_byte(out, masked | LENGTH_16));
		return ah_buf_append_be16(out, (uint16_t)len);
	}
	AH_TRY(ah_buf_append_byte(out, masked | LENGTH_64));
	return ah_buf_append_be64(out, len);
}

static ah_err write_frame(ah_buf *out, ah_ws_role role, ah_ws_opcode opcode, bool fin, ah_slice payload, const uint8_t *mask)
{
	AH_TRY(write_head(out, role, opcode, fin, payload.len));
	if (mask == NULL)
		return ah_buf_append(out, payload);
	AH_TRY(ah_buf_append(out, ah_slice_make(mask, 4)));
	if (payload.len == 0)
		return AH_OK;
	AH_TRY(ah_buf_reserve(out, payload.len));
	apply_mask(out->ptr + out->len, payload, mask, 0);
	out->len += payload.len;
	return AH_OK;
}

ah_err ah_ws_write_frame(ah_buf *out, ah_ws_role role, ah_ws_opcode opcode, bool fin, ah_slice payload, const uint8_t *mask)
{
	assert((mask != NULL) == (role == AH_WS_CLIENT));
	size_t start = out->len;
	if (is_control(opcode) && (!fin || payload.len > AH_WS_CONTROL_MAX))
		return AH_ERR_ARGUMENT;
	if (opcode == AH_WS_TEXT && fin && !ah_utf8_is_valid(payload))
		return AH_ERR_ARGUMENT;
	if (payload.len > AH_WS_FRAME_MAX)
		return AH_ERR_LIMIT;
	ah_err err = write_frame(out, role, opcode, fin, payload, mask);
	if (err != AH_OK)
		out->len = start;
	return err;
}

ah_err ah_ws_write_close(ah_buf *out, ah_ws_role role, unsigned code, ah_slice reason, const uint8_t *mask)
{
	if (code == AH_WS_CODE_NONE)
		return reason.len == 0 ? ah_ws_write_frame(out, role, AH_WS_CLOSE, true, reason, mask) : AH_ERR_ARGUMENT;
	if (!ah_ws_close_code_is_valid(code) || !ah_utf8_is_valid(reason) || reason.len > AH_WS_CONTROL_MAX - 2)
		return AH_ERR_ARGUMENT;
	uint8_t payload[AH_WS_CONTROL_MAX] = { (uint8_t)(code >> 8), (uint8_t)code };
	if (reason.len != 0)
		memcpy(payload + 2, reason.ptr, reason.len);
	return ah_ws_write_frame(out, role, AH_WS_CLOSE, true, ah_slice_make(payload, 2 + reason.len), mask);
}
