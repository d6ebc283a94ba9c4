/*
 * Goal: a policy is loaded whole with its defaults, or refused with the exact error, the path in the document and the byte position.
 * Method: two small policies; each row is one edit of one of them. The expected position is where `marker` stands in the edited text.
 */
#include "edit.h"

typedef struct refusal {
	const char *base, *find, *replacement;
	ah_err err;
	const char *path;   /* the detail is "PATH: .." */
	const char *marker;
} refusal;

static bool refused_as(const char *text, ah_err err, const char *path, const char *marker)
{
	ah_policy *policy = NULL;
	ah_fault why = { .err = AH_OK };
	const char *at = strstr(text, marker);
	size_t off = at != NULL ? (size_t)(at - text) : SIZE_MAX;
	ah_err got = load_text(&policy, text, &why);
	size_t path_len = strlen(path);
	bool ok = got == err && why.err == err && policy == NULL && strcmp(why.step, "policy.load") == 0 && strncmp(why.detail, path, path_len) == 0 &&
		strncmp(why.detail + path_len, ": ", 2) == 0 && why.offset == off;
	if (!ok)
		printf("  wanted %s at %zu \"%s: ..\", got %s at %zu \"%s\"\n", ah_err_name(err), off, path, ah_err_name(got), why.offset, why.detail);
	ah_policy_free(policy);
	return ok;
}

static void run_refusals(const refusal *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *text = edited(rows[i].base, rows[i].find, rows[i].replacement);
		EXPECT_MSG(refused_as(text, rows[i].err, rows[i].path, rows[i].marker), "row %zu: %s", i, rows[i].replacement);
	}
	ah_test_count(count);
}

#define RUN(rows) run_refusals(rows, sizeof(rows) / sizeof((rows)[0]))

/* -- What loads -- */

static void a_minimal_nitro_policy_gets_its_defaults(void)
{
	uint8_t pcr0[48];
	memset(pcr0, 0xaa, sizeof pcr0);
	AH_AUTO_PTR(ah_policy) p = loaded(NITRO_POLICY);
	EXPECT(strcmp(p->workload, "router") == 0);
	EXPECT(p->version == 7);
	/* date -u -d 2026-11-20 +%s, and 2027-02-18 */
	EXPECT(p->issued_at_s == 1795132800 && p->valid_from_s == 1795132800 && p->valid_until_s == 1802908800);
	EXPECT(p->freshness == AH_FRESHNESS_CACHED);
	EXPECT(p->max_evidence_age_s == 3600);
	EXPECT(p->require_revocation);
	EXPECT(p->nitro.present && !p->snp.present);
	EXPECT(p->nitro.release_count == 1);
	EXPECT(strcmp(p->nitro.releases[0].release, "1.0") == 0);
	EXPECT(p->nitro.releases[0].pcr_mask == 7);
	EXPECT(p->nitro.releases[0].pcr_len[0] == 48);
	EXPECT_BYTES(ah_slice_make(p->nitro.releases[0].pcrs[0], 48), AH_SLICE_OF(pcr0));
	EXPECT(!p->nitro.debug);
	EXPECT(!p->nitro.instance_ids.present && !p->nitro.builders.present && !p->nitro.launchers.present);
	EXPECT(!p->nitro.release_signers.present && p->nitro.release_threshold == 0 && p->nitro.min_version[0] == '\0' && !p->nitro.stages.present);
	EXPECT(p->nitro.require_build && p->nitro.require_launch);
	EXPECT(!p->allowed_workload_identity_tags.present && !p->manifest_keys.present && !p->deployment_ids.present && !p->service_keys.present);
	EXPECT(!p->revoked_tls_spki.present && !p->revoked_measurements.present && !p->simulated_roots.present);
}

static void a_minimal_snp_policy_gets_its_defaults(void)
{
	AH_AUTO_PTR(ah_policy) p = loaded(SNP_POLICY);
	EXPECT(p->snp.present && !p->nitro.present);
	EXPECT(p->snp.release_count == 1 && !p->snp.releases[0].by_id_key && p->snp.releases[0].measurement[47] == 0xdd);
	EXPECT(p->snp.products[AH_SNP_GENOA] && !p->snp.products[AH_SNP_MILAN] && !p->snp.products[AH_SNP_TURIN]);
	EXPECT(p->snp.floor_count == 1 && p->snp.floors[0].product == AH_SNP_GENOA && !p->snp.floors[0].has_model);
	EXPECT(!p->snp.floors[0].tcb.has_fmc && p->snp.floors[0].tcb.bl == 10 && p->snp.floors[0].tcb.snp == 23 && p->snp.floors[0].tcb.ucode == 84);
	EXPECT(p->snp.signer_vcek && !p->snp.signer_vlek);
	EXPECT(p->snp.vmpl == 0 && p->snp.min_report_version == 3);
	EXPECT(p->snp.alias_check && !p->snp.strict_platform_info && !p->snp.allow_masked_chip_id && !p->snp.debug);
	EXPECT(!p->snp.chip_ids.present);
}

static void every_member_of_the_document_is_taken(void)
{
	AH_AUTO_PTR(ah_policy) p = loaded(with(NITRO_POLICY, AT_TOP,
		"\"freshness\":\"session\",\"max_evidence_age_seconds\":60,\"require_revocation\":false,\"allowed_workload_identity_tags\":[\"" HEX32("1") "\"],"
		"\"manifest_keys\":[\"" HEX32("2") "\"],\"deployment_ids\":[\"eu-1\",\"eu-2\"],\"service_keys\":[\"" HEX32("3") "\"],\"revoked_tls_spki\":[\"" HEX32("4")
		"\"],\"revoked_measurements\":[\"" HEX48("5") "\"],\"simulated_roots\":[\"" HEX32("6") "\"],"));
	EXPECT(p->freshness == AH_FRESHNESS_SESSION && p->max_evidence_age_s == 60 && !p->require_revocation);
	const struct { const ah_byte_list *list; size_t len; uint8_t byte; } lists[] = {
		{ &p->allowed_workload_identity_tags, 32, 0x11 }, { &p->manifest_keys, 32, 0x22 }, { &p->service_keys, 32, 0x33 },
		{ &p->revoked_tls_spki, 32, 0x44 }, { &p->revoked_measurements, 48, 0x55 }, { &p->simulated_roots, 32, 0x66 },
	};
	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
		EXPECT(lists[i].list->present && lists[i].list->count == 1 && lists[i].list->item_len == lists[i].len);
		EXPECT(lists[i].list->items[0][0] == lists[i].byte && lists[i].list->items[0][lists[i].len - 1] == lists[i].byte);
	}
	EXPECT(p->deployment_ids.present && p->deployment_ids.count == 2 && strcmp(p->deployment_ids.items[1], "eu-2") == 0);
}

static void every_member_of_nitro_is_taken(void)
{
	AH_AUTO_PTR(ah_policy) p = loaded(with(NITRO_POLICY, IN_NITRO,
		"\"debug\":true,\"instance_ids\":[\"i-0123\"],\"builders\":[\"" NPUB "\"],\"launchers\":[\"" NPUB_HEX "\"],"
		"\"release_signers\":[\"" NPUB "\",\"" HEX32("1") "\"],\"min_version\":\"1.10.0.2\",\"stages\":[\"dev\",\"prod\"],\"require_build\":false,"
		"\"require_launch\":false,"));
	EXPECT(p->nitro.debug);
	EXPECT(p->nitro.instance_ids.count == 1 && strcmp(p->nitro.instance_ids.items[0], "i-0123") == 0);
	EXPECT(p->nitro.builders.count == 1 && strcmp(p->nitro.builders.items[0], NPUB) == 0);
	EXPECT(p->nitro.launchers.count == 1 && strcmp(p->nitro.launchers.items[0], NPUB_HEX) == 0);
	EXPECT(p->nitro.release_signers.count == 2 && strcmp(p->nitro.release_signers.items[1], HEX32("1")) == 0);
	EXPECT(p->nitro.release_threshold == 2); /* all of them */
	EXPECT(strcmp(p->nitro.min_version, "1.10.0.2") == 0);
	EXPECT(p->nitro.stages.count == 2 && strcmp(p->nitro.stages.items[0], "dev") == 0 && strcmp(p->nitro.stages.items[1], "prod") == 0);
	EXPECT(!p->nitro.require_build && !p->nitro.require_launch);
	ah_policy_free(p);
	p = loaded(with(NITRO_POLICY, IN_NITRO, "\"release_signers\":[\"" NPUB "\",\"" HEX32("1") "\"],\"release_threshold\":1,"));
	EXPECT(p->nitro.release_threshold == 1);
}

static void every_member_of_snp_is_taken(void)
{
	const char *text = with(SNP_POLICY, IN_SNP,
		"\"signers\":[\"vlek\"],\"vmpl\":3,\"min_report_version\":5,\"alias_check\":false,\"strict_platform_info\":true,\"debug\":true,"
		"\"chip_ids\":[\"" HEX64("7") "\",\"0123456789abcdef\"],");
	text = edited(text, "\"Genoa\"]", "\"Genoa\",\"Turin\"]");
	text = edited(text, FLOOR_GENOA, FLOOR_GENOA ",{\"product\":\"Genoa\",\"model\":0,\"bl\":1,\"tee\":2,\"snp\":3,\"ucode\":255},"
		"{\"product\":\"Turin\",\"fmc\":9,\"bl\":1,\"tee\":2,\"snp\":3,\"ucode\":4}");
	text = edited(text, SNP_RELEASE, SNP_RELEASE ",{\"release\":\"by key\",\"id_key_digest\":\"" HEX48("e") "\",\"min_svn\":4294967295}");
	AH_AUTO_PTR(ah_policy) p = loaded(text);
	EXPECT(!p->snp.signer_vcek && p->snp.signer_vlek);
	EXPECT(p->snp.vmpl == 3 && p->snp.min_report_version == 5 && !p->snp.alias_check && p->snp.strict_platform_info && p->snp.debug);
	EXPECT(p->snp.chip_ids.count == 2 && p->snp.chip_ids.items[0][63] == 0x77);
	EXPECT(p->snp.chip_ids.items[1][0] == 0x01 && p->snp.chip_ids.items[1][7] == 0xef && p->snp.chip_ids.items[1][8] == 0 && p->snp.chip_ids.item_len == 64);
	EXPECT(p->snp.floor_count == 3 && p->snp.floors[1].has_model && p->snp.floors[1].model == 0 && p->snp.floors[1].tcb.ucode == 255);
	EXPECT(p->snp.floors[2].tcb.has_fmc && p->snp.floors[2].tcb.fmc == 9 && p->snp.floors[2].tcb.tee == 2);
	EXPECT(p->snp.release_count == 2 && p->snp.releases[1].by_id_key && p->snp.releases[1].min_svn == UINT32_MAX && p->snp.releases[1].id_key_digest[0] == 0xee);
}

static void a_masked_chip_id_may_be_allowed_where_no_chip_is_listed(void)
{
	AH_AUTO_PTR(ah_policy) p = loaded(with(SNP_POLICY, IN_SNP, "\"allow_masked_chip_id\":true,"));
	EXPECT(p->snp.allow_masked_chip_id);
}

static void an_empty_list_is_not_an_absent_one(void)
{
	AH_AUTO_PTR(ah_policy) p = loaded(with(SNP_POLICY, AT_TOP, "\"deployment_ids\":[],\"service_keys\":[],\"revoked_measurements\":[],\"simulated_roots\":[],"));
	EXPECT(p->deployment_ids.present && p->deployment_ids.count == 0);
	EXPECT(p->service_keys.present && p->service_keys.count == 0);
	EXPECT(p->revoked_measurements.present && p->revoked_measurements.count == 0);
	EXPECT(!p->manifest_keys.present);
	AH_AUTO_PTR(ah_policy) q = loaded(with(SNP_POLICY, IN_SNP, "\"chip_ids\":[],"));
	EXPECT(q->snp.chip_ids.present && q->snp.chip_ids.count == 0);
}

static void pcrs_of_32_48_and_64_bytes_are_taken(void)
{
	const struct { const char *pcrs; uint8_t len; } rows[] = {
		{ "{\"0\":\"" HEX32("a") "\",\"1\":\"" HEX32("b") "\",\"2\":\"" HEX32("c") "\",\"31\":\"" HEX32("0") "\"}", 32 },
		{ "{\"0\":\"" HEX48("a") "\",\"1\":\"" HEX48("b") "\",\"2\":\"" HEX48("c") "\",\"31\":\"" HEX48("0") "\"}", 48 },
		{ "{\"0\":\"" HEX64("a") "\",\"1\":\"" HEX64("b") "\",\"2\":\"" HEX64("c") "\",\"31\":\"" HEX64("0") "\"}", 64 },
	};
	for (size_t i = 0; i < 3; i++) {
		AH_AUTO_PTR(ah_policy) p = loaded(edited(NITRO_POLICY, NITRO_PCRS, rows[i].pcrs));
		EXPECT(p->nitro.releases[0].pcr_mask == (7 | UINT32_C(1) << 31));
		EXPECT(p->nitro.releases[0].pcr_len[2] == rows[i].len && p->nitro.releases[0].pcr_len[31] == rows[i].len);
	}
}

static void both_platforms_stand_in_one_policy(void)
{
	AH_AUTO_PTR(ah_policy) p = loaded(edited(SNP_POLICY, IN_SNP, "\"nitro\":{\"releases\":[" NITRO_RELEASE "]}," IN_SNP));
	EXPECT(p->nitro.present && p->nitro.release_count == 1 && p->snp.present && p->snp.release_count == 1);
}

static void releases_that_share_an_image_may_differ_in_another_pcr(void)
{
	AH_AUTO_PTR(ah_policy) p = loaded(edited(NITRO_POLICY, NITRO_RELEASE,
		"{\"release\":\"a\",\"pcrs\":{\"0\":\"" HEX48("a") "\",\"1\":\"" HEX48("b") "\",\"2\":\"" HEX48("c") "\",\"3\":\"" HEX48("1") "\"}},"
		"{\"release\":\"b\",\"pcrs\":{\"0\":\"" HEX48("a") "\",\"1\":\"" HEX48("b") "\",\"2\":\"" HEX48("c") "\",\"3\":\"" HEX48("2") "\"}}"));
	EXPECT(p->nitro.release_count == 2);
}

/* -- What is refused -- */

static void no_json_is_malformed(void)
{
	static const struct { const char *text, *path; size_t off; } rows[] = {
		{ "", "$", 0 }, { "{", "$", 1 }, { "[]", "$", 0 }, { "null", "$", 0 }, { "\"anchorhold.trust-bundle/v1\"", "$", 0 }, { NITRO_POLICY "x", "$", sizeof(NITRO_POLICY) - 1 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		ah_policy *p = NULL;
		ah_fault why = { .err = AH_OK };
		EXPECT_ERR(load_text(&p, rows[i].text, &why), AH_ERR_POLICY_MALFORMED);
		EXPECT(p == NULL);
		EXPECT_MSG(strncmp(why.detail, "$: ", 3) == 0 && why.offset == rows[i].off, "row %zu: %zu %s", i, why.offset, why.detail);
	}
}

static void a_document_that_is_not_our_kind_of_json_is_malformed(void)
{
	static const refusal rows[] = {
		{ NITRO_POLICY, "\"version\":7", "\"version\":7.0", AH_ERR_POLICY_MALFORMED, "$", "7.0" },
		{ NITRO_POLICY, "\"version\":7", "\"version\":1e3", AH_ERR_POLICY_MALFORMED, "$", "1e3" },
		{ NITRO_POLICY, "\"version\":7", "\"version\":07", AH_ERR_POLICY_MALFORMED, "$", "07" },
		{ NITRO_POLICY, "anchorhold.trust-bundle/v1", "anchorhold.trust-bundle/v2", AH_ERR_POLICY_MALFORMED, "schema", "\"anchorhold.trust-bundle/v2" },
		{ NITRO_POLICY, "\"anchorhold.trust-bundle/v1\"", "1", AH_ERR_POLICY_MALFORMED, "schema", "1,\"work" },
	};
	RUN(rows);
}

static void a_member_that_stands_twice_is_malformed(void)
{
	ah_policy *p = NULL;
	ah_fault why = { .err = AH_OK };
	EXPECT_ERR(load_text(&p, edited(NITRO_POLICY, "\"version\":7", "\"version\":7,\"version\":8"), &why), AH_ERR_POLICY_MALFORMED);
	EXPECT_MSG(strncmp(why.detail, "$: DuplicateKey", 15) == 0, "%s", why.detail);
}

/* White space is part of the document, so the size can be met exactly. */
static void the_size_limit_is_exact(void)
{
	char *text = (char *)malloc(AH_POLICY_MAX + 2);
	EXPECT(text != NULL);
	memset(text, ' ', AH_POLICY_MAX + 1);
	memcpy(text, NITRO_POLICY, sizeof NITRO_POLICY - 1);
	ah_policy *at = NULL, *above = NULL;
	ah_fault why = { .err = AH_OK };
	ah_err at_err = ah_policy_load(&at, ah_slice_make(text, AH_POLICY_MAX), NULL);
	ah_err above_err = ah_policy_load(&above, ah_slice_make(text, AH_POLICY_MAX + 1), &why);
	free(text);
	ah_policy_free(at);
	EXPECT_OK(at_err);
	EXPECT_ERR(above_err, AH_ERR_POLICY_MALFORMED);
	EXPECT(above == NULL && strncmp(why.detail, "$: ", 3) == 0);
}

static void another_schema_is_said_before_its_members(void)
{
	EXPECT(refused_as("{\"colour\":1,\"schema\":\"other/v1\"}", AH_ERR_POLICY_MALFORMED, "schema", "\"other/v1"));
	EXPECT(refused_as("{\"colour\":1}", AH_ERR_POLICY_MISSING_MEMBER, "schema", "{"));
	EXPECT(refused_as("{}", AH_ERR_POLICY_MISSING_MEMBER, "schema", "{"));
}

static void unknown_members_refuse_the_policy(void)
{
	static const refusal rows[] = {
		{ NITRO_POLICY, AT_TOP, "\"colour\":\"red\"," AT_TOP, AH_ERR_POLICY_UNKNOWN_MEMBER, "colour", "\"red\"" },
		{ NITRO_POLICY, AT_TOP, "\"\":\"red\"," AT_TOP, AH_ERR_POLICY_UNKNOWN_MEMBER, "$", "\"red\"" },
		{ NITRO_POLICY, "\"version\"", "\"Version\"", AH_ERR_POLICY_UNKNOWN_MEMBER, "Version", "7," },
		{ NITRO_POLICY, "\"version\"", "\"versio\\u006e\"", AH_ERR_POLICY_UNKNOWN_MEMBER, "versio\\u006e", "7," },
		{ NITRO_POLICY, AT_TOP, AT_TOP "\"sgx\":{},", AH_ERR_POLICY_UNKNOWN_MEMBER, "platforms.sgx", "{},\"nitro" },
		{ NITRO_POLICY, IN_NITRO, IN_NITRO "\"chip_ids\":[],", AH_ERR_POLICY_UNKNOWN_MEMBER, "platforms.nitro.chip_ids", "[],\"rel" },
		{ NITRO_POLICY, "\"release\":\"1.0\"", "\"release\":\"1.0\",\"note\":0", AH_ERR_POLICY_UNKNOWN_MEMBER, "platforms.nitro.releases[0].note", "0,\"pcrs" },
		{ NITRO_POLICY, "{\"0\"", "{\"32\":0,\"0\"", AH_ERR_POLICY_UNKNOWN_MEMBER, "platforms.nitro.releases[0].pcrs.32", "0,\"0\"" },
		{ NITRO_POLICY, "\"0\":", "\"00\":", AH_ERR_POLICY_UNKNOWN_MEMBER, "platforms.nitro.releases[0].pcrs.00", "\"aaaa" },
		{ SNP_POLICY, IN_SNP, IN_SNP "\"instance_ids\":[],", AH_ERR_POLICY_UNKNOWN_MEMBER, "platforms.sev-snp.instance_ids", "[],\"rel" },
		{ SNP_POLICY, "\"release\":\"1.0\"", "\"release\":\"1.0\",\"svn\":0", AH_ERR_POLICY_UNKNOWN_MEMBER, "platforms.sev-snp.releases[0].svn", "0,\"meas" },
		{ SNP_POLICY, "\"ucode\":84", "\"ucode\":84,\"stepping\":1", AH_ERR_POLICY_UNKNOWN_MEMBER, "platforms.sev-snp.tcb_floors[0].stepping", "1}" },
	};
	RUN(rows);
}

static void a_long_unknown_name_leaves_room_for_the_reason(void)
{
	ah_policy *p = NULL;
	ah_fault why = { .err = AH_OK };
	EXPECT_ERR(load_text(&p, edited(NITRO_POLICY, "\"0\":", "\"" HEX64("z") HEX64("z") "\":0,\"0\":"), &why), AH_ERR_POLICY_UNKNOWN_MEMBER);
	EXPECT_MSG(strncmp(why.detail, "platforms.nitro.releases[0].pcrs.zzzz", 37) == 0 && strstr(why.detail, "zz..: no such member") != NULL, "%s", why.detail);
}

static void a_name_beyond_ascii_stays_printable_in_the_detail(void)
{
	ah_policy *p = NULL;
	ah_fault why = { .err = AH_OK };
	EXPECT_ERR(load_text(&p, with(NITRO_POLICY, AT_TOP, "\"\xc3\xa9\":0,"), &why), AH_ERR_POLICY_UNKNOWN_MEMBER);
	EXPECT_MSG(strcmp(why.detail, "?\?: no such member") == 0, "%s", why.detail);
}

static void missing_members_refuse_the_policy(void)
{
	static const refusal rows[] = {
		{ NITRO_POLICY, "\"schema\":\"anchorhold.trust-bundle/v1\",", "", AH_ERR_POLICY_MISSING_MEMBER, "schema", "{\"work" },
		{ NITRO_POLICY, "\"workload\":\"router\",", "", AH_ERR_POLICY_MISSING_MEMBER, "workload", "{\"schema" },
		{ NITRO_POLICY, "\"version\":7,", "", AH_ERR_POLICY_MISSING_MEMBER, "version", "{\"schema" },
		{ NITRO_POLICY, "\"issued_at\":\"2026-11-20T00:00:00Z\",", "", AH_ERR_POLICY_MISSING_MEMBER, "issued_at", "{\"schema" },
		{ NITRO_POLICY, "\"valid_from\":\"2026-11-20T00:00:00Z\",", "", AH_ERR_POLICY_MISSING_MEMBER, "valid_from", "{\"schema" },
		{ NITRO_POLICY, "\"valid_until\":\"2027-02-18T00:00:00Z\",", "", AH_ERR_POLICY_MISSING_MEMBER, "valid_until", "{\"schema" },
		{ NITRO_POLICY, ",\"platforms\":{\"nitro\":{\"releases\":[" NITRO_RELEASE "]}}", "", AH_ERR_POLICY_MISSING_MEMBER, "platforms", "{\"schema" },
		{ NITRO_POLICY, "\"releases\":[" NITRO_RELEASE "]", "", AH_ERR_POLICY_MISSING_MEMBER, "platforms.nitro.releases", "{}}" },
		{ NITRO_POLICY, "\"release\":\"1.0\",", "", AH_ERR_POLICY_MISSING_MEMBER, "platforms.nitro.releases[0].release", "{\"pcrs" },
		{ NITRO_POLICY, ",\"pcrs\":" NITRO_PCRS, "", AH_ERR_POLICY_MISSING_MEMBER, "platforms.nitro.releases[0].pcrs", "{\"release\"" },
		{ NITRO_POLICY, "\"0\":\"" HEX48("a") "\",", "", AH_ERR_POLICY_MISSING_MEMBER, "platforms.nitro.releases[0].pcrs.0", "{\"1\"" },
		{ NITRO_POLICY, "\"1\":\"" HEX48("b") "\",", "", AH_ERR_POLICY_MISSING_MEMBER, "platforms.nitro.releases[0].pcrs.1", "{\"0\"" },
		{ NITRO_POLICY, ",\"2\":\"" HEX48("c") "\"", "", AH_ERR_POLICY_MISSING_MEMBER, "platforms.nitro.releases[0].pcrs.2", "{\"0\"" },
		{ SNP_POLICY, "\"releases\":[" SNP_RELEASE "],", "", AH_ERR_POLICY_MISSING_MEMBER, "platforms.sev-snp.releases", "{\"products" },
		{ SNP_POLICY, "\"products\":[\"Genoa\"],", "", AH_ERR_POLICY_MISSING_MEMBER, "platforms.sev-snp.products", "{\"releases" },
		{ SNP_POLICY, ",\"tcb_floors\":[" FLOOR_GENOA "]", "", AH_ERR_POLICY_MISSING_MEMBER, "platforms.sev-snp.tcb_floors", "{\"releases" },
		{ SNP_POLICY, "\"release\":\"1.0\",", "", AH_ERR_POLICY_MISSING_MEMBER, "platforms.sev-snp.releases[0].release", "{\"measure" },
		{ SNP_POLICY, ",\"measurement\":\"" HEX48("d") "\"", "", AH_ERR_POLICY_MISSING_MEMBER, "platforms.sev-snp.releases[0].measurement", "{\"release\"" },
		{ SNP_POLICY, "\"measurement\"", "\"id_key_digest\"", AH_ERR_POLICY_MISSING_MEMBER, "platforms.sev-snp.releases[0].min_svn", "{\"release\"" },
		{ SNP_POLICY, "\"measurement\":\"" HEX48("d") "\"", "\"min_svn\":1", AH_ERR_POLICY_MISSING_MEMBER, "platforms.sev-snp.releases[0].id_key_digest", "{\"release\"" },
		{ SNP_POLICY, "\"product\":\"Genoa\",", "", AH_ERR_POLICY_MISSING_MEMBER, "platforms.sev-snp.tcb_floors[0].product", "{\"bl" },
		{ SNP_POLICY, "\"bl\":10,", "", AH_ERR_POLICY_MISSING_MEMBER, "platforms.sev-snp.tcb_floors[0].bl", "{\"product\"" },
		{ SNP_POLICY, "\"tee\":0,", "", AH_ERR_POLICY_MISSING_MEMBER, "platforms.sev-snp.tcb_floors[0].tee", "{\"product\"" },
		{ SNP_POLICY, "\"snp\":23,", "", AH_ERR_POLICY_MISSING_MEMBER, "platforms.sev-snp.tcb_floors[0].snp", "{\"product\"" },
		{ SNP_POLICY, ",\"ucode\":84", "", AH_ERR_POLICY_MISSING_MEMBER, "platforms.sev-snp.tcb_floors[0].ucode", "{\"product\"" },
		{ SNP_POLICY, "\"product\":\"Genoa\"", "\"product\":\"Turin\"", AH_ERR_POLICY_MISSING_MEMBER, "platforms.sev-snp.tcb_floors[0].fmc", "{\"product\"" },
	};
	RUN(rows);
}

static void wrong_values_of_the_document_refuse_it(void)
{
	static const refusal rows[] = {
		{ NITRO_POLICY, "\"router\"", "5", AH_ERR_POLICY_VALUE, "workload", "5,\"version" },
		{ NITRO_POLICY, "\"router\"", "\"\"", AH_ERR_POLICY_VALUE, "workload", "\"\",\"version" },
		{ NITRO_POLICY, "\"router\"", "\"" HEX64("w") "w\"", AH_ERR_POLICY_VALUE, "workload", "\"www" },
		{ NITRO_POLICY, "\"router\"", "\"a\\u0041\"", AH_ERR_POLICY_VALUE, "workload", "\"a\\u" },
		{ NITRO_POLICY, "\"router\"", "\"caf\xc3\xa9\"", AH_ERR_POLICY_VALUE, "workload", "\"caf" },
		{ NITRO_POLICY, "\"router\"", "\"a\x7f\"", AH_ERR_POLICY_VALUE, "workload", "\"a\x7f" },
		{ NITRO_POLICY, "\"version\":7", "\"version\":\"7\"", AH_ERR_POLICY_VALUE, "version", "\"7\"" },
		{ NITRO_POLICY, "\"version\":7", "\"version\":0", AH_ERR_POLICY_VALUE, "version", "0,\"issued" },
		{ NITRO_POLICY, "\"version\":7", "\"version\":-1", AH_ERR_POLICY_VALUE, "version", "-1,\"issued" },
		{ NITRO_POLICY, "\"version\":7", "\"version\":9007199254740993", AH_ERR_POLICY_VALUE, "version", "90071" },
		{ NITRO_POLICY, "\"issued_at\":\"2026-11-20T00:00:00Z\"", "\"issued_at\":1795132800", AH_ERR_POLICY_VALUE, "issued_at", "17951" },
		{ NITRO_POLICY, "\"issued_at\":\"2026-11-20T00:00:00Z\"", "\"issued_at\":\"2026-02-29T00:00:00Z\"", AH_ERR_POLICY_VALUE, "issued_at", "\"2026-02-29" },
		{ NITRO_POLICY, "\"valid_from\":\"2026-11-20T00:00:00Z\"", "\"valid_from\":\"2026-11-20T00:00:00+00:00\"", AH_ERR_POLICY_VALUE, "valid_from", "\"2026-11-20T00:00:00+" },
		{ NITRO_POLICY, "2027-02-18T00:00:00Z", "2027-02-18", AH_ERR_POLICY_VALUE, "valid_until", "\"2027" },
		{ NITRO_POLICY, AT_TOP, "\"freshness\":\"any\"," AT_TOP, AH_ERR_POLICY_VALUE, "freshness", "\"any\"" },
		{ NITRO_POLICY, AT_TOP, "\"freshness\":null," AT_TOP, AH_ERR_POLICY_VALUE, "freshness", "null" },
		{ NITRO_POLICY, AT_TOP, "\"max_evidence_age_seconds\":0," AT_TOP, AH_ERR_POLICY_VALUE, "max_evidence_age_seconds", "0,\"plat" },
		{ NITRO_POLICY, AT_TOP, "\"max_evidence_age_seconds\":3601," AT_TOP, AH_ERR_POLICY_VALUE, "max_evidence_age_seconds", "3601" },
		{ NITRO_POLICY, AT_TOP, "\"require_revocation\":0," AT_TOP, AH_ERR_POLICY_VALUE, "require_revocation", "0,\"plat" },
		{ NITRO_POLICY, AT_TOP, "\"manifest_keys\":{}," AT_TOP, AH_ERR_POLICY_VALUE, "manifest_keys", "{},\"plat" },
		{ NITRO_POLICY, AT_TOP, "\"manifest_keys\":[\"" HEX48("1") "\"]," AT_TOP, AH_ERR_POLICY_VALUE, "manifest_keys[0]", "\"1111" },
		{ NITRO_POLICY, AT_TOP, "\"manifest_keys\":[\"" HEX32("1") "\",\"*\"]," AT_TOP, AH_ERR_POLICY_VALUE, "manifest_keys[1]", "\"*\"" },
		{ NITRO_POLICY, AT_TOP, "\"manifest_keys\":[\"" HEX32("A") "\"]," AT_TOP, AH_ERR_POLICY_VALUE, "manifest_keys[0]", "\"AAAA" },
		{ NITRO_POLICY, AT_TOP, "\"service_keys\":[\"" HEX32("0") "\"]," AT_TOP, AH_ERR_POLICY_VALUE, "service_keys[0]", "\"0000" },
		{ NITRO_POLICY, AT_TOP, "\"allowed_workload_identity_tags\":[\"" HEX32("0") "\"]," AT_TOP, AH_ERR_POLICY_VALUE, "allowed_workload_identity_tags[0]", "\"0000" },
		{ NITRO_POLICY, AT_TOP, "\"simulated_roots\":[7]," AT_TOP, AH_ERR_POLICY_VALUE, "simulated_roots[0]", "7]" },
		{ NITRO_POLICY, AT_TOP, "\"revoked_tls_spki\":[\"\"]," AT_TOP, AH_ERR_POLICY_VALUE, "revoked_tls_spki[0]", "\"\"" },
		{ NITRO_POLICY, AT_TOP, "\"revoked_measurements\":[\"" HEX32("1") "\"]," AT_TOP, AH_ERR_POLICY_VALUE, "revoked_measurements[0]", "\"1111" },
		{ NITRO_POLICY, AT_TOP, "\"deployment_ids\":[\"eu-*\"]," AT_TOP, AH_ERR_POLICY_VALUE, "deployment_ids[0]", "\"eu-*" },
		{ NITRO_POLICY, AT_TOP, "\"deployment_ids\":[\"any\"]," AT_TOP, AH_ERR_POLICY_VALUE, "deployment_ids[0]", "\"any" },
		{ NITRO_POLICY, AT_TOP, "\"deployment_ids\":[\"x\",\"ALL\"]," AT_TOP, AH_ERR_POLICY_VALUE, "deployment_ids[1]", "\"ALL" },
		{ NITRO_POLICY, AT_TOP "\"nitro\":{\"releases\":[" NITRO_RELEASE "]}}", "\"platforms\":{}", AH_ERR_POLICY_VALUE, "platforms", "{}" },
		{ NITRO_POLICY, AT_TOP "\"nitro\":{\"releases\":[" NITRO_RELEASE "]}}", "\"platforms\":[]", AH_ERR_POLICY_VALUE, "platforms", "[]" },
	};
	RUN(rows);
}

static void wrong_values_of_nitro_refuse_it(void)
{
	static const refusal rows[] = {
		{ NITRO_POLICY, "{\"releases\":[" NITRO_RELEASE "]}", "null", AH_ERR_POLICY_VALUE, "platforms.nitro", "null" },
		{ NITRO_POLICY, "[" NITRO_RELEASE "]", "[]", AH_ERR_POLICY_VALUE, "platforms.nitro.releases", "[]" },
		{ NITRO_POLICY, NITRO_RELEASE, "\"1.0\"", AH_ERR_POLICY_VALUE, "platforms.nitro.releases[0]", "\"1.0\"" },
		{ NITRO_POLICY, "\"1.0\"", "\"\"", AH_ERR_POLICY_VALUE, "platforms.nitro.releases[0].release", "\"\"" },
		{ NITRO_POLICY, NITRO_PCRS, "[]", AH_ERR_POLICY_VALUE, "platforms.nitro.releases[0].pcrs", "[]" },
		{ NITRO_POLICY, HEX48("a"), HEX48("A"), AH_ERR_POLICY_VALUE, "platforms.nitro.releases[0].pcrs.0", "\"AAAA" },
		{ NITRO_POLICY, HEX48("a"), HEX48("a") "a", AH_ERR_POLICY_VALUE, "platforms.nitro.releases[0].pcrs.0", "\"aaaa" },
		{ NITRO_POLICY, HEX48("b"), "0x" HEX48("b"), AH_ERR_POLICY_VALUE, "platforms.nitro.releases[0].pcrs.1", "\"0xbb" },
		{ NITRO_POLICY, HEX48("b"), "*", AH_ERR_POLICY_VALUE, "platforms.nitro.releases[0].pcrs.1", "\"*" },
		{ NITRO_POLICY, IN_NITRO, IN_NITRO "\"debug\":\"true\",", AH_ERR_POLICY_VALUE, "platforms.nitro.debug", "\"true" },
		{ NITRO_POLICY, IN_NITRO, IN_NITRO "\"instance_ids\":[\"*\"],", AH_ERR_POLICY_VALUE, "platforms.nitro.instance_ids[0]", "\"*" },
		{ NITRO_POLICY, IN_NITRO, IN_NITRO "\"instance_ids\":\"i-1\",", AH_ERR_POLICY_VALUE, "platforms.nitro.instance_ids", "\"i-1" },
		{ NITRO_POLICY, IN_NITRO, IN_NITRO "\"release_signers\":[\"*\"],", AH_ERR_POLICY_VALUE, "platforms.nitro.release_signers[0]", "\"*" },
		{ NITRO_POLICY, IN_NITRO, IN_NITRO "\"release_threshold\":0,", AH_ERR_POLICY_VALUE, "platforms.nitro.release_threshold", "0," },
		{ NITRO_POLICY, IN_NITRO, IN_NITRO "\"release_threshold\":17,", AH_ERR_POLICY_VALUE, "platforms.nitro.release_threshold", "17," },
		{ NITRO_POLICY, IN_NITRO, IN_NITRO "\"min_version\":1,", AH_ERR_POLICY_VALUE, "platforms.nitro.min_version", "1," },
		{ NITRO_POLICY, IN_NITRO, IN_NITRO "\"min_version\":\"\",", AH_ERR_POLICY_VALUE, "platforms.nitro.min_version", "\"\"" },
		{ NITRO_POLICY, IN_NITRO, IN_NITRO "\"min_version\":\"1.x\",", AH_ERR_POLICY_VALUE, "platforms.nitro.min_version", "\"1.x" },
		{ NITRO_POLICY, IN_NITRO, IN_NITRO "\"min_version\":\"1.0-rc\",", AH_ERR_POLICY_VALUE, "platforms.nitro.min_version", "\"1.0-" },
		{ NITRO_POLICY, IN_NITRO, IN_NITRO "\"stages\":[\"production\"],", AH_ERR_POLICY_VALUE, "platforms.nitro.stages[0]", "\"produ" },
		{ NITRO_POLICY, IN_NITRO, IN_NITRO "\"stages\":\"prod\",", AH_ERR_POLICY_VALUE, "platforms.nitro.stages", "\"prod" },
		{ NITRO_POLICY, IN_NITRO, IN_NITRO "\"require_build\":1,", AH_ERR_POLICY_VALUE, "platforms.nitro.require_build", "1," },
		{ NITRO_POLICY, IN_NITRO, IN_NITRO "\"require_launch\":null,", AH_ERR_POLICY_VALUE, "platforms.nitro.require_launch", "null" },
		{ NITRO_POLICY, IN_NITRO, IN_NITRO "\"builders\":[\"any\"],", AH_ERR_POLICY_VALUE, "platforms.nitro.builders[0]", "\"any" },
		{ NITRO_POLICY, IN_NITRO, IN_NITRO "\"builders\":[\"" HEX32("F") "\"],", AH_ERR_POLICY_VALUE, "platforms.nitro.builders[0]", "\"FFFF" },
		/* One character of the NIP-19 example changed: the checksum does not hold. */
		{ NITRO_POLICY, IN_NITRO, IN_NITRO "\"builders\":[\"npub10elfcs4fr0l0r8af98jlmgdh9c8tcxjvz9qkw038js35mp4dma8qzvjptq\"],", AH_ERR_POLICY_VALUE,
		  "platforms.nitro.builders[0]", "\"npub" },
		{ NITRO_POLICY, IN_NITRO, IN_NITRO "\"launchers\":[\"npub10elfcs4fr0l0r8af98jlmgdh9c8tcxjvz9qkw038js35mp4dma8qzvjpt\"],", AH_ERR_POLICY_VALUE,
		  "platforms.nitro.launchers[0]", "\"npub" },
		{ NITRO_POLICY, IN_NITRO, IN_NITRO "\"launchers\":[\"nsec10elfcs4fr0l0r8af98jlmgdh9c8tcxjvz9qkw038js35mp4dma8qzvjptg\"],", AH_ERR_POLICY_VALUE,
		  "platforms.nitro.launchers[0]", "\"nsec" },
		/* A right checksum over a padding that is not zero (computed by an independent bech32). */
		{ NITRO_POLICY, IN_NITRO, IN_NITRO "\"launchers\":[\"npub10elfcs4fr0l0r8af98jlmgdh9c8tcxjvz9qkw038js35mp4dma8pl6x5k6\"],", AH_ERR_POLICY_VALUE, "platforms.nitro.launchers[0]", "\"npub" },
	};
	RUN(rows);
}

static void wrong_values_of_snp_refuse_it(void)
{
	static const refusal rows[] = {
		{ SNP_POLICY, "[" SNP_RELEASE "]", "[]", AH_ERR_POLICY_VALUE, "platforms.sev-snp.releases", "[]" },
		{ SNP_POLICY, SNP_RELEASE, "[]", AH_ERR_POLICY_VALUE, "platforms.sev-snp.releases[0]", "[]]" },
		{ SNP_POLICY, HEX48("d"), HEX32("d"), AH_ERR_POLICY_VALUE, "platforms.sev-snp.releases[0].measurement", "\"dddd" },
		{ SNP_POLICY, "\"measurement\":\"" HEX48("d") "\"", "\"id_key_digest\":\"" HEX48("d") "\",\"min_svn\":-1", AH_ERR_POLICY_VALUE,
		  "platforms.sev-snp.releases[0].min_svn", "-1}" },
		{ SNP_POLICY, "\"measurement\":\"" HEX48("d") "\"", "\"id_key_digest\":\"" HEX48("d") "\",\"min_svn\":4294967296", AH_ERR_POLICY_VALUE,
		  "platforms.sev-snp.releases[0].min_svn", "4294967296" },
		{ SNP_POLICY, "[\"Genoa\"]", "[]", AH_ERR_POLICY_VALUE, "platforms.sev-snp.products", "[]" },
		{ SNP_POLICY, "[\"Genoa\"]", "[\"genoa\"]", AH_ERR_POLICY_VALUE, "platforms.sev-snp.products[0]", "\"genoa" },
		{ SNP_POLICY, "[\"Genoa\"]", "[\"Genoa\",\"any\"]", AH_ERR_POLICY_VALUE, "platforms.sev-snp.products[1]", "\"any" },
		{ SNP_POLICY, "[\"Genoa\"]", "[\"Genoa\",\"*\"]", AH_ERR_POLICY_VALUE, "platforms.sev-snp.products[1]", "\"*" },
		{ SNP_POLICY, "[" FLOOR_GENOA "]", "[]", AH_ERR_POLICY_VALUE, "platforms.sev-snp.tcb_floors", "[]" },
		{ SNP_POLICY, "\"product\":\"Genoa\"", "\"product\":\"any\"", AH_ERR_POLICY_VALUE, "platforms.sev-snp.tcb_floors[0].product", "\"any" },
		{ SNP_POLICY, "\"bl\":10", "\"bl\":256", AH_ERR_POLICY_VALUE, "platforms.sev-snp.tcb_floors[0].bl", "256" },
		{ SNP_POLICY, "\"tee\":0", "\"tee\":-1", AH_ERR_POLICY_VALUE, "platforms.sev-snp.tcb_floors[0].tee", "-1," },
		{ SNP_POLICY, "\"snp\":23", "\"snp\":true", AH_ERR_POLICY_VALUE, "platforms.sev-snp.tcb_floors[0].snp", "true" },
		{ SNP_POLICY, "\"ucode\":84", "\"ucode\":256", AH_ERR_POLICY_VALUE, "platforms.sev-snp.tcb_floors[0].ucode", "256" },
		{ SNP_POLICY, "\"bl\":10", "\"model\":256,\"bl\":10", AH_ERR_POLICY_VALUE, "platforms.sev-snp.tcb_floors[0].model", "256" },
		{ SNP_POLICY, "\"bl\":10", "\"fmc\":256,\"bl\":10", AH_ERR_POLICY_VALUE, "platforms.sev-snp.tcb_floors[0].fmc", "256" },
		{ SNP_POLICY, IN_SNP, IN_SNP "\"signers\":[],", AH_ERR_POLICY_VALUE, "platforms.sev-snp.signers", "[]" },
		{ SNP_POLICY, IN_SNP, IN_SNP "\"signers\":[\"any\"],", AH_ERR_POLICY_VALUE, "platforms.sev-snp.signers[0]", "\"any" },
		{ SNP_POLICY, IN_SNP, IN_SNP "\"vmpl\":4,", AH_ERR_POLICY_VALUE, "platforms.sev-snp.vmpl", "4,\"rel" },
		{ SNP_POLICY, IN_SNP, IN_SNP "\"vmpl\":-1,", AH_ERR_POLICY_VALUE, "platforms.sev-snp.vmpl", "-1,\"rel" },
		{ SNP_POLICY, IN_SNP, IN_SNP "\"min_report_version\":1,", AH_ERR_POLICY_VALUE, "platforms.sev-snp.min_report_version", "1,\"rel" },
		{ SNP_POLICY, IN_SNP, IN_SNP "\"min_report_version\":6,", AH_ERR_POLICY_VALUE, "platforms.sev-snp.min_report_version", "6,\"rel" },
		{ SNP_POLICY, IN_SNP, IN_SNP "\"alias_check\":1,", AH_ERR_POLICY_VALUE, "platforms.sev-snp.alias_check", "1,\"rel" },
		{ SNP_POLICY, IN_SNP, IN_SNP "\"strict_platform_info\":null,", AH_ERR_POLICY_VALUE, "platforms.sev-snp.strict_platform_info", "null" },
		{ SNP_POLICY, IN_SNP, IN_SNP "\"allow_masked_chip_id\":[],", AH_ERR_POLICY_VALUE, "platforms.sev-snp.allow_masked_chip_id", "[],\"rel" },
		{ SNP_POLICY, IN_SNP, IN_SNP "\"debug\":{},", AH_ERR_POLICY_VALUE, "platforms.sev-snp.debug", "{},\"rel" },
		{ SNP_POLICY, IN_SNP, IN_SNP "\"chip_ids\":[\"" HEX32("1") "\"],", AH_ERR_POLICY_VALUE, "platforms.sev-snp.chip_ids[0]", "\"1111" },
		{ SNP_POLICY, IN_SNP, IN_SNP "\"chip_ids\":[\"" HEX64("0") "\"],", AH_ERR_POLICY_VALUE, "platforms.sev-snp.chip_ids[0]", "\"0000" },
		{ SNP_POLICY, IN_SNP, IN_SNP "\"chip_ids\":[\"*\"],", AH_ERR_POLICY_VALUE, "platforms.sev-snp.chip_ids[0]", "\"*" },
	};
	RUN(rows);
}

static void zero_measurements_refuse_the_policy(void)
{
	static const refusal rows[] = {
		{ NITRO_POLICY, HEX48("a"), HEX48("0"), AH_ERR_POLICY_ZERO_MEASUREMENT, "platforms.nitro.releases[0].pcrs.0", "\"0000" },
		{ NITRO_POLICY, HEX48("b"), HEX48("0"), AH_ERR_POLICY_ZERO_MEASUREMENT, "platforms.nitro.releases[0].pcrs.1", "\"0000" },
		{ NITRO_POLICY, HEX48("c"), HEX48("0"), AH_ERR_POLICY_ZERO_MEASUREMENT, "platforms.nitro.releases[0].pcrs.2", "\"0000" },
		{ NITRO_POLICY, "\"0\":", "\"8\":\"" HEX48("0") "\",\"0\":", AH_ERR_POLICY_ZERO_MEASUREMENT, "platforms.nitro.releases[0].pcrs.8", "\"0000" },
		{ SNP_POLICY, HEX48("d"), HEX48("0"), AH_ERR_POLICY_ZERO_MEASUREMENT, "platforms.sev-snp.releases[0].measurement", "\"0000" },
		{ SNP_POLICY, "\"measurement\":\"" HEX48("d"), "\"min_svn\":1,\"id_key_digest\":\"" HEX48("0"), AH_ERR_POLICY_ZERO_MEASUREMENT,
		  "platforms.sev-snp.releases[0].id_key_digest", "\"0000" },
		{ SNP_POLICY, AT_TOP, "\"revoked_measurements\":[\"" HEX48("0") "\"]," AT_TOP, AH_ERR_POLICY_ZERO_MEASUREMENT, "revoked_measurements[0]", "\"0000" },
	};
	RUN(rows);
}

static void contradictions_refuse_the_policy(void)
{
	static const refusal rows[] = {
		{ NITRO_POLICY, "2027-02-18T00:00:00Z", "2026-11-20T00:00:00Z", AH_ERR_POLICY_CONTRADICTION, "valid_until", "\"2026-11-20T00:00:00Z\",\"plat" },
		{ NITRO_POLICY, "\"issued_at\":\"2026-11-20T00:00:00Z\",\"valid_from\":\"2026-11-20", "\"issued_at\":\"2026-11-20T00:00:00Z\",\"valid_from\":\"2028-11-20",
		  AH_ERR_POLICY_CONTRADICTION, "valid_until", "\"2027-02" },
		{ NITRO_POLICY, "\"issued_at\":\"2026-11-20", "\"issued_at\":\"2028-11-20", AH_ERR_POLICY_CONTRADICTION, "valid_until", "\"2027-02" },
		{ NITRO_POLICY, AT_TOP, "\"manifest_keys\":[\"" HEX32("1") "\",\"" HEX32("2") "\",\"" HEX32("1") "\"]," AT_TOP, AH_ERR_POLICY_CONTRADICTION,
		  "manifest_keys[2]", "\"" HEX32("1") "\"]" },
		{ NITRO_POLICY, AT_TOP, "\"deployment_ids\":[\"a\",\"a\"]," AT_TOP, AH_ERR_POLICY_CONTRADICTION, "deployment_ids[1]", "\"a\"]" },
		{ NITRO_POLICY, AT_TOP, "\"revoked_measurements\":[\"" HEX48("1") "\",\"" HEX48("a") "\"]," AT_TOP, AH_ERR_POLICY_CONTRADICTION, "revoked_measurements[1]", "[\"1111" },
		{ NITRO_POLICY, AT_TOP, "\"revoked_measurements\":[\"" HEX48("c") "\"]," AT_TOP, AH_ERR_POLICY_CONTRADICTION, "revoked_measurements[0]", "[\"cccc" },
		{ NITRO_POLICY, "\"2\":\"" HEX48("c"), "\"2\":\"" HEX64("c"), AH_ERR_POLICY_CONTRADICTION, "platforms.nitro.releases[0].pcrs.2", "\"cccc" },
		{ NITRO_POLICY, NITRO_RELEASE, NITRO_RELEASE ",{\"release\":\"1.0\",\"pcrs\":{\"0\":\"" HEX48("1") "\",\"1\":\"" HEX48("b") "\",\"2\":\"" HEX48("c") "\"}}",
		  AH_ERR_POLICY_CONTRADICTION, "platforms.nitro.releases[1]", "{\"release\":\"1.0\",\"pcrs\":{\"0\":\"1111" },
		{ NITRO_POLICY, NITRO_RELEASE, NITRO_RELEASE ",{\"release\":\"1.1\",\"pcrs\":" NITRO_PCRS "}", AH_ERR_POLICY_CONTRADICTION, "platforms.nitro.releases[1]",
		  "{\"release\":\"1.1" },
		/* One enclave could be both: the second names one PCR more, the first says nothing of it. */
		{ NITRO_POLICY, NITRO_RELEASE, NITRO_RELEASE ",{\"release\":\"1.1\",\"pcrs\":{\"8\":\"" HEX48("1") "\",\"0\":\"" HEX48("a") "\",\"1\":\"" HEX48("b") "\",\"2\":\"" HEX48("c")
		  "\"}}", AH_ERR_POLICY_CONTRADICTION, "platforms.nitro.releases[1]", "{\"release\":\"1.1" },
		{ NITRO_POLICY, IN_NITRO, IN_NITRO "\"instance_ids\":[\"i-1\",\"i-1\"],", AH_ERR_POLICY_CONTRADICTION, "platforms.nitro.instance_ids[1]", "\"i-1\"]" },
		{ NITRO_POLICY, IN_NITRO, IN_NITRO "\"release_threshold\":1,", AH_ERR_POLICY_CONTRADICTION, "platforms.nitro.release_threshold", "1," },
		{ NITRO_POLICY, IN_NITRO, IN_NITRO "\"release_signers\":[],\"release_threshold\":1,", AH_ERR_POLICY_CONTRADICTION, "platforms.nitro.release_threshold", "1," },
		{ NITRO_POLICY, IN_NITRO, IN_NITRO "\"release_signers\":[\"" NPUB "\"],\"release_threshold\":2,", AH_ERR_POLICY_CONTRADICTION,
		  "platforms.nitro.release_threshold", "2," },
		{ NITRO_POLICY, IN_NITRO, IN_NITRO "\"stages\":[\"dev\",\"dev\"],", AH_ERR_POLICY_CONTRADICTION, "platforms.nitro.stages[1]", "\"dev\"]" },
		{ NITRO_POLICY, IN_NITRO, IN_NITRO "\"builders\":[\"" NPUB "\",\"" NPUB "\"],", AH_ERR_POLICY_CONTRADICTION, "platforms.nitro.builders[1]", "\"" NPUB "\"]" },
		{ SNP_POLICY, AT_TOP, "\"revoked_measurements\":[\"" HEX48("d") "\"]," AT_TOP, AH_ERR_POLICY_CONTRADICTION, "revoked_measurements[0]", "[\"dddd" },
		{ SNP_POLICY, "\"release\":\"1.0\"", "\"release\":\"1.0\",\"id_key_digest\":\"" HEX48("e") "\",\"min_svn\":0", AH_ERR_POLICY_CONTRADICTION,
		  "platforms.sev-snp.releases[0].id_key_digest", "\"eeee" },
		{ SNP_POLICY, "\"release\":\"1.0\"", "\"release\":\"1.0\",\"min_svn\":6", AH_ERR_POLICY_CONTRADICTION, "platforms.sev-snp.releases[0].min_svn", "6,\"meas" },
		{ SNP_POLICY, SNP_RELEASE, SNP_RELEASE ",{\"release\":\"1.0\",\"measurement\":\"" HEX48("1") "\"}", AH_ERR_POLICY_CONTRADICTION,
		  "platforms.sev-snp.releases[1]", "{\"release\":\"1.0\",\"measurement\":\"1111" },
		{ SNP_POLICY, SNP_RELEASE, SNP_RELEASE ",{\"release\":\"1.1\",\"measurement\":\"" HEX48("d") "\"}", AH_ERR_POLICY_CONTRADICTION,
		  "platforms.sev-snp.releases[1]", "{\"release\":\"1.1" },
		{ SNP_POLICY, SNP_RELEASE, "{\"release\":\"a\",\"id_key_digest\":\"" HEX48("d") "\",\"min_svn\":1},{\"release\":\"b\",\"id_key_digest\":\"" HEX48("d") "\",\"min_svn\":2}",
		  AH_ERR_POLICY_CONTRADICTION, "platforms.sev-snp.releases[1]", "{\"release\":\"b" },
		{ SNP_POLICY, "[\"Genoa\"]", "[\"Genoa\",\"Genoa\"]", AH_ERR_POLICY_CONTRADICTION, "platforms.sev-snp.products[1]", "\"Genoa\"]" },
		{ SNP_POLICY, "[\"Genoa\"]", "[\"Genoa\",\"Milan\"]", AH_ERR_POLICY_CONTRADICTION, "platforms.sev-snp.products", "[\"Genoa\",\"Milan" },
		{ SNP_POLICY, "\"product\":\"Genoa\"", "\"product\":\"Milan\"", AH_ERR_POLICY_CONTRADICTION, "platforms.sev-snp.tcb_floors[0]", "[{\"product" },
		{ SNP_POLICY, "\"bl\":10", "\"fmc\":1,\"bl\":10", AH_ERR_POLICY_CONTRADICTION, "platforms.sev-snp.tcb_floors[0].fmc", "1,\"bl" },
		{ SNP_POLICY, FLOOR_GENOA, FLOOR_GENOA "," FLOOR_GENOA, AH_ERR_POLICY_CONTRADICTION, "platforms.sev-snp.tcb_floors[1]", FLOOR_GENOA "]" },
		{ SNP_POLICY, FLOOR_GENOA, "{\"product\":\"Genoa\",\"model\":17,\"bl\":1,\"tee\":0,\"snp\":1,\"ucode\":1},{\"product\":\"Genoa\",\"model\":17,\"bl\":2,\"tee\":0,\"snp\":1,\"ucode\":1}",
		  AH_ERR_POLICY_CONTRADICTION, "platforms.sev-snp.tcb_floors[1]", "{\"product\":\"Genoa\",\"model\":17,\"bl\":2" },
		{ SNP_POLICY, IN_SNP, IN_SNP "\"signers\":[\"vcek\",\"vcek\"],", AH_ERR_POLICY_CONTRADICTION, "platforms.sev-snp.signers[1]", "\"vcek\"]" },
		{ SNP_POLICY, IN_SNP, IN_SNP "\"allow_masked_chip_id\":true,\"chip_ids\":[],", AH_ERR_POLICY_CONTRADICTION, "platforms.sev-snp.allow_masked_chip_id", "true" },
		/* The long and the short form of one Turin chip. */
		{ SNP_POLICY, IN_SNP, IN_SNP "\"chip_ids\":[\"0123456789abcdef\",\"0123456789abcdef" X16("0000000") "\"],", AH_ERR_POLICY_CONTRADICTION,
		  "platforms.sev-snp.chip_ids[1]", "\"0123456789abcdef0" },
	};
	RUN(rows);
}

static void a_refusal_says_what_would_be_right(void)
{
	static const struct { const char *base, *find, *replacement, *detail; } rows[] = {
		{ NITRO_POLICY, "\"router\"", "5", "workload: must be a text" },
		{ NITRO_POLICY, "\"version\":7", "\"version\":0", "version: must be 1..9007199254740992" },
		{ NITRO_POLICY, "2027-02-18T", "2027-02-18 ", "valid_until: must be a time like 2026-11-20T09:20:31Z" },
		{ NITRO_POLICY, AT_TOP, "\"freshness\":\"new\"," AT_TOP, "freshness: must be one of none, cached, session" },
		{ NITRO_POLICY, HEX48("a"), "aa", "platforms.nitro.releases[0].pcrs.0: must be 64, 96 or 128 lowercase hex digits" },
		{ NITRO_POLICY, AT_TOP, "\"schema\":\"x\"," AT_TOP, "$: DuplicateKey" },
		{ NITRO_POLICY, "anchorhold.trust-bundle/v1", "x", "schema: must be anchorhold.trust-bundle/v1" },
		{ SNP_POLICY, HEX48("d"), "dd", "platforms.sev-snp.releases[0].measurement: must be 96 lowercase hex digits" },
		{ SNP_POLICY, IN_SNP, IN_SNP "\"chip_ids\":[\"zz\"],", "platforms.sev-snp.chip_ids[0]: must be 128 (Turin: or 16) lowercase hex digits" },
		{ SNP_POLICY, IN_SNP, IN_SNP "\"signers\":[\"psp\"],", "platforms.sev-snp.signers[0]: must be one of vcek, vlek" },
		{ SNP_POLICY, "\"product\":\"Genoa\"", "\"product\":\"Milan\"", "platforms.sev-snp.tcb_floors[0]: its product is not in products" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		ah_policy *p = NULL;
		ah_fault why = { .err = AH_OK };
		EXPECT(load_text(&p, edited(rows[i].base, rows[i].find, rows[i].replacement), &why) != AH_OK);
		EXPECT_MSG(strncmp(why.detail, rows[i].detail, strlen(rows[i].detail)) == 0, "wanted %s, got %s", rows[i].detail, why.detail);
	}
	ah_test_count(sizeof rows / sizeof rows[0]);
}

/* -- Limits: n works, n + 1 does not -- */

/* prefix, count elements made by the format from their number, suffix. */
static const char *list_of(size_t count, const char *member, const char *(*element)(size_t))
{
	static char text[400 * 1024];
	size_t len = (size_t)snprintf(text, sizeof text, "\"%s\":[", member);
	for (size_t i = 0; i < count; i++)
		len += (size_t)snprintf(text + len, sizeof text - len, "%s%s", i == 0 ? "" : ",", element(i));
	(void)snprintf(text + len, sizeof text - len, "]");
	return text;
}

static const char *hex_element(size_t i, size_t digits)
{
	static char text[160];
	(void)snprintf(text, sizeof text, "\"%0*zx\"", (int)digits, i + 1);
	return text;
}
static const char *hex32_element(size_t i) { return hex_element(i, 64); }
static const char *hex48_element(size_t i) { return hex_element(i, 96); }
static const char *hex64_element(size_t i) { return hex_element(i, 128); }

static const char *nitro_release_element(size_t i)
{
	static char text[512];
	(void)snprintf(text, sizeof text, "{\"release\":\"r%zu\",\"pcrs\":{\"0\":\"%096zx\",\"1\":\"" HEX48("b") "\",\"2\":\"" HEX48("c") "\"}}", i, i + 1);
	return text;
}

static const char *snp_release_element(size_t i)
{
	static char text[512];
	(void)snprintf(text, sizeof text, "{\"release\":\"r%zu\",\"measurement\":\"%096zx\"}", i, i + 1);
	return text;
}

static const char *floor_element(size_t i)
{
	static char text[256];
	(void)snprintf(text, sizeof text, "{\"product\":\"Genoa\",\"model\":%zu,\"bl\":1,\"tee\":0,\"snp\":1,\"ucode\":1}", i);
	return text;
}

static void every_list_has_an_exact_limit(void)
{
	static const struct { const char *base, *find, *member, *path; const char *(*element)(size_t); size_t max; bool after; } rows[] = {
		{ NITRO_POLICY, AT_TOP, "allowed_workload_identity_tags", "allowed_workload_identity_tags", hex32_element, AH_POLICY_LIST_MAX, false },
		{ NITRO_POLICY, AT_TOP, "manifest_keys", "manifest_keys", hex32_element, AH_POLICY_LIST_MAX, false },
		{ NITRO_POLICY, AT_TOP, "service_keys", "service_keys", hex32_element, AH_POLICY_LIST_MAX, false },
		{ NITRO_POLICY, AT_TOP, "deployment_ids", "deployment_ids", hex64_element, AH_POLICY_LIST_MAX, false },
		{ NITRO_POLICY, AT_TOP, "revoked_tls_spki", "revoked_tls_spki", hex32_element, AH_POLICY_LIST_MAX, false },
		{ NITRO_POLICY, AT_TOP, "revoked_measurements", "revoked_measurements", hex48_element, AH_POLICY_LIST_MAX, false },
		{ NITRO_POLICY, AT_TOP, "simulated_roots", "simulated_roots", hex32_element, AH_SIMULATED_ROOTS_MAX, false },
		{ NITRO_POLICY, IN_NITRO, "instance_ids", "platforms.nitro.instance_ids", hex32_element, AH_POLICY_LIST_MAX, true },
		{ NITRO_POLICY, IN_NITRO, "builders", "platforms.nitro.builders", hex32_element, AH_POLICY_LIST_MAX, true },
		{ NITRO_POLICY, IN_NITRO, "launchers", "platforms.nitro.launchers", hex32_element, AH_POLICY_LIST_MAX, true },
		{ SNP_POLICY, IN_SNP, "chip_ids", "platforms.sev-snp.chip_ids", hex64_element, AH_POLICY_LIST_MAX, true },
		{ NITRO_POLICY, "\"releases\":[" NITRO_RELEASE "]", "releases", "platforms.nitro.releases", nitro_release_element, AH_POLICY_RELEASES_MAX, false },
		{ SNP_POLICY, "\"releases\":[" SNP_RELEASE "]", "releases", "platforms.sev-snp.releases", snp_release_element, AH_POLICY_RELEASES_MAX, false },
		{ SNP_POLICY, "\"tcb_floors\":[" FLOOR_GENOA "]", "tcb_floors", "platforms.sev-snp.tcb_floors", floor_element, AH_POLICY_FLOORS_MAX, false },
	};
	static char replacement[420 * 1024];
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		bool is_object = rows[i].find[strlen(rows[i].find) - 1] == '{';
		for (size_t more = 0; more < 2; more++) {
			const char *list = list_of(rows[i].max + more, rows[i].member, rows[i].element);
			if (!is_object)
				(void)snprintf(replacement, sizeof replacement, "%s", list);
			else if (rows[i].after)
				(void)snprintf(replacement, sizeof replacement, "%s%s,", rows[i].find, list);
			else
				(void)snprintf(replacement, sizeof replacement, "%s,%s", list, rows[i].find);
			const char *text = edited(rows[i].base, rows[i].find, replacement);
			if (more == 0)
				ah_policy_free(loaded(text));
			else
				EXPECT_MSG(refused_as(text, AH_ERR_POLICY_VALUE, rows[i].path, strchr(list, '[')), "%s", rows[i].path);
		}
	}
	ah_test_count(sizeof rows / sizeof rows[0]);
}

static void every_scalar_is_taken_at_its_bounds(void)
{
	static const struct { const char *base, *find, *replacement; } rows[] = {
		{ NITRO_POLICY, "\"version\":7", "\"version\":1" },
		{ NITRO_POLICY, "\"version\":7", "\"version\":9007199254740992" },
		{ NITRO_POLICY, "\"router\"", "\"" HEX64("w") "\"" },
		{ NITRO_POLICY, "\"router\"", "\" ~\"" },
		{ NITRO_POLICY, "2027-02-18T00:00:00Z", "2026-11-20T00:00:01Z" },
		{ NITRO_POLICY, AT_TOP, "\"max_evidence_age_seconds\":1," AT_TOP },
		{ NITRO_POLICY, AT_TOP, "\"max_evidence_age_seconds\":3600," AT_TOP },
		{ NITRO_POLICY, AT_TOP, "\"freshness\":\"none\"," AT_TOP },
		{ SNP_POLICY, IN_SNP, IN_SNP "\"vmpl\":3," },
		{ SNP_POLICY, IN_SNP, IN_SNP "\"min_report_version\":2," },
		{ SNP_POLICY, IN_SNP, IN_SNP "\"min_report_version\":5," },
		{ SNP_POLICY, "\"bl\":10", "\"model\":255,\"bl\":255" },
		{ SNP_POLICY, "\"measurement\"", "\"min_svn\":0,\"id_key_digest\"" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		ah_policy_free(loaded(edited(rows[i].base, rows[i].find, rows[i].replacement)));
	ah_test_count(sizeof rows / sizeof rows[0]);
}

static void no_prefix_of_a_policy_loads(void)
{
	for (size_t len = 0; len < sizeof SNP_POLICY - 1; len++) {
		ah_policy *p = NULL;
		EXPECT_ERR(ah_policy_load(&p, ah_slice_make(SNP_POLICY, len), NULL), AH_ERR_POLICY_MALFORMED);
		EXPECT(p == NULL);
	}
	ah_test_count(sizeof SNP_POLICY - 1);
}

/* -- docs/protocol/policy.md -- */

static void every_example_of_the_documentation_loads(void)
{
	const char *root = getenv("AH_SOURCE_ROOT");
	if (root == NULL)
		AH_SKIP("AH_SOURCE_ROOT is not set");
	AH_AUTO(ah_buf) doc = AH_BUF(1 << 20);
	EXPECT(ah_test_read(&doc, "%s/docs/protocol/policy.md", root));
	EXPECT_OK(ah_buf_append_byte(&doc, 0));
	static const char fence[] = "\n```json\n";
	bool nitro = false, snp = false, tdx = false;
	size_t examples = 0;
	for (const char *at = (const char *)doc.ptr; (at = strstr(at, fence)) != NULL; examples++) {
		at += sizeof fence - 1;
		const char *end = strstr(at, "\n```");
		EXPECT(end != NULL);
		ah_policy *p = NULL;
		ah_fault why = { .err = AH_OK };
		ah_err err = ah_policy_load(&p, ah_slice_make(at, (size_t)(end - at)), &why);
		EXPECT_MSG(err == AH_OK, "example %zu: %s", examples, why.detail);
		nitro = nitro || p->nitro.present;
		snp = snp || p->snp.present;
		tdx = tdx || p->tdx.present;
		ah_policy_free(p);
		at = end;
	}
	EXPECT(examples >= 3 && nitro && snp && tdx);
	ah_test_count(examples);
}

static const ah_test_case cases[] = {
	AH_TEST(a_minimal_nitro_policy_gets_its_defaults),
	AH_TEST(a_minimal_snp_policy_gets_its_defaults),
	AH_TEST(every_member_of_the_document_is_taken),
	AH_TEST(every_member_of_nitro_is_taken),
	AH_TEST(every_member_of_snp_is_taken),
	AH_TEST(a_masked_chip_id_may_be_allowed_where_no_chip_is_listed),
	AH_TEST(an_empty_list_is_not_an_absent_one),
	AH_TEST(pcrs_of_32_48_and_64_bytes_are_taken),
	AH_TEST(both_platforms_stand_in_one_policy),
	AH_TEST(releases_that_share_an_image_may_differ_in_another_pcr),
	AH_TEST(no_json_is_malformed),
	AH_TEST(a_document_that_is_not_our_kind_of_json_is_malformed),
	AH_TEST(a_member_that_stands_twice_is_malformed),
	AH_TEST(the_size_limit_is_exact),
	AH_TEST(another_schema_is_said_before_its_members),
	AH_TEST(unknown_members_refuse_the_policy),
	AH_TEST(a_long_unknown_name_leaves_room_for_the_reason),
	AH_TEST(a_name_beyond_ascii_stays_printable_in_the_detail),
	AH_TEST(missing_members_refuse_the_policy),
	AH_TEST(wrong_values_of_the_document_refuse_it),
	AH_TEST(wrong_values_of_nitro_refuse_it),
	AH_TEST(wrong_values_of_snp_refuse_it),
	AH_TEST(zero_measurements_refuse_the_policy),
	AH_TEST(contradictions_refuse_the_policy),
	AH_TEST(a_refusal_says_what_would_be_right),
	AH_TEST(every_list_has_an_exact_limit),
	AH_TEST(every_scalar_is_taken_at_its_bounds),
	AH_TEST(no_prefix_of_a_policy_loads),
	AH_TEST(every_example_of_the_documentation_loads),
};
AH_TEST_MAIN(cases)
