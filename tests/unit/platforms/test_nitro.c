/*
 * Nitro documents: structure and every rule on a single field. Documents are written here with the CBOR writer, unsigned; chains and signatures are the
 * matter of the vectors and of the forged cases.
 */
#include "platforms/nitro_document.h"
#include "base/fault.h"
#include "evidence/platform.h"
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>

#define DOCUMENT_MAX ((size_t)64 * 1024)

/* What a test may change; zero is a good document. */
typedef struct plan {
	bool tagged, indefinite, no_optional, null_optional;
	int64_t alg;                /* 0: ES384 */
	size_t signature_len;       /* 0: 96 */
	const char *leave_out;      /* a member */
	const char *twice;          /* a member, or an extra one */
	const char *module_id, *digest;
	bool timestamp_zero;
	size_t module_id_len;       /* of a long module_id */
	size_t pcr_count;           /* 0: 16; SIZE_MAX: none */
	uint64_t pcr_index;         /* of one more PCR, when pcr_len is set */
	size_t pcr_len;
	bool pcr_twice;
	size_t ca_count, ca_len, leaf_len; /* 0: 4, 700, 644; SIZE_MAX: none */
	size_t public_key_len, user_data_len, nonce_len; /* 0: absent or null; SIZE_MAX: empty */
	size_t extra_keys, extra_key_len;
} plan;

static const uint8_t filler[20000];

static size_t size_of(size_t planned, size_t normal)
{
	return planned == 0 ? normal : planned == SIZE_MAX ? 0 : planned;
}

static ah_err put_key(ah_buf *out, const char *key)
{
	return ah_cbor_put_text(out, ah_slice_text(key));
}

static ah_err put_filler(ah_buf *out, size_t len)
{
	return ah_cbor_put_bytes(out, ah_slice_make(filler, len));
}

static ah_err put_pcr(ah_buf *out, uint64_t index, size_t len)
{
	AH_TRY(ah_cbor_put_uint(out, index));
	return put_filler(out, len);
}

static ah_err put_pcrs(ah_buf *out, const plan *p)
{
	size_t count = size_of(p->pcr_count, 16), more = (p->pcr_len != 0) + (size_t)p->pcr_twice;
	AH_TRY(ah_cbor_put_map(out, count + more));
	for (size_t i = 0; i < count; i++)
		AH_TRY(put_pcr(out, i, 48));
	if (p->pcr_len != 0)
		AH_TRY(put_pcr(out, p->pcr_index, p->pcr_len));
	return p->pcr_twice ? put_pcr(out, 3, 48) : AH_OK;
}

static ah_err put_cabundle(ah_buf *out, const plan *p)
{
	size_t count = size_of(p->ca_count, 4);
	AH_TRY(ah_cbor_put_array(out, count));
	for (size_t i = 0; i < count; i++)
		AH_TRY(put_filler(out, size_of(p->ca_len, 700)));
	return AH_OK;
}

static ah_err put_module_id(ah_buf *out, const plan *p)
{
	char text[256] = "i-0123456789abcdef0-enc0123456789abcdef";
	if (p->module_id != NULL)
		(void)snprintf(text, sizeof text, "%s", p->module_id);
	if (p->module_id_len != 0) {
		memset(text, 'm', p->module_id_len);
		text[p->module_id_len] = '\0';
	}
	return ah_cbor_put_text(out, ah_slice_text(text));
}

static ah_err put_optional(ah_buf *out, const plan *p, size_t planned)
{
	if (planned == 0 && p->null_optional)
		return ah_cbor_put_null(out);
	return put_filler(out, size_of(planned, 0));
}

static ah_err put_value(ah_buf *out, const plan *p, const char *member)
{
	if (strcmp(member, "module_id") == 0)
		return put_module_id(out, p);
	if (strcmp(member, "digest") == 0)
		return ah_cbor_put_text(out, ah_slice_text(p->digest != NULL ? p->digest : "SHA384"));
	if (strcmp(member, "timestamp") == 0)
		return ah_cbor_put_uint(out, p->timestamp_zero ? 0 : UINT64_C(1743516970144));
	if (strcmp(member, "pcrs") == 0)
		return put_pcrs(out, p);
	if (strcmp(member, "certificate") == 0)
		return put_filler(out, size_of(p->leaf_len, 644));
	if (strcmp(member, "cabundle") == 0)
		return put_cabundle(out, p);
	if (strcmp(member, "public_key") == 0)
		return put_optional(out, p, p->public_key_len);
	if (strcmp(member, "user_data") == 0)
		return put_optional(out, p, p->user_data_len);
	if (strcmp(member, "nonce") == 0)
		return put_optional(out, p, p->nonce_len);
	return ah_cbor_put_bool(out, true);
}

static const char *const members[] = { "module_id", "digest", "timestamp", "pcrs", "certificate", "cabundle", "public_key", "user_data", "nonce" };
#define MEMBER_COUNT (sizeof members / sizeof members[0])

static bool is_left_out(const plan *p, size_t i)
{
	const size_t planned[] = { p->public_key_len, p->user_data_len, p->nonce_len };
	bool optional_absent = i >= 6 && planned[i - 6] == 0 && !p->null_optional;
	return optional_absent || (p->leave_out != NULL && strcmp(p->leave_out, members[i]) == 0);
}

static ah_err put_payload(ah_buf *out, const plan *p)
{
	size_t count = p->extra_keys + (p->twice != NULL ? 2 : 0);
	for (size_t i = 0; i < MEMBER_COUNT; i++)
		count += !is_left_out(p, i) && !(p->twice != NULL && strcmp(p->twice, members[i]) == 0);
	AH_TRY(p->indefinite ? ah_cbor_put_map_indefinite(out) : ah_cbor_put_map(out, count));
	for (size_t i = 0; i < MEMBER_COUNT; i++) {
		if (is_left_out(p, i) || (p->twice != NULL && strcmp(p->twice, members[i]) == 0))
			continue;
		AH_TRY(put_key(out, members[i]));
		AH_TRY(put_value(out, p, members[i]));
	}
	for (size_t i = 0; i < p->extra_keys; i++) {
		char key[128] = "";
		memset(key, 'a' + (int)i, size_of(p->extra_key_len, 3));
		AH_TRY(put_key(out, key));
		AH_TRY(ah_cbor_put_uint(out, i));
	}
	for (int i = 0; i < 2 && p->twice != NULL; i++) {
		AH_TRY(put_key(out, p->twice));
		AH_TRY(put_value(out, p, p->twice));
	}
	return p->indefinite ? ah_cbor_put_break(out) : AH_OK;
}

static ah_err write_document(ah_buf *out, const plan *p)
{
	AH_AUTO(ah_buf) payload = AH_BUF(DOCUMENT_MAX);
	AH_AUTO(ah_buf) header = AH_BUF(32);
	AH_TRY(put_payload(&payload, p));
	AH_TRY(ah_cbor_put_map(&header, 1));
	AH_TRY(ah_cbor_put_uint(&header, 1));
	AH_TRY(ah_cbor_put_int(&header, p->alg != 0 ? p->alg : AH_COSE_ALG_ES384));
	return ah_cose_sign1_write(out, p->tagged, ah_buf_slice(&header), ah_buf_slice(&payload), ah_slice_make(filler, size_of(p->signature_len, 96)));
}

/* What parse() of the platform says to a planned document. */
static ah_err parse(const plan *p)
{
	AH_AUTO(ah_buf) document = AH_BUF(DOCUMENT_MAX);
	if (write_document(&document, p) != AH_OK)
		abort();
	ah_evidence *evidence = (ah_evidence *)calloc(1, sizeof *evidence);
	ah_checks log = { .first_err = AH_OK };
	ah_fault why = { .err = AH_OK };
	ah_err err = ah_platform_find(AH_PLATFORM_NITRO)->parse(evidence, ah_buf_slice(&document), &log, &why);
	free(evidence);
	return why.err == err ? err : AH_ERR_INTERNAL;
}
#define EXPECT_PARSE(wanted, ...) EXPECT_ERR(parse(&(const plan){ __VA_ARGS__ }), wanted)

static void documents_are_read_in_every_form(void)
{
	EXPECT_PARSE(AH_OK, .tagged = false);
	EXPECT_PARSE(AH_OK, .tagged = true);
	EXPECT_PARSE(AH_OK, .indefinite = true);
	EXPECT_PARSE(AH_OK, .null_optional = true);
	EXPECT_PARSE(AH_OK, .public_key_len = 1024, .user_data_len = 512, .nonce_len = 512);
}

static void members_are_found_with_their_offsets(void)
{
	AH_AUTO(ah_buf) document = AH_BUF(DOCUMENT_MAX);
	ah_nitro_document doc;
	const plan p = { .indefinite = true, .null_optional = true, .public_key_len = 32, .extra_keys = 1 };
	EXPECT_OK(write_document(&document, &p));
	ah_slice all = ah_buf_slice(&document);
	EXPECT_OK(ah_nitro_document_parse(&doc, all, NULL));
	EXPECT(doc.payload_is_indefinite && doc.timestamp_ms == 1743516970144 && doc.timestamp_len == 9 && doc.pcr_count == 16 && doc.cabundle_count == 4);
	EXPECT(doc.public_key.present && doc.public_key.value.len == 32 && !doc.user_data.present && !doc.nonce.present);
	const ah_nitro_field fields[] = { doc.module_id, doc.digest, doc.certificate, doc.public_key, doc.cabundle[3], doc.pcrs[15].field, doc.unknown_keys[0] };
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
		EXPECT(fields[i].present && fields[i].off + fields[i].value.len <= all.len);
		EXPECT(ah_slice_sub(all, fields[i].off, fields[i].value.len).ptr == fields[i].value.ptr);
	}
	EXPECT(all.ptr[doc.timestamp_off] == 0x1b);
	EXPECT(ah_nitro_document_pcr(&doc, 15) == &doc.pcrs[15] && ah_nitro_document_pcr(&doc, 16) == NULL);
	EXPECT(doc.unknown_key_count == 1 && ah_slice_is_text(doc.unknown_keys[0].value, "aaa"));
}

static void algorithm_is_es384(void)
{
	EXPECT_PARSE(AH_ERR_ALGORITHM, .alg = AH_COSE_ALG_ES256);
	EXPECT_PARSE(AH_ERR_ALGORITHM, .alg = -1);
	EXPECT_PARSE(AH_ERR_ALGORITHM, .alg = AH_COSE_ALG_ES256, .signature_len = 64); /* the algorithm comes before its length */
}

static void signature_has_96_bytes(void)
{
	EXPECT_PARSE(AH_ERR_COSE, .signature_len = 95);
	EXPECT_PARSE(AH_ERR_COSE, .signature_len = 97);
	EXPECT_PARSE(AH_ERR_COSE, .signature_len = SIZE_MAX);
}

static void mandatory_members_are_mandatory(void)
{
	for (size_t i = 0; i < 6; i++)
		EXPECT_PARSE(AH_ERR_DOCUMENT_INCOMPLETE, .leave_out = members[i]);
}

static void no_member_comes_twice(void)
{
	for (size_t i = 0; i < MEMBER_COUNT; i++)
		EXPECT_PARSE(AH_ERR_DUPLICATE_KEY, .twice = members[i], .null_optional = true);
	EXPECT_PARSE(AH_ERR_DUPLICATE_KEY, .twice = "surprise");
	EXPECT_PARSE(AH_ERR_DUPLICATE_KEY, .pcr_twice = true);
}

static void unknown_members_are_bounded(void)
{
	EXPECT_PARSE(AH_OK, .extra_keys = AH_NITRO_UNKNOWN_KEYS_MAX);
	EXPECT_PARSE(AH_ERR_TOO_LARGE, .extra_keys = AH_NITRO_UNKNOWN_KEYS_MAX + 1);
	EXPECT_PARSE(AH_OK, .extra_keys = 1, .extra_key_len = AH_NITRO_KEY_MAX);
	EXPECT_PARSE(AH_ERR_TOO_LARGE, .extra_keys = 1, .extra_key_len = AH_NITRO_KEY_MAX + 1);
}

static void module_id_is_printable_and_bounded(void)
{
	EXPECT_PARSE(AH_ERR_FIELD_RANGE, .module_id = "");
	EXPECT_PARSE(AH_ERR_FIELD_RANGE, .module_id = "i-1\x01-enc1");
	EXPECT_PARSE(AH_ERR_FIELD_RANGE, .module_id = "i-\xc3\xa9-enc1");
	EXPECT_PARSE(AH_OK, .module_id_len = AH_NITRO_MODULE_ID_MAX);
	EXPECT_PARSE(AH_ERR_TOO_LARGE, .module_id_len = AH_NITRO_MODULE_ID_MAX + 1);
}

static void digest_and_timestamp_are_in_range(void)
{
	EXPECT_PARSE(AH_ERR_FIELD_RANGE, .digest = "SHA256");
	EXPECT_PARSE(AH_ERR_FIELD_RANGE, .digest = "sha384");
	EXPECT_PARSE(AH_ERR_FIELD_RANGE, .digest = "SHA3840");
	EXPECT_PARSE(AH_ERR_FIELD_RANGE, .timestamp_zero = true);
}

static void pcrs_are_in_range(void)
{
	EXPECT_PARSE(AH_ERR_FIELD_RANGE, .pcr_count = SIZE_MAX);
	EXPECT_PARSE(AH_OK, .pcr_count = 32);
	EXPECT_PARSE(AH_ERR_FIELD_RANGE, .pcr_count = 33);
	for (size_t len = 1; len <= 66; len++)
		EXPECT_PARSE(len == 32 || len == 48 || len == 64 ? AH_OK : AH_ERR_FIELD_RANGE, .pcr_index = 31, .pcr_len = len);
	EXPECT_PARSE(AH_ERR_FIELD_RANGE, .pcr_index = 32, .pcr_len = 48);
	EXPECT_PARSE(AH_ERR_FIELD_RANGE, .pcr_index = UINT64_MAX, .pcr_len = 48);
}

static void certificates_are_in_range(void)
{
	EXPECT_PARSE(AH_ERR_FIELD_RANGE, .ca_count = SIZE_MAX);
	EXPECT_PARSE(AH_OK, .ca_count = 1);
	EXPECT_PARSE(AH_OK, .ca_count = AH_NITRO_CABUNDLE_MAX);
	EXPECT_PARSE(AH_ERR_TOO_LARGE, .ca_count = AH_NITRO_CABUNDLE_MAX + 1);
	EXPECT_PARSE(AH_OK, .ca_len = 1024);
	EXPECT_PARSE(AH_ERR_FIELD_RANGE, .ca_len = 1025);
	EXPECT_PARSE(AH_ERR_FIELD_RANGE, .ca_len = SIZE_MAX);
	EXPECT_PARSE(AH_OK, .leaf_len = 1024);
	EXPECT_PARSE(AH_ERR_FIELD_RANGE, .leaf_len = 1025);
	EXPECT_PARSE(AH_ERR_FIELD_RANGE, .leaf_len = SIZE_MAX);
}

static void optional_members_are_in_range(void)
{
	EXPECT_PARSE(AH_ERR_FIELD_RANGE, .public_key_len = SIZE_MAX);
	EXPECT_PARSE(AH_ERR_FIELD_RANGE, .public_key_len = 1025);
	EXPECT_PARSE(AH_OK, .user_data_len = SIZE_MAX, .nonce_len = SIZE_MAX);
	EXPECT_PARSE(AH_ERR_FIELD_RANGE, .user_data_len = 513);
	EXPECT_PARSE(AH_ERR_FIELD_RANGE, .nonce_len = 513);
}

static void a_document_is_bounded(void)
{
	static uint8_t large[AH_NITRO_DOCUMENT_MAX + 1];
	ah_nitro_document doc;
	EXPECT_ERR(ah_nitro_document_parse(&doc, AH_SLICE_OF(large), NULL), AH_ERR_TOO_LARGE);
	EXPECT_PARSE(AH_ERR_TOO_LARGE, .leaf_len = 16384); /* a payload above 16384 bytes, a document below the limit or not */
}

static void a_document_cut_anywhere_is_refused(void)
{
	AH_AUTO(ah_buf) document = AH_BUF(DOCUMENT_MAX);
	ah_nitro_document doc;
	EXPECT_OK(write_document(&document, &(const plan){ .indefinite = true }));
	for (size_t len = 0; len < document.len; len++)
		EXPECT(ah_nitro_document_parse(&doc, ah_slice_make(document.ptr, len), NULL) != AH_OK);
	EXPECT_OK(ah_nitro_document_parse(&doc, ah_buf_slice(&document), NULL));
	EXPECT_OK(ah_buf_append_byte(&document, 0));
	EXPECT_ERR(ah_nitro_document_parse(&doc, ah_buf_slice(&document), NULL), AH_ERR_TRAILING);
}

static const ah_test_case cases[] = {
	AH_TEST(documents_are_read_in_every_form),
	AH_TEST(members_are_found_with_their_offsets),
	AH_TEST(algorithm_is_es384),
	AH_TEST(signature_has_96_bytes),
	AH_TEST(mandatory_members_are_mandatory),
	AH_TEST(no_member_comes_twice),
	AH_TEST(unknown_members_are_bounded),
	AH_TEST(module_id_is_printable_and_bounded),
	AH_TEST(digest_and_timestamp_are_in_range),
	AH_TEST(pcrs_are_in_range),
	AH_TEST(certificates_are_in_range),
	AH_TEST(optional_members_are_in_range),
	AH_TEST(a_document_is_bounded),
	AH_TEST(a_document_cut_anywhere_is_refused),
};
AH_TEST_MAIN(cases)
