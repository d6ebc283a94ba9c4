/* See pck.h. Intel "PCK Certificate and Certificate Revocation List Profile", 1.3.5: SEQUENCE OF SEQUENCE { OID, value }. */
#include "platforms/tdx/pck.h"

#include "base/fault.h"
#include "codec/der.h"

/* 1.2.840.113741.1.13.1; one number follows in each member, and one more in the members of TCB and Configuration. */
#define SGX_ARC "\x2a\x86\x48\x86\xf8\x4d\x01\x0d\x01"
#define OID_SGX AH_SLICE_LITERAL(SGX_ARC)

enum { PPID = 1, TCB, PCEID, FMSPC, SGX_TYPE, PLATFORM_INSTANCE_ID, CONFIGURATION };
enum { TCB_PCESVN = 17, TCB_CPUSVN = 18 }; /* 1 to 16 are the components */
#define CONFIGURATION_LAST 3
#define SGX_TYPE_LAST      2

#define BIT(n) (UINT32_C(1) << (n))
#define ALL_MEMBERS (BIT(PPID) | BIT(TCB) | BIT(PCEID) | BIT(FMSPC) | BIT(SGX_TYPE)) /* the last two are of the Platform CA alone */
#define ALL_OF_TCB  (BIT(TCB_CPUSVN + 1) - BIT(1))

static void note(ah_tdx_pck *pck, const char *defect)
{
	if (pck->defect == NULL)
		pck->defect = defect;
}

/* The number that follows the arc; 0 for any other OID. */
static unsigned number_below(ah_slice oid, ah_slice arc)
{
	if (oid.len != arc.len + 1 || !ah_slice_is(ah_slice_sub(oid, 0, arc.len), arc) || oid.ptr[arc.len] > 0x7f)
		return 0;
	return oid.ptr[arc.len];
}

static bool once(uint32_t *seen, unsigned number)
{
	bool first = (*seen & BIT(number)) == 0;
	*seen |= BIT(number);
	return first;
}

/* An OCTET STRING of exactly len bytes. */
static void read_octets(ah_tdx_pck *pck, uint8_t *out, size_t len, ah_reader *r, const char *defect)
{
	ah_slice octets = ah_der_expect(r, AH_DER_OCTET_STRING);
	if (r->err != AH_OK || octets.len != len) {
		note(pck, defect);
		return;
	}
	memcpy(out, octets.ptr, len);
}

/* An INTEGER in full: 255 is 02 02 00 ff. */
static uint16_t read_svn(ah_tdx_pck *pck, uint16_t max, ah_reader *r)
{
	uint64_t svn = ah_der_uint(r, max);
	if (r->err != AH_OK)
		note(pck, "an SVN is no INTEGER in range");
	return r->err == AH_OK ? (uint16_t)svn : 0;
}

static void read_tcb_member(ah_tdx_pck *pck, unsigned number, ah_reader *r)
{
	if (number == TCB_CPUSVN)
		read_octets(pck, pck->cpusvn, sizeof pck->cpusvn, r, "CPUSVN is no OCTET STRING of 16 bytes");
	else if (number == TCB_PCESVN)
		pck->pcesvn = read_svn(pck, UINT16_MAX, r);
	else
		pck->components[number - 1] = (uint8_t)read_svn(pck, UINT8_MAX, r);
}

static void read_tcb(ah_tdx_pck *pck, ah_reader *r)
{
	uint32_t seen = 0;
	ah_reader list = ah_der_enter(r, AH_DER_SEQUENCE);
	while (!ah_der_at_end(&list)) {
		ah_reader member = ah_der_enter(&list, AH_DER_SEQUENCE);
		unsigned number = number_below(ah_der_oid(&member), AH_SLICE_LITERAL(SGX_ARC "\x02"));
		if (number < 1 || number > TCB_CPUSVN) {
			note(pck, "an unknown member of TCB");
			ah_reader_fail(&member, AH_ERR_FORMAT);
		} else if (!once(&seen, number)) {
			note(pck, "a member of TCB twice");
			ah_reader_fail(&member, AH_ERR_FORMAT);
		} else {
			read_tcb_member(pck, number, &member);
		}
		ah_der_leave(&list, &member);
	}
	ah_der_leave(r, &list);
	if (seen != ALL_OF_TCB)
		note(pck, "TCB does not have all of its 18 members");
}

static void read_sgx_type(ah_tdx_pck *pck, ah_reader *r)
{
	ah_slice value = ah_der_expect(r, AH_DER_ENUMERATED);
	if (r->err != AH_OK || value.len != 1 || value.ptr[0] > SGX_TYPE_LAST)
		note(pck, "SGX Type is none of 0, 1, 2");
	else
		pck->sgx_type = value.ptr[0];
}

/* dynamicPlatform, cachedKeys, SMTEnabled: nothing here depends on them, so only their form is read. */
static void read_configuration(ah_tdx_pck *pck, ah_reader *r)
{
	uint32_t seen = 0;
	ah_reader list = ah_der_enter(r, AH_DER_SEQUENCE);
	while (!ah_der_at_end(&list)) {
		ah_reader member = ah_der_enter(&list, AH_DER_SEQUENCE);
		unsigned number = number_below(ah_der_oid(&member), AH_SLICE_LITERAL(SGX_ARC "\x07"));
		(void)ah_der_boolean(&member);
		if (member.err != AH_OK || number < 1 || number > CONFIGURATION_LAST || !once(&seen, number))
			note(pck, "Configuration has something other than its three BOOLEANs");
		ah_der_leave(&list, &member);
	}
	ah_der_leave(r, &list);
}

static void read_member(ah_tdx_pck *pck, uint32_t *seen, ah_reader *r)
{
	unsigned number = number_below(ah_der_oid(r), OID_SGX);
	if (number >= PPID && number <= CONFIGURATION && !once(seen, number)) {
		note(pck, "a member of the SGX extension twice");
		ah_reader_fail(r, AH_ERR_FORMAT);
		return;
	}
	switch (number) {
	case PPID: read_octets(pck, pck->ppid, sizeof pck->ppid, r, "PPID is no OCTET STRING of 16 bytes"); break;
	case TCB: read_tcb(pck, r); break;
	case PCEID: read_octets(pck, pck->pceid, sizeof pck->pceid, r, "PCEID is no OCTET STRING of 2 bytes"); break;
	case FMSPC: read_octets(pck, pck->fmspc, sizeof pck->fmspc, r, "FMSPC is no OCTET STRING of 6 bytes"); break;
	case SGX_TYPE: read_sgx_type(pck, r); break;
	case PLATFORM_INSTANCE_ID:
		read_octets(pck, pck->platform_instance_id, sizeof pck->platform_instance_id, r, "PlatformInstanceID is no OCTET STRING of 16 bytes");
		pck->has_platform_instance_id = true;
		break;
	case CONFIGURATION: read_configuration(pck, r); break;
	default: (void)ah_der_any(r); break; /* Intel signs what this version does not know; nothing here depends on it */
	}
}

void ah_tdx_pck_decode(ah_tdx_pck *out, const ah_cert *leaf)
{
	ah_tdx_pck pck = { 0 };
	ah_slice value = { NULL, 0 };
	bool critical;
	uint32_t seen = 0;
	if (!ah_cert_extension(leaf, OID_SGX, &value, &critical))
		note(&pck, "the certificate has no SGX extension");
	ah_reader r = { .in = value };
	ah_reader list = ah_der_enter(&r, AH_DER_SEQUENCE);
	while (!ah_der_at_end(&list)) {
		ah_reader member = ah_der_enter(&list, AH_DER_SEQUENCE);
		read_member(&pck, &seen, &member);
		ah_der_leave(&list, &member);
	}
	ah_der_leave(&r, &list);
	if (ah_reader_finish(&r) != AH_OK)
		note(&pck, "the SGX extension is no DER of its form");
	if ((seen & ALL_MEMBERS) != ALL_MEMBERS)
		note(&pck, "PPID, TCB, PCEID, FMSPC or SGX Type is missing");
	*out = pck;
}

ah_err ah_tdx_pck_read(ah_tdx_pck *out, const ah_cert *leaf, ah_fault *why)
{
	ah_tdx_pck pck;
	ah_tdx_pck_decode(&pck, leaf);
	if (pck.defect != NULL)
		return ah_fault_set(why, AH_ERR_PCK_EXTENSION, "tdx.pck_extension", "%s", pck.defect);
	*out = pck;
	return AH_OK;
}
