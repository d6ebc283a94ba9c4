#include "attesters/sim_attester.h"

#include "base/fault.h"

typedef struct sim_attester {
	ah_attester base;
	ah_device device;
	ah_sim *sim;
} sim_attester;

static ah_err sim_attest(ah_attester *base, const ah_attest_request *request, ah_attest_result *out, ah_fault *why)
{
	sim_attester *self = (sim_attester *)base;
	const ah_sim_options options = {
		.platform = base->platform,
		.report_data = AH_SLICE_OF(request->report_data),
		.nonce = request->nonce,
		.public_key = request->public_key,
		.at_s = self->device.ops->time_s(self->device.context),
	};
	ah_sim_output made = { .evidence = AH_BUF(0) };
	AH_TRY(ah_sim_evidence(self->sim, &options, &made, why));
	*out = (ah_attest_result){ /* transferred */
		.evidence = made.evidence,
		.event_log = made.event_log_json,
		.vek_der = made.vek_der,
		.chain_pem = made.chain_pem,
		.crl_der = made.crl_der,
		.collateral_json = made.collateral_json,
	};
	ah_buf_free(&made.event_log_ccel);
	ah_buf_free(&made.root_der);
	return AH_OK;
}

static void sim_attester_free(ah_attester *base)
{
	ah_dealloc((sim_attester *)base);
}

ah_err ah_sim_attester_new(ah_attester **out, const ah_device *device, ah_sim *sim, ah_platform_id platform, ah_fault *why)
{
	static const ah_attester_ops ops = { .name = "simulated", .attest = sim_attest, .free = sim_attester_free };
	if (platform == AH_PLATFORM_NONE)
		return ah_fault_set(why, AH_ERR_ARGUMENT, "sim.attester", "no platform named");
	sim_attester *self = ah_alloc(sizeof *self);
	if (self == NULL)
		return AH_ERR_NOMEM;
	*self = (sim_attester){ .base = { .ops = &ops, .platform = platform }, .device = *device, .sim = sim };
	*out = &self->base;
	return AH_OK;
}
