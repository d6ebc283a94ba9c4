/* See reactor.h. */
#include "net/reactor.h"

#include "base/fault.h"
#include "base/memory.h"
#include "net/socket.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define FIRST_SLOTS 64
#define NO_SLOT     UINT32_MAX
/* ah_reactor_free(): rounds of closing. What is closed may close others, so one is not enough; what opens anew for ever must not win. */
#define END_ROUNDS  64

typedef struct task_queue { ah_task *first, **last; } task_queue;

/* One number that epoll carries for a source. The generation counts what stood here before. */
typedef struct slot {
	ah_source *source;
	uint32_t generation, next_free;
} slot;

struct ah_reactor {
	ah_clock clock;
	int64_t now_ms;
	ah_timers timers;
	int epoll_fd, wake_fd;
	ah_source wake;
	slot *slots;
	uint32_t slot_count, first_free;
	size_t source_count;
	task_queue work, graves;
	bool is_ending;
	atomic_bool stop;
	pthread_mutex_t lock;      /* for what follows */
	task_queue posted;
	bool is_woken;             /* the eventfd was written and not yet read */
	uint8_t scratch[AH_NET_IN_MAX];
	struct epoll_event events[AH_NET_EVENTS_MAX];
};

/* -- Queues of tasks -- */

static void queue_init(task_queue *q)
{
	q->first = NULL;
	q->last = &q->first;
}

static void queue_push(task_queue *q, ah_task *task)
{
	task->next = NULL;
	task->is_queued = true;
	*q->last = task;
	q->last = &task->next;
}

static ah_task *queue_pop(task_queue *q)
{
	ah_task *task = q->first;
	if (task == NULL)
		return NULL;
	q->first = task->next;
	if (q->first == NULL)
		q->last = &q->first;
	task->next = NULL;
	task->is_queued = false;
	return task;
}

/* What is queued meanwhile waits for the next turn: the end of the queue as it is now is the end of this run. */
static void queue_run(task_queue *q, bool abandoned)
{
	task_queue now = *q;
	if (now.first == NULL)
		return;
	queue_init(q);
	for (ah_task *task; (task = queue_pop(&now)) != NULL;)
		task->run(task, abandoned);
}

void ah_reactor_later(ah_reactor *r, ah_task *task)
{
	if (!task->is_queued)
		queue_push(&r->work, task);
}

void ah_reactor_at_end(ah_reactor *r, ah_task *task)
{
	if (!task->is_queued)
		queue_push(&r->graves, task);
}

static void wake(ah_reactor *r)
{
	const uint64_t one = 1;
	(void)!write(r->wake_fd, &one, sizeof one); /* fails only when it is awake already */
}

void ah_reactor_post(ah_reactor *r, ah_task *task)
{
	(void)pthread_mutex_lock(&r->lock);
	bool must_wake = !r->is_woken;
	if (!task->is_queued)
		queue_push(&r->posted, task);
	r->is_woken = true;
	if (must_wake)
		wake(r); /* under the lock: whoever ends the reactor takes it once more, and nobody is in here any more */
	(void)pthread_mutex_unlock(&r->lock);
}

void ah_reactor_stop(ah_reactor *r)
{
	(void)pthread_mutex_lock(&r->lock);
	atomic_store(&r->stop, true);
	r->is_woken = true;
	wake(r);
	(void)pthread_mutex_unlock(&r->lock);
}

static void run_posted(ah_reactor *r, bool abandoned)
{
	task_queue now;
	(void)pthread_mutex_lock(&r->lock);
	now = r->posted;
	if (now.first == NULL)
		queue_init(&now);
	queue_init(&r->posted);
	(void)pthread_mutex_unlock(&r->lock);
	for (;;) {
		/* The flag of a task is read by those who post it, so it falls under the lock. */
		(void)pthread_mutex_lock(&r->lock);
		ah_task *task = queue_pop(&now);
		(void)pthread_mutex_unlock(&r->lock);
		if (task == NULL)
			return;
		task->run(task, abandoned);
	}
}

static void on_wake(void *context, unsigned what)
{
	ah_reactor *r = (ah_reactor *)context;
	uint64_t count;
	(void)what;
	(void)pthread_mutex_lock(&r->lock);
	(void)!read(r->wake_fd, &count, sizeof count); /* one more wake-up for nothing is the worst that can come of it */
	r->is_woken = false;
	(void)pthread_mutex_unlock(&r->lock);
	run_posted(r, false);
}

static void on_wake_abandoned(void *context) { (void)context; }

static const ah_source_ops wake_ops = { .ready = on_wake, .abandon = on_wake_abandoned };

/* -- Sources -- */

static ah_err grow_slots(ah_reactor *r)
{
	if (r->slot_count >= AH_NET_SOURCES_MAX)
		return AH_ERR_LIMIT;
	uint32_t count = r->slot_count != 0 ? 2 * r->slot_count : FIRST_SLOTS;
	slot *grown = (slot *)ah_alloc(count * sizeof *grown);
	if (grown == NULL)
		return AH_ERR_NOMEM;
	if (r->slots != NULL)
		memcpy(grown, r->slots, r->slot_count * sizeof *grown);
	ah_dealloc(r->slots);
	r->slots = grown;
	for (uint32_t i = count; i > r->slot_count; i--) {
		grown[i - 1].next_free = r->first_free;
		r->first_free = i - 1;
	}
	r->slot_count = count;
	return AH_OK;
}

static int control(ah_source *s, int operation)
{
	ah_reactor *r = s->reactor;
	struct epoll_event event = { .data.u64 = (uint64_t)r->slots[s->slot].generation << 32 | s->slot };
	event.events = (s->wanted & AH_READABLE ? (uint32_t)EPOLLIN : 0) | (s->wanted & AH_WRITABLE ? (uint32_t)EPOLLOUT : 0);
	return epoll_ctl(r->epoll_fd, operation, s->fd, &event) == 0 ? 0 : errno;
}

static ah_err control_fault(ah_fault *why, int error)
{
	return ah_socket_fault(why, error == ENOMEM ? AH_ERR_NOMEM : error == ENOSPC ? AH_ERR_LIMIT : AH_ERR_INTERNAL, "net.epoll", "epoll_ctl", error);
}

ah_err ah_source_add(ah_source *s, ah_reactor *r, int fd, unsigned want, const ah_source_ops *ops, void *context, ah_fault *why)
{
	assert(fd >= 0);
	if (r->is_ending)
		return ah_fault_set(why, AH_ERR_IO, "net.epoll", "the reactor ends");
	if (r->first_free == NO_SLOT) {
		ah_err err = grow_slots(r);
		if (err != AH_OK)
			return ah_fault_set(why, err, "net.epoll", "no room for another descriptor");
	}
	uint32_t at = r->first_free;
	ah_source made = { .reactor = r, .fd = fd, .slot = at, .wanted = want, .ops = ops, .context = context };
	int error = control(&made, EPOLL_CTL_ADD);
	if (error != 0)
		return control_fault(why, error);
	r->first_free = r->slots[at].next_free;
	r->slots[at].source = s;
	r->source_count++;
	*s = made;
	return AH_OK;
}

ah_err ah_source_want(ah_source *s, unsigned want, ah_fault *why)
{
	if (s->wanted == want && (!s->is_parked || want == 0))
		return AH_OK;
	s->wanted = want;
	int error = control(s, s->is_parked ? EPOLL_CTL_ADD : EPOLL_CTL_MOD);
	if (error != 0)
		return control_fault(why, error);
	s->is_parked = false;
	return AH_OK;
}

void ah_source_park(ah_source *s)
{
	if (!s->is_parked)
		(void)control(s, EPOLL_CTL_DEL);
	s->is_parked = true;
	s->wanted = 0;
}

void ah_source_remove(ah_source *s)
{
	ah_reactor *r = s->reactor;
	if (r == NULL)
		return;
	ah_source_park(s); /* by hand: closing would not, while a copy of the descriptor lives in another process */
	slot *mine = &r->slots[s->slot];
	mine->source = NULL;
	mine->generation++;
	mine->next_free = r->first_free;
	r->first_free = s->slot;
	r->source_count--;
	s->reactor = NULL;
}

size_t ah_reactor_source_count(const ah_reactor *r)
{
	return r->source_count - 1; /* not the eventfd */
}

/* -- The turn -- */

int64_t ah_reactor_now_ms(const ah_reactor *r) { return r->now_ms; }
ah_timers *ah_reactor_timers(ah_reactor *r) { return &r->timers; }
uint8_t *ah_reactor_scratch(ah_reactor *r) { return r->scratch; }

int64_t ah_reactor_next_ms(const ah_reactor *r)
{
	int64_t due;
	if (r->work.first != NULL || r->graves.first != NULL)
		return r->now_ms;
	return ah_timers_next(&r->timers, &due) ? due : -1;
}

static int wait_ms(const ah_reactor *r, int64_t max_wait_ms)
{
	int64_t next = ah_reactor_next_ms(r), left = max_wait_ms;
	if (next >= 0) {
		int64_t until = next - ah_clock_now_ms(&r->clock);
		until = until > 0 ? until : 0;
		left = left < 0 || until < left ? until : left;
	}
	return left > INT32_MAX ? INT32_MAX : (int)left;
}

static void dispatch(ah_reactor *r, const struct epoll_event *event)
{
	uint32_t at = (uint32_t)event->data.u64, generation = (uint32_t)(event->data.u64 >> 32);
	if (at >= r->slot_count || r->slots[at].generation != generation || r->slots[at].source == NULL)
		return;
	ah_source *s = r->slots[at].source;
	/* What is no longer wanted since the wait began is not told; ends and failures always are. */
	unsigned what = (event->events & EPOLLIN ? AH_READABLE : 0u) | (event->events & EPOLLOUT ? AH_WRITABLE : 0u);
	what = (what & s->wanted) | (event->events & EPOLLERR ? AH_FAILED : 0u) | (event->events & EPOLLHUP ? AH_HUNG_UP : 0u);
	if (what != 0 && !s->is_parked)
		s->ops->ready(s->context, what);
}

ah_err ah_reactor_turn(ah_reactor *r, int64_t max_wait_ms, ah_fault *why)
{
	int count = epoll_wait(r->epoll_fd, r->events, AH_NET_EVENTS_MAX, wait_ms(r, max_wait_ms));
	if (count < 0 && errno != EINTR)
		return ah_socket_fault(why, AH_ERR_INTERNAL, "net.epoll", "epoll_wait", errno);
	r->now_ms = ah_clock_now_ms(&r->clock);
	for (int i = 0; i < count; i++)
		dispatch(r, &r->events[i]);
	(void)ah_timers_run(&r->timers, r->now_ms);
	queue_run(&r->work, false);
	queue_run(&r->graves, false);
	return AH_OK;
}

ah_err ah_reactor_run(ah_reactor *r, ah_fault *why)
{
	while (!atomic_exchange(&r->stop, false))
		AH_TRY(ah_reactor_turn(r, -1, why));
	return AH_OK;
}

/* -- Beginning and end -- */

ah_err ah_reactor_new(ah_reactor **out, ah_clock clock, ah_fault *why)
{
	ah_reactor *r = (ah_reactor *)ah_alloc(sizeof *r);
	if (r == NULL)
		return ah_fault_set(why, AH_ERR_NOMEM, "net.reactor", "no memory");
	r->clock = clock;
	r->now_ms = ah_clock_now_ms(&clock);
	r->first_free = NO_SLOT;
	ah_timers_init(&r->timers, r->now_ms);
	queue_init(&r->work);
	queue_init(&r->graves);
	queue_init(&r->posted);
	(void)pthread_mutex_init(&r->lock, NULL); /* with these attributes it cannot fail */
	r->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	r->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	ah_err err = r->epoll_fd < 0 || r->wake_fd < 0 ? ah_socket_fault(why, AH_ERR_IO, "net.reactor", "epoll_create1, eventfd", errno)
						       : ah_source_add(&r->wake, r, r->wake_fd, AH_READABLE, &wake_ops, r, why);
	if (err != AH_OK) {
		ah_reactor_free(r);
		return err;
	}
	*out = r;
	return AH_OK;
}

static void abandon_all(ah_reactor *r)
{
	r->is_ending = true;
	for (unsigned round = 0; round < END_ROUNDS; round++) {
		run_posted(r, true);
		for (uint32_t i = 0; i < r->slot_count; i++) {
			ah_source *s = r->slots[i].source;
			if (s != NULL)
				s->ops->abandon(s->context);
		}
		queue_run(&r->work, true);
		queue_run(&r->graves, true);
		if (r->work.first == NULL && r->graves.first == NULL)
			return;
	}
}

void ah_reactor_free(ah_reactor *r)
{
	if (r == NULL)
		return;
	abandon_all(r);
	ah_source_remove(&r->wake);
	if (r->wake_fd >= 0)
		(void)close(r->wake_fd);
	if (r->epoll_fd >= 0)
		(void)close(r->epoll_fd);
	(void)pthread_mutex_lock(&r->lock); /* the last ah_reactor_post() has left */
	(void)pthread_mutex_unlock(&r->lock);
	(void)pthread_mutex_destroy(&r->lock);
	ah_timers_free(&r->timers);
	ah_dealloc(r->slots);
	ah_dealloc(r);
}
