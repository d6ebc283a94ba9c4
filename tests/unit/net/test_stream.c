/*
 * Streams over socket pairs and loopback TCP. The other end is mostly a plain descriptor of the test, so that what the stream does to the wire is seen by
 * somebody else. The reactor's clock is moved by hand; no test waits for time to pass.
 */
#include "net.h"

#include <linux/tcp.h> /* glibc's struct tcp_info is too old for tcpi_data_segs_out */
#include <netinet/in.h>

static ah_reactor *r;

static bool begin(void) { return ah_reactor_new(&r, moved_clock, NULL) == AH_OK; }

static void end(void)
{
	ah_reactor_free(r);
	r = NULL;
}

/* Reads what is there into out; returns what the last recv() said: 0 at the end, -errno. */
static int drain(int fd, ah_buf *out)
{
	static uint8_t bytes[65536];
	for (;;) {
		ssize_t len = recv(fd, bytes, sizeof bytes, 0);
		if (len <= 0)
			return len == 0 ? 0 : -errno;
		if (ah_buf_append(out, ah_slice_make(bytes, (size_t)len)) != AH_OK)
			return -ENOBUFS;
	}
}

static size_t fill(int fd, size_t max)
{
	static uint8_t bytes[65536];
	size_t total = 0;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(i * 7);
	while (total < max) {
		ssize_t len = send(fd, bytes + total % 256, 32768 < max - total ? 32768 : max - total, MSG_NOSIGNAL);
		if (len <= 0)
			break;
		total += (size_t)len;
	}
	return total;
}

/* What fill() sends at this offset, whatever pieces the kernel took. */
static bool is_filled(ah_slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] != (uint8_t)(i * 7))
			return false;
	}
	return true;
}

/* -- Echo -- */

typedef struct echo { ah_stream *stream; bool closed; size_t peak; ah_fault why; } echo;

static size_t echo_readable(void *context, ah_stream *s, ah_slice in, bool at_end)
{
	echo *e = (echo *)context;
	size_t used = ah_stream_write(s, in);
	if (ah_stream_unsent(s) > e->peak)
		e->peak = ah_stream_unsent(s);
	if (at_end && used == in.len)
		ah_stream_finish(s);
	return used;
}

static void echo_writable(void *context, ah_stream *s) { (void)context; ah_stream_resume(s); }

static void echo_closed(void *context, ah_stream *s, const ah_fault *why)
{
	(void)s;
	((echo *)context)->closed = true;
	((echo *)context)->why = *why;
}

static const ah_stream_ops echo_ops = { .readable = echo_readable, .writable = echo_writable, .closed = echo_closed };

#define CLIENTS 200

typedef struct client { recorder rec; ah_buf sent; size_t off; uint32_t state; } client;

static echo echoes[CLIENTS];
static client clients[CLIENTS];
static size_t echo_count, clients_closed;

static void echo_accepted(void *context, ah_listener *l, int fd, const ah_address *peer, ah_gate_pass pass)
{
	ah_stream_options o = { .pass = pass };
	(void)context; (void)l; (void)peer;
	echo *e = &echoes[echo_count++];
	if (ah_stream_open(&e->stream, r, fd, &o, &echo_ops, e, NULL) != AH_OK)
		ah_test_fail(__FILE__, __LINE__, "no stream");
}

/* Pieces of random sizes until the stream is full, and the end behind the last one. */
static void client_send(client *c)
{
	while (c->off < c->sent.len) {
		size_t left = c->sent.len - c->off, len = next_random(&c->state) % 20000 + 1, taken;
		len = len < left ? len : left;
		taken = ah_stream_write(c->rec.stream, ah_slice_sub(ah_buf_slice(&c->sent), c->off, len));
		c->off += taken;
		if (taken < len)
			return;
	}
	ah_stream_finish(c->rec.stream);
}

static void client_writable(void *context, ah_stream *s) { (void)s; client_send((client *)context); }

static void client_closed(void *context, ah_stream *s, const ah_fault *why)
{
	record_closed(context, s, why);
	clients_closed++;
}

static const ah_stream_ops client_ops = { .readable = record_readable, .writable = client_writable, .closed = client_closed };

static void two_hundred_connections(const ah_address *at)
{
	ah_listener *l = NULL;
	ah_gate *gate = NULL;
	static const ah_listener_ops ops = { .accepted = echo_accepted };
	size_t before = open_descriptors();
	uint32_t state = 42;
	memset(echoes, 0, sizeof echoes);
	memset(clients, 0, sizeof clients);
	echo_count = clients_closed = 0;
	EXPECT(begin());
	EXPECT_OK(ah_gate_new(&gate, CLIENTS, CLIENTS, NULL));
	EXPECT_OK(ah_listener_open(&l, r, at, &(ah_listener_options){ .gate = gate }, &ops, NULL, NULL));
	for (size_t i = 0; i < CLIENTS; i++) {
		client *c = &clients[i];
		size_t len = next_random(&state) % (i % 10 == 0 ? 1000000 : 3000);
		*c = (client){ .rec = RECORDER, .sent = AH_BUF(len + 1), .state = state + (uint32_t)i };
		for (size_t k = 0; k < len; k++)
			EXPECT_OK(ah_buf_append_byte(&c->sent, (uint8_t)next_random(&state)));
		int fd = connect_plain(ah_listener_address(l));
		EXPECT(fd >= 0);
		EXPECT_OK(ah_stream_open(&c->rec.stream, r, fd, NULL, &client_ops, c, NULL));
		client_send(c);
		settle(r);
	}
	EXPECT(TURN_UNTIL(r, clients_closed == CLIENTS && ah_gate_count(gate) == 0));
	EXPECT(echo_count == CLIENTS);
	for (size_t i = 0; i < CLIENTS; i++) {
		EXPECT(clients[i].rec.ended && clients[i].rec.why.err == AH_OK && echoes[i].closed && echoes[i].why.err == AH_OK);
		EXPECT_BYTES(ah_buf_slice(&clients[i].rec.got), ah_buf_slice(&clients[i].sent));
		EXPECT(echoes[i].peak <= AH_NET_OUT_MAX);
		ah_buf_free(&clients[i].rec.got);
		ah_buf_free(&clients[i].sent);
	}
	ah_listener_close(l);
	end();
	ah_gate_free(gate);
	EXPECT(open_descriptors() == before);
	ah_test_count(CLIENTS);
}

static void two_hundred_connections_of_random_sizes_are_echoed(void)
{
	ah_address tcp = address_of("tcp:127.0.0.1:0"), un = socket_in_tmp("echo");
	two_hundred_connections(&tcp);
	if (!ah_test_failed())
		two_hundred_connections(&un);
}

/* -- Back-pressure -- */

static void a_peer_that_does_not_read_stops_the_sender_and_memory_stays_bounded(void)
{
	int fds[2];
	echo e = { 0 };
	EXPECT(begin() && tcp_pair(fds));
	EXPECT_OK(ah_stream_open(&e.stream, r, fds[1], &(ah_stream_options){ .in_max = 16384, .out_max = 32768 }, &echo_ops, &e, NULL));
	size_t sent = 0, idle = 0;
	while (idle < 50 && sent < 256u * 1024 * 1024) {
		size_t more = fill(fds[0], 1 << 20);
		sent += more;
		idle = more == 0 ? idle + 1 : 0;
		EXPECT_OK(ah_reactor_turn(r, 1, NULL));
		EXPECT(ah_stream_unsent(e.stream) <= 32768);
		EXPECT(ah_stream_received(e.stream) - ah_stream_sent(e.stream) <= 16384 + 32768);
	}
	EXPECT_MSG(sent < 256u * 1024 * 1024, "the kernel took everything"); /* somebody said stop */
	EXPECT(shutdown(fds[0], SHUT_WR) == 0);
	AH_AUTO(ah_buf) back = AH_BUF(300u * 1024 * 1024);
	int64_t until = ah_clock_now_ms(&ah_clock_system) + 20000;
	while (!e.closed && ah_clock_now_ms(&ah_clock_system) < until) {
		(void)drain(fds[0], &back);
		EXPECT_OK(ah_reactor_turn(r, 1, NULL));
	}
	(void)drain(fds[0], &back);
	EXPECT_MSG(back.len == sent, "%zu of %zu bytes came back", back.len, sent);
	EXPECT(e.closed && e.why.err == AH_OK);
	(void)close(fds[0]);
	end();
}

static void a_driver_that_takes_nothing_stops_the_reading_at_its_limit(void)
{
	int fds[2];
	recorder rec = RECORDER;
	rec.refuses = true;
	EXPECT(begin() && pair(fds) && record(&rec, r, fds[1], &(ah_stream_options){ .in_max = 10000 }));
	size_t sent = fill(fds[0], 100000);
	settle(r);
	EXPECT(ah_stream_received(rec.stream) == 10000 && rec.offers >= 1);
	unsigned offers = rec.offers;
	settle(r);
	EXPECT(rec.offers == offers); /* full: nobody asks again */
	rec.refuses = false;
	rec.take_max = 1000; /* still more than half is left: no reading yet */
	ah_stream_resume(rec.stream);
	settle(r);
	EXPECT(ah_stream_received(rec.stream) == 10000 && rec.got.len == 1000);
	rec.take_max = SIZE_MAX;
	ah_stream_resume(rec.stream);
	EXPECT(TURN_UNTIL(r, rec.got.len == sent));
	EXPECT(is_filled(ah_buf_slice(&rec.got)));
	(void)close(fds[0]);
	end();
	ah_buf_free(&rec.got);
}

static void nothing_is_read_or_offered_while_paused(void)
{
	int fds[2];
	recorder rec = RECORDER;
	EXPECT(begin() && pair(fds) && record(&rec, r, fds[1], NULL));
	ah_stream_pause(rec.stream);
	settle(r);
	EXPECT(fill(fds[0], 5000) == 5000);
	settle(r);
	EXPECT(rec.offers == 0 && ah_stream_received(rec.stream) == 0);
	ah_stream_resume(rec.stream);
	EXPECT(TURN_UNTIL(r, rec.got.len == 5000));
	(void)close(fds[0]);
	end();
	ah_buf_free(&rec.got);
}

static void a_peer_that_hangs_up_during_a_pause_costs_no_bytes_and_no_turns(void)
{
	int fds[2];
	recorder rec = RECORDER;
	EXPECT(begin() && pair(fds) && record(&rec, r, fds[1], NULL));
	ah_stream_pause(rec.stream);
	settle(r);
	EXPECT(fill(fds[0], 5000) == 5000 && close(fds[0]) == 0);
	settle(r);
	int64_t before = ah_clock_now_ms(&ah_clock_system);
	EXPECT_OK(ah_reactor_turn(r, 60, NULL));
	EXPECT(ah_clock_now_ms(&ah_clock_system) - before >= 50); /* it waited: the hang-up is not told again and again */
	EXPECT(!rec.closed && rec.offers == 0);
	ah_stream_resume(rec.stream);
	EXPECT(TURN_UNTIL(r, rec.ended));
	EXPECT(rec.got.len == 5000 && is_filled(ah_buf_slice(&rec.got)) && !rec.closed);
	(void)!ah_stream_write(rec.stream, AH_SLICE_LITERAL("too late"));
	EXPECT(TURN_UNTIL(r, rec.closed));
	EXPECT(rec.why.err == AH_ERR_IO && rec.closes == 1);
	end();
	ah_buf_free(&rec.got);
}

static void writable_comes_once_when_a_quarter_is_left(void)
{
	int fds[2];
	recorder rec = RECORDER;
	static const uint8_t zeros[1 << 20];
	EXPECT(begin() && pair(fds) && record(&rec, r, fds[1], &(ah_stream_options){ .out_max = 8192 }));
	size_t total = ah_stream_write(rec.stream, AH_SLICE_OF(zeros));
	EXPECT(total < sizeof zeros && ah_stream_unsent(rec.stream) == 8192 && ah_stream_room(rec.stream) == 0);
	EXPECT(ah_stream_write(rec.stream, AH_SLICE_OF(zeros)) == 0);
	settle(r);
	EXPECT(rec.writables == 0);
	AH_AUTO(ah_buf) got = AH_BUF(4 << 20);
	for (int i = 0; i < 100 && got.len < total; i++) {
		(void)drain(fds[0], &got);
		settle(r);
	}
	EXPECT(got.len == total && rec.writables == 1 && ah_stream_room(rec.stream) == 8192);
	(void)close(fds[0]);
	end();
}

/* -- Fairness, packets -- */

static void a_busy_peer_has_its_budget_and_the_others_their_turn(void)
{
	int busy[2], quiet[2];
	recorder a = RECORDER, b = RECORDER;
	EXPECT(begin() && tcp_pair(busy) && tcp_pair(quiet));
	size_t sent = fill(busy[0], 32u << 20);
	EXPECT(record(&a, r, busy[1], NULL) && record(&b, r, quiet[1], NULL));
	EXPECT(send(quiet[0], "x", 1, 0) == 1);
	size_t largest = 0;
	EXPECT_OK(ah_reactor_turn(r, 100, NULL));
	EXPECT_MSG(b.got.len == 1, "the quiet one waits for the busy one");
	largest = a.got.len;
	while (a.got.len < sent) {
		size_t before = a.got.len;
		EXPECT_OK(ah_reactor_turn(r, 1000, NULL));
		EXPECT(a.got.len != before);
		largest = a.got.len - before > largest ? a.got.len - before : largest;
	}
	EXPECT_MSG(largest <= AH_NET_TURN_BUDGET, "%zu bytes in one turn", largest);
	EXPECT_MSG(sent > 2 * AH_NET_TURN_BUDGET, "only %zu bytes: the budget was not reached", sent);
	(void)close(busy[0]);
	(void)close(quiet[0]);
	end();
	ah_buf_free(&a.got);
	ah_buf_free(&b.got);
}

static void answer_in_two(recorder *self)
{
	(void)!ah_stream_write(self->stream, AH_SLICE_LITERAL("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"));
	(void)!ah_stream_write(self->stream, AH_SLICE_LITERAL("ok"));
}

static void a_head_and_its_body_are_one_packet_and_nagle_is_off(void)
{
	int fds[2], on = 0;
	recorder rec = RECORDER;
	socklen_t len = sizeof on;
	struct tcp_info info = { 0 };
	EXPECT(begin() && tcp_pair(fds) && record(&rec, r, fds[1], NULL));
	rec.on_readable = answer_in_two;
	EXPECT(getsockopt(fds[1], IPPROTO_TCP, TCP_NODELAY, &on, &len) == 0 && on == 1);
	EXPECT(getsockopt(fds[1], SOL_SOCKET, SO_KEEPALIVE, &on, &len) == 0 && on == 1);
	EXPECT(send(fds[0], "?", 1, 0) == 1);
	AH_AUTO(ah_buf) got = AH_BUF(4096);
	for (int i = 0; i < 100 && got.len == 0; i++) {
		settle(r);
		(void)drain(fds[0], &got);
	}
	len = sizeof info;
	EXPECT(got.len == 40 && getsockopt(fds[1], IPPROTO_TCP, TCP_INFO, &info, &len) == 0);
	EXPECT_MSG(info.tcpi_data_segs_out == 1, "%u packets", info.tcpi_data_segs_out);
	(void)close(fds[0]);
	end();
	ah_buf_free(&rec.got);
}

/* -- Ends -- */

static void each_side_may_finish_first_and_the_other_goes_on(void)
{
	for (int tcp = 0; tcp < 2; tcp++) {
		int fds[2];
		recorder rec = RECORDER;
		AH_AUTO(ah_buf) got = AH_BUF(4096);
		EXPECT(begin() && (tcp ? tcp_pair(fds) : pair(fds)) && record(&rec, r, fds[1], NULL));
		EXPECT(send(fds[0], "last", 4, 0) == 4 && shutdown(fds[0], SHUT_WR) == 0); /* the peer first */
		EXPECT(TURN_UNTIL(r, rec.ended));
		EXPECT(rec.got.len == 4 && rec.ends == 1 && !rec.closed);
		EXPECT(ah_stream_write(rec.stream, AH_SLICE_LITERAL("answer")) == 6);
		ah_stream_finish(rec.stream);
		EXPECT(ah_stream_write(rec.stream, AH_SLICE_LITERAL("more")) == 0);
		EXPECT(TURN_UNTIL(r, rec.closed));
		EXPECT(rec.why.err == AH_OK && rec.closes == 1);
		EXPECT(drain(fds[0], &got) == 0 && got.len == 6);
		(void)close(fds[0]);
		ah_buf_free(&rec.got);
		rec = RECORDER;
		EXPECT((tcp ? tcp_pair(fds) : pair(fds)) && record(&rec, r, fds[1], NULL));
		ah_stream_finish(rec.stream); /* we first */
		settle(r);
		EXPECT(drain(fds[0], &got) == 0 && !rec.closed);
		EXPECT(send(fds[0], "late", 4, 0) == 4 && close(fds[0]) == 0);
		EXPECT(TURN_UNTIL(r, rec.closed));
		EXPECT(rec.got.len == 4 && rec.ends == 1 && rec.why.err == AH_OK);
		ah_buf_free(&rec.got);
		end();
	}
}

static void a_reset_is_told_as_such_and_never_as_an_end(void)
{
	int fds[2];
	recorder rec = RECORDER;
	EXPECT(begin() && tcp_pair(fds) && record(&rec, r, fds[1], NULL));
	reset_fd(fds[0]);
	EXPECT(TURN_UNTIL(r, rec.closed));
	EXPECT(!rec.ended && rec.why.err == AH_ERR_IO && strcmp(rec.why.detail, "recv: ECONNRESET") == 0);
	/* the same when a write learns of it first, which leaves the kernel saying "end" to the next read */
	rec = RECORDER;
	EXPECT(tcp_pair(fds) && record(&rec, r, fds[1], NULL));
	settle(r);
	reset_fd(fds[0]);
	static const uint8_t bytes[65536];
	(void)!ah_stream_write(rec.stream, AH_SLICE_OF(bytes)); /* large: leaves at once */
	EXPECT(TURN_UNTIL(r, rec.closed));
	EXPECT(!rec.ended && rec.why.err == AH_ERR_IO && strcmp(rec.why.detail, "send: ECONNRESET") == 0);
	/* and while nobody reads */
	rec = RECORDER;
	EXPECT(tcp_pair(fds) && record(&rec, r, fds[1], NULL));
	ah_stream_pause(rec.stream);
	settle(r);
	reset_fd(fds[0]);
	EXPECT(TURN_UNTIL(r, rec.closed));
	EXPECT(!rec.ended && rec.why.err == AH_ERR_IO && strcmp(rec.why.detail, "the connection: ECONNRESET") == 0);
	end();
}

static void abort_is_a_reset_to_the_peer_and_close_is_an_end(void)
{
	for (int aborted = 0; aborted < 2; aborted++) {
		int fds[2];
		recorder rec = RECORDER;
		AH_AUTO(ah_buf) got = AH_BUF(100);
		EXPECT(begin() && tcp_pair(fds) && record(&rec, r, fds[1], NULL));
		if (aborted)
			ah_stream_abort(rec.stream);
		else
			ah_stream_close(rec.stream);
		EXPECT(!rec.closed); /* not from within */
		EXPECT(TURN_UNTIL(r, rec.closed));
		EXPECT(rec.why.err == AH_OK);
		EXPECT(drain(fds[0], &got) == (aborted ? -ECONNRESET : 0));
		(void)close(fds[0]);
		end();
	}
}

static void a_lingering_answer_reaches_a_peer_that_is_still_sending(void)
{
	int fds[2];
	recorder rec = RECORDER;
	AH_AUTO(ah_buf) got = AH_BUF(100);
	EXPECT(begin() && tcp_pair(fds) && record(&rec, r, fds[1], NULL));
	EXPECT(fill(fds[0], 100) == 100);
	EXPECT(TURN_UNTIL(r, rec.got.len == 100));
	EXPECT(ah_stream_write(rec.stream, AH_SLICE_LITERAL("413")) == 3);
	ah_stream_linger(rec.stream, 2000);
	size_t sent = 0;
	for (int i = 0; i < 50; i++) {
		sent += fill(fds[0], 100000);
		settle(r);
	}
	EXPECT(sent > 1000000 && rec.got.len == 100 && !rec.closed); /* taken and forgotten */
	EXPECT(drain(fds[0], &got) == 0 && got.len == 3);
	moved_ms += 1999;
	settle(r);
	EXPECT(!rec.closed);
	moved_ms += 1;
	EXPECT(TURN_UNTIL(r, rec.closed));
	EXPECT(rec.why.err == AH_OK);
	(void)close(fds[0]);
	/* a peer that ends is not waited for */
	ah_buf_free(&rec.got);
	rec = RECORDER;
	EXPECT(tcp_pair(fds) && record(&rec, r, fds[1], NULL));
	ah_stream_linger(rec.stream, 2000);
	(void)close(fds[0]);
	EXPECT(TURN_UNTIL(r, rec.closed));
	end();
}

static void an_early_answer_is_read_although_the_peer_stopped_listening(void)
{
	int fds[2];
	recorder rec = RECORDER;
	static const uint8_t body[1 << 20];
	EXPECT(begin() && pair(fds) && record(&rec, r, fds[1], NULL));
	(void)!ah_stream_write(rec.stream, AH_SLICE_OF(body));
	EXPECT(send(fds[0], "413 too large", 13, 0) == 13 && shutdown(fds[0], SHUT_RD) == 0); /* no more is taken: EPIPE */
	EXPECT(TURN_UNTIL(r, rec.got.len == 13));
	(void)close(fds[0]);
	EXPECT(TURN_UNTIL(r, rec.closed));
	EXPECT(rec.why.err == AH_ERR_IO && !rec.ended && ah_buf_slice(&rec.got).len == 13);
	end();
	ah_buf_free(&rec.got);
}

static void a_peer_that_stops_taking_is_given_up(void)
{
	int fds[2];
	recorder rec = RECORDER;
	static const uint8_t bytes[4 << 20];
	EXPECT(begin() && pair(fds) && record(&rec, r, fds[1], &(ah_stream_options){ .stall_ms = 20000 }));
	moved_ms += 100000; /* nothing waits: nobody stalls */
	settle(r);
	(void)!ah_stream_write(rec.stream, AH_SLICE_OF(bytes));
	settle(r);
	moved_ms += 19999;
	settle(r);
	(void)!ah_stream_write(rec.stream, AH_SLICE_OF(bytes)); /* more to send is no sign of life */
	settle(r);
	EXPECT(!rec.closed);
	moved_ms += 1;
	settle(r);
	EXPECT(rec.closed && rec.why.err == AH_ERR_STALLED);
	(void)close(fds[0]);
	end();
}

static void a_slow_peer_is_not_given_up(void)
{
	int fds[2];
	recorder rec = RECORDER;
	static const uint8_t bytes[4 << 20];
	static uint8_t some[256 * 1024];
	EXPECT(begin() && tcp_pair(fds) && record(&rec, r, fds[1], &(ah_stream_options){ .stall_ms = 20000 }));
	for (int i = 0; i < 10; i++) {
		(void)!ah_stream_write(rec.stream, AH_SLICE_OF(bytes));
		settle(r);
	}
	for (int i = 0; i < 5; i++) { /* a little each time, just before it is too late */
		moved_ms += 20000;
		EXPECT(recv(fds[0], some, sizeof some, 0) > 0);
		settle(r);
		EXPECT(!rec.closed);
	}
	(void)close(fds[0]);
	end();
}

/* Every place at which a peer can leave an exchange of three messages, in both ways to leave. */
static void a_peer_may_leave_at_every_point(void)
{
	size_t before = open_descriptors();
	for (int point = 0; point < 40; point++) {
		for (int way = 0; way < 3; way++) {
			int fds[2];
			echo e = { 0 };
			uint8_t byte;
			EXPECT(begin() && (way == 2 ? pair(fds) : tcp_pair(fds)));
			EXPECT_OK(ah_stream_open(&e.stream, r, fds[1], &(ah_stream_options){ .in_max = 64, .out_max = 64 }, &echo_ops, &e, NULL));
			for (int i = 0; i < point; i++) {
				if (i % 3 == 0)
					(void)!send(fds[0], "0123456789", (size_t)(i % 10) + 1, MSG_NOSIGNAL);
				else if (i % 3 == 1)
					(void)!ah_reactor_turn(r, 1, NULL);
				else
					(void)!recv(fds[0], &byte, 1, 0);
			}
			if (point % 4 == 3)
				(void)shutdown(fds[0], SHUT_WR);
			if (way == 0)
				reset_fd(fds[0]);
			else
				(void)close(fds[0]);
			EXPECT_MSG(TURN_UNTIL(r, e.closed), "point %d, way %d", point, way);
			EXPECT(ah_reactor_source_count(r) == 0);
			end();
			ah_test_count(1);
		}
	}
	EXPECT(open_descriptors() == before);
}

/* -- Closing from within callbacks -- */

static void close_both(recorder *self)
{
	ah_stream_close(((recorder *)self->other)->stream);
	ah_stream_close(self->stream);
}

static void one_callback_may_close_another_stream_of_the_same_batch(void)
{
	int one[2], two[2];
	recorder a = RECORDER, b = RECORDER;
	EXPECT(begin() && pair(one) && pair(two) && record(&a, r, one[1], NULL) && record(&b, r, two[1], NULL));
	a.on_readable = b.on_readable = close_both;
	a.other = &b;
	b.other = &a;
	EXPECT(send(one[0], "x", 1, 0) == 1 && send(two[0], "x", 1, 0) == 1);
	EXPECT_OK(ah_reactor_turn(r, 100, NULL)); /* both are ready: whoever comes first, the other hears nothing */
	EXPECT(a.offers + b.offers == 1 && a.closes == 1 && b.closes == 1);
	(void)close(one[0]);
	(void)close(two[0]);
	end();
	ah_buf_free(&a.got);
	ah_buf_free(&b.got);
}

#define CROWD 60
static recorder crowd[CROWD];
static int crowd_peers[CROWD];
static uint32_t crowd_state;

/* Does something to somebody: closes, writes to, pauses, finishes, replaces. The descriptor of a stream that goes away is in use again at once. */
static void meddle(recorder *self)
{
	recorder *other = &crowd[next_random(&crowd_state) % CROWD];
	int fds[2];
	(void)self;
	switch (next_random(&crowd_state) % 6) {
	case 0:
		if (other->stream != NULL)
			ah_stream_close(other->stream);
		break;
	case 1:
		if (other->stream != NULL)
			(void)!ah_stream_write(other->stream, AH_SLICE_LITERAL("some bytes"));
		break;
	case 2:
		if (other->stream != NULL)
			ah_stream_resume(other->stream);
		break;
	case 3:
		if (other->stream != NULL)
			ah_stream_finish(other->stream);
		break;
	case 4:
		if (other->stream != NULL)
			ah_stream_abort(other->stream);
		break;
	default:
		if (other->stream == NULL && pair(fds)) {
			size_t at = (size_t)(other - crowd);
			(void)close(crowd_peers[at]);
			crowd_peers[at] = fds[0];
			other->closes = 0;
			(void)record(other, r, fds[1], NULL);
		}
		break;
	}
}

static void a_crowd_that_closes_each_other_at_random_is_told_once_each(void)
{
	size_t before = open_descriptors();
	AH_AUTO(ah_buf) sink = AH_BUF(1 << 20);
	EXPECT(begin());
	crowd_state = 99;
	for (size_t i = 0; i < CROWD; i++) {
		int fds[2];
		crowd[i] = RECORDER;
		crowd[i].on_readable = meddle;
		EXPECT(pair(fds) && record(&crowd[i], r, fds[1], NULL));
		crowd_peers[i] = fds[0];
	}
	for (int round = 0; round < 400; round++) {
		for (size_t i = 0; i < CROWD; i++) {
			(void)!send(crowd_peers[i], "x", 1, MSG_NOSIGNAL);
			(void)drain(crowd_peers[i], &sink);
			ah_buf_clear(&sink);
		}
		EXPECT_OK(ah_reactor_turn(r, 0, NULL));
		for (size_t i = 0; i < CROWD; i++)
			EXPECT(crowd[i].closes <= 1 && (crowd[i].closes == 1) == (crowd[i].stream == NULL));
	}
	end();
	for (size_t i = 0; i < CROWD; i++) {
		EXPECT(crowd[i].closes == 1);
		ah_buf_free(&crowd[i].got);
		(void)close(crowd_peers[i]);
	}
	EXPECT(open_descriptors() == before);
}

/* -- Drivers -- */

static recorder second;

static void hand_on(recorder *self)
{
	second.stream = self->stream;
	ah_stream_set_driver(self->stream, &record_ops, &second);
}

static void another_driver_gets_what_the_first_one_left_and_the_end(void)
{
	int fds[2];
	recorder rec = RECORDER;
	second = RECORDER;
	EXPECT(begin() && pair(fds) && record(&rec, r, fds[1], NULL));
	rec.on_readable = hand_on;
	rec.take_max = 3;
	EXPECT(send(fds[0], "onetwo", 6, 0) == 6 && shutdown(fds[0], SHUT_WR) == 0);
	EXPECT(TURN_UNTIL(r, second.ended));
	EXPECT_BYTES(ah_buf_slice(&rec.got), AH_SLICE_LITERAL("one"));
	EXPECT_BYTES(ah_buf_slice(&second.got), AH_SLICE_LITERAL("two"));
	EXPECT(rec.offers == 1 && second.ends == 1);
	ah_stream_close(second.stream);
	settle(r);
	EXPECT(second.closes == 1 && rec.closes == 0);
	(void)close(fds[0]);
	end();
	ah_buf_free(&rec.got);
	ah_buf_free(&second.got);
}

static void a_reactor_that_ends_closes_every_stream_with_its_last_call(void)
{
	int one[2], two[2];
	recorder a = RECORDER, b = RECORDER;
	static const uint8_t bytes[4 << 20];
	size_t before = open_descriptors();
	EXPECT(begin() && pair(one) && pair(two) && record(&a, r, one[1], NULL) && record(&b, r, two[1], NULL));
	(void)!ah_stream_write(a.stream, AH_SLICE_OF(bytes));
	ah_stream_resume(b.stream);
	end();
	EXPECT(a.closes == 1 && b.closes == 1);
	(void)close(one[0]);
	(void)close(two[0]);
	EXPECT(open_descriptors() == before);
}

static const ah_test_case cases[] = {
	AH_TEST(two_hundred_connections_of_random_sizes_are_echoed),
	AH_TEST(a_peer_that_does_not_read_stops_the_sender_and_memory_stays_bounded),
	AH_TEST(a_driver_that_takes_nothing_stops_the_reading_at_its_limit),
	AH_TEST(nothing_is_read_or_offered_while_paused),
	AH_TEST(a_peer_that_hangs_up_during_a_pause_costs_no_bytes_and_no_turns),
	AH_TEST(writable_comes_once_when_a_quarter_is_left),
	AH_TEST(a_busy_peer_has_its_budget_and_the_others_their_turn),
	AH_TEST(a_head_and_its_body_are_one_packet_and_nagle_is_off),
	AH_TEST(each_side_may_finish_first_and_the_other_goes_on),
	AH_TEST(a_reset_is_told_as_such_and_never_as_an_end),
	AH_TEST(abort_is_a_reset_to_the_peer_and_close_is_an_end),
	AH_TEST(a_lingering_answer_reaches_a_peer_that_is_still_sending),
	AH_TEST(an_early_answer_is_read_although_the_peer_stopped_listening),
	AH_TEST(a_peer_that_stops_taking_is_given_up),
	AH_TEST(a_slow_peer_is_not_given_up),
	AH_TEST(a_peer_may_leave_at_every_point),
	AH_TEST(one_callback_may_close_another_stream_of_the_same_batch),
	AH_TEST(a_crowd_that_closes_each_other_at_random_is_told_once_each),
	AH_TEST(another_driver_gets_what_the_first_one_left_and_the_end),
	AH_TEST(a_reactor_that_ends_closes_every_stream_with_its_last_call),
};

AH_TEST_MAIN(cases)
