/*
 * The tables of forged cases. Names begin with the row of docs/attacks.md that they are a test of, where there is one; a baseline has AH_OK and
 * must be accepted.
 */
#ifndef AH_TESTS_FORGED_CASES_H
#define AH_TESTS_FORGED_CASES_H

#include "forged/forge.h"

extern const forge_case forge_nitro_cases[];
extern const size_t forge_nitro_case_count;
extern const forge_case forge_snp_cases[];
extern const size_t forge_snp_case_count;
extern const forge_case forge_tdx_cases[];
extern const size_t forge_tdx_case_count;
extern const forge_case forge_tdx_collateral_cases[];
extern const size_t forge_tdx_collateral_case_count;
extern const forge_case forge_tdx_policy_cases[];
extern const size_t forge_tdx_policy_case_count;
extern const forge_case forge_pin_cases[];
extern const size_t forge_pin_case_count;
extern const forge_case forge_policy_cases[];
extern const size_t forge_policy_case_count;
extern const forge_case forge_envelope_cases[];
extern const size_t forge_envelope_case_count;
extern const forge_case forge_event_cases[];
extern const size_t forge_event_case_count;
extern const forge_case forge_bundle_cases[];
extern const size_t forge_bundle_case_count;

size_t forge_case_count(void);
const forge_case *forge_case_at(size_t index);

/*
 * Checks without a case of their own, each with its reason; NULL for all others. A check is here only because raw evidence cannot fail it alone.
 */
const char *forge_exception(ah_check_id id);

#endif
