/* Certificate revocation lists (RFC 5280 5), strict DER. Borrowed slices, nothing copied. */
#ifndef AH_PKI_CRL_H
#define AH_PKI_CRL_H

#include "pki/cert.h"

typedef struct ah_crl {
	ah_slice der, tbs;
	ah_slice issuer;           /* whole Name */
	int64_t this_update_s, next_update_s; /* nextUpdate is required: without it a CRL never expires */
	ah_sig_alg sig_alg;
	ah_slice signature;
	ah_slice revoked;          /* content of revokedCertificates, checked entry by entry at parse; empty when there is none */
	size_t revoked_count;
	bool has_aki, has_number;
	ah_slice aki, number;
} ah_crl;

/*
 * Parse one CRL (v2) of at most AH_CRL_MAX bytes. Every entry is parsed, so that an odd one cannot end the list early; delta CRLs, indirect
 * CRLs, issuingDistributionPoint that limits the scope and any unknown critical extension are refused.
 * errors: AH_ERR_CRL_MALFORMED, AH_ERR_TOO_LARGE. not checked here: signature, dates.
 */
AH_MUST_USE ah_err ah_crl_parse(ah_crl *out, ah_slice der, ah_fault *why);

/* True when the list has this serial number (magnitude bytes without leading zeros). */
bool ah_crl_lists(const ah_crl *crl, ah_slice serial);

#endif
