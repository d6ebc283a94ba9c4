/*
 * Compact JWS (RFC 7515): trust bundles, workload manifests, and any other token. Header and payload are decoded and shown, the signature is not looked at.
 *
 * What a careless verifier would follow is pointed out: an algorithm that the token chooses, a key that it brings along, an extension that it demands.
 */
#include "apps/cli/inspect.h"

#include "codec/text.h"
#include "policy/bundle.h"
#include "policy/manifest.h"
#include "policy/policy.h"

#include <stdio.h>
#include <strings.h>

#define NO_BYTES ((ah_slice){ NULL, 0 })

/* -- Three parts -- */

enum { PART_HEADER, PART_PAYLOAD, PART_SIGNATURE, PART_COUNT };
typedef struct parts { ah_slice part[PART_COUNT]; } parts;
typedef struct decoded { ah_buf part[PART_COUNT]; } decoded;

static void decoded_auto(decoded *d)
{
	for (size_t i = 0; i < PART_COUNT; i++)
		ah_buf_free(&d->part[i]);
}

static bool is_base64url(uint8_t byte)
{
	return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '-' || byte == '_' || byte == '=';
}

/* Parts may be empty, as the signature of alg none is, and padded: a token that is wrong is one to be looked at. */
static bool split(parts *out, ah_slice in)
{
	size_t start = 0, count = 0;
	if (in.len > 0 && in.ptr[in.len - 1] == '\n')
		in.len--;
	for (size_t i = 0; i <= in.len; i++) {
		if (i < in.len && in.ptr[i] != '.') {
			if (!is_base64url(in.ptr[i]))
				return false;
			continue;
		}
		if (count == PART_COUNT)
			return false;
		out->part[count++] = ah_slice_sub(in, start, i - start);
		start = i + 1;
	}
	return count == PART_COUNT;
}

/* base64url of "{" followed by what may follow it in JSON begins with ey (quote, brace) or ew, eA, eQ (white space). */
bool is_jws(ah_slice in)
{
	parts p;
	if (!split(&p, in) || p.part[PART_HEADER].len < 2 || p.part[PART_HEADER].ptr[0] != 'e')
		return false;
	uint8_t second = p.part[PART_HEADER].ptr[1];
	return second == 'y' || second == 'w' || second == 'A' || second == 'Q' || second == '3';
}

/* -- Header -- */

/* Members that make a verifier do what the sender wants. RFC 8725 says of each why it is not to be followed. */
static const struct { const char *member, *warning; } dangers[] = {
	{ "b64", "RFC 7797: the payload is not what is signed; refused" },
	{ "crit", "demands extensions that must be understood; this release knows none and refuses" },
	{ "jku", "names a place to fetch the key from: whoever writes the token would choose its key" },
	{ "jwk", "brings its own key along: whoever writes the token would choose its key" },
	{ "x5c", "brings its own certificates along: a chain proves nothing without a root that you chose" },
	{ "x5t", "names a certificate; it is not looked at" },
	{ "x5t#S256", "names a certificate; it is not looked at" },
	{ "x5u", "names a place to fetch certificates from: whoever writes the token would choose its key" },
	{ "zip", "the payload is compressed; refused" },
	{ "enc", "this says that it is encrypted; a signed token has no such member" },
};

static void list_algorithm(listing *l, ah_slice raw)
{
	bool is_text = raw.len >= 2 && raw.ptr[0] == '"';
	ah_slice alg = is_text ? ah_slice_sub(raw, 1, raw.len - 2) : raw;
	if (is_text && alg.len == 4 && strncasecmp((const char *)alg.ptr, "none", 4) == 0)
		list_row(l, NO_BYTES, "warning", "alg none: nobody signed this, anyone can write it");
	else if (is_text && alg.len == 5 && strncasecmp((const char *)alg.ptr, "HS", 2) == 0)
		list_row(l, NO_BYTES, "warning", "alg HS..: whoever can verify this can also make it; a public key must never be its key");
	else if (!ah_slice_is_text(alg, "EdDSA"))
		list_row(l, NO_BYTES, "warning", "alg is not EdDSA, the only one that this release verifies");
}

/* A row for each dangerous member. header: decoded. */
static void list_dangers(listing *l, ah_slice header)
{
	ah_json j;
	ah_slice key;
	bool has_alg = false;
	if (ah_json_open(&j, header, AH_JSON_VENDOR, NULL) != AH_OK || ah_json_peek(&j) != AH_JSON_OBJECT)
		return;
	ah_json_object_begin(&j);
	while (ah_json_next_member(&j, &key)) {
		ah_slice raw = ah_json_raw(&j);
		for (size_t i = 0; i < sizeof dangers / sizeof dangers[0]; i++)
			if (ah_slice_is_text(key, dangers[i].member))
				list_row(l, NO_BYTES, "warning", "%s %s", dangers[i].member, dangers[i].warning);
		if (ah_slice_is_text(key, "alg")) {
			has_alg = true;
			list_algorithm(l, raw);
		}
	}
	if (!has_alg)
		list_row(l, NO_BYTES, "warning", "no alg: the header does not say how this is signed");
}

/* True when the decoded header has this typ. */
static bool has_typ(ah_slice header, const char *typ)
{
	ah_json j;
	ah_slice key;
	bool found = false;
	if (ah_json_open(&j, header, AH_JSON_VENDOR, NULL) != AH_OK || ah_json_peek(&j) != AH_JSON_OBJECT)
		return false;
	ah_json_object_begin(&j);
	while (ah_json_next_member(&j, &key)) {
		ah_slice raw = ah_json_raw(&j);
		bool is_text = raw.len >= 2 && raw.ptr[0] == '"';
		found = found || (is_text && ah_slice_is_text(key, "typ") && ah_slice_is_text(ah_slice_sub(raw, 1, raw.len - 2), typ));
	}
	return found;
}

/* -- Payload -- */

/* RFC 7519 4.1: numbers that are times. */
static void list_times(listing *l, ah_slice payload)
{
	static const char *const names[] = { "exp", "iat", "nbf" };
	ah_json j;
	ah_slice key;
	if (ah_json_open(&j, payload, AH_JSON_VENDOR, NULL) != AH_OK || ah_json_peek(&j) != AH_JSON_OBJECT)
		return;
	ah_json_object_begin(&j);
	while (ah_json_next_member(&j, &key)) {
		bool is_time = false;
		for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
			is_time = is_time || ah_slice_is_text(key, names[i]);
		if (!is_time || ah_json_peek(&j) != AH_JSON_INTEGER) {
			(void)ah_json_raw(&j);
			continue;
		}
		int64_t t_s = ah_json_int(&j);
		char text[21], label[16];
		(void)snprintf(label, sizeof label, "%.*s as a time", (int)key.len, (const char *)key.ptr);
		if (t_s >= 0 && t_s <= INT64_C(253402300799)) {
			ah_time_format(text, t_s);
			list_row(l, NO_BYTES, label, "%s", text);
		}
	}
}

/* A JSON part by its own inspector, other bytes as they are; adopted rows have no place in the token. */
static void list_part(listing *l, ah_slice bytes, bool is_payload)
{
	AH_AUTO(listing) inner = LISTING(bytes);
	ah_json j;
	bool is_json = ah_json_open(&j, bytes, AH_JSON_VENDOR, NULL) == AH_OK;
	if (is_json && is_payload && json_says(bytes, AH_POLICY_SCHEMA))
		inspect_json(&inner);
	else if (is_json || !is_payload)
		list_json(&inner, AH_JSON_VENDOR, SIZE_MAX);
	else
		list_row(&inner, bytes, "bytes, no JSON", "%s", "");
	list_adopt(l, &inner);
}

/* One part: decoded into *out, shown below its row. False when it is not base64url. */
static bool list_encoded(listing *l, ah_buf *out, ah_slice part, const char *label)
{
	*out = AH_BUF(AH_EVIDENCE_MAX);
	ah_err err = ah_base64url_decode(out, part);
	if (err == AH_ERR_NOMEM && l->err == AH_OK)
		l->err = err;
	list_open(l, part, label, "%zu characters of base64url", part.len);
	if (part.len == 0)
		list_fault(l, AH_ERR_FORMAT, list_offset(l, part), "%s: empty", label);
	else if (err != AH_OK)
		list_fault(l, AH_ERR_FORMAT, list_offset(l, part), "%s: no base64url without padding", label);
	return err == AH_OK && part.len > 0;
}

static void list_signature(listing *l, ah_slice signature)
{
	AH_AUTO(listing) inner = LISTING(signature);
	list_row(&inner, signature, "bytes", "%zu", signature.len);
	list_adopt(l, &inner);
}

static const char *kind_of(ah_slice header, ah_slice payload)
{
	if (has_typ(header, AH_BUNDLE_TYP))
		return "trust bundle (JWS); its signature was not verified";
	if (has_typ(header, AH_MANIFEST_TYP) || json_says(payload, AH_MANIFEST_SCHEMA))
		return "workload manifest (JWS); its signature was not verified";
	return "token (JWS); its signature was not verified";
}

void inspect_jws(listing *l)
{
	static const char *const labels[PART_COUNT] = { "header", "payload", "signature" };
	AH_AUTO(decoded) d = { .part[PART_HEADER] = AH_BUF(0) };
	parts p;
	if (!split(&p, l->in)) {
		list_fault(l, AH_ERR_FORMAT, AH_NO_OFFSET, "no compact JWS: three parts of base64url with dots between");
		return;
	}
	list_row(l, NO_BYTES, "verified", "no: decoded and shown, nothing else; anchorhold bundle verify and manifest verify judge signatures");
	for (size_t i = 0; i < PART_COUNT; i++) {
		bool is_decoded = list_encoded(l, &d.part[i], p.part[i], labels[i]);
		ah_slice bytes = ah_buf_slice(&d.part[i]);
		if (is_decoded && i == PART_SIGNATURE)
			list_signature(l, bytes);
		else if (is_decoded)
			list_part(l, bytes, i == PART_PAYLOAD);
		if (is_decoded && i == PART_HEADER)
			list_dangers(l, bytes);
		if (is_decoded && i == PART_PAYLOAD)
			list_times(l, bytes);
		list_close(l);
	}
	l->kind = kind_of(ah_buf_slice(&d.part[PART_HEADER]), ah_buf_slice(&d.part[PART_PAYLOAD]));
}
