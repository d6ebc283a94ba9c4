/*
 * The folder in which `anchorhold collateral` keeps what it verified: $XDG_CACHE_HOME/anchorhold/collateral, or --cache. Flat, one file per
 * document, for the user alone, changed by one process at a time, every file replaced whole.
 */
#ifndef AH_APPS_CLI_CACHE_H
#define AH_APPS_CLI_CACHE_H

#include "apps/cli/place.h"
#include "apps/cli/vendor.h"

/* Files in a cache that `list` looks at: 8 products and signers, some FMSPCs, and a VCEK for every machine of a fleet. */
#define CACHE_FILES_MAX 4096

typedef struct cli_cache {
	int lock;                  /* descriptor; -1 when not held */
	char folder[PATH_MAX];
} cli_cache;
#define CLI_CACHE_CLOSED ((cli_cache){ .lock = -1 })

/*
 * Open the cache: folder NULL is the default place.
 * writes  make the folder when it is absent, and hold its lock: other writers are waited for, some seconds. Readers need none, as files are
 *         replaced whole; to them an absent folder is an empty cache
 * errors  AH_ERR_ARGUMENT (no place), AH_ERR_IO (folder or lock).
 */
AH_MUST_USE ah_err cli_cache_open(cli *app, cli_cache *out, const char *folder, bool writes);
void cli_cache_close(cli_cache *cache);
static inline void cli_cache_auto(cli_cache *cache) { cli_cache_close(cache); }

/* The path of a file of the cache. errors: AH_ERR_ARGUMENT when it is too long. */
AH_MUST_USE ah_err cli_cache_path(cli *app, char out[static PATH_MAX], const cli_cache *cache, const char *name);
/* Its content; nothing when it is absent. errors: those of cli_read(). */
AH_MUST_USE ah_err cli_cache_read(cli *app, ah_buf *out, const cli_cache *cache, const char *name, size_t max);
/* The chain below which a document of this product and signer stands: the vendor's, or that of the trust's simulated root where there is one. */
AH_MUST_USE ah_err cli_cache_read_chain(cli *app, ah_buf *out, const cli_cache *cache, const vendor_trust *trust, ah_snp_product product,
                                        ah_snp_signer signer);

/*
 * Let a verified document in, unless it is older than the file that it would replace, or than the state remembers. Its numbers are then noted in
 * the state, which the caller saves. A file of that name that cannot be read as such a document is replaced.
 * errors: AH_ERR_COLLATERAL_ROLLBACK, AH_ERR_FILE, AH_ERR_IO, AH_ERR_STATE_INVALID (full), AH_ERR_NOMEM.
 */
AH_MUST_USE ah_err cli_cache_admit(cli *app, const cli_cache *cache, cli_state *state, const vendor_document *document, ah_slice bytes);

/* One file of the cache that has a name which this program gives. */
typedef struct cli_cached {
	char name[VENDOR_NAME_MAX];
	vendor_kind kind;
	ah_snp_signer signer;
	ah_snp_product product;
} cli_cached;
/* All of them, sorted by name; *out is freed with ah_dealloc(). errors: AH_ERR_FILE, AH_ERR_LIMIT, AH_ERR_NOMEM. */
AH_MUST_USE ah_err cli_cache_list(cli *app, cli_cached **out, size_t *count, const cli_cache *cache);

#endif
