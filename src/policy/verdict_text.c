/*
 * The verdict as the block that people read:
 *
 *     PASS  report.bin   sev-snp (Genoa)   2026-11-20T09:20:31Z
 *       ok    format                 8 checks
 *       ok    chain                  9 checks
 *       skip  identity               no list in the policy: physical attacks ..
 *     trusts: ARK-Genoa 4f8a.., chip 1f2e..; physical attacks are not excluded
 *
 * A refusal shows the first refused check first: what was found and expected, where it stands, which clause asks for it, and one next step.
 */
#include "base/buf.h"
#include "base/fault.h"
#include "base/limits.h"
#include "codec/text.h"
#include "policy/policy.h"
#include "policy/verdict.h"

#define ID_WIDTH    22
#define NAME_MAX    200
#define SHORT_MAX   48
#define SHORT_HEAD  28
#define DIGEST_SHOWN 8

/* Printed when asked for. The words carry the meaning, the colours only repeat it. */
#define GREEN  "\033[32m"
#define RED    "\033[31m"
#define YELLOW "\033[33m"
#define PLAIN  "\033[0m"

typedef struct block {
	ah_buf *out;
	bool colour;
	ah_err err;                    /* sticky */
} block;

#define SAY(b, ...) do { if ((b)->err == AH_OK) (b)->err = ah_buf_printf((b)->out, __VA_ARGS__); } while (0)

static void say_coloured(block *b, const char *colour, const char *text)
{
	SAY(b, "%s%s%s", b->colour ? colour : "", text, b->colour ? PLAIN : "");
}

/* A word padded to width; the padding stands outside of the colour. */
static void say_word(block *b, const char *colour, const char *word, int width)
{
	say_coloured(b, colour, word);
	SAY(b, "%*s", width - (int)strlen(word), "");
}

/* Foreign text: nothing that a terminal could take for a command. */
static void say_foreign(block *b, const char *text, size_t max)
{
	for (size_t i = 0; i < max && text[i] != '\0'; i++)
		SAY(b, "%c", (unsigned char)text[i] < 0x20 || (unsigned char)text[i] > 0x7e ? '?' : text[i]);
}

/* Long values, which are digests, by SHORT_HEAD characters from `from`. */
static void say_short(block *b, const char *text, size_t from)
{
	if (strlen(text) <= SHORT_MAX) {
		say_foreign(b, text, SHORT_MAX);
		return;
	}
	SAY(b, "%s", from != 0 ? ".." : "");
	say_foreign(b, text + from, SHORT_HEAD);
	SAY(b, "%s", strlen(text) - from > SHORT_HEAD ? ".." : "");
}

static void say_digest(block *b, ah_slice digest)
{
	if (b->err == AH_OK)
		b->err = ah_buf_append_hex(b->out, ah_slice_sub(digest, 0, digest.len < DIGEST_SHOWN ? digest.len : DIGEST_SHOWN));
	SAY(b, "..");
}

static void say_whole_hex(block *b, ah_slice bytes)
{
	if (b->err == AH_OK)
		b->err = ah_buf_append_hex(b->out, bytes);
}

/* -- first line -- */

static const char *colour_of(ah_result result)
{
	switch (result) {
	case AH_RESULT_PASS:
	case AH_RESULT_GENUINE: return GREEN;
	case AH_RESULT_SIMULATED:
	case AH_RESULT_UNBOUND: return YELLOW;
	case AH_RESULT_DEBUG:
	case AH_RESULT_FAIL:
	case AH_RESULT_MALFORMED:
	case AH_RESULT_UNSUPPORTED: return RED;
	}
	return RED;
}

static void say_headline(block *b, const ah_verdict *v, const char *name)
{
	char time[21];
	ah_time_format(time, v->verified_at_s);
	say_coloured(b, colour_of(v->result), ah_result_name(v->result));
	SAY(b, "  ");
	say_foreign(b, name, NAME_MAX);
	SAY(b, "   %s", v->platform == AH_PLATFORM_NONE ? "unknown platform" : ah_platform_name(v->platform));
	if (v->claims != NULL && v->claims->platform == AH_PLATFORM_SNP)
		SAY(b, " (%s)", ah_snp_product_name(v->claims->of.snp.product));
	if (v->claims != NULL && v->claims->platform == AH_PLATFORM_TDX)
		SAY(b, " (TD %s)", v->claims->of.tdx.is_td15 ? "1.5" : "1.0");
	SAY(b, "   %s\n", time);
}

/* What the evidence came in, once it is proven: whom one would be speaking to. */
static void say_carrier(block *b, const ah_verdict *v)
{
	char time[21];
	if (v->has_envelope) {
		SAY(b, "        envelope: ");
		if (!v->envelope.is_tresor)
			SAY(b, "%s %s%s", v->envelope.purpose, v->envelope.role, v->envelope.has_tls_spki ? ", " : "");
		if (v->envelope.has_tls_spki) {
			SAY(b, "TLS key ");
			say_digest(b, AH_SLICE_OF(v->envelope.tls_spki_sha256));
		}
		ah_time_format(time, v->envelope.issued_at_s);
		if (!v->envelope.is_tresor)
			SAY(b, ", issued %s", time);
		SAY(b, "; says it is "); /* not under the binding: the server's word */
		say_foreign(b, v->envelope.workload, NAME_MAX);
		SAY(b, "\n");
	} else if (v->has_event) {
		SAY(b, "        service key ");
		say_whole_hex(b, AH_SLICE_OF(v->event.pubkey));
		SAY(b, "%s", v->event.name[0] != '\0' ? ", " : "");
		say_foreign(b, v->event.name, NAME_MAX);
		SAY(b, "%s", v->event.version[0] != '\0' ? " " : "");
		say_foreign(b, v->event.version, NAME_MAX);
		SAY(b, "%s", v->event.stage[0] != '\0' ? ", " : "");
		say_foreign(b, v->event.stage, NAME_MAX);
		SAY(b, "\n");
	}
}

static void say_bundle(block *b, const ah_verdict *v)
{
	char time[21];
	if (!v->has_bundle)
		return;
	ah_time_format(time, v->bundle.valid_until_s);
	SAY(b, "        release root ");
	say_digest(b, AH_SLICE_OF(v->bundle.root));
	SAY(b, ": trust bundle version %lld of ", (long long)v->bundle.version);
	say_foreign(b, v->bundle.workload, NAME_MAX);
	SAY(b, ", valid until %s\n", time);
}

static bool relaunch_is_advised(const ah_claims *claims)
{
	const ah_tdx_claims *tdx = ah_claims_tdx(claims);
	return tdx != NULL && tdx->has_collateral
	       && (tdx->tcb_status == AH_TDX_TCB_RELAUNCH_ADVISED || tdx->tcb_status == AH_TDX_TCB_RELAUNCH_ADVISED_CONFIGURATION_NEEDED);
}

/* Whatever else is said, these come before it. */
static void say_warnings(block *b, const ah_verdict *v)
{
	if (v->claims != NULL && !v->claims->hardware) {
		say_coloured(b, YELLOW, "  !!    SIMULATED: a local root signed this, no hardware stands behind it. For tests alone.");
		SAY(b, "\n");
	}
	if (v->claims != NULL && v->claims->debug) {
		say_coloured(b, RED, "  !!    DEBUG: the operator of the machine can read its memory. Send it no secret.");
		SAY(b, "\n");
	}
	if (v->claims != NULL && relaunch_is_advised(v->claims)) {
		say_coloured(b, YELLOW, "  !!    RELAUNCH: the platform was updated after this guest was launched. Launch it anew to have it under the newer TCB.");
		SAY(b, "\n");
	}
}

/* -- why not -- */

static void say_value(block *b, const char *name, const char *text, size_t from)
{
	if (text[0] == '\0')
		return;
	SAY(b, "          %-7s ", name);
	say_short(b, text, from);
	SAY(b, "\n");
}

/* The row of the verdict's error, or NULL when no check says it: a document that ends too early has no row. */
static bool refused_row(const ah_verdict *v, ah_row *row)
{
	for (unsigned id = 0; id < AH_CHECK_COUNT; id++) {
		if (!ah__verdict_shows(v, id) || v->checks.rows[id].status != AH_CHECK_FAIL || v->checks.rows[id].err != v->err)
			continue;
		ah__verdict_row(v, (ah_check_id)id, row);
		return true;
	}
	return false;
}

static void say_refused_row(block *b, const ah_row *row)
{
	SAY(b, "          %-7s %s: %s\n", "check", row->id, row->title);
	size_t from = ah_check_difference(row->got, row->wanted, SHORT_HEAD);
	say_value(b, "got", row->got, from);
	say_value(b, "wanted", row->wanted, from);
	if (row->has_range && row->len != 0)
		SAY(b, "          %-7s 0x%zx..0x%zx of the evidence\n", "bytes", row->off, row->off + row->len - 1);
	SAY(b, "          %-7s %s\n", "spec", row->specification);
}

static void say_refusal(block *b, const ah_verdict *v)
{
	ah_row row;
	if (v->err == AH_OK)
		return;
	SAY(b, "  ");
	if (v->result == AH_RESULT_UNBOUND || v->result == AH_RESULT_DEBUG)
		say_word(b, YELLOW, "not", 6); /* no check failed, and yet it is not accepted */
	else
		say_word(b, RED, "FAIL", 6);
	SAY(b, "%s (%d): %s\n", ah_err_name(v->err), (int)v->err, ah_err_meaning(v->err));
	if (refused_row(v, &row)) {
		say_refused_row(b, &row);
	} else {
		SAY(b, "          %-7s %s: %s\n", "at", v->fault.step != NULL ? v->fault.step : "", v->fault.detail);
		if (v->fault.offset != AH_NO_OFFSET)
			SAY(b, "          %-7s 0x%zx of the evidence\n", "byte", v->fault.offset);
	}
	SAY(b, "          %-7s %s\n", "next", ah_err_next_step(v->err));
}

/* -- rows -- */

static void say_row(block *b, const ah_row *row)
{
	SAY(b, "  ");
	switch (row->status) {
	case AH_ROW_PASS:
		say_word(b, GREEN, "ok", 6);
		SAY(b, "%-*s ", ID_WIDTH, row->id);
		say_short(b, row->got, 0);
		SAY(b, "%s", row->got[0] != '\0' ? "" : row->title);
		break;
	case AH_ROW_FAIL:
		say_word(b, RED, "FAIL", 6);
		SAY(b, "%-*s %s", ID_WIDTH, row->id, ah_err_name(row->err));
		if (row->got[0] != '\0') {
			SAY(b, ": ");
			say_short(b, row->got, 0);
		}
		break;
	case AH_ROW_NOT_CHECKED:
		say_word(b, YELLOW, "skip", 6);
		SAY(b, "%-*s %s", ID_WIDTH, row->id, row->reason);
		break;
	}
	SAY(b, "\n");
}

/* Two groups of rows say nothing one by one when all of them hold: rules on single fields, and those of the certificate path. */
typedef struct group {
	const char *name;
	ah_check_id first, last;
} group;

static const group groups[] = {
	{ "format", AH_CHECK_NITRO_ALG, AH_CHECK_TDX_TRAILING },
	{ "chain", AH_CHECK_PATH_ROOT, AH_CHECK_PATH_SIGNATURE },
};

/* The group that starts with this row and holds as a whole, or NULL. */
static const group *passed_group(const ah_verdict *v, unsigned first, size_t *count)
{
	for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
		if (groups[i].first != (ah_check_id)first)
			continue;
		*count = 0;
		for (unsigned id = first; id <= (unsigned)groups[i].last; id++) {
			if (ah__verdict_shows(v, id) && v->checks.rows[id].status != AH_CHECK_PASS)
				return NULL;
			*count += ah__verdict_shows(v, id);
		}
		return *count != 0 ? &groups[i] : NULL;
	}
	return NULL;
}

/* The rows from first on that were not checked for the same reason, one line for all. Returns the first id behind them. */
static unsigned say_skipped_rows(block *b, const ah_verdict *v, unsigned first)
{
	ah_row row, next;
	ah__verdict_row(v, (ah_check_id)first, &row);
	unsigned end = first + 1;
	size_t count = 1;
	for (unsigned id = end; id < AH_CHECK_COUNT; id++) {
		if (!ah__verdict_shows(v, id))
			continue;
		ah__verdict_row(v, (ah_check_id)id, &next);
		if (next.status != AH_ROW_NOT_CHECKED || strcmp(next.reason, row.reason) != 0)
			break;
		end = id + 1;
		count++;
	}
	if (count == 1) {
		say_row(b, &row);
		return end;
	}
	SAY(b, "  ");
	say_word(b, YELLOW, "skip", 6);
	SAY(b, "%zu checks%*s %s", count, ID_WIDTH - (count < 10 ? 8 : 9), "", row.reason);
	/* After a refusal the rows behind it are most of the table; their number is enough. */
	for (unsigned id = first; id < end && v->checks.rows[first].status == AH_CHECK_NOT_CHECKED; id++)
		if (ah__verdict_shows(v, id))
			SAY(b, "%s%s", id == first ? ": " : ", ", ah_check_infos[id].id);
	SAY(b, "\n");
	return end;
}

static void say_rows(block *b, const ah_verdict *v)
{
	for (unsigned id = 0; id < AH_CHECK_COUNT;) {
		size_t count = 0;
		const group *g = passed_group(v, id, &count);
		if (g != NULL) {
			SAY(b, "  ");
			say_word(b, GREEN, "ok", 6);
			SAY(b, "%-*s %zu checks\n", ID_WIDTH, g->name, count);
			id = (unsigned)g->last + 1;
		} else if (!ah__verdict_shows(v, id)) {
			id++;
		} else if (v->checks.rows[id].status == AH_CHECK_PASS || v->checks.rows[id].status == AH_CHECK_FAIL) {
			ah_row row;
			ah__verdict_row(v, (ah_check_id)id, &row);
			say_row(b, &row);
			id++;
		} else {
			id = say_skipped_rows(b, v, id);
		}
	}
}

/* -- last lines -- */

static void say_machine(block *b, const ah_claims *claims)
{
	switch (claims->platform) {
	case AH_PLATFORM_NITRO:
		SAY(b, ", instance ");
		say_foreign(b, claims->of.nitro.instance_id, NAME_MAX);
		break;
	case AH_PLATFORM_SNP:
		SAY(b, ", chip ");
		if (claims->of.snp.chip_id_masked || claims->of.snp.signer != AH_SNP_VCEK) /* only a VCEK names its chip */
			SAY(b, "unknown (%s)", ah_snp_signer_name(claims->of.snp.signer));
		else
			say_digest(b, AH_SLICE_OF(claims->of.snp.chip_id));
		break;
	case AH_PLATFORM_TDX:
		SAY(b, ", platform ");
		say_digest(b, AH_SLICE_OF(claims->of.tdx.ppid));
		break;
	case AH_PLATFORM_NONE: break;
	}
}

/* Intel's judgement of the platform. */
static void say_tcb(block *b, const ah_tdx_claims *tdx)
{
	char time[21];
	if (!tdx->has_collateral) {
		SAY(b, "        TCB unknown: no collateral was given\n");
		return;
	}
	ah_time_format(time, tdx->tcb_date_s);
	SAY(b, "        TCB %s of %.10s", ah_tdx_tcb_status_name(tdx->tcb_status), time);
	for (size_t i = 0; i < tdx->advisory_count && i < sizeof tdx->advisories / sizeof tdx->advisories[0]; i++) {
		SAY(b, "%s", i == 0 ? "; advisories " : ", ");
		say_foreign(b, tdx->advisories[i], sizeof tdx->advisories[i]);
	}
	SAY(b, "\n");
}

static void say_trust(block *b, const ah_verdict *v)
{
	if (v->claims == NULL)
		return;
	SAY(b, "trusts: %s ", v->claims->root_name);
	say_digest(b, AH_SLICE_OF(v->claims->root_sha256));
	say_machine(b, v->claims);
	SAY(b, "\n");
	if (v->claims->platform == AH_PLATFORM_TDX)
		say_tcb(b, &v->claims->of.tdx);
	say_bundle(b, v);
	say_carrier(b, v);
	SAY(b, "        %s\n", ah__verdict_trust_statement(v));
}

static void say_expiry(block *b, const ah_verdict *v)
{
	char time[21];
	if (v->err != AH_OK)
		return;
	ah_time_format(time, v->expiry_s);
	SAY(b, "holds until: %s\n", time);
}

ah_err ah_verdict_to_text(const ah_verdict *verdict, const char *name, bool colour, char **text, size_t *len)
{
	AH_AUTO(ah_buf) out = AH_BUF(AH_VERDICT_TEXT_MAX);
	block b = { .out = &out, .colour = colour };
	say_headline(&b, verdict, name != NULL ? name : "evidence");
	say_warnings(&b, verdict);
	say_refusal(&b, verdict);
	say_rows(&b, verdict);
	say_trust(&b, verdict);
	say_expiry(&b, verdict);
	AH_TRY(b.err);
	return ah__text_from_buf(text, len, &out);
}
