/* See cache.h. */
#include "apps/cli/cache.h"

#include <anchorhold/state.h>

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define STEP "cache"

/* -- The folder -- */

ah_err cli_cache_open(cli *app, cli_cache *out, const char *folder, bool writes)
{
	cli_cache cache = CLI_CACHE_CLOSED;
	char lock[PATH_MAX];
	bool placed = folder == NULL ? cli_place(cache.folder, "XDG_CACHE_HOME", ".cache", "anchorhold/collateral")
	                             : folder[0] != '\0' && snprintf(cache.folder, sizeof cache.folder, "%s", folder) < PATH_MAX;
	if (!placed || !cli_join(lock, cache.folder, ".lock"))
		return ah_fault_set(&app->why, AH_ERR_ARGUMENT, STEP, "%s",
		                    folder != NULL ? "--cache: not a path" : "neither XDG_CACHE_HOME nor HOME is set; give --cache");
	if (writes) {
		AH_TRY(cli_make_folders(app, cache.folder, AH_ERR_IO));
		AH_TRY(cli_lock(app, &cache.lock, lock, AH_ERR_IO));
	}
	*out = cache;
	return AH_OK;
}

void cli_cache_close(cli_cache *cache)
{
	cli_unlock(&cache->lock);
}

ah_err cli_cache_path(cli *app, char out[static PATH_MAX], const cli_cache *cache, const char *name)
{
	if (!cli_join(out, cache->folder, name))
		return ah_fault_set(&app->why, AH_ERR_ARGUMENT, STEP, "path too long: %s", cache->folder);
	return AH_OK;
}

ah_err cli_cache_read(cli *app, ah_buf *out, const cli_cache *cache, const char *name, size_t max)
{
	char path[PATH_MAX];
	struct stat status;
	AH_TRY(cli_cache_path(app, path, cache, name));
	if (lstat(path, &status) != 0 && errno == ENOENT) {
		ah_buf_free(out);
		return AH_OK;
	}
	return cli_read(app, out, path, max, AH_ERR_TOO_LARGE);
}

ah_err cli_cache_read_chain(cli *app, ah_buf *out, const cli_cache *cache, const vendor_trust *trust, ah_snp_product product, ah_snp_signer signer)
{
	char name[VENDOR_NAME_MAX], mark[32] = "";
	if (trust->simulated_root.len > 0)
		vendor_mark(mark, trust);
	vendor_name_snp_chain(name, mark, product, signer);
	return cli_cache_read(app, out, cache, name, vendor_kind_max(VENDOR_SNP_CHAIN));
}

/* -- Letting in -- */

static ah_err check_state(cli *app, const cli_state *state, const vendor_document *document)
{
	uint64_t highest = 0;
	for (size_t i = 0; state->state != NULL && i < document->number_count; i++) {
		const vendor_number *n = &document->numbers[i];
		if (n->state_kind == NULL || !ah_state_highest(state->state, n->state_kind, n->state_key, &highest) || n->number >= highest)
			continue;
		return ah_fault_set(&app->why, AH_ERR_COLLATERAL_ROLLBACK, STEP, "%s has number %" PRIu64 "; %" PRIu64 " was seen before", n->title, n->number,
		                    highest);
	}
	return AH_OK;
}

static ah_err note_state(cli *app, cli_state *state, const vendor_document *document)
{
	for (size_t i = 0; state->state != NULL && i < document->number_count; i++) {
		const vendor_number *n = &document->numbers[i];
		ah_err err = n->state_kind == NULL ? AH_OK : ah_state_note(state->state, n->state_kind, n->state_key, n->number);
		if (err == AH_ERR_LIMIT)
			return ah_fault_set(&app->why, AH_ERR_STATE_INVALID, STEP, "the state file is full");
		AH_TRY(err);
	}
	return AH_OK;
}

static ah_err check_cached(cli *app, const cli_cache *cache, const vendor_document *document)
{
	AH_AUTO(ah_buf) bytes = AH_BUF(0);
	vendor_document last;
	ah_fault ignored = { 0 }; /* a file that is no such document holds nothing back */
	AH_TRY(cli_cache_read(app, &bytes, cache, document->name, vendor_kind_max(document->kind)));
	if (bytes.len == 0)
		return AH_OK;
	ah_err err = vendor_read(&last, document->kind, NULL, document->signer, (ah_slice){ NULL, 0 }, ah_buf_slice(&bytes), &ignored);
	if (err == AH_ERR_NOMEM)
		return err;
	return err == AH_OK ? vendor_check_newer(&last, document, &app->why) : AH_OK;
}

ah_err cli_cache_admit(cli *app, const cli_cache *cache, cli_state *state, const vendor_document *document, ah_slice bytes)
{
	char path[PATH_MAX];
	AH_TRY(cli_cache_path(app, path, cache, document->name));
	AH_TRY(check_state(app, state, document));
	AH_TRY(check_cached(app, cache, document));
	AH_TRY(cli_write(app, path, bytes, 0600));
	return note_state(app, state, document);
}

/* -- Listing -- */

static bool ends_with(const char *name, const char *end)
{
	size_t len = strlen(name), end_len = strlen(end);
	return len >= end_len && strcmp(name + len - end_len, end) == 0;
}

static bool starts_with(const char *name, const char *start)
{
	return strncmp(name, start, strlen(start)) == 0;
}

/* "genoa-vcek-chain.pem" behind "sev-snp-": product and signer; the rest is returned, NULL when it is not of this form. */
static const char *take_product(cli_cached *file, const char *name)
{
	static const ah_snp_product products[] = { AH_SNP_MILAN, AH_SNP_GENOA, AH_SNP_TURIN };
	static const ah_snp_signer signers[] = { AH_SNP_VCEK, AH_SNP_VLEK };
	for (size_t p = 0; p < sizeof products / sizeof products[0]; p++) {
		for (size_t s = 0; s < sizeof signers / sizeof signers[0]; s++) {
			char start[32];
			int len = snprintf(start, sizeof start, "%s-%s", vendor_product_name(products[p]), ah_snp_signer_name(signers[s]));
			if (!starts_with(name, start))
				continue;
			file->product = products[p];
			file->signer = signers[s];
			return name + len;
		}
	}
	return NULL;
}

/* Is this a name that vendor_name_..() gives, and of which kind? Content is judged elsewhere. */
static bool recognise(cli_cached *file, const char *name)
{
	size_t len = strlen(name);
	if (len >= sizeof file->name)
		return false;
	*file = (cli_cached){ .signer = AH_SNP_SIGNER_NONE };
	memcpy(file->name, name, len);
	if (starts_with(name, "simulated-") && strspn(name + 10, "0123456789abcdef") == 16 && name[26] == '-')
		name += 27;
	if (starts_with(name, "tdx-") && ends_with(name, ".json")) {
		file->kind = VENDOR_TDX_COLLATERAL;
		return true;
	}
	const char *rest = starts_with(name, "sev-snp-") ? take_product(file, name + 8) : NULL;
	if (rest == NULL)
		return false;
	file->kind = strcmp(rest, "-chain.pem") == 0 ? VENDOR_SNP_CHAIN : strcmp(rest, ".crl.der") == 0 ? VENDOR_SNP_CRL : VENDOR_SNP_VCEK;
	return file->kind != VENDOR_SNP_VCEK || (file->signer == AH_SNP_VCEK && rest[0] == '-' && ends_with(rest, ".der"));
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const cli_cached *)a)->name, ((const cli_cached *)b)->name);
}

static void folder_auto(DIR **folder)
{
	if (*folder != NULL)
		(void)closedir(*folder);
}

ah_err cli_cache_list(cli *app, cli_cached **out, size_t *count, const cli_cache *cache)
{
	*out = NULL;
	*count = 0;
	__attribute__((cleanup(folder_auto))) DIR *folder = opendir(cache->folder);
	if (folder == NULL && errno == ENOENT)
		return AH_OK;
	if (folder == NULL)
		return ah_fault_set(&app->why, AH_ERR_FILE, STEP, "%s: %s", strerror(errno), cache->folder);
	cli_cached *files = ah_alloc(CACHE_FILES_MAX * sizeof *files);
	if (files == NULL)
		return AH_ERR_NOMEM;
	size_t found = 0;
	ah_err err = AH_OK;
	const struct dirent *entry;
	while (err == AH_OK && (entry = readdir(folder)) != NULL) {
		cli_cached file;
		if (!recognise(&file, entry->d_name))
			continue;
		if (found == CACHE_FILES_MAX)
			err = ah_fault_set(&app->why, AH_ERR_LIMIT, STEP, "more than %d files: %s", CACHE_FILES_MAX, cache->folder);
		else
			files[found++] = file;
	}
	if (err != AH_OK) {
		ah_dealloc(files);
		return err;
	}
	qsort(files, found, sizeof *files, by_name);
	*out = files;
	*count = found;
	return AH_OK;
}
