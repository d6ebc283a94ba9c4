#include "unit/attesters/fake_tdx.h"

#include "attesters/sim_tdx.h"
#include "unit/attesters/evidence.h"

#include <errno.h>
#include <fcntl.h>

void fake_tdx_init(fake_tdx *tdx)
{
	const ah_sim_output *simulated = evidence_of(AH_PLATFORM_TDX);
	*tdx = (fake_tdx){ .log = AH_BUF(1 << 22) };
	ah_err err = ah_crypto_new(&tdx->crypto, NULL);
	assert(err == AH_OK);
	memcpy(tdx->rtmr, simulated->evidence.ptr + AH_SIM_TDX_HEADER_LEN + AH_SIM_TDX_RTMR, sizeof tdx->rtmr);
	memset(tdx->rtmr[3], 0, sizeof tdx->rtmr[3]);
}

void fake_tdx_free(fake_tdx *tdx)
{
	ah_buf_free(&tdx->log);
	ah_crypto_free(tdx->crypto);
}

void fake_tdx_extend(fake_tdx *tdx, unsigned index, const uint8_t *digest)
{
	uint8_t value[48];
	const ah_slice parts[] = { AH_SLICE_OF(tdx->rtmr[index]), ah_slice_make(digest, 48) };
	ah_err err = ah_hash(tdx->crypto, AH_SHA384, parts, 2, value);
	assert(err == AH_OK);
	memcpy(tdx->rtmr[index], value, sizeof value);
	tdx->extends++;
}

static int register_of(const char *path)
{
	static const char *const ends[] = { "/measurements/rtmr0:sha384", "/measurements/rtmr1:sha384", "/measurements/rtmr2:sha384", "/measurements/rtmr3:sha384" };
	for (int i = 0; i < 4; i++)
		if (fake_path_ends(path, ends[i]))
			return i;
	return -1;
}

static int tdx_open(fake *f, const char *path, int flags)
{
	fake_tdx *tdx = f->state;
	if (register_of(path) >= 0)
		return tdx->no_registers ? -ENOENT : 0;
	if (fake_path_ends(path, "/CCEL"))
		return tdx->no_ccel ? -ENOENT : 0;
	if (strcmp(path, FAKE_TDX_LOG) != 0 || (!tdx->has_log && (flags & O_CREAT) == 0))
		return -ENOENT;
	tdx->has_log = true;
	return 0;
}

static int tdx_load(fake *f, const char *path, ah_buf *content)
{
	const fake_tdx *tdx = f->state;
	int index = register_of(path);
	ah_slice bytes = ah_buf_slice(&tdx->log);
	if (index >= 0)
		bytes = ah_slice_make(tdx->rtmr[index], tdx->register_len != 0 ? tdx->register_len : 48);
	else if (fake_path_ends(path, "/CCEL"))
		bytes = ah_buf_slice(&evidence_of(AH_PLATFORM_TDX)->event_log_ccel);
	ah_err err = bytes.len != 0 ? ah_buf_append(content, bytes) : AH_OK;
	return err == AH_OK ? 0 : -ENOMEM;
}

static int tdx_store(fake *f, const char *path, ah_slice in)
{
	static const uint8_t other[48] = { 0x77 };
	fake_tdx *tdx = f->state;
	int index = register_of(path);
	if (index < 0)
		return ah_buf_append(&tdx->log, in) == AH_OK ? 0 : -ENOSPC;
	if (in.len != 48)
		return -EINVAL;
	if (tdx->foreign > 0) {
		tdx->foreign--;
		fake_tdx_extend(tdx, 3, other);
	}
	if (!tdx->loses_extends)
		fake_tdx_extend(tdx, (unsigned)index, in.ptr);
	return 0;
}

static int tdx_truncate(fake *f, const char *path, size_t len)
{
	fake_tdx *tdx = f->state;
	(void)path;
	assert(len <= tdx->log.len);
	tdx->log.len = len;
	return 0;
}

const fake_driver fake_tdx_driver = { .open = tdx_open, .load = tdx_load, .store = tdx_store, .truncate = tdx_truncate };
