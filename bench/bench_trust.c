/*
 * What carries trust, against the floor of its signatures: a trust bundle, and a Nostr instance event.
 *
 * bundle  ah_bundle_verify() of a policy of 2 KiB: form, signature, hash, the policy read whole, workload, time. The floor is one Ed25519
 *         verification by libsodium and one SHA-256 of the token.
 * event   ah_appraise() of a real instance event (noauth-enclaved, 2025-04-01) with a policy that lists its code. The floor: the signatures of the three
 *         events by libsecp256k1, that of the build certificate, and those of the Nitro document with its chain (warm: the document's alone).
 */
#include "bench.h"
#include "codec/jws.h"
#include "codec/text.h"
#include "crypto/ed25519_key.h"
#include "floor.h"
#include "policy/bundle.h"
#include "policy/instance_event.h"
#include <anchorhold/anchorhold.h>

#include <secp256k1_schnorrsig.h>
#include <sodium/crypto_sign_ed25519.h>
#include <stdio.h>

#define FILE_SIZE_MAX 65536
#define PATH_SIZE     1024
#define EVENTS        3

/* -- A trust bundle -- */

/* # stands for a hash of 48 bytes, @ for one of 32: made up, since digits that repeat would be guessed by the processor. */
#define NITRO(name) "{\"release\":\"" name "\",\"pcrs\":{\"0\":\"#\",\"1\":\"#\",\"2\":\"#\"}}"
#define SNP(name)   "{\"release\":\"" name "\",\"measurement\":\"#\"}"

static const char policy_pattern[] =
	"{\"schema\":\"anchorhold.trust-bundle/v1\",\"workload\":\"keystore.example.net\",\"version\":17,\"issued_at\":\"2026-11-01T00:00:00Z\","
	"\"valid_from\":\"2026-11-01T00:00:00Z\",\"valid_until\":\"2027-02-01T00:00:00Z\",\"freshness\":\"cached\","
	"\"platforms\":{\"nitro\":{\"releases\":[" NITRO("1.4.1") "," NITRO("1.4.2") "]},"
	"\"sev-snp\":{\"releases\":[" SNP("1.4.1") "," SNP("1.4.2") "," SNP("1.4.3") "],\"products\":[\"Genoa\",\"Turin\"],"
	"\"tcb_floors\":[{\"product\":\"Genoa\",\"bl\":10,\"tee\":0,\"snp\":24,\"ucode\":84},"
	"{\"product\":\"Turin\",\"fmc\":1,\"bl\":1,\"tee\":1,\"snp\":4,\"ucode\":81}]}},"
	"\"allowed_workload_identity_tags\":[\"@\",\"@\"],\"manifest_keys\":[\"@\"],\"revoked_measurements\":[\"#\",\"#\"]}";

#define POLICY_AT_S 1795000000 /* 2026-11-18, within the window of the policy */

struct bundle_bench {
	ah_verifier *verifier;
	ah_buf token;
	ah_release_root root;
	ah_trust trust;
	ah_slice signing_input;
	uint8_t signature[AH_ED25519_SIGNATURE_LEN];
	EVP_MD *sha256;
	EVP_MD_CTX *md_ctx;
};

static void put_hash(ah_buf *out, uint32_t *seed, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		*seed = *seed * 1664525 + 1013904223; /* any numbers do */
		const uint8_t byte = (uint8_t)(*seed >> 24);
		if (ah_buf_append_hex(out, ah_slice_make(&byte, 1)) != AH_OK)
			ah_bench_stop("no memory");
	}
}

static void make_policy(ah_buf *out)
{
	uint32_t seed = 1;
	for (const char *c = policy_pattern; *c != '\0'; c++)
		if (*c == '#' || *c == '@')
			put_hash(out, &seed, *c == '#' ? 48 : 32);
		else if (ah_buf_append_byte(out, (uint8_t)*c) != AH_OK)
			ah_bench_stop("no memory");
}

static void verify_bundle(void *context)
{
	struct bundle_bench *b = (struct bundle_bench *)context;
	ah_policy *policy = NULL;
	ah_fault why = { 0 };
	if (ah_bundle_verify(&policy, NULL, b->verifier, &b->trust, POLICY_AT_S, NULL, &why) != AH_OK) {
		(void)fprintf(stderr, "%s: %s\n", ah_err_name(why.err), why.detail);
		ah_bench_stop("the bundle of the bench is refused");
	}
	ah_policy_free(policy);
}

static void bundle_floor(void *context)
{
	struct bundle_bench *b = (struct bundle_bench *)context;
	uint8_t digest[32];
	unsigned len = 0;
	if (crypto_sign_ed25519_verify_detached(b->signature, b->signing_input.ptr, b->signing_input.len, b->root.key) != 0 ||
	    EVP_DigestInit_ex2(b->md_ctx, b->sha256, NULL) != 1 || EVP_DigestUpdate(b->md_ctx, b->token.ptr, b->token.len) != 1 ||
	    EVP_DigestFinal_ex(b->md_ctx, digest, &len) != 1)
		ah_bench_stop("the floor cannot verify the bundle");
}

static void bench_bundle(void)
{
	struct bundle_bench b = { .token = AH_BUF(FILE_SIZE_MAX), .sha256 = EVP_MD_fetch(NULL, "SHA256", NULL), .md_ctx = EVP_MD_CTX_new() };
	AH_AUTO_PTR(ah_ed25519_key) key = NULL;
	AH_AUTO(ah_buf) policy = AH_BUF(FILE_SIZE_MAX);
	make_policy(&policy);
	if (ah_verifier_new(&b.verifier, NULL) != AH_OK || ah_ed25519_key_generate(&key) != AH_OK ||
	    ah_jws_write_input(&b.token, AH_BUNDLE_TYP, "release-root-2026", ah_buf_slice(&policy)) != AH_OK ||
	    ah_ed25519_sign(key, ah_buf_slice(&b.token), b.signature) != AH_OK)
		ah_bench_stop("cannot make a bundle");
	size_t signed_len = b.token.len;
	if (ah_jws_write_signature(&b.token, AH_SLICE_OF(b.signature)) != AH_OK)
		ah_bench_stop("cannot make a bundle");
	b.signing_input = ah_slice_make(b.token.ptr, signed_len);
	memcpy(b.root.key, ah_ed25519_key_public(key), sizeof b.root.key);
	b.trust = (ah_trust){ .bundle = ah_buf_slice(&b.token), .roots = &b.root, .root_count = 1, .workload = "keystore.example.net" };
	ah_bench_pair("bundle check", verify_bundle, bundle_floor, &b, 1.2);
	EVP_MD_CTX_free(b.md_ctx);
	EVP_MD_free(b.sha256);
	ah_verifier_free(b.verifier);
	ah_buf_free(&b.token);
}

/* -- An instance event -- */

#define EVENT_AT_S 1743516970 /* when it was made: its chain is valid for three hours */

struct event_bench {
	ah_verifier *verifier;
	ah_request request;
	ah_bench_floor floor;
	const ah_nostr_event *events[EVENTS];
};

static void judge_event(void *context)
{
	struct event_bench *b = (struct event_bench *)context;
	ah_verdict *verdict = NULL;
	ah_fault why = { 0 };
	if (ah_appraise(&verdict, b->verifier, &b->request, &why) != AH_OK) {
		(void)fprintf(stderr, "%s: %s\n", ah_err_name(why.err), why.detail);
		ah_bench_stop("the verifier refuses the real instance event");
	}
	ah_verdict_free(verdict);
}

static void judge_event_cold(void *context)
{
	ah_bench_forget(((struct event_bench *)context)->verifier);
	judge_event(context);
}

static void verify_events(const struct event_bench *b)
{
	secp256k1_xonly_pubkey key;
	for (size_t i = 0; i < EVENTS; i++)
		if (secp256k1_xonly_pubkey_parse(secp256k1_context_static, &key, b->events[i]->pubkey) != 1 ||
		    secp256k1_schnorrsig_verify(secp256k1_context_static, b->events[i]->sig, b->events[i]->id, 32, &key) != 1)
			ah_bench_stop("the floor cannot verify an event");
}

static void event_floor_cold(void *context)
{
	struct event_bench *b = (struct event_bench *)context;
	verify_events(b);
	ah_bench_floor_verify(&b->floor, 0);
}

/* The last two: the document's own, and the build certificate's, which is no part of a chain. */
static void event_floor_warm(void *context)
{
	struct event_bench *b = (struct event_bench *)context;
	verify_events(b);
	ah_bench_floor_verify(&b->floor, b->floor.count - 2);
}

static bool read_file(ah_buf *out, const char *folder, const char *name)
{
	char path[PATH_SIZE];
	int path_len = snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *f = path_len > 0 && (size_t)path_len < sizeof path ? fopen(path, "rb") : NULL;
	if (f == NULL)
		return false;
	if (ah_buf_reserve(out, FILE_SIZE_MAX) != AH_OK)
		ah_bench_stop("no memory");
	out->len = fread(out->ptr, 1, FILE_SIZE_MAX, f);
	(void)fclose(f);
	return true;
}

/* What was seen is what is allowed. */
static ah_policy *policy_of(struct event_bench *b)
{
	ah_policy *policy = NULL;
	ah_verdict *verdict = NULL;
	ah_request genuine = b->request;
	genuine.genuine_only = true;
	if (ah_appraise(&verdict, b->verifier, &genuine, NULL) != AH_OK ||
	    ah_policy_init_from(&policy, ah_verdict_claims(verdict), "noauth-enclaved", "1.0.0", EVENT_AT_S, NULL) != AH_OK)
		ah_bench_stop("no policy from the real instance event");
	ah_verdict_free(verdict);
	return policy;
}

static void add_build_certificate(struct event_bench *b, ah_buf *der, const ah_nostr_event *build)
{
	ah_cert cert;
	const ah_nostr_tag *tag = ah_nostr_tag_find(build, "cert");
	if (tag == NULL || ah_base64_decode(der, tag->items[1]) != AH_OK)
		ah_bench_stop("no build certificate");
	ah_bench_parse_certificate(&cert, ah_buf_slice(der));
	ah_bench_floor_add_certificate(&b->floor, &cert, &cert);
}

static void bench_event(const char *vectors)
{
	struct event_bench b = { .verifier = NULL };
	AH_AUTO(ah_buf) json = AH_BUF(FILE_SIZE_MAX);
	AH_AUTO(ah_buf) certificate = AH_BUF(AH_CERTIFICATE_MAX);
	AH_AUTO_PTR(ah_instance_event) event = NULL;
	if (!read_file(&json, vectors, "nostr/seed003-instance-63793.json")) {
		printf("instance event: skipped: ../shared/vectors absent\n");
		return;
	}
	if (ah_verifier_new(&b.verifier, NULL) != AH_OK || ah_instance_event_parse(&event, ah_buf_slice(&json), NULL) != AH_OK ||
	    event->build == NULL || event->launch == NULL)
		ah_bench_stop("the real instance event does not parse");
	b.events[0] = event->announcement;
	b.events[1] = event->build;
	b.events[2] = event->launch;
	ah_bench_floor_init(&b.floor);
	ah_bench_floor_add_nitro(&b.floor, ah_buf_slice(&event->evidence));
	add_build_certificate(&b, &certificate, event->build);
	b.request = (ah_request){ .evidence = ah_buf_slice(&json), .now_s = EVENT_AT_S };
	AH_AUTO_PTR(ah_policy) policy = policy_of(&b);
	b.request.policy = policy;
	ah_bench_pair("instance event cold", judge_event_cold, event_floor_cold, &b, 1.2);
	ah_bench_pair("instance event warm", judge_event, event_floor_warm, &b, 1.2);
	ah_bench_floor_free(&b.floor);
	ah_verifier_free(b.verifier);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		(void)fprintf(stderr, "usage: bench_trust VECTORS   (the folder of the test vectors)\n");
		return 2;
	}
	bench_bundle();
	bench_event(argv[1]);
	return 0;
}
