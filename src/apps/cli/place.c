/* See place.h. */
#include "apps/cli/place.h"

#include "policy/policy.h"
#include "policy/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* -- Paths -- */

static bool fits(int len)
{
	return len >= 0 && len < PATH_MAX;
}

bool cli_join(char out[static PATH_MAX], const char *folder, const char *name)
{
	size_t len = strlen(folder);
	const char *slash = len > 0 && folder[len - 1] == '/' ? "" : "/";
	return fits(snprintf(out, PATH_MAX, "%s%s%s", folder, slash, name));
}

bool cli_place(char out[static PATH_MAX], const char *variable, const char *home_below, const char *below)
{
	const char *base = getenv(variable), *home = getenv("HOME");
	if (base != NULL && base[0] == '/')
		return cli_join(out, base, below);
	if (home == NULL || home[0] != '/')
		return false;
	return fits(snprintf(out, PATH_MAX, "%s/%s/%s", home, home_below, below));
}

/* The reason stands first: a long path is what gets cut. */
static ah_err place_fault(cli *app, ah_err err, const char *path)
{
	return ah_fault_set(&app->why, err, "file.place", "%s: %s", strerror(errno), path);
}

static bool is_folder(const char *path)
{
	struct stat status;
	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

ah_err cli_make_folders(cli *app, const char *path, ah_err err)
{
	char part[PATH_MAX];
	if (!fits(snprintf(part, sizeof part, "%s", path))) {
		errno = ENAMETOOLONG;
		return place_fault(app, err, path);
	}
	/* Each slash but the first one ends a folder; the end of the text does too. */
	for (size_t i = 1; part[0] != '\0'; i++) {
		bool ends = part[i] == '\0';
		if (!ends && part[i] != '/')
			continue;
		part[i] = '\0';
		if (!is_folder(part) && mkdir(part, 0700) != 0 && !(errno == EEXIST && is_folder(part)))
			return place_fault(app, err, part);
		if (ends)
			return AH_OK;
		part[i] = '/';
	}
	errno = ENOENT;
	return place_fault(app, err, path);
}

/* -- Locks -- */

#define LOCK_TRIES   600
#define LOCK_WAIT_NS 50000000 /* 600 times: 30 seconds */

ah_err cli_lock(cli *app, int *fd, const char *path, ah_err err)
{
	int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW, 0600);
	if (file < 0)
		return ah_fault_set(&app->why, err, "file.lock", "the lock file cannot be made: %s: %s", strerror(errno), path);
	for (int tries = 0; flock(file, LOCK_EX | LOCK_NB) != 0; tries++) {
		if ((errno != EWOULDBLOCK && errno != EINTR) || tries == LOCK_TRIES) {
			bool busy = errno == EWOULDBLOCK;
			(void)close(file);
			if (busy)
				return ah_fault_set(&app->why, err, "file.lock", "another process holds it: %s", path);
			return place_fault(app, err, path);
		}
		(void)nanosleep(&(struct timespec){ .tv_nsec = LOCK_WAIT_NS }, NULL);
	}
	*fd = file;
	return AH_OK;
}

void cli_unlock(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

/* -- The state file -- */

#define STATE_PLACE "XDG_STATE_HOME", ".local/state", "anchorhold/state.json"

/* Whatever went wrong with the state file is a state that cannot be relied on. */
static ah_err as_state_fault(cli *app, ah_err err)
{
	if (err == AH_OK || err == AH_ERR_NOMEM)
		return err;
	app->why.err = AH_ERR_STATE_INVALID;
	app->why.step = "state.file";
	return AH_ERR_STATE_INVALID;
}

/* A link and the file that it names are one state: with two locks, two runs could each write what the other had not seen. */
static void follow_links(cli_state *s)
{
	char real[PATH_MAX];
	if (realpath(s->path, real) != NULL && strlen(real) < sizeof s->path)
		(void)snprintf(s->path, sizeof s->path, "%s", real);
}

/* Beside the file, as the file itself is replaced. Folders are made for the default place alone: a path that was typed is meant as it is. */
static ah_err hold(cli *app, cli_state *s, bool is_default)
{
	char name[PATH_MAX];
	const char *slash = strrchr(s->path, '/');
	if (is_default && slash != NULL) {
		(void)snprintf(name, sizeof name, "%.*s", (int)(slash - s->path), s->path);
		AH_TRY(cli_make_folders(app, name, AH_ERR_STATE_INVALID));
	}
	follow_links(s);
	if (!fits(snprintf(name, sizeof name, "%s.lock", s->path))) {
		errno = ENAMETOOLONG;
		return place_fault(app, AH_ERR_STATE_INVALID, s->path);
	}
	return cli_lock(app, &s->lock, name, AH_ERR_STATE_INVALID);
}

static ah_err load(cli *app, cli_state *s)
{
	struct stat status;
	if (lstat(s->path, &status) != 0 && errno == ENOENT)
		return ah_state_new(&s->state);
	AH_AUTO(ah_buf) json = AH_BUF(0);
	AH_TRY(as_state_fault(app, cli_read(app, &json, s->path, AH_STATE_FILE_MAX, AH_ERR_STATE_INVALID)));
	return ah_state_load(&s->state, ah_buf_slice(&json), &app->why);
}

bool cli_state_place(char out[static PATH_MAX])
{
	return cli_place(out, STATE_PLACE);
}

ah_err cli_state_open(cli *app, cli_state *out, const char *path)
{
	AH_AUTO(cli_state) s = CLI_STATE_CLOSED;
	if (path == NULL && !cli_place(s.path, STATE_PLACE))
		return AH_OK;
	if (path != NULL && (strcmp(path, "-") == 0 || path[0] == '\0' || !fits(snprintf(s.path, sizeof s.path, "%s", path))))
		return ah_fault_set(&app->why, AH_ERR_ARGUMENT, "option", "--state: not the path of a file");
	AH_TRY(hold(app, &s, path == NULL));
	AH_TRY(load(app, &s));
	*out = s;
	s = CLI_STATE_CLOSED; /* transferred */
	return AH_OK;
}

ah_err cli_state_require(cli *app, cli_state *out, const char *path)
{
	char place[PATH_MAX];
	if (path == NULL && !cli_state_place(place))
		return ah_fault_set(&app->why, AH_ERR_ARGUMENT, "state.file", "neither XDG_STATE_HOME nor HOME is set; give --state");
	return cli_state_open(app, out, path);
}

static void free_text(char **text)
{
	ah_text_free(*text);
}

ah_err cli_state_save(cli *app, const cli_state *state)
{
	__attribute__((cleanup(free_text))) char *json = NULL;
	size_t len = 0;
	if (state->state == NULL || !ah_state_is_changed(state->state))
		return AH_OK;
	AH_TRY(as_state_fault(app, ah_state_to_json(state->state, &json, &len)));
	return as_state_fault(app, cli_write(app, state->path, ah_slice_make(json, len), 0600));
}

void cli_state_free(cli_state *state)
{
	ah_state_free(state->state);
	cli_unlock(&state->lock);
	*state = CLI_STATE_CLOSED;
}
