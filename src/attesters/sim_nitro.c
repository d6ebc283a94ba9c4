/* See sim_nitro.h. Format: AWS "attestation_process", RFC 9052 (COSE_Sign1), RFC 8949 (CBOR). */
#include "attesters/sim_nitro.h"

#include "base/fault.h"
#include "base/limits.h"
#include "codec/cose.h"
#include "codec/der.h"
#include "pki/oid.h"

#include <stdio.h>

#define HOUR_S 3600
#define DAY_S 86400
#define REGION "us-east-1"
/* Documents stay below 16.4 KiB, forged ones with 64 certificates below 64 KiB. */
#define DOCUMENT_MAX (128 * 1024)
#define PCR_LEN 48
#define PCR_COUNT 16

/* AWS: Root G1 is valid from 2019-10-28T13:28:05Z to 2049-10-28T14:28:05Z. */
#define ROOT_NOT_BEFORE_S INT64_C(1572269285)
#define ROOT_NOT_AFTER_S  INT64_C(2519044085)

static const uint16_t ca_usage = AH_KU_DIGITAL_SIGNATURE | AH_KU_KEY_CERT_SIGN | AH_KU_CRL_SIGN;

void ah_sim_nitro_init(ah_sim_nitro *spec)
{
	*spec = (ah_sim_nitro){ 0 };
	ah_sim_chain_init(&spec->chain, AH_SIM_NITRO_LEVELS);
}

void ah_sim_nitro_free(ah_sim_nitro *spec)
{
	ah_sim_chain_free(&spec->chain);
}

/* -- Names. AWS has three styles, one per service that issues. -- */

static ah_err put_aws_name(ah_buf *out, const char *cn)
{
	const ah_mint_attribute name[] = {
		{ AH_OID_COUNTRY, "US", AH_DER_PRINTABLE_STRING }, { AH_OID_ORGANIZATION, "Amazon", 0 }, { AH_OID_ORGANIZATIONAL_UNIT, "AWS", 0 },
		{ AH_OID_COMMON_NAME, cn, 0 },
	};
	ah_buf_clear(out);
	return ah_mint_put_name(out, name, sizeof name / sizeof name[0]);
}

static ah_err put_zonal_name(ah_buf *out, const char *cn)
{
	const ah_mint_attribute name[] = {
		{ AH_OID_COMMON_NAME, cn, 0 }, { AH_OID_ORGANIZATIONAL_UNIT, "AWS", 0 }, { AH_OID_ORGANIZATION, "Amazon", 0 },
		{ AH_OID_COUNTRY, "US", AH_DER_PRINTABLE_STRING }, { AH_OID_STATE, "WA", 0 }, { AH_OID_LOCALITY, "Seattle", 0 },
	};
	ah_buf_clear(out);
	return ah_mint_put_name(out, name, sizeof name / sizeof name[0]);
}

static ah_err put_instance_name(ah_buf *out, const char *cn)
{
	const ah_mint_attribute name[] = {
		{ AH_OID_COUNTRY, "US", AH_DER_PRINTABLE_STRING }, { AH_OID_STATE, "Washington", 0 }, { AH_OID_LOCALITY, "Seattle", 0 },
		{ AH_OID_ORGANIZATION, "Amazon", 0 }, { AH_OID_ORGANIZATIONAL_UNIT, "AWS", 0 }, { AH_OID_COMMON_NAME, cn, 0 },
	};
	ah_buf_clear(out);
	return ah_mint_put_name(out, name, sizeof name / sizeof name[0]);
}

static void hex(char *out, const uint8_t *bytes, size_t digits)
{
	for (size_t i = 0; i < digits; i++)
		out[i] = "0123456789abcdef"[i % 2 == 0 ? bytes[i / 2] >> 4 : bytes[i / 2] & 0x0f];
	out[digits] = '\0';
}

/* -- The chain -- */

static ah_err fill_root(ah_sim_cert *cert, ah_sim *sim)
{
	ah_private_key *key = sim->nitro[AH_SIM_NITRO_ROOT];
	AH_TRY(ah_sim_cert_basics(cert, key, ROOT_NOT_BEFORE_S, ROOT_NOT_AFTER_S));
	AH_TRY(put_aws_name(&cert->subject, "aws.nitro-enclaves"));
	AH_TRY(ah_mint_put_basic_constraints(&cert->extensions, true, -1));
	AH_TRY(ah_sim_put_subject_key_id(&cert->extensions, sim->crypto, key));
	return ah_mint_put_key_usage(&cert->extensions, true, ca_usage);
}

ah_err ah_sim_nitro_root(ah_sim *sim, ah_buf *der)
{
	AH_AUTO(ah_sim_chain) chain;
	ah_sim_chain_init(&chain, 1);
	AH_TRY(fill_root(&chain.cert[0], sim));
	AH_TRY(ah_sim_chain_issue(&chain));
	return ah_buf_append(der, ah_buf_slice(&chain.cert[0].der));
}

/* The regional and the zonal CA: both carry a distribution point. */
static ah_err fill_ca(ah_sim_chain *chain, size_t level, ah_sim *sim, int path_len, const char *crl_url, int64_t not_before_s,
                      int64_t not_after_s)
{
	ah_sim_cert *cert = &chain->cert[level];
	AH_TRY(ah_sim_cert_basics(cert, sim->nitro[level], not_before_s, not_after_s));
	AH_TRY(ah_mint_put_basic_constraints(&cert->extensions, true, path_len));
	AH_TRY(ah_sim_put_authority_key_id(&cert->extensions, sim->crypto, sim->nitro[level - 1]));
	AH_TRY(ah_sim_put_subject_key_id(&cert->extensions, sim->crypto, sim->nitro[level]));
	AH_TRY(ah_mint_put_key_usage(&cert->extensions, true, ca_usage));
	return ah_mint_put_crl_distribution_point(&cert->extensions, crl_url);
}

static ah_err fill_cas(ah_sim_nitro *spec, int64_t at_s)
{
	ah_sim_chain *chain = &spec->chain;
	ah_sim *sim = spec->sim;
	uint8_t id[16];
	char digits[17], cn[65];
	AH_TRY(ah_random(id, sizeof id));

	AH_TRY(fill_ca(chain, AH_SIM_NITRO_REGIONAL, sim, 2,
	               "http://aws-nitro-enclaves-crl.s3.amazonaws.com/crl/00000000-0000-4000-8000-000000000001.crl",
	               at_s - 4 * DAY_S - HOUR_S, at_s + 16 * DAY_S));
	hex(digits, id, 16);
	(void)snprintf(cn, sizeof cn, "%s." REGION ".aws.nitro-enclaves", digits);
	AH_TRY(put_aws_name(&chain->cert[AH_SIM_NITRO_REGIONAL].subject, cn));

	AH_TRY(fill_ca(chain, AH_SIM_NITRO_ZONAL, sim, 1,
	               "http://crl-" REGION "-aws-nitro-enclaves.s3." REGION ".amazonaws.com/crl/00000000-0000-4000-8000-000000000002.crl",
	               at_s - 12 * HOUR_S, at_s + 5 * DAY_S));
	hex(digits, id + 8, 16);
	(void)snprintf(cn, sizeof cn, "%s.zonal." REGION ".aws.nitro-enclaves", digits);
	return put_zonal_name(&chain->cert[AH_SIM_NITRO_ZONAL].subject, cn);
}

static ah_err fill_instance(ah_sim_nitro *spec, int64_t at_s)
{
	ah_sim *sim = spec->sim;
	ah_sim_cert *cert = &spec->chain.cert[AH_SIM_NITRO_INSTANCE];
	AH_TRY(ah_sim_cert_basics(cert, sim->nitro[AH_SIM_NITRO_INSTANCE], at_s - 3 * HOUR_S, at_s + 21 * HOUR_S));
	AH_TRY(ah_mint_put_basic_constraints(&cert->extensions, true, 0));
	AH_TRY(ah_mint_put_key_usage(&cert->extensions, true, AH_KU_KEY_CERT_SIGN));
	AH_TRY(ah_sim_put_subject_key_id(&cert->extensions, sim->crypto, sim->nitro[AH_SIM_NITRO_INSTANCE]));
	return ah_sim_put_authority_key_id(&cert->extensions, sim->crypto, sim->nitro[AH_SIM_NITRO_ZONAL]);
}

static void put_be64(uint8_t out[static 8], uint64_t v)
{
	for (size_t i = 0; i < 8; i++)
		out[i] = (uint8_t)(v >> (56 - 8 * i));
}

/* 3 h and 3 s. The serial number is the enclave's id (its start in milliseconds and two more bytes), then the time in seconds. */
static ah_err fill_leaf(ah_sim_nitro *spec, int64_t at_s)
{
	ah_sim_cert *cert = &spec->chain.cert[AH_SIM_NITRO_LEAF];
	uint8_t more[2];
	AH_TRY(ah_random(more, sizeof more));
	AH_TRY(ah_sim_cert_basics(cert, spec->sim->nitro[AH_SIM_NITRO_LEAF], at_s - 3, at_s + 3 * HOUR_S));
	put_be64(cert->serial, ((uint64_t)at_s * 1000 - 800) << 16 | (uint64_t)more[0] << 8 | more[1]);
	put_be64(cert->serial + 8, (uint64_t)at_s);
	cert->serial[0] = 0x01;
	AH_TRY(ah_mint_put_basic_constraints(&cert->extensions, false, -1));
	return ah_mint_put_key_usage(&cert->extensions, false, AH_KU_DIGITAL_SIGNATURE | AH_KU_NON_REPUDIATION);
}

/* -- The payload -- */

static void set_pcr(ah_sim_nitro *spec, size_t index, const uint8_t value[static PCR_LEN])
{
	memcpy(spec->pcrs[index].value, value, PCR_LEN);
}

/* PCRs of an image that does not exist: the extension of zero with the hash of a label. */
static ah_err fill_pcrs(ah_sim_nitro *spec)
{
	static const struct { size_t index; const char *label; } measured[] = {
		{ 0, "anchorhold simulated enclave image" }, { 1, "anchorhold simulated kernel" }, { 2, "anchorhold simulated application" },
		{ 3, "arn:aws:iam::000000000000:role/anchorhold-simulated" }, { 8, "anchorhold simulated signing certificate" },
	};
	static const uint8_t zero[PCR_LEN];

	spec->pcr_count = PCR_COUNT;
	for (size_t i = 0; i < PCR_COUNT; i++)
		spec->pcrs[i] = (ah_sim_pcr){ .index = i, .len = PCR_LEN };
	for (size_t i = 0; i < sizeof measured / sizeof measured[0]; i++) {
		uint8_t value[PCR_LEN];
		AH_TRY(ah_sha384(spec->sim->crypto, ah_slice_text(measured[i].label), value));
		AH_TRY(ah_hash(spec->sim->crypto, AH_SHA384, (const ah_slice[]){ AH_SLICE_OF(zero), AH_SLICE_OF(value) }, 2, value));
		set_pcr(spec, measured[i].index, value);
	}
	return AH_OK;
}

ah_err ah_sim_nitro_set_instance(ah_sim_nitro *spec, const char *id)
{
	static const uint8_t zero[PCR_LEN];
	const uint8_t *enclave = spec->chain.cert[AH_SIM_NITRO_LEAF].serial;
	uint8_t pcr4[PCR_LEN];
	char digits[17], cn[96];

	(void)snprintf(spec->instance_id, sizeof spec->instance_id, "%s", id);
	hex(digits, enclave, 16);
	(void)snprintf(spec->module_id_text, sizeof spec->module_id_text, "%s-enc%s", spec->instance_id, digits);
	spec->module_id = ah_slice_text(spec->module_id_text);

	(void)snprintf(cn, sizeof cn, "%s." REGION ".aws.nitro-enclaves", spec->instance_id);
	AH_TRY(put_instance_name(&spec->chain.cert[AH_SIM_NITRO_INSTANCE].subject, cn));
	/* The full name has more than the 64 characters of X.509: AWS drops the last label. */
	(void)snprintf(cn, sizeof cn, "%s." REGION ".aws", spec->module_id_text);
	AH_TRY(put_instance_name(&spec->chain.cert[AH_SIM_NITRO_LEAF].subject, cn));

	AH_TRY(ah_hash(spec->sim->crypto, AH_SHA384, (const ah_slice[]){ AH_SLICE_OF(zero), ah_slice_text(spec->instance_id) }, 2, pcr4));
	set_pcr(spec, 4, pcr4);
	return AH_OK;
}

void ah_sim_nitro_set_debug(ah_sim_nitro *spec)
{
	static const uint8_t zero[PCR_LEN];
	set_pcr(spec, 0, zero);
	set_pcr(spec, 1, zero);
	set_pcr(spec, 2, zero);
	set_pcr(spec, 8, zero);
}

/* One directory is one instance: its id is made from the root's key. */
static ah_err default_instance(char out[static 24], ah_sim *sim)
{
	AH_AUTO(ah_buf) spki = AH_BUF(AH_SIM_PART_MAX);
	uint8_t digest[AH_SHA256_LEN];
	AH_TRY(ah_private_key_spki(sim->nitro[AH_SIM_NITRO_ROOT], &spki));
	AH_TRY(ah_sha256(sim->crypto, ah_buf_slice(&spki), digest));
	out[0] = 'i';
	out[1] = '-';
	hex(out + 2, digest, 17);
	return AH_OK;
}

ah_err ah_sim_nitro_defaults(ah_sim_nitro *spec, ah_sim *sim, int64_t at_s)
{
	static const uint8_t es384[] = { 0xa1, 0x01, 0x38, 0x22 }, empty_map[] = { 0xa0 };
	char instance[24];

	spec->sim = sim;
	AH_TRY(fill_root(&spec->chain.cert[AH_SIM_NITRO_ROOT], sim));
	AH_TRY(ah_sim_part_set(&spec->chain.cert[AH_SIM_NITRO_ROOT].der, ah_buf_slice(&sim->nitro_root_der)));
	AH_TRY(fill_cas(spec, at_s));
	AH_TRY(fill_instance(spec, at_s));
	AH_TRY(fill_leaf(spec, at_s));
	AH_TRY(fill_pcrs(spec));
	AH_TRY(default_instance(instance, sim));
	AH_TRY(ah_sim_nitro_set_instance(spec, instance));

	spec->digest = AH_SLICE_LITERAL("SHA384");
	spec->timestamp_ms = (uint64_t)at_s * 1000 + 346;
	spec->bundle_count = AH_SIM_NITRO_LEAF;
	for (unsigned i = 0; i < AH_SIM_NITRO_LEAF; i++)
		spec->bundle[i] = (uint8_t)i;
	spec->certificate = AH_SIM_NITRO_LEAF;
	spec->protected_bytes = AH_SLICE_OF(es384);
	spec->unprotected = AH_SLICE_OF(empty_map);
	spec->hash = AH_SHA384;
	return AH_OK;
}

static ah_err put_key(ah_buf *out, const char *key)
{
	return ah_cbor_put_text(out, ah_slice_text(key));
}

static ah_err put_field(ah_buf *out, const char *key, const ah_sim_field *value)
{
	if (value->form == AH_SIM_ABSENT)
		return AH_OK;
	AH_TRY(put_key(out, key));
	return value->form == AH_SIM_NULL ? ah_cbor_put_null(out) : ah_cbor_put_bytes(out, value->value);
}

static ah_err put_pcrs(ah_buf *out, const ah_sim_nitro *spec)
{
	AH_TRY(put_key(out, "pcrs"));
	AH_TRY(ah_cbor_put_map(out, spec->pcr_count));
	for (size_t i = 0; i < spec->pcr_count; i++) {
		AH_TRY(ah_cbor_put_uint(out, spec->pcrs[i].index));
		AH_TRY(ah_cbor_put_bytes(out, ah_slice_make(spec->pcrs[i].value, spec->pcrs[i].len)));
	}
	return AH_OK;
}

static ah_err put_cabundle(ah_buf *out, const ah_sim_nitro *spec)
{
	AH_TRY(put_key(out, "cabundle"));
	AH_TRY(ah_cbor_put_array(out, spec->bundle_count));
	for (size_t i = 0; i < spec->bundle_count; i++)
		AH_TRY(ah_cbor_put_bytes(out, ah_buf_slice(&spec->chain.cert[spec->bundle[i]].der)));
	return AH_OK;
}

static size_t pair_count(const ah_sim_nitro *spec)
{
	size_t count = spec->extra_count;
	for (unsigned field = 0; field < 6; field++)
		count += (spec->omit >> field & 1) == 0;
	return count + (spec->public_key.form != AH_SIM_ABSENT) + (spec->user_data.form != AH_SIM_ABSENT) + (spec->nonce.form != AH_SIM_ABSENT);
}

/* In the order of AWS. */
static ah_err put_payload(ah_buf *out, const ah_sim_nitro *spec)
{
	AH_TRY(spec->definite ? ah_cbor_put_map(out, pair_count(spec)) : ah_cbor_put_map_indefinite(out));
	if ((spec->omit & AH_SIM_OMIT_MODULE_ID) == 0) {
		AH_TRY(put_key(out, "module_id"));
		AH_TRY(ah_cbor_put_text(out, spec->module_id));
	}
	if ((spec->omit & AH_SIM_OMIT_DIGEST) == 0) {
		AH_TRY(put_key(out, "digest"));
		AH_TRY(ah_cbor_put_text(out, spec->digest));
	}
	if ((spec->omit & AH_SIM_OMIT_TIMESTAMP) == 0) {
		AH_TRY(put_key(out, "timestamp"));
		AH_TRY(ah_cbor_put_uint(out, spec->timestamp_ms));
	}
	if ((spec->omit & AH_SIM_OMIT_PCRS) == 0)
		AH_TRY(put_pcrs(out, spec));
	if ((spec->omit & AH_SIM_OMIT_CERTIFICATE) == 0) {
		AH_TRY(put_key(out, "certificate"));
		AH_TRY(ah_cbor_put_bytes(out, ah_buf_slice(&spec->chain.cert[spec->certificate].der)));
	}
	if ((spec->omit & AH_SIM_OMIT_CABUNDLE) == 0)
		AH_TRY(put_cabundle(out, spec));
	AH_TRY(put_field(out, "public_key", &spec->public_key));
	AH_TRY(put_field(out, "user_data", &spec->user_data));
	AH_TRY(put_field(out, "nonce", &spec->nonce));
	AH_TRY(ah_buf_append(out, spec->extra));
	return spec->definite ? AH_OK : ah_cbor_put_break(out);
}

/* -- The document -- */

static ah_err sign(ah_buf *signature, const ah_sim_nitro *spec, ah_slice payload)
{
	if (spec->signature.len != 0)
		return ah_buf_append(signature, spec->signature);
	const ah_private_key *key = spec->key != NULL ? spec->key : spec->chain.cert[spec->certificate].key;
	uint8_t head[AH_COSE_HEAD_MAX];
	ah_slice parts[2];
	AH_TRY(ah_cose_sign1_signed_parts(parts, head, spec->protected_bytes, payload));
	return spec->der_signature ? ah_sign_ecdsa_der(key, spec->hash, parts, 2, signature) : ah_sign_ecdsa_raw(key, spec->hash, parts, 2, signature);
}

static ah_err put_document(ah_buf *out, const ah_sim_nitro *spec, ah_slice payload, ah_slice signature)
{
	if (spec->tagged)
		AH_TRY(ah_cbor_put_tag(out, AH_COSE_TAG_SIGN1));
	AH_TRY(ah_cbor_put_array(out, 4));
	AH_TRY(ah_cbor_put_bytes(out, spec->protected_bytes));
	AH_TRY(ah_buf_append(out, spec->unprotected));
	AH_TRY(ah_cbor_put_bytes(out, payload));
	return ah_cbor_put_bytes(out, signature);
}

static void replace(ah_buf *out, ah_buf *by)
{
	ah_buf_free(out);
	*out = *by;
	*by = AH_BUF(0); /* transferred */
}

ah_err ah_sim_nitro_make(ah_sim_output *out, ah_sim_nitro *spec, ah_fault *why)
{
	AH_AUTO(ah_buf) payload = AH_BUF(DOCUMENT_MAX), signature = AH_BUF(256), document = AH_BUF(DOCUMENT_MAX), root = AH_BUF(AH_CERTIFICATE_MAX);
	(void)why; /* what can go wrong here has no place in any input */

	AH_TRY(ah_sim_chain_issue(&spec->chain));
	AH_TRY(put_payload(&payload, spec));
	if (spec->payload_patch != NULL)
		AH_TRY(spec->payload_patch(&payload, spec->payload_context));
	AH_TRY(sign(&signature, spec, ah_buf_slice(&payload)));
	AH_TRY(put_document(&document, spec, ah_buf_slice(&payload), ah_buf_slice(&signature)));
	AH_TRY(ah_buf_append(&root, ah_buf_slice(&spec->chain.cert[AH_SIM_NITRO_ROOT].der)));
	replace(&out->evidence, &document);
	replace(&out->root_der, &root);
	return AH_OK;
}
