/* SEV-SNP: the report by its layout table, and the host's certificate table. */
#include "apps/cli/inspect.h"

#include "base/reader.h"
#include "platforms/snp_cert_table.h"
#include "platforms/snp_report.h"

/* -- Report (AMD 56860, ATTESTATION_REPORT) -- */

static const bit_name guest_policy_bits[] = {
	{ AH_SNP_POLICY_SMT, "SMT" },
	{ AH_SNP_POLICY_RESERVED_ONE, "(bit 17, always one)" },
	{ AH_SNP_POLICY_MIGRATE_MA, "MIGRATE_MA" },
	{ AH_SNP_POLICY_DEBUG, "DEBUG" },
	{ AH_SNP_POLICY_SINGLE_SOCKET, "SINGLE_SOCKET" },
	{ AH_SNP_POLICY_CXL_ALLOW, "CXL_ALLOW" },
	{ AH_SNP_POLICY_MEM_AES_256_XTS, "MEM_AES_256_XTS" },
	{ AH_SNP_POLICY_RAPL_DIS, "RAPL_DIS" },
	{ AH_SNP_POLICY_CIPHERTEXT_HIDING, "CIPHERTEXT_HIDING_DRAM" },
	{ AH_SNP_POLICY_PAGE_SWAP_DISABLE, "PAGE_SWAP_DISABLE" },
	{ UINT64_C(0xffff), "(bits 15:0 ABI version)" },
	{ 0 },
};

static const bit_name platform_info_bits[] = {
	{ AH_SNP_PLATFORM_SMT_EN, "SMT_EN" },
	{ AH_SNP_PLATFORM_TSME_EN, "TSME_EN" },
	{ AH_SNP_PLATFORM_ECC_EN, "ECC_EN" },
	{ AH_SNP_PLATFORM_RAPL_DIS, "RAPL_DIS" },
	{ AH_SNP_PLATFORM_CIPHERTEXT_HIDING, "CIPHERTEXT_HIDING_DRAM_EN" },
	{ AH_SNP_PLATFORM_ALIAS_CHECK, "ALIAS_CHECK_COMPLETE" },
	{ AH_SNP_PLATFORM_TIO_EN, "TIO_EN" },
	{ 0 },
};

static uint64_t load_le(ah_slice bytes)
{
	uint64_t value = 0;
	for (size_t i = bytes.len; i > 0; i--)
		value = value << 8 | bytes.ptr[i - 1];
	return value;
}

static const char *signing_key_name(unsigned key)
{
	switch (key) {
	case AH_SNP_KEY_VCEK: return "VCEK";
	case AH_SNP_KEY_VLEK: return "VLEK";
	case AH_SNP_KEY_NONE: return "none";
	}
	return "reserved";
}

static void list_uint(listing *l, ah_snp_field_id id, const ah_snp_field *field, ah_slice bytes)
{
	uint64_t value = load_le(bytes);
	unsigned key_info = (unsigned)value;
	if (id == AH_SNP_F_GUEST_POLICY)
		list_bits(l, bytes, field->name, value, guest_policy_bits);
	else if (id == AH_SNP_F_PLATFORM_INFO)
		list_bits(l, bytes, field->name, value, platform_info_bits);
	else if (id == AH_SNP_F_KEY_INFO)
		list_row(l, bytes, field->name, "0x%x author key %s, chip key %s, signed by %s", key_info, key_info & 1 ? "yes" : "no",
		         key_info & 2 ? "masked" : "not masked", signing_key_name(key_info >> 2 & 7));
	else if (id == AH_SNP_F_SIGNATURE_ALGO)
		list_row(l, bytes, field->name, "%llu%s", (unsigned long long)value, value == 1 ? " (ECDSA P-384 with SHA-384)" : "");
	else if (field->len == 8)
		list_row(l, bytes, field->name, "0x%llx", (unsigned long long)value);
	else
		list_row(l, bytes, field->name, "%llu", (unsigned long long)value);
}

static void list_field(listing *l, ah_snp_field_id id, uint64_t version, ah_snp_product product)
{
	const ah_snp_field *field = &ah_snp_fields[id];
	ah_slice bytes = ah_slice_sub(l->in, field->off, field->len);
	bool is_zero = ah_slice_is_zero(bytes);
	char tcb_text[AH_SNP_TCB_TEXT_MAX];
	if (version < field->since) {
		list_row(l, bytes, field->name, "reserved before version %d, %s", field->since, is_zero ? "zero" : "NOT ZERO");
		return;
	}
	switch (field->kind) {
	case AH_SNP_KIND_UINT: list_uint(l, id, field, bytes); return;
	case AH_SNP_KIND_BYTES:
		if (id == AH_SNP_F_CHIP_ID && is_zero)
			list_row(l, bytes, field->name, "masked");
		else
			list_row(l, bytes, field->name, "%s", "");
		return;
	case AH_SNP_KIND_TCB: {
		ah_snp_tcb tcb = ah_snp_tcb_read(bytes, product);
		ah_snp_tcb_format(tcb_text, &tcb);
		list_row(l, bytes, field->name, "%s", tcb_text);
		return;
	}
	case AH_SNP_KIND_FIRMWARE: list_row(l, bytes, field->name, "%d.%d.%d", bytes.ptr[2], bytes.ptr[1], bytes.ptr[0]); return;
	case AH_SNP_KIND_RESERVED: list_row(l, bytes, field->name, "%s", is_zero ? "zero" : "NOT ZERO"); return;
	case AH_SNP_KIND_SIGNATURE: list_row(l, bytes, field->name, "little-endian, not signed"); return;
	}
}

/* Before version 3 the report does not say which product it is of; TCB components are then read as Milan and Genoa have them. */
static ah_snp_product product_of(ah_slice in, uint64_t version)
{
	const ah_snp_field *model = &ah_snp_fields[AH_SNP_F_CPUID_MODEL];
	if (version < model->since || in.len <= model->off)
		return AH_SNP_PRODUCT_NONE;
	return ah_snp_product_of_cpuid(in.ptr[ah_snp_fields[AH_SNP_F_CPUID_FAMILY].off], in.ptr[model->off]);
}

void inspect_snp(listing *l)
{
	l->kind = "sev-snp report";
	uint64_t version = l->in.len >= 4 ? load_le(ah_slice_sub(l->in, 0, 4)) : 0;
	ah_snp_product product = product_of(l->in, version);
	if (product != AH_SNP_PRODUCT_NONE)
		list_row(l, (ah_slice){ NULL, 0 }, "product by CPUID", "%s", ah_snp_product_name(product));
	for (int id = 0; id < AH_SNP_FIELD_COUNT; id++) {
		const ah_snp_field *field = &ah_snp_fields[id];
		if (l->in.len < field->off || l->in.len - field->off < field->len) {
			list_fault(l, AH_ERR_TRUNCATED, l->in.len, "inside of %s: a report has %d bytes", field->name, AH_SNP_REPORT_LEN);
			return;
		}
		list_field(l, (ah_snp_field_id)id, version, product);
	}
	if (l->in.len > AH_SNP_REPORT_LEN) {
		list_row(l, ah_slice_sub(l->in, AH_SNP_REPORT_LEN, l->in.len - AH_SNP_REPORT_LEN), "trailing bytes", "%s", "");
		list_fault(l, AH_ERR_TRAILING, AH_SNP_REPORT_LEN, "a report has %d bytes", AH_SNP_REPORT_LEN);
	}
}

/* -- Certificate table (AMD 56421 GHCB, "SNP Extended Guest Request"): GUID[16] | offset u32 | length u32, an entry of zeros at the end -- */

#define ENTRY_LEN AH_SNP_CERT_ENTRY_LEN
#define GUID_LEN  AH_SNP_GUID_LEN

/* GUID bytes in the order of their text (RFC 4122), not in EFI's. The verifier has the same list; here it also names the entries of a broken table. */
static const struct { const char *name; uint8_t guid[GUID_LEN]; } guids[] = {
	{ "VCEK", { 0x63, 0xda, 0x75, 0x8d, 0xe6, 0x64, 0x45, 0x64, 0xad, 0xc5, 0xf4, 0xb9, 0x3b, 0xe8, 0xac, 0xcd } },
	{ "VLEK", { 0xa8, 0x07, 0x4b, 0xc2, 0xa2, 0x5a, 0x48, 0x3e, 0xaa, 0xe6, 0x39, 0xc0, 0x45, 0xa0, 0xb8, 0xa1 } },
	{ "ASK or ASVK", { 0x4a, 0xb7, 0xb3, 0x79, 0xbb, 0xac, 0x4f, 0xe4, 0xa0, 0x2f, 0x05, 0xae, 0xf3, 0x27, 0xc7, 0x82 } },
	{ "ARK", { 0xc0, 0xb4, 0x06, 0xa4, 0xa8, 0x03, 0x49, 0x52, 0x97, 0x43, 0x3f, 0xb6, 0x01, 0x4c, 0xd0, 0xae } },
	{ "CRL", { 0x92, 0xf8, 0x1b, 0xc3, 0x58, 0x11, 0x4d, 0x3d, 0x97, 0xff, 0xd1, 0x9f, 0x88, 0xdc, 0x67, 0xea } },
};

/* NULL for a GUID that is not in the table above. */
static const char *guid_name(ah_slice guid)
{
	for (size_t i = 0; i < sizeof guids / sizeof guids[0]; i++)
		if (ah_slice_is(AH_SLICE_OF(guids[i].guid), guid))
			return guids[i].name;
	return NULL;
}

bool is_cert_table(ah_slice in)
{
	return in.len >= ENTRY_LEN && guid_name(ah_slice_sub(in, 0, GUID_LEN)) != NULL;
}

static void list_entry(listing *l, ah_slice entry, ah_slice guid, uint32_t off, uint32_t len)
{
	const char *name = guid_name(guid);
	list_row(l, entry, "entry", "%s, offset 0x%x, length %u", name != NULL ? name : "unknown GUID", off, len);
	if (off > l->in.len || len > l->in.len - off) {
		list_fault(l, AH_ERR_CERT_TABLE, list_offset(l, entry) + GUID_LEN, "entry of %u bytes at 0x%x lies outside of the table", len, off);
		return;
	}
	ah_slice blob = ah_slice_sub(l->in, off, len);
	if (name != NULL && len > 0 && blob.ptr[0] == 0x30)
		inspect_x509(l, blob, name);
	else
		list_row(l, blob, name != NULL ? name : "unknown entry", "%s", len > 0 && blob.ptr[0] == '-' ? "PEM" : "");
}

void inspect_cert_table(listing *l)
{
	l->kind = "sev-snp certificate table";
	ah_reader r = { .in = l->in };
	for (int count = 0; list_is_whole(l); count++) {
		size_t start = ah_reader_pos(&r);
		ah_slice guid = ah_read_bytes(&r, GUID_LEN);
		uint32_t off = ah_read_le32(&r), len = ah_read_le32(&r);
		if (r.err != AH_OK) {
			list_fault(l, AH_ERR_CERT_TABLE, start, "the table has no end: no entry of zeros");
			return;
		}
		ah_slice entry = ah_slice_sub(l->in, start, ENTRY_LEN);
		if (ah_slice_is_zero(entry)) {
			list_row(l, entry, "end of the table", "%s", "");
			return;
		}
		if (count == AH_SNP_CERT_TABLE_ENTRIES_MAX) {
			list_fault(l, AH_ERR_CERT_TABLE, start, "more than %d entries", AH_SNP_CERT_TABLE_ENTRIES_MAX);
			return;
		}
		list_entry(l, entry, guid, off, len);
	}
}
