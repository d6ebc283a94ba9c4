/*
 * Claims: what is true of the hardware once signatures, chain and revocation hold. They say nothing about whether it is allowed.
 *
 * Owned, no pointer into the input. The structs below may grow at their end in later minor versions: never copy them by value or take
 * their size in code that must outlive an upgrade of the library.
 */
#ifndef ANCHORHOLD_CLAIMS_H
#define ANCHORHOLD_CLAIMS_H

#include <anchorhold/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ah_platform_id { AH_PLATFORM_NONE = 0, AH_PLATFORM_NITRO = 1, AH_PLATFORM_SNP = 2, AH_PLATFORM_TDX = 3 } ah_platform_id;

/* "nitro", "sev-snp", "tdx", or "none"; as used in policy files and output. Static storage. */
AH_API const char *ah_platform_name(ah_platform_id platform);
/* AH_PLATFORM_NONE for any other text. */
AH_API ah_platform_id ah_platform_by_name(const char *name);

/* AWS Nitro Enclaves: the signed payload of the attestation document. */
typedef struct ah_nitro_claims {
	char module_id[129];              /* "<instance id>-enc<id>", printable ASCII */
	char instance_id[65];             /* the part before "-enc" */
	uint64_t timestamp_ms;            /* hypervisor time, milliseconds since 1970 */
	uint32_t pcr_mask;                /* bit i: PCR i is in the document */
	uint8_t pcr_len[32];              /* 32, 48 or 64 */
	uint8_t pcrs[32][64];
	bool has_public_key, has_user_data, has_nonce; /* absent and null are both false; an empty value is true with length 0 */
	size_t public_key_len, user_data_len, nonce_len;
	uint8_t public_key[1024];
	uint8_t user_data[512];
	uint8_t nonce[512];
	size_t unknown_key_count;         /* signed payload keys that this version does not know (the first 8 of them) */
	char unknown_keys[8][65];
} ah_nitro_claims;

/* TCB_VERSION by component; fmc exists on Turin alone. */
typedef struct ah_snp_tcb {
	bool has_fmc;
	uint8_t fmc, bl, tee, snp, ucode;
} ah_snp_tcb;

typedef enum ah_snp_product { AH_SNP_PRODUCT_NONE = 0, AH_SNP_MILAN, AH_SNP_GENOA, AH_SNP_TURIN } ah_snp_product;
typedef enum ah_snp_signer { AH_SNP_SIGNER_NONE = 0, AH_SNP_VCEK, AH_SNP_VLEK } ah_snp_signer;

/* "Milan", "Genoa", "Turin"; "vcek", "vlek". Static storage. */
AH_API const char *ah_snp_product_name(ah_snp_product product);
AH_API const char *ah_snp_signer_name(ah_snp_signer signer);

/* GUEST_POLICY and PLATFORM_INFO bits (AMD 56860). */
#define AH_SNP_POLICY_SMT                 (UINT64_C(1) << 16)
#define AH_SNP_POLICY_RESERVED_ONE        (UINT64_C(1) << 17)
#define AH_SNP_POLICY_MIGRATE_MA          (UINT64_C(1) << 18)
#define AH_SNP_POLICY_DEBUG               (UINT64_C(1) << 19)
#define AH_SNP_POLICY_SINGLE_SOCKET       (UINT64_C(1) << 20)
#define AH_SNP_POLICY_CXL_ALLOW           (UINT64_C(1) << 21)
#define AH_SNP_POLICY_MEM_AES_256_XTS     (UINT64_C(1) << 22)
#define AH_SNP_POLICY_RAPL_DIS            (UINT64_C(1) << 23)
#define AH_SNP_POLICY_CIPHERTEXT_HIDING   (UINT64_C(1) << 24)
#define AH_SNP_POLICY_PAGE_SWAP_DISABLE   (UINT64_C(1) << 25)
#define AH_SNP_PLATFORM_SMT_EN            (UINT64_C(1) << 0)
#define AH_SNP_PLATFORM_TSME_EN           (UINT64_C(1) << 1)
#define AH_SNP_PLATFORM_ECC_EN            (UINT64_C(1) << 2)
#define AH_SNP_PLATFORM_RAPL_DIS          (UINT64_C(1) << 3)
#define AH_SNP_PLATFORM_CIPHERTEXT_HIDING (UINT64_C(1) << 4)
#define AH_SNP_PLATFORM_ALIAS_CHECK       (UINT64_C(1) << 5)
#define AH_SNP_PLATFORM_TIO_EN            (UINT64_C(1) << 7)
#define AH_SNP_PLATFORM_KNOWN             UINT64_C(0xbf)

/* AMD SEV-SNP: the signed report, and what its certificate adds. */
typedef struct ah_snp_claims {
	uint32_t version, guest_svn, vmpl;
	uint64_t guest_policy, platform_info;
	uint8_t family_id[16], image_id[16];
	uint8_t report_data[64], measurement[48], host_data[32];
	uint8_t id_key_digest[48], author_key_digest[48];
	bool author_key_enabled;
	uint8_t report_id[32], report_id_ma[32];
	uint8_t chip_id[64];
	bool chip_id_masked;              /* all zero */
	bool has_cpuid;                   /* version 3 and above */
	uint8_t cpuid_family, cpuid_model, cpuid_stepping;
	ah_snp_tcb current_tcb, reported_tcb, committed_tcb, launch_tcb;
	uint8_t current_version[3], committed_version[3]; /* major, minor, build */
	uint64_t launch_mit_vector, current_mit_vector;   /* version 5 */
	ah_snp_product product;           /* agreed by report, certificate and chain */
	ah_snp_signer signer;
	char csp_id[65];                  /* VLEK: the cloud provider named in the certificate */
} ah_snp_claims;

/*
 * Intel's statuses of a TCB, and the two that follow from comparing launch with current TCB (Intel QVL, TD 1.5). Unordered: never compare by number.
 */
typedef enum ah_tdx_tcb_status {
	AH_TDX_TCB_NONE = 0, AH_TDX_TCB_UP_TO_DATE, AH_TDX_TCB_SW_HARDENING_NEEDED, AH_TDX_TCB_CONFIGURATION_NEEDED,
	AH_TDX_TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED, AH_TDX_TCB_OUT_OF_DATE, AH_TDX_TCB_OUT_OF_DATE_CONFIGURATION_NEEDED, AH_TDX_TCB_REVOKED,
	AH_TDX_TCB_RELAUNCH_ADVISED, AH_TDX_TCB_RELAUNCH_ADVISED_CONFIGURATION_NEEDED
} ah_tdx_tcb_status;
/* "UpToDate", .., "TDRelaunchAdvised"; "none". Static storage. */
AH_API const char *ah_tdx_tcb_status_name(ah_tdx_tcb_status status);

/* One launch event with a security name: a replayed runtime event of RTMR3, before the boundary behind which the application writes. */
typedef struct ah_tdx_security_event {
	char name[33];
	size_t payload_total_len;          /* of the payload; above payload_len it was cut here */
	size_t payload_len;                /* of what is kept */
	uint8_t payload[512];
} ah_tdx_security_event;

/* Intel TDX: the signed TD report, and what certificates and collateral add. */
typedef struct ah_tdx_claims {
	uint16_t quote_version, body_type;
	uint8_t tee_tcb_svn[16], mrseam[48], mrsignerseam[48], seamattributes[8];
	uint64_t td_attributes, xfam;
	uint8_t mrtd[48], mrconfigid[48], mrowner[48], mrownerconfig[48], rtmr[4][48], report_data[64];
	bool is_td15;
	uint8_t tee_tcb_svn2[16], mrservicetd[48];
	uint8_t quote_sha256[32];          /* of header and body: the only bytes of a quote that identify it */
	uint8_t ppid[16], fmspc[6], pceid[2], cpusvn[16];
	bool has_platform_instance_id;
	uint8_t platform_instance_id[16];
	uint16_t pcesvn, qe_isvsvn;
	bool has_collateral;               /* what follows is known only with collateral */
	ah_tdx_tcb_status tcb_status;      /* merged */
	ah_tdx_tcb_status platform_status, module_status, qe_status, current_status;
	int64_t tcb_date_s;
	uint32_t tcb_evaluation, qe_evaluation; /* tcbEvaluationDataNumber of TCB info and QE identity */
	size_t advisory_count;
	char advisories[32][33];
	bool has_event_log;                /* what follows is known only with an event log that was replayed */
	size_t event_count;
	bool rtmr_replayed[4];
	size_t security_event_count;
	ah_tdx_security_event security_events[5];
	bool has_crl_numbers;              /* both CRLs of the collateral have one, of at most 63 bits */
	uint64_t root_crl_number, pck_crl_number;
	uint8_t root_crl_issuer_sha256[32], pck_crl_issuer_sha256[32]; /* of the issuer's Name DER */
} ah_tdx_claims;

/*
 * What an attestation envelope says of its server; believed because the binding in the evidence commits to it: of a Tresor envelope to tls_spki_sha256 and tag
 * alone. workload and trust_bundle_url are under no binding, they are the server's word.
 */
typedef struct ah_envelope_claims {
	bool is_tresor;
	char workload[129], deployment_id[129]; /* deployment_id: a label; empty when absent */
	char purpose[16], role[16];       /* empty on Tresor */
	bool is_fresh;                    /* freshness "session", else "cached" */
	int64_t issued_at_s;              /* 0 in the verdict on a Tresor envelope, as is max_age_s: nothing proves them */
	uint32_t max_age_s;
	bool has_tls_spki, has_tag, has_binding_p256, has_x25519, has_ed25519, has_service_key;
	uint8_t tls_spki_sha256[32], tag[32], binding_p256[65], x25519[32], ed25519[32], service_key[32];
	char trust_bundle_url[513];       /* a hint of the server; never followed without the caller's word */
} ah_envelope_claims;

#define AH_EVENT_SIGNERS_MAX 16
#define AH_EVENT_RELAYS_MAX  16
/* What a Nostr instance event says; its service key is bound to the evidence. */
typedef struct ah_event_claims {
	uint32_t kind;                    /* 63793 or 13793 */
	uint8_t id[32], pubkey[32];       /* pubkey: x-only service key */
	int64_t created_at_s, expiration_s; /* expiration 0: none */
	uint8_t attested_pubkey[32];      /* the key in the attestation; differs from pubkey with certificate events alone */
	bool has_builder, has_launcher;
	uint8_t builder[32], launcher[32];
	size_t release_signer_count;
	uint8_t release_signers[AH_EVENT_SIGNERS_MAX][32];
	char name[129], version[65], stage[17], repository[257];
	size_t relay_count;
	char relays[AH_EVENT_RELAYS_MAX][257];
} ah_event_claims;

typedef struct ah_claims ah_claims;

AH_API ah_platform_id ah_claims_platform(const ah_claims *claims);
/* True only when every chain ends at a pinned vendor root; false for simulated evidence. */
AH_API bool ah_claims_is_hardware(const ah_claims *claims);
/* The enclave or guest runs in debug mode: its operator can read it. */
AH_API bool ah_claims_is_debug(const ah_claims *claims);
/* Seconds since 1970: min(notAfter of every certificate, nextUpdate of every CRL used). */
AH_API int64_t ah_claims_expiry_s(const ah_claims *claims);
/* "ARK-Genoa", "aws.nitro-enclaves", .. and the SHA-256 of the root certificate (32 bytes). Borrowed from claims. */
AH_API const char *ah_claims_root_name(const ah_claims *claims);
AH_API const uint8_t *ah_claims_root_sha256(const ah_claims *claims);
/* NULL when the claims are of another platform. Borrowed from claims. */
AH_API const ah_nitro_claims *ah_claims_nitro(const ah_claims *claims);
AH_API const ah_snp_claims *ah_claims_snp(const ah_claims *claims);
AH_API const ah_tdx_claims *ah_claims_tdx(const ah_claims *claims);

#ifdef __cplusplus
}
#endif
#endif
