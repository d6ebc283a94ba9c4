/*
 * What the subcommands of `anchorhold` share: the state of one run, their tables, bounded input and checked output.
 *
 * A command appends what it prints to cli.out and returns; main.c writes it out, checked, and turns the error into text or JSON and an exit
 * code. So no command can print half an answer, and none can forget that a full disk is an error.
 */
#ifndef AH_APPS_CLI_CLI_H
#define AH_APPS_CLI_CLI_H

#include "apps/cli/options.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/limits.h"
#include "codec/json.h"
#include <anchorhold/verdict.h>

/* The most that one command prints: `inspect --json` of the largest evidence is below a tenth of it. */
#define CLI_OUTPUT_MAX (64 * 1024 * 1024)

struct cli {
	bool json, plain, quiet, colour;
	bool stdin_taken;          /* "-" was read; a second "-" has nothing left to read */
	int exit_code;             /* of a run that returns AH_OK; a verdict that refuses is an answer, not an error */
	ah_buf out;                /* standard output */
	ah_buf note;               /* standard error, for people: never with --json, never with --quiet */
	ah_fault why;
};

/* NULL-terminated. sim.c or sim_absent.c defines the second one, as the build option -Dsimulated says. */
extern const cli_command *const cli_commands[];
extern const cli_command *const cli_sim_commands[];

extern const cli_command cli_completion, cli_man, cli_conformance;
extern const cli_command cli_verify, cli_inspect, cli_explain, cli_policy_init, cli_policy_lint, cli_policy_diff, cli_collateral_fetch,
	cli_collateral_import, cli_collateral_list;
extern const cli_command cli_bundle_keygen, cli_bundle_sign, cli_bundle_verify, cli_bundle_show, cli_bundle_fetch, cli_manifest_sign, cli_manifest_verify;

/* All of them in the order of `anchorhold help`: the command at this position, NULL past the end. */
const cli_command *cli_command_at(size_t index);

/* -- input.c -- */

/*
 * Read a whole file, "-" for standard input, of at most max bytes; not more than max + 1 are ever read. Regular files and FIFOs only. What *out
 * held is replaced.
 * errors: AH_ERR_FILE (absent, no permission, a folder or a device), AH_ERR_IO, AH_ERR_ARGUMENT (standard input twice), too_large (what a larger
 * file is), AH_ERR_NOMEM.
 */
AH_MUST_USE ah_err cli_read(cli *app, ah_buf *out, const char *path, size_t max, ah_err too_large);

/* -- output.c -- */

/*
 * Write a file whole or not at all: temporary file beside it, fsync, rename. A name that is a FIFO or a device is written to directly, "-" goes
 * to standard output with everything else. mode: of a new file, before the umask.
 * errors: AH_ERR_FILE (the folder is absent or closed, the name is a folder), AH_ERR_IO.
 */
AH_MUST_USE ah_err cli_write(cli *app, const char *path, ah_slice bytes, unsigned mode);

/*
 * Whether cli_write() would find its place, asked before anything is written anywhere: the folder is there and may be written to. The disk may be full
 * all the same. errors: AH_ERR_FILE.
 */
AH_MUST_USE ah_err cli_check_writable(cli *app, const char *path);

/* The folder that path names a file in: "." for a bare name. out has PATH_MAX bytes. */
void cli_folder_of(char *out, const char *path);

/* Two names of one regular file: the same inode, or the same place where neither is there yet. */
bool cli_same_file(const char *a, const char *b);

/*
 * Refuse a run one of whose outputs is another of its files, which would be destroyed: another output, or anything that it reads, whether the value of an
 * option or an operand. outputs: names of options, ending with NULL; one that is not given, or is "-", is no file. errors: AH_ERR_ARGUMENT.
 */
AH_MUST_USE ah_err cli_check_outputs(cli *app, const cli_args *args, const char *const *outputs);

/* All bytes to an open descriptor; false with errno set. */
bool cli_write_fd(int fd, ah_slice bytes);

/* Text of unknown origin as printable ASCII: backslash doubled, everything else as \xNN. Never lets a terminal control character through. */
AH_MUST_USE ah_err cli_append_escaped(ah_buf *out, ah_slice text);
/* Text with a word or quoted so that a shell reads it as one word; escaped as above where that is not possible. */
AH_MUST_USE ah_err cli_append_word(ah_buf *out, const char *text);
/* Canonical JSON with line breaks and two spaces per level. json must be JSON that our writer made. */
AH_MUST_USE ah_err cli_append_indented_json(ah_buf *out, ah_slice json);
/* Break text into lines of at most 100 columns, each starting with indent. */
AH_MUST_USE ah_err cli_append_wrapped(ah_buf *out, const char *indent, const char *text);

/* An error as an object, with the members that it has in a verdict. */
void cli_put_error(ah_json_writer *w, const ah_fault *fault);
/* {"schema":"anchorhold.error/v1",..} and a line feed. */
AH_MUST_USE ah_err cli_append_error_json(ah_buf *out, const ah_fault *fault);
/* The same for people. */
AH_MUST_USE ah_err cli_append_error_text(ah_buf *out, const ah_fault *fault);

/* -- plain.c: what --plain prints. One fact per line, fields separated by tabs, escaped as above, so that no value can hold a tab or a line feed. -- */

/* A line; the fields end with NULL. */
AH_MUST_USE ah_err cli_append_plain(ah_buf *out, const char *const *fields);
/* A verdict (docs/cli.md, "Plain output"). name: what was verified. */
AH_MUST_USE ah_err cli_append_plain_verdict(cli *app, const ah_verdict *verdict, const char *name);

#endif
