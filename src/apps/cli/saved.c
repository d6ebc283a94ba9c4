/* See saved.h. */
#include "apps/cli/saved.h"

#include <string.h>

#define SCHEMA_TEXT "\"" AH_SAVED_SCHEMA "\""

static bool is_space(uint8_t byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

bool cli_saved_detect(ah_slice bytes)
{
	size_t at = 0;
	while (at < bytes.len && is_space(bytes.ptr[at]))
		at++;
	if (at == bytes.len || bytes.ptr[at] != '{' || memmem(bytes.ptr, bytes.len, SCHEMA_TEXT, sizeof SCHEMA_TEXT - 1) == NULL)
		return false;
	ah_json j;
	if (ah_json_open(&j, bytes, AH_JSON_LARGE, NULL) != AH_OK)
		return true;
	bool is_saved = false;
	ah_slice key;
	ah_json_object_begin(&j);
	while (ah_json_next_member(&j, &key)) {
		ah_slice value = ah_json_raw(&j);
		is_saved = is_saved || (ah_slice_is_text(key, "schema") && ah_slice_is_text(value, SCHEMA_TEXT));
	}
	return is_saved;
}

ah_err cli_saved_read(cli *app, ah_saved **out, const char *path)
{
	AH_AUTO(ah_buf) json = AH_BUF(0);
	AH_TRY(cli_read(app, &json, path, AH_SAVED_MAX, AH_ERR_TOO_LARGE));
	return ah_saved_load(out, ah_buf_slice(&json), &app->why);
}

static void free_text(char **text)
{
	ah_text_free(*text);
}

ah_err cli_saved_write(cli *app, const char *path, const ah_request *request, const ah_verdict *verdict)
{
	__attribute__((cleanup(free_text))) char *text = NULL;
	size_t len = 0;
	AH_TRY(ah_saved_write(&text, &len, request, verdict, &app->why));
	return cli_write(app, path, ah_slice_make(text, len), 0600);
}
