/*
 * Instance events in which one thing is wrong, and everything above it signed anew. See cases.h.
 *
 * change() fills the specification of the event, lists what is to be different, and lets the document vouch for it; tamper() makes the event around the signed
 * document. The policy wants everything: listed builder, launcher and maintainers, a version, a stage, the service key.
 */
#include "forged/cases.h"

#include "attesters/sim_event.h"
#include "codec/bech32.h"
#include "codec/text.h"
#include "pki/oid.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* -- The event of a case -- */

/* One difference in one event: a text of its tags replaced (from NULL: a tag added), another author, kind or time; or the signed JSON changed. */
typedef struct edit {
	ah_sim_event_part part;
	size_t index;
	const char *from, *to;
	const ah_schnorr_key *key;
	uint32_t kind;
	int64_t created_at_s;
	const char *content;
	bool after_signing;
} edit;

#define EDITS_MAX 24
#define TEXTS_MAX 16

typedef struct announced {
	ah_sim_announcement spec;
	edit edits[EDITS_MAX];
	size_t edit_count;
	char texts[TEXTS_MAX][1024];
	size_t text_count;
	uint8_t key[32];
} announced;

enum { ROOT = AH_SIM_EVENT_ROOT, CERT = AH_SIM_EVENT_CERT, BUILD = AH_SIM_EVENT_BUILD, LAUNCH = AH_SIM_EVENT_LAUNCH, RELEASE = AH_SIM_EVENT_RELEASE,
	   OUTER = AH_SIM_EVENT_ANNOUNCEMENT };

/* One set of keys for all cases: each takes locked pages. */
static ah_sim_event_keys all_keys;

static void free_keys(void)
{
	ah_sim_event_keys_free(&all_keys);
}

static const ah_sim_event_keys *keys(void)
{
	if (all_keys.service == NULL) {
		FORGE_MUST(ah_sim_event_keys_make(&all_keys));
		(void)atexit(free_keys);
	}
	return &all_keys;
}

static void free_announced(void *extra)
{
	announced *a = (announced *)extra;
	ah_sim_announcement_free(&a->spec);
	free(a);
}

static announced *announced_of(forge *f)
{
	return (announced *)f->extra;
}

/* printf into memory that the case keeps. */
static const char *text_of(forge *f, const char *format, ...) AH_PRINTF(2, 3);
static const char *text_of(forge *f, const char *format, ...)
{
	announced *a = announced_of(f);
	va_list args;
	assert(a->text_count < TEXTS_MAX);
	char *text = a->texts[a->text_count++];
	va_start(args, format);
	int len = vsnprintf(text, sizeof a->texts[0], format, args);
	va_end(args);
	assert(len >= 0 && (size_t)len < sizeof a->texts[0]);
	return text;
}

static const char *hex_of(forge *f, const ah_schnorr_key *key)
{
	char hex[65];
	forge_put_hex(hex, sizeof hex, ah_slice_make(ah_schnorr_key_public(key), 32));
	return text_of(f, "%s", hex);
}

static const char *hex_of_pcr(forge *f, unsigned index)
{
	char hex[97];
	forge_put_hex(hex, sizeof hex, ah_slice_make(f->nitro.pcrs[index].value, 48));
	return text_of(f, "%s", hex);
}

static void add_edit(forge *f, edit e)
{
	announced *a = announced_of(f);
	assert(a->edit_count < EDITS_MAX);
	a->edits[a->edit_count++] = e;
}

static void replace(forge *f, int part, const char *from, const char *to)
{
	add_edit(f, (edit){ .part = (ah_sim_event_part)part, .from = from, .to = to });
}

static void add_tag(forge *f, int part, const char *tag)
{
	replace(f, part, NULL, tag);
}

static void after_signing(forge *f, int part, const char *from, const char *to)
{
	add_edit(f, (edit){ .part = (ah_sim_event_part)part, .from = from, .to = to, .after_signing = true });
}

static void sign_with(forge *f, int part, size_t index, const ah_schnorr_key *key)
{
	add_edit(f, (edit){ .part = (ah_sim_event_part)part, .index = index, .key = key });
}

static ah_err apply(ah_sim_draft *d, forge *f, bool after)
{
	announced *a = announced_of(f);
	for (size_t i = 0; i < a->edit_count; i++) {
		const edit *e = &a->edits[i];
		if (e->part != d->part || e->index != d->index || e->after_signing != after)
			continue;
		if (e->key != NULL)
			d->key = e->key;
		if (e->kind != 0)
			d->kind = e->kind;
		if (e->created_at_s != 0)
			d->created_at_s = e->created_at_s;
		if (e->content != NULL)
			FORGE_MUST(ah_sim_part_set(&d->content, ah_slice_text(e->content)));
		if (e->from != NULL)
			forge_replace(after ? &d->json : &d->tags, ah_slice_text(e->from), ah_slice_text(e->to));
		else if (e->to != NULL)
			FORGE_MUST(ah_buf_printf(&d->tags, "%s%s", d->tags.len != 0 ? "," : "", e->to));
	}
	return AH_OK;
}

static ah_err before_signature(ah_sim_draft *d, void *context) { return apply(d, (forge *)context, false); }
static ah_err behind_signature(ah_sim_draft *d, void *context) { return apply(d, (forge *)context, true); }

static void list_keys(forge *f)
{
	char builder[AH_NPUB_LEN + 1], launcher[65], maintainers[2][AH_NPUB_LEN + 1];
	ah_npub_encode(builder, ah_schnorr_key_public(keys()->builder));
	forge_put_hex(launcher, sizeof launcher, ah_slice_make(ah_schnorr_key_public(keys()->launcher), 32));
	for (size_t i = 0; i < 2; i++)
		ah_npub_encode(maintainers[i], ah_schnorr_key_public(keys()->maintainers[i]));
	f->policy_text.nitro = text_of(f,
		",\"builders\":[\"%s\"],\"launchers\":[\"%s\"],\"release_signers\":[\"%s\",\"%s\"],\"min_version\":\"1.0\",\"stages\":[\"prod\",\"dev\"]",
		builder, launcher, maintainers[0], maintainers[1]);
}

static ah_sim_announcement *start(forge *f, bool is_successor)
{
	announced *a = (announced *)calloc(1, sizeof *a);
	if (a == NULL)
		exit(1);
	f->extra = a;
	f->free_extra = free_announced;
	FORGE_MUST(ah_sim_announcement_start(&a->spec, keys(), is_successor, FORGE_NOW_S));
	a->spec.patch = before_signature;
	a->spec.signed_patch = behind_signature;
	a->spec.context = f;
	forge_expect(f, AH_EXPECT_NOTHING);
	list_keys(f);
	return &a->spec;
}

static void bind(forge *f)
{
	FORGE_MUST(ah_sim_announcement_bind(&announced_of(f)->spec, &f->nitro));
}

static void first(forge *f)
{
	(void)start(f, false);
	bind(f);
}

static void second(forge *f)
{
	(void)start(f, true);
	bind(f);
}

static void chained(forge *f)
{
	start(f, true)->cert_count = 2;
	bind(f);
}

static void announce(forge *f)
{
	FORGE_MUST(ah_sim_announcement_write(&f->carried, &announced_of(f)->spec, &f->nitro, ah_buf_slice(&f->out.evidence)));
}

/* -- Accepted -- */

static void genuine_only(forge *f)
{
	first(f);
	forge_genuine_only(f);
}

static void with_root(forge *f)
{
	start(f, false)->with_root = true;
	bind(f);
}

static void four_certificates(forge *f)
{
	start(f, true)->cert_count = AH_EVENT_CHAIN_MAX;
	bind(f);
}

static void unsigned_where_allowed(forge *f)
{
	ah_sim_announcement *spec = start(f, false);
	spec->without_build = spec->without_launch = true;
	spec->release_count = 0;
	bind(f);
	f->policy_text.nitro = ",\"require_build\":false,\"require_launch\":false";
}

static void unsigned_genuine_only(forge *f)
{
	unsigned_where_allowed(f);
	forge_genuine_only(f);
}

static void expected_key(forge *f)
{
	chained(f);
	f->request.expected = (ah_expected){ .fields = AH_EXPECT_PUBLIC_KEY, .public_key = ah_slice_make(ah_schnorr_key_public(keys()->service), 32) };
}

static void pinned_service_key(forge *f)
{
	first(f);
	f->policy_text.top = text_of(f, "\"service_keys\":[\"%s\"],", hex_of(f, keys()->service));
}

static void one_of_two_is_enough(forge *f)
{
	first(f);
	announced_of(f)->spec.release_count = 1;
	f->policy_text.nitro = text_of(f, ",\"release_threshold\":1%s", f->policy_text.nitro);
}

static void within_skew(forge *f)
{
	first(f);
	add_edit(f, (edit){ .part = AH_SIM_EVENT_ANNOUNCEMENT, .created_at_s = FORGE_NOW_S + 60 });
}

static void last_second(forge *f)
{
	first(f);
	announced_of(f)->spec.expiration_s = FORGE_NOW_S + 1;
	f->policy_text.top = "\"max_evidence_age_seconds\":1,";
}

static void higher_version(forge *f)
{
	ah_sim_announcement *spec = start(f, false);
	spec->version = "1.10.0+build.7";
	bind(f);
	f->policy_text.nitro = ",\"min_version\":\"1.9\"";
}

/* A certificate of version 3, as newer openssl writes it. */
static void certificate_of_version_3(forge *f)
{
	ah_sim_announcement *spec = start(f, true);
	spec->certificate.version = 3;
	ah_buf_clear(&f->scratch);
	FORGE_MUST(ah_mint_put_basic_constraints(&f->scratch, true, -1));
	spec->certificate.extensions = ah_buf_slice(&f->scratch);
	bind(f);
}

static void other_texts(forge *f)
{
	first(f);
	add_tag(f, OUTER, "[\"t\",\"nostr\"],[\"p\",\"not a key\"],[\"x\",\"00\"],[\"x\",\"00\",\"docker.config\"],[\"alt\",\"\\u0001\xe2\x82\xac \\\"\\\\\"],[]");
}

/* -- Ids and signatures -- */

static void tag_altered(forge *f)
{
	first(f);
	after_signing(f, OUTER, "relay.example.com", "relay.example.org");
}

static void build_altered(forge *f)
{
	first(f);
	after_signing(f, BUILD, "\"content\":\"\"", "\"content\":\"x\"");
}

static void launch_altered(forge *f)
{
	first(f);
	after_signing(f, LAUNCH, "\"content\":\"\"", "\"content\":\"x\"");
}

static void release_altered(forge *f)
{
	second(f);
	after_signing(f, RELEASE, "\"content\":\"\"", "\"content\":\"x\"");
}

static void root_altered(forge *f)
{
	second(f);
	after_signing(f, ROOT, "[\"t\",\"dev\"]", "[\"t\",\"prod\"]");
}

static void cert_altered(forge *f)
{
	chained(f);
	after_signing(f, CERT, "\"content\":\"\"", "\"content\":\"x\"");
}

/* The last digit of a signature is that of s: another value is another signature, and no valid one. */
static ah_err flip_signature(ah_sim_draft *d, void *context)
{
	forge *f = (forge *)context;
	uint8_t *digit = &d->json.ptr[d->json.len - 3];
	if (d->part == announced_of(f)->edits[0].part && d->index == 0)
		*digit = *digit == '0' ? '1' : '0';
	return AH_OK;
}

static void flip(forge *f, int part)
{
	add_edit(f, (edit){ .part = (ah_sim_event_part)part });
	announced_of(f)->spec.signed_patch = flip_signature;
}

static void signature_flipped(forge *f) { first(f); flip(f, OUTER); }
static void build_signature_flipped(forge *f) { first(f); flip(f, BUILD); }
static void launch_signature_flipped(forge *f) { second(f); flip(f, LAUNCH); }
static void release_signature_flipped(forge *f) { first(f); flip(f, RELEASE); }
static void root_signature_flipped(forge *f) { second(f); flip(f, ROOT); }
static void cert_signature_flipped(forge *f) { chained(f); flip(f, CERT); }

/* -- Time -- */

static void created_ahead(forge *f)
{
	first(f);
	add_edit(f, (edit){ .part = AH_SIM_EVENT_ANNOUNCEMENT, .created_at_s = FORGE_NOW_S + 61 });
}

static void build_created_ahead(forge *f)
{
	first(f);
	add_edit(f, (edit){ .part = AH_SIM_EVENT_BUILD, .created_at_s = FORGE_NOW_S + 61 });
}

static void expired(forge *f)
{
	start(f, false)->expiration_s = FORGE_NOW_S;
	bind(f);
}

static const char *end_tag(forge *f, int64_t time_s)
{
	return text_of(f, "[\"expiration\",\"%" PRId64 "\"]", time_s);
}

/* The announcement says nothing of an end. */
static void root_expired(forge *f)
{
	second(f);
	const char *end = end_tag(f, announced_of(f)->spec.expiration_s);
	replace(f, OUTER, end, "[\"alt\",\"no end\"]");
	replace(f, ROOT, end, end_tag(f, FORGE_NOW_S));
}

static void cert_expired(forge *f)
{
	chained(f);
	replace(f, CERT, end_tag(f, announced_of(f)->spec.expiration_s), end_tag(f, FORGE_NOW_S));
}

static void release_expired(forge *f)
{
	second(f);
	add_tag(f, RELEASE, end_tag(f, FORGE_NOW_S));
}

static void attestation_too_old(forge *f)
{
	first(f);
	f->policy_text.top = "\"max_evidence_age_seconds\":60,";
	f->request.now_s = FORGE_NOW_S + 60;
}

/* -- Tags -- */

/* ["x", hex of one register, name of another]. The same hex stands in signatures inside, between other quotes. */
static const char *x_tag(forge *f, unsigned value, unsigned name)
{
	return text_of(f, "[\"x\",\"%s\",\"PCR%u\"]", hex_of_pcr(f, value), name);
}

static void x_wrong(forge *f)
{
	first(f);
	replace(f, OUTER, x_tag(f, 0, 0), x_tag(f, 1, 0));
}

static void x_wrong_8(forge *f)
{
	second(f);
	replace(f, OUTER, x_tag(f, 8, 8), x_tag(f, 4, 8));
}

static void x_missing(forge *f)
{
	first(f);
	replace(f, OUTER, ",\"PCR2\"]", ",\"PCR-2\"]");
}

static void x_doubled(forge *f)
{
	first(f);
	add_tag(f, OUTER, x_tag(f, 1, 1));
}

static void x_of_absent_register(forge *f)
{
	first(f);
	add_tag(f, OUTER, x_tag(f, 5, 31));
}

static void other_module(forge *f)
{
	first(f);
	replace(f, OUTER, "[\"m\",\"i-", "[\"m\",\"j-");
}

static void ends_after_root(forge *f)
{
	second(f);
	replace(f, ROOT, end_tag(f, announced_of(f)->spec.expiration_s), end_tag(f, announced_of(f)->spec.expiration_s - 1));
}

/* ["p", key, marker] of the announcement. */
static void rename_marked(forge *f, const ah_schnorr_key *from, const ah_schnorr_key *to, const char *marker)
{
	const char *old_tag = text_of(f, "[\"p\",\"%s\",\"%s\"]", hex_of(f, from), marker);
	replace(f, OUTER, old_tag, text_of(f, "[\"p\",\"%s\",\"%s\"]", hex_of(f, to), marker));
}

static void other_builder_named(forge *f) { first(f); rename_marked(f, keys()->builder, keys()->launcher, "builder"); }
static void other_launcher_named(forge *f) { second(f); rename_marked(f, keys()->launcher, keys()->builder, "launcher"); }
static void other_releaser_named(forge *f) { first(f); rename_marked(f, keys()->maintainers[1], keys()->builder, "releaser"); }

static void builder_named_who_did_not_sign(forge *f)
{
	unsigned_where_allowed(f);
	add_tag(f, OUTER, text_of(f, "[\"p\",\"%s\",\"builder\"]", hex_of(f, keys()->builder)));
}

static void build_names_other_pcr8(forge *f) { first(f); replace(f, BUILD, hex_of_pcr(f, 8), hex_of_pcr(f, 4)); }
static void build_of_other_repository(forge *f) { second(f); replace(f, BUILD, "simulated-service", "another-service"); }
static void build_of_other_version(forge *f) { second(f); replace(f, BUILD, "1.0.0", "1.0.1"); }
static void both_releases(forge *f, const char *from, const char *to)
{
	for (size_t i = 0; i < AH_SIM_MAINTAINERS; i++)
		add_edit(f, (edit){ .part = AH_SIM_EVENT_RELEASE, .index = i, .from = from, .to = to });
}

static void build_for_other_stage(forge *f)
{
	second(f);
	replace(f, OUTER, "[\"t\",\"dev\"],[\"relay\"", "[\"t\",\"prod\"],[\"relay\"");
	both_releases(f, "\"dev\"", "\"prod\"");
}

static void launch_for_other_stage(forge *f) { first(f); replace(f, LAUNCH, "\"dev\"", "\"prod\""); }

/* An event of prod, whose signatures say so too; then one of them says nothing, which means dev. */
static void of_prod(forge *f, bool is_successor)
{
	start(f, is_successor)->stage = "prod";
	bind(f);
}

static void silent(forge *f, int part) { replace(f, part, "[\"t\",\"prod\"]", "[\"t\",\"production\"]"); }
static void build_without_stage_in_prod(forge *f) { of_prod(f, true); silent(f, BUILD); }
static void launch_without_stage_in_prod(forge *f) { of_prod(f, false); silent(f, LAUNCH); }
static void release_without_stage_in_prod(forge *f) { of_prod(f, true); silent(f, RELEASE); }
/* NEC-04 gives its launch signature no stage, as the simulated one has none. */
static void prod_of_the_successor(forge *f) { of_prod(f, true); }
static void launch_of_the_successor_for_dev_in_prod(forge *f) { of_prod(f, true); add_tag(f, LAUNCH, "[\"t\",\"dev\"]"); }

/* What says nothing is for dev, and may so serve dev. */
static void signatures_without_stage_in_dev(forge *f)
{
	first(f);
	replace(f, BUILD, "[\"t\",\"dev\"]", "[\"-\"]");
	replace(f, LAUNCH, "[\"t\",\"dev\"]", "[\"-\"]");
	both_releases(f, "[\"t\",\"dev\"]", "[\"-\"]");
}

static void debug_stage_without_debug_mode(forge *f)
{
	first(f);
	replace(f, OUTER, "[\"t\",\"dev\"],[\"relay\"", "[\"t\",\"debug\"],[\"relay\"");
	f->policy_text.nitro = ""; /* no list of stages */
}

/* ["PCR0", hex] beside nothing else: compared, but no x tag. */
static void pcr_pairs_in_place_of_x(forge *f)
{
	first(f);
	for (unsigned i = 0; i < 3; i++)
		replace(f, OUTER, x_tag(f, i, i), text_of(f, "[\"PCR%u\",\"%s\"]", i, hex_of_pcr(f, i)));
}

static void root_names_its_enclave(forge *f)
{
	second(f);
	add_tag(f, ROOT, x_tag(f, 0, 0));
	add_tag(f, ROOT, text_of(f, "[\"m\",\"%s\"]", f->nitro.module_id_text));
}

static void root_with_x_wrong(forge *f) { second(f); add_tag(f, ROOT, x_tag(f, 1, 0)); }
static void root_of_another_module(forge *f) { second(f); add_tag(f, ROOT, "[\"m\",\"i-0-enc0\"]"); }

/* -- From the attested key to the announcement's -- */

/* The document vouches for another key than the announcement's, and nothing leads from one to the other. */
static void chain_missing(forge *f)
{
	start(f, true)->cert_count = 1;
	bind(f);
	announced_of(f)->spec.cert_count = 0;
	sign_with(f, ROOT, 0, keys()->links[0]);
}

static void cert_for_another(forge *f)
{
	start(f, true)->cert_count = 1;
	bind(f);
	replace(f, CERT, hex_of(f, keys()->service), hex_of(f, keys()->builder));
}

static void cert_for_two(forge *f)
{
	start(f, true)->cert_count = 1;
	bind(f);
	add_tag(f, CERT, text_of(f, "[\"p\",\"%s\"]", hex_of(f, keys()->builder)));
}

static void cert_of_a_stranger(forge *f)
{
	start(f, true)->cert_count = 1;
	bind(f);
	sign_with(f, CERT, 0, keys()->builder);
}

/* links[0] -> links[1] -> service, the two certificates in the wrong order. */
static void certs_swapped(forge *f)
{
	chained(f);
	const char *link = hex_of(f, keys()->links[1]), *service = hex_of(f, keys()->service);
	replace(f, CERT, link, service);
	sign_with(f, CERT, 0, keys()->links[1]);
	add_edit(f, (edit){ .part = AH_SIM_EVENT_CERT, .index = 1, .from = service, .to = link, .key = keys()->links[0] });
}

/* -- The build signature -- */

static void without_build(forge *f)
{
	start(f, false)->without_build = true;
	bind(f);
	f->policy_text.nitro = ""; /* no list: the signature itself is what is required */
}

/* Anybody can repeat the certificate of a running instance; it names its builder. */
static void build_repeated_by_another(forge *f)
{
	first(f);
	sign_with(f, BUILD, 0, keys()->launcher);
	rename_marked(f, keys()->builder, keys()->launcher, "builder");
	f->policy_text.nitro = "";
}

/* The builder's own event, of another image. */
static void build_of_another_image(forge *f)
{
	first(f);
	ah_sim_announcement *spec = &announced_of(f)->spec;
	spec->certificate.serial = AH_SLICE_LITERAL("\x02");
	ah_buf_clear(&spec->certificate_der);
	FORGE_MUST(ah_mint_certificate(&spec->certificate_der, &spec->certificate));
}

static void certificate_ended(forge *f)
{
	start(f, false)->certificate.not_after_s = FORGE_NOW_S - 1;
	bind(f);
}

static void certificate_not_begun(forge *f)
{
	start(f, true)->certificate.not_before_s = FORGE_NOW_S + 1;
	bind(f);
}

static void certificate_named(forge *f, const char *organization, const char *unit, const char *second_unit)
{
	ah_sim_announcement *spec = start(f, false);
	const ah_mint_attribute name[] = {
		{ AH_OID_COMMON_NAME, "Nostr", 0 }, { AH_OID_ORGANIZATION, organization, 0 }, { AH_OID_ORGANIZATIONAL_UNIT, unit, 0 },
		{ AH_OID_ORGANIZATIONAL_UNIT, second_unit, 0 },
	};
	ah_buf_clear(&spec->subject);
	FORGE_MUST(ah_mint_put_name(&spec->subject, name, second_unit != NULL ? 4 : 3));
	bind(f);
}

static const char *npub_of(char out[static AH_NPUB_LEN + 1], const ah_schnorr_key *key)
{
	ah_npub_encode(out, ah_schnorr_key_public(key));
	return out;
}

static void certificate_of_other_organization(forge *f)
{
	char npub[AH_NPUB_LEN + 1];
	certificate_named(f, "nostr", npub_of(npub, keys()->builder), NULL);
}

static void certificate_of_other_builder(forge *f)
{
	char npub[AH_NPUB_LEN + 1];
	certificate_named(f, "Nostr", npub_of(npub, keys()->launcher), NULL);
}

static void certificate_of_two_builders(forge *f)
{
	char npubs[2][AH_NPUB_LEN + 1];
	certificate_named(f, "Nostr", npub_of(npubs[0], keys()->launcher), npub_of(npubs[1], keys()->builder));
}

static void certificate_signed_by_other_key(forge *f)
{
	start(f, false)->certificate.signing.key = f->sim->nitro[AH_SIM_NITRO_LEAF];
	bind(f);
}

static void certificate_of_other_issuer(forge *f)
{
	ah_sim_announcement *spec = start(f, false);
	ah_buf_clear(&f->scratch);
	FORGE_MUST(ah_mint_put_common_name(&f->scratch, "somebody"));
	spec->certificate.issuer = ah_buf_slice(&f->scratch);
	bind(f);
}

static void certificate_with_sha256(forge *f)
{
	start(f, false)->certificate.signing.sig_alg = AH_SIG_ECDSA_SHA256;
	bind(f);
}

static void certificate_with_unknown_critical(forge *f)
{
	ah_sim_announcement *spec = start(f, false);
	ah_buf_clear(&f->scratch);
	FORGE_MUST(ah_mint_put_extension(&f->scratch, AH_SLICE_LITERAL("\x2a\x03\x04"), true, AH_SLICE_LITERAL("\x05\x00")));
	spec->certificate.version = 3;
	spec->certificate.extensions = ah_buf_slice(&f->scratch);
	bind(f);
}

static void certificate_with_bytes_behind(forge *f)
{
	first(f);
	ah_sim_announcement *spec = &announced_of(f)->spec;
	FORGE_MUST(ah_buf_append_byte(&spec->certificate_der, 0));
	bind(f);
}

static void certificate_missing(forge *f)
{
	second(f);
	replace(f, BUILD, "\"cert\"", "\"certificate\"");
}

/* -- Launch and releases -- */

static void without_launch(forge *f)
{
	start(f, true)->without_launch = true;
	bind(f);
	f->policy_text.nitro = "";
}

static void launch_of_another_instance(forge *f) { first(f); replace(f, LAUNCH, hex_of_pcr(f, 4), hex_of_pcr(f, 3)); }
static void launch_without_pcr4(forge *f) { second(f); replace(f, LAUNCH, "PCR4", "PCR-4"); }

static void release_of_other_code(forge *f) { second(f); replace(f, RELEASE, hex_of_pcr(f, 2), hex_of_pcr(f, 1)); }
static void release_without_pcr1(forge *f) { first(f); replace(f, RELEASE, "PCR1", "PCR-1"); }
static void release_of_other_code_by_name(forge *f) { first(f); replace(f, RELEASE, hex_of_pcr(f, 0), hex_of_pcr(f, 1)); }

/* The announcement's own, and another; then both of one that is not announced. */
static void releases_of_two_repositories(forge *f) { second(f); replace(f, RELEASE, "simulated-service", "another-service"); }
static void releases_of_another_repository(forge *f) { second(f); both_releases(f, "simulated-service", "another-service"); }
static void releases_of_an_unannounced_repository(forge *f) { first(f); replace(f, OUTER, "[\"r\",\"https://example.com/simulated-service\"],[\"name\"", "[\"name\""); }
static void releases_of_no_repository(forge *f) { first(f); both_releases(f, "[\"r\",", "[\"alt\","); }
static void release_for_other_stage(forge *f) { first(f); replace(f, RELEASE, "\"dev\"", "\"prod\""); }

/* -- Who is allowed -- */

static void policy(forge *f, const char *nitro)
{
	first(f);
	f->policy_text.nitro = nitro;
}

static void stage_not_listed(forge *f) { policy(f, ",\"stages\":[\"prod\"]"); }
static void stage_list_empty(forge *f) { policy(f, ",\"stages\":[]"); }
static void builder_list_empty(forge *f) { policy(f, ",\"builders\":[]"); }
static void launcher_list_empty(forge *f) { policy(f, ",\"launchers\":[]"); }
static void release_signer_list_empty(forge *f) { policy(f, ",\"release_signers\":[]"); }

/* No `t`: NEC-02 takes it for dev. */
static void stage_absent(forge *f)
{
	policy(f, ",\"stages\":[\"prod\"]");
	replace(f, OUTER, "[\"t\",\"dev\"],[\"relay\"", "[\"t\",\"production\"],[\"relay\"");
}

static void list_one(forge *f, const char *member, const ah_schnorr_key *key)
{
	first(f);
	f->policy_text.nitro = text_of(f, ",\"%s\":[\"%s\"]", member, hex_of(f, key));
}

static void builder_not_listed(forge *f) { list_one(f, "builders", keys()->launcher); }
static void launcher_not_listed(forge *f) { list_one(f, "launchers", keys()->builder); }
static void release_signer_not_listed(forge *f) { list_one(f, "release_signers", keys()->builder); }

static void listed_builder_did_not_sign(forge *f)
{
	unsigned_where_allowed(f);
	f->policy_text.nitro = text_of(f, ",\"require_build\":false,\"require_launch\":false,\"builders\":[\"%s\"]", hex_of(f, keys()->builder));
}

static void listed_launcher_did_not_sign(forge *f)
{
	unsigned_where_allowed(f);
	f->policy_text.nitro = text_of(f, ",\"require_build\":false,\"require_launch\":false,\"launchers\":[\"%s\"]", hex_of(f, keys()->launcher));
}

static void one_maintainer_of_two(forge *f)
{
	first(f);
	announced_of(f)->spec.release_count = 1;
}

static void no_maintainer_at_all(forge *f)
{
	second(f);
	announced_of(f)->spec.release_count = 0;
}

/* Two signatures of one maintainer are one voice. */
static void one_maintainer_twice(forge *f)
{
	first(f);
	sign_with(f, RELEASE, 1, keys()->maintainers[0]);
	rename_marked(f, keys()->maintainers[1], keys()->builder, "releaser");
	announced_of(f)->edits[announced_of(f)->edit_count - 1].to = "[\"alt\",\"nobody\"]";
}

static void version_floor(forge *f, const char *version, const char *floor)
{
	ah_sim_announcement *spec = start(f, false);
	spec->version = version;
	bind(f);
	f->policy_text.nitro = text_of(f, ",\"min_version\":\"%s\"", floor);
}

static void version_too_low(forge *f) { version_floor(f, "1.9.3", "1.10"); }
static void version_of_a_prerelease(forge *f) { version_floor(f, "2.0.0-rc.1", "2"); }
static void version_of_words(forge *f) { version_floor(f, "v2.0", "1.0"); }
static void version_absent(forge *f) { first(f); replace(f, OUTER, "[\"v\",\"1.0.0\"],[\"m\"", "[\"w\",\"1.0.0\"],[\"m\""); }

static void service_key_not_pinned(forge *f)
{
	chained(f); /* the attested key is not the service's */
	f->policy_text.top = text_of(f, "\"service_keys\":[\"%s\"],", hex_of(f, keys()->links[0]));
}

/* -- The document -- */

static void document_for_another_key(forge *f)
{
	first(f);
	f->nitro.public_key.value = ah_slice_make(ah_schnorr_key_public(keys()->builder), 32);
}

static void document_for_another_key_genuine_only(forge *f)
{
	document_for_another_key(f);
	forge_genuine_only(f);
}

static void document_for_a_longer_key(forge *f)
{
	second(f);
	ah_buf_clear(&f->scratch);
	FORGE_MUST(ah_buf_append(&f->scratch, f->nitro.public_key.value));
	FORGE_MUST(ah_buf_append_byte(&f->scratch, 0));
	f->nitro.public_key.value = ah_buf_slice(&f->scratch);
}

static void document_without_a_key(forge *f)
{
	first(f);
	f->nitro.public_key = (ah_sim_field){ .form = AH_SIM_NULL };
}

static void caller_expects_another_key(forge *f)
{
	expected_key(f);
	f->request.expected.public_key = ah_slice_make(ah_schnorr_key_public(keys()->links[0]), 32); /* the attested one, and not the service's */
}

static void debug_genuine_only(forge *f)
{
	ah_sim_announcement *spec = start(f, false);
	spec->is_debug = spec->without_build = true;
	ah_sim_nitro_set_debug(&f->nitro);
	bind(f);
	forge_genuine_only(f);
}

/* -- The shape -- */

static void other_kind(forge *f)
{
	first(f);
	add_edit(f, (edit){ .part = AH_SIM_EVENT_ANNOUNCEMENT, .kind = 63795 });
}

static void inner_kind(forge *f, int part, uint32_t kind)
{
	add_edit(f, (edit){ .part = (ah_sim_event_part)part, .kind = kind });
}

/* Each of these kinds is right in another place. */
static void build_of_the_other_family(forge *f) { first(f); inner_kind(f, BUILD, 23794); }
static void build_of_the_older_family(forge *f) { second(f); inner_kind(f, BUILD, 63795); }
static void launch_as_build(forge *f) { first(f); inner_kind(f, BUILD, 63796); }
static void build_as_launch(forge *f) { first(f); inner_kind(f, LAUNCH, 63795); }
static void cert_as_root(forge *f) { second(f); inner_kind(f, ROOT, 23797); }
static void root_as_cert(forge *f) { chained(f); inner_kind(f, CERT, 23793); }
static void older_release_in_the_successor(forge *f) { second(f); inner_kind(f, RELEASE, 63792); }

static void two_builds(forge *f) { first(f); replace(f, OUTER, "[\"instance\",", "[\"build\","); }
static void build_without_event(forge *f) { first(f); add_tag(f, OUTER, "[\"build\"]"); }
static void successor_without_root(forge *f) { second(f); announced_of(f)->spec.with_root = false; }
static void cert_without_root(forge *f) { start(f, false)->cert_count = 1; bind(f); }
static void content_not_base64(forge *f) { first(f); add_edit(f, (edit){ .part = AH_SIM_EVENT_ANNOUNCEMENT, .content = "not base64" }); }
static void content_empty(forge *f) { second(f); add_edit(f, (edit){ .part = AH_SIM_EVENT_ROOT, .content = "" }); }
static void end_of_no_time(forge *f) { first(f); replace(f, OUTER, "[\"expiration\",\"", "[\"expiration\",\"+"); }
static void end_at_zero(forge *f) { first(f); replace(f, OUTER, end_tag(f, announced_of(f)->spec.expiration_s), "[\"expiration\",\"0\"]"); }
static void two_ends(forge *f) { first(f); add_tag(f, OUTER, "[\"expiration\",\"2000000000\"]"); }
static void two_versions(forge *f) { first(f); add_tag(f, OUTER, "[\"v\",\"9.9.9\"]"); }
static void two_stages(forge *f) { first(f); add_tag(f, OUTER, "[\"t\",\"prod\"]"); }
static void two_stages_in_build(forge *f) { first(f); add_tag(f, BUILD, "[\"t\",\"prod\"]"); }
static void end_without_value(forge *f) { first(f); replace(f, OUTER, end_tag(f, announced_of(f)->spec.expiration_s), "[\"expiration\"]"); }
static void x_without_value(forge *f) { first(f); add_tag(f, OUTER, "[\"x\"]"); }
static void p_without_value(forge *f) { second(f); add_tag(f, OUTER, "[\"p\"]"); }
static void stage_without_value_in_build(forge *f) { first(f); replace(f, BUILD, "[\"t\",\"dev\"]", "[\"t\"]"); }
static void end_without_value_in_release(forge *f) { second(f); add_tag(f, RELEASE, "[\"expiration\"]"); }
static void pcr_without_value_in_launch(forge *f) { first(f); add_tag(f, LAUNCH, "[\"PCR8\"]"); }
static void cert_without_end(forge *f) { chained(f); replace(f, CERT, "\"expiration\"", "\"until\""); }
static void five_certs(forge *f) { start(f, true)->cert_count = AH_SIM_LINKS; bind(f); }
static void inner_not_json(forge *f) { first(f); after_signing(f, BUILD, "{\"id\"", "{'id'"); }
static void inner_with_another_member(forge *f) { first(f); after_signing(f, LAUNCH, "{\"id\"", "{\"seen\":1,\"id\""); }
static void outer_with_another_member(forge *f) { second(f); after_signing(f, OUTER, "{\"id\"", "{\"seen\":1,\"id\""); }

/* -- Raw evidence under a policy that only an event can meet -- */

static void raw_where_stages_are_listed(forge *f) { f->policy_text.nitro = ",\"stages\":[\"dev\"]"; }
static void raw_where_release_signers_are_listed(forge *f) { f->policy_text.nitro = ",\"release_signers\":[]"; }
static void raw_where_a_version_is_required(forge *f) { f->policy_text.nitro = ",\"min_version\":\"1\""; }

#define ACCEPTED(name, change) { name, AH_PLATFORM_NITRO, AH_CHECK_COUNT, AH_OK, change, announce, FORGE_STRUCTURE, 0, 0, 0 }
#define CASE(name, check, error, change) { name, AH_PLATFORM_NITRO, AH_CHECK_##check, AH_ERR_##error, change, announce, FORGE_ALONE, 0, 0, 0 }
#define SHAPE(name, error, change) { name, AH_PLATFORM_NITRO, AH_CHECK_COUNT, AH_ERR_##error, change, announce, FORGE_STRUCTURE, 0, 0, 0 }
#define RAW(name, check, error, change) { name, AH_PLATFORM_NITRO, AH_CHECK_##check, AH_ERR_##error, change, NULL, FORGE_ALONE, 0, 0, 0 }

const forge_case forge_event_cases[] = {
	ACCEPTED("event_63793_passes", first),
	ACCEPTED("event_13793_passes", second),
	ACCEPTED("event_with_two_certificates_passes", chained),
	ACCEPTED("event_with_four_certificates_passes", four_certificates),
	ACCEPTED("event_63793_with_tee_root_passes", with_root),
	ACCEPTED("event_is_genuine", genuine_only),
	ACCEPTED("event_without_signatures_passes_where_none_are_required", unsigned_where_allowed),
	ACCEPTED("event_without_signatures_is_genuine", unsigned_genuine_only),
	ACCEPTED("event_of_the_expected_key_passes", expected_key),
	ACCEPTED("event_of_a_pinned_service_key_passes", pinned_service_key),
	ACCEPTED("event_with_one_of_two_release_signers_passes_where_one_is_enough", one_of_two_is_enough),
	ACCEPTED("event_created_a_minute_ahead_passes", within_skew),
	ACCEPTED("event_in_its_last_second_passes", last_second),
	ACCEPTED("event_of_version_1_10_passes_a_floor_of_1_9", higher_version),
	ACCEPTED("event_with_a_build_certificate_of_version_3_passes", certificate_of_version_3),
	ACCEPTED("event_with_tags_of_no_concern_passes", other_texts),
	ACCEPTED("event_13793_of_prod_passes_without_a_stage_in_its_launch", prod_of_the_successor),
	ACCEPTED("signatures_without_a_stage_are_for_dev", signatures_without_stage_in_dev),
	ACCEPTED("event_whose_root_names_its_enclave_passes", root_names_its_enclave),
	ACCEPTED("releases_that_name_no_repository_pass", releases_of_no_repository),

	CASE("H16_event_with_an_altered_tag_is_refused", EVENT_ID, EVENT_ID, tag_altered),
	CASE("H16_altered_build_signature_is_refused", EVENT_ID, EVENT_ID, build_altered),
	CASE("H16_altered_launch_signature_is_refused", EVENT_ID, EVENT_ID, launch_altered),
	CASE("event_with_an_altered_release_is_refused", EVENT_ID, EVENT_ID, release_altered),
	CASE("event_with_an_altered_root_is_refused", EVENT_ID, EVENT_ID, root_altered),
	CASE("event_with_an_altered_certificate_is_refused", EVENT_ID, EVENT_ID, cert_altered),
	CASE("H16_event_with_a_flipped_signature_is_refused", EVENT_SIGNATURE, EVENT_SIGNATURE, signature_flipped),
	CASE("H16_unsigned_claim_of_a_builder_is_refused", EVENT_SIGNATURE, EVENT_SIGNATURE, build_signature_flipped),
	CASE("H16_unsigned_claim_of_a_launcher_is_refused", EVENT_SIGNATURE, EVENT_SIGNATURE, launch_signature_flipped),
	CASE("event_with_a_flipped_release_signature_is_refused", EVENT_SIGNATURE, EVENT_SIGNATURE, release_signature_flipped),
	CASE("event_with_a_flipped_root_signature_is_refused", EVENT_SIGNATURE, EVENT_SIGNATURE, root_signature_flipped),
	CASE("event_with_a_flipped_certificate_signature_is_refused", EVENT_SIGNATURE, EVENT_SIGNATURE, cert_signature_flipped),

	CASE("event_created_in_the_future_is_refused", EVENT_TIME, EVENT_NOT_YET_VALID, created_ahead),
	CASE("event_with_a_build_of_the_future_is_refused", EVENT_TIME, EVENT_NOT_YET_VALID, build_created_ahead),
	CASE("H16_expired_event_is_refused", EVENT_TIME, EVENT_EXPIRED, expired),
	CASE("event_with_an_expired_root_is_refused", EVENT_TIME, EVENT_EXPIRED, root_expired),
	CASE("event_with_an_expired_certificate_is_refused", EVENT_TIME, EVENT_EXPIRED, cert_expired),
	CASE("event_with_an_expired_release_is_refused", EVENT_TIME, EVENT_EXPIRED, release_expired),
	CASE("event_around_an_old_attestation_is_refused", EVENT_TIME, EVIDENCE_TOO_OLD, attestation_too_old),

	CASE("H16_event_that_announces_another_pcr0_is_refused", EVENT_TAGS, EVENT_TAG, x_wrong),
	CASE("H16_event_that_announces_another_pcr8_is_refused", EVENT_TAGS, EVENT_TAG, x_wrong_8),
	CASE("event_without_x_for_pcr2_is_refused", EVENT_TAGS, EVENT_TAG, x_missing),
	CASE("event_with_x_for_pcr1_twice_is_refused", EVENT_TAGS, EVENT_TAG, x_doubled),
	CASE("event_with_x_for_an_absent_register_is_refused", EVENT_TAGS, EVENT_TAG, x_of_absent_register),
	CASE("event_of_another_module_is_refused", EVENT_TAGS, EVENT_TAG, other_module),
	CASE("event_that_outlives_its_root_is_refused", EVENT_TAGS, EVENT_TAG, ends_after_root),
	CASE("H16_event_that_names_another_builder_is_refused", EVENT_TAGS, EVENT_TAG, other_builder_named),
	CASE("H16_event_that_names_another_launcher_is_refused", EVENT_TAGS, EVENT_TAG, other_launcher_named),
	CASE("event_that_names_another_releaser_is_refused", EVENT_TAGS, EVENT_TAG, other_releaser_named),
	CASE("H16_event_that_names_a_builder_who_did_not_sign_is_refused", EVENT_TAGS, EVENT_TAG, builder_named_who_did_not_sign),
	CASE("H16_build_signature_that_names_another_pcr8_is_refused", EVENT_TAGS, EVENT_TAG, build_names_other_pcr8),
	CASE("build_signature_of_another_repository_is_refused", EVENT_TAGS, EVENT_TAG, build_of_other_repository),
	CASE("build_signature_of_another_version_is_refused", EVENT_TAGS, EVENT_TAG, build_of_other_version),
	CASE("build_signature_for_dev_is_refused_in_prod", EVENT_TAGS, EVENT_TAG, build_for_other_stage),
	CASE("launch_signature_for_another_stage_is_refused", EVENT_TAGS, EVENT_TAG, launch_for_other_stage),
	CASE("build_signature_without_a_stage_is_refused_in_prod", EVENT_TAGS, EVENT_TAG, build_without_stage_in_prod),
	CASE("launch_signature_without_a_stage_is_refused_in_prod", EVENT_TAGS, EVENT_TAG, launch_without_stage_in_prod),
	CASE("launch_signature_of_the_successor_for_dev_is_refused_in_prod", EVENT_TAGS, EVENT_TAG, launch_of_the_successor_for_dev_in_prod),
	CASE("event_of_stage_debug_outside_of_debug_mode_is_refused", EVENT_TAGS, EVENT_TAG, debug_stage_without_debug_mode),
	CASE("event_with_pcr_pairs_in_place_of_x_is_refused", EVENT_TAGS, EVENT_TAG, pcr_pairs_in_place_of_x),
	CASE("root_that_names_another_pcr0_is_refused", EVENT_TAGS, EVENT_TAG, root_with_x_wrong),
	CASE("root_that_names_another_module_is_refused", EVENT_TAGS, EVENT_TAG, root_of_another_module),

	CASE("event_of_a_key_that_nothing_attests_is_refused", EVENT_CHAIN, EVENT_TAG, chain_missing),
	CASE("certificate_for_another_key_is_refused", EVENT_CHAIN, EVENT_TAG, cert_for_another),
	CASE("certificate_for_two_keys_is_refused", EVENT_CHAIN, EVENT_TAG, cert_for_two),
	CASE("certificate_of_a_stranger_is_refused", EVENT_CHAIN, EVENT_TAG, cert_of_a_stranger),
	CASE("certificates_out_of_order_are_refused", EVENT_CHAIN, EVENT_TAG, certs_swapped),

	CASE("H16_event_without_a_build_signature_is_refused", EVENT_BUILD, BUILDER, without_build),
	CASE("H16_build_signature_repeated_by_another_is_refused", EVENT_BUILD, BUILD_CERTIFICATE, build_repeated_by_another),
	CASE("H16_build_signature_of_another_image_is_refused", EVENT_BUILD, BUILD_CERTIFICATE, build_of_another_image),
	CASE("build_certificate_that_ended_is_refused", EVENT_BUILD, BUILD_CERTIFICATE, certificate_ended),
	CASE("build_certificate_that_has_not_begun_is_refused", EVENT_BUILD, BUILD_CERTIFICATE, certificate_not_begun),
	CASE("build_certificate_of_another_organization_is_refused", EVENT_BUILD, BUILD_CERTIFICATE, certificate_of_other_organization),
	CASE("H16_build_certificate_of_another_builder_is_refused", EVENT_BUILD, BUILD_CERTIFICATE, certificate_of_other_builder),
	CASE("build_certificate_of_two_builders_is_refused", EVENT_BUILD, BUILD_CERTIFICATE, certificate_of_two_builders),
	CASE("build_certificate_signed_by_another_key_is_refused", EVENT_BUILD, BUILD_CERTIFICATE, certificate_signed_by_other_key),
	CASE("build_certificate_of_another_issuer_is_refused", EVENT_BUILD, BUILD_CERTIFICATE, certificate_of_other_issuer),
	CASE("build_certificate_with_sha256_is_refused", EVENT_BUILD, BUILD_CERTIFICATE, certificate_with_sha256),
	CASE("build_certificate_with_an_unknown_critical_extension_is_refused", EVENT_BUILD, BUILD_CERTIFICATE, certificate_with_unknown_critical),
	CASE("build_certificate_with_bytes_behind_it_is_refused", EVENT_BUILD, BUILD_CERTIFICATE, certificate_with_bytes_behind),
	CASE("build_signature_without_a_certificate_is_refused", EVENT_BUILD, BUILD_CERTIFICATE, certificate_missing),

	CASE("H16_event_without_a_launch_signature_is_refused", EVENT_LAUNCH, LAUNCHER, without_launch),
	CASE("H16_launch_signature_of_another_instance_is_refused", EVENT_LAUNCH, INSTANCE_MISMATCH, launch_of_another_instance),
	CASE("H16_launch_signature_without_pcr4_is_refused", EVENT_LAUNCH, INSTANCE_MISMATCH, launch_without_pcr4),
	CASE("release_signature_of_other_code_is_refused", EVENT_RELEASE, EVENT_TAG, release_of_other_code),
	CASE("release_signature_of_other_code_by_name_is_refused", EVENT_RELEASE, EVENT_TAG, release_of_other_code_by_name),
	CASE("release_signature_without_pcr1_is_refused", EVENT_RELEASE, EVENT_TAG, release_without_pcr1),
	CASE("release_signatures_of_two_repositories_are_refused", EVENT_RELEASE, EVENT_TAG, releases_of_two_repositories),
	CASE("release_signature_for_another_stage_is_refused", EVENT_RELEASE, EVENT_TAG, release_for_other_stage),
	CASE("release_signature_without_a_stage_is_refused_in_prod", EVENT_RELEASE, EVENT_TAG, release_without_stage_in_prod),
	CASE("release_signatures_of_another_repository_are_refused", EVENT_RELEASE, EVENT_TAG, releases_of_another_repository),
	CASE("release_signatures_of_a_repository_that_is_not_announced_are_refused", EVENT_RELEASE, EVENT_TAG, releases_of_an_unannounced_repository),

	CASE("event_of_a_stage_that_is_not_listed_is_refused", EVENT_STAGE, STAGE, stage_not_listed),
	CASE("event_without_a_stage_is_of_dev", EVENT_STAGE, STAGE, stage_absent),
	CASE("event_is_refused_where_no_stage_is_allowed", EVENT_STAGE, STAGE, stage_list_empty),
	CASE("H16_builder_not_listed_is_refused", BUILDER, BUILDER, builder_not_listed),
	CASE("event_is_refused_where_no_builder_is_allowed", BUILDER, BUILDER, builder_list_empty),
	CASE("H16_listed_builder_who_did_not_sign_is_refused", BUILDER, BUILDER, listed_builder_did_not_sign),
	CASE("H16_launcher_not_listed_is_refused", LAUNCHER, LAUNCHER, launcher_not_listed),
	CASE("event_is_refused_where_no_launcher_is_allowed", LAUNCHER, LAUNCHER, launcher_list_empty),
	CASE("H16_listed_launcher_who_did_not_sign_is_refused", LAUNCHER, LAUNCHER, listed_launcher_did_not_sign),
	CASE("release_signer_not_listed_is_refused", RELEASE_SIGNERS, RELEASE_SIGNER, release_signer_not_listed),
	CASE("event_is_refused_where_no_release_signer_is_allowed", RELEASE_SIGNERS, RELEASE_SIGNER, release_signer_list_empty),
	CASE("one_release_signer_of_two_is_refused", RELEASE_SIGNERS, RELEASE_SIGNER, one_maintainer_of_two),
	CASE("event_without_release_signatures_is_refused_where_they_are_required", RELEASE_SIGNERS, RELEASE_SIGNER, no_maintainer_at_all),
	CASE("one_release_signer_who_signed_twice_is_refused", RELEASE_SIGNERS, RELEASE_SIGNER, one_maintainer_twice),
	CASE("version_1_9_is_below_1_10", VERSION_FLOOR, VERSION_FLOOR, version_too_low),
	CASE("prerelease_is_below_its_release", VERSION_FLOOR, VERSION_FLOOR, version_of_a_prerelease),
	CASE("version_that_is_no_number_is_refused", VERSION_FLOOR, VERSION_FLOOR, version_of_words),
	CASE("event_without_a_version_is_refused", VERSION_FLOOR, VERSION_FLOOR, version_absent),
	CASE("event_of_a_service_key_that_is_not_pinned_is_refused", SERVICE_KEY, SERVICE_KEY, service_key_not_pinned),

	CASE("H16_document_for_another_key_is_refused", BINDING_PUBLIC_KEY, PUBLIC_KEY, document_for_another_key),
	CASE("H16_document_for_another_key_is_not_genuine", BINDING_PUBLIC_KEY, PUBLIC_KEY, document_for_another_key_genuine_only),
	CASE("document_for_a_longer_key_is_refused", BINDING_PUBLIC_KEY, PUBLIC_KEY, document_for_a_longer_key),
	CASE("H16_document_without_a_key_is_refused", BINDING_PUBLIC_KEY, PUBLIC_KEY, document_without_a_key),
	CASE("event_of_another_key_than_expected_is_refused", BINDING_PUBLIC_KEY, PUBLIC_KEY, caller_expects_another_key),
	CASE("H16_event_of_a_debug_enclave_is_refused", DEBUG, DEBUG, debug_genuine_only),

	SHAPE("event_of_another_kind_is_refused", EVENT_KIND, other_kind),
	SHAPE("build_signature_of_the_other_family_is_refused", EVENT_KIND, build_of_the_other_family),
	SHAPE("build_signature_of_the_older_family_is_refused", EVENT_KIND, build_of_the_older_family),
	SHAPE("launch_signature_as_build_is_refused", EVENT_KIND, launch_as_build),
	SHAPE("build_signature_as_launch_is_refused", EVENT_KIND, build_as_launch),
	SHAPE("certificate_as_root_is_refused", EVENT_KIND, cert_as_root),
	SHAPE("root_as_certificate_is_refused", EVENT_KIND, root_as_cert),
	SHAPE("older_release_in_the_successor_is_refused", EVENT_KIND, older_release_in_the_successor),
	SHAPE("two_build_signatures_are_refused", EVENT_MALFORMED, two_builds),
	SHAPE("build_tag_without_an_event_is_refused", EVENT_MALFORMED, build_without_event),
	SHAPE("successor_without_a_root_is_refused", EVENT_MALFORMED, successor_without_root),
	SHAPE("certificate_without_a_root_is_refused", EVENT_MALFORMED, cert_without_root),
	SHAPE("event_whose_content_is_not_base64_is_refused", EVENT_MALFORMED, content_not_base64),
	SHAPE("root_without_an_attestation_is_refused", EVENT_MALFORMED, content_empty),
	SHAPE("expiration_that_is_no_time_is_refused", EVENT_MALFORMED, end_of_no_time),
	SHAPE("expiration_of_zero_is_refused", EVENT_MALFORMED, end_at_zero),
	SHAPE("two_expirations_are_refused", EVENT_MALFORMED, two_ends),
	SHAPE("two_versions_are_refused", EVENT_MALFORMED, two_versions),
	SHAPE("two_stages_are_refused", EVENT_MALFORMED, two_stages),
	SHAPE("two_stages_in_a_build_signature_are_refused", EVENT_MALFORMED, two_stages_in_build),
	SHAPE("expiration_without_a_value_is_refused", EVENT_MALFORMED, end_without_value),
	SHAPE("x_without_a_value_is_refused", EVENT_MALFORMED, x_without_value),
	SHAPE("p_without_a_value_is_refused", EVENT_MALFORMED, p_without_value),
	SHAPE("stage_without_a_value_in_a_build_signature_is_refused", EVENT_MALFORMED, stage_without_value_in_build),
	SHAPE("expiration_without_a_value_in_a_release_is_refused", EVENT_MALFORMED, end_without_value_in_release),
	SHAPE("pcr8_without_a_value_in_a_launch_signature_is_refused", EVENT_MALFORMED, pcr_without_value_in_launch),
	SHAPE("certificate_without_an_end_is_refused", EVENT_MALFORMED, cert_without_end),
	SHAPE("five_certificates_are_refused", TOO_LARGE, five_certs),
	SHAPE("inner_event_that_is_not_json_is_refused", EVENT_MALFORMED, inner_not_json),
	SHAPE("inner_event_with_another_member_is_refused", EVENT_MALFORMED, inner_with_another_member),
	SHAPE("event_with_another_member_is_refused", EVENT_MALFORMED, outer_with_another_member),

	RAW("document_alone_is_refused_where_stages_are_listed", EVENT_STAGE, STAGE, raw_where_stages_are_listed),
	RAW("document_alone_is_refused_where_release_signers_are_listed", RELEASE_SIGNERS, RELEASE_SIGNER, raw_where_release_signers_are_listed),
	RAW("document_alone_is_refused_where_a_version_is_required", VERSION_FLOOR, VERSION_FLOOR, raw_where_a_version_is_required),
};
const size_t forge_event_case_count = sizeof forge_event_cases / sizeof forge_event_cases[0];
