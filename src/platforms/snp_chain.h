/* Finding the chain of an SNP report among what was supplied: VEK, intermediate (ASK or ASVK) and root (ARK). */
#ifndef AH_PLATFORMS_SNP_CHAIN_H
#define AH_PLATFORMS_SNP_CHAIN_H

#include "platforms/snp_report.h"
#include "platforms/snp_vek.h"
#include "platforms/verify_common.h"

/* The explicit chain, ASK and ARK of the host's table, and the roots that came with bytes. */
#define AH_SNP_CANDIDATES_MAX (AH_CHAIN_CERTIFICATES_MAX + 2 + AH_ROOTS_MAX)

typedef struct ah_snp_chain {
	ah_chain chain;                    /* ARK, intermediate, VEK; points into this struct, which therefore stays where it is */
	ah_cert vek;
	ah_snp_vek vek_info;
	ah_cert candidates[AH_SNP_CANDIDATES_MAX];
	size_t candidate_count;
	ah_buf decoded[3];                 /* PEM blobs of the host's table: VEK, ASK, ARK; empty for DER, which is borrowed */
} ah_snp_chain;

void ah_snp_chain_init(ah_snp_chain *c);
void ah_snp_chain_free(ah_snp_chain *c);
static inline void ah_snp_chain_auto(ah_snp_chain *c) { ah_snp_chain_free(c); }

/*
 * Choose VEK, intermediate and root. What is chosen is not thereby good: every signature is verified afterwards.
 *
 * The VEK given explicitly wins over that of the table. An intermediate is chosen by the VEK's issuer name (of several with that name, the one whose
 * key signed the VEK), a root by the intermediate's issuer
 * name, key identifiers and a pinned digest. When no name fits, one that was supplied is taken all the same, so that the answer is a broken
 * chain (chain.names) or an untrusted root (chain.root) rather than a missing file.
 * Records AH_CHECK_PATH_ROOT. errors: AH_ERR_ENDORSEMENT_MISSING (which of the three: in the detail), AH_ERR_CERT_TABLE, AH_ERR_CERT_MALFORMED,
 * AH_ERR_ROOT_UNTRUSTED, AH_ERR_CRYPTO, AH_ERR_NOMEM.
 */
AH_MUST_USE ah_err ah_snp_chain_find(ah_snp_chain *c, const ah_snp_report *report, const ah_endorsements *en, const ah_roots *roots, ah_verifier *v,
                                     ah_checks *log, ah_fault *why);

#endif
