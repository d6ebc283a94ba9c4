/* `anchorhold inspect` on anything: every inspector behind the one entry that finds out which it is, and the three forms in which a listing is printed. */
#include "fuzz.h"

#include "apps/cli/inspect.h"

/* Rows lie in the input, texts in the listing, and no byte of the input reaches a text unescaped. */
static void check_listing(const listing *l)
{
	assert(l->depth == 0 && l->kind != NULL);
	for (size_t i = 0; i < l->row_count; i++) {
		const listing_row *row = &l->rows[i];
		assert(!row->has_range || (row->off <= l->in.len && row->len <= l->in.len - row->off));
		assert(!row->shows_bytes || row->has_range);
	}
	for (size_t i = 0; i < l->text.len; i++)
		assert(l->text.ptr[i] >= 0x20 && l->text.ptr[i] < 0x7f);
	assert(l->fault.err == AH_OK || l->fault.offset == AH_NO_OFFSET || l->fault.offset <= l->in.len);
}

/* Printable ASCII, tabs of --plain and line feeds alone: nothing that a terminal obeys. */
static void check_printed(const cli *app)
{
	for (size_t i = 0; i < app->out.len; i++) {
		uint8_t byte = app->out.ptr[i];
		assert((byte >= 0x20 && byte < 0x7f) || byte == '\n' || (byte == '\t' && app->plain));
	}
	assert(app->exit_code == 0 || app->exit_code == 20 || app->exit_code == 30 || app->exit_code == 10 || app->exit_code == 50 || app->exit_code == 2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* A first byte below four reads the rest as one platform's; texts and magic numbers begin with others. */
	ah_platform_id platform = size > 0 && data[0] < 4 ? (ah_platform_id)data[0] : AH_PLATFORM_NONE;
	ah_slice in = ah_slice_make(data, size);
	if (platform != AH_PLATFORM_NONE)
		in = ah_slice_sub(in, 1, size - 1);
	AH_AUTO(inspection) all = { 0 };
	if (inspect_bytes(&all, in, platform, NULL) != AH_OK)
		return 0;
	check_listing(&all.listing);
	for (int form = 0; form < 3; form++) {
		cli app = { .json = form == 1, .plain = form == 2, .out = AH_BUF(CLI_OUTPUT_MAX), .why = { .offset = AH_NO_OFFSET } };
		ah_err err = inspect_append(&app, &all.listing, "input");
		assert(err == AH_OK || err == AH_ERR_LIMIT || err == AH_ERR_NOMEM);
		if (err == AH_OK)
			check_printed(&app);
		ah_buf_free(&app.out);
	}
	return 0;
}
