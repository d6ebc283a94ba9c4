/* `anchorhold sim event`: what a Nostr service in an enclave would publish. */
#include "apps/cli/place.h"
#include "apps/cli/question.h"
#include "apps/cli/sim.h"

#include "attesters/sim_event.h"
#include "codec/bech32.h"
#include "codec/text.h"

#include <stdio.h>

static const cli_option options[] = {
	{ "root", 0, false, "DIR", "a folder of sim init" },
	{ "family", 0, false, "63793|13793", "kind of the announcement: noauth-enclaved's (default) or that of NEC-02" },
	{ "stage", 0, false, "prod|dev", "what it announces, and what its signatures are for (default: dev)" },
	{ "service-name", 0, false, "NAME", "the name that it announces (default: simulated-service)" },
	{ "service-version", 0, false, "VERSION", "the version that it announces (default: 1.0.0)" },
	{ "certificates", 0, false, "0|1|2|3|4", "certificate events between the attested key and the service's; more than 0 need --family 13793" },
	{ "debug", 0, false, NULL, "the document of a debug enclave" },
	{ "at", 0, false, "TIME", "time of the event, unix seconds or 2026-11-20T09:20:31Z (default: now)" },
	{ "output", 'o', false, "FILE", "write the event there" },
	{ 0 },
};

static ah_err check_required(cli *app, const cli_args *args)
{
	static const char *const required[] = { "root", "output" };
	for (size_t i = 0; i < sizeof required / sizeof required[0]; i++)
		if (!cli_given(args, required[i]))
			return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "--%s is missing", required[i]);
	return AH_OK;
}

static ah_err load_family(cli *app, bool *is_successor, const cli_args *args)
{
	const char *family = cli_value(args, "family");
	*is_successor = family != NULL && strcmp(family, "13793") == 0;
	if (family != NULL && !*is_successor && strcmp(family, "63793") != 0)
		return ah_fault_set(&app->why, AH_ERR_ARGUMENT, "option", "--family: not 63793 or 13793");
	return AH_OK;
}

static ah_err load_certificates(cli *app, ah_sim_announcement *spec, const cli_args *args)
{
	const char *count = cli_value(args, "certificates");
	if (count == NULL)
		return AH_OK;
	if (strlen(count) != 1 || count[0] < '0' || count[0] > '0' + AH_EVENT_CHAIN_MAX)
		return ah_fault_set(&app->why, AH_ERR_ARGUMENT, "option", "--certificates: not 0 to %d", AH_EVENT_CHAIN_MAX);
	spec->cert_count = (size_t)(count[0] - '0');
	if (spec->cert_count != 0 && !spec->is_successor)
		return ah_fault_set(&app->why, AH_ERR_ARGUMENT, "option", "--certificates: needs --family 13793");
	return AH_OK;
}

static ah_err load_texts(cli *app, ah_sim_announcement *spec, const cli_args *args)
{
	const char *stage = cli_value(args, "stage"), *name = cli_value(args, "service-name"), *version = cli_value(args, "service-version");
	if (stage != NULL && strcmp(stage, "prod") != 0 && strcmp(stage, "dev") != 0)
		return ah_fault_set(&app->why, AH_ERR_ARGUMENT, "option", "--stage: not prod or dev");
	if ((name != NULL && !ah_utf8_is_valid(ah_slice_text(name))) || (version != NULL && !ah_utf8_is_valid(ah_slice_text(version))))
		return ah_fault_set(&app->why, AH_ERR_ARGUMENT, "option", "--service-name, --service-version: not UTF-8");
	spec->stage = stage != NULL ? stage : spec->stage;
	spec->name = name != NULL ? name : spec->name;
	spec->version = version != NULL ? version : spec->version;
	return AH_OK;
}

static ah_err make(cli *app, ah_buf *json, ah_sim *sim, ah_sim_announcement *spec)
{
	AH_AUTO(ah_sim_nitro) nitro;
	AH_AUTO(ah_sim_output) output = { 0 };
	ah_sim_nitro_init(&nitro);
	AH_TRY(ah_sim_nitro_defaults(&nitro, sim, spec->at_s));
	if (spec->is_debug)
		ah_sim_nitro_set_debug(&nitro);
	AH_TRY(ah_sim_announcement_bind(spec, &nitro));
	AH_TRY(ah_sim_nitro_make(&output, &nitro, &app->why));
	return ah_sim_announcement_write(json, spec, &nitro, ah_buf_slice(&output.evidence));
}

/* -- What it says -- */

static void put_npub(ah_json_writer *w, const char *key, const ah_schnorr_key *of)
{
	char npub[AH_NPUB_LEN + 1];
	ah_npub_encode(npub, ah_schnorr_key_public(of));
	if (key != NULL)
		ah_json_put_key(w, key);
	ah_json_put_text(w, npub);
}

static ah_err append_made_json(cli *app, const char *root, const ah_sim_event_keys *keys, size_t event_len)
{
	AH_AUTO(ah_buf) escaped = AH_BUF(CLI_OUTPUT_MAX);
	AH_TRY(cli_append_escaped(&escaped, ah_slice_text(root)));
	ah_json_writer w;
	ah_json_writer_init(&w, &app->out);
	ah_json_put_object_begin(&w);
	put_npub(&w, "builder", keys->builder);
	ah_json_put_key(&w, "event_len");
	ah_json_put_int(&w, (int64_t)event_len);
	put_npub(&w, "launcher", keys->launcher);
	ah_json_put_key(&w, "release_signers");
	ah_json_put_array_begin(&w);
	for (size_t i = 0; i < AH_SIM_MAINTAINERS; i++)
		put_npub(&w, NULL, keys->maintainers[i]);
	ah_json_put_array_end(&w);
	ah_json_put_key(&w, "schema");
	ah_json_put_text(&w, "anchorhold.sim-event/v1");
	ah_json_put_key(&w, "service_key");
	ah_json_put_hex(&w, ah_slice_make(ah_schnorr_key_public(keys->service), AH_SCHNORR_KEY_LEN));
	ah_json_put_key(&w, "simulated_root");
	ah_json_put_string(&w, ah_buf_slice(&escaped));
	ah_json_put_object_end(&w);
	AH_TRY(ah_json_writer_finish(&w));
	return ah_buf_append_byte(&app->out, '\n');
}

static ah_err append_npub(cli *app, const char *what, const ah_schnorr_key *key)
{
	char npub[AH_NPUB_LEN + 1];
	ah_npub_encode(npub, ah_schnorr_key_public(key));
	return ah_buf_printf(&app->out, "%s: %s\n", what, npub);
}

static ah_err append_made(cli *app, const char *path, const char *root, const ah_sim_event_keys *keys, const ah_sim_announcement *spec, const cli_args *args)
{
	AH_TRY(append_npub(app, "builder", keys->builder));
	AH_TRY(append_npub(app, "launcher", keys->launcher));
	for (size_t i = 0; i < AH_SIM_MAINTAINERS; i++)
		AH_TRY(append_npub(app, "release signer", keys->maintainers[i]));
	AH_TRY(ah_buf_append_text(&app->out, "next: anchorhold verify --genuine-only --simulated-root "));
	AH_TRY(cli_append_word(&app->out, root));
	AH_TRY(ah_buf_append_text(&app->out, " --allow-simulated"));
	if (cli_given(args, "at")) {
		AH_TRY(ah_buf_append_text(&app->out, " --at "));
		AH_TRY(cli_append_word(&app->out, cli_value(args, "at")));
	}
	AH_TRY(ah_buf_append_text(&app->out, spec->is_debug ? " --allow-debug " : " "));
	AH_TRY(cli_append_word(&app->out, path));
	return ah_buf_append_byte(&app->out, '\n');
}

static ah_err write_event(cli *app, const ah_buf *json, const ah_sim_event_keys *keys, const ah_sim_announcement *spec, const cli_args *args)
{
	const char *path = cli_value(args, "output");
	char root[PATH_MAX];
	if (!cli_join(root, cli_value(args, "root"), "nitro-root.der"))
		return ah_fault_set(&app->why, AH_ERR_ARGUMENT, "sim", "path too long");
	AH_TRY(cli_write(app, path, ah_buf_slice(json), 0666));
	if (strcmp(path, "-") == 0)
		return AH_OK;
	if (app->json)
		return append_made_json(app, root, keys, json->len);
	AH_TRY(ah_buf_append_text(&app->out, "wrote "));
	AH_TRY(cli_append_word(&app->out, path));
	AH_TRY(ah_buf_printf(&app->out, " (%zu bytes: an instance event around a simulated nitro document)\nits root: ", json->len));
	AH_TRY(cli_append_word(&app->out, root));
	AH_TRY(ah_buf_append_byte(&app->out, '\n'));
	return append_made(app, path, root, keys, spec, args);
}

static ah_err run(cli *app, const cli_args *args)
{
	bool is_successor = false;
	int64_t at_s = 0;
	AH_TRY(check_required(app, args));
	AH_TRY(load_family(app, &is_successor, args));
	AH_TRY(cli_time(app, &at_s, args));

	AH_AUTO(ah_sim_event_keys) keys = { .service = NULL };
	AH_AUTO(ah_sim_announcement) spec = { .keys = NULL };
	AH_AUTO_PTR(ah_sim) sim = NULL;
	AH_AUTO(ah_buf) json = AH_BUF(4 * AH_EVENT_MAX);
	AH_TRY(ah_sim_event_keys_make(&keys));
	AH_TRY(ah_sim_announcement_start(&spec, &keys, is_successor, at_s));
	spec.is_debug = cli_given(args, "debug");
	AH_TRY(load_certificates(app, &spec, args));
	AH_TRY(load_texts(app, &spec, args));
	AH_TRY(ah_sim_open(&sim, cli_value(args, "root"), &app->why));
	AH_TRY(make(app, &json, sim, &spec));
	return write_event(app, &json, &keys, &spec, args);
}

const cli_command cli_sim_event = {
	.name = "sim event",
	.summary = "make a Nostr instance event around simulated evidence",
	.usage = "--root DIR [options] -o FILE",
	.about = "The event is what a service in a Nitro enclave would publish, with the signatures of a builder, a launcher and two maintainers inside.\n"
	         "Their keys are made for it and forgotten; their names are printed, for a policy. With -o - the event alone goes to standard output.",
	.options = options,
	.examples =
		"anchorhold sim event --root root -o event.json\n"
		"anchorhold sim event --root root --family 13793 --certificates 1 --stage prod -o event.json",
	.run = run,
};
