/* See cose.h. Section numbers are those of RFC 9052. */
#include "codec/cose.h"

#include "base/fault.h"

#define STEP           "cose.parse"
#define SIGN1_ELEMENTS 4
#define LABEL_ALG      1

/* The reader's own error, where it is, as a fault. `by`: where the reader's input starts in the document. */
static ah_err cbor_fault(ah_cbor *c, size_t by, ah_fault *why)
{
	size_t off = c->r.pos;
	ah_err err = ah_cbor_finish(c, &off);
	return ah_fault_at(why, err, STEP, by + off, "not the CBOR that COSE_Sign1 consists of");
}

/* The next item must be of this type: another one is a COSE error, a broken one an error of CBOR. */
static ah_err expect(ah_cbor *c, ah_cbor_type wanted, size_t by, const char *what, ah_fault *why)
{
	ah_cbor_type type = ah_cbor_peek(c);
	if (type == wanted)
		return AH_OK;
	if (type == AH_CBOR_INVALID)
		return cbor_fault(c, by, why);
	if (type == AH_CBOR_END && c->depth == 0)
		return ah_fault_at(why, AH_ERR_TRUNCATED, STEP, by + ah_reader_pos(&c->r), "the input ends before %s", what);
	return ah_fault_at(why, AH_ERR_COSE, STEP, by + ah_reader_pos(&c->r), "%s is missing or of another type", what);
}

static ah_err read_bytes(ah_cbor *c, ah_slice *out, size_t *off, const char *what, ah_fault *why)
{
	AH_TRY(expect(c, AH_CBOR_BYTES, 0, what, why));
	ah_slice bytes = ah_cbor_bytes(c);
	if (c->r.err != AH_OK)
		return cbor_fault(c, 0, why);
	*out = bytes;
	*off = ah_reader_pos(&c->r) - bytes.len;
	return AH_OK;
}

/*
 * 3: the protected header is a bstr that holds a map. Only {1: int} is let through: whatever else stands there (crit, content type, a second alg)
 * would change the meaning of the signature in a way that nobody here understands.
 */
static ah_err read_protected(int64_t *alg, ah_slice protected_bytes, size_t by, ah_fault *why)
{
	ah_cbor c;
	ah_cbor_init(&c, protected_bytes);
	size_t count = 0;
	if (protected_bytes.len == 0)
		return ah_fault_at(why, AH_ERR_COSE, STEP, by, "the protected header is empty");
	AH_TRY(expect(&c, AH_CBOR_MAP, by, "the map of the protected header", why));
	ah_cbor_map_begin(&c, &count);
	if (c.r.err == AH_OK && count != 1 && count != SIZE_MAX)
		return ah_fault_at(why, AH_ERR_COSE, STEP, by, "the protected header has %zu entries, not 1", count);
	if (c.r.err != AH_OK)
		return cbor_fault(&c, by, why);
	AH_TRY(expect(&c, AH_CBOR_UINT, by, "the label of alg", why));
	if (ah_cbor_uint(&c) != LABEL_ALG && c.r.err == AH_OK)
		return ah_fault_at(why, AH_ERR_COSE, STEP, by, "the protected header has a label other than alg");
	AH_TRY(expect(&c, ah_cbor_peek(&c) == AH_CBOR_NEGINT ? AH_CBOR_NEGINT : AH_CBOR_UINT, by, "an integer as alg", why));
	int64_t value = ah_cbor_int(&c);
	if (ah_cbor_more(&c))
		return ah_fault_at(why, AH_ERR_COSE, STEP, by + ah_reader_pos(&c.r), "the protected header has more than one entry");
	ah_cbor_end(&c);
	if (c.r.err == AH_OK && ah_reader_left(&c.r) != 0)
		return ah_fault_at(why, AH_ERR_COSE, STEP, by + ah_reader_pos(&c.r), "bytes follow the map of the protected header");
	if (c.r.err != AH_OK)
		return cbor_fault(&c, by, why);
	*alg = value;
	return AH_OK;
}

static ah_err read_unprotected(ah_cbor *c, size_t *count, ah_fault *why)
{
	size_t entries = 0;
	AH_TRY(expect(c, AH_CBOR_MAP, 0, "the unprotected header", why));
	ah_cbor_map_begin(c, NULL);
	for (; ah_cbor_more(c); entries++) {
		ah_cbor_skip(c);
		ah_cbor_skip(c);
	}
	ah_cbor_end(c);
	if (c->r.err != AH_OK)
		return cbor_fault(c, 0, why);
	*count = entries;
	return AH_OK;
}

/* The tag, if any, and the opening of the array of four. */
static ah_err read_opening(ah_cbor *c, bool *tagged, ah_fault *why)
{
	size_t count = 0;
	bool has_tag = ah_cbor_peek(c) == AH_CBOR_TAG;
	if (has_tag && ah_cbor_tag(c) != AH_COSE_TAG_SIGN1 && c->r.err == AH_OK)
		return ah_fault_at(why, AH_ERR_COSE, STEP, 0, "the tag is not 18, COSE_Sign1");
	AH_TRY(expect(c, AH_CBOR_ARRAY, 0, "the array of COSE_Sign1", why));
	size_t off = ah_reader_pos(&c->r);
	ah_cbor_array_begin(c, &count);
	if (c->r.err != AH_OK)
		return cbor_fault(c, 0, why);
	if (count != SIGN1_ELEMENTS && count != SIZE_MAX)
		return ah_fault_at(why, AH_ERR_COSE, STEP, off, "an array of %zu, not of 4", count);
	*tagged = has_tag;
	return AH_OK;
}

ah_err ah_cose_sign1_parse(ah_cose_sign1 *out, ah_slice in, ah_fault *why)
{
	ah_cbor c;
	ah_cbor_init(&c, in);
	ah_cose_sign1 s = { 0 };
	AH_TRY(read_opening(&c, &s.tagged, why));
	AH_TRY(read_bytes(&c, &s.protected_bytes, &s.protected_off, "the protected header", why));
	AH_TRY(read_protected(&s.alg, s.protected_bytes, s.protected_off, why));
	AH_TRY(read_unprotected(&c, &s.unprotected_count, why));
	AH_TRY(read_bytes(&c, &s.payload, &s.payload_off, "an attached payload", why));
	AH_TRY(read_bytes(&c, &s.signature, &s.signature_off, "the signature", why));
	if (ah_cbor_more(&c))
		return ah_fault_at(why, AH_ERR_COSE, STEP, ah_reader_pos(&c.r), "an array of more than 4");
	ah_cbor_end(&c);
	size_t off = 0;
	ah_err err = ah_cbor_finish(&c, &off);
	if (err != AH_OK)
		return ah_fault_at(why, err, STEP, off, "after the signature");
	*out = s;
	return AH_OK;
}

/* 4.4: Sig_structure = [ "Signature1", body_protected, external_aad, payload ]; all but the bytes of the payload. */
static ah_err write_signed_head(ah_buf *head, ah_slice protected_bytes, size_t payload_len)
{
	AH_TRY(ah_cbor_put_array(head, SIGN1_ELEMENTS));
	AH_TRY(ah_cbor_put_text(head, AH_SLICE_LITERAL("Signature1")));
	AH_TRY(ah_cbor_put_bytes(head, protected_bytes));
	AH_TRY(ah_cbor_put_bytes(head, AH_SLICE_LITERAL("")));
	return ah_cbor_put_bytes_head(head, payload_len);
}

ah_err ah_cose_sign1_signed_parts(ah_slice parts[static 2], uint8_t head_buf[static AH_COSE_HEAD_MAX], ah_slice protected_bytes, ah_slice payload)
{
	/* A buffer over the caller's array: its capacity is its maximum, so it says AH_ERR_LIMIT and never allocates. */
	ah_buf head = { .ptr = head_buf, .cap = AH_COSE_HEAD_MAX, .max = AH_COSE_HEAD_MAX };
	AH_TRY(write_signed_head(&head, protected_bytes, payload.len));
	parts[0] = ah_buf_slice(&head);
	parts[1] = payload;
	return AH_OK;
}

static ah_err write_sign1(ah_buf *out, bool tagged, ah_slice protected_bytes, ah_slice payload, ah_slice signature)
{
	if (tagged)
		AH_TRY(ah_cbor_put_tag(out, AH_COSE_TAG_SIGN1));
	AH_TRY(ah_cbor_put_array(out, SIGN1_ELEMENTS));
	AH_TRY(ah_cbor_put_bytes(out, protected_bytes));
	AH_TRY(ah_cbor_put_map(out, 0));
	AH_TRY(ah_cbor_put_bytes(out, payload));
	return ah_cbor_put_bytes(out, signature);
}

ah_err ah_cose_sign1_write(ah_buf *out, bool tagged, ah_slice protected_bytes, ah_slice payload, ah_slice signature)
{
	size_t start = out->len;
	ah_err err = write_sign1(out, tagged, protected_bytes, payload, signature);
	if (err != AH_OK)
		out->len = start;
	return err;
}
