/* The faces of the platforms. Everything else reaches them through the registry of evidence/platform.h. */
#ifndef AH_PLATFORMS_PLATFORMS_H
#define AH_PLATFORMS_PLATFORMS_H

#include "evidence/platform.h"

extern const ah_platform ah_platform_nitro;
extern const ah_platform ah_platform_snp;
extern const ah_platform ah_platform_tdx;

#endif
