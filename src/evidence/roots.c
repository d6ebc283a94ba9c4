/* See roots.h. */
#include "evidence/roots.h"

#include <assert.h>

void ah_roots_init(ah_roots *roots)
{
	assert(ah_vendor_root_count + AH_SIMULATED_ROOTS_MAX <= AH_ROOTS_MAX);
	*roots = (ah_roots){ .count = ah_vendor_root_count };
	for (size_t i = 0; i < ah_vendor_root_count; i++)
		roots->list[i] = ah_vendor_roots[i];
}

static ah_root *by_digest(ah_roots *roots, const uint8_t sha256[static 32])
{
	for (size_t i = 0; i < roots->count; i++)
		if (ah_slice_is(AH_SLICE_OF(roots->list[i].sha256), ah_slice_make(sha256, 32)))
			return &roots->list[i];
	return NULL;
}

ah_err ah_roots_add_simulated(ah_roots *roots, const uint8_t sha256[static 32], ah_slice der)
{
	ah_root *known = by_digest(roots, sha256);
	if (known != NULL) {
		if (known->simulated && known->der.len == 0)
			known->der = der;
		return AH_OK;
	}
	if (roots->count == AH_ROOTS_MAX)
		return AH_ERR_LIMIT;
	ah_root root = { .platform = AH_PLATFORM_NONE, .simulated = true, .name = "simulated", .der = der };
	memcpy(root.sha256, sha256, sizeof root.sha256);
	roots->list[roots->count++] = root;
	return AH_OK;
}

const ah_root *ah_roots_find(const ah_roots *roots, ah_platform_id platform, const uint8_t sha256[static 32])
{
	for (size_t i = 0; i < roots->count; i++) {
		const ah_root *root = &roots->list[i];
		bool serves = root->platform == platform || root->platform == AH_PLATFORM_NONE;
		if (serves && ah_slice_is(AH_SLICE_OF(root->sha256), ah_slice_make(sha256, 32)))
			return root;
	}
	return NULL;
}
