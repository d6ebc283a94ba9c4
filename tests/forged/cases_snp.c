/* Forged SEV-SNP reports, certificates and CRLs. See cases.h. */
#include "forged/cases.h"

#include "codec/der.h"
#include "pki/oid.h"

#define CERT(f, level) (&(f)->snp.chain.cert[AH_SIM_SNP_##level])

/* -- Baselines -- */

static void version_2(forge *f)
{
	ah_sim_snp_set_version(&f->snp, 2);
	ah_sim_put_le64(f->snp.report + AH_SIM_SNP_PLATFORM_INFO, AH_SNP_PLATFORM_SMT_EN);
	f->policy_text.snp = ",\"min_report_version\":2,\"alias_check\":false";
}

static void version_3(forge *f)
{
	ah_sim_snp_set_version(&f->snp, 3);
}

static void version_4(forge *f)
{
	ah_sim_snp_set_version(&f->snp, 4);
}

static void hwid_octet_string(forge *f)
{
	f->snp.vek.hwid_as_octet_string = true;
}

static void trailer_written(forge *f)
{
	CERT(f, VEK)->mint.signing.explicit_trailer = true;
}

static void trailer_not_written(forge *f)
{
	CERT(f, ASK)->mint.signing.explicit_trailer = false;
}

static void put_tcb(forge *f, size_t off, const ah_snp_tcb *tcb)
{
	ah_sim_snp_put_tcb(f->snp.report + off, f->snp.product, tcb);
}

/* As on AWS: a lower TCB is reported than is committed, a lower one committed than runs. */
static void three_tcbs(forge *f)
{
	ah_snp_tcb tcb = ah_sim_snp_default_tcb(f->snp.product);
	tcb.ucode++;
	put_tcb(f, AH_SIM_SNP_COMMITTED_TCB, &tcb);
	tcb.ucode++;
	put_tcb(f, AH_SIM_SNP_CURRENT_TCB, &tcb);
}

/* Real Turin firmware sets bit 6. */
static void unknown_platform_bit(forge *f)
{
	f->snp.report[AH_SIM_SNP_PLATFORM_INFO] |= 1 << 6;
}

static void chain_root_first(forge *f)
{
	ah_buf_clear(&f->out.chain_pem);
	FORGE_MUST(ah_buf_append(&f->out.chain_pem, ah_buf_slice(&CERT(f, ARK)->der)));
	FORGE_MUST(ah_buf_append(&f->out.chain_pem, ah_buf_slice(&CERT(f, ASK)->der)));
}

static void author_key(forge *f)
{
	f->snp.report[AH_SIM_SNP_KEY_INFO] |= 1;
	memset(f->snp.report + AH_SIM_SNP_AUTHOR_KEY_DIGEST, 0x33, 48);
}

/* -- Fields -- */

static void version_1(forge *f)
{
	version_2(f);
	ah_sim_put_le32(f->snp.report + AH_SIM_SNP_VERSION, 1);
	forge_genuine_only(f);
}

static void version_6(forge *f)
{
	ah_sim_put_le32(f->snp.report + AH_SIM_SNP_VERSION, 6);
}

static void reserved_4c(forge *f)
{
	f->snp.report[AH_SIM_SNP_RESERVED_4C] = 1;
}

static void reserved_18b(forge *f)
{
	f->snp.report[AH_SIM_SNP_RESERVED_18B + 20] = 0x80;
}

static void reserved_1eb(forge *f)
{
	f->snp.report[AH_SIM_SNP_CURRENT_VERSION + 3] = 1;
}

static void reserved_1ef(forge *f)
{
	f->snp.report[AH_SIM_SNP_COMMITTED_VERSION + 3] = 1;
}

static void reserved_29f(forge *f)
{
	f->snp.report[AH_SIM_SNP_SIGNATURE - 1] = 1;
}

static void mit_vector_in_version_4(forge *f)
{
	ah_sim_snp_set_version(&f->snp, 4);
	f->snp.report[AH_SIM_SNP_LAUNCH_MIT_VECTOR] = 1;
}

static void cpuid_in_version_2(forge *f)
{
	version_2(f);
	f->snp.report[AH_SIM_SNP_CPUID] = 0x19;
}

static void set_policy(forge *f, uint64_t policy)
{
	ah_sim_put_le64(f->snp.report + AH_SIM_SNP_POLICY, policy);
}

static void policy_bit_26(forge *f)
{
	set_policy(f, AH_SNP_POLICY_SMT | AH_SNP_POLICY_RESERVED_ONE | UINT64_C(1) << 26);
}

static void policy_bit_63(forge *f)
{
	set_policy(f, AH_SNP_POLICY_SMT | AH_SNP_POLICY_RESERVED_ONE | UINT64_C(1) << 63);
}

static void policy_bit_17_clear(forge *f)
{
	set_policy(f, AH_SNP_POLICY_SMT);
}

static void vmpl_of_host(forge *f)
{
	ah_sim_put_le32(f->snp.report + AH_SIM_SNP_VMPL, UINT32_MAX);
}

static void vmpl_4(forge *f)
{
	ah_sim_put_le32(f->snp.report + AH_SIM_SNP_VMPL, 4);
}

static void signature_algo_2(forge *f)
{
	ah_sim_put_le32(f->snp.report + AH_SIM_SNP_SIGNATURE_ALGO, 2);
}

static void signature_algo_0(forge *f)
{
	ah_sim_put_le32(f->snp.report + AH_SIM_SNP_SIGNATURE_ALGO, 0);
}

static void key_info_bit_5(forge *f)
{
	f->snp.report[AH_SIM_SNP_KEY_INFO] |= 1 << 5;
}

static void key_info_bit_31(forge *f)
{
	f->snp.report[AH_SIM_SNP_KEY_INFO + 3] |= 0x80;
}

static void signing_key_2(forge *f)
{
	f->snp.report[AH_SIM_SNP_KEY_INFO] |= 2 << 2;
}

static void reserved_in_tcb(forge *f, size_t off)
{
	f->snp.report[off + 5] = 1;
}

static void tcb_reserved_in_reported(forge *f)
{
	reserved_in_tcb(f, AH_SIM_SNP_REPORTED_TCB);
}

static void tcb_reserved_in_current(forge *f)
{
	reserved_in_tcb(f, AH_SIM_SNP_CURRENT_TCB);
}

static void tcb_reserved_in_committed(forge *f)
{
	reserved_in_tcb(f, AH_SIM_SNP_COMMITTED_TCB);
}

static void tcb_reserved_in_launch(forge *f)
{
	reserved_in_tcb(f, AH_SIM_SNP_LAUNCH_TCB);
}

/* -- Signature values -- */

static void r_with_more_bytes(forge *f)
{
	f->out.evidence.ptr[AH_SIM_SNP_SIGNATURE + 48] = 1;
}

static void s_with_more_bytes(forge *f)
{
	f->out.evidence.ptr[AH_SIM_SNP_SIGNATURE_END - 1] = 1;
}

static void bytes_behind_signature(forge *f)
{
	f->out.evidence.ptr[AH_SIM_SNP_SIGNATURE_END] = 1;
}

static void last_byte(forge *f)
{
	f->out.evidence.ptr[AH_SIM_SNP_REPORT_LEN - 1] = 1;
}

static void r_is_zero(forge *f)
{
	memset(f->out.evidence.ptr + AH_SIM_SNP_SIGNATURE, 0, 72);
}

static void s_is_zero(forge *f)
{
	memset(f->out.evidence.ptr + AH_SIM_SNP_SIGNATURE_S, 0, 72);
}

static void s_is_all_ones(forge *f)
{
	memset(f->out.evidence.ptr + AH_SIM_SNP_SIGNATURE_S, 0xff, 48);
}

static void cut_report(forge *f)
{
	f->out.evidence.len--;
	f->request.platform = AH_PLATFORM_SNP;
}

static void longer_report(forge *f)
{
	FORGE_MUST(ah_buf_append(&f->scratch, ah_buf_slice(&f->out.evidence)));
	FORGE_MUST(ah_buf_append_byte(&f->scratch, 0));
	f->out.evidence.max++;
	FORGE_MUST(ah_sim_part_set(&f->out.evidence, ah_buf_slice(&f->scratch)));
	f->request.platform = AH_PLATFORM_SNP;
}

/* -- Who signed -- */

static void masked_chip_key(forge *f)
{
	f->snp.report[AH_SIM_SNP_KEY_INFO] |= 1 << 1;
}

static void signing_key_none(forge *f)
{
	f->snp.report[AH_SIM_SNP_KEY_INFO] |= 7 << 2;
}

static void says_vlek(forge *f)
{
	f->snp.report[AH_SIM_SNP_KEY_INFO] |= 1 << 2;
	f->policy_text.snp = ",\"signers\":[\"vcek\",\"vlek\"]";
}

static void says_vcek(forge *f)
{
	f->snp.report[AH_SIM_SNP_KEY_INFO] &= 0xff & ~(7 << 2);
	f->policy_text.snp = ",\"signers\":[\"vcek\",\"vlek\"],\"allow_masked_chip_id\":true";
}

/* The VEK of a VLEK issuer is named like a VCEK, or the other way round. */
static void vcek_below_asvk(forge *f)
{
	ah_buf_clear(&CERT(f, ASK)->subject);
	const ah_mint_attribute name[] = {
		{ AH_OID_ORGANIZATIONAL_UNIT, "Engineering", 0 }, { AH_OID_COUNTRY, "US", AH_DER_PRINTABLE_STRING }, { AH_OID_COMMON_NAME, "SEV-VLEK-Genoa", 0 },
	};
	FORGE_MUST(ah_mint_put_name(&CERT(f, ASK)->subject, name, sizeof name / sizeof name[0]));
}

/* -- Product -- */

static void cpuid_of(forge *f, uint8_t family, uint8_t model)
{
	f->snp.report[AH_SIM_SNP_CPUID] = family;
	f->snp.report[AH_SIM_SNP_CPUID + 1] = model;
}

static void report_says_milan(forge *f)
{
	cpuid_of(f, 0x19, 0x01);
}

static void report_says_venice(forge *f)
{
	cpuid_of(f, 0x1a, 0x50);
}

static void report_says_nothing(forge *f)
{
	cpuid_of(f, 0, 0);
}

static void vek_says_milan(forge *f)
{
	f->snp.vek.product_name = "Milan-B0";
}

static void rename_subject(ah_sim_cert *cert, const char *cn)
{
	ah_buf_clear(&cert->subject);
	FORGE_MUST(ah_mint_put_common_name(&cert->subject, cn));
}

static void ask_says_milan(forge *f)
{
	rename_subject(CERT(f, ASK), "SEV-Milan");
}

static void ask_says_nothing(forge *f)
{
	rename_subject(CERT(f, ASK), "SEV-");
}

static void vek_says_more(forge *f)
{
	rename_subject(CERT(f, VEK), "SEV-VCEK2");
}

/* -- The chain -- */

static void root_of_a_stranger(forge *f)
{
	f->without_root = true;
	forge_genuine_only(f);
}

/* Same name and key as the root that the policy lists, other bytes: the digest is what is pinned. */
static void root_made_again(forge *f)
{
	ah_buf_clear(&CERT(f, ARK)->der);
	f->without_root = true;
	f->policy_text.root = ah_buf_slice(&f->sim->ark_der[AH_SNP_GENOA]);
}

/* The bytes of the pinned root are at hand: what the peer says of it does not matter. */
static void peers_root_is_ignored(forge *f)
{
	root_made_again(f);
	f->without_root = false;
	f->request.simulated_root = ah_buf_slice(&f->sim->ark_der[AH_SNP_GENOA]);
}

static void vek_expired(forge *f)
{
	CERT(f, VEK)->mint.not_after_s = FORGE_NOW_S - 1;
}

static void vek_not_yet_valid(forge *f)
{
	CERT(f, VEK)->mint.not_before_s = FORGE_NOW_S + 1;
}

static void ask_expired(forge *f)
{
	CERT(f, ASK)->mint.not_after_s = FORGE_NOW_S - 1;
}

static void vek_of_another_issuer(forge *f)
{
	FORGE_MUST(ah_mint_put_common_name(&CERT(f, VEK)->issuer, "SEV-Genoa"));
}

static void ask_of_another_key_id(forge *f)
{
	ah_buf *list = forge_extensions(CERT(f, ASK));
	FORGE_MUST(ah_sim_put_authority_key_id(list, f->sim->crypto, f->sim->asvk));
	FORGE_MUST(ah_mint_put_basic_constraints(list, true, 0));
	FORGE_MUST(ah_mint_put_key_usage(list, true, AH_KU_KEY_CERT_SIGN));
}

static void ask_with(forge *f, bool ca, uint16_t usage)
{
	ah_buf *list = forge_extensions(CERT(f, ASK));
	FORGE_MUST(ah_mint_put_basic_constraints(list, ca, ca ? 0 : -1));
	FORGE_MUST(ah_mint_put_key_usage(list, true, usage));
}

static void ask_is_no_ca(forge *f)
{
	ask_with(f, false, AH_KU_KEY_CERT_SIGN);
}

static void ask_may_not_sign(forge *f)
{
	ask_with(f, true, AH_KU_DIGITAL_SIGNATURE);
}

static void ark_with_path_len_0(forge *f)
{
	ah_sim_cert *ark = CERT(f, ARK);
	ah_buf_clear(&ark->der);
	ah_buf *list = forge_extensions(ark);
	FORGE_MUST(ah_mint_put_basic_constraints(list, true, 0));
	FORGE_MUST(ah_mint_put_key_usage(list, true, AH_KU_KEY_CERT_SIGN | AH_KU_CRL_SIGN));
	FORGE_MUST(ah_sim_put_subject_key_id(list, f->sim->crypto, f->sim->ark));
}

static void vek_is_ca(forge *f)
{
	FORGE_MUST(ah_mint_put_basic_constraints(&f->snp.vek_extra, true, -1));
}

static void unknown_critical_in_vek(forge *f)
{
	ah_slice nobodys = AH_SLICE_LITERAL("\x2b\x06\x01\x04\x01\x86\x8d\x1f\x01"); /* 1.3.6.1.4.1.99999.1 */
	FORGE_MUST(ah_mint_put_extension(&f->snp.vek_extra, nobodys, true, AH_SLICE_LITERAL("\x05\x00")));
}

static void vek_signed_by_ecdsa(forge *f)
{
	/* The ASK becomes of P-384: its key, and how it signs. */
	CERT(f, ASK)->key = f->sim->vlek;
}

static void vek_signed_by_a_stranger(forge *f)
{
	CERT(f, VEK)->mint.signing.key = f->sim->asvk;
}

static void ask_signed_by_a_stranger(forge *f)
{
	CERT(f, ASK)->mint.signing.key = f->sim->asvk;
}

static void without_vek(forge *f)
{
	f->without_vek = true;
}

static void without_chain(forge *f)
{
	f->without_chain = true;
}

/* -- Revocation -- */

static void revoke(forge *f, const ah_sim_cert *cert)
{
	FORGE_MUST(ah_mint_put_revoked(&f->snp.crl_revoked, ah_slice_make(cert->serial, cert->serial_len), FORGE_NOW_S - 60, (ah_slice){ NULL, 0 }));
}

static void ask_revoked(forge *f)
{
	revoke(f, CERT(f, ASK));
}

/* Serial numbers of VEKs are zero and never listed: a list that has 0 names nobody. */
static void zero_revoked(forge *f)
{
	revoke(f, CERT(f, VEK));
}

static void another_revoked(forge *f)
{
	FORGE_MUST(ah_mint_put_revoked(&f->snp.crl_revoked, AH_SLICE_LITERAL("\x02\x00\x01"), FORGE_NOW_S - 60, (ah_slice){ NULL, 0 }));
}

static void crl_expired(forge *f)
{
	f->snp.crl.next_update_s = FORGE_NOW_S - 1;
}

static void crl_not_yet_valid(forge *f)
{
	f->snp.crl.this_update_s = FORGE_NOW_S + 1;
}

static void crl_of_a_stranger(forge *f)
{
	f->snp.crl.signing.key = f->sim->asvk;
}

static void crl_of_the_ask(forge *f)
{
	FORGE_MUST(ah_buf_append(&f->snp.crl_issuer, ah_buf_slice(&CERT(f, ASK)->subject)));
	f->snp.crl.signing.key = f->sim->ask;
	ah_buf_clear(&f->snp.crl_extensions);
	FORGE_MUST(ah_mint_put_crl_number(&f->snp.crl_extensions, 7));
}

static void crl_of_another_key_id(forge *f)
{
	ah_buf_clear(&f->snp.crl_extensions);
	FORGE_MUST(ah_sim_put_authority_key_id(&f->snp.crl_extensions, f->sim->crypto, f->sim->asvk));
	FORGE_MUST(ah_mint_put_crl_number(&f->snp.crl_extensions, 7));
}

static void ark_may_not_sign_crls(forge *f)
{
	ah_sim_cert *ark = CERT(f, ARK);
	ah_buf_clear(&ark->der);
	ah_buf *list = forge_extensions(ark);
	FORGE_MUST(ah_mint_put_basic_constraints(list, true, -1));
	FORGE_MUST(ah_mint_put_key_usage(list, true, AH_KU_KEY_CERT_SIGN));
	FORGE_MUST(ah_sim_put_subject_key_id(list, f->sim->crypto, f->sim->ark));
}

static void crl_without_next_update(forge *f)
{
	f->snp.crl.next_update_s = AH_MINT_NO_TIME;
}

/* openssl #32366: a parser that stops at an odd entry loses those behind it. */
static void crl_with_an_odd_entry(forge *f)
{
	FORGE_MUST(ah_mint_put_revoked(&f->snp.crl_revoked, AH_SLICE_LITERAL("\x05"), FORGE_NOW_S - 60, AH_SLICE_LITERAL("\x30\x03\x06\x01\x2a")));
	revoke(f, CERT(f, ASK));
}

/* -- The VEK against the report -- */

static void report_of_another_key(forge *f)
{
	f->snp.key = f->sim->vlek;
}

static void host_data_altered(forge *f)
{
	f->out.evidence.ptr[AH_SIM_SNP_HOST_DATA] ^= 1;
}

static void spl_missing(forge *f)
{
	f->snp.vek.spl_mask &= ~(1u << 5);
}

static void spl4_missing(forge *f)
{
	f->snp.vek.spl_mask &= ~(1u << 4);
}

static void fmc_missing(forge *f)
{
	f->snp.vek.spl_mask &= ~(1u << 9);
}

static void fmc_on_genoa(forge *f)
{
	f->snp.vek.spl_mask |= 1u << 9;
}

/* 02 02 01 0a is 266: who takes the last byte reads 10, which is the report's. */
static void spl_266(forge *f)
{
	f->snp.vek.spl[1] = 266;
}

static void product_name_missing(forge *f)
{
	f->snp.vek.product_name = NULL;
}

static void struct_version_2(forge *f)
{
	f->snp.vek.struct_version = 2;
}

static void hwid_missing(forge *f)
{
	f->snp.vek.has_hwid = false;
}

static void hwid_short(forge *f)
{
	f->snp.vek.hwid_len = 63;
}

static void vcek_with_csp_id(forge *f)
{
	f->snp.vek.csp_id = "CN=cc-us-east-2.amazonaws.com";
}

static void vlek_with_hwid(forge *f)
{
	f->snp.vek.has_hwid = true;
	f->snp.vek.hwid_len = 64;
}

static void vlek_without_csp_id(forge *f)
{
	f->snp.vek.csp_id = NULL;
}

static void spl_twice(forge *f)
{
	ah_slice bl_spl = AH_SLICE_LITERAL("\x2b\x06\x01\x04\x01\x9c\x78\x01\x03\x01");
	FORGE_MUST(ah_mint_put_extension(&f->snp.vek_extra, bl_spl, false, AH_SLICE_LITERAL("\x02\x01\x0a")));
}

/* E12: the certificate's component is moved by one, the report stays. */
static void vek_spl_plus(forge *f, size_t spl, int by)
{
	f->snp.vek.spl[spl] = (uint64_t)((int64_t)f->snp.vek.spl[spl] + by);
}

static void vek_bl_above(forge *f) { vek_spl_plus(f, 1, 1); }
static void vek_bl_below(forge *f) { vek_spl_plus(f, 1, -1); }
static void vek_tee_above(forge *f) { vek_spl_plus(f, 2, 1); }
static void vek_snp_above(forge *f) { vek_spl_plus(f, 3, 1); }
static void vek_snp_below(forge *f) { vek_spl_plus(f, 3, -1); }
static void vek_ucode_above(forge *f) { vek_spl_plus(f, 8, 1); }
static void vek_ucode_below(forge *f) { vek_spl_plus(f, 8, -1); }
static void vek_fmc_above(forge *f) { vek_spl_plus(f, 9, 1); }
static void vek_fmc_below(forge *f) { vek_spl_plus(f, 9, -1); }

static void hwid_differs_first(forge *f)
{
	f->snp.vek.hwid[0] ^= 1;
}

static void hwid_differs_last(forge *f)
{
	f->snp.vek.hwid[f->snp.vek.hwid_len - 1] ^= 1;
}

/* Turin: eight bytes are the chip's, the others must be zero. */
static void chip_id_with_more(forge *f)
{
	f->snp.report[AH_SIM_SNP_CHIP_ID + 63] = 1;
}

static void reported_above_current(forge *f)
{
	ah_snp_tcb tcb = ah_sim_snp_default_tcb(f->snp.product);
	tcb.snp--;
	put_tcb(f, AH_SIM_SNP_CURRENT_TCB, &tcb);
	put_tcb(f, AH_SIM_SNP_COMMITTED_TCB, &tcb);
}

static void committed_above_current(forge *f)
{
	ah_snp_tcb tcb = ah_sim_snp_default_tcb(f->snp.product);
	tcb.ucode++;
	put_tcb(f, AH_SIM_SNP_COMMITTED_TCB, &tcb);
}

/* Greater as a number, smaller in one component. */
static void committed_above_in_one_component(forge *f)
{
	ah_snp_tcb tcb = ah_sim_snp_default_tcb(f->snp.product);
	tcb.ucode++;
	put_tcb(f, AH_SIM_SNP_CURRENT_TCB, &tcb);
	tcb.ucode--;
	tcb.bl++;
	put_tcb(f, AH_SIM_SNP_COMMITTED_TCB, &tcb);
}

static void set_platform(forge *f, uint64_t info)
{
	ah_sim_put_le64(f->snp.report + AH_SIM_SNP_PLATFORM_INFO, info);
}

static void smt_against_policy(forge *f)
{
	set_policy(f, AH_SNP_POLICY_RESERVED_ONE);
}

static void rapl_against_policy(forge *f)
{
	set_policy(f, AH_SNP_POLICY_SMT | AH_SNP_POLICY_RESERVED_ONE | AH_SNP_POLICY_RAPL_DIS);
}

static void hiding_against_policy(forge *f)
{
	set_policy(f, AH_SNP_POLICY_SMT | AH_SNP_POLICY_RESERVED_ONE | AH_SNP_POLICY_CIPHERTEXT_HIDING);
}

static void everything_the_policy_asks(forge *f)
{
	set_policy(f, AH_SNP_POLICY_RESERVED_ONE | AH_SNP_POLICY_RAPL_DIS | AH_SNP_POLICY_CIPHERTEXT_HIDING);
	set_platform(f, AH_SNP_PLATFORM_RAPL_DIS | AH_SNP_PLATFORM_CIPHERTEXT_HIDING | AH_SNP_PLATFORM_ALIAS_CHECK);
}

#define S AH_PLATFORM_SNP
#define MILAN AH_SNP_MILAN
#define TURIN AH_SNP_TURIN
#define VLEK AH_SNP_VLEK
#define BASE(name, change, product, signer) { name, S, AH_CHECK_COUNT, AH_OK, change, NULL, FORGE_ALONE, product, signer, 0 }
#define CASE(name, check, err, change) { name, S, AH_CHECK_##check, AH_ERR_##err, change, NULL, FORGE_ALONE, 0, 0, 0 }
#define ON(product, signer, name, check, err, change) { name, S, AH_CHECK_##check, AH_ERR_##err, change, NULL, FORGE_ALONE, product, signer, 0 }
#define OVERLAPPED(name, check, err, change) { name, S, AH_CHECK_##check, AH_ERR_##err, change, NULL, FORGE_OVERLAPPED, 0, 0, 0 }
#define OVERLAPPED_BY(other, name, check, err, change) \
	{ name, S, AH_CHECK_##check, AH_ERR_##err, change, NULL, FORGE_OVERLAPPED, 0, 0, AH_CHECK_##other }
#define SHAPE(name, err, change) { name, S, AH_CHECK_COUNT, AH_ERR_##err, change, NULL, FORGE_STRUCTURE, 0, 0, 0 }
#define TAMPERED(name, check, err, tamper) { name, S, AH_CHECK_##check, AH_ERR_##err, NULL, tamper, FORGE_ALONE, 0, 0, 0 }
#define TAMPERED_OVERLAPPED(name, check, err, tamper) { name, S, AH_CHECK_##check, AH_ERR_##err, NULL, tamper, FORGE_OVERLAPPED, 0, 0, 0 }
#define TAMPERED_SHAPE(name, err, tamper) { name, S, AH_CHECK_COUNT, AH_ERR_##err, NULL, tamper, FORGE_STRUCTURE, 0, 0, 0 }

const forge_case forge_snp_cases[] = {
	BASE("snp_genoa_report_is_accepted", NULL, 0, 0),
	BASE("snp_milan_report_is_accepted", NULL, MILAN, 0),
	BASE("snp_turin_report_is_accepted", NULL, TURIN, 0),
	BASE("snp_genoa_vlek_report_is_accepted", NULL, 0, VLEK),
	BASE("snp_milan_vlek_report_is_accepted", NULL, MILAN, VLEK),
	BASE("snp_turin_vlek_report_is_accepted", NULL, TURIN, VLEK),
	BASE("snp_version_2_is_accepted_where_listed", version_2, MILAN, 0),
	BASE("snp_version_2_of_turin_is_accepted_where_listed", version_2, TURIN, 0),
	BASE("snp_version_3_is_accepted", version_3, MILAN, 0),
	BASE("snp_version_4_is_accepted", version_4, MILAN, 0),
	BASE("snp_hwid_as_octet_string_is_accepted", hwid_octet_string, 0, 0),
	BASE("snp_turin_hwid_as_octet_string_is_accepted", hwid_octet_string, TURIN, 0),
	BASE("snp_written_trailer_field_is_accepted", trailer_written, 0, 0),
	BASE("snp_absent_trailer_field_is_accepted", trailer_not_written, 0, 0),
	BASE("snp_three_different_tcbs_are_accepted", three_tcbs, 0, 0),
	BASE("snp_unknown_platform_bit_is_accepted", unknown_platform_bit, TURIN, 0),
	BASE("snp_author_key_is_accepted", author_key, 0, 0),
	BASE("snp_platform_with_all_the_policy_asks_is_accepted", everything_the_policy_asks, 0, 0),
	BASE("snp_crl_that_revokes_another_is_accepted", another_revoked, 0, 0),
	BASE("snp_crl_that_lists_serial_0_is_accepted", zero_revoked, 0, 0),
	BASE("snp_genuine_only_is_accepted", forge_genuine_only, 0, 0),
	BASE("snp_root_of_the_peer_is_ignored_beside_the_pinned_one", peers_root_is_ignored, 0, 0),
	{ "snp_chain_with_the_root_first_is_accepted", S, AH_CHECK_COUNT, AH_OK, NULL, chain_root_first, FORGE_ALONE, 0, 0, 0 },

	CASE("E17_version_6_is_refused", SNP_VERSION, REPORT_VERSION, version_6),
	CASE("E17_version_1_is_refused", SNP_VERSION, REPORT_VERSION, version_1),
	CASE("P03_reserved_4c_is_refused", SNP_RESERVED, RESERVED, reserved_4c),
	CASE("P03_reserved_18b_is_refused", SNP_RESERVED, RESERVED, reserved_18b),
	CASE("P03_reserved_1eb_is_refused", SNP_RESERVED, RESERVED, reserved_1eb),
	CASE("P03_reserved_1ef_is_refused", SNP_RESERVED, RESERVED, reserved_1ef),
	CASE("P03_reserved_29f_is_refused", SNP_RESERVED, RESERVED, reserved_29f),
	CASE("P03_mitigation_vector_in_version_4_is_refused", SNP_RESERVED, RESERVED, mit_vector_in_version_4),
	ON(MILAN, 0, "P03_cpuid_in_version_2_is_refused", SNP_RESERVED, RESERVED, cpuid_in_version_2),
	CASE("P03_guest_policy_bit_26_is_refused", SNP_GUEST_POLICY_BITS, RESERVED, policy_bit_26),
	CASE("P03_guest_policy_bit_63_is_refused", SNP_GUEST_POLICY_BITS, RESERVED, policy_bit_63),
	CASE("P03_guest_policy_bit_17_clear_is_refused", SNP_GUEST_POLICY_BITS, RESERVED, policy_bit_17_clear),
	OVERLAPPED_BY(VMPL, "snp_report_requested_by_the_host_is_refused", SNP_VMPL_RANGE, FIELD_RANGE, vmpl_of_host),
	OVERLAPPED_BY(VMPL, "snp_vmpl_4_is_refused", SNP_VMPL_RANGE, FIELD_RANGE, vmpl_4),
	CASE("E17_signature_algo_2_is_refused", SNP_SIGNATURE_ALGO, ALGORITHM, signature_algo_2),
	CASE("E17_signature_algo_0_is_refused", SNP_SIGNATURE_ALGO, ALGORITHM, signature_algo_0),
	CASE("P03_key_info_bit_5_is_refused", SNP_KEY_INFO, RESERVED, key_info_bit_5),
	CASE("P03_key_info_bit_31_is_refused", SNP_KEY_INFO, RESERVED, key_info_bit_31),
	OVERLAPPED("P03_signing_key_2_is_refused", SNP_KEY_INFO, RESERVED, signing_key_2),
	CASE("P03_reserved_byte_of_reported_tcb_is_refused", SNP_TCB_RESERVED, RESERVED, tcb_reserved_in_reported),
	CASE("P03_reserved_byte_of_current_tcb_is_refused", SNP_TCB_RESERVED, RESERVED, tcb_reserved_in_current),
	CASE("P03_reserved_byte_of_committed_tcb_is_refused", SNP_TCB_RESERVED, RESERVED, tcb_reserved_in_committed),
	CASE("P03_reserved_byte_of_launch_tcb_is_refused", SNP_TCB_RESERVED, RESERVED, tcb_reserved_in_launch),
	ON(TURIN, 0, "P03_reserved_byte_of_turin_tcb_is_refused", SNP_TCB_RESERVED, RESERVED, tcb_reserved_in_reported),
	TAMPERED("snp_r_beyond_48_bytes_is_refused", SNP_SIGNATURE_RANGE, SIGNATURE_FORMAT, r_with_more_bytes),
	TAMPERED("snp_s_beyond_48_bytes_is_refused", SNP_SIGNATURE_RANGE, SIGNATURE_FORMAT, s_with_more_bytes),
	TAMPERED("snp_byte_behind_the_signature_is_refused", SNP_SIGNATURE_RANGE, SIGNATURE_FORMAT, bytes_behind_signature),
	TAMPERED("snp_last_byte_is_refused", SNP_SIGNATURE_RANGE, SIGNATURE_FORMAT, last_byte),
	TAMPERED_OVERLAPPED("snp_r_zero_is_refused", SNP_SIGNATURE_RANGE, SIGNATURE_FORMAT, r_is_zero),
	TAMPERED_OVERLAPPED("snp_s_zero_is_refused", SNP_SIGNATURE_RANGE, SIGNATURE_FORMAT, s_is_zero),
	TAMPERED_OVERLAPPED("snp_s_above_the_order_is_refused", SNP_SIGNATURE_RANGE, SIGNATURE_FORMAT, s_is_all_ones),
	TAMPERED_SHAPE("E17_report_of_1183_bytes_is_refused", TRUNCATED, cut_report),
	TAMPERED_SHAPE("E17_report_of_1185_bytes_is_refused", TRAILING, longer_report),

	CASE("snp_masked_chip_key_is_refused", SNP_SIGNED, REPORT_UNSIGNED, masked_chip_key),
	OVERLAPPED("snp_signing_key_none_is_refused", SNP_SIGNED, REPORT_UNSIGNED, signing_key_none),
	CASE("E13_report_of_milan_with_genoa_vcek_is_refused", SNP_PRODUCT, PRODUCT_MISMATCH, report_says_milan),
	CASE("E13_unknown_cpuid_is_refused", SNP_PRODUCT, PRODUCT_UNKNOWN, report_says_venice),
	CASE("E13_cpuid_zero_is_refused", SNP_PRODUCT, PRODUCT_UNKNOWN, report_says_nothing),
	CASE("E13_vcek_of_milan_below_genoa_is_refused", SNP_PRODUCT, PRODUCT_MISMATCH, vek_says_milan),
	CASE("E13_ask_of_milan_below_ark_of_genoa_is_refused", SNP_PRODUCT, PRODUCT_MISMATCH, ask_says_milan),
	OVERLAPPED_BY(SNP_PRODUCT, "E13_ask_without_product_is_refused", SNP_SIGNER, SIGNER_MISMATCH, ask_says_nothing),
	CASE("E12_vcek_for_a_vlek_report_is_refused", SNP_SIGNER, SIGNER_MISMATCH, says_vlek),
	ON(0, VLEK, "E12_vlek_for_a_vcek_report_is_refused", SNP_SIGNER, SIGNER_MISMATCH, says_vcek),
	CASE("E12_vcek_below_an_asvk_is_refused", SNP_SIGNER, SIGNER_MISMATCH, vcek_below_asvk),
	OVERLAPPED("E12_vek_with_another_name_is_refused", SNP_SIGNER, SIGNER_MISMATCH, vek_says_more),

	OVERLAPPED_BY(SIMULATED, "snp_root_of_a_stranger_is_refused", PATH_ROOT, ROOT_UNTRUSTED, root_of_a_stranger),
	OVERLAPPED_BY(SIMULATED, "snp_root_with_the_pinned_key_and_name_is_refused", PATH_ROOT, ROOT_UNTRUSTED, root_made_again),
	CASE("snp_expired_vcek_is_refused", PATH_VALIDITY, CERT_EXPIRED, vek_expired),
	CASE("snp_vcek_not_yet_valid_is_refused", PATH_VALIDITY, CERT_NOT_YET_VALID, vek_not_yet_valid),
	CASE("snp_expired_ask_is_refused", PATH_VALIDITY, CERT_EXPIRED, ask_expired),
	CASE("E09_vcek_of_another_issuer_name_is_refused", PATH_NAMES, CHAIN, vek_of_another_issuer),
	CASE("E09_ask_of_another_key_identifier_is_refused", PATH_NAMES, CHAIN, ask_of_another_key_id),
	CASE("E09_ask_with_ca_false_is_refused", PATH_CA, CHAIN_CONSTRAINT, ask_is_no_ca),
	CASE("E09_ask_without_cert_sign_is_refused", PATH_CA, CHAIN_CONSTRAINT, ask_may_not_sign),
	CASE("E09_ark_with_path_len_0_is_refused", PATH_LENGTH, CHAIN_CONSTRAINT, ark_with_path_len_0),
	CASE("E09_vcek_with_ca_true_is_refused", PATH_LEAF, CHAIN_CONSTRAINT, vek_is_ca),
	CASE("E09_unknown_critical_extension_in_vcek_is_refused", PATH_CRITICAL, CHAIN_CONSTRAINT, unknown_critical_in_vek),
	CASE("E09_ask_of_p384_is_refused", PATH_ALGORITHM, ALGORITHM, vek_signed_by_ecdsa),
	CASE("E09_vcek_signed_by_a_stranger_is_refused", PATH_SIGNATURE, CERT_SIGNATURE, vek_signed_by_a_stranger),
	CASE("E09_ask_signed_by_a_stranger_is_refused", PATH_SIGNATURE, CERT_SIGNATURE, ask_signed_by_a_stranger),
	SHAPE("snp_missing_vcek_is_refused", ENDORSEMENT_MISSING, without_vek),
	SHAPE("snp_missing_chain_is_refused", ENDORSEMENT_MISSING, without_chain),

	CASE("E07_revoked_ask_is_refused", REVOCATION, REVOKED, ask_revoked),
	CASE("E06_expired_crl_is_refused", REVOCATION, CRL_EXPIRED, crl_expired),
	CASE("E06_crl_of_the_future_is_refused", REVOCATION, CRL_NOT_YET_VALID, crl_not_yet_valid),
	CASE("E06_crl_signed_by_a_stranger_is_refused", REVOCATION, CRL_SIGNATURE, crl_of_a_stranger),
	CASE("E06_crl_of_a_ca_that_may_not_sign_crls_is_refused", REVOCATION, CRL_ISSUER, crl_of_the_ask),
	CASE("E06_crl_of_another_key_identifier_is_refused", REVOCATION, CRL_ISSUER, crl_of_another_key_id),
	CASE("E06_crl_of_an_ark_without_crl_sign_is_refused", REVOCATION, CRL_ISSUER, ark_may_not_sign_crls),
	SHAPE("E06_crl_without_next_update_is_refused", CRL_MALFORMED, crl_without_next_update),
	SHAPE("E06_crl_with_an_odd_entry_is_refused", CRL_MALFORMED, crl_with_an_odd_entry),

	CASE("snp_report_of_another_key_is_refused", SNP_SIGNATURE, SIGNATURE, report_of_another_key),
	TAMPERED("snp_altered_host_data_is_refused", SNP_SIGNATURE, SIGNATURE, host_data_altered),
	CASE("E12_missing_spl_is_refused", SNP_VEK_EXTENSIONS, VEK_EXTENSION, spl_missing),
	CASE("E12_missing_spl4_is_refused", SNP_VEK_EXTENSIONS, VEK_EXTENSION, spl4_missing),
	OVERLAPPED_BY(SNP_VEK_EXTENSIONS, "E13_vcek_without_product_is_refused", SNP_PRODUCT, PRODUCT_MISMATCH, product_name_missing),
	CASE("E12_struct_version_2_is_refused", SNP_VEK_EXTENSIONS, VEK_EXTENSION, struct_version_2),
	OVERLAPPED("E12_spl_of_266_is_refused", SNP_VEK_EXTENSIONS, VEK_EXTENSION, spl_266),
	{ "E12_missing_fmc_on_turin_is_refused", S, AH_CHECK_SNP_VEK_EXTENSIONS, AH_ERR_VEK_EXTENSION, fmc_missing, NULL, FORGE_OVERLAPPED, TURIN, 0, 0 },
	CASE("E12_fmc_on_genoa_is_refused", SNP_VEK_EXTENSIONS, VEK_EXTENSION, fmc_on_genoa),
	OVERLAPPED("E12_missing_hwid_is_refused", SNP_VEK_EXTENSIONS, VEK_EXTENSION, hwid_missing),
	OVERLAPPED("E12_hwid_of_63_bytes_is_refused", SNP_VEK_EXTENSIONS, VEK_EXTENSION, hwid_short),
	CASE("E12_vcek_with_csp_id_is_refused", SNP_VEK_EXTENSIONS, VEK_EXTENSION, vcek_with_csp_id),
	ON(0, VLEK, "E12_vlek_with_hwid_is_refused", SNP_VEK_EXTENSIONS, VEK_EXTENSION, vlek_with_hwid),
	ON(0, VLEK, "E12_vlek_without_csp_id_is_refused", SNP_VEK_EXTENSIONS, VEK_EXTENSION, vlek_without_csp_id),
	SHAPE("E12_spl_twice_is_refused", CERT_MALFORMED, spl_twice),
	CASE("E12_boot_loader_above_is_refused", SNP_VEK_TCB, VEK_TCB_MISMATCH, vek_bl_above),
	CASE("E12_boot_loader_below_is_refused", SNP_VEK_TCB, VEK_TCB_MISMATCH, vek_bl_below),
	CASE("E12_tee_above_is_refused", SNP_VEK_TCB, VEK_TCB_MISMATCH, vek_tee_above),
	CASE("E12_snp_above_is_refused", SNP_VEK_TCB, VEK_TCB_MISMATCH, vek_snp_above),
	CASE("E12_snp_below_is_refused", SNP_VEK_TCB, VEK_TCB_MISMATCH, vek_snp_below),
	CASE("E12_microcode_above_is_refused", SNP_VEK_TCB, VEK_TCB_MISMATCH, vek_ucode_above),
	CASE("E12_microcode_below_is_refused", SNP_VEK_TCB, VEK_TCB_MISMATCH, vek_ucode_below),
	ON(TURIN, 0, "E12_fmc_above_is_refused", SNP_VEK_TCB, VEK_TCB_MISMATCH, vek_fmc_above),
	ON(TURIN, 0, "E12_fmc_below_is_refused", SNP_VEK_TCB, VEK_TCB_MISMATCH, vek_fmc_below),
	CASE("E12_hwid_of_another_chip_is_refused", SNP_VEK_HWID, HWID_MISMATCH, hwid_differs_first),
	CASE("E12_hwid_of_another_chip_in_the_last_byte_is_refused", SNP_VEK_HWID, HWID_MISMATCH, hwid_differs_last),
	ON(TURIN, 0, "E12_turin_hwid_of_another_chip_is_refused", SNP_VEK_HWID, HWID_MISMATCH, hwid_differs_last),
	ON(TURIN, 0, "E12_turin_chip_id_beyond_8_bytes_is_refused", SNP_VEK_HWID, HWID_MISMATCH, chip_id_with_more),
	CASE("P05_reported_above_current_is_refused", SNP_TCB_ORDER, TCB_ORDER, reported_above_current),
	CASE("P05_committed_above_current_is_refused", SNP_TCB_ORDER, TCB_ORDER, committed_above_current),
	CASE("P05_committed_above_current_in_one_component_is_refused", SNP_TCB_ORDER, TCB_ORDER, committed_above_in_one_component),
	ON(TURIN, 0, "P05_turin_reported_above_current_is_refused", SNP_TCB_ORDER, TCB_ORDER, reported_above_current),
	CASE("snp_smt_against_the_guest_policy_is_refused", SNP_POLICY_PLATFORM, PLATFORM_INFO_INCONSISTENT, smt_against_policy),
	CASE("snp_rapl_against_the_guest_policy_is_refused", SNP_POLICY_PLATFORM, PLATFORM_INFO_INCONSISTENT, rapl_against_policy),
	CASE("snp_ciphertext_hiding_against_the_guest_policy_is_refused", SNP_POLICY_PLATFORM, PLATFORM_INFO_INCONSISTENT, hiding_against_policy),
};
const size_t forge_snp_case_count = sizeof forge_snp_cases / sizeof forge_snp_cases[0];
