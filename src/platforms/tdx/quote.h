/*
 * Intel TDX quotes, versions 4 and 5: bytes to a borrowed structure. UNTRUSTED; nothing is verified.
 *
 *   header 48 | [v5: body type u16, body size u32] | TD report 584 (1.0) or 648 (1.5) | auth_len u32 | auth data | zero padding
 *   auth data: signature 64 | attestation key 64 | type u16 = 6 | len u32 | certification data
 *   certification data: QE report 384 | its signature 64 | qe_auth len u16, bytes | type u16 = 5 | len u32 | PCK chain (PEM)
 * All integers little-endian. Spec: Intel TDX DCAP Quoting Library API, appendix A; docs/protocol/tdx.md.
 */
#ifndef AH_PLATFORMS_TDX_QUOTE_H
#define AH_PLATFORMS_TDX_QUOTE_H

#include "base/check.h"
#include "base/limits.h"
#include "base/slice.h"

#define AH_TDX_HEADER_LEN       48
#define AH_TDX_REPORT_10_LEN    584
#define AH_TDX_REPORT_15_LEN    648
#define AH_TDX_QE_REPORT_LEN    384
#define AH_TDX_RTMR_COUNT       4

/* Offsets within the auth data, which follow the signed bytes and four bytes of length. */
#define AH_TDX_AUTH_SIGNATURE_OFF    0
#define AH_TDX_AUTH_KEY_OFF          64
#define AH_TDX_AUTH_QE_REPORT_OFF    134
#define AH_TDX_AUTH_QE_SIGNATURE_OFF (AH_TDX_AUTH_QE_REPORT_OFF + AH_TDX_QE_REPORT_LEN)

enum { AH_TDX_BODY_SGX = 1, AH_TDX_BODY_TD10 = 2, AH_TDX_BODY_TD15 = 3, AH_TDX_BODY_TD15_EX = 4 };

/* td_attributes */
#define AH_TDX_ATTR_DEBUG           (UINT64_C(1) << 0)
#define AH_TDX_ATTR_SEPT_VE_DISABLE (UINT64_C(1) << 28)
#define AH_TDX_ATTR_MIGRATABLE      (UINT64_C(1) << 29)
#define AH_TDX_ATTR_PKS             (UINT64_C(1) << 30)
#define AH_TDX_ATTR_KL              (UINT64_C(1) << 31)
#define AH_TDX_ATTR_PERFMON         (UINT64_C(1) << 63)

/* The report of the quoting enclave (SGX report body). */
typedef struct ah_tdx_qe_report {
	ah_slice bytes;              /* all 384: what the PCK key signs */
	ah_slice cpusvn, attributes, mrenclave, mrsigner, report_data; /* 16, 16, 32, 32, 64 */
	uint32_t miscselect;
	uint16_t isvprodid, isvsvn;
} ah_tdx_qe_report;

typedef struct ah_tdx_quote {
	uint16_t version, attestation_key_type;
	uint32_t tee_type;
	ah_slice header_reserved;    /* 4 bytes at 8: QE SVN and PCE SVN of older versions */
	ah_slice qe_vendor_id, user_data; /* 16, 20 */
	uint16_t body_type;          /* AH_TDX_BODY_*; TD10 in version 4 */
	size_t body_off;
	ah_slice signed_bytes;       /* header .. end of body */
	ah_slice tee_tcb_svn, mrseam, mrsignerseam, seamattributes; /* 16, 48, 48, 8 */
	uint64_t td_attributes, xfam;
	ah_slice mrtd, mrconfigid, mrowner, mrownerconfig, rtmr[AH_TDX_RTMR_COUNT], report_data; /* 48.., report_data 64 */
	bool is_td15;
	ah_slice tee_tcb_svn2, mrservicetd; /* TD 1.5: 16, 48; else {NULL, 0} */
	ah_slice signature, attestation_key; /* 64 each: r || s, X || Y, big-endian */
	uint16_t outer_type, inner_type;
	ah_tdx_qe_report qe;
	ah_slice qe_report_signature, qe_auth; /* 64; 0..n */
	ah_slice pck_chain;          /* content of the inner certification data */
	size_t pck_chain_off;
	size_t end;                  /* first byte behind the auth data */
} ah_tdx_quote;

/*
 * Parse, recording AH_CHECK_TDX_VERSION, _KEY_TYPE, _TEE_TYPE, _VENDOR, _HEADER_RESERVED, _BODY_TYPE, _CERT_TYPE, _ATTRIBUTE_BITS, _XFAM_BITS, _TRAILING.
 * Inner lengths must consume everything; behind the auth data only zero bytes, at most AH_TDX_PADDING_MAX.
 * errors: those of the checks; AH_ERR_TRUNCATED, AH_ERR_TRAILING, AH_ERR_FORMAT, AH_ERR_TOO_LARGE. A CBOR web token (DICE) is AH_ERR_PLATFORM.
 */
AH_MUST_USE ah_err ah_tdx_quote_parse(ah_tdx_quote *out, ah_slice in, ah_checks *log, ah_fault *why);

/* For inspect: the fixed fields of a quote in order, without gaps, from 0 to the auth length. body_type chooses TD 1.0 or 1.5, version the offsets. */
typedef struct ah_tdx_field { size_t off, len; const char *name; } ah_tdx_field;
size_t ah_tdx_fields(const ah_tdx_quote *quote, ah_tdx_field *out, size_t max);

#endif
