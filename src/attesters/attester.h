/*
 * The produce side of a platform: report data in, evidence out.
 *
 * Calls block for as long as firmware and host take (0.1 to 1 s, or up to the deadline), so they run on a work pool. An attester is used by one thread at
 * a time. It never signs bytes of its caller as they are: report data come from ah_binding_report_data(), which labels what it commits to.
 *
 * What a device answers is untrusted input: bounded, parsed, and compared with the request before it is handed on. That it is genuine is for the
 * verifier to say.
 */
#ifndef AH_ATTESTERS_ATTESTER_H
#define AH_ATTESTERS_ATTESTER_H

#include "base/buf.h"
#include "base/limits.h"
#include <anchorhold/binding.h>
#include <anchorhold/claims.h>
#include <anchorhold/error.h>

/* Borrowed for the call. Zero it, then fill it. */
typedef struct ah_attest_request {
	uint8_t report_data[AH_REPORT_DATA_LEN];  /* R (docs/protocol/binding.md); Nitro: user_data */
	ah_slice nonce;                           /* Nitro alone: at most AH_NITRO_NONCE_MAX bytes; empty: null */
	ah_slice public_key;                      /* Nitro alone: at most AH_NITRO_PUBLIC_KEY_MAX bytes; empty: null */
	int64_t timeout_ms;                       /* 0: AH_DEVICE_TIMEOUT_MS */
} ah_attest_request;

/* Owned; free with ah_attest_result_free(). What a platform or its host does not give stays empty. */
typedef struct ah_attest_result {
	ah_buf evidence;                          /* document, report of 1184 bytes, or quote */
	ah_buf cert_table;                        /* SNP: what the host gave beside the report; its form is checked, its certificates are not */
	ah_buf event_log;                         /* TDX: JSON log that replays to the registers of this very quote */
	ah_buf vek_der, chain_pem, crl_der, collateral_json; /* of the simulated platform, which has no vendor to fetch them from */
} ah_attest_result;

void ah_attest_result_free(ah_attest_result *result);
static inline void ah_attest_result_auto(ah_attest_result *result) { ah_attest_result_free(result); }

typedef struct ah_attester ah_attester;

typedef struct ah_attester_ops {
	const char *name;                         /* "nsm", "configfs-tsm", "sev-guest", "simulated": as configuration and logs have it */
	ah_err (*attest)(ah_attester *self, const ah_attest_request *request, ah_attest_result *out, ah_fault *why);
	void (*free)(ah_attester *self);
} ah_attester_ops;

/* What every attester begins with. */
struct ah_attester {
	const ah_attester_ops *ops;
	ah_platform_id platform;
};

/*
 * Make evidence. *out (zeroed by the caller) is filled on AH_OK alone.
 * errors  AH_ERR_ARGUMENT        nonce or public_key too long, or given to another platform than Nitro
 *         AH_ERR_DEVICE_ABSENT   the device is not there, or of another platform
 *         AH_ERR_DEVICE_FAILED   refused by driver, firmware or host; the detail has its own error
 *         AH_ERR_DEVICE_BUSY     no answer by the deadline, or disturbed at every attempt
 *         AH_ERR_DEVICE_ANSWER   an answer that is malformed, too large, or for another request
 *         AH_ERR_NOMEM, AH_ERR_CRYPTO
 * not checked here: signatures, chain, measurements; that is ah_appraise().
 */
AH_MUST_USE ah_err ah_attest(ah_attester *attester, const ah_attest_request *request, ah_attest_result *out, ah_fault *why);

void ah_attester_free(ah_attester *attester);
AH_DEFINE_AUTO_PTR(ah_attester)

#endif
