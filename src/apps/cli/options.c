/* Strict parsing of a command line by its table, and the help that the same table gives. */
#include "apps/cli/options.h"

#include "base/fault.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>

const cli_option cli_common_options[] = {
	{ "json", 0, false, NULL, "one JSON object on standard output, on success and on failure" },
	{ "plain", 0, false, NULL, "one line per fact, its fields separated by tabs, where the command has such a form" },
	{ "no-color", 0, false, NULL, "no colours (also: the environment variable NO_COLOR, or output that is no terminal)" },
	{ "quiet", 'q', false, NULL, "print nothing; the exit code is the answer" },
	{ "help", 'h', false, NULL, "this text" },
	{ 0 },
};

/* -- Rows: the command's own, then the common ones, under one index. -- */

static size_t row_count(const cli_option *rows)
{
	size_t count = 0;
	while (rows[count].name != NULL)
		count++;
	return count;
}

static const cli_option *row_at(const cli_command *command, size_t index)
{
	size_t own = row_count(command->options);
	return index < own ? &command->options[index] : &cli_common_options[index - own];
}

static size_t rows_of(const cli_command *command)
{
	size_t count = row_count(command->options) + row_count(cli_common_options);
	assert(count <= CLI_OPTIONS_MAX);
	return count;
}

/* The index of the row with this name; rows_of() when there is none. */
static size_t find_name(const cli_command *command, const char *name, size_t name_len)
{
	size_t count = rows_of(command);
	for (size_t i = 0; i < count; i++) {
		const char *candidate = row_at(command, i)->name;
		if (strlen(candidate) == name_len && strncmp(candidate, name, name_len) == 0)
			return i;
	}
	return count;
}

static size_t find_letter(const cli_command *command, char letter)
{
	size_t count = rows_of(command);
	for (size_t i = 0; i < count; i++)
		if (row_at(command, i)->letter == letter)
			return i;
	return count;
}

/* -- Did you mean -- */

#define NEAREST_WORD_MAX 32

/* Levenshtein's distance of two short words, letter case ignored. */
static size_t distance_of(const char *a, const char *b)
{
	size_t a_len = strlen(a), b_len = strlen(b);
	if (a_len > NEAREST_WORD_MAX || b_len > NEAREST_WORD_MAX)
		return SIZE_MAX;
	size_t row[NEAREST_WORD_MAX + 1];
	for (size_t j = 0; j <= b_len; j++)
		row[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t diagonal = row[0];
		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t changed = diagonal + (tolower((unsigned char)a[i - 1]) != tolower((unsigned char)b[j - 1]));
			size_t other = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
			diagonal = row[j];
			row[j] = changed < other ? changed : other;
		}
	}
	return row[b_len];
}

cli_nearest cli_nearest_to(const char *word)
{
	return (cli_nearest){ .word = word, .distance = SIZE_MAX };
}

void cli_nearest_offer(cli_nearest *nearest, const char *candidate)
{
	size_t word_len = strlen(nearest->word);
	size_t distance = distance_of(nearest->word, candidate);
	/* The beginning of a name is near to it: --report for --report-data. */
	if (word_len >= 3 && strncmp(nearest->word, candidate, word_len) == 0 && distance > 2)
		distance = 2;
	/* Two letters wrong is a slip of the finger, but not in a word of three. */
	size_t most = word_len <= 3 ? 1 : word_len <= 8 ? 2 : 3;
	if (distance <= most && distance < nearest->distance) {
		nearest->distance = distance;
		nearest->best = candidate;
	}
}

static ah_err unknown_option(const cli_command *command, const char *argument, ah_fault *why)
{
	char name[NEAREST_WORD_MAX + 1] = "";
	const char *start = argument + strspn(argument, "-");
	size_t len = strcspn(start, "=");
	if (len <= NEAREST_WORD_MAX)
		memcpy(name, start, len);
	cli_nearest nearest = cli_nearest_to(name);
	for (size_t i = 0; i < rows_of(command); i++)
		cli_nearest_offer(&nearest, row_at(command, i)->name);
	if (nearest.best != NULL)
		return ah_fault_set(why, AH_ERR_USAGE, command->name, "unknown option %.40s; did you mean --%s?", argument, nearest.best);
	return ah_fault_set(why, AH_ERR_USAGE, command->name, "unknown option %.60s", argument);
}

/* -- Parsing -- */

/* What stands behind an option that needs a value is taken as it is: a base64url nonce may begin with a dash. Only a name of this very
 * table cannot be meant as a value. */
static bool is_option_of(const cli_command *command, const char *argument)
{
	if (strncmp(argument, "--", 2) != 0)
		return false;
	return find_name(command, argument + 2, strcspn(argument + 2, "=")) < rows_of(command);
}

static ah_err take_value(cli_args *args, size_t row, const char *value, ah_fault *why)
{
	const cli_option *option = row_at(args->command, row);
	if (args->given[row].count > 0 && !option->repeats)
		return ah_fault_set(why, AH_ERR_USAGE, args->command->name, "--%s is given twice", option->name);
	if (args->given[row].count >= CLI_REPEATS_MAX)
		return ah_fault_set(why, AH_ERR_USAGE, args->command->name, "--%s is given more than %d times", option->name, CLI_REPEATS_MAX);
	args->given[row].values[args->given[row].count++] = value;
	return AH_OK;
}

/* One argument that begins with a dash; *index moves over a value in the next one. */
static ah_err take_option(cli_args *args, size_t count, char *const *argv, size_t *index, ah_fault *why)
{
	const cli_command *command = args->command;
	const char *argument = argv[*index], *value = NULL;
	size_t row = rows_of(command);

	if (argument[1] != '-') {
		if (argument[2] == '\0')
			row = find_letter(command, argument[1]);
	} else {
		size_t name_len = strcspn(argument + 2, "=");
		row = find_name(command, argument + 2, name_len);
		if (argument[2 + name_len] == '=')
			value = argument + 2 + name_len + 1;
	}
	if (row == rows_of(command))
		return unknown_option(command, argument, why);

	const cli_option *option = row_at(command, row);
	if (option->value == NULL) {
		if (value != NULL)
			return ah_fault_set(why, AH_ERR_USAGE, command->name, "--%s takes no value", option->name);
		return take_value(args, row, "", why);
	}
	if (value == NULL) {
		if (*index + 1 == count || is_option_of(command, argv[*index + 1]))
			return ah_fault_set(why, AH_ERR_USAGE, command->name, "--%s needs a value: --%s %s", option->name, option->name, option->value);
		value = argv[++*index];
	}
	return take_value(args, row, value, why);
}

ah_err cli_parse(cli_args *out, const cli_command *command, size_t count, char *const *argv, ah_fault *why)
{
	cli_args args = { .command = command };
	bool options_end = false;
	for (size_t i = 0; i < count; i++) {
		const char *argument = argv[i];
		if (!options_end && strcmp(argument, "--") == 0) {
			options_end = true;
		} else if (!options_end && argument[0] == '-' && argument[1] != '\0') {
			AH_TRY(take_option(&args, count, argv, &i, why));
		} else {
			if (args.operand_count == command->operands_max)
				return ah_fault_set(why, AH_ERR_USAGE, command->name, "unexpected argument %.60s", argument);
			args.operands[args.operand_count++] = argument;
		}
	}
	if (!cli_given(&args, "help") && args.operand_count < command->operands_min)
		return ah_fault_set(why, AH_ERR_USAGE, command->name, "an argument is missing: %s %.60s", command->name, command->usage);
	*out = args;
	return AH_OK;
}

/* -- Access by name -- */

static size_t row_named(const cli_args *args, const char *name)
{
	size_t row = find_name(args->command, name, strlen(name));
	assert(row < rows_of(args->command));
	return row;
}

size_t cli_count(const cli_args *args, const char *name)
{
	return args->given[row_named(args, name)].count;
}

bool cli_given(const cli_args *args, const char *name)
{
	return cli_count(args, name) > 0;
}

const char *cli_value(const cli_args *args, const char *name)
{
	return cli_given(args, name) ? cli_value_at(args, name, 0) : NULL;
}

const char *cli_value_at(const cli_args *args, const char *name, size_t index)
{
	assert(index < cli_count(args, name));
	return args->given[row_named(args, name)].values[index];
}

/* -- What a value may be -- */

const cli_option *cli_option_at(const cli_command *command, size_t index)
{
	return index < rows_of(command) ? row_at(command, index) : NULL;
}

cli_value_kind cli_value_kind_of(const cli_option *option)
{
	const char *value = option->value;
	if (value == NULL)
		return CLI_VALUE_NONE;
	if (strstr(value, "FILE") != NULL || strstr(value, "CERT") != NULL)
		return CLI_VALUE_FILE;
	if (strcmp(value, "DIR") == 0)
		return CLI_VALUE_FOLDER;
	/* Capitals stand for what the user makes up. */
	bool is_made_up = isupper((unsigned char)value[0]) && isupper((unsigned char)value[1]);
	return strchr(value, '|') != NULL && !is_made_up ? CLI_VALUE_WORDS : CLI_VALUE_FREE;
}

bool cli_value_word(char out[static CLI_WORD_MAX], const cli_option *option, size_t index)
{
	const char *word = option->value;
	for (; index > 0; index--) {
		word += strcspn(word, "|");
		if (*word == '\0')
			return false;
		word++;
	}
	size_t len = strcspn(word, "|");
	assert(len < CLI_WORD_MAX);
	memcpy(out, word, len);
	out[len] = '\0';
	return true;
}

cli_value_kind cli_operand_kind(const cli_command *command)
{
	if (command->operands_max == 0)
		return CLI_VALUE_NONE;
	if (command->operand_word != NULL)
		return CLI_VALUE_WORDS;
	const char *space = strrchr(command->usage, ' '), *last = space != NULL ? space + 1 : command->usage;
	if (strcmp(last, "DIR") == 0)
		return CLI_VALUE_FOLDER;
	return strcmp(last, "URL") == 0 ? CLI_VALUE_FREE : CLI_VALUE_FILE;
}

/* -- Help -- */

#define HELP_COLUMN  28
#define HELP_WIDTH   80  /* of what stands behind HELP_COLUMN */
#define ABOUT_WIDTH  120

/* Words in lines of width columns at most, the first of which is there already; those that follow are indented. */
static ah_err append_words(ah_buf *out, const char *text, size_t len, int indent, size_t width)
{
	size_t column = 0;
	for (const char *end = text + len; text < end;) {
		size_t word = strcspn(text, " \n");
		if (column > 0 && column + 1 + word > width) {
			AH_TRY(ah_buf_printf(out, "\n%*s", indent, ""));
			column = 0;
		}
		AH_TRY(ah_buf_printf(out, "%s%.*s", column > 0 ? " " : "", (int)word, text));
		column += (column > 0) + word;
		text += word;
		text += strspn(text, " ");
		if (*text == '\n')
			break;
	}
	return AH_OK;
}

/* Each line by itself. */
static ah_err append_about(ah_buf *out, const char *about)
{
	while (*about != '\0') {
		size_t len = strcspn(about, "\n");
		AH_TRY(append_words(out, about, len, 0, ABOUT_WIDTH));
		AH_TRY(ah_buf_append_byte(out, '\n'));
		about += len + (about[len] == '\n');
	}
	return AH_OK;
}

static ah_err append_option(ah_buf *out, const cli_option *option)
{
	size_t start = out->len;
	if (option->letter != 0)
		AH_TRY(ah_buf_printf(out, "  -%c, --%s", option->letter, option->name));
	else
		AH_TRY(ah_buf_printf(out, "  --%s", option->name));
	if (option->value != NULL)
		AH_TRY(ah_buf_printf(out, " %s", option->value));
	size_t width = out->len - start;
	if (width > HELP_COLUMN - 2)
		AH_TRY(ah_buf_printf(out, "\n%*s", HELP_COLUMN, ""));
	else
		AH_TRY(ah_buf_printf(out, "%*s", (int)(HELP_COLUMN - width), ""));
	AH_TRY(append_words(out, option->help, strlen(option->help), HELP_COLUMN, HELP_WIDTH));
	return ah_buf_append_text(out, option->repeats ? " (may repeat)\n" : "\n");
}

ah_err cli_append_help(ah_buf *out, const cli_command *command)
{
	const char *program = command->program != NULL ? command->program : "anchorhold ";
	const char *name = command->program != NULL ? "" : command->name;
	AH_TRY(ah_buf_printf(out, "%s%s - %s\n\n", program, name, command->summary));
	AH_TRY(ah_buf_printf(out, "usage: %s%s %s\n\n", program, name, command->usage));
	AH_TRY(append_about(out, command->about));
	AH_TRY(ah_buf_append_text(out, "\noptions:\n"));
	for (size_t i = 0; i < rows_of(command); i++)
		AH_TRY(append_option(out, row_at(command, i)));
	AH_TRY(ah_buf_append_text(out, "\nexamples:\n"));
	for (const char *line = command->examples; *line != '\0';) {
		size_t len = strcspn(line, "\n");
		AH_TRY(ah_buf_printf(out, "  %.*s\n", (int)len, line));
		line += len + (line[len] == '\n');
	}
	return AH_OK;
}
