/* Claims, policies and questions made by hand, so that each row of the appraisal can be moved alone. Nothing here is evidence. */
#ifndef AH_TESTS_UNIT_POLICY_SAMPLE_H
#define AH_TESTS_UNIT_POLICY_SAMPLE_H

#include "evidence/claims_make.h"
#include "policy/appraise.h"

#include <stdio.h>

#define SAMPLE_NOW_S    INT64_C(1795166431) /* 2026-11-20T09:20:31Z */
#define SAMPLE_EXPIRY_S (SAMPLE_NOW_S + 86400)

/* Everything of one run, on the stack of a test; every byte is filled so that no comparison passes by being zero on both sides. */
typedef struct sample {
	ah_verdict verdict;
	ah_claims claims;
	ah_policy policy;
	ah_request request;
	ah_fault why;
	ah_nitro_release nitro_releases[2];
	ah_snp_release snp_releases[2];
	ah_tdx_release tdx_releases[2];
	uint8_t bytes[2][64];                  /* items of whichever byte list a test needs */
	char texts[2][AH_POLICY_TEXT_MAX + 1]; /* items of whichever text list a test needs */
	uint8_t report_data[64];
} sample;

static inline void sample_fill(void *out, size_t len, uint8_t seed)
{
	for (size_t i = 0; i < len; i++)
		((uint8_t *)out)[i] = (uint8_t)(seed + 7 * i);
}

static inline void sample_common(sample *s, ah_platform_id platform)
{
	*s = (sample){ .why = { .offset = AH_NO_OFFSET } };
	s->claims.platform = platform;
	s->claims.hardware = true;
	s->claims.revocation_checked = true;
	s->claims.expiry_s = SAMPLE_EXPIRY_S;
	sample_fill(s->claims.root_sha256, sizeof s->claims.root_sha256, 0x31);

	ah_policy *p = &s->policy;
	memcpy(p->workload, "example", sizeof "example");
	p->version = 17;
	p->issued_at_s = p->valid_from_s = SAMPLE_NOW_S - 3600;
	p->valid_until_s = SAMPLE_NOW_S + 90 * 86400;
	p->freshness = AH_FRESHNESS_CACHED;
	p->max_evidence_age_s = 3600;
	p->require_revocation = true;
	p->revoked_measurements = (ah_byte_list){ .present = true, .item_len = 48 };
	p->simulated_roots = (ah_byte_list){ .present = true, .item_len = 32 };

	s->request.policy = p;
	s->request.now_s = SAMPLE_NOW_S;
	s->verdict.platform = platform;
	s->verdict.claims = &s->claims;
	s->verdict.fault.offset = AH_NO_OFFSET;
}

/* A Genoa guest, version 5, that its policy allows. */
static inline void sample_snp(sample *s)
{
	sample_common(s, AH_PLATFORM_SNP);
	memcpy(s->claims.root_name, "ARK-Genoa", sizeof "ARK-Genoa");
	ah_snp_claims *c = &s->claims.of.snp;
	c->version = 5;
	c->guest_svn = 4;
	c->guest_policy = AH_SNP_POLICY_RESERVED_ONE | AH_SNP_POLICY_SMT;
	c->platform_info = AH_SNP_PLATFORM_SMT_EN | AH_SNP_PLATFORM_ALIAS_CHECK;
	sample_fill(c->report_data, sizeof c->report_data, 1);
	sample_fill(c->measurement, sizeof c->measurement, 2);
	sample_fill(c->host_data, sizeof c->host_data, 3);
	sample_fill(c->id_key_digest, sizeof c->id_key_digest, 4);
	sample_fill(c->author_key_digest, sizeof c->author_key_digest, 5);
	sample_fill(c->chip_id, sizeof c->chip_id, 6);
	c->has_cpuid = true;
	c->cpuid_family = 0x19;
	c->cpuid_model = 0x11;
	c->cpuid_stepping = 1;
	c->reported_tcb = (ah_snp_tcb){ .bl = 10, .tee = 0, .snp = 23, .ucode = 84 };
	c->current_tcb = c->committed_tcb = c->launch_tcb = c->reported_tcb;
	c->current_version[0] = c->committed_version[0] = 1;
	c->current_version[1] = c->committed_version[1] = 55;
	c->current_version[2] = c->committed_version[2] = 40;
	c->launch_mit_vector = c->current_mit_vector = 1;
	c->product = AH_SNP_GENOA;
	c->signer = AH_SNP_VCEK;

	ah_snp_policy *p = &s->policy.snp;
	p->present = true;
	p->releases = s->snp_releases;
	p->release_count = 1;
	memcpy(s->snp_releases[0].release, "1.4.2", sizeof "1.4.2");
	memcpy(s->snp_releases[0].measurement, c->measurement, sizeof c->measurement);
	p->products[AH_SNP_GENOA] = true;
	p->floors[0] = (ah_snp_floor){ .product = AH_SNP_GENOA, .tcb = c->reported_tcb };
	p->floor_count = 1;
	p->signer_vcek = true;
	p->min_report_version = 3;
	p->alias_check = true;

	memcpy(s->report_data, c->report_data, sizeof s->report_data);
	s->request.expected.fields = AH_EXPECT_REPORT_DATA;
	s->request.expected.report_data = AH_SLICE_OF(s->report_data);
	s->verdict.check_mask = AH_CHECK_ON_SNP;
	(void)snprintf(s->verdict.policy_source, sizeof s->verdict.policy_source, "caller");
	(void)snprintf(s->verdict.workload, sizeof s->verdict.workload, "%s", "sample");
}

/* An enclave with 64 bytes of user_data, a nonce and a key, that its policy allows. */
static inline void sample_nitro(sample *s)
{
	sample_common(s, AH_PLATFORM_NITRO);
	memcpy(s->claims.root_name, "aws.nitro-enclaves", sizeof "aws.nitro-enclaves");
	s->claims.revocation_checked = false;
	ah_nitro_claims *c = &s->claims.of.nitro;
	memcpy(c->module_id, "i-0123456789abcdef0-enc0123456789abcdef", sizeof "i-0123456789abcdef0-enc0123456789abcdef");
	memcpy(c->instance_id, "i-0123456789abcdef0", sizeof "i-0123456789abcdef0");
	c->timestamp_ms = (uint64_t)SAMPLE_NOW_S * 1000;
	for (unsigned i = 0; i < 16; i++) {
		c->pcr_mask |= UINT32_C(1) << i;
		c->pcr_len[i] = 48;
		sample_fill(c->pcrs[i], 48, (uint8_t)(0x40 + i));
	}
	c->has_user_data = c->has_nonce = c->has_public_key = true;
	c->user_data_len = 64;
	c->nonce_len = 32;
	c->public_key_len = 91;
	sample_fill(c->user_data, c->user_data_len, 1);
	sample_fill(c->nonce, c->nonce_len, 2);
	sample_fill(c->public_key, c->public_key_len, 3);

	ah_nitro_policy *p = &s->policy.nitro;
	p->present = true;
	p->releases = s->nitro_releases;
	p->release_count = 1;
	memcpy(s->nitro_releases[0].release, "2.0", sizeof "2.0");
	for (unsigned i = 0; i < 3; i++) {
		s->nitro_releases[0].pcr_mask |= UINT32_C(1) << i;
		s->nitro_releases[0].pcr_len[i] = 48;
		memcpy(s->nitro_releases[0].pcrs[i], c->pcrs[i], 48);
	}

	memcpy(s->report_data, c->user_data, sizeof s->report_data);
	s->request.expected.fields = AH_EXPECT_REPORT_DATA;
	s->request.expected.report_data = AH_SLICE_OF(s->report_data);
	s->verdict.check_mask = AH_CHECK_ON_NITRO;
	(void)snprintf(s->verdict.policy_source, sizeof s->verdict.policy_source, "caller");
	(void)snprintf(s->verdict.workload, sizeof s->verdict.workload, "%s", "sample");
}

/* A TD 1.5 guest with collateral, up to date, that its policy allows. */
static inline void sample_tdx(sample *s)
{
	sample_common(s, AH_PLATFORM_TDX);
	memcpy(s->claims.root_name, "intel.sgx-root-ca", sizeof "intel.sgx-root-ca");
	ah_tdx_claims *c = &s->claims.of.tdx;
	c->quote_version = 5;
	c->body_type = 3;
	c->is_td15 = true;
	c->td_attributes = UINT64_C(0x10000000); /* SEPT_VE_DISABLE */
	c->xfam = 0x61ae7;
	sample_fill(c->tee_tcb_svn, sizeof c->tee_tcb_svn, 1);
	sample_fill(c->tee_tcb_svn2, sizeof c->tee_tcb_svn2, 2);
	sample_fill(c->mrseam, sizeof c->mrseam, 3);
	sample_fill(c->mrconfigid, sizeof c->mrconfigid, 4);
	sample_fill(c->mrowner, sizeof c->mrowner, 5);
	sample_fill(c->mrownerconfig, sizeof c->mrownerconfig, 6);
	sample_fill(c->mrtd, sizeof c->mrtd, 7);
	for (unsigned i = 0; i < 4; i++)
		sample_fill(c->rtmr[i], sizeof c->rtmr[i], (uint8_t)(0x50 + i));
	sample_fill(c->report_data, sizeof c->report_data, 8);
	sample_fill(c->quote_sha256, sizeof c->quote_sha256, 9);
	sample_fill(c->ppid, sizeof c->ppid, 10);
	sample_fill(c->fmspc, sizeof c->fmspc, 11);
	sample_fill(c->cpusvn, sizeof c->cpusvn, 12);
	c->pcesvn = 11;
	c->qe_isvsvn = 4;
	c->has_platform_instance_id = true;
	sample_fill(c->platform_instance_id, sizeof c->platform_instance_id, 13);
	c->has_collateral = true;
	c->tcb_status = c->platform_status = c->module_status = c->qe_status = c->current_status = AH_TDX_TCB_UP_TO_DATE;
	c->tcb_date_s = INT64_C(1710288000); /* 2024-03-13T00:00:00Z */
	c->tcb_evaluation = 18;
	c->qe_evaluation = 19;
	c->has_crl_numbers = true;
	c->root_crl_number = 3;
	c->pck_crl_number = 7;
	sample_fill(c->root_crl_issuer_sha256, sizeof c->root_crl_issuer_sha256, 14);
	sample_fill(c->pck_crl_issuer_sha256, sizeof c->pck_crl_issuer_sha256, 15);

	ah_tdx_policy *p = &s->policy.tdx;
	p->present = true;
	p->releases = s->tdx_releases;
	p->release_count = 1;
	memcpy(s->tdx_releases[0].release, "0.5.3", sizeof "0.5.3");
	memcpy(s->tdx_releases[0].mrtd, c->mrtd, sizeof c->mrtd);
	memcpy(s->tdx_releases[0].rtmr, c->rtmr, sizeof c->rtmr);
	s->tdx_releases[0].rtmr_mask = 7;
	p->tcb_statuses[AH_TDX_TCB_UP_TO_DATE] = true;
	p->min_tcb_evaluation = 18;

	memcpy(s->report_data, c->report_data, sizeof s->report_data);
	s->request.expected.fields = AH_EXPECT_REPORT_DATA;
	s->request.expected.report_data = AH_SLICE_OF(s->report_data);
	s->verdict.check_mask = AH_CHECK_ON_TDX;
	(void)snprintf(s->verdict.policy_source, sizeof s->verdict.policy_source, "caller");
	(void)snprintf(s->verdict.workload, sizeof s->verdict.workload, "%s", "sample");
}

/* The same evidence asked about without a policy. */
static inline void sample_genuine_only(sample *s)
{
	s->request.policy = NULL;
	s->request.genuine_only = true;
	s->request.expected = (ah_expected){ .fields = AH_EXPECT_NOTHING };
	s->verdict.genuine_only = true;
	(void)snprintf(s->verdict.policy_source, sizeof s->verdict.policy_source, "none");
	s->verdict.workload[0] = '\0';
}

/* What verification does before the appraisal: every earlier row passes. */
static inline void sample_pass_earlier_rows(sample *s)
{
	for (unsigned id = 0; id < AH_CHECK_SIMULATED; id++)
		s->verdict.checks.rows[id].status = AH_CHECK_PASS;
}

static inline ah_err sample_appraise(sample *s)
{
	ah_carried raw = { .kind = AH_CARRIER_NONE, .inner = s->request };
	return ah_policy_appraise(&s->verdict, NULL, s->request.policy, &raw, &s->request, &s->why);
}

static inline const ah_check_row *sample_row(const sample *s, ah_check_id id)
{
	return &s->verdict.checks.rows[id];
}

/* Lists of one item. */
static inline ah_byte_list sample_bytes(sample *s, const uint8_t *item, size_t item_len)
{
	memcpy(s->bytes[0], item, item_len);
	return (ah_byte_list){ .present = true, .count = 1, .items = s->bytes, .item_len = item_len };
}

static inline ah_text_list sample_texts(sample *s, const char *item)
{
	memcpy(s->texts[0], item, strlen(item) + 1);
	return (ah_text_list){ .present = true, .count = 1, .items = s->texts };
}

#endif
