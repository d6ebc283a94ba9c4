/*
 * The verifier: what judging evidence reuses from one question to the next. See verdict.h for the question itself.
 */
#ifndef ANCHORHOLD_VERIFIER_H
#define ANCHORHOLD_VERIFIER_H

#include <anchorhold/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Library context, fetched algorithms, a bounded cache of certificates whose signature was verified, parsed collateral. One per thread: a verifier
 * must not be used by two threads at once. Making one takes about a millisecond; verifying opens nothing.
 */
typedef struct ah_verifier ah_verifier;

/* errors: AH_ERR_CRYPTO, AH_ERR_NOMEM. */
AH_API AH_MUST_USE ah_err ah_verifier_new(ah_verifier **out, ah_fault *why);
AH_API void ah_verifier_free(ah_verifier *verifier);

#ifdef __cplusplus
}
#endif
#endif
