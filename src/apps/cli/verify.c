/* `anchorhold verify`: evidence in, verdict out. */
#include "apps/cli/place.h"
#include "apps/cli/question.h"

#include <string.h>

static const cli_option options[] = {
	CLI_QUESTION_OPTIONS,
	{ "policy", 0, false, "FILE", "judge against this policy" },
	{ "genuine-only", 0, false, NULL, "ask only: is this genuine, non-debug hardware evidence at that time?" },
	{ "report-data", 0, false, "HEX", "expected report_data (sev-snp: 64 bytes) or user_data (nitro)" },
	{ "nonce", 0, false, "B64URL", "nitro: expected nonce" },
	{ "public-key", 0, false, "HEX", "nitro: expected public_key" },
	{ "state", 0, false, "FILE", "refuse collateral older than remembered here, and remember what is accepted"
	  " (default: $XDG_STATE_HOME/anchorhold/state.json; with --at or --genuine-only none)" },
	{ "no-binding", 0, false, NULL, "with --policy: compare with nothing; the result is UNBOUND, exit code 10" },
	{ 0 },
};

/* What a combination of options cannot mean is said before any file is read. */
static ah_err check_combination(cli *app, const cli_args *args)
{
	bool policy = cli_given(args, "policy"), genuine_only = cli_given(args, "genuine-only");
	bool expects = cli_given(args, "report-data") || cli_given(args, "nonce") || cli_given(args, "public-key");
	bool no_binding = cli_given(args, "no-binding");
	if (!policy && !genuine_only)
		return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "give --policy FILE, or --genuine-only");
	if (policy && genuine_only)
		return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "--policy and --genuine-only are two different questions");
	if (genuine_only && (expects || no_binding))
		return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "--genuine-only compares with no expected value; use --policy");
	if (expects && no_binding)
		return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "--no-binding contradicts --report-data, --nonce and --public-key");
	if (policy && !expects && !no_binding)
		return ah_fault_set(&app->why, AH_ERR_BINDING_REQUIRED, "option", "--policy without an expected value");
	return AH_OK;
}

static ah_err load_expected(cli *app, cli_question *question, const cli_args *args)
{
	ah_expected *expected = &question->request.expected;
	ah_platform_id platform = cli_question_platform(question);
	if ((cli_given(args, "nonce") || cli_given(args, "public-key")) && platform != AH_PLATFORM_NITRO && platform != AH_PLATFORM_NONE)
		return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "--nonce and --public-key are fields of nitro; this is %s",
		                    ah_platform_name(platform));
	if (cli_given(args, "report-data")) {
		AH_TRY(cli_hex(app, &question->report_data, "report-data", cli_value(args, "report-data")));
		expected->report_data = ah_buf_slice(&question->report_data);
		expected->fields |= AH_EXPECT_REPORT_DATA;
	}
	if (cli_given(args, "nonce")) {
		AH_TRY(cli_base64url(app, &question->nonce, "nonce", cli_value(args, "nonce")));
		expected->nonce = ah_buf_slice(&question->nonce);
		expected->fields |= AH_EXPECT_NONCE;
	}
	if (cli_given(args, "public-key")) {
		AH_TRY(cli_hex(app, &question->public_key, "public-key", cli_value(args, "public-key")));
		expected->public_key = ah_buf_slice(&question->public_key);
		expected->fields |= AH_EXPECT_PUBLIC_KEY;
	}
	if (cli_given(args, "no-binding"))
		expected->fields = AH_NO_BINDING;
	return AH_OK;
}

static void free_text(char **text)
{
	ah_text_free(*text);
}

static ah_err append_verdict(cli *app, const ah_verdict *verdict, const char *path)
{
	__attribute__((cleanup(free_text))) char *text = NULL;
	size_t len = 0;
	if (app->json) {
		AH_TRY(ah_verdict_to_json(verdict, &text, &len));
	} else {
		AH_AUTO(ah_buf) name = AH_BUF(CLI_OUTPUT_MAX);
		AH_TRY(cli_append_escaped(&name, ah_slice_text(strcmp(path, "-") == 0 ? "standard input" : path)));
		AH_TRY(ah_buf_append_byte(&name, '\0'));
		AH_TRY(ah_verdict_to_text(verdict, (const char *)name.ptr, app->colour, &text, &len));
	}
	AH_TRY(ah_buf_append(&app->out, ah_slice_make(text, len)));
	if (len == 0 || text[len - 1] != '\n')
		AH_TRY(ah_buf_append_byte(&app->out, '\n'));
	return AH_OK;
}

/*
 * A judgement at another time, or without a policy, neither uses nor changes what is remembered, unless a file is named. Only TDX has
 * something to remember.
 */
static ah_err open_state(cli *app, cli_state *state, cli_question *question, const cli_args *args)
{
	bool by_default = cli_given(args, "policy") && !cli_given(args, "at") && cli_question_platform(question) == AH_PLATFORM_TDX;
	if (!cli_given(args, "state") && !by_default)
		return AH_OK;
	AH_TRY(cli_state_open(app, state, cli_value(args, "state")));
	question->request.state = state->state;
	return AH_OK;
}

static ah_err run(cli *app, const cli_args *args)
{
	AH_AUTO(cli_state) state = CLI_STATE_CLOSED;
	AH_TRY(check_combination(app, args));
	AH_AUTO(cli_question) question = { 0 };
	AH_TRY(cli_question_load(app, &question, args, args->operands[0]));
	AH_TRY(load_expected(app, &question, args));
	if (cli_given(args, "policy"))
		AH_TRY(cli_policy_read(app, &question.policy, cli_value(args, "policy")));
	question.request.policy = question.policy;
	question.request.genuine_only = cli_given(args, "genuine-only");

	AH_AUTO_PTR(ah_verifier) verifier = NULL;
	AH_AUTO_PTR(ah_verdict) verdict = NULL;
	AH_TRY(ah_verifier_new(&verifier, &app->why));
	AH_TRY(open_state(app, &state, &question, args));
	ah_err err = ah_appraise(&verdict, verifier, &question.request, &app->why);
	if (verdict == NULL)
		return err != AH_OK ? err : AH_ERR_INTERNAL;
	/* What could not be remembered is not accepted: the next run would not know better. */
	if (err == AH_OK)
		AH_TRY(cli_state_save(app, &state));
	app->exit_code = ah_verdict_exit_code(verdict);
	/* Two answers that must agree; if they ever did not, the refusal is the one that counts. */
	if (err != AH_OK && app->exit_code == 0)
		app->exit_code = ah_err_exit_code(AH_ERR_INTERNAL);
	return append_verdict(app, verdict, args->operands[0]);
}

const cli_command cli_verify = {
	.name = "verify",
	.summary = "judge evidence against a policy, or ask only whether it is genuine",
	.usage = "[options] (--policy FILE | --genuine-only) FILE",
	.about = "FILE is an AWS Nitro attestation document, an AMD SEV-SNP report or an Intel TDX quote, binary, hex or base64; - is standard input.\n"
	         "With --policy, say what the evidence must be bound to: --report-data, --nonce, --public-key (they combine).\n"
	         "Exit codes: 0 accepted (PASS, GENUINE, SIMULATED where allowed), 10 refused, 20 unsupported, 30 malformed,\n"
	         "40 a certificate, CRL or collateral is missing, 50 invalid policy or state, 2 wrong usage, 1 system error.",
	.options = options,
	.operands_min = 1,
	.operands_max = 1,
	.examples =
		"anchorhold verify --genuine-only --at 2025-04-01T14:16:10Z examples/evidence/noauth-nitro-2025-04-01.cose\n"
		"anchorhold verify --policy policy.json --report-data 68656c6c6f --simulated-root root/nitro-root.der --allow-simulated evidence.cose\n"
		"anchorhold verify --genuine-only --vek report.bin.vek.der --chain report.bin.chain.pem --crl report.bin.crl.der"
		" --simulated-root root/ark-genoa.der --allow-simulated report.bin\n"
		"anchorhold verify --genuine-only --collateral quote.bin.collateral.json --event-log quote.bin.event-log.json"
		" --simulated-root root/tdx-root.der --allow-simulated quote.bin",
	.run = run,
};
