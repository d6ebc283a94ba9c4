/* Files named on the command line: read whole, with a bound, and only what can be read whole. */
#include "apps/cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_STEP (64 * 1024)

static void close_auto(int *fd)
{
	if (*fd > STDERR_FILENO)
		(void)close(*fd);
}

/* The reason stands first: a long path is what gets cut. */
static ah_err unreadable(cli *app, const char *path, const char *reason)
{
	return ah_fault_set(&app->why, AH_ERR_FILE, "file.open", "%s: %s", reason, path);
}

static const char *unreadable_kind(mode_t mode)
{
	if (S_ISREG(mode) || S_ISFIFO(mode))
		return NULL;
	return S_ISDIR(mode) ? "is a folder" : "is neither a file nor a pipe";
}

/*
 * Open for reading without side effects on devices: their kind is known before they are opened, and again after, as the name may mean something
 * else by then. O_NONBLOCK only where it is without effect on the reads that follow. The caller closes *fd, whatever the outcome.
 */
static ah_err open_file(cli *app, int *fd, struct stat *status, const char *path)
{
	if (stat(path, status) != 0)
		return unreadable(app, path, strerror(errno));
	const char *kind = unreadable_kind(status->st_mode);
	if (kind != NULL)
		return unreadable(app, path, kind);
	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | (S_ISFIFO(status->st_mode) ? 0 : O_NONBLOCK));
	if (*fd < 0 || fstat(*fd, status) != 0)
		return unreadable(app, path, strerror(errno));
	kind = unreadable_kind(status->st_mode);
	return kind != NULL ? unreadable(app, path, kind) : AH_OK;
}

static ah_err too_large_fault(cli *app, const char *path, size_t max, ah_err too_large)
{
	return ah_fault_at(&app->why, too_large, "file.read", max, "larger than %zu bytes: %s", max, path);
}

static ah_err read_all(cli *app, ah_buf *out, int fd, const char *path, size_t max, ah_err too_large)
{
	uint8_t step[READ_STEP];
	for (;;) {
		/* One byte more than may be: it tells "too large" from "just fits" without reading the rest. */
		size_t room = max + 1 - out->len;
		ssize_t got = read(fd, step, room < sizeof step ? room : sizeof step);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == EISDIR)
			return unreadable(app, path, "is a folder");
		if (got < 0 && errno == EBADF)
			return unreadable(app, path, "is not open");
		if (got < 0)
			return ah_fault_set(&app->why, AH_ERR_IO, "file.read", "%s: %s", strerror(errno), path);
		if (got == 0)
			return AH_OK;
		AH_TRY(ah_buf_append(out, (ah_slice){ step, (size_t)got }));
		if (out->len > max)
			return too_large_fault(app, path, max, too_large);
	}
}

ah_err cli_read(cli *app, ah_buf *out, const char *path, size_t max, ah_err too_large)
{
	AH_AUTO(ah_buf) content = AH_BUF(max + 1);
	if (strcmp(path, "-") == 0) {
		if (app->stdin_taken)
			return ah_fault_set(&app->why, AH_ERR_USAGE, "file.read", "only one argument can be - (standard input)");
		app->stdin_taken = true;
		AH_TRY(read_all(app, &content, STDIN_FILENO, "standard input", max, too_large));
	} else {
		struct stat status;
		__attribute__((cleanup(close_auto))) int fd = -1;
		AH_TRY(open_file(app, &fd, &status, path));
		/* A size that the file system knows already costs no reading. */
		if (S_ISREG(status.st_mode) && status.st_size > 0 && (uintmax_t)status.st_size > max)
			return too_large_fault(app, path, max, too_large);
		AH_TRY(read_all(app, &content, fd, path, max, too_large));
	}
	ah_buf_free(out);
	*out = content;
	content = AH_BUF(0); /* transferred */
	return AH_OK;
}
