/* The command `anchorhold`: find the subcommand, run it, write out what it said, and end with the exit code of its error. */
#include "apps/cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const cli_command *const cli_commands[] = {
	&cli_verify, &cli_inspect, &cli_explain, &cli_policy_init, &cli_policy_lint, &cli_policy_diff, &cli_collateral_fetch,
	&cli_collateral_import, &cli_collateral_list, &cli_bundle_keygen, &cli_bundle_sign, &cli_bundle_verify,
	&cli_bundle_show, &cli_bundle_fetch, &cli_manifest_sign, &cli_manifest_verify, &cli_conformance, &cli_completion, &cli_man, NULL,
};

static const cli_command *const *const command_lists[] = { cli_commands, cli_sim_commands };
#define COMMAND_LIST_COUNT (sizeof command_lists / sizeof command_lists[0])

const cli_command *cli_command_at(size_t index)
{
	for (size_t list = 0; list < COMMAND_LIST_COUNT; list++)
		for (size_t i = 0; command_lists[list][i] != NULL; i++)
			if (index-- == 0)
				return command_lists[list][i];
	return NULL;
}

/* -- Names of one or two words -- */

/* How many of the words make up the name of this command: 1, 2, or 0 when they do not. */
static size_t words_of(const cli_command *command, size_t count, char *const *words)
{
	const char *name = command->name;
	size_t first = strcspn(name, " ");
	if (count == 0 || strlen(words[0]) != first || strncmp(words[0], name, first) != 0)
		return 0;
	if (name[first] == '\0')
		return 1;
	return count > 1 && strcmp(words[1], name + first + 1) == 0 ? 2 : 0;
}

/* True when word is the first of two words of some command: "policy". */
static bool is_group(const char *word)
{
	const cli_command *command;
	for (size_t i = 0; (command = cli_command_at(i)) != NULL; i++) {
		size_t first = strcspn(command->name, " ");
		if (command->name[first] == ' ' && strlen(word) == first && strncmp(word, command->name, first) == 0)
			return true;
	}
	return false;
}

static ah_err unknown_command(cli *app, size_t count, char *const *words)
{
	const cli_command *command;
	bool group = is_group(words[0]);
	if (group && count < 2)
		return ah_fault_set(&app->why, AH_ERR_USAGE, "command", "%s needs a second word; see anchorhold help", words[0]);
	const char *word = group ? words[1] : words[0];
	cli_nearest nearest = cli_nearest_to(word);
	for (size_t i = 0; (command = cli_command_at(i)) != NULL; i++) {
		bool same_group = group && strncmp(command->name, words[0], strlen(words[0])) == 0;
		const char *space = strchr(command->name, ' ');
		if (same_group && space != NULL)
			cli_nearest_offer(&nearest, space + 1);
		else if (!group)
			cli_nearest_offer(&nearest, command->name);
	}
	if (nearest.best != NULL)
		return ah_fault_set(&app->why, AH_ERR_USAGE, "command", "unknown command %.40s; did you mean %s?", word, nearest.best);
	return ah_fault_set(&app->why, AH_ERR_USAGE, "command", "unknown command %.40s; see anchorhold help", word);
}

/* -- Help -- */

static ah_err append_overview(ah_buf *out)
{
	const cli_command *command;
	AH_TRY(ah_buf_append_text(out, "anchorhold - verify attestation evidence of trusted execution environments\n\n"
	                               "usage: anchorhold COMMAND [options] ..\n\ncommands:\n"));
	for (size_t i = 0; (command = cli_command_at(i)) != NULL; i++)
		AH_TRY(ah_buf_printf(out, "  %-18s %s\n", command->name, command->summary));
	return ah_buf_append_text(out,
		"  help               the help of a command: anchorhold help verify\n"
		"\noptions:\n"
		"  -h, --help         this text\n"
		"  --version          the version\n"
		"\nexit codes:\n"
		"  0 accepted   1 system error   2 wrong usage   10 refused   20 unsupported   30 malformed\n"
		"  40 something needed was not given   50 policy or configuration is invalid\n"
		"\nexamples:\n"
		"  anchorhold verify --genuine-only --at 2025-04-01T14:16:10Z examples/evidence/noauth-nitro-2025-04-01.cose\n"
		"  anchorhold explain TCBBelowFloor\n");
}

/* "policy --help": the commands of the group. */
static ah_err append_group(ah_buf *out, const char *group)
{
	const cli_command *command;
	AH_TRY(ah_buf_printf(out, "usage: anchorhold %s COMMAND [options] ..\n\ncommands:\n", group));
	for (size_t i = 0; (command = cli_command_at(i)) != NULL; i++)
		if (strncmp(command->name, group, strlen(group)) == 0 && command->name[strlen(group)] == ' ')
			AH_TRY(ah_buf_printf(out, "  %-18s %s\n", command->name, command->summary));
	return ah_buf_printf(out, "\nexamples:\n  anchorhold help\n");
}

static bool is_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static ah_err run_help(cli *app, size_t count, char *const *words)
{
	if (count == 0)
		return append_overview(&app->out);
	const cli_command *command;
	for (size_t i = 0; (command = cli_command_at(i)) != NULL; i++) {
		size_t used = words_of(command, count, words);
		if (used > 0 && used == count)
			return cli_append_help(&app->out, command);
	}
	if (count == 1 && is_group(words[0]))
		return append_group(&app->out, words[0]);
	return unknown_command(app, count, words);
}

/* -- One run -- */

static ah_err run_command(cli *app, const cli_command *command, size_t count, char *const *argv)
{
	cli_args args;
	AH_TRY(cli_parse(&args, command, count, argv, &app->why));
	if (cli_given(&args, "help"))
		return cli_append_help(&app->out, command);
	if (app->json && app->plain)
		return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "--json and --plain are two forms of one answer");
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
	bool wanted = (no_color == NULL || no_color[0] == '\0') && !(term != NULL && strcmp(term, "dumb") == 0);
	app->colour = wanted && !app->plain && !cli_given(&args, "no-color") && isatty(STDOUT_FILENO) == 1;
	return command->run(app, &args);
}

static ah_err run(cli *app, size_t count, char *const *words)
{
	if (count == 0)
		return ah_fault_set(&app->why, AH_ERR_USAGE, "command", "no command; see anchorhold help");
	if (is_help(words[0]))
		return append_overview(&app->out);
	if (strcmp(words[0], "--version") == 0)
		return ah_buf_printf(&app->out, "anchorhold %s\n", ah_version());
	if (strcmp(words[0], "help") == 0)
		return run_help(app, count - 1, words + 1);
	const cli_command *command;
	for (size_t i = 0; (command = cli_command_at(i)) != NULL; i++) {
		size_t used = words_of(command, count, words);
		if (used > 0)
			return run_command(app, command, count - used, words + used);
	}
	if (count == 2 && is_group(words[0]) && is_help(words[1]))
		return append_group(&app->out, words[0]);
	return unknown_command(app, count, words);
}

/* How errors are to be told must be known before the command line is understood. */
static void find_output_options(cli *app, size_t count, char *const *words)
{
	for (size_t i = 0; i < count && strcmp(words[i], "--") != 0; i++) {
		if (strcmp(words[i], "--json") == 0)
			app->json = true;
		if (strcmp(words[i], "--plain") == 0)
			app->plain = true;
		if (strcmp(words[i], "--quiet") == 0 || strcmp(words[i], "-q") == 0)
			app->quiet = true;
	}
}

static int report(cli *app, ah_err err)
{
	/* Places without a fault of their own: a buffer's limit, memory. */
	if (app->why.err == AH_OK)
		(void)ah_fault_set(&app->why, err, "command", "%s", "");
	app->why.err = err;
	ah_buf_clear(&app->out);
	if (app->json) {
		if (cli_append_error_json(&app->out, &app->why) != AH_OK)
			ah_buf_clear(&app->out);
	} else if (cli_append_error_text(&app->note, &app->why) != AH_OK) {
		ah_buf_clear(&app->note);
	}
	return ah_err_exit_code(err);
}

/* Standard output is an output file like any other: not having written it is an error. */
static int write_out(cli *app, int exit_code)
{
	if (app->quiet)
		return exit_code;
	if (!app->json)
		(void)cli_write_fd(STDERR_FILENO, ah_buf_slice(&app->note));
	if (app->out.len == 0)
		return exit_code;
	bool written = cli_write_fd(STDOUT_FILENO, ah_buf_slice(&app->out));
	if (written && (close(STDOUT_FILENO) == 0 || errno == EINTR))
		return exit_code;
	ah_fault fault = { 0 };
	(void)ah_fault_set(&fault, AH_ERR_IO, "output", "%s: standard output", strerror(errno));
	ah_buf_clear(&app->note);
	if (cli_append_error_text(&app->note, &fault) == AH_OK)
		(void)cli_write_fd(STDERR_FILENO, ah_buf_slice(&app->note));
	return ah_err_exit_code(AH_ERR_IO);
}

/*
 * A descriptor 0, 1 or 2 that the caller closed would be given to the next file that is opened, and what is printed would go into it. Each is
 * opened in the direction in which its use fails.
 */
static bool standard_descriptors_are_open(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		if (open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
			return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	if (!standard_descriptors_are_open())
		return 1;
	/* A reader that went away and a file that may not grow are failed writes, reported as such. */
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	(void)sigaction(SIGPIPE, &ignore, NULL);
	(void)sigaction(SIGXFSZ, &ignore, NULL);

	cli app = { .out = AH_BUF(CLI_OUTPUT_MAX), .note = AH_BUF(CLI_OUTPUT_MAX), .why = { .offset = AH_NO_OFFSET } };
	size_t count = argc > 0 ? (size_t)argc - 1 : 0;
	char *const *words = argc > 0 ? argv + 1 : argv;
	find_output_options(&app, count, words);

	ah_err err = run(&app, count, words);
	int exit_code = err == AH_OK ? app.exit_code : report(&app, err);
	exit_code = write_out(&app, exit_code);
	ah_buf_free(&app.out);
	ah_buf_free(&app.note);
	return exit_code;
}
