/* Files of Ed25519 keys: who signs bundles and manifests, and who checks them. */
#ifndef AH_APPS_CLI_KEYFILE_H
#define AH_APPS_CLI_KEYFILE_H

#include "apps/cli/cli.h"
#include "crypto/ed25519_key.h"
#include <anchorhold/bundle.h>

/* The first 16 hex digits of a SHA-256, with NUL. */
#define CLI_KID_SIZE 17

/*
 * The private key in a file: PEM PKCS#8, which nobody but its owner may read (as ssh wants it). It goes to locked memory and nowhere else.
 * errors: AH_ERR_KEY_INVALID (open to others, not one such key; the detail names the file), AH_ERR_FILE, AH_ERR_IO, AH_ERR_NOMEM, AH_ERR_CRYPTO.
 */
AH_MUST_USE ah_err cli_private_key_read(cli *app, ah_ed25519_key **out, const char *path);

/*
 * The public keys of all values of an option, PEM SubjectPublicKeyInfo, one in each file. out has room for max.
 * errors: AH_ERR_KEY_INVALID (the detail names the option), AH_ERR_USAGE (the same key twice), those of cli_read().
 */
AH_MUST_USE ah_err cli_public_keys_read(cli *app, ah_release_root *out, size_t max, size_t *count, const cli_args *args, const char *option);

/* The key as PEM SubjectPublicKeyInfo, appended; and what a JWS calls it where nothing else was said: SHA-256 of the SPKI, its begin. */
AH_MUST_USE ah_err cli_public_key_pem(ah_buf *out, const uint8_t key[static AH_ED25519_KEY_LEN]);
AH_MUST_USE ah_err cli_public_key_kid(cli *app, char out[static CLI_KID_SIZE], const uint8_t key[static AH_ED25519_KEY_LEN]);

/* Write a file that is not there yet: whole or not at all, never replacing anything. mode: exactly. errors: AH_ERR_FILE (it is there already), AH_ERR_IO. */
AH_MUST_USE ah_err cli_write_new(cli *app, const char *path, ah_slice bytes, unsigned mode);

#endif
