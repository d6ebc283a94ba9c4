/* PEM: each block that is read, written in our form, is read as the same block. */
#include "fuzz.h"

#include "codec/pem.h"

#define LABEL_MAX 128

static void write_and_read(ah_slice label, ah_slice bytes)
{
	char name[LABEL_MAX + 1] = { 0 };
	if (label.len > LABEL_MAX)
		return;
	memcpy(name, label.ptr, label.len);
	AH_AUTO(ah_buf) text = AH_BUF(2 * bytes.len + 4 * LABEL_MAX), back = AH_BUF(bytes.len);
	assert(ah_pem_write(&text, name, bytes) == AH_OK);
	assert(ah_pem_detect(ah_buf_slice(&text)));
	ah_slice rest = ah_buf_slice(&text), label_back;
	bool found = false;
	assert(ah_pem_next(&rest, &found, &label_back, &back) == AH_OK && found && rest.len == 0);
	assert(ah_slice_is(label, label_back) && ah_slice_is(bytes, ah_buf_slice(&back)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ah_slice rest = ah_slice_make(data, size), label;
	bool found = true, any = false;
	bool detected = ah_pem_detect(rest);
	while (found) {
		AH_AUTO(ah_buf) out = AH_BUF(size + 1);
		ah_slice before = rest;
		ah_err err = ah_pem_next(&rest, &found, &label, &out);
		assert(err == AH_OK || (err == AH_ERR_TEXT && out.len == 0 && rest.len == before.len));
		if (err != AH_OK)
			return 0;
		assert(!found || (rest.len < before.len && out.len != 0));
		any = any || found;
		if (found)
			write_and_read(label, ah_buf_slice(&out));
	}
	assert(any == detected && rest.len == 0);
	return 0;
}
