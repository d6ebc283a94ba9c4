/* `anchorhold verify`: evidence in, verdict out. */
#include "apps/cli/expected.h"
#include "apps/cli/place.h"
#include "apps/cli/question.h"
#include "apps/cli/saved.h"
#include "apps/cli/trust.h"

#include <string.h>

static const cli_option options[] = {
	CLI_QUESTION_OPTIONS,
	{ "policy", 0, false, "FILE", "judge against this policy" },
	CLI_TRUST_OPTIONS,
	{ "genuine-only", 0, false, NULL, "ask only: is this genuine, non-debug hardware evidence at that time?" },
	CLI_EXPECTED_OPTIONS,
	{ "pin", 0, false, "FILE", "record here what is accepted at first use; from then on refuse another code or another key" },
	{ "state", 0, false, "FILE", "refuse collateral and bundles older than remembered here, and remember what is accepted"
	  " (default: $XDG_STATE_HOME/anchorhold/state.json; with --at, --replay or --genuine-only none)" },
	{ "save", 0, false, "FILE", "write the question and its verdict, accepted or not, as a saved bundle" },
	{ "replay", 0, false, NULL, "judge a saved bundle again: all but --state comes from the file, and the verdict must be the one in it" },
	{ 0 },
};

/* -- what a combination of options cannot mean is said before any file is read -- */

/* A replay is the question of the file. Whatever else is said would be another question under the same name. */
static ah_err check_replay(cli *app, const cli_args *args)
{
	for (size_t i = 0; options[i].name != NULL; i++) {
		bool belongs = strcmp(options[i].name, "replay") == 0 || strcmp(options[i].name, "state") == 0;
		if (!belongs && cli_given(args, options[i].name))
			return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "--%s contradicts --replay, which takes everything from the file", options[i].name);
	}
	return cli_check_outputs(app, args, (const char *const[]){ "state", NULL });
}

/* The state in its default place is a file of the run, too, though nobody named it. */
static ah_err check_default_state(cli *app, const cli_args *args)
{
	static const char *const outputs[] = { "save", "pin" };
	char state[PATH_MAX];
	if (!cli_state_place(state))
		return AH_OK;
	for (size_t i = 0; i < sizeof outputs / sizeof outputs[0]; i++)
		if (cli_given(args, outputs[i]) && cli_same_file(state, cli_value(args, outputs[i])))
			return ah_fault_set(&app->why, AH_ERR_ARGUMENT, "option", "--%s is the state file: %s", outputs[i], state);
	return AH_OK;
}

static ah_err check_files(cli *app, const cli_args *args)
{
	const char *save = cli_value(args, "save");
	if (save != NULL && (strcmp(save, "-") == 0 || save[0] == '\0'))
		return ah_fault_set(&app->why, AH_ERR_ARGUMENT, "option", "--save: not the path of a file");
	AH_TRY(cli_check_outputs(app, args, (const char *const[]){ "save", "pin", "state", NULL }));
	AH_TRY(check_default_state(app, args));
	return save != NULL ? cli_check_writable(app, save) : AH_OK;
}

static ah_err check_combination(cli *app, const cli_args *args)
{
	bool policy = cli_given(args, "policy"), bundle = cli_given(args, "bundle"), genuine_only = cli_given(args, "genuine-only");
	bool expects = cli_expected_given(args), no_binding = cli_given(args, "no-binding");
	if (!policy && !bundle && !genuine_only)
		return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "give --policy FILE, --bundle FILE, or --genuine-only");
	if (policy + bundle + genuine_only != 1)
		return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "--%s and --%s are two different questions", policy ? "policy" : "bundle",
		                    policy && bundle ? "bundle" : "genuine-only");
	if (genuine_only && (expects || no_binding))
		return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "--genuine-only compares with no expected value; use --policy");
	if (expects && no_binding)
		return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "--no-binding contradicts every expected value");
	AH_TRY(cli_trust_check(app, args));
	return check_files(app, args);
}

/* -- the answer -- */

static void free_text(char **text)
{
	ah_text_free(*text);
}

static ah_err append_verdict(cli *app, const ah_verdict *verdict, const char *path)
{
	__attribute__((cleanup(free_text))) char *text = NULL;
	size_t len = 0;
	const char *shown = strcmp(path, "-") == 0 ? "standard input" : path;
	if (app->plain)
		return cli_append_plain_verdict(app, verdict, shown);
	if (app->json) {
		AH_TRY(ah_verdict_to_json(verdict, &text, &len));
	} else {
		AH_AUTO(ah_buf) name = AH_BUF(CLI_OUTPUT_MAX);
		AH_TRY(cli_append_escaped(&name, ah_slice_text(shown)));
		AH_TRY(ah_buf_append_byte(&name, '\0'));
		AH_TRY(ah_verdict_to_text(verdict, (const char *)name.ptr, app->colour, &text, &len));
	}
	AH_TRY(ah_buf_append(&app->out, ah_slice_make(text, len)));
	if (len == 0 || text[len - 1] != '\n')
		AH_TRY(ah_buf_append_byte(&app->out, '\n'));
	return AH_OK;
}

static ah_err report(cli *app, const ah_verdict *verdict, ah_err err, const char *path)
{
	app->exit_code = ah_verdict_exit_code(verdict);
	/* Two answers that must agree; if they ever did not, the refusal is the one that counts. */
	if (err != AH_OK && app->exit_code == 0)
		app->exit_code = ah_err_exit_code(AH_ERR_INTERNAL);
	return append_verdict(app, verdict, path);
}

/* -- replay -- */

/* The same question to the state of today: what is older than remembered there is refused now, whatever was known when it was saved. */
static ah_err judge_with_state(cli *app, ah_verdict **verdict, ah_verifier *verifier, const ah_saved *saved, const char *path)
{
	AH_AUTO(cli_state) state = CLI_STATE_CLOSED;
	AH_TRY(cli_state_open(app, &state, path));
	ah_request request = *ah_saved_request(saved);
	request.state = state.state;
	app->why = (ah_fault){ .offset = AH_NO_OFFSET };
	ah_err err = ah_appraise(verdict, verifier, &request, &app->why);
	return err == AH_OK ? cli_state_save(app, &state) : err;
}

static ah_err report_replay(cli *app, const ah_verdict *verdict, ah_err err, bool is_saved, const char *path)
{
	AH_TRY(report(app, verdict, err, path));
	if (app->json || app->plain)
		return AH_OK;
	return ah_buf_append_text(&app->out, is_saved ? "replayed: policy, expected values and time are those of the saved bundle\n"
	                                              : "not the saved verdict: that one was accepted and replays; what the state remembers today refuses it\n");
}

static ah_err run_replay(cli *app, const cli_args *args)
{
	AH_AUTO_PTR(ah_saved) saved = NULL;
	AH_AUTO_PTR(ah_verifier) verifier = NULL;
	AH_AUTO_PTR(ah_verdict) verdict = NULL;
	AH_AUTO_PTR(ah_verdict) today = NULL;
	AH_TRY(check_replay(app, args));
	AH_TRY(cli_saved_read(app, &saved, args->operands[0]));
	AH_TRY(ah_verifier_new(&verifier, &app->why));
	ah_err err = ah_saved_replay(&verdict, verifier, saved, &app->why);
	if (verdict == NULL || err == AH_ERR_REPLAY) /* a verdict that is not the saved one is no answer */
		return err != AH_OK ? err : AH_ERR_INTERNAL;
	if (err != AH_OK || !cli_given(args, "state"))
		return report_replay(app, verdict, err, true, args->operands[0]);
	err = judge_with_state(app, &today, verifier, saved, cli_value(args, "state"));
	if (err != AH_OK && (today == NULL || ah_verdict_error(today) == AH_OK))
		return err;
	return report_replay(app, err == AH_OK ? verdict : today, err, err == AH_OK, args->operands[0]);
}

/* -- a question of one's own -- */

/*
 * A judgement at another time, or without a policy, neither uses nor changes what is remembered, unless a file is named. What is remembered is
 * collateral, which TDX alone has, and bundles.
 */
static ah_err open_state(cli *app, cli_state *state, cli_question *question, const cli_args *args)
{
	bool has_something = cli_given(args, "bundle") || (cli_given(args, "policy") && cli_question_platform(question) == AH_PLATFORM_TDX);
	if (!cli_given(args, "state") && (!has_something || cli_given(args, "at")))
		return AH_OK;
	AH_TRY(cli_given(args, "bundle") ? cli_state_require(app, state, cli_value(args, "state")) : cli_state_open(app, state, cli_value(args, "state")));
	question->request.state = state->state;
	return AH_OK;
}

static ah_err load_policy(cli *app, cli_question *question, cli_trust *trust, const cli_args *args)
{
	ah_request *request = &question->request;
	request->genuine_only = cli_given(args, "genuine-only");
	if (request->genuine_only)
		return AH_OK;
	request->policy_source = "file";
	if (cli_given(args, "bundle")) {
		AH_TRY(cli_trust_load(app, trust, args));
		request->trust = &trust->trust;
		return AH_OK;
	}
	AH_TRY(cli_policy_read(app, &question->policy, cli_value(args, "policy")));
	request->policy = question->policy;
	return AH_OK;
}

/* What could not be remembered is not accepted: the next run would not know better. */
static ah_err remember(cli *app, const cli_state *state, const cli_pin *pin, const ah_verdict *verdict)
{
	AH_TRY(cli_state_save(app, state));
	return cli_pin_record(app, pin, verdict);
}

static ah_err run(cli *app, const cli_args *args)
{
	if (cli_given(args, "replay"))
		return run_replay(app, args);
	AH_TRY(check_combination(app, args));
	AH_AUTO(cli_state) state = CLI_STATE_CLOSED;
	AH_AUTO(cli_pin) pin = CLI_PIN_CLOSED;
	AH_AUTO(cli_expected) expected = { 0 };
	AH_AUTO(cli_trust) trust = { 0 };
	AH_AUTO(cli_question) question = { 0 };
	ah_request *request = &question.request;
	question.expects_channel = cli_channel_given(args);
	AH_TRY(cli_question_load(app, &question, args, args->operands[0]));
	request->genuine_only = cli_given(args, "genuine-only");
	AH_TRY(cli_expected_load(app, &expected, args, request));
	request->expected = expected.expected;
	AH_TRY(load_policy(app, &question, &trust, args));
	if (cli_given(args, "pin")) {
		AH_TRY(cli_pin_open(app, &pin, cli_value(args, "pin")));
		request->pin = &pin.slice;
	}

	AH_AUTO_PTR(ah_verifier) verifier = NULL;
	AH_AUTO_PTR(ah_verdict) verdict = NULL;
	AH_TRY(ah_verifier_new(&verifier, &app->why));
	AH_TRY(open_state(app, &state, &question, args));
	ah_err err = ah_appraise(&verdict, verifier, request, &app->why);
	if (verdict == NULL) {
		cli_expected_say_options(&app->why);
		return err != AH_OK ? err : AH_ERR_INTERNAL;
	}
	if (err == AH_OK)
		AH_TRY(remember(app, &state, &pin, verdict));
	app->why = (ah_fault){ .offset = AH_NO_OFFSET }; /* a refusal is told by the verdict; what fails from here on is another matter */
	if (cli_given(args, "save"))
		AH_TRY(cli_saved_write(app, cli_value(args, "save"), request, verdict));
	return report(app, verdict, err, args->operands[0]);
}

const cli_command cli_verify = {
	.name = "verify",
	.summary = "judge evidence against a policy, or ask only whether it is genuine",
	.usage = "[options] (--policy FILE | --bundle FILE .. | --genuine-only | --replay) FILE",
	.about = "FILE is an AWS Nitro attestation document, an AMD SEV-SNP report or an Intel TDX quote, binary, hex or base64;\n"
	         "an attestation envelope or a Nostr instance event as JSON; or a saved bundle, of which evidence and endorsements\n"
	         "are used. - is standard input.\n"
	         "With --policy or --bundle, say what the evidence must be bound to: --report-data, --nonce, --public-key (they combine);\n"
	         "of an envelope --purpose, --role and, for a TLS server, --spki. An instance event is bound by its own key.\n"
	         "Exit codes: 0 accepted (PASS, GENUINE, SIMULATED where allowed), 10 refused, 20 unsupported, 30 malformed,\n"
	         "40 a certificate, CRL or collateral is missing, 50 invalid policy, bundle, pin or state, 2 wrong usage, 1 system error.",
	.options = options,
	.operands_min = 1,
	.operands_max = 1,
	.examples =
		"anchorhold verify --genuine-only --at 2025-04-01T14:16:10Z examples/evidence/noauth-nitro-2025-04-01.cose\n"
		"anchorhold verify --genuine-only --at 2025-04-01T14:16:10Z --save verdict.json examples/evidence/noauth-nitro-2025-04-01.cose\n"
		"anchorhold verify --replay verdict.json\n"
		"anchorhold verify --policy policy.json --report-data 68656c6c6f --simulated-root root/nitro-root.der --allow-simulated evidence.cose\n"
		"anchorhold verify --genuine-only --vek report.bin.vek.der --chain report.bin.chain.pem --crl report.bin.crl.der"
		" --simulated-root root/ark-genoa.der --allow-simulated report.bin\n"
		"anchorhold verify --genuine-only --collateral quote.bin.collateral.json --event-log quote.bin.event-log.json"
		" --simulated-root root/tdx-root.der --allow-simulated quote.bin",
	.run = run,
};
