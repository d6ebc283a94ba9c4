/* Intel TDX quotes, field by field, and the SGX extension of the certificates in them. */
#include "apps/cli/inspect.h"

#include "base/reader.h"
#include "codec/pem.h"
#include "platforms/tdx/pck.h"
#include "platforms/tdx/quote.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define NO_BYTES ((ah_slice){ NULL, 0 })

/* -- PCK certificates -- */

static void list_hex(listing *l, const char *label, const uint8_t *bytes, size_t len)
{
	char text[2 * 48 + 1] = "";
	assert(len <= 48);
	for (size_t i = 0; i < len; i++)
		(void)snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	list_row(l, NO_BYTES, label, "%s", text);
}

void inspect_pck(listing *l, const ah_cert *cert)
{
	static const char *const types[] = { "standard", "scalable", "scalable with integrity" };
	ah_slice value;
	bool critical;
	if (!ah_cert_extension(cert, AH_SLICE_LITERAL("\x2a\x86\x48\x86\xf8\x4d\x01\x0d\x01"), &value, &critical))
		return;
	ah_tdx_pck pck;
	ah_tdx_pck_decode(&pck, cert);
	list_open(l, NO_BYTES, "SGX extension, decoded", "%s", pck.defect != NULL ? pck.defect : "");
	list_hex(l, "PPID", pck.ppid, sizeof pck.ppid);
	list_hex(l, "FMSPC", pck.fmspc, sizeof pck.fmspc);
	list_hex(l, "PCEID", pck.pceid, sizeof pck.pceid);
	list_row(l, NO_BYTES, "PCESVN", "%u", pck.pcesvn);
	list_hex(l, "TCB components", pck.components, sizeof pck.components);
	list_hex(l, "CPUSVN", pck.cpusvn, sizeof pck.cpusvn);
	list_row(l, NO_BYTES, "SGX type", "%u %s", pck.sgx_type, pck.sgx_type < 3 ? types[pck.sgx_type] : "");
	if (pck.has_platform_instance_id)
		list_hex(l, "platform instance id", pck.platform_instance_id, sizeof pck.platform_instance_id);
	list_close(l);
}

/* -- The fields that are signed -- */

static const bit_name td_attribute_bits[] = {
	{ AH_TDX_ATTR_DEBUG, "DEBUG" },
	{ AH_TDX_ATTR_SEPT_VE_DISABLE, "SEPT_VE_DISABLE" },
	{ AH_TDX_ATTR_MIGRATABLE, "MIGRATABLE" },
	{ AH_TDX_ATTR_PKS, "PKS" },
	{ AH_TDX_ATTR_KL, "KL" },
	{ AH_TDX_ATTR_PERFMON, "PERFMON" },
	{ 0 },
};

static uint64_t load_le(ah_slice bytes)
{
	uint64_t value = 0;
	for (size_t i = bytes.len; i > 0; i--)
		value = value << 8 | bytes.ptr[i - 1];
	return value;
}

static const char *meaning_of(const char *name, uint64_t value)
{
	if (strcmp(name, "tee_type") == 0)
		return value == 0x81 ? " (TDX)" : value == 0 ? " (SGX)" : "";
	if (strcmp(name, "att_key_type") == 0)
		return value == 2 ? " (ECDSA P-256)" : value == 3 ? " (ECDSA P-384)" : "";
	if (strcmp(name, "body_type") == 0)
		return value == AH_TDX_BODY_TD10 ? " (TD report 1.0)" : value == AH_TDX_BODY_TD15 ? " (TD report 1.5)" : value == AH_TDX_BODY_TD15_EX ? " (TD report 1.5-ex)" : "";
	return "";
}

static void list_field(listing *l, const ah_tdx_field *field)
{
	ah_slice bytes = ah_slice_sub(l->in, field->off, field->len);
	if (strcmp(field->name, "td_attributes") == 0)
		list_bits(l, bytes, field->name, load_le(bytes), td_attribute_bits);
	else if (strcmp(field->name, "xfam") == 0)
		list_row(l, bytes, field->name, "0x%" PRIx64, load_le(bytes));
	else if (field->len <= 4 && strcmp(field->name, "reserved") != 0)
		list_row(l, bytes, field->name, "%" PRIu64 "%s", load_le(bytes), meaning_of(field->name, load_le(bytes)));
	else
		list_row(l, bytes, field->name, "%s", ah_slice_is_zero(bytes) ? "zero" : "");
}

/* Where the fields lie, from the version and the body type alone, so that a quote that is refused is shown as well. */
static ah_tdx_quote outline_of(ah_slice in)
{
	uint64_t version = in.len >= 2 ? load_le(ah_slice_sub(in, 0, 2)) : 0;
	ah_tdx_quote q = { .version = (uint16_t)version, .body_off = AH_TDX_HEADER_LEN };
	if (version == 5) {
		q.body_off += 6;
		q.is_td15 = in.len >= AH_TDX_HEADER_LEN + 2 && load_le(ah_slice_sub(in, AH_TDX_HEADER_LEN, 2)) == AH_TDX_BODY_TD15;
	}
	q.signed_bytes.len = q.body_off + (q.is_td15 ? AH_TDX_REPORT_15_LEN : AH_TDX_REPORT_10_LEN);
	return q;
}

/* False when the input ends inside of one. */
static bool list_fields(listing *l, const ah_tdx_quote *outline)
{
	ah_tdx_field fields[32];
	size_t count = ah_tdx_fields(outline, fields, sizeof fields / sizeof fields[0]);
	assert(count <= sizeof fields / sizeof fields[0]);
	for (size_t i = 0; i < count; i++) {
		if (l->in.len < fields[i].off || l->in.len - fields[i].off < fields[i].len) {
			list_fault(l, AH_ERR_TRUNCATED, l->in.len, "inside of %s", fields[i].name);
			return false;
		}
		list_field(l, &fields[i]);
	}
	return true;
}

/* -- The auth data -- */

/* Label and length of what lies at fixed places; a length of 0 is taken from the number before it. */
typedef struct auth_part { const char *label; size_t len; bool is_number; } auth_part;

static const auth_part auth_parts[] = {
	{ "signature (r || s)", 64, false },
	{ "attestation key (X || Y)", 64, false },
	{ "certification data type", 2, true },
	{ "certification data length", 4, true },
	{ "QE CPUSVN", 16, false },
	{ "QE MISCSELECT", 4, true },
	{ "QE reserved", 28, false },
	{ "QE attributes", 16, false },
	{ "QE MRENCLAVE", 32, false },
	{ "QE reserved", 32, false },
	{ "QE MRSIGNER", 32, false },
	{ "QE reserved", 96, false },
	{ "QE ISVPRODID", 2, true },
	{ "QE ISVSVN", 2, true },
	{ "QE reserved", 60, false },
	{ "QE report data", 64, false },
	{ "QE report signature (r || s)", 64, false },
	{ "QE auth data length", 2, true },
	{ "QE auth data", 0, false },
	{ "PCK chain type", 2, true },
	{ "PCK chain length", 4, true },
};

/* The certificates are PEM text in the quote: what they decode to has no place in it. */
static void list_pck_chain(listing *l, ah_slice pem)
{
	AH_AUTO(ah_buf) der = AH_BUF(AH_EVIDENCE_MAX);
	ah_slice rest = pem, label;
	list_open(l, pem, "PCK chain", "%s", "PEM");
	for (bool found = true; found && l->err == AH_OK && list_is_whole(l);) {
		ah_buf_clear(&der);
		ah_err err = ah_pem_next(&rest, &found, &label, &der);
		if (err == AH_ERR_NOMEM)
			l->err = err;
		else if (err != AH_OK)
			list_fault(l, err, list_offset(l, rest), "PEM of the PCK chain");
		else if (found) {
			AH_AUTO(listing) inner = LISTING(ah_buf_slice(&der));
			if (is_private_block(label, inner.in))
				list_private_key(&inner);
			else
				inspect_x509(&inner, inner.in, "");
			list_adopt(l, &inner);
		}
	}
	list_close(l);
}

static void list_auth(listing *l, size_t off, size_t len)
{
	ah_reader r = { .in = ah_slice_sub(l->in, off, len) };
	uint64_t number = 0;
	for (size_t i = 0; i < sizeof auth_parts / sizeof auth_parts[0]; i++) {
		const auth_part *part = &auth_parts[i];
		ah_slice bytes = ah_read_bytes(&r, part->len != 0 ? part->len : (size_t)number);
		if (r.err != AH_OK) {
			list_fault(l, AH_ERR_TRUNCATED, off + r.err_off, "inside of %s", part->label);
			return;
		}
		number = part->is_number ? load_le(bytes) : 0;
		if (part->is_number)
			list_row(l, bytes, part->label, "%" PRIu64, number);
		else
			list_row(l, bytes, part->label, "%s", bytes.len != 0 && ah_slice_is_zero(bytes) ? "zero" : "");
	}
	ah_slice chain = ah_read_bytes(&r, (size_t)number);
	if (r.err != AH_OK)
		list_fault(l, AH_ERR_TRUNCATED, off + r.err_off, "inside of the PCK chain");
	else
		list_pck_chain(l, chain);
}

void inspect_tdx(listing *l)
{
	l->kind = "tdx quote";
	ah_tdx_quote outline = outline_of(l->in);
	if (!list_fields(l, &outline))
		return;
	size_t off = outline.signed_bytes.len + 4, left = l->in.len - off;
	uint64_t auth_len = load_le(ah_slice_sub(l->in, outline.signed_bytes.len, 4));
	list_auth(l, off, auth_len < left ? (size_t)auth_len : left);
	if (auth_len < left)
		list_row(l, ah_slice_sub(l->in, off + (size_t)auth_len, left - (size_t)auth_len), "behind the auth data", "%s",
		         ah_slice_is_zero(ah_slice_sub(l->in, off + (size_t)auth_len, left - (size_t)auth_len)) ? "zero padding" : "NOT ZERO");

	/* And what the verifier's own parser says of it. */
	ah_checks log = { .first_err = AH_OK };
	ah_tdx_quote quote;
	ah_fault why = { .offset = AH_NO_OFFSET };
	ah_err err = ah_tdx_quote_parse(&quote, l->in, &log, &why);
	if (err != AH_OK)
		list_fault(l, err, why.offset, "%.90s", why.detail);
}
