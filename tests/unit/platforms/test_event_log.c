/*
 * Event logs: both formats, the replay, the labels, and the ways in which a log can tell a story that its digests do not.
 *
 * Method: small logs are written here, read, and compared with digests and registers that Python's hashlib computed. For an attack an honest log gives
 * the registers of the "quote"; the attacker's log is then bound to those registers, as he cannot change them.
 */
#include "platforms/tdx/event_log.h"

#include "codec/text.h"
#include "support/test.h"

#include <stdlib.h>

#define LOG_MAX (2 * AH_EVENT_LOG_MAX)

/* SHA-384 of four zero bytes, and the digests of two runtime events: V1 of ("app-id", aabb), V2 of ("compose-hash", 0102). */
#define SEPARATOR  "394341b7182cd227c5c6b07ef8000cdfd86136c4292b8e576573ad7ed9ae41019f5818b4b971c9effc60e1ad9f1289f0"
#define V1_APP_ID  "7c013932ad236d704ecf9c1cf98e00dfbc052851414b973df86664aabe084cfb69c818e18eb020935923437f39dff806"
#define V2_COMPOSE "6f3909c7e88d74968e74278226190d9867ce82852f6e68959574d58df2ac804aefedde7fd99e0b929aec8f56bd6871fc"

static ah_crypto *crypto;

/* -- Logs as the tests write them -- */

static void put(ah_buf *out, const char *text)
{
	(void)!ah_buf_append_text(out, text);
}

/* An array is opened by its first event; end() closes it. */
static void put_event(ah_buf *out, int imr, uint32_t type, const char *digest, const char *name, const char *payload)
{
	(void)!ah_buf_printf(out, "%s{\"imr\":%d,\"event_type\":%u,\"digest\":\"%s\",\"event\":\"%s\",\"event_payload\":\"%s\"}", out->len == 0 ? "[" : ",", imr, type,
	                     digest, name, payload);
}

/* A runtime event of RTMR3 whose digest the reader computes. */
static void put_runtime(ah_buf *out, const char *name, const char *payload)
{
	put_event(out, 3, AH_EVENT_TYPE_RUNTIME, "", name, payload);
}

static void put_le32(ah_buf *out, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		(void)!ah_buf_append_byte(out, (uint8_t)(v >> 8 * i));
}

#define SPEC_ID_HEAD "5370656320494420457665" "6e74303300" "00000000" "00020002"
/* One algorithm, SHA-384, and no vendor info: 33 bytes. */
#define SPEC_ID_SHA384 SPEC_ID_HEAD "01000000" "0c003000" "00"

static void put_ccel_header(ah_buf *out, const char *spec_id_hex)
{
	put_le32(out, 1);
	put_le32(out, AH_EVENT_TYPE_NO_ACTION);
	ah_test_hex(out, "0000000000000000000000000000000000000000");
	put_le32(out, (uint32_t)strlen(spec_id_hex) / 2);
	ah_test_hex(out, spec_id_hex);
}

/* index 1 is RTMR0. The digest is that of the content, unless another is given. */
static void put_record(ah_buf *out, uint32_t index, uint32_t type, const uint8_t *digest, ah_slice content)
{
	uint8_t own[48];
	if (ah_sha384(crypto, content, own) != AH_OK)
		return;
	put_le32(out, index);
	put_le32(out, type);
	put_le32(out, 1);
	ah_test_hex(out, "0c00");
	(void)!ah_buf_append(out, ah_slice_make(digest != NULL ? digest : own, 48));
	put_le32(out, (uint32_t)content.len);
	(void)!ah_buf_append(out, content);
}

static ah_err parse(ah_event_log **log, const ah_buf *bytes, ah_fault *why)
{
	return ah_event_log_parse(log, crypto, ah_buf_slice(bytes), why);
}

static ah_err parse_only(ah_slice bytes, ah_fault *why)
{
	AH_AUTO_PTR(ah_event_log) log = NULL;
	ah_err err = ah_event_log_parse(&log, crypto, bytes, why);
	assert((err == AH_OK) == (log != NULL));
	return err;
}

static ah_err parse_json(const char *text)
{
	return parse_only(ah_slice_text(text), NULL);
}

/* -- Known answers -- */

static void expect_hex(ah_slice got, const char *hex)
{
	AH_AUTO(ah_buf) wanted = AH_BUF(LOG_MAX);
	ah_test_hex(&wanted, hex);
	EXPECT_BYTES(got, ah_buf_slice(&wanted));
}

static void json_events_replay_in_both_forms(void)
{
	AH_AUTO(ah_buf) text = AH_BUF(LOG_MAX);
	AH_AUTO_PTR(ah_event_log) log = NULL;
	put_event(&text, 0, 4, SEPARATOR, "", "00000000");
	put_event(&text, 3, AH_EVENT_TYPE_RUNTIME, V1_APP_ID, "app-id", "aabb");
	put_event(&text, 3, AH_EVENT_TYPE_RUNTIME, V2_COMPOSE, "compose-hash", "0102");
	put(&text, ",{\"version\":2,\"imr\":3,\"event_type\":134217729,\"event\":\"q\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u00e9\",\"event_payload\":\"\",\"preimage\":7,\"more\":1.5}]");
	EXPECT_OK(parse(&log, &text, NULL));
	EXPECT(log->kind == AH_EVENT_LOG_JSON && log->count == 4 && log->unknown_members == 1);
	expect_hex(AH_SLICE_OF(log->rtmr[0]), "518923b0f955d08da077c96aaba522b9decede61c599cea6c41889cfbea4ae4d50529d96fe4d1afdafb65e7f95bf23c4");
	expect_hex(AH_SLICE_OF(log->rtmr[3]), "a963c60c7ea1065c52a55638423c210d7acdc5f5d461e3fcc24f5d7421c8b6f39e3c710cb2101a14f520e5cf2cfcfeab");
	EXPECT(log->rtmr_used[0] && !log->rtmr_used[1] && !log->rtmr_used[2] && log->rtmr_used[3]);
	EXPECT(ah_slice_is_zero(AH_SLICE_OF(log->rtmr[1])));
	EXPECT(!log->events[0].is_runtime && log->events[1].is_runtime && log->events[3].is_runtime);
	for (size_t i = 0; i < log->count; i++)
		EXPECT(log->events[i].content_matches);
	EXPECT_BYTES(log->events[3].name, AH_SLICE_LITERAL("q\"\\\b\f\n\r\t\x01\xc3\xa9"));
	EXPECT(log->events[1].off == 1 + strlen("{\"imr\":0,\"event_type\":4,\"digest\":\"\",\"event\":\"\",\"event_payload\":\"00000000\"},") + 96);
}

static void ccel_records_replay(void)
{
	AH_AUTO(ah_buf) bytes = AH_BUF(LOG_MAX);
	AH_AUTO_PTR(ah_event_log) log = NULL;
	put_ccel_header(&bytes, SPEC_ID_SHA384);
	put_record(&bytes, 2, 4, NULL, AH_SLICE_LITERAL("one"));
	put_record(&bytes, 2, AH_EVENT_TYPE_NO_ACTION, NULL, AH_SLICE_LITERAL("StartupLocality"));
	put_record(&bytes, 0, 4, NULL, AH_SLICE_LITERAL("to MRTD"));
	put_record(&bytes, 2, 4, NULL, AH_SLICE_LITERAL("two"));
	EXPECT_OK(parse(&log, &bytes, NULL));
	EXPECT(log->kind == AH_EVENT_LOG_CCEL && log->count == 4);
	EXPECT(log->events[0].rtmr == 1 && log->events[1].rtmr == -1 && log->events[2].rtmr == -1 && log->events[3].rtmr == 1);
	EXPECT(!log->rtmr_used[0] && log->rtmr_used[1] && !log->rtmr_used[2] && !log->rtmr_used[3]);
	expect_hex(AH_SLICE_OF(log->rtmr[1]), "9ab05f5f20b059df7187f2c2d7c61e2bf59482f99cf3f7a4fb8af4660b48b12f47f1200d57a0a5f601c987071e885e31");
	EXPECT(log->events[0].off == 32 + 33 && log->events[0].type == 4);
	EXPECT_BYTES(log->events[0].content, AH_SLICE_LITERAL("one"));
}

/* -- CCEL: the header -- */

static void expect_header(const char *spec_id_hex, ah_err wanted)
{
	AH_AUTO(ah_buf) bytes = AH_BUF(LOG_MAX);
	put_ccel_header(&bytes, spec_id_hex);
	EXPECT_MSG(parse_only(ah_buf_slice(&bytes), NULL) == wanted, "%s", spec_id_hex);
}

static void the_spec_id_event_is_read_strictly(void)
{
	expect_header(SPEC_ID_SHA384, AH_OK);
	expect_header(SPEC_ID_HEAD "01000000" "0c003000" "0774642d7368696d", AH_OK);                              /* vendor info, as td-shim has it */
	expect_header(SPEC_ID_HEAD "03000000" "04001400" "0b002000" "0c003000" "00", AH_OK);
	expect_header("5370656320494420457665" "6e74303200" "00000000" "00020002" "01000000" "0c003000" "00", AH_ERR_EVENT_LOG_MALFORMED); /* Event02 */
	expect_header("5370656320494420457665" "6e74303300" "00000000" "00030002" "01000000" "0c003000" "00", AH_ERR_EVENT_LOG_MALFORMED); /* 3.0 */
	expect_header(SPEC_ID_HEAD "00000000" "00", AH_ERR_EVENT_LOG_MALFORMED);
	expect_header(SPEC_ID_HEAD "ffffffff" "0c003000" "00", AH_ERR_EVENT_LOG_MALFORMED);
	expect_header(SPEC_ID_HEAD "09000000" "0c003000" "00", AH_ERR_EVENT_LOG_MALFORMED);
	expect_header(SPEC_ID_HEAD "01000000" "0b002000" "00", AH_ERR_EVENT_LOG_MALFORMED);                       /* no SHA-384 */
	expect_header(SPEC_ID_HEAD "01000000" "0c002000" "00", AH_ERR_EVENT_LOG_MALFORMED);                       /* SHA-384 of 32 bytes */
	expect_header(SPEC_ID_HEAD "02000000" "0c003000" "34121000" "00", AH_ERR_EVENT_LOG_MALFORMED);            /* an unknown algorithm */
	expect_header(SPEC_ID_HEAD "02000000" "0c003000" "0c003000" "00", AH_ERR_EVENT_LOG_MALFORMED);            /* twice */
	expect_header(SPEC_ID_HEAD "01000000" "0c003000" "05aabb", AH_ERR_EVENT_LOG_MALFORMED);                   /* vendor info that is longer than it is */
	expect_header(SPEC_ID_HEAD "01000000" "0c003000" "01aabb", AH_ERR_EVENT_LOG_MALFORMED);                   /* and shorter: bytes that nobody claims */
	expect_header(SPEC_ID_HEAD "01000000" "0c003000", AH_ERR_EVENT_LOG_MALFORMED);
}

static void the_first_record_is_the_spec_id_event(void)
{
	AH_AUTO(ah_buf) bytes = AH_BUF(LOG_MAX);
	ah_fault why = { 0 };
	put_ccel_header(&bytes, SPEC_ID_SHA384);
	bytes.ptr[4] = 4;
	EXPECT_ERR(parse_only(ah_buf_slice(&bytes), &why), AH_ERR_EVENT_LOG_MALFORMED);
	EXPECT(why.offset == 4);
	bytes.ptr[4] = 3;
	bytes.ptr[27] = 1; /* its SHA-1 */
	EXPECT_ERR(parse_only(ah_buf_slice(&bytes), NULL), AH_ERR_EVENT_LOG_MALFORMED);
	bytes.ptr[27] = 0;
	EXPECT_OK(parse_only(ah_buf_slice(&bytes), NULL));
	bytes.ptr[31] = 0xff; /* its size */
	EXPECT_ERR(parse_only(ah_buf_slice(&bytes), NULL), AH_ERR_EVENT_LOG_MALFORMED);
	EXPECT_ERR(parse_only(ah_slice_make(NULL, 0), NULL), AH_ERR_EVENT_LOG_MALFORMED);
}

/* -- CCEL: records and ends -- */

static void a_ccel_cut_anywhere_but_between_records_is_refused(void)
{
	AH_AUTO(ah_buf) bytes = AH_BUF(LOG_MAX);
	put_ccel_header(&bytes, SPEC_ID_SHA384);
	size_t first = bytes.len;
	put_record(&bytes, 1, 4, NULL, AH_SLICE_LITERAL("one"));
	size_t second = bytes.len;
	put_record(&bytes, 2, 4, NULL, AH_SLICE_LITERAL("two"));
	for (size_t len = 0; len < bytes.len; len++)
		EXPECT_MSG(parse_only(ah_slice_sub(ah_buf_slice(&bytes), 0, len), NULL) == (len == first || len == second ? AH_OK : AH_ERR_EVENT_LOG_MALFORMED),
		           "length %zu", len);
	ah_test_count(bytes.len);
}

static void expect_tail(const char *tail_hex, ah_err wanted, size_t offset)
{
	AH_AUTO(ah_buf) bytes = AH_BUF(LOG_MAX);
	ah_fault why = { 0 };
	put_ccel_header(&bytes, SPEC_ID_SHA384);
	put_record(&bytes, 1, 4, NULL, AH_SLICE_LITERAL("one"));
	size_t end = bytes.len;
	ah_test_hex(&bytes, tail_hex);
	EXPECT_MSG(parse_only(ah_buf_slice(&bytes), &why) == wanted, "tail %s", tail_hex);
	EXPECT_MSG(wanted == AH_OK || why.offset == end + offset, "tail %s: offset %zu", tail_hex, why.offset - end);
}

static void a_ccel_ends_with_its_buffer_or_with_one_filler(void)
{
	expect_tail("", AH_OK, 0);
	expect_tail("ff", AH_OK, 0);
	expect_tail("ffffffff", AH_OK, 0);
	expect_tail("ffffffffffffffffffffffffffffffffffffffff", AH_OK, 0);
	expect_tail("00", AH_OK, 0);
	expect_tail("0000000000000000000000000000000000000000", AH_OK, 0);
	expect_tail("ffffffff00000000", AH_ERR_EVENT_LOG_MALFORMED, 0);
	expect_tail("ffffffffffffffffffffffffffffffffffffff41", AH_ERR_EVENT_LOG_MALFORMED, 0);
	expect_tail("0000000000000000000000000000000000000041", AH_ERR_EVENT_LOG_MALFORMED, 8); /* a record without digests */
	expect_tail("0000000000000000000000000000000001", AH_ERR_EVENT_LOG_MALFORMED, 8);
}

static void registers_above_four_do_not_exist(void)
{
	for (uint32_t index = 0; index <= 6; index++) {
		AH_AUTO(ah_buf) bytes = AH_BUF(LOG_MAX);
		put_ccel_header(&bytes, SPEC_ID_SHA384);
		put_record(&bytes, index, 4, NULL, AH_SLICE_LITERAL("x"));
		EXPECT_ERR(parse_only(ah_buf_slice(&bytes), NULL), index <= 4 ? AH_OK : AH_ERR_EVENT_LOG_MALFORMED);
	}
	AH_AUTO(ah_buf) bytes = AH_BUF(LOG_MAX);
	put_ccel_header(&bytes, SPEC_ID_SHA384);
	put_record(&bytes, 5, AH_EVENT_TYPE_NO_ACTION, NULL, AH_SLICE_LITERAL("x"));
	EXPECT_ERR(parse_only(ah_buf_slice(&bytes), NULL), AH_ERR_EVENT_LOG_MALFORMED);
}

#define DIGEST48 "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f"
#define DIGEST32 "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

static void expect_digests(const char *digests_hex, ah_err wanted)
{
	AH_AUTO(ah_buf) bytes = AH_BUF(LOG_MAX);
	put_ccel_header(&bytes, SPEC_ID_HEAD "02000000" "0b002000" "0c003000" "00");
	put_le32(&bytes, 1);
	put_le32(&bytes, 4);
	ah_test_hex(&bytes, digests_hex);
	put_le32(&bytes, 0);
	EXPECT_MSG(parse_only(ah_buf_slice(&bytes), NULL) == wanted, "%s", digests_hex);
}

static void each_record_has_each_declared_digest_once(void)
{
	expect_digests("02000000" "0b00" DIGEST32 "0c00" DIGEST48, AH_OK);
	expect_digests("02000000" "0c00" DIGEST48 "0b00" DIGEST32, AH_OK);
	expect_digests("01000000" "0c00" DIGEST48, AH_ERR_EVENT_LOG_MALFORMED);
	expect_digests("00000000", AH_ERR_EVENT_LOG_MALFORMED);
	expect_digests("02000000" "0c00" DIGEST48 "0c00" DIGEST48, AH_ERR_EVENT_LOG_MALFORMED);
	expect_digests("02000000" "0c00" DIGEST48 "0d00" DIGEST48, AH_ERR_EVENT_LOG_MALFORMED);
	expect_digests("ffffffff" "0c00" DIGEST48 "0b00" DIGEST32, AH_ERR_EVENT_LOG_MALFORMED);
}

/* A second header would let its vendor bytes be read as digests by one reader and as content by another. */
static void a_second_header_is_refused(void)
{
	AH_AUTO(ah_buf) bytes = AH_BUF(LOG_MAX);
	AH_AUTO(ah_buf) content = AH_BUF(LOG_MAX);
	put_ccel_header(&bytes, SPEC_ID_SHA384);
	put_ccel_header(&bytes, SPEC_ID_SHA384);
	EXPECT_ERR(parse_only(ah_buf_slice(&bytes), NULL), AH_ERR_EVENT_LOG_MALFORMED);

	bytes.len = 0;
	ah_test_hex(&content, SPEC_ID_SHA384);
	put_ccel_header(&bytes, SPEC_ID_SHA384);
	put_record(&bytes, 1, AH_EVENT_TYPE_NO_ACTION, NULL, ah_buf_slice(&content));
	EXPECT_ERR(parse_only(ah_buf_slice(&bytes), NULL), AH_ERR_EVENT_LOG_MALFORMED);
}

/* -- JSON: the text -- */

static void a_json_log_is_an_array_of_whole_events(void)
{
	EXPECT_OK(parse_json("[]"));
	EXPECT_OK(parse_json(" \r\n\t[ ] "));
	EXPECT_ERR(parse_json("["), AH_ERR_EVENT_LOG_MALFORMED);
	EXPECT_ERR(parse_json("[]x"), AH_ERR_EVENT_LOG_MALFORMED);
	EXPECT_ERR(parse_json("[[]]"), AH_ERR_EVENT_LOG_MALFORMED);
	EXPECT_ERR(parse_json("[1]"), AH_ERR_EVENT_LOG_MALFORMED);
	EXPECT_ERR(parse_json("[{}]"), AH_ERR_EVENT_LOG_MALFORMED);
	EXPECT_ERR(parse_json("null"), AH_ERR_EVENT_LOG_MALFORMED);
	EXPECT_ERR(parse_json("{\"quote\":\"00\",\"event_log\":\"[]\"}"), AH_ERR_EVENT_LOG_MALFORMED); /* the report around a log is not the log */
	EXPECT_ERR(parse_json("[{\"imr\":0,\"imr\":3}]"), AH_ERR_EVENT_LOG_MALFORMED);
}

static void expect_event(const char *members, ah_err wanted)
{
	AH_AUTO(ah_buf) text = AH_BUF(LOG_MAX);
	(void)!ah_buf_printf(&text, "[{%s}]", members);
	EXPECT_MSG(parse_only(ah_buf_slice(&text), NULL) == wanted, "%s", members);
}

#define PLAIN   "\"imr\":0,\"event_type\":4,\"digest\":\"" SEPARATOR "\",\"event\":\"\",\"event_payload\":\"00000000\""
#define RUNTIME "\"imr\":3,\"event_type\":134217729,\"event\":\"app-id\",\"event_payload\":\"aabb\""

static void members_of_an_event_have_one_form(void)
{
	expect_event(PLAIN, AH_OK);
	expect_event(RUNTIME, AH_OK);
	expect_event(PLAIN ",\"later\":{\"a\":[1.5e3,null]}", AH_OK);
	expect_event("\"event_type\":4,\"digest\":\"" SEPARATOR "\",\"event\":\"\",\"event_payload\":\"\"", AH_ERR_EVENT_LOG_MALFORMED);
	expect_event("\"imr\":0,\"digest\":\"" SEPARATOR "\",\"event\":\"\",\"event_payload\":\"\"", AH_ERR_EVENT_LOG_MALFORMED);
	expect_event("\"imr\":0,\"event_type\":4,\"digest\":\"" SEPARATOR "\",\"event_payload\":\"\"", AH_ERR_EVENT_LOG_MALFORMED);
	expect_event("\"imr\":0,\"event_type\":4,\"digest\":\"" SEPARATOR "\",\"event\":\"\"", AH_ERR_EVENT_LOG_MALFORMED);
	expect_event("\"imr\":0,\"event_type\":4,\"event\":\"\",\"event_payload\":\"\"", AH_ERR_EVENT_LOG_MALFORMED); /* no digest, and nothing to compute it from */
	expect_event("\"imr\":4,\"event_type\":4,\"digest\":\"" SEPARATOR "\",\"event\":\"\",\"event_payload\":\"\"", AH_ERR_EVENT_LOG_MALFORMED);
	expect_event("\"imr\":-1,\"event_type\":4,\"digest\":\"" SEPARATOR "\",\"event\":\"\",\"event_payload\":\"\"", AH_ERR_EVENT_LOG_MALFORMED);
	expect_event("\"imr\":\"0\",\"event_type\":4,\"digest\":\"" SEPARATOR "\",\"event\":\"\",\"event_payload\":\"\"", AH_ERR_EVENT_LOG_MALFORMED);
	expect_event("\"imr\":0,\"event_type\":4294967296,\"digest\":\"" SEPARATOR "\",\"event\":\"\",\"event_payload\":\"\"", AH_ERR_EVENT_LOG_MALFORMED);
	expect_event("\"imr\":0,\"event_type\":4,\"digest\":\"00\",\"event\":\"\",\"event_payload\":\"\"", AH_ERR_EVENT_LOG_MALFORMED);
	expect_event("\"imr\":0,\"event_type\":4,\"digest\":\"" SEPARATOR "\",\"event\":\"\",\"event_payload\":\"0\"", AH_ERR_EVENT_LOG_MALFORMED);
	expect_event("\"imr\":0,\"event_type\":4,\"digest\":\"" SEPARATOR "\",\"event\":\"\",\"event_payload\":\"AA\"", AH_ERR_EVENT_LOG_MALFORMED);
	expect_event("\"imr\":0,\"event_type\":4,\"digest\":\"" SEPARATOR "\",\"event\":null,\"event_payload\":\"\"", AH_ERR_EVENT_LOG_MALFORMED);
	expect_event(RUNTIME ",\"version\":0", AH_ERR_EVENT_LOG_MALFORMED);
	expect_event(RUNTIME ",\"version\":3", AH_ERR_EVENT_LOG_MALFORMED);
	expect_event(RUNTIME ",\"version\":\"2\"", AH_ERR_EVENT_LOG_MALFORMED);
}

static void a_runtime_digest_is_that_of_its_form(void)
{
	expect_event(RUNTIME ",\"digest\":\"" V1_APP_ID "\"", AH_OK);
	expect_event(RUNTIME ",\"digest\":\"" V1_APP_ID "\",\"version\":1", AH_OK);
	expect_event(RUNTIME ",\"digest\":\"" V1_APP_ID "\",\"version\":2", AH_ERR_EVENT_LOG_MALFORMED);
	expect_event(RUNTIME ",\"digest\":\"" V2_COMPOSE "\"", AH_ERR_EVENT_LOG_MALFORMED);
	expect_event("\"imr\":3,\"event_type\":134217729,\"event\":\"compose-hash\",\"event_payload\":\"0102\",\"digest\":\"" V2_COMPOSE "\"", AH_OK);
	expect_event("\"imr\":3,\"event_type\":134217729,\"event\":\"compose-hash\",\"event_payload\":\"0102\",\"digest\":\"" V2_COMPOSE "\",\"version\":1",
	             AH_ERR_EVENT_LOG_MALFORMED);
}

/* -- Limits -- */

static void events_end_at_their_limit(void)
{
	AH_AUTO(ah_buf) bytes = AH_BUF(LOG_MAX);
	AH_AUTO_PTR(ah_event_log) log = NULL;
	ah_fault why = { 0 };
	put_ccel_header(&bytes, SPEC_ID_SHA384);
	for (size_t i = 0; i < AH_EVENTS_MAX; i++)
		put_record(&bytes, 1, 4, NULL, AH_SLICE_LITERAL("x"));
	EXPECT_OK(parse(&log, &bytes, NULL));
	EXPECT(log->count == AH_EVENTS_MAX);
	size_t end = bytes.len;
	put_record(&bytes, 1, 4, NULL, AH_SLICE_LITERAL("x"));
	EXPECT_ERR(parse_only(ah_buf_slice(&bytes), &why), AH_ERR_TOO_LARGE);
	EXPECT(why.offset == end);
}

static void a_log_ends_at_its_size(void)
{
	AH_AUTO(ah_buf) bytes = AH_BUF(LOG_MAX);
	put_ccel_header(&bytes, SPEC_ID_SHA384);
	while (bytes.len < AH_EVENT_LOG_MAX)
		(void)!ah_buf_append_byte(&bytes, 0xff);
	EXPECT_OK(parse_only(ah_buf_slice(&bytes), NULL));
	(void)!ah_buf_append_byte(&bytes, 0xff);
	EXPECT_ERR(parse_only(ah_buf_slice(&bytes), NULL), AH_ERR_TOO_LARGE);
	bytes.len = 0;
	put(&bytes, "[");
	while (bytes.len <= AH_EVENT_LOG_MAX)
		put(&bytes, " ");
	EXPECT_ERR(parse_only(ah_buf_slice(&bytes), NULL), AH_ERR_TOO_LARGE);
}

/* An event of six members is 13 tokens; the array is one. */
static void a_json_log_ends_at_its_tokens(void)
{
	AH_AUTO(ah_buf) text = AH_BUF(LOG_MAX);
	AH_AUTO_PTR(ah_event_log) log = NULL;
	size_t fit = (AH_JSON_TOKENS_MAX - 1) / 11;
	for (size_t i = 0; i < fit; i++)
		put_runtime(&text, "n", "");
	put(&text, "]");
	EXPECT_OK(parse(&log, &text, NULL));
	EXPECT(log->count == fit && fit >= 900);
	text.len--;
	put_runtime(&text, "n", "");
	put(&text, "]");
	EXPECT_ERR(parse_only(ah_buf_slice(&text), NULL), AH_ERR_TOO_LARGE);
}

static void a_name_ends_at_its_limit(void)
{
	for (size_t len = AH_EVENT_NAME_MAX; len <= AH_EVENT_NAME_MAX + 1; len++) {
		AH_AUTO(ah_buf) text = AH_BUF(LOG_MAX);
		char name[AH_EVENT_NAME_MAX + 2] = { 0 };
		memset(name, 'n', len);
		put_runtime(&text, name, "");
		put(&text, "]");
		EXPECT_ERR(parse_only(ah_buf_slice(&text), NULL), len == AH_EVENT_NAME_MAX ? AH_OK : AH_ERR_TOO_LARGE);
	}
}

static void the_longest_payload_of_either_form_is_read(void)
{
	AH_AUTO(ah_buf) text = AH_BUF(LOG_MAX);
	put(&text, "[{\"imr\":3,\"event_type\":134217729,\"version\":2,\"event\":\"n\",\"event_payload\":\"");
	while (text.len < AH_EVENT_LOG_MAX - 16)
		put(&text, "00");
	put(&text, "\"}]");
	EXPECT(text.len <= AH_EVENT_LOG_MAX);
	EXPECT_OK(parse_only(ah_buf_slice(&text), NULL));
}

/* -- Labels and binding -- */

static const ah_tdx_claims no_claims;

/* The claims of a quote whose registers are what this log replays to. */
static ah_tdx_claims claims_of(const ah_buf *text)
{
	AH_AUTO_PTR(ah_event_log) log = NULL;
	ah_tdx_claims claims = no_claims;
	if (parse(&log, text, NULL) != AH_OK)
		abort();
	memcpy(claims.rtmr, log->rtmr, sizeof claims.rtmr);
	return claims;
}

static ah_err bind(ah_tdx_claims *claims, const ah_buf *text, ah_fault *why)
{
	AH_AUTO_PTR(ah_event_log) log = NULL;
	ah_err err = parse(&log, text, why);
	return err != AH_OK ? err : ah_event_log_bind(log, claims, why);
}

static bool has_security_event(const ah_tdx_claims *claims, const char *name, const char *payload_hex)
{
	for (size_t i = 0; i < claims->security_event_count; i++) {
		AH_AUTO(ah_buf) hex = AH_BUF(LOG_MAX);
		const ah_tdx_security_event *event = &claims->security_events[i];
		(void)!ah_buf_append_hex(&hex, ah_slice_sub(AH_SLICE_OF(event->payload), 0, event->payload_len));
		if (strcmp(event->name, name) == 0)
			return ah_slice_is_text(ah_buf_slice(&hex), payload_hex);
	}
	return false;
}

/* What a dstack guest logs while it boots, up to the application. */
static void put_boot(ah_buf *out)
{
	put_runtime(out, "system-preparing", "");
	put_runtime(out, "app-id", "a1");
	put_runtime(out, "compose-hash", "c1");
	put_runtime(out, "instance-id", "b1");
	put_runtime(out, "boot-mr-done", "");
	put_runtime(out, "key-provider", "d1");
	put_runtime(out, "os-image-hash", "e1");
	put_runtime(out, "system-ready", "");
}

static void security_names_come_from_before_their_boundary(void)
{
	AH_AUTO(ah_buf) text = AH_BUF(LOG_MAX);
	put_boot(&text);
	put_runtime(&text, "the application", "ff");
	put(&text, "]");
	ah_tdx_claims claims = claims_of(&text);
	EXPECT_OK(bind(&claims, &text, NULL));
	EXPECT(claims.has_event_log && claims.event_count == 9 && claims.security_event_count == 5);
	EXPECT(has_security_event(&claims, "app-id", "a1") && has_security_event(&claims, "compose-hash", "c1"));
	EXPECT(has_security_event(&claims, "instance-id", "b1") && has_security_event(&claims, "key-provider", "d1"));
	EXPECT(has_security_event(&claims, "os-image-hash", "e1"));
	EXPECT(claims.rtmr_replayed[3] && !claims.rtmr_replayed[0]);
}

static void a_name_after_its_boundary_does_not_count(void)
{
	AH_AUTO(ah_buf) text = AH_BUF(LOG_MAX);
	put_runtime(&text, "boot-mr-done", "");
	put_runtime(&text, "compose-hash", "c2");
	put_runtime(&text, "system-ready", "");
	put_runtime(&text, "app-id", "a2");
	put_runtime(&text, "key-provider", "d2");
	put_runtime(&text, "os-image-hash", "e2");
	put_runtime(&text, "key-provider", "d3");
	put(&text, "]");
	ah_tdx_claims claims = claims_of(&text);
	EXPECT_OK(bind(&claims, &text, NULL));
	EXPECT(claims.security_event_count == 0);
}

/* The application repeats a name: the first one, of the system, stays what it is. */
static void a_name_repeated_after_system_ready_changes_nothing(void)
{
	AH_AUTO(ah_buf) text = AH_BUF(LOG_MAX);
	put_boot(&text);
	put_runtime(&text, "compose-hash", "ff");
	put(&text, "]");
	ah_tdx_claims claims = claims_of(&text);
	EXPECT_OK(bind(&claims, &text, NULL));
	EXPECT(claims.security_event_count == 5 && has_security_event(&claims, "compose-hash", "c1"));
}

static void a_security_name_twice_before_the_boundary_is_refused(void)
{
	static const char *const names[] = { "app-id", "compose-hash", "instance-id", "key-provider", "os-image-hash" };
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		for (int late = 0; late < 2; late++) {
			AH_AUTO(ah_buf) text = AH_BUF(LOG_MAX);
			put_runtime(&text, names[i], "01");
			if (late)
				put_runtime(&text, "boot-mr-done", "");
			put_runtime(&text, names[i], "01");
			put(&text, "]");
			ah_tdx_claims claims = claims_of(&text);
			EXPECT_ERR(bind(&claims, &text, NULL), AH_ERR_EVENT_LOG);
			EXPECT(!claims.has_event_log && claims.security_event_count == 0);
		}
	}
}

static void the_same_name_on_another_register_does_not_count(void)
{
	for (int imr = 0; imr < 3; imr++) {
		AH_AUTO(ah_buf) text = AH_BUF(LOG_MAX);
		put_event(&text, imr, AH_EVENT_TYPE_RUNTIME, V1_APP_ID, "app-id", "aabb");
		put_runtime(&text, "compose-hash", "c1");
		put(&text, "]");
		ah_tdx_claims claims = claims_of(&text);
		EXPECT_OK(bind(&claims, &text, NULL));
		EXPECT(claims.security_event_count == 1 && has_security_event(&claims, "compose-hash", "c1"));
	}
	/* Nor does an empty digest make one there: it has nothing to be recomputed from. */
	expect_event("\"imr\":2,\"event_type\":134217729,\"event\":\"app-id\",\"event_payload\":\"aabb\",\"digest\":\"\"", AH_ERR_EVENT_LOG_MALFORMED);
}

static void a_digest_kept_over_a_changed_payload_is_refused(void)
{
	expect_event("\"imr\":3,\"event_type\":134217729,\"event\":\"app-id\",\"event_payload\":\"aabc\",\"digest\":\"" V1_APP_ID "\"", AH_ERR_EVENT_LOG_MALFORMED);
	expect_event("\"imr\":3,\"event_type\":134217729,\"event\":\"app-ie\",\"event_payload\":\"aabb\",\"digest\":\"" V1_APP_ID "\"", AH_ERR_EVENT_LOG_MALFORMED);
	expect_event("\"imr\":3,\"event_type\":134217729,\"event\":\"compose-hash\",\"event_payload\":\"0103\",\"digest\":\"" V2_COMPOSE "\"",
	             AH_ERR_EVENT_LOG_MALFORMED);
}

static void reordered_dropped_added_and_moved_events_do_not_replay(void)
{
	AH_AUTO(ah_buf) honest = AH_BUF(LOG_MAX);
	put_runtime(&honest, "app-id", "a1");
	put_runtime(&honest, "compose-hash", "c1");
	put(&honest, "]");
	static const char *const forged[][4] = {
		{ "compose-hash", "c1", "app-id", "a1" }, { "app-id", "a1", NULL, NULL }, { "app-id", "a1", "compose-hash", "c2" }, { "compose-hash", "c1", NULL, NULL },
	};
	for (size_t i = 0; i < sizeof forged / sizeof forged[0]; i++) {
		AH_AUTO(ah_buf) text = AH_BUF(LOG_MAX);
		ah_tdx_claims claims = claims_of(&honest);
		ah_fault why = { 0 };
		put_runtime(&text, forged[i][0], forged[i][1]);
		if (forged[i][2] != NULL)
			put_runtime(&text, forged[i][2], forged[i][3]);
		put(&text, "]");
		EXPECT_ERR(bind(&claims, &text, &why), AH_ERR_EVENT_LOG);
		EXPECT(strstr(why.detail, "RTMR3") != NULL && !claims.has_event_log);
	}
	AH_AUTO(ah_buf) longer = AH_BUF(LOG_MAX);
	ah_tdx_claims claims = claims_of(&honest);
	put_runtime(&longer, "app-id", "a1");
	put_runtime(&longer, "compose-hash", "c1");
	put_runtime(&longer, "key-provider", "ff");
	put(&longer, "]");
	EXPECT_ERR(bind(&claims, &longer, NULL), AH_ERR_EVENT_LOG);
}

static void digest_v1(uint8_t out[static 48], const char *name, const char *payload)
{
	static const uint8_t type[] = { 0x01, 0x00, 0x00, 0x08 };
	const ah_slice parts[] = { AH_SLICE_OF(type), AH_SLICE_LITERAL(":"), ah_slice_text(name), AH_SLICE_LITERAL(":"), ah_slice_text(payload) };
	if (ah_hash(crypto, AH_SHA384, parts, 5, out) != AH_OK)
		abort();
}

/*
 * The type of an event is not hashed. Who calls the real compose-hash and the boundary separators, with digests that still replay, would have
 * what the application logged afterwards count as the system's.
 */
static void renaming_the_boundary_reveals_no_later_name(void)
{
	AH_AUTO(ah_buf) honest = AH_BUF(LOG_MAX);
	AH_AUTO(ah_buf) forged = AH_BUF(LOG_MAX);
	char hex[2][97] = { { 0 } };
	static const char *const hidden[] = { "compose-hash", "system-ready" };
	for (size_t i = 0; i < 2; i++) {
		AH_AUTO(ah_buf) text = AH_BUF(LOG_MAX);
		uint8_t digest[48];
		digest_v1(digest, hidden[i], "");
		(void)!ah_buf_append_hex(&text, AH_SLICE_OF(digest));
		memcpy(hex[i], text.ptr, 96);
	}
	put_runtime(&honest, "app-id", "a1");
	put_runtime(&honest, hidden[0], "");
	put_runtime(&honest, hidden[1], "");
	put_runtime(&honest, "compose-hash", "c1"); /* by the application */
	put(&honest, "]");
	put_runtime(&forged, "app-id", "a1");
	put_event(&forged, 3, 4, hex[0], "", "00000000");
	put_event(&forged, 3, 4, hex[1], "", "00000000");
	put_runtime(&forged, "compose-hash", "c1");
	put(&forged, "]");
	ah_tdx_claims claims = claims_of(&honest);
	EXPECT_OK(bind(&claims, &forged, NULL)); /* it replays: that is all that is shown */
	EXPECT(claims.security_event_count == 1 && has_security_event(&claims, "app-id", "a1"));
	claims = claims_of(&honest);
	EXPECT_OK(bind(&claims, &honest, NULL));
	EXPECT(claims.security_event_count == 2 && has_security_event(&claims, "compose-hash", ""));
}

/* ("a:b", "c") and ("a", "b:c") have one digest of form V1. */
static void a_name_that_v1_leaves_open_is_proven_only_without_colon(void)
{
	AH_AUTO(ah_buf) text = AH_BUF(LOG_MAX);
	AH_AUTO_PTR(ah_event_log) log = NULL;
	put_runtime(&text, "a:b", "63");
	put_runtime(&text, "a", "623a63");
	put(&text, ",{\"imr\":3,\"event_type\":134217729,\"version\":2,\"event\":\"a:b\",\"event_payload\":\"63\"}]");
	EXPECT_OK(parse(&log, &text, NULL));
	EXPECT_BYTES(AH_SLICE_OF(log->events[0].digest), AH_SLICE_OF(log->events[1].digest));
	EXPECT(!log->events[0].content_matches && log->events[1].content_matches && log->events[2].content_matches);
	EXPECT(ah_event_label_of(log, &log->events[0], true) == AH_EVENT_REPLAYED);
	EXPECT(ah_event_label_of(log, &log->events[1], true) == AH_EVENT_CONTENT_BOUND);
	EXPECT(ah_event_label_of(log, &log->events[2], true) == AH_EVENT_CONTENT_BOUND);
}

static void a_security_name_hidden_behind_a_colon_is_refused(void)
{
	static const char *const names[] = { "app-id:x", "system-ready:", "boot-mr-done:x:y" };
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		AH_AUTO(ah_buf) text = AH_BUF(LOG_MAX);
		put_runtime(&text, names[i], "01");
		put_runtime(&text, "app-id", "a1");
		put(&text, "]");
		ah_tdx_claims claims = claims_of(&text);
		EXPECT_ERR(bind(&claims, &text, NULL), AH_ERR_EVENT_LOG);
	}
	/* Form V2 says where the name ends; and behind the boundary an application may use what names it likes. */
	AH_AUTO(ah_buf) text = AH_BUF(LOG_MAX);
	put(&text, "[{\"imr\":3,\"event_type\":134217729,\"version\":2,\"event\":\"app-id:x\",\"event_payload\":\"63\"}");
	put_runtime(&text, "app-id", "a1");
	put_runtime(&text, "system-ready", "");
	put_runtime(&text, "app-id:x", "01");
	put(&text, "]");
	ah_tdx_claims claims = claims_of(&text);
	EXPECT_OK(bind(&claims, &text, NULL));
	EXPECT(claims.security_event_count == 1 && has_security_event(&claims, "app-id", "a1"));
}

/* An open name that is no security name is no lie, but what follows it is not known to stand before the boundary. */
static void nothing_behind_an_open_name_counts(void)
{
	AH_AUTO(ah_buf) text = AH_BUF(LOG_MAX);
	put_runtime(&text, "app-id", "a1");
	put_runtime(&text, "note:x", "01");
	put_runtime(&text, "compose-hash", "c1");
	put(&text, "]");
	ah_tdx_claims claims = claims_of(&text);
	EXPECT_OK(bind(&claims, &text, NULL));
	EXPECT(claims.security_event_count == 1 && has_security_event(&claims, "app-id", "a1"));
}

/* The text of ACPI events says "ACPI DATA" whatever the tables are: only the digest tells, and it replays or not. */
static void a_changed_acpi_digest_does_not_replay(void)
{
	AH_AUTO(ah_buf) honest = AH_BUF(LOG_MAX);
	AH_AUTO(ah_buf) forged = AH_BUF(LOG_MAX);
	uint8_t digest[48] = { 1 };
	put_ccel_header(&honest, SPEC_ID_SHA384);
	put_record(&honest, 1, 10, digest, AH_SLICE_LITERAL("ACPI DATA"));
	digest[47] ^= 1;
	put_ccel_header(&forged, SPEC_ID_SHA384);
	put_record(&forged, 1, 10, digest, AH_SLICE_LITERAL("ACPI DATA"));
	ah_tdx_claims claims = claims_of(&honest);
	ah_fault why = { 0 };
	EXPECT_OK(bind(&claims, &honest, NULL));
	EXPECT(claims.rtmr_replayed[0]);
	claims = claims_of(&honest);
	EXPECT_ERR(bind(&claims, &forged, &why), AH_ERR_EVENT_LOG);
	EXPECT(strstr(why.detail, "RTMR0") != NULL && why.offset == AH_NO_OFFSET);
}

static void labels_say_what_a_digest_proves(void)
{
	AH_AUTO(ah_buf) bytes = AH_BUF(LOG_MAX);
	AH_AUTO_PTR(ah_event_log) log = NULL;
	const uint8_t digest[48] = { 1 };
	put_ccel_header(&bytes, SPEC_ID_SHA384);
	put_record(&bytes, 1, 4, NULL, AH_SLICE_LITERAL("hashed"));
	put_record(&bytes, 1, 10, digest, AH_SLICE_LITERAL("not hashed"));
	put_record(&bytes, 1, AH_EVENT_TYPE_NO_ACTION, NULL, AH_SLICE_LITERAL("hashed, not extended"));
	put_record(&bytes, 0, 4, NULL, AH_SLICE_LITERAL("of MRTD"));
	EXPECT_OK(parse(&log, &bytes, NULL));
	static const ah_event_label wanted[] = { AH_EVENT_CONTENT_BOUND, AH_EVENT_REPLAYED, AH_EVENT_UNTRUSTED_TEXT, AH_EVENT_UNTRUSTED_TEXT };
	for (size_t i = 0; i < 4; i++) {
		EXPECT(ah_event_label_of(log, &log->events[i], true) == wanted[i]);
		EXPECT(ah_event_label_of(log, &log->events[i], false) == AH_EVENT_UNTRUSTED_TEXT);
	}
	EXPECT(strcmp(ah_event_label_name(AH_EVENT_REPLAYED), "replayed") == 0);
	EXPECT(strcmp(ah_event_label_name(AH_EVENT_CONTENT_BOUND), "content_bound") == 0);
	EXPECT(strcmp(ah_event_label_name(AH_EVENT_UNTRUSTED_TEXT), "untrusted_text") == 0);
}

static void a_register_that_the_log_leaves_alone_is_not_compared(void)
{
	AH_AUTO(ah_buf) bytes = AH_BUF(LOG_MAX);
	put_ccel_header(&bytes, SPEC_ID_SHA384);
	put_record(&bytes, 1, 4, NULL, AH_SLICE_LITERAL("x"));
	ah_tdx_claims claims = claims_of(&bytes);
	claims.rtmr[3][0] = 1; /* extended by the kernel, which writes no CCEL entry */
	EXPECT_OK(bind(&claims, &bytes, NULL));
	EXPECT(claims.rtmr_replayed[0] && !claims.rtmr_replayed[3]);
}

static void a_ccel_gives_no_security_names(void)
{
	AH_AUTO(ah_buf) bytes = AH_BUF(LOG_MAX);
	uint8_t digest[48];
	digest_v1(digest, "app-id", "x");
	put_ccel_header(&bytes, SPEC_ID_SHA384);
	put_record(&bytes, 4, AH_EVENT_TYPE_RUNTIME, digest, AH_SLICE_LITERAL("\x01\0\0\x08:app-id:x"));
	ah_tdx_claims claims = claims_of(&bytes);
	EXPECT_OK(bind(&claims, &bytes, NULL));
	EXPECT(claims.rtmr_replayed[3] && claims.security_event_count == 0);
}

/* Whoever hands over the log could leave out what he does not want to be seen. */
static void a_log_that_explains_less_than_the_quote_is_refused(void)
{
	AH_AUTO(ah_buf) empty = AH_BUF(LOG_MAX), one = AH_BUF(LOG_MAX);
	ah_fault why = { 0 };
	put(&empty, "[]");
	ah_tdx_claims claims = no_claims;
	EXPECT_ERR(bind(&claims, &empty, NULL), AH_ERR_EVENT_LOG); /* also when every register is zero */
	claims.rtmr[2][5] = 1;
	EXPECT_ERR(bind(&claims, &empty, NULL), AH_ERR_EVENT_LOG);
	put_runtime(&one, "app-id", "aa");
	put(&one, "]");
	claims = claims_of(&one);
	EXPECT_OK(bind(&claims, &one, NULL));
	claims = claims_of(&one);
	claims.rtmr[0][47] = 1;
	EXPECT_ERR(bind(&claims, &one, &why), AH_ERR_EVENT_LOG);
	EXPECT(strstr(why.detail, "RTMR0") != NULL && !claims.has_event_log);
}

static void a_payload_above_512_bytes_is_cut_and_says_so(void)
{
	AH_AUTO(ah_buf) text = AH_BUF(LOG_MAX);
	char payload[2 * 513 + 1] = { 0 };
	memset(payload, 'a', 2 * 513);
	put_runtime(&text, "app-id", payload);
	put(&text, "]");
	ah_tdx_claims claims = claims_of(&text);
	EXPECT_OK(bind(&claims, &text, NULL));
	payload[2 * 512] = '\0';
	EXPECT(claims.security_events[0].payload_total_len == 513 && claims.security_events[0].payload_len == 512);
	EXPECT(has_security_event(&claims, "app-id", payload));
}

/* -- For inspect -- */

static void a_broken_log_is_surveyed_as_far_as_it_holds(void)
{
	AH_AUTO(ah_buf) text = AH_BUF(LOG_MAX);
	AH_AUTO_PTR(ah_event_log) log = NULL;
	ah_fault broken = { .offset = AH_NO_OFFSET };
	put_runtime(&text, "app-id", "a1");
	size_t good = text.len;
	put_event(&text, 3, AH_EVENT_TYPE_RUNTIME, V1_APP_ID, "app-id", "a2");
	put(&text, "]");
	EXPECT_OK(ah_event_log_survey(&log, &broken, crypto, ah_buf_slice(&text)));
	EXPECT(broken.err == AH_ERR_EVENT_LOG_MALFORMED && broken.offset == good + 1 && log->count == 1 && log->rtmr_used[3]);
}

static const ah_test_case cases[] = {
	AH_TEST(json_events_replay_in_both_forms),
	AH_TEST(ccel_records_replay),
	AH_TEST(the_spec_id_event_is_read_strictly),
	AH_TEST(the_first_record_is_the_spec_id_event),
	AH_TEST(a_ccel_cut_anywhere_but_between_records_is_refused),
	AH_TEST(a_ccel_ends_with_its_buffer_or_with_one_filler),
	AH_TEST(registers_above_four_do_not_exist),
	AH_TEST(each_record_has_each_declared_digest_once),
	AH_TEST(a_second_header_is_refused),
	AH_TEST(a_json_log_is_an_array_of_whole_events),
	AH_TEST(members_of_an_event_have_one_form),
	AH_TEST(a_runtime_digest_is_that_of_its_form),
	AH_TEST(events_end_at_their_limit),
	AH_TEST(a_log_ends_at_its_size),
	AH_TEST(a_json_log_ends_at_its_tokens),
	AH_TEST(a_name_ends_at_its_limit),
	AH_TEST(the_longest_payload_of_either_form_is_read),
	AH_TEST(security_names_come_from_before_their_boundary),
	AH_TEST(a_name_after_its_boundary_does_not_count),
	AH_TEST(a_name_repeated_after_system_ready_changes_nothing),
	AH_TEST(a_security_name_twice_before_the_boundary_is_refused),
	AH_TEST(the_same_name_on_another_register_does_not_count),
	AH_TEST(a_digest_kept_over_a_changed_payload_is_refused),
	AH_TEST(reordered_dropped_added_and_moved_events_do_not_replay),
	AH_TEST(renaming_the_boundary_reveals_no_later_name),
	AH_TEST(a_name_that_v1_leaves_open_is_proven_only_without_colon),
	AH_TEST(a_security_name_hidden_behind_a_colon_is_refused),
	AH_TEST(nothing_behind_an_open_name_counts),
	AH_TEST(a_changed_acpi_digest_does_not_replay),
	AH_TEST(labels_say_what_a_digest_proves),
	AH_TEST(a_register_that_the_log_leaves_alone_is_not_compared),
	AH_TEST(a_ccel_gives_no_security_names),
	AH_TEST(a_log_that_explains_less_than_the_quote_is_refused),
	AH_TEST(a_payload_above_512_bytes_is_cut_and_says_so),
	AH_TEST(a_broken_log_is_surveyed_as_far_as_it_holds),
};

int main(int argc, char **argv)
{
	if (ah_crypto_new(&crypto, NULL) != AH_OK)
		return 1;
	int code = ah_test_main(argc, argv, cases, sizeof cases / sizeof cases[0]);
	ah_crypto_free(crypto);
	return code;
}
