/* Nitro documents through detect, structure and rules. What parses is walked: every field must lie inside the input. */
#include "fuzz.h"

#include "evidence/platform.h"
#include "platforms/nitro_document.h"

static void check_field(const ah_nitro_field *field, ah_slice in)
{
	if (field->present)
		assert(field->off <= in.len && field->value.len <= in.len - field->off);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static ah_evidence evidence;
	static ah_checks log;
	static ah_nitro_document doc;
	ah_slice in = ah_slice_make(data, size);
	const ah_platform *nitro = ah_platform_find(AH_PLATFORM_NITRO);
	log = (ah_checks){ .first_err = AH_OK };
	(void)nitro->detect(in);
	ah_err err = nitro->parse(&evidence, in, &log, NULL);
	if (ah_nitro_document_parse(&doc, in, NULL) != AH_OK) {
		assert(err != AH_OK);
		return 0;
	}
	check_field(&doc.module_id, in);
	check_field(&doc.certificate, in);
	check_field(&doc.user_data, in);
	for (size_t i = 0; i < doc.cabundle_count; i++)
		check_field(&doc.cabundle[i], in);
	for (size_t i = 0; i < doc.unknown_key_count; i++)
		check_field(&doc.unknown_keys[i], in);
	for (unsigned i = 0; i < AH_NITRO_PCR_COUNT; i++)
		if (ah_nitro_document_pcr(&doc, i) != NULL)
			check_field(&ah_nitro_document_pcr(&doc, i)->field, in);
	return 0;
}
