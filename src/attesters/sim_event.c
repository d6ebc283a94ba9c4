/* See sim_event.h. Tags and their order are those of noauth-enclaved (63793) and of NEC-01 to NEC-05 (13793). */
#include "attesters/sim_event.h"

#include "base/fault.h"
#include "codec/bech32.h"
#include "codec/der.h"
#include "codec/json.h"
#include "codec/text.h"
#include "pki/oid.h"

#include <inttypes.h>
#include <stdio.h>

#define DAY_S          86400
#define LIFETIME_S     (3 * 3600) /* of the document's certificate */
#define BUILD_DAYS     2000       /* what NEC-03 says */
#define JSON_MAX       (4 * AH_EVENT_MAX)
#define HEX_MAX        (2 * AH_NITRO_PCR_MAX + 1)
#define PCR_SIGNER     8

/* -- Keys -- */

ah_err ah_sim_event_keys_make(ah_sim_event_keys *keys)
{
	ah_fault why = { .offset = AH_NO_OFFSET };
	AH_TRY(ah_schnorr_key_generate(&keys->service));
	AH_TRY(ah_schnorr_key_generate(&keys->builder));
	AH_TRY(ah_schnorr_key_generate(&keys->launcher));
	for (size_t i = 0; i < AH_SIM_MAINTAINERS; i++)
		AH_TRY(ah_schnorr_key_generate(&keys->maintainers[i]));
	for (size_t i = 0; i < AH_SIM_LINKS; i++)
		AH_TRY(ah_schnorr_key_generate(&keys->links[i]));
	return ah_private_key_generate(&keys->image, AH_KEY_P384, 0, &why);
}

void ah_sim_event_keys_free(ah_sim_event_keys *keys)
{
	ah_schnorr_key_free(keys->service);
	ah_schnorr_key_free(keys->builder);
	ah_schnorr_key_free(keys->launcher);
	for (size_t i = 0; i < AH_SIM_MAINTAINERS; i++)
		ah_schnorr_key_free(keys->maintainers[i]);
	for (size_t i = 0; i < AH_SIM_LINKS; i++)
		ah_schnorr_key_free(keys->links[i]);
	ah_private_key_free(keys->image);
	*keys = (ah_sim_event_keys){ .service = NULL };
}

/* -- The specification -- */

void ah_sim_announcement_free(ah_sim_announcement *spec)
{
	ah_buf_free(&spec->subject);
	ah_buf_free(&spec->spki);
	ah_buf_free(&spec->certificate_der);
}

/* The subject names the builder: in OU, as the tool of noauth-enclaved lets openssl write it, or in CN, as NEC-03 wants it. */
static ah_err put_subject(ah_buf *out, const ah_schnorr_key *builder, bool is_successor)
{
	char npub[AH_NPUB_LEN + 1];
	ah_npub_encode(npub, ah_schnorr_key_public(builder));
	const ah_mint_attribute in_ou[] = {
		{ AH_OID_COMMON_NAME, "Nostr", 0 }, { AH_OID_COUNTRY, "US", AH_DER_PRINTABLE_STRING }, { AH_OID_STATE, "WA", 0 }, { AH_OID_LOCALITY, "Seattle", 0 },
		{ AH_OID_ORGANIZATION, "Nostr", 0 }, { AH_OID_ORGANIZATIONAL_UNIT, npub, 0 },
	};
	const ah_mint_attribute in_cn[] = { { AH_OID_COMMON_NAME, npub, 0 }, { AH_OID_ORGANIZATION, "Nostr", 0 } };
	return is_successor ? ah_mint_put_name(out, in_cn, sizeof in_cn / sizeof in_cn[0]) : ah_mint_put_name(out, in_ou, sizeof in_ou / sizeof in_ou[0]);
}

ah_err ah_sim_announcement_start(ah_sim_announcement *spec, const ah_sim_event_keys *keys, bool is_successor, int64_t at_s)
{
	*spec = (ah_sim_announcement){
		.keys = keys,
		.is_successor = is_successor,
		.with_root = is_successor,
		.release_count = AH_SIM_MAINTAINERS,
		.at_s = at_s,
		.expiration_s = at_s + LIFETIME_S,
		.name = "simulated-service",
		.version = "1.0.0",
		.stage = "dev",
		.repository = "https://example.com/simulated-service",
		.relay = "wss://relay.example.com",
		.subject = AH_BUF(AH_SIM_PART_MAX),
		.spki = AH_BUF(AH_SIM_PART_MAX),
		.certificate_der = AH_BUF(AH_CERTIFICATE_MAX),
		.certificate = {
			.version = 1,
			.serial = AH_SLICE_LITERAL("\x01"),
			.not_before_s = at_s - DAY_S,
			.not_after_s = at_s + (int64_t)BUILD_DAYS * DAY_S,
			.signing = { .sig_alg = AH_SIG_ECDSA_SHA384, .key = keys->image },
		},
	};
	AH_TRY(put_subject(&spec->subject, keys->builder, is_successor));
	return ah_private_key_spki(keys->image, &spec->spki);
}

static const ah_schnorr_key *attested_key(const ah_sim_announcement *spec)
{
	return spec->cert_count != 0 ? spec->keys->links[0] : spec->keys->service;
}

static ah_err mint(ah_sim_announcement *spec)
{
	ah_mint_cert *c = &spec->certificate;
	if (c->issuer.len == 0)
		c->issuer = ah_buf_slice(&spec->subject);
	if (c->subject.len == 0)
		c->subject = ah_buf_slice(&spec->subject);
	if (c->spki.len == 0)
		c->spki = ah_buf_slice(&spec->spki);
	return ah_mint_certificate(&spec->certificate_der, c);
}

/* AWS: PCR8 = SHA-384(0^48 || SHA-384(certificate DER)). */
static ah_err measure(const ah_sim_announcement *spec, ah_sim_nitro *nitro)
{
	static const uint8_t zero[AH_SHA384_LEN];
	uint8_t digest[AH_SHA384_LEN];
	AH_TRY(ah_sha384(nitro->sim->crypto, ah_buf_slice(&spec->certificate_der), digest));
	return ah_hash(nitro->sim->crypto, AH_SHA384, (const ah_slice[]){ AH_SLICE_OF(zero), AH_SLICE_OF(digest) }, 2, nitro->pcrs[PCR_SIGNER].value);
}

ah_err ah_sim_announcement_bind(ah_sim_announcement *spec, ah_sim_nitro *nitro)
{
	nitro->public_key = (ah_sim_field){ AH_SIM_VALUE, ah_slice_make(ah_schnorr_key_public(attested_key(spec)), AH_SCHNORR_KEY_LEN) };
	if (spec->certificate_der.len == 0)
		AH_TRY(mint(spec));
	return spec->is_debug ? AH_OK : measure(spec, nitro);
}

/* -- Tags -- */

static ah_err put_tag(ah_buf *tags, size_t count, const char *const *items)
{
	ah_json_writer w;
	if (tags->len != 0)
		AH_TRY(ah_buf_append_byte(tags, ','));
	ah_json_writer_init(&w, tags);
	ah_json_put_array_begin(&w);
	for (size_t i = 0; i < count; i++)
		ah_json_put_text(&w, items[i]);
	ah_json_put_array_end(&w);
	return ah_json_writer_finish(&w);
}

static ah_err put_pair(ah_buf *tags, const char *name, const char *value)
{
	return put_tag(tags, 2, (const char *const[]){ name, value });
}

/* ["-"], NIP-70: not to be published alone. */
static ah_err put_protected(ah_buf *tags)
{
	return put_tag(tags, 1, (const char *const[]){ "-" });
}

static ah_err put_time(ah_buf *tags, const char *name, int64_t time_s)
{
	char text[24];
	(void)snprintf(text, sizeof text, "%" PRId64, time_s);
	return put_pair(tags, name, text);
}

static void to_hex(char *out, size_t size, const uint8_t *bytes, size_t len)
{
	out[0] = '\0';
	for (size_t i = 0; i < len && 2 * i + 2 < size; i++)
		(void)snprintf(out + 2 * i, size - 2 * i, "%02x", bytes[i]);
}

/* ["x", hex, "PCR4"], or ["PCR4", hex]. */
static ah_err put_pcr(ah_buf *tags, const ah_sim_nitro *nitro, unsigned index, bool as_x)
{
	char hex[HEX_MAX], name[8];
	to_hex(hex, sizeof hex, nitro->pcrs[index].value, nitro->pcrs[index].len);
	(void)snprintf(name, sizeof name, "PCR%u", index);
	return as_x ? put_tag(tags, 3, (const char *const[]){ "x", hex, name }) : put_pair(tags, name, hex);
}

static ah_err put_code(ah_buf *tags, const ah_sim_nitro *nitro, bool as_x)
{
	for (unsigned i = 0; i < 3; i++)
		AH_TRY(put_pcr(tags, nitro, i, as_x));
	return AH_OK;
}

static ah_err put_key(ah_buf *tags, const ah_schnorr_key *key, const char *marker)
{
	char hex[2 * AH_SCHNORR_KEY_LEN + 1];
	to_hex(hex, sizeof hex, ah_schnorr_key_public(key), AH_SCHNORR_KEY_LEN);
	return put_tag(tags, marker != NULL ? 3 : 2, (const char *const[]){ "p", hex, marker });
}

/* -- One event -- */

static void draft_free(ah_sim_draft *draft)
{
	ah_buf_free(&draft->tags);
	ah_buf_free(&draft->content);
	ah_buf_free(&draft->json);
}

static void draft_auto(ah_sim_draft *draft) { draft_free(draft); }
typedef ah_sim_draft draft;

static draft make_draft(const ah_sim_announcement *spec, ah_sim_event_part part, size_t index, uint32_t kind, const ah_schnorr_key *key)
{
	return (draft){ .part = part, .index = index, .kind = kind, .created_at_s = spec->at_s, .key = key, .tags = AH_BUF(JSON_MAX), .content = AH_BUF(JSON_MAX),
		            .json = AH_BUF(JSON_MAX) };
}

static ah_err put_content(ah_buf *out, const draft *d)
{
	ah_json_writer w;
	ah_json_writer_init(&w, out);
	ah_json_put_string(&w, ah_buf_slice(&d->content));
	return ah_json_writer_finish(&w);
}

/* NIP-01: the id is the hash of this array. */
static ah_err hash_draft(uint8_t id[static AH_SHA256_LEN], ah_crypto *crypto, const draft *d)
{
	AH_AUTO(ah_buf) text = AH_BUF(JSON_MAX);
	AH_TRY(ah_buf_append_text(&text, "[0,\""));
	AH_TRY(ah_buf_append_hex(&text, ah_slice_make(ah_schnorr_key_public(d->key), AH_SCHNORR_KEY_LEN)));
	AH_TRY(ah_buf_printf(&text, "\",%" PRId64 ",%" PRIu32 ",[", d->created_at_s, d->kind));
	AH_TRY(ah_buf_append(&text, ah_buf_slice(&d->tags)));
	AH_TRY(ah_buf_append_text(&text, "],"));
	AH_TRY(put_content(&text, d));
	AH_TRY(ah_buf_append_byte(&text, ']'));
	return ah_sha256(crypto, ah_buf_slice(&text), id);
}

static ah_err put_json(draft *d, const uint8_t id[static AH_SHA256_LEN], const uint8_t signature[static AH_SCHNORR_SIGNATURE_LEN])
{
	ah_buf *out = &d->json;
	AH_TRY(ah_buf_append_text(out, "{\"id\":\""));
	AH_TRY(ah_buf_append_hex(out, ah_slice_make(id, AH_SHA256_LEN)));
	AH_TRY(ah_buf_append_text(out, "\",\"pubkey\":\""));
	AH_TRY(ah_buf_append_hex(out, ah_slice_make(ah_schnorr_key_public(d->key), AH_SCHNORR_KEY_LEN)));
	AH_TRY(ah_buf_printf(out, "\",\"created_at\":%" PRId64 ",\"kind\":%" PRIu32 ",\"tags\":[", d->created_at_s, d->kind));
	AH_TRY(ah_buf_append(out, ah_buf_slice(&d->tags)));
	AH_TRY(ah_buf_append_text(out, "],\"content\":"));
	AH_TRY(put_content(out, d));
	AH_TRY(ah_buf_append_text(out, ",\"sig\":\""));
	AH_TRY(ah_buf_append_hex(out, ah_slice_make(signature, AH_SCHNORR_SIGNATURE_LEN)));
	return ah_buf_append_text(out, "\"}");
}

static ah_err sign(draft *d, const ah_sim_announcement *spec, ah_crypto *crypto)
{
	uint8_t id[AH_SHA256_LEN], signature[AH_SCHNORR_SIGNATURE_LEN];
	if (spec->patch != NULL)
		AH_TRY(spec->patch(d, spec->context));
	AH_TRY(hash_draft(id, crypto, d));
	AH_TRY(ah_schnorr_sign(d->key, id, signature));
	AH_TRY(put_json(d, id, signature));
	return spec->signed_patch != NULL ? spec->signed_patch(d, spec->context) : AH_OK;
}

/* Sign, and put the event as text into a tag. */
static ah_err embed(ah_buf *tags, const char *name, draft *d, const ah_sim_announcement *spec, ah_crypto *crypto)
{
	AH_TRY(sign(d, spec, crypto));
	AH_TRY(ah_buf_append_byte(&d->json, 0));
	return put_pair(tags, name, (const char *)d->json.ptr);
}

/* -- The events inside -- */

static ah_err put_root(ah_buf *tags, const ah_sim_announcement *spec, const ah_sim_nitro *nitro, ah_slice document)
{
	AH_AUTO(draft) d = make_draft(spec, AH_SIM_EVENT_ROOT, 0, 23793, attested_key(spec));
	AH_TRY(put_protected(&d.tags));
	AH_TRY(put_pair(&d.tags, "t", spec->stage));
	AH_TRY(put_time(&d.tags, "expiration", spec->expiration_s));
	AH_TRY(ah_base64_encode(&d.content, document));
	return embed(tags, "tee_root", &d, spec, nitro->sim->crypto);
}

static ah_err put_cert(ah_buf *tags, const ah_sim_announcement *spec, const ah_sim_nitro *nitro, size_t i)
{
	AH_AUTO(draft) d = make_draft(spec, AH_SIM_EVENT_CERT, i, 23797, spec->keys->links[i]);
	AH_TRY(put_protected(&d.tags));
	AH_TRY(put_key(&d.tags, i + 1 < spec->cert_count ? spec->keys->links[i + 1] : spec->keys->service, NULL));
	AH_TRY(put_time(&d.tags, "expiration", spec->expiration_s));
	return embed(tags, "tee_cert", &d, spec, nitro->sim->crypto);
}

static ah_err put_build(ah_buf *tags, const ah_sim_announcement *spec, const ah_sim_nitro *nitro)
{
	AH_AUTO(draft) d = make_draft(spec, AH_SIM_EVENT_BUILD, 0, spec->is_successor ? 23794 : 63795, spec->keys->builder);
	AH_AUTO(ah_buf) text = AH_BUF(2 * AH_CERTIFICATE_MAX);
	AH_TRY(ah_base64_encode(&text, ah_buf_slice(&spec->certificate_der)));
	AH_TRY(ah_buf_append_byte(&text, 0));
	AH_TRY(put_protected(&d.tags));
	if (spec->is_successor) {
		AH_TRY(put_pair(&d.tags, "r", spec->repository));
		AH_TRY(put_pair(&d.tags, "v", spec->version));
	}
	AH_TRY(put_pair(&d.tags, "t", spec->stage));
	AH_TRY(put_pair(&d.tags, "cert", (const char *)text.ptr));
	if (!spec->is_successor)
		AH_TRY(put_pcr(&d.tags, nitro, 8, false));
	AH_TRY(embed(tags, "build", &d, spec, nitro->sim->crypto));
	return put_key(tags, spec->keys->builder, "builder");
}

static ah_err put_launch(ah_buf *tags, const ah_sim_announcement *spec, const ah_sim_nitro *nitro)
{
	AH_AUTO(draft) d = make_draft(spec, AH_SIM_EVENT_LAUNCH, 0, spec->is_successor ? 23795 : 63796, spec->keys->launcher);
	AH_TRY(put_protected(&d.tags));
	if (!spec->is_successor)
		AH_TRY(put_pair(&d.tags, "t", spec->stage));
	AH_TRY(put_pcr(&d.tags, nitro, 4, false));
	AH_TRY(embed(tags, "instance", &d, spec, nitro->sim->crypto));
	return put_key(tags, spec->keys->launcher, "launcher");
}

static ah_err put_release(ah_buf *tags, const ah_sim_announcement *spec, const ah_sim_nitro *nitro, size_t i)
{
	AH_AUTO(draft) d = make_draft(spec, AH_SIM_EVENT_RELEASE, i, spec->is_successor ? 63794 : 63792, spec->keys->maintainers[i]);
	AH_TRY(put_pair(&d.tags, "r", spec->repository));
	AH_TRY(put_pair(&d.tags, "t", spec->stage));
	AH_TRY(put_code(&d.tags, nitro, spec->is_successor));
	AH_TRY(embed(tags, "release", &d, spec, nitro->sim->crypto));
	return put_key(tags, spec->keys->maintainers[i], "releaser");
}

/* -- The announcement -- */

static ah_err put_description(ah_buf *tags, const ah_sim_announcement *spec, const ah_sim_nitro *nitro)
{
	AH_TRY(put_pair(tags, "r", spec->repository));
	AH_TRY(put_pair(tags, "name", spec->name));
	AH_TRY(put_pair(tags, "v", spec->version));
	AH_TRY(put_pair(tags, "m", nitro->module_id_text));
	AH_TRY(put_code(tags, nitro, true));
	AH_TRY(put_pcr(tags, nitro, 4, true));
	AH_TRY(put_pcr(tags, nitro, PCR_SIGNER, true));
	AH_TRY(put_pair(tags, "t", spec->is_debug ? "debug" : spec->stage));
	AH_TRY(put_pair(tags, "relay", spec->relay));
	AH_TRY(put_time(tags, "expiration", spec->expiration_s));
	return put_pair(tags, "alt", "simulated instance, worthless");
}

ah_err ah_sim_announcement_write(ah_buf *json, ah_sim_announcement *spec, const ah_sim_nitro *nitro, ah_slice document)
{
	AH_AUTO(draft) d = make_draft(spec, AH_SIM_EVENT_ANNOUNCEMENT, 0, spec->is_successor ? 13793 : 63793, spec->keys->service);
	AH_TRY(put_description(&d.tags, spec, nitro));
	if (spec->with_root)
		AH_TRY(put_root(&d.tags, spec, nitro, document));
	for (size_t i = 0; i < spec->cert_count; i++)
		AH_TRY(put_cert(&d.tags, spec, nitro, i));
	if (!spec->without_build)
		AH_TRY(put_build(&d.tags, spec, nitro));
	if (!spec->without_launch)
		AH_TRY(put_launch(&d.tags, spec, nitro));
	for (size_t i = 0; i < spec->release_count; i++)
		AH_TRY(put_release(&d.tags, spec, nitro, i));
	AH_TRY(spec->with_root ? ah_buf_append_text(&d.content, "a simulated service") : ah_base64_encode(&d.content, document));
	AH_TRY(sign(&d, spec, nitro->sim->crypto));
	return ah_buf_append(json, ah_buf_slice(&d.json));
}
