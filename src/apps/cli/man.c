/*
 * `anchorhold man`: manual pages in roff (man(7) macros), made from the tables that the parser reads.
 *
 * anchorhold.1 is the overview, anchorhold-<command>.1 one command, anchorhold-exit-codes.7 what the exit codes mean and every error.
 */
#include "apps/cli/answers.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

typedef struct page {
	ah_buf *out;
	ah_err err;                    /* sticky */
} page;

#define SAY(p, ...) do { if ((p)->err == AH_OK) (p)->err = ah_buf_printf((p)->out, __VA_ARGS__); } while (0)

/* Text as it is meant to be read, and to be copied: in roff a bare minus is a hyphen, and some ASCII characters become typographic ones. */
static void say_text_n(page *p, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		switch (text[i]) {
		case '\\': SAY(p, "\\(rs"); break;
		case '-': SAY(p, "\\-"); break;
		case '\'': SAY(p, "\\(aq"); break;
		case '"': SAY(p, "\\(dq"); break;
		case '`': SAY(p, "\\(ga"); break;
		case '^': SAY(p, "\\(ha"); break;
		case '~': SAY(p, "\\(ti"); break;
		case '.': SAY(p, "%s.", i == 0 ? "\\&" : ""); break; /* at the start of a line it would be a request */
		default: SAY(p, "%c", text[i]); break;
		}
	}
}

static void say_text(page *p, const char *text)
{
	say_text_n(p, text, strlen(text));
}

/* The tables break lines for terminals. A line that ends a sentence ends a paragraph; others run on. */
static void say_paragraphs(page *p, const char *text)
{
	while (*text != '\0') {
		size_t len = strcspn(text, "\n");
		say_text_n(p, text, len);
		SAY(p, "\n");
		bool ends = len > 0 && (text[len - 1] == '.' || text[len - 1] == ':');
		text += len + (text[len] == '\n');
		if (*text != '\0')
			SAY(p, "%s", ends ? ".PP\n" : "");
	}
}

/* Lines as they stand. */
static void say_lines(page *p, const char *text)
{
	SAY(p, ".nf\n");
	while (*text != '\0') {
		size_t len = strcspn(text, "\n");
		say_text_n(p, text, len);
		SAY(p, "\n");
		text += len + (text[len] == '\n');
	}
	SAY(p, ".fi\n");
}

/* Nothing in a page depends on the day on which it was made. */
static void say_head(page *p, const char *title, int section, const char *name, const char *summary)
{
	SAY(p, ".\\\" Made by: anchorhold man\n.TH \"%s\" %d \"\" \"anchorhold %s\" \"Anchorhold\"\n.nh\n.ad l\n.SH NAME\n", title, section, ah_version());
	say_text(p, name);
	SAY(p, " \\- ");
	say_text(p, summary);
	SAY(p, "\n");
}

/* -- Names of pages -- */

/* "policy init" is policy-init. */
static void command_slug(char out[static CLI_WORD_MAX], const cli_command *command)
{
	(void)snprintf(out, CLI_WORD_MAX, "%s", command->name);
	for (char *c = out; *c != '\0'; c++)
		if (*c == ' ')
			*c = '-';
}

#define EXIT_CODES_PAGE "exit-codes"

/* What stands behind "anchorhold" in the page's name: "", "-verify", .., "-exit-codes". */
typedef struct page_id {
	char slug[CLI_WORD_MAX];
	const cli_command *command;    /* NULL: the overview, or the exit codes */
	int section;
} page_id;

/* The page at this position of all: overview, commands, exit codes; false past the end. */
static bool page_at(page_id *out, size_t index)
{
	*out = (page_id){ .section = 1 };
	if (index == 0)
		return true;
	out->command = cli_command_at(index - 1);
	if (out->command != NULL) {
		command_slug(out->slug, out->command);
		return true;
	}
	if (cli_command_at(index - 2) == NULL)
		return false;
	out->section = 7;
	(void)snprintf(out->slug, sizeof out->slug, "%s", EXIT_CODES_PAGE);
	return true;
}

/* -- Sections -- */

static void say_option(page *p, const cli_option *option)
{
	SAY(p, ".TP\n");
	if (option->letter != 0)
		SAY(p, "\\fB\\-%c\\fR, ", option->letter);
	SAY(p, "\\fB\\-\\-");
	say_text(p, option->name);
	SAY(p, "\\fR");
	if (option->value != NULL) {
		SAY(p, " \\fI");
		say_text(p, option->value);
		SAY(p, "\\fR");
	}
	SAY(p, "\n");
	say_text(p, option->help);
	SAY(p, "%s\n", option->repeats ? " (may repeat)" : "");
}

static void say_see_also(page *p, const page_id *self)
{
	page_id other;
	bool any = false;
	SAY(p, ".SH SEE ALSO\n");
	for (size_t i = 0; page_at(&other, i); i++) {
		/* The overview names all; a command the overview, its group and the exit codes. */
		bool is_self = strcmp(other.slug, self->slug) == 0;
		size_t group = strcspn(self->slug, "-");
		bool is_near = other.slug[0] == '\0' || other.section == 7 || self->slug[0] == '\0'
		               || (self->slug[group] == '-' && strncmp(self->slug, other.slug, group + 1) == 0);
		if (is_self || !is_near)
			continue;
		SAY(p, "%s.BR anchorhold%s", any ? ",\n" : "", other.slug[0] != '\0' ? "\\-" : "");
		say_text(p, other.slug);
		SAY(p, " (%d)", other.section);
		any = true;
	}
	SAY(p, "\n");
}

static void say_exit_status(page *p)
{
	SAY(p, ".SH EXIT STATUS\n");
	for (size_t i = 0; i < CLI_EXIT_COUNT; i++) {
		SAY(p, ".TP\n%d\n", cli_exit_texts[i].code);
		say_text(p, cli_exit_texts[i].meaning);
		SAY(p, "\n");
	}
}

/* -- Pages -- */

static void say_command(page *p, const page_id *id)
{
	const cli_command *command = id->command;
	char name[CLI_WORD_MAX + 16];
	(void)snprintf(name, sizeof name, "anchorhold-%s", id->slug);
	say_head(p, name, 1, name, command->summary);
	SAY(p, ".SH SYNOPSIS\n\\fBanchorhold %s\\fR ", command->name);
	say_text(p, command->usage);
	SAY(p, "\n.SH DESCRIPTION\n");
	say_paragraphs(p, command->about);
	SAY(p, ".SH OPTIONS\n");
	const cli_option *option;
	for (size_t i = 0; (option = cli_option_at(command, i)) != NULL; i++)
		say_option(p, option);
	SAY(p, ".SH EXIT STATUS\nThose of every command: see\n.BR anchorhold\\-exit\\-codes (7).\n.SH EXAMPLES\n");
	say_lines(p, command->examples);
	say_see_also(p, id);
}

static void say_overview(page *p, const page_id *id)
{
	const cli_command *command;
	say_head(p, "anchorhold", 1, "anchorhold", "verify attestation evidence of trusted execution environments");
	SAY(p, ".SH SYNOPSIS\n\\fBanchorhold\\fR \\fICOMMAND\\fR [options] ..\n.br\n\\fBanchorhold help\\fR [\\fICOMMAND\\fR]\n.br\n\\fBanchorhold \\-\\-version\\fR\n"
	       ".SH DESCRIPTION\n");
	say_paragraphs(p, "Verifies AWS Nitro attestation documents, AMD SEV-SNP reports and Intel TDX quotes: whether genuine hardware made them, whether a policy allows"
	                  " what they measure, and whether they are bound to what you expect.\n"
	                  "The network is used by the commands named fetch alone, and the clock is read only where no --at is given.");
	SAY(p, ".SH COMMANDS\n");
	for (size_t i = 0; (command = cli_command_at(i)) != NULL; i++) {
		SAY(p, ".TP\n\\fB%s\\fR\n", command->name);
		say_text(p, command->summary);
		SAY(p, "\n");
	}
	SAY(p, ".SH OPTIONS\nOf every command:\n");
	for (const cli_option *option = cli_common_options; option->name != NULL; option++)
		say_option(p, option);
	SAY(p, ".SH ENVIRONMENT\n.TP\n\\fBNO_COLOR\\fR\nno colours when it is set and not empty\n"
	       ".TP\n\\fBTERM\\fR\nno colours when it is \\fIdumb\\fR\n"
	       ".TP\n\\fBXDG_CACHE_HOME\\fR, \\fBXDG_STATE_HOME\\fR\nwhere what was downloaded, and what was accepted, is remembered\n");
	say_exit_status(p);
	SAY(p, ".SH EXAMPLES\n");
	say_lines(p, "anchorhold verify --genuine-only --at 2025-04-01T14:16:10Z examples/evidence/noauth-nitro-2025-04-01.cose\nanchorhold explain TCBBelowFloor");
	say_see_also(p, id);
}

static void say_class(page *p, ah_err_class err_class, const cli_exit_text *text)
{
	ah_err err;
	int first = err_class == AH_CLASS_SYSTEM ? 1 : 100 * (int)err_class;
	SAY(p, ".SS \"%s (%d to %d): exit code %d\"\n", ah_err_class_name(err_class), first, 100 * (int)err_class + 99, text->code);
	for (size_t i = 0; (err = ah_err_at(i)) != AH_OK; i++) {
		if (ah_err_class_of(err) != err_class)
			continue;
		SAY(p, ".TP\n\\fB%s\\fR (%d)\n", ah_err_name(err), (int)err);
		say_text(p, ah_err_meaning(err));
		SAY(p, "\n.br\n");
		say_text(p, ah_err_next_step(err));
		SAY(p, "\n");
	}
}

static void say_exit_codes(page *p, const page_id *id)
{
	say_head(p, "anchorhold-exit-codes", 7, "anchorhold-exit-codes", "exit codes and errors of anchorhold");
	SAY(p, ".SH DESCRIPTION\n");
	say_paragraphs(p, "Every command of anchorhold ends with one of these exit codes. The exit code follows from the class of the error, and the class is"
	                  " the hundred of the error's number, so a script can act on the exit code and a person on the name."
	                  " The command \"anchorhold explain NAME\" prints one of them.");
	SAY(p, ".SH EXIT CODES\n");
	for (size_t i = 0; i < CLI_EXIT_COUNT; i++) {
		SAY(p, ".TP\n\\fB%d\\fR\n", cli_exit_texts[i].code);
		say_text(p, cli_exit_texts[i].meaning);
		SAY(p, "\n");
		say_text(p, cli_exit_texts[i].next_step);
		SAY(p, "\n");
	}
	SAY(p, ".SH RESULTS\nThe first word of a verdict.\n");
	for (size_t i = 0; i < CLI_RESULT_COUNT; i++) {
		const cli_result_text *result = &cli_result_texts[i];
		SAY(p, ".TP\n\\fB%s\\fR (exit code %s)\n", ah_result_name(result->result), result->exit_codes);
		say_text(p, result->meaning);
		SAY(p, "\n");
		say_text(p, result->next_step);
		SAY(p, "\n");
	}
	SAY(p, ".SH ERRORS\nBy class. Each has its meaning and, below it, the next step.\n");
	for (size_t i = 0; i < CLI_EXIT_COUNT; i++)
		for (ah_err_class c = AH_CLASS_SYSTEM; c <= AH_CLASS_CONFIGURATION; c++)
			if (cli_class_exits_with(c, cli_exit_texts[i].code))
				say_class(p, c, &cli_exit_texts[i]);
	say_see_also(p, id);
}

static ah_err append_page(ah_buf *out, const page_id *id)
{
	page p = { .out = out };
	if (id->command != NULL)
		say_command(&p, id);
	else if (id->section == 7)
		say_exit_codes(&p, id);
	else
		say_overview(&p, id);
	return p.err;
}

/* -- The command -- */

static const cli_option options[] = {
	{ "all", 0, false, "DIR", "write every page: DIR/man1/anchorhold.1 .., DIR/man7/anchorhold-exit-codes.7" },
	{ 0 },
};

static bool page_word(char out[static CLI_WORD_MAX], size_t index)
{
	page_id id;
	if (!page_at(&id, index + 1)) /* the overview has no word */
		return false;
	(void)snprintf(out, CLI_WORD_MAX, "%s", id.slug);
	return true;
}

static ah_err make_folder(cli *app, const char *path)
{
	if (mkdir(path, 0777) == 0 || errno == EEXIST)
		return AH_OK;
	return ah_fault_set(&app->why, AH_ERR_FILE, "man", "%s: %s", strerror(errno), path);
}

static ah_err write_all(cli *app, const char *folder)
{
	page_id id;
	char path[PATH_MAX];
	size_t count = 0;
	AH_TRY(make_folder(app, folder));
	for (; page_at(&id, count); count++) {
		AH_AUTO(ah_buf) text = AH_BUF(CLI_OUTPUT_MAX);
		AH_TRY(append_page(&text, &id));
		int len = snprintf(path, sizeof path, "%s/man%d", folder, id.section);
		if (len < 0 || (size_t)len + CLI_WORD_MAX + 32 >= sizeof path)
			return ah_fault_set(&app->why, AH_ERR_ARGUMENT, "man", "path too long: %s", folder);
		AH_TRY(make_folder(app, path));
		(void)snprintf(path + len, sizeof path - (size_t)len, "/anchorhold%s%s.%d", id.slug[0] != '\0' ? "-" : "", id.slug, id.section);
		AH_TRY(cli_write(app, path, ah_buf_slice(&text), 0666));
	}
	if (!app->json)
		return ah_buf_printf(&app->out, "wrote %zu pages; see one with: man -M DIR anchorhold\n", count);
	ah_json_writer w;
	ah_json_writer_init(&w, &app->out);
	ah_json_put_object_begin(&w);
	ah_json_put_key(&w, "pages");
	ah_json_put_int(&w, (int64_t)count);
	ah_json_put_key(&w, "schema");
	ah_json_put_text(&w, "anchorhold.man/v1");
	ah_json_put_object_end(&w);
	AH_TRY(ah_json_writer_finish(&w));
	return ah_buf_append_byte(&app->out, '\n');
}

/* "policy-init", "policy init" in one word or in two. */
static ah_err find_page(cli *app, page_id *out, const cli_args *args)
{
	char wanted[2 * CLI_WORD_MAX] = "";
	if (args->operand_count == 2)
		(void)snprintf(wanted, sizeof wanted, "%.60s-%.60s", args->operands[0], args->operands[1]);
	else if (args->operand_count == 1)
		(void)snprintf(wanted, sizeof wanted, "%.120s", args->operands[0]);
	for (char *c = wanted; *c != '\0'; c++)
		if (*c == ' ')
			*c = '-';
	cli_nearest nearest = cli_nearest_to(wanted);
	for (size_t i = 0; page_at(out, i); i++) {
		if (strcmp(out->slug, wanted) == 0)
			return AH_OK;
		if (out->command != NULL)
			cli_nearest_offer(&nearest, out->command->name);
	}
	return ah_fault_set(&app->why, AH_ERR_ARGUMENT, "man", "no page of %.30s%s%s%s", wanted, nearest.best != NULL ? "; did you mean " : "",
	                    nearest.best != NULL ? nearest.best : "", nearest.best != NULL ? "?" : "");
}

static ah_err append_page_json(ah_buf *out, const page_id *id)
{
	AH_AUTO(ah_buf) text = AH_BUF(CLI_OUTPUT_MAX);
	AH_TRY(append_page(&text, id));
	char name[CLI_WORD_MAX + 16];
	(void)snprintf(name, sizeof name, "anchorhold%s%s.%d", id->slug[0] != '\0' ? "-" : "", id->slug, id->section);
	ah_json_writer w;
	ah_json_writer_init(&w, out);
	ah_json_put_object_begin(&w);
	ah_json_put_key(&w, "name");
	ah_json_put_text(&w, name);
	ah_json_put_key(&w, "page");
	ah_json_put_string(&w, ah_buf_slice(&text));
	ah_json_put_key(&w, "schema");
	ah_json_put_text(&w, "anchorhold.man/v1");
	ah_json_put_object_end(&w);
	AH_TRY(ah_json_writer_finish(&w));
	return ah_buf_append_byte(out, '\n');
}

static ah_err run(cli *app, const cli_args *args)
{
	page_id id;
	if (cli_given(args, "all")) {
		if (args->operand_count > 0)
			return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "--all and %.40s: one of the two", args->operands[0]);
		return write_all(app, cli_value(args, "all"));
	}
	AH_TRY(find_page(app, &id, args));
	return app->json ? append_page_json(&app->out, &id) : append_page(&app->out, &id);
}

const cli_command cli_man = {
	.name = "man",
	.summary = "the manual page of a command, in roff",
	.usage = "[options] [COMMAND | exit-codes]",
	.about = "Packages install the pages; man anchorhold-verify then shows one. Without COMMAND: the overview.\n"
	         "To read a page without having it installed: anchorhold man verify | man -l -",
	.options = options,
	.operands_max = 2,
	.operand_word = page_word,
	.examples = "anchorhold man\nanchorhold man verify\nanchorhold man policy init\nanchorhold man exit-codes\nanchorhold man --all manual",
	.run = run,
};
