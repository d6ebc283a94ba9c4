/* See sim_tdx.h: certificates and CRLs. Intel "SGX PCK Certificate and Certificate Revocation List Profile". */
#include "attesters/sim_tdx.h"

#include "base/fault.h"
#include "base/limits.h"
#include "codec/der.h"
#include "pki/oid.h"

#define DAY_S  86400
#define YEAR_S ((int64_t)365 * DAY_S)

/* Intel's own dates: the root from 2018-05-21T10:45:10Z to 2049-12-31T23:59:59Z, the Platform CA from 10:50:10Z for 15 years. */
#define ROOT_NOT_BEFORE_S INT64_C(1526899510)
#define ROOT_NOT_AFTER_S  INT64_C(2524607999)
#define CA_NOT_BEFORE_S   INT64_C(1526899810)
#define CA_NOT_AFTER_S    INT64_C(2000285410)
/* The TCB signing certificate of 2025: from 2025-05-06T09:25:00Z, seven years. */
#define SIGNER_NOT_BEFORE_S INT64_C(1746523500)
#define SIGNER_NOT_AFTER_S  INT64_C(1967448300)

/* 1.2.840.113741.1.13.1 */
#define SGX_ARC "\x2a\x86\x48\x86\xf8\x4d\x01\x0d\x01"
enum { PPID = 1, TCB, PCEID, FMSPC, SGX_TYPE, PLATFORM_INSTANCE_ID, CONFIGURATION };

#define ROOT_URL     "https://certificates.trustedservices.intel.com/IntelSGXRootCA.der"
#define PLATFORM_URL "https://api.trustedservices.intel.com/sgx/certification/v4/pckcrl?ca=platform&encoding=der"

static ah_err put_intel_name(ah_buf *out, const char *cn)
{
	const ah_mint_attribute name[] = {
		{ AH_OID_COMMON_NAME, cn, 0 }, { AH_OID_ORGANIZATION, "Intel Corporation", 0 }, { AH_OID_LOCALITY, "Santa Clara", 0 },
		{ AH_OID_STATE, "CA", 0 }, { AH_OID_COUNTRY, "US", AH_DER_PRINTABLE_STRING },
	};
	return ah_mint_put_name(out, name, sizeof name / sizeof name[0]);
}

/* -- Certificates: the extensions in Intel's order -- */

typedef struct certificate_facts {
	const char *name, *crl_url;
	const ah_private_key *issuer;
	bool is_ca;
	int path_len;
	uint16_t key_usage;
} certificate_facts;

static ah_err fill(ah_sim_cert *cert, ah_sim *sim, const ah_private_key *key, int64_t not_before_s, int64_t not_after_s, const certificate_facts *of)
{
	AH_TRY(ah_sim_cert_basics(cert, key, not_before_s, not_after_s));
	AH_TRY(put_intel_name(&cert->subject, of->name));
	AH_TRY(ah_sim_put_authority_key_id(&cert->extensions, sim->crypto, of->issuer));
	AH_TRY(ah_mint_put_crl_distribution_point(&cert->extensions, of->crl_url));
	AH_TRY(ah_sim_put_subject_key_id(&cert->extensions, sim->crypto, key));
	AH_TRY(ah_mint_put_key_usage(&cert->extensions, true, of->key_usage));
	return ah_mint_put_basic_constraints(&cert->extensions, of->is_ca, of->path_len);
}

static ah_err fill_root(ah_sim_cert *cert, ah_sim *sim)
{
	const certificate_facts of = { "Intel SGX Root CA", ROOT_URL, sim->tdx_root, true, 1, AH_KU_KEY_CERT_SIGN | AH_KU_CRL_SIGN };
	return fill(cert, sim, sim->tdx_root, ROOT_NOT_BEFORE_S, ROOT_NOT_AFTER_S, &of);
}

ah_err ah_sim_tdx_root(ah_sim *sim, ah_buf *der)
{
	AH_AUTO(ah_sim_chain) chain;
	ah_sim_chain_init(&chain, 1);
	AH_TRY(fill_root(&chain.cert[0], sim));
	AH_TRY(ah_sim_chain_issue(&chain));
	return ah_buf_append(der, ah_buf_slice(&chain.cert[0].der));
}

/* The root as it is in the directory; its other parts are there for who issues it anew. */
static ah_err fill_existing_root(ah_sim_cert *cert, ah_sim *sim)
{
	AH_TRY(fill_root(cert, sim));
	return ah_sim_part_set(&cert->der, ah_buf_slice(&sim->tdx_root_der));
}

static ah_err fill_chain(ah_sim_chain *chain, ah_sim *sim, int64_t at_s)
{
	const certificate_facts ca = { "Intel SGX PCK Platform CA", ROOT_URL, sim->tdx_root, true, 0, AH_KU_KEY_CERT_SIGN | AH_KU_CRL_SIGN };
	const certificate_facts leaf = { "Intel SGX PCK Certificate", PLATFORM_URL, sim->tdx_ca, false, -1, AH_KU_DIGITAL_SIGNATURE | AH_KU_NON_REPUDIATION };
	AH_TRY(fill_existing_root(&chain->cert[AH_SIM_TDX_ROOT], sim));
	AH_TRY(fill(&chain->cert[AH_SIM_TDX_CA], sim, sim->tdx_ca, CA_NOT_BEFORE_S, CA_NOT_AFTER_S, &ca));
	return fill(&chain->cert[AH_SIM_TDX_LEAF], sim, sim->tdx_pck, at_s - DAY_S, at_s - DAY_S + 7 * YEAR_S, &leaf);
}

static ah_err fill_signing(ah_sim_chain *chain, ah_sim *sim)
{
	const certificate_facts signer = { "Intel SGX TCB Signing", ROOT_URL, sim->tdx_root, false, -1, AH_KU_DIGITAL_SIGNATURE | AH_KU_NON_REPUDIATION };
	AH_TRY(fill_existing_root(&chain->cert[AH_SIM_TDX_ROOT], sim));
	return fill(&chain->cert[AH_SIM_TDX_SIGNER], sim, sim->tdx_signer, SIGNER_NOT_BEFORE_S, SIGNER_NOT_AFTER_S, &signer);
}

/* One directory is one platform: its ids are made from the key of its PCK certificate. */
static ah_err fill_pck(ah_sim_pck *pck, ah_sim *sim)
{
	static const uint8_t svns[16] = { 7, 7, 2, 2, 4, 1, 0, 5 }, fmspc[6] = { 0x50, 0x80, 0x6f, 0x00, 0x00, 0x00 };
	AH_AUTO(ah_buf) spki = AH_BUF(AH_SIM_PART_MAX);
	uint8_t digest[AH_SHA256_LEN];
	AH_TRY(ah_private_key_spki(sim->tdx_pck, &spki));
	AH_TRY(ah_sha256(sim->crypto, ah_buf_slice(&spki), digest));
	memcpy(pck->ppid, digest, sizeof pck->ppid);
	memcpy(pck->platform_instance_id, digest + sizeof pck->ppid, sizeof pck->platform_instance_id);
	memcpy(pck->fmspc, fmspc, sizeof fmspc);
	memcpy(pck->cpusvn, svns, sizeof svns);
	for (size_t i = 0; i < sizeof svns; i++)
		pck->components[i] = svns[i];
	pck->pcesvn = 13;
	pck->sgx_type = 1;
	return AH_OK;
}

/* -- The SGX extension -- */

static ah_err begin_member(ah_buf *out, ah_slice arcs, ah_der_mark *member)
{
	AH_AUTO(ah_buf) oid = AH_BUF(32);
	AH_TRY(ah_buf_append(&oid, AH_SLICE_LITERAL(SGX_ARC)));
	AH_TRY(ah_buf_append(&oid, arcs));
	AH_TRY(ah_der_begin(out, AH_DER_SEQUENCE, member));
	return ah_der_put(out, AH_DER_OID, ah_buf_slice(&oid));
}

static ah_err put_member(ah_buf *out, ah_slice arcs, uint8_t tag, ah_slice content)
{
	ah_der_mark member;
	AH_TRY(begin_member(out, arcs, &member));
	AH_TRY(ah_der_put(out, tag, content));
	return ah_der_end(out, member);
}

static ah_err put_octets(ah_buf *out, const ah_sim_pck *pck, uint8_t arc, ah_slice content)
{
	if ((pck->omit & AH_SIM_PCK_OMIT(arc)) != 0)
		return AH_OK;
	return put_member(out, ah_slice_make(&arc, 1), AH_DER_OCTET_STRING, content);
}

static ah_err put_svn(ah_buf *out, const ah_sim_pck *pck, uint8_t arc, uint64_t svn)
{
	const uint8_t arcs[] = { TCB, arc };
	ah_der_mark member;
	if ((pck->omit_tcb & AH_SIM_PCK_OMIT(arc)) != 0)
		return AH_OK;
	AH_TRY(begin_member(out, AH_SLICE_OF(arcs), &member));
	AH_TRY(ah_der_put_uint(out, svn));
	return ah_der_end(out, member);
}

static ah_err put_tcb(ah_buf *out, const ah_sim_pck *pck)
{
	static const uint8_t tcb[] = { TCB }, cpusvn[] = { TCB, 18 };
	ah_der_mark member, list;
	if ((pck->omit & AH_SIM_PCK_OMIT(TCB)) != 0)
		return AH_OK;
	AH_TRY(begin_member(out, AH_SLICE_OF(tcb), &member));
	AH_TRY(ah_der_begin(out, AH_DER_SEQUENCE, &list));
	for (uint8_t i = 0; i < 16; i++)
		AH_TRY(put_svn(out, pck, (uint8_t)(i + 1), pck->components[i]));
	AH_TRY(put_svn(out, pck, 17, pck->pcesvn));
	if ((pck->omit_tcb & AH_SIM_PCK_OMIT(18)) == 0)
		AH_TRY(put_member(out, AH_SLICE_OF(cpusvn), AH_DER_OCTET_STRING, AH_SLICE_OF(pck->cpusvn)));
	AH_TRY(ah_der_end(out, list));
	return ah_der_end(out, member);
}

/* dynamicPlatform, cachedKeys, SMTEnabled. */
static ah_err put_configuration(ah_buf *out, const ah_sim_pck *pck)
{
	static const uint8_t arc = CONFIGURATION;
	ah_der_mark member, list;
	if ((pck->omit & AH_SIM_PCK_OMIT(CONFIGURATION)) != 0)
		return AH_OK;
	AH_TRY(begin_member(out, ah_slice_make(&arc, 1), &member));
	AH_TRY(ah_der_begin(out, AH_DER_SEQUENCE, &list));
	for (uint8_t i = 1; i <= 3; i++) {
		const uint8_t arcs[] = { CONFIGURATION, i };
		AH_TRY(put_member(out, AH_SLICE_OF(arcs), AH_DER_BOOLEAN, AH_SLICE_LITERAL("\xff")));
	}
	AH_TRY(ah_der_end(out, list));
	return ah_der_end(out, member);
}

static ah_err put_members(ah_buf *out, const ah_sim_pck *pck)
{
	static const uint8_t type_arc = SGX_TYPE;
	ah_der_mark list;
	AH_TRY(ah_der_begin(out, AH_DER_SEQUENCE, &list));
	AH_TRY(put_octets(out, pck, PPID, AH_SLICE_OF(pck->ppid)));
	AH_TRY(put_tcb(out, pck));
	AH_TRY(put_octets(out, pck, PCEID, AH_SLICE_OF(pck->pceid)));
	AH_TRY(put_octets(out, pck, FMSPC, AH_SLICE_OF(pck->fmspc)));
	if ((pck->omit & AH_SIM_PCK_OMIT(SGX_TYPE)) == 0)
		AH_TRY(put_member(out, ah_slice_make(&type_arc, 1), AH_DER_ENUMERATED, ah_slice_make(&pck->sgx_type, 1)));
	AH_TRY(put_octets(out, pck, PLATFORM_INSTANCE_ID, AH_SLICE_OF(pck->platform_instance_id)));
	AH_TRY(put_configuration(out, pck));
	return ah_der_end(out, list);
}

static ah_err put_sgx_extension(ah_buf *list, const ah_sim_pck *pck)
{
	AH_AUTO(ah_buf) value = AH_BUF(AH_SIM_PART_MAX);
	AH_TRY(put_members(&value, pck));
	if (pck->patch != NULL)
		AH_TRY(pck->patch(&value, pck->patch_context));
	if (value.len == 0)
		return AH_OK; /* a forge took the whole extension away */
	return ah_mint_put_extension(list, AH_SLICE_LITERAL(SGX_ARC), false, ah_buf_slice(&value));
}

ah_err ah__sim_tdx_issue_chains(ah_sim_tdx *spec)
{
	ah_sim_cert *leaf = &spec->chain.cert[AH_SIM_TDX_LEAF];
	if (leaf->der.len == 0)
		AH_TRY(put_sgx_extension(&leaf->extensions, &spec->pck));
	AH_TRY(ah_sim_chain_issue(&spec->chain));
	AH_TRY(ah_sim_chain_issue(&spec->signing));
	AH_TRY(ah_sim_chain_issue(&spec->qe_signing));
	return ah_sim_chain_issue(&spec->crl_chain);
}

/* -- CRLs -- */

/* Intel's lists name platforms whose keys were compromised: one of them, that is nobody's here. */
static ah_err put_compromised(ah_buf *revoked, int64_t at_s)
{
	uint8_t serial[20];
	AH_AUTO(ah_buf) extensions = AH_BUF(64);
	AH_TRY(ah_random(serial, sizeof serial));
	serial[0] |= 0x40;
	AH_TRY(ah_mint_put_extension(&extensions, AH_OID_REASON_CODE, false, AH_SLICE_LITERAL("\x0a\x01\x01"))); /* keyCompromise */
	return ah_mint_put_revoked(revoked, AH_SLICE_OF(serial), at_s - 30 * DAY_S, ah_buf_slice(&extensions));
}

static ah_err fill_crl(ah_sim_crl *crl, ah_sim *sim, const ah_private_key *issuer, int64_t from_s, int64_t life_s)
{
	crl->mint.this_update_s = from_s;
	crl->mint.next_update_s = from_s + life_s;
	AH_TRY(ah_mint_put_crl_number(&crl->extensions, 1));
	return ah_sim_put_authority_key_id(&crl->extensions, sim->crypto, issuer);
}

ah_err ah__sim_tdx_issue_crl(ah_buf *der, const ah_sim_crl *spec, const ah_sim_cert *ca)
{
	ah_mint_crl crl = spec->mint;
	crl.issuer = spec->issuer.len != 0 ? ah_buf_slice(&spec->issuer) : ah_buf_slice(&ca->subject);
	crl.revoked = ah_buf_slice(&spec->revoked);
	crl.extensions = ah_buf_slice(&spec->extensions);
	if (crl.signing.key == NULL)
		crl.signing.key = ca->key;
	if (crl.signing.sig_alg == AH_SIG_NONE)
		crl.signing.sig_alg = AH_SIG_ECDSA_SHA256;
	return ah_mint_crl_issue(der, &crl);
}

ah_err ah__sim_tdx_fill_pki(ah_sim_tdx *spec, int64_t at_s)
{
	ah_sim *sim = spec->sim;
	AH_TRY(fill_chain(&spec->chain, sim, at_s));
	AH_TRY(fill_signing(&spec->signing, sim));
	AH_TRY(fill_pck(&spec->pck, sim));
	AH_TRY(fill_crl(&spec->root_crl, sim, sim->tdx_root, at_s - DAY_S, 380 * DAY_S));
	AH_TRY(fill_crl(&spec->pck_crl, sim, sim->tdx_ca, at_s - DAY_S, 30 * DAY_S));
	return put_compromised(&spec->pck_crl.revoked, at_s);
}
