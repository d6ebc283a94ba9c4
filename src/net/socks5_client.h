/*
 * The client's half of SOCKS5 (RFC 1928) as bytes in, bytes out: no authentication, CONNECT, and the destination always as a name, so that no resolver is asked
 * on this side. docs/protocol/net.md has the rules.
 */
#ifndef AH_NET_SOCKS5_CLIENT_H
#define AH_NET_SOCKS5_CLIENT_H

#include "net/address.h"

/* The fields are private. */
typedef struct ah_socks5_client {
	enum { AH_SOCKS5_START, AH_SOCKS5_METHOD, AH_SOCKS5_REPLY, AH_SOCKS5_OPEN, AH_SOCKS5_REFUSED } state;
	ah_err err;
	const ah_address *to;
} ah_socks5_client;

/* keeps: to, of kind AH_ADDRESS_NAME. errors: AH_ERR_ADDRESS for any other kind. */
AH_MUST_USE ah_err ah_socks5_client_init(ah_socks5_client *c, const ah_address *to, ah_fault *why);

/*
 * Takes whole messages from `in`, all that were received and not yet taken, and appends to `out` what is to be sent. The first call has nothing to take. Once *open
 * is true every further byte belongs to the connection, and none of them is taken. Errors are sticky.
 * errors: AH_ERR_SOCKS: another version, a method that was not offered, a refusal, an address of an unknown type; those of ah_buf.
 */
AH_MUST_USE ah_err ah_socks5_client_step(ah_socks5_client *c, size_t *used, ah_buf *out, bool *open, ah_slice in, ah_fault *why);

#endif
