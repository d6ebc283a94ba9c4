/*
 * Trust bundles and workload manifests: a policy, or the description of an image, signed with Ed25519 as a compact JWS
 * (docs/protocol/bundle.md, docs/protocol/manifest.md).
 */
#ifndef ANCHORHOLD_BUNDLE_H
#define ANCHORHOLD_BUNDLE_H

#include <anchorhold/policy.h>
#include <anchorhold/state.h>
#include <anchorhold/verifier.h>

#ifdef __cplusplus
extern "C" {
#endif

#define AH_ED25519_KEY_LEN      32
#define AH_RELEASE_ROOTS_MAX    8

/* A pinned release root: the Ed25519 public key of who may publish reference values. */
typedef struct ah_release_root { uint8_t key[AH_ED25519_KEY_LEN]; } ah_release_root;

/*
 * From PEM SubjectPublicKeyInfo ("BEGIN PUBLIC KEY", RFC 8410), as `anchorhold bundle keygen` and `openssl pkey -pubout` write it.
 * errors: AH_ERR_KEY_INVALID (not one such key; a point of small order or not canonically encoded), AH_ERR_NOMEM.
 */
AH_API AH_MUST_USE ah_err ah_release_root_from_pem(ah_release_root *out, ah_slice pem, ah_fault *why);

/* Whom the caller trusts to say what is allowed. Everything is borrowed for the call. Zero it, then fill it. */
typedef struct ah_trust {
	ah_slice bundle;               /* compact JWS; a final line feed is tolerated */
	const ah_release_root *roots;  /* 1..AH_RELEASE_ROOTS_MAX: several while a root is being rotated */
	size_t root_count;
	const char *workload;          /* the workload that the caller wants; never taken from the bundle */
} ah_trust;

/* What a verified bundle says of itself. */
typedef struct ah_bundle_info {
	char workload[129];
	char kid[129];
	int64_t version;
	int64_t issued_at_s, valid_from_s, valid_until_s;
	uint8_t root[AH_ED25519_KEY_LEN];  /* the pinned root whose signature verified */
	uint8_t sha256[32];                /* of the compact JWS, without a final line feed */
} ah_bundle_info;

/*
 * Verify a bundle: form, header, signature, payload (ah_policy_load), workload, time, rollback; in this order.
 *
 * policy  on AH_OK a new policy, free with ah_policy_free(); may be NULL. info may be NULL. Both untouched otherwise.
 * state   NULL: rollback is not judged; else on AH_OK the version and digest are noted in it.
 * errors  AH_ERR_ARGUMENT (no root, too many, no workload), AH_ERR_BUNDLE_MALFORMED, AH_ERR_BUNDLE_SIGNATURE, those of ah_policy_load(),
 *         AH_ERR_WORKLOAD, AH_ERR_POLICY_NOT_YET_VALID, AH_ERR_POLICY_EXPIRED, AH_ERR_BUNDLE_ROLLBACK, AH_ERR_STATE_INVALID (it is full: the detail
 *         begins with that word), AH_ERR_NOMEM, AH_ERR_CRYPTO.
 */
AH_API AH_MUST_USE ah_err ah_bundle_verify(ah_policy **policy, ah_bundle_info *info, ah_verifier *verifier, const ah_trust *trust, int64_t now_s,
                                         ah_state *state, ah_fault *why);

/* What a verified workload manifest says. */
typedef struct ah_manifest_info {
	char workload[129];
	char version[129];
	char image_digest[136];        /* "sha256:<64 hex>", or empty */
	char binary_digest[136];
	char kid[129];
	uint8_t key[AH_ED25519_KEY_LEN];   /* the key whose signature verified */
	uint8_t tag[32];                   /* workload identity tag: SHA-256 of the compact JWS */
} ah_manifest_info;

/*
 * Verify a workload manifest with one of count keys. info is untouched on failure.
 * errors: AH_ERR_ARGUMENT (no key), AH_ERR_MANIFEST_MALFORMED, AH_ERR_MANIFEST_INVALID (header or signature), AH_ERR_NOMEM, AH_ERR_CRYPTO.
 */
AH_API AH_MUST_USE ah_err ah_manifest_verify(ah_manifest_info *info, ah_verifier *verifier, ah_slice jws, const ah_release_root *keys, size_t count,
                                           ah_fault *why);
/* The workload identity tag of a manifest: SHA-256 of its bytes without a final line feed. Nothing is verified. errors: AH_ERR_CRYPTO, AH_ERR_NOMEM. */
AH_API AH_MUST_USE ah_err ah_manifest_tag(uint8_t out[32], ah_verifier *verifier, ah_slice jws, ah_fault *why);

#ifdef __cplusplus
}
#endif
#endif
