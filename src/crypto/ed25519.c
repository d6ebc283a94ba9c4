/*
 * See ed25519.h. Neither function needs sodium_init(): it chooses faster implementations of other primitives and a source of randomness,
 * and both are state of the process that a verification must not depend on.
 */
#include "crypto/ed25519.h"

#include <sodium/crypto_core_ed25519.h>
#include <sodium/crypto_sign_ed25519.h>

static_assert(AH_ED25519_LEN == crypto_sign_ed25519_PUBLICKEYBYTES && AH_ED25519_SIGNATURE_LEN == crypto_sign_ed25519_BYTES, "the sizes of RFC 8032");

ah_err ah_ed25519_check_key(const uint8_t key[static AH_ED25519_LEN])
{
	/* Canonical, on the curve, not of small order, and without a component of small order. */
	return crypto_core_ed25519_is_valid_point(key) == 1 ? AH_OK : AH_ERR_FIELD_RANGE;
}

/*
 * libsodium refuses S >= L, R of small order, and A that is not canonical, not on the curve or of small order, all with one answer. Why is
 * asked only after a refusal, so that a good signature costs one verification. A point of the curve that has a component of small order
 * without being of small order itself is left to those who admit keys (ah_ed25519_check_key): only who made such a key can sign with it.
 */
ah_err ah_ed25519_verify(const uint8_t key[static AH_ED25519_LEN], ah_slice message, ah_slice signature)
{
	static const uint8_t nothing[1]; /* an empty message may have no address, and libsodium hands it on to its hash */
	if (signature.len != AH_ED25519_SIGNATURE_LEN)
		return AH_ERR_SIGNATURE_FORMAT;
	const uint8_t *bytes = message.len != 0 ? message.ptr : nothing;
	if (crypto_sign_ed25519_verify_detached(signature.ptr, bytes, message.len, key) == 0)
		return AH_OK;
	return ah_ed25519_check_key(key) == AH_OK ? AH_ERR_SIGNATURE : AH_ERR_FIELD_RANGE;
}
