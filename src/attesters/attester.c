/* The one way to an attester: the request is checked before any device sees it. */
#include "attesters/attester.h"

#include "base/fault.h"

#define STEP "attest.request"

void ah_attest_result_free(ah_attest_result *result)
{
	ah_buf_free(&result->evidence);
	ah_buf_free(&result->cert_table);
	ah_buf_free(&result->event_log);
	ah_buf_free(&result->vek_der);
	ah_buf_free(&result->chain_pem);
	ah_buf_free(&result->crl_der);
	ah_buf_free(&result->collateral_json);
}

static ah_err check_request(ah_platform_id platform, const ah_attest_request *request, ah_fault *why)
{
	if (platform != AH_PLATFORM_NITRO && (request->nonce.len != 0 || request->public_key.len != 0))
		return ah_fault_set(why, AH_ERR_ARGUMENT, STEP, "nonce and public key: not of %s", ah_platform_name(platform));
	if (request->nonce.len > AH_NITRO_NONCE_MAX)
		return ah_fault_set(why, AH_ERR_ARGUMENT, STEP, "nonce: %zu bytes, at most %d", request->nonce.len, AH_NITRO_NONCE_MAX);
	if (request->public_key.len > AH_NITRO_PUBLIC_KEY_MAX)
		return ah_fault_set(why, AH_ERR_ARGUMENT, STEP, "public key: %zu bytes, at most %d", request->public_key.len, AH_NITRO_PUBLIC_KEY_MAX);
	return AH_OK;
}

ah_err ah_attest(ah_attester *attester, const ah_attest_request *request, ah_attest_result *out, ah_fault *why)
{
	AH_TRY(check_request(attester->platform, request, why));
	ah_attest_result made = { .evidence = AH_BUF(0) };
	ah_err err = attester->ops->attest(attester, request, &made, why);
	if (err != AH_OK) {
		ah_attest_result_free(&made);
		return err;
	}
	*out = made; /* transferred */
	return AH_OK;
}

void ah_attester_free(ah_attester *attester)
{
	if (attester != NULL)
		attester->ops->free(attester);
}
