/* See gate.h. Peers are counted in an open-addressing table twice as large as the total may become, so that a free place is always near. */
#include "net/gate.h"

#include "base/fault.h"
#include "base/memory.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <sys/random.h>

/* count 0: free. */
typedef struct seat { ah_peer_key key; uint32_t count; } seat;

struct ah_gate {
	pthread_mutex_t lock;
	size_t total, total_max, per_peer_max;
	uint64_t seed;             /* peers choose their addresses, but not where they meet in the table */
	size_t mask;
	ah_reactor *waiting;
	ah_task *when_empty;
	seat *seats;
};

ah_err ah_gate_new(ah_gate **out, size_t total_max, size_t per_peer_max, ah_fault *why)
{
	assert(per_peer_max >= 1 && per_peer_max <= total_max && total_max <= AH_NET_CONNECTIONS_MAX);
	size_t size = 2;
	while (size < 2 * total_max)
		size *= 2;
	uint64_t seed;
	if (getrandom(&seed, sizeof seed, 0) != (ssize_t)sizeof seed)
		return ah_fault_set(why, AH_ERR_IO, "net.gate", "no randomness");
	ah_gate *gate = (ah_gate *)ah_alloc(sizeof *gate);
	seat *seats = (seat *)ah_alloc(size * sizeof *seats);
	if (gate == NULL || seats == NULL) {
		ah_dealloc(gate);
		ah_dealloc(seats);
		return ah_fault_set(why, AH_ERR_NOMEM, "net.gate", "no memory");
	}
	*gate = (ah_gate){ .total_max = total_max, .per_peer_max = per_peer_max, .seed = seed, .mask = size - 1, .seats = seats };
	(void)pthread_mutex_init(&gate->lock, NULL);
	*out = gate;
	return AH_OK;
}

void ah_gate_free(ah_gate *gate)
{
	if (gate == NULL)
		return;
	(void)pthread_mutex_lock(&gate->lock); /* the last one to leave has let go of it */
	assert(gate->total == 0);
	(void)pthread_mutex_unlock(&gate->lock);
	(void)pthread_mutex_destroy(&gate->lock);
	ah_dealloc(gate->seats);
	ah_dealloc(gate);
}

/* The finisher of splitmix64: every bit of the key reaches every bit of the place. */
static size_t place_of(const ah_gate *gate, ah_peer_key key)
{
	uint64_t x = key.value ^ gate->seed ^ (uint64_t)key.kind << 60;
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return (size_t)(x ^ x >> 31) & gate->mask;
}

/* The seat of this peer, or the free one that it would take. */
static size_t seat_of(const ah_gate *gate, ah_peer_key key)
{
	size_t at = place_of(gate, key);
	while (gate->seats[at].count != 0 && (gate->seats[at].key.kind != key.kind || gate->seats[at].key.value != key.value))
		at = (at + 1) & gate->mask;
	return at;
}

/* Those behind move up, so that no search stops at the hole before it has found them. */
static void give_up_seat(ah_gate *gate, size_t hole)
{
	for (size_t at = (hole + 1) & gate->mask; gate->seats[at].count != 0; at = (at + 1) & gate->mask) {
		size_t home = place_of(gate, gate->seats[at].key);
		if (((at - home) & gate->mask) >= ((at - hole) & gate->mask)) {
			gate->seats[hole] = gate->seats[at];
			gate->seats[at].count = 0;
			hole = at;
		}
	}
}

ah_gate_answer ah_gate_enter(ah_gate *gate, ah_peer_key key, ah_gate_pass *out)
{
	ah_gate_answer answer = AH_GATE_OPEN;
	(void)pthread_mutex_lock(&gate->lock);
	if (gate->total == gate->total_max) {
		answer = AH_GATE_FULL;
	} else if (key.kind != AH_ADDRESS_NONE) {
		seat *mine = &gate->seats[seat_of(gate, key)];
		if (mine->count == gate->per_peer_max) {
			answer = AH_GATE_PEER_FULL;
		} else {
			mine->key = key;
			mine->count++;
		}
	}
	if (answer == AH_GATE_OPEN)
		gate->total++;
	(void)pthread_mutex_unlock(&gate->lock);
	if (answer == AH_GATE_OPEN)
		*out = (ah_gate_pass){ gate, key };
	return answer;
}

/* Under the lock: whoever hears that the gate is empty may free it, and takes the lock to do so. */
static void tell_if_empty(ah_gate *gate)
{
	if (gate->total == 0 && gate->when_empty != NULL) {
		ah_reactor_post(gate->waiting, gate->when_empty);
		gate->when_empty = NULL;
	}
}

void ah_gate_leave(ah_gate_pass *pass)
{
	ah_gate *gate = pass->gate;
	if (gate == NULL)
		return;
	(void)pthread_mutex_lock(&gate->lock);
	assert(gate->total != 0);
	gate->total--;
	if (pass->key.kind != AH_ADDRESS_NONE) {
		size_t at = seat_of(gate, pass->key);
		assert(gate->seats[at].count != 0);
		if (--gate->seats[at].count == 0)
			give_up_seat(gate, at);
	}
	tell_if_empty(gate);
	(void)pthread_mutex_unlock(&gate->lock);
	*pass = (ah_gate_pass){ 0 };
}

size_t ah_gate_count(ah_gate *gate)
{
	(void)pthread_mutex_lock(&gate->lock);
	size_t total = gate->total;
	(void)pthread_mutex_unlock(&gate->lock);
	return total;
}

bool ah_gate_is_full(ah_gate *gate)
{
	return ah_gate_count(gate) == gate->total_max;
}

void ah_gate_when_empty(ah_gate *gate, ah_reactor *r, ah_task *task)
{
	(void)pthread_mutex_lock(&gate->lock);
	gate->waiting = r;
	gate->when_empty = task;
	tell_if_empty(gate);
	(void)pthread_mutex_unlock(&gate->lock);
}
