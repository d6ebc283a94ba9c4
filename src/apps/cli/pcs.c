/* See pcs.h. */
#include "apps/cli/pcs.h"

#include "codec/json.h"

#define STEP "pcs"

void cli_pcs_answers_free(cli_pcs_answers *a)
{
	ah_buf *const all[] = { &a->tcb_info, &a->tcb_info_chain, &a->qe_identity, &a->qe_identity_chain, &a->pck_crl, &a->pck_crl_chain, &a->root_crl };
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		ah_buf_free(all[i]);
}

/* 0 to 15; 16 for no digit. */
static unsigned digit_of(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - (unsigned)'0';
	if (c >= 'a' && c <= 'f')
		return c - (unsigned)'a' + 10;
	return c >= 'A' && c <= 'F' ? c - (unsigned)'A' + 10 : 16;
}

ah_err cli_percent_decode(ah_buf *out, ah_slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		uint8_t byte = text.ptr[i];
		if (byte == '%') {
			if (text.len - i < 3)
				return AH_ERR_TEXT;
			unsigned high = digit_of(text.ptr[i + 1]), low = digit_of(text.ptr[i + 2]);
			if (high > 15 || low > 15)
				return AH_ERR_TEXT;
			byte = (uint8_t)(high << 4 | low);
			i += 2;
		}
		if (byte == 0)
			return AH_ERR_TEXT;
		AH_TRY(ah_buf_append_byte(out, byte));
	}
	return AH_OK;
}

static ah_err malformed(ah_fault *why, const char *what, const char *reason)
{
	return ah_fault_set(why, AH_ERR_COLLATERAL_MALFORMED, STEP, "%s: %s", what, reason);
}

/* One of the two signed answers: the exact bytes of the object, and the digits of its signature. */
struct signed_answer {
	ah_slice object, signature;
};

static ah_err open_answer(struct signed_answer *out, const ah_buf *answer, const char *member, const char *what, ah_fault *why)
{
	ah_json j;
	ah_slice name;
	struct signed_answer found = { 0 };
	ah_err err = ah_json_open(&j, ah_buf_slice(answer), AH_JSON_VENDOR, NULL);
	if (err == AH_ERR_NOMEM)
		return err;
	if (err != AH_OK || ah_json_peek(&j) != AH_JSON_OBJECT)
		return malformed(why, what, err != AH_OK ? ah_err_name(err) : "not an object");
	ah_json_object_begin(&j);
	while (ah_json_next_member(&j, &name)) {
		if (ah_slice_is_text(name, member))
			found.object = ah_json_raw(&j);
		else if (ah_slice_is_text(name, "signature") && ah_json_peek(&j) == AH_JSON_STRING)
			found.signature = ah_json_string_raw(&j);
		else
			(void)ah_json_raw(&j); /* outside of what is signed, and unknown */
	}
	if (ah_json_finish(&j, NULL) != AH_OK || found.object.len == 0 || found.signature.len == 0)
		return malformed(why, what, "the signed object or its signature is missing");
	*out = found;
	return AH_OK;
}

static ah_err put_chain(ah_json_writer *w, const char *key, const ah_buf *encoded, ah_fault *why)
{
	AH_AUTO(ah_buf) pem = AH_BUF(AH_CHAIN_FILE_MAX);
	ah_err err = cli_percent_decode(&pem, ah_buf_slice(encoded));
	if (err == AH_ERR_NOMEM)
		return err;
	if (err != AH_OK)
		return malformed(why, key, "the header is not percent-encoded text");
	ah_json_put_key(w, key);
	ah_json_put_string(w, ah_buf_slice(&pem));
	return AH_OK;
}

static void put_hex(ah_json_writer *w, const char *key, const ah_buf *bytes)
{
	ah_json_put_key(w, key);
	ah_json_put_hex(w, ah_buf_slice(bytes));
}

static void put_text(ah_json_writer *w, const char *key, ah_slice text)
{
	ah_json_put_key(w, key);
	ah_json_put_string(w, text);
}

/* Members in the order of their names, as canonical JSON wants it. */
static ah_err put_file(ah_json_writer *w, const cli_pcs_answers *a, const struct signed_answer *info, const struct signed_answer *identity, ah_fault *why)
{
	ah_json_put_object_begin(w);
	put_hex(w, "pck_crl", &a->pck_crl);
	AH_TRY(put_chain(w, "pck_crl_issuer_chain", &a->pck_crl_chain, why));
	put_text(w, "qe_identity", identity->object);
	AH_TRY(put_chain(w, "qe_identity_issuer_chain", &a->qe_identity_chain, why));
	put_text(w, "qe_identity_signature", identity->signature);
	put_hex(w, "root_ca_crl", &a->root_crl);
	put_text(w, "tcb_info", info->object);
	AH_TRY(put_chain(w, "tcb_info_issuer_chain", &a->tcb_info_chain, why));
	put_text(w, "tcb_info_signature", info->signature);
	ah_json_put_object_end(w);
	return AH_OK;
}

ah_err cli_pcs_assemble(ah_buf *out, const cli_pcs_answers *a, ah_fault *why)
{
	AH_AUTO(ah_buf) file = AH_BUF(AH_TDX_COLLATERAL_MAX);
	struct signed_answer info = { 0 }, identity = { 0 };
	ah_json_writer w;
	AH_TRY(open_answer(&info, &a->tcb_info, "tcbInfo", "TCB info", why));
	AH_TRY(open_answer(&identity, &a->qe_identity, "enclaveIdentity", "QE identity", why));
	ah_json_writer_init(&w, &file);
	AH_TRY(put_file(&w, a, &info, &identity, why));
	ah_err err = ah_json_writer_finish(&w);
	if (err == AH_ERR_LIMIT)
		return ah_fault_set(why, AH_ERR_TOO_LARGE, STEP, "the four documents together are larger than %d bytes", AH_TDX_COLLATERAL_MAX);
	if (err == AH_ERR_ENCODING)
		return malformed(why, "an issuer chain", "not UTF-8");
	AH_TRY(err);
	return ah_buf_append(out, ah_buf_slice(&file));
}
