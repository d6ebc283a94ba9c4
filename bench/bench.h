/*
 * Benchmarks: CPU time of the tested work beside the cost of its primitives, in one run.
 *
 * Machines are noisy, so nothing here is a verdict: A and B run in turn, the ratio is taken pair by pair and its median is printed.
 */
#ifndef AH_BENCH_BENCH_H
#define AH_BENCH_BENCH_H

#include "base/slice.h"
#include "evidence/verifier.h"

/* Runs the work once; aborts the bench when it does not do what it should. */
typedef void (*ah_bench_work)(void *context);

/*
 * Time `ours` against `floor` in interleaved pairs and print one line: microseconds of CPU per run of each (medians), the median ratio with its
 * range, and the target when there is one (above 0).
 */
void ah_bench_pair(const char *name, ah_bench_work ours, ah_bench_work floor, void *context, double target_ratio);

/* Time one piece of work and print runs per CPU second, with the target. */
void ah_bench_rate(const char *name, ah_bench_work work, void *context, double target_per_s);

/* Microseconds of CPU of one run, the median of several timings: for programs whose figures another program compares. */
double ah_bench_us(ah_bench_work work, void *context);

/* Make the verifier as if it had seen nothing: no certificates and no collateral. Its library context stays. */
void ah_bench_forget(ah_verifier *verifier);

/* Stop the bench: something that must hold does not. */
_Noreturn void ah_bench_stop(const char *what);

#endif
