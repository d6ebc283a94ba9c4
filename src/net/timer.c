/* See timer.h. */
#include "net/timer.h"

#include "base/memory.h"

#include <assert.h>

#define FIRST_CAP 64

void ah_timers_init(ah_timers *t, int64_t now_ms)
{
	*t = (ah_timers){ .now_ms = now_ms };
}

void ah_timers_free(ah_timers *t)
{
	assert(t->reserved == 0);
	ah_dealloc(t->heap);
	*t = (ah_timers){ 0 };
}

/* -- The heap -- */

static bool comes_before(const ah_timer *a, const ah_timer *b)
{
	return a->due_ms != b->due_ms ? a->due_ms < b->due_ms : a->order < b->order;
}

static void place(ah_timers *t, size_t position, ah_timer *timer)
{
	t->heap[position] = timer;
	timer->position = position;
}

static void move_up(ah_timers *t, size_t position, ah_timer *timer)
{
	while (position > 1 && comes_before(timer, t->heap[position / 2])) {
		place(t, position, t->heap[position / 2]);
		position /= 2;
	}
	place(t, position, timer);
}

static void move_down(ah_timers *t, size_t position, ah_timer *timer)
{
	for (size_t child; (child = 2 * position) <= t->count; position = child) {
		if (child < t->count && comes_before(t->heap[child + 1], t->heap[child]))
			child++;
		if (!comes_before(t->heap[child], timer))
			break;
		place(t, position, t->heap[child]);
	}
	place(t, position, timer);
}

/* The last one takes the free place, and goes whichever way it must. */
static void take_out(ah_timers *t, ah_timer *timer)
{
	size_t position = timer->position;
	ah_timer *last = t->heap[t->count--];
	timer->position = 0;
	if (last == timer)
		return;
	if (position > 1 && comes_before(last, t->heap[position / 2]))
		move_up(t, position, last);
	else
		move_down(t, position, last);
}

static ah_err reserve(ah_timers *t)
{
	if (t->reserved == AH_NET_TIMERS_MAX)
		return AH_ERR_LIMIT;
	if (t->reserved == t->cap) {
		size_t cap = t->cap != 0 ? 2 * t->cap : FIRST_CAP;
		/* NOLINTNEXTLINE(bugprone-sizeof-expression): a heap of pointers. */
		ah_timer **grown = (ah_timer **)ah_alloc((cap + 1) * sizeof *grown);
		if (grown == NULL)
			return AH_ERR_NOMEM;
		for (size_t i = 0; t->heap != NULL && i <= t->count; i++)
			grown[i] = t->heap[i];
		ah_dealloc(t->heap);
		t->heap = grown;
		t->cap = cap;
	}
	t->reserved++;
	return AH_OK;
}

/* -- Timers -- */

ah_err ah_timer_init(ah_timer *timer, ah_timers *t, ah_timer_fire fire, void *context)
{
	ah_err err = reserve(t);
	if (err == AH_OK)
		*timer = (ah_timer){ .timers = t, .fire = fire, .context = context };
	return err;
}

void ah_timer_free(ah_timer *timer)
{
	if (timer->timers == NULL)
		return;
	ah_timer_cancel(timer);
	assert(timer->timers->reserved != 0);
	timer->timers->reserved--;
	*timer = (ah_timer){ 0 };
}

void ah_timer_set(ah_timer *timer, int64_t due_ms)
{
	ah_timers *t = timer->timers;
	assert(t != NULL);
	ah_timer_cancel(timer);
	/* Not before "now": what was set to be due at once comes behind everything that already is. */
	timer->due_ms = due_ms > t->now_ms ? due_ms : t->now_ms;
	timer->order = t->next_order++;
	move_up(t, ++t->count, timer);
}

void ah_timer_cancel(ah_timer *timer)
{
	if (timer->position != 0)
		take_out(timer->timers, timer);
}

bool ah_timers_next(const ah_timers *t, int64_t *due_ms)
{
	if (t->count == 0)
		return false;
	*due_ms = t->heap[1]->due_ms;
	return true;
}

size_t ah_timers_run(ah_timers *t, int64_t now_ms)
{
	uint64_t set_from_here = t->next_order;
	size_t fired = 0;
	if (now_ms > t->now_ms)
		t->now_ms = now_ms;
	while (t->count != 0 && t->heap[1]->due_ms <= t->now_ms && t->heap[1]->order < set_from_here) {
		ah_timer *timer = t->heap[1];
		take_out(t, timer);
		fired++;
		timer->fire(timer->context); /* may free it */
	}
	return fired;
}
