/*
 * Nostr events (NIP-01): strict reader, the exact serialization that the id is the hash of, writer.
 *
 * Nothing is verified by reading; ah_nostr_event_check_id() and ah_nostr_event_check_signature() do.
 */
#ifndef AH_NOSTR_EVENT_H
#define AH_NOSTR_EVENT_H

#include "base/buf.h"
#include "base/limits.h"
#include "base/memory.h"
#include "crypto/crypto.h"

/* One tag: its strings, unescaped, in ah_nostr_event.text. */
typedef struct ah_nostr_tag {
	size_t count;
	ah_slice *items;               /* in ah_nostr_event.items */
} ah_nostr_tag;

typedef struct ah_nostr_event {
	uint8_t id[32], pubkey[32], sig[64];
	int64_t created_at_s;          /* >= 0 */
	uint32_t kind;                 /* 0..65535 */
	size_t tag_count;
	ah_nostr_tag *tags;            /* owned */
	ah_slice *items;               /* owned: of all tags, one after the other */
	ah_slice content;              /* unescaped UTF-8 */
	ah_buf text;                   /* owned: what content and items borrow */
} ah_nostr_event;

/*
 * Read one event: a JSON object with exactly id, pubkey, created_at, kind, tags, content, sig; lowercase hex; UTF-8 without lone surrogates. U+0000 in a
 * string is refused (docs/protocol/instance-event.md says why).
 * errors: AH_ERR_EVENT_MALFORMED, AH_ERR_TOO_LARGE (bytes, tags, items), AH_ERR_NOMEM; offset in json.
 */
AH_MUST_USE ah_err ah_nostr_event_parse(ah_nostr_event **out, ah_slice json, ah_fault *why);
void ah_nostr_event_free(ah_nostr_event *event);
AH_DEFINE_AUTO_PTR(ah_nostr_event)

/* [0,pubkey,created_at,kind,tags,content] as NIP-01 escapes it: what the id is the SHA-256 of. Appended. errors: AH_ERR_LIMIT, AH_ERR_NOMEM. */
AH_MUST_USE ah_err ah_nostr_event_serialize(ah_buf *out, const ah_nostr_event *event);
/* The event as JSON, members in the order of NIP-01, for the wire and for tags of other events. Appended. */
AH_MUST_USE ah_err ah_nostr_event_write(ah_buf *out, const ah_nostr_event *event);

/* errors: AH_ERR_EVENT_ID, AH_ERR_CRYPTO, AH_ERR_NOMEM. */
AH_MUST_USE ah_err ah_nostr_event_compute_id(uint8_t out[static 32], ah_crypto *crypto, const ah_nostr_event *event);
AH_MUST_USE ah_err ah_nostr_event_check_id(ah_crypto *crypto, const ah_nostr_event *event);
/* BIP-340 over the id. errors: AH_ERR_EVENT_SIGNATURE. */
AH_MUST_USE ah_err ah_nostr_event_check_signature(ah_crypto *crypto, const ah_nostr_event *event);

/* The first tag of that name with a value, NULL when there is none; the index-th one; how many there are. */
const ah_nostr_tag *ah_nostr_tag_find(const ah_nostr_event *event, const char *name);
const ah_nostr_tag *ah_nostr_tag_at(const ah_nostr_event *event, const char *name, size_t index);
size_t ah_nostr_tag_count(const ah_nostr_event *event, const char *name);

#endif
