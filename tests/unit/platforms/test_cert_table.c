/* The host's certificate table: entries in, blobs out, and every way in which offsets, lengths and ends can lie. */
#include "platforms/snp_cert_table.h"
#include "support/test.h"

#define TABLE_MAX (AH_SNP_CERT_TABLE_MAX + 64)

#define GUID_VCEK "63da758de6644564adc5f4b93be8accd"

static void put_le32(ah_buf *out, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		(void)!ah_buf_append_byte(out, (uint8_t)(v >> 8 * i));
}

static void put_entry(ah_buf *out, const char *guid, uint32_t off, uint32_t len)
{
	ah_test_hex(out, guid);
	put_le32(out, off);
	put_le32(out, len);
}

static void put_end(ah_buf *out)
{
	put_entry(out, "00000000000000000000000000000000", 0, 0);
}

static ah_err parse(ah_snp_cert_table *table, const ah_buf *bytes)
{
	return ah_snp_cert_table_parse(table, ah_buf_slice(bytes), NULL);
}

static void a_table_is_split_into_its_blobs(void)
{
	AH_AUTO(ah_buf) bytes = AH_BUF(TABLE_MAX);
	ah_snp_cert_table table;
	put_entry(&bytes, GUID_VCEK, 72, 2);
	put_entry(&bytes, "c0b406a4a803495297433fb6014cd0ae", 74, 1);
	put_end(&bytes);
	ah_test_hex(&bytes, "aabbcc");
	EXPECT_OK(parse(&table, &bytes));
	EXPECT(table.count == 2 && table.header_len == 72);
	EXPECT(table.entries[0].kind == AH_SNP_BLOB_VCEK && table.entries[0].blob_off == 72 && table.entries[1].entry_off == 24);
	EXPECT_BYTES(ah_snp_cert_table_find(&table, AH_SNP_BLOB_VCEK), AH_SLICE_LITERAL("\xaa\xbb"));
	EXPECT_BYTES(ah_snp_cert_table_find(&table, AH_SNP_BLOB_ARK), AH_SLICE_LITERAL("\xcc"));
	EXPECT(ah_snp_cert_table_find(&table, AH_SNP_BLOB_ASK).ptr == NULL);
}

static void a_table_without_entries_is_empty(void)
{
	AH_AUTO(ah_buf) bytes = AH_BUF(TABLE_MAX);
	ah_snp_cert_table table;
	put_end(&bytes);
	EXPECT_OK(parse(&table, &bytes));
	EXPECT(table.count == 0);
}

static void a_table_without_end_is_refused_at_every_length(void)
{
	AH_AUTO(ah_buf) bytes = AH_BUF(TABLE_MAX);
	ah_snp_cert_table table;
	put_entry(&bytes, GUID_VCEK, 48, 1);
	put_end(&bytes);
	ah_test_hex(&bytes, "aa");
	for (size_t len = 0; len < bytes.len; len++)
		EXPECT_ERR(ah_snp_cert_table_parse(&table, ah_slice_make(bytes.ptr, len), NULL), AH_ERR_CERT_TABLE);
	EXPECT_OK(parse(&table, &bytes));
}

static void expect_entry(uint32_t off, uint32_t len, ah_err wanted)
{
	AH_AUTO(ah_buf) bytes = AH_BUF(TABLE_MAX);
	ah_snp_cert_table table;
	put_entry(&bytes, GUID_VCEK, off, len);
	put_end(&bytes);
	ah_test_hex(&bytes, "00112233445566778899");
	EXPECT_MSG(parse(&table, &bytes) == wanted, "offset %u length %u", off, len);
}

static void blobs_lie_behind_the_entries_and_inside_the_table(void)
{
	expect_entry(48, 10, AH_OK);
	expect_entry(57, 1, AH_OK);
	expect_entry(48, 11, AH_ERR_CERT_TABLE);
	expect_entry(58, 1, AH_ERR_CERT_TABLE);
	expect_entry(47, 1, AH_ERR_CERT_TABLE);
	expect_entry(0, 1, AH_ERR_CERT_TABLE);
	expect_entry(48, 0, AH_ERR_CERT_TABLE);
	expect_entry(UINT32_MAX, 2, AH_ERR_CERT_TABLE);  /* 1 in 32 bits */
	expect_entry(48, UINT32_MAX - 40, AH_ERR_CERT_TABLE);
	expect_entry(UINT32_MAX, UINT32_MAX, AH_ERR_CERT_TABLE);
}

static void a_guid_twice_is_refused(void)
{
	static const char *const guids[] = { GUID_VCEK, "11111111111111111111111111111111" };
	for (size_t i = 0; i < 2; i++) {
		AH_AUTO(ah_buf) bytes = AH_BUF(TABLE_MAX);
		ah_snp_cert_table table;
		put_entry(&bytes, guids[i], 72, 1);
		put_entry(&bytes, guids[i], 72, 1);
		put_end(&bytes);
		ah_test_hex(&bytes, "aa");
		EXPECT_ERR(parse(&table, &bytes), AH_ERR_CERT_TABLE);
	}
}

static void expect_count(size_t count, ah_err wanted)
{
	AH_AUTO(ah_buf) bytes = AH_BUF(TABLE_MAX);
	ah_snp_cert_table table = { .count = 0 };
	for (size_t i = 0; i < count; i++) {
		char guid[33] = "22222222222222222222222222222200";
		guid[30] = "0123456789abcdef"[i / 16];
		guid[31] = "0123456789abcdef"[i % 16];
		put_entry(&bytes, guid, (uint32_t)(24 * (count + 1)), 1);
	}
	put_end(&bytes);
	ah_test_hex(&bytes, "aa");
	EXPECT_ERR(parse(&table, &bytes), wanted);
	EXPECT(wanted != AH_OK || (table.count == count && table.entries[0].kind == AH_SNP_BLOB_UNKNOWN));
}

static void sixteen_entries_are_the_limit(void)
{
	expect_count(AH_SNP_CERT_TABLE_ENTRIES_MAX, AH_OK);
	expect_count(AH_SNP_CERT_TABLE_ENTRIES_MAX + 1, AH_ERR_CERT_TABLE);
}

static void a_table_above_the_limit_is_refused_by_size(void)
{
	static uint8_t zeros[AH_SNP_CERT_TABLE_MAX + 1];
	ah_snp_cert_table table;
	EXPECT_OK(ah_snp_cert_table_parse(&table, ah_slice_make(zeros, AH_SNP_CERT_TABLE_MAX), NULL));
	EXPECT_ERR(ah_snp_cert_table_parse(&table, AH_SLICE_OF(zeros), NULL), AH_ERR_TOO_LARGE);
}

static const ah_test_case cases[] = {
	AH_TEST(a_table_is_split_into_its_blobs),
	AH_TEST(a_table_without_entries_is_empty),
	AH_TEST(a_table_without_end_is_refused_at_every_length),
	AH_TEST(blobs_lie_behind_the_entries_and_inside_the_table),
	AH_TEST(a_guid_twice_is_refused),
	AH_TEST(sixteen_entries_are_the_limit),
	AH_TEST(a_table_above_the_limit_is_refused_by_size),
};
AH_TEST_MAIN(cases)
