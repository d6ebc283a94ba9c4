/* The report tree of configfs-tsm: entries with a generation, blobs that are made at the first read after a write, stores whose result nobody sees. */
#ifndef AH_TESTS_ATTESTERS_FAKE_TSM_H
#define AH_TESTS_ATTESTERS_FAKE_TSM_H

#include "unit/attesters/fake.h"

#define FAKE_TSM_ENTRIES 4

typedef struct fake_tsm_entry {
	char name[128];                /* "" is free */
	uint64_t generation;
	bool has_inblob, is_made;
	uint8_t inblob[64];
	size_t inblob_len;
	char privlevel;                /* 0: not written */
} fake_tsm_entry;

typedef struct fake_tsm {
	ah_platform_id platform;       /* of the provider */
	bool is_absent;                /* no provider: mkdir says so */
	const char *provider;          /* NULL: that of the platform, with its line feed */
	const char *generation;        /* NULL: the true one */
	unsigned lost_writes;          /* so many inblob stores are refused as busy, which close() does not say */
	unsigned disturbed;            /* so many times another user writes between our write and our read */
	unsigned disturbed_after;      /* the same, between outblob and auxblob */
	size_t outblob_len;            /* not 0: that many zeros */
	bool is_other;                 /* evidence is over other data, though nobody wrote */
	bool no_auxblob;               /* the file is not there */
	ah_slice auxblob;              /* what the host gives */
	ah_slice evidence;             /* when not empty, in place of that of evidence_of() */
	size_t quote_padding;          /* zeros behind a quote */
	fake_tsm_entry entries[FAKE_TSM_ENTRIES];
	unsigned made, removed;        /* entries */
	char last_name[128], last_privlevel;
} fake_tsm;

extern const fake_driver fake_tsm_driver;
#define FAKE_TSM_ROOT "/sys/kernel/config/tsm/report"

#endif
