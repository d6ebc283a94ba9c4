/* /dev/sev-guest: structures, certificates of the host, errors of firmware, host and driver, and derived keys. */
#include "attesters/sev_guest.h"
#include "attesters/sev_guest_abi.h"
#include "support/test.h"
#include "unit/attesters/evidence.h"
#include "unit/attesters/fake_sev.h"

#include <errno.h>
#include <sys/ioctl.h>

/* Compared here and not in the source, which is to build with headers of any age: fields have been renamed, sizes and numbers never change. */
#if __has_include(<linux/sev-guest.h>)
#include <linux/sev-guest.h>
static_assert(sizeof(struct snp_guest_request_ioctl) == sizeof(ah_sev_ioctl), "snp_guest_request_ioctl");
static_assert(sizeof(struct snp_report_req) == sizeof(ah_sev_report_req), "snp_report_req");
static_assert(sizeof(struct snp_ext_report_req) == sizeof(ah_sev_ext_report_req), "snp_ext_report_req");
static_assert(offsetof(struct snp_ext_report_req, certs_len) == offsetof(ah_sev_ext_report_req, certs_len), "certs_len");
static_assert(sizeof(struct snp_derived_key_req) == sizeof(ah_sev_key_req), "snp_derived_key_req");
static_assert(offsetof(struct snp_derived_key_req, tcb_version) == offsetof(ah_sev_key_req, tcb_version), "tcb_version");
static_assert(sizeof(struct snp_report_resp) == AH_SEV_REPORT_RESP_LEN && sizeof(struct snp_derived_key_resp) == AH_SEV_KEY_RESP_LEN, "responses");
static_assert(SNP_GET_REPORT == AH_SEV_IOCTL_REPORT && SNP_GET_DERIVED_KEY == AH_SEV_IOCTL_DERIVED_KEY && SNP_GET_EXT_REPORT == AH_SEV_IOCTL_EXT_REPORT, "ioctls");
#endif

typedef struct guest {
	fake f;
	fake_sev sev;
	ah_sev_guest_options options;
	ah_attest_request request;
	ah_attest_result result;
	ah_fault why;
} guest;

static void guest_init(guest *g)
{
	*g = (guest){ .request = evidence_request(AH_PLATFORM_SNP) };
	fake_init(&g->f, &fake_sev_driver, &g->sev);
}

static void guest_auto(guest *g)
{
	ah_attest_result_free(&g->result);
	fake_free(&g->f);
}

static ah_err attest(guest *g)
{
	AH_AUTO_PTR(ah_attester) attester = NULL;
	g->why = (ah_fault){ .offset = AH_NO_OFFSET };
	ah_err err = ah_sev_guest_attester_new(&attester, &g->f.device, &g->options, &g->why);
	if (err == AH_OK)
		err = ah_attest(attester, &g->request, &g->result, &g->why);
	if (err != AH_OK && (g->why.err != err || g->result.evidence.len != 0))
		return AH_ERR_INTERNAL;
	return fake_open_files(&g->f) == 0 ? err : AH_ERR_INTERNAL;
}

static void a_report_with_the_hosts_certificates_is_accepted_by_the_door(void)
{
	AH_AUTO(ah_buf) table = AH_BUF(AH_SNP_CERT_TABLE_MAX);
	AH_AUTO(guest) g;
	ah_result said;
	evidence_cert_table(&table);
	guest_init(&g);
	g.sev.table = ah_buf_slice(&table);
	EXPECT_OK(attest(&g));
	EXPECT(g.sev.messages == 1 && g.sev.last_request == AH_SEV_IOCTL_EXT_REPORT);
	EXPECT_BYTES(ah_buf_slice(&g.result.cert_table), ah_buf_slice(&table));
	EXPECT_OK(evidence_judge(AH_PLATFORM_SNP, &g.request, &g.result, &said));
	EXPECT(said == AH_RESULT_SIMULATED);
}

static void a_host_without_certificates_gives_a_report(void)
{
	AH_AUTO(guest) g;
	ah_result said;
	guest_init(&g);
	EXPECT_OK(attest(&g));
	EXPECT(g.result.cert_table.len == 0);
	EXPECT_OK(evidence_judge(AH_PLATFORM_SNP, &g.request, &g.result, &said));
}

static void without_certificates_the_plain_message_is_sent(void)
{
	AH_AUTO(guest) g;
	guest_init(&g);
	g.options.without_certificates = true;
	EXPECT_OK(attest(&g));
	EXPECT(g.sev.messages == 1 && g.sev.last_request == AH_SEV_IOCTL_REPORT);
}

static void vmpl_is_asked_for_and_must_be_in_the_report(void)
{
	AH_AUTO(guest) g;
	guest_init(&g);
	g.options.vmpl = 1;
	EXPECT_OK(attest(&g));
	EXPECT(g.sev.last_vmpl == 1 && g.result.evidence.ptr[0x30] == 1);
	g.options.vmpl = 4;
	ah_attest_result_free(&g.result);
	g.result = (ah_attest_result){ .evidence = AH_BUF(0) };
	EXPECT_ERR(attest(&g), AH_ERR_ARGUMENT);
}

static void more_room_is_given_once_when_the_host_wants_it(void)
{
	AH_AUTO(ah_buf) table = AH_BUF(AH_SNP_CERT_TABLE_MAX);
	AH_AUTO(guest) g;
	evidence_cert_table(&table);
	guest_init(&g);
	g.sev.table = ah_buf_slice(&table);
	g.sev.accepts_len = 20480;
	EXPECT_OK(attest(&g));
	EXPECT(g.sev.messages == 2 && g.sev.last_certs_len == 20480 && g.result.cert_table.len == table.len);
}

static void room_beyond_any_table_is_refused(void)
{
	static const uint32_t rows[] = { AH_SNP_CERT_TABLE_MAX + 4096, UINT32_MAX, 20481, AH_SEV_GUEST_CERTS_LEN, 4096, 1 };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		AH_AUTO(guest) g;
		guest_init(&g);
		g.sev.wants_len = rows[i];
		EXPECT_ERR(attest(&g), AH_ERR_DEVICE_ANSWER);
		EXPECT(g.sev.messages == 1);
	}
	AH_AUTO(guest) g;
	guest_init(&g);
	g.sev.wants_len = AH_SNP_CERT_TABLE_MAX; /* and again, when it has it */
	EXPECT_ERR(attest(&g), AH_ERR_DEVICE_FAILED);
	EXPECT(g.sev.messages == 2);
}

static void errors_have_their_class(void)
{
	static const struct { uint64_t exitinfo2; unsigned busy; int error; unsigned times; bool vmpck_is_gone; ah_err err; unsigned calls; } rows[] = {
		{ .exitinfo2 = 0x16, .err = AH_ERR_DEVICE_FAILED, .calls = 1 },                      /* firmware: INVALID_PARAM */
		{ .exitinfo2 = UINT64_C(0x16) << 32, .err = AH_ERR_DEVICE_FAILED, .calls = 1 },      /* host */
		{ .busy = 3, .err = AH_OK, .calls = 4 },
		{ .busy = 1000, .err = AH_ERR_DEVICE_BUSY, .calls = AH_SEV_GUEST_ATTEMPTS_MAX },
		{ .vmpck_is_gone = true, .err = AH_ERR_DEVICE_FAILED, .calls = 1 },
		{ .error = EINTR, .times = 1, .err = AH_OK, .calls = 2 },
		{ .error = EAGAIN, .times = 2, .err = AH_OK, .calls = 3 },
		{ .error = ETIMEDOUT, .times = 1000, .err = AH_ERR_DEVICE_BUSY, .calls = AH_SEV_GUEST_ATTEMPTS_MAX },
		{ .error = EIO, .times = 1, .err = AH_ERR_DEVICE_FAILED, .calls = 1 },
		{ .error = EFAULT, .times = 1, .err = AH_ERR_DEVICE_FAILED, .calls = 1 },
		{ .error = ENOMEM, .times = 1, .err = AH_ERR_NOMEM, .calls = 1 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		AH_AUTO(guest) g;
		guest_init(&g);
		g.sev.exitinfo2 = rows[i].exitinfo2;
		g.sev.busy = rows[i].busy;
		g.sev.vmpck_is_gone = rows[i].vmpck_is_gone;
		if (rows[i].times != 0)
			fake_add_trouble(&g.f, (fake_trouble){ .op = FAKE_IOCTL, .error = rows[i].error, .times = rows[i].times });
		ah_err err = attest(&g);
		EXPECT_MSG(err == rows[i].err && g.f.calls[FAKE_IOCTL] == rows[i].calls, "row %zu: got %s (%s) after %u calls", i, ah_err_name(err), g.why.detail,
		           g.f.calls[FAKE_IOCTL]);
	}
}

static void firmware_and_host_errors_are_told_apart(void)
{
	AH_AUTO(guest) g;
	guest_init(&g);
	g.sev.exitinfo2 = UINT64_C(0x700000016);
	EXPECT_ERR(attest(&g), AH_ERR_DEVICE_FAILED);
	EXPECT(strcmp(g.why.detail, "firmware error 0x16, host error 0x7") == 0);
}

static void an_error_beside_success_is_an_error(void)
{
	AH_AUTO(guest) g;
	guest_init(&g);
	g.sev.exitinfo2 = 0x16;
	g.sev.hides_error = true;
	EXPECT_ERR(attest(&g), AH_ERR_DEVICE_FAILED);
}

static void a_device_that_is_not_there_is_absent(void)
{
	AH_AUTO(guest) g;
	guest_init(&g);
	g.options.path = "/dev/other";
	EXPECT_ERR(attest(&g), AH_ERR_DEVICE_ABSENT);
	g.options.path = NULL;
	fake_add_trouble(&g.f, (fake_trouble){ .op = FAKE_OPEN, .error = EPERM, .times = 1 });
	EXPECT_ERR(attest(&g), AH_ERR_DEVICE_FAILED);
}

static void answers_that_are_no_report_are_refused(void)
{
	for (int way = 0; way < 5; way++) {
		AH_AUTO(guest) g;
		guest_init(&g);
		g.sev.status = way == 0 ? 0x16 : 0;
		g.sev.size = way == 1 ? 1183 : way == 2 ? 4000 : 0;
		g.sev.writes_nothing = way == 3;
		g.sev.is_other = way == 4;
		EXPECT_ERR(attest(&g), way == 0 ? AH_ERR_DEVICE_FAILED : AH_ERR_DEVICE_ANSWER);
	}
}

static void a_table_without_form_is_refused(void)
{
	static uint8_t garbage[AH_SEV_GUEST_CERTS_LEN];
	AH_AUTO(guest) g;
	guest_init(&g);
	memset(garbage, 0x41, sizeof garbage);
	g.sev.table = AH_SLICE_OF(garbage);
	EXPECT_ERR(attest(&g), AH_ERR_DEVICE_ANSWER);
}

/* -- Derived keys -- */

static ah_err derive(fake_sev *sev, ah_sev_guest_key_request request, ah_secret **key)
{
	AH_AUTO(fake) f;
	fake_init(&f, &fake_sev_driver, sev);
	ah_err err = ah_sev_guest_derived_key(key, &f.device, NULL, &request, NULL);
	return fake_open_files(&f) == 0 ? err : AH_ERR_INTERNAL;
}

static void a_derived_key_is_a_sealed_secret(void)
{
	fake_sev sev = { .key = { 1, 2, 3, 4 } };
	AH_AUTO_PTR(ah_secret) key = NULL;
	const ah_sev_guest_key_request request = {
		.fields = AH_SEV_KEY_MEASUREMENT | AH_SEV_KEY_GUEST_POLICY, .vmpl = 1, .guest_svn = 5, .tcb_version = UINT64_C(0x1122334455667788), .from_vmrk = true,
	};
	EXPECT_OK(derive(&sev, request, &key));
	EXPECT(sev.last_fields == 9 && sev.last_vmpl == 1 && sev.last_root == 1 && sev.last_tcb == UINT64_C(0x1122334455667788));
	EXPECT_BYTES(ah_slice_make(ah_secret_view(key), ah_secret_len(key)), AH_SLICE_OF(sev.key));
}

static void a_key_that_is_none_is_refused(void)
{
	fake_sev zero = { .status = 0 }, failed = { .key = { 1 }, .status = 0x16 }, gone = { .vmpck_is_gone = true };
	ah_secret *key = NULL;
	EXPECT_ERR(derive(&zero, (ah_sev_guest_key_request){ .fields = AH_SEV_KEY_MEASUREMENT }, &key), AH_ERR_DEVICE_ANSWER);
	EXPECT_ERR(derive(&failed, (ah_sev_guest_key_request){ .fields = AH_SEV_KEY_MEASUREMENT }, &key), AH_ERR_DEVICE_FAILED);
	EXPECT_ERR(derive(&gone, (ah_sev_guest_key_request){ .fields = AH_SEV_KEY_MEASUREMENT }, &key), AH_ERR_DEVICE_FAILED);
	EXPECT_ERR(derive(&zero, (ah_sev_guest_key_request){ .fields = AH_SEV_KEY_FIELDS + 1 }, &key), AH_ERR_ARGUMENT);
	EXPECT_ERR(derive(&zero, (ah_sev_guest_key_request){ .vmpl = 4 }, &key), AH_ERR_ARGUMENT);
	EXPECT(key == NULL);
}

static const ah_test_case cases[] = {
	AH_TEST(a_report_with_the_hosts_certificates_is_accepted_by_the_door),
	AH_TEST(a_host_without_certificates_gives_a_report),
	AH_TEST(without_certificates_the_plain_message_is_sent),
	AH_TEST(vmpl_is_asked_for_and_must_be_in_the_report),
	AH_TEST(more_room_is_given_once_when_the_host_wants_it),
	AH_TEST(room_beyond_any_table_is_refused),
	AH_TEST(errors_have_their_class),
	AH_TEST(firmware_and_host_errors_are_told_apart),
	AH_TEST(an_error_beside_success_is_an_error),
	AH_TEST(a_device_that_is_not_there_is_absent),
	AH_TEST(answers_that_are_no_report_are_refused),
	AH_TEST(a_table_without_form_is_refused),
	AH_TEST(a_derived_key_is_a_sealed_secret),
	AH_TEST(a_key_that_is_none_is_refused),
};

AH_TEST_MAIN(cases)
