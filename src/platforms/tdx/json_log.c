/*
 * JSON event logs, as dstack guests give them beside a quote: an array of
 *   { "imr": 0..3, "event_type": u32, "digest"?: hex, "event": name, "event_payload": hex, "version"?: 1 | 2, "preimage"?: .. }
 *
 * A runtime event (event_type 0x08000001 on RTMR3) has its digest over its name and payload, in one of two forms:
 *   V1  SHA-384(le32(0x08000001) ":" name ":" payload)    does not say where the name ends
 *   V2  SHA-384({"name":name,"payload":lowercase hex,"type":134217729} in the canonical form of RFC 8785)
 * "preimage" is what a producer says that it hashed; it is never read, as the digest is recomputed. Members that are not listed are counted and
 * skipped: the log is another project's document, nobody signed its text, and no decision depends on them.
 */
#include "platforms/tdx/event_log_internal.h"

#include "base/fault.h"
#include "codec/json.h"
#include "codec/text.h"

#define STEP "event_log.json"

#define RTMR_MAX     3
#define RUNTIME_RTMR 3
/* {"name":"","payload":"","type":134217729} around a name of which every byte may become \u00XX, and hex of a payload that the log's size bounds. */
#define V2_MAX       (AH_EVENT_LOG_MAX + 6 * AH_EVENT_NAME_MAX + 64)

enum { MEMBER_IMR = 1, MEMBER_TYPE = 2, MEMBER_DIGEST = 4, MEMBER_EVENT = 8, MEMBER_PAYLOAD = 16, MEMBER_VERSION = 32 };
#define MEMBERS_MANDATORY (MEMBER_IMR | MEMBER_TYPE | MEMBER_EVENT | MEMBER_PAYLOAD)

typedef struct json_log {
	ah_event_log *log;
	ah_crypto *crypto;
	ah_json json;
	ah_buf scratch;              /* the form V2 of one event */
	ah_fault *why;
} json_log;

/* One object as it was read. The JSON reader has seen to it that no member stands twice. */
typedef struct record {
	ah_event event;
	unsigned members;
	bool has_digest;             /* and it is not empty */
	int64_t version;
} record;

static ah_err refuse(const json_log *l, size_t off, const char *what)
{
	return ah_fault_at(l->why, AH_ERR_EVENT_LOG_MALFORMED, STEP, off, "%s", what);
}

/* -- Members: each takes exactly one value -- */

static ah_err read_number(json_log *l, int64_t max, const char *what, int64_t *out)
{
	size_t off = ah_json_pos(&l->json);
	int64_t value = ah_json_int(&l->json);
	if (l->json.err != AH_OK || value < 0 || value > max)
		return refuse(l, off, what);
	*out = value;
	return AH_OK;
}

/* Hex, appended to the memory of the log, which has room for all that its text can hold: it never moves. */
static ah_err read_hex(json_log *l, const char *what, ah_slice *out)
{
	ah_buf *memory = &l->log->memory;
	size_t off = ah_json_pos(&l->json), start = memory->len;
	ah_slice text = ah_json_string_plain(&l->json);
	if (l->json.err != AH_OK || ah_hex_decode(memory, text) != AH_OK)
		return refuse(l, off, what);
	*out = ah_slice_sub(ah_buf_slice(memory), start, memory->len - start);
	return AH_OK;
}

static ah_err read_digest(json_log *l, record *rec)
{
	size_t off = ah_json_pos(&l->json);
	ah_slice text = ah_json_string_plain(&l->json);
	if (l->json.err != AH_OK || (text.len != 0 && ah_hex_decode_exact(rec->event.digest, sizeof rec->event.digest, text) != AH_OK))
		return refuse(l, off, "digest: 48 bytes in lowercase hex, or empty");
	rec->has_digest = text.len != 0;
	return AH_OK;
}

static ah_err read_name(json_log *l, record *rec)
{
	ah_buf *memory = &l->log->memory;
	size_t off = ah_json_pos(&l->json), start = memory->len;
	if (ah_json_string(&l->json, memory) != AH_OK)
		return refuse(l, off, "event: a text");
	rec->event.name = ah_slice_sub(ah_buf_slice(memory), start, memory->len - start);
	if (rec->event.name.len > AH_EVENT_NAME_MAX)
		return ah_fault_at(l->why, AH_ERR_TOO_LARGE, STEP, off, "a name of %zu bytes, at most %d", rec->event.name.len, AH_EVENT_NAME_MAX);
	return AH_OK;
}

static ah_err read_member(json_log *l, record *rec, ah_slice key)
{
	int64_t number = 0;
	if (ah_slice_is_text(key, "imr")) {
		rec->members |= MEMBER_IMR;
		AH_TRY(read_number(l, RTMR_MAX, "imr: 0 to 3", &number));
		rec->event.rtmr = (int)number;
		return AH_OK;
	}
	if (ah_slice_is_text(key, "event_type")) {
		rec->members |= MEMBER_TYPE;
		AH_TRY(read_number(l, UINT32_MAX, "event_type: a number of 32 bits", &number));
		rec->event.type = (uint32_t)number;
		return AH_OK;
	}
	if (ah_slice_is_text(key, "digest")) {
		rec->members |= MEMBER_DIGEST;
		return read_digest(l, rec);
	}
	if (ah_slice_is_text(key, "event")) {
		rec->members |= MEMBER_EVENT;
		return read_name(l, rec);
	}
	if (ah_slice_is_text(key, "event_payload")) {
		rec->members |= MEMBER_PAYLOAD;
		return read_hex(l, "event_payload: lowercase hex", &rec->event.content);
	}
	if (ah_slice_is_text(key, "version")) {
		rec->members |= MEMBER_VERSION;
		AH_TRY(read_number(l, 2, "version: 1 or 2", &rec->version));
		return rec->version != 0 ? AH_OK : refuse(l, rec->event.off, "version: 1 or 2");
	}
	if (!ah_slice_is_text(key, "preimage"))
		l->log->unknown_members++;
	(void)ah_json_raw(&l->json);
	return AH_OK;
}

/* -- Runtime events -- */

static ah_err digest_v1(json_log *l, const ah_event *event, uint8_t out[static 48])
{
	static const uint8_t type[] = { 0x01, 0x00, 0x00, 0x08 };
	const ah_slice parts[] = { AH_SLICE_OF(type), AH_SLICE_LITERAL(":"), event->name, AH_SLICE_LITERAL(":"), event->content };
	return ah_hash(l->crypto, AH_SHA384, parts, sizeof parts / sizeof parts[0], out);
}

static ah_err digest_v2(json_log *l, const ah_event *event, uint8_t out[static 48])
{
	ah_json_writer w;
	ah_buf_clear(&l->scratch);
	ah_json_writer_init(&w, &l->scratch);
	ah_json_put_object_begin(&w);
	ah_json_put_key(&w, "name");
	ah_json_put_string(&w, event->name);
	ah_json_put_key(&w, "payload");
	ah_json_put_hex(&w, event->content);
	ah_json_put_key(&w, "type");
	ah_json_put_int(&w, AH_EVENT_TYPE_RUNTIME);
	ah_json_put_object_end(&w);
	AH_TRY(ah_json_writer_finish(&w));
	return ah_sha384(l->crypto, ah_buf_slice(&l->scratch), out);
}

static bool has_colon(ah_slice name)
{
	return name.len != 0 && memchr(name.ptr, ':', name.len) != NULL;
}

/*
 * The digest of a runtime event is recomputed, always: in the form that its version names, else V1 (what has no version is of the older form), else,
 * when a digest stands there to be compared with, V2.
 */
static ah_err settle_runtime(json_log *l, record *rec)
{
	ah_event *event = &rec->event;
	uint8_t digest[48];
	if (rec->version != 2) {
		AH_TRY(digest_v1(l, event, digest));
		if (!rec->has_digest || ah_slice_is(AH_SLICE_OF(digest), AH_SLICE_OF(event->digest))) {
			memcpy(event->digest, digest, sizeof digest);
			event->content_matches = !has_colon(event->name); /* ("a:b", "c") and ("a", "b:c") have one digest: the shorter name is the one that counts */
			return AH_OK;
		}
	}
	if (rec->version != 1) {
		AH_TRY(digest_v2(l, event, digest));
		if (!rec->has_digest || ah_slice_is(AH_SLICE_OF(digest), AH_SLICE_OF(event->digest))) {
			memcpy(event->digest, digest, sizeof digest);
			event->content_matches = true;
			return AH_OK;
		}
	}
	return refuse(l, event->off, "the digest of a runtime event is not that of its name and payload");
}

static ah_err settle(json_log *l, record *rec)
{
	ah_event *event = &rec->event;
	if ((rec->members & MEMBERS_MANDATORY) != MEMBERS_MANDATORY)
		return refuse(l, event->off, "an event lacks imr, event_type, event or event_payload");
	event->is_runtime = event->type == AH_EVENT_TYPE_RUNTIME && event->rtmr == RUNTIME_RTMR;
	if (event->is_runtime)
		return settle_runtime(l, rec);
	if (!rec->has_digest)
		return refuse(l, event->off, "an event without digest that is no runtime event of RTMR3");
	if (event->type == AH_EVENT_TYPE_NO_ACTION)
		event->rtmr = -1;
	return AH_OK;
}

static ah_err read_event(json_log *l)
{
	record rec = { .event = { .off = ah_json_pos(&l->json) } };
	ah_slice key;
	if (l->log->count == AH_EVENTS_MAX) /* before the work, not after it */
		return ah_fault_at(l->why, AH_ERR_TOO_LARGE, STEP, rec.event.off, "more than %d events", AH_EVENTS_MAX);
	ah_json_object_begin(&l->json);
	while (ah_json_next_member(&l->json, &key))
		AH_TRY(read_member(l, &rec, key));
	if (l->json.err != AH_OK)
		return refuse(l, l->json.err_off, "an event is an object");
	rec.event.len = ah_json_pos(&l->json) - rec.event.off;
	AH_TRY(settle(l, &rec));
	return ah__event_log_add(l->log, &rec.event, l->why);
}

/* What JSON itself refuses is a malformed log; its place stays. */
static ah_err open_text(json_log *l, ah_slice bytes)
{
	ah_fault inner = { .offset = AH_NO_OFFSET };
	ah_err err = ah_json_open(&l->json, bytes, AH_JSON_VENDOR, &inner);
	if (err == AH_OK || err == AH_ERR_NOMEM)
		return err;
	return ah_fault_at(l->why, err == AH_ERR_TOO_LARGE ? err : AH_ERR_EVENT_LOG_MALFORMED, STEP, inner.offset, "%.80s", inner.detail);
}

static ah_err read_array(json_log *l, ah_slice bytes)
{
	AH_TRY(open_text(l, bytes));
	if (ah_json_peek(&l->json) == AH_JSON_OBJECT)
		return refuse(l, ah_json_pos(&l->json), "an object: give the array that its member event_log holds, as it is");
	AH_TRY(ah_buf_reserve(&l->log->memory, bytes.len)); /* names and payloads are never longer than their text */
	ah_json_array_begin(&l->json);
	while (ah_json_next_element(&l->json))
		AH_TRY(read_event(l));
	return ah_json_finish(&l->json, NULL) == AH_OK ? AH_OK : refuse(l, l->json.err_off, "an event log is an array of objects");
}

ah_err ah__json_log_read(ah_event_log *log, ah_crypto *crypto, ah_slice bytes, ah_fault *why)
{
	json_log l = { .log = log, .crypto = crypto, .scratch = AH_BUF(V2_MAX), .why = why };
	log->memory = AH_BUF(bytes.len);
	ah_err err = read_array(&l, bytes);
	ah_buf_free(&l.scratch);
	return err;
}
