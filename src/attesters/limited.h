/*
 * An attester with a deadline that holds even when the device hangs.
 *
 * No signal ends a thread that waits inside a driver for its host, so the call is made on a thread of its own, over copies of the request: when the
 * deadline passes, the caller goes on and the thread is left to the kernel. Until it comes back every further request is refused as busy, so that a host
 * that does not answer can hold one thread, never more.
 */
#ifndef AH_ATTESTERS_LIMITED_H
#define AH_ATTESTERS_LIMITED_H

#include "attesters/attester.h"

/*
 * Takes over *inner (which becomes NULL) on AH_OK. errors of the call: AH_ERR_NOMEM; those of ah_attest(): AH_ERR_DEVICE_BUSY at the deadline, and while an
 * earlier request still hangs, AH_ERR_IO (no thread), and those of inner. Has the name and platform of inner.
 * ah_attester_free() never waits: what a hanging thread uses is freed by it, so that what inner itself borrows (a context, paths) must live as long
 * as the process.
 */
AH_MUST_USE ah_err ah_limited_attester_new(ah_attester **out, ah_attester **inner);

#endif
