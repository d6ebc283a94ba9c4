/*
 * Goal: a row of an envelope passes only where the evidence proves it, the claims are given out only once it did, and no change of a served envelope is
 * accepted as another statement.
 * Method: the baselines of the forged cases, judged with their rows looked at; a served envelope with each byte changed and cut at each length.
 */
#include "forged/cases.h"
#include "attesters/sim_envelope.h"
#include "support/test.h"

static ah_verifier *verifier;

static const forge_case *case_named(const char *name)
{
	for (size_t i = 0; i < forge_envelope_case_count; i++)
		if (strcmp(forge_envelope_cases[i].name, name) == 0)
			return &forge_envelope_cases[i];
	forge_must(AH_ERR_INTERNAL, name, __FILE__, __LINE__);
	return NULL;
}

/* One case, judged. */
typedef struct run {
	forge *f;
	ah_verdict *verdict;
	ah_err err;
} run;

static void run_auto(run *r)
{
	ah_verdict_free(r->verdict);
	forge_free(r->f);
}

static void judge(run *r)
{
	ah_verdict_free(r->verdict);
	r->verdict = NULL;
	r->err = forge_judge(r->f, verifier, &r->verdict);
}

static run run_of(const char *name)
{
	run r = { .f = forge_make(case_named(name)) };
	judge(&r);
	return r;
}

static ah_row row_of(const ah_verdict *verdict, ah_check_id id)
{
	ah_row row = { .id = "" };
	for (size_t i = 0; verdict != NULL && i < ah_verdict_row_count(verdict); i++)
		if (ah_verdict_row(verdict, i, &row) == AH_OK && strcmp(row.id, ah_check_infos[id].id) == 0)
			return row;
	return (ah_row){ .id = "absent", .status = AH_ROW_FAIL, .err = AH_ERR_INTERNAL, .got = "", .wanted = "", .reason = "" };
}

#define EXPECT_ROW(r, check, wanted_status) \
	EXPECT_MSG(row_of((r).verdict, AH_CHECK_##check).status == AH_ROW_##wanted_status, "%s: %d, %s", ah_check_infos[AH_CHECK_##check].id, \
	           (int)row_of((r).verdict, AH_CHECK_##check).status, row_of((r).verdict, AH_CHECK_##check).reason)

/* -- rows -- */

static void cached_evidence_proves_no_live_connection(void)
{
	static const char *const names[] = { "envelope_around_nitro", "envelope_around_snp", "envelope_around_tdx" };
	for (size_t i = 0; i < 3; i++) {
		AH_AUTO(run) r = run_of(names[i]);
		EXPECT_OK(r.err);
		EXPECT_ROW(r, ENVELOPE_PLATFORM, PASS);
		EXPECT_ROW(r, ENVELOPE_WORKLOAD, PASS);
		EXPECT_ROW(r, ENVELOPE_PURPOSE, PASS);
		EXPECT_ROW(r, ENVELOPE_TIME, PASS);
		EXPECT_ROW(r, ENVELOPE_SPKI, PASS);
		EXPECT_ROW(r, SPKI_REVOKED, PASS);
		EXPECT_ROW(r, ENVELOPE_MANIFEST, NOT_CHECKED);
		EXPECT_ROW(r, IDENTITY_TAG, NOT_CHECKED);
		EXPECT_ROW(r, MANIFEST_KEY, NOT_CHECKED);
		EXPECT_ROW(r, DEPLOYMENT, NOT_CHECKED);
		EXPECT_ROW(r, SERVICE_KEY, NOT_CHECKED);
		EXPECT_ROW(r, FRESHNESS, PASS);
		EXPECT_ROW(r, BINDING_REPORT_DATA, PASS);
		EXPECT_ROW(r, SESSION, NOT_CHECKED);
		EXPECT(strncmp(row_of(r.verdict, AH_CHECK_SESSION).reason, "no live connection: ", 20) == 0);
	}
}

static void a_nonce_is_shown_where_it_is_proven(void)
{
	AH_AUTO(run) nitro = run_of("envelope_around_nitro");
	EXPECT_ROW(nitro, BINDING_NONCE, PASS); /* cached: the document has none */
	AH_AUTO(run) snp = run_of("envelope_around_snp");
	EXPECT_ROW(snp, BINDING_NONCE, NOT_CHECKED);
	AH_AUTO(run) live = run_of("envelope_in_a_session_on_snp");
	EXPECT_ROW(live, BINDING_NONCE, NOT_CHECKED); /* it is under the session signature */
	EXPECT_ROW(live, SESSION, PASS);
	AH_AUTO(run) fresh = run_of("envelope_fresh_on_snp");
	EXPECT_ROW(fresh, BINDING_NONCE, PASS);
	EXPECT_ROW(fresh, SESSION, PASS);
	AH_AUTO(run) unsigned_ = run_of("envelope_fresh_and_unsigned");
	EXPECT_ROW(unsigned_, SESSION, PASS);
	EXPECT(strstr(row_of(unsigned_.verdict, AH_CHECK_SESSION).got, "report data is over this") != NULL);
}

static void kms_leaves_the_key_to_the_key_service(void)
{
	AH_AUTO(run) kms = run_of("envelope_for_kms");
	EXPECT_ROW(kms, BINDING_PUBLIC_KEY, NOT_CHECKED);
	AH_AUTO(run) nostr = run_of("envelope_for_nostr");
	EXPECT_ROW(nostr, BINDING_PUBLIC_KEY, PASS);
}

static void what_is_bound_to_nothing_passes_no_statement(void)
{
	static const char *const names[] = {
		"B03_envelope_without_a_binding_is_unbound", "B03_envelope_without_a_binding_is_unbound_on_nitro", "B03_fresh_envelope_without_a_connection_is_unbound",
		"B03_fresh_envelope_without_a_connection_is_unbound_on_nitro",
	};
	for (size_t i = 0; i < 4; i++) {
		AH_AUTO(run) r = run_of(names[i]);
		EXPECT_ERR(r.err, AH_ERR_UNBOUND);
		EXPECT(ah_verdict_result(r.verdict) == AH_RESULT_UNBOUND && ah_verdict_appraisal(r.verdict) == NULL && ah_verdict_envelope(r.verdict) == NULL);
		EXPECT_ROW(r, ENVELOPE_PURPOSE, NOT_CHECKED);
		EXPECT_ROW(r, ENVELOPE_SPKI, NOT_CHECKED);
		EXPECT_ROW(r, SPKI_REVOKED, NOT_CHECKED);
		EXPECT_ROW(r, FRESHNESS, NOT_CHECKED);
		EXPECT_ROW(r, BINDING_REPORT_DATA, NOT_CHECKED);
		EXPECT_ROW(r, BINDING_NONCE, NOT_CHECKED);
		EXPECT_ROW(r, SESSION, NOT_CHECKED);
		EXPECT_ROW(r, ENVELOPE_TIME, NOT_CHECKED);
	}
}

/* A time that nothing proves refuses and ends what it can, and passes nowhere. */
static void an_unproven_time_refuses_and_never_passes(void)
{
	static const char *const names[] = { "B03_envelope_without_a_binding_is_unbound", "envelope_of_tresor" };
	for (size_t i = 0; i < 2; i++) {
		AH_AUTO(run) r = run_of(names[i]);
		EXPECT_ROW(r, ENVELOPE_TIME, NOT_CHECKED);
		EXPECT(i == 0 || ah_verdict_expiry_s(r.verdict) == FORGE_NOW_S + AH_EVIDENCE_AGE_MAX_S);
		r.f->request.now_s += AH_EVIDENCE_AGE_MAX_S;
		judge(&r);
		EXPECT_ROW(r, ENVELOPE_TIME, FAIL);
		EXPECT_ERR(r.err, AH_ERR_ENVELOPE_EXPIRED);
		r.f->request.now_s = FORGE_NOW_S - AH_CLOCK_SKEW_ENVELOPE_S - 1;
		judge(&r);
		EXPECT_ROW(r, ENVELOPE_TIME, FAIL);
	}
}

static void lists_are_met_by_proven_values_alone(void)
{
	AH_AUTO(run) r = run_of("envelope_with_everything_listed_on_snp");
	EXPECT_OK(r.err);
	EXPECT_ROW(r, ENVELOPE_MANIFEST, PASS);
	EXPECT_ROW(r, IDENTITY_TAG, PASS);
	EXPECT_ROW(r, MANIFEST_KEY, PASS);
	EXPECT_ROW(r, DEPLOYMENT, PASS);
	EXPECT_ROW(r, SERVICE_KEY, PASS);
	r.f->request.expected.session_value = (ah_slice){ NULL, 0 };
	judge(&r);
	EXPECT_ERR(r.err, AH_ERR_UNBOUND);
	EXPECT_ROW(r, ENVELOPE_MANIFEST, NOT_CHECKED);
	EXPECT_ROW(r, IDENTITY_TAG, NOT_CHECKED);
	EXPECT_ROW(r, MANIFEST_KEY, NOT_CHECKED);
	EXPECT_ROW(r, DEPLOYMENT, NOT_CHECKED);
	EXPECT_ROW(r, SERVICE_KEY, NOT_CHECKED);
	EXPECT_ROW(r, FRESHNESS, NOT_CHECKED);
}

static void a_tresor_envelope_is_believed_for_its_half(void)
{
	AH_AUTO(run) r = run_of("envelope_of_tresor");
	EXPECT_OK(r.err);
	EXPECT_ROW(r, ENVELOPE_PURPOSE, NOT_CHECKED);
	EXPECT_ROW(r, FRESHNESS, NOT_CHECKED);
	EXPECT_ROW(r, ENVELOPE_SPKI, PASS);
	EXPECT_ROW(r, ENVELOPE_MANIFEST, PASS);
	EXPECT_ROW(r, BINDING_REPORT_DATA, PASS);
	EXPECT(strlen(row_of(r.verdict, AH_CHECK_BINDING_REPORT_DATA).got) == 64);
	EXPECT(ah_verdict_carrier(r.verdict) == AH_CARRIER_TRESOR && ah_verdict_envelope(r.verdict)->is_tresor);
	EXPECT_ROW(r, ENVELOPE_TIME, NOT_CHECKED);
	EXPECT(ah_verdict_envelope(r.verdict)->issued_at_s == 0 && ah_verdict_envelope(r.verdict)->max_age_s == 0);
}

static void a_tresor_envelope_without_a_chain_has_no_endorsement(void)
{
	AH_AUTO(run) r = run_of("envelope_of_tresor_that_brings_its_chain");
	EXPECT_OK(r.err);
	AH_AUTO_PTR(ah_envelope) e = NULL;
	EXPECT_OK(ah_envelope_parse(&e, ah_buf_slice(&r.f->carried), NULL));
	ah_buf_clear(&e->vek_chain);
	ah_buf_clear(&r.f->carried);
	EXPECT_OK(ah_envelope_write(&r.f->carried, e));
	r.f->request.evidence = ah_buf_slice(&r.f->carried);
	judge(&r);
	EXPECT_ERR(r.err, AH_ERR_ENDORSEMENT_MISSING);
}

/* -- claims and expiry -- */

static void claims_are_given_once_the_binding_held(void)
{
	AH_AUTO(run) r = run_of("envelope_in_a_session_on_nitro");
	EXPECT_OK(r.err);
	const ah_envelope_claims *says = ah_verdict_envelope(r.verdict);
	EXPECT(says != NULL && strcmp(says->purpose, "tls") == 0 && strcmp(says->deployment_id, "prod-eu-1") == 0 && says->has_binding_p256);
	EXPECT(ah_verdict_carrier(r.verdict) == AH_CARRIER_ENVELOPE && ah_verdict_platform(r.verdict) == AH_PLATFORM_NITRO);
	AH_AUTO(run) refused = run_of("B08_relabelled_envelope_is_refused");
	EXPECT_ERR(refused.err, AH_ERR_REPORT_DATA);
	EXPECT(ah_verdict_envelope(refused.verdict) == NULL && ah_verdict_claims(refused.verdict) != NULL);
}

/* R is over purpose, role and TLS key as the caller stated them. */
static void claims_that_contradict_the_caller_are_not_given(void)
{
	static const char *const names[] = {
		"B08_envelope_of_another_purpose_is_refused", "B05_envelope_of_another_role_is_refused", "B07_envelope_with_another_tls_key_is_refused",
		"tresor_envelope_with_another_tls_key_is_refused",
	};
	for (size_t i = 0; i < 4; i++) {
		AH_AUTO(run) r = run_of(names[i]);
		EXPECT_ROW(r, BINDING_REPORT_DATA, PASS);
		EXPECT(r.err != AH_OK && ah_verdict_envelope(r.verdict) == NULL);
		EXPECT_ROW(r, SPKI_REVOKED, NOT_CHECKED);
	}
}

static void a_verdict_expires_with_its_envelope(void)
{
	AH_AUTO(run) hour = run_of("envelope_around_snp");
	EXPECT(ah_verdict_expiry_s(hour.verdict) == FORGE_NOW_S + AH_EVIDENCE_AGE_MAX_S);
	AH_AUTO(run) last = run_of("envelope_in_its_last_second");
	EXPECT(ah_verdict_expiry_s(last.verdict) == FORGE_NOW_S + 1);
}

/* A session that is signed by a key for which the report data do not vouch is no session. */
static void a_signature_counts_only_for_an_attested_key(void)
{
	AH_AUTO(run) r = run_of("envelope_in_a_session_on_snp");
	EXPECT_OK(r.err);
	AH_AUTO_PTR(ah_envelope) e = NULL;
	EXPECT_OK(ah_envelope_parse(&e, ah_buf_slice(&r.f->carried), NULL));
	e->says.deployment_id[0] = 'q';
	ah_buf_clear(&r.f->carried);
	EXPECT_OK(ah_envelope_write(&r.f->carried, e));
	r.f->request.evidence = ah_buf_slice(&r.f->carried);
	judge(&r);
	EXPECT_ERR(r.err, AH_ERR_REPORT_DATA);
	EXPECT_ROW(r, SESSION, NOT_CHECKED);
}

/* -- what a server sends in place of an envelope -- */

static void bytes_that_are_no_envelope_get_a_verdict(void)
{
	static const char instance_event[] = "{\"kind\":1,\"sig\":\"\",\"pubkey\":\"\"}", page[] = "<html>502 Bad Gateway</html>";
	AH_AUTO(run) r = run_of("envelope_around_snp");
	const ah_slice whole = ah_buf_slice(&r.f->carried);
	const struct { ah_slice bytes; ah_err err; ah_result result; } table[] = {
		{ ah_slice_sub(whole, 0, whole.len - 1), AH_ERR_JSON, AH_RESULT_MALFORMED },
		{ ah_slice_make(NULL, 0), AH_ERR_ENVELOPE_MALFORMED, AH_RESULT_MALFORMED },
		{ ah_slice_text(page), AH_ERR_ENVELOPE_MALFORMED, AH_RESULT_MALFORMED },
		{ ah_slice_text("{\"error\":\"busy\"}"), AH_ERR_UNKNOWN_FORMAT, AH_RESULT_UNSUPPORTED },
		{ ah_slice_text(instance_event), AH_ERR_ENVELOPE_MALFORMED, AH_RESULT_MALFORMED },
		{ ah_buf_slice(&r.f->out.evidence), AH_ERR_ENVELOPE_MALFORMED, AH_RESULT_MALFORMED },
	};
	static const uint8_t nonce[16] = { 1 };
	EXPECT_OK(r.err);
	for (size_t i = 0; i < 3 * sizeof table / sizeof table[0]; i++) {
		size_t row = i / 3;
		r.f->request.evidence = table[row].bytes;
		/* What would be a wrong question about raw evidence of SEV-SNP is none here. */
		r.f->request.expected.fields = AH_EXPECT_CHANNEL | (i % 3 == 1 ? (unsigned)AH_EXPECT_NONCE : 0);
		r.f->request.expected.nonce = i % 3 == 1 ? AH_SLICE_OF(nonce) : ah_slice_make(NULL, 0);
		r.f->request.event_log = i % 3 == 2 ? AH_SLICE_OF(nonce) : ah_slice_make(NULL, 0);
		judge(&r);
		EXPECT_MSG(r.err == table[row].err && r.verdict != NULL, "row %zu: %s", row, ah_err_name(r.err));
		EXPECT(ah_verdict_result(r.verdict) == table[row].result && ah_verdict_envelope(r.verdict) == NULL);
	}
}

/* -- endorsements -- */

static ah_err judge_with_chain(run *r, const char *pem)
{
	AH_AUTO_PTR(ah_envelope) e = NULL;
	FORGE_MUST(ah_envelope_parse(&e, ah_buf_slice(&r->f->carried), NULL));
	ah_buf_clear(&e->vek_chain);
	FORGE_MUST(ah_buf_append_text(&e->vek_chain, pem));
	ah_buf_clear(&r->f->carried);
	FORGE_MUST(ah_envelope_write(&r->f->carried, e));
	r->f->request.evidence = ah_buf_slice(&r->f->carried);
	judge(r);
	return r->err;
}

/* A PEM block whose content is no certificate is read as one, and judged only where it is used. */
#define NO_CERTIFICATE "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"

static void the_callers_endorsements_stand_in_place_of_the_servers(void)
{
	AH_AUTO(run) both = run_of("envelope_around_snp");
	EXPECT_OK(both.err);
	EXPECT_OK(judge_with_chain(&both, NO_CERTIFICATE NO_CERTIFICATE NO_CERTIFICATE));
	AH_AUTO(run) own = run_of("envelope_that_brings_its_chain");
	EXPECT_OK(own.err);
	EXPECT(judge_with_chain(&own, NO_CERTIFICATE NO_CERTIFICATE NO_CERTIFICATE) != AH_OK);
}

static void a_chain_that_is_no_pem_is_malformed(void)
{
	static const char *const chains[] = {
		"x", "-----BEGIN CERTIFICATE-----\n", "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n",
		NO_CERTIFICATE "-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n",
		NO_CERTIFICATE NO_CERTIFICATE NO_CERTIFICATE NO_CERTIFICATE NO_CERTIFICATE NO_CERTIFICATE NO_CERTIFICATE NO_CERTIFICATE NO_CERTIFICATE NO_CERTIFICATE,
	};
	for (size_t i = 0; i < sizeof chains / sizeof chains[0]; i++) {
		AH_AUTO(run) r = run_of("envelope_that_brings_its_chain");
		EXPECT_ERR(judge_with_chain(&r, chains[i]), AH_ERR_ENVELOPE_MALFORMED);
		EXPECT(ah_verdict_result(r.verdict) == AH_RESULT_MALFORMED);
	}
}

static void evidence_that_nobody_knows_is_judged_as_what_it_is_said_to_be(void)
{
	AH_AUTO(run) r = run_of("envelope_around_snp");
	AH_AUTO_PTR(ah_envelope) e = NULL;
	EXPECT_OK(ah_envelope_parse(&e, ah_buf_slice(&r.f->carried), NULL));
	e->evidence.len -= 1;
	ah_buf_clear(&r.f->carried);
	EXPECT_OK(ah_envelope_write(&r.f->carried, e));
	r.f->request.evidence = ah_buf_slice(&r.f->carried);
	judge(&r);
	EXPECT(ah_verdict_result(r.verdict) == AH_RESULT_MALFORMED && ah_verdict_platform(r.verdict) == AH_PLATFORM_SNP);
}

/* -- mutation: what is accepted says what the unchanged one said -- */

/* Everything but the chain: text around PEM blocks, and certificates that are not needed, are nobody's statement. */
static void put_statement(ah_buf *out, ah_slice json)
{
	AH_AUTO_PTR(ah_envelope) e = NULL;
	FORGE_MUST(ah_envelope_parse(&e, json, NULL));
	ah_buf_clear(&e->vek_chain);
	FORGE_MUST(ah_envelope_write(out, e));
}

static bool same_statement(const ah_buf *golden, ah_slice json)
{
	AH_AUTO(ah_buf) statement = AH_BUF(2 * AH_ENVELOPE_MAX);
	put_statement(&statement, json);
	return ah_slice_is(ah_buf_slice(&statement), ah_buf_slice(golden));
}

/* One bit of each byte, another one at each offset: eight rounds would take minutes and show the same. */
static void change_every_byte(const char *name)
{
	AH_AUTO(run) r = run_of(name);
	EXPECT_OK(r.err);
	AH_AUTO(ah_buf) golden = AH_BUF(2 * AH_ENVELOPE_MAX);
	put_statement(&golden, ah_buf_slice(&r.f->carried));
	for (size_t i = 0; i < r.f->carried.len; i++) {
		uint8_t bit = (uint8_t)(1u << i * 5 % 7); /* never the eighth alone: JSON is UTF-8, and that is a rule of its own */
		r.f->carried.ptr[i] ^= bit;
		bool bad = forge_judge(r.f, verifier, NULL) == AH_OK && !same_statement(&golden, ah_buf_slice(&r.f->carried));
		r.f->carried.ptr[i] ^= bit;
		EXPECT_MSG(!bad, "%s: byte %zu changed is accepted", name, i);
		ah_test_count(1);
	}
}

static void no_changed_envelope_is_accepted_as_another(void)
{
	change_every_byte("envelope_in_a_session_on_nitro");
	change_every_byte("envelope_with_everything_listed_on_snp");
}

static void no_cut_envelope_is_accepted(void)
{
	AH_AUTO(run) r = run_of("envelope_in_a_session_on_nitro");
	EXPECT_OK(r.err);
	size_t whole = r.f->carried.len;
	for (size_t len = 0; len < whole; len++) {
		r.f->request.evidence.len = len;
		EXPECT_MSG(forge_judge(r.f, verifier, NULL) != AH_OK, "%zu of %zu bytes are accepted", len, whole);
	}
	ah_test_count(whole - 1);
}

int main(int argc, char **argv)
{
	static const ah_test_case cases[] = {
		AH_TEST(cached_evidence_proves_no_live_connection),
		AH_TEST(a_nonce_is_shown_where_it_is_proven),
		AH_TEST(kms_leaves_the_key_to_the_key_service),
		AH_TEST(what_is_bound_to_nothing_passes_no_statement),
		AH_TEST(an_unproven_time_refuses_and_never_passes),
		AH_TEST(lists_are_met_by_proven_values_alone),
		AH_TEST(a_tresor_envelope_is_believed_for_its_half),
		AH_TEST(a_tresor_envelope_without_a_chain_has_no_endorsement),
		AH_TEST(claims_are_given_once_the_binding_held),
		AH_TEST(claims_that_contradict_the_caller_are_not_given),
		AH_TEST(a_verdict_expires_with_its_envelope),
		AH_TEST(a_signature_counts_only_for_an_attested_key),
		AH_TEST(bytes_that_are_no_envelope_get_a_verdict),
		AH_TEST(the_callers_endorsements_stand_in_place_of_the_servers),
		AH_TEST(a_chain_that_is_no_pem_is_malformed),
		AH_TEST(evidence_that_nobody_knows_is_judged_as_what_it_is_said_to_be),
		AH_TEST(no_changed_envelope_is_accepted_as_another),
		AH_TEST(no_cut_envelope_is_accepted),
	};
	ah_fault why = { .offset = AH_NO_OFFSET };
	if (ah_verifier_new(&verifier, &why) != AH_OK)
		return 1;
	int rc = ah_test_main(argc, argv, cases, sizeof cases / sizeof cases[0]);
	ah_verifier_free(verifier);
	return rc;
}
