/* The registers of a TDX guest in sysfs, its CCEL, and a log file in its memory. */
#ifndef AH_TESTS_ATTESTERS_FAKE_TDX_H
#define AH_TESTS_ATTESTERS_FAKE_TDX_H

#include "crypto/crypto.h"
#include "unit/attesters/fake.h"

#define FAKE_TDX_LOG "/run/anchorhold/events"

typedef struct fake_tdx {
	ah_crypto *crypto;
	uint8_t rtmr[4][48];
	bool no_registers, no_ccel;
	size_t register_len;           /* of a read; 0: 48 */
	ah_buf log;                    /* the file; has_log: it is there */
	bool has_log;
	bool loses_extends;            /* the write is taken, the register stays */
	unsigned foreign;              /* so many times somebody else extends RTMR3 just before us */
	unsigned extends;
} fake_tdx;

extern const fake_driver fake_tdx_driver;
/* RTMR0..2 are what the CCEL of the simulated platform replays to, RTMR3 is zero. */
void fake_tdx_init(fake_tdx *tdx);
void fake_tdx_free(fake_tdx *tdx);
void fake_tdx_extend(fake_tdx *tdx, unsigned index, const uint8_t *digest);

#endif
