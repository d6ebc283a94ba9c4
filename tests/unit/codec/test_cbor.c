/* The CBOR subset: RFC 8949 appendix A and F row by row, each limit at n and n + 1, cuts at every byte, the writer against python cbor2. */
#include "codec/cbor.h"
#include "support/test.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Skip one whole item and finish: what the reader thinks of the encoding. */
static ah_err judge(ah_slice in, size_t *off)
{
	ah_cbor c;
	ah_cbor_init(&c, in);
	ah_cbor_skip(&c);
	return ah_cbor_finish(&c, off);
}

typedef struct row {
	const char *hex;
	ah_err err;
} row;

static void expect_rows(const row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		AH_AUTO(ah_buf) in = AH_BUF(256);
		ah_test_hex(&in, rows[i].hex);
		ah_err err = judge(ah_buf_slice(&in), NULL);
		EXPECT_MSG(err == rows[i].err, "%s: got %s, wanted %s", rows[i].hex, ah_err_name(err), ah_err_name(rows[i].err));
	}
	ah_test_count(count);
}

static void appendix_a_examples_of_the_subset_are_read(void)
{
	static const row rows[] = {
		{ "00", AH_OK }, { "01", AH_OK }, { "0a", AH_OK }, { "17", AH_OK }, { "1818", AH_OK }, { "1819", AH_OK }, { "1864", AH_OK }, { "1903e8", AH_OK },
		{ "1a000f4240", AH_OK }, { "1b000000e8d4a51000", AH_OK }, { "1bffffffffffffffff", AH_OK }, { "3bffffffffffffffff", AH_OK }, { "20", AH_OK },
		{ "29", AH_OK }, { "3863", AH_OK }, { "3903e7", AH_OK }, { "f4", AH_OK }, { "f5", AH_OK }, { "f6", AH_OK }, { "40", AH_OK }, { "4401020304", AH_OK },
		{ "60", AH_OK }, { "6161", AH_OK }, { "6449455446", AH_OK }, { "62225c", AH_OK }, { "62c3bc", AH_OK }, { "63e6b0b4", AH_OK }, { "64f0908591", AH_OK },
		{ "80", AH_OK }, { "83010203", AH_OK }, { "8301820203820405", AH_OK },
		{ "98190102030405060708090a0b0c0d0e0f101112131415161718181819", AH_OK }, { "a0", AH_OK }, { "a201020304", AH_OK }, { "a26161016162820203", AH_OK },
		{ "826161a161626163", AH_OK }, { "a56161614161626142616361436164614461656145", AH_OK }, { "9fff", AH_OK }, { "9f018202039f0405ffff", AH_OK },
		{ "9f01820203820405ff", AH_OK }, { "83018202039f0405ff", AH_OK }, { "83019f0203ff820405", AH_OK },
		{ "9f0102030405060708090a0b0c0d0e0f101112131415161718181819ff", AH_OK }, { "bf61610161629f0203ffff", AH_OK }, { "826161bf61626163ff", AH_OK },
		{ "bf6346756ef563416d7421ff", AH_OK },
	};
	expect_rows(rows, COUNT(rows));
}

static void appendix_a_examples_outside_of_the_subset_are_refused(void)
{
	static const row rows[] = {
		/* tags that nobody asks for */
		{ "c249010000000000000000", AH_ERR_FORMAT }, { "c349010000000000000000", AH_ERR_FORMAT }, { "c11a514b67b0", AH_ERR_FORMAT },
		{ "c074323031332d30332d32315432303a30343a30305a", AH_ERR_FORMAT }, { "d74401020304", AH_ERR_FORMAT }, { "d818456449455446", AH_ERR_FORMAT },
		{ "d82076687474703a2f2f7777772e6578616d706c652e636f6d", AH_ERR_FORMAT },
		/* floats, undefined and unassigned simple values */
		{ "f90000", AH_ERR_FORMAT }, { "f98000", AH_ERR_FORMAT }, { "f93c00", AH_ERR_FORMAT }, { "fb3ff199999999999a", AH_ERR_FORMAT },
		{ "fa47c35000", AH_ERR_FORMAT }, { "f97c00", AH_ERR_FORMAT }, { "f97e00", AH_ERR_FORMAT }, { "f7", AH_ERR_FORMAT }, { "f0", AH_ERR_FORMAT },
		{ "f8ff", AH_ERR_FORMAT },
		/* chunked strings */
		{ "5f42010243030405ff", AH_ERR_ENCODING }, { "7f657374726561646d696e67ff", AH_ERR_ENCODING },
	};
	expect_rows(rows, COUNT(rows));
}

static void appendix_f_examples_are_not_well_formed(void)
{
	static const row rows[] = {
		/* end of input in a head */
		{ "18", AH_ERR_TRUNCATED }, { "19", AH_ERR_TRUNCATED }, { "1a", AH_ERR_TRUNCATED }, { "1b", AH_ERR_TRUNCATED }, { "1901", AH_ERR_TRUNCATED },
		{ "1a0102", AH_ERR_TRUNCATED }, { "1b01020304050607", AH_ERR_TRUNCATED }, { "38", AH_ERR_TRUNCATED }, { "58", AH_ERR_TRUNCATED },
		{ "78", AH_ERR_TRUNCATED }, { "98", AH_ERR_TRUNCATED }, { "9a01ff00", AH_ERR_TRUNCATED }, { "b8", AH_ERR_TRUNCATED }, { "d8", AH_ERR_FORMAT },
		{ "f8", AH_ERR_FORMAT }, { "f900", AH_ERR_FORMAT }, { "fa0000", AH_ERR_FORMAT }, { "fb000000", AH_ERR_FORMAT }, { "", AH_ERR_TRUNCATED },
		/* definite strings with short data */
		{ "41", AH_ERR_TRUNCATED }, { "61", AH_ERR_TRUNCATED }, { "5affffffff00", AH_ERR_TRUNCATED }, { "5bffffffffffffffff010203", AH_ERR_TRUNCATED },
		{ "7affffffff00", AH_ERR_TRUNCATED }, { "7b7fffffffffffffff010203", AH_ERR_TRUNCATED },
		/* definite containers with too few items */
		{ "81", AH_ERR_TRUNCATED }, { "8181818181818181", AH_ERR_TRUNCATED }, { "818181818181818181", AH_ERR_TOO_DEEP }, { "8200", AH_ERR_TRUNCATED },
		{ "a1", AH_ERR_TRUNCATED }, { "a20102", AH_ERR_TRUNCATED }, { "a100", AH_ERR_TRUNCATED }, { "a2000000", AH_ERR_TRUNCATED },
		/* strings of indefinite length */
		{ "5f4100", AH_ERR_ENCODING }, { "7f6100", AH_ERR_ENCODING }, { "5f00ff", AH_ERR_ENCODING }, { "5fff", AH_ERR_ENCODING }, { "7fff", AH_ERR_ENCODING },
		/* indefinite containers without a break */
		{ "9f", AH_ERR_TRUNCATED }, { "9f0102", AH_ERR_TRUNCATED }, { "bf", AH_ERR_TRUNCATED }, { "bf01020102", AH_ERR_TRUNCATED },
		{ "819f", AH_ERR_TRUNCATED }, { "9f8000", AH_ERR_TRUNCATED }, { "9f9f9f9f9fffffffff", AH_ERR_TRUNCATED }, { "9f819f819f9fffffff", AH_ERR_TRUNCATED },
		/* reserved additional information */
		{ "1c", AH_ERR_FORMAT }, { "1d", AH_ERR_FORMAT }, { "1e", AH_ERR_FORMAT }, { "3c", AH_ERR_FORMAT }, { "3d", AH_ERR_FORMAT }, { "3e", AH_ERR_FORMAT },
		{ "5c", AH_ERR_FORMAT }, { "5d", AH_ERR_FORMAT }, { "5e", AH_ERR_FORMAT }, { "7c", AH_ERR_FORMAT }, { "7d", AH_ERR_FORMAT }, { "7e", AH_ERR_FORMAT },
		{ "9c", AH_ERR_FORMAT }, { "9d", AH_ERR_FORMAT }, { "9e", AH_ERR_FORMAT }, { "bc", AH_ERR_FORMAT }, { "bd", AH_ERR_FORMAT }, { "be", AH_ERR_FORMAT },
		{ "dc", AH_ERR_FORMAT }, { "dd", AH_ERR_FORMAT }, { "de", AH_ERR_FORMAT }, { "fc", AH_ERR_FORMAT }, { "fd", AH_ERR_FORMAT }, { "fe", AH_ERR_FORMAT },
		{ "f800", AH_ERR_FORMAT }, { "f801", AH_ERR_FORMAT }, { "f818", AH_ERR_FORMAT }, { "f81f", AH_ERR_FORMAT },
		/* a break where there is none, and no indefinite form of these types */
		{ "ff", AH_ERR_FORMAT }, { "81ff", AH_ERR_FORMAT }, { "8200ff", AH_ERR_FORMAT }, { "a1ff", AH_ERR_TRUNCATED }, { "a1ff00", AH_ERR_FORMAT },
		{ "a100ff", AH_ERR_FORMAT }, { "a20000ff", AH_ERR_TRUNCATED }, { "9f81ff", AH_ERR_FORMAT }, { "9f829f819f9fffffffff", AH_ERR_FORMAT },
		{ "bf00ff", AH_ERR_FORMAT }, { "bf000000ff", AH_ERR_FORMAT }, { "1f", AH_ERR_FORMAT }, { "3f", AH_ERR_FORMAT }, { "df", AH_ERR_FORMAT },
	};
	expect_rows(rows, COUNT(rows));
}

static void longer_heads_than_needed_are_refused(void)
{
	static const row rows[] = {
		{ "1817", AH_ERR_ENCODING }, { "1818", AH_OK }, { "1900ff", AH_ERR_ENCODING }, { "190100", AH_OK }, { "1a0000ffff", AH_ERR_ENCODING },
		{ "1a00010000", AH_OK }, { "1b00000000ffffffff", AH_ERR_ENCODING }, { "1b0000000100000000", AH_OK }, { "1800", AH_ERR_ENCODING },
		{ "3817", AH_ERR_ENCODING }, { "3900ff", AH_ERR_ENCODING }, { "580100", AH_ERR_ENCODING }, { "59000100", AH_ERR_ENCODING },
		{ "780161", AH_ERR_ENCODING }, { "980100", AH_ERR_ENCODING }, { "9800", AH_ERR_ENCODING }, { "b800", AH_ERR_ENCODING },
		{ "9b0000000000000000", AH_ERR_ENCODING }, { "b8010000", AH_ERR_ENCODING }, { "8180", AH_OK }, { "819800", AH_ERR_ENCODING },
	};
	expect_rows(rows, COUNT(rows));
}

static void text_must_be_utf8(void)
{
	static const row rows[] = {
		{ "61ff", AH_ERR_ENCODING }, { "62c328", AH_ERR_ENCODING }, { "61c3", AH_ERR_ENCODING }, { "63eda080", AH_ERR_ENCODING }, { "62c080", AH_ERR_ENCODING },
		{ "64f4908080", AH_ERR_ENCODING }, { "41ff", AH_OK }, { "a161ff00", AH_ERR_ENCODING },
	};
	expect_rows(rows, COUNT(rows));
}

static void integers_have_their_values(void)
{
	/* Encodings by python cbor2 5.4.6. */
	static const struct { const char *hex; int64_t value; } rows[] = {
		{ "00", 0 }, { "17", 23 }, { "1818", 24 }, { "18ff", 255 }, { "190100", 256 }, { "19ffff", 65535 }, { "1a00010000", 65536 }, { "1affffffff", 4294967295 },
		{ "1b0000000100000000", 4294967296 }, { "1b7fffffffffffffff", INT64_MAX }, { "20", -1 }, { "37", -24 }, { "3818", -25 }, { "38ff", -256 },
		{ "390100", -257 }, { "3903e7", -1000 }, { "3b7fffffffffffffff", INT64_MIN },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		AH_AUTO(ah_buf) in = AH_BUF(16), out = AH_BUF(16);
		ah_test_hex(&in, rows[i].hex);
		ah_cbor c;
		ah_cbor_init(&c, ah_buf_slice(&in));
		int64_t value = ah_cbor_int(&c);
		EXPECT_OK(ah_cbor_finish(&c, NULL));
		EXPECT_MSG(value == rows[i].value, "%s", rows[i].hex);
		EXPECT_OK(ah_cbor_put_int(&out, rows[i].value));
		EXPECT_BYTES(ah_buf_slice(&out), ah_buf_slice(&in));
		if (value < 0)
			continue;
		ah_cbor_init(&c, ah_buf_slice(&in));
		EXPECT(ah_cbor_uint(&c) == (uint64_t)value);
		ah_buf_clear(&out);
		EXPECT_OK(ah_cbor_put_uint(&out, (uint64_t)value));
		EXPECT_BYTES(ah_buf_slice(&out), ah_buf_slice(&in));
	}
	ah_test_count(COUNT(rows));
}

static void integers_beyond_the_range_are_refused(void)
{
	static const char *const beyond[] = { "1b8000000000000000", "1bffffffffffffffff", "3b8000000000000000", "3bffffffffffffffff" };
	for (size_t i = 0; i < COUNT(beyond); i++) {
		AH_AUTO(ah_buf) in = AH_BUF(16);
		ah_test_hex(&in, beyond[i]);
		ah_cbor c;
		ah_cbor_init(&c, ah_buf_slice(&in));
		EXPECT(ah_cbor_int(&c) == 0);
		EXPECT_ERR(ah_cbor_finish(&c, NULL), AH_ERR_FIELD_RANGE);
	}
	AH_AUTO(ah_buf) in = AH_BUF(16);
	ah_test_hex(&in, "1bffffffffffffffff");
	ah_cbor c;
	ah_cbor_init(&c, ah_buf_slice(&in));
	EXPECT(ah_cbor_uint(&c) == UINT64_MAX);
	EXPECT_OK(ah_cbor_finish(&c, NULL));
}

/* The document that python cbor2 5.4.6 makes of a dictionary of every kind of value, with the pcrs map and the cabundle array inside. */
static const char document_hex[] =
	"aa696d6f64756c655f696468692d302d656e633166646967657374665348413338346974696d657374616d701b0000018bcfe568006470637273a300440000000001440101010118"
	"1f4302020268636162756e646c65824261624263646a7075626c69635f6b6579f6656465627567f4626f6bf5636e656739012b647574663869c3bce6b0b4f0908591";

static ah_err write_document(ah_buf *out, bool indefinite)
{
	static const uint8_t pcrs[3][4] = { { 0, 0, 0, 0 }, { 1, 1, 1, 1 }, { 2, 2, 2, 2 } };
	ah_err e = indefinite ? ah_cbor_put_map_indefinite(out) : ah_cbor_put_map(out, 10);
#define PUT(call) do { if (e == AH_OK) e = (call); } while (0)
	PUT(ah_cbor_put_text(out, AH_SLICE_LITERAL("module_id")));
	PUT(ah_cbor_put_text(out, AH_SLICE_LITERAL("i-0-enc1")));
	PUT(ah_cbor_put_text(out, AH_SLICE_LITERAL("digest")));
	PUT(ah_cbor_put_text(out, AH_SLICE_LITERAL("SHA384")));
	PUT(ah_cbor_put_text(out, AH_SLICE_LITERAL("timestamp")));
	PUT(ah_cbor_put_uint(out, 1700000000000));
	PUT(ah_cbor_put_text(out, AH_SLICE_LITERAL("pcrs")));
	PUT(ah_cbor_put_map(out, 3));
	PUT(ah_cbor_put_uint(out, 0));
	PUT(ah_cbor_put_bytes(out, AH_SLICE_OF(pcrs[0])));
	PUT(ah_cbor_put_uint(out, 1));
	PUT(ah_cbor_put_bytes(out, AH_SLICE_OF(pcrs[1])));
	PUT(ah_cbor_put_uint(out, 31));
	PUT(ah_cbor_put_bytes(out, ah_slice_make(pcrs[2], 3)));
	PUT(ah_cbor_put_text(out, AH_SLICE_LITERAL("cabundle")));
	PUT(ah_cbor_put_array(out, 2));
	PUT(ah_cbor_put_bytes(out, AH_SLICE_LITERAL("ab")));
	PUT(ah_cbor_put_bytes(out, AH_SLICE_LITERAL("cd")));
	PUT(ah_cbor_put_text(out, AH_SLICE_LITERAL("public_key")));
	PUT(ah_cbor_put_null(out));
	PUT(ah_cbor_put_text(out, AH_SLICE_LITERAL("debug")));
	PUT(ah_cbor_put_bool(out, false));
	PUT(ah_cbor_put_text(out, AH_SLICE_LITERAL("ok")));
	PUT(ah_cbor_put_bool(out, true));
	PUT(ah_cbor_put_text(out, AH_SLICE_LITERAL("neg")));
	PUT(ah_cbor_put_int(out, -300));
	PUT(ah_cbor_put_text(out, AH_SLICE_LITERAL("utf8")));
	PUT(ah_cbor_put_text(out, AH_SLICE_LITERAL("\xc3\xbc\xe6\xb0\xb4\xf0\x90\x85\x91")));
	if (indefinite)
		PUT(ah_cbor_put_break(out));
#undef PUT
	return e;
}

static void the_writer_gives_the_bytes_of_another_implementation(void)
{
	AH_AUTO(ah_buf) wanted = AH_BUF(512), got = AH_BUF(512);
	ah_test_hex(&wanted, document_hex);
	EXPECT_OK(write_document(&got, false));
	EXPECT_BYTES(ah_buf_slice(&got), ah_buf_slice(&wanted));
}

static void a_document_is_pulled_apart(void)
{
	for (int indefinite = 0; indefinite < 2; indefinite++) {
		AH_AUTO(ah_buf) in = AH_BUF(512);
		EXPECT_OK(write_document(&in, indefinite != 0));
		ah_cbor c;
		size_t count = 0, members = 0, pcr_sum = 0, chain = 0;
		ah_cbor_init(&c, ah_buf_slice(&in));
		EXPECT(ah_cbor_peek(&c) == AH_CBOR_MAP);
		ah_cbor_map_begin(&c, &count);
		EXPECT(count == (indefinite != 0 ? SIZE_MAX : 10));
		for (; ah_cbor_more(&c); members++) {
			ah_slice key = ah_cbor_text(&c);
			if (ah_slice_is_text(key, "pcrs")) {
				ah_cbor_map_begin(&c, &count);
				EXPECT(count == 3);
				while (ah_cbor_more(&c))
					pcr_sum += ah_cbor_uint(&c) * 100 + ah_cbor_bytes(&c).len;
				ah_cbor_end(&c);
			} else if (ah_slice_is_text(key, "cabundle")) {
				ah_cbor_array_begin(&c, &count);
				for (; ah_cbor_more(&c); chain++)
					EXPECT(ah_cbor_bytes(&c).len == 2);
				ah_cbor_end(&c);
			} else if (ah_slice_is_text(key, "public_key")) {
				ah_cbor_null(&c);
			} else if (ah_slice_is_text(key, "neg")) {
				EXPECT(ah_cbor_int(&c) == -300);
			} else if (ah_slice_is_text(key, "debug")) {
				EXPECT(!ah_cbor_bool(&c));
			} else if (ah_slice_is_text(key, "ok")) {
				EXPECT(ah_cbor_bool(&c));
			} else {
				ah_cbor_skip(&c);
			}
		}
		ah_cbor_end(&c);
		EXPECT(ah_cbor_peek(&c) == AH_CBOR_END && !ah_cbor_more(&c));
		EXPECT_OK(ah_cbor_finish(&c, NULL));
		EXPECT(members == 10 && pcr_sum == 3211 && chain == 2);
	}
}

static void a_cut_at_any_byte_is_truncated(void)
{
	AH_AUTO(ah_buf) definite = AH_BUF(512), indefinite = AH_BUF(512);
	EXPECT_OK(write_document(&definite, false));
	EXPECT_OK(write_document(&indefinite, true));
	for (size_t len = 0; len < definite.len; len++)
		EXPECT_ERR(judge(ah_slice_make(definite.ptr, len), NULL), AH_ERR_TRUNCATED);
	for (size_t len = 0; len < indefinite.len; len++)
		EXPECT_ERR(judge(ah_slice_make(indefinite.ptr, len), NULL), AH_ERR_TRUNCATED);
	EXPECT_OK(ah_buf_append_byte(&definite, 0));
	size_t off = 0;
	EXPECT_ERR(judge(ah_buf_slice(&definite), &off), AH_ERR_TRAILING);
	EXPECT(off == definite.len - 1);
	ah_test_count(definite.len + indefinite.len);
}

static void depth_ends_at_its_limit(void)
{
	/* arrays, maps (as a value) and both without an announced length */
	static const char *const openings[] = { "81", "a100", "9f", "bf00" }, *const closings[] = { "", "", "ff", "ff" };
	for (size_t kind = 0; kind < COUNT(openings); kind++)
		for (size_t depth = 1; depth <= AH_CBOR_DEPTH_MAX + 2; depth++) {
			AH_AUTO(ah_buf) in = AH_BUF(64);
			for (size_t i = 0; i < depth; i++)
				ah_test_hex(&in, openings[kind]);
			ah_test_hex(&in, "00");
			for (size_t i = 0; i < depth; i++)
				ah_test_hex(&in, closings[kind]);
			EXPECT_ERR(judge(ah_buf_slice(&in), NULL), depth <= AH_CBOR_DEPTH_MAX ? AH_OK : AH_ERR_TOO_DEEP);
		}
	/* An empty container counts as a level too, and levels that were left do not. */
	AH_AUTO(ah_buf) empty = AH_BUF(64);
	ah_test_hex(&empty, "818181818181818180");
	EXPECT_ERR(judge(ah_buf_slice(&empty), NULL), AH_ERR_TOO_DEEP);
	AH_AUTO(ah_buf) wide = AH_BUF(64);
	ah_test_hex(&wide, "8a80808080808080808080");
	EXPECT_OK(judge(ah_buf_slice(&wide), NULL));
}

static void counts_end_at_their_limit(void)
{
	for (size_t count = AH_CBOR_ITEMS_MAX; count <= AH_CBOR_ITEMS_MAX + 1; count++)
		for (int kind = 0; kind < 4; kind++) {
			bool is_map = kind % 2 != 0, indefinite = kind >= 2;
			AH_AUTO(ah_buf) in = AH_BUF(8192);
			if (indefinite)
				EXPECT_OK(ah_buf_append_byte(&in, is_map ? 0xbf : 0x9f));
			else
				EXPECT_OK(is_map ? ah_cbor_put_map(&in, count) : ah_cbor_put_array(&in, count));
			for (size_t i = 0; i < count * (is_map ? 2 : 1); i++)
				EXPECT_OK(ah_cbor_put_uint(&in, i % 24));
			if (indefinite)
				EXPECT_OK(ah_cbor_put_break(&in));
			EXPECT_ERR(judge(ah_buf_slice(&in), NULL), count <= AH_CBOR_ITEMS_MAX ? AH_OK : AH_ERR_TOO_LARGE);
		}
	static const row rows[] = {
		{ "9a00100000", AH_ERR_TOO_LARGE }, { "9bffffffffffffffff", AH_ERR_TOO_LARGE }, { "bbffffffffffffffff", AH_ERR_TOO_LARGE },
		{ "bb8000000000000000", AH_ERR_TOO_LARGE }, { "990401", AH_ERR_TOO_LARGE }, { "990400", AH_ERR_TRUNCATED }, { "b90400", AH_ERR_TRUNCATED },
	};
	expect_rows(rows, COUNT(rows));
}

static void tags_are_taken_where_asked_for(void)
{
	AH_AUTO(ah_buf) in = AH_BUF(64);
	ah_test_hex(&in, "82d28100d9d9f701");
	ah_cbor c;
	ah_cbor_init(&c, ah_buf_slice(&in));
	ah_cbor_array_begin(&c, NULL);
	EXPECT(ah_cbor_peek(&c) == AH_CBOR_TAG && ah_cbor_tag(&c) == 18);
	ah_cbor_skip(&c);
	EXPECT(ah_cbor_more(&c) && ah_cbor_tag(&c) == 55799 && ah_cbor_uint(&c) == 1);
	EXPECT(!ah_cbor_more(&c)); /* a tag and its item are one element */
	ah_cbor_end(&c);
	EXPECT_OK(ah_cbor_finish(&c, NULL));
	AH_AUTO(ah_buf) out = AH_BUF(8);
	EXPECT_OK(ah_cbor_put_tag(&out, 18));
	EXPECT_OK(ah_cbor_put_tag(&out, 55799));
	EXPECT_BYTES(ah_buf_slice(&out), AH_SLICE_LITERAL("\xd2\xd9\xd9\xf7"));
}

static void a_tag_needs_its_item(void)
{
	static const struct { const char *hex; ah_err err; } rows[] = { { "d2", AH_ERR_TRUNCATED }, { "9fd2ff", AH_ERR_FORMAT }, { "81d2", AH_ERR_TRUNCATED } };
	for (size_t i = 0; i < COUNT(rows); i++) {
		AH_AUTO(ah_buf) in = AH_BUF(8);
		ah_test_hex(&in, rows[i].hex);
		ah_cbor c;
		ah_cbor_init(&c, ah_buf_slice(&in));
		if (ah_cbor_peek(&c) == AH_CBOR_ARRAY)
			ah_cbor_array_begin(&c, NULL);
		EXPECT(ah_cbor_tag(&c) == 18);
		(void)ah_cbor_more(&c);
		if (c.depth != 0)
			ah_cbor_end(&c);
		EXPECT_ERR(ah_cbor_finish(&c, NULL), rows[i].err);
	}
}

/* Each read, at an item of each other type. */
static void a_read_of_the_wrong_type_is_an_error_at_the_item(void)
{
	static const char *const items[] = { "05", "25", "4161", "6161", "80", "a0", "d200", "f4", "f6", "f5" };
	for (size_t read = 0; read < 9; read++)
		for (size_t item = 0; item < COUNT(items); item++) {
			AH_AUTO(ah_buf) in = AH_BUF(8);
			ah_test_hex(&in, "82f6");
			ah_test_hex(&in, items[item]);
			ah_cbor c;
			size_t count = 7;
			ah_cbor_init(&c, ah_buf_slice(&in));
			ah_cbor_array_begin(&c, NULL);
			ah_cbor_null(&c);
			bool fits = read == item;
			switch (read) {
			case 0: EXPECT(ah_cbor_uint(&c) == (fits ? 5 : 0)); break;
			case 1: fits = item <= 1; EXPECT(ah_cbor_int(&c) == (item == 0 ? 5 : item == 1 ? -6 : 0)); break;
			case 2: EXPECT(ah_cbor_bytes(&c).len == (fits ? 1 : 0)); break;
			case 3: EXPECT(ah_cbor_text(&c).len == (fits ? 1 : 0)); break;
			case 4: ah_cbor_array_begin(&c, &count); EXPECT(count == 0); break;
			case 5: ah_cbor_map_begin(&c, &count); EXPECT(count == 0); break;
			case 6: EXPECT(ah_cbor_tag(&c) == (fits ? 18 : 0)); break;
			case 7: fits = item == 7 || item == 9; EXPECT(ah_cbor_bool(&c) == (item == 9)); break;
			case 8: ah_cbor_null(&c); break;
			}
			EXPECT_MSG(c.r.err == (fits ? AH_OK : AH_ERR_FORMAT), "read %zu of item %s: %s", read, items[item], ah_err_name(c.r.err));
			EXPECT(fits || c.r.err_off == 2);
		}
	ah_test_count(9 * COUNT(items));
}

static void the_first_error_stays_and_everything_after_it_is_zero(void)
{
	ah_cbor c;
	size_t off = 0, count = 5;
	ah_cbor_init(&c, AH_SLICE_LITERAL("\x83\x01\x18\x01\x02\x02\x02\x02\x02"));
	ah_cbor_array_begin(&c, NULL);
	EXPECT(ah_cbor_uint(&c) == 1 && ah_cbor_uint(&c) == 0); /* 18 01 is not the shortest form */
	EXPECT(ah_cbor_peek(&c) == AH_CBOR_INVALID && !ah_cbor_more(&c));
	EXPECT(ah_cbor_uint(&c) == 0 && ah_cbor_int(&c) == 0 && !ah_cbor_bool(&c) && ah_cbor_tag(&c) == 0);
	EXPECT(ah_cbor_bytes(&c).ptr == NULL && ah_cbor_text(&c).len == 0);
	ah_cbor_map_begin(&c, &count);
	EXPECT(count == 0);
	ah_cbor_skip(&c);
	ah_cbor_end(&c);
	ah_cbor_end(&c);
	EXPECT_ERR(ah_cbor_finish(&c, &off), AH_ERR_ENCODING);
	EXPECT(off == 2);
}

static void leaving_a_container_early_is_trailing(void)
{
	const ah_slice inputs[] = { AH_SLICE_LITERAL("\x82\x01\x02"), AH_SLICE_LITERAL("\x9f\x01\x02\xff"), AH_SLICE_LITERAL("\xa1\x01\x02") };
	for (size_t i = 0; i < COUNT(inputs); i++) {
		ah_cbor c;
		ah_cbor_init(&c, inputs[i]);
		if (ah_cbor_peek(&c) == AH_CBOR_MAP)
			ah_cbor_map_begin(&c, NULL);
		else
			ah_cbor_array_begin(&c, NULL);
		EXPECT(ah_cbor_uint(&c) == 1);
		ah_cbor unfinished = c;
		EXPECT_ERR(ah_cbor_finish(&unfinished, NULL), AH_ERR_TRAILING);
		ah_cbor_end(&c);
		EXPECT_ERR(ah_cbor_finish(&c, NULL), AH_ERR_TRAILING);
	}
	ah_cbor c;
	ah_cbor_init(&c, AH_SLICE_LITERAL("\x80\x81\x00"));
	ah_cbor_array_begin(&c, NULL);
	EXPECT(!ah_cbor_more(&c));
	(void)ah_cbor_uint(&c); /* behind the end of the container, not the first item after it */
	EXPECT_ERR(ah_cbor_finish(&c, NULL), AH_ERR_FORMAT);
}

static void the_writer_stops_at_the_limit_and_leaves_nothing_half(void)
{
	AH_AUTO(ah_buf) out = AH_BUF(4);
	EXPECT_ERR(ah_cbor_put_bytes(&out, AH_SLICE_LITERAL("abcd")), AH_ERR_LIMIT);
	EXPECT_ERR(ah_cbor_put_uint(&out, 65536), AH_ERR_LIMIT);
	EXPECT(out.len == 0);
	EXPECT_OK(ah_cbor_put_bytes(&out, AH_SLICE_LITERAL("abc")));
	EXPECT_ERR(ah_cbor_put_null(&out), AH_ERR_LIMIT);
	EXPECT(out.len == 4);
}

static const ah_test_case cases[] = {
	AH_TEST(appendix_a_examples_of_the_subset_are_read),
	AH_TEST(appendix_a_examples_outside_of_the_subset_are_refused),
	AH_TEST(appendix_f_examples_are_not_well_formed),
	AH_TEST(longer_heads_than_needed_are_refused),
	AH_TEST(text_must_be_utf8),
	AH_TEST(integers_have_their_values),
	AH_TEST(integers_beyond_the_range_are_refused),
	AH_TEST(the_writer_gives_the_bytes_of_another_implementation),
	AH_TEST(a_document_is_pulled_apart),
	AH_TEST(a_cut_at_any_byte_is_truncated),
	AH_TEST(depth_ends_at_its_limit),
	AH_TEST(counts_end_at_their_limit),
	AH_TEST(tags_are_taken_where_asked_for),
	AH_TEST(a_tag_needs_its_item),
	AH_TEST(a_read_of_the_wrong_type_is_an_error_at_the_item),
	AH_TEST(the_first_error_stays_and_everything_after_it_is_zero),
	AH_TEST(leaving_a_container_early_is_trailing),
	AH_TEST(the_writer_stops_at_the_limit_and_leaves_nothing_half),
};
AH_TEST_MAIN(cases)
