/*
 * A listening socket that hands over connections, and rests when it cannot.
 *
 * Out of descriptors: one reserve descriptor is given up to take the connection that waits and close it, so that its peer learns at once; then the listener
 * rests for AH_NET_ACCEPT_PAUSE_MS instead of turning in a loop. When the gate is full it rests the same way, and connections wait in the kernel's backlog.
 * A connection of a peer that has its share already is reset.
 */
#ifndef AH_NET_LISTENER_H
#define AH_NET_LISTENER_H

#include "net/gate.h"

typedef struct ah_listener ah_listener;

typedef struct ah_listener_ops {
	/* fd and pass become the callee's: ah_stream_open() takes both. May close the listener. */
	void (*accepted)(void *context, ah_listener *l, int fd, const ah_address *peer, ah_gate_pass pass);
	/* The last call: the listener is freed when it returns, its port or path is free. NULL is allowed. */
	void (*closed)(void *context, ah_listener *l);
} ah_listener_ops;

typedef struct ah_listener_options {
	ah_gate *gate;             /* outlives the listener and all that it handed over; NULL: no limits */
	int backlog;               /* 0: AH_NET_BACKLOG */
	uint32_t unix_mode;        /* permissions of a unix socket; 0: 0600 */
	bool reuse_port;           /* TCP: several listeners, one for each thread, share the port */
} ah_listener_options;

/*
 * Listens at address: TCP with SO_REUSEADDR, IPv6 alone on IPv6 sockets. A unix socket that nobody listens at any more is replaced; anything else at the path is
 * not touched. options: NULL for the defaults.
 * errors: AH_ERR_ADDRESS (a name), AH_ERR_LISTEN, AH_ERR_NOMEM, AH_ERR_LIMIT, AH_ERR_IO (no descriptor).
 */
AH_MUST_USE ah_err ah_listener_open(ah_listener **out, ah_reactor *r, const ah_address *address, const ah_listener_options *options,
	const ah_listener_ops *ops, void *context, ah_fault *why);

/* No connection is handed over after this; the socket is closed at the end of the batch. Connections that were handed over stay: see ah_gate_when_empty(). */
void ah_listener_close(ah_listener *l);

/* Where it listens, with the port that the kernel chose for port 0. */
const ah_address *ah_listener_address(const ah_listener *l);

typedef struct ah_listener_counts {
	uint64_t accepted, refused, dropped, pauses; /* refused: the peer's share; dropped: no descriptor */
} ah_listener_counts;
ah_listener_counts ah_listener_count(const ah_listener *l);

#endif
