/* Timers against an oracle: ten thousand of them, in the order that a sort gives. */
#include "net/timer.h"

#include "support/test.h"

#include <stdlib.h>

#define MANY 10000

typedef struct one {
	ah_timer timer;
	int64_t due_ms;
	size_t set_as;             /* the how-manieth that was set */
	bool cancelled;
} one;

static one many[MANY];
static size_t fired[MANY], fired_count;

static void note(void *context)
{
	fired[fired_count++] = (size_t)((one *)context - many);
}

static uint32_t state = 7;
static uint32_t next(void) { state = state * 1664525u + 1013904223u; return state >> 8; }

static int by_due_then_set(const void *a, const void *b)
{
	const one *x = &many[*(const size_t *)a], *y = &many[*(const size_t *)b];
	if (x->due_ms != y->due_ms)
		return x->due_ms < y->due_ms ? -1 : 1;
	return x->set_as < y->set_as ? -1 : x->set_as > y->set_as;
}

static void ten_thousand_timers_fire_in_order_of_time_then_of_setting(void)
{
	static size_t wanted[MANY];
	ah_timers t;
	size_t count = 0, sets = 0;
	ah_timers_init(&t, 0);
	for (size_t i = 0; i < MANY; i++)
		EXPECT_OK(ah_timer_init(&many[i].timer, &t, note, &many[i]));
	for (size_t round = 0; round < 2; round++) { /* some are set twice */
		for (size_t i = 0; i < MANY; i++) {
			if (round == 1 && next() % 3 != 0)
				continue;
			many[i].due_ms = next() % 1000;
			many[i].set_as = sets++;
			ah_timer_set(&many[i].timer, many[i].due_ms);
		}
	}
	for (size_t i = 0; i < MANY; i++) {
		many[i].cancelled = next() % 4 == 0;
		if (many[i].cancelled)
			ah_timer_cancel(&many[i].timer);
		else
			wanted[count++] = i;
		EXPECT(ah_timer_is_set(&many[i].timer) == !many[i].cancelled);
	}
	qsort(wanted, count, sizeof wanted[0], by_due_then_set);
	fired_count = 0;
	for (int64_t now = 0; now < 1000; now += 7) {
		int64_t due;
		size_t before = fired_count;
		bool any = ah_timers_next(&t, &due) && due <= now;
		EXPECT(ah_timers_run(&t, now) == fired_count - before);
		EXPECT(any == (fired_count != before));
		EXPECT(fired_count == 0 || many[fired[fired_count - 1]].due_ms <= now);
	}
	(void)ah_timers_run(&t, 1000);
	EXPECT(fired_count == count);
	for (size_t i = 0; i < count; i++)
		EXPECT_MSG(fired[i] == wanted[i], "position %zu: timer %zu, wanted %zu", i, fired[i], wanted[i]);
	for (size_t i = 0; i < MANY; i++)
		ah_timer_free(&many[i].timer);
	ah_timers_free(&t);
	ah_test_count(count);
}

static ah_timers timers;
static ah_timer first, second;
static unsigned first_fired, second_fired;

static void set_again(void *context)
{
	(void)context;
	first_fired++;
	ah_timer_set(&first, 0);
}

static void count_second(void *context)
{
	(void)context;
	second_fired++;
}

static void a_timer_that_sets_itself_for_now_waits_for_the_next_run(void)
{
	ah_timers_init(&timers, 100);
	first_fired = second_fired = 0;
	EXPECT_OK(ah_timer_init(&first, &timers, set_again, NULL));
	EXPECT_OK(ah_timer_init(&second, &timers, count_second, NULL));
	ah_timer_set(&first, 50);
	ah_timer_set(&second, 100);
	EXPECT(ah_timers_run(&timers, 100) == 2 && first_fired == 1 && second_fired == 1);
	ah_timer_set(&second, 100); /* behind the first one, which is due all the time */
	EXPECT(ah_timers_run(&timers, 100) == 2 && first_fired == 2 && second_fired == 2);
	ah_timer_free(&first);
	ah_timer_free(&second);
	ah_timers_free(&timers);
}

static void free_both(void *context)
{
	(void)context;
	first_fired++;
	ah_timer_free(&first);
	ah_timer_free(&second);
}

static void a_timer_may_free_itself_and_others_while_it_fires(void)
{
	ah_timers_init(&timers, 0);
	first_fired = second_fired = 0;
	EXPECT_OK(ah_timer_init(&first, &timers, free_both, NULL));
	EXPECT_OK(ah_timer_init(&second, &timers, count_second, NULL));
	ah_timer_set(&first, 1);
	ah_timer_set(&second, 1);
	EXPECT(ah_timers_run(&timers, 0) == 0 && ah_timers_run(&timers, 1) == 1 && first_fired == 1 && second_fired == 0);
	int64_t due;
	EXPECT(!ah_timers_next(&timers, &due));
	ah_timer_free(&first); /* a zeroed one */
	ah_timers_free(&timers);
}

static void time_does_not_go_back(void)
{
	ah_timers_init(&timers, 1000);
	second_fired = 0;
	EXPECT_OK(ah_timer_init(&second, &timers, count_second, NULL));
	ah_timer_set(&second, 900); /* has passed: now */
	int64_t due = 0;
	EXPECT(ah_timers_next(&timers, &due) && due == 1000);
	EXPECT(ah_timers_run(&timers, 10) == 1 && timers.now_ms == 1000);
	ah_timer_free(&second);
	ah_timers_free(&timers);
}

static const ah_test_case cases[] = {
	AH_TEST(ten_thousand_timers_fire_in_order_of_time_then_of_setting),
	AH_TEST(a_timer_that_sets_itself_for_now_waits_for_the_next_run),
	AH_TEST(a_timer_may_free_itself_and_others_while_it_fires),
	AH_TEST(time_does_not_go_back),
};

AH_TEST_MAIN(cases)
