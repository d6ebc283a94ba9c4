/*
 * A Nitro attestation document of the real format under a simulated root, from a specification that is filled with defaults and may then be
 * changed at every point. Everything above a change is signed anew. This is the simulated attester, and the forge of the tests.
 *
 * The defaults follow documents that AWS made in December 2025: field order, payload map of indefinite length, names, extensions and
 * lifetimes of the five certificates, serial number and name of the leaf.
 */
#ifndef AH_ATTESTERS_SIM_NITRO_H
#define AH_ATTESTERS_SIM_NITRO_H

#include "attesters/sim_chain.h"
#include "attesters/sim_keys.h"

/* How an optional field is written. */
typedef enum ah_sim_form { AH_SIM_NULL, AH_SIM_VALUE, AH_SIM_ABSENT } ah_sim_form;
typedef struct ah_sim_field {
	ah_sim_form form;
	ah_slice value;                /* borrowed until the document is made */
} ah_sim_field;

typedef struct ah_sim_pcr {
	uint64_t index;
	size_t len;
	uint8_t value[72];
} ah_sim_pcr;

/* Bits of ah_sim_nitro.omit. */
enum {
	AH_SIM_OMIT_MODULE_ID = 1 << 0, AH_SIM_OMIT_DIGEST = 1 << 1, AH_SIM_OMIT_TIMESTAMP = 1 << 2, AH_SIM_OMIT_PCRS = 1 << 3,
	AH_SIM_OMIT_CERTIFICATE = 1 << 4, AH_SIM_OMIT_CABUNDLE = 1 << 5
};

#define AH_SIM_PCRS_MAX 40
#define AH_SIM_BUNDLE_MAX 72

typedef struct ah_sim_nitro {
	ah_sim *sim;                   /* borrowed */
	ah_sim_chain chain;            /* AH_SIM_NITRO_ROOT .. AH_SIM_NITRO_LEAF */

	/* The payload. Texts are borrowed or point into this very struct: it is not to be copied. */
	char instance_id[24];          /* "i-" and 17 hex digits */
	char module_id_text[64];
	ah_slice module_id;            /* module_id_text */
	ah_slice digest;               /* "SHA384" */
	uint64_t timestamp_ms;
	size_t pcr_count;              /* 16 */
	ah_sim_pcr pcrs[AH_SIM_PCRS_MAX];
	ah_sim_field public_key, user_data, nonce;
	size_t bundle_count;           /* 4 */
	uint8_t bundle[AH_SIM_BUNDLE_MAX]; /* positions in chain, as cabundle lists them */
	uint8_t certificate;           /* position in chain of the field `certificate` */
	unsigned omit;                 /* AH_SIM_OMIT_*: fields that are not written */
	size_t extra_count;            /* pairs in extra */
	ah_slice extra;                /* more CBOR pairs at the end of the map */
	bool definite;                 /* payload map of definite length, as AWS wrote before 2025-07 */
	ah_mint_patch payload_patch;   /* may change the finished payload before it is signed; NULL for none */
	void *payload_context;

	/* The COSE_Sign1 */
	bool tagged;
	ah_slice protected_bytes;      /* {1: -35} */
	ah_slice unprotected;          /* whole CBOR item; empty map */
	const ah_private_key *key;     /* NULL: that of the certificate */
	ah_hash_alg hash;              /* AH_SHA384 */
	bool der_signature;            /* DER in place of r || s */
	ah_slice signature;            /* when not empty, in place of a real one */
} ah_sim_nitro;

void ah_sim_nitro_init(ah_sim_nitro *spec);
void ah_sim_nitro_free(ah_sim_nitro *spec);
static inline void ah_sim_nitro_auto(ah_sim_nitro *spec) { ah_sim_nitro_free(spec); }

/* Fill an initialised spec: a document of at_s, its enclave started three seconds before. errors: AH_ERR_CRYPTO, AH_ERR_LIMIT, AH_ERR_NOMEM. */
AH_MUST_USE ah_err ah_sim_nitro_defaults(ah_sim_nitro *spec, ah_sim *sim, int64_t at_s);

/* PCR0, 1, 2 and 8 become zero, as in debug mode. */
void ah_sim_nitro_set_debug(ah_sim_nitro *spec);

/* Set the name of an instance and of its certificate, with PCR4 to match; the enclave's name follows. id: at most 23 characters. errors: as above. */
AH_MUST_USE ah_err ah_sim_nitro_set_instance(ah_sim_nitro *spec, const char *id);

/*
 * Issue the chain and write the document: out->evidence and out->root_der, replaced on AH_OK alone.
 * errors: those of ah_mint_certificate() and of the patches; AH_ERR_LIMIT, AH_ERR_NOMEM.
 */
AH_MUST_USE ah_err ah_sim_nitro_make(ah_sim_output *out, ah_sim_nitro *spec, ah_fault *why);

/* Issue the self-signed root of sim->nitro[AH_SIM_NITRO_ROOT], appended to der. */
AH_MUST_USE ah_err ah_sim_nitro_root(ah_sim *sim, ah_buf *der);

#endif
