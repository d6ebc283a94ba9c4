/*
 * Path validation. Each forged chain has exactly one thing wrong and is signed anew, so that one check alone can refuse it: it is refused
 * with the exact error by the check named; with that check switched off it is accepted; with any other check switched off it is still refused.
 */
#include "support/test.h"
#include "unit/pki/chain.h"
#include "unit/pki/vectors.h"

#include <stdio.h>

/* In the place of src/base/check_enforce.c: the check that is switched off, AH_CHECK_COUNT for none. */
static ah_check_id switched_off = AH_CHECK_COUNT;

bool ah__check_is_enforced(ah_check_id id)
{
	return id != switched_off;
}

static const ah_check_id path_checks[] = {
	AH_CHECK_PATH_VALIDITY, AH_CHECK_PATH_NAMES, AH_CHECK_PATH_CA, AH_CHECK_PATH_LENGTH,
	AH_CHECK_PATH_LEAF, AH_CHECK_PATH_CRITICAL, AH_CHECK_PATH_ALGORITHM, AH_CHECK_PATH_SIGNATURE,
};
#define PATH_CHECK_COUNT (sizeof path_checks / sizeof path_checks[0])

/* -- Forged chains -- */

typedef struct forged {
	const char *name;
	size_t count;                   /* 0: AMD's, else Nitro's with so many certificates */
	void (*change)(chain *c, size_t at);
	size_t at;                      /* which link */
	ah_check_id check;
	ah_err err;
} forged;

static void expired(chain *c, size_t at) { c->links[at].not_after_s = CHAIN_NOW - 1; }
static void not_yet(chain *c, size_t at) { c->links[at].not_before_s = CHAIN_NOW + 1; }
static void other_issuer(chain *c, size_t at) { c->links[at].issuer = "somebody else"; }
static void wrong_aki(chain *c, size_t at) { c->links[at].wrong_aki = true; }
static void nothing(chain *c, size_t at) { (void)c, (void)at; }
static void no_ca(chain *c, size_t at) { c->links[at].is_ca = false, c->links[at].path_len = -1; }
static void no_constraints(chain *c, size_t at) { c->links[at].has_bc = false; }
static void no_cert_sign(chain *c, size_t at) { c->links[at].key_usage = AH_KU_CRL_SIGN | AH_KU_DIGITAL_SIGNATURE; }
static void path_len_0(chain *c, size_t at) { c->links[at].path_len = 0; }
static void path_len_1(chain *c, size_t at) { c->links[at].path_len = 1; }
static void leaf_is_ca(chain *c, size_t at) { c->links[at].has_bc = c->links[at].is_ca = true; }
static void no_usage(chain *c, size_t at) { c->links[at].has_ku = false; }
static void usage_without_signing(chain *c, size_t at) { c->links[at].has_ku = true, c->links[at].key_usage = AH_KU_NON_REPUDIATION; }
static void usage_of_ca(chain *c, size_t at) { c->links[at].key_usage |= AH_KU_KEY_CERT_SIGN; }
static void usage_of_crl_signer(chain *c, size_t at) { c->links[at].key_usage |= AH_KU_CRL_SIGN; }
static void unknown_critical(chain *c, size_t at) { c->links[at].has_unknown_critical = true; }
static void key_p256(chain *c, size_t at) { c->links[at].kind = AH_KEY_P256; }
static void signed_with_sha256(chain *c, size_t at) { c->links[at].sig_alg = AH_SIG_ECDSA_SHA256; }
static void bad_signature(chain *c, size_t at) { c->links[at].break_signature = true; }

static void key_rsa(chain *c, size_t at)
{
	c->links[at].kind = AH_KEY_RSA;
	if (at + 1 < c->count)
		c->links[at + 1].sig_alg = AH_SIG_RSA_PSS_SHA384;
}

/* AMD's CA with a P-384 key, which then signs the leaf with ECDSA. */
static void amd_ca_p384(chain *c, size_t at)
{
	c->links[at].kind = AH_KEY_P384;
	c->links[at + 1].sig_alg = AH_SIG_ECDSA_SHA384;
}

/* Everything says that the certificate above issued this one, but another key of the chain signed it. */
static void signed_by_another(chain *c, size_t at)
{
	c->links[at].issuer = c->links[at - 1].subject;
	c->links[at].signer = at == 1 ? 2 : at - 2;
	c->links[at].has_aki = false;
}

static const forged forged_chains[] = {
	{ "root expired", 5, expired, 0, AH_CHECK_PATH_VALIDITY, AH_ERR_CERT_EXPIRED },
	{ "regional CA expired", 5, expired, 1, AH_CHECK_PATH_VALIDITY, AH_ERR_CERT_EXPIRED },
	{ "zonal CA expired", 5, expired, 2, AH_CHECK_PATH_VALIDITY, AH_ERR_CERT_EXPIRED },
	{ "instance CA expired", 5, expired, 3, AH_CHECK_PATH_VALIDITY, AH_ERR_CERT_EXPIRED },
	{ "leaf expired", 5, expired, 4, AH_CHECK_PATH_VALIDITY, AH_ERR_CERT_EXPIRED },
	{ "root not yet valid", 5, not_yet, 0, AH_CHECK_PATH_VALIDITY, AH_ERR_CERT_NOT_YET_VALID },
	{ "regional CA not yet valid", 5, not_yet, 1, AH_CHECK_PATH_VALIDITY, AH_ERR_CERT_NOT_YET_VALID },
	{ "zonal CA not yet valid", 5, not_yet, 2, AH_CHECK_PATH_VALIDITY, AH_ERR_CERT_NOT_YET_VALID },
	{ "instance CA not yet valid", 5, not_yet, 3, AH_CHECK_PATH_VALIDITY, AH_ERR_CERT_NOT_YET_VALID },
	{ "leaf not yet valid", 5, not_yet, 4, AH_CHECK_PATH_VALIDITY, AH_ERR_CERT_NOT_YET_VALID },
	{ "VCEK expired", 0, expired, 2, AH_CHECK_PATH_VALIDITY, AH_ERR_CERT_EXPIRED },

	{ "issuer of the regional CA", 5, other_issuer, 1, AH_CHECK_PATH_NAMES, AH_ERR_CHAIN },
	{ "issuer of the instance CA", 5, other_issuer, 3, AH_CHECK_PATH_NAMES, AH_ERR_CHAIN },
	{ "issuer of the leaf", 5, other_issuer, 4, AH_CHECK_PATH_NAMES, AH_ERR_CHAIN },
	{ "issuer of the VCEK", 0, other_issuer, 2, AH_CHECK_PATH_NAMES, AH_ERR_CHAIN },
	{ "key identifier of the zonal CA's issuer", 5, wrong_aki, 2, AH_CHECK_PATH_NAMES, AH_ERR_CHAIN },
	{ "key identifier of the leaf's issuer", 5, wrong_aki, 4, AH_CHECK_PATH_NAMES, AH_ERR_CHAIN },
	{ "one certificate", 1, nothing, 0, AH_CHECK_PATH_NAMES, AH_ERR_CHAIN },
	{ "eleven certificates", AH_PATH_MAX + 1, nothing, 0, AH_CHECK_PATH_NAMES, AH_ERR_CHAIN },

	{ "root is no CA", 5, no_ca, 0, AH_CHECK_PATH_CA, AH_ERR_CHAIN_CONSTRAINT },
	{ "a leaf issues", 5, no_ca, 3, AH_CHECK_PATH_CA, AH_ERR_CHAIN_CONSTRAINT },
	{ "ASK is no CA", 0, no_ca, 1, AH_CHECK_PATH_CA, AH_ERR_CHAIN_CONSTRAINT },
	{ "CA without basicConstraints", 5, no_constraints, 2, AH_CHECK_PATH_CA, AH_ERR_CHAIN_CONSTRAINT },
	{ "root without keyCertSign", 5, no_cert_sign, 0, AH_CHECK_PATH_CA, AH_ERR_CHAIN_CONSTRAINT },
	{ "CA without keyCertSign", 5, no_cert_sign, 3, AH_CHECK_PATH_CA, AH_ERR_CHAIN_CONSTRAINT },

	{ "path length 0 of the root", 5, path_len_0, 0, AH_CHECK_PATH_LENGTH, AH_ERR_CHAIN_CONSTRAINT },
	{ "path length 1 with two CAs below", 5, path_len_1, 1, AH_CHECK_PATH_LENGTH, AH_ERR_CHAIN_CONSTRAINT },
	{ "path length 0 with one CA below", 5, path_len_0, 2, AH_CHECK_PATH_LENGTH, AH_ERR_CHAIN_CONSTRAINT },
	{ "path length 0 of the ARK", 0, path_len_0, 0, AH_CHECK_PATH_LENGTH, AH_ERR_CHAIN_CONSTRAINT },

	{ "leaf is a CA", 5, leaf_is_ca, 4, AH_CHECK_PATH_LEAF, AH_ERR_CHAIN_CONSTRAINT },
	{ "VCEK is a CA", 0, leaf_is_ca, 2, AH_CHECK_PATH_LEAF, AH_ERR_CHAIN_CONSTRAINT },
	{ "leaf without basicConstraints", 5, no_constraints, 4, AH_CHECK_PATH_LEAF, AH_ERR_CHAIN_CONSTRAINT },
	{ "leaf without keyUsage", 5, no_usage, 4, AH_CHECK_PATH_LEAF, AH_ERR_CHAIN_CONSTRAINT },
	{ "leaf that may not sign", 5, usage_without_signing, 4, AH_CHECK_PATH_LEAF, AH_ERR_CHAIN_CONSTRAINT },
	{ "VCEK that may not sign", 0, usage_without_signing, 2, AH_CHECK_PATH_LEAF, AH_ERR_CHAIN_CONSTRAINT },
	{ "leaf with keyCertSign", 5, usage_of_ca, 4, AH_CHECK_PATH_LEAF, AH_ERR_CHAIN_CONSTRAINT },
	{ "leaf with cRLSign", 5, usage_of_crl_signer, 4, AH_CHECK_PATH_LEAF, AH_ERR_CHAIN_CONSTRAINT },

	{ "unknown critical extension of the root", 5, unknown_critical, 0, AH_CHECK_PATH_CRITICAL, AH_ERR_CHAIN_CONSTRAINT },
	{ "unknown critical extension of a CA", 5, unknown_critical, 2, AH_CHECK_PATH_CRITICAL, AH_ERR_CHAIN_CONSTRAINT },
	{ "unknown critical extension of the leaf", 5, unknown_critical, 4, AH_CHECK_PATH_CRITICAL, AH_ERR_CHAIN_CONSTRAINT },
	{ "unknown critical extension of the VCEK", 0, unknown_critical, 2, AH_CHECK_PATH_CRITICAL, AH_ERR_CHAIN_CONSTRAINT },

	{ "root on P-256", 5, key_p256, 0, AH_CHECK_PATH_ALGORITHM, AH_ERR_ALGORITHM },
	{ "CA on P-256", 5, key_p256, 2, AH_CHECK_PATH_ALGORITHM, AH_ERR_ALGORITHM },
	{ "leaf on P-256", 5, key_p256, 4, AH_CHECK_PATH_ALGORITHM, AH_ERR_ALGORITHM },
	{ "VCEK on P-256", 0, key_p256, 2, AH_CHECK_PATH_ALGORITHM, AH_ERR_ALGORITHM },
	{ "CA with RSA", 5, key_rsa, 3, AH_CHECK_PATH_ALGORITHM, AH_ERR_ALGORITHM },
	{ "leaf with RSA", 5, key_rsa, 4, AH_CHECK_PATH_ALGORITHM, AH_ERR_ALGORITHM },
	{ "ASK on P-384", 0, amd_ca_p384, 1, AH_CHECK_PATH_ALGORITHM, AH_ERR_ALGORITHM },
	{ "CA signed with SHA-256", 5, signed_with_sha256, 2, AH_CHECK_PATH_ALGORITHM, AH_ERR_ALGORITHM },
	{ "leaf signed with SHA-256", 5, signed_with_sha256, 4, AH_CHECK_PATH_ALGORITHM, AH_ERR_ALGORITHM },

	{ "bad signature of the regional CA", 5, bad_signature, 1, AH_CHECK_PATH_SIGNATURE, AH_ERR_CERT_SIGNATURE },
	{ "bad signature of the zonal CA", 5, bad_signature, 2, AH_CHECK_PATH_SIGNATURE, AH_ERR_CERT_SIGNATURE },
	{ "bad signature of the instance CA", 5, bad_signature, 3, AH_CHECK_PATH_SIGNATURE, AH_ERR_CERT_SIGNATURE },
	{ "bad signature of the leaf", 5, bad_signature, 4, AH_CHECK_PATH_SIGNATURE, AH_ERR_CERT_SIGNATURE },
	{ "bad signature of the ASK", 0, bad_signature, 1, AH_CHECK_PATH_SIGNATURE, AH_ERR_CERT_SIGNATURE },
	{ "bad signature of the VCEK", 0, bad_signature, 2, AH_CHECK_PATH_SIGNATURE, AH_ERR_CERT_SIGNATURE },
	{ "regional CA signed by another key", 5, signed_by_another, 1, AH_CHECK_PATH_SIGNATURE, AH_ERR_CERT_SIGNATURE },
	{ "leaf signed by the CA before", 5, signed_by_another, 4, AH_CHECK_PATH_SIGNATURE, AH_ERR_CERT_SIGNATURE },
	{ "VCEK signed by the ARK", 0, signed_by_another, 2, AH_CHECK_PATH_SIGNATURE, AH_ERR_CERT_SIGNATURE },
};
#define FORGED_COUNT (sizeof forged_chains / sizeof forged_chains[0])

static ah_err issue_forged(chain *c, const forged *f)
{
	*c = f->count != 0 ? chain_nitro(f->count) : chain_amd();
	f->change(c, f->at);
	return chain_issue(c, NULL);
}

static void forged_chain_is_refused_by_its_own_check(void)
{
	for (size_t i = 0; i < FORGED_COUNT; i++) {
		const forged *f = &forged_chains[i];
		AH_AUTO(chain) c;
		ah_checks log = { 0 };
		int64_t expiry = -7;
		EXPECT_OK(issue_forged(&c, f));
		ah_err err = chain_validate(&c, NULL, &log, CHAIN_NOW, &expiry);
		EXPECT_MSG(err == f->err, "%s: %s", f->name, ah_err_name(err));
		EXPECT_MSG(log.first_failed == f->check && log.rows[f->check].status == AH_CHECK_FAIL, "%s: by %s", f->name, ah_check_infos[log.first_failed].id);
		EXPECT(log.rows[f->check].got[0] != '\0');
		EXPECT(expiry == -7);
	}
	ah_test_count(FORGED_COUNT);
}

static void forged_chain_is_accepted_when_its_check_is_off(void)
{
	for (size_t i = 0; i < FORGED_COUNT; i++) {
		const forged *f = &forged_chains[i];
		AH_AUTO(chain) c;
		ah_checks log = { 0 };
		int64_t expiry;
		EXPECT_OK(issue_forged(&c, f));
		switched_off = f->check;
		ah_err err = chain_validate(&c, NULL, &log, CHAIN_NOW, &expiry);
		switched_off = AH_CHECK_COUNT;
		EXPECT_MSG(err == AH_OK, "%s: %s by %s", f->name, ah_err_name(err), ah_check_infos[log.first_failed].id);
	}
	ah_test_count(FORGED_COUNT);
}

static void forged_chain_is_refused_when_another_check_is_off(void)
{
	for (size_t i = 0; i < FORGED_COUNT; i++) {
		const forged *f = &forged_chains[i];
		AH_AUTO(chain) c;
		EXPECT_OK(issue_forged(&c, f));
		for (size_t j = 0; j < PATH_CHECK_COUNT; j++) {
			ah_checks log = { 0 };
			int64_t expiry;
			if (path_checks[j] == f->check)
				continue;
			switched_off = path_checks[j];
			ah_err err = chain_validate(&c, NULL, &log, CHAIN_NOW, &expiry);
			switched_off = AH_CHECK_COUNT;
			EXPECT_MSG(err == f->err, "%s without %s: %s", f->name, ah_check_infos[path_checks[j]].id, ah_err_name(err));
		}
	}
	ah_test_count(FORGED_COUNT * (PATH_CHECK_COUNT - 1));
}

/* -- Good chains -- */

static void good_chains_of_every_length_are_accepted(void)
{
	for (size_t count = 2; count <= AH_PATH_MAX; count++) {
		AH_AUTO(chain) c = chain_nitro(count);
		ah_checks log = { 0 };
		int64_t expiry = 0;
		EXPECT_OK(chain_issue(&c, NULL));
		EXPECT_OK(chain_validate(&c, NULL, &log, CHAIN_NOW, &expiry));
		EXPECT(expiry == CHAIN_NOW + CHAIN_DAY); /* the leaf's */
		for (size_t i = 0; i < PATH_CHECK_COUNT; i++)
			EXPECT(log.rows[path_checks[i]].status == AH_CHECK_PASS);
		EXPECT(log.rows[AH_CHECK_PATH_ROOT].status == AH_CHECK_NOT_REACHED && log.rows[AH_CHECK_REVOCATION].status == AH_CHECK_NOT_REACHED);
	}
}

static void good_chain_of_amd_is_accepted(void)
{
	AH_AUTO(chain) c = chain_amd();
	ah_checks log = { 0 };
	int64_t expiry;
	EXPECT_OK(chain_issue(&c, NULL));
	EXPECT_BYTES(c.certs[2].serial, AH_SLICE_LITERAL("\x00"));
	EXPECT_OK(chain_validate(&c, NULL, &log, CHAIN_NOW, &expiry));
}

static void no_certificate_is_no_chain(void)
{
	chain c = { .count = 0 };
	ah_checks log = { 0 };
	int64_t expiry;
	EXPECT_ERR(chain_validate(&c, NULL, &log, CHAIN_NOW, &expiry), AH_ERR_CHAIN);
}

static void validity_includes_its_first_and_last_second(void)
{
	for (size_t at = 0; at < 4; at++) {
		AH_AUTO(chain) c = chain_nitro(4);
		ah_checks log = { 0 };
		int64_t expiry;
		c.links[at].not_before_s = CHAIN_NOW - 10;
		c.links[at].not_after_s = CHAIN_NOW + 10;
		EXPECT_OK(chain_issue(&c, NULL));
		EXPECT_OK(chain_validate(&c, NULL, &log, CHAIN_NOW - 10, &expiry));
		EXPECT_OK(chain_validate(&c, NULL, &log, CHAIN_NOW + 10, &expiry));
		EXPECT(expiry == CHAIN_NOW + 10);
		ah_checks early = { 0 }, late = { 0 };
		EXPECT_ERR(chain_validate(&c, NULL, &early, CHAIN_NOW - 11, &expiry), AH_ERR_CERT_NOT_YET_VALID);
		EXPECT_ERR(chain_validate(&c, NULL, &late, CHAIN_NOW + 11, &expiry), AH_ERR_CERT_EXPIRED);
	}
}

/* Each CA of a chain as short as possible has exactly the path length it needs; absent key identifiers and keyUsage are no reason to refuse. */
static void what_rfc_5280_leaves_open_is_accepted(void)
{
	AH_AUTO(chain) c = chain_nitro(5);
	ah_checks log = { 0 };
	int64_t expiry;
	c.links[0].path_len = 3;
	c.links[2].has_ku = false;
	c.links[3].has_ski = false;
	c.links[2].has_aki = false;
	EXPECT_OK(chain_issue(&c, NULL));
	EXPECT_OK(chain_validate(&c, NULL, &log, CHAIN_NOW, &expiry));
}

/* The anchor is trusted because of its digest: its own signature is never looked at. */
static void signature_of_the_anchor_is_no_argument(void)
{
	AH_AUTO(chain) c = chain_nitro(3);
	ah_checks log = { 0 };
	int64_t expiry;
	c.links[0].break_signature = true;
	EXPECT_OK(chain_issue(&c, NULL));
	EXPECT_OK(chain_validate(&c, NULL, &log, CHAIN_NOW, &expiry));
}

/* A chain that ends at a CA, as one does whose CRL is wanted: the last certificate then obeys the rules for issuers. */
static void chain_may_end_at_a_ca_when_the_rules_say_so(void)
{
	static const struct {
		void (*change)(chain *c, size_t at);
		size_t at;
		ah_err err;
		ah_check_id check;
	} rows[] = {
		{ nothing, 0, AH_OK, AH_CHECK_COUNT },
		{ no_ca, 2, AH_ERR_CHAIN_CONSTRAINT, AH_CHECK_PATH_CA },
		{ no_constraints, 2, AH_ERR_CHAIN_CONSTRAINT, AH_CHECK_PATH_CA },
		{ no_cert_sign, 2, AH_ERR_CHAIN_CONSTRAINT, AH_CHECK_PATH_CA },
		{ path_len_0, 0, AH_ERR_CHAIN_CONSTRAINT, AH_CHECK_PATH_LENGTH },
		{ bad_signature, 2, AH_ERR_CERT_SIGNATURE, AH_CHECK_PATH_SIGNATURE },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		AH_AUTO(chain) c = chain_nitro(3);
		ah_checks log = { 0 };
		int64_t expiry;
		c.rules = (ah_path_rules){ .anchor_key = AH_KEY_P384, .ca_key = AH_KEY_P384, .leaf_key = AH_KEY_P384, .sig_alg = AH_SIG_ECDSA_SHA384, .leaf_is_ca = true };
		c.links[1].path_len = 1;
		c.links[2].is_ca = true;
		c.links[2].key_usage = AH_KU_KEY_CERT_SIGN | AH_KU_CRL_SIGN;
		rows[i].change(&c, rows[i].at);
		EXPECT_OK(chain_issue(&c, NULL));
		EXPECT_ERR(chain_validate(&c, NULL, &log, CHAIN_NOW, &expiry), rows[i].err);
		EXPECT(rows[i].err == AH_OK || log.first_failed == rows[i].check);
	}
}

/* -- The cache -- */

static void second_validation_takes_its_signatures_from_the_cache(void)
{
	static ah_cert_cache cache;
	AH_AUTO(chain) c = chain_nitro(5);
	ah_checks log = { 0 };
	int64_t expiry;
	EXPECT_OK(chain_issue(&c, NULL));
	EXPECT_OK(chain_validate(&c, &cache, &log, CHAIN_NOW, &expiry));
	EXPECT(cache.hits == 0 && cache.misses == 4 && cache.count == 4);
	EXPECT_OK(chain_validate(&c, &cache, &log, CHAIN_NOW, &expiry));
	EXPECT(cache.hits == 4 && cache.misses == 4 && cache.count == 4);
	EXPECT_ERR(chain_validate(&c, &cache, &log, CHAIN_NOW + 2 * CHAIN_DAY, &expiry), AH_ERR_CERT_EXPIRED);
	c.anchor_digest[0] ^= 1; /* under another anchor nothing is known */
	ah_checks other = { 0 };
	EXPECT_OK(chain_validate(&c, &cache, &other, CHAIN_NOW, &expiry));
	EXPECT(cache.hits == 4 && cache.misses == 8 && cache.count == 8);
}

static void bad_signature_is_never_remembered(void)
{
	static ah_cert_cache cache;
	AH_AUTO(chain) c = chain_nitro(3);
	ah_checks log = { 0 };
	int64_t expiry;
	c.links[2].break_signature = true;
	EXPECT_OK(chain_issue(&c, NULL));
	EXPECT_ERR(chain_validate(&c, &cache, &log, CHAIN_NOW, &expiry), AH_ERR_CERT_SIGNATURE);
	EXPECT(cache.count == 1); /* the CA's */
	switched_off = AH_CHECK_PATH_SIGNATURE;
	ah_err err = chain_validate(&c, &cache, &log, CHAIN_NOW, &expiry);
	switched_off = AH_CHECK_COUNT;
	EXPECT(err == AH_OK && cache.count == 1);
	EXPECT_ERR(chain_validate(&c, &cache, &log, CHAIN_NOW, &expiry), AH_ERR_CERT_SIGNATURE);
}

/* The same leaf below a CA of the same name and another key. */
static void remembered_signature_does_not_pass_to_another_issuer(void)
{
	static ah_cert_cache cache;
	AH_AUTO(chain) c = chain_nitro(3);
	AH_AUTO(chain) other = chain_nitro(3);
	ah_checks log = { 0 };
	int64_t expiry;
	c.links[2].has_aki = false;
	EXPECT_OK(chain_issue(&c, NULL));
	EXPECT_OK(chain_validate(&c, &cache, &log, CHAIN_NOW, &expiry));
	other.links[1].key = 9;
	EXPECT_OK(chain_issue(&other, NULL));
	other.certs[2] = c.certs[2];
	ah_checks second = { 0 };
	EXPECT_ERR(chain_validate(&other, &cache, &second, CHAIN_NOW, &expiry), AH_ERR_CERT_SIGNATURE);
}

static void cache_replaces_the_oldest(void)
{
	static ah_cert_cache cache;
	AH_AUTO(chain) c = chain_nitro(2);
	ah_checks log = { 0 };
	int64_t expiry;
	EXPECT_OK(chain_issue(&c, NULL));
	for (size_t i = 0; i < AH_CERT_CACHE_ENTRIES + 1; i++) {
		c.anchor_digest[0] = (uint8_t)i;
		c.anchor_digest[1] = (uint8_t)(i >> 8);
		EXPECT_OK(chain_validate(&c, &cache, &log, CHAIN_NOW, &expiry));
	}
	EXPECT(cache.count == AH_CERT_CACHE_ENTRIES && cache.hits == 0 && cache.next == 1);
	EXPECT_OK(chain_validate(&c, &cache, &log, CHAIN_NOW, &expiry)); /* the newest */
	EXPECT(cache.hits == 1);
	c.anchor_digest[0] = c.anchor_digest[1] = 0; /* the first one was replaced */
	EXPECT_OK(chain_validate(&c, &cache, &log, CHAIN_NOW, &expiry));
	EXPECT(cache.hits == 1);
}

/* -- Chains of the vendors -- */

static void real_nitro_chain_is_accepted_at_its_time(void)
{
	AH_AUTO(ah_buf) file = { .max = 0 };
	ah_slice ders[AH_PATH_MAX];
	ah_cert certs[AH_PATH_MAX];
	const ah_cert *path[AH_PATH_MAX];
	ah_checks log = { 0 };
	uint8_t digest[AH_SHA256_LEN];
	int64_t expiry;
	if (ah_test_vectors() == NULL || !ah_test_read(&file, "%s/nitro/attestation/noauth-enclaved-2025-04-01.cose", ah_test_vectors()))
		AH_SKIP("../shared/vectors absent");
	EXPECT(vector_nitro_chain(ders, AH_PATH_MAX, ah_buf_slice(&file)) == 5);
	for (size_t i = 0; i < 5; i++) {
		EXPECT_OK(ah_cert_parse(&certs[i], ders[i], NULL));
		path[i] = &certs[i];
	}
	EXPECT_OK(ah_sha256(chain_crypto(), ders[0], digest));
	EXPECT_OK(ah_path_validate(chain_crypto(), NULL, &log, path, 5, digest, &chain_rules_nitro, 1743516970, &expiry, NULL)); /* 2025-04-01T14:16:10Z */
	EXPECT(expiry == 1743524168); /* 16:16:08Z: the leaf's, as the reference says */
	EXPECT_ERR(ah_path_validate(chain_crypto(), NULL, &log, path, 5, digest, &chain_rules_nitro, 1743524169, &expiry, NULL), AH_ERR_CERT_EXPIRED);
}

static void real_amd_chain_is_accepted(void)
{
	static const struct {
		const char *ark, *ask, *vek;
		ah_err err;
	} rows[] = {
		{ "roots/ark_milan.pem", "roots/ask_milan.pem", "real/milan-v3-oak/vcek.der", AH_OK },
		{ "roots/ark_genoa.pem", "roots/ask_genoa.pem", "real/genoa-v3-aci/vcek.der", AH_OK },
		{ "roots/ark_turin.pem", "roots/ask_turin.pem", "real/turin-v5-aci/vcek.der", AH_OK },
		{ "roots/ark_milan.pem", "roots/asvk_milan.pem", "real/milan-v3-oak/vcek.der", AH_ERR_CHAIN },
		{ "roots/ark_milan.pem", "roots/ask_milan.pem", "real/genoa-v3-aci/vcek.der", AH_ERR_CHAIN },
		{ "roots/ark_milan.pem", "roots/ask_milan.pem", "certs-only/milan_vcek_bad_signature_raw_hwid.der", AH_ERR_CERT_SIGNATURE },
		{ "roots/ark_milan.pem", "roots/ask_milan.pem", "certs-only/milan_vcek_bad_signature_der_hwid.der", AH_ERR_CERT_SIGNATURE },
	};
	if (ah_test_vectors() == NULL)
		AH_SKIP("../shared/vectors absent");
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *const files[] = { rows[i].ark, rows[i].ask, rows[i].vek };
		ah_buf der[3] = { { .max = 0 }, { .max = 0 }, { .max = 0 } };
		ah_cert certs[3];
		const ah_cert *path[3];
		ah_checks log = { 0 };
		uint8_t digest[AH_SHA256_LEN];
		int64_t expiry;
		bool read = true;
		for (size_t j = 0; j < 3; j++) {
			char below[128];
			(void)snprintf(below, sizeof below, "snp/%s", files[j]);
			read = read && vector_read_der(&der[j], below) && ah_cert_parse(&certs[j], ah_buf_slice(&der[j]), NULL) == AH_OK;
			path[j] = &certs[j];
		}
		ah_err err = AH_ERR_INTERNAL;
		if (read && ah_sha256(chain_crypto(), ah_buf_slice(&der[0]), digest) == AH_OK)
			err = ah_path_validate(chain_crypto(), NULL, &log, path, 3, digest, &chain_rules_amd, 1780272000, &expiry, NULL); /* 2026-06-01 */
		for (size_t j = 0; j < 3; j++)
			ah_buf_free(&der[j]);
		EXPECT_MSG(err == rows[i].err, "%s: %s", rows[i].vek, ah_err_name(err));
	}
}

static const ah_test_case cases[] = {
	AH_TEST(good_chains_of_every_length_are_accepted),
	AH_TEST(good_chain_of_amd_is_accepted),
	AH_TEST(no_certificate_is_no_chain),
	AH_TEST(validity_includes_its_first_and_last_second),
	AH_TEST(what_rfc_5280_leaves_open_is_accepted),
	AH_TEST(signature_of_the_anchor_is_no_argument),
	AH_TEST(chain_may_end_at_a_ca_when_the_rules_say_so),
	AH_TEST(forged_chain_is_refused_by_its_own_check),
	AH_TEST(forged_chain_is_accepted_when_its_check_is_off),
	AH_TEST(forged_chain_is_refused_when_another_check_is_off),
	AH_TEST(second_validation_takes_its_signatures_from_the_cache),
	AH_TEST(bad_signature_is_never_remembered),
	AH_TEST(remembered_signature_does_not_pass_to_another_issuer),
	AH_TEST(cache_replaces_the_oldest),
	AH_TEST(real_nitro_chain_is_accepted_at_its_time),
	AH_TEST(real_amd_chain_is_accepted),
};

AH_TEST_MAIN(cases)
