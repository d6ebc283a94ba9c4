/*
 * See schnorr_key.h. Each key has a context of its own whose blinding is random, against what leaks through time and power while the
 * secret is multiplied. The context lies in memory that we give, since libsecp256k1 ends the program when its own allocation fails.
 */
#include "crypto/schnorr_key.h"

#include "base/fault.h"

#include <stddef.h>

#include <sodium/randombytes.h>

#include <secp256k1_extrakeys.h>
#include <secp256k1_preallocated.h>
#include <secp256k1_schnorrsig.h>

#define SECRET_LEN 32

struct ah_schnorr_key {
	ah_secret *context_memory, *keypair; /* the blinding is a secret as well */
	secp256k1_context *context;          /* in context_memory */
	uint8_t public[AH_SCHNORR_KEY_LEN];
};

static ah_err make_context(ah_schnorr_key *key)
{
	size_t len = secp256k1_context_preallocated_size(SECP256K1_CONTEXT_NONE);
	assert(len % _Alignof(max_align_t) == 0); /* a secret ends at the end of a page: its length is its alignment */
	AH_AUTO_PTR(ah_secret) blinding = NULL;
	AH_TRY(ah_secret_random(&blinding, 32));
	AH_TRY(ah_secret_new(&key->context_memory, len));
	key->context = secp256k1_context_preallocated_create(ah_secret_bytes(key->context_memory), SECP256K1_CONTEXT_NONE);
	return secp256k1_context_randomize(key->context, ah_secret_view(blinding)) == 1 ? AH_OK : AH_ERR_CRYPTO;
}

/* The keypair of libsecp256k1 is an opaque array of bytes, without alignment. */
static const secp256k1_keypair *keypair_of(const ah_schnorr_key *key)
{
	return (const secp256k1_keypair *)(const void *)ah_secret_view(key->keypair);
}

static ah_err make_keypair(ah_schnorr_key *key, const uint8_t secret[static SECRET_LEN])
{
	secp256k1_xonly_pubkey point;
	AH_TRY(ah_secret_new(&key->keypair, sizeof(secp256k1_keypair)));
	/* Fails for zero and for what is not below the group order, and for nothing else. */
	if (secp256k1_keypair_create(key->context, (secp256k1_keypair *)(void *)ah_secret_bytes(key->keypair), secret) != 1)
		return AH_ERR_FIELD_RANGE;
	ah_secret_seal(key->keypair);
	if (secp256k1_keypair_xonly_pub(key->context, &point, NULL, keypair_of(key)) != 1 ||
	    secp256k1_xonly_pubkey_serialize(key->context, key->public, &point) != 1)
		return AH_ERR_CRYPTO;
	return AH_OK;
}

ah_err ah_schnorr_key_from_bytes(ah_schnorr_key **out, const uint8_t secret[static SECRET_LEN])
{
	AH_AUTO_PTR(ah_schnorr_key) key = ah_alloc(sizeof *key);
	if (key == NULL)
		return AH_ERR_NOMEM;
	AH_TRY(make_context(key));
	AH_TRY(make_keypair(key, secret));
	*out = ah_move_ptr(&key); /* transferred */
	return AH_OK;
}

ah_err ah_schnorr_key_generate(ah_schnorr_key **out)
{
	AH_AUTO_PTR(ah_secret) secret = NULL;
	AH_TRY(ah_secret_random(&secret, SECRET_LEN));
	ah_err err = ah_schnorr_key_from_bytes(out, ah_secret_view(secret));
	return err == AH_ERR_FIELD_RANGE ? AH_ERR_CRYPTO : err; /* once in 2^128: the generator is broken */
}

void ah_schnorr_key_free(ah_schnorr_key *key)
{
	if (key == NULL)
		return;
	if (key->context != NULL)
		secp256k1_context_preallocated_destroy(key->context);
	ah_secret_free(key->context_memory);
	ah_secret_free(key->keypair);
	ah_dealloc(key);
}

const uint8_t *ah_schnorr_key_public(const ah_schnorr_key *key)
{
	return key->public;
}

ah_err ah_schnorr_sign(const ah_schnorr_key *key, const uint8_t message[static 32], uint8_t signature[static AH_SCHNORR_SIGNATURE_LEN])
{
	uint8_t aux[32], made[AH_SCHNORR_SIGNATURE_LEN];
	randombytes_buf(aux, sizeof aux);
	int ok = secp256k1_schnorrsig_sign32(key->context, made, message, keypair_of(key), aux);
	ah_secret_wipe(aux, sizeof aux);
	/* BIP-340, "Default Signing": verified before it leaves, so that a fault while computing does not give the key away. */
	if (ok != 1 || ah_schnorr_verify(key->public, ah_slice_make(message, 32), AH_SLICE_OF(made)) != AH_OK)
		return AH_ERR_CRYPTO;
	memcpy(signature, made, sizeof made);
	return AH_OK;
}
