/* See snp_report.h. */
#include "platforms/snp_report.h"

#include "base/fault.h"
#include "base/reader.h"

#include <stdio.h>

#define P384_LEN 48

const ah_snp_field ah_snp_fields[AH_SNP_FIELD_COUNT] = {
	[AH_SNP_F_VERSION] = { 0x000, 4, 0, AH_SNP_KIND_UINT, "VERSION" },
	[AH_SNP_F_GUEST_SVN] = { 0x004, 4, 0, AH_SNP_KIND_UINT, "GUEST_SVN" },
	[AH_SNP_F_GUEST_POLICY] = { 0x008, 8, 0, AH_SNP_KIND_UINT, "GUEST_POLICY" },
	[AH_SNP_F_FAMILY_ID] = { 0x010, 16, 0, AH_SNP_KIND_BYTES, "FAMILY_ID" },
	[AH_SNP_F_IMAGE_ID] = { 0x020, 16, 0, AH_SNP_KIND_BYTES, "IMAGE_ID" },
	[AH_SNP_F_VMPL] = { 0x030, 4, 0, AH_SNP_KIND_UINT, "VMPL" },
	[AH_SNP_F_SIGNATURE_ALGO] = { 0x034, 4, 0, AH_SNP_KIND_UINT, "SIGNATURE_ALGO" },
	[AH_SNP_F_CURRENT_TCB] = { 0x038, 8, 0, AH_SNP_KIND_TCB, "CURRENT_TCB" },
	[AH_SNP_F_PLATFORM_INFO] = { 0x040, 8, 0, AH_SNP_KIND_UINT, "PLATFORM_INFO" },
	[AH_SNP_F_KEY_INFO] = { 0x048, 4, 0, AH_SNP_KIND_UINT, "AUTHOR_KEY_EN, MASK_CHIP_KEY, SIGNING_KEY" },
	[AH_SNP_F_RESERVED_4C] = { 0x04c, 4, 0, AH_SNP_KIND_RESERVED, "reserved" },
	[AH_SNP_F_REPORT_DATA] = { 0x050, 64, 0, AH_SNP_KIND_BYTES, "REPORT_DATA" },
	[AH_SNP_F_MEASUREMENT] = { 0x090, 48, 0, AH_SNP_KIND_BYTES, "MEASUREMENT" },
	[AH_SNP_F_HOST_DATA] = { 0x0c0, 32, 0, AH_SNP_KIND_BYTES, "HOST_DATA" },
	[AH_SNP_F_ID_KEY_DIGEST] = { 0x0e0, 48, 0, AH_SNP_KIND_BYTES, "ID_KEY_DIGEST" },
	[AH_SNP_F_AUTHOR_KEY_DIGEST] = { 0x110, 48, 0, AH_SNP_KIND_BYTES, "AUTHOR_KEY_DIGEST" },
	[AH_SNP_F_REPORT_ID] = { 0x140, 32, 0, AH_SNP_KIND_BYTES, "REPORT_ID" },
	[AH_SNP_F_REPORT_ID_MA] = { 0x160, 32, 0, AH_SNP_KIND_BYTES, "REPORT_ID_MA" },
	[AH_SNP_F_REPORTED_TCB] = { 0x180, 8, 0, AH_SNP_KIND_TCB, "REPORTED_TCB" },
	[AH_SNP_F_CPUID_FAMILY] = { 0x188, 1, 3, AH_SNP_KIND_UINT, "CPUID_FAM_ID" },
	[AH_SNP_F_CPUID_MODEL] = { 0x189, 1, 3, AH_SNP_KIND_UINT, "CPUID_MOD_ID" },
	[AH_SNP_F_CPUID_STEPPING] = { 0x18a, 1, 3, AH_SNP_KIND_UINT, "CPUID_STEP" },
	[AH_SNP_F_RESERVED_18B] = { 0x18b, 21, 0, AH_SNP_KIND_RESERVED, "reserved" },
	[AH_SNP_F_CHIP_ID] = { 0x1a0, 64, 0, AH_SNP_KIND_BYTES, "CHIP_ID" },
	[AH_SNP_F_COMMITTED_TCB] = { 0x1e0, 8, 0, AH_SNP_KIND_TCB, "COMMITTED_TCB" },
	[AH_SNP_F_CURRENT_VERSION] = { 0x1e8, 3, 0, AH_SNP_KIND_FIRMWARE, "CURRENT_BUILD, CURRENT_MINOR, CURRENT_MAJOR" },
	[AH_SNP_F_RESERVED_1EB] = { 0x1eb, 1, 0, AH_SNP_KIND_RESERVED, "reserved" },
	[AH_SNP_F_COMMITTED_VERSION] = { 0x1ec, 3, 0, AH_SNP_KIND_FIRMWARE, "COMMITTED_BUILD, COMMITTED_MINOR, COMMITTED_MAJOR" },
	[AH_SNP_F_RESERVED_1EF] = { 0x1ef, 1, 0, AH_SNP_KIND_RESERVED, "reserved" },
	[AH_SNP_F_LAUNCH_TCB] = { 0x1f0, 8, 0, AH_SNP_KIND_TCB, "LAUNCH_TCB" },
	[AH_SNP_F_LAUNCH_MIT_VECTOR] = { 0x1f8, 8, 5, AH_SNP_KIND_UINT, "LAUNCH_MIT_VECTOR" },
	[AH_SNP_F_CURRENT_MIT_VECTOR] = { 0x200, 8, 5, AH_SNP_KIND_UINT, "CURRENT_MIT_VECTOR" },
	[AH_SNP_F_RESERVED_208] = { 0x208, 152, 0, AH_SNP_KIND_RESERVED, "reserved" },
	[AH_SNP_F_SIGNATURE_R] = { 0x2a0, 72, 0, AH_SNP_KIND_SIGNATURE, "SIGNATURE.R" },
	[AH_SNP_F_SIGNATURE_S] = { 0x2e8, 72, 0, AH_SNP_KIND_SIGNATURE, "SIGNATURE.S" },
	[AH_SNP_F_SIGNATURE_RESERVED] = { 0x330, 368, 0, AH_SNP_KIND_SIGNATURE, "SIGNATURE, reserved" },
};
static_assert(0x330 + 368 == AH_SNP_REPORT_LEN, "the last field ends the report");
static_assert(0x208 + 152 == AH_SNP_SIGNED_LEN, "the last signed field ends where the signature begins");

ah_slice ah_snp_field_bytes(ah_slice report, ah_snp_field_id id)
{
	return ah_slice_sub(report, ah_snp_fields[id].off, ah_snp_fields[id].len);
}

uint64_t ah_snp_field_uint(ah_slice report, ah_snp_field_id id)
{
	assert(ah_snp_fields[id].kind == AH_SNP_KIND_UINT);
	ah_slice bytes = ah_snp_field_bytes(report, id);
	uint64_t value = 0;
	for (size_t i = bytes.len; i > 0; i--)
		value = value << 8 | bytes.ptr[i - 1];
	return value;
}

/* A field that this version of the report has; zero where its bytes are still reserved. */
static uint64_t uint_since(const ah_snp_report *report, ah_snp_field_id id)
{
	return report->version >= ah_snp_fields[id].since ? ah_snp_field_uint(report->bytes, id) : 0;
}

ah_err ah_snp_report_parse(ah_snp_report *out, ah_slice bytes, ah_fault *why)
{
	if (bytes.len < AH_SNP_REPORT_LEN)
		return ah_fault_at(why, AH_ERR_TRUNCATED, "snp.parse", bytes.len, "%zu bytes, a report has %d", bytes.len, AH_SNP_REPORT_LEN);
	if (bytes.len > AH_SNP_REPORT_LEN)
		return ah_fault_at(why, AH_ERR_TRAILING, "snp.parse", AH_SNP_REPORT_LEN, "%zu bytes, a report has %d", bytes.len, AH_SNP_REPORT_LEN);
	ah_snp_report rep = { .bytes = bytes };
	rep.version = (uint32_t)ah_snp_field_uint(bytes, AH_SNP_F_VERSION);
	rep.guest_svn = (uint32_t)ah_snp_field_uint(bytes, AH_SNP_F_GUEST_SVN);
	rep.guest_policy = ah_snp_field_uint(bytes, AH_SNP_F_GUEST_POLICY);
	rep.vmpl = (uint32_t)ah_snp_field_uint(bytes, AH_SNP_F_VMPL);
	rep.signature_algo = (uint32_t)ah_snp_field_uint(bytes, AH_SNP_F_SIGNATURE_ALGO);
	rep.platform_info = ah_snp_field_uint(bytes, AH_SNP_F_PLATFORM_INFO);
	rep.key_info = (uint32_t)ah_snp_field_uint(bytes, AH_SNP_F_KEY_INFO);
	rep.author_key_enabled = (rep.key_info & 1) != 0;
	rep.mask_chip_key = (rep.key_info >> 1 & 1) != 0;
	rep.signing_key = rep.key_info >> 2 & 7;
	rep.has_cpuid = rep.version >= ah_snp_fields[AH_SNP_F_CPUID_FAMILY].since;
	rep.family = (uint8_t)uint_since(&rep, AH_SNP_F_CPUID_FAMILY);
	rep.model = (uint8_t)uint_since(&rep, AH_SNP_F_CPUID_MODEL);
	rep.stepping = (uint8_t)uint_since(&rep, AH_SNP_F_CPUID_STEPPING);
	rep.launch_mit_vector = uint_since(&rep, AH_SNP_F_LAUNCH_MIT_VECTOR);
	rep.current_mit_vector = uint_since(&rep, AH_SNP_F_CURRENT_MIT_VECTOR);
	*out = rep;
	return AH_OK;
}

ah_snp_field_id ah_snp_report_reserved_set(const ah_snp_report *report)
{
	for (unsigned i = 0; i < AH_SNP_FIELD_COUNT; i++) {
		const ah_snp_field *field = &ah_snp_fields[i];
		bool reserved = field->kind == AH_SNP_KIND_RESERVED || report->version < field->since;
		if (reserved && !ah_slice_is_zero(ah_snp_field_bytes(report->bytes, (ah_snp_field_id)i)))
			return (ah_snp_field_id)i;
	}
	return AH_SNP_FIELD_COUNT;
}

ah_snp_product ah_snp_product_of_cpuid(uint8_t family, uint8_t model)
{
	static const struct { uint8_t family, first, last; ah_snp_product product; } rows[] = {
		{ 0x19, 0x00, 0x0f, AH_SNP_MILAN },
		{ 0x19, 0x10, 0x1f, AH_SNP_GENOA },
		{ 0x19, 0xa0, 0xaf, AH_SNP_GENOA }, /* Bergamo and Siena: AMD serves them as Genoa */
		{ 0x1a, 0x00, 0x11, AH_SNP_TURIN },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (family == rows[i].family && model >= rows[i].first && model <= rows[i].last)
			return rows[i].product;
	return AH_SNP_PRODUCT_NONE;
}

/* -- TCB_VERSION -- */

/* What byte i of the 8 holds; '-' is reserved. */
static const char tcb_layout[] = "bt----su", tcb_layout_turin[] = "fbts---u";
static_assert(sizeof tcb_layout == AH_SNP_TCB_LEN + 1 && sizeof tcb_layout_turin == AH_SNP_TCB_LEN + 1, "one letter for each byte");

static const char *layout_of(ah_snp_product product)
{
	return product == AH_SNP_TURIN ? tcb_layout_turin : tcb_layout;
}

ah_snp_tcb ah_snp_tcb_read(ah_slice tcb, ah_snp_product product)
{
	const char *layout = layout_of(product);
	ah_snp_tcb out = { .has_fmc = product == AH_SNP_TURIN };
	assert(tcb.len == AH_SNP_TCB_LEN);
	for (size_t i = 0; i < AH_SNP_TCB_LEN; i++) {
		if (layout[i] == 'f')
			out.fmc = tcb.ptr[i];
		else if (layout[i] == 'b')
			out.bl = tcb.ptr[i];
		else if (layout[i] == 't')
			out.tee = tcb.ptr[i];
		else if (layout[i] == 's')
			out.snp = tcb.ptr[i];
		else if (layout[i] == 'u')
			out.ucode = tcb.ptr[i];
	}
	return out;
}

bool ah_snp_tcb_reserved_is_zero(ah_slice tcb, ah_snp_product product)
{
	const char *layout = layout_of(product);
	assert(tcb.len == AH_SNP_TCB_LEN);
	for (size_t i = 0; i < AH_SNP_TCB_LEN; i++)
		if (layout[i] == '-' && tcb.ptr[i] != 0)
			return false;
	return true;
}

bool ah_snp_tcb_at_most(const ah_snp_tcb *a, const ah_snp_tcb *b)
{
	return a->fmc <= b->fmc && a->bl <= b->bl && a->tee <= b->tee && a->snp <= b->snp && a->ucode <= b->ucode;
}

bool ah_snp_tcb_equal(const ah_snp_tcb *a, const ah_snp_tcb *b)
{
	return a->has_fmc == b->has_fmc && ah_snp_tcb_at_most(a, b) && ah_snp_tcb_at_most(b, a);
}

void ah_snp_tcb_format(char out[static AH_SNP_TCB_TEXT_MAX], const ah_snp_tcb *tcb)
{
	if (tcb->has_fmc)
		(void)snprintf(out, AH_SNP_TCB_TEXT_MAX, "fmc %u bl %u tee %u snp %u ucode %u", tcb->fmc, tcb->bl, tcb->tee, tcb->snp, tcb->ucode);
	else
		(void)snprintf(out, AH_SNP_TCB_TEXT_MAX, "bl %u tee %u snp %u ucode %u", tcb->bl, tcb->tee, tcb->snp, tcb->ucode);
}

/* -- Signature -- */

/* FIPS 186-5, P-384: the order n, big-endian. */
static const uint8_t p384_order[P384_LEN] = {
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xc7, 0x63, 0x4d, 0x81, 0xf4, 0x37, 0x2d, 0xdf,
	0x58, 0x1a, 0x0d, 0xb2, 0x48, 0xb0, 0xa7, 0x7a, 0xec, 0xec, 0x19, 0x6a, 0xcc, 0xc5, 0x29, 0x73,
};

/* One component, little-endian in 72 bytes, to 48 big-endian ones. */
static const char *component(uint8_t *out, ah_slice in)
{
	for (size_t i = 0; i < P384_LEN; i++)
		out[i] = in.ptr[P384_LEN - 1 - i];
	ah_slice value = ah_slice_make(out, P384_LEN);
	if (!ah_slice_is_zero(ah_slice_sub(in, P384_LEN, in.len - P384_LEN)) || ah_slice_compare(value, AH_SLICE_OF(p384_order)) >= 0)
		return "not below the order of P-384";
	return ah_slice_is_zero(value) ? "zero" : NULL;
}

const char *ah_snp_signature_read(uint8_t out[static 96], const ah_snp_report *report)
{
	const char *wrong_r = component(out, ah_snp_field_bytes(report->bytes, AH_SNP_F_SIGNATURE_R));
	const char *wrong_s = component(out + P384_LEN, ah_snp_field_bytes(report->bytes, AH_SNP_F_SIGNATURE_S));
	if (wrong_r != NULL || wrong_s != NULL)
		return wrong_r != NULL ? wrong_r : wrong_s;
	return ah_slice_is_zero(ah_snp_field_bytes(report->bytes, AH_SNP_F_SIGNATURE_RESERVED)) ? NULL : "bytes after s are set";
}
