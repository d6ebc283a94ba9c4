/* CRLs: what we accept, OpenSSL accepts too, reads to the same end and counts the same entries; lookups agree with the list. */
#include "fuzz.h"

#include "pki/crl.h"

#include <openssl/err.h>
#include <openssl/x509.h>

static void check_inside(ah_slice part, ah_slice whole)
{
	assert(part.len == 0 || (part.ptr >= whole.ptr && part.len <= whole.len && (size_t)(part.ptr - whole.ptr) <= whole.len - part.len));
}

static void check_oracle(const ah_crl *crl, ah_slice in)
{
	const unsigned char *at = in.ptr;
	X509_CRL *other = d2i_X509_CRL(NULL, &at, (long)in.len);
	assert(other != NULL && at == in.ptr + in.len);
	int count = sk_X509_REVOKED_num(X509_CRL_get_REVOKED(other)); /* -1 when there is no list */
	assert((size_t)(count < 0 ? 0 : count) == crl->revoked_count);
	X509_CRL_free(other);
	ERR_clear_error();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ah_slice in = ah_slice_make(data, size);
	ah_crl crl;
	if (ah_crl_parse(&crl, in, NULL) != AH_OK)
		return 0;
	const ah_slice parts[] = { crl.der, crl.tbs, crl.issuer, crl.signature, crl.revoked, crl.aki, crl.number };
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		check_inside(parts[i], in);
	assert(crl.sig_alg != AH_SIG_NONE && crl.signature.len != 0 && (crl.revoked.len == 0) == (crl.revoked_count == 0));
	check_oracle(&crl, in);
	/* 21 bytes are longer than any serial number of the list. */
	assert(!ah_crl_lists(&crl, AH_SLICE_LITERAL("123456789012345678901")));
	return 0;
}
