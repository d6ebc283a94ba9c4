/*
 * The AMD extensions of a VCEK or VLEK (AMD 57230, "Certificate extensions"; arc 1.3.6.1.4.1.3704.1), read by OID and never by position.
 */
#ifndef AH_PLATFORMS_SNP_VEK_H
#define AH_PLATFORMS_SNP_VEK_H

#include "pki/cert.h"
#include <anchorhold/claims.h>

#define AH_SNP_HWID_LEN       64 /* Milan, Genoa */
#define AH_SNP_HWID_LEN_TURIN 8

/* Borrowed from the certificate. What is absent or unreadable is zero, and defect says so. */
typedef struct ah_snp_vek {
	ah_snp_signer kind;        /* by the exact common name; AH_SNP_SIGNER_NONE for any other */
	ah_slice product_name;     /* "Milan-B0", "Genoa", .. */
	ah_snp_product product;    /* of the part before '-' */
	ah_snp_tcb tcb;            /* has_fmc: the certificate has an fmcSPL */
	bool has_spl4;
	ah_slice hwid;             /* without its OCTET STRING, where there is one; {NULL, 0} when absent */
	ah_slice csp_id;           /* {NULL, 0} when absent */
	const char *defect;        /* NULL, or the first thing wrong with the extensions as such; static text */
} ah_snp_vek;

/*
 * Read the extensions of a parsed certificate. Never fails: the caller judges kind, product and defect.
 * defect covers: a missing or mistyped extension, an SPL above 255, spl4..spl7 not zero (they are the reserved bytes of TCB_VERSION), structVersion
 * above 1, an unknown productName, a HWID in neither of its two forms, a VCEK with CSP_ID or without HWID, a VLEK with HWID or without CSP_ID.
 */
void ah_snp_vek_read(ah_snp_vek *out, const ah_cert *cert);

/* What the extensions must be on a product: fmcSPL and 8 bytes of HWID on Turin, spl4 and 64 bytes elsewhere. NULL when so, else static text. */
const char *ah_snp_vek_product_defect(const ah_snp_vek *vek, ah_snp_product product);

/* "Milan" etc. to a product; AH_SNP_PRODUCT_NONE for any other text. */
ah_snp_product ah_snp_product_by_name(ah_slice name);

/* What a CA of AMD's chain is, by its exact common name: "ARK-<Product>", "SEV-<Product>" (issues VCEKs), "SEV-VLEK-<Product>" (issues VLEKs). */
typedef enum ah_snp_ca_kind { AH_SNP_CA_NONE = 0, AH_SNP_CA_ROOT, AH_SNP_CA_VCEK, AH_SNP_CA_VLEK } ah_snp_ca_kind;
typedef struct ah_snp_ca {
	ah_snp_ca_kind kind;
	ah_snp_product product;
} ah_snp_ca;
ah_snp_ca ah_snp_ca_read(const ah_cert *cert);

#endif
