/* Workload manifests (docs/protocol/manifest.md) taken apart: for ah_manifest_verify(), and for envelopes, which carry one. See anchorhold/bundle.h. */
#ifndef AH_POLICY_MANIFEST_H
#define AH_POLICY_MANIFEST_H

#include "codec/jws.h"
#include <anchorhold/bundle.h>

#define AH_MANIFEST_SCHEMA     "workload-identity/v1"
#define AH_MANIFEST_TYP        "workload-identity+jwt" /* what we write */
#define AH_MANIFEST_TYP_TRESOR "JWT"                   /* read as well: Tresor's manifests have it */

/* A manifest in form, not believed: says.key is zero until ah__manifest_check_signature() found one. */
typedef struct ah_manifest {
	ah_jws jws;                    /* owned; borrows from the text */
	ah_manifest_info says;
} ah_manifest;
void ah_manifest_free(ah_manifest *manifest);
static inline void ah_manifest_auto(ah_manifest *manifest) { ah_manifest_free(manifest); }

/*
 * Form, header, payload and tag of one manifest; its signature is not looked at. text outlives *out; one final line feed is tolerated.
 * errors: AH_ERR_MANIFEST_MALFORMED (form, size, payload), AH_ERR_MANIFEST_INVALID (the header is not the permitted one), AH_ERR_NOMEM, AH_ERR_CRYPTO.
 *         The offset of a payload's fault counts in the decoded payload.
 */
AH_MUST_USE ah_err ah__manifest_parse(ah_manifest *out, ah_verifier *verifier, ah_slice text, ah_fault *why);

/* The signature with one key. errors: AH_ERR_MANIFEST_INVALID (does not verify, or the key is no safe one); *why is not filled, another key may follow. */
AH_MUST_USE ah_err ah__manifest_check_signature(const ah_manifest *manifest, const uint8_t key[static AH_ED25519_KEY_LEN]);

#endif
