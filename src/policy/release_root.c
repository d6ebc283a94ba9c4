/* Public keys of Ed25519 in PEM: RFC 7468 13, RFC 8410 4. See anchorhold/bundle.h. */
#include "base/fault.h"
#include "codec/der.h"
#include "codec/pem.h"
#include "crypto/ed25519.h"
#include <anchorhold/bundle.h>

#define STEP  "key.load"
#define LABEL "PUBLIC KEY"
/* Larger than any public key that somebody could mean; an Ed25519 one has 44 bytes. */
#define DER_MAX 1024

static_assert(AH_ED25519_KEY_LEN == AH_ED25519_LEN, "a release root is one Ed25519 key");

static ah_err refuse(ah_fault *why, const char *what)
{
	return ah_fault_set(why, AH_ERR_KEY_INVALID, STEP, "%s", what);
}

/* id-Ed25519, 1.3.101.112. */
static bool is_ed25519(ah_slice oid)
{
	return ah_slice_is(oid, AH_SLICE_LITERAL("\x2b\x65\x70"));
}

/* SubjectPublicKeyInfo ::= SEQUENCE { algorithm SEQUENCE { id-Ed25519 }, subjectPublicKey BIT STRING }. RFC 8410 3: the parameters must be absent. */
static ah_err parse_spki(ah_release_root *out, ah_slice der, ah_fault *why)
{
	ah_reader r = { .in = der };
	ah_reader spki = ah_der_enter(&r, AH_DER_SEQUENCE);
	ah_reader algorithm = ah_der_enter(&spki, AH_DER_SEQUENCE);
	ah_slice oid = ah_der_oid(&algorithm);
	if (algorithm.err == AH_OK && !is_ed25519(oid))
		return refuse(why, "a public key of another algorithm than Ed25519");
	ah_der_leave(&spki, &algorithm);
	ah_slice key = ah_der_bit_string(&spki);
	ah_der_leave(&r, &spki);
	if (ah_reader_finish(&r) != AH_OK)
		return refuse(why, "not a SubjectPublicKeyInfo");
	if (key.len != AH_ED25519_KEY_LEN)
		return refuse(why, "a key of another length than 32 bytes");
	memcpy(out->key, key.ptr, sizeof out->key);
	if (ah_ed25519_check_key(out->key) != AH_OK)
		return refuse(why, "a point that signatures prove nothing with: not canonical, or of small order");
	return AH_OK;
}

/* PEM allows text before and after: what must not be there is a second key, which somebody would believe to be in use. */
static ah_err one_block(ah_buf *der, ah_slice pem, ah_fault *why)
{
	ah_slice label = { NULL, 0 }, rest = pem;
	bool found = false;
	ah_err err = ah_pem_next(&rest, &found, &label, der);
	if (err == AH_ERR_NOMEM)
		return ah_fault_set(why, err, STEP, "no memory");
	if (err != AH_OK)
		return refuse(why, "not PEM of one public key");
	if (!found)
		return refuse(why, "no PEM block");
	if (ah_slice_is_text(label, "PRIVATE KEY"))
		return refuse(why, "a private key; give the public one");
	if (!ah_slice_is_text(label, LABEL))
		return refuse(why, "not a PEM block PUBLIC KEY");
	AH_AUTO(ah_buf) second = AH_BUF(DER_MAX);
	err = ah_pem_next(&rest, &found, &label, &second);
	if (err == AH_ERR_NOMEM)
		return ah_fault_set(why, err, STEP, "no memory");
	return err != AH_OK || found ? refuse(why, "more than one PEM block") : AH_OK;
}

ah_err ah_release_root_from_pem(ah_release_root *out, ah_slice pem, ah_fault *why)
{
	ah_release_root root = { .key = { 0 } };
	AH_AUTO(ah_buf) der = AH_BUF(DER_MAX);
	AH_TRY(one_block(&der, pem, why));
	AH_TRY(parse_spki(&root, ah_buf_slice(&der), why));
	*out = root;
	return AH_OK;
}
