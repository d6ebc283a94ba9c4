/* The SGX extension of a PCK leaf certificate (OID 1.2.840.113741.1.13.1): what identifies the platform and its TCB. */
#ifndef AH_PLATFORMS_TDX_PCK_H
#define AH_PLATFORMS_TDX_PCK_H

#include "base/slice.h"
#include "pki/cert.h"

typedef struct ah_tdx_pck {
	uint8_t ppid[16];
	uint8_t components[16];      /* SVNs .2.1 .. .2.16, 0..255 each */
	uint16_t pcesvn;
	uint8_t pceid[2], fmspc[6];
	uint8_t cpusvn[16];
	uint8_t sgx_type;            /* 0 standard, 1 scalable, 2 scalable with integrity */
	bool has_platform_instance_id;
	uint8_t platform_instance_id[16];
	const char *defect;          /* ah_tdx_pck_decode(): the first thing that is wrong, static text; NULL when nothing is */
} ah_tdx_pck;

/* Read what is there, noting the first defect. What a defect hides is zero. */
void ah_tdx_pck_decode(ah_tdx_pck *out, const ah_cert *leaf);

/*
 * Read the extension; a defect is a refusal. Looked up by OID, never by position; every member once, integers read in full.
 * errors: AH_ERR_PCK_EXTENSION (detail names the member) when it is missing, doubled, of the wrong type or out of range.
 */
AH_MUST_USE ah_err ah_tdx_pck_read(ah_tdx_pck *out, const ah_cert *leaf, ah_fault *why);

#endif
