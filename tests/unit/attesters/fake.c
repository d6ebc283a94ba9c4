#include "unit/attesters/fake.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#define FIRST_FD 100

bool fake_path_ends(const char *path, const char *end)
{
	size_t len = strlen(path), end_len = strlen(end);
	return len >= end_len && strcmp(path + len - end_len, end) == 0;
}

/* The error that this call is to have, 0 for none. */
static int trouble(fake *f, fake_op op, const char *path, bool late)
{
	if (!late)
		f->calls[op]++;
	for (size_t i = 0; i < FAKE_TROUBLES; i++) {
		fake_trouble *t = &f->troubles[i];
		if (t->times == 0 || t->op != op || t->is_late != late || (t->path != NULL && !fake_path_ends(path, t->path)))
			continue;
		if (t->skip > 0) {
			t->skip--;
			continue;
		}
		t->times--;
		return -t->error;
	}
	return 0;
}

static fake_file *file_of(fake *f, int fd)
{
	assert(fd >= FIRST_FD && fd < FIRST_FD + FAKE_FILES && f->files[fd - FIRST_FD].is_open);
	return &f->files[fd - FIRST_FD];
}

static int fake_open(void *context, const char *path, int flags)
{
	fake *f = context;
	int fd = 0, error = trouble(f, FAKE_OPEN, path, false);
	if (error == 0)
		error = f->driver->open(f, path, flags);
	if (error != 0)
		return error;
	while (f->files[fd].is_open)
		assert(++fd < FAKE_FILES);
	f->files[fd] = (fake_file){ .is_open = true, .flags = flags, .content = AH_BUF(1 << 22), .written = AH_BUF(1 << 22) };
	(void)snprintf(f->files[fd].path, sizeof f->files[fd].path, "%s", path);
	return FIRST_FD + fd;
}

static int fake_close(void *context, int fd)
{
	fake *f = context;
	fake_file *file = file_of(f, fd);
	int error = trouble(f, FAKE_CLOSE, file->path, false);
	if (f->driver->closed != NULL) {
		int closed = f->driver->closed(f, file);
		error = error != 0 ? error : closed;
	}
	ah_buf_free(&file->content);
	ah_buf_free(&file->written);
	*file = (fake_file){ .is_open = false };
	return error;
}

static ptrdiff_t fake_read(void *context, int fd, void *out, size_t len)
{
	fake *f = context;
	fake_file *file = file_of(f, fd);
	int error = trouble(f, FAKE_READ, file->path, false);
	if (error == 0 && (file->flags & O_ACCMODE) == O_WRONLY)
		error = -EBADF;
	if (error == 0 && !file->is_loaded)
		error = f->driver->load(f, file->path, &file->content);
	if (error != 0)
		return error;
	file->is_loaded = true;
	size_t part = file->content.len - file->pos;
	part = part < len ? part : len;
	part = f->read_max != 0 && part > f->read_max ? f->read_max : part;
	if (part != 0)
		memcpy(out, file->content.ptr + file->pos, part);
	file->pos += part;
	return (ptrdiff_t)part;
}

static ptrdiff_t fake_write(void *context, int fd, const void *in, size_t len)
{
	fake *f = context;
	fake_file *file = file_of(f, fd);
	int error = trouble(f, FAKE_WRITE, file->path, false);
	size_t part = f->write_max != 0 && len > f->write_max ? f->write_max : len;
	if (error == 0 && ah_buf_append(&file->written, ah_slice_make(in, part)) != AH_OK)
		error = -ENOMEM;
	if (error == 0 && f->driver->store != NULL)
		error = f->driver->store(f, file->path, ah_slice_make(in, part));
	if (error == 0)
		error = trouble(f, FAKE_WRITE, file->path, true);
	return error != 0 ? error : (ptrdiff_t)part;
}

static int fake_ioctl(void *context, int fd, unsigned long request, void *argument)
{
	fake *f = context;
	const fake_file *file = file_of(f, fd);
	int error = trouble(f, FAKE_IOCTL, file->path, false);
	if (error == 0)
		error = f->driver->ioctl(f, request, argument);
	return error != 0 ? error : trouble(f, FAKE_IOCTL, file->path, true);
}

static int fake_mkdir(void *context, const char *path)
{
	fake *f = context;
	int error = trouble(f, FAKE_MKDIR, path, false);
	return error != 0 ? error : f->driver->mkdir(f, path);
}

static int fake_rmdir(void *context, const char *path)
{
	fake *f = context;
	int error = trouble(f, FAKE_RMDIR, path, false);
	return error != 0 ? error : f->driver->rmdir(f, path);
}

static int fake_sync(void *context, int fd)
{
	fake *f = context;
	return trouble(f, FAKE_SYNC, file_of(f, fd)->path, false);
}

static int fake_truncate(void *context, int fd, size_t len)
{
	fake *f = context;
	const fake_file *file = file_of(f, fd);
	int error = trouble(f, FAKE_TRUNCATE, file->path, false);
	return error != 0 ? error : f->driver->truncate(f, file->path, len);
}

static int fake_random(void *context, void *out, size_t len)
{
	fake *f = context;
	int error = trouble(f, FAKE_RANDOM, "", false);
	memset(out, (int)(f->calls[FAKE_RANDOM] & 0xff), len);
	return error;
}

static int64_t fake_now_ms(void *context) { return ((fake *)context)->now_ms; }
static int64_t fake_time_s(void *context) { return ((fake *)context)->time_s; }
static void fake_sleep_ms(void *context, int64_t ms) { ((fake *)context)->now_ms += ms; }

void fake_init(fake *f, const fake_driver *driver, void *state)
{
	static const ah_device_ops ops = {
		.open = fake_open, .close = fake_close, .read = fake_read, .write = fake_write, .ioctl = fake_ioctl, .mkdir = fake_mkdir, .rmdir = fake_rmdir,
		.sync = fake_sync, .truncate = fake_truncate, .random = fake_random, .now_ms = fake_now_ms, .time_s = fake_time_s, .sleep_ms = fake_sleep_ms,
	};
	*f = (fake){ .device = { .ops = &ops, .context = f }, .driver = driver, .state = state, .now_ms = 1000 };
}

void fake_free(fake *f)
{
	for (size_t i = 0; i < FAKE_FILES; i++) {
		ah_buf_free(&f->files[i].content);
		ah_buf_free(&f->files[i].written);
	}
}

void fake_add_trouble(fake *f, fake_trouble trouble_of)
{
	size_t i = 0;
	while (f->troubles[i].times != 0)
		assert(++i < FAKE_TROUBLES);
	f->troubles[i] = trouble_of;
}

size_t fake_open_files(const fake *f)
{
	size_t count = 0;
	for (size_t i = 0; i < FAKE_FILES; i++)
		count += f->files[i].is_open ? 1 : 0;
	return count;
}
