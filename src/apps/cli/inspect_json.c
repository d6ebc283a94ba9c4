/* Policies, and any other strict JSON: each value with its path and place. */
#include "apps/cli/inspect.h"

#include "policy/policy.h"

#include <stdio.h>

/* Paths as the policy loader writes them: "platforms.nitro.releases[0].release". Longer ones are cut. */
#define PATH_TEXT_MAX 256

/* One walk over a document. */
typedef struct walk {
	listing *l;
	ah_json json;
	size_t text_max;               /* texts that are longer are told by their length */
} walk;

static void list_value(walk *w, const char *path);

static void list_object(walk *w, const char *path)
{
	ah_slice key;
	ah_json_object_begin(&w->json);
	while (ah_json_next_member(&w->json, &key)) {
		char inner[PATH_TEXT_MAX];
		(void)snprintf(inner, sizeof inner, "%s%s%.*s", path, path[0] != '\0' ? "." : "", (int)key.len, (const char *)key.ptr);
		list_value(w, inner);
	}
}

static void list_array(walk *w, const char *path)
{
	ah_json_array_begin(&w->json);
	for (size_t i = 0; ah_json_next_element(&w->json); i++) {
		char inner[PATH_TEXT_MAX];
		(void)snprintf(inner, sizeof inner, "%s[%zu]", path, i);
		list_value(w, inner);
	}
}

/* Recursion ends at AH_JSON_DEPTH_MAX: ah_json_open() refused what is deeper. */
static void list_value(walk *w, const char *path)
{
	switch (ah_json_peek(&w->json)) {
	case AH_JSON_OBJECT: list_object(w, path); return;
	case AH_JSON_ARRAY: list_array(w, path); return;
	case AH_JSON_STRING:
	case AH_JSON_INTEGER:
	case AH_JSON_BOOL:
	case AH_JSON_NULL:
	case AH_JSON_FRACTION:
	case AH_JSON_NONE: break;
	}
	ah_slice raw = ah_json_raw(&w->json);
	if (w->json.err != AH_OK)
		return;
	if (raw.len <= w->text_max) {
		list_source(w->l, raw, path);
	} else {
		list_open(w->l, raw, path, "%zu characters", raw.len - 2);
		list_close(w->l);
	}
}

void list_json(listing *l, int flags, size_t text_max)
{
	walk w = { .l = l, .text_max = text_max };
	ah_fault why = { 0 };
	ah_err err = ah_json_open(&w.json, l->in, flags, &why);
	if (err != AH_OK)
		list_fault(l, err, why.err != AH_OK ? why.offset : AH_NO_OFFSET, "%.90s", why.detail);
	else
		list_value(&w, "");
}

bool json_says(ah_slice in, const char *schema)
{
	ah_json j;
	ah_slice key;
	bool found = false;
	if (ah_json_open(&j, in, AH_JSON_LARGE, NULL) != AH_OK || ah_json_peek(&j) != AH_JSON_OBJECT)
		return false;
	ah_json_object_begin(&j);
	while (ah_json_next_member(&j, &key)) {
		ah_slice raw = ah_json_raw(&j);
		bool is_text = raw.len >= 2 && raw.ptr[0] == '"';
		found = found || (is_text && ah_slice_is_text(key, "schema") && ah_slice_is_text(ah_slice_sub(raw, 1, raw.len - 2), schema));
	}
	return found && j.err == AH_OK;
}

/* A policy is also held against the rules of policies. */
void inspect_json(listing *l)
{
	l->kind = "JSON document";
	list_json(l, AH_JSON_OURS, SIZE_MAX);
	if (!list_is_whole(l) || !json_says(l->in, "anchorhold.trust-bundle/v1"))
		return;
	l->kind = "policy (nobody's signature is on it)";
	AH_AUTO_PTR(ah_policy) policy = NULL;
	ah_fault why = { 0 };
	ah_err err = ah_policy_load(&policy, l->in, &why);
	if (err != AH_OK)
		list_fault(l, err, why.err != AH_OK ? why.offset : AH_NO_OFFSET, "%.90s", why.detail);
}
