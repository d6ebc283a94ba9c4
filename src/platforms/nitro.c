/*
 * AWS Nitro Enclaves: rules on the fields of a document, its chain, its signature, and what must agree inside it.
 *
 * Rules: AWS "attestation_process" 3.2; docs/protocol/nitro.md has them in the order of this file. Every decision is one row of
 * include/anchorhold/checks.def, and no row asks again what another one decides.
 */
#include "platforms/nitro_document.h"
#include "platforms/platforms.h"
#include "platforms/verify_common.h"

#include "base/fault.h"
#include "codec/text.h"
#include "evidence/claims_make.h"

#define COSE_SIGN1_TAG_BYTE 0xd2 /* tag 18 */
#define CBOR_ARRAY_OF_4     0x84
#define CBOR_MAJOR_BYTES    2
#define ES384_LEN           96
#define PCR4_LEN            AH_SHA384_LEN
#define MEASURING_PCRS      3    /* PCR0, 1 and 2: image, kernel and boot, application */
#define CLOCK_SKEW_S        60   /* as for issued_at, docs/protocol/binding.md: no more than clocks differ */
#define COMMON_NAME_MAX     64   /* RFC 5280 A.1, ub-common-name: longer names are cut by AWS */

static_assert(sizeof(ah_nitro_document) <= AH_EVIDENCE_PARSED_MAX, "a parsed document fits ah_evidence");
static_assert(AH_NITRO_CABUNDLE_MAX + 1 <= AH_PATH_MAX, "every bundle fits a path");

/* A COSE_Sign1 as AWS writes it: tag 18 or none, an array of four that begins with a byte string. No other platform's evidence begins so. */
static bool detect(ah_slice bytes)
{
	size_t tag = bytes.len != 0 && bytes.ptr[0] == COSE_SIGN1_TAG_BYTE ? 1 : 0;
	return bytes.len >= tag + 2 && bytes.ptr[tag] == CBOR_ARRAY_OF_4 && bytes.ptr[tag + 1] >> 5 == CBOR_MAJOR_BYTES;
}

/* -- Format: rules on single fields -- */

static ah_err check_header(const ah_cose_sign1 *cose, ah_checks *log, ah_fault *why)
{
	ah_check_range(log, AH_CHECK_NITRO_ALG, cose->protected_off, cose->protected_bytes.len);
	ah_check_got(log, AH_CHECK_NITRO_ALG, "%lld", (long long)cose->alg);
	ah_check_wanted(log, AH_CHECK_NITRO_ALG, "%d (ES384)", AH_COSE_ALG_ES384);
	AH_TRY(ah_check(log, AH_CHECK_NITRO_ALG, cose->alg == AH_COSE_ALG_ES384, AH_ERR_ALGORITHM, why));
	ah_check_got(log, AH_CHECK_NITRO_UNPROTECTED, "%zu entries", cose->unprotected_count);
	AH_TRY(ah_check(log, AH_CHECK_NITRO_UNPROTECTED, cose->unprotected_count == 0, AH_ERR_COSE, why));
	/* The length follows from the algorithm. A DER signature would be another encoding of the same content. */
	if (cose->signature.len != ES384_LEN)
		return ah_fault_at(why, AH_ERR_COSE, "nitro.parse", cose->signature_off, "a signature of %zu bytes, not %d", cose->signature.len, ES384_LEN);
	return AH_OK;
}

static ah_err check_fields(const ah_nitro_document *doc, ah_checks *log, ah_fault *why)
{
	const struct { const char *name; bool present; } mandatory[] = {
		{ "module_id", doc->module_id.present }, { "digest", doc->digest.present }, { "timestamp", doc->has_timestamp },
		{ "pcrs", doc->has_pcrs }, { "certificate", doc->certificate.present }, { "cabundle", doc->has_cabundle },
	};
	for (size_t i = 0; i < sizeof mandatory / sizeof mandatory[0]; i++) {
		if (!mandatory[i].present)
			ah_check_got(log, AH_CHECK_NITRO_FIELDS, "no %s", mandatory[i].name);
		AH_TRY(ah_check(log, AH_CHECK_NITRO_FIELDS, mandatory[i].present, AH_ERR_DOCUMENT_INCOMPLETE, why));
	}
	/* AWS locks PCR0 to PCR15 at boot, so they are always there. The first three say what runs, and whether in debug mode: without them nothing does. */
	for (unsigned i = 0; doc->pcr_count != 0 && i < MEASURING_PCRS; i++) {
		bool present = ah_nitro_document_pcr(doc, i) != NULL;
		if (!present)
			ah_check_got(log, AH_CHECK_NITRO_FIELDS, "no PCR%u", i);
		AH_TRY(ah_check(log, AH_CHECK_NITRO_FIELDS, present, AH_ERR_DOCUMENT_INCOMPLETE, why));
	}
	return AH_OK;
}

static bool is_printable(ah_slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] < 0x20 || text.ptr[i] > 0x7e)
			return false;
	return true;
}

/* A member that is absent is the matter of nitro.fields: the rules below are about members that are there. */
static ah_err check_texts(const ah_nitro_document *doc, ah_checks *log, ah_fault *why)
{
	if (doc->module_id.present) {
		char text[AH_NITRO_MODULE_ID_MAX + 1];
		ah__claims_text(text, sizeof text, doc->module_id.value);
		ah_check_range(log, AH_CHECK_NITRO_MODULE_ID, doc->module_id.off, doc->module_id.value.len);
		ah_check_got(log, AH_CHECK_NITRO_MODULE_ID, "\"%s\"", text);
		ah_check_wanted(log, AH_CHECK_NITRO_MODULE_ID, "printable ASCII");
		bool ok = doc->module_id.value.len != 0 && is_printable(doc->module_id.value);
		AH_TRY(ah_check(log, AH_CHECK_NITRO_MODULE_ID, ok, AH_ERR_FIELD_RANGE, why));
	}
	if (doc->digest.present) {
		char text[16];
		ah__claims_text(text, sizeof text, doc->digest.value);
		ah_check_range(log, AH_CHECK_NITRO_DIGEST, doc->digest.off, doc->digest.value.len);
		ah_check_got(log, AH_CHECK_NITRO_DIGEST, "\"%s\"", text);
		ah_check_wanted(log, AH_CHECK_NITRO_DIGEST, "\"SHA384\"");
		AH_TRY(ah_check(log, AH_CHECK_NITRO_DIGEST, ah_slice_is_text(doc->digest.value, "SHA384"), AH_ERR_FIELD_RANGE, why));
	}
	return AH_OK;
}

static ah_err check_timestamp(const ah_nitro_document *doc, ah_checks *log, ah_fault *why)
{
	if (!doc->has_timestamp)
		return AH_OK;
	ah_check_range(log, AH_CHECK_NITRO_TIMESTAMP, doc->timestamp_off, doc->timestamp_len);
	ah_check_got(log, AH_CHECK_NITRO_TIMESTAMP, "%llu ms", (unsigned long long)doc->timestamp_ms);
	return ah_check(log, AH_CHECK_NITRO_TIMESTAMP, doc->timestamp_ms > 0, AH_ERR_FIELD_RANGE, why);
}

static bool is_pcr_len(size_t len)
{
	return len == 32 || len == 48 || len == AH_NITRO_PCR_MAX;
}

static ah_err check_pcrs(const ah_nitro_document *doc, ah_checks *log, ah_fault *why)
{
	if (!doc->has_pcrs)
		return AH_OK;
	bool count_ok = doc->pcr_count >= 1 && doc->pcr_count <= AH_NITRO_PCR_COUNT;
	ah_check_range(log, AH_CHECK_NITRO_PCRS, doc->pcrs_off, 1);
	ah_check_got(log, AH_CHECK_NITRO_PCRS, "%zu PCRs", doc->pcr_count);
	AH_TRY(ah_check(log, AH_CHECK_NITRO_PCRS, count_ok, AH_ERR_FIELD_RANGE, why));
	for (size_t i = 0; i < doc->pcr_count && i < AH_NITRO_PCR_COUNT; i++) {
		const ah_nitro_pcr *pcr = &doc->pcrs[i];
		bool ok = pcr->index < AH_NITRO_PCR_COUNT && is_pcr_len(pcr->field.value.len);
		if (!ok) {
			ah_check_range(log, AH_CHECK_NITRO_PCRS, pcr->field.off, pcr->field.value.len);
			ah_check_got(log, AH_CHECK_NITRO_PCRS, "PCR%llu of %zu bytes", (unsigned long long)pcr->index, pcr->field.value.len);
			ah_check_wanted(log, AH_CHECK_NITRO_PCRS, "PCR0..31 of 32, 48 or 64 bytes");
		}
		AH_TRY(ah_check(log, AH_CHECK_NITRO_PCRS, ok, AH_ERR_FIELD_RANGE, why));
	}
	return AH_OK;
}

static ah_err check_size(const ah_nitro_field *field, const char *name, ah_check_id id, size_t min, size_t max, ah_checks *log, ah_fault *why)
{
	bool ok = !field->present || (field->value.len >= min && field->value.len <= max);
	if (!ok) {
		ah_check_range(log, id, field->off, field->value.len);
		ah_check_got(log, id, "%s of %zu bytes", name, field->value.len);
		ah_check_wanted(log, id, "%zu to %zu bytes", min, max);
	}
	return ah_check(log, id, ok, AH_ERR_FIELD_RANGE, why);
}

static ah_err check_certificates(const ah_nitro_document *doc, ah_checks *log, ah_fault *why)
{
	if (doc->has_cabundle) {
		ah_check_got(log, AH_CHECK_NITRO_CABUNDLE, "%zu certificates", doc->cabundle_count);
		AH_TRY(ah_check(log, AH_CHECK_NITRO_CABUNDLE, doc->cabundle_count != 0, AH_ERR_FIELD_RANGE, why));
	}
	for (size_t i = 0; i < doc->cabundle_count; i++)
		AH_TRY(check_size(&doc->cabundle[i], "cabundle entry", AH_CHECK_NITRO_CABUNDLE, 1, AH_NITRO_CERTIFICATE_MAX, log, why));
	return check_size(&doc->certificate, "certificate", AH_CHECK_NITRO_CABUNDLE, 1, AH_NITRO_CERTIFICATE_MAX, log, why);
}

static ah_err check_optional(const ah_nitro_document *doc, ah_checks *log, ah_fault *why)
{
	AH_TRY(check_size(&doc->public_key, "public_key", AH_CHECK_NITRO_OPTIONAL, 1, AH_NITRO_PUBLIC_KEY_MAX, log, why));
	AH_TRY(check_size(&doc->user_data, "user_data", AH_CHECK_NITRO_OPTIONAL, 0, AH_NITRO_USER_DATA_MAX, log, why));
	return check_size(&doc->nonce, "nonce", AH_CHECK_NITRO_OPTIONAL, 0, AH_NITRO_NONCE_MAX, log, why);
}

static ah_err parse(ah_evidence *out, ah_slice bytes, ah_checks *log, ah_fault *why)
{
	ah_nitro_document doc;
	AH_TRY(ah_nitro_document_parse(&doc, bytes, why));
	AH_TRY(check_header(&doc.cose, log, why));
	AH_TRY(check_fields(&doc, log, why));
	AH_TRY(check_texts(&doc, log, why));
	AH_TRY(check_timestamp(&doc, log, why));
	AH_TRY(check_pcrs(&doc, log, why));
	AH_TRY(check_certificates(&doc, log, why));
	AH_TRY(check_optional(&doc, log, why));
	out->platform = &ah_platform_nitro;
	out->bytes = bytes;
	memcpy(out->parsed, &doc, sizeof doc);
	return AH_OK;
}

/* -- Genuine: chain and signature -- */

/* AWS 3.2.3: all keys are on P-384, all signatures ecdsa-with-SHA384; the leaf is no CA and has digitalSignature. */
static const ah_path_rules path_rules = {
	.anchor_key = AH_KEY_P384,
	.ca_key = AH_KEY_P384,
	.leaf_key = AH_KEY_P384,
	.sig_alg = AH_SIG_ECDSA_SHA384,
	.leaf_digital_signature = true,
	.leaf_basic_constraints = true,
};

static ah_err parse_certificate(ah_cert *out, const ah_nitro_field *field, ah_fault *why)
{
	ah_err err = ah_cert_parse(out, field->value, why);
	return err != AH_OK ? ah_fault_shift(why, field->off, err) : AH_OK;
}

/* The document carries its whole chain: cabundle is root, regional, zonal, instance; the leaf stands apart. */
static ah_err build_chain(ah_chain *chain, ah_cert *certs, const ah_nitro_document *doc, ah_verifier *v, const ah_roots *roots, ah_checks *log,
                          ah_fault *why)
{
	if (!doc->certificate.present || doc->cabundle_count == 0)
		return ah_fault_set(why, AH_ERR_DOCUMENT_INCOMPLETE, "nitro.verify", "no chain to verify");
	const ah_nitro_field *anchor = &doc->cabundle[0];
	AH_TRY(ah_sha256(v->crypto, anchor->value, chain->anchor_sha256));
	chain->root = ah_roots_find(roots, AH_PLATFORM_NITRO, chain->anchor_sha256);
	ah_check_range(log, AH_CHECK_PATH_ROOT, anchor->off, anchor->value.len);
	AH_TRY(ah__chain_check_root(chain, log, why));
	for (size_t i = 0; i < doc->cabundle_count; i++)
		AH_TRY(parse_certificate(&certs[i], &doc->cabundle[i], why));
	AH_TRY(parse_certificate(&certs[doc->cabundle_count], &doc->certificate, why));
	chain->count = doc->cabundle_count + 1;
	for (size_t i = 0; i < chain->count; i++)
		chain->path[i] = &certs[i];
	return AH_OK;
}

static const ah_cert *leaf_of(const ah_chain *chain) { return chain->path[chain->count - 1]; }
static const ah_cert *instance_of(const ah_chain *chain) { return chain->path[chain->count - 2]; }

static ah_err check_signature(const ah_nitro_document *doc, const ah_cert *leaf, ah_verifier *v, ah_checks *log, ah_fault *why)
{
	const ah_cose_sign1 *cose = &doc->cose;
	uint8_t head[AH_COSE_HEAD_MAX];
	ah_slice parts[2];
	AH_TRY(ah_cose_sign1_signed_parts(parts, head, cose->protected_bytes, cose->payload));
	ah_check_range(log, AH_CHECK_NITRO_SIGNATURE, cose->signature_off, cose->signature.len);
	return ah__decide_signature(log, AH_CHECK_NITRO_SIGNATURE, ah_ecdsa_verify_raw(v->crypto, &leaf->key, AH_SHA384, parts, 2, cose->signature), why);
}

/* -- Genuine: what must agree inside the document -- */

/* The common name begins with id and a dot, or is as much of that as a common name can hold. */
static bool names(ah_slice cn, ah_slice id)
{
	size_t common = cn.len < id.len ? cn.len : id.len;
	if (!ah_slice_is(ah_slice_sub(cn, 0, common), ah_slice_sub(id, 0, common)))
		return false;
	return cn.len > id.len ? cn.ptr[id.len] == '.' : cn.len == COMMON_NAME_MAX;
}

/* The part of module_id before "-enc"; {NULL, 0} when it has no such part, or one longer than any name of an instance. */
static ah_slice instance_id_of(ah_slice module_id)
{
	const ah_slice mark = AH_SLICE_LITERAL("-enc");
	for (size_t i = 1; i + mark.len <= module_id.len && i <= COMMON_NAME_MAX; i++)
		if (ah_slice_is(ah_slice_sub(module_id, i, mark.len), mark))
			return ah_slice_sub(module_id, 0, i);
	return (ah_slice){ NULL, 0 };
}

static ah_err check_name(const ah_cert *cert, ah_slice id, ah_check_id check, ah_checks *log, ah_fault *why)
{
	char text[AH_NITRO_MODULE_ID_MAX + 1];
	ah_slice cn = { NULL, 0 };
	bool ok = ah_name_common_name(cert->subject, &cn) && id.len != 0 && names(cn, id);
	ah__claims_text(text, sizeof text, cn);
	ah_check_got(log, check, "%s", text);
	ah__claims_text(text, sizeof text, id);
	ah_check_wanted(log, check, "%s.", text);
	return ah_check(log, check, ok, AH_ERR_MODULE_ID_MISMATCH, why);
}

/* PCR4 = SHA-384(0^48 || instance id): what the hypervisor measures and what it says of itself are the same instance. */
static ah_err check_pcr4(const ah_nitro_document *doc, ah_slice instance_id, ah_verifier *v, ah_checks *log, ah_fault *why)
{
	static const uint8_t zeros[PCR4_LEN];
	const ah_slice parts[] = { AH_SLICE_OF(zeros), instance_id };
	uint8_t wanted[PCR4_LEN];
	const ah_nitro_pcr *pcr4 = ah_nitro_document_pcr(doc, 4);
	AH_TRY(ah_hash(v->crypto, AH_SHA384, parts, 2, wanted));
	if (pcr4 != NULL) {
		ah_check_range(log, AH_CHECK_NITRO_PCR4, pcr4->field.off, pcr4->field.value.len);
		ah_check_got_hex(log, AH_CHECK_NITRO_PCR4, pcr4->field.value);
	} else {
		ah_check_got(log, AH_CHECK_NITRO_PCR4, "no PCR4");
	}
	ah_check_wanted_hex(log, AH_CHECK_NITRO_PCR4, AH_SLICE_OF(wanted));
	bool ok = pcr4 != NULL && ah_equal(pcr4->field.value, AH_SLICE_OF(wanted));
	return ah_check(log, AH_CHECK_NITRO_PCR4, ok, AH_ERR_INSTANCE_MISMATCH, why);
}

/* A genuine document is made while its certificate is valid, and judged after it was made; clocks may differ by CLOCK_SKEW_S. */
static ah_err check_time(const ah_nitro_document *doc, const ah_cert *leaf, int64_t now_s, ah_checks *log, ah_fault *why)
{
	char from[21], to[21], at[21], now[21];
	if (!doc->has_timestamp) {
		ah_check_skip(log, AH_CHECK_NITRO_TIME, "the document has no timestamp");
		return AH_OK;
	}
	int64_t made_s = (int64_t)(doc->timestamp_ms / 1000); /* at most 2^64 / 1000, which an int64_t holds */
	ah_time_format(at, made_s);
	ah_time_format(from, leaf->not_before_s);
	ah_time_format(to, leaf->not_after_s);
	ah_check_range(log, AH_CHECK_NITRO_TIME, doc->timestamp_off, doc->timestamp_len);
	ah_check_got(log, AH_CHECK_NITRO_TIME, "%s", at);
	ah_check_wanted(log, AH_CHECK_NITRO_TIME, "%s to %s", from, to);
	bool ok = made_s >= leaf->not_before_s && made_s <= leaf->not_after_s;
	AH_TRY(ah_check(log, AH_CHECK_NITRO_TIME, ok, AH_ERR_TIMESTAMP, why));
	bool ahead = made_s - now_s > CLOCK_SKEW_S;
	if (ahead) {
		ah_time_format(now, now_s);
		ah_check_wanted(log, AH_CHECK_NITRO_TIME, "at most %d s after %s", CLOCK_SKEW_S, now);
	}
	return ah_check(log, AH_CHECK_NITRO_TIME, !ahead, AH_ERR_TIMESTAMP_AHEAD, why);
}

static ah_err check_agreement(const ah_nitro_document *doc, const ah_chain *chain, ah_verifier *v, int64_t now_s, ah_checks *log, ah_fault *why)
{
	ah_slice module_id = doc->module_id.value, instance_id = instance_id_of(module_id);
	AH_TRY(check_name(leaf_of(chain), module_id, AH_CHECK_NITRO_LEAF_NAME, log, why));
	AH_TRY(check_name(instance_of(chain), instance_id, AH_CHECK_NITRO_INSTANCE_NAME, log, why));
	AH_TRY(check_pcr4(doc, instance_id, v, log, why));
	return check_time(doc, leaf_of(chain), now_s, log, why);
}

/* -- Claims -- */

/* What does not fit is left out: nitro.optional_fields and nitro.pcrs have refused it. */
static void take_bytes(uint8_t *out, size_t max, size_t *len, bool *present, const ah_nitro_field *field)
{
	*present = field->present;
	*len = field->value.len <= max ? field->value.len : 0;
	if (*len != 0)
		memcpy(out, field->value.ptr, *len);
}

static void take_pcrs(ah_nitro_claims *claims, const ah_nitro_document *doc)
{
	for (unsigned i = 0; i < AH_NITRO_PCR_COUNT; i++) {
		const ah_nitro_pcr *pcr = ah_nitro_document_pcr(doc, i);
		if (pcr == NULL || pcr->field.value.len == 0 || pcr->field.value.len > AH_NITRO_PCR_MAX)
			continue;
		claims->pcr_mask |= UINT32_C(1) << i;
		claims->pcr_len[i] = (uint8_t)pcr->field.value.len;
		memcpy(claims->pcrs[i], pcr->field.value.ptr, pcr->field.value.len);
	}
}

/* AWS reports zeros in PCR0, 1 and 2 of a debug enclave. No hash is zero, so one of them is enough to say so. */
static bool is_debug(const ah_nitro_claims *claims)
{
	for (unsigned i = 0; i < MEASURING_PCRS; i++)
		if ((claims->pcr_mask >> i & 1) != 0 && ah_slice_is_zero(ah_slice_make(claims->pcrs[i], claims->pcr_len[i])))
			return true;
	return false;
}

static void take_document(ah_nitro_claims *claims, const ah_nitro_document *doc)
{
	ah__claims_text(claims->module_id, sizeof claims->module_id, doc->module_id.value);
	ah__claims_text(claims->instance_id, sizeof claims->instance_id, instance_id_of(doc->module_id.value));
	claims->timestamp_ms = doc->timestamp_ms;
	take_pcrs(claims, doc);
	take_bytes(claims->public_key, sizeof claims->public_key, &claims->public_key_len, &claims->has_public_key, &doc->public_key);
	take_bytes(claims->user_data, sizeof claims->user_data, &claims->user_data_len, &claims->has_user_data, &doc->user_data);
	take_bytes(claims->nonce, sizeof claims->nonce, &claims->nonce_len, &claims->has_nonce, &doc->nonce);
	claims->unknown_key_count = doc->unknown_key_count;
	for (size_t i = 0; i < doc->unknown_key_count; i++)
		ah__claims_text(claims->unknown_keys[i], sizeof claims->unknown_keys[i], doc->unknown_keys[i].value);
}

static ah_err verify(ah_claims **out, ah_verifier *v, const ah_evidence *ev, const ah_endorsements *en, const ah_roots *roots, int64_t now_s,
                     ah_checks *log, ah_fault *why)
{
	ah_nitro_document doc;
	memcpy(&doc, ev->parsed, sizeof doc);
	ah_cert certs[AH_NITRO_CABUNDLE_MAX + 1];
	ah_chain chain = { .count = 0 };
	AH_TRY(build_chain(&chain, certs, &doc, v, roots, log, why));
	AH_TRY(ah__chain_validate(&chain, v, en, &path_rules, AH_REVOCATION_WITH_CRLDP, now_s, log, why));
	AH_TRY(check_signature(&doc, leaf_of(&chain), v, log, why));
	AH_TRY(check_agreement(&doc, &chain, v, now_s, log, why));
	AH_AUTO_PTR(ah_claims) claims = NULL;
	AH_TRY(ah_claims_make(&claims, AH_PLATFORM_NITRO));
	ah__claims_take_chain(claims, &chain);
	take_document(&claims->of.nitro, &doc);
	claims->debug = is_debug(&claims->of.nitro);
	*out = ah_move_ptr(&claims); /* transferred */
	return AH_OK;
}

const ah_platform ah_platform_nitro = {
	.id = AH_PLATFORM_NITRO,
	.name = "nitro",
	.check_mask = AH_CHECK_ON_NITRO,
	.detect = detect,
	.parse = parse,
	.verify = verify,
};
