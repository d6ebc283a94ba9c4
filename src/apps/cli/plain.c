/* What --plain prints: one fact per line, its kind first, fields separated by tabs. For cut, awk and grep; --json is for programs. */
#include "apps/cli/cli.h"

#include "codec/text.h"
#include "policy/verdict.h"

#include <stdio.h>

ah_err cli_append_plain(ah_buf *out, const char *const *fields)
{
	for (size_t i = 0; fields[i] != NULL; i++) {
		if (i > 0)
			AH_TRY(ah_buf_append_byte(out, '\t'));
		AH_TRY(cli_append_escaped(out, ah_slice_text(fields[i])));
	}
	return ah_buf_append_byte(out, '\n');
}

/* -- Verdicts -- */

static const char *status_word(ah_row_status status)
{
	switch (status) {
	case AH_ROW_PASS: return "pass";
	case AH_ROW_FAIL: return "fail";
	case AH_ROW_NOT_CHECKED: break;
	}
	return "not_checked";
}

static ah_err append_row(ah_buf *out, const ah_row *row)
{
	char off[24] = "", len[24] = "";
	if (row->has_range) {
		(void)snprintf(off, sizeof off, "%zu", row->off);
		(void)snprintf(len, sizeof len, "%zu", row->len);
	}
	const char *err = row->status == AH_ROW_FAIL ? ah_err_name(row->err) : "";
	return cli_append_plain(out, (const char *[]){ "row", row->id, status_word(row->status), err, row->got, row->wanted, row->reason, off, len, NULL });
}

static ah_err append_error(ah_buf *out, const ah_verdict *verdict)
{
	ah_err err = ah_verdict_error(verdict);
	char number[12];
	(void)snprintf(number, sizeof number, "%d", (int)err);
	if (err == AH_OK)
		return AH_OK;
	AH_TRY(cli_append_plain(out, (const char *[]){ "error", ah_err_name(err), number, verdict->fault.detail, NULL }));
	return cli_append_plain(out, (const char *[]){ "next", ah_err_next_step(err), NULL });
}

/* "claim\tpcrs.0\t.." for each innermost value below the members of the verdict's JSON that say what was proven. */
typedef struct flattener {
	ah_buf *out;
	ah_json *json;
	const char *kind;
} flattener;

#define FLAT_PATH_MAX 256

static ah_err append_value(const flattener *f, const char *path);

static ah_err append_members(const flattener *f, const char *path)
{
	char inner[FLAT_PATH_MAX];
	ah_slice key;
	ah_json_object_begin(f->json);
	while (ah_json_next_member(f->json, &key)) {
		(void)snprintf(inner, sizeof inner, "%s%s%.*s", path, path[0] != '\0' ? "." : "", (int)key.len, (const char *)key.ptr);
		AH_TRY(append_value(f, inner));
	}
	return f->json->err;
}

static ah_err append_elements(const flattener *f, const char *path)
{
	char inner[FLAT_PATH_MAX];
	ah_json_array_begin(f->json);
	for (size_t i = 0; ah_json_next_element(f->json); i++) {
		(void)snprintf(inner, sizeof inner, "%s[%zu]", path, i);
		AH_TRY(append_value(f, inner));
	}
	return f->json->err;
}

/* Recursion ends at AH_JSON_DEPTH_MAX: ah_json_open() refused what is deeper. */
static ah_err append_value(const flattener *f, const char *path)
{
	AH_AUTO(ah_buf) value = AH_BUF(CLI_OUTPUT_MAX);
	ah_json_type type = ah_json_peek(f->json);
	if (type == AH_JSON_OBJECT)
		return append_members(f, path);
	if (type == AH_JSON_ARRAY)
		return append_elements(f, path);
	if (type == AH_JSON_STRING)
		AH_TRY(ah_json_string(f->json, &value));
	else
		AH_TRY(ah_buf_append(&value, ah_json_raw(f->json)));
	AH_TRY(f->json->err);
	AH_TRY(ah_buf_printf(f->out, "%s\t", f->kind));
	AH_TRY(cli_append_escaped(f->out, ah_slice_text(path)));
	AH_TRY(ah_buf_append_byte(f->out, '\t'));
	AH_TRY(cli_append_escaped(f->out, ah_buf_slice(&value)));
	return ah_buf_append_byte(f->out, '\n');
}

static void free_text(char **text)
{
	ah_text_free(*text);
}

/* Claims, what they came in, policy and trust: the same names and values as in --json, so that there is one place that spells them. */
static ah_err append_proven(ah_buf *out, const ah_verdict *verdict)
{
	static const struct { const char *member, *kind; } proven[] = {
		{ "carrier", "carrier" }, { "claims", "claim" }, { "policy", "policy" }, { "trust", "trust" },
	};
	__attribute__((cleanup(free_text))) char *text = NULL;
	size_t len = 0;
	AH_TRY(ah_verdict_to_json(verdict, &text, &len));
	ah_json json;
	ah_slice key;
	AH_TRY(ah_json_open(&json, ah_slice_make(text, len), AH_JSON_OURS, NULL));
	ah_json_object_begin(&json);
	while (ah_json_next_member(&json, &key)) {
		flattener f = { .out = out, .json = &json };
		for (size_t i = 0; i < sizeof proven / sizeof proven[0]; i++)
			if (ah_slice_is_text(key, proven[i].member))
				f.kind = proven[i].kind;
		if (f.kind != NULL && ah_json_peek(&json) == AH_JSON_OBJECT)
			AH_TRY(append_value(&f, ""));
		else
			(void)ah_json_raw(&json);
	}
	return json.err;
}

ah_err cli_append_plain_verdict(cli *app, const ah_verdict *verdict, const char *name)
{
	ah_buf *out = &app->out;
	char time[21], expiry[21] = "", exit_code[12];
	ah_time_format(time, verdict->verified_at_s);
	if (ah_verdict_expiry_s(verdict) != 0)
		ah_time_format(expiry, ah_verdict_expiry_s(verdict));
	(void)snprintf(exit_code, sizeof exit_code, "%d", ah_verdict_exit_code(verdict));
	AH_TRY(cli_append_plain(out, (const char *[]){ "result", ah_result_name(ah_verdict_result(verdict)), NULL }));
	AH_TRY(cli_append_plain(out, (const char *[]){ "exit_code", exit_code, NULL }));
	AH_TRY(cli_append_plain(out, (const char *[]){ "file", name, NULL }));
	AH_TRY(cli_append_plain(out, (const char *[]){ "platform", ah_platform_name(ah_verdict_platform(verdict)), NULL }));
	AH_TRY(cli_append_plain(out, (const char *[]){ "verified_at", time, NULL }));
	AH_TRY(cli_append_plain(out, (const char *[]){ "expiry", expiry, NULL }));
	AH_TRY(append_error(out, verdict));
	ah_row row;
	for (size_t i = 0; i < ah_verdict_row_count(verdict); i++) {
		AH_TRY(ah_verdict_row(verdict, i, &row));
		AH_TRY(append_row(out, &row));
	}
	return append_proven(out, verdict);
}
