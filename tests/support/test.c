/* See test.h. */
#include "support/test.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEST_FILE_MAX (64u * 1024 * 1024)
#define TEST_PATH_MAX 4096

static bool case_failed, case_skipped;
static size_t counted;
static char tmp_dir[TEST_PATH_MAX];

void ah_test_fail(const char *file, int line, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	printf("  %s:%d: ", file, line);
	vprintf(format, args);
	printf("\n");
	va_end(args);
	case_failed = true;
}

bool ah_test_err(const char *file, int line, const char *call, ah_err got, ah_err wanted)
{
	if (got == wanted)
		return true;
	ah_test_fail(file, line, "%s: got %s (%d), wanted %s (%d)", call, ah_err_name(got), (int)got, ah_err_name(wanted), (int)wanted);
	return false;
}

static void print_hex(const char *name, ah_slice s)
{
	printf("    %-6s %zu bytes ", name, s.len);
	for (size_t i = 0; i < s.len && i < 200; i++)
		printf("%02x", (unsigned)s.ptr[i]);
	printf("%s\n", s.len > 200 ? ".." : "");
}

bool ah_test_bytes(const char *file, int line, const char *what, ah_slice got, ah_slice wanted)
{
	if (ah_slice_is(got, wanted))
		return true;
	ah_test_fail(file, line, "%s differs", what);
	print_hex("got", got);
	print_hex("wanted", wanted);
	return false;
}

void ah_test_skip(const char *reason)
{
	printf("  skipped: %s\n", reason);
	case_skipped = true;
}

void ah_test_count(size_t n)
{
	counted += n;
}

bool ah_test_failed(void)
{
	return case_failed;
}

static void remove_tree(const char *path)
{
	DIR *dir = opendir(path);
	if (dir != NULL) {
		for (struct dirent *e; (e = readdir(dir)) != NULL;) {
			char below[TEST_PATH_MAX];
			if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
				continue;
			if (snprintf(below, sizeof below, "%s/%s", path, e->d_name) < (int)sizeof below)
				remove_tree(below);
		}
		(void)closedir(dir);
	}
	(void)remove(path);
}

static void remove_tmp(void)
{
	if (tmp_dir[0] != '\0')
		remove_tree(tmp_dir);
}

const char *ah_test_tmp(void)
{
	if (tmp_dir[0] == '\0') {
		const char *base = getenv("TMPDIR");
		(void)snprintf(tmp_dir, sizeof tmp_dir, "%s/anchorhold-test-XXXXXX", base != NULL ? base : "/tmp");
		if (mkdtemp(tmp_dir) == NULL) {
			printf("cannot make a scratch folder: %s\n", strerror(errno));
			exit(1);
		}
		(void)atexit(remove_tmp);
	}
	return tmp_dir;
}

static const char *folder(char out[static TEST_PATH_MAX], const char *variable, const char *below_source_root)
{
	struct stat st;
	const char *named = getenv(variable), *root = getenv("AH_SOURCE_ROOT");
	if (named != NULL)
		(void)snprintf(out, TEST_PATH_MAX, "%s", named);
	else if (root != NULL && below_source_root != NULL)
		(void)snprintf(out, TEST_PATH_MAX, "%s/%s", root, below_source_root);
	else
		return NULL;
	return stat(out, &st) == 0 && S_ISDIR(st.st_mode) ? out : NULL;
}

const char *ah_test_vectors(void)
{
	static char path[TEST_PATH_MAX];
	return folder(path, "AH_VECTORS", "../shared/vectors");
}

const char *ah_test_sim_dir(void)
{
	static char path[TEST_PATH_MAX];
	return folder(path, "AH_SIM_DIR", NULL);
}

bool ah_test_read(ah_buf *out, const char *format, ...)
{
	char path[TEST_PATH_MAX];
	va_list args;
	va_start(args, format);
	(void)vsnprintf(path, sizeof path, format, args);
	va_end(args);
	FILE *f = fopen(path, "rb");
	if (f == NULL)
		return false;
	if (out->max == 0)
		out->max = TEST_FILE_MAX;
	uint8_t chunk[65536];
	bool ok = true;
	for (size_t n; ok && (n = fread(chunk, 1, sizeof chunk, f)) != 0;)
		ok = ah_buf_append(out, ah_slice_make(chunk, n)) == AH_OK;
	ok = ok && ferror(f) == 0;
	(void)fclose(f);
	return ok;
}

bool ah_test_write(ah_slice bytes, const char *format, ...)
{
	char path[TEST_PATH_MAX];
	va_list args;
	va_start(args, format);
	(void)vsnprintf(path, sizeof path, format, args);
	va_end(args);
	FILE *f = fopen(path, "wb");
	if (f == NULL)
		return false;
	bool ok = bytes.len == 0 || fwrite(bytes.ptr, 1, bytes.len, f) == bytes.len;
	return fclose(f) == 0 && ok;
}

static unsigned hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned)(c - 'a' + 10);
	printf("bad hex in a test\n");
	abort();
}

void ah_test_hex(ah_buf *out, const char *hex)
{
	if (out->max == 0)
		out->max = TEST_FILE_MAX;
	for (; hex[0] != '\0'; hex += 2)
		if (ah_buf_append_byte(out, (uint8_t)(hex_digit(hex[0]) << 4 | hex_digit(hex[1]))) != AH_OK)
			abort();
}

int ah_test_main(int argc, char **argv, const ah_test_case *cases, size_t count)
{
	size_t passed = 0, failed = 0, skipped = 0;
	const char *suite = strrchr(argv[0], '/') != NULL ? strrchr(argv[0], '/') + 1 : argv[0];
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t i = 0; i < count; i++) {
		if (argc > 1 && strstr(cases[i].name, argv[1]) == NULL)
			continue;
		case_failed = case_skipped = false;
		counted = 0;
		cases[i].run();
		if (case_failed)
			printf("FAILED %s\n", cases[i].name);
		else if (case_skipped)
			printf("skipped %s\n", cases[i].name);
		failed += case_failed;
		skipped += !case_failed && case_skipped;
		passed += (size_t)(!case_failed && !case_skipped) + (case_failed ? 0 : counted);
	}
	printf("%s: %zu passed, %zu failed, %zu skipped\n", suite, passed, failed, skipped);
	return failed == 0 ? 0 : 1;
}
