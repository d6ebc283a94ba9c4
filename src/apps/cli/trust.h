/* The policy as a signed bundle, from options: --bundle, --release-root and --workload. */
#ifndef AH_APPS_CLI_TRUST_H
#define AH_APPS_CLI_TRUST_H

#include "apps/cli/cli.h"
#include <anchorhold/bundle.h>

/* The option rows of a command that judges against a bundle. */
#define CLI_TRUST_OPTIONS \
	{ "bundle", 0, false, "FILE", "judge against this signed trust bundle; needs --release-root and --workload" }, \
	CLI_ROOT_OPTIONS

/* Whom to trust, without the bundle: of commands whose operand the bundle is. */
#define CLI_ROOT_OPTIONS \
	{ "release-root", 0, true, "FILE", "public key of who may publish the bundle, PEM; several while it is being rotated" }, \
	{ "workload", 0, false, "NAME", "the workload that you want; the bundle must be for it" }

/* Owns what trust borrows; not to be copied. */
typedef struct cli_trust {
	ah_buf bundle;
	ah_release_root roots[AH_RELEASE_ROOTS_MAX];
	ah_trust trust;            /* borrows the above, and the workload from the command line */
} cli_trust;

void cli_trust_free(cli_trust *trust);
static inline void cli_trust_auto(cli_trust *trust) { cli_trust_free(trust); }

/*
 * What the three options cannot mean: one without the others. Nothing is read. For commands with CLI_TRUST_OPTIONS.
 * errors: AH_ERR_USAGE.
 */
AH_MUST_USE ah_err cli_trust_check(cli *app, const cli_args *args);

/*
 * Fill a zeroed *out from --bundle, --release-root and --workload; all of them are given. Afterwards request.trust = &out->trust.
 * errors: AH_ERR_USAGE, AH_ERR_KEY_INVALID (the detail names the file), AH_ERR_BUNDLE_MALFORMED (larger than a bundle can be), those of cli_read().
 */
AH_MUST_USE ah_err cli_trust_load(cli *app, cli_trust *out, const cli_args *args);

/* The same with the bundle from path, for commands with CLI_ROOT_OPTIONS alone. */
AH_MUST_USE ah_err cli_trust_load_from(cli *app, cli_trust *out, const cli_args *args, const char *path);
/* The keys and the workload alone. */
AH_MUST_USE ah_err cli_trust_load_roots(cli *app, cli_trust *out, const cli_args *args);

/* A file with one compact JWS of at most max bytes and perhaps a final line feed. errors: too_large, those of cli_read(). */
AH_MUST_USE ah_err cli_jws_read(cli *app, ah_buf *out, const char *path, size_t max, ah_err too_large);

#endif
