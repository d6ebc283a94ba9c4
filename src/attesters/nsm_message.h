/*
 * The messages of /dev/nsm (docs/protocol/attesters.md): seven commands as CBOR, requests written and responses read side by side.
 *
 *     "DescribeNSM" | "GetRandom"                                              requests without members are a bare text,
 *     {"DescribePCR": {"index": 3}}                                            the others a map of one pair
 *     {"DescribePCR": {"lock": false, "data": h'..'}} | "LockPCR" | {"Error": "InvalidIndex"}      and so are the responses
 *
 * Members are found by name, in any order; those that nobody here knows are skipped. Both the module's own encoder and that of emulators are in use.
 */
#ifndef AH_ATTESTERS_NSM_MESSAGE_H
#define AH_ATTESTERS_NSM_MESSAGE_H

#include "base/buf.h"
#include "base/limits.h"

typedef enum ah_nsm_command {
	AH_NSM_DESCRIBE_PCR, AH_NSM_EXTEND_PCR, AH_NSM_LOCK_PCR, AH_NSM_LOCK_PCRS, AH_NSM_DESCRIBE_NSM, AH_NSM_ATTESTATION, AH_NSM_GET_RANDOM,
	AH_NSM_COMMAND_COUNT
} ah_nsm_command;
/* "DescribePCR", ..; static storage. */
const char *ah_nsm_command_name(ah_nsm_command command);

/* What the module may refuse with. */
typedef enum ah_nsm_refusal {
	AH_NSM_ACCEPTED = 0, AH_NSM_INVALID_ARGUMENT, AH_NSM_INVALID_INDEX, AH_NSM_INVALID_RESPONSE, AH_NSM_READ_ONLY_INDEX, AH_NSM_INVALID_OPERATION,
	AH_NSM_BUFFER_TOO_SMALL, AH_NSM_INPUT_TOO_LARGE, AH_NSM_INTERNAL_ERROR,
	AH_NSM_REFUSAL_COUNT
} ah_nsm_refusal;
/* "Accepted", "InvalidArgument", ..; static storage. */
const char *ah_nsm_refusal_name(ah_nsm_refusal refusal);

/* Everything borrowed. */
typedef struct ah_nsm_request {
	ah_nsm_command command;
	unsigned index;                /* DescribePCR, ExtendPCR, LockPCR: which; LockPCRs: all below it. At most AH_NITRO_PCR_COUNT */
	ah_slice data;                 /* ExtendPCR */
	ah_slice user_data, nonce, public_key; /* Attestation; empty: null */
} ah_nsm_request;

/* Members of the command's own response; the others are zero. Slices are borrowed from the response. */
typedef struct ah_nsm_response {
	ah_nsm_refusal refusal;        /* not AH_NSM_ACCEPTED: nothing else is set */
	ah_slice data;                 /* DescribePCR, ExtendPCR: value of the PCR, 32, 48 or 64 bytes. Attestation: the document. GetRandom: 1..256 bytes */
	bool is_locked;                /* DescribePCR */
	uint16_t version[3];           /* DescribeNSM: major, minor, patch */
	ah_slice module_id, digest;    /* DescribeNSM: 1..AH_NITRO_MODULE_ID_MAX bytes; "SHA256", "SHA384" or "SHA512" */
	unsigned max_pcrs;             /* DescribeNSM: 1..AH_NITRO_PCR_COUNT */
	uint32_t locked_pcrs;          /* DescribeNSM: bit i is PCR i, below max_pcrs */
} ah_nsm_response;

/* Append a request. errors: AH_ERR_NOMEM, AH_ERR_LIMIT. */
AH_MUST_USE ah_err ah_nsm_request_write(ah_buf *out, const ah_nsm_request *request);

/*
 * Read the response to a command. A refusal of the module is a valid response.
 * errors: AH_ERR_DEVICE_ANSWER: another command's response, a member missing, twice, of another type or out of range, an unknown refusal, CBOR outside
 * of the subset of codec/cbor.h, bytes behind it, or more than AH_NSM_RESPONSE_MAX. *why gets the offset.
 */
AH_MUST_USE ah_err ah_nsm_response_read(ah_nsm_response *out, ah_nsm_command command, ah_slice in, ah_fault *why);

#endif
