/* Sec-WebSocket-Accept of RFC 6455 4.2.2: the server shows that it understood the client's key. It proves nothing about who it is. */
#ifndef AH_CRYPTO_WS_ACCEPT_H
#define AH_CRYPTO_WS_ACCEPT_H

#include "codec/websocket.h"

/*
 * base64(SHA-1(key || GUID)) and NUL. key: the value of Sec-WebSocket-Key, as it stands. errors: AH_ERR_CRYPTO (no SHA-1), AH_ERR_LIMIT (no key is so long), AH_ERR_NOMEM.
 * Uses OpenSSL's default library context, so it is no part of the core.
 */
AH_MUST_USE ah_err ah_ws_accept(char out[static AH_WS_ACCEPT_LEN + 1], ah_slice key);

#endif
