/* Certificates and CRLs (RFC 5280), AMD's VEK extensions among them; what is no certificate is shown as the DER that it is. */
#include "apps/cli/inspect.h"

#include "codec/der.h"
#include "codec/text.h"
#include "pki/cert.h"
#include "pki/crl.h"
#include "pki/oid.h"

#include <stdio.h>
#include <string.h>

#define NO_BYTES ((ah_slice){ NULL, 0 })

/* -- Object identifiers -- */

#define OID_TEXT_MAX 128

/* Dotted text; arcs above 64 bits and texts above the room end in "..". */
static void oid_format(char out[static OID_TEXT_MAX], ah_slice oid)
{
	size_t used = 0;
	uint64_t arc = 0;
	bool is_first = true;
	out[0] = '\0';
	for (size_t i = 0; i < oid.len; i++) {
		if (arc > UINT64_MAX >> 7 || used + 24 > OID_TEXT_MAX) {
			(void)snprintf(out + used, OID_TEXT_MAX - used, "..");
			return;
		}
		arc = arc << 7 | (oid.ptr[i] & 0x7f);
		if ((oid.ptr[i] & 0x80) != 0)
			continue;
		/* X.690 8.19.4: the first number holds two arcs. */
		unsigned top = !is_first ? 0 : arc < 40 ? 0 : arc < 80 ? 1 : 2;
		int len = is_first ? snprintf(out, OID_TEXT_MAX, "%u.%llu", top, (unsigned long long)(arc - 40 * top))
		                   : snprintf(out + used, OID_TEXT_MAX - used, ".%llu", (unsigned long long)arc);
		used += len > 0 ? (size_t)len : 0;
		is_first = false;
		arc = 0;
	}
}

static const struct { const char *oid, *name; } oid_names[] = {
	{ "2.5.29.14", "subjectKeyIdentifier" },
	{ "2.5.29.15", "keyUsage" },
	{ "2.5.29.19", "basicConstraints" },
	{ "2.5.29.20", "cRLNumber" },
	{ "2.5.29.31", "cRLDistributionPoints" },
	{ "2.5.29.32", "certificatePolicies" },
	{ "2.5.29.35", "authorityKeyIdentifier" },
	{ "2.5.29.37", "extKeyUsage" },
	{ "1.2.840.113741.1.13.1", "Intel SGX extension" },
	/* AMD 57230 3.1 */
	{ "1.3.6.1.4.1.3704.1.1", "AMD structVersion" },
	{ "1.3.6.1.4.1.3704.1.2", "AMD productName" },
	{ "1.3.6.1.4.1.3704.1.3.1", "AMD blSPL" },
	{ "1.3.6.1.4.1.3704.1.3.2", "AMD teeSPL" },
	{ "1.3.6.1.4.1.3704.1.3.3", "AMD snpSPL" },
	{ "1.3.6.1.4.1.3704.1.3.4", "AMD spl4" },
	{ "1.3.6.1.4.1.3704.1.3.5", "AMD spl5" },
	{ "1.3.6.1.4.1.3704.1.3.6", "AMD spl6" },
	{ "1.3.6.1.4.1.3704.1.3.7", "AMD spl7" },
	{ "1.3.6.1.4.1.3704.1.3.8", "AMD ucodeSPL" },
	{ "1.3.6.1.4.1.3704.1.3.9", "AMD fmcSPL" },
	{ "1.3.6.1.4.1.3704.1.4", "AMD HWID" },
	{ "1.3.6.1.4.1.3704.1.5", "AMD CSP_ID" },
};

static const char *oid_name(const char *oid)
{
	for (size_t i = 0; i < sizeof oid_names / sizeof oid_names[0]; i++)
		if (strcmp(oid_names[i].oid, oid) == 0)
			return oid_names[i].name;
	return oid;
}

/* -- Parts that certificates and CRLs share -- */

static const char *sig_alg_name(ah_sig_alg alg)
{
	switch (alg) {
	case AH_SIG_NONE: return "none";
	case AH_SIG_ECDSA_SHA256: return "ECDSA with SHA-256";
	case AH_SIG_ECDSA_SHA384: return "ECDSA with SHA-384";
	case AH_SIG_RSA_PSS_SHA384: return "RSASSA-PSS with SHA-384, salt 48";
	case AH_SIG_OTHER: return "another algorithm";
	}
	return "";
}

static const char *key_name(ah_key_kind kind)
{
	switch (kind) {
	case AH_KEY_NONE: return "another kind of key";
	case AH_KEY_P256: return "ECDSA P-256";
	case AH_KEY_P384: return "ECDSA P-384";
	case AH_KEY_RSA: return "RSA";
	}
	return "";
}

static void list_name(listing *l, ah_slice name, const char *label)
{
	char text[512];
	ah_name_format(text, sizeof text, name);
	list_open(l, name, label, "%.500s", text);
	list_close(l);
}

static void list_time(listing *l, const char *label, int64_t t_s)
{
	char text[21];
	ah_time_format(text, t_s);
	list_row(l, NO_BYTES, label, "%s", text);
}

/* -- Extensions -- */

static const bit_name key_usage_bits[] = {
	{ AH_KU_DIGITAL_SIGNATURE, "digitalSignature" },
	{ AH_KU_NON_REPUDIATION, "nonRepudiation" },
	{ 1 << 2, "keyEncipherment" },
	{ 1 << 3, "dataEncipherment" },
	{ 1 << 4, "keyAgreement" },
	{ AH_KU_KEY_CERT_SIGN, "keyCertSign" },
	{ AH_KU_CRL_SIGN, "cRLSign" },
	{ 0 },
};

/* One element that is a number or a text says more than its bytes. */
static void list_extension_value(listing *l, ah_slice value, const char *label, const char *critical)
{
	ah_reader r = { .in = value };
	ah_der_item item = ah_der_any(&r);
	bool is_one = ah_reader_finish(&r) == AH_OK;
	if (is_one && item.tag == AH_DER_INTEGER) {
		ah_reader integer = { .in = value };
		uint64_t number = ah_der_uint(&integer, UINT64_MAX);
		if (integer.err == AH_OK) {
			list_row(l, value, label, "%llu%s", (unsigned long long)number, critical);
			return;
		}
	}
	if (is_one && (item.tag == AH_DER_IA5_STRING || item.tag == AH_DER_UTF8_STRING || item.tag == AH_DER_PRINTABLE_STRING))
		list_text(l, value, label, item.content);
	else
		list_row(l, value, label, "%s", critical);
}

static void list_extension(listing *l, const ah_cert *cert, ah_slice oid, bool is_critical, ah_slice value)
{
	char dotted[OID_TEXT_MAX];
	oid_format(dotted, oid);
	const char *label = oid_name(dotted), *critical = is_critical ? " (critical)" : "";
	if (ah_slice_is(oid, AH_OID_KEY_USAGE)) {
		list_bits(l, value, label, cert->key_usage, key_usage_bits);
	} else if (ah_slice_is(oid, AH_OID_BASIC_CONSTRAINTS)) {
		char path_len[32] = "";
		if (cert->has_path_len)
			(void)snprintf(path_len, sizeof path_len, ", path length %u", cert->path_len);
		list_row(l, value, label, "CA %s%s%s", cert->is_ca ? "true" : "false", path_len, critical);
	} else {
		list_extension_value(l, value, label, critical);
	}
}

/* The list was parsed with the certificate, so that every read here succeeds; a sticky error would only end the loop. */
static void list_extensions(listing *l, const ah_cert *cert)
{
	ah_reader r = { .in = cert->extensions };
	while (!ah_der_at_end(&r)) {
		ah_reader extension = ah_der_enter(&r, AH_DER_SEQUENCE);
		ah_slice oid = ah_der_oid(&extension);
		bool is_critical = ah_der_next_is(&extension, AH_DER_BOOLEAN) && ah_der_boolean(&extension);
		ah_slice value = ah_der_expect(&extension, AH_DER_OCTET_STRING);
		if (extension.err == AH_OK)
			list_extension(l, cert, oid, is_critical, value);
		ah_der_leave(&r, &extension);
	}
}

static void list_certificate(listing *l, const ah_cert *cert)
{
	list_row(l, NO_BYTES, "version", "%d", cert->version);
	list_row(l, cert->serial, "serial number", "%s", "");
	list_name(l, cert->issuer, "issuer");
	list_time(l, "not before", cert->not_before_s);
	list_time(l, "not after", cert->not_after_s);
	list_name(l, cert->subject, "subject");
	list_row(l, cert->spki, "public key", "%s", key_name(cert->key.kind));
	if (cert->extensions.len > 0) {
		list_open(l, cert->extensions, "extensions", "%s", "");
		list_extensions(l, cert);
		list_close(l);
	}
	inspect_pck(l, cert);
	list_row(l, cert->signature, "signature", "%s", sig_alg_name(cert->sig_alg));
}

/* -- CRLs -- */

#define ENTRIES_SHOWN 32

static void list_revoked(listing *l, const ah_crl *crl)
{
	ah_reader r = { .in = crl->revoked };
	list_open(l, crl->revoked, "revoked", "%zu", crl->revoked_count);
	for (size_t i = 0; i < ENTRIES_SHOWN && !ah_der_at_end(&r); i++) {
		ah_reader entry = ah_der_enter(&r, AH_DER_SEQUENCE);
		ah_slice serial = ah_der_unsigned(&entry);
		int64_t revoked_at_s = ah_der_time(&entry);
		if (entry.err == AH_OK) {
			char text[21];
			ah_time_format(text, revoked_at_s);
			list_row(l, serial, "serial number", "revoked %s", text);
		}
		/* Extensions of an entry are of no use here. */
		ah_read_skip(&entry, ah_reader_left(&entry));
		ah_der_leave(&r, &entry);
	}
	if (crl->revoked_count > ENTRIES_SHOWN)
		list_row(l, NO_BYTES, "..", "%zu more", crl->revoked_count - ENTRIES_SHOWN);
	list_close(l);
}

static void list_crl(listing *l, const ah_crl *crl)
{
	list_name(l, crl->issuer, "issuer");
	list_time(l, "this update", crl->this_update_s);
	list_time(l, "next update", crl->next_update_s);
	if (crl->has_number)
		list_row(l, crl->number, "CRL number", "%s", "");
	if (crl->has_aki)
		list_row(l, crl->aki, "authority key identifier", "%s", "");
	list_revoked(l, crl);
	list_row(l, crl->signature, "signature", "%s", sig_alg_name(crl->sig_alg));
}

/* -- DER as a tree, as far as it holds -- */

static void list_der_item(listing *l, ah_der_item item)
{
	bool is_constructed = (item.tag & 0x20) != 0;
	char dotted[OID_TEXT_MAX];
	char label[16];
	(void)snprintf(label, sizeof label, "tag 0x%02x", item.tag);
	switch (item.tag) {
	case AH_DER_OID:
		oid_format(dotted, item.content);
		list_row(l, item.whole, "OBJECT IDENTIFIER", "%s", oid_name(dotted));
		return;
	case AH_DER_UTF8_STRING:
	case AH_DER_PRINTABLE_STRING:
	case AH_DER_IA5_STRING:
	case AH_DER_T61_STRING:
	case AH_DER_UTC_TIME:
	case AH_DER_GENERALIZED_TIME: list_text(l, item.whole, label, item.content); return;
	case AH_DER_SEQUENCE: list_open(l, item.whole, "SEQUENCE", "%s", ""); break;
	case AH_DER_SET: list_open(l, item.whole, "SET", "%s", ""); break;
	case AH_DER_INTEGER: list_row(l, item.whole, "INTEGER", "%s", ""); return;
	case AH_DER_BIT_STRING: list_row(l, item.whole, "BIT STRING", "%s", ""); return;
	case AH_DER_OCTET_STRING: list_row(l, item.whole, "OCTET STRING", "%s", ""); return;
	default:
		if (!is_constructed) {
			list_row(l, item.whole, label, "%s", "");
			return;
		}
		list_open(l, item.whole, label, "%s", "");
	}
	list_close(l);
}

/* Without recursion: level[depth] reads the content of the element that is open there. */
static void list_der_tree(listing *l, ah_slice der)
{
	ah_reader level[AH_DER_DEPTH_MAX] = { { .in = der } };
	size_t depth = 0;
	unsigned base = l->depth;
	for (;;) {
		ah_reader *r = &level[depth];
		if (ah_der_at_end(r)) {
			if (r->err != AH_OK)
				list_fault(l, r->err, list_offset(l, ah_slice_sub(r->in, 0, 0)) + r->err_off, "DER");
			if (r->err != AH_OK || depth == 0)
				break;
			depth--;
			l->depth = base + (unsigned)depth;
			continue;
		}
		ah_der_item item = ah_der_any(r);
		if (r->err != AH_OK)
			continue;
		list_der_item(l, item);
		if ((item.tag & 0x20) == 0)
			continue;
		if (depth + 1 == AH_DER_DEPTH_MAX) {
			list_fault(l, AH_ERR_TOO_DEEP, list_offset(l, item.whole), "DER nests deeper than %d", AH_DER_DEPTH_MAX);
			break;
		}
		level[++depth] = (ah_reader){ .in = item.content };
		l->depth = base + (unsigned)depth;
	}
	l->depth = base;
}

/*
 * A certificate's TBS begins [0] version or INTEGER serial, algorithm, issuer, validity (a SEQUENCE); a CRL's INTEGER version, algorithm, issuer,
 * thisUpdate (a time). RFC 5280 4.1, 5.1.
 */
static bool is_crl_like(ah_slice der)
{
	ah_reader outer = { .in = der };
	ah_reader inner = ah_der_enter(&outer, AH_DER_SEQUENCE);
	ah_reader tbs = ah_der_enter(&inner, AH_DER_SEQUENCE);
	if (ah_der_next_is(&tbs, AH_DER_INTEGER))
		(void)ah_der_any(&tbs);
	(void)ah_der_expect(&tbs, AH_DER_SEQUENCE);
	(void)ah_der_expect(&tbs, AH_DER_SEQUENCE);
	return ah_der_next_is(&tbs, AH_DER_UTC_TIME) || ah_der_next_is(&tbs, AH_DER_GENERALIZED_TIME);
}

void inspect_x509(listing *l, ah_slice der, const char *label)
{
	ah_cert cert;
	ah_crl crl;
	ah_fault why = { 0 };
	bool is_crl = is_crl_like(der), is_all = der.len == l->in.len;
	ah_err err = is_crl ? ah_crl_parse(&crl, der, &why) : ah_cert_parse(&cert, der, &why);
	const char *kind = is_crl ? "certificate revocation list" : "certificate";
	if (is_all)
		l->kind = kind;
	list_open(l, der, label[0] != '\0' ? label : kind, "%s", label[0] != '\0' ? kind : "");
	if (err != AH_OK) {
		size_t inside = why.err != AH_OK && why.offset != AH_NO_OFFSET ? why.offset : 0;
		list_fault(l, err, list_offset(l, ah_slice_sub(der, 0, 0)) + inside, "%s: %.60s", kind, why.detail);
		list_der_tree(l, der);
	} else if (is_crl) {
		list_crl(l, &crl);
	} else {
		list_certificate(l, &cert);
	}
	list_close(l);
}
