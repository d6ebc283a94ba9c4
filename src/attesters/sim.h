/*
 * The simulated platforms: real-format Nitro documents, SEV-SNP reports and TDX quotes under local roots.
 *
 * Worthless by design: whoever holds the directory can sign anything. The production verifier checks the result like any other evidence, and
 * accepts it only where both the policy and the caller allow simulated roots; it never says PASS. The same code is the forge of the tests:
 * sim_nitro.h, sim_snp.h and sim_tdx.h give every field and every signed byte to the caller and sign anew everything above.
 *
 * A directory of `anchorhold sim init`:
 *     README.txt                                          says what this is
 *     nitro-root.der, ark-milan.der, ark-genoa.der, ark-turin.der, tdx-root.der   the roots: what --simulated-root takes
 *     nitro-root.key, ark.key, ask.key, asvk.key, vcek.key, vlek.key, tdx-root.key, tdx-ca.key, tdx-pck.key, tdx-signer.key   PKCS#8 DER, mode 0600
 */
#ifndef AH_ATTESTERS_SIM_H
#define AH_ATTESTERS_SIM_H

#include "base/buf.h"
#include <anchorhold/claims.h>
#include <anchorhold/error.h>

/*
 * Make a directory with fresh keys and roots, mode 0700, every file written aside and renamed. dir must not exist, or be an empty directory.
 * Takes some seconds: three RSA-4096 keys are made.
 * errors  AH_ERR_ARGUMENT (dir holds something already), AH_ERR_IO (detail names the path), AH_ERR_CRYPTO, AH_ERR_NOMEM. What was written before
 *         an error stays: a half-made directory is refused by ah_sim_open(), and is to be removed by the caller.
 */
AH_MUST_USE ah_err ah_sim_init(const char *dir, ah_fault *why);

typedef struct ah_sim ah_sim;

/*
 * Open a directory of ah_sim_init(). Keys below the Nitro root are made anew, and so is the attestation key of TDX: they live for days or hours too.
 * errors: AH_ERR_FILE (not such a directory; detail names the path), AH_ERR_IO, AH_ERR_CRYPTO, AH_ERR_NOMEM.
 */
AH_MUST_USE ah_err ah_sim_open(ah_sim **out, const char *dir, ah_fault *why);
void ah_sim_free(ah_sim *sim);
AH_DEFINE_AUTO_PTR(ah_sim)

/* What the evidence is to say. Zero it, then fill it; everything is borrowed for the call. */
typedef struct ah_sim_options {
	ah_platform_id platform;
	ah_slice report_data;          /* SNP, TDX: 64 bytes, or empty for zeros. Nitro: user_data, at most 512 bytes, empty for null */
	ah_slice nonce;                /* Nitro alone: at most 512 bytes, empty for null */
	ah_slice public_key;           /* Nitro alone: at most 1024 bytes, empty for null */
	int64_t at_s;                  /* seconds since 1970: the time of the evidence, from which its certificates and CRL run */
	ah_snp_product product;        /* SNP alone; AH_SNP_PRODUCT_NONE: Genoa */
	ah_snp_signer signer;          /* SNP alone; AH_SNP_SIGNER_NONE: VCEK */
	bool debug;                    /* SNP: DEBUG in the guest policy. TDX: DEBUG in TD attributes. Nitro: PCR0, 1, 2 and 8 are zero */
	unsigned quote_version;        /* TDX alone: 4 (TD report 1.0) or 5 (1.5); 0: 4 */
} ah_sim_options;

/* What comes out. Owned; free with ah_sim_output_free(). What another platform has stays empty; a Nitro document carries its chain itself. */
typedef struct ah_sim_output {
	ah_buf evidence;               /* the document, the report of 1184 bytes, or the quote */
	ah_buf vek_der;                /* SNP: VCEK or VLEK */
	ah_buf chain_pem;              /* ASK or ASVK, then ARK */
	ah_buf crl_der;                /* of the ARK; nobody is revoked */
	ah_buf collateral_json;        /* TDX: what --collateral takes */
	ah_buf event_log_json, event_log_ccel; /* TDX: the same boot in both forms; the CCEL has no events of RTMR3 */
	ah_buf root_der;               /* the root of this very evidence */
} ah_sim_output;

void ah_sim_output_free(ah_sim_output *output);
static inline void ah_sim_output_auto(ah_sim_output *output) { ah_sim_output_free(output); }

/*
 * Make evidence. *out (zeroed by the caller) is filled on AH_OK alone.
 * The machine is the same for a directory: one EC2 instance, one chip, one platform, one measurement; each Nitro document is of a new enclave. The time is
 * believed: evidence of a time at which the roots are not valid is made as asked, and then refused by the verifier.
 * errors: AH_ERR_ARGUMENT (detail names the option: wrong length, or not of this platform), AH_ERR_CRYPTO, AH_ERR_NOMEM.
 */
AH_MUST_USE ah_err ah_sim_evidence(ah_sim *sim, const ah_sim_options *options, ah_sim_output *out, ah_fault *why);

#endif
