/*
 * Evidence bytes and endorsements: what goes into the verifier.
 */
#ifndef ANCHORHOLD_EVIDENCE_H
#define ANCHORHOLD_EVIDENCE_H

#include <anchorhold/claims.h>
#include <anchorhold/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Which platform made these bytes, by exact magic or length; AH_PLATFORM_NONE when none did. Nothing is verified. */
AH_API ah_platform_id ah_evidence_detect(ah_slice evidence);

/*
 * Binary, hex (either case, white space and a 0x prefix allowed) or standard base64 (line breaks allowed) to binary.
 * When the bytes are binary evidence already, or no text form of any, *out is a copy of in: the parser will say what is wrong.
 * *out is allocated, *out_len its length; free with ah_bytes_free(). errors: AH_ERR_TOO_LARGE, AH_ERR_NOMEM.
 */
AH_API AH_MUST_USE ah_err ah_evidence_from_text(uint8_t **out, size_t *out_len, ah_slice in, ah_fault *why);
AH_API void ah_bytes_free(uint8_t *bytes);

/*
 * Endorsements: certificates and CRLs that the evidence does not carry itself. Copies everything that is added.
 * Nothing is verified when it is added beyond its outer form; the platform's verify step judges it.
 */
typedef struct ah_endorsements ah_endorsements;

AH_API AH_MUST_USE ah_err ah_endorsements_new(ah_endorsements **out);
AH_API void ah_endorsements_free(ah_endorsements *endorsements);

/* SNP: the VCEK or VLEK, one certificate, PEM or DER. errors: AH_ERR_TOO_LARGE, AH_ERR_TEXT, AH_ERR_CERT_MALFORMED (not one certificate), AH_ERR_ARGUMENT (twice), AH_ERR_NOMEM. */
AH_API AH_MUST_USE ah_err ah_endorsements_set_vek(ah_endorsements *endorsements, ah_slice pem_or_der, ah_fault *why);
/* Intermediate and root certificates in any order, PEM (several) or DER (one after the other). errors: as above; at most AH_CHAIN_CERTIFICATES_MAX. */
AH_API AH_MUST_USE ah_err ah_endorsements_add_chain(ah_endorsements *endorsements, ah_slice pem_or_der, ah_fault *why);
/* SNP: the host's certificate table (GHCB; auxblob of configfs-tsm). errors: AH_ERR_TOO_LARGE, AH_ERR_CERT_TABLE, AH_ERR_ARGUMENT (twice), AH_ERR_NOMEM. */
AH_API AH_MUST_USE ah_err ah_endorsements_set_cert_table(ah_endorsements *endorsements, ah_slice table, ah_fault *why);
/* TDX: a collateral file (docs/protocol/tdx.md). errors: AH_ERR_TOO_LARGE, AH_ERR_ARGUMENT (twice, or empty), AH_ERR_NOMEM. */
AH_API AH_MUST_USE ah_err ah_endorsements_set_collateral(ah_endorsements *endorsements, ah_slice json, ah_fault *why);
/* One CRL, PEM or DER; may be called up to 8 times. errors: AH_ERR_TOO_LARGE, AH_ERR_TEXT, AH_ERR_LIMIT, AH_ERR_NOMEM. */
AH_API AH_MUST_USE ah_err ah_endorsements_add_crl(ah_endorsements *endorsements, ah_slice pem_or_der, ah_fault *why);

#ifdef __cplusplus
}
#endif
#endif
