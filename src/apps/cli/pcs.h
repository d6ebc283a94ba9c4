/*
 * Intel's Provisioning Certification Service: what its answers look like, and the collateral file that is made of them (docs/protocol/tdx.md,
 * "Collateral file"). Bytes to bytes; nothing is verified.
 */
#ifndef AH_APPS_CLI_PCS_H
#define AH_APPS_CLI_PCS_H

#include "base/buf.h"
#include "base/fault.h"
#include "base/limits.h"

/*
 * Percent-decoding (RFC 3986 2.1), as Intel encodes PEM in headers. '+' stays. Decodes to text: %00 is refused.
 * errors: AH_ERR_TEXT, AH_ERR_LIMIT, AH_ERR_NOMEM.
 */
AH_MUST_USE ah_err cli_percent_decode(ah_buf *out, ah_slice text);

/* The four answers, as they were served. Chains are header values, still encoded. */
typedef struct cli_pcs_answers {
	ah_buf tcb_info, tcb_info_chain;       /* {"tcbInfo":{..},"signature":".."} */
	ah_buf qe_identity, qe_identity_chain; /* {"enclaveIdentity":{..},"signature":".."} */
	ah_buf pck_crl, pck_crl_chain;         /* DER */
	ah_buf root_crl;                       /* DER */
} cli_pcs_answers;
void cli_pcs_answers_free(cli_pcs_answers *answers);
static inline void cli_pcs_answers_auto(cli_pcs_answers *answers) { cli_pcs_answers_free(answers); }

/*
 * Append the collateral file. The signed objects keep exactly the bytes that were served.
 * errors: AH_ERR_COLLATERAL_MALFORMED (which answer: in the detail), AH_ERR_TOO_LARGE, AH_ERR_NOMEM.
 */
AH_MUST_USE ah_err cli_pcs_assemble(ah_buf *out, const cli_pcs_answers *answers, ah_fault *why);

#endif
