/* See floor.h. */
#include "floor.h"

#include "bench.h"
#include "codec/cose.h"
#include "platforms/nitro_document.h"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

void ah_bench_floor_init(ah_bench_floor *floor)
{
	*floor = (ah_bench_floor){ .md_ctx = EVP_MD_CTX_new(), .sha256 = EVP_MD_fetch(NULL, "SHA256", NULL), .sha384 = EVP_MD_fetch(NULL, "SHA384", NULL) };
	if (floor->md_ctx == NULL || floor->sha256 == NULL || floor->sha384 == NULL)
		ah_bench_stop("no memory");
}

void ah_bench_floor_free(ah_bench_floor *floor)
{
	EVP_MD_CTX_free(floor->md_ctx);
	EVP_MD_free(floor->sha256);
	EVP_MD_free(floor->sha384);
}

/* -- verifying -- */

static EVP_PKEY *import_key(const ah_public_key *key)
{
	EVP_PKEY *out = NULL;
	bool rsa = key->kind == AH_KEY_RSA;
	char p256[] = "P-256", p384[] = "P-384";
	uint8_t point[133], modulus[512], exponent[8] = { 0 };
	OSSL_PARAM params[3] = { OSSL_PARAM_END, OSSL_PARAM_END, OSSL_PARAM_END };
	if (rsa) {
		for (size_t i = 0; i < key->modulus.len; i++)
			modulus[i] = key->modulus.ptr[key->modulus.len - 1 - i];
		for (size_t i = 0; i < key->exponent.len; i++)
			exponent[i] = key->exponent.ptr[key->exponent.len - 1 - i];
		params[0] = OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N, modulus, key->modulus.len);
		params[1] = OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_E, exponent, key->exponent.len);
	} else {
		memcpy(point, key->point.ptr, key->point.len);
		params[0] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, key->kind == AH_KEY_P256 ? p256 : p384, 0);
		params[1] = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, key->point.len);
	}
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, rsa ? "RSA" : "EC", NULL);
	if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 || EVP_PKEY_fromdata(ctx, &out, EVP_PKEY_PUBLIC_KEY, params) != 1)
		ah_bench_stop("the floor cannot import a key");
	EVP_PKEY_CTX_free(ctx);
	return out;
}

static void verify_signature(const ah_bench_floor *floor, const ah_bench_signature *s)
{
	uint8_t digest[48];
	unsigned digest_len = 0;
	EVP_PKEY *key = import_key(&s->key);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	bool ok = ctx != NULL && EVP_DigestInit_ex2(floor->md_ctx, s->is_sha256 ? floor->sha256 : floor->sha384, NULL) == 1 &&
	          EVP_DigestUpdate(floor->md_ctx, s->parts[0].ptr, s->parts[0].len) == 1 &&
	          (s->parts[1].len == 0 || EVP_DigestUpdate(floor->md_ctx, s->parts[1].ptr, s->parts[1].len) == 1) &&
	          EVP_DigestFinal_ex(floor->md_ctx, digest, &digest_len) == 1 && EVP_PKEY_verify_init(ctx) == 1;
	if (ok && s->is_pss)
		ok = EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 && EVP_PKEY_CTX_set_signature_md(ctx, floor->sha384) == 1 &&
		     EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, floor->sha384) == 1 && EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, 48) == 1;
	const uint8_t *sig = s->is_pss ? s->raw.ptr : s->der;
	size_t sig_len = s->is_pss ? s->raw.len : s->der_len;
	if (!ok || EVP_PKEY_verify(ctx, sig, sig_len, digest, digest_len) != 1)
		ah_bench_stop("the floor cannot verify a signature");
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(key);
}

void ah_bench_floor_verify(const ah_bench_floor *floor, size_t first)
{
	for (size_t i = first; i < floor->count; i++)
		verify_signature(floor, &floor->signatures[i]);
}

/* -- what has to be verified -- */

static ah_bench_signature *next_signature(ah_bench_floor *floor)
{
	if (floor->count == AH_BENCH_SIGNATURES_MAX)
		ah_bench_stop("more signatures than the floor has room for");
	return &floor->signatures[floor->count++];
}

void ah_bench_parse_certificate(ah_cert *out, ah_slice der)
{
	if (ah_cert_parse(out, der, NULL) != AH_OK)
		ah_bench_stop("a certificate of the bench does not parse");
}

void ah_bench_floor_add_der(ah_bench_floor *floor, const ah_public_key *key, ah_slice bytes, ah_slice signature)
{
	ah_bench_signature *s = next_signature(floor);
	if (signature.len > sizeof s->der)
		ah_bench_stop("a signature that is no ECDSA signature");
	s->key = *key;
	s->is_sha256 = key->kind == AH_KEY_P256;
	s->parts[0] = bytes;
	memcpy(s->der, signature.ptr, signature.len);
	s->der_len = signature.len;
}

void ah_bench_floor_add_certificate(ah_bench_floor *floor, const ah_cert *issuer, const ah_cert *cert)
{
	if (cert->sig_alg != AH_SIG_RSA_PSS_SHA384) {
		ah_bench_floor_add_der(floor, &issuer->key, cert->tbs, cert->signature);
		return;
	}
	ah_bench_signature *s = next_signature(floor);
	s->key = issuer->key;
	s->parts[0] = cert->tbs;
	s->is_pss = true;
	s->raw = cert->signature;
}

void ah_bench_floor_add_ecdsa(ah_bench_floor *floor, const ah_public_key *key, const ah_slice parts[static 2], const uint8_t *r_be, const uint8_t *s_be,
                              int field_len)
{
	ah_bench_signature *s = next_signature(floor);
	uint8_t *out = s->der;
	ECDSA_SIG *sig = ECDSA_SIG_new();
	if (sig == NULL || ECDSA_SIG_set0(sig, BN_bin2bn(r_be, field_len, NULL), BN_bin2bn(s_be, field_len, NULL)) != 1)
		ah_bench_stop("no memory");
	s->der_len = (size_t)i2d_ECDSA_SIG(sig, &out);
	ECDSA_SIG_free(sig);
	s->key = *key;
	s->is_sha256 = key->kind == AH_KEY_P256;
	s->parts[0] = parts[0];
	s->parts[1] = parts[1];
}

void ah_bench_floor_add_nitro(ah_bench_floor *floor, ah_slice document)
{
	static uint8_t head[AH_COSE_HEAD_MAX];
	static ah_nitro_document doc;
	ah_slice parts[2];
	ah_cert certs[AH_NITRO_CABUNDLE_MAX + 1];
	if (ah_nitro_document_parse(&doc, document, NULL) != AH_OK)
		ah_bench_stop("the document does not parse");
	for (size_t i = 0; i < doc.cabundle_count; i++)
		ah_bench_parse_certificate(&certs[i], doc.cabundle[i].value);
	ah_bench_parse_certificate(&certs[doc.cabundle_count], doc.certificate.value);
	for (size_t i = 1; i <= doc.cabundle_count; i++)
		ah_bench_floor_add_certificate(floor, &certs[i - 1], &certs[i]);
	if (ah_cose_sign1_signed_parts(parts, head, doc.cose.protected_bytes, doc.cose.payload) != AH_OK)
		ah_bench_stop("no Sig_structure");
	ah_bench_floor_add_ecdsa(floor, &certs[doc.cabundle_count].key, parts, doc.cose.signature.ptr, doc.cose.signature.ptr + 48, 48);
}
