/* JWS that the tests sign themselves, with any header: what no honest signer would write must still be refused for the right reason. */
#ifndef AH_TESTS_UNIT_POLICY_SIGNED_H
#define AH_TESTS_UNIT_POLICY_SIGNED_H

#include "codec/text.h"
#include "crypto/ed25519_key.h"
#include "support/test.h"

#include <anchorhold/bundle.h>
#include <stdio.h>
#include <stdlib.h>

/* Keys by number; key 0 is that of the texts that python-cryptography made: its seed is the bytes 0..31. */
static inline void signed_seed(uint8_t seed[static 32], unsigned key)
{
	for (size_t i = 0; i < 32; i++)
		seed[i] = (uint8_t)(i + key * 32);
}

static inline ah_release_root signed_root(unsigned key)
{
	uint8_t seed[32];
	ah_release_root root;
	AH_AUTO_PTR(ah_ed25519_key) pair = NULL;
	signed_seed(seed, key);
	if (ah_ed25519_key_from_seed(&pair, seed) != AH_OK)
		abort();
	memcpy(root.key, ah_ed25519_key_public(pair), sizeof root.key);
	return root;
}

/* header "." payload, signed by the key. The text lives until the next but seven calls. */
static inline ah_slice signed_jws(unsigned key, const char *header, const char *payload)
{
	static ah_buf texts[8];
	static unsigned next;
	ah_buf *out = &texts[next++ % 8];
	uint8_t seed[32], signature[64];
	AH_AUTO_PTR(ah_ed25519_key) pair = NULL;
	ah_buf_free(out);
	*out = AH_BUF(1 << 20);
	signed_seed(seed, key);
	if (ah_base64url_encode(out, ah_slice_text(header)) != AH_OK || ah_buf_append_byte(out, '.') != AH_OK
	    || ah_base64url_encode(out, ah_slice_text(payload)) != AH_OK || ah_ed25519_key_from_seed(&pair, seed) != AH_OK
	    || ah_ed25519_sign(pair, ah_buf_slice(out), signature) != AH_OK || ah_buf_append_byte(out, '.') != AH_OK
	    || ah_base64url_encode(out, AH_SLICE_OF(signature)) != AH_OK)
		abort();
	return ah_buf_slice(out);
}

#endif
