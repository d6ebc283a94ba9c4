/* Forged certificates, CRLs and signed documents of TDX: the chain of the quote, and the collateral. See cases.h. */
#include "forged/cases.h"

#define CERT(f, level) (&(f)->tdx.chain.cert[AH_SIM_TDX_##level])
#define SIGNER(f) (&(f)->tdx.signing.cert[AH_SIM_TDX_SIGNER])
#define STRANGER(f) ((f)->sim->tdx_ak) /* a P-256 key that no certificate is of */

/* -- Baselines -- */

static void processor_ca(forge *f)
{
	ah_buf_clear(&CERT(f, CA)->subject);
	FORGE_MUST(ah_mint_put_common_name(&CERT(f, CA)->subject, "Intel SGX PCK Processor CA"));
	f->tdx.pck.omit = AH_SIM_PCK_OMIT(6) | AH_SIM_PCK_OMIT(7);
}

/* A chain below these bytes of the root. */
static void start_chain(forge *f, ah_sim_chain *chain, size_t count, ah_slice root_der)
{
	ah_sim_chain_init(chain, count);
	FORGE_MUST(ah_sim_part_set(&chain->cert[0].der, root_der));
	FORGE_MUST(ah_sim_part_set(&chain->cert[0].subject, ah_buf_slice(&CERT(f, ROOT)->subject)));
	chain->cert[0].key = f->sim->tdx_root;
}

static void second_signer(forge *f)
{
	ah_sim_chain *chain = &f->tdx.qe_signing;
	start_chain(f, chain, 2, ah_buf_slice(&f->sim->tdx_root_der));
	FORGE_MUST(ah_sim_cert_basics(&chain->cert[1], f->sim->tdx_signer, FORGE_NOW_S - 86400, FORGE_NOW_S + 86400));
	FORGE_MUST(ah_sim_part_set(&chain->cert[1].subject, ah_buf_slice(&SIGNER(f)->subject)));
	FORGE_MUST(ah_sim_part_set(&chain->cert[1].extensions, ah_buf_slice(&SIGNER(f)->extensions)));
}

static void window_opens_now(forge *f)
{
	f->tdx.tcb_info.issue_s = f->tdx.qe_identity.issue_s = FORGE_NOW_S;
	f->tdx.root_crl.mint.this_update_s = f->tdx.pck_crl.mint.this_update_s = FORGE_NOW_S;
}

static void window_ends_now(forge *f)
{
	f->tdx.tcb_info.next_update_s = f->tdx.qe_identity.next_update_s = FORGE_NOW_S;
	f->tdx.root_crl.mint.next_update_s = f->tdx.pck_crl.mint.next_update_s = FORGE_NOW_S;
}

static ah_err add_unknown_member(ah_buf *text, void *context)
{
	(void)context;
	forge_replace(text, AH_SLICE_LITERAL("\"tcbLevels\":[{\"tcb\":{\"sgx"), AH_SLICE_LITERAL("\"fresh\":[1,{\"a\":null}],\"tcbLevels\":[{\"tcb\":{\"sgx"));
	return AH_OK;
}

static void unknown_member_in_tcb_info(forge *f)
{
	f->tdx.tcb_info.document.patch = add_unknown_member;
}

/* -- Chains -- */

/* Issue the root anew, as it now is, for both chains of the defaults. */
static void reissue_root(forge *f)
{
	ah_sim_chain *chain = &f->tdx.chain;
	ah_buf_clear(&chain->cert[0].der);
	chain->count = 1;
	FORGE_MUST(ah_sim_chain_issue(chain));
	chain->count = AH_SIM_TDX_LEVELS;
	FORGE_MUST(ah_sim_part_set(&f->tdx.signing.cert[0].der, ah_buf_slice(&chain->cert[0].der)));
}

static void root_of_a_stranger(forge *f)
{
	f->without_root = true;
	forge_genuine_only(f);
}

/* Same name and key as the listed root, other bytes: the digest is what is pinned. */
static void root_made_again(forge *f)
{
	reissue_root(f);
	f->without_root = true;
	f->policy_text.root = ah_buf_slice(&f->sim->tdx_root_der);
}

/* A second simulated root, allowed as well. */
static void collateral_of_another_root(forge *f)
{
	reissue_root(f);
	FORGE_MUST(ah_buf_append(&f->scratch, ah_buf_slice(&CERT(f, ROOT)->der)));
	FORGE_MUST(ah_sim_part_set(&CERT(f, ROOT)->der, ah_buf_slice(&f->sim->tdx_root_der)));
	ah_sim_chain *chain = &f->tdx.crl_chain;
	start_chain(f, chain, 2, ah_buf_slice(&f->scratch));
	f->policy_text.other_root = ah_buf_slice(&f->scratch);
	FORGE_MUST(ah_sim_part_set(&chain->cert[1].subject, ah_buf_slice(&CERT(f, CA)->subject)));
	FORGE_MUST(ah_sim_part_set(&chain->cert[1].extensions, ah_buf_slice(&CERT(f, CA)->extensions)));
	chain->cert[1].key = f->sim->tdx_ca;
	chain->cert[1].mint = CERT(f, CA)->mint;
	chain->cert[1].serial_len = 1;
	chain->cert[1].serial[0] = 7;
}

/* Within the collateral: the documents under one root, the PCK CRL under the other. */
static void collateral_of_two_roots(forge *f)
{
	collateral_of_another_root(f);
	ah_sim_chain_free(&f->tdx.crl_chain);
}

static void leaf_expired(forge *f)
{
	CERT(f, LEAF)->mint.not_after_s = FORGE_NOW_S - 1;
}

static void leaf_not_yet_valid(forge *f)
{
	CERT(f, LEAF)->mint.not_before_s = FORGE_NOW_S + 1;
}

static void ca_expired(forge *f)
{
	CERT(f, CA)->mint.not_after_s = FORGE_NOW_S - 1;
}

static void signer_expired(forge *f)
{
	SIGNER(f)->mint.not_after_s = FORGE_NOW_S - 1;
}

static void signer_not_yet_valid(forge *f)
{
	SIGNER(f)->mint.not_before_s = FORGE_NOW_S + 1;
}

static void name_it(ah_buf *name, const char *cn)
{
	ah_buf_clear(name);
	FORGE_MUST(ah_mint_put_common_name(name, cn));
}

static void leaf_of_another_issuer(forge *f)
{
	name_it(&CERT(f, LEAF)->issuer, "Intel SGX PCK Platform CA");
}

static void leaf_of_another_name(forge *f)
{
	name_it(&CERT(f, LEAF)->subject, "Intel SGX TCB Signing");
}

static void ca_of_another_name(forge *f)
{
	name_it(&CERT(f, CA)->subject, "Intel SGX PCK Nobody CA");
}

/* Extensions as they are, but for the key identifiers. */
static void usage(ah_sim_cert *cert, bool ca, int path_len, uint16_t flags)
{
	ah_buf *list = forge_extensions(cert);
	FORGE_MUST(ah_mint_put_key_usage(list, true, flags));
	FORGE_MUST(ah_mint_put_basic_constraints(list, ca, path_len));
}

static void leaf_of_another_key_id(forge *f)
{
	usage(CERT(f, LEAF), false, -1, AH_KU_DIGITAL_SIGNATURE | AH_KU_NON_REPUDIATION);
	FORGE_MUST(ah_sim_put_authority_key_id(&CERT(f, LEAF)->extensions, f->sim->crypto, STRANGER(f)));
}

static void signer_of_another_key_id(forge *f)
{
	usage(SIGNER(f), false, -1, AH_KU_DIGITAL_SIGNATURE);
	FORGE_MUST(ah_sim_put_authority_key_id(&SIGNER(f)->extensions, f->sim->crypto, STRANGER(f)));
}

static void ca_with(forge *f, bool ca, uint16_t flags)
{
	usage(CERT(f, CA), ca, ca ? 0 : -1, flags);
	FORGE_MUST(ah_sim_put_subject_key_id(&CERT(f, CA)->extensions, f->sim->crypto, f->sim->tdx_ca));
}

static void ca_is_no_ca(forge *f)
{
	ca_with(f, false, AH_KU_KEY_CERT_SIGN | AH_KU_CRL_SIGN);
}

static void ca_may_not_sign(forge *f)
{
	ca_with(f, true, AH_KU_CRL_SIGN);
}

static void root_with_path_len_0(forge *f)
{
	ah_sim_cert *root = CERT(f, ROOT);
	usage(root, true, 0, AH_KU_KEY_CERT_SIGN | AH_KU_CRL_SIGN);
	FORGE_MUST(ah_sim_put_subject_key_id(&root->extensions, f->sim->crypto, f->sim->tdx_root));
	reissue_root(f);
}

/* A CA between root and TCB signing certificate, of which no CRL of the collateral speaks. */
static void signer_below_a_ca(forge *f)
{
	ah_sim_chain *chain = &f->tdx.qe_signing;
	start_chain(f, chain, 3, ah_buf_slice(&f->sim->tdx_root_der));
	FORGE_MUST(ah_sim_cert_basics(&chain->cert[1], f->sim->tdx_ca, FORGE_NOW_S - 86400, FORGE_NOW_S + 86400));
	name_it(&chain->cert[1].subject, "Intel SGX PCK Processor CA");
	usage(&chain->cert[1], true, 0, AH_KU_KEY_CERT_SIGN | AH_KU_CRL_SIGN);
	FORGE_MUST(ah_sim_cert_basics(&chain->cert[2], f->sim->tdx_signer, FORGE_NOW_S - 86400, FORGE_NOW_S + 86400));
	name_it(&chain->cert[2].subject, "Intel SGX TCB Signing");
	usage(&chain->cert[2], false, -1, AH_KU_DIGITAL_SIGNATURE);
}

static void leaf_is_ca(forge *f)
{
	usage(CERT(f, LEAF), true, -1, AH_KU_DIGITAL_SIGNATURE);
}

static void leaf_may_sign_certificates(forge *f)
{
	usage(CERT(f, LEAF), false, -1, AH_KU_DIGITAL_SIGNATURE | AH_KU_KEY_CERT_SIGN);
}

static void leaf_may_not_sign(forge *f)
{
	usage(CERT(f, LEAF), false, -1, AH_KU_NON_REPUDIATION);
}

static void leaf_without_basic_constraints(forge *f)
{
	FORGE_MUST(ah_mint_put_key_usage(forge_extensions(CERT(f, LEAF)), true, AH_KU_DIGITAL_SIGNATURE));
}

/* dcap-qvl "ca_used_as_end_entity": the documents signed by a CA. */
static void ca_signs_documents(forge *f)
{
	SIGNER(f)->key = f->sim->tdx_ca;
	usage(SIGNER(f), true, 0, AH_KU_KEY_CERT_SIGN | AH_KU_DIGITAL_SIGNATURE);
}

/* A certificate of the right root that is for something else: a rogue platform could sign its own TCB info. */
static void pck_signs_documents(forge *f)
{
	SIGNER(f)->key = f->sim->tdx_pck;
	name_it(&SIGNER(f)->subject, "Intel SGX PCK Certificate");
}

static void unknown_critical(forge *f, ah_sim_cert *cert)
{
	(void)f;
	ah_slice nobodys = AH_SLICE_LITERAL("\x2b\x06\x01\x04\x01\x86\x8d\x1f\x01"); /* 1.3.6.1.4.1.99999.1 */
	FORGE_MUST(ah_mint_put_extension(&cert->extensions, nobodys, true, AH_SLICE_LITERAL("\x05\x00")));
}

static void unknown_critical_in_leaf(forge *f) { unknown_critical(f, CERT(f, LEAF)); }
static void unknown_critical_in_signer(forge *f) { unknown_critical(f, SIGNER(f)); }

static void leaf_signed_with_sha384(forge *f)
{
	CERT(f, LEAF)->mint.signing.sig_alg = AH_SIG_ECDSA_SHA384;
}

static void leaf_signed_by_a_stranger(forge *f)
{
	CERT(f, LEAF)->mint.signing.key = STRANGER(f);
}

static void ca_signed_by_a_stranger(forge *f)
{
	CERT(f, CA)->mint.signing.key = STRANGER(f);
}

static void signer_signed_by_a_stranger(forge *f)
{
	SIGNER(f)->mint.signing.key = STRANGER(f);
}

/* -- Signed documents -- */

static void tcb_info_of_a_stranger(forge *f)
{
	f->tdx.tcb_info.document.key = STRANGER(f);
}

static void qe_identity_of_a_stranger(forge *f)
{
	f->tdx.qe_identity.document.key = STRANGER(f);
}

static void signature_of_zeros(forge *f)
{
	static const uint8_t zeros[64];
	f->tdx.tcb_info.document.signature = AH_SLICE_OF(zeros);
}

static void replace_collateral(forge *f, const char *from, const char *to)
{
	forge_replace(&f->out.collateral_json, ah_slice_text(from), ah_slice_text(to));
}

static void tcb_info_altered(forge *f)
{
	replace_collateral(f, "\\\"id\\\":\\\"TDX\\\",\\\"version\\\":3", "\\\"id\\\":\\\"TDX\\\",\\\"version\\\": 3");
}

static void qe_identity_altered(forge *f)
{
	replace_collateral(f, "\\\"isvprodid\\\":2", "\\\"isvprodid\\\": 2");
}

static void tcb_info_expired(forge *f) { f->tdx.tcb_info.next_update_s = FORGE_NOW_S - 1; }
static void tcb_info_of_the_future(forge *f) { f->tdx.tcb_info.issue_s = FORGE_NOW_S + 1; }
static void qe_identity_expired(forge *f) { f->tdx.qe_identity.next_update_s = FORGE_NOW_S - 1; }
static void qe_identity_of_the_future(forge *f) { f->tdx.qe_identity.issue_s = FORGE_NOW_S + 1; }

static void tcb_info_of_sgx(forge *f) { f->tdx.tcb_info.id = "SGX"; }
static void tcb_info_version_2(forge *f) { f->tdx.tcb_info.version = 2; }
static void tcb_type_1(forge *f) { f->tdx.tcb_info.tcb_type = 1; }
static void identity_of_sgx(forge *f) { f->tdx.qe_identity.id = "QE"; }
static void identity_version_3(forge *f) { f->tdx.qe_identity.version = 3; }
static void unknown_status(forge *f) { f->tdx.tcb_info.levels[0].status = "Fine"; }
static void unknown_qe_status(forge *f) { f->tdx.qe_identity.levels[0].status = "ConfigurationNeeded"; }
static void same_level_twice(forge *f) { f->tdx.tcb_info.levels[1] = f->tdx.tcb_info.levels[0]; }
static void no_levels(forge *f) { f->tdx.tcb_info.level_count = 0; }

static ah_err one_component_more(ah_buf *text, void *context)
{
	(void)context;
	forge_replace(text, AH_SLICE_LITERAL("{\"svn\":0}],\"pcesvn\":5,"), AH_SLICE_LITERAL("{\"svn\":0},{\"svn\":0}],\"pcesvn\":5,"));
	return AH_OK;
}

static void seventeen_components(forge *f)
{
	f->tdx.tcb_info.document.patch = one_component_more;
}

static ah_err double_the_fmspc(ah_buf *text, void *context)
{
	(void)context;
	forge_replace(text, AH_SLICE_LITERAL("\"pceId\""), AH_SLICE_LITERAL("\"fmspc\":\"000000000000\",\"pceId\""));
	return AH_OK;
}

static void doubled_member(forge *f)
{
	f->tdx.tcb_info.document.patch = double_the_fmspc;
}

static ah_err append_value(ah_buf *text, void *context)
{
	(void)context;
	return ah_buf_append_text(text, "{}");
}

static void text_behind_the_identity(forge *f)
{
	f->tdx.qe_identity.document.patch = append_value;
}

static void member_missing(forge *f)
{
	replace_collateral(f, "\"root_ca_crl\"", "\"root_ca_crl_\"");
}

static void collateral_cut(forge *f)
{
	f->out.collateral_json.len -= 3;
}

/* -- Revocation -- */

static void revoke(ah_sim_crl *crl, const ah_sim_cert *cert)
{
	FORGE_MUST(ah_mint_put_revoked(&crl->revoked, ah_slice_make(cert->serial, cert->serial_len), FORGE_NOW_S - 60, (ah_slice){ NULL, 0 }));
}

static void leaf_revoked(forge *f) { revoke(&f->tdx.pck_crl, CERT(f, LEAF)); }
static void ca_revoked(forge *f) { revoke(&f->tdx.root_crl, CERT(f, CA)); }
static void signer_revoked(forge *f) { revoke(&f->tdx.root_crl, SIGNER(f)); }

static void qe_signer_revoked(forge *f)
{
	second_signer(f);
	revoke(&f->tdx.root_crl, &f->tdx.qe_signing.cert[1]);
}

/* Another serial of the same issuer in the other list: not this certificate's business. */
static void others_revoked(forge *f)
{
	revoke(&f->tdx.root_crl, CERT(f, LEAF));
	revoke(&f->tdx.pck_crl, CERT(f, CA));
}

static void root_crl_expired(forge *f) { f->tdx.root_crl.mint.next_update_s = FORGE_NOW_S - 1; }
static void root_crl_of_the_future(forge *f) { f->tdx.root_crl.mint.this_update_s = FORGE_NOW_S + 1; }
static void pck_crl_expired(forge *f) { f->tdx.pck_crl.mint.next_update_s = FORGE_NOW_S - 1; }
static void pck_crl_of_the_future(forge *f) { f->tdx.pck_crl.mint.this_update_s = FORGE_NOW_S + 1; }
static void root_crl_of_a_stranger(forge *f) { f->tdx.root_crl.mint.signing.key = STRANGER(f); }
static void pck_crl_of_a_stranger(forge *f) { f->tdx.pck_crl.mint.signing.key = STRANGER(f); }
static void pck_crl_signed_by_the_leaf(forge *f) { f->tdx.pck_crl.mint.signing.key = f->sim->tdx_pck; }
static void root_crl_without_next_update(forge *f) { f->tdx.root_crl.mint.next_update_s = AH_MINT_NO_TIME; }

static void another_key_id(forge *f, ah_sim_crl *crl)
{
	ah_buf_clear(&crl->extensions);
	FORGE_MUST(ah_mint_put_crl_number(&crl->extensions, 1));
	FORGE_MUST(ah_sim_put_authority_key_id(&crl->extensions, f->sim->crypto, STRANGER(f)));
}

static void root_crl_of_another_key_id(forge *f) { another_key_id(f, &f->tdx.root_crl); }
static void pck_crl_of_another_key_id(forge *f) { another_key_id(f, &f->tdx.pck_crl); }

static void pck_crl_without_number(forge *f)
{
	ah_buf_clear(&f->tdx.pck_crl.extensions);
	FORGE_MUST(ah_sim_put_authority_key_id(&f->tdx.pck_crl.extensions, f->sim->crypto, f->sim->tdx_ca));
}

/* One bit more than a state can remember: it could not be told from an older one. */
static void pck_crl_number_of_64_bits(forge *f)
{
	pck_crl_without_number(f);
	FORGE_MUST(ah_mint_put_crl_number(&f->tdx.pck_crl.extensions, UINT64_C(1) << 63));
}

static void root_crl_without_key_id(forge *f)
{
	ah_buf_clear(&f->tdx.root_crl.extensions);
	FORGE_MUST(ah_mint_put_crl_number(&f->tdx.root_crl.extensions, 1));
}

/* The root's own, valid list where that of the PCK CA should be: @phala/dcap-qvl 0.3.9 took it. */
static void root_crl_as_pck_crl(forge *f)
{
	FORGE_MUST(ah_sim_part_set(&f->tdx.pck_crl.issuer, ah_buf_slice(&CERT(f, ROOT)->subject)));
	FORGE_MUST(ah_sim_part_set(&f->tdx.pck_crl.extensions, ah_buf_slice(&f->tdx.root_crl.extensions)));
	f->tdx.pck_crl.mint.signing.key = f->sim->tdx_root;
}

/* A valid list of the other PCK CA: it says nothing about this leaf. */
static void pck_crl_of_a_sibling_ca(forge *f)
{
	ah_sim_chain *chain = &f->tdx.crl_chain;
	start_chain(f, chain, 2, ah_buf_slice(&f->sim->tdx_root_der));
	FORGE_MUST(ah_sim_cert_basics(&chain->cert[1], STRANGER(f), FORGE_NOW_S - 86400, FORGE_NOW_S + 86400));
	name_it(&chain->cert[1].subject, "Intel SGX PCK Processor CA");
	usage(&chain->cert[1], true, 0, AH_KU_KEY_CERT_SIGN | AH_KU_CRL_SIGN);
	FORGE_MUST(ah_sim_put_subject_key_id(&chain->cert[1].extensions, f->sim->crypto, STRANGER(f)));
	another_key_id(f, &f->tdx.pck_crl);
}

static void ca_may_not_sign_crls(forge *f)
{
	ca_with(f, true, AH_KU_KEY_CERT_SIGN);
}

/* openssl #32366: a parser that stops at an odd entry loses those behind it. */
static void pck_crl_with_an_odd_entry(forge *f)
{
	FORGE_MUST(ah_mint_put_revoked(&f->tdx.pck_crl.revoked, AH_SLICE_LITERAL("\x05"), FORGE_NOW_S - 60, AH_SLICE_LITERAL("\x30\x03\x06\x01\x2a")));
	leaf_revoked(f);
}

#define T AH_PLATFORM_TDX
#define BASE(name, change) { name, T, AH_CHECK_COUNT, AH_OK, change, NULL, FORGE_ALONE, 0, 0, 0 }
#define CASE(name, check, err, change) { name, T, AH_CHECK_##check, AH_ERR_##err, change, NULL, FORGE_ALONE, 0, 0, 0 }
#define OVERLAPPED_BY(other, name, check, err, change) \
	{ name, T, AH_CHECK_##check, AH_ERR_##err, change, NULL, FORGE_OVERLAPPED, 0, 0, AH_CHECK_##other }
#define SHAPE(name, err, change) { name, T, AH_CHECK_COUNT, AH_ERR_##err, change, NULL, FORGE_STRUCTURE, 0, 0, 0 }
#define TAMPERED(name, check, err, tamper) { name, T, AH_CHECK_##check, AH_ERR_##err, NULL, tamper, FORGE_ALONE, 0, 0, 0 }
#define TAMPERED_SHAPE(name, err, tamper) { name, T, AH_CHECK_COUNT, AH_ERR_##err, NULL, tamper, FORGE_STRUCTURE, 0, 0, 0 }

const forge_case forge_tdx_collateral_cases[] = {
	BASE("tdx_processor_ca_is_accepted", processor_ca),
	BASE("tdx_two_signing_certificates_are_accepted", second_signer),
	BASE("tdx_first_second_of_the_window_is_accepted", window_opens_now),
	BASE("tdx_last_second_of_the_window_is_accepted", window_ends_now),
	BASE("tdx_unknown_member_of_tcb_info_is_accepted", unknown_member_in_tcb_info),
	BASE("tdx_crls_that_list_others_are_accepted", others_revoked),

	OVERLAPPED_BY(SIMULATED, "tdx_root_of_a_stranger_is_refused", PATH_ROOT, ROOT_UNTRUSTED, root_of_a_stranger),
	OVERLAPPED_BY(SIMULATED, "tdx_root_with_the_pinned_key_and_name_is_refused", PATH_ROOT, ROOT_UNTRUSTED, root_made_again),
	CASE("tdx_collateral_of_another_allowed_root_is_refused", PATH_ROOT, MIXED_ROOTS, collateral_of_another_root),
	CASE("tdx_collateral_of_two_allowed_roots_is_refused", PATH_ROOT, MIXED_ROOTS, collateral_of_two_roots),
	CASE("tdx_expired_pck_certificate_is_refused", PATH_VALIDITY, CERT_EXPIRED, leaf_expired),
	CASE("tdx_pck_certificate_not_yet_valid_is_refused", PATH_VALIDITY, CERT_NOT_YET_VALID, leaf_not_yet_valid),
	CASE("tdx_expired_pck_ca_is_refused", PATH_VALIDITY, CERT_EXPIRED, ca_expired),
	CASE("P06_expired_tcb_signing_certificate_is_refused", PATH_VALIDITY, CERT_EXPIRED, signer_expired),
	CASE("P06_tcb_signing_certificate_of_the_future_is_refused", PATH_VALIDITY, CERT_NOT_YET_VALID, signer_not_yet_valid),
	CASE("E09_pck_certificate_of_another_issuer_name_is_refused", PATH_NAMES, CHAIN, leaf_of_another_issuer),
	CASE("E09_pck_certificate_of_another_key_identifier_is_refused", PATH_NAMES, CHAIN, leaf_of_another_key_id),
	CASE("E09_pck_certificate_of_another_name_is_refused", PATH_NAMES, CHAIN, leaf_of_another_name),
	CASE("E09_pck_ca_of_another_name_is_refused", PATH_NAMES, CHAIN, ca_of_another_name),
	CASE("E09_tcb_signing_certificate_of_another_key_identifier_is_refused", PATH_NAMES, CHAIN, signer_of_another_key_id),
	OVERLAPPED_BY(REVOCATION, "E09_pck_ca_with_ca_false_is_refused", PATH_CA, CHAIN_CONSTRAINT, ca_is_no_ca),
	CASE("E09_pck_ca_without_cert_sign_is_refused", PATH_CA, CHAIN_CONSTRAINT, ca_may_not_sign),
	CASE("E09_root_with_path_len_0_is_refused", PATH_LENGTH, CHAIN_CONSTRAINT, root_with_path_len_0),
	CASE("E09_tcb_signing_certificate_below_a_ca_is_refused", PATH_LENGTH, CHAIN_CONSTRAINT, signer_below_a_ca),
	CASE("E09_pck_certificate_with_ca_true_is_refused", PATH_LEAF, CHAIN_CONSTRAINT, leaf_is_ca),
	CASE("E09_pck_certificate_with_cert_sign_is_refused", PATH_LEAF, CHAIN_CONSTRAINT, leaf_may_sign_certificates),
	CASE("E09_pck_certificate_without_digital_signature_is_refused", PATH_LEAF, CHAIN_CONSTRAINT, leaf_may_not_sign),
	CASE("E09_pck_certificate_without_basic_constraints_is_refused", PATH_LEAF, CHAIN_CONSTRAINT, leaf_without_basic_constraints),
	CASE("E09_ca_that_signs_collateral_is_refused", PATH_LEAF, CHAIN_CONSTRAINT, ca_signs_documents),
	CASE("E01_pck_certificate_that_signs_collateral_is_refused", PATH_LEAF, CHAIN_CONSTRAINT, pck_signs_documents),
	CASE("E09_unknown_critical_extension_in_pck_certificate_is_refused", PATH_CRITICAL, CHAIN_CONSTRAINT, unknown_critical_in_leaf),
	CASE("E09_unknown_critical_extension_in_tcb_signing_certificate_is_refused", PATH_CRITICAL, CHAIN_CONSTRAINT, unknown_critical_in_signer),
	CASE("E09_pck_certificate_signed_with_sha384_is_refused", PATH_ALGORITHM, ALGORITHM, leaf_signed_with_sha384),
	CASE("E09_pck_certificate_signed_by_a_stranger_is_refused", PATH_SIGNATURE, CERT_SIGNATURE, leaf_signed_by_a_stranger),
	CASE("E09_pck_ca_signed_by_a_stranger_is_refused", PATH_SIGNATURE, CERT_SIGNATURE, ca_signed_by_a_stranger),
	CASE("E01_tcb_signing_certificate_of_a_stranger_is_refused", PATH_SIGNATURE, CERT_SIGNATURE, signer_signed_by_a_stranger),

	CASE("E01_tcb_info_signed_by_a_stranger_is_refused", COLLATERAL_TCB_INFO, TCB_INFO_SIGNATURE, tcb_info_of_a_stranger),
	CASE("E01_tcb_info_with_a_signature_of_zeros_is_refused", COLLATERAL_TCB_INFO, TCB_INFO_SIGNATURE, signature_of_zeros),
	TAMPERED("E01_tcb_info_of_other_bytes_is_refused", COLLATERAL_TCB_INFO, TCB_INFO_SIGNATURE, tcb_info_altered),
	CASE("E01_qe_identity_signed_by_a_stranger_is_refused", COLLATERAL_QE_IDENTITY, QE_IDENTITY_SIGNATURE, qe_identity_of_a_stranger),
	TAMPERED("E01_qe_identity_of_other_bytes_is_refused", COLLATERAL_QE_IDENTITY, QE_IDENTITY_SIGNATURE, qe_identity_altered),
	CASE("P06_expired_tcb_info_is_refused", COLLATERAL_WINDOW, COLLATERAL_EXPIRED, tcb_info_expired),
	CASE("P06_tcb_info_of_the_future_is_refused", COLLATERAL_WINDOW, COLLATERAL_NOT_YET_VALID, tcb_info_of_the_future),
	CASE("P06_expired_qe_identity_is_refused", COLLATERAL_WINDOW, COLLATERAL_EXPIRED, qe_identity_expired),
	CASE("P06_qe_identity_of_the_future_is_refused", COLLATERAL_WINDOW, COLLATERAL_NOT_YET_VALID, qe_identity_of_the_future),
	SHAPE("E17_tcb_info_of_sgx_is_refused", COLLATERAL_KIND, tcb_info_of_sgx),
	SHAPE("E17_tcb_info_version_2_is_refused", COLLATERAL_KIND, tcb_info_version_2),
	SHAPE("E17_tcb_type_1_is_refused", COLLATERAL_KIND, tcb_type_1),
	SHAPE("E17_qe_identity_of_sgx_is_refused", COLLATERAL_KIND, identity_of_sgx),
	SHAPE("E17_qe_identity_version_3_is_refused", COLLATERAL_KIND, identity_version_3),
	SHAPE("E04_unknown_status_is_refused", COLLATERAL_MALFORMED, unknown_status),
	SHAPE("E04_unknown_status_of_the_qe_is_refused", COLLATERAL_MALFORMED, unknown_qe_status),
	SHAPE("tdx_same_level_twice_is_refused", COLLATERAL_MALFORMED, same_level_twice),
	SHAPE("tdx_tcb_info_without_levels_is_refused", COLLATERAL_MALFORMED, no_levels),
	SHAPE("tdx_17_components_are_refused", COLLATERAL_MALFORMED, seventeen_components),
	SHAPE("tdx_doubled_member_of_tcb_info_is_refused", COLLATERAL_MALFORMED, doubled_member),
	SHAPE("tdx_text_behind_qe_identity_is_refused", COLLATERAL_MALFORMED, text_behind_the_identity),
	TAMPERED_SHAPE("E07_missing_root_crl_is_refused", COLLATERAL_MISSING, member_missing),
	TAMPERED_SHAPE("tdx_cut_collateral_is_refused", COLLATERAL_MALFORMED, collateral_cut),

	CASE("E07_revoked_pck_certificate_is_refused", REVOCATION, REVOKED, leaf_revoked),
	CASE("E07_revoked_pck_ca_is_refused", REVOCATION, REVOKED, ca_revoked),
	CASE("E07_revoked_tcb_signing_certificate_is_refused", REVOCATION, REVOKED, signer_revoked),
	CASE("E07_revoked_signing_certificate_of_the_qe_identity_is_refused", REVOCATION, REVOKED, qe_signer_revoked),
	CASE("E06_expired_root_crl_is_refused", REVOCATION, CRL_EXPIRED, root_crl_expired),
	CASE("E06_root_crl_of_the_future_is_refused", REVOCATION, CRL_NOT_YET_VALID, root_crl_of_the_future),
	CASE("E06_expired_pck_crl_is_refused", REVOCATION, CRL_EXPIRED, pck_crl_expired),
	CASE("E06_pck_crl_of_the_future_is_refused", REVOCATION, CRL_NOT_YET_VALID, pck_crl_of_the_future),
	CASE("E06_root_crl_signed_by_a_stranger_is_refused", REVOCATION, CRL_SIGNATURE, root_crl_of_a_stranger),
	CASE("E06_pck_crl_signed_by_a_stranger_is_refused", REVOCATION, CRL_SIGNATURE, pck_crl_of_a_stranger),
	CASE("E06_pck_crl_signed_by_the_leaf_is_refused", REVOCATION, CRL_SIGNATURE, pck_crl_signed_by_the_leaf),
	CASE("E06_root_crl_of_another_key_identifier_is_refused", REVOCATION, CRL_ISSUER, root_crl_of_another_key_id),
	CASE("E06_pck_crl_of_another_key_identifier_is_refused", REVOCATION, CRL_ISSUER, pck_crl_of_another_key_id),
	CASE("E06_root_crl_as_pck_crl_is_refused", REVOCATION, CRL_ISSUER, root_crl_as_pck_crl),
	CASE("E06_pck_crl_of_a_sibling_ca_is_refused", REVOCATION, CRL_ISSUER, pck_crl_of_a_sibling_ca),
	CASE("E06_pck_crl_of_a_ca_without_crl_sign_is_refused", REVOCATION, CRL_ISSUER, ca_may_not_sign_crls),
	SHAPE("E06_root_crl_without_next_update_is_refused", CRL_MALFORMED, root_crl_without_next_update),
	SHAPE("E06_root_crl_without_key_identifier_is_refused", CRL_MALFORMED, root_crl_without_key_id),
	SHAPE("E06_pck_crl_without_number_is_refused", CRL_MALFORMED, pck_crl_without_number),
	SHAPE("E06_pck_crl_number_of_64_bits_is_refused", CRL_MALFORMED, pck_crl_number_of_64_bits),
	SHAPE("E06_pck_crl_with_an_odd_entry_is_refused", CRL_MALFORMED, pck_crl_with_an_odd_entry),
};
const size_t forge_tdx_collateral_case_count = sizeof forge_tdx_collateral_cases / sizeof forge_tdx_collateral_cases[0];
