/* The host's certificate table: every blob must lie behind the entries and inside the input. */
#include "fuzz.h"

#include "platforms/snp_cert_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ah_snp_cert_table table;
	if (ah_snp_cert_table_parse(&table, ah_slice_make(data, size), NULL) != AH_OK)
		return 0;
	assert(table.header_len <= size);
	for (size_t i = 0; i < table.count; i++) {
		const ah_snp_cert_entry *entry = &table.entries[i];
		assert(entry->blob.len != 0 && entry->blob_off >= table.header_len && entry->blob_off + entry->blob.len <= size);
		assert(entry->blob.ptr == data + entry->blob_off);
	}
	return 0;
}
