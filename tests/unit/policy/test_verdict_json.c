/*
 * The verdict as JSON: another implementation (jansson) reads it, finds every documented member with its type, and writes the same bytes
 * again when told to sort and to pack: the form is canonical.
 */
#include "sample.h"
#include "support/test.h"

#include <jansson.h>
#include <stdlib.h>

typedef struct document {
	char *text;
	size_t len;
	json_t *root;
} document;

static void document_auto(document *d)
{
	ah_text_free(d->text);
	json_decref(d->root);
}

/* Member names of an object, in the order of the text, equal to the list; NULL-terminated. */
static bool has_exactly(const json_t *object, const char *const *names)
{
	size_t count = 0;
	for (; names[count] != NULL; count++)
		if (json_object_get(object, names[count]) == NULL) {
			printf("  member %s is absent\n", names[count]);
			return false;
		}
	return json_object_size(object) == count;
}

static void expect_canonical(const document *d)
{
	char *again = json_dumps(d->root, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(1));
	bool same = again != NULL && strlen(again) == d->len && ah_slice_is(ah_slice_text(again), ah_slice_make(d->text, d->len));
	free(again);
	EXPECT(same);
	EXPECT(d->text[d->len] == '\0');
	for (size_t i = 0; i < d->len; i++)
		EXPECT(d->text[i] >= 0x20 && d->text[i] <= 0x7e);
}

static void write_document(document *d, const ah_verdict *v)
{
	static const char *const members[] = {
		"accepted", "carrier", "claims", "error", "evidence", "exit_code", "expiry", "mode", "platform", "policy", "policy_source", "result", "rows", "schema",
		"trust", "verified_at", NULL,
	};
	json_error_t error;
	EXPECT_OK(ah_verdict_to_json(v, &d->text, &d->len));
	d->root = json_loadb(d->text, d->len, JSON_REJECT_DUPLICATES, &error);
	EXPECT_MSG(d->root != NULL, "jansson: %s", error.text);
	EXPECT(has_exactly(d->root, members));
	expect_canonical(d);
	ah_test_count(1);
}

static const char *text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));
	return text != NULL ? text : "";
}

static const json_t *row_of(const document *d, const char *id)
{
	json_t *rows = json_object_get(d->root, "rows");
	for (size_t i = 0; i < json_array_size(rows); i++)
		if (strcmp(text_of(json_array_get(rows, i), "id"), id) == 0)
			return json_array_get(rows, i);
	return NULL;
}

static void make_pass(sample *s)
{
	sample_pass_earlier_rows(s);
	s->verdict.verified_at_s = SAMPLE_NOW_S;
	s->verdict.evidence_len = 1184;
	s->verdict.has_evidence_sha256 = true;
	s->verdict.result = s->request.genuine_only ? AH_RESULT_GENUINE : AH_RESULT_PASS;
	if (!s->request.genuine_only)
		memcpy(s->verdict.workload, s->policy.workload, sizeof s->verdict.workload);
	s->verdict.policy_version = s->policy.version;
	s->verdict.policy_valid_until_s = s->policy.valid_until_s;
	s->verdict.err = sample_appraise(s);
	s->verdict.fault = s->why;
	if (s->verdict.err != AH_OK)
		s->verdict.result = AH_RESULT_FAIL;
}

/* -- the whole -- */

static void an_accepted_snp_report(void)
{
	static const char *const claims[] = {
		"author_key_digest", "author_key_enabled", "chip_id", "chip_id_masked", "committed_tcb", "committed_version", "cpuid", "csp_id",
		"current_mit_vector", "current_tcb", "current_version", "debug", "family_id", "guest_policy", "guest_svn", "host_data", "id_key_digest", "image_id",
		"launch_mit_vector", "launch_tcb", "measurement", "platform_info", "product", "report_data", "report_id", "report_id_ma", "reported_tcb",
		"revocation_checked", "signer", "version", "vmpl", NULL,
	};
	static const char *const trust[] = { "chip_id", "hardware", "root_sha256", "roots", "statement", "tcb", NULL };
	static const char *const policy[] = { "bundle", "release", "valid_until", "version", "workload", NULL };
	sample s;
	sample_snp(&s);
	make_pass(&s);
	AH_AUTO(document) d = { .text = NULL };
	write_document(&d, &s.verdict);
	if (ah_test_failed())
		return;
	EXPECT(strcmp(text_of(d.root, "schema"), "anchorhold.verdict/v1") == 0);
	EXPECT(strcmp(text_of(d.root, "result"), "PASS") == 0);
	EXPECT(strcmp(text_of(d.root, "mode"), "policy") == 0);
	EXPECT(strcmp(text_of(d.root, "policy_source"), "caller") == 0);
	EXPECT(strcmp(text_of(d.root, "platform"), "sev-snp") == 0);
	EXPECT(strcmp(text_of(d.root, "verified_at"), "2026-11-20T09:20:31Z") == 0);
	EXPECT(strcmp(text_of(d.root, "expiry"), "2026-11-21T09:20:31Z") == 0);
	EXPECT(json_is_true(json_object_get(d.root, "accepted")));
	EXPECT(json_is_null(json_object_get(d.root, "error")));
	EXPECT(json_integer_value(json_object_get(d.root, "exit_code")) == 0);
	EXPECT(has_exactly(json_object_get(d.root, "claims"), claims));
	EXPECT(has_exactly(json_object_get(d.root, "trust"), trust));
	EXPECT(has_exactly(json_object_get(d.root, "policy"), policy));
	EXPECT(strcmp(text_of(json_object_get(d.root, "policy"), "release"), "1.4.2") == 0);
	EXPECT(strcmp(text_of(json_object_get(d.root, "claims"), "guest_policy"), "0000000000030000") == 0);
	EXPECT(strstr(text_of(json_object_get(d.root, "trust"), "statement"), "physical attacks are not excluded") != NULL);
	EXPECT(json_array_size(json_object_get(d.root, "rows")) == ah_verdict_row_count(&s.verdict));
}

static void an_accepted_enclave(void)
{
	static const char *const claims[] = {
		"debug", "instance_id", "module_id", "nonce", "pcrs", "public_key", "revocation_checked", "timestamp_ms", "unknown_keys", "user_data", NULL,
	};
	static const char *const trust[] = { "hardware", "instance_id", "root_sha256", "roots", "statement", NULL };
	sample s;
	sample_nitro(&s);
	s.claims.of.nitro.has_nonce = false;
	make_pass(&s);
	AH_AUTO(document) d = { .text = NULL };
	write_document(&d, &s.verdict);
	if (ah_test_failed())
		return;
	const json_t *c = json_object_get(d.root, "claims");
	EXPECT(has_exactly(c, claims));
	EXPECT(has_exactly(json_object_get(d.root, "trust"), trust));
	EXPECT(json_object_size(json_object_get(c, "pcrs")) == 16);
	EXPECT(json_is_null(json_object_get(c, "nonce")));
	EXPECT(strlen(text_of(c, "user_data")) == 128);
	EXPECT(json_integer_value(json_object_get(c, "timestamp_ms")) == SAMPLE_NOW_S * 1000);
}

static bool is_hex_of(const json_t *object, const char *name, ah_slice bytes)
{
	char wanted[129] = "";
	for (size_t i = 0; i < bytes.len && i < 64; i++)
		(void)snprintf(wanted + 2 * i, 3, "%02x", bytes.ptr[i]);
	return strcmp(text_of(object, name), wanted) == 0;
}

/* What the appraisal writes is not the matter here: the document of claims that passed. */
static void make_tdx_pass(sample *s)
{
	sample_pass_earlier_rows(s);
	s->verdict.verified_at_s = SAMPLE_NOW_S;
	s->verdict.expiry_s = SAMPLE_EXPIRY_S;
	s->verdict.evidence_len = 5006;
	s->verdict.has_evidence_sha256 = true;
	s->verdict.result = AH_RESULT_PASS;
	s->verdict.err = AH_OK;
}

static void an_accepted_quote(void)
{
	static const char *const claims[] = {
		"body_type", "collateral", "cpusvn", "debug", "event_log", "fmspc", "mrconfigid", "mrowner", "mrownerconfig", "mrseam", "mrservicetd",
		"mrsignerseam", "mrtd", "pceid", "pcesvn", "platform_instance_id", "ppid", "qe_isvsvn", "quote_sha256", "quote_version", "report_data",
		"revocation_checked", "rtmrs", "seamattributes", "td_attributes", "tee_tcb_svn", "tee_tcb_svn2", "xfam", NULL,
	};
	static const char *const collateral[] = {
		"advisories", "current_status", "module_status", "pck_crl_number", "platform_status", "qe_evaluation", "qe_status", "root_crl_number", "tcb_date",
		"tcb_evaluation", "tcb_status", NULL,
	};
	static const char *const trust[] = { "advisories", "hardware", "ppid", "root_sha256", "roots", "statement", "tcb_date", "tcb_status", NULL };
	sample s;
	sample_tdx(&s);
	ah_tdx_claims *tdx = &s.claims.of.tdx;
	tdx->tcb_status = tdx->platform_status = AH_TDX_TCB_OUT_OF_DATE;
	tdx->advisory_count = 2;
	memcpy(tdx->advisories[0], "INTEL-SA-00837", sizeof "INTEL-SA-00837");
	memcpy(tdx->advisories[1], "INTEL-SA-\x1b[2J", sizeof "INTEL-SA-\x1b[2J");
	make_tdx_pass(&s);
	AH_AUTO(document) d = { .text = NULL };
	write_document(&d, &s.verdict);
	if (ah_test_failed())
		return;
	EXPECT(strcmp(text_of(d.root, "platform"), "tdx") == 0);
	const json_t *c = json_object_get(d.root, "claims"), *col = json_object_get(c, "collateral"), *t = json_object_get(d.root, "trust");
	EXPECT(has_exactly(c, claims) && has_exactly(col, collateral) && has_exactly(t, trust));
	const struct { const char *name; ah_slice bytes; } hex[] = {
		{ "cpusvn", AH_SLICE_OF(tdx->cpusvn) }, { "fmspc", AH_SLICE_OF(tdx->fmspc) }, { "mrconfigid", AH_SLICE_OF(tdx->mrconfigid) },
		{ "mrowner", AH_SLICE_OF(tdx->mrowner) }, { "mrownerconfig", AH_SLICE_OF(tdx->mrownerconfig) }, { "mrseam", AH_SLICE_OF(tdx->mrseam) },
		{ "mrservicetd", AH_SLICE_OF(tdx->mrservicetd) }, { "mrsignerseam", AH_SLICE_OF(tdx->mrsignerseam) }, { "mrtd", AH_SLICE_OF(tdx->mrtd) },
		{ "pceid", AH_SLICE_OF(tdx->pceid) }, { "platform_instance_id", AH_SLICE_OF(tdx->platform_instance_id) }, { "ppid", AH_SLICE_OF(tdx->ppid) },
		{ "quote_sha256", AH_SLICE_OF(tdx->quote_sha256) }, { "report_data", AH_SLICE_OF(tdx->report_data) },
		{ "seamattributes", AH_SLICE_OF(tdx->seamattributes) }, { "tee_tcb_svn", AH_SLICE_OF(tdx->tee_tcb_svn) },
		{ "tee_tcb_svn2", AH_SLICE_OF(tdx->tee_tcb_svn2) },
	};
	for (size_t i = 0; i < sizeof hex / sizeof hex[0]; i++)
		EXPECT_MSG(is_hex_of(c, hex[i].name, hex[i].bytes), "%s", hex[i].name);
	EXPECT(json_array_size(json_object_get(c, "rtmrs")) == 4);
	EXPECT(strncmp(json_string_value(json_array_get(json_object_get(c, "rtmrs"), 3)), "535a6168", 8) == 0);
	EXPECT(strcmp(text_of(c, "td_attributes"), "0000000010000000") == 0 && strcmp(text_of(c, "xfam"), "0000000000061ae7") == 0);
	EXPECT(json_integer_value(json_object_get(c, "quote_version")) == 5 && json_integer_value(json_object_get(c, "body_type")) == 3);
	EXPECT(json_integer_value(json_object_get(c, "pcesvn")) == 11 && json_integer_value(json_object_get(c, "qe_isvsvn")) == 4);
	EXPECT(json_is_null(json_object_get(c, "event_log")));
	EXPECT(strcmp(text_of(col, "tcb_status"), "OutOfDate") == 0 && strcmp(text_of(col, "module_status"), "UpToDate") == 0);
	EXPECT(strcmp(text_of(col, "tcb_date"), "2024-03-13T00:00:00Z") == 0);
	EXPECT(json_integer_value(json_object_get(col, "tcb_evaluation")) == 18 && json_integer_value(json_object_get(col, "qe_evaluation")) == 19);
	EXPECT(json_integer_value(json_object_get(col, "root_crl_number")) == 3 && json_integer_value(json_object_get(col, "pck_crl_number")) == 7);
	EXPECT(json_array_size(json_object_get(col, "advisories")) == 2);
	EXPECT(strcmp(json_string_value(json_array_get(json_object_get(col, "advisories"), 1)), "INTEL-SA-?[2J") == 0);
	EXPECT(is_hex_of(t, "ppid", AH_SLICE_OF(tdx->ppid)) && strcmp(text_of(t, "tcb_status"), "OutOfDate") == 0);
	EXPECT(strstr(text_of(t, "statement"), "Intel") != NULL && strstr(text_of(t, "statement"), "physical attacks are not excluded") != NULL);
}

static void a_quote_without_collateral_has_null_where_nothing_is_known(void)
{
	static const char *const trust[] = { "hardware", "ppid", "root_sha256", "roots", "statement", NULL };
	sample s;
	sample_tdx(&s);
	s.claims.of.tdx.has_collateral = s.claims.of.tdx.is_td15 = s.claims.of.tdx.has_platform_instance_id = false;
	make_tdx_pass(&s);
	AH_AUTO(document) d = { .text = NULL };
	write_document(&d, &s.verdict);
	if (ah_test_failed())
		return;
	static const char *const nulls[] = { "collateral", "event_log", "mrservicetd", "platform_instance_id", "tee_tcb_svn2" };
	for (size_t i = 0; i < sizeof nulls / sizeof nulls[0]; i++)
		EXPECT_MSG(json_is_null(json_object_get(json_object_get(d.root, "claims"), nulls[i])), "%s", nulls[i]);
	EXPECT(has_exactly(json_object_get(d.root, "trust"), trust));
}

static void levels_that_were_not_evaluated_are_null(void)
{
	sample s;
	sample_tdx(&s);
	s.claims.of.tdx.module_status = s.claims.of.tdx.current_status = AH_TDX_TCB_NONE;
	s.claims.of.tdx.has_crl_numbers = false;
	make_tdx_pass(&s);
	AH_AUTO(document) d = { .text = NULL };
	write_document(&d, &s.verdict);
	if (ah_test_failed())
		return;
	static const char *const nulls[] = { "module_status", "current_status", "pck_crl_number", "root_crl_number" };
	const json_t *collateral = json_object_get(json_object_get(d.root, "claims"), "collateral");
	for (size_t i = 0; i < sizeof nulls / sizeof nulls[0]; i++)
		EXPECT_MSG(json_is_null(json_object_get(collateral, nulls[i])), "%s", nulls[i]);
}

static void a_replayed_event_log_is_summed_up(void)
{
	static const char *const members[] = { "events", "rtmrs_replayed", "security_events", NULL };
	sample s;
	sample_tdx(&s);
	ah_tdx_claims *tdx = &s.claims.of.tdx;
	tdx->has_event_log = true;
	tdx->event_count = 43;
	tdx->rtmr_replayed[0] = tdx->rtmr_replayed[3] = true;
	tdx->security_event_count = 2;
	tdx->security_events[0] = (ah_tdx_security_event){ .name = "app-id", .payload_total_len = 7, .payload_len = 2, .payload = { 0xab, 0xcd, 0xef } };
	tdx->security_events[1] = (ah_tdx_security_event){ .name = "compose-hash", .payload_len = 0 };
	make_tdx_pass(&s);
	AH_AUTO(document) d = { .text = NULL };
	write_document(&d, &s.verdict);
	if (ah_test_failed())
		return;
	const json_t *log = json_object_get(json_object_get(d.root, "claims"), "event_log"), *events = json_object_get(log, "security_events");
	EXPECT(has_exactly(log, members));
	EXPECT(json_integer_value(json_object_get(log, "events")) == 43);
	const json_t *replayed = json_object_get(log, "rtmrs_replayed");
	EXPECT(json_array_size(replayed) == 4 && json_is_true(json_array_get(replayed, 0)) && json_is_false(json_array_get(replayed, 1)));
	EXPECT(json_array_size(events) == 2);
	EXPECT(strcmp(text_of(json_array_get(events, 0), "name"), "app-id") == 0 && strcmp(text_of(json_array_get(events, 0), "payload"), "abcd") == 0);
	EXPECT(json_integer_value(json_object_get(json_array_get(events, 0), "payload_length")) == 7);
	EXPECT(strcmp(text_of(json_array_get(events, 1), "payload"), "") == 0);
}

/* The largest claims that there can be: the limit of the text holds them. */
static void the_fullest_claims_fit_into_the_limit(void)
{
	sample s;
	sample_tdx(&s);
	ah_tdx_claims *tdx = &s.claims.of.tdx;
	tdx->advisory_count = 32;
	for (size_t i = 0; i < 32; i++)
		memset(tdx->advisories[i], 'A', 32);
	tdx->has_event_log = true;
	tdx->security_event_count = 5;
	for (size_t i = 0; i < 5; i++) {
		memset(tdx->security_events[i].name, 'n', 32);
		tdx->security_events[i].payload_total_len = SIZE_MAX / 2;
		tdx->security_events[i].payload_len = sizeof tdx->security_events[i].payload;
	}
	make_tdx_pass(&s);
	for (unsigned id = 0; id < AH_CHECK_COUNT; id++) {
		memset(s.verdict.checks.rows[id].got, '"', AH_CHECK_TEXT_MAX - 1);
		memset(s.verdict.checks.rows[id].wanted, '"', AH_CHECK_TEXT_MAX - 1);
	}
	AH_AUTO(document) d = { .text = NULL };
	write_document(&d, &s.verdict);
}

static void thirty_two_pcrs_and_unknown_keys_stay_canonical(void)
{
	sample s;
	sample_nitro(&s);
	s.claims.of.nitro.pcr_mask = UINT32_MAX;
	memset(s.claims.of.nitro.pcr_len, 64, 32);
	s.claims.of.nitro.user_data_len = 512;
	s.claims.of.nitro.nonce_len = 512;
	s.claims.of.nitro.public_key_len = 1024;
	s.claims.of.nitro.unknown_key_count = 8;
	memset(s.claims.of.nitro.unknown_keys, '"', sizeof s.claims.of.nitro.unknown_keys);
	for (size_t i = 0; i < 8; i++)
		s.claims.of.nitro.unknown_keys[i][64] = '\0';
	make_pass(&s);
	AH_AUTO(document) d = { .text = NULL };
	write_document(&d, &s.verdict);
	if (ah_test_failed())
		return;
	EXPECT(json_object_size(json_object_get(json_object_get(d.root, "claims"), "pcrs")) == 32);
	EXPECT(json_array_size(json_object_get(json_object_get(d.root, "claims"), "unknown_keys")) == 8);
}

static void foreign_text_is_shown_as_printable_ascii(void)
{
	sample s;
	sample_nitro(&s);
	memcpy(s.claims.of.nitro.module_id, "a\033[2Jb\xff", sizeof "a\033[2Jb\xff");
	make_pass(&s);
	AH_AUTO(document) d = { .text = NULL };
	write_document(&d, &s.verdict);
	if (ah_test_failed())
		return;
	EXPECT(strcmp(text_of(json_object_get(d.root, "claims"), "module_id"), "a?[2Jb?") == 0);
}

static void the_same_question_gives_the_same_bytes(void)
{
	sample s[2];
	AH_AUTO(document) first = { .text = NULL };
	AH_AUTO(document) second = { .text = NULL };
	sample_snp(&s[0]);
	make_pass(&s[0]);
	sample_snp(&s[1]);
	make_pass(&s[1]);
	write_document(&first, &s[0].verdict);
	write_document(&second, &s[1].verdict);
	EXPECT_BYTES(ah_slice_make(first.text, first.len), ah_slice_make(second.text, second.len));
}

/* -- optional parts -- */

static void a_version_2_report_has_null_where_it_says_nothing(void)
{
	sample s;
	sample_snp(&s);
	sample_genuine_only(&s);
	s.claims.of.snp.version = 2;
	s.claims.of.snp.has_cpuid = false;
	make_pass(&s);
	AH_AUTO(document) d = { .text = NULL };
	write_document(&d, &s.verdict);
	if (ah_test_failed())
		return;
	const json_t *c = json_object_get(d.root, "claims");
	EXPECT(json_is_null(json_object_get(c, "cpuid")));
	EXPECT(json_is_null(json_object_get(c, "current_mit_vector")));
	EXPECT(json_is_null(json_object_get(c, "launch_mit_vector")));
	EXPECT(json_is_null(json_object_get(c, "csp_id")));
	EXPECT(json_is_null(json_object_get(d.root, "policy")));
	EXPECT(strcmp(text_of(d.root, "policy_source"), "none") == 0);
	EXPECT(strcmp(text_of(d.root, "mode"), "genuine-only") == 0);
	EXPECT(strcmp(text_of(d.root, "result"), "GENUINE") == 0);
}

static void a_masked_chip_is_absent_from_the_trust_and_turin_has_fmc(void)
{
	sample s;
	sample_snp(&s);
	sample_genuine_only(&s);
	s.claims.of.snp.chip_id_masked = true;
	s.claims.of.snp.signer = AH_SNP_VLEK;
	s.claims.of.snp.product = AH_SNP_TURIN;
	s.claims.of.snp.reported_tcb.has_fmc = true;
	memcpy(s.claims.of.snp.csp_id, "CN=cloud", sizeof "CN=cloud");
	make_pass(&s);
	AH_AUTO(document) d = { .text = NULL };
	write_document(&d, &s.verdict);
	if (ah_test_failed())
		return;
	const json_t *trust = json_object_get(d.root, "trust"), *claims = json_object_get(d.root, "claims");
	EXPECT(json_object_get(trust, "chip_id") == NULL);
	EXPECT(json_object_get(json_object_get(trust, "tcb"), "fmc") != NULL);
	EXPECT(json_object_get(json_object_get(claims, "current_tcb"), "fmc") == NULL);
	EXPECT(strcmp(text_of(claims, "csp_id"), "CN=cloud") == 0);
	EXPECT(strcmp(text_of(claims, "product"), "Turin") == 0);
	EXPECT(strcmp(text_of(claims, "signer"), "vlek") == 0);
}

static void simulated_evidence_says_so(void)
{
	sample s;
	sample_snp(&s);
	s.claims.hardware = false;
	s.request.allow_simulated = true;
	s.policy.simulated_roots = sample_bytes(&s, s.claims.root_sha256, 32);
	make_pass(&s);
	s.verdict.result = AH_RESULT_SIMULATED;
	AH_AUTO(document) d = { .text = NULL };
	write_document(&d, &s.verdict);
	if (ah_test_failed())
		return;
	EXPECT(json_is_false(json_object_get(json_object_get(d.root, "trust"), "hardware")));
	EXPECT(strstr(text_of(json_object_get(d.root, "trust"), "statement"), "no hardware") != NULL);
	EXPECT(strcmp(text_of(d.root, "result"), "SIMULATED") == 0);
}

/* -- rows and errors -- */

static void each_status_of_a_row_has_its_members(void)
{
	static const char *const passed[] = { "got", "id", "range", "specification", "status", "title", "wanted", NULL };
	static const char *const failed[] = { "error", "got", "id", "range", "specification", "status", "title", "wanted", NULL };
	static const char *const skipped[] = { "id", "reason", "specification", "status", "title", NULL };
	sample s;
	sample_snp(&s);
	s.claims.of.snp.measurement[0] ^= 1;
	make_pass(&s);
	AH_AUTO(document) d = { .text = NULL };
	write_document(&d, &s.verdict);
	if (ah_test_failed())
		return;
	EXPECT(has_exactly(row_of(&d, "snp.vmpl"), passed));
	EXPECT(has_exactly(row_of(&d, "measurement"), failed));
	EXPECT(has_exactly(row_of(&d, "freshness"), skipped));
	EXPECT(strcmp(text_of(row_of(&d, "snp.vmpl"), "status"), "pass") == 0);
	EXPECT(strcmp(text_of(row_of(&d, "measurement"), "status"), "fail") == 0);
	EXPECT(strcmp(text_of(row_of(&d, "measurement"), "error"), "MeasurementNotAllowed") == 0);
	EXPECT(strcmp(text_of(row_of(&d, "freshness"), "status"), "not_checked") == 0);
	const json_t *range = json_object_get(row_of(&d, "measurement"), "range");
	EXPECT(json_integer_value(json_object_get(range, "off")) == 0x90 && json_integer_value(json_object_get(range, "len")) == 48);
	const json_t *error = json_object_get(d.root, "error");
	static const char *const error_members[] = { "class", "code", "detail", "name", "next_step", "offset", "step", NULL };
	EXPECT(has_exactly(error, error_members));
	EXPECT(json_integer_value(json_object_get(error, "code")) == 600);
	EXPECT(strcmp(text_of(error, "class"), "not allowed") == 0);
	EXPECT(strcmp(text_of(error, "step"), "measurement") == 0);
	EXPECT(json_is_null(json_object_get(json_object_get(d.root, "policy"), "release")));
	EXPECT(json_is_null(json_object_get(d.root, "expiry")));
}

static void every_error_of_the_table_can_be_written(void)
{
	ah_err err;
	for (size_t i = 0; (err = ah_err_at(i)) != AH_OK; i++) {
		ah_verdict v = { .result = AH_RESULT_FAIL, .err = err, .fault = { .err = err, .step = "step", .offset = i, .detail = "\"detail\" \\ of it" } };
		AH_AUTO(document) d = { .text = NULL };
		write_document(&d, &v);
		if (ah_test_failed())
			return;
		const json_t *error = json_object_get(d.root, "error");
		EXPECT(strcmp(text_of(error, "name"), ah_err_name(err)) == 0);
		EXPECT(strcmp(text_of(error, "class"), ah_err_class_name(ah_err_class_of(err))) == 0);
		EXPECT(json_integer_value(json_object_get(error, "code")) == err);
		EXPECT(json_integer_value(json_object_get(d.root, "exit_code")) == ah_err_exit_code(err));
		EXPECT(json_is_false(json_object_get(d.root, "accepted")));
	}
}

static void every_result_has_its_name(void)
{
	static const char *const names[] = { "MALFORMED", "UNSUPPORTED", "FAIL", "UNBOUND", "DEBUG", "SIMULATED", "GENUINE", "PASS" };
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		ah_verdict v = { .result = (ah_result)i, .err = AH_ERR_INTERNAL, .fault = { .offset = AH_NO_OFFSET } };
		AH_AUTO(document) d = { .text = NULL };
		write_document(&d, &v);
		if (ah_test_failed())
			return;
		EXPECT(strcmp(text_of(d.root, "result"), names[i]) == 0);
		EXPECT(strcmp(ah_result_name((ah_result)i), names[i]) == 0);
	}
	EXPECT(strcmp(ah_result_name((ah_result)8), "UNKNOWN") == 0);
}

static void bytes_that_nobody_detected_have_no_rows_and_no_claims(void)
{
	ah_verdict v = {
		.result = AH_RESULT_MALFORMED,
		.err = AH_ERR_TOO_LARGE,
		.fault = { .err = AH_ERR_TOO_LARGE, .offset = AH_NO_OFFSET },
		.evidence_len = SIZE_MAX,
		.genuine_only = true,
	};
	AH_AUTO(document) d = { .text = NULL };
	write_document(&d, &v);
	if (ah_test_failed())
		return;
	EXPECT(json_array_size(json_object_get(d.root, "rows")) == 0);
	EXPECT(json_is_null(json_object_get(d.root, "claims")));
	EXPECT(json_is_null(json_object_get(d.root, "trust")));
	EXPECT(strcmp(text_of(d.root, "platform"), "none") == 0);
	EXPECT(json_is_null(json_object_get(json_object_get(d.root, "evidence"), "sha256")));
	EXPECT(json_object_get(json_object_get(d.root, "error"), "offset") == NULL);
	EXPECT(json_integer_value(json_object_get(d.root, "exit_code")) == 30);
}

/* -- what evidence and policy came in -- */

static void fill_carriers(ah_verdict *v)
{
	v->envelope = (ah_envelope_claims){
		.workload = "router", .purpose = "tls", .role = "server", .issued_at_s = SAMPLE_NOW_S - 10, .max_age_s = 3600, .has_tls_spki = true,
		.has_binding_p256 = true, .trust_bundle_url = "https://trust.example/router.jws",
	};
	memset(v->envelope.tls_spki_sha256, 0xa5, sizeof v->envelope.tls_spki_sha256);
	v->event = (ah_event_claims){
		.kind = 63793, .created_at_s = SAMPLE_NOW_S - 60, .has_builder = true, .name = "signer\033[2J", .version = "1.2.3", .stage = "prod",
		.relay_count = 2, .relays = { "wss://one.example", "wss://two.example" }, .release_signer_count = 1,
	};
	memset(v->event.pubkey, 0x5a, sizeof v->event.pubkey);
	v->bundle = (ah_bundle_info){ .workload = "router", .kid = "2026-1", .version = 17, .valid_until_s = SAMPLE_NOW_S + 86400 };
	memset(v->bundle.root, 0x11, sizeof v->bundle.root);
}

static void an_envelope_and_a_bundle_are_told(void)
{
	static const char *const members[] = {
		"binding_p256", "deployment_id", "ed25519", "freshness", "issued_at", "max_age_seconds", "purpose", "role", "service_key", "tls_spki_sha256",
		"trust_bundle_url", "workload", "workload_identity_tag", "x25519", NULL,
	};
	static const char *const bundle_members[] = { "kid", "root", "sha256", NULL };
	sample s;
	sample_snp(&s);
	make_pass(&s);
	fill_carriers(&s.verdict);
	s.verdict.carrier = AH_CARRIER_ENVELOPE;
	s.verdict.has_envelope = s.verdict.has_bundle = true;
	AH_AUTO(document) d = { .text = NULL };
	write_document(&d, &s.verdict);
	const json_t *carrier = json_object_get(d.root, "carrier"), *claims = json_object_get(carrier, "claims");
	EXPECT(strcmp(text_of(carrier, "kind"), "envelope") == 0);
	EXPECT(has_exactly(claims, members));
	EXPECT(strcmp(text_of(claims, "freshness"), "cached") == 0 && strcmp(text_of(claims, "issued_at"), "2026-11-20T09:20:21Z") == 0);
	EXPECT(strncmp(text_of(claims, "tls_spki_sha256"), "a5a5", 4) == 0);
	EXPECT(json_is_null(json_object_get(claims, "deployment_id")) && json_is_null(json_object_get(claims, "x25519")));
	const json_t *bundle = json_object_get(json_object_get(d.root, "policy"), "bundle");
	EXPECT(has_exactly(bundle, bundle_members));
	EXPECT(strcmp(text_of(bundle, "kid"), "2026-1") == 0);
}

static void of_a_tresor_envelope_no_time_is_told(void)
{
	sample s;
	sample_snp(&s);
	make_pass(&s);
	fill_carriers(&s.verdict);
	s.verdict.carrier = AH_CARRIER_TRESOR;
	s.verdict.has_envelope = s.verdict.envelope.is_tresor = true;
	AH_AUTO(document) d = { .text = NULL };
	write_document(&d, &s.verdict);
	const json_t *claims = json_object_get(json_object_get(d.root, "carrier"), "claims");
	EXPECT(json_is_null(json_object_get(claims, "issued_at")) && json_is_null(json_object_get(claims, "max_age_seconds")));
	EXPECT(strncmp(text_of(claims, "tls_spki_sha256"), "a5a5", 4) == 0);
}

static void an_event_is_told_without_commands_to_a_terminal(void)
{
	static const char *const members[] = {
		"attested_pubkey", "builder", "created_at", "expiration", "id", "kind", "launcher", "name", "pubkey", "relays", "release_signers", "repository",
		"stage", "version", NULL,
	};
	sample s;
	sample_nitro(&s);
	make_pass(&s);
	fill_carriers(&s.verdict);
	s.verdict.carrier = AH_CARRIER_EVENT;
	s.verdict.has_event = true;
	AH_AUTO(document) d = { .text = NULL };
	write_document(&d, &s.verdict);
	const json_t *carrier = json_object_get(d.root, "carrier"), *claims = json_object_get(carrier, "claims");
	EXPECT(strcmp(text_of(carrier, "kind"), "instance-event") == 0);
	EXPECT(has_exactly(claims, members));
	EXPECT(strcmp(text_of(claims, "name"), "signer?[2J") == 0);
	EXPECT(json_array_size(json_object_get(claims, "relays")) == 2 && json_array_size(json_object_get(claims, "release_signers")) == 1);
	EXPECT(json_is_null(json_object_get(claims, "expiration")) && json_is_null(json_object_get(claims, "launcher")));
	EXPECT(json_is_null(json_object_get(json_object_get(d.root, "policy"), "bundle")));
}

static void what_is_not_proven_of_a_carrier_is_null(void)
{
	sample s;
	sample_nitro(&s);
	make_pass(&s);
	fill_carriers(&s.verdict);
	s.verdict.carrier = AH_CARRIER_TRESOR;
	AH_AUTO(document) d = { .text = NULL };
	write_document(&d, &s.verdict);
	const json_t *carrier = json_object_get(d.root, "carrier");
	EXPECT(json_is_null(json_object_get(carrier, "claims")) && strcmp(text_of(carrier, "kind"), "tresor-envelope") == 0);
}

static const ah_test_case cases[] = {
	AH_TEST(an_accepted_snp_report),
	AH_TEST(an_accepted_enclave),
	AH_TEST(an_accepted_quote),
	AH_TEST(a_quote_without_collateral_has_null_where_nothing_is_known),
	AH_TEST(levels_that_were_not_evaluated_are_null),
	AH_TEST(a_replayed_event_log_is_summed_up),
	AH_TEST(the_fullest_claims_fit_into_the_limit),
	AH_TEST(thirty_two_pcrs_and_unknown_keys_stay_canonical),
	AH_TEST(foreign_text_is_shown_as_printable_ascii),
	AH_TEST(the_same_question_gives_the_same_bytes),
	AH_TEST(a_version_2_report_has_null_where_it_says_nothing),
	AH_TEST(a_masked_chip_is_absent_from_the_trust_and_turin_has_fmc),
	AH_TEST(simulated_evidence_says_so),
	AH_TEST(each_status_of_a_row_has_its_members),
	AH_TEST(every_error_of_the_table_can_be_written),
	AH_TEST(every_result_has_its_name),
	AH_TEST(bytes_that_nobody_detected_have_no_rows_and_no_claims),
	AH_TEST(an_envelope_and_a_bundle_are_told),
	AH_TEST(of_a_tresor_envelope_no_time_is_told),
	AH_TEST(an_event_is_told_without_commands_to_a_terminal),
	AH_TEST(what_is_not_proven_of_a_carrier_is_null),
};
AH_TEST_MAIN(cases)
