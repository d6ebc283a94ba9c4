/*
 * Verify evidence with a policy and the report data that it must carry, and print the verdict.
 *
 *     cc verify_policy.c $(pkg-config --cflags --libs anchorhold) -o verify_policy
 *     ./verify_policy POLICY REPORT-DATA-HEX EVIDENCE [VEK CHAIN CRL]
 *
 * The report data is what ties the evidence to a connection or key. Where it comes from is the whole point: compute it yourself, from what you
 * see of the peer (ah_binding_report_data()), and never take it from the peer.
 */
#include <anchorhold/anchorhold.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FILE_MAX ((size_t)1024 * 1024)

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

static void free_file(ah_slice file)
{
	free((void *)(uintptr_t)file.ptr);
}

static int digit(char c)
{
	const char *digits = "0123456789abcdef", *found = c != '\0' ? strchr(digits, c) : NULL;
	return found != NULL ? (int)(found - digits) : -1;
}

/* The number of bytes, 0 when text is not hex of at most max bytes. */
static size_t parse_hex(uint8_t *out, size_t max, const char *text)
{
	size_t len = strlen(text) / 2;
	if (strlen(text) % 2 != 0 || len > max)
		return 0;
	for (size_t i = 0; i < len; i++) {
		int high = digit(text[2 * i]), low = digit(text[2 * i + 1]);
		if (high < 0 || low < 0)
			return 0;
		out[i] = (uint8_t)(high * 16 + low);
	}
	return len;
}

static ah_err load_endorsements(ah_endorsements *endorsements, char **paths, ah_fault *why)
{
	ah_slice vek = read_file(paths[0]), chain = read_file(paths[1]), crl = read_file(paths[2]);
	ah_err err = ah_endorsements_set_vek(endorsements, vek, why);
	if (err == AH_OK)
		err = ah_endorsements_add_chain(endorsements, chain, why);
	if (err == AH_OK)
		err = ah_endorsements_add_crl(endorsements, crl, why);
	free_file(vek);
	free_file(chain);
	free_file(crl);
	return err;
}

int main(int argc, char **argv)
{
	ah_fault why = { 0 };
	ah_policy *policy = NULL;
	ah_verifier *verifier = NULL;
	ah_endorsements *endorsements = NULL;
	ah_verdict *verdict = NULL;
	uint8_t report_data[512];
	char *text = NULL;
	size_t text_len = 0;

	if (argc != 4 && argc != 7) {
		fprintf(stderr, "usage: verify_policy POLICY REPORT-DATA-HEX EVIDENCE [VEK CHAIN CRL]\n");
		return 2;
	}
	size_t report_data_len = parse_hex(report_data, sizeof report_data, argv[2]);
	ah_slice json = read_file(argv[1]), evidence = read_file(argv[3]);

	ah_err err = ah_policy_load(&policy, json, &why);
	if (err == AH_OK)
		err = ah_verifier_new(&verifier, &why);
	if (err == AH_OK)
		err = ah_endorsements_new(&endorsements);
	if (err == AH_OK && argc == 7)
		err = load_endorsements(endorsements, argv + 4, &why);

	if (err == AH_OK) {
		ah_request request = {
			.evidence = evidence,
			.endorsements = endorsements,
			.policy = policy,
			.expected = { .fields = AH_EXPECT_REPORT_DATA, .report_data = { report_data, report_data_len } },
			.now_s = (int64_t)time(NULL),
			/* A program for production leaves this out. Here it lets the example run without hardware; the verdict says SIMULATED. */
			.allow_simulated = getenv("ALLOW_SIMULATED") != NULL,
		};
		err = ah_appraise(&verdict, verifier, &request, &why);
	}
	if (verdict != NULL && ah_verdict_to_text(verdict, argv[3], false, &text, &text_len) == AH_OK)
		fputs(text, stdout);
	if (err != AH_OK)
		fprintf(stderr, "refused: %s: %s\n", ah_err_name(err), why.detail);

	ah_text_free(text);
	ah_verdict_free(verdict);
	ah_endorsements_free(endorsements);
	ah_verifier_free(verifier);
	ah_policy_free(policy);
	free_file(evidence);
	free_file(json);
	return ah_err_exit_code(err);
}
