/* See carrier.h, and ah_carrier_detect() in anchorhold/verdict.h. */
#include "policy/carrier.h"

#include "base/fault.h"
#include "codec/json.h"
#include "policy/envelope.h"
#include "policy/instance_event.h"

#define QUESTION "appraise.question"

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
	if (e->spki_sha256.len != 0 && e->spki_sha256.len != 32)
		return refuse(why, kind, "expected.spki_sha256 has not 32 bytes");
	if (e->session_value.len != 0 && e->session_value.len != 32)
		return refuse(why, kind, "expected.session_value has not 32 bytes");
	if (e->peer_evidence_sha256.len != 0 && e->peer_evidence_sha256.len != 32)
		return refuse(why, kind, "expected.peer_evidence_sha256 has not 32 bytes");
	if ((e->fields & AH_EXPECT_NONCE) != 0 && (e->nonce.len < AH_NONCE_MIN || e->nonce.len > AH_NONCE_MAX))
		return refuse(why, kind, "expected.nonce has not 16 to 64 bytes");
	return AH_OK;
}

ah_err ah_carrier_check_expected(ah_carrier kind, const ah_request *r, ah_fault *why)
{
	const ah_expected *e = &r->expected;
	bool is_envelope = kind == AH_CARRIER_ENVELOPE || kind == AH_CARRIER_TRESOR;
	bool states_channel = e->purpose != NULL || e->role != NULL || e->spki_sha256.len != 0 || e->session_value.len != 0 || e->peer_evidence_sha256.len != 0;
	if ((e->fields & AH_EXPECT_CHANNEL) == 0 && states_channel)
		return refuse(why, kind, "purpose, role or a value of a channel is given, but AH_EXPECT_CHANNEL is not set");
	if (!is_envelope && (e->fields & AH_EXPECT_CHANNEL) != 0)
		return refuse(why, kind, "a channel can be expected of an envelope alone");
	if (is_envelope && (e->fields & (AH_EXPECT_REPORT_DATA | AH_EXPECT_PUBLIC_KEY)) != 0)
		return refuse(why, kind, "report_data and public_key are computed from the channel; they cannot be expected");
	if (kind == AH_CARRIER_EVENT && (e->fields & ~(unsigned)AH_EXPECT_PUBLIC_KEY) != 0)
		return refuse(why, kind, "its own key is the binding; only AH_EXPECT_PUBLIC_KEY can be expected");
	if (kind == AH_CARRIER_EVENT && (e->fields & AH_EXPECT_PUBLIC_KEY) != 0 && e->public_key.len != 32)
		return refuse(why, kind, "expected.public_key is an x-only key of 32 bytes");
	if (is_envelope && !r->genuine_only && (e->fields & (AH_EXPECT_CHANNEL | AH_NO_BINDING)) == 0)
		return ah_fault_set(why, AH_ERR_BINDING_REQUIRED, QUESTION, "an envelope without the channel that it is expected of");
	return (e->fields & AH_EXPECT_CHANNEL) != 0 ? check_channel(kind, e, why) : AH_OK;
}

/* -- taking apart -- */

void ah_carried_free(ah_carried *carried)
{
	ah_envelope_free(carried->envelope);
	ah_instance_event_free(carried->event);
	ah_endorsements_free(carried->endorsements);
	*carried = (ah_carried){ .kind = AH_CARRIER_NONE };
}

ah_err ah_carried_open(ah_carried *out, ah_verifier *verifier, const ah_request *request, ah_fault *why)
{
	AH_AUTO(ah_carried) carried = { .kind = AH_CARRIER_NONE, .inner = *request };
	AH_TRY(ah__carrier_detect(&carried.kind, request->evidence));
	AH_TRY(ah_carrier_check_expected(carried.kind, request, why));
	switch (carried.kind) {
	case AH_CARRIER_NONE: break;
	case AH_CARRIER_ENVELOPE:
	case AH_CARRIER_TRESOR:
		AH_TRY(ah_envelope_parse(&carried.envelope, request->evidence, why));
		break;
	case AH_CARRIER_EVENT:
		AH_TRY(ah_instance_event_parse(&carried.event, request->evidence, why));
		break;
	}
	*out = carried;
	carried = (ah_carried){ .kind = AH_CARRIER_NONE }; /* transferred */
	/* The inner request borrows from *out, so it is made in place. */
	ah_err err = out->envelope != NULL ? ah__envelope_question(out, verifier, request, why)
	             : out->event != NULL ? ah__instance_event_question(out, request, why) : AH_OK;
	if (err != AH_OK)
		ah_carried_free(out);
	return err;
}
