/* See session.h. */
#include "policy/session.h"

#include "base/fault.h"

static ah_err put_prefixed(ah_buf *out, ah_slice s)
{
	assert(s.len <= UINT32_MAX);
	AH_TRY(ah_buf_append_be32(out, (uint32_t)s.len));
	return ah_buf_append(out, s);
}

ah_err ah__session_statement(ah_buf *out, const ah_session *session)
{
	static const char label[] = "anchorhold/session/v1"; /* with its terminating NUL */
	AH_TRY(ah_buf_append(out, AH_SLICE_OF(label)));
	AH_TRY(put_prefixed(out, ah_slice_text(session->purpose)));
	AH_TRY(put_prefixed(out, ah_slice_text(session->role)));
	AH_TRY(put_prefixed(out, session->session_value));
	AH_TRY(put_prefixed(out, session->evidence_sha256));
	AH_TRY(put_prefixed(out, session->peer_evidence_sha256));
	return put_prefixed(out, session->nonce);
}

ah_err ah__session_verify(ah_crypto *crypto, const ah_session *session, const uint8_t binding_p256[static 65],
                          const uint8_t signature[static AH_SESSION_SIGNATURE_LEN])
{
	AH_AUTO(ah_buf) statement = AH_BUF(AH_SESSION_STATEMENT_MAX);
	AH_TRY(ah__session_statement(&statement, session));
	const ah_public_key key = { .kind = AH_KEY_P256, .point = ah_slice_make(binding_p256, 65) };
	const ah_slice parts[1] = { ah_buf_slice(&statement) };
	ah_err err = ah_ecdsa_verify_raw(crypto, &key, AH_SHA256, parts, 1, ah_slice_make(signature, AH_SESSION_SIGNATURE_LEN));
	return err == AH_OK || err == AH_ERR_CRYPTO || err == AH_ERR_NOMEM ? err : AH_ERR_SESSION_SIGNATURE;
}
