/* CRLs: strict parsing, and the rules of path.h for revocation, each with its exact error. */
#include "base/fault.h"
#include "codec/der.h"
#include "pki/oid.h"
#include "support/test.h"
#include "unit/pki/chain.h"
#include "unit/pki/vectors.h"

#include <stdio.h>

/* -- Parsing: what the vendors publish -- */

static void real_crls_are_read(void)
{
	static const struct {
		const char *file;
		size_t count;
		int64_t this_update_s, next_update_s;
	} rows[] = {
		{ "snp/crl/milan_crl_2025-05-06.der", 0, 1746535146, 1778544000 },
		{ "snp/crl/genoa_crl_2024-10-23.der", 1, 1729658184, 1762131600 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		AH_AUTO(ah_buf) der = { .max = 0 };
		ah_crl crl;
		if (!vector_read_der(&der, rows[i].file))
			AH_SKIP("../shared/vectors absent");
		EXPECT_OK(ah_crl_parse(&crl, ah_buf_slice(&der), NULL));
		EXPECT(crl.sig_alg == AH_SIG_RSA_PSS_SHA384 && crl.revoked_count == rows[i].count);
		EXPECT(crl.this_update_s == rows[i].this_update_s && crl.next_update_s == rows[i].next_update_s);
		EXPECT(crl.has_aki && crl.aki.len == 20 && crl.has_number && crl.number.len == 1);
		EXPECT(ah_crl_lists(&crl, AH_SLICE_LITERAL("\x02\x00\x01")) == (rows[i].count == 1));
		EXPECT(!ah_crl_lists(&crl, AH_SLICE_LITERAL("\x02\x00\x02")));
	}
}

static void crl_of_intel_is_read(void)
{
	AH_AUTO(ah_buf) der = { .max = 0 };
	ah_crl crl;
	if (!vector_read_der(&der, "tdx/automata/1025_pck_crl.der"))
		AH_SKIP("../shared/vectors absent");
	EXPECT_OK(ah_crl_parse(&crl, ah_buf_slice(&der), NULL));
	EXPECT(crl.revoked_count == 44 && crl.sig_alg == AH_SIG_ECDSA_SHA256);
}

/* -- Parsing: one thing odd -- */

struct odd {
	const char *name;
	ah_slice entry_extensions, extensions;
	void (*change)(chain_crl *spec);
	const char *detail;
};

static ah_err version_1(ah_buf *tbs, void *context)
{
	(void)context;
	for (size_t i = 0; i + 3 <= tbs->len && i < 8; i++)
		if (ah_slice_is(ah_slice_sub(ah_buf_slice(tbs), i, 3), AH_SLICE_LITERAL("\x02\x01\x01"))) {
			tbs->ptr[i + 2] = 0;
			return AH_OK;
		}
	return AH_ERR_INTERNAL;
}

static void no_next_update(chain_crl *spec) { spec->next_update_s = AH_MINT_NO_TIME; }
static void first_version(chain_crl *spec) { spec->patch = version_1; }

#define DELTA       "\x30\x0d\x06\x03\x55\x1d\x1b\x01\x01\xff\x04\x03\x02\x01\x01"
#define DELTA_PLAIN "\x30\x0a\x06\x03\x55\x1d\x1b\x04\x03\x02\x01\x01"
#define IDP         "\x30\x0f\x06\x03\x55\x1d\x1c\x01\x01\xff\x04\x05\x30\x03\x81\x01\xff"
#define REASON(v)   "\x30\x0a\x06\x03\x55\x1d\x15\x04\x03\x0a\x01" v

static const struct odd odd_crls[] = {
	{ "without nextUpdate", { NULL, 0 }, { NULL, 0 }, no_next_update, "CRL without nextUpdate" },
	{ "version 1", { NULL, 0 }, { NULL, 0 }, first_version, "CRL version is not 2" },
	{ "delta", { NULL, 0 }, { (const uint8_t *)DELTA, 15 }, NULL, "delta CRL" },
	{ "delta, not critical", { NULL, 0 }, { (const uint8_t *)DELTA_PLAIN, 12 }, NULL, "delta CRL" },
	{ "for users' certificates only", { NULL, 0 }, { (const uint8_t *)IDP, 17 }, NULL, "CRL of limited scope (issuingDistributionPoint)" },
	{ "unknown critical extension", { NULL, 0 }, { (const uint8_t *)"\x30\x0a\x06\x02\x2b\x01\x01\x01\xff\x04\x01\x00", 12 }, NULL, "unknown critical extension" },
	{ "two CRL numbers", { NULL, 0 }, { (const uint8_t *)"\x30\x0a\x06\x03\x55\x1d\x14\x04\x03\x02\x01\x08", 12 }, NULL, "the same extension twice" },
	{ "entry of another issuer", { (const uint8_t *)"\x30\x09\x06\x03\x55\x1d\x1d\x04\x02\x30\x00", 11 }, { NULL, 0 }, NULL,
	  "entry with a critical extension or of another issuer" },
	{ "entry with a critical extension", { (const uint8_t *)"\x30\x0a\x06\x02\x2b\x01\x01\x01\xff\x04\x01\x00", 12 }, { NULL, 0 }, NULL,
	  "entry with a critical extension or of another issuer" },
	{ "entry with a reason that is no ENUMERATED", { (const uint8_t *)"\x30\x0a\x06\x03\x55\x1d\x15\x04\x03\x02\x01\x01", 12 }, { NULL, 0 }, NULL, "Malformed" },
	{ "entry with reason 7", { (const uint8_t *)REASON("\x07"), 12 }, { NULL, 0 }, NULL, "reasonCode out of range" },
	{ "entry with reason 8, removeFromCRL", { (const uint8_t *)REASON("\x08"), 12 }, { NULL, 0 }, NULL, "reasonCode out of range" },
	{ "entry with reason 11", { (const uint8_t *)REASON("\x0b"), 12 }, { NULL, 0 }, NULL, "reasonCode out of range" },
	{ "entry with two reasons", { (const uint8_t *)REASON("\x01") REASON("\x01"), 24 }, { NULL, 0 }, NULL, "the same extension twice" },
	{ "entry with an undecodable extension", { (const uint8_t *)"\x30\x0a\x06\x03\x55\x1d\x15\x04\x7f\x0a\x01\x01", 12 }, { NULL, 0 }, NULL, "Truncated" },
	{ "entry with a bad invalidityDate", { (const uint8_t *)"\x30\x0a\x06\x03\x55\x1d\x18\x04\x03\x18\x01\x31", 12 }, { NULL, 0 }, NULL, "NonCanonicalEncoding" },
};

static void odd_crls_are_malformed(void)
{
	AH_AUTO(chain) c = chain_nitro(3);
	for (size_t i = 0; i < sizeof odd_crls / sizeof odd_crls[0]; i++) {
		AH_AUTO(ah_buf) der = AH_BUF(64 * 1024);
		chain_crl spec = chain_crl_of(&c, 0);
		ah_crl crl;
		ah_fault why = { .err = AH_OK };
		spec.entry_extensions = odd_crls[i].entry_extensions;
		spec.extensions = odd_crls[i].extensions;
		if (odd_crls[i].change != NULL)
			odd_crls[i].change(&spec);
		EXPECT_OK(chain_crl_issue(&der, &c, &spec));
		ah_err err = ah_crl_parse(&crl, ah_buf_slice(&der), &why);
		EXPECT_MSG(err == AH_ERR_CRL_MALFORMED, "%s: %s", odd_crls[i].name, ah_err_name(err));
		EXPECT_MSG(strcmp(why.detail, odd_crls[i].detail) == 0, "%s: %s", odd_crls[i].name, why.detail);
	}
	ah_test_count(sizeof odd_crls / sizeof odd_crls[0]);
}

/* The entry in question is the last of four: what comes before it must not hide it, nor the other way round. */
static void odd_entry_does_not_end_the_list_early(void)
{
	AH_AUTO(ah_buf) revoked = AH_BUF(4096);
	AH_AUTO(ah_buf) name = AH_BUF(256);
	ah_private_key *key = chain_key(AH_KEY_P384, 0);
	const ah_slice odd = AH_SLICE_LITERAL("\x30\x0a\x06\x03\x55\x1d\x15\x04\x03\x0a\x02\x01");
	EXPECT_OK(ah_mint_put_common_name(&name, "root"));
	for (size_t at = 0; at < 4; at++) {
		AH_AUTO(ah_buf) der = AH_BUF(4096);
		ah_crl crl;
		ah_buf_clear(&revoked);
		for (size_t i = 0; i < 4; i++) {
			const uint8_t serial[] = { (uint8_t)(0x10 + i) };
			EXPECT_OK(ah_mint_put_revoked(&revoked, AH_SLICE_OF(serial), CHAIN_NOW, i == at ? odd : (ah_slice){ NULL, 0 }));
		}
		const ah_mint_crl spec = {
			.issuer = ah_buf_slice(&name), .this_update_s = CHAIN_NOW, .next_update_s = CHAIN_NOW + 1, .revoked = ah_buf_slice(&revoked),
			.signing = { .sig_alg = AH_SIG_ECDSA_SHA384, .key = key },
		};
		EXPECT_OK(ah_mint_crl_issue(&der, &spec));
		EXPECT_ERR(ah_crl_parse(&crl, ah_buf_slice(&der), NULL), AH_ERR_CRL_MALFORMED);
	}
}

static void ordinary_entry_extensions_are_accepted(void)
{
	AH_AUTO(chain) c = chain_nitro(3);
	AH_AUTO(ah_buf) der = AH_BUF(4096);
	chain_crl spec = chain_crl_of(&c, 0);
	ah_crl crl;
	spec.serials[1] = 0x7002;
	spec.serial_count = 2;
	spec.entry_extensions = AH_SLICE_LITERAL(REASON("\x01") "\x30\x18\x06\x03\x55\x1d\x18\x04\x11\x18\x0f" "20260101000000Z");
	EXPECT_OK(chain_crl_issue(&der, &c, &spec));
	EXPECT_OK(ah_crl_parse(&crl, ah_buf_slice(&der), NULL));
	EXPECT(crl.revoked_count == 2);
	EXPECT(ah_crl_lists(&crl, AH_SLICE_LITERAL("\x70\x01")) && ah_crl_lists(&crl, AH_SLICE_LITERAL("\x70\x02")));
	EXPECT(!ah_crl_lists(&crl, AH_SLICE_LITERAL("\x70\x03")) && !ah_crl_lists(&crl, AH_SLICE_LITERAL("\x70")));
}

static ah_err parse_with_entries(size_t count)
{
	AH_AUTO(ah_buf) revoked = AH_BUF(1024 * 1024);
	AH_AUTO(ah_buf) name = AH_BUF(256);
	AH_AUTO(ah_buf) der = AH_BUF(1024 * 1024);
	ah_crl crl;
	AH_TRY(ah_mint_put_common_name(&name, "root"));
	for (size_t i = 0; i < count; i++) {
		const uint8_t serial[] = { 1, (uint8_t)(i >> 8), (uint8_t)i };
		AH_TRY(ah_mint_put_revoked(&revoked, AH_SLICE_OF(serial), 0, (ah_slice){ NULL, 0 }));
	}
	const ah_mint_crl spec = {
		.issuer = ah_buf_slice(&name), .next_update_s = 1, .revoked = ah_buf_slice(&revoked),
		.signing = { .sig_alg = AH_SIG_ECDSA_SHA384, .key = chain_key(AH_KEY_P384, 0) },
	};
	AH_TRY(ah_mint_crl_issue(&der, &spec));
	return ah_crl_parse(&crl, ah_buf_slice(&der), NULL);
}

static void entries_and_bytes_are_limited(void)
{
	static uint8_t large[AH_CRL_MAX + 1];
	ah_crl crl;
	EXPECT_OK(parse_with_entries(AH_CRL_ENTRIES_MAX));
	EXPECT_ERR(parse_with_entries(AH_CRL_ENTRIES_MAX + 1), AH_ERR_TOO_LARGE);
	EXPECT_ERR(ah_crl_parse(&crl, AH_SLICE_OF(large), NULL), AH_ERR_TOO_LARGE);
	EXPECT_ERR(ah_crl_parse(&crl, ah_slice_make(large, AH_CRL_MAX), NULL), AH_ERR_CRL_MALFORMED);
	EXPECT_ERR(ah_crl_parse(&crl, (ah_slice){ NULL, 0 }, NULL), AH_ERR_CRL_MALFORMED);
}

static void truncated_crl_is_malformed(void)
{
	AH_AUTO(chain) c = chain_nitro(3);
	AH_AUTO(ah_buf) der = AH_BUF(4096);
	chain_crl spec = chain_crl_of(&c, 0);
	ah_crl crl;
	EXPECT_OK(chain_crl_issue(&der, &c, &spec));
	for (size_t len = 0; len < der.len; len++)
		EXPECT_ERR(ah_crl_parse(&crl, ah_slice_sub(ah_buf_slice(&der), 0, len), NULL), AH_ERR_CRL_MALFORMED);
	EXPECT_OK(ah_buf_append_byte(&der, 0));
	EXPECT_ERR(ah_crl_parse(&crl, ah_buf_slice(&der), NULL), AH_ERR_CRL_MALFORMED);
}

static void flipped_bits_never_lead_outside(void)
{
	AH_AUTO(chain) c = chain_nitro(3);
	AH_AUTO(ah_buf) der = AH_BUF(4096);
	chain_crl spec = chain_crl_of(&c, 0);
	spec.entry_extensions = AH_SLICE_LITERAL(REASON("\x01"));
	EXPECT_OK(chain_crl_issue(&der, &c, &spec));
	for (size_t bit = 0; bit < der.len * 8; bit++) {
		ah_crl crl;
		der.ptr[bit / 8] ^= (uint8_t)(1u << bit % 8);
		ah_err err = ah_crl_parse(&crl, ah_buf_slice(&der), NULL);
		EXPECT(err == AH_ERR_CRL_MALFORMED || (err == AH_OK && !ah_crl_lists(&crl, AH_SLICE_LITERAL("\x01"))));
		der.ptr[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	ah_test_count(der.len * 8);
}

/* -- Revocation -- */

/* A chain with up to four CRLs, judged. */
struct judged {
	chain c;
	chain_crl specs[4];
	size_t count;
	ah_revocation_scope scope;
	int64_t now_s, expiry_s;
	ah_checks log;
};

static struct judged with_crls(chain c, ah_revocation_scope scope, size_t count)
{
	struct judged j = { .c = c, .count = count, .scope = scope, .now_s = CHAIN_NOW, .expiry_s = INT64_MAX };
	for (size_t i = 0; i < count; i++)
		j.specs[i] = chain_crl_of(&j.c, i);
	return j;
}

/* Mint all, validate, check. Frees the chain. */
static ah_err judge(struct judged *j)
{
	ah_buf ders[4] = { { .max = 65536 }, { .max = 65536 }, { .max = 65536 }, { .max = 65536 } };
	ah_crl crls[4];
	const ah_cert *path[CHAIN_MAX];
	int64_t expiry;
	ah_checks log = { 0 };
	ah_err err = chain_issue(&j->c, NULL);
	for (size_t i = 0; i < j->c.count; i++)
		path[i] = &j->c.certs[i];
	for (size_t i = 0; err == AH_OK && i < j->count; i++) {
		err = chain_crl_issue(&ders[i], &j->c, &j->specs[i]);
		if (err == AH_OK)
			err = ah_crl_parse(&crls[i], ah_buf_slice(&ders[i]), NULL);
	}
	if (err == AH_OK)
		err = chain_validate(&j->c, NULL, &log, j->now_s, &expiry);
	if (err == AH_OK)
		err = ah_path_check_revocation(chain_crypto(), &j->log, path, j->c.count, crls, j->count, j->scope, &j->c.rules, j->now_s, &j->expiry_s, NULL);
	for (size_t i = 0; i < 4; i++)
		ah_buf_free(&ders[i]);
	chain_free(&j->c);
	return err;
}

static void expect_judged(struct judged j, ah_err wanted)
{
	EXPECT_ERR(judge(&j), wanted);
	EXPECT(j.log.rows[AH_CHECK_REVOCATION].status == (wanted == AH_OK ? AH_CHECK_PASS : AH_CHECK_FAIL));
	EXPECT(wanted == AH_OK || j.log.rows[AH_CHECK_REVOCATION].got[0] != '\0');
	EXPECT(wanted == AH_OK || j.expiry_s == INT64_MAX);
}

static void nothing_revoked_is_accepted(void)
{
	struct judged amd = with_crls(chain_amd(), AH_REVOCATION_ALL_BUT_LEAF, 1);
	EXPECT_OK(judge(&amd));
	EXPECT(amd.expiry_s == CHAIN_NOW + CHAIN_DAY);
	EXPECT(amd.log.rows[AH_CHECK_REVOCATION].status == AH_CHECK_PASS);
	expect_judged(with_crls(chain_nitro(5), AH_REVOCATION_WITH_CRLDP, 2), AH_OK);
	expect_judged(with_crls(chain_nitro(5), AH_REVOCATION_ALL_BUT_LEAF, 3), AH_OK);
	expect_judged(with_crls(chain_nitro(5), AH_REVOCATION_ALL_BUT_LEAF, 4), AH_OK); /* one more than needed: the instance CA's */
}

static void empty_crl_is_accepted_and_covers(void)
{
	struct judged j = with_crls(chain_amd(), AH_REVOCATION_ALL_BUT_LEAF, 1);
	j.specs[0].serial_count = 0;
	expect_judged(j, AH_OK);
}

static void revoked_certificate_is_found_at_each_position(void)
{
	for (size_t at = 1; at <= 3; at++) {
		struct judged j = with_crls(chain_nitro(5), AH_REVOCATION_ALL_BUT_LEAF, 3);
		j.specs[at - 1].serials[1] = 0x1000 + at; /* the second entry */
		j.specs[at - 1].serial_count = 2;
		expect_judged(j, AH_ERR_REVOKED);
	}
	for (size_t at = 1; at <= 2; at++) {
		struct judged j = with_crls(chain_nitro(5), AH_REVOCATION_WITH_CRLDP, 2);
		j.specs[at - 1].serials[0] = 0x1000 + at;
		expect_judged(j, AH_ERR_REVOKED);
	}
	struct judged ask = with_crls(chain_amd(), AH_REVOCATION_ALL_BUT_LEAF, 1);
	ask.specs[0].serials[0] = 0x1001;
	expect_judged(ask, AH_ERR_REVOKED);
}

/* E07: one CRL that says nothing must not hide another one of the same issuer. */
static void every_crl_of_an_issuer_is_considered(void)
{
	for (size_t at = 0; at < 2; at++) {
		struct judged j = with_crls(chain_amd(), AH_REVOCATION_ALL_BUT_LEAF, 2);
		j.specs[1] = j.specs[0];
		j.specs[at].serials[0] = 0x1001;
		expect_judged(j, AH_ERR_REVOKED);
	}
}

/* A serial number counts for the list's own issuer alone; but a listed certificate is refused whatever the scope. */
static void serial_number_of_another_issuer_is_no_revocation(void)
{
	struct judged j = with_crls(chain_nitro(5), AH_REVOCATION_ALL_BUT_LEAF, 3);
	j.specs[0].serials[0] = 0x1002;
	expect_judged(j, AH_OK);
	struct judged leaf = with_crls(chain_nitro(5), AH_REVOCATION_ALL_BUT_LEAF, 4);
	leaf.specs[3].serials[0] = 0x1004;
	expect_judged(leaf, AH_ERR_REVOKED);
	struct judged leaf_in_scope = with_crls(chain_nitro(5), AH_REVOCATION_WITH_CRLDP, 4);
	leaf_in_scope.c.links[4].has_crldp = true;
	leaf_in_scope.specs[3].serials[0] = 0x1004;
	expect_judged(leaf_in_scope, AH_ERR_REVOKED);
}

static void missing_crl_of_an_issuer_in_scope_is_an_error(void)
{
	expect_judged(with_crls(chain_amd(), AH_REVOCATION_ALL_BUT_LEAF, 0), AH_ERR_REVOCATION_UNAVAILABLE);
	expect_judged(with_crls(chain_nitro(5), AH_REVOCATION_WITH_CRLDP, 1), AH_ERR_REVOCATION_UNAVAILABLE);
	expect_judged(with_crls(chain_nitro(5), AH_REVOCATION_ALL_BUT_LEAF, 2), AH_ERR_REVOCATION_UNAVAILABLE);
	struct judged second_only = with_crls(chain_nitro(5), AH_REVOCATION_WITH_CRLDP, 1);
	second_only.specs[0] = chain_crl_of(&second_only.c, 1);
	expect_judged(second_only, AH_ERR_REVOCATION_UNAVAILABLE);
	struct judged none_in_scope = with_crls(chain_nitro(5), AH_REVOCATION_WITH_CRLDP, 0);
	none_in_scope.c.links[1].has_crldp = none_in_scope.c.links[2].has_crldp = false;
	expect_judged(none_in_scope, AH_OK);
}

static void crl_is_judged_at_its_time(void)
{
	static const struct {
		int64_t after_this, after_next;
		ah_err err;
	} rows[] = {
		{ 0, -CHAIN_DAY, AH_OK }, { -1, -CHAIN_DAY, AH_ERR_CRL_NOT_YET_VALID }, { CHAIN_DAY, 0, AH_OK }, { CHAIN_DAY, 1, AH_ERR_CRL_EXPIRED },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct judged j = with_crls(chain_amd(), AH_REVOCATION_ALL_BUT_LEAF, 1);
		j.specs[0].this_update_s = CHAIN_NOW - rows[i].after_this;
		j.specs[0].next_update_s = CHAIN_NOW - rows[i].after_next;
		expect_judged(j, rows[i].err);
	}
}

static void stale_crl_is_an_error_even_beside_a_current_one(void)
{
	struct judged j = with_crls(chain_amd(), AH_REVOCATION_ALL_BUT_LEAF, 2);
	j.specs[1] = j.specs[0];
	j.specs[1].next_update_s = CHAIN_NOW - 1;
	expect_judged(j, AH_ERR_CRL_EXPIRED);
}

static void expiry_is_the_earliest_next_update(void)
{
	struct judged j = with_crls(chain_nitro(5), AH_REVOCATION_WITH_CRLDP, 2);
	j.specs[1].next_update_s = CHAIN_NOW + 5;
	EXPECT_OK(judge(&j));
	EXPECT(j.expiry_s == CHAIN_NOW + 5);
	struct judged sooner = with_crls(chain_nitro(5), AH_REVOCATION_WITH_CRLDP, 2);
	sooner.expiry_s = CHAIN_NOW + 3;
	EXPECT_OK(judge(&sooner));
	EXPECT(sooner.expiry_s == CHAIN_NOW + 3);
}

static void crl_by_a_stranger_is_refused(void)
{
	struct judged sibling = with_crls(chain_amd(), AH_REVOCATION_ALL_BUT_LEAF, 1);
	sibling.specs[0].issuer = "sibling";
	expect_judged(sibling, AH_ERR_CRL_ISSUER);

	/* The right name over the key of another CA of the chain. */
	struct judged key = with_crls(chain_nitro(5), AH_REVOCATION_WITH_CRLDP, 2);
	key.specs[0] = chain_crl_of(&key.c, 1);
	key.specs[0].issuer = "root";
	key.specs[0].has_aki = false;
	expect_judged(key, AH_ERR_CRL_SIGNATURE);

	struct judged aki = with_crls(chain_amd(), AH_REVOCATION_ALL_BUT_LEAF, 1);
	aki.specs[0].wrong_aki = true;
	expect_judged(aki, AH_ERR_CRL_ISSUER);

	struct judged no_aki = with_crls(chain_amd(), AH_REVOCATION_ALL_BUT_LEAF, 1);
	no_aki.specs[0].has_aki = false;
	expect_judged(no_aki, AH_OK);
}

static void crl_by_the_leaf_is_refused(void)
{
	struct judged j = with_crls(chain_nitro(5), AH_REVOCATION_WITH_CRLDP, 3);
	j.specs[2] = chain_crl_of(&j.c, 4);
	expect_judged(j, AH_ERR_CRL_ISSUER);
	struct judged named_root = with_crls(chain_nitro(5), AH_REVOCATION_WITH_CRLDP, 2);
	named_root.specs[0] = chain_crl_of(&named_root.c, 4);
	named_root.specs[0].issuer = "root";
	expect_judged(named_root, AH_ERR_CRL_ISSUER); /* its key identifier is not the root's */
}

static void issuer_of_a_crl_needs_crl_sign(void)
{
	for (size_t at = 0; at < 2; at++) {
		struct judged j = with_crls(chain_nitro(5), AH_REVOCATION_WITH_CRLDP, 2);
		j.c.links[at].key_usage = AH_KU_KEY_CERT_SIGN;
		expect_judged(j, AH_ERR_CRL_ISSUER);
	}
	struct judged no_usage = with_crls(chain_nitro(5), AH_REVOCATION_WITH_CRLDP, 2);
	no_usage.c.links[1].has_ku = false;
	expect_judged(no_usage, AH_OK);
}

static void bad_signature_of_a_crl_is_refused(void)
{
	struct judged amd = with_crls(chain_amd(), AH_REVOCATION_ALL_BUT_LEAF, 1);
	amd.specs[0].break_signature = true;
	expect_judged(amd, AH_ERR_CRL_SIGNATURE);
	struct judged second = with_crls(chain_nitro(5), AH_REVOCATION_WITH_CRLDP, 2);
	second.specs[1].break_signature = true;
	expect_judged(second, AH_ERR_CRL_SIGNATURE);
	struct judged algorithm = with_crls(chain_nitro(5), AH_REVOCATION_WITH_CRLDP, 2);
	algorithm.specs[0].sig_alg = AH_SIG_ECDSA_SHA256;
	expect_judged(algorithm, AH_ERR_CRL_SIGNATURE);
}

/* Two CAs of one name, an old and a new key: the CRL is the one's whose key signed it. */
static void issuers_of_the_same_name_are_told_apart_by_signature(void)
{
	struct judged j = with_crls(chain_nitro(4), AH_REVOCATION_ALL_BUT_LEAF, 2);
	j.c.links[1].subject = "root";
	j.specs[0].has_aki = j.specs[1].has_aki = false;
	expect_judged(j, AH_OK);
	struct judged revoked = with_crls(chain_nitro(4), AH_REVOCATION_ALL_BUT_LEAF, 2);
	revoked.c.links[1].subject = "root";
	revoked.specs[0].has_aki = revoked.specs[1].has_aki = false;
	revoked.specs[1].serials[0] = 0x1002;
	expect_judged(revoked, AH_ERR_REVOKED);
	struct judged uncovered = with_crls(chain_nitro(4), AH_REVOCATION_ALL_BUT_LEAF, 1);
	uncovered.c.links[1].subject = "root";
	uncovered.specs[0].has_aki = false;
	expect_judged(uncovered, AH_ERR_REVOCATION_UNAVAILABLE);
}

static void real_amd_crl_covers_its_chain(void)
{
	static const char *const files[] = { "roots/ark_genoa.pem", "roots/ask_genoa.pem", "real/genoa-v3-aci/vcek.der" };
	ah_buf ders[3] = { { .max = 0 }, { .max = 0 }, { .max = 0 } };
	AH_AUTO(ah_buf) crl_der = { .max = 0 };
	ah_cert certs[3];
	const ah_cert *path[3];
	ah_crl crl;
	ah_checks log = { 0 };
	int64_t expiry = INT64_MAX;
	bool read = vector_read_der(&crl_der, "snp/crl/genoa_crl_2024-10-23.der") && ah_crl_parse(&crl, ah_buf_slice(&crl_der), NULL) == AH_OK;
	if (ah_test_vectors() == NULL)
		AH_SKIP("../shared/vectors absent");
	for (size_t i = 0; i < 3; i++) {
		char below[128];
		(void)snprintf(below, sizeof below, "snp/%s", files[i]);
		read = read && vector_read_der(&ders[i], below) && ah_cert_parse(&certs[i], ah_buf_slice(&ders[i]), NULL) == AH_OK;
		path[i] = &certs[i];
	}
	ah_err now = AH_ERR_INTERNAL, later = AH_ERR_INTERNAL;
	if (read) {
		now = ah_path_check_revocation(chain_crypto(), &log, path, 3, &crl, 1, AH_REVOCATION_ALL_BUT_LEAF, &chain_rules_amd, 1748736000, &expiry, NULL);
		later = ah_path_check_revocation(chain_crypto(), &log, path, 3, &crl, 1, AH_REVOCATION_ALL_BUT_LEAF, &chain_rules_amd, 1780272000, &expiry, NULL);
	}
	for (size_t i = 0; i < 3; i++)
		ah_buf_free(&ders[i]);
	EXPECT_ERR(now, AH_OK);
	EXPECT_ERR(later, AH_ERR_CRL_EXPIRED);
	EXPECT(expiry == 1762131600);
}

static const ah_test_case cases[] = {
	AH_TEST(real_crls_are_read),
	AH_TEST(crl_of_intel_is_read),
	AH_TEST(odd_crls_are_malformed),
	AH_TEST(odd_entry_does_not_end_the_list_early),
	AH_TEST(ordinary_entry_extensions_are_accepted),
	AH_TEST(entries_and_bytes_are_limited),
	AH_TEST(truncated_crl_is_malformed),
	AH_TEST(flipped_bits_never_lead_outside),
	AH_TEST(nothing_revoked_is_accepted),
	AH_TEST(empty_crl_is_accepted_and_covers),
	AH_TEST(revoked_certificate_is_found_at_each_position),
	AH_TEST(every_crl_of_an_issuer_is_considered),
	AH_TEST(serial_number_of_another_issuer_is_no_revocation),
	AH_TEST(missing_crl_of_an_issuer_in_scope_is_an_error),
	AH_TEST(crl_is_judged_at_its_time),
	AH_TEST(stale_crl_is_an_error_even_beside_a_current_one),
	AH_TEST(expiry_is_the_earliest_next_update),
	AH_TEST(crl_by_a_stranger_is_refused),
	AH_TEST(crl_by_the_leaf_is_refused),
	AH_TEST(issuer_of_a_crl_needs_crl_sign),
	AH_TEST(bad_signature_of_a_crl_is_refused),
	AH_TEST(issuers_of_the_same_name_are_told_apart_by_signature),
	AH_TEST(real_amd_crl_covers_its_chain),
};

AH_TEST_MAIN(cases)
