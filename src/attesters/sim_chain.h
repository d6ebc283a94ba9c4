/*
 * A chain of certificates in which everything can be changed, and which is signed anew from the first change downwards.
 *
 * The defaults of sim_nitro.h, sim_snp.h and sim_tdx.h fill it; a forge then changes what it wants. What stays empty follows from the place in the chain:
 * the issuer is the subject above, the signer is the key above.
 */
#ifndef AH_ATTESTERS_SIM_CHAIN_H
#define AH_ATTESTERS_SIM_CHAIN_H

#include "attesters/mint.h"

#define AH_SIM_CHAIN_MAX 5
/* Room for one Name, extension list or SubjectPublicKeyInfo. */
#define AH_SIM_PART_MAX 4096

typedef struct ah_sim_cert {
	const ah_private_key *key;     /* of the subject; borrowed */
	ah_buf subject;                /* whole Name */
	ah_buf issuer;                 /* empty: the subject above; of the first one: its own */
	ah_buf extensions;             /* Extension elements */
	ah_buf spki;                   /* empty: that of key */
	uint8_t serial[AH_SERIAL_MAX];
	size_t serial_len;
	ah_mint_cert mint;             /* version, dates and signing. signing.key NULL: the key above; signing.sig_alg AH_SIG_NONE: what fits the key.
	                                * Serial, names, spki and extensions are taken from above */
	ah_buf der;                    /* empty: issued by ah_sim_chain_issue(); else used as it is (a root that exists) */
} ah_sim_cert;

typedef struct ah_sim_chain {
	size_t count;
	ah_sim_cert cert[AH_SIM_CHAIN_MAX]; /* root first */
} ah_sim_chain;

/* An empty chain whose buffers may grow. */
void ah_sim_chain_init(ah_sim_chain *chain, size_t count);
void ah_sim_chain_free(ah_sim_chain *chain);
static inline void ah_sim_chain_auto(ah_sim_chain *chain) { ah_sim_chain_free(chain); }

/* The default of most certificates: dates, and a positive serial number of 16 random bytes. errors: AH_ERR_CRYPTO. */
AH_MUST_USE ah_err ah_sim_cert_basics(ah_sim_cert *cert, const ah_private_key *key, int64_t not_before_s, int64_t not_after_s);
/* Append the key identifier of key as subjectKeyIdentifier, or as authorityKeyIdentifier. errors: AH_ERR_CRYPTO, AH_ERR_LIMIT, AH_ERR_NOMEM. */
AH_MUST_USE ah_err ah_sim_put_subject_key_id(ah_buf *list, ah_crypto *crypto, const ah_private_key *key);
AH_MUST_USE ah_err ah_sim_put_authority_key_id(ah_buf *list, ah_crypto *crypto, const ah_private_key *key);
/* Replace the content of a part. errors: AH_ERR_LIMIT, AH_ERR_NOMEM. */
AH_MUST_USE ah_err ah_sim_part_set(ah_buf *part, ah_slice bytes);

/* Issue every certificate whose der is empty, from the root down. errors: those of ah_mint_certificate(). */
AH_MUST_USE ah_err ah_sim_chain_issue(ah_sim_chain *chain);

/* Little-endian fields of reports and quotes, which both AMD and Intel write so. */
void ah_sim_put_le16(uint8_t *out, uint16_t v);
void ah_sim_put_le32(uint8_t *out, uint32_t v);
void ah_sim_put_le64(uint8_t *out, uint64_t v);
uint64_t ah_sim_get_le64(const uint8_t *in);

#endif
