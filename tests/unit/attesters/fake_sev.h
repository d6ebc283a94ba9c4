/* /dev/sev-guest: the three messages over the structures of the kernel, with errors of firmware and host. */
#ifndef AH_TESTS_ATTESTERS_FAKE_SEV_H
#define AH_TESTS_ATTESTERS_FAKE_SEV_H

#include "unit/attesters/fake.h"

typedef struct fake_sev {
	ah_slice table;                /* of the host; empty: none */
	uint32_t wants_len;            /* not 0: what the host says that it needs, whatever it was given */
	uint32_t accepts_len;          /* from so many bytes on it is content; 0: from the table's length */
	unsigned busy;                 /* so many calls say that the host is busy */
	uint64_t exitinfo2;            /* of every call */
	bool hides_error;              /* and yet the ioctl says that it went well */
	uint32_t status, size;         /* status of the answer; size 0: 1184 */
	bool writes_nothing;           /* success, and the response is what it was */
	bool is_other;                 /* the report is over other data */
	bool vmpck_is_gone;
	uint8_t key[32];
	unsigned messages;
	uint32_t last_vmpl, last_certs_len, last_root;
	uint64_t last_fields, last_tcb;
	unsigned long last_request;
} fake_sev;

extern const fake_driver fake_sev_driver;

#endif
