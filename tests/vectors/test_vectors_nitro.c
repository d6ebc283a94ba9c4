/*
 * Real, damaged and synthetic Nitro documents, driven by their manifests: each through the platform alone and through ah_appraise() in genuine_only
 * mode, with the exact error of this library for the word that the manifest uses. Claims are compared with what an independent decoder wrote there.
 */
#include "vectors/vectors.h"

#include "codec/text.h"
#include "platforms/nitro_document.h"

#define DOCUMENT_MAX ((size_t)1 << 20)
#define QEMU_AT_S    1743516970 /* the manifest gives no time for the document that fails before time matters */

/* What this library says. verified: parse and verify; appraised: genuine_only, which also judges debug. */
typedef struct outcome {
	const char *file;
	ah_err verified, appraised;
} outcome;

static const outcome outcomes[] = {
	{ "attestation/noauth-enclaved-2025-04-01.cose", AH_OK, AH_OK },
	{ "attestation/dstack-2025-12-25-a.cose", AH_OK, AH_OK },
	{ "attestation/dstack-debug-2025-12-25.cose", AH_OK, AH_ERR_DEBUG },
	{ "attestation/evervault-debug-2022-10-12.cose", AH_OK, AH_ERR_DEBUG },
	{ "attestation/evervault-in-cert-2023-01-18.cose", AH_OK, AH_OK },
	{ "attestation/qos-genesis-2022-07-06.cose", AH_OK, AH_OK },
	{ "negative/seed-tag18.cose", AH_OK, AH_OK },
	{ "negative/seed-expired.cose", AH_ERR_CERT_EXPIRED, AH_ERR_CERT_EXPIRED },
	{ "negative/seed-not-yet.cose", AH_ERR_CERT_NOT_YET_VALID, AH_ERR_CERT_NOT_YET_VALID },
	{ "negative/seed-sig-flip.cose", AH_ERR_SIGNATURE, AH_ERR_SIGNATURE },
	{ "negative/seed-sig-zero.cose", AH_ERR_SIGNATURE, AH_ERR_SIGNATURE },
	{ "negative/seed-sig-der.cose", AH_ERR_COSE, AH_ERR_COSE },
	{ "negative/seed-pcr0-flip.cose", AH_ERR_SIGNATURE, AH_ERR_SIGNATURE },
	{ "negative/seed-pubkey-flip.cose", AH_ERR_SIGNATURE, AH_ERR_SIGNATURE },
	{ "negative/seed-alg-es256.cose", AH_ERR_ALGORITHM, AH_ERR_ALGORITHM },
	{ "negative/seed-alg-none.cose", AH_ERR_ALGORITHM, AH_ERR_ALGORITHM },
	{ "negative/seed-unprotected-alg.cose", AH_ERR_COSE, AH_ERR_COSE },
	{ "negative/seed-truncated.cose", AH_ERR_TRUNCATED, AH_ERR_TRUNCATED },
	{ "negative/seed-trailing.cose", AH_ERR_TRAILING, AH_ERR_TRAILING },
	{ "negative/seed-payload-indef.cose", AH_ERR_SIGNATURE, AH_ERR_SIGNATURE },
	{ "negative/seed-cabundle-empty.cose", AH_ERR_FIELD_RANGE, AH_ERR_FIELD_RANGE },
	{ "negative/seed-digest-sha256.cose", AH_ERR_FIELD_RANGE, AH_ERR_FIELD_RANGE },
	{ "negative/seed-nest-bomb.cose", AH_ERR_TOO_LARGE, AH_ERR_TOO_LARGE },
	{ "negative/qemu-nsm-unsigned.cose", AH_ERR_ALGORITHM, AH_ERR_ALGORITHM },
	{ "synthetic/ok-indef.cose", AH_OK, AH_OK },
	{ "synthetic/ok-definite.cose", AH_OK, AH_OK },
	{ "synthetic/ok-low-s.cose", AH_OK, AH_OK },
	{ "synthetic/ok-all-fields.cose", AH_OK, AH_OK },
	{ "synthetic/ok-empty-userdata-nonce.cose", AH_OK, AH_OK },
	{ "synthetic/ok-unknown-key.cose", AH_OK, AH_OK },
	{ "synthetic/bad-debug.cose", AH_OK, AH_ERR_DEBUG },
	{ "synthetic/bad-pk-empty.cose", AH_ERR_FIELD_RANGE, AH_ERR_FIELD_RANGE },
	{ "synthetic/bad-pk-1025.cose", AH_ERR_FIELD_RANGE, AH_ERR_FIELD_RANGE },
	{ "synthetic/bad-ud-513.cose", AH_ERR_FIELD_RANGE, AH_ERR_FIELD_RANGE },
	{ "synthetic/bad-pcr-33.cose", AH_ERR_FIELD_RANGE, AH_ERR_FIELD_RANGE },
	{ "synthetic/bad-pcr-index-32.cose", AH_ERR_FIELD_RANGE, AH_ERR_FIELD_RANGE },
	{ "synthetic/bad-pcr-textkey.cose", AH_ERR_FORMAT, AH_ERR_FORMAT },
	{ "synthetic/bad-pcr-none.cose", AH_ERR_FIELD_RANGE, AH_ERR_FIELD_RANGE },
	{ "synthetic/bad-dup-key.cose", AH_ERR_DUPLICATE_KEY, AH_ERR_DUPLICATE_KEY },
	{ "synthetic/bad-module-empty.cose", AH_ERR_FIELD_RANGE, AH_ERR_FIELD_RANGE },
	/* Its zero is written in nine bytes, which is not CBOR's one form of zero: the encoding is refused before the value. */
	{ "synthetic/bad-timestamp-0.cose", AH_ERR_ENCODING, AH_ERR_ENCODING },
	{ "synthetic/bad-wrong-key.cose", AH_ERR_SIGNATURE, AH_ERR_SIGNATURE },
	{ "synthetic/bad-other-root.cose", AH_ERR_ROOT_UNTRUSTED, AH_ERR_ROOT_UNTRUSTED },
	/* The first certificate of a reversed bundle is not the root: that comes before the order of the rest. */
	{ "synthetic/bad-order.cose", AH_ERR_ROOT_UNTRUSTED, AH_ERR_ROOT_UNTRUSTED },
	{ "synthetic/bad-inst-not-ca.cose", AH_ERR_CHAIN_CONSTRAINT, AH_ERR_CHAIN_CONSTRAINT },
	{ "synthetic/bad-leaf-ca.cose", AH_ERR_CHAIN_CONSTRAINT, AH_ERR_CHAIN_CONSTRAINT },
	{ "synthetic/bad-inst-no-bc.cose", AH_ERR_CHAIN_CONSTRAINT, AH_ERR_CHAIN_CONSTRAINT },
	{ "synthetic/bad-leaf-expired.cose", AH_ERR_CERT_EXPIRED, AH_ERR_CERT_EXPIRED },
	{ "synthetic/bad-inst-expired.cose", AH_ERR_CERT_EXPIRED, AH_ERR_CERT_EXPIRED },
	{ "synthetic/bad-name-chain.cose", AH_ERR_CHAIN, AH_ERR_CHAIN },
	{ "synthetic/bad-leaf-p256.cose", AH_ERR_ALGORITHM, AH_ERR_ALGORITHM },
};

/* The words of the manifests, and the errors that they may mean here. AH_OK ends a list. */
static const struct { const char *word; bool accepted; ah_err errors[10]; } words[] = {
	{ "ok", true, { AH_OK } },
	{ "ok_or_policy", true, { AH_OK } }, /* an unknown payload key: accepted and reported */
	{ "malformed", false,
	  { AH_ERR_TRUNCATED, AH_ERR_TRAILING, AH_ERR_FORMAT, AH_ERR_TOO_LARGE, AH_ERR_DUPLICATE_KEY, AH_ERR_COSE, AH_ERR_FIELD_RANGE, AH_ERR_ENCODING } },
	{ "malformed_or_ok_by_policy", false, { AH_ERR_COSE } },
	{ "signature_invalid", false, { AH_ERR_SIGNATURE } },
	{ "unsupported_algorithm", false, { AH_ERR_ALGORITHM } },
	{ "untrusted_root", false, { AH_ERR_ROOT_UNTRUSTED } },
	{ "chain_invalid", false, { AH_ERR_CHAIN, AH_ERR_CHAIN_CONSTRAINT, AH_ERR_ROOT_UNTRUSTED } },
	{ "certificate_expired", false, { AH_ERR_CERT_EXPIRED } },
	{ "certificate_not_yet_valid", false, { AH_ERR_CERT_NOT_YET_VALID } },
	{ "debug_mode", false, { AH_ERR_DEBUG } },
};

static bool word_means(const char *word, ah_err err)
{
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (strcmp(words[i].word, word) != 0)
			continue;
		if (words[i].accepted || err == AH_OK)
			return words[i].accepted && err == AH_OK;
		for (const ah_err *e = words[i].errors; *e != AH_OK; e++)
			if (*e == err)
				return true;
	}
	return false;
}

static const outcome *outcome_of(const char *file)
{
	for (size_t i = 0; i < sizeof outcomes / sizeof outcomes[0]; i++)
		if (strcmp(outcomes[i].file, file) == 0)
			return &outcomes[i];
	return NULL;
}

/* -- Claims against the manifest -- */

static ah_slice optional(bool has, const uint8_t *bytes, size_t len)
{
	return has ? ah_slice_make(bytes, len) : ah_slice_make(NULL, 0);
}

static void compare_claims(const json_t *want, const ah_claims *claims)
{
	const ah_nitro_claims *nitro = ah_claims_nitro(claims);
	const char *file = ah_vectors_text(want, "file"), *index;
	const json_t *pcr;
	size_t count = 0;
	EXPECT_MSG(strcmp(nitro->module_id, ah_vectors_text(want, "module_id")) == 0, "%s: module_id %s", file, nitro->module_id);
	EXPECT_MSG(strncmp(nitro->module_id, nitro->instance_id, strlen(nitro->instance_id)) == 0, "%s: instance_id %s", file, nitro->instance_id);
	EXPECT_MSG((json_int_t)nitro->timestamp_ms == json_integer_value(json_object_get(want, "timestamp_ms")), "%s: timestamp", file);
	for (size_t i = 0; i < 32; i++)
		count += nitro->pcr_mask >> i & 1;
	EXPECT_MSG((json_int_t)count == json_integer_value(json_object_get(want, "pcr_count")), "%s: %zu PCRs", file, count);
	const json_t *pcrs = json_object_get(want, "pcrs");
	json_object_foreach((json_t *)(uintptr_t)pcrs, index, pcr) {
		long i = strtol(index, NULL, 10);
		EXPECT_MSG(ah_vectors_hex_is(pcrs, index, ah_slice_make(nitro->pcrs[i], nitro->pcr_len[i])), "%s: PCR%ld", file, i);
	}
	EXPECT_MSG(ah_vectors_hex_is(want, "public_key", optional(nitro->has_public_key, nitro->public_key, nitro->public_key_len)), "%s: public_key", file);
	EXPECT_MSG(ah_vectors_hex_is(want, "user_data", optional(nitro->has_user_data, nitro->user_data, nitro->user_data_len)), "%s: user_data", file);
	EXPECT_MSG(ah_vectors_hex_is(want, "nonce", optional(nitro->has_nonce, nitro->nonce, nitro->nonce_len)), "%s: nonce", file);
	EXPECT_MSG(ah_claims_is_debug(claims) == json_is_true(json_object_get(want, "debug")), "%s: debug", file);
	EXPECT_MSG(ah_claims_expiry_s(claims) == ah_vectors_time(ah_vectors_text(want, "valid_to")), "%s: expiry %lld", file, (long long)ah_claims_expiry_s(claims));
	EXPECT_MSG(ah_claims_is_hardware(claims), "%s: not hardware", file);
	EXPECT_MSG(strcmp(ah_claims_root_name(claims), "aws.nitro-enclaves") == 0, "%s: root %s", file, ah_claims_root_name(claims));
	EXPECT_MSG(nitro->unknown_key_count == 0, "%s: unknown keys", file);
}

/* -- Running -- */

static void run_document(const char *file, const char *word, int64_t at_s, ah_slice root, const json_t *compare)
{
	AH_AUTO(ah_buf) evidence = AH_BUF(DOCUMENT_MAX);
	AH_AUTO_PTR(ah_claims) claims = NULL;
	const outcome *want = outcome_of(file);
	ah_fault why = { .err = AH_OK };
	ah_checks log = { .first_err = AH_OK };
	ah_result result = AH_RESULT_FAIL;
	EXPECT_MSG(want != NULL, "%s: no row in the table of outcomes", file);
	EXPECT_MSG(word == NULL || word_means(word, want->appraised), "%s: the manifest says %s, the table %s", file, word, ah_err_name(want->appraised));
	EXPECT_MSG(ah_vectors_read(&evidence, "nitro", file), "%s cannot be read", file);

	const ah_vector_run run = { .platform = AH_PLATFORM_NITRO, .evidence = ah_buf_slice(&evidence), .simulated_root = root, .now_s = at_s };
	ah_err verified = ah_vectors_verify(&claims, &log, &run, &why);
	EXPECT_MSG(verified == want->verified, "%s: verify gave %s (%s: %s), wanted %s", file, ah_err_name(verified), why.step != NULL ? why.step : "",
	           why.detail, ah_err_name(want->verified));
	EXPECT_MSG(why.err == verified, "%s: the fault says %s", file, ah_err_name(why.err));
	if (claims != NULL && compare != NULL)
		compare_claims(compare, claims);
	if (claims != NULL && root.len != 0)
		EXPECT_MSG(!ah_claims_is_hardware(claims) && strcmp(ah_claims_root_name(claims), "simulated") == 0, "%s: claims to be hardware", file);

	ah_err appraised = ah_vectors_appraise(&result, &run);
	EXPECT_MSG(appraised == want->appraised, "%s: appraise gave %s, wanted %s", file, ah_err_name(appraised), ah_err_name(want->appraised));
	if (appraised == AH_OK)
		EXPECT_MSG(result == (root.len != 0 ? AH_RESULT_SIMULATED : AH_RESULT_GENUINE), "%s: result %s", file, ah_result_name(result));
	ah_test_count(1);
}

static void real_documents_are_genuine_and_say_what_they_say(void)
{
	if (ah_test_vectors() == NULL)
		AH_SKIP("../shared/vectors absent");
	json_t *manifest = ah_vectors_json("nitro/attestation/manifest.json");
	const json_t *entry;
	size_t i;
	json_array_foreach(manifest, i, entry)
		run_document(ah_vectors_text(entry, "file"), NULL, json_integer_value(json_object_get(entry, "valid_at")), ah_slice_make(NULL, 0), entry);
	json_decref(manifest);
}

static void payload_maps_are_read_in_both_forms(void)
{
	if (ah_test_vectors() == NULL)
		AH_SKIP("../shared/vectors absent");
	json_t *manifest = ah_vectors_json("nitro/attestation/manifest.json");
	const json_t *entry;
	size_t i;
	json_array_foreach(manifest, i, entry) {
		AH_AUTO(ah_buf) evidence = AH_BUF(DOCUMENT_MAX);
		ah_nitro_document doc = { .has_pcrs = false };
		EXPECT(ah_vectors_read(&evidence, "nitro", ah_vectors_text(entry, "file")));
		EXPECT_OK(ah_nitro_document_parse(&doc, ah_buf_slice(&evidence), NULL));
		EXPECT(doc.payload_is_indefinite == (strcmp(ah_vectors_text(entry, "payload_map"), "indefinite") == 0));
		EXPECT_BYTES(ah_slice_sub(ah_buf_slice(&evidence), doc.module_id.off, doc.module_id.value.len), ah_slice_text(ah_vectors_text(entry, "module_id")));
		ah_test_count(1);
	}
	json_decref(manifest);
}

static void damaged_documents_are_refused(void)
{
	if (ah_test_vectors() == NULL)
		AH_SKIP("../shared/vectors absent");
	json_t *manifest = ah_vectors_json("nitro/negative/manifest.json");
	const json_t *entry;
	size_t i;
	json_array_foreach(manifest, i, entry) {
		const json_t *at = json_object_get(entry, "at");
		run_document(ah_vectors_text(entry, "file"), ah_vectors_text(entry, "expect"), json_is_integer(at) ? json_integer_value(at) : QEMU_AT_S,
		             ah_slice_make(NULL, 0), NULL);
	}
	json_decref(manifest);
}

static void synthetic_documents_break_one_rule_each(void)
{
	if (ah_test_vectors() == NULL)
		AH_SKIP("../shared/vectors absent");
	AH_AUTO(ah_buf) root = AH_BUF(AH_CERTIFICATE_MAX);
	json_t *manifest = ah_vectors_json("nitro/synthetic/manifest.json");
	const json_t *entry;
	size_t i;
	EXPECT(ah_vectors_read(&root, "nitro", ah_vectors_text(manifest, "root")));
	json_array_foreach(json_object_get(manifest, "documents"), i, entry)
		run_document(ah_vectors_text(entry, "file"), ah_vectors_text(entry, "expect"), json_integer_value(json_object_get(entry, "at")),
		             ah_buf_slice(&root), NULL);
	json_decref(manifest);
}

static void synthetic_documents_need_their_root(void)
{
	AH_AUTO(ah_buf) evidence = AH_BUF(DOCUMENT_MAX);
	if (ah_test_vectors() == NULL)
		AH_SKIP("../shared/vectors absent");
	EXPECT(ah_vectors_read(&evidence, "nitro", "synthetic/ok-definite.cose"));
	const ah_vector_run run = { .platform = AH_PLATFORM_NITRO, .evidence = ah_buf_slice(&evidence), .now_s = 1767268800 };
	ah_checks log = { .first_err = AH_OK };
	EXPECT_ERR(ah_vectors_verify(NULL, &log, &run, NULL), AH_ERR_ROOT_UNTRUSTED);
}

static void an_unknown_payload_key_is_reported(void)
{
	AH_AUTO(ah_buf) root = AH_BUF(AH_CERTIFICATE_MAX);
	AH_AUTO(ah_buf) evidence = AH_BUF(DOCUMENT_MAX);
	AH_AUTO_PTR(ah_claims) claims = NULL;
	ah_checks log = { .first_err = AH_OK };
	if (ah_test_vectors() == NULL)
		AH_SKIP("../shared/vectors absent");
	EXPECT(ah_vectors_read(&root, "nitro", "synthetic/test-root.der"));
	EXPECT(ah_vectors_read(&evidence, "nitro", "synthetic/ok-unknown-key.cose"));
	const ah_vector_run run = {
		.platform = AH_PLATFORM_NITRO, .evidence = ah_buf_slice(&evidence), .simulated_root = ah_buf_slice(&root), .now_s = 1767268800,
	};
	EXPECT_OK(ah_vectors_verify(&claims, &log, &run, NULL));
	EXPECT(ah_claims_nitro(claims)->unknown_key_count == 1);
	EXPECT(strcmp(ah_claims_nitro(claims)->unknown_keys[0], "extra") == 0);
}

/* -- PCR formulas: what the documents report is what the formulas give -- */

#define ZEROS "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"

/* H(old || data) == wanted, all in hex. */
static void extend_gives(const char *old, ah_slice data, const char *wanted)
{
	AH_AUTO_PTR(ah_crypto) crypto = NULL;
	AH_AUTO(ah_buf) before = AH_BUF(64);
	AH_AUTO(ah_buf) after = AH_BUF(64);
	uint8_t digest[AH_SHA384_LEN];
	EXPECT_OK(ah_crypto_new(&crypto, NULL));
	ah_test_hex(&before, old);
	ah_test_hex(&after, wanted);
	const ah_slice parts[] = { ah_buf_slice(&before), data };
	EXPECT_OK(ah_hash(crypto, AH_SHA384, parts, 2, digest));
	EXPECT_BYTES(AH_SLICE_OF(digest), ah_buf_slice(&after));
	ah_test_count(1);
}

static void extend_by_digest_gives(ah_slice data, const char *wanted)
{
	AH_AUTO_PTR(ah_crypto) crypto = NULL;
	uint8_t digest[AH_SHA384_LEN];
	EXPECT_OK(ah_crypto_new(&crypto, NULL));
	EXPECT_OK(ah_sha384(crypto, data, digest));
	extend_gives(ZEROS, AH_SLICE_OF(digest), wanted);
}

static void pcr_vectors_follow_their_formulas(void)
{
	if (ah_test_vectors() == NULL)
		AH_SKIP("../shared/vectors absent");
	json_t *vectors = ah_vectors_json("nitro/pcr/pcr_vectors.json");
	const json_t *v;
	size_t i;
	json_array_foreach(json_object_get(vectors, "pcr4"), i, v)
		extend_gives(ZEROS, ah_slice_text(ah_vectors_text(v, "instance_id")), ah_vectors_text(v, "pcr4"));
	json_array_foreach(json_object_get(vectors, "pcr3"), i, v)
		extend_gives(ZEROS, ah_slice_text(ah_vectors_text(v, "role_arn")), ah_vectors_text(v, "pcr3"));
	json_array_foreach(json_object_get(vectors, "extend"), i, v) {
		AH_AUTO(ah_buf) data = AH_BUF(4096);
		ah_test_hex(&data, ah_vectors_text(v, "data"));
		extend_gives(ah_vectors_text(v, "old"), ah_buf_slice(&data), ah_vectors_text(v, "new"));
	}
	json_array_foreach(json_object_get(vectors, "pcr8"), i, v) {
		AH_AUTO(ah_buf) der = AH_BUF(AH_CERTIFICATE_MAX);
		EXPECT_OK(ah_base64_decode(&der, ah_slice_text(ah_vectors_text(v, "certificate_b64"))));
		extend_by_digest_gives(ah_buf_slice(&der), ah_vectors_text(v, "pcr8"));
	}
	extend_by_digest_gives(ah_slice_make("", 0), ah_vectors_text(vectors, "empty_app_pcr2"));
	json_decref(vectors);
}

static const ah_test_case cases[] = {
	AH_TEST(real_documents_are_genuine_and_say_what_they_say),
	AH_TEST(payload_maps_are_read_in_both_forms),
	AH_TEST(damaged_documents_are_refused),
	AH_TEST(synthetic_documents_break_one_rule_each),
	AH_TEST(synthetic_documents_need_their_root),
	AH_TEST(an_unknown_payload_key_is_reported),
	AH_TEST(pcr_vectors_follow_their_formulas),
};
AH_TEST_MAIN(cases)
