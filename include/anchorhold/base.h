/*
 * Anchorhold: the types that every other public header uses.
 *
 * Words follow RFC 9334 (RATS): evidence, endorsements, reference values, claims, appraisal.
 * size and len are bytes, count is elements, index is a position, off is a byte offset from the start.
 */
#ifndef ANCHORHOLD_BASE_H
#define ANCHORHOLD_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define AH_VERSION_MAJOR 0
#define AH_VERSION_MINOR 1
#define AH_VERSION_PATCH 0
#define AH_VERSION_TEXT  "0.1.0"

#if defined(__GNUC__)
#define AH_MUST_USE __attribute__((warn_unused_result))
#define AH_API      __attribute__((visibility("default")))
#define AH_PRINTF(format_index, first_index) __attribute__((format(printf, format_index, first_index)))
#else
#define AH_MUST_USE
#define AH_API
#define AH_PRINTF(format_index, first_index)
#endif

/* Borrowed bytes, passed by value. A callee that keeps one says `keeps:` in its header. */
typedef struct ah_slice {
	const uint8_t *ptr;
	size_t len;
} ah_slice;

/* The version of the library that is linked, "major.minor.patch"; static storage. */
AH_API const char *ah_version(void);

#ifdef __cplusplus
}
#endif
#endif
