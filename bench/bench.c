/* See bench.h. */
#include "bench.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define BENCH_PAIRS 7
#define BENCH_RUN_NS 120000000.0 /* one timed run: long against the clock's step, short against the machine's moods */

_Noreturn void ah_bench_stop(const char *what)
{
	(void)fprintf(stderr, "bench: %s\n", what);
	exit(1);
}

static double cpu_ns(void)
{
	struct timespec t;
	if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) != 0)
		ah_bench_stop("no CPU clock");
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static double run_ns(ah_bench_work work, void *context, unsigned count)
{
	double start = cpu_ns();
	for (unsigned i = 0; i < count; i++)
		work(context);
	return (cpu_ns() - start) / count;
}

static unsigned calibrate(ah_bench_work work, void *context)
{
	double one = run_ns(work, context, 3);
	double count = BENCH_RUN_NS / (one > 1 ? one : 1);
	return count < 1 ? 1 : count > 10000000 ? 10000000 : (unsigned)count;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double median(double *values)
{
	qsort(values, BENCH_PAIRS, sizeof *values, by_value);
	return values[BENCH_PAIRS / 2];
}

void ah_bench_pair(const char *name, ah_bench_work ours, ah_bench_work floor, void *context, double target_ratio)
{
	double a[BENCH_PAIRS], b[BENCH_PAIRS], ratio[BENCH_PAIRS];
	unsigned ours_count = calibrate(ours, context), floor_count = calibrate(floor, context);
	for (int i = 0; i < BENCH_PAIRS; i++) {
		a[i] = run_ns(ours, context, ours_count);
		b[i] = run_ns(floor, context, floor_count);
		ratio[i] = a[i] / b[i];
	}
	double middle = median(ratio);
	printf("%-34s %9.1f us, floor %9.1f us, ratio %.3f (%.3f..%.3f)", name, median(a) / 1000, median(b) / 1000, middle, ratio[0], ratio[BENCH_PAIRS - 1]);
	if (target_ratio > 0)
		printf(", target %.2f %s", target_ratio, middle <= target_ratio ? "reached" : "not reached");
	printf("\n");
}

double ah_bench_us(ah_bench_work work, void *context)
{
	double ns[BENCH_PAIRS];
	unsigned count = calibrate(work, context);
	for (int i = 0; i < BENCH_PAIRS; i++)
		ns[i] = run_ns(work, context, count);
	return median(ns) / 1000;
}

void ah_bench_rate(const char *name, ah_bench_work work, void *context, double target_per_s)
{
	double rate = 1e6 / ah_bench_us(work, context);
	printf("%-34s %9.0f /s of CPU, target %.0f %s\n", name, rate, target_per_s, rate >= target_per_s ? "reached" : "not reached");
}

void ah_bench_forget(ah_verifier *verifier)
{
	verifier->cache.count = verifier->cache.next = 0;
	for (size_t i = 0; i < AH_TDX_COLLATERAL_CACHE; i++) {
		ah_kept *kept = &verifier->kept[i];
		if (kept->object != NULL)
			kept->free_object(kept->object);
		kept->object = NULL;
	}
}
