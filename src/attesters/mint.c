/* See mint.h. Field order and encodings: RFC 5280 4.1 and 5.1. */
#include "attesters/mint.h"

#include "base/fault.h"
#include "codec/der.h"
#include "pki/oid.h"

#define PSS_SALT_LEN      48
/* A TBS may exceed every limit of the parsers: forges want to see the refusal. */
#define MINT_TBS_MAX      (4 * 1024 * 1024)
#define MINT_SIGNATURE_MAX 1024

/* -- Names -- */

static ah_err put_attribute(ah_buf *out, const ah_mint_attribute *attribute)
{
	ah_der_mark rdn, pair;
	uint8_t tag = attribute->tag != 0 ? attribute->tag : AH_DER_UTF8_STRING;
	AH_TRY(ah_der_begin(out, AH_DER_SET, &rdn));
	AH_TRY(ah_der_begin(out, AH_DER_SEQUENCE, &pair));
	AH_TRY(ah_der_put(out, AH_DER_OID, attribute->oid));
	AH_TRY(ah_der_put(out, tag, ah_slice_text(attribute->text)));
	AH_TRY(ah_der_end(out, pair));
	return ah_der_end(out, rdn);
}

ah_err ah_mint_put_name(ah_buf *out, const ah_mint_attribute *attributes, size_t count)
{
	ah_der_mark name;
	AH_TRY(ah_der_begin(out, AH_DER_SEQUENCE, &name));
	for (size_t i = 0; i < count; i++)
		AH_TRY(put_attribute(out, &attributes[i]));
	return ah_der_end(out, name);
}

ah_err ah_mint_put_common_name(ah_buf *out, const char *text)
{
	const ah_mint_attribute cn = { AH_OID_COMMON_NAME, text, 0 };
	return ah_mint_put_name(out, &cn, 1);
}

/* -- Extensions -- */

static ah_err begin_extension(ah_buf *list, ah_slice oid, bool critical, ah_der_mark *extension, ah_der_mark *value)
{
	AH_TRY(ah_der_begin(list, AH_DER_SEQUENCE, extension));
	AH_TRY(ah_der_put(list, AH_DER_OID, oid));
	if (critical)
		AH_TRY(ah_der_put_boolean(list, true));
	return ah_der_begin(list, AH_DER_OCTET_STRING, value);
}

static ah_err end_extension(ah_buf *list, ah_der_mark extension, ah_der_mark value)
{
	AH_TRY(ah_der_end(list, value));
	return ah_der_end(list, extension);
}

ah_err ah_mint_put_extension(ah_buf *list, ah_slice oid, bool critical, ah_slice value)
{
	ah_der_mark extension, octets;
	AH_TRY(begin_extension(list, oid, critical, &extension, &octets));
	AH_TRY(ah_der_put_raw(list, value));
	return end_extension(list, extension, octets);
}

ah_err ah_mint_put_basic_constraints(ah_buf *list, bool is_ca, int path_len)
{
	ah_der_mark extension, octets, body;
	AH_TRY(begin_extension(list, AH_OID_BASIC_CONSTRAINTS, true, &extension, &octets));
	AH_TRY(ah_der_begin(list, AH_DER_SEQUENCE, &body));
	if (is_ca)
		AH_TRY(ah_der_put_boolean(list, true));
	if (path_len >= 0)
		AH_TRY(ah_der_put_uint(list, (uint64_t)path_len));
	AH_TRY(ah_der_end(list, body));
	return end_extension(list, extension, octets);
}

ah_err ah_mint_put_key_usage(ah_buf *list, bool critical, uint16_t flags)
{
	ah_der_mark extension, octets;
	AH_TRY(begin_extension(list, AH_OID_KEY_USAGE, critical, &extension, &octets));
	AH_TRY(ah_der_put_bit_flags(list, flags));
	return end_extension(list, extension, octets);
}

ah_err ah_mint_put_subject_key_id(ah_buf *list, ah_slice key_id)
{
	ah_der_mark extension, octets;
	AH_TRY(begin_extension(list, AH_OID_SUBJECT_KEY_ID, false, &extension, &octets));
	AH_TRY(ah_der_put(list, AH_DER_OCTET_STRING, key_id));
	return end_extension(list, extension, octets);
}

ah_err ah_mint_put_authority_key_id(ah_buf *list, ah_slice key_id)
{
	ah_der_mark extension, octets, body;
	AH_TRY(begin_extension(list, AH_OID_AUTHORITY_KEY_ID, false, &extension, &octets));
	AH_TRY(ah_der_begin(list, AH_DER_SEQUENCE, &body));
	AH_TRY(ah_der_put(list, AH_DER_CONTEXT | 0, key_id));
	AH_TRY(ah_der_end(list, body));
	return end_extension(list, extension, octets);
}

/* RFC 5280 4.2.1.13: DistributionPoint { distributionPoint [0] { fullName [0] { uniformResourceIdentifier [6] } } }. */
ah_err ah_mint_put_crl_distribution_point(ah_buf *list, const char *url)
{
	ah_der_mark extension, octets, points, point, name, full_name;
	AH_TRY(begin_extension(list, AH_OID_CRL_DISTRIBUTION_POINTS, false, &extension, &octets));
	AH_TRY(ah_der_begin(list, AH_DER_SEQUENCE, &points));
	AH_TRY(ah_der_begin(list, AH_DER_SEQUENCE, &point));
	AH_TRY(ah_der_begin(list, AH_DER_CONTEXT_CONSTRUCTED | 0, &name));
	AH_TRY(ah_der_begin(list, AH_DER_CONTEXT_CONSTRUCTED | 0, &full_name));
	AH_TRY(ah_der_put(list, AH_DER_CONTEXT | 6, ah_slice_text(url)));
	AH_TRY(ah_der_end(list, full_name));
	AH_TRY(ah_der_end(list, name));
	AH_TRY(ah_der_end(list, point));
	AH_TRY(ah_der_end(list, points));
	return end_extension(list, extension, octets);
}

ah_err ah_mint_put_crl_number(ah_buf *list, uint64_t number)
{
	ah_der_mark extension, octets;
	AH_TRY(begin_extension(list, AH_OID_CRL_NUMBER, false, &extension, &octets));
	AH_TRY(ah_der_put_uint(list, number));
	return end_extension(list, extension, octets);
}

ah_err ah_mint_key_id(ah_crypto *crypto, ah_slice spki, uint8_t out[static AH_MINT_KEY_ID_LEN])
{
	uint8_t digest[AH_SHA256_LEN];
	AH_TRY(ah_sha256(crypto, spki, digest));
	memcpy(out, digest, AH_MINT_KEY_ID_LEN);
	return AH_OK;
}

/* -- Algorithms and signatures -- */

static ah_err put_sha384(ah_buf *out)
{
	ah_der_mark body;
	AH_TRY(ah_der_begin(out, AH_DER_SEQUENCE, &body));
	AH_TRY(ah_der_put(out, AH_DER_OID, AH_SLICE_LITERAL("\x60\x86\x48\x01\x65\x03\x04\x02\x02")));
	AH_TRY(ah_der_put(out, AH_DER_NULL, AH_SLICE_LITERAL("")));
	return ah_der_end(out, body);
}

static ah_err put_mgf1(ah_buf *out)
{
	ah_der_mark body;
	AH_TRY(ah_der_begin(out, AH_DER_SEQUENCE, &body));
	AH_TRY(ah_der_put(out, AH_DER_OID, AH_SLICE_LITERAL("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08")));
	AH_TRY(put_sha384(out));
	return ah_der_end(out, body);
}

static ah_err put_tagged_uint(ah_buf *out, uint8_t tag, uint64_t v)
{
	ah_der_mark wrapper;
	AH_TRY(ah_der_begin(out, tag, &wrapper));
	AH_TRY(ah_der_put_uint(out, v));
	return ah_der_end(out, wrapper);
}

/* RFC 4055 3.1: RSASSA-PSS-params. */
static ah_err put_pss(ah_buf *out, bool explicit_trailer)
{
	ah_der_mark body, params, hash, mgf;
	AH_TRY(ah_der_begin(out, AH_DER_SEQUENCE, &body));
	AH_TRY(ah_der_put(out, AH_DER_OID, AH_SLICE_LITERAL("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a")));
	AH_TRY(ah_der_begin(out, AH_DER_SEQUENCE, &params));
	AH_TRY(ah_der_begin(out, AH_DER_CONTEXT_CONSTRUCTED | 0, &hash));
	AH_TRY(put_sha384(out));
	AH_TRY(ah_der_end(out, hash));
	AH_TRY(ah_der_begin(out, AH_DER_CONTEXT_CONSTRUCTED | 1, &mgf));
	AH_TRY(put_mgf1(out));
	AH_TRY(ah_der_end(out, mgf));
	AH_TRY(put_tagged_uint(out, AH_DER_CONTEXT_CONSTRUCTED | 2, PSS_SALT_LEN));
	if (explicit_trailer)
		AH_TRY(put_tagged_uint(out, AH_DER_CONTEXT_CONSTRUCTED | 3, 1));
	AH_TRY(ah_der_end(out, params));
	return ah_der_end(out, body);
}

static ah_err put_ecdsa(ah_buf *out, ah_slice oid)
{
	ah_der_mark body;
	AH_TRY(ah_der_begin(out, AH_DER_SEQUENCE, &body));
	AH_TRY(ah_der_put(out, AH_DER_OID, oid));
	return ah_der_end(out, body);
}

ah_err ah_mint_put_algorithm(ah_buf *out, ah_sig_alg alg, bool explicit_trailer)
{
	switch (alg) {
	case AH_SIG_ECDSA_SHA256: return put_ecdsa(out, AH_SLICE_LITERAL("\x2a\x86\x48\xce\x3d\x04\x03\x02"));
	case AH_SIG_ECDSA_SHA384: return put_ecdsa(out, AH_SLICE_LITERAL("\x2a\x86\x48\xce\x3d\x04\x03\x03"));
	case AH_SIG_RSA_PSS_SHA384: return put_pss(out, explicit_trailer);
	case AH_SIG_NONE:
	case AH_SIG_OTHER: break;
	}
	return AH_ERR_ARGUMENT;
}

static ah_err put_algorithm(ah_buf *out, const ah_mint_signing *signing, ah_slice instead)
{
	if (instead.len != 0)
		return ah_der_put_raw(out, instead);
	return ah_mint_put_algorithm(out, signing->sig_alg, signing->explicit_trailer);
}

static ah_err sign(ah_buf *out, const ah_mint_signing *signing, ah_slice tbs)
{
	if (signing->signature.len != 0)
		return ah_buf_append(out, signing->signature);
	bool rsa = ah_private_key_kind(signing->key) == AH_KEY_RSA;
	if (rsa != (signing->sig_alg == AH_SIG_RSA_PSS_SHA384))
		return AH_ERR_ARGUMENT;
	switch (signing->sig_alg) {
	case AH_SIG_ECDSA_SHA256: return ah_sign_ecdsa_der(signing->key, AH_SHA256, &tbs, 1, out);
	case AH_SIG_ECDSA_SHA384: return ah_sign_ecdsa_der(signing->key, AH_SHA384, &tbs, 1, out);
	case AH_SIG_RSA_PSS_SHA384: return ah_sign_rsa_pss(signing->key, AH_SHA384, PSS_SALT_LEN, &tbs, 1, out);
	case AH_SIG_NONE:
	case AH_SIG_OTHER: break;
	}
	return AH_ERR_ARGUMENT;
}

/* SEQUENCE { tbs, algorithm, signature }: the outer form of a certificate and of a CRL. */
static ah_err put_signed(ah_buf *out, ah_buf *tbs, const ah_mint_signing *signing)
{
	AH_AUTO(ah_buf) signature = AH_BUF(MINT_SIGNATURE_MAX);
	ah_der_mark body;
	if (signing->patch != NULL)
		AH_TRY(signing->patch(tbs, signing->patch_context));
	AH_TRY(sign(&signature, signing, ah_buf_slice(tbs)));
	AH_TRY(ah_der_begin(out, AH_DER_SEQUENCE, &body));
	AH_TRY(ah_der_put_raw(out, ah_buf_slice(tbs)));
	AH_TRY(put_algorithm(out, signing, signing->outer_algorithm));
	AH_TRY(ah_der_put_bit_string(out, ah_buf_slice(&signature)));
	return ah_der_end(out, body);
}

/* On error out is as it was. */
static ah_err put_signed_or_nothing(ah_buf *out, ah_buf *tbs, const ah_mint_signing *signing)
{
	size_t start = out->len;
	ah_err err = put_signed(out, tbs, signing);
	if (err != AH_OK)
		out->len = start;
	return err;
}

static ah_err put_extensions(ah_buf *tbs, uint8_t tag, ah_slice extensions)
{
	ah_der_mark wrapper;
	if (extensions.len == 0)
		return AH_OK;
	AH_TRY(ah_der_begin(tbs, tag, &wrapper));
	AH_TRY(ah_der_put(tbs, AH_DER_SEQUENCE, extensions));
	return ah_der_end(tbs, wrapper);
}

/* -- Certificates -- */

static ah_err put_cert_tbs(ah_buf *tbs, const ah_mint_cert *spec)
{
	ah_der_mark body, validity;
	int version = spec->version != 0 ? spec->version : 3;
	AH_TRY(ah_der_begin(tbs, AH_DER_SEQUENCE, &body));
	if (version != 1)
		AH_TRY(put_tagged_uint(tbs, AH_DER_CONTEXT_CONSTRUCTED | 0, (uint64_t)(version - 1)));
	AH_TRY(ah_der_put_unsigned(tbs, spec->serial));
	AH_TRY(put_algorithm(tbs, &spec->signing, spec->signing.inner_algorithm));
	AH_TRY(ah_der_put_raw(tbs, spec->issuer));
	AH_TRY(ah_der_begin(tbs, AH_DER_SEQUENCE, &validity));
	AH_TRY(ah_der_put_time(tbs, spec->not_before_s));
	AH_TRY(ah_der_put_time(tbs, spec->not_after_s));
	AH_TRY(ah_der_end(tbs, validity));
	AH_TRY(ah_der_put_raw(tbs, spec->subject));
	AH_TRY(ah_der_put_raw(tbs, spec->spki));
	AH_TRY(put_extensions(tbs, AH_DER_CONTEXT_CONSTRUCTED | 3, spec->extensions));
	return ah_der_end(tbs, body);
}

ah_err ah_mint_certificate(ah_buf *out, const ah_mint_cert *spec)
{
	AH_AUTO(ah_buf) tbs = AH_BUF(MINT_TBS_MAX);
	AH_TRY(put_cert_tbs(&tbs, spec));
	return put_signed_or_nothing(out, &tbs, &spec->signing);
}

/* -- CRLs -- */

ah_err ah_mint_put_revoked(ah_buf *list, ah_slice serial, int64_t revoked_at_s, ah_slice extensions)
{
	ah_der_mark entry;
	AH_TRY(ah_der_begin(list, AH_DER_SEQUENCE, &entry));
	AH_TRY(ah_der_put_unsigned(list, serial));
	AH_TRY(ah_der_put_time(list, revoked_at_s));
	if (extensions.len != 0)
		AH_TRY(ah_der_put(list, AH_DER_SEQUENCE, extensions));
	return ah_der_end(list, entry);
}

static ah_err put_crl_tbs(ah_buf *tbs, const ah_mint_crl *spec)
{
	ah_der_mark body;
	AH_TRY(ah_der_begin(tbs, AH_DER_SEQUENCE, &body));
	AH_TRY(ah_der_put_uint(tbs, 1)); /* v2 */
	AH_TRY(put_algorithm(tbs, &spec->signing, spec->signing.inner_algorithm));
	AH_TRY(ah_der_put_raw(tbs, spec->issuer));
	AH_TRY(ah_der_put_time(tbs, spec->this_update_s));
	if (spec->next_update_s != AH_MINT_NO_TIME)
		AH_TRY(ah_der_put_time(tbs, spec->next_update_s));
	if (spec->revoked.len != 0)
		AH_TRY(ah_der_put(tbs, AH_DER_SEQUENCE, spec->revoked));
	AH_TRY(put_extensions(tbs, AH_DER_CONTEXT_CONSTRUCTED | 0, spec->extensions));
	return ah_der_end(tbs, body);
}

ah_err ah_mint_crl_issue(ah_buf *out, const ah_mint_crl *spec)
{
	AH_AUTO(ah_buf) tbs = AH_BUF(MINT_TBS_MAX);
	AH_TRY(put_crl_tbs(&tbs, spec));
	return put_signed_or_nothing(out, &tbs, &spec->signing);
}
