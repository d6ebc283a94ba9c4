/*
 * Goal: no altered quote or collateral is accepted, and whatever is wrong with it is said with a typed error before any of it becomes a claim. What an
 * altered event log may do is less than it did.
 * Method: as in test_mutation.c. Every bit of a simulated quote of version 4, one bit of each byte of all else; with AH_FULL=1 every bit of all.
 *
 * Bytes of a quote that no signature covers, and what becomes of a change there:
 *   length of the auth data, both certification types, both of their lengths, length of the QE's auth data    refused: each has one right value
 *   line ends and boundary lines of the PEM, its base64                                                       refused
 *   the NUL behind the PEM, or any text in its place                                                          accepted: no certificate, no claim
 *   zero bytes behind the quote, up to 8192                                                                   accepted; any other byte is refused
 *   s of the quote's signature and of the QE report's: n - s verifies as well                                 accepted, as for the other platforms
 * The claims name a quote by the digest of header and body, which none of them changes.
 *
 * Bytes of a collateral file that no signature covers: member names, punctuation, PEM boundaries (all refused), and the case of hex digits outside of
 * the two signed documents (accepted: the same bytes).
 */
#include "mutation/mutation.h"

static void quote_5(forge *f)
{
	ah_sim_tdx_set_version(&f->tdx, 5, true);
}

static const forge_case v4 = { "tdx", AH_PLATFORM_TDX, AH_CHECK_COUNT, AH_OK, NULL, NULL, FORGE_ALONE, 0, 0, 0 };
static const forge_case v5 = { "tdx-v5", AH_PLATFORM_TDX, AH_CHECK_COUNT, AH_OK, quote_5, NULL, FORGE_ALONE, 0, 0, 0 };

/* -- Quotes -- */

static void flip_quote(const forge_case *of, size_t (*flips)(mutation_sample *s))
{
	forge *f = forge_make(of);
	mutation_sample s;
	mutation_sample_init(&s, of->name, &f->request);
	s.free_off = s.bytes.len - 1; /* the NUL behind the PEM */
	ah_err base = mutation_judge(&s);
	size_t refused = flips(&s);
	mutation_sample_free(&s);
	forge_free(f);
	EXPECT_OK(base);
	ah_test_count(refused);
}

static void no_flipped_bit_of_a_tdx_quote_is_accepted(void)
{
	flip_quote(&v4, mutation_flip_all_bits);
}

static void no_flipped_bit_of_a_tdx_quote_5_is_accepted(void)
{
	flip_quote(&v5, mutation_flip_each_byte);
}

static void no_cut_tdx_quote_is_accepted(void)
{
	forge *f = forge_make(&v4);
	mutation_sample s;
	mutation_sample_init(&s, "tdx", &f->request);
	size_t refused = mutation_cut_everywhere(&s);
	s.request.platform = AH_PLATFORM_TDX; /* the same when nothing has to detect it */
	refused += mutation_cut_everywhere(&s);
	ah_err base = mutation_judge(&s);
	mutation_sample_free(&s);
	forge_free(f);
	EXPECT_OK(base);
	ah_test_count(refused);
}

static void no_byte_but_zero_behind_a_tdx_quote_is_accepted(void)
{
	forge *f = forge_make(&v4);
	mutation_sample s;
	mutation_sample_init(&s, "tdx", &f->request);
	FORGE_MUST(ah_buf_append_byte(&s.bytes, 0));
	s.request.evidence = ah_buf_slice(&s.bytes);
	ah_err zero = mutation_judge(&s);
	size_t refused = 0;
	for (unsigned byte = 1; byte < 256; byte++) {
		s.bytes.ptr[s.bytes.len - 1] = (uint8_t)byte;
		refused += mutation_judge(&s) == AH_ERR_TRAILING;
	}
	mutation_sample_free(&s);
	forge_free(f);
	EXPECT_OK(zero);
	EXPECT(refused == 255);
	ah_test_count(refused);
}

/* -- What is accepted by design: the claims are the same -- */

static ah_err judge_for_digest(const mutation_sample *s, uint8_t digest[static 32])
{
	ah_verdict *verdict = NULL;
	ah_err err = ah_appraise(&verdict, s->verifier, &s->request, NULL);
	if (err == AH_OK)
		memcpy(digest, ah_claims_tdx(ah_verdict_claims(verdict))->quote_sha256, 32);
	ah_verdict_free(verdict);
	return err;
}

/* n - s, big-endian; n is the order of P-256 (FIPS 186-5). */
static void negate(uint8_t s[static 32])
{
	static const uint8_t n[32] = {
		0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
	};
	int borrow = 0;
	for (size_t i = 32; i-- > 0;) {
		int digit = n[i] - s[i] - borrow;
		borrow = digit < 0;
		s[i] = (uint8_t)(digit + (borrow != 0 ? 256 : 0));
	}
}

static void other_bytes_of_the_same_quote_are_accepted_as_the_same(void)
{
	forge *f = forge_make(&v4);
	mutation_sample s;
	uint8_t digest[32], again[4][32] = { { 0 } };
	mutation_sample_init(&s, "tdx", &f->request);
	uint8_t *auth = s.bytes.ptr + AH_SIM_TDX_HEADER_LEN + AH_SIM_TDX_REPORT_10_LEN + 4;
	ah_err base = judge_for_digest(&s, digest);
	negate(auth + AH_SIM_TDX_AUTH_SIGNATURE + 32);
	ah_err other_s = judge_for_digest(&s, again[0]);
	negate(auth + AH_SIM_TDX_AUTH_QE_SIGNATURE + 32);
	ah_err other_qe_s = judge_for_digest(&s, again[1]);
	s.bytes.ptr[s.bytes.len - 1] = 'x';
	ah_err other_nul = judge_for_digest(&s, again[2]);
	for (size_t i = 0; i < 70; i++)
		FORGE_MUST(ah_buf_append_byte(&s.bytes, 0));
	s.request.evidence = ah_buf_slice(&s.bytes);
	ah_err padded = judge_for_digest(&s, again[3]);
	mutation_sample_free(&s);
	forge_free(f);
	EXPECT_OK(base);
	EXPECT_OK(other_s);
	EXPECT_OK(other_qe_s);
	EXPECT_OK(other_nul);
	EXPECT_OK(padded);
	for (size_t i = 0; i < 4; i++)
		EXPECT_BYTES(AH_SLICE_OF(again[i]), AH_SLICE_OF(digest));
}

/* -- Collateral -- */

static ah_err judge_collateral(const forge *f, ah_verifier *verifier, ah_slice json)
{
	ah_endorsements *en = NULL;
	FORGE_MUST(ah_endorsements_new(&en));
	ah_err err = ah_endorsements_set_collateral(en, json, NULL);
	if (err == AH_OK) {
		ah_verdict *verdict = NULL;
		ah_request request = f->request;
		request.endorsements = en;
		err = ah_appraise(&verdict, verifier, &request, NULL);
		if (err != AH_OK && verdict != NULL && ah_verdict_claims(verdict) != NULL)
			ah_test_fail(__FILE__, __LINE__, "refused collateral has claims");
		ah_verdict_free(verdict);
	}
	ah_endorsements_free(en);
	return err;
}

/* Ranges of the hex members: "name":"hex". */
typedef struct hex_range { size_t from, until; } hex_range;
#define HEX_MEMBERS 4

static void find_hex_members(hex_range out[static HEX_MEMBERS], ah_slice json)
{
	static const char *const names[HEX_MEMBERS] = { "\"pck_crl\":\"", "\"root_ca_crl\":\"", "\"tcb_info_signature\":\"", "\"qe_identity_signature\":\"" };
	for (size_t m = 0; m < HEX_MEMBERS; m++) {
		size_t len = strlen(names[m]), at = 0;
		while (at + len < json.len && memcmp(json.ptr + at, names[m], len) != 0)
			at++;
		out[m].from = out[m].until = at + len;
		while (out[m].until < json.len && json.ptr[out[m].until] != '"')
			out[m].until++;
	}
}

static bool changes_case_of_hex(const hex_range ranges[static HEX_MEMBERS], size_t at, uint8_t byte, unsigned bit)
{
	for (size_t m = 0; m < HEX_MEMBERS; m++)
		if (at >= ranges[m].from && at < ranges[m].until)
			return bit == 5 && byte >= 'a' && byte <= 'f';
	return false;
}

static bool collateral_is_judged(const forge *f, ah_verifier *verifier, ah_buf *json, const hex_range *ranges, size_t at, unsigned bit)
{
	bool same = changes_case_of_hex(ranges, at, json->ptr[at], bit);
	json->ptr[at] ^= (uint8_t)(1u << bit);
	ah_err err = judge_collateral(f, verifier, ah_buf_slice(json));
	json->ptr[at] ^= (uint8_t)(1u << bit);
	bool ok = same ? err == AH_OK : err == AH_ERR_COLLATERAL_MISSING || mutation_is_about_the_evidence(err);
	if (!ok)
		ah_test_fail(__FILE__, __LINE__, "collateral flipped at %zu, bit %u: got %s", at, bit, ah_err_name(err));
	return ok && !same;
}

static void no_flipped_bit_of_collateral_is_accepted(void)
{
	forge *f = forge_make(&v4);
	ah_verifier *verifier = NULL;
	hex_range ranges[HEX_MEMBERS];
	ah_buf *json = &f->out.collateral_json;
	size_t refused = 0;
	FORGE_MUST(ah_verifier_new(&verifier, NULL));
	find_hex_members(ranges, ah_buf_slice(json));
	ah_err unchanged = judge_collateral(f, verifier, ah_buf_slice(json));
	for (size_t at = 0; at < json->len; at++)
		for (unsigned bit = mutation_is_full() ? 0 : (unsigned)at % 8; bit < 8; bit += mutation_is_full() ? 1 : 8)
			refused += collateral_is_judged(f, verifier, json, ranges, at, bit);
	ah_verifier_free(verifier);
	forge_free(f);
	EXPECT_OK(unchanged);
	ah_test_count(refused);
}

static void no_cut_collateral_is_accepted(void)
{
	forge *f = forge_make(&v4);
	ah_verifier *verifier = NULL;
	const ah_slice json = ah_buf_slice(&f->out.collateral_json);
	size_t refused = 0;
	FORGE_MUST(ah_verifier_new(&verifier, NULL));
	for (size_t len = 1; len < json.len; len++)
		refused += judge_collateral(f, verifier, ah_slice_sub(json, 0, len)) == AH_ERR_COLLATERAL_MALFORMED;
	size_t wanted = json.len - 1;
	ah_verifier_free(verifier);
	forge_free(f);
	EXPECT(refused == wanted);
	ah_test_count(refused);
}

/* -- Event logs: text beside a digest is nobody's word, so a change may be accepted; nothing new may be claimed from it -- */

static bool claims_no_more(const ah_tdx_claims *got, const ah_tdx_claims *honest)
{
	bool ok = got->security_event_count <= honest->security_event_count;
	for (size_t i = 0; ok && i < got->security_event_count; i++) {
		const ah_tdx_security_event *a = &got->security_events[i], *b = &honest->security_events[i];
		ok = strcmp(a->name, b->name) == 0 && a->payload_len == b->payload_len && memcmp(a->payload, b->payload, a->payload_len) == 0;
	}
	for (size_t i = 0; i < 4; i++)
		ok = ok && (!got->rtmr_replayed[i] || honest->rtmr_replayed[i]);
	return ok;
}

static bool log_is_judged(mutation_sample *s, ah_buf *log, const ah_tdx_claims *honest, size_t at, unsigned bit)
{
	ah_verdict *verdict = NULL;
	log->ptr[at] ^= (uint8_t)(1u << bit);
	ah_err err = ah_appraise(&verdict, s->verifier, &s->request, NULL);
	log->ptr[at] ^= (uint8_t)(1u << bit);
	bool ok = err == AH_OK ? claims_no_more(ah_claims_tdx(ah_verdict_claims(verdict)), honest) : mutation_is_about_the_evidence(err);
	if (!ok)
		ah_test_fail(__FILE__, __LINE__, "%s: log flipped at %zu, bit %u: got %s", s->name, at, bit, ah_err_name(err));
	ah_verdict_free(verdict);
	return ok;
}

static void flip_log(bool ccel)
{
	forge *f = forge_make(&v4);
	mutation_sample s;
	ah_verdict *honest = NULL;
	ah_buf *log = ccel ? &f->out.event_log_ccel : &f->out.event_log_json;
	size_t ok = 0;
	mutation_sample_init(&s, ccel ? "ccel" : "json", &f->request);
	s.request.event_log = ah_buf_slice(log);
	ah_err base = ah_appraise(&honest, s.verifier, &s.request, NULL);
	for (size_t at = 0; base == AH_OK && at < log->len; at++)
		for (unsigned bit = 0; bit < 8; bit++)
			ok += log_is_judged(&s, log, ah_claims_tdx(ah_verdict_claims(honest)), at, bit);
	ah_verdict_free(honest);
	mutation_sample_free(&s);
	forge_free(f);
	EXPECT_OK(base);
	ah_test_count(ok);
}

static void no_flipped_bit_of_a_json_log_claims_more(void)
{
	flip_log(false);
}

static void no_flipped_bit_of_a_ccel_claims_more(void)
{
	flip_log(true);
}

/* -- Real evidence -- */

typedef struct real_quote {
	const char *quote, *collateral;
	int64_t at_s;
	ah_err base;
	size_t nul_off;            /* of the NUL behind the PEM; 0: none */
} real_quote;

static size_t mutate_quote(const real_quote *r)
{
	AH_AUTO(ah_buf) bytes = AH_BUF(65536);
	AH_AUTO(ah_buf) json = AH_BUF(1024 * 1024);
	ah_endorsements *en = NULL;
	size_t refused = 0;
	FORGE_MUST(ah_endorsements_new(&en));
	if (ah_test_read(&bytes, "%s/tdx/%s", ah_test_vectors(), r->quote) && ah_test_read(&json, "%s/tdx/collateral/%s", ah_test_vectors(), r->collateral)
	    && ah_endorsements_set_collateral(en, ah_buf_slice(&json), NULL) == AH_OK) {
		const ah_request request = { .evidence = ah_buf_slice(&bytes), .endorsements = en, .genuine_only = true, .now_s = r->at_s };
		mutation_sample s;
		mutation_sample_init(&s, r->quote, &request);
		ah_err base = mutation_judge(&s);
		if (base != r->base)
			ah_test_fail(__FILE__, __LINE__, "%s: got %s", r->quote, ah_err_name(base));
		s.free_off = r->nul_off;
		refused = mutation_flip_each_byte(&s);
		mutation_sample_free(&s);
	} else {
		ah_test_fail(__FILE__, __LINE__, "%s: cannot be read", r->quote);
	}
	ah_endorsements_free(en);
	return refused;
}

static void no_altered_real_quote_is_accepted(void)
{
	static const real_quote quotes[] = {
		{ "dcap-qvl/tdx_quote", "b0c06f000000_2025-06.json", 1751587200, AH_OK, 4935 },
		{ "go-tdx-guest/quote_v5_sample.dat", "90c06f000000_2026-02.json", 1772668800, AH_OK, 5005 },
		{ "go-tdx-guest/cos-113-tdx-quote.dat", "00806f050000_2025-10.json", 1761350400, AH_OK, 0 },
		{ "automata/solana_quote_tdx.bin", "00806f050000_2025-10.json", 1761350400, AH_ERR_TCB_FLOOR, 0 },
		{ "trustee/az_td-quote.bin", "00806f050000_2025-10.json", 1761350400, AH_ERR_TCB_FLOOR, 4935 },
		{ "trustee/tdx_quote_4.dat", "50806f000000_2023-06.json", 1688169600, AH_ERR_DEBUG, 4935 },
	};
	if (ah_test_vectors() == NULL)
		AH_SKIP("../shared/vectors absent");
	for (size_t i = 0; i < sizeof quotes / sizeof quotes[0]; i++)
		ah_test_count(mutate_quote(&quotes[i]));
}

int main(int argc, char **argv)
{
	static const ah_test_case cases[] = {
		AH_TEST(no_flipped_bit_of_a_tdx_quote_is_accepted),
		AH_TEST(no_flipped_bit_of_a_tdx_quote_5_is_accepted),
		AH_TEST(no_cut_tdx_quote_is_accepted),
		AH_TEST(no_byte_but_zero_behind_a_tdx_quote_is_accepted),
		AH_TEST(other_bytes_of_the_same_quote_are_accepted_as_the_same),
		AH_TEST(no_flipped_bit_of_collateral_is_accepted),
		AH_TEST(no_cut_collateral_is_accepted),
		AH_TEST(no_flipped_bit_of_a_json_log_claims_more),
		AH_TEST(no_flipped_bit_of_a_ccel_claims_more),
		AH_TEST(no_altered_real_quote_is_accepted),
	};
	return ah_test_main(argc, argv, cases, sizeof cases / sizeof cases[0]);
}
