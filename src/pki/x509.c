/* See x509.h. */
#include "pki/x509.h"

#include "base/fault.h"

/*
 * The AlgorithmIdentifiers that are accepted, as whole elements. Comparing all bytes leaves no room for a second reading of parameters.
 * ECDSA: RFC 5758 3.2, parameters absent. PSS: RFC 4055 3.1, SHA-384, MGF1 with SHA-384, salt 48; DER omits the default trailerField,
 * AMD's ARK and ASK carry it.
 */
#define OID_SHA384_WITH_NULL "\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00"
#define PSS_HASH             "\xa0\x0f" OID_SHA384_WITH_NULL
#define PSS_MGF1             "\xa1\x1c\x30\x1a\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08" OID_SHA384_WITH_NULL
#define PSS_SALT_48          "\xa2\x03\x02\x01\x30"
#define PSS_SALT_LEN         48
#define PSS_TRAILER_1        "\xa3\x03\x02\x01\x01"
#define OID_RSASSA_PSS       "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a"

static ah_sig_alg algorithm_of(ah_slice whole)
{
	if (ah_slice_is(whole, AH_SLICE_LITERAL("\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02")))
		return AH_SIG_ECDSA_SHA256;
	if (ah_slice_is(whole, AH_SLICE_LITERAL("\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x03")))
		return AH_SIG_ECDSA_SHA384;
	if (ah_slice_is(whole, AH_SLICE_LITERAL("\x30\x41" OID_RSASSA_PSS "\x30\x34" PSS_HASH PSS_MGF1 PSS_SALT_48)) ||
	    ah_slice_is(whole, AH_SLICE_LITERAL("\x30\x46" OID_RSASSA_PSS "\x30\x39" PSS_HASH PSS_MGF1 PSS_SALT_48 PSS_TRAILER_1)))
		return AH_SIG_RSA_PSS_SHA384;
	return AH_SIG_OTHER;
}

void ah__x509_refuse(ah_reader *r, ah_err err, const char **what, const char *text)
{
	if (r->err != AH_OK)
		return;
	ah_reader_fail(r, err);
	*what = text;
}

ah_reader ah__x509_enter(ah_reader *parent, uint8_t tag, ah_slice *whole)
{
	size_t start = ah_reader_pos(parent);
	ah_reader child = ah_der_enter(parent, tag);
	*whole = parent->err == AH_OK ? ah_slice_sub(parent->in, start, ah_reader_pos(parent) - start) : (ah_slice){ NULL, 0 };
	return child;
}

ah_err ah__x509_finish(ah_reader *r, ah_err malformed, const char *step, const char *what, ah_fault *why)
{
	ah_err err = ah_reader_finish(r);
	if (err == AH_OK)
		return AH_OK;
	return ah_fault_at(why, err == AH_ERR_TOO_LARGE ? err : malformed, step, r->err_off, "%s", what != NULL ? what : ah_err_name(err));
}

/*
 * Parameters of an algorithm that is not ours. Only their outline is read; the kinds are those that algorithms use (RFC 5912): nothing,
 * NULL, a named curve, or a structure.
 */
static void other_parameters(ah_reader *body, const char **what)
{
	if (ah_der_at_end(body))
		return;
	if (ah_der_next_is(body, AH_DER_OID)) {
		(void)ah_der_oid(body);
	} else if (ah_der_next_is(body, AH_DER_SEQUENCE)) {
		(void)ah_der_any(body);
	} else if (ah_der_expect(body, AH_DER_NULL).len != 0) {
		ah__x509_refuse(body, AH_ERR_FORMAT, what, "NULL with content");
	}
}

ah_sig_alg ah__x509_algorithm(ah_reader *r, ah_slice *whole, const char **what)
{
	ah_reader body = ah__x509_enter(r, AH_DER_SEQUENCE, whole);
	(void)ah_der_oid(&body);
	other_parameters(&body, what);
	ah_der_leave(r, &body);
	return r->err == AH_OK ? algorithm_of(*whole) : AH_SIG_NONE;
}

ah_slice ah__x509_serial(ah_reader *r, const char **what)
{
	ah_slice serial = ah_der_unsigned(r);
	if (serial.len > AH_SERIAL_MAX)
		ah__x509_refuse(r, AH_ERR_FIELD_RANGE, what, "serial number is longer than 20 bytes");
	return serial;
}

/*
 * RFC 5280 4.2.1.1: all members are optional in the syntax, but a CA shall give keyIdentifier. The other two, issuer and serial number of
 * the issuer's certificate, say in a second way what the names of a path say; no vendor writes them, and an identifier that is not
 * compared must not be accepted.
 */
ah_slice ah__x509_authority_key_id(ah_reader *value, const char **what)
{
	ah_slice key_id = { NULL, 0 };
	ah_reader body = ah_der_enter(value, AH_DER_SEQUENCE);
	if (!ah_der_at_end(&body))
		key_id = ah_der_expect(&body, AH_DER_CONTEXT | 0);
	if (key_id.len == 0)
		ah__x509_refuse(&body, AH_ERR_FORMAT, what, "authorityKeyIdentifier without keyIdentifier");
	if (!ah_der_at_end(&body))
		ah__x509_refuse(&body, AH_ERR_FORMAT, what, "authorityKeyIdentifier with more than keyIdentifier");
	ah_der_leave(value, &body);
	return value->err == AH_OK ? key_id : (ah_slice){ NULL, 0 };
}

/* RFC 5280 4.2: a certificate must not include more than one instance of a particular extension. */
void ah__oid_set_add(ah__oid_set *set, ah_reader *r, ah_slice oid, const char **what)
{
	if (r->err != AH_OK)
		return;
	for (size_t i = 0; i < set->count; i++)
		if (ah_slice_is(set->seen[i], oid)) {
			ah__x509_refuse(r, AH_ERR_FORMAT, what, "the same extension twice");
			return;
		}
	if (set->count == AH_CERTIFICATE_EXTENSIONS_MAX) {
		ah__x509_refuse(r, AH_ERR_TOO_LARGE, what, "too many extensions");
		return;
	}
	set->seen[set->count++] = oid;
}

void ah__extension_enter(ah_reader *list, ah__extension *e)
{
	*e = (ah__extension){ .body = ah_der_enter(list, AH_DER_SEQUENCE) };
	e->oid = ah_der_oid(&e->body);
	/* critical BOOLEAN DEFAULT FALSE: X.690 11.5, a default value is not encoded. */
	if (ah_der_next_is(&e->body, AH_DER_BOOLEAN)) {
		e->critical = ah_der_boolean(&e->body);
		if (!e->critical)
			ah_reader_fail(&e->body, AH_ERR_ENCODING);
	}
	e->value = ah_der_enter(&e->body, AH_DER_OCTET_STRING);
}

void ah__extension_leave(ah_reader *list, ah__extension *e)
{
	ah_der_leave(&e->body, &e->value);
	ah_der_leave(list, &e->body);
}

static ah_err verify(ah_crypto *crypto, const ah_public_key *issuer, ah_sig_alg alg, ah_slice tbs, ah_slice signature)
{
	switch (alg) {
	case AH_SIG_ECDSA_SHA256: return ah_ecdsa_verify_der(crypto, issuer, AH_SHA256, &tbs, 1, signature);
	case AH_SIG_ECDSA_SHA384: return ah_ecdsa_verify_der(crypto, issuer, AH_SHA384, &tbs, 1, signature);
	case AH_SIG_RSA_PSS_SHA384: return ah_rsa_pss_verify(crypto, issuer, AH_SHA384, PSS_SALT_LEN, &tbs, 1, signature);
	case AH_SIG_NONE:
	case AH_SIG_OTHER: break;
	}
	return AH_ERR_ALGORITHM;
}

ah_err ah__x509_verify(ah_crypto *crypto, const ah_public_key *issuer, ah_sig_alg alg, ah_slice tbs, ah_slice signature)
{
	ah_err err = verify(crypto, issuer, alg, tbs, signature);
	return err == AH_OK || err == AH_ERR_CRYPTO || err == AH_ERR_NOMEM ? err : AH_ERR_SIGNATURE;
}
