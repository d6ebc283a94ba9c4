/*
 * See sim_tdx.h: the event log of a simulated TD, in both forms that verifiers meet. The registers of the quote are its replay.
 *
 * The events are a short boot: configuration and ACPI tables into RTMR0, loader and kernel into RTMR1, command line into RTMR2, and runtime events
 * of the guest into RTMR3. Digests of ACPI tables are not those of what the log says beside them, as on real firmware.
 */
#include "attesters/sim_tdx.h"

#include "base/fault.h"
#include "base/limits.h"
#include "codec/json.h"

/* TCG PC Client Platform Firmware Profile, 10.4.1: event types. */
enum {
	EV_NO_ACTION = 3, EV_SEPARATOR = 4, EV_EVENT_TAG = 6, EV_PLATFORM_CONFIG_FLAGS = 10,
	EV_EFI_VARIABLE_DRIVER_CONFIG = (int)0x80000001, EV_EFI_ACTION = (int)0x80000007,
};
#define ALG_SHA384 0x000c
#define CCEL_END   UINT32_C(0xffffffff)

static ah_err append_le(ah_buf *out, uint64_t v, size_t len)
{
	for (size_t i = 0; i < len; i++)
		AH_TRY(ah_buf_append_byte(out, (uint8_t)(v >> (8 * i))));
	return AH_OK;
}

/* Form V1 of a runtime event: type || ":" || name || ":" || payload. */
static ah_err digest_of(uint8_t out[static AH_SHA384_LEN], ah_crypto *crypto, const ah_sim_event *event)
{
	static const uint8_t type[4] = { 0x01, 0x00, 0x00, 0x08 };
	if (event->type != AH_SIM_EVENT_RUNTIME)
		return ah_sha384(crypto, event->content, out);
	const ah_slice parts[] = { AH_SLICE_OF(type), AH_SLICE_LITERAL(":"), ah_slice_text(event->name), AH_SLICE_LITERAL(":"), event->content };
	return ah_hash(crypto, AH_SHA384, parts, sizeof parts / sizeof parts[0], out);
}

ah_err ah_sim_tdx_add_event(ah_sim_tdx *spec, unsigned rtmr, uint32_t type, const char *name, ah_slice content)
{
	if (spec->event_count == AH_SIM_EVENTS_MAX || rtmr > 3)
		return AH_ERR_LIMIT;
	ah_sim_event *event = &spec->events[spec->event_count++];
	*event = (ah_sim_event){ .rtmr = rtmr, .type = type, .name = name, .content = content };
	return digest_of(event->digest, spec->sim->crypto, event);
}

ah_err ah_sim_tdx_replay(ah_sim_tdx *spec)
{
	memset(spec->report + AH_SIM_TDX_RTMR, 0, 4 * AH_SHA384_LEN);
	for (size_t i = 0; i < spec->event_count; i++) {
		uint8_t *rtmr = spec->report + AH_SIM_TDX_RTMR + spec->events[i].rtmr * AH_SHA384_LEN, extended[AH_SHA384_LEN];
		const ah_slice parts[] = { ah_slice_make(rtmr, AH_SHA384_LEN), AH_SLICE_OF(spec->events[i].digest) };
		AH_TRY(ah_hash(spec->sim->crypto, AH_SHA384, parts, 2, extended));
		memcpy(rtmr, extended, sizeof extended);
	}
	return AH_OK;
}

ah_err ah__sim_tdx_fill_events(ah_sim_tdx *spec)
{
	static const struct {
		unsigned rtmr;
		uint32_t type;
		const char *name, *content;
	} boot[] = {
		{ 0, (uint32_t)EV_EFI_VARIABLE_DRIVER_CONFIG, "", "SecureBoot=1" },
		{ 0, EV_PLATFORM_CONFIG_FLAGS, "", "ACPI DATA" },
		{ 1, (uint32_t)EV_EFI_ACTION, "", "Calling EFI Application from Boot Option" },
		{ 2, EV_EVENT_TAG, "", "LOADED_IMAGE::LoadOptions" },
	};
	static const struct { const char *name, *content; } runtime[] = {
		{ "app-id", "anchorhold-simulated" }, { "compose-hash", "no compose file, simulated" }, { "instance-id", "simulated-instance" },
		{ "boot-mr-done", "" }, { "system-ready", "" },
	};
	for (size_t i = 0; i < sizeof boot / sizeof boot[0]; i++)
		AH_TRY(ah_sim_tdx_add_event(spec, boot[i].rtmr, boot[i].type, boot[i].name, ah_slice_text(boot[i].content)));
	/* What is measured is the table, not the words "ACPI DATA" that the log has in its place. */
	AH_TRY(ah_sha384(spec->sim->crypto, ah_slice_text("simulated ACPI tables"), spec->events[1].digest));
	AH_TRY(ah_sim_tdx_add_event(spec, 0, EV_SEPARATOR, "", AH_SLICE_LITERAL("\0\0\0\0")));
	AH_TRY(ah_sim_tdx_add_event(spec, 1, EV_SEPARATOR, "", AH_SLICE_LITERAL("\0\0\0\0")));
	for (size_t i = 0; i < sizeof runtime / sizeof runtime[0]; i++)
		AH_TRY(ah_sim_tdx_add_event(spec, 3, AH_SIM_EVENT_RUNTIME, runtime[i].name, ah_slice_text(runtime[i].content)));
	return AH_OK;
}

/* -- The forms -- */

ah_err ah__sim_tdx_put_log_json(ah_buf *out, const ah_sim_tdx *spec)
{
	ah_json_writer w;
	ah_json_writer_init(&w, out);
	ah_json_put_array_begin(&w);
	for (size_t i = 0; i < spec->event_count; i++) {
		const ah_sim_event *event = &spec->events[i];
		ah_json_put_object_begin(&w);
		ah_json_put_key(&w, "digest");
		ah_json_put_hex(&w, AH_SLICE_OF(event->digest));
		ah_json_put_key(&w, "event");
		ah_json_put_text(&w, event->name);
		ah_json_put_key(&w, "event_payload");
		ah_json_put_hex(&w, event->content);
		ah_json_put_key(&w, "event_type");
		ah_json_put_int(&w, event->type);
		ah_json_put_key(&w, "imr");
		ah_json_put_int(&w, event->rtmr);
		ah_json_put_object_end(&w);
	}
	ah_json_put_array_end(&w);
	return ah_json_writer_finish(&w);
}

/* TCG_EfiSpecIDEvent with one algorithm, in the old form of an event: its digest is of SHA-1's length. */
static ah_err put_spec_id(ah_buf *out)
{
	static const uint8_t zeros[20];
	AH_TRY(append_le(out, 0, 4));
	AH_TRY(append_le(out, EV_NO_ACTION, 4));
	AH_TRY(ah_buf_append(out, AH_SLICE_OF(zeros)));
	AH_TRY(append_le(out, 16 + 4 + 4 + 4 + 4 + 1, 4));
	AH_TRY(ah_buf_append(out, ah_slice_make("Spec ID Event03", 16)));
	AH_TRY(append_le(out, 0, 4));          /* platform class: client */
	AH_TRY(append_le(out, 0x02000200, 4)); /* version 2.0, errata 0, UINTN of 8 bytes */
	AH_TRY(append_le(out, 1, 4));
	AH_TRY(append_le(out, ALG_SHA384, 2));
	AH_TRY(append_le(out, AH_SHA384_LEN, 2));
	return append_le(out, 0, 1);           /* no vendor information */
}

/* The firmware's events alone: what the guest extends into RTMR3 leaves no entry in the CCEL. Index 0 of the log is MRTD. */
ah_err ah__sim_tdx_put_log_ccel(ah_buf *out, const ah_sim_tdx *spec)
{
	AH_TRY(put_spec_id(out));
	for (size_t i = 0; i < spec->event_count; i++) {
		const ah_sim_event *event = &spec->events[i];
		if (event->type == AH_SIM_EVENT_RUNTIME)
			continue;
		AH_TRY(append_le(out, event->rtmr + 1, 4));
		AH_TRY(append_le(out, event->type, 4));
		AH_TRY(append_le(out, 1, 4));
		AH_TRY(append_le(out, ALG_SHA384, 2));
		AH_TRY(ah_buf_append(out, AH_SLICE_OF(event->digest)));
		AH_TRY(append_le(out, event->content.len, 4));
		AH_TRY(ah_buf_append(out, event->content));
	}
	return append_le(out, CCEL_END, 4);
}
