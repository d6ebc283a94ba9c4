/* See limited.h. */
#include "attesters/limited.h"

#include "base/fault.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>

#define STEP "attest.deadline"

enum { INLINE_MAX = AH_NITRO_NONCE_MAX + AH_NITRO_PUBLIC_KEY_MAX };

/* Shared by the attester and at most one thread; the last of them frees it. */
typedef struct shared {
	pthread_mutex_t lock;
	pthread_cond_t done;
	ah_attester *inner;
	bool owner_is_gone;            /* the attester was freed: the thread cleans up */
	bool is_running;               /* a thread is inside of inner */
	bool is_waited_for;            /* and somebody wants its answer */
	ah_attest_request request;     /* nonce and public_key point into bytes */
	uint8_t bytes[INLINE_MAX];
	ah_attest_result result;
	ah_fault why;
	ah_err err;
} shared;

typedef struct limited_attester {
	ah_attester base;
	ah_attester_ops ops;           /* with the name of inner */
	shared *shared;
} limited_attester;

static void shared_free(shared *s)
{
	ah_attester_free(s->inner);
	ah_attest_result_free(&s->result);
	(void)pthread_cond_destroy(&s->done);
	(void)pthread_mutex_destroy(&s->lock);
	ah_dealloc(s);
}

/* -- The thread -- */

static void *run(void *argument)
{
	shared *s = argument;
	ah_fault why = { .offset = AH_NO_OFFSET };
	ah_attest_result result = { .evidence = AH_BUF(0) };
	ah_err err = ah_attest(s->inner, &s->request, &result, &why); /* nobody changes these while is_running */
	(void)pthread_mutex_lock(&s->lock);
	bool owner_is_gone = s->owner_is_gone, is_waited_for = s->is_waited_for;
	s->is_running = false;
	if (is_waited_for) {
		s->result = result; /* transferred */
		s->why = why;
		s->err = err;
		(void)pthread_cond_signal(&s->done);
	}
	(void)pthread_mutex_unlock(&s->lock);
	if (!is_waited_for)
		ah_attest_result_free(&result);
	if (owner_is_gone)
		shared_free(s);
	return NULL;
}

/* Signals are for the threads that the program made itself. */
static int start_thread(shared *s)
{
	sigset_t all, before;
	pthread_attr_t attributes;
	pthread_t thread;
	(void)sigfillset(&all);
	int error = pthread_attr_init(&attributes);
	if (error != 0)
		return error;
	(void)pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&thread, &attributes, run, s);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	(void)pthread_attr_destroy(&attributes);
	return error;
}

/* -- The attester -- */

static void copy_request(shared *s, const ah_attest_request *request)
{
	s->request = *request;
	assert(request->nonce.len <= AH_NITRO_NONCE_MAX && request->public_key.len <= AH_NITRO_PUBLIC_KEY_MAX); /* ah_attest() has seen to it */
	if (request->nonce.len != 0)
		memcpy(s->bytes, request->nonce.ptr, request->nonce.len);
	if (request->public_key.len != 0)
		memcpy(s->bytes + AH_NITRO_NONCE_MAX, request->public_key.ptr, request->public_key.len);
	s->request.nonce = ah_slice_make(s->bytes, request->nonce.len);
	s->request.public_key = ah_slice_make(s->bytes + AH_NITRO_NONCE_MAX, request->public_key.len);
}

static struct timespec end_of(int64_t timeout_ms)
{
	struct timespec end;
	if (timeout_ms <= 0)
		timeout_ms = AH_DEVICE_TIMEOUT_MS;
	if (timeout_ms > AH_DEVICE_TIMEOUT_MAX_MS)
		timeout_ms = AH_DEVICE_TIMEOUT_MAX_MS;
	(void)clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += (time_t)(timeout_ms / 1000);
	end.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
	if (end.tv_nsec >= 1000000000) {
		end.tv_nsec -= 1000000000;
		end.tv_sec++;
	}
	return end;
}

/* With the lock held. */
static ah_err start_and_wait(shared *s, const ah_attest_request *request, ah_attest_result *out, ah_fault *why)
{
	struct timespec end = end_of(request->timeout_ms);
	if (s->is_running)
		return ah_fault_set(why, AH_ERR_DEVICE_BUSY, STEP, "an earlier request to the device has not come back");
	copy_request(s, request);
	s->is_running = s->is_waited_for = true;
	int error = start_thread(s);
	if (error != 0) {
		s->is_running = s->is_waited_for = false;
		return ah_fault_set(why, AH_ERR_IO, STEP, "no thread: error %d", error);
	}
	while (s->is_running && pthread_cond_timedwait(&s->done, &s->lock, &end) != ETIMEDOUT)
		;
	s->is_waited_for = false;
	if (s->is_running)
		return ah_fault_set(why, AH_ERR_DEVICE_BUSY, STEP, "the device has not answered in time");
	if (s->err == AH_OK) {
		*out = s->result; /* transferred */
		s->result = (ah_attest_result){ .evidence = AH_BUF(0) };
	} else if (why != NULL && why->err == AH_OK) {
		*why = s->why;
	}
	return s->err;
}

static ah_err limited_attest(ah_attester *base, const ah_attest_request *request, ah_attest_result *out, ah_fault *why)
{
	shared *s = ((limited_attester *)base)->shared;
	(void)pthread_mutex_lock(&s->lock);
	ah_err err = start_and_wait(s, request, out, why);
	(void)pthread_mutex_unlock(&s->lock);
	return err;
}

static void limited_free(ah_attester *base)
{
	limited_attester *self = (limited_attester *)base;
	shared *s = self->shared;
	(void)pthread_mutex_lock(&s->lock);
	bool is_running = s->is_running;
	s->owner_is_gone = true;
	(void)pthread_mutex_unlock(&s->lock);
	if (!is_running)
		shared_free(s);
	ah_dealloc(self);
}

static shared *shared_new(void)
{
	shared *s = ah_alloc(sizeof *s);
	pthread_condattr_t attributes;
	if (s == NULL)
		return NULL;
	(void)pthread_condattr_init(&attributes);
	(void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	int failed = pthread_mutex_init(&s->lock, NULL) | pthread_cond_init(&s->done, &attributes); /* in glibc neither takes resources */
	assert(failed == 0);
	(void)pthread_condattr_destroy(&attributes);
	return s;
}

ah_err ah_limited_attester_new(ah_attester **out, ah_attester **inner)
{
	limited_attester *self = ah_alloc(sizeof *self);
	shared *s = self != NULL ? shared_new() : NULL;
	if (s == NULL) {
		ah_dealloc(self);
		return AH_ERR_NOMEM;
	}
	self->ops = (ah_attester_ops){ .name = (*inner)->ops->name, .attest = limited_attest, .free = limited_free };
	self->base = (ah_attester){ .ops = &self->ops, .platform = (*inner)->platform };
	self->shared = s;
	s->inner = ah_move_ptr(inner); /* transferred */
	*out = &self->base;
	return AH_OK;
}
