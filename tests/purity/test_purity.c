/*
 * Appraisals of every golden sample under a seccomp filter that allows memory and nothing else.
 *
 * tools/check-core-pure shows that the core calls nothing outside; this shows the same of OpenSSL below it. A child process makes a
 * verifier, closes the door, appraises, and says by its exit status what came out. Any system call beyond memory kills it: no file, no socket, no clock
 * (those that the kernel answers; the vDSO is covered by the symbols), no randomness, no output.
 */
#include "attesters/sim.h"
#include "attesters/sim_envelope.h"
#include "attesters/sim_event.h"
#include "crypto/ed25519.h"
#include "crypto/schnorr.h"
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

/* -- The primitives that need no verifier: RFC 8032 7.1, BIP-340 vector 1 -- */

/* Bits of the exit status: which call gave another answer than it should. */
static int verifies_and_refuses(ah_verifier *verifier, const ah_request *request)
{
	static const uint8_t ed25519_key[] = {
		0xfc, 0x51, 0xcd, 0x8e, 0x62, 0x18, 0xa1, 0xa3, 0x8d, 0xa4, 0x7e, 0xd0, 0x02, 0x30, 0xf0, 0x58,
		0x08, 0x16, 0xed, 0x13, 0xba, 0x33, 0x03, 0xac, 0x5d, 0xeb, 0x91, 0x15, 0x48, 0x90, 0x80, 0x25,
	};
	static const uint8_t ed25519_signature[] = {
		0x62, 0x91, 0xd6, 0x57, 0xde, 0xec, 0x24, 0x02, 0x48, 0x27, 0xe6, 0x9c, 0x3a, 0xbe, 0x01, 0xa3,
		0x0c, 0xe5, 0x48, 0xa2, 0x84, 0x74, 0x3a, 0x44, 0x5e, 0x36, 0x80, 0xd7, 0xdb, 0x5a, 0xc3, 0xac,
		0x18, 0xff, 0x9b, 0x53, 0x8d, 0x16, 0xf2, 0x90, 0xae, 0x67, 0xf7, 0x60, 0x98, 0x4d, 0xc6, 0x59,
		0x4a, 0x7c, 0x15, 0xe9, 0x71, 0x6e, 0xd2, 0x8d, 0xc0, 0x27, 0xbe, 0xce, 0xea, 0x1e, 0xc4, 0x0a,
	};
	static const uint8_t schnorr_key[] = {
		0xdf, 0xf1, 0xd7, 0x7f, 0x2a, 0x67, 0x1c, 0x5f, 0x36, 0x18, 0x37, 0x26, 0xdb, 0x23, 0x41, 0xbe,
		0x58, 0xfe, 0xae, 0x1d, 0xa2, 0xde, 0xce, 0xd8, 0x43, 0x24, 0x0f, 0x7b, 0x50, 0x2b, 0xa6, 0x59,
	};
	static const uint8_t schnorr_message[] = {
		0x24, 0x3f, 0x6a, 0x88, 0x85, 0xa3, 0x08, 0xd3, 0x13, 0x19, 0x8a, 0x2e, 0x03, 0x70, 0x73, 0x44,
		0xa4, 0x09, 0x38, 0x22, 0x29, 0x9f, 0x31, 0xd0, 0x08, 0x2e, 0xfa, 0x98, 0xec, 0x4e, 0x6c, 0x89,
	};
	static const uint8_t schnorr_signature[] = {
		0x68, 0x96, 0xbd, 0x60, 0xee, 0xae, 0x29, 0x6d, 0xb4, 0x8a, 0x22, 0x9f, 0xf7, 0x1d, 0xfe, 0x07,
		0x1b, 0xde, 0x41, 0x3e, 0x6d, 0x43, 0xf9, 0x17, 0xdc, 0x8d, 0xcf, 0x8c, 0x78, 0xde, 0x33, 0x41,
		0x89, 0x06, 0xd1, 0x1a, 0xc9, 0x76, 0xab, 0xcc, 0xb2, 0x0b, 0x09, 0x12, 0x92, 0xbf, 0xf4, 0xea,
		0x89, 0x7e, 0xfc, 0xb6, 0x39, 0xea, 0x87, 0x1c, 0xfa, 0x95, 0xf6, 0xde, 0x33, 0x9e, 0x4b, 0x0a,
	};
	static const uint8_t ed25519_message[] = { 0xaf, 0x82 }, no_key[32], other[] = { 0xaf, 0x83 };
	(void)verifier, (void)request;
	return (ah_ed25519_verify(ed25519_key, AH_SLICE_OF(ed25519_message), AH_SLICE_OF(ed25519_signature)) != AH_OK) << 0 |
	       (ah_ed25519_verify(ed25519_key, AH_SLICE_OF(other), AH_SLICE_OF(ed25519_signature)) != AH_ERR_SIGNATURE) << 1 |
	       (ah_ed25519_verify(no_key, AH_SLICE_OF(other), AH_SLICE_OF(ed25519_signature)) != AH_ERR_FIELD_RANGE) << 2 |
	       (ah_schnorr_verify(schnorr_key, AH_SLICE_OF(schnorr_message), AH_SLICE_OF(schnorr_signature)) != AH_OK) << 3 |
	       (ah_schnorr_verify(schnorr_key, AH_SLICE_OF(other), AH_SLICE_OF(schnorr_signature)) != AH_ERR_SIGNATURE) << 4 |
	       (ah_schnorr_verify(no_key, AH_SLICE_OF(schnorr_message), AH_SLICE_OF(schnorr_signature)) != AH_ERR_FIELD_RANGE) << 5;
}

static void ed25519_and_schnorr_need_nothing_outside(void)
{
	int status = run_closed(verifies_and_refuses, NULL);
	EXPECT_MSG(exited_with(status, 0), "status %#x", (unsigned)status);
	ah_test_count(6);
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

/* -- Envelopes: R, the session signature, endorsements from inside -- */

static void make_and_appraise_envelope(ah_platform_id platform)
{
	static const uint8_t spki[32] = { 2 }, nonce[16] = { 3 }, session_value[32] = { 5 };
	AH_AUTO_PTR(ah_sim) sim = NULL;
	AH_AUTO(ah_sim_output) made = { 0 };
	AH_AUTO(ah_buf) json = AH_BUF(FILE_MAX);
	const ah_sim_envelope_options options = {
		.evidence = { .platform = platform, .at_s = SIM_AT_S }, .workload = "purity", .purpose = "tls", .role = "server",
		.spki_sha256 = AH_SLICE_OF(spki), .nonce = AH_SLICE_OF(nonce), .session_value = AH_SLICE_OF(session_value),
	};
	EXPECT_OK(ah_sim_open(&sim, ah_test_sim_dir(), NULL));
	EXPECT_OK(ah_sim_envelope_make(sim, &options, &made, &json, NULL));
	ah_endorsements *endorsements = NULL;
	EXPECT_OK(ah_endorsements_new(&endorsements));
	if (platform == AH_PLATFORM_SNP)
		EXPECT_OK(ah_endorsements_add_crl(endorsements, ah_buf_slice(&made.crl_der), NULL));
	ah_request request = { .evidence = ah_buf_slice(&json), .endorsements = endorsements, .genuine_only = true, .now_s = SIM_AT_S,
		.simulated_root = ah_buf_slice(&made.root_der), .allow_simulated = true };
	ah_verifier *verifier = NULL;
	ah_verdict *verdict = NULL;
	ah_policy *policy = NULL;
	EXPECT_OK(ah_verifier_new(&verifier, NULL));
	EXPECT_OK(ah_appraise(&verdict, verifier, &request, NULL));
	EXPECT_OK(ah_policy_init_from(&policy, ah_verdict_claims(verdict), "purity", "1", SIM_AT_S, NULL));
	request.genuine_only = false;
	request.policy = policy;
	request.expected = (ah_expected){ .fields = AH_EXPECT_CHANNEL | AH_EXPECT_NONCE, .purpose = "tls", .role = "server", .spki_sha256 = options.spki_sha256,
		.nonce = options.nonce, .session_value = options.session_value };
	appraise_both("accepted", &request);
	EXPECT(exited_with(run_closed(appraises, &request), 0));
	request.expected.nonce = AH_SLICE_OF(session_value);
	appraise_both("refused", &request);
	EXPECT(exited_with(run_closed(appraises, &request), 10));
	ah_policy_free(policy);
	ah_verdict_free(verdict);
	ah_verifier_free(verifier);
	ah_endorsements_free(endorsements);
}

static void envelopes_need_nothing_outside(void)
{
	if (ah_test_sim_dir() == NULL)
		AH_SKIP("no folder of simulated roots");
	make_and_appraise_envelope(AH_PLATFORM_NITRO);
	make_and_appraise_envelope(AH_PLATFORM_SNP);
	make_and_appraise_envelope(AH_PLATFORM_TDX);
}

/* -- Instance events: ids, BIP-340 signatures, the build certificate, certificate events -- */

static void real_instance_events_need_nothing_outside(void)
{
	static const char *const files[] = { "seed003-instance-63793.json", "seed003-instance-63793.as-printed.json" };
	if (ah_test_vectors() == NULL)
		AH_SKIP("../shared/vectors absent");
	for (size_t i = 0; i < sizeof files / sizeof files[0] && !ah_test_failed(); i++) {
		AH_AUTO(ah_buf) event = AH_BUF(FILE_MAX);
		EXPECT(ah_test_read(&event, "%s/nostr/%s", ah_test_vectors(), files[i]));
		ah_request request = { .evidence = ah_buf_slice(&event), .genuine_only = true, .now_s = 1743516970 };
		appraise_both(files[i], &request);
		EXPECT(exited_with(run_closed(appraises, &request), i == 0 ? 0 : 10));
	}
}

static bool make_event(ah_buf *json, ah_sim_output *made, ah_sim *sim, const ah_sim_event_keys *keys)
{
	AH_AUTO(ah_sim_announcement) spec = { .keys = NULL };
	AH_AUTO(ah_sim_nitro) nitro;
	ah_sim_nitro_init(&nitro);
	if (ah_sim_nitro_defaults(&nitro, sim, SIM_AT_S) != AH_OK || ah_sim_announcement_start(&spec, keys, true, SIM_AT_S) != AH_OK)
		return false;
	spec.cert_count = 1;
	return ah_sim_announcement_bind(&spec, &nitro) == AH_OK && ah_sim_nitro_make(made, &nitro, NULL) == AH_OK
	       && ah_sim_announcement_write(json, &spec, &nitro, ah_buf_slice(&made->evidence)) == AH_OK;
}

static void instance_events_need_nothing_outside(void)
{
	if (ah_test_sim_dir() == NULL)
		AH_SKIP("no folder of simulated roots");
	AH_AUTO_PTR(ah_sim) sim = NULL;
	AH_AUTO(ah_sim_output) made = { 0 };
	AH_AUTO(ah_buf) json = AH_BUF(FILE_MAX);
	AH_AUTO(ah_sim_event_keys) keys = { .service = NULL };
	EXPECT_OK(ah_sim_open(&sim, ah_test_sim_dir(), NULL));
	EXPECT_OK(ah_sim_event_keys_make(&keys));
	EXPECT(make_event(&json, &made, sim, &keys));
	ah_request request = { .evidence = ah_buf_slice(&json), .genuine_only = true, .now_s = SIM_AT_S, .simulated_root = ah_buf_slice(&made.root_der),
		.allow_simulated = true };
	ah_verifier *verifier = NULL;
	ah_verdict *verdict = NULL;
	ah_policy *policy = NULL;
	EXPECT_OK(ah_verifier_new(&verifier, NULL));
	EXPECT_OK(ah_appraise(&verdict, verifier, &request, NULL));
	EXPECT_OK(ah_policy_init_from(&policy, ah_verdict_claims(verdict), "purity", "1", SIM_AT_S, NULL));
	request.genuine_only = false;
	request.policy = policy;
	appraise_both("accepted", &request);
	EXPECT(exited_with(run_closed(appraises, &request), 0));
	request.expected = (ah_expected){ .fields = AH_EXPECT_PUBLIC_KEY, .public_key = ah_slice_make(ah_schnorr_key_public(keys.builder), 32) };
	appraise_both("refused", &request);
	EXPECT(exited_with(run_closed(appraises, &request), 10));
	ah_policy_free(policy);
	ah_verdict_free(verdict);
	ah_verifier_free(verifier);
}

static const ah_test_case cases[] = {
	AH_TEST(the_door_is_closed),
	AH_TEST(ed25519_and_schnorr_need_nothing_outside),
	AH_TEST(real_nitro_documents_need_nothing_outside),
	AH_TEST(real_snp_reports_need_nothing_outside),
	AH_TEST(real_tdx_quotes_need_nothing_outside),
	AH_TEST(policies_crls_and_bindings_need_nothing_outside),
	AH_TEST(envelopes_need_nothing_outside),
	AH_TEST(real_instance_events_need_nothing_outside),
	AH_TEST(instance_events_need_nothing_outside),
};

AH_TEST_MAIN(cases)
