/*
 * Intel's answers to a collateral file: percent-decoding, and assembly that keeps signed bytes as they were served.
 * Method: answers written by hand, the file compared byte for byte with one written by hand (canonical JSON, members sorted).
 */
#include "apps/cli/pcs.h"
#include "support/test.h"

static ah_err decode(ah_buf *out, const char *text)
{
	*out = AH_BUF(32);
	return cli_percent_decode(out, ah_slice_text(text));
}

static void percent_decoding_is_exact(void)
{
	static const struct { const char *in, *out; } good[] = {
		{ "", "" }, { "plain-text_1.2~3", "plain-text_1.2~3" }, { "a+b", "a+b" }, { "%2B%2b", "++" }, { "%0A%0d", "\n\r" },
		{ "-----BEGIN%20X%0A", "-----BEGIN X\n" },
		{ "%25%32%35", "%25" }, { "%C3%A9", "\xc3\xa9" },
	};
	static const char *const bad[] = { "%", "%4", "a%", "%zz", "%4g", "%g4", "%%41", "%00", "% 1", "%-1" };
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		AH_AUTO(ah_buf) out = AH_BUF(0);
		EXPECT_MSG(decode(&out, good[i].in) == AH_OK && ah_slice_is_text(ah_buf_slice(&out), good[i].out), "%s", good[i].in);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		AH_AUTO(ah_buf) out = AH_BUF(0);
		EXPECT_MSG(decode(&out, bad[i]) == AH_ERR_TEXT, "%s", bad[i]);
	}
	AH_AUTO(ah_buf) fits = AH_BUF(0);
	AH_AUTO(ah_buf) larger = AH_BUF(0);
	EXPECT(decode(&fits, "%411234567890123456789012345678901") == AH_OK && fits.len == 32);
	EXPECT(decode(&larger, "%4112345678901234567890123456789012") == AH_ERR_LIMIT);
}

static void set(ah_buf *part, const char *text)
{
	ah_buf_free(part);
	*part = AH_BUF(4096);
	EXPECT(ah_buf_append_text(part, text) == AH_OK);
}

static void fill(cli_pcs_answers *a)
{
	set(&a->tcb_info, "{\"tcbInfo\":{ \"id\":\"TDX\" , \"b\\n\":[1.5]},\"signature\":\"00ff\"}\n");
	set(&a->tcb_info_chain, "A%0A");
	set(&a->qe_identity, "{\"signature\":\"ee\",\"more\":{\"signature\":\"x\"},\"enclaveIdentity\":{\"v\":2}}");
	set(&a->qe_identity_chain, "B");
	set(&a->pck_crl, "\x30\x01");
	set(&a->pck_crl_chain, "C%22");
	set(&a->root_crl, "\x31");
}

static void signed_bytes_are_kept_exactly(void)
{
	static const char wanted[] =
		"{\"pck_crl\":\"3001\",\"pck_crl_issuer_chain\":\"C\\\"\",\"qe_identity\":\"{\\\"v\\\":2}\",\"qe_identity_issuer_chain\":\"B\","
		"\"qe_identity_signature\":\"ee\",\"root_ca_crl\":\"31\",\"tcb_info\":\"{ \\\"id\\\":\\\"TDX\\\" , \\\"b\\\\n\\\":[1.5]}\","
		"\"tcb_info_issuer_chain\":\"A\\n\",\"tcb_info_signature\":\"00ff\"}";
	AH_AUTO(cli_pcs_answers) a = { 0 };
	AH_AUTO(ah_buf) out = AH_BUF(4096);
	ah_fault why = { 0 };
	fill(&a);
	EXPECT(cli_pcs_assemble(&out, &a, &why) == AH_OK);
	EXPECT_MSG(ah_slice_is_text(ah_buf_slice(&out), wanted), "%.*s", (int)out.len, (const char *)out.ptr);
}

static void answers_of_another_form_are_refused(void)
{
	static const char *const bad[] = {
		"", "[]", "null", "{}", "{\"tcbInfo\":{}}", "{\"signature\":\"00\"}", "{\"tcbInfo\":{},\"signature\":\"\"}", "{\"tcbInfo\":{},\"signature\":1}",
		"{\"tcbInfo\":{},\"signature\":\"00\"", "{\"tcbInfo\":{},\"signature\":\"00\"}{}", "{\"tcbInfo\":{},\"tcbInfo\":{},\"signature\":\"00\"}",
		"{\"tcbInfo\":{\"a\":1,\"a\":2},\"signature\":\"00\"}", "{\"enclaveIdentity\":{},\"signature\":\"00\"}",
		"\xef\xbb\xbf{\"tcbInfo\":{},\"signature\":\"00\"}",
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		AH_AUTO(cli_pcs_answers) a = { 0 };
		AH_AUTO(ah_buf) out = AH_BUF(4096);
		ah_fault why = { 0 };
		fill(&a);
		set(&a.tcb_info, bad[i]);
		EXPECT_MSG(cli_pcs_assemble(&out, &a, &why) == AH_ERR_COLLATERAL_MALFORMED && why.err == AH_ERR_COLLATERAL_MALFORMED && out.len == 0, "%s", bad[i]);
	}
}

static void chains_that_are_no_text_are_refused(void)
{
	static const char *const bad[] = { "%", "%00", "%ff", "\xff" };
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		AH_AUTO(cli_pcs_answers) a = { 0 };
		AH_AUTO(ah_buf) out = AH_BUF(4096);
		ah_fault why = { 0 };
		fill(&a);
		set(&a.pck_crl_chain, bad[i]);
		EXPECT_MSG(cli_pcs_assemble(&out, &a, &why) == AH_ERR_COLLATERAL_MALFORMED && out.len == 0, "%zu", i);
	}
}

static const ah_test_case cases[] = {
	AH_TEST(percent_decoding_is_exact),
	AH_TEST(signed_bytes_are_kept_exactly),
	AH_TEST(answers_of_another_form_are_refused),
	AH_TEST(chains_that_are_no_text_are_refused),
};
AH_TEST_MAIN(cases)
