/*
 * Is this file genuine evidence of real hardware, right now? The smallest use of the library.
 *
 *     cc verify_file.c $(pkg-config --cflags --libs anchorhold) -o verify_file
 *     ./verify_file EVIDENCE [VEK CHAIN]        VEK and CHAIN for SEV-SNP reports
 *     ./verify_file EVIDENCE @UNIX-SECONDS      at another time than now
 */
#include <anchorhold/anchorhold.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define FILE_MAX ((size_t)1024 * 1024)

/* The whole file, or no bytes at all. The library opens no file itself. */
static ah_slice read_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes = malloc(FILE_MAX);
	size_t len = file != NULL && bytes != NULL ? fread(bytes, 1, FILE_MAX, file) : 0;
	if (file == NULL || ferror(file) || len == FILE_MAX)
		len = 0;
	if (file != NULL)
		fclose(file);
	return (ah_slice){ bytes, len };
}

static int fail(const char *doing, ah_err err, const ah_fault *why)
{
	fprintf(stderr, "%s: %s: %s\n", doing, ah_err_name(err), why->detail);
	return ah_err_exit_code(err);
}

int main(int argc, char **argv)
{
	ah_fault why = { 0 };
	ah_verifier *verifier = NULL;
	ah_endorsements *endorsements = NULL;
	ah_verdict *verdict = NULL;
	uint8_t *evidence = NULL;
	size_t evidence_len = 0;
	ah_err err;

	if (argc < 2 || argc > 4) {
		fprintf(stderr, "usage: verify_file EVIDENCE [@UNIX-SECONDS | VEK CHAIN]\n");
		return 2;
	}
	ah_request request = { .genuine_only = true, .now_s = (int64_t)time(NULL) };
	if (argc == 3 && argv[2][0] == '@')
		request.now_s = strtoll(argv[2] + 1, NULL, 10);

	/* Hex and base64 are as welcome as binary. */
	ah_slice text = read_file(argv[1]);
	err = ah_evidence_from_text(&evidence, &evidence_len, text, &why);
	free((void *)(uintptr_t)text.ptr);
	if (err != AH_OK)
		return fail(argv[1], err, &why);
	request.evidence = (ah_slice){ evidence, evidence_len };

	if ((err = ah_verifier_new(&verifier, &why)) != AH_OK || (err = ah_endorsements_new(&endorsements)) != AH_OK)
		return fail("start", err, &why);
	if (argc == 4) {
		ah_slice vek = read_file(argv[2]), chain = read_file(argv[3]);
		err = ah_endorsements_set_vek(endorsements, vek, &why);
		if (err == AH_OK)
			err = ah_endorsements_add_chain(endorsements, chain, &why);
		free((void *)(uintptr_t)vek.ptr);
		free((void *)(uintptr_t)chain.ptr);
		if (err != AH_OK)
			return fail("certificates", err, &why);
		request.endorsements = endorsements;
	}

	/* AH_OK is the one way in which evidence is accepted. Everything else is a refusal, and *why says where. */
	err = ah_appraise(&verdict, verifier, &request, &why);
	if (err == AH_OK)
		printf("genuine %s evidence\n", ah_platform_name(ah_verdict_platform(verdict)));
	else
		fail("not accepted", err, &why);

	ah_verdict_free(verdict);
	ah_endorsements_free(endorsements);
	ah_verifier_free(verifier);
	ah_bytes_free(evidence);
	return ah_err_exit_code(err);
}
