/*
 * Goal: an event is read as NIP-01 describes it and in no other form, its limits are exact, and what is hashed is what every implementation hashes.
 * Method: one event with one thing changed, by its text; the id and signature are those of a second implementation (a BIP-340 signer in Python over hashlib,
 * key 3, auxiliary randomness zero). More ids of others: tests/vectors/test_vectors_nostr.c.
 */
#include "nostr/event.h"

#include "support/test.h"

#include <stdio.h>

#define PUBKEY "f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9"
#define ID     "b73282b89e6a6b16c0727023ca8592ce4a2c1a750dd2bb5db0249f0cc9b79fb0"
#define SIG    "87ed4dd5204199f052f2f859f500c956944d69dfc027aa3b8aed9dbe01337fcdb5e3eda6a8a05aae556b975f1f086497083f93d444a90fe909157a30ef2c0fc1"
#define MEMBERS_BEFORE "\"id\":\"" ID "\",\"pubkey\":\"" PUBKEY "\",\"created_at\":1700000000,\"kind\":1"
#define TAGS    "[[\"t\",\"hello\"],[\"e\",\"\",\"\\u00e9\"],[]]"
#define CONTENT "\"line\\nbreak \\\"quoted\\\" \\u0001 \\u007f \\u2028 \\ud83e\\udd19\\/\""
#define EVENT   "{" MEMBERS_BEFORE ",\"tags\":" TAGS ",\"content\":" CONTENT ",\"sig\":\"" SIG "\"}"

static ah_err parse(const char *json, ah_fault *why)
{
	AH_AUTO_PTR(ah_nostr_event) event = NULL;
	return ah_nostr_event_parse(&event, ah_slice_text(json), why);
}

static void an_event_is_read_and_verified(void)
{
	AH_AUTO_PTR(ah_nostr_event) event = NULL;
	AH_AUTO_PTR(ah_crypto) crypto = NULL;
	EXPECT_OK(ah_crypto_new(&crypto, NULL));
	EXPECT_OK(ah_nostr_event_parse(&event, ah_slice_text(EVENT), NULL));
	EXPECT(event->created_at_s == 1700000000 && event->kind == 1 && event->tag_count == 3);
	EXPECT(event->tags[0].count == 2 && event->tags[1].count == 3 && event->tags[2].count == 0);
	EXPECT(ah_slice_is_text(event->tags[1].items[2], "\xc3\xa9") && event->tags[1].items[1].len == 0);
	EXPECT(ah_slice_is_text(event->content, "line\nbreak \"quoted\" \x01 \x7f \xe2\x80\xa8 \xf0\x9f\xa4\x99/"));
	EXPECT_OK(ah_nostr_event_check_id(crypto, event));
	EXPECT_OK(ah_nostr_event_check_signature(crypto, event));
	event->sig[63] ^= 1;
	EXPECT_ERR(ah_nostr_event_check_signature(crypto, event), AH_ERR_EVENT_SIGNATURE);
	event->sig[63] ^= 1;
	event->id[0] ^= 1;
	EXPECT_ERR(ah_nostr_event_check_id(crypto, event), AH_ERR_EVENT_ID);
	EXPECT_ERR(ah_nostr_event_check_signature(crypto, event), AH_ERR_EVENT_SIGNATURE);
	event->id[0] ^= 1;
	event->kind = 2;
	EXPECT_ERR(ah_nostr_event_check_id(crypto, event), AH_ERR_EVENT_ID);
	/* 5 is the x coordinate of no point: 5^3 + 7 has no square root in the field. */
	memset(event->pubkey, 0, 32);
	event->pubkey[31] = 5;
	EXPECT_ERR(ah_nostr_event_check_signature(crypto, event), AH_ERR_EVENT_SIGNATURE);
}

/* The compact form of the event above, escapes reduced to those of NIP-01. */
static void an_event_is_written_in_the_order_of_nip_01(void)
{
	AH_AUTO_PTR(ah_nostr_event) event = NULL;
	AH_AUTO(ah_buf) out = AH_BUF(65536);
	EXPECT_OK(ah_nostr_event_parse(&event, ah_slice_text("{ \"sig\":\"" SIG "\",\"content\":" CONTENT ",\n\"tags\":" TAGS "," MEMBERS_BEFORE " }"), NULL));
	EXPECT_OK(ah_nostr_event_write(&out, event));
	EXPECT(ah_slice_is_text(ah_buf_slice(&out),
	                        "{" MEMBERS_BEFORE ",\"tags\":[[\"t\",\"hello\"],[\"e\",\"\",\"\xc3\xa9\"],[]],"
	                        "\"content\":\"line\\nbreak \\\"quoted\\\" \\u0001 \x7f \xe2\x80\xa8 \xf0\x9f\xa4\x99/\",\"sig\":\"" SIG "\"}"));
	ah_buf_clear(&out);
	EXPECT_OK(ah_nostr_event_serialize(&out, event));
	EXPECT(ah_slice_is_text(ah_buf_slice(&out),
	                        "[0,\"" PUBKEY "\",1700000000,1,[[\"t\",\"hello\"],[\"e\",\"\",\"\xc3\xa9\"],[]],"
	                        "\"line\\nbreak \\\"quoted\\\" \\u0001 \x7f \xe2\x80\xa8 \xf0\x9f\xa4\x99/\"]"));
	out.max = out.len;
	EXPECT_ERR(ah_nostr_event_serialize(&out, event), AH_ERR_LIMIT);
	EXPECT_ERR(ah_nostr_event_write(&out, event), AH_ERR_LIMIT);
}

static void tags_are_found_by_name_when_they_have_a_value(void)
{
	AH_AUTO_PTR(ah_nostr_event) event = NULL;
	EXPECT_OK(ah_nostr_event_parse(&event,
	                               ah_slice_text("{" MEMBERS_BEFORE ",\"tags\":[[\"a\"],[\"a\",\"1\"],[\"b\",\"2\"],[\"a\",\"3\",\"x\"],[\"A\",\"4\"]],"
	                                             "\"content\":\"\",\"sig\":\"" SIG "\"}"),
	                               NULL));
	EXPECT(ah_nostr_tag_count(event, "a") == 2 && ah_nostr_tag_count(event, "b") == 1 && ah_nostr_tag_count(event, "c") == 0);
	EXPECT(ah_nostr_tag_find(event, "a") == &event->tags[1] && ah_nostr_tag_at(event, "a", 1) == &event->tags[3]);
	EXPECT(ah_nostr_tag_at(event, "a", 2) == NULL && ah_nostr_tag_find(event, "c") == NULL);
}

/* -- Refusals -- */

#define WITH(members) "{" members "}"
#define REST ",\"tags\":[],\"content\":\"\",\"sig\":\"" SIG "\""
#define FIRST "\"id\":\"" ID "\",\"pubkey\":\"" PUBKEY "\""

static void what_is_no_event_is_refused(void)
{
	static const struct { const char *what, *json, *detail; } cases[] = {
		{ "empty", "", "JsonMalformed" },
		{ "array", "[]", "$: must be an object" },
		{ "no members", "{}", "id: is missing" },
		{ "no sig", "{" MEMBERS_BEFORE ",\"tags\":[],\"content\":\"\"}", "sig: is missing" },
		{ "no tags", "{" MEMBERS_BEFORE ",\"content\":\"\",\"sig\":\"" SIG "\"}", "tags: is missing" },
		{ "another member", WITH(MEMBERS_BEFORE REST ",\"seen\":1"), "seen: unknown member" },
		{ "an escaped name", WITH(MEMBERS_BEFORE ",\"t\\u0061gs\":[]" REST), "DuplicateKey" },
		{ "an escaped name alone", WITH(MEMBERS_BEFORE ",\"t\\u0061gs\":[],\"content\":\"\",\"sig\":\"" SIG "\""), "t\\u0061gs: unknown member" },
		{ "a member twice", WITH(MEMBERS_BEFORE REST ",\"kind\":1"), "DuplicateKey" },
		{ "bytes behind", EVENT "x", "JsonMalformed" },
		{ "two events", EVENT EVENT, "JsonMalformed" },
		{ "a short id", WITH("\"id\":\"00\",\"pubkey\":\"" PUBKEY "\",\"created_at\":1,\"kind\":1" REST), "id: must be 64 lowercase hex digits" },
		{ "an uppercase key", WITH("\"id\":\"" ID "\",\"pubkey\":\"F9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9\",\"created_at\":1,\"kind\":1" REST),
		  "pubkey: must be 64 lowercase hex digits" },
		{ "a number as id", WITH("\"id\":1,\"pubkey\":\"" PUBKEY "\",\"created_at\":1,\"kind\":1" REST), "id: must be 64 lowercase hex digits" },
		{ "a short signature", WITH(MEMBERS_BEFORE ",\"tags\":[],\"content\":\"\",\"sig\":\"00\""), "sig: must be 128 lowercase hex digits" },
		{ "a negative time", WITH(FIRST ",\"created_at\":-1,\"kind\":1" REST), "created_at: out of range" },
		{ "a fraction of a second", WITH(FIRST ",\"created_at\":1.5,\"kind\":1" REST), "JsonMalformed" },
		{ "a time as text", WITH(FIRST ",\"created_at\":\"1\",\"kind\":1" REST), "created_at: must be an integer" },
		{ "kind 65536", WITH(FIRST ",\"created_at\":1,\"kind\":65536" REST), "kind: out of range" },
		{ "kind -1", WITH(FIRST ",\"created_at\":1,\"kind\":-1" REST), "kind: out of range" },
		{ "kind null", WITH(FIRST ",\"created_at\":1,\"kind\":null" REST), "kind: must be an integer" },
		{ "tags an object", WITH(MEMBERS_BEFORE ",\"tags\":{},\"content\":\"\",\"sig\":\"" SIG "\""), "tags: must be an array" },
		{ "a tag of text", WITH(MEMBERS_BEFORE ",\"tags\":[\"t\"],\"content\":\"\",\"sig\":\"" SIG "\""), "tags: each must be an array of texts" },
		{ "a number in a tag", WITH(MEMBERS_BEFORE ",\"tags\":[[\"t\",1]],\"content\":\"\",\"sig\":\"" SIG "\""), "tags: must be a text" },
		{ "an array in a tag", WITH(MEMBERS_BEFORE ",\"tags\":[[[]]],\"content\":\"\",\"sig\":\"" SIG "\""), "tags: must be a text" },
		{ "content null", WITH(MEMBERS_BEFORE ",\"tags\":[],\"content\":null,\"sig\":\"" SIG "\""), "content: must be a text" },
		{ "a NUL", WITH(MEMBERS_BEFORE ",\"tags\":[],\"content\":\"\\u0000\",\"sig\":\"" SIG "\""), "JsonMalformed" },
		{ "a lone surrogate", WITH(MEMBERS_BEFORE ",\"tags\":[],\"content\":\"\\ud83e\",\"sig\":\"" SIG "\""), "JsonMalformed" },
		{ "no UTF-8", WITH(MEMBERS_BEFORE ",\"tags\":[],\"content\":\"\xc3\",\"sig\":\"" SIG "\""), "NonCanonicalEncoding" },
		{ "a raw line feed", WITH(MEMBERS_BEFORE ",\"tags\":[],\"content\":\"\n\",\"sig\":\"" SIG "\""), "JsonMalformed" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		ah_fault why = { .offset = AH_NO_OFFSET };
		ah_err err = parse(cases[i].json, &why);
		EXPECT_MSG(err == AH_ERR_EVENT_MALFORMED && why.err == err, "%s: got %s", cases[i].what, ah_err_name(err));
		EXPECT_MSG(strncmp(why.detail, cases[i].detail, strlen(cases[i].detail)) == 0, "%s: %s", cases[i].what, why.detail);
		EXPECT_MSG(why.offset <= strlen(cases[i].json), "%s: offset %zu", cases[i].what, why.offset);
	}
	ah_test_count(sizeof cases / sizeof cases[0] - 1);
}

/* -- Limits: at the limit it works, one more is refused -- */

static ah_err parse_many(size_t tags, size_t items, size_t content)
{
	AH_AUTO(ah_buf) json = AH_BUF(2 * AH_EVENT_MAX);
	AH_AUTO_PTR(ah_nostr_event) event = NULL;
	bool ok = ah_buf_append_text(&json, "{" MEMBERS_BEFORE ",\"tags\":[") == AH_OK;
	for (size_t i = 0; i < tags; i++) {
		ok = ok && ah_buf_append_text(&json, i == 0 ? "[" : ",[") == AH_OK;
		for (size_t k = 0; k < items; k++)
			ok = ok && ah_buf_append_text(&json, k == 0 ? "\"a\"" : ",\"a\"") == AH_OK;
		ok = ok && ah_buf_append_text(&json, "]") == AH_OK;
	}
	ok = ok && ah_buf_append_text(&json, "],\"sig\":\"" SIG "\",\"content\":\"") == AH_OK;
	for (size_t room = content == 0 ? 0 : content - json.len - 2; room > 0; room--)
		ok = ok && ah_buf_append_byte(&json, 'a') == AH_OK;
	ok = ok && ah_buf_append_text(&json, "\"}") == AH_OK;
	if (!ok || (content != 0 && json.len != content))
		return AH_ERR_INTERNAL;
	ah_err err = ah_nostr_event_parse(&event, ah_buf_slice(&json), NULL);
	return err == AH_OK && (event->tag_count != tags || (tags != 0 && event->tags[tags - 1].count != items)) ? AH_ERR_INTERNAL : err;
}

static void limits_are_exact(void)
{
	EXPECT_OK(parse_many(AH_EVENT_TAGS_MAX, AH_EVENT_TAG_ITEMS_MAX, 0));
	EXPECT_ERR(parse_many(AH_EVENT_TAGS_MAX + 1, 1, 0), AH_ERR_TOO_LARGE);
	EXPECT_ERR(parse_many(1, AH_EVENT_TAG_ITEMS_MAX + 1, 0), AH_ERR_TOO_LARGE);
	EXPECT_OK(parse_many(1, 1, AH_EVENT_MAX));
	EXPECT_ERR(parse_many(1, 1, AH_EVENT_MAX + 1), AH_ERR_TOO_LARGE);
	EXPECT_OK(parse("{" FIRST ",\"created_at\":9223372036854775807,\"kind\":65535" REST "}", NULL));
	ah_test_count(5);
}

int main(int argc, char **argv)
{
	static const ah_test_case cases[] = {
		AH_TEST(an_event_is_read_and_verified),
		AH_TEST(an_event_is_written_in_the_order_of_nip_01),
		AH_TEST(tags_are_found_by_name_when_they_have_a_value),
		AH_TEST(what_is_no_event_is_refused),
		AH_TEST(limits_are_exact),
	};
	return ah_test_main(argc, argv, cases, sizeof cases / sizeof cases[0]);
}
