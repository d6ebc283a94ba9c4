/* See envelope.h: the two schemas that are read, and the one that is written. What an envelope is worth is judged in envelope_judge.c. */
#include "policy/envelope.h"

#include "base/fault.h"
#include "codec/json.h"
#include "codec/text.h"
#include "policy/json_put.h"

#include <stdarg.h>
#include <stdio.h>

#define STEP "envelope.parse"
#define SCHEMA_OURS   "anchorhold.attestation/v1"
#define SCHEMA_TRESOR "tresor.attestation/v1"
#define POINT_UNCOMPRESSED 0x04 /* SEC1 2.3.3 */
#define MEMBER_SHOWN 40

void ah_envelope_free(ah_envelope *e)
{
	if (e == NULL)
		return;
	ah_buf_free(&e->evidence);
	ah_buf_free(&e->vek_chain);
	ah_buf_free(&e->collateral);
	ah_buf_free(&e->manifest);
	ah_dealloc(e);
}

ah_err ah_envelope_new(ah_envelope **out)
{
	ah_envelope *e = (ah_envelope *)ah_alloc(sizeof *e);
	if (e == NULL)
		return AH_ERR_NOMEM;
	e->evidence = e->vek_chain = e->collateral = AH_BUF(AH_ENVELOPE_MAX);
	e->manifest = AH_BUF(AH_MANIFEST_MAX);
	*out = e;
	return AH_OK;
}

/* -- reading: one value after the other -- */

typedef struct reader {
	ah_json j;
	ah_fault *why;
	const char *member;        /* what the next value is of, for refusals */
} reader;

AH_PRINTF(3, 4)
static ah_err refuse(reader *r, size_t off, const char *format, ...)
{
	char what[96];
	va_list args;
	va_start(args, format);
	(void)vsnprintf(what, sizeof what, format, args);
	va_end(args);
	return ah_fault_at(r->why, AH_ERR_ENVELOPE_MALFORMED, STEP, off, "%s: %s", r->member, what);
}

/* A string in which every character stands for itself. */
static ah_err take_plain(reader *r, ah_slice *out, size_t max)
{
	size_t off = ah_json_pos(&r->j);
	if (ah_json_peek(&r->j) != AH_JSON_STRING)
		return refuse(r, off, "not a text");
	ah_slice raw = ah_json_string_raw(&r->j);
	for (size_t i = 0; i < raw.len; i++)
		if (raw.ptr[i] < 0x20 || raw.ptr[i] > 0x7e || raw.ptr[i] == '\\')
			return refuse(r, off, "only printable ASCII without escapes");
	if (raw.len == 0 || raw.len > max)
		return refuse(r, off, "%zu characters, not 1 to %zu", raw.len, max);
	*out = raw;
	return AH_OK;
}

static ah_err take_text(reader *r, char *out, size_t size)
{
	ah_slice text = { NULL, 0 };
	AH_TRY(take_plain(r, &text, size - 1));
	(void)snprintf(out, size, "%.*s", (int)text.len, (const char *)text.ptr);
	return AH_OK;
}

static ah_err take_choice(reader *r, unsigned *index, const char *const *names, size_t count)
{
	size_t off = ah_json_pos(&r->j);
	ah_slice text = { NULL, 0 };
	AH_TRY(take_plain(r, &text, AH_POLICY_TEXT_MAX));
	for (size_t i = 0; i < count; i++)
		if (ah_slice_is_text(text, names[i])) {
			*index = (unsigned)i;
			return AH_OK;
		}
	return refuse(r, off, "an unknown value");
}

static ah_err take_name(reader *r, char out[static 16], const char *const *names, size_t count)
{
	unsigned index = 0;
	AH_TRY(take_choice(r, &index, names, count));
	(void)snprintf(out, 16, "%s", names[index]);
	return AH_OK;
}

static ah_err take_platform(reader *r, ah_platform_id *out)
{
	static const char *const names[] = { "nitro", "sev-snp", "tdx" };
	unsigned index = 0;
	AH_TRY(take_choice(r, &index, names, 3));
	*out = ah_platform_by_name(names[index]);
	return AH_OK;
}

static ah_err take_hex(reader *r, uint8_t *out, size_t len)
{
	size_t off = ah_json_pos(&r->j);
	ah_slice text = { NULL, 0 };
	AH_TRY(take_plain(r, &text, 2 * len));
	if (ah_hex_decode_exact(out, len, text) != AH_OK)
		return refuse(r, off, "not %zu lowercase hex digits", 2 * len);
	return AH_OK;
}

/* A key or digest of 32 bytes. Zeros stand for "none" in R, so a stated value is never zero. */
static ah_err take_value(reader *r, bool *has, uint8_t out[static 32])
{
	size_t off = ah_json_pos(&r->j);
	AH_TRY(take_hex(r, out, 32));
	if (ah_slice_is_zero(ah_slice_make(out, 32)))
		return refuse(r, off, "all zero");
	*has = true;
	return AH_OK;
}

static ah_err take_point(reader *r, bool *has, uint8_t out[static 65])
{
	size_t off = ah_json_pos(&r->j);
	AH_TRY(take_hex(r, out, 65));
	if (out[0] != POINT_UNCOMPRESSED)
		return refuse(r, off, "not an uncompressed point");
	if (ah_slice_is_zero(ah_slice_make(out + 1, 64)))
		return refuse(r, off, "all zero"); /* whether it is a point at all is seen where there is cryptography: envelope_question.c */
	*has = true;
	return AH_OK;
}

static ah_err take_base64(reader *r, ah_buf *out)
{
	size_t off = ah_json_pos(&r->j);
	ah_slice text = { NULL, 0 };
	AH_TRY(take_plain(r, &text, AH_ENVELOPE_MAX));
	ah_err err = ah_base64_decode(out, text);
	if (err == AH_ERR_NOMEM)
		return ah_fault_at(r->why, err, STEP, off, "no memory");
	return err == AH_OK ? AH_OK : refuse(r, off, "not canonical base64");
}

static ah_err take_nonce(reader *r, uint8_t out[static AH_NONCE_MAX], size_t *len)
{
	size_t off = ah_json_pos(&r->j);
	ah_slice text = { NULL, 0 };
	AH_AUTO(ah_buf) bytes = AH_BUF(AH_NONCE_MAX);
	AH_TRY(take_plain(r, &text, AH_POLICY_TEXT_MAX));
	ah_err err = ah_base64url_decode(&bytes, text);
	if (err == AH_ERR_NOMEM)
		return ah_fault_at(r->why, err, STEP, off, "no memory");
	if (err != AH_OK || bytes.len < AH_NONCE_MIN)
		return refuse(r, off, "not %d to %d bytes as base64url without padding", AH_NONCE_MIN, AH_NONCE_MAX);
	memcpy(out, bytes.ptr, bytes.len);
	*len = bytes.len;
	return AH_OK;
}

static ah_err take_signature(reader *r, ah_envelope *e)
{
	size_t off = ah_json_pos(&r->j);
	AH_AUTO(ah_buf) bytes = AH_BUF(AH_ENVELOPE_MAX);
	AH_TRY(take_base64(r, &bytes));
	if (bytes.len != sizeof e->session_signature)
		return refuse(r, off, "%zu bytes, not %zu", bytes.len, sizeof e->session_signature);
	memcpy(e->session_signature, bytes.ptr, bytes.len);
	e->has_session_signature = true;
	return AH_OK;
}

/* PEM has line feeds, which JSON escapes. Whether it is PEM at all is seen when the endorsements take it. */
static ah_err take_pem(reader *r, ah_buf *out)
{
	size_t off = ah_json_pos(&r->j);
	if (ah_json_peek(&r->j) != AH_JSON_STRING)
		return refuse(r, off, "not a text");
	ah_err err = ah_json_string(&r->j, out);
	if (err == AH_ERR_NOMEM)
		return ah_fault_at(r->why, err, STEP, off, "no memory");
	if (err != AH_OK || out->len > AH_CHAIN_FILE_MAX)
		return refuse(r, off, "larger than any chain");
	/* An empty one is what servers without hardware serve: said here, so that it is never taken for "none given". */
	return out->len != 0 ? AH_OK : refuse(r, off, "empty: this server has no hardware behind it");
}

/* Kept as it stands: it has documents in it whose bytes are signed. */
static ah_err take_collateral(reader *r, ah_buf *out)
{
	size_t off = ah_json_pos(&r->j);
	if (ah_json_peek(&r->j) != AH_JSON_OBJECT)
		return refuse(r, off, "not an object");
	ah_err err = ah_buf_append(out, ah_json_raw(&r->j));
	return err == AH_OK ? AH_OK : ah_fault_at(r->why, err, STEP, off, "no memory");
}

static ah_err take_manifest(reader *r, ah_buf *out)
{
	size_t off = ah_json_pos(&r->j);
	ah_slice text = { NULL, 0 };
	AH_TRY(take_plain(r, &text, AH_MANIFEST_MAX));
	ah_err err = ah_buf_append(out, text);
	return err == AH_OK ? AH_OK : ah_fault_at(r->why, err, STEP, off, "no memory");
}

static ah_err take_issued_at(reader *r, int64_t *out_s)
{
	size_t off = ah_json_pos(&r->j);
	ah_slice text = { NULL, 0 };
	AH_TRY(take_plain(r, &text, AH_POLICY_TEXT_MAX));
	return ah_time_parse(out_s, text) == AH_OK ? AH_OK : refuse(r, off, "not a time like 2026-11-20T09:20:31Z");
}

static ah_err take_max_age(reader *r, uint32_t *out_s)
{
	size_t off = ah_json_pos(&r->j);
	if (ah_json_peek(&r->j) != AH_JSON_INTEGER)
		return refuse(r, off, "not an integer");
	int64_t value = ah_json_int(&r->j);
	if (value < 1 || value > AH_EVIDENCE_AGE_MAX_S)
		return refuse(r, off, "not 1 to %d", AH_EVIDENCE_AGE_MAX_S);
	*out_s = (uint32_t)value;
	return AH_OK;
}

static ah_err take_freshness(reader *r, bool *is_fresh)
{
	static const char *const names[] = { "cached", "session" };
	unsigned index = 0;
	AH_TRY(take_choice(r, &index, names, 2));
	*is_fresh = index == 1;
	return AH_OK;
}

/* -- reading: the keys -- */

static ah_err take_key(reader *r, ah_envelope_claims *says, ah_slice name, size_t off)
{
	if (ah_slice_is_text(name, "binding_p256")) {
		r->member = "keys.binding_p256";
		return take_point(r, &says->has_binding_p256, says->binding_p256);
	}
	if (ah_slice_is_text(name, "x25519")) {
		r->member = "keys.x25519";
		return take_value(r, &says->has_x25519, says->x25519);
	}
	if (ah_slice_is_text(name, "ed25519")) {
		r->member = "keys.ed25519";
		return take_value(r, &says->has_ed25519, says->ed25519);
	}
	if (ah_slice_is_text(name, "service_key")) {
		r->member = "keys.service_key";
		return take_value(r, &says->has_service_key, says->service_key);
	}
	return refuse(r, off, "no such member %.*s", name.len > MEMBER_SHOWN ? MEMBER_SHOWN : (int)name.len, (const char *)name.ptr);
}

static ah_err take_keys(reader *r, ah_envelope_claims *says)
{
	size_t off = ah_json_pos(&r->j);
	ah_slice name;
	if (ah_json_peek(&r->j) != AH_JSON_OBJECT)
		return refuse(r, off, "not an object");
	ah_json_object_begin(&r->j);
	while (ah_json_next_member(&r->j, &name)) {
		r->member = "keys";
		AH_TRY(take_key(r, says, name, ah_json_pos(&r->j)));
	}
	r->member = "keys.binding_p256";
	return says->has_binding_p256 ? AH_OK : refuse(r, off, "required");
}

/* -- reading: the members of both schemas -- */

enum { OURS = 1, TRESOR = 2, BOTH = OURS | TRESOR };

enum member {
	SCHEMA, WORKLOAD, PLATFORM, PURPOSE, ROLE, EVIDENCE, SNP_REPORT, VEK_CHAIN, VCEK_CHAIN, COLLATERAL, TLS_SPKI, KEYS, DEPLOYMENT_ID, TAG, MANIFEST,
	BUNDLE_URL, FRESHNESS, NONCE, PEER_NONCE, ISSUED_AT, MAX_AGE, SESSION_SIGNATURE, MEMBER_COUNT
};

static const struct {
	const char *name;
	unsigned in, required;     /* schemas that have it, that must have it */
} members[MEMBER_COUNT] = {
	[SCHEMA] = { "schema", BOTH, BOTH },
	[WORKLOAD] = { "workload", BOTH, BOTH },
	[PLATFORM] = { "platform", OURS, OURS },
	[PURPOSE] = { "purpose", OURS, OURS },
	[ROLE] = { "role", OURS, OURS },
	[EVIDENCE] = { "evidence_b64", OURS, OURS },
	[SNP_REPORT] = { "snp_report_b64", TRESOR, TRESOR },
	[VEK_CHAIN] = { "vek_chain_pem", OURS, 0 },
	[VCEK_CHAIN] = { "vcek_chain_pem", TRESOR, 0 },
	[COLLATERAL] = { "collateral", OURS, 0 },
	[TLS_SPKI] = { "tls_spki_sha256", BOTH, TRESOR },
	[KEYS] = { "keys", OURS, OURS },
	[DEPLOYMENT_ID] = { "deployment_id", OURS, 0 },
	[TAG] = { "workload_identity_tag", BOTH, TRESOR },
	[MANIFEST] = { "workload_identity_manifest_jws", BOTH, 0 },
	[BUNDLE_URL] = { "trust_bundle_url", BOTH, 0 },
	[FRESHNESS] = { "freshness", OURS, 0 },
	[NONCE] = { "nonce", OURS, 0 },
	[PEER_NONCE] = { "peer_nonce", OURS, 0 },
	[ISSUED_AT] = { "issued_at", BOTH, BOTH },
	[MAX_AGE] = { "max_age_seconds", BOTH, BOTH },
	[SESSION_SIGNATURE] = { "session_signature", OURS, 0 },
};

static ah_err take_member(reader *r, ah_envelope *e, enum member member)
{
	static const char *const purposes[] = { "tls", "oak", "sealed-ws", "nostr", "kms" };
	static const char *const roles[] = { "server", "client" };
	ah_envelope_claims *says = &e->says;
	switch (member) {
	case SCHEMA: (void)ah_json_raw(&r->j); return AH_OK; /* read ahead */
	case WORKLOAD: return take_text(r, says->workload, sizeof says->workload);
	case PLATFORM: return take_platform(r, &e->platform);
	case PURPOSE: return take_name(r, says->purpose, purposes, sizeof purposes / sizeof purposes[0]);
	case ROLE: return take_name(r, says->role, roles, sizeof roles / sizeof roles[0]);
	case EVIDENCE:
	case SNP_REPORT: return take_base64(r, &e->evidence);
	case VEK_CHAIN:
	case VCEK_CHAIN: return take_pem(r, &e->vek_chain);
	case COLLATERAL: return take_collateral(r, &e->collateral);
	case TLS_SPKI: return take_value(r, &says->has_tls_spki, says->tls_spki_sha256);
	case KEYS: return take_keys(r, says);
	case DEPLOYMENT_ID: return take_text(r, says->deployment_id, sizeof says->deployment_id);
	case TAG: return take_value(r, &says->has_tag, says->tag);
	case MANIFEST: return take_manifest(r, &e->manifest);
	case BUNDLE_URL: return take_text(r, says->trust_bundle_url, sizeof says->trust_bundle_url);
	case FRESHNESS: return take_freshness(r, &says->is_fresh);
	case NONCE: return take_nonce(r, e->nonce, &e->nonce_len);
	case PEER_NONCE: return take_nonce(r, e->peer_nonce, &e->peer_nonce_len);
	case ISSUED_AT: return take_issued_at(r, &says->issued_at_s);
	case MAX_AGE: return take_max_age(r, &says->max_age_s);
	case SESSION_SIGNATURE: return take_signature(r, e);
	case MEMBER_COUNT: break;
	}
	return AH_ERR_INTERNAL;
}

static ah_err take_named(reader *r, ah_envelope *e, unsigned schema, ah_slice name, bool found[static MEMBER_COUNT])
{
	char shown[MEMBER_SHOWN + 1];
	size_t off = ah_json_pos(&r->j);
	for (unsigned i = 0; i < MEMBER_COUNT; i++)
		if ((members[i].in & schema) != 0 && ah_slice_is_text(name, members[i].name)) {
			r->member = members[i].name;
			found[i] = true;
			return take_member(r, e, (enum member)i);
		}
	(void)snprintf(shown, sizeof shown, "%.*s", name.len > MEMBER_SHOWN ? MEMBER_SHOWN : (int)name.len, (const char *)name.ptr);
	r->member = shown;
	return refuse(r, off, "no such member");
}

/* What members demand of each other. */
static ah_err check_together(reader *r, const ah_envelope *e)
{
	const ah_envelope_claims *says = &e->says;
	bool tls_server = says->is_tresor || (strcmp(says->purpose, "tls") == 0 && strcmp(says->role, "server") == 0);
	r->member = members[TLS_SPKI].name;
	if (says->has_tls_spki != tls_server)
		return refuse(r, 0, "%s", tls_server ? "required of a TLS server" : "only a TLS server has it");
	r->member = "keys.service_key";
	if (strcmp(says->purpose, "nostr") == 0 && !says->has_service_key)
		return refuse(r, 0, "required for purpose nostr");
	r->member = members[NONCE].name;
	if (says->is_fresh && e->nonce_len == 0)
		return refuse(r, 0, "required with freshness session");
	r->member = members[TAG].name;
	if (e->manifest.len != 0 && !says->has_tag)
		return refuse(r, 0, "required beside a manifest: nothing else ties it to the evidence");
	r->member = members[VEK_CHAIN].name;
	if (e->vek_chain.len != 0 && e->platform != AH_PLATFORM_SNP)
		return refuse(r, 0, "only sev-snp has one");
	r->member = members[COLLATERAL].name;
	if (e->collateral.len != 0 && e->platform != AH_PLATFORM_TDX)
		return refuse(r, 0, "only tdx has it");
	return AH_OK;
}

static ah_err take_envelope(reader *r, ah_envelope *e, unsigned schema)
{
	bool found[MEMBER_COUNT] = { false };
	ah_slice name;
	ah_json_object_begin(&r->j);
	while (ah_json_next_member(&r->j, &name))
		AH_TRY(take_named(r, e, schema, name, found));
	for (unsigned i = 0; i < MEMBER_COUNT; i++) {
		r->member = members[i].name;
		if ((members[i].required & schema) != 0 && !found[i])
			return refuse(r, 0, "required");
	}
	return check_together(r, e);
}

/* Which members there may be follows from the schema, wherever it stands. 0: none of ours. */
static unsigned schema_of(const ah_json *at)
{
	ah_json ahead = *at;
	ah_slice name;
	unsigned schema = 0;
	if (ah_json_peek(&ahead) != AH_JSON_OBJECT)
		return 0;
	ah_json_object_begin(&ahead);
	while (ah_json_next_member(&ahead, &name)) {
		if (!ah_slice_is_text(name, members[SCHEMA].name) || ah_json_peek(&ahead) != AH_JSON_STRING) {
			(void)ah_json_raw(&ahead);
			continue;
		}
		ah_slice value = ah_json_string_raw(&ahead);
		schema = ah_slice_is_text(value, SCHEMA_OURS) ? OURS : ah_slice_is_text(value, SCHEMA_TRESOR) ? TRESOR : 0;
	}
	return schema;
}

/* The reader's own errors are of JSON; what the caller asked for is an envelope. */
static ah_err not_json(ah_err err, const ah_fault *inner, ah_fault *why)
{
	if (err == AH_ERR_NOMEM || err == AH_ERR_TOO_LARGE)
		return ah_fault_at(why, err, STEP, inner->offset, "%s", inner->detail);
	return ah_fault_at(why, AH_ERR_ENVELOPE_MALFORMED, STEP, inner->offset, "not strict JSON: %s: %.60s", ah_err_name(err), inner->detail);
}

ah_err ah_envelope_parse(ah_envelope **out, ah_slice json, ah_fault *why)
{
	ah_fault inner = { .offset = AH_NO_OFFSET };
	reader r = { .why = why, .member = members[SCHEMA].name };
	if (json.len > AH_ENVELOPE_MAX)
		return ah_fault_set(why, AH_ERR_TOO_LARGE, STEP, "%zu bytes, at most %d", json.len, AH_ENVELOPE_MAX);
	ah_err err = ah_json_open(&r.j, json, AH_JSON_OURS, &inner);
	if (err != AH_OK)
		return not_json(err, &inner, why);
	unsigned schema = schema_of(&r.j);
	if (schema == 0)
		return refuse(&r, 0, "neither %s nor %s", SCHEMA_OURS, SCHEMA_TRESOR);
	AH_AUTO_PTR(ah_envelope) e = NULL;
	if (ah_envelope_new(&e) != AH_OK)
		return ah_fault_set(why, AH_ERR_NOMEM, STEP, "no memory for an envelope");
	e->says.is_tresor = schema == TRESOR;
	e->platform = e->says.is_tresor ? AH_PLATFORM_SNP : AH_PLATFORM_NONE;
	AH_TRY(take_envelope(&r, e, schema));
	err = ah_json_finish(&r.j, &inner);
	if (err != AH_OK)
		return not_json(err, &inner, why);
	*out = ah_move_ptr(&e);
	return AH_OK;
}

/* -- writing -- */

static void put_encoded(ah_json_writer *w, const char *key, ah_err (*encode)(ah_buf *out, ah_slice bytes), ah_slice bytes)
{
	AH_AUTO(ah_buf) text = AH_BUF(AH_ENVELOPE_MAX);
	if (bytes.len == 0)
		return;
	ah_err err = encode(&text, bytes);
	if (err != AH_OK && w->err == AH_OK)
		w->err = err;
	ah_json_put_key(w, key);
	ah_json_put_string(w, ah_buf_slice(&text));
}

static void put_text(ah_json_writer *w, const char *key, const char *text)
{
	if (text[0] != '\0')
		put_member(w, key, text);
}

static void put_bytes(ah_json_writer *w, const char *key, bool present, ah_slice bytes)
{
	if (present)
		put_member_hex(w, key, bytes);
}

static void put_string(ah_json_writer *w, const char *key, const ah_buf *text)
{
	if (text->len == 0)
		return;
	ah_json_put_key(w, key);
	ah_json_put_string(w, ah_buf_slice(text));
}

static void put_keys(ah_json_writer *w, const ah_envelope_claims *says)
{
	ah_json_put_key(w, "keys");
	ah_json_put_object_begin(w);
	put_bytes(w, "binding_p256", says->has_binding_p256, AH_SLICE_OF(says->binding_p256));
	put_bytes(w, "ed25519", says->has_ed25519, AH_SLICE_OF(says->ed25519));
	put_bytes(w, "service_key", says->has_service_key, AH_SLICE_OF(says->service_key));
	put_bytes(w, "x25519", says->has_x25519, AH_SLICE_OF(says->x25519));
	ah_json_put_object_end(w);
}

static void put_ours(ah_json_writer *w, const ah_envelope *e)
{
	const ah_envelope_claims *says = &e->says;
	if (e->collateral.len != 0) {
		ah_json_put_key(w, "collateral");
		ah_json_put_raw(w, ah_buf_slice(&e->collateral));
	}
	put_text(w, "deployment_id", says->deployment_id);
	put_encoded(w, "evidence_b64", ah_base64_encode, ah_buf_slice(&e->evidence));
	put_text(w, "freshness", says->is_fresh ? "session" : "cached");
	put_member_time(w, "issued_at", says->issued_at_s);
	put_keys(w, says);
	put_member_int(w, "max_age_seconds", says->max_age_s);
	put_encoded(w, "nonce", ah_base64url_encode, ah_slice_make(e->nonce, e->nonce_len));
	put_encoded(w, "peer_nonce", ah_base64url_encode, ah_slice_make(e->peer_nonce, e->peer_nonce_len));
	put_text(w, "platform", ah_platform_name(e->platform));
	put_text(w, "purpose", says->purpose);
	put_text(w, "role", says->role);
	put_text(w, "schema", SCHEMA_OURS);
	if (e->has_session_signature)
		put_encoded(w, "session_signature", ah_base64_encode, AH_SLICE_OF(e->session_signature));
}

static void put_tresor(ah_json_writer *w, const ah_envelope *e)
{
	put_member_time(w, "issued_at", e->says.issued_at_s);
	put_member_int(w, "max_age_seconds", e->says.max_age_s);
	put_text(w, "schema", SCHEMA_TRESOR);
	put_encoded(w, "snp_report_b64", ah_base64_encode, ah_buf_slice(&e->evidence));
}

ah_err ah_envelope_write(ah_buf *json, const ah_envelope *e)
{
	ah_json_writer w;
	ah_json_writer_init(&w, json);
	ah_json_put_object_begin(&w);
	if (e->says.is_tresor)
		put_tresor(&w, e);
	else
		put_ours(&w, e);
	put_bytes(&w, "tls_spki_sha256", e->says.has_tls_spki, AH_SLICE_OF(e->says.tls_spki_sha256));
	put_text(&w, "trust_bundle_url", e->says.trust_bundle_url);
	put_string(&w, e->says.is_tresor ? "vcek_chain_pem" : "vek_chain_pem", &e->vek_chain);
	put_text(&w, "workload", e->says.workload);
	put_string(&w, "workload_identity_manifest_jws", &e->manifest);
	put_bytes(&w, "workload_identity_tag", e->says.has_tag, AH_SLICE_OF(e->says.tag));
	ah_json_put_object_end(&w);
	return ah_json_writer_finish(&w);
}
