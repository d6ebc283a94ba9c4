/*
 * configfs-tsm: the generation protocol, and what is done with answers.
 *
 * The tree underneath has the manners of the kernel's: an inblob is stored when its file is closed and nobody hears of it, blobs are made at the first
 * read, every write moves the generation. Evidence is of the simulated platform, so that the door itself can judge the result.
 */
#include "attesters/tsm.h"
#include "platforms/snp_cert_table.h"
#include "support/test.h"
#include "unit/attesters/evidence.h"
#include "unit/attesters/fake_tsm.h"

#include <errno.h>

typedef struct guest {
	fake f;
	fake_tsm tree;
	ah_tsm_options options;
	ah_attest_request request;
	ah_attest_result result;
	ah_fault why;
} guest;

static void guest_init(guest *g, ah_platform_id platform)
{
	*g = (guest){ .tree = { .platform = platform }, .options = { .platform = platform }, .request = evidence_request(platform) };
	fake_init(&g->f, &fake_tsm_driver, &g->tree);
	g->f.read_max = 100; /* short reads, always */
}

static void guest_auto(guest *g)
{
	ah_attest_result_free(&g->result);
	fake_free(&g->f);
}

/* What is left of a request, good or bad: nothing. */
static ah_err attest(guest *g)
{
	AH_AUTO_PTR(ah_attester) attester = NULL;
	g->why = (ah_fault){ .offset = AH_NO_OFFSET };
	ah_err err = ah_tsm_attester_new(&attester, &g->f.device, &g->options, &g->why);
	if (err == AH_OK)
		err = ah_attest(attester, &g->request, &g->result, &g->why);
	if (err != AH_OK && (g->why.err != err || g->result.evidence.len != 0))
		return AH_ERR_INTERNAL;
	return fake_open_files(&g->f) == 0 && g->tree.made == g->tree.removed ? err : AH_ERR_INTERNAL;
}

/* -- Good answers -- */

static void a_report_with_the_hosts_certificates_is_accepted_by_the_door(void)
{
	AH_AUTO(ah_buf) table = AH_BUF(AH_SNP_CERT_TABLE_MAX);
	AH_AUTO(guest) g;
	ah_result said;
	evidence_cert_table(&table);
	guest_init(&g, AH_PLATFORM_SNP);
	g.tree.auxblob = ah_buf_slice(&table);
	EXPECT_OK(attest(&g));
	EXPECT_BYTES(ah_buf_slice(&g.result.cert_table), ah_buf_slice(&table));
	EXPECT_OK(evidence_judge(AH_PLATFORM_SNP, &g.request, &g.result, &said));
	EXPECT(said == AH_RESULT_SIMULATED);
	EXPECT(g.tree.made == 1 && strncmp(g.tree.last_name, "anchorhold-", 11) == 0 && g.tree.last_privlevel == 0);
}

static void a_report_without_certificates_is_a_report(void)
{
	AH_AUTO(guest) g;
	ah_result said;
	guest_init(&g, AH_PLATFORM_SNP);
	EXPECT_OK(attest(&g));
	EXPECT(g.result.cert_table.len == 0);
	EXPECT_OK(evidence_judge(AH_PLATFORM_SNP, &g.request, &g.result, &said));
	g.tree.no_auxblob = true;
	ah_attest_result_free(&g.result);
	EXPECT_OK(attest(&g));
}

static void a_quote_is_accepted_by_the_door(void)
{
	AH_AUTO(guest) g;
	ah_result said;
	guest_init(&g, AH_PLATFORM_TDX);
	g.tree.quote_padding = 1000; /* as some hosts do */
	EXPECT_OK(attest(&g));
	EXPECT(g.result.cert_table.len == 0 && g.result.event_log.len == 0);
	EXPECT_OK(evidence_judge(AH_PLATFORM_TDX, &g.request, &g.result, &said));
	EXPECT(said == AH_RESULT_SIMULATED);
}

static void privlevel_is_written_when_configured_and_must_be_in_the_report(void)
{
	AH_AUTO(guest) g;
	guest_init(&g, AH_PLATFORM_SNP);
	g.options.has_privlevel = true;
	g.options.privlevel = 2;
	EXPECT_OK(attest(&g));
	EXPECT(g.tree.last_privlevel == '2' && g.result.evidence.ptr[0x30] == 2);
}

static void options_that_fit_no_driver_are_refused(void)
{
	static const char long_path[] = "/long/path/of/more/than/three/hundred/and/twenty/bytes/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
	const ah_tsm_options rows[] = {
		{ .platform = AH_PLATFORM_NITRO }, { .platform = AH_PLATFORM_NONE }, { .platform = AH_PLATFORM_TDX, .has_privlevel = true },
		{ .platform = AH_PLATFORM_SNP, .has_privlevel = true, .privlevel = 4 }, { .platform = AH_PLATFORM_SNP, .path = long_path },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		AH_AUTO(guest) g;
		guest_init(&g, AH_PLATFORM_SNP);
		g.options = rows[i];
		EXPECT_ERR(attest(&g), AH_ERR_ARGUMENT);
	}
	AH_AUTO(guest) g;
	guest_init(&g, AH_PLATFORM_SNP);
	g.request.nonce = AH_SLICE_LITERAL("nonce");
	EXPECT_ERR(attest(&g), AH_ERR_ARGUMENT);
	EXPECT(g.tree.made == 0);
}

/* -- The generation -- */

static void a_write_that_was_lost_is_made_again_in_a_fresh_entry(void)
{
	AH_AUTO(guest) g;
	ah_result said;
	guest_init(&g, AH_PLATFORM_SNP);
	g.tree.lost_writes = 3;
	EXPECT_OK(attest(&g));
	EXPECT(g.tree.made == 4);
	EXPECT_OK(evidence_judge(AH_PLATFORM_SNP, &g.request, &g.result, &said));
}

static void evidence_of_another_users_write_is_never_handed_on(void)
{
	AH_AUTO(guest) g;
	ah_result said;
	guest_init(&g, AH_PLATFORM_TDX);
	g.tree.disturbed = 2;
	EXPECT_OK(attest(&g));
	EXPECT(g.tree.made == 3);
	EXPECT_OK(evidence_judge(AH_PLATFORM_TDX, &g.request, &g.result, &said));
}

static void certificates_of_another_generation_are_not_taken(void)
{
	AH_AUTO(guest) g;
	guest_init(&g, AH_PLATFORM_SNP);
	g.tree.disturbed_after = 1;
	EXPECT_OK(attest(&g));
	EXPECT(g.tree.made == 2);
}

static void disturbance_without_end_is_given_up(void)
{
	for (int way = 0; way < 3; way++) {
		AH_AUTO(guest) g;
		guest_init(&g, AH_PLATFORM_SNP);
		g.tree.lost_writes = way == 0 ? 1000 : 0;
		g.tree.disturbed = way == 1 ? 1000 : 0;
		g.tree.disturbed_after = way == 2 ? 1000 : 0;
		EXPECT_ERR(attest(&g), AH_ERR_DEVICE_BUSY);
		EXPECT(g.tree.made == AH_TSM_ATTEMPTS_MAX);
	}
}

static void a_generation_that_is_no_number_is_refused(void)
{
	static const char *const rows[] = { "", "\n", "1", "x\n", "-1\n", " 1\n", "1 \n", "99999999999999999999\n", "1\n\n" };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		AH_AUTO(guest) g;
		guest_init(&g, AH_PLATFORM_SNP);
		g.tree.generation = rows[i];
		EXPECT_ERR(attest(&g), AH_ERR_DEVICE_ANSWER);
	}
}

/* -- Errors of the kernel -- */

static void errors_of_the_kernel_have_their_class_and_leave_no_entry(void)
{
	static const struct { fake_trouble trouble; ah_err err; unsigned entries; } rows[] = {
		{ { .op = FAKE_MKDIR, .error = ENXIO, .times = 1 }, AH_ERR_DEVICE_ABSENT, 0 },
		{ { .op = FAKE_MKDIR, .error = ENOENT, .times = 1 }, AH_ERR_DEVICE_ABSENT, 0 },
		{ { .op = FAKE_MKDIR, .error = EACCES, .times = 1 }, AH_ERR_DEVICE_FAILED, 0 },
		{ { .op = FAKE_MKDIR, .error = EEXIST, .times = 1 }, AH_OK, 1 },
		{ { .op = FAKE_MKDIR, .error = EEXIST, .times = 100 }, AH_ERR_DEVICE_FAILED, 0 },
		{ { .op = FAKE_MKDIR, .error = EINTR, .times = 1 }, AH_OK, 1 },
		{ { .op = FAKE_RANDOM, .error = EIO, .times = 1 }, AH_ERR_DEVICE_FAILED, 0 },
		{ { .op = FAKE_OPEN, .path = "/provider", .error = EACCES, .times = 1 }, AH_ERR_DEVICE_FAILED, 1 },
		{ { .op = FAKE_OPEN, .path = "/inblob", .error = EACCES, .times = 1 }, AH_ERR_DEVICE_FAILED, 1 },
		{ { .op = FAKE_WRITE, .path = "/inblob", .error = EBUSY, .times = 2 }, AH_OK, 3 },
		{ { .op = FAKE_WRITE, .path = "/inblob", .error = ETXTBSY, .times = 1 }, AH_ERR_DEVICE_FAILED, 1 },
		{ { .op = FAKE_CLOSE, .path = "/inblob", .error = EINTR, .times = 1 }, AH_OK, 2 },
		{ { .op = FAKE_READ, .path = "/outblob", .error = EINTR, .times = 1 }, AH_OK, 2 },
		{ { .op = FAKE_READ, .path = "/outblob", .error = EINTR, .times = 1, .skip = 3 }, AH_OK, 2 },
		{ { .op = FAKE_READ, .path = "/outblob", .error = EBUSY, .times = 1 }, AH_OK, 2 },
		{ { .op = FAKE_READ, .path = "/outblob", .error = EAGAIN, .times = 1 }, AH_OK, 2 },
		{ { .op = FAKE_READ, .path = "/outblob", .error = ETIMEDOUT, .times = 1 }, AH_OK, 2 },
		{ { .op = FAKE_READ, .path = "/outblob", .error = ETIMEDOUT, .times = 100 }, AH_ERR_DEVICE_BUSY, AH_TSM_ATTEMPTS_MAX },
		{ { .op = FAKE_READ, .path = "/outblob", .error = EINVAL, .times = 1 }, AH_ERR_DEVICE_FAILED, 1 },
		{ { .op = FAKE_READ, .path = "/outblob", .error = ENXIO, .times = 1 }, AH_ERR_DEVICE_ABSENT, 1 },
		{ { .op = FAKE_READ, .path = "/outblob", .error = EIO, .times = 1 }, AH_ERR_DEVICE_FAILED, 1 },
		{ { .op = FAKE_READ, .path = "/outblob", .error = EFBIG, .times = 1 }, AH_ERR_DEVICE_ANSWER, 1 },
		{ { .op = FAKE_READ, .path = "/outblob", .error = ENOMEM, .times = 1 }, AH_ERR_NOMEM, 1 },
		{ { .op = FAKE_READ, .path = "/auxblob", .error = EBUSY, .times = 1 }, AH_OK, 2 },
		{ { .op = FAKE_READ, .path = "/generation", .error = EIO, .times = 1, .skip = 2 }, AH_ERR_DEVICE_FAILED, 1 },
		{ { .op = FAKE_RMDIR, .error = EBUSY, .times = 2 }, AH_OK, 1 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		AH_AUTO(guest) g;
		guest_init(&g, AH_PLATFORM_SNP);
		fake_add_trouble(&g.f, rows[i].trouble);
		ah_err err = attest(&g);
		EXPECT_MSG(err == rows[i].err && g.tree.made == rows[i].entries, "row %zu: got %s (%s) after %u entries", i, ah_err_name(err), g.why.detail, g.tree.made);
	}
}

static void a_short_write_is_not_taken_for_a_whole_one(void)
{
	AH_AUTO(guest) g;
	guest_init(&g, AH_PLATFORM_SNP);
	g.f.write_max = 32;
	EXPECT_ERR(attest(&g), AH_ERR_DEVICE_FAILED);
	EXPECT(strcmp(g.why.detail, "inblob: Input/output error") == 0 && g.f.calls[FAKE_READ] > 0 && g.tree.made == 1);
}

static void the_deadline_ends_the_attempts(void)
{
	AH_AUTO(guest) g;
	guest_init(&g, AH_PLATFORM_SNP);
	g.request.timeout_ms = 50;
	g.tree.disturbed = 1000;
	EXPECT_ERR(attest(&g), AH_ERR_DEVICE_BUSY);
	EXPECT(g.f.now_ms < 1050 && g.tree.made == 3);
}

static void an_entry_that_stays_is_removed_before_another_one_is_made(void)
{
	AH_AUTO(guest) g;
	guest_init(&g, AH_PLATFORM_SNP);
	AH_AUTO_PTR(ah_attester) attester = NULL;
	EXPECT_OK(ah_tsm_attester_new(&attester, &g.f.device, &g.options, NULL));
	fake_add_trouble(&g.f, (fake_trouble){ .op = FAKE_RMDIR, .error = EACCES, .times = 2 });
	EXPECT_OK(ah_attest(attester, &g.request, &g.result, NULL));
	EXPECT(g.tree.made == 1 && g.tree.removed == 0);
	ah_attest_result_free(&g.result);
	g.result = (ah_attest_result){ .evidence = AH_BUF(0) };
	EXPECT_ERR(ah_attest(attester, &g.request, &g.result, NULL), AH_ERR_DEVICE_FAILED);
	EXPECT(g.tree.made == 1 && g.tree.removed == 0);
	EXPECT_OK(ah_attest(attester, &g.request, &g.result, NULL));
	EXPECT(g.tree.made == 2 && g.tree.removed == 2);
}

/* -- Wrong answers -- */

static void no_provider_is_an_absent_device(void)
{
	AH_AUTO(guest) g;
	guest_init(&g, AH_PLATFORM_SNP);
	g.tree.is_absent = true;
	EXPECT_ERR(attest(&g), AH_ERR_DEVICE_ABSENT);
}

static void the_provider_must_be_that_of_the_platform(void)
{
	static const char *const rows[] = { "tdx_guest\n", "sev_guest", "sev_guest\nx", "", "\n", "arm_cca_guest\n", "sev_guest\n\n" };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		AH_AUTO(guest) g;
		guest_init(&g, AH_PLATFORM_SNP);
		g.tree.provider = rows[i];
		EXPECT_ERR(attest(&g), AH_ERR_DEVICE_ABSENT);
	}
	AH_AUTO(guest) g;
	guest_init(&g, AH_PLATFORM_TDX);
	g.tree.provider = "sev_guest\n";
	EXPECT_ERR(attest(&g), AH_ERR_DEVICE_ABSENT);
	EXPECT(strcmp(g.why.detail, "the provider is \"sev_guest\", configured is tdx") == 0);
}

static void evidence_of_a_wrong_size_is_refused(void)
{
	static const struct { ah_platform_id platform; size_t len; } rows[] = {
		{ AH_PLATFORM_SNP, 1183 }, { AH_PLATFORM_SNP, 1185 }, { AH_PLATFORM_SNP, AH_TSM_OUTBLOB_MAX }, { AH_PLATFORM_SNP, AH_TSM_OUTBLOB_MAX + 1 },
		{ AH_PLATFORM_SNP, 1184 }, /* zeros: not the report data of the request */
		{ AH_PLATFORM_TDX, 1 }, { AH_PLATFORM_TDX, 5000 }, { AH_PLATFORM_TDX, AH_TSM_OUTBLOB_MAX }, { AH_PLATFORM_TDX, AH_TSM_OUTBLOB_MAX + 1 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		AH_AUTO(guest) g;
		guest_init(&g, rows[i].platform);
		g.tree.outblob_len = rows[i].len;
		EXPECT_ERR(attest(&g), AH_ERR_DEVICE_ANSWER);
	}
}

static void evidence_over_other_data_is_refused(void)
{
	for (ah_platform_id platform = AH_PLATFORM_SNP; platform <= AH_PLATFORM_TDX; platform++) {
		AH_AUTO(guest) g;
		guest_init(&g, platform);
		g.tree.is_other = true;
		EXPECT_ERR(attest(&g), AH_ERR_DEVICE_ANSWER);
	}
}

static void a_table_without_form_is_refused_and_one_of_zeros_is_none(void)
{
	static const uint8_t zeros[4096];
	static uint8_t garbage[AH_SNP_CERT_TABLE_MAX + 1];
	memset(garbage, 0x41, sizeof garbage);
	const struct { ah_slice table; ah_err err; } rows[] = {
		{ AH_SLICE_OF(zeros), AH_OK }, { ah_slice_make(zeros, 1), AH_OK }, { ah_slice_make(garbage, 1), AH_ERR_DEVICE_ANSWER }, { ah_slice_make(garbage, 4096), AH_ERR_DEVICE_ANSWER },
		{ AH_SLICE_OF(garbage), AH_ERR_DEVICE_ANSWER },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		AH_AUTO(guest) g;
		guest_init(&g, AH_PLATFORM_SNP);
		g.tree.auxblob = rows[i].table;
		EXPECT_ERR(attest(&g), rows[i].err);
		EXPECT(g.result.cert_table.len == 0);
	}
}

static void padding_behind_the_last_blob_is_cut_off(void)
{
	static const uint8_t zeros[2000];
	AH_AUTO(ah_buf) table = AH_BUF(AH_SNP_CERT_TABLE_MAX);
	AH_AUTO(guest) g;
	evidence_cert_table(&table);
	size_t len = table.len;
	EXPECT_OK(ah_buf_append(&table, AH_SLICE_OF(zeros)));
	guest_init(&g, AH_PLATFORM_SNP);
	g.tree.auxblob = ah_buf_slice(&table);
	EXPECT_OK(attest(&g));
	EXPECT(g.result.cert_table.len == len);
}

static const ah_test_case cases[] = {
	AH_TEST(a_report_with_the_hosts_certificates_is_accepted_by_the_door),
	AH_TEST(a_report_without_certificates_is_a_report),
	AH_TEST(a_quote_is_accepted_by_the_door),
	AH_TEST(privlevel_is_written_when_configured_and_must_be_in_the_report),
	AH_TEST(options_that_fit_no_driver_are_refused),
	AH_TEST(a_write_that_was_lost_is_made_again_in_a_fresh_entry),
	AH_TEST(evidence_of_another_users_write_is_never_handed_on),
	AH_TEST(certificates_of_another_generation_are_not_taken),
	AH_TEST(disturbance_without_end_is_given_up),
	AH_TEST(a_generation_that_is_no_number_is_refused),
	AH_TEST(errors_of_the_kernel_have_their_class_and_leave_no_entry),
	AH_TEST(a_short_write_is_not_taken_for_a_whole_one),
	AH_TEST(the_deadline_ends_the_attempts),
	AH_TEST(an_entry_that_stays_is_removed_before_another_one_is_made),
	AH_TEST(no_provider_is_an_absent_device),
	AH_TEST(the_provider_must_be_that_of_the_platform),
	AH_TEST(evidence_of_a_wrong_size_is_refused),
	AH_TEST(evidence_over_other_data_is_refused),
	AH_TEST(a_table_without_form_is_refused_and_one_of_zeros_is_none),
	AH_TEST(padding_behind_the_last_blob_is_cut_off),
};

AH_TEST_MAIN(cases)
