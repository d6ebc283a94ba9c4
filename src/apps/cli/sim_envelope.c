/* `anchorhold sim envelope`: what a server with the hardware would serve. */
#include "apps/cli/expected.h"
#include "apps/cli/place.h"
#include "apps/cli/sim.h"

#include "attesters/sim_envelope.h"

#include <stdio.h>

static const cli_option options[] = {
	{ "root", 0, false, "DIR", "a folder of sim init" },
	{ "platform", 0, false, "nitro|sev-snp|tdx", "whose evidence is inside" },
	{ "purpose", 0, false, "tls|oak|sealed-ws|nostr|kms", "what the channel is for" },
	{ "role", 0, false, "server|client", "the side that attests" },
	{ "workload", 0, false, "NAME", "the workload that the server names" },
	{ "spki", 0, false, "HEX|CERT", "tls server: SHA-256 of its public key, or a file with its certificate (PEM, DER)" },
	{ "fresh", 0, false, NULL, "evidence over --nonce and --session-value, which are both needed" },
	{ "nonce", 0, false, "B64URL", "the nonce of the request that is answered, 16 to 64 bytes" },
	{ "session-value", 0, false, "HEX", "32 bytes; without --fresh the binding key signs the session" },
	{ "deployment-id", 0, false, "TEXT", "the label of this deployment" },
	{ "service-key", 0, false, "HEX", "32 bytes; needed for purpose nostr" },
	{ "manifest", 0, false, "FILE", "a workload manifest, compact JWS; its hash becomes the workload identity tag" },
	{ "max-age", 0, false, "SECONDS", "how long it may be used, 1 to 3600 (default: 3600)" },
	{ "product", 0, false, "Milan|Genoa|Turin", "sev-snp: the processor (default: Genoa)" },
	{ "signer", 0, false, "vcek|vlek", "sev-snp: the signing key (default: vcek)" },
	{ "debug", 0, false, NULL, "evidence of a debug enclave or guest" },
	{ "at", 0, false, "TIME", "time of the envelope, unix seconds or 2026-11-20T09:20:31Z (default: now)" },
	{ "output", 'o', false, "FILE", "write the envelope there, and for sev-snp the CRL beside it: FILE.crl.der" },
	{ 0 },
};

/* What the options own. */
typedef struct values {
	ah_buf spki, nonce, session_value, service_key, manifest;
} values;

static void values_auto(values *v)
{
	ah_buf_free(&v->spki);
	ah_buf_free(&v->nonce);
	ah_buf_free(&v->session_value);
	ah_buf_free(&v->service_key);
	ah_buf_free(&v->manifest);
}

static ah_err check_required(cli *app, const cli_args *args)
{
	static const char *const required[] = { "root", "platform", "purpose", "role", "workload", "output" };
	for (size_t i = 0; i < sizeof required / sizeof required[0]; i++)
		if (!cli_given(args, required[i]))
			return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "--%s is missing", required[i]);
	return AH_OK;
}

/* The bytes that are hashed are those that will be served: without the line feed that ends a text file. */
static ah_err load_manifest(cli *app, ah_slice *out, ah_buf *owned, const char *path)
{
	AH_TRY(cli_read(app, owned, path, AH_MANIFEST_MAX, AH_ERR_TOO_LARGE));
	ah_slice text = ah_buf_slice(owned);
	if (text.len != 0 && text.ptr[text.len - 1] == '\n')
		text = ah_slice_sub(text, 0, text.len - 1);
	if (text.len == 0)
		return ah_fault_set(&app->why, AH_ERR_ARGUMENT, "option", "--manifest: the file is empty");
	*out = text;
	return AH_OK;
}

static ah_err load_max_age(cli *app, uint32_t *out, const char *text)
{
	uint32_t value = 0;
	for (const char *c = text; *c != '\0' && value <= AH_EVIDENCE_AGE_MAX_S; c++)
		value = *c >= '0' && *c <= '9' ? 10 * value + (uint32_t)(*c - '0') : UINT32_MAX;
	if (value < 1 || value > AH_EVIDENCE_AGE_MAX_S)
		return ah_fault_set(&app->why, AH_ERR_ARGUMENT, "option", "--max-age: not 1 to %d", AH_EVIDENCE_AGE_MAX_S);
	*out = value;
	return AH_OK;
}

static ah_err load_values(cli *app, ah_sim_envelope_options *o, values *v, const cli_args *args)
{
	if (o->deployment_id != NULL && o->deployment_id[0] == '\0') /* would be written as none at all */
		return ah_fault_set(&app->why, AH_ERR_ARGUMENT, "option", "--deployment-id: empty");
	if (cli_given(args, "spki"))
		AH_TRY(cli_spki(app, &v->spki, cli_value(args, "spki")));
	if (cli_given(args, "nonce"))
		AH_TRY(cli_base64url(app, &v->nonce, "nonce", cli_value(args, "nonce")));
	if (cli_given(args, "session-value"))
		AH_TRY(cli_hex(app, &v->session_value, "session-value", cli_value(args, "session-value")));
	if (cli_given(args, "service-key"))
		AH_TRY(cli_hex(app, &v->service_key, "service-key", cli_value(args, "service-key")));
	if (cli_given(args, "manifest"))
		AH_TRY(load_manifest(app, &o->manifest, &v->manifest, cli_value(args, "manifest")));
	if (cli_given(args, "max-age"))
		AH_TRY(load_max_age(app, &o->max_age_s, cli_value(args, "max-age")));
	o->spki_sha256 = ah_buf_slice(&v->spki);
	o->nonce = ah_buf_slice(&v->nonce);
	o->session_value = ah_buf_slice(&v->session_value);
	o->service_key = ah_buf_slice(&v->service_key);
	return AH_OK;
}

/* What the reader would refuse is not written: the simulated server is an honest one. */
static ah_err check_readable(cli *app, const ah_buf *json)
{
	AH_AUTO_PTR(ah_envelope) envelope = NULL;
	ah_fault inner = { .offset = AH_NO_OFFSET };
	ah_err err = ah_envelope_parse(&envelope, ah_buf_slice(json), &inner);
	if (err == AH_ERR_ENVELOPE_MALFORMED || err == AH_ERR_TOO_LARGE)
		return ah_fault_set(&app->why, AH_ERR_ARGUMENT, "sim.envelope", "%s", inner.detail);
	return err;
}

static ah_err append_verify_command(cli *app, const char *path, const char *crl, const char *root, const cli_args *args)
{
	AH_TRY(ah_buf_append_text(&app->out, "\nnext: anchorhold verify --genuine-only"));
	if (crl != NULL) {
		AH_TRY(ah_buf_append_text(&app->out, " --crl "));
		AH_TRY(cli_append_word(&app->out, crl));
	}
	return cli_sim_append_verify_tail(app, root, path, args);
}

static ah_err append_made_json(cli *app, const char *root, size_t envelope_len)
{
	AH_AUTO(ah_buf) escaped = AH_BUF(CLI_OUTPUT_MAX);
	AH_TRY(cli_append_escaped(&escaped, ah_slice_text(root)));
	ah_json_writer w;
	ah_json_writer_init(&w, &app->out);
	ah_json_put_object_begin(&w);
	ah_json_put_key(&w, "envelope_len");
	ah_json_put_int(&w, (int64_t)envelope_len);
	ah_json_put_key(&w, "schema");
	ah_json_put_text(&w, "anchorhold.sim-envelope/v1");
	ah_json_put_key(&w, "simulated_root");
	ah_json_put_string(&w, ah_buf_slice(&escaped));
	ah_json_put_object_end(&w);
	AH_TRY(ah_json_writer_finish(&w));
	return ah_buf_append_byte(&app->out, '\n');
}

static ah_err write_envelope(cli *app, const cli_args *args, const ah_sim_options *evidence, const ah_sim_output *output, const ah_buf *json)
{
	const char *path = cli_value(args, "output");
	char crl[PATH_MAX], root[PATH_MAX];
	bool to_stdout = path[0] == '-' && path[1] == '\0', has_crl = output->crl_der.len != 0 && !to_stdout;
	int len = snprintf(crl, sizeof crl, "%s.crl.der", path);
	if (len < 0 || (size_t)len >= sizeof crl || !cli_join(root, cli_value(args, "root"), cli_sim_root_file(evidence)))
		return ah_fault_set(&app->why, AH_ERR_ARGUMENT, "sim", "path too long");
	/* The envelope last: who sees it finds everything beside it. */
	if (has_crl)
		AH_TRY(cli_write(app, crl, ah_buf_slice(&output->crl_der), 0666));
	AH_TRY(cli_write(app, path, ah_buf_slice(json), 0666));
	if (to_stdout)
		return AH_OK;
	if (app->json)
		return append_made_json(app, root, json->len);
	AH_TRY(ah_buf_append_text(&app->out, "wrote "));
	AH_TRY(cli_append_word(&app->out, path));
	AH_TRY(ah_buf_printf(&app->out, " (%zu bytes: an envelope around simulated %s evidence)\nits root: ", json->len,
	                     ah_platform_name(evidence->platform)));
	AH_TRY(cli_append_word(&app->out, root));
	return append_verify_command(app, path, has_crl ? crl : NULL, root, args);
}

static ah_err run(cli *app, const cli_args *args)
{
	AH_TRY(check_required(app, args));
	AH_AUTO(values) owned = { .spki = AH_BUF(0), .manifest = AH_BUF(0) };
	ah_sim_envelope_options o = {
		.evidence = { .debug = cli_given(args, "debug") },
		.workload = cli_value(args, "workload"),
		.purpose = cli_value(args, "purpose"),
		.role = cli_value(args, "role"),
		.deployment_id = cli_value(args, "deployment-id"),
		.is_fresh = cli_given(args, "fresh"),
	};
	AH_TRY(cli_platform(app, &o.evidence.platform, args));
	AH_TRY(cli_time(app, &o.evidence.at_s, args));
	AH_TRY(cli_sim_product(app, &o.evidence, args));
	AH_TRY(load_values(app, &o, &owned, args));

	AH_AUTO_PTR(ah_sim) sim = NULL;
	AH_AUTO(ah_sim_output) output = { 0 };
	AH_AUTO(ah_buf) json = AH_BUF(2 * AH_ENVELOPE_MAX);
	AH_TRY(ah_sim_open(&sim, cli_value(args, "root"), &app->why));
	AH_TRY(ah_sim_envelope_make(sim, &o, &output, &json, &app->why));
	AH_TRY(check_readable(app, &json));
	return write_envelope(app, args, &o.evidence, &output, &json);
}

const cli_command cli_sim_envelope = {
	.name = "sim envelope",
	.summary = "make an attestation envelope around simulated evidence",
	.usage = "--root DIR --platform NAME --purpose NAME --role NAME --workload NAME [options] -o FILE",
	.about = "The envelope is what a server with real hardware would answer to GET /attestation. Its binding key is made for it and forgotten.\n"
	         "With -o - the envelope alone goes to standard output.",
	.options = options,
	.examples =
		"anchorhold sim envelope --root root --platform nitro --purpose tls --role server --spki $(printf %064d 7) --workload example -o envelope.json\n"
		"anchorhold sim envelope --root root --platform sev-snp --purpose oak --role server --workload example"
		" --nonce AAECAwQFBgcICQoLDA0ODw --session-value $(printf %064d 5) -o envelope.json",
	.run = run,
};
