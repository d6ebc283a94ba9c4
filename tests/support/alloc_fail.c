/* See alloc_fail.h. One thread. */
#include "support/alloc_fail.h"

#include <assert.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

/* When to fail: counts down to the allocation that fails. */
typedef struct plan {
	size_t left;               /* 0: not armed */
	bool persistent, failed;
} plan;

static plan ours, openssl;
static size_t live;

static bool fails(plan *p)
{
	if (p->failed && p->persistent)
		return true;
	if (p->left == 0 || --p->left != 0)
		return false;
	p->failed = true;
	return true;
}

void *ah_alloc(size_t size)
{
	assert(size != 0);
	if (fails(&ours))
		return NULL;
	void *ptr = calloc(1, size);
	live += ptr != NULL;
	return ptr;
}

void ah_dealloc(void *ptr)
{
	if (ptr == NULL)
		return;
	assert(live != 0);
	live--;
	free(ptr);
}

void ah_wipe(void *ptr, size_t len)
{
	if (len != 0)
		explicit_bzero(ptr, len);
}

void ah_test_alloc_fail_at(size_t n, bool persistent)
{
	ours = (plan){ .left = n, .persistent = persistent };
}

bool ah_test_alloc_failed(void)
{
	return ours.failed;
}

size_t ah_test_alloc_live(void)
{
	return live;
}

/* -- OpenSSL -- */

static void *openssl_malloc(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return size == 0 || fails(&openssl) ? NULL : malloc(size);
}

static void *openssl_realloc(void *ptr, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	if (size == 0) {
		free(ptr);
		return NULL;
	}
	return fails(&openssl) ? NULL : realloc(ptr, size);
}

static void openssl_free(void *ptr, const char *file, int line)
{
	(void)file;
	(void)line;
	free(ptr);
}

bool ah_test_openssl_take_over(void)
{
	return CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free) == 1;
}

void ah_test_openssl_fail_at(size_t n, bool persistent)
{
	openssl = (plan){ .left = n, .persistent = persistent };
}

bool ah_test_openssl_failed(void)
{
	return openssl.failed;
}
