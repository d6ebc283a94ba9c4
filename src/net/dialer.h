/*
 * Making connections. A service that needs the outside gets an ah_dialer and does not know what is behind it: TCP, unix and vsock directly, a SOCKS5 proxy, or
 * one end of a socket pair in a test.
 */
#ifndef AH_NET_DIALER_H
#define AH_NET_DIALER_H

#include "net/stream.h"

/* A dial that is under way; ends with its done(), or with ah_dial_cancel(). */
typedef struct ah_dial ah_dial;

/*
 * Exactly one call for each dial that is not cancelled, never before ah_dial_start() has returned. stream: open, without a driver, so ah_stream_set_driver() or
 * ah_stream_close() before this returns; or NULL and why says AH_ERR_CONNECT, AH_ERR_CONNECT_TIMEOUT, AH_ERR_SOCKS, or what ah_stream_open() says.
 */
typedef void (*ah_dial_done)(void *context, ah_stream *stream, const ah_fault *why);

typedef struct ah_dial_request {
	ah_address to;
	int64_t timeout_ms;        /* 0: AH_NET_DIAL_TIMEOUT_MS. For all of it, the proxy's part too */
	ah_stream_options stream;  /* its pass is taken, also when the dial fails */
	ah_dial_done done;
	void *context;
} ah_dial_request;

typedef struct ah_dialer ah_dialer;
typedef struct ah_dialer_ops {
	const char *name;
	ah_err (*start)(ah_dialer *self, ah_dial **out, const ah_dial_request *request, ah_fault *why);
	void (*free)(ah_dialer *self);
} ah_dialer_ops;

/* First member of every implementation; so is ah_dial of what stands for a dial. */
struct ah_dialer { const ah_dialer_ops *ops; };
struct ah_dial { void (*cancel)(ah_dial *self); };

/* errors: AH_ERR_ADDRESS (an address that this dialer cannot reach), AH_ERR_NOMEM, AH_ERR_LIMIT, AH_ERR_IO (no descriptor). Then done() is never called. */
static inline AH_MUST_USE ah_err ah_dial_start(ah_dialer *dialer, ah_dial **out, const ah_dial_request *request, ah_fault *why)
{
	return dialer->ops->start(dialer, out, request, why);
}

/* At any point before done() has been called; done() will not be. What was connected is closed. */
static inline void ah_dial_cancel(ah_dial *dial) { dial->cancel(dial); }

/* Its dials have ended or were cancelled. NULL is allowed. */
static inline void ah_dialer_free(ah_dialer *dialer)
{
	if (dialer != NULL)
		dialer->ops->free(dialer);
}

/* Straight to IP addresses, unix sockets and vsock; AH_ERR_ADDRESS for names. errors: AH_ERR_NOMEM. */
AH_MUST_USE ah_err ah_direct_dialer_new(ah_dialer **out, ah_reactor *r, ah_fault *why);

/*
 * To names through the SOCKS5 proxy at `proxy`, which `below` reaches; below outlives it. AH_ERR_ADDRESS for all but names. errors: AH_ERR_NOMEM.
 * The proxy belongs to the host: what comes back is its word, and whoever is at the other end still has to prove who it is.
 */
AH_MUST_USE ah_err ah_socks5_dialer_new(ah_dialer **out, ah_reactor *r, ah_dialer *below, const ah_address *proxy, ah_fault *why);

#endif
