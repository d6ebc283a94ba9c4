/* See carrier.h, and ah_carrier_detect() in anchorhold/verdict.h. */
#include "policy/carrier.h"

#include "base/fault.h"
#include "codec/json.h"
#include "policy/envelope.h"
#include "policy/instance_event.h"

#define QUESTION "appraise.question"
#define STEP     "carrier"

/* -- detection -- */

const char *ah_carrier_name(ah_carrier carrier)
{
	switch (carrier) {
	case AH_CARRIER_NONE: break;
	case AH_CARRIER_ENVELOPE: return "envelope";
	case AH_CARRIER_TRESOR: return "tresor-envelope";
	case AH_CARRIER_EVENT: return "instance-event";
	}
	return "evidence";
}

/* The members that tell the kinds apart, of an object that is strict JSON. */
static ah_carrier carrier_of_object(ah_json *j)
{
	ah_carrier carrier = AH_CARRIER_NONE;
	bool has_kind = false, has_sig = false, has_pubkey = false;
	ah_slice key;
	ah_json_object_begin(j);
	while (ah_json_next_member(j, &key)) {
		has_kind = has_kind || ah_slice_is_text(key, "kind");
		has_sig = has_sig || ah_slice_is_text(key, "sig");
		has_pubkey = has_pubkey || ah_slice_is_text(key, "pubkey");
		if (!ah_slice_is_text(key, "schema") || ah_json_peek(j) != AH_JSON_STRING) {
			(void)ah_json_raw(j);
			continue;
		}
		ah_slice schema = ah_json_string_raw(j);
		if (ah_slice_is_text(schema, "anchorhold.attestation/v1"))
			carrier = AH_CARRIER_ENVELOPE;
		else if (ah_slice_is_text(schema, "tresor.attestation/v1"))
			carrier = AH_CARRIER_TRESOR;
	}
	return carrier != AH_CARRIER_NONE || !(has_kind && has_sig && has_pubkey) ? carrier : AH_CARRIER_EVENT;
}

static bool begins_as_object(ah_slice bytes)
{
	size_t at = 0;
	while (at < bytes.len && (bytes.ptr[at] == ' ' || bytes.ptr[at] == '\t' || bytes.ptr[at] == '\r' || bytes.ptr[at] == '\n'))
		at++;
	return at < bytes.len && bytes.ptr[at] == '{';
}

ah_err ah_carrier_check_text(ah_slice bytes, ah_fault *why)
{
	ah_json j;
	return begins_as_object(bytes) ? ah_json_open(&j, bytes, AH_JSON_OURS, why) : AH_OK;
}

ah_err ah__carrier_detect(ah_carrier *out, ah_slice bytes)
{
	ah_json j;
	ah_err err = begins_as_object(bytes) ? ah_json_open(&j, bytes, AH_JSON_OURS, NULL) : AH_ERR_JSON;
	if (err == AH_ERR_NOMEM)
		return err;
	ah_carrier carrier = err == AH_OK ? carrier_of_object(&j) : AH_CARRIER_NONE;
	*out = err == AH_OK && ah_json_finish(&j, NULL) == AH_OK ? carrier : AH_CARRIER_NONE;
	return AH_OK;
}

ah_carrier ah_carrier_detect(ah_slice bytes)
{
	ah_carrier carrier = AH_CARRIER_NONE;
	return ah__carrier_detect(&carrier, bytes) == AH_OK ? carrier : AH_CARRIER_NONE;
}

/* -- what may be expected of what -- */

static ah_err refuse(ah_fault *why, ah_carrier kind, const char *what)
{
	return ah_fault_set(why, AH_ERR_ARGUMENT, QUESTION, "%s: %s", ah_carrier_name(kind), what);
}

static bool expects_channel(const ah_request *r)
{
	return (r->expected.fields & AH_EXPECT_CHANNEL) != 0;
}

static bool is_envelope_kind(ah_carrier kind)
{
	return kind == AH_CARRIER_ENVELOPE || kind == AH_CARRIER_TRESOR;
}

/* A value of a channel that is given at all has 32 bytes. */
static ah_err check_value(ah_carrier kind, ah_slice value, const char *what, ah_fault *why)
{
	return value.len == 0 || (value.len == 32 && value.ptr != NULL) ? AH_OK : refuse(why, kind, what);
}

static ah_err check_channel(ah_carrier kind, const ah_expected *e, ah_fault *why)
{
	static const char *const purposes[] = { "tls", "oak", "sealed-ws", "nostr", "kms" };
	bool purpose_known = false, is_client = e->role != NULL && strcmp(e->role, "client") == 0;
	if (e->purpose == NULL || e->role == NULL)
		return refuse(why, kind, "expected.purpose and expected.role are needed");
	for (size_t i = 0; i < sizeof purposes / sizeof purposes[0]; i++)
		purpose_known = purpose_known || strcmp(e->purpose, purposes[i]) == 0;
	if (!purpose_known)
		return refuse(why, kind, "expected.purpose is not tls, oak, sealed-ws, nostr or kms");
	if (!is_client && strcmp(e->role, "server") != 0)
		return refuse(why, kind, "expected.role is not server or client");
	bool needs_spki = strcmp(e->purpose, "tls") == 0 && !is_client;
	if (needs_spki != (e->spki_sha256.len != 0))
		return refuse(why, kind, needs_spki ? "expected.spki_sha256 is needed for a TLS server" : "expected.spki_sha256 is for a TLS server alone");
	AH_TRY(check_value(kind, e->spki_sha256, "expected.spki_sha256 has not 32 bytes", why));
	AH_TRY(check_value(kind, e->session_value, "expected.session_value has not 32 bytes", why));
	AH_TRY(check_value(kind, e->peer_evidence_sha256, "expected.peer_evidence_sha256 has not 32 bytes", why));
	/* Only the session signature is over it. */
	if (e->peer_evidence_sha256.len != 0 && e->session_value.len == 0)
		return refuse(why, kind, "expected.peer_evidence_sha256 without expected.session_value: nothing would be compared with it");
	if ((e->fields & AH_EXPECT_NONCE) != 0 && (e->nonce.len < AH_NONCE_MIN || e->nonce.len > AH_NONCE_MAX))
		return refuse(why, kind, "expected.nonce has not 16 to 64 bytes");
	return AH_OK;
}

ah_err ah_carrier_check_expected(ah_carrier kind, const ah_request *r, ah_fault *why)
{
	const ah_expected *e = &r->expected;
	/* A channel is a question to an envelope. What a server sent in place of one is told by the verdict; it never makes the question a wrong one. */
	if (expects_channel(r) && !is_envelope_kind(kind))
		kind = AH_CARRIER_ENVELOPE;
	bool is_envelope = is_envelope_kind(kind);
	bool states_channel = e->purpose != NULL || e->role != NULL || e->spki_sha256.len != 0 || e->session_value.len != 0 || e->peer_evidence_sha256.len != 0;
	if (!expects_channel(r) && states_channel)
		return refuse(why, kind, "purpose, role or a value of a channel is given, but AH_EXPECT_CHANNEL is not set");
	if (is_envelope && (e->fields & (AH_EXPECT_REPORT_DATA | AH_EXPECT_PUBLIC_KEY)) != 0)
		return refuse(why, kind, "report_data and public_key are computed from the channel; they cannot be expected");
	if (kind == AH_CARRIER_EVENT && (e->fields & ~(unsigned)AH_EXPECT_PUBLIC_KEY) != 0)
		return refuse(why, kind, "its own key is the binding; only AH_EXPECT_PUBLIC_KEY can be expected");
	if (kind == AH_CARRIER_EVENT && (e->fields & AH_EXPECT_PUBLIC_KEY) != 0 && e->public_key.len != 32)
		return refuse(why, kind, "expected.public_key is an x-only key of 32 bytes");
	if (is_envelope && !r->genuine_only && (e->fields & (AH_EXPECT_CHANNEL | AH_NO_BINDING)) == 0)
		return ah_fault_set(why, AH_ERR_BINDING_REQUIRED, QUESTION, "an envelope without the channel that it is expected of");
	return expects_channel(r) ? check_channel(kind, e, why) : AH_OK;
}

/* -- taking apart -- */

void ah_carried_free(ah_carried *carried)
{
	ah_envelope_free(carried->envelope);
	ah_instance_event_free(carried->event);
	ah_endorsements_free(carried->endorsements);
	*carried = (ah_carried){ .kind = AH_CARRIER_NONE };
}

/* Bytes of another kind where an envelope is expected: a server's error page, a cut answer, evidence without its envelope. */
static ah_err refuse_other_bytes(ah_carrier kind, ah_slice bytes, ah_fault *why)
{
	if (kind == AH_CARRIER_EVENT)
		return ah_fault_set(why, AH_ERR_ENVELOPE_MALFORMED, STEP, "an instance event, an envelope was expected");
	AH_TRY(ah_carrier_check_text(bytes, why));
	if (begins_as_object(bytes))
		return ah_fault_set(why, AH_ERR_UNKNOWN_FORMAT, STEP, "a JSON object of another schema, an envelope was expected");
	ah_platform_id platform = ah_evidence_detect(bytes);
	if (platform != AH_PLATFORM_NONE)
		return ah_fault_set(why, AH_ERR_ENVELOPE_MALFORMED, STEP, "raw %s evidence, an envelope was expected", ah_platform_name(platform));
	return ah_fault_set(why, AH_ERR_ENVELOPE_MALFORMED, STEP, "%zu bytes that are no JSON object, an envelope was expected", bytes.len);
}

/* In place, since the inner request borrows from it. */
static ah_err take_apart(ah_carried *carried, ah_verifier *verifier, const ah_request *request, ah_fault *why)
{
	AH_TRY(ah__carrier_detect(&carried->kind, request->evidence));
	AH_TRY(ah_carrier_check_expected(carried->kind, request, why));
	if (expects_channel(request) && !is_envelope_kind(carried->kind))
		return refuse_other_bytes(carried->kind, request->evidence, why);
	switch (carried->kind) {
	case AH_CARRIER_NONE: break;
	case AH_CARRIER_ENVELOPE:
	case AH_CARRIER_TRESOR:
		AH_TRY(ah_envelope_parse(&carried->envelope, request->evidence, why));
		return ah__envelope_question(carried, verifier, request, why);
	case AH_CARRIER_EVENT:
		AH_TRY(ah_instance_event_parse(&carried->event, request->evidence, why));
		return ah__instance_event_question(carried, request, why);
	}
	return AH_OK;
}

ah_err ah_carried_open(ah_carried *out, ah_verifier *verifier, const ah_request *request, ah_fault *why)
{
	*out = (ah_carried){ .kind = AH_CARRIER_NONE, .inner = *request };
	ah_err err = take_apart(out, verifier, request, why);
	if (err != AH_OK)
		ah_carried_free(out);
	return err;
}
