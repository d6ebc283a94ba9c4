/*
 * The reactor: one epoll loop for one thread, and everything on that thread that waits.
 *
 *   turn:  wait -> events -> posted tasks -> timers -> work that those left (flushing, offering) -> closing and freeing
 *
 * What is closed while a batch of events is handled keeps its memory and its file descriptor until the batch is over, so that no later event of the batch
 * finds another connection under the same number; and each event carries a generation, so that an event for what is gone finds nothing.
 *
 * One thread uses a reactor: only ah_reactor_post() and ah_reactor_stop() may be called from others. Nothing that runs on it may block.
 */
#ifndef AH_NET_REACTOR_H
#define AH_NET_REACTOR_H

#include "net/clock.h"
#include "net/timer.h"

typedef struct ah_reactor ah_reactor;

/* The clock is copied. errors: AH_ERR_NOMEM, AH_ERR_IO when the kernel gives no epoll or eventfd. */
AH_MUST_USE ah_err ah_reactor_new(ah_reactor **out, ah_clock clock, ah_fault *why);

/*
 * Abandons what is left: streams, listeners and dials are closed, with their last call; posted tasks run as abandoned. Work pools, and threads that post,
 * have ended before. NULL is allowed.
 */
void ah_reactor_free(ah_reactor *r);

/*
 * One turn. Waits at most max_wait_ms (-1: until something happens; 0: not at all), less when a timer is due. A turn that a signal interrupts is an empty one.
 * With a clock that stands still the wait is real all the same: tests give 0 and move their clock to ah_reactor_next_ms().
 * errors: AH_ERR_INTERNAL when epoll refuses.
 */
AH_MUST_USE ah_err ah_reactor_turn(ah_reactor *r, int64_t max_wait_ms, ah_fault *why);

/* Turns until ah_reactor_stop(). */
AH_MUST_USE ah_err ah_reactor_run(ah_reactor *r, ah_fault *why);
/* From any thread: the run ends after its present turn. Before ah_reactor_run(): that one ends before its first. */
void ah_reactor_stop(ah_reactor *r);

/* The time of the present turn: one clock call for all that happens in it. */
int64_t ah_reactor_now_ms(const ah_reactor *r);
/* When the next timer is due; now, when work is left; -1 for never. */
int64_t ah_reactor_next_ms(const ah_reactor *r);
ah_timers *ah_reactor_timers(ah_reactor *r);

/* -- Tasks -- */

/* Embedded in what it is for; that stays where it is until the task has run. Never queued twice at a time: queueing what is queued does nothing. */
typedef struct ah_task {
	struct ah_task *next;
	bool is_queued;
	void (*run)(struct ah_task *self, bool abandoned); /* abandoned: by ah_reactor_free(), the last chance to give back what it holds */
} ah_task;

/* From any thread: runs on the reactor's. Each task is posted by one thread at a time. */
void ah_reactor_post(ah_reactor *r, ah_task *task);
/* In this turn when its time for work has not come, else in the next. */
void ah_reactor_later(ah_reactor *r, ah_task *task);
/* At the end of the batch, after everything else: for freeing. */
void ah_reactor_at_end(ah_reactor *r, ah_task *task);

/* -- File descriptors -- */

/* What to wait for, and what happened. The last two come unasked. */
enum { AH_READABLE = 1, AH_WRITABLE = 2, AH_FAILED = 4, AH_HUNG_UP = 8 };

typedef struct ah_source_ops {
	void (*ready)(void *context, unsigned what);
	void (*abandon)(void *context); /* the reactor ends: close, removing the source */
} ah_source_ops;

/* Embedded in what owns the descriptor. The fields are private. */
typedef struct ah_source {
	ah_reactor *reactor;       /* NULL: not in a reactor */
	int fd;
	uint32_t slot;
	unsigned wanted;
	bool is_parked;
	const ah_source_ops *ops;
	void *context;
} ah_source;

/* Level-triggered. fd stays the caller's. errors: AH_ERR_NOMEM, AH_ERR_LIMIT (AH_NET_SOURCES_MAX, or epoll's own), AH_ERR_IO when the reactor ends. */
AH_MUST_USE ah_err ah_source_add(ah_source *s, ah_reactor *r, int fd, unsigned want, const ah_source_ops *ops, void *context, ah_fault *why);
/* Costs a system call only when something changes. errors: AH_ERR_NOMEM, AH_ERR_LIMIT, both only after parking. */
AH_MUST_USE ah_err ah_source_want(ah_source *s, unsigned want, ah_fault *why);
/* Hear nothing, not even that the peer is gone, until something is wanted. Else a hung-up descriptor that nobody reads would keep the loop busy. */
void ah_source_park(ah_source *s);
/* No call after this. Before the descriptor is closed. A zeroed or removed source is allowed. */
void ah_source_remove(ah_source *s);
size_t ah_reactor_source_count(const ah_reactor *r);

/* For reading: AH_NET_IN_MAX bytes that belong to whoever runs, until it calls another. */
uint8_t *ah_reactor_scratch(ah_reactor *r);

#endif
