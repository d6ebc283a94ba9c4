/*
 * Certificates: what we accept, OpenSSL accepts too and reads to the same end; and what is read lies inside the input. The other direction
 * does not hold: OpenSSL takes BER here and there.
 */
#include "fuzz.h"

#include "pki/cert.h"

#include <openssl/err.h>
#include <openssl/x509.h>

static void check_inside(ah_slice part, ah_slice whole)
{
	assert(part.len == 0 || (part.ptr >= whole.ptr && part.len <= whole.len && (size_t)(part.ptr - whole.ptr) <= whole.len - part.len));
}

static void check_slices(const ah_cert *cert, ah_slice in)
{
	const ah_slice parts[] = {
		cert->der, cert->tbs, cert->serial, cert->issuer, cert->subject, cert->spki, cert->key.point, cert->key.modulus, cert->key.exponent,
		cert->signature, cert->ski, cert->aki, cert->unknown_critical, cert->extensions,
	};
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		check_inside(parts[i], in);
	assert(cert->version >= 1 && cert->version <= 3 && cert->serial.len >= 1 && cert->serial.len <= AH_SERIAL_MAX);
	assert(cert->sig_alg != AH_SIG_NONE && cert->signature.len != 0 && cert->tbs.len != 0 && cert->spki.len != 0);
	assert(cert->is_ca || !cert->has_path_len);
}

static void check_oracle(ah_slice in)
{
	const unsigned char *at = in.ptr;
	X509 *cert = d2i_X509(NULL, &at, (long)in.len);
	assert(cert != NULL && at == in.ptr + in.len);
	X509_free(cert);
	ERR_clear_error();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ah_slice in = ah_slice_make(data, size), value, cn;
	ah_cert cert;
	bool critical;
	char name[64];
	if (ah_cert_parse(&cert, in, NULL) != AH_OK)
		return 0;
	check_slices(&cert, in);
	check_oracle(in);
	ah_name_format(name, sizeof name, cert.subject);
	if (ah_name_common_name(cert.subject, &cn))
		check_inside(cn, in);
	if (cert.has_unknown_critical)
		assert(ah_cert_extension(&cert, cert.unknown_critical, &value, &critical));
	assert(!ah_cert_extension(&cert, AH_SLICE_LITERAL("not an OID of any certificate"), &value, &critical));
	return 0;
}
