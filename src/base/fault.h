/* Filling an ah_fault: once, at the place that knows. */
#ifndef AH_BASE_FAULT_H
#define AH_BASE_FAULT_H

#include <anchorhold/error.h>

/* The one macro that returns. Safe because resources are held by cleanup variables (base/memory.h). */
#define AH_TRY(call) do { ah_err err_ = (call); if (err_ != AH_OK) return err_; } while (0)

/*
 * Fill *why (which may be NULL) and return err, so that a refusal reads as one line:
 *     return ah_fault_at(why, AH_ERR_FORMAT, "snp.parse", off, "length %zu", len);
 * step must be static storage. The detail is cut at its size; bytes outside printable ASCII become '?'. Never format a secret.
 * A *why that already holds an error is left alone: the innermost place knows best. Callers pass a zeroed fault.
 */
ah_err ah_fault_at(ah_fault *why, ah_err err, const char *step, size_t offset, const char *format, ...) AH_PRINTF(5, 6);

/* The same without an offset. */
ah_err ah_fault_set(ah_fault *why, ah_err err, const char *step, const char *format, ...) AH_PRINTF(4, 5);

/* Move the offset of *why by `by`, when it has one: used where a part was parsed from its own slice. Returns err for chaining. */
ah_err ah_fault_shift(ah_fault *why, size_t by, ah_err err);

#endif
