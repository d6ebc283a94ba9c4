/* The inside of ah_policy: one allocation, plain values, no pointer into the JSON. */
#ifndef AH_POLICY_POLICY_H
#define AH_POLICY_POLICY_H

#include "base/buf.h"
#include "base/limits.h"
#include "base/memory.h"
#include <anchorhold/policy.h>

#define AH_POLICY_SCHEMA "anchorhold.trust-bundle/v1"

typedef enum ah_freshness { AH_FRESHNESS_NONE, AH_FRESHNESS_CACHED, AH_FRESHNESS_SESSION } ah_freshness;

/* A list of byte values of one length. present false: the member is absent (a not_checked row); present with count 0: deny. */
typedef struct ah_byte_list {
	bool present;
	size_t count;
	uint8_t (*items)[64];          /* each item_len bytes used; owned */
	size_t item_len;
} ah_byte_list;

/* A list of texts, same meaning of present. */
typedef struct ah_text_list {
	bool present;
	size_t count;
	char (*items)[AH_POLICY_TEXT_MAX + 1]; /* owned */
} ah_text_list;

typedef struct ah_nitro_release {
	char release[AH_POLICY_TEXT_MAX + 1];
	uint32_t pcr_mask;             /* 0, 1 and 2 are required, others optional; each compared when named */
	uint8_t pcr_len[32];
	uint8_t pcrs[32][64];
} ah_nitro_release;

typedef struct ah_nitro_policy {
	bool present;
	size_t release_count;
	ah_nitro_release *releases;    /* owned */
	bool debug;
	ah_text_list instance_ids;
	ah_text_list builders, launchers, release_signers; /* npubs or 64 hex: proven by instance events alone */
	uint32_t release_threshold;    /* so many of release_signers; 0 when there are none */
	char min_version[AH_POLICY_TEXT_MAX + 1]; /* of the announcement; empty: none */
	ah_text_list stages;           /* "prod", "dev", "debug" */
	bool require_build, require_launch; /* of instance events */
} ah_nitro_policy;

typedef struct ah_snp_release {
	char release[AH_POLICY_TEXT_MAX + 1];
	bool by_id_key;                /* id_key_digest and min_svn, else measurement */
	uint8_t measurement[48];
	uint8_t id_key_digest[48];
	uint32_t min_svn;
} ah_snp_release;

typedef struct ah_snp_floor {
	ah_snp_product product;
	bool has_model;                /* keyed by CPUID model too; the most specific entry decides */
	uint8_t model;
	ah_snp_tcb tcb;
} ah_snp_floor;

typedef struct ah_snp_policy {
	bool present;
	size_t release_count;
	ah_snp_release *releases;      /* owned */
	bool products[4];              /* by ah_snp_product */
	size_t floor_count;
	ah_snp_floor floors[AH_POLICY_FLOORS_MAX];
	bool signer_vcek, signer_vlek;
	uint32_t vmpl;
	uint32_t min_report_version;
	bool alias_check, strict_platform_info, allow_masked_chip_id, debug;
	ah_byte_list chip_ids;         /* 64 bytes (Turin: 8 bytes in the document, zero-padded here) */
} ah_snp_policy;

typedef struct ah_tdx_release {
	char release[AH_POLICY_TEXT_MAX + 1];
	uint8_t mrtd[48];
	unsigned rtmr_mask;            /* bit i: RTMR i is compared too */
	uint8_t rtmr[4][48];
} ah_tdx_release;

typedef struct ah_tdx_policy {
	bool present;
	size_t release_count;
	ah_tdx_release *releases;      /* owned */
	bool tcb_statuses[10];         /* by ah_tdx_tcb_status: the accepted ones; never AH_TDX_TCB_NONE, never AH_TDX_TCB_REVOKED */
	uint32_t min_tcb_evaluation;
	bool debug;
	ah_byte_list mrservicetd;      /* 48; absent: no service TD, that is all zero */
	ah_byte_list ppids;            /* 16 */
} ah_tdx_policy;

struct ah_policy {
	char workload[AH_POLICY_TEXT_MAX + 1];
	int64_t version;
	int64_t issued_at_s, valid_from_s, valid_until_s;
	ah_freshness freshness;
	int64_t max_evidence_age_s;
	bool require_revocation;
	ah_nitro_policy nitro;
	ah_snp_policy snp;
	ah_tdx_policy tdx;
	ah_byte_list allowed_workload_identity_tags; /* 32 */
	ah_byte_list manifest_keys;                  /* 32, Ed25519 */
	ah_text_list deployment_ids;
	ah_byte_list service_keys;                   /* 32 */
	ah_byte_list revoked_tls_spki;               /* 32 */
	ah_byte_list revoked_measurements;           /* 48 */
	ah_byte_list simulated_roots;                /* 32; at most AH_SIMULATED_ROOTS_MAX */
};

AH_DEFINE_AUTO_PTR(ah_policy)

/* "none", "cached", "session". Static storage. */
const char *ah__freshness_name(ah_freshness freshness);

/* Hand the content of b over as NUL-terminated text for ah_text_free(); b is empty afterwards. errors: AH_ERR_LIMIT, AH_ERR_NOMEM. */
AH_MUST_USE ah_err ah__text_from_buf(char **text, size_t *len, ah_buf *b);

#endif
