/* Outputs of a run that are one of its inputs, or another output: what is written would destroy what was given. See cli.h. */
#include "apps/cli/cli.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The name that a file which is not there yet will have, whatever links and dots lead to it. */
static bool resolve_new(char out[static PATH_MAX], const char *path)
{
	char folder[PATH_MAX], real[PATH_MAX];
	const char *slash = strrchr(path, '/');
	cli_folder_of(folder, path);
	if (realpath(folder, real) == NULL)
		return false;
	int len = snprintf(out, PATH_MAX, "%s/%s", strcmp(real, "/") == 0 ? "" : real, slash == NULL ? path : slash + 1);
	return len >= 0 && len < PATH_MAX;
}

bool cli_same_file(const char *a, const char *b)
{
	struct stat status_a, status_b;
	char real_a[PATH_MAX], real_b[PATH_MAX];
	bool is_a = stat(a, &status_a) == 0, is_b = stat(b, &status_b) == 0;
	if (is_a && is_b) /* a device or a FIFO keeps nothing that could be lost */
		return S_ISREG(status_a.st_mode) && status_a.st_dev == status_b.st_dev && status_a.st_ino == status_b.st_ino;
	return !is_a && !is_b && resolve_new(real_a, a) && resolve_new(real_b, b) && strcmp(real_a, real_b) == 0;
}

/* What stands behind "-" is a file when the shell redirected one. */
static const char *input_path(const char *path)
{
	return strcmp(path, "-") == 0 ? "/dev/stdin" : path;
}

static ah_err check_output(cli *app, const cli_args *args, const char *output)
{
	const char *path = cli_value(args, output);
	const cli_option *option;
	if (path == NULL || strcmp(path, "-") == 0)
		return AH_OK;
	for (size_t i = 0; (option = cli_option_at(args->command, i)) != NULL; i++) {
		if (cli_value_kind_of(option) != CLI_VALUE_FILE || strcmp(option->name, output) == 0)
			continue;
		for (size_t n = 0; n < cli_count(args, option->name); n++)
			if (cli_same_file(path, input_path(cli_value_at(args, option->name, n))))
				return ah_fault_set(&app->why, AH_ERR_ARGUMENT, "option", "--%s and --%s are the same file: %s", output, option->name, path);
	}
	for (size_t i = 0; i < args->operand_count && cli_operand_kind(args->command) == CLI_VALUE_FILE; i++)
		if (cli_same_file(path, input_path(args->operands[i])))
			return ah_fault_set(&app->why, AH_ERR_ARGUMENT, "option", "--%s would replace what is read: %s", output, path);
	return AH_OK;
}

ah_err cli_check_outputs(cli *app, const cli_args *args, const char *const *outputs)
{
	for (size_t i = 0; outputs[i] != NULL; i++)
		AH_TRY(check_output(app, args, outputs[i]));
	return AH_OK;
}
