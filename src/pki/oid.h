/* The object identifiers of X.509 that are used here, as the content bytes of the OID element. */
#ifndef AH_PKI_OID_H
#define AH_PKI_OID_H

#include "base/slice.h"

/* RFC 5280 4.2.1, 4.2.2, 5.2, 5.3: extensions, id-ce is 2.5.29. */
#define AH_OID_SUBJECT_KEY_ID              AH_SLICE_LITERAL("\x55\x1d\x0e")
#define AH_OID_KEY_USAGE                   AH_SLICE_LITERAL("\x55\x1d\x0f")
#define AH_OID_BASIC_CONSTRAINTS           AH_SLICE_LITERAL("\x55\x1d\x13")
#define AH_OID_CRL_NUMBER                  AH_SLICE_LITERAL("\x55\x1d\x14")
#define AH_OID_REASON_CODE                 AH_SLICE_LITERAL("\x55\x1d\x15")
#define AH_OID_INVALIDITY_DATE             AH_SLICE_LITERAL("\x55\x1d\x18")
#define AH_OID_DELTA_CRL_INDICATOR         AH_SLICE_LITERAL("\x55\x1d\x1b")
#define AH_OID_ISSUING_DISTRIBUTION_POINT  AH_SLICE_LITERAL("\x55\x1d\x1c")
#define AH_OID_CERTIFICATE_ISSUER          AH_SLICE_LITERAL("\x55\x1d\x1d")
#define AH_OID_NAME_CONSTRAINTS            AH_SLICE_LITERAL("\x55\x1d\x1e")
#define AH_OID_CRL_DISTRIBUTION_POINTS     AH_SLICE_LITERAL("\x55\x1d\x1f")
#define AH_OID_AUTHORITY_KEY_ID            AH_SLICE_LITERAL("\x55\x1d\x23")
#define AH_OID_POLICY_CONSTRAINTS          AH_SLICE_LITERAL("\x55\x1d\x24")
#define AH_OID_INHIBIT_ANY_POLICY          AH_SLICE_LITERAL("\x55\x1d\x36")

/* RFC 5280 appendix A.1: attribute types of names, id-at is 2.5.4. */
#define AH_OID_COMMON_NAME                 AH_SLICE_LITERAL("\x55\x04\x03")
#define AH_OID_COUNTRY                     AH_SLICE_LITERAL("\x55\x04\x06")
#define AH_OID_LOCALITY                    AH_SLICE_LITERAL("\x55\x04\x07")
#define AH_OID_STATE                       AH_SLICE_LITERAL("\x55\x04\x08")
#define AH_OID_ORGANIZATION                AH_SLICE_LITERAL("\x55\x04\x0a")
#define AH_OID_ORGANIZATIONAL_UNIT         AH_SLICE_LITERAL("\x55\x04\x0b")

#endif
