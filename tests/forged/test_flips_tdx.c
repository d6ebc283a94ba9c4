/*
 * Goal: every bit of the two bit fields of a TD report, every byte of its report data, every TCB status in each of its three places, and every clock
 * around the window of each part of the collateral has the verdict that a table says.
 * Method: one thing at a time is changed before signing, everything else is right.
 */
#include "forged/forge.h"
#include "support/test.h"

#include <stdio.h>

static ah_verifier *verifier;

static void quote_5(forge *f)
{
	ah_sim_tdx_set_version(&f->tdx, 5, true);
}

static const forge_case v4 = { "v4", AH_PLATFORM_TDX, AH_CHECK_COUNT, AH_OK, NULL, NULL, FORGE_ALONE, 0, 0, 0 };
static const forge_case v5 = { "v5", AH_PLATFORM_TDX, AH_CHECK_COUNT, AH_OK, quote_5, NULL, FORGE_ALONE, 0, 0, 0 };

/* Judge f with the quote as it is now, signed anew. */
static ah_err judge_quote(forge *f)
{
	ah_fault why = { .offset = AH_NO_OFFSET };
	FORGE_MUST(ah_sim_tdx_make_quote(&f->out, &f->tdx, &why));
	f->request.evidence = ah_buf_slice(&f->out.evidence);
	return forge_judge(f, verifier, NULL);
}

/* -- P03: 64 bits each -- */

/*
 * TD attributes of the base are SEPT_VE_DISABLE alone. Intel TDX module ABI: DEBUG 0, SEPT_VE_DISABLE 28, MIGRATABLE 29, PKS 30, KL 31, PERFMON 63; all
 * others are reserved here.
 */
static ah_err attribute_bit_verdict(unsigned bit)
{
	switch (bit) {
	case 0: return AH_ERR_DEBUG;
	case 28: return AH_ERR_TD_ATTRIBUTES;
	case 29:
	case 30:
	case 31:
	case 63: return AH_OK;
	default: return AH_ERR_RESERVED;
	}
}

/* A report 1.0 does not name the service TD that a migratable TD has. */
static ah_err attribute_bit_verdict_v4(unsigned bit)
{
	return bit == 29 ? AH_ERR_SERVICE_TD : attribute_bit_verdict(bit);
}

/* XFAM of the base is 0x61ae7. x87 and SSE are always on; what else may be on: 0x6dbe7. */
static ah_err xfam_bit_verdict(unsigned bit)
{
	bool may_be_on = bit < 64 && (UINT64_C(0x6dbe7) >> bit & 1) != 0;
	return bit >= 2 && may_be_on ? AH_OK : AH_ERR_RESERVED;
}

static void flip_bits(const forge_case *base, size_t off, ah_err (*verdict)(unsigned bit))
{
	forge *f = forge_make(base);
	for (unsigned bit = 0; bit < 64; bit++) {
		f->tdx.report[off + bit / 8] ^= (uint8_t)(1u << bit % 8);
		ah_err err = judge_quote(f);
		f->tdx.report[off + bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (err != verdict(bit))
			ah_test_fail(__FILE__, __LINE__, "%s: bit %u at %zu: got %s, wanted %s", base->name, bit, off, ah_err_name(err), ah_err_name(verdict(bit)));
		else
			ah_test_count(1);
	}
	forge_free(f);
}

static void P03_each_bit_of_td_attributes_has_its_verdict(void)
{
	flip_bits(&v4, AH_SIM_TDX_ATTRIBUTES, attribute_bit_verdict_v4);
	flip_bits(&v5, AH_SIM_TDX_ATTRIBUTES, attribute_bit_verdict);
}

static void P03_each_bit_of_xfam_has_its_verdict(void)
{
	flip_bits(&v4, AH_SIM_TDX_XFAM, xfam_bit_verdict);
	flip_bits(&v5, AH_SIM_TDX_XFAM, xfam_bit_verdict);
}

/* No bit of SEAMATTRIBUTES has a meaning that Intel's identities allow. */
static ah_err seam_bit_verdict(unsigned bit)
{
	(void)bit;
	return AH_ERR_TDX_MODULE;
}

static void P03_each_bit_of_seamattributes_is_refused(void)
{
	flip_bits(&v4, AH_SIM_TDX_SEAMATTRIBUTES, seam_bit_verdict);
}

/* -- B02: each of the 64 bytes -- */

static void compare_each_byte(const forge_case *base)
{
	forge *f = forge_make(base);
	for (size_t i = 0; i < AH_SIM_TDX_REPORT_DATA_LEN; i++) {
		f->tdx.report[AH_SIM_TDX_REPORT_DATA + i] ^= 0x80;
		ah_err err = judge_quote(f);
		f->tdx.report[AH_SIM_TDX_REPORT_DATA + i] ^= 0x80;
		if (err != AH_ERR_REPORT_DATA)
			ah_test_fail(__FILE__, __LINE__, "%s: byte %zu: got %s", base->name, i, ah_err_name(err));
		else
			ah_test_count(1);
	}
	forge_free(f);
}

static void B02_each_byte_of_tdx_report_data_is_compared(void)
{
	compare_each_byte(&v4);
	compare_each_byte(&v5);
}

/* -- E02: each byte of what the QE vouches with -- */

static void E02_each_byte_of_the_binding_is_compared(void)
{
	static const forge_case base = { "binding", AH_PLATFORM_TDX, AH_CHECK_COUNT, AH_OK, NULL, NULL, FORGE_ALONE, 0, 0, 0 };
	forge *f = forge_make(&base);
	const uint8_t *made = f->out.evidence.ptr + AH_SIM_TDX_HEADER_LEN + f->tdx.report_len + 4 + AH_SIM_TDX_AUTH_QE_REPORT;
	memcpy(f->tdx.qe_report, made, sizeof f->tdx.qe_report);
	f->tdx.keep_binding = true;
	ah_err unchanged = judge_quote(f);
	for (size_t i = 0; i < 64; i++) {
		f->tdx.qe_report[AH_SIM_QE_REPORT_DATA + i] ^= 1;
		ah_err err = judge_quote(f);
		f->tdx.qe_report[AH_SIM_QE_REPORT_DATA + i] ^= 1;
		if (err != AH_ERR_AK_BINDING)
			ah_test_fail(__FILE__, __LINE__, "byte %zu: got %s", i, ah_err_name(err));
		else
			ah_test_count(1);
	}
	forge_free(f);
	EXPECT_OK(unchanged);
}

/* -- E01: each masked field of the quoting enclave, bit by bit -- */

/* ATTRIBUTES: 16 bytes, the mask FBFFFFFFFFFFFFFF and zeros; bit 1 is DEBUG. */
static void E01_each_bit_of_qe_attributes_has_its_verdict(void)
{
	static const forge_case base = { "qe", AH_PLATFORM_TDX, AH_CHECK_COUNT, AH_OK, NULL, NULL, FORGE_ALONE, 0, 0, 0 };
	forge *f = forge_make(&base);
	for (unsigned bit = 0; bit < 128; bit++) {
		f->tdx.qe_report[AH_SIM_QE_ATTRIBUTES + bit / 8] ^= (uint8_t)(1u << bit % 8);
		ah_err err = judge_quote(f), wanted = bit == 2 || bit >= 64 ? AH_OK : AH_ERR_QE_IDENTITY_MISMATCH;
		f->tdx.qe_report[AH_SIM_QE_ATTRIBUTES + bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (err != wanted)
			ah_test_fail(__FILE__, __LINE__, "bit %u: got %s, wanted %s", bit, ah_err_name(err), ah_err_name(wanted));
		else
			ah_test_count(1);
	}
	forge_free(f);
}

/* -- E04: seven statuses in three places -- */

/* What came out of the merge, by Intel QVL's converge step; NONE: the document itself is refused. */
typedef struct merge_row {
	const char *platform, *module, *qe;
	ah_tdx_tcb_status merged;
} merge_row;

static const merge_row merges[] = {
	{ "UpToDate", "UpToDate", "UpToDate", AH_TDX_TCB_UP_TO_DATE },
	{ "UpToDate", "OutOfDate", "UpToDate", AH_TDX_TCB_OUT_OF_DATE },
	{ "UpToDate", "UpToDate", "OutOfDate", AH_TDX_TCB_OUT_OF_DATE },
	{ "UpToDate", "Revoked", "UpToDate", AH_TDX_TCB_REVOKED },
	{ "UpToDate", "UpToDate", "Revoked", AH_TDX_TCB_REVOKED },
	{ "SWHardeningNeeded", "UpToDate", "UpToDate", AH_TDX_TCB_SW_HARDENING_NEEDED },
	{ "SWHardeningNeeded", "OutOfDate", "UpToDate", AH_TDX_TCB_OUT_OF_DATE },
	{ "SWHardeningNeeded", "UpToDate", "OutOfDate", AH_TDX_TCB_OUT_OF_DATE },
	{ "SWHardeningNeeded", "Revoked", "OutOfDate", AH_TDX_TCB_REVOKED },
	{ "ConfigurationNeeded", "UpToDate", "UpToDate", AH_TDX_TCB_CONFIGURATION_NEEDED },
	{ "ConfigurationNeeded", "OutOfDate", "UpToDate", AH_TDX_TCB_OUT_OF_DATE_CONFIGURATION_NEEDED },
	{ "ConfigurationNeeded", "UpToDate", "OutOfDate", AH_TDX_TCB_OUT_OF_DATE_CONFIGURATION_NEEDED },
	{ "ConfigurationNeeded", "UpToDate", "Revoked", AH_TDX_TCB_REVOKED },
	{ "ConfigurationAndSWHardeningNeeded", "UpToDate", "UpToDate", AH_TDX_TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED },
	{ "ConfigurationAndSWHardeningNeeded", "OutOfDate", "UpToDate", AH_TDX_TCB_OUT_OF_DATE_CONFIGURATION_NEEDED },
	{ "ConfigurationAndSWHardeningNeeded", "UpToDate", "OutOfDate", AH_TDX_TCB_OUT_OF_DATE_CONFIGURATION_NEEDED },
	{ "OutOfDate", "UpToDate", "UpToDate", AH_TDX_TCB_OUT_OF_DATE },
	{ "OutOfDate", "OutOfDate", "OutOfDate", AH_TDX_TCB_OUT_OF_DATE },
	{ "OutOfDate", "Revoked", "UpToDate", AH_TDX_TCB_REVOKED },
	{ "OutOfDateConfigurationNeeded", "UpToDate", "UpToDate", AH_TDX_TCB_OUT_OF_DATE_CONFIGURATION_NEEDED },
	{ "OutOfDateConfigurationNeeded", "OutOfDate", "UpToDate", AH_TDX_TCB_OUT_OF_DATE_CONFIGURATION_NEEDED },
	{ "OutOfDateConfigurationNeeded", "UpToDate", "Revoked", AH_TDX_TCB_REVOKED },
	{ "Revoked", "UpToDate", "UpToDate", AH_TDX_TCB_REVOKED },
	{ "Revoked", "OutOfDate", "OutOfDate", AH_TDX_TCB_REVOKED },
	/* Only a platform needs settings or hardening: these are refused before anything is merged. */
	{ "UpToDate", "SWHardeningNeeded", "UpToDate", AH_TDX_TCB_NONE },
	{ "UpToDate", "ConfigurationNeeded", "UpToDate", AH_TDX_TCB_NONE },
	{ "UpToDate", "OutOfDateConfigurationNeeded", "UpToDate", AH_TDX_TCB_NONE },
	{ "UpToDate", "UpToDate", "SWHardeningNeeded", AH_TDX_TCB_NONE },
	{ "UpToDate", "UpToDate", "ConfigurationAndSWHardeningNeeded", AH_TDX_TCB_NONE },
	/* What we compute is not Intel's to say. */
	{ "TDRelaunchAdvised", "UpToDate", "UpToDate", AH_TDX_TCB_NONE },
	{ "uptodate", "UpToDate", "UpToDate", AH_TDX_TCB_NONE },
	{ "", "UpToDate", "UpToDate", AH_TDX_TCB_NONE },
};

static const merge_row *merge; /* the row that is being made */

static void merge_change(forge *f)
{
	f->tdx.tcb_info.levels[0].status = merge->platform;
	f->tdx.tcb_info.modules[1].levels[0].status = merge->module;
	f->tdx.qe_identity.levels[0].status = merge->qe;
	f->policy_text.tdx = ",\"tcb_statuses\":[\"UpToDate\",\"SWHardeningNeeded\",\"ConfigurationNeeded\",\"ConfigurationAndSWHardeningNeeded\","
	                     "\"OutOfDate\",\"OutOfDateConfigurationNeeded\"]";
}

/* Every status that can be listed is: all but Revoked is accepted, and the claims say which it is. */
static void E04_each_status_in_each_place_is_merged(void)
{
	static const forge_case base = { "merge", AH_PLATFORM_TDX, AH_CHECK_COUNT, AH_OK, merge_change, NULL, FORGE_ALONE, 0, 0, 0 };
	for (size_t i = 0; i < sizeof merges / sizeof merges[0]; i++) {
		merge = &merges[i];
		forge *f = forge_make(&base);
		ah_verdict *verdict = NULL;
		ah_err err = forge_judge(f, verifier, &verdict);
		const ah_claims *claims = verdict != NULL ? ah_verdict_claims(verdict) : NULL;
		ah_tdx_tcb_status got = claims != NULL ? ah_claims_tdx(claims)->tcb_status : AH_TDX_TCB_NONE;
		ah_err wanted = merge->merged == AH_TDX_TCB_NONE      ? AH_ERR_COLLATERAL_MALFORMED
		                : merge->merged == AH_TDX_TCB_REVOKED ? AH_ERR_TCB_FLOOR
		                                                      : AH_OK;
		if (err != wanted || got != merge->merged)
			ah_test_fail(__FILE__, __LINE__, "%s, %s, %s: got %s, %s", merge->platform, merge->module, merge->qe, ah_tdx_tcb_status_name(got),
			             ah_err_name(err));
		else
			ah_test_count(1);
		ah_verdict_free(verdict);
		forge_free(f);
	}
}

/* -- P06: clocks -- */

typedef struct clock_row {
	int64_t from_s, until_s;     /* of the part, both in the window */
	ah_err early, late;
	void (*set)(forge *f, int64_t from_s, int64_t until_s);
} clock_row;

static void set_tcb_info(forge *f, int64_t from_s, int64_t until_s) { f->tdx.tcb_info.issue_s = from_s; f->tdx.tcb_info.next_update_s = until_s; }
static void set_qe_identity(forge *f, int64_t from_s, int64_t until_s) { f->tdx.qe_identity.issue_s = from_s; f->tdx.qe_identity.next_update_s = until_s; }

static void set_root_crl(forge *f, int64_t from_s, int64_t until_s)
{
	f->tdx.root_crl.mint.this_update_s = from_s;
	f->tdx.root_crl.mint.next_update_s = until_s;
}

static void set_pck_crl(forge *f, int64_t from_s, int64_t until_s)
{
	f->tdx.pck_crl.mint.this_update_s = from_s;
	f->tdx.pck_crl.mint.next_update_s = until_s;
}

static void set_signer(forge *f, int64_t from_s, int64_t until_s)
{
	f->tdx.signing.cert[AH_SIM_TDX_SIGNER].mint.not_before_s = from_s;
	f->tdx.signing.cert[AH_SIM_TDX_SIGNER].mint.not_after_s = until_s;
}

static void set_leaf(forge *f, int64_t from_s, int64_t until_s)
{
	f->tdx.chain.cert[AH_SIM_TDX_LEAF].mint.not_before_s = from_s;
	f->tdx.chain.cert[AH_SIM_TDX_LEAF].mint.not_after_s = until_s;
}

#define HOUR_S 3600
static const clock_row clocks[] = {
	{ FORGE_NOW_S - HOUR_S, FORGE_NOW_S + HOUR_S, AH_ERR_COLLATERAL_NOT_YET_VALID, AH_ERR_COLLATERAL_EXPIRED, set_tcb_info },
	{ FORGE_NOW_S - HOUR_S, FORGE_NOW_S + HOUR_S, AH_ERR_COLLATERAL_NOT_YET_VALID, AH_ERR_COLLATERAL_EXPIRED, set_qe_identity },
	{ FORGE_NOW_S - HOUR_S, FORGE_NOW_S + HOUR_S, AH_ERR_CRL_NOT_YET_VALID, AH_ERR_CRL_EXPIRED, set_root_crl },
	{ FORGE_NOW_S - HOUR_S, FORGE_NOW_S + HOUR_S, AH_ERR_CRL_NOT_YET_VALID, AH_ERR_CRL_EXPIRED, set_pck_crl },
	{ FORGE_NOW_S - HOUR_S, FORGE_NOW_S + HOUR_S, AH_ERR_CERT_NOT_YET_VALID, AH_ERR_CERT_EXPIRED, set_signer },
	{ FORGE_NOW_S - HOUR_S, FORGE_NOW_S + HOUR_S, AH_ERR_CERT_NOT_YET_VALID, AH_ERR_CERT_EXPIRED, set_leaf },
};
static const clock_row *clock_row_now;

static void clock_change(forge *f)
{
	clock_row_now->set(f, clock_row_now->from_s, clock_row_now->until_s);
}

static bool judge_at(forge *f, int64_t now_s, ah_err wanted, int64_t expiry_s, size_t row)
{
	ah_verdict *verdict = NULL;
	f->request.now_s = now_s;
	ah_err err = forge_judge(f, verifier, &verdict);
	int64_t expiry_got_s = verdict != NULL ? ah_verdict_expiry_s(verdict) : -1;
	ah_verdict_free(verdict);
	if (err == wanted && (err != AH_OK || expiry_got_s == expiry_s))
		return true;
	ah_test_fail(__FILE__, __LINE__, "row %zu, %+lld s: got %s, until %+lld s", row, (long long)(now_s - FORGE_NOW_S), ah_err_name(err),
	             (long long)(expiry_got_s - FORGE_NOW_S));
	return false;
}

/* The same cached collateral at every clock: a signature is remembered, a window never. An accepted verdict holds as long as the shortest part. */
static void P06_each_part_is_judged_by_the_clock_every_time(void)
{
	static const forge_case base = { "clock", AH_PLATFORM_TDX, AH_CHECK_COUNT, AH_OK, clock_change, NULL, FORGE_ALONE, 0, 0, 0 };
	for (size_t i = 0; i < sizeof clocks / sizeof clocks[0]; i++) {
		const clock_row *row = clock_row_now = &clocks[i];
		forge *f = forge_make(&base);
		size_t ok = judge_at(f, row->from_s, AH_OK, row->until_s, i);
		ok += judge_at(f, row->from_s - 1, row->early, 0, i);
		ok += judge_at(f, row->until_s, AH_OK, row->until_s, i);
		ok += judge_at(f, row->until_s + 1, row->late, 0, i);
		ok += judge_at(f, FORGE_NOW_S, AH_OK, row->until_s, i);
		ah_test_count(ok);
		forge_free(f);
	}
}

/* -- E05: what was accepted is the least that is accepted from then on -- */

static void older(forge *f) { f->tdx.tcb_info.evaluation = f->tdx.qe_identity.evaluation = 17; }
static void newer(forge *f) { f->tdx.tcb_info.evaluation = f->tdx.qe_identity.evaluation = 18; }

static void newer_and_refused(forge *f)
{
	newer(f);
	f->tdx.report[AH_SIM_TDX_REPORT_DATA] ^= 1;
}

static ah_err judge_with(const forge_case *of, ah_state *state)
{
	forge *f = forge_make(of);
	f->request.state = state;
	ah_err err = forge_judge(f, verifier, NULL);
	forge_free(f);
	return err;
}

static void E05_accepted_collateral_is_remembered_and_refused_is_not(void)
{
	static const forge_case old_case = { "old", AH_PLATFORM_TDX, AH_CHECK_COUNT, AH_OK, older, NULL, FORGE_ALONE, 0, 0, 0 };
	static const forge_case new_case = { "new", AH_PLATFORM_TDX, AH_CHECK_COUNT, AH_OK, newer, NULL, FORGE_ALONE, 0, 0, 0 };
	static const forge_case refused = { "refused", AH_PLATFORM_TDX, AH_CHECK_COUNT, AH_OK, newer_and_refused, NULL, FORGE_ALONE, 0, 0, 0 };
	ah_state *state = NULL;
	FORGE_MUST(ah_state_new(&state));
	ah_err not_bound = judge_with(&refused, state), first = judge_with(&old_case, state), second = judge_with(&new_case, state);
	ah_err back = judge_with(&old_case, state), again = judge_with(&new_case, state);
	ah_state_free(state);
	EXPECT_ERR(not_bound, AH_ERR_REPORT_DATA);
	EXPECT_OK(first);
	EXPECT_OK(second);
	EXPECT_ERR(back, AH_ERR_COLLATERAL_ROLLBACK);
	EXPECT_OK(again);
}

/* -- B12: parts that do not belong together -- */

static void another_platform(forge *f)
{
	f->tdx.pck.fmspc[1] ^= 1;
}

static void B12_quote_with_the_collateral_of_another_platform_is_refused(void)
{
	static const forge_case other = { "other", AH_PLATFORM_TDX, AH_CHECK_COUNT, AH_OK, another_platform, NULL, FORGE_ALONE, 0, 0, 0 };
	forge *one = forge_make(&v4), *two = forge_make(&other);
	ah_err err_two = forge_judge(two, verifier, NULL);
	one->request.endorsements = two->endorsements;
	ah_err err_mixed = forge_judge(one, verifier, NULL);
	forge_free(one);
	forge_free(two);
	EXPECT_OK(err_two);
	EXPECT_ERR(err_mixed, AH_ERR_FMSPC_MISMATCH);
}

static void B12_quote_is_never_taken_for_another_platforms_evidence(void)
{
	forge *f = forge_make(&v4);
	f->request.event_log = (ah_slice){ NULL, 0 };
	f->request.platform = AH_PLATFORM_SNP;
	ah_err as_report = forge_judge(f, verifier, NULL);
	forge_expect(f, AH_EXPECT_REPORT_DATA);
	f->request.platform = AH_PLATFORM_NITRO;
	ah_err as_document = forge_judge(f, verifier, NULL);
	forge_free(f);
	EXPECT_ERR(as_report, AH_ERR_TRAILING);
	EXPECT_ERR(as_document, AH_ERR_COSE);
}

int main(int argc, char **argv)
{
	static const ah_test_case cases[] = {
		AH_TEST(P03_each_bit_of_td_attributes_has_its_verdict),
		AH_TEST(P03_each_bit_of_xfam_has_its_verdict),
		AH_TEST(P03_each_bit_of_seamattributes_is_refused),
		AH_TEST(B02_each_byte_of_tdx_report_data_is_compared),
		AH_TEST(E02_each_byte_of_the_binding_is_compared),
		AH_TEST(E01_each_bit_of_qe_attributes_has_its_verdict),
		AH_TEST(E04_each_status_in_each_place_is_merged),
		AH_TEST(P06_each_part_is_judged_by_the_clock_every_time),
		AH_TEST(E05_accepted_collateral_is_remembered_and_refused_is_not),
		AH_TEST(B12_quote_with_the_collateral_of_another_platform_is_refused),
		AH_TEST(B12_quote_is_never_taken_for_another_platforms_evidence),
	};
	ah_fault why = { .offset = AH_NO_OFFSET };
	if (ah_verifier_new(&verifier, &why) != AH_OK)
		return 1;
	int rc = ah_test_main(argc, argv, cases, sizeof cases / sizeof cases[0]);
	ah_verifier_free(verifier);
	return rc;
}
