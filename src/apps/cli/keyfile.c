/* See keyfile.h. */
#include "apps/cli/keyfile.h"

#include "codec/der.h"
#include "codec/pem.h"
#include "evidence/verifier.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STEP "key.load"
/* PEM of an Ed25519 key has 120 bytes; room for text around it. */
#define KEY_FILE_MAX 4096

static void close_auto(int *fd)
{
	if (*fd > STDERR_FILENO)
		(void)close(*fd);
}

/* The reason stands first: a long path is what gets cut. */
static ah_err file_fault(cli *app, ah_err err, const char *path)
{
	return ah_fault_set(&app->why, err, STEP, "%s: %s", strerror(errno), path);
}

/* -- private -- */

/* What others can read is no secret. A pipe belongs to whoever made it. */
static ah_err check_private_file(cli *app, int fd, const char *path)
{
	struct stat status;
	if (fstat(fd, &status) != 0)
		return file_fault(app, AH_ERR_FILE, path);
	if (!S_ISREG(status.st_mode) && !S_ISFIFO(status.st_mode))
		return ah_fault_set(&app->why, AH_ERR_FILE, STEP, "neither a file nor a pipe: %s", path);
	if (S_ISREG(status.st_mode) && (status.st_mode & 077) != 0)
		return ah_fault_set(&app->why, AH_ERR_KEY_INVALID, STEP, "others can read it (mode %04o); chmod 600 %s", (unsigned)(status.st_mode & 07777), path);
	return AH_OK;
}

/* Straight into locked memory. *len is at most KEY_FILE_MAX. */
static ah_err read_secret(cli *app, ah_secret *into, size_t *len, int fd, const char *path)
{
	size_t have = 0;
	for (;;) {
		ssize_t got = read(fd, ah_secret_bytes(into) + have, ah_secret_len(into) - have);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return file_fault(app, AH_ERR_IO, path);
		if (got == 0)
			break;
		have += (size_t)got;
		if (have > KEY_FILE_MAX)
			return ah_fault_set(&app->why, AH_ERR_KEY_INVALID, STEP, "larger than a key file: %s", path);
	}
	*len = have;
	return AH_OK;
}

static ah_err parse_private(cli *app, ah_ed25519_key **out, ah_slice pem, const char *path)
{
	AH_AUTO(ah_buf) der = AH_BUF(KEY_FILE_MAX); /* wiped when freed */
	ah_slice label = { NULL, 0 }, rest = pem;
	bool found = false, second = false;
	ah_fault inner = { .err = AH_OK };
	ah_err err = ah_pem_next(&rest, &found, &label, &der);
	bool is_private = err == AH_OK && found && ah_slice_is_text(label, "PRIVATE KEY");
	size_t der_len = der.len;
	if (is_private)
		err = ah_pem_next(&rest, &second, &label, &der);
	if (err == AH_ERR_NOMEM)
		return err;
	if (err != AH_OK || !is_private || second)
		return ah_fault_set(&app->why, AH_ERR_KEY_INVALID, STEP, "not PEM of one PKCS#8 private key: %s", path);
	err = ah_ed25519_key_load(out, ah_slice_sub(ah_buf_slice(&der), 0, der_len), &inner);
	if (err == AH_ERR_KEY_INVALID)
		return ah_fault_set(&app->why, err, STEP, "%.60s: %s", inner.detail, path);
	return err;
}

ah_err cli_private_key_read(cli *app, ah_ed25519_key **out, const char *path)
{
	AH_AUTO_PTR(ah_secret) pem = NULL;
	size_t len = 0;
	if (strcmp(path, "-") == 0)
		return ah_fault_set(&app->why, AH_ERR_ARGUMENT, STEP, "a private key is read from a file, not from standard input");
	__attribute__((cleanup(close_auto))) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return file_fault(app, AH_ERR_FILE, path);
	AH_TRY(check_private_file(app, fd, path));
	AH_TRY(ah_secret_new(&pem, KEY_FILE_MAX + 1));
	AH_TRY(read_secret(app, pem, &len, fd, path));
	return parse_private(app, out, ah_slice_make(ah_secret_view(pem), len), path);
}

/* -- public -- */

static ah_err read_public(cli *app, ah_release_root *out, const char *option, const char *path)
{
	AH_AUTO(ah_buf) pem = AH_BUF(0);
	ah_fault inner = { .err = AH_OK };
	AH_TRY(cli_read(app, &pem, path, KEY_FILE_MAX, AH_ERR_KEY_INVALID));
	ah_err err = ah_release_root_from_pem(out, ah_buf_slice(&pem), &inner);
	return err == AH_OK ? AH_OK : ah_fault_set(&app->why, err, STEP, "--%s: %s: %s", option, inner.detail, path);
}

ah_err cli_public_keys_read(cli *app, ah_release_root *out, size_t max, size_t *count, const cli_args *args, const char *option)
{
	size_t given = cli_count(args, option);
	assert(given <= max);
	for (size_t i = 0; i < given; i++) {
		AH_TRY(read_public(app, &out[i], option, cli_value_at(args, option, i)));
		for (size_t k = 0; k < i; k++)
			if (ah_slice_is(AH_SLICE_OF(out[k].key), AH_SLICE_OF(out[i].key)))
				return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "--%s: the same key twice", option);
	}
	*count = given;
	return AH_OK;
}

/* RFC 8410 4. */
static ah_err append_spki(ah_buf *out, const uint8_t key[static AH_ED25519_KEY_LEN])
{
	ah_der_mark spki, algorithm;
	AH_TRY(ah_der_begin(out, AH_DER_SEQUENCE, &spki));
	AH_TRY(ah_der_begin(out, AH_DER_SEQUENCE, &algorithm));
	AH_TRY(ah_der_put(out, AH_DER_OID, AH_SLICE_LITERAL("\x2b\x65\x70")));
	AH_TRY(ah_der_end(out, algorithm));
	AH_TRY(ah_der_put_bit_string(out, ah_slice_make(key, AH_ED25519_KEY_LEN)));
	return ah_der_end(out, spki);
}

ah_err cli_public_key_pem(ah_buf *out, const uint8_t key[static AH_ED25519_KEY_LEN])
{
	AH_AUTO(ah_buf) der = AH_BUF(KEY_FILE_MAX);
	AH_TRY(append_spki(&der, key));
	return ah_pem_write(out, "PUBLIC KEY", ah_buf_slice(&der));
}

ah_err cli_public_key_kid(cli *app, char out[static CLI_KID_SIZE], const uint8_t key[static AH_ED25519_KEY_LEN])
{
	AH_AUTO(ah_buf) der = AH_BUF(KEY_FILE_MAX);
	AH_AUTO_PTR(ah_verifier) verifier = NULL;
	uint8_t digest[AH_SHA256_LEN];
	AH_TRY(append_spki(&der, key));
	AH_TRY(ah_verifier_new(&verifier, &app->why));
	AH_TRY(ah_sha256(verifier->crypto, ah_buf_slice(&der), digest));
	for (size_t i = 0; i < (CLI_KID_SIZE - 1) / 2; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", digest[i]);
	return AH_OK;
}

/* -- new files -- */

/*
 * A file without a name (open(2), O_TMPFILE) leaves nothing behind when the process is killed. Where the file system or /proc does not have that: a name of
 * its own, which temporary then holds. -1 with errno set.
 */
static int open_unnamed(char temporary[static PATH_MAX], const char *path)
{
	const char *slash = strrchr(path, '/');
	int len = slash == NULL ? snprintf(temporary, PATH_MAX, ".") : snprintf(temporary, PATH_MAX, "%.*s", (int)(slash - path + 1), path);
	int fd = len < PATH_MAX && access("/proc/self/fd", X_OK) == 0 ? open(temporary, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600) : -1;
	if (fd >= 0) {
		temporary[0] = '\0';
		return fd;
	}
	len = snprintf(temporary, PATH_MAX, "%s.XXXXXX", path);
	if (len < 0 || len >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return mkostemp(temporary, O_CLOEXEC);
}

/* A link fails where the name is taken, whatever it is a name of; that is what a rename does not do. */
static bool give_name(int fd, const char *temporary, const char *path)
{
	char descriptor[32];
	if (temporary[0] != '\0')
		return link(temporary, path) == 0;
	(void)snprintf(descriptor, sizeof descriptor, "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, descriptor, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0;
}

ah_err cli_write_new(cli *app, const char *path, ah_slice bytes, unsigned mode)
{
	char temporary[PATH_MAX];
	int fd = open_unnamed(temporary, path);
	if (fd < 0)
		return file_fault(app, AH_ERR_FILE, path);
	bool done = cli_write_fd(fd, bytes) && fchmod(fd, (mode_t)mode) == 0 && fsync(fd) == 0;
	bool linked = done && give_name(fd, temporary, path);
	int first_errno = errno;
	(void)close(fd); /* fsync() has said what close() could */
	if (temporary[0] != '\0')
		(void)unlink(temporary);
	errno = first_errno;
	if (!linked && done && errno == EEXIST)
		return ah_fault_set(&app->why, AH_ERR_FILE, STEP, "exists already, and is not overwritten: %s", path);
	return linked ? AH_OK : file_fault(app, done ? AH_ERR_FILE : AH_ERR_IO, path);
}
