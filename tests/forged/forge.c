/* See forge.h. */
#include "forged/forge.h"

#include "base/limits.h"

#include "base/fault.h"
#include "codec/text.h"
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>

#define POLICY_MAX 16384
#define HEX_MAX 200

void forge_must(ah_err err, const char *call, const char *file, int line)
{
	if (err == AH_OK)
		return;
	printf("%s:%d: the forge failed: %s: %s\n", file, line, call, ah_err_name(err));
	exit(1);
}

static void free_sim(void)
{
	ah_sim_free(forge_sim());
}

ah_sim *forge_sim(void)
{
	static ah_sim *sim;
	if (sim != NULL)
		return sim;
	char dir[4096];
	ah_fault why = { .offset = AH_NO_OFFSET };
	(void)snprintf(dir, sizeof dir, "%s", ah_test_sim_dir() != NULL ? ah_test_sim_dir() : "");
	if (dir[0] == '\0') {
		(void)snprintf(dir, sizeof dir, "%s/sim", ah_test_tmp());
		FORGE_MUST(ah_sim_init(dir, &why));
	}
	FORGE_MUST(ah_sim_open(&sim, dir, &why));
	(void)atexit(free_sim);
	return sim;
}

/* -- Changes -- */

void forge_put_hex(char *out, size_t size, ah_slice bytes)
{
	assert(size > 2 * bytes.len);
	for (size_t i = 0; i < bytes.len; i++)
		(void)snprintf(out + 2 * i, size - 2 * i, "%02x", bytes.ptr[i]);
}

void forge_replace(ah_buf *in, ah_slice from, ah_slice to)
{
	size_t at = in->len, hits = 0;
	for (size_t i = 0; i + from.len <= in->len; i++)
		if (ah_slice_is(ah_slice_sub(ah_buf_slice(in), i, from.len), from)) {
			at = i;
			hits++;
		}
	if (hits != 1)
		forge_must(AH_ERR_INTERNAL, "forge_replace: the bytes are not there exactly once", __FILE__, __LINE__);
	AH_AUTO(ah_buf) out = AH_BUF(in->max);
	FORGE_MUST(ah_buf_append(&out, ah_slice_sub(ah_buf_slice(in), 0, at)));
	FORGE_MUST(ah_buf_append(&out, to));
	FORGE_MUST(ah_buf_append(&out, ah_slice_sub(ah_buf_slice(in), at + from.len, in->len - at - from.len)));
	FORGE_MUST(ah_sim_part_set(in, ah_buf_slice(&out)));
}

void forge_flip_last(ah_buf *in)
{
	in->ptr[in->len - 1] ^= 1;
}

ah_buf *forge_extensions(ah_sim_cert *cert)
{
	ah_buf_clear(&cert->extensions);
	return &cert->extensions;
}

ah_buf *forge_nitro_crl(forge *f, size_t issuer, ah_slice revoked)
{
	assert(f->crl_count < FORGE_CRLS_MAX);
	ah_buf *out = &f->crls[f->crl_count++];
	AH_AUTO(ah_buf) extensions = AH_BUF(AH_SIM_PART_MAX);
	const ah_sim_cert *ca = &f->nitro.chain.cert[issuer];
	FORGE_MUST(ah_sim_put_authority_key_id(&extensions, f->sim->crypto, ca->key));
	FORGE_MUST(ah_mint_put_crl_number(&extensions, 1));
	ah_mint_crl crl = {
		.issuer = ah_buf_slice(&ca->subject),
		.this_update_s = FORGE_NOW_S - 3600,
		.next_update_s = FORGE_NOW_S + 3600,
		.revoked = revoked,
		.extensions = ah_buf_slice(&extensions),
		.signing = { .sig_alg = AH_SIG_ECDSA_SHA384, .key = ca->key },
	};
	*out = AH_BUF(AH_CRL_MAX);
	FORGE_MUST(ah_mint_crl_issue(out, &crl));
	return out;
}

void forge_genuine_only(forge *f)
{
	f->request.genuine_only = true;
	forge_expect(f, AH_EXPECT_NOTHING);
}

void forge_expect(forge *f, unsigned fields)
{
	ah_expected *e = &f->request.expected;
	*e = (ah_expected){ .fields = fields };
	if ((fields & AH_EXPECT_REPORT_DATA) != 0)
		e->report_data = AH_SLICE_OF(f->report_data);
	if ((fields & AH_EXPECT_NONCE) != 0)
		e->nonce = AH_SLICE_OF(f->nonce);
	if ((fields & AH_EXPECT_PUBLIC_KEY) != 0)
		e->public_key = AH_SLICE_OF(f->public_key);
}

/* -- The policy -- */

static const char *or_default(const char *text, const char *otherwise)
{
	return text != NULL ? text : otherwise;
}

static void put_nitro_section(ah_buf *out, const forge *f)
{
	char hex[3][HEX_MAX];
	for (size_t i = 0; i < 3; i++)
		forge_put_hex(hex[i], HEX_MAX, AH_SLICE_OF(f->pcrs[i]));
	FORGE_MUST(ah_buf_append_text(out, "\"nitro\":{\"releases\":"));
	if (f->policy_text.nitro_releases != NULL)
		FORGE_MUST(ah_buf_append_text(out, f->policy_text.nitro_releases));
	else
		FORGE_MUST(ah_buf_printf(out, "[{\"release\":\"1.0\",\"pcrs\":{\"0\":\"%s\",\"1\":\"%s\",\"2\":\"%s\"}}]", hex[0], hex[1], hex[2]));
	FORGE_MUST(ah_buf_printf(out, "%s}", or_default(f->policy_text.nitro, "")));
}

static void put_snp_section(ah_buf *out, const forge *f)
{
	static const char floors[] = "[{\"product\":\"Milan\",\"bl\":1,\"tee\":0,\"snp\":1,\"ucode\":1},"
	                             "{\"product\":\"Genoa\",\"bl\":1,\"tee\":0,\"snp\":1,\"ucode\":1},"
	                             "{\"product\":\"Turin\",\"fmc\":1,\"bl\":1,\"tee\":0,\"snp\":1,\"ucode\":1}]";
	char hex[HEX_MAX];
	forge_put_hex(hex, sizeof hex, AH_SLICE_OF(f->measurement));
	FORGE_MUST(ah_buf_append_text(out, "\"sev-snp\":{\"releases\":"));
	if (f->policy_text.snp_releases != NULL)
		FORGE_MUST(ah_buf_append_text(out, f->policy_text.snp_releases));
	else
		FORGE_MUST(ah_buf_printf(out, "[{\"release\":\"1.0\",\"measurement\":\"%s\"}]", hex));
	FORGE_MUST(ah_buf_printf(out, ",\"products\":%s,\"tcb_floors\":%s", or_default(f->policy_text.products, "[\"Milan\",\"Genoa\",\"Turin\"]"),
	                         or_default(f->policy_text.floors, floors)));
	FORGE_MUST(ah_buf_printf(out, "%s}", or_default(f->policy_text.snp, "")));
}

static void put_tdx_section(ah_buf *out, const forge *f)
{
	char mrtd[HEX_MAX], rtmr[HEX_MAX];
	forge_put_hex(mrtd, sizeof mrtd, AH_SLICE_OF(f->mrtd));
	FORGE_MUST(ah_buf_append_text(out, "\"tdx\":{\"releases\":"));
	if (f->policy_text.tdx_releases != NULL) {
		FORGE_MUST(ah_buf_append_text(out, f->policy_text.tdx_releases));
	} else {
		FORGE_MUST(ah_buf_printf(out, "[{\"release\":\"1.0\",\"mrtd\":\"%s\",\"rtmrs\":{", mrtd));
		for (size_t i = 0; i < 4; i++) {
			forge_put_hex(rtmr, sizeof rtmr, AH_SLICE_OF(f->rtmrs[i]));
			FORGE_MUST(ah_buf_printf(out, "%s\"%zu\":\"%s\"", i == 0 ? "" : ",", i, rtmr));
		}
		FORGE_MUST(ah_buf_append_text(out, "}}]"));
	}
	FORGE_MUST(ah_buf_printf(out, ",\"min_tcb_evaluation\":%s%s}", or_default(f->policy_text.min_tcb_evaluation, "17"), or_default(f->policy_text.tdx, "")));
}

static void put_sections(ah_buf *out, const forge *f)
{
	const struct { bool without; void (*put)(ah_buf *out, const forge *f); } sections[] = {
		{ f->policy_text.without_nitro, put_nitro_section }, { f->policy_text.without_snp, put_snp_section }, { f->policy_text.without_tdx, put_tdx_section },
	};
	bool first = true;
	for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
		if (sections[i].without)
			continue;
		if (!first)
			FORGE_MUST(ah_buf_append_text(out, ","));
		sections[i].put(out, f);
		first = false;
	}
}

static void put_root(ah_buf *out, const forge *f, ah_slice der)
{
	char hex[HEX_MAX];
	uint8_t digest[AH_SHA256_LEN];
	FORGE_MUST(ah_sha256(f->sim->crypto, der, digest));
	forge_put_hex(hex, sizeof hex, AH_SLICE_OF(digest));
	FORGE_MUST(ah_buf_printf(out, "\"%s\"", hex));
}

static void put_roots(ah_buf *out, const forge *f)
{
	const forge_policy *p = &f->policy_text;
	FORGE_MUST(ah_buf_append_text(out, ",\"simulated_roots\":["));
	put_root(out, f, p->root.len != 0 ? p->root : ah_buf_slice(&f->out.root_der));
	if (p->other_root.len != 0) {
		FORGE_MUST(ah_buf_append_text(out, ","));
		put_root(out, f, p->other_root);
	}
	FORGE_MUST(ah_buf_append_text(out, "]"));
}

static void put_policy(ah_buf *out, const forge *f)
{
	const forge_policy *p = &f->policy_text;
	char issued[21], from[21], until[21];
	ah_time_format(issued, p->issued_at_s);
	ah_time_format(from, p->valid_from_s);
	ah_time_format(until, p->valid_until_s);

	FORGE_MUST(ah_buf_printf(out, "{\"schema\":\"anchorhold.trust-bundle/v1\",\"workload\":\"forged\",\"version\":1,\"issued_at\":\"%s\","
	                              "\"valid_from\":\"%s\",\"valid_until\":\"%s\",%s\"platforms\":{",
	                         issued, from, until, or_default(p->top, "")));
	put_sections(out, f);
	FORGE_MUST(ah_buf_append_text(out, "}"));
	if (!p->without_roots)
		put_roots(out, f);
	FORGE_MUST(ah_buf_append_text(out, "}"));
}

static void load_policy(forge *f)
{
	AH_AUTO(ah_buf) text = AH_BUF(POLICY_MAX);
	ah_fault why = { .offset = AH_NO_OFFSET };
	put_policy(&text, f);
	if (f->sign_policy != NULL) {
		f->sign_policy(f, ah_buf_slice(&text));
		f->request.trust = &f->trust;
		return;
	}
	ah_err err = ah_policy_load(&f->policy, ah_buf_slice(&text), &why);
	if (err != AH_OK) {
		printf("%s: policy: %s\n%.*s\n", f->of->name, why.detail, (int)text.len, (const char *)text.ptr);
		FORGE_MUST(err);
	}
}

/* -- Making -- */

static void fill(uint8_t *out, size_t len, uint8_t first)
{
	for (size_t i = 0; i < len; i++)
		out[i] = (uint8_t)(first + i);
}

static void start_nitro(forge *f)
{
	FORGE_MUST(ah_sim_nitro_defaults(&f->nitro, f->sim, FORGE_NOW_S));
	f->nitro.user_data = (ah_sim_field){ AH_SIM_VALUE, AH_SLICE_OF(f->report_data) };
	f->nitro.nonce = (ah_sim_field){ AH_SIM_VALUE, AH_SLICE_OF(f->nonce) };
	f->nitro.public_key = (ah_sim_field){ AH_SIM_VALUE, AH_SLICE_OF(f->public_key) };
	forge_expect(f, AH_EXPECT_REPORT_DATA | AH_EXPECT_NONCE | AH_EXPECT_PUBLIC_KEY);
	for (size_t i = 0; i < 3; i++)
		memcpy(f->pcrs[i], f->nitro.pcrs[i].value, sizeof f->pcrs[i]);
}

static void start_snp(forge *f)
{
	const forge_case *of = f->of;
	FORGE_MUST(ah_sim_snp_defaults(&f->snp, f->sim, of->product != AH_SNP_PRODUCT_NONE ? of->product : AH_SNP_GENOA,
	                               of->signer != AH_SNP_SIGNER_NONE ? of->signer : AH_SNP_VCEK, FORGE_NOW_S));
	memcpy(f->snp.report + AH_SIM_SNP_REPORT_DATA, f->report_data, sizeof f->report_data);
	forge_expect(f, AH_EXPECT_REPORT_DATA);
	memcpy(f->measurement, f->snp.report + AH_SIM_SNP_MEASUREMENT, sizeof f->measurement);
	if (of->signer == AH_SNP_VLEK)
		f->policy_text.snp = ",\"signers\":[\"vcek\",\"vlek\"]";
}

static void start_tdx(forge *f)
{
	FORGE_MUST(ah_sim_tdx_defaults(&f->tdx, f->sim, FORGE_NOW_S));
	memcpy(f->tdx.report + AH_SIM_TDX_REPORT_DATA, f->report_data, sizeof f->report_data);
	forge_expect(f, AH_EXPECT_REPORT_DATA);
	memcpy(f->mrtd, f->tdx.report + AH_SIM_TDX_MRTD, sizeof f->mrtd);
	memcpy(f->rtmrs, f->tdx.report + AH_SIM_TDX_RTMR, sizeof f->rtmrs);
}

static void start(forge *f)
{
	f->policy_text.issued_at_s = f->policy_text.valid_from_s = FORGE_NOW_S - 86400;
	f->policy_text.valid_until_s = FORGE_NOW_S + 30 * 86400;
	fill(f->report_data, sizeof f->report_data, 0x10);
	fill(f->nonce, sizeof f->nonce, 0x60);
	fill(f->public_key, sizeof f->public_key, 0x90);
	f->request = (ah_request){ .now_s = FORGE_NOW_S, .allow_simulated = true };
	f->scratch = AH_BUF(65536);
	f->carried = AH_BUF(AH_ENVELOPE_MAX);
	f->bundle = AH_BUF(AH_JWS_MAX);
	ah_sim_nitro_init(&f->nitro);
	ah_sim_snp_init(&f->snp);
	ah_sim_tdx_init(&f->tdx);

	/* The other platforms of the policy list code that nothing here runs. */
	memset(f->measurement, 0x5a, sizeof f->measurement);
	memset(f->pcrs, 0x5a, sizeof f->pcrs);
	memset(f->mrtd, 0x5a, sizeof f->mrtd);
	memset(f->rtmrs, 0x5a, sizeof f->rtmrs);
	switch (f->of->platform) {
	case AH_PLATFORM_NITRO: start_nitro(f); break;
	case AH_PLATFORM_SNP: start_snp(f); break;
	case AH_PLATFORM_TDX: start_tdx(f); break;
	case AH_PLATFORM_NONE: break;
	}
}

static ah_err make(forge *f, ah_fault *why)
{
	switch (f->of->platform) {
	case AH_PLATFORM_NITRO: return ah_sim_nitro_make(&f->out, &f->nitro, why);
	case AH_PLATFORM_SNP: return ah_sim_snp_make(&f->out, &f->snp, why);
	case AH_PLATFORM_TDX: return ah_sim_tdx_make(&f->out, &f->tdx, why);
	case AH_PLATFORM_NONE: break;
	}
	return AH_ERR_ARGUMENT;
}

static void endorse(forge *f)
{
	ah_fault why = { .offset = AH_NO_OFFSET };
	bool snp = f->of->platform == AH_PLATFORM_SNP;
	FORGE_MUST(ah_endorsements_new(&f->endorsements));
	if (snp && !f->without_vek)
		FORGE_MUST(ah_endorsements_set_vek(f->endorsements, ah_buf_slice(&f->out.vek_der), &why));
	if (snp && !f->without_chain)
		FORGE_MUST(ah_endorsements_add_chain(f->endorsements, ah_buf_slice(&f->out.chain_pem), &why));
	if (snp && !f->without_crl)
		FORGE_MUST(ah_endorsements_add_crl(f->endorsements, ah_buf_slice(&f->out.crl_der), &why));
	if (f->of->platform == AH_PLATFORM_TDX && !f->without_collateral)
		FORGE_MUST(ah_endorsements_set_collateral(f->endorsements, ah_buf_slice(&f->out.collateral_json), &why));
	for (size_t i = 0; i < f->crl_count; i++)
		FORGE_MUST(ah_endorsements_add_crl(f->endorsements, ah_buf_slice(&f->crls[i]), &why));
}

forge *forge_make(const forge_case *of)
{
	ah_fault why = { .offset = AH_NO_OFFSET };
	forge *f = calloc(1, sizeof *f);
	if (f == NULL)
		exit(1);
	f->of = of;
	f->sim = forge_sim();
	start(f);
	if (of->change != NULL)
		of->change(f);
	FORGE_MUST(make(f, &why));
	if (of->tamper != NULL)
		of->tamper(f);
	endorse(f);
	if (!f->request.genuine_only)
		load_policy(f);
	f->request.policy = f->policy;
	f->request.endorsements = f->endorsements;
	f->request.evidence = ah_buf_slice(f->carried.len != 0 ? &f->carried : &f->out.evidence);
	f->request.state = f->state;
	if (of->platform == AH_PLATFORM_TDX && !f->without_event_log)
		f->request.event_log = ah_buf_slice(f->with_ccel ? &f->out.event_log_ccel : &f->out.event_log_json);
	if (f->request.simulated_root.ptr == NULL && f->request.allow_simulated && !f->without_root)
		f->request.simulated_root = ah_buf_slice(&f->out.root_der);
	return f;
}

void forge_free(forge *f)
{
	if (f == NULL)
		return;
	ah_sim_nitro_free(&f->nitro);
	ah_sim_snp_free(&f->snp);
	ah_sim_tdx_free(&f->tdx);
	ah_sim_output_free(&f->out);
	for (size_t i = 0; i < FORGE_CRLS_MAX; i++)
		ah_buf_free(&f->crls[i]);
	ah_buf_free(&f->scratch);
	ah_buf_free(&f->carried);
	ah_buf_free(&f->bundle);
	ah_text_free(f->pin_text);
	if (f->free_extra != NULL)
		f->free_extra(f->extra);
	ah_endorsements_free(f->endorsements);
	ah_policy_free(f->policy);
	ah_state_free(f->state);
	free(f);
}

unsigned forge_mask(const forge *f)
{
	static const unsigned platforms[] = { [AH_PLATFORM_NITRO] = AH_CHECK_ON_NITRO, [AH_PLATFORM_SNP] = AH_CHECK_ON_SNP, [AH_PLATFORM_TDX] = AH_CHECK_ON_TDX };
	static const unsigned carriers[] = {
		[AH_CARRIER_NONE] = 0, [AH_CARRIER_ENVELOPE] = AH_CHECK_ON_ENVELOPE, [AH_CARRIER_TRESOR] = AH_CHECK_ON_ENVELOPE, [AH_CARRIER_EVENT] = AH_CHECK_ON_EVENT,
	};
	return platforms[f->of->platform] | carriers[ah_carrier_detect(f->request.evidence)] | (f->request.trust != NULL ? (unsigned)AH_CHECK_ON_BUNDLE : 0)
	       | (f->request.pin != NULL ? (unsigned)AH_CHECK_ON_PIN : 0);
}

ah_err forge_judge(const forge *f, ah_verifier *verifier, ah_verdict **verdict)
{
	ah_verdict *judged = NULL;
	ah_err err = ah_appraise(&judged, verifier, &f->request, NULL);
	if (verdict != NULL)
		*verdict = judged;
	else
		ah_verdict_free(judged);
	return err;
}
