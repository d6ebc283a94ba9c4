/*
 * Saved bundles: one question with its verdict as one JSON document, so that it can be judged again later, byte for byte
 * (docs/protocol/saved.md). And pins: what was verified at first use, to compare with later.
 */
#ifndef ANCHORHOLD_SAVED_H
#define ANCHORHOLD_SAVED_H

#include <anchorhold/verdict.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Write the question and its verdict, accepted or not. The verdict must be the one of this request (asserted by time, mode and length of the evidence).
 * Of a state only what the verdict compared with is kept. The verdict is kept with policy_source "file" in place of "caller": when it is judged again, the
 * policy comes from a file. Free *text with ah_text_free().
 * errors: AH_ERR_LIMIT (above 8 MiB; evidence that is too large to be judged), AH_ERR_NOMEM; those of ah_policy_to_json().
 */
AH_API AH_MUST_USE ah_err ah_saved_write(char **text, size_t *len, const ah_request *request, const ah_verdict *verdict, ah_fault *why);

typedef struct ah_saved ah_saved;
/* Copies. errors: AH_ERR_SAVED_MALFORMED (detail begins with the member), AH_ERR_TOO_LARGE, AH_ERR_NOMEM; those of the policy loader, AH_ERR_PIN_INVALID,
 * AH_ERR_CERT_TABLE. */
AH_API AH_MUST_USE ah_err ah_saved_load(ah_saved **out, ah_slice json, ah_fault *why);
AH_API void ah_saved_free(ah_saved *saved);
/*
 * The whole question: evidence, endorsements, policy or bundle, binding, time, policy_source "file". Borrowed from saved. Its state is one of its own, which
 * learns when the question is judged; ah_saved_replay() leaves it alone. Never judge by it unless whoever made the file may choose policy and binding.
 */
AH_API const ah_request *ah_saved_request(const ah_saved *saved);
/* The verdict as it was saved: canonical JSON. Borrowed from saved. */
AH_API ah_slice ah_saved_verdict_json(const ah_saved *saved);

/*
 * Judge a saved question again, at its own time, against its own policy and state.
 * verdict  as ah_appraise().
 * returns  what ah_appraise() returned, when the verdict is byte for byte the saved one;
 *          AH_ERR_REPLAY when it is another one (*verdict is then the new one, and nothing of it is to be trusted), or when the question has none any more
 *          (*verdict is NULL);
 *          AH_ERR_NOMEM, AH_ERR_CRYPTO, AH_ERR_LIMIT (no verdict).
 */
AH_API AH_MUST_USE ah_err ah_saved_replay(ah_verdict **verdict, ah_verifier *verifier, const ah_saved *saved, ah_fault *why);

/*
 * The pin of an accepted verdict: platform, measurements and keys, as canonical JSON (schema anchorhold.pin/v1). Give it as request.pin later.
 * Free *text with ah_text_free(). errors: AH_ERR_ARGUMENT (the verdict was not accepted), AH_ERR_NOMEM, AH_ERR_LIMIT.
 */
AH_API AH_MUST_USE ah_err ah_pin_from_verdict(char **text, size_t *len, const ah_verdict *verdict, ah_fault *why);

#ifdef __cplusplus
}
#endif
#endif
