/*
 * The certificate parser: what it reads out of certificates of the vendors, and that each rule of strict DER and of RFC 5280 4.1 is kept.
 * A well-formed certificate is minted, one thing in its TBS is changed, and it must be refused with the text of exactly that rule.
 */
#include "base/fault.h"
#include "codec/der.h"
#include "pki/oid.h"
#include "support/test.h"
#include "unit/pki/chain.h"
#include "unit/pki/vectors.h"

#include <stdio.h>

/* -- Certificates of the vendors; the facts are those of `openssl x509 -text` -- */

static void amd_root_is_read(void)
{
	AH_AUTO(ah_buf) der = { .max = 0 };
	ah_cert cert = { 0 };
	ah_slice cn;
	char name[128];
	if (!vector_read_der(&der, "snp/roots/ark_milan.pem"))
		AH_SKIP("../shared/vectors absent");
	EXPECT_OK(ah_cert_parse(&cert, ah_buf_slice(&der), NULL));
	EXPECT(cert.version == 3);
	EXPECT_BYTES(cert.serial, AH_SLICE_LITERAL("\x01\x00\x00"));
	EXPECT(cert.not_before_s == 1603387385 && cert.not_after_s == 2392305785); /* 2020-10-22T17:23:05Z, 2045-10-22T17:23:05Z */
	EXPECT(cert.key.kind == AH_KEY_RSA && cert.key.modulus.len == 512);
	EXPECT_BYTES(cert.key.exponent, AH_SLICE_LITERAL("\x01\x00\x01"));
	EXPECT(cert.sig_alg == AH_SIG_RSA_PSS_SHA384 && cert.signature.len == 512);
	EXPECT(cert.has_basic_constraints && cert.is_ca && !cert.has_path_len);
	EXPECT(cert.has_key_usage && cert.key_usage == (AH_KU_KEY_CERT_SIGN | AH_KU_CRL_SIGN));
	EXPECT(cert.has_ski && cert.ski.len == 20 && !cert.has_aki && cert.has_crl_distribution_points && !cert.has_unknown_critical);
	EXPECT(ah_name_common_name(cert.subject, &cn));
	EXPECT_BYTES(cn, AH_SLICE_LITERAL("ARK-Milan"));
	ah_name_format(name, sizeof name, cert.subject);
	EXPECT(strcmp(name, "OU=Engineering,C=US,L=Santa Clara,ST=CA,O=Advanced Micro Devices,CN=ARK-Milan") == 0);
}

/* Serial number 0, AMD's extensions, none of the usual ones, and the newer encoding of the PSS parameters. */
static void amd_vcek_is_read(void)
{
	AH_AUTO(ah_buf) der = { .max = 0 };
	ah_cert cert = { 0 };
	ah_slice value;
	bool critical = true;
	if (!vector_read_der(&der, "snp/real/milan-v3-dstack-reported-lt-committed/vcek.der"))
		AH_SKIP("../shared/vectors absent");
	EXPECT_OK(ah_cert_parse(&cert, ah_buf_slice(&der), NULL));
	EXPECT_BYTES(cert.serial, AH_SLICE_LITERAL("\x00"));
	EXPECT(cert.key.kind == AH_KEY_P384 && cert.key.point.len == 97);
	EXPECT(cert.sig_alg == AH_SIG_RSA_PSS_SHA384);
	EXPECT(!cert.has_basic_constraints && !cert.has_key_usage && !cert.has_ski && !cert.has_aki && !cert.has_unknown_critical);
	/* 1.3.6.1.4.1.3704.1.2, productName. */
	EXPECT(ah_cert_extension(&cert, AH_SLICE_LITERAL("\x2b\x06\x01\x04\x01\x9c\x78\x01\x02"), &value, &critical));
	EXPECT(!critical && value.len > 2 && value.ptr[0] == AH_DER_IA5_STRING);
	EXPECT(!ah_cert_extension(&cert, AH_OID_BASIC_CONSTRAINTS, &value, &critical));
}

static void every_amd_certificate_of_the_vectors_is_read(void)
{
	static const char *const files[] = {
		"roots/ark_genoa.pem", "roots/ark_milan.pem", "roots/ark_turin.pem", "roots/ask_genoa.pem", "roots/ask_milan.pem", "roots/ask_turin.pem",
		"roots/asvk_genoa.pem", "roots/asvk_milan.pem", "roots/asvk_turin.pem", "real/genoa-v3-aci/vcek.der", "real/genoa-v3-tinfoil-tls/vcek.der",
		"real/genoa-v5-oak/vcek.der", "real/milan-v2-azure-hcl/vcek.der", "real/milan-v2-google-debug/vcek.der", "real/milan-v2-virtee/vcek.der",
		"real/milan-v3-oak/vcek.der", "real/milan-v3-oak-rk/vcek.der", "real/milan-v3-vlek-aws/vlek.der", "real/turin-v5-aci/vcek.der",
		"certs-only/milan_vcek_bad_signature_der_hwid.der", "certs-only/milan_vcek_bad_signature_raw_hwid.der", "certs-only/turin_vcek_zero_tcb.der",
	};
	if (ah_test_vectors() == NULL)
		AH_SKIP("../shared/vectors absent");
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		AH_AUTO(ah_buf) der = { .max = 0 };
		ah_cert cert = { 0 };
		char path[128];
		(void)snprintf(path, sizeof path, "snp/%s", files[i]);
		EXPECT_MSG(vector_read_der(&der, path), "%s is not there", path);
		EXPECT_OK(ah_cert_parse(&cert, ah_buf_slice(&der), NULL));
		EXPECT(cert.sig_alg == AH_SIG_RSA_PSS_SHA384 && (cert.key.kind == AH_KEY_RSA || cert.key.kind == AH_KEY_P384));
		EXPECT(!cert.has_unknown_critical);
	}
	ah_test_count(sizeof files / sizeof files[0]);
}

static void intel_root_is_read(void)
{
	AH_AUTO(ah_buf) der = { .max = 0 };
	ah_cert cert = { 0 };
	if (!vector_read_der(&der, "tdx/roots/Intel_SGX_Root_CA.der"))
		AH_SKIP("../shared/vectors absent");
	EXPECT_OK(ah_cert_parse(&cert, ah_buf_slice(&der), NULL));
	EXPECT(cert.key.kind == AH_KEY_P256 && cert.sig_alg == AH_SIG_ECDSA_SHA256 && cert.has_path_len && cert.path_len == 1);
}

static void nitro_chain_is_read(void)
{
	static const char *const files[] = { "noauth-enclaved-2025-04-01", "dstack-2025-12-25-a", "evervault-in-cert-2023-01-18", "qos-genesis-2022-07-06" };
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		AH_AUTO(ah_buf) file = { .max = 0 };
		ah_slice ders[AH_PATH_MAX];
		if (ah_test_vectors() == NULL)
			AH_SKIP("../shared/vectors absent");
		EXPECT(ah_test_read(&file, "%s/nitro/attestation/%s.cose", ah_test_vectors(), files[i]));
		EXPECT(vector_nitro_chain(ders, AH_PATH_MAX, ah_buf_slice(&file)) == 5);
		for (size_t j = 0; j < 5; j++) {
			ah_cert cert = { 0 };
			EXPECT_OK(ah_cert_parse(&cert, ders[j], NULL));
			EXPECT(cert.version == 3 && cert.key.kind == AH_KEY_P384 && cert.sig_alg == AH_SIG_ECDSA_SHA384 && cert.has_basic_constraints);
			EXPECT(cert.is_ca == (j != 4));
			EXPECT(cert.has_path_len == (j >= 1 && j <= 3) && (!cert.has_path_len || cert.path_len == 3 - j));
			EXPECT(((cert.key_usage & AH_KU_KEY_CERT_SIGN) != 0) == (j != 4));
			EXPECT(cert.has_crl_distribution_points == (j == 1 || j == 2));
		}
	}
}

/* -- One thing changed in the TBS -- */

/* Replace the only occurrence of some bytes. */
struct replacement {
	ah_slice find, put;
};

/* Bytes of the same length: no length field needs to change. */
static ah_err replace(ah_buf *tbs, void *context)
{
	const struct replacement *change = context;
	size_t found = 0, at = 0;
	if (change->find.len != change->put.len)
		return AH_ERR_INTERNAL;
	for (size_t i = 0; i + change->find.len <= tbs->len; i++)
		if (ah_slice_is(ah_slice_sub(ah_buf_slice(tbs), i, change->find.len), change->find)) {
			at = i;
			found++;
		}
	if (found != 1)
		return AH_ERR_INTERNAL;
	memcpy(tbs->ptr + at, change->put.ptr, change->put.len);
	return AH_OK;
}

/* Mint the regional CA of a Nitro chain with one change and parse it. */
static ah_err parse_changed(ah_slice find, ah_slice put, ah_fault *why)
{
	AH_AUTO(chain) c = chain_nitro(3);
	struct replacement change = { find, put };
	ah_cert cert = { 0 };
	ah_err err = chain_issue(&c, NULL);
	if (err != AH_OK)
		return err;
	c.links[1].patch = replace;
	c.links[1].patch_context = &change;
	err = chain_issue(&c, NULL);
	if (err != AH_ERR_CERT_MALFORMED && err != AH_ERR_TOO_LARGE)
		return err;
	return ah_cert_parse(&cert, ah_buf_slice(&c.der[1]), why);
}

#define CHANGE(find, put) AH_SLICE_LITERAL(find), AH_SLICE_LITERAL(put)

static void strict_der_rules_are_kept(void)
{
	/* The minted CA has: version a0 03 02 01 02, serial 02 02 10 01, BC 30 0f ..30 06 01 01 ff 02 01 00, KU 03 02 01 06. */
	const struct {
		const char *name;
		ah_slice find, put;
		const char *detail;
	} rows[] = {
		{ "version 1 written out", CHANGE("\xa0\x03\x02\x01\x02", "\xa0\x03\x02\x01\x00"), "version 1 written out" },
		{ "version 4", CHANGE("\xa0\x03\x02\x01\x02", "\xa0\x03\x02\x01\x03"), "FieldOutOfRange" },
		{ "version 2 with extensions", CHANGE("\xa0\x03\x02\x01\x02", "\xa0\x03\x02\x01\x01"), "extensions in a certificate before version 3" },
		{ "negative serial", CHANGE("\x02\x02\x10\x01", "\x02\x02\x90\x01"), "FieldOutOfRange" },
		{ "padded serial", CHANGE("\x02\x02\x10\x01", "\x02\x02\x00\x01"), "NonCanonicalEncoding" },
		{ "BOOLEAN of 1", CHANGE("\x30\x06\x01\x01\xff\x02", "\x30\x06\x01\x01\x01\x02"), "NonCanonicalEncoding" },
		{ "cA FALSE written out", CHANGE("\x30\x06\x01\x01\xff\x02", "\x30\x06\x01\x01\x00\x02"), "cA FALSE written out" },
		{ "critical FALSE written out", CHANGE("\x55\x1d\x13\x01\x01\xff", "\x55\x1d\x13\x01\x01\x00"), "NonCanonicalEncoding" },
		{ "pathLen is no INTEGER", CHANGE("\x01\x01\xff\x02\x01\x00", "\x01\x01\xff\x04\x01\x00"), "Malformed" },
		{ "negative pathLen", CHANGE("\x01\x01\xff\x02\x01\x00", "\x01\x01\xff\x02\x01\xff"), "FieldOutOfRange" },
		{ "keyUsage with unused bits set", CHANGE("\x03\x02\x01\x06", "\x03\x02\x01\x07"), "keyUsage of a wrong form" },
		{ "keyUsage with 8 unused bits", CHANGE("\x03\x02\x01\x06", "\x03\x02\x08\x06"), "keyUsage of a wrong form" },
		{ "the same extension twice", CHANGE("\x06\x03\x55\x1d\x0f", "\x06\x03\x55\x1d\x13"), NULL },
		{ "padded OID", CHANGE("\x06\x03\x55\x1d\x0e", "\x06\x03\x80\x1d\x0e"), "NonCanonicalEncoding" },
		{ "OID that does not end", CHANGE("\x06\x03\x55\x1d\x0e", "\x06\x03\x55\x1d\x8e"), "Malformed" },
		{ "constructed OCTET STRING", CHANGE("\x55\x1d\x0e\x04\x16", "\x55\x1d\x0e\x24\x16"), "NonCanonicalEncoding" },
		{ "indefinite length", CHANGE("\x55\x1d\x0e\x04\x16", "\x55\x1d\x0e\x04\x80"), "NonCanonicalEncoding" },
		{ "length beyond the end", CHANGE("\x55\x1d\x0e\x04\x16", "\x55\x1d\x0e\x04\x17"), "Truncated" },
		{ "bytes behind a key id", CHANGE("\x04\x16\x04\x14", "\x04\x16\x04\x13"), "TrailingData" },
		{ "time of another tag", CHANGE("\x17\x0d\x32\x36\x30\x39\x32\x30", "\x16\x0d\x32\x36\x30\x39\x32\x30"), "Malformed" },
		{ "30 February", CHANGE("\x17\x0d\x32\x36\x30\x39\x32\x30", "\x17\x0d\x32\x36\x30\x32\x33\x30"), "FieldOutOfRange" },
		{ "month 13", CHANGE("\x17\x0d\x32\x36\x30\x39\x32\x30", "\x17\x0d\x32\x36\x31\x33\x32\x30"), "FieldOutOfRange" },
		{ "name that is not UTF-8", CHANGE("\x0c\x08regional", "\x0c\x08\xff" "egional"), "name is not UTF-8" },
		{ "name that is not ASCII", CHANGE("\x0c\x08regional", "\x13\x08\xff" "egional"), "name has a character outside of its string type" },
		{ "name that is no string", CHANGE("\x0c\x08regional", "\x04\x08regional"), "name has a value that is no string" },
		{ "key with unused bits", CHANGE("\x03\x62\x00\x04", "\x03\x62\x01\x04"), "Malformed" },
		{ "inner algorithm differs", CHANGE("\x2a\x86\x48\xce\x3d\x04\x03\x03", "\x2a\x86\x48\xce\x3d\x04\x03\x02"), "the two signature algorithms differ" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		ah_fault why = { .err = AH_OK };
		ah_err err = parse_changed(rows[i].find, rows[i].put, &why);
		EXPECT_MSG(err == AH_ERR_CERT_MALFORMED, "%s: %s", rows[i].name, ah_err_name(err));
		EXPECT_MSG(rows[i].detail == NULL || strcmp(why.detail, rows[i].detail) == 0, "%s: %s at %zu", rows[i].name, why.detail, why.offset);
		EXPECT(why.offset != AH_NO_OFFSET);
	}
	ah_test_count(sizeof rows / sizeof rows[0]);
}

/* -- Odd extensions, minted as they are -- */

static ah_err parse_with_extensions(ah_slice extensions, ah_cert *cert, ah_fault *why)
{
	AH_AUTO(ah_buf) name = AH_BUF(256);
	AH_AUTO(ah_buf) spki = AH_BUF(1024);
	static ah_buf der = { .max = 64 * 1024 };
	ah_private_key *key = chain_key(AH_KEY_P384, 0);
	AH_TRY(ah_mint_put_common_name(&name, "x"));
	AH_TRY(ah_private_key_spki(key, &spki));
	const ah_mint_cert spec = {
		.serial = AH_SLICE_LITERAL("\x01"), .issuer = ah_buf_slice(&name), .subject = ah_buf_slice(&name), .not_after_s = 1,
		.spki = ah_buf_slice(&spki), .extensions = extensions, .signing = { .sig_alg = AH_SIG_ECDSA_SHA384, .key = key },
	};
	ah_buf_clear(&der);
	AH_TRY(ah_mint_certificate(&der, &spec));
	ah_err err = ah_cert_parse(cert, ah_buf_slice(&der), why);
	return err;
}

static void contents_of_known_extensions_are_strict(void)
{
	const struct {
		const char *name;
		ah_slice oid, value;
	} rows[] = {
		{ "pathLen without cA", AH_OID_BASIC_CONSTRAINTS, AH_SLICE_LITERAL("\x30\x03\x02\x01\x00") },
		{ "bytes behind pathLen", AH_OID_BASIC_CONSTRAINTS, AH_SLICE_LITERAL("\x30\x08\x01\x01\xff\x02\x01\x00\x05\x00") },
		{ "bytes behind basicConstraints", AH_OID_BASIC_CONSTRAINTS, AH_SLICE_LITERAL("\x30\x00\x05\x00") },
		{ "pathLen of 2^31", AH_OID_BASIC_CONSTRAINTS, AH_SLICE_LITERAL("\x30\x0a\x01\x01\xff\x02\x05\x00\x80\x00\x00\x00") },
		{ "empty basicConstraints value", AH_OID_BASIC_CONSTRAINTS, AH_SLICE_LITERAL("") },
		{ "keyUsage without a bit", AH_OID_KEY_USAGE, AH_SLICE_LITERAL("\x03\x01\x00") },
		{ "keyUsage of 17 bits", AH_OID_KEY_USAGE, AH_SLICE_LITERAL("\x03\x04\x07\x80\x00\x80") },
		{ "keyUsage without content", AH_OID_KEY_USAGE, AH_SLICE_LITERAL("\x03\x00") },
		{ "empty subjectKeyIdentifier", AH_OID_SUBJECT_KEY_ID, AH_SLICE_LITERAL("\x04\x00") },
		{ "bytes behind subjectKeyIdentifier", AH_OID_SUBJECT_KEY_ID, AH_SLICE_LITERAL("\x04\x01\x01\x00") },
		{ "authorityKeyIdentifier without keyIdentifier", AH_OID_AUTHORITY_KEY_ID, AH_SLICE_LITERAL("\x30\x00") },
		{ "authorityKeyIdentifier with a serial number", AH_OID_AUTHORITY_KEY_ID, AH_SLICE_LITERAL("\x30\x06\x80\x01\x01\x82\x01\x01") },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		AH_AUTO(ah_buf) list = AH_BUF(1024);
		ah_cert cert = { 0 };
		EXPECT_OK(ah_mint_put_extension(&list, rows[i].oid, false, rows[i].value));
		ah_err err = parse_with_extensions(ah_buf_slice(&list), &cert, NULL);
		EXPECT_MSG(err == AH_ERR_CERT_MALFORMED, "%s: %s", rows[i].name, ah_err_name(err));
	}
	ah_test_count(sizeof rows / sizeof rows[0]);
}

/* As in every ASK and ASVK of AMD: 03 02 01 04, with a zero bit behind keyCertSign that DER would leave out. */
static void key_usage_of_amd_is_read(void)
{
	AH_AUTO(ah_buf) list = AH_BUF(1024);
	ah_cert cert = { 0 };
	EXPECT_OK(ah_mint_put_extension(&list, AH_OID_KEY_USAGE, true, AH_SLICE_LITERAL("\x03\x02\x01\x04")));
	EXPECT_OK(parse_with_extensions(ah_buf_slice(&list), &cert, NULL));
	EXPECT(cert.has_key_usage && cert.key_usage == AH_KU_KEY_CERT_SIGN);
}

static void extensions_are_counted(void)
{
	AH_AUTO(ah_buf) list = AH_BUF(4096);
	ah_cert cert = { 0 };
	for (uint8_t i = 0; i < AH_CERTIFICATE_EXTENSIONS_MAX; i++) {
		const uint8_t oid[] = { 0x2b, 0x06, 0x01, i };
		EXPECT_OK(ah_mint_put_extension(&list, AH_SLICE_OF(oid), false, AH_SLICE_LITERAL("\x05\x00")));
	}
	EXPECT_OK(parse_with_extensions(ah_buf_slice(&list), &cert, NULL));
	EXPECT_OK(ah_mint_put_extension(&list, AH_SLICE_LITERAL("\x2b\x07"), false, AH_SLICE_LITERAL("\x05\x00")));
	EXPECT_ERR(parse_with_extensions(ah_buf_slice(&list), &cert, NULL), AH_ERR_TOO_LARGE);
}

static void first_unknown_critical_extension_is_remembered(void)
{
	AH_AUTO(ah_buf) list = AH_BUF(4096);
	ah_cert cert = { 0 };
	ah_slice value;
	bool critical = false;
	EXPECT_OK(ah_mint_put_extension(&list, AH_SLICE_LITERAL("\x2b\x01"), false, AH_SLICE_LITERAL("anything")));
	EXPECT_OK(ah_mint_put_extension(&list, AH_SLICE_LITERAL("\x2b\x02"), true, AH_SLICE_LITERAL("")));
	EXPECT_OK(ah_mint_put_extension(&list, AH_OID_CRL_DISTRIBUTION_POINTS, true, AH_SLICE_LITERAL("\x30\x00")));
	EXPECT_OK(parse_with_extensions(ah_buf_slice(&list), &cert, NULL));
	EXPECT(cert.has_unknown_critical && cert.has_crl_distribution_points);
	EXPECT_BYTES(cert.unknown_critical, AH_SLICE_LITERAL("\x2b\x02"));
	EXPECT(ah_cert_extension(&cert, AH_SLICE_LITERAL("\x2b\x02"), &value, &critical));
	EXPECT(critical && value.len == 0);
}

static void constraints_count_as_critical(void)
{
	const ah_slice oids[] = { AH_OID_NAME_CONSTRAINTS, AH_OID_POLICY_CONSTRAINTS, AH_OID_INHIBIT_ANY_POLICY };
	for (size_t i = 0; i < 3; i++) {
		AH_AUTO(ah_buf) list = AH_BUF(1024);
		ah_cert cert = { 0 };
		EXPECT_OK(ah_mint_put_extension(&list, oids[i], false, AH_SLICE_LITERAL("\x30\x00")));
		EXPECT_OK(parse_with_extensions(ah_buf_slice(&list), &cert, NULL));
		EXPECT(cert.has_unknown_critical);
	}
}

/* -- Algorithms and keys -- */

static void only_the_two_real_pss_encodings_are_ours(void)
{
	static const char prefix[] = "06092a864886f70d01010a";
	static const char sha384[] = "300d06096086480165030402020500";
	const struct {
		const char *name, *hash, *mgf_hash, *rest;
		bool ours;
	} rows[] = {
		{ "without trailer", sha384, sha384, "a203020130", true },
		{ "with trailer 1", sha384, sha384, "a203020130a303020101", true },
		{ "with trailer 2", sha384, sha384, "a203020130a303020102", false },
		{ "salt 32", sha384, sha384, "a203020120", false },
		{ "SHA-256", "300d06096086480165030402010500", sha384, "a203020130", false },
		{ "MGF1 with SHA-256", sha384, "300d06096086480165030402010500", "a203020130", false },
		{ "SHA-384 without NULL", "300b0609608648016503040202", sha384, "a203020130", false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		AH_AUTO(ah_buf) algorithm = AH_BUF(256);
		AH_AUTO(ah_buf) body = AH_BUF(256);
		AH_AUTO(ah_buf) part = AH_BUF(256);
		AH_AUTO(ah_buf) mgf = AH_BUF(256);
		AH_AUTO(chain) c = chain_amd();
		ah_test_hex(&part, rows[i].hash);
		EXPECT_OK(ah_der_put(&body, 0xa0, ah_buf_slice(&part)));
		ah_test_hex(&mgf, "06092a864886f70d010108");
		ah_test_hex(&mgf, rows[i].mgf_hash);
		ah_buf_clear(&part);
		EXPECT_OK(ah_der_put(&part, AH_DER_SEQUENCE, ah_buf_slice(&mgf)));
		EXPECT_OK(ah_der_put(&body, 0xa1, ah_buf_slice(&part)));
		ah_test_hex(&body, rows[i].rest);
		ah_buf_clear(&part);
		ah_test_hex(&part, prefix);
		EXPECT_OK(ah_der_put(&part, AH_DER_SEQUENCE, ah_buf_slice(&body)));
		EXPECT_OK(ah_der_put(&algorithm, AH_DER_SEQUENCE, ah_buf_slice(&part)));
		c.links[2].inner_algorithm = c.links[2].outer_algorithm = ah_buf_slice(&algorithm);
		EXPECT_OK(chain_issue(&c, NULL));
		EXPECT_MSG(c.certs[2].sig_alg == (rows[i].ours ? AH_SIG_RSA_PSS_SHA384 : AH_SIG_OTHER), "%s", rows[i].name);
	}
}

static void other_algorithms_are_recognised_as_other(void)
{
	static const char *const others[] = {
		"300d06092a864886f70d01010c0500",   /* sha384WithRSAEncryption */
		"300a06082a8648ce3d040304",         /* ecdsa-with-SHA512 */
		"300c06082a8648ce3d0403030500",     /* ecdsa-with-SHA384 with parameters, which it does not have */
		"300506032b6570",                   /* Ed25519 */
	};
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		AH_AUTO(ah_buf) algorithm = AH_BUF(256);
		AH_AUTO(chain) c = chain_nitro(2);
		ah_test_hex(&algorithm, others[i]);
		c.links[1].inner_algorithm = c.links[1].outer_algorithm = ah_buf_slice(&algorithm);
		EXPECT_OK(chain_issue(&c, NULL));
		EXPECT(c.certs[1].sig_alg == AH_SIG_OTHER);
	}
}

static ah_err parse_with_spki(const char *spki_hex, ah_cert *cert)
{
	AH_AUTO(ah_buf) name = AH_BUF(256);
	AH_AUTO(ah_buf) spki = AH_BUF(2048);
	static ah_buf der = { .max = 64 * 1024 };
	ah_test_hex(&spki, spki_hex);
	AH_TRY(ah_mint_put_common_name(&name, "x"));
	const ah_mint_cert spec = {
		.issuer = ah_buf_slice(&name), .subject = ah_buf_slice(&name), .not_after_s = 1, .spki = ah_buf_slice(&spki),
		.signing = { .sig_alg = AH_SIG_ECDSA_SHA384, .key = chain_key(AH_KEY_P384, 0) },
	};
	ah_buf_clear(&der);
	AH_TRY(ah_mint_certificate(&der, &spec));
	return ah_cert_parse(cert, ah_buf_slice(&der), NULL);
}

#define X32 "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296" /* the base point of P-256 */
#define Y32 "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"

static void keys_of_other_kinds_leave_the_kind_unknown(void)
{
	const struct {
		const char *name, *spki;
		ah_err err;
		ah_key_kind kind;
	} rows[] = {
		{ "P-256", "3059301306072a8648ce3d020106082a8648ce3d030107034200" "04" X32 Y32, AH_OK, AH_KEY_P256 },
		{ "P-256, compressed", "3039301306072a8648ce3d020106082a8648ce3d030107032200" "03" X32, AH_OK, AH_KEY_NONE },
		{ "P-256 point under P-384", "3056301006072a8648ce3d020106052b81040022034200" "04" X32 Y32, AH_OK, AH_KEY_NONE },
		{ "secp256k1", "3056301006072a8648ce3d020106052b8104000a034200" "04" X32 Y32, AH_OK, AH_KEY_NONE },
		{ "Ed25519", "302a300506032b6570032100" X32, AH_OK, AH_KEY_NONE },
		{ "RSA-512", "305c300d06092a864886f70d0101010500034b003048024100" "f" X32 "1" Y32 "0203010001", AH_ERR_CERT_MALFORMED, AH_KEY_NONE },
		{ "bytes behind the key", "305b301306072a8648ce3d020106082a8648ce3d030107034200" "04" X32 Y32 "0500", AH_ERR_CERT_MALFORMED, AH_KEY_NONE },
		{ "key in an OCTET STRING", "3059301306072a8648ce3d020106082a8648ce3d030107044200" "04" X32 Y32, AH_ERR_CERT_MALFORMED, AH_KEY_NONE },
		{ "RSA key that is no RSAPublicKey", "3016300d06092a864886f70d01010105000305000102030405", AH_ERR_CERT_MALFORMED, AH_KEY_NONE },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		ah_cert cert = { .version = 0 };
		ah_err err = parse_with_spki(rows[i].spki, &cert);
		EXPECT_MSG(err == rows[i].err, "%s: %s", rows[i].name, ah_err_name(err));
		EXPECT_MSG(err != AH_OK || cert.key.kind == rows[i].kind, "%s: kind %d", rows[i].name, (int)cert.key.kind);
	}
}

/* -- The whole -- */

static void size_limit_is_exact(void)
{
	static uint8_t bytes[AH_CERTIFICATE_MAX + 1];
	ah_cert cert = { 0 };
	EXPECT_ERR(ah_cert_parse(&cert, ah_slice_make(bytes, AH_CERTIFICATE_MAX + 1), NULL), AH_ERR_TOO_LARGE);
	EXPECT_ERR(ah_cert_parse(&cert, ah_slice_make(bytes, AH_CERTIFICATE_MAX), NULL), AH_ERR_CERT_MALFORMED);
	EXPECT_ERR(ah_cert_parse(&cert, (ah_slice){ NULL, 0 }, NULL), AH_ERR_CERT_MALFORMED);
}

static void serial_number_has_at_most_20_bytes(void)
{
	AH_AUTO(ah_buf) name = AH_BUF(256);
	AH_AUTO(ah_buf) spki = AH_BUF(2048);
	static const uint8_t serial[AH_SERIAL_MAX + 1] = { 0x81, 1 };
	EXPECT_OK(ah_mint_put_common_name(&name, "x"));
	EXPECT_OK(ah_private_key_spki(chain_key(AH_KEY_P384, 0), &spki));
	for (size_t len = AH_SERIAL_MAX; len <= AH_SERIAL_MAX + 1; len++) {
		AH_AUTO(ah_buf) der = AH_BUF(4096);
		const ah_mint_cert spec = {
			.serial = ah_slice_make(serial, len), .issuer = ah_buf_slice(&name), .subject = ah_buf_slice(&name), .not_after_s = 1,
			.spki = ah_buf_slice(&spki), .signing = { .sig_alg = AH_SIG_ECDSA_SHA384, .key = chain_key(AH_KEY_P384, 0) },
		};
		ah_cert cert = { 0 };
		EXPECT_OK(ah_mint_certificate(&der, &spec));
		EXPECT_ERR(ah_cert_parse(&cert, ah_buf_slice(&der), NULL), len == AH_SERIAL_MAX ? AH_OK : AH_ERR_CERT_MALFORMED);
	}
}

static void truncated_or_continued_certificate_is_malformed(void)
{
	AH_AUTO(chain) c = chain_nitro(3);
	ah_cert cert = { 0 };
	EXPECT_OK(chain_issue(&c, NULL));
	ah_slice whole = ah_buf_slice(&c.der[1]);
	for (size_t len = 0; len < whole.len; len++)
		EXPECT_ERR(ah_cert_parse(&cert, ah_slice_sub(whole, 0, len), NULL), AH_ERR_CERT_MALFORMED);
	EXPECT_OK(ah_buf_append_byte(&c.der[1], 0));
	EXPECT_ERR(ah_cert_parse(&cert, ah_buf_slice(&c.der[1]), NULL), AH_ERR_CERT_MALFORMED);
	ah_test_count(whole.len);
}

/* Every change of one bit either fails to parse or leaves all slices inside the input. */
static void flipped_bits_never_lead_outside(void)
{
	AH_AUTO(chain) c = chain_nitro(3);
	EXPECT_OK(chain_issue(&c, NULL));
	for (size_t bit = 0; bit < c.der[1].len * 8; bit++) {
		ah_cert cert = { 0 };
		c.der[1].ptr[bit / 8] ^= (uint8_t)(1u << bit % 8);
		ah_err err = ah_cert_parse(&cert, ah_buf_slice(&c.der[1]), NULL);
		EXPECT(err == AH_OK || err == AH_ERR_CERT_MALFORMED);
		c.der[1].ptr[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	ah_test_count(c.der[1].len * 8);
}

/* -- Names -- */

static void common_name_is_unique_or_none(void)
{
	const ah_mint_attribute attributes[] = {
		{ AH_OID_COMMON_NAME, "one", AH_DER_PRINTABLE_STRING }, { AH_OID_ORGANIZATION, "o", 0 }, { AH_OID_COMMON_NAME, "two", 0 },
	};
	AH_AUTO(ah_buf) one = AH_BUF(256);
	AH_AUTO(ah_buf) two = AH_BUF(256);
	AH_AUTO(ah_buf) none = AH_BUF(256);
	ah_slice cn = { NULL, 0 };
	EXPECT_OK(ah_mint_put_name(&one, attributes, 2));
	EXPECT_OK(ah_mint_put_name(&two, attributes, 3));
	EXPECT_OK(ah_mint_put_name(&none, attributes, 0));
	EXPECT(ah_name_common_name(ah_buf_slice(&one), &cn));
	EXPECT_BYTES(cn, AH_SLICE_LITERAL("one"));
	EXPECT(!ah_name_common_name(ah_buf_slice(&two), &cn));
	EXPECT(!ah_name_common_name(ah_buf_slice(&none), &cn));
	EXPECT(!ah_name_common_name(AH_SLICE_LITERAL("\x30\x05"), &cn));
}

static void names_are_shown_safely(void)
{
	const ah_mint_attribute attributes[] = {
		{ AH_OID_COMMON_NAME, "a,O=AWS\n\xc3\xa4", 0 }, { AH_SLICE_LITERAL("\x55\x04\x05"), "7", 0 }, { AH_OID_STATE, "WA", 0 },
	};
	AH_AUTO(ah_buf) name = AH_BUF(256);
	char text[64], small[8];
	EXPECT_OK(ah_mint_put_name(&name, attributes, 3));
	ah_name_format(text, sizeof text, ah_buf_slice(&name));
	EXPECT_MSG(strcmp(text, "CN=a\\,O=AWS???,?=7,ST=WA") == 0, "%s", text);
	ah_name_format(small, sizeof small, ah_buf_slice(&name));
	EXPECT(strcmp(small, "CN=a\\,O") == 0);
	ah_name_format(small, sizeof small, (ah_slice){ NULL, 0 });
	EXPECT(small[0] == '\0');
}

static const ah_test_case cases[] = {
	AH_TEST(amd_root_is_read),
	AH_TEST(amd_vcek_is_read),
	AH_TEST(every_amd_certificate_of_the_vectors_is_read),
	AH_TEST(intel_root_is_read),
	AH_TEST(nitro_chain_is_read),
	AH_TEST(strict_der_rules_are_kept),
	AH_TEST(contents_of_known_extensions_are_strict),
	AH_TEST(key_usage_of_amd_is_read),
	AH_TEST(extensions_are_counted),
	AH_TEST(first_unknown_critical_extension_is_remembered),
	AH_TEST(constraints_count_as_critical),
	AH_TEST(only_the_two_real_pss_encodings_are_ours),
	AH_TEST(other_algorithms_are_recognised_as_other),
	AH_TEST(keys_of_other_kinds_leave_the_kind_unknown),
	AH_TEST(size_limit_is_exact),
	AH_TEST(serial_number_has_at_most_20_bytes),
	AH_TEST(truncated_or_continued_certificate_is_malformed),
	AH_TEST(flipped_bits_never_lead_outside),
	AH_TEST(common_name_is_unique_or_none),
	AH_TEST(names_are_shown_safely),
};

AH_TEST_MAIN(cases)
