/* See saved.h: the file that remembers what was verified at first use. */
#include "apps/cli/saved.h"

#include "apps/cli/place.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Whatever went wrong with the file is a pin that cannot be relied on. */
static ah_err as_pin_fault(cli *app, ah_err err)
{
	if (err == AH_OK || err == AH_ERR_NOMEM)
		return err;
	app->why.err = AH_ERR_PIN_INVALID;
	app->why.step = "pin.file";
	return AH_ERR_PIN_INVALID;
}

/* A link to nothing is not nothing. */
static bool is_absent(const char *path)
{
	struct stat status;
	return lstat(path, &status) != 0 && errno == ENOENT;
}

static ah_err open_pin(cli *app, cli_pin *pin, const char *path)
{
	char lock[PATH_MAX];
	int len = snprintf(pin->path, sizeof pin->path, "%s", path), lock_len = snprintf(lock, sizeof lock, "%s.lock", path);
	if (strcmp(path, "-") == 0 || path[0] == '\0' || len >= PATH_MAX || lock_len >= PATH_MAX)
		return ah_fault_set(&app->why, AH_ERR_ARGUMENT, "option", "--pin: not the path of a file");
	/* A pin that is there is whole, since it was renamed to its place: only who may have to write it needs the lock, and then looks again. */
	if (is_absent(path)) {
		AH_TRY(cli_lock(app, &pin->lock, lock, AH_ERR_PIN_INVALID));
		pin->first_use = is_absent(path);
	}
	if (!pin->first_use) {
		AH_TRY(as_pin_fault(app, cli_read(app, &pin->json, path, AH_PIN_MAX, AH_ERR_PIN_INVALID)));
		if (pin->json.len == 0)
			return ah_fault_set(&app->why, AH_ERR_PIN_INVALID, "pin.file", "the file is empty: %s", path);
	}
	pin->slice = ah_buf_slice(&pin->json);
	return AH_OK;
}

ah_err cli_pin_open(cli *app, cli_pin *out, const char *path)
{
	*out = CLI_PIN_CLOSED;
	ah_err err = open_pin(app, out, path);
	if (err != AH_OK)
		cli_pin_free(out);
	return err;
}

static void free_text(char **text)
{
	ah_text_free(*text);
}

ah_err cli_pin_record(cli *app, const cli_pin *pin, const ah_verdict *verdict)
{
	__attribute__((cleanup(free_text))) char *text = NULL;
	size_t len = 0;
	if (!pin->first_use)
		return AH_OK;
	AH_TRY(as_pin_fault(app, ah_pin_from_verdict(&text, &len, verdict, &app->why)));
	AH_TRY(as_pin_fault(app, cli_write(app, pin->path, ah_slice_make(text, len), 0600)));
	AH_TRY(ah_buf_append_text(&app->note, "recorded at first use: "));
	AH_TRY(cli_append_word(&app->note, pin->path));
	return ah_buf_append_byte(&app->note, '\n');
}

void cli_pin_free(cli_pin *pin)
{
	cli_unlock(&pin->lock);
	ah_buf_free(&pin->json);
	*pin = CLI_PIN_CLOSED;
}
