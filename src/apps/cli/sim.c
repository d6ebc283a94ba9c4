/* `anchorhold sim init | evidence | envelope | event`: real formats under local roots, for everybody without the hardware. */
#include "apps/cli/sim.h"

#include "apps/cli/question.h"

#include <stdio.h>
#include <string.h>

#define SIM_PATH_MAX 4096

/* "DIR/name" without doubling a slash. errors: AH_ERR_ARGUMENT when it is too long. */
static ah_err join(cli *app, char out[static SIM_PATH_MAX], const char *folder, const char *separator, const char *name)
{
	size_t folder_len = strlen(folder);
	bool has_slash = separator[0] == '/' && folder_len > 0 && folder[folder_len - 1] == '/';
	int len = snprintf(out, SIM_PATH_MAX, "%s%s%s", folder, has_slash ? "" : separator, name);
	if (len < 0 || len >= SIM_PATH_MAX)
		return ah_fault_set(&app->why, AH_ERR_ARGUMENT, "sim", "path too long: %s", folder);
	return AH_OK;
}

/* -- init -- */

static const cli_option init_options[] = { { 0 } };

static const char *const root_files[] = { "ark-genoa.der", "ark-milan.der", "ark-turin.der", "nitro-root.der", "tdx-root.der" };
#define ROOT_FILE_COUNT (sizeof root_files / sizeof root_files[0])

static ah_err append_roots_json(cli *app, const char *folder)
{
	char path[SIM_PATH_MAX];
	AH_AUTO(ah_buf) escaped = AH_BUF(CLI_OUTPUT_MAX);
	ah_json_writer w;
	ah_json_writer_init(&w, &app->out);
	ah_json_put_object_begin(&w);
	ah_json_put_key(&w, "roots");
	ah_json_put_array_begin(&w);
	for (size_t i = 0; i < ROOT_FILE_COUNT; i++) {
		AH_TRY(join(app, path, folder, "/", root_files[i]));
		ah_buf_clear(&escaped);
		AH_TRY(cli_append_escaped(&escaped, ah_slice_text(path)));
		ah_json_put_string(&w, ah_buf_slice(&escaped));
	}
	ah_json_put_array_end(&w);
	ah_json_put_key(&w, "schema");
	ah_json_put_text(&w, "anchorhold.sim-init/v1");
	ah_json_put_object_end(&w);
	AH_TRY(ah_json_writer_finish(&w));
	return ah_buf_append_byte(&app->out, '\n');
}

static ah_err run_init(cli *app, const cli_args *args)
{
	const char *folder = args->operands[0];
	AH_TRY(ah_sim_init(folder, &app->why));
	if (app->json)
		return append_roots_json(app, folder);
	AH_TRY(ah_buf_append_text(&app->out, "made simulated roots and keys in "));
	AH_TRY(cli_append_word(&app->out, folder));
	AH_TRY(ah_buf_append_text(&app->out, "\nWhoever holds this folder can sign anything. Never list its roots in a policy for production.\n"
	                                     "next: anchorhold sim evidence --root "));
	AH_TRY(cli_append_word(&app->out, folder));
	return ah_buf_append_text(&app->out, " --platform nitro --report-data 68656c6c6f -o evidence.cose\n");
}

static const cli_command sim_init = {
	.name = "sim init",
	.summary = "make a folder of simulated roots and keys",
	.usage = "[options] DIR",
	.about = "DIR must not exist, or be empty. It gets one root for nitro, one for each product of sev-snp and one for tdx, with their keys.\n"
	         "Evidence under these roots is never more than SIMULATED.",
	.options = init_options,
	.operands_min = 1,
	.operands_max = 1,
	.examples = "anchorhold sim init root",
	.run = run_init,
};

/* -- evidence -- */

static const cli_option evidence_options[] = {
	{ "root", 0, false, "DIR", "a folder of sim init" },
	{ "platform", 0, false, "nitro|sev-snp|tdx", "whose format" },
	{ "report-data", 0, false, "HEX", "sev-snp, tdx: 64 bytes of report_data; nitro: user_data" },
	{ "nonce", 0, false, "B64URL", "nitro: nonce" },
	{ "public-key", 0, false, "HEX", "nitro: public_key" },
	{ "product", 0, false, "Milan|Genoa|Turin", "sev-snp: the processor (default: Genoa)" },
	{ "signer", 0, false, "vcek|vlek", "sev-snp: the signing key (default: vcek)" },
	{ "quote-version", 0, false, "4|5", "tdx: 4 (default) has a TD report 1.0, 5 has 1.5" },
	{ "debug", 0, false, NULL, "evidence of a debug enclave or guest" },
	{ "at", 0, false, "TIME", "time of the evidence, unix seconds or 2026-11-20T09:20:31Z (default: now)" },
	{ "output", 'o', false, "FILE", "write the evidence there, and beside it what verifies it: FILE.vek.der, FILE.collateral.json, .." },
	{ 0 },
};

ah_err cli_sim_product(cli *app, ah_sim_options *options, const cli_args *args)
{
	const char *product = cli_value(args, "product"), *signer = cli_value(args, "signer");
	for (int i = AH_SNP_MILAN; product != NULL && i <= AH_SNP_TURIN; i++)
		if (strcmp(product, ah_snp_product_name((ah_snp_product)i)) == 0)
			options->product = (ah_snp_product)i;
	if (product != NULL && options->product == AH_SNP_PRODUCT_NONE)
		return ah_fault_set(&app->why, AH_ERR_ARGUMENT, "option", "--product: not Milan, Genoa or Turin");
	for (int i = AH_SNP_VCEK; signer != NULL && i <= AH_SNP_VLEK; i++)
		if (strcmp(signer, ah_snp_signer_name((ah_snp_signer)i)) == 0)
			options->signer = (ah_snp_signer)i;
	if (signer != NULL && options->signer == AH_SNP_SIGNER_NONE)
		return ah_fault_set(&app->why, AH_ERR_ARGUMENT, "option", "--signer: not vcek or vlek");
	return AH_OK;
}

static ah_err load_quote_version(cli *app, ah_sim_options *options, const cli_args *args)
{
	const char *version = cli_value(args, "quote-version");
	if (version == NULL)
		return AH_OK;
	if (strcmp(version, "4") != 0 && strcmp(version, "5") != 0)
		return ah_fault_set(&app->why, AH_ERR_ARGUMENT, "option", "--quote-version: not 4 or 5");
	options->quote_version = (unsigned)(version[0] - '0');
	return AH_OK;
}

const char *cli_sim_root_file(const ah_sim_options *options)
{
	if (options->platform == AH_PLATFORM_NITRO)
		return "nitro-root.der";
	if (options->platform == AH_PLATFORM_TDX)
		return "tdx-root.der";
	switch (options->product) {
	case AH_SNP_MILAN: return "ark-milan.der";
	case AH_SNP_TURIN: return "ark-turin.der";
	case AH_SNP_GENOA:
	case AH_SNP_PRODUCT_NONE: return "ark-genoa.der";
	}
	return "";
}

/* The files beside the evidence. What the platform leaves empty is not written. */
typedef struct companion {
	const char *option;        /* of verify; NULL: another form of the one before */
	const char *suffix;
	const ah_buf *bytes;
} companion;
#define COMPANION_COUNT 6
#define COMPANIONS_OF(output) \
	{ { "vek", "vek.der", &(output)->vek_der }, { "chain", "chain.pem", &(output)->chain_pem }, { "crl", "crl.der", &(output)->crl_der }, \
	  { "collateral", "collateral.json", &(output)->collateral_json }, { "event-log", "event-log.json", &(output)->event_log_json }, \
	  { NULL, "ccel", &(output)->event_log_ccel } }

static ah_err write_files(cli *app, const char *path, const ah_sim_output *output)
{
	const companion companions[COMPANION_COUNT] = COMPANIONS_OF(output);
	char name[SIM_PATH_MAX];
	/* The evidence last: who sees it finds everything beside it. */
	for (size_t i = 0; i < COMPANION_COUNT && strcmp(path, "-") != 0; i++) {
		if (companions[i].bytes->len == 0)
			continue;
		AH_TRY(join(app, name, path, ".", companions[i].suffix));
		AH_TRY(cli_write(app, name, ah_buf_slice(companions[i].bytes), 0666));
	}
	return cli_write(app, path, ah_buf_slice(&output->evidence), 0666);
}

ah_err cli_sim_append_verify_tail(cli *app, const char *root, const char *path, const cli_args *args)
{
	AH_TRY(ah_buf_append_text(&app->out, " --simulated-root "));
	AH_TRY(cli_append_word(&app->out, root));
	AH_TRY(ah_buf_append_text(&app->out, " --allow-simulated"));
	if (cli_given(args, "at")) {
		AH_TRY(ah_buf_append_text(&app->out, " --at "));
		AH_TRY(cli_append_word(&app->out, cli_value(args, "at")));
	}
	if (cli_given(args, "debug"))
		AH_TRY(ah_buf_append_text(&app->out, " --allow-debug"));
	AH_TRY(ah_buf_append_byte(&app->out, ' '));
	AH_TRY(cli_append_word(&app->out, path));
	return ah_buf_append_byte(&app->out, '\n');
}

/* The command that verifies what was just made, ready to paste. */
static ah_err append_verify_command(cli *app, const char *path, const char *root, const cli_args *args, const ah_sim_output *output)
{
	const companion companions[COMPANION_COUNT] = COMPANIONS_OF(output);
	char name[SIM_PATH_MAX];
	AH_TRY(ah_buf_append_text(&app->out, "anchorhold verify --genuine-only"));
	for (size_t i = 0; i < COMPANION_COUNT; i++) {
		if (companions[i].bytes->len == 0 || companions[i].option == NULL)
			continue;
		AH_TRY(join(app, name, path, ".", companions[i].suffix));
		AH_TRY(ah_buf_printf(&app->out, " --%s ", companions[i].option));
		AH_TRY(cli_append_word(&app->out, name));
	}
	return cli_sim_append_verify_tail(app, root, path, args);
}

static ah_err append_made_json(cli *app, const char *root, size_t evidence_len)
{
	AH_AUTO(ah_buf) escaped = AH_BUF(CLI_OUTPUT_MAX);
	AH_TRY(cli_append_escaped(&escaped, ah_slice_text(root)));
	ah_json_writer w;
	ah_json_writer_init(&w, &app->out);
	ah_json_put_object_begin(&w);
	ah_json_put_key(&w, "evidence_len");
	ah_json_put_int(&w, (int64_t)evidence_len);
	ah_json_put_key(&w, "schema");
	ah_json_put_text(&w, "anchorhold.sim-evidence/v1");
	ah_json_put_key(&w, "simulated_root");
	ah_json_put_string(&w, ah_buf_slice(&escaped));
	ah_json_put_object_end(&w);
	AH_TRY(ah_json_writer_finish(&w));
	return ah_buf_append_byte(&app->out, '\n');
}

static ah_err append_made(cli *app, const char *path, const ah_sim_options *options, const cli_args *args, const ah_sim_output *output)
{
	char root[SIM_PATH_MAX];
	AH_TRY(join(app, root, cli_value(args, "root"), "/", cli_sim_root_file(options)));
	if (app->json)
		return append_made_json(app, root, output->evidence.len);
	AH_TRY(ah_buf_append_text(&app->out, "wrote "));
	AH_TRY(cli_append_word(&app->out, path));
	AH_TRY(ah_buf_printf(&app->out, " (%zu bytes of simulated %s evidence)\nits root: ", output->evidence.len, ah_platform_name(options->platform)));
	AH_TRY(cli_append_word(&app->out, root));
	AH_TRY(ah_buf_append_text(&app->out, "\nnext: "));
	return append_verify_command(app, path, root, args, output);
}

static ah_err check_required(cli *app, const cli_args *args)
{
	static const char *const required[] = { "root", "platform", "report-data", "output" };
	for (size_t i = 0; i < sizeof required / sizeof required[0]; i++)
		if (!cli_given(args, required[i]))
			return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "--%s is missing", required[i]);
	return AH_OK;
}

static ah_err run_evidence(cli *app, const cli_args *args)
{
	AH_TRY(check_required(app, args));
	AH_AUTO(ah_buf) report_data = AH_BUF(0);
	AH_AUTO(ah_buf) nonce = AH_BUF(0);
	AH_AUTO(ah_buf) public_key = AH_BUF(0);
	ah_sim_options options = { .debug = cli_given(args, "debug") };
	AH_TRY(cli_platform(app, &options.platform, args));
	AH_TRY(cli_time(app, &options.at_s, args));
	AH_TRY(cli_sim_product(app, &options, args));
	AH_TRY(load_quote_version(app, &options, args));
	AH_TRY(cli_hex(app, &report_data, "report-data", cli_value(args, "report-data")));
	if (cli_given(args, "nonce"))
		AH_TRY(cli_base64url(app, &nonce, "nonce", cli_value(args, "nonce")));
	if (cli_given(args, "public-key"))
		AH_TRY(cli_hex(app, &public_key, "public-key", cli_value(args, "public-key")));
	options.report_data = ah_buf_slice(&report_data);
	options.nonce = ah_buf_slice(&nonce);
	options.public_key = ah_buf_slice(&public_key);

	AH_AUTO_PTR(ah_sim) sim = NULL;
	AH_AUTO(ah_sim_output) output = { 0 };
	AH_TRY(ah_sim_open(&sim, cli_value(args, "root"), &app->why));
	AH_TRY(ah_sim_evidence(sim, &options, &output, &app->why));
	const char *path = cli_value(args, "output");
	AH_TRY(write_files(app, path, &output));
	return strcmp(path, "-") == 0 ? AH_OK : append_made(app, path, &options, args, &output);
}

static const cli_command sim_evidence = {
	.name = "sim evidence",
	.summary = "make simulated evidence in the real format",
	.usage = "--root DIR --platform NAME --report-data HEX [options] -o FILE",
	.about = "The production verifier judges it like any other evidence; its result is never more than SIMULATED.\n"
	         "With -o - the evidence alone goes to standard output.",
	.options = evidence_options,
	.examples =
		"anchorhold sim evidence --root root --platform nitro --report-data 68656c6c6f -o evidence.cose\n"
		"anchorhold sim evidence --root root --platform sev-snp --report-data $(printf %0128d 1) -o report.bin\n"
		"anchorhold sim evidence --root root --platform tdx --quote-version 5 --report-data $(printf %0128d 1) -o quote.bin",
	.run = run_evidence,
};

const cli_command *const cli_sim_commands[] = { &sim_init, &sim_evidence, &cli_sim_envelope, &cli_sim_event, NULL };
