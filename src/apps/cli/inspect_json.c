/* Policies, and any other strict JSON: each value with its path and place. */
#include "apps/cli/inspect.h"

#include "policy/policy.h"

#include <stdio.h>

/* Paths as the policy loader writes them: "platforms.nitro.releases[0].release". Longer ones are cut. */
#define PATH_TEXT_MAX 256

static void list_value(listing *l, ah_json *j, const char *path);

static void list_object(listing *l, ah_json *j, const char *path)
{
	ah_slice key;
	ah_json_object_begin(j);
	while (ah_json_next_member(j, &key)) {
		char inner[PATH_TEXT_MAX];
		(void)snprintf(inner, sizeof inner, "%s%s%.*s", path, path[0] != '\0' ? "." : "", (int)key.len, (const char *)key.ptr);
		list_value(l, j, inner);
	}
}

static void list_array(listing *l, ah_json *j, const char *path)
{
	ah_json_array_begin(j);
	for (size_t i = 0; ah_json_next_element(j); i++) {
		char inner[PATH_TEXT_MAX];
		(void)snprintf(inner, sizeof inner, "%s[%zu]", path, i);
		list_value(l, j, inner);
	}
}

/* Recursion ends at AH_JSON_DEPTH_MAX: ah_json_open() refused what is deeper. */
static void list_value(listing *l, ah_json *j, const char *path)
{
	switch (ah_json_peek(j)) {
	case AH_JSON_OBJECT: list_object(l, j, path); return;
	case AH_JSON_ARRAY: list_array(l, j, path); return;
	case AH_JSON_STRING:
	case AH_JSON_INTEGER:
	case AH_JSON_BOOL:
	case AH_JSON_NULL:
	case AH_JSON_FRACTION:
	case AH_JSON_NONE: break;
	}
	ah_slice raw = ah_json_raw(j);
	if (j->err == AH_OK)
		list_source(l, raw, path);
}

/* True when the document says that it is a policy; then it is also held against the policy's rules. */
static bool is_policy(ah_slice in)
{
	ah_json j;
	ah_slice key;
	bool found = false;
	if (ah_json_open(&j, in, AH_JSON_OURS, NULL) != AH_OK || ah_json_peek(&j) != AH_JSON_OBJECT)
		return false;
	ah_json_object_begin(&j);
	while (ah_json_next_member(&j, &key)) {
		ah_slice raw = ah_json_raw(&j);
		found = found || (ah_slice_is_text(key, "schema") && ah_slice_is_text(raw, "\"anchorhold.trust-bundle/v1\""));
	}
	return found && j.err == AH_OK;
}

void inspect_json(listing *l)
{
	ah_json j;
	ah_fault why = { 0 };
	l->kind = "JSON document";
	ah_err err = ah_json_open(&j, l->in, AH_JSON_OURS, &why);
	if (err != AH_OK) {
		list_fault(l, err, why.err != AH_OK ? why.offset : AH_NO_OFFSET, "%.90s", why.detail);
		return;
	}
	list_value(l, &j, "");
	if (!is_policy(l->in))
		return;
	l->kind = "policy (nobody's signature is on it)";
	AH_AUTO_PTR(ah_policy) policy = NULL;
	err = ah_policy_load(&policy, l->in, &why);
	if (err != AH_OK)
		list_fault(l, err, why.err != AH_OK ? why.offset : AH_NO_OFFSET, "%.90s", why.detail);
}
