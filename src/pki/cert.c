/*
 * See cert.h. RFC 5280 4.1 field by field. Nested readers are left in turn, so that an error carries its position from the start of the
 * certificate; all are finished, so that nothing is left unread anywhere.
 */
#include "base/fault.h"
#include "pki/oid.h"
#include "pki/x509.h"

#include <limits.h>

#define RSA_MODULUS_MIN_LEN 256 /* crypto/crypto.h: 2048..4096 bits */
#define RSA_MODULUS_MAX_LEN 512
#define P256_POINT_LEN      65
#define P384_POINT_LEN      97
#define POINT_UNCOMPRESSED  0x04

/* Version ::= [0] EXPLICIT INTEGER DEFAULT v1. The default is not encoded. */
static int read_version(ah_reader *tbs, const char **what)
{
	if (!ah_der_next_is(tbs, AH_DER_CONTEXT_CONSTRUCTED | 0))
		return 1;
	ah_reader wrapper = ah_der_enter(tbs, AH_DER_CONTEXT_CONSTRUCTED | 0);
	int version = (int)ah_der_uint(&wrapper, 2) + 1;
	if (version == 1)
		ah__x509_refuse(&wrapper, AH_ERR_ENCODING, what, "version 1 written out");
	ah_der_leave(tbs, &wrapper);
	return version;
}

static void read_validity(ah_reader *tbs, ah_cert *out)
{
	ah_reader validity = ah_der_enter(tbs, AH_DER_SEQUENCE);
	out->not_before_s = ah_der_time(&validity);
	out->not_after_s = ah_der_time(&validity);
	ah_der_leave(tbs, &validity);
}

/* -- SubjectPublicKeyInfo -- */

/* RFC 5480 2.2: the point itself, uncompressed; any other form leaves the key unknown. Whether it is on the curve shows when it is used. */
static ah_public_key ec_key(ah_key_kind kind, size_t point_len, ah_slice point)
{
	if (point.len != point_len || point.ptr[0] != POINT_UNCOMPRESSED)
		return (ah_public_key){ .kind = AH_KEY_NONE };
	return (ah_public_key){ .kind = kind, .point = point };
}

/* RFC 8017 A.1.1: RSAPublicKey in the BIT STRING. A size that crypto.h does not verify with makes it a key of another kind. */
static ah_public_key rsa_key(ah_reader *info, ah_slice bits)
{
	ah_reader wrapper = { .in = bits, .err = info->err };
	ah_reader body = ah_der_enter(&wrapper, AH_DER_SEQUENCE);
	ah_public_key key = { .kind = AH_KEY_RSA };
	key.modulus = ah_der_unsigned(&body);
	key.exponent = ah_der_unsigned(&body);
	ah_der_leave(&wrapper, &body);
	ah_der_leave(info, &wrapper);
	if (info->err != AH_OK || key.modulus.len < RSA_MODULUS_MIN_LEN || key.modulus.len > RSA_MODULUS_MAX_LEN)
		return (ah_public_key){ .kind = AH_KEY_NONE };
	return key;
}

static void read_key(ah_reader *tbs, ah_cert *out, const char **what)
{
	ah_slice algorithm;
	ah_reader info = ah__x509_enter(tbs, AH_DER_SEQUENCE, &out->spki);
	(void)ah__x509_algorithm(&info, &algorithm, what);
	ah_slice bits = ah_der_bit_string(&info);
	/* RFC 5480 2.1.1: id-ecPublicKey with a named curve; RFC 3279 2.3.1: rsaEncryption with NULL. */
	if (ah_slice_is(algorithm, AH_SLICE_LITERAL("\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07")))
		out->key = ec_key(AH_KEY_P256, P256_POINT_LEN, bits);
	else if (ah_slice_is(algorithm, AH_SLICE_LITERAL("\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x22")))
		out->key = ec_key(AH_KEY_P384, P384_POINT_LEN, bits);
	else if (ah_slice_is(algorithm, AH_SLICE_LITERAL("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00")))
		out->key = rsa_key(&info, bits);
	ah_der_leave(tbs, &info);
}

/* -- Extensions -- */

/* RFC 5280 4.2.1.9. pathLenConstraint has a meaning, and is allowed, only with cA. */
static void read_basic_constraints(ah_reader *value, ah_cert *out, const char **what)
{
	ah_reader body = ah_der_enter(value, AH_DER_SEQUENCE);
	out->has_basic_constraints = true;
	if (ah_der_next_is(&body, AH_DER_BOOLEAN)) {
		out->is_ca = ah_der_boolean(&body);
		if (!out->is_ca)
			ah__x509_refuse(&body, AH_ERR_ENCODING, what, "cA FALSE written out");
	}
	if (!ah_der_at_end(&body)) {
		if (!out->is_ca)
			ah__x509_refuse(&body, AH_ERR_FORMAT, what, "pathLenConstraint without cA");
		out->path_len = (unsigned)ah_der_uint(&body, INT_MAX);
		out->has_path_len = true;
	}
	ah_der_leave(value, &body);
}

/*
 * RFC 5280 4.2.1.3: nine named bits, at least one of them set. Not ah_der_bit_flags(): all of AMD's ASK and ASVK say 03 02 01 04, keyCertSign
 * with a zero bit behind it, which X.690 11.2.2 forbids. Such bits mean the same whether they are there or not. Unused bits are zero.
 */
static void read_key_usage(ah_reader *value, ah_cert *out, const char **what)
{
	ah_slice bits = ah_der_expect(value, AH_DER_BIT_STRING);
	if (bits.len < 2 || bits.len > 3 || bits.ptr[0] > 7 || (bits.ptr[bits.len - 1] & ((1u << bits.ptr[0]) - 1)) != 0) {
		ah__x509_refuse(value, AH_ERR_ENCODING, what, "keyUsage of a wrong form");
		return;
	}
	for (size_t i = 0; i < (bits.len - 1) * 8; i++) /* bit 0 is the first, most significant one */
		if ((bits.ptr[1 + i / 8] >> (7 - i % 8) & 1) != 0)
			out->key_usage = (uint16_t)(out->key_usage | 1u << i);
	out->has_key_usage = true;
	if (out->key_usage == 0)
		ah__x509_refuse(value, AH_ERR_FORMAT, what, "keyUsage without any use");
}

/* RFC 5280 4.2.1.10, .11, .14: these bound the path below and are critical by definition. Not marked so, they are not ignored either. */
static bool constrains_the_path(ah_slice oid)
{
	return ah_slice_is(oid, AH_OID_NAME_CONSTRAINTS) || ah_slice_is(oid, AH_OID_POLICY_CONSTRAINTS) || ah_slice_is(oid, AH_OID_INHIBIT_ANY_POLICY);
}

static void read_extension(ah__extension *e, ah_cert *out, const char **what)
{
	if (ah_slice_is(e->oid, AH_OID_BASIC_CONSTRAINTS)) {
		read_basic_constraints(&e->value, out, what);
	} else if (ah_slice_is(e->oid, AH_OID_KEY_USAGE)) {
		read_key_usage(&e->value, out, what);
	} else if (ah_slice_is(e->oid, AH_OID_SUBJECT_KEY_ID)) {
		out->ski = ah_der_expect(&e->value, AH_DER_OCTET_STRING);
		out->has_ski = true;
		if (out->ski.len == 0)
			ah__x509_refuse(&e->value, AH_ERR_FORMAT, what, "empty subjectKeyIdentifier");
	} else if (ah_slice_is(e->oid, AH_OID_AUTHORITY_KEY_ID)) {
		out->aki = ah__x509_authority_key_id(&e->value, what);
		out->has_aki = true;
	} else {
		out->has_crl_distribution_points = out->has_crl_distribution_points || ah_slice_is(e->oid, AH_OID_CRL_DISTRIBUTION_POINTS);
		if ((e->critical || constrains_the_path(e->oid)) && !out->has_unknown_critical) {
			out->has_unknown_critical = true;
			out->unknown_critical = e->oid;
		}
		ah__skip_rest(&e->value);
	}
}

static void read_extensions(ah_reader *tbs, ah_cert *out, const char **what)
{
	ah__oid_set oids = { .count = 0 };
	ah_reader wrapper = ah_der_enter(tbs, AH_DER_CONTEXT_CONSTRUCTED | 3);
	if (out->version != 3)
		ah__x509_refuse(&wrapper, AH_ERR_FORMAT, what, "extensions in a certificate before version 3");
	ah_reader list = ah_der_enter(&wrapper, AH_DER_SEQUENCE);
	out->extensions = list.in;
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

/* -- The certificate -- */

static void read_tbs(ah_reader *tbs, ah_cert *out, ah_slice *algorithm, const char **what)
{
	out->version = read_version(tbs, what);
	out->serial = ah__x509_serial(tbs, what);
	out->sig_alg = ah__x509_algorithm(tbs, algorithm, what);
	out->issuer = ah__x509_name(tbs, what);
	if (out->issuer.len == 2) /* RFC 5280 4.1.2.4 */
		ah__x509_refuse(tbs, AH_ERR_FORMAT, what, "empty issuer name");
	read_validity(tbs, out);
	out->subject = ah__x509_name(tbs, what);
	read_key(tbs, out, what);
	/* RFC 5280 4.1.2.8: issuerUniqueID and subjectUniqueID, [1] and [2], are not to be generated. They end up as an unexpected tag. */
	if (!ah_der_at_end(tbs))
		read_extensions(tbs, out, what);
}

ah_err ah_cert_parse(ah_cert *out, ah_slice der, ah_fault *why)
{
	static const char step[] = "cert.parse";
	const char *what = NULL;
	ah_slice inner, outer;
	if (der.len > AH_CERTIFICATE_MAX)
		return ah_fault_set(why, AH_ERR_TOO_LARGE, step, "%zu bytes, at most %d", der.len, AH_CERTIFICATE_MAX);
	ah_cert cert = { .der = der };
	ah_reader input = { .in = der };
	ah_reader body = ah_der_enter(&input, AH_DER_SEQUENCE);
	ah_reader tbs = ah__x509_enter(&body, AH_DER_SEQUENCE, &cert.tbs);
	read_tbs(&tbs, &cert, &inner, &what);
	ah_der_leave(&body, &tbs);
	(void)ah__x509_algorithm(&body, &outer, &what);
	if (!ah_slice_is(inner, outer)) /* RFC 5280 4.1.1.2 */
		ah__x509_refuse(&body, AH_ERR_FORMAT, &what, "the two signature algorithms differ");
	cert.signature = ah_der_bit_string(&body);
	ah_der_leave(&input, &body);
	AH_TRY(ah__x509_finish(&input, AH_ERR_CERT_MALFORMED, step, what, why));
	*out = cert;
	return AH_OK;
}

bool ah_cert_extension(const ah_cert *cert, ah_slice oid, ah_slice *value, bool *critical)
{
	ah_reader list = { .in = cert->extensions };
	while (!ah_der_at_end(&list)) {
		ah__extension e;
		ah__extension_enter(&list, &e);
		if (list.err == AH_OK && ah_slice_is(e.oid, oid)) {
			*value = e.value.in;
			*critical = e.critical;
			return true;
		}
		ah__skip_rest(&e.value);
		ah__extension_leave(&list, &e);
	}
	return false;
}
