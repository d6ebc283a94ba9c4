/* Certificates and CRLs of the vectors folder, which are DER or PEM. */
#ifndef AH_TESTS_UNIT_PKI_VECTORS_H
#define AH_TESTS_UNIT_PKI_VECTORS_H

#include "codec/cbor.h"
#include "codec/cose.h"
#include "codec/pem.h"
#include "support/test.h"

/* The file as DER; false when it is not there. */
static inline bool vector_read_der(ah_buf *out, const char *below)
{
	AH_AUTO(ah_buf) file = { .max = 0 };
	ah_slice label;
	bool found = false;
	if (ah_test_vectors() == NULL || !ah_test_read(&file, "%s/%s", ah_test_vectors(), below))
		return false;
	out->max = 64 * 1024;
	if (!ah_pem_detect(ah_buf_slice(&file)))
		return ah_buf_append(out, ah_buf_slice(&file)) == AH_OK;
	ah_slice rest = ah_buf_slice(&file);
	return ah_pem_next(&rest, &found, &label, out) == AH_OK && found;
}

/* The certificates of a Nitro document, root first, leaf last; their number, 0 when the document cannot be read. Borrows from file. */
static inline size_t vector_nitro_chain(ah_slice *certs, size_t max, ah_slice file)
{
	ah_cose_sign1 cose;
	ah_cbor c;
	ah_slice leaf = { NULL, 0 };
	size_t count = 0;
	if (ah_cose_sign1_parse(&cose, file, NULL) != AH_OK)
		return 0;
	ah_cbor_init(&c, cose.payload);
	ah_cbor_map_begin(&c, NULL);
	while (ah_cbor_more(&c)) {
		ah_slice key = ah_cbor_text(&c);
		if (ah_slice_is_text(key, "certificate")) {
			leaf = ah_cbor_bytes(&c);
		} else if (ah_slice_is_text(key, "cabundle")) {
			ah_cbor_array_begin(&c, NULL);
			while (ah_cbor_more(&c) && count + 1 < max)
				certs[count++] = ah_cbor_bytes(&c);
			ah_cbor_end(&c);
		} else {
			ah_cbor_skip(&c);
		}
	}
	ah_cbor_end(&c);
	if (ah_cbor_finish(&c, NULL) != AH_OK || leaf.len == 0)
		return 0;
	certs[count++] = leaf;
	return count;
}

#endif
