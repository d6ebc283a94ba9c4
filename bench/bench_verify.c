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
#include "codec/pem.h"
#include "evidence/platform.h"
#include "floor.h"
#include "platforms/tdx/collateral.h"
#include "platforms/tdx/pck_chain.h"
#include "platforms/tdx/quote.h"
#include <anchorhold/anchorhold.h>

#include <stdio.h>

#define BENCH_AT_S 1790000000 /* any time at which the simulated roots are valid */

struct bench {
	ah_verifier *verifier;
	ah_request request;
	ah_bench_floor floor;
	size_t warm_count; /* the last ones of the floor are left for a warm verifier */
};

/* -- the floor -- */

static void floor_cold(void *context)
{
	ah_bench_floor_verify(&((struct bench *)context)->floor, 0);
}

static void floor_warm(void *context)
{
	struct bench *b = (struct bench *)context;
	ah_bench_floor_verify(&b->floor, b->floor.count - b->warm_count);
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
		ah_bench_parse_certificate(&chain[i], ah_buf_slice(&der[i]));
	}
	ah_bench_parse_certificate(&vek, ah_buf_slice(&sim->vek_der));
	ah_bench_floor_add_certificate(&b->floor, &chain[1], &chain[0]);
	ah_bench_floor_add_certificate(&b->floor, &chain[0], &vek);
	uint8_t r_be[48], s_be[48];
	const uint8_t *report = sim->evidence.ptr;
	for (size_t i = 0; i < 48; i++) {
		r_be[i] = report[0x2a0 + 47 - i];
		s_be[i] = report[0x2e8 + 47 - i];
	}
	ah_bench_floor_add_ecdsa(&b->floor, &vek.key, (const ah_slice[2]){ ah_slice_make(report, 0x2a0) }, r_be, s_be, 48);
}

static void add_p256(struct bench *b, const ah_public_key *key, ah_slice signed_bytes, const uint8_t raw[static 64])
{
	ah_bench_floor_add_ecdsa(&b->floor, key, (const ah_slice[2]){ signed_bytes }, raw, raw + 32, 32);
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
	ah_bench_floor_add_certificate(&b->floor, root, ca);
	ah_bench_floor_add_certificate(&b->floor, ca, leaf);
	ah_bench_floor_add_certificate(&b->floor, root, signer);
	ah_bench_floor_add_der(&b->floor, &root->key, c->root_crl.tbs, c->root_crl.signature);
	ah_bench_floor_add_der(&b->floor, &ca->key, c->pck_crl.tbs, c->pck_crl.signature);
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
	struct bench b = { .warm_count = 1 };
	ah_sim_output out = { 0 };
	ah_endorsements *endorsements = NULL;
	ah_sim_options options = { .platform = platform, .report_data = AH_SLICE_OF(report_data), .at_s = BENCH_AT_S };
	ah_bench_floor_init(&b.floor);
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
		ah_bench_floor_add_nitro(&b.floor, ah_buf_slice(&out.evidence));
	run(ah_platform_name(platform), &b, cold_target, parse_target);
	ah_endorsements_free(endorsements);
	ah_verifier_free(b.verifier);
	ah_sim_output_free(&out);
	ah_bench_floor_free(&b.floor);
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
