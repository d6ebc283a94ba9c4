/*
 * The work pool and posting between threads: every job ends with exactly one call on the thread that asked, whatever is cancelled and whenever the pool ends.
 * Built with ThreadSanitizer too (make check-all).
 */
#include "net.h"

#include <pthread.h>
#include <stdatomic.h>

typedef struct job {
	ah_work *work;
	pthread_t asked_by;
	int number, result;        /* plain: the pool's hand-over is what makes them safe */
	unsigned done, dropped;
	bool wrong_thread;
} job;

static atomic_int ran;

static void run(void *context)
{
	job *j = (job *)context;
	for (int i = 0; i < j->number % 64; i++)
		j->result += i;
	j->result += 1000;
	atomic_fetch_add(&ran, 1);
}

static void done(void *context)
{
	job *j = (job *)context;
	j->done++;
	j->wrong_thread |= !pthread_equal(j->asked_by, pthread_self());
}

static void dropped(void *context)
{
	job *j = (job *)context;
	j->dropped++;
	j->wrong_thread |= !pthread_equal(j->asked_by, pthread_self());
}

static const ah_work_ops ops = { .run = run, .done = done, .dropped = dropped };

#define JOBS 3000
#define ASKERS 3

typedef struct asker { ah_work_pool *pool; job *jobs; size_t refused, cancelled; bool ok; uint32_t state; } asker;

static size_t ended(const job *jobs)
{
	size_t count = 0;
	for (size_t i = 0; i < JOBS; i++)
		count += jobs[i].done + jobs[i].dropped;
	return count;
}

/* A thread with a reactor of its own. */
static void *ask(void *argument)
{
	asker *a = (asker *)argument;
	ah_reactor *r = NULL;
	if (ah_reactor_new(&r, ah_clock_system, NULL) != AH_OK)
		return NULL;
	for (size_t i = 0; i < JOBS;) {
		job *j = &a->jobs[i];
		j->asked_by = pthread_self();
		j->number = (int)i;
		ah_err err = ah_work_submit(a->pool, &j->work, r, &ops, j, NULL);
		if (err == AH_ERR_LIMIT) {
			a->refused++;
			(void)!ah_reactor_turn(r, 1, NULL);
			continue;
		}
		if (err != AH_OK)
			return NULL;
		size_t victim = next_random(&a->state) % JOBS;
		if (victim <= i && a->jobs[victim].done + a->jobs[victim].dropped == 0 && a->state % 8 == 0) {
			ah_work_cancel(a->jobs[victim].work);
			a->cancelled++;
		}
		i++;
		if (i % 50 == 0)
			(void)!ah_reactor_turn(r, 0, NULL);
	}
	a->ok = TURN_UNTIL(r, ended(a->jobs) == JOBS);
	ah_reactor_free(r);
	return NULL;
}

static void every_job_of_every_thread_comes_back_once_to_the_thread_that_asked(void)
{
	static job jobs[ASKERS][JOBS];
	static asker askers[ASKERS];
	pthread_t threads[ASKERS];
	ah_work_pool *pool = NULL;
	EXPECT_OK(ah_work_pool_new(&pool, 4, 100, NULL));
	for (size_t i = 0; i < ASKERS; i++) {
		askers[i] = (asker){ .pool = pool, .jobs = jobs[i], .state = (uint32_t)i + 1 };
		EXPECT(pthread_create(&threads[i], NULL, ask, &askers[i]) == 0);
	}
	for (size_t i = 0; i < ASKERS; i++)
		EXPECT(pthread_join(threads[i], NULL) == 0);
	EXPECT(ah_work_pool_waiting(pool) == 0);
	ah_work_pool_free(pool);
	for (size_t i = 0; i < ASKERS; i++) {
		EXPECT(askers[i].ok);
		for (size_t k = 0; k < JOBS; k++) {
			const job *j = &jobs[i][k];
			int n = j->number % 64;
			EXPECT(j->done + j->dropped == 1 && !j->wrong_thread);
			EXPECT(j->done == 0 || j->result == 1000 + n * (n - 1) / 2);
		}
	}
	ah_test_count(ASKERS * JOBS);
}

/* -- A job that waits until it is let go -- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t let_go = PTHREAD_COND_INITIALIZER;
static bool may_go;
static atomic_int started;

static void run_until_let_go(void *context)
{
	(void)context;
	atomic_fetch_add(&started, 1);
	(void)pthread_mutex_lock(&lock);
	while (!may_go)
		(void)pthread_cond_wait(&let_go, &lock);
	(void)pthread_mutex_unlock(&lock);
}

static void set_may_go(bool value)
{
	(void)pthread_mutex_lock(&lock);
	may_go = value;
	(void)pthread_cond_broadcast(&let_go);
	(void)pthread_mutex_unlock(&lock);
}

static const ah_work_ops slow_ops = { .run = run_until_let_go, .done = done, .dropped = dropped };

static void the_queue_is_bounded_and_a_cancelled_job_frees_its_place(void)
{
	ah_reactor *r = NULL;
	ah_work_pool *pool = NULL;
	static job jobs[5];
	memset(jobs, 0, sizeof jobs);
	for (size_t i = 0; i < 5; i++)
		jobs[i].asked_by = pthread_self();
	set_may_go(false);
	atomic_store(&started, 0);
	EXPECT_OK(ah_reactor_new(&r, moved_clock, NULL));
	EXPECT_OK(ah_work_pool_new(&pool, 1, 2, NULL));
	EXPECT_OK(ah_work_submit(pool, &jobs[0].work, r, &slow_ops, &jobs[0], NULL));
	EXPECT(TURN_UNTIL(r, atomic_load(&started) == 1));
	EXPECT_OK(ah_work_submit(pool, &jobs[1].work, r, &slow_ops, &jobs[1], NULL));
	EXPECT_OK(ah_work_submit(pool, &jobs[2].work, r, &slow_ops, &jobs[2], NULL));
	EXPECT_ERR(ah_work_submit(pool, &jobs[3].work, r, &slow_ops, &jobs[3], NULL), AH_ERR_LIMIT);
	ah_work_cancel(jobs[1].work);
	EXPECT(jobs[1].dropped == 0); /* not from within */
	EXPECT_OK(ah_work_submit(pool, &jobs[3].work, r, &slow_ops, &jobs[3], NULL));
	EXPECT(TURN_UNTIL(r, jobs[1].dropped == 1));
	ah_work_cancel(jobs[0].work); /* it runs: to its end, unheard */
	ah_work_cancel(jobs[0].work);
	settle(r);
	EXPECT(jobs[0].dropped == 0 && jobs[0].done == 0);
	set_may_go(true);
	EXPECT(TURN_UNTIL(r, jobs[0].dropped == 1 && jobs[2].done == 1 && jobs[3].done == 1));
	EXPECT(jobs[0].done == 0 && atomic_load(&started) == 3);
	ah_work_pool_free(pool);
	ah_reactor_free(r);
}

static void a_pool_that_ends_drops_what_waits_and_awaits_what_runs(void)
{
	for (int cancels = 0; cancels < 2; cancels++) {
		ah_reactor *r = NULL;
		ah_work_pool *pool = NULL;
		static job jobs[20];
		memset(jobs, 0, sizeof jobs);
		set_may_go(true);
		EXPECT_OK(ah_reactor_new(&r, moved_clock, NULL));
		EXPECT_OK(ah_work_pool_new(&pool, 2, 20, NULL));
		for (size_t i = 0; i < 20; i++) {
			jobs[i].asked_by = pthread_self();
			EXPECT_OK(ah_work_submit(pool, &jobs[i].work, r, &slow_ops, &jobs[i], NULL));
		}
		ah_work_pool_free(pool);
		for (size_t i = 0; cancels && i < 20; i++)
			ah_work_cancel(jobs[i].work); /* still allowed: nothing was told yet */
		size_t told = 0;
		ah_reactor_free(r); /* whatever is undelivered is dropped */
		for (size_t i = 0; i < 20; i++) {
			EXPECT(jobs[i].done == 0 && !jobs[i].wrong_thread);
			told += jobs[i].dropped;
		}
		EXPECT(told == 20);
	}
}

/* -- Posting -- */

typedef struct note { ah_task task; atomic_uint *count; pthread_t *ran_on; } note;

static void on_note(ah_task *task, bool abandoned)
{
	note *n = (note *)task;
	*n->ran_on = pthread_self();
	atomic_fetch_add(n->count, abandoned ? 1000000u : 1u);
}

#define NOTES 5000
typedef struct poster { ah_reactor *r; note *notes; } poster;

static void *post_all(void *argument)
{
	poster *p = (poster *)argument;
	for (size_t i = 0; i < NOTES; i++)
		ah_reactor_post(p->r, &p->notes[i].task);
	return NULL;
}

static void *run_reactor(void *argument)
{
	(void)!ah_reactor_run((ah_reactor *)argument, NULL);
	return NULL;
}

static void what_other_threads_post_runs_on_the_reactors_and_stop_ends_it(void)
{
	static note notes[2][NOTES];
	poster posters[2];
	pthread_t loop, ran_on, threads[2];
	atomic_uint count = 0;
	ah_reactor *r = NULL;
	memset(&ran_on, 0, sizeof ran_on);
	EXPECT_OK(ah_reactor_new(&r, ah_clock_system, NULL));
	EXPECT(pthread_create(&loop, NULL, run_reactor, r) == 0);
	for (size_t i = 0; i < 2; i++) {
		for (size_t k = 0; k < NOTES; k++)
			notes[i][k] = (note){ .task.run = on_note, .count = &count, .ran_on = &ran_on };
		posters[i] = (poster){ r, notes[i] };
		EXPECT(pthread_create(&threads[i], NULL, post_all, &posters[i]) == 0);
	}
	for (size_t i = 0; i < 2; i++)
		EXPECT(pthread_join(threads[i], NULL) == 0);
	for (int i = 0; i < 5000 && atomic_load(&count) < 2 * NOTES; i++)
		(void)poll(NULL, 0, 2);
	ah_reactor_stop(r);
	EXPECT(pthread_join(loop, NULL) == 0);
	EXPECT(atomic_load(&count) == 2 * NOTES && pthread_equal(ran_on, loop));
	ah_reactor_post(r, &notes[0][0].task); /* nobody runs it any more */
	ah_reactor_free(r);
	EXPECT(atomic_load(&count) == 2 * NOTES + 1000000u);
	ah_test_count(2 * NOTES);
}

static void a_stop_before_the_run_is_not_lost(void)
{
	ah_reactor *r = NULL;
	EXPECT_OK(ah_reactor_new(&r, ah_clock_system, NULL));
	ah_reactor_stop(r);
	EXPECT_OK(ah_reactor_run(r, NULL));
	ah_reactor_free(r);
}

static const ah_test_case cases[] = {
	AH_TEST(every_job_of_every_thread_comes_back_once_to_the_thread_that_asked),
	AH_TEST(the_queue_is_bounded_and_a_cancelled_job_frees_its_place),
	AH_TEST(a_pool_that_ends_drops_what_waits_and_awaits_what_runs),
	AH_TEST(what_other_threads_post_runs_on_the_reactors_and_stop_ends_it),
	AH_TEST(a_stop_before_the_run_is_not_lost),
};

AH_TEST_MAIN(cases)
