/* Everything that leaves the program: files whole or not at all, text without control characters, errors in one form. */
#include "apps/cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* -- Files -- */

bool cli_write_fd(int fd, ah_slice bytes)
{
	for (size_t done = 0; done < bytes.len;) {
		ah_slice rest = ah_slice_sub(bytes, done, bytes.len - done);
		ssize_t wrote = write(fd, rest.ptr, rest.len);
		if (wrote < 0 && errno != EINTR)
			return false;
		if (wrote > 0)
			done += (size_t)wrote;
	}
	return true;
}

static ah_err write_fault(cli *app, ah_err err, const char *path)
{
	return ah_fault_set(&app->why, err, "file.write", "%s: %s", strerror(errno), path);
}

/* A device or a FIFO has no name to replace: what is written there is gone at once. */
static ah_err write_through(cli *app, const char *path, ah_slice bytes)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return write_fault(app, AH_ERR_FILE, path);
	bool written = cli_write_fd(fd, bytes);
	int write_errno = errno;
	bool closed = close(fd) == 0;
	if (!written)
		errno = write_errno;
	return written && closed ? AH_OK : write_fault(app, AH_ERR_IO, path);
}

void cli_folder_of(char *out, const char *path)
{
	const char *slash = strrchr(path, '/');
	int len = slash == NULL ? 1 : slash == path ? 1 : (int)(slash - path);
	(void)snprintf(out, PATH_MAX, "%.*s", len, slash == NULL ? "." : path);
}

/* The new name survives a power cut only once its folder is on disk; a file system that cannot do that has done what it can. */
static void sync_folder(const char *path)
{
	char folder[PATH_MAX];
	cli_folder_of(folder, path);
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	(void)fsync(fd);
	(void)close(fd);
}

static ah_err replace(cli *app, const char *path, ah_slice bytes, unsigned mode)
{
	char temporary[PATH_MAX];
	int len = snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);
	if (len < 0 || (size_t)len >= sizeof temporary) {
		errno = ENAMETOOLONG;
		return write_fault(app, AH_ERR_FILE, path);
	}
	int fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return write_fault(app, AH_ERR_FILE, path);
	mode_t mask = umask(0);
	(void)umask(mask);
	bool done = cli_write_fd(fd, bytes) && fchmod(fd, (mode_t)mode & ~mask) == 0 && fsync(fd) == 0;
	int first_errno = errno;
	bool closed = close(fd) == 0;
	if (done && closed && rename(temporary, path) == 0) {
		sync_folder(path);
		return AH_OK;
	}
	if (!done)
		errno = first_errno;
	ah_err err = write_fault(app, AH_ERR_IO, path);
	(void)unlink(temporary);
	return err;
}

/* Where path leads: a symbolic link stays one, what it points to is replaced. *through: it is a device or a FIFO. */
static ah_err find_target(cli *app, char target[static PATH_MAX], bool *through, const char *path)
{
	struct stat status;
	bool is_link = lstat(path, &status) == 0 && S_ISLNK(status.st_mode);
	if (is_link && realpath(path, target) == NULL)
		return write_fault(app, AH_ERR_FILE, path);
	if (!is_link && snprintf(target, PATH_MAX, "%s", path) >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return write_fault(app, AH_ERR_FILE, path);
	}
	bool is_there = stat(target, &status) == 0;
	if (is_there && S_ISDIR(status.st_mode)) {
		errno = EISDIR;
		return write_fault(app, AH_ERR_FILE, path);
	}
	*through = is_there && !S_ISREG(status.st_mode);
	return AH_OK;
}

ah_err cli_write(cli *app, const char *path, ah_slice bytes, unsigned mode)
{
	char target[PATH_MAX];
	bool through = false;
	if (strcmp(path, "-") == 0)
		return ah_buf_append(&app->out, bytes);
	AH_TRY(find_target(app, target, &through, path));
	return through ? write_through(app, target, bytes) : replace(app, target, bytes, mode);
}

ah_err cli_check_writable(cli *app, const char *path)
{
	char target[PATH_MAX], folder[PATH_MAX];
	struct stat status;
	bool through = false;
	AH_TRY(find_target(app, target, &through, path));
	cli_folder_of(folder, target);
	int denied = through ? faccessat(AT_FDCWD, target, W_OK, AT_EACCESS) : stat(folder, &status);
	if (denied == 0 && !through) {
		errno = ENOTDIR;
		denied = S_ISDIR(status.st_mode) ? faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) : -1;
	}
	return denied == 0 ? AH_OK : write_fault(app, AH_ERR_FILE, path);
}

/* -- Text -- */

static bool is_printable(uint8_t byte)
{
	return byte >= 0x20 && byte < 0x7f;
}

ah_err cli_append_escaped(ah_buf *out, ah_slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		uint8_t byte = text.ptr[i];
		if (byte == '\\')
			AH_TRY(ah_buf_append_text(out, "\\\\"));
		else if (is_printable(byte))
			AH_TRY(ah_buf_append_byte(out, byte));
		else
			AH_TRY(ah_buf_printf(out, "\\x%02x", byte));
	}
	return AH_OK;
}

ah_err cli_append_word(ah_buf *out, const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:=@%+,-";
	ah_slice bytes = ah_slice_text(text);
	if (bytes.len > 0 && strspn(text, plain) == bytes.len)
		return ah_buf_append_text(out, text);
	for (size_t i = 0; i < bytes.len; i++)
		if (!is_printable(bytes.ptr[i]) || bytes.ptr[i] == '\'')
			return cli_append_escaped(out, bytes);
	return ah_buf_printf(out, "'%s'", text);
}

static ah_err append_line_break(ah_buf *out, size_t depth)
{
	AH_TRY(ah_buf_append_byte(out, '\n'));
	for (size_t i = 0; i < depth; i++)
		AH_TRY(ah_buf_append_text(out, "  "));
	return AH_OK;
}

ah_err cli_append_indented_json(ah_buf *out, ah_slice json)
{
	size_t depth = 0;
	bool in_string = false;
	for (size_t i = 0; i < json.len; i++) {
		uint8_t byte = json.ptr[i];
		if (in_string) {
			AH_TRY(ah_buf_append_byte(out, byte));
			if (byte == '\\' && i + 1 < json.len)
				AH_TRY(ah_buf_append_byte(out, json.ptr[++i]));
			else if (byte == '"')
				in_string = false;
			continue;
		}
		bool opens = byte == '{' || byte == '[', closes = byte == '}' || byte == ']';
		bool is_empty = opens && i + 1 < json.len && (json.ptr[i + 1] == '}' || json.ptr[i + 1] == ']');
		if (is_empty) {
			AH_TRY(ah_buf_append(out, ah_slice_sub(json, i, 2)));
			i++;
			continue;
		}
		if (closes)
			AH_TRY(append_line_break(out, depth > 0 ? --depth : 0));
		AH_TRY(ah_buf_append_byte(out, byte));
		if (opens)
			AH_TRY(append_line_break(out, ++depth));
		else if (byte == ',')
			AH_TRY(append_line_break(out, depth));
		else if (byte == ':')
			AH_TRY(ah_buf_append_byte(out, ' '));
		in_string = byte == '"';
	}
	return ah_buf_append_byte(out, '\n');
}

#define WRAP_COLUMN 100

ah_err cli_append_wrapped(ah_buf *out, const char *indent, const char *text)
{
	size_t column = 0;
	while (*text != '\0') {
		size_t word = strcspn(text, " ");
		if (column > 0 && column + 1 + word > WRAP_COLUMN) {
			AH_TRY(ah_buf_append_byte(out, '\n'));
			column = 0;
		}
		AH_TRY(ah_buf_append_text(out, column == 0 ? indent : " "));
		column += (column == 0 ? strlen(indent) : 1) + word;
		AH_TRY(ah_buf_append(out, ah_slice_make(text, word)));
		text += word;
		text += strspn(text, " ");
	}
	return ah_buf_append_byte(out, '\n');
}

/* -- Errors -- */

void cli_put_error(ah_json_writer *w, const ah_fault *fault)
{
	ah_json_put_object_begin(w);
	ah_json_put_key(w, "class");
	ah_json_put_text(w, ah_err_class_name(ah_err_class_of(fault->err)));
	ah_json_put_key(w, "code");
	ah_json_put_int(w, fault->err);
	ah_json_put_key(w, "detail");
	ah_json_put_text(w, fault->detail);
	ah_json_put_key(w, "name");
	ah_json_put_text(w, ah_err_name(fault->err));
	ah_json_put_key(w, "next_step");
	ah_json_put_text(w, ah_err_next_step(fault->err));
	if (fault->offset != AH_NO_OFFSET) {
		ah_json_put_key(w, "offset");
		ah_json_put_int(w, (int64_t)fault->offset);
	}
	ah_json_put_key(w, "step");
	ah_json_put_text(w, fault->step != NULL ? fault->step : "");
	ah_json_put_object_end(w);
}

ah_err cli_append_error_json(ah_buf *out, const ah_fault *fault)
{
	ah_json_writer w;
	ah_json_writer_init(&w, out);
	ah_json_put_object_begin(&w);
	ah_json_put_key(&w, "error");
	cli_put_error(&w, fault);
	ah_json_put_key(&w, "exit_code");
	ah_json_put_int(&w, ah_err_exit_code(fault->err));
	ah_json_put_key(&w, "schema");
	ah_json_put_text(&w, "anchorhold.error/v1");
	ah_json_put_object_end(&w);
	AH_TRY(ah_json_writer_finish(&w));
	return ah_buf_append_byte(out, '\n');
}

ah_err cli_append_error_text(ah_buf *out, const ah_fault *fault)
{
	AH_TRY(ah_buf_printf(out, "anchorhold: %s (%d)", ah_err_name(fault->err), (int)fault->err));
	if (fault->detail[0] != '\0')
		AH_TRY(ah_buf_printf(out, ": %s", fault->detail));
	if (fault->offset != AH_NO_OFFSET)
		AH_TRY(ah_buf_printf(out, " (at byte %zu)", fault->offset));
	AH_TRY(ah_buf_printf(out, "\n  %s\n", ah_err_meaning(fault->err)));
	return ah_buf_printf(out, "  next: %s\n", ah_err_next_step(fault->err));
}
