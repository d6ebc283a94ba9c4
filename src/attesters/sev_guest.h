/*
 * /dev/sev-guest: the ioctl way to an SEV-SNP report, for kernels before configfs-tsm (Linux 5.19 to 6.6), and the only way to a derived key
 * (include/uapi/linux/sev-guest.h; AMD 56860, MSG_REPORT_REQ and MSG_KEY_REQ).
 */
#ifndef AH_ATTESTERS_SEV_GUEST_H
#define AH_ATTESTERS_SEV_GUEST_H

#include "attesters/attester.h"
#include "attesters/device.h"
#include "crypto/secret.h"

#define AH_SEV_GUEST_PATH "/dev/sev-guest"

typedef struct ah_sev_guest_options {
	const char *path;              /* NULL: AH_SEV_GUEST_PATH; borrowed as long as the attester is used */
	unsigned vmpl;                 /* 0..3: at which the report is made; not below that of the driver's key */
	bool without_certificates;     /* do not ask the host for its certificate table */
} ah_sev_guest_options;

/*
 * The report must have status 0, 1184 bytes, the report data of the request and the VMPL asked for; the table of the host must have its form.
 * Nothing is opened before the first request. errors: AH_ERR_ARGUMENT (vmpl), AH_ERR_NOMEM.
 */
AH_MUST_USE ah_err ah_sev_guest_attester_new(ah_attester **out, const ah_device *device, const ah_sev_guest_options *options, ah_fault *why);

/* GUEST_FIELD_SELECT: what is mixed into the key, so that another value gives another key. */
enum {
	AH_SEV_KEY_GUEST_POLICY = 1 << 0, AH_SEV_KEY_IMAGE_ID = 1 << 1, AH_SEV_KEY_FAMILY_ID = 1 << 2, AH_SEV_KEY_MEASUREMENT = 1 << 3,
	AH_SEV_KEY_GUEST_SVN = 1 << 4, AH_SEV_KEY_TCB_VERSION = 1 << 5, AH_SEV_KEY_FIELDS = (1 << 6) - 1
};

typedef struct ah_sev_guest_key_request {
	unsigned fields;               /* AH_SEV_KEY_*: without MEASUREMENT and GUEST_POLICY another guest on the same chip can have the same key */
	unsigned vmpl;                 /* 0..3: mixed into the key; at or above the caller's own */
	uint32_t guest_svn;            /* at most that of the guest's ID block */
	uint64_t tcb_version;          /* at most the committed TCB */
	bool from_vmrk;                /* root: the VM root key of a migration agent, in place of the chip's VCEK */
} ah_sev_guest_key_request;

/*
 * A key of 32 bytes that firmware derives for this guest on this chip, sealed. It is no stronger than what fields name, and it is gone with the chip.
 * path: NULL is AH_SEV_GUEST_PATH. errors: AH_ERR_ARGUMENT (fields, vmpl), those of a device (attester.h; a key of zeros is AH_ERR_DEVICE_ANSWER),
 * AH_ERR_NOMEM, AH_ERR_CRYPTO (no locked memory).
 */
AH_MUST_USE ah_err ah_sev_guest_derived_key(ah_secret **out, const ah_device *device, const char *path, const ah_sev_guest_key_request *request, ah_fault *why);

#endif
