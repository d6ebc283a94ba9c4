/* See trust.h. */
#include "apps/cli/trust.h"

#include "apps/cli/keyfile.h"

#include <string.h>

void cli_trust_free(cli_trust *trust)
{
	ah_buf_free(&trust->bundle);
	*trust = (cli_trust){ .trust = { .workload = NULL } };
}

ah_err cli_trust_check(cli *app, const cli_args *args)
{
	bool bundle = cli_given(args, "bundle"), root = cli_given(args, "release-root"), workload = cli_given(args, "workload");
	if (bundle && !root)
		return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "--bundle needs --release-root FILE: the key of who may publish it");
	if (bundle && !workload)
		return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "--bundle needs --workload NAME: the one that you want");
	if (!bundle && (root || workload))
		return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "--%s needs --bundle FILE", root ? "release-root" : "workload");
	return AH_OK;
}

ah_err cli_trust_load_roots(cli *app, cli_trust *out, const cli_args *args)
{
	const char *workload = cli_value(args, "workload");
	if (!cli_given(args, "release-root"))
		return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "--release-root FILE is missing: the key of who may publish the bundle");
	if (workload == NULL)
		return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "--workload NAME is missing: the one that you want");
	if (workload[0] == '\0' || strlen(workload) > AH_POLICY_TEXT_MAX)
		return ah_fault_set(&app->why, AH_ERR_ARGUMENT, "option", "--workload: not 1..%d characters", AH_POLICY_TEXT_MAX);
	for (const char *c = workload; *c != '\0'; c++)
		if (*c < 0x20 || *c > 0x7e) /* no policy has such a name, and JSON could not tell it */
			return ah_fault_set(&app->why, AH_ERR_ARGUMENT, "option", "--workload: not printable ASCII");
	size_t count = 0;
	AH_TRY(cli_public_keys_read(app, out->roots, AH_RELEASE_ROOTS_MAX, &count, args, "release-root"));
	out->trust.roots = out->roots;
	out->trust.root_count = count;
	out->trust.workload = workload;
	return AH_OK;
}

/* The limit is that of the JWS, which the final line feed is no part of. */
ah_err cli_jws_read(cli *app, ah_buf *out, const char *path, size_t max, ah_err too_large)
{
	ah_err err = cli_read(app, out, path, max + 1, too_large);
	if (err != too_large)
		return err;
	app->why = (ah_fault){ .offset = AH_NO_OFFSET };
	return ah_fault_at(&app->why, err, "file.read", max, "larger than %zu bytes: %s", max, path);
}

ah_err cli_trust_load_from(cli *app, cli_trust *out, const cli_args *args, const char *path)
{
	AH_TRY(cli_trust_load_roots(app, out, args));
	AH_TRY(cli_jws_read(app, &out->bundle, path, AH_JWS_MAX, AH_ERR_BUNDLE_MALFORMED));
	out->trust.bundle = ah_buf_slice(&out->bundle);
	return AH_OK;
}

ah_err cli_trust_load(cli *app, cli_trust *out, const cli_args *args)
{
	AH_TRY(cli_trust_check(app, args));
	return cli_trust_load_from(app, out, args, cli_value(args, "bundle"));
}
