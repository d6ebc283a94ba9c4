/* See clock.h. */
#include "net/clock.h"

#include <time.h>

static int64_t system_now_ms(void *context)
{
	struct timespec now = { 0 };
	(void)context;
	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* fails only for clocks that do not exist */
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

const ah_clock ah_clock_system = { .now_ms = system_now_ms };
