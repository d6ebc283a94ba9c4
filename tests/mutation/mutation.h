/* What the mutation tests share: evidence that is changed a little, and must then be refused for what it is. */
#ifndef AH_TESTS_MUTATION_MUTATION_H
#define AH_TESTS_MUTATION_MUTATION_H

#include "forged/forge.h"
#include "support/test.h"

/* AH_FULL=1 in the environment. */
bool mutation_is_full(void);

/* A question, and evidence that may be changed. */
typedef struct mutation_sample {
	const char *name;
	ah_verifier *verifier;     /* stays warm: unchanged certificates and collateral are not verified again */
	ah_request request;
	ah_buf bytes;
	size_t free_off;           /* of a byte that may be anything: it is not flipped; 0: there is none */
} mutation_sample;

void mutation_sample_init(mutation_sample *s, const char *name, const ah_request *request);
void mutation_sample_free(mutation_sample *s);

bool mutation_is_about_the_evidence(ah_err err);
ah_err mutation_judge(const mutation_sample *s);

/* Each answers with the number of changes that were refused; every other one fails the case. */
size_t mutation_flip_all_bits(mutation_sample *s);
/* One bit of every byte, another one from byte to byte; all bits in the full run. */
size_t mutation_flip_each_byte(mutation_sample *s);
size_t mutation_cut_everywhere(mutation_sample *s);
/* Every byte value behind the end, and zeros of several lengths. */
size_t mutation_append_everything(mutation_sample *s);

#endif
