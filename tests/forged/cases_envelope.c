/*
 * Envelopes around evidence that says what they say, with one thing wrong. See cases.h.
 *
 * change() makes the envelope and puts its R into the evidence before that is signed; tamper() takes the signed evidence in and serves it.
 */
#include "forged/cases.h"

#include "attesters/sim_envelope.h"
#include "codec/jws.h"
#include "crypto/ed25519_key.h"

#include <stdio.h>
#include <stdlib.h>

/* -- The envelope of a case -- */

typedef struct sealed {
	ah_sim_envelope spec;
	uint8_t spki[32], other_spki[32], nonce[32], other_nonce[32], session_value[32], other_session_value[32], service_key[32];
	uint8_t peer_evidence[32];
} sealed;

static void free_sealed(void *extra)
{
	sealed *s = (sealed *)extra;
	ah_sim_envelope_free(&s->spec);
	free(s);
}

static sealed *sealed_of(forge *f)
{
	return (sealed *)f->extra;
}

static void fill(uint8_t out[static 32], uint8_t seed)
{
	for (size_t i = 0; i < 32; i++)
		out[i] = (uint8_t)(seed + 5 * i);
}

/* A session value is given on both sides; R is over it; the peer attests too; the caller sent a nonce. */
enum { LIVE = 1, FRESH = 2, MUTUAL = 4, WITH_NONCE = 8 };

static ah_sim_envelope *start(forge *f, const char *purpose, const char *role, unsigned how)
{
	sealed *s = (sealed *)calloc(1, sizeof *s);
	ah_fault why = { .offset = AH_NO_OFFSET };
	if (s == NULL)
		exit(1);
	f->extra = s;
	f->free_extra = free_sealed;
	uint8_t *const values[] = { s->spki, s->other_spki, s->nonce, s->other_nonce, s->session_value, s->other_session_value, s->service_key,
	                            s->peer_evidence };
	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
		fill(values[i], (uint8_t)(0x11 * (i + 1)));
	bool tls_server = strcmp(purpose, "tls") == 0 && strcmp(role, "server") == 0, live = (how & LIVE) != 0;
	ah_slice none = { NULL, 0 };
	const ah_sim_envelope_options options = {
		.evidence = { .platform = f->of->platform, .at_s = FORGE_NOW_S },
		.workload = "forged",
		.purpose = purpose,
		.role = role,
		.deployment_id = "prod-eu-1",
		.spki_sha256 = tls_server ? AH_SLICE_OF(s->spki) : none,
		.is_fresh = (how & FRESH) != 0,
		.nonce = live || (how & WITH_NONCE) != 0 ? AH_SLICE_OF(s->nonce) : none,
		.session_value = live ? AH_SLICE_OF(s->session_value) : none,
		.peer_evidence_sha256 = (how & MUTUAL) != 0 ? AH_SLICE_OF(s->peer_evidence) : none,
		.x25519 = AH_SLICE_OF(s->other_nonce),
		.ed25519 = AH_SLICE_OF(s->other_spki),
		.service_key = AH_SLICE_OF(s->service_key),
	};
	FORGE_MUST(ah_sim_envelope_start(&s->spec, f->sim->crypto, &options, &why));
	f->request.expected = (ah_expected){
		.fields = AH_EXPECT_CHANNEL | (options.nonce.len != 0 ? (unsigned)AH_EXPECT_NONCE : 0),
		.purpose = purpose,
		.role = role,
		.nonce = options.nonce,
		.spki_sha256 = options.spki_sha256,
		.session_value = options.session_value,
		.peer_evidence_sha256 = options.peer_evidence_sha256,
	};
	return &s->spec;
}

static void put_report_data(forge *f, ah_slice r)
{
	switch (f->of->platform) {
	case AH_PLATFORM_NITRO: memcpy(f->report_data, r.ptr, r.len); return;
	case AH_PLATFORM_SNP: memcpy(f->snp.report + AH_SIM_SNP_REPORT_DATA, r.ptr, r.len); return;
	case AH_PLATFORM_TDX: memcpy(f->tdx.report + AH_SIM_TDX_REPORT_DATA, r.ptr, r.len); return;
	case AH_PLATFORM_NONE: return;
	}
}

/* R of what the envelope says now, into the evidence. */
static void bind(forge *f)
{
	ah_sim_envelope *spec = &sealed_of(f)->spec;
	ah_fault why = { .offset = AH_NO_OFFSET };
	FORGE_MUST(ah_sim_envelope_bind(spec, f->sim->crypto, &why));
	put_report_data(f, AH_SLICE_OF(spec->report_data));
	f->nitro.nonce = (ah_sim_field){ .form = AH_SIM_NULL };
	if (spec->envelope->says.is_fresh)
		f->nitro.nonce = (ah_sim_field){ AH_SIM_VALUE, ah_slice_make(spec->envelope->nonce, spec->envelope->nonce_len) };
	f->nitro.public_key = (ah_sim_field){ AH_SIM_VALUE, ah_slice_make(spec->public_key, spec->public_key_len) };
}

static ah_envelope *says_of(forge *f)
{
	return sealed_of(f)->spec.envelope;
}

/* The evidence goes in, the session is signed where there is one. The caller's endorsements stand for those of the envelope, unless a case has none. */
static void take_in(forge *f)
{
	FORGE_MUST(ah_sim_envelope_finish(&sealed_of(f)->spec, f->sim->crypto, &f->out));
}

static void serve(forge *f)
{
	FORGE_MUST(ah_envelope_write(&f->carried, says_of(f)));
}

static void wrap(forge *f)
{
	take_in(f);
	serve(f);
}

/* -- Manifests -- */

/* The policy of a case lists the key, or another one. */
static void add_manifest(forge *f, const char *workload, uint8_t seed)
{
	AH_AUTO_PTR(ah_ed25519_key) key = NULL;
	AH_AUTO(ah_buf) payload = AH_BUF(4096);
	uint8_t secret[32], signature[AH_ED25519_SIGNATURE_LEN];
	ah_envelope *e = says_of(f);
	fill(secret, seed);
	FORGE_MUST(ah_ed25519_key_from_seed(&key, secret));
	FORGE_MUST(ah_buf_printf(&payload, "{\"schema\":\"workload-identity/v1\",\"version\":\"1.0\",\"workload\":\"%s\"}", workload));
	ah_buf_clear(&e->manifest);
	FORGE_MUST(ah_jws_write_input(&e->manifest, "workload-identity+jwt", "build-2026", ah_buf_slice(&payload)));
	FORGE_MUST(ah_ed25519_sign(key, ah_buf_slice(&e->manifest), signature));
	FORGE_MUST(ah_jws_write_signature(&e->manifest, AH_SLICE_OF(signature)));
	FORGE_MUST(ah_sha256(f->sim->crypto, ah_buf_slice(&e->manifest), e->says.tag));
	e->says.has_tag = true;
	forge_put_hex(f->piece, sizeof f->piece, ah_slice_make(ah_ed25519_key_public(key), 32));
}

static void list(forge *f, const char *name, const char *value)
{
	(void)snprintf(f->text, sizeof f->text, "\"%s\":[\"%s\"],", name, value);
	f->policy_text.top = f->text;
}

static void list_bytes(forge *f, const char *name, ah_slice value)
{
	char hex[2 * 32 + 1];
	forge_put_hex(hex, sizeof hex, value);
	list(f, name, hex);
}

/* -- Baselines -- */

static void tls(forge *f)
{
	(void)start(f, "tls", "server", 0);
	bind(f);
}

static void tls_live(forge *f)
{
	(void)start(f, "tls", "server", LIVE);
	bind(f);
}

static void tls_fresh(forge *f)
{
	(void)start(f, "tls", "server", LIVE | FRESH);
	bind(f);
}

static void fresh_of_two(forge *f)
{
	(void)start(f, "sealed-ws", "server", LIVE | FRESH | MUTUAL);
	bind(f);
}

static void client_of_two(forge *f)
{
	(void)start(f, "sealed-ws", "client", LIVE | MUTUAL);
	bind(f);
}

static void nostr(forge *f)
{
	(void)start(f, "nostr", "server", 0);
	bind(f);
}

static void kms(forge *f)
{
	(void)start(f, "kms", "client", 0);
	bind(f);
}

static void oak_bare(forge *f)
{
	ah_sim_envelope *spec = start(f, "oak", "server", 0);
	ah_envelope_claims *says = &spec->envelope->says;
	says->deployment_id[0] = '\0';
	says->has_x25519 = says->has_ed25519 = says->has_service_key = false;
	bind(f);
}

static void its_own_endorsements(forge *f)
{
	tls(f);
	f->without_vek = f->without_chain = f->without_collateral = true;
}

static void everything_listed(forge *f)
{
	char tag[65], service_key[65];
	(void)start(f, "tls", "server", LIVE | FRESH);
	add_manifest(f, "forged", 0x21);
	bind(f);
	forge_put_hex(tag, sizeof tag, AH_SLICE_OF(says_of(f)->says.tag));
	forge_put_hex(service_key, sizeof service_key, AH_SLICE_OF(says_of(f)->says.service_key));
	(void)snprintf(f->text, sizeof f->text,
	               "\"freshness\":\"session\",\"allowed_workload_identity_tags\":[\"%s\"],\"manifest_keys\":[\"%s\"],\"deployment_ids\":[\"prod-eu-1\"],"
	               "\"service_keys\":[\"%s\"],\"revoked_tls_spki\":[\"%s\"],", tag, f->piece, service_key, tag);
	f->policy_text.top = f->text;
}

static void issued(forge *f, int64_t at_s)
{
	(void)start(f, "tls", "server", 0);
	says_of(f)->says.issued_at_s = at_s;
	bind(f);
}

static void issued_ahead(forge *f) { issued(f, FORGE_NOW_S + AH_CLOCK_SKEW_ENVELOPE_S); }
static void issued_before(forge *f) { issued(f, FORGE_NOW_S - AH_CLOCK_SKEW_ENVELOPE_S); }
static void last_second(forge *f) { issued(f, FORGE_NOW_S - AH_EVIDENCE_AGE_MAX_S + 1); }

static void genuine_only(forge *f)
{
	tls(f);
	forge_genuine_only(f);
	f->request.expected = (ah_expected){ .fields = AH_EXPECT_NOTHING };
}

/* -- Tresor -- */

/* R[0:32] is all that is stated; behind it stands what Tresor does not describe. */
static void start_tresor(forge *f)
{
	ah_sim_envelope *spec = start(f, "tls", "server", 0);
	ah_envelope_claims *says = &spec->envelope->says;
	add_manifest(f, "forged", 0x21);
	says->is_tresor = true;
	memset(says->purpose, 0, sizeof says->purpose);
	memset(says->role, 0, sizeof says->role);
	memset(says->deployment_id, 0, sizeof says->deployment_id);
	(void)snprintf(says->trust_bundle_url, sizeof says->trust_bundle_url, "https://trust.example/api/router.json");
	f->policy_text.top = "\"freshness\":\"none\",";
}

static void bind_tresor(forge *f, ah_slice spki)
{
	uint8_t half[32];
	FORGE_MUST(ah__binding_identity(f->sim->crypto, half, spki, AH_SLICE_OF(says_of(f)->says.tag)));
	put_report_data(f, AH_SLICE_OF(half));
}

static void tresor(forge *f)
{
	start_tresor(f);
	bind_tresor(f, AH_SLICE_OF(sealed_of(f)->spki));
}

static void tresor_with_its_chain(forge *f)
{
	tresor(f);
	f->without_vek = f->without_chain = true;
}

static void tresor_under_cached(forge *f)
{
	tresor(f);
	f->policy_text.top = "";
}

static void tresor_other_spki(forge *f)
{
	start_tresor(f);
	bind_tresor(f, AH_SLICE_OF(sealed_of(f)->other_spki));
}

static void tresor_other_tag(forge *f)
{
	tresor(f);
	says_of(f)->says.tag[0] ^= 1;
	ah_buf_clear(&says_of(f)->manifest);
}

static void tresor_says_another_key(forge *f)
{
	tresor(f);
	memcpy(says_of(f)->says.tls_spki_sha256, sealed_of(f)->other_spki, 32);
}

static void tresor_for_oak(forge *f)
{
	start_tresor(f);
	bind_tresor(f, (ah_slice){ NULL, 0 });
	f->request.expected.purpose = "oak";
	f->request.expected.spki_sha256 = (ah_slice){ NULL, 0 };
}

static void tresor_for_a_client(forge *f)
{
	tresor_for_oak(f);
	f->request.expected.purpose = "tls";
	f->request.expected.role = "client";
}

static void tresor_and_a_nonce(forge *f)
{
	tresor(f);
	f->request.expected.fields |= AH_EXPECT_NONCE;
	f->request.expected.nonce = AH_SLICE_OF(sealed_of(f)->nonce);
}

static void tresor_in_a_session(forge *f)
{
	tresor(f);
	f->request.expected.session_value = AH_SLICE_OF(sealed_of(f)->session_value);
}

/* The caller's log is of a TDX guest; what the server serves is not. */
static void event_log_is_given(forge *f)
{
	tls(f);
	f->request.event_log = AH_SLICE_OF(sealed_of(f)->nonce);
}

/* -- What it says -- */

static void says_another_platform(forge *f)
{
	take_in(f);
	ah_buf_clear(&says_of(f)->vek_chain);
	ah_buf_clear(&says_of(f)->collateral);
	says_of(f)->platform = f->of->platform == AH_PLATFORM_TDX ? AH_PLATFORM_SNP : AH_PLATFORM_TDX;
	serve(f);
}

static void says_another_workload(forge *f)
{
	take_in(f);
	(void)snprintf(says_of(f)->says.workload, sizeof says_of(f)->says.workload, "%s", "forged2");
	serve(f);
}

static void says_another_purpose(forge *f)
{
	(void)start(f, "oak", "server", 0);
	(void)snprintf(says_of(f)->says.purpose, sizeof says_of(f)->says.purpose, "%s", "sealed-ws");
	bind(f);
}

static void says_another_role(forge *f)
{
	(void)start(f, "oak", "server", 0);
	(void)snprintf(says_of(f)->says.role, sizeof says_of(f)->says.role, "%s", "client");
	bind(f);
}

static void says_another_spki(forge *f)
{
	tls(f);
	memcpy(says_of(f)->says.tls_spki_sha256, sealed_of(f)->other_spki, 32);
}

static void spki_is_revoked(forge *f)
{
	tls(f);
	list_bytes(f, "revoked_tls_spki", AH_SLICE_OF(sealed_of(f)->spki));
}

/* -- Time -- */

static void expired(forge *f) { issued(f, FORGE_NOW_S - AH_EVIDENCE_AGE_MAX_S); }
static void of_the_future(forge *f) { issued(f, FORGE_NOW_S + AH_CLOCK_SKEW_ENVELOPE_S + 1); }
static void a_minute_after_its_document(forge *f) { issued(f, FORGE_NOW_S - AH_CLOCK_SKEW_ENVELOPE_S - 1); }

static void older_than_it_allows(forge *f)
{
	(void)start(f, "tls", "server", 0);
	says_of(f)->says.max_age_s = 60;
	says_of(f)->says.issued_at_s = FORGE_NOW_S - 60;
	bind(f);
}

static void older_than_the_policy_allows(forge *f)
{
	issued(f, FORGE_NOW_S - 600);
	f->policy_text.top = "\"max_evidence_age_seconds\":600,";
}

/* -- Manifest and lists -- */

static void manifest_of_another_tag(forge *f)
{
	(void)start(f, "tls", "server", 0);
	add_manifest(f, "forged", 0x21);
	says_of(f)->says.tag[31] ^= 1;
	bind(f);
}

static void manifest_of_another_workload(forge *f)
{
	(void)start(f, "tls", "server", 0);
	add_manifest(f, "forged2", 0x21);
	bind(f);
}

static void manifest_that_is_none(forge *f)
{
	(void)start(f, "tls", "server", 0);
	FORGE_MUST(ah_buf_append_text(&says_of(f)->manifest, "eyJhbGciOiJub25lIn0.e30."));
	FORGE_MUST(ah_sha256(f->sim->crypto, ah_buf_slice(&says_of(f)->manifest), says_of(f)->says.tag));
	says_of(f)->says.has_tag = true;
	bind(f);
}

static void tag_not_listed(forge *f)
{
	(void)start(f, "tls", "server", 0);
	add_manifest(f, "forged", 0x21);
	bind(f);
	list_bytes(f, "allowed_workload_identity_tags", AH_SLICE_OF(sealed_of(f)->spki));
}

static void tag_not_stated(forge *f)
{
	tls(f);
	list_bytes(f, "allowed_workload_identity_tags", AH_SLICE_OF(sealed_of(f)->spki));
}

static void manifest_key_not_listed(forge *f)
{
	tag_not_listed(f);
	list_bytes(f, "manifest_keys", AH_SLICE_OF(sealed_of(f)->spki));
}

static void manifest_signature_flipped(forge *f)
{
	(void)start(f, "tls", "server", 0);
	add_manifest(f, "forged", 0x21);
	list(f, "manifest_keys", f->piece);
	ah_buf *manifest = &says_of(f)->manifest; /* the first character of the signature: all of its bits count */
	size_t at = manifest->len - 86;
	manifest->ptr[at] = manifest->ptr[at] == 'A' ? 'B' : 'A';
	FORGE_MUST(ah_sha256(f->sim->crypto, ah_buf_slice(manifest), says_of(f)->says.tag));
	bind(f);
}

static void manifest_not_carried(forge *f)
{
	(void)start(f, "tls", "server", 0);
	add_manifest(f, "forged", 0x21);
	list(f, "manifest_keys", f->piece);
	ah_buf_clear(&says_of(f)->manifest);
	bind(f);
}

static void deployment_not_listed(forge *f)
{
	tls(f);
	list(f, "deployment_ids", "prod-us-1");
}

static void deployment_not_stated(forge *f)
{
	oak_bare(f);
	list(f, "deployment_ids", "prod-eu-1");
}

static void service_key_not_pinned(forge *f)
{
	tls(f);
	list_bytes(f, "service_keys", AH_SLICE_OF(sealed_of(f)->spki));
}

static void service_key_not_stated(forge *f)
{
	oak_bare(f);
	list_bytes(f, "service_keys", AH_SLICE_OF(sealed_of(f)->service_key));
}

static void cached_where_fresh_is_asked(forge *f)
{
	tls_live(f);
	f->policy_text.top = "\"freshness\":\"session\",";
}

/* -- Under R: each value, changed after the evidence was made -- */

static void more_lifetime(forge *f)
{
	(void)start(f, "tls", "server", 0);
	says_of(f)->says.max_age_s = 60;
	bind(f);
	says_of(f)->says.max_age_s = 3600;
}

static void issued_anew(forge *f)
{
	issued(f, FORGE_NOW_S - 1);
	says_of(f)->says.issued_at_s = FORGE_NOW_S;
}

static void deployment_renamed(forge *f)
{
	tls(f);
	says_of(f)->says.deployment_id[0] = 'q';
}

static void binding_key_exchanged(forge *f)
{
	AH_AUTO_PTR(ah_private_key) key = NULL;
	AH_AUTO(ah_buf) spki = AH_BUF(AH_P256_SPKI_LEN);
	ah_fault why = { .offset = AH_NO_OFFSET };
	tls(f);
	FORGE_MUST(ah_private_key_generate(&key, AH_KEY_P256, 0, &why));
	FORGE_MUST(ah_private_key_spki(key, &spki));
	memcpy(says_of(f)->says.binding_p256, spki.ptr + spki.len - 65, 65);
}

/* Under R as well: whoever serves it had the evidence made for it. */
static void binding_key_off_the_curve(forge *f)
{
	(void)start(f, "tls", "server", 0);
	says_of(f)->says.binding_p256[64] ^= 1;
	bind(f);
}

static void x25519_exchanged(forge *f)
{
	tls(f);
	says_of(f)->says.x25519[0] ^= 1;
}

static void ed25519_exchanged(forge *f)
{
	tls(f);
	says_of(f)->says.ed25519[31] ^= 1;
}

static void service_key_exchanged(forge *f)
{
	tls(f);
	says_of(f)->says.service_key[5] ^= 1;
}

static void keys_shifted(forge *f)
{
	tls(f);
	says_of(f)->says.has_x25519 = false;
	memcpy(says_of(f)->says.ed25519, says_of(f)->says.x25519, 32);
}

static void tag_added(forge *f)
{
	tls(f);
	memset(says_of(f)->says.tag, 0x77, 32);
	says_of(f)->says.has_tag = true;
}

static void relabelled(forge *f)
{
	tls(f);
	f->request.expected.purpose = "oak";
	f->request.expected.spki_sha256 = (ah_slice){ NULL, 0 };
	(void)snprintf(says_of(f)->says.purpose, sizeof says_of(f)->says.purpose, "%s", "oak");
	says_of(f)->says.has_tls_spki = false;
}

/* Evidence of a server, shown by a client: the reflection. */
static void reflected(forge *f)
{
	(void)start(f, "oak", "server", 0);
	bind(f);
	f->request.expected.role = "client";
	(void)snprintf(says_of(f)->says.role, sizeof says_of(f)->says.role, "%s", "client");
}

static void of_another_connection(forge *f)
{
	tls(f);
	f->request.expected.spki_sha256 = AH_SLICE_OF(sealed_of(f)->other_spki);
	memcpy(says_of(f)->says.tls_spki_sha256, sealed_of(f)->other_spki, 32);
}

/* Fresh evidence, relayed from another session; no signature, as on channels that tie it in themselves. */
static void unsign(forge *f)
{
	take_in(f);
	says_of(f)->has_session_signature = false;
	serve(f);
}

static void fresh_of_another_session(forge *f)
{
	tls_fresh(f);
	f->request.expected.session_value = AH_SLICE_OF(sealed_of(f)->other_session_value);
}

static void fresh_for_another_nonce(forge *f)
{
	tls_fresh(f);
	f->request.expected.nonce = AH_SLICE_OF(sealed_of(f)->other_nonce);
	memcpy(says_of(f)->nonce, sealed_of(f)->other_nonce, 32);
}

static void cached_as_fresh(forge *f)
{
	tls_live(f);
	says_of(f)->says.is_fresh = true;
}

/* -- Nonce and public key -- */

static void nonce_that_nothing_proves(forge *f)
{
	(void)start(f, "tls", "server", WITH_NONCE);
	bind(f);
}

static void answer_to_another_nonce(forge *f)
{
	take_in(f); /* signed over the caller's nonce */
	memcpy(says_of(f)->nonce, sealed_of(f)->other_nonce, 32);
	serve(f);
}

static void document_with_a_nonce(forge *f)
{
	tls(f);
	f->nitro.nonce = (ah_sim_field){ AH_SIM_VALUE, AH_SLICE_OF(sealed_of(f)->other_nonce) };
}

static void document_with_an_empty_nonce(forge *f)
{
	tls(f);
	f->nitro.nonce = (ah_sim_field){ AH_SIM_VALUE, { NULL, 0 } };
}

static void document_without_a_nonce(forge *f)
{
	tls_fresh(f);
	f->nitro.nonce = (ah_sim_field){ .form = AH_SIM_NULL };
}

static void fresh_without_the_callers_nonce(forge *f)
{
	tls_fresh(f);
	f->request.expected.fields = AH_EXPECT_CHANNEL;
	f->request.expected.nonce = (ah_slice){ NULL, 0 };
}

static void document_of_another_key(forge *f)
{
	tls(f);
	sealed_of(f)->spec.public_key[90] ^= 1;
}

static void document_without_a_key(forge *f)
{
	kms(f);
	f->nitro.public_key = (ah_sim_field){ .form = AH_SIM_ABSENT };
}

static void nostr_document_with_the_binding_key(forge *f)
{
	nostr(f);
	ah_sim_envelope *spec = &sealed_of(f)->spec;
	ah__binding_p256_spki(spec->public_key, spec->envelope->says.binding_p256);
	f->nitro.public_key = (ah_sim_field){ AH_SIM_VALUE, AH_SLICE_OF(spec->public_key) };
}

/* -- Session -- */

static void signature_flipped(forge *f)
{
	take_in(f);
	says_of(f)->session_signature[63] ^= 1;
	serve(f);
}

static void signature_of_zeros(forge *f)
{
	take_in(f);
	memset(says_of(f)->session_signature, 0, sizeof says_of(f)->session_signature);
	serve(f);
}

/* Sign what a case changed in the specification, then restore what is served. */
static void sign_with(forge *f, void (*change)(sealed *s))
{
	sealed *s = sealed_of(f);
	take_in(f);
	ah_sim_envelope kept = s->spec;
	uint8_t nonce[32];
	memcpy(nonce, s->spec.envelope->nonce, sizeof nonce);
	change(s);
	FORGE_MUST(ah_sim_envelope_sign(&s->spec, f->sim->crypto));
	memcpy(s->spec.envelope->nonce, nonce, sizeof nonce);
	s->spec = kept;
	serve(f);
}

static void other_session_value(sealed *s) { s->spec.session_value[0] ^= 1; }
static void other_nonce(sealed *s) { s->spec.envelope->nonce[0] ^= 1; }
static void other_role(sealed *s) { (void)snprintf(s->spec.role, sizeof s->spec.role, "%s", "client"); }
static void other_purpose(sealed *s) { (void)snprintf(s->spec.purpose, sizeof s->spec.purpose, "%s", "oak"); }
static void other_peer(sealed *s) { s->spec.peer_evidence_sha256[31] ^= 1; }
static void no_peer(sealed *s) { s->spec.peer_evidence_len = 0; }

static void signed_for_another_session(forge *f) { sign_with(f, other_session_value); }
static void signed_for_another_nonce(forge *f) { sign_with(f, other_nonce); }
static void signed_in_another_role(forge *f) { sign_with(f, other_role); }
static void signed_for_another_purpose(forge *f) { sign_with(f, other_purpose); }
static void signed_for_another_peer(forge *f) { sign_with(f, other_peer); }
static void signed_for_no_peer(forge *f) { sign_with(f, no_peer); }

static void signed_by_another_key(forge *f)
{
	ah_fault why = { .offset = AH_NO_OFFSET };
	sealed *s = sealed_of(f);
	ah_private_key_free(s->spec.key);
	s->spec.key = NULL;
	FORGE_MUST(ah_private_key_generate(&s->spec.key, AH_KEY_P256, 0, &why));
	wrap(f);
}

/* A signature of the same session over other evidence of the same server. */
static void signed_over_other_evidence(forge *f)
{
	take_in(f);
	ah_buf *evidence = &says_of(f)->evidence;
	evidence->ptr[0] ^= 1;
	FORGE_MUST(ah_sim_envelope_sign(&sealed_of(f)->spec, f->sim->crypto));
	evidence->ptr[0] ^= 1;
	serve(f);
}

/* -- Bound to nothing -- */

static void no_binding(forge *f)
{
	tls(f);
	f->request.expected = (ah_expected){ .fields = AH_NO_BINDING };
}

static void fresh_without_a_connection(forge *f)
{
	tls_fresh(f);
	f->request.expected.session_value = (ah_slice){ NULL, 0 };
}

#define BASE(name, platform, change, tamper) { name, AH_PLATFORM_##platform, AH_CHECK_COUNT, AH_OK, change, tamper, FORGE_ALONE, 0, 0, 0 }
#define CASE(name, platform, check, err, change, tamper) \
	{ name, AH_PLATFORM_##platform, AH_CHECK_##check, AH_ERR_##err, change, tamper, FORGE_ALONE, 0, 0, 0 }
#define UNBOUND(name, platform, change) { name, AH_PLATFORM_##platform, AH_CHECK_COUNT, AH_ERR_UNBOUND, change, wrap, FORGE_STRUCTURE, 0, 0, 0 }

const forge_case forge_envelope_cases[] = {
	BASE("envelope_around_nitro", NITRO, tls, wrap),
	BASE("envelope_around_snp", SNP, tls, wrap),
	BASE("envelope_around_tdx", TDX, tls, wrap),
	BASE("envelope_in_a_session_on_nitro", NITRO, tls_live, wrap),
	BASE("envelope_in_a_session_on_snp", SNP, tls_live, wrap),
	BASE("envelope_fresh_on_nitro", NITRO, tls_fresh, wrap),
	BASE("envelope_fresh_on_snp", SNP, tls_fresh, wrap),
	BASE("envelope_fresh_on_tdx", TDX, tls_fresh, wrap),
	BASE("envelope_fresh_and_unsigned", SNP, tls_fresh, unsign),
	BASE("envelope_of_a_client", SNP, client_of_two, wrap),
	BASE("envelope_fresh_where_both_attest", SNP, fresh_of_two, wrap),
	BASE("envelope_for_nostr", NITRO, nostr, wrap),
	BASE("envelope_for_kms", NITRO, kms, wrap),
	BASE("envelope_with_no_more_than_needed", SNP, oak_bare, wrap),
	BASE("envelope_that_brings_its_chain", SNP, its_own_endorsements, wrap),
	BASE("envelope_that_brings_its_collateral", TDX, its_own_endorsements, wrap),
	BASE("envelope_with_everything_listed", NITRO, everything_listed, wrap),
	BASE("envelope_with_everything_listed_on_snp", SNP, everything_listed, wrap),
	BASE("envelope_issued_a_minute_ahead", SNP, issued_ahead, wrap),
	BASE("envelope_issued_a_minute_after_its_document", NITRO, issued_ahead, wrap),
	BASE("envelope_issued_a_minute_before_its_document", NITRO, issued_before, wrap),
	BASE("envelope_in_its_last_second", SNP, last_second, wrap),
	BASE("envelope_genuine_only", SNP, genuine_only, wrap),
	BASE("envelope_of_tresor", SNP, tresor, wrap),
	BASE("envelope_of_tresor_that_brings_its_chain", SNP, tresor_with_its_chain, wrap),

	CASE("envelope_of_snp_beside_an_event_log_is_refused", SNP, TDX_EVENT_LOG, EVENT_LOG, event_log_is_given, wrap),
	CASE("envelope_of_nitro_beside_an_event_log_is_refused", NITRO, TDX_EVENT_LOG, EVENT_LOG, event_log_is_given, wrap),
	CASE("B12_envelope_of_another_platform_is_refused", SNP, ENVELOPE_PLATFORM, PLATFORM_MISMATCH, tls, says_another_platform),
	CASE("B12_envelope_of_another_platform_around_nitro_is_refused", NITRO, ENVELOPE_PLATFORM, PLATFORM_MISMATCH, tls, says_another_platform),
	CASE("envelope_of_another_workload_is_refused", SNP, ENVELOPE_WORKLOAD, WORKLOAD, tls, says_another_workload),
	CASE("B08_envelope_of_another_purpose_is_refused", SNP, ENVELOPE_PURPOSE, PURPOSE, says_another_purpose, wrap),
	CASE("B05_envelope_of_another_role_is_refused", NITRO, ENVELOPE_PURPOSE, PURPOSE, says_another_role, wrap),
	CASE("tresor_envelope_for_oak_is_refused", SNP, ENVELOPE_PURPOSE, PURPOSE, tresor_for_oak, wrap),
	CASE("tresor_envelope_of_a_client_is_refused", SNP, ENVELOPE_PURPOSE, PURPOSE, tresor_for_a_client, wrap),
	CASE("B01_expired_envelope_is_refused", SNP, ENVELOPE_TIME, ENVELOPE_EXPIRED, expired, wrap),
	CASE("B01_envelope_older_than_it_allows_is_refused", TDX, ENVELOPE_TIME, ENVELOPE_EXPIRED, older_than_it_allows, wrap),
	CASE("B01_envelope_older_than_the_policy_allows_is_refused", SNP, ENVELOPE_TIME, ENVELOPE_EXPIRED, older_than_the_policy_allows, wrap),
	CASE("envelope_of_the_future_is_refused", SNP, ENVELOPE_TIME, ENVELOPE_NOT_YET_VALID, of_the_future, wrap),
	CASE("B01_envelope_issued_long_after_its_document_is_refused", NITRO, ENVELOPE_TIME, ENVELOPE_NOT_YET_VALID, a_minute_after_its_document, wrap),
	CASE("B07_envelope_with_another_tls_key_is_refused", SNP, ENVELOPE_SPKI, SPKI, says_another_spki, wrap),
	CASE("B07_envelope_with_another_tls_key_on_nitro_is_refused", NITRO, ENVELOPE_SPKI, SPKI, says_another_spki, wrap),
	CASE("tresor_envelope_with_another_tls_key_is_refused", SNP, ENVELOPE_SPKI, SPKI, tresor_says_another_key, wrap),
	CASE("envelope_with_a_revoked_tls_key_is_refused", SNP, SPKI_REVOKED, SPKI_REVOKED, spki_is_revoked, wrap),
	CASE("H16_manifest_of_another_tag_is_refused", SNP, ENVELOPE_MANIFEST, MANIFEST_INVALID, manifest_of_another_tag, wrap),
	CASE("H16_manifest_of_another_workload_is_refused", SNP, ENVELOPE_MANIFEST, MANIFEST_INVALID, manifest_of_another_workload, wrap),
	CASE("B18_manifest_without_a_signature_is_refused", SNP, ENVELOPE_MANIFEST, MANIFEST_INVALID, manifest_that_is_none, wrap),
	CASE("H16_tag_not_listed_is_refused", SNP, IDENTITY_TAG, IDENTITY_TAG, tag_not_listed, wrap),
	CASE("H16_tag_not_stated_is_refused", SNP, IDENTITY_TAG, IDENTITY_TAG, tag_not_stated, wrap),
	CASE("H16_manifest_not_carried_is_refused", SNP, MANIFEST_KEY, MANIFEST_KEY, manifest_not_carried, wrap),
	CASE("H16_manifest_key_not_listed_is_refused", SNP, MANIFEST_KEY, MANIFEST_KEY, manifest_key_not_listed, wrap),
	CASE("B18_manifest_with_a_flipped_signature_is_refused", SNP, MANIFEST_KEY, MANIFEST_KEY, manifest_signature_flipped, wrap),
	CASE("H16_deployment_not_listed_is_refused", SNP, DEPLOYMENT, DEPLOYMENT, deployment_not_listed, wrap),
	CASE("H16_deployment_not_stated_is_refused", SNP, DEPLOYMENT, DEPLOYMENT, deployment_not_stated, wrap),
	CASE("B04_service_key_not_pinned_is_refused", SNP, SERVICE_KEY, SERVICE_KEY, service_key_not_pinned, wrap),
	CASE("B04_service_key_not_stated_is_refused", SNP, SERVICE_KEY, SERVICE_KEY, service_key_not_stated, wrap),
	CASE("B01_cached_envelope_where_fresh_is_asked_is_refused", SNP, FRESHNESS, FRESHNESS, cached_where_fresh_is_asked, wrap),
	CASE("tresor_envelope_under_freshness_cached_is_refused", SNP, FRESHNESS, FRESHNESS, tresor_under_cached, wrap),

	CASE("B01_envelope_with_more_lifetime_is_refused", SNP, BINDING_REPORT_DATA, REPORT_DATA, more_lifetime, wrap),
	CASE("B01_envelope_issued_anew_is_refused", NITRO, BINDING_REPORT_DATA, REPORT_DATA, issued_anew, wrap),
	CASE("B08_envelope_of_another_deployment_is_refused", SNP, BINDING_REPORT_DATA, REPORT_DATA, deployment_renamed, wrap),
	CASE("B07_envelope_with_another_binding_key_is_refused", SNP, BINDING_REPORT_DATA, REPORT_DATA, binding_key_exchanged, wrap),
	CASE("B07_envelope_with_another_x25519_key_is_refused", TDX, BINDING_REPORT_DATA, REPORT_DATA, x25519_exchanged, wrap),
	CASE("B07_envelope_with_another_ed25519_key_is_refused", NITRO, BINDING_REPORT_DATA, REPORT_DATA, ed25519_exchanged, wrap),
	CASE("B07_envelope_with_another_service_key_is_refused", SNP, BINDING_REPORT_DATA, REPORT_DATA, service_key_exchanged, wrap),
	CASE("B08_envelope_with_shifted_keys_is_refused", SNP, BINDING_REPORT_DATA, REPORT_DATA, keys_shifted, wrap),
	CASE("B08_envelope_with_an_added_tag_is_refused", SNP, BINDING_REPORT_DATA, REPORT_DATA, tag_added, wrap),
	CASE("B08_relabelled_envelope_is_refused", SNP, BINDING_REPORT_DATA, REPORT_DATA, relabelled, wrap),
	CASE("B05_reflected_envelope_is_refused", SNP, BINDING_REPORT_DATA, REPORT_DATA, reflected, wrap),
	CASE("B04_envelope_of_another_connection_is_refused", NITRO, BINDING_REPORT_DATA, REPORT_DATA, of_another_connection, wrap),
	CASE("B04_fresh_envelope_of_another_session_is_refused", SNP, BINDING_REPORT_DATA, REPORT_DATA, fresh_of_another_session, unsign),
	CASE("B01_fresh_envelope_for_another_nonce_is_refused", TDX, BINDING_REPORT_DATA, REPORT_DATA, fresh_for_another_nonce, unsign),
	CASE("B01_cached_evidence_as_fresh_is_refused", SNP, BINDING_REPORT_DATA, REPORT_DATA, cached_as_fresh, unsign),
	CASE("tresor_report_of_another_tls_key_is_refused", SNP, BINDING_REPORT_DATA, REPORT_DATA, tresor_other_spki, wrap),
	CASE("tresor_report_of_another_tag_is_refused", SNP, BINDING_REPORT_DATA, REPORT_DATA, tresor_other_tag, wrap),

	CASE("B01_nonce_that_nothing_proves_is_refused", SNP, BINDING_NONCE, NONCE, nonce_that_nothing_proves, wrap),
	CASE("B01_nonce_that_nothing_proves_is_refused_on_nitro", NITRO, BINDING_NONCE, NONCE, nonce_that_nothing_proves, wrap),
	CASE("B01_answer_to_another_nonce_is_refused", SNP, BINDING_NONCE, NONCE, tls_live, answer_to_another_nonce),
	CASE("B01_nonce_beside_a_tresor_envelope_is_refused", SNP, BINDING_NONCE, NONCE, tresor_and_a_nonce, wrap),
	CASE("B11_cached_document_with_a_nonce_is_refused", NITRO, BINDING_NONCE, NONCE, document_with_a_nonce, wrap),
	CASE("B11_cached_document_with_an_empty_nonce_is_refused", NITRO, BINDING_NONCE, NONCE, document_with_an_empty_nonce, wrap),
	CASE("B11_fresh_document_without_a_nonce_is_refused", NITRO, BINDING_NONCE, NONCE, document_without_a_nonce, wrap),
	/* With the check deleted it is UNBOUND: R cannot be computed. */
	{ "B01_fresh_envelope_without_a_nonce_of_the_caller_is_refused", AH_PLATFORM_SNP, AH_CHECK_BINDING_NONCE, AH_ERR_NONCE,
	  fresh_without_the_callers_nonce, unsign, FORGE_OVERLAPPED, 0, 0, 0 },
	CASE("B07_document_of_another_binding_key_is_refused", NITRO, BINDING_PUBLIC_KEY, PUBLIC_KEY, document_of_another_key, wrap),
	CASE("B07_kms_document_without_a_key_is_refused", NITRO, BINDING_PUBLIC_KEY, PUBLIC_KEY, document_without_a_key, wrap),
	CASE("B07_nostr_document_without_the_service_key_is_refused", NITRO, BINDING_PUBLIC_KEY, PUBLIC_KEY, nostr_document_with_the_binding_key, wrap),

	CASE("B01_flipped_session_signature_is_refused", SNP, SESSION, SESSION_SIGNATURE, tls_live, signature_flipped),
	CASE("B01_session_signature_of_zeros_is_refused", SNP, SESSION, SESSION_SIGNATURE, tls_live, signature_of_zeros),
	CASE("B01_missing_session_signature_is_refused", SNP, SESSION, SESSION_SIGNATURE, tls_live, unsign),
	CASE("B04_session_signed_by_another_key_is_refused", NITRO, SESSION, SESSION_SIGNATURE, tls_live, signed_by_another_key),
	CASE("B04_signature_of_another_session_is_refused", SNP, SESSION, SESSION_SIGNATURE, tls_live, signed_for_another_session),
	CASE("B01_signature_over_another_nonce_is_refused", SNP, SESSION, SESSION_SIGNATURE, tls_live, signed_for_another_nonce),
	CASE("B05_signature_of_another_role_is_refused", SNP, SESSION, SESSION_SIGNATURE, tls_live, signed_in_another_role),
	CASE("B08_signature_for_another_purpose_is_refused", SNP, SESSION, SESSION_SIGNATURE, tls_live, signed_for_another_purpose),
	CASE("B12_signature_over_other_evidence_is_refused", TDX, SESSION, SESSION_SIGNATURE, tls_live, signed_over_other_evidence),
	CASE("B12_signature_for_another_peer_is_refused", SNP, SESSION, SESSION_SIGNATURE, client_of_two, signed_for_another_peer),
	CASE("B12_signature_for_no_peer_is_refused", SNP, SESSION, SESSION_SIGNATURE, client_of_two, signed_for_no_peer),
	CASE("fresh_envelope_that_signs_for_no_peer_is_refused", SNP, SESSION, SESSION_SIGNATURE, fresh_of_two, unsign),
	CASE("B01_wrong_signature_beside_fresh_evidence_is_refused", SNP, SESSION, SESSION_SIGNATURE, tls_fresh, signature_flipped),
	CASE("tresor_envelope_in_a_session_is_refused", SNP, SESSION, SESSION_SIGNATURE, tresor_in_a_session, wrap),

	{ "envelope_with_a_binding_key_off_the_curve_is_malformed", AH_PLATFORM_SNP, AH_CHECK_COUNT, AH_ERR_ENVELOPE_MALFORMED, binding_key_off_the_curve, wrap,
	  FORGE_STRUCTURE, 0, 0, 0 },

	UNBOUND("B03_envelope_without_a_binding_is_unbound", SNP, no_binding),
	UNBOUND("B03_envelope_without_a_binding_is_unbound_on_nitro", NITRO, no_binding),
	UNBOUND("B03_fresh_envelope_without_a_connection_is_unbound", SNP, fresh_without_a_connection),
	UNBOUND("B03_fresh_envelope_without_a_connection_is_unbound_on_nitro", NITRO, fresh_without_a_connection),
};
const size_t forge_envelope_case_count = sizeof forge_envelope_cases / sizeof forge_envelope_cases[0];
