/* Everything of net/ that allocates, with the n-th allocation failing: OutOfMemory or a closed stream, no leak, no descriptor left, no call too many. */
#include "net.h"

#include "support/alloc_fail.h"

static ah_reactor *r;
static recorder server, client;
static unsigned dones;
static ah_fault told;

static void accepted(void *context, ah_listener *l, int fd, const ah_address *peer, ah_gate_pass pass)
{
	(void)context; (void)l; (void)peer;
	(void)record(&server, r, fd, &(ah_stream_options){ .pass = pass });
}

static const ah_listener_ops listener_ops = { .accepted = accepted };

static void done(void *context, ah_stream *stream, const ah_fault *why)
{
	(void)context;
	dones++;
	told = *why;
	if (stream == NULL)
		return;
	client.stream = stream;
	ah_stream_set_driver(stream, &record_ops, &client);
}

static void run(void *context) { (void)context; }
static void ended(void *context) { ++*(unsigned *)context; }
static const ah_work_ops work_ops = { .run = run, .done = ended, .dropped = ended };

/* What the recorders keep is the test's own and does not count: they take nothing, or drop what they took. */
static void forget(recorder *rec) { ah_buf_free(&rec->got); }

/* A dial, 100 KiB into a server that takes nothing, the answer, a job of the pool. The first error that is not AH_OK, else AH_OK. */
static ah_err scenario(bool through_proxy)
{
	ah_gate *gate = NULL;
	ah_listener *l = NULL;
	ah_dialer *direct = NULL, *socks = NULL;
	ah_dial *d = NULL;
	ah_work *work = NULL;
	static const uint8_t bytes[600 * 1024];
	unsigned works = 0, jobs = 0;
	ah_address at = address_of("tcp:127.0.0.1:0"), name = address_of("tcp:relay.example:1");
	ah_work_pool *pool = NULL;
	server = client = RECORDER;
	server.refuses = client.refuses = true;
	dones = 0;
	told = (ah_fault){ 0 };
	ah_err err = ah_reactor_new(&r, moved_clock, NULL);
	if (err != AH_OK)
		return err;
	if (err == AH_OK)
		err = ah_gate_new(&gate, 10, 10, NULL);
	if (err == AH_OK)
		err = ah_listener_open(&l, r, &at, &(ah_listener_options){ .gate = gate }, &listener_ops, NULL, NULL);
	if (err == AH_OK)
		err = ah_direct_dialer_new(&direct, r, NULL);
	if (err == AH_OK)
		err = ah_socks5_dialer_new(&socks, r, direct, ah_listener_address(l), NULL);
	ah_dial_request request = { .to = through_proxy ? name : l != NULL ? *ah_listener_address(l) : at, .done = done };
	if (err == AH_OK)
		err = ah_dial_start(through_proxy ? socks : direct, &d, &request, NULL);
	for (int i = 0; err == AH_OK && i < 10; i++) {
		(void)!ah_reactor_turn(r, 1, NULL);
		if (i == 3 && server.stream != NULL && through_proxy) /* both answers at once: they come in any pieces */
			(void)!ah_stream_write(server.stream, AH_SLICE_LITERAL("\x05\x00\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x01 and more"));
		if (i == 6 && client.stream != NULL)
			(void)!ah_stream_write(client.stream, AH_SLICE_OF(bytes));
		if (i == 6 && server.stream != NULL)
			(void)!ah_stream_write(server.stream, AH_SLICE_LITERAL("answer"));
	}
	if (err == AH_OK)
		err = ah_work_pool_new(&pool, 1, 1, NULL);
	if (err == AH_OK) {
		err = ah_work_submit(pool, &work, r, &work_ops, &works, NULL);
		jobs = err == AH_OK;
	}
	ah_work_pool_free(pool);
	if (err == AH_OK && dones == 1 && told.err != AH_OK)
		err = told.err;
	if (err == AH_OK && (server.why.err != AH_OK || client.why.err != AH_OK))
		err = server.why.err != AH_OK ? server.why.err : client.why.err;
	ah_reactor_free(r);
	ah_dialer_free(socks);
	ah_dialer_free(direct);
	ah_gate_free(gate);
	forget(&server);
	forget(&client);
	if (works != jobs)
		ah_test_fail(__FILE__, __LINE__, "a job ended %u times", works);
	if (d != NULL && dones != 1)
		ah_test_fail(__FILE__, __LINE__, "a dial ended %u times", dones);
	return err;
}

static void sweep(bool through_proxy)
{
	size_t before = open_descriptors(), live = ah_test_alloc_live(), n = 1;
	ah_test_alloc_fail_at(0, false);
	EXPECT_OK(scenario(through_proxy));
	for (;; n++) {
		ah_test_alloc_fail_at(n, false);
		ah_err err = scenario(through_proxy);
		bool failed = ah_test_alloc_failed();
		ah_test_alloc_fail_at(0, false);
		EXPECT_MSG(ah_test_alloc_live() == live && open_descriptors() == before, "allocation %zu: something is left", n);
		if (ah_test_failed())
			return;
		if (!failed)
			break;
		/* A connection that the server could not take is closed, which the dialler sees as a proxy that says nothing, or not at all. */
		EXPECT_MSG(err == AH_ERR_NOMEM || err == AH_ERR_SOCKS || err == AH_ERR_IO || err == AH_OK, "allocation %zu: %s", n, ah_err_name(err));
		ah_test_count(1);
	}
	EXPECT(n > 15);
}

static void a_connection_survives_or_reports_every_failed_allocation(void) { sweep(false); }
static void a_proxied_connection_survives_or_reports_every_failed_allocation(void) { sweep(true); }

static const ah_test_case cases[] = {
	AH_TEST(a_connection_survives_or_reports_every_failed_allocation),
	AH_TEST(a_proxied_connection_survives_or_reports_every_failed_allocation),
};

AH_TEST_MAIN(cases)
