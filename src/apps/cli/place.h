/* Where the command keeps what outlives a run: folders of its own, one process at a time. */
#ifndef AH_APPS_CLI_PLACE_H
#define AH_APPS_CLI_PLACE_H

#include "apps/cli/cli.h"

#include <limits.h>

/*
 * "$VARIABLE/below", or "$HOME/home_below/below" when the variable is not set (XDG Base Directory Specification: a path that is not absolute counts as
 * not set). False when there is neither, or when it is too long.
 */
bool cli_place(char out[static PATH_MAX], const char *variable, const char *home_below, const char *below);

/* "folder/name" without a doubled slash; false when it is too long. */
bool cli_join(char out[static PATH_MAX], const char *folder, const char *name);

/* Make a folder and those above it, for the user alone (0700). What is there already stays as it is. errors: err. */
AH_MUST_USE ah_err cli_make_folders(cli *app, const char *path, ah_err err);

/*
 * Hold a lock file, made when absent; another process that holds it is waited for, some seconds. *fd is closed by cli_unlock(), or by the end of
 * the process. errors: err.
 */
AH_MUST_USE ah_err cli_lock(cli *app, int *fd, const char *path, ah_err err);
void cli_unlock(int *fd);

/*
 * The state file of one run (anchorhold/state.h): read under its lock, written back by cli_state_save() before the lock goes.
 *
 * path    NULL: the default place; "no place at all" leaves state NULL
 * errors  AH_ERR_STATE_INVALID for whatever is wrong with the file or its folder, AH_ERR_NOMEM.
 */
typedef struct cli_state {
	struct ah_state *state;    /* owned */
	int lock;                  /* descriptor; -1 when not held */
	char path[PATH_MAX];
} cli_state;
#define CLI_STATE_CLOSED ((cli_state){ .lock = -1 })
AH_MUST_USE ah_err cli_state_open(cli *app, cli_state *out, const char *path);
/* The same where bundles are judged: their rollback is not to go unseen for want of a place. errors: as above; AH_ERR_ARGUMENT when there is none. */
AH_MUST_USE ah_err cli_state_require(cli *app, cli_state *out, const char *path);
/* The default place; false when there is none. */
bool cli_state_place(char out[static PATH_MAX]);
/* Replaces the file when something was raised; does nothing otherwise. errors: AH_ERR_STATE_INVALID, AH_ERR_NOMEM. */
AH_MUST_USE ah_err cli_state_save(cli *app, const cli_state *state);
void cli_state_free(cli_state *state);
static inline void cli_state_auto(cli_state *state) { cli_state_free(state); }

#endif
