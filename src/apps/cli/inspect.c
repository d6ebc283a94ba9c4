/* `anchorhold inspect`: what the bytes say, field by field, without judging any of it. */
#include "apps/cli/question.h"
#include "apps/cli/inspect.h"

#include "codec/pem.h"

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

/* -- What it is -- */

/* PEM blocks become one input, DER after DER; *ends has the end of each. */
#define PEM_BLOCKS_MAX 16

typedef struct pem_blocks {
	size_t count;
	size_t ends[PEM_BLOCKS_MAX];
} pem_blocks;

static ah_err decode_pem(ah_buf *der, pem_blocks *blocks, ah_slice text, ah_fault *why)
{
	ah_slice rest = text;
	for (;;) {
		bool found = false;
		ah_slice label;
		ah_err err = ah_pem_next(&rest, &found, &label, der);
		if (err == AH_ERR_NOMEM)
			return err;
		if (err != AH_OK)
			return ah_fault_at(why, err, "inspect", text.len - rest.len, "PEM block %zu", blocks->count + 1);
		if (!found)
			return AH_OK;
		if (blocks->count == PEM_BLOCKS_MAX)
			return ah_fault_at(why, AH_ERR_TOO_LARGE, "inspect", text.len - rest.len, "more than %d PEM blocks", PEM_BLOCKS_MAX);
		blocks->ends[blocks->count++] = der->len;
	}
}

static void inspect_pem(listing *l, const pem_blocks *blocks)
{
	l->kind = "PEM; offsets are those of the decoded blocks, one after the other";
	for (size_t start = 0, i = 0; i < blocks->count; i++) {
		inspect_x509(l, ah_slice_sub(l->in, start, blocks->ends[i] - start), "");
		start = blocks->ends[i];
	}
}

static bool looks_like_json(ah_slice in)
{
	for (size_t i = 0; i < in.len; i++)
		if (strchr(" \t\r\n", in.ptr[i]) == NULL || in.ptr[i] == '\0')
			return in.ptr[i] == '{' || in.ptr[i] == '[';
	return false;
}

/* A quote carries PEM within its bytes; text has no NUL. */
static bool is_pem(ah_slice in)
{
	return ah_pem_detect(in) && memchr(in.ptr, 0, in.len) == NULL;
}

static void inspect_binary(listing *l, ah_platform_id platform)
{
	if (platform == AH_PLATFORM_NONE)
		platform = ah_evidence_detect(l->in);
	switch (platform) {
	case AH_PLATFORM_NITRO: inspect_nitro(l); return;
	case AH_PLATFORM_SNP: inspect_snp(l); return;
	case AH_PLATFORM_TDX: inspect_tdx(l); return;
	case AH_PLATFORM_NONE: break;
	}
	if (is_ccel(l->in))
		inspect_event_log(l);
	else if (is_cert_table(l->in))
		inspect_cert_table(l);
	else if (l->in.len > 0 && l->in.ptr[0] == 0x30)
		inspect_x509(l, l->in, "");
	else
		list_fault(l, AH_ERR_UNKNOWN_FORMAT, 0, "no evidence, certificate, CRL, certificate table, collateral, event log or policy");
}

static void inspect_text(listing *l)
{
	if (is_json_log(l->in))
		inspect_event_log(l);
	else if (is_collateral(l->in))
		inspect_collateral(l);
	else if (is_guest_report(l->in))
		inspect_guest_report(l);
	else
		inspect_json(l);
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

/* -- The command -- */

static void free_bytes(uint8_t **bytes)
{
	ah_bytes_free(*bytes);
}

static ah_err finish(cli *app, const listing *l, const char *path)
{
	AH_TRY(l->err);
	app->exit_code = ah_err_exit_code(l->fault.err);
	return app->json ? append_json(&app->out, l) : append_text(app, l, strcmp(path, "-") == 0 ? "standard input" : path);
}

static ah_err run(cli *app, const cli_args *args)
{
	const char *path = args->operands[0];
	ah_platform_id platform;
	AH_AUTO(ah_buf) raw = AH_BUF(0);
	AH_TRY(cli_platform(app, &platform, args));
	AH_TRY(cli_read(app, &raw, path, AH_EVIDENCE_MAX, AH_ERR_TOO_LARGE));
	ah_slice in = ah_buf_slice(&raw);

	if (platform == AH_PLATFORM_NONE && is_pem(in)) {
		pem_blocks blocks = { 0 };
		AH_AUTO(ah_buf) der = AH_BUF(AH_EVIDENCE_MAX);
		AH_TRY(decode_pem(&der, &blocks, in, &app->why));
		AH_AUTO(listing) l = LISTING(ah_buf_slice(&der));
		inspect_pem(&l, &blocks);
		return finish(app, &l, path);
	}
	if (platform == AH_PLATFORM_NONE && looks_like_json(in)) {
		AH_AUTO(listing) l = LISTING(in);
		inspect_text(&l);
		return finish(app, &l, path);
	}
	__attribute__((cleanup(free_bytes))) uint8_t *bytes = NULL;
	size_t len = 0;
	AH_TRY(ah_evidence_from_text(&bytes, &len, in, &app->why));
	AH_AUTO(listing) l = LISTING(ah_slice_make(bytes, len));
	inspect_binary(&l, platform);
	return finish(app, &l, path);
}

static const cli_option options[] = {
	{ "platform", 0, false, "NAME", "nitro, sev-snp or tdx: read the bytes as this, whatever they look like" },
	{ 0 },
};

const cli_command cli_inspect = {
	.name = "inspect",
	.summary = "show what is inside evidence, collateral, event logs, certificates, policies; judges nothing",
	.usage = "[options] FILE",
	.about = "FILE is a Nitro document, an SEV-SNP report or a TDX quote (binary, hex or base64), a certificate or CRL (PEM or DER), a\n"
	         "certificate table of an SNP host, TDX collateral, an event log (CCEL or JSON), or a policy; - is standard input. Each row\n"
	         "names its bytes. All of it is UNVERIFIED.\n"
	         "Exit codes: 0 the structure holds, 30 it breaks (everything before that place is shown), 20 unknown kind, 50 a policy\n"
	         "that does not load.",
	.options = options,
	.operands_min = 1,
	.operands_max = 1,
	.examples =
		"anchorhold inspect examples/evidence/noauth-nitro-2025-04-01.cose\n"
		"anchorhold inspect report.bin\n"
		"anchorhold inspect --json report.bin.vek.der",
	.run = run,
};
