/* `anchorhold bundle keygen | sign | verify | show`: policies that an organisation signs. docs/protocol/bundle.md. */
#include "apps/cli/bundle.h"

#include "apps/cli/keyfile.h"
#include "apps/cli/question.h"
#include "codec/jws.h"
#include "codec/pem.h"
#include "codec/text.h"
#include "evidence/verifier.h"
#include "policy/bundle.h"
#include "policy/json_put.h"
#include "policy/state.h"

#include <unistd.h>

/* A path can hold any byte; it is shown as a terminal could show it. */
static ah_err put_path(ah_json_writer *w, const char *key, const char *path)
{
	AH_AUTO(ah_buf) escaped = AH_BUF(CLI_OUTPUT_MAX);
	AH_TRY(cli_append_escaped(&escaped, ah_slice_text(path)));
	ah_json_put_key(w, key);
	ah_json_put_string(w, ah_buf_slice(&escaped));
	return AH_OK;
}

/* -- keygen -- */

static const cli_option keygen_options[] = {
	{ "output", 'o', false, "FILE", "the private key, release-root.key for example; the public one goes to release-root.pub beside it" },
	{ 0 },
};

/* "x.key" -> "x.pub", and "x" -> "x.pub". */
static ah_err public_path(cli *app, char out[static PATH_MAX], const char *path)
{
	size_t len = strlen(path);
	if (len > 4 && strcmp(path + len - 4, ".key") == 0)
		len -= 4;
	int written = snprintf(out, PATH_MAX, "%.*s.pub", (int)len, path);
	if (len == 0 || strcmp(path, "-") == 0 || written < 0 || written >= PATH_MAX)
		return ah_fault_set(&app->why, AH_ERR_ARGUMENT, "option", "--output: not the path of a file");
	return AH_OK;
}

static ah_err write_key_pair(cli *app, const ah_ed25519_key *key, const char *path, const char *pub_path)
{
	AH_AUTO(ah_buf) der = AH_BUF(1024); /* both are wiped when freed */
	AH_AUTO(ah_buf) pem = AH_BUF(1024);
	AH_AUTO(ah_buf) pub_pem = AH_BUF(1024);
	AH_TRY(ah_ed25519_key_save(key, &der));
	AH_TRY(ah_pem_write(&pem, "PRIVATE KEY", ah_buf_slice(&der)));
	AH_TRY(cli_public_key_pem(&pub_pem, ah_ed25519_key_public(key)));
	AH_TRY(cli_write_new(app, pub_path, ah_buf_slice(&pub_pem), 0644));
	ah_err err = cli_write_new(app, path, ah_buf_slice(&pem), 0600);
	if (err != AH_OK)
		(void)unlink(pub_path); /* ours, of a moment ago: half a pair is none */
	return err;
}

static ah_err append_keygen(cli *app, const char *path, const char *pub_path, const char *kid, const uint8_t key[static AH_ED25519_KEY_LEN])
{
	ah_json_writer w;
	AH_AUTO(ah_buf) hex = AH_BUF(2 * AH_ED25519_KEY_LEN + 1);
	AH_TRY(ah_buf_append_hex(&hex, ah_slice_make(key, AH_ED25519_KEY_LEN)));
	AH_TRY(ah_buf_append_byte(&hex, '\0'));
	if (app->plain)
		return cli_append_plain(&app->out, (const char *[]){ "key", path, pub_path, kid, (const char *)hex.ptr, NULL });
	if (!app->json) {
		AH_TRY(ah_buf_append_text(&app->out, "wrote "));
		AH_TRY(cli_append_word(&app->out, path));
		AH_TRY(ah_buf_append_text(&app->out, ": whoever holds it says what is allowed. Keep it offline.\nwrote "));
		AH_TRY(cli_append_word(&app->out, pub_path));
		return ah_buf_printf(&app->out, ": give it to everybody who verifies\n  kid         %s\n  public key  %s\n", kid, (const char *)hex.ptr);
	}
	ah_json_writer_init(&w, &app->out);
	ah_json_put_object_begin(&w);
	put_member(&w, "kid", kid);
	AH_TRY(put_path(&w, "private_key_file", path));
	put_member(&w, "public_key", (const char *)hex.ptr);
	AH_TRY(put_path(&w, "public_key_file", pub_path));
	put_member(&w, "schema", "anchorhold.bundle-keygen/v1");
	ah_json_put_object_end(&w);
	AH_TRY(ah_json_writer_finish(&w));
	return ah_buf_append_byte(&app->out, '\n');
}

static ah_err run_keygen(cli *app, const cli_args *args)
{
	AH_AUTO_PTR(ah_ed25519_key) key = NULL;
	char pub_path[PATH_MAX], kid[CLI_KID_SIZE];
	const char *path = cli_value(args, "output");
	if (path == NULL)
		return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "-o FILE is missing: where the private key goes");
	AH_TRY(public_path(app, pub_path, path));
	AH_TRY(ah_ed25519_key_generate(&key));
	AH_TRY(cli_public_key_kid(app, kid, ah_ed25519_key_public(key)));
	AH_TRY(write_key_pair(app, key, path, pub_path));
	return append_keygen(app, path, pub_path, kid, ah_ed25519_key_public(key));
}

const cli_command cli_bundle_keygen = {
	.name = "bundle keygen",
	.summary = "make a release root: the key that signs trust bundles and manifests",
	.usage = "-o FILE",
	.about = "Ed25519, PKCS#8 in PEM, for its owner alone (mode 0600); the public key beside it as SubjectPublicKeyInfo, which openssl reads too.\n"
	         "Nothing is ever overwritten.",
	.options = keygen_options,
	.examples = "anchorhold bundle keygen -o release-root.key",
	.run = run_keygen,
};

/* -- sign -- */

static const cli_option sign_options[] = {
	{ "key", 0, false, "FILE", "the private key of the release root" },
	{ "kid", 0, false, "TEXT", "the name of the key in the header, for people (default: begin of the SHA-256 of the public key)" },
	{ "at", 0, false, "TIME", "refuse a policy that is expired at this time, unix seconds or 2026-11-20T09:20:31Z (default: now)" },
	{ "output", 'o', false, "FILE", "write the bundle there, whole or not at all (default: standard output)" },
	{ 0 },
};

/* What is signed is the file as its author wrote and reviewed it, byte for byte. */
static ah_err sign_policy(cli *app, ah_buf *jws, const ah_ed25519_key *key, const char *kid, ah_slice policy)
{
	uint8_t signature[AH_ED25519_SIGNATURE_LEN];
	ah_err err = ah_jws_write_input(jws, AH_BUNDLE_TYP, kid, policy);
	if (err == AH_ERR_ARGUMENT)
		return ah_fault_set(&app->why, err, "option", "--kid: not 1..128 printable characters without quote and backslash");
	AH_TRY(err);
	AH_TRY(ah_ed25519_sign(key, ah_buf_slice(jws), signature));
	return ah_jws_write_signature(jws, AH_SLICE_OF(signature));
}

static ah_err check_unexpired(cli *app, const ah_policy *policy, int64_t now_s)
{
	char until[21];
	ah_time_format(until, policy->valid_until_s);
	if (now_s >= policy->valid_until_s)
		return ah_fault_set(&app->why, AH_ERR_POLICY_EXPIRED, "bundle.sign", "valid_until is %s", until);
	return AH_OK;
}

static ah_err append_signed_json(cli *app, const ah_policy *policy, const char *kid, ah_slice jws, size_t note_count)
{
	ah_json_writer w;
	ah_json_writer_init(&w, &app->out);
	ah_json_put_object_begin(&w);
	ah_json_put_key(&w, "jws");
	if (jws.len != 0)
		ah_json_put_string(&w, jws);
	else
		ah_json_put_null(&w);
	put_member(&w, "kid", kid);
	put_member_int(&w, "notes", (int64_t)note_count);
	put_member(&w, "schema", "anchorhold.bundle-sign/v1");
	put_member_time(&w, "valid_until", policy->valid_until_s);
	put_member_int(&w, "version", policy->version);
	put_member(&w, "workload", policy->workload);
	ah_json_put_object_end(&w);
	AH_TRY(ah_json_writer_finish(&w));
	return ah_buf_append_byte(&app->out, '\n');
}

static ah_err append_signed(cli *app, const char *path, const ah_policy *policy, const char *kid, size_t note_count)
{
	char until[21], version[24];
	ah_time_format(until, policy->valid_until_s);
	(void)snprintf(version, sizeof version, "%" PRId64, policy->version);
	if (app->plain)
		return cli_append_plain(&app->out, (const char *[]){ "bundle", path, policy->workload, version, until, kid, NULL });
	AH_TRY(ah_buf_append_text(&app->out, "wrote "));
	AH_TRY(cli_append_word(&app->out, path));
	return ah_buf_printf(&app->out, ": workload %s, version %s, valid until %s, kid %s\n%zu note%s of the linter; see: anchorhold policy lint FILE\n",
	                     policy->workload, version, until, kid, note_count, note_count == 1 ? "" : "s");
}

static ah_err run_sign(cli *app, const cli_args *args)
{
	AH_AUTO_PTR(ah_ed25519_key) key = NULL;
	AH_AUTO_PTR(ah_policy) policy = NULL;
	AH_AUTO(ah_buf) json = AH_BUF(0);
	AH_AUTO(ah_buf) jws = AH_BUF(AH_JWS_MAX + 1);
	char default_kid[CLI_KID_SIZE];
	ah_policy_note notes[AH_POLICY_NOTES_MAX];
	int64_t now_s = 0;
	if (!cli_given(args, "key"))
		return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "--key FILE is missing: the private key that signs");
	AH_TRY(cli_check_outputs(app, args, (const char *const[]){ "output", NULL }));
	AH_TRY(cli_time(app, &now_s, args));
	AH_TRY(cli_read(app, &json, args->operands[0], AH_POLICY_MAX, AH_ERR_POLICY_MALFORMED));
	AH_TRY(ah_policy_load(&policy, ah_buf_slice(&json), &app->why));
	AH_TRY(check_unexpired(app, policy, now_s));
	AH_TRY(cli_private_key_read(app, &key, cli_value(args, "key")));
	AH_TRY(cli_public_key_kid(app, default_kid, ah_ed25519_key_public(key)));
	const char *kid = cli_given(args, "kid") ? cli_value(args, "kid") : default_kid;
	AH_TRY(sign_policy(app, &jws, key, kid, ah_buf_slice(&json)));

	const char *path = cli_given(args, "output") ? cli_value(args, "output") : "-";
	bool to_stdout = strcmp(path, "-") == 0;
	size_t note_count = ah_policy_lint(policy, now_s, notes);
	if (to_stdout && app->json)
		return append_signed_json(app, policy, kid, ah_buf_slice(&jws), note_count);
	AH_TRY(ah_buf_append_byte(&jws, '\n'));
	AH_TRY(cli_write(app, path, ah_buf_slice(&jws), 0666));
	if (to_stdout)
		return AH_OK;
	return app->json ? append_signed_json(app, policy, kid, (ah_slice){ NULL, 0 }, note_count) : append_signed(app, path, policy, kid, note_count);
}

const cli_command cli_bundle_sign = {
	.name = "bundle sign",
	.summary = "sign a policy: a trust bundle, to be published",
	.usage = "--key FILE [options] POLICY",
	.about = "The policy is loaded first; one that verify would not take, or that is expired, is not signed. What is signed is the file as it stands.\n"
	         "Raise its version for every bundle that you publish: verifiers refuse an older one, and another one of the same version.",
	.options = sign_options,
	.operands_min = 1,
	.operands_max = 1,
	.examples = "anchorhold bundle sign --key release-root.key -o bundle.jws policy.json",
	.run = run_sign,
};

/* -- verify -- */

static const cli_option verify_options[] = {
	CLI_ROOT_OPTIONS,
	CLI_BUNDLE_JUDGE_OPTIONS,
	{ 0 },
};

static cli_bundle_rollback compared_with(const ah_verdict *v)
{
	cli_bundle_rollback found = CLI_BUNDLE_FIRST;
	for (size_t i = 0; i < v->consulted_bundle_count; i++)
		found = v->consulted_bundles[i].version == v->bundle.version ? CLI_BUNDLE_KNOWN : CLI_BUNDLE_NEWER;
	return found;
}

static ah_err judge(cli *app, cli_bundle_report *out, const cli_trust *trust, cli_state *state, int64_t now_s, bool remembers)
{
	AH_AUTO_PTR(ah_verifier) verifier = NULL;
	AH_AUTO_PTR(ah_policy) policy = NULL;
	AH_AUTO_PTR(ah_verdict) v = (ah_verdict *)ah_alloc(sizeof *v);
	if (v == NULL)
		return AH_ERR_NOMEM;
	AH_TRY(ah_verifier_new(&verifier, &app->why));
	AH_TRY(ah__bundle_judge(v, &policy, verifier, &trust->trust, now_s, state->state, &app->why));
	out->info = v->bundle;
	out->rollback = state->state == NULL ? CLI_BUNDLE_NOT_COMPARED : compared_with(v);
	if (state->state == NULL || !remembers)
		return AH_OK;
	ah_err err = ah_state_note_bundle(state->state, v->bundle.root, v->bundle.workload, v->bundle.version, v->bundle.sha256);
	if (err == AH_ERR_LIMIT)
		return ah_fault_set(&app->why, AH_ERR_STATE_INVALID, "state.file", "full: no room for another entry: %s", state->path);
	return err == AH_OK ? cli_state_save(app, state) : err;
}

ah_err cli_bundle_judge(cli *app, cli_bundle_report *out, const cli_trust *trust, const cli_args *args, int64_t now_s, bool remembers)
{
	AH_AUTO(cli_state) state = CLI_STATE_CLOSED;
	if (cli_given(args, "state") || !cli_given(args, "at"))
		AH_TRY(cli_state_require(app, &state, cli_value(args, "state")));
	return judge(app, out, trust, &state, now_s, remembers);
}

static const char *rollback_text(cli_bundle_rollback rollback)
{
	switch (rollback) {
	case CLI_BUNDLE_NOT_COMPARED: return "not checked: no state given";
	case CLI_BUNDLE_FIRST: return "first one seen of this release root and workload";
	case CLI_BUNDLE_KNOWN: return "the one seen before";
	case CLI_BUNDLE_NEWER: return "newer than the one seen before";
	}
	return "";
}

static const char *rollback_word(cli_bundle_rollback rollback)
{
	switch (rollback) {
	case CLI_BUNDLE_NOT_COMPARED: return "not_checked";
	case CLI_BUNDLE_FIRST: return "first";
	case CLI_BUNDLE_KNOWN: return "known";
	case CLI_BUNDLE_NEWER: return "newer";
	}
	return "";
}

static ah_err append_report_json(ah_buf *out, const cli_bundle_report *report)
{
	const ah_bundle_info *info = &report->info;
	ah_json_writer w;
	ah_json_writer_init(&w, out);
	ah_json_put_object_begin(&w);
	if (report->path != NULL)
		AH_TRY(put_path(&w, "file", report->path));
	else
		put_member_null(&w, "file");
	put_member_time(&w, "issued_at", info->issued_at_s);
	put_member_foreign(&w, "kid", info->kid);
	put_member(&w, "rollback", rollback_word(report->rollback));
	put_member_hex(&w, "root", AH_SLICE_OF(info->root));
	put_member(&w, "schema", "anchorhold.bundle/v1");
	put_member_hex(&w, "sha256", AH_SLICE_OF(info->sha256));
	if (report->source != NULL)
		put_member(&w, "source", report->source);
	else
		put_member_null(&w, "source");
	put_member_time(&w, "valid_from", info->valid_from_s);
	put_member_time(&w, "valid_until", info->valid_until_s);
	put_member_int(&w, "version", info->version);
	put_member_foreign(&w, "workload", info->workload);
	ah_json_put_object_end(&w);
	AH_TRY(ah_json_writer_finish(&w));
	return ah_buf_append_byte(out, '\n');
}

ah_err cli_bundle_append_report(cli *app, const cli_bundle_report *report)
{
	const ah_bundle_info *info = &report->info;
	char issued[21], from[21], until[21], version[24], root[2 * AH_ED25519_KEY_LEN + 1], digest[65];
	if (app->json)
		return append_report_json(&app->out, report);
	ah_time_format(issued, info->issued_at_s);
	ah_time_format(from, info->valid_from_s);
	ah_time_format(until, info->valid_until_s);
	(void)snprintf(version, sizeof version, "%" PRId64, info->version);
	for (size_t i = 0; i < sizeof info->root; i++)
		(void)snprintf(root + 2 * i, 3, "%02x", info->root[i]);
	for (size_t i = 0; i < sizeof info->sha256; i++)
		(void)snprintf(digest + 2 * i, 3, "%02x", info->sha256[i]);
	const struct { const char *title, *word, *value; } rows[] = {
		{ "workload", "workload", info->workload }, { "version", "version", version }, { "issued", "issued_at", issued },
		{ "valid from", "valid_from", from }, { "valid until", "valid_until", until }, { "release root", "root", root }, { "kid", "kid", info->kid },
		{ "sha256", "sha256", digest },
		{ "rollback", "rollback", app->plain ? rollback_word(report->rollback) : rollback_text(report->rollback) },
		{ "from", "source", report->source },
	};
	if (!app->plain) {
		AH_TRY(ah_buf_append_text(&app->out, app->colour ? "\033[32mPASS\033[0m  trust bundle  " : "PASS  trust bundle  "));
		AH_TRY(report->path != NULL ? cli_append_word(&app->out, report->path) : ah_buf_append_text(&app->out, "not kept"));
		AH_TRY(ah_buf_append_byte(&app->out, '\n'));
	} else if (report->path != NULL) {
		AH_TRY(cli_append_plain(&app->out, (const char *[]){ "bundle", "file", report->path, NULL }));
	}
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (rows[i].value == NULL)
			continue;
		if (app->plain)
			AH_TRY(cli_append_plain(&app->out, (const char *[]){ "bundle", rows[i].word, rows[i].value, NULL }));
		else
			AH_TRY(ah_buf_printf(&app->out, "  %-12s  %s\n", rows[i].title, rows[i].value));
	}
	return AH_OK;
}

static ah_err run_verify(cli *app, const cli_args *args)
{
	AH_AUTO(cli_trust) trust = { .bundle = AH_BUF(0) };
	cli_bundle_report report = { .path = strcmp(args->operands[0], "-") == 0 ? "standard input" : args->operands[0] };
	int64_t now_s = 0;
	AH_TRY(cli_time(app, &now_s, args));
	AH_TRY(cli_trust_load_from(app, &trust, args, args->operands[0]));
	AH_TRY(cli_bundle_judge(app, &report, &trust, args, now_s, true));
	return cli_bundle_append_report(app, &report);
}

const cli_command cli_bundle_verify = {
	.name = "bundle verify",
	.summary = "check a trust bundle: signature, workload, time, rollback",
	.usage = "--release-root FILE --workload NAME [options] FILE",
	.about = "As verify --bundle does it before it looks at evidence. What is accepted is remembered, and an older one is refused from then on.\n"
	         "Exit codes: 0 accepted, 10 refused (signature, workload, expired, rollback), 50 no bundle, no policy, or an invalid state.",
	.options = verify_options,
	.operands_min = 1,
	.operands_max = 1,
	.examples = "anchorhold bundle verify --release-root release-root.pub --workload demo bundle.jws",
	.run = run_verify,
};
