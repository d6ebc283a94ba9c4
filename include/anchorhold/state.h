/*
 * The state that outlives a run: the newest collateral that was accepted, so that an older one, though validly signed, is refused
 * (docs/protocol/state.md). Bytes in, bytes out: the caller reads and atomically replaces the file.
 */
#ifndef ANCHORHOLD_STATE_H
#define ANCHORHOLD_STATE_H

#include <anchorhold/error.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ah_state ah_state;

/*
 * The kinds of numbers, and the key of each as lowercase hex. Under a simulated root the key goes on with '@' and the SHA-256 of that root, so that
 * numbers of one world never stand against those of another.
 */
#define AH_STATE_TDX_TCB_INFO    "tdx-tcb-info"    /* tcbEvaluationDataNumber; key: FMSPC, 6 bytes */
#define AH_STATE_TDX_QE_IDENTITY "tdx-qe-identity" /* tcbEvaluationDataNumber; key: FMSPC of the platform, 6 bytes */
#define AH_STATE_CRL             "crl"             /* CRL number; key: SHA-256 of the issuer's Name as DER, 32 bytes */

/* The largest number that can be remembered: what a signed 64-bit integer of JSON holds. */
#define AH_STATE_NUMBER_MAX INT64_MAX

/* An empty state. errors: AH_ERR_NOMEM. */
AH_API AH_MUST_USE ah_err ah_state_new(ah_state **out);
/*
 * From the bytes of a state file. errors: AH_ERR_STATE_INVALID (detail says what, offset = byte; a corrupt state is never ignored), AH_ERR_NOMEM.
 */
AH_API AH_MUST_USE ah_err ah_state_load(ah_state **out, ah_slice json, ah_fault *why);
AH_API void ah_state_free(ah_state *state);

/* Canonical JSON, schema anchorhold.state/v1. Free with ah_text_free(). errors: AH_ERR_NOMEM, AH_ERR_LIMIT. */
AH_API AH_MUST_USE ah_err ah_state_to_json(const ah_state *state, char **text, size_t *len);
/* True when something was added or raised since it was made or loaded: then the caller writes the file. */
AH_API bool ah_state_is_changed(const ah_state *state);

/* The highest number remembered for a kind and key; false when there is none, or when kind or key are none of the above. */
AH_API bool ah_state_highest(const ah_state *state, const char *kind, const char *key, uint64_t *number);
/*
 * Remember a number; a lower one than remembered leaves it. A failed call leaves everything.
 * errors: AH_ERR_ARGUMENT (kind, key or number of another form), AH_ERR_LIMIT (full), AH_ERR_NOMEM.
 */
AH_API AH_MUST_USE ah_err ah_state_note(ah_state *state, const char *kind, const char *key, uint64_t number);

/* The newest trust bundle that was accepted of a release root (32 bytes, Ed25519) and workload; false when there is none. */
AH_API bool ah_state_bundle(const ah_state *state, const uint8_t root[32], const char *workload, int64_t *version, uint8_t sha256[32]);
/*
 * Remember a bundle; a lower version than remembered leaves what is there. A failed call leaves everything.
 * errors: AH_ERR_ARGUMENT (workload or version of another form; the same version with another digest), AH_ERR_LIMIT (full), AH_ERR_NOMEM.
 */
AH_API AH_MUST_USE ah_err ah_state_note_bundle(ah_state *state, const uint8_t root[32], const char *workload, int64_t version, const uint8_t sha256[32]);

#ifdef __cplusplus
}
#endif
#endif
