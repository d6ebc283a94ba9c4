/*
 * The deadline that holds when a device hangs, and the simulated platform behind the same interface.
 *
 * The device here waits until the test lets it go: that is what a driver does whose host never answers. No case depends on how fast the machine is; a
 * deadline of some milliseconds may only come late.
 */
#include "attesters/limited.h"
#include "attesters/sim_attester.h"
#include "support/test.h"
#include "unit/attesters/evidence.h"
#include "unit/attesters/fake.h"

#include <pthread.h>
#include <stdio.h>

typedef struct hanging {
	ah_attester base;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool may_go, hangs;
	ah_err err;
	int inside, freed, calls;
	uint8_t seen[64 + 16];         /* report data and nonce, as the call saw them when it was let go */
} hanging;

static ah_err hanging_attest(ah_attester *base, const ah_attest_request *request, ah_attest_result *out, ah_fault *why)
{
	hanging *h = (hanging *)base;
	(void)pthread_mutex_lock(&h->lock);
	h->calls++;
	h->inside++;
	(void)pthread_cond_broadcast(&h->changed);
	while (h->hangs && !h->may_go)
		(void)pthread_cond_wait(&h->changed, &h->lock);
	h->inside--;
	memcpy(h->seen, request->report_data, 64);
	if (request->nonce.len != 0)
		memcpy(h->seen + 64, request->nonce.ptr, 16);
	ah_err err = h->err;
	if (err != AH_OK && why != NULL)
		*why = (ah_fault){ .err = err, .step = "hanging", .offset = AH_NO_OFFSET };
	out->evidence = AH_BUF(64);
	if (err == AH_OK)
		err = ah_buf_append(&out->evidence, AH_SLICE_OF(request->report_data));
	(void)pthread_cond_broadcast(&h->changed);
	(void)pthread_mutex_unlock(&h->lock);
	return err;
}

static void hanging_free(ah_attester *base)
{
	hanging *h = (hanging *)base;
	(void)pthread_mutex_lock(&h->lock);
	h->freed++;
	(void)pthread_cond_broadcast(&h->changed);
	(void)pthread_mutex_unlock(&h->lock);
}

static const ah_attester_ops hanging_ops = { .name = "hanging", .attest = hanging_attest, .free = hanging_free };

static void hanging_init(hanging *h)
{
	*h = (hanging){ .base = { .ops = &hanging_ops, .platform = AH_PLATFORM_NITRO } };
	(void)pthread_mutex_init(&h->lock, NULL);
	(void)pthread_cond_init(&h->changed, NULL);
}

/* Wait until *number, which the lock of h guards, is what it should be. */
static void wait_for(hanging *h, const int *number, int wanted)
{
	(void)pthread_mutex_lock(&h->lock);
	while (*number != wanted)
		(void)pthread_cond_wait(&h->changed, &h->lock);
	(void)pthread_mutex_unlock(&h->lock);
}

static void let_go(hanging *h)
{
	(void)pthread_mutex_lock(&h->lock);
	h->may_go = true;
	(void)pthread_cond_broadcast(&h->changed);
	(void)pthread_mutex_unlock(&h->lock);
}

static ah_attester *limited(hanging *h)
{
	ah_attester *inner = &h->base, *outer = NULL;
	ah_err err = ah_limited_attester_new(&outer, &inner);
	assert(err == AH_OK && inner == NULL);
	return outer;
}

static void an_answer_in_time_is_handed_on(void)
{
	hanging h;
	hanging_init(&h);
	ah_attester *attester = limited(&h);
	const ah_attest_request request = evidence_request(AH_PLATFORM_NITRO);
	EXPECT(strcmp(attester->ops->name, "hanging") == 0 && attester->platform == AH_PLATFORM_NITRO);
	for (int i = 0; i < 20; i++) {
		AH_AUTO(ah_attest_result) result = { .evidence = AH_BUF(0) };
		EXPECT_OK(ah_attest(attester, &request, &result, NULL));
		EXPECT_BYTES(ah_buf_slice(&result.evidence), AH_SLICE_OF(request.report_data));
	}
	EXPECT_BYTES(ah_slice_make(h.seen + 64, 16), request.nonce);
	ah_attester_free(attester);
	EXPECT(h.freed == 1);
}

static void an_error_is_handed_on_with_its_place(void)
{
	hanging h;
	hanging_init(&h);
	ah_attester *attester = limited(&h);
	const ah_attest_request request = evidence_request(AH_PLATFORM_NITRO);
	AH_AUTO(ah_attest_result) result = { .evidence = AH_BUF(0) };
	ah_fault why = { .offset = AH_NO_OFFSET };
	h.err = AH_ERR_DEVICE_FAILED;
	EXPECT_ERR(ah_attest(attester, &request, &result, &why), AH_ERR_DEVICE_FAILED);
	EXPECT(strcmp(why.step, "hanging") == 0);
	ah_attester_free(attester);
}

static void a_device_that_hangs_costs_the_caller_its_deadline_and_one_thread(void)
{
	hanging h;
	hanging_init(&h);
	h.hangs = true;
	ah_attester *attester = limited(&h);
	AH_AUTO(ah_attest_result) result = { .evidence = AH_BUF(0) };
	uint8_t nonce[16] = "the first nonce.";
	ah_attest_request request = evidence_request(AH_PLATFORM_NITRO), first = request;
	request.nonce = AH_SLICE_OF(nonce);
	request.timeout_ms = 20;
	EXPECT_ERR(ah_attest(attester, &request, &result, NULL), AH_ERR_DEVICE_BUSY);
	memset(nonce, 0, sizeof nonce);           /* the caller's memory is its own again */
	memset(request.report_data, 0, sizeof request.report_data);
	for (int i = 0; i < 10; i++)
		EXPECT_ERR(ah_attest(attester, &request, &result, NULL), AH_ERR_DEVICE_BUSY);
	wait_for(&h, &h.inside, 1);
	EXPECT(h.calls == 1);
	let_go(&h);
	wait_for(&h, &h.inside, 0);
	EXPECT_BYTES(ah_slice_make(h.seen, 64), AH_SLICE_OF(first.report_data));
	EXPECT(memcmp(h.seen + 64, "the first nonce.", 16) == 0);
	/* It is back, or will be in an instant. Its late answer is nobody's: the next one is of the next request. */
	request.timeout_ms = 10000;
	ah_err err = AH_ERR_DEVICE_BUSY;
	while (err == AH_ERR_DEVICE_BUSY)
		err = ah_attest(attester, &request, &result, NULL);
	EXPECT_OK(err);
	EXPECT_BYTES(ah_buf_slice(&result.evidence), AH_SLICE_OF(request.report_data));
	ah_attester_free(attester);
	EXPECT(h.freed == 1);
}

static void freeing_does_not_wait_for_a_device_that_hangs(void)
{
	hanging h;
	hanging_init(&h);
	h.hangs = true;
	ah_attester *attester = limited(&h);
	AH_AUTO(ah_attest_result) result = { .evidence = AH_BUF(0) };
	ah_attest_request request = evidence_request(AH_PLATFORM_NITRO);
	request.timeout_ms = 5;
	EXPECT_ERR(ah_attest(attester, &request, &result, NULL), AH_ERR_DEVICE_BUSY);
	ah_attester_free(attester);
	EXPECT(h.freed == 0);
	let_go(&h);
	wait_for(&h, &h.freed, 1);
}

/* -- The simulated platform -- */

static const fake_driver no_driver = { .open = NULL };

static void simulated_evidence_comes_through_the_same_interface(void)
{
	for (ah_platform_id platform = AH_PLATFORM_NITRO; platform <= AH_PLATFORM_TDX; platform++) {
		AH_AUTO(fake) f;
		AH_AUTO(ah_attest_result) result = { .evidence = AH_BUF(0) };
		AH_AUTO_PTR(ah_attester) attester = NULL;
		const ah_attest_request request = evidence_request(platform);
		ah_result said;
		fake_init(&f, &no_driver, NULL);
		f.time_s = EVIDENCE_NOW_S;
		EXPECT_OK(ah_sim_attester_new(&attester, &f.device, evidence_sim(), platform, NULL));
		EXPECT(strcmp(attester->ops->name, "simulated") == 0);
		EXPECT_OK(ah_attest(attester, &request, &result, NULL));
		EXPECT_OK(evidence_judge(platform, &request, &result, &said));
		EXPECT(said == AH_RESULT_SIMULATED);
	}
	ah_attester *none = NULL;
	EXPECT_ERR(ah_sim_attester_new(&none, &ah_device_system, evidence_sim(), AH_PLATFORM_NONE, NULL), AH_ERR_ARGUMENT);
}

static void the_real_table_reports_what_the_kernel_says(void)
{
	AH_AUTO(ah_buf) out = AH_BUF(16);
	EXPECT(ah_device_read_file(&ah_device_system, "/nonexistent/file", &out) == -2); /* ENOENT */
	EXPECT(ah_test_write(AH_SLICE_LITERAL("0123456789abcdef"), "%s/file", ah_test_tmp()));
	char path[4200];
	(void)snprintf(path, sizeof path, "%s/file", ah_test_tmp());
	EXPECT(ah_device_read_file(&ah_device_system, path, &out) == 0);
	EXPECT_BYTES(ah_buf_slice(&out), AH_SLICE_LITERAL("0123456789abcdef"));
	AH_AUTO(ah_buf) small = AH_BUF(15);
	EXPECT(ah_device_read_file(&ah_device_system, path, &small) == -27 && small.len == 0); /* EFBIG */
	EXPECT(ah_device_write_once(&ah_device_system, path, AH_SLICE_LITERAL("ABC")) == 0);
	uint8_t one[16] = { 0 }, two[16] = { 0 };
	EXPECT(ah_device_system.ops->random(NULL, one, sizeof one) == 0 && ah_device_system.ops->random(NULL, two, sizeof two) == 0);
	EXPECT(memcmp(one, two, sizeof one) != 0);
	int64_t before = ah_device_system.ops->now_ms(NULL);
	ah_device_system.ops->sleep_ms(NULL, 2);
	EXPECT(ah_device_system.ops->now_ms(NULL) - before >= 1 && ah_device_system.ops->time_s(NULL) > INT64_C(1700000000));
}

static const ah_test_case cases[] = {
	AH_TEST(an_answer_in_time_is_handed_on),
	AH_TEST(an_error_is_handed_on_with_its_place),
	AH_TEST(a_device_that_hangs_costs_the_caller_its_deadline_and_one_thread),
	AH_TEST(freeing_does_not_wait_for_a_device_that_hangs),
	AH_TEST(simulated_evidence_comes_through_the_same_interface),
	AH_TEST(the_real_table_reports_what_the_kernel_says),
};

AH_TEST_MAIN(cases)
