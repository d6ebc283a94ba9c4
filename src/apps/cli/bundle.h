/* What `anchorhold bundle verify` and `bundle fetch` share: a bundle judged against files of the command line, and what is then said of it. */
#ifndef AH_APPS_CLI_BUNDLE_H
#define AH_APPS_CLI_BUNDLE_H

#include "apps/cli/place.h"
#include "apps/cli/trust.h"

/* The option rows of both, after CLI_ROOT_OPTIONS. */
#define CLI_BUNDLE_JUDGE_OPTIONS \
	{ "state", 0, false, "FILE", "refuse a bundle older than remembered here, and remember what is accepted" \
	  " (default: $XDG_STATE_HOME/anchorhold/state.json; with --at none)" }, \
	{ "at", 0, false, "TIME", "judge at this time, unix seconds or 2026-11-20T09:20:31Z (default: now)" }

typedef enum cli_bundle_rollback {
	CLI_BUNDLE_NOT_COMPARED,   /* no state */
	CLI_BUNDLE_FIRST,          /* nothing was remembered of the root that signed */
	CLI_BUNDLE_KNOWN,          /* this very bundle */
	CLI_BUNDLE_NEWER           /* than the one remembered */
} cli_bundle_rollback;

/* A bundle that was accepted. */
typedef struct cli_bundle_report {
	ah_bundle_info info;
	cli_bundle_rollback rollback;
	const char *path;          /* the file that it is in; NULL: it was not kept */
	const char *source;        /* of a fetch: "server" or "cache"; else NULL */
} cli_bundle_report;

/*
 * Judge trust->trust at now_s with the state file of the options, and remember what is accepted (remembers false: nothing is changed). The state is
 * locked for this call alone.
 * errors: those of ah_bundle_verify(), cli_state_require() and cli_state_save().
 */
AH_MUST_USE ah_err cli_bundle_judge(cli *app, cli_bundle_report *out, const cli_trust *trust, const cli_args *args, int64_t now_s, bool remembers);

/* To standard output, in the form that was asked for. */
AH_MUST_USE ah_err cli_bundle_append_report(cli *app, const cli_bundle_report *report);

#endif
