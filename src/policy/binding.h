/* Report data inside one run of the door, which has its crypto already. See anchorhold/binding.h. */
#ifndef AH_POLICY_BINDING_H
#define AH_POLICY_BINDING_H

#include "crypto/crypto.h"
#include <anchorhold/binding.h>

/* As ah_binding_report_data(). */
AH_MUST_USE ah_err ah__binding_report_data(ah_crypto *crypto, uint8_t out[static AH_REPORT_DATA_LEN], const ah_binding *binding, ah_fault *why);

/* R[0:32] alone, which is all that Tresor's report data state: SHA-256(spki32 || tag32); each 32 bytes, or empty for zeros. errors: AH_ERR_CRYPTO. */
AH_MUST_USE ah_err ah__binding_identity(ah_crypto *crypto, uint8_t out[static AH_SHA256_LEN], ah_slice spki_sha256, ah_slice tag);

/* SubjectPublicKeyInfo (DER) of a point of P-256 in SEC1's uncompressed form. */
#define AH_P256_SPKI_LEN 91
void ah__binding_p256_spki(uint8_t out[static AH_P256_SPKI_LEN], const uint8_t point[static 65]);

#endif
