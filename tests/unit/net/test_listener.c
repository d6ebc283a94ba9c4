/* Listeners and gates: who is let in, what happens when descriptors run out, how it ends. */
#include "net.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

static ah_reactor *r;
static ah_gate *gate;
static recorder taken[64];
static size_t taken_count;
static bool closes_listener;
static unsigned listener_closed;

static void accepted(void *context, ah_listener *l, int fd, const ah_address *peer, ah_gate_pass pass)
{
	recorder *rec = &taken[taken_count++];
	(void)peer;
	(void)context;
	*rec = RECORDER;
	if (!record(rec, r, fd, &(ah_stream_options){ .pass = pass }))
		ah_test_fail(__FILE__, __LINE__, "no stream");
	if (closes_listener)
		ah_listener_close(l);
}

static void closed(void *context, ah_listener *l)
{
	(void)context;
	(void)l;
	listener_closed++;
}

static const ah_listener_ops ops = { .accepted = accepted, .closed = closed };

static bool begin(void)
{
	taken_count = 0;
	closes_listener = false;
	listener_closed = 0;
	return ah_reactor_new(&r, moved_clock, NULL) == AH_OK;
}

static size_t open_streams(void)
{
	size_t count = 0;
	for (size_t i = 0; i < taken_count; i++)
		count += taken[i].stream != NULL;
	return count;
}

static void closing_a_full_gates_connection_lets_the_next_one_in(void)
{
	ah_address at = address_of("tcp:127.0.0.1:0");
	ah_listener *l = NULL;
	int fds[4];
	EXPECT(begin());
	EXPECT_OK(ah_gate_new(&gate, 2, 2, NULL));
	EXPECT_OK(ah_listener_open(&l, r, &at, &(ah_listener_options){ .gate = gate }, &ops, NULL, NULL));
	for (size_t i = 0; i < 4; i++)
		EXPECT((fds[i] = connect_plain(ah_listener_address(l))) >= 0);
	EXPECT(TURN_UNTIL(r, taken_count == 2));
	settle(r);
	EXPECT(ah_gate_is_full(gate) && taken_count == 2 && ah_listener_count(l).pauses >= 1 && ah_listener_count(l).refused == 0);
	int64_t before = ah_clock_now_ms(&ah_clock_system); /* the clock stands still: a resting listener does not turn in a loop */
	for (int i = 0; i < 5; i++)
		EXPECT_OK(ah_reactor_turn(r, -1, NULL));
	EXPECT(ah_clock_now_ms(&ah_clock_system) - before >= 5 * AH_NET_ACCEPT_PAUSE_MS - 5);
	ah_stream_close(taken[0].stream);
	settle(r);
	EXPECT(taken_count == 2);
	moved_ms += AH_NET_ACCEPT_PAUSE_MS;
	EXPECT(TURN_UNTIL(r, taken_count == 3));
	ah_listener_close(l);
	ah_reactor_free(r);
	EXPECT(listener_closed == 1 && open_streams() == 0 && ah_gate_count(gate) == 0);
	ah_gate_free(gate);
	for (size_t i = 0; i < 4; i++)
		(void)close(fds[i]);
}

static void a_peer_with_its_share_is_reset_and_others_get_in(void)
{
	ah_address at = address_of("tcp:127.0.0.1:0");
	ah_listener *l = NULL;
	char byte;
	EXPECT(begin());
	EXPECT_OK(ah_gate_new(&gate, 10, 2, NULL));
	EXPECT_OK(ah_listener_open(&l, r, &at, &(ah_listener_options){ .gate = gate }, &ops, NULL, NULL));
	int a = connect_plain(ah_listener_address(l)), b = connect_plain(ah_listener_address(l)), c = connect_plain(ah_listener_address(l));
	EXPECT(TURN_UNTIL(r, ah_listener_count(l).refused == 1));
	EXPECT(taken_count == 2 && recv(c, &byte, 1, 0) == -1 && errno == ECONNRESET);
	/* another address of the loopback network */
	int d = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_storage sa;
	socklen_t len;
	ah_address from = address_of("tcp:127.0.0.2:0");
	EXPECT_OK(ah_address_to_sockaddr(&sa, &len, &from, NULL));
	EXPECT(bind(d, (struct sockaddr *)&sa, len) == 0);
	EXPECT_OK(ah_address_to_sockaddr(&sa, &len, ah_listener_address(l), NULL));
	EXPECT(connect(d, (struct sockaddr *)&sa, len) == 0);
	EXPECT(TURN_UNTIL(r, taken_count == 3));
	(void)close(a);
	(void)close(b);
	(void)close(c);
	(void)close(d);
	ah_reactor_free(r);
	EXPECT(listener_closed == 1); /* abandoned with its reactor */
	ah_gate_free(gate);
}

/* The table against a plain one, through many entries and leavings. */
static void a_gate_counts_every_peer_right(void)
{
	enum { PEERS = 40, PASSES = 300 };
	static ah_gate_pass passes[PASSES];
	static size_t peer_of[PASSES];
	size_t counts[PEERS] = { 0 }, total = 0;
	uint32_t state = 5;
	EXPECT_OK(ah_gate_new(&gate, 100, 7, NULL));
	memset(passes, 0, sizeof passes);
	for (int i = 0; i < 200000; i++) {
		size_t at = next_random(&state) % PASSES;
		if (passes[at].gate != NULL) {
			ah_gate_leave(&passes[at]);
			counts[peer_of[at]]--;
			total--;
		} else {
			size_t peer = next_random(&state) % PEERS;
			ah_gate_answer wanted = total == 100 ? AH_GATE_FULL : counts[peer] == 7 ? AH_GATE_PEER_FULL : AH_GATE_OPEN;
			ah_peer_key key = { peer % 2 != 0 ? AH_ADDRESS_IPV4 : AH_ADDRESS_IPV6, peer / 2 };
			EXPECT(ah_gate_enter(gate, key, &passes[at]) == wanted);
			if (wanted == AH_GATE_OPEN) {
				peer_of[at] = peer;
				counts[peer]++;
				total++;
			}
		}
		EXPECT(ah_gate_count(gate) == total);
	}
	for (size_t i = 0; i < PASSES; i++)
		ah_gate_leave(&passes[i]);
	ah_gate_free(gate);
	ah_test_count(200000);
}

/* Exit status of the child: 0, or the line that did not hold. */
#define MUST(condition) do { if (!(condition)) _exit(__LINE__ % 250 + 1); } while (0)

static void run_out_of_descriptors(void)
{
	ah_address at = address_of("tcp:127.0.0.1:0");
	ah_listener *l = NULL;
	struct rlimit limit;
	int clients[12];
	MUST(begin());
	MUST(ah_listener_open(&l, r, &at, NULL, &ops, NULL, NULL) == AH_OK);
	for (size_t i = 0; i < 12; i++)
		MUST((clients[i] = connect_plain(ah_listener_address(l))) >= 0);
	int probe = dup(0);
	(void)close(probe);
	MUST(getrlimit(RLIMIT_NOFILE, &limit) == 0);
	limit.rlim_cur = (rlim_t)probe + 4; /* four more, and no fifth */
	MUST(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	for (int i = 0; i < 20; i++)
		MUST(ah_reactor_turn(r, 1, NULL) == AH_OK);
	ah_listener_counts c = ah_listener_count(l);
	MUST(taken_count == 4 && c.accepted == 4 && c.dropped == 1 && c.pauses == 1);
	int64_t before = ah_clock_now_ms(&ah_clock_system);
	for (int i = 0; i < 5; i++)
		MUST(ah_reactor_turn(r, -1, NULL) == AH_OK);
	MUST(ah_clock_now_ms(&ah_clock_system) - before >= 5 * AH_NET_ACCEPT_PAUSE_MS - 5); /* resting, not turning */
	ah_stream_close(taken[0].stream);
	ah_stream_close(taken[1].stream);
	settle(r);
	moved_ms += AH_NET_ACCEPT_PAUSE_MS;
	for (int i = 0; i < 20; i++)
		MUST(ah_reactor_turn(r, 1, NULL) == AH_OK);
	MUST(taken_count == 6); /* two places, two more; one more dropped, with its reserve back in place */
	MUST(ah_listener_count(l).dropped == 2);
	for (size_t i = 2; i < 6; i++)
		ah_stream_close(taken[i].stream);
	settle(r);
	moved_ms += AH_NET_ACCEPT_PAUSE_MS;
	for (int i = 0; i < 20; i++)
		MUST(ah_reactor_turn(r, 1, NULL) == AH_OK);
	MUST(taken_count == 10); /* twelve clients, two of them dropped */
	ah_reactor_free(r);
	_exit(0);
}

static void without_descriptors_the_listener_rests_and_recovers(void)
{
	int status = -1;
	if (getenv("AH_VALGRIND") != NULL)
		AH_SKIP("valgrind keeps its own count of descriptors: its accept4() takes the connection and then says EMFILE");
	(void)fflush(NULL);
	pid_t child = fork();
	EXPECT(child >= 0);
	if (child == 0)
		run_out_of_descriptors();
	EXPECT(waitpid(child, &status, 0) == child && WIFEXITED(status));
	EXPECT_MSG(WEXITSTATUS(status) == 0, "line %d of the child", WEXITSTATUS(status) - 1);
}

static void a_unix_socket_is_its_owners_alone_and_goes_with_its_listener(void)
{
	ah_address at = socket_in_tmp("owner");
	ah_listener *l = NULL, *other = NULL;
	struct stat st;
	ah_fault why = { 0 };
	EXPECT(begin());
	EXPECT_OK(ah_listener_open(&l, r, &at, NULL, &ops, NULL, NULL));
	EXPECT(stat(at.text, &st) == 0 && S_ISSOCK(st.st_mode) && (st.st_mode & 0777) == 0600);
	/* in use: not taken over */
	EXPECT_ERR(ah_listener_open(&other, r, &at, NULL, &ops, NULL, &why), AH_ERR_LISTEN);
	EXPECT(strcmp(why.detail, "bind: EADDRINUSE") == 0);
	int fd = connect_plain(&at);
	EXPECT(fd >= 0 && TURN_UNTIL(r, taken_count == 2 && taken[0].ended)); /* the first one only asked whether anybody listens */
	ah_listener_close(l);
	settle(r);
	EXPECT(listener_closed == 1 && stat(at.text, &st) != 0 && taken[1].stream != NULL);
	(void)close(fd);
	ah_reactor_free(r);
}

static void a_dead_socket_is_replaced_and_anything_else_is_not(void)
{
	ah_address dead = socket_in_tmp("dead"), file = socket_in_tmp("file");
	struct sockaddr_storage sa;
	socklen_t len;
	ah_listener *l = NULL;
	struct stat st;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	EXPECT(begin());
	EXPECT_OK(ah_address_to_sockaddr(&sa, &len, &dead, NULL));
	EXPECT(bind(fd, (struct sockaddr *)&sa, len) == 0 && listen(fd, 1) == 0 && close(fd) == 0);
	EXPECT_OK(ah_listener_open(&l, r, &dead, NULL, &ops, NULL, NULL));
	/* somebody else's socket at our path is not removed with us */
	EXPECT(unlink(dead.text) == 0);
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	EXPECT(bind(fd, (struct sockaddr *)&sa, len) == 0);
	ah_listener_close(l);
	settle(r);
	EXPECT(stat(dead.text, &st) == 0 && close(fd) == 0);
	EXPECT(ah_test_write(AH_SLICE_LITERAL("data"), "%s", file.text));
	EXPECT_ERR(ah_listener_open(&l, r, &file, NULL, &ops, NULL, NULL), AH_ERR_LISTEN);
	EXPECT(stat(file.text, &st) == 0 && st.st_size == 4);
	ah_reactor_free(r);
}

static void what_cannot_be_listened_on_is_refused_with_its_error(void)
{
	ah_address name = address_of("tcp:localhost:80"), foreign = address_of("tcp:192.0.2.1:0"), any = address_of("tcp:127.0.0.1:0");
	ah_listener *l = NULL, *second = NULL;
	size_t before = open_descriptors();
	EXPECT(begin());
	EXPECT_ERR(ah_listener_open(&l, r, &name, NULL, &ops, NULL, NULL), AH_ERR_ADDRESS);
	EXPECT_ERR(ah_listener_open(&l, r, &foreign, NULL, &ops, NULL, NULL), AH_ERR_LISTEN);
	EXPECT_OK(ah_listener_open(&l, r, &any, NULL, &ops, NULL, NULL));
	EXPECT(ah_listener_address(l)->port != 0);
	ah_address same = *ah_listener_address(l);
	EXPECT_ERR(ah_listener_open(&second, r, &same, NULL, &ops, NULL, NULL), AH_ERR_LISTEN);
	ah_listener_close(l);
	settle(r);
	EXPECT_OK(ah_listener_open(&l, r, &any, &(ah_listener_options){ .reuse_port = true }, &ops, NULL, NULL));
	same = *ah_listener_address(l);
	EXPECT_OK(ah_listener_open(&second, r, &same, &(ah_listener_options){ .reuse_port = true }, &ops, NULL, NULL));
	ah_reactor_free(r);
	EXPECT(open_descriptors() == before);
}

static void a_listener_may_be_closed_by_what_it_hands_over(void)
{
	ah_address at = socket_in_tmp("closing");
	ah_listener *l = NULL;
	EXPECT(begin());
	EXPECT_OK(ah_listener_open(&l, r, &at, NULL, &ops, NULL, NULL));
	int a = connect_plain(&at), b = connect_plain(&at);
	closes_listener = true;
	EXPECT(a >= 0 && b >= 0 && TURN_UNTIL(r, listener_closed == 1));
	EXPECT(taken_count == 1);
	(void)close(a);
	(void)close(b);
	ah_reactor_free(r);
}

static unsigned emptied;
static void on_empty(ah_task *task, bool abandoned)
{
	(void)task;
	emptied += !abandoned;
}

static void draining_ends_when_the_last_connection_has_left(void)
{
	ah_address at = socket_in_tmp("drain");
	ah_listener *l = NULL;
	ah_task task = { .run = on_empty };
	emptied = 0;
	EXPECT(begin());
	EXPECT_OK(ah_gate_new(&gate, 10, 10, NULL));
	EXPECT_OK(ah_listener_open(&l, r, &at, &(ah_listener_options){ .gate = gate }, &ops, NULL, NULL));
	int a = connect_plain(&at), b = connect_plain(&at);
	EXPECT(TURN_UNTIL(r, taken_count == 2));
	ah_listener_close(l);
	ah_gate_when_empty(gate, r, &task);
	EXPECT(send(a, "still served", 12, 0) == 12);
	EXPECT(TURN_UNTIL(r, taken[0].got.len == 12));
	EXPECT(emptied == 0 && connect_plain(&at) == -1);
	ah_stream_finish(taken[0].stream);
	ah_stream_finish(taken[1].stream);
	(void)close(a);
	settle(r);
	EXPECT(emptied == 0);
	(void)close(b);
	EXPECT(TURN_UNTIL(r, emptied == 1));
	ah_gate_when_empty(gate, r, &task); /* at once */
	EXPECT(TURN_UNTIL(r, emptied == 2));
	ah_reactor_free(r);
	ah_gate_free(gate);
	ah_buf_free(&taken[0].got);
}

static const ah_test_case cases[] = {
	AH_TEST(closing_a_full_gates_connection_lets_the_next_one_in),
	AH_TEST(a_peer_with_its_share_is_reset_and_others_get_in),
	AH_TEST(a_gate_counts_every_peer_right),
	AH_TEST(without_descriptors_the_listener_rests_and_recovers),
	AH_TEST(a_unix_socket_is_its_owners_alone_and_goes_with_its_listener),
	AH_TEST(a_dead_socket_is_replaced_and_anything_else_is_not),
	AH_TEST(what_cannot_be_listened_on_is_refused_with_its_error),
	AH_TEST(a_listener_may_be_closed_by_what_it_hands_over),
	AH_TEST(draining_ends_when_the_last_connection_has_left),
};

AH_TEST_MAIN(cases)
