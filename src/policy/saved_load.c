/*
 * See anchorhold/saved.h and saved.h: reading a saved bundle, and the same question as a conformance case. Each object of the document is a table of its
 * members and one function per value; docs/protocol/saved.md describes every member, the order here is the order there.
 */
#include "policy/saved.h"

#include "base/fault.h"
#include "codec/text.h"
#include "evidence/endorsements.h"
#include "policy/pin.h"
#include "policy/saved_values.h"
#include "policy/state.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* -- endorsements: filled as they were held, so that nothing is read in another way than it was -- */

static ah_err take_buffers(ah_saved_reader *r, ah_buf *items, size_t *count, size_t max_count)
{
	size_t start = ah_json_pos(&r->j);
	if (ah_json_peek(&r->j) != AH_JSON_ARRAY)
		return ah__saved_refuse(r, start, "no array");
	ah_json_array_begin(&r->j);
	while (ah_json_next_element(&r->j)) {
		if (*count == max_count)
			return ah__saved_refuse(r, ah_json_pos(&r->j), "more than can be used");
		AH_TRY(ah__saved_take_base64(r, &items[*count], items[*count].max));
		++*count;
	}
	return AH_OK;
}

static ah_err take_cert_table(ah_saved_reader *r, ah_saved *s)
{
	AH_AUTO(ah_buf) table = AH_BUF(0);
	AH_TRY(ah__saved_take_optional_base64(r, &table, AH_SNP_CERT_TABLE_MAX));
	return table.len == 0 ? AH_OK : ah_endorsements_set_cert_table(s->endorsements, ah_buf_slice(&table), r->why);
}

static ah_err take_chain(ah_saved_reader *r, ah_saved *s)
{
	return take_buffers(r, s->endorsements->chain, &s->endorsements->chain_count, AH_CHAIN_CERTIFICATES_MAX);
}

static ah_err take_collateral(ah_saved_reader *r, ah_saved *s)
{
	return ah__saved_take_optional_base64(r, &s->endorsements->collateral, AH_TDX_COLLATERAL_MAX);
}

static ah_err take_crls(ah_saved_reader *r, ah_saved *s)
{
	return take_buffers(r, s->endorsements->crls, &s->endorsements->crl_count, AH_CRLS_MAX);
}

static ah_err take_vek(ah_saved_reader *r, ah_saved *s)
{
	return ah__saved_take_optional_base64(r, &s->endorsements->vek, AH_CERTIFICATE_MAX);
}

static ah_err take_endorsements(ah_saved_reader *r, ah_saved *s)
{
	static const ah_saved_member members[] = {
		{ "cert_table_b64", take_cert_table }, { "chain_b64", take_chain }, { "collateral_b64", take_collateral }, { "crls_b64", take_crls },
		{ "vek_b64", take_vek },
	};
	if (ah__saved_take_null(r))
		return AH_OK;
	if (ah_endorsements_new(&s->endorsements) != AH_OK)
		return ah_fault_set(r->why, AH_ERR_NOMEM, r->step, "no memory");
	s->request.endorsements = s->endorsements;
	return ah__saved_take_inner(r, s, members, COUNT(members));
}

/* -- expected -- */

static const char *text_of(const ah_buf *text)
{
	return text->len != 0 ? (const char *)text->ptr : NULL;
}

static ah_err take_fields(ah_saved_reader *r, ah_saved *s)
{
	size_t start = ah_json_pos(&r->j);
	if (ah_json_peek(&r->j) != AH_JSON_ARRAY)
		return ah__saved_refuse(r, start, "no array");
	ah_json_array_begin(&r->j);
	while (ah_json_next_element(&r->j)) {
		size_t off = ah_json_pos(&r->j), i = 0;
		ah_slice name = { NULL, 0 };
		AH_TRY(ah__saved_take_string(r, &name));
		while (i < AH_SAVED_FIELDS && !ah_slice_is_text(name, ah__saved_fields[i].name))
			i++;
		if (i == AH_SAVED_FIELDS)
			return ah__saved_refuse(r, off, "a field that this release does not know");
		if ((s->request.expected.fields & ah__saved_fields[i].flag) != 0)
			return ah__saved_refuse(r, off, "a field for the second time");
		s->request.expected.fields |= ah__saved_fields[i].flag;
	}
	return AH_OK;
}

static ah_err take_nonce(ah_saved_reader *r, ah_saved *s) { return ah__saved_take_optional_hex(r, &s->nonce, AH_NITRO_NONCE_MAX); }
static ah_err take_peer(ah_saved_reader *r, ah_saved *s) { return ah__saved_take_optional_hex(r, &s->peer_evidence_sha256, 0); }
static ah_err take_public_key(ah_saved_reader *r, ah_saved *s) { return ah__saved_take_optional_hex(r, &s->public_key, AH_NITRO_PUBLIC_KEY_MAX); }
static ah_err take_purpose(ah_saved_reader *r, ah_saved *s) { return ah__saved_take_optional_text(r, &s->purpose); }
static ah_err take_report_data(ah_saved_reader *r, ah_saved *s) { return ah__saved_take_optional_hex(r, &s->report_data, AH_NITRO_USER_DATA_MAX); }
static ah_err take_role(ah_saved_reader *r, ah_saved *s) { return ah__saved_take_optional_text(r, &s->role); }
static ah_err take_session_value(ah_saved_reader *r, ah_saved *s) { return ah__saved_take_optional_hex(r, &s->session_value, 0); }
static ah_err take_spki(ah_saved_reader *r, ah_saved *s) { return ah__saved_take_optional_hex(r, &s->spki_sha256, 0); }

static ah_err take_expected(ah_saved_reader *r, ah_saved *s)
{
	static const ah_saved_member members[] = {
		{ "fields", take_fields }, { "nonce", take_nonce }, { "peer_evidence_sha256", take_peer }, { "public_key", take_public_key },
		{ "purpose", take_purpose }, { "report_data", take_report_data }, { "role", take_role }, { "session_value", take_session_value },
		{ "spki_sha256", take_spki },
	};
	if (r->is_case && ah__saved_take_null(r))
		return AH_OK;
	AH_TRY(ah__saved_take_inner(r, s, members, COUNT(members)));
	ah_expected *e = &s->request.expected;
	e->nonce = ah_buf_slice(&s->nonce);
	e->peer_evidence_sha256 = ah_buf_slice(&s->peer_evidence_sha256);
	e->public_key = ah_buf_slice(&s->public_key);
	e->purpose = text_of(&s->purpose);
	e->report_data = ah_buf_slice(&s->report_data);
	e->role = text_of(&s->role);
	e->session_value = ah_buf_slice(&s->session_value);
	e->spki_sha256 = ah_buf_slice(&s->spki_sha256);
	return AH_OK;
}

/* -- state: what the verdict compared with -- */

static ah_err take_state_number(ah_saved_reader *r, ah_saved *s)
{
	bool has_key = false, has_kind = false, has_number = false;
	ah_slice name, text = { NULL, 0 };
	size_t start = ah_json_pos(&r->j), at = s->number_count;
	int64_t number = 0;
	if (ah_json_peek(&r->j) != AH_JSON_OBJECT || at == AH_SAVED_NUMBERS_MAX)
		return ah__saved_refuse(r, start, at == AH_SAVED_NUMBERS_MAX ? "more numbers than a verdict compares with" : "no object");
	ah_json_object_begin(&r->j);
	while (ah_json_next_member(&r->j, &name)) {
		size_t off = ah_json_pos(&r->j);
		bool is_key = ah_slice_is_text(name, "key"), is_kind = ah_slice_is_text(name, "kind");
		if (ah_slice_is_text(name, "number")) {
			AH_TRY(ah__saved_take_number(r, &number));
			has_number = true;
			continue;
		}
		if (!is_key && !is_kind)
			return ah__saved_refuse_unknown(r, name);
		AH_TRY(ah__saved_take_string(r, &text));
		size_t size = is_key ? sizeof s->numbers[at].key : sizeof s->numbers[at].kind;
		if (text.len >= size)
			return ah__saved_refuse(r, off, "a text that is too long");
		memcpy(is_key ? s->numbers[at].key : s->numbers[at].kind, text.ptr, text.len);
		has_key = has_key || is_key;
		has_kind = has_kind || is_kind;
	}
	if (!has_key || !has_kind || !has_number)
		return ah__saved_refuse(r, start, "a number without its key, kind or number");
	s->numbers[at].number = (uint64_t)number;
	s->number_count++;
	return AH_OK;
}

static ah_err take_state_bundle(ah_saved_reader *r, ah_saved *s)
{
	bool has_root = false, has_sha256 = false, has_version = false;
	ah_slice name;
	size_t start = ah_json_pos(&r->j), at = s->bundle_count;
	if (ah_json_peek(&r->j) != AH_JSON_OBJECT || at == AH_RELEASE_ROOTS_MAX)
		return ah__saved_refuse(r, start, at == AH_RELEASE_ROOTS_MAX ? "more bundles than a verdict compares with" : "no object");
	ah_json_object_begin(&r->j);
	while (ah_json_next_member(&r->j, &name)) {
		if (ah_slice_is_text(name, "root")) {
			AH_TRY(ah__saved_take_fixed_hex(r, s->bundles[at].root, sizeof s->bundles[at].root));
			has_root = true;
		} else if (ah_slice_is_text(name, "sha256")) {
			AH_TRY(ah__saved_take_fixed_hex(r, s->bundles[at].sha256, sizeof s->bundles[at].sha256));
			has_sha256 = true;
		} else if (ah_slice_is_text(name, "version")) {
			AH_TRY(ah__saved_take_number(r, &s->bundles[at].version));
			has_version = true;
		} else {
			return ah__saved_refuse_unknown(r, name);
		}
	}
	if (!has_root || !has_sha256 || !has_version)
		return ah__saved_refuse(r, start, "a bundle without its root, sha256 or version");
	s->bundle_count++;
	return AH_OK;
}

static ah_err take_each(ah_saved_reader *r, ah_saved *s, ah_err (*take)(ah_saved_reader *r, ah_saved *s))
{
	if (ah_json_peek(&r->j) != AH_JSON_ARRAY)
		return ah__saved_refuse(r, ah_json_pos(&r->j), "no array");
	ah_json_array_begin(&r->j);
	while (ah_json_next_element(&r->j))
		AH_TRY(take(r, s));
	return AH_OK;
}

static ah_err take_state_bundles(ah_saved_reader *r, ah_saved *s) { return take_each(r, s, take_state_bundle); }
static ah_err take_state_numbers(ah_saved_reader *r, ah_saved *s) { return take_each(r, s, take_state_number); }

static ah_err take_state(ah_saved_reader *r, ah_saved *s)
{
	static const ah_saved_member members[] = { { "bundles", take_state_bundles }, { "numbers", take_state_numbers } };
	if (ah__saved_take_null(r))
		return AH_OK;
	s->has_state = true;
	return ah__saved_take_inner(r, s, members, COUNT(members));
}

/* -- trust -- */

static ah_err take_bundle(ah_saved_reader *r, ah_saved *s)
{
	AH_TRY(ah__saved_take_text(r, &s->bundle));
	s->trust.bundle = ah_slice_sub(ah_buf_slice(&s->bundle), 0, s->bundle.len - 1);
	return AH_OK;
}

static ah_err take_release_root(ah_saved_reader *r, ah_saved *s)
{
	if (s->trust.root_count == AH_RELEASE_ROOTS_MAX)
		return ah__saved_refuse(r, ah_json_pos(&r->j), "more than can be used");
	AH_TRY(ah__saved_take_fixed_hex(r, s->roots[s->trust.root_count].key, AH_ED25519_KEY_LEN));
	s->trust.root_count++;
	return AH_OK;
}

static ah_err take_release_roots(ah_saved_reader *r, ah_saved *s) { return take_each(r, s, take_release_root); }

static ah_err take_workload(ah_saved_reader *r, ah_saved *s)
{
	AH_TRY(ah__saved_take_text(r, &s->workload));
	s->trust.workload = text_of(&s->workload);
	return AH_OK;
}

static ah_err take_trust(ah_saved_reader *r, ah_saved *s)
{
	static const ah_saved_member members[] = { { "bundle", take_bundle }, { "release_roots", take_release_roots }, { "workload", take_workload } };
	if (ah__saved_take_null(r))
		return AH_OK;
	size_t off = ah_json_pos(&r->j);
	AH_TRY(ah__saved_take_inner(r, s, members, COUNT(members)));
	if (s->trust.bundle.ptr == NULL || s->trust.root_count == 0 || s->trust.workload == NULL)
		return ah__saved_refuse(r, off, "needs bundle, release_roots and workload");
	s->trust.roots = s->roots;
	s->has_trust = true;
	s->request.trust = &s->trust;
	return AH_OK;
}

/* -- the members of the document -- */

static ah_err take_allow_debug(ah_saved_reader *r, ah_saved *s) { return ah__saved_take_bool(r, &s->request.allow_debug); }
static ah_err take_allow_simulated(ah_saved_reader *r, ah_saved *s) { return ah__saved_take_bool(r, &s->request.allow_simulated); }
static ah_err take_genuine_only(ah_saved_reader *r, ah_saved *s) { return ah__saved_take_bool(r, &s->request.genuine_only); }

static ah_err take_event_log(ah_saved_reader *r, ah_saved *s)
{
	AH_TRY(ah__saved_take_optional_base64(r, &s->event_log, AH_EVENT_LOG_MAX));
	s->request.event_log = ah_buf_slice(&s->event_log);
	return AH_OK;
}

/* The one value that may be empty: no bytes are a question, too. */
static ah_err take_evidence(ah_saved_reader *r, ah_saved *s)
{
	size_t off = ah_json_pos(&r->j);
	ah_slice text = { NULL, 0 };
	AH_TRY(ah__saved_take_string(r, &text));
	s->evidence = AH_BUF(AH_EVIDENCE_MAX);
	AH_TRY(ah__saved_decoded(r, off, ah_base64_decode(&s->evidence, text), "not base64"));
	s->request.evidence = ah_buf_slice(&s->evidence);
	r->has_evidence = true;
	return AH_OK;
}

/* A document inside of the document: its own reader says what is wrong, the place is counted in ours. */
static ah_err inner_fault(ah_saved_reader *r, size_t off, ah_err err, const ah_fault *inner)
{
	size_t at = inner->offset == AH_NO_OFFSET ? off : off + inner->offset;
	return err == AH_OK ? AH_OK : ah_fault_at(r->why, err, inner->step != NULL ? inner->step : r->step, at, "%s: %.80s", r->name, inner->detail);
}

static ah_err take_pin(ah_saved_reader *r, ah_saved *s)
{
	size_t off = ah_json_pos(&r->j);
	ah_fault inner = { .offset = AH_NO_OFFSET };
	if (ah__saved_take_null(r))
		return AH_OK;
	ah_slice raw = ah_json_raw(&r->j);
	if (!ah_slice_is_text(raw, "\"" AH_SAVED_FIRST_USE "\"")) {
		s->pin = AH_BUF(AH_PIN_MAX);
		AH_TRY(ah__saved_decoded(r, off, ah_buf_append(&s->pin, raw), ""));
		s->pin_slice = ah_buf_slice(&s->pin);
		AH_TRY(inner_fault(r, off, ah__pin_check(&s->pin_slice, &inner), &inner));
	}
	s->has_pin = true;
	return AH_OK;
}

static ah_err take_platform(ah_saved_reader *r, ah_saved *s)
{
	size_t off = ah_json_pos(&r->j);
	if (ah__saved_take_null(r))
		return AH_OK;
	ah_slice text = { NULL, 0 };
	AH_TRY(ah__saved_take_string(r, &text));
	for (unsigned id = AH_PLATFORM_NITRO; id <= AH_PLATFORM_TDX; id++)
		if (ah_slice_is_text(text, ah_platform_name((ah_platform_id)id)))
			s->request.platform = (ah_platform_id)id;
	return s->request.platform != AH_PLATFORM_NONE ? AH_OK : ah__saved_refuse(r, off, "not nitro, sev-snp or tdx");
}

static ah_err take_policy(ah_saved_reader *r, ah_saved *s)
{
	size_t off = ah_json_pos(&r->j);
	ah_fault inner = { .offset = AH_NO_OFFSET };
	if (ah__saved_take_null(r))
		return AH_OK;
	ah_slice raw = ah_json_raw(&r->j);
	AH_TRY(inner_fault(r, off, ah_policy_load(&s->policy, raw, &inner), &inner));
	s->request.policy = s->policy;
	return AH_OK;
}

static ah_err take_schema(ah_saved_reader *r, ah_saved *s)
{
	(void)s;
	size_t off = ah_json_pos(&r->j);
	r->has_schema = ah_slice_is_text(ah_json_raw(&r->j), r->is_case ? "\"" AH_CASE_SCHEMA "\"" : "\"" AH_SAVED_SCHEMA "\"");
	return r->has_schema ? AH_OK : ah__saved_refuse(r, off, r->is_case ? "not " AH_CASE_SCHEMA : "not " AH_SAVED_SCHEMA);
}

static ah_err take_simulated_root(ah_saved_reader *r, ah_saved *s)
{
	AH_TRY(ah__saved_take_optional_base64(r, &s->simulated_root, AH_CHAIN_FILE_MAX));
	s->request.simulated_root = ah_buf_slice(&s->simulated_root);
	return AH_OK;
}

static ah_err take_time(ah_saved_reader *r, ah_saved *s)
{
	size_t off = ah_json_pos(&r->j);
	ah_slice text = { NULL, 0 };
	AH_TRY(ah__saved_take_string(r, &text));
	r->has_time = true;
	return ah__saved_decoded(r, off, ah_time_parse(&s->request.now_s, text), "not a time like 2026-11-20T09:20:31Z");
}

/* Kept byte for byte: a replay is compared with it. */
static ah_err take_verdict(ah_saved_reader *r, ah_saved *s)
{
	size_t off = ah_json_pos(&r->j);
	if (ah_json_peek(&r->j) != AH_JSON_OBJECT)
		return ah__saved_refuse(r, off, "no object");
	s->verdict = AH_BUF(AH_VERDICT_TEXT_MAX);
	r->has_verdict = true;
	return ah__saved_decoded(r, off, ah_buf_append(&s->verdict, ah_json_raw(&r->j)), "");
}

/* The last one is not a member of cases. */
static const ah_saved_member document_members[] = {
	{ "allow_debug", take_allow_debug }, { "allow_simulated", take_allow_simulated }, { "endorsements", take_endorsements },
	{ "event_log_b64", take_event_log }, { "evidence_b64", take_evidence }, { "expected", take_expected }, { "genuine_only", take_genuine_only },
	{ "pin", take_pin }, { "platform", take_platform }, { "policy", take_policy }, { "schema", take_schema },
	{ "simulated_root_b64", take_simulated_root }, { "state", take_state }, { "time", take_time }, { "trust", take_trust }, { "verdict", take_verdict },
};

/* -- the whole -- */

static ah_err settle_state(ah_saved_reader *r, ah_saved *s)
{
	r->name = "state";
	if (s->bundle_count != 0 && !s->has_trust)
		return ah__saved_refuse(r, 0, "remembers a bundle, but the question has none");
	ah_err err = ah__saved_state(&s->state, s);
	if (err == AH_ERR_NOMEM)
		return ah_fault_set(r->why, err, r->step, "no memory");
	if (err != AH_OK)
		return ah__saved_refuse(r, 0, "no kind, key or number of a state");
	s->request.state = s->state;
	return AH_OK;
}

static ah_err settle(ah_saved_reader *r, ah_saved *s)
{
	ah_request *request = &s->request;
	r->outer = r->name = NULL;
	if (!r->has_schema || !r->has_time || !r->has_evidence)
		return ah__saved_refuse(r, 0, !r->has_schema ? "schema is missing" : !r->has_time ? "time is missing" : "evidence_b64 is missing");
	if ((request->policy != NULL) + (request->trust != NULL) + request->genuine_only != 1)
		return ah__saved_refuse(r, 0, "not exactly one of policy, trust and genuine_only");
	if (s->has_pin)
		request->pin = &s->pin_slice;
	request->policy_source = request->genuine_only ? NULL : "file";
	return settle_state(r, s);
}

static ah_err load(ah_saved **out, ah_slice json, bool is_case, ah_fault *why)
{
	ah_saved_reader r = {
		.is_case = is_case,
		.malformed = is_case ? AH_ERR_CASE_MALFORMED : AH_ERR_SAVED_MALFORMED,
		.step = is_case ? "case.load" : "saved.load",
		.why = why,
	};
	size_t max = is_case ? AH_CASE_MAX : AH_SAVED_MAX;
	if (json.len > max)
		return ah_fault_set(why, AH_ERR_TOO_LARGE, r.step, "%zu bytes, at most %zu", json.len, max);
	ah_fault syntax = { .offset = AH_NO_OFFSET };
	ah_err err = ah_json_open(&r.j, json, AH_JSON_LARGE, &syntax);
	if (err == AH_ERR_NOMEM)
		return ah_fault_set(why, err, r.step, "no memory");
	if (err != AH_OK)
		return ah_fault_at(why, r.malformed, r.step, syntax.offset, "%s: %.60s", ah_err_name(err), syntax.detail);
	AH_AUTO_PTR(ah_saved) s = (ah_saved *)ah_alloc(sizeof *s);
	if (s == NULL)
		return ah_fault_set(why, AH_ERR_NOMEM, r.step, "no memory");
	AH_TRY(ah__saved_take_object(&r, s, document_members, COUNT(document_members) - (is_case ? 1 : 0)));
	if (ah_json_finish(&r.j, &syntax) != AH_OK)
		return ah_fault_at(why, r.malformed, r.step, syntax.offset, "%s", syntax.detail);
	AH_TRY(settle(&r, s));
	*out = ah_move_ptr(&s); /* transferred */
	return AH_OK;
}

ah_err ah_saved_load(ah_saved **out, ah_slice json, ah_fault *why)
{
	return load(out, json, false, why);
}

ah_err ah__case_load(ah_saved **out, ah_slice json, ah_fault *why)
{
	return load(out, json, true, why);
}

void ah_saved_free(ah_saved *s)
{
	if (s == NULL)
		return;
	ah_buf *const owned[] = {
		&s->evidence, &s->event_log, &s->simulated_root, &s->report_data, &s->nonce, &s->public_key, &s->spki_sha256, &s->session_value,
		&s->peer_evidence_sha256, &s->purpose, &s->role, &s->workload, &s->bundle, &s->pin, &s->verdict,
	};
	for (size_t i = 0; i < COUNT(owned); i++)
		ah_buf_free(owned[i]);
	ah_endorsements_free(s->endorsements);
	ah_policy_free(s->policy);
	ah_state_free(s->state);
	ah_dealloc(s);
}

const ah_request *ah_saved_request(const ah_saved *saved)
{
	return &saved->request;
}

ah_slice ah_saved_verdict_json(const ah_saved *saved)
{
	return ah_buf_slice(&saved->verdict);
}
