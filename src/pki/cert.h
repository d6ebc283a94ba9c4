/*
 * X.509 certificates (RFC 5280) as strict DER: parse to borrowed slices. Nothing is verified here; see path.h.
 */
#ifndef AH_PKI_CERT_H
#define AH_PKI_CERT_H

#include "base/limits.h"
#include "base/slice.h"
#include "crypto/crypto.h"

typedef enum ah_sig_alg {
	AH_SIG_NONE = 0, AH_SIG_ECDSA_SHA256, AH_SIG_ECDSA_SHA384,
	AH_SIG_RSA_PSS_SHA384,     /* SHA-384, MGF1-SHA-384, salt 48: AMD's, with or without the explicit trailerField 1 */
	AH_SIG_OTHER               /* recognised as an algorithm, never accepted */
} ah_sig_alg;

/* KeyUsage bits as ASN.1 numbers them. */
enum { AH_KU_DIGITAL_SIGNATURE = 1 << 0, AH_KU_NON_REPUDIATION = 1 << 1, AH_KU_KEY_CERT_SIGN = 1 << 5, AH_KU_CRL_SIGN = 1 << 6 };

typedef struct ah_cert {
	ah_slice der;              /* the whole certificate */
	ah_slice tbs;              /* what the signature covers */
	int version;               /* 1..3 */
	ah_slice serial;           /* magnitude, 1..20 bytes; zero is allowed (AMD's VCEK) */
	ah_slice issuer, subject;  /* whole Name elements: compared byte by byte */
	int64_t not_before_s, not_after_s;
	ah_slice spki;             /* whole SubjectPublicKeyInfo */
	ah_public_key key;         /* kind AH_KEY_NONE when of another kind (then only the algorithm check can refuse it) */
	ah_sig_alg sig_alg;
	ah_slice signature;
	bool has_basic_constraints, is_ca, has_path_len;
	unsigned path_len;
	bool has_key_usage;
	uint16_t key_usage;
	bool has_ski, has_aki;
	ah_slice ski, aki;         /* aki: keyIdentifier alone */
	bool has_crl_distribution_points;
	bool has_unknown_critical; /* also for name and policy constraints that are not marked critical, which they always are (RFC 5280) */
	ah_slice unknown_critical; /* OID content of the first one */
	ah_slice extensions;       /* content of the SEQUENCE OF Extension, {NULL,0} when there are none */
} ah_cert;

/*
 * Parse exactly one certificate of at most AH_CERTIFICATE_MAX bytes. Borrows from der.
 * Inner and outer signature algorithm must be equal bytes; extensions only in v3, no OID twice, at most AH_CERTIFICATE_EXTENSIONS_MAX; extension
 * contents of basicConstraints, keyUsage, SKI, AKI are parsed strictly. SubjectPublicKeyInfo is consumed wholly.
 * errors: AH_ERR_CERT_MALFORMED for every defect (detail and offset say which), AH_ERR_TOO_LARGE.
 * not checked here: signature, dates, names, constraints. See ah_path_validate().
 */
AH_MUST_USE ah_err ah_cert_parse(ah_cert *out, ah_slice der, ah_fault *why);

/* The extnValue content of the extension with this OID (content bytes), true when present. */
bool ah_cert_extension(const ah_cert *cert, ah_slice oid, ah_slice *value, bool *critical);

/* The last CommonName of a Name (its string bytes, any string type); false when there is none or more than one. */
bool ah_name_common_name(ah_slice name, ah_slice *cn);

/* How many attributes of this type (AH_OID_.. of oid.h) a Name has; *out, when there are any, is the last one's string bytes. */
size_t ah_name_attribute(ah_slice name, ah_slice oid, ah_slice *out);

/* "CN=ARK-Milan,O=..": for people, printable ASCII, cut at size. In the order of the encoding. */
void ah_name_format(char *out, size_t size, ah_slice name);

#endif
