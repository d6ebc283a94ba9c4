/* `anchorhold collateral import | list`, and what they share with `fetch` (collateral_fetch.c). */
#include "apps/cli/collateral.h"

#include "apps/cli/question.h"
#include "codec/pem.h"
#include "codec/text.h"
#include "pki/crl.h"

#include <inttypes.h>
#include <stdio.h>

#define STEP "collateral"

/* -- One run -- */

ah_err collateral_open(collateral_run *run, cli *app, const cli_args *args, bool admits)
{
	*run = (collateral_run){ .app = app, .cache = CLI_CACHE_CLOSED, .state = CLI_STATE_CLOSED };
	AH_TRY(vendor_trust_load(app, &run->trust, args));
	AH_TRY(cli_cache_open(app, &run->cache, cli_value(args, "cache"), admits));
	/* What was said at another time than now must not be remembered unasked: then a state is used only where it is named. */
	run->uses_state = admits && (cli_given(args, "state") || !cli_given(args, "at"));
	run->state_path = run->uses_state ? cli_value(args, "state") : NULL;
	return AH_OK;
}

void collateral_run_free(collateral_run *run)
{
	vendor_trust_free(&run->trust);
	cli_state_free(&run->state);
	cli_cache_close(&run->cache);
}

ah_err collateral_verify(collateral_run *run, vendor_document *out, vendor_kind kind, ah_snp_signer signer, ah_slice bytes)
{
	AH_AUTO(ah_buf) chain = AH_BUF(0);
	vendor_document unverified;
	ah_slice none = { NULL, 0 };
	ah_fault *why = &run->app->why;
	/* Which chain it stands below, it says itself; the chain then says whether that is so. */
	if (kind == VENDOR_SNP_CRL || kind == VENDOR_SNP_VCEK) {
		AH_TRY(vendor_read(&unverified, kind, NULL, signer, none, bytes, why));
		AH_TRY(cli_cache_read_chain(run->app, &chain, &run->cache, &run->trust, unverified.product, unverified.signer));
	}
	return vendor_read(out, kind, &run->trust, signer, ah_buf_slice(&chain), bytes, why);
}

ah_err collateral_keep(collateral_run *run, const vendor_document *document, ah_slice bytes)
{
	bool is_remembered = document->number_count > 0 && document->numbers[0].state_kind != NULL;
	if (run->uses_state && is_remembered && run->state.state == NULL)
		AH_TRY(cli_state_open(run->app, &run->state, run->state_path));
	AH_TRY(cli_cache_admit(run->app, &run->cache, &run->state, document, bytes));
	assert(run->count < COLLATERAL_DOCUMENTS_MAX);
	run->documents[run->count++] = *document;
	return AH_OK;
}

/* -- Telling -- */

/* One file: what it is, or why it is nothing that can be used. */
typedef struct told {
	const char *name, *path;
	vendor_kind kind;
	const vendor_document *document; /* NULL: refused */
	const ah_fault *fault;           /* NULL: current */
} told;

static void put_number(ah_json_writer *w, const vendor_number *n)
{
	ah_json_put_object_begin(w);
	ah_json_put_key(w, "issued");
	ah_json_put_time(w, n->issued_s);
	ah_json_put_key(w, "number");
	if (n->has_number)
		ah_json_put_int(w, (int64_t)n->number);
	else
		ah_json_put_null(w);
	ah_json_put_key(w, "title");
	ah_json_put_text(w, n->title);
	ah_json_put_object_end(w);
}

static ah_err put_told(ah_json_writer *w, const told *t)
{
	AH_AUTO(ah_buf) path = AH_BUF(8 * PATH_MAX);
	AH_TRY(cli_append_escaped(&path, ah_slice_text(t->path)));
	const vendor_document *d = t->document;
	ah_json_put_object_begin(w);
	ah_json_put_key(w, "about");
	ah_json_put_text(w, d != NULL ? d->about : "");
	ah_json_put_key(w, "error");
	if (t->fault != NULL)
		cli_put_error(w, t->fault);
	else
		ah_json_put_null(w);
	ah_json_put_key(w, "expires");
	if (d != NULL)
		ah_json_put_time(w, d->expiry_s);
	else
		ah_json_put_null(w);
	ah_json_put_key(w, "kind");
	ah_json_put_text(w, vendor_kind_name(t->kind));
	ah_json_put_key(w, "name");
	ah_json_put_text(w, t->name);
	ah_json_put_key(w, "numbers");
	ah_json_put_array_begin(w);
	for (size_t i = 0; d != NULL && i < d->number_count; i++)
		put_number(w, &d->numbers[i]);
	ah_json_put_array_end(w);
	ah_json_put_key(w, "path");
	ah_json_put_string(w, ah_buf_slice(&path));
	ah_json_put_key(w, "simulated");
	ah_json_put_bool(w, d != NULL && d->simulated);
	ah_json_put_object_end(w);
	return AH_OK;
}

static void begin_json(ah_json_writer *w, cli *app)
{
	ah_json_writer_init(w, &app->out);
	ah_json_put_object_begin(w);
	ah_json_put_key(w, "documents");
	ah_json_put_array_begin(w);
}

static ah_err end_json(ah_json_writer *w, cli *app)
{
	ah_json_put_array_end(w);
	ah_json_put_key(w, "schema");
	ah_json_put_text(w, "anchorhold.collateral/v1");
	ah_json_put_object_end(w);
	AH_TRY(ah_json_writer_finish(w));
	return ah_buf_append_byte(&app->out, '\n');
}

static ah_err append_numbers(ah_buf *out, const vendor_document *d)
{
	for (size_t i = 0; i < d->number_count; i++) {
		const vendor_number *n = &d->numbers[i];
		char issued[21];
		ah_time_format(issued, n->issued_s);
		AH_TRY(ah_buf_printf(out, "%s%s", i == 0 ? "  " : ", ", n->title));
		if (n->has_number)
			AH_TRY(ah_buf_printf(out, " %" PRIu64, n->number));
		AH_TRY(ah_buf_printf(out, " of %.10s", issued));
	}
	return d->number_count > 0 ? ah_buf_append_byte(out, '\n') : AH_OK;
}

static ah_err append_told(ah_buf *out, const told *t)
{
	if (t->document == NULL) {
		AH_TRY(ah_buf_printf(out, "%s  %s  %s\n", ah_err_name(t->fault->err), vendor_kind_name(t->kind), t->name));
		if (t->fault->detail[0] != '\0')
			AH_TRY(ah_buf_printf(out, "  %s\n", t->fault->detail));
	} else {
		char until[21];
		ah_time_format(until, t->document->expiry_s);
		AH_TRY(ah_buf_printf(out, "current until %s%s  %s\n", until, t->document->simulated ? "  SIMULATED" : "", t->document->about));
		AH_TRY(append_numbers(out, t->document));
	}
	AH_TRY(ah_buf_append_text(out, "  "));
	AH_TRY(cli_append_word(out, t->path));
	return ah_buf_append_byte(out, '\n');
}

/* document, "current" or the error's name, kind, name, expiry, "simulated" or "hardware", path. */
static ah_err append_told_plain(ah_buf *out, const told *t)
{
	const vendor_document *d = t->document;
	char expiry[21] = "";
	if (d != NULL)
		ah_time_format(expiry, d->expiry_s);
	const char *status = d != NULL ? "current" : ah_err_name(t->fault->err), *hardware = d == NULL ? "" : d->simulated ? "simulated" : "hardware";
	return cli_append_plain(out, (const char *[]){ "document", status, vendor_kind_name(t->kind), t->name, expiry, hardware, t->path, NULL });
}

/* w: of a run with --json. */
static ah_err tell(cli *app, ah_json_writer *w, const told *t)
{
	if (app->json)
		return put_told(w, t);
	return app->plain ? append_told_plain(&app->out, t) : append_told(&app->out, t);
}

/* How the files are given to `verify`. */
static ah_err append_next(collateral_run *run)
{
	static const char *const option[VENDOR_KIND_COUNT] = {
		[VENDOR_TDX_COLLATERAL] = "collateral", [VENDOR_SNP_CHAIN] = "chain", [VENDOR_SNP_CRL] = "crl", [VENDOR_SNP_VCEK] = "vek",
	};
	ah_buf *out = &run->app->out;
	AH_TRY(ah_buf_append_text(out, "next: anchorhold verify"));
	for (size_t i = 0; i < run->count; i++) {
		char path[PATH_MAX];
		AH_TRY(cli_cache_path(run->app, path, &run->cache, run->documents[i].name));
		AH_TRY(ah_buf_printf(out, " --%s ", option[run->documents[i].kind]));
		AH_TRY(cli_append_word(out, path));
	}
	return ah_buf_append_text(out, " --policy FILE ..\n");
}

ah_err collateral_close(collateral_run *run)
{
	ah_json_writer w;
	cli *app = run->app;
	AH_TRY(cli_state_save(app, &run->state));
	if (app->json)
		begin_json(&w, app);
	for (size_t i = 0; i < run->count; i++) {
		char path[PATH_MAX];
		const vendor_document *d = &run->documents[i];
		AH_TRY(cli_cache_path(app, path, &run->cache, d->name));
		told t = { .name = d->name, .path = path, .kind = d->kind, .document = d };
		AH_TRY(tell(app, &w, &t));
	}
	if (app->json)
		return end_json(&w, app);
	return app->plain ? AH_OK : append_next(run);
}

/* -- import -- */

static const cli_option import_options[] = {
	{ "signer", 0, false, "vcek|vlek", "sev-snp CRLs: of which intermediate's service (default: vcek)" },
	CLI_COLLATERAL_OPTIONS,
	CLI_COLLATERAL_STATE_OPTION,
	{ 0 },
};

/* One imported file. der: what its text form decodes to. */
typedef struct imported {
	ah_buf bytes, der;
	vendor_kind kind;
} imported;

static void imported_auto(imported *file)
{
	ah_buf_free(&file->bytes);
	ah_buf_free(&file->der);
}

/* PEM: two certificates are a chain, one is a VCEK, "X509 CRL" is a CRL. */
static ah_err recognise_pem(cli *app, imported *file)
{
	ah_slice rest = ah_buf_slice(&file->bytes), label = { NULL, 0 }, ignored = { NULL, 0 };
	AH_AUTO(ah_buf) second = AH_BUF(AH_CRL_MAX);
	bool found = false, more = false;
	file->der = AH_BUF(AH_CRL_MAX);
	ah_err err = ah_pem_next(&rest, &found, &label, &file->der);
	if (err == AH_OK && found)
		err = ah_pem_next(&rest, &more, &ignored, &second);
	if (err != AH_OK || !found)
		return ah_fault_set(&app->why, err == AH_ERR_NOMEM ? err : AH_ERR_TEXT, STEP, "PEM that cannot be read");
	if (ah_slice_is_text(label, "X509 CRL"))
		file->kind = VENDOR_SNP_CRL;
	else
		file->kind = more ? VENDOR_SNP_CHAIN : VENDOR_SNP_VCEK;
	return AH_OK;
}

static ah_err recognise(cli *app, imported *file)
{
	ah_crl crl;
	ah_fault ignored = { 0 };
	ah_slice bytes = ah_buf_slice(&file->bytes);
	size_t start = 0;
	while (start < bytes.len && (bytes.ptr[start] == ' ' || bytes.ptr[start] == '\t' || bytes.ptr[start] == '\n' || bytes.ptr[start] == '\r'))
		start++;
	if (start < bytes.len && bytes.ptr[start] == '{') {
		file->kind = VENDOR_TDX_COLLATERAL;
		return AH_OK;
	}
	if (ah_pem_detect(bytes))
		return recognise_pem(app, file);
	file->kind = ah_crl_parse(&crl, bytes, &ignored) == AH_OK ? VENDOR_SNP_CRL : VENDOR_SNP_VCEK;
	return AH_OK;
}

static ah_err import_one(collateral_run *run, const char *path, ah_snp_signer signer, bool chains)
{
	__attribute__((cleanup(imported_auto))) imported file = { 0 };
	vendor_document document;
	cli *app = run->app;
	AH_TRY(cli_read(app, &file.bytes, path, AH_TDX_COLLATERAL_MAX, AH_ERR_TOO_LARGE));
	AH_TRY(recognise(app, &file));
	if ((file.kind == VENDOR_SNP_CHAIN) != chains)
		return AH_OK;
	bool decoded = file.der.len > 0 && file.kind != VENDOR_SNP_CHAIN;
	ah_slice bytes = ah_buf_slice(decoded ? &file.der : &file.bytes);
	AH_TRY(collateral_verify(run, &document, file.kind, signer, bytes));
	return collateral_keep(run, &document, bytes);
}

/* Chains go first: what stands below them is judged by them. */
static ah_err run_import(cli *app, const cli_args *args)
{
	AH_AUTO(collateral_run) run = { .cache = CLI_CACHE_CLOSED, .state = CLI_STATE_CLOSED };
	const char *name = cli_value(args, "signer");
	if (name != NULL && strcmp(name, "vcek") != 0 && strcmp(name, "vlek") != 0)
		return ah_fault_set(&app->why, AH_ERR_ARGUMENT, "option", "--signer: not vcek or vlek");
	for (size_t i = 0; i < args->operand_count; i++)
		if (strcmp(args->operands[i], "-") == 0)
			return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "files are read twice; name them");
	AH_TRY(collateral_open(&run, app, args, true));
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < args->operand_count; i++)
			AH_TRY(import_one(&run, args->operands[i], name != NULL && strcmp(name, "vlek") == 0 ? AH_SNP_VLEK : AH_SNP_VCEK, pass == 0));
	return collateral_close(&run);
}

const cli_command cli_collateral_import = {
	.name = "collateral import",
	.summary = "verify files of a vendor and put them into the cache",
	.usage = "[options] FILE..",
	.about = "For machines without a way to the vendors. FILE is tdx collateral (JSON), or of sev-snp a chain (PEM, two certificates), a CRL or a VCEK.\n"
	         "Each is verified as a fetched one is, and none replaces a newer one. Chains come first, wherever they stand.\n"
	         "Exit codes: 0 imported, 10 not genuine, expired or older than known, 30 malformed, 40 the chain is missing, 50 state invalid.",
	.options = import_options,
	.operands_min = 1,
	.operands_max = CLI_OPERANDS_MAX,
	.examples = "anchorhold collateral import --simulated-root root/ark-genoa.der --allow-simulated report.bin.chain.pem report.bin.crl.der report.bin.vek.der",
	.run = run_import,
};

/* -- list -- */

static const cli_option list_options[] = { CLI_COLLATERAL_OPTIONS, { 0 } };

/* A file that is refused is told, and does not end the list. */
static ah_err list_one(collateral_run *run, ah_json_writer *w, const cli_cached *file)
{
	AH_AUTO(ah_buf) bytes = AH_BUF(0);
	char path[PATH_MAX];
	vendor_document document;
	cli *app = run->app;
	AH_TRY(cli_cache_path(app, path, &run->cache, file->name));
	ah_err err = cli_read(app, &bytes, path, vendor_kind_max(file->kind), AH_ERR_TOO_LARGE);
	if (err == AH_OK)
		err = collateral_verify(run, &document, file->kind, file->signer, ah_buf_slice(&bytes));
	if (err == AH_OK && strcmp(document.name, file->name) != 0)
		err = ah_fault_set(&app->why, AH_ERR_FORMAT, STEP, "the content belongs to %s", document.name);
	if (err == AH_ERR_NOMEM)
		return err;
	ah_fault fault = app->why;
	fault.err = err;
	app->why = (ah_fault){ .offset = AH_NO_OFFSET };
	told t = { file->name, path, file->kind, err == AH_OK ? &document : NULL, err == AH_OK ? NULL : &fault };
	return tell(app, w, &t);
}

static void files_auto(cli_cached **files)
{
	ah_dealloc(*files);
}

static ah_err run_list(cli *app, const cli_args *args)
{
	AH_AUTO(collateral_run) run = { .cache = CLI_CACHE_CLOSED, .state = CLI_STATE_CLOSED };
	__attribute__((cleanup(files_auto))) cli_cached *files = NULL;
	size_t count = 0;
	ah_json_writer w;
	AH_TRY(collateral_open(&run, app, args, false));
	AH_TRY(cli_cache_list(app, &files, &count, &run.cache));
	if (app->json)
		begin_json(&w, app);
	for (size_t i = 0; i < count; i++)
		AH_TRY(list_one(&run, &w, &files[i]));
	if (app->json)
		return end_json(&w, app);
	if (count > 0 || app->plain)
		return AH_OK;
	AH_TRY(ah_buf_append_text(&app->out, "nothing in "));
	AH_TRY(cli_append_word(&app->out, run.cache.folder));
	return ah_buf_append_byte(&app->out, '\n');
}

const cli_command cli_collateral_list = {
	.name = "collateral list",
	.summary = "say what the cache holds, and until when",
	.usage = "[options]",
	.about = "Every document is verified again; one that is expired, or not under an allowed root, is listed with its error.",
	.options = list_options,
	.operands_min = 0,
	.operands_max = 0,
	.examples = "anchorhold collateral list",
	.run = run_list,
};
