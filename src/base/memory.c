/* See memory.h. This file alone touches the C heap on behalf of the core. */
#include "base/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void *ah_alloc(size_t size)
{
	assert(size != 0);
	return calloc(1, size);
}

void ah_dealloc(void *ptr)
{
	free(ptr);
}

void ah_wipe(void *ptr, size_t len)
{
	if (len != 0)
		explicit_bzero(ptr, len);
}
