/*
 * The ATTESTATION_REPORT of AMD SEV-SNP (AMD 56860, "ATTESTATION_REPORT"): one layout table, and the parser over it.
 *
 * All integers are little-endian. The signature covers bytes 0x000..0x29f.
 */
#ifndef AH_PLATFORMS_SNP_REPORT_H
#define AH_PLATFORMS_SNP_REPORT_H

#include "base/limits.h"
#include "base/slice.h"
#include <anchorhold/claims.h>
#include <anchorhold/error.h>

#define AH_SNP_SIGNED_LEN    0x2a0
#define AH_SNP_TCB_LEN       8
#define AH_SNP_COMPONENT_LEN 72 /* of r and of s: little-endian, the low 48 bytes are used */

/* Every field, in order of offset. */
typedef enum ah_snp_field_id {
	AH_SNP_F_VERSION, AH_SNP_F_GUEST_SVN, AH_SNP_F_GUEST_POLICY, AH_SNP_F_FAMILY_ID, AH_SNP_F_IMAGE_ID, AH_SNP_F_VMPL, AH_SNP_F_SIGNATURE_ALGO,
	AH_SNP_F_CURRENT_TCB, AH_SNP_F_PLATFORM_INFO, AH_SNP_F_KEY_INFO, AH_SNP_F_RESERVED_4C, AH_SNP_F_REPORT_DATA, AH_SNP_F_MEASUREMENT,
	AH_SNP_F_HOST_DATA, AH_SNP_F_ID_KEY_DIGEST, AH_SNP_F_AUTHOR_KEY_DIGEST, AH_SNP_F_REPORT_ID, AH_SNP_F_REPORT_ID_MA, AH_SNP_F_REPORTED_TCB,
	AH_SNP_F_CPUID_FAMILY, AH_SNP_F_CPUID_MODEL, AH_SNP_F_CPUID_STEPPING, AH_SNP_F_RESERVED_18B, AH_SNP_F_CHIP_ID, AH_SNP_F_COMMITTED_TCB,
	AH_SNP_F_CURRENT_VERSION, AH_SNP_F_RESERVED_1EB, AH_SNP_F_COMMITTED_VERSION, AH_SNP_F_RESERVED_1EF, AH_SNP_F_LAUNCH_TCB,
	AH_SNP_F_LAUNCH_MIT_VECTOR, AH_SNP_F_CURRENT_MIT_VECTOR, AH_SNP_F_RESERVED_208, AH_SNP_F_SIGNATURE_R, AH_SNP_F_SIGNATURE_S,
	AH_SNP_F_SIGNATURE_RESERVED,
	AH_SNP_FIELD_COUNT
} ah_snp_field_id;

typedef enum ah_snp_field_kind {
	AH_SNP_KIND_UINT,      /* 1, 4 or 8 bytes */
	AH_SNP_KIND_BYTES,
	AH_SNP_KIND_TCB,       /* TCB_VERSION: its components depend on the product, ah_snp_tcb_read() */
	AH_SNP_KIND_FIRMWARE,  /* build, minor, major */
	AH_SNP_KIND_RESERVED,  /* must be zero; signed */
	AH_SNP_KIND_SIGNATURE  /* r, s and what follows them; not signed */
} ah_snp_field_kind;

typedef struct ah_snp_field {
	uint16_t off, len;
	uint8_t since;         /* report versions below this one have reserved bytes here */
	ah_snp_field_kind kind;
	const char *name;
} ah_snp_field;

/* Contiguous from 0 to AH_SNP_REPORT_LEN. Indexed by ah_snp_field_id. */
extern const ah_snp_field ah_snp_fields[AH_SNP_FIELD_COUNT];

/* The bytes of a field. report has AH_SNP_REPORT_LEN bytes (asserted by range). */
ah_slice ah_snp_field_bytes(ah_slice report, ah_snp_field_id id);
/* The value of a field of kind UINT. */
uint64_t ah_snp_field_uint(ah_slice report, ah_snp_field_id id);

/* SIGNING_KEY of the key information (bits 4:2). */
enum { AH_SNP_KEY_VCEK = 0, AH_SNP_KEY_VLEK = 1, AH_SNP_KEY_NONE = 7 };

/* Decoded, borrowed from the report. Nothing is verified. */
typedef struct ah_snp_report {
	ah_slice bytes;                 /* the whole report */
	uint32_t version, guest_svn, vmpl, signature_algo, key_info;
	uint64_t guest_policy, platform_info;
	bool author_key_enabled, mask_chip_key;
	unsigned signing_key;           /* AH_SNP_KEY_*, 2..6 are reserved */
	bool has_cpuid;                 /* version 3 and above */
	uint8_t family, model, stepping;
	uint64_t launch_mit_vector, current_mit_vector; /* version 5, else 0 */
} ah_snp_report;

/*
 * Decode a report. errors: AH_ERR_TRUNCATED, AH_ERR_TRAILING (not exactly 1184 bytes).
 * not checked here: every rule on a field; see platforms/snp.c.
 */
AH_MUST_USE ah_err ah_snp_report_parse(ah_snp_report *out, ah_slice bytes, ah_fault *why);

/* The first field that must be zero in this version and is not; AH_SNP_FIELD_COUNT when all are. The signature's own rest is not looked at. */
ah_snp_field_id ah_snp_report_reserved_set(const ah_snp_report *report);

/* The product of a CPUID family and model; AH_SNP_PRODUCT_NONE when no product with a pinned root has it. */
ah_snp_product ah_snp_product_of_cpuid(uint8_t family, uint8_t model);

/*
 * TCB_VERSION by product (AMD 56860, TCB_VERSION): byte i of the 8 is one component or reserved.
 * Milan, Genoa: boot loader, TEE, -, -, -, -, SNP, microcode. Turin: FMC, boot loader, TEE, SNP, -, -, -, microcode.
 * AH_SNP_PRODUCT_NONE reads as Milan and Genoa.
 */
ah_snp_tcb ah_snp_tcb_read(ah_slice tcb, ah_snp_product product);
/* True when the reserved bytes of a TCB_VERSION are zero. */
bool ah_snp_tcb_reserved_is_zero(ah_slice tcb, ah_snp_product product);
/* Every component of a at or below that of b, and all of them equal. */
bool ah_snp_tcb_at_most(const ah_snp_tcb *a, const ah_snp_tcb *b);
bool ah_snp_tcb_equal(const ah_snp_tcb *a, const ah_snp_tcb *b);
/* "bl 10 tee 0 snp 25 ucode 84", on Turin with "fmc 1 " in front. */
#define AH_SNP_TCB_TEXT_MAX 48
void ah_snp_tcb_format(char out[static AH_SNP_TCB_TEXT_MAX], const ah_snp_tcb *tcb);

/*
 * r and s as the 96 big-endian bytes that ECDSA P-384 verification takes; NULL when both are in range, else what is wrong (static text).
 * out is always written, from the low 48 bytes of each.
 */
const char *ah_snp_signature_read(uint8_t out[static 96], const ah_snp_report *report);

#endif
