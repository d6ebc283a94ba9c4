/* Ownership of a policy and of the texts made from it. */
#include "policy/policy.h"

#include "base/fault.h"

static void free_bytes(ah_byte_list *list)
{
	ah_dealloc(list->items);
}

static void free_texts(ah_text_list *list)
{
	ah_dealloc(list->items);
}

void ah_policy_free(ah_policy *policy)
{
	if (policy == NULL)
		return;
	ah_dealloc(policy->nitro.releases);
	free_texts(&policy->nitro.instance_ids);
	free_texts(&policy->nitro.builders);
	free_texts(&policy->nitro.launchers);
	free_texts(&policy->nitro.release_signers);
	free_texts(&policy->nitro.stages);
	ah_dealloc(policy->snp.releases);
	free_bytes(&policy->snp.chip_ids);
	ah_dealloc(policy->tdx.releases);
	free_bytes(&policy->tdx.mrservicetd);
	free_bytes(&policy->tdx.ppids);
	free_bytes(&policy->allowed_workload_identity_tags);
	free_bytes(&policy->manifest_keys);
	free_texts(&policy->deployment_ids);
	free_bytes(&policy->service_keys);
	free_bytes(&policy->revoked_tls_spki);
	free_bytes(&policy->revoked_measurements);
	free_bytes(&policy->simulated_roots);
	ah_dealloc(policy);
}

const char *ah__freshness_name(ah_freshness freshness)
{
	switch (freshness) {
	case AH_FRESHNESS_NONE: return "none";
	case AH_FRESHNESS_CACHED: return "cached";
	case AH_FRESHNESS_SESSION: return "session";
	}
	return "";
}

ah_err ah__text_from_buf(char **text, size_t *len, ah_buf *b)
{
	size_t written = b->len;
	AH_TRY(ah_buf_append_byte(b, 0));
	*text = (char *)ah_move_ptr(&b->ptr); /* transferred; ah_buf_free() of the rest frees nothing */
	*len = written;
	*b = AH_BUF(b->max);
	return AH_OK;
}

void ah_text_free(char *text)
{
	ah_dealloc(text);
}
