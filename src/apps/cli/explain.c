/* `anchorhold explain`: the tables of errors, checks, results and exit codes as text, for one entry or all. */
#include "apps/cli/answers.h"

#include "base/check.h"

#include <stdio.h>
#include <string.h>

/* What a word stands for. */
typedef enum entry_kind { ENTRY_ERROR, ENTRY_CHECK, ENTRY_RESULT, ENTRY_EXIT } entry_kind;

typedef struct entry {
	entry_kind kind;
	size_t index;                  /* into ah_check_infos, cli_result_texts, cli_exit_texts */
	ah_err err;                    /* of ENTRY_ERROR */
	const char *word;
} entry;

/* The entry at this position of all; false past the end. */
static bool entry_at(entry *out, size_t index)
{
	size_t errors = 0;
	while (ah_err_at(errors) != AH_OK)
		errors++;
	if (index < errors) {
		ah_err err = ah_err_at(index);
		*out = (entry){ .kind = ENTRY_ERROR, .err = err, .word = ah_err_name(err) };
		return true;
	}
	index -= errors;
	if (index < AH_CHECK_COUNT) {
		*out = (entry){ .kind = ENTRY_CHECK, .index = index, .word = ah_check_infos[index].id };
		return true;
	}
	index -= AH_CHECK_COUNT;
	if (index < CLI_RESULT_COUNT) {
		*out = (entry){ .kind = ENTRY_RESULT, .index = index, .word = ah_result_name(cli_result_texts[index].result) };
		return true;
	}
	index -= CLI_RESULT_COUNT;
	if (index < CLI_EXIT_COUNT) {
		*out = (entry){ .kind = ENTRY_EXIT, .index = index, .word = cli_exit_texts[index].name };
		return true;
	}
	return false;
}

/* A number is that of an error; where there is none, an exit code's. */
static bool find_entry(entry *out, const char *word)
{
	if (ah_err_find(&out->err, word)) {
		out->kind = ENTRY_ERROR;
		return true;
	}
	for (size_t i = 0; entry_at(out, i); i++)
		if (strcmp(out->word, word) == 0 || (out->kind == ENTRY_EXIT && strcmp(out->word + strlen("exit-"), word) == 0))
			return true;
	return false;
}

/* -- For people -- */

static ah_err append_error(ah_buf *out, ah_err err)
{
	AH_TRY(ah_buf_printf(out, "%s (%d)\n", ah_err_name(err), (int)err));
	AH_TRY(cli_append_wrapped(out, "  ", ah_err_meaning(err)));
	AH_TRY(ah_buf_printf(out, "  class      %s\n  exit code  %d\n  next\n", ah_err_class_name(ah_err_class_of(err)), ah_err_exit_code(err)));
	AH_TRY(cli_append_wrapped(out, "    ", ah_err_next_step(err)));
	/* The rows of a verdict in which it can be found. */
	bool any = false;
	for (int i = 0; i < AH_CHECK_COUNT; i++) {
		if (ah_check_infos[i].err != err || err == AH_OK)
			continue;
		AH_TRY(ah_buf_printf(out, "%s    %s: %s\n", any ? "" : "  checks\n", ah_check_infos[i].id, ah_check_infos[i].title));
		any = true;
	}
	return AH_OK;
}

static ah_err append_places(ah_buf *out, unsigned platforms)
{
	bool any = false;
	unsigned bit;
	const char *name;
	for (size_t i = 0; (name = cli_check_place(i, &bit)) != NULL; i++) {
		if ((platforms & bit) == 0)
			continue;
		AH_TRY(ah_buf_printf(out, "%s%s", any ? ", " : "", name));
		any = true;
	}
	return AH_OK;
}

static ah_err append_check(ah_buf *out, const ah_check_info *check)
{
	AH_TRY(ah_buf_printf(out, "%s\n  passes when  %s\n  applies to   ", check->id, check->title));
	AH_TRY(append_places(out, check->platforms));
	AH_TRY(ah_buf_printf(out, "\n  specified    %s\n", check->specification));
	if (check->err == AH_OK)
		return ah_buf_append_text(out, "  refuses as   several errors; the verdict's row says which\n");
	AH_TRY(ah_buf_printf(out, "  refuses as   %s (%d), exit code %d\n", ah_err_name(check->err), (int)check->err, ah_err_exit_code(check->err)));
	AH_TRY(ah_buf_append_text(out, "  meaning\n"));
	AH_TRY(cli_append_wrapped(out, "    ", ah_err_meaning(check->err)));
	AH_TRY(ah_buf_append_text(out, "  next\n"));
	return cli_append_wrapped(out, "    ", ah_err_next_step(check->err));
}

static ah_err append_result(ah_buf *out, const cli_result_text *result)
{
	AH_TRY(ah_buf_printf(out, "%s\n", ah_result_name(result->result)));
	AH_TRY(cli_append_wrapped(out, "  ", result->meaning));
	AH_TRY(ah_buf_printf(out, "  accepted   %s\n  exit code  %s\n  next\n", result->accepted ? "yes" : "no", result->exit_codes));
	return cli_append_wrapped(out, "    ", result->next_step);
}

static ah_err append_exit(ah_buf *out, const cli_exit_text *text)
{
	bool any = false;
	AH_TRY(ah_buf_printf(out, "exit code %d\n", text->code));
	AH_TRY(cli_append_wrapped(out, "  ", text->meaning));
	AH_TRY(ah_buf_append_text(out, "  errors\n"));
	for (ah_err_class c = AH_CLASS_SYSTEM; c <= AH_CLASS_CONFIGURATION; c++) {
		if (!cli_class_exits_with(c, text->code))
			continue;
		AH_TRY(ah_buf_printf(out, "    class %s, %d..%d\n", ah_err_class_name(c), c == AH_CLASS_SYSTEM ? 1 : 100 * (int)c, 100 * (int)c + 99));
		any = true;
	}
	AH_TRY(ah_buf_append_text(out, any ? "  next\n" : "    none\n  next\n"));
	return cli_append_wrapped(out, "    ", text->next_step);
}

static ah_err append_entry(ah_buf *out, const entry *e)
{
	switch (e->kind) {
	case ENTRY_ERROR: return append_error(out, e->err);
	case ENTRY_CHECK: return append_check(out, &ah_check_infos[e->index]);
	case ENTRY_RESULT: return append_result(out, &cli_result_texts[e->index]);
	case ENTRY_EXIT: return append_exit(out, &cli_exit_texts[e->index]);
	}
	return AH_ERR_INTERNAL;
}

static ah_err append_everything(ah_buf *out)
{
	entry e;
	for (size_t i = 0; entry_at(&e, i); i++) {
		if (i > 0)
			AH_TRY(ah_buf_append_byte(out, '\n'));
		AH_TRY(append_entry(out, &e));
	}
	return AH_OK;
}

static ah_err append_table(ah_buf *out)
{
	AH_TRY(ah_buf_append_text(out, "errors (number, exit code, name; anchorhold explain NAME tells more):\n"));
	ah_err_class shown = AH_CLASS_OK;
	ah_err err;
	for (size_t i = 0; (err = ah_err_at(i)) != AH_OK; i++) {
		if (ah_err_class_of(err) != shown) {
			shown = ah_err_class_of(err);
			AH_TRY(ah_buf_printf(out, "\n  %s\n", ah_err_class_name(shown)));
		}
		AH_TRY(ah_buf_printf(out, "    %3d  %2d  %s\n", (int)err, ah_err_exit_code(err), ah_err_name(err)));
	}
	AH_TRY(ah_buf_append_text(out, "\nchecks (the rows of a verdict):\n\n"));
	for (int i = 0; i < AH_CHECK_COUNT; i++)
		AH_TRY(ah_buf_printf(out, "    %-24s %s\n", ah_check_infos[i].id, ah_check_infos[i].title));
	AH_TRY(ah_buf_append_text(out, "\nresults (the first word of a verdict; exit codes):\n\n"));
	for (size_t i = 0; i < CLI_RESULT_COUNT; i++)
		AH_TRY(ah_buf_printf(out, "    %-24s %s\n", ah_result_name(cli_result_texts[i].result), cli_result_texts[i].exit_codes));
	AH_TRY(ah_buf_append_text(out, "\nexit codes:\n\n"));
	for (size_t i = 0; i < CLI_EXIT_COUNT; i++)
		AH_TRY(ah_buf_printf(out, "    %-24s %d\n", cli_exit_texts[i].name, cli_exit_texts[i].code));
	return AH_OK;
}

/* -- JSON: the same, as {"checks":[..],"errors":[..],"exit_codes":[..],"results":[..],"schema":..} -- */

static void put_check(ah_json_writer *w, const ah_check_info *check)
{
	unsigned bit;
	const char *name;
	ah_json_put_object_begin(w);
	ah_json_put_key(w, "error");
	if (check->err == AH_OK)
		ah_json_put_null(w);
	else
		ah_json_put_text(w, ah_err_name(check->err));
	ah_json_put_key(w, "id");
	ah_json_put_text(w, check->id);
	ah_json_put_key(w, "platforms");
	ah_json_put_array_begin(w);
	for (size_t i = 0; (name = cli_check_place(i, &bit)) != NULL; i++)
		if ((check->platforms & bit) != 0)
			ah_json_put_text(w, name);
	ah_json_put_array_end(w);
	ah_json_put_key(w, "specification");
	ah_json_put_text(w, check->specification);
	ah_json_put_key(w, "title");
	ah_json_put_text(w, check->title);
	ah_json_put_object_end(w);
}

static void put_error(ah_json_writer *w, ah_err err)
{
	ah_json_put_object_begin(w);
	ah_json_put_key(w, "class");
	ah_json_put_text(w, ah_err_class_name(ah_err_class_of(err)));
	ah_json_put_key(w, "code");
	ah_json_put_int(w, err);
	ah_json_put_key(w, "exit_code");
	ah_json_put_int(w, ah_err_exit_code(err));
	ah_json_put_key(w, "meaning");
	ah_json_put_text(w, ah_err_meaning(err));
	ah_json_put_key(w, "name");
	ah_json_put_text(w, ah_err_name(err));
	ah_json_put_key(w, "next_step");
	ah_json_put_text(w, ah_err_next_step(err));
	ah_json_put_object_end(w);
}

static void put_result(ah_json_writer *w, const cli_result_text *result)
{
	ah_json_put_object_begin(w);
	ah_json_put_key(w, "accepted");
	ah_json_put_bool(w, result->accepted);
	ah_json_put_key(w, "exit_codes");
	ah_json_put_text(w, result->exit_codes);
	ah_json_put_key(w, "meaning");
	ah_json_put_text(w, result->meaning);
	ah_json_put_key(w, "name");
	ah_json_put_text(w, ah_result_name(result->result));
	ah_json_put_key(w, "next_step");
	ah_json_put_text(w, result->next_step);
	ah_json_put_object_end(w);
}

static void put_exit(ah_json_writer *w, const cli_exit_text *text)
{
	ah_json_put_object_begin(w);
	ah_json_put_key(w, "code");
	ah_json_put_int(w, text->code);
	ah_json_put_key(w, "meaning");
	ah_json_put_text(w, text->meaning);
	ah_json_put_key(w, "name");
	ah_json_put_text(w, text->name);
	ah_json_put_key(w, "next_step");
	ah_json_put_text(w, text->next_step);
	ah_json_put_object_end(w);
}

static void put_entry(ah_json_writer *w, const entry *e)
{
	switch (e->kind) {
	case ENTRY_ERROR: put_error(w, e->err); break;
	case ENTRY_CHECK: put_check(w, &ah_check_infos[e->index]); break;
	case ENTRY_RESULT: put_result(w, &cli_result_texts[e->index]); break;
	case ENTRY_EXIT: put_exit(w, &cli_exit_texts[e->index]); break;
	}
}

/* one NULL: all of the kind; else this entry alone, and nothing when it is of another kind. */
static void put_kind(ah_json_writer *w, const char *key, entry_kind kind, const entry *one)
{
	entry e;
	ah_json_put_key(w, key);
	ah_json_put_array_begin(w);
	for (size_t i = 0; one == NULL && entry_at(&e, i); i++)
		if (e.kind == kind)
			put_entry(w, &e);
	if (one != NULL && one->kind == kind)
		put_entry(w, one);
	ah_json_put_array_end(w);
}

static ah_err append_json(ah_buf *out, const entry *one)
{
	ah_json_writer w;
	ah_json_writer_init(&w, out);
	ah_json_put_object_begin(&w);
	put_kind(&w, "checks", ENTRY_CHECK, one);
	put_kind(&w, "errors", ENTRY_ERROR, one);
	put_kind(&w, "exit_codes", ENTRY_EXIT, one);
	put_kind(&w, "results", ENTRY_RESULT, one);
	ah_json_put_key(&w, "schema");
	ah_json_put_text(&w, "anchorhold.explain/v1");
	ah_json_put_object_end(&w);
	AH_TRY(ah_json_writer_finish(&w));
	return ah_buf_append_byte(out, '\n');
}

/* -- Plain: kind, word, number, exit code, meaning, next step -- */

static ah_err append_plain(ah_buf *out, const entry *e)
{
	char number[12] = "", exit_code[12];
	switch (e->kind) {
	case ENTRY_ERROR:
		(void)snprintf(number, sizeof number, "%d", (int)e->err);
		(void)snprintf(exit_code, sizeof exit_code, "%d", ah_err_exit_code(e->err));
		return cli_append_plain(out, (const char *[]){ "error", ah_err_name(e->err), number, exit_code, ah_err_meaning(e->err), ah_err_next_step(e->err), NULL });
	case ENTRY_CHECK: {
		const ah_check_info *check = &ah_check_infos[e->index];
		const char *err = check->err != AH_OK ? ah_err_name(check->err) : "";
		return cli_append_plain(out, (const char *[]){ "check", check->id, err, check->title, check->specification, NULL });
	}
	case ENTRY_RESULT: {
		const cli_result_text *result = &cli_result_texts[e->index];
		return cli_append_plain(out, (const char *[]){ "result", ah_result_name(result->result), result->accepted ? "yes" : "no", result->exit_codes, result->meaning,
		                                               result->next_step, NULL });
	}
	case ENTRY_EXIT: {
		const cli_exit_text *text = &cli_exit_texts[e->index];
		(void)snprintf(exit_code, sizeof exit_code, "%d", text->code);
		return cli_append_plain(out, (const char *[]){ "exit_code", exit_code, text->meaning, text->next_step, NULL });
	}
	}
	return AH_ERR_INTERNAL;
}

static ah_err append_plain_all(ah_buf *out)
{
	entry e;
	for (size_t i = 0; entry_at(&e, i); i++)
		AH_TRY(append_plain(out, &e));
	return AH_OK;
}

/* -- The command -- */

static const cli_option options[] = {
	{ "all", 0, false, NULL, "the text of every entry, one after the other" },
	{ 0 },
};

static bool word_at(char out[static CLI_WORD_MAX], size_t index)
{
	entry e;
	if (!entry_at(&e, index))
		return false;
	(void)snprintf(out, CLI_WORD_MAX, "%s", e.word);
	return true;
}

static ah_err unknown_exit_code(cli *app, const char *code)
{
	char known[sizeof app->why.detail] = "";
	for (size_t i = 0, len = 0; i < CLI_EXIT_COUNT; i++)
		len += (size_t)snprintf(known + len, sizeof known - len, "%s%d", i == 0 ? "" : ", ", cli_exit_texts[i].code);
	return ah_fault_set(&app->why, AH_ERR_ARGUMENT, "explain", "no exit code %.20s; there are %s", code, known);
}

static ah_err unknown_word(cli *app, const char *word)
{
	if (strncmp(word, "exit-", strlen("exit-")) == 0) /* the nearest number is no better than any other */
		return unknown_exit_code(app, word + strlen("exit-"));
	cli_nearest nearest = cli_nearest_to(word);
	entry e;
	for (size_t i = 0; entry_at(&e, i); i++)
		cli_nearest_offer(&nearest, e.word);
	if (nearest.best != NULL)
		return ah_fault_set(&app->why, AH_ERR_ARGUMENT, "explain", "no error or check %.36s; did you mean %s?", word, nearest.best);
	return ah_fault_set(&app->why, AH_ERR_ARGUMENT, "explain", "no error or check %.50s", word);
}

static ah_err run(cli *app, const cli_args *args)
{
	entry one;
	bool has_one = args->operand_count > 0;
	if (has_one && cli_given(args, "all"))
		return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "--all and %.40s: one of the two", args->operands[0]);
	if (has_one && !find_entry(&one, args->operands[0]))
		return unknown_word(app, args->operands[0]);
	if (app->json)
		return append_json(&app->out, has_one ? &one : NULL);
	if (app->plain)
		return has_one ? append_plain(&app->out, &one) : append_plain_all(&app->out);
	if (has_one)
		return append_entry(&app->out, &one);
	return cli_given(args, "all") ? append_everything(&app->out) : append_table(&app->out);
}

const cli_command cli_explain = {
	.name = "explain",
	.summary = "what an error, a check, a result or an exit code means, and what to do next",
	.usage = "[options] [NAME | NUMBER | CHECK | RESULT | exit-CODE]",
	.about = "NAME and NUMBER are those of an error, CHECK is the id of a row of a verdict, RESULT its first word. Without one: a list of all.",
	.options = options,
	.operands_max = 1,
	.operand_word = word_at,
	.examples = "anchorhold explain MeasurementNotAllowed\nanchorhold explain 601\nanchorhold explain snp.vek_tcb\nanchorhold explain UNBOUND\n"
	            "anchorhold explain exit-10\nanchorhold explain\nanchorhold explain --all",
	.run = run,
};
