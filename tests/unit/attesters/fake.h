/*
 * Devices for tests: the table of attesters/device.h over a driver of the test, with the manners of a kernel around it. A clock that moves by sleeping
 * alone, reads in small pieces, errors at chosen calls, descriptors that are counted.
 */
#ifndef AH_TESTS_ATTESTERS_FAKE_H
#define AH_TESTS_ATTESTERS_FAKE_H

#include "attesters/attester.h"
#include "attesters/device.h"

typedef enum fake_op {
	FAKE_OPEN, FAKE_CLOSE, FAKE_READ, FAKE_WRITE, FAKE_IOCTL, FAKE_MKDIR, FAKE_RMDIR, FAKE_SYNC, FAKE_TRUNCATE, FAKE_RANDOM, FAKE_OPS
} fake_op;

/* The next `times` calls of op on a path that ends so fail with error. */
typedef struct fake_trouble {
	fake_op op;
	const char *path;              /* NULL: any */
	int error;                     /* positive errno */
	unsigned times;
	unsigned skip;                 /* calls that pass before */
	bool is_late;                  /* the work is done all the same (write, ioctl) */
} fake_trouble;

typedef struct fake fake;

typedef struct fake_file {
	bool is_open, is_loaded;
	char path[300];
	int flags;
	ah_buf content;                /* what reads give, from pos */
	ah_buf written;                /* what writes brought */
	size_t pos;
} fake_file;

/* Results are 0 or -errno. Those that are NULL are -EINVAL. */
typedef struct fake_driver {
	int (*open)(fake *f, const char *path, int flags);
	int (*load)(fake *f, const char *path, ah_buf *content);        /* at the first read */
	int (*store)(fake *f, const char *path, ah_slice in);           /* at each write; what close() does is below */
	int (*closed)(fake *f, fake_file *file);
	int (*ioctl)(fake *f, unsigned long request, void *argument);
	int (*mkdir)(fake *f, const char *path);
	int (*rmdir)(fake *f, const char *path);
	int (*truncate)(fake *f, const char *path, size_t len);
} fake_driver;

#define FAKE_FILES    8
#define FAKE_TROUBLES 6

struct fake {
	ah_device device;
	const fake_driver *driver;
	void *state;
	int64_t now_ms, time_s;
	size_t read_max;               /* bytes per read; 0: all */
	size_t write_max;              /* bytes per write; 0: all */
	fake_trouble troubles[FAKE_TROUBLES];
	unsigned calls[FAKE_OPS];
	fake_file files[FAKE_FILES];
};

void fake_init(fake *f, const fake_driver *driver, void *state);
void fake_free(fake *f);
static inline void fake_auto(fake *f) { fake_free(f); }
void fake_add_trouble(fake *f, fake_trouble trouble);
/* Descriptors that nobody closed. */
size_t fake_open_files(const fake *f);
bool fake_path_ends(const char *path, const char *end);

#endif
