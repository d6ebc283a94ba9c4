/* See nsm.h. The interface of the driver: include/uapi/linux/nsm.h of Linux 6.8; docs/protocol/attesters.md. */
#include "attesters/nsm.h"

#include "base/fault.h"
#include "platforms/nitro_document.h"

#include <errno.h>
#include <fcntl.h>

#define STEP "nsm"

struct nsm_iovec { uint64_t addr, len; };
struct nsm_raw { struct nsm_iovec request, response; };
static_assert(sizeof(struct nsm_raw) == 32, "struct nsm_raw of the kernel");
/* _IOWR(0x0A, 0, struct nsm_raw) */
#define NSM_IOCTL_RAW 0xc0200a00UL

struct ah_nsm {
	ah_device device;
	int fd;
	ah_nsm_refusal refusal;
	uint8_t response[AH_NSM_RESPONSE_MAX];
};

ah_err ah_nsm_open(ah_nsm **out, const ah_device *device, const char *path, ah_fault *why)
{
	if (path == NULL)
		path = AH_NSM_PATH;
	ah_nsm *nsm = ah_alloc(sizeof *nsm);
	if (nsm == NULL)
		return AH_ERR_NOMEM;
	nsm->device = *device;
	nsm->fd = device->ops->open(device->context, path, O_RDWR);
	if (nsm->fd < 0) {
		int error = nsm->fd;
		ah_dealloc(nsm);
		return ah_device_fault(why, "nsm.open", path, error);
	}
	*out = nsm;
	return AH_OK;
}

void ah_nsm_free(ah_nsm *nsm)
{
	if (nsm == NULL)
		return;
	(void)nsm->device.ops->close(nsm->device.context, nsm->fd);
	ah_wipe(nsm, sizeof *nsm);
	ah_dealloc(nsm);
}

ah_nsm_refusal ah_nsm_last_refusal(const ah_nsm *nsm)
{
	return nsm->refusal;
}

/* -- One exchange -- */

static bool changes_a_pcr(ah_nsm_command command)
{
	return command == AH_NSM_EXTEND_PCR || command == AH_NSM_LOCK_PCR || command == AH_NSM_LOCK_PCRS;
}

/* Returns 0 or -errno; *len is what the kernel says of the response. The request is borrowed as bytes that the kernel only reads. */
static int call_device(ah_nsm *nsm, const ah_buf *request, uint64_t *len)
{
	ah_wipe(nsm->response, sizeof nsm->response); /* a driver that writes nothing must not hand out the answer before this one again */
	struct nsm_raw raw = {
		.request = { (uint64_t)(uintptr_t)request->ptr, request->len },
		.response = { (uint64_t)(uintptr_t)nsm->response, sizeof nsm->response },
	};
	int error = nsm->device.ops->ioctl(nsm->device.context, nsm->fd, NSM_IOCTL_RAW, &raw);
	*len = raw.response.len;
	return error < 0 ? error : 0;
}

static ah_err send(ah_nsm *nsm, ah_nsm_command command, const ah_buf *request, ah_deadline *deadline, uint64_t *len, ah_fault *why)
{
	for (;;) {
		int error = call_device(nsm, request, len);
		if (error == 0)
			return AH_OK;
		if (!ah_device_is_passing(error) || changes_a_pcr(command) || !ah_deadline_pause(deadline))
			return ah_device_fault(why, STEP, ah_nsm_command_name(command), error);
	}
}

/* Slices of *out point into nsm->response, until the next exchange. */
static ah_err exchange(ah_nsm *nsm, const ah_nsm_request *request, ah_deadline *deadline, ah_nsm_response *out, ah_fault *why)
{
	AH_AUTO(ah_buf) bytes = AH_BUF(AH_NSM_REQUEST_MAX);
	ah_nsm_response response = { .refusal = AH_NSM_ACCEPTED };
	uint64_t len = 0;
	AH_TRY(ah_nsm_request_write(&bytes, request));
	AH_TRY(send(nsm, request->command, &bytes, deadline, &len, why));
	if (len > sizeof nsm->response)
		return ah_fault_set(why, AH_ERR_DEVICE_ANSWER, STEP, "%s: the kernel says %llu bytes, there is room for %zu", ah_nsm_command_name(request->command),
		                    (unsigned long long)len, sizeof nsm->response);
	AH_TRY(ah_nsm_response_read(&response, request->command, ah_slice_make(nsm->response, (size_t)len), why));
	nsm->refusal = response.refusal;
	if (response.refusal != AH_NSM_ACCEPTED)
		return ah_fault_set(why, AH_ERR_DEVICE_FAILED, STEP, "%s: the module says %s", ah_nsm_command_name(request->command), ah_nsm_refusal_name(response.refusal));
	*out = response;
	return AH_OK;
}

static ah_err ask(ah_nsm *nsm, const ah_nsm_request *request, ah_nsm_response *out, ah_fault *why)
{
	ah_deadline deadline = ah_deadline_start(&nsm->device, 0);
	return exchange(nsm, request, &deadline, out, why);
}

/* -- Commands -- */

ah_err ah_nsm_describe(ah_nsm *nsm, ah_nsm_description *out, ah_fault *why)
{
	ah_nsm_response response = { .refusal = AH_NSM_ACCEPTED };
	ah_nsm_description description = { .max_pcrs = 0 };
	AH_TRY(ask(nsm, &(ah_nsm_request){ .command = AH_NSM_DESCRIBE_NSM }, &response, why));
	assert(response.module_id.ptr != NULL && response.module_id.len < sizeof description.module_id);
	assert(response.digest.ptr != NULL && response.digest.len < sizeof description.digest);
	memcpy(description.version, response.version, sizeof description.version);
	memcpy(description.module_id, response.module_id.ptr, response.module_id.len);
	memcpy(description.digest, response.digest.ptr, response.digest.len);
	description.max_pcrs = response.max_pcrs;
	description.locked_pcrs = response.locked_pcrs;
	*out = description;
	return AH_OK;
}

static ah_nsm_pcr pcr_of(const ah_nsm_response *response)
{
	ah_nsm_pcr pcr = { .is_locked = response->is_locked, .len = response->data.len };
	assert(response->data.ptr != NULL && response->data.len <= sizeof pcr.value);
	memcpy(pcr.value, response->data.ptr, response->data.len);
	return pcr;
}

static ah_err check_index(unsigned index, unsigned max, ah_fault *why)
{
	return index <= max ? AH_OK : ah_fault_set(why, AH_ERR_ARGUMENT, STEP, "PCR %u: at most %u", index, max);
}

ah_err ah_nsm_describe_pcr(ah_nsm *nsm, unsigned index, ah_nsm_pcr *out, ah_fault *why)
{
	ah_nsm_response response = { .refusal = AH_NSM_ACCEPTED };
	AH_TRY(check_index(index, AH_NITRO_PCR_COUNT - 1, why));
	AH_TRY(ask(nsm, &(ah_nsm_request){ .command = AH_NSM_DESCRIBE_PCR, .index = index }, &response, why));
	*out = pcr_of(&response);
	return AH_OK;
}

ah_err ah_nsm_extend_pcr(ah_nsm *nsm, unsigned index, ah_slice data, ah_nsm_pcr *out, ah_fault *why)
{
	enum { OTHER_BYTES = 64 }; /* names, index and heads around data take 34 */
	ah_nsm_response response = { .refusal = AH_NSM_ACCEPTED };
	AH_TRY(check_index(index, AH_NITRO_PCR_COUNT - 1, why));
	if (data.len == 0 || data.len > AH_NSM_REQUEST_MAX - OTHER_BYTES)
		return ah_fault_set(why, AH_ERR_ARGUMENT, STEP, "data: %zu bytes, from 1 to %d", data.len, AH_NSM_REQUEST_MAX - OTHER_BYTES);
	AH_TRY(ask(nsm, &(ah_nsm_request){ .command = AH_NSM_EXTEND_PCR, .index = index, .data = data }, &response, why));
	*out = pcr_of(&response);
	return AH_OK;
}

ah_err ah_nsm_lock_pcr(ah_nsm *nsm, unsigned index, ah_fault *why)
{
	ah_nsm_response response = { .refusal = AH_NSM_ACCEPTED };
	AH_TRY(check_index(index, AH_NITRO_PCR_COUNT - 1, why));
	return ask(nsm, &(ah_nsm_request){ .command = AH_NSM_LOCK_PCR, .index = index }, &response, why);
}

ah_err ah_nsm_lock_pcrs(ah_nsm *nsm, unsigned range, ah_fault *why)
{
	ah_nsm_response response = { .refusal = AH_NSM_ACCEPTED };
	AH_TRY(check_index(range, AH_NITRO_PCR_COUNT, why));
	return ask(nsm, &(ah_nsm_request){ .command = AH_NSM_LOCK_PCRS, .index = range }, &response, why);
}

static ah_err fill_random(ah_nsm *nsm, uint8_t *out, size_t len, ah_fault *why)
{
	size_t done = 0;
	for (size_t calls = 0; done < len; calls++) {
		ah_nsm_response response = { .refusal = AH_NSM_ACCEPTED };
		if (calls == AH_NSM_RANDOM_CALLS_MAX)
			return ah_fault_set(why, AH_ERR_DEVICE_ANSWER, STEP, "GetRandom: %zu bytes in %zu calls", done, calls);
		AH_TRY(ask(nsm, &(ah_nsm_request){ .command = AH_NSM_GET_RANDOM }, &response, why));
		assert(response.data.ptr != NULL);
		size_t part = response.data.len < len - done ? response.data.len : len - done;
		memcpy(out + done, response.data.ptr, part);
		done += part;
	}
	return AH_OK;
}

ah_err ah_nsm_random(ah_nsm *nsm, uint8_t *out, size_t len, ah_fault *why)
{
	enum { RANDOM_MAX = 64 * 1024 };
	if (len > RANDOM_MAX)
		return ah_fault_set(why, AH_ERR_ARGUMENT, STEP, "random: %zu bytes, at most %d", len, RANDOM_MAX);
	ah_err err = fill_random(nsm, out, len, why);
	ah_wipe(nsm->response, sizeof nsm->response);
	if (err != AH_OK)
		ah_wipe(out, len);
	return err;
}

/* -- The attester -- */

typedef struct nsm_attester {
	ah_attester base;
	ah_nsm *nsm;
	ah_nsm_description module;
} nsm_attester;

static ah_err answer(ah_fault *why, const char *what)
{
	return ah_fault_set(why, AH_ERR_DEVICE_ANSWER, "nsm.document", "%s", what);
}

/* Empty was sent as null, and must come back as null or not at all. */
static bool echoes(const ah_nitro_field *field, ah_slice sent)
{
	return sent.len == 0 ? !field->present : field->present && ah_equal(field->value, sent);
}

static ah_err check_pcrs(const ah_nitro_document *document, ah_fault *why)
{
	size_t len = ah_slice_is_text(document->digest.value, "SHA256") ? 32 : ah_slice_is_text(document->digest.value, "SHA512") ? 64 : 48;
	for (unsigned index = 0; index <= 2; index++) {
		const ah_nitro_pcr *pcr = ah_nitro_document_pcr(document, index);
		if (pcr == NULL || pcr->field.value.len != len)
			return answer(why, "a PCR below 3 is missing, or not of the digest's length");
	}
	return AH_OK;
}

static ah_err check_document(const nsm_attester *self, const ah_attest_request *request, ah_slice bytes, ah_fault *why)
{
	ah_nitro_document document;
	ah_fault inner = { .offset = AH_NO_OFFSET };
	ah_err err = ah_nitro_document_parse(&document, bytes, &inner);
	if (err != AH_OK)
		return err == AH_ERR_NOMEM ? err : ah_fault_at(why, AH_ERR_DEVICE_ANSWER, "nsm.document", inner.offset, "%s: %.60s", ah_err_name(err), inner.detail);
	if (!echoes(&document.user_data, AH_SLICE_OF(request->report_data)))
		return answer(why, "user_data is not that of the request");
	if (!echoes(&document.nonce, request->nonce))
		return answer(why, "nonce is not that of the request");
	if (!echoes(&document.public_key, request->public_key))
		return answer(why, "public_key is not that of the request");
	if (!document.module_id.present || !ah_slice_is_text(document.module_id.value, self->module.module_id))
		return answer(why, "module_id is not that of DescribeNSM");
	if (!document.digest.present || !ah_slice_is_text(document.digest.value, self->module.digest))
		return answer(why, "digest is not that of DescribeNSM");
	if (!document.has_timestamp || !document.certificate.present || !document.has_cabundle || document.cabundle_count == 0)
		return answer(why, "a mandatory member is missing");
	return check_pcrs(&document, why);
}

static ah_err nsm_attest(ah_attester *base, const ah_attest_request *request, ah_attest_result *out, ah_fault *why)
{
	nsm_attester *self = (nsm_attester *)base;
	const ah_nsm_request command = {
		.command = AH_NSM_ATTESTATION,
		.user_data = AH_SLICE_OF(request->report_data),
		.nonce = request->nonce,
		.public_key = request->public_key,
	};
	ah_deadline deadline = ah_deadline_start(&self->nsm->device, request->timeout_ms);
	ah_nsm_response response = { .refusal = AH_NSM_ACCEPTED };
	AH_TRY(exchange(self->nsm, &command, &deadline, &response, why));
	AH_TRY(check_document(self, request, response.data, why));
	out->evidence = AH_BUF(AH_NITRO_DOCUMENT_MAX);
	return ah_buf_append(&out->evidence, response.data);
}

static void nsm_attester_free(ah_attester *base)
{
	nsm_attester *self = (nsm_attester *)base;
	ah_nsm_free(self->nsm);
	ah_dealloc(self);
}

ah_err ah_nsm_attester_new(ah_attester **out, const ah_device *device, const char *path, ah_fault *why)
{
	static const ah_attester_ops ops = { .name = "nsm", .attest = nsm_attest, .free = nsm_attester_free };
	AH_AUTO_PTR(ah_nsm) nsm = NULL;
	ah_nsm_description module;
	AH_TRY(ah_nsm_open(&nsm, device, path, why));
	assert(nsm != NULL);
	AH_TRY(ah_nsm_describe(nsm, &module, why));
	nsm_attester *self = ah_alloc(sizeof *self);
	if (self == NULL)
		return AH_ERR_NOMEM;
	*self = (nsm_attester){ .base = { .ops = &ops, .platform = AH_PLATFORM_NITRO }, .nsm = ah_move_ptr(&nsm), .module = module };
	*out = &self->base;
	return AH_OK;
}
