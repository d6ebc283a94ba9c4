/*
 * Replays files through a fuzz target, so that every corpus is part of the tests and needs neither clang nor libFuzzer.
 *
 * usage: replay_NAME FOLDER...   each file below each folder is one input, given whole and cut in half. "vectors:SUB" is a folder of
 * the vectors ($AH_VECTORS, else ../shared/vectors beside the source tree); where these are absent it counts as skipped. The empty
 * input and every single byte come first, so that a target without a corpus is still run.
 */
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define REPLAY_PATH_MAX  4096
#define REPLAY_FILE_MAX  ((size_t)4 << 20)
#define REPLAY_DEPTH_MAX 8

static size_t passed, failed, skipped;

/* An exact heap copy: a read beyond the end of the input is then a read beyond an allocation, which the sanitizers see. */
static void run(const uint8_t *data, size_t size)
{
	uint8_t *copy = (uint8_t *)malloc(size != 0 ? size : 1);
	if (copy == NULL) {
		failed++;
		return;
	}
	if (size != 0)
		memcpy(copy, data, size);
	if (LLVMFuzzerTestOneInput(copy, size) == 0)
		passed++;
	else
		failed++;
	free(copy);
}

static void replay_file(const char *path)
{
	static uint8_t bytes[REPLAY_FILE_MAX];
	FILE *f = fopen(path, "rb");
	if (f == NULL) {
		printf("  cannot read %s\n", path);
		failed++;
		return;
	}
	size_t size = fread(bytes, 1, sizeof bytes, f);
	(void)fclose(f);
	run(bytes, size);
	run(bytes, size / 2);
}

static void replay(const char *path, unsigned depth)
{
	struct stat st;
	if (depth > REPLAY_DEPTH_MAX || stat(path, &st) != 0) {
		printf("  cannot read %s\n", path);
		failed++;
		return;
	}
	if (!S_ISDIR(st.st_mode)) {
		replay_file(path);
		return;
	}
	struct dirent **entries = NULL;
	int count = scandir(path, &entries, NULL, alphasort);
	for (int i = 0; i < count; i++) {
		char below[REPLAY_PATH_MAX];
		int len = snprintf(below, sizeof below, "%s/%s", path, entries[i]->d_name);
		if (entries[i]->d_name[0] != '.' && len > 0 && (size_t)len < sizeof below)
			replay(below, depth + 1);
		free(entries[i]);
	}
	free(entries);
}

static void replay_argument(const char *argument)
{
	static const char prefix[] = "vectors:";
	const char *named = getenv("AH_VECTORS"), *root = getenv("AH_SOURCE_ROOT");
	char path[REPLAY_PATH_MAX];
	struct stat st;
	if (strncmp(argument, prefix, sizeof prefix - 1) != 0) {
		replay(argument, 0);
		return;
	}
	const char *sub = argument + sizeof prefix - 1;
	if (named != NULL)
		(void)snprintf(path, sizeof path, "%s/%s", named, sub);
	else
		(void)snprintf(path, sizeof path, "%s/../shared/vectors/%s", root != NULL ? root : ".", sub);
	if (stat(path, &st) == 0) {
		replay(path, 0);
	} else {
		printf("  skipped: %s absent\n", argument);
		skipped++;
	}
}

int main(int argc, char **argv)
{
	const char *name = strrchr(argv[0], '/') != NULL ? strrchr(argv[0], '/') + 1 : argv[0];
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	run(NULL, 0);
	for (unsigned byte = 0; byte < 256; byte++)
		run((const uint8_t[]){ (uint8_t)byte }, 1);
	for (int i = 1; i < argc; i++)
		replay_argument(argv[i]);
	printf("%s: %zu passed, %zu failed, %zu skipped\n", name, passed, failed, skipped);
	return failed == 0 ? 0 : 1;
}
