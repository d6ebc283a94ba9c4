/* Forged TDX quotes, PCK extensions and event logs. Certificates and collateral are in cases_tdx_collateral.c, what a policy says in cases_tdx_policy.c. */
#include "forged/cases.h"

#include "codec/pem.h"

#define STRANGER(f) ((f)->sim->tdx_ak) /* a P-256 key that no certificate is of */

/* -- Baselines -- */

static void version_5(forge *f)
{
	ah_sim_tdx_set_version(&f->tdx, 5, true);
}

static void version_5_with_td_report_10(forge *f)
{
	ah_sim_tdx_set_version(&f->tdx, 5, false);
}

/* As GCP hands quotes out: a buffer of 8000 bytes. */
static void zero_padding(forge *f)
{
	f->tdx.padding_len = 3065;
}

static void most_padding(forge *f)
{
	f->tdx.padding_len = 8192;
}

static void empty_qe_auth(forge *f)
{
	ah_buf_clear(&f->tdx.qe_auth);
}

/* Leaf first. */
static void pem_chain_into(ah_buf *out, const ah_sim_chain *chain, size_t count)
{
	for (size_t i = count; i-- > 0;)
		FORGE_MUST(ah_pem_write(out, "CERTIFICATE", ah_buf_slice(&chain->cert[i].der)));
}

/* SPR E4 machines: no NUL behind the PEM. */
static void no_final_nul(forge *f)
{
	FORGE_MUST(ah__sim_tdx_issue_chains(&f->tdx));
	pem_chain_into(&f->tdx.certification, &f->tdx.chain, AH_SIM_TDX_LEVELS);
}

/* A module of version 0: its SVN is in the platform's levels. */
static void module_version_0(forge *f)
{
	f->tdx.report[AH_SIM_TDX_TEE_TCB_SVN + 1] = 0;
}

static void module_version_3(forge *f)
{
	f->tdx.report[AH_SIM_TDX_TEE_TCB_SVN] = 3;
	f->tdx.report[AH_SIM_TDX_TEE_TCB_SVN + 1] = 3;
}

static void with_ccel(forge *f)
{
	f->with_ccel = true;
}

static void without_event_log(forge *f)
{
	f->without_event_log = true;
}

static void genuine_without_collateral(forge *f)
{
	f->without_collateral = true;
	forge_genuine_only(f);
}

/* -- Header and body -- */

static void version_6(forge *f)
{
	ah_sim_put_le16(f->tdx.header + AH_SIM_TDX_VERSION, 6);
	f->request.platform = AH_PLATFORM_TDX;
}

static void version_3(forge *f)
{
	ah_sim_put_le16(f->tdx.header + AH_SIM_TDX_VERSION, 3);
	f->request.platform = AH_PLATFORM_TDX;
}

static void key_type_p384(forge *f)
{
	ah_sim_put_le16(f->tdx.header + AH_SIM_TDX_KEY_TYPE, 3);
}

static void key_type_0(forge *f)
{
	ah_sim_put_le16(f->tdx.header + AH_SIM_TDX_KEY_TYPE, 0);
	f->request.platform = AH_PLATFORM_TDX;
}

static void tee_type_sgx(forge *f)
{
	ah_sim_put_le32(f->tdx.header + AH_SIM_TDX_TEE_TYPE, 0);
	f->request.platform = AH_PLATFORM_TDX;
}

static void vendor_of_another(forge *f)
{
	f->tdx.header[AH_SIM_TDX_VENDOR] ^= 1;
}

static void vendor_of_another_in_the_last_byte(forge *f)
{
	f->tdx.header[AH_SIM_TDX_VENDOR + 15] ^= 0x80;
}

static void qe_svn_in_header(forge *f)
{
	f->tdx.header[AH_SIM_TDX_RESERVED] = 1;
}

static void pce_svn_in_header(forge *f)
{
	f->tdx.header[AH_SIM_TDX_RESERVED + 3] = 1;
}

static void body_type(forge *f, uint16_t type)
{
	version_5_with_td_report_10(f);
	f->tdx.body_type = type;
}

static void body_of_sgx(forge *f) { body_type(f, 1); }
static void body_of_td_report_15_ex(forge *f) { body_type(f, 4); }

static void body_of_885_bytes(forge *f)
{
	body_type(f, 4);
	f->tdx.body_size = 885;
}

static void body_size_of_another_type(forge *f)
{
	version_5(f);
	f->tdx.body_size = AH_SIM_TDX_REPORT_10_LEN;
}

static void body_type_of_another_size(forge *f)
{
	version_5(f);
	f->tdx.body_type = 2;
}

static void attribute_bit_1(forge *f) { f->tdx.report[AH_SIM_TDX_ATTRIBUTES] |= 1 << 1; }
static void attribute_bit_62(forge *f) { f->tdx.report[AH_SIM_TDX_ATTRIBUTES + 7] |= 1 << 6; }
static void xfam_without_sse(forge *f) { f->tdx.report[AH_SIM_TDX_XFAM] &= 0xfd; }
static void xfam_bit_63(forge *f) { f->tdx.report[AH_SIM_TDX_XFAM + 7] |= 0x80; }

static void outer_type_5(forge *f)
{
	f->tdx.outer_type = 5;
}

static void inner_type_4(forge *f)
{
	f->tdx.inner_type = 4;
}

static void inner_type_3(forge *f)
{
	f->tdx.inner_type = 3;
}

static void more_padding(forge *f)
{
	f->tdx.padding_len = 8193;
}

static void letter_behind(forge *f)
{
	FORGE_MUST(ah_buf_append_byte(&f->out.evidence, 'x'));
}

static void letter_behind_padding(forge *f)
{
	for (size_t i = 0; i < 70; i++)
		FORGE_MUST(ah_buf_append_byte(&f->out.evidence, 0));
	letter_behind(f);
}

/* -- Lengths that no signature covers -- */

static uint8_t *auth(forge *f)
{
	return f->out.evidence.ptr + AH_SIM_TDX_HEADER_LEN + f->tdx.report_len + 4;
}

static void auth_longer(forge *f)
{
	auth(f)[-4]++; /* the zero byte that it now claims is not there */
}

static void auth_longer_by_padding(forge *f)
{
	FORGE_MUST(ah_buf_append_byte(&f->out.evidence, 0));
	auth_longer(f);
}

static void auth_huge(forge *f)
{
	memset(auth(f) - 4, 0xff, 4);
}

static void outer_len_huge(forge *f)
{
	memset(auth(f) + AH_SIM_TDX_AUTH_OUTER_LEN, 0xff, 4);
}

static void outer_len_shorter(forge *f)
{
	auth(f)[AH_SIM_TDX_AUTH_OUTER_LEN]--;
}

static uint8_t *inner_len(forge *f)
{
	return auth(f) + AH_SIM_TDX_AUTH_QE_AUTH + f->tdx.qe_auth.len + 2;
}

static void inner_len_huge(forge *f)
{
	memset(inner_len(f), 0xff, 4);
}

static void inner_len_shorter(forge *f)
{
	inner_len(f)[0]--;
}

static void qe_auth_len_huge(forge *f)
{
	memset(auth(f) + AH_SIM_TDX_AUTH_QE_AUTH_LEN, 0xff, 2);
}

static void quote_cut(forge *f)
{
	f->out.evidence.len--;
}

/* The CA and the root alone. */
static void two_certificates(forge *f)
{
	FORGE_MUST(ah__sim_tdx_issue_chains(&f->tdx));
	pem_chain_into(&f->tdx.certification, &f->tdx.chain, AH_SIM_TDX_CA + 1);
}

static void four_certificates(forge *f)
{
	FORGE_MUST(ah__sim_tdx_issue_chains(&f->tdx));
	pem_chain_into(&f->tdx.certification, &f->tdx.chain, AH_SIM_TDX_LEVELS);
	pem_chain_into(&f->tdx.certification, &f->tdx.chain, 1);
}

static void certification_without_pem(forge *f)
{
	FORGE_MUST(ah_buf_append_text(&f->tdx.certification, "no certificates at all"));
}

static void der_in_place_of_pem(forge *f)
{
	FORGE_MUST(ah__sim_tdx_issue_chains(&f->tdx));
	for (size_t i = AH_SIM_TDX_LEVELS; i-- > 0;)
		FORGE_MUST(ah_buf_append(&f->tdx.certification, ah_buf_slice(&f->tdx.chain.cert[i].der)));
}

/* -- The SGX extension -- */

static void ppid_missing(forge *f) { f->tdx.pck.omit = AH_SIM_PCK_OMIT(1); }
static void pceid_missing(forge *f) { f->tdx.pck.omit = AH_SIM_PCK_OMIT(3); f->tdx.tcb_info.keep_platform = true; }
static void fmspc_missing(forge *f) { f->tdx.pck.omit = AH_SIM_PCK_OMIT(4); }
static void sgx_type_missing(forge *f) { f->tdx.pck.omit = AH_SIM_PCK_OMIT(5); }
static void tcb_missing(forge *f) { f->tdx.pck.omit = AH_SIM_PCK_OMIT(2); }
static void cpusvn_missing(forge *f) { f->tdx.pck.omit_tcb = AH_SIM_PCK_OMIT(18); }
static void component_missing(forge *f) { f->tdx.pck.omit_tcb = AH_SIM_PCK_OMIT(16); }
static void component_256(forge *f) { f->tdx.pck.components[15] = 256; }
static void sgx_type_3(forge *f) { f->tdx.pck.sgx_type = 3; }

static ah_err boolean_01(ah_buf *value, void *context)
{
	(void)context;
	value->ptr[value->len - 1] = 1;
	return AH_OK;
}

static void odd_boolean(forge *f) { f->tdx.pck.patch = boolean_01; }

static ah_err take_all_away(ah_buf *value, void *context)
{
	(void)context;
	ah_buf_clear(value);
	return AH_OK;
}

static void extension_missing(forge *f) { f->tdx.pck.patch = take_all_away; }

/* SGX type once more, 1.2.840.113741.1.13.1.5, at the end of the list; the list's length is of two bytes. */
static ah_err type_again(ah_buf *value, void *context)
{
	static const uint8_t again[] = { 0x30, 0x0f, 0x06, 0x0a, 0x2a, 0x86, 0x48, 0x86, 0xf8, 0x4d, 0x01, 0x0d, 0x01, 0x05, 0x0a, 0x01, 0x02 };
	size_t len = (size_t)(value->ptr[2] << 8 | value->ptr[3]) + sizeof again;
	(void)context;
	value->ptr[2] = (uint8_t)(len >> 8);
	value->ptr[3] = (uint8_t)len;
	return ah_buf_append(value, AH_SLICE_OF(again));
}

static void sgx_type_twice(forge *f) { f->tdx.pck.patch = type_again; }

/* -- Platform and module -- */

static void tcb_info_of_another_platform(forge *f)
{
	f->tdx.tcb_info.keep_platform = true;
	f->tdx.tcb_info.fmspc[5] ^= 1;
}

static void tcb_info_of_another_pce(forge *f)
{
	f->tdx.tcb_info.keep_platform = true;
	f->tdx.tcb_info.pceid[1] = 1;
}

static void module_of_a_stranger(forge *f) { f->tdx.report[AH_SIM_TDX_MRSIGNERSEAM + 47] = 1; }
static void module_with_attributes(forge *f) { f->tdx.report[AH_SIM_TDX_SEAMATTRIBUTES] = 1; }

static void module_of_a_stranger_without_collateral(forge *f)
{
	module_of_a_stranger(f);
	genuine_without_collateral(f);
}

static void module_of_another_version(forge *f)
{
	f->tdx.report[AH_SIM_TDX_TEE_TCB_SVN + 1] = 2;
	forge_genuine_only(f);
}

static void current_module_of_another_version(forge *f)
{
	version_5(f);
	f->tdx.report[AH_SIM_TDX_TEE_TCB_SVN2 + 1] = 2;
	forge_genuine_only(f);
}

/* Intel's identity of this version is of another signer. */
static void module_not_that_of_its_identity(forge *f)
{
	f->tdx.tcb_info.modules[1].mrsigner[0] = 1;
}

/* -- The quoting enclave -- */

static void qe_report_of_a_stranger(forge *f) { f->tdx.qe_signer = STRANGER(f); }

static void qe_signature_of_zeros(forge *f)
{
	static const uint8_t zeros[64];
	f->tdx.qe_signature = AH_SLICE_OF(zeros);
}

static void qe_report_altered(forge *f)
{
	auth(f)[AH_SIM_TDX_AUTH_QE_REPORT + AH_SIM_QE_CPUSVN] ^= 1;
}

/* The QE vouched for another key: hash of that key, and the attacker's own key signs. */
static void key_exchanged(forge *f)
{
	AH_AUTO(ah_buf) spki = AH_BUF(AH_SIM_PART_MAX);
	FORGE_MUST(ah_private_key_spki(f->sim->tdx_ak, &spki));
	const ah_slice parts[] = { ah_slice_make(spki.ptr + spki.len - 64, 64), ah_buf_slice(&f->tdx.qe_auth) };
	FORGE_MUST(ah_hash(f->sim->crypto, AH_SHA256, parts, 2, f->tdx.qe_report + AH_SIM_QE_REPORT_DATA));
	f->tdx.keep_binding = true;
	f->tdx.ak = f->sim->tdx_signer;
}

static void no_key_vouched_for(forge *f)
{
	f->tdx.keep_binding = true;
}

static void binding_with_a_tail(forge *f)
{
	key_exchanged(f);
	f->tdx.ak = NULL; /* the right key again */
	f->tdx.qe_report[AH_SIM_QE_REPORT_DATA + 63] = 1;
}

static void auth_data_not_vouched_for(forge *f)
{
	auth(f)[AH_SIM_TDX_AUTH_QE_AUTH] ^= 1;
}

static void qe_of_a_stranger(forge *f) { f->tdx.qe_report[AH_SIM_QE_MRSIGNER] ^= 1; }
static void qe_of_a_stranger_in_the_last_byte(forge *f) { f->tdx.qe_report[AH_SIM_QE_MRSIGNER + 31] ^= 1; }
static void qe_of_sgx(forge *f) { ah_sim_put_le16(f->tdx.qe_report + AH_SIM_QE_ISVPRODID, 1); }
static void qe_of_prodid_258(forge *f) { ah_sim_put_le16(f->tdx.qe_report + AH_SIM_QE_ISVPRODID, 258); }
static void qe_with_miscselect(forge *f) { f->tdx.qe_report[AH_SIM_QE_MISCSELECT] = 1; }
static void qe_with_miscselect_in_the_last_byte(forge *f) { f->tdx.qe_report[AH_SIM_QE_MISCSELECT + 3] = 0x80; }
static void qe_with_attributes(forge *f) { f->tdx.qe_report[AH_SIM_QE_ATTRIBUTES + 7] = 1; }
static void qe_without_provision_key(forge *f) { f->tdx.qe_report[AH_SIM_QE_ATTRIBUTES] &= 0xef; }
static void qe_in_debug_mode(forge *f) { f->tdx.qe_report[AH_SIM_QE_ATTRIBUTES] |= 2; }

/* A validly signed identity that would have it. */
static void qe_in_debug_mode_by_identity(forge *f)
{
	qe_in_debug_mode(f);
	f->tdx.qe_identity.attributes_mask[0] &= 0xfd;
}

static void qe_in_debug_mode_without_collateral(forge *f)
{
	qe_in_debug_mode(f);
	genuine_without_collateral(f);
}

static void qe_of_a_stranger_without_collateral(forge *f)
{
	qe_of_a_stranger(f);
	genuine_without_collateral(f);
}

static void qe_of_sgx_without_collateral(forge *f)
{
	qe_of_sgx(f);
	genuine_without_collateral(f);
}

static void rogue_qe(forge *f)
{
	memset(f->tdx.qe_report + AH_SIM_QE_MRSIGNER, 0x66, 32);
	memset(f->tdx.qe_identity.mrsigner, 0x66, 32);
}

static void rogue_qe_with_its_own_identity(forge *f)
{
	rogue_qe(f);
	f->tdx.qe_identity.document.key = STRANGER(f);
}

/* -- The quote's signature -- */

static void quote_of_a_stranger(forge *f)
{
	static const uint8_t ones[64] = { [31] = 1, [63] = 1 };
	f->tdx.signature = AH_SLICE_OF(ones);
}

static void signature_with_r_zero(forge *f)
{
	static const uint8_t r_zero[64] = { [63] = 1 };
	f->tdx.signature = AH_SLICE_OF(r_zero);
}

static void signature_above_the_order(forge *f)
{
	static uint8_t ones[64];
	memset(ones, 0xff, sizeof ones);
	f->tdx.signature = AH_SLICE_OF(ones);
}

/* The QE vouches for it, and it is no point: y is one more. */
static void key_off_the_curve(forge *f)
{
	AH_AUTO(ah_buf) spki = AH_BUF(AH_SIM_PART_MAX);
	FORGE_MUST(ah_private_key_spki(f->sim->tdx_ak, &spki));
	memcpy(f->tdx.attestation_key, spki.ptr + spki.len - 64, 64);
	f->tdx.attestation_key[63] ^= 1;
	f->tdx.keep_attestation_key = true;
}

static void mrconfigid_altered(forge *f)
{
	f->out.evidence.ptr[AH_SIM_TDX_HEADER_LEN + AH_SIM_TDX_MRCONFIGID] ^= 1;
}

static void user_data_altered(forge *f)
{
	f->out.evidence.ptr[AH_SIM_TDX_USER_DATA + 19] ^= 1;
}

/* -- TCB: no level is low enough; genuine-only, since a policy also wants the collateral's answer -- */

static void sgx_component_too_low(forge *f)
{
	f->tdx.pck.components[0] = 4;
	forge_genuine_only(f);
}

/* Component by component, not as one number: the first is far above, the eighth below. */
static void last_component_too_low(forge *f)
{
	f->tdx.pck.components[0] = 200;
	f->tdx.pck.components[7] = 2;
	forge_genuine_only(f);
}

static void pcesvn_too_low(forge *f)
{
	f->tdx.pck.pcesvn = 4;
	forge_genuine_only(f);
}

static void tdx_component_too_low(forge *f)
{
	f->tdx.report[AH_SIM_TDX_TEE_TCB_SVN + 2] = 4;
	forge_genuine_only(f);
}

static void current_component_too_low(forge *f)
{
	version_5(f);
	f->tdx.report[AH_SIM_TDX_TEE_TCB_SVN2 + 2] = 4;
	forge_genuine_only(f);
}

static void module_svn_too_low(forge *f)
{
	f->tdx.report[AH_SIM_TDX_TEE_TCB_SVN] = 1;
	forge_genuine_only(f);
}

static void qe_svn_too_low(forge *f)
{
	ah_sim_put_le16(f->tdx.qe_report + AH_SIM_QE_ISVSVN, 3);
	forge_genuine_only(f);
}

/* -- Event logs -- */

static void digest_of_acpi_changed(forge *f)
{
	f->tdx.events[1].digest[0] ^= 1;
}

static void event_of_rtmr(forge *f, unsigned rtmr)
{
	/* The register of the quote has one event more than the log. */
	f->tdx.report[AH_SIM_TDX_RTMR + 48 * rtmr] ^= 1;
	memcpy(f->rtmrs, f->tdx.report + AH_SIM_TDX_RTMR, sizeof f->rtmrs);
}

static void log_of_another_rtmr0(forge *f) { event_of_rtmr(f, 0); }
static void log_of_another_rtmr1(forge *f) { event_of_rtmr(f, 1); }
static void log_of_another_rtmr2(forge *f) { event_of_rtmr(f, 2); }
static void log_of_another_rtmr3(forge *f) { event_of_rtmr(f, 3); }

static void log_with_ccel_of_another_rtmr0(forge *f)
{
	with_ccel(f);
	event_of_rtmr(f, 0);
}

static void events_reordered(forge *f)
{
	ah_sim_event first = f->tdx.events[0];
	f->tdx.events[0] = f->tdx.events[1];
	f->tdx.events[1] = first;
}

static void event_left_out(forge *f)
{
	f->tdx.event_count--;
}

/* near/mpc #735: an event of the right name, claimed on another register. */
static void event_on_another_register(forge *f)
{
	f->tdx.events[f->tdx.event_count - 1].rtmr = 2;
}

/* The digest replays, the payload beside it is another. */
static void payload_of_the_log_changed(forge *f)
{
	forge_replace(&f->out.event_log_json, AH_SLICE_LITERAL("\"event_payload\":\"616e63686f72686f6c642d73696d756c61746564\""),
	              AH_SLICE_LITERAL("\"event_payload\":\"616e63686f72686f6c642d73696d756c61746566\""));
}

static void name_of_the_log_changed(forge *f)
{
	forge_replace(&f->out.event_log_json, AH_SLICE_LITERAL("\"event\":\"app-id\""), AH_SLICE_LITERAL("\"event\":\"app-ie\""));
}

static void security_name_twice(forge *f)
{
	f->tdx.event_count -= 2; /* boot-mr-done, system-ready */
	FORGE_MUST(ah_sim_tdx_add_event(&f->tdx, 3, AH_SIM_EVENT_RUNTIME, "app-id", ah_slice_text("another")));
	FORGE_MUST(ah_sim_tdx_add_event(&f->tdx, 3, AH_SIM_EVENT_RUNTIME, "boot-mr-done", ah_slice_text("")));
	FORGE_MUST(ah_sim_tdx_replay(&f->tdx));
	memcpy(f->rtmrs, f->tdx.report + AH_SIM_TDX_RTMR, sizeof f->rtmrs);
}

/* The application's own, behind the boundary: it may call its events what it likes. */
static void security_name_behind_the_boundary(forge *f)
{
	FORGE_MUST(ah_sim_tdx_add_event(&f->tdx, 3, AH_SIM_EVENT_RUNTIME, "app-id", ah_slice_text("another")));
	FORGE_MUST(ah_sim_tdx_replay(&f->tdx));
	memcpy(f->rtmrs, f->tdx.report + AH_SIM_TDX_RTMR, sizeof f->rtmrs);
}

static void log_is_no_json(forge *f)
{
	f->out.event_log_json.len--;
}

/* go-attestation GHSA-9r4w-jg96-92mv: vendor bytes of the header taken for events. */
static void ccel_header_claims_vendor_bytes(forge *f)
{
	f->out.event_log_ccel.ptr[32 + 28 + 4] = 1; /* vendorInfoSize */
}

static void ccel_of_another_register(forge *f)
{
	f->out.event_log_ccel.ptr[65] = 9; /* index of the first event */
}

#define T AH_PLATFORM_TDX
#define BASE(name, change) { name, T, AH_CHECK_COUNT, AH_OK, change, NULL, FORGE_ALONE, 0, 0, 0 }
#define CASE(name, check, err, change) { name, T, AH_CHECK_##check, AH_ERR_##err, change, NULL, FORGE_ALONE, 0, 0, 0 }
#define OVERLAPPED(name, check, err, change) { name, T, AH_CHECK_##check, AH_ERR_##err, change, NULL, FORGE_OVERLAPPED, 0, 0, 0 }
#define OVERLAPPED_BY(other, name, check, err, change) \
	{ name, T, AH_CHECK_##check, AH_ERR_##err, change, NULL, FORGE_OVERLAPPED, 0, 0, AH_CHECK_##other }
#define SHAPE(name, err, change) { name, T, AH_CHECK_COUNT, AH_ERR_##err, change, NULL, FORGE_STRUCTURE, 0, 0, 0 }
#define TAMPERED(name, check, err, tamper) { name, T, AH_CHECK_##check, AH_ERR_##err, NULL, tamper, FORGE_ALONE, 0, 0, 0 }
#define TAMPERED_SHAPE(name, err, tamper) { name, T, AH_CHECK_COUNT, AH_ERR_##err, NULL, tamper, FORGE_STRUCTURE, 0, 0, 0 }

const forge_case forge_tdx_cases[] = {
	BASE("tdx_quote_4_is_accepted", NULL),
	BASE("tdx_quote_5_is_accepted", version_5),
	BASE("tdx_quote_5_with_td_report_10_is_accepted", version_5_with_td_report_10),
	BASE("tdx_zero_padding_is_accepted", zero_padding),
	BASE("tdx_zero_padding_of_8192_is_accepted", most_padding),
	BASE("tdx_empty_qe_auth_data_are_accepted", empty_qe_auth),
	BASE("tdx_chain_without_final_nul_is_accepted", no_final_nul),
	BASE("tdx_module_of_version_0_is_accepted", module_version_0),
	BASE("tdx_module_of_version_3_is_accepted", module_version_3),
	BASE("tdx_ccel_is_accepted", with_ccel),
	BASE("tdx_without_event_log_is_accepted", without_event_log),
	BASE("tdx_genuine_only_is_accepted", forge_genuine_only),
	BASE("tdx_genuine_only_without_collateral_is_accepted", genuine_without_collateral),
	BASE("tdx_security_name_behind_the_boundary_is_accepted", security_name_behind_the_boundary),

	CASE("E17_quote_version_6_is_refused", TDX_VERSION, REPORT_VERSION, version_6),
	CASE("E17_quote_version_3_is_refused", TDX_VERSION, REPORT_VERSION, version_3),
	CASE("E17_attestation_key_of_p384_is_refused", TDX_KEY_TYPE, ALGORITHM, key_type_p384),
	CASE("E17_attestation_key_type_0_is_refused", TDX_KEY_TYPE, ALGORITHM, key_type_0),
	CASE("E17_sgx_quote_as_tdx_is_refused", TDX_TEE_TYPE, PLATFORM, tee_type_sgx),
	CASE("tdx_qe_of_another_vendor_is_refused", TDX_VENDOR, FIELD_RANGE, vendor_of_another),
	CASE("tdx_qe_of_another_vendor_in_the_last_byte_is_refused", TDX_VENDOR, FIELD_RANGE, vendor_of_another_in_the_last_byte),
	CASE("P03_qe_svn_in_the_header_is_refused", TDX_HEADER_RESERVED, RESERVED, qe_svn_in_header),
	CASE("P03_pce_svn_in_the_header_is_refused", TDX_HEADER_RESERVED, RESERVED, pce_svn_in_header),
	CASE("E17_sgx_body_is_refused", TDX_BODY_TYPE, PLATFORM, body_of_sgx),
	CASE("E17_td_report_15_ex_is_refused", TDX_BODY_TYPE, PLATFORM, body_of_td_report_15_ex),
	OVERLAPPED("E17_body_of_885_bytes_is_refused", TDX_BODY_TYPE, PLATFORM, body_of_885_bytes),
	SHAPE("E17_body_size_of_another_type_is_refused", FORMAT, body_size_of_another_type),
	SHAPE("E17_body_type_of_another_size_is_refused", FORMAT, body_type_of_another_size),
	CASE("P03_reserved_td_attribute_1_is_refused", TDX_ATTRIBUTE_BITS, RESERVED, attribute_bit_1),
	CASE("P03_reserved_td_attribute_62_is_refused", TDX_ATTRIBUTE_BITS, RESERVED, attribute_bit_62),
	CASE("P03_xfam_without_sse_is_refused", TDX_XFAM_BITS, RESERVED, xfam_without_sse),
	CASE("P03_xfam_bit_63_is_refused", TDX_XFAM_BITS, RESERVED, xfam_bit_63),
	CASE("E17_outer_certification_type_5_is_refused", TDX_CERT_TYPE, CERTIFICATION_TYPE, outer_type_5),
	CASE("E17_inner_certification_type_4_is_refused", TDX_CERT_TYPE, CERTIFICATION_TYPE, inner_type_4),
	CASE("E17_inner_certification_type_3_is_refused", TDX_CERT_TYPE, CERTIFICATION_TYPE, inner_type_3),
	CASE("tdx_padding_of_8193_is_refused", TDX_TRAILING, TRAILING, more_padding),
	TAMPERED("tdx_byte_behind_the_quote_is_refused", TDX_TRAILING, TRAILING, letter_behind),
	TAMPERED("tdx_byte_behind_the_padding_is_refused", TDX_TRAILING, TRAILING, letter_behind_padding),
	TAMPERED_SHAPE("E17_auth_length_beyond_the_end_is_refused", TRUNCATED, auth_longer),
	TAMPERED_SHAPE("E17_auth_length_into_the_padding_is_refused", TRAILING, auth_longer_by_padding),
	TAMPERED_SHAPE("E17_huge_auth_length_is_refused", TRUNCATED, auth_huge),
	TAMPERED_SHAPE("E17_huge_outer_length_is_refused", TRUNCATED, outer_len_huge),
	TAMPERED_SHAPE("E17_shorter_outer_length_is_refused", TRAILING, outer_len_shorter),
	TAMPERED_SHAPE("E17_huge_inner_length_is_refused", TRUNCATED, inner_len_huge),
	TAMPERED_SHAPE("E17_shorter_inner_length_is_refused", TRAILING, inner_len_shorter),
	TAMPERED_SHAPE("E17_huge_qe_auth_length_is_refused", TOO_LARGE, qe_auth_len_huge),
	TAMPERED_SHAPE("E17_cut_quote_is_refused", TRUNCATED, quote_cut),
	SHAPE("E18_two_certificates_are_refused", CHAIN, two_certificates),
	SHAPE("E18_four_certificates_are_refused", CHAIN, four_certificates),
	SHAPE("E18_no_certificate_is_refused", CERT_MALFORMED, certification_without_pem),
	SHAPE("E18_der_in_place_of_pem_is_refused", CERT_MALFORMED, der_in_place_of_pem),

	OVERLAPPED_BY(TDX_QE_IDENTITY, "E01_rogue_qe_with_its_own_identity_is_refused", COLLATERAL_QE_IDENTITY, QE_IDENTITY_SIGNATURE,
	              rogue_qe_with_its_own_identity),

	CASE("tdx_pck_without_ppid_is_refused", TDX_PCK, PCK_EXTENSION, ppid_missing),
	CASE("tdx_pck_without_pceid_is_refused", TDX_PCK, PCK_EXTENSION, pceid_missing),
	OVERLAPPED_BY(TDX_FMSPC, "tdx_pck_without_fmspc_is_refused", TDX_PCK, PCK_EXTENSION, fmspc_missing),
	CASE("tdx_pck_without_sgx_type_is_refused", TDX_PCK, PCK_EXTENSION, sgx_type_missing),
	OVERLAPPED("tdx_pck_without_tcb_is_refused", TDX_PCK, PCK_EXTENSION, tcb_missing),
	CASE("tdx_pck_without_cpusvn_is_refused", TDX_PCK, PCK_EXTENSION, cpusvn_missing),
	CASE("tdx_pck_without_a_component_is_refused", TDX_PCK, PCK_EXTENSION, component_missing),
	OVERLAPPED("tdx_pck_component_256_is_refused", TDX_PCK, PCK_EXTENSION, component_256),
	CASE("tdx_pck_sgx_type_3_is_refused", TDX_PCK, PCK_EXTENSION, sgx_type_3),
	CASE("tdx_pck_boolean_01_is_refused", TDX_PCK, PCK_EXTENSION, odd_boolean),
	CASE("tdx_pck_sgx_type_twice_is_refused", TDX_PCK, PCK_EXTENSION, sgx_type_twice),
	OVERLAPPED("tdx_pck_without_extension_is_refused", TDX_PCK, PCK_EXTENSION, extension_missing),
	CASE("tdx_tcb_info_of_another_platform_is_refused", TDX_FMSPC, FMSPC_MISMATCH, tcb_info_of_another_platform),
	CASE("tdx_tcb_info_of_another_pce_is_refused", TDX_FMSPC, FMSPC_MISMATCH, tcb_info_of_another_pce),
	CASE("E03_module_of_a_stranger_is_refused", TDX_MODULE, TDX_MODULE, module_of_a_stranger),
	CASE("E03_module_of_a_stranger_is_refused_without_collateral", TDX_MODULE, TDX_MODULE, module_of_a_stranger_without_collateral),
	CASE("E03_module_with_attributes_is_refused", TDX_MODULE, TDX_MODULE, module_with_attributes),
	CASE("E03_module_of_an_unknown_version_is_refused", TDX_MODULE, TDX_MODULE, module_of_another_version),
	CASE("E03_current_module_of_an_unknown_version_is_refused", TDX_MODULE, TDX_MODULE, current_module_of_another_version),
	CASE("E03_module_of_another_identity_is_refused", TDX_MODULE, TDX_MODULE, module_not_that_of_its_identity),

	CASE("E01_qe_report_signed_by_a_stranger_is_refused", TDX_QE_SIGNATURE, QE_REPORT_SIGNATURE, qe_report_of_a_stranger),
	CASE("E01_qe_report_with_a_signature_of_zeros_is_refused", TDX_QE_SIGNATURE, QE_REPORT_SIGNATURE, qe_signature_of_zeros),
	TAMPERED("E01_altered_qe_report_is_refused", TDX_QE_SIGNATURE, QE_REPORT_SIGNATURE, qe_report_altered),
	CASE("E02_exchanged_attestation_key_is_refused", TDX_AK_BINDING, AK_BINDING, key_exchanged),
	CASE("E02_qe_report_that_vouches_for_nothing_is_refused", TDX_AK_BINDING, AK_BINDING, no_key_vouched_for),
	CASE("E02_byte_behind_the_digest_is_refused", TDX_AK_BINDING, AK_BINDING, binding_with_a_tail),
	TAMPERED("E02_altered_qe_auth_data_are_refused", TDX_AK_BINDING, AK_BINDING, auth_data_not_vouched_for),
	CASE("E01_qe_of_a_stranger_is_refused", TDX_QE_IDENTITY, QE_IDENTITY_MISMATCH, qe_of_a_stranger),
	CASE("E01_qe_of_a_stranger_in_the_last_byte_is_refused", TDX_QE_IDENTITY, QE_IDENTITY_MISMATCH, qe_of_a_stranger_in_the_last_byte),
	CASE("E01_qe_of_a_stranger_is_refused_without_collateral", TDX_QE_IDENTITY, QE_IDENTITY_MISMATCH, qe_of_a_stranger_without_collateral),
	CASE("E01_rogue_qe_with_a_signed_identity_is_refused", TDX_QE_IDENTITY, QE_IDENTITY_MISMATCH, rogue_qe),
	CASE("E01_qe_of_sgx_is_refused", TDX_QE_IDENTITY, QE_IDENTITY_MISMATCH, qe_of_sgx),
	CASE("E01_qe_of_sgx_is_refused_without_collateral", TDX_QE_IDENTITY, QE_IDENTITY_MISMATCH, qe_of_sgx_without_collateral),
	CASE("E01_qe_of_isvprodid_258_is_refused", TDX_QE_IDENTITY, QE_IDENTITY_MISMATCH, qe_of_prodid_258),
	CASE("E01_qe_with_miscselect_is_refused", TDX_QE_IDENTITY, QE_IDENTITY_MISMATCH, qe_with_miscselect),
	CASE("E01_qe_with_miscselect_in_the_last_byte_is_refused", TDX_QE_IDENTITY, QE_IDENTITY_MISMATCH, qe_with_miscselect_in_the_last_byte),
	CASE("E01_qe_with_an_unknown_attribute_is_refused", TDX_QE_IDENTITY, QE_IDENTITY_MISMATCH, qe_with_attributes),
	CASE("E01_qe_without_a_demanded_attribute_is_refused", TDX_QE_IDENTITY, QE_IDENTITY_MISMATCH, qe_without_provision_key),
	CASE("P01_qe_in_debug_mode_is_refused", TDX_QE_IDENTITY, QE_IDENTITY_MISMATCH, qe_in_debug_mode),
	CASE("P01_qe_in_debug_mode_is_refused_whatever_the_identity", TDX_QE_IDENTITY, QE_IDENTITY_MISMATCH, qe_in_debug_mode_by_identity),
	CASE("P01_qe_in_debug_mode_is_refused_without_collateral", TDX_QE_IDENTITY, QE_IDENTITY_MISMATCH, qe_in_debug_mode_without_collateral),
	CASE("tdx_quote_of_another_key_is_refused", TDX_SIGNATURE, SIGNATURE, quote_of_a_stranger),
	CASE("tdx_signature_with_r_zero_is_refused", TDX_SIGNATURE, SIGNATURE, signature_with_r_zero),
	CASE("tdx_signature_above_the_order_is_refused", TDX_SIGNATURE, SIGNATURE, signature_above_the_order),
	CASE("E02_attestation_key_off_the_curve_is_refused", TDX_SIGNATURE, SIGNATURE, key_off_the_curve),
	TAMPERED("tdx_altered_mrconfigid_is_refused", TDX_SIGNATURE, SIGNATURE, mrconfigid_altered),
	TAMPERED("tdx_altered_user_data_are_refused", TDX_SIGNATURE, SIGNATURE, user_data_altered),

	CASE("E04_sgx_component_below_every_level_is_refused", TDX_TCB_LEVEL, TCB_UNSUPPORTED, sgx_component_too_low),
	CASE("E04_eighth_component_below_every_level_is_refused", TDX_TCB_LEVEL, TCB_UNSUPPORTED, last_component_too_low),
	CASE("E04_pcesvn_below_every_level_is_refused", TDX_TCB_LEVEL, TCB_UNSUPPORTED, pcesvn_too_low),
	CASE("E04_tdx_component_below_every_level_is_refused", TDX_TCB_LEVEL, TCB_UNSUPPORTED, tdx_component_too_low),
	CASE("E04_current_component_below_every_level_is_refused", TDX_TCB_LEVEL, TCB_UNSUPPORTED, current_component_too_low),
	CASE("E03_module_below_every_level_is_refused", TDX_TCB_LEVEL, TCB_UNSUPPORTED, module_svn_too_low),
	CASE("E01_qe_below_every_level_is_refused", TDX_TCB_LEVEL, TCB_UNSUPPORTED, qe_svn_too_low),

	CASE("P08_other_acpi_digest_is_refused", TDX_EVENT_LOG, EVENT_LOG, digest_of_acpi_changed),
	CASE("E16_log_of_another_rtmr0_is_refused", TDX_EVENT_LOG, EVENT_LOG, log_of_another_rtmr0),
	CASE("E16_log_of_another_rtmr1_is_refused", TDX_EVENT_LOG, EVENT_LOG, log_of_another_rtmr1),
	CASE("E16_log_of_another_rtmr2_is_refused", TDX_EVENT_LOG, EVENT_LOG, log_of_another_rtmr2),
	CASE("E16_log_of_another_rtmr3_is_refused", TDX_EVENT_LOG, EVENT_LOG, log_of_another_rtmr3),
	CASE("E16_ccel_of_another_rtmr0_is_refused", TDX_EVENT_LOG, EVENT_LOG, log_with_ccel_of_another_rtmr0),
	CASE("E16_reordered_events_are_refused", TDX_EVENT_LOG, EVENT_LOG, events_reordered),
	CASE("E15_log_that_leaves_out_an_event_is_refused", TDX_EVENT_LOG, EVENT_LOG, event_left_out),
	CASE("E16_event_on_another_register_is_refused", TDX_EVENT_LOG, EVENT_LOG, event_on_another_register),
	CASE("E16_security_name_twice_is_refused", TDX_EVENT_LOG, EVENT_LOG, security_name_twice),
	TAMPERED_SHAPE("E16_payload_of_another_digest_is_refused", EVENT_LOG_MALFORMED, payload_of_the_log_changed),
	TAMPERED_SHAPE("E16_name_of_another_digest_is_refused", EVENT_LOG_MALFORMED, name_of_the_log_changed),
	TAMPERED_SHAPE("E16_cut_log_is_refused", EVENT_LOG_MALFORMED, log_is_no_json),
	{ "E16_ccel_header_with_vendor_bytes_is_refused", T, AH_CHECK_COUNT, AH_ERR_EVENT_LOG_MALFORMED, with_ccel, ccel_header_claims_vendor_bytes,
	  FORGE_STRUCTURE, 0, 0, 0 },
	{ "E16_ccel_of_an_unknown_register_is_refused", T, AH_CHECK_COUNT, AH_ERR_EVENT_LOG_MALFORMED, with_ccel, ccel_of_another_register,
	  FORGE_STRUCTURE, 0, 0, 0 },
};
const size_t forge_tdx_case_count = sizeof forge_tdx_cases / sizeof forge_tdx_cases[0];
