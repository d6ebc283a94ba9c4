/* See sim_chain.h. */
#include "attesters/sim_chain.h"

#include "base/fault.h"

void ah_sim_put_le16(uint8_t *out, uint16_t v)
{
	for (size_t i = 0; i < 2; i++)
		out[i] = (uint8_t)(v >> (8 * i));
}

void ah_sim_put_le64(uint8_t *out, uint64_t v)
{
	for (size_t i = 0; i < 8; i++)
		out[i] = (uint8_t)(v >> (8 * i));
}

uint64_t ah_sim_get_le64(const uint8_t *in)
{
	uint64_t v = 0;
	for (size_t i = 8; i-- > 0;)
		v = v << 8 | in[i];
	return v;
}

void ah_sim_put_le32(uint8_t *out, uint32_t v)
{
	for (size_t i = 0; i < 4; i++)
		out[i] = (uint8_t)(v >> (8 * i));
}

void ah_sim_chain_init(ah_sim_chain *chain, size_t count)
{
	assert(count <= AH_SIM_CHAIN_MAX);
	*chain = (ah_sim_chain){ .count = count };
	for (size_t i = 0; i < count; i++) {
		ah_sim_cert *cert = &chain->cert[i];
		cert->subject = cert->issuer = cert->extensions = cert->spki = AH_BUF(AH_SIM_PART_MAX);
		cert->der = AH_BUF(2 * AH_CERTIFICATE_MAX);
	}
}

void ah_sim_chain_free(ah_sim_chain *chain)
{
	for (size_t i = 0; i < chain->count; i++) {
		ah_sim_cert *cert = &chain->cert[i];
		ah_buf_free(&cert->subject);
		ah_buf_free(&cert->issuer);
		ah_buf_free(&cert->extensions);
		ah_buf_free(&cert->spki);
		ah_buf_free(&cert->der);
	}
	chain->count = 0;
}

ah_err ah_sim_cert_basics(ah_sim_cert *cert, const ah_private_key *key, int64_t not_before_s, int64_t not_after_s)
{
	uint8_t serial[16];
	AH_TRY(ah_random(serial, sizeof serial));
	cert->key = key;
	cert->mint.not_before_s = not_before_s;
	cert->mint.not_after_s = not_after_s;
	memcpy(cert->serial, serial, sizeof serial);
	cert->serial[0] |= 0x01; /* no leading zero: the magnitude has one length */
	cert->serial_len = sizeof serial;
	return AH_OK;
}

static ah_err key_id(uint8_t out[static AH_MINT_KEY_ID_LEN], ah_crypto *crypto, const ah_private_key *key)
{
	AH_AUTO(ah_buf) spki = AH_BUF(AH_SIM_PART_MAX);
	AH_TRY(ah_private_key_spki(key, &spki));
	return ah_mint_key_id(crypto, ah_buf_slice(&spki), out);
}

ah_err ah_sim_put_subject_key_id(ah_buf *list, ah_crypto *crypto, const ah_private_key *key)
{
	uint8_t id[AH_MINT_KEY_ID_LEN];
	AH_TRY(key_id(id, crypto, key));
	return ah_mint_put_subject_key_id(list, AH_SLICE_OF(id));
}

ah_err ah_sim_put_authority_key_id(ah_buf *list, ah_crypto *crypto, const ah_private_key *key)
{
	uint8_t id[AH_MINT_KEY_ID_LEN];
	AH_TRY(key_id(id, crypto, key));
	return ah_mint_put_authority_key_id(list, AH_SLICE_OF(id));
}

ah_err ah_sim_part_set(ah_buf *part, ah_slice bytes)
{
	ah_buf_clear(part);
	return ah_buf_append(part, bytes);
}

static ah_sig_alg alg_that_fits(ah_key_kind kind)
{
	if (kind == AH_KEY_RSA)
		return AH_SIG_RSA_PSS_SHA384;
	return kind == AH_KEY_P256 ? AH_SIG_ECDSA_SHA256 : AH_SIG_ECDSA_SHA384;
}

static ah_err issue(ah_sim_cert *cert, const ah_sim_cert *above)
{
	ah_mint_cert mint = cert->mint;
	AH_AUTO(ah_buf) spki = AH_BUF(AH_SIM_PART_MAX);

	if (cert->spki.len == 0)
		AH_TRY(ah_private_key_spki(cert->key, &spki));
	mint.serial = ah_slice_make(cert->serial, cert->serial_len);
	mint.subject = ah_buf_slice(&cert->subject);
	mint.issuer = cert->issuer.len != 0 ? ah_buf_slice(&cert->issuer) : ah_buf_slice(&above->subject);
	mint.spki = cert->spki.len != 0 ? ah_buf_slice(&cert->spki) : ah_buf_slice(&spki);
	mint.extensions = ah_buf_slice(&cert->extensions);
	if (mint.signing.key == NULL)
		mint.signing.key = above->key;
	if (mint.signing.sig_alg == AH_SIG_NONE)
		mint.signing.sig_alg = alg_that_fits(ah_private_key_kind(mint.signing.key));
	return ah_mint_certificate(&cert->der, &mint);
}

ah_err ah_sim_chain_issue(ah_sim_chain *chain)
{
	for (size_t i = 0; i < chain->count; i++) {
		ah_sim_cert *cert = &chain->cert[i];
		if (cert->der.len == 0)
			AH_TRY(issue(cert, i == 0 ? cert : &chain->cert[i - 1]));
	}
	return AH_OK;
}
