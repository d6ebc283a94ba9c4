/* The reactor itself: events of a batch for what is gone by then, the order of a turn, waiting. */
#include "net.h"

static ah_reactor *r;
static ah_source sources[3];
static unsigned calls[3];
static int quiet_fd;

static void meddle(void *context, unsigned what);
static void forget(void *context) { ah_source_remove((ah_source *)context); }
static const ah_source_ops ops = { .ready = meddle, .abandon = forget };

/* Whoever comes first removes both; a third takes the place of one of them, for a descriptor that has nothing to say. */
static void meddle(void *context, unsigned what)
{
	(void)what;
	calls[(ah_source *)context - sources]++;
	ah_source_remove(&sources[0]);
	ah_source_remove(&sources[1]);
	if (sources[2].reactor == NULL && ah_source_add(&sources[2], r, quiet_fd, AH_READABLE, &ops, &sources[2], NULL) != AH_OK)
		ah_test_fail(__FILE__, __LINE__, "no source");
}

static void an_event_for_what_is_gone_does_not_reach_what_took_its_place(void)
{
	int one[2], two[2], quiet[2];
	memset(sources, 0, sizeof sources);
	memset(calls, 0, sizeof calls);
	EXPECT_OK(ah_reactor_new(&r, moved_clock, NULL));
	EXPECT(pair(one) && pair(two) && pair(quiet));
	quiet_fd = quiet[1];
	EXPECT_OK(ah_source_add(&sources[0], r, one[1], AH_READABLE, &ops, &sources[0], NULL));
	EXPECT_OK(ah_source_add(&sources[1], r, two[1], AH_READABLE, &ops, &sources[1], NULL));
	uint32_t slots[2] = { sources[0].slot, sources[1].slot };
	EXPECT(send(one[0], "x", 1, 0) == 1 && send(two[0], "x", 1, 0) == 1);
	EXPECT_OK(ah_reactor_turn(r, 100, NULL));
	EXPECT(calls[0] + calls[1] == 1 && calls[2] == 0 && ah_reactor_source_count(r) == 1);
	EXPECT(sources[2].slot == slots[0] || sources[2].slot == slots[1]); /* else nothing was shown */
	ah_reactor_free(r);
	for (size_t i = 0; i < 2; i++) {
		(void)close(one[i]);
		(void)close(two[i]);
		(void)close(quiet[i]);
	}
}

static char order[16];
static size_t order_len;
static ah_task posted, later, last;
static ah_timer timer;

static void note(char c) { order[order_len++] = c; }
static void on_posted(ah_task *task, bool abandoned)
{
	(void)task;
	note(abandoned ? 'P' : 'p');
	ah_reactor_at_end(r, &last);
	ah_reactor_later(r, &later);
	ah_reactor_later(r, &later); /* once is enough */
}
static void on_timer(void *context) { (void)context; note('t'); }
static void on_later(ah_task *task, bool abandoned)
{
	note(abandoned ? 'L' : 'l');
	if (order_len < 8)
		ah_reactor_later(r, task); /* the next turn's */
}
static void on_last(ah_task *task, bool abandoned) { (void)task; note(abandoned ? 'E' : 'e'); }

static void a_turn_is_events_then_timers_then_work_then_the_end(void)
{
	order_len = 0;
	posted = (ah_task){ .run = on_posted };
	later = (ah_task){ .run = on_later };
	last = (ah_task){ .run = on_last };
	EXPECT_OK(ah_reactor_new(&r, moved_clock, NULL));
	EXPECT_OK(ah_timer_init(&timer, ah_reactor_timers(r), on_timer, NULL));
	EXPECT(ah_reactor_next_ms(r) == -1);
	ah_timer_set(&timer, moved_ms + 50);
	EXPECT(ah_reactor_next_ms(r) == moved_ms + 50);
	ah_reactor_post(r, &posted);
	moved_ms += 50;
	EXPECT_OK(ah_reactor_turn(r, -1, NULL));
	EXPECT_BYTES(ah_slice_make(order, order_len), AH_SLICE_LITERAL("ptle"));
	EXPECT(ah_reactor_next_ms(r) == moved_ms && ah_reactor_now_ms(r) == moved_ms);
	EXPECT_OK(ah_reactor_turn(r, -1, NULL)); /* work is left: it does not wait */
	EXPECT_BYTES(ah_slice_make(order, order_len), AH_SLICE_LITERAL("ptlel"));
	ah_timer_free(&timer);
	ah_reactor_free(r);
	EXPECT(order_len >= 6 && order[5] == 'L');
}

static void a_wait_ends_when_a_timer_is_due(void)
{
	EXPECT_OK(ah_reactor_new(&r, ah_clock_system, NULL));
	EXPECT_OK(ah_timer_init(&timer, ah_reactor_timers(r), on_timer, NULL));
	order_len = 0;
	int64_t before = ah_clock_now_ms(&ah_clock_system);
	ah_timer_set(&timer, before + 30);
	for (int i = 0; i < 5 && order_len == 0; i++)
		EXPECT_OK(ah_reactor_turn(r, -1, NULL));
	EXPECT(order_len == 1 && ah_clock_now_ms(&ah_clock_system) - before >= 30);
	ah_timer_free(&timer);
	ah_reactor_free(r);
}

static const ah_test_case cases[] = {
	AH_TEST(an_event_for_what_is_gone_does_not_reach_what_took_its_place),
	AH_TEST(a_turn_is_events_then_timers_then_work_then_the_end),
	AH_TEST(a_wait_ends_when_a_timer_is_due),
};

AH_TEST_MAIN(cases)
