#include "unit/attesters/evidence.h"

#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>

#define MUST(call) must((call), __LINE__)

static void must(ah_err err, int line)
{
	if (err == AH_OK)
		return;
	printf("evidence.c:%d: %s\n", line, ah_err_name(err));
	abort();
}

static ah_sim *sim;
static ah_sim_output made[AH_PLATFORM_TDX + 1];
static bool is_made[AH_PLATFORM_TDX + 1];
static ah_verifier *verifier;

static void free_all(void)
{
	for (size_t i = 0; i < sizeof made / sizeof made[0]; i++)
		ah_sim_output_free(&made[i]);
	ah_sim_free(sim);
	ah_verifier_free(verifier);
}

ah_sim *evidence_sim(void)
{
	char dir[4200];
	if (sim != NULL)
		return sim;
	(void)snprintf(dir, sizeof dir, "%s", ah_test_sim_dir() != NULL ? ah_test_sim_dir() : "");
	if (dir[0] == '\0') {
		(void)snprintf(dir, sizeof dir, "%s/sim", ah_test_tmp());
		MUST(ah_sim_init(dir, NULL));
	}
	MUST(ah_sim_open(&sim, dir, NULL));
	(void)atexit(free_all);
	return sim;
}

ah_attest_request evidence_request(ah_platform_id platform)
{
	static const uint8_t nonce[16] = "sixteen of nonce", key[91] = { 0x30, 0x59 };
	ah_attest_request request = { .timeout_ms = 0 };
	for (size_t i = 0; i < sizeof request.report_data; i++)
		request.report_data[i] = (uint8_t)(0x80 + i);
	if (platform == AH_PLATFORM_NITRO) {
		request.nonce = AH_SLICE_OF(nonce);
		request.public_key = AH_SLICE_OF(key);
	}
	return request;
}

const ah_sim_output *evidence_of(ah_platform_id platform)
{
	const ah_attest_request request = evidence_request(platform);
	const ah_sim_options options = {
		.platform = platform, .report_data = AH_SLICE_OF(request.report_data), .nonce = request.nonce, .public_key = request.public_key, .at_s = EVIDENCE_NOW_S,
	};
	if (!is_made[platform])
		MUST(ah_sim_evidence(evidence_sim(), &options, &made[platform], NULL));
	is_made[platform] = true;
	return &made[platform];
}

/* -- The host's table -- */

static void put_le32(ah_buf *out, size_t v)
{
	for (unsigned i = 0; i < 4; i++)
		MUST(ah_buf_append_byte(out, (uint8_t)(v >> (8 * i))));
}

void evidence_cert_table(ah_buf *out)
{
	static const char *const guids[] = {
		"63da758de6644564adc5f4b93be8accd", "4ab7b379bbac4fe4a02f05aef327c782", "c0b406a4a803495297433fb6014cd0ae",
	};
	static const uint8_t end[24];
	const ah_sim_output *snp = evidence_of(AH_PLATFORM_SNP);
	const uint8_t *second = memmem(snp->chain_pem.ptr + 1, snp->chain_pem.len - 1, "-----BEGIN", 10);
	assert(second != NULL);
	size_t first_len = (size_t)(second - snp->chain_pem.ptr), off = 4 * sizeof end;
	const ah_slice blobs[] = {
		ah_buf_slice(&snp->vek_der), ah_slice_make(snp->chain_pem.ptr, first_len), ah_slice_make(second, snp->chain_pem.len - first_len),
	};
	for (size_t i = 0; i < 3; i++) {
		ah_test_hex(out, guids[i]);
		put_le32(out, off);
		put_le32(out, blobs[i].len);
		off += blobs[i].len;
	}
	MUST(ah_buf_append(out, AH_SLICE_OF(end)));
	for (size_t i = 0; i < 3; i++)
		MUST(ah_buf_append(out, blobs[i]));
}

/* -- The door -- */

static ah_endorsements *endorsements_for(ah_platform_id platform, const ah_attest_result *result)
{
	const ah_sim_output *simulated = evidence_of(platform);
	ah_endorsements *en = NULL;
	MUST(ah_endorsements_new(&en));
	if (result->cert_table.len != 0) {
		MUST(ah_endorsements_set_cert_table(en, ah_buf_slice(&result->cert_table), NULL));
	} else if (simulated->vek_der.len != 0) {
		MUST(ah_endorsements_set_vek(en, ah_buf_slice(&simulated->vek_der), NULL));
		MUST(ah_endorsements_add_chain(en, ah_buf_slice(&simulated->chain_pem), NULL));
	}
	if (simulated->crl_der.len != 0)
		MUST(ah_endorsements_add_crl(en, ah_buf_slice(&simulated->crl_der), NULL));
	ah_slice collateral = ah_buf_slice(result->collateral_json.len != 0 ? &result->collateral_json : &simulated->collateral_json);
	if (collateral.len != 0)
		MUST(ah_endorsements_set_collateral(en, collateral, NULL));
	return en;
}

static ah_policy *policy_of(ah_request request)
{
	ah_verdict *verdict = NULL;
	ah_policy *policy = NULL;
	request.genuine_only = true;
	request.expected = (ah_expected){ .fields = AH_EXPECT_NOTHING };
	if (ah_appraise(&verdict, verifier, &request, NULL) == AH_OK)
		MUST(ah_policy_init_from(&policy, ah_verdict_claims(verdict), "attester", "1.0", EVIDENCE_NOW_S, NULL));
	ah_verdict_free(verdict);
	return policy;
}

ah_err evidence_judge(ah_platform_id platform, const ah_attest_request *request, const ah_attest_result *result, ah_result *said)
{
	ah_endorsements *en = endorsements_for(platform, result);
	ah_verdict *verdict = NULL;
	ah_fault why = { .offset = AH_NO_OFFSET };
	ah_request question = {
		.evidence = ah_buf_slice(&result->evidence),
		.endorsements = en,
		.event_log = ah_buf_slice(&result->event_log),
		.now_s = EVIDENCE_NOW_S,
		.simulated_root = ah_buf_slice(&evidence_of(platform)->root_der),
		.allow_simulated = true,
		.expected = { .fields = AH_EXPECT_REPORT_DATA, .report_data = AH_SLICE_OF(request->report_data) },
	};
	if (platform == AH_PLATFORM_NITRO) {
		question.expected.fields |= AH_EXPECT_NONCE | AH_EXPECT_PUBLIC_KEY;
		question.expected.nonce = request->nonce;
		question.expected.public_key = request->public_key;
	}
	if (verifier == NULL)
		MUST(ah_verifier_new(&verifier, NULL));
	ah_policy *policy = policy_of(question);
	question.policy = policy;
	ah_err err = policy == NULL ? AH_ERR_POLICY_VALUE : ah_appraise(&verdict, verifier, &question, &why);
	if (err != AH_OK)
		printf("judge: %s: %s: %s\n", ah_err_name(err), why.step != NULL ? why.step : "", why.detail);
	*said = verdict != NULL ? ah_verdict_result(verdict) : AH_RESULT_FAIL;
	ah_verdict_free(verdict);
	ah_policy_free(policy);
	ah_endorsements_free(en);
	return err;
}
