/* See instance_event.h: taking an instance event apart, and the ids and signatures of the events in it. What they say is judged in instance_event_judge.c. */
#include "policy/instance_event.h"

#include "base/fault.h"
#include "codec/text.h"
#include "evidence/verifier.h"

#include <stdio.h>

#define STEP "event.parse"
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* -- Which kinds may stand where -- */

typedef enum event_part { PART_ROOT, PART_CERT, PART_BUILD, PART_LAUNCH, PART_RELEASE } event_part;

typedef struct place {
	uint32_t outer;                /* kind of the announcement */
	const char *tag;
	event_part part;
	size_t min, max;               /* how many */
	uint32_t kinds[2];             /* what may stand there; 0: no second one */
} place;

/*
 * Kinds were moved and given away again: 63795 is a build signature inside a 63793 event, and something else in other software. So the place decides, never the
 * kind alone. The first family is that of noauth-enclaved, the second is NEC-01 to NEC-05 of nostr-enclaves.
 */
static const place places[] = {
	{ 63793, "tee_root", PART_ROOT, 0, 1, { 23793, 0 } },
	{ 63793, "tee_cert", PART_CERT, 0, AH_EVENT_CHAIN_MAX, { 23797, 0 } },
	{ 63793, "build", PART_BUILD, 0, 1, { 63795, 0 } },
	{ 63793, "instance", PART_LAUNCH, 0, 1, { 63796, 0 } },
	{ 63793, "release", PART_RELEASE, 0, AH_EVENT_SIGNERS_MAX, { 63792, 63794 } },
	{ 13793, "tee_root", PART_ROOT, 1, 1, { 23793, 0 } },
	{ 13793, "tee_cert", PART_CERT, 0, AH_EVENT_CHAIN_MAX, { 23797, 0 } },
	{ 13793, "build", PART_BUILD, 0, 1, { 23794, 0 } },
	{ 13793, "instance", PART_LAUNCH, 0, 1, { 23795, 0 } },
	{ 13793, "release", PART_RELEASE, 0, AH_EVENT_SIGNERS_MAX, { 63794, 0 } },
};

static ah_nostr_event **slot(ah_instance_event *e, event_part part)
{
	switch (part) {
	case PART_ROOT: return &e->root;
	case PART_CERT: return &e->chain[e->chain_count++];
	case PART_BUILD: return &e->build;
	case PART_LAUNCH: return &e->launch;
	case PART_RELEASE: return &e->releases[e->release_count++];
	}
	return NULL;
}

/* -- Tags -- */

ah_slice ah__event_value(const ah_nostr_event *event, const char *name)
{
	const ah_nostr_tag *tag = ah_nostr_tag_find(event, name);
	return tag != NULL ? tag->items[1] : ah_slice_make(NULL, 0);
}

/* Decimal without leading zero. At most 12 digits: the year 33658. */
static int64_t seconds_of(ah_slice text)
{
	int64_t v = 0;
	if (text.len == 0 || text.len > 12 || text.ptr[0] == '0')
		return 0;
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return 0;
		v = 10 * v + (text.ptr[i] - '0');
	}
	return v;
}

int64_t ah__event_expiration(const ah_nostr_event *event)
{
	return seconds_of(ah__event_value(event, "expiration"));
}

static const char *stage_of_tag(const ah_nostr_tag *tag)
{
	static const char *const stages[] = { "prod", "dev", "debug" };
	for (size_t i = 0; i < COUNT(stages); i++)
		if (tag->count >= 2 && ah_slice_is_text(tag->items[0], "t") && ah_slice_is_text(tag->items[1], stages[i]))
			return stages[i];
	return NULL;
}

static size_t stage_count(const ah_nostr_event *event)
{
	size_t count = 0;
	for (size_t i = 0; i < event->tag_count; i++)
		count += stage_of_tag(&event->tags[i]) != NULL;
	return count;
}

const char *ah__event_stage(const ah_nostr_event *event)
{
	const char *stage = NULL;
	for (size_t i = 0; i < event->tag_count && stage == NULL; i++)
		stage = stage_of_tag(&event->tags[i]);
	return stage;
}

static ah_err refuse(ah_fault *why, ah_err err, const char *name, const char *what)
{
	return ah_fault_set(why, err, STEP, "%s: %s", name, what);
}

/* The names of tags that are read here: the first ones are single, of the others there may be several. */
static const char *const used[] = { "r", "name", "v", "m", "expiration", "cert", "PCR0", "PCR1", "PCR2", "PCR4", "PCR8", "t", "p", "x", "relay" };
#define SINGLE_COUNT 11

/* A name without a value: a reader who looks for the name finds it, one who looks for a value does not. */
static const char *empty_tag(const ah_nostr_event *event)
{
	for (size_t i = 0; i < event->tag_count; i++)
		for (size_t k = 0; k < COUNT(used) && event->tags[i].count == 1; k++)
			if (ah_slice_is_text(event->tags[i].items[0], used[k]))
				return used[k];
	return NULL;
}

/* What is compared is there at most once: of two values each reader could take the other. */
static ah_err check_tags(const ah_nostr_event *event, const char *name, ah_fault *why)
{
	const char *empty = empty_tag(event);
	if (empty != NULL)
		return ah_fault_set(why, AH_ERR_EVENT_MALFORMED, STEP, "%s: tag %s without a value", name, empty);
	for (size_t i = 0; i < SINGLE_COUNT; i++)
		if (ah_nostr_tag_count(event, used[i]) > 1)
			return ah_fault_set(why, AH_ERR_EVENT_MALFORMED, STEP, "%s: more than one tag %s", name, used[i]);
	if (stage_count(event) > 1)
		return refuse(why, AH_ERR_EVENT_MALFORMED, name, "more than one stage in tags t");
	if (ah_nostr_tag_count(event, "expiration") != 0 && ah__event_expiration(event) == 0)
		return refuse(why, AH_ERR_EVENT_MALFORMED, name, "expiration is no time");
	return AH_OK;
}

/* -- Taking apart -- */

static ah_err parse_inner(ah_nostr_event **out, const place *p, ah_slice json, ah_fault *why)
{
	ah_fault inner = { .offset = AH_NO_OFFSET };
	assert(out != NULL); /* every part of the table has its slot */
	ah_err err = ah_nostr_event_parse(out, json, &inner);
	if (err == AH_ERR_NOMEM)
		return err;
	if (err != AH_OK) /* its bytes are those of the unescaped tag: they have no place in the input */
		return ah_fault_set(why, err, STEP, "%s: byte %zu of it: %.60s", p->tag, inner.offset, inner.detail);
	if ((*out)->kind != p->kinds[0] && (p->kinds[1] == 0 || (*out)->kind != p->kinds[1]))
		return ah_fault_set(why, AH_ERR_EVENT_KIND, STEP, "%s: kind %u cannot stand there in an event of kind %u", p->tag, (*out)->kind, p->outer);
	/* nostr-enclaves calls a certificate without an end expired: so that it need not be guessed, it is no certificate. */
	if (p->part == PART_CERT && ah_nostr_tag_count(*out, "expiration") == 0)
		return refuse(why, AH_ERR_EVENT_MALFORMED, p->tag, "no expiration");
	return check_tags(*out, p->tag, why);
}

static ah_err take_place(ah_instance_event *e, const place *p, ah_fault *why)
{
	size_t found = 0;
	for (size_t i = 0; i < e->announcement->tag_count; i++) {
		const ah_nostr_tag *tag = &e->announcement->tags[i];
		if (tag->count == 0 || !ah_slice_is_text(tag->items[0], p->tag))
			continue;
		if (tag->count < 2)
			return refuse(why, AH_ERR_EVENT_MALFORMED, p->tag, "no event in it");
		if (found++ == p->max)
			return p->max == 1 ? refuse(why, AH_ERR_EVENT_MALFORMED, p->tag, "more than one")
			                   : ah_fault_set(why, AH_ERR_TOO_LARGE, STEP, "%s: more than %zu", p->tag, p->max);
		AH_TRY(parse_inner(slot(e, p->part), p, tag->items[1], why));
	}
	return found >= p->min ? AH_OK : refuse(why, AH_ERR_EVENT_MALFORMED, p->tag, "is missing");
}

static ah_err take_places(ah_instance_event *e, ah_fault *why)
{
	bool known = false;
	for (size_t i = 0; i < COUNT(places); i++) {
		if (places[i].outer != e->announcement->kind)
			continue;
		known = true;
		AH_TRY(take_place(e, &places[i], why));
	}
	if (!known)
		return ah_fault_set(why, AH_ERR_EVENT_KIND, STEP, "kind %u announces no instance", e->announcement->kind);
	if (e->root == NULL && e->chain_count != 0)
		return refuse(why, AH_ERR_EVENT_MALFORMED, "tee_cert", "without tee_root there is no key that it could continue");
	return AH_OK;
}

static ah_err take_evidence(ah_instance_event *e, ah_fault *why)
{
	const char *name = e->root != NULL ? "tee_root" : "announcement";
	ah_slice text = e->root != NULL ? e->root->content : e->announcement->content;
	e->evidence = AH_BUF(AH_NITRO_DOCUMENT_MAX);
	if (text.len == 0)
		return refuse(why, AH_ERR_EVENT_MALFORMED, name, "content is empty, an attestation was expected");
	ah_err err = ah_base64_decode(&e->evidence, text);
	if (err == AH_ERR_LIMIT)
		return refuse(why, AH_ERR_TOO_LARGE, name, "content is longer than any attestation");
	return err == AH_ERR_TEXT ? refuse(why, AH_ERR_EVENT_MALFORMED, name, "content is not base64") : err;
}

/* -- What it says -- */

/* Whole characters, as many as fit. The reader has refused U+0000. */
static void copy_text(char *out, size_t size, ah_slice text)
{
	size_t len = text.len < size ? text.len : size - 1;
	if (len != 0)
		len = ah_utf8_prefix(ah_slice_sub(text, 0, len));
	for (size_t i = 0; i < len; i++)
		out[i] = (char)text.ptr[i];
	out[len] = '\0';
}

/* An address that was cut would be another address. */
static void copy_relays(ah_event_claims *says, const ah_nostr_event *announcement)
{
	const ah_nostr_tag *tag;
	for (size_t i = 0; says->relay_count < AH_EVENT_RELAYS_MAX && (tag = ah_nostr_tag_at(announcement, "relay", i)) != NULL; i++)
		if (tag->items[1].len < sizeof says->relays[0])
			copy_text(says->relays[says->relay_count++], sizeof says->relays[0], tag->items[1]);
}

static void fill_claims(ah_instance_event *e)
{
	const ah_nostr_event *a = e->announcement;
	const char *stage = ah__event_stage(a);
	ah_event_claims *says = &e->says;
	says->kind = a->kind;
	memcpy(says->id, a->id, sizeof says->id);
	memcpy(says->pubkey, a->pubkey, sizeof says->pubkey);
	memcpy(says->attested_pubkey, e->root != NULL ? e->root->pubkey : a->pubkey, sizeof says->attested_pubkey);
	says->created_at_s = a->created_at_s;
	says->expiration_s = ah__event_expiration(a);
	says->has_builder = e->build != NULL;
	if (e->build != NULL)
		memcpy(says->builder, e->build->pubkey, sizeof says->builder);
	says->has_launcher = e->launch != NULL;
	if (e->launch != NULL)
		memcpy(says->launcher, e->launch->pubkey, sizeof says->launcher);
	for (size_t i = 0; i < e->release_count; i++)
		memcpy(says->release_signers[says->release_signer_count++], e->releases[i]->pubkey, sizeof says->release_signers[0]);
	copy_text(says->name, sizeof says->name, ah__event_value(a, "name"));
	copy_text(says->version, sizeof says->version, ah__event_value(a, "v"));
	copy_text(says->repository, sizeof says->repository, ah__event_value(a, "r"));
	copy_text(says->stage, sizeof says->stage, ah_slice_text(stage != NULL ? stage : "dev")); /* NEC-02: the default */
	copy_relays(says, a);
}

ah_err ah_instance_event_parse(ah_instance_event **out, ah_slice json, ah_fault *why)
{
	AH_AUTO_PTR(ah_instance_event) e = ah_alloc(sizeof *e);
	if (e == NULL)
		return AH_ERR_NOMEM;
	AH_TRY(ah_nostr_event_parse(&e->announcement, json, why));
	AH_TRY(check_tags(e->announcement, "announcement", why));
	AH_TRY(take_places(e, why));
	AH_TRY(take_evidence(e, why));
	fill_claims(e);
	*out = ah_move_ptr(&e); /* transferred */
	return AH_OK;
}

void ah_instance_event_free(ah_instance_event *e)
{
	if (e == NULL)
		return;
	ah_nostr_event_free(e->announcement);
	ah_nostr_event_free(e->root);
	for (size_t i = 0; i < e->chain_count; i++)
		ah_nostr_event_free(e->chain[i]);
	ah_nostr_event_free(e->build);
	ah_nostr_event_free(e->launch);
	for (size_t i = 0; i < e->release_count; i++)
		ah_nostr_event_free(e->releases[i]);
	ah_buf_free(&e->evidence);
	ah_dealloc(e);
}

/* -- Ids and signatures -- */

size_t ah_instance_event_count(const ah_instance_event *e)
{
	return 1u + (e->root != NULL) + e->chain_count + (e->build != NULL) + (e->launch != NULL) + e->release_count;
}

const ah_nostr_event *ah_instance_event_at(const ah_instance_event *e, size_t index, const char **name)
{
	const struct { const char *name; ah_nostr_event *const *events; size_t count; } parts[] = {
		{ "announcement", &e->announcement, 1 }, { "tee_root", &e->root, e->root != NULL },       { "tee_cert", e->chain, e->chain_count },
		{ "build", &e->build, e->build != NULL }, { "instance", &e->launch, e->launch != NULL }, { "release", e->releases, e->release_count },
	};
	size_t part = 0;
	assert(index < ah_instance_event_count(e));
	for (; index >= parts[part].count; part++)
		index -= parts[part].count;
	*name = parts[part].name;
	return parts[part].events[index];
}

static ah_err verify_id(ah_verdict *v, ah_crypto *crypto, const ah_nostr_event *event, const char *name, ah_fault *why)
{
	uint8_t id[AH_SHA256_LEN];
	AH_TRY(ah_nostr_event_compute_id(id, crypto, event));
	bool ok = ah_equal(AH_SLICE_OF(id), AH_SLICE_OF(event->id));
	if (!ok) {
		ah_check_got(&v->checks, AH_CHECK_EVENT_ID, "%s: %02x%02x%02x%02x..", name, event->id[0], event->id[1], event->id[2], event->id[3]);
		ah_check_wanted(&v->checks, AH_CHECK_EVENT_ID, "%02x%02x%02x%02x.., its hash", id[0], id[1], id[2], id[3]);
	}
	return ah_check(&v->checks, AH_CHECK_EVENT_ID, ok, AH_ERR_EVENT_ID, why);
}

static ah_err verify_signature(ah_verdict *v, ah_crypto *crypto, const ah_nostr_event *event, const char *name, ah_fault *why)
{
	ah_err err = ah_nostr_event_check_signature(crypto, event);
	if (err != AH_OK && err != AH_ERR_EVENT_SIGNATURE)
		return err;
	if (err != AH_OK)
		ah_check_got(&v->checks, AH_CHECK_EVENT_SIGNATURE, "%s: no signature of %02x%02x%02x%02x..", name, event->pubkey[0], event->pubkey[1],
		             event->pubkey[2], event->pubkey[3]);
	return ah_check(&v->checks, AH_CHECK_EVENT_SIGNATURE, err == AH_OK, AH_ERR_EVENT_SIGNATURE, why);
}

ah_err ah__instance_event_verify(ah_verdict *v, ah_verifier *verifier, const ah_instance_event *e, ah_fault *why)
{
	const char *name;
	size_t count = ah_instance_event_count(e);
	ah_check_got(&v->checks, AH_CHECK_EVENT_ID, "%zu events", count);
	ah_check_got(&v->checks, AH_CHECK_EVENT_SIGNATURE, "%zu events", count);
	for (size_t i = 0; i < count; i++) {
		const ah_nostr_event *event = ah_instance_event_at(e, i, &name);
		AH_TRY(verify_id(v, verifier->crypto, event, name, why));
	}
	for (size_t i = 0; i < count; i++) {
		const ah_nostr_event *event = ah_instance_event_at(e, i, &name);
		AH_TRY(verify_signature(v, verifier->crypto, event, name, why));
	}
	return AH_OK;
}

/* -- The question about the attestation -- */

ah_err ah__instance_event_question(ah_carried *carried, const ah_request *request, ah_fault *why)
{
	const ah_instance_event *e = carried->event;
	if (request->platform != AH_PLATFORM_NONE && request->platform != AH_PLATFORM_NITRO)
		return ah_fault_set(why, AH_ERR_PLATFORM, "detect", "the attestation of an instance event is of nitro, not of %s",
		                    ah_platform_name(request->platform));
	carried->inner.evidence = ah_buf_slice(&e->evidence);
	carried->inner.platform = AH_PLATFORM_NITRO;
	carried->inner.expected = (ah_expected){ .fields = AH_EXPECT_NOTHING };
	if (!request->genuine_only)
		carried->inner.expected = (ah_expected){ .fields = AH_EXPECT_PUBLIC_KEY, .public_key = AH_SLICE_OF(e->says.attested_pubkey) };
	return AH_OK;
}
