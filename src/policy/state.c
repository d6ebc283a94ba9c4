/*
 * See anchorhold/state.h. Numbers stand sorted by kind and key, bundles by root and workload, which is the order of the document as well:
 *
 *     {"bundles":{"ROOT":{"WORKLOAD":{"sha256":"..","version":17}}},
 *      "numbers":{"crl":{"KEY":1},"tdx-tcb-info":{"90c06f000000":18}},"schema":"anchorhold.state/v1"}
 */
#include "policy/state.h"

#include "base/fault.h"
#include "base/limits.h"
#include "codec/json.h"
#include "codec/text.h"
#include "policy/policy.h"

#define STEP        "state.load"
#define SCHEMA      "anchorhold.state/v1"
#define ROOT_DIGITS 64
#define ROOT_LEN    AH_ED25519_KEY_LEN
#define SHA256_LEN  32

/* The kinds, sorted by their names as canonical JSON wants it. A new one is a line here. */
typedef struct kind_info {
	const char *name;
	size_t key_digits;
} kind_info;

static const kind_info kinds[] = {
	{ AH_STATE_CRL, 64 },
	{ AH_STATE_TDX_QE_IDENTITY, 12 },
	{ AH_STATE_TDX_TCB_INFO, 12 },
};
#define KIND_COUNT (sizeof kinds / sizeof kinds[0])

typedef struct entry {
	unsigned kind;                 /* index in kinds */
	char key[AH_STATE_KEY_MAX + 1];
	uint64_t number;
} entry;

typedef struct bundle_entry {
	uint8_t root[ROOT_LEN];
	char workload[AH_POLICY_TEXT_MAX + 1];
	int64_t version;
	uint8_t sha256[SHA256_LEN];
} bundle_entry;

struct ah_state {
	bool changed;
	size_t count, cap;
	entry *entries;                /* owned */
	size_t bundle_count, bundle_cap;
	bundle_entry *bundles;         /* owned */
};

/* -- names -- */

static size_t find_kind(ah_slice name)
{
	size_t i = 0;
	while (i < KIND_COUNT && !ah_slice_is_text(name, kinds[i].name))
		i++;
	return i;
}

static bool is_hex(ah_slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((text.ptr[i] < '0' || text.ptr[i] > '9') && (text.ptr[i] < 'a' || text.ptr[i] > 'f'))
			return false;
	return true;
}

/* The digits of the kind, then nothing, or '@' and the digest of a simulated root. */
static bool is_key(size_t kind, ah_slice key)
{
	size_t digits = kinds[kind].key_digits;
	if (key.len == digits)
		return is_hex(key);
	return key.len == digits + 1 + ROOT_DIGITS && key.ptr[digits] == '@' && is_hex(ah_slice_sub(key, 0, digits))
	       && is_hex(ah_slice_sub(key, digits + 1, ROOT_DIGITS));
}

/* What the loader of policies takes as a workload: so it can be a member's name as it stands. */
static bool is_workload(ah_slice name)
{
	for (size_t i = 0; i < name.len; i++)
		if (name.ptr[i] < 0x20 || name.ptr[i] > 0x7e || name.ptr[i] == '"' || name.ptr[i] == '\\')
			return false;
	return name.len != 0 && name.len <= AH_POLICY_TEXT_MAX;
}

/* -- entries -- */

/* Numbers and bundles share one limit. */
static bool has_room(const ah_state *state, size_t count)
{
	return count <= AH_STATE_ENTRIES_MAX - state->count - state->bundle_count;
}

/* Where (kind, key) stands, or would stand. */
static size_t position_of(const ah_state *state, size_t kind, ah_slice key, bool *found)
{
	size_t low = 0, high = state->count;
	*found = false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const entry *e = &state->entries[middle];
		int order = e->kind != kind ? (e->kind < kind ? -1 : 1) : ah_slice_compare(ah_slice_text(e->key), key);
		if (order == 0) {
			*found = true;
			return middle;
		}
		low = order < 0 ? middle + 1 : low;
		high = order < 0 ? high : middle;
	}
	return low;
}

ah_err ah__state_reserve(ah_state *state, size_t count)
{
	if (!has_room(state, count))
		return AH_ERR_LIMIT;
	if (count <= state->cap - state->count)
		return AH_OK;
	size_t cap = 2 * state->cap > state->count + count ? 2 * state->cap : state->count + count;
	entry *entries = ah_alloc(cap * sizeof *entries);
	if (entries == NULL)
		return AH_ERR_NOMEM;
	for (size_t i = 0; i < state->count; i++)
		entries[i] = state->entries[i];
	ah_dealloc(state->entries);
	state->entries = entries;
	state->cap = cap;
	return AH_OK;
}

static ah_err put_number(ah_state *state, size_t kind, ah_slice key, uint64_t number)
{
	bool found = false;
	size_t at = position_of(state, kind, key, &found);
	if (found) {
		state->changed = state->changed || number > state->entries[at].number;
		if (number > state->entries[at].number)
			state->entries[at].number = number;
		return AH_OK;
	}
	AH_TRY(ah__state_reserve(state, 1));
	for (size_t i = state->count; i > at; i--)
		state->entries[i] = state->entries[i - 1];
	entry *e = &state->entries[at];
	*e = (entry){ .kind = (unsigned)kind, .number = number };
	for (size_t i = 0; i < key.len; i++)
		e->key[i] = (char)key.ptr[i];
	state->count++;
	state->changed = true;
	return AH_OK;
}

/* Where (root, workload) stands, or would stand. */
static size_t bundle_position_of(const ah_state *state, ah_slice root, ah_slice workload, bool *found)
{
	size_t low = 0, high = state->bundle_count;
	*found = false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const bundle_entry *e = &state->bundles[middle];
		int order = ah_slice_compare(AH_SLICE_OF(e->root), root);
		if (order == 0)
			order = ah_slice_compare(ah_slice_text(e->workload), workload);
		if (order == 0) {
			*found = true;
			return middle;
		}
		low = order < 0 ? middle + 1 : low;
		high = order < 0 ? high : middle;
	}
	return low;
}

ah_err ah__state_reserve_bundles(ah_state *state, size_t count)
{
	if (!has_room(state, count))
		return AH_ERR_LIMIT;
	if (count <= state->bundle_cap - state->bundle_count)
		return AH_OK;
	size_t cap = 2 * state->bundle_cap > state->bundle_count + count ? 2 * state->bundle_cap : state->bundle_count + count;
	bundle_entry *bundles = ah_alloc(cap * sizeof *bundles);
	if (bundles == NULL)
		return AH_ERR_NOMEM;
	for (size_t i = 0; i < state->bundle_count; i++)
		bundles[i] = state->bundles[i];
	ah_dealloc(state->bundles);
	state->bundles = bundles;
	state->bundle_cap = cap;
	return AH_OK;
}

static ah_err put_bundle(ah_state *state, const bundle_entry *bundle)
{
	bool found = false;
	size_t at = bundle_position_of(state, AH_SLICE_OF(bundle->root), ah_slice_text(bundle->workload), &found);
	if (found) {
		bundle_entry *e = &state->bundles[at];
		if (bundle->version == e->version && !ah_slice_is(AH_SLICE_OF(bundle->sha256), AH_SLICE_OF(e->sha256)))
			return AH_ERR_ARGUMENT;
		state->changed = state->changed || bundle->version > e->version;
		if (bundle->version > e->version)
			*e = *bundle;
		return AH_OK;
	}
	AH_TRY(ah__state_reserve_bundles(state, 1));
	for (size_t i = state->bundle_count; i > at; i--)
		state->bundles[i] = state->bundles[i - 1];
	state->bundles[at] = *bundle;
	state->bundle_count++;
	state->changed = true;
	return AH_OK;
}

/* -- the interface -- */

ah_err ah_state_new(ah_state **out)
{
	ah_state *state = ah_alloc(sizeof *state);
	if (state == NULL)
		return AH_ERR_NOMEM;
	*out = state;
	return AH_OK;
}

void ah_state_free(ah_state *state)
{
	if (state == NULL)
		return;
	ah_dealloc(state->entries);
	ah_dealloc(state->bundles);
	ah_dealloc(state);
}

bool ah_state_is_changed(const ah_state *state)
{
	return state->changed;
}

bool ah_state_highest(const ah_state *state, const char *kind, const char *key, uint64_t *number)
{
	bool found = false;
	size_t k = find_kind(ah_slice_text(kind));
	if (k == KIND_COUNT)
		return false;
	size_t at = position_of(state, k, ah_slice_text(key), &found);
	if (found)
		*number = state->entries[at].number;
	return found;
}

ah_err ah_state_note(ah_state *state, const char *kind, const char *key, uint64_t number)
{
	size_t k = find_kind(ah_slice_text(kind));
	if (k == KIND_COUNT || !is_key(k, ah_slice_text(key)) || number > AH_STATE_NUMBER_MAX)
		return AH_ERR_ARGUMENT;
	return put_number(state, k, ah_slice_text(key), number);
}

bool ah_state_bundle(const ah_state *state, const uint8_t root[32], const char *workload, int64_t *version, uint8_t sha256[32])
{
	bool found = false;
	size_t at = bundle_position_of(state, ah_slice_make(root, ROOT_LEN), ah_slice_text(workload), &found);
	if (!found)
		return false;
	*version = state->bundles[at].version;
	memcpy(sha256, state->bundles[at].sha256, SHA256_LEN);
	return true;
}

ah_err ah_state_note_bundle(ah_state *state, const uint8_t root[32], const char *workload, int64_t version, const uint8_t sha256[32])
{
	bundle_entry bundle = { .version = version };
	ah_slice name = ah_slice_text(workload);
	if (!is_workload(name) || version < 1 || version > AH_POLICY_VERSION_MAX)
		return AH_ERR_ARGUMENT;
	memcpy(bundle.root, root, ROOT_LEN);
	memcpy(bundle.workload, name.ptr, name.len);
	memcpy(bundle.sha256, sha256, SHA256_LEN);
	return put_bundle(state, &bundle);
}

/* -- reading -- */

static ah_err invalid(ah_fault *why, size_t off, const char *what)
{
	return ah_fault_at(why, AH_ERR_STATE_INVALID, STEP, off, "%s", what);
}

static ah_err take_key(ah_state *state, ah_json *j, size_t kind, ah_slice key, ah_fault *why)
{
	size_t off = ah_json_pos(j);
	if (!is_key(kind, key))
		return invalid(why, off, "a key has another form than its kind asks for");
	if (ah_json_peek(j) != AH_JSON_INTEGER)
		return invalid(why, off, "a number is none");
	int64_t number = ah_json_int(j);
	if (number < 0)
		return invalid(why, off, "a number is below zero");
	ah_err err = put_number(state, kind, key, (uint64_t)number);
	return err == AH_ERR_LIMIT ? invalid(why, off, "more entries than a state holds") : err;
}

static ah_err take_numbers(ah_state *state, ah_json *j, ah_fault *why)
{
	ah_slice name, key;
	if (ah_json_peek(j) != AH_JSON_OBJECT)
		return invalid(why, ah_json_pos(j), "numbers is no object");
	ah_json_object_begin(j);
	while (ah_json_next_member(j, &name)) {
		size_t kind = find_kind(name);
		if (kind == KIND_COUNT)
			return invalid(why, ah_json_pos(j), "a kind that this release does not know");
		if (ah_json_peek(j) != AH_JSON_OBJECT)
			return invalid(why, ah_json_pos(j), "a kind is no object");
		ah_json_object_begin(j);
		while (ah_json_next_member(j, &key))
			AH_TRY(take_key(state, j, kind, key, why));
	}
	return AH_OK;
}

static ah_err take_bundle_member(bundle_entry *bundle, ah_json *j, ah_slice name, ah_fault *why)
{
	size_t off = ah_json_pos(j);
	if (ah_slice_is_text(name, "sha256")) {
		bool is_digest = ah_json_peek(j) == AH_JSON_STRING && ah_hex_decode_exact(bundle->sha256, SHA256_LEN, ah_json_string_raw(j)) == AH_OK;
		return is_digest ? AH_OK : invalid(why, off, "the sha256 of a bundle is no digest");
	}
	if (ah_slice_is_text(name, "version")) {
		bundle->version = ah_json_peek(j) == AH_JSON_INTEGER ? ah_json_int(j) : 0;
		bool is_version = bundle->version >= 1 && bundle->version <= AH_POLICY_VERSION_MAX;
		return is_version ? AH_OK : invalid(why, off, "the version of a bundle is none");
	}
	return invalid(why, off, "a member of a bundle that this release does not know");
}

static ah_err take_bundle(ah_state *state, ah_json *j, const uint8_t root[static ROOT_LEN], ah_slice workload, ah_fault *why)
{
	bundle_entry bundle = { .version = 0 };
	size_t off = ah_json_pos(j), members = 0;
	ah_slice name;
	if (!is_workload(workload))
		return invalid(why, off, "a workload of another form than a policy can have");
	if (ah_json_peek(j) != AH_JSON_OBJECT)
		return invalid(why, off, "a bundle is no object");
	ah_json_object_begin(j);
	for (; ah_json_next_member(j, &name); members++)
		AH_TRY(take_bundle_member(&bundle, j, name, why));
	if (members != 2) /* no member stands twice, so two are both */
		return invalid(why, off, "sha256 or version of a bundle is missing");
	memcpy(bundle.root, root, sizeof bundle.root);
	memcpy(bundle.workload, workload.ptr, workload.len);
	ah_err err = put_bundle(state, &bundle);
	return err == AH_ERR_LIMIT ? invalid(why, off, "more entries than a state holds") : err;
}

static ah_err take_bundles(ah_state *state, ah_json *j, ah_fault *why)
{
	ah_slice name, workload;
	if (ah_json_peek(j) != AH_JSON_OBJECT)
		return invalid(why, ah_json_pos(j), "bundles is no object");
	ah_json_object_begin(j);
	while (ah_json_next_member(j, &name)) {
		uint8_t root[ROOT_LEN];
		if (ah_hex_decode_exact(root, sizeof root, name) != AH_OK)
			return invalid(why, ah_json_pos(j), "a release root is no key of 32 bytes");
		if (ah_json_peek(j) != AH_JSON_OBJECT)
			return invalid(why, ah_json_pos(j), "a release root is no object");
		ah_json_object_begin(j);
		while (ah_json_next_member(j, &workload))
			AH_TRY(take_bundle(state, j, root, workload, why));
	}
	return AH_OK;
}

static ah_err take_document(ah_state *state, ah_json *j, ah_fault *why)
{
	bool has_numbers = false, has_schema = false;
	ah_slice name;
	if (ah_json_peek(j) != AH_JSON_OBJECT)
		return invalid(why, ah_json_pos(j), "no object");
	ah_json_object_begin(j);
	while (ah_json_next_member(j, &name)) {
		size_t off = ah_json_pos(j);
		if (ah_slice_is_text(name, "bundles")) {
			AH_TRY(take_bundles(state, j, why));
		} else if (ah_slice_is_text(name, "numbers")) {
			AH_TRY(take_numbers(state, j, why));
			has_numbers = true;
		} else if (ah_slice_is_text(name, "schema")) {
			has_schema = ah_slice_is_text(ah_json_raw(j), "\"" SCHEMA "\"");
			if (!has_schema)
				return invalid(why, off, "schema is not " SCHEMA);
		} else {
			return invalid(why, off, "a member that this release does not know");
		}
	}
	if (!has_numbers || !has_schema)
		return invalid(why, 0, has_schema ? "numbers is missing" : "schema is missing");
	return AH_OK;
}

ah_err ah_state_load(ah_state **out, ah_slice json, ah_fault *why)
{
	ah_json j;
	ah_fault syntax = { .err = AH_OK };
	if (json.len > AH_STATE_FILE_MAX)
		return invalid(why, AH_STATE_FILE_MAX, "larger than a state file can be");
	ah_err err = ah_json_open(&j, json, AH_JSON_OURS, &syntax);
	if (err == AH_ERR_NOMEM)
		return ah_fault_set(why, err, STEP, "no memory");
	if (err != AH_OK)
		return ah_fault_at(why, AH_ERR_STATE_INVALID, STEP, syntax.offset, "%s: %s", ah_err_name(err), syntax.detail);
	AH_AUTO_PTR(ah_state) state = NULL;
	AH_TRY(ah_state_new(&state));
	AH_TRY(take_document(state, &j, why));
	if (ah_json_finish(&j, &syntax) != AH_OK)
		return invalid(why, syntax.offset, syntax.detail);
	state->changed = false;
	*out = ah_move_ptr(&state); /* transferred */
	return AH_OK;
}

/* -- writing: what is read above, member for member -- */

static void put_hex_key(ah_json_writer *w, const uint8_t root[static ROOT_LEN])
{
	static const char digits[] = "0123456789abcdef";
	char key[ROOT_DIGITS + 1] = { 0 };
	for (size_t i = 0; i < ROOT_LEN; i++) {
		key[2 * i] = digits[root[i] >> 4];
		key[2 * i + 1] = digits[root[i] & 15];
	}
	ah_json_put_key(w, key);
}

static void write_bundles(ah_json_writer *w, const ah_state *state)
{
	ah_json_put_key(w, "bundles");
	ah_json_put_object_begin(w);
	for (size_t at = 0; at < state->bundle_count;) {
		ah_slice root = AH_SLICE_OF(state->bundles[at].root);
		put_hex_key(w, state->bundles[at].root);
		ah_json_put_object_begin(w);
		for (; at < state->bundle_count && ah_slice_is(AH_SLICE_OF(state->bundles[at].root), root); at++) {
			const bundle_entry *e = &state->bundles[at];
			ah_json_put_key(w, e->workload);
			ah_json_put_object_begin(w);
			ah_json_put_key(w, "sha256");
			ah_json_put_hex(w, AH_SLICE_OF(e->sha256));
			ah_json_put_key(w, "version");
			ah_json_put_int(w, e->version);
			ah_json_put_object_end(w);
		}
		ah_json_put_object_end(w);
	}
	ah_json_put_object_end(w);
}

static void write_numbers(ah_json_writer *w, const ah_state *state)
{
	size_t at = 0;
	ah_json_put_key(w, "numbers");
	ah_json_put_object_begin(w);
	for (unsigned kind = 0; kind < KIND_COUNT; kind++) {
		if (at == state->count || state->entries[at].kind != kind)
			continue;
		ah_json_put_key(w, kinds[kind].name);
		ah_json_put_object_begin(w);
		for (; at < state->count && state->entries[at].kind == kind; at++) {
			ah_json_put_key(w, state->entries[at].key);
			ah_json_put_int(w, (int64_t)state->entries[at].number);
		}
		ah_json_put_object_end(w);
	}
	ah_json_put_object_end(w);
}

/* Without bundles the member is left out: then the bytes are those that releases before them wrote, and read. */
ah_err ah_state_to_json(const ah_state *state, char **text, size_t *len)
{
	AH_AUTO(ah_buf) out = AH_BUF(AH_STATE_FILE_MAX);
	ah_json_writer w;
	ah_json_writer_init(&w, &out);
	ah_json_put_object_begin(&w);
	if (state->bundle_count != 0)
		write_bundles(&w, state);
	write_numbers(&w, state);
	ah_json_put_key(&w, "schema");
	ah_json_put_text(&w, SCHEMA);
	ah_json_put_object_end(&w);
	AH_TRY(ah_json_writer_finish(&w));
	return ah__text_from_buf(text, len, &out);
}
