/*
 * /dev/nsm, the Nitro Secure Module of an AWS Nitro enclave: all of its commands, and the attester over one of them.
 *
 * Every process of the enclave may use the device: the enclave is one zone of trust. PCRs 16..31 are the guest's to extend until they are locked; a lock
 * lasts as long as the enclave.
 */
#ifndef AH_ATTESTERS_NSM_H
#define AH_ATTESTERS_NSM_H

#include "attesters/attester.h"
#include "attesters/device.h"
#include "attesters/nsm_message.h"

#define AH_NSM_PATH "/dev/nsm"

/* Not for two threads at once; the kernel serialises those of different ah_nsm. */
typedef struct ah_nsm ah_nsm;

/* path: NULL is AH_NSM_PATH. errors: AH_ERR_DEVICE_ABSENT, AH_ERR_DEVICE_FAILED, AH_ERR_DEVICE_BUSY, AH_ERR_NOMEM. */
AH_MUST_USE ah_err ah_nsm_open(ah_nsm **out, const ah_device *device, const char *path, ah_fault *why);
void ah_nsm_free(ah_nsm *nsm);
AH_DEFINE_AUTO_PTR(ah_nsm)

typedef struct ah_nsm_description {
	uint16_t version[3];
	char module_id[AH_NITRO_MODULE_ID_MAX + 1];
	char digest[8];                /* "SHA384" */
	unsigned max_pcrs;
	uint32_t locked_pcrs;          /* bit i: PCR i */
} ah_nsm_description;

typedef struct ah_nsm_pcr {
	bool is_locked;
	size_t len;
	uint8_t value[AH_NITRO_PCR_MAX];
} ah_nsm_pcr;

/*
 * The commands. Each waits at most AH_DEVICE_TIMEOUT_MS for a device that is busy; one that hangs keeps the call until the kernel gives up (120 s).
 * errors  AH_ERR_ARGUMENT        index or range beyond AH_NITRO_PCR_COUNT, data empty or longer than a request can carry
 *         AH_ERR_DEVICE_FAILED   the module refused, ah_nsm_last_refusal() says with what; or the kernel did
 *         AH_ERR_DEVICE_BUSY, AH_ERR_DEVICE_ABSENT, AH_ERR_DEVICE_ANSWER, AH_ERR_NOMEM
 * Outputs are written on AH_OK alone. A command that changes a PCR is never repeated: after an error describe the PCR to see whether it was done.
 */
AH_MUST_USE ah_err ah_nsm_describe(ah_nsm *nsm, ah_nsm_description *out, ah_fault *why);
AH_MUST_USE ah_err ah_nsm_describe_pcr(ah_nsm *nsm, unsigned index, ah_nsm_pcr *out, ah_fault *why);
/* PCR = hash(PCR || data); out gets the new value, is_locked is not known and false. */
AH_MUST_USE ah_err ah_nsm_extend_pcr(ah_nsm *nsm, unsigned index, ah_slice data, ah_nsm_pcr *out, ah_fault *why);
AH_MUST_USE ah_err ah_nsm_lock_pcr(ah_nsm *nsm, unsigned index, ah_fault *why);
/* All PCRs below range: 0..AH_NITRO_PCR_COUNT. */
AH_MUST_USE ah_err ah_nsm_lock_pcrs(ah_nsm *nsm, unsigned range, ah_fault *why);
/* len random bytes (at most 64 KiB), in as many commands as it takes; the response is wiped. On error out is zero. */
AH_MUST_USE ah_err ah_nsm_random(ah_nsm *nsm, uint8_t *out, size_t len, ah_fault *why);

/* What the module answered to the last command that reached it. */
ah_nsm_refusal ah_nsm_last_refusal(const ah_nsm *nsm);

/*
 * The attester: user_data is the report data. The document must parse, echo user_data, nonce and public_key exactly (empty: null), name the module that
 * the device described, and hold a timestamp, a certificate, a bundle and PCR0..2 of the length of its digest. Takes its own descriptor of the device.
 * errors: as ah_nsm_open(), and those of describing the module.
 */
AH_MUST_USE ah_err ah_nsm_attester_new(ah_attester **out, const ah_device *device, const char *path, ah_fault *why);

#endif
