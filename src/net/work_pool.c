/* See work_pool.h. */
#include "net/work_pool.h"

#include "base/fault.h"
#include "base/memory.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>

#define STEP "net.work"

struct ah_work {
	ah_task task;              /* the way back */
	ah_work_pool *pool;
	ah_reactor *reactor;
	const ah_work_ops *ops;
	void *context;
	bool is_cancelled;         /* of the reactor's thread alone */
	bool was_run;              /* of the pool's thread, then, after the post, of the reactor's */
	/* under the pool's lock */
	bool is_waiting;
	ah_work *next, *previous;
};

struct ah_work_pool {
	atomic_size_t holders;     /* the owner, and each job until its last call: until then it may be cancelled, which needs the lock */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	ah_work *first, *last;     /* those that wait */
	size_t waiting, waiting_max;
	bool is_ending;
	size_t thread_count;
	pthread_t threads[AH_NET_WORK_THREADS_MAX];
};

/* -- The queue, under the lock -- */

static void push(ah_work_pool *pool, ah_work *work)
{
	work->is_waiting = true;
	work->next = NULL;
	work->previous = pool->last;
	*(pool->last != NULL ? &pool->last->next : &pool->first) = work;
	pool->last = work;
	pool->waiting++;
}

static void take_out(ah_work_pool *pool, ah_work *work)
{
	*(work->previous != NULL ? &work->previous->next : &pool->first) = work->next;
	*(work->next != NULL ? &work->next->previous : &pool->last) = work->previous;
	work->is_waiting = false;
	pool->waiting--;
}

/* -- The way back -- */

static void let_go(ah_work_pool *pool)
{
	if (atomic_fetch_sub(&pool->holders, 1) != 1)
		return;
	(void)pthread_cond_destroy(&pool->changed);
	(void)pthread_mutex_destroy(&pool->lock);
	ah_dealloc(pool);
}

static void on_reactor(ah_task *task, bool abandoned)
{
	ah_work *work = (ah_work *)((char *)task - offsetof(ah_work, task));
	if (work->was_run && !work->is_cancelled && !abandoned)
		work->ops->done(work->context);
	else
		work->ops->dropped(work->context);
	let_go(work->pool);
	ah_dealloc(work);
}

/* -- Threads -- */

static void *work_on(void *argument)
{
	ah_work_pool *pool = (ah_work_pool *)argument;
	(void)pthread_mutex_lock(&pool->lock);
	for (;;) {
		while (pool->first == NULL && !pool->is_ending)
			(void)pthread_cond_wait(&pool->changed, &pool->lock);
		ah_work *work = pool->first;
		if (work == NULL)
			break;
		take_out(pool, work);
		(void)pthread_mutex_unlock(&pool->lock);
		work->ops->run(work->context);
		work->was_run = true;
		ah_reactor_post(work->reactor, &work->task); /* from here on it is the reactor's */
		(void)pthread_mutex_lock(&pool->lock);
	}
	(void)pthread_mutex_unlock(&pool->lock);
	return NULL;
}

/* Signals are the main thread's: a thread of the pool in the middle of a device call is the wrong one to interrupt. */
static bool start_thread(ah_work_pool *pool)
{
	sigset_t all, before;
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	bool started = pthread_create(&pool->threads[pool->thread_count], NULL, work_on, pool) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	pool->thread_count += started;
	return started;
}

/* -- The pool -- */

ah_err ah_work_pool_new(ah_work_pool **out, size_t threads, size_t queue_max, ah_fault *why)
{
	assert(threads >= 1 && threads <= AH_NET_WORK_THREADS_MAX && queue_max >= 1 && queue_max <= AH_NET_WORK_QUEUE_MAX);
	ah_work_pool *pool = (ah_work_pool *)ah_alloc(sizeof *pool);
	if (pool == NULL)
		return ah_fault_set(why, AH_ERR_NOMEM, STEP, "no memory");
	pool->waiting_max = queue_max;
	atomic_init(&pool->holders, 1);
	(void)pthread_mutex_init(&pool->lock, NULL);
	(void)pthread_cond_init(&pool->changed, NULL);
	while (pool->thread_count < threads && start_thread(pool)) {}
	if (pool->thread_count < threads) {
		ah_work_pool_free(pool);
		return ah_fault_set(why, AH_ERR_IO, STEP, "no more threads");
	}
	*out = pool;
	return AH_OK;
}

static void drop_waiting(ah_work_pool *pool)
{
	for (ah_work *work; (work = pool->first) != NULL;) {
		take_out(pool, work);
		ah_reactor_post(work->reactor, &work->task);
	}
}

void ah_work_pool_free(ah_work_pool *pool)
{
	if (pool == NULL)
		return;
	(void)pthread_mutex_lock(&pool->lock);
	pool->is_ending = true;
	drop_waiting(pool);
	(void)pthread_cond_broadcast(&pool->changed);
	(void)pthread_mutex_unlock(&pool->lock);
	for (size_t i = 0; i < pool->thread_count; i++)
		(void)pthread_join(pool->threads[i], NULL);
	let_go(pool);
}

ah_err ah_work_submit(ah_work_pool *pool, ah_work **out, ah_reactor *r, const ah_work_ops *ops, void *context, ah_fault *why)
{
	ah_work *work = (ah_work *)ah_alloc(sizeof *work);
	if (work == NULL)
		return ah_fault_set(why, AH_ERR_NOMEM, STEP, "no memory");
	*work = (ah_work){ .task.run = on_reactor, .pool = pool, .reactor = r, .ops = ops, .context = context };
	(void)pthread_mutex_lock(&pool->lock);
	bool has_room = pool->waiting < pool->waiting_max && !pool->is_ending;
	if (has_room) {
		*out = work; /* before a thread can take it */
		(void)atomic_fetch_add(&pool->holders, 1);
		push(pool, work);
		(void)pthread_cond_signal(&pool->changed);
	}
	(void)pthread_mutex_unlock(&pool->lock);
	if (has_room)
		return AH_OK;
	ah_dealloc(work);
	return ah_fault_set(why, AH_ERR_LIMIT, STEP, "too many jobs wait");
}

void ah_work_cancel(ah_work *work)
{
	ah_work_pool *pool = work->pool;
	if (work->is_cancelled)
		return;
	work->is_cancelled = true;
	(void)pthread_mutex_lock(&pool->lock);
	bool was_waiting = work->is_waiting;
	if (was_waiting)
		take_out(pool, work);
	(void)pthread_mutex_unlock(&pool->lock);
	if (was_waiting)
		ah_reactor_post(work->reactor, &work->task);
}

size_t ah_work_pool_waiting(ah_work_pool *pool)
{
	(void)pthread_mutex_lock(&pool->lock);
	size_t waiting = pool->waiting;
	(void)pthread_mutex_unlock(&pool->lock);
	return waiting;
}
