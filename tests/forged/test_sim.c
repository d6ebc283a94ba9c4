/*
 * The simulated platform as a user of the command meets it: directory, options, and evidence that the verifier accepts as SIMULATED and as nothing
 * more.
 */
#include "attesters/sim.h"
#include "forged/forge.h"
#include "evidence/verifier.h"
#include "policy/verdict.h"
#include "support/test.h"

#include <stdio.h>
#include <sys/stat.h>

static const char *fresh_dir(void)
{
	static char dir[4200];
	if (dir[0] == '\0') {
		ah_fault why = { .offset = AH_NO_OFFSET };
		(void)snprintf(dir, sizeof dir, "%s/fresh", ah_test_tmp());
		FORGE_MUST(ah_sim_init(dir, &why));
	}
	return dir;
}

static unsigned mode_of(const char *name)
{
	char path[4400];
	struct stat st;
	(void)snprintf(path, sizeof path, "%s/%s", fresh_dir(), name);
	return stat(path, &st) == 0 ? (unsigned)st.st_mode & 0777 : 0;
}

static void directory_and_keys_are_for_the_owner_alone(void)
{
	static const char *const keys[] = { "nitro-root.key", "ark.key", "ask.key", "asvk.key", "vcek.key", "vlek.key", "tdx-root.key", "tdx-ca.key", "tdx-pck.key",
	                                    "tdx-signer.key" };
	EXPECT(mode_of(".") == 0700);
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		EXPECT_MSG(mode_of(keys[i]) == 0600, "%s has mode %o", keys[i], mode_of(keys[i]));
	EXPECT(mode_of("ark-genoa.der") != 0 && mode_of("nitro-root.der") != 0 && mode_of("tdx-root.der") != 0);
}

static void readme_says_simulated(void)
{
	AH_AUTO(ah_buf) text = AH_BUF(4096);
	EXPECT(ah_test_read(&text, "%s/README.txt", fresh_dir()));
	EXPECT(text.len > 9 && memcmp(text.ptr, "SIMULATED", 9) == 0);
}

static void init_refuses_a_directory_with_content(void)
{
	ah_fault why = { .offset = AH_NO_OFFSET };
	EXPECT_ERR(ah_sim_init(fresh_dir(), &why), AH_ERR_ARGUMENT);
}

static void init_refuses_an_impossible_path(void)
{
	ah_fault why = { .offset = AH_NO_OFFSET };
	EXPECT_ERR(ah_sim_init("/nonexistent/below/this", &why), AH_ERR_IO);
}

static void open_refuses_what_is_no_such_directory(void)
{
	ah_sim *sim = NULL;
	ah_fault why = { .offset = AH_NO_OFFSET };
	EXPECT_ERR(ah_sim_open(&sim, ah_test_tmp(), &why), AH_ERR_FILE);
	EXPECT(sim == NULL);
}

static void open_refuses_a_damaged_key(void)
{
	char dir[4300];
	ah_sim *sim = NULL;
	ah_fault why = { .offset = AH_NO_OFFSET };
	AH_AUTO(ah_buf) key = AH_BUF(8192);
	EXPECT(ah_test_read(&key, "%s/nitro-root.key", fresh_dir()));
	(void)snprintf(dir, sizeof dir, "%s/damaged", ah_test_tmp());
	EXPECT(mkdir(dir, 0700) == 0);
	EXPECT(ah_test_write(ah_slice_make(key.ptr, key.len / 2), "%s/nitro-root.key", dir));
	EXPECT_ERR(ah_sim_open(&sim, dir, &why), AH_ERR_FILE);
	EXPECT(sim == NULL);
}

/* -- Options -- */

static ah_err evidence_of(ah_sim_options options, bool *untouched)
{
	AH_AUTO(ah_sim_output) out = { .evidence = AH_BUF(0) };
	ah_fault why = { .offset = AH_NO_OFFSET };
	ah_err err = ah_sim_evidence(forge_sim(), &options, &out, &why);
	*untouched = out.evidence.len == 0 && out.vek_der.len == 0 && out.collateral_json.len == 0 && out.root_der.len == 0;
	return err;
}

static void wrong_options_are_refused(void)
{
	static const uint8_t bytes[2000];
	const ah_sim_options rows[] = {
		{ .platform = AH_PLATFORM_NONE },
		{ .platform = AH_PLATFORM_TDX, .report_data = { bytes, 63 } },
		{ .platform = AH_PLATFORM_TDX, .nonce = { bytes, 8 } },
		{ .platform = AH_PLATFORM_TDX, .public_key = { bytes, 8 } },
		{ .platform = AH_PLATFORM_TDX, .product = AH_SNP_GENOA },
		{ .platform = AH_PLATFORM_TDX, .signer = AH_SNP_VCEK },
		{ .platform = AH_PLATFORM_TDX, .quote_version = 3 },
		{ .platform = AH_PLATFORM_TDX, .quote_version = 6 },
		{ .platform = AH_PLATFORM_SNP, .report_data = { bytes, 63 } },
		{ .platform = AH_PLATFORM_SNP, .report_data = { bytes, 65 } },
		{ .platform = AH_PLATFORM_SNP, .nonce = { bytes, 8 } },
		{ .platform = AH_PLATFORM_SNP, .public_key = { bytes, 8 } },
		{ .platform = AH_PLATFORM_SNP, .quote_version = 4 },
		{ .platform = AH_PLATFORM_NITRO, .report_data = { bytes, AH_NITRO_USER_DATA_MAX + 1 } },
		{ .platform = AH_PLATFORM_NITRO, .nonce = { bytes, AH_NITRO_NONCE_MAX + 1 } },
		{ .platform = AH_PLATFORM_NITRO, .public_key = { bytes, AH_NITRO_PUBLIC_KEY_MAX + 1 } },
		{ .platform = AH_PLATFORM_NITRO, .product = AH_SNP_GENOA },
		{ .platform = AH_PLATFORM_NITRO, .signer = AH_SNP_VLEK },
		{ .platform = AH_PLATFORM_NITRO, .quote_version = 4 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		bool untouched = false;
		ah_err err = evidence_of(rows[i], &untouched);
		EXPECT_MSG(err == AH_ERR_ARGUMENT, "row %zu: got %s", i, ah_err_name(err));
		EXPECT_MSG(untouched, "row %zu: output written", i);
	}
}

/* -- Evidence through the door -- */

static ah_err judge_output(ah_verdict **verdict, ah_verifier *verifier, const ah_sim_output *out, bool allow)
{
	ah_fault why = { .offset = AH_NO_OFFSET };
	ah_endorsements *en = NULL;
	FORGE_MUST(ah_endorsements_new(&en));
	if (out->vek_der.len != 0) {
		FORGE_MUST(ah_endorsements_set_vek(en, ah_buf_slice(&out->vek_der), &why));
		FORGE_MUST(ah_endorsements_add_chain(en, ah_buf_slice(&out->chain_pem), &why));
		FORGE_MUST(ah_endorsements_add_crl(en, ah_buf_slice(&out->crl_der), &why));
	}
	if (out->collateral_json.len != 0)
		FORGE_MUST(ah_endorsements_set_collateral(en, ah_buf_slice(&out->collateral_json), &why));
	ah_request request = {
		.evidence = ah_buf_slice(&out->evidence),
		.event_log = ah_buf_slice(&out->event_log_json),
		.endorsements = en,
		.genuine_only = true,
		.now_s = FORGE_NOW_S,
		.simulated_root = allow ? ah_buf_slice(&out->root_der) : (ah_slice){ NULL, 0 },
		.allow_simulated = allow,
	};
	ah_err err = ah_appraise(verdict, verifier, &request, NULL);
	ah_endorsements_free(en);
	return err;
}

static void judge_both_ways(ah_verifier *verifier, ah_sim_options options, ah_err allowed)
{
	AH_AUTO(ah_sim_output) out = { .evidence = AH_BUF(0) };
	AH_AUTO_PTR(ah_verdict) verdict = NULL;
	ah_fault why = { .offset = AH_NO_OFFSET };
	options.at_s = FORGE_NOW_S;
	EXPECT_OK(ah_sim_evidence(forge_sim(), &options, &out, &why));
	EXPECT_ERR(judge_output(&verdict, verifier, &out, true), allowed);
	EXPECT(ah_verdict_result(verdict) == (allowed == AH_OK ? AH_RESULT_SIMULATED : AH_RESULT_FAIL));
	EXPECT(!ah_claims_is_hardware(ah_verdict_claims(verdict)));
	EXPECT(ah_verdict_appraisal(verdict) == NULL);
	ah_verdict_free(verdict);
	verdict = NULL;
	EXPECT_ERR(judge_output(&verdict, verifier, &out, false), AH_ERR_ROOT_UNTRUSTED);
	ah_test_count(1);
}

static void all_kinds_are_simulated_and_never_genuine(void)
{
	AH_AUTO_PTR(ah_verifier) verifier = NULL;
	EXPECT_OK(ah_verifier_new(&verifier, NULL));
	judge_both_ways(verifier, (ah_sim_options){ .platform = AH_PLATFORM_NITRO }, AH_OK);
	judge_both_ways(verifier, (ah_sim_options){ .platform = AH_PLATFORM_NITRO, .debug = true }, AH_ERR_DEBUG);
	judge_both_ways(verifier, (ah_sim_options){ .platform = AH_PLATFORM_SNP }, AH_OK);
	judge_both_ways(verifier, (ah_sim_options){ .platform = AH_PLATFORM_SNP, .debug = true }, AH_ERR_DEBUG);
	for (unsigned version = 0; version <= 5; version += version == 0 ? 4 : 1) {
		judge_both_ways(verifier, (ah_sim_options){ .platform = AH_PLATFORM_TDX, .quote_version = version }, AH_OK);
		judge_both_ways(verifier, (ah_sim_options){ .platform = AH_PLATFORM_TDX, .quote_version = version, .debug = true }, AH_ERR_DEBUG);
	}
	for (ah_snp_product product = AH_SNP_MILAN; product <= AH_SNP_TURIN; product++) {
		judge_both_ways(verifier, (ah_sim_options){ .platform = AH_PLATFORM_SNP, .product = product, .signer = AH_SNP_VCEK }, AH_OK);
		judge_both_ways(verifier, (ah_sim_options){ .platform = AH_PLATFORM_SNP, .product = product, .signer = AH_SNP_VLEK }, AH_OK);
	}
}

/* A policy that lists the chip or the instance keeps working: it is the same machine every time. */
static void a_directory_is_one_machine(void)
{
	AH_AUTO(ah_sim_output) one = { .evidence = AH_BUF(0) }, two = { .evidence = AH_BUF(0) };
	const ah_sim_options options = { .platform = AH_PLATFORM_SNP, .at_s = FORGE_NOW_S };
	ah_fault why = { .offset = AH_NO_OFFSET };
	EXPECT_OK(ah_sim_evidence(forge_sim(), &options, &one, &why));
	EXPECT_OK(ah_sim_evidence(forge_sim(), &options, &two, &why));
	ah_slice first = ah_buf_slice(&one.evidence), second = ah_buf_slice(&two.evidence);
	EXPECT_BYTES(ah_slice_sub(first, AH_SIM_SNP_CHIP_ID, 64), ah_slice_sub(second, AH_SIM_SNP_CHIP_ID, 64));
	EXPECT_BYTES(ah_slice_sub(first, AH_SIM_SNP_MEASUREMENT, 48), ah_slice_sub(second, AH_SIM_SNP_MEASUREMENT, 48));
	EXPECT(!ah_slice_is(first, second));
}

/* The keys of the PKI are the directory's: collateral that was fetched once serves every quote of it, in this run and in the next. */
static void tdx_collateral_of_another_run_serves(void)
{
	AH_AUTO(ah_sim_output) one = { .evidence = AH_BUF(0) }, two = { .evidence = AH_BUF(0) };
	AH_AUTO_PTR(ah_verifier) verifier = NULL;
	AH_AUTO_PTR(ah_verdict) verdict = NULL;
	AH_AUTO_PTR(ah_sim) next_run = NULL;
	const ah_sim_options options = { .platform = AH_PLATFORM_TDX, .at_s = FORGE_NOW_S, .quote_version = 5 };
	ah_fault why = { .offset = AH_NO_OFFSET };
	EXPECT_OK(ah_sim_open(&next_run, ah_test_sim_dir() != NULL ? ah_test_sim_dir() : fresh_dir(), &why));
	EXPECT_OK(ah_sim_evidence(next_run, &options, &one, &why));
	ah_sim_free(next_run);
	next_run = NULL;
	EXPECT_OK(ah_sim_open(&next_run, ah_test_sim_dir() != NULL ? ah_test_sim_dir() : fresh_dir(), &why));
	EXPECT_OK(ah_sim_evidence(next_run, &options, &two, &why));
	ah_slice first = ah_buf_slice(&one.evidence), second = ah_buf_slice(&two.evidence);
	EXPECT_BYTES(ah_slice_sub(first, 54 + AH_SIM_TDX_MRTD, 48), ah_slice_sub(second, 54 + AH_SIM_TDX_MRTD, 48));
	EXPECT(!ah_slice_is(first, second));
	ah_buf swapped = one.collateral_json;
	one.collateral_json = two.collateral_json;
	two.collateral_json = swapped;
	EXPECT_OK(ah_verifier_new(&verifier, NULL));
	EXPECT_OK(judge_output(&verdict, verifier, &one, true));
	const ah_tdx_claims *claims = ah_claims_tdx(ah_verdict_claims(verdict));
	EXPECT(claims != NULL && claims->tcb_status == AH_TDX_TCB_UP_TO_DATE && claims->has_event_log && claims->security_event_count == 3);
}

int main(int argc, char **argv)
{
	static const ah_test_case cases[] = {
		AH_TEST(directory_and_keys_are_for_the_owner_alone),
		AH_TEST(readme_says_simulated),
		AH_TEST(init_refuses_a_directory_with_content),
		AH_TEST(init_refuses_an_impossible_path),
		AH_TEST(open_refuses_what_is_no_such_directory),
		AH_TEST(open_refuses_a_damaged_key),
		AH_TEST(wrong_options_are_refused),
		AH_TEST(all_kinds_are_simulated_and_never_genuine),
		AH_TEST(a_directory_is_one_machine),
		AH_TEST(tdx_collateral_of_another_run_serves),
	};
	return ah_test_main(argc, argv, cases, sizeof cases / sizeof cases[0]);
}
