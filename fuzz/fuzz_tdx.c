/* TDX quotes through detect, parser and field table, then the certificates inside; and the same bytes as a certificate whose SGX extension is read. */
#include "fuzz.h"

#include "evidence/platform.h"
#include "platforms/tdx/pck.h"
#include "platforms/tdx/pck_chain.h"
#include "platforms/tdx/quote.h"

#define FIELDS_MAX 32

/* The fields follow each other from the first byte to the auth data. */
static void check_fields(const ah_tdx_quote *quote)
{
	ah_tdx_field fields[FIELDS_MAX];
	size_t off = 0, count = ah_tdx_fields(quote, fields, FIELDS_MAX);
	assert(count <= FIELDS_MAX);
	for (size_t i = 0; i < count; i++) {
		assert(fields[i].off == off);
		off += fields[i].len;
	}
	assert(off == quote->signed_bytes.len + 4 && off < quote->end);
}

static void read_chain(ah_slice pem)
{
	ah_tdx_pck_chain chain = { .chain = { .count = 0 } };
	ah_tdx_pck pck;
	if (ah_tdx_pck_chain_read(&chain, pem, NULL) == AH_OK) {
		assert(chain.chain.count == AH_TDX_PCK_CHAIN_COUNT);
		ah_tdx_pck_decode(&pck, ah_tdx_pck_leaf(&chain));
	}
	ah_tdx_pck_chain_free(&chain);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static ah_evidence evidence;
	static ah_checks log;
	ah_slice in = ah_slice_make(data, size);
	const ah_platform *tdx = ah_platform_find(AH_PLATFORM_TDX);
	ah_tdx_quote quote;
	ah_tdx_pck pck;
	ah_cert cert;
	log = (ah_checks){ .first_err = AH_OK };
	bool detected = tdx->detect(in);
	ah_err err = tdx->parse(&evidence, in, &log, NULL);
	assert(err != AH_OK || detected);
	log = (ah_checks){ .first_err = AH_OK };
	if (ah_tdx_quote_parse(&quote, in, &log, NULL) == AH_OK) {
		assert(err == AH_OK && quote.end <= size && quote.pck_chain_off + quote.pck_chain.len == quote.end);
		check_fields(&quote);
		read_chain(quote.pck_chain);
	}
	read_chain(in);
	if (ah_cert_parse(&cert, in, NULL) == AH_OK) {
		ah_tdx_pck_decode(&pck, &cert);
		assert(pck.defect != NULL || pck.sgx_type <= 2);
	}
	return 0;
}
