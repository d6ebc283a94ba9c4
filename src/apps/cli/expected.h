/* What the evidence is expected to be bound to, from options. */
#ifndef AH_APPS_CLI_EXPECTED_H
#define AH_APPS_CLI_EXPECTED_H

#include "apps/cli/question.h"

/* The option rows of every command that states a binding. */
#define CLI_EXPECTED_OPTIONS \
	{ "purpose", 0, false, "tls|oak|sealed-ws|nostr|kms", "envelopes: what the channel is for" }, \
	{ "role", 0, false, "server|client", "envelopes: the side that attests" }, \
	{ "spki", 0, false, "HEX|CERT", "envelopes, tls server: SHA-256 of the connection's public key, or a file with its certificate (PEM, DER)" }, \
	{ "session-value", 0, false, "HEX", "envelopes: 32 bytes that tie to one session; without them no live connection is judged" }, \
	{ "report-data", 0, false, "HEX", "expected report_data (sev-snp, tdx: 64 bytes) or user_data (nitro)" }, \
	{ "nonce", 0, false, "B64URL", "nitro, envelopes: expected nonce" }, \
	{ "public-key", 0, false, "HEX", "nitro: expected public_key; instance events: the service key" }, \
	{ "no-binding", 0, false, NULL, "with a policy: compare with nothing; the result is UNBOUND, exit code 10" }

/* The values, and what they make of a request. */
typedef struct cli_expected {
	ah_buf spki, session_value, report_data, nonce, public_key; /* owned */
	ah_expected expected;      /* borrows the above, and the arguments */
} cli_expected;

void cli_expected_free(cli_expected *values);
static inline void cli_expected_auto(cli_expected *values) { cli_expected_free(values); }

/* An expected value is given, --no-binding aside: what can be said before any file is read. */
bool cli_expected_given(const cli_args *args);

/* One of them is of a channel: the question is one to an envelope, whatever the bytes turn out to be. */
bool cli_channel_given(const cli_args *args);

/* 32 bytes from the value of --spki: 64 hex digits, or the path of a certificate. errors: as below. */
AH_MUST_USE ah_err cli_spki(cli *app, ah_buf *out, const char *text);

/*
 * Fill a zeroed *out for a request whose evidence, platform and genuine_only are set already: options that the kind of evidence (raw, envelope,
 * instance event) or its platform does not have are refused, and a value is asked for where one is needed. With an option of a channel the bytes are not
 * looked at: other bytes than an envelope are for the verdict to refuse. The file of --spki is read here.
 * errors: AH_ERR_USAGE, AH_ERR_BINDING_REQUIRED (no value where there is a policy), AH_ERR_ARGUMENT (detail begins with the option), those of
 * cli_read() and of a certificate, AH_ERR_NOMEM, AH_ERR_CRYPTO.
 */
AH_MUST_USE ah_err cli_expected_load(cli *app, cli_expected *out, const cli_args *args, const ah_request *request);

/* Where the library names a member of ah_expected, name the option that it came from. */
void cli_expected_say_options(ah_fault *why);

#endif
