/*
 * What the parsers of certificates and CRLs share. Internal to this folder.
 *
 * All functions read from sticky readers: the first error stays, and the outermost reader ends up with its position. A rule of RFC 5280
 * that is broken by well-formed DER also leaves a text in *what.
 */
#ifndef AH_PKI_X509_H
#define AH_PKI_X509_H

#include "codec/der.h"
#include "pki/crl.h"
#include "pki/path.h"

/* Set the reader's error, unless it has one, and the text beside it. */
void ah__x509_refuse(ah_reader *r, ah_err err, const char **what, const char *text);

/* Like ah_der_enter(), and *whole becomes the element with its tag and length. */
ah_reader ah__x509_enter(ah_reader *parent, uint8_t tag, ah_slice *whole);

/* The outcome of a whole parse: AH_OK, AH_ERR_TOO_LARGE, or `malformed` for everything else, with *why filled. */
AH_MUST_USE ah_err ah__x509_finish(ah_reader *r, ah_err malformed, const char *step, const char *what, ah_fault *why);

/* AlgorithmIdentifier: which one, and all of its bytes. */
ah_sig_alg ah__x509_algorithm(ah_reader *r, ah_slice *whole, const char **what);

/* Name: the whole element, walked to its end. In name.c. */
ah_slice ah__x509_name(ah_reader *r, const char **what);

/* Serial number: magnitude of 1..AH_SERIAL_MAX bytes. */
ah_slice ah__x509_serial(ah_reader *r, const char **what);

/* AuthorityKeyIdentifier with a keyIdentifier; {NULL, 0} when there is none. */
ah_slice ah__x509_authority_key_id(ah_reader *value, const char **what);

/* The OIDs of one list of extensions, to see that none comes twice. */
typedef struct ah__oid_set {
	ah_slice seen[AH_CERTIFICATE_EXTENSIONS_MAX];
	size_t count;
} ah__oid_set;
void ah__oid_set_add(ah__oid_set *set, ah_reader *r, ah_slice oid, const char **what);

/* One Extension: read what value holds (or skip it), then leave. */
typedef struct ah__extension {
	ah_reader body, value;
	ah_slice oid;
	bool critical;
} ah__extension;
void ah__extension_enter(ah_reader *list, ah__extension *e);
void ah__extension_leave(ah_reader *list, ah__extension *e);

/*
 * Is tbs signed by the issuer's key? AH_ERR_SIGNATURE for every "no", also for a signature of a form that the key cannot make;
 * AH_ERR_CRYPTO and AH_ERR_NOMEM when there is no answer.
 */
AH_MUST_USE ah_err ah__x509_verify(ah_crypto *crypto, const ah_public_key *issuer, ah_sig_alg alg, ah_slice tbs, ah_slice signature);

/* The cache of path.h. A key is remembered only by ah__cert_cache_add(), which is called after a signature was found good and never else. */
bool ah__cert_cache_has(ah_cert_cache *cache, const uint8_t key[static 32]);
void ah__cert_cache_add(ah_cert_cache *cache, const uint8_t key[static 32]);

static inline void ah__skip_rest(ah_reader *r)
{
	ah_read_skip(r, ah_reader_left(r));
}

#endif
