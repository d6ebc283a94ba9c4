/*
 * Any bytes as a compact JWS, and as the header of one. What is taken apart goes together again to the same text, with one meaning for one text; what a header
 * check accepts has a kid that is written as it was read.
 */
#include "fuzz.h"

#include "codec/jws.h"
#include "codec/text.h"

#include <stdio.h>
#include <stdlib.h>

#define TYP "anchorhold-trust-bundle+jwt"

static void claim(int holds, const char *what)
{
	if (holds)
		return;
	(void)fprintf(stderr, "does not hold: %s\n", what);
	abort();
}

static void check_header(ah_slice header, const char *typ)
{
	char kid[129];
	ah_fault why = { .err = AH_OK };
	memset(kid, 'x', sizeof kid);
	ah_err err = ah_jws_check_header(header, typ, kid, &why);
	claim(err == why.err, "the fault is the error");
	claim(err == AH_OK || err == AH_ERR_FORMAT || err == AH_ERR_JSON || err == AH_ERR_DUPLICATE_KEY, "a header is refused in one of three ways");
	if (err != AH_OK) {
		claim(kid[0] == 'x' && kid[128] == 'x', "a refused header writes no kid");
		return;
	}
	claim(memchr(kid, 0, sizeof kid) != NULL && kid[0] != '\0', "a kid ends, and is not empty");
	AH_AUTO(ah_buf) out = AH_BUF(AH_JWS_MAX);
	AH_AUTO(ah_jws) jws = { .header = AH_BUF(0) };
	char again[129];
	claim(ah_jws_write_input(&out, TYP, kid, AH_SLICE_LITERAL("p")) == AH_OK && ah_jws_write_signature(&out, AH_SLICE_LITERAL("s")) == AH_OK, "it is written");
	claim(ah_jws_parse(&jws, ah_buf_slice(&out), AH_JWS_MAX, NULL) == AH_OK, "what is written is read");
	claim(ah_jws_check_header(ah_buf_slice(&jws.header), TYP, again, NULL) == AH_OK && strcmp(kid, again) == 0, "with the same kid");
}

static void check_parts(const ah_jws *jws)
{
	AH_AUTO(ah_buf) text = AH_BUF(2 * AH_JWS_MAX);
	const ah_buf *parts[] = { &jws->header, &jws->payload, &jws->signature };
	for (size_t i = 0; i < 3; i++) {
		claim(parts[i]->len != 0, "no part is empty");
		claim(i == 0 || ah_buf_append_byte(&text, '.') == AH_OK, "memory");
		claim(ah_base64url_encode(&text, ah_buf_slice(parts[i])) == AH_OK, "memory");
		if (i == 1)
			claim(ah_slice_is(ah_buf_slice(&text), jws->signing_input), "what is signed is the first two parts");
	}
	claim(ah_slice_is(ah_buf_slice(&text), jws->compact), "the parts go together again to the same text");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AH_AUTO(ah_jws) jws = { .header = AH_BUF(0) };
	ah_fault why = { .err = AH_OK };
	ah_slice in = ah_slice_make(data, size);
	check_header(in, TYP);
	check_header(in, NULL);
	ah_err err = ah_jws_parse(&jws, in, AH_JWS_MAX, &why);
	claim(err == why.err, "the fault is the error");
	if (err != AH_OK) {
		claim((err == AH_ERR_FORMAT || err == AH_ERR_TOO_LARGE) && why.offset <= size, "a refusal has a place");
		return 0;
	}
	check_parts(&jws);
	check_header(ah_buf_slice(&jws.header), TYP);
	return 0;
}
