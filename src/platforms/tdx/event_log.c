/* See event_log.h. What both formats share: replay, labels, and the comparison with the registers of a verified quote. */
#include "platforms/tdx/event_log_internal.h"

#include "base/fault.h"

#include <stdio.h>

#define STEP "event_log"

static_assert(AH_SHA384_LEN == sizeof((ah_event){ 0 }.digest), "digests of events are SHA-384");

/* -- The list -- */

ah_err ah__event_log_add(ah_event_log *log, const ah_event *event, ah_fault *why)
{
	if (log->count == AH_EVENTS_MAX)
		return ah_fault_at(why, AH_ERR_TOO_LARGE, STEP, event->off, "more than %d events", AH_EVENTS_MAX);
	if (log->count == log->capacity) {
		size_t capacity = log->capacity == 0 ? 64 : 2 * log->capacity;
		ah_event *events = ah_alloc(capacity * sizeof *events);
		if (events == NULL)
			return AH_ERR_NOMEM;
		for (size_t i = 0; i < log->count; i++)
			events[i] = log->events[i];
		ah_dealloc(log->events);
		log->events = events;
		log->capacity = capacity;
	}
	log->events[log->count++] = *event;
	return AH_OK;
}

void ah_event_log_free(ah_event_log *log)
{
	if (log == NULL)
		return;
	ah_dealloc(log->events);
	ah_buf_free(&log->memory);
	ah_dealloc(log);
}

/* -- Replay -- */

/* The register's value is SHA-384 of the value before and the digest (Intel TDX module, TDG.MR.RTMR.EXTEND). */
static ah_err extend(ah_event_log *log, ah_crypto *crypto, const ah_event *event)
{
	uint8_t *rtmr = log->rtmr[event->rtmr];
	uint8_t next[AH_SHA384_LEN];
	const ah_slice parts[] = { ah_slice_make(rtmr, AH_SHA384_LEN), AH_SLICE_OF(event->digest) };
	AH_TRY(ah_hash(crypto, AH_SHA384, parts, 2, next));
	memcpy(rtmr, next, sizeof next);
	log->rtmr_used[event->rtmr] = true;
	return AH_OK;
}

/* One pass, and every byte of the log is hashed once: the work is linear in the log. */
static ah_err replay(ah_event_log *log, ah_crypto *crypto)
{
	for (size_t i = 0; i < log->count; i++) {
		ah_event *event = &log->events[i];
		uint8_t digest[AH_SHA384_LEN];
		if (!event->is_runtime) {
			AH_TRY(ah_sha384(crypto, event->content, digest));
			event->content_matches = ah_slice_is(AH_SLICE_OF(digest), AH_SLICE_OF(event->digest));
		}
		if (event->rtmr >= 0)
			AH_TRY(extend(log, crypto, event));
	}
	return AH_OK;
}

/* A CCEL begins with a number of 0 or 1, so no text of JSON can be one. */
static ah_event_log_kind kind_of(ah_slice bytes)
{
	size_t i = 0;
	while (i < bytes.len && (bytes.ptr[i] == ' ' || bytes.ptr[i] == '\t' || bytes.ptr[i] == '\n' || bytes.ptr[i] == '\r'))
		i++;
	return i < bytes.len && (bytes.ptr[i] == '[' || bytes.ptr[i] == '{') ? AH_EVENT_LOG_JSON : AH_EVENT_LOG_CCEL;
}

static ah_err read_events(ah_event_log *log, ah_crypto *crypto, ah_slice bytes, ah_fault *why)
{
	if (bytes.len > AH_EVENT_LOG_MAX)
		return ah_fault_at(why, AH_ERR_TOO_LARGE, STEP, AH_EVENT_LOG_MAX, "%zu bytes, at most %d", bytes.len, AH_EVENT_LOG_MAX);
	switch (log->kind) {
	case AH_EVENT_LOG_CCEL: return ah__ccel_read(log, bytes, why);
	case AH_EVENT_LOG_JSON: break;
	}
	return ah__json_log_read(log, crypto, bytes, why);
}

ah_err ah_event_log_survey(ah_event_log **out, ah_fault *broken, ah_crypto *crypto, ah_slice bytes)
{
	AH_AUTO_PTR(ah_event_log) log = ah_alloc(sizeof *log);
	if (log == NULL)
		return AH_ERR_NOMEM;
	ah_fault inner = { .offset = AH_NO_OFFSET };
	log->kind = kind_of(bytes);
	ah_err err = read_events(log, crypto, bytes, &inner);
	if (err == AH_ERR_NOMEM || err == AH_ERR_CRYPTO)
		return err;
	assert(err == inner.err);
	AH_TRY(replay(log, crypto));
	*broken = inner;
	*out = ah_move_ptr(&log);
	return AH_OK;
}

ah_err ah_event_log_parse(ah_event_log **out, ah_crypto *crypto, ah_slice bytes, ah_fault *why)
{
	AH_AUTO_PTR(ah_event_log) log = NULL;
	ah_fault broken = { .offset = AH_NO_OFFSET };
	AH_TRY(ah_event_log_survey(&log, &broken, crypto, bytes));
	if (broken.err != AH_OK)
		return ah_fault_at(why, broken.err, broken.step, broken.offset, "%s", broken.detail);
	*out = ah_move_ptr(&log);
	return AH_OK;
}

/* -- Labels -- */

ah_event_label ah_event_label_of(const ah_event_log *log, const ah_event *event, bool register_matches)
{
	assert(event >= log->events && event < log->events + log->count);
	if (event->rtmr < 0 || !register_matches)
		return AH_EVENT_UNTRUSTED_TEXT;
	return event->content_matches ? AH_EVENT_CONTENT_BOUND : AH_EVENT_REPLAYED;
}

const char *ah_event_label_name(ah_event_label label)
{
	switch (label) {
	case AH_EVENT_REPLAYED: return "replayed";
	case AH_EVENT_CONTENT_BOUND: return "content_bound";
	case AH_EVENT_UNTRUSTED_TEXT: break;
	}
	return "untrusted_text";
}

/* -- Binding -- */

#define RUNTIME_RTMR 3
#define BOOT_DONE    "boot-mr-done"
#define SYSTEM_READY "system-ready"

/* After boot-mr-done a guest asks for its keys and learns which provider and image it has; after system-ready it runs the application. */
static const struct { const char *name; bool until_system_ready; } security_names[] = {
	{ "app-id", false }, { "compose-hash", false }, { "instance-id", false }, { "key-provider", true }, { "os-image-hash", true },
};
#define SECURITY_NAMES (sizeof security_names / sizeof security_names[0])

static_assert(SECURITY_NAMES == sizeof((ah_tdx_claims){ 0 }.security_events) / sizeof((ah_tdx_claims){ 0 }.security_events[0]), "room for each once");

/* SECURITY_NAMES for any other name. */
static size_t security_name_index(ah_slice name)
{
	size_t i = 0;
	while (i < SECURITY_NAMES && !ah_slice_is_text(name, security_names[i].name))
		i++;
	return i;
}

static bool is_boundary(ah_slice name)
{
	return ah_slice_is_text(name, BOOT_DONE) || ah_slice_is_text(name, SYSTEM_READY);
}

/* The name that the digest of an event of form V1 proves: up to the first colon. */
static ah_slice shortest_name(ah_slice name)
{
	size_t len = 0;
	while (len < name.len && name.ptr[len] != ':')
		len++;
	return ah_slice_sub(name, 0, len);
}

static bool is_ambiguous(const ah_event *event)
{
	ah_slice name = shortest_name(event->name);
	return event->is_runtime && !event->content_matches && (is_boundary(name) || security_name_index(name) != SECURITY_NAMES);
}

static void keep_event(ah_tdx_claims *claims, const ah_event *event)
{
	ah_tdx_security_event *kept = &claims->security_events[claims->security_event_count++];
	*kept = (ah_tdx_security_event){ .payload_total_len = event->content.len };
	kept->payload_len = event->content.len < sizeof kept->payload ? event->content.len : sizeof kept->payload;
	(void)snprintf(kept->name, sizeof kept->name, "%.*s", (int)event->name.len, (const char *)event->name.ptr);
	if (kept->payload_len != 0)
		memcpy(kept->payload, event->content.ptr, kept->payload_len);
}

/*
 * The leading events of RTMR3 with a proven name, up to system-ready. An event without one (another type, a name that V1 leaves open) might be the
 * boundary in disguise: neither type nor name of such an event is hashed. So nothing behind it counts.
 */
static ah_err collect_security_events(ah_tdx_claims *claims, const ah_event_log *log, ah_fault *why)
{
	bool seen[SECURITY_NAMES] = { false }, booted = false;
	for (size_t i = 0; i < log->count; i++) {
		const ah_event *event = &log->events[i];
		if (event->rtmr != RUNTIME_RTMR)
			continue;
		if (is_ambiguous(event))
			return ah_fault_at(why, AH_ERR_EVENT_LOG, STEP, event->off, "the digest also fits the shorter name %.*s",
			                   (int)shortest_name(event->name).len, (const char *)event->name.ptr);
		if (!event->is_runtime || !event->content_matches || ah_slice_is_text(event->name, SYSTEM_READY))
			return AH_OK;
		booted = booted || ah_slice_is_text(event->name, BOOT_DONE);
		size_t at = security_name_index(event->name);
		if (at == SECURITY_NAMES)
			continue;
		if (seen[at])
			return ah_fault_at(why, AH_ERR_EVENT_LOG, STEP, event->off, "%s stands twice before " SYSTEM_READY, security_names[at].name);
		seen[at] = true;
		if (!booted || security_names[at].until_system_ready)
			keep_event(claims, event);
	}
	return AH_OK;
}

/* The kernel's own extends of RTMR3 leave no entry in a CCEL; any other register that says something must be explained by the log. */
static bool may_be_left_out(const ah_event_log *log, size_t rtmr, ah_slice value)
{
	return ah_slice_is_zero(value) || (log->kind == AH_EVENT_LOG_CCEL && rtmr == RUNTIME_RTMR);
}

ah_err ah_event_log_bind(const ah_event_log *log, ah_tdx_claims *claims, ah_fault *why)
{
	ah_tdx_claims found = *claims;
	bool any = false;
	for (size_t i = 0; i < sizeof log->rtmr_used / sizeof log->rtmr_used[0]; i++) {
		found.rtmr_replayed[i] = log->rtmr_used[i] && ah_equal(AH_SLICE_OF(log->rtmr[i]), AH_SLICE_OF(claims->rtmr[i]));
		if (log->rtmr_used[i] && !found.rtmr_replayed[i])
			return ah_fault_set(why, AH_ERR_EVENT_LOG, STEP, "RTMR%zu does not replay to the value of the quote", i);
		if (!log->rtmr_used[i] && !may_be_left_out(log, i, AH_SLICE_OF(claims->rtmr[i])))
			return ah_fault_set(why, AH_ERR_EVENT_LOG, STEP, "the log has no event of RTMR%zu, which is not zero", i);
		any = any || log->rtmr_used[i];
	}
	if (!any)
		return ah_fault_set(why, AH_ERR_EVENT_LOG, STEP, "the log extends no register");
	found.has_event_log = true;
	found.event_count = log->count;
	found.security_event_count = 0;
	AH_TRY(collect_security_events(&found, log, why));
	*claims = found;
	return AH_OK;
}
