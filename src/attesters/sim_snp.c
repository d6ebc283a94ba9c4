/* See sim_snp.h. Formats: AMD 56860 (ATTESTATION_REPORT), AMD 57230 (certificates). */
#include "attesters/sim_snp.h"

#include "base/fault.h"
#include "base/limits.h"
#include "codec/der.h"
#include "codec/pem.h"
#include "pki/oid.h"

#include <stdio.h>

#define DAY_S 86400
#define YEAR_S (365 * DAY_S)
#define FIELD_LEN 48 /* of P-384 */
#define CHAIN_PEM_MAX (4 * AH_CERTIFICATE_MAX)

static_assert((int)AH_SIM_SNP_REPORT_LEN == (int)AH_SNP_REPORT_LEN, "one length of the report");
static_assert(AH_SIM_SNP_SIGNATURE_S - AH_SIM_SNP_SIGNATURE == 72 && AH_SIM_SNP_SIGNATURE_END - AH_SIM_SNP_SIGNATURE_S == 72, "r and s");

/* 1.3.6.1.4.1.3704.1: AMD's arc; what follows are its last numbers. */
#define AMD_ARC "\x2b\x06\x01\x04\x01\x9c\x78\x01"

/* What differs from product to product. */
typedef struct product_facts {
	const char *name;              /* in the names of CAs and in URLs */
	const char *vcek_name;         /* product_name in a VCEK; Milan has its stepping */
	uint32_t ark_serial, ask_serial, asvk_serial;
	int64_t not_before_s, not_after_s;
	uint8_t cpuid[3];              /* family, model, stepping */
	uint64_t struct_version;
	size_t hwid_len;
	uint64_t mit_vector;
	ah_snp_tcb tcb;
} product_facts;

/* AMD's own dates of the ARK: 25 years from 2020-10-22T17:23:05Z, 2022-01-26T15:34:37Z and 2023-05-15T20:03:12Z. */
static const product_facts facts[AH_SIM_PRODUCTS] = {
	[AH_SNP_MILAN] = { "Milan", "Milan-B0", 0x10000, 0x10001, 0x10101, INT64_C(1603387385), INT64_C(2392305785), { 0x19, 0x01, 0x01 }, 0, 64, 0x01,
	                   { .bl = 4, .tee = 0, .snp = 0x18, .ucode = 0xdb } },
	[AH_SNP_GENOA] = { "Genoa", "Genoa", 0x20000, 0x20002, 0x20101, INT64_C(1643211277), INT64_C(2432129677), { 0x19, 0x11, 0x01 }, 0, 64, 0x01,
	                   { .bl = 10, .tee = 0, .snp = 0x19, .ucode = 0x54 } },
	[AH_SNP_TURIN] = { "Turin", "Turin", 0x30000, 0x30001, 0x30101, INT64_C(1684180992), INT64_C(2473185792), { 0x1a, 0x02, 0x01 }, 1, 8, 0x3f,
	                   { .has_fmc = true, .fmc = 1, .bl = 1, .tee = 1, .snp = 4, .ucode = 0x51 } },
};

void ah_sim_snp_init(ah_sim_snp *spec)
{
	*spec = (ah_sim_snp){ 0 };
	ah_sim_chain_init(&spec->chain, AH_SIM_SNP_LEVELS);
	spec->vek_extra = spec->crl_issuer = spec->crl_revoked = spec->crl_extensions = AH_BUF(AH_SIM_PART_MAX);
}

void ah_sim_snp_free(ah_sim_snp *spec)
{
	ah_sim_chain_free(&spec->chain);
	ah_buf_free(&spec->vek_extra);
	ah_buf_free(&spec->crl_issuer);
	ah_buf_free(&spec->crl_revoked);
	ah_buf_free(&spec->crl_extensions);
}

/* -- Certificates -- */

static ah_err put_amd_name(ah_buf *out, const char *prefix, const char *product)
{
	char cn[65];
	(void)snprintf(cn, sizeof cn, "%s%s", prefix, product);
	const ah_mint_attribute name[] = {
		{ AH_OID_ORGANIZATIONAL_UNIT, "Engineering", 0 }, { AH_OID_COUNTRY, "US", AH_DER_PRINTABLE_STRING }, { AH_OID_LOCALITY, "Santa Clara", 0 },
		{ AH_OID_STATE, "CA", 0 }, { AH_OID_ORGANIZATION, "Advanced Micro Devices", 0 }, { AH_OID_COMMON_NAME, cn, 0 },
	};
	return ah_mint_put_name(out, name, sizeof name / sizeof name[0]);
}

static ah_err put_crl_url(ah_buf *list, const char *kind, const char *product)
{
	char url[96];
	(void)snprintf(url, sizeof url, "https://kdsintf.amd.com/%s/v1/%s/crl", kind, product);
	return ah_mint_put_crl_distribution_point(list, url);
}

static ah_err ca_basics(ah_sim_cert *cert, const ah_private_key *key, const product_facts *of, uint32_t serial)
{
	AH_TRY(ah_sim_cert_basics(cert, key, of->not_before_s, of->not_after_s));
	for (size_t i = 0; i < 3; i++)
		cert->serial[i] = (uint8_t)(serial >> (16 - 8 * i));
	cert->serial_len = 3;
	cert->mint.signing.explicit_trailer = true;
	return AH_OK;
}

static ah_err fill_ark(ah_sim_cert *cert, ah_sim *sim, const product_facts *of)
{
	AH_TRY(ca_basics(cert, sim->ark, of, of->ark_serial));
	AH_TRY(put_amd_name(&cert->subject, "ARK-", of->name));
	AH_TRY(ah_mint_put_key_usage(&cert->extensions, true, AH_KU_KEY_CERT_SIGN | AH_KU_CRL_SIGN));
	AH_TRY(ah_sim_put_subject_key_id(&cert->extensions, sim->crypto, sim->ark));
	AH_TRY(ah_mint_put_basic_constraints(&cert->extensions, true, -1));
	return put_crl_url(&cert->extensions, "vcek", of->name);
}

ah_err ah_sim_snp_root(ah_sim *sim, ah_snp_product product, ah_buf *der)
{
	AH_AUTO(ah_sim_chain) chain;
	ah_sim_chain_init(&chain, 1);
	AH_TRY(fill_ark(&chain.cert[0], sim, &facts[product]));
	AH_TRY(ah_sim_chain_issue(&chain));
	return ah_buf_append(der, ah_buf_slice(&chain.cert[0].der));
}

static ah_err fill_ask(ah_sim_cert *cert, ah_sim *sim, const product_facts *of, ah_snp_signer signer)
{
	const ah_private_key *key = signer == AH_SNP_VLEK ? sim->asvk : sim->ask;
	AH_TRY(ca_basics(cert, key, of, signer == AH_SNP_VLEK ? of->asvk_serial : of->ask_serial));
	AH_TRY(put_amd_name(&cert->subject, signer == AH_SNP_VLEK ? "SEV-VLEK-" : "SEV-", of->name));
	AH_TRY(ah_sim_put_subject_key_id(&cert->extensions, sim->crypto, key));
	AH_TRY(ah_sim_put_authority_key_id(&cert->extensions, sim->crypto, sim->ark));
	AH_TRY(ah_mint_put_basic_constraints(&cert->extensions, true, 0));
	AH_TRY(ah_mint_put_key_usage(&cert->extensions, true, AH_KU_KEY_CERT_SIGN));
	return put_crl_url(&cert->extensions, signer == AH_SNP_VLEK ? "vlek" : "vcek", of->name);
}

/* A VCEK lives for seven years from the request, a VLEK for one. Both have the serial number 0 and no extension but AMD's. */
static ah_err fill_vek(ah_sim_cert *cert, ah_sim *sim, ah_snp_signer signer, int64_t at_s)
{
	int64_t life_s = signer == AH_SNP_VLEK ? (int64_t)YEAR_S : (int64_t)7 * YEAR_S;
	AH_TRY(ah_sim_cert_basics(cert, signer == AH_SNP_VLEK ? sim->vlek : sim->vcek, at_s - DAY_S, at_s - DAY_S + life_s));
	cert->serial_len = 0;
	return put_amd_name(&cert->subject, "SEV-", signer == AH_SNP_VLEK ? "VLEK" : "VCEK");
}

/* One directory is one chip of each product: its id is made from the VCEK's key. */
static ah_err default_chip_id(uint8_t out[static AH_SIM_SNP_CHIP_ID_LEN], ah_sim *sim, const product_facts *of)
{
	AH_AUTO(ah_buf) spki = AH_BUF(AH_SIM_PART_MAX);
	uint8_t digest[AH_SHA512_LEN];
	AH_TRY(ah_private_key_spki(sim->vcek, &spki));
	AH_TRY(ah_hash(sim->crypto, AH_SHA512, (const ah_slice[]){ ah_slice_text(of->name), ah_buf_slice(&spki) }, 2, digest));
	memset(out, 0, AH_SIM_SNP_CHIP_ID_LEN);
	memcpy(out, digest, of->hwid_len);
	return AH_OK;
}

static ah_err fill_vek_facts(ah_sim_snp *spec, const product_facts *of)
{
	uint8_t chip_id[AH_SIM_SNP_CHIP_ID_LEN];
	bool turin = spec->product == AH_SNP_TURIN;
	spec->vek = (ah_sim_vek){
		.struct_version = of->struct_version,
		.product_name = spec->signer == AH_SNP_VLEK ? of->name : of->vcek_name,
		/* Turin has fmcSPL and no spl4. */
		.spl_mask = turin ? 0x3ee : 0x1fe,
		.has_hwid = spec->signer == AH_SNP_VCEK,
		.hwid_len = of->hwid_len,
		.csp_id = spec->signer == AH_SNP_VLEK ? "CN=cc-us-east-2.amazonaws.com" : NULL,
	};
	AH_TRY(default_chip_id(chip_id, spec->sim, of));
	memcpy(spec->vek.hwid, chip_id, sizeof chip_id);
	return AH_OK;
}

static ah_err put_amd_extension(ah_buf *list, ah_slice arcs, ah_slice value)
{
	AH_AUTO(ah_buf) oid = AH_BUF(32);
	AH_TRY(ah_buf_append(&oid, AH_SLICE_LITERAL(AMD_ARC)));
	AH_TRY(ah_buf_append(&oid, arcs));
	return ah_mint_put_extension(list, ah_buf_slice(&oid), false, value);
}

static ah_err put_amd_integer(ah_buf *list, ah_slice arcs, uint64_t v)
{
	AH_AUTO(ah_buf) value = AH_BUF(16);
	AH_TRY(ah_der_put_uint(&value, v));
	return put_amd_extension(list, arcs, ah_buf_slice(&value));
}

static ah_err put_amd_text(ah_buf *list, ah_slice arcs, const char *text)
{
	AH_AUTO(ah_buf) value = AH_BUF(128);
	AH_TRY(ah_der_put(&value, AH_DER_IA5_STRING, ah_slice_text(text)));
	return put_amd_extension(list, arcs, ah_buf_slice(&value));
}

static ah_err put_hwid(ah_buf *list, const ah_sim_vek *vek)
{
	AH_AUTO(ah_buf) value = AH_BUF(128);
	ah_slice hwid = ah_slice_make(vek->hwid, vek->hwid_len);
	AH_TRY(vek->hwid_as_octet_string ? ah_der_put(&value, AH_DER_OCTET_STRING, hwid) : ah_buf_append(&value, hwid));
	return put_amd_extension(list, AH_SLICE_LITERAL("\x04"), ah_buf_slice(&value));
}

/* AMD's own order: on Turin fmcSPL first, elsewhere snpSPL behind the reserved ones. */
static ah_err put_vek_extensions(ah_buf *list, const ah_sim_snp *spec)
{
	static const uint8_t order[] = { 1, 2, 4, 5, 6, 7, 3, 8, 9 }, turin_order[] = { 9, 1, 2, 3, 4, 5, 6, 7, 8 };
	const ah_sim_vek *vek = &spec->vek;
	const uint8_t *spls = spec->product == AH_SNP_TURIN ? turin_order : order;

	ah_buf_clear(list);
	AH_TRY(put_amd_integer(list, AH_SLICE_LITERAL("\x01"), vek->struct_version));
	if (vek->product_name != NULL)
		AH_TRY(put_amd_text(list, AH_SLICE_LITERAL("\x02"), vek->product_name));
	for (size_t i = 0; i < sizeof order; i++)
		if ((vek->spl_mask >> spls[i] & 1) != 0)
			AH_TRY(put_amd_integer(list, ((const ah_slice){ (const uint8_t[]){ 3, spls[i] }, 2 }), vek->spl[spls[i]]));
	if (vek->has_hwid)
		AH_TRY(put_hwid(list, vek));
	if (vek->csp_id != NULL)
		AH_TRY(put_amd_text(list, AH_SLICE_LITERAL("\x05"), vek->csp_id));
	return ah_buf_append(list, ah_buf_slice(&spec->vek_extra));
}

/* -- The report -- */

void ah_sim_snp_put_tcb(uint8_t out[static 8], ah_snp_product product, const ah_snp_tcb *tcb)
{
	memset(out, 0, 8);
	if (product == AH_SNP_TURIN) {
		out[0] = tcb->fmc;
		out[1] = tcb->bl;
		out[2] = tcb->tee;
		out[3] = tcb->snp;
	} else {
		out[0] = tcb->bl;
		out[1] = tcb->tee;
		out[6] = tcb->snp;
	}
	out[7] = tcb->ucode;
}

void ah_sim_snp_set_tcb(ah_sim_snp *spec, const ah_snp_tcb *tcb)
{
	static const size_t offs[] = { AH_SIM_SNP_CURRENT_TCB, AH_SIM_SNP_REPORTED_TCB, AH_SIM_SNP_COMMITTED_TCB, AH_SIM_SNP_LAUNCH_TCB };
	for (size_t i = 0; i < sizeof offs / sizeof offs[0]; i++)
		ah_sim_snp_put_tcb(spec->report + offs[i], spec->product, tcb);
	spec->vek.spl[1] = tcb->bl;
	spec->vek.spl[2] = tcb->tee;
	spec->vek.spl[3] = tcb->snp;
	spec->vek.spl[8] = tcb->ucode;
	spec->vek.spl[9] = tcb->fmc;
}

ah_snp_tcb ah_sim_snp_default_tcb(ah_snp_product product)
{
	return facts[product].tcb;
}

void ah_sim_snp_set_version(ah_sim_snp *spec, uint32_t version)
{
	const product_facts *of = &facts[spec->product];
	ah_sim_put_le32(spec->report + AH_SIM_SNP_VERSION, version);
	memset(spec->report + AH_SIM_SNP_CPUID, 0, 3);
	if (version >= 3)
		memcpy(spec->report + AH_SIM_SNP_CPUID, of->cpuid, sizeof of->cpuid);
	ah_sim_put_le64(spec->report + AH_SIM_SNP_LAUNCH_MIT_VECTOR, version >= 5 ? of->mit_vector : 0);
	ah_sim_put_le64(spec->report + AH_SIM_SNP_CURRENT_MIT_VECTOR, version >= 5 ? of->mit_vector : 0);
}

static ah_err fill_report(ah_sim_snp *spec)
{
	static const uint8_t version[3] = { 43, 55, 1 }; /* build, minor, major: 1.55.43 */
	uint8_t measurement[AH_SHA384_LEN];
	uint8_t *r = spec->report;

	AH_TRY(ah_sha384(spec->sim->crypto, ah_slice_text("anchorhold simulated guest"), measurement));
	AH_TRY(ah_random(r + AH_SIM_SNP_REPORT_ID, 32));
	ah_sim_snp_set_version(spec, 5);
	ah_sim_put_le64(r + AH_SIM_SNP_POLICY, AH_SNP_POLICY_SMT | AH_SNP_POLICY_RESERVED_ONE);
	ah_sim_put_le32(r + AH_SIM_SNP_SIGNATURE_ALGO, 1);
	ah_sim_put_le64(r + AH_SIM_SNP_PLATFORM_INFO, AH_SNP_PLATFORM_SMT_EN | AH_SNP_PLATFORM_ECC_EN | AH_SNP_PLATFORM_ALIAS_CHECK);
	ah_sim_put_le32(r + AH_SIM_SNP_KEY_INFO, spec->signer == AH_SNP_VLEK ? 1 << 2 : 0);
	memcpy(r + AH_SIM_SNP_MEASUREMENT, measurement, sizeof measurement);
	memset(r + AH_SIM_SNP_REPORT_ID_MA, 0xff, 32);
	if (spec->signer == AH_SNP_VCEK) /* a VLEK does not know the chip; hosts that use one mask it */
		memcpy(r + AH_SIM_SNP_CHIP_ID, spec->vek.hwid, AH_SIM_SNP_CHIP_ID_LEN);
	memcpy(r + AH_SIM_SNP_CURRENT_VERSION, version, sizeof version);
	memcpy(r + AH_SIM_SNP_COMMITTED_VERSION, version, sizeof version);
	return AH_OK;
}

static ah_err fill_crl(ah_sim_snp *spec, int64_t at_s)
{
	spec->crl.this_update_s = at_s - DAY_S;
	spec->crl.next_update_s = at_s - DAY_S + YEAR_S;
	AH_TRY(ah_sim_put_authority_key_id(&spec->crl_extensions, spec->sim->crypto, spec->sim->ark));
	return ah_mint_put_crl_number(&spec->crl_extensions, 7);
}

ah_err ah_sim_snp_defaults(ah_sim_snp *spec, ah_sim *sim, ah_snp_product product, ah_snp_signer signer, int64_t at_s)
{
	const product_facts *of = &facts[product];
	ah_sim_cert *cert = spec->chain.cert;

	spec->sim = sim;
	spec->product = product;
	spec->signer = signer;
	AH_TRY(fill_ark(&cert[AH_SIM_SNP_ARK], sim, of));
	AH_TRY(ah_sim_part_set(&cert[AH_SIM_SNP_ARK].der, ah_buf_slice(&sim->ark_der[product])));
	AH_TRY(fill_ask(&cert[AH_SIM_SNP_ASK], sim, of, signer));
	AH_TRY(fill_vek(&cert[AH_SIM_SNP_VEK], sim, signer, at_s));
	AH_TRY(fill_vek_facts(spec, of));
	AH_TRY(fill_crl(spec, at_s));
	AH_TRY(fill_report(spec));
	ah_sim_snp_set_tcb(spec, &of->tcb);
	return AH_OK;
}

/* -- Making -- */

static void put_reversed(uint8_t *out, const uint8_t *in, size_t len)
{
	for (size_t i = 0; i < len; i++)
		out[i] = in[len - 1 - i];
}

/* r and s as the hardware writes them: little-endian in 72 bytes each. */
static ah_err sign_report(uint8_t report[static AH_SIM_SNP_REPORT_LEN], const ah_sim_snp *spec)
{
	AH_AUTO(ah_buf) signature = AH_BUF(2 * FIELD_LEN);
	const ah_private_key *key = spec->key != NULL ? spec->key : spec->chain.cert[AH_SIM_SNP_VEK].key;
	ah_slice signed_bytes = { report, AH_SIM_SNP_SIGNATURE };
	AH_TRY(ah_sign_ecdsa_raw(key, AH_SHA384, &signed_bytes, 1, &signature));
	if (signature.len != 2 * FIELD_LEN)
		return AH_ERR_ARGUMENT; /* the key is not of P-384 */
	memset(report + AH_SIM_SNP_SIGNATURE, 0, AH_SIM_SNP_REPORT_LEN - AH_SIM_SNP_SIGNATURE);
	put_reversed(report + AH_SIM_SNP_SIGNATURE, signature.ptr, FIELD_LEN);
	put_reversed(report + AH_SIM_SNP_SIGNATURE_S, signature.ptr + FIELD_LEN, FIELD_LEN);
	return AH_OK;
}

static void replace(ah_buf *out, ah_buf *by)
{
	ah_buf_free(out);
	*out = *by;
	*by = AH_BUF(0); /* transferred */
}

ah_err ah_sim_snp_make_report(ah_sim_output *out, const ah_sim_snp *spec, ah_fault *why)
{
	AH_AUTO(ah_buf) evidence = AH_BUF(AH_SIM_SNP_REPORT_LEN);
	uint8_t report[AH_SIM_SNP_REPORT_LEN];
	(void)why; /* what can go wrong here has no place in any input */

	memcpy(report, spec->report, sizeof report);
	if (!spec->keep_signature)
		AH_TRY(sign_report(report, spec));
	AH_TRY(ah_buf_append(&evidence, AH_SLICE_OF(report)));
	replace(&out->evidence, &evidence);
	return AH_OK;
}

static ah_err issue_crl(ah_buf *der, const ah_sim_snp *spec)
{
	ah_mint_crl crl = spec->crl;
	crl.issuer = spec->crl_issuer.len != 0 ? ah_buf_slice(&spec->crl_issuer) : ah_buf_slice(&spec->chain.cert[AH_SIM_SNP_ARK].subject);
	crl.revoked = ah_buf_slice(&spec->crl_revoked);
	crl.extensions = ah_buf_slice(&spec->crl_extensions);
	if (crl.signing.key == NULL)
		crl.signing.key = spec->chain.cert[AH_SIM_SNP_ARK].key;
	if (crl.signing.sig_alg == AH_SIG_NONE)
		crl.signing.sig_alg = ah_private_key_kind(crl.signing.key) == AH_KEY_RSA ? AH_SIG_RSA_PSS_SHA384 : AH_SIG_ECDSA_SHA384;
	return ah_mint_crl_issue(der, &crl);
}

ah_err ah_sim_snp_make(ah_sim_output *out, ah_sim_snp *spec, ah_fault *why)
{
	const ah_sim_cert *cert = spec->chain.cert;
	AH_AUTO(ah_buf) pem = AH_BUF(CHAIN_PEM_MAX), vek = AH_BUF(2 * AH_CERTIFICATE_MAX), crl = AH_BUF(AH_CRL_MAX), root = AH_BUF(2 * AH_CERTIFICATE_MAX);

	AH_TRY(put_vek_extensions(&spec->chain.cert[AH_SIM_SNP_VEK].extensions, spec));
	AH_TRY(ah_sim_chain_issue(&spec->chain));
	AH_TRY(issue_crl(&crl, spec));
	AH_TRY(ah_buf_append(&vek, ah_buf_slice(&cert[AH_SIM_SNP_VEK].der)));
	AH_TRY(ah_buf_append(&root, ah_buf_slice(&cert[AH_SIM_SNP_ARK].der)));
	AH_TRY(ah_pem_write(&pem, "CERTIFICATE", ah_buf_slice(&cert[AH_SIM_SNP_ASK].der)));
	AH_TRY(ah_pem_write(&pem, "CERTIFICATE", ah_buf_slice(&cert[AH_SIM_SNP_ARK].der)));
	AH_TRY(ah_sim_snp_make_report(out, spec, why));
	replace(&out->vek_der, &vek);
	replace(&out->chain_pem, &pem);
	replace(&out->crl_der, &crl);
	replace(&out->root_der, &root);
	return AH_OK;
}
