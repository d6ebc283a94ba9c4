/* The simulated platform (sim.h) behind the interface of the real ones. Chosen by name, never detected; left out of a build with -Dsimulated=false. */
#ifndef AH_ATTESTERS_SIM_ATTESTER_H
#define AH_ATTESTERS_SIM_ATTESTER_H

#include "attesters/attester.h"
#include "attesters/device.h"
#include "attesters/sim.h"

/* Evidence of the device's time. sim is borrowed as long as the attester is used. errors: AH_ERR_ARGUMENT (platform), AH_ERR_NOMEM. */
AH_MUST_USE ah_err ah_sim_attester_new(ah_attester **out, const ah_device *device, ah_sim *sim, ah_platform_id platform, ah_fault *why);

#endif
