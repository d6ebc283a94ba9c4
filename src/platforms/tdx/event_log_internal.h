/* Shared by the files that read event logs; not for use elsewhere. */
#ifndef AH_PLATFORMS_TDX_EVENT_LOG_INTERNAL_H
#define AH_PLATFORMS_TDX_EVENT_LOG_INTERNAL_H

#include "platforms/tdx/event_log.h"

/*
 * Append one event. Its digest is final; content_matches is final for runtime events, and found out by the replay for others.
 * errors: AH_ERR_TOO_LARGE beyond AH_EVENTS_MAX, AH_ERR_NOMEM.
 */
AH_MUST_USE ah_err ah__event_log_add(ah_event_log *log, const ah_event *event, ah_fault *why);

/*
 * The two formats. Events are appended as they are read, so an error leaves those before it.
 * errors: AH_ERR_EVENT_LOG_MALFORMED (offset), AH_ERR_TOO_LARGE, AH_ERR_NOMEM, AH_ERR_CRYPTO (JSON).
 */
AH_MUST_USE ah_err ah__ccel_read(ah_event_log *log, ah_slice bytes, ah_fault *why);
AH_MUST_USE ah_err ah__json_log_read(ah_event_log *log, ah_crypto *crypto, ah_slice bytes, ah_fault *why);

#endif
