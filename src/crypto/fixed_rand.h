/*
 * A "random" generator without randomness, for the library context that only verifies. Internal to this folder.
 *
 * OpenSSL 3.0 blinds a field inversion on P-384 with random numbers even when everything is public, as in verification. Its DRBG would open a
 * seed source, ask for the process id and the time at each use, and call getrandom(); all for a number that protects nothing here. This
 * generator answers with a constant instead. A context that has it must never make a key, a nonce or a signature: crypto/sign.c has its own.
 */
#ifndef AH_CRYPTO_FIXED_RAND_H
#define AH_CRYPTO_FIXED_RAND_H

#include <stdbool.h>

#include <openssl/types.h>

/* Install it in a fresh context. *provider is to be unloaded before the context is freed. False when OpenSSL refuses. */
bool ah__fixed_rand_install(OSSL_LIB_CTX *library, OSSL_PROVIDER **provider);

#endif
