/* Running `anchorhold-fetch`: the one way from this command to the network, in a process of its own. */
#ifndef AH_APPS_CLI_FETCHER_H
#define AH_APPS_CLI_FETCHER_H

#include "apps/cli/place.h"

/* Who fetches, and how. Borrows from the command line. */
typedef struct cli_fetcher {
	char program[PATH_MAX];
	char scratch[PATH_MAX];    /* the file that a download goes to; the caller holds the lock of its folder */
	const char *tls_ca;        /* NULL: the system's */
	const char *timeout;       /* seconds; NULL: the helper's default */
} cli_fetcher;

/* path NULL: anchorhold-fetch beside this program. errors: AH_ERR_FETCH when there is none. */
AH_MUST_USE ah_err cli_fetcher_find(cli *app, cli_fetcher *fetcher, const char *path);

/*
 * Fetch one document of at most max bytes. header NULL: no header is wanted; else *value becomes its value. what: for faults, "TCB info".
 *
 * Started without a shell, with no open files but its own, with the proxies and nothing else of the environment.
 * errors: those of anchorhold-fetch (AH_ERR_FETCH, _FETCH_UNTRUSTED, _FETCH_REDIRECTED, AH_ERR_TOO_LARGE, AH_ERR_FILE, AH_ERR_ARGUMENT), AH_ERR_FETCH when
 *         it cannot be started or ends otherwise, AH_ERR_IO, AH_ERR_NOMEM.
 */
AH_MUST_USE ah_err cli_fetch(cli *app, const cli_fetcher *fetcher, ah_buf *body, ah_buf *value, const char *what, const char *url, size_t max,
                             const char *header);

#endif
