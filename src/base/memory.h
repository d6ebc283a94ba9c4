/* Ownership: one allocator, cleanup variables, visible hand-over. */
#ifndef AH_BASE_MEMORY_H
#define AH_BASE_MEMORY_H

#include <anchorhold/base.h>

/*
 * The only allocation call of the core. Zeroed memory, or NULL. size 0 is a programming error.
 * Tests replace it (tests/support/alloc_fail.c) to make the n-th allocation fail.
 */
void *ah_alloc(size_t size);

/* Frees what ah_alloc() gave; NULL is allowed. Does not wipe: owners of secrets wipe first. */
void ah_dealloc(void *ptr);

/* Overwrite with zero in a way that the optimiser keeps. */
void ah_wipe(void *ptr, size_t len);

/* AH_AUTO(ah_buf) plain = AH_BUF(max);  runs ah_buf_auto() at the end of the scope. */
#define AH_AUTO(type) __attribute__((cleanup(type##_auto))) type
/* AH_AUTO_PTR(ah_policy) policy = NULL;  declares a pointer, runs ah_policy_free() at the end of the scope. */
#define AH_AUTO_PTR(type) __attribute__((cleanup(type##_auto_ptr))) type *
/* Once per heap type, beside its _free: makes AH_AUTO_PTR(type) work. */
#define AH_DEFINE_AUTO_PTR(type) \
	static inline void type##_auto_ptr(type **ptr) { type##_free(*ptr); }

/* *out = ah_move_ptr(&local);  hands over and leaves NULL behind. */
#define ah_move_ptr(ptr_ptr) \
	__extension__({ __typeof__(*(ptr_ptr)) moved_ = *(ptr_ptr); *(ptr_ptr) = NULL; moved_; })

#endif
