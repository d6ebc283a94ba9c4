/*
 * Issue X.509 certificates and CRLs from a specification: for the simulated platforms, whose roots and chains are local ones.
 *
 * Everything that a verifier may look at is a field, so that a forge can change exactly one thing and have the rest signed anew.
 * Nothing is checked for sense: a CA with CA:FALSE, or an expired leaf, is issued as asked.
 */
#ifndef AH_ATTESTERS_MINT_H
#define AH_ATTESTERS_MINT_H

#include "base/buf.h"
#include "crypto/sign.h"
#include "pki/cert.h"

/* -- Names. Write each attribute as an RDN of its own, in order. -- */

typedef struct ah_mint_attribute {
	ah_slice oid;              /* AH_OID_COMMON_NAME, .. of pki/oid.h */
	const char *text;
	uint8_t tag;               /* 0: AH_DER_UTF8_STRING; AMD and AWS also use AH_DER_PRINTABLE_STRING */
} ah_mint_attribute;

/* Append a Name. errors: AH_ERR_LIMIT, AH_ERR_NOMEM, as all the ah_mint_put_..() below. */
AH_MUST_USE ah_err ah_mint_put_name(ah_buf *out, const ah_mint_attribute *attributes, size_t count);
/* "CN=text" alone. */
AH_MUST_USE ah_err ah_mint_put_common_name(ah_buf *out, const char *text);

/* -- Extensions: append one Extension element each; the buffer's slice is the list of a specification. -- */

AH_MUST_USE ah_err ah_mint_put_extension(ah_buf *list, ah_slice oid, bool critical, ah_slice value);
/* Critical. path_len below 0: none. */
AH_MUST_USE ah_err ah_mint_put_basic_constraints(ah_buf *list, bool is_ca, int path_len);
/* flags: AH_KU_* of pki/cert.h. */
AH_MUST_USE ah_err ah_mint_put_key_usage(ah_buf *list, bool critical, uint16_t flags);
AH_MUST_USE ah_err ah_mint_put_subject_key_id(ah_buf *list, ah_slice key_id);
/* keyIdentifier alone. */
AH_MUST_USE ah_err ah_mint_put_authority_key_id(ah_buf *list, ah_slice key_id);
AH_MUST_USE ah_err ah_mint_put_crl_distribution_point(ah_buf *list, const char *url);
AH_MUST_USE ah_err ah_mint_put_crl_number(ah_buf *list, uint64_t number);

/* A key identifier: the first 20 bytes of SHA-256 of the SubjectPublicKeyInfo. errors: AH_ERR_CRYPTO. */
#define AH_MINT_KEY_ID_LEN 20
AH_MUST_USE ah_err ah_mint_key_id(ah_crypto *crypto, ah_slice spki, uint8_t out[static AH_MINT_KEY_ID_LEN]);

/* -- Signing, the same for certificates and CRLs. -- */

/* Called with the finished TBS element before it is signed. It may change any byte, also the length. */
typedef ah_err (*ah_mint_patch)(ah_buf *tbs, void *context);

typedef struct ah_mint_signing {
	ah_sig_alg sig_alg;            /* AH_SIG_ECDSA_SHA256, _SHA384 or AH_SIG_RSA_PSS_SHA384; it must fit the key */
	const ah_private_key *key;     /* the issuer's */
	bool explicit_trailer;         /* RSA-PSS: write trailerField [3] = 1, as AMD's older certificates do */
	/* What follows is for forges; leave it zero. */
	ah_slice inner_algorithm;      /* whole AlgorithmIdentifier inside the TBS instead of that of sig_alg */
	ah_slice outer_algorithm;      /* the same beside the signature */
	ah_slice signature;            /* instead of a real one */
	ah_mint_patch patch;
	void *patch_context;
} ah_mint_signing;

/* Append the AlgorithmIdentifier of an algorithm. errors: AH_ERR_ARGUMENT for AH_SIG_NONE and AH_SIG_OTHER. */
AH_MUST_USE ah_err ah_mint_put_algorithm(ah_buf *out, ah_sig_alg alg, bool explicit_trailer);

/* -- Certificates -- */

typedef struct ah_mint_cert {
	int version;                   /* 0 is 3. 1 writes no version, as DER wants it. Extensions are written when there are any, whatever the version. */
	ah_slice serial;               /* magnitude; empty or zero bytes is the serial number 0 */
	ah_slice issuer, subject;      /* whole Names */
	int64_t not_before_s, not_after_s;
	ah_slice spki;                 /* whole SubjectPublicKeyInfo: ah_private_key_spki() of the subject's key */
	ah_slice extensions;           /* Extension elements one after the other; empty: no extensions field */
	ah_mint_signing signing;
} ah_mint_cert;

/* Append the DER certificate to out. errors: AH_ERR_ARGUMENT (algorithm and key do not fit), AH_ERR_CRYPTO, AH_ERR_LIMIT, AH_ERR_NOMEM, the patch's. */
AH_MUST_USE ah_err ah_mint_certificate(ah_buf *out, const ah_mint_cert *spec);

/* -- CRLs -- */

/* No nextUpdate in the CRL. */
#define AH_MINT_NO_TIME INT64_MIN

/* Append one entry of revokedCertificates. extensions: Extension elements, or empty. */
AH_MUST_USE ah_err ah_mint_put_revoked(ah_buf *list, ah_slice serial, int64_t revoked_at_s, ah_slice extensions);

typedef struct ah_mint_crl {
	ah_slice issuer;
	int64_t this_update_s, next_update_s;
	ah_slice revoked;              /* entries one after the other; empty: no revokedCertificates field, as RFC 5280 wants it */
	ah_slice extensions;           /* as for certificates */
	ah_mint_signing signing;
} ah_mint_crl;

/* Append the DER CRL (v2) to out. errors: as ah_mint_certificate(). */
AH_MUST_USE ah_err ah_mint_crl_issue(ah_buf *out, const ah_mint_crl *spec);

#endif
