/* The directory of keys and roots: made once, then only read. */
#include "attesters/sim_keys.h"
#include "attesters/sim_nitro.h"
#include "attesters/sim_snp.h"
#include "attesters/sim_tdx.h"
#include "base/fault.h"
#include "base/limits.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define RSA_BITS 4096
/* PKCS#8 of an RSA-4096 key is 2.4 KiB. */
#define KEY_FILE_MAX 8192
#define PATH_LEN_MAX 4096

static const char read_me[] =
	"SIMULATED. The keys in this directory are worthless.\n"
	"\n"
	"They sign attestation documents, reports and quotes of the real formats under local roots, for tests and demonstrations without special\n"
	"hardware. No processor and no cloud stands behind them: whoever can read this directory can sign whatever he likes.\n"
	"\n"
	"  *.der   root certificates, for `anchorhold verify --simulated-root FILE --allow-simulated`\n"
	"  *.key   private keys, PKCS#8 DER\n"
	"\n"
	"Never list one of these roots in a policy that protects something.\n";

/* One line per key file. */
typedef struct key_file {
	const char *name;
	size_t member;             /* offset of the ah_private_key pointer in ah_sim */
	ah_key_kind kind;
} key_file;

static const key_file key_files[] = {
	{ "nitro-root.key", offsetof(ah_sim, nitro), AH_KEY_P384 }, /* nitro[AH_SIM_NITRO_ROOT], the first */
	{ "ark.key", offsetof(ah_sim, ark), AH_KEY_RSA },
	{ "ask.key", offsetof(ah_sim, ask), AH_KEY_RSA },
	{ "asvk.key", offsetof(ah_sim, asvk), AH_KEY_RSA },
	{ "vcek.key", offsetof(ah_sim, vcek), AH_KEY_P384 },
	{ "vlek.key", offsetof(ah_sim, vlek), AH_KEY_P384 },
	{ "tdx-root.key", offsetof(ah_sim, tdx_root), AH_KEY_P256 },
	{ "tdx-ca.key", offsetof(ah_sim, tdx_ca), AH_KEY_P256 },
	{ "tdx-pck.key", offsetof(ah_sim, tdx_pck), AH_KEY_P256 },
	{ "tdx-signer.key", offsetof(ah_sim, tdx_signer), AH_KEY_P256 },
};
static_assert(AH_SIM_NITRO_ROOT == 0, "the root's key is the first of nitro[]");

static const char *const ark_files[AH_SIM_PRODUCTS] = {
	[AH_SNP_MILAN] = "ark-milan.der", [AH_SNP_GENOA] = "ark-genoa.der", [AH_SNP_TURIN] = "ark-turin.der",
};

static ah_private_key **key_member(ah_sim *sim, const key_file *file)
{
	return (ah_private_key **)(void *)((char *)sim + file->member);
}

static ah_err io_fault(ah_fault *why, ah_err err, const char *path)
{
	return ah_fault_set(why, err, "sim.directory", "%s: %s", strerror(errno), path);
}

static ah_err join(char out[static PATH_LEN_MAX], const char *dir, const char *name, ah_fault *why)
{
	if (snprintf(out, PATH_LEN_MAX, "%s/%s", dir, name) >= PATH_LEN_MAX)
		return ah_fault_set(why, AH_ERR_ARGUMENT, "sim.directory", "path too long: %s", name);
	return AH_OK;
}

/* -- Writing -- */

static bool write_whole(int fd, ah_slice bytes)
{
	size_t done = 0;
	while (done < bytes.len) {
		ssize_t n = write(fd, bytes.ptr + done, bytes.len - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

/* Aside, flushed, then renamed: a file of this name is complete, or absent. */
static ah_err write_file(const char *dir, const char *name, mode_t mode, ah_slice bytes, ah_fault *why)
{
	char path[PATH_LEN_MAX], aside[PATH_LEN_MAX], aside_name[64];
	(void)snprintf(aside_name, sizeof aside_name, ".%s.new", name);
	AH_TRY(join(path, dir, name, why));
	AH_TRY(join(aside, dir, aside_name, why));

	int fd = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	if (fd < 0)
		return io_fault(why, AH_ERR_IO, aside);
	bool ok = write_whole(fd, bytes) && fsync(fd) == 0;
	ok = close(fd) == 0 && ok;
	if (!ok || rename(aside, path) != 0) {
		ah_err err = io_fault(why, AH_ERR_IO, path);
		(void)unlink(aside);
		return err;
	}
	return AH_OK;
}

static ah_err is_empty(const char *dir, ah_fault *why)
{
	DIR *entries = opendir(dir);
	if (entries == NULL)
		return io_fault(why, AH_ERR_IO, dir);
	bool empty = true;
	for (const struct dirent *e; empty && (e = readdir(entries)) != NULL;)
		empty = strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0;
	(void)closedir(entries);
	return empty ? AH_OK : ah_fault_set(why, AH_ERR_ARGUMENT, "sim.directory", "not empty: %s", dir);
}

static ah_err make_directory(const char *dir, ah_fault *why)
{
	if (mkdir(dir, 0700) == 0)
		return AH_OK;
	if (errno != EEXIST)
		return io_fault(why, AH_ERR_IO, dir);
	AH_TRY(is_empty(dir, why));
	return chmod(dir, 0700) == 0 ? AH_OK : io_fault(why, AH_ERR_IO, dir);
}

static ah_err write_keys(const char *dir, ah_sim *sim, ah_fault *why)
{
	for (size_t i = 0; i < sizeof key_files / sizeof key_files[0]; i++) {
		ah_private_key **key = key_member(sim, &key_files[i]);
		AH_TRY(ah_private_key_generate(key, key_files[i].kind, RSA_BITS, why));
		AH_AUTO(ah_buf) bytes = AH_BUF(KEY_FILE_MAX);
		AH_TRY(ah_private_key_save(*key, &bytes));
		AH_TRY(write_file(dir, key_files[i].name, 0600, ah_buf_slice(&bytes), why));
	}
	return AH_OK;
}

static ah_err write_roots(const char *dir, ah_sim *sim, ah_fault *why)
{
	AH_TRY(ah_sim_nitro_root(sim, &sim->nitro_root_der));
	AH_TRY(write_file(dir, "nitro-root.der", 0644, ah_buf_slice(&sim->nitro_root_der), why));
	AH_TRY(ah_sim_tdx_root(sim, &sim->tdx_root_der));
	AH_TRY(write_file(dir, "tdx-root.der", 0644, ah_buf_slice(&sim->tdx_root_der), why));
	for (ah_snp_product product = AH_SNP_MILAN; product <= AH_SNP_TURIN; product++) {
		ah_buf *der = &sim->ark_der[product];
		AH_TRY(ah_sim_snp_root(sim, product, der));
		AH_TRY(write_file(dir, ark_files[product], 0644, ah_buf_slice(der), why));
	}
	return AH_OK;
}

ah_err ah_sim_init(const char *dir, ah_fault *why)
{
	AH_AUTO_PTR(ah_sim) sim = NULL;
	AH_TRY(make_directory(dir, why));
	AH_TRY(ah__sim_new(&sim, why));
	AH_TRY(write_file(dir, "README.txt", 0644, ah_slice_text(read_me), why));
	AH_TRY(write_keys(dir, sim, why));
	return write_roots(dir, sim, why);
}

/* -- Reading -- */

static ah_err read_file(ah_buf *out, const char *dir, const char *name, size_t max, ah_fault *why)
{
	char path[PATH_LEN_MAX];
	AH_TRY(join(path, dir, name, why));
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return io_fault(why, AH_ERR_FILE, path);
	*out = AH_BUF(max + 1); /* one more, to see that a file is too long */
	ah_err err = ah_buf_reserve(out, max + 1);
	while (err == AH_OK && out->len <= max) {
		ssize_t n = read(fd, out->ptr + out->len, max + 1 - out->len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			err = io_fault(why, AH_ERR_IO, path);
		if (n <= 0)
			break;
		out->len += (size_t)n;
	}
	(void)close(fd);
	if (err == AH_OK && out->len > max)
		err = ah_fault_set(why, AH_ERR_FILE, "sim.directory", "longer than any file of sim init: %s", path);
	return err;
}

static ah_err read_keys(const char *dir, ah_sim *sim, ah_fault *why)
{
	for (size_t i = 0; i < sizeof key_files / sizeof key_files[0]; i++) {
		ah_private_key **key = key_member(sim, &key_files[i]);
		AH_AUTO(ah_buf) bytes = AH_BUF(0);
		AH_TRY(read_file(&bytes, dir, key_files[i].name, KEY_FILE_MAX, why));
		ah_err err = ah_private_key_load(key, ah_buf_slice(&bytes), why);
		if (err == AH_ERR_NOMEM)
			return err;
		if (err != AH_OK || ah_private_key_kind(*key) != key_files[i].kind)
			return ah_fault_set(why, AH_ERR_FILE, "sim.directory", "not a key of sim init: %s/%s", dir, key_files[i].name);
	}
	return AH_OK;
}

static ah_err read_roots(const char *dir, ah_sim *sim, ah_fault *why)
{
	AH_TRY(read_file(&sim->nitro_root_der, dir, "nitro-root.der", AH_CERTIFICATE_MAX, why));
	AH_TRY(read_file(&sim->tdx_root_der, dir, "tdx-root.der", AH_CERTIFICATE_MAX, why));
	for (ah_snp_product product = AH_SNP_MILAN; product <= AH_SNP_TURIN; product++)
		AH_TRY(read_file(&sim->ark_der[product], dir, ark_files[product], AH_CERTIFICATE_MAX, why));
	return AH_OK;
}

ah_err ah_sim_open(ah_sim **out, const char *dir, ah_fault *why)
{
	AH_AUTO_PTR(ah_sim) sim = NULL;
	AH_TRY(ah__sim_new(&sim, why));
	AH_TRY(read_keys(dir, sim, why));
	AH_TRY(read_roots(dir, sim, why));
	AH_TRY(ah__sim_make_run_keys(sim, why));
	*out = ah_move_ptr(&sim);
	return AH_OK;
}
