/*
 * Goal: version numbers compare as people read them, and the parts of an instance event are told in one order with the names that refusals use.
 * Method: a table of versions; an event of each family by its text. Forms, signatures and rows: tests/forged/cases_event.c, with everything signed.
 */
#include "policy/instance_event.h"

#include "support/test.h"

#include <stdio.h>

static bool at_least(const char *version, const char *floor)
{
	return ah__version_is_at_least(ah_slice_text(version), ah_slice_text(floor));
}

static void versions_are_compared_as_numbers(void)
{
	static const struct { const char *version, *floor; bool ok; } cases[] = {
		{ "1.10", "1.9", true },           { "1.9", "1.10", false },          { "1.9.9", "1.10", false },       { "1.0.0", "1", true },
		{ "1", "1.0.0.0", true },          { "1", "1.0.0.1", false },         { "2", "1.99.99.99", true },      { "0.9", "1", false },
		{ "01.02", "1.2", true },          { "999999999", "999999998", true }, { "1.0.0.0", "1.0.0.0", true },  { "1.2.3-rc.1", "1.2.3", false },
		{ "1.2.3-rc.1", "1.2.2", true },   { "1.2.4-rc.1", "1.2.3", true },   { "1.2.3+build.5", "1.2.3", true }, { "1.2.3-rc+x", "1.2.3", false },
		/* No version numbers: never at or above anything. */
		{ "", "0", false },                { "v1.0", "0", false },            { "1.", "0", false },             { ".1", "0", false },
		{ "1..2", "0", false },            { "1.2.3.4.5", "0", false },       { "1.x", "0", false },            { "1 ", "0", false },
		{ " 1", "0", false },              { "1-", "0", false },              { "1+", "0", false },             { "1_2", "0", false },
		{ "1000000000", "0", false },      { "-1", "0", false },              { "1.0\n", "0", false },          { "1-r\xc3\xa9", "0", false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		EXPECT_MSG(at_least(cases[i].version, cases[i].floor) == cases[i].ok, "%s against %s", cases[i].version, cases[i].floor);
	ah_test_count(sizeof cases / sizeof cases[0] - 1);
}

static void a_floor_is_numbers_alone(void)
{
	static const struct { const char *text; bool ok; } cases[] = {
		{ "1", true }, { "1.2.3.4", true }, { "0", true }, { "1.2.3.4.5", false }, { "1-rc", false }, { "1+x", false }, { "", false }, { "1.", false }, { "x", false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		EXPECT_MSG(ah__version_is_floor(ah_slice_text(cases[i].text)) == cases[i].ok, "%s", cases[i].text);
	ah_test_count(sizeof cases / sizeof cases[0] - 1);
}

#define HEX32(d) d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d
#define HEAD(quote, key, kind) \
	"{" quote "id" quote ":" quote HEX32("0") quote "," quote "pubkey" quote ":" quote HEX32(key) quote "," quote "created_at" quote ":1," quote "kind" quote ":" kind "," \
	quote "tags" quote ":["
#define TAIL(quote, content) "]," quote "content" quote ":" quote content quote "," quote "sig" quote ":" quote HEX32("0") HEX32("0") quote "}"
#define INNER(name, key, kind, tags, content) "[\"" name "\",\"" HEAD("\\\"", key, kind) tags TAIL("\\\"", content) "\"]"
#define END "[\\\"expiration\\\",\\\"9\\\"]"

static ah_err parse(ah_instance_event **out, const char *json)
{
	ah_fault why = { .offset = AH_NO_OFFSET };
	ah_err err = ah_instance_event_parse(out, ah_slice_text(json), &why);
	if (err != AH_OK)
		printf("  %s\n", why.detail);
	return err;
}

static void the_parts_are_told_in_one_order(void)
{
	static const char json[] =
		HEAD("\"", "1", "13793") INNER("release", "7", "63794", "", "") "," INNER("instance", "6", "23795", "", "") "," INNER("build", "5", "23794", "", "") ","
		INNER("tee_cert", "3", "23797", END, "") "," INNER("tee_cert", "4", "23797", END, "") "," INNER("release", "8", "63794", "", "") ","
		INNER("tee_root", "2", "23793", "", "AAEC") TAIL("\"", "a text");
	static const struct { const char *name; uint8_t key; } wanted[] = {
		{ "announcement", 0x11 }, { "tee_root", 0x22 }, { "tee_cert", 0x33 }, { "tee_cert", 0x44 }, { "build", 0x55 }, { "instance", 0x66 }, { "release", 0x77 },
		{ "release", 0x88 },
	};
	AH_AUTO_PTR(ah_instance_event) event = NULL;
	EXPECT_OK(parse(&event, json));
	EXPECT(ah_instance_event_count(event) == sizeof wanted / sizeof wanted[0]);
	for (size_t i = 0; i < ah_instance_event_count(event); i++) {
		const char *name = NULL;
		const ah_nostr_event *at = ah_instance_event_at(event, i, &name);
		EXPECT_MSG(strcmp(name, wanted[i].name) == 0 && at->pubkey[0] == wanted[i].key, "part %zu is %s of %02x", i, name, at->pubkey[0]);
	}
	EXPECT_BYTES(ah_buf_slice(&event->evidence), AH_SLICE_LITERAL("\0\1\2"));
	EXPECT(event->says.attested_pubkey[0] == 0x22 && event->says.pubkey[0] == 0x11 && event->says.release_signer_count == 2);
	EXPECT(strcmp(event->says.stage, "dev") == 0 && event->says.expiration_s == 0);
}

/* What does not fit is cut between characters; an address is not cut. */
static void texts_are_taken_whole_or_cut_between_characters(void)
{
	static char json[4096];
	char name[200], relay[400];
	memset(name, 'n', sizeof name);
	memset(relay, 'r', sizeof relay);
	name[127] = (char)0xc3; /* the two bytes of U+00E9 around the limit of 128 */
	name[128] = (char)0xa9;
	(void)snprintf(json, sizeof json,
	               HEAD("\"", "1", "63793") "[\"name\",\"%.200s\"],[\"relay\",\"%.256s\"],[\"relay\",\"%.257s\"],[\"relay\",\"wss://a\"],[\"t\",\"nostr\"],[\"t\",\"prod\"],"
	               "[\"expiration\",\"253402300799\"]" TAIL("\"", "AA=="),
	               name, relay, relay);
	AH_AUTO_PTR(ah_instance_event) event = NULL;
	EXPECT_OK(parse(&event, json));
	EXPECT(strlen(event->says.name) == 127 && event->says.name[126] == 'n');
	EXPECT(event->says.relay_count == 2 && strlen(event->says.relays[0]) == 256 && strcmp(event->says.relays[1], "wss://a") == 0);
	EXPECT(strcmp(event->says.stage, "prod") == 0 && event->says.expiration_s == INT64_C(253402300799));
	EXPECT(event->says.attested_pubkey[0] == 0x11 && !event->says.has_builder && !event->says.has_launcher);
}

int main(int argc, char **argv)
{
	static const ah_test_case cases[] = {
		AH_TEST(versions_are_compared_as_numbers),
		AH_TEST(a_floor_is_numbers_alone),
		AH_TEST(the_parts_are_told_in_one_order),
		AH_TEST(texts_are_taken_whole_or_cut_between_characters),
	};
	return ah_test_main(argc, argv, cases, sizeof cases / sizeof cases[0]);
}
