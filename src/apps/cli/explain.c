/* `anchorhold explain`: the tables of errors and checks as text, for one entry or all. */
#include "apps/cli/cli.h"

#include "base/check.h"

#include <string.h>

static const cli_option options[] = { { 0 } };

/* The check with this id; AH_CHECK_COUNT when there is none. */
static ah_check_id find_check(const char *id)
{
	for (int i = 0; i < AH_CHECK_COUNT; i++)
		if (strcmp(ah_check_infos[i].id, id) == 0)
			return (ah_check_id)i;
	return AH_CHECK_COUNT;
}

static const struct { unsigned bit; const char *name; } check_platforms[] = {
	{ AH_CHECK_ON_NITRO, "nitro" }, { AH_CHECK_ON_SNP, "sev-snp" }, { AH_CHECK_ON_TDX, "tdx" },
};
#define CHECK_PLATFORM_COUNT (sizeof check_platforms / sizeof check_platforms[0])

static ah_err append_platforms(ah_buf *out, unsigned platforms)
{
	bool any = false;
	for (size_t i = 0; i < CHECK_PLATFORM_COUNT; i++) {
		if ((platforms & check_platforms[i].bit) == 0)
			continue;
		AH_TRY(ah_buf_printf(out, "%s%s", any ? ", " : "", check_platforms[i].name));
		any = true;
	}
	return AH_OK;
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

static ah_err append_check(ah_buf *out, const ah_check_info *check)
{
	AH_TRY(ah_buf_printf(out, "%s\n  passes when  %s\n  platforms    ", check->id, check->title));
	AH_TRY(append_platforms(out, check->platforms));
	AH_TRY(ah_buf_printf(out, "\n  specified    %s\n", check->specification));
	if (check->err == AH_OK)
		return ah_buf_append_text(out, "  refuses as   several errors; the verdict's row says which\n");
	AH_TRY(ah_buf_printf(out, "  refuses as   %s (%d), exit code %d\n", ah_err_name(check->err), (int)check->err, ah_err_exit_code(check->err)));
	AH_TRY(ah_buf_append_text(out, "  meaning\n"));
	AH_TRY(cli_append_wrapped(out, "    ", ah_err_meaning(check->err)));
	AH_TRY(ah_buf_append_text(out, "  next\n"));
	return cli_append_wrapped(out, "    ", ah_err_next_step(check->err));
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
	return AH_OK;
}

/* -- JSON: the same, as {"checks":[..],"errors":[..],"schema":..} -- */

static void put_check(ah_json_writer *w, const ah_check_info *check)
{
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
	for (size_t i = 0; i < CHECK_PLATFORM_COUNT; i++)
		if ((check->platforms & check_platforms[i].bit) != 0)
			ah_json_put_text(w, check_platforms[i].name);
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

/* What to put: everything, or one of the two. */
static ah_err append_json(ah_buf *out, bool all, ah_err one_err, ah_check_id one_check)
{
	ah_json_writer w;
	ah_json_writer_init(&w, out);
	ah_json_put_object_begin(&w);
	ah_json_put_key(&w, "checks");
	ah_json_put_array_begin(&w);
	for (int i = 0; i < AH_CHECK_COUNT; i++)
		if (all || (ah_check_id)i == one_check)
			put_check(&w, &ah_check_infos[i]);
	ah_json_put_array_end(&w);
	ah_json_put_key(&w, "errors");
	ah_json_put_array_begin(&w);
	ah_err err;
	if (!all && one_check == AH_CHECK_COUNT)
		put_error(&w, one_err);
	for (size_t i = 0; all && (err = ah_err_at(i)) != AH_OK; i++)
		put_error(&w, err);
	ah_json_put_array_end(&w);
	ah_json_put_key(&w, "schema");
	ah_json_put_text(&w, "anchorhold.explain/v1");
	ah_json_put_object_end(&w);
	AH_TRY(ah_json_writer_finish(&w));
	return ah_buf_append_byte(out, '\n');
}

static ah_err unknown_word(cli *app, const char *word)
{
	cli_nearest nearest = cli_nearest_to(word);
	ah_err err;
	for (size_t i = 0; (err = ah_err_at(i)) != AH_OK; i++)
		cli_nearest_offer(&nearest, ah_err_name(err));
	for (int i = 0; i < AH_CHECK_COUNT; i++)
		cli_nearest_offer(&nearest, ah_check_infos[i].id);
	if (nearest.best != NULL)
		return ah_fault_set(&app->why, AH_ERR_ARGUMENT, "explain", "no error or check %.36s; did you mean %s?", word, nearest.best);
	return ah_fault_set(&app->why, AH_ERR_ARGUMENT, "explain", "no error or check %.50s", word);
}

static ah_err run(cli *app, const cli_args *args)
{
	if (args->operand_count == 0)
		return app->json ? append_json(&app->out, true, AH_OK, AH_CHECK_COUNT) : append_table(&app->out);
	const char *word = args->operands[0];
	ah_check_id check = find_check(word);
	ah_err err = AH_OK;
	if (check == AH_CHECK_COUNT && !ah_err_find(&err, word))
		return unknown_word(app, word);
	if (app->json)
		return append_json(&app->out, false, err, check);
	return check != AH_CHECK_COUNT ? append_check(&app->out, &ah_check_infos[check]) : append_error(&app->out, err);
}

const cli_command cli_explain = {
	.name = "explain",
	.summary = "what an error or a check means, and what to do next",
	.usage = "[options] [NAME | NUMBER | CHECK]",
	.about = "NAME and NUMBER are those of an error, CHECK is the id of a row of a verdict. Without one: all of them.",
	.options = options,
	.operands_max = 1,
	.examples = "anchorhold explain MeasurementNotAllowed\nanchorhold explain 601\nanchorhold explain snp.vek_tcb\nanchorhold explain",
	.run = run,
};
