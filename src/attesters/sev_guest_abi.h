/* The kernel's interface of /dev/sev-guest, written down here so that any kernel headers will do. Tests compare it with those of the system. */
#ifndef AH_ATTESTERS_SEV_GUEST_ABI_H
#define AH_ATTESTERS_SEV_GUEST_ABI_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

/* _IOWR('S', 0..2, struct snp_guest_request_ioctl) */
#define AH_SEV_IOCTL_REPORT      0xc0205300UL
#define AH_SEV_IOCTL_DERIVED_KEY 0xc0205301UL
#define AH_SEV_IOCTL_EXT_REPORT  0xc0205302UL

typedef struct ah_sev_ioctl {
	uint8_t msg_version;           /* 1 */
	uint64_t req_data, resp_data;  /* addresses */
	uint64_t exitinfo2;            /* low half: error of the firmware; high half: of the VMM */
} ah_sev_ioctl;

typedef struct ah_sev_report_req {
	uint8_t user_data[64];
	uint32_t vmpl;
	uint8_t rsvd[28];
} ah_sev_report_req;

typedef struct ah_sev_ext_report_req {
	ah_sev_report_req data;
	uint64_t certs_address;
	uint32_t certs_len;            /* a multiple of the page; the kernel writes what it would take when it is too little */
} ah_sev_ext_report_req;

typedef struct ah_sev_key_req {
	uint32_t root_key_select, rsvd;
	uint64_t guest_field_select;
	uint32_t vmpl, guest_svn;
	uint64_t tcb_version;
} ah_sev_key_req;

/* Responses are bytes: status u32, (report_size u32,) reserved to 0x20, then the content. */
#define AH_SEV_REPORT_RESP_LEN 4000
#define AH_SEV_KEY_RESP_LEN    64
#define AH_SEV_RESP_HEADER_LEN 32

enum { AH_SEV_VMM_INVALID_LEN = 1, AH_SEV_VMM_BUSY = 2 };

static_assert(sizeof(ah_sev_ioctl) == 32 && offsetof(ah_sev_ioctl, exitinfo2) == 24, "struct snp_guest_request_ioctl");
static_assert(sizeof(ah_sev_report_req) == 96 && offsetof(ah_sev_report_req, vmpl) == 64, "struct snp_report_req");
static_assert(sizeof(ah_sev_ext_report_req) == 112 && offsetof(ah_sev_ext_report_req, certs_len) == 104, "struct snp_ext_report_req");
static_assert(sizeof(ah_sev_key_req) == 32 && offsetof(ah_sev_key_req, tcb_version) == 24, "struct snp_derived_key_req");

#endif
