/*
 * The option tables and their strict parser.
 *
 * Each command has one table; the parser, --help, the man pages and the shell completions read the same rows. Options have long names, -h, -o
 * and -q also letters; `--name value` and `--name=value` mean the same; options may follow operands; "--" ends them. No abbreviations: a name
 * that is nearly right is an error that names the right one. An option given twice is an error unless its row says that it repeats.
 */
#ifndef AH_APPS_CLI_OPTIONS_H
#define AH_APPS_CLI_OPTIONS_H

#include "base/buf.h"
#include <anchorhold/error.h>

#define CLI_OPTIONS_MAX  48 /* rows of one command, the common ones included; asserted */
#define CLI_REPEATS_MAX  8  /* AH_CHAIN_CERTIFICATES_MAX and AH_CRLS_MAX: more would be refused later anyway */
#define CLI_WORD_MAX     64 /* a word that an operand may be, with its NUL */
#define CLI_OPERANDS_MAX 8  /* collateral import FILE..: what one vendor gives for one machine is four files */

typedef struct cli cli;
typedef struct cli_args cli_args;

typedef struct cli_option {
	const char *name;          /* without the dashes; NULL ends the table */
	char letter;               /* 'o' for -o; 0 for none */
	bool repeats;
	const char *value;         /* as help shows it, see cli_value_kind_of(); NULL: a flag */
	const char *help;
} cli_option;

typedef struct cli_command {
	const char *program;       /* NULL: the program is "anchorhold", and name follows it; else it is this program, whose one command this is */
	const char *name;          /* "verify", "policy init" */
	const char *summary;       /* one line without a full stop */
	const char *usage;         /* what follows the name */
	const char *about;         /* paragraphs separated by line feeds */
	const cli_option *options; /* without the common ones */
	size_t operands_min, operands_max;
	bool (*operand_word)(char out[static CLI_WORD_MAX], size_t index); /* the words that an operand may be, false past the end; NULL: see cli_operand_kind() */
	const char *examples;      /* one command per line, each works as it stands (docs/cli.md says where) */
	ah_err (*run)(cli *app, const cli_args *args);
} cli_command;

/* --json, --plain, --quiet, --no-color, --help: of every command. */
extern const cli_option cli_common_options[];

struct cli_args {
	const cli_command *command;
	struct { size_t count; const char *values[CLI_REPEATS_MAX]; } given[CLI_OPTIONS_MAX]; /* by row; common rows follow the command's */
	size_t operand_count;
	const char *operands[CLI_OPERANDS_MAX];
};

/*
 * Parse what follows the command's name. Borrows argv. With --help among them the number of operands is not checked.
 * errors: AH_ERR_USAGE; the detail names the argument and, where one is near, the option that was meant.
 */
AH_MUST_USE ah_err cli_parse(cli_args *out, const cli_command *command, size_t count, char *const *argv, ah_fault *why);

/* How often an option was given; its values. A name that is not in the command's table is a programming error. */
size_t cli_count(const cli_args *args, const char *name);
bool cli_given(const cli_args *args, const char *name);
/* NULL when it was not given. */
const char *cli_value(const cli_args *args, const char *name);
const char *cli_value_at(const cli_args *args, const char *name, size_t index);

/* Each row in the order of help: the command's own, then the common ones; NULL past the end. */
const cli_option *cli_option_at(const cli_command *command, size_t index);

/* What a value may be, read from how help shows it; shells complete it accordingly. */
typedef enum cli_value_kind {
	CLI_VALUE_NONE,            /* of a flag; of a command without operands */
	CLI_VALUE_FREE,            /* HEX, TIME, NAME */
	CLI_VALUE_FILE,            /* FILE, or with FILE or CERT as one of the forms: HEX|CERT */
	CLI_VALUE_FOLDER,          /* DIR */
	CLI_VALUE_WORDS            /* vcek|vlek: one of these words */
} cli_value_kind;
cli_value_kind cli_value_kind_of(const cli_option *option);
/* The word at this position of an option of CLI_VALUE_WORDS; false past the end. */
bool cli_value_word(char out[static CLI_WORD_MAX], const cli_option *option, size_t index);
/* Operands: the words of operand_word; else the last word of usage says whether it is a folder (DIR), a URL, which is free, or a file. */
cli_value_kind cli_operand_kind(const cli_command *command);

/* The help of one command. */
AH_MUST_USE ah_err cli_append_help(ah_buf *out, const cli_command *command);

/*
 * "Did you mean": offer one candidate after the other; best is the nearest one, or NULL when none is near enough to be what was meant.
 */
typedef struct cli_nearest {
	const char *word, *best;
	size_t distance;
} cli_nearest;
cli_nearest cli_nearest_to(const char *word);
void cli_nearest_offer(cli_nearest *nearest, const char *candidate);

#endif
