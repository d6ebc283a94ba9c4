/* See expected.h. */
#include "apps/cli/expected.h"

#include "codec/text.h"
#include "crypto/crypto.h"
#include "pki/cert.h"
#include "policy/carrier.h"

#include <stdio.h>
#include <string.h>

#define VALUE_LEN 32
#define SPKI_FILE_MAX (2 * AH_CERTIFICATE_MAX + 4096)

void cli_expected_free(cli_expected *values)
{
	ah_buf_free(&values->spki);
	ah_buf_free(&values->session_value);
	ah_buf_free(&values->report_data);
	ah_buf_free(&values->nonce);
	ah_buf_free(&values->public_key);
	*values = (cli_expected){ 0 };
}

/* -- which options belong together -- */

static const char *const value_options[] = { "purpose", "role", "spki", "session-value", "report-data", "nonce", "public-key" };
#define VALUE_OPTION_COUNT (sizeof value_options / sizeof value_options[0])

bool cli_expected_given(const cli_args *args)
{
	for (size_t i = 0; i < VALUE_OPTION_COUNT; i++)
		if (cli_given(args, value_options[i]))
			return true;
	return false;
}

static bool is_of_channel(const char *option)
{
	return strcmp(option, "purpose") == 0 || strcmp(option, "role") == 0 || strcmp(option, "spki") == 0 || strcmp(option, "session-value") == 0;
}

bool cli_channel_given(const cli_args *args)
{
	for (size_t i = 0; i < VALUE_OPTION_COUNT; i++)
		if (is_of_channel(value_options[i]) && cli_given(args, value_options[i]))
			return true;
	return false;
}

/* Which of the options above each kind of evidence has. */
static bool has_option(ah_carrier kind, const char *option)
{
	switch (kind) {
	case AH_CARRIER_NONE: return !is_of_channel(option);
	case AH_CARRIER_ENVELOPE:
	case AH_CARRIER_TRESOR: return is_of_channel(option) || strcmp(option, "nonce") == 0;
	case AH_CARRIER_EVENT: return strcmp(option, "public-key") == 0;
	}
	return false;
}

static ah_err check_options(cli *app, const cli_args *args, ah_carrier kind, const ah_request *request)
{
	bool given = cli_expected_given(args), no_binding = cli_given(args, "no-binding");
	if (request->genuine_only && (given || no_binding))
		return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "--genuine-only compares with no expected value; use --policy");
	if (given && no_binding)
		return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "--no-binding contradicts an expected value");
	if (no_binding && kind == AH_CARRIER_EVENT)
		return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "--no-binding: an instance event is bound by its own key, always");
	for (size_t i = 0; i < VALUE_OPTION_COUNT; i++) {
		if (!cli_given(args, value_options[i]) || has_option(kind, value_options[i]))
			continue;
		if (cli_channel_given(args))
			return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "--%s cannot be expected beside a channel", value_options[i]);
		return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "--%s cannot be expected of this: it is %s%s", value_options[i],
		                    kind == AH_CARRIER_NONE ? "raw " : "an ", ah_carrier_name(kind));
	}
	ah_platform_id platform = request->platform != AH_PLATFORM_NONE ? request->platform : ah_evidence_detect(request->evidence);
	if (kind == AH_CARRIER_NONE && (cli_given(args, "nonce") || cli_given(args, "public-key")) && platform != AH_PLATFORM_NITRO
	    && platform != AH_PLATFORM_NONE)
		return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "--nonce and --public-key are fields of nitro; this is %s",
		                    ah_platform_name(platform));
	if (request->genuine_only || no_binding || given)
		return AH_OK;
	if (kind == AH_CARRIER_EVENT) /* bound by its own key */
		return AH_OK;
	if (kind == AH_CARRIER_NONE && ah_carrier_check_text(request->evidence, NULL) != AH_OK)
		return AH_OK; /* what may have been meant as an event: the verdict says where it breaks */
	return ah_fault_set(&app->why, AH_ERR_BINDING_REQUIRED, "option", "%s", kind == AH_CARRIER_NONE ? "a policy without an expected value"
	                    : "an envelope needs --purpose and --role, and of a TLS server --spki");
}

/* -- values -- */

/* A public key of a connection is shown by its certificate, or by the hash that a client kept of it. */
ah_err cli_spki(cli *app, ah_buf *out, const char *text)
{
	AH_AUTO(ah_buf) digest = AH_BUF(VALUE_LEN);
	uint8_t sha256[AH_SHA256_LEN];
	if (strlen(text) == 2 * VALUE_LEN && strspn(text, "0123456789abcdefABCDEF") == 2 * VALUE_LEN)
		return cli_hex(app, out, "spki", text);
	AH_AUTO(ah_buf) file = AH_BUF(0);
	AH_AUTO(ah_buf) der = AH_BUF(AH_CERTIFICATE_MAX);
	AH_TRY(cli_read(app, &file, text, SPKI_FILE_MAX, AH_ERR_TOO_LARGE));
	AH_TRY(ah_certificate_to_der(&der, ah_buf_slice(&file), &app->why));
	ah_cert cert;
	AH_TRY(ah_cert_parse(&cert, ah_buf_slice(&der), &app->why));
	AH_AUTO_PTR(ah_crypto) crypto = NULL;
	AH_TRY(ah_crypto_new(&crypto, &app->why));
	AH_TRY(ah_sha256(crypto, cert.spki, sha256));
	AH_TRY(ah_buf_append(&digest, AH_SLICE_OF(sha256)));
	*out = digest;
	digest = AH_BUF(0); /* transferred */
	return AH_OK;
}

static ah_err load_channel(cli *app, cli_expected *values, const cli_args *args)
{
	ah_expected *e = &values->expected;
	if (!cli_given(args, "purpose") || !cli_given(args, "role"))
		return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "--%s is missing: an envelope is expected of a purpose and a role",
		                    cli_given(args, "purpose") ? "role" : "purpose");
	e->fields |= AH_EXPECT_CHANNEL;
	e->purpose = cli_value(args, "purpose");
	e->role = cli_value(args, "role");
	if (cli_given(args, "spki"))
		AH_TRY(cli_spki(app, &values->spki, cli_value(args, "spki")));
	if (cli_given(args, "session-value")) {
		AH_TRY(cli_hex(app, &values->session_value, "session-value", cli_value(args, "session-value")));
		if (values->session_value.len != VALUE_LEN)
			return ah_fault_set(&app->why, AH_ERR_ARGUMENT, "option", "--session-value: %zu bytes, not %d", values->session_value.len, VALUE_LEN);
	}
	e->spki_sha256 = ah_buf_slice(&values->spki);
	e->session_value = ah_buf_slice(&values->session_value);
	return AH_OK;
}

static ah_err load_fields(cli *app, cli_expected *values, const cli_args *args)
{
	ah_expected *e = &values->expected;
	if (cli_given(args, "report-data")) {
		AH_TRY(cli_hex(app, &values->report_data, "report-data", cli_value(args, "report-data")));
		e->report_data = ah_buf_slice(&values->report_data);
		e->fields |= AH_EXPECT_REPORT_DATA;
	}
	if (cli_given(args, "nonce")) {
		AH_TRY(cli_base64url(app, &values->nonce, "nonce", cli_value(args, "nonce")));
		e->nonce = ah_buf_slice(&values->nonce);
		e->fields |= AH_EXPECT_NONCE;
	}
	if (cli_given(args, "public-key")) {
		AH_TRY(cli_hex(app, &values->public_key, "public-key", cli_value(args, "public-key")));
		e->public_key = ah_buf_slice(&values->public_key);
		e->fields |= AH_EXPECT_PUBLIC_KEY;
	}
	return AH_OK;
}

ah_err cli_expected_load(cli *app, cli_expected *out, const cli_args *args, const ah_request *request)
{
	ah_carrier kind = cli_channel_given(args) ? AH_CARRIER_ENVELOPE : ah_carrier_detect(request->evidence);
	AH_TRY(check_options(app, args, kind, request));
	AH_AUTO(cli_expected) values = { 0 };
	if ((kind == AH_CARRIER_ENVELOPE || kind == AH_CARRIER_TRESOR) && cli_expected_given(args))
		AH_TRY(load_channel(app, &values, args));
	AH_TRY(load_fields(app, &values, args));
	if (cli_given(args, "no-binding"))
		values.expected.fields = AH_NO_BINDING;
	*out = values;
	values = (cli_expected){ 0 }; /* transferred; the slices point to what the buffers own, which did not move */
	return AH_OK;
}

void cli_expected_say_options(ah_fault *why)
{
	static const struct { const char *member, *option; } names[] = {
		{ "expected.purpose", "--purpose" }, { "expected.role", "--role" }, { "expected.spki_sha256", "--spki" }, { "expected.session_value", "--session-value" },
		{ "expected.report_data", "--report-data" }, { "expected.nonce", "--nonce" }, { "expected.public_key", "--public-key" },
	};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		char *at = strstr(why->detail, names[i].member), rest[sizeof why->detail];
		if (at == NULL)
			continue;
		(void)snprintf(rest, sizeof rest, "%s%s", names[i].option, at + strlen(names[i].member));
		(void)snprintf(at, sizeof why->detail - (size_t)(at - why->detail), "%s", rest);
	}
}
