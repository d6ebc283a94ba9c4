/* In place of sim.c when the simulated platform is left out (-Dsimulated=false): no `anchorhold sim`. */
#include "apps/cli/cli.h"

const cli_command *const cli_sim_commands[] = { NULL };
