/*
 * configfs-tsm: evidence of SEV-SNP and TDX guests, from Linux 6.7 on (Documentation/ABI/testing/configfs-tsm-report).
 *
 *     mkdir ENTRY -> provider -> generation g -> write privlevel, inblob -> generation g + writes -> read outblob, auxblob -> generation again -> rmdir
 *
 * The entry is ours alone by its name, yet the tree is open to every process of root: only a generation that has moved by exactly our own writes says
 * that the blobs belong to our request. A write that the driver refuses as busy is invisible otherwise, as the kernel drops the result of close().
 */
#ifndef AH_ATTESTERS_TSM_H
#define AH_ATTESTERS_TSM_H

#include "attesters/attester.h"
#include "attesters/device.h"
#include "attesters/rtmr.h"

#define AH_TSM_PATH "/sys/kernel/config/tsm/report"

typedef struct ah_tsm_options {
	ah_platform_id platform;       /* AH_PLATFORM_SNP or AH_PLATFORM_TDX: the provider must be of it */
	const char *path;              /* NULL: AH_TSM_PATH; borrowed as long as the attester is used */
	bool has_privlevel;            /* SNP: write it */
	unsigned privlevel;            /* VMPL 0..3, not below that of the driver's key; without it the driver takes 0 */
	ah_rtmr *rtmr;                 /* TDX: its log goes with every quote; NULL: none. keeps: outlives the attester */
} ah_tsm_options;

/*
 * The evidence must parse and carry the report data of the request, on SNP the VMPL too; the certificate table of the host must have its form (an empty
 * one, or one of zeros, is none). Nothing is opened before the first request. errors: AH_ERR_ARGUMENT (platform, path, privlevel, rtmr), AH_ERR_NOMEM.
 */
AH_MUST_USE ah_err ah_tsm_attester_new(ah_attester **out, const ah_device *device, const ah_tsm_options *options, ah_fault *why);

#endif
