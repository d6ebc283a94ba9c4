/* See ed25519_key.h. */
#include "crypto/ed25519_key.h"

#include "base/fault.h"
#include "codec/der.h"

#include <sodium/crypto_sign_ed25519.h>

#define STEP     "crypto.ed25519_key"
#define SEED_LEN 32

/* RFC 8410 3: id-Ed25519, 1.3.101.112. */
#define OID_ED25519 AH_SLICE_LITERAL("\x2b\x65\x70")
/* RFC 5958 2: publicKey [1] IMPLICIT BIT STRING. */
#define TAG_PUBLIC_KEY (AH_DER_CONTEXT | 1)

static_assert(SEED_LEN == crypto_sign_ed25519_SEEDBYTES, "the seed of RFC 8032 5.1.5");

/* secret: as libsodium has it, the seed and behind it the public key. */
struct ah_ed25519_key {
	ah_secret *secret;
	uint8_t public[AH_ED25519_LEN];
};

ah_err ah_ed25519_key_from_seed(ah_ed25519_key **out, const uint8_t seed[static SEED_LEN])
{
	AH_AUTO_PTR(ah_ed25519_key) key = ah_alloc(sizeof *key);
	if (key == NULL)
		return AH_ERR_NOMEM;
	AH_TRY(ah_secret_new(&key->secret, crypto_sign_ed25519_SECRETKEYBYTES));
	if (crypto_sign_ed25519_seed_keypair(key->public, ah_secret_bytes(key->secret), seed) != 0)
		return AH_ERR_CRYPTO;
	ah_secret_seal(key->secret);
	*out = ah_move_ptr(&key); /* transferred */
	return AH_OK;
}

ah_err ah_ed25519_key_generate(ah_ed25519_key **out)
{
	AH_AUTO_PTR(ah_secret) seed = NULL;
	AH_TRY(ah_secret_random(&seed, SEED_LEN));
	return ah_ed25519_key_from_seed(out, ah_secret_view(seed));
}

void ah_ed25519_key_free(ah_ed25519_key *key)
{
	if (key == NULL)
		return;
	ah_secret_free(key->secret);
	ah_dealloc(key);
}

const uint8_t *ah_ed25519_key_public(const ah_ed25519_key *key)
{
	return key->public;
}

ah_err ah_ed25519_sign(const ah_ed25519_key *key, ah_slice message, uint8_t signature[static AH_ED25519_SIGNATURE_LEN])
{
	static const uint8_t nothing[1];
	const uint8_t *bytes = message.len != 0 ? message.ptr : nothing;
	return crypto_sign_ed25519_detached(signature, NULL, bytes, message.len, ah_secret_view(key->secret)) == 0 ? AH_OK : AH_ERR_CRYPTO;
}

/* -- PKCS#8: SEQUENCE { version, AlgorithmIdentifier, OCTET STRING { OCTET STRING seed }, [1] public key when the version is 1 } -- */

/* The parts, borrowed. */
struct pkcs8 {
	uint64_t version;
	ah_slice oid, seed, public;
};

static ah_err read_pkcs8(struct pkcs8 *out, ah_slice der, size_t *off)
{
	ah_reader reader = { .in = der };
	ah_reader body = ah_der_enter(&reader, AH_DER_SEQUENCE);
	struct pkcs8 found = { .version = ah_der_uint(&body, 1) };
	ah_reader algorithm = ah_der_enter(&body, AH_DER_SEQUENCE);
	found.oid = ah_der_oid(&algorithm); /* RFC 8410 3: the parameters must be absent */
	ah_der_leave(&body, &algorithm);
	ah_reader private = ah_der_enter(&body, AH_DER_OCTET_STRING);
	found.seed = ah_der_expect(&private, AH_DER_OCTET_STRING);
	ah_der_leave(&body, &private);
	if (body.err == AH_OK && found.version == 1) /* RFC 5958 2: version 1 when, and only when, the public key is there */
		found.public = ah_der_expect(&body, TAG_PUBLIC_KEY);
	ah_der_leave(&reader, &body);
	ah_err err = ah_reader_finish(&reader);
	*off = reader.err_off;
	if (err == AH_OK)
		*out = found;
	return err;
}

/* The content of the BIT STRING: no unused bits, then the key. */
static bool is_public_key(ah_slice content, const uint8_t key[static AH_ED25519_LEN])
{
	return content.len == 1 + AH_ED25519_LEN && content.ptr[0] == 0 &&
	       ah_slice_is(ah_slice_sub(content, 1, AH_ED25519_LEN), ah_slice_make(key, AH_ED25519_LEN));
}

ah_err ah_ed25519_key_load(ah_ed25519_key **out, ah_slice pkcs8_der, ah_fault *why)
{
	struct pkcs8 parts;
	size_t off = 0;
	AH_AUTO_PTR(ah_ed25519_key) key = NULL;
	if (read_pkcs8(&parts, pkcs8_der, &off) != AH_OK)
		return ah_fault_at(why, AH_ERR_KEY_INVALID, STEP, off, "not a PKCS#8 key of version 0, or 1 with its public key");
	if (!ah_slice_is(parts.oid, OID_ED25519))
		return ah_fault_set(why, AH_ERR_KEY_INVALID, STEP, "a key of another algorithm than Ed25519");
	if (parts.seed.len != SEED_LEN)
		return ah_fault_set(why, AH_ERR_KEY_INVALID, STEP, "the private key has %zu bytes, not %d", parts.seed.len, SEED_LEN);
	ah_err err = ah_ed25519_key_from_seed(&key, parts.seed.ptr);
	if (err != AH_OK)
		return ah_fault_set(why, err, STEP, err == AH_ERR_NOMEM ? "no memory that can be locked" : "libsodium does not start");
	if (parts.version == 1 && !is_public_key(parts.public, key->public))
		return ah_fault_set(why, AH_ERR_KEY_INVALID, STEP, "the public key is not that of the private key");
	*out = ah_move_ptr(&key); /* transferred */
	return AH_OK;
}

static ah_err write_pkcs8(ah_buf *out, ah_slice seed)
{
	ah_der_mark whole, algorithm, private;
	AH_TRY(ah_der_begin(out, AH_DER_SEQUENCE, &whole));
	AH_TRY(ah_der_put_uint(out, 0));
	AH_TRY(ah_der_begin(out, AH_DER_SEQUENCE, &algorithm));
	AH_TRY(ah_der_put(out, AH_DER_OID, OID_ED25519));
	AH_TRY(ah_der_end(out, algorithm));
	AH_TRY(ah_der_begin(out, AH_DER_OCTET_STRING, &private));
	AH_TRY(ah_der_put(out, AH_DER_OCTET_STRING, seed));
	AH_TRY(ah_der_end(out, private));
	return ah_der_end(out, whole);
}

ah_err ah_ed25519_key_save(const ah_ed25519_key *key, ah_buf *pkcs8_der)
{
	return write_pkcs8(pkcs8_der, ah_slice_make(ah_secret_view(key->secret), SEED_LEN));
}
