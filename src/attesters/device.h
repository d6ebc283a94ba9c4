/*
 * What a real attester asks of the kernel: one table of calls, so that tests put a device underneath that behaves as the kernel's documents say, errors
 * included. Nothing of the attesters reaches the system in any other way.
 *
 * Results are those of the kernel: a value that is not negative, or -errno. A call is made once; who calls decides what may be repeated.
 */
#ifndef AH_ATTESTERS_DEVICE_H
#define AH_ATTESTERS_DEVICE_H

#include "base/buf.h"
#include "base/limits.h"

typedef struct ah_device_ops {
	int (*open)(void *context, const char *path, int flags);          /* open(2); a file that is created is for its owner alone */
	int (*close)(void *context, int fd);
	ptrdiff_t (*read)(void *context, int fd, void *out, size_t len);
	ptrdiff_t (*write)(void *context, int fd, const void *in, size_t len);
	int (*ioctl)(void *context, int fd, unsigned long request, void *argument);
	int (*mkdir)(void *context, const char *path);
	int (*rmdir)(void *context, const char *path);
	int (*sync)(void *context, int fd);                               /* fsync(2) */
	int (*truncate)(void *context, int fd, size_t len);               /* ftruncate(2) */
	int (*random)(void *context, void *out, size_t len);              /* all of it, or -errno */
	int64_t (*now_ms)(void *context);                                 /* monotonic */
	int64_t (*time_s)(void *context);                                 /* seconds since 1970 */
	void (*sleep_ms)(void *context, int64_t ms);
} ah_device_ops;

/* By value; what context points to outlives every attester over it. */
typedef struct ah_device {
	const ah_device_ops *ops;
	void *context;
} ah_device;

/* The kernel itself. */
extern const ah_device ah_device_system;

/*
 * *why from -errno, and the error of its class: no such file, device or provider is AH_ERR_DEVICE_ABSENT; busy, interrupted and timed out is
 * AH_ERR_DEVICE_BUSY; too large for us or for the kernel is AH_ERR_DEVICE_ANSWER; ENOMEM is AH_ERR_NOMEM; all else is AH_ERR_DEVICE_FAILED.
 * what names the file or the request, for the detail.
 */
ah_err ah_device_fault(ah_fault *why, const char *step, const char *what, int error);
/* Busy, interrupted, timed out: the same may be asked again. */
bool ah_device_is_passing(int error);

/*
 * Read a whole file from its beginning, appended to out: short reads go on, out->max + 1 bytes are -EFBIG. An interrupted read is -EINTR, as a driver may
 * have given up the work of which this is the answer. Returns 0 or -errno; -ENOMEM. What was read before an error is wiped from out again.
 */
AH_MUST_USE int ah_device_read_file(const ah_device *device, const char *path, ah_buf *out);

/*
 * Write with exactly one call, as attributes of configfs and sysfs want it. Returns 0 or -errno; -EIO for a short write. The result of close() counts
 * where the file system gives it.
 */
AH_MUST_USE int ah_device_write_once(const ah_device *device, const char *path, ah_slice in);

/* The time that a request has, and its pauses between attempts. */
typedef struct ah_deadline {
	const ah_device *device;
	int64_t end_ms, pause_ms;
} ah_deadline;

/* timeout_ms: 0 is AH_DEVICE_TIMEOUT_MS; at most AH_DEVICE_TIMEOUT_MAX_MS. device is borrowed. */
ah_deadline ah_deadline_start(const ah_device *device, int64_t timeout_ms);
bool ah_deadline_passed(const ah_deadline *deadline);
/* Wait a little, twice as long each time; false when the deadline has passed, or would while waiting. */
AH_MUST_USE bool ah_deadline_pause(ah_deadline *deadline);

#endif
