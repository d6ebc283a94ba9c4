/*
 * Event logs and their replay to RTMR0..3: CCEL (TCG PC Client crypto-agile form) and JSON logs (dstack, digests of form V1 and V2).
 *
 * Replay only against registers of a quote whose signature holds. Each event gets one of three labels, because a digest that replays says nothing
 * about the text beside it: `replayed` (its digest is part of the register's value), `content_bound` (and its content hashes to that digest),
 * `untrusted_text` (everything else that the log says: names, types, payloads).
 */
#ifndef AH_PLATFORMS_TDX_EVENT_LOG_H
#define AH_PLATFORMS_TDX_EVENT_LOG_H

#include "base/limits.h"
#include "base/buf.h"
#include "crypto/crypto.h"
#include <anchorhold/claims.h>
#include <anchorhold/error.h>

typedef enum ah_event_log_kind { AH_EVENT_LOG_CCEL, AH_EVENT_LOG_JSON } ah_event_log_kind;
typedef enum ah_event_label { AH_EVENT_REPLAYED, AH_EVENT_CONTENT_BOUND, AH_EVENT_UNTRUSTED_TEXT } ah_event_label;

typedef struct ah_event {
	int rtmr;                    /* 0..3; -1: not extended into an RTMR (MRTD, EV_NO_ACTION) */
	uint32_t type;
	uint8_t digest[48];
	ah_slice name;               /* JSON logs: "event"; borrowed from the log or from the owner's memory */
	ah_slice content;            /* CCEL: event data; JSON: decoded payload */
	size_t off, len;             /* in the log */
	bool content_matches;        /* SHA-384 of the content, or the runtime event's form V1 / V2, is the digest */
	bool is_runtime;             /* JSON: type 0x08000001 on RTMR3 */
} ah_event;

typedef struct ah_event_log {
	ah_event_log_kind kind;
	size_t count;
	size_t capacity;
	ah_event *events;            /* owned */
	uint8_t rtmr[4][48];         /* replayed */
	bool rtmr_used[4];           /* some event extended it */
	ah_buf memory;               /* owned: decoded names and payloads */
	size_t unknown_members;      /* JSON: members that nobody here knows, skipped and counted */
} ah_event_log;

/* The type of dstack's runtime events; on RTMR3 alone it makes one (is_runtime). */
#define AH_EVENT_TYPE_RUNTIME   UINT32_C(0x08000001)
/* TCG: such an event is never extended, whatever register it names. */
#define AH_EVENT_TYPE_NO_ACTION UINT32_C(3)

/*
 * Parse and replay. Detects the kind: a JSON array, else a CCEL. At most AH_EVENTS_MAX events and AH_EVENT_LOG_MAX bytes, and in a JSON log
 * AH_JSON_TOKENS_MAX values and names (about 900 events). bytes are borrowed as long as the log is used.
 * Runtime events with an empty digest get the recomputed one; a digest that is present must be the recomputed one of either form, or of the one form
 * that the event's "version" names. A digest of form V1 does not say where the name ends: content_matches is then true only for a name without ':'.
 * errors: AH_ERR_EVENT_LOG_MALFORMED (offset), AH_ERR_TOO_LARGE, AH_ERR_NOMEM, AH_ERR_CRYPTO.
 */
AH_MUST_USE ah_err ah_event_log_parse(ah_event_log **out, ah_crypto *crypto, ah_slice bytes, ah_fault *why);
void ah_event_log_free(ah_event_log *log);
AH_DEFINE_AUTO_PTR(ah_event_log)

/*
 * For inspect: the same, but a log that breaks keeps the events before that place. On AH_OK broken->err and broken->offset say where it breaks, or
 * AH_OK. errors: AH_ERR_NOMEM, AH_ERR_CRYPTO.
 */
AH_MUST_USE ah_err ah_event_log_survey(ah_event_log **out, ah_fault *broken, ah_crypto *crypto, ah_slice bytes);

/*
 * Compare with the registers of verified claims and fill claims->event_log: a register that the log extends must be equal, and one that is not zero must be
 * extended by the log, so that a log which leaves events out explains nothing. A CCEL cannot rebuild RTMR3 (the kernel's extends leave no entry), so there
 * RTMR3 is compared only when it is used. A log that extends no register at all is refused.
 * Security names (app-id, compose-hash, instance-id, key-provider, os-image-hash) come from replayed runtime events of RTMR3 before the boundary
 * ("boot-mr-done" or "system-ready") alone, each at most once. The boundary of app-id, compose-hash and instance-id is the first of the two; that of
 * key-provider and os-image-hash, which a guest learns after boot-mr-done, is system-ready. The first event of RTMR3 that is no runtime event with a
 * proven name ends the search: what it hides may be the boundary.
 * errors: AH_ERR_EVENT_LOG (register differs; detail = which; or a security name stands twice before system-ready; or a digest of form V1 there fits
 * both a security or boundary name and the longer name with ':' that the log gives). claims are unchanged on error.
 */
AH_MUST_USE ah_err ah_event_log_bind(const ah_event_log *log, ah_tdx_claims *claims, ah_fault *why);

/* The label of an event, given that its register does (or does not) equal that of a verified quote. */
ah_event_label ah_event_label_of(const ah_event_log *log, const ah_event *event, bool register_matches);
/* "replayed", "content_bound", "untrusted_text". Static storage. */
const char *ah_event_label_name(ah_event_label label);

#endif
