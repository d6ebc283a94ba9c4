/* Names and shapes are those of aws-nitro-enclaves-nsm-api (src/api/mod.rs, serde's external tagging). */
#include "attesters/nsm_message.h"

#include "base/fault.h"
#include "codec/cbor.h"

#define STEP "nsm.response"

static const char *const command_names[AH_NSM_COMMAND_COUNT] = {
	[AH_NSM_DESCRIBE_PCR] = "DescribePCR",
	[AH_NSM_EXTEND_PCR] = "ExtendPCR",
	[AH_NSM_LOCK_PCR] = "LockPCR",
	[AH_NSM_LOCK_PCRS] = "LockPCRs",
	[AH_NSM_DESCRIBE_NSM] = "DescribeNSM",
	[AH_NSM_ATTESTATION] = "Attestation",
	[AH_NSM_GET_RANDOM] = "GetRandom",
};

static const char *const refusal_names[AH_NSM_REFUSAL_COUNT] = {
	[AH_NSM_ACCEPTED] = "Accepted",
	[AH_NSM_INVALID_ARGUMENT] = "InvalidArgument",
	[AH_NSM_INVALID_INDEX] = "InvalidIndex",
	[AH_NSM_INVALID_RESPONSE] = "InvalidResponse",
	[AH_NSM_READ_ONLY_INDEX] = "ReadOnlyIndex",
	[AH_NSM_INVALID_OPERATION] = "InvalidOperation",
	[AH_NSM_BUFFER_TOO_SMALL] = "BufferTooSmall",
	[AH_NSM_INPUT_TOO_LARGE] = "InputTooLarge",
	[AH_NSM_INTERNAL_ERROR] = "InternalError",
};

const char *ah_nsm_command_name(ah_nsm_command command)
{
	assert(command < AH_NSM_COMMAND_COUNT);
	return command_names[command];
}

const char *ah_nsm_refusal_name(ah_nsm_refusal refusal)
{
	assert(refusal < AH_NSM_REFUSAL_COUNT);
	return refusal_names[refusal];
}

/* -- Requests -- */

static ah_err put_name(ah_buf *out, const char *name)
{
	return ah_cbor_put_text(out, ah_slice_text(name));
}

static ah_err put_index(ah_buf *out, const char *name, unsigned index)
{
	AH_TRY(put_name(out, name));
	return ah_cbor_put_uint(out, index);
}

static ah_err put_optional(ah_buf *out, const char *name, ah_slice value)
{
	AH_TRY(put_name(out, name));
	return value.len != 0 ? ah_cbor_put_bytes(out, value) : ah_cbor_put_null(out);
}

static ah_err put_attestation(ah_buf *out, const ah_nsm_request *request)
{
	AH_TRY(ah_cbor_put_map(out, 3));
	AH_TRY(put_optional(out, "user_data", request->user_data));
	AH_TRY(put_optional(out, "nonce", request->nonce));
	return put_optional(out, "public_key", request->public_key);
}

static ah_err put_members(ah_buf *out, const ah_nsm_request *request)
{
	switch (request->command) {
	case AH_NSM_DESCRIBE_PCR:
	case AH_NSM_LOCK_PCR:
		AH_TRY(ah_cbor_put_map(out, 1));
		return put_index(out, "index", request->index);
	case AH_NSM_LOCK_PCRS:
		AH_TRY(ah_cbor_put_map(out, 1));
		return put_index(out, "range", request->index);
	case AH_NSM_EXTEND_PCR:
		AH_TRY(ah_cbor_put_map(out, 2));
		AH_TRY(put_index(out, "index", request->index));
		AH_TRY(put_name(out, "data"));
		return ah_cbor_put_bytes(out, request->data);
	case AH_NSM_ATTESTATION:
		return put_attestation(out, request);
	case AH_NSM_DESCRIBE_NSM:
	case AH_NSM_GET_RANDOM:
	case AH_NSM_COMMAND_COUNT:
		break;
	}
	return AH_ERR_INTERNAL; /* these have no members */
}

ah_err ah_nsm_request_write(ah_buf *out, const ah_nsm_request *request)
{
	assert(request->index <= AH_NITRO_PCR_COUNT);
	if (request->command == AH_NSM_DESCRIBE_NSM || request->command == AH_NSM_GET_RANDOM)
		return put_name(out, command_names[request->command]);
	AH_TRY(ah_cbor_put_map(out, 1));
	AH_TRY(put_name(out, ah_nsm_command_name(request->command)));
	return put_members(out, request);
}

/* -- Responses -- */

/* Members by bit; which of them a command's response must have. */
enum {
	HAS_LOCK = 1 << 0, HAS_DATA = 1 << 1, HAS_DOCUMENT = 1 << 2, HAS_RANDOM = 1 << 3, HAS_MAJOR = 1 << 4, HAS_MINOR = 1 << 5, HAS_PATCH = 1 << 6,
	HAS_MODULE_ID = 1 << 7, HAS_MAX_PCRS = 1 << 8, HAS_LOCKED = 1 << 9, HAS_DIGEST = 1 << 10
};

static const struct { const char *name; unsigned bit; } members[] = {
	{ "lock", HAS_LOCK }, { "data", HAS_DATA }, { "document", HAS_DOCUMENT }, { "random", HAS_RANDOM }, { "version_major", HAS_MAJOR },
	{ "version_minor", HAS_MINOR }, { "version_patch", HAS_PATCH }, { "module_id", HAS_MODULE_ID }, { "max_pcrs", HAS_MAX_PCRS },
	{ "locked_pcrs", HAS_LOCKED }, { "digest", HAS_DIGEST },
};

/* 0: the response is a bare text. */
static const unsigned mandatory[AH_NSM_COMMAND_COUNT] = {
	[AH_NSM_DESCRIBE_PCR] = HAS_LOCK | HAS_DATA,
	[AH_NSM_EXTEND_PCR] = HAS_DATA,
	[AH_NSM_DESCRIBE_NSM] = HAS_MAJOR | HAS_MINOR | HAS_PATCH | HAS_MODULE_ID | HAS_MAX_PCRS | HAS_LOCKED | HAS_DIGEST,
	[AH_NSM_ATTESTATION] = HAS_DOCUMENT,
	[AH_NSM_GET_RANDOM] = HAS_RANDOM,
};

typedef struct response_reader {
	ah_cbor cbor;
	ah_nsm_command command;
	ah_nsm_response response;
	unsigned seen;
	uint64_t locked;               /* bit i: locked_pcrs has i; compared with max_pcrs at the end, as either may come first */
	ah_fault *why;
} response_reader;

/* What CBOR itself found comes first: its place is the true one. */
static ah_err refuse(response_reader *rr, const char *what)
{
	size_t off = rr->cbor.r.err != AH_OK ? rr->cbor.r.err_off : ah_reader_pos(&rr->cbor.r);
	return ah_fault_at(rr->why, AH_ERR_DEVICE_ANSWER, STEP, off, "%s: %s", command_names[rr->command], rr->cbor.r.err != AH_OK ? "not the CBOR of a response" : what);
}

static ah_err check(response_reader *rr, bool holds, const char *what)
{
	return rr->cbor.r.err == AH_OK && holds ? AH_OK : refuse(rr, what);
}

static ah_err read_uint(response_reader *rr, uint64_t min, uint64_t max, const char *what, uint64_t *out)
{
	*out = ah_cbor_uint(&rr->cbor);
	return check(rr, *out >= min && *out <= max, what);
}

static ah_err read_bytes(response_reader *rr, size_t max)
{
	rr->response.data = ah_cbor_bytes(&rr->cbor);
	return check(rr, rr->response.data.len != 0 && rr->response.data.len <= max, "length of the answer");
}

static ah_err read_pcr(response_reader *rr)
{
	rr->response.data = ah_cbor_bytes(&rr->cbor);
	size_t len = rr->response.data.len;
	return check(rr, len == 32 || len == 48 || len == 64, "length of the PCR");
}

static ah_err read_locked(response_reader *rr)
{
	uint64_t index = 0;
	ah_cbor_array_begin(&rr->cbor, NULL);
	while (ah_cbor_more(&rr->cbor)) {
		AH_TRY(read_uint(rr, 0, AH_NITRO_PCR_COUNT - 1, "locked_pcrs", &index));
		AH_TRY(check(rr, (rr->locked & (UINT64_C(1) << index)) == 0, "locked_pcrs has an index twice"));
		rr->locked |= UINT64_C(1) << index;
	}
	ah_cbor_end(&rr->cbor);
	return check(rr, true, "locked_pcrs");
}

static bool is_printable(ah_slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] < 0x21 || text.ptr[i] > 0x7e)
			return false;
	return true;
}

static ah_err read_module_id(response_reader *rr)
{
	rr->response.module_id = ah_cbor_text(&rr->cbor);
	size_t len = rr->response.module_id.len;
	return check(rr, len != 0 && len <= AH_NITRO_MODULE_ID_MAX && is_printable(rr->response.module_id), "module_id");
}

static ah_err read_digest(response_reader *rr)
{
	ah_slice name = rr->response.digest = ah_cbor_text(&rr->cbor);
	return check(rr, ah_slice_is_text(name, "SHA256") || ah_slice_is_text(name, "SHA384") || ah_slice_is_text(name, "SHA512"), "digest");
}

static ah_err read_value(response_reader *rr, unsigned bit)
{
	uint64_t number = 0;
	switch (bit) {
	case HAS_LOCK:
		rr->response.is_locked = ah_cbor_bool(&rr->cbor);
		return check(rr, true, "lock");
	case HAS_DATA:
		return read_pcr(rr);
	case HAS_DOCUMENT:
		return read_bytes(rr, AH_NSM_RESPONSE_MAX);
	case HAS_RANDOM:
		return read_bytes(rr, AH_NSM_RANDOM_MAX);
	case HAS_MAJOR:
	case HAS_MINOR:
	case HAS_PATCH:
		AH_TRY(read_uint(rr, 0, UINT16_MAX, "version", &number));
		rr->response.version[bit == HAS_MAJOR ? 0 : bit == HAS_MINOR ? 1 : 2] = (uint16_t)number;
		return AH_OK;
	case HAS_MODULE_ID:
		return read_module_id(rr);
	case HAS_MAX_PCRS:
		AH_TRY(read_uint(rr, 1, AH_NITRO_PCR_COUNT, "max_pcrs", &number));
		rr->response.max_pcrs = (unsigned)number;
		return AH_OK;
	case HAS_LOCKED:
		return read_locked(rr);
	case HAS_DIGEST:
		return read_digest(rr);
	}
	ah_cbor_skip(&rr->cbor); /* 0: not of this response */
	return check(rr, true, "a member");
}

static unsigned member_of(const response_reader *rr, ah_slice name)
{
	for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
		if (ah_slice_is_text(name, members[i].name))
			return members[i].bit & mandatory[rr->command];
	return 0;
}

static ah_err read_members(response_reader *rr)
{
	ah_cbor_map_begin(&rr->cbor, NULL);
	while (ah_cbor_more(&rr->cbor)) {
		unsigned bit = member_of(rr, ah_cbor_text(&rr->cbor));
		AH_TRY(check(rr, (rr->seen & bit) == 0, "a member stands twice"));
		rr->seen |= bit;
		AH_TRY(read_value(rr, bit));
	}
	ah_cbor_end(&rr->cbor);
	AH_TRY(check(rr, rr->seen == mandatory[rr->command], "a member is missing"));
	AH_TRY(check(rr, rr->command != AH_NSM_DESCRIBE_NSM || rr->locked >> rr->response.max_pcrs == 0, "locked_pcrs beyond max_pcrs"));
	rr->response.locked_pcrs = (uint32_t)rr->locked;
	return AH_OK;
}

static ah_err read_refusal(response_reader *rr)
{
	ah_slice name = ah_cbor_text(&rr->cbor);
	for (ah_nsm_refusal refusal = AH_NSM_ACCEPTED + 1; refusal < AH_NSM_REFUSAL_COUNT; refusal++)
		if (ah_slice_is_text(name, refusal_names[refusal]))
			rr->response.refusal = refusal;
	return check(rr, rr->response.refusal != AH_NSM_ACCEPTED, "an unknown error");
}

static ah_err read_body(response_reader *rr)
{
	const char *wanted = command_names[rr->command];
	if (ah_cbor_peek(&rr->cbor) == AH_CBOR_TEXT)
		return check(rr, ah_slice_is_text(ah_cbor_text(&rr->cbor), wanted) && mandatory[rr->command] == 0, "another command's response");
	ah_cbor_map_begin(&rr->cbor, NULL); /* of definite length or not, as AWS writes documents since 2025-07; ah_cbor_end() refuses a second pair */
	ah_slice name = ah_cbor_text(&rr->cbor);
	if (ah_slice_is_text(name, "Error")) {
		AH_TRY(read_refusal(rr));
	} else {
		AH_TRY(check(rr, ah_slice_is_text(name, wanted) && mandatory[rr->command] != 0, "another command's response"));
		AH_TRY(read_members(rr));
	}
	ah_cbor_end(&rr->cbor);
	return check(rr, true, "its end");
}

ah_err ah_nsm_response_read(ah_nsm_response *out, ah_nsm_command command, ah_slice in, ah_fault *why)
{
	response_reader rr = { .command = command, .why = why };
	assert(command < AH_NSM_COMMAND_COUNT);
	if (in.len > AH_NSM_RESPONSE_MAX)
		return ah_fault_set(why, AH_ERR_DEVICE_ANSWER, STEP, "%s: %zu bytes, at most %d", command_names[command], in.len, AH_NSM_RESPONSE_MAX);
	ah_cbor_init(&rr.cbor, in);
	AH_TRY(read_body(&rr));
	if (ah_cbor_finish(&rr.cbor, NULL) != AH_OK)
		return refuse(&rr, "bytes behind the response");
	*out = rr.response;
	return AH_OK;
}
