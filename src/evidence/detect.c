/* Which platform made these bytes: each platform's own exact test. The tests exclude each other, so the order of the registry means nothing. */
#include "evidence/platform.h"

#include <anchorhold/evidence.h>

ah_platform_id ah_evidence_detect(ah_slice evidence)
{
	for (const ah_platform *const *p = ah_platforms; *p != NULL; p++)
		if ((*p)->detect(evidence))
			return (*p)->id;
	return AH_PLATFORM_NONE;
}

const ah_platform *ah_platform_find(ah_platform_id id)
{
	for (const ah_platform *const *p = ah_platforms; *p != NULL; p++)
		if ((*p)->id == id)
			return *p;
	return NULL;
}
