/*
 * `anchorhold conformance`: one case on standard input, one outcome on standard output, so that suites of others can drive the verifier
 * (docs/protocol/conformance.md). No clock, no file, no network: everything is in the case.
 */
#include "apps/cli/cli.h"

#include "base/check.h"
#include "evidence/platform.h"
#include "evidence/verifier.h"
#include "policy/json_put.h"
#include "policy/saved.h"
#include "policy/verdict.h"

static const cli_option options[] = {
	{ "capabilities", 0, false, NULL, "read no case; print what this release judges" },
	{ 0 },
};

/* -- capabilities -- */

static void put_platforms(ah_json_writer *w)
{
	ah_json_put_key(w, "platforms");
	ah_json_put_array_begin(w);
	for (unsigned id = AH_PLATFORM_NITRO; id <= AH_PLATFORM_TDX; id++)
		if (ah_platform_find((ah_platform_id)id) != NULL)
			ah_json_put_text(w, ah_platform_name((ah_platform_id)id));
	ah_json_put_array_end(w);
}

static ah_err append_capabilities(ah_buf *out)
{
	ah_json_writer w;
	ah_json_writer_init(&w, out);
	ah_json_put_object_begin(&w);
	ah_json_put_key(&w, "carriers");
	ah_json_put_array_begin(&w);
	for (unsigned carrier = AH_CARRIER_NONE; carrier <= AH_CARRIER_EVENT; carrier++)
		ah_json_put_text(&w, ah_carrier_name((ah_carrier)carrier));
	ah_json_put_array_end(&w);
	put_member(&w, "case_schema", AH_CASE_SCHEMA);
	ah_json_put_key(&w, "checks");
	ah_json_put_array_begin(&w);
	for (size_t id = 0; id < AH_CHECK_COUNT; id++)
		ah_json_put_text(&w, ah_check_infos[id].id);
	ah_json_put_array_end(&w);
	ah_json_put_key(&w, "errors");
	ah_json_put_array_begin(&w);
	for (size_t i = 0; ah_err_at(i) != AH_OK; i++)
		ah_json_put_text(&w, ah_err_name(ah_err_at(i)));
	ah_json_put_array_end(&w);
	put_platforms(&w);
	put_member(&w, "schema", "anchorhold.capabilities/v1");
	put_member(&w, "version", ah_version());
	ah_json_put_object_end(&w);
	AH_TRY(ah_json_writer_finish(&w));
	return ah_buf_append_byte(out, '\n');
}

/* -- one case -- */

/* Four outcomes and one failure of our own: what the verifier calls missing is a rejection, what it calls an impossible question is a malformed case. */
static int exit_code_of(ah_err err)
{
	switch (ah_err_class_of(err)) {
	case AH_CLASS_OK: return 0;
	case AH_CLASS_UNOBTAINABLE:
	case AH_CLASS_NOT_GENUINE:
	case AH_CLASS_NOT_ALLOWED:
	case AH_CLASS_PROTOCOL: return 10;
	case AH_CLASS_UNSUPPORTED: return 20;
	case AH_CLASS_USAGE:
	case AH_CLASS_MALFORMED:
	case AH_CLASS_CONFIGURATION: return 30;
	case AH_CLASS_SYSTEM: break;
	}
	return 1;
}

static void put_error(ah_json_writer *w, const ah_fault *fault)
{
	ah_json_put_key(w, "error");
	if (fault->err == AH_OK) {
		ah_json_put_null(w);
		return;
	}
	ah_json_put_object_begin(w);
	put_member_int(w, "code", fault->err);
	put_member(w, "detail", fault->detail);
	put_member(w, "name", ah_err_name(fault->err));
	put_member(w, "step", fault->step != NULL ? fault->step : "");
	ah_json_put_object_end(w);
}

static void free_text(char **text)
{
	ah_text_free(*text);
}

static ah_err append_outcome(cli *app, const ah_verdict *verdict, const ah_fault *fault)
{
	__attribute__((cleanup(free_text))) char *text = NULL;
	size_t len = 0;
	ah_json_writer w;
	if (verdict != NULL)
		AH_TRY(ah_verdict_to_json(verdict, &text, &len));
	ah_json_writer_init(&w, &app->out);
	ah_json_put_object_begin(&w);
	put_member_bool(&w, "accepted", fault->err == AH_OK);
	put_error(&w, fault);
	put_member_int(&w, "exit_code", app->exit_code);
	ah_json_put_key(&w, "result");
	if (verdict != NULL)
		ah_json_put_text(&w, ah_result_name(ah_verdict_result(verdict)));
	else
		ah_json_put_null(&w);
	put_member(&w, "schema", "anchorhold.outcome/v1");
	ah_json_put_key(&w, "verdict");
	if (verdict != NULL)
		ah_json_put_raw(&w, ah_slice_make(text, len));
	else
		ah_json_put_null(&w);
	ah_json_put_object_end(&w);
	AH_TRY(ah_json_writer_finish(&w));
	return ah_buf_append_byte(&app->out, '\n');
}

/* Whatever goes wrong with the case itself is an outcome, too. Standard input that cannot be read is no case, and says nothing about one. */
static ah_err judge(cli *app, ah_verdict **verdict, ah_fault *why)
{
	AH_AUTO_PTR(ah_saved) question = NULL;
	AH_AUTO_PTR(ah_verifier) verifier = NULL;
	AH_AUTO(ah_buf) json = AH_BUF(0);
	ah_err err = cli_read(app, &json, "-", AH_CASE_MAX, AH_ERR_CASE_MALFORMED);
	if (err != AH_OK) {
		*why = app->why;
		return err == AH_ERR_FILE ? AH_ERR_IO : err;
	}
	AH_TRY(ah__case_load(&question, ah_buf_slice(&json), why));
	AH_TRY(ah_verifier_new(&verifier, why));
	return ah_appraise(verdict, verifier, ah_saved_request(question), why);
}

static ah_err run(cli *app, const cli_args *args)
{
	AH_AUTO_PTR(ah_verdict) verdict = NULL;
	ah_fault why = { .offset = AH_NO_OFFSET };
	if (cli_given(args, "capabilities"))
		return append_capabilities(&app->out);
	ah_err err = judge(app, &verdict, &why);
	why.err = err;
	app->exit_code = exit_code_of(err);
	return append_outcome(app, verdict, &why);
}

const cli_command cli_conformance = {
	.name = "conformance",
	.summary = "judge one case of a conformance suite: JSON on standard input, JSON on standard output",
	.usage = "[--capabilities] < CASE",
	.about = "A case (anchorhold.case/v1) holds everything: evidence, endorsements, policy or trust bundle, expected values, time.\n"
	         "No clock, no file and no network is used. The outcome (anchorhold.outcome/v1) is printed in every case.\n"
	         "Exit codes: 0 accepted, 10 rejected, 20 unsupported, 30 malformed, 1 internal error, 2 wrong usage.",
	.options = options,
	.examples = "anchorhold conformance --capabilities",
	.run = run,
};
