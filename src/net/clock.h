/* Time as an interface, so that whatever waits can be tested without waiting. */
#ifndef AH_NET_CLOCK_H
#define AH_NET_CLOCK_H

#include <anchorhold/base.h>

/* By value. Milliseconds that never go back and that nobody can set: what timeouts are counted in. Zero means nothing. */
typedef struct ah_clock {
	int64_t (*now_ms)(void *context);
	void *context;
} ah_clock;

/* CLOCK_MONOTONIC of the kernel. */
extern const ah_clock ah_clock_system;

static inline int64_t ah_clock_now_ms(const ah_clock *clock) { return clock->now_ms(clock->context); }

#endif
