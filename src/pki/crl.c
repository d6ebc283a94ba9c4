/* See crl.h. RFC 5280 5.1 field by field; read like cert.c. */
#include "pki/crl.h"

#include "base/fault.h"
#include "pki/oid.h"
#include "pki/x509.h"

/* RFC 5280 5.3.1: 0..10 without 7; 8, removeFromCRL, belongs in delta CRLs. */
#define REASON_MAX             10
#define REASON_UNUSED          7
#define REASON_REMOVE_FROM_CRL 8

static void read_reason(ah_reader *value, const char **what)
{
	ah_slice reason = ah_der_expect(value, AH_DER_ENUMERATED);
	if (reason.len != 1 || reason.ptr[0] > REASON_MAX || reason.ptr[0] == REASON_UNUSED || reason.ptr[0] == REASON_REMOVE_FROM_CRL)
		ah__x509_refuse(value, AH_ERR_FIELD_RANGE, what, "reasonCode out of range");
}

/*
 * crlEntryExtensions. certificateIssuer makes an entry speak of another CA's certificate (an indirect CRL); like every other critical
 * extension it is refused, and it is refused when it is not marked critical as well.
 */
static void read_entry_extensions(ah_reader *entry, const char **what)
{
	ah__oid_set oids = { .count = 0 };
	ah_reader list = ah_der_enter(entry, AH_DER_SEQUENCE);
	if (ah_der_at_end(&list))
		ah__x509_refuse(&list, AH_ERR_FORMAT, what, "empty list of extensions");
	while (!ah_der_at_end(&list)) {
		ah__extension e;
		ah__extension_enter(&list, &e);
		ah__oid_set_add(&oids, &e.value, e.oid, what);
		if (ah_slice_is(e.oid, AH_OID_REASON_CODE))
			read_reason(&e.value, what);
		else if (ah_slice_is(e.oid, AH_OID_INVALIDITY_DATE))
			(void)ah_der_time(&e.value);
		else if (e.critical || ah_slice_is(e.oid, AH_OID_CERTIFICATE_ISSUER))
			ah__x509_refuse(&e.value, AH_ERR_FORMAT, what, "entry with a critical extension or of another issuer");
		else
			ah__skip_rest(&e.value);
		ah__extension_leave(&list, &e);
	}
	ah_der_leave(entry, &list);
}

/* One entry: the serial number, and everything else read so that nothing odd goes unnoticed. */
static ah_slice read_entry(ah_reader *list, const char **what)
{
	ah_reader entry = ah_der_enter(list, AH_DER_SEQUENCE);
	ah_slice serial = ah__x509_serial(&entry, what);
	(void)ah_der_time(&entry);
	if (!ah_der_at_end(&entry))
		read_entry_extensions(&entry, what);
	ah_der_leave(list, &entry);
	return serial;
}

/* RFC 5280 5.1.2.6: absent when there are none. An empty list is refused, since it is not the one form of that. */
static void read_revoked(ah_reader *tbs, ah_crl *out, const char **what)
{
	ah_reader list = ah_der_enter(tbs, AH_DER_SEQUENCE);
	out->revoked = list.in;
	if (ah_der_at_end(&list))
		ah__x509_refuse(&list, AH_ERR_FORMAT, what, "empty list of revoked certificates");
	while (!ah_der_at_end(&list)) {
		if (out->revoked_count == AH_CRL_ENTRIES_MAX)
			ah__x509_refuse(&list, AH_ERR_TOO_LARGE, what, "too many entries");
		(void)read_entry(&list, what);
		out->revoked_count++;
	}
	ah_der_leave(tbs, &list);
}

/*
 * A delta CRL lists changes alone. issuingDistributionPoint says that the list covers a part of what its issuer revokes (a kind of
 * certificate, a kind of reason, one of several distribution points); no CA of a TEE vendor is known to use it.
 */
static void read_extension(ah__extension *e, ah_crl *out, const char **what)
{
	if (ah_slice_is(e->oid, AH_OID_AUTHORITY_KEY_ID)) {
		out->aki = ah__x509_authority_key_id(&e->value, what);
		out->has_aki = true;
	} else if (ah_slice_is(e->oid, AH_OID_CRL_NUMBER)) {
		out->number = ah__x509_serial(&e->value, what); /* RFC 5280 5.2.3: the same bounds */
		out->has_number = true;
	} else if (ah_slice_is(e->oid, AH_OID_DELTA_CRL_INDICATOR)) {
		ah__x509_refuse(&e->value, AH_ERR_FORMAT, what, "delta CRL");
	} else if (ah_slice_is(e->oid, AH_OID_ISSUING_DISTRIBUTION_POINT)) {
		ah__x509_refuse(&e->value, AH_ERR_FORMAT, what, "CRL of limited scope (issuingDistributionPoint)");
	} else if (e->critical) {
		ah__x509_refuse(&e->value, AH_ERR_FORMAT, what, "unknown critical extension");
	} else {
		ah__skip_rest(&e->value);
	}
}

static void read_extensions(ah_reader *tbs, ah_crl *out, const char **what)
{
	ah__oid_set oids = { .count = 0 };
	ah_reader wrapper = ah_der_enter(tbs, AH_DER_CONTEXT_CONSTRUCTED | 0);
	ah_reader list = ah_der_enter(&wrapper, AH_DER_SEQUENCE);
	if (ah_der_at_end(&list))
		ah__x509_refuse(&list, AH_ERR_FORMAT, what, "empty list of extensions");
	while (!ah_der_at_end(&list)) {
		ah__extension e;
		ah__extension_enter(&list, &e);
		ah__oid_set_add(&oids, &e.value, e.oid, what);
		read_extension(&e, out, what);
		ah__extension_leave(&list, &e);
	}
	ah_der_leave(&wrapper, &list);
	ah_der_leave(tbs, &wrapper);
}

static void read_tbs(ah_reader *tbs, ah_crl *out, ah_slice *algorithm, const char **what)
{
	if (ah_der_uint(tbs, 1) != 1)
		ah__x509_refuse(tbs, AH_ERR_FORMAT, what, "CRL version is not 2");
	out->sig_alg = ah__x509_algorithm(tbs, algorithm, what);
	out->issuer = ah__x509_name(tbs, what);
	out->this_update_s = ah_der_time(tbs);
	if (!ah_der_next_is(tbs, AH_DER_UTC_TIME) && !ah_der_next_is(tbs, AH_DER_GENERALIZED_TIME))
		ah__x509_refuse(tbs, AH_ERR_FORMAT, what, "CRL without nextUpdate");
	out->next_update_s = ah_der_time(tbs);
	if (ah_der_next_is(tbs, AH_DER_SEQUENCE))
		read_revoked(tbs, out, what);
	if (!ah_der_at_end(tbs))
		read_extensions(tbs, out, what);
}

ah_err ah_crl_parse(ah_crl *out, ah_slice der, ah_fault *why)
{
	static const char step[] = "crl.parse";
	const char *what = NULL;
	ah_slice inner, outer;
	if (der.len > AH_CRL_MAX)
		return ah_fault_set(why, AH_ERR_TOO_LARGE, step, "%zu bytes, at most %d", der.len, AH_CRL_MAX);
	ah_crl crl = { .der = der };
	ah_reader input = { .in = der };
	ah_reader body = ah_der_enter(&input, AH_DER_SEQUENCE);
	ah_reader tbs = ah__x509_enter(&body, AH_DER_SEQUENCE, &crl.tbs);
	read_tbs(&tbs, &crl, &inner, &what);
	ah_der_leave(&body, &tbs);
	(void)ah__x509_algorithm(&body, &outer, &what);
	if (!ah_slice_is(inner, outer)) /* RFC 5280 5.1.1.2 */
		ah__x509_refuse(&body, AH_ERR_FORMAT, &what, "the two signature algorithms differ");
	crl.signature = ah_der_bit_string(&body);
	ah_der_leave(&input, &body);
	AH_TRY(ah__x509_finish(&input, AH_ERR_CRL_MALFORMED, step, what, why));
	*out = crl;
	return AH_OK;
}

bool ah_crl_lists(const ah_crl *crl, ah_slice serial)
{
	const char *what = NULL;
	ah_reader list = { .in = crl->revoked };
	while (!ah_der_at_end(&list))
		if (ah_slice_is(read_entry(&list, &what), serial))
			return true;
	return false;
}
