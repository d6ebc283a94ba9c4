/* Workload manifests: see manifest.h; docs/protocol/manifest.md describes every member. */
#include "policy/manifest.h"

#include "base/fault.h"
#include "codec/json.h"
#include "crypto/ed25519.h"
#include "evidence/verifier.h"

#define STEP        "manifest"
#define HEADER_STEP "manifest.header"
#define TEXT_MAX    128
#define DIGEST_HEX  64
#define DIGEST_MARK "sha256:"

void ah_manifest_free(ah_manifest *manifest)
{
	ah_jws_free(&manifest->jws);
	manifest->says = (ah_manifest_info){ .workload = "" };
}

/* -- the payload -- */

static ah_err malformed(ah_fault *why, size_t off, const char *member, const char *what)
{
	return ah_fault_at(why, AH_ERR_MANIFEST_MALFORMED, STEP, off, "%s: %s", member, what);
}

/* A text without an escape; nothing is copied that is not printable ASCII. */
static ah_err take_text(ah_json *j, const char *member, char *out, size_t max, ah_fault *why)
{
	size_t off = ah_json_pos(j);
	if (ah_json_peek(j) != AH_JSON_STRING)
		return malformed(why, off, member, "must be a text");
	ah_slice text = ah_json_string_raw(j);
	if (text.len == 0 || text.len > max)
		return malformed(why, off, member, "must have 1..128 characters");
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] < 0x20 || text.ptr[i] > 0x7e || text.ptr[i] == '\\')
			return malformed(why, off, member, "must be printable ASCII without escapes");
	for (size_t i = 0; i < text.len; i++)
		out[i] = (char)text.ptr[i];
	out[text.len] = '\0';
	return AH_OK;
}

static bool is_digest(const char *text)
{
	size_t mark = sizeof DIGEST_MARK - 1;
	return strncmp(text, DIGEST_MARK, mark) == 0 && strlen(text) == mark + DIGEST_HEX && strspn(text + mark, "0123456789abcdef") == DIGEST_HEX;
}

static ah_err take_digest(ah_json *j, const char *member, char *out, ah_fault *why)
{
	size_t off = ah_json_pos(j);
	char text[TEXT_MAX + 1];
	AH_TRY(take_text(j, member, text, TEXT_MAX, why));
	if (!is_digest(text))
		return malformed(why, off, member, "must be sha256: and 64 hex digits, lowercase");
	memcpy(out, text, strlen(text) + 1);
	return AH_OK;
}

enum { MEMBER_SCHEMA = 1 << 0, MEMBER_WORKLOAD = 1 << 1, MEMBER_VERSION = 1 << 2 };

static ah_err take_member(ah_manifest_info *says, ah_json *j, ah_slice name, unsigned *seen, ah_fault *why)
{
	size_t off = ah_json_pos(j);
	if (ah_slice_is_text(name, "schema")) {
		*seen |= MEMBER_SCHEMA;
		return ah_slice_is_text(ah_json_raw(j), "\"" AH_MANIFEST_SCHEMA "\"") ? AH_OK : malformed(why, off, "schema", "must be " AH_MANIFEST_SCHEMA);
	}
	if (ah_slice_is_text(name, "workload")) {
		*seen |= MEMBER_WORKLOAD;
		return take_text(j, "workload", says->workload, TEXT_MAX, why);
	}
	if (ah_slice_is_text(name, "version")) {
		*seen |= MEMBER_VERSION;
		return take_text(j, "version", says->version, TEXT_MAX, why);
	}
	if (ah_slice_is_text(name, "image_digest"))
		return take_digest(j, "image_digest", says->image_digest, why);
	if (ah_slice_is_text(name, "binary_digest"))
		return take_digest(j, "binary_digest", says->binary_digest, why);
	if (ah_slice_is_text(name, "build_metadata")) {
		bool is_object = ah_json_peek(j) == AH_JSON_OBJECT;
		(void)ah_json_raw(j); /* for people; nothing is decided by it */
		return is_object ? AH_OK : malformed(why, off, "build_metadata", "must be an object");
	}
	return ah_fault_at(why, AH_ERR_MANIFEST_MALFORMED, STEP, off, "%.*s: not a member of a manifest", (int)(name.len < 40 ? name.len : 40),
	                   (const char *)name.ptr);
}

static ah_err parse_payload(ah_manifest_info *says, ah_slice json, ah_fault *why)
{
	ah_json j;
	unsigned seen = 0;
	ah_slice name;
	ah_fault syntax = { .err = AH_OK };
	ah_err err = ah_json_open(&j, json, AH_JSON_OURS, &syntax);
	if (err == AH_ERR_NOMEM)
		return ah_fault_set(why, err, STEP, "no memory");
	if (err != AH_OK)
		return ah_fault_at(why, AH_ERR_MANIFEST_MALFORMED, STEP, syntax.offset, "%s: %s", ah_err_name(err), syntax.detail);
	if (ah_json_peek(&j) != AH_JSON_OBJECT)
		return malformed(why, 0, "$", "must be an object");
	ah_json_object_begin(&j);
	while (ah_json_next_member(&j, &name))
		AH_TRY(take_member(says, &j, name, &seen, why));
	if ((seen & MEMBER_SCHEMA) == 0)
		return malformed(why, 0, "schema", "required");
	if ((seen & MEMBER_WORKLOAD) == 0)
		return malformed(why, 0, "workload", "required");
	if ((seen & MEMBER_VERSION) == 0)
		return malformed(why, 0, "version", "required");
	return ah_json_finish(&j, &syntax) == AH_OK ? AH_OK : malformed(why, syntax.offset, "$", syntax.detail);
}

/* -- form and header -- */

static ah_err parse_form(ah_jws *jws, ah_slice text, ah_fault *why)
{
	ah_fault inner = { .offset = AH_NO_OFFSET };
	ah_err err = ah_jws_parse(jws, text, AH_MANIFEST_MAX, &inner);
	if (err == AH_ERR_FORMAT || err == AH_ERR_TOO_LARGE)
		return ah_fault_at(why, AH_ERR_MANIFEST_MALFORMED, STEP, inner.offset, "%s", inner.detail);
	return err == AH_OK ? AH_OK : ah_fault_set(why, err, STEP, "%s", inner.detail);
}

/*
 * RFC 8725 3.11: our own manifests are typed, so that no other JWS of the same key can be taken for one. Tresor's say JWT; they are kept apart by the
 * schema of the payload.
 */
static ah_err check_header(ah_slice header, char kid[static TEXT_MAX + 1], ah_fault *why)
{
	ah_fault inner = { .offset = AH_NO_OFFSET };
	ah_err err = ah_jws_check_header(header, AH_MANIFEST_TYP, kid, &inner);
	if (err != AH_OK && err != AH_ERR_NOMEM)
		err = ah_jws_check_header(header, AH_MANIFEST_TYP_TRESOR, kid, NULL);
	if (err == AH_OK || err == AH_ERR_NOMEM)
		return err;
	return ah_fault_set(why, AH_ERR_MANIFEST_INVALID, HEADER_STEP, "%s", inner.detail);
}

/* What is judged before anything of the payload. */
static ah_err open_manifest(ah_manifest *manifest, ah_slice text, ah_fault *why)
{
	AH_TRY(parse_form(&manifest->jws, text, why));
	return check_header(ah_buf_slice(&manifest->jws.header), manifest->says.kid, why);
}

static ah_err tag_of(uint8_t out[static 32], ah_verifier *verifier, ah_slice compact, ah_fault *why)
{
	ah_err err = ah_sha256(verifier->crypto, compact, out);
	return err == AH_OK ? AH_OK : ah_fault_set(why, err, STEP, "%s", ah_err_name(err));
}

ah_err ah__manifest_parse(ah_manifest *out, ah_verifier *verifier, ah_slice text, ah_fault *why)
{
	AH_AUTO(ah_manifest) manifest = { .says = { .workload = "" } };
	AH_TRY(open_manifest(&manifest, text, why));
	AH_TRY(parse_payload(&manifest.says, ah_buf_slice(&manifest.jws.payload), why));
	AH_TRY(tag_of(manifest.says.tag, verifier, manifest.jws.compact, why));
	*out = manifest;
	manifest = (ah_manifest){ .says = { .workload = "" } }; /* transferred */
	return AH_OK;
}

ah_err ah__manifest_check_signature(const ah_manifest *manifest, const uint8_t key[static AH_ED25519_KEY_LEN])
{
	ah_err err = ah_ed25519_verify(key, manifest->jws.signing_input, ah_buf_slice(&manifest->jws.signature));
	bool refused = err == AH_ERR_SIGNATURE || err == AH_ERR_SIGNATURE_FORMAT || err == AH_ERR_FIELD_RANGE;
	return refused ? AH_ERR_MANIFEST_INVALID : err;
}

/* -- the interface -- */

/* Which of the keys signed. errors: AH_ERR_MANIFEST_INVALID (none), AH_ERR_CRYPTO. */
static ah_err find_signer(size_t *index, const ah_manifest *manifest, const ah_release_root *keys, size_t count, ah_fault *why)
{
	for (size_t i = 0; i < count; i++) {
		ah_err err = ah__manifest_check_signature(manifest, keys[i].key);
		if (err == AH_OK)
			*index = i;
		if (err != AH_ERR_MANIFEST_INVALID)
			return err == AH_OK ? AH_OK : ah_fault_set(why, err, STEP, "%s", ah_err_name(err));
	}
	return ah_fault_set(why, AH_ERR_MANIFEST_INVALID, "manifest.signature", "by none of %zu key%s; kid %.60s", count, count == 1 ? "" : "s",
	                    manifest->says.kid);
}

ah_err ah_manifest_verify(ah_manifest_info *info, ah_verifier *verifier, ah_slice jws, const ah_release_root *keys, size_t count, ah_fault *why)
{
	if (keys == NULL || count == 0)
		return ah_fault_set(why, AH_ERR_ARGUMENT, STEP, "no key");
	/* The payload belongs to whoever signed it: its form is judged after the signature. */
	AH_AUTO(ah_manifest) manifest = { .says = { .workload = "" } };
	size_t signer = 0;
	AH_TRY(open_manifest(&manifest, jws, why));
	AH_TRY(find_signer(&signer, &manifest, keys, count, why));
	AH_TRY(parse_payload(&manifest.says, ah_buf_slice(&manifest.jws.payload), why));
	AH_TRY(tag_of(manifest.says.tag, verifier, manifest.jws.compact, why));
	*info = manifest.says;
	memcpy(info->key, keys[signer].key, sizeof info->key);
	return AH_OK;
}

ah_err ah_manifest_tag(uint8_t out[32], ah_verifier *verifier, ah_slice jws, ah_fault *why)
{
	uint8_t tag[32];
	if (jws.len != 0 && jws.ptr[jws.len - 1] == '\n')
		jws = ah_slice_sub(jws, 0, jws.len - 1);
	AH_TRY(tag_of(tag, verifier, jws, why));
	memcpy(out, tag, sizeof tag);
	return AH_OK;
}
