/* See socks5_client.h. Sections are those of RFC 1928. */
#include "net/socks5_client.h"

#include "base/fault.h"
#include "base/reader.h"

#define STEP        "net.socks5"
#define VERSION     5
#define NO_AUTH     0
#define CONNECT     1
#define TYPE_IPV4   1
#define TYPE_NAME   3
#define TYPE_IPV6   4
#define SUCCEEDED   0
/* Version, reply, reserved, type, the length or first byte of the address. */
#define REPLY_HEAD  5

static ah_err refused(ah_socks5_client *c, ah_fault *why, size_t off, const char *what, unsigned value)
{
	c->state = AH_SOCKS5_REFUSED;
	c->err = AH_ERR_SOCKS;
	return ah_fault_at(why, AH_ERR_SOCKS, STEP, off, "%s (%u)", what, value);
}

ah_err ah_socks5_client_init(ah_socks5_client *c, const ah_address *to, ah_fault *why)
{
	if (to->kind != AH_ADDRESS_NAME)
		return ah_fault_set(why, AH_ERR_ADDRESS, STEP, "through a proxy only names are reached");
	*c = (ah_socks5_client){ .to = to };
	return AH_OK;
}

/* -- What is sent -- */

static ah_err put_methods(ah_buf *out)
{
	static const uint8_t methods[] = { VERSION, 1, NO_AUTH };
	return ah_buf_append(out, AH_SLICE_OF(methods));
}

static ah_err put_request(ah_buf *out, const ah_address *to)
{
	const ah_slice name = ah_slice_text(to->text);
	const uint8_t head[] = { VERSION, CONNECT, 0, TYPE_NAME, (uint8_t)name.len };
	AH_TRY(ah_buf_reserve(out, sizeof head + name.len + 2));
	AH_TRY(ah_buf_append(out, AH_SLICE_OF(head)));
	AH_TRY(ah_buf_append(out, name));
	return ah_buf_append_be16(out, (uint16_t)to->port);
}

/* -- What comes back -- */

static const char *reply_text(uint8_t reply)
{
	static const char *const texts[] = { /* 6 */
		"succeeded", "general failure", "not allowed by the proxy's rules", "network unreachable", "host unreachable", "connection refused", "TTL expired",
		"command not supported", "address type not supported",
	};
	return reply < sizeof texts / sizeof texts[0] ? texts[reply] : "an unassigned reply";
}

/* 3: the method that the proxy chose. */
static ah_err take_method(ah_socks5_client *c, size_t *used, ah_slice in, ah_fault *why)
{
	ah_reader r = { .in = in };
	uint8_t version = ah_read_u8(&r);
	if (in.len >= 1 && version != VERSION)
		return refused(c, why, 0, "no SOCKS5 proxy: version", version);
	uint8_t method = ah_read_u8(&r);
	if (r.err != AH_OK)
		return AH_OK; /* more is to come */
	if (method != NO_AUTH)
		return refused(c, why, 1, method == 0xff ? "the proxy wants authentication: method" : "a method that was not offered", method);
	*used = ah_reader_pos(&r);
	c->state = AH_SOCKS5_REPLY;
	return AH_OK;
}

/* 6: the reply. A refusal counts from its second byte on: some proxies close before they have sent the rest. */
static ah_err take_reply(ah_socks5_client *c, size_t *used, ah_slice in, ah_fault *why)
{
	ah_reader r = { .in = in };
	uint8_t version = ah_read_u8(&r), reply = ah_read_u8(&r), reserved = ah_read_u8(&r), type = ah_read_u8(&r), first = ah_read_peek(&r);
	if (in.len >= 1 && version != VERSION)
		return refused(c, why, 0, "no SOCKS5 reply: version", version);
	if (in.len >= 2 && reply != SUCCEEDED)
		return refused(c, why, 1, reply_text(reply), reply);
	if (in.len >= 3 && reserved != 0)
		return refused(c, why, 2, "the reserved byte", reserved);
	if (in.len >= 4 && type != TYPE_IPV4 && type != TYPE_IPV6 && type != TYPE_NAME)
		return refused(c, why, 3, "an unknown type of address", type);
	if (in.len < REPLY_HEAD)
		return AH_OK;
	/* The address from which the proxy connected is read over: nobody could check it. */
	ah_read_skip(&r, (type == TYPE_IPV4 ? 4u : type == TYPE_IPV6 ? 16u : 1u + first) + 2u);
	if (r.err != AH_OK)
		return AH_OK;
	*used = ah_reader_pos(&r);
	c->state = AH_SOCKS5_OPEN;
	return AH_OK;
}

ah_err ah_socks5_client_step(ah_socks5_client *c, size_t *used, ah_buf *out, bool *open, ah_slice in, ah_fault *why)
{
	size_t taken = 0, more = 0;
	if (c->state == AH_SOCKS5_START) {
		AH_TRY(put_methods(out));
		c->state = AH_SOCKS5_METHOD;
	}
	if (c->state == AH_SOCKS5_METHOD) {
		AH_TRY(take_method(c, &taken, in, why));
		if (c->state == AH_SOCKS5_REPLY)
			AH_TRY(put_request(out, c->to));
	}
	if (c->state == AH_SOCKS5_REPLY)
		AH_TRY(take_reply(c, &more, ah_slice_sub(in, taken, in.len - taken), why));
	if (c->state == AH_SOCKS5_REFUSED)
		return ah_fault_set(why, c->err, STEP, "refused before");
	*used = taken + more;
	*open = c->state == AH_SOCKS5_OPEN;
	return AH_OK;
}
