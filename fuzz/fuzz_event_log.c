/* Event logs of both kinds: read, replayed, labelled and bound to the registers that they replay to. */
#include "fuzz.h"

#include "platforms/tdx/event_log.h"

static void check_event(const ah_event_log *log, const ah_event *event, size_t size)
{
	assert(event->rtmr >= -1 && event->rtmr <= 3 && event->off < size);
	assert(event->name.len <= AH_EVENT_NAME_MAX && event->content.len <= size);
	assert(event->rtmr < 0 || log->rtmr_used[event->rtmr]);
	assert(ah_event_label_of(log, event, false) == AH_EVENT_UNTRUSTED_TEXT);
	assert((ah_event_label_of(log, event, true) == AH_EVENT_CONTENT_BOUND) == (event->rtmr >= 0 && event->content_matches));
}

/* Bound to its own registers a log replays; it may still name something twice. To others it never does. */
static void check_binding(const ah_event_log *log)
{
	static const ah_tdx_claims none;
	ah_tdx_claims claims = none;
	bool used = false;
	memcpy(claims.rtmr, log->rtmr, sizeof claims.rtmr);
	ah_err err = ah_event_log_bind(log, &claims, NULL);
	assert(err == AH_OK || err == AH_ERR_EVENT_LOG);
	assert(claims.has_event_log == (err == AH_OK) && claims.security_event_count <= 5);
	for (size_t i = 0; i < 4; i++) {
		used = used || log->rtmr_used[i];
		claims.rtmr[i][0] ^= 1;
	}
	assert(!used || ah_event_log_bind(log, &claims, NULL) == AH_ERR_EVENT_LOG);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static ah_crypto *crypto;
	if (crypto == NULL && ah_crypto_new(&crypto, NULL) != AH_OK)
		return 0;
	AH_AUTO_PTR(ah_event_log) log = NULL;
	AH_AUTO_PTR(ah_event_log) survey = NULL;
	ah_fault broken = { .offset = AH_NO_OFFSET };
	ah_err err = ah_event_log_parse(&log, crypto, ah_slice_make(data, size), NULL);
	assert(ah_event_log_survey(&survey, &broken, crypto, ah_slice_make(data, size)) == AH_OK && broken.err == err);
	assert(err == AH_OK || err == AH_ERR_EVENT_LOG_MALFORMED || err == AH_ERR_TOO_LARGE);
	assert(survey->count <= AH_EVENTS_MAX);
	for (size_t i = 0; i < survey->count; i++)
		check_event(survey, &survey->events[i], size);
	if (log != NULL)
		check_binding(log);
	return 0;
}
