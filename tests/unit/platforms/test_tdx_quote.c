/*
 * TDX quotes: layout, lengths, and every rule on a single field. Quotes are put together byte by byte here, from the offsets of Intel's document and not
 * from the parser's own table; signatures and certificates are the matter of the vectors and of the forged cases.
 */
#include "platforms/tdx/quote.h"
#include "evidence/platform.h"
#include "support/test.h"

#include <stdlib.h>

#define QUOTE_ROOM   20000
#define HEADER_LEN   48
#define QE_AUTH_LEN  32
#define CHAIN_LEN    40

/* A quote, and where its parts begin. */
typedef struct sample {
	uint8_t bytes[QUOTE_ROOM];
	size_t len;
	size_t body, auth, cert, qe, inner; /* TD report, auth data, their certification data's header, QE report, inner header */
} sample;

static void put_le(sample *s, size_t off, size_t len, uint64_t v)
{
	for (size_t i = 0; i < len; i++)
		s->bytes[off + i] = (uint8_t)(v >> 8 * i);
}

/* Every byte of a field has the low byte of its offset, so that a field taken from elsewhere shows. */
static void number(sample *s, size_t from, size_t len)
{
	for (size_t i = from; i < from + len; i++)
		s->bytes[i] = (uint8_t)i;
}

static sample make(unsigned version, unsigned body_type, size_t qe_auth_len, size_t chain_len)
{
	static const uint8_t vendor[] = { 0x93, 0x9a, 0x72, 0x33, 0xf7, 0x9c, 0x4c, 0xa9, 0x94, 0x0a, 0x0d, 0xb3, 0x95, 0x7f, 0x06, 0x07 };
	sample s = { .len = 0 };
	size_t report_len = body_type == 3 ? 648 : 584;
	put_le(&s, 0, 2, version);
	put_le(&s, 2, 2, 2);
	put_le(&s, 4, 4, 0x81);
	memcpy(s.bytes + 12, vendor, sizeof vendor);
	number(&s, 28, 20);
	s.body = version == 5 ? 54 : 48;
	if (version == 5) {
		put_le(&s, 48, 2, body_type);
		put_le(&s, 50, 4, report_len);
	}
	number(&s, s.body, report_len);
	put_le(&s, s.body + 120, 8, UINT64_C(1) << 28);
	put_le(&s, s.body + 128, 8, 0x602e7);
	s.auth = s.body + report_len + 4;
	s.cert = s.auth + 128;
	s.qe = s.cert + 6;
	s.inner = s.qe + 384 + 64 + 2 + qe_auth_len;
	s.len = s.inner + 6 + chain_len;
	put_le(&s, s.auth - 4, 4, s.len - s.auth);
	number(&s, s.auth, 128);
	put_le(&s, s.cert, 2, 6);
	put_le(&s, s.cert + 2, 4, s.len - s.qe);
	number(&s, s.qe, 384 + 64);
	put_le(&s, s.qe + 448, 2, qe_auth_len);
	number(&s, s.qe + 450, qe_auth_len);
	put_le(&s, s.inner, 2, 5);
	put_le(&s, s.inner + 2, 4, chain_len);
	number(&s, s.inner + 6, chain_len);
	return s;
}

static sample v4(void) { return make(4, 2, QE_AUTH_LEN, CHAIN_LEN); }
static sample v5(void) { return make(5, 3, QE_AUTH_LEN, CHAIN_LEN); }

static ah_err parse(const sample *s, ah_tdx_quote *out, ah_checks *log, ah_fault *why)
{
	static ah_checks own;
	static ah_tdx_quote quote;
	own = (ah_checks){ .first_err = AH_OK };
	return ah_tdx_quote_parse(out != NULL ? out : &quote, ah_slice_make(s->bytes, s->len), log != NULL ? log : &own, why);
}

static bool is_at(const sample *s, ah_slice field, size_t off, size_t len)
{
	return field.len == len && field.ptr == s->bytes + off;
}

/* -- What is read -- */

static void expect_report(const sample *s, const ah_tdx_quote *q)
{
	size_t b = s->body;
	EXPECT(is_at(s, q->tee_tcb_svn, b, 16) && is_at(s, q->mrseam, b + 16, 48) && is_at(s, q->mrsignerseam, b + 64, 48));
	EXPECT(is_at(s, q->seamattributes, b + 112, 8) && q->td_attributes == AH_TDX_ATTR_SEPT_VE_DISABLE && q->xfam == 0x602e7);
	EXPECT(is_at(s, q->mrtd, b + 136, 48) && is_at(s, q->mrconfigid, b + 184, 48) && is_at(s, q->mrowner, b + 232, 48));
	EXPECT(is_at(s, q->mrownerconfig, b + 280, 48) && is_at(s, q->report_data, b + 520, 64));
	for (size_t i = 0; i < AH_TDX_RTMR_COUNT; i++)
		EXPECT(is_at(s, q->rtmr[i], b + 328 + 48 * i, 48));
	EXPECT(is_at(s, q->signed_bytes, 0, s->auth - 4));
}

static void expect_auth(const sample *s, const ah_tdx_quote *q)
{
	EXPECT(is_at(s, q->signature, s->auth, 64) && is_at(s, q->attestation_key, s->auth + 64, 64));
	EXPECT(q->outer_type == 6 && q->inner_type == 5);
	EXPECT(is_at(s, q->qe.bytes, s->qe, 384) && is_at(s, q->qe.cpusvn, s->qe, 16) && is_at(s, q->qe.attributes, s->qe + 48, 16));
	EXPECT(is_at(s, q->qe.mrenclave, s->qe + 64, 32) && is_at(s, q->qe.mrsigner, s->qe + 128, 32) && is_at(s, q->qe.report_data, s->qe + 320, 64));
	const uint8_t *qe = s->bytes + s->qe;
	EXPECT(q->qe.miscselect == ((uint32_t)qe[16] | (uint32_t)qe[17] << 8 | (uint32_t)qe[18] << 16 | (uint32_t)qe[19] << 24));
	EXPECT(q->qe.isvprodid == (qe[256] | qe[257] << 8) && q->qe.isvsvn == (qe[258] | qe[259] << 8));
	EXPECT(is_at(s, q->qe_report_signature, s->qe + 384, 64));
	EXPECT(is_at(s, q->qe_auth, s->qe + 450, QE_AUTH_LEN) && is_at(s, q->pck_chain, s->inner + 6, CHAIN_LEN));
	EXPECT(q->pck_chain_off == s->inner + 6 && q->end == s->len);
}

static void version_4_is_read_at_its_offsets(void)
{
	sample s = v4();
	ah_tdx_quote q;
	EXPECT_OK(parse(&s, &q, NULL, NULL));
	EXPECT(q.version == 4 && q.attestation_key_type == 2 && q.tee_type == 0x81 && q.body_type == AH_TDX_BODY_TD10 && !q.is_td15);
	EXPECT(q.body_off == 48 && is_at(&s, q.header_reserved, 8, 4) && is_at(&s, q.qe_vendor_id, 12, 16) && is_at(&s, q.user_data, 28, 20));
	EXPECT(q.tee_tcb_svn2.len == 0 && q.mrservicetd.len == 0);
	EXPECT(s.auth == 636 && s.qe == 770); /* the offsets of every real quote of this version */
	expect_report(&s, &q);
	expect_auth(&s, &q);
}

static void version_5_with_a_report_1_5_is_read_at_its_offsets(void)
{
	sample s = v5();
	ah_tdx_quote q;
	EXPECT_OK(parse(&s, &q, NULL, NULL));
	EXPECT(q.version == 5 && q.body_type == AH_TDX_BODY_TD15 && q.is_td15 && q.body_off == 54);
	EXPECT(is_at(&s, q.tee_tcb_svn2, 54 + 584, 16) && is_at(&s, q.mrservicetd, 54 + 600, 48));
	expect_report(&s, &q);
	expect_auth(&s, &q);
}

static void version_5_with_a_report_1_0_has_no_service_td(void)
{
	sample s = make(5, 2, QE_AUTH_LEN, CHAIN_LEN);
	ah_tdx_quote q;
	EXPECT_OK(parse(&s, &q, NULL, NULL));
	EXPECT(!q.is_td15 && q.body_off == 54 && q.mrservicetd.len == 0);
	expect_report(&s, &q);
	expect_auth(&s, &q);
}

static void fields_cover_the_signed_bytes_and_the_length_without_gap(void)
{
	static const struct { unsigned version, type; size_t count; } kinds[] = { { 4, 2, 22 }, { 5, 2, 24 }, { 5, 3, 26 } };
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		sample s = make(kinds[i].version, kinds[i].type, QE_AUTH_LEN, CHAIN_LEN);
		ah_tdx_field fields[40];
		ah_tdx_quote q;
		size_t off = 0;
		EXPECT_OK(parse(&s, &q, NULL, NULL));
		EXPECT(ah_tdx_fields(&q, fields, 40) == kinds[i].count);
		for (size_t k = 0; k < kinds[i].count; k++) {
			EXPECT_MSG(fields[k].off == off && fields[k].len != 0 && fields[k].name != NULL, "field %zu starts at %zu, not %zu", k, fields[k].off, off);
			off += fields[k].len;
		}
		EXPECT(off == q.signed_bytes.len + 4);
		EXPECT(ah_tdx_fields(&q, fields, 3) == kinds[i].count); /* tells how many there are, writes three */
	}
}

/* -- Rules on fields: one byte is changed, one row refuses -- */

typedef struct change {
	size_t off, len;
	uint64_t value;
	ah_check_id check;
	ah_err err;
} change;

static void expect_refused(sample s, const change *c)
{
	ah_checks log = { .first_err = AH_OK };
	ah_fault why = { .offset = AH_NO_OFFSET };
	put_le(&s, c->off, c->len, c->value);
	EXPECT_ERR(parse(&s, NULL, &log, &why), c->err);
	EXPECT_MSG(log.rows[c->check].status == AH_CHECK_FAIL && log.first_failed == c->check, "offset %zu: row %s", c->off, ah_check_infos[c->check].id);
	EXPECT(why.err == c->err && why.step == ah_check_infos[c->check].id);
	ah_test_count(1);
}

static void each_header_field_has_one_value(void)
{
	static const change changes[] = {
		{ 0, 2, 3, AH_CHECK_TDX_VERSION, AH_ERR_REPORT_VERSION }, { 0, 2, 6, AH_CHECK_TDX_VERSION, AH_ERR_REPORT_VERSION },
		{ 0, 2, 0, AH_CHECK_TDX_VERSION, AH_ERR_REPORT_VERSION }, { 0, 2, 0x104, AH_CHECK_TDX_VERSION, AH_ERR_REPORT_VERSION },
		{ 2, 2, 3, AH_CHECK_TDX_KEY_TYPE, AH_ERR_ALGORITHM }, { 2, 2, 0, AH_CHECK_TDX_KEY_TYPE, AH_ERR_ALGORITHM },
		{ 2, 2, 0x202, AH_CHECK_TDX_KEY_TYPE, AH_ERR_ALGORITHM }, { 4, 4, 0, AH_CHECK_TDX_TEE_TYPE, AH_ERR_PLATFORM },
		{ 4, 4, 0x80, AH_CHECK_TDX_TEE_TYPE, AH_ERR_PLATFORM }, { 4, 4, 0x10081, AH_CHECK_TDX_TEE_TYPE, AH_ERR_PLATFORM },
		{ 8, 1, 1, AH_CHECK_TDX_HEADER_RESERVED, AH_ERR_RESERVED }, { 11, 1, 0x80, AH_CHECK_TDX_HEADER_RESERVED, AH_ERR_RESERVED },
		{ 12, 1, 0x92, AH_CHECK_TDX_VENDOR, AH_ERR_FIELD_RANGE }, { 27, 1, 0x06, AH_CHECK_TDX_VENDOR, AH_ERR_FIELD_RANGE },
	};
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		expect_refused(v4(), &changes[i]);
		expect_refused(v5(), &changes[i]);
	}
}

static void body_types_other_than_td_reports_are_unsupported(void)
{
	static const unsigned types[] = { 0, 1, 4, 5, 0x102, 0xffff };
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
		const change c = { 48, 2, types[i], AH_CHECK_TDX_BODY_TYPE, AH_ERR_PLATFORM };
		expect_refused(v5(), &c);
	}
}

static void the_body_size_is_that_of_its_type(void)
{
	static const struct { unsigned type; uint32_t size; } wrong[] = { { 3, 584 }, { 3, 647 }, { 3, 649 }, { 2, 648 }, { 2, 0 }, { 3, UINT32_MAX } };
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		sample s = v5();
		put_le(&s, 48, 2, wrong[i].type);
		put_le(&s, 50, 4, wrong[i].size);
		EXPECT_ERR(parse(&s, NULL, NULL, NULL), AH_ERR_FORMAT);
	}
}

/* Intel TDX module ABI: 0 DEBUG, 28 SEPT_VE_DISABLE, 29 MIGRATABLE, 30 PKS, 31 KL, 63 PERFMON. */
static void each_of_the_64_attribute_bits_is_known_or_refused(void)
{
	const uint64_t known = UINT64_C(0x80000000f0000001);
	for (unsigned bit = 0; bit < 64; bit++) {
		const change c = { 48 + 120, 8, UINT64_C(1) << bit, AH_CHECK_TDX_ATTRIBUTE_BITS, AH_ERR_RESERVED };
		if ((known >> bit & 1) == 0) {
			expect_refused(v4(), &c);
			continue;
		}
		sample s = v4();
		put_le(&s, c.off, c.len, c.value);
		EXPECT_OK(parse(&s, NULL, NULL, NULL));
	}
}

/* FIXED1 0x3 and FIXED0 0x6dbe7. */
static void each_of_the_64_xfam_bits_is_within_the_masks(void)
{
	for (unsigned bit = 0; bit < 64; bit++) {
		uint64_t flipped = UINT64_C(0x602e7) ^ UINT64_C(1) << bit;
		const change c = { 48 + 128, 8, flipped, AH_CHECK_TDX_XFAM_BITS, AH_ERR_RESERVED };
		if (bit < 2 || (UINT64_C(0x6dbe7) >> bit & 1) == 0) {
			expect_refused(v4(), &c);
			continue;
		}
		sample s = v4();
		put_le(&s, c.off, c.len, flipped);
		EXPECT_OK(parse(&s, NULL, NULL, NULL));
	}
}

static void certification_data_other_than_a_pck_chain_are_unsupported(void)
{
	sample s = v4();
	for (unsigned type = 0; type <= 8; type++) {
		const change outer = { s.cert, 2, type, AH_CHECK_TDX_CERT_TYPE, AH_ERR_CERTIFICATION_TYPE };
		const change inner = { s.inner, 2, type, AH_CHECK_TDX_CERT_TYPE, AH_ERR_CERTIFICATION_TYPE };
		if (type != 6)
			expect_refused(s, &outer);
		if (type != 5)
			expect_refused(s, &inner);
	}
}

/* -- Lengths -- */

static void every_prefix_is_truncated(void)
{
	sample kinds[] = { v4(), v5() };
	for (size_t i = 0; i < 2; i++) {
		size_t whole = kinds[i].len;
		for (size_t len = 0; len < whole; len++) {
			kinds[i].len = len;
			EXPECT_ERR(parse(&kinds[i], NULL, NULL, NULL), AH_ERR_TRUNCATED);
			ah_test_count(1);
		}
	}
}

static void each_length_must_be_exact(void)
{
	sample good = v4();
	const struct { size_t off, len; uint64_t value; ah_err err; } changes[] = {
		{ good.auth - 4, 4, UINT32_MAX, AH_ERR_TRUNCATED },
		{ good.auth - 4, 4, good.len - good.auth + 1, AH_ERR_TRUNCATED },
		{ good.auth - 4, 4, good.len - good.auth - 1, AH_ERR_TRUNCATED },  /* the certification data do not fit any more */
		{ good.auth - 4, 4, 0, AH_ERR_TRUNCATED },
		{ good.auth - 4, 4, 133, AH_ERR_TRUNCATED },
		{ good.cert + 2, 4, UINT32_MAX, AH_ERR_TRUNCATED },
		{ good.cert + 2, 4, good.len - good.qe - 1, AH_ERR_TRAILING },     /* one byte of the auth data belongs to nothing */
		{ good.cert + 2, 4, good.len - good.qe + 1, AH_ERR_TRUNCATED },
		{ good.cert + 2, 4, 400, AH_ERR_TRAILING },
		{ good.qe + 448, 2, QE_AUTH_LEN - 1, AH_ERR_CERTIFICATION_TYPE },  /* the inner type is read one byte early */
		{ good.qe + 448, 2, 1024, AH_ERR_TRUNCATED },
		{ good.qe + 448, 2, 1025, AH_ERR_TOO_LARGE },
		{ good.qe + 448, 2, UINT16_MAX, AH_ERR_TOO_LARGE },
		{ good.inner + 2, 4, UINT32_MAX, AH_ERR_TRUNCATED },
		{ good.inner + 2, 4, CHAIN_LEN + 1, AH_ERR_TRUNCATED },
		{ good.inner + 2, 4, CHAIN_LEN - 1, AH_ERR_TRAILING },
		{ good.inner + 2, 4, 0, AH_ERR_TRAILING },
	};
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		sample s = good;
		put_le(&s, changes[i].off, changes[i].len, changes[i].value);
		EXPECT_ERR(parse(&s, NULL, NULL, NULL), changes[i].err);
		ah_test_count(1);
	}
}

static void qe_auth_data_may_have_any_length_up_to_the_limit(void)
{
	static const size_t lengths[] = { 0, 1, 32, AH_TDX_QE_AUTH_MAX };
	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		sample s = make(4, 2, lengths[i], CHAIN_LEN);
		ah_tdx_quote q;
		EXPECT_OK(parse(&s, &q, NULL, NULL));
		EXPECT(q.qe_auth.len == lengths[i]);
	}
	sample s = make(4, 2, AH_TDX_QE_AUTH_MAX + 1, CHAIN_LEN);
	EXPECT_ERR(parse(&s, NULL, NULL, NULL), AH_ERR_TOO_LARGE);
}

static void the_chain_has_a_limit(void)
{
	sample s = make(4, 2, QE_AUTH_LEN, AH_TDX_PCK_CHAIN_MAX);
	EXPECT_OK(parse(&s, NULL, NULL, NULL));
	s = make(4, 2, QE_AUTH_LEN, AH_TDX_PCK_CHAIN_MAX + 1);
	EXPECT_ERR(parse(&s, NULL, NULL, NULL), AH_ERR_TOO_LARGE);
}

static void the_quote_has_a_limit(void)
{
	sample s = v4();
	s.len = AH_TDX_QUOTE_MAX + 1;
	EXPECT_ERR(parse(&s, NULL, NULL, NULL), AH_ERR_TOO_LARGE);
}

/* -- Padding -- */

static void zero_padding_is_tolerated_up_to_its_limit(void)
{
	sample s = v4();
	ah_tdx_quote q;
	size_t end = s.len;
	s.len = end + AH_TDX_PADDING_MAX;
	EXPECT_OK(parse(&s, &q, NULL, NULL));
	EXPECT(q.end == end && q.pck_chain.len == CHAIN_LEN);
	s.len++;
	EXPECT_ERR(parse(&s, NULL, NULL, NULL), AH_ERR_TRAILING);
}

static void any_other_byte_behind_the_quote_is_refused_where_it_stands(void)
{
	static const size_t places[] = { 0, 1, 69, AH_TDX_PADDING_MAX - 1 };
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		sample s = v4();
		ah_checks log = { .first_err = AH_OK };
		size_t end = s.len;
		s.len = end + AH_TDX_PADDING_MAX;
		s.bytes[end + places[i]] = 1;
		EXPECT_ERR(parse(&s, NULL, &log, NULL), AH_ERR_TRAILING);
		EXPECT(log.rows[AH_CHECK_TDX_TRAILING].status == AH_CHECK_FAIL && log.rows[AH_CHECK_TDX_TRAILING].off == end + places[i]);
	}
}

/* -- Other formats -- */

static void a_cbor_web_token_is_called_by_its_name(void)
{
	static const uint8_t starts[][2] = { { 0xd2, 0x84 }, { 0xd8, 0x3d }, { 0x84, 0x43 } };
	for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
		sample s = { .len = 300 };
		ah_fault why = { .offset = AH_NO_OFFSET };
		memcpy(s.bytes, starts[i], 2);
		EXPECT_ERR(parse(&s, NULL, NULL, &why), AH_ERR_PLATFORM);
		EXPECT(strstr(why.detail, "DICE") != NULL);
	}
}

static void quotes_are_detected_by_version_key_type_and_tee_type(void)
{
	const ah_platform *tdx = ah_platform_find(AH_PLATFORM_TDX);
	sample s = v4(), sgx = v4(), three = v4();
	EXPECT(tdx->detect(ah_slice_make(s.bytes, s.len)));
	EXPECT(tdx->detect(ah_slice_make(s.bytes, HEADER_LEN)));
	EXPECT(!tdx->detect(ah_slice_make(s.bytes, HEADER_LEN - 1)));
	put_le(&sgx, 4, 4, 0);
	put_le(&three, 0, 2, 3);
	EXPECT(!tdx->detect(ah_slice_make(sgx.bytes, sgx.len)));
	EXPECT(!tdx->detect(ah_slice_make(three.bytes, three.len)));
	EXPECT(tdx->check_mask == AH_CHECK_ON_TDX);
}

static void all_format_rows_pass_for_a_good_quote(void)
{
	static const ah_check_id rows[] = { AH_CHECK_TDX_VERSION, AH_CHECK_TDX_KEY_TYPE, AH_CHECK_TDX_TEE_TYPE, AH_CHECK_TDX_VENDOR,
		AH_CHECK_TDX_HEADER_RESERVED, AH_CHECK_TDX_BODY_TYPE, AH_CHECK_TDX_ATTRIBUTE_BITS, AH_CHECK_TDX_XFAM_BITS, AH_CHECK_TDX_CERT_TYPE,
		AH_CHECK_TDX_TRAILING };
	sample s = v5();
	ah_checks log = { .first_err = AH_OK };
	EXPECT_OK(parse(&s, NULL, &log, NULL));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		EXPECT_MSG(log.rows[rows[i]].status == AH_CHECK_PASS, "%s", ah_check_infos[rows[i]].id);
}

static const ah_test_case cases[] = {
	AH_TEST(version_4_is_read_at_its_offsets),
	AH_TEST(version_5_with_a_report_1_5_is_read_at_its_offsets),
	AH_TEST(version_5_with_a_report_1_0_has_no_service_td),
	AH_TEST(fields_cover_the_signed_bytes_and_the_length_without_gap),
	AH_TEST(each_header_field_has_one_value),
	AH_TEST(body_types_other_than_td_reports_are_unsupported),
	AH_TEST(the_body_size_is_that_of_its_type),
	AH_TEST(each_of_the_64_attribute_bits_is_known_or_refused),
	AH_TEST(each_of_the_64_xfam_bits_is_within_the_masks),
	AH_TEST(certification_data_other_than_a_pck_chain_are_unsupported),
	AH_TEST(every_prefix_is_truncated),
	AH_TEST(each_length_must_be_exact),
	AH_TEST(qe_auth_data_may_have_any_length_up_to_the_limit),
	AH_TEST(the_chain_has_a_limit),
	AH_TEST(the_quote_has_a_limit),
	AH_TEST(zero_padding_is_tolerated_up_to_its_limit),
	AH_TEST(any_other_byte_behind_the_quote_is_refused_where_it_stands),
	AH_TEST(a_cbor_web_token_is_called_by_its_name),
	AH_TEST(quotes_are_detected_by_version_key_type_and_tee_type),
	AH_TEST(all_format_rows_pass_for_a_good_quote),
};
AH_TEST_MAIN(cases)
