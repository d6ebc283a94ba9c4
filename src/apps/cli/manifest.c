/* `anchorhold manifest sign | verify`: the signed description of an image, and its workload identity tag. docs/protocol/manifest.md. */
#include "policy/manifest.h"

#include "apps/cli/keyfile.h"
#include "apps/cli/trust.h"
#include "evidence/verifier.h"
#include "policy/json_put.h"

/* -- sign -- */

static const cli_option sign_options[] = {
	{ "key", 0, false, "FILE", "the private key, as bundle keygen makes it" },
	{ "kid", 0, false, "TEXT", "the name of the key in the header, for people (default: begin of the SHA-256 of the public key)" },
	{ "workload", 0, false, "NAME", "without FILE: the workload" },
	{ "version", 0, false, "TEXT", "without FILE: its version, v1.42.3 for example" },
	{ "image-digest", 0, false, "sha256:HEX", "without FILE: digest of the image" },
	{ "binary-digest", 0, false, "sha256:HEX", "without FILE: digest of the program in it" },
	{ "output", 'o', false, "FILE", "write the manifest there, whole or not at all (default: standard output)" },
	{ 0 },
};

static const char *const member_options[] = { "workload", "version", "image-digest", "binary-digest" };

static bool has_text(const char *text)
{
	for (const char *c = text; *c != '\0'; c++)
		if ((unsigned char)*c < 0x20 || (unsigned char)*c > 0x7e || *c == '"' || *c == '\\')
			return false;
	return text[0] != '\0';
}

/* The payload from options; its reader judges what the values are, here they are only kept from breaking the JSON. */
static ah_err compose(cli *app, ah_buf *payload, const cli_args *args)
{
	ah_json_writer w;
	if (!cli_given(args, "workload") || !cli_given(args, "version"))
		return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "give --workload NAME and --version TEXT, or a FILE");
	for (size_t i = 0; i < sizeof member_options / sizeof member_options[0]; i++)
		if (cli_given(args, member_options[i]) && !has_text(cli_value(args, member_options[i])))
			return ah_fault_set(&app->why, AH_ERR_ARGUMENT, "option", "--%s: not printable characters without quote and backslash", member_options[i]);
	ah_json_writer_init(&w, payload);
	ah_json_put_object_begin(&w);
	if (cli_given(args, "binary-digest"))
		put_member(&w, "binary_digest", cli_value(args, "binary-digest"));
	if (cli_given(args, "image-digest"))
		put_member(&w, "image_digest", cli_value(args, "image-digest"));
	put_member(&w, "schema", AH_MANIFEST_SCHEMA);
	put_member(&w, "version", cli_value(args, "version"));
	put_member(&w, "workload", cli_value(args, "workload"));
	ah_json_put_object_end(&w);
	return ah_json_writer_finish(&w);
}

static ah_err load_payload(cli *app, ah_buf *payload, const cli_args *args)
{
	if (args->operand_count == 0)
		return compose(app, payload, args);
	for (size_t i = 0; i < sizeof member_options / sizeof member_options[0]; i++)
		if (cli_given(args, member_options[i]))
			return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "--%s is said by the file", member_options[i]);
	return cli_read(app, payload, args->operands[0], AH_MANIFEST_MAX, AH_ERR_MANIFEST_MALFORMED);
}

static ah_err sign(cli *app, ah_buf *jws, const ah_ed25519_key *key, const char *kid, ah_slice payload)
{
	uint8_t signature[AH_ED25519_SIGNATURE_LEN];
	ah_err err = ah_jws_write_input(jws, AH_MANIFEST_TYP, kid, payload);
	if (err == AH_ERR_ARGUMENT)
		return ah_fault_set(&app->why, err, "option", "--kid: not 1..128 printable characters without quote and backslash");
	if (err == AH_ERR_LIMIT)
		return ah_fault_set(&app->why, AH_ERR_MANIFEST_MALFORMED, "manifest", "larger than %d bytes", AH_MANIFEST_MAX);
	AH_TRY(err);
	AH_TRY(ah_ed25519_sign(key, ah_buf_slice(jws), signature));
	return ah_jws_write_signature(jws, AH_SLICE_OF(signature));
}

static ah_err append_info(cli *app, const ah_manifest_info *info, const char *path, bool is_signed_now, ah_slice jws);

static ah_err run_sign(cli *app, const cli_args *args)
{
	AH_AUTO(ah_buf) payload = AH_BUF(AH_MANIFEST_MAX);
	AH_AUTO(ah_buf) jws = AH_BUF(AH_MANIFEST_MAX + 1);
	AH_AUTO_PTR(ah_ed25519_key) key = NULL;
	AH_AUTO_PTR(ah_verifier) verifier = NULL;
	ah_manifest_info info;
	ah_release_root root;
	char default_kid[CLI_KID_SIZE];
	if (!cli_given(args, "key"))
		return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "--key FILE is missing: the private key that signs");
	AH_TRY(cli_check_outputs(app, args, (const char *const[]){ "output", NULL }));
	AH_TRY(load_payload(app, &payload, args));
	AH_TRY(cli_private_key_read(app, &key, cli_value(args, "key")));
	memcpy(root.key, ah_ed25519_key_public(key), sizeof root.key);
	AH_TRY(cli_public_key_kid(app, default_kid, root.key));
	AH_TRY(sign(app, &jws, key, cli_given(args, "kid") ? cli_value(args, "kid") : default_kid, ah_buf_slice(&payload)));
	/* Only what a verifier would take leaves this program. */
	AH_TRY(ah_verifier_new(&verifier, &app->why));
	AH_TRY(ah_manifest_verify(&info, verifier, ah_buf_slice(&jws), &root, 1, &app->why));

	const char *path = cli_given(args, "output") ? cli_value(args, "output") : "-";
	bool to_stdout = strcmp(path, "-") == 0;
	if (to_stdout && app->json)
		return append_info(app, &info, "standard output", true, ah_buf_slice(&jws));
	AH_TRY(ah_buf_append_byte(&jws, '\n'));
	AH_TRY(cli_write(app, path, ah_buf_slice(&jws), 0666));
	return to_stdout ? AH_OK : append_info(app, &info, path, true, (ah_slice){ NULL, 0 });
}

const cli_command cli_manifest_sign = {
	.name = "manifest sign",
	.summary = "sign what an image is; prints its workload identity tag",
	.usage = "--key FILE (--workload NAME --version TEXT [options] | FILE)",
	.about = "FILE is JSON of schema workload-identity/v1; build_metadata can be said there alone. What is signed is the file as it stands.\n"
	         "The tag, SHA-256 of the manifest, is what a policy lists in allowed_workload_identity_tags.",
	.options = sign_options,
	.operands_min = 0,
	.operands_max = 1,
	.examples = "anchorhold manifest sign --key release-root.key --workload demo --version v1.0.0 -o manifest.jws",
	.run = run_sign,
};

/* -- verify -- */

static const cli_option verify_options[] = {
	{ "key", 0, true, "FILE", "public key of who may sign it, PEM" },
	{ 0 },
};

static ah_err append_json(cli *app, const ah_manifest_info *info, const char *schema, ah_slice jws)
{
	ah_json_writer w;
	ah_json_writer_init(&w, &app->out);
	ah_json_put_object_begin(&w);
	if (info->binary_digest[0] != '\0')
		put_member(&w, "binary_digest", info->binary_digest);
	if (info->image_digest[0] != '\0')
		put_member(&w, "image_digest", info->image_digest);
	if (jws.len != 0) {
		ah_json_put_key(&w, "jws");
		ah_json_put_string(&w, jws);
	}
	put_member_hex(&w, "key", AH_SLICE_OF(info->key));
	put_member_foreign(&w, "kid", info->kid);
	put_member(&w, "schema", schema);
	put_member_hex(&w, "tag", AH_SLICE_OF(info->tag));
	put_member_foreign(&w, "version", info->version);
	put_member_foreign(&w, "workload", info->workload);
	ah_json_put_object_end(&w);
	AH_TRY(ah_json_writer_finish(&w));
	return ah_buf_append_byte(&app->out, '\n');
}

/* jws empty: it went to a file. */
static ah_err append_info(cli *app, const ah_manifest_info *info, const char *path, bool is_signed_now, ah_slice jws)
{
	char tag[65], key[65];
	if (app->json)
		return append_json(app, info, is_signed_now ? "anchorhold.manifest-sign/v1" : "anchorhold.manifest/v1", jws);
	for (size_t i = 0; i < sizeof info->tag; i++)
		(void)snprintf(tag + 2 * i, 3, "%02x", info->tag[i]);
	for (size_t i = 0; i < sizeof info->key; i++)
		(void)snprintf(key + 2 * i, 3, "%02x", info->key[i]);
	const char *const rows[][2] = {
		{ "tag", tag }, { "workload", info->workload }, { "version", info->version }, { "image_digest", info->image_digest },
		{ "binary_digest", info->binary_digest }, { "key", key }, { "kid", info->kid },
	};
	if (!app->plain) {
		const char *pass = app->colour ? "\033[32mPASS\033[0m  workload manifest  " : "PASS  workload manifest  ";
		AH_TRY(ah_buf_append_text(&app->out, is_signed_now ? "wrote " : pass));
		AH_TRY(cli_append_word(&app->out, path));
		AH_TRY(ah_buf_append_byte(&app->out, '\n'));
	}
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (rows[i][1][0] == '\0')
			continue;
		if (app->plain)
			AH_TRY(cli_append_plain(&app->out, (const char *[]){ "manifest", rows[i][0], rows[i][1], NULL }));
		else
			AH_TRY(ah_buf_printf(&app->out, "  %-13s  %s\n", rows[i][0], rows[i][1]));
	}
	return AH_OK;
}

static ah_err run_verify(cli *app, const cli_args *args)
{
	AH_AUTO(ah_buf) jws = AH_BUF(0);
	AH_AUTO_PTR(ah_verifier) verifier = NULL;
	ah_release_root keys[CLI_REPEATS_MAX];
	ah_manifest_info info;
	size_t count = 0;
	const char *path = args->operands[0];
	if (!cli_given(args, "key"))
		return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "--key FILE is missing: the public key of who may sign it");
	AH_TRY(cli_public_keys_read(app, keys, CLI_REPEATS_MAX, &count, args, "key"));
	AH_TRY(cli_jws_read(app, &jws, path, AH_MANIFEST_MAX, AH_ERR_MANIFEST_MALFORMED));
	AH_TRY(ah_verifier_new(&verifier, &app->why));
	AH_TRY(ah_manifest_verify(&info, verifier, ah_buf_slice(&jws), keys, count, &app->why));
	return append_info(app, &info, strcmp(path, "-") == 0 ? "standard input" : path, false, (ah_slice){ NULL, 0 });
}

const cli_command cli_manifest_verify = {
	.name = "manifest verify",
	.summary = "check a workload manifest; prints its workload identity tag",
	.usage = "--key FILE [options] FILE",
	.about = "Exit codes: 0 signed by one of the keys, 10 it is not, 30 it is no manifest, 50 a key file is invalid.",
	.options = verify_options,
	.operands_min = 1,
	.operands_max = 1,
	.examples = "anchorhold manifest verify --key release-root.pub manifest.jws",
	.run = run_verify,
};
