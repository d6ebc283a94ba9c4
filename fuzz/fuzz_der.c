/* DER: whatever is accepted has one encoding, so that writing it again from its values gives the same bytes, at every level. */
#include "fuzz.h"

#include "codec/der.h"

#define OUT_MAX (2 * 1024 * 1024)

/* One primitive element through its typed reader and writer. What the typed reader refuses stays unjudged: ah_der_any() takes more. */
static void check_primitive(ah_der_item item)
{
	AH_AUTO(ah_buf) out = AH_BUF(OUT_MAX);
	ah_reader r = { .in = item.whole }, flags_reader = r;
	ah_err err = AH_OK;
	int64_t t_s;
	switch (item.tag) {
	case AH_DER_BOOLEAN: err = ah_der_put_boolean(&out, ah_der_boolean(&r)); break;
	case AH_DER_INTEGER: err = ah_der_put_unsigned(&out, ah_der_unsigned(&r)); break;
	case AH_DER_BIT_STRING:
		err = ah_der_put_bit_flags(&out, ah_der_bit_flags(&flags_reader));
		assert(err == AH_OK && (ah_reader_finish(&flags_reader) != AH_OK || ah_slice_is(ah_buf_slice(&out), item.whole)));
		ah_buf_clear(&out);
		err = ah_der_put_bit_string(&out, ah_der_bit_string(&r));
		break;
	case AH_DER_OID: err = ah_der_put(&out, AH_DER_OID, ah_der_oid(&r)); break;
	case AH_DER_UTC_TIME:
	case AH_DER_GENERALIZED_TIME:
		t_s = ah_der_time(&r);
		err = ah_der_put_time(&out, t_s);
		if (r.err == AH_OK && out.ptr[0] != item.tag) { /* GeneralizedTime for a year of UTCTime */
			ah_reader back = { .in = ah_buf_slice(&out) };
			assert(ah_der_time(&back) == t_s && back.err == AH_OK);
			return;
		}
		break;
	default: err = ah_der_put(&out, item.tag, ah_der_expect(&r, item.tag)); break;
	}
	assert(err == AH_OK);
	if (ah_reader_finish(&r) == AH_OK)
		assert(ah_slice_is(ah_buf_slice(&out), item.whole));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ah_reader stack[AH_DER_DEPTH_MAX];
	ah_der_mark marks[AH_DER_DEPTH_MAX];
	AH_AUTO(ah_buf) out = AH_BUF(OUT_MAX);
	size_t depth = 1;
	if (size > OUT_MAX / 2)
		return 0;
	stack[0] = (ah_reader){ .in = ah_slice_make(data, size) };
	while (depth != 0) {
		ah_reader *r = &stack[depth - 1];
		if (ah_der_at_end(r)) {
			depth--;
			if (depth != 0) {
				ah_der_leave(&stack[depth - 1], r);
				assert(ah_der_end(&out, marks[depth]) == AH_OK);
			}
			continue;
		}
		ah_reader before = *r;
		ah_der_item item = ah_der_any(r);
		if (r->err != AH_OK)
			continue;
		assert(ah_der_next_is(&before, item.tag) && item.off == ah_reader_pos(&before) && item.whole.len > item.content.len);
		if ((item.tag & 0x20) != 0 && depth < AH_DER_DEPTH_MAX) {
			assert(ah_der_begin(&out, item.tag, &marks[depth]) == AH_OK);
			*r = before;
			ah_reader child = ah_der_enter(r, item.tag);
			stack[depth++] = child;
		} else {
			check_primitive(item);
			assert(ah_der_put_raw(&out, item.whole) == AH_OK);
		}
	}
	assert(stack[0].err_off <= size);
	if (ah_reader_finish(&stack[0]) == AH_OK)
		assert(ah_slice_is(ah_buf_slice(&out), stack[0].in));
	return 0;
}
