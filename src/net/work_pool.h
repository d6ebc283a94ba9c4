/*
 * A work pool: threads for what would block a reactor (devices, databases, appraisals of 1 ms and more). A job goes to any thread, its result comes back to the
 * reactor that asked.
 */
#ifndef AH_NET_WORK_POOL_H
#define AH_NET_WORK_POOL_H

#include "net/reactor.h"

typedef struct ah_work_pool ah_work_pool;
typedef struct ah_work ah_work;

/* run, then one of the other two, on the reactor's thread. context is not touched after that one. */
typedef struct ah_work_ops {
	void (*run)(void *context);      /* on a thread of the pool; may block. Whoever asked leaves context alone meanwhile */
	void (*done)(void *context);     /* the result */
	void (*dropped)(void *context);  /* cancelled, or the pool or the reactor ends: give back what context holds. run may or may not have been called */
} ah_work_ops;

/* threads: 1..AH_NET_WORK_THREADS_MAX; queue_max: 1..AH_NET_WORK_QUEUE_MAX (asserted). errors: AH_ERR_NOMEM, AH_ERR_IO (no threads). */
AH_MUST_USE ah_err ah_work_pool_new(ah_work_pool **out, size_t threads, size_t queue_max, ah_fault *why);

/*
 * Takes no more jobs; those that wait are dropped, those that run are awaited. When it returns every result is posted: the reactors deliver them in their next
 * turn, and so are freed after the pool. NULL is allowed.
 */
void ah_work_pool_free(ah_work_pool *pool);

/*
 * Called on r's thread. *out may be used for ah_work_cancel() until done() or dropped() is called, which never happens before this returns.
 * errors: AH_ERR_LIMIT, as many jobs wait as may: the service is overloaded, and says so at once. AH_ERR_NOMEM. context is then untouched.
 */
AH_MUST_USE ah_err ah_work_submit(ah_work_pool *pool, ah_work **out, ah_reactor *r, const ah_work_ops *ops, void *context, ah_fault *why);

/* On the reactor's thread: dropped() instead of done(), in a later turn. A job that waits leaves the queue at once; one that runs runs to its end, unheard. */
void ah_work_cancel(ah_work *work);

/* Jobs that wait for a thread. Thread-safe. */
size_t ah_work_pool_waiting(ah_work_pool *pool);

#endif
