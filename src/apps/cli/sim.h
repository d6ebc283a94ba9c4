/* What the files of `anchorhold sim` share; left out together with the simulated platform. */
#ifndef AH_APPS_CLI_SIM_H
#define AH_APPS_CLI_SIM_H

#include "apps/cli/cli.h"
#include "attesters/sim.h"

/* The values of --product and --signer. errors: AH_ERR_ARGUMENT. */
AH_MUST_USE ah_err cli_sim_product(cli *app, ah_sim_options *options, const cli_args *args);

/* The name of the root of such evidence in a folder of `sim init`. */
const char *cli_sim_root_file(const ah_sim_options *options);

/* The end of a printed `anchorhold verify` command: root, time and debug as they were simulated, then the file, and a line feed. */
AH_MUST_USE ah_err cli_sim_append_verify_tail(cli *app, const char *root, const char *path, const cli_args *args);

extern const cli_command cli_sim_envelope, cli_sim_event;

#endif
