/*
 * Real TDX quotes and collateral of Intel, driven by cases.json and negatives.json: each case through ah_appraise() in genuine_only mode, and through the
 * platform alone where its claims are compared with what an independent script computed; the error is exactly that of this library.
 * The certificates in a quote stand outside of everything that is signed, so chains of another form are wrapped around real reports here.
 */
#include "vectors/vectors.h"

#include "base/fault.h"
#include "codec/pem.h"
#include "platforms/tdx/quote.h"

#include <stdio.h>
#include <stdlib.h>

#define FILE_MAX   ((size_t)1 << 20)
#define GOOD_QUOTE "dcap-qvl/tdx_quote"
#define GOOD_COLLATERAL "collateral/b0c06f000000_2025-06.json"
#define GOOD_AT    INT64_C(1751587200) /* 2025-07-04T00:00:00Z */
#define BOTH_AT    INT64_C(1772668800) /* 2026-03-05: when both platforms' certificates are valid */
#define ROOM_OF_QUOTE AH_EVIDENCE_MAX

/* -- Reading -- */

static bool read_quote(ah_buf *out, const char *path)
{
	AH_AUTO(ah_buf) file = AH_BUF(FILE_MAX);
	uint8_t *bytes = NULL;
	size_t len = 0;
	if (!ah_vectors_read(&file, "tdx", path) || ah_evidence_from_text(&bytes, &len, ah_buf_slice(&file), NULL) != AH_OK)
		return false;
	bool ok = ah_buf_append(out, ah_slice_make(bytes, len)) == AH_OK;
	ah_bytes_free(bytes);
	return ok;
}

static json_t *tdx_json(const char *path)
{
	char full[512];
	(void)snprintf(full, sizeof full, "tdx/%s", path);
	return ah_vectors_json(full);
}

/* A collateral object as the file that a user gives; NULL: none. */
static ah_err endorse(ah_endorsements **out, const json_t *collateral)
{
	AH_AUTO_PTR(ah_endorsements) en = NULL;
	AH_TRY(ah_endorsements_new(&en));
	if (collateral != NULL) {
		char *text = json_dumps(collateral, JSON_COMPACT);
		ah_err err = text != NULL ? ah_endorsements_set_collateral(en, ah_slice_text(text), NULL) : AH_ERR_NOMEM;
		free(text);
		AH_TRY(err);
	}
	*out = ah_move_ptr(&en);
	return AH_OK;
}

/* genuine_only, through the one door. */
static ah_err appraise(ah_slice quote, const json_t *collateral, int64_t now_s)
{
	AH_AUTO_PTR(ah_endorsements) en = NULL;
	ah_result result;
	AH_TRY(endorse(&en, collateral));
	const ah_vector_run run = { .platform = AH_PLATFORM_TDX, .evidence = quote, .endorsements = en, .now_s = now_s };
	ah_err err = ah_vectors_appraise(&result, &run);
	return err == AH_OK && result != AH_RESULT_GENUINE ? AH_ERR_INTERNAL : err;
}

static ah_err verify(ah_claims **claims, ah_checks *log, ah_slice quote, const json_t *collateral, int64_t now_s)
{
	AH_AUTO_PTR(ah_endorsements) en = NULL;
	AH_TRY(endorse(&en, collateral));
	const ah_vector_run run = { .platform = AH_PLATFORM_TDX, .evidence = quote, .endorsements = en, .now_s = now_s };
	return ah_vectors_verify(claims, log, &run, NULL);
}

/* -- cases.json -- */

/* What this library says: with the case's collateral, and without any. */
typedef struct outcome {
	const char *id;
	ah_err full, alone;
} outcome;

static const outcome outcomes[] = {
	{ "v4-uptodate-b0c06f", AH_OK, AH_OK },
	{ "v5-uptodate-90c06f", AH_OK, AH_OK },
	{ "v4-uptodate-module-skip", AH_OK, AH_OK },
	{ "v4-outofdate-gcp", AH_ERR_TCB_FLOOR, AH_OK },
	{ "v4-outofdate-azure-no-septve", AH_ERR_TCB_FLOOR, AH_OK },
	{ "v4-debug-td-uptodate-tcb", AH_ERR_DEBUG, AH_ERR_DEBUG },
	{ "v4-tcb-unsupported-spr-e4", AH_ERR_TRAILING, AH_ERR_TRAILING }, /* its padding is a text; cut off below */
	{ "v5-tcb-unsupported", AH_ERR_TCB_UNSUPPORTED, AH_OK },
	{ "v5-servicetd-unsupported", AH_ERR_TCB_UNSUPPORTED, AH_ERR_SERVICE_TD },
	{ "collateral-expired", AH_ERR_COLLATERAL_EXPIRED, AH_OK },
	{ "collateral-not-yet-valid", AH_ERR_COLLATERAL_NOT_YET_VALID, AH_OK },
	{ "fmspc-mismatch", AH_ERR_FMSPC_MISMATCH, AH_OK },
	{ "sigonly-quote-from-tappd.hex", AH_OK, AH_OK },
	{ "sigonly-tdx-quote.hex", AH_OK, AH_OK },
	{ "sigonly-tdx_quote_6.dat", AH_OK, AH_OK },
	{ "sigonly-quotev4.hex", AH_OK, AH_OK },
	{ "sigonly-ra-tls_tdx_quote", AH_OK, AH_OK },
};

static const outcome *outcome_of(const char *id)
{
	for (size_t i = 0; i < sizeof outcomes / sizeof outcomes[0]; i++)
		if (strcmp(outcomes[i].id, id) == 0)
			return &outcomes[i];
	return NULL;
}

/* A level is ["date", "status"] or [isvsvn, "status"]; null: not evaluated. */
static bool level_is(const json_t *entry, const char *name, ah_tdx_tcb_status status)
{
	const json_t *level = json_object_get(entry, name);
	if (!json_is_array(level))
		return status == AH_TDX_TCB_NONE;
	return strcmp(json_string_value(json_array_get(level, 1)), ah_tdx_tcb_status_name(status)) == 0;
}

static bool advisories_are(const json_t *entry, const ah_tdx_claims *tdx)
{
	const json_t *wanted = json_object_get(entry, "advisories");
	size_t found = 0;
	for (size_t i = 0; i < json_array_size(wanted); i++)
		for (size_t k = 0; k < tdx->advisory_count; k++)
			found += strcmp(json_string_value(json_array_get(wanted, i)), tdx->advisories[k]) == 0;
	return found == tdx->advisory_count && found == json_array_size(wanted);
}

static void compare_tcb(const json_t *entry, const ah_tdx_claims *tdx)
{
	const char *id = ah_vectors_text(entry, "id");
	EXPECT_MSG(tdx->has_collateral && strcmp(ah_tdx_tcb_status_name(tdx->tcb_status), ah_vectors_text(entry, "tcb_status")) == 0, "%s: status %s", id,
	           ah_tdx_tcb_status_name(tdx->tcb_status));
	EXPECT_MSG(level_is(entry, "platform_level", tdx->platform_status), "%s: platform", id);
	EXPECT_MSG(level_is(entry, "module_level", tdx->module_status), "%s: module", id);
	EXPECT_MSG(level_is(entry, "qe_level", tdx->qe_status), "%s: qe", id);
	EXPECT_MSG(advisories_are(entry, tdx), "%s: %zu advisories", id, tdx->advisory_count);
	EXPECT(tdx->tcb_evaluation != 0 && tdx->qe_evaluation != 0 && tdx->has_crl_numbers && tdx->root_crl_number != 0 && tdx->pck_crl_number != 0);
	const char *current = ah_vectors_text(entry, "tcb_status_svn2");
	EXPECT_MSG(strcmp(tdx->is_td15 ? ah_tdx_tcb_status_name(tdx->current_status) : "", current) == 0, "%s: current TCB", id);
}

static void compare_claims(const json_t *entry, ah_slice quote, const json_t *collateral)
{
	AH_AUTO_PTR(ah_claims) claims = NULL;
	ah_checks log = { .first_err = AH_OK };
	uint8_t digest[AH_SHA256_LEN];
	AH_AUTO_PTR(ah_verifier) v = NULL;
	EXPECT_OK(verify(&claims, &log, quote, collateral, json_integer_value(json_object_get(entry, "time"))));
	EXPECT(claims != NULL);
	const ah_tdx_claims *tdx = ah_claims_tdx(claims);
	EXPECT_MSG(ah_vectors_hex_is(entry, "fmspc", AH_SLICE_OF(tdx->fmspc)), "%s: FMSPC", ah_vectors_text(entry, "id"));
	size_t body = tdx->quote_version == 5 ? 54 : 48, end = body + (tdx->is_td15 ? 648 : 584);
	EXPECT_BYTES(AH_SLICE_OF(tdx->mrtd), ah_slice_sub(quote, body + 136, 48));
	EXPECT_BYTES(AH_SLICE_OF(tdx->rtmr), ah_slice_sub(quote, body + 328, 4 * 48));
	EXPECT_BYTES(AH_SLICE_OF(tdx->report_data), ah_slice_sub(quote, body + 520, 64));
	EXPECT_OK(ah_verifier_new(&v, NULL));
	EXPECT_OK(ah_sha256(v->crypto, ah_slice_sub(quote, 0, end), digest));
	EXPECT_BYTES(AH_SLICE_OF(tdx->quote_sha256), AH_SLICE_OF(digest));
	EXPECT(ah_claims_is_hardware(claims) && claims->revocation_checked == (collateral != NULL));
	EXPECT(log.rows[AH_CHECK_REVOCATION].status == (collateral != NULL ? AH_CHECK_PASS : AH_CHECK_NOT_CHECKED));
	EXPECT(log.rows[AH_CHECK_TDX_TCB_LEVEL].status == (collateral != NULL ? AH_CHECK_PASS : AH_CHECK_NOT_CHECKED));
	if (collateral != NULL)
		compare_tcb(entry, tdx);
	else
		EXPECT(!tdx->has_collateral && tdx->tcb_status == AH_TDX_TCB_NONE);
}

static void run_case(const json_t *entry)
{
	AH_AUTO(ah_buf) quote = AH_BUF(ROOM_OF_QUOTE);
	const char *id = ah_vectors_text(entry, "id"), *file = ah_vectors_text(entry, "collateral");
	const outcome *wanted = outcome_of(id);
	int64_t now_s = json_integer_value(json_object_get(entry, "time"));
	EXPECT_MSG(wanted != NULL, "%s: not in the table", id);
	EXPECT(read_quote(&quote, ah_vectors_text(entry, "quote")));
	json_t *collateral = file[0] != '\0' ? tdx_json(file) : NULL;
	ah_err full = appraise(ah_buf_slice(&quote), collateral, now_s), alone = appraise(ah_buf_slice(&quote), NULL, now_s);
	if (json_is_string(json_object_get(entry, "tcb_status")) || (collateral == NULL && wanted->alone == AH_OK))
		compare_claims(entry, ah_buf_slice(&quote), collateral);
	json_decref(collateral);
	EXPECT_MSG(full == wanted->full, "%s: %s, not %s", id, ah_err_name(full), ah_err_name(wanted->full));
	EXPECT_MSG(alone == wanted->alone, "%s without collateral: %s, not %s", id, ah_err_name(alone), ah_err_name(wanted->alone));
	ah_test_count(2);
}

static void each_case_has_its_outcome_and_its_claims(void)
{
	if (ah_test_vectors() == NULL)
		AH_SKIP("../shared/vectors absent");
	json_t *cases_json = tdx_json("cases.json");
	EXPECT(json_array_size(cases_json) == sizeof outcomes / sizeof outcomes[0]);
	for (size_t i = 0; i < json_array_size(cases_json) && !ah_test_failed(); i++)
		run_case(json_array_get(cases_json, i));
	json_decref(cases_json);
}

/* -- negatives.json -- */

static const struct { const char *id; ah_err err; } negatives[] = {
	{ "quote-sig", AH_ERR_SIGNATURE },
	{ "attest-key", AH_ERR_AK_BINDING },
	{ "report-data", AH_ERR_SIGNATURE },
	{ "rtmr3", AH_ERR_SIGNATURE },
	{ "td-attributes", AH_ERR_SIGNATURE },
	{ "header-userdata", AH_ERR_SIGNATURE },
	{ "qe-report-mrsigner", AH_ERR_QE_REPORT_SIGNATURE },
	{ "qe-report-data-hi", AH_ERR_QE_REPORT_SIGNATURE },
	{ "qe-report-sig", AH_ERR_QE_REPORT_SIGNATURE },
	{ "pck-leaf-byte", AH_ERR_CERT_MALFORMED },
	{ "ver-3", AH_ERR_REPORT_VERSION },
	{ "ver-6", AH_ERR_REPORT_VERSION },
	{ "tee-0", AH_ERR_PLATFORM },
	{ "ver-5-relabel", AH_ERR_PLATFORM },
	{ "authlen-huge", AH_ERR_TRUNCATED },
	{ "outer-type-5", AH_ERR_CERTIFICATION_TYPE },
	{ "outer-len-huge", AH_ERR_TRUNCATED },
	{ "outer-len-short", AH_ERR_TRAILING },
	{ "inner-type-1", AH_ERR_CERTIFICATION_TYPE },
	{ "inner-type-7", AH_ERR_CERTIFICATION_TYPE },
	{ "inner-len-huge", AH_ERR_TRUNCATED },
	{ "trailing-nonzero", AH_ERR_TRAILING },
	{ "truncate-0", AH_ERR_TRUNCATED },
	{ "truncate-1", AH_ERR_TRUNCATED },
	{ "truncate-48", AH_ERR_TRUNCATED },
	{ "truncate-567", AH_ERR_TRUNCATED },
	{ "truncate-631", AH_ERR_TRUNCATED },
	{ "truncate-635", AH_ERR_TRUNCATED },
	{ "truncate-636", AH_ERR_TRUNCATED },
	{ "truncate-700", AH_ERR_TRUNCATED },
	{ "truncate-769", AH_ERR_TRUNCATED },
	{ "truncate-770", AH_ERR_TRUNCATED },
	{ "truncate-1153", AH_ERR_TRUNCATED },
	{ "truncate-1219", AH_ERR_TRUNCATED },
	{ "truncate-1251", AH_ERR_TRUNCATED },
	{ "truncate-1257", AH_ERR_TRUNCATED },
	{ "truncate-4935", AH_ERR_TRUNCATED },
	{ "tcbinfo-status-edit", AH_ERR_TCB_INFO_SIGNATURE },
	{ "tcbinfo-trailing-space", AH_ERR_TCB_INFO_SIGNATURE },
	{ "qeid-edit", AH_ERR_QE_IDENTITY_SIGNATURE },
	{ "qeid-sig", AH_ERR_QE_IDENTITY_SIGNATURE },
	{ "pckcrl-sig", AH_ERR_CRL_SIGNATURE },
	{ "rootcrl-sig", AH_ERR_CRL_SIGNATURE },
	{ "pckcrl-is-rootcrl", AH_ERR_CRL_ISSUER },
	{ "rootcrl-is-pckcrl", AH_ERR_CRL_ISSUER },
	{ "rootcrl-empty", AH_ERR_COLLATERAL_MALFORMED },
	{ "tcbinfo-from-other-fmspc", AH_ERR_FMSPC_MISMATCH },
	{ "sgx-qe-identity", AH_ERR_COLLATERAL_KIND },
	{ "issuer-chain-root-only", AH_ERR_CHAIN },
	{ "signer-is-pck-ca", AH_ERR_CHAIN_CONSTRAINT },
};

static void xor_hex(json_t *collateral, const char *field, json_int_t off, unsigned value)
{
	AH_AUTO(ah_buf) bytes = AH_BUF(FILE_MAX);
	AH_AUTO(ah_buf) text = AH_BUF(2 * FILE_MAX);
	ah_test_hex(&bytes, ah_vectors_text(collateral, field));
	size_t at = off >= 0 ? (size_t)off : bytes.len - (size_t)-off;
	EXPECT(at < bytes.len);
	bytes.ptr[at] ^= (uint8_t)value;
	EXPECT_OK(ah_buf_append_hex(&text, ah_buf_slice(&bytes)));
	(void)json_object_set_new(collateral, field, json_stringn((const char *)text.ptr, text.len));
}

static void replace_text(json_t *collateral, const char *field, size_t from, size_t len, const char *with)
{
	AH_AUTO(ah_buf) text = AH_BUF(FILE_MAX);
	ah_slice old = ah_slice_text(ah_vectors_text(collateral, field));
	EXPECT_OK(ah_buf_append(&text, ah_slice_sub(old, 0, from)));
	EXPECT_OK(ah_buf_append_text(&text, with));
	EXPECT_OK(ah_buf_append(&text, ah_slice_sub(old, from + len, old.len - from - len)));
	(void)json_object_set_new(collateral, field, json_stringn((const char *)text.ptr, text.len));
}

/* Up to and including `text`, within a member. */
static size_t end_of(const json_t *collateral, const char *field, const char *text)
{
	const char *whole = ah_vectors_text(collateral, field), *found = strstr(whole, text);
	return found != NULL ? (size_t)(found - whole) + strlen(text) : 0;
}

static void take_from(json_t *collateral, const char *field, const char *folder, const char *file)
{
	char path[256];
	(void)snprintf(path, sizeof path, "%s%s", folder, file);
	json_t *other = tdx_json(path);
	EXPECT(json_is_string(json_object_get(other, field)));
	(void)json_object_set(collateral, field, json_object_get(other, field));
	json_decref(other);
}

static bool apply_to_quote(ah_buf *quote, const char *op, json_int_t a, json_int_t b)
{
	size_t at = (size_t)a;
	if (strcmp(op, "xor") == 0)
		quote->ptr[at] ^= (uint8_t)b;
	else if (strcmp(op, "truncate") == 0)
		quote->len = at;
	else if (strcmp(op, "set16") == 0 || strcmp(op, "set32") == 0)
		for (size_t i = 0; i < (op[3] == '1' ? 2u : 4u); i++)
			quote->ptr[at + i] = (uint8_t)(b >> 8 * i);
	else
		return false;
	return true;
}

static bool apply_to_collateral(json_t *c, const char *op, const json_t *arguments)
{
	const char *field = json_string_value(json_array_get(arguments, 1)), *second = json_string_value(json_array_get(arguments, 2));
	if (strcmp(op, "cxor") == 0) {
		xor_hex(c, field, json_integer_value(json_array_get(arguments, 2)), (unsigned)json_integer_value(json_array_get(arguments, 3)));
	} else if (strcmp(op, "creplace") == 0) {
		size_t end = end_of(c, field, second);
		if (end == 0)
			return false;
		replace_text(c, field, end - strlen(second), strlen(second), json_string_value(json_array_get(arguments, 3)));
	} else if (strcmp(op, "ccopy") == 0) {
		(void)json_object_set(c, field, json_object_get(c, second));
	} else if (strcmp(op, "cset") == 0) {
		(void)json_object_set_new(c, field, json_string(second));
	} else if (strcmp(op, "cappend") == 0) {
		replace_text(c, field, strlen(ah_vectors_text(c, field)), 0, second);
	} else if (strcmp(op, "cfrom") == 0) {
		take_from(c, field, "collateral/", second);
	} else if (strcmp(op, "cfromfile") == 0) {
		take_from(c, field, "", second);
	} else if (strcmp(op, "cdropfirst") == 0) {
		replace_text(c, field, 0, end_of(c, field, "-----END CERTIFICATE-----\n"), "");
	} else {
		return false;
	}
	return true;
}

static void run_negative(const json_t *entry, const json_t *base, size_t index)
{
	AH_AUTO(ah_buf) quote = AH_BUF(ROOM_OF_QUOTE);
	const char *id = ah_vectors_text(entry, "id");
	const json_t *ops = json_object_get(entry, "ops");
	EXPECT_MSG(strcmp(negatives[index].id, id) == 0, "%s: not in the table", id);
	EXPECT(read_quote(&quote, ah_vectors_text(base, "base_quote")));
	json_t *collateral = tdx_json(ah_vectors_text(base, "base_collateral"));
	for (size_t i = 0; i < json_array_size(ops); i++) {
		const json_t *op = json_array_get(ops, i);
		const char *name = json_string_value(json_array_get(op, 0));
		json_int_t a = json_integer_value(json_array_get(op, 1)), b = json_integer_value(json_array_get(op, 2));
		if (!apply_to_quote(&quote, name, a, b) && !apply_to_collateral(collateral, name, op))
			ah_test_fail(__FILE__, __LINE__, "%s: operation %s", id, name);
	}
	ah_err err = appraise(ah_buf_slice(&quote), collateral, json_integer_value(json_object_get(base, "time")));
	json_decref(collateral);
	if (err != negatives[index].err)
		ah_test_fail(__FILE__, __LINE__, "%s: %s, not %s", id, ah_err_name(err), ah_err_name(negatives[index].err));
	else
		ah_test_count(1);
}

static void each_negative_is_refused_for_its_reason(void)
{
	if (ah_test_vectors() == NULL)
		AH_SKIP("../shared/vectors absent");
	json_t *base = tdx_json("negatives.json");
	const json_t *list = json_object_get(base, "cases");
	EXPECT(json_array_size(list) == sizeof negatives / sizeof negatives[0]);
	for (size_t i = 0; i < json_array_size(list); i++)
		run_negative(json_array_get(list, i), base, i);
	json_decref(base);
}

/* -- More about single quotes -- */

static void a_platform_below_every_level_is_unsupported_once_its_padding_is_cut(void)
{
	AH_AUTO(ah_buf) quote = AH_BUF(ROOM_OF_QUOTE);
	if (ah_test_vectors() == NULL)
		AH_SKIP("../shared/vectors absent");
	EXPECT(read_quote(&quote, "go-tdx-guest/tdx_prod_quote_SPR_E4.dat"));
	json_t *collateral = tdx_json("collateral/50806f000000_2023-06.json");
	quote.len -= 39; /* "extra bytes(only for testing purpose)" */
	ah_err full = appraise(ah_buf_slice(&quote), collateral, 1688169600), alone = appraise(ah_buf_slice(&quote), NULL, 1688169600);
	json_decref(collateral);
	EXPECT_ERR(full, AH_ERR_TCB_UNSUPPORTED);
	EXPECT_OK(alone);
}

/* E17: an SGX quote is none of TDX, however its header is changed; its collateral is none for a TD. */
static void evidence_of_sgx_is_not_taken_for_tdx(void)
{
	AH_AUTO(ah_buf) sgx = AH_BUF(ROOM_OF_QUOTE);
	AH_AUTO(ah_buf) tdx = AH_BUF(ROOM_OF_QUOTE);
	if (ah_test_vectors() == NULL)
		AH_SKIP("../shared/vectors absent");
	EXPECT(read_quote(&sgx, "dcap-qvl/sgx_quote") && read_quote(&tdx, GOOD_QUOTE));
	EXPECT(ah_evidence_detect(ah_buf_slice(&sgx)) == AH_PLATFORM_NONE && ah_evidence_detect(ah_buf_slice(&tdx)) == AH_PLATFORM_TDX);
	json_t *collateral = tdx_json("dcap-qvl/sgx_quote_collateral.json");
	ah_err of_sgx = appraise(ah_buf_slice(&sgx), collateral, GOOD_AT), of_tdx = appraise(ah_buf_slice(&tdx), collateral, GOOD_AT);
	json_decref(collateral);
	EXPECT_ERR(of_sgx, AH_ERR_REPORT_VERSION);
	EXPECT_ERR(of_tdx, AH_ERR_COLLATERAL_KIND);
	sgx.ptr[0] = 4;
	EXPECT_ERR(appraise(ah_buf_slice(&sgx), NULL, GOOD_AT), AH_ERR_PLATFORM);
	sgx.ptr[4] = 0x81;
	EXPECT_ERR(appraise(ah_buf_slice(&sgx), NULL, GOOD_AT), AH_ERR_RESERVED); /* QE SVN and PCE SVN of version 3 */
}

/* Intel's own sample is signed below a root of the same name; and its certificates are DER, one behind the other. */
static void intels_sample_is_refused_even_under_its_own_root(void)
{
	AH_AUTO(ah_buf) quote = AH_BUF(ROOM_OF_QUOTE);
	AH_AUTO(ah_buf) root = AH_BUF(FILE_MAX);
	AH_AUTO_PTR(ah_claims) claims = NULL;
	ah_checks log = { .first_err = AH_OK };
	if (ah_test_vectors() == NULL)
		AH_SKIP("../shared/vectors absent");
	EXPECT(read_quote(&quote, "intel-qvl-sample/quote.dat") && ah_vectors_read(&root, "tdx", "intel-qvl-sample/trustedRootCaCert.pem"));
	ah_vector_run run = { .platform = AH_PLATFORM_TDX, .evidence = ah_buf_slice(&quote), .simulated_root = ah_buf_slice(&root), .now_s = GOOD_AT };
	EXPECT_ERR(ah_vectors_verify(&claims, &log, &run, NULL), AH_ERR_RESERVED); /* XFAM is zero: no processor runs so */
	quote.ptr[48 + 128] = 0x03;
	log = (ah_checks){ .first_err = AH_OK };
	EXPECT_ERR(ah_vectors_verify(&claims, &log, &run, NULL), AH_ERR_CERT_MALFORMED);
}

/* -- Other chains around a real report -- */

/* The quote with other certification data: the chain and two lengths change, and no byte that a signature covers. */
static bool rewrap(ah_buf *out, ah_slice quote, ah_slice chain)
{
	static const size_t auth_len_off = 632, outer_len_off = 766, inner_len_off = 1254, chain_off = 1258;
	const size_t length_offs[] = { auth_len_off, outer_len_off, inner_len_off };
	if (ah_buf_append(out, ah_slice_sub(quote, 0, chain_off)) != AH_OK || ah_buf_append(out, chain) != AH_OK)
		return false;
	for (size_t i = 0; i < 3; i++) {
		size_t len = out->len - length_offs[i] - 4;
		for (size_t k = 0; k < 4; k++)
			out->ptr[length_offs[i] + k] = (uint8_t)(len >> 8 * k);
	}
	return true;
}

/* Certificates of the good quote as DER: leaf, CA, root. */
typedef struct real_chain {
	ah_buf quote, der[3];
} real_chain;

static void real_chain_auto(real_chain *c)
{
	ah_buf_free(&c->quote);
	for (size_t i = 0; i < 3; i++)
		ah_buf_free(&c->der[i]);
}

static bool read_real_chain(real_chain *c)
{
	static ah_checks log;
	ah_tdx_quote q;
	ah_slice label;
	bool found = true;
	log = (ah_checks){ .first_err = AH_OK };
	*c = (real_chain){ .quote = AH_BUF(ROOM_OF_QUOTE), .der = { AH_BUF(AH_CERTIFICATE_MAX), AH_BUF(AH_CERTIFICATE_MAX), AH_BUF(AH_CERTIFICATE_MAX) } };
	if (!read_quote(&c->quote, GOOD_QUOTE) || ah_tdx_quote_parse(&q, ah_buf_slice(&c->quote), &log, NULL) != AH_OK)
		return false;
	ah_slice rest = ah_slice_sub(q.pck_chain, 0, q.pck_chain.len - 1);
	for (size_t i = 0; i < 3 && found; i++)
		if (ah_pem_next(&rest, &found, &label, &c->der[i]) != AH_OK)
			return false;
	return found;
}

/* order: "LCR" leaf, CA, root. */
static ah_err with_chain(const real_chain *c, const char *order, const char *label, const char *tail, size_t tail_len)
{
	AH_AUTO(ah_buf) pem = AH_BUF(AH_CHAIN_FILE_MAX);
	AH_AUTO(ah_buf) quote = AH_BUF(ROOM_OF_QUOTE);
	for (; *order != '\0'; order++)
		AH_TRY(ah_pem_write(&pem, label, ah_buf_slice(&c->der[*order == 'L' ? 0 : *order == 'C' ? 1 : 2])));
	AH_TRY(ah_buf_append(&pem, ah_slice_make(tail, tail_len)));
	if (!rewrap(&quote, ah_buf_slice(&c->quote), ah_buf_slice(&pem)))
		return AH_ERR_INTERNAL;
	return appraise(ah_buf_slice(&quote), NULL, GOOD_AT);
}

static void the_chain_is_leaf_ca_root_and_nothing_else(void)
{
	static const struct { const char *order, *label, *tail; size_t tail_len; ah_err err; } rows[] = {
		{ "LCR", "CERTIFICATE", "", 0, AH_OK },
		{ "LCR", "CERTIFICATE", "\0", 1, AH_OK },
		{ "LCR", "X509 CRL", "", 0, AH_ERR_CERT_MALFORMED },
		{ "", "", "", 0, AH_ERR_CERT_MALFORMED },
		{ "", "", "\0", 1, AH_ERR_CERT_MALFORMED },
		{ "", "", "\0\0", 2, AH_ERR_CERT_MALFORMED },
		{ "L", "CERTIFICATE", "", 0, AH_ERR_CHAIN },
		{ "LC", "CERTIFICATE", "", 0, AH_ERR_CHAIN },
		{ "LR", "CERTIFICATE", "", 0, AH_ERR_CHAIN },
		{ "LCRR", "CERTIFICATE", "", 0, AH_ERR_CHAIN },
		{ "LLCR", "CERTIFICATE", "", 0, AH_ERR_CHAIN },
		{ "RCL", "CERTIFICATE", "", 0, AH_ERR_ROOT_UNTRUSTED },
		{ "LRC", "CERTIFICATE", "", 0, AH_ERR_ROOT_UNTRUSTED },
		{ "CLR", "CERTIFICATE", "", 0, AH_ERR_CHAIN },
		{ "LLR", "CERTIFICATE", "", 0, AH_ERR_CHAIN },
		{ "CCR", "CERTIFICATE", "", 0, AH_ERR_CHAIN },
		{ "RRR", "CERTIFICATE", "", 0, AH_ERR_CHAIN },
		{ "LCR", "CERTIFICATE", "-----BEGIN CERTIFICATE-----\n", 28, AH_ERR_CERT_MALFORMED },
	};
	AH_AUTO(real_chain) c = { .quote = AH_BUF(0) };
	if (ah_test_vectors() == NULL)
		AH_SKIP("../shared/vectors absent");
	EXPECT(read_real_chain(&c));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		ah_err err = with_chain(&c, rows[i].order, rows[i].label, rows[i].tail, rows[i].tail_len);
		EXPECT_MSG(err == rows[i].err, "%s, row %zu: %s, not %s", rows[i].order, i, ah_err_name(err), ah_err_name(rows[i].err));
		ah_test_count(1);
	}
}

/* A leaf of another platform below the same CA is genuine, and did not sign for this quoting enclave. */
static void a_pck_certificate_of_another_platform_is_refused(void)
{
	AH_AUTO(real_chain) c = { .quote = AH_BUF(0) };
	AH_AUTO(ah_buf) other = AH_BUF(ROOM_OF_QUOTE);
	AH_AUTO(ah_buf) mixed = AH_BUF(ROOM_OF_QUOTE);
	ah_checks log = { .first_err = AH_OK };
	ah_tdx_quote q;
	if (ah_test_vectors() == NULL)
		AH_SKIP("../shared/vectors absent");
	EXPECT(read_real_chain(&c) && read_quote(&other, "go-tdx-guest/quote_v5_sample.dat"));
	EXPECT_OK(ah_tdx_quote_parse(&q, ah_buf_slice(&other), &log, NULL));
	EXPECT(rewrap(&mixed, ah_buf_slice(&c.quote), q.pck_chain));
	EXPECT_ERR(appraise(ah_buf_slice(&mixed), NULL, BOTH_AT), AH_ERR_QE_REPORT_SIGNATURE);
}

/* Intel's sample PKI as the chain of a quote: its root is named as the real one, and is simulated when the caller says so. */
static bool sample_chain(ah_buf *pem)
{
	AH_AUTO(ah_buf) issuers = AH_BUF(FILE_MAX);
	AH_AUTO(ah_buf) root = AH_BUF(AH_CERTIFICATE_MAX);
	AH_AUTO(ah_buf) ca = AH_BUF(AH_CERTIFICATE_MAX);
	if (!ah_vectors_read(pem, "tdx", "intel-qvl-sample/pckCert.pem") || !ah_vectors_read(&issuers, "tdx", "intel-qvl-sample/pckSignChain.pem"))
		return false;
	ah_slice rest = ah_buf_slice(&issuers), label;
	bool found = false;
	return ah_pem_next(&rest, &found, &label, &root) == AH_OK && ah_pem_next(&rest, &found, &label, &ca) == AH_OK && /* root first in this file */
	       ah_pem_write(pem, "CERTIFICATE", ah_buf_slice(&ca)) == AH_OK && ah_pem_write(pem, "CERTIFICATE", ah_buf_slice(&root)) == AH_OK;
}

static void chains_to_a_real_and_to_a_simulated_root_do_not_mix(void)
{
	AH_AUTO(real_chain) c = { .quote = AH_BUF(0) };
	AH_AUTO(ah_buf) pem = AH_BUF(FILE_MAX);
	AH_AUTO(ah_buf) root = AH_BUF(FILE_MAX);
	AH_AUTO(ah_buf) quote = AH_BUF(ROOM_OF_QUOTE);
	AH_AUTO_PTR(ah_endorsements) en = NULL;
	ah_checks log = { .first_err = AH_OK };
	if (ah_test_vectors() == NULL)
		AH_SKIP("../shared/vectors absent");
	EXPECT(read_real_chain(&c) && sample_chain(&pem) && ah_vectors_read(&root, "tdx", "intel-qvl-sample/trustedRootCaCert.pem"));
	EXPECT(rewrap(&quote, ah_buf_slice(&c.quote), ah_buf_slice(&pem)));
	json_t *collateral = tdx_json(GOOD_COLLATERAL);
	ah_err endorsed = endorse(&en, collateral);
	json_decref(collateral);
	EXPECT_OK(endorsed);
	ah_vector_run run = { .platform = AH_PLATFORM_TDX, .evidence = ah_buf_slice(&quote), .endorsements = en, .now_s = GOOD_AT };
	EXPECT_ERR(ah_vectors_verify(NULL, &log, &run, NULL), AH_ERR_ROOT_UNTRUSTED); /* Intel's name is not Intel's root */
	run.simulated_root = ah_buf_slice(&root);
	log = (ah_checks){ .first_err = AH_OK };
	EXPECT_ERR(ah_vectors_verify(NULL, &log, &run, NULL), AH_ERR_MIXED_ROOTS);
	EXPECT(log.first_failed == AH_CHECK_PATH_ROOT);
	run.endorsements = NULL;
	log = (ah_checks){ .first_err = AH_OK };
	EXPECT_ERR(ah_vectors_verify(NULL, &log, &run, NULL), AH_ERR_QE_REPORT_SIGNATURE);
	run.evidence = ah_buf_slice(&c.quote); /* a simulated root that is allowed takes nothing from real evidence */
	log = (ah_checks){ .first_err = AH_OK };
	EXPECT_OK(ah_vectors_verify(NULL, &log, &run, NULL));
}

/* CRLs of the caller's own, without collateral: PCK leaf and PCK CA name a distribution point, so each needs the CRL of its issuer. */
static ah_err with_crls(bool root_crl, bool pck_crl, ah_check_status *status)
{
	static const char *const members[] = { "root_ca_crl", "pck_crl" };
	const bool given[] = { root_crl, pck_crl };
	AH_AUTO_PTR(ah_endorsements) en = NULL;
	AH_AUTO(ah_buf) quote = AH_BUF(ROOM_OF_QUOTE);
	ah_checks log = { .first_err = AH_OK };
	AH_TRY(ah_endorsements_new(&en));
	json_t *collateral = tdx_json(GOOD_COLLATERAL);
	ah_err err = read_quote(&quote, GOOD_QUOTE) ? AH_OK : AH_ERR_IO;
	for (size_t i = 0; i < 2 && err == AH_OK; i++) {
		AH_AUTO(ah_buf) der = AH_BUF(AH_CRL_MAX);
		ah_test_hex(&der, ah_vectors_text(collateral, members[i]));
		if (given[i])
			err = ah_endorsements_add_crl(en, ah_buf_slice(&der), NULL);
	}
	json_decref(collateral);
	AH_TRY(err);
	const ah_vector_run run = { .platform = AH_PLATFORM_TDX, .evidence = ah_buf_slice(&quote), .endorsements = en, .now_s = GOOD_AT };
	err = ah_vectors_verify(NULL, &log, &run, NULL);
	*status = log.rows[AH_CHECK_REVOCATION].status;
	return err;
}

static void crls_of_the_callers_own_serve_where_they_cover_the_chain(void)
{
	ah_check_status status = AH_CHECK_NOT_REACHED;
	if (ah_test_vectors() == NULL)
		AH_SKIP("../shared/vectors absent");
	EXPECT_OK(with_crls(true, true, &status));
	EXPECT(status == AH_CHECK_PASS);
	EXPECT_OK(with_crls(false, false, &status));
	EXPECT(status == AH_CHECK_NOT_CHECKED);
	EXPECT_ERR(with_crls(true, false, &status), AH_ERR_REVOCATION_UNAVAILABLE);
	EXPECT_ERR(with_crls(false, true, &status), AH_ERR_REVOCATION_UNAVAILABLE);
}

/* -- Time, and what a verifier remembers -- */

static void a_verifier_that_is_used_again_judges_time_anew(void)
{
	static const struct { int64_t now_s; ah_err err; } asks[] = {
		{ GOOD_AT, AH_OK }, { GOOD_AT, AH_OK }, { 1752969600, AH_ERR_COLLATERAL_EXPIRED }, { 1748736000, AH_ERR_COLLATERAL_NOT_YET_VALID },
		{ 4102444800, AH_ERR_CERT_EXPIRED }, { GOOD_AT, AH_OK },
	};
	AH_AUTO(ah_buf) quote = AH_BUF(ROOM_OF_QUOTE);
	AH_AUTO_PTR(ah_endorsements) en = NULL;
	AH_AUTO_PTR(ah_verifier) verifier = NULL;
	if (ah_test_vectors() == NULL)
		AH_SKIP("../shared/vectors absent");
	json_t *collateral = tdx_json(GOOD_COLLATERAL);
	ah_err endorsed = endorse(&en, collateral);
	json_decref(collateral);
	EXPECT_OK(endorsed);
	EXPECT(read_quote(&quote, GOOD_QUOTE));
	EXPECT_OK(ah_verifier_new(&verifier, NULL));
	for (size_t i = 0; i < sizeof asks / sizeof asks[0]; i++) {
		ah_verdict *verdict = NULL;
		const ah_request request = { .evidence = ah_buf_slice(&quote), .endorsements = en, .genuine_only = true, .now_s = asks[i].now_s };
		ah_err err = ah_appraise(&verdict, verifier, &request, NULL);
		ah_verdict_free(verdict);
		EXPECT_MSG(err == asks[i].err, "ask %zu: %s, not %s", i, ah_err_name(err), ah_err_name(asks[i].err));
	}
}

static const ah_test_case cases[] = {
	AH_TEST(each_case_has_its_outcome_and_its_claims),
	AH_TEST(each_negative_is_refused_for_its_reason),
	AH_TEST(a_platform_below_every_level_is_unsupported_once_its_padding_is_cut),
	AH_TEST(evidence_of_sgx_is_not_taken_for_tdx),
	AH_TEST(intels_sample_is_refused_even_under_its_own_root),
	AH_TEST(the_chain_is_leaf_ca_root_and_nothing_else),
	AH_TEST(a_pck_certificate_of_another_platform_is_refused),
	AH_TEST(chains_to_a_real_and_to_a_simulated_root_do_not_mix),
	AH_TEST(crls_of_the_callers_own_serve_where_they_cover_the_chain),
	AH_TEST(a_verifier_that_is_used_again_judges_time_anew),
};
AH_TEST_MAIN(cases)
