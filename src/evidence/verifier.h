/* The inside of ah_verifier: what verification reuses. One per thread. */
#ifndef AH_EVIDENCE_VERIFIER_H
#define AH_EVIDENCE_VERIFIER_H

#include "base/memory.h"
#include "crypto/crypto.h"
#include "pki/path.h"
#include <anchorhold/verifier.h>

/*
 * A parsed document that a platform keeps for reuse. It is found again by its bytes, all of them: comparing some kilobytes costs less than hashing
 * them would. evidence/ knows only how to find it and how to end it.
 */
typedef struct ah_kept {
	ah_slice bytes;                /* keeps: owned by the object */
	void *object;                  /* NULL: the place is free */
	void (*free_object)(void *object);
} ah_kept;

struct ah_verifier {
	ah_crypto *crypto;
	ah_cert_cache cache;
	ah_kept kept[AH_TDX_COLLATERAL_CACHE];
	size_t kept_next;              /* the place that is replaced next */
};

/* The object that was kept for these bytes with this free_object (which tells kinds of objects apart), or NULL. */
void *ah_verifier_kept(const ah_verifier *verifier, ah_slice bytes, void (*free_object)(void *object));
/* Keep an object; the verifier owns it from now on and ends the oldest when all places are taken. */
void ah_verifier_keep(ah_verifier *verifier, ah_slice bytes, void *object, void (*free_object)(void *object));

AH_DEFINE_AUTO_PTR(ah_verifier)

#endif
