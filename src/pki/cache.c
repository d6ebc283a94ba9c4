/* See path.h, "ah_cert_cache": a ring of digests, searched from end to end. 256 comparisons cost a thousandth of one signature. */
#include "pki/x509.h"

bool ah__cert_cache_has(ah_cert_cache *cache, const uint8_t key[static 32])
{
	for (size_t i = 0; i < cache->count; i++)
		if (memcmp(cache->digest[i], key, sizeof cache->digest[i]) == 0) {
			cache->hits++;
			return true;
		}
	cache->misses++;
	return false;
}

void ah__cert_cache_add(ah_cert_cache *cache, const uint8_t key[static 32])
{
	memcpy(cache->digest[cache->next], key, sizeof cache->digest[cache->next]);
	cache->next = (cache->next + 1) % AH_CERT_CACHE_ENTRIES;
	if (cache->count < AH_CERT_CACHE_ENTRIES)
		cache->count++;
}
