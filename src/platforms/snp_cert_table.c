/* See snp_cert_table.h. */
#include "platforms/snp_cert_table.h"

#include "base/fault.h"
#include "base/reader.h"

#define STEP "snp.cert_table"

/* AMD 56421, "SNP Extended Guest Request"; the last one is go-sev-guest's. The bytes are in the order of the text. */
static const struct { uint8_t guid[AH_SNP_GUID_LEN]; ah_snp_blob_kind kind; } guids[] = {
	{ { 0x63, 0xda, 0x75, 0x8d, 0xe6, 0x64, 0x45, 0x64, 0xad, 0xc5, 0xf4, 0xb9, 0x3b, 0xe8, 0xac, 0xcd }, AH_SNP_BLOB_VCEK },
	{ { 0xa8, 0x07, 0x4b, 0xc2, 0xa2, 0x5a, 0x48, 0x3e, 0xaa, 0xe6, 0x39, 0xc0, 0x45, 0xa0, 0xb8, 0xa1 }, AH_SNP_BLOB_VLEK },
	{ { 0x4a, 0xb7, 0xb3, 0x79, 0xbb, 0xac, 0x4f, 0xe4, 0xa0, 0x2f, 0x05, 0xae, 0xf3, 0x27, 0xc7, 0x82 }, AH_SNP_BLOB_ASK },
	{ { 0xc0, 0xb4, 0x06, 0xa4, 0xa8, 0x03, 0x49, 0x52, 0x97, 0x43, 0x3f, 0xb6, 0x01, 0x4c, 0xd0, 0xae }, AH_SNP_BLOB_ARK },
	{ { 0x92, 0xf8, 0x1b, 0xc3, 0x58, 0x11, 0x4d, 0x3d, 0x97, 0xff, 0xd1, 0x9f, 0x88, 0xdc, 0x67, 0xea }, AH_SNP_BLOB_CRL },
	{ { 0xec, 0xae, 0x0c, 0x0f, 0x95, 0x02, 0x43, 0xb1, 0xaf, 0xa2, 0x0a, 0xe2, 0xe0, 0xd5, 0x65, 0xb6 }, AH_SNP_BLOB_PLATFORM_INFO },
};

static ah_snp_blob_kind kind_of(ah_slice guid)
{
	for (size_t i = 0; i < sizeof guids / sizeof guids[0]; i++)
		if (ah_slice_is(guid, AH_SLICE_OF(guids[i].guid)))
			return guids[i].kind;
	return AH_SNP_BLOB_UNKNOWN;
}

/* Offsets and lengths as the entries give them; they are judged once the end of the entries is known. */
typedef struct extent {
	uint32_t off, len;
} extent;

static ah_err read_entries(ah_snp_cert_table *table, extent *extents, ah_slice in, ah_fault *why)
{
	ah_reader r = { .in = in };
	for (;;) {
		size_t off = ah_reader_pos(&r);
		ah_slice guid = ah_read_bytes(&r, AH_SNP_GUID_LEN);
		extent e = { .off = ah_read_le32(&r) };
		e.len = ah_read_le32(&r);
		if (r.err != AH_OK)
			return ah_fault_at(why, AH_ERR_CERT_TABLE, STEP, off, "no terminating entry");
		if (ah_slice_is_zero(guid) && e.off == 0 && e.len == 0) {
			table->header_len = ah_reader_pos(&r);
			return AH_OK;
		}
		if (table->count == AH_SNP_CERT_TABLE_ENTRIES_MAX)
			return ah_fault_at(why, AH_ERR_CERT_TABLE, STEP, off, "more than %d entries", AH_SNP_CERT_TABLE_ENTRIES_MAX);
		for (size_t i = 0; i < table->count; i++)
			if (ah_slice_is(table->entries[i].guid, guid))
				return ah_fault_at(why, AH_ERR_CERT_TABLE, STEP, off, "a GUID twice");
		extents[table->count] = e;
		table->entries[table->count++] = (ah_snp_cert_entry){ .guid = guid, .kind = kind_of(guid), .entry_off = off };
	}
}

static ah_err take_blob(ah_snp_cert_entry *entry, extent e, size_t header_len, ah_slice in, ah_fault *why)
{
	if (e.len == 0)
		return ah_fault_at(why, AH_ERR_CERT_TABLE, STEP, entry->entry_off, "an entry without bytes");
	if (e.off < header_len)
		return ah_fault_at(why, AH_ERR_CERT_TABLE, STEP, entry->entry_off, "offset %u lies inside the entries", e.off);
	/* In 64 bits: a sum of two u32 that wraps would pass the comparison. */
	if ((uint64_t)e.off + e.len > in.len)
		return ah_fault_at(why, AH_ERR_CERT_TABLE, STEP, entry->entry_off, "%u bytes at %u end outside of the table", e.len, e.off);
	entry->blob = ah_slice_sub(in, e.off, e.len);
	entry->blob_off = e.off;
	return AH_OK;
}

ah_err ah_snp_cert_table_parse(ah_snp_cert_table *out, ah_slice in, ah_fault *why)
{
	if (in.len > AH_SNP_CERT_TABLE_MAX)
		return ah_fault_set(why, AH_ERR_TOO_LARGE, STEP, "%zu bytes, at most %d", in.len, AH_SNP_CERT_TABLE_MAX);
	ah_snp_cert_table table = { .count = 0 };
	extent extents[AH_SNP_CERT_TABLE_ENTRIES_MAX] = { { 0, 0 } };
	AH_TRY(read_entries(&table, extents, in, why));
	for (size_t i = 0; i < table.count; i++)
		AH_TRY(take_blob(&table.entries[i], extents[i], table.header_len, in, why));
	*out = table;
	return AH_OK;
}

ah_slice ah_snp_cert_table_find(const ah_snp_cert_table *table, ah_snp_blob_kind kind)
{
	for (size_t i = 0; i < table->count; i++)
		if (table->entries[i].kind == kind)
			return table->entries[i].blob;
	return (ah_slice){ NULL, 0 };
}

const char *ah_snp_blob_kind_name(ah_snp_blob_kind kind)
{
	switch (kind) {
	case AH_SNP_BLOB_VCEK: return "VCEK";
	case AH_SNP_BLOB_VLEK: return "VLEK";
	case AH_SNP_BLOB_ASK: return "ASK";
	case AH_SNP_BLOB_ARK: return "ARK";
	case AH_SNP_BLOB_CRL: return "CRL";
	case AH_SNP_BLOB_PLATFORM_INFO: return "platform info";
	case AH_SNP_BLOB_UNKNOWN: break;
	}
	return "unknown";
}
