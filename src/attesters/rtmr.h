/*
 * RTMR3 of a TDX guest and the log of what was extended into it, from Linux 6.16 on.
 *
 *     append to the log file, fsync -> write the digest to rtmr3:sha384 -> read the register back -> it is the log's replay, or the event is taken back
 *
 * The log is JSON (docs/protocol/event-log.md): the firmware's events from the CCEL for RTMR0..2, then ours, as runtime events of form V2. It is replayed
 * here by the verifier's own code before anything is extended, so that what a verifier would refuse is never written. A register cannot be taken back:
 * an event that its log has lost makes every later log worthless, therefore the file comes first.
 */
#ifndef AH_ATTESTERS_RTMR_H
#define AH_ATTESTERS_RTMR_H

#include "attesters/device.h"
#include "crypto/crypto.h"
#include <anchorhold/error.h>

#define AH_RTMR_MEASUREMENTS_PATH "/sys/devices/virtual/misc/tdx_guest/measurements"
#define AH_RTMR_CCEL_PATH         "/sys/firmware/acpi/tables/data/CCEL"

/* Paths are borrowed as long as the log is open. */
typedef struct ah_rtmr_options {
	const char *measurements;      /* NULL: AH_RTMR_MEASUREMENTS_PATH */
	const char *ccel;              /* NULL: AH_RTMR_CCEL_PATH; "": none, for a guest whose RTMR0..2 are zero */
	const char *log;               /* file in the guest's memory (tmpfs), one event a line; created when it is not there */
} ah_rtmr_options;

/* May be used by several threads: every function takes the one lock. Only one process may extend RTMR3; another one is found out, not served. */
typedef struct ah_rtmr ah_rtmr;

/*
 * Read CCEL, log file and registers. What a crash left is settled: a last line without its end, or an event that was appended and never extended, is cut off.
 * errors  AH_ERR_ARGUMENT (a path that is too long), AH_ERR_DEVICE_ABSENT (no registers: no TDX guest, or a kernel before 6.16), AH_ERR_DEVICE_FAILED, AH_ERR_DEVICE_BUSY
 *         AH_ERR_DEVICE_ANSWER (a register that is not 48 bytes; a CCEL that does not replay to RTMR0..2, or an RTMR3 that the log does not explain)
 *         AH_ERR_IO (the log file), AH_ERR_EVENT_LOG_MALFORMED, AH_ERR_EVENT_LOG, AH_ERR_TOO_LARGE (CCEL or log file), AH_ERR_NOMEM, AH_ERR_CRYPTO
 */
AH_MUST_USE ah_err ah_rtmr_open(ah_rtmr **out, const ah_device *device, const ah_rtmr_options *options, ah_fault *why);
void ah_rtmr_free(ah_rtmr *rtmr);
AH_DEFINE_AUTO_PTR(ah_rtmr)

/*
 * Log an event and extend RTMR3 with it.
 * name     1..AH_EVENT_NAME_MAX bytes of printable ASCII. app-id, compose-hash, instance-id, key-provider and os-image-hash are read by policies
 *          (docs/protocol/event-log.md, "Security names") and may stand once before "system-ready"
 * payload  at most AH_RUNTIME_PAYLOAD_MAX bytes
 * errors   AH_ERR_ARGUMENT (name, payload, or a verifier would refuse the log), AH_ERR_LIMIT (the log is full), AH_ERR_IO (the log file), AH_ERR_NOMEM,
 *          AH_ERR_CRYPTO; AH_ERR_DEVICE_FAILED, AH_ERR_DEVICE_BUSY (not extended, as far as the register could be read; the next call looks at it
 *          again and settles log and register first); AH_ERR_DEVICE_ANSWER (somebody else has changed the register: from then on every call says so)
 */
AH_MUST_USE ah_err ah_rtmr_extend(ah_rtmr *rtmr, const char *name, ah_slice payload, ah_fault *why);

/*
 * Append the whole log as JSON.
 * registers  the four of a quote, which the log must explain; NULL: not compared
 * errors     AH_ERR_DEVICE_BUSY (another value: the register was extended between quote and log), AH_ERR_LIMIT, AH_ERR_NOMEM, and as above
 */
AH_MUST_USE ah_err ah_rtmr_log(ah_rtmr *rtmr, const ah_slice *registers, ah_buf *out, ah_fault *why);

#endif
