/* The inside of ah_endorsements: owned DER, in the order added. Nothing verified. */
#ifndef AH_EVIDENCE_ENDORSEMENTS_H
#define AH_EVIDENCE_ENDORSEMENTS_H

#include "base/buf.h"
#include "base/limits.h"
#include <anchorhold/evidence.h>

struct ah_endorsements {
	ah_buf vek;                                        /* DER, empty when not given */
	ah_buf chain[AH_CHAIN_CERTIFICATES_MAX];           /* DER each */
	size_t chain_count;
	ah_buf cert_table;                                 /* as the host gave it; PEM or DER inside */
	ah_buf collateral;                                 /* TDX: the file as it is */
	ah_buf crls[AH_CRLS_MAX];                          /* DER each */
	size_t crl_count;
};

AH_DEFINE_AUTO_PTR(ah_endorsements)

/* One certificate, PEM or DER, to DER appended to out; used for the simulated root too. errors: as ah_endorsements_set_vek(). */
AH_MUST_USE ah_err ah_certificate_to_der(ah_buf *out, ah_slice pem_or_der, ah_fault *why);

#endif
