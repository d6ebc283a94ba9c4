/*
 * Goal: without memory nothing is accepted, nothing leaks, nothing is written to an output, and the error says that it was the memory.
 * Method: each public entry is run with its n-th allocation failing, n = 1, 2, .. until none fails any more; once with that one alone, once with
 * all after it. Then the same with the allocations of OpenSSL.
 */
#include "attesters/sim.h"
#include "codec/jws.h"
#include "codec/pem.h"
#include "crypto/ed25519_key.h"
#include "evidence/verifier.h"
#include "forged/cases.h"
#include "support/alloc_fail.h"
#include "support/test.h"

#include <stdio.h>

/* More than any entry needs: a sweep that reaches it does not end. */
#define ALLOCATIONS_MAX 20000

/* -- What the entries work on: made once, before anything fails -- */

static ah_verifier *verifier;
static forge *event, *swapped_event;
static forge *nitro, *snp, *stranger, *refused_by_policy, *tdx, *tdx_with_ccel, *tdx_stranger;
static ah_buf pem_vek, pem_crl, cert_table, hex_report, base64_report, policy_text;
static forge *bundle;           /* judged against a trust bundle */
static ah_buf manifest, key_pem;
static ah_release_root manifest_key;
static ah_policy *policy, *other_policy;
static ah_verdict *verdict_pass, *verdict_fail;

static void another_measurement(forge *f)
{
	f->snp.report[AH_SIM_SNP_MEASUREMENT] ^= 1;
}

static void signed_by_another(forge *f)
{
	f->snp.key = f->sim->vlek;
}

static void tdx_of_another_key(forge *f)
{
	f->tdx.qe_signer = f->sim->tdx_ak;
}

static void quote_5_with_ccel(forge *f)
{
	ah_sim_tdx_set_version(&f->tdx, 5, true);
	f->with_ccel = true;
}

static void put_base64(ah_buf *out, ah_slice bytes)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	for (size_t i = 0; i < bytes.len; i += 3) {
		size_t n = bytes.len - i < 3 ? bytes.len - i : 3;
		uint32_t v = (uint32_t)bytes.ptr[i] << 16 | (n > 1 ? (uint32_t)bytes.ptr[i + 1] << 8 : 0) | (n > 2 ? bytes.ptr[i + 2] : 0);
		for (size_t k = 0; k < 4; k++)
			FORGE_MUST(ah_buf_append_byte(out, (uint8_t)(k <= n ? digits[v >> (18 - 6 * k) & 63] : '=')));
	}
}

static void put_pem(ah_buf *out, const char *label, ah_slice der)
{
	AH_AUTO(ah_buf) text = AH_BUF(65536);
	put_base64(&text, der);
	FORGE_MUST(ah_buf_printf(out, "-----BEGIN %s-----\n", label));
	for (size_t i = 0; i < text.len; i += 64) {
		FORGE_MUST(ah_buf_append(out, ah_slice_sub(ah_buf_slice(&text), i, text.len - i < 64 ? text.len - i : 64)));
		FORGE_MUST(ah_buf_append_byte(out, '\n'));
	}
	FORGE_MUST(ah_buf_printf(out, "-----END %s-----\n", label));
}

/* A table with one entry, the VCEK; GUID in the order of its text, offset and length little-endian. */
static void put_cert_table(ah_buf *out, ah_slice vek)
{
	static const uint8_t guid[16] = { 0x63, 0xda, 0x75, 0x8d, 0xe6, 0x64, 0x45, 0x64, 0xad, 0xc5, 0xf4, 0xb9, 0x3b, 0xe8, 0xac, 0xcd };
	uint8_t numbers[8] = { 48, 0, 0, 0, (uint8_t)vek.len, (uint8_t)(vek.len >> 8), 0, 0 };
	static const uint8_t end[24];
	FORGE_MUST(ah_buf_append(out, AH_SLICE_OF(guid)));
	FORGE_MUST(ah_buf_append(out, AH_SLICE_OF(numbers)));
	FORGE_MUST(ah_buf_append(out, AH_SLICE_OF(end)));
	FORGE_MUST(ah_buf_append(out, vek));
}

#define HEX32 "1111111111111111111111111111111111111111111111111111111111111111"
#define HEX48(digit) digit digit digit digit digit digit
#define SIXTEEN(d) d d d d d d d d d d d d d d d d

/* Every member that owns memory. */
static const char policy_json[] =
	"{\"schema\":\"anchorhold.trust-bundle/v1\",\"workload\":\"alloc\",\"version\":3,\"issued_at\":\"2027-01-01T00:00:00Z\","
	"\"valid_from\":\"2027-01-01T00:00:00Z\",\"valid_until\":\"2027-03-01T00:00:00Z\","
	"\"platforms\":{\"nitro\":{\"releases\":[{\"release\":\"1\",\"pcrs\":{"
	"\"0\":\"" HEX48(SIXTEEN("1")) "\",\"1\":\"" HEX48(SIXTEEN("2")) "\",\"2\":\"" HEX48(SIXTEEN("3")) "\"}}],"
	"\"instance_ids\":[\"i-1\",\"i-2\"],\"builders\":[\"" HEX32 "\"],\"launchers\":[\"" HEX32 "\"],"
	"\"release_signers\":[\"" HEX32 "\"],\"stages\":[\"prod\",\"dev\"]},"
	"\"sev-snp\":{\"releases\":[{\"release\":\"1\",\"measurement\":\"" HEX48(SIXTEEN("4")) "\"}],"
	"\"products\":[\"Turin\"],\"tcb_floors\":[{\"product\":\"Turin\",\"fmc\":1,\"bl\":1,\"tee\":1,\"snp\":4,\"ucode\":81}],"
	"\"chip_ids\":[\"1111111111111111\"]}},\"allowed_workload_identity_tags\":[\"" HEX32 "\"],\"manifest_keys\":[\"" HEX32 "\"],"
	"\"deployment_ids\":[\"a\",\"b\"],\"service_keys\":[\"" HEX32 "\"],\"revoked_tls_spki\":[\"" HEX32 "\"],"
	"\"revoked_measurements\":[\"" HEX48(SIXTEEN("5")) "\"],\"simulated_roots\":[\"" HEX32 "\"]}";

static forge *forge_of(const char *name)
{
	for (size_t i = 0; i < forge_case_count(); i++)
		if (strcmp(forge_case_at(i)->name, name) == 0)
			return forge_make(forge_case_at(i));
	forge_must(AH_ERR_INTERNAL, name, __FILE__, __LINE__);
	return NULL;
}

/* A manifest, and the key that signed it as PEM. */
static void make_manifest(void)
{
	static const uint8_t seed[32] = { 7 }, spki[12] = { 0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00 };
	AH_AUTO_PTR(ah_ed25519_key) key = NULL;
	AH_AUTO(ah_buf) der = AH_BUF(64);
	uint8_t signature[AH_ED25519_SIGNATURE_LEN];
	manifest = key_pem = AH_BUF(65536);
	FORGE_MUST(ah_ed25519_key_from_seed(&key, seed));
	FORGE_MUST(ah_jws_write_input(&manifest, "JWT", "k", AH_SLICE_LITERAL("{\"schema\":\"workload-identity/v1\",\"version\":\"1\",\"workload\":\"w\"}")));
	FORGE_MUST(ah_ed25519_sign(key, ah_buf_slice(&manifest), signature));
	FORGE_MUST(ah_jws_write_signature(&manifest, AH_SLICE_OF(signature)));
	memcpy(manifest_key.key, ah_ed25519_key_public(key), sizeof manifest_key.key);
	FORGE_MUST(ah_buf_append(&der, AH_SLICE_OF(spki)));
	FORGE_MUST(ah_buf_append(&der, AH_SLICE_OF(manifest_key.key)));
	FORGE_MUST(ah_pem_write(&key_pem, "PUBLIC KEY", ah_buf_slice(&der)));
}

static void make_material(void)
{
	static const forge_case nitro_case = { "nitro", AH_PLATFORM_NITRO, AH_CHECK_COUNT, AH_OK, NULL, NULL, FORGE_ALONE, 0, 0, 0 };
	static const forge_case snp_case = { "snp", AH_PLATFORM_SNP, AH_CHECK_COUNT, AH_OK, NULL, NULL, FORGE_ALONE, 0, 0, 0 };
	static const forge_case bad_case = {
		"bad", AH_PLATFORM_SNP, AH_CHECK_SNP_SIGNATURE, AH_ERR_SIGNATURE, signed_by_another, NULL, FORGE_ALONE, 0, 0, 0,
	};
	static const forge_case deny_case = {
		"deny", AH_PLATFORM_SNP, AH_CHECK_MEASUREMENT, AH_ERR_MEASUREMENT, another_measurement, NULL, FORGE_ALONE, 0, 0, 0,
	};
	static const forge_case tdx_case = { "tdx", AH_PLATFORM_TDX, AH_CHECK_COUNT, AH_OK, NULL, NULL, FORGE_ALONE, 0, 0, 0 };
	static const forge_case ccel_case = { "ccel", AH_PLATFORM_TDX, AH_CHECK_COUNT, AH_OK, quote_5_with_ccel, NULL, FORGE_ALONE, 0, 0, 0 };
	static const forge_case tdx_bad_case = {
		"tdx_bad", AH_PLATFORM_TDX, AH_CHECK_TDX_QE_SIGNATURE, AH_ERR_QE_REPORT_SIGNATURE, tdx_of_another_key, NULL, FORGE_ALONE, 0, 0, 0,
	};
	FORGE_MUST(ah_verifier_new(&verifier, NULL));
	event = forge_of("event_with_two_certificates_passes");
	swapped_event = forge_of("H16_build_signature_of_another_image_is_refused");
	bundle = forge_of("bundle_of_the_second_root_during_rotation");
	make_manifest();
	tdx = forge_make(&tdx_case);
	tdx_with_ccel = forge_make(&ccel_case);
	tdx_stranger = forge_make(&tdx_bad_case);
	nitro = forge_make(&nitro_case);
	snp = forge_make(&snp_case);
	stranger = forge_make(&bad_case);
	refused_by_policy = forge_make(&deny_case);
	pem_vek = pem_crl = cert_table = hex_report = base64_report = policy_text = AH_BUF(65536);
	put_pem(&pem_vek, "CERTIFICATE", ah_buf_slice(&snp->out.vek_der));
	put_pem(&pem_crl, "X509 CRL", ah_buf_slice(&snp->out.crl_der));
	put_cert_table(&cert_table, ah_buf_slice(&snp->out.vek_der));
	FORGE_MUST(ah_buf_append_hex(&hex_report, ah_buf_slice(&snp->out.evidence)));
	put_base64(&base64_report, ah_buf_slice(&nitro->out.evidence));
	FORGE_MUST(ah_buf_append_text(&policy_text, policy_json));
	FORGE_MUST(ah_policy_load(&policy, ah_buf_slice(&policy_text), NULL));
	FORGE_MUST(forge_judge(snp, verifier, &verdict_pass));
	if (forge_judge(refused_by_policy, verifier, &verdict_fail) != AH_ERR_MEASUREMENT)
		forge_must(AH_ERR_INTERNAL, "the refused case", __FILE__, __LINE__);
	FORGE_MUST(ah_policy_init_from(&other_policy, ah_verdict_claims(verdict_pass), "alloc", "1", FORGE_NOW_S, NULL));
}

static void free_material(void)
{
	ah_verdict_free(verdict_pass);
	ah_verdict_free(verdict_fail);
	ah_policy_free(policy);
	ah_policy_free(other_policy);
	ah_buf_free(&pem_vek);
	ah_buf_free(&pem_crl);
	ah_buf_free(&cert_table);
	ah_buf_free(&hex_report);
	ah_buf_free(&base64_report);
	ah_buf_free(&policy_text);
	forge_free(nitro);
	forge_free(snp);
	forge_free(stranger);
	forge_free(refused_by_policy);
	forge_free(event);
	forge_free(bundle);
	ah_buf_free(&manifest);
	ah_buf_free(&key_pem);
	forge_free(swapped_event);
	forge_free(tdx);
	forge_free(tdx_with_ccel);
	forge_free(tdx_stranger);
	ah_verifier_free(verifier);
}

/* -- The entries: each frees what it got, and says whether a failed call has left its outputs alone -- */

typedef struct outcome {
	ah_err err;
	bool untouched;            /* meant for a failed call */
} outcome;

/* What an output holds before the call. */
static char mark;
#define MARKED(type) ((type *)(void *)&mark)

static outcome judged(const forge *f, bool warm, ah_slice simulated_root)
{
	ah_verdict *verdict = MARKED(ah_verdict);
	ah_request request = f->request;
	if (simulated_root.len != 0)
		request.simulated_root = simulated_root;
	if (!warm)
		verifier->cache = (ah_cert_cache){ .count = 0 };
	ah_err err = ah_appraise(&verdict, verifier, &request, NULL);
	/* A verdict explains a refusal; a failure of the machine has none. */
	bool none = verdict == NULL;
	ah_verdict_free(verdict);
	return (outcome){ err, none };
}

/* As if the verifier had never seen this collateral. */
static void forget_collateral(void)
{
	for (size_t i = 0; i < sizeof verifier->kept / sizeof verifier->kept[0]; i++) {
		if (verifier->kept[i].object != NULL)
			verifier->kept[i].free_object(verifier->kept[i].object);
		verifier->kept[i] = (ah_kept){ .object = NULL };
	}
}

/* Forgotten before and after, so that what a call keeps is no leak. */
static outcome judged_cold(const forge *f)
{
	forget_collateral();
	outcome got = judged(f, false, (ah_slice){ NULL, 0 });
	forget_collateral();
	return got;
}

static outcome appraise_tdx(void) { return judged_cold(tdx); }
static outcome appraise_tdx_with_ccel(void) { return judged_cold(tdx_with_ccel); }
static outcome appraise_tdx_stranger(void) { return judged_cold(tdx_stranger); }
static outcome appraise_tdx_warm(void) { return judged(tdx, true, (ah_slice){ NULL, 0 }); }

/* What was accepted is remembered wholly or not at all: an empty state for each call. */
static outcome appraise_tdx_with_state(void)
{
	ah_state *state = NULL;
	outcome got = { ah_state_new(&state), true };
	if (got.err == AH_OK) {
		tdx->request.state = state;
		got = judged_cold(tdx);
		tdx->request.state = NULL;
		got.untouched = got.untouched && !ah_state_is_changed(state);
	}
	ah_state_free(state);
	return got;
}

static outcome text_result(ah_err err, char *text, size_t len)
{
	if (err == AH_OK)
		ah_text_free(text);
	return (outcome){ err, text == MARKED(char) && len == 4711 };
}

static outcome appraise_bundle(void) { return judged(bundle, false, (ah_slice){ NULL, 0 }); }

/* The policy, what the bundle says and the state are outputs alike: a failed call changes none of them. */
static outcome bundle_verify(void)
{
	ah_policy *p = MARKED(ah_policy);
	ah_bundle_info info = { .version = 4711 };
	ah_state *state = NULL;
	outcome got = { ah_state_new(&state), true };
	if (got.err == AH_OK) {
		got.err = ah_bundle_verify(&p, &info, verifier, &bundle->trust, FORGE_NOW_S, state, NULL);
		got.untouched = p == MARKED(ah_policy) && info.version == 4711 && !ah_state_is_changed(state);
	}
	if (got.err == AH_OK)
		ah_policy_free(p);
	ah_state_free(state);
	return got;
}

static outcome manifest_verify(void)
{
	ah_manifest_info info = { .version = "untouched" };
	ah_err err = ah_manifest_verify(&info, verifier, ah_buf_slice(&manifest), &manifest_key, 1, NULL);
	return (outcome){ err, strcmp(info.version, "untouched") == 0 };
}

static outcome release_root_from_pem(void)
{
	ah_release_root root = { .key = { 1, 2, 3 } };
	ah_err err = ah_release_root_from_pem(&root, ah_buf_slice(&key_pem), NULL);
	return (outcome){ err, root.key[0] == 1 && root.key[2] == 3 };
}

static outcome state_with_bundles(void)
{
	static const char text[] = "{\"bundles\":{\"" HEX32 "\":{\"a\":{\"sha256\":\"" HEX32 "\",\"version\":1},\"b\":{\"sha256\":\"" HEX32
		"\",\"version\":2}}},\"numbers\":{},\"schema\":\"anchorhold.state/v1\"}";
	ah_state *state = MARKED(ah_state);
	ah_err err = ah_state_load(&state, ah_slice_text(text), NULL);
	if (err != AH_OK)
		return (outcome){ err, state == MARKED(ah_state) };
	char *json = MARKED(char);
	size_t len = 4711;
	err = ah_state_to_json(state, &json, &len);
	ah_state_free(state);
	return text_result(err, json, len);
}

static outcome appraise_event(void) { return judged(event, false, (ah_slice){ NULL, 0 }); }
static outcome appraise_swapped_event(void) { return judged(swapped_event, false, (ah_slice){ NULL, 0 }); }
static outcome appraise_nitro(void) { return judged(nitro, false, (ah_slice){ NULL, 0 }); }
static outcome appraise_snp(void) { return judged(snp, false, (ah_slice){ NULL, 0 }); }
static outcome appraise_warm(void) { return judged(snp, true, (ah_slice){ NULL, 0 }); }
static outcome appraise_stranger(void) { return judged(stranger, false, (ah_slice){ NULL, 0 }); }
static outcome appraise_denied(void) { return judged(refused_by_policy, false, (ah_slice){ NULL, 0 }); }

static outcome appraise_with_pem_root(void)
{
	static ah_buf pem;
	if (pem.max == 0) {
		pem = AH_BUF(65536);
		put_pem(&pem, "CERTIFICATE", ah_buf_slice(&snp->out.root_der));
	}
	return judged(snp, false, ah_buf_slice(&pem));
}

static outcome verifier_new(void)
{
	ah_verifier *v = MARKED(ah_verifier);
	ah_err err = ah_verifier_new(&v, NULL);
	if (err == AH_OK)
		ah_verifier_free(v);
	return (outcome){ err, v == MARKED(ah_verifier) };
}

static outcome policy_load(void)
{
	ah_policy *p = MARKED(ah_policy);
	ah_err err = ah_policy_load(&p, ah_buf_slice(&policy_text), NULL);
	if (err == AH_OK)
		ah_policy_free(p);
	return (outcome){ err, p == MARKED(ah_policy) };
}

static outcome endorsements(void)
{
	ah_endorsements *en = MARKED(ah_endorsements);
	ah_err err = ah_endorsements_new(&en);
	if (err != AH_OK)
		return (outcome){ err, en == MARKED(ah_endorsements) };
	err = ah_endorsements_set_vek(en, ah_buf_slice(&pem_vek), NULL);
	if (err == AH_OK)
		err = ah_endorsements_add_chain(en, ah_buf_slice(&snp->out.chain_pem), NULL);
	if (err == AH_OK)
		err = ah_endorsements_set_cert_table(en, ah_buf_slice(&cert_table), NULL);
	if (err == AH_OK)
		err = ah_endorsements_add_crl(en, ah_buf_slice(&pem_crl), NULL);
	if (err == AH_OK)
		err = ah_endorsements_add_crl(en, ah_buf_slice(&snp->out.crl_der), NULL);
	if (err == AH_OK)
		err = ah_endorsements_set_collateral(en, ah_buf_slice(&tdx->out.collateral_json), NULL);
	ah_endorsements_free(en);
	return (outcome){ err, true };
}

static outcome text_to_evidence(ah_slice in)
{
	uint8_t *bytes = MARKED(uint8_t);
	size_t len = 4711;
	ah_err err = ah_evidence_from_text(&bytes, &len, in, NULL);
	if (err == AH_OK)
		ah_bytes_free(bytes);
	return (outcome){ err, bytes == MARKED(uint8_t) && len == 4711 };
}

static outcome evidence_from_hex(void) { return text_to_evidence(ah_buf_slice(&hex_report)); }
static outcome evidence_from_base64(void) { return text_to_evidence(ah_buf_slice(&base64_report)); }
static outcome evidence_from_binary(void) { return text_to_evidence(ah_buf_slice(&snp->out.evidence)); }

static outcome verdict_json(void)
{
	char *text = MARKED(char);
	size_t len = 4711;
	ah_err err = ah_verdict_to_json(verdict_pass, &text, &len);
	return text_result(err, text, len);
}

static outcome refused_verdict_text(void)
{
	char *text = MARKED(char);
	size_t len = 4711;
	ah_err err = ah_verdict_to_text(verdict_fail, "report.bin", true, &text, &len);
	return text_result(err, text, len);
}

static outcome policy_json_again(void)
{
	char *text = MARKED(char);
	size_t len = 4711;
	ah_err err = ah_policy_to_json(policy, &text, &len);
	return text_result(err, text, len);
}

static outcome policy_difference(void)
{
	char *text = MARKED(char);
	size_t len = 4711;
	ah_err err = ah_policy_diff(policy, other_policy, &text, &len);
	return text_result(err, text, len);
}

static outcome policy_init(void)
{
	ah_policy *p = MARKED(ah_policy);
	ah_err err = ah_policy_init_from(&p, ah_verdict_claims(verdict_pass), "alloc", "1", FORGE_NOW_S, NULL);
	if (err == AH_OK)
		ah_policy_free(p);
	return (outcome){ err, p == MARKED(ah_policy) };
}

static outcome simulated(ah_platform_id platform)
{
	ah_sim_output out = { .evidence = AH_BUF(0) };
	const ah_sim_options options = { .platform = platform, .at_s = FORGE_NOW_S };
	ah_err err = ah_sim_evidence(forge_sim(), &options, &out, NULL);
	bool untouched = out.evidence.ptr == NULL && out.root_der.ptr == NULL && out.collateral_json.ptr == NULL && out.event_log_json.ptr == NULL;
	ah_sim_output_free(&out);
	return (outcome){ err, untouched };
}

static outcome simulated_document(void) { return simulated(AH_PLATFORM_NITRO); }
static outcome simulated_quote(void) { return simulated(AH_PLATFORM_TDX); }

/* -- The sweep over our own allocations -- */

static void sweep(outcome (*entry)(void), ah_err wanted, bool persistent)
{
	(void)entry(); /* whatever is made once and kept is made now */
	const size_t live = ah_test_alloc_live();
	size_t n = 1;
	for (; n < ALLOCATIONS_MAX; n++) {
		ah_test_alloc_fail_at(n, persistent);
		outcome got = entry();
		bool failed = ah_test_alloc_failed();
		ah_test_alloc_fail_at(0, false);
		EXPECT_MSG(ah_test_alloc_live() == live, "allocation %zu failing: %zu allocations are left, %zu before", n, ah_test_alloc_live(), live);
		if (!failed) {
			EXPECT_ERR(got.err, wanted);
			break;
		}
		EXPECT_MSG(got.err == AH_ERR_NOMEM, "allocation %zu failing: got %s", n, ah_err_name(got.err));
		EXPECT_MSG(got.untouched, "allocation %zu failing: an output was written", n);
		ah_test_count(1);
	}
	EXPECT_MSG(n > 1, "no allocation was made");
	EXPECT_MSG(n < ALLOCATIONS_MAX, "more than %d allocations", ALLOCATIONS_MAX);
}

#define SWEEP(entry, wanted) \
	static void entry##_without_memory(void) \
	{ \
		sweep(entry, wanted, false); \
		if (!ah_test_failed()) \
			sweep(entry, wanted, true); \
	}

SWEEP(appraise_event, AH_OK)
SWEEP(appraise_swapped_event, AH_ERR_BUILD_CERTIFICATE)
SWEEP(appraise_bundle, AH_OK)
SWEEP(bundle_verify, AH_OK)
SWEEP(manifest_verify, AH_OK)
SWEEP(release_root_from_pem, AH_OK)
SWEEP(state_with_bundles, AH_OK)
SWEEP(appraise_nitro, AH_OK)
SWEEP(appraise_snp, AH_OK)
SWEEP(appraise_warm, AH_OK)
SWEEP(appraise_with_pem_root, AH_OK)
SWEEP(appraise_stranger, AH_ERR_SIGNATURE)
SWEEP(appraise_denied, AH_ERR_MEASUREMENT)
SWEEP(appraise_tdx, AH_OK)
SWEEP(appraise_tdx_with_ccel, AH_OK)
SWEEP(appraise_tdx_with_state, AH_OK)
SWEEP(appraise_tdx_stranger, AH_ERR_QE_REPORT_SIGNATURE)
SWEEP(appraise_tdx_warm, AH_OK)
SWEEP(verifier_new, AH_OK)
SWEEP(policy_load, AH_OK)
SWEEP(endorsements, AH_OK)
SWEEP(evidence_from_hex, AH_OK)
SWEEP(evidence_from_base64, AH_OK)
SWEEP(evidence_from_binary, AH_OK)
SWEEP(verdict_json, AH_OK)
SWEEP(refused_verdict_text, AH_OK)
SWEEP(policy_json_again, AH_OK)
SWEEP(policy_difference, AH_OK)
SWEEP(policy_init, AH_OK)
SWEEP(simulated_document, AH_OK)
SWEEP(simulated_quote, AH_OK)

/* -- The sweep over OpenSSL's -- */

/* OpenSSL 3.0 loses memory of its own when it runs out of it. Only in these sweeps that is not held against us. */
#if defined(__SANITIZE_ADDRESS__)
#define HAS_LSAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_LSAN 1
#endif
#endif
#ifdef HAS_LSAN
void __lsan_disable(void);
void __lsan_enable(void);
#define IGNORE_LEAKS_BEGIN() __lsan_disable()
#define IGNORE_LEAKS_END() __lsan_enable()
#else
#define IGNORE_LEAKS_BEGIN() ((void)0)
#define IGNORE_LEAKS_END() ((void)0)
#endif

static outcome run_without_memory_of_openssl(outcome (*entry)(void), size_t n, bool persistent, bool *failed)
{
	IGNORE_LEAKS_BEGIN();
	ah_test_openssl_fail_at(n, persistent);
	outcome got = entry();
	*failed = ah_test_openssl_failed();
	ah_test_openssl_fail_at(0, false);
	IGNORE_LEAKS_END();
	return got;
}

/*
 * Good evidence may still be accepted when OpenSSL can do without (it caches, and keeps texts for errors); it is then the same evidence that is
 * accepted without a failure. What is bad is never accepted. The verifier survives: it judges rightly afterwards.
 */
static void openssl_sweep(outcome (*entry)(void), ah_err wanted, bool persistent, size_t step)
{
	(void)entry(); /* as above */
	const size_t live = ah_test_alloc_live();
	size_t n = 1;
	for (bool failed = true; failed && n < ALLOCATIONS_MAX; n += step) {
		outcome got = run_without_memory_of_openssl(entry, n, persistent, &failed);
		EXPECT_MSG(got.err != AH_OK || wanted == AH_OK, "OpenSSL's allocation %zu failing: bad evidence is accepted", n);
		EXPECT_MSG(ah_test_alloc_live() == live, "OpenSSL's allocation %zu failing: a leak", n);
		ah_test_count(1);
	}
	EXPECT_MSG(n < ALLOCATIONS_MAX, "more than %d allocations", ALLOCATIONS_MAX);
	EXPECT_ERR(entry().err, wanted);
}

#define OPENSSL_SWEEP(entry, wanted, step) \
	static void entry##_without_memory_of_openssl(void) \
	{ \
		openssl_sweep(entry, wanted, false, step); \
		if (!ah_test_failed()) \
			openssl_sweep(entry, wanted, true, step); \
	}

OPENSSL_SWEEP(appraise_event, AH_OK, 7)
OPENSSL_SWEEP(appraise_swapped_event, AH_ERR_BUILD_CERTIFICATE, 7)
OPENSSL_SWEEP(appraise_nitro, AH_OK, 1)
OPENSSL_SWEEP(appraise_snp, AH_OK, 1)
OPENSSL_SWEEP(appraise_stranger, AH_ERR_SIGNATURE, 1)
OPENSSL_SWEEP(appraise_denied, AH_ERR_MEASUREMENT, 1)
OPENSSL_SWEEP(appraise_tdx, AH_OK, 1)
OPENSSL_SWEEP(appraise_tdx_stranger, AH_ERR_QE_REPORT_SIGNATURE, 1)
/* Not each one: when OpenSSL cannot make a library context it may lose a thread-specific key, and a process has 1024 of them. */
OPENSSL_SWEEP(verifier_new, AH_OK, 13)

int main(int argc, char **argv)
{
	static const ah_test_case cases[] = {
		AH_TEST(appraise_event_without_memory),
		AH_TEST(appraise_swapped_event_without_memory),
		AH_TEST(appraise_bundle_without_memory),
		AH_TEST(bundle_verify_without_memory),
		AH_TEST(manifest_verify_without_memory),
		AH_TEST(release_root_from_pem_without_memory),
		AH_TEST(state_with_bundles_without_memory),
		AH_TEST(appraise_nitro_without_memory),
		AH_TEST(appraise_snp_without_memory),
		AH_TEST(appraise_warm_without_memory),
		AH_TEST(appraise_with_pem_root_without_memory),
		AH_TEST(appraise_stranger_without_memory),
		AH_TEST(appraise_denied_without_memory),
		AH_TEST(appraise_tdx_without_memory),
		AH_TEST(appraise_tdx_with_ccel_without_memory),
		AH_TEST(appraise_tdx_with_state_without_memory),
		AH_TEST(appraise_tdx_stranger_without_memory),
		AH_TEST(appraise_tdx_warm_without_memory),
		AH_TEST(verifier_new_without_memory),
		AH_TEST(policy_load_without_memory),
		AH_TEST(endorsements_without_memory),
		AH_TEST(evidence_from_hex_without_memory),
		AH_TEST(evidence_from_base64_without_memory),
		AH_TEST(evidence_from_binary_without_memory),
		AH_TEST(verdict_json_without_memory),
		AH_TEST(refused_verdict_text_without_memory),
		AH_TEST(policy_json_again_without_memory),
		AH_TEST(policy_difference_without_memory),
		AH_TEST(policy_init_without_memory),
		AH_TEST(simulated_document_without_memory),
		AH_TEST(simulated_quote_without_memory),
		AH_TEST(appraise_event_without_memory_of_openssl),
		AH_TEST(appraise_swapped_event_without_memory_of_openssl),
		AH_TEST(appraise_nitro_without_memory_of_openssl),
		AH_TEST(appraise_snp_without_memory_of_openssl),
		AH_TEST(appraise_stranger_without_memory_of_openssl),
		AH_TEST(appraise_denied_without_memory_of_openssl),
		AH_TEST(appraise_tdx_without_memory_of_openssl),
		AH_TEST(appraise_tdx_stranger_without_memory_of_openssl),
		AH_TEST(verifier_new_without_memory_of_openssl),
	};
	if (!ah_test_openssl_take_over()) {
		printf("OpenSSL has allocated before its allocator could be replaced\n");
		return 1;
	}
	make_material();
	int rc = ah_test_main(argc, argv, cases, sizeof cases / sizeof cases[0]);
	free_material();
	return rc;
}
