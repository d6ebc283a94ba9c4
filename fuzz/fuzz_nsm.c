/*
 * Responses of /dev/nsm. The first byte names the command that they are read as; what they give must lie within the input and within its limits.
 */
#include "fuzz.h"

#include "attesters/nsm_message.h"

static void check_within(ah_slice part, ah_slice in, size_t max)
{
	assert(part.len <= max);
	assert(part.len == 0 || (part.ptr >= in.ptr && part.ptr + part.len <= in.ptr + in.len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ah_nsm_response response;
	if (size == 0)
		return 0;
	ah_slice in = ah_slice_make(data + 1, size - 1);
	ah_nsm_command command = (ah_nsm_command)(data[0] % AH_NSM_COMMAND_COUNT);
	if (ah_nsm_response_read(&response, command, in, NULL) != AH_OK)
		return 0;
	assert(response.refusal < AH_NSM_REFUSAL_COUNT && ah_nsm_refusal_name(response.refusal) != NULL);
	if (response.refusal != AH_NSM_ACCEPTED) {
		assert(response.data.len == 0 && response.module_id.len == 0);
		return 0;
	}
	check_within(response.data, in, command == AH_NSM_ATTESTATION ? AH_NSM_RESPONSE_MAX : command == AH_NSM_GET_RANDOM ? AH_NSM_RANDOM_MAX : AH_NITRO_PCR_MAX);
	check_within(response.module_id, in, AH_NITRO_MODULE_ID_MAX);
	check_within(response.digest, in, 6);
	assert(response.max_pcrs <= AH_NITRO_PCR_COUNT);
	assert((uint64_t)response.locked_pcrs >> response.max_pcrs == 0);
	return 0;
}
