/*
 * A TDX quote of the real format with its whole PKI and collateral under a simulated root, from a specification that is filled with defaults and may
 * then be changed at every point. Everything above a change is signed anew. This is the simulated attester, and the forge of the tests.
 *
 * The defaults follow Intel's: names, dates and extensions of the certificates, TCB info and QE identity as served in late 2025, quotes of a
 * Sapphire Rapids platform with TDX module 1.5. Constants that verifiers compare (vendor id, MRSIGNER and ISVPRODID of the quoting enclave) are
 * Intel's own; the root alone tells the simulation from the real thing.
 */
#ifndef AH_ATTESTERS_SIM_TDX_H
#define AH_ATTESTERS_SIM_TDX_H

#include "attesters/sim_chain.h"
#include "attesters/sim_keys.h"

enum { AH_SIM_TDX_ROOT, AH_SIM_TDX_CA, AH_SIM_TDX_LEAF, AH_SIM_TDX_LEVELS };
#define AH_SIM_TDX_SIGNER AH_SIM_TDX_CA /* the signing chain has two certificates */

/* Intel TDX DCAP Quoting Library API, appendix A: byte offsets. Written apart from those of the verifier on purpose: each checks the other. */
enum {
	/* header */
	AH_SIM_TDX_VERSION = 0, AH_SIM_TDX_KEY_TYPE = 2, AH_SIM_TDX_TEE_TYPE = 4, AH_SIM_TDX_RESERVED = 8, AH_SIM_TDX_VENDOR = 12,
	AH_SIM_TDX_USER_DATA = 28, AH_SIM_TDX_HEADER_LEN = 48,
	/* TD report */
	AH_SIM_TDX_TEE_TCB_SVN = 0, AH_SIM_TDX_MRSEAM = 16, AH_SIM_TDX_MRSIGNERSEAM = 64, AH_SIM_TDX_SEAMATTRIBUTES = 112, AH_SIM_TDX_ATTRIBUTES = 120,
	AH_SIM_TDX_XFAM = 128, AH_SIM_TDX_MRTD = 136, AH_SIM_TDX_MRCONFIGID = 184, AH_SIM_TDX_MROWNER = 232, AH_SIM_TDX_MROWNERCONFIG = 280,
	AH_SIM_TDX_RTMR = 328, AH_SIM_TDX_REPORT_DATA = 520, AH_SIM_TDX_TEE_TCB_SVN2 = 584, AH_SIM_TDX_MRSERVICETD = 600,
	AH_SIM_TDX_REPORT_10_LEN = 584, AH_SIM_TDX_REPORT_15_LEN = 648, AH_SIM_TDX_REPORT_DATA_LEN = 64,
	/* report of the quoting enclave */
	AH_SIM_QE_CPUSVN = 0, AH_SIM_QE_MISCSELECT = 16, AH_SIM_QE_ATTRIBUTES = 48, AH_SIM_QE_MRENCLAVE = 64, AH_SIM_QE_MRSIGNER = 128,
	AH_SIM_QE_ISVPRODID = 256, AH_SIM_QE_ISVSVN = 258, AH_SIM_QE_REPORT_DATA = 320, AH_SIM_QE_REPORT_LEN = 384,
	/* auth data, which follow the signed bytes and four bytes of length */
	AH_SIM_TDX_AUTH_SIGNATURE = 0, AH_SIM_TDX_AUTH_KEY = 64, AH_SIM_TDX_AUTH_OUTER_TYPE = 128, AH_SIM_TDX_AUTH_OUTER_LEN = 130,
	AH_SIM_TDX_AUTH_QE_REPORT = 134, AH_SIM_TDX_AUTH_QE_SIGNATURE = 518, AH_SIM_TDX_AUTH_QE_AUTH_LEN = 582, AH_SIM_TDX_AUTH_QE_AUTH = 584,
};

/* -- The PKI -- */

/* Bits of ah_sim_pck.omit: by the last arc of the OID. */
#define AH_SIM_PCK_OMIT(arc) (1u << (arc))

/* What the SGX extension of the PCK certificate says; the numbers are as wide as a forge needs. */
typedef struct ah_sim_pck {
	uint8_t ppid[16];
	uint64_t components[16], pcesvn;
	uint8_t cpusvn[16], pceid[2], fmspc[6], sgx_type;
	uint8_t platform_instance_id[16];
	unsigned omit;                 /* members that are not written, as an older Processor CA leaves out .6 and .7 */
	unsigned omit_tcb;             /* the same for the members of TCB, .2.1 to .2.18 */
	ah_mint_patch patch;           /* may change the finished value of the extension; NULL for none */
	void *patch_context;
} ah_sim_pck;

typedef struct ah_sim_crl {
	ah_mint_crl mint;              /* issuer, revoked and extensions are taken from below; signing.key NULL: that of the CA it is of */
	ah_buf issuer;                 /* empty: the subject of that CA */
	ah_buf revoked;                /* entries of ah_mint_put_revoked() */
	ah_buf extensions;
} ah_sim_crl;

/* -- The signed documents -- */

#define AH_SIM_TDX_LEVELS_MAX  8
#define AH_SIM_TDX_MODULES_MAX 4
#define AH_SIM_TDX_ADVISORIES  3

typedef struct ah_sim_level {
	uint8_t sgx[16], tdx[16];      /* platform levels */
	unsigned pcesvn;
	unsigned isvsvn;               /* levels of a module or of the QE */
	int64_t date_s;
	const char *status;
	const char *advisories[AH_SIM_TDX_ADVISORIES]; /* up to the first NULL; none: no such member */
} ah_sim_level;

typedef struct ah_sim_module {
	const char *id;                /* "TDX_01" */
	uint8_t mrsigner[48], attributes[8], attributes_mask[8];
	size_t level_count;
	ah_sim_level levels[AH_SIM_TDX_LEVELS_MAX];
} ah_sim_module;

/* What a document is signed with, and what a forge may do before and in place of it. */
typedef struct ah_sim_document {
	const ah_private_key *key;     /* NULL: that of the TCB signing certificate */
	ah_mint_patch patch;           /* may change the finished text before it is signed; NULL for none */
	void *patch_context;
	ah_slice signature;            /* when not empty, in place of a real one */
} ah_sim_document;

typedef struct ah_sim_tcb_info {
	ah_sim_document document;
	const char *id;                /* "TDX" */
	unsigned version, tcb_type, evaluation;
	int64_t issue_s, next_update_s;
	uint8_t fmspc[6], pceid[2];    /* written over by those of the PCK certificate unless keep_platform */
	bool keep_platform;
	ah_sim_module module;          /* tdxModule: of version 0 */
	size_t module_count, level_count;
	ah_sim_module modules[AH_SIM_TDX_MODULES_MAX];
	ah_sim_level levels[AH_SIM_TDX_LEVELS_MAX];
} ah_sim_tcb_info;

typedef struct ah_sim_qe_identity {
	ah_sim_document document;
	const char *id;                /* "TD_QE" */
	unsigned version, evaluation, isvprodid;
	int64_t issue_s, next_update_s;
	uint8_t miscselect[4], miscselect_mask[4], attributes[16], attributes_mask[16], mrsigner[32];
	size_t level_count;
	ah_sim_level levels[AH_SIM_TDX_LEVELS_MAX];
} ah_sim_qe_identity;

/* -- The event log -- */

#define AH_SIM_EVENTS_MAX 16
#define AH_SIM_EVENT_RUNTIME 0x08000001u

typedef struct ah_sim_event {
	unsigned rtmr;
	uint32_t type;
	const char *name;              /* of JSON logs */
	ah_slice content;              /* borrowed */
	uint8_t digest[48];            /* what extends the register */
} ah_sim_event;

/* -- The whole -- */

typedef struct ah_sim_tdx {
	ah_sim *sim;                   /* borrowed */
	ah_sim_chain chain;            /* ROOT, CA, LEAF: what the quote carries. The leaf's extensions are written from pck behind those here */
	ah_sim_pck pck;
	ah_sim_chain signing;          /* ROOT, SIGNER: of both documents */
	ah_sim_chain qe_signing;       /* of the QE identity alone; count 0: as above */
	ah_sim_chain crl_chain;        /* of the PCK CRL: ROOT, CA; count 0: those of the quote */
	ah_sim_crl root_crl, pck_crl;
	ah_sim_tcb_info tcb_info;
	ah_sim_qe_identity qe_identity;

	size_t event_count;
	ah_sim_event events[AH_SIM_EVENTS_MAX];

	uint8_t header[AH_SIM_TDX_HEADER_LEN];
	bool has_descriptor;           /* version 5 */
	uint16_t body_type;
	uint32_t body_size;            /* 0: report_len */
	size_t report_len;
	uint8_t report[AH_SIM_TDX_REPORT_15_LEN];
	const ah_private_key *ak;      /* the attestation key; NULL: that of sim */
	uint8_t attestation_key[64];   /* X || Y; written from ak unless keep_attestation_key */
	bool keep_attestation_key;
	uint8_t qe_report[AH_SIM_QE_REPORT_LEN]; /* its report_data is written unless keep_binding */
	bool keep_binding;
	const ah_private_key *qe_signer; /* signs the QE report; NULL: the key of the PCK certificate */
	ah_buf qe_auth;
	uint16_t outer_type, inner_type;
	ah_buf certification;          /* empty: the chain as PEM with a final NUL */
	ah_slice signature, qe_signature; /* when not empty, in place of real ones */
	size_t padding_len;            /* zero bytes behind the auth data */
} ah_sim_tdx;

void ah_sim_tdx_init(ah_sim_tdx *spec);
void ah_sim_tdx_free(ah_sim_tdx *spec);
static inline void ah_sim_tdx_auto(ah_sim_tdx *spec) { ah_sim_tdx_free(spec); }

/* Fill an initialised spec: a quote of version 4 on an up-to-date platform, collateral of the day before. errors: AH_ERR_CRYPTO, _LIMIT, _NOMEM. */
AH_MUST_USE ah_err ah_sim_tdx_defaults(ah_sim_tdx *spec, ah_sim *sim, int64_t at_s);

/* Version 4 has TD report 1.0; version 5 names its body: is_td15 chooses 1.5 or 1.0. */
void ah_sim_tdx_set_version(ah_sim_tdx *spec, uint16_t version, bool is_td15);
/* The registers become what the events replay to. errors: AH_ERR_CRYPTO. */
AH_MUST_USE ah_err ah_sim_tdx_replay(ah_sim_tdx *spec);
/* Add an event whose digest is that of its content, or of its form (V1) when it is a runtime event. errors: AH_ERR_CRYPTO, AH_ERR_LIMIT, AH_ERR_NOMEM. */
AH_MUST_USE ah_err ah_sim_tdx_add_event(ah_sim_tdx *spec, unsigned rtmr, uint32_t type, const char *name, ah_slice content);

/*
 * Issue the chains, CRLs and documents, sign the quote: evidence, root_der, collateral_json and both event logs, replaced on AH_OK alone.
 * errors: those of ah_mint_certificate() and of the patches; AH_ERR_LIMIT, AH_ERR_NOMEM.
 */
AH_MUST_USE ah_err ah_sim_tdx_make(ah_sim_output *out, ah_sim_tdx *spec, ah_fault *why);
/* Only sign the quote anew under the chain that was issued: out->evidence. For many quotes of one platform. */
AH_MUST_USE ah_err ah_sim_tdx_make_quote(ah_sim_output *out, const ah_sim_tdx *spec, ah_fault *why);

/* Issue the self-signed root of sim->tdx_root, appended to der. */
AH_MUST_USE ah_err ah_sim_tdx_root(ah_sim *sim, ah_buf *der);

/* -- Parts of the above, one file each -- */

/* sim_tdx_pki.c: certificates and CRLs. */
AH_MUST_USE ah_err ah__sim_tdx_fill_pki(ah_sim_tdx *spec, int64_t at_s);
AH_MUST_USE ah_err ah__sim_tdx_issue_chains(ah_sim_tdx *spec);
/* Append the DER. ca: whose CRL it is. */
AH_MUST_USE ah_err ah__sim_tdx_issue_crl(ah_buf *der, const ah_sim_crl *spec, const ah_sim_cert *ca);

/* sim_tdx_collateral.c: the documents and the file. */
void ah__sim_tdx_fill_documents(ah_sim_tdx *spec, int64_t at_s);
AH_MUST_USE ah_err ah__sim_tdx_put_collateral(ah_buf *json, const ah_sim_tdx *spec);

/* sim_tdx_log.c: the two forms of the event log. */
AH_MUST_USE ah_err ah__sim_tdx_fill_events(ah_sim_tdx *spec);
AH_MUST_USE ah_err ah__sim_tdx_put_log_json(ah_buf *out, const ah_sim_tdx *spec);
AH_MUST_USE ah_err ah__sim_tdx_put_log_ccel(ah_buf *out, const ah_sim_tdx *spec);

#endif
