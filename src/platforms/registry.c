/* The one list of platforms. Their detect functions exclude each other: the order means nothing. */
#include "platforms/platforms.h"

const ah_platform *const ah_platforms[] = { &ah_platform_nitro, &ah_platform_snp, &ah_platform_tdx, NULL };
