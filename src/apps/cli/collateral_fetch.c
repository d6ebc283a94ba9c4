/*
 * `anchorhold collateral fetch`: what a piece of evidence needs, from the vendor's service through anchorhold-fetch.
 *
 * Where something is fetched from is the vendors' address, or the operator's mirror; evidence and certificates name machines, never places.
 */
#include "apps/cli/collateral.h"

#include "apps/cli/fetcher.h"
#include "apps/cli/pcs.h"
#include "apps/cli/question.h"
#include "codec/pem.h"
#include "platforms/snp_vek.h"
#include "platforms/tdx/pck.h"
#include "platforms/tdx/quote.h"

#include <stdio.h>

#define STEP          "collateral.fetch"
#define PCS_URL       "https://api.trustedservices.intel.com"
#define PCS_CERTS_URL "https://certificates.trustedservices.intel.com"
#define KDS_URL       "https://kdsintf.amd.com"
#define BASE_URL_MAX  512
#define URL_MAX       2048
/* Around the signed object of an answer stand its name and the signature. */
#define PCS_ANSWER_MAX (AH_TDX_DOCUMENT_MAX + 1024)
#define PCS_CHAIN_MAX  (32 * 1024)

static const cli_option options[] = {
	{ "for", 0, false, "FILE", "evidence: fetch what this needs (a TDX quote or a SEV-SNP report)" },
	{ "platform", 0, false, "sev-snp|tdx", "with --for: what the evidence is; without it the evidence says so" },
	{ "fmspc", 0, false, "HEX", "tdx: the FMSPC of the processor, 12 digits" },
	{ "ca", 0, false, "platform|processor", "tdx, with --fmspc: the CA of the PCK certificate" },
	{ "product", 0, false, "Milan|Genoa|Turin", "sev-snp: the processor" },
	{ "signer", 0, false, "vcek|vlek", "sev-snp, with --product: whose chain and CRL (default: vcek)" },
	{ "hwid", 0, false, "HEX", "sev-snp: also the VCEK of this chip; needs --tcb" },
	{ "tcb", 0, false, "LIST", "sev-snp: REPORTED_TCB of the VCEK, bl=3,tee=0,snp=8,ucode=115 (on Turin also fmc=)" },
	{ "pcs-url", 0, false, "URL", "a mirror of Intel's service (with IntelSGXRootCA.der at its top)" },
	{ "kds-url", 0, false, "URL", "a mirror of AMD's service" },
	{ "tls-ca", 0, false, "FILE", "PEM certificates to trust for TLS in place of the system's" },
	{ "timeout", 0, false, "SECONDS", "for each download, 1 to 600 (default: 60)" },
	{ "fetcher", 0, false, "FILE", "the helper program (default: anchorhold-fetch beside this program)" },
	CLI_COLLATERAL_OPTIONS,
	CLI_COLLATERAL_STATE_OPTION,
	{ 0 },
};

/* What is to be fetched: from options, or from what evidence says about its machine. */
typedef struct wanted {
	ah_platform_id platform;
	uint8_t fmspc[6];
	bool platform_ca;
	ah_snp_product product;
	ah_snp_signer signer;
	bool has_vcek;
	uint8_t hwid[64];
	size_t hwid_len;
	ah_snp_tcb tcb;
} wanted;

static ah_err bad_option(cli *app, const char *option, const char *wanted_form)
{
	return ah_fault_set(&app->why, AH_ERR_ARGUMENT, "option", "--%s: %s", option, wanted_form);
}

/* -- From evidence. Nothing is verified: a liar gets collateral that his evidence will not match. -- */

static ah_err want_for_quote(cli *app, wanted *out, ah_slice bytes)
{
	ah_tdx_quote quote;
	ah_checks log = { 0 };
	ah_cert leaf;
	ah_tdx_pck pck;
	AH_AUTO(ah_buf) der = AH_BUF(AH_CERTIFICATE_MAX);
	ah_slice label = { NULL, 0 }, issuer = { NULL, 0 };
	bool found = false;
	AH_TRY(ah_tdx_quote_parse(&quote, bytes, &log, &app->why));
	ah_slice rest = quote.pck_chain;
	ah_err err = ah_pem_next(&rest, &found, &label, &der);
	if (err == AH_ERR_NOMEM)
		return err;
	if (err != AH_OK || !found)
		return ah_fault_set(&app->why, AH_ERR_CERT_MALFORMED, STEP, "the quote has no PCK certificate");
	AH_TRY(ah_cert_parse(&leaf, ah_buf_slice(&der), &app->why));
	AH_TRY(ah_tdx_pck_read(&pck, &leaf, &app->why));
	bool named = ah_name_common_name(leaf.issuer, &issuer);
	out->platform_ca = named && ah_slice_is_text(issuer, "Intel SGX PCK Platform CA");
	if (!out->platform_ca && !(named && ah_slice_is_text(issuer, "Intel SGX PCK Processor CA")))
		return ah_fault_set(&app->why, AH_ERR_CHAIN, STEP, "the PCK certificate is of neither the platform nor the processor CA");
	memcpy(out->fmspc, pck.fmspc, sizeof out->fmspc);
	return AH_OK;
}

static ah_err want_for_report(cli *app, wanted *out, ah_slice bytes)
{
	ah_snp_report report;
	AH_TRY(ah_snp_report_parse(&report, bytes, &app->why));
	ah_snp_product product = report.has_cpuid ? ah_snp_product_of_cpuid(report.family, report.model) : AH_SNP_PRODUCT_NONE;
	if (report.has_cpuid && product == AH_SNP_PRODUCT_NONE)
		return ah_fault_set(&app->why, AH_ERR_PRODUCT_UNKNOWN, STEP, "CPUID family %u, model %u", report.family, report.model);
	if (product != AH_SNP_PRODUCT_NONE && out->product != AH_SNP_PRODUCT_NONE && product != out->product)
		return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "--product contradicts the report, which is of %s", ah_snp_product_name(product));
	if (product != AH_SNP_PRODUCT_NONE)
		out->product = product;
	if (out->product == AH_SNP_PRODUCT_NONE)
		return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "a version 2 report does not say its product; give --product too");
	out->signer = report.signing_key == AH_SNP_KEY_VLEK ? AH_SNP_VLEK : AH_SNP_VCEK;
	ah_slice chip = ah_snp_field_bytes(bytes, AH_SNP_F_CHIP_ID);
	/* A VLEK is the provider's to give; a masked chip id names no chip to ask for. */
	out->has_vcek = out->signer == AH_SNP_VCEK && !ah_slice_is_zero(chip);
	out->hwid_len = out->product == AH_SNP_TURIN ? AH_SNP_HWID_LEN_TURIN : AH_SNP_HWID_LEN;
	memcpy(out->hwid, chip.ptr, out->hwid_len);
	out->tcb = ah_snp_tcb_read(ah_snp_field_bytes(bytes, AH_SNP_F_REPORTED_TCB), out->product);
	return AH_OK;
}

static void bytes_auto(uint8_t **bytes)
{
	ah_bytes_free(*bytes);
}

static ah_err want_for(cli *app, wanted *out, const cli_args *args)
{
	AH_AUTO(ah_buf) text = AH_BUF(0);
	__attribute__((cleanup(bytes_auto))) uint8_t *bytes = NULL;
	size_t len = 0;
	AH_TRY(cli_platform(app, &out->platform, args));
	AH_TRY(cli_read(app, &text, cli_value(args, "for"), AH_EVIDENCE_MAX, AH_ERR_TOO_LARGE));
	AH_TRY(ah_evidence_from_text(&bytes, &len, ah_buf_slice(&text), &app->why));
	if (out->platform == AH_PLATFORM_NONE)
		out->platform = ah_evidence_detect(ah_slice_make(bytes, len));
	switch (out->platform) {
	case AH_PLATFORM_TDX: return want_for_quote(app, out, ah_slice_make(bytes, len));
	case AH_PLATFORM_SNP: return want_for_report(app, out, ah_slice_make(bytes, len));
	case AH_PLATFORM_NITRO: return ah_fault_set(&app->why, AH_ERR_PLATFORM, STEP, "a nitro document carries all certificates that it needs");
	case AH_PLATFORM_NONE: break;
	}
	return ah_fault_set(&app->why, AH_ERR_UNKNOWN_FORMAT, STEP, "--for: no platform recognises this file");
}

/* -- From options -- */

static ah_err take_exact_hex(cli *app, uint8_t *out, size_t len, const char *option, const char *text, const char *form)
{
	AH_AUTO(ah_buf) bytes = AH_BUF(0);
	AH_TRY(cli_hex(app, &bytes, option, text));
	if (bytes.len != len)
		return bad_option(app, option, form);
	memcpy(out, bytes.ptr, len);
	return AH_OK;
}

static ah_err want_fmspc(cli *app, wanted *out, const cli_args *args)
{
	const char *ca = cli_value(args, "ca");
	out->platform = AH_PLATFORM_TDX;
	if (ca == NULL)
		return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "--fmspc needs --ca platform or --ca processor");
	out->platform_ca = strcmp(ca, "platform") == 0;
	if (!out->platform_ca && strcmp(ca, "processor") != 0)
		return bad_option(app, "ca", "not platform or processor");
	return take_exact_hex(app, out->fmspc, sizeof out->fmspc, "fmspc", cli_value(args, "fmspc"), "not 12 hex digits");
}

/* "name=0..255" at *text, moved behind it and a comma. */
static bool take_component(const char **text, ah_snp_tcb *tcb, unsigned *seen)
{
	const struct { const char *name; uint8_t *value; } rows[] = {
		{ "bl=", &tcb->bl }, { "tee=", &tcb->tee }, { "snp=", &tcb->snp }, { "ucode=", &tcb->ucode }, { "fmc=", &tcb->fmc },
	};
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		size_t name_len = strlen(rows[i].name), digits;
		if (strncmp(*text, rows[i].name, name_len) != 0)
			continue;
		const char *c = *text + name_len;
		digits = strspn(c, "0123456789");
		unsigned value = 0;
		for (size_t k = 0; k < digits && k < 3; k++)
			value = value * 10 + (unsigned)(c[k] - '0');
		if (digits == 0 || digits > 3 || value > 255 || (*seen & 1U << i) != 0)
			return false;
		*rows[i].value = (uint8_t)value;
		*seen |= 1U << i;
		*text = c + digits;
		return true;
	}
	return false;
}

static ah_err take_tcb(cli *app, wanted *out, const char *text)
{
	unsigned seen = 0;
	bool good = true, more = true;
	while (good && more) {
		good = take_component(&text, &out->tcb, &seen);
		more = *text == ',';
		text += more;
	}
	out->tcb.has_fmc = out->product == AH_SNP_TURIN;
	if (!good || *text != '\0' || seen != (out->tcb.has_fmc ? 31U : 15U))
		return bad_option(app, "tcb",
		                  out->tcb.has_fmc ? "not fmc=..,bl=..,tee=..,snp=..,ucode=.. of 0 to 255" : "not bl=..,tee=..,snp=..,ucode=.. of 0 to 255");
	return AH_OK;
}

static ah_err want_product(cli *app, wanted *out, const cli_args *args)
{
	const char *name = cli_value(args, "product"), *signer = cli_value(args, "signer");
	out->product = ah_snp_product_by_name(ah_slice_text(name));
	if (out->product == AH_SNP_PRODUCT_NONE)
		return bad_option(app, "product", "not Milan, Genoa or Turin");
	if (cli_given(args, "for"))
		return AH_OK;
	out->platform = AH_PLATFORM_SNP;
	out->signer = signer != NULL && strcmp(signer, "vlek") == 0 ? AH_SNP_VLEK : AH_SNP_VCEK;
	if (signer != NULL && strcmp(signer, "vlek") != 0 && strcmp(signer, "vcek") != 0)
		return bad_option(app, "signer", "not vcek or vlek");
	if (cli_given(args, "hwid") != cli_given(args, "tcb"))
		return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "--hwid and --tcb need each other");
	out->has_vcek = cli_given(args, "hwid");
	if (!out->has_vcek)
		return AH_OK;
	if (out->signer == AH_SNP_VLEK)
		return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "a VLEK is not AMD's to serve: it comes with the report");
	out->hwid_len = out->product == AH_SNP_TURIN ? AH_SNP_HWID_LEN_TURIN : AH_SNP_HWID_LEN;
	AH_TRY(take_exact_hex(app, out->hwid, out->hwid_len, "hwid", cli_value(args, "hwid"), "not 128 hex digits (Turin: 16)"));
	return take_tcb(app, out, cli_value(args, "tcb"));
}

/* An option that says nothing beside the others is a misunderstanding. */
static ah_err check_combination(cli *app, const cli_args *args)
{
	static const struct { const char *option, *needs; } rows[] = {
		{ "platform", "for" }, { "ca", "fmspc" }, { "signer", "product" }, { "hwid", "product" }, { "tcb", "product" },
	};
	bool evidence = cli_given(args, "for"), fmspc = cli_given(args, "fmspc"), product = cli_given(args, "product");
	if (!evidence && !fmspc && !product)
		return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "give --for FILE, or --fmspc and --ca, or --product");
	if (fmspc && (evidence || product))
		return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "--fmspc stands alone, with --ca");
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (cli_given(args, rows[i].option) && !cli_given(args, rows[i].needs))
			return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "--%s needs --%s", rows[i].option, rows[i].needs);
	if (evidence && (cli_given(args, "signer") || cli_given(args, "hwid") || cli_given(args, "tcb")))
		return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "--signer, --hwid and --tcb are said by the evidence");
	return AH_OK;
}

static ah_err take_wanted(cli *app, wanted *out, const cli_args *args)
{
	*out = (wanted){ .platform = AH_PLATFORM_NONE };
	AH_TRY(check_combination(app, args));
	if (cli_given(args, "fmspc"))
		return want_fmspc(app, out, args);
	if (cli_given(args, "product"))
		AH_TRY(want_product(app, out, args));
	return cli_given(args, "for") ? want_for(app, out, args) : AH_OK;
}

/* -- Addresses -- */

/* Bases without a final slash. */
typedef struct bases {
	char pcs[BASE_URL_MAX], pcs_certs[BASE_URL_MAX], kds[BASE_URL_MAX];
} bases;

static ah_err take_base(cli *app, char out[static BASE_URL_MAX], const cli_args *args, const char *option, const char *vendor)
{
	const char *text = cli_given(args, option) ? cli_value(args, option) : vendor;
	size_t len = strlen(text);
	if (strncmp(text, "https://", 8) != 0 || len <= 8 || len >= BASE_URL_MAX || strpbrk(text, "?#@\\ ") != NULL)
		return bad_option(app, option, "not an https URL without user, query and fragment");
	while (text[len - 1] == '/')
		len--;
	(void)snprintf(out, BASE_URL_MAX, "%.*s", (int)len, text);
	return AH_OK;
}

static ah_err take_bases(cli *app, bases *out, const cli_args *args)
{
	AH_TRY(take_base(app, out->pcs, args, "pcs-url", PCS_URL));
	/* Intel serves its root's CRL from another host; a mirror has one address. */
	AH_TRY(take_base(app, out->pcs_certs, args, "pcs-url", PCS_CERTS_URL));
	return take_base(app, out->kds, args, "kds-url", KDS_URL);
}

/* -- Fetching -- */

typedef struct fetching {
	collateral_run *run;
	cli_fetcher fetcher;
	bases urls;
} fetching;

/* What to get, and where to put it. */
typedef struct item {
	const char *what;          /* for faults */
	size_t max;
	ah_buf *body;
	const char *header;        /* NULL: none is wanted */
	ah_buf *chain;             /* its value */
} item;

/* Addresses end in NUL and fit URL_MAX: bases are bounded, the rest is ours. */
static ah_err get(fetching *f, const item *i, ah_buf *url)
{
	AH_TRY(ah_buf_append_byte(url, '\0'));
	if (i->chain != NULL)
		*i->chain = AH_BUF(PCS_CHAIN_MAX);
	return cli_fetch(f->run->app, &f->fetcher, i->body, i->chain, i->what, (const char *)url->ptr, i->max, i->header);
}

#define GET(f, item, ...) \
	do { \
		AH_AUTO(ah_buf) url_ = AH_BUF(URL_MAX); \
		AH_TRY(ah_buf_printf(&url_, __VA_ARGS__)); \
		AH_TRY(get((f), (item), &url_)); \
	} while (0)

static void hex_text(char *out, size_t size, const uint8_t *bytes, size_t len)
{
	assert(size > 2 * len);
	for (size_t i = 0; i < len; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", bytes[i]);
	out[2 * len] = '\0';
}

static ah_err get_pcs(fetching *f, cli_pcs_answers *a, const wanted *w)
{
	char fmspc[13];
	const char *pcs = f->urls.pcs;
	hex_text(fmspc, sizeof fmspc, w->fmspc, sizeof w->fmspc);
	const item tcb_info = { "TCB info", PCS_ANSWER_MAX, &a->tcb_info, "TCB-Info-Issuer-Chain", &a->tcb_info_chain };
	const item identity = { "QE identity", PCS_ANSWER_MAX, &a->qe_identity, "SGX-Enclave-Identity-Issuer-Chain", &a->qe_identity_chain };
	const item pck_crl = { "PCK CRL", AH_CRL_MAX, &a->pck_crl, "SGX-PCK-CRL-Issuer-Chain", &a->pck_crl_chain };
	const item root_crl = { "root CRL", AH_CRL_MAX, &a->root_crl, NULL, NULL };
	GET(f, &tcb_info, "%s/tdx/certification/v4/tcb?fmspc=%s", pcs, fmspc);
	GET(f, &identity, "%s/tdx/certification/v4/qe/identity", pcs);
	GET(f, &pck_crl, "%s/sgx/certification/v4/pckcrl?ca=%s&encoding=der", pcs, w->platform_ca ? "platform" : "processor");
	GET(f, &root_crl, "%s/IntelSGXRootCA.der", f->urls.pcs_certs);
	return AH_OK;
}

static ah_err fetch_tdx(fetching *f, const wanted *w)
{
	AH_AUTO(cli_pcs_answers) answers = { 0 };
	AH_AUTO(ah_buf) file = AH_BUF(AH_TDX_COLLATERAL_MAX);
	vendor_document document;
	ah_fault *why = &f->run->app->why;
	AH_TRY(get_pcs(f, &answers, w));
	AH_TRY(cli_pcs_assemble(&file, &answers, why));
	AH_TRY(collateral_verify(f->run, &document, VENDOR_TDX_COLLATERAL, AH_SNP_SIGNER_NONE, ah_buf_slice(&file)));
	if (!ah_slice_is(AH_SLICE_OF(document.fmspc), AH_SLICE_OF(w->fmspc)))
		return ah_fault_set(why, AH_ERR_FMSPC_MISMATCH, STEP, "asked for another FMSPC than was served");
	if (document.platform_ca != w->platform_ca)
		return ah_fault_set(why, AH_ERR_CRL_ISSUER, STEP, "asked for the PCK CRL of the other CA");
	return collateral_keep(f->run, &document, ah_buf_slice(&file));
}

static ah_err fetch_snp_ca(fetching *f, const wanted *w)
{
	AH_AUTO(ah_buf) chain = AH_BUF(0);
	AH_AUTO(ah_buf) crl = AH_BUF(0);
	vendor_document document;
	ah_fault *why = &f->run->app->why;
	const char *product = ah_snp_product_name(w->product), *signer = ah_snp_signer_name(w->signer);
	const item chain_item = { "chain", AH_CHAIN_FILE_MAX, &chain, NULL, NULL }, crl_item = { "CRL", AH_CRL_MAX, &crl, NULL, NULL };
	GET(f, &chain_item, "%s/%s/v1/%s/cert_chain", f->urls.kds, signer, product);
	AH_TRY(collateral_verify(f->run, &document, VENDOR_SNP_CHAIN, w->signer, ah_buf_slice(&chain)));
	if (document.product != w->product || document.signer != w->signer)
		return ah_fault_set(why, AH_ERR_PRODUCT_MISMATCH, STEP, "asked for another chain than was served");
	AH_TRY(collateral_keep(f->run, &document, ah_buf_slice(&chain)));
	GET(f, &crl_item, "%s/%s/v1/%s/crl", f->urls.kds, signer, product);
	AH_TRY(collateral_verify(f->run, &document, VENDOR_SNP_CRL, w->signer, ah_buf_slice(&crl)));
	if (document.product != w->product)
		return ah_fault_set(why, AH_ERR_PRODUCT_MISMATCH, STEP, "asked for the CRL of another product than was served");
	return collateral_keep(f->run, &document, ah_buf_slice(&crl));
}

static ah_err fetch_vcek(fetching *f, const wanted *w)
{
	AH_AUTO(ah_buf) vcek = AH_BUF(0);
	vendor_document document;
	char hwid[2 * sizeof w->hwid + 1], fmc[16] = "";
	ah_fault *why = &f->run->app->why;
	const ah_snp_tcb *tcb = &w->tcb;
	hex_text(hwid, sizeof hwid, w->hwid, w->hwid_len);
	if (tcb->has_fmc)
		(void)snprintf(fmc, sizeof fmc, "fmcSPL=%02u&", tcb->fmc);
	const item vcek_item = { "VCEK", AH_CERTIFICATE_MAX, &vcek, NULL, NULL };
	GET(f, &vcek_item, "%s/vcek/v1/%s/%s?%sblSPL=%02u&teeSPL=%02u&snpSPL=%02u&ucodeSPL=%02u", f->urls.kds, ah_snp_product_name(w->product), hwid, fmc,
	    tcb->bl, tcb->tee, tcb->snp, tcb->ucode);
	AH_TRY(collateral_verify(f->run, &document, VENDOR_SNP_VCEK, AH_SNP_VCEK, ah_buf_slice(&vcek)));
	if (document.product != w->product)
		return ah_fault_set(why, AH_ERR_PRODUCT_MISMATCH, STEP, "asked for a VCEK of another product than was served");
	if (!ah_slice_is(ah_slice_make(document.hwid, document.hwid_len), ah_slice_make(w->hwid, w->hwid_len)))
		return ah_fault_set(why, AH_ERR_HWID_MISMATCH, STEP, "asked for the VCEK of another chip than was served");
	if (!ah_snp_tcb_equal(&document.tcb, tcb))
		return ah_fault_set(why, AH_ERR_VEK_TCB_MISMATCH, STEP, "asked for the VCEK of another TCB than was served");
	return collateral_keep(f->run, &document, ah_buf_slice(&vcek));
}

/* What evidence of SNP needs and AMD does not serve is said beside the answer. */
static ah_err note_missing_vek(cli *app, const wanted *w, bool for_evidence)
{
	if (!for_evidence || w->has_vcek)
		return AH_OK;
	if (w->signer == AH_SNP_VLEK)
		return ah_buf_append_text(&app->note, "signed by a VLEK: its certificate is in the certificate table that came with the report (--cert-table)\n");
	return ah_buf_append_text(&app->note, "the report hides its chip id, so its VCEK cannot be asked for\n");
}

static ah_err run_fetch(cli *app, const cli_args *args)
{
	wanted w;
	AH_AUTO(collateral_run) run = { .cache = CLI_CACHE_CLOSED, .state = CLI_STATE_CLOSED };
	fetching f = { .run = &run };
	AH_TRY(take_wanted(app, &w, args));
	AH_TRY(take_bases(app, &f.urls, args));
	AH_TRY(cli_fetcher_find(app, &f.fetcher, cli_value(args, "fetcher")));
	f.fetcher.tls_ca = cli_value(args, "tls-ca");
	f.fetcher.timeout = cli_value(args, "timeout");
	AH_TRY(collateral_open(&run, app, args, true));
	AH_TRY(cli_cache_path(app, f.fetcher.scratch, &run.cache, ".incoming"));
	if (w.platform == AH_PLATFORM_TDX) {
		AH_TRY(fetch_tdx(&f, &w));
	} else {
		AH_TRY(fetch_snp_ca(&f, &w));
		if (w.has_vcek)
			AH_TRY(fetch_vcek(&f, &w));
		AH_TRY(note_missing_vek(app, &w, cli_given(args, "for")));
	}
	return collateral_close(&run);
}

const cli_command cli_collateral_fetch = {
	.name = "collateral fetch",
	.summary = "fetch, verify and cache what a vendor says about a platform",
	.usage = "[options] (--for FILE | --fmspc HEX --ca NAME | --product NAME [--hwid HEX --tcb LIST])",
	.about = "tdx: TCB info, QE identity and CRLs of Intel, as one collateral file. sev-snp: chain, CRL and VCEK of AMD.\n"
	         "Everything is verified under the pinned roots before it enters the cache, and nothing older replaces something newer.\n"
	         "Addresses are the vendors', or those of --pcs-url and --kds-url; evidence never names one. Proxies: https_proxy, all_proxy, no_proxy.\n"
	         "Exit codes: 0 cached, 40 not obtainable, 10 not genuine, expired or older than known, 30 malformed or too large, 50 state invalid.",
	.options = options,
	.operands_min = 0,
	.operands_max = 0,
	.examples = "anchorhold collateral fetch --for quote.bin\n"
	            "anchorhold collateral fetch --fmspc 90c06f000000 --ca platform\n"
	            "anchorhold collateral fetch --product Genoa",
	.run = run_fetch,
};
