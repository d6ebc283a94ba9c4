/*
 * See schnorr.h. Verification needs no tables of a context's own: the static context is constant and has no blinding. libsecp256k1 asks its
 * users to run secp256k1_selftest() beside it; what that would find, a library compiled for other hardware, makes good signatures fail and
 * no bad one pass, and the tests find it too.
 */
#include "crypto/schnorr.h"

#include <secp256k1_schnorrsig.h>

ah_err ah_schnorr_verify(const uint8_t key[static AH_SCHNORR_KEY_LEN], ah_slice message, ah_slice signature)
{
	secp256k1_xonly_pubkey point;
	if (signature.len != AH_SCHNORR_SIGNATURE_LEN)
		return AH_ERR_SIGNATURE_FORMAT;
	if (secp256k1_xonly_pubkey_parse(secp256k1_context_static, &point, key) != 1)
		return AH_ERR_FIELD_RANGE;
	return secp256k1_schnorrsig_verify(secp256k1_context_static, signature.ptr, message.ptr, message.len, &point) == 1 ? AH_OK : AH_ERR_SIGNATURE;
}
