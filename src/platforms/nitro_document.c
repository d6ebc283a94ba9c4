/* See nitro_document.h. */
#include "platforms/nitro_document.h"

#include "base/fault.h"

#define STEP "nitro.parse"

/* What the payload reader carries along: where its input starts in the evidence, and the fault. */
typedef struct payload {
	ah_cbor c;
	size_t base;
	ah_fault *why;
} payload;

static size_t here(const payload *p)
{
	return p->base + ah_reader_pos(&p->c.r);
}

static ah_err cbor_error(payload *p)
{
	size_t off = 0;
	ah_err err = ah_cbor_finish(&p->c, &off);
	return ah_fault_at(p->why, err, STEP, p->base + off, "not the CBOR that a payload consists of");
}

/* Take a byte or text string. */
static ah_err take_string(payload *p, ah_nitro_field *field, ah_cbor_type type)
{
	ah_slice value = type == AH_CBOR_TEXT ? ah_cbor_text(&p->c) : ah_cbor_bytes(&p->c);
	if (p->c.r.err != AH_OK)
		return cbor_error(p);
	*field = (ah_nitro_field){ .present = true, .value = value, .off = here(p) - value.len };
	return AH_OK;
}

/* The optional members are null when they are unset: AWS writes them so, against the text that forbids null. */
static ah_err take_optional(payload *p, ah_nitro_field *field)
{
	if (ah_cbor_peek(&p->c) != AH_CBOR_NULL)
		return take_string(p, field, AH_CBOR_BYTES);
	ah_cbor_null(&p->c);
	return p->c.r.err != AH_OK ? cbor_error(p) : AH_OK;
}

static ah_err take_timestamp(payload *p, ah_nitro_document *doc)
{
	doc->timestamp_off = here(p);
	doc->timestamp_ms = ah_cbor_uint(&p->c);
	doc->timestamp_len = here(p) - doc->timestamp_off;
	doc->has_timestamp = true;
	return p->c.r.err != AH_OK ? cbor_error(p) : AH_OK;
}

static ah_err take_pcr(payload *p, ah_nitro_document *doc)
{
	size_t off = here(p);
	ah_nitro_pcr pcr = { .index = ah_cbor_uint(&p->c) };
	AH_TRY(take_string(p, &pcr.field, AH_CBOR_BYTES));
	size_t kept = doc->pcr_count < AH_NITRO_PCR_COUNT ? doc->pcr_count : AH_NITRO_PCR_COUNT;
	for (size_t i = 0; i < kept; i++)
		if (doc->pcrs[i].index == pcr.index)
			return ah_fault_at(p->why, AH_ERR_DUPLICATE_KEY, STEP, off, "PCR%llu twice", (unsigned long long)pcr.index);
	if (kept < AH_NITRO_PCR_COUNT)
		doc->pcrs[kept] = pcr;
	doc->pcr_count++;
	return AH_OK;
}

static ah_err take_pcrs(payload *p, ah_nitro_document *doc)
{
	doc->has_pcrs = true;
	doc->pcrs_off = here(p);
	ah_cbor_map_begin(&p->c, NULL);
	while (ah_cbor_more(&p->c))
		AH_TRY(take_pcr(p, doc));
	ah_cbor_end(&p->c);
	return p->c.r.err != AH_OK ? cbor_error(p) : AH_OK;
}

static ah_err take_cabundle(payload *p, ah_nitro_document *doc)
{
	doc->has_cabundle = true;
	doc->cabundle_off = here(p);
	ah_cbor_array_begin(&p->c, NULL);
	while (ah_cbor_more(&p->c)) {
		if (doc->cabundle_count == AH_NITRO_CABUNDLE_MAX)
			return ah_fault_at(p->why, AH_ERR_TOO_LARGE, STEP, here(p), "more than %d certificates in cabundle", AH_NITRO_CABUNDLE_MAX);
		AH_TRY(take_string(p, &doc->cabundle[doc->cabundle_count], AH_CBOR_BYTES));
		doc->cabundle_count++;
	}
	ah_cbor_end(&p->c);
	return p->c.r.err != AH_OK ? cbor_error(p) : AH_OK;
}

/* AWS may add members. The payload is signed as a whole, so they are skipped and reported. */
static ah_err take_unknown(payload *p, ah_nitro_document *doc, const ah_nitro_field *key)
{
	for (size_t i = 0; i < doc->unknown_key_count; i++)
		if (ah_slice_is(doc->unknown_keys[i].value, key->value))
			return ah_fault_at(p->why, AH_ERR_DUPLICATE_KEY, STEP, key->off, "an unknown payload key twice");
	if (key->value.len > AH_NITRO_KEY_MAX)
		return ah_fault_at(p->why, AH_ERR_TOO_LARGE, STEP, key->off, "a payload key of %zu bytes", key->value.len);
	if (doc->unknown_key_count == AH_NITRO_UNKNOWN_KEYS_MAX)
		return ah_fault_at(p->why, AH_ERR_TOO_LARGE, STEP, key->off, "more than %d unknown payload keys", AH_NITRO_UNKNOWN_KEYS_MAX);
	doc->unknown_keys[doc->unknown_key_count++] = *key;
	ah_cbor_skip(&p->c);
	return p->c.r.err != AH_OK ? cbor_error(p) : AH_OK;
}

typedef enum member { MODULE_ID, DIGEST, TIMESTAMP, PCRS, CERTIFICATE, CABUNDLE, PUBLIC_KEY, USER_DATA, NONCE, MEMBER_COUNT } member;

static const char *const member_names[MEMBER_COUNT] = {
	[MODULE_ID] = "module_id", [DIGEST] = "digest", [TIMESTAMP] = "timestamp", [PCRS] = "pcrs", [CERTIFICATE] = "certificate",
	[CABUNDLE] = "cabundle", [PUBLIC_KEY] = "public_key", [USER_DATA] = "user_data", [NONCE] = "nonce",
};

static member member_by_name(ah_slice key)
{
	unsigned m = 0;
	while (m < MEMBER_COUNT && !ah_slice_is_text(key, member_names[m]))
		m++;
	return (member)m;
}

static ah_err take_member(payload *p, ah_nitro_document *doc, member m, const ah_nitro_field *key)
{
	switch (m) {
	case MODULE_ID: return take_string(p, &doc->module_id, AH_CBOR_TEXT);
	case DIGEST: return take_string(p, &doc->digest, AH_CBOR_TEXT);
	case TIMESTAMP: return take_timestamp(p, doc);
	case PCRS: return take_pcrs(p, doc);
	case CERTIFICATE: return take_string(p, &doc->certificate, AH_CBOR_BYTES);
	case CABUNDLE: return take_cabundle(p, doc);
	case PUBLIC_KEY: return take_optional(p, &doc->public_key);
	case USER_DATA: return take_optional(p, &doc->user_data);
	case NONCE: return take_optional(p, &doc->nonce);
	case MEMBER_COUNT: break;
	}
	return take_unknown(p, doc, key);
}

static ah_err take_payload(payload *p, ah_nitro_document *doc)
{
	bool seen[MEMBER_COUNT] = { false };
	size_t count = 0;
	ah_cbor_map_begin(&p->c, &count);
	doc->payload_is_indefinite = count == SIZE_MAX;
	while (ah_cbor_more(&p->c)) {
		ah_nitro_field key = { 0 };
		AH_TRY(take_string(p, &key, AH_CBOR_TEXT));
		member m = member_by_name(key.value);
		if (m != MEMBER_COUNT && seen[m])
			return ah_fault_at(p->why, AH_ERR_DUPLICATE_KEY, STEP, key.off, "%s twice", member_names[m]);
		if (m != MEMBER_COUNT)
			seen[m] = true;
		AH_TRY(take_member(p, doc, m, &key));
	}
	ah_cbor_end(&p->c);
	return ah_cbor_finish(&p->c, NULL) != AH_OK ? cbor_error(p) : AH_OK;
}

ah_err ah_nitro_document_parse(ah_nitro_document *out, ah_slice evidence, ah_fault *why)
{
	if (evidence.len > AH_NITRO_DOCUMENT_MAX)
		return ah_fault_set(why, AH_ERR_TOO_LARGE, STEP, "%zu bytes, at most %d", evidence.len, AH_NITRO_DOCUMENT_MAX);
	ah_nitro_document doc = { 0 };
	AH_TRY(ah_cose_sign1_parse(&doc.cose, evidence, why));
	if (doc.cose.payload.len > AH_NITRO_PAYLOAD_MAX)
		return ah_fault_at(why, AH_ERR_TOO_LARGE, STEP, doc.cose.payload_off, "a payload of %zu bytes", doc.cose.payload.len);
	payload p = { .base = doc.cose.payload_off, .why = why };
	ah_cbor_init(&p.c, doc.cose.payload);
	AH_TRY(take_payload(&p, &doc));
	if (doc.module_id.value.len > AH_NITRO_MODULE_ID_MAX)
		return ah_fault_at(why, AH_ERR_TOO_LARGE, STEP, doc.module_id.off, "a module_id of %zu bytes", doc.module_id.value.len);
	*out = doc;
	return AH_OK;
}

const ah_nitro_pcr *ah_nitro_document_pcr(const ah_nitro_document *document, unsigned index)
{
	size_t kept = document->pcr_count < AH_NITRO_PCR_COUNT ? document->pcr_count : AH_NITRO_PCR_COUNT;
	for (size_t i = 0; i < kept; i++)
		if (document->pcrs[i].index == index)
			return &document->pcrs[i];
	return NULL;
}
