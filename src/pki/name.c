/* Distinguished names (RFC 5280 4.1.2.4). They are compared byte by byte, so nothing is normalised here. */
#include "codec/text.h"
#include "pki/oid.h"
#include "pki/x509.h"

/*
 * The string types that vendors use. BMPString and UniversalString, which no certificate of a TEE has, are refused: they would need a
 * decoder of their own to be shown.
 */
static void check_string(ah_reader *r, ah_der_item item, const char **what)
{
	bool ascii = true;
	for (size_t i = 0; i < item.content.len; i++)
		ascii = ascii && item.content.ptr[i] >= 0x20 && item.content.ptr[i] < 0x7f;
	switch (item.tag) {
	case AH_DER_UTF8_STRING:
		if (!ah_utf8_is_valid(item.content))
			ah__x509_refuse(r, AH_ERR_ENCODING, what, "name is not UTF-8");
		break;
	case AH_DER_PRINTABLE_STRING:
	case AH_DER_IA5_STRING:
		if (!ascii)
			ah__x509_refuse(r, AH_ERR_ENCODING, what, "name has a character outside of its string type");
		break;
	case AH_DER_T61_STRING:
		break;
	default:
		ah__x509_refuse(r, AH_ERR_FORMAT, what, "name has a value that is no string");
	}
}

/* One AttributeTypeAndValue. */
static ah_slice read_attribute(ah_reader *rdn, ah_slice *type, ah_der_item *value, const char **what)
{
	ah_slice whole;
	ah_reader body = ah__x509_enter(rdn, AH_DER_SEQUENCE, &whole);
	*type = ah_der_oid(&body);
	*value = ah_der_any(&body);
	if (body.err == AH_OK)
		check_string(&body, *value, what);
	ah_der_leave(rdn, &body);
	return whole;
}

/* One RelativeDistinguishedName: a SET OF, which is not empty and which DER wants in order (X.690 11.6). */
static void walk_rdn(ah_reader *name, const char **what)
{
	ah_slice last = { NULL, 0 };
	ah_reader rdn = ah_der_enter(name, AH_DER_SET);
	do {
		ah_slice type;
		ah_der_item value;
		ah_slice attribute = read_attribute(&rdn, &type, &value, what);
		if (ah_slice_compare(last, attribute) > 0)
			ah__x509_refuse(&rdn, AH_ERR_ENCODING, what, "set is not in order");
		last = attribute;
	} while (!ah_der_at_end(&rdn));
	ah_der_leave(name, &rdn);
}

ah_slice ah__x509_name(ah_reader *r, const char **what)
{
	ah_slice whole;
	ah_reader name = ah__x509_enter(r, AH_DER_SEQUENCE, &whole);
	while (!ah_der_at_end(&name))
		walk_rdn(&name, what);
	ah_der_leave(r, &name);
	return r->err == AH_OK ? whole : (ah_slice){ NULL, 0 };
}

/* Iteration over the attributes of a Name, which need not come from a parsed certificate. */
struct attributes {
	ah_reader name, rdn;
};

static struct attributes attributes_of(ah_slice name)
{
	ah_reader outer = { .in = name };
	ah_reader inner = ah_der_enter(&outer, AH_DER_SEQUENCE);
	return (struct attributes){ .name = inner };
}

static bool next_attribute(struct attributes *a, ah_slice *type, ah_slice *value, bool *new_rdn)
{
	const char *what = NULL;
	ah_der_item item;
	*new_rdn = ah_der_at_end(&a->rdn);
	if (*new_rdn) {
		if (ah_der_at_end(&a->name))
			return false;
		a->rdn = ah_der_enter(&a->name, AH_DER_SET);
	}
	(void)read_attribute(&a->rdn, type, &item, &what);
	*value = item.content;
	return a->rdn.err == AH_OK;
}

size_t ah_name_attribute(ah_slice name, ah_slice oid, ah_slice *out)
{
	struct attributes all = attributes_of(name);
	ah_slice type, value;
	size_t count = 0;
	bool new_rdn;
	while (next_attribute(&all, &type, &value, &new_rdn))
		if (ah_slice_is(type, oid)) {
			*out = value;
			count++;
		}
	return count;
}

bool ah_name_common_name(ah_slice name, ah_slice *cn)
{
	ah_slice found = { NULL, 0 };
	if (ah_name_attribute(name, AH_OID_COMMON_NAME, &found) != 1)
		return false;
	*cn = found;
	return true;
}

static const char *attribute_name(ah_slice type)
{
	const struct {
		ah_slice oid;
		const char *name;
	} known[] = {
		{ AH_OID_COMMON_NAME, "CN" }, { AH_OID_COUNTRY, "C" }, { AH_OID_LOCALITY, "L" },
		{ AH_OID_STATE, "ST" }, { AH_OID_ORGANIZATION, "O" }, { AH_OID_ORGANIZATIONAL_UNIT, "OU" },
	};
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (ah_slice_is(type, known[i].oid))
			return known[i].name;
	return "?";
}

/* Text of a fixed size; what does not fit is dropped. */
struct line {
	char *out;
	size_t size, len;
};

static void put(struct line *line, char c)
{
	if (line->len + 1 < line->size)
		line->out[line->len++] = c;
}

/* RFC 4514 2.4: a separator inside a value is escaped, so that a value cannot look like a further attribute. */
static void put_value(struct line *line, ah_slice value)
{
	for (size_t i = 0; i < value.len; i++) {
		char c = (char)value.ptr[i];
		if (c == ',' || c == '+' || c == '\\' || c == '"')
			put(line, '\\');
		put(line, value.ptr[i] < 0x20 || value.ptr[i] > 0x7e ? '?' : c);
	}
}

void ah_name_format(char *out, size_t size, ah_slice name)
{
	struct attributes all = attributes_of(name);
	struct line line = { out, size, 0 };
	ah_slice type, value;
	bool new_rdn;
	assert(size > 0);
	while (next_attribute(&all, &type, &value, &new_rdn)) {
		if (line.len != 0)
			put(&line, new_rdn ? ',' : '+');
		for (const char *c = attribute_name(type); *c != '\0'; c++)
			put(&line, *c);
		put(&line, '=');
		put_value(&line, value);
	}
	out[line.len] = '\0';
}
