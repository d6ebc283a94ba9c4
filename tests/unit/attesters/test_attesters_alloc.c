/*
 * Goal: an attester that runs out of memory says so, hands nothing on, leaks nothing, leaves no entry in the kernel, and works again afterwards.
 * Method: each one makes evidence with its n-th allocation failing, n = 1, 2, .. until none fails any more; once with that one alone, once with all after
 * it. The devices allocate too, which is the kernel's ENOMEM.
 */
#include "attesters/nsm.h"
#include "attesters/limited.h"
#include "attesters/rtmr.h"
#include "attesters/sev_guest.h"
#include "attesters/tsm.h"
#include "support/alloc_fail.h"
#include "support/test.h"
#include "unit/attesters/evidence.h"
#include "unit/attesters/fake_nsm.h"
#include "unit/attesters/fake_sev.h"
#include "unit/attesters/fake_tdx.h"
#include "unit/attesters/fake_tsm.h"

#define ALLOCATIONS_MAX 400

static fake f;
static fake_nsm module;
static fake_sev sev;
static fake_tsm tree;
static fake_tdx tdx;

static ah_err use(ah_attester *attester, ah_platform_id platform)
{
	AH_AUTO(ah_attest_result) result = { .evidence = AH_BUF(0) };
	const ah_attest_request request = evidence_request(platform);
	ah_err err = ah_attest(attester, &request, &result, NULL);
	return (err == AH_OK) == (result.evidence.len != 0) ? err : AH_ERR_INTERNAL;
}

static ah_err nsm_attests(void)
{
	AH_AUTO_PTR(ah_attester) attester = NULL;
	fake_init(&f, &fake_nsm_driver, &module);
	ah_err err = ah_nsm_attester_new(&attester, &f.device, NULL, NULL);
	return err == AH_OK ? use(attester, AH_PLATFORM_NITRO) : err;
}

static ah_err tsm_attests(ah_platform_id platform)
{
	AH_AUTO_PTR(ah_attester) attester = NULL;
	fake_init(&f, &fake_tsm_driver, &tree);
	tree.platform = platform;
	ah_err err = ah_tsm_attester_new(&attester, &f.device, &(ah_tsm_options){ .platform = platform }, NULL);
	if (err == AH_OK)
		err = use(attester, platform);
	ah_attester_free(ah_move_ptr(&attester));
	return tree.entries[0].name[0] == '\0' && fake_open_files(&f) == 0 ? err : AH_ERR_INTERNAL;
}

static ah_err tsm_attests_snp(void) { return tsm_attests(AH_PLATFORM_SNP); }
static ah_err tsm_attests_tdx(void) { return tsm_attests(AH_PLATFORM_TDX); }

static ah_err sev_guest_attests(void)
{
	AH_AUTO_PTR(ah_attester) attester = NULL;
	fake_init(&f, &fake_sev_driver, &sev);
	ah_err err = ah_sev_guest_attester_new(&attester, &f.device, &(ah_sev_guest_options){ .vmpl = 0 }, NULL);
	return err == AH_OK ? use(attester, AH_PLATFORM_SNP) : err;
}

static ah_err sev_guest_derives(void)
{
	AH_AUTO_PTR(ah_secret) key = NULL;
	fake_init(&f, &fake_sev_driver, &sev);
	ah_err err = ah_sev_guest_derived_key(&key, &f.device, NULL, &(ah_sev_guest_key_request){ .fields = AH_SEV_KEY_MEASUREMENT }, NULL);
	return (err == AH_OK) == (key != NULL) && fake_open_files(&f) == 0 ? err : AH_ERR_INTERNAL;
}

/* Log and register stay together: it can always be opened again, and has the events that the register has. */
static ah_err rtmr_extends(void)
{
	AH_AUTO_PTR(ah_rtmr) rtmr = NULL;
	AH_AUTO(ah_buf) json = AH_BUF(AH_EVENT_LOG_MAX);
	fake_init(&f, &fake_tdx_driver, &tdx);
	ah_err err = ah_rtmr_open(&rtmr, &f.device, &(ah_rtmr_options){ .log = FAKE_TDX_LOG }, NULL);
	if (err == AH_OK)
		err = ah_rtmr_extend(rtmr, "note", AH_SLICE_LITERAL("payload"), NULL);
	if (err == AH_OK)
		err = ah_rtmr_log(rtmr, NULL, &json, NULL);
	return fake_open_files(&f) == 0 ? err : AH_ERR_INTERNAL;
}

static ah_err limited_is_made(void)
{
	AH_AUTO_PTR(ah_attester) inner = NULL;
	AH_AUTO_PTR(ah_attester) outer = NULL;
	fake_init(&f, &fake_sev_driver, &sev);
	ah_err err = ah_sev_guest_attester_new(&inner, &f.device, &(ah_sev_guest_options){ .vmpl = 0 }, NULL);
	if (err == AH_OK)
		err = ah_limited_attester_new(&outer, &inner);
	return err == AH_OK ? use(outer, AH_PLATFORM_SNP) : err;
}

static void sweep(const char *name, ah_err (*run)(void), bool persistent)
{
	for (size_t n = 1; n <= ALLOCATIONS_MAX; n++) {
		size_t live = ah_test_alloc_live();
		ah_test_alloc_fail_at(n, persistent);
		ah_err err = run();
		bool failed = ah_test_alloc_failed();
		ah_test_alloc_fail_at(0, false);
		EXPECT_MSG(ah_test_alloc_live() == live, "%s: %zu allocations left at the %zuth", name, ah_test_alloc_live() - live, n);
		EXPECT_MSG(err == (failed ? AH_ERR_NOMEM : AH_OK), "%s: %s at the %zuth", name, ah_err_name(err), n);
		ah_test_count(1);
		if (!failed)
			return;
	}
	EXPECT_MSG(false, "%s: more than %d allocations", name, ALLOCATIONS_MAX);
}

static void every_attester_survives_the_lack_of_memory(void)
{
	static const struct { const char *name; ah_err (*run)(void); } rows[] = {
		{ "nsm", nsm_attests }, { "tsm, snp", tsm_attests_snp }, { "tsm, tdx", tsm_attests_tdx }, { "sev-guest", sev_guest_attests },
		{ "derived key", sev_guest_derives }, { "rtmr", rtmr_extends }, { "limited", limited_is_made },
	};
	AH_AUTO(ah_buf) table = AH_BUF(AH_SNP_CERT_TABLE_MAX), description = AH_BUF(4096), attestation = AH_BUF(AH_NSM_RESPONSE_MAX);
	/* Nothing that stays is allocated within a sweep: evidence, answers and room for the log are there before it. */
	evidence_cert_table(&table);
	fake_nsm_answers(&description, &attestation);
	module = (fake_nsm){ .canned = ah_buf_slice(&attestation), .canned_description = ah_buf_slice(&description) };
	tree = (fake_tsm){ .auxblob = ah_buf_slice(&table) };
	sev = (fake_sev){ .table = ah_buf_slice(&table), .key = { 1 } };
	fake_tdx_init(&tdx);
	EXPECT_OK(ah_buf_reserve(&tdx.log, 1 << 20));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		EXPECT_OK(rows[i].run());
		for (int persistent = 0; persistent < 2; persistent++)
			sweep(rows[i].name, rows[i].run, persistent != 0);
		EXPECT_OK(rows[i].run());
	}
	fake_tdx_free(&tdx);
}

static const ah_test_case cases[] = { AH_TEST(every_attester_survives_the_lack_of_memory) };

AH_TEST_MAIN(cases)
