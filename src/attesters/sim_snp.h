/*
 * A SEV-SNP report of the real format with its VCEK or VLEK, chain and CRL under a simulated ARK, from a specification that is filled with
 * defaults and may then be changed at every point. Everything above a change is signed anew. This is the simulated attester, and the forge of the
 * tests.
 *
 * The defaults follow AMD's: names, serial numbers, dates and extensions of the certificates, and reports of current firmware on each product.
 */
#ifndef AH_ATTESTERS_SIM_SNP_H
#define AH_ATTESTERS_SIM_SNP_H

#include "attesters/sim_chain.h"
#include "attesters/sim_keys.h"

enum { AH_SIM_SNP_ARK, AH_SIM_SNP_ASK, AH_SIM_SNP_VEK, AH_SIM_SNP_LEVELS };

/* AMD 56860, ATTESTATION_REPORT: byte offsets. Written apart from those of the verifier on purpose: each checks the other. */
enum {
	AH_SIM_SNP_VERSION = 0x000, AH_SIM_SNP_GUEST_SVN = 0x004, AH_SIM_SNP_POLICY = 0x008, AH_SIM_SNP_FAMILY_ID = 0x010, AH_SIM_SNP_IMAGE_ID = 0x020,
	AH_SIM_SNP_VMPL = 0x030, AH_SIM_SNP_SIGNATURE_ALGO = 0x034, AH_SIM_SNP_CURRENT_TCB = 0x038, AH_SIM_SNP_PLATFORM_INFO = 0x040,
	AH_SIM_SNP_KEY_INFO = 0x048, AH_SIM_SNP_RESERVED_4C = 0x04c, AH_SIM_SNP_REPORT_DATA = 0x050, AH_SIM_SNP_MEASUREMENT = 0x090,
	AH_SIM_SNP_HOST_DATA = 0x0c0, AH_SIM_SNP_ID_KEY_DIGEST = 0x0e0, AH_SIM_SNP_AUTHOR_KEY_DIGEST = 0x110, AH_SIM_SNP_REPORT_ID = 0x140,
	AH_SIM_SNP_REPORT_ID_MA = 0x160, AH_SIM_SNP_REPORTED_TCB = 0x180, AH_SIM_SNP_CPUID = 0x188, AH_SIM_SNP_RESERVED_18B = 0x18b,
	AH_SIM_SNP_CHIP_ID = 0x1a0, AH_SIM_SNP_COMMITTED_TCB = 0x1e0, AH_SIM_SNP_CURRENT_VERSION = 0x1e8, AH_SIM_SNP_COMMITTED_VERSION = 0x1ec,
	AH_SIM_SNP_LAUNCH_TCB = 0x1f0, AH_SIM_SNP_LAUNCH_MIT_VECTOR = 0x1f8, AH_SIM_SNP_CURRENT_MIT_VECTOR = 0x200, AH_SIM_SNP_RESERVED_208 = 0x208,
	AH_SIM_SNP_SIGNATURE = 0x2a0, AH_SIM_SNP_SIGNATURE_S = 0x2e8, AH_SIM_SNP_SIGNATURE_END = 0x330, AH_SIM_SNP_REPORT_LEN = 0x4a0,
	AH_SIM_SNP_REPORT_DATA_LEN = 64, AH_SIM_SNP_CHIP_ID_LEN = 64,
};

/* What the AMD extensions of the VEK say; the numbers are as wide as a forge needs. */
typedef struct ah_sim_vek {
	uint64_t struct_version;
	const char *product_name;      /* NULL: no such extension */
	uint64_t spl[10];              /* [1] bl, [2] tee, [3] snp, [4]..[7] reserved, [8] ucode, [9] fmc (Turin): by the last arc of the OID */
	unsigned spl_mask;             /* bit i: spl[i] is written */
	bool has_hwid;
	size_t hwid_len;               /* 64; Turin 8 */
	uint8_t hwid[72];
	bool hwid_as_octet_string;     /* the form that AMD announced: DER OCTET STRING in place of raw bytes */
	const char *csp_id;            /* VLEK; NULL: no such extension */
} ah_sim_vek;

typedef struct ah_sim_snp {
	ah_sim *sim;                   /* borrowed */
	ah_snp_product product;
	ah_snp_signer signer;
	ah_sim_chain chain;            /* AH_SIM_SNP_ARK, _ASK (or ASVK), _VEK. The VEK's extensions are written from vek, and vek_extra after them */
	ah_sim_vek vek;
	ah_buf vek_extra;              /* Extension elements */
	ah_mint_crl crl;               /* issuer, revoked and extensions are taken from below; signing.key NULL: the ARK's */
	ah_buf crl_issuer;             /* empty: the ARK's subject */
	ah_buf crl_revoked;            /* entries of ah_mint_put_revoked() */
	ah_buf crl_extensions;
	uint8_t report[AH_SIM_SNP_REPORT_LEN]; /* all but the signature; it is written over whatever stands there */
	const ah_private_key *key;     /* signs the report; NULL: that of the VEK */
	bool keep_signature;           /* do not sign: the signature is what report says */
} ah_sim_snp;

void ah_sim_snp_init(ah_sim_snp *spec);
void ah_sim_snp_free(ah_sim_snp *spec);
static inline void ah_sim_snp_auto(ah_sim_snp *spec) { ah_sim_snp_free(spec); }

/* Fill an initialised spec: version 5, policy 0x30000, VMPL 0, TCB equal everywhere. errors: AH_ERR_CRYPTO, AH_ERR_LIMIT, AH_ERR_NOMEM. */
AH_MUST_USE ah_err ah_sim_snp_defaults(ah_sim_snp *spec, ah_sim *sim, ah_snp_product product, ah_snp_signer signer, int64_t at_s);

/* The report as version 2..5 writes it: no CPUID in 2, no mitigation vectors below 5. */
void ah_sim_snp_set_version(ah_sim_snp *spec, uint32_t version);

/* A TCB as the product lays it out, into 8 bytes of the report. */
void ah_sim_snp_put_tcb(uint8_t out[static 8], ah_snp_product product, const ah_snp_tcb *tcb);
/* The same TCB for all four of the report and for the VEK. */
void ah_sim_snp_set_tcb(ah_sim_snp *spec, const ah_snp_tcb *tcb);
/* The default TCB of a product: what was current in late 2025. */
ah_snp_tcb ah_sim_snp_default_tcb(ah_snp_product product);

/*
 * Issue the chain and the CRL, sign the report: all members of *out, replaced on AH_OK alone.
 * errors: those of ah_mint_certificate() and of the patches; AH_ERR_LIMIT, AH_ERR_NOMEM.
 */
AH_MUST_USE ah_err ah_sim_snp_make(ah_sim_output *out, ah_sim_snp *spec, ah_fault *why);
/* Only sign the report anew: out->evidence. For many reports of one chip. */
AH_MUST_USE ah_err ah_sim_snp_make_report(ah_sim_output *out, const ah_sim_snp *spec, ah_fault *why);

/* Issue the self-signed ARK of a product with sim->ark, appended to der. */
AH_MUST_USE ah_err ah_sim_snp_root(ah_sim *sim, ah_snp_product product, ah_buf *der);

#endif
