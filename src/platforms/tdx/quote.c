/* See quote.h. Rules on single fields stand here, beside the reads: the fields decide how the rest is read. */
#include "platforms/tdx/quote.h"

#include "base/fault.h"
#include "base/reader.h"

#include <inttypes.h>

#define STEP "tdx.parse"

#define TEE_TYPE_TDX          0x81
#define KEY_TYPE_ECDSA_P256   2
#define CERT_TYPE_QE_REPORT   6
#define CERT_TYPE_PCK_CHAIN   5
#define DESCRIPTOR_LEN        6    /* version 5: body type and size */
#define SIGNATURE_LEN         64

/* Intel TDX module ABI, ATTRIBUTES: every other bit is reserved, or belongs to a feature that this version knows nothing of. */
#define ATTRIBUTES_KNOWN \
	(AH_TDX_ATTR_DEBUG | AH_TDX_ATTR_SEPT_VE_DISABLE | AH_TDX_ATTR_MIGRATABLE | AH_TDX_ATTR_PKS | AH_TDX_ATTR_KL | AH_TDX_ATTR_PERFMON)
/* XFAM_FIXED1 (x87 and SSE are always on) and XFAM_FIXED0 (what may be on at all). */
#define XFAM_ALWAYS           UINT64_C(0x3)
#define XFAM_KNOWN            UINT64_C(0x6dbe7)

static const uint8_t intel_qe_vendor[] = { 0x93, 0x9a, 0x72, 0x33, 0xf7, 0x9c, 0x4c, 0xa9, 0x94, 0x0a, 0x0d, 0xb3, 0x95, 0x7f, 0x06, 0x07 };

/* -- The field table: for inspect, and for the ranges of the checks -- */

enum { VERSION_OFF = 0, KEY_TYPE_OFF = 2, TEE_TYPE_OFF = 4, RESERVED_OFF = 8, RESERVED_LEN = 4, VENDOR_OFF = 12, VENDOR_LEN = 16,
       USER_DATA_OFF = 28, USER_DATA_LEN = 20 };
static_assert(USER_DATA_OFF + USER_DATA_LEN == AH_TDX_HEADER_LEN, "user data ends the header");

static const ah_tdx_field header_fields[] = {
	{ VERSION_OFF, 2, "version" }, { KEY_TYPE_OFF, 2, "att_key_type" }, { TEE_TYPE_OFF, 4, "tee_type" }, { RESERVED_OFF, RESERVED_LEN, "reserved" },
	{ VENDOR_OFF, VENDOR_LEN, "qe_vendor_id" }, { USER_DATA_OFF, USER_DATA_LEN, "user_data" },
};

static const ah_tdx_field descriptor_fields[] = { { 48, 2, "body_type" }, { 50, 4, "body_size" } };
static_assert(AH_TDX_HEADER_LEN + DESCRIPTOR_LEN == 54, "the descriptor follows the header");

/* Offsets within the TD report. */
enum { ATTRIBUTES_OFF = 120, XFAM_OFF = 128 };
static const ah_tdx_field report_fields[] = {
	{ 0, 16, "tee_tcb_svn" }, { 16, 48, "mrseam" }, { 64, 48, "mrsignerseam" }, { 112, 8, "seamattributes" }, { ATTRIBUTES_OFF, 8, "td_attributes" },
	{ XFAM_OFF, 8, "xfam" }, { 136, 48, "mrtd" }, { 184, 48, "mrconfigid" }, { 232, 48, "mrowner" }, { 280, 48, "mrownerconfig" },
	{ 328, 48, "rtmr0" }, { 376, 48, "rtmr1" }, { 424, 48, "rtmr2" }, { 472, 48, "rtmr3" }, { 520, 64, "report_data" },
	{ 584, 16, "tee_tcb_svn2" }, { 600, 48, "mrservicetd" }, /* TD 1.5 alone */
};
#define REPORT_FIELDS    (sizeof report_fields / sizeof report_fields[0])
#define REPORT_FIELDS_10 (REPORT_FIELDS - 2)
static_assert(520 + 64 == AH_TDX_REPORT_10_LEN && 600 + 48 == AH_TDX_REPORT_15_LEN, "the last fields end the reports");

static size_t put_fields(ah_tdx_field *out, size_t max, size_t count, const ah_tdx_field *from, size_t from_count, size_t base)
{
	for (size_t i = 0; i < from_count; i++, count++)
		if (count < max)
			out[count] = (ah_tdx_field){ base + from[i].off, from[i].len, from[i].name };
	return count;
}

size_t ah_tdx_fields(const ah_tdx_quote *quote, ah_tdx_field *out, size_t max)
{
	const ah_tdx_field auth_len = { quote->signed_bytes.len, 4, "auth_data_len" };
	size_t count = put_fields(out, max, 0, header_fields, sizeof header_fields / sizeof header_fields[0], 0);
	if (quote->body_off != AH_TDX_HEADER_LEN)
		count = put_fields(out, max, count, descriptor_fields, sizeof descriptor_fields / sizeof descriptor_fields[0], 0);
	count = put_fields(out, max, count, report_fields, quote->is_td15 ? REPORT_FIELDS : REPORT_FIELDS_10, quote->body_off);
	return put_fields(out, max, count, &auth_len, 1, 0);
}

/* -- Header -- */

/* A CBOR web token (RFC 8392): an untagged or tagged COSE_Sign1, perhaps with the CWT tag 61 in front. No quote begins like this. */
static bool is_dice(ah_slice in)
{
	return in.len >= 2 && (in.ptr[0] == 0xd2 || in.ptr[0] == 0x84 || (in.ptr[0] == 0xd8 && in.ptr[1] == 0x3d));
}

static void read_header(ah_tdx_quote *q, ah_reader *r)
{
	q->version = ah_read_le16(r);
	q->attestation_key_type = ah_read_le16(r);
	q->tee_type = ah_read_le32(r);
	q->header_reserved = ah_read_bytes(r, RESERVED_LEN);
	q->qe_vendor_id = ah_read_bytes(r, VENDOR_LEN);
	q->user_data = ah_read_bytes(r, USER_DATA_LEN);
}

static ah_err check_header(const ah_tdx_quote *q, ah_checks *log, ah_fault *why)
{
	ah_check_range(log, AH_CHECK_TDX_VERSION, VERSION_OFF, 2);
	ah_check_got(log, AH_CHECK_TDX_VERSION, "%u", q->version);
	ah_check_wanted(log, AH_CHECK_TDX_VERSION, "4 or 5");
	AH_TRY(ah_check(log, AH_CHECK_TDX_VERSION, q->version == 4 || q->version == 5, AH_ERR_REPORT_VERSION, why));
	ah_check_range(log, AH_CHECK_TDX_KEY_TYPE, KEY_TYPE_OFF, 2);
	ah_check_got(log, AH_CHECK_TDX_KEY_TYPE, "%u", q->attestation_key_type);
	ah_check_wanted(log, AH_CHECK_TDX_KEY_TYPE, "%d (ECDSA P-256)", KEY_TYPE_ECDSA_P256);
	AH_TRY(ah_check(log, AH_CHECK_TDX_KEY_TYPE, q->attestation_key_type == KEY_TYPE_ECDSA_P256, AH_ERR_ALGORITHM, why));
	ah_check_range(log, AH_CHECK_TDX_TEE_TYPE, TEE_TYPE_OFF, 4);
	ah_check_got(log, AH_CHECK_TDX_TEE_TYPE, q->tee_type == 0 ? "0x%" PRIx32 " (SGX)" : "0x%" PRIx32, q->tee_type);
	ah_check_wanted(log, AH_CHECK_TDX_TEE_TYPE, "0x%x (TDX)", TEE_TYPE_TDX);
	AH_TRY(ah_check(log, AH_CHECK_TDX_TEE_TYPE, q->tee_type == TEE_TYPE_TDX, AH_ERR_PLATFORM, why));
	ah_check_range(log, AH_CHECK_TDX_HEADER_RESERVED, RESERVED_OFF, RESERVED_LEN);
	ah_check_got_hex(log, AH_CHECK_TDX_HEADER_RESERVED, q->header_reserved);
	AH_TRY(ah_check(log, AH_CHECK_TDX_HEADER_RESERVED, ah_slice_is_zero(q->header_reserved), AH_ERR_RESERVED, why));
	ah_check_range(log, AH_CHECK_TDX_VENDOR, VENDOR_OFF, VENDOR_LEN);
	ah_check_got_hex(log, AH_CHECK_TDX_VENDOR, q->qe_vendor_id);
	ah_check_wanted_hex(log, AH_CHECK_TDX_VENDOR, AH_SLICE_OF(intel_qe_vendor));
	return ah_check(log, AH_CHECK_TDX_VENDOR, ah_slice_is(q->qe_vendor_id, AH_SLICE_OF(intel_qe_vendor)), AH_ERR_FIELD_RANGE, why);
}

/* -- Body -- */

static ah_err failed(const ah_reader *r, size_t base, const char *what, ah_fault *why)
{
	return ah_fault_at(why, r->err, STEP, base + r->err_off, "%s", what);
}

/* Version 4 has one kind of body and says nothing of it; version 5 names kind and size, and the size must be that of the kind. */
static ah_err read_descriptor(ah_tdx_quote *q, ah_reader *r, size_t *body_len, ah_checks *log, ah_fault *why)
{
	uint32_t stated = AH_TDX_REPORT_10_LEN;
	q->body_type = AH_TDX_BODY_TD10;
	if (q->version == 5) {
		q->body_type = ah_read_le16(r);
		stated = ah_read_le32(r);
		if (r->err != AH_OK)
			return failed(r, 0, "ends within the body descriptor", why);
		ah_check_range(log, AH_CHECK_TDX_BODY_TYPE, AH_TDX_HEADER_LEN, 2);
	}
	bool known = q->body_type == AH_TDX_BODY_TD10 || q->body_type == AH_TDX_BODY_TD15;
	ah_check_got(log, AH_CHECK_TDX_BODY_TYPE, q->body_type == AH_TDX_BODY_TD15_EX ? "%u (TD report 1.5-ex)" : "%u", q->body_type);
	ah_check_wanted(log, AH_CHECK_TDX_BODY_TYPE, "%d (TD report 1.0) or %d (1.5)", AH_TDX_BODY_TD10, AH_TDX_BODY_TD15);
	AH_TRY(ah_check(log, AH_CHECK_TDX_BODY_TYPE, known, AH_ERR_PLATFORM, why));
	q->is_td15 = q->body_type == AH_TDX_BODY_TD15;
	q->body_off = ah_reader_pos(r);
	*body_len = q->is_td15 ? AH_TDX_REPORT_15_LEN : AH_TDX_REPORT_10_LEN;
	if (stated != *body_len)
		return ah_fault_at(why, AH_ERR_FORMAT, STEP, AH_TDX_HEADER_LEN + 2, "body size %" PRIu32 ", its type has %zu", stated, *body_len);
	return AH_OK;
}

static ah_err read_report(ah_tdx_quote *q, ah_slice body, ah_fault *why)
{
	ah_reader r = { .in = body };
	q->tee_tcb_svn = ah_read_bytes(&r, 16);
	q->mrseam = ah_read_bytes(&r, 48);
	q->mrsignerseam = ah_read_bytes(&r, 48);
	q->seamattributes = ah_read_bytes(&r, 8);
	assert(ah_reader_pos(&r) == ATTRIBUTES_OFF);
	q->td_attributes = ah_read_le64(&r);
	q->xfam = ah_read_le64(&r);
	q->mrtd = ah_read_bytes(&r, 48);
	q->mrconfigid = ah_read_bytes(&r, 48);
	q->mrowner = ah_read_bytes(&r, 48);
	q->mrownerconfig = ah_read_bytes(&r, 48);
	for (size_t i = 0; i < AH_TDX_RTMR_COUNT; i++)
		q->rtmr[i] = ah_read_bytes(&r, 48);
	q->report_data = ah_read_bytes(&r, 64);
	if (q->is_td15) {
		q->tee_tcb_svn2 = ah_read_bytes(&r, 16);
		q->mrservicetd = ah_read_bytes(&r, 48);
	}
	return ah_reader_finish(&r) == AH_OK ? AH_OK : failed(&r, q->body_off, "the TD report does not fill its body", why);
}

static ah_err check_report(const ah_tdx_quote *q, ah_checks *log, ah_fault *why)
{
	ah_check_range(log, AH_CHECK_TDX_ATTRIBUTE_BITS, q->body_off + ATTRIBUTES_OFF, 8);
	ah_check_got(log, AH_CHECK_TDX_ATTRIBUTE_BITS, "0x%" PRIx64, q->td_attributes);
	ah_check_wanted(log, AH_CHECK_TDX_ATTRIBUTE_BITS, "no bit outside of 0x%" PRIx64, ATTRIBUTES_KNOWN);
	AH_TRY(ah_check(log, AH_CHECK_TDX_ATTRIBUTE_BITS, (q->td_attributes & ~ATTRIBUTES_KNOWN) == 0, AH_ERR_RESERVED, why));
	bool xfam_ok = (q->xfam & XFAM_ALWAYS) == XFAM_ALWAYS && (q->xfam & ~XFAM_KNOWN) == 0;
	ah_check_range(log, AH_CHECK_TDX_XFAM_BITS, q->body_off + XFAM_OFF, 8);
	ah_check_got(log, AH_CHECK_TDX_XFAM_BITS, "0x%" PRIx64, q->xfam);
	ah_check_wanted(log, AH_CHECK_TDX_XFAM_BITS, "bits 0x%" PRIx64 " set, none outside of 0x%" PRIx64, XFAM_ALWAYS, XFAM_KNOWN);
	return ah_check(log, AH_CHECK_TDX_XFAM_BITS, xfam_ok, AH_ERR_RESERVED, why);
}

/* -- Auth data: nothing in it but signatures and QE report is signed, so every length is exact and every kind named -- */

static ah_err check_cert_type(ah_checks *log, size_t off, const char *which, unsigned got, unsigned wanted, ah_fault *why)
{
	if (got != wanted) {
		ah_check_range(log, AH_CHECK_TDX_CERT_TYPE, off, 2);
		ah_check_got(log, AH_CHECK_TDX_CERT_TYPE, "%s type %u", which, got);
		ah_check_wanted(log, AH_CHECK_TDX_CERT_TYPE, "%u", wanted);
	}
	return ah_check(log, AH_CHECK_TDX_CERT_TYPE, got == wanted, AH_ERR_CERTIFICATION_TYPE, why);
}

static void read_qe_report(ah_tdx_qe_report *qe, ah_reader *outer)
{
	qe->bytes = ah_read_bytes(outer, AH_TDX_QE_REPORT_LEN);
	ah_reader r = { .in = qe->bytes };
	qe->cpusvn = ah_read_bytes(&r, 16);
	qe->miscselect = ah_read_le32(&r);
	ah_read_skip(&r, 28);
	qe->attributes = ah_read_bytes(&r, 16);
	qe->mrenclave = ah_read_bytes(&r, 32);
	ah_read_skip(&r, 32);
	qe->mrsigner = ah_read_bytes(&r, 32);
	ah_read_skip(&r, 96);
	qe->isvprodid = ah_read_le16(&r);
	qe->isvsvn = ah_read_le16(&r);
	ah_read_skip(&r, 60);
	qe->report_data = ah_read_bytes(&r, 64);
	assert(outer->err != AH_OK || ah_reader_finish(&r) == AH_OK); /* the fields add up to the report */
}

/* QE report, its signature, its auth data, and the chain. in starts at base of the quote. */
static ah_err read_certification(ah_tdx_quote *q, ah_slice in, size_t base, ah_checks *log, ah_fault *why)
{
	ah_reader r = { .in = in };
	read_qe_report(&q->qe, &r);
	q->qe_report_signature = ah_read_bytes(&r, SIGNATURE_LEN);
	uint16_t qe_auth_len = ah_read_le16(&r);
	if (r.err == AH_OK && qe_auth_len > AH_TDX_QE_AUTH_MAX)
		return ah_fault_at(why, AH_ERR_TOO_LARGE, STEP, base + ah_reader_pos(&r), "QE auth data of %u bytes", qe_auth_len);
	q->qe_auth = ah_read_bytes(&r, qe_auth_len);
	size_t type_off = base + ah_reader_pos(&r);
	q->inner_type = ah_read_le16(&r);
	uint32_t chain_len = ah_read_le32(&r);
	if (r.err != AH_OK)
		return failed(&r, base, "ends within the QE report certification data", why);
	AH_TRY(check_cert_type(log, type_off, "inner", q->inner_type, CERT_TYPE_PCK_CHAIN, why));
	if (chain_len > AH_TDX_PCK_CHAIN_MAX && chain_len <= ah_reader_left(&r))
		return ah_fault_at(why, AH_ERR_TOO_LARGE, STEP, base + ah_reader_pos(&r), "PCK chain of %" PRIu32 " bytes", chain_len);
	q->pck_chain_off = base + ah_reader_pos(&r);
	q->pck_chain = ah_read_bytes(&r, chain_len);
	return ah_reader_finish(&r) == AH_OK ? AH_OK : failed(&r, base, "the PCK chain does not fill the certification data", why);
}

static ah_err read_auth(ah_tdx_quote *q, ah_slice in, size_t base, ah_checks *log, ah_fault *why)
{
	ah_reader r = { .in = in };
	q->signature = ah_read_bytes(&r, SIGNATURE_LEN);
	q->attestation_key = ah_read_bytes(&r, 64);
	size_t type_off = base + ah_reader_pos(&r);
	q->outer_type = ah_read_le16(&r);
	uint32_t len = ah_read_le32(&r);
	if (r.err != AH_OK)
		return failed(&r, base, "ends within the auth data", why);
	AH_TRY(check_cert_type(log, type_off, "outer", q->outer_type, CERT_TYPE_QE_REPORT, why));
	size_t off = base + ah_reader_pos(&r);
	ah_slice certification = ah_read_bytes(&r, len);
	if (ah_reader_finish(&r) != AH_OK)
		return failed(&r, base, "the certification data do not fill the auth data", why);
	return read_certification(q, certification, off, log, why);
}

/* Hosts hand out quotes in buffers of fixed size. Zero bytes can carry no message; anything else could. */
static ah_err check_trailing(ah_slice rest, size_t off, ah_checks *log, ah_fault *why)
{
	size_t zeros = 0;
	while (zeros < rest.len && rest.ptr[zeros] == 0)
		zeros++;
	bool ok = zeros == rest.len && rest.len <= AH_TDX_PADDING_MAX;
	ah_check_range(log, AH_CHECK_TDX_TRAILING, zeros == rest.len ? off : off + zeros, zeros == rest.len ? rest.len : rest.len - zeros);
	ah_check_got(log, AH_CHECK_TDX_TRAILING, zeros == rest.len ? "%zu zero bytes" : "other bytes after %zu zero bytes", zeros);
	ah_check_wanted(log, AH_CHECK_TDX_TRAILING, "at most %d zero bytes", AH_TDX_PADDING_MAX);
	return ah_check(log, AH_CHECK_TDX_TRAILING, ok, AH_ERR_TRAILING, why);
}

ah_err ah_tdx_quote_parse(ah_tdx_quote *out, ah_slice in, ah_checks *log, ah_fault *why)
{
	ah_tdx_quote q = { 0 };
	ah_reader r = { .in = in };
	size_t body_len = 0;
	if (is_dice(in))
		return ah_fault_at(why, AH_ERR_PLATFORM, STEP, 0, "a CBOR web token: TDX with DICE attestation is not supported");
	if (in.len > AH_TDX_QUOTE_MAX)
		return ah_fault_at(why, AH_ERR_TOO_LARGE, STEP, AH_TDX_QUOTE_MAX, "%zu bytes, at most %d", in.len, AH_TDX_QUOTE_MAX);
	read_header(&q, &r);
	if (r.err != AH_OK)
		return failed(&r, 0, "ends within the header", why);
	AH_TRY(check_header(&q, log, why));
	AH_TRY(read_descriptor(&q, &r, &body_len, log, why));
	ah_slice body = ah_read_bytes(&r, body_len);
	q.signed_bytes = r.err == AH_OK ? ah_slice_sub(in, 0, ah_reader_pos(&r)) : body;
	uint32_t auth_len = ah_read_le32(&r);
	size_t auth_off = ah_reader_pos(&r);
	ah_slice auth = ah_read_bytes(&r, auth_len);
	if (r.err != AH_OK)
		return failed(&r, 0, "ends within the TD report or the auth data", why);
	q.end = ah_reader_pos(&r);
	AH_TRY(read_report(&q, body, why));
	AH_TRY(check_report(&q, log, why));
	AH_TRY(read_auth(&q, auth, auth_off, log, why));
	AH_TRY(check_trailing(ah_slice_sub(in, q.end, in.len - q.end), q.end, log, why));
	*out = q;
	return AH_OK;
}
