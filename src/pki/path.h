/*
 * Path validation at a given time (RFC 5280 6), revocation, and the cache of verified signatures.
 *
 * The chain is given in order, anchor first. The anchor's bytes were compared with a pin by the caller: an anchor is trusted because of that
 * and for nothing it says; its self-signature is not an argument. Its dates are checked all the same.
 */
#ifndef AH_PKI_PATH_H
#define AH_PKI_PATH_H

#include "base/check.h"
#include "pki/cert.h"
#include "pki/crl.h"

/*
 * Certificates whose signature was verified, as SHA-256(anchor digest || issuer SPKI || certificate). Only the fact "this signature is good" is
 * remembered: dates, names, constraints and revocation are judged anew every time. Bounded, oldest replaced. Caller-allocated, no pointers.
 */
typedef struct ah_cert_cache {
	uint8_t digest[AH_CERT_CACHE_ENTRIES][32];
	size_t count, next;
	uint64_t hits, misses;
} ah_cert_cache;

/* What the vendor's certificates look like, so that one validator serves all. */
typedef struct ah_path_rules {
	ah_key_kind anchor_key, ca_key, leaf_key;
	ah_sig_alg sig_alg;                 /* of every certificate below the anchor */
	bool leaf_digital_signature;        /* the leaf must have keyUsage digitalSignature, and neither keyCertSign nor cRLSign (Nitro, TDX) */
	bool leaf_basic_constraints;        /* the leaf must have basicConstraints with CA false (Nitro); otherwise it may be absent, never CA true */
	bool leaf_is_ca;                    /* the path ends at a CA, whose CRL is wanted (TDX): the rules for issuers hold for it, those for leaves do not */
} ah_path_rules;

/*
 * Validate path[0] (anchor) .. path[count-1] (leaf) at now_s, recording AH_CHECK_PATH_VALIDITY, _NAMES, _CA, _LENGTH, _LEAF, _CRITICAL, _ALGORITHM,
 * _SIGNATURE in log, in this order: rules that cost nothing first, signatures last.
 *
 * anchor_digest  SHA-256 of the anchor's DER, part of the cache key
 * cache          may be NULL
 * *expiry_s      on AH_OK min(notAfter) over all certificates, anchor included
 * errors  AH_ERR_CERT_EXPIRED (now_s > notAfter; the second of notAfter itself is still valid), AH_ERR_CERT_NOT_YET_VALID, AH_ERR_CHAIN (names,
 *         key identifiers where both are present, count 2..AH_PATH_MAX), AH_ERR_CHAIN_CONSTRAINT, AH_ERR_ALGORITHM, AH_ERR_CERT_SIGNATURE, AH_ERR_CRYPTO.
 * not checked here: that path[0] is a pinned root (AH_CHECK_PATH_ROOT), revocation.
 */
AH_MUST_USE ah_err ah_path_validate(ah_crypto *crypto, ah_cert_cache *cache, ah_checks *log, const ah_cert *const *path, size_t count,
                                    const uint8_t anchor_digest[static 32], const ah_path_rules *rules, int64_t now_s, int64_t *expiry_s, ah_fault *why);

typedef enum ah_revocation_scope {
	/* For which certificates a CRL must be there once any is given. A listed certificate is refused whatever the scope. */
	AH_REVOCATION_ALL_BUT_LEAF,  /* AMD: the ARK's CRL lists CAs; VEKs are never revoked */
	AH_REVOCATION_WITH_CRLDP     /* Nitro: exactly the certificates that carry a cRLDistributionPoints extension */
} ah_revocation_scope;

/*
 * Check a validated path against CRLs, recording AH_CHECK_REVOCATION (never called without CRLs: the caller skips the row).
 * Each CRL must be issued by a CA of the path (name; AKI against SKI where both are present), by one that may sign CRLs (cA, cRLSign where keyUsage is
 * present; the anchor too), signed by it with the rules' algorithm, and thisUpdate <= now_s <= nextUpdate. Each certificate in scope must be
 * covered by a CRL of its issuer; no certificate, in scope or not, may be listed by a CRL of its issuer.
 * *expiry_s becomes min(itself, nextUpdate) on AH_OK.
 * errors  AH_ERR_CRL_ISSUER, AH_ERR_CRL_SIGNATURE, AH_ERR_CRL_EXPIRED, AH_ERR_CRL_NOT_YET_VALID, AH_ERR_REVOKED, AH_ERR_REVOCATION_UNAVAILABLE (no CRL for an
 *         issuer in scope), AH_ERR_CRYPTO.
 */
AH_MUST_USE ah_err ah_path_check_revocation(ah_crypto *crypto, ah_checks *log, const ah_cert *const *path, size_t count, const ah_crl *crls, size_t crl_count,
                                            ah_revocation_scope scope, const ah_path_rules *rules, int64_t now_s, int64_t *expiry_s, ah_fault *why);

#endif
