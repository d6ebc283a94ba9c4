/* Forged Nitro documents. See cases.h. */
#include "forged/cases.h"

#include "codec/cbor.h"
#include "pki/oid.h"

#include <stdio.h>

#define CERT(f, level) (&(f)->nitro.chain.cert[AH_SIM_NITRO_##level])

/* -- Baselines: what AWS makes, or has made, or may make. -- */

static void definite(forge *f)
{
	f->nitro.definite = true;
}

static void tagged(forge *f)
{
	f->nitro.tagged = true;
}

static void optional_absent(forge *f)
{
	f->nitro.nonce.form = f->nitro.public_key.form = AH_SIM_ABSENT;
	forge_expect(f, AH_EXPECT_REPORT_DATA);
}

static void optional_null(forge *f)
{
	f->nitro.nonce.form = f->nitro.user_data.form = AH_SIM_NULL;
	forge_expect(f, AH_EXPECT_PUBLIC_KEY);
}

static void unknown_key(forge *f)
{
	FORGE_MUST(ah_cbor_put_text(&f->scratch, AH_SLICE_LITERAL("future")));
	FORGE_MUST(ah_cbor_put_uint(&f->scratch, 7));
	f->nitro.extra = ah_buf_slice(&f->scratch);
	f->nitro.extra_count = 1;
}

static void with_locked_pcr16(forge *f)
{
	f->nitro.pcrs[16] = (ah_sim_pcr){ .index = 16, .len = 48, .value = { 1 } };
	f->nitro.pcr_count = 17;
}

static void with_crls(forge *f)
{
	(void)forge_nitro_crl(f, AH_SIM_NITRO_ROOT, (ah_slice){ NULL, 0 });
	(void)forge_nitro_crl(f, AH_SIM_NITRO_REGIONAL, (ah_slice){ NULL, 0 });
}

static void at_the_last_second(forge *f)
{
	f->request.now_s = CERT(f, LEAF)->mint.not_after_s;
}

/* -- COSE and fields -- */

static void alg_es256(forge *f)
{
	static const uint8_t es256[] = { 0xa1, 0x01, 0x26 };
	f->nitro.protected_bytes = AH_SLICE_OF(es256); /* still signed with SHA-384, so that only the name is wrong */
}

static void alg_es512(forge *f)
{
	static const uint8_t es512[] = { 0xa1, 0x01, 0x38, 0x23 };
	f->nitro.protected_bytes = AH_SLICE_OF(es512);
}

static void alg_also_unprotected(forge *f)
{
	static const uint8_t map[] = { 0xa1, 0x01, 0x38, 0x22 };
	f->nitro.unprotected = AH_SLICE_OF(map);
}

static void alg_unprotected_alone(forge *f)
{
	static const uint8_t empty[] = { 0xa0 };
	alg_also_unprotected(f);
	f->nitro.protected_bytes = AH_SLICE_OF(empty);
}

static void alg_twice(forge *f)
{
	static const uint8_t twice[] = { 0xa2, 0x01, 0x38, 0x22, 0x01, 0x38, 0x22 };
	f->nitro.protected_bytes = AH_SLICE_OF(twice);
}

static void crit_header(forge *f)
{
	static const uint8_t crit[] = { 0xa2, 0x01, 0x38, 0x22, 0x02, 0x81, 0x04 };
	f->nitro.protected_bytes = AH_SLICE_OF(crit);
}

static void der_signature(forge *f)
{
	f->nitro.der_signature = true;
}

static void other_tag(forge *f)
{
	static const uint8_t tag17 = 0xd1;
	FORGE_MUST(ah_buf_append_byte(&f->scratch, tag17));
	FORGE_MUST(ah_buf_append(&f->scratch, ah_buf_slice(&f->out.evidence)));
	FORGE_MUST(ah_sim_part_set(&f->out.evidence, ah_buf_slice(&f->scratch)));
	f->request.platform = AH_PLATFORM_NITRO; /* nothing detects it */
}

static void trailing_byte(forge *f)
{
	FORGE_MUST(ah_buf_append_byte(&f->out.evidence, 0));
}

static void without_module_id(forge *f)
{
	f->nitro.omit = AH_SIM_OMIT_MODULE_ID;
}

static void without_digest(forge *f)
{
	f->nitro.omit = AH_SIM_OMIT_DIGEST;
}

static void without_timestamp(forge *f)
{
	f->nitro.omit = AH_SIM_OMIT_TIMESTAMP;
}

static void without_pcrs(forge *f)
{
	f->nitro.omit = AH_SIM_OMIT_PCRS;
}

static void without_certificate(forge *f)
{
	f->nitro.omit = AH_SIM_OMIT_CERTIFICATE;
}

static void without_cabundle(forge *f)
{
	f->nitro.omit = AH_SIM_OMIT_CABUNDLE;
}

static void empty_module_id(forge *f)
{
	f->nitro.module_id = AH_SLICE_LITERAL("");
}

/* Well-formed UTF-8, and the leaf has the same name: only the characters are wrong. */
static void module_id_beyond_ascii(forge *f)
{
	char *id = f->piece, *cn = f->text;
	(void)snprintf(id, sizeof f->piece, "%s-enc\xc3\xa9", f->nitro.instance_id);
	(void)snprintf(cn, sizeof f->text, "%s.us-east-1.aws", id);
	f->nitro.module_id = ah_slice_text(id);
	ah_buf_clear(&CERT(f, LEAF)->subject);
	FORGE_MUST(ah_mint_put_common_name(&CERT(f, LEAF)->subject, cn));
}

static void digest_sha256(forge *f)
{
	f->nitro.digest = AH_SLICE_LITERAL("SHA256");
}

/* The leaf is valid since 1970, so that the time itself is not what is wrong. */
static void timestamp_zero(forge *f)
{
	f->nitro.timestamp_ms = 0;
	CERT(f, LEAF)->mint.not_before_s = 0;
}

static void pcr_len_47(forge *f)
{
	f->nitro.pcrs[9].len = 47;
}

static void pcr_len_49(forge *f)
{
	f->nitro.pcrs[9].len = 49;
}

static void pcr_index_32(forge *f)
{
	f->nitro.pcrs[16] = (ah_sim_pcr){ .index = 32, .len = 48 };
	f->nitro.pcr_count = 17;
}

static void pcr_count_0(forge *f)
{
	f->nitro.pcr_count = 0;
}

static void pcr_count_33(forge *f)
{
	for (size_t i = 16; i < 33; i++)
		f->nitro.pcrs[i] = (ah_sim_pcr){ .index = i, .len = 48 };
	f->nitro.pcr_count = 33;
}

static ah_err double_pcr_index(ah_buf *payload, void *context)
{
	(void)context;
	/* Key 15 and the head of its 48 bytes become key 14. */
	forge_replace(payload, AH_SLICE_LITERAL("\x0f\x58\x30"), AH_SLICE_LITERAL("\x0e\x58\x30"));
	return AH_OK;
}

static void pcr_index_twice(forge *f)
{
	f->nitro.payload_patch = double_pcr_index;
}

static void bundle_of(forge *f, const uint8_t *levels, size_t count)
{
	memcpy(f->nitro.bundle, levels, count);
	f->nitro.bundle_count = count;
}

static void bundle_empty(forge *f)
{
	f->nitro.bundle_count = 0;
}

static void bundle_reversed(forge *f)
{
	bundle_of(f, (const uint8_t[]){ 3, 2, 1, 0 }, 4);
}

static void bundle_without_root(forge *f)
{
	bundle_of(f, (const uint8_t[]){ 1, 2, 3 }, 3);
}

static void bundle_root_twice(forge *f)
{
	bundle_of(f, (const uint8_t[]){ 0, 0, 1, 2, 3 }, 5);
}

static void bundle_root_alone(forge *f)
{
	bundle_of(f, (const uint8_t[]){ 0 }, 1);
}

static void bundle_of_64(forge *f)
{
	memset(f->nitro.bundle, 0, 64);
	f->nitro.bundle_count = 64;
}

/* 1.3.6.1.4.1.99999.1, an arc of nobody. */
#define NOBODYS_OID AH_SLICE_LITERAL("\x2b\x06\x01\x04\x01\x86\x8d\x1f\x01")

static void large_leaf(forge *f)
{
	static const uint8_t padding[400];
	FORGE_MUST(ah_mint_put_extension(&CERT(f, LEAF)->extensions, NOBODYS_OID, false, AH_SLICE_OF(padding)));
}

static void empty_public_key(forge *f)
{
	f->nitro.public_key = (ah_sim_field){ AH_SIM_VALUE, AH_SLICE_LITERAL("") };
	forge_expect(f, AH_EXPECT_NONCE);
}

static const uint8_t zeros[1100];

static void long_public_key(forge *f)
{
	f->nitro.public_key = (ah_sim_field){ AH_SIM_VALUE, { zeros, AH_NITRO_PUBLIC_KEY_MAX + 1 } };
	forge_expect(f, AH_EXPECT_NONCE);
}

static void long_user_data(forge *f)
{
	f->nitro.user_data = (ah_sim_field){ AH_SIM_VALUE, { zeros, AH_NITRO_USER_DATA_MAX + 1 } };
	forge_expect(f, AH_EXPECT_NONCE);
}

static void long_nonce(forge *f)
{
	f->nitro.nonce = (ah_sim_field){ AH_SIM_VALUE, { zeros, AH_NITRO_NONCE_MAX + 1 } };
	forge_expect(f, AH_EXPECT_REPORT_DATA);
}

/* -- CBOR -- */

static ah_err wide_timestamp_key(ah_buf *payload, void *context)
{
	(void)context;
	forge_replace(payload, AH_SLICE_LITERAL("\x69timestamp"), AH_SLICE_LITERAL("\x78\x09timestamp"));
	return AH_OK;
}

static void wide_length(forge *f)
{
	f->nitro.payload_patch = wide_timestamp_key;
}

static ah_err wide_pcr_index(ah_buf *payload, void *context)
{
	(void)context;
	/* PCR11 and the head of its 48 bytes. */
	forge_replace(payload, AH_SLICE_LITERAL("\x0b\x58\x30"), AH_SLICE_LITERAL("\x18\x0b\x58\x30"));
	return AH_OK;
}

static void wide_integer(forge *f)
{
	f->nitro.payload_patch = wide_pcr_index;
}

static ah_err chunk_digest(ah_buf *payload, void *context)
{
	(void)context;
	forge_replace(payload, AH_SLICE_LITERAL("\x66SHA384"), AH_SLICE_LITERAL("\x7f\x63SHA\x63" "384\xff"));
	return AH_OK;
}

static void chunked_text(forge *f)
{
	f->nitro.payload_patch = chunk_digest;
}

static ah_err name_digest_nonce(ah_buf *payload, void *context)
{
	(void)context;
	forge_replace(payload, AH_SLICE_LITERAL("\x66" "digest\x66SHA384"), AH_SLICE_LITERAL("\x65nonce\xf6"));
	return AH_OK;
}

static void key_twice(forge *f)
{
	f->nitro.payload_patch = name_digest_nonce;
}

static ah_err null_digest(ah_buf *payload, void *context)
{
	(void)context;
	forge_replace(payload, AH_SLICE_LITERAL("\x66SHA384"), AH_SLICE_LITERAL("\xf6"));
	return AH_OK;
}

static void digest_is_null(forge *f)
{
	f->nitro.payload_patch = null_digest;
}

static ah_err append_to_payload(ah_buf *payload, void *context)
{
	(void)context;
	return ah_buf_append_byte(payload, 0xf6);
}

static void trailing_in_payload(forge *f)
{
	f->nitro.payload_patch = append_to_payload;
}

static void nesting_bomb(forge *f)
{
	FORGE_MUST(ah_cbor_put_text(&f->scratch, AH_SLICE_LITERAL("bomb")));
	for (size_t i = 0; i < 1000; i++)
		FORGE_MUST(ah_cbor_put_array(&f->scratch, 1));
	FORGE_MUST(ah_cbor_put_null(&f->scratch));
	f->nitro.extra = ah_buf_slice(&f->scratch);
	f->nitro.extra_count = 1;
}

static void length_bomb(forge *f)
{
	FORGE_MUST(ah_cbor_put_text(&f->scratch, AH_SLICE_LITERAL("bomb")));
	FORGE_MUST(ah_buf_append(&f->scratch, AH_SLICE_LITERAL("\x5b\x7f\xff\xff\xff\xff\xff\xff\xff")));
	f->nitro.extra = ah_buf_slice(&f->scratch);
	f->nitro.extra_count = 1;
}

/* -- The chain -- */

/* The policy knows no such root, the caller gives another one: only the pin can refuse. */
static void root_of_a_stranger(forge *f)
{
	f->request.simulated_root = ah_buf_slice(&f->sim->ark_der[AH_SNP_GENOA]);
	forge_genuine_only(f);
}

static void leaf_expired(forge *f)
{
	f->request.now_s = CERT(f, LEAF)->mint.not_after_s + 1;
}

static void leaf_not_yet_valid(forge *f)
{
	f->request.now_s = CERT(f, LEAF)->mint.not_before_s - 1;
}

static void zonal_expired(forge *f)
{
	CERT(f, ZONAL)->mint.not_after_s = FORGE_NOW_S - 1;
}

static void root_expired(forge *f)
{
	ah_buf_clear(&CERT(f, ROOT)->der);
	CERT(f, ROOT)->mint.not_after_s = FORGE_NOW_S - 1;
}

static void zonal_of_another_issuer(forge *f)
{
	FORGE_MUST(ah_mint_put_common_name(&CERT(f, ZONAL)->issuer, "another.us-east-1.aws.nitro-enclaves"));
}

static void instance_of_another_key_id(forge *f)
{
	ah_buf *list = forge_extensions(CERT(f, INSTANCE));
	FORGE_MUST(ah_mint_put_basic_constraints(list, true, 0));
	FORGE_MUST(ah_mint_put_key_usage(list, true, AH_KU_KEY_CERT_SIGN));
	FORGE_MUST(ah_sim_put_authority_key_id(list, f->sim->crypto, f->sim->nitro[AH_SIM_NITRO_REGIONAL]));
}

static void instance_is_no_ca(forge *f)
{
	ah_buf *list = forge_extensions(CERT(f, INSTANCE));
	FORGE_MUST(ah_mint_put_basic_constraints(list, false, -1));
	FORGE_MUST(ah_mint_put_key_usage(list, true, AH_KU_KEY_CERT_SIGN));
}

static void instance_without_constraints(forge *f)
{
	FORGE_MUST(ah_mint_put_key_usage(forge_extensions(CERT(f, INSTANCE)), true, AH_KU_KEY_CERT_SIGN));
}

static void instance_without_cert_sign(forge *f)
{
	ah_buf *list = forge_extensions(CERT(f, INSTANCE));
	FORGE_MUST(ah_mint_put_basic_constraints(list, true, 0));
	FORGE_MUST(ah_mint_put_key_usage(list, true, AH_KU_DIGITAL_SIGNATURE));
}

/* The instance's certificate has the form of a leaf, and signs another leaf with it. */
static void leaf_issues_leaf(forge *f)
{
	ah_buf *list = forge_extensions(CERT(f, INSTANCE));
	FORGE_MUST(ah_mint_put_basic_constraints(list, false, -1));
	FORGE_MUST(ah_mint_put_key_usage(list, false, AH_KU_DIGITAL_SIGNATURE | AH_KU_NON_REPUDIATION));
}

static void regional_with_path_len(forge *f, int path_len)
{
	ah_buf *list = forge_extensions(CERT(f, REGIONAL));
	FORGE_MUST(ah_mint_put_basic_constraints(list, true, path_len));
	FORGE_MUST(ah_mint_put_key_usage(list, true, AH_KU_KEY_CERT_SIGN | AH_KU_CRL_SIGN));
}

static void path_len_1_above_two(forge *f)
{
	regional_with_path_len(f, 1);
}

static void path_len_0_above_two(forge *f)
{
	regional_with_path_len(f, 0);
}

static void leaf_with(forge *f, bool ca, uint16_t usage)
{
	ah_buf *list = forge_extensions(CERT(f, LEAF));
	FORGE_MUST(ah_mint_put_basic_constraints(list, ca, -1));
	FORGE_MUST(ah_mint_put_key_usage(list, false, usage));
}

static void leaf_is_ca(forge *f)
{
	leaf_with(f, true, AH_KU_DIGITAL_SIGNATURE);
}

static void leaf_may_sign_certificates(forge *f)
{
	leaf_with(f, false, AH_KU_DIGITAL_SIGNATURE | AH_KU_KEY_CERT_SIGN);
}

static void leaf_may_sign_crls(forge *f)
{
	leaf_with(f, false, AH_KU_DIGITAL_SIGNATURE | AH_KU_CRL_SIGN);
}

static void leaf_may_not_sign(forge *f)
{
	leaf_with(f, false, AH_KU_NON_REPUDIATION);
}

static void leaf_without_usage(forge *f)
{
	FORGE_MUST(ah_mint_put_basic_constraints(forge_extensions(CERT(f, LEAF)), false, -1));
}

static void leaf_without_constraints(forge *f)
{
	FORGE_MUST(ah_mint_put_key_usage(forge_extensions(CERT(f, LEAF)), false, AH_KU_DIGITAL_SIGNATURE));
}

static void put_unknown_critical(ah_sim_cert *cert)
{
	FORGE_MUST(ah_mint_put_extension(&cert->extensions, NOBODYS_OID, true, AH_SLICE_LITERAL("\x05\x00")));
}

static void unknown_critical_in_leaf(forge *f)
{
	put_unknown_critical(CERT(f, LEAF));
}

static void unknown_critical_in_regional(forge *f)
{
	put_unknown_critical(CERT(f, REGIONAL));
}

static void leaf_signed_with_sha256(forge *f)
{
	CERT(f, LEAF)->mint.signing.sig_alg = AH_SIG_ECDSA_SHA256;
}

static void instance_of_p256(forge *f)
{
	static ah_private_key *key; /* one for the process */
	if (key == NULL)
		FORGE_MUST(ah_private_key_generate(&key, AH_KEY_P256, 0, NULL));
	CERT(f, INSTANCE)->key = key;
}

static ah_err change_curve(ah_buf *tbs, void *context)
{
	(void)context;
	/* secp384r1 (1.3.132.0.34) becomes secp521r1 (1.3.132.0.35). */
	forge_replace(tbs, AH_SLICE_LITERAL("\x2b\x81\x04\x00\x22"), AH_SLICE_LITERAL("\x2b\x81\x04\x00\x23"));
	return AH_OK;
}

static void leaf_of_another_curve(forge *f)
{
	CERT(f, LEAF)->mint.signing.patch = change_curve;
}

static void leaf_of_a_stranger(forge *f)
{
	CERT(f, LEAF)->mint.signing.key = f->sim->nitro[AH_SIM_NITRO_LEAF];
}

static void instance_of_a_stranger(forge *f)
{
	CERT(f, INSTANCE)->mint.signing.key = f->sim->nitro[AH_SIM_NITRO_LEAF];
}

static ah_err widen_a_length(ah_buf *tbs, void *context)
{
	(void)context;
	/* The outermost length, 30 82 xx xx, gets a byte that DER forbids: 30 83 00 xx xx. */
	AH_AUTO(ah_buf) out = AH_BUF(tbs->max);
	FORGE_MUST(ah_buf_append(&out, AH_SLICE_LITERAL("\x30\x83\x00")));
	FORGE_MUST(ah_buf_append(&out, ah_slice_sub(ah_buf_slice(tbs), 2, tbs->len - 2)));
	return ah_sim_part_set(tbs, ah_buf_slice(&out));
}

static void ber_in_leaf(forge *f)
{
	CERT(f, LEAF)->mint.signing.patch = widen_a_length;
}

static void extension_twice_in_leaf(forge *f)
{
	FORGE_MUST(ah_mint_put_key_usage(&CERT(f, LEAF)->extensions, false, AH_KU_DIGITAL_SIGNATURE));
}

/* -- Revocation: only where CRLs are given -- */

static void revoked_zonal(forge *f)
{
	AH_AUTO(ah_buf) list = AH_BUF(1024);
	const ah_sim_cert *zonal = CERT(f, ZONAL);
	FORGE_MUST(ah_mint_put_revoked(&list, ah_slice_make(zonal->serial, zonal->serial_len), FORGE_NOW_S - 60, (ah_slice){ NULL, 0 }));
	(void)forge_nitro_crl(f, AH_SIM_NITRO_ROOT, (ah_slice){ NULL, 0 });
	(void)forge_nitro_crl(f, AH_SIM_NITRO_REGIONAL, ah_buf_slice(&list));
}

static void only_the_first_crl(forge *f)
{
	(void)forge_nitro_crl(f, AH_SIM_NITRO_ROOT, (ah_slice){ NULL, 0 });
}

/* The zonal CA is no issuer of CRLs for the regional one; its own CRL covers nobody in scope. */
static void crl_of_a_sibling(forge *f)
{
	(void)forge_nitro_crl(f, AH_SIM_NITRO_ROOT, (ah_slice){ NULL, 0 });
	(void)forge_nitro_crl(f, AH_SIM_NITRO_ZONAL, (ah_slice){ NULL, 0 });
}

static void crl_of_the_leaf(forge *f)
{
	with_crls(f);
	(void)forge_nitro_crl(f, AH_SIM_NITRO_LEAF, (ah_slice){ NULL, 0 });
}

/* -- What must agree -- */

static void signed_by_another_key(forge *f)
{
	f->nitro.key = f->sim->nitro[AH_SIM_NITRO_ROOT];
}

static void zero_signature(forge *f)
{
	f->nitro.signature = ah_slice_make(zeros, 96);
}

/* A nonce that nobody compares here, so that only the signature knows. */
static void nonce_altered(forge *f)
{
	uint8_t other[sizeof f->nonce] = { 0x77 };
	forge_replace(&f->out.evidence, AH_SLICE_OF(f->nonce), AH_SLICE_OF(other));
	forge_expect(f, AH_EXPECT_REPORT_DATA);
}

static void leaf_of_another_enclave(forge *f)
{
	char *cn = f->text;
	(void)snprintf(cn, sizeof f->text, "%s-enc0000000000000000.us-east-1.aws", f->nitro.instance_id);
	ah_buf_clear(&CERT(f, LEAF)->subject);
	FORGE_MUST(ah_mint_put_common_name(&CERT(f, LEAF)->subject, cn));
}

static void instance_of_another_machine(forge *f)
{
	ah_buf_clear(&CERT(f, INSTANCE)->subject);
	FORGE_MUST(ah_mint_put_common_name(&CERT(f, INSTANCE)->subject, "i-00000000000000000.us-east-1.aws.nitro-enclaves"));
}

static void pcr4_of_another_machine(forge *f)
{
	f->nitro.pcrs[4].value[0] ^= 1;
}

static void timestamp_before_leaf(forge *f)
{
	f->nitro.timestamp_ms = (uint64_t)(CERT(f, LEAF)->mint.not_before_s - 1) * 1000;
}

static void timestamp_after_leaf(forge *f)
{
	f->nitro.timestamp_ms = (uint64_t)(CERT(f, LEAF)->mint.not_after_s + 2) * 1000;
}

/* One second more than clocks may differ. */
static void timestamp_ahead(forge *f)
{
	f->nitro.timestamp_ms = (uint64_t)(f->request.now_s + 61) * 1000;
}

#define N AH_PLATFORM_NITRO
#define BASE(name, change) { name, N, AH_CHECK_COUNT, AH_OK, change, NULL, FORGE_ALONE, 0, 0, 0 }
#define CASE(name, check, err, change) { name, N, AH_CHECK_##check, AH_ERR_##err, change, NULL, FORGE_ALONE, 0, 0, 0 }
#define OVERLAPPED(name, check, err, change) { name, N, AH_CHECK_##check, AH_ERR_##err, change, NULL, FORGE_OVERLAPPED, 0, 0, 0 }
#define SHAPE(name, err, change) { name, N, AH_CHECK_COUNT, AH_ERR_##err, change, NULL, FORGE_STRUCTURE, 0, 0, 0 }
#define TAMPERED(name, check, err, tamper) { name, N, AH_CHECK_##check, AH_ERR_##err, NULL, tamper, FORGE_ALONE, 0, 0, 0 }
#define TAMPERED_SHAPE(name, err, tamper) { name, N, AH_CHECK_COUNT, AH_ERR_##err, NULL, tamper, FORGE_STRUCTURE, 0, 0, 0 }

const forge_case forge_nitro_cases[] = {
	BASE("nitro_document_is_accepted", NULL),
	BASE("nitro_definite_map_is_accepted", definite),
	BASE("nitro_tag_18_is_accepted", tagged),
	BASE("nitro_absent_optional_fields_are_accepted", optional_absent),
	BASE("nitro_null_optional_fields_are_accepted", optional_null),
	BASE("nitro_unknown_signed_key_is_accepted", unknown_key),
	BASE("nitro_locked_pcr16_is_accepted", with_locked_pcr16),
	BASE("nitro_with_crls_is_accepted", with_crls),
	BASE("nitro_last_second_of_the_leaf_is_accepted", at_the_last_second),
	BASE("nitro_genuine_only_is_accepted", forge_genuine_only),

	CASE("E11_alg_es256_is_refused", NITRO_ALG, ALGORITHM, alg_es256),
	CASE("E11_alg_es512_is_refused", NITRO_ALG, ALGORITHM, alg_es512),
	CASE("E11_alg_also_in_unprotected_header_is_refused", NITRO_UNPROTECTED, COSE, alg_also_unprotected),
	SHAPE("E11_alg_in_unprotected_header_alone_is_refused", COSE, alg_unprotected_alone),
	SHAPE("E11_duplicate_header_label_is_refused", COSE, alg_twice),
	SHAPE("E11_crit_header_is_refused", COSE, crit_header),
	SHAPE("E11_der_signature_is_refused", COSE, der_signature),
	TAMPERED_SHAPE("E11_other_tag_is_refused", COSE, other_tag),
	TAMPERED_SHAPE("E11_trailing_byte_is_refused", TRAILING, trailing_byte),
	SHAPE("E11_non_minimal_length_is_refused", ENCODING, wide_length),
	SHAPE("E11_non_minimal_integer_is_refused", ENCODING, wide_integer),
	SHAPE("E11_chunked_text_is_refused", ENCODING, chunked_text),
	SHAPE("E11_trailing_byte_in_payload_is_refused", TRAILING, trailing_in_payload),
	SHAPE("E11_duplicate_payload_key_is_refused", DUPLICATE_KEY, key_twice),
	SHAPE("E11_nesting_bomb_is_refused", TOO_DEEP, nesting_bomb),
	SHAPE("E11_length_bomb_is_refused", TRUNCATED, length_bomb),

	OVERLAPPED("E10_missing_module_id_is_refused", NITRO_FIELDS, DOCUMENT_INCOMPLETE, without_module_id),
	CASE("E10_missing_digest_is_refused", NITRO_FIELDS, DOCUMENT_INCOMPLETE, without_digest),
	CASE("E10_missing_timestamp_is_refused", NITRO_FIELDS, DOCUMENT_INCOMPLETE, without_timestamp),
	OVERLAPPED("E10_missing_pcrs_is_refused", NITRO_FIELDS, DOCUMENT_INCOMPLETE, without_pcrs),
	OVERLAPPED("E10_missing_certificate_is_refused", NITRO_FIELDS, DOCUMENT_INCOMPLETE, without_certificate),
	OVERLAPPED("E10_missing_cabundle_is_refused", NITRO_FIELDS, DOCUMENT_INCOMPLETE, without_cabundle),
	SHAPE("E10_null_digest_is_refused", FORMAT, digest_is_null),
	OVERLAPPED("E10_empty_module_id_is_refused", NITRO_MODULE_ID, FIELD_RANGE, empty_module_id),
	CASE("E10_module_id_beyond_ascii_is_refused", NITRO_MODULE_ID, FIELD_RANGE, module_id_beyond_ascii),
	CASE("E10_digest_sha256_is_refused", NITRO_DIGEST, FIELD_RANGE, digest_sha256),
	CASE("E10_timestamp_zero_is_refused", NITRO_TIMESTAMP, FIELD_RANGE, timestamp_zero),
	CASE("E10_pcr_of_47_bytes_is_refused", NITRO_PCRS, FIELD_RANGE, pcr_len_47),
	CASE("E10_pcr_of_49_bytes_is_refused", NITRO_PCRS, FIELD_RANGE, pcr_len_49),
	CASE("E10_pcr_index_32_is_refused", NITRO_PCRS, FIELD_RANGE, pcr_index_32),
	OVERLAPPED("E10_empty_pcr_map_is_refused", NITRO_PCRS, FIELD_RANGE, pcr_count_0),
	CASE("E10_33_pcrs_are_refused", NITRO_PCRS, FIELD_RANGE, pcr_count_33),
	SHAPE("E10_pcr_index_twice_is_refused", DUPLICATE_KEY, pcr_index_twice),
	CASE("E10_certificate_above_1024_bytes_is_refused", NITRO_CABUNDLE, FIELD_RANGE, large_leaf),
	OVERLAPPED("E08_empty_cabundle_is_refused", NITRO_CABUNDLE, FIELD_RANGE, bundle_empty),
	CASE("E10_empty_public_key_is_refused", NITRO_OPTIONAL, FIELD_RANGE, empty_public_key),
	CASE("E10_public_key_of_1025_bytes_is_refused", NITRO_OPTIONAL, FIELD_RANGE, long_public_key),
	CASE("E10_user_data_of_513_bytes_is_refused", NITRO_OPTIONAL, FIELD_RANGE, long_user_data),
	CASE("E10_nonce_of_513_bytes_is_refused", NITRO_OPTIONAL, FIELD_RANGE, long_nonce),

	CASE("E08_root_of_a_stranger_is_refused", PATH_ROOT, ROOT_UNTRUSTED, root_of_a_stranger),
	OVERLAPPED("E08_reversed_cabundle_is_refused", PATH_ROOT, ROOT_UNTRUSTED, bundle_reversed),
	OVERLAPPED("E08_cabundle_without_root_is_refused", PATH_ROOT, ROOT_UNTRUSTED, bundle_without_root),
	OVERLAPPED("E08_root_alone_is_refused", PATH_NAMES, CHAIN, bundle_root_alone),
	CASE("E08_root_twice_is_refused", PATH_NAMES, CHAIN, bundle_root_twice),
	SHAPE("E08_cabundle_of_64_is_refused", TOO_LARGE, bundle_of_64),

	CASE("expired_leaf_is_refused", PATH_VALIDITY, CERT_EXPIRED, leaf_expired),
	CASE("leaf_not_yet_valid_is_refused", PATH_VALIDITY, CERT_NOT_YET_VALID, leaf_not_yet_valid),
	CASE("expired_ca_is_refused", PATH_VALIDITY, CERT_EXPIRED, zonal_expired),
	CASE("expired_root_is_refused", PATH_VALIDITY, CERT_EXPIRED, root_expired),
	CASE("E09_issuer_name_mismatch_is_refused", PATH_NAMES, CHAIN, zonal_of_another_issuer),
	CASE("E09_key_identifier_mismatch_is_refused", PATH_NAMES, CHAIN, instance_of_another_key_id),
	CASE("E09_ca_false_is_refused", PATH_CA, CHAIN_CONSTRAINT, instance_is_no_ca),
	CASE("E09_ca_without_basic_constraints_is_refused", PATH_CA, CHAIN_CONSTRAINT, instance_without_constraints),
	CASE("E09_ca_without_cert_sign_is_refused", PATH_CA, CHAIN_CONSTRAINT, instance_without_cert_sign),
	CASE("E09_leaf_as_ca_is_refused", PATH_CA, CHAIN_CONSTRAINT, leaf_issues_leaf),
	CASE("E09_path_len_exceeded_is_refused", PATH_LENGTH, CHAIN_CONSTRAINT, path_len_1_above_two),
	CASE("E09_path_len_0_above_cas_is_refused", PATH_LENGTH, CHAIN_CONSTRAINT, path_len_0_above_two),
	CASE("E09_leaf_with_ca_true_is_refused", PATH_LEAF, CHAIN_CONSTRAINT, leaf_is_ca),
	CASE("E09_leaf_with_cert_sign_is_refused", PATH_LEAF, CHAIN_CONSTRAINT, leaf_may_sign_certificates),
	CASE("E09_leaf_with_crl_sign_is_refused", PATH_LEAF, CHAIN_CONSTRAINT, leaf_may_sign_crls),
	CASE("E09_leaf_without_digital_signature_is_refused", PATH_LEAF, CHAIN_CONSTRAINT, leaf_may_not_sign),
	CASE("E09_leaf_without_key_usage_is_refused", PATH_LEAF, CHAIN_CONSTRAINT, leaf_without_usage),
	CASE("E09_leaf_without_basic_constraints_is_refused", PATH_LEAF, CHAIN_CONSTRAINT, leaf_without_constraints),
	CASE("E09_unknown_critical_extension_in_leaf_is_refused", PATH_CRITICAL, CHAIN_CONSTRAINT, unknown_critical_in_leaf),
	CASE("E09_unknown_critical_extension_in_ca_is_refused", PATH_CRITICAL, CHAIN_CONSTRAINT, unknown_critical_in_regional),
	CASE("E09_sha256_signature_in_chain_is_refused", PATH_ALGORITHM, ALGORITHM, leaf_signed_with_sha256),
	CASE("E09_ca_of_p256_is_refused", PATH_ALGORITHM, ALGORITHM, instance_of_p256),
	OVERLAPPED("E09_wrong_curve_is_refused", PATH_ALGORITHM, ALGORITHM, leaf_of_another_curve),
	CASE("E09_leaf_signed_by_a_stranger_is_refused", PATH_SIGNATURE, CERT_SIGNATURE, leaf_of_a_stranger),
	CASE("E09_ca_signed_by_a_stranger_is_refused", PATH_SIGNATURE, CERT_SIGNATURE, instance_of_a_stranger),
	SHAPE("E09_ber_certificate_is_refused", CERT_MALFORMED, ber_in_leaf),
	SHAPE("E09_extension_twice_is_refused", CERT_MALFORMED, extension_twice_in_leaf),

	CASE("E07_revoked_intermediate_is_refused", REVOCATION, REVOKED, revoked_zonal),
	CASE("E07_missing_crl_of_an_intermediate_is_refused", REVOCATION, REVOCATION_UNAVAILABLE, only_the_first_crl),
	CASE("E06_crl_of_a_sibling_ca_is_refused", REVOCATION, REVOCATION_UNAVAILABLE, crl_of_a_sibling),
	CASE("E06_crl_signed_by_a_leaf_is_refused", REVOCATION, CRL_ISSUER, crl_of_the_leaf),

	CASE("nitro_signature_of_another_key_is_refused", NITRO_SIGNATURE, SIGNATURE, signed_by_another_key),
	CASE("nitro_zero_signature_is_refused", NITRO_SIGNATURE, SIGNATURE, zero_signature),
	TAMPERED("nitro_altered_payload_is_refused", NITRO_SIGNATURE, SIGNATURE, nonce_altered),
	CASE("nitro_leaf_of_another_enclave_is_refused", NITRO_LEAF_NAME, MODULE_ID_MISMATCH, leaf_of_another_enclave),
	CASE("nitro_instance_certificate_of_another_machine_is_refused", NITRO_INSTANCE_NAME, MODULE_ID_MISMATCH, instance_of_another_machine),
	CASE("H16_pcr4_of_another_machine_is_refused", NITRO_PCR4, INSTANCE_MISMATCH, pcr4_of_another_machine),
	CASE("nitro_timestamp_before_the_leaf_is_refused", NITRO_TIME, TIMESTAMP, timestamp_before_leaf),
	CASE("nitro_timestamp_after_the_leaf_is_refused", NITRO_TIME, TIMESTAMP, timestamp_after_leaf),
	CASE("nitro_timestamp_ahead_of_the_verifier_is_refused", NITRO_TIME, TIMESTAMP_AHEAD, timestamp_ahead),
};
const size_t forge_nitro_case_count = sizeof forge_nitro_cases / sizeof forge_nitro_cases[0];
