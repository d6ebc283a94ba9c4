/*
 * OpenSSL's X509_verify_cert as oracle: whenever our path validation accepts a chain, OpenSSL must accept it too (without
 * X509_V_FLAG_X509_STRICT, which refuses real Nitro and AMD leaves). The other direction is not asked for: our rules are narrower.
 *
 * Chains: good ones, chains with a random number of random defects, chains in which one byte of a TBS was changed before it was signed, and
 * those of the vendors. The random numbers are a fixed sequence, so a failure can be repeated.
 */
#include "support/test.h"
#include "unit/pki/chain.h"
#include "unit/pki/vectors.h"

#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <stdio.h>

/* -- The oracle -- */

static X509 *decode(ah_slice der)
{
	const unsigned char *at = der.ptr;
	X509 *cert = d2i_X509(NULL, &at, (long)der.len);
	if (cert != NULL && at != der.ptr + der.len) {
		X509_free(cert);
		return NULL;
	}
	return cert;
}

/* The root is trusted as such, signed by itself or not; the intermediates are offered; the time is given. */
static int verify_decoded(X509 *const *certs, size_t count, int64_t now_s)
{
	int error = X509_V_ERR_OUT_OF_MEM;
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	STACK_OF(X509) *untrusted = sk_X509_new_null();
	bool ok = store != NULL && ctx != NULL && untrusted != NULL && X509_STORE_add_cert(store, certs[0]) == 1;
	for (size_t i = 1; ok && i + 1 < count; i++)
		ok = sk_X509_push(untrusted, certs[i]) > 0;
	if (ok && X509_STORE_CTX_init(ctx, store, certs[count - 1], untrusted) == 1) {
		X509_STORE_CTX_set_time(ctx, 0, (time_t)now_s);
		X509_STORE_CTX_set_flags(ctx, X509_V_FLAG_PARTIAL_CHAIN);
		error = X509_verify_cert(ctx) == 1 ? X509_V_OK : X509_STORE_CTX_get_error(ctx);
	}
	sk_X509_free(untrusted);
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	return error;
}

/* X509_V_OK, or an error of OpenSSL. */
static int ask_oracle(const ah_slice *ders, size_t count, int64_t now_s)
{
	X509 *certs[CHAIN_MAX] = { NULL };
	bool ok = true;
	for (size_t i = 0; i < count; i++) {
		certs[i] = decode(ders[i]);
		ok = ok && certs[i] != NULL;
	}
	int error = ok ? verify_decoded(certs, count, now_s) : X509_V_ERR_UNSPECIFIED;
	for (size_t i = 0; i < count; i++)
		X509_free(certs[i]);
	return error;
}

/* -- Both -- */

struct tally {
	size_t both, neither, oracle_only, ours_only;
	size_t last_second; /* of both */
};

/*
 * One difference is known and right: RFC 5280 4.1.2.5 includes notAfter in the validity, OpenSSL does not. expiry_s is what our validation
 * gave; the oracle is then asked again one second before.
 */
static void compare(struct tally *t, bool ours, int64_t expiry_s, const ah_slice *ders, size_t count, int64_t now_s)
{
	int oracle = ask_oracle(ders, count, now_s);
	if (ours && oracle == X509_V_ERR_CERT_HAS_EXPIRED && expiry_s == now_s) {
		oracle = ask_oracle(ders, count, now_s - 1);
		t->last_second++;
	}
	if (ours && oracle != X509_V_OK)
		printf("  only ours accepts; the oracle says: %s\n", X509_verify_cert_error_string(oracle));
	t->both += ours && oracle == X509_V_OK;
	t->ours_only += ours && oracle != X509_V_OK;
	t->oracle_only += !ours && oracle == X509_V_OK;
	t->neither += !ours && oracle != X509_V_OK;
}

static void print_tally(const struct tally *t)
{
	printf("  both accept %zu (%zu in the last second), both refuse %zu, only ours refuses %zu, only the oracle refuses %zu\n", t->both, t->last_second,
	       t->neither, t->oracle_only, t->ours_only);
}

/*
 * Path validation does not use the leaf's key, which OpenSSL decodes. Whoever uses it learns whether it is a point of the curve; here that
 * is asked with a signature (r = s = 1) that fits nothing.
 */
static bool leaf_key_is_usable(const ah_cert *leaf)
{
	static const uint8_t one_one[96] = { [47] = 1, [95] = 1 };
	const ah_slice nothing = { NULL, 0 };
	return ah_ecdsa_verify_raw(chain_crypto(), &leaf->key, AH_SHA384, &nothing, 1, AH_SLICE_OF(one_one)) == AH_ERR_SIGNATURE;
}

/* A chain that may have failed to parse with us: the oracle is asked in any case, ours refuses then. */
static void judge_chain(struct tally *t, chain *c, ah_err issued, int64_t now_s)
{
	ah_slice ders[CHAIN_MAX] = { { NULL, 0 } };
	ah_checks log = { 0 };
	int64_t expiry = 0;
	bool ours = issued == AH_OK && chain_validate(c, NULL, &log, now_s, &expiry) == AH_OK && leaf_key_is_usable(&c->certs[c->count - 1]);
	for (size_t i = 0; i < c->count; i++)
		ders[i] = ah_buf_slice(&c->der[i]);
	compare(t, ours, expiry, ders, c->count, now_s);
}

/* xorshift64*, Vigna 2014. */
static uint64_t random_state = 0x9e3779b97f4a7c15;

static size_t below(size_t limit)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (size_t)((random_state * UINT64_C(0x2545f4914f6cdd1d)) >> 33) % limit;
}

/* One defect, or something that only looks like one. */
static void random_defect(chain *c)
{
	size_t at = below(c->count);
	chain_link *link = &c->links[at];
	switch (below(20)) {
	case 0: link->not_after_s = CHAIN_NOW + (int64_t)below(3) - 1; break;
	case 1: link->not_before_s = CHAIN_NOW + 2 * (int64_t)below(2) - 1; break;
	case 2: link->issuer = "somebody else"; break;
	case 3: link->wrong_aki = true; break;
	case 4: link->has_aki = !link->has_aki; break;
	case 5: link->has_ski = !link->has_ski; break;
	case 6: link->is_ca = !link->is_ca; break;
	case 7: link->has_bc = !link->has_bc; break;
	case 8: link->path_len = (int)below(5) - 1; break;
	case 9: link->has_ku = !link->has_ku; break;
	case 10: link->key_usage = (uint16_t)(1u << below(9)); break;
	case 11: link->key_usage |= (uint16_t)(1u << below(9)); break;
	case 12: link->has_unknown_critical = true; break;
	case 13: link->has_crldp = !link->has_crldp; break;
	case 14: link->break_signature = true; break;
	case 15: link->signer = below(c->count); break;
	case 16: link->subject = at == 0 ? "renamed root" : "renamed"; break;
	case 17: link->serial = below(3); break;
	case 18: link->kind = AH_KEY_P256; break;
	default: link->explicit_trailer = !link->explicit_trailer; break;
	}
	if (!link->is_ca && link->path_len >= 0 && below(4) != 0)
		link->path_len = -1;
}

static void random_defects_are_never_accepted_alone(void)
{
	struct tally t = { 0 };
	for (size_t round = 0; round < 600; round++) {
		AH_AUTO(chain) c = round % 4 == 0 ? chain_amd() : chain_nitro(2 + below(5));
		for (size_t defects = below(4); defects > 0; defects--)
			random_defect(&c);
		for (size_t i = 0; i < c.count; i++) /* an algorithm that fits the key that signs */
			c.links[i].sig_alg = c.links[c.links[i].signer].kind == AH_KEY_RSA ? AH_SIG_RSA_PSS_SHA384 : AH_SIG_ECDSA_SHA384;
		ah_err issued = chain_issue(&c, NULL);
		EXPECT(issued == AH_OK || issued == AH_ERR_CERT_MALFORMED);
		if (issued == AH_OK)
			judge_chain(&t, &c, issued, CHAIN_NOW);
	}
	print_tally(&t);
	EXPECT(t.ours_only == 0);
	EXPECT(t.both >= 100 && t.neither >= 50);
	ah_test_count(t.both + t.neither + t.oracle_only);
}

struct flip {
	size_t at;
	uint8_t with;
};

static ah_err flip_byte(ah_buf *tbs, void *context)
{
	const struct flip *flip = context;
	tbs->ptr[flip->at % tbs->len] ^= flip->with;
	return AH_OK;
}

/*
 * The changed TBS is signed, so what decides is how both read it. Without cRLDistributionPoints, whose content OpenSSL decodes and we do not:
 * for us it is a mark that the certificate is subject to CRLs.
 */
static void changed_bytes_under_a_good_signature(void)
{
	struct tally t = { 0 };
	for (size_t round = 0; round < 900; round++) {
		AH_AUTO(chain) c = round % 3 == 0 ? chain_amd() : chain_nitro(3);
		struct flip flip = { below(2048), (uint8_t)(1u << below(8)) };
		c.links[0].has_crldp = c.links[1].has_crldp = c.links[2].has_crldp = false;
		c.links[1 + below(2)].patch = flip_byte;
		c.links[1].patch_context = c.links[2].patch_context = &flip;
		ah_err issued = chain_issue(&c, NULL);
		EXPECT(issued == AH_OK || issued == AH_ERR_CERT_MALFORMED || issued == AH_ERR_TOO_LARGE);
		if (issued == AH_OK)
			judge_chain(&t, &c, issued, CHAIN_NOW);
	}
	print_tally(&t);
	EXPECT(t.ours_only == 0);
	EXPECT(t.both >= 30);
	ah_test_count(t.both + t.neither + t.oracle_only);
}

/* Nothing is signed anew: every byte of the three certificates, one bit each. */
static void changed_bytes_of_finished_certificates(void)
{
	struct tally t = { 0 };
	AH_AUTO(chain) c = chain_nitro(3);
	EXPECT_OK(chain_issue(&c, NULL));
	for (size_t at = 1; at < 3; at++)
		for (size_t i = 0; i < c.der[at].len; i++) {
			uint8_t bit = (uint8_t)(1u << below(8));
			c.der[at].ptr[i] ^= bit;
			ah_cert kept = c.certs[at];
			ah_err parsed = ah_cert_parse(&c.certs[at], ah_buf_slice(&c.der[at]), NULL);
			judge_chain(&t, &c, parsed, CHAIN_NOW);
			c.certs[at] = kept;
			c.der[at].ptr[i] ^= bit;
		}
	print_tally(&t);
	EXPECT(t.ours_only == 0 && t.both == 0);
	ah_test_count(t.neither + t.oracle_only);
}

/* -- Chains of the vendors -- */

static void judge_ders(struct tally *t, const ah_slice *ders, size_t count, const ah_path_rules *rules, int64_t now_s)
{
	ah_cert certs[CHAIN_MAX];
	const ah_cert *path[CHAIN_MAX];
	ah_checks log = { 0 };
	uint8_t digest[AH_SHA256_LEN];
	int64_t expiry = 0;
	bool ours = ah_sha256(chain_crypto(), ders[0], digest) == AH_OK;
	for (size_t i = 0; ours && i < count; i++) {
		ours = ah_cert_parse(&certs[i], ders[i], NULL) == AH_OK;
		path[i] = &certs[i];
	}
	ours = ours && ah_path_validate(chain_crypto(), NULL, &log, path, count, digest, rules, now_s, &expiry, NULL) == AH_OK;
	compare(t, ours, expiry, ders, count, now_s);
}

static void nitro_chains_at_many_times(void)
{
	static const char *const files[] = {
		"dstack-2025-12-25-a", "dstack-debug-2025-12-25", "evervault-debug-2022-10-12", "evervault-in-cert-2023-01-18", "noauth-enclaved-2025-04-01",
		"qos-genesis-2022-07-06",
	};
	struct tally t = { 0 };
	if (ah_test_vectors() == NULL)
		AH_SKIP("../shared/vectors absent");
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		AH_AUTO(ah_buf) file = { .max = 0 };
		ah_slice ders[CHAIN_MAX];
		ah_cert leaf;
		EXPECT(ah_test_read(&file, "%s/nitro/attestation/%s.cose", ah_test_vectors(), files[i]));
		size_t count = vector_nitro_chain(ders, CHAIN_MAX, ah_buf_slice(&file));
		EXPECT(count == 5);
		EXPECT_OK(ah_cert_parse(&leaf, ders[4], NULL));
		const int64_t times[] = { leaf.not_before_s - 1, leaf.not_before_s, leaf.not_after_s, leaf.not_after_s + 1, leaf.not_after_s + 30 * CHAIN_DAY };
		for (size_t j = 0; j < sizeof times / sizeof times[0]; j++)
			judge_ders(&t, ders, count, &chain_rules_nitro, times[j]);
	}
	print_tally(&t);
	EXPECT(t.ours_only == 0 && t.oracle_only == 0 && t.both == 2 * 6 && t.neither == 3 * 6);
}

static void amd_chains_of_every_pairing(void)
{
	static const char *const arks[] = { "ark_milan", "ark_genoa", "ark_turin" };
	static const char *const asks[] = { "ask_milan", "ask_genoa", "ask_turin", "asvk_milan", "asvk_genoa", "asvk_turin" };
	static const char *const veks[] = {
		"real/genoa-v3-aci/vcek.der", "real/genoa-v3-tinfoil-tls/vcek.der", "real/genoa-v5-oak/vcek.der", "real/milan-v2-azure-hcl/vcek.der",
		"real/milan-v2-google-debug/vcek.der", "real/milan-v2-virtee/vcek.der", "real/milan-v3-oak/vcek.der", "real/milan-v3-oak-rk/vcek.der",
		"real/milan-v3-vlek-aws/vlek.der", "real/turin-v5-aci/vcek.der", "real/milan-v3-dstack-reported-lt-committed/vcek.der",
		"certs-only/milan_vcek_bad_signature_der_hwid.der", "certs-only/milan_vcek_bad_signature_raw_hwid.der", "certs-only/turin_vcek_zero_tcb.der",
	};
	struct tally t = { 0 };
	if (ah_test_vectors() == NULL)
		AH_SKIP("../shared/vectors absent");
	for (size_t i = 0; i < 3 * 6 * 14; i++) {
		AH_AUTO(ah_buf) ark = { .max = 0 };
		AH_AUTO(ah_buf) ask = { .max = 0 };
		AH_AUTO(ah_buf) vek = { .max = 0 };
		char ark_path[128], ask_path[128], vek_path[128];
		(void)snprintf(ark_path, sizeof ark_path, "snp/roots/%s.pem", arks[i % 3]);
		(void)snprintf(ask_path, sizeof ask_path, "snp/roots/%s.pem", asks[i / 3 % 6]);
		(void)snprintf(vek_path, sizeof vek_path, "snp/%s", veks[i / 18]);
		EXPECT(vector_read_der(&ark, ark_path) && vector_read_der(&ask, ask_path) && vector_read_der(&vek, vek_path));
		const ah_slice ders[] = { ah_buf_slice(&ark), ah_buf_slice(&ask), ah_buf_slice(&vek) };
		ah_cert cert;
		EXPECT_OK(ah_cert_parse(&cert, ders[2], NULL));
		judge_ders(&t, ders, 3, &chain_rules_amd, cert.not_before_s + CHAIN_DAY);
	}
	print_tally(&t);
	/* 12 of the 14 have a good signature, and each fits one CA of one root. */
	EXPECT(t.ours_only == 0 && t.oracle_only == 0 && t.both == 12);
	ah_test_count(t.both + t.neither);
}

static const ah_test_case cases[] = {
	AH_TEST(random_defects_are_never_accepted_alone),
	AH_TEST(changed_bytes_under_a_good_signature),
	AH_TEST(changed_bytes_of_finished_certificates),
	AH_TEST(nitro_chains_at_many_times),
	AH_TEST(amd_chains_of_every_pairing),
};

AH_TEST_MAIN(cases)
