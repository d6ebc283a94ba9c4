/* See pin.h, and ah_pin_from_verdict() in anchorhold/saved.h. */
#include "policy/pin.h"

#include "base/fault.h"
#include "codec/text.h"
#include "policy/json_put.h"
#include "policy/judge.h"
#include <anchorhold/saved.h>

#define STEP   "pin.read"
#define SCHEMA "anchorhold.pin/v1"

/*
 * What stands for the code, sorted by name. Left out is what differs between two runs of the same code: PCR3 and PCR4 of Nitro are the role and the
 * instance of the parent, RTMR3 of TDX is extended while the guest runs.
 */
static const char *const measurement_names[][AH_PIN_MEASUREMENTS_MAX] = {
	[AH_PLATFORM_NONE] = { NULL },
	[AH_PLATFORM_NITRO] = { "pcr0", "pcr1", "pcr2", "pcr8" }, /* pcr8: whose key signed the image; zero when nobody's */
	[AH_PLATFORM_SNP] = { "id_key_digest", "measurement" },   /* id_key_digest: whose key signed the launch; zero when nobody's */
	[AH_PLATFORM_TDX] = { "mrtd", "rtmr0", "rtmr1", "rtmr2" },
};

static const char *const key_names[AH_PIN_KEYS] = {
	[AH_PIN_RELEASE_ROOT] = "release_root", /* whose trust bundle allowed it */
	[AH_PIN_ROOT_SHA256] = "root_sha256",   /* the one that is always known */
	[AH_PIN_SERVICE_KEY] = "service_key",
	[AH_PIN_TLS_SPKI_SHA256] = "tls_spki_sha256",
	[AH_PIN_WORKLOAD_IDENTITY_TAG] = "workload_identity_tag",
};
#define KEY_LEN 32

/* -- from a verdict -- */

static void set(ah_pin_value *value, ah_slice bytes)
{
	assert(bytes.len != 0 && bytes.len <= sizeof value->bytes);
	value->known = true;
	value->len = bytes.len;
	memcpy(value->bytes, bytes.ptr, bytes.len);
}

static void set_pcr(ah_pin_value *value, const ah_nitro_claims *nitro, unsigned pcr)
{
	if ((nitro->pcr_mask >> pcr & 1) != 0)
		set(value, ah_slice_sub(AH_SLICE_OF(nitro->pcrs[pcr]), 0, nitro->pcr_len[pcr]));
}

static void set_measurements(ah_pin *pin, const ah_claims *claims)
{
	ah_pin_value *m = pin->measurements;
	switch (claims->platform) {
	case AH_PLATFORM_NITRO:
		for (unsigned i = 0; i < 3; i++)
			set_pcr(&m[i], &claims->of.nitro, i);
		set_pcr(&m[3], &claims->of.nitro, 8);
		break;
	case AH_PLATFORM_SNP:
		set(&m[0], AH_SLICE_OF(claims->of.snp.id_key_digest));
		set(&m[1], AH_SLICE_OF(claims->of.snp.measurement));
		break;
	case AH_PLATFORM_TDX:
		set(&m[0], AH_SLICE_OF(claims->of.tdx.mrtd));
		for (unsigned i = 0; i < 3; i++)
			set(&m[1 + i], AH_SLICE_OF(claims->of.tdx.rtmr[i]));
		break;
	case AH_PLATFORM_NONE: break;
	}
}

/* Only what is proven is pinned: keys of an envelope whose binding held, of an event that the attestation vouches for, of a bundle that verified. */
static void describe(ah_pin *pin, const ah_verdict *v)
{
	*pin = (ah_pin){ .platform = v->claims->platform };
	set_measurements(pin, v->claims);
	set(&pin->keys[AH_PIN_ROOT_SHA256], AH_SLICE_OF(v->claims->root_sha256));
	if (v->has_bundle)
		set(&pin->keys[AH_PIN_RELEASE_ROOT], AH_SLICE_OF(v->bundle.root));
	if (v->has_event)
		set(&pin->keys[AH_PIN_SERVICE_KEY], AH_SLICE_OF(v->event.pubkey));
	if (!v->has_envelope)
		return;
	if (v->envelope.has_service_key)
		set(&pin->keys[AH_PIN_SERVICE_KEY], AH_SLICE_OF(v->envelope.service_key));
	if (v->envelope.has_tls_spki)
		set(&pin->keys[AH_PIN_TLS_SPKI_SHA256], AH_SLICE_OF(v->envelope.tls_spki_sha256));
	if (v->envelope.has_tag)
		set(&pin->keys[AH_PIN_WORKLOAD_IDENTITY_TAG], AH_SLICE_OF(v->envelope.tag));
}

/* -- reading -- */

static ah_err invalid(ah_fault *why, size_t off, const char *member, const char *what)
{
	return ah_fault_at(why, AH_ERR_PIN_INVALID, STEP, off, "%s: %s", member, what);
}

/* null where it may be unknown, else hex of a length that the member can have. */
static ah_err take_value(ah_json *j, ah_pin_value *value, const char *name, bool is_key, ah_fault *why)
{
	size_t off = ah_json_pos(j);
	if (ah_json_peek(j) == AH_JSON_NULL) {
		(void)ah_json_raw(j);
		return AH_OK;
	}
	if (ah_json_peek(j) != AH_JSON_STRING)
		return invalid(why, off, name, "neither hex nor null");
	ah_slice text = ah_json_string_raw(j);
	bool fits = is_key ? text.len == (size_t)2 * KEY_LEN : text.len == 64 || text.len == 96 || text.len == 128;
	if (!fits || ah_hex_decode_exact(value->bytes, text.len / 2, text) != AH_OK)
		return invalid(why, off, name, is_key ? "not 64 lowercase hex digits" : "not lowercase hex of 32, 48 or 64 bytes");
	value->known = true;
	value->len = text.len / 2;
	return AH_OK;
}

/* The names of the measurements are known once the platform is, so their object is read last. */
static ah_err take_measurements(ah_pin *pin, ah_slice object, size_t off, ah_fault *why)
{
	static_assert(AH_PIN_MEASUREMENTS_MAX < 8, "a bit for each in `seen`");
	const char *const *names = measurement_names[pin->platform];
	unsigned seen = 0, wanted = 0;
	ah_json j;
	ah_slice key;
	AH_TRY(ah_json_open(&j, object, AH_JSON_OURS, why));
	if (ah_json_peek(&j) != AH_JSON_OBJECT)
		return invalid(why, off, "measurements", "no object");
	for (unsigned i = 0; i < AH_PIN_MEASUREMENTS_MAX && names[i] != NULL; i++)
		wanted |= 1u << i;
	ah_json_object_begin(&j);
	while (ah_json_next_member(&j, &key)) {
		unsigned i = 0;
		while (i < AH_PIN_MEASUREMENTS_MAX && names[i] != NULL && !ah_slice_is_text(key, names[i]))
			i++;
		if ((wanted >> i & 1) == 0)
			return invalid(why, off + ah_json_pos(&j), "measurements", "a member that the platform does not have");
		ah_err err = take_value(&j, &pin->measurements[i], names[i], false, why);
		if (err != AH_OK)
			return ah_fault_shift(why, off, err);
		seen |= 1u << i;
	}
	if (seen != wanted)
		return invalid(why, off, "measurements", "a member is missing");
	return ah_json_finish(&j, why);
}

static ah_err take_platform(ah_json *j, ah_pin *pin, ah_fault *why)
{
	size_t off = ah_json_pos(j);
	ah_slice text = ah_json_raw(j);
	for (unsigned id = AH_PLATFORM_NITRO; id <= AH_PLATFORM_TDX; id++) {
		ah_slice name = ah_slice_text(ah_platform_name((ah_platform_id)id));
		if (text.len == name.len + 2 && text.ptr[0] == '"' && ah_slice_is(ah_slice_sub(text, 1, name.len), name))
			pin->platform = (ah_platform_id)id;
	}
	return pin->platform != AH_PLATFORM_NONE ? AH_OK : invalid(why, off, "platform", "not nitro, sev-snp or tdx");
}

static ah_err take_document(ah_pin *pin, ah_json *j, ah_fault *why)
{
	ah_slice key, measurements = { NULL, 0 };
	size_t measurements_off = 0;
	unsigned seen = 0;
	bool has_schema = false;
	if (ah_json_peek(j) != AH_JSON_OBJECT)
		return invalid(why, ah_json_pos(j), "document", "no object");
	ah_json_object_begin(j);
	while (ah_json_next_member(j, &key)) {
		size_t off = ah_json_pos(j);
		unsigned i = 0;
		while (i < AH_PIN_KEYS && !ah_slice_is_text(key, key_names[i]))
			i++;
		if (i < AH_PIN_KEYS) {
			AH_TRY(take_value(j, &pin->keys[i], key_names[i], true, why));
			seen |= 1u << i;
		} else if (ah_slice_is_text(key, "platform")) {
			AH_TRY(take_platform(j, pin, why));
		} else if (ah_slice_is_text(key, "measurements")) {
			measurements = ah_json_raw(j);
			measurements_off = off;
		} else if (ah_slice_is_text(key, "schema")) {
			has_schema = ah_slice_is_text(ah_json_raw(j), "\"" SCHEMA "\"");
			if (!has_schema)
				return invalid(why, off, "schema", "not " SCHEMA);
		} else {
			return invalid(why, off, "document", "a member that this release does not know");
		}
	}
	for (unsigned i = 0; i < AH_PIN_KEYS; i++)
		if ((seen >> i & 1) == 0)
			return invalid(why, 0, key_names[i], "missing");
	if (!has_schema || pin->platform == AH_PLATFORM_NONE || measurements.len == 0)
		return invalid(why, 0, !has_schema ? "schema" : pin->platform == AH_PLATFORM_NONE ? "platform" : "measurements", "missing");
	if (!pin->keys[AH_PIN_ROOT_SHA256].known)
		return invalid(why, 0, "root_sha256", "null");
	return take_measurements(pin, measurements, measurements_off, why);
}

ah_err ah__pin_parse(ah_pin *out, ah_slice json, ah_fault *why)
{
	ah_json j;
	ah_pin pin = { .platform = AH_PLATFORM_NONE };
	ah_fault inner = { .offset = AH_NO_OFFSET };
	if (json.len > AH_PIN_MAX)
		return ah_fault_set(why, AH_ERR_PIN_INVALID, STEP, "document: %zu bytes, at most %d", json.len, AH_PIN_MAX);
	ah_err err = ah_json_open(&j, json, AH_JSON_OURS, &inner);
	if (err == AH_OK)
		err = take_document(&pin, &j, &inner);
	if (err == AH_OK)
		err = ah_json_finish(&j, &inner);
	if (err == AH_ERR_NOMEM)
		return ah_fault_set(why, err, STEP, "no memory");
	if (err == AH_ERR_PIN_INVALID)
		return ah_fault_at(why, err, STEP, inner.offset, "%s", inner.detail);
	if (err != AH_OK)
		return ah_fault_at(why, AH_ERR_PIN_INVALID, STEP, inner.offset, "document: %s: %.60s", ah_err_name(err), inner.detail);
	*out = pin;
	return AH_OK;
}

ah_err ah__pin_check(const ah_slice *pin, ah_fault *why)
{
	ah_pin ignored;
	return pin == NULL || pin->len == 0 ? AH_OK : ah__pin_parse(&ignored, *pin, why);
}

/* -- writing: what is read above, member for member -- */

static void put_value(ah_json_writer *w, const char *name, const ah_pin_value *value)
{
	if (value->known)
		put_member_hex(w, name, ah_slice_make(value->bytes, value->len));
	else
		put_member_null(w, name);
}

void ah__pin_put(ah_json_writer *w, const ah_pin *pin)
{
	const char *const *names = measurement_names[pin->platform];
	ah_json_put_object_begin(w);
	ah_json_put_key(w, "measurements");
	ah_json_put_object_begin(w);
	for (unsigned i = 0; i < AH_PIN_MEASUREMENTS_MAX && names[i] != NULL; i++)
		put_value(w, names[i], &pin->measurements[i]);
	ah_json_put_object_end(w);
	put_member(w, "platform", ah_platform_name(pin->platform));
	put_value(w, key_names[AH_PIN_RELEASE_ROOT], &pin->keys[AH_PIN_RELEASE_ROOT]);
	put_value(w, key_names[AH_PIN_ROOT_SHA256], &pin->keys[AH_PIN_ROOT_SHA256]);
	put_member(w, "schema", SCHEMA);
	put_value(w, key_names[AH_PIN_SERVICE_KEY], &pin->keys[AH_PIN_SERVICE_KEY]);
	put_value(w, key_names[AH_PIN_TLS_SPKI_SHA256], &pin->keys[AH_PIN_TLS_SPKI_SHA256]);
	put_value(w, key_names[AH_PIN_WORKLOAD_IDENTITY_TAG], &pin->keys[AH_PIN_WORKLOAD_IDENTITY_TAG]);
	ah_json_put_object_end(w);
}

ah_err ah_pin_from_verdict(char **text, size_t *len, const ah_verdict *verdict, ah_fault *why)
{
	if (verdict->err != AH_OK)
		return ah_fault_set(why, AH_ERR_ARGUMENT, "pin", "the verdict is %s: nothing was accepted that could be pinned", ah_result_name(verdict->result));
	AH_AUTO(ah_buf) out = AH_BUF(AH_PIN_MAX);
	ah_json_writer w;
	ah_pin pin;
	describe(&pin, verdict);
	ah_json_writer_init(&w, &out);
	ah__pin_put(&w, &pin);
	AH_TRY(ah_json_writer_finish(&w));
	return ah__text_from_buf(text, len, &out);
}

/* -- the row -- */

static bool equal(const ah_pin_value *a, const ah_pin_value *b)
{
	return a->known == b->known && ah_equal(ah_slice_make(a->bytes, a->len), ah_slice_make(b->bytes, b->len));
}

static void show(char out[static AH_CHECK_TEXT_MAX], const char *name, const ah_pin_value *value)
{
	static const char digits[] = "0123456789abcdef";
	int used = snprintf(out, AH_CHECK_TEXT_MAX, "%s %s", name, value->known ? "" : "unknown");
	size_t at = used > 0 ? (size_t)used : 0;
	for (size_t i = 0; value->known && i < value->len && at + 4 < AH_CHECK_TEXT_MAX; i++) {
		out[at++] = digits[value->bytes[i] >> 4];
		out[at++] = digits[value->bytes[i] & 15];
	}
	out[at] = '\0';
}

/* True when equal; else the row names this member. */
static bool compare(ah_judge *j, const char *name, const ah_pin_value *got, const ah_pin_value *wanted)
{
	char text[AH_CHECK_TEXT_MAX];
	if (equal(got, wanted))
		return true;
	show(text, name, got);
	ah_check_got(j->log, AH_CHECK_PIN, "%s", text);
	show(text, name, wanted);
	ah_check_wanted(j->log, AH_CHECK_PIN, "%s", text);
	return false;
}

/* The first member that differs decides and is named: code before keys, as another code explains other keys. */
static bool is_pinned(ah_judge *j, const ah_pin *got, const ah_pin *wanted)
{
	if (got->platform != wanted->platform) {
		ah_check_got(j->log, AH_CHECK_PIN, "platform %s", ah_platform_name(got->platform));
		ah_check_wanted(j->log, AH_CHECK_PIN, "platform %s", ah_platform_name(wanted->platform));
		return false;
	}
	const char *const *names = measurement_names[got->platform];
	for (unsigned i = 0; i < AH_PIN_MEASUREMENTS_MAX && names[i] != NULL; i++)
		if (!compare(j, names[i], &got->measurements[i], &wanted->measurements[i]))
			return false;
	for (unsigned i = 0; i < AH_PIN_KEYS; i++)
		if (!compare(j, key_names[i], &got->keys[i], &wanted->keys[i]))
			return false;
	return true;
}

void ah__judge_pin(ah_judge *j)
{
	const ah_slice *given = j->asked->pin;
	ah_pin got, wanted = { .platform = AH_PLATFORM_NONE };
	if (given == NULL)
		return;
	if (given->len == 0) {
		ah_check_skip(j->log, AH_CHECK_PIN, "recorded at first use");
		return;
	}
	/* It was parsed before (door.c), so that only memory can be missing here; then there is no verdict. */
	ah_err err = ah__pin_parse(&wanted, *given, j->why);
	if (err != AH_OK) {
		j->err = err;
		return;
	}
	describe(&got, j->verdict);
	ah__judge(j, AH_CHECK_PIN, is_pinned(j, &got, &wanted), AH_ERR_PIN);
}
