/* What was verified at first use, as a document to compare with later (docs/protocol/pin.md). */
#ifndef AH_POLICY_PIN_H
#define AH_POLICY_PIN_H

#include "base/limits.h"
#include "policy/verdict.h"

#define AH_PIN_MEASUREMENTS_MAX 4

/* A value that may be unknown: then it is null in the document, and unknown is not equal to any value. */
typedef struct ah_pin_value {
	bool known;
	size_t len;
	uint8_t bytes[64];
} ah_pin_value;

/* The members beside platform and measurements, sorted by name. */
enum { AH_PIN_RELEASE_ROOT, AH_PIN_ROOT_SHA256, AH_PIN_SERVICE_KEY, AH_PIN_TLS_SPKI_SHA256, AH_PIN_WORKLOAD_IDENTITY_TAG, AH_PIN_KEYS };

typedef struct ah_pin {
	ah_platform_id platform;
	ah_pin_value measurements[AH_PIN_MEASUREMENTS_MAX]; /* in the order of the platform's names, see pin.c */
	ah_pin_value keys[AH_PIN_KEYS];    /* 32 bytes each */
} ah_pin;

/* errors: AH_ERR_PIN_INVALID (detail begins with the member), AH_ERR_NOMEM. *out is untouched on failure. */
AH_MUST_USE ah_err ah__pin_parse(ah_pin *out, ah_slice json, ah_fault *why);
/* The same back, canonical. */
struct ah_json_writer;
void ah__pin_put(struct ah_json_writer *w, const ah_pin *pin);

/* What is wrong with the pin of a question, before anything is judged: NULL and an empty slice are nothing to look at. errors: as ah__pin_parse(). */
AH_MUST_USE ah_err ah__pin_check(const ah_slice *pin, ah_fault *why);

#endif
