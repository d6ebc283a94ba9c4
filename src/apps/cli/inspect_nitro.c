/* AWS Nitro attestation documents: COSE_Sign1 (RFC 9052 4.2) around a CBOR map. Walked item by item, so that a broken one shows all that holds. */
#include "apps/cli/inspect.h"

#include "codec/cbor.h"
#include "codec/cose.h"
#include "codec/text.h"

#include <stdio.h>



/* The bytes of the item that was just read: from start to the reader's position, in the input of the whole listing. */
static ah_slice since(const ah_cbor *c, size_t start)
{
	return ah_slice_sub(c->r.in, start, ah_reader_pos(&c->r) - start);
}

/* The sticky error of a reader becomes the listing's, at its place in the whole. */
static void check_reader(listing *l, const ah_cbor *c, const char *what)
{
	if (c->r.err != AH_OK)
		list_fault(l, c->r.err, list_offset(l, ah_slice_sub(c->r.in, 0, 0)) + c->r.err_off, "%s", what);
}

static void finish_reader(listing *l, ah_cbor *c, const char *what)
{
	size_t off = 0;
	ah_err err = ah_cbor_finish(c, &off);
	if (err != AH_OK)
		list_fault(l, err, list_offset(l, ah_slice_sub(c->r.in, 0, 0)) + off, "%s", what);
}

/* -- Payload members -- */

static void list_certificates(listing *l, ah_cbor *c, size_t start)
{
	ah_cbor_array_begin(c, NULL);
	list_open(l, since(c, start), "cabundle", "root first");
	for (size_t i = 0; ah_cbor_more(c); i++) {
		char label[32];
		(void)snprintf(label, sizeof label, "cabundle[%zu]", i);
		ah_slice der = ah_cbor_bytes(c);
		if (c->r.err == AH_OK)
			inspect_x509(l, der, label);
	}
	ah_cbor_end(c);
	list_close(l);
}

static void list_pcrs(listing *l, ah_cbor *c, size_t start)
{
	ah_cbor_map_begin(c, NULL);
	list_open(l, since(c, start), "pcrs", "%s", "");
	while (ah_cbor_more(c)) {
		char label[32];
		uint64_t index = ah_cbor_uint(c);
		ah_slice value = ah_cbor_bytes(c);
		if (c->r.err != AH_OK)
			break;
		(void)snprintf(label, sizeof label, "PCR%llu", (unsigned long long)index);
		list_row(l, value, label, "%s", ah_slice_is_zero(value) ? "all zero" : "");
	}
	ah_cbor_end(c);
	list_close(l);
}

static void list_scalar(listing *l, ah_cbor *c, const char *label, size_t start)
{
	switch (ah_cbor_peek(c)) {
	case AH_CBOR_TEXT: {
		ah_slice text = ah_cbor_text(c);
		if (c->r.err == AH_OK)
			list_text(l, text, label, text);
		return;
	}
	case AH_CBOR_BYTES: {
		ah_slice bytes = ah_cbor_bytes(c);
		if (c->r.err == AH_OK)
			list_row(l, bytes, label, "%zu bytes", bytes.len);
		return;
	}
	case AH_CBOR_UINT: {
		uint64_t value = ah_cbor_uint(c);
		if (c->r.err == AH_OK)
			list_row(l, since(c, start), label, "%llu", (unsigned long long)value);
		return;
	}
	case AH_CBOR_NULL:
		ah_cbor_null(c);
		list_row(l, since(c, start), label, "null");
		return;
	default:
		ah_cbor_skip(c);
		if (c->r.err == AH_OK)
			list_row(l, since(c, start), label, "of a type that this field does not have");
		return;
	}
}

/* Milliseconds since 1970, as the hypervisor writes them. */
static void list_timestamp(listing *l, ah_cbor *c, size_t start)
{
	char text[21];
	uint64_t value = ah_cbor_uint(c);
	if (c->r.err != AH_OK)
		return;
	ah_time_format(text, (int64_t)(value / 1000));
	list_row(l, since(c, start), "timestamp", "%llu = %s", (unsigned long long)value, text);
}

static void list_member(listing *l, ah_cbor *c)
{
	ah_slice key = ah_cbor_text(c);
	ah_cbor_type type = ah_cbor_peek(c);
	if (c->r.err != AH_OK)
		return;
	size_t start = ah_reader_pos(&c->r);
	char label[AH_NITRO_KEY_MAX + 1];
	(void)snprintf(label, sizeof label, "%.*s", (int)key.len, (const char *)key.ptr);
	if (ah_slice_is_text(key, "pcrs") && type == AH_CBOR_MAP) {
		list_pcrs(l, c, start);
	} else if (ah_slice_is_text(key, "cabundle") && type == AH_CBOR_ARRAY) {
		list_certificates(l, c, start);
	} else if (ah_slice_is_text(key, "timestamp") && type == AH_CBOR_UINT) {
		list_timestamp(l, c, start);
	} else if (ah_slice_is_text(key, "certificate") && type == AH_CBOR_BYTES) {
		ah_slice der = ah_cbor_bytes(c);
		if (c->r.err == AH_OK)
			inspect_x509(l, der, "certificate");
	} else {
		list_scalar(l, c, label, start);
	}
}

static void list_payload(listing *l, ah_slice payload)
{
	ah_cbor c;
	ah_cbor_init(&c, payload);
	list_open(l, payload, "payload", "signed");
	ah_cbor_map_begin(&c, NULL);
	while (ah_cbor_more(&c))
		list_member(l, &c);
	ah_cbor_end(&c);
	finish_reader(l, &c, "payload");
	list_close(l);
}

/* -- COSE_Sign1 -- */

static void list_protected(listing *l, ah_slice header)
{
	ah_cbor c;
	ah_cbor_init(&c, header);
	list_open(l, header, "protected header", "signed");
	ah_cbor_map_begin(&c, NULL);
	while (ah_cbor_more(&c)) {
		size_t start = ah_reader_pos(&c.r);
		int64_t label = ah_cbor_int(&c);
		if (c.r.err != AH_OK)
			break;
		if (label == 1 && (ah_cbor_peek(&c) == AH_CBOR_NEGINT || ah_cbor_peek(&c) == AH_CBOR_UINT)) {
			int64_t alg = ah_cbor_int(&c);
			if (c.r.err == AH_OK)
				list_row(l, since(&c, start), "alg", "%lld%s", (long long)alg, alg == AH_COSE_ALG_ES384 ? " (ES384)" : "");
		} else {
			ah_cbor_skip(&c);
			if (c.r.err == AH_OK)
				list_row(l, since(&c, start), "header parameter", "label %lld", (long long)label);
		}
	}
	ah_cbor_end(&c);
	finish_reader(l, &c, "protected header");
	list_close(l);
}

void inspect_nitro(listing *l)
{
	l->kind = "nitro attestation document";
	ah_cbor c;
	ah_cbor_init(&c, l->in);
	if (ah_cbor_peek(&c) == AH_CBOR_TAG) {
		uint64_t tag = ah_cbor_tag(&c);
		if (c.r.err == AH_OK)
			list_row(l, since(&c, 0), "tag", "%llu%s", (unsigned long long)tag, tag == AH_COSE_TAG_SIGN1 ? " (COSE_Sign1)" : "");
	}
	size_t start = ah_reader_pos(&c.r), count = 0;
	ah_cbor_array_begin(&c, &count);
	if (c.r.err == AH_OK)
		list_row(l, since(&c, start), "COSE_Sign1", "array of %zu", count);

	ah_slice header = ah_cbor_bytes(&c);
	if (c.r.err == AH_OK)
		list_protected(l, header);
	start = ah_reader_pos(&c.r);
	ah_cbor_skip(&c);
	if (c.r.err == AH_OK)
		list_row(l, since(&c, start), "unprotected header", "not signed; empty in genuine documents");
	ah_slice payload = ah_cbor_bytes(&c);
	if (c.r.err == AH_OK)
		list_payload(l, payload);
	ah_slice signature = ah_cbor_bytes(&c);
	if (c.r.err == AH_OK)
		list_row(l, signature, "signature", "r || s, %zu bytes", signature.len);
	ah_cbor_end(&c);
	check_reader(l, &c, "COSE_Sign1");
	finish_reader(l, &c, "COSE_Sign1");
}
