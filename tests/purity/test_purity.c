/*
 * Appraisals of every golden sample under a seccomp filter that allows memory and nothing else.
 *
 * tools/check-core-pure shows that the core calls nothing outside; this shows the same of OpenSSL below it. A child process makes a
 * verifier, closes the door, appraises, and says by its exit status what came out. Any system call beyond memory kills it: no file, no socket, no clock
 * (those that the kernel answers; the vDSO is covered by the symbols), no randomness, no output.
 */
#include "attesters/sim.h"
#include "support/test.h"
#include <anchorhold/anchorhold.h>

#include <fcntl.h>
#include <jansson.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FILE_MAX  (1024 * 1024)
#define SIM_AT_S  1790000000
#define EXIT_NO_FILTER 100

/* What a child does behind the closed door; its result is the exit status. */
typedef int (*closed_work)(ah_verifier *verifier, const ah_request *request);

static bool close_the_door(void)
{
	static const int allowed[] = {
		SCMP_SYS(brk), SCMP_SYS(mmap), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(mprotect), SCMP_SYS(madvise), SCMP_SYS(futex),
		SCMP_SYS(exit), SCMP_SYS(exit_group),
	};
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	if (filter == NULL)
		return false;
	bool ok = true;
	for (size_t i = 0; ok && i < sizeof allowed / sizeof allowed[0]; i++)
		ok = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0) == 0;
	ok = ok && seccomp_load(filter) == 0;
	seccomp_release(filter);
	return ok;
}

/* The wait status of a child that ran work behind the closed door. */
static int run_closed(closed_work work, const ah_request *request)
{
	(void)fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		ah_verifier *verifier = NULL;
		if (ah_verifier_new(&verifier, NULL) != AH_OK || !close_the_door())
			_exit(EXIT_NO_FILTER);
		_exit(work(verifier, request));
	}
	int status = -1;
	if (child < 0 || waitpid(child, &status, 0) != child)
		return -1;
	return status;
}

static bool exited_with(int status, int code)
{
	return WIFEXITED(status) && WEXITSTATUS(status) == code;
}

/* -- The filter itself: what it forbids kills -- */

static int opens_a_file(ah_verifier *verifier, const ah_request *request)
{
	(void)verifier, (void)request;
	return open("/dev/null", O_RDONLY) < 0;
}

static int makes_a_socket(ah_verifier *verifier, const ah_request *request)
{
	(void)verifier, (void)request;
	return socket(AF_UNIX, SOCK_STREAM, 0) < 0;
}

static int draws_randomness(ah_verifier *verifier, const ah_request *request)
{
	uint8_t byte;
	(void)verifier, (void)request;
	return getrandom(&byte, 1, 0) != 1;
}

static int reads_the_clock(ah_verifier *verifier, const ah_request *request)
{
	struct timespec now;
	(void)verifier, (void)request;
	return (int)syscall(SYS_clock_gettime, CLOCK_REALTIME, &now);
}

static int does_nothing(ah_verifier *verifier, const ah_request *request)
{
	(void)verifier, (void)request;
	return 7;
}

static void the_door_is_closed(void)
{
	static const closed_work forbidden[] = { opens_a_file, makes_a_socket, draws_randomness, reads_the_clock };
	EXPECT(exited_with(run_closed(does_nothing, NULL), 7));
	for (size_t i = 0; i < sizeof forbidden / sizeof forbidden[0]; i++) {
		int status = run_closed(forbidden[i], NULL);
		EXPECT_MSG(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS, "work %zu was not stopped: status %#x", i, (unsigned)status);
		ah_test_count(1);
	}
}

/* -- Appraisals. The exit status is that of the verdict; a verdict is also written as JSON and text. -- */

static int appraises(ah_verifier *verifier, const ah_request *request)
{
	ah_verdict *verdict = NULL;
	ah_fault why = { 0 };
	ah_err err = ah_appraise(&verdict, verifier, request, &why);
	char *json = NULL, *text = NULL;
	size_t json_len = 0, text_len = 0;
	if (verdict == NULL || ah_verdict_to_json(verdict, &json, &json_len) != AH_OK || ah_verdict_to_text(verdict, "x", false, &text, &text_len) != AH_OK)
		return EXIT_NO_FILTER;
	int code = ah_verdict_exit_code(verdict);
	if ((err == AH_OK) != (code == 0))
		return EXIT_NO_FILTER;
	ah_text_free(json);
	ah_text_free(text);
	ah_verdict_free(verdict);
	ah_verifier_free(verifier);
	return code;
}

/* The verdict behind the closed door is the one in front of it. */
static void appraise_both(const char *name, const ah_request *request)
{
	ah_verifier *verifier = NULL;
	EXPECT_OK(ah_verifier_new(&verifier, NULL));
	int open_code = appraises(verifier, request);
	int status = run_closed(appraises, request);
	EXPECT_MSG(open_code != EXIT_NO_FILTER, "%s: no verdict", name);
	EXPECT_MSG(!WIFSIGNALED(status), "%s: killed by signal %d: the core reached outside", name, WTERMSIG(status));
	EXPECT_MSG(exited_with(status, open_code), "%s: exit code %d in front of the door, status %#x behind it", name, open_code, (unsigned)status);
	ah_test_count(1);
}

static void real_nitro_documents_need_nothing_outside(void)
{
	const char *vectors = ah_test_vectors();
	if (vectors == NULL)
		AH_SKIP("../shared/vectors absent");
	char path[4096];
	(void)snprintf(path, sizeof path, "%s/nitro/attestation/manifest.json", vectors);
	json_t *manifest = json_load_file(path, 0, NULL);
	EXPECT(json_array_size(manifest) > 0);
	for (size_t i = 0; i < json_array_size(manifest) && !ah_test_failed(); i++) {
		const json_t *entry = json_array_get(manifest, i);
		const char *file = json_string_value(json_object_get(entry, "file"));
		AH_AUTO(ah_buf) document = AH_BUF(FILE_MAX);
		if (file == NULL || !ah_test_read(&document, "%s/nitro/%s", vectors, file)) {
			ah_test_fail(__FILE__, __LINE__, "cannot read document %zu", i);
			break;
		}
		int64_t at_s = json_integer_value(json_object_get(entry, "timestamp_ms")) / 1000;
		appraise_both(file, &(ah_request){ .evidence = ah_buf_slice(&document), .genuine_only = true, .now_s = at_s });
	}
	json_decref(manifest);
}

static bool add_file(ah_endorsements *endorsements, ah_err (*add)(ah_endorsements *, ah_slice, ah_fault *), const char *vectors, const json_t *entry,
                     const char *member)
{
	const char *file = json_string_value(json_object_get(entry, member));
	AH_AUTO(ah_buf) bytes = AH_BUF(FILE_MAX);
	return file != NULL && ah_test_read(&bytes, "%s/snp/%s", vectors, file) && add(endorsements, ah_buf_slice(&bytes), NULL) == AH_OK;
}

static void appraise_snp(const char *vectors, const json_t *entry)
{
	const char *id = json_string_value(json_object_get(entry, "id")), *report_file = json_string_value(json_object_get(entry, "report"));
	AH_AUTO(ah_buf) report = AH_BUF(FILE_MAX);
	EXPECT(id != NULL && report_file != NULL && ah_test_read(&report, "%s/snp/%s", vectors, report_file));
	ah_endorsements *endorsements = NULL;
	EXPECT_OK(ah_endorsements_new(&endorsements));
	EXPECT(add_file(endorsements, ah_endorsements_set_vek, vectors, entry, "vek"));
	EXPECT(add_file(endorsements, ah_endorsements_add_chain, vectors, entry, "intermediate"));
	EXPECT(add_file(endorsements, ah_endorsements_add_chain, vectors, entry, "root"));
	/* 2025-06-01: every certificate of the collection is valid or its refusal is the verdict. */
	appraise_both(id, &(ah_request){ .evidence = ah_buf_slice(&report), .endorsements = endorsements, .genuine_only = true, .now_s = 1748736000 });
	ah_endorsements_free(endorsements);
}

static void real_snp_reports_need_nothing_outside(void)
{
	const char *vectors = ah_test_vectors();
	if (vectors == NULL)
		AH_SKIP("../shared/vectors absent");
	char path[4096];
	(void)snprintf(path, sizeof path, "%s/snp/real/index.json", vectors);
	json_t *index = json_load_file(path, 0, NULL);
	EXPECT(json_array_size(index) > 0);
	for (size_t i = 0; i < json_array_size(index) && !ah_test_failed(); i++)
		if (json_is_string(json_object_get(json_array_get(index, i), "vek")))
			appraise_snp(vectors, json_array_get(index, i));
	json_decref(index);
}

static void appraise_tdx(const char *vectors, const json_t *entry)
{
	const char *id = json_string_value(json_object_get(entry, "id")), *collateral_file = json_string_value(json_object_get(entry, "collateral"));
	AH_AUTO(ah_buf) file = AH_BUF(FILE_MAX);
	AH_AUTO(ah_buf) collateral = AH_BUF(FILE_MAX);
	uint8_t *quote = NULL; /* some are files of hex */
	size_t quote_len = 0;
	EXPECT(id != NULL && ah_test_read(&file, "%s/tdx/%s", vectors, json_string_value(json_object_get(entry, "quote"))));
	EXPECT_OK(ah_evidence_from_text(&quote, &quote_len, ah_buf_slice(&file), NULL));
	ah_endorsements *endorsements = NULL;
	EXPECT_OK(ah_endorsements_new(&endorsements));
	if (collateral_file != NULL) {
		EXPECT(ah_test_read(&collateral, "%s/tdx/%s", vectors, collateral_file));
		EXPECT_OK(ah_endorsements_set_collateral(endorsements, ah_buf_slice(&collateral), NULL));
	}
	appraise_both(id, &(ah_request){ .evidence = { quote, quote_len }, .endorsements = endorsements, .genuine_only = true,
		.now_s = json_integer_value(json_object_get(entry, "time")) });
	ah_endorsements_free(endorsements);
	ah_bytes_free(quote);
}

static void real_tdx_quotes_need_nothing_outside(void)
{
	const char *vectors = ah_test_vectors();
	if (vectors == NULL)
		AH_SKIP("../shared/vectors absent");
	char path[4096];
	(void)snprintf(path, sizeof path, "%s/tdx/cases.json", vectors);
	json_t *list = json_load_file(path, 0, NULL);
	EXPECT(json_array_size(list) > 0);
	for (size_t i = 0; i < json_array_size(list) && !ah_test_failed(); i++)
		appraise_tdx(vectors, json_array_get(list, i));
	json_decref(list);
}

/* -- With policy, CRL and binding: simulated evidence, first accepted, then refused by its report data -- */

static void appraise_with_policy(const ah_sim_output *made, const ah_endorsements *endorsements, ah_slice report_data)
{
	ah_request request = { .evidence = ah_buf_slice(&made->evidence), .endorsements = endorsements, .genuine_only = true, .now_s = SIM_AT_S,
		.simulated_root = ah_buf_slice(&made->root_der), .allow_simulated = true };
	ah_verifier *verifier = NULL;
	ah_verdict *verdict = NULL;
	ah_policy *policy = NULL;
	EXPECT_OK(ah_verifier_new(&verifier, NULL));
	EXPECT_OK(ah_appraise(&verdict, verifier, &request, NULL));
	EXPECT_OK(ah_policy_init_from(&policy, ah_verdict_claims(verdict), "purity", "1", SIM_AT_S, NULL));
	request.genuine_only = false;
	request.policy = policy;
	request.expected = (ah_expected){ .fields = AH_EXPECT_REPORT_DATA, .report_data = report_data };
	appraise_both("accepted", &request);
	EXPECT(exited_with(run_closed(appraises, &request), 0));
	uint8_t other[64] = { 1 };
	request.expected.report_data = AH_SLICE_OF(other);
	appraise_both("refused", &request);
	EXPECT(exited_with(run_closed(appraises, &request), 10));
	ah_policy_free(policy);
	ah_verdict_free(verdict);
	ah_verifier_free(verifier);
}

static void make_and_appraise(ah_platform_id platform, ah_snp_product product)
{
	static const uint8_t report_data[64] = { 2, 3, 5, 7 };
	AH_AUTO_PTR(ah_sim) sim = NULL;
	AH_AUTO(ah_sim_output) made = { 0 };
	ah_sim_options options = { .platform = platform, .product = product, .report_data = AH_SLICE_OF(report_data), .at_s = SIM_AT_S };
	EXPECT_OK(ah_sim_open(&sim, ah_test_sim_dir(), NULL));
	EXPECT_OK(ah_sim_evidence(sim, &options, &made, NULL));
	ah_endorsements *endorsements = NULL;
	EXPECT_OK(ah_endorsements_new(&endorsements));
	if (platform == AH_PLATFORM_SNP) {
		EXPECT_OK(ah_endorsements_set_vek(endorsements, ah_buf_slice(&made.vek_der), NULL));
		EXPECT_OK(ah_endorsements_add_chain(endorsements, ah_buf_slice(&made.chain_pem), NULL));
		EXPECT_OK(ah_endorsements_add_crl(endorsements, ah_buf_slice(&made.crl_der), NULL));
	}
	appraise_with_policy(&made, endorsements, AH_SLICE_OF(report_data));
	ah_endorsements_free(endorsements);
}

static void policies_crls_and_bindings_need_nothing_outside(void)
{
	if (ah_test_sim_dir() == NULL)
		AH_SKIP("no folder of simulated roots");
	make_and_appraise(AH_PLATFORM_NITRO, AH_SNP_PRODUCT_NONE);
	for (int product = AH_SNP_MILAN; product <= AH_SNP_TURIN && !ah_test_failed(); product++)
		make_and_appraise(AH_PLATFORM_SNP, (ah_snp_product)product);
}

static const ah_test_case cases[] = {
	AH_TEST(the_door_is_closed),
	AH_TEST(real_nitro_documents_need_nothing_outside),
	AH_TEST(real_snp_reports_need_nothing_outside),
	AH_TEST(real_tdx_quotes_need_nothing_outside),
	AH_TEST(policies_crls_and_bindings_need_nothing_outside),
};

AH_TEST_MAIN(cases)
