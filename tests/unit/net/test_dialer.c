/* Dialers against listeners that accept, refuse, or never answer; and against a SOCKS5 proxy of the test's own that behaves in every wrong way. */
#include "net.h"

static ah_reactor *r;
static ah_dialer *direct, *socks;
static unsigned dones;
static ah_stream *dialled;
static ah_fault told;
static recorder rec;
static bool closes_at_once;

static void done(void *context, ah_stream *stream, const ah_fault *why)
{
	(void)context;
	dones++;
	dialled = stream;
	told = *why;
	if (stream == NULL)
		return;
	rec = RECORDER;
	rec.stream = stream;
	ah_stream_set_driver(stream, &record_ops, &rec);
	if (closes_at_once)
		ah_stream_close(stream);
}

static bool begin(void)
{
	dones = 0;
	dialled = NULL;
	told = (ah_fault){ 0 };
	closes_at_once = false;
	rec = RECORDER;
	return ah_reactor_new(&r, moved_clock, NULL) == AH_OK && ah_direct_dialer_new(&direct, r, NULL) == AH_OK;
}

static void end(void)
{
	ah_reactor_free(r);
	ah_dialer_free(direct);
	ah_dialer_free(socks);
	socks = NULL;
	ah_buf_free(&rec.got);
}

static ah_err dial(ah_dialer *dialer, ah_dial **out, const ah_address *to)
{
	ah_dial_request request = { .to = *to, .timeout_ms = 5000, .done = done };
	return ah_dial_start(dialer, out, &request, NULL);
}

/* A listening socket of the test's own. */
static int listen_at(ah_address *at, int backlog)
{
	struct sockaddr_storage sa;
	socklen_t len;
	if (ah_address_to_sockaddr(&sa, &len, at, NULL) != AH_OK)
		return -1;
	int fd = socket(sa.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&sa, len) != 0 || listen(fd, backlog) != 0)
		return -1;
	len = sizeof sa;
	if (at->kind != AH_ADDRESS_UNIX && getsockname(fd, (struct sockaddr *)&sa, &len) == 0)
		*at = ah_address_from_sockaddr(&sa, len);
	return fd;
}

static void tcp_and_unix_are_reached_and_the_done_comes_later(void)
{
	ah_address places[] = { address_of("tcp:127.0.0.1:0"), socket_in_tmp("dial"), address_of("tcp:[::1]:0") };
	for (size_t i = 0; i < 3; i++) {
		ah_dial *d = NULL;
		int listening = listen_at(&places[i], 5);
		if (listening < 0 && i == 2)
			AH_SKIP("no IPv6 on this machine");
		EXPECT(listening >= 0 && begin());
		EXPECT_OK(dial(direct, &d, &places[i]));
		EXPECT(dones == 0);
		EXPECT(TURN_UNTIL(r, dones == 1));
		EXPECT(dialled != NULL && told.err == AH_OK);
		int peer = accept4(listening, NULL, NULL, SOCK_NONBLOCK);
		EXPECT(peer >= 0 && send(peer, "hello", 5, 0) == 5);
		EXPECT(TURN_UNTIL(r, rec.got.len == 5));
		moved_ms += 100000; /* the deadline went with the dial */
		settle(r);
		EXPECT(dones == 1 && rec.stream != NULL);
		(void)close(peer);
		(void)close(listening);
		end();
	}
}

static void what_refuses_is_told_with_the_kernels_word(void)
{
	ah_address tcp = address_of("tcp:127.0.0.1:0"), gone = socket_in_tmp("nobody"), name = address_of("tcp:localhost:80"), zero = tcp;
	ah_dial *d = NULL;
	int listening = listen_at(&tcp, 1);
	(void)close(listening);
	EXPECT(begin());
	EXPECT_OK(dial(direct, &d, &tcp));
	EXPECT(TURN_UNTIL(r, dones == 1));
	EXPECT(dialled == NULL && told.err == AH_ERR_CONNECT && strcmp(told.detail, "connect: ECONNREFUSED") == 0);
	EXPECT_OK(dial(direct, &d, &gone));
	EXPECT(dones == 1);
	EXPECT(TURN_UNTIL(r, dones == 2));
	EXPECT(dialled == NULL && told.err == AH_ERR_CONNECT && strcmp(told.detail, "connect: ENOENT") == 0);
	EXPECT_ERR(dial(direct, &d, &name), AH_ERR_ADDRESS);
	EXPECT_OK(dial(direct, &d, &zero));
	EXPECT(TURN_UNTIL(r, dones == 3));
	EXPECT(told.err == AH_ERR_CONNECT);
	end();
}

/* A listener whose backlog is full: the kernel drops what comes, so the connection stays under way. */
static int full_listener(ah_address *at, int held[static 8])
{
	int listening = listen_at(at, 0);
	struct sockaddr_storage sa;
	socklen_t len;
	(void)!ah_address_to_sockaddr(&sa, &len, at, NULL);
	for (size_t i = 0; i < 8; i++) {
		held[i] = socket(sa.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		(void)connect(held[i], (struct sockaddr *)&sa, len);
	}
	return listening;
}

static void a_dial_without_an_answer_ends_at_its_deadline(void)
{
	ah_address places[] = { address_of("tcp:127.0.0.1:0"), socket_in_tmp("full") };
	for (size_t i = 0; i < 2; i++) {
		int held[8];
		ah_dial *d = NULL;
		int listening = full_listener(&places[i], held);
		EXPECT(listening >= 0 && begin());
		EXPECT_OK(dial(direct, &d, &places[i]));
		for (int k = 0; k < 20; k++) {
			moved_ms += 249;
			settle(r);
			EXPECT(dones == 0);
		}
		moved_ms += 5000;
		settle(r);
		EXPECT(dones == 1 && dialled == NULL && told.err == AH_ERR_CONNECT_TIMEOUT);
		for (size_t k = 0; k < 8; k++)
			(void)close(held[k]);
		(void)close(listening);
		end();
	}
}

static void a_full_unix_backlog_is_tried_again(void)
{
	ah_address at = socket_in_tmp("later");
	int held[8];
	ah_dial *d = NULL;
	int listening = full_listener(&at, held), peer;
	EXPECT(begin());
	EXPECT_OK(dial(direct, &d, &at));
	settle(r);
	EXPECT(dones == 0);
	while ((peer = accept(listening, NULL, NULL)) >= 0)
		(void)close(peer);
	moved_ms += AH_NET_DIAL_RETRY_MS;
	EXPECT(TURN_UNTIL(r, dones == 1));
	EXPECT(dialled != NULL);
	for (size_t k = 0; k < 8; k++)
		(void)close(held[k]);
	(void)close(listening);
	end();
}

static void a_cancelled_dial_is_never_told(void)
{
	ah_address full = address_of("tcp:127.0.0.1:0"), refuses = socket_in_tmp("absent"), accepts = socket_in_tmp("accepts"), busy = socket_in_tmp("busy");
	int held[8], more[8];
	size_t before = open_descriptors();
	int a = full_listener(&full, held), b = listen_at(&accepts, 5), c = full_listener(&busy, more);
	const ah_address *places[] = { &full, &refuses, &accepts, &busy };
	ah_gate *gate = NULL;
	EXPECT(begin());
	EXPECT_OK(ah_gate_new(&gate, 10, 10, NULL));
	for (size_t i = 0; i < 4; i++) {
		for (int turns = 0; turns < 2; turns++) {
			ah_dial *d = NULL;
			ah_dial_request request = { .to = *places[i], .done = done };
			EXPECT(ah_gate_enter(gate, (ah_peer_key){ 0 }, &request.stream.pass) == AH_GATE_OPEN);
			EXPECT_OK(ah_dial_start(direct, &d, &request, NULL));
			if (turns == 1 && (i == 0 || i == 3)) /* the others would be over */
				settle(r);
			ah_dial_cancel(d);
			settle(r);
			EXPECT(dones == 0 && ah_reactor_source_count(r) == 0 && ah_gate_count(gate) == 0);
		}
	}
	/* and one that is under way when the reactor ends is told, once */
	ah_dial *d = NULL;
	EXPECT_OK(dial(direct, &d, &busy));
	EXPECT_OK(dial(direct, &d, &full));
	EXPECT_OK(dial(direct, &d, &refuses));
	end();
	ah_gate_free(gate);
	EXPECT(dones == 3 && told.err == AH_ERR_CONNECT);
	for (size_t k = 0; k < 8; k++) {
		(void)close(held[k]);
		(void)close(more[k]);
	}
	(void)close(a);
	(void)close(b);
	(void)close(c);
	EXPECT(open_descriptors() == before);
}

/* -- The SOCKS5 proxy: what it answers, and after which of our bytes -- */

static const ah_address *begin_proxy(int *listening)
{
	static ah_address at;
	at = address_of("tcp:127.0.0.1:0");
	*listening = listen_at(&at, 5);
	return *listening >= 0 && begin() && ah_socks5_dialer_new(&socks, r, direct, &at, NULL) == AH_OK ? &at : NULL;
}

static int proxy_accept(int listening)
{
	int fd = -1;
	for (int i = 0; i < 200 && fd < 0; i++) {
		settle(r);
		fd = accept4(listening, NULL, NULL, SOCK_NONBLOCK);
	}
	return fd;
}

/* Waits until the client has sent exactly this. */
static bool proxy_expects(int fd, ah_slice wanted)
{
	uint8_t got[512];
	size_t len = 0;
	for (int i = 0; i < 200 && len < wanted.len; i++) {
		ssize_t more = recv(fd, got + len, sizeof got - len, 0);
		len += more > 0 ? (size_t)more : 0;
		settle(r);
	}
	return ah_slice_is(ah_slice_make(got, len), wanted);
}

#define GREETING AH_SLICE_LITERAL("\x05\x01\x00")
#define REQUEST  AH_SLICE_LITERAL("\x05\x01\x00\x03\x0drelay.example\x01\xbb")
#define OPENED   "\x05\x00\x00\x01\x7f\x00\x00\x01\x04\x38"

static void the_proxy_connects_and_the_first_bytes_of_the_other_side_are_not_lost(void)
{
	for (size_t piece = 1; piece < 40; piece += 6) { /* a slow proxy, and one that sends all at once with what comes from behind it */
		int listening;
		ah_dial *d = NULL;
		const ah_address to = address_of("tcp:relay.example:443");
		EXPECT(begin_proxy(&listening) != NULL);
		EXPECT_OK(dial(socks, &d, &to));
		int fd = proxy_accept(listening);
		EXPECT(fd >= 0 && proxy_expects(fd, GREETING));
		EXPECT(send(fd, "\x05", 1, 0) == 1);
		settle(r);
		EXPECT(send(fd, "\x00", 1, 0) == 1 && proxy_expects(fd, REQUEST));
		ah_slice answer = AH_SLICE_LITERAL(OPENED "welcome");
		for (size_t off = 0; off < answer.len; off += piece) {
			size_t len = piece < answer.len - off ? piece : answer.len - off;
			EXPECT(dones == (off >= 10 ? 1 : 0));
			EXPECT(send(fd, answer.ptr + off, len, 0) == (ssize_t)len);
			EXPECT(TURN_UNTIL(r, off + len < 10 || dones == 1));
			settle(r);
		}
		EXPECT(dialled != NULL && told.err == AH_OK);
		EXPECT(TURN_UNTIL(r, rec.got.len == 7));
		EXPECT_BYTES(ah_buf_slice(&rec.got), AH_SLICE_LITERAL("welcome"));
		EXPECT(ah_stream_write(rec.stream, AH_SLICE_LITERAL("thanks")) == 6 && proxy_expects(fd, AH_SLICE_LITERAL("thanks")));
		moved_ms += 100000;
		settle(r);
		EXPECT(dones == 1 && rec.stream != NULL);
		(void)close(fd);
		(void)close(listening);
		end();
	}
}

static void every_wrong_proxy_is_told_as_such(void)
{
	enum way { ENDS, RESETS, STAYS };
	static const struct { const char *name; ah_slice first, second; enum way then; ah_err err; } rows[] = {
		{ "refuses", { (const uint8_t *)"\x05\x00", 2 }, { (const uint8_t *)"\x05\x02\x00\x01\x00\x00\x00\x00\x00\x00", 10 }, STAYS, AH_ERR_SOCKS },
		{ "refuses briefly", { (const uint8_t *)"\x05\x00", 2 }, { (const uint8_t *)"\x05\x05", 2 }, ENDS, AH_ERR_SOCKS },
		{ "wants a password", { (const uint8_t *)"\x05\xff", 2 }, { NULL, 0 }, STAYS, AH_ERR_SOCKS },
		{ "speaks HTTP", { (const uint8_t *)"HTTP/1.1 400 Bad Request\r\n\r\n", 28 }, { NULL, 0 }, ENDS, AH_ERR_SOCKS },
		{ "ends at once", { NULL, 0 }, { NULL, 0 }, ENDS, AH_ERR_SOCKS },
		{ "ends in the method", { (const uint8_t *)"\x05", 1 }, { NULL, 0 }, ENDS, AH_ERR_SOCKS },
		{ "ends before the reply", { (const uint8_t *)"\x05\x00", 2 }, { NULL, 0 }, ENDS, AH_ERR_SOCKS },
		{ "ends in the reply", { (const uint8_t *)"\x05\x00", 2 }, { (const uint8_t *)"\x05\x00\x00\x01\x7f", 5 }, ENDS, AH_ERR_SOCKS },
		{ "resets before the reply", { (const uint8_t *)"\x05\x00", 2 }, { NULL, 0 }, RESETS, AH_ERR_SOCKS },
		{ "never answers", { NULL, 0 }, { NULL, 0 }, STAYS, AH_ERR_CONNECT_TIMEOUT },
		{ "never replies", { (const uint8_t *)"\x05\x00", 2 }, { (const uint8_t *)"\x05\x00\x00\x03\xff", 5 }, STAYS, AH_ERR_CONNECT_TIMEOUT },
		{ "garbage in the reply", { (const uint8_t *)"\x05\x00", 2 }, { (const uint8_t *)"\x05\x00\x00\x09", 4 }, STAYS, AH_ERR_SOCKS },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int listening;
		ah_dial *d = NULL;
		size_t before = open_descriptors();
		const ah_address to = address_of("tcp:relay.example:443");
		EXPECT(begin_proxy(&listening) != NULL);
		EXPECT_OK(dial(socks, &d, &to));
		int fd = proxy_accept(listening);
		EXPECT(fd >= 0 && proxy_expects(fd, GREETING));
		if (rows[i].first.len != 0)
			EXPECT(send(fd, rows[i].first.ptr, rows[i].first.len, 0) == (ssize_t)rows[i].first.len);
		settle(r);
		if (rows[i].second.len != 0)
			EXPECT(proxy_expects(fd, REQUEST) && send(fd, rows[i].second.ptr, rows[i].second.len, 0) == (ssize_t)rows[i].second.len);
		if (rows[i].then == ENDS)
			EXPECT(shutdown(fd, SHUT_WR) == 0);
		if (rows[i].then == RESETS)
			reset_fd(fd);
		if (rows[i].err == AH_ERR_CONNECT_TIMEOUT) {
			settle(r);
			moved_ms += 4999;
			settle(r);
			EXPECT(dones == 0);
			moved_ms += 1;
		}
		EXPECT_MSG(TURN_UNTIL(r, dones == 1), "%s", rows[i].name);
		EXPECT_MSG(dialled == NULL && told.err == rows[i].err, "%s: %s: %s", rows[i].name, ah_err_name(told.err), told.detail);
		settle(r);
		EXPECT(ah_reactor_source_count(r) == 0 && dones == 1);
		if (rows[i].then != RESETS)
			(void)close(fd);
		(void)close(listening);
		end();
		EXPECT(open_descriptors() == before);
		ah_test_count(1);
	}
}

static void a_proxy_that_is_not_there_or_an_address_that_is_no_name_is_refused(void)
{
	int listening;
	ah_dial *d = NULL;
	const ah_address name = address_of("tcp:relay.example:443"), literal = address_of("tcp:127.0.0.1:80");
	EXPECT(begin_proxy(&listening) != NULL);
	(void)close(listening);
	EXPECT_ERR(dial(socks, &d, &literal), AH_ERR_ADDRESS);
	EXPECT_OK(dial(socks, &d, &name));
	EXPECT(TURN_UNTIL(r, dones == 1));
	EXPECT(dialled == NULL && told.err == AH_ERR_CONNECT);
	end();
}

/* Cancelled before the proxy is reached, then after each of its answers; and ended with the reactor at the same places. */
static void a_dial_through_the_proxy_may_be_cancelled_at_each_stage(void)
{
	for (int stage = 0; stage < 5; stage++) {
		for (int ending = 0; ending < 2; ending++) {
			int listening, fd = -1;
			ah_dial *d = NULL;
			const ah_address to = address_of("tcp:relay.example:443");
			EXPECT(begin_proxy(&listening) != NULL);
			EXPECT_OK(dial(socks, &d, &to));
			if (stage >= 1)
				EXPECT((fd = proxy_accept(listening)) >= 0);
			if (stage >= 2)
				EXPECT(proxy_expects(fd, GREETING));
			if (stage >= 3)
				EXPECT(send(fd, "\x05\x00", 2, 0) == 2 && proxy_expects(fd, REQUEST));
			if (stage >= 4) {
				EXPECT(send(fd, OPENED, 9, 0) == 9);
				settle(r);
			}
			if (ending == 0) {
				ah_dial_cancel(d);
				settle(r);
				EXPECT(dones == 0 && ah_reactor_source_count(r) == 0);
			}
			end();
			EXPECT(dones == (unsigned)ending && dialled == NULL);
			if (fd >= 0)
				(void)close(fd);
			(void)close(listening);
			ah_test_count(1);
		}
	}
}

static void a_stream_may_be_closed_in_the_done(void)
{
	int listening;
	ah_dial *d = NULL;
	const ah_address to = address_of("tcp:relay.example:443");
	EXPECT(begin_proxy(&listening) != NULL);
	closes_at_once = true;
	EXPECT_OK(dial(socks, &d, &to));
	int fd = proxy_accept(listening);
	EXPECT(fd >= 0 && send(fd, "\x05\x00" OPENED "more", 16, 0) == 16);
	EXPECT(TURN_UNTIL(r, dones == 1));
	settle(r);
	EXPECT(rec.closes == 1 && rec.offers == 0);
	(void)close(fd);
	(void)close(listening);
	end();
}

static const ah_test_case cases[] = {
	AH_TEST(tcp_and_unix_are_reached_and_the_done_comes_later),
	AH_TEST(what_refuses_is_told_with_the_kernels_word),
	AH_TEST(a_dial_without_an_answer_ends_at_its_deadline),
	AH_TEST(a_full_unix_backlog_is_tried_again),
	AH_TEST(a_cancelled_dial_is_never_told),
	AH_TEST(the_proxy_connects_and_the_first_bytes_of_the_other_side_are_not_lost),
	AH_TEST(every_wrong_proxy_is_told_as_such),
	AH_TEST(a_proxy_that_is_not_there_or_an_address_that_is_no_name_is_refused),
	AH_TEST(a_dial_through_the_proxy_may_be_cancelled_at_each_stage),
	AH_TEST(a_stream_may_be_closed_in_the_done),
};

AH_TEST_MAIN(cases)
