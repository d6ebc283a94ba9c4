/* See binding.h and anchorhold/binding.h. The one place that makes report data, for the attesting and for the verifying side. */
#include "policy/binding.h"

#include "base/fault.h"
#include "base/limits.h"
#include "base/slice.h"

#define STEP              "binding"
#define LABEL             "anchorhold/binding/v1" /* hashed with its terminating NUL */
#define DEPLOYMENT_ID_MAX 128
#define NONCE_MIN         16
#define NONCE_MAX         64
#define POINT_LEN         65
#define POINT_UNCOMPRESSED 0x04
#define VALUE_LEN         32

/* -- rules on the arguments -- */

static bool is_one_of(const char *text, const char *const *names, size_t count)
{
	for (size_t i = 0; text != NULL && i < count; i++)
		if (ah_slice_is_text(ah_slice_text(text), names[i]))
			return true;
	return false;
}

static ah_err check_field(const char *name, ah_slice value, bool may_be_absent, size_t min, size_t max, ah_fault *why)
{
	if (value.len == 0 && may_be_absent)
		return AH_OK;
	size_t len = value.ptr != NULL ? value.len : 0;
	if (len >= min && len <= max)
		return AH_OK;
	if (min == max)
		return ah_fault_set(why, AH_ERR_ARGUMENT, STEP, "%s has %zu bytes, not %zu", name, len, min);
	return ah_fault_set(why, AH_ERR_ARGUMENT, STEP, "%s has %zu bytes, not %zu to %zu", name, len, min, max);
}

static ah_err check_names(const ah_binding *b, ah_fault *why)
{
	static const char *const purposes[] = { "tls", "oak", "sealed-ws", "nostr", "kms" };
	static const char *const roles[] = { "server", "client" };
	if (!is_one_of(b->purpose, purposes, sizeof purposes / sizeof purposes[0]))
		return ah_fault_set(why, AH_ERR_ARGUMENT, STEP, "purpose is none of tls, oak, sealed-ws, nostr, kms");
	if (!is_one_of(b->role, roles, sizeof roles / sizeof roles[0]))
		return ah_fault_set(why, AH_ERR_ARGUMENT, STEP, "role is neither server nor client");
	return AH_OK;
}

static ah_err check_times(const ah_binding *b, ah_fault *why)
{
	if (b->issued_at_s < 0)
		return ah_fault_set(why, AH_ERR_ARGUMENT, STEP, "issued_at is before 1970");
	if (b->max_age_s < 1 || b->max_age_s > AH_EVIDENCE_AGE_MAX_S)
		return ah_fault_set(why, AH_ERR_ARGUMENT, STEP, "max_age is not 1 to %d seconds", AH_EVIDENCE_AGE_MAX_S);
	return AH_OK;
}

/* The TLS leaf is bound exactly where one exists: by a server on tls. */
static ah_err check_spki(const ah_binding *b, ah_fault *why)
{
	bool needed = ah_slice_is_text(ah_slice_text(b->purpose), "tls") && ah_slice_is_text(ah_slice_text(b->role), "server");
	if (!needed && b->spki_sha256.len != 0)
		return ah_fault_set(why, AH_ERR_ARGUMENT, STEP, "spki_sha256 belongs to purpose tls and role server alone");
	return check_field("spki_sha256", b->spki_sha256, !needed, VALUE_LEN, VALUE_LEN, why);
}

static ah_err check_binding(const ah_binding *b, ah_fault *why)
{
	AH_TRY(check_names(b, why));
	AH_TRY(check_field("deployment_id", b->deployment_id, true, 1, DEPLOYMENT_ID_MAX, why));
	AH_TRY(check_field("nonce", b->nonce, true, NONCE_MIN, NONCE_MAX, why));
	AH_TRY(check_times(b, why));
	AH_TRY(check_field("binding_p256", b->binding_p256, false, POINT_LEN, POINT_LEN, why));
	if (b->binding_p256.ptr[0] != POINT_UNCOMPRESSED)
		return ah_fault_set(why, AH_ERR_ARGUMENT, STEP, "binding_p256 is not an uncompressed point");
	AH_TRY(check_field("x25519", b->x25519, true, VALUE_LEN, VALUE_LEN, why));
	AH_TRY(check_field("ed25519", b->ed25519, true, VALUE_LEN, VALUE_LEN, why));
	AH_TRY(check_field("service_key", b->service_key, true, VALUE_LEN, VALUE_LEN, why));
	AH_TRY(check_field("session_value", b->session_value, true, VALUE_LEN, VALUE_LEN, why));
	AH_TRY(check_field("tag", b->tag, true, VALUE_LEN, VALUE_LEN, why));
	return check_spki(b, why);
}

/* -- the hash input, as a list of parts -- */

#define PREFIXED_MAX 9

typedef struct parts {
	ah_slice list[1 + 2 * PREFIXED_MAX + 2];
	size_t count;
	uint8_t lengths[PREFIXED_MAX][4];
	size_t length_count;
} parts;

static void store_be(uint8_t *out, size_t len, uint64_t value)
{
	for (size_t i = 0; i < len; i++)
		out[i] = (uint8_t)(value >> (8 * (len - 1 - i)));
}

static void add(parts *p, ah_slice s)
{
	assert(p->count < sizeof p->list / sizeof p->list[0]);
	p->list[p->count++] = s;
}

/* LP(x) = u32be(len) || x. Lengths were checked: all are below 2^8. */
static void add_prefixed(parts *p, ah_slice s)
{
	assert(p->length_count < PREFIXED_MAX);
	uint8_t *length = p->lengths[p->length_count++];
	store_be(length, sizeof p->lengths[0], s.len);
	add(p, ah_slice_make(length, sizeof p->lengths[0]));
	add(p, s);
}

/* R[0:32], Tresor's formula: an absent value is 32 zero bytes. */
static ah_err hash_identity(ah_crypto *crypto, const ah_binding *b, uint8_t out[static AH_SHA256_LEN])
{
	static const uint8_t zero[VALUE_LEN] = { 0 };
	const ah_slice list[2] = {
		b->spki_sha256.len != 0 ? b->spki_sha256 : AH_SLICE_OF(zero),
		b->tag.len != 0 ? b->tag : AH_SLICE_OF(zero),
	};
	return ah_hash(crypto, AH_SHA256, list, 2, out);
}

/* R[32:64] */
static ah_err hash_session(ah_crypto *crypto, const ah_binding *b, uint8_t out[static AH_SHA256_LEN])
{
	static const char label[] = LABEL;
	uint8_t issued_at[8], max_age[4];
	store_be(issued_at, sizeof issued_at, (uint64_t)b->issued_at_s);
	store_be(max_age, sizeof max_age, b->max_age_s);
	parts p = { .count = 0 };
	add(&p, AH_SLICE_OF(label));
	add_prefixed(&p, ah_slice_text(b->purpose));
	add_prefixed(&p, ah_slice_text(b->role));
	add_prefixed(&p, b->deployment_id);
	add_prefixed(&p, b->nonce);
	add(&p, AH_SLICE_OF(issued_at));
	add(&p, AH_SLICE_OF(max_age));
	add_prefixed(&p, b->binding_p256);
	add_prefixed(&p, b->x25519);
	add_prefixed(&p, b->ed25519);
	add_prefixed(&p, b->service_key);
	add_prefixed(&p, b->session_value);
	return ah_hash(crypto, AH_SHA256, p.list, p.count, out);
}

void ah__binding_p256_spki(uint8_t out[static AH_P256_SPKI_LEN], const uint8_t point[static 65])
{
	/* RFC 5480 2: SEQUENCE { SEQUENCE { id-ecPublicKey, secp256r1 }, BIT STRING } up to the point. */
	static const uint8_t head[] = { 0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d,
	                                0x03, 0x01, 0x07, 0x03, 0x42, 0x00 };
	static_assert(sizeof head + POINT_LEN == AH_P256_SPKI_LEN, "head and point are the whole");
	memcpy(out, head, sizeof head);
	memcpy(out + sizeof head, point, POINT_LEN);
}

ah_err ah__binding_identity(ah_crypto *crypto, uint8_t out[static AH_SHA256_LEN], ah_slice spki_sha256, ah_slice tag)
{
	return hash_identity(crypto, &(ah_binding){ .spki_sha256 = spki_sha256, .tag = tag }, out);
}

ah_err ah__binding_report_data(ah_crypto *crypto, uint8_t out[static AH_REPORT_DATA_LEN], const ah_binding *binding, ah_fault *why)
{
	static_assert(AH_REPORT_DATA_LEN == 2 * AH_SHA256_LEN, "R is two hashes");
	AH_TRY(check_binding(binding, why));
	uint8_t identity[AH_SHA256_LEN], session[AH_SHA256_LEN];
	AH_TRY(hash_identity(crypto, binding, identity));
	AH_TRY(hash_session(crypto, binding, session));
	memcpy(out, identity, sizeof identity);
	memcpy(out + sizeof identity, session, sizeof session);
	return AH_OK;
}

ah_err ah_binding_report_data(uint8_t out[AH_REPORT_DATA_LEN], const ah_binding *binding, ah_fault *why)
{
	assert(out != NULL && binding != NULL);
	AH_TRY(check_binding(binding, why)); /* a wrong argument costs no library context */
	AH_AUTO_PTR(ah_crypto) crypto = NULL;
	AH_TRY(ah_crypto_new(&crypto, why));
	return ah__binding_report_data(crypto, out, binding, why);
}
