/*
 * See crypto.h. Built on OpenSSL 3: a library context of our own with the default provider, so that neither the configuration file nor
 * other users of OpenSSL in the process decide what is available; algorithms are fetched here once, which puts them into the context's
 * store, where the by-name lookups inside OpenSSL find them later.
 *
 * Keys are imported from their parts (EVP_PKEY_fromdata), not decoded with d2i: the decoders of OpenSSL are slow and accept more than
 * strict DER.
 */
#include "crypto/crypto.h"

#include "base/fault.h"
#include "base/limits.h"
#include "codec/der.h"
#include "crypto/fixed_rand.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <openssl/rsa.h>

#define HASH_COUNT          3
#define FIELD_MAX           48
#define POINT_MAX           (1 + 2 * FIELD_MAX)
#define RSA_MODULUS_MIN_LEN 256
#define RSA_MODULUS_MAX_LEN 512
#define RSA_EXPONENT_MAX_LEN 4
/* SEQUENCE { INTEGER, INTEGER } with a sign byte each. */
#define ECDSA_DER_MAX       (2 + 2 * (2 + 1 + FIELD_MAX))

struct ah_crypto {
	OSSL_LIB_CTX *library;
	OSSL_PROVIDER *provider, *fixed_rand;
	EVP_MD *md[HASH_COUNT];
	EVP_MD_CTX *hashing[HASH_COUNT];
	EVP_PKEY_CTX *import_ec, *import_rsa;
	EVP_SIGNATURE *ecdsa, *rsa; /* never used directly: held so that they stay in the store */
};

/* Names are arrays: OSSL_PARAM has no const, so what is passed must be a copy. */
struct hash {
	char name[8];
	size_t len;
};
static const struct hash hashes[HASH_COUNT] = {
	[AH_SHA256] = { "SHA256", AH_SHA256_LEN },
	[AH_SHA384] = { "SHA384", AH_SHA384_LEN },
	[AH_SHA512] = { "SHA512", AH_SHA512_LEN },
};

/* The group orders n, FIPS 186-5 / SP 800-186 3.2.1. */
static const uint8_t p256_order[32] = {
	0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
};
static const uint8_t p384_order[48] = {
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xc7, 0x63, 0x4d, 0x81, 0xf4, 0x37, 0x2d, 0xdf,
	0x58, 0x1a, 0x0d, 0xb2, 0x48, 0xb0, 0xa7, 0x7a, 0xec, 0xec, 0x19, 0x6a, 0xcc, 0xc5, 0x29, 0x73,
};

struct curve {
	char name[8];   /* as OpenSSL knows it */
	ah_slice order; /* as long as the field */
};

static void pkey_free(EVP_PKEY **key) { EVP_PKEY_free(*key); }
static void pkey_ctx_free(EVP_PKEY_CTX **ctx) { EVP_PKEY_CTX_free(*ctx); }
#define AUTO_PKEY     __attribute__((cleanup(pkey_free))) EVP_PKEY *
#define AUTO_PKEY_CTX __attribute__((cleanup(pkey_ctx_free))) EVP_PKEY_CTX *

size_t ah_hash_len(ah_hash_alg alg)
{
	return hashes[alg].len;
}

/* -- The context -- */

static bool fetch_all(ah_crypto *c)
{
	c->library = OSSL_LIB_CTX_new();
	if (c->library == NULL)
		return false;
	c->provider = OSSL_PROVIDER_load(c->library, "default");
	if (c->provider == NULL || !ah__fixed_rand_install(c->library, &c->fixed_rand))
		return false;
	for (size_t i = 0; i < HASH_COUNT; i++) {
		c->md[i] = EVP_MD_fetch(c->library, hashes[i].name, NULL);
		c->hashing[i] = EVP_MD_CTX_new();
		if (c->md[i] == NULL || c->hashing[i] == NULL || EVP_DigestInit_ex2(c->hashing[i], c->md[i], NULL) != 1)
			return false;
	}
	c->ecdsa = EVP_SIGNATURE_fetch(c->library, "ECDSA", NULL);
	c->rsa = EVP_SIGNATURE_fetch(c->library, "RSA", NULL);
	c->import_ec = EVP_PKEY_CTX_new_from_name(c->library, "EC", NULL);
	c->import_rsa = EVP_PKEY_CTX_new_from_name(c->library, "RSA", NULL);
	return c->ecdsa != NULL && c->rsa != NULL && c->import_ec != NULL && EVP_PKEY_fromdata_init(c->import_ec) == 1 &&
	       c->import_rsa != NULL && EVP_PKEY_fromdata_init(c->import_rsa) == 1;
}

ah_err ah_crypto_new(ah_crypto **out, ah_fault *why)
{
	AH_AUTO_PTR(ah_crypto) crypto = ah_alloc(sizeof *crypto);
	if (crypto == NULL)
		return ah_fault_set(why, AH_ERR_NOMEM, "crypto.new", "no memory");
	ERR_set_mark();
	bool ok = fetch_all(crypto);
	ERR_pop_to_mark();
	if (!ok)
		return ah_fault_set(why, AH_ERR_CRYPTO, "crypto.new", "OpenSSL's default provider lacks an algorithm");
	*out = ah_move_ptr(&crypto); /* transferred */
	return AH_OK;
}

void ah_crypto_free(ah_crypto *crypto)
{
	if (crypto == NULL)
		return;
	EVP_PKEY_CTX_free(crypto->import_ec);
	EVP_PKEY_CTX_free(crypto->import_rsa);
	EVP_SIGNATURE_free(crypto->ecdsa);
	EVP_SIGNATURE_free(crypto->rsa);
	for (size_t i = 0; i < HASH_COUNT; i++) {
		EVP_MD_CTX_free(crypto->hashing[i]);
		EVP_MD_free(crypto->md[i]);
	}
	if (crypto->fixed_rand != NULL)
		(void)OSSL_PROVIDER_unload(crypto->fixed_rand);
	if (crypto->provider != NULL)
		(void)OSSL_PROVIDER_unload(crypto->provider);
	OSSL_LIB_CTX_free(crypto->library);
	ah_dealloc(crypto);
}

/* -- Hashes -- */

ah_err ah_hash(ah_crypto *crypto, ah_hash_alg alg, const ah_slice *parts, size_t count, uint8_t *out)
{
	EVP_MD_CTX *ctx = crypto->hashing[alg];
	uint8_t digest[AH_HASH_MAX];
	unsigned len = 0;
	ERR_set_mark();
	bool ok = EVP_DigestInit_ex2(ctx, NULL, NULL) == 1;
	for (size_t i = 0; ok && i < count; i++)
		ok = parts[i].len == 0 || EVP_DigestUpdate(ctx, parts[i].ptr, parts[i].len) == 1;
	ok = ok && EVP_DigestFinal_ex(ctx, digest, &len) == 1 && len == hashes[alg].len;
	ERR_pop_to_mark();
	if (!ok)
		return AH_ERR_CRYPTO;
	memcpy(out, digest, hashes[alg].len);
	return AH_OK;
}

ah_err ah_sha256(ah_crypto *crypto, ah_slice bytes, uint8_t out[static AH_SHA256_LEN])
{
	return ah_hash(crypto, AH_SHA256, &bytes, 1, out);
}

ah_err ah_sha384(ah_crypto *crypto, ah_slice bytes, uint8_t out[static AH_SHA384_LEN])
{
	return ah_hash(crypto, AH_SHA384, &bytes, 1, out);
}

/* -- Keys -- */

static bool curve_of(struct curve *out, const ah_public_key *key)
{
	switch (key->kind) {
	case AH_KEY_P256: *out = (struct curve){ "P-256", AH_SLICE_OF(p256_order) }; return true;
	case AH_KEY_P384: *out = (struct curve){ "P-384", AH_SLICE_OF(p384_order) }; return true;
	case AH_KEY_RSA:
	case AH_KEY_NONE: break;
	}
	return false;
}

/* Of a call of OpenSSL that just failed. The caller has set a mark. */
static bool out_of_memory(void)
{
	return ERR_GET_REASON(ERR_peek_last_error()) == ERR_R_MALLOC_FAILURE;
}

static ah_err import_key(EVP_PKEY **out, EVP_PKEY_CTX *ctx, OSSL_PARAM *params)
{
	EVP_PKEY *key = NULL;
	ERR_set_mark();
	bool ok = EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) == 1 && key != NULL;
	ah_err err = ok ? AH_OK : out_of_memory() ? AH_ERR_NOMEM : AH_ERR_FIELD_RANGE;
	ERR_pop_to_mark();
	if (ok)
		*out = key;
	else
		EVP_PKEY_free(key);
	return err;
}

/* OpenSSL checks that the point is on the curve (SEC1 2.3.4); the cofactor is 1, so it is then in the group. */
static ah_err import_ec(EVP_PKEY **out, ah_crypto *crypto, const ah_public_key *key, struct curve curve)
{
	uint8_t point[POINT_MAX];
	if (key->point.len != 1 + 2 * curve.order.len || key->point.ptr[0] != 0x04)
		return AH_ERR_FIELD_RANGE;
	memcpy(point, key->point.ptr, key->point.len);
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, curve.name, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, key->point.len),
		OSSL_PARAM_construct_end(),
	};
	return import_key(out, crypto->import_ec, params);
}

ah_err ah_p256_check_point(ah_crypto *crypto, ah_slice point)
{
	const ah_public_key key = { .kind = AH_KEY_P256, .point = point };
	struct curve curve;
	AUTO_PKEY pkey = NULL;
	return curve_of(&curve, &key) ? import_ec(&pkey, crypto, &key, curve) : AH_ERR_FIELD_RANGE;
}

static bool rsa_key_in_range(const ah_public_key *key)
{
	ah_slice n = key->modulus, e = key->exponent;
	if (n.len < RSA_MODULUS_MIN_LEN || n.len > RSA_MODULUS_MAX_LEN || e.len < 1 || e.len > RSA_EXPONENT_MAX_LEN)
		return false;
	/* The shortest modulus has all its 2048 bits. A first byte of zero would be another encoding of a shorter number. */
	if (n.ptr[0] == 0 || (n.len == RSA_MODULUS_MIN_LEN && n.ptr[0] < 0x80) || (n.ptr[n.len - 1] & 1) == 0)
		return false;
	return e.ptr[0] != 0 && (e.ptr[e.len - 1] & 1) == 1 && !(e.len == 1 && e.ptr[0] == 1);
}

/* OSSL_PARAM integers are in the byte order of the machine. */
static void native_order(uint8_t *out, ah_slice big_endian)
{
	for (size_t i = 0; i < big_endian.len; i++)
		out[__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? big_endian.len - 1 - i : i] = big_endian.ptr[i];
}

static ah_err import_rsa(EVP_PKEY **out, ah_crypto *crypto, const ah_public_key *key)
{
	uint8_t n[RSA_MODULUS_MAX_LEN], e[RSA_EXPONENT_MAX_LEN];
	if (!rsa_key_in_range(key))
		return AH_ERR_FIELD_RANGE;
	native_order(n, key->modulus);
	native_order(e, key->exponent);
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N, n, key->modulus.len),
		OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_E, e, key->exponent.len),
		OSSL_PARAM_construct_end(),
	};
	return import_key(out, crypto->import_rsa, params);
}

/* -- Verification -- */

/*
 * EVP_PKEY_verify answers 1 good, 0 bad, negative "could not say". Only 1 accepts. Negative is what a signature gets that leads to the
 * point at infinity (Wycheproof has some), so it speaks of the signature too, unless the memory ran out.
 */
static ah_err verify_digest(ah_crypto *crypto, EVP_PKEY *key, const OSSL_PARAM *params, ah_slice digest, ah_slice signature)
{
	AUTO_PKEY_CTX ctx = EVP_PKEY_CTX_new_from_pkey(crypto->library, key, NULL);
	if (ctx == NULL)
		return AH_ERR_NOMEM;
	if (EVP_PKEY_verify_init_ex(ctx, params) != 1)
		return AH_ERR_CRYPTO;
	int verdict = EVP_PKEY_verify(ctx, signature.ptr, signature.len, digest.ptr, digest.len);
	if (verdict == 1)
		return AH_OK;
	return verdict < 0 && out_of_memory() ? AH_ERR_NOMEM : AH_ERR_SIGNATURE;
}

/* 0 < v < n, both big-endian, v without being longer than n. */
static bool scalar_in_range(ah_slice v, ah_slice order)
{
	while (v.len > 0 && v.ptr[0] == 0)
		v = ah_slice_sub(v, 1, v.len - 1);
	if (v.len == 0 || v.len > order.len)
		return false;
	return v.len < order.len || memcmp(v.ptr, order.ptr, v.len) < 0;
}

/* signature: DER, already known to be strict and in range. */
static ah_err ecdsa_verify(ah_crypto *crypto, const ah_public_key *key, struct curve curve, ah_hash_alg hash, const ah_slice *parts, size_t count,
                           ah_slice signature)
{
	uint8_t digest[AH_HASH_MAX];
	AUTO_PKEY pkey = NULL;
	AH_TRY(import_ec(&pkey, crypto, key, curve));
	AH_TRY(ah_hash(crypto, hash, parts, count, digest));
	ERR_set_mark();
	ah_err err = verify_digest(crypto, pkey, NULL, ah_slice_make(digest, ah_hash_len(hash)), signature);
	ERR_pop_to_mark();
	return err;
}

/* OpenSSL takes the DER form alone. A fixed buffer: the lengths were checked. */
static size_t put_integer(uint8_t *out, ah_slice v)
{
	while (v.len > 1 && v.ptr[0] == 0)
		v = ah_slice_sub(v, 1, v.len - 1);
	size_t sign = v.ptr[0] >> 7;
	out[0] = AH_DER_INTEGER;
	out[1] = (uint8_t)(sign + v.len);
	out[2] = 0;
	memcpy(out + 2 + sign, v.ptr, v.len);
	return 2 + sign + v.len;
}

ah_err ah_ecdsa_verify_raw(ah_crypto *crypto, const ah_public_key *key, ah_hash_alg hash, const ah_slice *parts, size_t count, ah_slice signature)
{
	struct curve curve;
	uint8_t der[ECDSA_DER_MAX];
	if (!curve_of(&curve, key))
		return AH_ERR_ALGORITHM;
	size_t field = curve.order.len;
	if (signature.len != 2 * field)
		return AH_ERR_SIGNATURE_FORMAT;
	ah_slice r = ah_slice_sub(signature, 0, field), s = ah_slice_sub(signature, field, field);
	/* FIPS 186-5 6.4.2 step 1. OpenSSL checks it again, but answers "bad signature". */
	if (!scalar_in_range(r, curve.order) || !scalar_in_range(s, curve.order))
		return AH_ERR_SIGNATURE_FORMAT;
	size_t len = 2;
	len += put_integer(der + len, r);
	len += put_integer(der + len, s);
	static_assert(ECDSA_DER_MAX - 2 < 0x80, "the SEQUENCE has a length of one byte");
	der[0] = AH_DER_SEQUENCE;
	der[1] = (uint8_t)(len - 2);
	return ecdsa_verify(crypto, key, curve, hash, parts, count, ah_slice_make(der, len));
}

ah_err ah_ecdsa_verify_der(ah_crypto *crypto, const ah_public_key *key, ah_hash_alg hash, const ah_slice *parts, size_t count, ah_slice signature)
{
	struct curve curve;
	if (!curve_of(&curve, key))
		return AH_ERR_ALGORITHM;
	ah_reader reader = { .in = signature };
	ah_reader body = ah_der_enter(&reader, AH_DER_SEQUENCE);
	ah_slice r = ah_der_unsigned(&body), s = ah_der_unsigned(&body);
	ah_der_leave(&reader, &body);
	if (ah_reader_finish(&reader) != AH_OK || !scalar_in_range(r, curve.order) || !scalar_in_range(s, curve.order))
		return AH_ERR_SIGNATURE_FORMAT;
	return ecdsa_verify(crypto, key, curve, hash, parts, count, signature);
}

ah_err ah_rsa_pss_verify(ah_crypto *crypto, const ah_public_key *key, ah_hash_alg hash, size_t salt_len, const ah_slice *parts, size_t count,
                         ah_slice signature)
{
	uint8_t digest[AH_HASH_MAX];
	AUTO_PKEY pkey = NULL;
	assert(salt_len <= AH_HASH_MAX);
	if (key->kind != AH_KEY_RSA)
		return AH_ERR_ALGORITHM;
	AH_TRY(import_rsa(&pkey, crypto, key));
	if (signature.len != key->modulus.len)
		return AH_ERR_SIGNATURE_FORMAT;
	AH_TRY(ah_hash(crypto, hash, parts, count, digest));

	char pad_mode[] = OSSL_PKEY_RSA_PAD_MODE_PSS;
	struct hash used = hashes[hash];
	int salt = (int)salt_len; /* OpenSSL's special values (any length, maximum, ..) are negative */
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST, used.name, 0),
		OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_PAD_MODE, pad_mode, 0),
		OSSL_PARAM_construct_int(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, &salt),
		OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_MGF1_DIGEST, used.name, 0),
		OSSL_PARAM_construct_end(),
	};
	ERR_set_mark();
	ah_err err = verify_digest(crypto, pkey, params, ah_slice_make(digest, ah_hash_len(hash)), signature);
	ERR_pop_to_mark();
	return err;
}
