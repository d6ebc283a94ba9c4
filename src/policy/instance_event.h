/*
 * Nostr instance events (docs/protocol/instance-event.md): an announcement of a service in a Nitro enclave, with the attestation and the signatures of
 * builder, launcher and maintainers inside. Which kinds may stand where is one table.
 */
#ifndef AH_POLICY_INSTANCE_EVENT_H
#define AH_POLICY_INSTANCE_EVENT_H

#include "nostr/event.h"
#include "policy/carrier.h"
#include "policy/judge.h"

/* Parsed, not believed. Owns its events and the decoded attestation. */
typedef struct ah_instance_event {
	ah_nostr_event *announcement;        /* 63793 or 13793 */
	ah_nostr_event *root;                /* tee_root: 23793; NULL when the attestation is the announcement's content */
	size_t chain_count;
	ah_nostr_event *chain[AH_EVENT_CHAIN_MAX]; /* tee_cert: 23797, from the root's key to the announcement's */
	ah_nostr_event *build;               /* 63795 or 23794; NULL when absent */
	ah_nostr_event *launch;              /* 63796 or 23795 */
	size_t release_count;
	ah_nostr_event *releases[AH_EVENT_SIGNERS_MAX]; /* 63792 or 63794 */
	ah_buf evidence;               /* COSE_Sign1 */
	ah_event_claims says;
} ah_instance_event;

/* errors: AH_ERR_EVENT_MALFORMED, AH_ERR_EVENT_KIND, AH_ERR_TOO_LARGE, AH_ERR_NOMEM. Nothing is verified. */
AH_MUST_USE ah_err ah_instance_event_parse(ah_instance_event **out, ah_slice json, ah_fault *why);
void ah_instance_event_free(ah_instance_event *event);
AH_DEFINE_AUTO_PTR(ah_instance_event)

/* The events in it, in the order of the signatures' rows: announcement, root, chain, build, launch, releases. */
size_t ah_instance_event_count(const ah_instance_event *event);
/* *name: "announcement", or the tag that it stands in; static storage. */
const ah_nostr_event *ah_instance_event_at(const ah_instance_event *event, size_t index, const char **name);

/* The rows EVENT_ID and EVENT_SIGNATURE over every event. errors: AH_ERR_EVENT_ID, AH_ERR_EVENT_SIGNATURE, AH_ERR_CRYPTO, AH_ERR_NOMEM. */
AH_MUST_USE ah_err ah__instance_event_verify(ah_verdict *v, ah_verifier *verifier, const ah_instance_event *event, ah_fault *why);

/* The part of ah_carried_open() for events: the evidence, bound by its public_key to the attested key. errors: AH_ERR_PLATFORM (another one is named). */
AH_MUST_USE ah_err ah__instance_event_question(ah_carried *carried, const ah_request *request, ah_fault *why);

/*
 * The rows EVENT_TIME .. EVENT_RELEASE, BUILDER, LAUNCHER, RELEASE_SIGNERS, VERSION_FLOOR, SERVICE_KEY and FRESHNESS of an event; the expiry. In genuine_only
 * those of them that need no reference value, and BINDING_PUBLIC_KEY. With a policy, BINDING_PUBLIC_KEY fails here when the announcement's key is not the one
 * that the caller expects; that the attestation names the attested key is judged with the other bindings.
 */
void ah__judge_event(ah_judge *j);

/* -- What the files of instance events share. -- */

/* The value of the one tag of that name, {NULL, 0} without it. */
ah_slice ah__event_value(const ah_nostr_event *event, const char *name);
/* NIP-40, seconds since 1970; 0 without the tag. Of a parsed instance event: the form was checked. */
int64_t ah__event_expiration(const ah_nostr_event *event);
/* "prod", "dev", "debug": the one `t` tag that names a stage; NULL without one. Static storage. */
const char *ah__event_stage(const ah_nostr_event *event);

/* A condition of a row: when it does not hold, what (the first one stays) is shown as what was got. */
void ah__judge_condition(ah_judge *j, ah_check_id id, bool ok, ah_err err, const char *what);
/* The row EVENT_BUILD; instance_event_build.c. */
void ah__judge_event_build(ah_judge *j, const ah_nitro_claims *nitro);
/* True when version is a version number that is not below floor (a version number without suffix); instance_event_version.c. */
bool ah__version_is_at_least(ah_slice version, ah_slice floor);
/* 1..4 numbers of 1..9 digits with dots between. */
bool ah__version_is_floor(ah_slice text);

#endif
