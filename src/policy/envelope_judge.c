/*
 * What an envelope states, against policy and caller. See envelope.h.
 *
 * Purpose, role, deployment id, times, keys and tag are under R, so a row of them counts once the row of the report data passed; where no R could be
 * computed, a statement that fits is not_checked, never passed. Workload and bundle URL are the server's word alone, the first held to the manifest.
 */
#include "policy/envelope.h"

#include "base/fault.h"
#include "codec/text.h"
#include "evidence/verifier.h"
#include "policy/manifest.h"
#include "policy/session.h"

#include <inttypes.h>
#include <stdio.h>

#define REASON_NOT_LIVE \
	"no live connection: without a session value nothing shows that the attested key is at its other end"

#define REASON_OTHER_REPORT_DATA "the report data vouches for other values"

static const ah_envelope *envelope_of(const ah_judge *j)
{
	return j->carried->envelope;
}

static bool expects_channel(const ah_judge *j)
{
	return (j->asked->expected.fields & AH_EXPECT_CHANNEL) != 0;
}

static bool passed(const ah_judge *j, ah_check_id id)
{
	return j->log->rows[id].status == AH_CHECK_PASS;
}

static bool failed(const ah_judge *j, ah_check_id id)
{
	return j->log->rows[id].status == AH_CHECK_FAIL;
}

/* R was computed and will be compared. */
static bool is_bound(const ah_judge *j)
{
	return (j->request->expected.fields & (AH_EXPECT_REPORT_DATA | AH__EXPECT_REPORT_DATA_HALF)) != 0;
}

/* A row about what R commits to. Without R a wrong statement refuses all the same, a fitting one proves nothing. */
static void judge_statement(ah_judge *j, ah_check_id id, bool ok, ah_err err)
{
	if (ok && !is_bound(j))
		ah_check_skip(j->log, id, expects_channel(j) ? AH_REASON_NO_SESSION : AH_REASON_NO_BINDING);
	else
		ah__judge(j, id, ok, err);
}

/* The verifier itself failed: that weighs more than any refusal before, as nothing can be said now. */
static void fail(ah_judge *j, ah_err err)
{
	j->err = err;
}

/* -- what it is, and for whom -- */

static void judge_platform(ah_judge *j, const ah_envelope *e)
{
	ah_check_got(j->log, AH_CHECK_ENVELOPE_PLATFORM, "%s", ah_platform_name(e->platform));
	ah_check_wanted(j->log, AH_CHECK_ENVELOPE_PLATFORM, "%s, as the evidence", ah_platform_name(j->claims->platform));
	ah__judge(j, AH_CHECK_ENVELOPE_PLATFORM, e->platform == j->claims->platform, AH_ERR_PLATFORM_MISMATCH);
}

static void judge_envelope_workload(ah_judge *j, const ah_envelope *e)
{
	ah_check_got(j->log, AH_CHECK_ENVELOPE_WORKLOAD, "%s", e->says.workload);
	ah_check_wanted(j->log, AH_CHECK_ENVELOPE_WORKLOAD, "%s", j->policy->workload);
	ah__judge(j, AH_CHECK_ENVELOPE_WORKLOAD, strcmp(e->says.workload, j->policy->workload) == 0, AH_ERR_WORKLOAD);
}

static void judge_purpose(ah_judge *j, const ah_envelope *e)
{
	const ah_expected *asked = &j->asked->expected;
	if (!expects_channel(j)) {
		ah_check_skip(j->log, AH_CHECK_ENVELOPE_PURPOSE, AH_REASON_NO_BINDING);
		return;
	}
	/* Tresor's envelopes are those of a TLS server, and name no purpose. */
	const char *purpose = e->says.is_tresor ? "tls" : e->says.purpose, *role = e->says.is_tresor ? "server" : e->says.role;
	bool same = strcmp(purpose, asked->purpose) == 0 && strcmp(role, asked->role) == 0;
	ah_check_got(j->log, AH_CHECK_ENVELOPE_PURPOSE, "%s %s", purpose, role);
	ah_check_wanted(j->log, AH_CHECK_ENVELOPE_PURPOSE, "%s %s", asked->purpose, asked->role);
	if (same && e->says.is_tresor)
		ah_check_skip(j->log, AH_CHECK_ENVELOPE_PURPOSE, "a Tresor envelope binds a TLS key; no purpose or role is under its hash");
	else
		judge_statement(j, AH_CHECK_ENVELOPE_PURPOSE, same, AH_ERR_PURPOSE);
}

/* -- time -- */

/* DESIGN 3: the hardware's clock and the server's agree when the evidence was made for this envelope. */
static bool fits_document(const ah_judge *j, int64_t issued_at_s)
{
	if (j->claims->platform != AH_PLATFORM_NITRO)
		return true;
	uint64_t document_s = j->claims->of.nitro.timestamp_ms / 1000, issued_s = (uint64_t)issued_at_s;
	return (document_s > issued_s ? document_s - issued_s : issued_s - document_s) <= AH_CLOCK_SKEW_ENVELOPE_S;
}

static void judge_time(ah_judge *j, const ah_envelope *e)
{
	int64_t issued_s = e->says.issued_at_s, now_s = j->request->now_s;
	int64_t age_s = e->says.max_age_s < j->policy->max_evidence_age_s ? e->says.max_age_s : j->policy->max_evidence_age_s;
	bool begun = issued_s - now_s <= AH_CLOCK_SKEW_ENVELOPE_S, over = now_s - issued_s >= age_s, fits = fits_document(j, issued_s);
	char text[21];
	ah_time_format(text, issued_s);
	ah_check_got(j->log, AH_CHECK_ENVELOPE_TIME, "issued %s", text);
	if (begun && !over && !fits) {
		ah_time_format(text, (int64_t)(j->claims->of.nitro.timestamp_ms / 1000));
		ah_check_wanted(j->log, AH_CHECK_ENVELOPE_TIME, "within %d s of its document %s", AH_CLOCK_SKEW_ENVELOPE_S, text);
	} else {
		ah_time_format(text, now_s);
		ah_check_wanted(j->log, AH_CHECK_ENVELOPE_TIME, "less than %" PRId64 " s before %s", age_s, text);
	}
	if (begun && !over && fits && e->says.is_tresor) {
		ah_check_skip(j->log, AH_CHECK_ENVELOPE_TIME, "a Tresor envelope binds a TLS key; no time is under its hash");
	} else {
		judge_statement(j, AH_CHECK_ENVELOPE_TIME, begun && fits, AH_ERR_ENVELOPE_NOT_YET_VALID);
		judge_statement(j, AH_CHECK_ENVELOPE_TIME, !over, AH_ERR_ENVELOPE_EXPIRED);
	}
	ah__judge_expiry(j, issued_s + age_s);
}

/* -- the TLS key -- */

static void judge_spki(ah_judge *j, const ah_envelope *e)
{
	ah_slice wanted = j->asked->expected.spki_sha256, got = AH_SLICE_OF(e->says.tls_spki_sha256);
	if (!expects_channel(j) || wanted.len == 0) {
		ah_check_skip(j->log, AH_CHECK_ENVELOPE_SPKI, expects_channel(j) ? "only a TLS server has one" : AH_REASON_NO_BINDING);
		return;
	}
	if (e->says.has_tls_spki)
		ah_check_got_hex(j->log, AH_CHECK_ENVELOPE_SPKI, got);
	else
		ah_check_got(j->log, AH_CHECK_ENVELOPE_SPKI, "none");
	ah_check_wanted_hex(j->log, AH_CHECK_ENVELOPE_SPKI, wanted);
	judge_statement(j, AH_CHECK_ENVELOPE_SPKI, e->says.has_tls_spki && ah_equal(got, wanted), AH_ERR_SPKI);
}

static void judge_spki_revoked(ah_judge *j, const ah_envelope *e)
{
	ah_slice spki = AH_SLICE_OF(e->says.tls_spki_sha256);
	if (!e->says.has_tls_spki) {
		ah_check_skip(j->log, AH_CHECK_SPKI_REVOKED, "only a TLS server has one");
		return;
	}
	bool revoked = ah__byte_list_has(&j->policy->revoked_tls_spki, spki);
	if (revoked)
		ah_check_got_hex(j->log, AH_CHECK_SPKI_REVOKED, spki);
	if (!revoked && failed(j, AH_CHECK_ENVELOPE_SPKI))
		ah_check_skip(j->log, AH_CHECK_SPKI_REVOKED, "the envelope names another key than that of the connection");
	else
		judge_statement(j, AH_CHECK_SPKI_REVOKED, !revoked, AH_ERR_SPKI_REVOKED);
}

/* -- the workload manifest -- */

/* *manifest is filled when it is one. False: the verifier failed. */
static bool judge_manifest(ah_judge *j, const ah_envelope *e, ah_manifest *manifest, bool *is_one)
{
	ah_slice tag = AH_SLICE_OF(e->says.tag);
	if (e->manifest.len == 0) {
		ah_check_skip(j->log, AH_CHECK_ENVELOPE_MANIFEST, "no manifest in the envelope");
		return true;
	}
	ah_fault inner = { .offset = AH_NO_OFFSET };
	ah_err err = ah__manifest_parse(manifest, j->verifier, ah_buf_slice(&e->manifest), &inner);
	if (err == AH_ERR_NOMEM || err == AH_ERR_CRYPTO) {
		fail(j, err);
		return false;
	}
	*is_one = err == AH_OK;
	bool same_tag = *is_one && ah_equal(AH_SLICE_OF(manifest->says.tag), tag);
	if (!*is_one)
		ah_check_got(j->log, AH_CHECK_ENVELOPE_MANIFEST, "%s: %s", ah_err_name(err), inner.detail);
	else if (!same_tag)
		ah_check_got_hex(j->log, AH_CHECK_ENVELOPE_MANIFEST, AH_SLICE_OF(manifest->says.tag));
	else
		ah_check_got(j->log, AH_CHECK_ENVELOPE_MANIFEST, "%s %s", manifest->says.workload, manifest->says.version);
	if (*is_one && !same_tag)
		ah_check_wanted_hex(j->log, AH_CHECK_ENVELOPE_MANIFEST, tag);
	else
		ah_check_wanted(j->log, AH_CHECK_ENVELOPE_MANIFEST, "a manifest of %s", e->says.workload);
	judge_statement(j, AH_CHECK_ENVELOPE_MANIFEST, same_tag && strcmp(manifest->says.workload, e->says.workload) == 0, AH_ERR_MANIFEST_INVALID);
	return true;
}

/* -- the policy's lists. A list that the envelope has no value for is left to those of raw evidence, which refuse it. -- */

static void judge_tag(ah_judge *j, const ah_envelope *e)
{
	const ah_byte_list *tags = &j->policy->allowed_workload_identity_tags;
	if (!tags->present || !e->says.has_tag)
		return;
	ah_check_got_hex(j->log, AH_CHECK_IDENTITY_TAG, AH_SLICE_OF(e->says.tag));
	ah_check_wanted(j->log, AH_CHECK_IDENTITY_TAG, "one of %zu listed tags", tags->count);
	judge_statement(j, AH_CHECK_IDENTITY_TAG, ah__byte_list_has(tags, AH_SLICE_OF(e->says.tag)), AH_ERR_IDENTITY_TAG);
}

static void judge_manifest_key(ah_judge *j, const ah_manifest *manifest)
{
	const ah_byte_list *keys = &j->policy->manifest_keys;
	bool verified = false;
	if (!keys->present)
		return;
	for (size_t i = 0; i < keys->count && !verified; i++) {
		ah_err err = ah__manifest_check_signature(manifest, keys->items[i]);
		if (err != AH_OK && err != AH_ERR_MANIFEST_INVALID) {
			fail(j, err);
			return;
		}
		verified = err == AH_OK;
	}
	ah_check_got(j->log, AH_CHECK_MANIFEST_KEY, "signed by %s", manifest->says.kid);
	ah_check_wanted(j->log, AH_CHECK_MANIFEST_KEY, "one of %zu listed keys", keys->count);
	judge_statement(j, AH_CHECK_MANIFEST_KEY, verified, AH_ERR_MANIFEST_KEY);
}

static void judge_deployment(ah_judge *j, const ah_envelope *e)
{
	const ah_text_list *ids = &j->policy->deployment_ids;
	bool listed = false;
	if (!ids->present || e->says.deployment_id[0] == '\0')
		return;
	for (size_t i = 0; i < ids->count; i++)
		listed = listed || strcmp(ids->items[i], e->says.deployment_id) == 0;
	ah_check_got(j->log, AH_CHECK_DEPLOYMENT, "%s", e->says.deployment_id);
	ah_check_wanted(j->log, AH_CHECK_DEPLOYMENT, "one of %zu listed ids", ids->count);
	judge_statement(j, AH_CHECK_DEPLOYMENT, listed, AH_ERR_DEPLOYMENT);
}

static void judge_service_key(ah_judge *j, const ah_envelope *e)
{
	const ah_byte_list *keys = &j->policy->service_keys;
	if (!keys->present || !e->says.has_service_key)
		return;
	ah_check_got_hex(j->log, AH_CHECK_SERVICE_KEY, AH_SLICE_OF(e->says.service_key));
	ah_check_wanted(j->log, AH_CHECK_SERVICE_KEY, "one of %zu pinned keys", keys->count);
	judge_statement(j, AH_CHECK_SERVICE_KEY, ah__byte_list_has(keys, AH_SLICE_OF(e->says.service_key)), AH_ERR_SERVICE_KEY);
}

/* Tresor's hash has no time and no nonce under it: its report may be of any day. */
static void judge_freshness(ah_judge *j, const ah_envelope *e)
{
	ah_freshness wanted = j->policy->freshness;
	ah_freshness got = e->says.is_tresor ? AH_FRESHNESS_NONE : e->says.is_fresh ? AH_FRESHNESS_SESSION : AH_FRESHNESS_CACHED;
	ah_check_got(j->log, AH_CHECK_FRESHNESS, "%s", ah__freshness_name(got));
	ah_check_wanted(j->log, AH_CHECK_FRESHNESS, "%s", ah__freshness_name(wanted));
	if (wanted == AH_FRESHNESS_NONE)
		ah_check_skip(j->log, AH_CHECK_FRESHNESS, "the policy asks for none");
	else
		judge_statement(j, AH_CHECK_FRESHNESS, got >= wanted, AH_ERR_FRESHNESS);
}

void ah__judge_envelope(ah_judge *j)
{
	const ah_envelope *e = envelope_of(j);
	AH_AUTO(ah_manifest) manifest = { .says = { .workload = "" } };
	bool has_manifest = false;
	judge_platform(j, e);
	judge_envelope_workload(j, e);
	judge_purpose(j, e);
	judge_time(j, e);
	judge_spki(j, e);
	judge_spki_revoked(j, e);
	if (!judge_manifest(j, e, &manifest, &has_manifest))
		return;
	judge_tag(j, e);
	if (has_manifest)
		judge_manifest_key(j, &manifest);
	judge_deployment(j, e);
	judge_service_key(j, e);
	judge_freshness(j, e);
}

/* -- the session: after the rows of the binding -- */

/*
 * The caller's nonce. R of session-fresh evidence is over it, the session signature of cached evidence is; where neither can be judged, a nonce that
 * the caller took for proven is refused, never passed over.
 */
static void judge_nonce(ah_judge *j, const ah_envelope *e)
{
	const ah_expected *asked = &j->asked->expected;
	bool given = (asked->fields & AH_EXPECT_NONCE) != 0, live = asked->session_value.len != 0;
	ah_slice answered = ah_slice_make(e->nonce, e->nonce_len);
	if (!given && !(e->says.is_fresh && live)) {
		ah_check_skip(j->log, AH_CHECK_BINDING_NONCE, "not given");
		return;
	}
	if (answered.len != 0)
		ah_check_got_hex(j->log, AH_CHECK_BINDING_NONCE, answered);
	else
		ah_check_got(j->log, AH_CHECK_BINDING_NONCE, "none");
	if (given)
		ah_check_wanted_hex(j->log, AH_CHECK_BINDING_NONCE, asked->nonce);
	else
		ah_check_wanted(j->log, AH_CHECK_BINDING_NONCE, "the caller's, and none was given");
	if (!given || (answered.len != 0 && !ah_equal(answered, asked->nonce))) {
		ah__judge(j, AH_CHECK_BINDING_NONCE, false, AH_ERR_NONCE);
	} else if (e->says.is_fresh) {
		if (passed(j, AH_CHECK_BINDING_REPORT_DATA))
			ah__judge(j, AH_CHECK_BINDING_NONCE, true, AH_ERR_NONCE);
		else
			ah_check_skip(j->log, AH_CHECK_BINDING_NONCE, live ? REASON_OTHER_REPORT_DATA : AH_REASON_NO_SESSION);
	} else if (live && !e->says.is_tresor) {
		ah_check_skip(j->log, AH_CHECK_BINDING_NONCE, "the session signature is over it");
	} else {
		ah_check_got(j->log, AH_CHECK_BINDING_NONCE, "nothing that is signed: %s",
		             live ? "a Tresor envelope" : "cached evidence without a session value");
		ah__judge(j, AH_CHECK_BINDING_NONCE, false, AH_ERR_NONCE);
	}
}

static void judge_signature(ah_judge *j, const ah_envelope *e)
{
	const ah_expected *asked = &j->asked->expected;
	ah_session session = {
		.purpose = asked->purpose,
		.role = asked->role,
		.session_value = asked->session_value,
		.evidence_sha256 = AH_SLICE_OF(j->verdict->evidence_sha256),
		.peer_evidence_sha256 = asked->peer_evidence_sha256,
		.nonce = asked->nonce,
	};
	ah_err err = ah__session_verify(j->verifier->crypto, &session, e->says.binding_p256, e->session_signature);
	if (err != AH_OK && err != AH_ERR_SESSION_SIGNATURE) {
		fail(j, err);
		return;
	}
	if (err == AH_OK && !passed(j, AH_CHECK_BINDING_REPORT_DATA)) {
		ah_check_skip(j->log, AH_CHECK_SESSION, REASON_OTHER_REPORT_DATA);
		return;
	}
	ah_check_got(j->log, AH_CHECK_SESSION, err == AH_OK ? "signed by the attested key" : "a signature over something else, or by another key");
	ah__judge(j, AH_CHECK_SESSION, err == AH_OK, AH_ERR_SESSION_SIGNATURE);
}

static void judge_session(ah_judge *j, const ah_envelope *e)
{
	if (j->asked->expected.session_value.len == 0) {
		ah_check_skip(j->log, AH_CHECK_SESSION, REASON_NOT_LIVE);
		return;
	}
	ah_check_wanted(j->log, AH_CHECK_SESSION, "a signature over session value, nonce and evidence%s",
	                j->asked->expected.peer_evidence_sha256.len != 0 ? " of both sides" : "");
	if (e->has_session_signature) {
		judge_signature(j, e);
	} else if (!e->says.is_fresh || j->asked->expected.peer_evidence_sha256.len != 0) { /* R is over no peer's evidence */
		ah_check_got(j->log, AH_CHECK_SESSION, "%s", e->says.is_tresor ? "none: a Tresor envelope signs no session" : "no session_signature");
		ah__judge(j, AH_CHECK_SESSION, false, AH_ERR_SESSION_SIGNATURE);
	} else if (!passed(j, AH_CHECK_BINDING_REPORT_DATA)) {
		ah_check_skip(j->log, AH_CHECK_SESSION, REASON_OTHER_REPORT_DATA);
	} else {
		ah_check_got(j->log, AH_CHECK_SESSION, "the report data is over this nonce and session value");
		ah__judge(j, AH_CHECK_SESSION, true, AH_ERR_SESSION_SIGNATURE);
	}
}

/* Purpose, role and TLS key are under R as the caller stated them: of an envelope that states others nothing is told. */
static void tell_claims(ah_judge *j, const ah_envelope *e)
{
	ah_envelope_claims *claims = &j->verdict->envelope;
	*claims = e->says;
	if (e->says.is_tresor) {
		claims->issued_at_s = 0;
		claims->max_age_s = 0;
	}
	j->verdict->has_envelope = true;
}

void ah__judge_session(ah_judge *j)
{
	const ah_envelope *e = envelope_of(j);
	if (passed(j, AH_CHECK_BINDING_REPORT_DATA) && !failed(j, AH_CHECK_ENVELOPE_PURPOSE) && !failed(j, AH_CHECK_ENVELOPE_SPKI))
		tell_claims(j, e);
	if (!expects_channel(j)) {
		ah_check_skip(j->log, AH_CHECK_BINDING_NONCE, AH_REASON_NO_BINDING);
		ah_check_skip(j->log, AH_CHECK_SESSION, AH_REASON_NO_BINDING);
		return;
	}
	judge_nonce(j, e);
	judge_session(j, e);
}
