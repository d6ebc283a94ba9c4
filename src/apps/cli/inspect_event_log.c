/* Event logs: one row per event, with what its digest would prove if its register were that of a verified quote. */
#include "apps/cli/inspect.h"

#include "crypto/crypto.h"
#include "platforms/tdx/event_log.h"

#include <inttypes.h>
#include <stdio.h>

#define NO_BYTES ((ah_slice){ NULL, 0 })
#define CONTENT_SHOWN 32

/* The type, the first digest of zeros and the size of a Spec ID event, then its text: where a CCEL begins. */
#define SPEC_ID_OFF 32

bool is_ccel(ah_slice in)
{
	static const char spec_id[] = "Spec ID Event";
	size_t len = sizeof spec_id - 1;
	return in.len >= SPEC_ID_OFF + len && ah_slice_is_text(ah_slice_sub(in, SPEC_ID_OFF, len), spec_id);
}

/* A member of the first object that the text begins with, or that is the first element of its array. Any text that is no JSON has none. */
static bool has_member(ah_slice in, ah_json_type outer, const char *name)
{
	ah_json j;
	ah_slice key;
	bool found = false;
	if (ah_json_open(&j, in, AH_JSON_VENDOR, NULL) != AH_OK || ah_json_peek(&j) != outer)
		return false;
	if (outer == AH_JSON_ARRAY) {
		ah_json_array_begin(&j);
		if (!ah_json_next_element(&j) || ah_json_peek(&j) != AH_JSON_OBJECT)
			return false;
	}
	ah_json_object_begin(&j);
	while (!found && ah_json_next_member(&j, &key)) {
		found = ah_slice_is_text(key, name);
		(void)ah_json_raw(&j);
	}
	return found;
}

bool is_json_log(ah_slice in) { return has_member(in, AH_JSON_ARRAY, "imr"); }
bool is_collateral(ah_slice in) { return has_member(in, AH_JSON_OBJECT, "tcb_info") && has_member(in, AH_JSON_OBJECT, "qe_identity"); }
bool is_guest_report(ah_slice in) { return has_member(in, AH_JSON_OBJECT, "quote") && has_member(in, AH_JSON_OBJECT, "event_log"); }

/* -- Events -- */

/* TCG PC Client Platform Firmware Profile, 10.4.1. */
static const struct { uint32_t type; const char *name; } type_names[] = {
	{ 0x00000003, "EV_NO_ACTION" },
	{ 0x00000004, "EV_SEPARATOR" },
	{ 0x00000005, "EV_ACTION" },
	{ 0x00000006, "EV_EVENT_TAG" },
	{ 0x00000008, "EV_S_CRTM_VERSION" },
	{ 0x0000000a, "EV_PLATFORM_CONFIG_FLAGS" },
	{ 0x0000000d, "EV_IPL" },
	{ AH_EVENT_TYPE_RUNTIME, "runtime event" },
	{ 0x80000001, "EV_EFI_VARIABLE_DRIVER_CONFIG" },
	{ 0x80000002, "EV_EFI_VARIABLE_BOOT" },
	{ 0x80000003, "EV_EFI_BOOT_SERVICES_APPLICATION" },
	{ 0x80000006, "EV_EFI_GPT_EVENT" },
	{ 0x80000007, "EV_EFI_ACTION" },
	{ 0x80000008, "EV_EFI_PLATFORM_FIRMWARE_BLOB" },
	{ 0x80000009, "EV_EFI_HANDOFF_TABLES" },
	{ 0x8000000a, "EV_EFI_PLATFORM_FIRMWARE_BLOB2" },
	{ 0x8000000b, "EV_EFI_HANDOFF_TABLES2" },
	{ 0x800000e0, "EV_EFI_VARIABLE_AUTHORITY" },
};

static const char *type_name(uint32_t type)
{
	for (size_t i = 0; i < sizeof type_names / sizeof type_names[0]; i++)
		if (type_names[i].type == type)
			return type_names[i].name;
	return "unknown type";
}

static void format_hex(char out[static 2 * CONTENT_SHOWN + 3], ah_slice bytes)
{
	size_t shown = bytes.len < CONTENT_SHOWN ? bytes.len : CONTENT_SHOWN;
	out[0] = '\0';
	for (size_t i = 0; i < shown; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", bytes.ptr[i]);
	if (shown < bytes.len)
		(void)snprintf(out + 2 * shown, 3, "..");
}

static void list_event(listing *l, const ah_event_log *log, size_t index)
{
	const ah_event *event = &log->events[index];
	char label[64], digest[2 * CONTENT_SHOWN + 3], content[2 * CONTENT_SHOWN + 3], where[16] = "not extended";
	if (event->rtmr >= 0)
		(void)snprintf(where, sizeof where, "RTMR%d", event->rtmr);
	(void)snprintf(label, sizeof label, "[%zu] %s %s", index, where, type_name(event->type));
	format_hex(digest, AH_SLICE_OF(event->digest));
	format_hex(content, event->content);
	/* A row with its place, but without its bytes below it: one line. */
	list_open(l, ah_slice_sub(l->in, event->off, event->len), label, "%s; type 0x%08" PRIx32 "; digest %.16s..; name \"%.*s\"; %zu bytes %s",
	          ah_event_label_name(ah_event_label_of(log, event, true)), event->type, digest, (int)event->name.len, (const char *)event->name.ptr,
	          event->content.len, content);
	list_close(l);
}

static void list_log(listing *l, const ah_event_log *log)
{
	list_row(l, NO_BYTES, "events", "%zu", log->count);
	if (log->unknown_members != 0)
		list_row(l, NO_BYTES, "unknown members", "%zu, skipped", log->unknown_members);
	list_row(l, NO_BYTES, "labels", "%s", "what each event is if its register is that of a verified quote; until then all of it is untrusted_text");
	for (size_t i = 0; i < log->count; i++)
		list_event(l, log, i);
	for (size_t i = 0; i < sizeof log->rtmr / sizeof log->rtmr[0]; i++) {
		char label[32], hex[97] = "";
		(void)snprintf(label, sizeof label, "RTMR%zu by these events", i);
		for (size_t k = 0; k < sizeof log->rtmr[i]; k++)
			(void)snprintf(hex + 2 * k, 3, "%02x", log->rtmr[i][k]);
		list_row(l, NO_BYTES, label, "%s", log->rtmr_used[i] ? hex : "not extended");
	}
}

void inspect_event_log(listing *l)
{
	AH_AUTO_PTR(ah_crypto) crypto = NULL;
	AH_AUTO_PTR(ah_event_log) log = NULL;
	ah_fault broken = { .offset = AH_NO_OFFSET };
	l->kind = is_ccel(l->in) ? "event log (CCEL)" : "event log (JSON)";
	ah_err err = ah_crypto_new(&crypto, NULL);
	if (err == AH_OK)
		err = ah_event_log_survey(&log, &broken, crypto, l->in);
	if (err != AH_OK) {
		l->err = l->err == AH_OK ? err : l->err;
		return;
	}
	list_log(l, log);
	if (broken.err != AH_OK)
		list_fault(l, broken.err, broken.offset, "%.90s", broken.detail);
}

/* -- The report of a guest -- */

void inspect_guest_report(listing *l)
{
	inspect_json(l);
	l->kind = "report of a guest: JSON around a quote and an event log";
	list_row(l, NO_BYTES, "quote", "%s", "take it out before it is judged: jq -r .quote REPORT > quote.hex");
	list_row(l, NO_BYTES, "event log", "%s", "take it out before it is replayed: jq -r .event_log REPORT > events.json");
}
