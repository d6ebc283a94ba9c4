/* See mutation.h. */
#include "mutation/mutation.h"

#include <stdlib.h>

bool mutation_is_full(void)
{
	const char *full = getenv("AH_FULL");
	return full != NULL && full[0] == '1';
}

void mutation_sample_init(mutation_sample *s, const char *name, const ah_request *request)
{
	*s = (mutation_sample){ .name = name, .request = *request, .bytes = AH_BUF(65536) };
	FORGE_MUST(ah_verifier_new(&s->verifier, NULL));
	FORGE_MUST(ah_buf_append(&s->bytes, request->evidence));
	s->request.evidence = ah_buf_slice(&s->bytes);
}

void mutation_sample_free(mutation_sample *s)
{
	ah_verifier_free(s->verifier);
	ah_buf_free(&s->bytes);
}

bool mutation_is_about_the_evidence(ah_err err)
{
	ah_err_class c = ah_err_class_of(err);
	return c == AH_CLASS_MALFORMED || c == AH_CLASS_UNSUPPORTED || c == AH_CLASS_NOT_GENUINE;
}

/* Altered evidence: refused, for what it is, with nothing of it believed. */
static bool refused_early(const mutation_sample *s, const char *what, size_t at, unsigned bit)
{
	ah_verdict *verdict = NULL;
	ah_fault why = { .offset = AH_NO_OFFSET };
	ah_err err = ah_appraise(&verdict, s->verifier, &s->request, &why);
	bool ok = mutation_is_about_the_evidence(err) && why.err == err && why.step != NULL && verdict != NULL && ah_verdict_claims(verdict) == NULL;
	if (!ok)
		ah_test_fail(__FILE__, __LINE__, "%s: %s at %zu, bit %u: got %s in %s", s->name, what, at, bit, ah_err_name(err),
		             why.step != NULL ? why.step : "nowhere");
	ah_verdict_free(verdict);
	return ok;
}

static bool flip(mutation_sample *s, size_t at, unsigned bit)
{
	if (s->free_off != 0 && at == s->free_off)
		return false;
	s->bytes.ptr[at] ^= (uint8_t)(1u << bit);
	bool ok = refused_early(s, "flip", at, bit);
	s->bytes.ptr[at] ^= (uint8_t)(1u << bit);
	return ok;
}

size_t mutation_flip_all_bits(mutation_sample *s)
{
	size_t refused = 0;
	for (size_t at = 0; at < s->bytes.len; at++)
		for (unsigned bit = 0; bit < 8; bit++)
			refused += flip(s, at, bit);
	return refused;
}

size_t mutation_flip_each_byte(mutation_sample *s)
{
	size_t refused = 0;
	if (mutation_is_full())
		return mutation_flip_all_bits(s);
	for (size_t at = 0; at < s->bytes.len; at++)
		refused += flip(s, at, (unsigned)at % 8);
	return refused;
}

size_t mutation_cut_everywhere(mutation_sample *s)
{
	size_t refused = 0;
	for (size_t len = 0; len < s->bytes.len; len++) {
		s->request.evidence.len = len;
		refused += refused_early(s, "cut", len, 0);
	}
	s->request.evidence.len = s->bytes.len;
	return refused;
}

size_t mutation_append_everything(mutation_sample *s)
{
	const size_t len = s->bytes.len;
	static const uint8_t zeros[1184];
	size_t refused = 0;
	FORGE_MUST(ah_buf_append(&s->bytes, AH_SLICE_OF(zeros)));
	s->request.evidence = ah_buf_slice(&s->bytes);
	for (unsigned byte = 0; byte < 256; byte++) {
		s->bytes.ptr[len] = (uint8_t)byte;
		s->request.evidence.len = len + 1;
		refused += refused_early(s, "append", len, byte);
	}
	s->bytes.ptr[len] = 0;
	for (size_t more = 2; more <= sizeof zeros; more = more < 64 ? more + 1 : more * 2) {
		s->request.evidence.len = len + more;
		refused += refused_early(s, "append zeros", more, 0);
	}
	s->bytes.len = len;
	s->request.evidence = ah_buf_slice(&s->bytes);
	return refused;
}

ah_err mutation_judge(const mutation_sample *s)
{
	ah_verdict *verdict = NULL;
	ah_err err = ah_appraise(&verdict, s->verifier, &s->request, NULL);
	ah_verdict_free(verdict);
	return err;
}
