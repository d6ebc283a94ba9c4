/*
 * What an instance event says, against what its attestation says, and against the policy. The signatures hold when this is asked (door.c), so each event was
 * made by its public key; what is judged here is whether they speak of this enclave, and whether those keys are allowed to.
 */
#include "policy/instance_event.h"

#include "base/fault.h"
#include "codec/bech32.h"
#include "codec/text.h"

#define PCR_INSTANCE 4
#define PCR_CODE     ((uint32_t)0x7) /* PCR0, 1 and 2 */
#define KIND_LAUNCH_WITHOUT_STAGE 23795 /* NEC-04 */

void ah__judge_condition(ah_judge *j, ah_check_id id, bool ok, ah_err err, const char *what)
{
	if (!ok && j->log->rows[id].status != AH_CHECK_FAIL)
		ah_check_got(j->log, id, "%s", what);
	ah__judge(j, id, ok, err);
}

static bool has_failed(const ah_judge *j, ah_check_id id)
{
	return j->log->rows[id].status == AH_CHECK_FAIL;
}

static bool is_key(ah_slice hex, const uint8_t key[static 32])
{
	uint8_t decoded[32];
	return ah_hex_decode_exact(decoded, sizeof decoded, hex) == AH_OK && ah_equal(AH_SLICE_OF(decoded), ah_slice_make(key, 32));
}

/* -- Time -- */

static void refuse_time(ah_judge *j, ah_err err, const char *name, const char *what, int64_t time_s, const char *wanted, int64_t bound_s)
{
	char time[21], bound[21];
	ah_time_format(time, time_s);
	ah_time_format(bound, bound_s);
	if (!has_failed(j, AH_CHECK_EVENT_TIME)) {
		ah_check_got(j->log, AH_CHECK_EVENT_TIME, "%s: %s %s", name, what, time);
		ah_check_wanted(j->log, AH_CHECK_EVENT_TIME, "%s %s", wanted, bound);
	}
	ah__judge(j, AH_CHECK_EVENT_TIME, false, err);
}

/* NIP-40 speaks of events; of signatures inside it means the same: their makers let them end there. */
static void judge_one_time(ah_judge *j, const ah_nostr_event *event, const char *name)
{
	int64_t now_s = j->request->now_s, end_s = ah__event_expiration(event);
	if (event->created_at_s > now_s + AH_CLOCK_SKEW_ENVELOPE_S)
		refuse_time(j, AH_ERR_EVENT_NOT_YET_VALID, name, "created", event->created_at_s, "not after", now_s + AH_CLOCK_SKEW_ENVELOPE_S);
	if (end_s == 0)
		return;
	if (now_s >= end_s)
		refuse_time(j, AH_ERR_EVENT_EXPIRED, name, "expired", end_s, "after", now_s);
	ah__judge_expiry(j, end_s);
}

static void judge_time(ah_judge *j, const ah_instance_event *e, const ah_nitro_claims *nitro)
{
	char made[21];
	int64_t made_s = (int64_t)(nitro->timestamp_ms / 1000); /* at most 2^64 / 1000, which an int64_t holds */
	for (size_t i = 0; i < ah_instance_event_count(e); i++) {
		const char *name;
		const ah_nostr_event *event = ah_instance_event_at(e, i, &name);
		judge_one_time(j, event, name);
	}
	if (j->policy != NULL) {
		int64_t end_s = made_s + j->policy->max_evidence_age_s;
		if (end_s <= j->request->now_s)
			refuse_time(j, AH_ERR_EVIDENCE_TOO_OLD, "attestation", "made", made_s, "after", j->request->now_s - j->policy->max_evidence_age_s);
		ah__judge_expiry(j, end_s);
	}
	ah_time_format(made, made_s);
	if (!has_failed(j, AH_CHECK_EVENT_TIME))
		ah_check_got(j->log, AH_CHECK_EVENT_TIME, "attestation made %s", made);
	ah__judge(j, AH_CHECK_EVENT_TIME, true, AH_ERR_EVENT_EXPIRED);
}

/* -- PCRs in tags: ["x", hex, "PCR4"] or ["PCR4", hex] -- */

typedef struct pcr_tags {
	uint32_t marked;               /* by x tags */
	uint32_t named, wrong, doubled; /* by tags of either form */
} pcr_tags;

/* 0..31, or -1. */
static int pcr_of_name(ah_slice name)
{
	if (name.len < 4 || name.len > 5 || !ah_slice_is(ah_slice_sub(name, 0, 3), AH_SLICE_LITERAL("PCR")) || (name.len == 5 && name.ptr[3] == '0'))
		return -1;
	int index = 0;
	for (size_t i = 3; i < name.len; i++) {
		if (name.ptr[i] < '0' || name.ptr[i] > '9')
			return -1;
		index = 10 * index + (name.ptr[i] - '0');
	}
	return index < AH_NITRO_PCR_COUNT ? index : -1;
}

static bool is_pcr(const ah_nitro_claims *nitro, int index, ah_slice hex)
{
	uint8_t value[AH_NITRO_PCR_MAX];
	size_t len = nitro->pcr_len[index];
	return (nitro->pcr_mask >> index & 1) != 0 && ah_hex_decode_exact(value, len, hex) == AH_OK
	       && ah_equal(ah_slice_make(value, len), ah_slice_make(nitro->pcrs[index], len));
}

static pcr_tags read_pcr_tags(const ah_nostr_event *event, const ah_nitro_claims *nitro)
{
	pcr_tags found = { 0 };
	uint32_t by_name = 0;
	for (size_t i = 0; i < event->tag_count; i++) {
		const ah_nostr_tag *tag = &event->tags[i];
		bool is_x = tag->count >= 3 && ah_slice_is_text(tag->items[0], "x");
		int index = is_x ? pcr_of_name(tag->items[2]) : tag->count >= 2 ? pcr_of_name(tag->items[0]) : -1;
		if (index < 0)
			continue;
		uint32_t bit = UINT32_C(1) << index, *seen = is_x ? &found.marked : &by_name;
		found.doubled |= *seen & bit;
		*seen |= bit;
		found.named |= bit;
		if (!is_pcr(nitro, index, tag->items[1]))
			found.wrong |= bit;
	}
	return found;
}

/* Every PCR that is named is the document's, named once in each form, and all of `required` are named. */
static void judge_pcr_tags(ah_judge *j, ah_check_id id, ah_err err, const ah_nostr_event *event, const ah_nitro_claims *nitro, uint32_t required,
                           const char *missing, const char *wrong)
{
	pcr_tags found = read_pcr_tags(event, nitro);
	ah__judge_condition(j, id, (found.named & required) == required, err, missing);
	ah__judge_condition(j, id, found.wrong == 0, err, wrong);
	ah__judge_condition(j, id, found.doubled == 0, err, "a PCR is named twice");
}

/* -- Tags of the announcement -- */

static void agree(ah_judge *j, bool ok, const char *what)
{
	ah__judge_condition(j, AH_CHECK_EVENT_TAGS, ok, AH_ERR_EVENT_TAG, what);
}

static bool is_release_signer(const ah_instance_event *e, ah_slice hex)
{
	bool found = false;
	for (size_t i = 0; i < e->release_count; i++)
		found = found || is_key(hex, e->releases[i]->pubkey);
	return found;
}

static bool is_of_debug_stage(const ah_instance_event *e)
{
	return strcmp(e->says.stage, "debug") == 0;
}

/* ["p", key, "builder"]: clients find instances by these, so they may name nobody who did not sign. Other `p` tags are the service's own affair. */
static void judge_key_tags(ah_judge *j, const ah_instance_event *e)
{
	for (size_t i = 0; i < e->announcement->tag_count; i++) {
		const ah_nostr_tag *tag = &e->announcement->tags[i];
		if (tag->count < 3 || !ah_slice_is_text(tag->items[0], "p"))
			continue;
		if (ah_slice_is_text(tag->items[2], "builder"))
			agree(j, e->build != NULL && is_key(tag->items[1], e->build->pubkey), "p names a builder who did not sign");
		else if (ah_slice_is_text(tag->items[2], "launcher"))
			agree(j, e->launch != NULL && is_key(tag->items[1], e->launch->pubkey), "p names a launcher who did not sign");
		else if (ah_slice_is_text(tag->items[2], "releaser"))
			agree(j, is_release_signer(e, tag->items[1]), "p names a releaser who did not sign");
	}
}

/* A tag that both events have says the same in both. */
static bool same_value(const ah_nostr_event *a, const ah_nostr_event *b, const char *name)
{
	const ah_nostr_tag *in_a = ah_nostr_tag_find(a, name), *in_b = ah_nostr_tag_find(b, name);
	return in_a == NULL || in_b == NULL || ah_slice_is(in_a->items[1], in_b->items[1]);
}

/* NEC-05: a release is of a repository. One that names none speaks of the code alone; one that names another is not about this service. */
static bool is_of_repository(const ah_nostr_event *release, const ah_nostr_event *announcement)
{
	const ah_nostr_tag *theirs = ah_nostr_tag_find(release, "r"), *ours = ah_nostr_tag_find(announcement, "r");
	return theirs == NULL || (ours != NULL && ah_slice_is(theirs->items[1], ours->items[1]));
}

/* What a signature is for: dev where it does not say (NEC-03, NEC-05). NULL for a launch of NEC-04, whose kind has no stage, that names none. */
static const char *signed_stage(const ah_nostr_event *signature)
{
	const char *stage = ah__event_stage(signature);
	return stage != NULL || signature->kind == KIND_LAUNCH_WITHOUT_STAGE ? stage : "dev";
}

/* Who signed for dev did not sign for prod. A debug instance runs what was built for another stage. */
static bool same_stage(const ah_instance_event *e, const ah_nostr_event *signature)
{
	const char *stage = signed_stage(signature);
	return stage == NULL || is_of_debug_stage(e) || strcmp(e->says.stage, stage) == 0;
}

/* What an event says of the enclave itself: registers and module, where it names them. */
static void judge_machine(ah_judge *j, const ah_nostr_event *event, const ah_nitro_claims *nitro, const char *wrong_pcr, const char *wrong_module)
{
	const ah_nostr_tag *module = ah_nostr_tag_find(event, "m");
	judge_pcr_tags(j, AH_CHECK_EVENT_TAGS, AH_ERR_EVENT_TAG, event, nitro, 0, "", wrong_pcr);
	agree(j, module == NULL || ah_slice_is_text(module->items[1], nitro->module_id), wrong_module);
}

static void judge_tags(ah_judge *j, const ah_instance_event *e, const ah_nitro_claims *nitro)
{
	const ah_nostr_event *a = e->announcement;
	int64_t end_s = ah__event_expiration(a), root_end_s = e->root != NULL ? ah__event_expiration(e->root) : 0;
	/* NEC-02 wants x tags; clients look for them, so no other form stands in for one. */
	agree(j, (read_pcr_tags(a, nitro).marked & PCR_CODE) == PCR_CODE, "no x tags for PCR0, 1 and 2");
	judge_machine(j, a, nitro, "an x tag is not the PCR of the attestation", "m is not the module_id of the attestation");
	if (e->root != NULL)
		judge_machine(j, e->root, nitro, "tee_root: a PCR is not that of the attestation", "tee_root: m is not the module_id of the attestation");
	agree(j, !is_of_debug_stage(e) || j->claims->debug, "stage debug, and the attestation is not of debug mode");
	agree(j, root_end_s == 0 || end_s <= root_end_s, "the announcement expires after its tee_root");
	judge_key_tags(j, e);
	if (e->build != NULL && !ah__judge_debug_tolerated(j))
		judge_pcr_tags(j, AH_CHECK_EVENT_TAGS, AH_ERR_EVENT_TAG, e->build, nitro, 0, "", "build: a PCR is not that of the attestation");
	if (e->build != NULL) {
		agree(j, same_value(a, e->build, "r"), "build: another repository");
		agree(j, same_value(a, e->build, "v"), "build: another version");
		agree(j, same_stage(e, e->build), "build: for another stage");
	}
	agree(j, e->launch == NULL || same_stage(e, e->launch), "instance: for another stage");
	agree(j, true, "");
}

/* -- From the attested key to the announcement's -- */

/* The key that a certificate event continues with: its one `p`. */
static bool continues_with(const ah_nostr_event *certificate, const uint8_t key[static 32])
{
	return ah_nostr_tag_count(certificate, "p") == 1 && is_key(ah__event_value(certificate, "p"), key);
}

static const uint8_t *key_at(const ah_instance_event *e, size_t i)
{
	return i < e->chain_count ? e->chain[i]->pubkey : e->announcement->pubkey;
}

static bool chain_holds(const ah_instance_event *e)
{
	bool holds = ah_equal(AH_SLICE_OF(e->says.attested_pubkey), ah_slice_make(key_at(e, 0), 32));
	for (size_t i = 0; i < e->chain_count; i++)
		holds = continues_with(e->chain[i], key_at(e, i + 1)) && holds;
	return holds;
}

static void judge_chain(ah_judge *j, const ah_instance_event *e)
{
	ah_check_got_hex(j->log, AH_CHECK_EVENT_CHAIN, AH_SLICE_OF(e->announcement->pubkey));
	if (e->root == NULL)
		ah_check_wanted(j->log, AH_CHECK_EVENT_CHAIN, "the attested key");
	else
		ah_check_wanted(j->log, AH_CHECK_EVENT_CHAIN, "the attested key, or one that %zu certificate events lead to", e->chain_count);
	ah__judge(j, AH_CHECK_EVENT_CHAIN, chain_holds(e), AH_ERR_EVENT_TAG);
}

/* -- Launch and releases -- */

static void judge_launch(ah_judge *j, const ah_instance_event *e, const ah_nitro_claims *nitro)
{
	char npub[AH_NPUB_LEN + 1];
	if (e->launch == NULL && (j->policy == NULL || !j->policy->nitro.require_launch)) {
		ah_check_skip(j->log, AH_CHECK_EVENT_LAUNCH, j->policy == NULL ? "the event has no launch signature" : "not required by the policy, and there is none");
		return;
	}
	ah_check_wanted(j->log, AH_CHECK_EVENT_LAUNCH, "the PCR4 of the attestation");
	if (e->launch == NULL) {
		ah__judge_condition(j, AH_CHECK_EVENT_LAUNCH, false, AH_ERR_LAUNCHER, "no launch signature");
		return;
	}
	ah_npub_encode(npub, e->launch->pubkey);
	ah_check_got(j->log, AH_CHECK_EVENT_LAUNCH, "signed by %s", npub);
	judge_pcr_tags(j, AH_CHECK_EVENT_LAUNCH, AH_ERR_INSTANCE_MISMATCH, e->launch, nitro, UINT32_C(1) << PCR_INSTANCE, "no PCR4", "another PCR4");
}

static void judge_releases(ah_judge *j, const ah_instance_event *e, const ah_nitro_claims *nitro)
{
	if (e->release_count == 0 || ah__judge_debug_tolerated(j)) {
		ah_check_skip(j->log, AH_CHECK_EVENT_RELEASE, e->release_count == 0 ? "the event has no release signatures" : "debug mode: PCR0, 1 and 2 are zero");
		return;
	}
	ah_check_got(j->log, AH_CHECK_EVENT_RELEASE, "%zu signatures", e->release_count);
	for (size_t i = 0; i < e->release_count; i++) {
		const ah_nostr_event *release = e->releases[i];
		judge_pcr_tags(j, AH_CHECK_EVENT_RELEASE, AH_ERR_EVENT_TAG, release, nitro, PCR_CODE, "a release without PCR0, 1 and 2",
		               "a release of other code");
		ah__judge_condition(j, AH_CHECK_EVENT_RELEASE, ah_slice_is(ah__event_value(release, "r"), ah__event_value(e->releases[0], "r")), AH_ERR_EVENT_TAG,
		                    "the releases name different repositories");
		ah__judge_condition(j, AH_CHECK_EVENT_RELEASE, is_of_repository(release, e->announcement), AH_ERR_EVENT_TAG,
		                    "a release of another repository than announced");
		ah__judge_condition(j, AH_CHECK_EVENT_RELEASE, same_stage(e, release), AH_ERR_EVENT_TAG, "a release for another stage");
	}
}

/* -- Who is allowed -- */

/* An entry of a list: npub or 64 hex digits; the loader has seen to the form. */
static bool is_listed_key(const char *entry, const uint8_t key[static 32])
{
	uint8_t decoded[32];
	ah_slice text = ah_slice_text(entry);
	ah_err err = text.len == AH_NPUB_LEN ? ah_npub_decode(decoded, text) : ah_hex_decode_exact(decoded, sizeof decoded, text);
	return err == AH_OK && ah_equal(AH_SLICE_OF(decoded), ah_slice_make(key, 32));
}

static bool list_has_key(const ah_text_list *list, const uint8_t key[static 32])
{
	bool listed = false;
	for (size_t i = 0; i < list->count; i++)
		listed = listed || is_listed_key(list->items[i], key);
	return listed;
}

/* A signature is judged in its own row, and counts only when that row passed: what nobody judged shows nobody. Tells why, where it was left out. */
static bool is_left_out(ah_judge *j, ah_check_id id, ah_check_id proof, bool is_there)
{
	if (!is_there || j->log->rows[proof].status != AH_CHECK_NOT_CHECKED)
		return false;
	ah_check_skip(j->log, id, "debug mode: the signature that would show it is not judged");
	return true;
}

/* Builder or launcher. */
static void judge_signer(ah_judge *j, ah_check_id id, ah_check_id proof, const ah_text_list *list, const ah_nostr_event *signature, ah_err err)
{
	char npub[AH_NPUB_LEN + 1] = "nobody";
	if (!list->present) {
		ah_check_skip(j->log, id, AH_REASON_NO_LIST);
		return;
	}
	if (has_failed(j, proof)) {
		ah_check_skip(j->log, id, "the signature that would show it is refused above");
		return;
	}
	if (is_left_out(j, id, proof, signature != NULL))
		return;
	if (signature != NULL)
		ah_npub_encode(npub, signature->pubkey);
	ah_check_got(j->log, id, "%s", npub);
	ah_check_wanted(j->log, id, "one of %zu listed", list->count);
	ah__judge(j, id, signature != NULL && list_has_key(list, signature->pubkey), err);
}

/* A signer who signed twice, or who is listed twice, counts once. */
static size_t count_release_signers(const ah_instance_event *e, const ah_text_list *list)
{
	size_t count = 0;
	for (size_t i = 0; i < e->release_count; i++) {
		bool seen = false;
		for (size_t k = 0; k < i; k++)
			seen = seen || ah_equal(AH_SLICE_OF(e->releases[k]->pubkey), AH_SLICE_OF(e->releases[i]->pubkey));
		count += !seen && list_has_key(list, e->releases[i]->pubkey);
	}
	return count;
}

static void judge_release_signers(ah_judge *j, const ah_instance_event *e, const ah_nitro_policy *policy)
{
	const ah_text_list *list = &policy->release_signers;
	if (!list->present) {
		ah_check_skip(j->log, AH_CHECK_RELEASE_SIGNERS, AH_REASON_NO_LIST);
		return;
	}
	if (has_failed(j, AH_CHECK_EVENT_RELEASE)) {
		ah_check_skip(j->log, AH_CHECK_RELEASE_SIGNERS, "a release signature is refused above");
		return;
	}
	if (is_left_out(j, AH_CHECK_RELEASE_SIGNERS, AH_CHECK_EVENT_RELEASE, e->release_count != 0))
		return;
	size_t count = count_release_signers(e, list);
	ah_check_got(j->log, AH_CHECK_RELEASE_SIGNERS, "%zu listed of %zu signatures", count, e->release_count);
	ah_check_wanted(j->log, AH_CHECK_RELEASE_SIGNERS, "%u of %zu listed", policy->release_threshold, list->count);
	ah__judge(j, AH_CHECK_RELEASE_SIGNERS, list->count != 0 && count >= policy->release_threshold, AH_ERR_RELEASE_SIGNER);
}

static void judge_version(ah_judge *j, const ah_instance_event *e, const ah_nitro_policy *policy)
{
	ah_slice version = ah__event_value(e->announcement, "v");
	if (policy->min_version[0] == '\0') {
		ah_check_skip(j->log, AH_CHECK_VERSION_FLOOR, "no min_version in the policy");
		return;
	}
	ah_check_got(j->log, AH_CHECK_VERSION_FLOOR, "%s", e->says.version[0] != '\0' ? e->says.version : "no version");
	ah_check_wanted(j->log, AH_CHECK_VERSION_FLOOR, "%s or above", policy->min_version);
	ah__judge(j, AH_CHECK_VERSION_FLOOR, ah__version_is_at_least(version, ah_slice_text(policy->min_version)), AH_ERR_VERSION_FLOOR);
}

static void judge_stage(ah_judge *j, const ah_instance_event *e, const ah_nitro_policy *policy)
{
	bool listed = false;
	ah_check_got(j->log, AH_CHECK_EVENT_STAGE, "%s", e->says.stage);
	if (!policy->stages.present) {
		ah_check_skip(j->log, AH_CHECK_EVENT_STAGE, AH_REASON_NO_LIST);
		return;
	}
	for (size_t i = 0; i < policy->stages.count; i++)
		listed = listed || strcmp(policy->stages.items[i], e->says.stage) == 0;
	ah_check_wanted(j->log, AH_CHECK_EVENT_STAGE, "one of %zu listed", policy->stages.count);
	ah__judge(j, AH_CHECK_EVENT_STAGE, listed, AH_ERR_STAGE);
}

static void judge_service_key(ah_judge *j, const ah_instance_event *e)
{
	const ah_byte_list *list = &j->policy->service_keys;
	ah_check_got_hex(j->log, AH_CHECK_SERVICE_KEY, AH_SLICE_OF(e->announcement->pubkey));
	if (!list->present) {
		ah_check_skip(j->log, AH_CHECK_SERVICE_KEY, AH_REASON_NO_LIST);
		return;
	}
	ah_check_wanted(j->log, AH_CHECK_SERVICE_KEY, "one of %zu listed", list->count);
	ah__judge(j, AH_CHECK_SERVICE_KEY, ah__byte_list_has(list, AH_SLICE_OF(e->announcement->pubkey)), AH_ERR_SERVICE_KEY);
}

/* -- The key -- */

static bool is_attested(const ah_instance_event *e, const ah_nitro_claims *nitro)
{
	return nitro->has_public_key && ah_equal(ah_slice_make(nitro->public_key, nitro->public_key_len), AH_SLICE_OF(e->says.attested_pubkey));
}

/*
 * With a policy the row is judged with the other bindings, against the attested key; the caller's own expectation is about the announcement's, which differs
 * from it where certificate events stand between. Without one this is the only place.
 */
static void judge_public_key(ah_judge *j, const ah_instance_event *e, const ah_nitro_claims *nitro)
{
	if (j->policy == NULL) {
		if (nitro->has_public_key)
			ah_check_got_hex(j->log, AH_CHECK_BINDING_PUBLIC_KEY, ah_slice_make(nitro->public_key, nitro->public_key_len));
		ah_check_wanted_hex(j->log, AH_CHECK_BINDING_PUBLIC_KEY, AH_SLICE_OF(e->says.attested_pubkey));
		ah__judge(j, AH_CHECK_BINDING_PUBLIC_KEY, is_attested(e, nitro), AH_ERR_PUBLIC_KEY);
	} else if ((j->asked->expected.fields & AH_EXPECT_PUBLIC_KEY) != 0 && !ah_equal(j->asked->expected.public_key, AH_SLICE_OF(e->announcement->pubkey))) {
		ah_check_got_hex(j->log, AH_CHECK_BINDING_PUBLIC_KEY, AH_SLICE_OF(e->announcement->pubkey));
		ah_check_wanted_hex(j->log, AH_CHECK_BINDING_PUBLIC_KEY, j->asked->expected.public_key);
		ah__judge(j, AH_CHECK_BINDING_PUBLIC_KEY, false, AH_ERR_PUBLIC_KEY);
	}
}

/* What the verdict repeats is what is proven: a signature whose row did not pass has no author. */
static void hand_over_claims(ah_judge *j, const ah_instance_event *e, const ah_nitro_claims *nitro)
{
	ah_event_claims *out = &j->verdict->event;
	if (!is_attested(e, nitro) || !chain_holds(e))
		return;
	*out = e->says;
	j->verdict->has_event = true;
	if (j->log->rows[AH_CHECK_EVENT_BUILD].status != AH_CHECK_PASS) {
		out->has_builder = false;
		memset(out->builder, 0, sizeof out->builder);
	}
	if (j->log->rows[AH_CHECK_EVENT_LAUNCH].status != AH_CHECK_PASS) {
		out->has_launcher = false;
		memset(out->launcher, 0, sizeof out->launcher);
	}
	if (j->log->rows[AH_CHECK_EVENT_RELEASE].status != AH_CHECK_PASS) {
		out->release_signer_count = 0;
		memset(out->release_signers, 0, sizeof out->release_signers);
	}
}

void ah__judge_event(ah_judge *j)
{
	const ah_instance_event *e = j->carried->event;
	const ah_nitro_claims *nitro = &j->claims->of.nitro;
	assert(j->claims->platform == AH_PLATFORM_NITRO);
	judge_time(j, e, nitro);
	judge_tags(j, e, nitro);
	judge_chain(j, e);
	if (j->policy != NULL)
		judge_stage(j, e, &j->policy->nitro);
	ah__judge_event_build(j, nitro);
	judge_launch(j, e, nitro);
	judge_releases(j, e, nitro);
	if (j->policy != NULL) {
		const ah_nitro_policy *policy = &j->policy->nitro;
		judge_signer(j, AH_CHECK_BUILDER, AH_CHECK_EVENT_BUILD, &policy->builders, e->build, AH_ERR_BUILDER);
		judge_signer(j, AH_CHECK_LAUNCHER, AH_CHECK_EVENT_LAUNCH, &policy->launchers, e->launch, AH_ERR_LAUNCHER);
		judge_release_signers(j, e, policy);
		judge_version(j, e, policy);
		judge_service_key(j, e);
		ah_check_skip(j->log, AH_CHECK_FRESHNESS, "instance events are not made for this verifier");
	}
	judge_public_key(j, e, nitro);
	hand_over_claims(j, e, nitro);
}
