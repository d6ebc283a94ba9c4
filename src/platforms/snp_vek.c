/* See snp_vek.h. */
#include "platforms/snp_vek.h"

#include "codec/der.h"

/* 1.3.6.1.4.1.3704.1 as the content of an OID; the suffixes follow. */
#define AMD_ARC "\x2b\x06\x01\x04\x01\x9c\x78\x01"
#define OID_STRUCT_VERSION AH_SLICE_LITERAL(AMD_ARC "\x01")
#define OID_PRODUCT_NAME   AH_SLICE_LITERAL(AMD_ARC "\x02")
#define OID_HWID           AH_SLICE_LITERAL(AMD_ARC "\x04")
#define OID_CSP_ID         AH_SLICE_LITERAL(AMD_ARC "\x05")

#define SPL_MAX            255
#define STRUCT_VERSION_MAX 1 /* 0 on Milan and Genoa, 1 on Turin; a later one may mean other extensions */
#define CSP_ID_MAX         64

enum { SPL_BL, SPL_TEE, SPL_SNP, SPL_4, SPL_5, SPL_6, SPL_7, SPL_UCODE, SPL_FMC, SPL_COUNT };

/* 1.3.6.1.4.1.3704.1.3.n, n = 1..9 in the order of the enum above. */
#define OID_SPL(n) { (const uint8_t *)AMD_ARC "\x03" n, sizeof(AMD_ARC "\x03" n) - 1 }
static const ah_slice spl_oids[SPL_COUNT] = {
	[SPL_BL] = OID_SPL("\x01"), [SPL_TEE] = OID_SPL("\x02"), [SPL_SNP] = OID_SPL("\x03"), [SPL_4] = OID_SPL("\x04"), [SPL_5] = OID_SPL("\x05"),
	[SPL_6] = OID_SPL("\x06"), [SPL_7] = OID_SPL("\x07"), [SPL_UCODE] = OID_SPL("\x08"), [SPL_FMC] = OID_SPL("\x09"),
};

static void note(ah_snp_vek *vek, const char *defect)
{
	if (vek->defect == NULL)
		vek->defect = defect;
}

/* An INTEGER in full: 02 02 01 0a is 266 and not 10. */
static uint8_t read_uint(ah_snp_vek *vek, ah_slice value, unsigned max)
{
	ah_reader r = { .in = value };
	uint64_t number = ah_der_uint(&r, max);
	if (ah_reader_finish(&r) != AH_OK) {
		note(vek, "an SPL or structVersion is no INTEGER in range");
		return 0;
	}
	return (uint8_t)number;
}

static ah_slice read_text(ah_snp_vek *vek, ah_slice value)
{
	ah_reader r = { .in = value };
	ah_slice text = ah_der_expect(&r, AH_DER_IA5_STRING);
	if (ah_reader_finish(&r) != AH_OK) {
		note(vek, "productName or CSP_ID is no IA5String");
		return (ah_slice){ NULL, 0 };
	}
	return text;
}

static bool is_hwid_len(size_t len)
{
	return len == AH_SNP_HWID_LEN || len == AH_SNP_HWID_LEN_TURIN;
}

/* AMD writes the bytes without an ASN.1 tag, and has announced an OCTET STRING. Exactly these two forms; their lengths do not overlap. */
static ah_slice read_hwid(ah_snp_vek *vek, ah_slice value)
{
	if (is_hwid_len(value.len))
		return value;
	ah_reader r = { .in = value };
	ah_slice hwid = ah_der_expect(&r, AH_DER_OCTET_STRING);
	if (ah_reader_finish(&r) == AH_OK && is_hwid_len(hwid.len))
		return hwid;
	note(vek, "HWID has neither 8 nor 64 bytes");
	return (ah_slice){ NULL, 0 };
}

static void read_spls(ah_snp_vek *vek, const ah_cert *cert)
{
	uint8_t spl[SPL_COUNT] = { 0 };
	for (int i = 0; i < SPL_COUNT; i++) {
		ah_slice value;
		bool critical, present = ah_cert_extension(cert, spl_oids[i], &value, &critical);
		if (present)
			spl[i] = read_uint(vek, value, SPL_MAX);
		if (i == SPL_4)
			vek->has_spl4 = present;
		else if (i == SPL_FMC)
			vek->tcb.has_fmc = present;
		else if (!present)
			note(vek, "an SPL is missing");
	}
	if ((spl[SPL_4] | spl[SPL_5] | spl[SPL_6] | spl[SPL_7]) != 0)
		note(vek, "spl4 to spl7 are not zero");
	vek->tcb.fmc = spl[SPL_FMC];
	vek->tcb.bl = spl[SPL_BL];
	vek->tcb.tee = spl[SPL_TEE];
	vek->tcb.snp = spl[SPL_SNP];
	vek->tcb.ucode = spl[SPL_UCODE];
}

static void read_identity(ah_snp_vek *vek, const ah_cert *cert)
{
	ah_slice value;
	bool critical;
	bool has_hwid = ah_cert_extension(cert, OID_HWID, &value, &critical);
	if (has_hwid)
		vek->hwid = read_hwid(vek, value);
	bool has_csp_id = ah_cert_extension(cert, OID_CSP_ID, &value, &critical);
	if (has_csp_id)
		vek->csp_id = read_text(vek, value);
	if (has_csp_id && (vek->csp_id.len == 0 || vek->csp_id.len > CSP_ID_MAX))
		note(vek, "CSP_ID is empty or too long");
	if (vek->kind == AH_SNP_VCEK && (!has_hwid || has_csp_id))
		note(vek, has_hwid ? "a VCEK with a CSP_ID" : "a VCEK without HWID");
	if (vek->kind == AH_SNP_VLEK && (has_hwid || !has_csp_id))
		note(vek, has_hwid ? "a VLEK with a HWID" : "a VLEK without CSP_ID");
}

static ah_slice before_dash(ah_slice text)
{
	size_t len = 0;
	while (len < text.len && text.ptr[len] != '-')
		len++;
	return text.len != 0 ? ah_slice_sub(text, 0, len) : text;
}

void ah_snp_vek_read(ah_snp_vek *out, const ah_cert *cert)
{
	ah_snp_vek vek = { 0 };
	ah_slice cn = { NULL, 0 }, value;
	bool critical;
	if (ah_name_common_name(cert->subject, &cn) && ah_slice_is_text(cn, "SEV-VCEK"))
		vek.kind = AH_SNP_VCEK;
	else if (ah_slice_is_text(cn, "SEV-VLEK"))
		vek.kind = AH_SNP_VLEK;
	if (ah_cert_extension(cert, OID_STRUCT_VERSION, &value, &critical))
		(void)read_uint(&vek, value, STRUCT_VERSION_MAX);
	else
		note(&vek, "structVersion is missing");
	if (ah_cert_extension(cert, OID_PRODUCT_NAME, &value, &critical))
		vek.product_name = read_text(&vek, value);
	else
		note(&vek, "productName is missing");
	vek.product = ah_snp_product_by_name(before_dash(vek.product_name));
	read_spls(&vek, cert);
	read_identity(&vek, cert);
	*out = vek;
}

const char *ah_snp_vek_product_defect(const ah_snp_vek *vek, ah_snp_product product)
{
	bool turin = product == AH_SNP_TURIN;
	if (vek->tcb.has_fmc != turin)
		return turin ? "no fmcSPL on Turin" : "an fmcSPL on a product other than Turin";
	if (!turin && !vek->has_spl4)
		return "spl4 is missing";
	if (vek->kind == AH_SNP_VCEK && vek->hwid.len != (turin ? AH_SNP_HWID_LEN_TURIN : AH_SNP_HWID_LEN))
		return "HWID has the length of another product";
	return NULL;
}

/* -- Names -- */

ah_snp_product ah_snp_product_by_name(ah_slice name)
{
	static const ah_snp_product products[] = { AH_SNP_MILAN, AH_SNP_GENOA, AH_SNP_TURIN };
	for (size_t i = 0; i < sizeof products / sizeof products[0]; i++)
		if (ah_slice_is_text(name, ah_snp_product_name(products[i])))
			return products[i];
	return AH_SNP_PRODUCT_NONE;
}

static bool strip_prefix(ah_slice *rest, ah_slice text, const char *prefix)
{
	ah_slice start = ah_slice_text(prefix);
	if (text.len < start.len || !ah_slice_is(ah_slice_sub(text, 0, start.len), start))
		return false;
	*rest = ah_slice_sub(text, start.len, text.len - start.len);
	return true;
}

ah_snp_ca ah_snp_ca_read(const ah_cert *cert)
{
	static const struct { const char *prefix; ah_snp_ca_kind kind; } names[] = {
		{ "ARK-", AH_SNP_CA_ROOT }, { "SEV-VLEK-", AH_SNP_CA_VLEK }, { "SEV-", AH_SNP_CA_VCEK }, /* the longer prefix first */
	};
	ah_slice cn = { NULL, 0 }, rest = { NULL, 0 };
	if (!ah_name_common_name(cert->subject, &cn))
		return (ah_snp_ca){ AH_SNP_CA_NONE, AH_SNP_PRODUCT_NONE };
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		ah_snp_product product = strip_prefix(&rest, cn, names[i].prefix) ? ah_snp_product_by_name(rest) : AH_SNP_PRODUCT_NONE;
		if (product != AH_SNP_PRODUCT_NONE)
			return (ah_snp_ca){ names[i].kind, product };
	}
	return (ah_snp_ca){ AH_SNP_CA_NONE, AH_SNP_PRODUCT_NONE };
}
