/*
 * See event.h. The serialization that is hashed follows JSON.stringify, as every implementation in use does: NIP-01 names seven escapes and leaves the
 * other control characters open; they are written \u00xx, and nothing else is escaped. That is what the canonical JSON writer does.
 */
#include "nostr/event.h"

#include "base/fault.h"
#include "codec/json.h"
#include "codec/text.h"
#include "crypto/schnorr.h"

#include <inttypes.h>

#define STEP "event.parse"
#define KIND_MAX 65535 /* NIP-01 */
/* No text of an event grows when it is written: a control character takes two or six characters in any JSON. The rest is the frame. */
#define WRITTEN_MAX (AH_EVENT_MAX + 1024)

/* -- Reading -- */

enum member { ID, PUBKEY, CREATED_AT, KIND, TAGS, CONTENT, SIG, MEMBERS };
static const char *const member_names[MEMBERS] = { "id", "pubkey", "created_at", "kind", "tags", "content", "sig" };

typedef struct parser {
	ah_json j;
	ah_nostr_event *event;
	ah_fault *why;
} parser;

static ah_err refuse(parser *p, size_t off, const char *member, const char *what)
{
	return ah_fault_at(p->why, AH_ERR_EVENT_MALFORMED, STEP, off, "%s: %s", member, what);
}

static ah_err take_hex(parser *p, const char *member, uint8_t *out, size_t len)
{
	size_t off = ah_json_pos(&p->j);
	if (ah_json_peek(&p->j) != AH_JSON_STRING || ah_hex_decode_exact(out, len, ah_json_string_raw(&p->j)) != AH_OK)
		return refuse(p, off, member, len == 32 ? "must be 64 lowercase hex digits" : "must be 128 lowercase hex digits");
	return AH_OK;
}

static ah_err take_int(parser *p, const char *member, int64_t *out, int64_t max)
{
	size_t off = ah_json_pos(&p->j);
	if (ah_json_peek(&p->j) != AH_JSON_INTEGER)
		return refuse(p, off, member, "must be an integer");
	*out = ah_json_int(&p->j);
	if (p->j.err != AH_OK || *out < 0 || *out > max)
		return refuse(p, off, member, "out of range");
	return AH_OK;
}

/* Room for the whole JSON was reserved, so text never moves and slices into it stay valid. */
static ah_err take_string(parser *p, const char *member, ah_slice *out)
{
	ah_buf *text = &p->event->text;
	size_t off = ah_json_pos(&p->j), start = text->len;
	if (ah_json_peek(&p->j) != AH_JSON_STRING)
		return refuse(p, off, member, "must be a text");
	AH_TRY(ah_json_string(&p->j, text));
	*out = ah_slice_sub(ah_buf_slice(text), start, text->len - start);
	return AH_OK;
}

/* How many tags, and items in all of them. ahead is a copy: nothing is taken. */
static ah_err count_tags(parser *p, ah_json ahead, size_t *tags, size_t *items)
{
	*tags = *items = 0;
	if (ah_json_peek(&ahead) != AH_JSON_ARRAY)
		return refuse(p, ah_json_pos(&ahead), "tags", "must be an array");
	ah_json_array_begin(&ahead);
	while (ah_json_next_element(&ahead)) {
		size_t off = ah_json_pos(&ahead), count = 0;
		if (ah_json_peek(&ahead) != AH_JSON_ARRAY)
			return refuse(p, off, "tags", "each must be an array of texts");
		ah_json_array_begin(&ahead);
		for (; ah_json_next_element(&ahead); count++)
			(void)ah_json_raw(&ahead);
		if (++*tags > AH_EVENT_TAGS_MAX)
			return ah_fault_at(p->why, AH_ERR_TOO_LARGE, STEP, off, "tags: more than %d", AH_EVENT_TAGS_MAX);
		if (count > AH_EVENT_TAG_ITEMS_MAX)
			return ah_fault_at(p->why, AH_ERR_TOO_LARGE, STEP, off, "tags: %zu items in one, at most %d", count, AH_EVENT_TAG_ITEMS_MAX);
		*items += count;
	}
	return AH_OK;
}

static ah_err take_tags(parser *p)
{
	ah_nostr_event *e = p->event;
	size_t tag_count = 0, item_count = 0, used = 0;
	AH_TRY(count_tags(p, p->j, &tag_count, &item_count));
	/* One more than needed: an event may have no tag, and tags no item. */
	e->tags = ah_alloc((tag_count + 1) * sizeof *e->tags);
	e->items = ah_alloc((item_count + 1) * sizeof *e->items);
	if (e->tags == NULL || e->items == NULL)
		return AH_ERR_NOMEM;
	ah_json_array_begin(&p->j);
	while (ah_json_next_element(&p->j)) {
		assert(e->tag_count < tag_count);
		ah_nostr_tag *tag = &e->tags[e->tag_count++];
		tag->items = &e->items[used];
		ah_json_array_begin(&p->j);
		for (; ah_json_next_element(&p->j); used++) {
			assert(used < item_count);
			AH_TRY(take_string(p, "tags", &e->items[used]));
			tag->count++;
		}
	}
	return AH_OK;
}

static ah_err take_member(parser *p, enum member member)
{
	ah_nostr_event *e = p->event;
	const char *name = member_names[member];
	int64_t kind = 0;
	switch (member) {
	case ID: return take_hex(p, name, e->id, sizeof e->id);
	case PUBKEY: return take_hex(p, name, e->pubkey, sizeof e->pubkey);
	case CREATED_AT: return take_int(p, name, &e->created_at_s, INT64_MAX);
	case KIND:
		AH_TRY(take_int(p, name, &kind, KIND_MAX));
		e->kind = (uint32_t)kind;
		return AH_OK;
	case TAGS: return take_tags(p);
	case CONTENT: return take_string(p, name, &e->content);
	case SIG: return take_hex(p, name, e->sig, sizeof e->sig);
	case MEMBERS: break;
	}
	return AH_ERR_INTERNAL;
}

static ah_err take_event(parser *p)
{
	unsigned seen = 0;
	ah_slice key;
	if (ah_json_peek(&p->j) != AH_JSON_OBJECT)
		return refuse(p, ah_json_pos(&p->j), "$", "must be an object");
	ah_json_object_begin(&p->j);
	while (ah_json_next_member(&p->j, &key)) {
		unsigned member = 0;
		while (member < MEMBERS && !ah_slice_is_text(key, member_names[member]))
			member++;
		if (member == MEMBERS)
			return ah_fault_at(p->why, AH_ERR_EVENT_MALFORMED, STEP, ah_json_pos(&p->j), "%.*s: unknown member", (int)(key.len < 40 ? key.len : 40),
			                   (const char *)key.ptr);
		AH_TRY(take_member(p, (enum member)member));
		seen |= 1u << member;
	}
	for (unsigned member = 0; member < MEMBERS; member++)
		if ((seen >> member & 1) == 0)
			return refuse(p, 0, member_names[member], "is missing");
	return AH_OK;
}

/* Why it is not the JSON of an event: a size stays a size, all else is malformed. */
static ah_err refuse_json(ah_err err, const ah_fault *inner, ah_fault *why)
{
	if (err == AH_ERR_NOMEM)
		return err;
	return ah_fault_at(why, err == AH_ERR_TOO_LARGE ? err : AH_ERR_EVENT_MALFORMED, STEP, inner->offset, "%s: %.60s", ah_err_name(err), inner->detail);
}

ah_err ah_nostr_event_parse(ah_nostr_event **out, ah_slice json, ah_fault *why)
{
	ah_fault inner = { .offset = AH_NO_OFFSET };
	parser p = { .why = why };
	if (json.len > AH_EVENT_MAX)
		return ah_fault_at(why, AH_ERR_TOO_LARGE, STEP, AH_EVENT_MAX, "%zu bytes, an event has at most %d", json.len, AH_EVENT_MAX);
	ah_err err = ah_json_open(&p.j, json, AH_JSON_OURS, &inner);
	if (err != AH_OK)
		return refuse_json(err, &inner, why);
	AH_AUTO_PTR(ah_nostr_event) event = ah_alloc(sizeof *event);
	if (event == NULL)
		return AH_ERR_NOMEM;
	event->text = AH_BUF(json.len);
	AH_TRY(ah_buf_reserve(&event->text, json.len));
	p.event = event;
	AH_TRY(take_event(&p));
	err = ah_json_finish(&p.j, &inner);
	if (err != AH_OK)
		return refuse_json(err, &inner, why);
	*out = ah_move_ptr(&event); /* transferred */
	return AH_OK;
}

void ah_nostr_event_free(ah_nostr_event *event)
{
	if (event == NULL)
		return;
	ah_dealloc(event->tags);
	ah_dealloc(event->items);
	ah_buf_free(&event->text);
	ah_dealloc(event);
}

/* -- Writing -- */

static void put_tags(ah_json_writer *w, const ah_nostr_event *event)
{
	ah_json_put_array_begin(w);
	for (size_t i = 0; i < event->tag_count; i++) {
		ah_json_put_array_begin(w);
		for (size_t k = 0; k < event->tags[i].count; k++)
			ah_json_put_string(w, event->tags[i].items[k]);
		ah_json_put_array_end(w);
	}
	ah_json_put_array_end(w);
}

ah_err ah_nostr_event_serialize(ah_buf *out, const ah_nostr_event *event)
{
	ah_json_writer w;
	ah_json_writer_init(&w, out);
	ah_json_put_array_begin(&w);
	ah_json_put_int(&w, 0);
	ah_json_put_hex(&w, AH_SLICE_OF(event->pubkey));
	ah_json_put_int(&w, event->created_at_s);
	ah_json_put_int(&w, event->kind);
	put_tags(&w, event);
	ah_json_put_string(&w, event->content);
	ah_json_put_array_end(&w);
	return ah_json_writer_finish(&w);
}

/* Not one object of the canonical writer: that sorts members, and NIP-01 shows them in this order. */
ah_err ah_nostr_event_write(ah_buf *out, const ah_nostr_event *event)
{
	ah_json_writer w;
	AH_TRY(ah_buf_append_text(out, "{\"id\":\""));
	AH_TRY(ah_buf_append_hex(out, AH_SLICE_OF(event->id)));
	AH_TRY(ah_buf_append_text(out, "\",\"pubkey\":\""));
	AH_TRY(ah_buf_append_hex(out, AH_SLICE_OF(event->pubkey)));
	AH_TRY(ah_buf_printf(out, "\",\"created_at\":%" PRId64 ",\"kind\":%" PRIu32 ",\"tags\":", event->created_at_s, event->kind));
	ah_json_writer_init(&w, out);
	put_tags(&w, event);
	AH_TRY(ah_json_writer_finish(&w));
	AH_TRY(ah_buf_append_text(out, ",\"content\":"));
	ah_json_writer_init(&w, out);
	ah_json_put_string(&w, event->content);
	AH_TRY(ah_json_writer_finish(&w));
	AH_TRY(ah_buf_append_text(out, ",\"sig\":\""));
	AH_TRY(ah_buf_append_hex(out, AH_SLICE_OF(event->sig)));
	return ah_buf_append_text(out, "\"}");
}

/* -- Id and signature -- */

ah_err ah_nostr_event_compute_id(uint8_t out[static 32], ah_crypto *crypto, const ah_nostr_event *event)
{
	AH_AUTO(ah_buf) text = AH_BUF(WRITTEN_MAX);
	AH_TRY(ah_nostr_event_serialize(&text, event));
	return ah_sha256(crypto, ah_buf_slice(&text), out);
}

ah_err ah_nostr_event_check_id(ah_crypto *crypto, const ah_nostr_event *event)
{
	uint8_t id[AH_SHA256_LEN];
	AH_TRY(ah_nostr_event_compute_id(id, crypto, event));
	return ah_equal(AH_SLICE_OF(id), AH_SLICE_OF(event->id)) ? AH_OK : AH_ERR_EVENT_ID;
}

ah_err ah_nostr_event_check_signature(ah_crypto *crypto, const ah_nostr_event *event)
{
	(void)crypto; /* libsecp256k1 keeps nothing between calls */
	ah_err err = ah_schnorr_verify(event->pubkey, AH_SLICE_OF(event->id), AH_SLICE_OF(event->sig));
	return err == AH_ERR_SIGNATURE || err == AH_ERR_SIGNATURE_FORMAT || err == AH_ERR_FIELD_RANGE ? AH_ERR_EVENT_SIGNATURE : err;
}

/* -- Tags -- */

static bool is_named(const ah_nostr_tag *tag, const char *name)
{
	return tag->count >= 2 && ah_slice_is_text(tag->items[0], name);
}

const ah_nostr_tag *ah_nostr_tag_at(const ah_nostr_event *event, const char *name, size_t index)
{
	for (size_t i = 0; i < event->tag_count; i++)
		if (is_named(&event->tags[i], name) && index-- == 0)
			return &event->tags[i];
	return NULL;
}

const ah_nostr_tag *ah_nostr_tag_find(const ah_nostr_event *event, const char *name)
{
	return ah_nostr_tag_at(event, name, 0);
}

size_t ah_nostr_tag_count(const ah_nostr_event *event, const char *name)
{
	size_t count = 0;
	for (size_t i = 0; i < event->tag_count; i++)
		count += is_named(&event->tags[i], name);
	return count;
}
