/* The AMD extensions of a VEK: read by OID, in full, and judged for their product. The certificates here are names and extensions alone. */
#include "platforms/snp_vek.h"
#include "base/fault.h"
#include "codec/der.h"
#include "pki/oid.h"
#include "support/test.h"

#include <stdlib.h>

#define LIST_MAX 4096

/* What a test may change; zero is a good Genoa VCEK. Each text is hex of an extnValue; "-" leaves the extension out. */
typedef struct plan {
	const char *cn;
	const char *product, *struct_version, *bl, *ucode, *fmc, *spl4, *spl5, *hwid, *csp_id;
} plan;

#define HWID_64 "c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4"
#define CSP_ID  "1614434e3d63632d757365617374312d62782e636f6d"

typedef struct sample {
	ah_buf list, name;
	ah_cert cert;
	ah_snp_vek vek;
} sample;

static void sample_auto(sample *s)
{
	ah_buf_free(&s->list);
	ah_buf_free(&s->name);
}

/* One Extension; suffix is hex behind 1.3.6.1.4.1.3704.1. */
static ah_err put(ah_buf *list, const char *suffix, const char *planned, const char *normal)
{
	const char *value = planned != NULL ? planned : normal;
	AH_AUTO(ah_buf) oid = AH_BUF(16);
	AH_AUTO(ah_buf) content = AH_BUF(256);
	ah_der_mark mark;
	if (value[0] == '-')
		return AH_OK;
	ah_test_hex(&oid, "2b060104019c7801");
	ah_test_hex(&oid, suffix);
	ah_test_hex(&content, value);
	AH_TRY(ah_der_begin(list, AH_DER_SEQUENCE, &mark));
	AH_TRY(ah_der_put(list, AH_DER_OID, ah_buf_slice(&oid)));
	AH_TRY(ah_der_put(list, AH_DER_OCTET_STRING, ah_buf_slice(&content)));
	return ah_der_end(list, mark);
}

static ah_err put_name(ah_buf *out, const char *cn)
{
	ah_der_mark name, set, attribute;
	AH_TRY(ah_der_begin(out, AH_DER_SEQUENCE, &name));
	AH_TRY(ah_der_begin(out, AH_DER_SET, &set));
	AH_TRY(ah_der_begin(out, AH_DER_SEQUENCE, &attribute));
	AH_TRY(ah_der_put(out, AH_DER_OID, AH_OID_COMMON_NAME));
	AH_TRY(ah_der_put(out, AH_DER_UTF8_STRING, ah_slice_text(cn)));
	AH_TRY(ah_der_end(out, attribute));
	AH_TRY(ah_der_end(out, set));
	return ah_der_end(out, name);
}

static ah_err make(sample *s, const plan *p)
{
	AH_TRY(put_name(&s->name, p->cn != NULL ? p->cn : "SEV-VCEK"));
	AH_TRY(put(&s->list, "01", p->struct_version, "020100"));
	AH_TRY(put(&s->list, "02", p->product, "160547656e6f61"));
	AH_TRY(put(&s->list, "0301", p->bl, "02010a"));
	AH_TRY(put(&s->list, "0302", NULL, "020100"));
	AH_TRY(put(&s->list, "0304", p->spl4, "020100"));
	AH_TRY(put(&s->list, "0305", p->spl5, "020100"));
	AH_TRY(put(&s->list, "0306", NULL, "020100"));
	AH_TRY(put(&s->list, "0307", NULL, "020100"));
	AH_TRY(put(&s->list, "0303", NULL, "020117"));
	AH_TRY(put(&s->list, "0308", p->ucode, "020200db"));
	AH_TRY(put(&s->list, "0309", p->fmc, "-"));
	AH_TRY(put(&s->list, "04", p->hwid, HWID_64));
	return put(&s->list, "05", p->csp_id, "-");
}

static void read_plan(sample *s, const plan *p)
{
	*s = (sample){ .list = AH_BUF(LIST_MAX), .name = AH_BUF(256) };
	if (make(s, p) != AH_OK)
		abort();
	s->cert.extensions = ah_buf_slice(&s->list);
	s->cert.subject = ah_buf_slice(&s->name);
	ah_snp_vek_read(&s->vek, &s->cert);
}

/* The defect on this product, NULL for none. Static text. */
static const char *defect_on(ah_snp_product product, const plan *p)
{
	__attribute__((cleanup(sample_auto))) sample s;
	read_plan(&s, p);
	return s.vek.defect != NULL ? s.vek.defect : ah_snp_vek_product_defect(&s.vek, product);
}
#define GOOD(product, ...) EXPECT_MSG(defect_on(product, &(const plan){ __VA_ARGS__ }) == NULL, "refused: %s", defect_on(product, &(const plan){ __VA_ARGS__ }))
#define BAD(product, ...)  EXPECT(defect_on(product, &(const plan){ __VA_ARGS__ }) != NULL)
/* Turin: fmcSPL, no spl4, 8 bytes of HWID. */
#define TURIN .product = "1605547572696e", .struct_version = "020101", .fmc = "020101", .spl4 = "-"
#define VLEK  .cn = "SEV-VLEK", .hwid = "-", .csp_id = CSP_ID

static void a_vcek_is_read(void)
{
	__attribute__((cleanup(sample_auto))) sample s;
	read_plan(&s, &(const plan){ .product = "16084d696c616e2d4230" });
	EXPECT(s.vek.defect == NULL && s.vek.kind == AH_SNP_VCEK && s.vek.product == AH_SNP_MILAN);
	EXPECT_BYTES(s.vek.product_name, AH_SLICE_LITERAL("Milan-B0"));
	EXPECT(!s.vek.tcb.has_fmc && s.vek.tcb.bl == 10 && s.vek.tcb.tee == 0 && s.vek.tcb.snp == 0x17 && s.vek.tcb.ucode == 0xdb);
	EXPECT(s.vek.hwid.len == 64 && s.vek.csp_id.len == 0 && s.vek.has_spl4);
}

static void each_kind_and_product_has_its_extensions(void)
{
	GOOD(AH_SNP_GENOA, .cn = NULL);
	GOOD(AH_SNP_TURIN, TURIN, .hwid = "c4c4c4c4c4c4c4c4");
	GOOD(AH_SNP_GENOA, VLEK);
	GOOD(AH_SNP_TURIN, TURIN, VLEK);
	BAD(AH_SNP_GENOA, TURIN, .hwid = "c4c4c4c4c4c4c4c4");
	BAD(AH_SNP_TURIN, .cn = NULL);
	BAD(AH_SNP_GENOA, .fmc = "020101");
	BAD(AH_SNP_GENOA, .spl4 = "-");
	BAD(AH_SNP_TURIN, .product = "1605547572696e", .spl4 = "-", .hwid = "c4c4c4c4c4c4c4c4");
	BAD(AH_SNP_GENOA, .hwid = "c4c4c4c4c4c4c4c4");
}

static void kinds_are_exact_names(void)
{
	static const struct { const char *cn; ah_snp_signer kind; } names[] = {
		{ "SEV-VCEK", AH_SNP_VCEK }, { "SEV-VLEK", AH_SNP_VLEK }, { "VCEK", AH_SNP_SIGNER_NONE }, { "SEV-VCEK2", AH_SNP_SIGNER_NONE },
		{ "sev-vcek", AH_SNP_SIGNER_NONE }, { "SEV-Genoa", AH_SNP_SIGNER_NONE }, { "", AH_SNP_SIGNER_NONE },
	};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		__attribute__((cleanup(sample_auto))) sample s;
		read_plan(&s, &(const plan){ .cn = names[i].cn });
		EXPECT(s.vek.kind == names[i].kind);
	}
}

static void spls_are_read_in_full(void)
{
	__attribute__((cleanup(sample_auto))) sample s;
	read_plan(&s, &(const plan){ .ucode = "020200ff" });
	EXPECT(s.vek.defect == NULL && s.vek.tcb.ucode == 255);
	BAD(AH_SNP_GENOA, .bl = "0202010a");   /* 266, whose last byte is 10 */
	BAD(AH_SNP_GENOA, .bl = "0202000a");   /* not the shortest form */
	BAD(AH_SNP_GENOA, .bl = "0201ff");     /* -1 */
	BAD(AH_SNP_GENOA, .bl = "04010a");     /* no INTEGER */
	BAD(AH_SNP_GENOA, .bl = "02010a00");   /* a byte more */
	BAD(AH_SNP_GENOA, .bl = "");
	BAD(AH_SNP_GENOA, .bl = "-");
	BAD(AH_SNP_GENOA, .spl5 = "-");
	BAD(AH_SNP_GENOA, .spl5 = "020101");   /* a component that TCB_VERSION does not have */
}

static void names_and_versions_are_known_ones(void)
{
	GOOD(AH_SNP_GENOA, .struct_version = "020101");
	BAD(AH_SNP_GENOA, .struct_version = "020102");
	BAD(AH_SNP_GENOA, .struct_version = "-");
	BAD(AH_SNP_GENOA, .product = "-");
	BAD(AH_SNP_GENOA, .product = "0c0547656e6f61"); /* UTF8String */
	__attribute__((cleanup(sample_auto))) sample s;
	read_plan(&s, &(const plan){ .product = "160556656e6963" }); /* "Venic" */
	EXPECT(s.vek.product == AH_SNP_PRODUCT_NONE);
}

static void hwid_has_two_forms(void)
{
	GOOD(AH_SNP_GENOA, .hwid = "0440" HWID_64);
	GOOD(AH_SNP_TURIN, TURIN, .hwid = "0408c4c4c4c4c4c4c4c4");
	BAD(AH_SNP_GENOA, .hwid = "0340" HWID_64);
	BAD(AH_SNP_GENOA, .hwid = "0441" HWID_64 "00");
	BAD(AH_SNP_GENOA, .hwid = HWID_64 "00");
	BAD(AH_SNP_GENOA, .hwid = "0440" HWID_64 "00");
	BAD(AH_SNP_GENOA, .hwid = "");
}

static void a_vcek_names_a_chip_and_a_vlek_a_provider(void)
{
	BAD(AH_SNP_GENOA, .hwid = "-");
	BAD(AH_SNP_GENOA, .csp_id = CSP_ID);
	BAD(AH_SNP_GENOA, .cn = "SEV-VLEK", .csp_id = CSP_ID);
	BAD(AH_SNP_GENOA, .cn = "SEV-VLEK", .hwid = "-");
	BAD(AH_SNP_GENOA, .cn = "SEV-VLEK", .hwid = "-", .csp_id = "1600");
	BAD(AH_SNP_GENOA, .cn = "SEV-VLEK", .hwid = "-", .csp_id = "0c0141");
}

static void cas_are_exact_names(void)
{
	static const struct { const char *cn; ah_snp_ca_kind kind; ah_snp_product product; } names[] = {
		{ "ARK-Milan", AH_SNP_CA_ROOT, AH_SNP_MILAN }, { "SEV-Genoa", AH_SNP_CA_VCEK, AH_SNP_GENOA }, { "SEV-VLEK-Turin", AH_SNP_CA_VLEK, AH_SNP_TURIN },
		{ "ARK-Venice", AH_SNP_CA_NONE, AH_SNP_PRODUCT_NONE }, { "SEV-VCEK", AH_SNP_CA_NONE, AH_SNP_PRODUCT_NONE },
		{ "SEV-Milan-B0", AH_SNP_CA_NONE, AH_SNP_PRODUCT_NONE }, { "ARK-", AH_SNP_CA_NONE, AH_SNP_PRODUCT_NONE },
		{ "xARK-Milan", AH_SNP_CA_NONE, AH_SNP_PRODUCT_NONE }, { "ark-Milan", AH_SNP_CA_NONE, AH_SNP_PRODUCT_NONE },
	};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		AH_AUTO(ah_buf) name = AH_BUF(256);
		EXPECT_OK(put_name(&name, names[i].cn));
		ah_cert cert = { .subject = ah_buf_slice(&name) };
		ah_snp_ca ca = ah_snp_ca_read(&cert);
		EXPECT_MSG(ca.kind == names[i].kind && ca.product == names[i].product, "%s", names[i].cn);
	}
}

static const ah_test_case cases[] = {
	AH_TEST(a_vcek_is_read),
	AH_TEST(each_kind_and_product_has_its_extensions),
	AH_TEST(kinds_are_exact_names),
	AH_TEST(spls_are_read_in_full),
	AH_TEST(names_and_versions_are_known_ones),
	AH_TEST(hwid_has_two_forms),
	AH_TEST(a_vcek_names_a_chip_and_a_vlek_a_provider),
	AH_TEST(cas_are_exact_names),
};
AH_TEST_MAIN(cases)
