/* The parts of the verdict's JSON that say what evidence and policy came in: `carrier` and `policy.bundle`. docs/protocol/verdict.md. */
#include "policy/json_put.h"
#include "policy/verdict.h"

void ah__put_bundle(ah_json_writer *w, const ah_verdict *v)
{
	const ah_bundle_info *bundle = &v->bundle;
	if (!v->has_bundle) {
		put_member_null(w, "bundle");
		return;
	}
	ah_json_put_key(w, "bundle");
	ah_json_put_object_begin(w);
	put_member_foreign(w, "kid", bundle->kid);
	put_member_hex(w, "root", AH_SLICE_OF(bundle->root));
	put_member_hex(w, "sha256", AH_SLICE_OF(bundle->sha256));
	ah_json_put_object_end(w);
}

/* -- envelope -- */

/* A value that may be absent: null then. */
static void put_optional_hex(ah_json_writer *w, const char *key, bool present, ah_slice bytes)
{
	if (present)
		put_member_hex(w, key, bytes);
	else
		put_member_null(w, key);
}

static void put_optional_text(ah_json_writer *w, const char *key, const char *text)
{
	if (text[0] != '\0')
		put_member_foreign(w, key, text);
	else
		put_member_null(w, key);
}

static void put_envelope(ah_json_writer *w, const ah_envelope_claims *e)
{
	put_optional_hex(w, "binding_p256", e->has_binding_p256, AH_SLICE_OF(e->binding_p256));
	put_optional_text(w, "deployment_id", e->deployment_id);
	put_optional_hex(w, "ed25519", e->has_ed25519, AH_SLICE_OF(e->ed25519));
	put_member(w, "freshness", e->is_tresor ? "none" : e->is_fresh ? "session" : "cached");
	if (e->is_tresor) { /* no time is under its hash */
		put_member_null(w, "issued_at");
		put_member_null(w, "max_age_seconds");
	} else {
		put_member_time(w, "issued_at", e->issued_at_s);
		put_member_int(w, "max_age_seconds", e->max_age_s);
	}
	put_optional_text(w, "purpose", e->purpose);
	put_optional_text(w, "role", e->role);
	put_optional_hex(w, "service_key", e->has_service_key, AH_SLICE_OF(e->service_key));
	put_optional_hex(w, "tls_spki_sha256", e->has_tls_spki, AH_SLICE_OF(e->tls_spki_sha256));
	put_optional_text(w, "trust_bundle_url", e->trust_bundle_url);
	put_member_foreign(w, "workload", e->workload);
	put_optional_hex(w, "workload_identity_tag", e->has_tag, AH_SLICE_OF(e->tag));
	put_optional_hex(w, "x25519", e->has_x25519, AH_SLICE_OF(e->x25519));
}

/* -- instance event -- */

static void put_event(ah_json_writer *w, const ah_event_claims *e)
{
	put_member_hex(w, "attested_pubkey", AH_SLICE_OF(e->attested_pubkey));
	put_optional_hex(w, "builder", e->has_builder, AH_SLICE_OF(e->builder));
	put_member_time(w, "created_at", e->created_at_s);
	if (e->expiration_s != 0)
		put_member_time(w, "expiration", e->expiration_s);
	else
		put_member_null(w, "expiration");
	put_member_hex(w, "id", AH_SLICE_OF(e->id));
	put_member_int(w, "kind", e->kind);
	put_optional_hex(w, "launcher", e->has_launcher, AH_SLICE_OF(e->launcher));
	put_optional_text(w, "name", e->name);
	put_member_hex(w, "pubkey", AH_SLICE_OF(e->pubkey));
	ah_json_put_key(w, "relays");
	ah_json_put_array_begin(w);
	for (size_t i = 0; i < e->relay_count; i++)
		put_member_foreign(w, NULL, e->relays[i]);
	ah_json_put_array_end(w);
	ah_json_put_key(w, "release_signers");
	ah_json_put_array_begin(w);
	for (size_t i = 0; i < e->release_signer_count; i++)
		ah_json_put_hex(w, AH_SLICE_OF(e->release_signers[i]));
	ah_json_put_array_end(w);
	put_optional_text(w, "repository", e->repository);
	put_optional_text(w, "stage", e->stage);
	put_optional_text(w, "version", e->version);
}

/* -- the whole -- */

/* What is proven of it; null until it is. */
static void put_carrier_claims(ah_json_writer *w, const ah_verdict *v)
{
	ah_json_put_key(w, "claims");
	if (!v->has_envelope && !v->has_event) {
		ah_json_put_null(w);
		return;
	}
	ah_json_put_object_begin(w);
	if (v->has_envelope)
		put_envelope(w, &v->envelope);
	else
		put_event(w, &v->event);
	ah_json_put_object_end(w);
}

void ah__put_carrier(ah_json_writer *w, const ah_verdict *v)
{
	ah_json_put_key(w, "carrier");
	if (v->carrier == AH_CARRIER_NONE) {
		ah_json_put_null(w);
		return;
	}
	ah_json_put_object_begin(w);
	put_carrier_claims(w, v);
	put_member(w, "kind", ah_carrier_name(v->carrier));
	ah_json_put_object_end(w);
}
