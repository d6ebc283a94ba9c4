/* See chain.h. */
#include "unit/pki/chain.h"

#include "base/fault.h"
#include "codec/der.h"
#include "pki/oid.h"

#include <stdio.h>
#include <stdlib.h>

#define RSA_BITS 2048

const ah_path_rules chain_rules_nitro = {
	.anchor_key = AH_KEY_P384, .ca_key = AH_KEY_P384, .leaf_key = AH_KEY_P384, .sig_alg = AH_SIG_ECDSA_SHA384,
	.leaf_digital_signature = true, .leaf_basic_constraints = true,
};
const ah_path_rules chain_rules_amd = {
	.anchor_key = AH_KEY_RSA, .ca_key = AH_KEY_RSA, .leaf_key = AH_KEY_P384, .sig_alg = AH_SIG_RSA_PSS_SHA384,
};

static _Noreturn void give_up(const char *what)
{
	printf("%s\n", what);
	exit(1);
}

ah_crypto *chain_crypto(void)
{
	static ah_crypto *crypto;
	if (crypto == NULL && ah_crypto_new(&crypto, NULL) != AH_OK)
		give_up("no OpenSSL for the tests");
	return crypto;
}

ah_private_key *chain_key(ah_key_kind kind, size_t number)
{
	static ah_private_key *pool[AH_KEY_RSA + 1][CHAIN_MAX];
	ah_private_key **key = &pool[kind][number];
	if (*key == NULL && ah_private_key_generate(key, kind, RSA_BITS, NULL) != AH_OK)
		give_up("no key for the tests");
	return *key;
}

static ah_err put_spki(ah_buf *out, const chain *c, size_t i)
{
	return ah_private_key_spki(chain_key(c->links[i].kind, c->links[i].key), out);
}

static ah_err key_id_of(uint8_t out[static AH_MINT_KEY_ID_LEN], const chain *c, size_t i)
{
	AH_AUTO(ah_buf) spki = AH_BUF(1024);
	AH_TRY(put_spki(&spki, c, i));
	return ah_mint_key_id(chain_crypto(), ah_buf_slice(&spki), out);
}

chain chain_nitro(size_t count)
{
	static const char *const names[CHAIN_MAX] = {
		"root", "regional", "zonal", "instance", "ca 4", "ca 5", "ca 6", "ca 7", "ca 8", "ca 9", "ca 10", "ca 11",
	};
	chain c = { .count = count, .rules = chain_rules_nitro };
	for (size_t i = 0; i < count; i++) {
		bool leaf = i == count - 1;
		c.links[i] = (chain_link){
			.subject = leaf ? "leaf" : names[i],
			.key = i,
			.kind = AH_KEY_P384,
			.signer = i == 0 ? 0 : i - 1,
			.sig_alg = AH_SIG_ECDSA_SHA384,
			.serial = 0x1000 + i,
			.not_before_s = CHAIN_NOW - CHAIN_DAY,
			.not_after_s = CHAIN_NOW + (int64_t)(count - i) * CHAIN_DAY,
			.has_bc = true,
			.is_ca = !leaf,
			.path_len = leaf || i == 0 ? -1 : (int)(count - 2 - i),
			.has_ku = true,
			.key_usage = leaf ? AH_KU_DIGITAL_SIGNATURE : AH_KU_KEY_CERT_SIGN | AH_KU_CRL_SIGN,
			.has_ski = true,
			.has_aki = i != 0,
			.has_crldp = i == 1 || i == 2,
		};
	}
	return c;
}

chain chain_amd(void)
{
	chain c = chain_nitro(3);
	c.rules = chain_rules_amd;
	for (size_t i = 0; i < c.count; i++)
		c.links[i].sig_alg = AH_SIG_RSA_PSS_SHA384;
	c.links[0].kind = c.links[1].kind = AH_KEY_RSA;
	c.links[0].explicit_trailer = c.links[1].explicit_trailer = true;
	c.links[0].has_crldp = true;
	c.links[2].serial = 0;
	c.links[2].has_bc = c.links[2].has_ku = c.links[2].has_ski = c.links[2].has_aki = c.links[2].has_crldp = false;
	return c;
}

static ah_err put_extensions(ah_buf *out, const chain *c, size_t i)
{
	const chain_link *link = &c->links[i];
	uint8_t own[AH_MINT_KEY_ID_LEN], above[AH_MINT_KEY_ID_LEN];
	AH_TRY(key_id_of(own, c, i));
	AH_TRY(key_id_of(above, c, link->wrong_aki ? i : link->signer));
	if (link->has_bc)
		AH_TRY(ah_mint_put_basic_constraints(out, link->is_ca, link->path_len));
	if (link->has_ku)
		AH_TRY(ah_mint_put_key_usage(out, true, link->key_usage));
	if (link->has_ski)
		AH_TRY(ah_mint_put_subject_key_id(out, AH_SLICE_OF(own)));
	if (link->has_aki)
		AH_TRY(ah_mint_put_authority_key_id(out, AH_SLICE_OF(above)));
	if (link->has_crldp)
		AH_TRY(ah_mint_put_crl_distribution_point(out, "http://crl.example/1.crl"));
	if (link->has_unknown_critical)
		AH_TRY(ah_mint_put_extension(out, AH_SLICE_LITERAL("\x2b\x06\x01\x04\x01\x87\x67\x01"), true, AH_SLICE_LITERAL("\x05\x00")));
	return AH_OK;
}

/* The last byte of a certificate or CRL is the last byte of its signature: of s, or of the RSA number. */
static void break_last_byte(ah_buf *der)
{
	der->ptr[der->len - 1] ^= 1;
}

static ah_err issue_one(chain *c, size_t i)
{
	const chain_link *link = &c->links[i], *above = &c->links[link->signer];
	AH_AUTO(ah_buf) issuer = AH_BUF(1024);
	AH_AUTO(ah_buf) subject = AH_BUF(1024);
	AH_AUTO(ah_buf) spki = AH_BUF(1024);
	AH_AUTO(ah_buf) extensions = AH_BUF(4096);
	AH_AUTO(ah_buf) serial = AH_BUF(8);
	AH_TRY(ah_mint_put_common_name(&issuer, link->issuer != NULL ? link->issuer : above->subject));
	AH_TRY(ah_mint_put_common_name(&subject, link->subject));
	AH_TRY(put_spki(&spki, c, i));
	AH_TRY(put_extensions(&extensions, c, i));
	AH_TRY(ah_buf_append_be64(&serial, link->serial));
	const ah_mint_cert spec = {
		.serial = ah_buf_slice(&serial),
		.issuer = ah_buf_slice(&issuer),
		.subject = ah_buf_slice(&subject),
		.not_before_s = link->not_before_s,
		.not_after_s = link->not_after_s,
		.spki = ah_buf_slice(&spki),
		.extensions = ah_buf_slice(&extensions),
		.signing = {
			.sig_alg = link->sig_alg,
			.key = chain_key(above->kind, above->key),
			.explicit_trailer = link->explicit_trailer,
			.inner_algorithm = link->inner_algorithm,
			.outer_algorithm = link->outer_algorithm,
			.patch = link->patch,
			.patch_context = link->patch_context,
		},
	};
	ah_buf_free(&c->der[i]);
	c->der[i] = AH_BUF(64 * 1024);
	AH_TRY(ah_mint_certificate(&c->der[i], &spec));
	if (link->break_signature)
		break_last_byte(&c->der[i]);
	AH_TRY(ah_cert_parse(&c->certs[i], ah_buf_slice(&c->der[i]), NULL));
	c->path[i] = &c->certs[i];
	return AH_OK;
}

ah_err chain_issue(chain *c, size_t *at)
{
	for (size_t i = 0; i < c->count; i++) {
		ah_err err = issue_one(c, i);
		if (at != NULL)
			*at = i;
		if (err != AH_OK)
			return err;
	}
	return ah_sha256(chain_crypto(), ah_buf_slice(&c->der[0]), c->anchor_digest);
}

ah_err chain_validate(const chain *c, ah_cert_cache *cache, ah_checks *log, int64_t now_s, int64_t *expiry_s)
{
	/* The chain may have been copied since it was issued. */
	const ah_cert *path[CHAIN_MAX];
	for (size_t i = 0; i < c->count; i++)
		path[i] = &c->certs[i];
	return ah_path_validate(chain_crypto(), cache, log, path, c->count, c->anchor_digest, &c->rules, now_s, expiry_s, NULL);
}

void chain_free(chain *c)
{
	for (size_t i = 0; i < CHAIN_MAX; i++)
		ah_buf_free(&c->der[i]);
}

chain_crl chain_crl_of(const chain *c, size_t signer)
{
	(void)c;
	return (chain_crl){
		.signer = signer,
		.this_update_s = CHAIN_NOW - CHAIN_DAY,
		.next_update_s = CHAIN_NOW + CHAIN_DAY,
		.serials = { 0x7001 },
		.serial_count = 1,
		.has_aki = true,
	};
}

ah_err chain_crl_issue(ah_buf *der, const chain *c, const chain_crl *spec)
{
	const chain_link *signer = &c->links[spec->signer];
	uint8_t key_id[AH_MINT_KEY_ID_LEN];
	AH_AUTO(ah_buf) issuer = AH_BUF(1024);
	AH_AUTO(ah_buf) revoked = AH_BUF(4096);
	AH_AUTO(ah_buf) extensions = AH_BUF(4096);
	AH_TRY(ah_mint_put_common_name(&issuer, spec->issuer != NULL ? spec->issuer : signer->subject));
	AH_TRY(key_id_of(key_id, c, spec->wrong_aki ? c->count - 1 : spec->signer));
	for (size_t i = 0; i < spec->serial_count; i++) {
		AH_AUTO(ah_buf) serial = AH_BUF(8);
		AH_TRY(ah_buf_append_be64(&serial, spec->serials[i]));
		AH_TRY(ah_mint_put_revoked(&revoked, ah_buf_slice(&serial), CHAIN_NOW - CHAIN_DAY, spec->entry_extensions));
	}
	if (spec->has_aki)
		AH_TRY(ah_mint_put_authority_key_id(&extensions, AH_SLICE_OF(key_id)));
	AH_TRY(ah_mint_put_crl_number(&extensions, 7));
	AH_TRY(ah_buf_append(&extensions, spec->extensions));
	const ah_mint_crl crl = {
		.issuer = ah_buf_slice(&issuer),
		.this_update_s = spec->this_update_s,
		.next_update_s = spec->next_update_s,
		.revoked = ah_buf_slice(&revoked),
		.extensions = ah_buf_slice(&extensions),
		.signing = {
			.sig_alg = spec->sig_alg != AH_SIG_NONE ? spec->sig_alg : c->rules.sig_alg,
			.key = chain_key(signer->kind, signer->key),
			.patch = spec->patch,
			.patch_context = spec->patch_context,
		},
	};
	AH_TRY(ah_mint_crl_issue(der, &crl));
	if (spec->break_signature)
		break_last_byte(der);
	return AH_OK;
}
