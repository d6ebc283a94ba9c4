/*
 * The test runner: named cases in a table, exact expectations, one closing line.
 *
 * A case is a void function. An EXPECT that does not hold prints where and why and leaves the case. AH_SKIP leaves it as skipped, with
 * its reason. Cases are claims: "snp_debug_policy_is_denied_by_default".
 */
#ifndef AH_TESTS_SUPPORT_TEST_H
#define AH_TESTS_SUPPORT_TEST_H

#include "base/buf.h"
#include <anchorhold/error.h>

typedef struct ah_test_case {
	const char *name;
	void (*run)(void);
} ah_test_case;

#define AH_TEST(function) { #function, function }

/* Runs all cases, or those whose name contains argv[1]. Prints one line per failed or skipped case and "SUITE: N passed, N failed, N skipped". */
int ah_test_main(int argc, char **argv, const ah_test_case *cases, size_t count);
#define AH_TEST_MAIN(cases) \
	int main(int argc, char **argv) { return ah_test_main(argc, argv, cases, sizeof(cases) / sizeof((cases)[0])); }

/* Used by the macros. Return false / print when the expectation does not hold. */
void ah_test_fail(const char *file, int line, const char *format, ...) AH_PRINTF(3, 4);
bool ah_test_err(const char *file, int line, const char *call, ah_err got, ah_err wanted);
bool ah_test_bytes(const char *file, int line, const char *what, ah_slice got, ah_slice wanted);
void ah_test_skip(const char *reason);
/* Count n further passed sub-cases of this case (vectors, mutations), so that the closing line tells the truth about the work done. */
void ah_test_count(size_t n);
/* True once an expectation of the running case has failed: for helpers that return early. */
bool ah_test_failed(void);

#define EXPECT(condition) \
	do { if (!(condition)) { ah_test_fail(__FILE__, __LINE__, "not true: %s", #condition); return; } } while (0)
#define EXPECT_MSG(condition, ...) \
	do { if (!(condition)) { ah_test_fail(__FILE__, __LINE__, __VA_ARGS__); return; } } while (0)
#define EXPECT_ERR(call, wanted) \
	do { if (!ah_test_err(__FILE__, __LINE__, #call, (call), (wanted))) return; } while (0)
#define EXPECT_OK(call) EXPECT_ERR(call, AH_OK)
#define EXPECT_BYTES(got, wanted) \
	do { if (!ah_test_bytes(__FILE__, __LINE__, #got, (got), (wanted))) return; } while (0)
#define AH_SKIP(reason) do { ah_test_skip(reason); return; } while (0)

/*
 * The vectors folder: $AH_VECTORS, else ../shared/vectors beside the source tree ($AH_SOURCE_ROOT, set by the build). NULL when absent;
 * then the case says AH_SKIP("../shared/vectors absent").
 */
const char *ah_test_vectors(void);
/* A folder that the build made once for all tests: simulated roots and keys of `sim init` ($AH_SIM_DIR). NULL outside of the build. */
const char *ah_test_sim_dir(void);
/* A fresh scratch folder for this process, removed at exit. */
const char *ah_test_tmp(void);

/* Whole file appended to out (max 64 MiB); false when it cannot be read. path is printf-like. */
bool ah_test_read(ah_buf *out, const char *format, ...) AH_PRINTF(2, 3);
bool ah_test_write(ah_slice bytes, const char *format, ...) AH_PRINTF(2, 3);
/* Hex of a literal to bytes, appended; aborts on bad hex: test data are ours. */
void ah_test_hex(ah_buf *out, const char *hex);

#endif
