/*
 * Documents of the vendors, verified: what may enter the cache, under which name, how new it is and until when it holds.
 *
 * Whatever was fetched or imported is judged here by the vendor's own signatures under the pinned roots, with the functions that judge it again
 * when evidence is verified. TLS, the mirror and the cache are believed nothing.
 */
#ifndef AH_APPS_CLI_VENDOR_H
#define AH_APPS_CLI_VENDOR_H

#include "apps/cli/cli.h"
#include "evidence/roots.h"
#include "evidence/verifier.h"
#include "platforms/snp_report.h"

/* What judges. Made by vendor_trust_load(); borrows nothing. */
typedef struct vendor_trust {
	ah_verifier *verifier;     /* owned */
	ah_roots roots;
	ah_buf simulated_root;     /* DER; empty for none */
	uint8_t simulated_sha256[32];
	int64_t now_s;
} vendor_trust;

/* The options --at, --simulated-root and --allow-simulated of the command. errors: AH_ERR_USAGE, those of cli_read(), AH_ERR_TEXT, AH_ERR_CERT_MALFORMED, .. */
AH_MUST_USE ah_err vendor_trust_load(cli *app, vendor_trust *out, const cli_args *args);
void vendor_trust_free(vendor_trust *trust);
static inline void vendor_trust_auto(vendor_trust *trust) { vendor_trust_free(trust); }

typedef enum vendor_kind { VENDOR_TDX_COLLATERAL, VENDOR_SNP_CHAIN, VENDOR_SNP_CRL, VENDOR_SNP_VCEK } vendor_kind;
#define VENDOR_KIND_COUNT 4
/* "tdx-collateral", "sev-snp-chain", "sev-snp-crl", "sev-snp-vcek". */
const char *vendor_kind_name(vendor_kind kind);
/* The largest file of a kind. */
size_t vendor_kind_max(vendor_kind kind);

/* How new a part is: a smaller number, or with an equal one an earlier date, is older. */
#define VENDOR_NUMBERS_MAX 4
#define VENDOR_KEY_MAX     (64 + 1 + 64)
typedef struct vendor_number {
	const char *title;         /* "TCB info" */
	bool has_number;           /* certificates have none, AMD's CRLs need not: then only the date counts */
	uint64_t number;
	int64_t issued_s;
	const char *state_kind;    /* what the state remembers it as; NULL: nothing */
	char state_key[VENDOR_KEY_MAX + 1];
} vendor_number;

#define VENDOR_NAME_MAX 224
typedef struct vendor_document {
	vendor_kind kind;
	char name[VENDOR_NAME_MAX]; /* of its file in the cache, made of what the document itself says */
	char about[96];            /* for people */
	bool simulated;            /* under the simulated root of the trust */
	int64_t expiry_s;          /* the earliest end of anything in it */
	size_t number_count;
	vendor_number numbers[VENDOR_NUMBERS_MAX];
	/* What it is for, as far as its kind says so. */
	uint8_t fmspc[6];
	bool platform_ca;          /* PCK CA: platform, else processor */
	ah_snp_product product;
	ah_snp_signer signer;
	ah_snp_tcb tcb;
	uint8_t hwid[64];
	size_t hwid_len;
} vendor_document;

/*
 * Read a document and, unless trust is NULL, verify it at trust->now_s. Without trust the name has no mark of a simulated root, and expiry_s and the
 * keys of the numbers are not set: enough to see how new a file of the cache is.
 *
 * signer  SNP CRLs alone: both intermediates of a product have the same issuer, so the list does not say whose it is
 * chain   SNP CRLs and VCEKs: the PEM chain (ASK and ARK) below which they stand; empty without trust
 * errors  malformed documents: those of ah_tdx_collateral_parse(), ah_cert_parse(), ah_crl_parse(); AH_ERR_PRODUCT_MISMATCH, AH_ERR_VEK_EXTENSION,
 *         AH_ERR_FIELD_RANGE (a CRL number above 63 bits); not genuine: those of ah_tdx_collateral_verify(), path.h, AH_ERR_ROOT_UNTRUSTED.
 */
AH_MUST_USE ah_err vendor_read(vendor_document *out, vendor_kind kind, const vendor_trust *trust, ah_snp_signer signer, ah_slice chain, ah_slice bytes,
                               ah_fault *why);

/* AH_ERR_COLLATERAL_ROLLBACK when any part of next is older than that of last. */
AH_MUST_USE ah_err vendor_check_newer(const vendor_document *last, const vendor_document *next, ah_fault *why);

/* The names in the cache; mark is "" or vendor_mark() of a trust. */
void vendor_mark(char out[static 32], const vendor_trust *trust);
void vendor_name_tdx(char out[static VENDOR_NAME_MAX], const char *mark, const uint8_t fmspc[static 6], bool platform_ca);
void vendor_name_snp_chain(char out[static VENDOR_NAME_MAX], const char *mark, ah_snp_product product, ah_snp_signer signer);
void vendor_name_snp_crl(char out[static VENDOR_NAME_MAX], const char *mark, ah_snp_product product, ah_snp_signer signer);
void vendor_name_snp_vcek(char out[static VENDOR_NAME_MAX], const char *mark, const vendor_document *vcek);
/* "milan", "genoa", "turin". */
const char *vendor_product_name(ah_snp_product product);

/* The kinds' own readers, for vendor_read() alone: they fill what the kind says, and verify with trust. */
AH_MUST_USE ah_err vendor__read_tdx(vendor_document *out, const vendor_trust *trust, ah_slice json, ah_fault *why);
AH_MUST_USE ah_err vendor__read_snp_chain(vendor_document *out, const vendor_trust *trust, ah_slice pem, ah_fault *why);
AH_MUST_USE ah_err vendor__read_snp_crl(vendor_document *out, const vendor_trust *trust, ah_slice chain, ah_slice bytes, ah_fault *why);
AH_MUST_USE ah_err vendor__read_snp_vcek(vendor_document *out, const vendor_trust *trust, ah_slice chain, ah_slice bytes, ah_fault *why);
/* CRLNumber, up to 63 bits. errors: AH_ERR_FIELD_RANGE. */
AH_MUST_USE ah_err vendor__crl_number(uint64_t *out, ah_slice number, ah_fault *why);

#endif
