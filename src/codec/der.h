/*
 * Strict DER (X.690): a pull reader and its mirror, a writer.
 *
 * Refused: indefinite and non-minimal lengths, multi-byte tags, non-minimal INTEGER, BOOLEAN other than 00/FF, BIT STRING with unused bits
 * (the callers here never need them), empty BIT STRING, times in other than the DER form, OIDs with padded arcs. AH_ERR_ENCODING for a form
 * that BER allows and DER does not, AH_ERR_FORMAT for a wrong tag, AH_ERR_TRUNCATED for a length beyond the input. No allocation.
 */
#ifndef AH_CODEC_DER_H
#define AH_CODEC_DER_H

#include "base/buf.h"
#include "base/limits.h"
#include "base/reader.h"

enum {
	AH_DER_BOOLEAN = 0x01, AH_DER_INTEGER = 0x02, AH_DER_BIT_STRING = 0x03, AH_DER_OCTET_STRING = 0x04, AH_DER_NULL = 0x05, AH_DER_OID = 0x06,
	AH_DER_ENUMERATED = 0x0a, AH_DER_UTF8_STRING = 0x0c, AH_DER_PRINTABLE_STRING = 0x13, AH_DER_T61_STRING = 0x14, AH_DER_IA5_STRING = 0x16,
	AH_DER_UTC_TIME = 0x17, AH_DER_GENERALIZED_TIME = 0x18, AH_DER_SEQUENCE = 0x30, AH_DER_SET = 0x31,
	AH_DER_CONTEXT = 0x80, AH_DER_CONTEXT_CONSTRUCTED = 0xa0, /* | number 0..30 */
};

/* One element: tag, content, and the whole encoding (tag and length included), all borrowed. off: of the tag, from the start of the reader's input. */
typedef struct ah_der_item {
	uint8_t tag;
	ah_slice content, whole;
	size_t off;
} ah_der_item;

/* The reader is an ah_reader over the DER bytes; errors are sticky there. Offsets are relative to the reader's input. */
ah_der_item ah_der_any(ah_reader *r);
/* The next element must have this tag, else AH_ERR_FORMAT. Its content. */
ah_slice ah_der_expect(ah_reader *r, uint8_t tag);
/* The next element's content as a reader of its own, to be finished with ah_der_leave(): positions inside are relative to the content. */
ah_reader ah_der_enter(ah_reader *r, uint8_t tag);
/* Finish a sub-reader: its error, or AH_ERR_TRAILING, becomes the parent's error, at its place in the parent's input. To be called before the
 * parent reads on (the parent still stands behind the child's element). */
void ah_der_leave(ah_reader *parent, ah_reader *child);
/* True when there is a next element and it has this tag; takes nothing, sets no error. */
bool ah_der_next_is(const ah_reader *r, uint8_t tag);
/* True when everything was read (or an error is set). */
bool ah_der_at_end(const ah_reader *r);

bool ah_der_boolean(ah_reader *r);
/* A non-negative INTEGER up to max; AH_ERR_FIELD_RANGE beyond it or when negative. */
uint64_t ah_der_uint(ah_reader *r, uint64_t max);
/* A non-negative INTEGER of any size as magnitude bytes without leading zero ({ptr,0}.. for 0 one byte 00). Negative: AH_ERR_FIELD_RANGE. */
ah_slice ah_der_unsigned(ah_reader *r);
/* A BIT STRING with no unused bits: its bytes. */
ah_slice ah_der_bit_string(ah_reader *r);
/* A BIT STRING of named flags (KeyUsage): bit i of the result is ASN.1 bit i; trailing zero bits must be absent (DER). At most 16 bits. */
uint16_t ah_der_bit_flags(ah_reader *r);
/* An OBJECT IDENTIFIER: its content bytes, checked for form. */
ah_slice ah_der_oid(ah_reader *r);
/* UTCTime or GeneralizedTime as RFC 5280 4.1.2.5 wants them (Z, seconds; UTCTime for 1950..2049, GeneralizedTime from 2050; both are accepted
 * for the years of the other, as vendors do so): seconds since 1970, may be negative. */
int64_t ah_der_time(ah_reader *r);

/* The writer. ah_der_begin reserves a header; ah_der_end writes the true length (moving the content when it needs more than one byte). */
typedef struct ah_der_mark { size_t off; } ah_der_mark;
AH_MUST_USE ah_err ah_der_begin(ah_buf *out, uint8_t tag, ah_der_mark *mark);
AH_MUST_USE ah_err ah_der_end(ah_buf *out, ah_der_mark mark);
AH_MUST_USE ah_err ah_der_put(ah_buf *out, uint8_t tag, ah_slice content);
/* The bytes as they are (an already encoded element). */
AH_MUST_USE ah_err ah_der_put_raw(ah_buf *out, ah_slice encoded);
AH_MUST_USE ah_err ah_der_put_boolean(ah_buf *out, bool v);
AH_MUST_USE ah_err ah_der_put_uint(ah_buf *out, uint64_t v);
/* A non-negative INTEGER from big-endian magnitude bytes (leading zeros are dropped, a sign byte is added). */
AH_MUST_USE ah_err ah_der_put_unsigned(ah_buf *out, ah_slice magnitude);
AH_MUST_USE ah_err ah_der_put_bit_string(ah_buf *out, ah_slice bytes);
AH_MUST_USE ah_err ah_der_put_bit_flags(ah_buf *out, uint16_t flags);
/* UTCTime below 2050, GeneralizedTime from 2050 on. */
AH_MUST_USE ah_err ah_der_put_time(ah_buf *out, int64_t t_s);

#endif
