/*
 * Goal: no altered instance event is accepted, and none is believed in part: the id covers everything but the signature, the signature covers the id.
 * Method: accepted simulated events of both families with a bit of each byte flipped (all bits with AH_FULL=1), cut at each length, or with a byte behind them.
 * Bytes that may change by design: white space between the tokens of the JSON, of which a compact event has none but what is added behind it.
 */
#include "evidence/verifier.h"
#include "forged/cases.h"
#include "mutation/mutation.h"

static const forge_case *case_of(const char *name)
{
	for (size_t i = 0; i < forge_case_count(); i++)
		if (strcmp(forge_case_at(i)->name, name) == 0)
			return forge_case_at(i);
	forge_must(AH_ERR_INTERNAL, name, __FILE__, __LINE__);
	return NULL;
}

/* genuine_only: an event that became no event would else be a question without a binding. */
static forge *make(const char *name)
{
	forge *f = forge_make(case_of(name));
	f->request.policy = NULL;
	f->request.genuine_only = true;
	return f;
}

static void flip(const char *name)
{
	forge *f = make(name);
	mutation_sample s;
	mutation_sample_init(&s, name, &f->request);
	ah_err base = mutation_judge(&s);
	size_t refused = mutation_flip_each_byte(&s);
	mutation_sample_free(&s);
	forge_free(f);
	EXPECT_OK(base);
	ah_test_count(refused);
}

static void no_flipped_bit_of_an_event_is_accepted(void)
{
	flip("event_63793_passes");
}

static void no_flipped_bit_of_a_chained_event_is_accepted(void)
{
	flip("event_with_two_certificates_passes");
}

static void no_cut_event_is_accepted(void)
{
	forge *f = make("event_63793_passes");
	mutation_sample s;
	mutation_sample_init(&s, "event", &f->request);
	ah_err base = mutation_judge(&s);
	size_t refused = mutation_cut_everywhere(&s);
	mutation_sample_free(&s);
	forge_free(f);
	EXPECT_OK(base);
	ah_test_count(refused);
}

static void nothing_but_white_space_may_follow_an_event(void)
{
	forge *f = make("event_13793_passes");
	AH_AUTO(ah_buf) longer = AH_BUF(65536);
	AH_AUTO_PTR(ah_verifier) verifier = NULL;
	FORGE_MUST(ah_verifier_new(&verifier, NULL));
	FORGE_MUST(ah_buf_append(&longer, f->request.evidence));
	FORGE_MUST(ah_buf_append_byte(&longer, 0));
	f->request.evidence = ah_buf_slice(&longer);
	size_t accepted = 0;
	for (unsigned c = 0; c < 256; c++) {
		longer.ptr[longer.len - 1] = (uint8_t)c;
		accepted += forge_judge(f, verifier, NULL) == AH_OK;
	}
	forge_free(f);
	EXPECT(accepted == 4); /* RFC 8259 2: space, tab, line feed, carriage return */
	ah_test_count(255);
}

int main(int argc, char **argv)
{
	static const ah_test_case cases[] = {
		AH_TEST(no_flipped_bit_of_an_event_is_accepted),
		AH_TEST(no_flipped_bit_of_a_chained_event_is_accepted),
		AH_TEST(no_cut_event_is_accepted),
		AH_TEST(nothing_but_white_space_may_follow_an_event),
	};
	return ah_test_main(argc, argv, cases, sizeof cases / sizeof cases[0]);
}
