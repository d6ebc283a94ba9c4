/* Results and exit codes in words. docs/exit-codes.md and docs/protocol/verdict.md say the same at length. */
#include "apps/cli/answers.h"

#include "base/check.h"

const cli_result_text cli_result_texts[CLI_RESULT_COUNT] = {
	{ AH_RESULT_PASS, true, "0", "Genuine, allowed by the policy, and bound to what you expected.", "Go on, until the verdict's expiry." },
	{ AH_RESULT_GENUINE, true, "0", "Genuine, non-debug hardware evidence at that time. No policy and no binding was asked for, so it may be anyone's.",
	  "Before anything relies on it, verify with a policy and an expected value." },
	{ AH_RESULT_SIMULATED, true, "0",
	  "Everything holds under a simulated root that policy and caller allow. No hardware stands behind it. Without that permission the result is FAIL.",
	  "For tests alone; never in production." },
	{ AH_RESULT_DEBUG, false, "10",
	  "Everything else holds, but debug mode is on: the operator can read the memory. Shown because policy and caller wanted to see it.",
	  "Send it no secret. Have it started without debug mode." },
	{ AH_RESULT_UNBOUND, false, "10", "Everything holds, but nothing was compared with what you expect. It may be a copy of somebody else's evidence.",
	  "Give the expected value: report data, nonce, public key, or purpose and role of the channel." },
	{ AH_RESULT_FAIL, false, "10, 40, 50",
	  "A check refused it: the error says which. 40 when something that is needed was not given, 50 when a policy or state is invalid.",
	  "Read the error: anchorhold explain NAME." },
	{ AH_RESULT_UNSUPPORTED, false, "20", "Of a kind that this release does not judge, or bytes that no platform recognises.",
	  "Name the platform with --platform to learn more, or use a newer release." },
	{ AH_RESULT_MALFORMED, false, "30", "The bytes, or a document given with them, are not what they claim to be.", "Obtain the document again; anchorhold inspect shows where it breaks." },
};

const cli_exit_text cli_exit_texts[CLI_EXIT_COUNT] = {
	{ 0, "exit-0",
	  "The answer is yes: PASS; GENUINE when only that was asked; SIMULATED where policy and caller allow it. Or the command did its work.", "Go on." },
	{ 1, "exit-1", "The machine failed, not the evidence: memory, disk, a closed output. Nothing was decided. With policy diff --exit-code: there are differences.",
	  "Try again, or fix the machine." },
	{ 2, "exit-2", "The command was called wrongly, or a file that it names cannot be read. Nothing was decided.", "Fix the call; --help shows examples." },
	{ 10, "exit-10", "Refused: not genuine, not allowed, UNBOUND, DEBUG, or a peer that broke the protocol.",
	  "Stop. The error's name says why; anchorhold explain NAME tells more." },
	{ 20, "exit-20", "Unsupported: this release does not judge this kind.", "Use a release that does, or name the platform with --platform." },
	{ 30, "exit-30", "Malformed: the bytes are not what they claim to be.", "Obtain the document again." },
	{ 40, "exit-40", "Something that is needed was not there: a certificate, a CRL, collateral, a server.", "Obtain what is missing, then try again." },
	{ 50, "exit-50", "A policy, a configuration, a key or a state file is invalid. Nothing was decided by it.", "Fix that file; anchorhold policy lint names the place." },
};

bool cli_class_exits_with(ah_err_class err_class, int code)
{
	ah_err err;
	for (size_t i = 0; (err = ah_err_at(i)) != AH_OK; i++)
		if (ah_err_class_of(err) == err_class)
			return ah_err_exit_code(err) == code;
	return false;
}

static const struct { unsigned bit; const char *name; } places[] = {
	{ AH_CHECK_ON_NITRO, "nitro" }, { AH_CHECK_ON_SNP, "sev-snp" }, { AH_CHECK_ON_TDX, "tdx" }, { AH_CHECK_ON_ENVELOPE, "envelope" },
	{ AH_CHECK_ON_EVENT, "instance-event" }, { AH_CHECK_ON_BUNDLE, "bundle" }, { AH_CHECK_ON_PIN, "pin" },
};

const char *cli_check_place(size_t index, unsigned *bit)
{
	if (index >= sizeof places / sizeof places[0])
		return NULL;
	*bit = places[index].bit;
	return places[index].name;
}
