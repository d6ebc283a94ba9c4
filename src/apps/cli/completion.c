/*
 * `anchorhold completion bash | zsh | fish`: a script that knows each command, its options and what their values may be.
 *
 * The scripts are made from the tables that the parser reads, so an option cannot be missing in them. They stand alone: nothing of the shells'
 * own completion libraries is needed but what each shell always has.
 */
#include "apps/cli/cli.h"

#include <string.h>

typedef struct script {
	ah_buf *out;
	ah_err err;                    /* sticky */
} script;

#define SAY(s, ...) do { if ((s)->err == AH_OK) (s)->err = ah_buf_printf((s)->out, __VA_ARGS__); } while (0)

/* Text of our own tables with a backslash before each of these characters; a quote becomes what stands for it inside of quotes. */
static void say_quoted(script *s, const char *text, const char *escaped, const char *quote)
{
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			SAY(s, "%s", quote);
		else
			SAY(s, "%s%c", strchr(escaped, *text) != NULL ? "\\" : "", *text);
	}
}

/* -- Names of one or two words -- */

/* The first word of the name; in *second what follows it, or NULL. */
static size_t first_word(const cli_command *command, const char **second)
{
	size_t len = strcspn(command->name, " ");
	*second = command->name[len] == ' ' ? command->name + len + 1 : NULL;
	return len;
}

/* True for the first command that begins with its first word: groups are shown once. */
static bool is_first_of_its_word(size_t index)
{
	const char *second;
	const cli_command *command = cli_command_at(index);
	size_t len = first_word(command, &second);
	for (size_t i = 0; i < index; i++) {
		const cli_command *before = cli_command_at(i);
		if (first_word(before, &second) == len && strncmp(before->name, command->name, len) == 0)
			return false;
	}
	return true;
}

/* The next command with the same first word, at or after *index; its second word. */
static const char *next_of_group(size_t *index, const cli_command *group)
{
	const char *second;
	const cli_command *command;
	size_t len = first_word(group, &second);
	for (; (command = cli_command_at(*index)) != NULL; (*index)++) {
		if (first_word(command, &second) != len || strncmp(command->name, group->name, len) != 0)
			continue;
		(*index)++;
		return second;
	}
	return NULL;
}

/* " init lint diff" */
static void say_group(script *s, const cli_command *group)
{
	const char *second;
	for (size_t i = 0; (second = next_of_group(&i, group)) != NULL;)
		SAY(s, " %s", second);
}

/* " verify inspect policy .." */
static void say_first_words(script *s)
{
	const char *second;
	const cli_command *command;
	for (size_t i = 0; (command = cli_command_at(i)) != NULL; i++)
		if (is_first_of_its_word(i))
			SAY(s, " %.*s", (int)first_word(command, &second), command->name);
}

/* -- Words that a value may be -- */

static void say_value_words(script *s, const cli_option *option)
{
	char word[CLI_WORD_MAX];
	for (size_t i = 0; cli_value_word(word, option, i); i++)
		SAY(s, "%s%s", i == 0 ? "" : " ", word);
}

static void say_operand_words(script *s, const cli_command *command)
{
	char word[CLI_WORD_MAX];
	for (size_t i = 0; command->operand_word(word, i); i++)
		SAY(s, "%s%s", i == 0 ? "" : " ", word);
}

/* -- bash -- */

static const char bash_head[] =
	"_anchorhold() {\n"
	"\tlocal cur prev command option word kind= words= options= repeats= left=\n"
	"\tCOMPREPLY=()\n"
	"\tcur=${COMP_WORDS[COMP_CWORD]}\n"
	"\tprev=${COMP_WORDS[COMP_CWORD - 1]}\n"
	"\t# --name=value is three words to bash.\n"
	"\tif [ \"$cur\" = = ]; then\n"
	"\t\tcur=\n"
	"\telif [ \"$prev\" = = ]; then\n"
	"\t\tprev=${COMP_WORDS[COMP_CWORD - 2]}\n"
	"\tfi\n"
	"\tcommand=${COMP_WORDS[1]}\n";

static const char bash_tail[] =
	"\tif [[ $cur == -* && -n $options ]] || [[ -z $kind ]]; then\n"
	"\t\tfor option in $options; do\n"
	"\t\t\tif [[ \" $repeats \" != *\" $option \"* ]]; then\n"
	"\t\t\t\tfor word in \"${COMP_WORDS[@]:0:COMP_CWORD}\"; do\n"
	"\t\t\t\t\t[ \"$word\" != \"$option\" ] || continue 2\n"
	"\t\t\t\tdone\n"
	"\t\t\tfi\n"
	"\t\t\tleft+=\" $option\"\n"
	"\t\tdone\n"
	"\t\twords=$left kind=words\n"
	"\tfi\n"
	"\tcase $kind in\n"
	"\twords) mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\") ;;\n"
	"\tfile) compopt -o default ;;\n"
	"\tfolder) compopt -o dirnames ;;\n"
	"\tesac\n"
	"}\n"
	"complete -F _anchorhold anchorhold\n";

/* What the shells' scripts call a kind; an option's value is not an operand, so it takes the place of the options too. */
static const char *bash_kind(cli_value_kind kind)
{
	switch (kind) {
	case CLI_VALUE_FILE: return "file";
	case CLI_VALUE_FOLDER: return "folder";
	case CLI_VALUE_WORDS: return "words";
	case CLI_VALUE_FREE: return "free";
	case CLI_VALUE_NONE: break;
	}
	return "";
}

/* The first two words: which command it is, or which it may become. */
static void say_bash_names(script *s)
{
	const char *second;
	const cli_command *command;
	SAY(s, "\tif [ \"$COMP_CWORD\" -eq 1 ]; then\n\t\tkind=words words='");
	say_first_words(s);
	SAY(s, " help --help --version'\n\t\tcommand=\n\tfi\n");
	SAY(s, "\tif [ \"$command\" = help ]; then\n\t\tkind=words\n\t\tcase $COMP_CWORD$prev in\n\t\t2*) words='");
	say_first_words(s);
	SAY(s, "' ;;\n");
	for (size_t i = 0; (command = cli_command_at(i)) != NULL; i++) {
		size_t len = first_word(command, &second);
		if (second == NULL || !is_first_of_its_word(i))
			continue;
		SAY(s, "\t\t3%.*s) words='", (int)len, command->name);
		say_group(s, command);
		SAY(s, "' ;;\n");
	}
	SAY(s, "\t\tesac\n\tfi\n\tcase $command in\n");
	for (size_t i = 0; (command = cli_command_at(i)) != NULL; i++) {
		size_t len = first_word(command, &second);
		if (second == NULL || !is_first_of_its_word(i))
			continue;
		SAY(s, "\t%.*s)\n\t\tif [ \"$COMP_CWORD\" -eq 2 ]; then\n\t\t\tkind=words words='", (int)len, command->name);
		say_group(s, command);
		SAY(s, " --help'\n\t\t\tcommand=\n\t\telse\n\t\t\tcommand+=\" ${COMP_WORDS[2]}\"\n\t\tfi\n\t\t;;\n");
	}
	SAY(s, "\tesac\n");
}

static void say_bash_command(script *s, const cli_command *command)
{
	const cli_option *option;
	SAY(s, "\t'%s')\n\t\toptions='", command->name);
	for (size_t i = 0; (option = cli_option_at(command, i)) != NULL; i++)
		SAY(s, "%s--%s", i == 0 ? "" : " ", option->name);
	SAY(s, "'\n\t\trepeats='");
	for (size_t i = 0; (option = cli_option_at(command, i)) != NULL; i++)
		if (option->repeats)
			SAY(s, " --%s", option->name);
	SAY(s, "'\n\t\tkind=%s\n", bash_kind(cli_operand_kind(command)));
	if (cli_operand_kind(command) == CLI_VALUE_WORDS) {
		SAY(s, "\t\twords='");
		say_operand_words(s, command);
		SAY(s, "'\n");
	}
	SAY(s, "\t\tcase $prev in\n");
	for (size_t i = 0; (option = cli_option_at(command, i)) != NULL; i++) {
		cli_value_kind kind = cli_value_kind_of(option);
		if (kind == CLI_VALUE_NONE)
			continue;
		SAY(s, "\t\t--%s", option->name);
		if (option->letter != 0)
			SAY(s, " | -%c", option->letter);
		SAY(s, ") options= kind=%s words='", bash_kind(kind));
		if (kind == CLI_VALUE_WORDS)
			say_value_words(s, option);
		SAY(s, "' ;;\n");
	}
	SAY(s, "\t\tesac\n\t\t;;\n");
}

static void say_bash(script *s)
{
	const cli_command *command;
	SAY(s, "# bash completion of anchorhold %s, made by: anchorhold completion bash\n", ah_version());
	SAY(s, "%s", bash_head);
	say_bash_names(s);
	SAY(s, "\tcase $command in\n");
	for (size_t i = 0; (command = cli_command_at(i)) != NULL; i++)
		say_bash_command(s, command);
	SAY(s, "\tesac\n%s", bash_tail);
}

/* -- zsh -- */

/* In a specification of _arguments brackets, colons and backslashes have a meaning. */
static void say_zsh_text(script *s, const char *text)
{
	say_quoted(s, text, "[]:\\", "'\\''");
}

static void say_zsh_action(script *s, cli_value_kind kind)
{
	switch (kind) {
	case CLI_VALUE_FILE: SAY(s, "_files"); break;
	case CLI_VALUE_FOLDER: SAY(s, "_files -/"); break;
	case CLI_VALUE_FREE: SAY(s, " "); break;
	case CLI_VALUE_WORDS:
	case CLI_VALUE_NONE: break;
	}
}

/* '(--output -o)'{--output=,-o}'[help]:FILE:_files' */
static void say_zsh_option(script *s, const cli_option *option)
{
	cli_value_kind kind = cli_value_kind_of(option);
	const char *equals = kind != CLI_VALUE_NONE ? "=" : "";
	SAY(s, " \\\n\t\t\t");
	if (option->repeats)
		SAY(s, "'*--%s%s[", option->name, equals);
	else if (option->letter != 0)
		SAY(s, "'(--%s -%c)'{--%s%s,-%c}'[", option->name, option->letter, option->name, equals, option->letter);
	else
		SAY(s, "'--%s%s[", option->name, equals);
	say_zsh_text(s, option->help);
	SAY(s, "]");
	if (kind != CLI_VALUE_NONE) {
		SAY(s, ":");
		say_zsh_text(s, option->value);
		SAY(s, ":");
		say_zsh_action(s, kind);
	}
	if (kind == CLI_VALUE_WORDS) {
		SAY(s, "(");
		say_value_words(s, option);
		SAY(s, ")");
	}
	SAY(s, "'");
}

static void say_zsh_command(script *s, const cli_command *command)
{
	const cli_option *option;
	cli_value_kind kind = cli_operand_kind(command);
	SAY(s, "\t'%s')\n\t\t_arguments", command->name);
	for (size_t i = 0; (option = cli_option_at(command, i)) != NULL; i++)
		say_zsh_option(s, option);
	if (kind != CLI_VALUE_NONE) {
		SAY(s, " \\\n\t\t\t'*:operand:");
		say_zsh_action(s, kind);
	}
	if (kind == CLI_VALUE_WORDS) {
		SAY(s, "(");
		say_operand_words(s, command);
		SAY(s, ")");
	}
	SAY(s, "%s\n\t\t;;\n", kind != CLI_VALUE_NONE ? "'" : "");
}

/* "\t\t\t'verify:judge evidence ..'" lines. group NULL: the first words; else the second ones of this group. */
static void say_zsh_names(script *s, const cli_command *group)
{
	const char *second;
	const cli_command *command;
	for (size_t i = 0; (command = cli_command_at(i)) != NULL; i++) {
		size_t len = first_word(command, &second);
		if (group == NULL ? !is_first_of_its_word(i) : second == NULL || strncmp(command->name, group->name, strcspn(group->name, " ") + 1) != 0)
			continue;
		SAY(s, "\t\t\t'%.*s:", group == NULL ? (int)len : (int)strlen(second), group == NULL ? command->name : second);
		if (group == NULL && second != NULL)
			SAY(s, "commands%s", "");
		if (group == NULL && second != NULL)
			say_group(s, command);
		else
			say_quoted(s, command->summary, "\\", "'\\''");
		SAY(s, "'\n");
	}
}

static void say_zsh(script *s)
{
	const char *second;
	const cli_command *command;
	SAY(s, "#compdef anchorhold\n# zsh completion of anchorhold %s, made by: anchorhold completion zsh\n"
	       "_anchorhold() {\n\tlocal command\n\tlocal -a names\n\t[[ $words[2] != help || $CURRENT -eq 2 ]] || { shift words; (( CURRENT-- )); }\n"
	       "\tif (( CURRENT == 2 )); then\n\t\tnames=(\n", ah_version());
	say_zsh_names(s, NULL);
	SAY(s, "\t\t\t'help:the help of a command'\n\t\t)\n\t\t_describe -t commands command names -- '(--help --version)'\n\t\treturn\n\tfi\n"
	       "\tcommand=$words[2]\n\tcase $command in\n");
	for (size_t i = 0; (command = cli_command_at(i)) != NULL; i++) {
		size_t len = first_word(command, &second);
		if (second == NULL || !is_first_of_its_word(i))
			continue;
		SAY(s, "\t%.*s)\n\t\tnames=(\n", (int)len, command->name);
		say_zsh_names(s, command);
		SAY(s, "\t\t)\n\t\tif (( CURRENT == 3 )); then\n\t\t\t_describe -t commands command names\n\t\t\treturn\n\t\tfi\n"
		       "\t\tcommand+=\" $words[3]\"\n\t\tshift words\n\t\t(( CURRENT-- ))\n\t\t;;\n");
	}
	SAY(s, "\tesac\n\tshift words\n\t(( CURRENT-- ))\n\tcase $command in\n");
	for (size_t i = 0; (command = cli_command_at(i)) != NULL; i++)
		say_zsh_command(s, command);
	SAY(s, "\tesac\n}\n"
	       "# A file of the function path is the function; one that is sourced declares it.\n"
	       "if [[ ${funcstack[1]} == _anchorhold ]]; then\n\t_anchorhold \"$@\"\nelse\n\tcompdef _anchorhold anchorhold\nfi\n");
}

/* -- fish -- */

static const char fish_head[] =
	"# The command that the line names: its first word, or two of a group.\n"
	"function __anchorhold_is\n"
	"    set -l words (commandline -opc)\n"
	"    set -l last (math (count $argv) + 1)\n"
	"    test (count $words) -ge $last; and test \"$words[2..$last]\" = \"$argv\"\n"
	"end\n"
	"# Exactly these words so far, and the next one is asked for.\n"
	"function __anchorhold_at\n"
	"    set -l words (commandline -opc)\n"
	"    test (count $words) -eq (math (count $argv) + 1); and test \"$words[2..-1]\" = \"$argv\"\n"
	"end\n"
	"complete -c anchorhold -f\n";

static void say_fish_text(script *s, const char *text)
{
	say_quoted(s, text, "\\", "\\'");
}

static void say_fish_names(script *s)
{
	const char *second;
	const cli_command *command;
	SAY(s, "complete -c anchorhold -n __anchorhold_at -l help -s h -d 'the commands'\ncomplete -c anchorhold -n __anchorhold_at -l version -d 'the version'\n"
	       "complete -c anchorhold -n __anchorhold_at -a help -d 'the help of a command'\n");
	for (size_t i = 0; (command = cli_command_at(i)) != NULL; i++) {
		int len = (int)first_word(command, &second);
		if (is_first_of_its_word(i)) {
			SAY(s, "complete -c anchorhold -n '__anchorhold_at; or __anchorhold_at help' -a %.*s -d '", len, command->name);
			if (second != NULL)
				SAY(s, "commands%s", "");
			if (second != NULL)
				say_group(s, command);
			else
				say_fish_text(s, command->summary);
			SAY(s, "'\n");
		}
		if (second == NULL)
			continue;
		SAY(s, "complete -c anchorhold -n '__anchorhold_at %.*s; or __anchorhold_at help %.*s' -a %s -d '", len, command->name, len, command->name, second);
		say_fish_text(s, command->summary);
		SAY(s, "'\n");
	}
}

static void say_fish_option(script *s, const cli_command *command, const cli_option *option)
{
	SAY(s, "complete -c anchorhold -n '__anchorhold_is %s' -l %s", command->name, option->name);
	if (option->letter != 0)
		SAY(s, " -s %c", option->letter);
	switch (cli_value_kind_of(option)) {
	case CLI_VALUE_NONE: break;
	case CLI_VALUE_FREE: SAY(s, " -x"); break;
	case CLI_VALUE_FILE: SAY(s, " -r -F"); break;
	case CLI_VALUE_FOLDER: SAY(s, " -x -a '(__fish_complete_directories)'"); break;
	case CLI_VALUE_WORDS:
		SAY(s, " -x -a '");
		say_value_words(s, option);
		SAY(s, "'");
		break;
	}
	SAY(s, " -d '");
	say_fish_text(s, option->help);
	SAY(s, "'\n");
}

static void say_fish_operand(script *s, const cli_command *command)
{
	SAY(s, "complete -c anchorhold -n '__anchorhold_is %s' ", command->name);
	switch (cli_operand_kind(command)) {
	case CLI_VALUE_FILE: SAY(s, "-F\n"); break;
	case CLI_VALUE_FOLDER: SAY(s, "-a '(__fish_complete_directories)'\n"); break;
	case CLI_VALUE_WORDS:
		SAY(s, "-a '");
		say_operand_words(s, command);
		SAY(s, "'\n");
		break;
	case CLI_VALUE_FREE:
	case CLI_VALUE_NONE: SAY(s, "-f\n"); break;
	}
}

static void say_fish(script *s)
{
	const cli_option *option;
	const cli_command *command;
	SAY(s, "# fish completion of anchorhold %s, made by: anchorhold completion fish\n%s", ah_version(), fish_head);
	say_fish_names(s);
	for (size_t i = 0; (command = cli_command_at(i)) != NULL; i++) {
		say_fish_operand(s, command);
		for (size_t k = 0; (option = cli_option_at(command, k)) != NULL; k++)
			say_fish_option(s, command, option);
	}
}

/* -- The command -- */

static const struct { const char *name; void (*say)(script *s); } shells[] = { { "bash", say_bash }, { "zsh", say_zsh }, { "fish", say_fish } };
#define SHELL_COUNT (sizeof shells / sizeof shells[0])

static bool shell_word(char out[static CLI_WORD_MAX], size_t index)
{
	if (index >= SHELL_COUNT)
		return false;
	memcpy(out, shells[index].name, strlen(shells[index].name) + 1);
	return true;
}

static ah_err append_script(ah_buf *out, size_t shell)
{
	script s = { .out = out };
	shells[shell].say(&s);
	return s.err;
}

static ah_err run(cli *app, const cli_args *args)
{
	size_t shell = 0;
	while (shell < SHELL_COUNT && strcmp(shells[shell].name, args->operands[0]) != 0)
		shell++;
	if (shell == SHELL_COUNT)
		return ah_fault_set(&app->why, AH_ERR_ARGUMENT, "completion", "no completion for %.40s; there is one for bash, zsh and fish", args->operands[0]);
	if (!app->json)
		return append_script(&app->out, shell);
	AH_AUTO(ah_buf) text = AH_BUF(CLI_OUTPUT_MAX);
	AH_TRY(append_script(&text, shell));
	ah_json_writer w;
	ah_json_writer_init(&w, &app->out);
	ah_json_put_object_begin(&w);
	ah_json_put_key(&w, "schema");
	ah_json_put_text(&w, "anchorhold.completion/v1");
	ah_json_put_key(&w, "script");
	ah_json_put_string(&w, ah_buf_slice(&text));
	ah_json_put_key(&w, "shell");
	ah_json_put_text(&w, shells[shell].name);
	ah_json_put_object_end(&w);
	AH_TRY(ah_json_writer_finish(&w));
	return ah_buf_append_byte(&app->out, '\n');
}

static const cli_option options[] = { { 0 } };

const cli_command cli_completion = {
	.name = "completion",
	.summary = "a script that completes commands, options and values in your shell",
	.usage = "[options] bash|zsh|fish",
	.about = "Packages install the scripts; without one, load it from your shell's start file:\n"
	         "bash: source <(anchorhold completion bash)\n"
	         "zsh, behind compinit: source <(anchorhold completion zsh)\n"
	         "fish: anchorhold completion fish | source",
	.options = options,
	.operands_min = 1,
	.operands_max = 1,
	.operand_word = shell_word,
	.examples = "anchorhold completion bash\nanchorhold completion zsh\nanchorhold completion fish",
	.run = run,
};
