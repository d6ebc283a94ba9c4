/* Keys as DER: what a public key is; of a private key nothing but that it is one. */
#include "apps/cli/inspect.h"

#include "base/reader.h"
#include "codec/der.h"

/* A length of DER or BER. Of a long form only the last byte counts: a version is short, however its length is written. */
static size_t read_length(ah_reader *r)
{
	uint8_t len = ah_read_u8(r);
	for (size_t more = (len & 0x80) != 0 ? len & 0x7f : 0; more > 0; more--)
		len = ah_read_u8(r);
	return len;
}

/*
 * RFC 5208, RFC 5915, RFC 8017 A.1.2: every private key is a SEQUENCE that begins with a version, 0 or 1. Certificates, CRLs and public keys have a
 * SEQUENCE there. The length is not looked at: a key that was cut off is still none to show. The forms of BER count as well: lenient readers take them.
 */
bool is_private_key(ah_slice der)
{
	ah_reader r = { .in = der };
	bool is_sequence = ah_read_u8(&r) == AH_DER_SEQUENCE;
	(void)read_length(&r);
	bool is_integer = ah_read_u8(&r) == AH_DER_INTEGER;
	size_t len = read_length(&r);
	uint8_t value = ah_read_u8(&r);
	for (size_t i = 1; i < len && value == 0 && r.err == AH_OK; i++)
		value = ah_read_u8(&r);
	return r.err == AH_OK && is_sequence && is_integer && value <= 1;
}

/* "PRIVATE KEY", and every kind of it. */
bool is_private_block(ah_slice label, ah_slice der)
{
	static const char word[] = "PRIVATE KEY";
	size_t len = sizeof word - 1;
	return (label.len >= len && ah_slice_is_text(ah_slice_sub(label, label.len - len, len), word)) || is_private_key(der);
}

void list_private_key(listing *l)
{
	list_row(l, (ah_slice){ NULL, 0 }, "private key", "its content is not shown; keep this file to yourself");
}

typedef struct public_key {
	ah_slice algorithm, key;       /* the AlgorithmIdentifier's OID; the bits */
} public_key;

/* RFC 5280 4.1: SubjectPublicKeyInfo ::= SEQUENCE { SEQUENCE { OID, parameters OPTIONAL }, BIT STRING }. */
static bool parse_public_key(public_key *out, ah_slice der)
{
	ah_reader r = { .in = der };
	ah_reader spki = ah_der_enter(&r, AH_DER_SEQUENCE);
	ah_reader algorithm = ah_der_enter(&spki, AH_DER_SEQUENCE);
	public_key found = { .algorithm = ah_der_oid(&algorithm) };
	if (!ah_der_at_end(&algorithm))
		(void)ah_der_any(&algorithm);
	ah_der_leave(&spki, &algorithm);
	found.key = ah_der_bit_string(&spki);
	ah_der_leave(&r, &spki);
	if (ah_reader_finish(&r) != AH_OK)
		return false;
	*out = found;
	return true;
}

bool is_public_key(ah_slice der)
{
	public_key ignored;
	return parse_public_key(&ignored, der);
}

/* RFC 8410 3; RFC 5480 2.1.1; RFC 8017 A.1. */
static const struct { ah_slice oid; const char *name; } algorithms[] = {
	{ { (const uint8_t *)"\x2b\x65\x70", 3 }, "Ed25519" },
	{ { (const uint8_t *)"\x2b\x65\x6e", 3 }, "X25519" },
	{ { (const uint8_t *)"\x2a\x86\x48\xce\x3d\x02\x01", 7 }, "EC" },
	{ { (const uint8_t *)"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01", 9 }, "RSA" },
};

void inspect_public_key(listing *l, ah_slice der)
{
	public_key key;
	if (!parse_public_key(&key, der))
		return;
	const char *name = "of another kind";
	for (size_t i = 0; i < sizeof algorithms / sizeof algorithms[0]; i++)
		if (ah_slice_is(key.algorithm, algorithms[i].oid))
			name = algorithms[i].name;
	list_open(l, der, "public key", "%s", name);
	list_row(l, key.algorithm, "algorithm", "%s", name);
	list_row(l, key.key, "key", "%zu bytes", key.key.len);
	list_close(l);
}
