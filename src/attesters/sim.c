/* Keys in memory, and evidence for the command: the defaults of each platform with the caller's options. */
#include "attesters/sim.h"

#include "attesters/sim_keys.h"
#include "attesters/sim_nitro.h"
#include "attesters/sim_snp.h"
#include "attesters/sim_tdx.h"
#include "base/fault.h"
#include "base/limits.h"

#define REPORT_DATA_LEN 64
static_assert((int)AH_SIM_SNP_REPORT_DATA_LEN == REPORT_DATA_LEN && (int)AH_SIM_TDX_REPORT_DATA_LEN == REPORT_DATA_LEN, "one length of report data");

ah_err ah__sim_new(ah_sim **out, ah_fault *why)
{
	AH_AUTO_PTR(ah_sim) sim = ah_alloc(sizeof *sim);
	if (sim == NULL)
		return AH_ERR_NOMEM;
	sim->nitro_root_der = AH_BUF(AH_CERTIFICATE_MAX);
	sim->tdx_root_der = AH_BUF(AH_CERTIFICATE_MAX);
	for (size_t i = 0; i < AH_SIM_PRODUCTS; i++)
		sim->ark_der[i] = AH_BUF(AH_CERTIFICATE_MAX);
	AH_TRY(ah_crypto_new(&sim->crypto, why));
	*out = ah_move_ptr(&sim);
	return AH_OK;
}

ah_err ah__sim_make_run_keys(ah_sim *sim, ah_fault *why)
{
	for (size_t i = AH_SIM_NITRO_ROOT + 1; i < AH_SIM_NITRO_LEVELS; i++)
		AH_TRY(ah_private_key_generate(&sim->nitro[i], AH_KEY_P384, 0, why));
	return ah_private_key_generate(&sim->tdx_ak, AH_KEY_P256, 0, why);
}

void ah_sim_free(ah_sim *sim)
{
	if (sim == NULL)
		return;
	for (size_t i = 0; i < AH_SIM_NITRO_LEVELS; i++)
		ah_private_key_free(sim->nitro[i]);
	ah_private_key_free(sim->ark);
	ah_private_key_free(sim->ask);
	ah_private_key_free(sim->asvk);
	ah_private_key_free(sim->vcek);
	ah_private_key_free(sim->vlek);
	ah_private_key_free(sim->tdx_root);
	ah_private_key_free(sim->tdx_ca);
	ah_private_key_free(sim->tdx_pck);
	ah_private_key_free(sim->tdx_signer);
	ah_private_key_free(sim->tdx_ak);
	ah_buf_free(&sim->nitro_root_der);
	ah_buf_free(&sim->tdx_root_der);
	for (size_t i = 0; i < AH_SIM_PRODUCTS; i++)
		ah_buf_free(&sim->ark_der[i]);
	ah_crypto_free(sim->crypto);
	ah_dealloc(sim);
}

void ah_sim_output_free(ah_sim_output *output)
{
	ah_buf_free(&output->evidence);
	ah_buf_free(&output->vek_der);
	ah_buf_free(&output->chain_pem);
	ah_buf_free(&output->crl_der);
	ah_buf_free(&output->collateral_json);
	ah_buf_free(&output->event_log_json);
	ah_buf_free(&output->event_log_ccel);
	ah_buf_free(&output->root_der);
}

static ah_sim_field field(ah_slice value)
{
	return (ah_sim_field){ .form = value.len != 0 ? AH_SIM_VALUE : AH_SIM_NULL, .value = value };
}

static ah_err check_no_product(const ah_sim_options *options, ah_fault *why)
{
	const char *platform = ah_platform_name(options->platform);
	if (options->product != AH_SNP_PRODUCT_NONE)
		return ah_fault_set(why, AH_ERR_ARGUMENT, "sim.options", "product: not of %s", platform);
	if (options->signer != AH_SNP_SIGNER_NONE)
		return ah_fault_set(why, AH_ERR_ARGUMENT, "sim.options", "signer: not of %s", platform);
	return AH_OK;
}

/* Report data of 64 bytes, and no other field: SNP and TDX. */
static ah_err check_report_data_alone(const ah_sim_options *options, ah_fault *why)
{
	const char *platform = ah_platform_name(options->platform);
	if (options->nonce.len != 0)
		return ah_fault_set(why, AH_ERR_ARGUMENT, "sim.options", "nonce: not of %s", platform);
	if (options->public_key.len != 0)
		return ah_fault_set(why, AH_ERR_ARGUMENT, "sim.options", "public key: not of %s", platform);
	if (options->report_data.len != 0 && options->report_data.len != REPORT_DATA_LEN)
		return ah_fault_set(why, AH_ERR_ARGUMENT, "sim.options", "report data: %zu bytes, %s takes %d", options->report_data.len, platform, REPORT_DATA_LEN);
	return AH_OK;
}

static ah_err check_no_quote_version(const ah_sim_options *options, ah_fault *why)
{
	if (options->quote_version != 0)
		return ah_fault_set(why, AH_ERR_ARGUMENT, "sim.options", "quote version: not of %s", ah_platform_name(options->platform));
	return AH_OK;
}

static ah_err nitro_evidence(ah_sim *sim, const ah_sim_options *options, ah_sim_output *out, ah_fault *why)
{
	AH_TRY(check_no_product(options, why));
	AH_TRY(check_no_quote_version(options, why));
	if (options->report_data.len > AH_NITRO_USER_DATA_MAX)
		return ah_fault_set(why, AH_ERR_ARGUMENT, "sim.options", "report data: %zu bytes, nitro takes %d", options->report_data.len,
		                    AH_NITRO_USER_DATA_MAX);
	if (options->nonce.len > AH_NITRO_NONCE_MAX)
		return ah_fault_set(why, AH_ERR_ARGUMENT, "sim.options", "nonce: %zu bytes, at most %d", options->nonce.len, AH_NITRO_NONCE_MAX);
	if (options->public_key.len > AH_NITRO_PUBLIC_KEY_MAX)
		return ah_fault_set(why, AH_ERR_ARGUMENT, "sim.options", "public key: %zu bytes, at most %d", options->public_key.len, AH_NITRO_PUBLIC_KEY_MAX);

	AH_AUTO(ah_sim_nitro) spec;
	ah_sim_nitro_init(&spec);
	AH_TRY(ah_sim_nitro_defaults(&spec, sim, options->at_s));
	spec.user_data = field(options->report_data);
	spec.nonce = field(options->nonce);
	spec.public_key = field(options->public_key);
	if (options->debug)
		ah_sim_nitro_set_debug(&spec);
	return ah_sim_nitro_make(out, &spec, why);
}

static ah_err snp_evidence(ah_sim *sim, const ah_sim_options *options, ah_sim_output *out, ah_fault *why)
{
	AH_TRY(check_report_data_alone(options, why));
	AH_TRY(check_no_quote_version(options, why));

	AH_AUTO(ah_sim_snp) spec;
	ah_sim_snp_init(&spec);
	AH_TRY(ah_sim_snp_defaults(&spec, sim, options->product != AH_SNP_PRODUCT_NONE ? options->product : AH_SNP_GENOA,
	                           options->signer != AH_SNP_SIGNER_NONE ? options->signer : AH_SNP_VCEK, options->at_s));
	if (options->report_data.len != 0)
		memcpy(spec.report + AH_SIM_SNP_REPORT_DATA, options->report_data.ptr, AH_SIM_SNP_REPORT_DATA_LEN);
	if (options->debug)
		ah_sim_put_le64(spec.report + AH_SIM_SNP_POLICY, ah_sim_get_le64(spec.report + AH_SIM_SNP_POLICY) | AH_SNP_POLICY_DEBUG);
	return ah_sim_snp_make(out, &spec, why);
}

static ah_err tdx_evidence(ah_sim *sim, const ah_sim_options *options, ah_sim_output *out, ah_fault *why)
{
	unsigned version = options->quote_version != 0 ? options->quote_version : 4;
	AH_TRY(check_no_product(options, why));
	AH_TRY(check_report_data_alone(options, why));
	if (version != 4 && version != 5)
		return ah_fault_set(why, AH_ERR_ARGUMENT, "sim.options", "quote version: %u, tdx has 4 and 5", version);

	AH_AUTO(ah_sim_tdx) spec;
	ah_sim_tdx_init(&spec);
	AH_TRY(ah_sim_tdx_defaults(&spec, sim, options->at_s));
	ah_sim_tdx_set_version(&spec, (uint16_t)version, version == 5);
	if (options->report_data.len != 0)
		memcpy(spec.report + AH_SIM_TDX_REPORT_DATA, options->report_data.ptr, REPORT_DATA_LEN);
	if (options->debug)
		spec.report[AH_SIM_TDX_ATTRIBUTES] |= 1;
	return ah_sim_tdx_make(out, &spec, why);
}

ah_err ah_sim_evidence(ah_sim *sim, const ah_sim_options *options, ah_sim_output *out, ah_fault *why)
{
	switch (options->platform) {
	case AH_PLATFORM_NITRO:
		return nitro_evidence(sim, options, out, why);
	case AH_PLATFORM_SNP:
		return snp_evidence(sim, options, out, why);
	case AH_PLATFORM_TDX:
		return tdx_evidence(sim, options, out, why);
	case AH_PLATFORM_NONE:
		break;
	}
	return ah_fault_set(why, AH_ERR_ARGUMENT, "sim.options", "platform: %s is not simulated", ah_platform_name(options->platform));
}
