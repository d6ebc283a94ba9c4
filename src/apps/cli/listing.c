/* Listings: rows of "these bytes are this", stored escaped and printed as text, JSON or plain lines. See inspect.h. */
#include "apps/cli/inspect.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* -- Rows -- */

void listing_free(listing *l)
{
	ah_dealloc(l->rows);
	ah_buf_free(&l->text);
	*l = (listing){ 0 };
}

size_t list_offset(const listing *l, ah_slice part)
{
	assert(part.ptr >= l->in.ptr);
	size_t off = (size_t)(part.ptr - l->in.ptr);
	assert(off <= l->in.len && part.len <= l->in.len - off);
	return off;
}

static void keep(listing *l, ah_err err)
{
	if (l->err == AH_OK)
		l->err = err;
}

static listing_row *add_row(listing *l)
{
	if (l->err == AH_OK && l->row_count == LISTING_ROWS_MAX)
		keep(l, AH_ERR_LIMIT);
	if (l->err != AH_OK)
		return NULL;
	if (l->row_count == l->row_cap) {
		size_t cap = l->row_cap == 0 ? 64 : 2 * l->row_cap;
		listing_row *rows = ah_alloc(cap * sizeof *rows);
		if (rows == NULL) {
			keep(l, AH_ERR_NOMEM);
			return NULL;
		}
		for (size_t i = 0; i < l->row_count; i++)
			rows[i] = l->rows[i];
		ah_dealloc(l->rows);
		l->rows = rows;
		l->row_cap = cap;
	}
	return &l->rows[l->row_count++];
}

/* The one way in for text: escaped when stored. */
static void store(listing *l, size_t *off, size_t *len, ah_slice text)
{
	*off = l->text.len;
	keep(l, cli_append_escaped(&l->text, text));
	*len = l->text.len - *off;
}

static void add(listing *l, ah_slice bytes, bool shows_bytes, const char *label, ah_slice value)
{
	listing_row *row = add_row(l);
	if (row == NULL)
		return;
	*row = (listing_row){ .depth = l->depth, .has_range = bytes.ptr != NULL, .shows_bytes = shows_bytes && bytes.len > 0, .len = bytes.len };
	row->off = row->has_range ? list_offset(l, bytes) : 0;
	store(l, &row->label_off, &row->label_len, ah_slice_text(label));
	store(l, &row->value_off, &row->value_len, value);
}

/* The longest formatted value is a list of flags; texts of the input go through list_text(). */
#define VALUE_TEXT_MAX 512

static void AH_PRINTF(5, 0) add_formatted(listing *l, ah_slice bytes, bool shows_bytes, const char *label, const char *format, va_list args)
{
	char value[VALUE_TEXT_MAX];
	if (vsnprintf(value, sizeof value, format, args) < 0)
		value[0] = '\0';
	add(l, bytes, shows_bytes, label, ah_slice_text(value));
}

void list_row(listing *l, ah_slice bytes, const char *label, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	add_formatted(l, bytes, true, label, format, args);
	va_end(args);
}

void list_text(listing *l, ah_slice bytes, const char *label, ah_slice value)
{
	add(l, bytes, true, label, value);
}

void list_source(listing *l, ah_slice text, const char *label)
{
	add(l, text, false, label, text);
}

void list_open(listing *l, ah_slice bytes, const char *label, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	add_formatted(l, bytes, false, label, format, args);
	va_end(args);
	l->depth++;
}

void list_close(listing *l)
{
	assert(l->depth > 0);
	l->depth--;
}

void list_fault(listing *l, ah_err err, size_t off, const char *format, ...)
{
	if (l->fault.err != AH_OK)
		return;
	char detail[sizeof l->fault.detail];
	va_list args;
	va_start(args, format);
	if (vsnprintf(detail, sizeof detail, format, args) < 0)
		detail[0] = '\0';
	va_end(args);
	(void)ah_fault_at(&l->fault, err, "inspect", off, "%s", detail);
}

bool list_is_whole(const listing *l)
{
	return l->fault.err == AH_OK;
}

void list_bits(listing *l, ah_slice bytes, const char *label, uint64_t value, const bit_name *names)
{
	AH_AUTO(ah_buf) text = AH_BUF(VALUE_TEXT_MAX);
	uint64_t rest = value;
	keep(l, ah_buf_printf(&text, "0x%llx", (unsigned long long)value));
	for (; names->name != NULL; names++) {
		if ((value & names->bit) == 0)
			continue;
		keep(l, ah_buf_printf(&text, " %s", names->name));
		rest &= ~names->bit;
	}
	if (rest != 0)
		keep(l, ah_buf_printf(&text, " unknown:0x%llx", (unsigned long long)rest));
	list_text(l, bytes, label, ah_buf_slice(&text));
}

#define ADOPTED_BYTES_MAX 64

/* Text of the other listing was escaped when it was stored there. */
static void copy_text(listing *l, size_t *off, size_t *len, ah_slice text)
{
	*off = l->text.len;
	keep(l, ah_buf_append(&l->text, text));
	*len = l->text.len - *off;
}

static void adopt_row(listing *l, const listing *other, const listing_row *row)
{
	ah_slice text = ah_buf_slice(&other->text);
	listing_row *copy = add_row(l);
	if (copy == NULL)
		return;
	*copy = (listing_row){ .depth = l->depth + row->depth };
	copy_text(l, &copy->label_off, &copy->label_len, ah_slice_sub(text, row->label_off, row->label_len));
	copy_text(l, &copy->value_off, &copy->value_len, ah_slice_sub(text, row->value_off, row->value_len));
	if (!row->shows_bytes || l->err != AH_OK)
		return;
	size_t shown = row->len < ADOPTED_BYTES_MAX ? row->len : ADOPTED_BYTES_MAX;
	keep(l, ah_buf_append_text(&l->text, copy->value_len != 0 ? " " : ""));
	keep(l, ah_buf_append_hex(&l->text, ah_slice_sub(other->in, row->off, shown)));
	keep(l, ah_buf_append_text(&l->text, shown < row->len ? ".." : ""));
	copy->value_len = l->text.len - copy->value_off;
}

void list_adopt(listing *l, const listing *other)
{
	keep(l, other->err);
	for (size_t i = 0; i < other->row_count; i++)
		adopt_row(l, other, &other->rows[i]);
	if (!list_is_whole(other))
		list_fault(l, other->fault.err, AH_NO_OFFSET, "%.90s", other->fault.detail);
}

/* -- Text -- */

#define HEX_LINE 32
#define HEX_LINES_MAX 8

static ah_err append_bytes(ah_buf *out, ah_slice bytes, size_t off)
{
	for (size_t at = 0; at < bytes.len; at += HEX_LINE) {
		if (at == (size_t)HEX_LINE * HEX_LINES_MAX)
			return ah_buf_printf(out, "%18s.. %zu more bytes\n", "", bytes.len - at);
		size_t len = bytes.len - at < HEX_LINE ? bytes.len - at : HEX_LINE;
		AH_TRY(ah_buf_printf(out, "%10s0x%04zx  ", "", off + at));
		AH_TRY(ah_buf_append_hex(out, ah_slice_sub(bytes, at, len)));
		AH_TRY(ah_buf_append_byte(out, '\n'));
	}
	return AH_OK;
}

static ah_slice row_label(const listing *l, const listing_row *row)
{
	return ah_slice_sub(ah_buf_slice(&l->text), row->label_off, row->label_len);
}

static ah_slice row_value(const listing *l, const listing_row *row)
{
	return ah_slice_sub(ah_buf_slice(&l->text), row->value_off, row->value_len);
}

static ah_err append_text(cli *app, const listing *l, const char *path)
{
	ah_buf *out = &app->out;
	const char *on = app->colour ? "\033[1;33m" : "", *red = app->colour ? "\033[1;31m" : "", *off = app->colour ? "\033[0m" : "";
	AH_TRY(ah_buf_printf(out, "%sUNVERIFIED%s  ", on, off));
	AH_TRY(cli_append_escaped(out, ah_slice_text(path)));
	AH_TRY(ah_buf_printf(out, "  %s  %zu bytes\n", l->kind, l->in.len));
	AH_TRY(ah_buf_append_text(out, "Nothing below was checked: anyone can write these bytes. Only anchorhold verify judges evidence.\n\n"
	                               "offset  length  field\n"));
	for (size_t i = 0; i < l->row_count; i++) {
		const listing_row *row = &l->rows[i];
		if (row->has_range)
			AH_TRY(ah_buf_printf(out, "0x%04zx  %6zu  ", row->off, row->len));
		else
			AH_TRY(ah_buf_printf(out, "%16s", ""));
		AH_TRY(ah_buf_printf(out, "%*s", (int)(2 * row->depth), ""));
		AH_TRY(ah_buf_append(out, row_label(l, row)));
		if (row->value_len > 0) {
			AH_TRY(ah_buf_append_text(out, ": "));
			AH_TRY(ah_buf_append(out, row_value(l, row)));
		}
		AH_TRY(ah_buf_append_byte(out, '\n'));
		if (row->shows_bytes)
			AH_TRY(append_bytes(out, ah_slice_sub(l->in, row->off, row->len), row->off));
	}
	if (list_is_whole(l))
		return AH_OK;
	AH_TRY(ah_buf_printf(out, "\n%sthe structure ends here%s: %s (%d)", red, off, ah_err_name(l->fault.err), (int)l->fault.err));
	if (l->fault.offset != AH_NO_OFFSET)
		AH_TRY(ah_buf_printf(out, " at 0x%04zx (byte %zu)", l->fault.offset, l->fault.offset));
	AH_TRY(ah_buf_printf(out, ": %s\n", l->fault.detail));
	return ah_buf_printf(out, "  next: %s\n", ah_err_next_step(l->fault.err));
}

/* -- JSON -- */

static void put_row(ah_json_writer *w, const listing *l, const listing_row *row)
{
	ah_json_put_object_begin(w);
	ah_json_put_key(w, "depth");
	ah_json_put_int(w, row->depth);
	if (row->shows_bytes) {
		ah_json_put_key(w, "hex");
		ah_json_put_hex(w, ah_slice_sub(l->in, row->off, row->len));
	}
	ah_json_put_key(w, "label");
	ah_json_put_string(w, row_label(l, row));
	if (row->has_range) {
		ah_json_put_key(w, "len");
		ah_json_put_int(w, (int64_t)row->len);
		ah_json_put_key(w, "off");
		ah_json_put_int(w, (int64_t)row->off);
	}
	ah_json_put_key(w, "value");
	ah_json_put_string(w, row_value(l, row));
	ah_json_put_object_end(w);
}

static ah_err append_json(ah_buf *out, const listing *l)
{
	ah_json_writer w;
	ah_json_writer_init(&w, out);
	ah_json_put_object_begin(&w);
	ah_json_put_key(&w, "error");
	if (list_is_whole(l)) {
		ah_json_put_null(&w);
	} else {
		cli_put_error(&w, &l->fault);
	}
	ah_json_put_key(&w, "kind");
	ah_json_put_text(&w, l->kind);
	ah_json_put_key(&w, "rows");
	ah_json_put_array_begin(&w);
	for (size_t i = 0; i < l->row_count; i++)
		put_row(&w, l, &l->rows[i]);
	ah_json_put_array_end(&w);
	ah_json_put_key(&w, "schema");
	ah_json_put_text(&w, "anchorhold.inspect/v1");
	ah_json_put_key(&w, "size");
	ah_json_put_int(&w, (int64_t)l->in.len);
	ah_json_put_key(&w, "verified");
	ah_json_put_bool(&w, false);
	ah_json_put_object_end(&w);
	AH_TRY(ah_json_writer_finish(&w));
	return ah_buf_append_byte(out, '\n');
}

/* -- Plain: what people read, one row per line; labels and values were escaped when they were stored -- */

static ah_err append_plain_row(ah_buf *out, const listing *l, const listing_row *row)
{
	AH_TRY(ah_buf_append_text(out, "row\t"));
	if (row->has_range)
		AH_TRY(ah_buf_printf(out, "%zu\t%zu", row->off, row->len));
	else
		AH_TRY(ah_buf_append_byte(out, '\t'));
	AH_TRY(ah_buf_printf(out, "\t%u\t", row->depth));
	AH_TRY(ah_buf_append(out, row_label(l, row)));
	AH_TRY(ah_buf_append_byte(out, '\t'));
	AH_TRY(ah_buf_append(out, row_value(l, row)));
	AH_TRY(ah_buf_append_byte(out, '\t'));
	if (row->shows_bytes)
		AH_TRY(ah_buf_append_hex(out, ah_slice_sub(l->in, row->off, row->len)));
	return ah_buf_append_byte(out, '\n');
}

static ah_err append_plain(ah_buf *out, const listing *l, const char *path)
{
	char number[24], off[24] = "";
	AH_TRY(cli_append_plain(out, (const char *[]){ "verified", "no", NULL }));
	AH_TRY(cli_append_plain(out, (const char *[]){ "file", path, NULL }));
	AH_TRY(cli_append_plain(out, (const char *[]){ "kind", l->kind, NULL }));
	(void)snprintf(number, sizeof number, "%zu", l->in.len);
	AH_TRY(cli_append_plain(out, (const char *[]){ "size", number, NULL }));
	for (size_t i = 0; i < l->row_count; i++)
		AH_TRY(append_plain_row(out, l, &l->rows[i]));
	if (list_is_whole(l))
		return AH_OK;
	(void)snprintf(number, sizeof number, "%d", (int)l->fault.err);
	if (l->fault.offset != AH_NO_OFFSET)
		(void)snprintf(off, sizeof off, "%zu", l->fault.offset);
	return cli_append_plain(out, (const char *[]){ "error", ah_err_name(l->fault.err), number, off, l->fault.detail, NULL });
}

/* -- One of the three -- */

ah_err inspect_append(cli *app, const listing *l, const char *path)
{
	AH_TRY(l->err);
	app->exit_code = ah_err_exit_code(l->fault.err);
	if (app->json)
		return append_json(&app->out, l);
	return app->plain ? append_plain(&app->out, l, path) : append_text(app, l, path);
}
