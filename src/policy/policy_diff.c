/*
 * The difference of two policies: each is flattened to entries "path = value", sorted by path, and the two lists are merged.
 *
 * Members that are containers (a platform, a release, a floor) have an entry of their own; what lies below a container that only one side has
 * is not said again. The order of a list does not matter to its meaning, so elements are named by what they are: "chip_ids[00..]".
 */
#include "policy/policy.h"

#include "base/fault.h"
#include "codec/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#define PATH_MAX_LEN  320 /* the longest: 44 characters around the name of a release, or around a chip id of 128 digits */
#define NO_CONTAINER  0

/* Positions in the text of the flat policy, since that moves while it grows. */
typedef struct entry {
	size_t path_off, value_off;
	size_t container_len;  /* the container's path is the first so many bytes of this path; NO_CONTAINER at the top */
} entry;

typedef struct flat {
	ah_err err;            /* sticky */
	ah_buf text;           /* path NUL value NUL .. */
	size_t count, cap;
	entry *entries;        /* NULL in the first pass, which only counts */
} flat;

static void flat_auto(flat *f)
{
	ah_dealloc(f->entries);
	ah_buf_free(&f->text);
}

/* -- Flattening -- */

static void put_piece(flat *f, ah_slice text)
{
	if (f->err == AH_OK)
		f->err = ah_buf_append(&f->text, text);
	if (f->err == AH_OK)
		f->err = ah_buf_append_byte(&f->text, 0);
}

/* container: the path of the member that holds this one, or "". path: below the container, beginning with '.' or '['. */
static void put(flat *f, const char *container, const char *path, const char *value)
{
	if (f->entries == NULL) {
		f->count++;
		return;
	}
	char whole[PATH_MAX_LEN];
	int len = snprintf(whole, sizeof whole, "%s%s", container, path);
	assert(len > 0 && (size_t)len < sizeof whole && f->count < f->cap);
	entry *e = &f->entries[f->count++];
	e->container_len = strlen(container);
	e->path_off = f->text.len;
	put_piece(f, ah_slice_text(whole));
	e->value_off = f->text.len;
	put_piece(f, ah_slice_text(value));
}

static void put_int(flat *f, const char *container, const char *path, int64_t v)
{
	char text[24];
	(void)snprintf(text, sizeof text, "%" PRId64, v);
	put(f, container, path, text);
}

static void put_bool(flat *f, const char *container, const char *path, bool v)
{
	put(f, container, path, v ? "true" : "false");
}

static void put_time(flat *f, const char *path, int64_t t_s)
{
	char text[21];
	ah_time_format(text, t_s);
	put(f, "", path, text);
}

/* "name[element]" with the element as it is in the document. */
static void put_element(flat *f, const char *container, const char *name, const char *element)
{
	char path[PATH_MAX_LEN];
	(void)snprintf(path, sizeof path, "%s[%s]", name, element);
	put(f, container, path, "");
}

static void to_hex(char out[static 129], ah_slice bytes)
{
	static const char digits[] = "0123456789abcdef";
	assert(bytes.len <= 64);
	for (size_t i = 0; i < bytes.len; i++) {
		out[2 * i] = digits[bytes.ptr[i] >> 4];
		out[2 * i + 1] = digits[bytes.ptr[i] & 15];
	}
	out[2 * bytes.len] = '\0';
}

static void put_hex(flat *f, const char *container, const char *path, ah_slice bytes)
{
	char hex[129];
	to_hex(hex, bytes);
	put(f, container, path, hex);
}

/*
 * An allow-list says more than its elements: absent is "not judged", empty is "nothing is allowed". A list of revoked things, of simulated roots
 * or of service TDs means the same when it is absent and when it is empty.
 */
enum list_kind { ALLOW_LIST, PLAIN_LIST };

static void put_bytes(flat *f, const char *container, const char *name, const ah_byte_list *list, enum list_kind kind)
{
	if (list->present && kind == ALLOW_LIST)
		put(f, container, name, "");
	for (size_t i = 0; i < list->count; i++) {
		char hex[129];
		to_hex(hex, ah_slice_make(list->items[i], list->item_len));
		put_element(f, container, name, hex);
	}
}

static void put_texts(flat *f, const char *container, const char *name, const ah_text_list *list)
{
	if (list->present)
		put(f, container, name, "");
	for (size_t i = 0; i < list->count; i++)
		put_element(f, container, name, list->items[i]);
}

#define NITRO "platforms.nitro"
#define SNP   "platforms.sev-snp"
#define TDX   "platforms.tdx"

static void flatten_nitro(flat *f, const ah_nitro_policy *nitro)
{
	put(f, "", NITRO, "");
	put_bool(f, NITRO, ".debug", nitro->debug);
	put_texts(f, NITRO, ".instance_ids", &nitro->instance_ids);
	put_texts(f, NITRO, ".builders", &nitro->builders);
	put_texts(f, NITRO, ".launchers", &nitro->launchers);
	put_texts(f, NITRO, ".release_signers", &nitro->release_signers);
	if (nitro->release_threshold != 0)
		put_int(f, NITRO, ".release_threshold", nitro->release_threshold);
	if (nitro->min_version[0] != '\0')
		put(f, NITRO, ".min_version", nitro->min_version);
	put_texts(f, NITRO, ".stages", &nitro->stages);
	put_bool(f, NITRO, ".require_build", nitro->require_build);
	put_bool(f, NITRO, ".require_launch", nitro->require_launch);
	for (size_t i = 0; i < nitro->release_count; i++) {
		const ah_nitro_release *release = &nitro->releases[i];
		char path[PATH_MAX_LEN], pcr[16];
		put_element(f, NITRO, ".releases", release->release);
		(void)snprintf(path, sizeof path, "%s.releases[%s]", NITRO, release->release);
		for (unsigned p = 0; p < AH_NITRO_PCR_COUNT; p++) {
			(void)snprintf(pcr, sizeof pcr, ".pcrs.%u", p);
			if ((release->pcr_mask >> p & 1) != 0)
				put_hex(f, path, pcr, ah_slice_make(release->pcrs[p], release->pcr_len[p]));
		}
	}
}

static void flatten_snp_release(flat *f, const ah_snp_release *release)
{
	char path[PATH_MAX_LEN];
	put_element(f, SNP, ".releases", release->release);
	(void)snprintf(path, sizeof path, "%s.releases[%s]", SNP, release->release);
	if (release->by_id_key) {
		put_hex(f, path, ".id_key_digest", AH_SLICE_OF(release->id_key_digest));
		put_int(f, path, ".min_svn", release->min_svn);
	} else {
		put_hex(f, path, ".measurement", AH_SLICE_OF(release->measurement));
	}
}

static void flatten_floor(flat *f, const ah_snp_floor *floor)
{
	char key[32], path[PATH_MAX_LEN];
	if (floor->has_model)
		(void)snprintf(key, sizeof key, "%s model %u", ah_snp_product_name(floor->product), (unsigned)floor->model);
	else
		(void)snprintf(key, sizeof key, "%s", ah_snp_product_name(floor->product));
	put_element(f, SNP, ".tcb_floors", key);
	(void)snprintf(path, sizeof path, "%s.tcb_floors[%s]", SNP, key);
	if (floor->tcb.has_fmc)
		put_int(f, path, ".fmc", floor->tcb.fmc);
	put_int(f, path, ".bl", floor->tcb.bl);
	put_int(f, path, ".tee", floor->tcb.tee);
	put_int(f, path, ".snp", floor->tcb.snp);
	put_int(f, path, ".ucode", floor->tcb.ucode);
}

static void flatten_snp(flat *f, const ah_snp_policy *snp)
{
	put(f, "", SNP, "");
	for (size_t i = 0; i < snp->release_count; i++)
		flatten_snp_release(f, &snp->releases[i]);
	for (unsigned p = AH_SNP_MILAN; p <= AH_SNP_TURIN; p++)
		if (snp->products[p])
			put_element(f, SNP, ".products", ah_snp_product_name((ah_snp_product)p));
	for (size_t i = 0; i < snp->floor_count; i++)
		flatten_floor(f, &snp->floors[i]);
	if (snp->signer_vcek)
		put_element(f, SNP, ".signers", ah_snp_signer_name(AH_SNP_VCEK));
	if (snp->signer_vlek)
		put_element(f, SNP, ".signers", ah_snp_signer_name(AH_SNP_VLEK));
	put_int(f, SNP, ".vmpl", snp->vmpl);
	put_int(f, SNP, ".min_report_version", snp->min_report_version);
	put_bool(f, SNP, ".alias_check", snp->alias_check);
	put_bool(f, SNP, ".strict_platform_info", snp->strict_platform_info);
	put_bool(f, SNP, ".allow_masked_chip_id", snp->allow_masked_chip_id);
	put_bool(f, SNP, ".debug", snp->debug);
	put_bytes(f, SNP, ".chip_ids", &snp->chip_ids, ALLOW_LIST);
}

static void flatten_tdx(flat *f, const ah_tdx_policy *tdx)
{
	put(f, "", TDX, "");
	for (size_t i = 0; i < tdx->release_count; i++) {
		const ah_tdx_release *release = &tdx->releases[i];
		char path[PATH_MAX_LEN], rtmr[16];
		put_element(f, TDX, ".releases", release->release);
		(void)snprintf(path, sizeof path, "%s.releases[%s]", TDX, release->release);
		put_hex(f, path, ".mrtd", AH_SLICE_OF(release->mrtd));
		for (unsigned n = 0; n < sizeof release->rtmr / sizeof release->rtmr[0]; n++) {
			(void)snprintf(rtmr, sizeof rtmr, ".rtmrs.%u", n);
			if ((release->rtmr_mask >> n & 1) != 0)
				put_hex(f, path, rtmr, AH_SLICE_OF(release->rtmr[n]));
		}
	}
	for (unsigned s = AH_TDX_TCB_UP_TO_DATE; s < sizeof tdx->tcb_statuses / sizeof tdx->tcb_statuses[0]; s++)
		if (tdx->tcb_statuses[s])
			put_element(f, TDX, ".tcb_statuses", ah_tdx_tcb_status_name((ah_tdx_tcb_status)s));
	put_int(f, TDX, ".min_tcb_evaluation", tdx->min_tcb_evaluation);
	put_bytes(f, TDX, ".mrservicetd", &tdx->mrservicetd, PLAIN_LIST);
	put_bool(f, TDX, ".debug", tdx->debug);
	put_bytes(f, TDX, ".ppids", &tdx->ppids, ALLOW_LIST);
}

static void flatten_policy(flat *f, const ah_policy *p)
{
	put(f, "", "workload", p->workload);
	put_int(f, "", "version", p->version);
	put_time(f, "issued_at", p->issued_at_s);
	put_time(f, "valid_from", p->valid_from_s);
	put_time(f, "valid_until", p->valid_until_s);
	put(f, "", "freshness", ah__freshness_name(p->freshness));
	put_int(f, "", "max_evidence_age_seconds", p->max_evidence_age_s);
	put_bool(f, "", "require_revocation", p->require_revocation);
	if (p->nitro.present)
		flatten_nitro(f, &p->nitro);
	if (p->snp.present)
		flatten_snp(f, &p->snp);
	if (p->tdx.present)
		flatten_tdx(f, &p->tdx);
	put_bytes(f, "", "allowed_workload_identity_tags", &p->allowed_workload_identity_tags, ALLOW_LIST);
	put_bytes(f, "", "manifest_keys", &p->manifest_keys, ALLOW_LIST);
	put_texts(f, "", "deployment_ids", &p->deployment_ids);
	put_bytes(f, "", "service_keys", &p->service_keys, ALLOW_LIST);
	put_bytes(f, "", "revoked_tls_spki", &p->revoked_tls_spki, PLAIN_LIST);
	put_bytes(f, "", "revoked_measurements", &p->revoked_measurements, PLAIN_LIST);
	put_bytes(f, "", "simulated_roots", &p->simulated_roots, PLAIN_LIST);
}

/* -- Order -- */

static ah_slice path_of(const flat *f, const entry *e)
{
	return ah_slice_sub(ah_buf_slice(&f->text), e->path_off, e->value_off - 1 - e->path_off);
}

static const char *value_of(const flat *f, const entry *e)
{
	return (const char *)ah_slice_sub(ah_buf_slice(&f->text), e->value_off, 1).ptr;
}

/* Shell sort with the gaps of Ciura: a few thousand entries, in place, and no memory of the C library's as qsort() may take. */
static void sort(flat *f)
{
	static const size_t gaps[] = { 1750, 701, 301, 132, 57, 23, 10, 4, 1 };
	for (size_t g = 0; g < sizeof gaps / sizeof gaps[0]; g++)
		for (size_t i = gaps[g]; i < f->count; i++) {
			entry moving = f->entries[i];
			size_t at = i;
			for (; at >= gaps[g] && ah_slice_compare(path_of(f, &f->entries[at - gaps[g]]), path_of(f, &moving)) > 0; at -= gaps[g])
				f->entries[at] = f->entries[at - gaps[g]];
			f->entries[at] = moving;
		}
}

static bool has_path(const flat *f, ah_slice path)
{
	size_t low = 0, high = f->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = ah_slice_compare(path_of(f, &f->entries[middle]), path);
		if (order == 0)
			return true;
		low = order < 0 ? middle + 1 : low;
		high = order < 0 ? high : middle;
	}
	return false;
}

/* Twice over the policy: how many entries there are, then the entries. */
static ah_err flatten(flat *f, const ah_policy *policy)
{
	flatten_policy(f, policy);
	f->cap = f->count;
	f->count = 0;
	f->entries = ah_alloc(f->cap * sizeof *f->entries);
	if (f->entries == NULL)
		return AH_ERR_NOMEM;
	flatten_policy(f, policy);
	AH_TRY(f->err);
	sort(f);
	return AH_OK;
}

/* -- Merging -- */

/* An entry that only `f` has. When `other` lacks its container as well, the line of the container says it all. */
static ah_err put_one_sided(ah_buf *out, const char *sign, const flat *f, const entry *e, const flat *other)
{
	ah_slice path = path_of(f, e);
	if (e->container_len != NO_CONTAINER && !has_path(other, ah_slice_sub(path, 0, e->container_len)))
		return AH_OK;
	const char *value = value_of(f, e);
	return ah_buf_printf(out, "%s %.*s%s%s\n", sign, (int)path.len, (const char *)path.ptr, value[0] != '\0' ? ": " : "", value);
}

static ah_err put_changed(ah_buf *out, const flat *from, const entry *a, const flat *to, const entry *b)
{
	const char *old_value = value_of(from, a), *new_value = value_of(to, b);
	ah_slice path = path_of(from, a);
	if (strcmp(old_value, new_value) == 0)
		return AH_OK;
	return ah_buf_printf(out, "~ %.*s: %s -> %s\n", (int)path.len, (const char *)path.ptr, old_value, new_value);
}

static ah_err merge(ah_buf *out, const flat *from, const flat *to)
{
	size_t a = 0, b = 0;
	while (a < from->count || b < to->count) {
		int order = a == from->count ? 1 : b == to->count ? -1 : ah_slice_compare(path_of(from, &from->entries[a]), path_of(to, &to->entries[b]));
		if (order == 0)
			AH_TRY(put_changed(out, from, &from->entries[a], to, &to->entries[b]));
		else if (order < 0)
			AH_TRY(put_one_sided(out, "-", from, &from->entries[a], to));
		else
			AH_TRY(put_one_sided(out, "+", to, &to->entries[b], from));
		a += order <= 0;
		b += order >= 0;
	}
	return AH_OK;
}

ah_err ah_policy_diff(const ah_policy *from, const ah_policy *to, char **text, size_t *len)
{
	AH_AUTO(flat) a = { .text = AH_BUF(AH_POLICY_DIFF_MAX) };
	AH_AUTO(flat) b = { .text = AH_BUF(AH_POLICY_DIFF_MAX) };
	AH_AUTO(ah_buf) lines = AH_BUF(AH_POLICY_DIFF_MAX);
	AH_TRY(flatten(&a, from));
	AH_TRY(flatten(&b, to));
	AH_TRY(merge(&lines, &a, &b));
	return ah__text_from_buf(text, len, &lines);
}
