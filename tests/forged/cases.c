/* See cases.h. */
#include "forged/cases.h"

static const struct { const forge_case *cases; const size_t *count; } tables[] = {
	{ forge_nitro_cases, &forge_nitro_case_count },   { forge_snp_cases, &forge_snp_case_count },
	{ forge_tdx_cases, &forge_tdx_case_count },       { forge_policy_cases, &forge_policy_case_count },
	{ forge_tdx_collateral_cases, &forge_tdx_collateral_case_count }, { forge_tdx_policy_cases, &forge_tdx_policy_case_count },
	{ forge_envelope_cases, &forge_envelope_case_count }, { forge_event_cases, &forge_event_case_count },
	{ forge_bundle_cases, &forge_bundle_case_count }, { forge_pin_cases, &forge_pin_case_count },
};
#define TABLES (sizeof tables / sizeof tables[0])

size_t forge_case_count(void)
{
	size_t count = 0;
	for (size_t i = 0; i < TABLES; i++)
		count += *tables[i].count;
	return count;
}

const forge_case *forge_case_at(size_t index)
{
	size_t table = 0;
	for (; index >= *tables[table].count; table++)
		index -= *tables[table].count;
	return &tables[table].cases[index];
}

const char *forge_exception(ah_check_id id)
{
	(void)id; /* none at present */
	return NULL;
}
