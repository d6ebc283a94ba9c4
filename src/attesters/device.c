/* The kernel behind the table, and what all attesters share over it. */
#include "attesters/device.h"

#include "base/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* -- The kernel -- */

static int result_of(int result)
{
	return result < 0 ? -errno : result;
}

static int system_open(void *context, const char *path, int flags)
{
	(void)context;
	return result_of(open(path, flags | O_CLOEXEC | O_NOCTTY, 0600));
}

/* Linux has closed the descriptor whatever close() says: it is never called again. */
static int system_close(void *context, int fd)
{
	(void)context;
	return result_of(close(fd));
}

static ptrdiff_t system_read(void *context, int fd, void *out, size_t len)
{
	(void)context;
	ssize_t got = read(fd, out, len);
	return got < 0 ? -errno : got;
}

static ptrdiff_t system_write(void *context, int fd, const void *in, size_t len)
{
	(void)context;
	ssize_t put = write(fd, in, len);
	return put < 0 ? -errno : put;
}

static int system_ioctl(void *context, int fd, unsigned long request, void *argument)
{
	(void)context;
	return result_of(ioctl(fd, request, argument));
}

static int system_mkdir(void *context, const char *path)
{
	(void)context;
	return result_of(mkdir(path, 0700));
}

static int system_rmdir(void *context, const char *path)
{
	(void)context;
	return result_of(rmdir(path));
}

static int system_sync(void *context, int fd)
{
	(void)context;
	return result_of(fsync(fd));
}

static int system_truncate(void *context, int fd, size_t len)
{
	(void)context;
	return result_of(ftruncate(fd, (off_t)len));
}

/* Up to 256 bytes are never cut short, and never interrupted once the generator is ready (getrandom(2)). */
static int system_random(void *context, void *out, size_t len)
{
	(void)context;
	assert(len <= 256);
	ssize_t got = getrandom(out, len, 0);
	return got < 0 ? -errno : (size_t)got == len ? 0 : -EIO;
}

static int64_t system_now_ms(void *context)
{
	(void)context;
	struct timespec now;
	int failed = clock_gettime(CLOCK_MONOTONIC, &now);
	assert(failed == 0);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t system_time_s(void *context)
{
	(void)context;
	return time(NULL);
}

static void system_sleep_ms(void *context, int64_t ms)
{
	(void)context;
	struct timespec pause = { .tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000 };
	(void)nanosleep(&pause, NULL); /* cut short by a signal it is a shorter pause: the deadline is read from the clock */
}

static const ah_device_ops system_ops = {
	.open = system_open,
	.close = system_close,
	.read = system_read,
	.write = system_write,
	.ioctl = system_ioctl,
	.mkdir = system_mkdir,
	.rmdir = system_rmdir,
	.sync = system_sync,
	.truncate = system_truncate,
	.random = system_random,
	.now_ms = system_now_ms,
	.time_s = system_time_s,
	.sleep_ms = system_sleep_ms,
};

const ah_device ah_device_system = { .ops = &system_ops };

/* -- Errors -- */

bool ah_device_is_passing(int error)
{
	return error == -EBUSY || error == -EINTR || error == -EAGAIN || error == -ETIMEDOUT;
}

static ah_err class_of(int error)
{
	if (ah_device_is_passing(error))
		return AH_ERR_DEVICE_BUSY;
	if (error == -ENOENT || error == -ENODEV || error == -ENXIO || error == -ENOTDIR)
		return AH_ERR_DEVICE_ABSENT;
	if (error == -EFBIG)
		return AH_ERR_DEVICE_ANSWER;
	return error == -ENOMEM ? AH_ERR_NOMEM : AH_ERR_DEVICE_FAILED;
}

ah_err ah_device_fault(ah_fault *why, const char *step, const char *what, int error)
{
	const char *text = strerrordesc_np(-error); /* not strerror(): it is not safe among threads */
	return ah_fault_set(why, class_of(error), step, "%s: %s", what, text != NULL ? text : "unknown error");
}

/* -- Files -- */

static int read_to_end(const ah_device *device, int fd, ah_buf *out)
{
	uint8_t chunk[4096];
	size_t room = out->max - out->len;
	for (;;) {
		ptrdiff_t got = device->ops->read(device->context, fd, chunk, sizeof chunk);
		if (got <= 0)
			return (int)got;
		assert((size_t)got <= sizeof chunk);
		if ((size_t)got > room)
			return -EFBIG;
		if (ah_buf_append(out, ah_slice_make(chunk, (size_t)got)) != AH_OK)
			return -ENOMEM;
		room -= (size_t)got;
	}
}

int ah_device_read_file(const ah_device *device, const char *path, ah_buf *out)
{
	size_t before = out->len;
	int fd = device->ops->open(device->context, path, O_RDONLY);
	if (fd < 0)
		return fd;
	int error = read_to_end(device, fd, out);
	(void)device->ops->close(device->context, fd);
	if (error != 0 && out->len > before) {
		ah_wipe(out->ptr + before, out->len - before);
		out->len = before;
	}
	return error;
}

int ah_device_write_once(const ah_device *device, const char *path, ah_slice in)
{
	int fd = device->ops->open(device->context, path, O_WRONLY);
	if (fd < 0)
		return fd;
	ptrdiff_t put = device->ops->write(device->context, fd, in.ptr, in.len);
	int closed = device->ops->close(device->context, fd);
	if (put < 0)
		return (int)put;
	return (size_t)put != in.len ? -EIO : closed;
}

/* -- Time -- */

ah_deadline ah_deadline_start(const ah_device *device, int64_t timeout_ms)
{
	if (timeout_ms <= 0)
		timeout_ms = AH_DEVICE_TIMEOUT_MS;
	if (timeout_ms > AH_DEVICE_TIMEOUT_MAX_MS)
		timeout_ms = AH_DEVICE_TIMEOUT_MAX_MS;
	return (ah_deadline){ .device = device, .end_ms = device->ops->now_ms(device->context) + timeout_ms, .pause_ms = AH_DEVICE_PAUSE_MIN_MS };
}

bool ah_deadline_passed(const ah_deadline *deadline)
{
	return deadline->device->ops->now_ms(deadline->device->context) >= deadline->end_ms;
}

bool ah_deadline_pause(ah_deadline *deadline)
{
	const ah_device *device = deadline->device;
	if (device->ops->now_ms(device->context) + deadline->pause_ms >= deadline->end_ms)
		return false;
	device->ops->sleep_ms(device->context, deadline->pause_ms);
	deadline->pause_ms = deadline->pause_ms * 2 < AH_DEVICE_PAUSE_MAX_MS ? deadline->pause_ms * 2 : AH_DEVICE_PAUSE_MAX_MS;
	return !ah_deadline_passed(deadline);
}
