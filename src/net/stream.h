/*
 * A connected socket with bounded buffers: what a driver of HTTP, TLS or SOCKS sits on.
 *
 *   socket -> in  (at most in_max)  -> readable(): takes what it can, the rest is offered again
 *   socket <- out (at most out_max) <- ah_stream_write(): takes what fits, writable() says when there is room again
 *
 * Back-pressure needs no care: while the driver does not take what is offered, `in` fills and the socket is not read, so the peer's window closes. What is
 * written during a turn leaves together at its end, so a head and its body are one packet; much at once leaves at once, without being copied.
 *
 * Every call may be made from within every callback, of this stream or another. Nothing below calls back before it returns. closed() is the last call, exactly
 * one for each stream, at the end of the batch; until then the stream may be used, and does nothing.
 */
#ifndef AH_NET_STREAM_H
#define AH_NET_STREAM_H

#include "net/gate.h"
#include "net/reactor.h"

typedef struct ah_stream ah_stream;

typedef struct ah_stream_ops {
	/*
	 * in: all that was received and not yet taken, borrowed for the call. Returns how many bytes are taken. The rest comes again with what is received next, or
	 * after ah_stream_resume(). at_end: the peer sends no more. It is said with the last bytes or alone, then at every offer until all of them are taken; never
	 * of a connection that broke.
	 */
	size_t (*readable)(void *context, ah_stream *s, ah_slice in, bool at_end);
	/* After ah_stream_write() took less than all: a quarter of `out` is left. */
	void (*writable)(void *context, ah_stream *s);
	/*
	 * err AH_OK: by our own ah_stream_close() or ah_stream_abort(), or both sides have finished. AH_ERR_IO: the connection broke, with the kernel's word for it.
	 * AH_ERR_STALLED, AH_ERR_NOMEM. The stream is freed when this returns.
	 */
	void (*closed)(void *context, ah_stream *s, const ah_fault *why);
} ah_stream_ops;

typedef struct ah_stream_options {
	size_t in_max, out_max;    /* 0: AH_NET_IN_MAX, AH_NET_OUT_MAX. in_max is what the driver may need to see at once */
	int64_t stall_ms;          /* close when the peer takes nothing for this long while something waits for it; 0: wait for ever */
	ah_gate_pass pass;         /* given back when the stream is gone */
} ah_stream_options;

/*
 * Takes fd, a connected non-blocking socket, and the pass, also when it fails. Reading begins with the next turn. options: NULL for the defaults.
 * errors: AH_ERR_NOMEM, AH_ERR_LIMIT, AH_ERR_IO.
 */
AH_MUST_USE ah_err ah_stream_open(ah_stream **out, ah_reactor *r, int fd, const ah_stream_options *options, const ah_stream_ops *ops, void *context,
	ah_fault *why);

/* Another driver goes on from here; what the first one has not taken is offered to it in the next work of the reactor, and the end too. */
void ah_stream_set_driver(ah_stream *s, const ah_stream_ops *ops, void *context);
ah_reactor *ah_stream_reactor(const ah_stream *s);

/* Offer nothing and read nothing, until resumed. A peer that breaks the connection meanwhile closes the stream; one that ends it does not, as bytes may be left. */
void ah_stream_pause(ah_stream *s);
/* Also without a pause: offer again what was not taken. */
void ah_stream_resume(ah_stream *s);

/*
 * Returns how many bytes were taken, from the front: all of them or as many as fit. Nothing after ah_stream_finish(), and nothing once the stream has broken,
 * which closed() tells.
 */
AH_MUST_USE size_t ah_stream_write(ah_stream *s, ah_slice bytes);
/* How much ah_stream_write() would take into `out`, and what waits there. */
size_t ah_stream_room(const ah_stream *s);
size_t ah_stream_unsent(const ah_stream *s);

/* Nothing more will be written: what was, leaves, then the FIN. Reading goes on. When the peer finishes too, the stream closes. */
void ah_stream_finish(ah_stream *s);
/*
 * For a last answer that the peer shall get although more of its bytes are on their way, which a plain close would answer with a reset: finish, take and forget
 * what comes, close at the peer's end or after ms. readable() and writable() are not called any more.
 */
void ah_stream_linger(ah_stream *s, int64_t ms);
/* What is not sent is lost. */
void ah_stream_close(ah_stream *s);
/* The same with a reset, so that the peer cannot take it for an end. */
void ah_stream_abort(ah_stream *s);

/* Bytes through the socket so far. */
uint64_t ah_stream_received(const ah_stream *s);
uint64_t ah_stream_sent(const ah_stream *s);

#endif
