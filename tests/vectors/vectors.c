/* See vectors.h. */
#include "vectors/vectors.h"

#include "base/fault.h"
#include "codec/text.h"

#include <stdio.h>
#include <stdlib.h>

#define JSON_FILE_MAX ((size_t)4 << 20)

bool ah_vectors_read(ah_buf *out, const char *folder, const char *path)
{
	return ah_test_read(out, "%s/%s/%s", ah_test_vectors(), folder, path);
}

json_t *ah_vectors_json(const char *path)
{
	AH_AUTO(ah_buf) text = AH_BUF(JSON_FILE_MAX);
	json_error_t error = { .line = 0 };
	json_t *json = NULL;
	if (ah_test_read(&text, "%s/%s", ah_test_vectors(), path))
		json = json_loadb((const char *)text.ptr, text.len, JSON_REJECT_DUPLICATES, &error);
	if (json == NULL)
		ah_test_fail(__FILE__, __LINE__, "%s: %s", path, error.text);
	return json;
}

const char *ah_vectors_text(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));
	return text != NULL ? text : "";
}

bool ah_vectors_hex_is(const json_t *object, const char *name, ah_slice bytes)
{
	const json_t *member = json_object_get(object, name);
	if (json_is_null(member))
		return bytes.ptr == NULL;
	AH_AUTO(ah_buf) wanted = AH_BUF(4096);
	ah_test_hex(&wanted, ah_vectors_text(object, name));
	return bytes.ptr != NULL && ah_slice_is(ah_buf_slice(&wanted), bytes);
}

int64_t ah_vectors_time(const char *text)
{
	char rfc3339[21] = "";
	int64_t t_s = 0;
	size_t len = strlen(text);
	memcpy(rfc3339, text, len < 19 ? len : 19);
	rfc3339[10] = 'T';
	rfc3339[19] = 'Z';
	if (ah_time_parse(&t_s, ah_slice_text(rfc3339)) != AH_OK)
		abort();
	return t_s;
}

ah_err ah_vectors_verify(ah_claims **claims, ah_checks *log, const ah_vector_run *run, ah_fault *why)
{
	AH_AUTO_PTR(ah_verifier) verifier = NULL;
	AH_AUTO_PTR(ah_claims) made = NULL;
	AH_AUTO(ah_buf) root = AH_BUF(AH_CERTIFICATE_MAX);
	ah_roots roots;
	ah_roots_init(&roots);
	AH_TRY(ah_verifier_new(&verifier, why));
	if (run->simulated_root.len != 0) {
		uint8_t digest[AH_SHA256_LEN];
		AH_TRY(ah_certificate_to_der(&root, run->simulated_root, why));
		AH_TRY(ah_sha256(verifier->crypto, ah_buf_slice(&root), digest));
		AH_TRY(ah_roots_add_simulated(&roots, digest, ah_buf_slice(&root)));
	}
	const ah_platform *platform = ah_platform_find(run->platform);
	ah_evidence evidence = { .platform = platform };
	AH_TRY(platform->parse(&evidence, run->evidence, log, why));
	AH_TRY(platform->verify(&made, verifier, &evidence, run->endorsements, &roots, run->now_s, log, why));
	if (claims != NULL)
		*claims = ah_move_ptr(&made);
	return AH_OK;
}

ah_err ah_vectors_appraise(ah_result *result, const ah_vector_run *run)
{
	ah_verifier *verifier = NULL;
	ah_verdict *verdict = NULL;
	ah_request request = {
		.evidence = run->evidence, .platform = run->platform, .endorsements = run->endorsements, .genuine_only = true, .now_s = run->now_s,
		.simulated_root = run->simulated_root, .allow_simulated = run->simulated_root.len != 0,
	};
	AH_TRY(ah_verifier_new(&verifier, NULL));
	ah_err err = ah_appraise(&verdict, verifier, &request, NULL);
	*result = verdict != NULL ? ah_verdict_result(verdict) : AH_RESULT_FAIL;
	ah_verdict_free(verdict);
	ah_verifier_free(verifier);
	return err;
}
