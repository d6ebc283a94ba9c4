/*
 * Verification against its floor: one key import per distinct key, exactly the signature verifications that are required, and hashing of the
 * signed bytes, with the same library and nothing else.
 *
 * cold   the verifier has seen none of the certificates; the floor holds all signatures of the chain
 * anew   the verifier, with its library context, is made for this one question, as a command does
 * warm   the verifier has verified the chain before, and for TDX keeps the collateral; the floor is what is left: the evidence's own signature, for TDX
 *        that of the QE report too
 * The evidence is simulated, so that the bench runs anywhere; formats, algorithms and chain lengths are those of the hardware.
 */
#include "attesters/sim.h"
#include "bench.h"
#include "codec/cose.h"
#include "codec/pem.h"
#include "evidence/platform.h"
#include "pki/cert.h"
#include "platforms/nitro_document.h"
#include "platforms/tdx/collateral.h"
#include "platforms/tdx/pck_chain.h"
#include "platforms/tdx/quote.h"
#include <anchorhold/anchorhold.h>

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <stdio.h>

#define BENCH_AT_S 1790000000 /* any time at which the simulated roots are valid */
#define SIGNATURES_MAX 12

/* One signature that must be verified, as the primitives see it. */
struct signature {
	ah_public_key key;
	ah_slice parts[2];
	uint8_t der[160];
	size_t der_len;
	bool is_pss, is_sha256;
	ah_slice raw; /* PSS */
};

struct bench {
	ah_verifier *verifier;
	ah_request request;
	struct signature signatures[SIGNATURES_MAX];
	size_t count, warm_count; /* the last warm_count are left for a warm verifier */
	EVP_MD *sha256, *sha384;
	EVP_MD_CTX *md_ctx;
};

/* -- the floor -- */

static EVP_PKEY *import_key(const ah_public_key *key)
{
	EVP_PKEY *out = NULL;
	bool rsa = key->kind == AH_KEY_RSA;
	char p256[] = "P-256", p384[] = "P-384";
	uint8_t point[133], modulus[512], exponent[8] = { 0 };
	OSSL_PARAM params[3] = { OSSL_PARAM_END, OSSL_PARAM_END, OSSL_PARAM_END };
	if (rsa) {
		for (size_t i = 0; i < key->modulus.len; i++)
			modulus[i] = key->modulus.ptr[key->modulus.len - 1 - i];
		for (size_t i = 0; i < key->exponent.len; i++)
			exponent[i] = key->exponent.ptr[key->exponent.len - 1 - i];
		params[0] = OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N, modulus, key->modulus.len);
		params[1] = OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_E, exponent, key->exponent.len);
	} else {
		memcpy(point, key->point.ptr, key->point.len);
		params[0] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, key->kind == AH_KEY_P256 ? p256 : p384, 0);
		params[1] = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, key->point.len);
	}
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, rsa ? "RSA" : "EC", NULL);
	if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 || EVP_PKEY_fromdata(ctx, &out, EVP_PKEY_PUBLIC_KEY, params) != 1)
		ah_bench_stop("the floor cannot import a key");
	EVP_PKEY_CTX_free(ctx);
	return out;
}

static void verify_signature(struct bench *b, const struct signature *s)
{
	uint8_t digest[48];
	unsigned digest_len = 0;
	EVP_PKEY *key = import_key(&s->key);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	bool ok = ctx != NULL && EVP_DigestInit_ex2(b->md_ctx, s->is_sha256 ? b->sha256 : b->sha384, NULL) == 1 &&
	          EVP_DigestUpdate(b->md_ctx, s->parts[0].ptr, s->parts[0].len) == 1 &&
	          (s->parts[1].len == 0 || EVP_DigestUpdate(b->md_ctx, s->parts[1].ptr, s->parts[1].len) == 1) &&
	          EVP_DigestFinal_ex(b->md_ctx, digest, &digest_len) == 1 && EVP_PKEY_verify_init(ctx) == 1;
	if (ok && s->is_pss)
		ok = EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 && EVP_PKEY_CTX_set_signature_md(ctx, b->sha384) == 1 &&
		     EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, b->sha384) == 1 && EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, 48) == 1;
	const uint8_t *sig = s->is_pss ? s->raw.ptr : s->der;
	size_t sig_len = s->is_pss ? s->raw.len : s->der_len;
	if (!ok || EVP_PKEY_verify(ctx, sig, sig_len, digest, digest_len) != 1)
		ah_bench_stop("the floor cannot verify a signature");
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(key);
}

static void floor_cold(void *context)
{
	struct bench *b = (struct bench *)context;
	for (size_t i = 0; i < b->count; i++)
		verify_signature(b, &b->signatures[i]);
}

static void floor_warm(void *context)
{
	struct bench *b = (struct bench *)context;
	for (size_t i = b->count - b->warm_count; i < b->count; i++)
		verify_signature(b, &b->signatures[i]);
}

/* -- ours -- */

static void judge(struct bench *b)
{
	ah_verdict *verdict = NULL;
	ah_fault why = { 0 };
	if (ah_appraise(&verdict, b->verifier, &b->request, &why) != AH_OK) {
		(void)fprintf(stderr, "%s: %s\n", ah_err_name(why.err), why.detail);
		ah_bench_stop("the verifier refuses the bench's evidence");
	}
	ah_verdict_free(verdict);
}

static void ours_warm(void *context)
{
	judge((struct bench *)context);
}

static void ours_cold(void *context)
{
	struct bench *b = (struct bench *)context;
	ah_bench_forget(b->verifier);
	judge(b);
}

static void ours_new_verifier(void *context)
{
	struct bench *b = (struct bench *)context;
	ah_verifier *kept = b->verifier;
	if (ah_verifier_new(&b->verifier, NULL) != AH_OK)
		ah_bench_stop("no verifier");
	judge(b);
	ah_verifier_free(b->verifier);
	b->verifier = kept;
}

static void parse_only(void *context)
{
	struct bench *b = (struct bench *)context;
	static ah_evidence evidence;
	static ah_checks log;
	memset(&log, 0, sizeof log);
	const ah_platform *platform = ah_platform_find(b->request.platform);
	if (platform->parse(&evidence, b->request.evidence, &log, NULL) != AH_OK)
		ah_bench_stop("the parser refuses the bench's evidence");
}

/* -- what the floor has to verify -- */

static void add_raw_ecdsa(struct signature *s, const uint8_t *r_be, const uint8_t *s_be, int field_len)
{
	uint8_t *out = s->der;
	ECDSA_SIG *sig = ECDSA_SIG_new();
	if (sig == NULL || ECDSA_SIG_set0(sig, BN_bin2bn(r_be, field_len, NULL), BN_bin2bn(s_be, field_len, NULL)) != 1)
		ah_bench_stop("no memory");
	s->der_len = (size_t)i2d_ECDSA_SIG(sig, &out);
	ECDSA_SIG_free(sig);
}

static void add_certificate(struct bench *b, const ah_cert *issuer, const ah_cert *cert)
{
	struct signature *s = &b->signatures[b->count++];
	s->key = issuer->key;
	s->parts[0] = cert->tbs;
	s->is_pss = cert->sig_alg == AH_SIG_RSA_PSS_SHA384;
	s->is_sha256 = cert->sig_alg == AH_SIG_ECDSA_SHA256;
	s->raw = cert->signature;
	if (!s->is_pss) {
		memcpy(s->der, cert->signature.ptr, cert->signature.len);
		s->der_len = cert->signature.len;
	}
}

static void parse_certificate(ah_cert *out, ah_slice der)
{
	if (ah_cert_parse(out, der, NULL) != AH_OK)
		ah_bench_stop("a certificate of the bench does not parse");
}

static void nitro_signatures(struct bench *b, ah_slice document)
{
	static uint8_t head[AH_COSE_HEAD_MAX];
	static ah_nitro_document doc;
	ah_cert certs[AH_NITRO_CABUNDLE_MAX + 1];
	if (ah_nitro_document_parse(&doc, document, NULL) != AH_OK)
		ah_bench_stop("the document does not parse");
	for (size_t i = 0; i < doc.cabundle_count; i++)
		parse_certificate(&certs[i], doc.cabundle[i].value);
	parse_certificate(&certs[doc.cabundle_count], doc.certificate.value);
	for (size_t i = 1; i <= doc.cabundle_count; i++)
		add_certificate(b, &certs[i - 1], &certs[i]);
	struct signature *s = &b->signatures[b->count++];
	s->key = certs[doc.cabundle_count].key;
	if (ah_cose_sign1_signed_parts(s->parts, head, doc.cose.protected_bytes, doc.cose.payload) != AH_OK)
		ah_bench_stop("no Sig_structure");
	add_raw_ecdsa(s, doc.cose.signature.ptr, doc.cose.signature.ptr + 48, 48);
}

static void snp_signatures(struct bench *b, const ah_sim_output *sim)
{
	ah_cert vek, chain[2];
	static ah_buf der[2];
	ah_slice rest = ah_buf_slice(&sim->chain_pem), label;
	for (size_t i = 0; i < 2; i++) {
		bool found = false;
		der[i] = AH_BUF(AH_CERTIFICATE_MAX);
		if (ah_pem_next(&rest, &found, &label, &der[i]) != AH_OK || !found)
			ah_bench_stop("no chain");
		parse_certificate(&chain[i], ah_buf_slice(&der[i]));
	}
	parse_certificate(&vek, ah_buf_slice(&sim->vek_der));
	add_certificate(b, &chain[1], &chain[0]);
	add_certificate(b, &chain[0], &vek);
	struct signature *s = &b->signatures[b->count++];
	uint8_t r_be[48], s_be[48];
	const uint8_t *report = sim->evidence.ptr;
	for (size_t i = 0; i < 48; i++) {
		r_be[i] = report[0x2a0 + 47 - i];
		s_be[i] = report[0x2e8 + 47 - i];
	}
	s->key = vek.key;
	s->parts[0] = ah_slice_make(report, 0x2a0);
	add_raw_ecdsa(s, r_be, s_be, 48);
}

static void add_p256(struct bench *b, const ah_public_key *key, ah_slice signed_bytes, const uint8_t raw[static 64])
{
	struct signature *s = &b->signatures[b->count++];
	s->key = *key;
	s->is_sha256 = true;
	s->parts[0] = signed_bytes;
	add_raw_ecdsa(s, raw, raw + 32, 32);
}

static void add_crl(struct bench *b, const ah_cert *issuer, const ah_crl *crl)
{
	struct signature *s = &b->signatures[b->count++];
	s->key = issuer->key;
	s->is_sha256 = true;
	s->parts[0] = crl->tbs;
	memcpy(s->der, crl->signature.ptr, crl->signature.len);
	s->der_len = crl->signature.len;
}

/* PCK chain 2, TCB signing certificate 1, CRLs 2, documents 2, QE report and quote. What is parsed here lives as long as the process. */
static void tdx_signatures(struct bench *b, const ah_sim_output *sim)
{
	static ah_tdx_quote quote;
	static ah_tdx_pck_chain pck;
	static ah_tdx_collateral *c;
	static uint8_t point[65] = { 0x04 };
	static ah_checks log;
	if (ah_tdx_quote_parse(&quote, ah_buf_slice(&sim->evidence), &log, NULL) != AH_OK || ah_tdx_pck_chain_read(&pck, quote.pck_chain, NULL) != AH_OK ||
	    ah_tdx_collateral_parse(&c, ah_buf_slice(&sim->collateral_json), NULL) != AH_OK)
		ah_bench_stop("the quote or its collateral does not parse");
	const ah_cert *leaf = &pck.certs.certs[0], *ca = &pck.certs.certs[1], *root = &pck.certs.certs[2], *signer = &c->tcb_info_chain.certs[0];
	add_certificate(b, root, ca);
	add_certificate(b, ca, leaf);
	add_certificate(b, root, signer);
	add_crl(b, root, &c->root_crl);
	add_crl(b, ca, &c->pck_crl);
	add_p256(b, &signer->key, ah_buf_slice(&c->tcb_info_text), c->tcb_info_signature);
	add_p256(b, &signer->key, ah_buf_slice(&c->qe_identity_text), c->qe_identity_signature);
	add_p256(b, &leaf->key, quote.qe.bytes, quote.qe_report_signature.ptr);
	memcpy(point + 1, quote.attestation_key.ptr, 64);
	const ah_public_key ak = { .kind = AH_KEY_P256, .point = AH_SLICE_OF(point) };
	add_p256(b, &ak, quote.signed_bytes, quote.signature.ptr);
	b->warm_count = 2;
}

/* -- the platforms -- */

static void run(const char *name, struct bench *b, double cold_target, double parse_target)
{
	char line[64];
	(void)snprintf(line, sizeof line, "%s cold verify", name);
	ah_bench_pair(line, ours_cold, floor_cold, b, cold_target);
	(void)snprintf(line, sizeof line, "%s cold, verifier made anew", name);
	ah_bench_pair(line, ours_new_verifier, floor_cold, b, 0);
	(void)snprintf(line, sizeof line, "%s warm verify", name);
	ah_bench_pair(line, ours_warm, floor_warm, b, 1.25);
	(void)snprintf(line, sizeof line, "%s parse", name);
	ah_bench_rate(line, parse_only, b, parse_target);
}

static void bench_platform(ah_sim *sim, ah_platform_id platform, double cold_target, double parse_target)
{
	static const uint8_t report_data[64] = { 1 };
	struct bench b = { .md_ctx = EVP_MD_CTX_new(), .sha256 = EVP_MD_fetch(NULL, "SHA256", NULL), .sha384 = EVP_MD_fetch(NULL, "SHA384", NULL),
	                   .warm_count = 1 };
	ah_sim_output out = { 0 };
	ah_endorsements *endorsements = NULL;
	ah_sim_options options = { .platform = platform, .report_data = AH_SLICE_OF(report_data), .at_s = BENCH_AT_S };
	if (ah_sim_evidence(sim, &options, &out, NULL) != AH_OK || ah_verifier_new(&b.verifier, NULL) != AH_OK || ah_endorsements_new(&endorsements) != AH_OK)
		ah_bench_stop("cannot make evidence");
	if (platform == AH_PLATFORM_SNP && (ah_endorsements_set_vek(endorsements, ah_buf_slice(&out.vek_der), NULL) != AH_OK ||
	                                    ah_endorsements_add_chain(endorsements, ah_buf_slice(&out.chain_pem), NULL) != AH_OK))
		ah_bench_stop("cannot set endorsements");
	if (platform == AH_PLATFORM_TDX && ah_endorsements_set_collateral(endorsements, ah_buf_slice(&out.collateral_json), NULL) != AH_OK)
		ah_bench_stop("cannot set the collateral");
	b.request = (ah_request){ .evidence = ah_buf_slice(&out.evidence), .platform = platform, .endorsements = endorsements, .genuine_only = true,
	                          .now_s = BENCH_AT_S + 60, .simulated_root = ah_buf_slice(&out.root_der), .allow_simulated = true };
	if (platform == AH_PLATFORM_TDX)
		tdx_signatures(&b, &out);
	else if (platform == AH_PLATFORM_SNP)
		snp_signatures(&b, &out);
	else
		nitro_signatures(&b, ah_buf_slice(&out.evidence));
	run(ah_platform_name(platform), &b, cold_target, parse_target);
	ah_endorsements_free(endorsements);
	ah_verifier_free(b.verifier);
	ah_sim_output_free(&out);
	EVP_MD_CTX_free(b.md_ctx);
	EVP_MD_free(b.sha256);
	EVP_MD_free(b.sha384);
}

int main(int argc, char **argv)
{
	ah_sim *sim = NULL;
	ah_fault why = { 0 };
	if (argc != 2) {
		(void)fprintf(stderr, "usage: bench_verify DIR   (a folder of `anchorhold sim init`)\n");
		return 2;
	}
	if (ah_sim_open(&sim, argv[1], &why) != AH_OK) {
		(void)fprintf(stderr, "bench_verify: %s: %s\n", ah_err_name(why.err), why.detail);
		return 1;
	}
	bench_platform(sim, AH_PLATFORM_NITRO, 1.15, 50000);
	bench_platform(sim, AH_PLATFORM_SNP, 1.15, 200000);
	bench_platform(sim, AH_PLATFORM_TDX, 1.25, 200000);
	ah_sim_free(sim);
	return 0;
}
