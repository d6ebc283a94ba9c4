#include "unit/attesters/fake_sev.h"

#include "attesters/sev_guest_abi.h"
#include "attesters/sim_snp.h"
#include "unit/attesters/evidence.h"

#include <errno.h>

static void *at(uint64_t address)
{
	return (void *)(uintptr_t)address;
}

static void put_le32(uint8_t *out, uint32_t v)
{
	for (unsigned i = 0; i < 4; i++)
		out[i] = (uint8_t)(v >> (8 * i));
}

static void answer_report(fake_sev *sev, const ah_sev_report_req *req, uint8_t *resp)
{
	sev->last_vmpl = req->vmpl;
	if (sev->writes_nothing)
		return;
	memset(resp, 0, AH_SEV_REPORT_RESP_LEN);
	put_le32(resp, sev->status);
	put_le32(resp + 4, sev->size != 0 ? sev->size : 1184);
	memcpy(resp + 32, evidence_of(AH_PLATFORM_SNP)->evidence.ptr, 1184);
	memcpy(resp + 32 + AH_SIM_SNP_REPORT_DATA, req->user_data, sizeof req->user_data);
	put_le32(resp + 32 + AH_SIM_SNP_VMPL, req->vmpl);
	if (sev->is_other)
		resp[32 + AH_SIM_SNP_REPORT_DATA + 63] ^= 1;
}

static int ext_report(fake_sev *sev, ah_sev_ioctl *io)
{
	ah_sev_ext_report_req *req = at(io->req_data);
	uint32_t least = sev->accepts_len != 0 ? sev->accepts_len : (uint32_t)sev->table.len;
	sev->last_certs_len = req->certs_len;
	if (req->certs_len % 4096 != 0)
		return -EINVAL;
	if (sev->wants_len != 0 || req->certs_len < least) {
		req->certs_len = sev->wants_len != 0 ? sev->wants_len : (least + 4095) / 4096 * 4096;
		io->exitinfo2 = (uint64_t)AH_SEV_VMM_INVALID_LEN << 32;
		return -EIO;
	}
	answer_report(sev, &req->data, at(io->resp_data));
	if (sev->table.len != 0)
		memcpy(at(req->certs_address), sev->table.ptr, sev->table.len);
	return 0;
}

static void derive(fake_sev *sev, const ah_sev_key_req *req, uint8_t *resp)
{
	sev->last_root = req->root_key_select;
	sev->last_fields = req->guest_field_select;
	sev->last_vmpl = req->vmpl;
	sev->last_tcb = req->tcb_version;
	put_le32(resp, sev->status);
	memcpy(resp + 32, sev->key, sizeof sev->key);
}

static int sev_ioctl(fake *f, unsigned long request, void *argument)
{
	fake_sev *sev = f->state;
	ah_sev_ioctl *io = argument;
	sev->messages++;
	sev->last_request = request;
	if (sev->vmpck_is_gone)
		return -ENOTTY;
	if (io->msg_version != 1)
		return -EINVAL;
	io->exitinfo2 = sev->exitinfo2;
	if (sev->busy > 0) {
		sev->busy--;
		io->exitinfo2 = (uint64_t)AH_SEV_VMM_BUSY << 32;
		return -EIO;
	}
	if (sev->exitinfo2 != 0 && !sev->hides_error)
		return -EIO;
	if (request == AH_SEV_IOCTL_EXT_REPORT)
		return ext_report(sev, io);
	if (request == AH_SEV_IOCTL_REPORT)
		answer_report(sev, at(io->req_data), at(io->resp_data));
	else if (request == AH_SEV_IOCTL_DERIVED_KEY)
		derive(sev, at(io->req_data), at(io->resp_data));
	else
		return -ENOTTY;
	return 0;
}

static int sev_open(fake *f, const char *path, int flags)
{
	(void)f;
	(void)flags;
	return fake_path_ends(path, "/dev/sev-guest") ? 0 : -ENOENT;
}

const fake_driver fake_sev_driver = { .open = sev_open, .ioctl = sev_ioctl };
