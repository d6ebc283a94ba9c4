/*
 * The one door: evidence in, verdict out.
 *
 *     detect -> parse -> verify (signatures, chain, revocation) -> appraise (policy, binding)
 *
 * Everything that judges evidence comes through ah_appraise(): commands, channels, SDKs. It opens nothing, reads no clock and draws no
 * randomness; time is an argument. Only its AH_OK means that something was accepted.
 */
#ifndef ANCHORHOLD_VERDICT_H
#define ANCHORHOLD_VERDICT_H

#include <anchorhold/bundle.h>
#include <anchorhold/evidence.h>
#include <anchorhold/policy.h>
#include <anchorhold/state.h>
#include <anchorhold/verifier.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Which fields of the evidence the caller expects. Said field by field, so that an empty value can never mean "do not check". */
enum {
	AH_EXPECT_NOTHING = 0,          /* no binding was stated: with a policy this is AH_ERR_BINDING_REQUIRED */
	AH_EXPECT_REPORT_DATA = 1 << 0, /* SNP, TDX: exactly 64 bytes of report_data; Nitro: 1..512 bytes of user_data */
	AH_EXPECT_NONCE = 1 << 1,       /* Nitro: 1..512 bytes */
	AH_EXPECT_PUBLIC_KEY = 1 << 2,  /* Nitro: 1..1024 bytes */
	AH_EXPECT_CHANNEL = 1 << 3,     /* envelopes: purpose, role and what comes with them; R is recomputed from it. AH_EXPECT_NONCE combines: 16..64 bytes */
	AH_NO_BINDING = 1 << 7          /* the named way to bind to nothing: the verdict is UNBOUND and nothing is accepted */
};
typedef struct ah_expected {
	unsigned fields;                /* of AH_EXPECT_*, or AH_NO_BINDING alone */
	ah_slice report_data, nonce, public_key;
	const char *purpose, *role;     /* "tls", "oak", "sealed-ws", "nostr", "kms"; "server", "client" */
	ah_slice spki_sha256;           /* of the connection's TLS leaf key: 32 bytes exactly when purpose is tls and role is server */
	ah_slice session_value;         /* 32 bytes; empty: no live connection, the row `session` is not_checked and a session-fresh envelope UNBOUND */
	ah_slice peer_evidence_sha256;  /* 32 bytes: of our own evidence, in a session (session_value) where both sides attest; else empty */
} ah_expected;

/* What the evidence came in. */
typedef enum ah_carrier {
	AH_CARRIER_NONE,                /* raw evidence */
	AH_CARRIER_ENVELOPE,            /* anchorhold.attestation/v1 */
	AH_CARRIER_TRESOR,              /* tresor.attestation/v1 */
	AH_CARRIER_EVENT                /* a Nostr instance event */
} ah_carrier;
/* By schema, or kind and signature, of the JSON object that these bytes are; AH_CARRIER_NONE for all else. Nothing is verified. */
AH_API ah_carrier ah_carrier_detect(ah_slice bytes);
/* "evidence", "envelope", "tresor-envelope", "instance-event"; static storage. */
AH_API const char *ah_carrier_name(ah_carrier carrier);

/* One question to the verifier. Everything is borrowed for the call. Zero it, then fill it. */
typedef struct ah_request {
	ah_slice evidence;              /* binary, see ah_evidence_from_text(); or an envelope or instance event as it was served */
	ah_platform_id platform;        /* AH_PLATFORM_NONE: detect */
	const ah_endorsements *endorsements; /* may be NULL */
	const ah_policy *policy;        /* exactly one of policy, trust and genuine_only */
	const ah_trust *trust;          /* the policy as a signed bundle: verified first; with state its version is compared and noted */
	bool genuine_only;              /* only "is this genuine, non-debug hardware evidence at that time": no reference values, no binding */
	ah_expected expected;
	int64_t now_s;                  /* seconds since 1970, the caller's trusted time */
	ah_slice simulated_root;        /* one certificate, PEM or DER; empty for none: a candidate. With a policy its list alone decides which root is allowed */
	bool allow_simulated;           /* the caller allows simulated evidence; the verdict says SIMULATED, never PASS */
	bool allow_debug;               /* with a policy: together with its debug: true. Debug evidence is then DEBUG, not FAIL; never accepted */
	ah_slice event_log;             /* TDX: a CCEL or a JSON log, replayed once the quote's signature holds; empty for none */
	struct ah_state *state;         /* NULL: no state; else older collateral is refused, and what was accepted is noted, on AH_OK alone */
	const ah_slice *pin;            /* NULL: none; an empty slice: first use; else what ah_pin_from_verdict() gave then */
	const char *policy_source;      /* what the verdict says of where the policy came from: NULL is "caller"; "file" */
} ah_request;

typedef enum ah_result {
	AH_RESULT_MALFORMED, AH_RESULT_UNSUPPORTED, AH_RESULT_FAIL, AH_RESULT_UNBOUND, AH_RESULT_DEBUG, AH_RESULT_SIMULATED, AH_RESULT_GENUINE,
	AH_RESULT_PASS
} ah_result;
/* "MALFORMED" .. "PASS"; static storage. */
AH_API const char *ah_result_name(ah_result result);

typedef struct ah_verdict ah_verdict;
/* What a channel accepts: exists only inside a verdict PASS, or SIMULATED where allowed, from a run with policy and binding. */
typedef struct ah_appraisal ah_appraisal;

/*
 * Judge evidence.
 *
 * verdict  set to a new verdict whenever the question was a valid one, accepted or not (the one output here that is written on failure as
 *          well: it is the explanation); NULL otherwise. Free with ah_verdict_free().
 * returns  AH_OK    PASS; SIMULATED where allowed; in genuine_only mode GENUINE, or SIMULATED where allowed. Nothing else.
 *          else     the first failing check's error (also in the verdict), with *why filled;
 *          AH_ERR_UNBOUND for UNBOUND, AH_ERR_DEBUG for DEBUG (even when allowed);
 *          AH_ERR_ARGUMENT, AH_ERR_BINDING_REQUIRED for an invalid question (no verdict): both or neither of policy and genuine_only, an expected
 *          field that is empty, too long, given without its flag or not existing on the platform, AH_NO_BINDING combined, genuine_only with
 *          expected fields, simulated_root without allow_simulated or not one certificate, event_log beside raw evidence of another platform than
 *          TDX, now_s outside of the years 1970..9999;
 *          AH_ERR_NOMEM, AH_ERR_CRYPTO, AH_ERR_STATE_INVALID (it is full; the detail begins with that word) (no verdict).
 *
 * Evidence above 1 MiB is MALFORMED by its size alone. Bytes that no platform detects are UNSUPPORTED; with a platform named, its parser says
 * what is wrong and they are MALFORMED. Where AH_EXPECT_CHANNEL is stated, bytes that are no envelope are MALFORMED too, JSON of another schema is UNSUPPORTED:
 * a server cannot make a question invalid by what it sends. Debug evidence in genuine_only mode with allow_debug is DEBUG, like with a policy.
 * Programming errors (verdict, verifier or request NULL) are asserted.
 */
AH_API AH_MUST_USE ah_err ah_appraise(ah_verdict **verdict, ah_verifier *verifier, const ah_request *request, ah_fault *why);
AH_API void ah_verdict_free(ah_verdict *verdict);

AH_API ah_result ah_verdict_result(const ah_verdict *verdict);
/* AH_OK when accepted, else what ah_appraise() returned. */
AH_API ah_err ah_verdict_error(const ah_verdict *verdict);
/* The exit code of `anchorhold verify` for it. */
AH_API int ah_verdict_exit_code(const ah_verdict *verdict);
/* AH_PLATFORM_NONE when nothing was detected. */
AH_API ah_platform_id ah_verdict_platform(const ah_verdict *verdict);
/* Seconds since 1970 until which an accepted verdict holds: min(chain, CRLs, collateral, policy, envelope or event). 0 when it was not accepted. */
AH_API int64_t ah_verdict_expiry_s(const ah_verdict *verdict);
/* NULL unless accepted with policy and binding. Borrowed from the verdict. */
AH_API const ah_appraisal *ah_verdict_appraisal(const ah_verdict *verdict);
/* The claims of an appraisal. Borrowed. */
AH_API const ah_claims *ah_appraisal_claims(const ah_appraisal *appraisal);
/* Claims of genuine evidence, for people and for writing a first policy: set once signatures and chain hold, whatever the policy then said. Else NULL.
 * Never a reason to accept anything. */
AH_API const ah_claims *ah_verdict_claims(const ah_verdict *verdict);
AH_API ah_carrier ah_verdict_carrier(const ah_verdict *verdict);
/* NULL unless the evidence came in an envelope, its binding held, and it states the purpose, role and TLS key that were expected. Borrowed. */
AH_API const ah_envelope_claims *ah_verdict_envelope(const ah_verdict *verdict);
/* NULL unless the evidence came in an instance event, its signatures held, and the attestation vouches for its key. Borrowed. */
AH_API const ah_event_claims *ah_verdict_event(const ah_verdict *verdict);
/* NULL unless the policy came as a trust bundle that verified. Borrowed. */
AH_API const ah_bundle_info *ah_verdict_bundle(const ah_verdict *verdict);

/* One check of the verdict. All texts are borrowed from the verdict; got, wanted and reason may be empty, never NULL. */
typedef enum ah_row_status { AH_ROW_PASS, AH_ROW_FAIL, AH_ROW_NOT_CHECKED } ah_row_status;
typedef struct ah_row {
	const char *id, *title, *specification;
	ah_row_status status;
	ah_err err;                     /* of a failing row */
	const char *got, *wanted, *reason;
	bool has_range;
	size_t off, len;                /* bytes of the evidence */
} ah_row;
AH_API size_t ah_verdict_row_count(const ah_verdict *verdict);
/* errors: AH_ERR_ARGUMENT past the end. */
AH_API AH_MUST_USE ah_err ah_verdict_row(const ah_verdict *verdict, size_t index, ah_row *row);

/* Canonical JSON, schema anchorhold.verdict/v1 (docs/protocol/verdict.md): the same question gives the same bytes. Free with ah_text_free(). */
AH_API AH_MUST_USE ah_err ah_verdict_to_json(const ah_verdict *verdict, char **text, size_t *len);
/* The block for people. name: what was verified (a file name), shown in the first line; colour: ANSI colours. Free with ah_text_free(). */
AH_API AH_MUST_USE ah_err ah_verdict_to_text(const ah_verdict *verdict, const char *name, bool colour, char **text, size_t *len);

#ifdef __cplusplus
}
#endif
#endif
