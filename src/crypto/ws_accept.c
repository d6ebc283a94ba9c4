/* See ws_accept.h. */
#include "crypto/ws_accept.h"

#include "base/fault.h"
#include "codec/text.h"

#include <openssl/evp.h>

#define SHA1_LEN 20
#define KEY_MAX  64

/* RFC 6455 1.3 */
#define WEBSOCKET_GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

ah_err ah_ws_accept(char out[static AH_WS_ACCEPT_LEN + 1], ah_slice key)
{
	AH_AUTO(ah_buf) text = AH_BUF(KEY_MAX + sizeof WEBSOCKET_GUID), accept = AH_BUF(AH_WS_ACCEPT_LEN);
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	AH_TRY(ah_buf_append(&text, key));
	AH_TRY(ah_buf_append_text(&text, WEBSOCKET_GUID));
	if (EVP_Digest(text.ptr, text.len, digest, &len, EVP_sha1(), NULL) != 1 || len != SHA1_LEN)
		return AH_ERR_CRYPTO;
	AH_TRY(ah_base64_encode(&accept, ah_slice_make(digest, SHA1_LEN)));
	assert(accept.len == AH_WS_ACCEPT_LEN);
	memcpy(out, accept.ptr, accept.len);
	out[AH_WS_ACCEPT_LEN] = '\0';
	return AH_OK;
}
