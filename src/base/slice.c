/* See slice.h. */
#include "base/slice.h"

int ah_slice_compare(ah_slice a, ah_slice b)
{
	size_t common = a.len < b.len ? a.len : b.len;
	int order = common != 0 ? memcmp(a.ptr, b.ptr, common) : 0;
	if (order != 0)
		return order;
	return (a.len > b.len) - (a.len < b.len);
}

bool ah_slice_is_zero(ah_slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] != 0)
			return false;
	return true;
}

bool ah_equal(ah_slice a, ah_slice b)
{
	if (a.len != b.len)
		return false;
	/* volatile: the loop must not end early, whatever the optimiser learns about the bytes. */
	volatile uint8_t difference = 0;
	for (size_t i = 0; i < a.len; i++)
		difference = (uint8_t)(difference | (a.ptr[i] ^ b.ptr[i]));
	return difference == 0;
}
