/*
 * Goal: the serialization that other implementations hash is ours, byte for byte; and the instance event of noauth-enclaved, made on AWS hardware, is judged
 * completely: accepted as it was published, refused as it is printed with one tag altered, and refused for each thing that a policy may not want of it.
 * Method: event-id-edge.json (nostr-tools 2.25.2 computed it), the seed's events, through the codec and through ah_appraise().
 */
#include "vectors/vectors.h"

#include "codec/text.h"
#include "nostr/event.h"
#include "policy/instance_event.h"

#include <stdio.h>

#define MADE_S    INT64_C(1743516970) /* 2025-04-01T14:16:10Z: created_at of the event, and the second of the hypervisor's timestamp */
#define BUILDER   "3356de61b39647931ce8b2140b2bab837e0810c0ef515bbe92de0248040b8bdd"
#define SERVICE   "ac116b22152178636e06d75188c260da10ecd54765d3999bcb579c8f530a9441"
#define NPUB      "npub1xdtducdnjerex88gkg2qk2atsdlqsyxqaag4h05jmcpyspqt30wscmntxy"
#define EVENT_MAX ((size_t)1 << 20)

static const char pcrs[] =
	"{\"0\":\"517a9ec66c4c8e8f3b309c4a4598e2383dff4ec07dfa48617c2d7ec9b1fbf86a597b4376b18114914a31af2ea12a2db6\","
	"\"1\":\"4b4d5b3661b3efc12920900c80e126e4ce783c522de6c02a2a5bf7af3a2b9327b86776f188e4be1c1c404a129dbda493\","
	"\"2\":\"365caf856d5ef95d4ef49b1883367179fd5d40504d75d8b0c8af7672aff3bb37c0026a69c89d170bdc724b53e8423a7d\"}";

/* -- The codec -- */

#define TAGS_MAX  8
#define ITEMS_MAX 8

static ah_slice slice_of(const json_t *string)
{
	return ah_slice_make(json_string_value(string), json_string_length(string));
}

static void hex_of(ah_buf *out, const json_t *object, const char *name)
{
	ah_test_hex(out, ah_vectors_text(object, name));
}

/* The event as jansson reads it: U+0000 included, which our reader refuses. Nothing is copied. */
typedef struct made {
	ah_nostr_event event;
	ah_nostr_tag tags[TAGS_MAX];
	ah_slice items[TAGS_MAX][ITEMS_MAX];
} made;

static bool make(made *out, const json_t *of)
{
	ah_nostr_event *e = &out->event;
	const json_t *tags = json_object_get(of, "tags");
	*out = (made){ .event = { .tags = out->tags, .tag_count = json_array_size(tags) } };
	e->created_at_s = json_integer_value(json_object_get(of, "created_at"));
	e->kind = (uint32_t)json_integer_value(json_object_get(of, "kind"));
	e->content = slice_of(json_object_get(of, "content"));
	if (e->tag_count > TAGS_MAX)
		return false;
	for (size_t i = 0; i < e->tag_count; i++) {
		const json_t *tag = json_array_get(tags, i);
		out->tags[i] = (ah_nostr_tag){ .count = json_array_size(tag), .items = out->items[i] };
		if (out->tags[i].count > ITEMS_MAX)
			return false;
		for (size_t k = 0; k < out->tags[i].count; k++)
			out->items[i][k] = slice_of(json_array_get(tag, k));
	}
	return ah_hex_decode_exact(e->id, sizeof e->id, ah_slice_text(ah_vectors_text(of, "id"))) == AH_OK
	       && ah_hex_decode_exact(e->pubkey, sizeof e->pubkey, ah_slice_text(ah_vectors_text(of, "pubkey"))) == AH_OK
	       && ah_hex_decode_exact(e->sig, sizeof e->sig, ah_slice_text(ah_vectors_text(of, "sig"))) == AH_OK;
}

static bool is_serialized(const ah_nostr_event *event, const json_t *of, ah_crypto *crypto)
{
	AH_AUTO(ah_buf) serialized = AH_BUF(EVENT_MAX), wanted = AH_BUF(EVENT_MAX), digest = AH_BUF(64);
	uint8_t id[32];
	hex_of(&wanted, of, "serialized_hex"); /* absent for the long one */
	hex_of(&digest, of, "serialized_sha256");
	return ah_nostr_event_serialize(&serialized, event) == AH_OK
	       && serialized.len == (size_t)json_integer_value(json_object_get(of, "serialized_utf8_len"))
	       && (wanted.len == 0 || ah_slice_is(ah_buf_slice(&serialized), ah_buf_slice(&wanted)))
	       && ah_sha256(crypto, ah_buf_slice(&serialized), id) == AH_OK && ah_slice_is(AH_SLICE_OF(id), ah_buf_slice(&digest))
	       && ah_nostr_event_check_id(crypto, event) == AH_OK && ah_nostr_event_check_signature(crypto, event) == AH_OK;
}

/* Read by us, written by us, read again: the same event. */
static bool goes_around(const json_t *of, ah_crypto *crypto)
{
	char *json = json_dumps(json_object_get(of, "event"), JSON_COMPACT);
	AH_AUTO_PTR(ah_nostr_event) event = NULL;
	AH_AUTO_PTR(ah_nostr_event) again = NULL;
	AH_AUTO(ah_buf) written = AH_BUF(EVENT_MAX);
	bool has_nul = strcmp(ah_vectors_text(of, "name"), "other_controls") == 0;
	ah_err err = ah_nostr_event_parse(&event, ah_slice_text(json), NULL);
	free(json);
	if (has_nul)
		return err == AH_ERR_EVENT_MALFORMED;
	return err == AH_OK && is_serialized(event, of, crypto) && ah_nostr_event_write(&written, event) == AH_OK
	       && ah_nostr_event_parse(&again, ah_buf_slice(&written), NULL) == AH_OK && is_serialized(again, of, crypto);
}

static void events_serialize_as_other_implementations_hash_them(void)
{
	AH_AUTO(ah_buf) text = AH_BUF(EVENT_MAX);
	AH_AUTO_PTR(ah_crypto) crypto = NULL;
	made m;
	size_t ok = 0;
	if (ah_test_vectors() == NULL)
		AH_SKIP("../shared/vectors absent");
	EXPECT_OK(ah_crypto_new(&crypto, NULL));
	EXPECT(ah_vectors_read(&text, "nostr", "event-id-edge.json"));
	json_t *all = json_loadb((const char *)text.ptr, text.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
	const json_t *cases = json_object_get(all, "cases");
	size_t count = json_array_size(cases);
	for (size_t i = 0; i < count; i++) {
		const json_t *of = json_array_get(cases, i);
		bool same = make(&m, json_object_get(of, "event")) && is_serialized(&m.event, of, crypto) && goes_around(of, crypto);
		if (!same)
			ah_test_fail(__FILE__, __LINE__, "%s: not the same", ah_vectors_text(of, "name"));
		ok += same;
	}
	json_decref(all);
	EXPECT(count == 14 && ok == count);
	ah_test_count(ok - 1);
}

/* -- The seed's instance event -- */

typedef struct question {
	ah_buf event, text;
	ah_policy *policy;
	ah_verifier *verifier;
	ah_verdict *verdict;
	ah_request request;
} question;

static void question_auto(question *q)
{
	ah_buf_free(&q->event);
	ah_buf_free(&q->text);
	ah_policy_free(q->policy);
	ah_verifier_free(q->verifier);
	ah_verdict_free(q->verdict);
}

static bool load(question *q, const char *file)
{
	*q = (question){ .event = AH_BUF(EVENT_MAX), .text = AH_BUF(65536) };
	q->request = (ah_request){ .genuine_only = true, .now_s = MADE_S };
	if (ah_test_vectors() == NULL || ah_verifier_new(&q->verifier, NULL) != AH_OK || !ah_vectors_read(&q->event, "nostr", file))
		return false;
	q->request.evidence = ah_buf_slice(&q->event);
	return true;
}

/* A policy made for it; nitro: more members of its section, each with a comma before it. */
static bool allow(question *q, const char *top, const char *nitro)
{
	ah_fault why = { .offset = AH_NO_OFFSET };
	ah_buf_clear(&q->text);
	ah_policy_free(q->policy);
	q->policy = NULL;
	if (ah_buf_printf(&q->text,
	                  "{\"schema\":\"anchorhold.trust-bundle/v1\",\"workload\":\"noauth\",\"version\":1,\"issued_at\":\"2025-04-01T00:00:00Z\","
	                  "\"valid_from\":\"2025-04-01T00:00:00Z\",\"valid_until\":\"2025-05-01T00:00:00Z\",%s"
	                  "\"platforms\":{\"nitro\":{\"releases\":[{\"release\":\"1.0.0\",\"pcrs\":%s}]%s}}}",
	                  top, pcrs, nitro) != AH_OK)
		return false;
	ah_err err = ah_policy_load(&q->policy, ah_buf_slice(&q->text), &why);
	if (err != AH_OK)
		printf("%s\n", why.detail);
	q->request.policy = q->policy;
	q->request.genuine_only = false;
	return err == AH_OK;
}

static ah_err judge(question *q)
{
	ah_verdict_free(q->verdict);
	q->verdict = NULL;
	return ah_appraise(&q->verdict, q->verifier, &q->request, NULL);
}

static const char *status_of(const question *q, const char *id)
{
	static const char *const names[] = { [AH_ROW_PASS] = "pass", [AH_ROW_FAIL] = "fail", [AH_ROW_NOT_CHECKED] = "not_checked" };
	for (size_t i = 0; i < ah_verdict_row_count(q->verdict); i++) {
		ah_row row;
		if (ah_verdict_row(q->verdict, i, &row) == AH_OK && strcmp(row.id, id) == 0)
			return names[row.status];
	}
	return "no row";
}

static void the_seeds_event_is_genuine_at_its_time(void)
{
	AH_AUTO(question) q;
	if (!load(&q, "seed003-instance-63793.json"))
		AH_SKIP("../shared/vectors absent");
	EXPECT_OK(judge(&q));
	EXPECT(ah_verdict_result(q.verdict) == AH_RESULT_GENUINE && ah_verdict_carrier(q.verdict) == AH_CARRIER_EVENT);
	static const char *const passed[] = { "event.id", "event.signature", "event.time", "event.tags", "event.chain", "event.build", "event.launch",
		                                   "binding.public_key", "nitro.pcr4", "nitro.signature" };
	for (size_t i = 0; i < sizeof passed / sizeof passed[0]; i++)
		EXPECT_MSG(strcmp(status_of(&q, passed[i]), "pass") == 0, "%s: %s", passed[i], status_of(&q, passed[i]));
	const ah_event_claims *says = ah_verdict_event(q.verdict);
	uint8_t builder[32];
	EXPECT(says != NULL && says->kind == 63793 && says->has_builder && says->has_launcher && says->release_signer_count == 0);
	EXPECT_OK(ah_hex_decode_exact(builder, sizeof builder, ah_slice_text(BUILDER)));
	EXPECT_BYTES(AH_SLICE_OF(says->builder), AH_SLICE_OF(builder));
	EXPECT(strcmp(says->name, "noauth-enclaved") == 0 && strcmp(says->version, "1.0.0") == 0 && strcmp(says->stage, "dev") == 0);
	EXPECT(says->relay_count == 1 && strcmp(says->relays[0], "wss://relay.nsec.app") == 0);
	/* The tag says 17:16:10Z; the leaf certificate ends an hour before. */
	EXPECT(says->expiration_s == 1743527770 && ah_verdict_expiry_s(q.verdict) == 1743524168);
}

static void the_event_as_the_seed_prints_it_is_refused(void)
{
	AH_AUTO(question) q;
	if (!load(&q, "seed003-instance-63793.as-printed.json"))
		AH_SKIP("../shared/vectors absent");
	EXPECT_ERR(judge(&q), AH_ERR_EVENT_ID);
	EXPECT(ah_verdict_result(q.verdict) == AH_RESULT_FAIL && ah_verdict_event(q.verdict) == NULL);
}

static void a_policy_made_for_it_accepts_it(void)
{
	AH_AUTO(question) q;
	if (!load(&q, "seed003-instance-63793.json"))
		AH_SKIP("../shared/vectors absent");
	EXPECT(allow(&q, "", ",\"builders\":[\"" NPUB "\"],\"launchers\":[\"" BUILDER "\"],\"stages\":[\"dev\"],\"min_version\":\"1.0\""));
	EXPECT_OK(judge(&q));
	EXPECT(ah_verdict_result(q.verdict) == AH_RESULT_PASS && ah_verdict_appraisal(q.verdict) != NULL);
	EXPECT(strcmp(status_of(&q, "builder"), "pass") == 0 && strcmp(status_of(&q, "launcher"), "pass") == 0);
	EXPECT(strcmp(status_of(&q, "event.stage"), "pass") == 0 && strcmp(status_of(&q, "version_floor"), "pass") == 0);
	EXPECT(strcmp(status_of(&q, "release_signers"), "not_checked") == 0 && strcmp(status_of(&q, "freshness"), "not_checked") == 0);
	/* max_evidence_age_seconds, 3600 where nothing else is said, ends before the certificate. */
	EXPECT(ah_verdict_expiry_s(q.verdict) == MADE_S + 3600);
	ah_test_count(1);
	EXPECT(allow(&q, "\"service_keys\":[\"" SERVICE "\"],", ",\"builders\":[\"" BUILDER "\"]"));
	EXPECT_OK(judge(&q));
	EXPECT(strcmp(status_of(&q, "service_key"), "pass") == 0);
}

static void what_a_policy_does_not_want_of_it_is_refused(void)
{
	static const struct { const char *top, *nitro; int64_t after_s; ah_err err; } cases[] = {
		{ "", ",\"builders\":[\"" SERVICE "\"]", 0, AH_ERR_BUILDER },
		{ "", ",\"builders\":[]", 0, AH_ERR_BUILDER },
		{ "", ",\"launchers\":[\"" SERVICE "\"]", 0, AH_ERR_LAUNCHER },
		{ "", ",\"release_signers\":[\"" BUILDER "\"]", 0, AH_ERR_RELEASE_SIGNER },
		{ "", ",\"release_signers\":[]", 0, AH_ERR_RELEASE_SIGNER },
		{ "", ",\"stages\":[\"prod\"]", 0, AH_ERR_STAGE },
		{ "", ",\"min_version\":\"1.0.1\"", 0, AH_ERR_VERSION_FLOOR },
		{ "\"service_keys\":[\"" BUILDER "\"],", "", 0, AH_ERR_SERVICE_KEY },
		{ "\"max_evidence_age_seconds\":60,", "", 60, AH_ERR_EVIDENCE_TOO_OLD },
		{ "", "", 3600, AH_ERR_EVIDENCE_TOO_OLD },
		{ "", "", -120, AH_ERR_TIMESTAMP_AHEAD },
		{ "", "", 3 * 3600, AH_ERR_CERT_EXPIRED },
	};
	AH_AUTO(question) q;
	if (!load(&q, "seed003-instance-63793.json"))
		AH_SKIP("../shared/vectors absent");
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		EXPECT(allow(&q, cases[i].top, cases[i].nitro));
		q.request.now_s = MADE_S + cases[i].after_s;
		EXPECT_MSG(judge(&q) == cases[i].err, "%s%s: %s", cases[i].top, cases[i].nitro, ah_err_name(ah_verdict_error(q.verdict)));
	}
	ah_test_count(sizeof cases / sizeof cases[0] - 1);
}

static void the_callers_key_is_the_announcements(void)
{
	uint8_t key[32];
	AH_AUTO(question) q;
	if (!load(&q, "seed003-instance-63793.json"))
		AH_SKIP("../shared/vectors absent");
	EXPECT(allow(&q, "", ""));
	EXPECT_OK(ah_hex_decode_exact(key, sizeof key, ah_slice_text(SERVICE)));
	q.request.expected = (ah_expected){ .fields = AH_EXPECT_PUBLIC_KEY, .public_key = AH_SLICE_OF(key) };
	EXPECT_OK(judge(&q));
	key[31] ^= 1;
	EXPECT_ERR(judge(&q), AH_ERR_PUBLIC_KEY);
	EXPECT(strcmp(status_of(&q, "binding.public_key"), "fail") == 0);
	for (size_t i = 0; i < ah_verdict_row_count(q.verdict); i++) {
		ah_row row;
		EXPECT_OK(ah_verdict_row(q.verdict, i, &row));
		if (strcmp(row.id, "binding.public_key") == 0)
			EXPECT(strcmp(row.got, SERVICE) == 0 && strncmp(row.wanted, SERVICE, 63) == 0 && row.wanted[63] == '0');
	}
}

int main(int argc, char **argv)
{
	static const ah_test_case cases[] = {
		AH_TEST(events_serialize_as_other_implementations_hash_them),
		AH_TEST(the_seeds_event_is_genuine_at_its_time),
		AH_TEST(the_event_as_the_seed_prints_it_is_refused),
		AH_TEST(a_policy_made_for_it_accepts_it),
		AH_TEST(what_a_policy_does_not_want_of_it_is_refused),
		AH_TEST(the_callers_key_is_the_announcements),
	};
	return ah_test_main(argc, argv, cases, sizeof cases / sizeof cases[0]);
}
