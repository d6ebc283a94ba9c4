/* In place of base/memory.c: allocations that fail when a test says so, and are counted. */
#ifndef AH_TESTS_SUPPORT_ALLOC_FAIL_H
#define AH_TESTS_SUPPORT_ALLOC_FAIL_H

#include "base/memory.h"

/* The n-th allocation from now on fails (1 is the next one), and every later one too when persistent. 0: none does. Starts counting anew. */
void ah_test_alloc_fail_at(size_t n, bool persistent);
/* True when an allocation was made to fail since then. */
bool ah_test_alloc_failed(void);
/* Allocations that were not freed yet. */
size_t ah_test_alloc_live(void);

/* The same for OpenSSL; false when it has allocated already. To be called first of all. Live allocations are not counted: OpenSSL keeps caches. */
bool ah_test_openssl_take_over(void);
void ah_test_openssl_fail_at(size_t n, bool persistent);
bool ah_test_openssl_failed(void);

#endif
