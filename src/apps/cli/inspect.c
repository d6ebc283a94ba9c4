/* `anchorhold inspect`: what the bytes say, field by field, without judging any of it. inspect_kind.c finds out what they are. */
#include "apps/cli/inspect.h"
#include "apps/cli/question.h"

static ah_err run(cli *app, const cli_args *args)
{
	const char *path = args->operands[0];
	ah_platform_id platform;
	AH_AUTO(ah_buf) raw = AH_BUF(0);
	AH_AUTO(inspection) all = { 0 };
	AH_TRY(cli_platform(app, &platform, args));
	AH_TRY(cli_read(app, &raw, path, AH_SAVED_MAX, AH_ERR_TOO_LARGE));
	AH_TRY(inspect_bytes(&all, ah_buf_slice(&raw), platform, &app->why));
	return inspect_append(app, &all.listing, strcmp(path, "-") == 0 ? "standard input" : path);
}

static const cli_option options[] = {
	{ "platform", 0, false, "nitro|sev-snp|tdx", "read the bytes as this, whatever they look like" },
	{ 0 },
};

const cli_command cli_inspect = {
	.name = "inspect",
	.summary = "show what is inside evidence, envelopes, events, bundles, tokens, certificates, policies; judges nothing",
	.usage = "[options] FILE",
	.about = "FILE is a Nitro document, an SEV-SNP report or a TDX quote (binary, hex or base64), an envelope, a Nostr event, a trust bundle,\n"
	         "a workload manifest or any other compact JWS, a policy, a saved bundle, a pin, a certificate or CRL (PEM or DER), a public\n"
	         "key, a certificate table of an SNP host, TDX collateral, or an event log (CCEL or JSON); - is standard input.\n"
	         "Each row names its bytes. All of it is UNVERIFIED. Of a private key nothing is shown but that it is one.\n"
	         "Exit codes: 0 the structure holds, 30 it breaks (everything before that place is shown), 20 unknown kind, 50 a policy\n"
	         "or pin that does not load.",
	.options = options,
	.operands_min = 1,
	.operands_max = 1,
	.examples =
		"anchorhold inspect examples/evidence/noauth-nitro-2025-04-01.cose\n"
		"anchorhold inspect report.bin\n"
		"anchorhold inspect --json report.bin.vek.der",
	.run = run,
};
