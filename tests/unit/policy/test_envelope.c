/*
 * Goal: an envelope is taken exactly as docs/protocol/envelope.md says, or refused by the name of the member that is wrong; what is written is what was
 * read; the session statement and the form of the binding key are those of other implementations.
 * Method: tables of edits of small documents; known answers made with Python (hashlib, struct, cryptography).
 */
#include "edit.h"

#include "policy/binding.h"
#include "policy/envelope.h"
#include "policy/session.h"

#define HEAD_OURS "{\"deployment_id\":\"prod-eu-1\",\"evidence_b64\":\"AAECAw==\",\"freshness\":\"cached\",\"issued_at\":\"2026-11-20T09:20:31Z\","
#define POINT "04" HEX32("a") HEX32("b")
#define NONCE16 "AAECAwQFBgcICQoLDA0ODw"
#define SIGNATURE "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="
/* Canonical: this is also what the writer writes. */
static const char ours[] = HEAD_OURS
	"\"keys\":{\"binding_p256\":\"" POINT "\",\"ed25519\":\"" HEX32("1") "\",\"service_key\":\"" HEX32("2") "\",\"x25519\":\"" HEX32("3") "\"},"
	"\"max_age_seconds\":3600,\"nonce\":\"" NONCE16 "\",\"peer_nonce\":\"" NONCE16 "\",\"platform\":\"sev-snp\",\"purpose\":\"tls\",\"role\":\"server\","
	"\"schema\":\"anchorhold.attestation/v1\",\"session_signature\":\"" SIGNATURE "\",\"tls_spki_sha256\":\"" HEX32("4") "\","
	"\"trust_bundle_url\":\"https://trust.example/b.jws\",\"vek_chain_pem\":\"-----BEGIN CERTIFICATE-----\\nAAAA\\n-----END CERTIFICATE-----\\n\","
	"\"workload\":\"router\",\"workload_identity_manifest_jws\":\"a.b.c\",\"workload_identity_tag\":\"" HEX32("5") "\"}";

static const char least[] =
	"{\"evidence_b64\":\"AA==\",\"freshness\":\"cached\",\"issued_at\":\"1970-01-01T00:00:00Z\",\"keys\":{\"binding_p256\":\"" POINT "\"},\"max_age_seconds\":1,"
	"\"platform\":\"tdx\",\"purpose\":\"oak\",\"role\":\"client\",\"schema\":\"anchorhold.attestation/v1\",\"workload\":\"w\"}";

static const char tresor[] =
	"{\"issued_at\":\"2026-11-20T09:20:31Z\",\"max_age_seconds\":600,\"schema\":\"tresor.attestation/v1\",\"snp_report_b64\":\"AAECAw==\","
	"\"tls_spki_sha256\":\"" HEX32("4") "\",\"trust_bundle_url\":\"https://trust.example/api/router.json\",\"vcek_chain_pem\":\"x\","
	"\"workload\":\"router\",\"workload_identity_manifest_jws\":\"a.b.c\",\"workload_identity_tag\":\"" HEX32("5") "\"}";

static ah_err parse(ah_envelope **out, const char *text, ah_fault *why)
{
	*why = (ah_fault){ .offset = AH_NO_OFFSET };
	size_t len = strlen(text);
	uint8_t *exact = (uint8_t *)malloc(len != 0 ? len : 1); /* a read beyond the end is then seen by the sanitizers */
	if (exact == NULL)
		abort();
	for (size_t i = 0; i < len; i++)
		exact[i] = (uint8_t)text[i];
	ah_err err = ah_envelope_parse(out, ah_slice_make(exact, len), why);
	free(exact);
	return err;
}

/* -- taken -- */

static void every_member_is_taken(void)
{
	AH_AUTO_PTR(ah_envelope) e = NULL;
	ah_fault why;
	EXPECT_OK(parse(&e, ours, &why));
	const ah_envelope_claims *says = &e->says;
	uint8_t wanted[32];
	EXPECT(!says->is_tresor && e->platform == AH_PLATFORM_SNP && !says->is_fresh);
	EXPECT(strcmp(says->workload, "router") == 0 && strcmp(says->deployment_id, "prod-eu-1") == 0);
	EXPECT(strcmp(says->purpose, "tls") == 0 && strcmp(says->role, "server") == 0);
	EXPECT(says->issued_at_s == INT64_C(1795166431) && says->max_age_s == 3600);
	EXPECT(strcmp(says->trust_bundle_url, "https://trust.example/b.jws") == 0);
	EXPECT(says->has_binding_p256 && says->binding_p256[0] == 4 && says->binding_p256[1] == 0xaa && says->binding_p256[64] == 0xbb);
	memset(wanted, 0x11, 32);
	EXPECT(says->has_ed25519);
	EXPECT_BYTES(AH_SLICE_OF(says->ed25519), AH_SLICE_OF(wanted));
	memset(wanted, 0x22, 32);
	EXPECT(says->has_service_key);
	EXPECT_BYTES(AH_SLICE_OF(says->service_key), AH_SLICE_OF(wanted));
	memset(wanted, 0x33, 32);
	EXPECT(says->has_x25519);
	EXPECT_BYTES(AH_SLICE_OF(says->x25519), AH_SLICE_OF(wanted));
	memset(wanted, 0x44, 32);
	EXPECT(says->has_tls_spki);
	EXPECT_BYTES(AH_SLICE_OF(says->tls_spki_sha256), AH_SLICE_OF(wanted));
	memset(wanted, 0x55, 32);
	EXPECT(says->has_tag);
	EXPECT_BYTES(AH_SLICE_OF(says->tag), AH_SLICE_OF(wanted));
	EXPECT_BYTES(ah_buf_slice(&e->evidence), AH_SLICE_LITERAL("\x00\x01\x02\x03"));
	EXPECT_BYTES(ah_buf_slice(&e->vek_chain), AH_SLICE_LITERAL("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"));
	EXPECT_BYTES(ah_buf_slice(&e->manifest), AH_SLICE_LITERAL("a.b.c"));
	EXPECT(e->collateral.len == 0);
	EXPECT_BYTES(ah_slice_make(e->nonce, e->nonce_len), AH_SLICE_LITERAL("\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f"));
	EXPECT(e->peer_nonce_len == 16 && e->has_session_signature);
}

static void what_may_be_absent_is_absent(void)
{
	AH_AUTO_PTR(ah_envelope) e = NULL;
	ah_fault why;
	EXPECT_OK(parse(&e, edited(least, "\"freshness\":\"cached\",", ""), &why));
	EXPECT(e->platform == AH_PLATFORM_TDX && e->says.issued_at_s == 0 && e->says.max_age_s == 1 && !e->says.is_fresh);
	EXPECT(!e->says.has_tag && !e->says.has_tls_spki && !e->says.has_x25519 && !e->says.has_ed25519 && !e->says.has_service_key);
	EXPECT(e->says.deployment_id[0] == '\0' && e->says.trust_bundle_url[0] == '\0' && e->nonce_len == 0 && e->peer_nonce_len == 0);
	EXPECT(!e->has_session_signature && e->vek_chain.len == 0 && e->manifest.len == 0);
}

static void a_tresor_envelope_is_taken(void)
{
	AH_AUTO_PTR(ah_envelope) e = NULL;
	ah_fault why;
	EXPECT_OK(parse(&e, tresor, &why));
	EXPECT(e->says.is_tresor && e->platform == AH_PLATFORM_SNP && e->says.has_tls_spki && e->says.has_tag && !e->says.has_binding_p256);
	EXPECT(e->says.purpose[0] == '\0' && e->says.role[0] == '\0' && e->says.max_age_s == 600);
	EXPECT_BYTES(ah_buf_slice(&e->evidence), AH_SLICE_LITERAL("\x00\x01\x02\x03"));
}

static void collateral_is_kept_as_it_stands(void)
{
	AH_AUTO_PTR(ah_envelope) e = NULL;
	ah_fault why;
	EXPECT_OK(parse(&e, edited(least, "{\"evidence", "{\"collateral\": {\"b\": 1,  \"a\":[ 2 ]} ,\"evidence"), &why));
	EXPECT_BYTES(ah_buf_slice(&e->collateral), AH_SLICE_LITERAL("{\"b\": 1,  \"a\":[ 2 ]}"));
}

static void what_is_written_is_what_was_read(void)
{
	const char *const texts[] = { ours, least, tresor, edited(least, "{\"evidence", "{\"collateral\":{\"b\":1,\"a\":[2]},\"evidence") };
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		AH_AUTO_PTR(ah_envelope) e = NULL;
		AH_AUTO(ah_buf) json = AH_BUF(AH_ENVELOPE_MAX);
		ah_fault why;
		EXPECT_OK(parse(&e, texts[i], &why));
		EXPECT_OK(ah_envelope_write(&json, e));
		EXPECT_BYTES(ah_buf_slice(&json), ah_slice_text(texts[i]));
	}
}

static void the_writer_ends_at_its_limit(void)
{
	AH_AUTO_PTR(ah_envelope) e = NULL;
	AH_AUTO(ah_buf) json = AH_BUF(sizeof ours - 2);
	ah_fault why;
	EXPECT_OK(parse(&e, ours, &why));
	EXPECT_ERR(ah_envelope_write(&json, e), AH_ERR_LIMIT);
}

/* -- refused -- */

typedef struct refusal {
	const char *base, *find, *replacement, *detail; /* the detail begins with it */
} refusal;

static void check_refusals(const refusal *table, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		AH_AUTO_PTR(ah_envelope) e = NULL;
		ah_fault why;
		ah_err err = parse(&e, edited(table[i].base, table[i].find, table[i].replacement), &why);
		EXPECT_MSG(err == AH_ERR_ENVELOPE_MALFORMED && e == NULL, "%s -> %s: %s", table[i].find, table[i].replacement, ah_err_name(err));
		EXPECT_MSG(strncmp(why.detail, table[i].detail, strlen(table[i].detail)) == 0, "%s -> %s: %s", table[i].find, table[i].replacement, why.detail);
		ah_test_count(1);
	}
}

static void values_of_another_form_are_refused_by_name(void)
{
	static const refusal table[] = {
		{ ours, "\"router\"", "1", "workload: not a text" },
		{ ours, "\"router\"", "\"\"", "workload: 0 characters" },
		{ ours, "\"router\"", "\"r\\u006futer\"", "workload: only printable" },
		{ ours, "\"router\"", "\"rout\xc3\xa9\"", "workload: only printable" },
		{ ours, "\"router\"", "null", "workload: not a text" },
		{ ours, "\"sev-snp\"", "\"snp\"", "platform: an unknown value" },
		{ ours, "\"sev-snp\"", "\"none\"", "platform: an unknown value" },
		{ ours, "\"sev-snp\"", "\"SEV-SNP\"", "platform: an unknown value" },
		{ ours, "\"tls\"", "\"TLS\"", "purpose: an unknown value" },
		{ ours, "\"tls\"", "\"tls \"", "purpose: an unknown value" },
		{ ours, "\"tls\"", "[\"tls\"]", "purpose: not a text" },
		{ ours, "\"server\"", "\"peer\"", "role: an unknown value" },
		{ ours, "\"server\"", "true", "role: not a text" },
		{ ours, "AAECAw==", "AAECAw", "evidence_b64: not canonical base64" },
		{ ours, "AAECAw==", "AAECAx==", "evidence_b64: not canonical base64" },
		{ ours, "AAECAw==", "AAEC\\nAw==", "evidence_b64: only printable" },
		{ ours, "AAECAw==", "AAE-", "evidence_b64: not canonical base64" },
		{ ours, "AAECAw==", "", "evidence_b64: 0 characters" },
		{ ours, "\"AAECAw==\"", "0", "evidence_b64: not a text" },
		{ ours, "\"-----BEGIN CERTIFICATE-----\\nAAAA\\n-----END CERTIFICATE-----\\n\"", "\"\"", "vek_chain_pem: empty" },
		{ ours, "\"-----BEGIN CERTIFICATE-----\\nAAAA\\n-----END CERTIFICATE-----\\n\"", "[]", "vek_chain_pem: not a text" },
		{ least, "{\"evidence", "{\"collateral\":\"{}\",\"evidence", "collateral: not an object" },
		{ least, "{\"evidence", "{\"collateral\":[],\"evidence", "collateral: not an object" },
		{ ours, HEX32("4"), HEX32("4") "44", "tls_spki_sha256: 66 characters" },
		{ ours, HEX32("4"), "44", "tls_spki_sha256: not 64 lowercase" },
		{ ours, HEX32("4"), HEX32("0"), "tls_spki_sha256: all zero" },
		{ ours, HEX32("a") HEX32("b"), HEX32("A") HEX32("b"), "keys.binding_p256: not 130 lowercase" },
		{ ours, "\"04", "\"02", "keys.binding_p256: not an uncompressed" },
		{ ours, "\"04", "\"", "keys.binding_p256: not 130" },
		{ ours, POINT, "04" HEX32("0") HEX32("0"), "keys.binding_p256: all zero" },
		{ ours, HEX32("1"), HEX32("0"), "keys.ed25519: all zero" },
		{ ours, HEX32("2"), HEX32("0"), "keys.service_key: all zero" },
		{ ours, HEX32("3"), HEX32("0"), "keys.x25519: all zero" },
		{ ours, "\"" HEX32("3") "\"", "7", "keys.x25519: not a text" },
		{ ours, "\"ed25519\"", "\"ed448\"", "keys: no such member ed448" },
		{ least, "{\"binding_p256\":\"" POINT "\"}", "{}", "keys.binding_p256: required" },
		{ least, "{\"binding_p256\":\"" POINT "\"}", "[]", "keys: not an object" },
		{ ours, "prod-eu-1", "", "deployment_id: 0 characters" },
		{ ours, HEX32("5"), HEX32("0"), "workload_identity_tag: all zero" },
		{ ours, HEX32("5"), HEX32("g"), "workload_identity_tag: not 64" },
		{ ours, "a.b.c", "a.b\\tc", "workload_identity_manifest_jws: only printable" },
		{ ours, "a.b.c", "", "workload_identity_manifest_jws: 0 characters" },
		{ ours, "https://trust.example/b.jws", "https://trust.ex\xc3\xa4mple", "trust_bundle_url: only printable" },
		{ ours, "\"cached\"", "\"fresh\"", "freshness: an unknown value" },
		{ ours, "\"cached\"", "\"none\"", "freshness: an unknown value" },
		{ ours, "\"nonce\":\"" NONCE16 "\"", "\"nonce\":\"AAECAwQFBgcICQoLDA0O\"", "nonce: not 16 to 64 bytes" },
		{ ours, "\"nonce\":\"" NONCE16 "\"", "\"nonce\":\"" NONCE16 "==\"", "nonce: not 16 to 64 bytes" },
		{ ours, "\"nonce\":\"" NONCE16 "\"", "\"nonce\":\"\"", "nonce: 0 characters" },
		{ ours, "\"nonce\":\"" NONCE16 "\"", "\"nonce\":\"AAECAwQFBgcICQoLDA0OD+\"", "nonce: not 16 to 64 bytes" },
		{ ours, "\"peer_nonce\":\"" NONCE16 "\"", "\"peer_nonce\":\"AA\"", "peer_nonce: not 16 to 64 bytes" },
		{ ours, "2026-11-20T09:20:31Z", "2026-11-20T09:20:31+00:00", "issued_at: not a time" },
		{ ours, "2026-11-20T09:20:31Z", "2026-02-30T09:20:31Z", "issued_at: not a time" },
		{ ours, "\"2026-11-20T09:20:31Z\"", "1795166431", "issued_at: not a text" },
		{ ours, ":3600", ":0", "max_age_seconds: not 1 to 3600" },
		{ ours, ":3600", ":3601", "max_age_seconds: not 1 to 3600" },
		{ ours, ":3600", ":-1", "max_age_seconds: not 1 to 3600" },
		{ ours, ":3600", ":\"3600\"", "max_age_seconds: not an integer" },
		{ ours, SIGNATURE, "AAAA", "session_signature: 3 bytes, not 64" },
		{ ours, SIGNATURE, "AAA", "session_signature: not canonical base64" },
		{ ours, "anchorhold.attestation/v1", "anchorhold.attestation/v2", "schema: neither" },
		{ ours, "\"anchorhold.attestation/v1\"", "1", "schema: neither" },
		{ ours, "{\"deployment_id\"", "{\"evil\":1,\"deployment_id\"", "evil: no such member" },
		{ ours, "{\"deployment_id\"", "{\"snp_report_b64\":\"AA==\",\"deployment_id\"", "snp_report_b64: no such member" },
		{ ours, "{\"deployment_id\"", "{\"collateral\":{},\"deployment_id\"", "collateral: only tdx" },
		{ ours, "{\"deployment_id\"", "{\"workload\":\"router\",\"deployment_id\"", "not strict JSON: DuplicateKey" },
		{ ours, "\"keys\":{", "\"keys\":{\"x25519\":\"" HEX32("3") "\",", "not strict JSON: DuplicateKey" },
		{ ours, "\"max_age_seconds\":3600", "\"max_age_seconds\":3600.0", "not strict JSON" },
		{ ours, "\"max_age_seconds\":3600,", "\"max_age_seconds\":3600,,", "not strict JSON" },
		{ tresor, "\"AAECAw==\"", "\"AAECAw\"", "snp_report_b64: not canonical base64" },
		{ tresor, "\"vcek_chain_pem\":\"x\"", "\"vcek_chain_pem\":\"\"", "vcek_chain_pem: empty" },
		{ tresor, "{\"issued_at\"", "{\"platform\":\"sev-snp\",\"issued_at\"", "platform: no such member" },
		{ tresor, "{\"issued_at\"", "{\"nonce\":\"" NONCE16 "\",\"issued_at\"", "nonce: no such member" },
		{ tresor, "{\"issued_at\"", "{\"purpose\":\"tls\",\"issued_at\"", "purpose: no such member" },
		{ tresor, ":600", ":3601", "max_age_seconds: not 1 to 3600" },
	};
	check_refusals(table, sizeof table / sizeof table[0]);
}

static void missing_members_are_refused_by_name(void)
{
	static const refusal table[] = {
		{ least, "\"evidence_b64\":\"AA==\",", "", "evidence_b64: required" },
		{ least, "\"issued_at\":\"1970-01-01T00:00:00Z\",", "", "issued_at: required" },
		{ least, "\"keys\":{\"binding_p256\":\"" POINT "\"},", "", "keys: required" },
		{ least, "\"max_age_seconds\":1,", "", "max_age_seconds: required" },
		{ least, "\"platform\":\"tdx\",", "", "platform: required" },
		{ least, "\"purpose\":\"oak\",", "", "purpose: required" },
		{ least, "\"role\":\"client\",", "", "role: required" },
		{ least, "\"schema\":\"anchorhold.attestation/v1\",", "", "schema: neither" },
		{ least, ",\"workload\":\"w\"", "", "workload: required" },
		{ tresor, "\"issued_at\":\"2026-11-20T09:20:31Z\",", "", "issued_at: required" },
		{ tresor, "\"max_age_seconds\":600,", "", "max_age_seconds: required" },
		{ tresor, "\"snp_report_b64\":\"AAECAw==\",", "", "snp_report_b64: required" },
		{ tresor, "\"tls_spki_sha256\":\"" HEX32("4") "\",", "", "tls_spki_sha256: required" },
		{ tresor, "\"workload\":\"router\",", "", "workload: required" },
		{ tresor, ",\"workload_identity_tag\":\"" HEX32("5") "\"", "", "workload_identity_tag: required" },
	};
	check_refusals(table, sizeof table / sizeof table[0]);
}

static void members_that_contradict_are_refused(void)
{
	static const refusal table[] = {
		{ ours, "\"tls_spki_sha256\":\"" HEX32("4") "\",", "", "tls_spki_sha256: required of a TLS server" },
		{ ours, "\"purpose\":\"tls\"", "\"purpose\":\"oak\"", "tls_spki_sha256: only a TLS server" },
		{ ours, "\"role\":\"server\"", "\"role\":\"client\"", "tls_spki_sha256: only a TLS server" },
		{ least, "\"purpose\":\"oak\"", "\"purpose\":\"nostr\"", "keys.service_key: required for purpose nostr" },
		{ least, "\"freshness\":\"cached\"", "\"freshness\":\"session\"", "nonce: required with freshness session" },
		{ ours, ",\"workload_identity_tag\":\"" HEX32("5") "\"", "", "workload_identity_tag: required beside a manifest" },
		{ ours, "\"platform\":\"sev-snp\"", "\"platform\":\"nitro\"", "vek_chain_pem: only sev-snp" },
	};
	check_refusals(table, sizeof table / sizeof table[0]);
}

/* -- limits: n is taken, n + 1 is not -- */

static const char *many(char c, size_t count)
{
	static char text[AH_ENVELOPE_MAX + 64];
	memset(text, c, count);
	text[count] = '\0';
	return text;
}

static void limits_hold(void)
{
	static const struct { const char *base, *find, *detail; char c; size_t max; } table[] = {
		{ ours, "prod-eu-1", "deployment_id: 129 characters", 'd', 128 },
		{ ours, "router", "workload: 129 characters", 'w', 128 },
		{ ours, "https://trust.example/b.jws", "trust_bundle_url: 513 characters", 'u', AH_URL_MAX },
		{ ours, "a.b.c", "workload_identity_manifest_jws: 32769 characters", 'm', AH_MANIFEST_MAX },
		{ ours, "-----BEGIN CERTIFICATE-----\\nAAAA\\n-----END CERTIFICATE-----\\n", "vek_chain_pem: larger", 'p', AH_CHAIN_FILE_MAX },
	};
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		AH_AUTO_PTR(ah_envelope) e = NULL;
		AH_AUTO_PTR(ah_envelope) none = NULL;
		ah_fault why;
		EXPECT_MSG(parse(&e, edited(table[i].base, table[i].find, many(table[i].c, table[i].max)), &why) == AH_OK, "%s: %s", table[i].find, why.detail);
		EXPECT_ERR(parse(&none, edited(table[i].base, table[i].find, many(table[i].c, table[i].max + 1)), &why), AH_ERR_ENVELOPE_MALFORMED);
		EXPECT_MSG(strncmp(why.detail, table[i].detail, strlen(table[i].detail)) == 0, "%s", why.detail);
	}
}

static void nonces_have_16_to_64_bytes(void)
{
	static const struct { size_t len; ah_err err; } table[] = {
		{ 15, AH_ERR_ENVELOPE_MALFORMED }, { 16, AH_OK }, { 17, AH_OK }, { 63, AH_OK }, { 64, AH_OK }, { 65, AH_ERR_ENVELOPE_MALFORMED },
	};
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		AH_AUTO_PTR(ah_envelope) e = NULL;
		ah_fault why;
		/* n bytes of zero are ceil(8 n / 6) letters A. */
		const char *member = edited("\"nonce\":\"@\"", "@", many('A', (8 * table[i].len + 5) / 6));
		EXPECT_ERR(parse(&e, edited(ours, "\"nonce\":\"" NONCE16 "\"", member), &why), table[i].err);
		EXPECT(e == NULL || e->nonce_len == table[i].len);
	}
}

static void a_document_above_the_limit_is_too_large(void)
{
	AH_AUTO_PTR(ah_envelope) e = NULL;
	ah_fault why;
	size_t room = AH_ENVELOPE_MAX - (sizeof least - 1);
	EXPECT_OK(parse(&e, edited(least, "{", edited("{@", "@", many(' ', room))), &why));
	EXPECT_ERR(parse(&e, edited(least, "{", edited("{@", "@", many(' ', room + 1))), &why), AH_ERR_TOO_LARGE);
}

static void what_is_no_object_is_no_envelope(void)
{
	static const char *const texts[] = { "", "[]", "{}", "1", "\"anchorhold.attestation/v1\"", "{\"schema\":{\"schema\":\"anchorhold.attestation/v1\"}}" };
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		AH_AUTO_PTR(ah_envelope) e = NULL;
		ah_fault why;
		EXPECT_ERR(parse(&e, texts[i], &why), AH_ERR_ENVELOPE_MALFORMED);
	}
}

static void a_cut_document_is_never_an_envelope(void)
{
	char text[sizeof ours] = "";
	for (size_t len = 0; len < sizeof ours - 1; len++) {
		AH_AUTO_PTR(ah_envelope) e = NULL;
		ah_fault why;
		memcpy(text, ours, len);
		text[len] = '\0';
		EXPECT_ERR(parse(&e, text, &why), AH_ERR_ENVELOPE_MALFORMED);
	}
	ah_test_count(sizeof ours - 2);
}

/* -- known answers -- */

static void fill(uint8_t *out, size_t len, uint8_t first)
{
	for (size_t i = 0; i < len; i++)
		out[i] = (uint8_t)(first + 7 * i);
}

static void expect_statement(const ah_session *session, size_t len, const char *sha256_hex)
{
	AH_AUTO(ah_buf) statement = AH_BUF(AH_SESSION_STATEMENT_MAX);
	AH_AUTO(ah_buf) wanted = AH_BUF(32);
	AH_AUTO_PTR(ah_crypto) crypto = NULL;
	uint8_t got[AH_SHA256_LEN];
	ah_test_hex(&wanted, sha256_hex);
	EXPECT_OK(ah_crypto_new(&crypto, NULL));
	EXPECT_OK(ah__session_statement(&statement, session));
	EXPECT(statement.len == len);
	EXPECT_OK(ah_sha256(crypto, ah_buf_slice(&statement), got));
	EXPECT_BYTES(AH_SLICE_OF(got), ah_buf_slice(&wanted));
}

/*
 * python3: lp = lambda b: struct.pack(">I", len(b)) + b;  f = lambda s, n: bytes((s + 7 * i) % 256 for i in range(n))
 *          hashlib.sha256(b"anchorhold/session/v1\0" + lp(b"sealed-ws") + lp(b"client") + lp(f(1,32)) + lp(f(2,32)) + lp(f(3,32)) + lp(f(4,24)))
 *          and the same with tls, server, no peer evidence and no nonce.
 */
static void session_statements_are_those_of_python(void)
{
	uint8_t session_value[32], evidence[32], peer[32], nonce[24];
	fill(session_value, 32, 1);
	fill(evidence, 32, 2);
	fill(peer, 32, 3);
	fill(nonce, 24, 4);
	ah_session session = { "sealed-ws", "client", AH_SLICE_OF(session_value), AH_SLICE_OF(evidence), AH_SLICE_OF(peer), AH_SLICE_OF(nonce) };
	expect_statement(&session, 181, "2a253a18cbca9d126200dc06ca87257458d48e88b732d23b0feb1d20ddb01c2e");
	session = (ah_session){ "tls", "server", AH_SLICE_OF(session_value), AH_SLICE_OF(evidence), { NULL, 0 }, { NULL, 0 } };
	expect_statement(&session, 119, "4bf548e426926c4b12372808d39d15871ee0203b81b2af2a57d75699fab08b31");
}

#define P256_POINT \
	"049fad84aeae08bbef7f010014d82cef6a09de2b0cf871b5ce0c4f1d13a59a593407cb45769f1070e2c2470fe5b1bfe63133c0b0cdc64ea4bf3791a8ec2a07fd4f"

/* python3 cryptography: ec.derive_private_key(0x1234567890abcdef, SECP256R1()), DER SubjectPublicKeyInfo. */
static void the_binding_key_as_spki_is_that_of_python(void)
{
	AH_AUTO(ah_buf) point = AH_BUF(65);
	AH_AUTO(ah_buf) wanted = AH_BUF(AH_P256_SPKI_LEN);
	uint8_t got[AH_P256_SPKI_LEN];
	ah_test_hex(&point, P256_POINT);
	ah_test_hex(&wanted, "3059301306072a8648ce3d020106082a8648ce3d03010703420004" "9fad84aeae08bbef7f010014d82cef6a09de2b0cf871b5ce0c4f1d13a59a5934"
	                     "07cb45769f1070e2c2470fe5b1bfe63133c0b0cdc64ea4bf3791a8ec2a07fd4f");
	ah__binding_p256_spki(got, point.ptr);
	EXPECT_BYTES(AH_SLICE_OF(got), ah_buf_slice(&wanted));
}

/* The same key signed the first statement above, with python3 cryptography. */
static void a_session_signature_of_python_verifies(void)
{
	AH_AUTO(ah_buf) point = AH_BUF(65);
	AH_AUTO(ah_buf) signature = AH_BUF(64);
	AH_AUTO_PTR(ah_crypto) crypto = NULL;
	uint8_t session_value[32], evidence[32], peer[32], nonce[24];
	fill(session_value, 32, 1);
	fill(evidence, 32, 2);
	fill(peer, 32, 3);
	fill(nonce, 24, 4);
	const ah_session session = { "sealed-ws", "client", AH_SLICE_OF(session_value), AH_SLICE_OF(evidence), AH_SLICE_OF(peer), AH_SLICE_OF(nonce) };
	ah_test_hex(&point, P256_POINT);
	ah_test_hex(&signature, "9f4a1942e494367008865d8aec18c9ad1b8f7d992bd65c0d8e172dda2d63a103" "51f886e110859e23b25c9cac4202d3913bc451f9ba4dea33b9cdf73cb4d140c0");
	EXPECT_OK(ah_crypto_new(&crypto, NULL));
	EXPECT_OK(ah__session_verify(crypto, &session, point.ptr, signature.ptr));
	for (size_t i = 0; i < 64; i++) {
		signature.ptr[i] ^= 1;
		EXPECT_ERR(ah__session_verify(crypto, &session, point.ptr, signature.ptr), AH_ERR_SESSION_SIGNATURE);
		signature.ptr[i] ^= 1;
	}
	point.ptr[64] ^= 1; /* off the curve */
	EXPECT_ERR(ah__session_verify(crypto, &session, point.ptr, signature.ptr), AH_ERR_SESSION_SIGNATURE);
}

static void a_statement_fits_its_limit(void)
{
	AH_AUTO(ah_buf) statement = AH_BUF(AH_SESSION_STATEMENT_MAX);
	static const uint8_t value[32], nonce[AH_NONCE_MAX];
	const ah_session longest = { "sealed-ws", "server", AH_SLICE_OF(value), AH_SLICE_OF(value), AH_SLICE_OF(value), AH_SLICE_OF(nonce) };
	EXPECT_OK(ah__session_statement(&statement, &longest));
}

static const ah_test_case cases[] = {
	AH_TEST(every_member_is_taken),
	AH_TEST(what_may_be_absent_is_absent),
	AH_TEST(a_tresor_envelope_is_taken),
	AH_TEST(collateral_is_kept_as_it_stands),
	AH_TEST(what_is_written_is_what_was_read),
	AH_TEST(the_writer_ends_at_its_limit),
	AH_TEST(values_of_another_form_are_refused_by_name),
	AH_TEST(missing_members_are_refused_by_name),
	AH_TEST(members_that_contradict_are_refused),
	AH_TEST(limits_hold),
	AH_TEST(nonces_have_16_to_64_bytes),
	AH_TEST(a_document_above_the_limit_is_too_large),
	AH_TEST(what_is_no_object_is_no_envelope),
	AH_TEST(a_cut_document_is_never_an_envelope),
	AH_TEST(session_statements_are_those_of_python),
	AH_TEST(the_binding_key_as_spki_is_that_of_python),
	AH_TEST(a_session_signature_of_python_verifies),
	AH_TEST(a_statement_fits_its_limit),
};
AH_TEST_MAIN(cases)
