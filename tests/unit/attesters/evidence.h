/* Evidence for the fake devices to give out: made once by the simulated platform, over the report data, nonce and key of evidence_request(). */
#ifndef AH_TESTS_ATTESTERS_EVIDENCE_H
#define AH_TESTS_ATTESTERS_EVIDENCE_H

#include "attesters/attester.h"
#include "attesters/sim.h"
#include <anchorhold/verdict.h>

#define EVIDENCE_NOW_S INT64_C(1800000000) /* 2027-01-15T08:00:00Z */

ah_attest_request evidence_request(ah_platform_id platform);
/* Kept until the program ends. */
const ah_sim_output *evidence_of(ah_platform_id platform);
ah_sim *evidence_sim(void);
/* VCEK and ARK of the SNP evidence as a host gives them, appended. */
void evidence_cert_table(ah_buf *out);

/*
 * Judge what an attester gave, through the one door, with endorsements of the simulated platform (a table of the result comes first). The policy allows
 * what the evidence says, so that binding and signatures decide. Returns what ah_appraise() did.
 */
ah_err evidence_judge(ah_platform_id platform, const ah_attest_request *request, const ah_attest_result *result, ah_result *said);

#endif
