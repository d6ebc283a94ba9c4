/*
 * The SGX extension of PCK certificates. Extensions are put together here, element by element, each one wrong in one place; the real certificates of the
 * vectors are read in test_vectors_tdx.c.
 */
#include "platforms/tdx/pck.h"

#include "base/fault.h"
#include "codec/der.h"
#include "support/test.h"

#define ARC "\x2a\x86\x48\x86\xf8\x4d\x01\x0d\x01"
#define ROOM 4096

/* What is wrong with the extension that make() writes; zeroed: nothing. */
typedef struct wish {
	int without, twice;             /* a member by its number, 0 none */
	int tcb_without, tcb_twice;     /* a member of TCB */
	bool tcb_unknown, unknown_member, platform_ca, configuration_wrong;
	unsigned sgx_type;
	uint64_t svn;                   /* of component 3; 0 means 128: a number that needs its leading zero byte */
	uint64_t pcesvn;                /* 0 means 13 */
	size_t fmspc_len;               /* 0 means 6 */
	uint8_t ppid_tag;               /* 0 means OCTET STRING */
	bool trailing;
} wish;

static ah_err put_oid(ah_buf *out, ah_slice arc, unsigned number)
{
	AH_AUTO(ah_buf) oid = AH_BUF(32);
	AH_TRY(ah_buf_append(&oid, arc));
	AH_TRY(ah_buf_append_byte(&oid, (uint8_t)number));
	return ah_der_put(out, AH_DER_OID, ah_buf_slice(&oid));
}

static ah_err put_octets(ah_buf *out, uint8_t tag, size_t len, uint8_t first)
{
	uint8_t bytes[32];
	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)(first + i);
	return ah_der_put(out, tag, ah_slice_make(bytes, len));
}

static ah_err put_tcb_member(ah_buf *out, unsigned number, const wish *w)
{
	ah_der_mark member;
	AH_TRY(ah_der_begin(out, AH_DER_SEQUENCE, &member));
	AH_TRY(put_oid(out, AH_SLICE_LITERAL(ARC "\x02"), number));
	if (number == 18)
		AH_TRY(put_octets(out, AH_DER_OCTET_STRING, 16, 0xc0));
	else if (number == 17)
		AH_TRY(ah_der_put_uint(out, w->pcesvn != 0 ? w->pcesvn : 13));
	else if (number == 3)
		AH_TRY(ah_der_put_uint(out, w->svn != 0 ? w->svn : 128));
	else
		AH_TRY(ah_der_put_uint(out, number));
	return ah_der_end(out, member);
}

static ah_err put_tcb(ah_buf *out, const wish *w)
{
	ah_der_mark list;
	AH_TRY(ah_der_begin(out, AH_DER_SEQUENCE, &list));
	for (int number = 1; number <= 18; number++) {
		if (number != w->tcb_without)
			AH_TRY(put_tcb_member(out, (unsigned)number, w));
		if (number == w->tcb_twice)
			AH_TRY(put_tcb_member(out, (unsigned)number, w));
	}
	if (w->tcb_unknown)
		AH_TRY(put_tcb_member(out, 19, w));
	return ah_der_end(out, list);
}

static ah_err put_configuration(ah_buf *out, const wish *w)
{
	ah_der_mark list, member;
	AH_TRY(ah_der_begin(out, AH_DER_SEQUENCE, &list));
	for (unsigned number = 1; number <= 3; number++) {
		AH_TRY(ah_der_begin(out, AH_DER_SEQUENCE, &member));
		AH_TRY(put_oid(out, AH_SLICE_LITERAL(ARC "\x07"), number));
		if (w->configuration_wrong && number == 3)
			AH_TRY(ah_der_put_uint(out, 1));
		else
			AH_TRY(ah_der_put_boolean(out, true));
		AH_TRY(ah_der_end(out, member));
	}
	return ah_der_end(out, list);
}

static ah_err put_member(ah_buf *out, unsigned number, const wish *w)
{
	ah_der_mark member;
	const uint8_t type = (uint8_t)w->sgx_type;
	AH_TRY(ah_der_begin(out, AH_DER_SEQUENCE, &member));
	AH_TRY(put_oid(out, AH_SLICE_LITERAL(ARC), number));
	switch (number) {
	case 1: AH_TRY(put_octets(out, w->ppid_tag != 0 ? w->ppid_tag : AH_DER_OCTET_STRING, 16, 0x10)); break;
	case 2: AH_TRY(put_tcb(out, w)); break;
	case 3: AH_TRY(put_octets(out, AH_DER_OCTET_STRING, 2, 0)); break;
	case 4: AH_TRY(put_octets(out, AH_DER_OCTET_STRING, w->fmspc_len != 0 ? w->fmspc_len : 6, 0x90)); break;
	case 5: AH_TRY(ah_der_put(out, AH_DER_ENUMERATED, ah_slice_make(&type, 1))); break;
	case 6: AH_TRY(put_octets(out, AH_DER_OCTET_STRING, 16, 0x60)); break;
	case 7: AH_TRY(put_configuration(out, w)); break;
	default: AH_TRY(ah_der_put_boolean(out, true)); break;
	}
	return ah_der_end(out, member);
}

/* One Extension with the OID of SGX, as it stands in a certificate's list. */
static ah_err make(ah_buf *out, const wish *w)
{
	AH_AUTO(ah_buf) value = AH_BUF(ROOM);
	ah_der_mark list, extension;
	AH_TRY(ah_der_begin(&value, AH_DER_SEQUENCE, &list));
	for (int number = 1; number <= (w->platform_ca ? 7 : 5); number++) {
		if (number != w->without)
			AH_TRY(put_member(&value, (unsigned)number, w));
		if (number == w->twice)
			AH_TRY(put_member(&value, (unsigned)number, w));
	}
	if (w->unknown_member)
		AH_TRY(put_member(&value, 8, w));
	AH_TRY(ah_der_end(&value, list));
	if (w->trailing)
		AH_TRY(ah_buf_append_byte(&value, 0));
	AH_TRY(ah_der_begin(out, AH_DER_SEQUENCE, &extension));
	AH_TRY(ah_der_put(out, AH_DER_OID, AH_SLICE_LITERAL(ARC)));
	AH_TRY(ah_der_put(out, AH_DER_OCTET_STRING, ah_buf_slice(&value)));
	return ah_der_end(out, extension);
}

static ah_err read(ah_tdx_pck *pck, const wish *w, ah_fault *why)
{
	AH_AUTO(ah_buf) extensions = AH_BUF(ROOM);
	AH_TRY(make(&extensions, w));
	const ah_cert leaf = { .extensions = ah_buf_slice(&extensions) };
	return ah_tdx_pck_read(pck, &leaf, why);
}

static bool counts_from(const uint8_t *bytes, size_t len, unsigned first)
{
	for (size_t i = 0; i < len; i++)
		if (bytes[i] != (uint8_t)(first + i))
			return false;
	return true;
}

static void a_processor_ca_certificate_has_five_members(void)
{
	ah_tdx_pck pck = { 0 };
	EXPECT_OK(read(&pck, &(wish){ 0 }, NULL));
	EXPECT(counts_from(pck.ppid, 16, 0x10) && counts_from(pck.pceid, 2, 0) && counts_from(pck.fmspc, 6, 0x90) && counts_from(pck.cpusvn, 16, 0xc0));
	for (unsigned i = 0; i < 16; i++)
		EXPECT(pck.components[i] == (i == 2 ? 128 : i + 1));
	EXPECT(pck.pcesvn == 13 && pck.sgx_type == 0 && !pck.has_platform_instance_id && pck.defect == NULL);
}

static void a_platform_ca_certificate_has_seven_members(void)
{
	ah_tdx_pck pck = { 0 };
	EXPECT_OK(read(&pck, &(wish){ .platform_ca = true, .sgx_type = 2 }, NULL));
	EXPECT(pck.has_platform_instance_id && counts_from(pck.platform_instance_id, 16, 0x60) && pck.sgx_type == 2);
}

static void numbers_are_read_in_full(void)
{
	ah_tdx_pck pck = { 0 };
	EXPECT_OK(read(&pck, &(wish){ .svn = 255, .pcesvn = 65535 }, NULL));
	EXPECT(pck.components[2] == 255 && pck.pcesvn == 65535);
}

static void a_member_that_nobody_knows_is_passed_over(void)
{
	ah_tdx_pck pck = { 0 };
	EXPECT_OK(read(&pck, &(wish){ .unknown_member = true }, NULL));
}

static void each_defect_is_refused_by_name(void)
{
	static const struct { wish w; const char *says; } rows[] = {
		{ { .without = 1 }, "missing" }, { { .without = 2 }, "missing" }, { { .without = 3 }, "missing" }, { { .without = 4 }, "missing" },
		{ { .without = 5 }, "missing" },
		{ { .twice = 1 }, "twice" }, { { .twice = 2 }, "twice" }, { { .twice = 5 }, "twice" }, { { .twice = 6, .platform_ca = true }, "twice" },
		{ { .tcb_without = 1 }, "18 members" }, { { .tcb_without = 17 }, "18 members" }, { { .tcb_without = 18 }, "18 members" },
		{ { .tcb_twice = 4 }, "TCB twice" }, { { .tcb_twice = 18 }, "TCB twice" }, { { .tcb_unknown = true }, "unknown member of TCB" },
		{ { .svn = 256 }, "SVN" }, { { .pcesvn = 65536 }, "SVN" },
		{ { .sgx_type = 3 }, "SGX Type" }, { { .fmspc_len = 5 }, "FMSPC" }, { { .fmspc_len = 7 }, "FMSPC" },
		{ { .ppid_tag = AH_DER_UTF8_STRING }, "PPID" }, { { .configuration_wrong = true, .platform_ca = true }, "Configuration" },
		{ { .trailing = true }, "DER" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		ah_tdx_pck pck = { 0 };
		ah_fault why = { .offset = AH_NO_OFFSET };
		EXPECT_ERR(read(&pck, &rows[i].w, &why), AH_ERR_PCK_EXTENSION);
		EXPECT_MSG(strstr(why.detail, rows[i].says) != NULL, "row %zu: %s", i, why.detail);
		ah_test_count(1);
	}
}

static void a_certificate_without_the_extension_is_refused(void)
{
	const ah_cert leaf = { .version = 3 };
	ah_tdx_pck pck = { .sgx_type = 7 };
	EXPECT_ERR(ah_tdx_pck_read(&pck, &leaf, NULL), AH_ERR_PCK_EXTENSION);
	EXPECT(pck.sgx_type == 7); /* a failed call leaves its output alone */
}

static void what_a_defect_does_not_touch_is_read_all_the_same(void)
{
	AH_AUTO(ah_buf) extensions = AH_BUF(ROOM);
	ah_tdx_pck pck = { 0 };
	EXPECT_OK(make(&extensions, &(wish){ .sgx_type = 9 }));
	const ah_cert leaf = { .extensions = ah_buf_slice(&extensions) };
	ah_tdx_pck_decode(&pck, &leaf);
	EXPECT(pck.defect != NULL && counts_from(pck.fmspc, 6, 0x90) && pck.pcesvn == 13 && pck.sgx_type == 0);
}

static const ah_test_case cases[] = {
	AH_TEST(a_processor_ca_certificate_has_five_members),
	AH_TEST(a_platform_ca_certificate_has_seven_members),
	AH_TEST(numbers_are_read_in_full),
	AH_TEST(a_member_that_nobody_knows_is_passed_over),
	AH_TEST(each_defect_is_refused_by_name),
	AH_TEST(a_certificate_without_the_extension_is_refused),
	AH_TEST(what_a_defect_does_not_touch_is_read_all_the_same),
};
AH_TEST_MAIN(cases)
