/*
 * The question that `verify` and `policy init` put to the verifier: evidence, endorsements and time, from files and options. The evidence may be raw, an
 * envelope, an instance event, or a saved bundle: of that one evidence, endorsements and event log are taken, and nothing that judges.
 */
#ifndef AH_APPS_CLI_QUESTION_H
#define AH_APPS_CLI_QUESTION_H

#include "apps/cli/cli.h"
#include "evidence/endorsements.h"
#include "evidence/verifier.h"
#include "policy/policy.h"
#include "policy/verdict.h"

/* The option rows that both commands have. */
#define CLI_QUESTION_OPTIONS \
	{ "platform", 0, false, "nitro|sev-snp|tdx", "what the evidence is; without it the evidence says so" }, \
	{ "vek", 0, false, "FILE", "sev-snp: VCEK or VLEK certificate, PEM or DER" }, \
	{ "chain", 0, true, "FILE", "sev-snp: intermediate and root certificates in any order, PEM or DER" }, \
	{ "cert-table", 0, false, "FILE", "sev-snp: certificate table of the host (GHCB, configfs-tsm auxblob)" }, \
	{ "crl", 0, true, "FILE", "certificate revocation list, PEM or DER" }, \
	{ "collateral", 0, false, "FILE", "tdx: collateral, as `anchorhold collateral fetch` makes it" }, \
	{ "event-log", 0, false, "FILE", "tdx: event log (CCEL or JSON), replayed to the RTMRs of the quote" }, \
	{ "simulated-root", 0, false, "FILE", "root certificate of a simulated platform; needs --allow-simulated" }, \
	{ "allow-simulated", 0, false, NULL, "accept simulated evidence; the result says SIMULATED, never PASS" }, \
	{ "at", 0, false, "TIME", "time of the verification, unix seconds or 2026-11-20T09:20:31Z (default: now)" }, \
	{ "allow-debug", 0, false, NULL, "judge debug evidence to the end; the result is DEBUG, exit code 10" }

typedef struct cli_question {
	uint8_t *evidence;         /* owned, ah_bytes_free(); NULL: it is that of saved */
	struct ah_saved *saved;    /* owned; NULL unless the file was a saved bundle */
	ah_buf simulated_root;
	ah_buf event_log;
	ah_endorsements *endorsements; /* owned */
	ah_policy *policy;         /* owned */
	bool expects_channel;      /* set before cli_question_load(): whatever the bytes are, they are for the verdict to refuse */
	ah_request request;        /* borrows all of the above */
} cli_question;

void cli_question_free(cli_question *question);
static inline void cli_question_auto(cli_question *question) { cli_question_free(question); }

/*
 * Fill a question, zeroed but for expects_channel, with what CLI_QUESTION_OPTIONS gives: all but policy, genuine_only and expected. The system clock
 * is read here, when --at is not given, and nowhere else.
 * errors: AH_ERR_USAGE, AH_ERR_ARGUMENT, those of cli_read() and of the ah_endorsements_..() functions; the detail names the option.
 */
AH_MUST_USE ah_err cli_question_load(cli *app, cli_question *question, const cli_args *args, const char *evidence_path);

/* The platform that the request names, or that the evidence shows; of an envelope the one that it names. AH_PLATFORM_NONE when nothing says it. */
ah_platform_id cli_question_platform(const cli_question *question);

/* Load a policy file. errors: those of cli_read() and ah_policy_load(). */
AH_MUST_USE ah_err cli_policy_read(cli *app, ah_policy **out, const char *path);

/* -- Values of options: what is wrong with them is said with the option's name. errors: AH_ERR_ARGUMENT, AH_ERR_NOMEM. -- */

/* Hex of either case, not empty. */
AH_MUST_USE ah_err cli_hex(cli *app, ah_buf *out, const char *option, const char *text);
/* base64url without padding, not empty. */
AH_MUST_USE ah_err cli_base64url(cli *app, ah_buf *out, const char *option, const char *text);
/* The value of --at, else the system clock. Years 1970 to 9999. */
AH_MUST_USE ah_err cli_time(cli *app, int64_t *out_s, const cli_args *args);
/* The value of --platform, AH_PLATFORM_NONE without it. */
AH_MUST_USE ah_err cli_platform(cli *app, ah_platform_id *out, const cli_args *args);

#endif
