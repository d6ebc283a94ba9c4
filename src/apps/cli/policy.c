/* `anchorhold policy init | lint | diff`: a first policy from evidence, what a policy permits, what changed between two. */
#include "apps/cli/question.h"

#include <string.h>

static void free_text(char **text)
{
	ah_text_free(*text);
}

/* -- init -- */

static const cli_option init_options[] = {
	{ "from", 0, false, "FILE", "the evidence: binary, hex or base64, - for standard input" },
	CLI_QUESTION_OPTIONS,
	{ "workload", 0, false, "NAME", "name of the workload, [a-z0-9.-] (default: unnamed)" },
	{ "release", 0, false, "NAME", "name of the release that the measurement is (default: first-seen)" },
	{ "output", 'o', false, "FILE", "write the policy there, whole or not at all (default: standard output)" },
	{ 0 },
};

/*
 * Claims for a policy: of accepted evidence, or of debug evidence where the caller said --allow-debug. Everything else is refused with the
 * verifier's own error, so that no policy ever starts from evidence that was not genuine.
 */
static ah_err genuine_claims(cli *app, ah_verdict **verdict, const cli_question *question)
{
	AH_AUTO_PTR(ah_verifier) verifier = NULL;
	AH_TRY(ah_verifier_new(&verifier, &app->why));
	ah_err err = ah_appraise(verdict, verifier, &question->request, &app->why);
	if (*verdict == NULL)
		return err != AH_OK ? err : AH_ERR_INTERNAL;
	bool debug_allowed = question->request.allow_debug && ah_verdict_result(*verdict) == AH_RESULT_DEBUG;
	if (err != AH_OK && !debug_allowed)
		return err;
	if (ah_verdict_claims(*verdict) == NULL)
		return AH_ERR_INTERNAL;
	app->why = (ah_fault){ .offset = AH_NO_OFFSET };
	return AH_OK;
}

static ah_err append_policy(ah_buf *out, const ah_policy *policy, bool compact)
{
	__attribute__((cleanup(free_text))) char *text = NULL;
	size_t len = 0;
	AH_TRY(ah_policy_to_json(policy, &text, &len));
	if (!compact)
		return cli_append_indented_json(out, ah_slice_make(text, len));
	AH_TRY(ah_buf_append(out, ah_slice_make(text, len)));
	return ah_buf_append_byte(out, '\n');
}

static ah_err append_written(cli *app, const char *path, const char *workload, size_t note_count)
{
	if (!app->json) {
		AH_TRY(ah_buf_append_text(&app->out, "wrote "));
		AH_TRY(cli_append_word(&app->out, path));
		return ah_buf_printf(&app->out, ": a policy that allows exactly what was seen, whatever that was. Review it before use.\n"
		                                "%zu note%s of the linter; see: anchorhold policy lint FILE\n", note_count, note_count == 1 ? "" : "s");
	}
	ah_json_writer w;
	ah_json_writer_init(&w, &app->out);
	ah_json_put_object_begin(&w);
	ah_json_put_key(&w, "notes");
	ah_json_put_int(&w, (int64_t)note_count);
	ah_json_put_key(&w, "schema");
	ah_json_put_text(&w, "anchorhold.policy-init/v1");
	ah_json_put_key(&w, "workload");
	ah_json_put_text(&w, workload);
	ah_json_put_object_end(&w);
	AH_TRY(ah_json_writer_finish(&w));
	return ah_buf_append_byte(&app->out, '\n');
}

static ah_err run_init(cli *app, const cli_args *args)
{
	if (!cli_given(args, "from"))
		return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "--from FILE is missing: the evidence to start from");
	AH_TRY(cli_check_outputs(app, args, (const char *const[]){ "output", NULL }));
	AH_AUTO(cli_question) question = { 0 };
	AH_TRY(cli_question_load(app, &question, args, cli_value(args, "from")));
	question.request.genuine_only = true;
	AH_AUTO_PTR(ah_verdict) verdict = NULL;
	AH_TRY(genuine_claims(app, &verdict, &question));

	AH_AUTO_PTR(ah_policy) policy = NULL;
	const char *workload = cli_given(args, "workload") ? cli_value(args, "workload") : "unnamed";
	const char *release = cli_given(args, "release") ? cli_value(args, "release") : "first-seen";
	int64_t now_s = question.request.now_s;
	AH_TRY(ah_policy_init_from(&policy, ah_verdict_claims(verdict), workload, release, now_s, &app->why));

	const char *path = cli_given(args, "output") ? cli_value(args, "output") : "-";
	bool to_stdout = strcmp(path, "-") == 0;
	AH_AUTO(ah_buf) text = AH_BUF(CLI_OUTPUT_MAX);
	AH_TRY(append_policy(&text, policy, to_stdout && app->json));
	AH_TRY(cli_write(app, path, ah_buf_slice(&text), 0666));
	ah_policy_note notes[AH_POLICY_NOTES_MAX];
	return to_stdout ? AH_OK : append_written(app, path, workload, ah_policy_lint(policy, now_s, notes));
}

const cli_command cli_policy_init = {
	.name = "policy init",
	.summary = "write a first policy from genuine evidence",
	.usage = "--from FILE [options]",
	.about = "The evidence is verified as by verify --genuine-only; nothing is written from evidence that is refused.\n"
	         "The policy allows exactly this measurement, with the reported TCB as floor, for 90 days from the time of\n"
	         "verification. Review it: it says what was seen, not what is right.",
	.options = init_options,
	.examples =
		"anchorhold policy init --from evidence.cose --simulated-root root/nitro-root.der --allow-simulated --workload demo -o policy.json\n"
		"anchorhold policy init --from examples/evidence/noauth-nitro-2025-04-01.cose --at 2025-04-01T14:16:10Z -o seen.json",
	.run = run_init,
};

/* -- lint -- */

static const cli_option lint_options[] = {
	{ "at", 0, false, "TIME", "judge at this time, unix seconds or 2026-11-20T09:20:31Z (default: now)" },
	{ 0 },
};

static ah_err append_notes_json(ah_buf *out, const ah_policy_note *notes, size_t count)
{
	ah_json_writer w;
	ah_json_writer_init(&w, out);
	ah_json_put_object_begin(&w);
	ah_json_put_key(&w, "notes");
	ah_json_put_array_begin(&w);
	for (size_t i = 0; i < count; i++) {
		ah_json_put_object_begin(&w);
		ah_json_put_key(&w, "id");
		ah_json_put_text(&w, notes[i].id);
		ah_json_put_key(&w, "path");
		ah_json_put_text(&w, notes[i].path);
		ah_json_put_key(&w, "text");
		ah_json_put_text(&w, notes[i].text);
		ah_json_put_object_end(&w);
	}
	ah_json_put_array_end(&w);
	ah_json_put_key(&w, "schema");
	ah_json_put_text(&w, "anchorhold.policy-lint/v1");
	ah_json_put_object_end(&w);
	AH_TRY(ah_json_writer_finish(&w));
	return ah_buf_append_byte(out, '\n');
}

static ah_err append_notes_text(ah_buf *out, const char *path, const ah_policy_note *notes, size_t count)
{
	AH_TRY(ah_buf_append_text(out, "valid  "));
	AH_TRY(cli_append_word(out, path));
	AH_TRY(ah_buf_printf(out, "  %zu note%s\n", count, count == 1 ? "" : "s"));
	for (size_t i = 0; i < count; i++) {
		AH_TRY(ah_buf_printf(out, "  note  %s  ", notes[i].id));
		AH_TRY(cli_append_escaped(out, ah_slice_text(notes[i].path)));
		AH_TRY(ah_buf_append_byte(out, '\n'));
		AH_TRY(cli_append_wrapped(out, "        ", notes[i].text));
	}
	return AH_OK;
}

static ah_err append_notes_plain(ah_buf *out, const char *path, const ah_policy_note *notes, size_t count)
{
	AH_TRY(cli_append_plain(out, (const char *[]){ "result", "valid", NULL }));
	AH_TRY(cli_append_plain(out, (const char *[]){ "file", path, NULL }));
	for (size_t i = 0; i < count; i++)
		AH_TRY(cli_append_plain(out, (const char *[]){ "note", notes[i].id, notes[i].path, notes[i].text, NULL }));
	return AH_OK;
}

static ah_err run_lint(cli *app, const cli_args *args)
{
	int64_t now_s;
	AH_TRY(cli_time(app, &now_s, args));
	AH_AUTO_PTR(ah_policy) policy = NULL;
	AH_TRY(cli_policy_read(app, &policy, args->operands[0]));
	ah_policy_note notes[AH_POLICY_NOTES_MAX];
	size_t count = ah_policy_lint(policy, now_s, notes);
	if (app->json)
		return append_notes_json(&app->out, notes, count);
	return app->plain ? append_notes_plain(&app->out, args->operands[0], notes, count) : append_notes_text(&app->out, args->operands[0], notes, count);
}

const cli_command cli_policy_lint = {
	.name = "policy lint",
	.summary = "check a policy, and name what it permits that most should not",
	.usage = "[options] FILE",
	.about = "Exit codes: 0 the policy is valid (notes may be printed), 50 it is not, and would never be applied.",
	.options = lint_options,
	.operands_min = 1,
	.operands_max = 1,
	.examples = "anchorhold policy lint policy.json",
	.run = run_lint,
};

/* -- diff -- */

static const cli_option diff_options[] = {
	{ "exit-code", 0, false, NULL, "end with 1 when there are differences" },
	{ 0 },
};

/* text: lines that each end with a line feed. */
static ah_err append_differences_json(ah_buf *out, ah_slice text)
{
	ah_json_writer w;
	ah_json_writer_init(&w, out);
	ah_json_put_object_begin(&w);
	ah_json_put_key(&w, "differences");
	ah_json_put_array_begin(&w);
	for (size_t start = 0, i = 0; i < text.len; i++) {
		bool last = i + 1 == text.len;
		if (text.ptr[i] != '\n' && !last)
			continue;
		size_t end = text.ptr[i] == '\n' ? i : i + 1;
		if (end > start)
			ah_json_put_string(&w, ah_slice_sub(text, start, end - start));
		start = i + 1;
	}
	ah_json_put_array_end(&w);
	ah_json_put_key(&w, "schema");
	ah_json_put_text(&w, "anchorhold.policy-diff/v1");
	ah_json_put_object_end(&w);
	AH_TRY(ah_json_writer_finish(&w));
	return ah_buf_append_byte(out, '\n');
}

static ah_err run_diff(cli *app, const cli_args *args)
{
	AH_AUTO_PTR(ah_policy) from = NULL;
	AH_AUTO_PTR(ah_policy) to = NULL;
	AH_TRY(cli_policy_read(app, &from, args->operands[0]));
	AH_TRY(cli_policy_read(app, &to, args->operands[1]));
	__attribute__((cleanup(free_text))) char *text = NULL;
	size_t len = 0;
	AH_TRY(ah_policy_diff(from, to, &text, &len));
	if (len > 0 && cli_given(args, "exit-code"))
		app->exit_code = 1;
	ah_slice lines = ah_slice_make(text, len);
	if (app->json)
		return append_differences_json(&app->out, lines);
	AH_TRY(ah_buf_append(&app->out, lines));
	return len > 0 && text[len - 1] != '\n' ? ah_buf_append_byte(&app->out, '\n') : AH_OK;
}

const cli_command cli_policy_diff = {
	.name = "policy diff",
	.summary = "what changes from one policy to another",
	.usage = "[options] FROM TO",
	.about = "One line per difference in meaning, sorted by path: - removed, + added, ~ changed. Nothing when they mean the same.\n"
	         "Exit codes: 0 also with differences (see --exit-code), 50 one of the two is invalid.",
	.options = diff_options,
	.operands_min = 2,
	.operands_max = 2,
	.examples = "anchorhold policy diff policy.json seen.json",
	.run = run_diff,
};
