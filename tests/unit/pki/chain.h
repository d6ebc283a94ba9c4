/*
 * Certificate chains for tests: each link is a short specification with good defaults, all of which a test may change before
 * chain_issue() mints, parses and collects them. Keys are made once per process.
 */
#ifndef AH_TESTS_UNIT_PKI_CHAIN_H
#define AH_TESTS_UNIT_PKI_CHAIN_H

#include "attesters/mint.h"
#include "pki/crl.h"
#include "pki/path.h"

#define CHAIN_MAX     12
#define CHAIN_NOW     INT64_C(1790000000) /* 2026-09-21 */
#define CHAIN_DAY     INT64_C(86400)

typedef struct chain_link {
	const char *subject;           /* CN */
	const char *issuer;            /* NULL: the subject above */
	size_t key;                    /* number in the pool of its kind */
	ah_key_kind kind;
	size_t signer;                 /* index of the link whose key signs: the one above */
	ah_sig_alg sig_alg;
	uint64_t serial;
	int64_t not_before_s, not_after_s;
	bool has_bc, is_ca;
	int path_len;                  /* below 0: none */
	bool has_ku;
	uint16_t key_usage;
	bool has_ski, has_aki, has_crldp, has_unknown_critical;
	bool wrong_aki, break_signature, explicit_trailer;
	ah_slice inner_algorithm, outer_algorithm;
	ah_mint_patch patch;
	void *patch_context;
} chain_link;

typedef struct chain {
	size_t count;
	chain_link links[CHAIN_MAX];
	ah_path_rules rules;
	/* From here on filled by chain_issue(). */
	ah_buf der[CHAIN_MAX];
	ah_cert certs[CHAIN_MAX];
	const ah_cert *path[CHAIN_MAX];
	uint8_t anchor_digest[32];
} chain;

/* A CRL; issuer and signer are indices of links. */
typedef struct chain_crl {
	size_t signer;
	const char *issuer;            /* NULL: the subject of the signer */
	int64_t this_update_s, next_update_s;
	uint64_t serials[4];
	size_t serial_count;
	bool has_aki, wrong_aki, break_signature;
	ah_sig_alg sig_alg;            /* AH_SIG_NONE: that of the rules */
	ah_slice entry_extensions, extensions; /* further ones, encoded */
	ah_mint_patch patch;
	void *patch_context;
} chain_crl;

extern const ah_path_rules chain_rules_nitro, chain_rules_amd;

/* One per process. */
ah_crypto *chain_crypto(void);
/* A key of the pool; made at its first use. */
ah_private_key *chain_key(ah_key_kind kind, size_t number);

/* Like a Nitro chain: P-384 throughout, path lengths, leaf with basicConstraints and digitalSignature. */
chain chain_nitro(size_t count);
/* Like AMD's: RSA root and CA with PSS, a P-384 leaf with serial 0 and without extensions. */
chain chain_amd(void);
/* Mint and parse. The first error, with *at the index of the link. */
ah_err chain_issue(chain *c, size_t *at);
ah_err chain_validate(const chain *c, ah_cert_cache *cache, ah_checks *log, int64_t now_s, int64_t *expiry_s);
void chain_free(chain *c);
static inline void chain_auto(chain *c) { chain_free(c); }

chain_crl chain_crl_of(const chain *c, size_t signer);
/* Mint into der. */
ah_err chain_crl_issue(ah_buf *der, const chain *c, const chain_crl *spec);

#endif
