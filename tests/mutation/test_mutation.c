/*
 * Goal: no altered evidence is accepted, and whatever is wrong with it is said with a typed error before any of it becomes a claim.
 * Method: accepted evidence with one bit flipped, cut at each length, or with bytes behind it; the same for what endorses it.
 *
 * Bytes that no signature covers, all of which are refused when a bit of them is flipped:
 *   Nitro   the heads of the outer array and of its four members, the empty unprotected header, the signature
 *   SNP     0x2a0..0x49f: r and s, and the zeros behind them
 * Other encodings of the same evidence that are accepted by design: tag 18 before a Nitro document; s replaced by n - s in either signature
 * (identity is never keyed on signature bytes).
 *
 * Every bit of one sample per platform, one bit of each byte of all others; with AH_FULL=1 in the environment every bit of all.
 */
#include "mutation/mutation.h"
#include "platforms/nitro_document.h"

static const forge_case nitro_base = { "nitro", AH_PLATFORM_NITRO, AH_CHECK_COUNT, AH_OK, NULL, NULL, FORGE_ALONE, 0, 0, 0 };
static const forge_case snp_base = { "snp", AH_PLATFORM_SNP, AH_CHECK_COUNT, AH_OK, NULL, NULL, FORGE_ALONE, 0, 0, 0 };

/* -- The simulated ones: every bit -- */

static void no_flipped_bit_of_a_nitro_document_is_accepted(void)
{
	forge *f = forge_make(&nitro_base);
	mutation_sample s;
	mutation_sample_init(&s, "nitro", &f->request);
	ah_err base = mutation_judge(&s);
	size_t refused = mutation_flip_all_bits(&s);
	mutation_sample_free(&s);
	forge_free(f);
	EXPECT_OK(base);
	ah_test_count(refused);
}

static void no_flipped_bit_of_an_snp_report_is_accepted(void)
{
	forge *f = forge_make(&snp_base);
	mutation_sample s;
	mutation_sample_init(&s, "sev-snp", &f->request);
	ah_err base = mutation_judge(&s);
	/* A flipped bit may make it another version or length; it is a report all the same. */
	s.request.platform = AH_PLATFORM_SNP;
	size_t refused = mutation_flip_all_bits(&s);
	mutation_sample_free(&s);
	forge_free(f);
	EXPECT_OK(base);
	ah_test_count(refused);
}

static void cut_and_append(const forge_case *of)
{
	forge *f = forge_make(of);
	mutation_sample s;
	mutation_sample_init(&s, of->name, &f->request);
	size_t refused = mutation_cut_everywhere(&s) + mutation_append_everything(&s);
	s.request.platform = of->platform; /* the same when nothing has to detect it */
	refused += mutation_cut_everywhere(&s) + mutation_append_everything(&s);
	ah_err base = mutation_judge(&s);
	mutation_sample_free(&s);
	forge_free(f);
	EXPECT_OK(base);
	ah_test_count(refused);
}

static void no_cut_or_longer_nitro_document_is_accepted(void)
{
	cut_and_append(&nitro_base);
}

static void no_cut_or_longer_snp_report_is_accepted(void)
{
	cut_and_append(&snp_base);
}

/* -- What is accepted by design -- */

/* n - s, big-endian; n is the order of P-384 (FIPS 186-5). */
static void negate(uint8_t s[static 48])
{
	static const uint8_t n[48] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xc7, 0x63, 0x4d, 0x81, 0xf4, 0x37, 0x2d, 0xdf, 0x58, 0x1a, 0x0d, 0xb2, 0x48, 0xb0, 0xa7, 0x7a, 0xec, 0xec, 0x19, 0x6a, 0xcc, 0xc5, 0x29, 0x73,
	};
	int borrow = 0;
	for (size_t i = 48; i-- > 0;) {
		int digit = n[i] - s[i] - borrow;
		borrow = digit < 0;
		s[i] = (uint8_t)(digit + (borrow != 0 ? 256 : 0));
	}
}

static void the_other_s_of_a_nitro_document_is_accepted(void)
{
	forge *f = forge_make(&nitro_base);
	negate(f->out.evidence.ptr + f->out.evidence.len - 48);
	mutation_sample s;
	mutation_sample_init(&s, "nitro", &f->request);
	ah_err err = mutation_judge(&s);
	mutation_sample_free(&s);
	forge_free(f);
	EXPECT_OK(err);
}

static void the_other_s_of_an_snp_report_is_accepted(void)
{
	forge *f = forge_make(&snp_base);
	uint8_t big_endian[48], *at = f->out.evidence.ptr + AH_SIM_SNP_SIGNATURE_S;
	for (size_t i = 0; i < 48; i++)
		big_endian[i] = at[47 - i];
	negate(big_endian);
	for (size_t i = 0; i < 48; i++)
		at[i] = big_endian[47 - i];
	mutation_sample s;
	mutation_sample_init(&s, "sev-snp", &f->request);
	ah_err err = mutation_judge(&s);
	mutation_sample_free(&s);
	forge_free(f);
	EXPECT_OK(err);
}

/* -- Endorsements -- */

typedef struct parts {
	ah_buf vek, ask, ark, crl; /* DER */
} parts;

/* Never accepted, whether the outer form, the chain or the signature says so. An error of the evidence's own is none of theirs. */
static bool parts_are_refused(const forge *f, ah_verifier *verifier, const parts *p, const char *what, size_t at)
{
	ah_endorsements *en = NULL;
	FORGE_MUST(ah_endorsements_new(&en));
	ah_err err = ah_endorsements_set_vek(en, ah_buf_slice(&p->vek), NULL);
	if (err == AH_OK)
		err = ah_endorsements_add_chain(en, ah_buf_slice(&p->ask), NULL);
	if (err == AH_OK)
		err = ah_endorsements_add_chain(en, ah_buf_slice(&p->ark), NULL);
	if (err == AH_OK)
		err = ah_endorsements_add_crl(en, ah_buf_slice(&p->crl), NULL);
	if (err == AH_OK) {
		ah_verdict *verdict = NULL;
		ah_request request = f->request;
		request.endorsements = en;
		err = ah_appraise(&verdict, verifier, &request, NULL);
		ah_verdict_free(verdict);
	}
	ah_endorsements_free(en);
	bool ok = err == AH_ERR_TEXT || err == AH_ERR_ENDORSEMENT_MISSING || mutation_is_about_the_evidence(err);
	if (!ok)
		ah_test_fail(__FILE__, __LINE__, "%s flipped at %zu: got %s", what, at, ah_err_name(err));
	return ok;
}

static size_t flip_part(const forge *f, ah_verifier *verifier, const parts *p, const ah_buf *part, const char *what)
{
	size_t refused = 0;
	for (size_t at = 0; at < part->len; at++)
		for (unsigned bit = mutation_is_full() ? 0 : (unsigned)at % 8; bit < 8; bit += mutation_is_full() ? 1 : 8) {
			part->ptr[at] ^= (uint8_t)(1u << bit);
			refused += parts_are_refused(f, verifier, p, what, at);
			part->ptr[at] ^= (uint8_t)(1u << bit);
		}
	return refused;
}

static void without_root(forge *f)
{
	f->without_root = true; /* the chain's own root is what the policy's digest is compared with */
}

static void no_flipped_bit_of_an_endorsement_is_accepted(void)
{
	static const forge_case base = { "snp", AH_PLATFORM_SNP, AH_CHECK_COUNT, AH_OK, without_root, NULL, FORGE_ALONE, 0, 0, 0 };
	forge *f = forge_make(&base);
	ah_verifier *verifier = NULL;
	FORGE_MUST(ah_verifier_new(&verifier, NULL));
	ah_err unchanged = forge_judge(f, verifier, NULL);
	const ah_sim_cert *cert = f->snp.chain.cert;
	const parts p = { f->out.vek_der, cert[AH_SIM_SNP_ASK].der, cert[AH_SIM_SNP_ARK].der, f->out.crl_der };
	size_t refused = flip_part(f, verifier, &p, &p.vek, "VCEK");
	refused += flip_part(f, verifier, &p, &p.ask, "ASK");
	refused += flip_part(f, verifier, &p, &p.ark, "ARK");
	refused += flip_part(f, verifier, &p, &p.crl, "CRL");
	ah_verifier_free(verifier);
	forge_free(f);
	EXPECT_OK(unchanged);
	ah_test_count(refused);
}

/* -- Real evidence -- */

/* Genuine-only at the document's own time. Debug documents are refused as they are, and must not become anything else. */
static size_t mutate_document(const char *name)
{
	AH_AUTO(ah_buf) bytes = AH_BUF(65536);
	ah_nitro_document doc;
	if (!ah_test_read(&bytes, "%s/nitro/attestation/%s", ah_test_vectors(), name)) {
		ah_test_fail(__FILE__, __LINE__, "%s: cannot be read", name);
		return 0;
	}
	FORGE_MUST(ah_nitro_document_parse(&doc, ah_buf_slice(&bytes), NULL));
	const ah_request request = { .evidence = ah_buf_slice(&bytes), .genuine_only = true, .now_s = (int64_t)(doc.timestamp_ms / 1000) };
	mutation_sample s;
	mutation_sample_init(&s, name, &request);
	ah_err base = mutation_judge(&s);
	if (base != AH_OK && base != AH_ERR_DEBUG)
		ah_test_fail(__FILE__, __LINE__, "%s: got %s", name, ah_err_name(base));
	size_t refused = mutation_flip_each_byte(&s) + mutation_cut_everywhere(&s) + mutation_append_everything(&s);
	mutation_sample_free(&s);
	return refused;
}

static void no_altered_real_document_is_accepted(void)
{
	static const char *const names[] = {
		"dstack-2025-12-25-a.cose", "dstack-debug-2025-12-25.cose", "evervault-debug-2022-10-12.cose", "evervault-in-cert-2023-01-18.cose",
		"noauth-enclaved-2025-04-01.cose", "qos-genesis-2022-07-06.cose",
	};
	if (ah_test_vectors() == NULL)
		AH_SKIP("../shared/vectors absent");
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		ah_test_count(mutate_document(names[i]));
}

typedef struct real_report {
	const char *folder, *product, *issuer, *vek;
	int64_t at_s;
} real_report;

static bool endorse_from_files(ah_endorsements *en, const real_report *r)
{
	const char *vectors = ah_test_vectors();
	AH_AUTO(ah_buf) vek = AH_BUF(65536), issuer = AH_BUF(65536), root = AH_BUF(65536);
	bool read = ah_test_read(&vek, "%s/snp/real/%s/%s", vectors, r->folder, r->vek)
	            && ah_test_read(&issuer, "%s/snp/roots/%s_%s.pem", vectors, r->issuer, r->product)
	            && ah_test_read(&root, "%s/snp/roots/ark_%s.pem", vectors, r->product);
	return read && ah_endorsements_set_vek(en, ah_buf_slice(&vek), NULL) == AH_OK
	       && ah_endorsements_add_chain(en, ah_buf_slice(&issuer), NULL) == AH_OK
	       && ah_endorsements_add_chain(en, ah_buf_slice(&root), NULL) == AH_OK;
}

static size_t mutate_report(const real_report *r)
{
	AH_AUTO(ah_buf) bytes = AH_BUF(65536);
	ah_endorsements *en = NULL;
	size_t refused = 0;
	FORGE_MUST(ah_endorsements_new(&en));
	if (ah_test_read(&bytes, "%s/snp/real/%s/report.bin", ah_test_vectors(), r->folder) && endorse_from_files(en, r)) {
		const ah_request request = {
			.evidence = ah_buf_slice(&bytes), .platform = AH_PLATFORM_SNP, .endorsements = en, .genuine_only = true, .now_s = r->at_s,
		};
		mutation_sample s;
		mutation_sample_init(&s, r->folder, &request);
		ah_err base = mutation_judge(&s);
		if (ah_err_class_of(base) != AH_CLASS_OK && ah_err_class_of(base) != AH_CLASS_NOT_ALLOWED)
			ah_test_fail(__FILE__, __LINE__, "%s: got %s", r->folder, ah_err_name(base));
		refused = mutation_flip_each_byte(&s) + mutation_cut_everywhere(&s) + mutation_append_everything(&s);
		mutation_sample_free(&s);
	} else {
		ah_test_fail(__FILE__, __LINE__, "%s: cannot be read", r->folder);
	}
	ah_endorsements_free(en);
	return refused;
}

static void no_altered_real_report_is_accepted(void)
{
	/* 2026-06-20, but for the VLEK, which lived until 2025-12-10: 2025-06-01. */
	static const real_report reports[] = {
		{ "genoa-v3-aci", "genoa", "ask", "vcek.der", 1781913600 },
		{ "genoa-v3-tinfoil-tls", "genoa", "ask", "vcek.der", 1781913600 },
		{ "genoa-v5-oak", "genoa", "ask", "vcek.der", 1781913600 },
		{ "milan-v2-azure-hcl", "milan", "ask", "vcek.der", 1781913600 },
		{ "milan-v2-google-debug", "milan", "ask", "vcek.der", 1781913600 },
		{ "milan-v2-virtee", "milan", "ask", "vcek.der", 1781913600 },
		{ "milan-v3-dstack-reported-lt-committed", "milan", "ask", "vcek.der", 1781913600 },
		{ "milan-v3-oak", "milan", "ask", "vcek.der", 1781913600 },
		{ "milan-v3-oak-rk", "milan", "ask", "vcek.der", 1781913600 },
		{ "milan-v3-vlek-aws", "milan", "asvk", "vlek.der", 1748736000 },
		{ "turin-v5-aci", "turin", "ask", "vcek.der", 1781913600 },
	};
	if (ah_test_vectors() == NULL)
		AH_SKIP("../shared/vectors absent");
	for (size_t i = 0; i < sizeof reports / sizeof reports[0]; i++)
		ah_test_count(mutate_report(&reports[i]));
}

int main(int argc, char **argv)
{
	static const ah_test_case cases[] = {
		AH_TEST(no_flipped_bit_of_a_nitro_document_is_accepted),
		AH_TEST(no_flipped_bit_of_an_snp_report_is_accepted),
		AH_TEST(no_cut_or_longer_nitro_document_is_accepted),
		AH_TEST(no_cut_or_longer_snp_report_is_accepted),
		AH_TEST(the_other_s_of_a_nitro_document_is_accepted),
		AH_TEST(the_other_s_of_an_snp_report_is_accepted),
		AH_TEST(no_flipped_bit_of_an_endorsement_is_accepted),
		AH_TEST(no_altered_real_document_is_accepted),
		AH_TEST(no_altered_real_report_is_accepted),
	};
	return ah_test_main(argc, argv, cases, sizeof cases / sizeof cases[0]);
}
