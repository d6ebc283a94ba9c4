/* The grammar of addresses: every accepted form, its one spelling, the kernel's form; and everything else refused at its place. */
#include "net/address.h"

#include "support/test.h"

#include <arpa/inet.h>
#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <sys/un.h>

static void every_form_is_read_and_written_back(void)
{
	static const struct { const char *text; ah_address_kind kind; uint32_t cid, port; const char *written; } rows[] = {
		{ "tcp:127.0.0.1:8080", AH_ADDRESS_IPV4, 0, 8080, NULL },
		{ "tcp:0.0.0.0:0", AH_ADDRESS_IPV4, 0, 0, NULL },
		{ "tcp:255.255.255.255:65535", AH_ADDRESS_IPV4, 0, 65535, NULL },
		{ "tcp:[::1]:443", AH_ADDRESS_IPV6, 0, 443, NULL },
		{ "tcp:[2001:DB8:0:0::1]:443", AH_ADDRESS_IPV6, 0, 443, "tcp:[2001:db8::1]:443" },
		{ "tcp:[::]:1", AH_ADDRESS_IPV6, 0, 1, NULL },
		{ "tcp:relay.example:443", AH_ADDRESS_NAME, 0, 443, NULL },
		{ "tcp:localhost:80", AH_ADDRESS_NAME, 0, 80, NULL },
		{ "tcp:a-b.1c.x9:80", AH_ADDRESS_NAME, 0, 80, NULL },
		{ "unix:/run/app.sock", AH_ADDRESS_UNIX, 0, 0, NULL },
		{ "unix:app.sock", AH_ADDRESS_UNIX, 0, 0, NULL },
		{ "unix:/a b:c", AH_ADDRESS_UNIX, 0, 0, NULL },
		{ "vsock:16:5005", AH_ADDRESS_VSOCK, 16, 5005, NULL },
		{ "vsock:any:1080", AH_ADDRESS_VSOCK, UINT32_MAX, 1080, NULL },
		{ "vsock:4294967294:4294967294", AH_ADDRESS_VSOCK, UINT32_MAX - 1, UINT32_MAX - 1, NULL },
		{ "vsock:3:0", AH_ADDRESS_VSOCK, 3, 0, NULL },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		ah_address a = { 0 }, again = { 0 };
		AH_AUTO(ah_buf) text = AH_BUF(512);
		EXPECT_OK(ah_address_parse(&a, ah_slice_text(rows[i].text), true, NULL));
		EXPECT_MSG(a.kind == rows[i].kind && a.cid == rows[i].cid && a.port == rows[i].port, "%s", rows[i].text);
		EXPECT_OK(ah_address_format(&text, &a));
		EXPECT_BYTES(ah_buf_slice(&text), ah_slice_text(rows[i].written != NULL ? rows[i].written : rows[i].text));
		EXPECT_OK(ah_address_parse(&again, ah_buf_slice(&text), true, NULL));
		EXPECT_BYTES(AH_SLICE_OF(again.ip), AH_SLICE_OF(a.ip));
		ah_test_count(1);
	}
}

static void everything_else_is_refused_at_its_place(void)
{
	static const struct { const char *text; size_t off; } rows[] = {
		{ "", 0 }, { "tcp", 0 }, { "TCP:127.0.0.1:1", 0 }, { "http://x", 0 }, { "127.0.0.1:80", 0 }, { " tcp:127.0.0.1:1", 0 }, { "udp:127.0.0.1:1", 0 },
		{ "tcp:", 4 }, { "tcp:127.0.0.1", 4 }, { "tcp::80", 4 }, { "tcp:127.0.0.1:", 14 }, { "tcp:127.0.0.1:080", 14 }, { "tcp:127.0.0.1:65536", 14 },
		{ "tcp:127.0.0.1:+1", 14 }, { "tcp:127.0.0.1:-1", 14 }, { "tcp:127.0.0.1: 1", 14 }, { "tcp:127.0.0.1:1 ", 14 }, { "tcp:127.0.0.1:99999999999", 14 },
		{ "tcp:127.0.0.1:0x50", 14 },
		/* what some readers take for an IPv4 address is no name to us */
		{ "tcp:127.1:80", 4 }, { "tcp:2130706433:80", 4 }, { "tcp:0x7f000001:80", 4 }, { "tcp:0177.0.0.1:80", 4 }, { "tcp:127.0.0.01:80", 4 },
		{ "tcp:256.0.0.1:80", 4 }, { "tcp:1.2.3.4.5:80", 4 }, { "tcp:127.0.0.0x1:80", 4 }, { "tcp:127.0.0.1.:80", 4 },
		{ "tcp:::1:80", 4 }, { "tcp:[::1]", 4 }, { "tcp:[::1:80", 4 }, { "tcp:[]:80", 4 }, { "tcp:[::1%lo]:80", 4 }, { "tcp:[::ffff:127.0.0.1]:80", 4 },
		{ "tcp:[127.0.0.1]:80", 4 }, { "tcp:[[::1]]:80", 4 }, { "tcp:[1:2:3:4:5:6:7:8:9]:80", 4 },
		{ "tcp:a..b:80", 4 }, { "tcp:.a:80", 4 }, { "tcp:a.:80", 4 }, { "tcp:-a:80", 4 }, { "tcp:a-:80", 4 }, { "tcp:a_b:80", 4 }, { "tcp:a b:80", 4 },
		{ "tcp:user@host:80", 4 }, { "tcp:h\xc3\xb6st:80", 4 }, { "tcp:relay.example:0", 18 }, { "tcp:relay.example:65536", 18 },
		{ "unix:", 5 }, { "unix:@abstract", 5 }, { "unix:/run/", 5 }, { "unix:/a\nb", 7 }, { "unix:/a\x7f", 7 },
		{ "vsock:", 6 }, { "vsock:16", 6 }, { "vsock::1", 6 }, { "vsock:ANY:1", 6 }, { "vsock:4294967295:1", 6 }, { "vsock:-1:1", 6 }, { "vsock:016:1", 6 },
		{ "vsock:16:", 9 }, { "vsock:16:4294967295", 9 }, { "vsock:16:5:6", 9 }, { "vsock:16:any", 9 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		ah_address a = { .kind = AH_ADDRESS_VSOCK, .cid = 77 };
		ah_fault why = { 0 };
		ah_err err = ah_address_parse(&a, ah_slice_text(rows[i].text), true, &why);
		EXPECT_MSG(err == AH_ERR_ADDRESS, "%s: %s", rows[i].text, ah_err_name(err));
		EXPECT_MSG(why.offset == rows[i].off, "%s: offset %zu, wanted %zu", rows[i].text, why.offset, rows[i].off);
		EXPECT(a.kind == AH_ADDRESS_VSOCK && a.cid == 77);
		ah_test_count(1);
	}
	ah_address a = { 0 };
	EXPECT_ERR(ah_address_parse(&a, AH_SLICE_LITERAL("tcp:127.0.0.1\0:80"), true, NULL), AH_ERR_ADDRESS);
	EXPECT_ERR(ah_address_parse(&a, AH_SLICE_LITERAL("unix:/a\0b"), true, NULL), AH_ERR_ADDRESS);
	EXPECT_ERR(ah_address_parse(&a, AH_SLICE_LITERAL("tcp:a\0b:80"), true, NULL), AH_ERR_ADDRESS);
}

static void a_name_is_refused_where_an_address_is_needed(void)
{
	ah_address a = { 0 };
	struct sockaddr_storage to;
	socklen_t len;
	EXPECT_ERR(ah_address_parse(&a, AH_SLICE_LITERAL("tcp:relay.example:443"), false, NULL), AH_ERR_ADDRESS);
	EXPECT_ERR(ah_address_parse(&a, AH_SLICE_LITERAL("tcp:localhost:443"), false, NULL), AH_ERR_ADDRESS);
	EXPECT_OK(ah_address_parse(&a, AH_SLICE_LITERAL("tcp:relay.example:443"), true, NULL));
	EXPECT_ERR(ah_address_to_sockaddr(&to, &len, &a, NULL), AH_ERR_ADDRESS);
	EXPECT_ERR(ah_address_to_sockaddr(&to, &len, &(ah_address){ 0 }, NULL), AH_ERR_ADDRESS);
}

static void names_and_paths_end_at_their_limits(void)
{
	char name[300] = "", path[200] = "";
	memset(name, 'a', sizeof name);
	for (size_t i = 63; i < 253; i += 64)
		name[i] = '.';
	EXPECT(ah_host_name_is_valid(ah_slice_make(name, 253)) && !ah_host_name_is_valid(ah_slice_make(name, 254)));
	EXPECT(ah_host_name_is_valid(ah_slice_make(name, 63)));
	name[63] = 'a';
	EXPECT(!ah_host_name_is_valid(ah_slice_make(name, 64)));
	memset(path, 'p', sizeof path);
	for (size_t i = 0; i < 5; i++)
		path[i] = "unix:"[i];
	ah_address a = { 0 };
	EXPECT_OK(ah_address_parse(&a, ah_slice_make(path, 5 + 107), false, NULL));
	EXPECT_ERR(ah_address_parse(&a, ah_slice_make(path, 5 + 108), false, NULL), AH_ERR_ADDRESS);
}

static void the_kernels_form_is_the_one_of_the_manual_pages(void)
{
	struct sockaddr_storage to;
	socklen_t len = 0;
	ah_address a = { 0 };
	EXPECT_OK(ah_address_parse(&a, AH_SLICE_LITERAL("tcp:192.0.2.1:443"), false, NULL));
	EXPECT_OK(ah_address_to_sockaddr(&to, &len, &a, NULL));
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)&to;
	EXPECT(len == sizeof *v4 && v4->sin_family == AF_INET && ntohs(v4->sin_port) == 443 && ntohl(v4->sin_addr.s_addr) == 0xc0000201);
	EXPECT_OK(ah_address_parse(&a, AH_SLICE_LITERAL("tcp:[2001:db8::1]:443"), false, NULL));
	EXPECT_OK(ah_address_to_sockaddr(&to, &len, &a, NULL));
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&to;
	EXPECT(len == sizeof *v6 && v6->sin6_family == AF_INET6 && ntohs(v6->sin6_port) == 443 && v6->sin6_addr.s6_addr[1] == 1 && v6->sin6_addr.s6_addr[15] == 1);
	EXPECT_OK(ah_address_parse(&a, AH_SLICE_LITERAL("unix:/run/x"), false, NULL));
	EXPECT_OK(ah_address_to_sockaddr(&to, &len, &a, NULL));
	const struct sockaddr_un *un = (const struct sockaddr_un *)&to;
	EXPECT(len == sizeof *un && un->sun_family == AF_UNIX && strcmp(un->sun_path, "/run/x") == 0);
	/* AF_VSOCK is only built, never opened */
	EXPECT_OK(ah_address_parse(&a, AH_SLICE_LITERAL("vsock:16:5005"), false, NULL));
	EXPECT_OK(ah_address_to_sockaddr(&to, &len, &a, NULL));
	const struct sockaddr_vm *vm = (const struct sockaddr_vm *)&to;
	EXPECT(len == sizeof *vm && vm->svm_family == AF_VSOCK && vm->svm_cid == 16 && vm->svm_port == 5005);
	ah_address back = ah_address_from_sockaddr(&to, len);
	EXPECT(back.kind == AH_ADDRESS_VSOCK && back.cid == 16 && back.port == 5005);
	EXPECT(ah_address_from_sockaddr(&to, 2).kind == AH_ADDRESS_NONE); /* too short */
}

static void peers_count_as_v4_address_v6_network_or_context(void)
{
	static const struct { const char *a, *b; bool same; } rows[] = {
		{ "tcp:192.0.2.1:1", "tcp:192.0.2.1:2", true }, { "tcp:192.0.2.1:1", "tcp:192.0.2.2:1", false },
		{ "tcp:[2001:db8:0:1::1]:1", "tcp:[2001:db8:0:1:ffff::2]:1", true }, { "tcp:[2001:db8:0:1::1]:1", "tcp:[2001:db8:0:2::1]:1", false },
		{ "vsock:3:1", "vsock:3:2", true }, { "vsock:3:1", "vsock:4:1", false }, { "tcp:0.0.0.3:1", "vsock:3:1", false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		ah_address a = { 0 }, b = { 0 };
		EXPECT_OK(ah_address_parse(&a, ah_slice_text(rows[i].a), false, NULL));
		EXPECT_OK(ah_address_parse(&b, ah_slice_text(rows[i].b), false, NULL));
		ah_peer_key x = ah_address_peer_key(&a), y = ah_address_peer_key(&b);
		EXPECT_MSG((x.kind == y.kind && x.value == y.value) == rows[i].same, "%s %s", rows[i].a, rows[i].b);
	}
	struct sockaddr_in6 mapped = { .sin6_family = AF_INET6, .sin6_port = htons(7) };
	EXPECT(inet_pton(AF_INET6, "::ffff:192.0.2.1", &mapped.sin6_addr) == 1);
	struct sockaddr_storage from = { 0 };
	memcpy(&from, &mapped, sizeof mapped);
	ah_address a = ah_address_from_sockaddr(&from, sizeof mapped);
	EXPECT(a.kind == AH_ADDRESS_IPV4 && a.port == 7 && a.ip[0] == 192 && a.ip[3] == 1 && a.ip[4] == 0);
	EXPECT(ah_address_peer_key(&(ah_address){ .kind = AH_ADDRESS_UNIX }).kind == AH_ADDRESS_NONE);
}

static const ah_test_case cases[] = {
	AH_TEST(every_form_is_read_and_written_back),
	AH_TEST(everything_else_is_refused_at_its_place),
	AH_TEST(a_name_is_refused_where_an_address_is_needed),
	AH_TEST(names_and_paths_end_at_their_limits),
	AH_TEST(the_kernels_form_is_the_one_of_the_manual_pages),
	AH_TEST(peers_count_as_v4_address_v6_network_or_context),
};

AH_TEST_MAIN(cases)
