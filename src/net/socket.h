/* The calls of the kernel that streams, listeners and dialers share. Internal to net/. */
#ifndef AH_NET_SOCKET_H
#define AH_NET_SOCKET_H

#include "net/address.h"

/* *why from errno: "what: ECONNREFUSED". Returns err. */
ah_err ah_socket_fault(ah_fault *why, ah_err err, const char *step, const char *what, int error);

/* A stream socket for this kind of address; never blocks, is not inherited. errors: AH_ERR_IO (no descriptor, no such family). */
AH_MUST_USE ah_err ah_socket_open(int *out, const ah_address *address, ah_fault *why);

/*
 * For every connected socket; does nothing where it is no TCP. TCP_NODELAY: a head and a body that leave as two packets cost 40 ms without it. Keep-alive and
 * the time for unacknowledged bytes: a peer that vanished without a word is noticed.
 */
void ah_socket_tune(int fd);

/* The pending error of a socket, which this clears; 0 for none. */
int ah_socket_error(int fd);

/* Bytes that the kernel holds because the peer has not acknowledged, or on a unix socket not read, them; 0 where it does not tell. */
int ah_socket_unsent(int fd);

#endif
