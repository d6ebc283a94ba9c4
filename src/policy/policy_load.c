/*
 * Loading a policy: each object of the schema is a table of its members and one function that takes their values.
 * docs/protocol/policy.md describes every member; the order here is the order there. platforms.tdx is in policy_load_tdx.c.
 */
#include "policy/policy_values.h"

#include "base/fault.h"
#include "policy/instance_event.h"

#include <stdio.h>

#define STEP "policy.load"
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static_assert(AH_NITRO_PCR_COUNT <= AH_POLICY_MEMBERS_MAX, "every PCR is a member of its object");

/* -- platforms.nitro -- */

/* Zero in a debug enclave (PCR 0 to 2), or in an image that nobody signed (PCR 8): naming zero would pin nothing. */
static bool pcr_may_be_zero(unsigned pcr)
{
	return pcr > 2 && pcr != 8;
}

static ah_err take_pcr(ah_policy_reader *r, void *into, unsigned pcr)
{
	ah_nitro_release *release = (ah_nitro_release *)into;
	size_t off = ah_json_pos(&r->j), len = 0;
	AH_TRY(ah__policy_take_hash(r, release->pcrs[pcr], &len));
	if (!pcr_may_be_zero(pcr) && ah_slice_is_zero(ah_slice_make(release->pcrs[pcr], len)))
		return ah__policy_refuse(r, AH_ERR_POLICY_ZERO_MEASUREMENT, off, "all zero, as in debug mode");
	for (unsigned i = 0; i < AH_NITRO_PCR_COUNT; i++)
		if ((release->pcr_mask >> i & 1) != 0 && release->pcr_len[i] != len)
			return ah__policy_refuse(r, AH_ERR_POLICY_CONTRADICTION, off, "not as long as PCR %u", i);
	release->pcr_len[pcr] = (uint8_t)len;
	release->pcr_mask |= UINT32_C(1) << pcr;
	return AH_OK;
}

static const ah_policy_member pcr_members[AH_NITRO_PCR_COUNT] = {
	{ "0", true }, { "1", true }, { "2", true }, { "3", false }, { "4", false }, { "5", false }, { "6", false }, { "7", false },
	{ "8", false }, { "9", false }, { "10", false }, { "11", false }, { "12", false }, { "13", false }, { "14", false }, { "15", false },
	{ "16", false }, { "17", false }, { "18", false }, { "19", false }, { "20", false }, { "21", false }, { "22", false }, { "23", false },
	{ "24", false }, { "25", false }, { "26", false }, { "27", false }, { "28", false }, { "29", false }, { "30", false }, { "31", false },
};
static const ah_policy_object pcrs_object = { pcr_members, COUNT(pcr_members), take_pcr };

enum nitro_release_member { NITRO_RELEASE_NAME, NITRO_RELEASE_PCRS };
static const ah_policy_member nitro_release_members[] = {
	[NITRO_RELEASE_NAME] = { "release", true },
	[NITRO_RELEASE_PCRS] = { "pcrs", true },
};

static ah_err take_nitro_release_member(ah_policy_reader *r, void *into, unsigned member)
{
	ah_nitro_release *release = (ah_nitro_release *)into;
	size_t at[AH_POLICY_MEMBERS_MAX];
	switch ((enum nitro_release_member)member) {
	case NITRO_RELEASE_NAME: return ah__policy_take_text(r, release->release);
	case NITRO_RELEASE_PCRS: return ah__policy_take_object(r, &pcrs_object, release, at);
	}
	return AH_ERR_INTERNAL;
}
static const ah_policy_object nitro_release_object = { nitro_release_members, COUNT(nitro_release_members), take_nitro_release_member };

/* True when one document could match both: no PCR that both name differs. The verdict could not say which release it is. */
static bool nitro_releases_overlap(const ah_nitro_release *a, const ah_nitro_release *b)
{
	uint32_t both = a->pcr_mask & b->pcr_mask;
	for (unsigned i = 0; i < AH_NITRO_PCR_COUNT; i++)
		if ((both >> i & 1) != 0 && !ah_slice_is(ah_slice_make(a->pcrs[i], a->pcr_len[i]), ah_slice_make(b->pcrs[i], b->pcr_len[i])))
			return false;
	return true;
}

static ah_err take_nitro_releases(ah_policy_reader *r, ah_nitro_policy *nitro)
{
	size_t start = ah_json_pos(&r->j), count = 0, at[AH_POLICY_MEMBERS_MAX];
	AH_TRY(ah__policy_take_array(r, 1, AH_POLICY_RELEASES_MAX, &count));
	nitro->releases = ah_alloc(count * sizeof *nitro->releases);
	if (nitro->releases == NULL)
		return ah__policy_refuse(r, AH_ERR_NOMEM, start, "no memory");
	while (ah_json_next_element(&r->j)) {
		assert(nitro->release_count < count);
		ah_nitro_release *added = &nitro->releases[nitro->release_count];
		size_t off = ah_json_pos(&r->j), here = ah__policy_enter_index(r, nitro->release_count);
		AH_TRY(ah__policy_take_object(r, &nitro_release_object, added, at));
		for (size_t i = 0; i < nitro->release_count; i++) {
			if (strcmp(nitro->releases[i].release, added->release) == 0)
				return ah__policy_refuse(r, AH_ERR_POLICY_CONTRADICTION, off, "named as releases[%zu]", i);
			if (nitro_releases_overlap(&nitro->releases[i], added))
				return ah__policy_refuse(r, AH_ERR_POLICY_CONTRADICTION, off, "the measurement of releases[%zu]", i);
		}
		nitro->release_count++;
		ah__policy_leave(r, here);
	}
	return AH_OK;
}

/* The version of an announcement is compared with it as numbers, so a floor is numbers alone. */
static ah_err take_min_version(ah_policy_reader *r, char out[static AH_POLICY_TEXT_MAX + 1])
{
	size_t off = ah_json_pos(&r->j);
	AH_TRY(ah__policy_take_text(r, out));
	if (!ah__version_is_floor(ah_slice_text(out)))
		return ah__policy_refuse(r, AH_ERR_POLICY_VALUE, off, "must be 1 to 4 numbers of at most 9 digits, with dots between");
	return AH_OK;
}

static ah_err take_stages(ah_policy_reader *r, ah_text_list *list)
{
	static const char *const names[] = { "prod", "dev", "debug" };
	size_t start = ah_json_pos(&r->j), count = 0;
	AH_TRY(ah__policy_take_array(r, 0, COUNT(names), &count));
	list->present = true;
	if (count != 0 && (list->items = ah_alloc(count * sizeof *list->items)) == NULL)
		return ah__policy_refuse(r, AH_ERR_NOMEM, start, "no memory");
	for (; ah_json_next_element(&r->j); list->count++) {
		size_t off = ah_json_pos(&r->j), here = ah__policy_enter_index(r, list->count);
		unsigned index = 0;
		assert(list->count < count);
		AH_TRY(ah__policy_take_choice(r, names, COUNT(names), &index));
		for (size_t i = 0; i < list->count; i++)
			if (strcmp(list->items[i], names[index]) == 0)
				return ah__policy_refuse(r, AH_ERR_POLICY_CONTRADICTION, off, "listed before");
		(void)snprintf(list->items[list->count], sizeof list->items[0], "%s", names[index]);
		ah__policy_leave(r, here);
	}
	return AH_OK;
}

enum nitro_member {
	NITRO_RELEASES, NITRO_DEBUG, NITRO_INSTANCE_IDS, NITRO_BUILDERS, NITRO_LAUNCHERS, NITRO_RELEASE_SIGNERS, NITRO_RELEASE_THRESHOLD, NITRO_MIN_VERSION,
	NITRO_STAGES, NITRO_REQUIRE_BUILD, NITRO_REQUIRE_LAUNCH
};
static const ah_policy_member nitro_members[] = {
	[NITRO_RELEASES] = { "releases", true },
	[NITRO_DEBUG] = { "debug", false },
	[NITRO_INSTANCE_IDS] = { "instance_ids", false },
	[NITRO_BUILDERS] = { "builders", false },
	[NITRO_LAUNCHERS] = { "launchers", false },
	[NITRO_RELEASE_SIGNERS] = { "release_signers", false },
	[NITRO_RELEASE_THRESHOLD] = { "release_threshold", false },
	[NITRO_MIN_VERSION] = { "min_version", false },
	[NITRO_STAGES] = { "stages", false },
	[NITRO_REQUIRE_BUILD] = { "require_build", false },
	[NITRO_REQUIRE_LAUNCH] = { "require_launch", false },
};

static ah_err take_nitro_member(ah_policy_reader *r, void *into, unsigned member)
{
	ah_nitro_policy *nitro = (ah_nitro_policy *)into;
	switch ((enum nitro_member)member) {
	case NITRO_RELEASES: return take_nitro_releases(r, nitro);
	case NITRO_DEBUG: return ah__policy_take_bool(r, &nitro->debug);
	case NITRO_INSTANCE_IDS: return ah__policy_take_texts(r, &nitro->instance_ids);
	case NITRO_BUILDERS: return ah__policy_take_npubs(r, &nitro->builders);
	case NITRO_LAUNCHERS: return ah__policy_take_npubs(r, &nitro->launchers);
	case NITRO_RELEASE_SIGNERS: return ah__policy_take_npubs(r, &nitro->release_signers);
	case NITRO_RELEASE_THRESHOLD: return ah__policy_take_u32(r, &nitro->release_threshold, 1, AH_EVENT_SIGNERS_MAX);
	case NITRO_MIN_VERSION: return take_min_version(r, nitro->min_version);
	case NITRO_STAGES: return take_stages(r, &nitro->stages);
	case NITRO_REQUIRE_BUILD: return ah__policy_take_bool(r, &nitro->require_build);
	case NITRO_REQUIRE_LAUNCH: return ah__policy_take_bool(r, &nitro->require_launch);
	}
	return AH_ERR_INTERNAL;
}
static const ah_policy_object nitro_object = { nitro_members, COUNT(nitro_members), take_nitro_member };

/* All of them by default. More than an event can hold, or than are listed, could never be met. */
static ah_err check_release_signers(ah_policy_reader *r, ah_nitro_policy *nitro, const size_t at[static AH_POLICY_MEMBERS_MAX])
{
	size_t listed = nitro->release_signers.count, threshold = at[NITRO_RELEASE_THRESHOLD];
	if (threshold != 0 && !nitro->release_signers.present)
		return ah__policy_refuse_member(r, AH_ERR_POLICY_CONTRADICTION, threshold, "release_threshold", "without release_signers");
	if (threshold != 0 && nitro->release_threshold > listed)
		return ah__policy_refuse_member(r, AH_ERR_POLICY_CONTRADICTION, threshold, "release_threshold", "more than there are release_signers");
	if (threshold == 0 && listed > AH_EVENT_SIGNERS_MAX)
		return ah__policy_refuse_member(r, AH_ERR_POLICY_CONTRADICTION, at[NITRO_RELEASE_SIGNERS], "release_signers",
		                                "all of them are required, more than an event can hold: give release_threshold");
	if (threshold == 0)
		nitro->release_threshold = (uint32_t)listed;
	return AH_OK;
}

static ah_err take_nitro(ah_policy_reader *r, ah_nitro_policy *nitro)
{
	size_t at[AH_POLICY_MEMBERS_MAX];
	nitro->present = true;
	nitro->require_build = true;
	nitro->require_launch = true;
	AH_TRY(ah__policy_take_object(r, &nitro_object, nitro, at));
	return check_release_signers(r, nitro, at);
}

/* -- platforms.sev-snp -- */

enum snp_release_member { SNP_RELEASE_NAME, SNP_RELEASE_MEASUREMENT, SNP_RELEASE_ID_KEY_DIGEST, SNP_RELEASE_MIN_SVN };
static const ah_policy_member snp_release_members[] = {
	[SNP_RELEASE_NAME] = { "release", true },
	[SNP_RELEASE_MEASUREMENT] = { "measurement", false },
	[SNP_RELEASE_ID_KEY_DIGEST] = { "id_key_digest", false },
	[SNP_RELEASE_MIN_SVN] = { "min_svn", false },
};

static ah_err take_digest48(ah_policy_reader *r, uint8_t out[static 48])
{
	size_t off = ah_json_pos(&r->j);
	AH_TRY(ah__policy_take_hex(r, out, 48));
	if (ah_slice_is_zero(ah_slice_make(out, 48)))
		return ah__policy_refuse(r, AH_ERR_POLICY_ZERO_MEASUREMENT, off, "all zero");
	return AH_OK;
}

static ah_err take_snp_release_member(ah_policy_reader *r, void *into, unsigned member)
{
	ah_snp_release *release = (ah_snp_release *)into;
	switch ((enum snp_release_member)member) {
	case SNP_RELEASE_NAME: return ah__policy_take_text(r, release->release);
	case SNP_RELEASE_MEASUREMENT: return take_digest48(r, release->measurement);
	case SNP_RELEASE_ID_KEY_DIGEST: return take_digest48(r, release->id_key_digest);
	case SNP_RELEASE_MIN_SVN: return ah__policy_take_u32(r, &release->min_svn, 0, UINT32_MAX);
	}
	return AH_ERR_INTERNAL;
}
static const ah_policy_object snp_release_object = { snp_release_members, COUNT(snp_release_members), take_snp_release_member };

/* A release is known by its measurement, or by the key that signed its ID block together with the lowest version that is accepted. */
static ah_err take_snp_release(ah_policy_reader *r, ah_snp_release *release)
{
	size_t start = ah_json_pos(&r->j), at[AH_POLICY_MEMBERS_MAX];
	AH_TRY(ah__policy_take_object(r, &snp_release_object, release, at));
	size_t measurement = at[SNP_RELEASE_MEASUREMENT], id_key = at[SNP_RELEASE_ID_KEY_DIGEST], min_svn = at[SNP_RELEASE_MIN_SVN];
	if (measurement != 0 && id_key != 0)
		return ah__policy_refuse_member(r, AH_ERR_POLICY_CONTRADICTION, id_key, "id_key_digest", "beside measurement");
	if (measurement != 0 && min_svn != 0)
		return ah__policy_refuse_member(r, AH_ERR_POLICY_CONTRADICTION, min_svn, "min_svn", "beside measurement");
	if (id_key != 0 && min_svn == 0)
		return ah__policy_refuse_member(r, AH_ERR_POLICY_MISSING_MEMBER, start, "min_svn", "required by id_key_digest");
	if (min_svn != 0 && id_key == 0)
		return ah__policy_refuse_member(r, AH_ERR_POLICY_MISSING_MEMBER, start, "id_key_digest", "required by min_svn");
	if (measurement == 0 && id_key == 0)
		return ah__policy_refuse_member(r, AH_ERR_POLICY_MISSING_MEMBER, start, "measurement", "required, or id_key_digest");
	release->by_id_key = id_key != 0;
	return AH_OK;
}

static ah_slice snp_release_reference(const ah_snp_release *release)
{
	return release->by_id_key ? AH_SLICE_OF(release->id_key_digest) : AH_SLICE_OF(release->measurement);
}

static ah_err take_snp_releases(ah_policy_reader *r, ah_snp_policy *snp)
{
	size_t start = ah_json_pos(&r->j), count = 0;
	AH_TRY(ah__policy_take_array(r, 1, AH_POLICY_RELEASES_MAX, &count));
	snp->releases = ah_alloc(count * sizeof *snp->releases);
	if (snp->releases == NULL)
		return ah__policy_refuse(r, AH_ERR_NOMEM, start, "no memory");
	while (ah_json_next_element(&r->j)) {
		assert(snp->release_count < count);
		ah_snp_release *added = &snp->releases[snp->release_count];
		size_t off = ah_json_pos(&r->j), here = ah__policy_enter_index(r, snp->release_count);
		AH_TRY(take_snp_release(r, added));
		for (size_t i = 0; i < snp->release_count; i++) {
			const ah_snp_release *other = &snp->releases[i];
			if (strcmp(other->release, added->release) == 0)
				return ah__policy_refuse(r, AH_ERR_POLICY_CONTRADICTION, off, "named as releases[%zu]", i);
			if (other->by_id_key == added->by_id_key && ah_slice_is(snp_release_reference(other), snp_release_reference(added)))
				return ah__policy_refuse(r, AH_ERR_POLICY_CONTRADICTION, off, "the measurement of releases[%zu]", i);
		}
		snp->release_count++;
		ah__policy_leave(r, here);
	}
	return AH_OK;
}

static ah_err take_product(ah_policy_reader *r, ah_snp_product *out)
{
	static const char *const names[] = { "Milan", "Genoa", "Turin" };
	static const ah_snp_product products[] = { AH_SNP_MILAN, AH_SNP_GENOA, AH_SNP_TURIN };
	unsigned index = 0;
	AH_TRY(ah__policy_take_choice(r, names, COUNT(names), &index));
	*out = products[index];
	return AH_OK;
}

static ah_err take_products(ah_policy_reader *r, ah_snp_policy *snp)
{
	size_t count = 0;
	AH_TRY(ah__policy_take_array(r, 1, AH_POLICY_LIST_MAX, &count));
	for (size_t i = 0; ah_json_next_element(&r->j); i++) {
		size_t off = ah_json_pos(&r->j), here = ah__policy_enter_index(r, i);
		ah_snp_product product = AH_SNP_PRODUCT_NONE;
		AH_TRY(take_product(r, &product));
		if (snp->products[product])
			return ah__policy_refuse(r, AH_ERR_POLICY_CONTRADICTION, off, "listed before");
		snp->products[product] = true;
		ah__policy_leave(r, here);
	}
	return AH_OK;
}

static ah_err take_signers(ah_policy_reader *r, ah_snp_policy *snp)
{
	static const char *const names[] = { "vcek", "vlek" };
	size_t count = 0;
	AH_TRY(ah__policy_take_array(r, 1, AH_POLICY_LIST_MAX, &count));
	snp->signer_vcek = false; /* the default, now replaced */
	for (size_t i = 0; ah_json_next_element(&r->j); i++) {
		size_t off = ah_json_pos(&r->j), here = ah__policy_enter_index(r, i);
		unsigned index = 0;
		AH_TRY(ah__policy_take_choice(r, names, COUNT(names), &index));
		bool *signer = index == 0 ? &snp->signer_vcek : &snp->signer_vlek;
		if (*signer)
			return ah__policy_refuse(r, AH_ERR_POLICY_CONTRADICTION, off, "listed before");
		*signer = true;
		ah__policy_leave(r, here);
	}
	return AH_OK;
}

enum floor_member { FLOOR_PRODUCT, FLOOR_MODEL, FLOOR_FMC, FLOOR_BL, FLOOR_TEE, FLOOR_SNP, FLOOR_UCODE };
static const ah_policy_member floor_members[] = {
	[FLOOR_PRODUCT] = { "product", true },
	[FLOOR_MODEL] = { "model", false },
	[FLOOR_FMC] = { "fmc", false },
	[FLOOR_BL] = { "bl", true },
	[FLOOR_TEE] = { "tee", true },
	[FLOOR_SNP] = { "snp", true },
	[FLOOR_UCODE] = { "ucode", true },
};

static ah_err take_floor_member(ah_policy_reader *r, void *into, unsigned member)
{
	ah_snp_floor *floor = (ah_snp_floor *)into;
	switch ((enum floor_member)member) {
	case FLOOR_PRODUCT: return take_product(r, &floor->product);
	case FLOOR_MODEL: return ah__policy_take_u8(r, &floor->model);
	case FLOOR_FMC: return ah__policy_take_u8(r, &floor->tcb.fmc);
	case FLOOR_BL: return ah__policy_take_u8(r, &floor->tcb.bl);
	case FLOOR_TEE: return ah__policy_take_u8(r, &floor->tcb.tee);
	case FLOOR_SNP: return ah__policy_take_u8(r, &floor->tcb.snp);
	case FLOOR_UCODE: return ah__policy_take_u8(r, &floor->tcb.ucode);
	}
	return AH_ERR_INTERNAL;
}
static const ah_policy_object floor_object = { floor_members, COUNT(floor_members), take_floor_member };

static ah_err take_floor(ah_policy_reader *r, ah_snp_floor *floor)
{
	size_t start = ah_json_pos(&r->j), at[AH_POLICY_MEMBERS_MAX];
	AH_TRY(ah__policy_take_object(r, &floor_object, floor, at));
	floor->has_model = at[FLOOR_MODEL] != 0;
	floor->tcb.has_fmc = at[FLOOR_FMC] != 0;
	/* AMD 57230: TCB_VERSION has a component FMC from Turin on; before, the byte is another component. */
	if (floor->product == AH_SNP_TURIN && !floor->tcb.has_fmc)
		return ah__policy_refuse_member(r, AH_ERR_POLICY_MISSING_MEMBER, start, "fmc", "required for Turin");
	if (floor->product != AH_SNP_TURIN && floor->tcb.has_fmc)
		return ah__policy_refuse_member(r, AH_ERR_POLICY_CONTRADICTION, at[FLOOR_FMC], "fmc", "only Turin has it");
	return AH_OK;
}

static ah_err take_floors(ah_policy_reader *r, ah_snp_policy *snp)
{
	size_t count = 0;
	AH_TRY(ah__policy_take_array(r, 1, AH_POLICY_FLOORS_MAX, &count));
	while (ah_json_next_element(&r->j)) {
		assert(snp->floor_count < AH_POLICY_FLOORS_MAX);
		ah_snp_floor *added = &snp->floors[snp->floor_count];
		size_t off = ah_json_pos(&r->j), here = ah__policy_enter_index(r, snp->floor_count);
		AH_TRY(take_floor(r, added));
		for (size_t i = 0; i < snp->floor_count; i++) {
			const ah_snp_floor *other = &snp->floors[i];
			if (other->product == added->product && other->has_model == added->has_model && other->model == added->model)
				return ah__policy_refuse(r, AH_ERR_POLICY_CONTRADICTION, off, "the product and model of tcb_floors[%zu]", i);
		}
		snp->floor_count++;
		ah__policy_leave(r, here);
	}
	return AH_OK;
}

enum snp_member {
	SNP_RELEASES, SNP_PRODUCTS, SNP_TCB_FLOORS, SNP_SIGNERS, SNP_VMPL, SNP_MIN_REPORT_VERSION, SNP_ALIAS_CHECK, SNP_STRICT_PLATFORM_INFO,
	SNP_ALLOW_MASKED_CHIP_ID, SNP_DEBUG, SNP_CHIP_IDS
};
static const ah_policy_member snp_members[] = {
	[SNP_RELEASES] = { "releases", true },
	[SNP_PRODUCTS] = { "products", true },
	[SNP_TCB_FLOORS] = { "tcb_floors", true },
	[SNP_SIGNERS] = { "signers", false },
	[SNP_VMPL] = { "vmpl", false },
	[SNP_MIN_REPORT_VERSION] = { "min_report_version", false },
	[SNP_ALIAS_CHECK] = { "alias_check", false },
	[SNP_STRICT_PLATFORM_INFO] = { "strict_platform_info", false },
	[SNP_ALLOW_MASKED_CHIP_ID] = { "allow_masked_chip_id", false },
	[SNP_DEBUG] = { "debug", false },
	[SNP_CHIP_IDS] = { "chip_ids", false },
};

static ah_err take_snp_member(ah_policy_reader *r, void *into, unsigned member)
{
	ah_snp_policy *snp = (ah_snp_policy *)into;
	switch ((enum snp_member)member) {
	case SNP_RELEASES: return take_snp_releases(r, snp);
	case SNP_PRODUCTS: return take_products(r, snp);
	case SNP_TCB_FLOORS: return take_floors(r, snp);
	case SNP_SIGNERS: return take_signers(r, snp);
	case SNP_VMPL: return ah__policy_take_u32(r, &snp->vmpl, 0, 3);
	case SNP_MIN_REPORT_VERSION: return ah__policy_take_u32(r, &snp->min_report_version, 2, 5);
	case SNP_ALIAS_CHECK: return ah__policy_take_bool(r, &snp->alias_check);
	case SNP_STRICT_PLATFORM_INFO: return ah__policy_take_bool(r, &snp->strict_platform_info);
	case SNP_ALLOW_MASKED_CHIP_ID: return ah__policy_take_bool(r, &snp->allow_masked_chip_id);
	case SNP_DEBUG: return ah__policy_take_bool(r, &snp->debug);
	case SNP_CHIP_IDS: return ah__policy_take_chip_ids(r, &snp->chip_ids);
	}
	return AH_ERR_INTERNAL;
}
static const ah_policy_object snp_object = { snp_members, COUNT(snp_members), take_snp_member };

/* Members that are right each by itself and cannot be meant together. */
static ah_err check_snp(ah_policy_reader *r, const ah_snp_policy *snp, const size_t at[static AH_POLICY_MEMBERS_MAX])
{
	bool has_floor[COUNT(snp->products)] = { false };
	for (size_t i = 0; i < snp->floor_count; i++) {
		has_floor[snp->floors[i].product] = true;
		if (!snp->products[snp->floors[i].product])
			return ah__policy_refuse_element(r, AH_ERR_POLICY_CONTRADICTION, at[SNP_TCB_FLOORS], "tcb_floors", i, "its product is not in products");
	}
	for (unsigned p = AH_SNP_MILAN; p <= AH_SNP_TURIN; p++)
		if (snp->products[p] && !has_floor[p])
			return ah__policy_refuse_member(r, AH_ERR_POLICY_CONTRADICTION, at[SNP_PRODUCTS], "products", "a product has no floor in tcb_floors");
	if (snp->allow_masked_chip_id && snp->chip_ids.present)
		return ah__policy_refuse_member(r, AH_ERR_POLICY_CONTRADICTION, at[SNP_ALLOW_MASKED_CHIP_ID], "allow_masked_chip_id", "beside chip_ids");
	return AH_OK;
}

static ah_err take_snp(ah_policy_reader *r, ah_snp_policy *snp)
{
	size_t at[AH_POLICY_MEMBERS_MAX];
	snp->present = true;
	snp->signer_vcek = true;
	snp->min_report_version = 3;
	snp->alias_check = true;
	AH_TRY(ah__policy_take_object(r, &snp_object, snp, at));
	return check_snp(r, snp, at);
}

/* -- platforms -- */

enum platforms_member { PLATFORMS_NITRO, PLATFORMS_SNP, PLATFORMS_TDX };
static const ah_policy_member platforms_members[] = {
	[PLATFORMS_NITRO] = { "nitro", false },
	[PLATFORMS_SNP] = { "sev-snp", false },
	[PLATFORMS_TDX] = { "tdx", false },
};

static ah_err take_platforms_member(ah_policy_reader *r, void *into, unsigned member)
{
	ah_policy *policy = (ah_policy *)into;
	switch ((enum platforms_member)member) {
	case PLATFORMS_NITRO: return take_nitro(r, &policy->nitro);
	case PLATFORMS_SNP: return take_snp(r, &policy->snp);
	case PLATFORMS_TDX: return ah__policy_take_tdx(r, &policy->tdx);
	}
	return AH_ERR_INTERNAL;
}
static const ah_policy_object platforms_object = { platforms_members, COUNT(platforms_members), take_platforms_member };

static ah_err take_platforms(ah_policy_reader *r, ah_policy *policy)
{
	size_t start = ah_json_pos(&r->j), at[AH_POLICY_MEMBERS_MAX];
	AH_TRY(ah__policy_take_object(r, &platforms_object, policy, at));
	if (!policy->nitro.present && !policy->snp.present && !policy->tdx.present)
		return ah__policy_refuse(r, AH_ERR_POLICY_VALUE, start, "may not be empty");
	return AH_OK;
}

/* -- The document -- */

enum top_member {
	TOP_SCHEMA, TOP_WORKLOAD, TOP_VERSION, TOP_ISSUED_AT, TOP_VALID_FROM, TOP_VALID_UNTIL, TOP_FRESHNESS, TOP_MAX_EVIDENCE_AGE, TOP_REQUIRE_REVOCATION,
	TOP_PLATFORMS, TOP_IDENTITY_TAGS, TOP_MANIFEST_KEYS, TOP_DEPLOYMENT_IDS, TOP_SERVICE_KEYS, TOP_REVOKED_TLS_SPKI, TOP_REVOKED_MEASUREMENTS,
	TOP_SIMULATED_ROOTS
};
static const ah_policy_member top_members[] = {
	[TOP_SCHEMA] = { "schema", true },
	[TOP_WORKLOAD] = { "workload", true },
	[TOP_VERSION] = { "version", true },
	[TOP_ISSUED_AT] = { "issued_at", true },
	[TOP_VALID_FROM] = { "valid_from", true },
	[TOP_VALID_UNTIL] = { "valid_until", true },
	[TOP_FRESHNESS] = { "freshness", false },
	[TOP_MAX_EVIDENCE_AGE] = { "max_evidence_age_seconds", false },
	[TOP_REQUIRE_REVOCATION] = { "require_revocation", false },
	[TOP_PLATFORMS] = { "platforms", true },
	[TOP_IDENTITY_TAGS] = { "allowed_workload_identity_tags", false },
	[TOP_MANIFEST_KEYS] = { "manifest_keys", false },
	[TOP_DEPLOYMENT_IDS] = { "deployment_ids", false },
	[TOP_SERVICE_KEYS] = { "service_keys", false },
	[TOP_REVOKED_TLS_SPKI] = { "revoked_tls_spki", false },
	[TOP_REVOKED_MEASUREMENTS] = { "revoked_measurements", false },
	[TOP_SIMULATED_ROOTS] = { "simulated_roots", false },
};

static ah_err take_freshness(ah_policy_reader *r, ah_freshness *out)
{
	static const char *const names[] = { "none", "cached", "session" };
	static const ah_freshness values[] = { AH_FRESHNESS_NONE, AH_FRESHNESS_CACHED, AH_FRESHNESS_SESSION };
	unsigned index = 0;
	AH_TRY(ah__policy_take_choice(r, names, COUNT(names), &index));
	*out = values[index];
	return AH_OK;
}

static ah_err take_bytes32(ah_policy_reader *r, ah_byte_list *list)
{
	return ah__policy_take_bytes(r, list, 32, AH_POLICY_LIST_MAX, AH_ERR_POLICY_VALUE);
}

static ah_err take_top_member(ah_policy_reader *r, void *into, unsigned member)
{
	ah_policy *policy = (ah_policy *)into;
	switch ((enum top_member)member) {
	case TOP_SCHEMA: (void)ah_json_raw(&r->j); return AH_OK; /* check_schema() was before */
	case TOP_WORKLOAD: return ah__policy_take_text(r, policy->workload);
	case TOP_VERSION: return ah__policy_take_int(r, &policy->version, 1, AH_POLICY_VERSION_MAX);
	case TOP_ISSUED_AT: return ah__policy_take_time(r, &policy->issued_at_s);
	case TOP_VALID_FROM: return ah__policy_take_time(r, &policy->valid_from_s);
	case TOP_VALID_UNTIL: return ah__policy_take_time(r, &policy->valid_until_s);
	case TOP_FRESHNESS: return take_freshness(r, &policy->freshness);
	case TOP_MAX_EVIDENCE_AGE: return ah__policy_take_int(r, &policy->max_evidence_age_s, 1, AH_EVIDENCE_AGE_MAX_S);
	case TOP_REQUIRE_REVOCATION: return ah__policy_take_bool(r, &policy->require_revocation);
	case TOP_PLATFORMS: return take_platforms(r, policy);
	case TOP_IDENTITY_TAGS: return take_bytes32(r, &policy->allowed_workload_identity_tags);
	case TOP_MANIFEST_KEYS: return take_bytes32(r, &policy->manifest_keys);
	case TOP_DEPLOYMENT_IDS: return ah__policy_take_texts(r, &policy->deployment_ids);
	case TOP_SERVICE_KEYS: return take_bytes32(r, &policy->service_keys);
	case TOP_REVOKED_TLS_SPKI: return take_bytes32(r, &policy->revoked_tls_spki);
	case TOP_REVOKED_MEASUREMENTS:
		return ah__policy_take_bytes(r, &policy->revoked_measurements, 48, AH_POLICY_LIST_MAX, AH_ERR_POLICY_ZERO_MEASUREMENT);
	case TOP_SIMULATED_ROOTS:
		return ah__policy_take_bytes(r, &policy->simulated_roots, 32, AH_SIMULATED_ROOTS_MAX, AH_ERR_POLICY_VALUE);
	}
	return AH_ERR_INTERNAL;
}
static const ah_policy_object top_object = { top_members, COUNT(top_members), take_top_member };

/* Looked at before everything else, so that a document of another kind is called that, whatever its members are. */
static ah_err check_schema(ah_policy_reader *r)
{
	size_t start = ah_json_pos(&r->j);
	ah_json ahead = r->j;
	ah_slice name;
	if (ah_json_peek(&ahead) != AH_JSON_OBJECT)
		return ah__policy_refuse(r, AH_ERR_POLICY_MALFORMED, start, "must be an object");
	ah_json_object_begin(&ahead);
	while (ah_json_next_member(&ahead, &name)) {
		size_t off = ah_json_pos(&ahead);
		ah_slice value = ah_json_raw(&ahead);
		if (!ah_slice_is_text(name, "schema"))
			continue;
		if (!ah_slice_is_text(value, "\"" AH_POLICY_SCHEMA "\""))
			return ah__policy_refuse_member(r, AH_ERR_POLICY_MALFORMED, off, "schema", "must be " AH_POLICY_SCHEMA);
		return AH_OK;
	}
	return ah__policy_refuse_member(r, AH_ERR_POLICY_MISSING_MEMBER, start, "schema", "required");
}

static bool nitro_names(const ah_nitro_policy *nitro, ah_slice measurement)
{
	for (size_t i = 0; i < nitro->release_count; i++)
		for (unsigned pcr = 0; pcr <= 2; pcr++)
			if (ah_slice_is(ah_slice_make(nitro->releases[i].pcrs[pcr], nitro->releases[i].pcr_len[pcr]), measurement))
				return true;
	return false;
}

static bool snp_names(const ah_snp_policy *snp, ah_slice measurement)
{
	for (size_t i = 0; i < snp->release_count; i++)
		if (!snp->releases[i].by_id_key && ah_slice_is(AH_SLICE_OF(snp->releases[i].measurement), measurement))
			return true;
	return false;
}

static bool tdx_names(const ah_tdx_policy *tdx, ah_slice measurement)
{
	bool named = false;
	for (size_t i = 0; i < tdx->release_count && !named; i++) {
		const ah_tdx_release *release = &tdx->releases[i];
		named = ah_slice_is(AH_SLICE_OF(release->mrtd), measurement);
		for (unsigned n = 0; n < sizeof release->rtmr / sizeof release->rtmr[0]; n++)
			named = named || ((release->rtmr_mask >> n & 1) != 0 && ah_slice_is(AH_SLICE_OF(release->rtmr[n]), measurement));
	}
	return named;
}

static ah_err check_top(ah_policy_reader *r, const ah_policy *policy, const size_t at[static AH_POLICY_MEMBERS_MAX])
{
	if (policy->valid_from_s >= policy->valid_until_s)
		return ah__policy_refuse_member(r, AH_ERR_POLICY_CONTRADICTION, at[TOP_VALID_UNTIL], "valid_until", "not after valid_from");
	if (policy->issued_at_s >= policy->valid_until_s)
		return ah__policy_refuse_member(r, AH_ERR_POLICY_CONTRADICTION, at[TOP_VALID_UNTIL], "valid_until", "not after issued_at");
	for (size_t i = 0; i < policy->revoked_measurements.count; i++) {
		ah_slice revoked = ah_slice_make(policy->revoked_measurements.items[i], policy->revoked_measurements.item_len);
		if (nitro_names(&policy->nitro, revoked) || snp_names(&policy->snp, revoked) || tdx_names(&policy->tdx, revoked))
			return ah__policy_refuse_element(r, AH_ERR_POLICY_CONTRADICTION, at[TOP_REVOKED_MEASUREMENTS], "revoked_measurements", i,
			                                 "a release has this measurement");
	}
	return AH_OK;
}

static ah_err load(ah_policy_reader *r, ah_policy *policy)
{
	size_t at[AH_POLICY_MEMBERS_MAX];
	policy->freshness = AH_FRESHNESS_CACHED;
	policy->max_evidence_age_s = AH_EVIDENCE_AGE_MAX_S;
	policy->require_revocation = true;
	AH_TRY(check_schema(r));
	AH_TRY(ah__policy_take_object(r, &top_object, policy, at));
	return check_top(r, policy, at);
}

ah_err ah_policy_load(ah_policy **out, ah_slice json, ah_fault *why)
{
	ah_policy_reader r = { .why = why };
	ah_fault syntax = { .err = AH_OK };
	if (json.len > AH_POLICY_MAX)
		return ah_fault_at(why, AH_ERR_POLICY_MALFORMED, STEP, AH_POLICY_MAX, "$: larger than %d bytes", AH_POLICY_MAX);
	ah_err err = ah_json_open(&r.j, json, AH_JSON_OURS, &syntax);
	if (err == AH_ERR_NOMEM)
		return ah_fault_set(why, err, STEP, "$: no memory");
	if (err != AH_OK)
		return ah_fault_at(why, AH_ERR_POLICY_MALFORMED, STEP, syntax.offset, "$: %s: %s", ah_err_name(err), syntax.detail);
	AH_AUTO_PTR(ah_policy) policy = ah_alloc(sizeof *policy);
	if (policy == NULL)
		return ah_fault_set(why, AH_ERR_NOMEM, STEP, "$: no memory");
	AH_TRY(load(&r, policy));
	if (ah_json_finish(&r.j, &syntax) != AH_OK)
		return ah_fault_at(why, AH_ERR_POLICY_MALFORMED, STEP, syntax.offset, "$: %s", syntax.detail);
	*out = ah_move_ptr(&policy); /* transferred */
	return AH_OK;
}
