/* `anchorhold bundle show`: what a bundle says, whoever wrote it. */
#include "apps/cli/trust.h"
#include "codec/jws.h"
#include "evidence/verifier.h"
#include "policy/bundle.h"
#include "policy/json_put.h"

static void free_text(char **text)
{
	ah_text_free(*text);
}

/* What is there to show; nothing of it is verified. */
typedef struct shown {
	ah_jws jws;
	ah_fault header;           /* err AH_OK: the header is the permitted one */
	char kid[129];
	uint8_t sha256[32];
	char *policy;              /* canonical JSON */
	size_t policy_len;
} shown;

static void shown_auto(shown *s)
{
	ah_jws_free(&s->jws);
	free_text(&s->policy);
}

static ah_err take(cli *app, shown *s, ah_slice text)
{
	AH_AUTO_PTR(ah_verifier) verifier = NULL;
	AH_AUTO_PTR(ah_policy) policy = NULL;
	ah_fault inner = { .offset = AH_NO_OFFSET };
	ah_err err = ah_jws_parse(&s->jws, text, AH_JWS_MAX, &inner);
	if (err == AH_ERR_FORMAT || err == AH_ERR_TOO_LARGE)
		return ah_fault_at(&app->why, AH_ERR_BUNDLE_MALFORMED, "bundle", inner.offset, "%s", inner.detail);
	AH_TRY(err);
	if (ah_jws_check_header(ah_buf_slice(&s->jws.header), AH_BUNDLE_TYP, s->kid, &s->header) == AH_ERR_NOMEM)
		return AH_ERR_NOMEM;
	AH_TRY(ah_policy_load(&policy, ah_buf_slice(&s->jws.payload), &app->why));
	AH_TRY(ah_policy_to_json(policy, &s->policy, &s->policy_len));
	AH_TRY(ah_verifier_new(&verifier, &app->why));
	return ah_sha256(verifier->crypto, s->jws.compact, s->sha256);
}

/* The writer's own JSON inside of the writer's own JSON; members sorted. */
static ah_err append_json(ah_buf *out, const shown *s)
{
	AH_AUTO(ah_buf) before = AH_BUF(4096);
	AH_AUTO(ah_buf) after = AH_BUF(4096);
	ah_json_writer w;
	ah_json_writer_init(&w, &before);
	ah_json_put_object_begin(&w);
	if (s->header.err == AH_OK)
		put_member_null(&w, "header_error");
	else
		put_member_foreign(&w, "header_error", s->header.detail);
	put_member_foreign(&w, "kid", s->kid);
	ah_json_put_object_end(&w);
	AH_TRY(ah_json_writer_finish(&w));
	ah_json_writer_init(&w, &after);
	ah_json_put_object_begin(&w);
	put_member(&w, "schema", "anchorhold.bundle-show/v1");
	put_member_hex(&w, "sha256", AH_SLICE_OF(s->sha256));
	put_member_bool(&w, "verified", false);
	ah_json_put_object_end(&w);
	AH_TRY(ah_json_writer_finish(&w));
	AH_TRY(ah_buf_append(out, ah_slice_sub(ah_buf_slice(&before), 0, before.len - 1)));
	AH_TRY(ah_buf_append_text(out, ",\"policy\":"));
	AH_TRY(ah_buf_append(out, ah_slice_make(s->policy, s->policy_len)));
	AH_TRY(ah_buf_append_byte(out, ','));
	AH_TRY(ah_buf_append(out, ah_slice_sub(ah_buf_slice(&after), 1, after.len - 1)));
	return ah_buf_append_byte(out, '\n');
}

static ah_err append_text(cli *app, const shown *s)
{
	ah_buf *out = &app->out;
	AH_TRY(ah_buf_printf(out, "%sUNVERIFIED%s  nobody's signature was checked: anybody can have written this\n", app->colour ? "\033[31m" : "",
	                     app->colour ? "\033[0m" : ""));
	AH_TRY(ah_buf_append_text(out, "  header  "));
	if (s->header.err == AH_OK)
		AH_TRY(ah_buf_printf(out, "the permitted one, kid %s\n", s->kid));
	else
		AH_TRY(ah_buf_printf(out, "would be refused: %s\n", s->header.detail));
	AH_TRY(ah_buf_append_text(out, "  sha256  "));
	AH_TRY(ah_buf_append_hex(out, AH_SLICE_OF(s->sha256)));
	AH_TRY(ah_buf_append_text(out, "\n  policy\n"));
	return cli_append_indented_json(out, ah_slice_make(s->policy, s->policy_len));
}

static const cli_option options[] = { { 0 } };

static ah_err run(cli *app, const cli_args *args)
{
	AH_AUTO(ah_buf) text = AH_BUF(0);
	AH_AUTO(shown) s = { .header = { .offset = AH_NO_OFFSET } };
	AH_TRY(cli_jws_read(app, &text, args->operands[0], AH_JWS_MAX, AH_ERR_BUNDLE_MALFORMED));
	AH_TRY(take(app, &s, ah_buf_slice(&text)));
	return app->json ? append_json(&app->out, &s) : append_text(app, &s);
}

const cli_command cli_bundle_show = {
	.name = "bundle show",
	.summary = "print what a trust bundle says, without believing it",
	.usage = "FILE",
	.about = "The policy inside, with every default written out. Nothing is verified: to use a bundle, verify it.\n"
	         "Exit codes: 0 shown, 50 it is no bundle, or no policy is in it (see also: anchorhold inspect).",
	.options = options,
	.operands_min = 1,
	.operands_max = 1,
	.examples = "anchorhold bundle show bundle.jws",
	.run = run,
};
