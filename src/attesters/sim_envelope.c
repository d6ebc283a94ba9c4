/* See sim_envelope.h. */
#include "attesters/sim_envelope.h"

#include "attesters/sim_keys.h"
#include "base/fault.h"
#include "codec/pem.h"

#include <stdio.h>

#define STEP "sim.envelope"
#define VALUE_LEN 32

void ah_sim_envelope_free(ah_sim_envelope *spec)
{
	ah_private_key_free(spec->key);
	ah_envelope_free(spec->envelope);
	*spec = (ah_sim_envelope){ .key = NULL };
}

/* -- start -- */

static ah_err set_text(char *out, size_t size, const char *name, const char *text, ah_fault *why)
{
	if (text == NULL)
		return AH_OK;
	if (strlen(text) >= size)
		return ah_fault_set(why, AH_ERR_ARGUMENT, STEP, "%s: longer than %zu characters", name, size - 1);
	(void)snprintf(out, size, "%s", text);
	return AH_OK;
}

static ah_err set_value(uint8_t out[static VALUE_LEN], bool *has, const char *name, ah_slice value, ah_fault *why)
{
	if (value.len == 0)
		return AH_OK;
	if (value.len != VALUE_LEN)
		return ah_fault_set(why, AH_ERR_ARGUMENT, STEP, "%s: %zu bytes, not %d", name, value.len, VALUE_LEN);
	memcpy(out, value.ptr, VALUE_LEN);
	*has = true;
	return AH_OK;
}

static ah_err set_texts(ah_sim_envelope *spec, const ah_sim_envelope_options *o, ah_fault *why)
{
	ah_envelope_claims *says = &spec->envelope->says;
	if (o->workload == NULL || o->purpose == NULL || o->role == NULL)
		return ah_fault_set(why, AH_ERR_ARGUMENT, STEP, "workload, purpose and role are needed");
	AH_TRY(set_text(says->workload, sizeof says->workload, "workload", o->workload, why));
	AH_TRY(set_text(says->purpose, sizeof says->purpose, "purpose", o->purpose, why));
	AH_TRY(set_text(says->role, sizeof says->role, "role", o->role, why));
	AH_TRY(set_text(says->deployment_id, sizeof says->deployment_id, "deployment id", o->deployment_id, why));
	AH_TRY(set_text(says->trust_bundle_url, sizeof says->trust_bundle_url, "trust bundle URL", o->trust_bundle_url, why));
	memcpy(spec->purpose, says->purpose, sizeof spec->purpose);
	memcpy(spec->role, says->role, sizeof spec->role);
	return AH_OK;
}

static ah_err set_values(ah_sim_envelope *spec, const ah_sim_envelope_options *o, ah_fault *why)
{
	ah_envelope_claims *says = &spec->envelope->says;
	bool has_session = false, has_peer = false;
	AH_TRY(set_value(says->tls_spki_sha256, &says->has_tls_spki, "TLS key", o->spki_sha256, why));
	AH_TRY(set_value(spec->spki_sha256, &spec->has_spki, "TLS key", o->spki_sha256, why));
	AH_TRY(set_value(says->x25519, &says->has_x25519, "x25519", o->x25519, why));
	AH_TRY(set_value(says->ed25519, &says->has_ed25519, "ed25519", o->ed25519, why));
	AH_TRY(set_value(says->service_key, &says->has_service_key, "service key", o->service_key, why));
	AH_TRY(set_value(spec->session_value, &has_session, "session value", o->session_value, why));
	AH_TRY(set_value(spec->peer_evidence_sha256, &has_peer, "peer evidence", o->peer_evidence_sha256, why));
	spec->session_value_len = has_session ? VALUE_LEN : 0;
	spec->peer_evidence_len = has_peer ? VALUE_LEN : 0;
	if (o->nonce.len != 0 && (o->nonce.len < AH_NONCE_MIN || o->nonce.len > AH_NONCE_MAX))
		return ah_fault_set(why, AH_ERR_ARGUMENT, STEP, "nonce: %zu bytes, not %d to %d", o->nonce.len, AH_NONCE_MIN, AH_NONCE_MAX);
	if (o->is_fresh && (o->nonce.len == 0 || !has_session))
		return ah_fault_set(why, AH_ERR_ARGUMENT, STEP, "session-fresh evidence is over a nonce and a session value");
	if (o->nonce.len != 0)
		memcpy(spec->envelope->nonce, o->nonce.ptr, o->nonce.len);
	spec->envelope->nonce_len = o->nonce.len;
	return AH_OK;
}

static ah_err make_key(ah_sim_envelope *spec, ah_fault *why)
{
	ah_envelope_claims *says = &spec->envelope->says;
	AH_AUTO(ah_buf) spki = AH_BUF(AH_P256_SPKI_LEN);
	AH_TRY(ah_private_key_generate(&spec->key, AH_KEY_P256, 0, why));
	AH_TRY(ah_private_key_spki(spec->key, &spki));
	if (spki.len != AH_P256_SPKI_LEN)
		return ah_fault_set(why, AH_ERR_CRYPTO, STEP, "a public key of an unknown form");
	ah_slice point = ah_slice_sub(ah_buf_slice(&spki), spki.len - sizeof says->binding_p256, sizeof says->binding_p256);
	memcpy(says->binding_p256, point.ptr, point.len);
	says->has_binding_p256 = true;
	return AH_OK;
}

ah_err ah_sim_envelope_start(ah_sim_envelope *spec, ah_crypto *crypto, const ah_sim_envelope_options *options, ah_fault *why)
{
	AH_TRY(ah_envelope_new(&spec->envelope));
	ah_envelope_claims *says = &spec->envelope->says;
	spec->envelope->platform = options->evidence.platform;
	AH_TRY(set_texts(spec, options, why));
	AH_TRY(set_values(spec, options, why));
	says->is_fresh = options->is_fresh;
	says->issued_at_s = options->evidence.at_s;
	says->max_age_s = options->max_age_s != 0 ? options->max_age_s : AH_EVIDENCE_AGE_MAX_S;
	if (options->manifest.len != 0) {
		AH_TRY(ah_buf_append(&spec->envelope->manifest, options->manifest));
		AH_TRY(ah_sha256(crypto, options->manifest, says->tag));
		says->has_tag = true;
	}
	return make_key(spec, why);
}

/* -- bind -- */

static ah_slice when(bool present, const uint8_t *bytes, size_t len)
{
	return ah_slice_make(present ? bytes : NULL, present ? len : 0);
}
#define WHEN(present, array) when((present), (array), sizeof(array))

ah_err ah_sim_envelope_bind(ah_sim_envelope *spec, ah_crypto *crypto, ah_fault *why)
{
	const ah_envelope *e = spec->envelope;
	const ah_envelope_claims *says = &e->says;
	const ah_binding binding = {
		.purpose = spec->purpose,
		.role = spec->role,
		.deployment_id = ah_slice_text(says->deployment_id),
		.nonce = when(says->is_fresh, e->nonce, e->nonce_len),
		.issued_at_s = says->issued_at_s,
		.max_age_s = says->max_age_s,
		.binding_p256 = AH_SLICE_OF(says->binding_p256),
		.x25519 = WHEN(says->has_x25519, says->x25519),
		.ed25519 = WHEN(says->has_ed25519, says->ed25519),
		.service_key = WHEN(says->has_service_key, says->service_key),
		.session_value = when(says->is_fresh, spec->session_value, spec->session_value_len),
		.spki_sha256 = WHEN(spec->has_spki, spec->spki_sha256),
		.tag = WHEN(says->has_tag, says->tag),
	};
	AH_TRY(ah__binding_report_data(crypto, spec->report_data, &binding, why));
	if (strcmp(spec->purpose, "nostr") == 0) {
		memcpy(spec->public_key, says->service_key, sizeof says->service_key);
		spec->public_key_len = sizeof says->service_key;
	} else {
		ah__binding_p256_spki(spec->public_key, says->binding_p256);
		spec->public_key_len = sizeof spec->public_key;
	}
	return AH_OK;
}

/* -- finish -- */

ah_err ah_sim_envelope_sign(ah_sim_envelope *spec, ah_crypto *crypto)
{
	ah_envelope *e = spec->envelope;
	AH_AUTO(ah_buf) statement = AH_BUF(AH_SESSION_STATEMENT_MAX);
	AH_AUTO(ah_buf) signature = AH_BUF(AH_SESSION_SIGNATURE_LEN);
	uint8_t evidence_sha256[AH_SHA256_LEN];
	AH_TRY(ah_sha256(crypto, ah_buf_slice(&e->evidence), evidence_sha256));
	const ah_session session = {
		.purpose = spec->purpose,
		.role = spec->role,
		.session_value = ah_slice_make(spec->session_value, spec->session_value_len),
		.evidence_sha256 = AH_SLICE_OF(evidence_sha256),
		.peer_evidence_sha256 = ah_slice_make(spec->peer_evidence_sha256, spec->peer_evidence_len),
		.nonce = ah_slice_make(e->nonce, e->nonce_len),
	};
	AH_TRY(ah__session_statement(&statement, &session));
	const ah_slice parts[1] = { ah_buf_slice(&statement) };
	AH_TRY(ah_sign_ecdsa_raw(spec->key, AH_SHA256, parts, 1, &signature));
	assert(signature.len == sizeof e->session_signature);
	memcpy(e->session_signature, signature.ptr, signature.len);
	e->has_session_signature = true;
	return AH_OK;
}

ah_err ah_sim_envelope_finish(ah_sim_envelope *spec, ah_crypto *crypto, const ah_sim_output *output)
{
	ah_envelope *e = spec->envelope;
	ah_buf_clear(&e->evidence);
	ah_buf_clear(&e->vek_chain);
	ah_buf_clear(&e->collateral);
	AH_TRY(ah_buf_append(&e->evidence, ah_buf_slice(&output->evidence)));
	if (output->vek_der.len != 0) {
		AH_TRY(ah_pem_write(&e->vek_chain, "CERTIFICATE", ah_buf_slice(&output->vek_der)));
		AH_TRY(ah_buf_append(&e->vek_chain, ah_buf_slice(&output->chain_pem)));
	}
	AH_TRY(ah_buf_append(&e->collateral, ah_buf_slice(&output->collateral_json)));
	return spec->session_value_len != 0 ? ah_sim_envelope_sign(spec, crypto) : AH_OK;
}

ah_err ah_sim_envelope_make(ah_sim *sim, const ah_sim_envelope_options *options, ah_sim_output *output, ah_buf *json, ah_fault *why)
{
	AH_AUTO(ah_sim_envelope) spec = { .key = NULL };
	AH_TRY(ah_sim_envelope_start(&spec, sim->crypto, options, why));
	AH_TRY(ah_sim_envelope_bind(&spec, sim->crypto, why));
	ah_sim_options evidence = options->evidence;
	evidence.report_data = AH_SLICE_OF(spec.report_data);
	if (evidence.platform == AH_PLATFORM_NITRO) {
		evidence.public_key = ah_slice_make(spec.public_key, spec.public_key_len);
		evidence.nonce = options->is_fresh ? options->nonce : ah_slice_make(NULL, 0);
	}
	AH_TRY(ah_sim_evidence(sim, &evidence, output, why));
	AH_TRY(ah_sim_envelope_finish(&spec, sim->crypto, output));
	return ah_envelope_write(json, spec.envelope);
}
