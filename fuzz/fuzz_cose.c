/* COSE_Sign1: an accepted structure lies where its offsets say, and written again from its parts it is accepted with the same parts. */
#include "fuzz.h"

#include "codec/cose.h"

static void require_inside(ah_slice in, size_t off, ah_slice part)
{
	assert(off <= in.len && part.len <= in.len - off);
	assert(ah_slice_is(ah_slice_sub(in, off, part.len), part));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ah_slice in = ah_slice_make(data, size), parts[2];
	uint8_t head[AH_COSE_HEAD_MAX];
	ah_cose_sign1 s, again;
	ah_fault why = { 0 };
	ah_err err = ah_cose_sign1_parse(&s, in, &why);
	assert(err == why.err);
	if (err != AH_OK) {
		assert(why.offset <= size && why.detail[0] != '\0');
		return 0;
	}
	require_inside(in, s.protected_off, s.protected_bytes);
	require_inside(in, s.payload_off, s.payload);
	require_inside(in, s.signature_off, s.signature);
	assert(ah_cose_sign1_signed_parts(parts, head, s.protected_bytes, s.payload) == AH_OK);

	AH_AUTO(ah_buf) out = AH_BUF(size + 1024);
	assert(ah_cose_sign1_write(&out, s.tagged, s.protected_bytes, s.payload, s.signature) == AH_OK);
	assert(ah_cose_sign1_parse(&again, ah_buf_slice(&out), NULL) == AH_OK);
	assert(again.tagged == s.tagged && again.alg == s.alg && again.unprotected_count == 0);
	assert(ah_slice_is(again.protected_bytes, s.protected_bytes) && ah_slice_is(again.payload, s.payload) && ah_slice_is(again.signature, s.signature));
	return 0;
}
