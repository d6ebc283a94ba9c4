/* The inside of ah_sim: keys and roots of one directory. */
#ifndef AH_ATTESTERS_SIM_KEYS_H
#define AH_ATTESTERS_SIM_KEYS_H

#include "attesters/sim.h"
#include "crypto/sign.h"

enum { AH_SIM_NITRO_ROOT, AH_SIM_NITRO_REGIONAL, AH_SIM_NITRO_ZONAL, AH_SIM_NITRO_INSTANCE, AH_SIM_NITRO_LEAF, AH_SIM_NITRO_LEVELS };

#define AH_SIM_PRODUCTS (AH_SNP_TURIN + 1)

struct ah_sim {
	ah_crypto *crypto;
	ah_private_key *nitro[AH_SIM_NITRO_LEVELS];        /* the root is of the directory, the others of this run */
	ah_private_key *ark, *ask, *asvk, *vcek, *vlek;    /* shared by the products: three RSA-4096 keys are slow enough to make */
	ah_private_key *tdx_root, *tdx_ca, *tdx_pck, *tdx_signer; /* of the directory: one collateral file serves all quotes of it */
	ah_private_key *tdx_ak;                            /* of this run, as after each start of a quoting enclave */
	ah_buf nitro_root_der;
	ah_buf ark_der[AH_SIM_PRODUCTS];                   /* by ah_snp_product */
	ah_buf tdx_root_der;
};

/* An empty one with its ah_crypto. errors: AH_ERR_CRYPTO, AH_ERR_NOMEM. */
AH_MUST_USE ah_err ah__sim_new(ah_sim **out, ah_fault *why);
/* The keys that no directory keeps: those below the Nitro root, and the attestation key of TDX. errors: AH_ERR_CRYPTO, AH_ERR_NOMEM. */
AH_MUST_USE ah_err ah__sim_make_run_keys(ah_sim *sim, ah_fault *why);

#endif
