/* Saved bundles and pins: their members, and whether they load. Nothing is judged again; anchorhold verify --replay does that. */
#include "apps/cli/inspect.h"

#include "policy/pin.h"
#include "policy/saved.h"

/* Evidence and certificates are told by their length; policies, digests and texts are shown. */
#define SAVED_TEXT_MAX 512

bool is_saved(ah_slice in)
{
	return json_says(in, AH_SAVED_SCHEMA) || json_says(in, AH_CASE_SCHEMA);
}

static void list_refusal(listing *l, ah_err err, const ah_fault *why)
{
	if (err != AH_OK)
		list_fault(l, err, why->err != AH_OK ? why->offset : AH_NO_OFFSET, "%.90s", why->detail);
}

void inspect_saved(listing *l)
{
	AH_AUTO_PTR(ah_saved) saved = NULL;
	ah_fault why = { .offset = AH_NO_OFFSET };
	bool is_case = json_says(l->in, AH_CASE_SCHEMA);
	l->kind = is_case ? "conformance case (a question without its verdict)" : "saved bundle (a question and its verdict, not judged again)";
	list_json(l, AH_JSON_LARGE, SAVED_TEXT_MAX);
	if (list_is_whole(l))
		list_refusal(l, is_case ? ah__case_load(&saved, l->in, &why) : ah_saved_load(&saved, l->in, &why), &why);
}

bool is_pin(ah_slice in)
{
	return json_says(in, "anchorhold.pin/v1");
}

void inspect_pin(listing *l)
{
	ah_pin pin;
	ah_fault why = { .offset = AH_NO_OFFSET };
	l->kind = "pin (what was verified at first use)";
	list_json(l, AH_JSON_OURS, SIZE_MAX);
	if (list_is_whole(l))
		list_refusal(l, ah__pin_parse(&pin, l->in, &why), &why);
}
