/* See listener.h. */
#include "net/listener.h"

#include "base/fault.h"
#include "base/memory.h"
#include "net/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define STEP      "net.listen"
#define UNIX_MODE 0600

struct ah_listener {
	ah_reactor *reactor;
	ah_source source;
	int fd, reserve_fd;
	ah_address address;
	dev_t path_dev;            /* of a unix socket: what we bound, which we may remove */
	ino_t path_ino;
	bool path_is_ours, is_closing;
	const ah_listener_ops *ops;
	void *context;
	ah_gate *gate;
	ah_timer rest;
	ah_task grave;
	ah_listener_counts counts;
};

/* -- Ending -- */

static void remove_path(const ah_listener *l)
{
	struct stat st;
	if (l->path_is_ours && lstat(l->address.text, &st) == 0 && st.st_dev == l->path_dev && st.st_ino == l->path_ino)
		(void)unlink(l->address.text);
}

static void dispose(ah_listener *l)
{
	ah_source_remove(&l->source);
	ah_timer_free(&l->rest);
	remove_path(l);
	if (l->fd >= 0)
		(void)close(l->fd);
	if (l->reserve_fd >= 0)
		(void)close(l->reserve_fd);
}

static void bury(ah_task *task, bool abandoned)
{
	ah_listener *l = (ah_listener *)((char *)task - offsetof(ah_listener, grave));
	(void)abandoned;
	dispose(l);
	if (l->ops->closed != NULL)
		l->ops->closed(l->context, l);
	ah_dealloc(l);
}

void ah_listener_close(ah_listener *l)
{
	if (l->is_closing)
		return;
	l->is_closing = true;
	ah_source_remove(&l->source);
	ah_timer_cancel(&l->rest);
	ah_reactor_at_end(l->reactor, &l->grave);
}

static void on_abandon(void *context)
{
	ah_listener_close((ah_listener *)context);
}

/* -- Accepting -- */

static void rest(ah_listener *l)
{
	if (l->is_closing)
		return;
	l->counts.pauses++;
	ah_source_park(&l->source);
	ah_timer_set(&l->rest, ah_reactor_now_ms(l->reactor) + AH_NET_ACCEPT_PAUSE_MS);
}

static void on_rested(void *context)
{
	ah_listener *l = (ah_listener *)context;
	if (ah_source_want(&l->source, AH_READABLE, NULL) != AH_OK)
		rest(l); /* the kernel has no memory for it: later */
}

/* A copy of any descriptor will do; it needs no path, which a sandbox may not have. */
static int open_reserve(int fd)
{
	return fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

static void drop_one(ah_listener *l)
{
	if (l->reserve_fd < 0)
		return;
	(void)close(l->reserve_fd);
	int fd = accept4(l->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd >= 0) {
		(void)close(fd);
		l->counts.dropped++;
	}
	l->reserve_fd = open_reserve(l->fd);
}

static void reset(int fd)
{
	const struct linger now = { .l_onoff = 1, .l_linger = 0 };
	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
	(void)close(fd);
}

static void hand_over(ah_listener *l, int fd, const struct sockaddr_storage *from, socklen_t len)
{
	ah_address peer = ah_address_from_sockaddr(from, len);
	ah_gate_pass pass = { 0 };
	ah_gate_answer answer = l->gate != NULL ? ah_gate_enter(l->gate, ah_address_peer_key(&peer), &pass) : AH_GATE_OPEN;
	if (answer == AH_GATE_OPEN) {
		l->counts.accepted++;
		l->ops->accepted(l->context, l, fd, &peer, pass);
		return;
	}
	/* FULL only when another thread took the last place since we looked. */
	l->counts.refused++;
	reset(fd);
}

/* False: nothing more for now. */
static bool accept_one(ah_listener *l)
{
	struct sockaddr_storage from;
	socklen_t len = sizeof from;
	memset(&from, 0, sizeof from);
	if (l->gate != NULL && ah_gate_is_full(l->gate)) {
		rest(l);
		return false;
	}
	int fd = accept4(l->fd, (struct sockaddr *)&from, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd >= 0) {
		hand_over(l, fd, &from, len);
		return true;
	}
	switch (errno) {
	case EAGAIN:
		return false;
	case EMFILE:
	case ENFILE:
		drop_one(l);
		rest(l);
		return false;
	case EINTR:
	case ECONNABORTED:
	case EPROTO:
	case EPERM: /* a firewall rule */
	case ENETDOWN:
	case ENOPROTOOPT:
	case EHOSTDOWN:
	case ENONET:
	case EHOSTUNREACH:
	case EOPNOTSUPP:
	case ENETUNREACH:
		return true; /* accept(2): errors of the one connection that was to be taken; the next may be well */
	default:
		rest(l); /* no memory, or what nobody foresaw: in any case not at once again */
		return false;
	}
}

static void on_ready(void *context, unsigned what)
{
	ah_listener *l = (ah_listener *)context;
	(void)what;
	for (unsigned i = 0; i < AH_NET_ACCEPTS_MAX && !l->is_closing; i++) {
		if (!accept_one(l))
			return;
	}
}

static const ah_source_ops source_ops = { .ready = on_ready, .abandon = on_abandon };

/* -- Opening -- */

/* A socket that a program left behind when it died refuses connections. Whoever replaces one that is in use would take its clients. */
static void remove_stale(const ah_address *address)
{
	struct sockaddr_storage to;
	socklen_t len;
	struct stat st;
	int fd;
	if (lstat(address->text, &st) != 0 || !S_ISSOCK(st.st_mode) || ah_address_to_sockaddr(&to, &len, address, NULL) != AH_OK ||
	    ah_socket_open(&fd, address, NULL) != AH_OK)
		return;
	if (connect(fd, (struct sockaddr *)&to, len) != 0 && errno == ECONNREFUSED)
		(void)unlink(address->text);
	(void)close(fd);
}

static void set_flag(int fd, int level, int name)
{
	const int one = 1;
	(void)setsockopt(fd, level, name, &one, sizeof one); /* what it is for fails by itself: bind() */
}

static ah_err bind_and_listen(ah_listener *l, const ah_listener_options *o, ah_fault *why)
{
	struct sockaddr_storage at;
	socklen_t len;
	struct stat st;
	AH_TRY(ah_address_to_sockaddr(&at, &len, &l->address, why));
	if (l->address.kind == AH_ADDRESS_UNIX) {
		remove_stale(&l->address);
		/* On Linux bind() gives the file the mode of the socket, less the umask: there is no moment in which others may connect. */
		if (fchmod(l->fd, (mode_t)(o->unix_mode != 0 ? o->unix_mode : UNIX_MODE)) != 0)
			return ah_socket_fault(why, AH_ERR_LISTEN, STEP, "fchmod", errno);
	} else if (l->address.kind != AH_ADDRESS_VSOCK) {
		set_flag(l->fd, SOL_SOCKET, SO_REUSEADDR);
		if (o->reuse_port)
			set_flag(l->fd, SOL_SOCKET, SO_REUSEPORT);
		if (l->address.kind == AH_ADDRESS_IPV6)
			set_flag(l->fd, IPPROTO_IPV6, IPV6_V6ONLY);
	}
	if (bind(l->fd, (struct sockaddr *)&at, len) != 0)
		return ah_socket_fault(why, AH_ERR_LISTEN, STEP, "bind", errno);
	if (l->address.kind == AH_ADDRESS_UNIX && lstat(l->address.text, &st) == 0) {
		l->path_is_ours = true;
		l->path_dev = st.st_dev;
		l->path_ino = st.st_ino;
	}
	if (listen(l->fd, o->backlog != 0 ? o->backlog : AH_NET_BACKLOG) != 0)
		return ah_socket_fault(why, AH_ERR_LISTEN, STEP, "listen", errno);
	len = sizeof at;
	if (l->address.kind != AH_ADDRESS_UNIX && getsockname(l->fd, (struct sockaddr *)&at, &len) == 0)
		l->address = ah_address_from_sockaddr(&at, len);
	return AH_OK;
}

static ah_err set_up(ah_listener *l, const ah_listener_options *o, ah_fault *why)
{
	AH_TRY(ah_socket_open(&l->fd, &l->address, why));
	AH_TRY(bind_and_listen(l, o, why));
	l->reserve_fd = open_reserve(l->fd);
	if (l->reserve_fd < 0)
		return ah_socket_fault(why, AH_ERR_IO, STEP, "fcntl", errno);
	ah_err err = ah_timer_init(&l->rest, ah_reactor_timers(l->reactor), on_rested, l);
	if (err != AH_OK)
		return ah_fault_set(why, err, STEP, "no room for another timer");
	return ah_source_add(&l->source, l->reactor, l->fd, AH_READABLE, &source_ops, l, why);
}

ah_err ah_listener_open(ah_listener **out, ah_reactor *r, const ah_address *address, const ah_listener_options *options, const ah_listener_ops *ops,
	void *context, ah_fault *why)
{
	static const ah_listener_options defaults = { 0 };
	const ah_listener_options *o = options != NULL ? options : &defaults;
	ah_listener *l = (ah_listener *)ah_alloc(sizeof *l);
	if (l == NULL)
		return ah_fault_set(why, AH_ERR_NOMEM, STEP, "no memory");
	*l = (ah_listener){ .reactor = r, .fd = -1, .reserve_fd = -1, .address = *address, .ops = ops, .context = context, .gate = o->gate };
	l->grave.run = bury;
	ah_err err = set_up(l, o, why);
	if (err != AH_OK) {
		dispose(l);
		ah_dealloc(l);
		return err;
	}
	*out = l;
	return AH_OK;
}

const ah_address *ah_listener_address(const ah_listener *l) { return &l->address; }
ah_listener_counts ah_listener_count(const ah_listener *l) { return l->counts; }
