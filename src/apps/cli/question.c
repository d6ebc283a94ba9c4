/* Options and files to an ah_request. */
#include "apps/cli/question.h"

#include "apps/cli/saved.h"
#include "codec/text.h"
#include "policy/envelope.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

void cli_question_free(cli_question *question)
{
	ah_bytes_free(question->evidence);
	ah_saved_free(question->saved);
	ah_buf_free(&question->simulated_root);
	ah_buf_free(&question->event_log);
	ah_endorsements_free(question->endorsements);
	ah_policy_free(question->policy);
	*question = (cli_question){ 0 };
}

/* -- Values of options -- */

static ah_err bad_value(cli *app, const char *option, const char *wanted)
{
	return ah_fault_set(&app->why, AH_ERR_ARGUMENT, "option", "--%s: %s", option, wanted);
}

/* Values are as long as the field of the evidence that they are compared with; the longest is a public key. */
#define VALUE_MAX 1024

ah_err cli_hex(cli *app, ah_buf *out, const char *option, const char *text)
{
	AH_AUTO(ah_buf) lower = AH_BUF(2 * VALUE_MAX);
	AH_AUTO(ah_buf) value = AH_BUF(VALUE_MAX);
	if (strlen(text) > lower.max)
		return bad_value(app, option, "longer than any field that it could be compared with");
	for (const char *c = text; *c != '\0'; c++)
		AH_TRY(ah_buf_append_byte(&lower, (uint8_t)tolower((unsigned char)*c)));
	ah_err err = ah_hex_decode(&value, ah_buf_slice(&lower));
	if (err == AH_ERR_NOMEM)
		return err;
	if (err != AH_OK || value.len == 0)
		return bad_value(app, option, "not hex, an even number of digits and nothing else");
	ah_buf_free(out);
	*out = value;
	value = AH_BUF(0); /* transferred */
	return AH_OK;
}

ah_err cli_base64url(cli *app, ah_buf *out, const char *option, const char *text)
{
	AH_AUTO(ah_buf) value = AH_BUF(VALUE_MAX);
	ah_err err = ah_base64url_decode(&value, ah_slice_text(text));
	if (err == AH_ERR_NOMEM)
		return err;
	if (err == AH_ERR_LIMIT)
		return bad_value(app, option, "longer than any field that it could be compared with");
	if (err != AH_OK || value.len == 0)
		return bad_value(app, option, "not base64url without padding (RFC 4648 5)");
	ah_buf_free(out);
	*out = value;
	value = AH_BUF(0); /* transferred */
	return AH_OK;
}

/* 9999-12-31T23:59:59Z, the last second that a certificate can name. */
#define TIME_MAX_S INT64_C(253402300799)

static bool parse_unix_seconds(int64_t *out_s, const char *text)
{
	size_t len = strspn(text, "0123456789");
	if (len == 0 || len > 12 || text[len] != '\0')
		return false;
	int64_t value = 0;
	for (size_t i = 0; i < len; i++)
		value = value * 10 + (text[i] - '0');
	if (value > TIME_MAX_S)
		return false;
	*out_s = value;
	return true;
}

ah_err cli_time(cli *app, int64_t *out_s, const cli_args *args)
{
	const char *text = cli_value(args, "at");
	if (text == NULL) {
		struct timespec now;
		if (clock_gettime(CLOCK_REALTIME, &now) != 0 || now.tv_sec < 0 || now.tv_sec > TIME_MAX_S)
			return ah_fault_set(&app->why, AH_ERR_INTERNAL, "clock", "the system clock gives no usable time; give --at");
		*out_s = now.tv_sec;
		return AH_OK;
	}
	if (parse_unix_seconds(out_s, text) || ah_time_parse(out_s, ah_slice_text(text)) == AH_OK)
		return AH_OK;
	return bad_value(app, "at", "neither unix seconds nor a UTC time like 2026-11-20T09:20:31Z");
}

ah_err cli_platform(cli *app, ah_platform_id *out, const cli_args *args)
{
	const char *name = cli_value(args, "platform");
	ah_platform_id platform = name == NULL ? AH_PLATFORM_NONE : ah_platform_by_name(name);
	if (name != NULL && platform == AH_PLATFORM_NONE)
		return bad_value(app, "platform", "not nitro, sev-snp or tdx");
	*out = platform;
	return AH_OK;
}

/* -- Files of options -- */

/* The library knows what is wrong with the bytes, we know which file they came from. */
static ah_err of_option(cli *app, const char *option, ah_err err)
{
	if (err == AH_OK || app->why.err == AH_OK)
		return err;
	char detail[sizeof app->why.detail];
	(void)snprintf(detail, sizeof detail, "--%s: %.*s", option, (int)(sizeof detail - 20), app->why.detail);
	(void)snprintf(app->why.detail, sizeof app->why.detail, "%s", detail);
	return err;
}

typedef ah_err (*add_endorsement)(ah_endorsements *endorsements, ah_slice bytes, ah_fault *why);

/* Room for the text form of the largest value: PEM is a third longer than DER, with line breaks and text around it. */
#define PEM_ROOM(der_max) (2 * (der_max) + 4096)

static const struct endorsement_option {
	const char *name;
	size_t max;
	add_endorsement add;
} endorsement_options[] = {
	{ "vek", PEM_ROOM(AH_CERTIFICATE_MAX), ah_endorsements_set_vek },
	{ "chain", PEM_ROOM(AH_CHAIN_FILE_MAX), ah_endorsements_add_chain },
	{ "cert-table", AH_SNP_CERT_TABLE_MAX, ah_endorsements_set_cert_table },
	{ "crl", PEM_ROOM(AH_CRL_MAX), ah_endorsements_add_crl },
	{ "collateral", AH_TDX_COLLATERAL_MAX, ah_endorsements_set_collateral },
};

static ah_err load_endorsements(cli *app, cli_question *question, const cli_args *args)
{
	if (question->saved != NULL)
		question->endorsements = ah_move_ptr(&question->saved->endorsements);
	if (question->endorsements == NULL)
		AH_TRY(ah_endorsements_new(&question->endorsements));
	for (size_t i = 0; i < sizeof endorsement_options / sizeof endorsement_options[0]; i++) {
		const struct endorsement_option *option = &endorsement_options[i];
		for (size_t n = 0; n < cli_count(args, option->name); n++) {
			AH_AUTO(ah_buf) bytes = AH_BUF(0);
			AH_TRY(cli_read(app, &bytes, cli_value_at(args, option->name, n), option->max, AH_ERR_TOO_LARGE));
			AH_TRY(of_option(app, option->name, option->add(question->endorsements, ah_buf_slice(&bytes), &app->why)));
		}
	}
	return AH_OK;
}

/*
 * Files of one platform beside evidence of another are a mistake that would otherwise go unnoticed. What a server serves in an envelope or event is its
 * choice, and no mistake of the caller: endorsements that do not fit are then not used, an event log that does not fit is refused by the verdict.
 */
static ah_err check_files(cli *app, const cli_question *question, const cli_args *args)
{
	static const struct { const char *option; ah_platform_id platform; } files[] = {
		{ "vek", AH_PLATFORM_SNP }, { "chain", AH_PLATFORM_SNP }, { "cert-table", AH_PLATFORM_SNP }, { "collateral", AH_PLATFORM_TDX }, { "event-log", AH_PLATFORM_TDX },
	};
	ah_platform_id platform = cli_question_platform(question);
	if (question->expects_channel || ah_carrier_detect(question->request.evidence) != AH_CARRIER_NONE)
		return AH_OK;
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
		if (cli_given(args, files[i].option) && platform != files[i].platform && platform != AH_PLATFORM_NONE)
			return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "--%s is for %s; this is %s", files[i].option, ah_platform_name(files[i].platform),
			                    ah_platform_name(platform));
	return AH_OK;
}

static ah_err load_event_log(cli *app, cli_question *question, const cli_args *args)
{
	if (question->saved != NULL)
		question->request.event_log = ah_buf_slice(&question->saved->event_log);
	if (!cli_given(args, "event-log"))
		return AH_OK;
	if (question->request.event_log.len != 0)
		return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "--event-log: the saved bundle has one already");
	AH_TRY(cli_read(app, &question->event_log, cli_value(args, "event-log"), AH_EVENT_LOG_MAX, AH_ERR_TOO_LARGE));
	if (question->event_log.len == 0)
		return ah_fault_set(&app->why, AH_ERR_EVENT_LOG_MALFORMED, "option", "--event-log: the file is empty");
	question->request.event_log = ah_buf_slice(&question->event_log);
	return AH_OK;
}

static ah_err load_evidence(cli *app, cli_question *question, const char *path)
{
	AH_AUTO(ah_buf) text = AH_BUF(0);
	size_t len = 0;
	AH_TRY(cli_read(app, &text, path, AH_SAVED_MAX, AH_ERR_TOO_LARGE));
	if (cli_saved_detect(ah_buf_slice(&text))) {
		AH_TRY(ah_saved_load(&question->saved, ah_buf_slice(&text), &app->why));
		question->request.evidence = ah_buf_slice(&question->saved->evidence);
		return AH_OK;
	}
	if (text.len > AH_EVIDENCE_MAX)
		return ah_fault_at(&app->why, AH_ERR_TOO_LARGE, "file.read", AH_EVIDENCE_MAX, "larger than %d bytes: %s", AH_EVIDENCE_MAX, path);
	AH_TRY(ah_evidence_from_text(&question->evidence, &len, ah_buf_slice(&text), &app->why));
	question->request.evidence = ah_slice_make(question->evidence, len);
	return AH_OK;
}

ah_platform_id cli_question_platform(const cli_question *question)
{
	const ah_request *request = &question->request;
	if (request->platform != AH_PLATFORM_NONE)
		return request->platform;
	AH_AUTO_PTR(ah_envelope) envelope = NULL;
	switch (ah_carrier_detect(request->evidence)) {
	case AH_CARRIER_NONE: return ah_evidence_detect(request->evidence);
	case AH_CARRIER_EVENT: return AH_PLATFORM_NITRO; /* instance events are of Nitro enclaves alone */
	case AH_CARRIER_ENVELOPE:
	case AH_CARRIER_TRESOR: break;
	}
	/* What is wrong with it is for the verdict to say. */
	return ah_envelope_parse(&envelope, request->evidence, NULL) == AH_OK ? envelope->platform : AH_PLATFORM_NONE;
}

ah_err cli_question_load(cli *app, cli_question *question, const cli_args *args, const char *evidence_path)
{
	ah_request *request = &question->request;
	if (cli_given(args, "simulated-root") && !cli_given(args, "allow-simulated"))
		return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "--simulated-root needs --allow-simulated");
	AH_TRY(cli_platform(app, &request->platform, args));
	AH_TRY(cli_time(app, &request->now_s, args));
	AH_TRY(load_evidence(app, question, evidence_path));
	AH_TRY(load_endorsements(app, question, args));
	AH_TRY(load_event_log(app, question, args));
	AH_TRY(check_files(app, question, args));
	if (cli_given(args, "simulated-root"))
		AH_TRY(cli_read(app, &question->simulated_root, cli_value(args, "simulated-root"), PEM_ROOM(AH_CERTIFICATE_MAX), AH_ERR_TOO_LARGE));
	if (cli_given(args, "simulated-root") && question->simulated_root.len == 0) /* an empty slice would mean "not given" */
		return ah_fault_set(&app->why, AH_ERR_ARGUMENT, "option", "--simulated-root: the file is empty");
	request->simulated_root = ah_buf_slice(&question->simulated_root);
	request->endorsements = question->endorsements;
	request->allow_simulated = cli_given(args, "allow-simulated");
	request->allow_debug = cli_given(args, "allow-debug");
	return AH_OK;
}

ah_err cli_policy_read(cli *app, ah_policy **out, const char *path)
{
	AH_AUTO(ah_buf) json = AH_BUF(0);
	AH_TRY(cli_read(app, &json, path, AH_POLICY_MAX, AH_ERR_POLICY_MALFORMED));
	return ah_policy_load(out, ah_buf_slice(&json), &app->why);
}
