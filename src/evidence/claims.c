/* See anchorhold/claims.h and claims_make.h. */
#include "evidence/claims_make.h"

#include "base/slice.h"

/* -- Names, as policy files and output spell them -- */

const char *ah_platform_name(ah_platform_id platform)
{
	switch (platform) {
	case AH_PLATFORM_NITRO: return "nitro";
	case AH_PLATFORM_SNP: return "sev-snp";
	case AH_PLATFORM_TDX: return "tdx";
	case AH_PLATFORM_NONE: break;
	}
	return "none";
}

ah_platform_id ah_platform_by_name(const char *name)
{
	static const ah_platform_id named[] = { AH_PLATFORM_NITRO, AH_PLATFORM_SNP, AH_PLATFORM_TDX };
	for (size_t i = 0; i < sizeof named / sizeof named[0]; i++)
		if (ah_slice_is_text(ah_slice_text(name), ah_platform_name(named[i])))
			return named[i];
	return AH_PLATFORM_NONE;
}

const char *ah_snp_product_name(ah_snp_product product)
{
	switch (product) {
	case AH_SNP_MILAN: return "Milan";
	case AH_SNP_GENOA: return "Genoa";
	case AH_SNP_TURIN: return "Turin";
	case AH_SNP_PRODUCT_NONE: break;
	}
	return "none";
}

const char *ah_snp_signer_name(ah_snp_signer signer)
{
	switch (signer) {
	case AH_SNP_VCEK: return "vcek";
	case AH_SNP_VLEK: return "vlek";
	case AH_SNP_SIGNER_NONE: break;
	}
	return "none";
}

const char *ah_tdx_tcb_status_name(ah_tdx_tcb_status status)
{
	switch (status) {
	case AH_TDX_TCB_UP_TO_DATE: return "UpToDate";
	case AH_TDX_TCB_SW_HARDENING_NEEDED: return "SWHardeningNeeded";
	case AH_TDX_TCB_CONFIGURATION_NEEDED: return "ConfigurationNeeded";
	case AH_TDX_TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED: return "ConfigurationAndSWHardeningNeeded";
	case AH_TDX_TCB_OUT_OF_DATE: return "OutOfDate";
	case AH_TDX_TCB_OUT_OF_DATE_CONFIGURATION_NEEDED: return "OutOfDateConfigurationNeeded";
	case AH_TDX_TCB_REVOKED: return "Revoked";
	case AH_TDX_TCB_RELAUNCH_ADVISED: return "TDRelaunchAdvised";
	case AH_TDX_TCB_RELAUNCH_ADVISED_CONFIGURATION_NEEDED: return "TDRelaunchAdvisedConfigurationNeeded";
	case AH_TDX_TCB_NONE: break;
	}
	return "none";
}

/* -- Claims -- */

ah_err ah_claims_make(ah_claims **out, ah_platform_id platform)
{
	ah_claims *claims = (ah_claims *)ah_alloc(sizeof *claims);
	if (claims == NULL)
		return AH_ERR_NOMEM;
	claims->platform = platform;
	*out = claims;
	return AH_OK;
}

void ah_claims_free(ah_claims *claims)
{
	ah_dealloc(claims);
}

ah_platform_id ah_claims_platform(const ah_claims *claims) { return claims->platform; }
bool ah_claims_is_hardware(const ah_claims *claims) { return claims->hardware; }
bool ah_claims_is_debug(const ah_claims *claims) { return claims->debug; }
int64_t ah_claims_expiry_s(const ah_claims *claims) { return claims->expiry_s; }
const char *ah_claims_root_name(const ah_claims *claims) { return claims->root_name; }
const uint8_t *ah_claims_root_sha256(const ah_claims *claims) { return claims->root_sha256; }

const ah_nitro_claims *ah_claims_nitro(const ah_claims *claims)
{
	return claims->platform == AH_PLATFORM_NITRO ? &claims->of.nitro : NULL;
}

const ah_snp_claims *ah_claims_snp(const ah_claims *claims)
{
	return claims->platform == AH_PLATFORM_SNP ? &claims->of.snp : NULL;
}

const ah_tdx_claims *ah_claims_tdx(const ah_claims *claims)
{
	return claims->platform == AH_PLATFORM_TDX ? &claims->of.tdx : NULL;
}
