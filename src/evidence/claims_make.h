/* The constructor of claims. tools/check-layers lets platforms/ alone include this file: only verified evidence becomes claims. */
#ifndef AH_EVIDENCE_CLAIMS_MAKE_H
#define AH_EVIDENCE_CLAIMS_MAKE_H

#include "evidence/claims.h"
#include <anchorhold/error.h>

/* Zeroed claims of a platform. errors: AH_ERR_NOMEM. */
AH_MUST_USE ah_err ah_claims_make(ah_claims **out, ah_platform_id platform);

#endif
