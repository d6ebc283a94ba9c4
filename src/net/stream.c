/* See stream.h. */
#include "net/stream.h"

#include "base/buf.h"
#include "base/fault.h"
#include "net/socket.h"

#include <assert.h>
#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define STEP "net.stream"
/* So much at once is worth a system call of its own. */
#define WRITE_NOW (16 * 1024)

/* Bytes in order: put behind, taken from the front. off bytes of the buffer are gone already. */
typedef struct fifo {
	ah_buf bytes;
	size_t off;
} fifo;

struct ah_stream {
	ah_reactor *reactor;
	ah_source source;
	int fd;
	const ah_stream_ops *ops;
	void *context;
	fifo in, out;
	size_t in_max, out_max;
	int64_t stall_ms;
	int in_kernel;             /* sent and not acknowledged, when the stall timer was set */
	/* reading */
	bool is_paused, is_full;   /* full: until half of `in` is taken */
	bool has_ended, end_told;  /* the peer's FIN was read; and the driver knows and has taken everything */
	bool must_offer;
	/* writing */
	bool is_blocked;           /* the kernel took less than all: wait until it is writable */
	bool wants_writable, is_finishing, fin_sent;
	bool is_cut;               /* nothing can be sent any more; what the peer has sent is still read */
	/* ending */
	bool is_lingering, is_closing;
	ah_fault why;
	ah_timer timer;            /* stall, or the end of lingering */
	ah_task work, grave;
	ah_gate_pass pass;
	uint64_t received, sent;
};

/* -- Buffers -- */

static size_t fifo_len(const fifo *f) { return f->bytes.len - f->off; }

static ah_slice fifo_slice(const fifo *f)
{
	return ah_slice_sub(ah_buf_slice(&f->bytes), f->off, fifo_len(f));
}

static void fifo_drop(fifo *f, size_t len)
{
	assert(len <= fifo_len(f));
	f->off += len;
	if (fifo_len(f) != 0)
		return;
	f->off = 0;
	if (f->bytes.cap > AH_NET_BUFFER_KEEP)
		ah_buf_free(&f->bytes);
	else
		ah_buf_clear(&f->bytes);
}

/* What is left moves to the front once that is no more than was dropped, so that moving costs less than having received. */
static ah_err fifo_append(fifo *f, ah_slice bytes)
{
	size_t len = fifo_len(f);
	if (f->off != 0 && (f->off >= len || bytes.len > f->bytes.max - f->bytes.len)) {
		memmove(f->bytes.ptr, f->bytes.ptr + f->off, len);
		f->bytes.len = len;
		f->off = 0;
	}
	return ah_buf_append(&f->bytes, bytes);
}

/* -- Ending -- */

static void bury(ah_task *task, bool abandoned)
{
	ah_stream *s = (ah_stream *)((char *)task - offsetof(ah_stream, grave));
	(void)abandoned;
	if (s->work.is_queued) { /* for the next turn, by a stream whose work came after ours: until then */
		ah_reactor_at_end(s->reactor, task);
		return;
	}
	(void)close(s->fd);
	ah_gate_leave(&s->pass);
	s->ops->closed(s->context, s, &s->why);
	ah_timer_free(&s->timer);
	ah_buf_free(&s->in.bytes);
	ah_buf_free(&s->out.bytes);
	ah_dealloc(s);
}

void ah_stream_close(ah_stream *s)
{
	if (s->is_closing)
		return;
	s->is_closing = true;
	ah_source_remove(&s->source);
	ah_timer_cancel(&s->timer);
	ah_reactor_at_end(s->reactor, &s->grave);
}

void ah_stream_abort(ah_stream *s)
{
	const struct linger reset = { .l_onoff = 1, .l_linger = 0 };
	if (s->is_closing)
		return;
	(void)setsockopt(s->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
	ah_stream_close(s);
}

static void fail(ah_stream *s, ah_err err, const char *what, int error)
{
	if (s->is_closing)
		return;
	if (error != 0)
		(void)ah_socket_fault(&s->why, err, STEP, what, error);
	else
		(void)ah_fault_set(&s->why, err, STEP, "%s", what);
	ah_stream_close(s);
}

static void on_abandon(void *context)
{
	ah_stream_close((ah_stream *)context);
}

/* Both directions are over: what was cut is told as such. */
static void close_if_over(ah_stream *s)
{
	if (s->is_closing || !s->end_told || (!s->fin_sent && !s->is_cut))
		return;
	ah_stream_close(s);
}

/* -- What to wait for -- */

static bool reads(const ah_stream *s)
{
	return !s->is_closing && !s->has_ended && (s->is_lingering || (!s->is_paused && !s->is_full));
}

static void watch(ah_stream *s)
{
	if (s->is_closing)
		return;
	unsigned want = (reads(s) ? (unsigned)AH_READABLE : 0) | (s->is_blocked ? (unsigned)AH_WRITABLE : 0);
	ah_fault why = { 0 };
	if (ah_source_want(&s->source, want, &why) != AH_OK) {
		s->why = why;
		ah_stream_close(s);
	}
}

static void work_later(ah_stream *s)
{
	if (!s->is_closing)
		ah_reactor_later(s->reactor, &s->work);
}

/* -- Reading -- */

static void offer(ah_stream *s)
{
	if (s->is_closing || s->is_paused || s->is_lingering || s->end_told)
		return;
	ah_slice in = fifo_slice(&s->in);
	if (in.len == 0 && !s->has_ended)
		return;
	s->must_offer = false;
	size_t used = s->ops->readable(s->context, s, in, s->has_ended);
	assert(used <= in.len);
	fifo_drop(&s->in, used);
	s->is_full = fifo_len(&s->in) >= (s->is_full ? s->in_max / 2 + 1 : s->in_max);
	if (s->has_ended && !s->must_offer && fifo_len(&s->in) == 0)
		s->end_told = true;
	close_if_over(s);
}

/* New bytes. When none wait they are offered where they lie, and only what the driver leaves is copied. */
static void take(ah_stream *s, ah_slice bytes)
{
	s->received += bytes.len;
	if (s->is_lingering)
		return;
	if (fifo_len(&s->in) == 0) {
		size_t used = s->ops->readable(s->context, s, bytes, false);
		assert(used <= bytes.len);
		bytes = ah_slice_sub(bytes, used, bytes.len - used);
		if (s->is_closing || s->is_lingering || bytes.len == 0)
			return;
		if (fifo_append(&s->in, bytes) != AH_OK)
			fail(s, AH_ERR_NOMEM, "no memory for what was received", 0);
	} else if (fifo_append(&s->in, bytes) != AH_OK) {
		fail(s, AH_ERR_NOMEM, "no memory for what was received", 0);
	} else {
		offer(s);
	}
	s->is_full = fifo_len(&s->in) >= s->in_max;
}

/* Behind a broken way out the kernel says "end" also where the peer reset the connection: nobody may take that for a whole message. */
static void end_of_input(ah_stream *s)
{
	s->has_ended = true;
	if (s->is_lingering || s->is_cut)
		ah_stream_close(s);
	else
		offer(s);
}

/* Up to the budget; the reactor comes back for the rest when the others had their turn. */
static void receive(ah_stream *s)
{
	uint8_t *scratch = ah_reactor_scratch(s->reactor);
	for (size_t budget = AH_NET_TURN_BUDGET; reads(s) && budget != 0;) {
		size_t room = s->is_lingering ? AH_NET_IN_MAX : s->in_max - fifo_len(&s->in);
		room = room < AH_NET_IN_MAX ? room : AH_NET_IN_MAX;
		room = room < budget ? room : budget;
		ssize_t len = recv(s->fd, scratch, room, 0);
		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0 && errno == EAGAIN)
			return;
		if (len < 0) {
			fail(s, AH_ERR_IO, "recv", errno);
			return;
		}
		if (len == 0) {
			end_of_input(s);
			return;
		}
		take(s, ah_slice_make(scratch, (size_t)len));
		if ((size_t)len < room)
			return; /* that was all; more, or the end, is told by the next wait */
		budget -= (size_t)len;
	}
}

void ah_stream_pause(ah_stream *s)
{
	s->is_paused = true;
	if (!s->is_closing)
		work_later(s);
}

void ah_stream_resume(ah_stream *s)
{
	s->is_paused = false;
	s->must_offer = true;
	work_later(s);
}

void ah_stream_set_driver(ah_stream *s, const ah_stream_ops *ops, void *context)
{
	s->ops = ops;
	s->context = context;
	s->wants_writable = false;
	s->end_told = false;
	ah_stream_resume(s);
}

/* -- Writing -- */

static void set_stall_timer(ah_stream *s)
{
	if (s->is_lingering)
		return;
	if (s->is_blocked && s->stall_ms != 0) {
		s->in_kernel = ah_socket_unsent(s->fd);
		ah_timer_set(&s->timer, ah_reactor_now_ms(s->reactor) + s->stall_ms);
	} else {
		ah_timer_cancel(&s->timer);
	}
}

/*
 * The way out is closed. An answer that the peer sent before it stopped listening, "413 Content Too Large" say, is worth reading: so the stream goes on until
 * its input ends, unless nobody reads it. What waits is dropped.
 */
static void cut(ah_stream *s, int error)
{
	s->is_cut = true;
	s->is_blocked = false;
	s->wants_writable = false;
	fifo_drop(&s->out, fifo_len(&s->out));
	set_stall_timer(s);
	(void)ah_socket_fault(&s->why, AH_ERR_IO, STEP, "send", error);
	if (!reads(s))
		ah_stream_close(s);
}

/* Send what waits and then `more`; returns how much of `more` has left. */
static size_t send_now(ah_stream *s, ah_slice more)
{
	size_t gone = 0;
	uint64_t before = s->sent;
	bool was_blocked = s->is_blocked;
	while (!s->is_blocked && !s->is_cut && fifo_len(&s->out) + (more.len - gone) != 0) {
		ah_slice first = fifo_slice(&s->out), second = ah_slice_sub(more, gone, more.len - gone);
		/* sendmsg() does not write to what it sends; iovec is shared with calls that do. */
		struct iovec parts[2] = { { (void *)(uintptr_t)first.ptr, first.len }, { (void *)(uintptr_t)second.ptr, second.len } };
		struct msghdr message = { .msg_iov = first.len != 0 ? parts : parts + 1, .msg_iovlen = first.len != 0 && second.len != 0 ? 2 : 1 };
		ssize_t sent = sendmsg(s->fd, &message, MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0 && errno == EAGAIN) {
			s->is_blocked = true;
			break;
		}
		if (sent < 0) {
			cut(s, errno);
			break;
		}
		size_t len = (size_t)sent, of_first = len < first.len ? len : first.len;
		s->sent += len;
		fifo_drop(&s->out, of_first);
		gone += len - of_first;
		s->is_blocked = len < first.len + second.len;
	}
	if (s->sent != before || s->is_blocked != was_blocked)
		set_stall_timer(s);
	return gone;
}

static void flush(ah_stream *s)
{
	(void)send_now(s, (ah_slice){ 0 });
	if (s->is_closing || s->is_cut || s->is_blocked)
		return;
	if (s->is_finishing && !s->fin_sent) {
		s->fin_sent = true;
		(void)shutdown(s->fd, SHUT_WR); /* fails only when the peer is gone, which reading tells */
		if (s->is_lingering && s->has_ended)
			ah_stream_close(s);
		close_if_over(s);
	}
}

/* A driver that waits is told once a quarter is left: fewer, larger writes. */
static void tell_writable(ah_stream *s)
{
	if (s->is_closing || s->is_lingering || !s->wants_writable || fifo_len(&s->out) > s->out_max / 4)
		return;
	s->wants_writable = false;
	s->ops->writable(s->context, s);
}

size_t ah_stream_room(const ah_stream *s)
{
	return s->is_closing || s->is_cut || s->is_finishing ? 0 : s->out_max - fifo_len(&s->out);
}

size_t ah_stream_unsent(const ah_stream *s) { return fifo_len(&s->out); }

size_t ah_stream_write(ah_stream *s, ah_slice bytes)
{
	if (s->is_closing || s->is_cut || s->is_finishing || bytes.len == 0)
		return 0;
	size_t taken = 0;
	if (!s->is_blocked && fifo_len(&s->out) + bytes.len >= WRITE_NOW)
		taken = send_now(s, bytes);
	size_t room = ah_stream_room(s), left = bytes.len - taken, kept = left < room ? left : room;
	if (kept != 0 && fifo_append(&s->out, ah_slice_sub(bytes, taken, kept)) != AH_OK) {
		fail(s, AH_ERR_NOMEM, "no memory for what is to be sent", 0);
		return taken;
	}
	s->wants_writable = taken + kept < bytes.len && !s->is_cut;
	work_later(s); /* flush, or wait until the kernel has room */
	return taken + kept;
}

void ah_stream_finish(ah_stream *s)
{
	s->is_finishing = true;
	s->wants_writable = false;
	work_later(s);
}

void ah_stream_linger(ah_stream *s, int64_t ms)
{
	if (s->is_closing)
		return;
	ah_stream_finish(s);
	s->is_lingering = true;
	fifo_drop(&s->in, fifo_len(&s->in));
	ah_timer_set(&s->timer, ah_reactor_now_ms(s->reactor) + ms);
	if (s->is_cut || (s->fin_sent && s->has_ended))
		ah_stream_close(s);
}

/* -- What the reactor calls -- */

static void on_timer(void *context)
{
	ah_stream *s = (ah_stream *)context;
	if (s->is_lingering)
		ah_stream_close(s);
	else if (ah_socket_unsent(s->fd) < s->in_kernel)
		set_stall_timer(s); /* slow is not stalled: a large buffer of the kernel is writable again only when a third of it is free */
	else
		fail(s, AH_ERR_STALLED, "the peer takes nothing", 0);
}

/* What the callbacks of this turn have left to do. */
static void on_work(ah_task *task, bool abandoned)
{
	ah_stream *s = (ah_stream *)((char *)task - offsetof(ah_stream, work));
	if (s->is_closing || abandoned)
		return;
	if (s->must_offer)
		offer(s);
	if (!s->is_closing)
		flush(s);
	tell_writable(s);
	if (!s->is_closing && s->is_cut && !reads(s) && !s->must_offer)
		ah_stream_close(s); /* nobody reads what is left */
	watch(s);
}

static void on_ready(void *context, unsigned what)
{
	ah_stream *s = (ah_stream *)context;
	if (reads(s))
		receive(s);
	else if (what & AH_FAILED)
		fail(s, AH_ERR_IO, "the connection", ah_socket_error(s->fd));
	if (what & (AH_WRITABLE | AH_HUNG_UP | AH_FAILED) && s->is_blocked && !s->is_closing) {
		s->is_blocked = false;
		flush(s);
	}
	if (!s->is_closing)
		tell_writable(s);
	/* Hung up with nobody reading: bytes may be left, so it stays, unheard; a write or ah_stream_resume() finds out. */
	if (what & AH_HUNG_UP && !s->is_closing && !reads(s) && !s->is_blocked)
		ah_source_park(&s->source);
	else
		watch(s);
}

static const ah_source_ops source_ops = { .ready = on_ready, .abandon = on_abandon };

static ah_err set_up(ah_stream *s, ah_reactor *r, int fd, const ah_stream_options *o)
{
	ah_err err = ah_timer_init(&s->timer, ah_reactor_timers(r), on_timer, s);
	if (err == AH_OK)
		err = ah_source_add(&s->source, r, fd, AH_READABLE, &source_ops, s, NULL);
	if (err != AH_OK)
		return err;
	s->reactor = r;
	s->fd = fd;
	s->in_max = o->in_max != 0 ? o->in_max : AH_NET_IN_MAX;
	s->out_max = o->out_max != 0 ? o->out_max : AH_NET_OUT_MAX;
	s->in.bytes = AH_BUF(s->in_max);
	s->out.bytes = AH_BUF(s->out_max);
	s->stall_ms = o->stall_ms;
	s->pass = o->pass;
	s->work.run = on_work;
	s->grave.run = bury;
	return AH_OK;
}

ah_err ah_stream_open(ah_stream **out, ah_reactor *r, int fd, const ah_stream_options *options, const ah_stream_ops *ops, void *context, ah_fault *why)
{
	static const ah_stream_options defaults = { 0 };
	const ah_stream_options *o = options != NULL ? options : &defaults;
	ah_stream *s = (ah_stream *)ah_alloc(sizeof *s);
	ah_err err = s == NULL ? AH_ERR_NOMEM : set_up(s, r, fd, o);
	if (s == NULL || err != AH_OK) {
		ah_gate_pass pass = o->pass;
		if (s != NULL)
			ah_timer_free(&s->timer);
		ah_dealloc(s);
		(void)close(fd);
		ah_gate_leave(&pass);
		return ah_fault_set(why, err, STEP, "no room for another connection");
	}
	s->ops = ops;
	s->context = context;
	ah_socket_tune(fd);
	*out = s;
	return AH_OK;
}

ah_reactor *ah_stream_reactor(const ah_stream *s) { return s->reactor; }
uint64_t ah_stream_received(const ah_stream *s) { return s->received; }
uint64_t ah_stream_sent(const ah_stream *s) { return s->sent; }
