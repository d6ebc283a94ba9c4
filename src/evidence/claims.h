/* The inside of ah_claims. Read by policy/; made by platforms/ alone, through claims_make.h. */
#ifndef AH_EVIDENCE_CLAIMS_H
#define AH_EVIDENCE_CLAIMS_H

#include "base/memory.h"
#include <anchorhold/claims.h>

struct ah_claims {
	ah_platform_id platform;
	bool hardware;                 /* every chain ended at a vendor pin */
	bool debug;
	bool revocation_checked;
	int64_t expiry_s;
	char root_name[64];
	uint8_t root_sha256[32];
	union {
		ah_nitro_claims nitro;
		ah_snp_claims snp;
		ah_tdx_claims tdx;
	} of;
};

void ah_claims_free(ah_claims *claims);
AH_DEFINE_AUTO_PTR(ah_claims)

#endif
