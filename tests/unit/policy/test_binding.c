/*
 * Report data R: known answers made by an independent script, every rule on an argument, and unambiguity.
 *
 * The answers come from Python's hashlib:
 *
 *   import hashlib, struct
 *   lp = lambda x: struct.pack('>I', len(x)) + x
 *   def r(purpose, role, dep=b'', nonce=b'', t=0, age=1, p256=b'', x=b'', ed=b'', sk=b'', sv=b'', spki=bytes(32), tag=bytes(32)):
 *       a = hashlib.sha256(spki + tag).hexdigest()
 *       b = hashlib.sha256(b'anchorhold/binding/v1\0' + lp(purpose) + lp(role) + lp(dep) + lp(nonce) + struct.pack('>QI', t, age)
 *                          + lp(p256) + lp(x) + lp(ed) + lp(sk) + lp(sv)).hexdigest()
 *       return a + b
 *   f = lambda seed, n: bytes((seed + 7 * i) & 255 for i in range(n))
 *   point = b'\x04' + f(9, 64)
 *   r(b'tls', b'server', b'prod-eu-1', f(1, 32), 1795166431, 3600, point, f(2, 32), f(3, 32), f(4, 32), f(5, 32), f(6, 32), f(7, 32))
 *   r(b'oak', b'client', t=0, age=1, p256=point)
 *   r(b'tls', b'client', t=2**40, age=3600, p256=point, ed=f(3, 32), tag=f(7, 32))
 *   r(b'sealed-ws', b'server', f(65, 128), f(1, 16), 1795166431, 300, point, f(2, 32), sv=f(5, 32))
 *   r(b'nostr', b'server', nonce=f(1, 64), t=1795166431, age=60, p256=point, sk=f(4, 32))
 *   r(b'kms', b'server', t=1795166431, age=60, p256=point)
 */
#include <anchorhold/binding.h>

#include "support/test.h"

/* f() of the script: bytes of every field, long enough for any. */
typedef struct bytes {
	uint8_t deployment_id[129], nonce[65], point[66], x25519[33], ed25519[33], service_key[33], session_value[33], spki[33], tag[33];
} bytes;

static void fill(uint8_t *out, size_t len, uint8_t seed)
{
	for (size_t i = 0; i < len; i++)
		out[i] = (uint8_t)(seed + 7 * i);
}

static void make_bytes(bytes *b)
{
	fill(b->deployment_id, sizeof b->deployment_id, 65);
	fill(b->nonce, sizeof b->nonce, 1);
	b->point[0] = 0x04;
	fill(b->point + 1, sizeof b->point - 1, 9);
	fill(b->x25519, sizeof b->x25519, 2);
	fill(b->ed25519, sizeof b->ed25519, 3);
	fill(b->service_key, sizeof b->service_key, 4);
	fill(b->session_value, sizeof b->session_value, 5);
	fill(b->spki, sizeof b->spki, 6);
	fill(b->tag, sizeof b->tag, 7);
}

/* Every field is there. */
static ah_binding make_full(bytes *b)
{
	make_bytes(b);
	return (ah_binding){
		.purpose = "tls",
		.role = "server",
		.deployment_id = ah_slice_text("prod-eu-1"),
		.nonce = ah_slice_make(b->nonce, 32),
		.issued_at_s = 1795166431,
		.max_age_s = 3600,
		.binding_p256 = ah_slice_make(b->point, 65),
		.x25519 = ah_slice_make(b->x25519, 32),
		.ed25519 = ah_slice_make(b->ed25519, 32),
		.service_key = ah_slice_make(b->service_key, 32),
		.session_value = ah_slice_make(b->session_value, 32),
		.spki_sha256 = ah_slice_make(b->spki, 32),
		.tag = ah_slice_make(b->tag, 32),
	};
}

static ah_binding make_least(bytes *b, const char *purpose, const char *role, int64_t issued_at_s, uint32_t max_age_s)
{
	make_bytes(b);
	return (ah_binding){
		.purpose = purpose,
		.role = role,
		.issued_at_s = issued_at_s,
		.max_age_s = max_age_s,
		.binding_p256 = ah_slice_make(b->point, 65),
	};
}

static void expect_known(const ah_binding *binding, const char *hex)
{
	uint8_t r[AH_REPORT_DATA_LEN];
	AH_AUTO(ah_buf) wanted = AH_BUF(AH_REPORT_DATA_LEN);
	ah_test_hex(&wanted, hex);
	EXPECT_OK(ah_binding_report_data(r, binding, NULL));
	EXPECT_BYTES(AH_SLICE_OF(r), ah_buf_slice(&wanted));
	ah_test_count(1);
}

static void known_answers_of_an_independent_implementation(void)
{
	bytes b;
	ah_binding x = make_full(&b);
	expect_known(&x, "774379ad69243b82bd6803d3b628ad0d1f6f0ef0af21a4c7036ee62e154ce1d2b06bdfd4da52f2692ca2db760208aa5b709d39e78172ed743139cbbec0ddd9dc");
	x = make_least(&b, "oak", "client", 0, 1);
	expect_known(&x, "f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b2a245757702ca142b47cdaed65a6ae9c74a366b8b121c422b5ac593b577ad7fe");
	x = make_least(&b, "tls", "client", INT64_C(1) << 40, 3600);
	x.ed25519 = ah_slice_make(b.ed25519, 32);
	x.tag = ah_slice_make(b.tag, 32);
	expect_known(&x, "4106a86e292a1064b75c4c707e753739eb57acc028e63db569b2e305ccda67e92d67e097f16b8fde14805bf7aea83db3ce93ca75af87bf54071d436fcd94f782");
	x = make_least(&b, "sealed-ws", "server", 1795166431, 300);
	x.deployment_id = ah_slice_make(b.deployment_id, 128);
	x.nonce = ah_slice_make(b.nonce, 16);
	x.x25519 = ah_slice_make(b.x25519, 32);
	x.session_value = ah_slice_make(b.session_value, 32);
	expect_known(&x, "f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b56162200372e522d09596eb6cf5eeb2024160543371e0eb416d7462c7669905b");
	x = make_least(&b, "nostr", "server", 1795166431, 60);
	x.nonce = ah_slice_make(b.nonce, 64);
	x.service_key = ah_slice_make(b.service_key, 32);
	expect_known(&x, "f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b9481640391a4ad29df2f61375b2a680c6484db95c2e90f4194f1c1d4226846c3");
	x = make_least(&b, "kms", "server", 1795166431, 60);
	expect_known(&x, "f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b70098c33318ce1466363b8bc70daf371dd8995c7036b55c6f1efd9db6eefd767");
}

/* -- rules -- */

/* The call refuses with AH_ERR_ARGUMENT, its detail begins with the name of the field, and the output is untouched. */
static void expect_argument(const ah_binding *binding, const char *field)
{
	uint8_t r[AH_REPORT_DATA_LEN], untouched[AH_REPORT_DATA_LEN];
	ah_fault why = { .err = AH_OK };
	memset(r, 0xa5, sizeof r);
	memset(untouched, 0xa5, sizeof untouched);
	EXPECT_ERR(ah_binding_report_data(r, binding, &why), AH_ERR_ARGUMENT);
	EXPECT_MSG(strncmp(why.detail, field, strlen(field)) == 0, "%s: %s", field, why.detail);
	EXPECT_BYTES(AH_SLICE_OF(r), AH_SLICE_OF(untouched));
	EXPECT_ERR(ah_binding_report_data(r, binding, NULL), AH_ERR_ARGUMENT);
	ah_test_count(1);
}

static void expect_allowed(const ah_binding *binding)
{
	uint8_t r[AH_REPORT_DATA_LEN];
	EXPECT_OK(ah_binding_report_data(r, binding, NULL));
	ah_test_count(1);
}

static void purpose_and_role_are_of_the_list(void)
{
	static const char *const bad[] = { NULL, "", "TLS", "tls ", "tl", "quic", "server" };
	bytes b;
	ah_binding x = make_full(&b);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		x.purpose = bad[i];
		expect_argument(&x, "purpose");
	}
	for (size_t i = 0; i + 1 < sizeof bad / sizeof bad[0]; i++) {
		x = make_full(&b);
		x.role = bad[i];
		expect_argument(&x, "role");
	}
}

static void times_are_in_range(void)
{
	bytes b;
	ah_binding x = make_full(&b);
	x.issued_at_s = -1;
	expect_argument(&x, "issued_at");
	x.issued_at_s = 0;
	expect_allowed(&x);
	x.issued_at_s = INT64_MAX;
	expect_allowed(&x);
	x.max_age_s = 0;
	expect_argument(&x, "max_age");
	x.max_age_s = 3601;
	expect_argument(&x, "max_age");
	x.max_age_s = 1;
	expect_allowed(&x);
}

static void the_nonce_has_16_to_64_bytes_or_none(void)
{
	bytes b;
	ah_binding x = make_full(&b);
	for (size_t len = 0; len <= 65; len++) {
		x.nonce = ah_slice_make(b.nonce, len);
		if (len == 0 || (len >= 16 && len <= 64))
			expect_allowed(&x);
		else
			expect_argument(&x, "nonce");
	}
	x.nonce = ah_slice_make(NULL, 32);
	expect_argument(&x, "nonce");
}

static void the_deployment_id_has_at_most_128_bytes(void)
{
	bytes b;
	ah_binding x = make_full(&b);
	x.deployment_id = ah_slice_make(b.deployment_id, 128);
	expect_allowed(&x);
	x.deployment_id = ah_slice_make(b.deployment_id, 129);
	expect_argument(&x, "deployment_id");
	x.deployment_id = ah_slice_make(NULL, 1);
	expect_argument(&x, "deployment_id");
}

static void the_binding_key_is_mandatory_and_uncompressed(void)
{
	bytes b;
	ah_binding x = make_full(&b);
	x.binding_p256 = ah_slice_make(NULL, 0);
	expect_argument(&x, "binding_p256");
	x.binding_p256 = ah_slice_make(NULL, 65);
	expect_argument(&x, "binding_p256");
	x.binding_p256 = ah_slice_make(b.point, 64);
	expect_argument(&x, "binding_p256");
	x.binding_p256 = ah_slice_make(b.point, 66);
	expect_argument(&x, "binding_p256");
	x.binding_p256 = ah_slice_make(b.point, 65);
	b.point[0] = 0x02;
	expect_argument(&x, "binding_p256");
}

static void keys_and_digests_have_32_bytes_or_none(void)
{
	bytes b;
	ah_binding x = make_full(&b);
	struct { const char *name; ah_slice *field; const uint8_t *bytes; } fields[] = {
		{ "x25519", &x.x25519, b.x25519 },
		{ "ed25519", &x.ed25519, b.ed25519 },
		{ "service_key", &x.service_key, b.service_key },
		{ "session_value", &x.session_value, b.session_value },
		{ "tag", &x.tag, b.tag },
	};
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
		static const size_t bad[] = { 1, 31, 33 };
		for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++) {
			*fields[i].field = ah_slice_make(fields[i].bytes, bad[k]);
			expect_argument(&x, fields[i].name);
		}
		*fields[i].field = ah_slice_make(NULL, 32);
		expect_argument(&x, fields[i].name);
		*fields[i].field = ah_slice_make(NULL, 0);
		expect_allowed(&x);
		*fields[i].field = ah_slice_make(fields[i].bytes, 32);
		expect_allowed(&x);
	}
}

static void the_tls_key_is_bound_by_tls_servers_and_by_nobody_else(void)
{
	bytes b;
	ah_binding x = make_full(&b);
	x.spki_sha256 = ah_slice_make(NULL, 0);
	expect_argument(&x, "spki_sha256");
	x.spki_sha256 = ah_slice_make(b.spki, 31);
	expect_argument(&x, "spki_sha256");
	x.spki_sha256 = ah_slice_make(NULL, 32);
	expect_argument(&x, "spki_sha256");
	x = make_full(&b);
	x.role = "client";
	expect_argument(&x, "spki_sha256");
	x.spki_sha256 = ah_slice_make(NULL, 0);
	expect_allowed(&x);
	x = make_full(&b);
	x.purpose = "oak";
	expect_argument(&x, "spki_sha256");
	x.spki_sha256 = ah_slice_make(NULL, 0);
	expect_allowed(&x);
}

/* -- unambiguity -- */

#define SEEN_MAX 4096
static uint8_t seen[SEEN_MAX][AH_REPORT_DATA_LEN];
static size_t seen_count;

/* R differs from every R before it. */
static void expect_new(const ah_binding *binding)
{
	uint8_t r[AH_REPORT_DATA_LEN];
	EXPECT_OK(ah_binding_report_data(r, binding, NULL));
	for (size_t i = 0; i < seen_count; i++)
		EXPECT_MSG(!ah_slice_is(AH_SLICE_OF(r), AH_SLICE_OF(seen[i])), "the same R as number %zu", i);
	EXPECT(seen_count < SEEN_MAX);
	memcpy(seen[seen_count++], r, sizeof r);
	ah_test_count(1);
}

/* The same bytes divided otherwise between neighbours are another binding: without lengths, each of these would be the same hash input. */
static void bytes_that_move_to_the_next_field_change_r(void)
{
	static uint8_t same[256];
	bytes b;
	ah_binding x = make_least(&b, "sealed-ws", "client", 1795166431, 60);
	seen_count = 0;
	memset(same, 0x5a, sizeof same);
	for (size_t nonce_len = 16; nonce_len <= 64; nonce_len++) {
		x.nonce = ah_slice_make(same, nonce_len);
		x.deployment_id = ah_slice_make(same, 80 - nonce_len);
		expect_new(&x);
	}
	x.deployment_id = ah_slice_make(same, 80);
	x.nonce = ah_slice_make(NULL, 0);
	expect_new(&x);
	ah_slice *const neighbours[] = { &x.x25519, &x.ed25519, &x.service_key, &x.session_value };
	for (unsigned set = 1; set < 16; set++) {
		for (size_t i = 0; i < 4; i++)
			*neighbours[i] = ah_slice_make(same, (set >> i & 1) != 0 ? 32 : 0);
		expect_new(&x);
	}
}

static void every_field_changes_r(void)
{
	static const char *const purposes[] = { "oak", "sealed-ws", "nostr", "kms" };
	bytes b;
	ah_binding x = make_full(&b);
	seen_count = 0;
	expect_new(&x);
	ah_slice *const fields[] = {
		&x.deployment_id, &x.nonce, &x.binding_p256, &x.x25519, &x.ed25519, &x.service_key, &x.session_value, &x.spki_sha256, &x.tag,
	};
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
		for (size_t at = 0; at < fields[i]->len; at++) {
			uint8_t changed[130];
			ah_slice was = *fields[i];
			if (fields[i] == &x.binding_p256 && at == 0)
				continue; /* the form of the point, always 4 */
			memcpy(changed, was.ptr, was.len);
			changed[at] ^= 1;
			*fields[i] = ah_slice_make(changed, was.len);
			expect_new(&x);
			*fields[i] = was;
		}
	x.issued_at_s++;
	expect_new(&x);
	x.max_age_s--;
	expect_new(&x);
	x.spki_sha256 = ah_slice_make(NULL, 0);
	x.role = "client";
	expect_new(&x);
	for (size_t i = 0; i < sizeof purposes / sizeof purposes[0]; i++) {
		x.purpose = purposes[i];
		x.role = "client";
		expect_new(&x);
		x.role = "server";
		expect_new(&x);
	}
}

static void the_tls_key_and_the_tag_do_not_change_places(void)
{
	bytes b;
	ah_binding x = make_full(&b);
	seen_count = 0;
	expect_new(&x);
	x.spki_sha256 = ah_slice_make(b.tag, 32);
	x.tag = ah_slice_make(b.spki, 32);
	expect_new(&x);
}

static const ah_test_case cases[] = {
	AH_TEST(known_answers_of_an_independent_implementation),
	AH_TEST(purpose_and_role_are_of_the_list),
	AH_TEST(times_are_in_range),
	AH_TEST(the_nonce_has_16_to_64_bytes_or_none),
	AH_TEST(the_deployment_id_has_at_most_128_bytes),
	AH_TEST(the_binding_key_is_mandatory_and_uncompressed),
	AH_TEST(keys_and_digests_have_32_bytes_or_none),
	AH_TEST(the_tls_key_is_bound_by_tls_servers_and_by_nobody_else),
	AH_TEST(bytes_that_move_to_the_next_field_change_r),
	AH_TEST(every_field_changes_r),
	AH_TEST(the_tls_key_and_the_tag_do_not_change_places),
};
AH_TEST_MAIN(cases)
