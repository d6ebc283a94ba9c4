/*
 * TDX collateral: TCB info, QE identity, their issuer chains, both CRLs. Parsed once, authenticated once per root, judged anew every time for its
 * windows, its revocations and its match with the quote.
 *
 * The file is the JSON object that DCAP tools use (docs/protocol/tdx.md, "Collateral file"): tcb_info (exact signed text), tcb_info_signature (hex),
 * tcb_info_issuer_chain (PEM), qe_identity, qe_identity_signature, qe_identity_issuer_chain, root_ca_crl (hex DER), pck_crl (hex DER),
 * pck_crl_issuer_chain (PEM), and optionally pck_certificate_chain (ignored: the quote carries it).
 */
#ifndef AH_PLATFORMS_TDX_COLLATERAL_H
#define AH_PLATFORMS_TDX_COLLATERAL_H

#include "base/buf.h"
#include "base/check.h"
#include "evidence/endorsements.h"
#include "evidence/roots.h"
#include "evidence/verifier.h"
#include "pki/crl.h"
#include "platforms/tdx/tcb.h"

/* A chain of certificates as it came, leaf first, with its DER. */
typedef struct ah_tdx_chain {
	ah_buf der[AH_TDX_CHAIN_MAX];
	ah_cert certs[AH_TDX_CHAIN_MAX];
	size_t count;
} ah_tdx_chain;

typedef struct ah_tdx_collateral {
	ah_buf file;                 /* owned copy; what the parts below borrow from, and what finds this object again */
	ah_buf tcb_info_text, qe_identity_text; /* unescaped: exactly the signed bytes */
	ah_buf root_crl_der, pck_crl_der;
	ah_tdx_chain tcb_info_chain, qe_identity_chain, pck_crl_chain;
	ah_crl root_crl, pck_crl;
	uint8_t tcb_info_signature[64], qe_identity_signature[64];
	ah_tdx_tcb_info tcb_info;
	ah_tdx_qe_identity qe_identity;
	bool authenticated;          /* signatures of documents and CRLs verified under the root below */
	uint8_t root_sha256[32];
} ah_tdx_collateral;

/*
 * Parse a collateral file. Strict JSON outside; the two signed documents are vendor JSON: duplicate keys refused, unknown members counted, exact bytes kept.
 * errors: AH_ERR_COLLATERAL_MALFORMED (detail = path), AH_ERR_COLLATERAL_KIND (id, version or tcbType of another kind), AH_ERR_CERT_MALFORMED, AH_ERR_CRL_MALFORMED,
 *         AH_ERR_TOO_LARGE, AH_ERR_NOMEM. A missing member is AH_ERR_COLLATERAL_MISSING, an empty one AH_ERR_COLLATERAL_MALFORMED.
 */
AH_MUST_USE ah_err ah_tdx_collateral_parse(ah_tdx_collateral **out, ah_slice json, ah_fault *why);
void ah_tdx_collateral_free(ah_tdx_collateral *collateral);
AH_DEFINE_AUTO_PTR(ah_tdx_collateral)

/*
 * The collateral of these endorsements, parsed: from the verifier's cache when the same file was seen before. *out is borrowed from the verifier until
 * its next use; NULL when en has none. errors: as ah_tdx_collateral_parse().
 */
AH_MUST_USE ah_err ah_tdx_collateral_get(ah_tdx_collateral **out, ah_verifier *v, const ah_endorsements *en, ah_fault *why);

/*
 * Authenticate and judge at now_s, in this order, recording the rows: chains to the Intel root or a simulated one (AH_CHECK_PATH_*, the leaf's CN is
 * "Intel SGX TCB Signing"), TCB info and QE identity signatures (AH_CHECK_COLLATERAL_TCB_INFO, _QE_IDENTITY), windows (AH_CHECK_COLLATERAL_WINDOW), root CRL
 * signed by the root and current, the signing certificates and the PCK CA not listed, PCK CRL signed by the PCK CA of pck_crl_issuer_chain and current
 * (AH_CHECK_REVOCATION; the PCK leaf itself is judged by the caller). Signatures are verified once per file and root; the rest every time.
 * *root is the root that all chains ended at; *expiry_s = min(nextUpdate, notAfter).
 * errors: those of path.h, AH_ERR_ROOT_UNTRUSTED, AH_ERR_MIXED_ROOTS, AH_ERR_TCB_INFO_SIGNATURE, AH_ERR_QE_IDENTITY_SIGNATURE, AH_ERR_COLLATERAL_EXPIRED,
 *         AH_ERR_COLLATERAL_NOT_YET_VALID, AH_ERR_CRL_*, AH_ERR_REVOKED.
 */
AH_MUST_USE ah_err ah_tdx_collateral_verify(ah_tdx_collateral *c, ah_verifier *v, const ah_roots *roots, int64_t now_s, ah_checks *log, const ah_root **root,
                                            int64_t *expiry_s, ah_fault *why);

/*
 * Judge the PCK chain of a quote by the CRLs of collateral that passed ah_tdx_collateral_verify(), as part of AH_CHECK_REVOCATION: its CA (the one above
 * the leaf) against the root CRL, its leaf against the PCK CRL, which must be that of the leaf's issuer (name and key identifier).
 *
 * path    anchor first, validated by the caller at the same time and the same root
 * errors  AH_ERR_CRL_ISSUER, AH_ERR_REVOKED.
 */
AH_MUST_USE ah_err ah_tdx_collateral_check_pck(const ah_tdx_collateral *c, const ah_cert *const *path, size_t count, ah_checks *log, ah_fault *why);

#endif
