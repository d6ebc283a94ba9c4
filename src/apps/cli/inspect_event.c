/*
 * Nostr events: each member and each tag with its place, and what was decoded from it below: events inside tags, the attestation, the build certificate.
 * Nothing of it was verified.
 */
#include "apps/cli/inspect.h"

#include "codec/bech32.h"
#include "codec/json.h"
#include "codec/text.h"
#include "nostr/event.h"

#include <inttypes.h>
#include <stdio.h>

#define NO_BYTES ((ah_slice){ NULL, 0 })

bool is_event(ah_slice in)
{
	return ah_carrier_detect(in) == AH_CARRIER_EVENT;
}

/* What stands inside tags of instance events; elsewhere such tags are just tags. */
static const char *const event_tags[] = { "tee_root", "tee_cert", "build", "instance", "release" };

static const char *kind_name(uint32_t kind)
{
	static const struct { uint32_t kind; const char *name; } names[] = {
		{ 63793, "instance event" },   { 13793, "instance event (NEC-02)" },    { 23793, "attestation (NEC-01)" },
		{ 23797, "certificate event" }, { 63795, "build signature" },            { 23794, "build signature (NEC-03)" },
		{ 63796, "launch signature" },  { 23795, "launch signature (NEC-04)" },  { 63792, "release signature" },
		{ 63794, "release signature (NEC-05)" },
	};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (names[i].kind == kind)
			return names[i].name;
	return "";
}

static void list_npub(listing *l, const uint8_t key[static 32])
{
	char npub[AH_NPUB_LEN + 1];
	ah_npub_encode(npub, key);
	list_row(l, NO_BYTES, "npub", "%s", npub);
}

/* -- What was decoded: it has no place in the event. -- */

static void list_base64(listing *l, ah_slice text, size_t max, void (*inspect)(listing *inner))
{
	AH_AUTO(ah_buf) bytes = AH_BUF(max);
	ah_err err = ah_base64_decode(&bytes, text);
	if (err == AH_ERR_NOMEM)
		l->err = err;
	if (err != AH_OK || bytes.len == 0)
		return; /* any text may stand there */
	AH_AUTO(listing) inner = LISTING(ah_buf_slice(&bytes));
	inspect(&inner);
	list_adopt(l, &inner);
}

static void inspect_certificate(listing *l)
{
	inspect_x509(l, l->in, "");
}

static void list_event(listing *l, bool is_inner);

static void list_inner(listing *l, ah_slice json)
{
	AH_AUTO(listing) inner = LISTING(json);
	list_event(&inner, true);
	list_adopt(l, &inner);
}

/* -- Tags -- */

static bool holds_event(const ah_nostr_tag *tag)
{
	for (size_t i = 0; tag->count >= 2 && i < sizeof event_tags / sizeof event_tags[0]; i++)
		if (ah_slice_is_text(tag->items[0], event_tags[i]))
			return true;
	return false;
}

static void list_expiration(listing *l, ah_slice text)
{
	char time[21];
	int64_t t_s = 0;
	for (size_t i = 0; i < text.len && text.len <= 11; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return;
		t_s = 10 * t_s + (text.ptr[i] - '0');
	}
	ah_time_format(time, t_s);
	if (t_s > 0)
		list_row(l, NO_BYTES, "time", "%s", time);
}

static void list_tag(listing *l, const ah_nostr_tag *tag, ah_slice raw, bool is_inner)
{
	char label[40];
	ah_slice name = tag->count != 0 ? tag->items[0] : AH_SLICE_LITERAL("empty");
	(void)snprintf(label, sizeof label, "%.*s", (int)(name.len < sizeof label ? name.len : sizeof label - 1), (const char *)name.ptr);
	if (!is_inner && holds_event(tag)) {
		list_open(l, raw, label, "%zu characters, an event", tag->items[1].len);
		list_inner(l, tag->items[1]);
	} else if (tag->count >= 2 && ah_slice_is_text(name, "cert")) {
		list_open(l, raw, label, "%zu characters, base64 of", tag->items[1].len);
		list_base64(l, tag->items[1], AH_CERTIFICATE_MAX, inspect_certificate);
	} else {
		list_source(l, raw, label);
		l->depth++;
		if (tag->count >= 2 && ah_slice_is_text(name, "expiration"))
			list_expiration(l, tag->items[1]);
	}
	list_close(l);
}

static void list_tags(listing *l, ah_json *j, const ah_nostr_event *e, bool is_inner)
{
	size_t i = 0;
	list_open(l, NO_BYTES, "tags", "%zu", e->tag_count);
	ah_json_array_begin(j);
	for (; ah_json_next_element(j) && i < e->tag_count; i++)
		list_tag(l, &e->tags[i], ah_json_raw(j), is_inner);
	list_close(l);
}

/* -- Members -- */

static void list_content(listing *l, ah_slice raw, const ah_nostr_event *e)
{
	bool has_attestation = (e->kind == 63793 && ah_nostr_tag_count(e, "tee_root") == 0) || e->kind == 23793;
	if (!has_attestation) {
		list_source(l, raw, "content");
		return;
	}
	list_open(l, raw, "content", "%zu characters, base64 of", e->content.len);
	list_base64(l, e->content, AH_NITRO_DOCUMENT_MAX, inspect_nitro);
	list_close(l);
}

static void list_member(listing *l, ah_json *j, const ah_nostr_event *e, ah_slice name, bool is_inner)
{
	char label[16], time[21];
	if (ah_slice_is_text(name, "tags")) {
		list_tags(l, j, e, is_inner);
		return;
	}
	ah_slice raw = ah_json_raw(j);
	(void)snprintf(label, sizeof label, "%.*s", (int)name.len, (const char *)name.ptr);
	if (ah_slice_is_text(name, "content")) {
		list_content(l, raw, e);
	} else if (ah_slice_is_text(name, "kind")) {
		list_open(l, raw, label, "%" PRIu32 " %s", e->kind, kind_name(e->kind));
		list_close(l);
	} else if (ah_slice_is_text(name, "created_at")) {
		ah_time_format(time, e->created_at_s);
		list_open(l, raw, label, "%" PRId64 " = %s", e->created_at_s, time);
		list_close(l);
	} else {
		list_source(l, raw, label);
		if (ah_slice_is_text(name, "pubkey"))
			list_npub(l, e->pubkey);
	}
}

/* is_inner: events in tags of such an event are texts. */
static void list_event(listing *l, bool is_inner)
{
	AH_AUTO_PTR(ah_nostr_event) e = NULL;
	ah_json j;
	ah_slice name;
	ah_fault why = { .offset = AH_NO_OFFSET };
	ah_err err = ah_nostr_event_parse(&e, l->in, &why);
	if (err == AH_OK)
		err = ah_json_open(&j, l->in, AH_JSON_OURS, &why);
	if (err == AH_ERR_NOMEM) {
		l->err = err;
		return;
	}
	if (err != AH_OK) {
		inspect_json(l);
		list_fault(l, err, why.offset, "%.90s", why.detail);
		return;
	}
	ah_json_object_begin(&j);
	while (ah_json_next_member(&j, &name))
		list_member(l, &j, e, name, is_inner);
}

void inspect_event(listing *l)
{
	list_event(l, false);
	l->kind = "nostr event";
}
