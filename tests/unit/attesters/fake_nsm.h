/* A Nitro Secure Module under the ioctl of its driver, backed by a document of the simulated platform. */
#ifndef AH_TESTS_ATTESTERS_FAKE_NSM_H
#define AH_TESTS_ATTESTERS_FAKE_NSM_H

#include "unit/attesters/fake.h"

typedef struct fake_nsm {
	ah_slice canned;               /* when not empty: the response to everything but DescribeNSM */
	ah_slice canned_description;   /* the same for DescribeNSM */
	uint64_t says_len;             /* 0: the true length of the response */
	bool writes_nothing;           /* success without an answer */
	size_t random_len;             /* of one GetRandom; 0: 256 */
	const char *module_id, *digest; /* NULL: those of the document */
	uint8_t pcrs[32][48];
	uint32_t locked;
	unsigned requests;
	uint8_t last_request[4096];
	size_t last_request_len;
} fake_nsm;

extern const fake_driver fake_nsm_driver;
/* What an honest module answers to DescribeNSM and to Attestation, appended. */
void fake_nsm_answers(ah_buf *description, ah_buf *attestation);

#endif
