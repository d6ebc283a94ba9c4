/*
 * WebSocket (RFC 6455) as a codec: frames to messages and back, and what the opening handshake says in HTTP fields. No extension is ever
 * negotiated, so the reserved bits are zero and nothing is compressed. Section numbers are those of the RFC; docs/protocol/http.md has the rules.
 *
 * Bytes may come in any fragmentation. What is wrong is refused at the first byte that shows it, and with it the connection: errors are sticky, and
 * `close_code` is what the close frame says before the stream ends.
 */
#ifndef AH_CODEC_WEBSOCKET_H
#define AH_CODEC_WEBSOCKET_H

#include "codec/http1.h"

/* Which side we are. A client masks what it sends, a server does not; the reader demands the same of the peer (5.1). */
typedef enum ah_ws_role { AH_WS_CLIENT, AH_WS_SERVER } ah_ws_role;

typedef enum ah_ws_opcode {
	AH_WS_CONTINUATION = 0, AH_WS_TEXT = 1, AH_WS_BINARY = 2, AH_WS_CLOSE = 8, AH_WS_PING = 9, AH_WS_PONG = 10
} ah_ws_opcode;

/* 7.4.1, those that are used here. 1005 stands for "none" and never goes over the wire. */
enum {
	AH_WS_CODE_NORMAL = 1000, AH_WS_CODE_GOING_AWAY = 1001, AH_WS_CODE_PROTOCOL = 1002, AH_WS_CODE_NONE = 1005, AH_WS_CODE_NOT_UTF8 = 1007,
	AH_WS_CODE_POLICY = 1008, AH_WS_CODE_TOO_LARGE = 1009, AH_WS_CODE_INTERNAL = 1011
};

/* -- Reading -- */

typedef struct ah_ws_event {
	bool happened;            /* false: every byte was taken and nothing is complete yet */
	ah_ws_opcode opcode;      /* TEXT or BINARY: a whole message; PING, PONG, CLOSE */
	ah_slice payload;         /* borrowed from the reader until its next call; of CLOSE the reason, UTF-8 */
	unsigned close_code;      /* of CLOSE: 1005 when the peer gave none */
} ah_ws_event;

/* The fields are private but close_code. */
typedef struct ah_ws_reader {
	ah_ws_role role;
	unsigned close_code;      /* after an error: 1002, 1007, 1009 or 1011 (out of memory) */
	ah_err err;
	uint64_t off;             /* in the stream */
	bool is_closed;           /* the peer's close frame has come */
	/* the frame */
	uint8_t head[14];
	size_t head_len;
	bool in_payload, fin;
	ah_ws_opcode opcode;
	size_t left, mask_at;
	uint8_t mask[4];
	uint8_t control[AH_WS_CONTROL_MAX];
	size_t control_len;
	/* the message, which may be in several frames with control frames between them */
	ah_buf message;
	bool in_message, was_given;
	ah_ws_opcode message_opcode;
	size_t fragments;
	uint8_t utf8_left, utf8_low, utf8_high; /* the character that is under way: bytes to come, and the range of the next one */
} ah_ws_reader;

/* message_max: 1..AH_WS_MESSAGE_MAX; AH_WS_MESSAGE_DEFAULT where nothing else is known. */
void ah_ws_reader_init(ah_ws_reader *r, ah_ws_role role, size_t message_max);
void ah_ws_reader_free(ah_ws_reader *r);
static inline void ah_ws_reader_auto(ah_ws_reader *r) { ah_ws_reader_free(r); }

/*
 * Take bytes up to the next event, at most one. After CLOSE whatever follows is taken and ignored (1.4).
 * Memory grows with what has arrived, never with what a frame announces.
 * errors  AH_ERR_WEBSOCKET_FRAME (1002), AH_ERR_WEBSOCKET_TEXT (1007), AH_ERR_WEBSOCKET_TOO_LARGE (1009), AH_ERR_NOMEM (1011). *why has the
 *         offset in the stream.
 */
AH_MUST_USE ah_err ah_ws_read(ah_ws_reader *r, size_t *used, ah_ws_event *event, ah_slice in, ah_fault *why);

/* A code that a close frame may carry: 1000-1003, 1007-1014, 3000-4999 (7.4 and the registry of IANA). */
bool ah_ws_close_code_is_valid(unsigned code);

/* -- Writing -- */

/*
 * One frame. mask: a client's, four fresh bytes from its generator of randomness; NULL for a server (asserted).
 * errors: AH_ERR_ARGUMENT (a control frame that is long or fragmented; TEXT that is whole and no UTF-8), AH_ERR_LIMIT (AH_WS_FRAME_MAX, or *out is
 * full), AH_ERR_NOMEM. *out is unchanged then.
 */
AH_MUST_USE ah_err ah_ws_write_frame(ah_buf *out, ah_ws_role role, ah_ws_opcode opcode, bool fin, ah_slice payload, const uint8_t *mask);
/* AH_WS_CODE_NONE writes a close frame without payload. errors: AH_ERR_ARGUMENT (code; reason above 123 bytes or no UTF-8), as above. */
AH_MUST_USE ah_err ah_ws_write_close(ah_buf *out, ah_ws_role role, unsigned code, ah_slice reason, const uint8_t *mask);

/* -- Opening handshake (4). Sec-WebSocket-Accept is computed in crypto/ws_accept.h: this folder hashes nothing. -- */

#define AH_WS_KEY_LEN    24   /* 16 bytes as base64 */
#define AH_WS_ACCEPT_LEN 28   /* 20 bytes as base64 */

/*
 * A server: is the request one that opens a WebSocket? *key is its Sec-WebSocket-Key. Origin is the service's to check.
 * errors: AH_ERR_WEBSOCKET_HANDSHAKE; *refusal is 400, 405 (not GET) or 426 (answer with "Sec-WebSocket-Version: 13"). AH_ERR_NOMEM (503).
 */
AH_MUST_USE ah_err ah_ws_check_request(const ah_http_parser *request, ah_slice *key, unsigned *refusal, ah_fault *why);

/*
 * *chosen is the first of ours, in our order, that the client offers; count when there is none (the service decides whether it goes on without).
 * errors: AH_ERR_WEBSOCKET_HANDSHAKE (Sec-WebSocket-Protocol is no list of at most AH_WS_SUBPROTOCOLS_MAX tokens).
 */
AH_MUST_USE ah_err ah_ws_select_subprotocol(const ah_http_parser *request, const char *const *ours, size_t count, size_t *chosen, ah_fault *why);

/*
 * A client: does the answer open the WebSocket that it asked for? accept: what ah_ws_accept() makes of its own key. *chosen: the index of the
 * server's choice among the offered subprotocols, count when it chose none. errors: AH_ERR_WEBSOCKET_HANDSHAKE.
 */
AH_MUST_USE ah_err ah_ws_check_response(const ah_http_parser *response, ah_slice accept, const char *const *offered, size_t count, size_t *chosen,
	ah_fault *why);

/* The fields of a client's request (GET, without body) and of a server's answer 101 (subprotocol NULL: none). */
void ah_ws_put_request_fields(ah_http_writer *w, ah_slice key, const char *const *offered, size_t count);
void ah_ws_put_response_fields(ah_http_writer *w, ah_slice accept, const char *subprotocol);

#endif
