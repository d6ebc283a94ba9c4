/* See anchorhold/saved.h: writing a question with its verdict, and judging it again. What is written here is read in saved_load.c, member for member. */
#include "policy/saved.h"

#include "base/fault.h"
#include "evidence/endorsements.h"
#include "policy/json_put.h"
#include "policy/pin.h"
#include "policy/state.h"

const ah_saved_field ah__saved_fields[AH_SAVED_FIELDS] = {
	{ AH_EXPECT_CHANNEL, "channel" },
	{ AH_NO_BINDING, "no_binding" },
	{ AH_EXPECT_NONCE, "nonce" },
	{ AH_EXPECT_PUBLIC_KEY, "public_key" },
	{ AH_EXPECT_REPORT_DATA, "report_data" },
};

/* -- members -- */

static void put_base64_or_null(ah_json_writer *w, const char *key, ah_slice bytes)
{
	ah_json_put_key(w, key);
	if (bytes.len != 0)
		ah_json_put_base64(w, bytes);
	else
		ah_json_put_null(w);
}

static void put_base64_list(ah_json_writer *w, const char *key, const ah_buf *items, size_t count)
{
	ah_json_put_key(w, key);
	ah_json_put_array_begin(w);
	for (size_t i = 0; i < count; i++)
		ah_json_put_base64(w, ah_buf_slice(&items[i]));
	ah_json_put_array_end(w);
}

static void put_endorsements(ah_json_writer *w, const ah_endorsements *en)
{
	ah_json_put_key(w, "endorsements");
	if (en == NULL) {
		ah_json_put_null(w);
		return;
	}
	ah_json_put_object_begin(w);
	put_base64_or_null(w, "cert_table_b64", ah_buf_slice(&en->cert_table));
	put_base64_list(w, "chain_b64", en->chain, en->chain_count);
	put_base64_or_null(w, "collateral_b64", ah_buf_slice(&en->collateral));
	put_base64_list(w, "crls_b64", en->crls, en->crl_count);
	put_base64_or_null(w, "vek_b64", ah_buf_slice(&en->vek));
	ah_json_put_object_end(w);
}

static void put_hex_or_null(ah_json_writer *w, const char *key, ah_slice bytes)
{
	if (bytes.len != 0)
		put_member_hex(w, key, bytes);
	else
		put_member_null(w, key);
}

static void put_text_or_null(ah_json_writer *w, const char *key, const char *text)
{
	if (text != NULL)
		put_member(w, key, text);
	else
		put_member_null(w, key);
}

static void put_expected(ah_json_writer *w, const ah_expected *e)
{
	ah_json_put_key(w, "expected");
	ah_json_put_object_begin(w);
	ah_json_put_key(w, "fields");
	ah_json_put_array_begin(w);
	for (size_t i = 0; i < AH_SAVED_FIELDS; i++)
		if ((e->fields & ah__saved_fields[i].flag) != 0)
			ah_json_put_text(w, ah__saved_fields[i].name);
	ah_json_put_array_end(w);
	put_hex_or_null(w, "nonce", e->nonce);
	put_hex_or_null(w, "peer_evidence_sha256", e->peer_evidence_sha256);
	put_hex_or_null(w, "public_key", e->public_key);
	put_text_or_null(w, "purpose", e->purpose);
	put_hex_or_null(w, "report_data", e->report_data);
	put_text_or_null(w, "role", e->role);
	put_hex_or_null(w, "session_value", e->session_value);
	put_hex_or_null(w, "spki_sha256", e->spki_sha256);
	ah_json_put_object_end(w);
}

/* Canonical again, as the caller's pin may have white space. */
static ah_err put_pin(ah_json_writer *w, const ah_slice *given, ah_fault *why)
{
	ah_pin pin;
	ah_json_put_key(w, "pin");
	if (given == NULL) {
		ah_json_put_null(w);
	} else if (given->len == 0) {
		ah_json_put_text(w, AH_SAVED_FIRST_USE);
	} else {
		AH_TRY(ah__pin_parse(&pin, *given, why));
		ah__pin_put(w, &pin);
	}
	return AH_OK;
}

static void free_text(char **text)
{
	ah_text_free(*text);
}

static ah_err put_policy(ah_json_writer *w, const ah_policy *policy)
{
	__attribute__((cleanup(free_text))) char *text = NULL;
	size_t len = 0;
	ah_json_put_key(w, "policy");
	if (policy == NULL) {
		ah_json_put_null(w);
		return AH_OK;
	}
	AH_TRY(ah_policy_to_json(policy, &text, &len));
	ah_json_put_raw(w, ah_slice_make(text, len));
	return AH_OK;
}

static void put_state(ah_json_writer *w, const ah_verdict *v)
{
	ah_json_put_key(w, "state");
	if (!v->had_state) {
		ah_json_put_null(w);
		return;
	}
	ah_json_put_object_begin(w);
	ah_json_put_key(w, "bundles");
	ah_json_put_array_begin(w);
	for (size_t i = 0; i < v->consulted_bundle_count; i++) {
		ah_json_put_object_begin(w);
		put_member_hex(w, "root", AH_SLICE_OF(v->consulted_bundles[i].root));
		put_member_hex(w, "sha256", AH_SLICE_OF(v->consulted_bundles[i].sha256));
		put_member_int(w, "version", v->consulted_bundles[i].version);
		ah_json_put_object_end(w);
	}
	ah_json_put_array_end(w);
	ah_json_put_key(w, "numbers");
	ah_json_put_array_begin(w);
	for (size_t i = 0; i < v->consulted_count; i++) {
		ah_json_put_object_begin(w);
		put_member(w, "key", v->consulted[i].key);
		put_member(w, "kind", v->consulted[i].kind);
		put_member_int(w, "number", (int64_t)v->consulted[i].number);
		ah_json_put_object_end(w);
	}
	ah_json_put_array_end(w);
	ah_json_put_object_end(w);
}

/* A final line feed is tolerated in a bundle and counts nowhere. */
static ah_slice without_line_feed(ah_slice text)
{
	return text.len != 0 && text.ptr[text.len - 1] == '\n' ? ah_slice_sub(text, 0, text.len - 1) : text;
}

static void put_trust(ah_json_writer *w, const ah_trust *trust)
{
	ah_json_put_key(w, "trust");
	if (trust == NULL) {
		ah_json_put_null(w);
		return;
	}
	ah_json_put_object_begin(w);
	ah_json_put_key(w, "bundle");
	ah_json_put_string(w, without_line_feed(trust->bundle));
	ah_json_put_key(w, "release_roots");
	ah_json_put_array_begin(w);
	for (size_t i = 0; i < trust->root_count; i++)
		ah_json_put_hex(w, AH_SLICE_OF(trust->roots[i].key));
	ah_json_put_array_end(w);
	put_member(w, "workload", trust->workload);
	ah_json_put_object_end(w);
}

/*
 * When it is judged again, its policy comes from a file, whoever gave it at first: a replay must never claim that its reader chose the policy. So the
 * verdict is kept as the replay will say it.
 */
static ah_err put_verdict(ah_json_writer *w, const ah_verdict *verdict)
{
	__attribute__((cleanup(free_text))) char *text = NULL;
	size_t len = 0;
	ah_verdict *kept = (ah_verdict *)ah_alloc(sizeof *kept);
	if (kept == NULL)
		return AH_ERR_NOMEM;
	*kept = *verdict; /* its claims stay the other's */
	if (!kept->genuine_only)
		(void)snprintf(kept->policy_source, sizeof kept->policy_source, "%s", "file");
	ah_err err = ah_verdict_to_json(kept, &text, &len);
	ah_dealloc(kept);
	AH_TRY(err);
	ah_json_put_key(w, "verdict");
	ah_json_put_raw(w, ah_slice_make(text, len));
	return AH_OK;
}

/* -- the document -- */

static ah_err put_document(ah_json_writer *w, const ah_request *r, const ah_verdict *v, ah_fault *why)
{
	ah_json_put_object_begin(w);
	put_member_bool(w, "allow_debug", r->allow_debug);
	put_member_bool(w, "allow_simulated", r->allow_simulated);
	put_endorsements(w, r->endorsements);
	put_base64_or_null(w, "event_log_b64", r->event_log);
	ah_json_put_key(w, "evidence_b64");
	ah_json_put_base64(w, r->evidence);
	put_expected(w, &r->expected);
	put_member_bool(w, "genuine_only", r->genuine_only);
	AH_TRY(put_pin(w, r->pin, why));
	put_text_or_null(w, "platform", r->platform != AH_PLATFORM_NONE ? ah_platform_name(r->platform) : NULL);
	AH_TRY(put_policy(w, r->policy));
	put_member(w, "schema", AH_SAVED_SCHEMA);
	put_base64_or_null(w, "simulated_root_b64", r->simulated_root);
	put_state(w, v);
	put_member_time(w, "time", r->now_s);
	put_trust(w, r->trust);
	AH_TRY(put_verdict(w, v));
	ah_json_put_object_end(w);
	return ah_json_writer_finish(w);
}

/* The digest in the verdict is of the evidence inside a carrier; what can be compared without taking it apart is. */
static bool belongs(const ah_request *r, const ah_verdict *v)
{
	return v->verified_at_s == r->now_s && v->genuine_only == r->genuine_only && v->had_state == (r->state != NULL)
	       && (v->carrier != AH_CARRIER_NONE || v->evidence_len == r->evidence.len);
}

ah_err ah_saved_write(char **text, size_t *len, const ah_request *request, const ah_verdict *verdict, ah_fault *why)
{
	assert(belongs(request, verdict));
	AH_AUTO(ah_buf) out = AH_BUF(AH_SAVED_MAX);
	ah_json_writer w;
	if (request->evidence.len > AH_EVIDENCE_MAX)
		return ah_fault_set(why, AH_ERR_LIMIT, "saved.write", "evidence of %zu bytes; at most %d are judged", request->evidence.len, AH_EVIDENCE_MAX);
	ah_json_writer_init(&w, &out);
	ah_err err = put_document(&w, request, verdict, why);
	if (err == AH_OK)
		err = ah__text_from_buf(text, len, &out);
	return err == AH_OK ? AH_OK : ah_fault_set(why, err, "saved.write", "%s", err == AH_ERR_LIMIT ? "larger than a saved bundle can be" : "not written");
}

/* -- judging again -- */

ah_err ah__saved_state(ah_state **out, const ah_saved *saved)
{
	AH_AUTO_PTR(ah_state) state = NULL;
	if (saved->has_state) {
		AH_TRY(ah_state_new(&state));
		for (size_t i = 0; i < saved->number_count; i++)
			AH_TRY(ah_state_note(state, saved->numbers[i].kind, saved->numbers[i].key, saved->numbers[i].number));
		for (size_t i = 0; i < saved->bundle_count; i++)
			AH_TRY(ah_state_note_bundle(state, saved->bundles[i].root, saved->trust.workload, saved->bundles[i].version, saved->bundles[i].sha256));
	}
	*out = ah_move_ptr(&state); /* transferred */
	return AH_OK;
}

/* AH_ERR_REPLAY with the first byte of the saved verdict that differs. */
static ah_err compare(const ah_verdict *verdict, const ah_saved *saved, ah_fault *why)
{
	__attribute__((cleanup(free_text))) char *text = NULL;
	size_t len = 0, at = 0;
	ah_err err = ah_verdict_to_json(verdict, &text, &len);
	if (err != AH_OK)
		return ah_fault_set(why, err, "saved.replay", "nothing to compare with");
	ah_slice kept = ah_buf_slice(&saved->verdict), now = ah_slice_make(text, len);
	if (ah_slice_is(kept, now))
		return AH_OK;
	while (at < kept.len && at < now.len && kept.ptr[at] == now.ptr[at])
		at++;
	return ah_fault_at(why, AH_ERR_REPLAY, "saved.replay", at, "the verdict is now %s; it differs from the saved one",
	                   ah_result_name(ah_verdict_result(verdict)));
}

static ah_err tell(ah_fault *why, const ah_fault *fault)
{
	if (why != NULL)
		*why = *fault;
	return fault->err;
}

ah_err ah_saved_replay(ah_verdict **verdict, ah_verifier *verifier, const ah_saved *saved, ah_fault *why)
{
	assert(verdict != NULL && verifier != NULL && saved != NULL && saved->verdict.len != 0);
	*verdict = NULL;
	AH_AUTO_PTR(ah_state) state = NULL; /* one of its own: what is accepted raises it, and the next replay must not see that */
	ah_err err = ah__saved_state(&state, saved);
	if (err != AH_OK)
		return ah_fault_set(why, err, "saved.replay", "no state");
	ah_fault judged = { .offset = AH_NO_OFFSET }, differs = { .offset = AH_NO_OFFSET };
	ah_request request = saved->request;
	request.state = state;
	err = ah_appraise(verdict, verifier, &request, &judged);
	if (*verdict == NULL && ah_err_class_of(err) == AH_CLASS_SYSTEM)
		return tell(why, &judged);
	if (*verdict == NULL) /* there was one when it was saved */
		return ah_fault_set(why, AH_ERR_REPLAY, "saved.replay", "no verdict: %s: %.50s", ah_err_name(err), judged.detail);
	ah_err same = compare(*verdict, saved, &differs);
	if (same == AH_OK)
		return err == AH_OK ? AH_OK : tell(why, &judged);
	if (same != AH_ERR_REPLAY) { /* nothing could be compared, so nothing is answered */
		ah_verdict_free(*verdict);
		*verdict = NULL;
	}
	return tell(why, &differs);
}
