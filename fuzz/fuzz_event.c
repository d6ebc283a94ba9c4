/*
 * Any bytes as a Nostr event, and as an instance event. What is read is written and read again as the same event; no text of it is outside of what it owns, and
 * an instance event has an attestation and the parts that its kind allows.
 */
#include "fuzz.h"

#include "policy/instance_event.h"

#include <stdio.h>
#include <stdlib.h>

#define TEXT_MAX ((size_t)4 * AH_EVENT_MAX)

static void claim(int holds, const char *what)
{
	if (holds)
		return;
	(void)fprintf(stderr, "does not hold: %s\n", what);
	abort();
}

static void judge_refusal(ah_err err, const ah_fault *why, const void *out, size_t size)
{
	claim(err == why->err && (err == AH_OK) == (out != NULL), "the fault is the error, and an event is given only without one");
	claim(err == AH_OK || err == AH_ERR_EVENT_MALFORMED || err == AH_ERR_EVENT_KIND || err == AH_ERR_TOO_LARGE, "one of the promised errors");
	claim(err == AH_OK || why->offset == AH_NO_OFFSET || why->offset <= size || size > AH_EVENT_MAX, "the place is in the input");
}

static void go_around(ah_slice in)
{
	AH_AUTO_PTR(ah_nostr_event) first = NULL;
	AH_AUTO_PTR(ah_nostr_event) second = NULL;
	AH_AUTO(ah_buf) written = AH_BUF(TEXT_MAX), one = AH_BUF(TEXT_MAX), two = AH_BUF(TEXT_MAX);
	ah_fault why = { .offset = AH_NO_OFFSET };
	ah_err err = ah_nostr_event_parse(&first, in, &why);
	judge_refusal(err, &why, first, in.len);
	if (err != AH_OK)
		return;
	claim(ah_nostr_event_serialize(&one, first) == AH_OK && one.len <= in.len + 1024, "what is read is hashed, and does not grow");
	claim(ah_nostr_event_write(&written, first) == AH_OK, "what is read is written");
	claim(written.len <= in.len, "no text grows, and white space goes");
	claim(ah_nostr_event_parse(&second, ah_buf_slice(&written), NULL) == AH_OK, "what is written is read");
	claim(ah_nostr_event_serialize(&two, second) == AH_OK && ah_slice_is(ah_buf_slice(&one), ah_buf_slice(&two)), "the same event");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AH_AUTO_PTR(ah_instance_event) event = NULL;
	ah_fault why = { .offset = AH_NO_OFFSET };
	ah_slice in = ah_slice_make(data, size);
	go_around(in);
	ah_err err = ah_instance_event_parse(&event, in, &why);
	judge_refusal(err, &why, event, size);
	if (err != AH_OK)
		return 0;
	const char *name = NULL;
	for (size_t i = 0; i < ah_instance_event_count(event); i++)
		claim(ah_instance_event_at(event, i, &name) != NULL && name != NULL, "as many events as are counted");
	claim(event->evidence.len != 0 && (event->root != NULL || event->chain_count == 0), "an attestation, and no chain without a root");
	claim(strlen(event->says.name) < sizeof event->says.name && strlen(event->says.stage) >= 3, "texts end");
	return 0;
}
