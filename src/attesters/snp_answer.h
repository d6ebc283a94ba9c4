/* What both ways to an SEV-SNP report check of it: configfs-tsm and /dev/sev-guest. */
#ifndef AH_ATTESTERS_SNP_ANSWER_H
#define AH_ATTESTERS_SNP_ANSWER_H

#include "attesters/attester.h"

/* A report of 1184 bytes, over these report data, at this VMPL (has_vmpl false: at any). errors: AH_ERR_DEVICE_ANSWER. */
AH_MUST_USE ah_err ah__snp_answer_check(ah_slice report, const ah_attest_request *request, bool has_vmpl, unsigned vmpl, ah_fault *why);

/* Append the host's table to out, cut behind its last blob; nothing when it is empty or zero. errors: AH_ERR_DEVICE_ANSWER, AH_ERR_LIMIT, AH_ERR_NOMEM. */
AH_MUST_USE ah_err ah__snp_answer_certificates(ah_buf *out, ah_slice table, ah_fault *why);

#endif
