/* See dialer.h: the direct dialer. */
#include "net/dialer.h"

#include "base/fault.h"
#include "net/socket.h"

#include <errno.h>
#include <unistd.h>

#define STEP "net.dial"

struct direct_dialer {
	ah_dialer base;
	ah_reactor *reactor;
};

struct direct_dial {
	ah_dial base;
	ah_reactor *reactor;
	ah_dial_request request;
	int fd;                    /* -1 once the stream has it */
	ah_source source;
	ah_timer deadline, retry;
	ah_fault why;              /* what was decided before anyone may be called back */
	bool is_over;
	ah_task later, grave;
};

static void free_dial(struct direct_dial *d)
{
	ah_source_remove(&d->source);
	ah_timer_free(&d->deadline);
	ah_timer_free(&d->retry);
	if (d->fd >= 0)
		(void)close(d->fd);
	ah_gate_leave(&d->request.stream.pass);
	ah_dealloc(d);
}

static void bury(ah_task *task, bool abandoned)
{
	struct direct_dial *d = (struct direct_dial *)((char *)task - offsetof(struct direct_dial, grave));
	(void)abandoned;
	if (d->later.is_queued)
		ah_reactor_at_end(d->reactor, task);
	else
		free_dial(d);
}

/* Nothing happens to it any more; the memory stays until the batch is over. */
static void end(struct direct_dial *d)
{
	d->is_over = true;
	ah_source_remove(&d->source);
	ah_timer_cancel(&d->deadline);
	ah_timer_cancel(&d->retry);
	ah_reactor_at_end(d->reactor, &d->grave);
}

static void cancel(ah_dial *self)
{
	struct direct_dial *d = (struct direct_dial *)self;
	if (!d->is_over)
		end(d);
}

static void failed(struct direct_dial *d)
{
	end(d);
	d->request.done(d->request.context, NULL, &d->why);
}

/* Between its opening and the caller's driver nothing can happen to the stream: both are in one callback. */
static size_t not_readable(void *context, ah_stream *s, ah_slice in, bool at_end) { (void)context; (void)s; (void)in; (void)at_end; return 0; }
static void not_writable(void *context, ah_stream *s) { (void)context; (void)s; }
static void not_closed(void *context, ah_stream *s, const ah_fault *why) { (void)context; (void)s; (void)why; }
static const ah_stream_ops no_driver = { .readable = not_readable, .writable = not_writable, .closed = not_closed };

static void connected(struct direct_dial *d)
{
	ah_stream *stream = NULL;
	int fd = d->fd;
	end(d);
	d->fd = -1;
	ah_err err = ah_stream_open(&stream, d->reactor, fd, &d->request.stream, &no_driver, NULL, &d->why);
	d->request.stream.pass = (ah_gate_pass){ 0 }; /* the stream has it, or gave it back */
	d->request.done(d->request.context, err == AH_OK ? stream : NULL, &d->why);
}

static void on_ready(void *context, unsigned what)
{
	struct direct_dial *d = (struct direct_dial *)context;
	(void)what;
	int error = ah_socket_error(d->fd);
	if (error == 0) {
		connected(d);
	} else {
		(void)ah_socket_fault(&d->why, AH_ERR_CONNECT, STEP, "connect", error);
		failed(d);
	}
}

static void on_abandon(void *context)
{
	struct direct_dial *d = (struct direct_dial *)context;
	(void)ah_fault_set(&d->why, AH_ERR_CONNECT, STEP, "the reactor ends");
	failed(d);
}

static const ah_source_ops source_ops = { .ready = on_ready, .abandon = on_abandon };

/* What was decided at once is told later, so that nobody is called back from within ah_dial_start(). */
static void on_later(ah_task *task, bool abandoned)
{
	struct direct_dial *d = (struct direct_dial *)((char *)task - offsetof(struct direct_dial, later));
	if (d->is_over)
		return;
	if (abandoned && d->why.err == AH_OK)
		(void)ah_fault_set(&d->why, AH_ERR_CONNECT, STEP, "the reactor ends");
	if (d->why.err == AH_OK)
		connected(d);
	else
		failed(d);
}

static void on_deadline(void *context)
{
	struct direct_dial *d = (struct direct_dial *)context;
	(void)ah_fault_set(&d->why, AH_ERR_CONNECT_TIMEOUT, STEP, "no connection in time");
	failed(d);
}

/* want 0: only to be abandoned with the reactor; a socket that is not connected has "hung up", so nothing is heard of it. */
static ah_err watch(struct direct_dial *d, unsigned want)
{
	ah_err err = AH_OK;
	if (d->source.reactor == NULL)
		err = ah_source_add(&d->source, d->reactor, d->fd, want, &source_ops, d, &d->why);
	else if (want != 0)
		err = ah_source_want(&d->source, want, &d->why);
	if (err == AH_OK && want == 0)
		ah_source_park(&d->source);
	return err;
}

static void try_connect(void *context)
{
	struct direct_dial *d = (struct direct_dial *)context;
	struct sockaddr_storage to;
	socklen_t len;
	ah_err err = ah_address_to_sockaddr(&to, &len, &d->request.to, &d->why);
	int error = err != AH_OK ? 0 : connect(d->fd, (struct sockaddr *)&to, len) == 0 ? 0 : errno;
	if (error == EINPROGRESS || error == EINTR) { /* an interrupted connect goes on by itself */
		if (watch(d, AH_WRITABLE) == AH_OK)
			return;
	} else if (error == EAGAIN && watch(d, 0) == AH_OK) {
		/* A unix socket whose backlog is full says so and forgets us; nothing tells when there is room. */
		ah_timer_set(&d->retry, ah_reactor_now_ms(d->reactor) + AH_NET_DIAL_RETRY_MS);
		return;
	} else if (error != 0) {
		(void)ah_socket_fault(&d->why, AH_ERR_CONNECT, STEP, "connect", error);
	}
	ah_reactor_later(d->reactor, &d->later);
}

static ah_err set_up(struct direct_dial *d, ah_fault *why)
{
	AH_TRY(ah_socket_open(&d->fd, &d->request.to, why));
	ah_timers *timers = ah_reactor_timers(d->reactor);
	ah_err err = ah_timer_init(&d->deadline, timers, on_deadline, d);
	if (err == AH_OK)
		err = ah_timer_init(&d->retry, timers, try_connect, d);
	return err == AH_OK ? AH_OK : ah_fault_set(why, err, STEP, "no room for another timer");
}

static ah_err start(ah_dialer *self, ah_dial **out, const ah_dial_request *request, ah_fault *why)
{
	struct direct_dialer *dialer = (struct direct_dialer *)self;
	struct direct_dial *d = (struct direct_dial *)ah_alloc(sizeof *d);
	if (d == NULL) {
		ah_gate_pass pass = request->stream.pass;
		ah_gate_leave(&pass);
		return ah_fault_set(why, AH_ERR_NOMEM, STEP, "no memory");
	}
	*d = (struct direct_dial){ .base.cancel = cancel, .reactor = dialer->reactor, .request = *request, .fd = -1 };
	d->later.run = on_later;
	d->grave.run = bury;
	ah_err err = set_up(d, why);
	if (err != AH_OK) {
		free_dial(d);
		return err;
	}
	ah_timer_set(&d->deadline, ah_reactor_now_ms(d->reactor) + (request->timeout_ms != 0 ? request->timeout_ms : AH_NET_DIAL_TIMEOUT_MS));
	try_connect(d);
	*out = &d->base;
	return AH_OK;
}

static void free_dialer(ah_dialer *self)
{
	ah_dealloc(self);
}

static const ah_dialer_ops direct_ops = { .name = "direct", .start = start, .free = free_dialer };

ah_err ah_direct_dialer_new(ah_dialer **out, ah_reactor *r, ah_fault *why)
{
	struct direct_dialer *made = (struct direct_dialer *)ah_alloc(sizeof *made);
	if (made == NULL)
		return ah_fault_set(why, AH_ERR_NOMEM, STEP, "no memory");
	*made = (struct direct_dialer){ .base.ops = &direct_ops, .reactor = r };
	*out = &made->base;
	return AH_OK;
}
