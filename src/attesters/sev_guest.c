/* See sev_guest.h. */
#include "attesters/sev_guest.h"

#include "attesters/sev_guest_abi.h"
#include "attesters/snp_answer.h"
#include "base/fault.h"
#include "base/reader.h"

#include <errno.h>
#include <fcntl.h>

#define STEP "sev-guest"

enum { PAGE = 4096, KEY_LEN = 32, VMPL_MAX = 3 };
static_assert(AH_SEV_GUEST_CERTS_LEN % PAGE == 0 && AH_SNP_CERT_TABLE_MAX % PAGE == 0, "the kernel takes whole pages");
static_assert(AH_SEV_RESP_HEADER_LEN + AH_SNP_REPORT_LEN <= AH_SEV_REPORT_RESP_LEN, "the report fits");

/* The device, open for one request. */
typedef struct session {
	ah_device device;
	int fd;
	ah_deadline deadline;
} session;

static void session_auto(session *s)
{
	if (s->fd >= 0)
		(void)s->device.ops->close(s->device.context, s->fd);
}

static ah_err session_open(session *s, const char *path, ah_fault *why)
{
	s->fd = s->device.ops->open(s->device.context, path, O_RDWR);
	return s->fd >= 0 ? AH_OK : ah_device_fault(why, STEP, path, s->fd);
}

static uint64_t address_of(const void *ptr)
{
	return (uint64_t)(uintptr_t)ptr;
}

/* -- One message -- */

static ah_err refuse(ah_fault *why, int error, uint64_t exitinfo2)
{
	unsigned firmware = (unsigned)(exitinfo2 & UINT32_MAX), vmm = (unsigned)(exitinfo2 >> 32);
	if (error == -ENOTTY) /* what the driver says from then on */
		return ah_fault_set(why, AH_ERR_DEVICE_FAILED, STEP, "the kernel has given up the guest's message key after a failure: start the guest anew");
	if (vmm == AH_SEV_VMM_BUSY)
		return ah_fault_set(why, AH_ERR_DEVICE_BUSY, STEP, "the host is busy");
	if (firmware != 0 || vmm != 0)
		return ah_fault_set(why, AH_ERR_DEVICE_FAILED, STEP, "firmware error 0x%x, host error 0x%x", firmware, vmm);
	return ah_device_fault(why, STEP, "request", error);
}

/* The kernel repeats a message to a busy host by itself, for a minute; what comes here may be asked again as nothing was lost. */
static ah_err send(session *s, unsigned long request, const void *req, void *resp, ah_sev_ioctl *io, ah_fault *why)
{
	for (int tries = 1;; tries++) {
		*io = (ah_sev_ioctl){ .msg_version = 1, .req_data = address_of(req), .resp_data = address_of(resp) };
		int error = s->device.ops->ioctl(s->device.context, s->fd, request, io);
		if (error >= 0 && io->exitinfo2 == 0)
			return AH_OK;
		unsigned vmm = (unsigned)(io->exitinfo2 >> 32);
		bool again = vmm == AH_SEV_VMM_BUSY || (io->exitinfo2 == 0 && ah_device_is_passing(error));
		if (!again || tries == AH_SEV_GUEST_ATTEMPTS_MAX || !ah_deadline_pause(&s->deadline))
			return refuse(why, error < 0 ? error : -EIO, io->exitinfo2);
	}
}

/* -- Report -- */

static ah_err read_report(ah_slice resp, ah_slice *report, ah_fault *why)
{
	ah_reader r = { .in = resp };
	uint32_t status = ah_read_le32(&r), size = ah_read_le32(&r);
	ah_read_skip(&r, AH_SEV_RESP_HEADER_LEN - ah_reader_pos(&r));
	ah_slice bytes = ah_read_bytes(&r, AH_SNP_REPORT_LEN);
	assert(r.err == AH_OK); /* resp has a fixed length */
	if (status != 0)
		return ah_fault_set(why, AH_ERR_DEVICE_FAILED, STEP, "firmware status 0x%x", (unsigned)status);
	if (size != AH_SNP_REPORT_LEN)
		return ah_fault_set(why, AH_ERR_DEVICE_ANSWER, STEP, "a report of %u bytes, wanted %d", (unsigned)size, AH_SNP_REPORT_LEN);
	*report = bytes;
	return AH_OK;
}

typedef struct report_call {
	ah_sev_ext_report_req req;
	uint8_t resp[AH_SEV_REPORT_RESP_LEN];
	uint8_t certs[AH_SNP_CERT_TABLE_MAX];
} report_call;

/* Once more with the room that the host says it needs, if that is more than it had and not more than any table has. */
static ah_err send_extended(session *s, report_call *call, ah_fault *why)
{
	ah_sev_ioctl io;
	ah_fault first = { .offset = AH_NO_OFFSET };
	call->req.certs_address = address_of(call->certs);
	call->req.certs_len = AH_SEV_GUEST_CERTS_LEN;
	ah_err err = send(s, AH_SEV_IOCTL_EXT_REPORT, &call->req, call->resp, &io, &first);
	if (err == AH_OK || io.exitinfo2 >> 32 != AH_SEV_VMM_INVALID_LEN) {
		if (err != AH_OK && why != NULL && why->err == AH_OK)
			*why = first;
		return err;
	}
	uint32_t wanted = call->req.certs_len;
	if (wanted <= AH_SEV_GUEST_CERTS_LEN || wanted > AH_SNP_CERT_TABLE_MAX || wanted % PAGE != 0)
		return ah_fault_set(why, AH_ERR_DEVICE_ANSWER, STEP, "the host wants %u bytes for its certificates", (unsigned)wanted);
	return send(s, AH_SEV_IOCTL_EXT_REPORT, &call->req, call->resp, &io, why);
}

static ah_err get_report(session *s, report_call *call, bool without_certificates, ah_fault *why)
{
	ah_sev_ioctl io;
	return without_certificates ? send(s, AH_SEV_IOCTL_REPORT, &call->req.data, call->resp, &io, why) : send_extended(s, call, why);
}

typedef struct sev_guest_attester {
	ah_attester base;
	ah_device device;
	ah_sev_guest_options options;
} sev_guest_attester;

static ah_err take_answer(const sev_guest_attester *self, const ah_attest_request *request, const report_call *call, ah_attest_result *out, ah_fault *why)
{
	ah_slice report = { NULL, 0 };
	AH_TRY(read_report(AH_SLICE_OF(call->resp), &report, why));
	AH_TRY(ah__snp_answer_check(report, request, true, self->options.vmpl, why));
	out->evidence = AH_BUF(AH_SNP_REPORT_LEN);
	out->cert_table = AH_BUF(AH_SNP_CERT_TABLE_MAX);
	AH_TRY(ah_buf_append(&out->evidence, report));
	return ah__snp_answer_certificates(&out->cert_table, AH_SLICE_OF(call->certs), why);
}

static ah_err sev_guest_attest(ah_attester *base, const ah_attest_request *request, ah_attest_result *out, ah_fault *why)
{
	sev_guest_attester *self = (sev_guest_attester *)base;
	AH_AUTO(session) s = { .device = self->device, .fd = -1, .deadline = ah_deadline_start(&self->device, request->timeout_ms) };
	AH_TRY(session_open(&s, self->options.path, why));
	report_call *call = ah_alloc(sizeof *call);
	if (call == NULL)
		return AH_ERR_NOMEM;
	memcpy(call->req.data.user_data, request->report_data, sizeof call->req.data.user_data);
	call->req.data.vmpl = self->options.vmpl;
	ah_err err = get_report(&s, call, self->options.without_certificates, why);
	if (err == AH_OK)
		err = take_answer(self, request, call, out, why);
	ah_dealloc(call);
	return err;
}

static void sev_guest_free(ah_attester *base)
{
	ah_dealloc((sev_guest_attester *)base);
}

ah_err ah_sev_guest_attester_new(ah_attester **out, const ah_device *device, const ah_sev_guest_options *options, ah_fault *why)
{
	static const ah_attester_ops ops = { .name = "sev-guest", .attest = sev_guest_attest, .free = sev_guest_free };
	if (options->vmpl > VMPL_MAX)
		return ah_fault_set(why, AH_ERR_ARGUMENT, STEP, "VMPL %u: 0 to %d", options->vmpl, VMPL_MAX);
	sev_guest_attester *self = ah_alloc(sizeof *self);
	if (self == NULL)
		return AH_ERR_NOMEM;
	*self = (sev_guest_attester){ .base = { .ops = &ops, .platform = AH_PLATFORM_SNP }, .device = *device, .options = *options };
	if (self->options.path == NULL)
		self->options.path = AH_SEV_GUEST_PATH;
	*out = &self->base;
	return AH_OK;
}

/* -- Derived key -- */

/* The kernel copies the key into locked memory, and it never is anywhere else. Key and header are one message, so both lie there. */
static ah_err fetch_key(session *s, const ah_sev_key_req *req, ah_secret *message, ah_secret **out, ah_fault *why)
{
	ah_sev_ioctl io;
	AH_AUTO_PTR(ah_secret) key = NULL;
	AH_TRY(send(s, AH_SEV_IOCTL_DERIVED_KEY, req, ah_secret_bytes(message), &io, why));
	ah_reader r = { .in = ah_slice_make(ah_secret_view(message), ah_secret_len(message)) };
	uint32_t status = ah_read_le32(&r);
	ah_read_skip(&r, AH_SEV_RESP_HEADER_LEN - ah_reader_pos(&r));
	ah_slice bytes = ah_read_bytes(&r, KEY_LEN);
	AH_TRY(ah_reader_finish(&r));
	if (status != 0)
		return ah_fault_set(why, AH_ERR_DEVICE_FAILED, STEP, "derived key: firmware status 0x%x", (unsigned)status);
	if (ah_slice_is_zero(bytes)) /* what a driver leaves that wrote nothing */
		return ah_fault_set(why, AH_ERR_DEVICE_ANSWER, STEP, "derived key: it is zero");
	AH_TRY(ah_secret_new(&key, KEY_LEN));
	memcpy(ah_secret_bytes(key), bytes.ptr, KEY_LEN);
	ah_secret_seal(key);
	*out = ah_move_ptr(&key);
	return AH_OK;
}

ah_err ah_sev_guest_derived_key(ah_secret **out, const ah_device *device, const char *path, const ah_sev_guest_key_request *request, ah_fault *why)
{
	if (request->vmpl > VMPL_MAX || (request->fields & ~(unsigned)AH_SEV_KEY_FIELDS) != 0)
		return ah_fault_set(why, AH_ERR_ARGUMENT, STEP, "derived key: VMPL 0 to %d, fields within 0x%x", VMPL_MAX, (unsigned)AH_SEV_KEY_FIELDS);
	AH_AUTO(session) s = { .device = *device, .fd = -1, .deadline = ah_deadline_start(device, 0) };
	AH_AUTO_PTR(ah_secret) message = NULL;
	const ah_sev_key_req req = {
		.root_key_select = request->from_vmrk ? 1 : 0,
		.guest_field_select = request->fields,
		.vmpl = request->vmpl,
		.guest_svn = request->guest_svn,
		.tcb_version = request->tcb_version,
	};
	AH_TRY(session_open(&s, path != NULL ? path : AH_SEV_GUEST_PATH, why));
	AH_TRY(ah_secret_new(&message, AH_SEV_KEY_RESP_LEN));
	return fetch_key(&s, &req, message, out, why);
}
