/* bech32 (BIP-173) for the one use of ours: npub, the text form of a Nostr public key (NIP-19). */
#ifndef AH_CODEC_BECH32_H
#define AH_CODEC_BECH32_H

#include "base/slice.h"
#include <anchorhold/error.h>

#define AH_NPUB_LEN 63

/* NUL-terminated. */
void ah_npub_encode(char out[static AH_NPUB_LEN + 1], const uint8_t key[static 32]);
/* Lowercase alone, checksum verified, padding zero. errors: AH_ERR_TEXT. */
AH_MUST_USE ah_err ah_npub_decode(uint8_t out[static 32], ah_slice text);

#endif
