/*
 * How many connections there are, in total and of each peer. One gate may stand before several listeners on several threads; connections leave it from
 * wherever they end, also after their listener has.
 */
#ifndef AH_NET_GATE_H
#define AH_NET_GATE_H

#include "net/address.h"
#include "net/reactor.h"

typedef struct ah_gate ah_gate;

/* 1 <= per_peer_max <= total_max <= AH_NET_CONNECTIONS_MAX (asserted). All memory is allocated here. errors: AH_ERR_NOMEM, AH_ERR_IO (no randomness). */
AH_MUST_USE ah_err ah_gate_new(ah_gate **out, size_t total_max, size_t per_peer_max, ah_fault *why);
/* Everyone has left (asserted). NULL is allowed. */
void ah_gate_free(ah_gate *gate);

/* Held by whatever counts as one connection, and given back once. Zeroed: no gate. */
typedef struct ah_gate_pass {
	ah_gate *gate;
	ah_peer_key key;
} ah_gate_pass;

typedef enum ah_gate_answer { AH_GATE_OPEN, AH_GATE_FULL, AH_GATE_PEER_FULL } ah_gate_answer;

/* AH_GATE_OPEN: one more, and *out is its pass. Thread-safe, as all below. */
AH_MUST_USE ah_gate_answer ah_gate_enter(ah_gate *gate, ah_peer_key key, ah_gate_pass *out);
/* Clears the pass. A zeroed one is allowed. */
void ah_gate_leave(ah_gate_pass *pass);
bool ah_gate_is_full(ah_gate *gate);
size_t ah_gate_count(ah_gate *gate);

/*
 * For a graceful end, after the listeners were closed: task is posted to r as soon as nobody is inside, at once when that is so already. One at a time;
 * NULL as task takes back what was asked and not yet posted.
 */
void ah_gate_when_empty(ah_gate *gate, ah_reactor *r, ah_task *task);

#endif
