/* The opening handshake in HTTP fields. See websocket.h; section numbers are those of RFC 6455. */
#include "codec/websocket.h"

#include "base/fault.h"
#include "codec/http1_internal.h"
#include "codec/text.h"

#define STEP      "websocket.handshake"
#define KEY_BYTES 16

static ah_err bad_handshake(const char *detail, ah_fault *why)
{
	return ah_fault_set(why, AH_ERR_WEBSOCKET_HANDSHAKE, STEP, "%s", detail);
}

/* 4.1: "a base64-encoded value that, when decoded, is 16 bytes in length". */
static ah_err check_key(ah_slice key, ah_fault *why)
{
	AH_AUTO(ah_buf) bytes = AH_BUF(KEY_BYTES);
	ah_err err = key.len == AH_WS_KEY_LEN ? ah_base64_decode(&bytes, key) : AH_ERR_TEXT;
	if (err == AH_ERR_NOMEM)
		return ah_fault_set(why, err, STEP, "no memory");
	return err == AH_OK && bytes.len == KEY_BYTES ? AH_OK : bad_handshake("Sec-WebSocket-Key is not 16 bytes as base64", why);
}

/* 4.2.1 */
ah_err ah_ws_check_request(const ah_http_parser *request, ah_slice *key, unsigned *refusal, ah_fault *why)
{
	const ah_http_head *head = &request->head;
	ah_slice version = { NULL, 0 }, nonce = { NULL, 0 };
	*refusal = 400;
	if (!ah_slice_is_text(head->method, "GET")) {
		*refusal = 405;
		return bad_handshake("a WebSocket is opened with GET", why);
	}
	/* upgrade is empty in HTTP/1.0, with a body, and when Connection does not name it. */
	if (!ah_http_list_has(head->upgrade, "websocket"))
		return bad_handshake("no Upgrade to websocket", why);
	if (ah_http_field_find(request, "sec-websocket-version", &version) != 1 || !ah_slice_is_text(version, "13")) {
		*refusal = 426;
		return bad_handshake("Sec-WebSocket-Version is not 13", why);
	}
	if (ah_http_field_find(request, "sec-websocket-key", &nonce) != 1)
		return bad_handshake("not one Sec-WebSocket-Key", why);
	ah_err err = check_key(nonce, why);
	if (err != AH_OK) {
		*refusal = err == AH_ERR_NOMEM ? 503 : 400;
		return err;
	}
	*key = nonce;
	*refusal = 0;
	return AH_OK;
}

/* Position of the name among count; count when it is none of them. Subprotocols have case. */
static size_t index_of(const char *const *names, size_t count, ah_slice name)
{
	size_t i = 0;
	while (i < count && !ah_slice_is_text(name, names[i]))
		i++;
	return i;
}

ah_err ah_ws_select_subprotocol(const ah_http_parser *request, const char *const *ours, size_t count, size_t *chosen, ah_fault *why)
{
	size_t best = count, offered = 0;
	for (size_t i = 0; i < request->head.field_count; i++) {
		ah_http_field field = ah_http_field_at(request, i);
		ah_slice name;
		while (ah_http_name_is(field.name, "sec-websocket-protocol") && ah_http_list_next(&field.value, &name)) {
			if (!ah__http_all(name, AH_HTTP_TCHAR) || ++offered > AH_WS_SUBPROTOCOLS_MAX)
				return bad_handshake("Sec-WebSocket-Protocol is no short list of tokens", why);
			size_t index = index_of(ours, count, name);
			best = index < best ? index : best;
		}
	}
	*chosen = best;
	return AH_OK;
}

/* 4.1, the six points for the client. */
ah_err ah_ws_check_response(const ah_http_parser *response, ah_slice accept, const char *const *offered, size_t count, size_t *chosen,
	ah_fault *why)
{
	ah_slice answer = { NULL, 0 }, protocol = { NULL, 0 };
	if (response->head.status != 101)
		return ah_fault_set(why, AH_ERR_WEBSOCKET_HANDSHAKE, STEP, "the server answers %u, not 101", response->head.status);
	if (ah_http_field_find(response, "upgrade", NULL) != 1 || !ah_http_name_is(response->head.upgrade, "websocket"))
		return bad_handshake("the answer does not upgrade to websocket", why);
	if (ah_http_field_find(response, "sec-websocket-accept", &answer) != 1 || !ah_slice_is(answer, accept))
		return bad_handshake("Sec-WebSocket-Accept does not answer our key", why);
	if (ah_http_field_find(response, "sec-websocket-extensions", NULL) != 0)
		return bad_handshake("the server chose an extension that nobody offered", why);
	size_t named = ah_http_field_find(response, "sec-websocket-protocol", &protocol);
	size_t index = named == 1 ? index_of(offered, count, protocol) : count;
	if (named > 1 || (named == 1 && index == count))
		return bad_handshake("the server chose a subprotocol that nobody offered", why);
	*chosen = index;
	return AH_OK;
}

void ah_ws_put_request_fields(ah_http_writer *w, ah_slice key, const char *const *offered, size_t count)
{
	ah_http_put_text(w, "Connection", "Upgrade");
	ah_http_put_text(w, "Upgrade", "websocket");
	ah_http_put_text(w, "Sec-WebSocket-Version", "13");
	ah_http_put_field(w, AH_SLICE_LITERAL("Sec-WebSocket-Key"), key);
	for (size_t i = 0; i < count; i++)
		ah_http_put_text(w, "Sec-WebSocket-Protocol", offered[i]);
}

void ah_ws_put_response_fields(ah_http_writer *w, ah_slice accept, const char *subprotocol)
{
	ah_http_put_text(w, "Connection", "Upgrade");
	ah_http_put_text(w, "Upgrade", "websocket");
	ah_http_put_field(w, AH_SLICE_LITERAL("Sec-WebSocket-Accept"), accept);
	if (subprotocol != NULL)
		ah_http_put_text(w, "Sec-WebSocket-Protocol", subprotocol);
}
