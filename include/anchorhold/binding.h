/*
 * The 64 bytes of report data that bind evidence to keys, purpose, session and time (docs/protocol/binding.md).
 *
 *   R[0:32]  = SHA-256( spki32 || tag32 )
 *   R[32:64] = SHA-256( "anchorhold/binding/v1\0" || LP(purpose) || LP(role) || LP(deployment_id) || LP(nonce) || u64be(issued_at) || u32be(max_age)
 *                       || LP(binding_p256) || LP(x25519) || LP(ed25519) || LP(service_key) || LP(session_value) )
 *   LP(x) = u32be(len) || x; an absent value is LP("").
 */
#ifndef ANCHORHOLD_BINDING_H
#define ANCHORHOLD_BINDING_H

#include <anchorhold/error.h>

#ifdef __cplusplus
extern "C" {
#endif

#define AH_REPORT_DATA_LEN 64

/* Every field borrowed; {NULL, 0} is absent. */
typedef struct ah_binding {
	const char *purpose;            /* "tls", "oak", "sealed-ws", "nostr", "kms" */
	const char *role;               /* "server", "client" */
	ah_slice deployment_id;         /* at most 128 bytes */
	ah_slice nonce;                 /* absent (cached) or 16..64 bytes */
	int64_t issued_at_s;            /* >= 0 */
	uint32_t max_age_s;             /* 1..3600 */
	ah_slice binding_p256;          /* SEC1 uncompressed, 65 bytes, mandatory */
	ah_slice x25519, ed25519;       /* absent or 32 bytes */
	ah_slice service_key;           /* absent or 32 bytes */
	ah_slice session_value;         /* absent (cached) or 32 bytes */
	ah_slice spki_sha256;           /* 32 bytes exactly when purpose is tls and role is server, else absent */
	ah_slice tag;                   /* workload identity tag: absent or 32 bytes */
} ah_binding;

/*
 * Compute R. errors: AH_ERR_ARGUMENT (detail names the field that breaks a rule above), AH_ERR_CRYPTO.
 * Purely a function of its input; the same on the attesting and on the verifying side.
 */
AH_API AH_MUST_USE ah_err ah_binding_report_data(uint8_t out[AH_REPORT_DATA_LEN], const ah_binding *binding, ah_fault *why);

#ifdef __cplusplus
}
#endif
#endif
