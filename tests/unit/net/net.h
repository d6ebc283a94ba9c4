/* What the tests of net/ share: a reactor with a clock that a test moves, sockets of the test's own, and streams that record what happens to them. */
#ifndef AH_TESTS_UNIT_NET_NET_H
#define AH_TESTS_UNIT_NET_NET_H

#include "base/fault.h"
#include "net/dialer.h"
#include "net/listener.h"
#include "net/stream.h"
#include "net/work_pool.h"
#include "support/test.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define UNUSED __attribute__((unused))

/* -- Time and turns -- */

static int64_t moved_ms = 1000;
static UNUSED int64_t moved_now(void *context) { (void)context; return moved_ms; }
static UNUSED const ah_clock moved_clock = { .now_ms = moved_now };

/* Turns until the condition holds; false after 10 s of real time. The clock of the reactor stands still meanwhile. */
#define TURN_UNTIL(r, condition) \
	__extension__({ \
		int64_t end_ = ah_clock_now_ms(&ah_clock_system) + 10000; \
		while (!(condition) && ah_clock_now_ms(&ah_clock_system) < end_) \
			if (ah_reactor_turn((r), 5, NULL) != AH_OK) \
				break; \
		(condition); \
	})

/* A few turns in which nothing more is expected. */
static UNUSED void settle(ah_reactor *r)
{
	for (int i = 0; i < 5; i++)
		(void)!ah_reactor_turn(r, 1, NULL);
}

/* -- Deterministic randomness -- */

static UNUSED uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

/* -- Descriptors -- */

static UNUSED size_t open_descriptors(void)
{
	size_t count = 0;
	DIR *dir = opendir("/proc/self/fd");
	while (dir != NULL && readdir(dir) != NULL)
		count++;
	if (dir != NULL)
		(void)closedir(dir);
	return count;
}

static UNUSED void set_nonblocking(int fd) { (void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK); }

static UNUSED bool pair(int fds[2])
{
	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) == 0;
}

static UNUSED ah_address address_of(const char *text)
{
	ah_address a = { 0 };
	if (ah_address_parse(&a, ah_slice_text(text), true, NULL) != AH_OK)
		ah_test_fail(__FILE__, __LINE__, "no address: %s", text);
	return a;
}

static UNUSED ah_address socket_in_tmp(const char *name)
{
	AH_AUTO(ah_buf) text = AH_BUF(4096);
	ah_address a = { 0 };
	if (ah_buf_printf(&text, "unix:%s/%s", ah_test_tmp(), name) != AH_OK || ah_address_parse(&a, ah_buf_slice(&text), false, NULL) != AH_OK)
		ah_test_fail(__FILE__, __LINE__, "no path for %s", name);
	return a;
}

/* A connected client of the test's own, without a reactor. -1 on failure. */
static UNUSED int connect_plain(const ah_address *to)
{
	struct sockaddr_storage sa;
	socklen_t len;
	if (ah_address_to_sockaddr(&sa, &len, to, NULL) != AH_OK)
		return -1;
	int fd = socket(sa.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&sa, len) != 0) {
		(void)close(fd);
		return -1;
	}
	if (fd >= 0)
		set_nonblocking(fd);
	return fd;
}

/* Two ends of a TCP connection over loopback. */
static UNUSED bool tcp_pair(int fds[2])
{
	struct sockaddr_storage at;
	socklen_t len = sizeof at;
	ah_address any = address_of("tcp:127.0.0.1:0");
	int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listening < 0 || ah_address_to_sockaddr(&at, &len, &any, NULL) != AH_OK || bind(listening, (struct sockaddr *)&at, len) != 0 || listen(listening, 1) != 0)
		return false;
	len = sizeof at;
	(void)getsockname(listening, (struct sockaddr *)&at, &len);
	ah_address there = ah_address_from_sockaddr(&at, len);
	fds[0] = connect_plain(&there);
	fds[1] = accept4(listening, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	(void)close(listening);
	return fds[0] >= 0 && fds[1] >= 0;
}

static UNUSED void reset_fd(int fd)
{
	const struct linger now = { .l_onoff = 1, .l_linger = 0 };
	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
	(void)close(fd);
}

/* -- A stream that records -- */

typedef struct recorder {
	ah_stream *stream;
	ah_buf got;                /* what was taken */
	size_t take_max;           /* of each offer; SIZE_MAX: all */
	bool refuses, ended, closed;
	unsigned offers, ends, writables, closes;
	ah_fault why;
	void (*on_readable)(struct recorder *self); /* before taking; may be NULL */
	void *other;
} recorder;

static UNUSED size_t record_readable(void *context, ah_stream *s, ah_slice in, bool at_end)
{
	recorder *self = (recorder *)context;
	(void)s;
	self->offers++;
	if (self->on_readable != NULL)
		self->on_readable(self);
	size_t len = self->refuses ? 0 : in.len < self->take_max ? in.len : self->take_max;
	if (len != 0 && ah_buf_append(&self->got, ah_slice_sub(in, 0, len)) != AH_OK)
		ah_test_fail(__FILE__, __LINE__, "the recorder is full");
	if (at_end && len == in.len) {
		self->ended = true;
		self->ends++;
	}
	return len;
}

static UNUSED void record_writable(void *context, ah_stream *s)
{
	(void)s;
	((recorder *)context)->writables++;
}

static UNUSED void record_closed(void *context, ah_stream *s, const ah_fault *why)
{
	recorder *self = (recorder *)context;
	(void)s;
	self->closed = true;
	self->closes++;
	self->why = *why;
	self->stream = NULL;
}

static UNUSED const ah_stream_ops record_ops = { .readable = record_readable, .writable = record_writable, .closed = record_closed };
#define RECORDER ((recorder){ .got = AH_BUF(64u * 1024 * 1024), .take_max = SIZE_MAX })

static UNUSED bool record(recorder *self, ah_reactor *r, int fd, const ah_stream_options *options)
{
	return ah_stream_open(&self->stream, r, fd, options, &record_ops, self, NULL) == AH_OK;
}

#endif
