/* The certificates in a quote: PCK leaf, PCK CA, Intel's root. */
#ifndef AH_PLATFORMS_TDX_PCK_CHAIN_H
#define AH_PLATFORMS_TDX_PCK_CHAIN_H

#include "platforms/tdx/collateral.h"
#include "platforms/verify_common.h"

#define AH_TDX_PCK_CHAIN_COUNT 3

typedef struct ah_tdx_pck_chain {
	ah_tdx_chain certs;          /* leaf first, as they came */
	ah_chain chain;              /* the same as a path, root first; points into certs, which therefore stay where they are */
} ah_tdx_pck_chain;

static inline const ah_cert *ah_tdx_pck_leaf(const ah_tdx_pck_chain *c) { return &c->certs.certs[0]; }

/*
 * Decode the PEM of a quote: exactly three certificates; one final NUL is allowed. *c comes zeroed and is freed by the caller, on error too.
 * errors: AH_ERR_CERT_MALFORMED (no PEM, other PEM, a malformed certificate), AH_ERR_CHAIN (another count), AH_ERR_TOO_LARGE, AH_ERR_NOMEM.
 */
AH_MUST_USE ah_err ah_tdx_pck_chain_read(ah_tdx_pck_chain *c, ah_slice pem, ah_fault *why);
void ah_tdx_pck_chain_free(ah_tdx_pck_chain *c);

/*
 * Step 4: pinned root, Intel's names, path validation (P-256 and SHA-256 throughout), and the CRLs of en where the caller gave some of its own.
 * errors: AH_ERR_ROOT_UNTRUSTED, those of path.h, AH_ERR_CRYPTO, AH_ERR_NOMEM.
 * not checked here: the collateral's CRLs. See ah_tdx_collateral_check_pck().
 */
AH_MUST_USE ah_err ah_tdx_pck_chain_verify(ah_tdx_pck_chain *c, ah_verifier *v, const ah_endorsements *en, const ah_roots *roots, int64_t now_s,
                                           ah_checks *log, ah_fault *why);

#endif
