/*
 * Real and synthetic SNP reports, certificate tables, CRLs and certificates, driven by their index files: each report through the platform alone and
 * through ah_appraise() in genuine_only mode, with the exact error of this library. Claims are compared with what an independent decoder wrote there.
 */
#include "vectors/vectors.h"

#include "base/fault.h"
#include "codec/text.h"
#include "platforms/snp_cert_table.h"
#include "platforms/snp_report.h"
#include "platforms/snp_vek.h"

#include <stdio.h>
#include <stdlib.h>

#define FILE_MAX    ((size_t)1 << 20)
#define REAL_AT     "2026-06-20T00:00:00Z" /* inside every real VCEK */
#define REAL_VLEK_AT "2025-06-01T00:00:00Z"
#define CRL_AT      "2025-06-01T00:00:00Z" /* inside both real CRLs */

/* What this library says. verified: parse and verify; appraised: genuine_only. */
typedef struct outcome {
	const char *id;
	ah_err verified, appraised;
} outcome;

static const outcome real_outcomes[] = {
	{ "milan-v2-google-debug", AH_OK, AH_ERR_DEBUG },
	{ "milan-v2-virtee", AH_OK, AH_OK },
	{ "milan-v2-azure-hcl", AH_OK, AH_OK },
	{ "milan-v3-oak", AH_OK, AH_OK },
	{ "milan-v3-oak-rk", AH_OK, AH_OK },
	{ "milan-v3-dstack-reported-lt-committed", AH_OK, AH_OK },
	{ "milan-v3-vlek-aws", AH_OK, AH_ERR_VMPL },
	{ "genoa-v3-aci", AH_OK, AH_OK },
	{ "genoa-v3-tinfoil-tls", AH_OK, AH_OK },
	{ "genoa-v5-oak", AH_OK, AH_OK },
	{ "turin-v5-aci", AH_OK, AH_OK },
	{ "milan-v4-gce-nocert", AH_ERR_ENDORSEMENT_MISSING, AH_ERR_ENDORSEMENT_MISSING },
};

#define BOTH(id, err) { id, err, err }
static const outcome synth_outcomes[] = {
	BOTH("ok-milan-v2", AH_OK),
	BOTH("ok-milan-v3", AH_OK),
	BOTH("ok-genoa-v3", AH_OK),
	BOTH("ok-genoa-v5", AH_OK),
	BOTH("ok-turin-v5", AH_OK),
	BOTH("ok-genoa-v5-hwid-der", AH_OK),
	BOTH("ok-idkey-author", AH_OK),
	{ "policy-debug", AH_OK, AH_ERR_DEBUG },
	{ "policy-migrate-ma", AH_OK, AH_ERR_MIGRATION },
	BOTH("policy-mbz-bit40", AH_ERR_RESERVED),
	BOTH("policy-pageswap-bit25", AH_OK),
	{ "vmpl-1", AH_OK, AH_ERR_VMPL },
	{ "vmpl-3", AH_OK, AH_ERR_VMPL },
	BOTH("vmpl-host-requested", AH_ERR_FIELD_RANGE),
	BOTH("vmpl-4", AH_ERR_FIELD_RANGE),
	BOTH("signer-none-but-signed", AH_ERR_REPORT_UNSIGNED),
	BOTH("signer-reserved-3", AH_ERR_RESERVED),
	BOTH("signer-vlek-with-vcek-cert", AH_ERR_SIGNER_MISMATCH),
	BOTH("mask-chip-key", AH_ERR_REPORT_UNSIGNED),
	BOTH("keyinfo-reserved-bit5", AH_ERR_RESERVED),
	{ "chip-id-masked-vcek", AH_OK, AH_ERR_CHIP_ID_MASKED },
	BOTH("tcb-reported-ne-cert", AH_ERR_VEK_TCB_MISMATCH),
	BOTH("tcb-reported-gt-current", AH_ERR_TCB_ORDER),
	BOTH("tcb-committed-gt-current", AH_ERR_TCB_ORDER),
	BOTH("tcb-reserved-nonzero", AH_ERR_RESERVED),
	BOTH("tcb-launch-low", AH_OK),
	BOTH("sigalgo-2", AH_ERR_ALGORITHM),
	BOTH("version-0", AH_ERR_REPORT_VERSION),
	BOTH("version-1", AH_ERR_REPORT_VERSION),
	BOTH("version-6", AH_ERR_REPORT_VERSION),
	BOTH("reserved-4c", AH_ERR_RESERVED),
	BOTH("reserved-18b", AH_ERR_RESERVED),
	BOTH("reserved-1eb", AH_ERR_RESERVED),
	BOTH("reserved-208", AH_ERR_RESERVED),
	BOTH("reserved-29f", AH_ERR_RESERVED),
	BOTH("v2-with-fms", AH_ERR_RESERVED),
	BOTH("fms-turin-on-genoa-chain", AH_ERR_PRODUCT_MISMATCH),
	BOTH("fms-unknown", AH_ERR_PRODUCT_UNKNOWN),
	BOTH("fms-zero-v3", AH_ERR_PRODUCT_UNKNOWN),
	BOTH("plat-no-alias-check", AH_OK),
	BOTH("plat-tio", AH_OK),
	BOTH("plat-bit6", AH_OK),
	BOTH("plat-smt-while-policy-forbids", AH_ERR_PLATFORM_INFO_INCONSISTENT),
	BOTH("cert-expired", AH_ERR_CERT_EXPIRED),
	BOTH("cert-not-yet-valid", AH_ERR_CERT_NOT_YET_VALID),
	BOTH("cert-pss-sha256", AH_ERR_ALGORITHM),
	BOTH("cert-no-hwid", AH_ERR_VEK_EXTENSION),
	BOTH("cert-vcek-with-csp", AH_ERR_VEK_EXTENSION),
	BOTH("cert-spl-octet-string", AH_ERR_VEK_EXTENSION),
	BOTH("cert-spl-out-of-range", AH_ERR_VEK_EXTENSION),
	BOTH("cert-product-milan", AH_ERR_PRODUCT_MISMATCH),
	BOTH("cert-issued-by-ark", AH_ERR_CHAIN),
	BOTH("cert-p256-key", AH_ERR_ALGORITHM),
	BOTH("cert-untrusted-root", AH_ERR_ROOT_UNTRUSTED),
	BOTH("crl-ok", AH_OK),
	BOTH("crl-other-revoked", AH_OK),
	BOTH("crl-ask-revoked", AH_ERR_REVOKED),
	BOTH("crl-asvk-revoked-vlek", AH_ERR_REVOKED),
	BOTH("crl-expired", AH_ERR_CRL_EXPIRED),
	BOTH("crl-signed-by-ask", AH_ERR_CRL_SIGNATURE),
	BOTH("sig-r-zero", AH_ERR_SIGNATURE_FORMAT),
	BOTH("sig-s-zero", AH_ERR_SIGNATURE_FORMAT),
	BOTH("sig-r-plus-n", AH_ERR_SIGNATURE_FORMAT),
	BOTH("sig-r-highbyte", AH_ERR_SIGNATURE_FORMAT),
	BOTH("sig-big-endian", AH_ERR_SIGNATURE_FORMAT),
	BOTH("sig-malleated-n-minus-s", AH_OK),
	BOTH("sig-reserved-330", AH_ERR_SIGNATURE_FORMAT),
	BOTH("flip-measurement", AH_ERR_SIGNATURE),
	BOTH("flip-report-data", AH_ERR_SIGNATURE),
	BOTH("flip-policy-byte", AH_ERR_SIGNATURE),
	BOTH("trunc-len-0", AH_ERR_TRUNCATED),
	BOTH("trunc-len-1183", AH_ERR_TRUNCATED),
	BOTH("trunc-len-671", AH_ERR_TRUNCATED),
};

static const outcome *outcome_of(const outcome *list, size_t count, const char *id)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i].id, id) == 0)
			return &list[i];
	return NULL;
}
#define OUTCOME_OF(list, id) outcome_of(list, sizeof(list) / sizeof((list)[0]), id)

/* -- Endorsements of a case -- */

typedef ah_err (*adder)(ah_endorsements *en, ah_slice bytes, ah_fault *why);

/* Add the file named by a member; a member that is absent or null adds nothing. */
static bool add_file(ah_endorsements *en, adder add, const char *folder, const json_t *entry, const char *member)
{
	AH_AUTO(ah_buf) bytes = AH_BUF(FILE_MAX);
	const char *path = ah_vectors_text(entry, member);
	if (path[0] == '\0')
		return true;
	return ah_vectors_read(&bytes, folder, path) && add(en, ah_buf_slice(&bytes), NULL) == AH_OK;
}

static bool endorsements_of(ah_endorsements *en, const char *folder, const json_t *entry)
{
	return add_file(en, ah_endorsements_set_vek, folder, entry, "vek") && add_file(en, ah_endorsements_add_chain, folder, entry, "intermediate") &&
	       add_file(en, ah_endorsements_add_chain, folder, entry, "root") && add_file(en, ah_endorsements_add_crl, folder, entry, "crl");
}

/* -- Claims against the index -- */

/* TCB as the index has it, eight bytes of the report. */
static bool tcb_is(const json_t *entry, const char *member, const ah_snp_tcb *tcb, ah_snp_product product)
{
	AH_AUTO(ah_buf) bytes = AH_BUF(16);
	ah_test_hex(&bytes, ah_vectors_text(entry, member));
	const uint8_t *b = bytes.ptr;
	if (product == AH_SNP_TURIN)
		return tcb->has_fmc && tcb->fmc == b[0] && tcb->bl == b[1] && tcb->tee == b[2] && tcb->snp == b[3] && tcb->ucode == b[7];
	return !tcb->has_fmc && tcb->bl == b[0] && tcb->tee == b[1] && tcb->snp == b[6] && tcb->ucode == b[7];
}

static bool version_is(const json_t *entry, const char *member, const uint8_t version[static 3])
{
	char text[16];
	(void)snprintf(text, sizeof text, "%u.%u.%u", version[0], version[1], version[2]);
	return strcmp(text, ah_vectors_text(entry, member)) == 0;
}

static bool number_is(const json_t *entry, const char *member, uint64_t value)
{
	const json_t *number = json_object_get(entry, member);
	if (json_is_integer(number))
		return (uint64_t)json_integer_value(number) == value;
	return strtoull(ah_vectors_text(entry, member), NULL, 16) == value;
}

static bool le64_is(const json_t *entry, const char *member, uint64_t value)
{
	uint8_t bytes[8];
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(value >> 8 * i);
	return ah_vectors_hex_is(entry, member, AH_SLICE_OF(bytes));
}

static void compare_claims(const json_t *want, const ah_claims *claims)
{
	const ah_snp_claims *snp = ah_claims_snp(claims);
	const char *id = ah_vectors_text(want, "id");
	const char *name = ah_vectors_text(want, "product");
	ah_snp_product product = name[0] == 'm' ? AH_SNP_MILAN : name[0] == 'g' ? AH_SNP_GENOA : AH_SNP_TURIN;
	const uint8_t fms[] = { snp->cpuid_family, snp->cpuid_model, snp->cpuid_stepping };
	EXPECT_MSG(snp->product == product, "%s: product %s", id, ah_snp_product_name(snp->product));
	EXPECT_MSG(strcmp(ah_snp_signer_name(snp->signer), ah_vectors_text(want, "signer")) == 0, "%s: signer", id);
	EXPECT_MSG(number_is(want, "version", snp->version) && number_is(want, "guest_svn", snp->guest_svn), "%s: version or guest_svn", id);
	EXPECT_MSG(number_is(want, "policy", snp->guest_policy) && number_is(want, "vmpl", snp->vmpl), "%s: policy or vmpl", id);
	EXPECT_MSG(number_is(want, "platform_info", snp->platform_info), "%s: platform_info", id);
	EXPECT_MSG(tcb_is(want, "current_tcb_hex", &snp->current_tcb, product) && tcb_is(want, "reported_tcb_hex", &snp->reported_tcb, product), "%s: TCB", id);
	EXPECT_MSG(tcb_is(want, "committed_tcb_hex", &snp->committed_tcb, product) && tcb_is(want, "launch_tcb_hex", &snp->launch_tcb, product), "%s: TCB", id);
	EXPECT_MSG(version_is(want, "current_version", snp->current_version), "%s: current version", id);
	EXPECT_MSG(version_is(want, "committed_version", snp->committed_version), "%s: committed version", id);
	EXPECT_MSG(ah_vectors_hex_is(want, "fms", AH_SLICE_OF(fms)), "%s: CPUID", id);
	EXPECT_MSG(le64_is(want, "launch_mit_vector", snp->launch_mit_vector) && le64_is(want, "current_mit_vector", snp->current_mit_vector), "%s: MIT", id);
	EXPECT_MSG(ah_vectors_hex_is(want, "measurement", AH_SLICE_OF(snp->measurement)), "%s: measurement", id);
	EXPECT_MSG(ah_vectors_hex_is(want, "report_data", AH_SLICE_OF(snp->report_data)), "%s: report_data", id);
	EXPECT_MSG(ah_vectors_hex_is(want, "host_data", AH_SLICE_OF(snp->host_data)), "%s: host_data", id);
	EXPECT_MSG(ah_vectors_hex_is(want, "chip_id", AH_SLICE_OF(snp->chip_id)), "%s: chip_id", id);
	EXPECT_MSG(ah_vectors_hex_is(want, "id_key_digest", AH_SLICE_OF(snp->id_key_digest)), "%s: id_key_digest", id);
	EXPECT_MSG(ah_vectors_hex_is(want, "author_key_digest", AH_SLICE_OF(snp->author_key_digest)), "%s: author_key_digest", id);
	EXPECT_MSG(ah_vectors_hex_is(want, "report_id", AH_SLICE_OF(snp->report_id)), "%s: report_id", id);
	EXPECT_MSG(ah_claims_expiry_s(claims) == ah_vectors_time(ah_vectors_text(want, "vek_not_after")), "%s: expiry", id);
	EXPECT_MSG(ah_claims_is_debug(claims) == ((snp->guest_policy >> 19 & 1) != 0), "%s: debug", id);
	EXPECT_MSG(ah_claims_is_hardware(claims), "%s: not hardware", id);
	EXPECT_MSG(strcmp(ah_claims_root_name(claims) + 4, ah_snp_product_name(product)) == 0, "%s: root %s", id, ah_claims_root_name(claims));
}

/* -- Running -- */

static void run_report(const char *folder, const json_t *entry, const outcome *want, ah_slice root, int64_t at_s)
{
	AH_AUTO(ah_buf) report = AH_BUF(FILE_MAX);
	AH_AUTO_PTR(ah_endorsements) en = NULL;
	AH_AUTO_PTR(ah_claims) claims = NULL;
	const char *id = ah_vectors_text(entry, "id");
	ah_fault why = { .err = AH_OK };
	ah_checks log = { .first_err = AH_OK };
	ah_result result = AH_RESULT_FAIL;
	EXPECT_MSG(want != NULL, "%s: no row in the table of outcomes", id);
	EXPECT_OK(ah_endorsements_new(&en));
	EXPECT_MSG(endorsements_of(en, folder, entry), "%s: endorsements", id);
	EXPECT_MSG(ah_vectors_read(&report, folder, ah_vectors_text(entry, "report")), "%s: report", id);

	const ah_vector_run run = { .platform = AH_PLATFORM_SNP, .evidence = ah_buf_slice(&report), .endorsements = en, .simulated_root = root, .now_s = at_s };
	ah_err verified = ah_vectors_verify(&claims, &log, &run, &why);
	EXPECT_MSG(verified == want->verified, "%s: verify gave %s (%s: %s), wanted %s", id, ah_err_name(verified), why.step != NULL ? why.step : "",
	           why.detail, ah_err_name(want->verified));
	EXPECT_MSG(why.err == verified, "%s: the fault says %s", id, ah_err_name(why.err));
	if (claims != NULL && root.len == 0)
		compare_claims(entry, claims);
	if (claims != NULL && root.len != 0)
		EXPECT_MSG(!ah_claims_is_hardware(claims), "%s: claims to be hardware", id);

	ah_err appraised = ah_vectors_appraise(&result, &run);
	EXPECT_MSG(appraised == want->appraised, "%s: appraise gave %s, wanted %s", id, ah_err_name(appraised), ah_err_name(want->appraised));
	if (appraised == AH_OK)
		EXPECT_MSG(result == (root.len != 0 ? AH_RESULT_SIMULATED : AH_RESULT_GENUINE), "%s: result %s", id, ah_result_name(result));
	ah_test_count(1);
}

static void real_reports_are_genuine_and_say_what_they_say(void)
{
	if (ah_test_vectors() == NULL)
		AH_SKIP("../shared/vectors absent");
	json_t *index = ah_vectors_json("snp/real/index.json");
	const json_t *entry;
	size_t i;
	json_array_foreach(index, i, entry) {
		const char *at = strcmp(ah_vectors_text(entry, "signer"), "vlek") == 0 ? REAL_VLEK_AT : REAL_AT;
		run_report("snp", entry, OUTCOME_OF(real_outcomes, ah_vectors_text(entry, "id")), ah_slice_make(NULL, 0), ah_vectors_time(at));
	}
	json_decref(index);
}

static void synthetic_reports_break_one_rule_each(void)
{
	if (ah_test_vectors() == NULL)
		AH_SKIP("../shared/vectors absent");
	json_t *index = ah_vectors_json("snp/synth/index.json");
	int64_t at_s = ah_vectors_time(ah_vectors_text(index, "verify_time"));
	const json_t *entry;
	size_t i;
	json_array_foreach(json_object_get(index, "cases"), i, entry) {
		AH_AUTO(ah_buf) root = AH_BUF(FILE_MAX);
		const outcome *want = OUTCOME_OF(synth_outcomes, ah_vectors_text(entry, "id"));
		bool accept = strcmp(ah_vectors_text(entry, "expect"), "accept") == 0;
		EXPECT_MSG(want != NULL && accept == (want->appraised == AH_OK), "%s: table and index disagree", ah_vectors_text(entry, "id"));
		EXPECT(ah_vectors_read(&root, "snp/synth", ah_vectors_text(entry, "trusted_root")));
		run_report("snp/synth", entry, want, ah_buf_slice(&root), at_s);
	}
	json_decref(index);
}

/* Any report with another item's VEK: the signature is another chip's. */
static void run_pair(const json_t *report_entry, const json_t *vek_entry)
{
	AH_AUTO(ah_buf) report = AH_BUF(FILE_MAX);
	AH_AUTO_PTR(ah_endorsements) en = NULL;
	ah_checks log = { .first_err = AH_OK };
	EXPECT_OK(ah_endorsements_new(&en));
	EXPECT(endorsements_of(en, "snp", vek_entry) && ah_vectors_read(&report, "snp", ah_vectors_text(report_entry, "report")));
	const ah_vector_run run = { .platform = AH_PLATFORM_SNP, .evidence = ah_buf_slice(&report), .endorsements = en, .now_s = ah_vectors_time(REAL_AT) };
	ah_err err = ah_vectors_verify(NULL, &log, &run, NULL);
	EXPECT_MSG(err == AH_ERR_SIGNATURE || err == AH_ERR_PRODUCT_MISMATCH || err == AH_ERR_RESERVED, "%s with the VEK of %s: %s",
	           ah_vectors_text(report_entry, "id"), ah_vectors_text(vek_entry, "id"), ah_err_name(err));
	ah_test_count(1);
}

static void a_report_with_another_chips_certificate_is_refused(void)
{
	if (ah_test_vectors() == NULL)
		AH_SKIP("../shared/vectors absent");
	json_t *index = ah_vectors_json("snp/real/index.json");
	const json_t *a, *b;
	size_t i, j;
	json_array_foreach(index, i, a)
		json_array_foreach(index, j, b)
			if (i != j && strcmp(ah_vectors_text(a, "signer"), "vcek") == 0 && strcmp(ah_vectors_text(b, "signer"), "vcek") == 0 &&
			    ah_vectors_text(b, "vek")[0] != '\0' &&
			    strcmp(ah_vectors_text(a, "chip_id"), ah_vectors_text(b, "chip_id")) != 0)
				run_pair(a, b);
	json_decref(index);
}

/* -- Certificate tables -- */

static size_t known_entries(const ah_snp_cert_table *table)
{
	size_t count = 0;
	for (size_t i = 0; i < table->count; i++)
		count += table->entries[i].kind != AH_SNP_BLOB_UNKNOWN;
	return count;
}

static void certificate_tables_are_split_or_refused(void)
{
	if (ah_test_vectors() == NULL)
		AH_SKIP("../shared/vectors absent");
	json_t *index = ah_vectors_json("snp/certtable/index.json");
	const json_t *entry;
	size_t i;
	json_array_foreach(index, i, entry) {
		AH_AUTO(ah_buf) bytes = AH_BUF(FILE_MAX);
		ah_snp_cert_table table = { .count = 0 };
		const char *file = ah_vectors_text(entry, "file"), *expect = ah_vectors_text(entry, "expect");
		EXPECT(ah_vectors_read(&bytes, "snp/certtable", file));
		ah_err err = ah_snp_cert_table_parse(&table, ah_buf_slice(&bytes), NULL);
		ah_err wanted = strcmp(expect, "reject") == 0 ? AH_ERR_CERT_TABLE : AH_OK;
		EXPECT_MSG(err == wanted, "%s: %s, wanted %s", file, ah_err_name(err), ah_err_name(wanted));
		if (strcmp(expect, "accept-empty") == 0)
			EXPECT_MSG(table.count == 0, "%s: %zu entries", file, table.count);
		if (strcmp(expect, "accept") == 0)
			EXPECT_MSG(known_entries(&table) != 0, "%s: nothing recognised", file);
		if (strcmp(expect, "reject-or-unknown") == 0)
			EXPECT_MSG(table.count != 0 && known_entries(&table) == 0, "%s: GUIDs in another byte order were recognised", file);
		for (size_t k = 0; k < table.count; k++) {
			ah_cert cert;
			ah_snp_blob_kind kind = table.entries[k].kind;
			if (kind != AH_SNP_BLOB_UNKNOWN && kind != AH_SNP_BLOB_PLATFORM_INFO && kind != AH_SNP_BLOB_CRL)
				EXPECT_MSG(ah_cert_parse(&cert, table.entries[k].blob, NULL) == AH_OK, "%s: %s is no certificate", file, ah_snp_blob_kind_name(kind));
		}
		ah_test_count(1);
	}
	json_decref(index);
}

/* The table stands in for --vek and --chain; explicit files win over it. */
static ah_err verify_with_table(const char *report_id, const char *table, const char *chain_file, const char *at)
{
	AH_AUTO(ah_buf) report = AH_BUF(FILE_MAX);
	AH_AUTO(ah_buf) bytes = AH_BUF(FILE_MAX);
	AH_AUTO(ah_buf) chain = AH_BUF(FILE_MAX);
	AH_AUTO_PTR(ah_endorsements) en = NULL;
	ah_checks log = { .first_err = AH_OK };
	if (!ah_test_read(&report, "%s/snp/real/%s/report.bin", ah_test_vectors(), report_id) || !ah_vectors_read(&bytes, "snp/certtable", table))
		return AH_ERR_IO;
	AH_TRY(ah_endorsements_new(&en));
	AH_TRY(ah_endorsements_set_cert_table(en, ah_buf_slice(&bytes), NULL));
	if (chain_file != NULL && ah_vectors_read(&chain, "snp/roots", chain_file))
		AH_TRY(ah_endorsements_add_chain(en, ah_buf_slice(&chain), NULL));
	const ah_vector_run run = { .platform = AH_PLATFORM_SNP, .evidence = ah_buf_slice(&report), .endorsements = en, .now_s = ah_vectors_time(at) };
	return ah_vectors_verify(NULL, &log, &run, NULL);
}

/* Which real report the table's VCEK belongs to. */
static const char *report_of_table(const char *file)
{
	static const char *const ids[] = {
		"milan-v2-google-debug", "milan-v2-virtee", "milan-v2-azure-hcl", "milan-v3-oak", "milan-v3-oak-rk", "milan-v3-dstack-reported-lt-committed",
		"genoa-v3-aci", "genoa-v3-tinfoil-tls", "genoa-v5-oak", "turin-v5-aci",
	};
	AH_AUTO(ah_buf) bytes = AH_BUF(FILE_MAX);
	ah_snp_cert_table table = { .count = 0 };
	if (!ah_vectors_read(&bytes, "snp/certtable", file) || ah_snp_cert_table_parse(&table, ah_buf_slice(&bytes), NULL) != AH_OK)
		return NULL;
	for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
		AH_AUTO(ah_buf) vcek = AH_BUF(FILE_MAX);
		if (ah_test_read(&vcek, "%s/snp/real/%s/vcek.der", ah_test_vectors(), ids[i]) &&
		    ah_slice_is(ah_buf_slice(&vcek), ah_snp_cert_table_find(&table, AH_SNP_BLOB_VCEK)))
			return ids[i];
	}
	return NULL;
}

static void a_table_serves_as_endorsements(void)
{
	if (ah_test_vectors() == NULL)
		AH_SKIP("../shared/vectors absent");
	const char *id = report_of_table("ok-vcek-ask-ark.bin");
	EXPECT(id != NULL);
	EXPECT_OK(verify_with_table(id, "ok-vcek-ask-ark.bin", NULL, REAL_AT));
	EXPECT_OK(verify_with_table(id, "ok-padded-page.bin", NULL, REAL_AT));
	EXPECT_OK(verify_with_table(id, "ok-unknown-guid.bin", NULL, REAL_AT));
	EXPECT_ERR(verify_with_table(id, "ok-vcek-only.bin", NULL, REAL_AT), AH_ERR_ENDORSEMENT_MISSING);
	EXPECT_ERR(verify_with_table(id, "ok-empty-terminator.bin", NULL, REAL_AT), AH_ERR_ENDORSEMENT_MISSING);
	EXPECT_ERR(verify_with_table(id, "ok-vlek-only.bin", NULL, REAL_AT), AH_ERR_ENDORSEMENT_MISSING);
	EXPECT_ERR(verify_with_table(id, "bad-duplicate-vcek.bin", NULL, REAL_AT), AH_ERR_CERT_TABLE);
	EXPECT_ERR(verify_with_table(id, "odd-le-guid.bin", NULL, REAL_AT), AH_ERR_ENDORSEMENT_MISSING);
	EXPECT_ERR(verify_with_table("milan-v3-vlek-aws", "ok-vlek-only.bin", NULL, REAL_VLEK_AT), AH_ERR_ENDORSEMENT_MISSING);
	EXPECT_ERR(verify_with_table("milan-v3-vlek-aws", "ok-vlek-only.bin", "asvk_milan.pem", REAL_VLEK_AT), AH_ERR_ENDORSEMENT_MISSING);
}

/* -- Real CRLs -- */

static ah_err verify_with_crl(const char *id, const char *product, const char *crl_file, const char *at, int64_t *expiry_s)
{
	AH_AUTO(ah_buf) report = AH_BUF(FILE_MAX);
	AH_AUTO(ah_buf) vcek = AH_BUF(FILE_MAX);
	AH_AUTO(ah_buf) chain = AH_BUF(FILE_MAX);
	AH_AUTO(ah_buf) crl = AH_BUF(FILE_MAX);
	AH_AUTO_PTR(ah_endorsements) en = NULL;
	AH_AUTO_PTR(ah_claims) claims = NULL;
	ah_checks log = { .first_err = AH_OK };
	const char *root = ah_test_vectors();
	if (!ah_test_read(&report, "%s/snp/real/%s/report.bin", root, id) || !ah_test_read(&vcek, "%s/snp/real/%s/vcek.der", root, id) ||
	    !ah_test_read(&chain, "%s/snp/roots/ask_%s.pem", root, product) || !ah_test_read(&chain, "%s/snp/roots/ark_%s.pem", root, product) ||
	    !ah_vectors_read(&crl, "snp/crl", crl_file))
		return AH_ERR_IO;
	AH_TRY(ah_endorsements_new(&en));
	AH_TRY(ah_endorsements_set_vek(en, ah_buf_slice(&vcek), NULL));
	AH_TRY(ah_endorsements_add_chain(en, ah_buf_slice(&chain), NULL));
	AH_TRY(ah_endorsements_add_crl(en, ah_buf_slice(&crl), NULL));
	const ah_vector_run run = { .platform = AH_PLATFORM_SNP, .evidence = ah_buf_slice(&report), .endorsements = en, .now_s = ah_vectors_time(at) };
	AH_TRY(ah_vectors_verify(&claims, &log, &run, NULL));
	*expiry_s = ah_claims_expiry_s(claims);
	return log.rows[AH_CHECK_REVOCATION].status == AH_CHECK_PASS && claims->revocation_checked ? AH_OK : AH_ERR_INTERNAL;
}

static void real_crls_clear_todays_intermediates(void)
{
	int64_t expiry_s = 0;
	if (ah_test_vectors() == NULL)
		AH_SKIP("../shared/vectors absent");
	EXPECT_OK(verify_with_crl("milan-v3-oak", "milan", "milan_crl_2025-05-06.der", CRL_AT, &expiry_s));
	EXPECT(expiry_s == ah_vectors_time("2026-05-12T00:00:00Z"));
	EXPECT_OK(verify_with_crl("genoa-v5-oak", "genoa", "genoa_crl_2024-10-23.der", "2025-09-01T00:00:00Z", &expiry_s));
	EXPECT(expiry_s == ah_vectors_time("2025-11-03T01:00:00Z"));
	EXPECT_ERR(verify_with_crl("genoa-v5-oak", "genoa", "genoa_crl_2024-10-23.der", REAL_AT, &expiry_s), AH_ERR_CRL_EXPIRED);
	EXPECT_ERR(verify_with_crl("milan-v3-oak", "milan", "milan_crl_2025-05-06.der", "2025-05-01T00:00:00Z", &expiry_s), AH_ERR_CRL_NOT_YET_VALID);
	EXPECT_ERR(verify_with_crl("milan-v3-oak", "milan", "genoa_crl_2024-10-23.der", CRL_AT, &expiry_s), AH_ERR_CRL_ISSUER);
}

/* -- Certificates without a report -- */

static bool read_vek(ah_buf *der, ah_cert *cert, ah_snp_vek *vek, const char *file)
{
	if (!ah_vectors_read(der, "snp/certs-only", file) || ah_cert_parse(cert, ah_buf_slice(der), NULL) != AH_OK)
		return false;
	ah_snp_vek_read(vek, cert);
	return true;
}

static ah_err validate_under(const ah_cert *vek, const char *product)
{
	AH_AUTO_PTR(ah_verifier) v = NULL;
	AH_AUTO(ah_buf) root_der = AH_BUF(AH_CERTIFICATE_MAX);
	AH_AUTO(ah_buf) issuer_der = AH_BUF(AH_CERTIFICATE_MAX);
	AH_AUTO(ah_buf) pem = AH_BUF(FILE_MAX);
	AH_AUTO(ah_buf) issuer_pem = AH_BUF(FILE_MAX);
	ah_cert root, issuer;
	ah_checks log = { .first_err = AH_OK };
	const uint8_t digest[32] = { 0 };
	int64_t expiry_s = 0;
	const ah_path_rules rules = { .anchor_key = AH_KEY_RSA, .ca_key = AH_KEY_RSA, .leaf_key = AH_KEY_P384, .sig_alg = AH_SIG_RSA_PSS_SHA384 };
	if (!ah_test_read(&pem, "%s/snp/roots/ark_%s.pem", ah_test_vectors(), product) ||
	    !ah_test_read(&issuer_pem, "%s/snp/roots/ask_%s.pem", ah_test_vectors(), product))
		return AH_ERR_IO;
	AH_TRY(ah_certificate_to_der(&root_der, ah_buf_slice(&pem), NULL));
	AH_TRY(ah_certificate_to_der(&issuer_der, ah_buf_slice(&issuer_pem), NULL));
	AH_TRY(ah_cert_parse(&root, ah_buf_slice(&root_der), NULL));
	AH_TRY(ah_cert_parse(&issuer, ah_buf_slice(&issuer_der), NULL));
	AH_TRY(ah_verifier_new(&v, NULL));
	const ah_cert *path[] = { &root, &issuer, vek };
	return ah_path_validate(v->crypto, NULL, &log, path, 3, digest, &rules, vek->not_before_s, &expiry_s, NULL);
}

static void lone_certificates_are_read(void)
{
	AH_AUTO(ah_buf) der = AH_BUF(AH_CERTIFICATE_MAX);
	ah_cert cert;
	ah_snp_vek vek;
	if (ah_test_vectors() == NULL)
		AH_SKIP("../shared/vectors absent");
	EXPECT(read_vek(&der, &cert, &vek, "turin_vcek_zero_tcb.der"));
	EXPECT_MSG(vek.defect == NULL, "%s", vek.defect);
	EXPECT(vek.kind == AH_SNP_VCEK && vek.product == AH_SNP_TURIN && vek.hwid.len == 8 && vek.tcb.has_fmc && !vek.has_spl4);
	EXPECT(ah_snp_vek_product_defect(&vek, AH_SNP_TURIN) == NULL);
	EXPECT(ah_snp_vek_product_defect(&vek, AH_SNP_GENOA) != NULL);
	EXPECT_OK(validate_under(&cert, "turin"));
	ah_buf_clear(&der);
	EXPECT(read_vek(&der, &cert, &vek, "milan_vcek_bad_signature_raw_hwid.der"));
	EXPECT(vek.product == AH_SNP_MILAN && vek.hwid.len == 64);
	EXPECT_ERR(validate_under(&cert, "milan"), AH_ERR_CERT_SIGNATURE);
	ah_buf_clear(&der);
	EXPECT(read_vek(&der, &cert, &vek, "milan_vcek_bad_signature_der_hwid.der"));
	EXPECT(vek.product == AH_SNP_MILAN && vek.hwid.len == 64 && vek.hwid.ptr[0] == 0x00 && vek.hwid.ptr[63] == 0x3f);
	EXPECT_ERR(validate_under(&cert, "milan"), AH_ERR_CERT_SIGNATURE);
}

static const ah_test_case cases[] = {
	AH_TEST(real_reports_are_genuine_and_say_what_they_say),
	AH_TEST(synthetic_reports_break_one_rule_each),
	AH_TEST(a_report_with_another_chips_certificate_is_refused),
	AH_TEST(certificate_tables_are_split_or_refused),
	AH_TEST(a_table_serves_as_endorsements),
	AH_TEST(real_crls_clear_todays_intermediates),
	AH_TEST(lone_certificates_are_read),
};
AH_TEST_MAIN(cases)
