/*
 * Addresses as they stand in configuration, and as the kernel takes them. docs/protocol/net.md has the grammar.
 *
 *   tcp:192.0.2.1:443    tcp:[2001:db8::1]:443    tcp:relay.example:443 (a name: for a SOCKS5 proxy only)    unix:/run/app.sock    vsock:16:5005
 *
 * Nothing here asks a resolver: a static program has none, and inside an enclave its answers would come from the host.
 */
#ifndef AH_NET_ADDRESS_H
#define AH_NET_ADDRESS_H

#include "base/buf.h"
#include "base/limits.h"

#include <sys/socket.h>

typedef enum ah_address_kind {
	AH_ADDRESS_NONE,           /* zeroed; the unnamed peer of a unix socket */
	AH_ADDRESS_IPV4, AH_ADDRESS_IPV6, AH_ADDRESS_NAME, AH_ADDRESS_UNIX, AH_ADDRESS_VSOCK
} ah_address_kind;

typedef struct ah_address {
	ah_address_kind kind;
	uint8_t ip[16];            /* IPV4: the first four */
	uint32_t cid;              /* VSOCK */
	uint32_t port;             /* all but UNIX; 0 only to listen on any free one of TCP */
	char text[AH_NET_NAME_MAX + 1]; /* NAME, or the path of UNIX */
} ah_address;

/* The context id that stands for every one of this machine ("vsock:any:5005"), to listen. */
#define AH_VSOCK_CID_ANY UINT32_MAX

/* names: whether tcp:NAME:PORT is allowed. errors: AH_ERR_ADDRESS, with the offset of the fault. */
AH_MUST_USE ah_err ah_address_parse(ah_address *out, ah_slice text, bool names, ah_fault *why);

/* A DNS name as it may stand in a certificate: labels of 1 to 63 letters, digits and inner hyphens, 253 characters, the last label not a number. */
bool ah_host_name_is_valid(ah_slice name);

/* The one spelling that ah_address_parse() reads back as the same; NONE is "-". errors: those of ah_buf. */
AH_MUST_USE ah_err ah_address_format(ah_buf *out, const ah_address *address);

/* errors: AH_ERR_ADDRESS for NAME and NONE. */
AH_MUST_USE ah_err ah_address_to_sockaddr(struct sockaddr_storage *out, socklen_t *out_len, const ah_address *address, ah_fault *why);
/* What accept() gave. IPv4 in IPv6 clothes becomes IPv4; a family that is not ours becomes NONE. */
ah_address ah_address_from_sockaddr(const struct sockaddr_storage *from, socklen_t len);

/*
 * Who counts as one peer when connections are counted: an IPv4 address, an IPv6 /64 (one customer has at least that much), a vsock context id.
 * kind NONE: not counted by peer (unix sockets have permissions instead).
 */
typedef struct ah_peer_key { ah_address_kind kind; uint64_t value; } ah_peer_key;
ah_peer_key ah_address_peer_key(const ah_address *address);

#endif
