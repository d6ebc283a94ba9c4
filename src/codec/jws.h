/*
 * Compact JWS (RFC 7515 7.1) taken apart and put together. Verifies nothing: the caller compares the header with the one it permits and
 * verifies the signature over signing_input before it looks at the payload.
 */
#ifndef AH_CODEC_JWS_H
#define AH_CODEC_JWS_H

#include "base/buf.h"
#include "base/limits.h"

typedef struct ah_jws {
	ah_slice compact;              /* borrowed: the whole without a final line feed */
	ah_slice signing_input;        /* borrowed: header "." payload, as they stand */
	ah_buf header, payload, signature; /* decoded, owned */
} ah_jws;

/*
 * Exactly three non-empty parts of strict base64url without padding (RFC 4648 5, unused bits zero); one final line feed is tolerated.
 * max: of the whole. errors: AH_ERR_FORMAT (parts, alphabet, padding), AH_ERR_TOO_LARGE (whole, header), AH_ERR_NOMEM; offset in text.
 */
AH_MUST_USE ah_err ah_jws_parse(ah_jws *out, ah_slice text, size_t max, ah_fault *why);
void ah_jws_free(ah_jws *jws);
static inline void ah_jws_auto(ah_jws *jws) { ah_jws_free(jws); }

/*
 * The permitted header, exactly: members alg "EdDSA", kid (1..128 printable ASCII without escapes) and typ, each once, and no other (RFC 8725 3.1, 3.2:
 * the algorithm is chosen by the verifier, keys in the token are not looked at). Order and white space of the members are free.
 * kid: gets the value, NUL-terminated. typ NULL: the member may be absent or have any plain value (Tresor manifests).
 * errors: AH_ERR_JSON, AH_ERR_DUPLICATE_KEY, AH_ERR_FORMAT (a member is missing, unknown or of another value); detail names it.
 */
AH_MUST_USE ah_err ah_jws_check_header(ah_slice header, const char *typ, char kid[static 129], ah_fault *why);

/* base64url(header) "." base64url(payload), appended: what is then signed. errors: AH_ERR_ARGUMENT (a kid of another form), AH_ERR_LIMIT, AH_ERR_NOMEM. */
AH_MUST_USE ah_err ah_jws_write_input(ah_buf *out, const char *typ, const char *kid, ah_slice payload);
/* "." base64url(signature), appended to the signing input. */
AH_MUST_USE ah_err ah_jws_write_signature(ah_buf *out, ah_slice signature);

#endif
