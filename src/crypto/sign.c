/* See sign.h. Uses OpenSSL's default library context: signing needs its DRBG, and speed does not matter here. */
#include "crypto/sign.h"

#include "base/fault.h"
#include "codec/der.h"

#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

struct ah_private_key {
	EVP_PKEY *pkey;
	ah_key_kind kind;
};

/* The longest signature: RSA-4096. */
#define SIGNATURE_MAX 512

static void md_ctx_free(EVP_MD_CTX **ctx) { EVP_MD_CTX_free(*ctx); }
#define AUTO_MD_CTX __attribute__((cleanup(md_ctx_free))) EVP_MD_CTX *

static size_t field_len(ah_key_kind kind)
{
	switch (kind) {
	case AH_KEY_P256: return 32;
	case AH_KEY_P384: return 48;
	case AH_KEY_RSA:
	case AH_KEY_NONE: break;
	}
	return 0;
}

static const EVP_MD *md_of(ah_hash_alg alg)
{
	switch (alg) {
	case AH_SHA256: return EVP_sha256();
	case AH_SHA384: return EVP_sha384();
	case AH_SHA512: return EVP_sha512();
	}
	return NULL;
}

/* -- Keys -- */

/* Which of the kinds of crypto.h the key is; others are not ours to use. */
static ah_key_kind kind_of(const EVP_PKEY *pkey)
{
	char group[16] = "";
	if (EVP_PKEY_is_a(pkey, "RSA"))
		return AH_KEY_RSA;
	if (!EVP_PKEY_is_a(pkey, "EC") || EVP_PKEY_get_group_name(pkey, group, sizeof group, NULL) != 1)
		return AH_KEY_NONE;
	if (strcmp(group, "prime256v1") == 0)
		return AH_KEY_P256;
	return strcmp(group, "secp384r1") == 0 ? AH_KEY_P384 : AH_KEY_NONE;
}

/* Takes pkey over, also when it fails. */
static ah_err wrap(ah_private_key **out, EVP_PKEY *pkey, ah_fault *why)
{
	ah_key_kind kind = pkey != NULL ? kind_of(pkey) : AH_KEY_NONE;
	ah_private_key *key = kind != AH_KEY_NONE ? ah_alloc(sizeof *key) : NULL;
	if (key == NULL) {
		EVP_PKEY_free(pkey);
		return ah_fault_set(why, kind != AH_KEY_NONE ? AH_ERR_NOMEM : AH_ERR_CRYPTO, "crypto.private_key", "no P-256, P-384 or RSA key");
	}
	*key = (ah_private_key){ .pkey = pkey, .kind = kind };
	*out = key; /* transferred */
	return AH_OK;
}

static EVP_PKEY *generate(ah_key_kind kind, unsigned rsa_bits)
{
	switch (kind) {
	case AH_KEY_P256: return EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	case AH_KEY_P384: return EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-384");
	case AH_KEY_RSA: return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)rsa_bits);
	case AH_KEY_NONE: break;
	}
	return NULL;
}

ah_err ah_private_key_generate(ah_private_key **out, ah_key_kind kind, unsigned rsa_bits, ah_fault *why)
{
	ERR_set_mark();
	ah_err err = wrap(out, generate(kind, rsa_bits), why);
	ERR_pop_to_mark();
	return err;
}

ah_err ah_private_key_load(ah_private_key **out, ah_slice pkcs8_der, ah_fault *why)
{
	if (pkcs8_der.len == 0 || pkcs8_der.len > INT_MAX)
		return ah_fault_set(why, AH_ERR_CRYPTO, "crypto.private_key", "not a PKCS#8 key");
	ERR_set_mark();
	const uint8_t *at = pkcs8_der.ptr;
	PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &at, (long)pkcs8_der.len);
	EVP_PKEY *pkey = info != NULL ? EVP_PKCS82PKEY(info) : NULL;
	bool whole = at == pkcs8_der.ptr + pkcs8_der.len;
	PKCS8_PRIV_KEY_INFO_free(info);
	ah_err err = AH_OK;
	if (pkey != NULL && !whole) {
		EVP_PKEY_free(pkey);
		err = ah_fault_set(why, AH_ERR_CRYPTO, "crypto.private_key", "bytes behind the PKCS#8 key");
	} else {
		err = wrap(out, pkey, why);
	}
	ERR_pop_to_mark();
	return err;
}

ah_err ah_private_key_save(const ah_private_key *key, ah_buf *pkcs8_der)
{
	uint8_t *der = NULL;
	ERR_set_mark();
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(key->pkey);
	int len = info != NULL ? i2d_PKCS8_PRIV_KEY_INFO(info, &der) : -1;
	PKCS8_PRIV_KEY_INFO_free(info);
	ERR_pop_to_mark();
	if (len <= 0)
		return AH_ERR_CRYPTO;
	ah_err err = ah_buf_append(pkcs8_der, ah_slice_make(der, (size_t)len));
	OPENSSL_clear_free(der, (size_t)len);
	return err;
}

void ah_private_key_free(ah_private_key *key)
{
	if (key == NULL)
		return;
	EVP_PKEY_free(key->pkey); /* OpenSSL wipes the private parts */
	ah_dealloc(key);
}

ah_key_kind ah_private_key_kind(const ah_private_key *key)
{
	return key->kind;
}

ah_err ah_private_key_spki(const ah_private_key *key, ah_buf *spki_der)
{
	uint8_t *der = NULL;
	ERR_set_mark();
	int len = i2d_PUBKEY(key->pkey, &der);
	ERR_pop_to_mark();
	if (len <= 0)
		return AH_ERR_CRYPTO;
	ah_err err = ah_buf_append(spki_der, ah_slice_make(der, (size_t)len));
	OPENSSL_free(der);
	return err;
}

/* -- Signing -- */

struct signature {
	uint8_t bytes[SIGNATURE_MAX];
	size_t len;
};

static bool set_pss(EVP_PKEY_CTX *ctx, ah_hash_alg hash, size_t salt_len)
{
	return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 && EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, md_of(hash)) == 1 &&
	       EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, (int)salt_len) == 1;
}

/* salt_len is used for RSA alone. */
static bool sign(struct signature *out, const ah_private_key *key, ah_hash_alg hash, size_t salt_len, const ah_slice *parts, size_t count)
{
	AUTO_MD_CTX ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *settings = NULL; /* owned by ctx */
	if (ctx == NULL || EVP_DigestSignInit(ctx, &settings, md_of(hash), NULL, key->pkey) != 1)
		return false;
	if (key->kind == AH_KEY_RSA && !set_pss(settings, hash, salt_len))
		return false;
	for (size_t i = 0; i < count; i++)
		if (parts[i].len != 0 && EVP_DigestSignUpdate(ctx, parts[i].ptr, parts[i].len) != 1)
			return false;
	out->len = sizeof out->bytes;
	return EVP_DigestSignFinal(ctx, out->bytes, &out->len) == 1;
}

static ah_err sign_marked(struct signature *out, const ah_private_key *key, ah_hash_alg hash, size_t salt_len, const ah_slice *parts, size_t count)
{
	ERR_set_mark();
	bool ok = sign(out, key, hash, salt_len, parts, count);
	ERR_pop_to_mark();
	return ok ? AH_OK : AH_ERR_CRYPTO;
}

ah_err ah_sign_ecdsa_der(const ah_private_key *key, ah_hash_alg hash, const ah_slice *parts, size_t count, ah_buf *out)
{
	struct signature der;
	if (field_len(key->kind) == 0)
		return AH_ERR_ALGORITHM;
	AH_TRY(sign_marked(&der, key, hash, 0, parts, count));
	return ah_buf_append(out, ah_slice_make(der.bytes, der.len));
}

static ah_err put_field(ah_buf *out, ah_slice v, size_t len)
{
	static const uint8_t zero[48];
	while (v.len > 0 && v.ptr[0] == 0)
		v = ah_slice_sub(v, 1, v.len - 1);
	assert(v.len <= len && len <= sizeof zero);
	AH_TRY(ah_buf_append(out, ah_slice_make(zero, len - v.len)));
	return ah_buf_append(out, v);
}

ah_err ah_sign_ecdsa_raw(const ah_private_key *key, ah_hash_alg hash, const ah_slice *parts, size_t count, ah_buf *out)
{
	struct signature der;
	size_t len = field_len(key->kind);
	if (len == 0)
		return AH_ERR_ALGORITHM;
	AH_TRY(sign_marked(&der, key, hash, 0, parts, count));
	ah_reader reader = { .in = ah_slice_make(der.bytes, der.len) };
	ah_reader body = ah_der_enter(&reader, AH_DER_SEQUENCE);
	ah_slice r = ah_der_unsigned(&body), s = ah_der_unsigned(&body);
	ah_der_leave(&reader, &body);
	AH_TRY(ah_reader_finish(&reader));
	AH_TRY(ah_buf_reserve(out, 2 * len));
	AH_TRY(put_field(out, r, len));
	return put_field(out, s, len);
}

ah_err ah_sign_rsa_pss(const ah_private_key *key, ah_hash_alg hash, size_t salt_len, const ah_slice *parts, size_t count, ah_buf *out)
{
	struct signature signature;
	assert(salt_len <= AH_HASH_MAX);
	if (key->kind != AH_KEY_RSA)
		return AH_ERR_ALGORITHM;
	AH_TRY(sign_marked(&signature, key, hash, salt_len, parts, count));
	return ah_buf_append(out, ah_slice_make(signature.bytes, signature.len));
}

ah_err ah_random(uint8_t *out, size_t len)
{
	if (len > INT_MAX)
		return AH_ERR_ARGUMENT;
	return len == 0 || RAND_bytes(out, (int)len) == 1 ? AH_OK : AH_ERR_CRYPTO;
}
