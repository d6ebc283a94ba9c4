/*
 * Collateral files: Intel's real ones at real times, and files under a PKI of our own in which exactly one thing is wrong. Times, serials and levels of the real
 * ones were read with python-cryptography; the inputs of the known evaluations were cut from the quotes by an independent script.
 */
#include "platforms/tdx/collateral.h"

#include "attesters/mint.h"
#include "codec/json.h"
#include "codec/pem.h"
#include "codec/text.h"
#include "evidence/endorsements.h"
#include "pki/oid.h"
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>

#define FILE_MAX (4 * 1024 * 1024)

/* -- Judging a file -- */

typedef struct outcome {
	ah_err err;
	ah_fault why;
	ah_checks log;
	ah_root root;                  /* a copy; name NULL: none */
	int64_t expiry_s;
} outcome;

static void verify(outcome *out, ah_tdx_collateral *c, ah_verifier *v, const ah_roots *roots, int64_t now_s)
{
	const ah_root *root = NULL;
	memset(out, 0, sizeof *out);
	out->err = ah_tdx_collateral_verify(c, v, roots, now_s, &out->log, &root, &out->expiry_s, &out->why);
	if (root != NULL)
		out->root = *root;
}

/* Parse and verify at once. */
static void judge(outcome *out, ah_slice file, ah_verifier *v, const ah_roots *roots, int64_t now_s)
{
	AH_AUTO_PTR(ah_tdx_collateral) c = NULL;
	memset(out, 0, sizeof *out);
	out->err = ah_tdx_collateral_parse(&c, file, &out->why);
	if (out->err == AH_OK)
		verify(out, c, v, roots, now_s);
	assert(out->err == out->why.err);
}

static ah_verifier *new_verifier(void)
{
	ah_verifier *v = NULL;
	ah_err err = ah_verifier_new(&v, NULL);
	assert(err == AH_OK);
	return v;
}

/* -- The real files -- */

typedef struct sample {
	const char *file;
	int64_t begin_s, end_s;        /* the intersection of all windows */
	ah_err before, after;
	const char *fmspc;
	uint32_t evaluation;
	size_t levels, modules, advisories;
} sample;

static const sample samples[] = {
	{ "00806f050000_2025-10", 1760896130, 1762944332, AH_ERR_COLLATERAL_NOT_YET_VALID, AH_ERR_CRL_EXPIRED, "00806f050000", 17, 4, 2, 17 },
	{ "50806f000000_2023-06", 1687077778, 1688801099, AH_ERR_COLLATERAL_NOT_YET_VALID, AH_ERR_COLLATERAL_EXPIRED, "50806f000000", 15, 2, 0, 13 },
	{ "90c06f000000_2025-06", 1750327235, 1751622018, AH_ERR_CRL_NOT_YET_VALID, AH_ERR_COLLATERAL_EXPIRED, "90c06f000000", 17, 2, 2, 14 },
	{ "90c06f000000_2026-02", 1771412331, 1774003275, AH_ERR_COLLATERAL_NOT_YET_VALID, AH_ERR_CRL_EXPIRED, "90c06f000000", 18, 3, 2, 19 },
	{ "b0c06f000000_2025-06", 1750329147, 1752919235, AH_ERR_COLLATERAL_NOT_YET_VALID, AH_ERR_CRL_EXPIRED, "b0c06f000000", 17, 2, 2, 14 },
};
#define SAMPLE_COUNT (sizeof samples / sizeof samples[0])
#define BASE "b0c06f000000_2025-06"
#define BASE_NOW 1751587200

static bool read_sample(ah_buf *out, const char *name)
{
	const char *vectors = ah_test_vectors();
	return vectors != NULL && ah_test_read(out, "%s/tdx/collateral/%s.json", vectors, name);
}
#define NEED_SAMPLE(buf, name) \
	do { if (!read_sample(&(buf), name)) AH_SKIP("../shared/vectors absent"); } while (0)

static void real_collateral_verifies_under_intels_root(void)
{
	AH_AUTO_PTR(ah_verifier) v = new_verifier();
	ah_roots roots;
	ah_roots_init(&roots);
	for (size_t i = 0; i < SAMPLE_COUNT; i++) {
		const sample *s = &samples[i];
		static outcome out;
		AH_AUTO(ah_buf) file = AH_BUF(FILE_MAX), fmspc = AH_BUF(8);
		AH_AUTO_PTR(ah_tdx_collateral) c = NULL;
		NEED_SAMPLE(file, s->file);
		EXPECT_OK(ah_tdx_collateral_parse(&c, ah_buf_slice(&file), NULL));
		ah_test_hex(&fmspc, s->fmspc);
		EXPECT_BYTES(AH_SLICE_OF(c->tcb_info.fmspc), ah_buf_slice(&fmspc));
		EXPECT(ah_slice_is_zero(AH_SLICE_OF(c->tcb_info.pceid)) && ah_slice_is_zero(AH_SLICE_OF(c->tcb_info.module_mrsigner)));
		EXPECT(c->tcb_info.evaluation == s->evaluation && c->qe_identity.evaluation == s->evaluation);
		EXPECT(c->tcb_info.level_count == s->levels && c->tcb_info.module_count == s->modules && c->tcb_info.advisory_count == s->advisories);
		EXPECT(c->tcb_info.unknown_members == 0 && c->qe_identity.unknown_members == 0);
		EXPECT(c->qe_identity.isvprodid == 2 && c->qe_identity.attributes_mask[0] == 0xfb && c->qe_identity.mrsigner[0] == 0xdc);
		verify(&out, c, v, &roots, s->begin_s + 1);
		EXPECT_OK(out.err);
		EXPECT(out.root.name != NULL && !out.root.simulated && strcmp(out.root.name, "intel.sgx-root-ca") == 0 && out.expiry_s == s->end_s);
		EXPECT(out.log.rows[AH_CHECK_REVOCATION].status == AH_CHECK_PASS && out.log.rows[AH_CHECK_COLLATERAL_WINDOW].status == AH_CHECK_PASS);
		EXPECT(out.log.rows[AH_CHECK_COLLATERAL_TCB_INFO].status == AH_CHECK_PASS && out.log.rows[AH_CHECK_COLLATERAL_QE_IDENTITY].status == AH_CHECK_PASS);
		EXPECT(c->authenticated);
	}
	ah_test_count(SAMPLE_COUNT - 1);
}

/* Both ends of every window belong to it; cold and with everything authenticated before. */
static void windows_hold_to_the_second(void)
{
	ah_roots roots;
	ah_roots_init(&roots);
	for (size_t i = 0; i < 2 * SAMPLE_COUNT; i++) {
		const sample *s = &samples[i / 2];
		static outcome out;
		AH_AUTO_PTR(ah_verifier) v = new_verifier();
		AH_AUTO_PTR(ah_tdx_collateral) c = NULL;
		AH_AUTO(ah_buf) file = AH_BUF(FILE_MAX);
		NEED_SAMPLE(file, s->file);
		EXPECT_OK(ah_tdx_collateral_parse(&c, ah_buf_slice(&file), NULL));
		const struct { int64_t now_s; ah_err err; } times[] = {
			{ s->begin_s - 1, s->before }, { s->begin_s, AH_OK }, { s->end_s, AH_OK }, { s->end_s + 1, s->after },
		};
		for (size_t t = 0; t < 4; t++) {
			size_t at = i % 2 == 0 ? t : 3 - t;
			verify(&out, c, v, &roots, times[at].now_s);
			EXPECT_MSG(out.err == times[at].err, "%s at %lld: %s", s->file, (long long)times[at].now_s, ah_err_name(out.err));
			EXPECT(out.err == out.why.err && out.err == out.log.first_err);
		}
	}
	ah_test_count(8 * SAMPLE_COUNT - 1);
}

/* cases.json: inputs cut from the quotes, answers as Intel's steps give them. */
static void real_platforms_reach_the_known_levels(void)
{
	static const struct {
		const char *file, *components, *svn, *svn2;
		uint16_t pcesvn, qe_isvsvn;
		ah_err err;
		ah_tdx_tcb_status merged, platform, module;
		const char *date, *advisories[4];
	} known[] = {
		{ "b0c06f000000_2025-06", "03030202040100050000000000000000", "06010300000000000000000000000000", NULL, 11, 6, AH_OK,
		  AH_TDX_TCB_UP_TO_DATE, AH_TDX_TCB_UP_TO_DATE, AH_TDX_TCB_UP_TO_DATE, "2024-03-13T00:00:00Z", { NULL } },
		{ "90c06f000000_2026-02", "04040202040100050000000000000000", "0b010400000000000000000000000000", "0d010400000000000000000000000000", 13, 7, AH_OK,
		  AH_TDX_TCB_UP_TO_DATE, AH_TDX_TCB_UP_TO_DATE, AH_TDX_TCB_UP_TO_DATE, "2024-11-13T00:00:00Z", { NULL } },
		{ "00806f050000_2025-10", "07070202030100030000000000000000", "04010700000000000000000000000000", NULL, 11, 6, AH_OK,
		  AH_TDX_TCB_UP_TO_DATE, AH_TDX_TCB_UP_TO_DATE, AH_TDX_TCB_UP_TO_DATE, "2024-03-13T00:00:00Z", { NULL } },
		{ "00806f050000_2025-10", "06060202030100030000000000000000", "04010700000000000000000000000000", NULL, 11, 6, AH_OK,
		  AH_TDX_TCB_OUT_OF_DATE, AH_TDX_TCB_OUT_OF_DATE, AH_TDX_TCB_UP_TO_DATE, "2023-08-09T00:00:00Z",
		  { "INTEL-SA-00960", "INTEL-SA-00982", "INTEL-SA-00986", NULL } },
		{ "00806f050000_2025-10", "06060202030100030000000000000000", "02010600000000000000000000000000", NULL, 11, 5, AH_OK,
		  AH_TDX_TCB_OUT_OF_DATE, AH_TDX_TCB_OUT_OF_DATE, AH_TDX_TCB_OUT_OF_DATE, "2023-08-09T00:00:00Z",
		  { "INTEL-SA-00960", "INTEL-SA-00982", "INTEL-SA-00986", NULL } },
		{ "50806f000000_2023-06", "05050d02030100030000000000000000", "03000500000000000000000000000000", NULL, 11, 4, AH_OK,
		  AH_TDX_TCB_UP_TO_DATE, AH_TDX_TCB_UP_TO_DATE, AH_TDX_TCB_NONE, "2023-02-15T00:00:00Z", { NULL } },
		{ "50806f000000_2023-06", "03030202020100020000000000000000", "03000400000000000000000000000000", NULL, 11, 4, AH_ERR_TCB_UNSUPPORTED,
		  AH_TDX_TCB_NONE, AH_TDX_TCB_NONE, AH_TDX_TCB_NONE, NULL, { NULL } },
		{ "90c06f000000_2026-02", "03030202040100030000000000000000", "07010300000000000000000000000000", "0d010300000000000000000000000000", 13, 7,
		  AH_ERR_TCB_UNSUPPORTED, AH_TDX_TCB_NONE, AH_TDX_TCB_NONE, AH_TDX_TCB_NONE, NULL, { NULL } },
		{ "90c06f000000_2026-02", "01010202030100030000000000000000", "05010200000000000000000000000000", "05010200000000000000000000000000", 13, 6,
		  AH_ERR_TCB_UNSUPPORTED, AH_TDX_TCB_NONE, AH_TDX_TCB_NONE, AH_TDX_TCB_NONE, NULL, { NULL } },
	};
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		AH_AUTO(ah_buf) file = AH_BUF(FILE_MAX), components = AH_BUF(16), svn = AH_BUF(16), svn2 = AH_BUF(16);
		AH_AUTO_PTR(ah_tdx_collateral) c = NULL;
		ah_tdx_tcb_result result = { .date_s = 0 };
		NEED_SAMPLE(file, known[i].file);
		EXPECT_OK(ah_tdx_collateral_parse(&c, ah_buf_slice(&file), NULL));
		ah_test_hex(&components, known[i].components);
		ah_test_hex(&svn, known[i].svn);
		ah_test_hex(&svn2, known[i].svn2 != NULL ? known[i].svn2 : "");
		const ah_tdx_tcb_input input = { components.ptr, known[i].pcesvn, svn.ptr, known[i].svn2 != NULL ? svn2.ptr : NULL, known[i].qe_isvsvn };
		EXPECT_ERR(ah_tdx_tcb_evaluate(&result, &c->tcb_info, &c->qe_identity, &input, NULL), known[i].err);
		if (known[i].err != AH_OK)
			continue;
		int64_t date_s = 0;
		EXPECT_OK(ah_time_parse(&date_s, ah_slice_text(known[i].date)));
		EXPECT(result.merged == known[i].merged && result.platform == known[i].platform && result.module == known[i].module);
		EXPECT(result.qe == AH_TDX_TCB_UP_TO_DATE && result.date_s == date_s && result.qe_advisories == 0);
		EXPECT(result.current == (known[i].svn2 != NULL ? AH_TDX_TCB_UP_TO_DATE : AH_TDX_TCB_NONE));
		size_t wanted = 0, got = 0;
		for (; known[i].advisories[wanted] != NULL; wanted++) {
			size_t row = 0;
			while (row < c->tcb_info.advisory_count && strcmp(c->tcb_info.advisories[row], known[i].advisories[wanted]) != 0)
				row++;
			EXPECT(row < c->tcb_info.advisory_count && (result.info_advisories & UINT32_C(1) << row) != 0);
		}
		for (uint32_t bits = result.info_advisories; bits != 0; bits &= bits - 1)
			got++;
		EXPECT(got == wanted);
	}
	ah_test_count(sizeof known / sizeof known[0] - 1);
}

/* -- Changed members of a real file -- */

/* The raw text of a member's string, between its quotes. */
static ah_slice raw_member(ah_slice file, const char *name)
{
	ah_json json;
	ah_slice key, found = { NULL, 0 };
	ah_err err = ah_json_open(&json, file, AH_JSON_OURS, NULL);
	assert(err == AH_OK);
	ah_json_object_begin(&json);
	while (ah_json_next_member(&json, &key)) {
		ah_slice raw = ah_json_raw(&json);
		if (ah_slice_is_text(key, name))
			found = ah_slice_sub(raw, 1, raw.len - 2);
	}
	assert(found.ptr != NULL);
	return found;
}

static void with_member(ah_buf *out, ah_slice file, const char *name, ah_slice raw)
{
	ah_slice old = raw_member(file, name);
	size_t start = (size_t)(old.ptr - file.ptr), end = start + old.len;
	ah_err err = ah_buf_append(out, ah_slice_sub(file, 0, start));
	assert(err == AH_OK);
	err = ah_buf_append(out, raw);
	assert(err == AH_OK);
	err = ah_buf_append(out, ah_slice_sub(file, end, file.len - end));
	assert(err == AH_OK);
}

/* The first `from` in a member becomes `to`. */
static void with_edit(ah_buf *out, ah_slice file, const char *name, const char *from, const char *to)
{
	ah_slice old = raw_member(file, name);
	size_t len = strlen(from), at = 0;
	AH_AUTO(ah_buf) edited = AH_BUF(FILE_MAX);
	while (at + len <= old.len && !ah_slice_is_text(ah_slice_sub(old, at, len), from))
		at++;
	assert(at + len <= old.len);
	ah_err err = ah_buf_append(&edited, ah_slice_sub(old, 0, at));
	assert(err == AH_OK);
	err = ah_buf_append_text(&edited, to);
	assert(err == AH_OK);
	err = ah_buf_append(&edited, ah_slice_sub(old, at + len, old.len - at - len));
	assert(err == AH_OK);
	with_member(out, file, name, ah_buf_slice(&edited));
}

#define EXPECT_JUDGED(file, wanted) \
	do { \
		judge(&out, file, v, &roots, BASE_NOW); \
		EXPECT_MSG(out.err == (wanted), "got %s (%s), wanted %s", ah_err_name(out.err), out.why.detail, ah_err_name(wanted)); \
	} while (0)

/* The edits of negatives.json that concern collateral. */
static void edited_collateral_is_refused(void)
{
	static const struct { const char *member, *from, *to; ah_err err; } edits[] = {
		{ "tcb_info", "OutOfDate", "UpToDate", AH_ERR_TCB_INFO_SIGNATURE },
		{ "tcb_info", "\\\"id", " \\\"id", AH_ERR_TCB_INFO_SIGNATURE },
		{ "tcb_info", "B0C06F", "b0c06f", AH_ERR_TCB_INFO_SIGNATURE },
		{ "tcb_info", "\\\"id\\\":\\\"TDX\\\"", "\\\"id\\\":\\\"SGX\\\"", AH_ERR_COLLATERAL_KIND },
		{ "qe_identity", "\\\"isvprodid\\\":2", "\\\"isvprodid\\\":1", AH_ERR_QE_IDENTITY_SIGNATURE },
		{ "qe_identity", "TD_QE", "QE", AH_ERR_COLLATERAL_KIND },
		{ "tcb_info_signature", "0", "g", AH_ERR_COLLATERAL_MALFORMED },
		{ "tcb_info_signature", "0", "", AH_ERR_COLLATERAL_MALFORMED },
		{ "tcb_info_issuer_chain", "-----BEGIN", "-----begin", AH_ERR_COLLATERAL_MALFORMED },
		{ "tcb_info_issuer_chain", "BEGIN CERTIFICATE", "BEGIN CRL", AH_ERR_COLLATERAL_MALFORMED },
		{ "qe_identity_issuer_chain", "MII", "MIJ", AH_ERR_CERT_MALFORMED },
		{ "root_ca_crl", "3082", "3083", AH_ERR_CRL_MALFORMED },
		{ "pck_crl", "3082", "308g", AH_ERR_COLLATERAL_MALFORMED },
		{ "pck_crl", "3082", "308", AH_ERR_COLLATERAL_MALFORMED },
	};
	AH_AUTO_PTR(ah_verifier) v = new_verifier();
	static outcome out;
	ah_roots roots;
	ah_roots_init(&roots);
	AH_AUTO(ah_buf) file = AH_BUF(FILE_MAX);
	NEED_SAMPLE(file, BASE);
	for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
		AH_AUTO(ah_buf) edited = AH_BUF(FILE_MAX);
		with_edit(&edited, ah_buf_slice(&file), edits[i].member, edits[i].from, edits[i].to);
		judge(&out, ah_buf_slice(&edited), v, &roots, BASE_NOW);
		EXPECT_MSG(out.err == edits[i].err, "edit %zu: got %s (%s)", i, ah_err_name(out.err), out.why.detail);
	}
	ah_test_count(sizeof edits / sizeof edits[0] - 1);
}

static void flip_last_digit(ah_buf *out, ah_slice file, const char *name)
{
	AH_AUTO(ah_buf) value = AH_BUF(FILE_MAX);
	ah_err err = ah_buf_append(&value, raw_member(file, name));
	assert(err == AH_OK);
	value.ptr[value.len - 1] = value.ptr[value.len - 1] == '0' ? '1' : '0';
	with_member(out, file, name, ah_buf_slice(&value));
}

static void exchanged_collateral_is_refused(void)
{
	AH_AUTO_PTR(ah_verifier) v = new_verifier();
	static outcome out;
	ah_roots roots;
	ah_roots_init(&roots);
	AH_AUTO(ah_buf) file = AH_BUF(FILE_MAX), other = AH_BUF(FILE_MAX);
	NEED_SAMPLE(file, BASE);
	NEED_SAMPLE(other, "90c06f000000_2025-06");
	const ah_slice good = ah_buf_slice(&file);
	static const struct { const char *name; ah_err err; } flips[] = {
		{ "tcb_info_signature", AH_ERR_TCB_INFO_SIGNATURE }, { "qe_identity_signature", AH_ERR_QE_IDENTITY_SIGNATURE },
		{ "root_ca_crl", AH_ERR_CRL_SIGNATURE }, { "pck_crl", AH_ERR_CRL_SIGNATURE },
	};
	for (size_t i = 0; i < sizeof flips / sizeof flips[0]; i++) {
		AH_AUTO(ah_buf) changed = AH_BUF(FILE_MAX);
		flip_last_digit(&changed, good, flips[i].name);
		EXPECT_JUDGED(ah_buf_slice(&changed), flips[i].err);
	}
	static const struct { const char *into, *from; ah_err err; } copies[] = {
		{ "pck_crl", "root_ca_crl", AH_ERR_CRL_ISSUER },
		{ "root_ca_crl", "pck_crl", AH_ERR_CRL_ISSUER },
		{ "tcb_info_issuer_chain", "pck_crl_issuer_chain", AH_ERR_CHAIN_CONSTRAINT },
		{ "qe_identity_issuer_chain", "pck_crl_issuer_chain", AH_ERR_CHAIN_CONSTRAINT },
		{ "pck_crl_issuer_chain", "tcb_info_issuer_chain", AH_ERR_CHAIN_CONSTRAINT },
		{ "tcb_info", "qe_identity", AH_ERR_COLLATERAL_KIND },
		{ "qe_identity", "tcb_info", AH_ERR_COLLATERAL_KIND },
		{ "tcb_info_signature", "qe_identity_signature", AH_ERR_TCB_INFO_SIGNATURE },
	};
	for (size_t i = 0; i < sizeof copies / sizeof copies[0]; i++) {
		AH_AUTO(ah_buf) changed = AH_BUF(FILE_MAX);
		with_member(&changed, good, copies[i].into, raw_member(good, copies[i].from));
		EXPECT_JUDGED(ah_buf_slice(&changed), copies[i].err);
	}
	/* Intel signed both halves of the pair from another file: only FMSPC tells, and that is the caller's to compare. */
	AH_AUTO(ah_buf) half = AH_BUF(FILE_MAX), whole = AH_BUF(FILE_MAX);
	with_member(&half, good, "tcb_info", raw_member(ah_buf_slice(&other), "tcb_info"));
	EXPECT_JUDGED(ah_buf_slice(&half), AH_ERR_TCB_INFO_SIGNATURE);
	with_member(&whole, ah_buf_slice(&half), "tcb_info_signature", raw_member(ah_buf_slice(&other), "tcb_info_signature"));
	EXPECT_JUDGED(ah_buf_slice(&whole), AH_OK);
	ah_test_count(13);
}

static void collateral_of_sgx_is_refused(void)
{
	AH_AUTO_PTR(ah_verifier) v = new_verifier();
	static outcome out;
	ah_roots roots;
	ah_roots_init(&roots);
	AH_AUTO(ah_buf) file = AH_BUF(FILE_MAX), sgx = AH_BUF(FILE_MAX), changed = AH_BUF(FILE_MAX);
	NEED_SAMPLE(file, BASE);
	EXPECT(ah_test_read(&sgx, "%s/tdx/dcap-qvl/sgx_quote_collateral.json", ah_test_vectors()));
	EXPECT_JUDGED(ah_buf_slice(&sgx), AH_ERR_COLLATERAL_KIND);
	with_member(&changed, ah_buf_slice(&file), "qe_identity", raw_member(ah_buf_slice(&sgx), "qe_identity"));
	EXPECT_JUDGED(ah_buf_slice(&changed), AH_ERR_COLLATERAL_KIND);
}

/* -- The shape of the file -- */

static const char *const members[] = { "tcb_info", "tcb_info_signature", "tcb_info_issuer_chain", "qe_identity", "qe_identity_signature",
	                               "qe_identity_issuer_chain", "root_ca_crl", "pck_crl", "pck_crl_issuer_chain" };
#define MEMBER_COUNT (sizeof members / sizeof members[0])

static void every_member_is_there_and_not_empty(void)
{
	AH_AUTO(ah_buf) file = AH_BUF(FILE_MAX);
	NEED_SAMPLE(file, BASE);
	for (size_t i = 0; i < MEMBER_COUNT; i++) {
		AH_AUTO(ah_buf) empty = AH_BUF(FILE_MAX), renamed = AH_BUF(FILE_MAX), number = AH_BUF(FILE_MAX);
		AH_AUTO_PTR(ah_tdx_collateral) c = NULL;
		ah_fault why = { .err = AH_OK };
		with_member(&empty, ah_buf_slice(&file), members[i], AH_SLICE_LITERAL(""));
		EXPECT_ERR(ah_tdx_collateral_parse(&c, ah_buf_slice(&empty), &why), AH_ERR_COLLATERAL_MALFORMED);
		EXPECT(strstr(why.detail, members[i]) != NULL && c == NULL);
		/* The name becomes another one: its first letter. */
		EXPECT_OK(ah_buf_append(&renamed, ah_buf_slice(&file)));
		size_t value = (size_t)(raw_member(ah_buf_slice(&file), members[i]).ptr - file.ptr);
		renamed.ptr[value - strlen(members[i]) - 4] = 'X';
		why = (ah_fault){ .err = AH_OK };
		EXPECT_ERR(ah_tdx_collateral_parse(&c, ah_buf_slice(&renamed), &why), AH_ERR_COLLATERAL_MISSING);
		EXPECT(strstr(why.detail, members[i]) != NULL);
		EXPECT_OK(ah_buf_printf(&number, "{\"%s\":1}", members[i]));
		EXPECT_ERR(ah_tdx_collateral_parse(&c, ah_buf_slice(&number), NULL), AH_ERR_COLLATERAL_MALFORMED);
	}
	ah_test_count(3 * MEMBER_COUNT - 1);
}

static void unsigned_members_beside_them_are_ignored(void)
{
	AH_AUTO_PTR(ah_verifier) v = new_verifier();
	static outcome out;
	ah_roots roots;
	ah_roots_init(&roots);
	AH_AUTO(ah_buf) file = AH_BUF(FILE_MAX);
	NEED_SAMPLE(file, BASE);
	static const char *const extra[] = { "{\"pck_certificate_chain\":null,", "{\"pck_certificate_chain\":\"x\",", "{\"version\":3,\"tee_type\":129," };
	for (size_t i = 0; i < sizeof extra / sizeof extra[0]; i++) {
		AH_AUTO(ah_buf) more = AH_BUF(FILE_MAX);
		EXPECT_OK(ah_buf_append_text(&more, extra[i]));
		EXPECT_OK(ah_buf_append(&more, ah_slice_sub(ah_buf_slice(&file), 1, file.len - 1)));
		EXPECT_JUDGED(ah_buf_slice(&more), AH_OK);
	}
}

static void files_that_are_no_strict_json_are_refused(void)
{
	static const struct { const char *text; ah_err err; } files[] = {
		{ "", AH_ERR_COLLATERAL_MALFORMED }, { "[]", AH_ERR_COLLATERAL_MALFORMED }, { "\"x\"", AH_ERR_COLLATERAL_MALFORMED },
		{ "{}", AH_ERR_COLLATERAL_MISSING }, { "{} x", AH_ERR_COLLATERAL_MALFORMED }, { "{\"a\":1.5}", AH_ERR_COLLATERAL_MALFORMED },
		{ "{\"tcb_info\":\"\",\"tcb_info\":\"\"}", AH_ERR_COLLATERAL_MALFORMED }, { "{\"tcb_info\":\"{\"}", AH_ERR_COLLATERAL_MALFORMED },
		{ "{\"tcb_info\":{}}", AH_ERR_COLLATERAL_MALFORMED }, { "{\"tcb_info\":\"\\ud800\"}", AH_ERR_COLLATERAL_MALFORMED },
		{ "{\"pck_crl\":\"\\u0033\"}", AH_ERR_COLLATERAL_MALFORMED }, { "{\"pck_crl\":\"30\"}", AH_ERR_CRL_MALFORMED },
		{ "{\"root_ca_crl\":\"zz\"}", AH_ERR_COLLATERAL_MALFORMED }, { "\xff", AH_ERR_COLLATERAL_MALFORMED },
	};
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		AH_AUTO_PTR(ah_tdx_collateral) c = NULL;
		ah_fault why = { .err = AH_OK };
		ah_err err = ah_tdx_collateral_parse(&c, ah_slice_text(files[i].text), &why);
		EXPECT_MSG(err == files[i].err && why.err == err && c == NULL, "file %zu: %s", i, ah_err_name(err));
	}
	ah_test_count(sizeof files / sizeof files[0] - 1);
}

static void a_file_cut_anywhere_is_refused(void)
{
	AH_AUTO(ah_buf) file = AH_BUF(FILE_MAX);
	NEED_SAMPLE(file, BASE);
	for (size_t len = 0; len < file.len; len++) {
		AH_AUTO_PTR(ah_tdx_collateral) c = NULL;
		EXPECT_ERR(ah_tdx_collateral_parse(&c, ah_slice_make(file.ptr, len), NULL), AH_ERR_COLLATERAL_MALFORMED);
	}
	ah_test_count(file.len - 1);
}

/* One bit of every byte: no byte of the file is without meaning but for its white space, and that does not become white space by this bit. */
static void a_file_with_any_byte_changed_never_verifies(void)
{
	AH_AUTO_PTR(ah_verifier) v = new_verifier();
	static outcome out;
	ah_roots roots;
	ah_roots_init(&roots);
	AH_AUTO(ah_buf) file = AH_BUF(FILE_MAX);
	NEED_SAMPLE(file, BASE);
	for (size_t i = 0; i < file.len; i++) {
		file.ptr[i] ^= 1;
		judge(&out, ah_buf_slice(&file), v, &roots, BASE_NOW);
		file.ptr[i] ^= 1;
		EXPECT_MSG(out.err != AH_OK, "byte %zu", i);
		EXPECT_MSG(ah_err_class_of(out.err) == AH_CLASS_MALFORMED || ah_err_class_of(out.err) == AH_CLASS_NOT_GENUINE || out.err == AH_ERR_ALGORITHM ||
		           out.err == AH_ERR_COLLATERAL_MISSING, "byte %zu: %s", i, ah_err_name(out.err));
	}
	EXPECT_JUDGED(ah_buf_slice(&file), AH_OK);
	ah_test_count(file.len);
}

/* -- Reuse -- */

static void a_file_is_parsed_and_authenticated_once(void)
{
	AH_AUTO_PTR(ah_verifier) v = new_verifier();
	AH_AUTO_PTR(ah_endorsements) en = NULL;
	AH_AUTO_PTR(ah_endorsements) twin = NULL;
	AH_AUTO_PTR(ah_endorsements) none = NULL;
	ah_tdx_collateral *first = NULL, *second = NULL;
	static outcome out;
	ah_roots roots;
	ah_roots_init(&roots);
	AH_AUTO(ah_buf) file = AH_BUF(FILE_MAX);
	NEED_SAMPLE(file, BASE);
	EXPECT_OK(ah_endorsements_new(&en));
	EXPECT_OK(ah_endorsements_new(&twin));
	EXPECT_OK(ah_endorsements_new(&none));
	EXPECT_OK(ah_endorsements_set_collateral(en, ah_buf_slice(&file), NULL));
	EXPECT_OK(ah_endorsements_set_collateral(twin, ah_buf_slice(&file), NULL));
	EXPECT_OK(ah_tdx_collateral_get(&first, v, en, NULL));
	verify(&out, first, v, &roots, BASE_NOW);
	EXPECT_OK(out.err);
	EXPECT(first->authenticated && ah_slice_is(AH_SLICE_OF(first->root_sha256), AH_SLICE_OF(out.root.sha256)));
	EXPECT_OK(ah_tdx_collateral_get(&second, v, twin, NULL));
	EXPECT(second == first);
	/* Nothing is remembered but the signatures. */
	verify(&out, second, v, &roots, BASE_NOW + 365 * 86400);
	EXPECT_ERR(out.err, AH_ERR_COLLATERAL_EXPIRED);
	roots.count = 0;
	verify(&out, second, v, &roots, BASE_NOW);
	EXPECT_ERR(out.err, AH_ERR_ROOT_UNTRUSTED);
	EXPECT_OK(ah_tdx_collateral_get(&second, v, none, NULL));
	EXPECT(second == NULL);
	second = first;
	EXPECT_OK(ah_tdx_collateral_get(&second, v, NULL, NULL));
	EXPECT(second == NULL);
}

static void a_file_that_failed_is_not_taken_as_authenticated(void)
{
	AH_AUTO_PTR(ah_verifier) v = new_verifier();
	AH_AUTO_PTR(ah_tdx_collateral) c = NULL;
	static outcome out;
	ah_roots roots;
	ah_roots_init(&roots);
	AH_AUTO(ah_buf) file = AH_BUF(FILE_MAX), bad = AH_BUF(FILE_MAX);
	NEED_SAMPLE(file, BASE);
	flip_last_digit(&bad, ah_buf_slice(&file), "pck_crl");
	EXPECT_OK(ah_tdx_collateral_parse(&c, ah_buf_slice(&bad), NULL));
	for (int i = 0; i < 2; i++) {
		verify(&out, c, v, &roots, BASE_NOW);
		EXPECT_ERR(out.err, AH_ERR_CRL_SIGNATURE);
		EXPECT(!c->authenticated);
	}
}

/* More files than places: the verifier ends the oldest ones (the sanitizers see whether it ends them once). */
static void more_files_than_places_are_no_harm(void)
{
	AH_AUTO_PTR(ah_verifier) v = new_verifier();
	AH_AUTO(ah_buf) file = AH_BUF(FILE_MAX);
	NEED_SAMPLE(file, BASE);
	for (size_t i = 0; i < 3 * AH_TDX_COLLATERAL_CACHE; i++) {
		AH_AUTO_PTR(ah_endorsements) en = NULL;
		ah_tdx_collateral *c = NULL;
		EXPECT_OK(ah_buf_append_byte(&file, ' '));
		EXPECT_OK(ah_endorsements_new(&en));
		EXPECT_OK(ah_endorsements_set_collateral(en, ah_buf_slice(&file), NULL));
		EXPECT_OK(ah_tdx_collateral_get(&c, v, en, NULL));
		EXPECT(c->tcb_info.level_count == 2 && c->file.len == file.len);
	}
}

/* -- A PKI of our own -- */

#define T0  INT64_C(1800000000)
#define DAY INT64_C(86400)

typedef struct cert_spec {
	const char *cn, *issuer_cn;
	const ah_private_key *key, *issuer_key;
	uint8_t serial;
	bool is_ca;
	int path_len;
	uint16_t key_usage;
	ah_sig_alg sig_alg;
} cert_spec;

/* What is wrong; all zero is a good file. */
typedef struct flaws {
	const char *signer_cn;
	uint16_t signer_usage, ca_usage;
	bool signer_is_ca, signer_below_ca, no_root_in_chain, root_first, five_certificates;
	bool qe_under_second_root, all_under_second_root;
	uint8_t revoked;               /* this serial is in the root CRL */
	struct {
		bool no_number, no_aki, other_aki, other_key, sha384;
		const char *issuer_cn;
		int64_t shift_s;
	} root_crl, pck_crl;
	bool other_tcb_key, other_qe_key;
} flaws;

enum { SERIAL_ROOT = 1, SERIAL_SIGNER = 2, SERIAL_QE_SIGNER = 3, SERIAL_CA = 4, SERIAL_LEAF = 5, SERIAL_STRANGER = 99 };

typedef struct pki {
	ah_crypto *crypto;
	ah_private_key *root, *root2, *signer, *ca, *leaf;
} pki;

#define MUST(call) do { ah_err must_ = (call); if (must_ != AH_OK) { printf("%s: %s\n", #call, ah_err_name(must_)); abort(); } } while (0)

/* Made once; reachable until the end. */
static const pki *shared_pki(void)
{
	static pki p;
	if (p.crypto == NULL) {
		MUST(ah_crypto_new(&p.crypto, NULL));
		ah_private_key **keys[] = { &p.root, &p.root2, &p.signer, &p.ca, &p.leaf };
		for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
			MUST(ah_private_key_generate(keys[i], AH_KEY_P256, 0, NULL));
	}
	return &p;
}

static void key_id(const pki *p, const ah_private_key *key, uint8_t out[static AH_MINT_KEY_ID_LEN])
{
	AH_AUTO(ah_buf) spki = AH_BUF(1024);
	MUST(ah_private_key_spki(key, &spki));
	MUST(ah_mint_key_id(p->crypto, ah_buf_slice(&spki), out));
}

static void mint(ah_buf *der, const pki *p, const cert_spec *spec)
{
	AH_AUTO(ah_buf) subject = AH_BUF(512), issuer = AH_BUF(512), spki = AH_BUF(1024), extensions = AH_BUF(1024);
	uint8_t id[AH_MINT_KEY_ID_LEN];
	MUST(ah_mint_put_common_name(&subject, spec->cn));
	MUST(ah_mint_put_common_name(&issuer, spec->issuer_cn));
	MUST(ah_private_key_spki(spec->key, &spki));
	key_id(p, spec->issuer_key, id);
	MUST(ah_mint_put_authority_key_id(&extensions, AH_SLICE_OF(id)));
	key_id(p, spec->key, id);
	MUST(ah_mint_put_subject_key_id(&extensions, AH_SLICE_OF(id)));
	MUST(ah_mint_put_key_usage(&extensions, true, spec->key_usage));
	MUST(ah_mint_put_basic_constraints(&extensions, spec->is_ca, spec->path_len));
	const ah_mint_cert cert = {
		.serial = ah_slice_make(&spec->serial, 1), .issuer = ah_buf_slice(&issuer), .subject = ah_buf_slice(&subject), .not_before_s = T0 - 30 * DAY,
		.not_after_s = T0 + 30 * DAY, .spki = ah_buf_slice(&spki), .extensions = ah_buf_slice(&extensions),
		.signing = { .sig_alg = spec->sig_alg != AH_SIG_NONE ? spec->sig_alg : AH_SIG_ECDSA_SHA256, .key = spec->issuer_key },
	};
	MUST(ah_mint_certificate(der, &cert));
}

#define ROOT_CN   "Intel SGX Root CA"
#define CA_CN     "Intel SGX PCK Platform CA"
#define SIGNER_CN "Intel SGX TCB Signing"
#define CA_USES   (AH_KU_KEY_CERT_SIGN | AH_KU_CRL_SIGN)

static void mint_root(ah_buf *der, const pki *p, const ah_private_key *key)
{
	const cert_spec spec = { .cn = ROOT_CN, .issuer_cn = ROOT_CN, .key = key, .issuer_key = key, .serial = SERIAL_ROOT, .is_ca = true, .path_len = 1,
		                 .key_usage = CA_USES };
	mint(der, p, &spec);
}

static void mint_ca(ah_buf *der, const pki *p, const flaws *plan, const ah_private_key *root)
{
	const cert_spec spec = { .cn = CA_CN, .issuer_cn = ROOT_CN, .key = p->ca, .issuer_key = root, .serial = SERIAL_CA, .is_ca = true, .path_len = 0,
		                 .key_usage = plan->ca_usage != 0 ? plan->ca_usage : CA_USES };
	mint(der, p, &spec);
}

static void mint_signer(ah_buf *der, const pki *p, const flaws *plan, const ah_private_key *root, uint8_t serial)
{
	bool below = plan->signer_below_ca && serial == SERIAL_SIGNER;
	const cert_spec spec = {
		.cn = plan->signer_cn != NULL ? plan->signer_cn : SIGNER_CN, .issuer_cn = below ? CA_CN : ROOT_CN, .key = p->signer,
		.issuer_key = below ? p->ca : root, .serial = serial, .is_ca = plan->signer_is_ca, .path_len = -1,
		.key_usage = plan->signer_usage != 0 ? plan->signer_usage : AH_KU_DIGITAL_SIGNATURE | AH_KU_NON_REPUDIATION,
	};
	mint(der, p, &spec);
}

static void put_pem(ah_buf *pem, const ah_buf *der)
{
	MUST(ah_pem_write(pem, "CERTIFICATE", ah_buf_slice(der)));
}

static void mint_crl(ah_buf *der, const pki *p, const flaws *plan, bool of_root, const ah_private_key *root)
{
	AH_AUTO(ah_buf) issuer = AH_BUF(512), extensions = AH_BUF(512), revoked = AH_BUF(512);
	const ah_private_key *key = of_root ? root : p->ca;
	bool no_number = of_root ? plan->root_crl.no_number : plan->pck_crl.no_number, no_aki = of_root ? plan->root_crl.no_aki : plan->pck_crl.no_aki;
	bool other_aki = of_root ? plan->root_crl.other_aki : plan->pck_crl.other_aki, other_key = of_root ? plan->root_crl.other_key : plan->pck_crl.other_key;
	bool sha384 = of_root ? plan->root_crl.sha384 : plan->pck_crl.sha384;
	const char *other_cn = of_root ? plan->root_crl.issuer_cn : plan->pck_crl.issuer_cn;
	int64_t shift_s = of_root ? plan->root_crl.shift_s : plan->pck_crl.shift_s;
	uint8_t id[AH_MINT_KEY_ID_LEN], serial = of_root && plan->revoked != 0 ? plan->revoked : SERIAL_STRANGER;
	MUST(ah_mint_put_common_name(&issuer, other_cn != NULL ? other_cn : of_root ? ROOT_CN : CA_CN));
	MUST(ah_mint_put_revoked(&revoked, ah_slice_make(&serial, 1), T0 - DAY, AH_SLICE_LITERAL("")));
	key_id(p, other_aki ? p->leaf : key, id);
	if (!no_aki)
		MUST(ah_mint_put_authority_key_id(&extensions, AH_SLICE_OF(id)));
	if (!no_number)
		MUST(ah_mint_put_crl_number(&extensions, 7));
	const ah_mint_crl crl = {
		.issuer = ah_buf_slice(&issuer), .this_update_s = T0 - 10 * DAY + shift_s, .next_update_s = T0 + 10 * DAY + shift_s, .revoked = ah_buf_slice(&revoked),
		.extensions = ah_buf_slice(&extensions),
		.signing = { .sig_alg = sha384 ? AH_SIG_ECDSA_SHA384 : AH_SIG_ECDSA_SHA256, .key = other_key ? p->leaf : key },
	};
	MUST(ah_mint_crl_issue(der, &crl));
}

#define INFO_TEXT \
	"{\"id\":\"TDX\",\"version\":3,\"issueDate\":\"2027-01-10T00:00:00Z\",\"nextUpdate\":\"2027-02-01T00:00:00Z\",\"fmspc\":\"00A06D080000\",\"pceId\":\"0000\"," \
	"\"tcbType\":0,\"tcbEvaluationDataNumber\":20,\"tdxModule\":{\"mrsigner\":\"" \
	"000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000\",\"attributes\":\"0000000000000000\"," \
	"\"attributesMask\":\"FFFFFFFFFFFFFFFF\"},\"tcbLevels\":[{\"tcb\":{\"sgxtcbcomponents\":[" S4 "," S4 "," S4 "," S4 "],\"pcesvn\":1," \
	"\"tdxtcbcomponents\":[" S4 "," S4 "," S4 "," S4 "]},\"tcbDate\":\"2026-01-01T00:00:00Z\",\"tcbStatus\":\"UpToDate\"}]}"
#define S4 "{\"svn\":1},{\"svn\":1},{\"svn\":1},{\"svn\":1}"
#define QE_TEXT \
	"{\"id\":\"TD_QE\",\"version\":2,\"issueDate\":\"2027-01-10T00:00:00Z\",\"nextUpdate\":\"2027-02-01T00:00:00Z\",\"tcbEvaluationDataNumber\":20," \
	"\"miscselect\":\"00000000\",\"miscselectMask\":\"FFFFFFFF\",\"attributes\":\"11000000000000000000000000000000\"," \
	"\"attributesMask\":\"FBFFFFFFFFFFFFFF0000000000000000\",\"mrsigner\":\"DC9E2A7C6F948F17474E34A7FC43ED030F7C1563F1BABDDF6340C82E0E54A8C5\"," \
	"\"isvprodid\":2,\"tcbLevels\":[{\"tcb\":{\"isvsvn\":1},\"tcbDate\":\"2026-01-01T00:00:00Z\",\"tcbStatus\":\"UpToDate\"}]}"

static void put_signed(ah_json_writer *w, const char *key, const char *text, const ah_private_key *signer)
{
	AH_AUTO(ah_buf) signature = AH_BUF(64);
	const ah_slice bytes = ah_slice_text(text);
	MUST(ah_sign_ecdsa_raw(signer, AH_SHA256, &bytes, 1, &signature));
	ah_json_put_key(w, key);
	ah_json_put_hex(w, ah_buf_slice(&signature));
}

static void put_text(ah_json_writer *w, const char *key, ah_slice text)
{
	ah_json_put_key(w, key);
	ah_json_put_string(w, text);
}

typedef struct forged {
	ah_buf json, root, root2, ca;  /* the file; DER of certificates */
	ah_roots roots;                /* the first root, as a simulated one */
} forged;

static void forged_auto(forged *f)
{
	ah_buf_free(&f->json);
	ah_buf_free(&f->root);
	ah_buf_free(&f->root2);
	ah_buf_free(&f->ca);
}

static void add_root(ah_roots *roots, const pki *p, const ah_buf *der)
{
	uint8_t sha256[32];
	MUST(ah_sha256(p->crypto, ah_buf_slice(der), sha256));
	MUST(ah_roots_add_simulated(roots, sha256, ah_slice_make(NULL, 0)));
}

static void put_signer_chain(ah_buf *pem, const pki *p, const flaws *plan, const forged *f, uint8_t serial, const ah_private_key *root, const ah_buf *root_der)
{
	AH_AUTO(ah_buf) der = AH_BUF(AH_CERTIFICATE_MAX);
	mint_signer(&der, p, plan, root, serial);
	if (plan->root_first)
		put_pem(pem, root_der);
	put_pem(pem, &der);
	if (plan->signer_below_ca && serial == SERIAL_SIGNER)
		put_pem(pem, &f->ca);
	for (int i = 0; plan->five_certificates && i < 3; i++)
		put_pem(pem, &der);
	if (!plan->no_root_in_chain && !plan->root_first)
		put_pem(pem, root_der);
}

static forged forge(const flaws *plan)
{
	const pki *p = shared_pki();
	forged f = { AH_BUF(FILE_MAX), AH_BUF(AH_CERTIFICATE_MAX), AH_BUF(AH_CERTIFICATE_MAX), AH_BUF(AH_CERTIFICATE_MAX), { .count = 0 } };
	AH_AUTO(ah_buf) info_chain = AH_BUF(FILE_MAX), qe_chain = AH_BUF(FILE_MAX), crl_chain = AH_BUF(FILE_MAX);
	AH_AUTO(ah_buf) root_crl = AH_BUF(AH_CRL_MAX), pck_crl = AH_BUF(AH_CRL_MAX);
	const ah_private_key *root = plan->all_under_second_root ? p->root2 : p->root, *qe_root = plan->qe_under_second_root ? p->root2 : root;
	mint_root(&f.root, p, root);
	mint_root(&f.root2, p, p->root2);
	mint_ca(&f.ca, p, plan, root);
	put_signer_chain(&info_chain, p, plan, &f, SERIAL_SIGNER, root, &f.root);
	put_signer_chain(&qe_chain, p, plan, &f, SERIAL_QE_SIGNER, qe_root, plan->qe_under_second_root ? &f.root2 : &f.root);
	put_pem(&crl_chain, &f.ca);
	put_pem(&crl_chain, &f.root);
	mint_crl(&root_crl, p, plan, true, root);
	mint_crl(&pck_crl, p, plan, false, root);
	ah_json_writer w;
	ah_json_writer_init(&w, &f.json);
	ah_json_put_object_begin(&w);
	ah_json_put_key(&w, "pck_crl");
	ah_json_put_hex(&w, ah_buf_slice(&pck_crl));
	put_text(&w, "pck_crl_issuer_chain", ah_buf_slice(&crl_chain));
	put_text(&w, "qe_identity", ah_slice_text(QE_TEXT));
	put_text(&w, "qe_identity_issuer_chain", ah_buf_slice(&qe_chain));
	put_signed(&w, "qe_identity_signature", QE_TEXT, plan->other_qe_key ? p->leaf : p->signer);
	ah_json_put_key(&w, "root_ca_crl");
	ah_json_put_hex(&w, ah_buf_slice(&root_crl));
	put_text(&w, "tcb_info", ah_slice_text(INFO_TEXT));
	put_text(&w, "tcb_info_issuer_chain", ah_buf_slice(&info_chain));
	put_signed(&w, "tcb_info_signature", INFO_TEXT, plan->other_tcb_key ? p->leaf : p->signer);
	ah_json_put_object_end(&w);
	MUST(ah_json_writer_finish(&w));
	ah_roots_init(&f.roots);
	if (!plan->all_under_second_root)
		add_root(&f.roots, p, &f.root);
	return f;
}

/* The plan, judged at T0 (2027-01-15). */
#define EXPECT_FORGED(wanted, wanted_check, ...) \
	do { \
		const flaws plan_ = { __VA_ARGS__ }; \
		AH_AUTO(forged) f = forge(&plan_); \
		judge(&out, ah_buf_slice(&f.json), v, &f.roots, T0); \
		EXPECT_MSG(out.err == (wanted), "got %s (%s), wanted %s", ah_err_name(out.err), out.why.detail, ah_err_name(wanted)); \
		EXPECT_MSG((wanted) == AH_OK || out.log.first_failed == (ah_check_id)(wanted_check), "refused by %s", ah_check_infos[out.log.first_failed].id); \
	} while (0)

static void a_simulated_root_serves_when_it_is_listed(void)
{
	AH_AUTO_PTR(ah_verifier) v = new_verifier();
	static outcome out;
	EXPECT_FORGED(AH_OK, 0, .signer_cn = NULL);
	EXPECT(out.root.name != NULL && out.root.simulated && out.expiry_s == T0 + 10 * DAY);
	EXPECT_FORGED(AH_OK, 0, .revoked = SERIAL_LEAF); /* the root did not issue it: another certificate of this number */
	EXPECT_FORGED(AH_ERR_ROOT_UNTRUSTED, AH_CHECK_PATH_ROOT, .all_under_second_root = true);
}

static void chains_to_two_roots_are_refused(void)
{
	AH_AUTO_PTR(ah_verifier) v = new_verifier();
	static outcome out;
	const flaws mixed = { .qe_under_second_root = true };
	AH_AUTO(forged) f = forge(&mixed);
	judge(&out, ah_buf_slice(&f.json), v, &f.roots, T0);
	EXPECT_ERR(out.err, AH_ERR_ROOT_UNTRUSTED);
	add_root(&f.roots, shared_pki(), &f.root2);
	judge(&out, ah_buf_slice(&f.json), v, &f.roots, T0);
	EXPECT_ERR(out.err, AH_ERR_MIXED_ROOTS);
	EXPECT(out.log.first_failed == AH_CHECK_PATH_ROOT);
}

static void only_the_tcb_signing_certificate_may_sign(void)
{
	AH_AUTO_PTR(ah_verifier) v = new_verifier();
	static outcome out;
	EXPECT_FORGED(AH_ERR_CHAIN_CONSTRAINT, AH_CHECK_PATH_LEAF, .signer_cn = "Intel SGX PCK Certificate");
	EXPECT_FORGED(AH_ERR_CHAIN_CONSTRAINT, AH_CHECK_PATH_LEAF, .signer_cn = "Intel SGX TCB Signing ");
	EXPECT_FORGED(AH_ERR_CHAIN_CONSTRAINT, AH_CHECK_PATH_LEAF, .signer_is_ca = true);
	EXPECT_FORGED(AH_ERR_CHAIN_CONSTRAINT, AH_CHECK_PATH_LEAF, .signer_usage = AH_KU_NON_REPUDIATION);
	EXPECT_FORGED(AH_ERR_CHAIN_CONSTRAINT, AH_CHECK_PATH_LEAF, .signer_usage = AH_KU_DIGITAL_SIGNATURE | AH_KU_CRL_SIGN);
	EXPECT_FORGED(AH_ERR_CHAIN_CONSTRAINT, AH_CHECK_PATH_LENGTH, .signer_below_ca = true);
	EXPECT_FORGED(AH_ERR_ROOT_UNTRUSTED, AH_CHECK_PATH_ROOT, .no_root_in_chain = true);
	EXPECT_FORGED(AH_ERR_ROOT_UNTRUSTED, AH_CHECK_PATH_ROOT, .root_first = true);
	EXPECT_FORGED(AH_ERR_TOO_LARGE, 0, .five_certificates = true);
	ah_test_count(8);
}

static void documents_signed_by_another_key_are_refused(void)
{
	AH_AUTO_PTR(ah_verifier) v = new_verifier();
	static outcome out;
	EXPECT_FORGED(AH_ERR_TCB_INFO_SIGNATURE, AH_CHECK_COLLATERAL_TCB_INFO, .other_tcb_key = true);
	EXPECT_FORGED(AH_ERR_QE_IDENTITY_SIGNATURE, AH_CHECK_COLLATERAL_QE_IDENTITY, .other_qe_key = true);
}

static void revoked_certificates_are_refused(void)
{
	AH_AUTO_PTR(ah_verifier) v = new_verifier();
	static outcome out;
	EXPECT_FORGED(AH_ERR_REVOKED, AH_CHECK_REVOCATION, .revoked = SERIAL_SIGNER);
	EXPECT_FORGED(AH_ERR_REVOKED, AH_CHECK_REVOCATION, .revoked = SERIAL_QE_SIGNER);
	EXPECT_FORGED(AH_ERR_REVOKED, AH_CHECK_REVOCATION, .revoked = SERIAL_CA);
	ah_test_count(2);
}

static void crls_that_prove_nothing_are_refused(void)
{
	AH_AUTO_PTR(ah_verifier) v = new_verifier();
	static outcome out;
	EXPECT_FORGED(AH_ERR_CRL_MALFORMED, 0, .root_crl.no_number = true);
	EXPECT_FORGED(AH_ERR_CRL_MALFORMED, 0, .pck_crl.no_number = true);
	EXPECT_FORGED(AH_ERR_CRL_MALFORMED, 0, .root_crl.no_aki = true);
	EXPECT_FORGED(AH_ERR_CRL_MALFORMED, 0, .pck_crl.no_aki = true);
	EXPECT_FORGED(AH_ERR_CRL_ISSUER, AH_CHECK_REVOCATION, .root_crl.other_aki = true);
	EXPECT_FORGED(AH_ERR_CRL_ISSUER, AH_CHECK_REVOCATION, .pck_crl.other_aki = true);
	EXPECT_FORGED(AH_ERR_CRL_ISSUER, AH_CHECK_REVOCATION, .root_crl.issuer_cn = CA_CN);
	EXPECT_FORGED(AH_ERR_CRL_ISSUER, AH_CHECK_REVOCATION, .pck_crl.issuer_cn = "Intel SGX PCK Processor CA");
	EXPECT_FORGED(AH_ERR_CRL_SIGNATURE, AH_CHECK_REVOCATION, .root_crl.other_key = true);
	EXPECT_FORGED(AH_ERR_CRL_SIGNATURE, AH_CHECK_REVOCATION, .pck_crl.other_key = true);
	EXPECT_FORGED(AH_ERR_CRL_SIGNATURE, AH_CHECK_REVOCATION, .root_crl.sha384 = true);
	EXPECT_FORGED(AH_ERR_CRL_SIGNATURE, AH_CHECK_REVOCATION, .pck_crl.sha384 = true);
	EXPECT_FORGED(AH_ERR_CRL_ISSUER, AH_CHECK_REVOCATION, .ca_usage = AH_KU_KEY_CERT_SIGN);
	EXPECT_FORGED(AH_ERR_CHAIN_CONSTRAINT, AH_CHECK_PATH_CA, .ca_usage = AH_KU_CRL_SIGN);
	ah_test_count(13);
}

static void crls_hold_to_the_second(void)
{
	AH_AUTO_PTR(ah_verifier) v = new_verifier();
	static outcome out;
	EXPECT_FORGED(AH_OK, 0, .root_crl.shift_s = 10 * DAY);
	EXPECT_FORGED(AH_OK, 0, .root_crl.shift_s = -10 * DAY);
	EXPECT(out.expiry_s == T0);
	EXPECT_FORGED(AH_OK, 0, .pck_crl.shift_s = 10 * DAY);
	EXPECT_FORGED(AH_OK, 0, .pck_crl.shift_s = -10 * DAY);
	EXPECT_FORGED(AH_ERR_CRL_NOT_YET_VALID, AH_CHECK_REVOCATION, .root_crl.shift_s = 10 * DAY + 1);
	EXPECT_FORGED(AH_ERR_CRL_EXPIRED, AH_CHECK_REVOCATION, .root_crl.shift_s = -10 * DAY - 1);
	EXPECT_FORGED(AH_ERR_CRL_NOT_YET_VALID, AH_CHECK_REVOCATION, .pck_crl.shift_s = 10 * DAY + 1);
	EXPECT_FORGED(AH_ERR_CRL_EXPIRED, AH_CHECK_REVOCATION, .pck_crl.shift_s = -10 * DAY - 1);
	ah_test_count(7);
}

/* The chain of a quote: its leaf against the PCK CRL, its CA against the root CRL, and the PCK CRL must be that of its CA. */
static void the_pck_chain_of_a_quote_is_judged_by_the_crls(void)
{
	const pki *p = shared_pki();
	static const struct { flaws plan; const char *issuer_cn; bool other_ca_key; uint8_t serial; ah_err err; } chains[] = {
		{ { .signer_cn = NULL }, CA_CN, false, SERIAL_LEAF, AH_OK },
		{ { .signer_cn = NULL }, CA_CN, false, SERIAL_STRANGER, AH_ERR_REVOKED },
		{ { .signer_cn = NULL }, "Intel SGX PCK Processor CA", false, SERIAL_LEAF, AH_ERR_CRL_ISSUER },
		{ { .signer_cn = NULL }, CA_CN, true, SERIAL_LEAF, AH_ERR_CRL_ISSUER },
		{ { .revoked = SERIAL_CA }, CA_CN, false, SERIAL_LEAF, AH_ERR_REVOKED },
	};
	for (size_t i = 0; i < sizeof chains / sizeof chains[0]; i++) {
		AH_AUTO(forged) f = forge(&chains[i].plan);
		AH_AUTO(ah_buf) ca_der = AH_BUF(AH_CERTIFICATE_MAX), leaf_der = AH_BUF(AH_CERTIFICATE_MAX);
		AH_AUTO_PTR(ah_tdx_collateral) c = NULL;
		static ah_checks log;
		ah_cert root, ca, leaf;
		const ah_private_key *ca_key = chains[i].other_ca_key ? p->signer : p->ca;
		const cert_spec ca_spec = { .cn = chains[i].issuer_cn, .issuer_cn = ROOT_CN, .key = ca_key, .issuer_key = p->root, .serial = SERIAL_CA,
			                    .is_ca = true, .path_len = 0, .key_usage = CA_USES };
		const cert_spec leaf_spec = { .cn = "Intel SGX PCK Certificate", .issuer_cn = chains[i].issuer_cn, .key = p->leaf, .issuer_key = ca_key,
			                      .serial = chains[i].serial, .path_len = -1, .key_usage = AH_KU_DIGITAL_SIGNATURE };
		mint(&ca_der, p, &ca_spec);
		mint(&leaf_der, p, &leaf_spec);
		EXPECT_OK(ah_cert_parse(&root, ah_buf_slice(&f.root), NULL));
		EXPECT_OK(ah_cert_parse(&ca, ah_buf_slice(&ca_der), NULL));
		EXPECT_OK(ah_cert_parse(&leaf, ah_buf_slice(&leaf_der), NULL));
		const ah_cert *const path[] = { &root, &ca, &leaf };
		EXPECT_OK(ah_tdx_collateral_parse(&c, ah_buf_slice(&f.json), NULL));
		memset(&log, 0, sizeof log);
		EXPECT_ERR(ah_tdx_collateral_check_pck(c, path, 3, &log, NULL), chains[i].err);
		EXPECT(log.rows[AH_CHECK_REVOCATION].status == (chains[i].err == AH_OK ? AH_CHECK_PASS : AH_CHECK_FAIL));
	}
	ah_test_count(sizeof chains / sizeof chains[0] - 1);
}

/* -- Limits -- */

static void limits_of_the_file_hold(void)
{
	AH_AUTO_PTR(ah_verifier) v = new_verifier();
	static outcome out;
	const flaws good = { .signer_cn = NULL };
	AH_AUTO(forged) f = forge(&good);
	while (f.json.len < AH_TDX_COLLATERAL_MAX)
		MUST(ah_buf_append_byte(&f.json, ' '));
	judge(&out, ah_buf_slice(&f.json), v, &f.roots, T0);
	EXPECT_OK(out.err);
	MUST(ah_buf_append_byte(&f.json, ' '));
	judge(&out, ah_buf_slice(&f.json), v, &f.roots, T0);
	EXPECT_ERR(out.err, AH_ERR_TOO_LARGE);
}

/* A member whose unescaped value is one byte longer than the limit; at the limit it fails for what it says. */
static void limits_of_members_hold(void)
{
	static const struct { const char *name; size_t max; bool is_hex; ah_err at_limit; } limits[] = {
		{ "tcb_info", AH_TDX_DOCUMENT_MAX, false, AH_ERR_COLLATERAL_MALFORMED }, { "qe_identity", AH_TDX_DOCUMENT_MAX, false, AH_ERR_COLLATERAL_MALFORMED },
		{ "tcb_info_issuer_chain", AH_CHAIN_FILE_MAX, false, AH_ERR_COLLATERAL_MALFORMED }, { "root_ca_crl", AH_CRL_MAX, true, AH_ERR_CRL_MALFORMED },
		{ "pck_crl", AH_CRL_MAX, true, AH_ERR_CRL_MALFORMED },
	};
	for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
		for (size_t more = 0; more < 2; more++) {
			AH_AUTO(ah_buf) file = AH_BUF(FILE_MAX);
			AH_AUTO_PTR(ah_tdx_collateral) c = NULL;
			MUST(ah_buf_printf(&file, "{\"%s\":\"", limits[i].name));
			for (size_t n = 0; n < limits[i].max + more; n++)
				MUST(ah_buf_append_text(&file, limits[i].is_hex ? "00" : "a"));
			MUST(ah_buf_append_text(&file, "\"}"));
			EXPECT_ERR(ah_tdx_collateral_parse(&c, ah_buf_slice(&file), NULL), more != 0 ? AH_ERR_TOO_LARGE : limits[i].at_limit);
		}
	ah_test_count(9);
}

static const ah_test_case cases[] = {
	AH_TEST(real_collateral_verifies_under_intels_root),
	AH_TEST(windows_hold_to_the_second),
	AH_TEST(real_platforms_reach_the_known_levels),
	AH_TEST(edited_collateral_is_refused),
	AH_TEST(exchanged_collateral_is_refused),
	AH_TEST(collateral_of_sgx_is_refused),
	AH_TEST(every_member_is_there_and_not_empty),
	AH_TEST(unsigned_members_beside_them_are_ignored),
	AH_TEST(files_that_are_no_strict_json_are_refused),
	AH_TEST(a_file_cut_anywhere_is_refused),
	AH_TEST(a_file_with_any_byte_changed_never_verifies),
	AH_TEST(a_file_is_parsed_and_authenticated_once),
	AH_TEST(a_file_that_failed_is_not_taken_as_authenticated),
	AH_TEST(more_files_than_places_are_no_harm),
	AH_TEST(a_simulated_root_serves_when_it_is_listed),
	AH_TEST(chains_to_two_roots_are_refused),
	AH_TEST(only_the_tcb_signing_certificate_may_sign),
	AH_TEST(documents_signed_by_another_key_are_refused),
	AH_TEST(revoked_certificates_are_refused),
	AH_TEST(crls_that_prove_nothing_are_refused),
	AH_TEST(crls_hold_to_the_second),
	AH_TEST(the_pck_chain_of_a_quote_is_judged_by_the_crls),
	AH_TEST(limits_of_the_file_hold),
	AH_TEST(limits_of_members_hold),
};
AH_TEST_MAIN(cases)
