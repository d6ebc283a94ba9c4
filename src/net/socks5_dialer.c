/* See dialer.h: the dialer through a SOCKS5 proxy. It drives the stream to the proxy until the proxy says "connected", then hands it on. */
#include "net/dialer.h"
#include "net/socks5_client.h"

#include "base/fault.h"

#define STEP "net.socks5"
/* Our two messages: 3 bytes, and 7 with the name. */
#define SEND_MAX (10 + AH_NET_NAME_MAX)

struct socks5_dialer {
	ah_dialer base;
	ah_reactor *reactor;
	ah_dialer *below;
	ah_address proxy;
};

struct socks5_dial {
	ah_dial base;
	ah_dial_request request;
	ah_reactor *reactor;
	ah_dial *below;            /* until the proxy is reached, NULL then */
	ah_stream *stream;         /* from then on, until it is handed over or closed */
	ah_socks5_client client;
	ah_timer deadline;
	bool is_over;
	ah_task grave;
};

static void free_dial(struct socks5_dial *d)
{
	ah_timer_free(&d->deadline);
	ah_dealloc(d);
}

static void bury(ah_task *task, bool abandoned)
{
	(void)abandoned;
	free_dial((struct socks5_dial *)((char *)task - offsetof(struct socks5_dial, grave)));
}

static size_t not_readable(void *context, ah_stream *s, ah_slice in, bool at_end) { (void)context; (void)s; (void)in; (void)at_end; return 0; }
static void not_writable(void *context, ah_stream *s) { (void)context; (void)s; }
static void not_closed(void *context, ah_stream *s, const ah_fault *why) { (void)context; (void)s; (void)why; }
static const ah_stream_ops no_driver = { .readable = not_readable, .writable = not_writable, .closed = not_closed };

/* What is under way below ends; the stream outlives the dial by a moment, without a driver. */
static void let_go(struct socks5_dial *d)
{
	if (d->below != NULL)
		ah_dial_cancel(d->below);
	d->below = NULL;
	if (d->stream == NULL)
		return;
	ah_stream_set_driver(d->stream, &no_driver, NULL);
	ah_stream_close(d->stream);
	d->stream = NULL;
}

/* After this the dial is nobody's; its memory stays until the batch is over. */
static void end(struct socks5_dial *d)
{
	d->is_over = true;
	ah_timer_cancel(&d->deadline);
	ah_reactor_at_end(d->reactor, &d->grave);
}

static void failed(struct socks5_dial *d, const ah_fault *why)
{
	ah_fault copy = *why;
	let_go(d);
	end(d);
	d->request.done(d->request.context, NULL, &copy);
}

static void cancel(ah_dial *self)
{
	struct socks5_dial *d = (struct socks5_dial *)self;
	if (d->is_over)
		return;
	let_go(d);
	end(d);
}

static void on_deadline(void *context)
{
	struct socks5_dial *d = (struct socks5_dial *)context;
	ah_fault why = { 0 };
	(void)ah_fault_set(&why, AH_ERR_CONNECT_TIMEOUT, STEP, "no connection through the proxy in time");
	failed(d, &why);
}

/* Two small messages always fit into a stream's buffer. */
static ah_err step(struct socks5_dial *d, size_t *used, bool *open, ah_slice in, ah_fault *why)
{
	AH_AUTO(ah_buf) out = AH_BUF(SEND_MAX);
	AH_TRY(ah_socks5_client_step(&d->client, used, &out, open, in, why));
	return ah_stream_write(d->stream, ah_buf_slice(&out)) == out.len ? AH_OK : ah_fault_set(why, AH_ERR_IO, STEP, "cannot write to the proxy");
}

static size_t on_readable(void *context, ah_stream *s, ah_slice in, bool at_end)
{
	struct socks5_dial *d = (struct socks5_dial *)context;
	ah_fault why = { 0 };
	bool open = false;
	size_t used = 0;
	ah_err err = step(d, &used, &open, in, &why);
	if (err == AH_OK && !open && at_end)
		err = ah_fault_set(&why, AH_ERR_SOCKS, STEP, "the proxy closed before it had answered");
	if (err != AH_OK) {
		(void)ah_fault_set(&why, err, STEP, "no memory");
		failed(d, &why);
		return in.len;
	}
	if (open) {
		d->stream = NULL;
		ah_stream_set_driver(s, &no_driver, NULL); /* whoever dialled sets its own; what is not taken here is offered to that */
		end(d);
		d->request.done(d->request.context, s, &why);
	}
	return used;
}

static void on_closed(void *context, ah_stream *s, const ah_fault *why)
{
	struct socks5_dial *d = (struct socks5_dial *)context;
	ah_fault told = { 0 };
	(void)s;
	d->stream = NULL;
	(void)ah_fault_set(&told, AH_ERR_SOCKS, STEP, "the proxy broke the connection: %s", why->detail);
	failed(d, &told);
}

static const ah_stream_ops proxy_ops = { .readable = on_readable, .writable = not_writable, .closed = on_closed };

static void on_reached(void *context, ah_stream *stream, const ah_fault *why)
{
	struct socks5_dial *d = (struct socks5_dial *)context;
	ah_fault told = { 0 };
	size_t used = 0;
	bool open = false;
	d->below = NULL;
	if (stream == NULL) {
		failed(d, why);
		return;
	}
	d->stream = stream;
	ah_stream_set_driver(stream, &proxy_ops, d);
	if (step(d, &used, &open, (ah_slice){ 0 }, &told) != AH_OK) {
		(void)ah_fault_set(&told, AH_ERR_NOMEM, STEP, "no memory");
		failed(d, &told);
	}
}

/* -- The dialer -- */

static ah_err set_up(struct socks5_dial *d, ah_fault *why)
{
	AH_TRY(ah_socks5_client_init(&d->client, &d->request.to, why));
	ah_err err = ah_timer_init(&d->deadline, ah_reactor_timers(d->reactor), on_deadline, d);
	return err == AH_OK ? AH_OK : ah_fault_set(why, err, STEP, "no room for another timer");
}

static ah_err start(ah_dialer *self, ah_dial **out, const ah_dial_request *request, ah_fault *why)
{
	struct socks5_dialer *dialer = (struct socks5_dialer *)self;
	ah_gate_pass pass = request->stream.pass;
	struct socks5_dial *d = (struct socks5_dial *)ah_alloc(sizeof *d);
	if (d == NULL) {
		ah_gate_leave(&pass);
		return ah_fault_set(why, AH_ERR_NOMEM, STEP, "no memory");
	}
	*d = (struct socks5_dial){ .base.cancel = cancel, .request = *request, .reactor = dialer->reactor };
	d->grave.run = bury;
	int64_t timeout_ms = request->timeout_ms != 0 ? request->timeout_ms : AH_NET_DIAL_TIMEOUT_MS;
	ah_dial_request below = { .to = dialer->proxy, .timeout_ms = timeout_ms, .stream = request->stream, .done = on_reached, .context = d };
	ah_err err = set_up(d, why);
	if (err != AH_OK)
		ah_gate_leave(&pass);
	else
		err = ah_dial_start(dialer->below, &d->below, &below, why); /* takes the pass */
	if (err != AH_OK) {
		free_dial(d);
		return err;
	}
	ah_timer_set(&d->deadline, ah_reactor_now_ms(d->reactor) + timeout_ms);
	*out = &d->base;
	return AH_OK;
}

static void free_dialer(ah_dialer *self)
{
	ah_dealloc(self);
}

static const ah_dialer_ops socks5_ops = { .name = "socks5", .start = start, .free = free_dialer };

ah_err ah_socks5_dialer_new(ah_dialer **out, ah_reactor *r, ah_dialer *below, const ah_address *proxy, ah_fault *why)
{
	struct socks5_dialer *made = (struct socks5_dialer *)ah_alloc(sizeof *made);
	if (made == NULL)
		return ah_fault_set(why, AH_ERR_NOMEM, STEP, "no memory");
	*made = (struct socks5_dialer){ .base.ops = &socks5_ops, .reactor = r, .below = below, .proxy = *proxy };
	*out = &made->base;
	return AH_OK;
}
