/* See address.h. */
#include "net/address.h"

#include "base/fault.h"

#include <arpa/inet.h>
#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <sys/un.h>

#define STEP       "net.address"
#define LABEL_MAX  63
#define TCP_PORT_MAX 65535

static_assert(AH_NET_UNIX_PATH_MAX < sizeof(((struct sockaddr_un *)0)->sun_path), "a path and its NUL");
static_assert(AH_NET_UNIX_PATH_MAX <= AH_NET_NAME_MAX, "both are kept in one place");
static_assert(AH_VSOCK_CID_ANY == VMADDR_CID_ANY, "linux/vm_sockets.h");

static ah_err refused(ah_fault *why, size_t off, const char *what)
{
	return ah_fault_at(why, AH_ERR_ADDRESS, STEP, off, "%s", what);
}

/* -- Parts -- */

static bool is_digit(uint8_t c) { return c >= '0' && c <= '9'; }
static bool is_letter(uint8_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/* One spelling for one number: no sign, no leading zero. */
static bool read_number(uint32_t *out, ah_slice text, uint32_t max)
{
	uint64_t value = 0;
	if (text.len == 0 || text.len > 10 || (text.len > 1 && text.ptr[0] == '0'))
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (!is_digit(text.ptr[i]))
			return false;
		value = value * 10 + (uint64_t)(text.ptr[i] - '0');
	}
	if (value > max)
		return false;
	*out = (uint32_t)value;
	return true;
}

static bool find(size_t *out, ah_slice text, uint8_t c, bool last)
{
	bool found = false;
	*out = 0;
	for (size_t i = 0; i < text.len && !(found && !last); i++) {
		if (text.ptr[i] == c) {
			*out = i;
			found = true;
		}
	}
	return found;
}

static bool has_prefix(ah_slice text, const char *prefix, size_t *len)
{
	*len = strlen(prefix);
	return text.len >= *len && ah_slice_is_text(ah_slice_sub(text, 0, *len), prefix);
}

/* A text of the caller's length with the NUL that C functions want. False when it does not fit or holds a NUL of its own. */
static bool terminate(char *out, size_t size, ah_slice text)
{
	size_t nul;
	if (text.len >= size || find(&nul, text, 0, false))
		return false;
	memset(out, 0, size);
	if (text.len != 0)
		memcpy(out, text.ptr, text.len);
	return true;
}

static bool label_is_valid(ah_slice label, bool *all_digits)
{
	*all_digits = true;
	if (label.len == 0 || label.len > LABEL_MAX || label.ptr[0] == '-' || label.ptr[label.len - 1] == '-')
		return false;
	for (size_t i = 0; i < label.len; i++) {
		uint8_t c = label.ptr[i];
		if (!is_digit(c) && !is_letter(c) && c != '-')
			return false;
		*all_digits = *all_digits && is_digit(c);
	}
	return true;
}

bool ah_host_name_is_valid(ah_slice name)
{
	bool all_digits = true;
	if (name.len == 0 || name.len > AH_NET_NAME_MAX)
		return false;
	for (size_t off = 0, dot; off <= name.len; off += dot + 1) {
		ah_slice rest = ah_slice_sub(name, off, name.len - off);
		if (!find(&dot, rest, '.', false))
			dot = rest.len;
		if (!label_is_valid(ah_slice_sub(rest, 0, dot), &all_digits))
			return false;
	}
	/* WHATWG URL, "ends in a number": such a host is an IPv4 address to some readers. "0x7f" too is taken for one. */
	size_t last = 0, len;
	if (find(&last, name, '.', true))
		last++;
	ah_slice end = ah_slice_sub(name, last, name.len - last);
	return !all_digits && !has_prefix(end, "0x", &len) && !has_prefix(end, "0X", &len);
}

/* -- tcp -- */

static bool is_v4_mapped(const uint8_t ip[static 16])
{
	static const uint8_t prefix[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
	return ah_slice_is(ah_slice_make(ip, sizeof prefix), AH_SLICE_OF(prefix));
}

static ah_err parse_host(ah_address *a, ah_slice host, size_t off, bool names, ah_fault *why)
{
	char text[INET6_ADDRSTRLEN];
	if (host.len != 0 && host.ptr[0] == '[') {
		if (host.len < 2 || host.ptr[host.len - 1] != ']' || !terminate(text, sizeof text, ah_slice_sub(host, 1, host.len - 2)) ||
		    inet_pton(AF_INET6, text, a->ip) != 1)
			return refused(why, off, "no IPv6 address in brackets");
		if (is_v4_mapped(a->ip))
			return refused(why, off, "write an IPv4 address as one");
		a->kind = AH_ADDRESS_IPV6;
		return AH_OK;
	}
	/* glibc's inet_pton() takes exactly four decimal numbers without leading zeros. */
	if (terminate(text, sizeof text, host) && inet_pton(AF_INET, text, a->ip) == 1) {
		a->kind = AH_ADDRESS_IPV4;
		return AH_OK;
	}
	if (!ah_host_name_is_valid(host))
		return refused(why, off, "no IP address and no host name");
	if (!names)
		return refused(why, off, "a name; an IP address is needed here");
	a->kind = AH_ADDRESS_NAME;
	(void)terminate(a->text, sizeof a->text, host); /* a valid name fits */
	return AH_OK;
}

static ah_err parse_tcp(ah_address *a, ah_slice rest, size_t off, bool names, ah_fault *why)
{
	size_t colon;
	if (!find(&colon, rest, ':', true))
		return refused(why, off, "tcp:HOST:PORT has a port");
	AH_TRY(parse_host(a, ah_slice_sub(rest, 0, colon), off, names, why));
	if (!read_number(&a->port, ah_slice_sub(rest, colon + 1, rest.len - colon - 1), TCP_PORT_MAX))
		return refused(why, off + colon + 1, "the port is no number from 0 to 65535");
	if (a->kind == AH_ADDRESS_NAME && a->port == 0)
		return refused(why, off + colon + 1, "nothing answers at port 0");
	return AH_OK;
}

/* -- unix, vsock -- */

static ah_err parse_unix(ah_address *a, ah_slice path, size_t off, ah_fault *why)
{
	if (path.len == 0 || path.len > AH_NET_UNIX_PATH_MAX)
		return refused(why, off, "the path has 1 to 107 bytes");
	for (size_t i = 0; i < path.len; i++) {
		if (path.ptr[i] < 0x20 || path.ptr[i] == 0x7f)
			return refused(why, off + i, "a control character in the path");
	}
	if (path.ptr[0] == '@' || path.ptr[path.len - 1] == '/')
		return refused(why, off, "not the path of a socket");
	a->kind = AH_ADDRESS_UNIX;
	(void)terminate(a->text, sizeof a->text, path); /* checked above */
	return AH_OK;
}

static ah_err parse_vsock(ah_address *a, ah_slice rest, size_t off, ah_fault *why)
{
	size_t colon;
	if (!find(&colon, rest, ':', false))
		return refused(why, off, "vsock:CID:PORT has a port");
	ah_slice cid = ah_slice_sub(rest, 0, colon);
	if (ah_slice_is_text(cid, "any"))
		a->cid = AH_VSOCK_CID_ANY;
	else if (!read_number(&a->cid, cid, AH_VSOCK_CID_ANY - 1))
		return refused(why, off, "the context id is no number below 4294967295, and not any");
	if (!read_number(&a->port, ah_slice_sub(rest, colon + 1, rest.len - colon - 1), VMADDR_PORT_ANY - 1))
		return refused(why, off + colon + 1, "the port is no number below 4294967295");
	a->kind = AH_ADDRESS_VSOCK;
	return AH_OK;
}

ah_err ah_address_parse(ah_address *out, ah_slice text, bool names, ah_fault *why)
{
	ah_address a = { .kind = AH_ADDRESS_NONE };
	size_t off;
	if (has_prefix(text, "tcp:", &off))
		AH_TRY(parse_tcp(&a, ah_slice_sub(text, off, text.len - off), off, names, why));
	else if (has_prefix(text, "unix:", &off))
		AH_TRY(parse_unix(&a, ah_slice_sub(text, off, text.len - off), off, why));
	else if (has_prefix(text, "vsock:", &off))
		AH_TRY(parse_vsock(&a, ah_slice_sub(text, off, text.len - off), off, why));
	else
		return refused(why, 0, "an address begins with tcp:, unix: or vsock:");
	*out = a;
	return AH_OK;
}

ah_err ah_address_format(ah_buf *out, const ah_address *a)
{
	char ip[INET6_ADDRSTRLEN] = "";
	switch (a->kind) {
	case AH_ADDRESS_NONE:
		return ah_buf_append_text(out, "-");
	case AH_ADDRESS_IPV4:
		return ah_buf_printf(out, "tcp:%s:%u", inet_ntop(AF_INET, a->ip, ip, sizeof ip), a->port);
	case AH_ADDRESS_IPV6:
		return ah_buf_printf(out, "tcp:[%s]:%u", inet_ntop(AF_INET6, a->ip, ip, sizeof ip), a->port);
	case AH_ADDRESS_NAME:
		return ah_buf_printf(out, "tcp:%s:%u", a->text, a->port);
	case AH_ADDRESS_UNIX:
		return ah_buf_printf(out, "unix:%s", a->text);
	case AH_ADDRESS_VSOCK:
		return a->cid == AH_VSOCK_CID_ANY ? ah_buf_printf(out, "vsock:any:%u", a->port) : ah_buf_printf(out, "vsock:%u:%u", a->cid, a->port);
	}
	return AH_ERR_INTERNAL;
}

/* -- The kernel's form -- */

ah_err ah_address_to_sockaddr(struct sockaddr_storage *out, socklen_t *out_len, const ah_address *a, ah_fault *why)
{
	union {
		struct sockaddr_storage storage;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
		struct sockaddr_un un;
		struct sockaddr_vm vm;
	} to;
	memset(&to, 0, sizeof to);
	switch (a->kind) {
	case AH_ADDRESS_NONE:
		return ah_fault_set(why, AH_ERR_ADDRESS, STEP, "no address");
	case AH_ADDRESS_NAME:
		return ah_fault_set(why, AH_ERR_ADDRESS, STEP, "a name; an IP address is needed here");
	case AH_ADDRESS_IPV4:
		to.v4.sin_family = AF_INET;
		to.v4.sin_port = htons((uint16_t)a->port);
		memcpy(&to.v4.sin_addr, a->ip, sizeof to.v4.sin_addr);
		*out_len = sizeof to.v4;
		break;
	case AH_ADDRESS_IPV6:
		to.v6.sin6_family = AF_INET6;
		to.v6.sin6_port = htons((uint16_t)a->port);
		memcpy(&to.v6.sin6_addr, a->ip, sizeof to.v6.sin6_addr);
		*out_len = sizeof to.v6;
		break;
	case AH_ADDRESS_UNIX:
		to.un.sun_family = AF_UNIX;
		memcpy(to.un.sun_path, a->text, AH_NET_UNIX_PATH_MAX);
		*out_len = sizeof to.un;
		break;
	case AH_ADDRESS_VSOCK:
		to.vm.svm_family = AF_VSOCK;
		to.vm.svm_cid = a->cid;
		to.vm.svm_port = a->port;
		*out_len = sizeof to.vm;
		break;
	}
	*out = to.storage;
	return AH_OK;
}

ah_address ah_address_from_sockaddr(const struct sockaddr_storage *from, socklen_t len)
{
	ah_address a = { .kind = AH_ADDRESS_NONE };
	if (from->ss_family == AF_INET && len >= sizeof(struct sockaddr_in)) {
		struct sockaddr_in v4;
		memcpy(&v4, from, sizeof v4);
		a.kind = AH_ADDRESS_IPV4;
		a.port = ntohs(v4.sin_port);
		memcpy(a.ip, &v4.sin_addr, sizeof v4.sin_addr);
	} else if (from->ss_family == AF_INET6 && len >= sizeof(struct sockaddr_in6)) {
		struct sockaddr_in6 v6;
		memcpy(&v6, from, sizeof v6);
		a.port = ntohs(v6.sin6_port);
		memcpy(a.ip, &v6.sin6_addr, sizeof v6.sin6_addr);
		a.kind = is_v4_mapped(a.ip) ? AH_ADDRESS_IPV4 : AH_ADDRESS_IPV6;
		if (a.kind == AH_ADDRESS_IPV4) {
			memmove(a.ip, a.ip + 12, 4);
			memset(a.ip + 4, 0, 12);
		}
	} else if (from->ss_family == AF_VSOCK && len >= sizeof(struct sockaddr_vm)) {
		struct sockaddr_vm vm;
		memcpy(&vm, from, sizeof vm);
		a = (ah_address){ .kind = AH_ADDRESS_VSOCK, .cid = vm.svm_cid, .port = vm.svm_port };
	}
	return a;
}

ah_peer_key ah_address_peer_key(const ah_address *a)
{
	ah_peer_key key = { .kind = AH_ADDRESS_NONE };
	size_t len = a->kind == AH_ADDRESS_IPV4 ? 4 : a->kind == AH_ADDRESS_IPV6 ? 8 : 0;
	if (a->kind == AH_ADDRESS_VSOCK)
		key = (ah_peer_key){ AH_ADDRESS_VSOCK, a->cid };
	else if (len != 0)
		key.kind = a->kind;
	for (size_t i = 0; i < len; i++)
		key.value = key.value << 8 | a->ip[i];
	return key;
}
