/* Right evidence judged against a trust bundle with one thing wrong. See cases.h. B18 and section 4 of the design: a way to let a stranger say what is allowed. */
#include "forged/cases.h"

#include "codec/text.h"
#include "crypto/ed25519_key.h"
#include "policy/bundle.h"

#include <stdio.h>

#define HEADER_TAIL "\"kid\":\"k1\",\"typ\":\"" AH_BUNDLE_TYP "\"}"
#define HEADER      "{\"alg\":\"EdDSA\"," HEADER_TAIL

/* -- Signing: key 0 is the pinned root -- */

static ah_ed25519_key *key_of(unsigned number)
{
	ah_ed25519_key *key = NULL;
	uint8_t seed[32];
	memset(seed, (int)(0x41 + number), sizeof seed);
	FORGE_MUST(ah_ed25519_key_from_seed(&key, seed));
	return key;
}

static void pin(forge *f, size_t at, unsigned number)
{
	AH_AUTO_PTR(ah_ed25519_key) key = key_of(number);
	memcpy(f->roots[at].key, ah_ed25519_key_public(key), sizeof f->roots[at].key);
}

static void seal(forge *f, ah_slice policy, const char *header, unsigned number)
{
	AH_AUTO_PTR(ah_ed25519_key) key = key_of(number);
	uint8_t signature[AH_ED25519_SIGNATURE_LEN];
	ah_buf_clear(&f->bundle);
	FORGE_MUST(ah_base64url_encode(&f->bundle, ah_slice_text(header)));
	FORGE_MUST(ah_buf_append_byte(&f->bundle, '.'));
	FORGE_MUST(ah_base64url_encode(&f->bundle, policy));
	FORGE_MUST(ah_ed25519_sign(key, ah_buf_slice(&f->bundle), signature));
	FORGE_MUST(ah_buf_append_byte(&f->bundle, '.'));
	FORGE_MUST(ah_base64url_encode(&f->bundle, AH_SLICE_OF(signature)));
	pin(f, 0, 0);
	f->trust = (ah_trust){ .bundle = ah_buf_slice(&f->bundle), .roots = f->roots, .root_count = 1, .workload = "forged" };
}

static void signed_well(forge *f, ah_slice policy) { seal(f, policy, HEADER, 0); }
static void by_another(forge *f, ah_slice policy) { seal(f, policy, HEADER, 1); }
static void alg_none(forge *f, ah_slice policy) { seal(f, policy, "{\"alg\":\"none\"," HEADER_TAIL, 0); }
static void alg_hs256(forge *f, ah_slice policy) { seal(f, policy, "{\"alg\":\"HS256\"," HEADER_TAIL, 0); }
static void alg_es256(forge *f, ah_slice policy) { seal(f, policy, "{\"alg\":\"ES256\"," HEADER_TAIL, 0); }
static void with_jwk(forge *f, ah_slice policy) { seal(f, policy, "{\"alg\":\"EdDSA\",\"jwk\":{\"kty\":\"OKP\"}," HEADER_TAIL, 0); }
static void with_jku(forge *f, ah_slice policy) { seal(f, policy, "{\"alg\":\"EdDSA\",\"jku\":\"https://evil.example\"," HEADER_TAIL, 0); }
static void with_crit(forge *f, ah_slice policy) { seal(f, policy, "{\"alg\":\"EdDSA\",\"crit\":[\"b64\"]," HEADER_TAIL, 0); }
static void with_b64(forge *f, ah_slice policy) { seal(f, policy, "{\"alg\":\"EdDSA\",\"b64\":true," HEADER_TAIL, 0); }
static void alg_twice(forge *f, ah_slice policy) { seal(f, policy, "{\"alg\":\"EdDSA\",\"alg\":\"EdDSA\"," HEADER_TAIL, 0); }
static void other_typ(forge *f, ah_slice policy) { seal(f, policy, "{\"alg\":\"EdDSA\",\"kid\":\"k1\",\"typ\":\"JWT\"}", 0); }

static void flipped(forge *f, ah_slice policy)
{
	seal(f, policy, HEADER, 0);
	uint8_t *digit = &f->bundle.ptr[f->bundle.len - 10];
	*digit = *digit == 'A' ? 'B' : 'A';
}

static void by_the_second_root(forge *f, ah_slice policy)
{
	seal(f, policy, HEADER, 1);
	pin(f, 1, 1);
	f->trust.root_count = 2;
}

static void for_another_workload(forge *f, ah_slice policy)
{
	seal(f, policy, HEADER, 0);
	f->trust.workload = "another";
}

/* The policies of the forge have version 1; nothing is below it, so what was seen before is what varies. */
static void remember(forge *f, size_t root, int64_t version)
{
	static const uint8_t other[32] = { 1 };
	if (f->state == NULL)
		FORGE_MUST(ah_state_new(&f->state));
	FORGE_MUST(ah_state_note_bundle(f->state, f->roots[root].key, "forged", version, other));
}

static void with_an_empty_state(forge *f, ah_slice policy)
{
	seal(f, policy, HEADER, 0);
	FORGE_MUST(ah_state_new(&f->state));
}

static void older_than_seen(forge *f, ah_slice policy)
{
	seal(f, policy, HEADER, 0);
	remember(f, 0, 2);
}

static void another_of_the_same_version(forge *f, ah_slice policy)
{
	seal(f, policy, HEADER, 0);
	remember(f, 0, 1);
}

static void older_than_the_other_root_signed(forge *f, ah_slice policy)
{
	by_the_second_root(f, policy);
	remember(f, 0, 2);
}

/* -- The cases -- */

#define SIGNS(name, function) \
	static void name(forge *f) { f->sign_policy = function; }

SIGNS(use_good, signed_well)
SIGNS(use_second, by_the_second_root)
SIGNS(use_state, with_an_empty_state)
SIGNS(use_stranger, by_another)
SIGNS(use_flipped, flipped)
SIGNS(use_none, alg_none)
SIGNS(use_hs256, alg_hs256)
SIGNS(use_es256, alg_es256)
SIGNS(use_jwk, with_jwk)
SIGNS(use_jku, with_jku)
SIGNS(use_crit, with_crit)
SIGNS(use_b64, with_b64)
SIGNS(use_twice, alg_twice)
SIGNS(use_typ, other_typ)
SIGNS(use_workload, for_another_workload)
SIGNS(use_older, older_than_seen)
SIGNS(use_same_version, another_of_the_same_version)
SIGNS(use_rotated_back, older_than_the_other_root_signed)

static void use_expired(forge *f)
{
	f->sign_policy = signed_well;
	f->policy_text.valid_until_s = FORGE_NOW_S;
}

static void use_future(forge *f)
{
	f->sign_policy = signed_well;
	f->policy_text.issued_at_s = f->policy_text.valid_from_s = FORGE_NOW_S + 301;
}

/* A bundle says more than who signed it: the policy inside is applied. */
static void use_another_image(forge *f)
{
	f->sign_policy = signed_well;
	memset(f->pcrs[0], 0x33, sizeof f->pcrs[0]);
}

#define NITRO(name, check, err, change) { name, AH_PLATFORM_NITRO, check, err, change, NULL, FORGE_ALONE, 0, 0, 0 }
#define FALSE_SIGNATURE(name, change) NITRO(name, AH_CHECK_BUNDLE_SIGNATURE, AH_ERR_BUNDLE_SIGNATURE, change)

const forge_case forge_bundle_cases[] = {
	NITRO("bundle_of_the_pinned_root", AH_CHECK_COUNT, AH_OK, use_good),
	NITRO("bundle_of_the_second_root_during_rotation", AH_CHECK_COUNT, AH_OK, use_second),
	NITRO("bundle_seen_for_the_first_time", AH_CHECK_COUNT, AH_OK, use_state),
	FALSE_SIGNATURE("B18_bundle_of_a_root_that_is_not_pinned", use_stranger),
	FALSE_SIGNATURE("B18_bundle_with_a_flipped_signature", use_flipped),
	FALSE_SIGNATURE("B18_bundle_with_alg_none", use_none),
	FALSE_SIGNATURE("B18_bundle_with_alg_hs256", use_hs256),
	FALSE_SIGNATURE("B18_bundle_with_alg_es256", use_es256),
	FALSE_SIGNATURE("B18_bundle_with_its_own_key", use_jwk),
	FALSE_SIGNATURE("B18_bundle_with_a_key_url", use_jku),
	FALSE_SIGNATURE("B18_bundle_with_crit", use_crit),
	FALSE_SIGNATURE("B18_bundle_with_b64", use_b64),
	FALSE_SIGNATURE("B18_bundle_with_a_header_member_twice", use_twice),
	FALSE_SIGNATURE("B18_bundle_of_another_type", use_typ),
	NITRO("B18_bundle_for_another_workload", AH_CHECK_BUNDLE_WORKLOAD, AH_ERR_WORKLOAD, use_workload),
	NITRO("B18_bundle_expired", AH_CHECK_POLICY_TIME, AH_ERR_POLICY_EXPIRED, use_expired),
	NITRO("B18_bundle_not_yet_valid", AH_CHECK_POLICY_TIME, AH_ERR_POLICY_NOT_YET_VALID, use_future),
	NITRO("B18_bundle_older_than_seen", AH_CHECK_BUNDLE_ROLLBACK, AH_ERR_BUNDLE_ROLLBACK, use_older),
	NITRO("B18_bundle_of_the_new_root_older_than_the_old_ones", AH_CHECK_BUNDLE_ROLLBACK, AH_ERR_BUNDLE_ROLLBACK, use_rotated_back),
	/* The state refuses to remember two bundles of one version as well. */
	{ "B18_bundle_with_the_version_of_another", AH_PLATFORM_NITRO, AH_CHECK_BUNDLE_ROLLBACK, AH_ERR_BUNDLE_ROLLBACK, use_same_version, NULL, FORGE_OVERLAPPED, 0, 0, 0 },
	NITRO("bundle_that_lists_another_image", AH_CHECK_MEASUREMENT, AH_ERR_MEASUREMENT, use_another_image),
};
const size_t forge_bundle_case_count = sizeof forge_bundle_cases / sizeof forge_bundle_cases[0];
