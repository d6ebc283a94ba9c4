/*
 * Any bytes as a trust bundle, a manifest, a key file; and as the payload of a bundle and a manifest that are signed here, so that what stands behind the
 * signature is reached. What was not signed is never accepted; what is accepted has the pinned root, the workload asked for, and is remembered.
 */
#include "fuzz.h"

#include "codec/jws.h"
#include "crypto/ed25519_key.h"
#include "policy/bundle.h"
#include "policy/manifest.h"
#include "policy/state.h"

#include <stdio.h>
#include <stdlib.h>

#define NOW_S INT64_C(1796083200) /* 2026-12-01T00:00:00Z */

static void claim(int holds, const char *what)
{
	if (holds)
		return;
	(void)fprintf(stderr, "does not hold: %s\n", what);
	abort();
}

static ah_verifier *shared_verifier(void)
{
	static ah_verifier *v;
	if (v == NULL)
		claim(ah_verifier_new(&v, NULL) == AH_OK, "a verifier is made");
	return v;
}

static const ah_ed25519_key *shared_key(void)
{
	static ah_ed25519_key *key;
	static const uint8_t seed[32] = { 1, 2, 3 };
	if (key == NULL)
		claim(ah_ed25519_key_from_seed(&key, seed) == AH_OK, "a key is made");
	return key;
}

static void sign(ah_buf *out, const char *typ, ah_slice payload)
{
	uint8_t signature[AH_ED25519_SIGNATURE_LEN];
	claim(ah_jws_write_input(out, typ, "fuzz", payload) == AH_OK && ah_ed25519_sign(shared_key(), ah_buf_slice(out), signature) == AH_OK
	      && ah_jws_write_signature(out, AH_SLICE_OF(signature)) == AH_OK, "it is signed");
}

static ah_err verify_bundle(ah_slice text, ah_bundle_info *info)
{
	AH_AUTO_PTR(ah_policy) policy = NULL;
	AH_AUTO_PTR(ah_state) state = NULL;
	ah_release_root root;
	ah_fault why = { .err = AH_OK };
	memcpy(root.key, ah_ed25519_key_public(shared_key()), sizeof root.key);
	const ah_trust trust = { .bundle = text, .roots = &root, .root_count = 1, .workload = "router" };
	claim(ah_state_new(&state) == AH_OK, "a state is made");
	ah_err err = ah_bundle_verify(&policy, info, shared_verifier(), &trust, NOW_S, state, &why);
	claim(err == why.err && (err == AH_OK) == (policy != NULL) && ah_state_is_changed(state) == (err == AH_OK), "an answer is whole");
	if (err != AH_OK)
		return err;
	claim(strcmp(info->workload, "router") == 0 && ah_slice_is(AH_SLICE_OF(info->root), AH_SLICE_OF(root.key)) && NOW_S < info->valid_until_s, "what was asked for");
	claim(ah_bundle_verify(NULL, NULL, shared_verifier(), &trust, NOW_S, state, NULL) == AH_OK, "the same bundle is accepted again");
	claim(ah_state_note_bundle(state, info->root, "router", AH_POLICY_VERSION_MAX, root.key) == AH_OK || info->version == AH_POLICY_VERSION_MAX, "a newer one is noted");
	claim(ah_bundle_verify(NULL, NULL, shared_verifier(), &trust, NOW_S, state, NULL) == AH_ERR_BUNDLE_ROLLBACK || info->version == AH_POLICY_VERSION_MAX,
	      "and then this one is old");
	return AH_OK;
}

static ah_err verify_manifest(ah_slice text)
{
	ah_release_root key;
	ah_manifest_info info;
	uint8_t tag[32];
	ah_fault why = { .err = AH_OK };
	memcpy(key.key, ah_ed25519_key_public(shared_key()), sizeof key.key);
	ah_err err = ah_manifest_verify(&info, shared_verifier(), text, &key, 1, &why);
	claim(err == why.err, "the fault is the error");
	claim(err == AH_OK || err == AH_ERR_MANIFEST_MALFORMED || err == AH_ERR_MANIFEST_INVALID, "a manifest is refused in one of two ways");
	if (err != AH_OK)
		return err;
	AH_AUTO(ah_manifest) parsed = { .says = { .workload = "" } };
	claim(ah_manifest_tag(tag, shared_verifier(), text, NULL) == AH_OK && ah_slice_is(AH_SLICE_OF(tag), AH_SLICE_OF(info.tag)), "one tag");
	claim(ah__manifest_parse(&parsed, shared_verifier(), text, NULL) == AH_OK && strcmp(parsed.says.workload, info.workload) == 0, "parsing says the same");
	return AH_OK;
}

static void as_payload(ah_slice in)
{
	AH_AUTO(ah_buf) bundle = AH_BUF(2 * AH_JWS_MAX);
	AH_AUTO(ah_buf) manifest = AH_BUF(2 * AH_JWS_MAX);
	ah_bundle_info info;
	if (in.len == 0 || in.len > AH_JWS_MAX)
		return;
	sign(&bundle, AH_BUNDLE_TYP, in);
	ah_err err = verify_bundle(ah_buf_slice(&bundle), &info);
	claim(err != AH_ERR_BUNDLE_SIGNATURE, "what is signed is not refused for its signature");
	sign(&manifest, AH_MANIFEST_TYP, in);
	claim(verify_manifest(ah_buf_slice(&manifest)) != AH_ERR_MANIFEST_INVALID, "what is signed is not refused for its signature");
	claim(verify_manifest(ah_buf_slice(&bundle)) != AH_OK && verify_bundle(ah_buf_slice(&manifest), &info) != AH_OK, "neither is taken for the other");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ah_slice in = ah_slice_make(data, size);
	ah_bundle_info info;
	ah_release_root root;
	ah_fault why = { .err = AH_OK };
	(void)verify_bundle(in, &info);
	(void)verify_manifest(in);
	as_payload(in);
	ah_err err = ah_release_root_from_pem(&root, in, &why);
	claim(err == why.err && (err == AH_OK || err == AH_ERR_KEY_INVALID), "a key is read or is invalid");
	claim(err != AH_OK || ah_ed25519_check_key(root.key) == AH_OK, "a key that is read is a safe one");
	return 0;
}
