/*
 * One real TDX quote with its real collateral, judged genuine: the same question that peer_dcap_qvl/bench.mjs answers, so that tools/run-bench can
 * set the rates side by side. Prints microseconds of CPU for one verification: cold, then warm.
 *
 * cold   the verifier has seen neither the certificates nor the collateral: it parses and verifies all of it
 * warm   the verifier keeps both, as a service does
 */
#include "bench.h"
#include <anchorhold/anchorhold.h>

#include <stdio.h>

#define BENCH_AT_S     1751587200 /* 2025-07-04, within the windows of the collateral */
#define BENCH_FILE_MAX 65536
#define BENCH_PATH_MAX 1024

struct bench {
	ah_verifier *verifier;
	ah_request request;
};

static void ours_warm(void *context)
{
	struct bench *b = (struct bench *)context;
	ah_verdict *verdict = NULL;
	ah_fault why = { 0 };
	if (ah_appraise(&verdict, b->verifier, &b->request, &why) != AH_OK) {
		(void)fprintf(stderr, "%s: %s\n", ah_err_name(why.err), why.detail);
		ah_bench_stop("the verifier refuses the real quote");
	}
	ah_verdict_free(verdict);
}

static void ours_cold(void *context)
{
	ah_bench_forget(((struct bench *)context)->verifier);
	ours_warm(context);
}

static ah_slice read_file(uint8_t out[static BENCH_FILE_MAX], const char *folder, const char *name)
{
	char path[BENCH_PATH_MAX];
	int path_len = snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *f = path_len > 0 && (size_t)path_len < sizeof path ? fopen(path, "rb") : NULL;
	size_t len = f == NULL ? 0 : fread(out, 1, BENCH_FILE_MAX, f);
	if (len == 0 || len == BENCH_FILE_MAX)
		ah_bench_stop("cannot read the quote or its collateral");
	(void)fclose(f);
	return ah_slice_make(out, len);
}

int main(int argc, char **argv)
{
	static uint8_t quote[BENCH_FILE_MAX], collateral[BENCH_FILE_MAX];
	struct bench b = { 0 };
	ah_endorsements *endorsements = NULL;
	if (argc != 2) {
		(void)fprintf(stderr, "usage: bench_tdx_real VECTORS   (the folder of the test vectors)\n");
		return 2;
	}
	b.request = (ah_request){ .evidence = read_file(quote, argv[1], "tdx/dcap-qvl/tdx_quote"), .platform = AH_PLATFORM_TDX, .genuine_only = true,
	                          .now_s = BENCH_AT_S };
	if (ah_verifier_new(&b.verifier, NULL) != AH_OK || ah_endorsements_new(&endorsements) != AH_OK ||
	    ah_endorsements_set_collateral(endorsements, read_file(collateral, argv[1], "tdx/collateral/b0c06f000000_2025-06.json"), NULL) != AH_OK)
		ah_bench_stop("cannot set the collateral");
	b.request.endorsements = endorsements;
	double cold_us = ah_bench_us(ours_cold, &b), warm_us = ah_bench_us(ours_warm, &b);
	printf("%.1f %.1f\n", cold_us, warm_us);
	ah_endorsements_free(endorsements);
	ah_verifier_free(b.verifier);
	return 0;
}
