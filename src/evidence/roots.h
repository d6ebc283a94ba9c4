/* Trust anchors of one run: the vendor pins, plus simulated roots that the caller named. Anchors are certificates by digest. */
#ifndef AH_EVIDENCE_ROOTS_H
#define AH_EVIDENCE_ROOTS_H

#include "base/limits.h"
#include "base/slice.h"
#include <anchorhold/claims.h>
#include <anchorhold/error.h>

typedef struct ah_root {
	ah_platform_id platform;       /* AH_PLATFORM_NONE: any (simulated) */
	bool simulated;
	const char *name;              /* "ARK-Genoa"; "simulated" for simulated roots. Static storage */
	uint8_t sha256[32];            /* of the DER certificate */
	ah_slice der;                  /* keeps: optional bytes of the certificate; outlive the run */
} ah_root;

#define AH_ROOTS_MAX (8 + AH_SIMULATED_ROOTS_MAX + 1)

typedef struct ah_roots {
	ah_root list[AH_ROOTS_MAX];
	size_t count;
} ah_roots;

/* The pins of platforms/roots.c and nothing else. */
void ah_roots_init(ah_roots *roots);
/* errors: AH_ERR_LIMIT. A digest that is a vendor pin already stays one. */
AH_MUST_USE ah_err ah_roots_add_simulated(ah_roots *roots, const uint8_t sha256[static 32], ah_slice der);
/* The root with this digest for this platform, or NULL. */
const ah_root *ah_roots_find(const ah_roots *roots, ah_platform_id platform, const uint8_t sha256[static 32]);

/* The vendor pins (defined in platforms/roots.c). */
extern const ah_root ah_vendor_roots[];
extern const size_t ah_vendor_root_count;

#endif
