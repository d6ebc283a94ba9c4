/* Saved bundles and pins as files of `verify`. */
#ifndef AH_APPS_CLI_SAVED_H
#define AH_APPS_CLI_SAVED_H

#include "apps/cli/cli.h"
#include "policy/saved.h"

#include <limits.h>

/* -- saved.c -- */

/*
 * Whether a file is meant as a saved bundle: an object with its schema, or broken JSON in which that schema stands, so that its reader can say what is
 * wrong with it.
 */
bool cli_saved_detect(ah_slice bytes);

/* Read a saved bundle. errors: those of cli_read() and ah_saved_load(). */
AH_MUST_USE ah_err cli_saved_read(cli *app, ah_saved **out, const char *path);

/* Write the question and its verdict, for the user alone (0600). errors: those of ah_saved_write() and cli_write(). */
AH_MUST_USE ah_err cli_saved_write(cli *app, const char *path, const ah_request *request, const ah_verdict *verdict);

/* -- pin.c -- */

/*
 * The pin file of one run. An absent file is the first use; its name is locked until cli_pin_free(), so that of two first uses at once one is the second. A file
 * that is there is read without a lock, as it may stand in a folder that cannot be written to.
 *
 * errors: AH_ERR_PIN_INVALID for whatever is wrong with the file or its folder (an empty file is not an absent one), AH_ERR_ARGUMENT (no path of a file),
 * AH_ERR_NOMEM. That the content is a pin is for ah_appraise() to say.
 */
typedef struct cli_pin {
	bool first_use;
	int lock;                  /* descriptor; -1 when not held */
	ah_buf json;               /* empty at first use */
	ah_slice slice;            /* what request.pin points to */
	char path[PATH_MAX];
} cli_pin;
#define CLI_PIN_CLOSED ((cli_pin){ .lock = -1 })
AH_MUST_USE ah_err cli_pin_open(cli *app, cli_pin *out, const char *path);
/* At first use: write what was accepted, for the user alone (0600). Else nothing. errors: AH_ERR_PIN_INVALID, AH_ERR_NOMEM. */
AH_MUST_USE ah_err cli_pin_record(cli *app, const cli_pin *pin, const ah_verdict *verdict);
void cli_pin_free(cli_pin *pin);
static inline void cli_pin_auto(cli_pin *pin) { cli_pin_free(pin); }

#endif
