/* What the commands `collateral fetch | import | list` share: one run with its cache, state, trust, and what it has to tell. */
#ifndef AH_APPS_CLI_COLLATERAL_H
#define AH_APPS_CLI_COLLATERAL_H

#include "apps/cli/cache.h"

/* The option rows of all three. */
#define CLI_COLLATERAL_OPTIONS \
	{ "cache", 0, false, "DIR", "folder of the cache (default: $XDG_CACHE_HOME/anchorhold/collateral)" }, \
	{ "at", 0, false, "TIME", "judge at this time, unix seconds or 2026-11-20T09:20:31Z (default: now)" }, \
	{ "simulated-root", 0, false, "FILE", "root certificate of a simulated platform; needs --allow-simulated" }, \
	{ "allow-simulated", 0, false, NULL, "allow documents under that root; they stand beside the vendor's in the cache" }

/* Of the two that let something in. */
#define CLI_COLLATERAL_STATE_OPTION \
	{ "state", 0, false, "FILE", "remember the newest collateral here (default: $XDG_STATE_HOME/anchorhold/state.json; with --at none)" }

/* One run brings at most what its operands, or one fetch, can name. */
#define COLLATERAL_DOCUMENTS_MAX CLI_OPERANDS_MAX

typedef struct collateral_run {
	cli *app;
	cli_cache cache;
	const char *state_path;    /* NULL: the default place */
	bool uses_state;
	cli_state state;           /* opened when there is something to remember: its lock is not held while the network is waited for */
	vendor_trust trust;
	vendor_document documents[COLLATERAL_DOCUMENTS_MAX]; /* what was let in */
	size_t count;
} collateral_run;

/* Trust, cache and, for a run that admits something, where the state is. The caller ends it with collateral_run_free(). */
AH_MUST_USE ah_err collateral_open(collateral_run *run, cli *app, const cli_args *args, bool admits);
void collateral_run_free(collateral_run *run);
static inline void collateral_run_auto(collateral_run *run) { collateral_run_free(run); }

/* Verify bytes as a document of a kind, CRLs and VCEKs below the chain in the cache. errors: those of vendor_read(), AH_ERR_ENDORSEMENT_MISSING. */
AH_MUST_USE ah_err collateral_verify(collateral_run *run, vendor_document *out, vendor_kind kind, ah_snp_signer signer, ah_slice bytes);
/* Let it into the cache. errors: those of cli_cache_admit(). */
AH_MUST_USE ah_err collateral_keep(collateral_run *run, const vendor_document *document, ah_slice bytes);
/* Save the state, then say what was let in. */
AH_MUST_USE ah_err collateral_close(collateral_run *run);

#endif
