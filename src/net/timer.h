/*
 * Timers: a binary heap of due times, in milliseconds that the caller supplies.
 *
 * What can fail, fails when a timer is made: its place in the heap is reserved then, so that setting it never does. Timers that are due at the same
 * millisecond fire in the order in which they were set. One thread.
 */
#ifndef AH_NET_TIMER_H
#define AH_NET_TIMER_H

#include "base/limits.h"
#include <anchorhold/error.h>

typedef struct ah_timers ah_timers;

typedef void (*ah_timer_fire)(void *context);

/* Embedded in what it wakes. The fields are private. */
typedef struct ah_timer {
	ah_timers *timers;         /* NULL: not made */
	ah_timer_fire fire;
	void *context;
	int64_t due_ms;
	uint64_t order;
	size_t position;           /* in the heap, from 1; 0: not set */
} ah_timer;

struct ah_timers {
	ah_timer **heap;           /* heap[0] is not used: the children of i are 2i and 2i + 1 */
	size_t count, cap, reserved;
	uint64_t next_order;
	int64_t now_ms;            /* of the last ah_timers_run() */
};

/* Empty at the given time. Nothing to free until a timer is made. */
void ah_timers_init(ah_timers *t, int64_t now_ms);
/* Every timer is freed before (asserted). */
void ah_timers_free(ah_timers *t);

/* False when no timer is set. */
bool ah_timers_next(const ah_timers *t, int64_t *due_ms);

/*
 * Fires what is due at now_ms, each once; returns how many did. A timer that is set by one of them waits for the next run, whatever its time: a timer that
 * sets itself for "now" cannot keep the caller here. Timers may be set, cancelled and freed while others fire, the firing one included.
 */
size_t ah_timers_run(ah_timers *t, int64_t now_ms);

/* errors: AH_ERR_NOMEM, AH_ERR_LIMIT beyond AH_NET_TIMERS_MAX. */
AH_MUST_USE ah_err ah_timer_init(ah_timer *timer, ah_timers *t, ah_timer_fire fire, void *context);
/* Cancels it and gives its place back. A zeroed timer is allowed. */
void ah_timer_free(ah_timer *timer);
/* Fires once, when the time is due_ms; a time that has passed is the next run. A timer that is set is set anew. */
void ah_timer_set(ah_timer *timer, int64_t due_ms);
/* Does nothing when it is not set. */
void ah_timer_cancel(ah_timer *timer);
static inline bool ah_timer_is_set(const ah_timer *timer) { return timer->position != 0; }

#endif
