/* See verifier.h. */
#include "evidence/verifier.h"

#include "base/fault.h"
#include "base/slice.h"

ah_err ah_verifier_new(ah_verifier **out, ah_fault *why)
{
	AH_AUTO_PTR(ah_verifier) verifier = (ah_verifier *)ah_alloc(sizeof *verifier);
	if (verifier == NULL)
		return ah_fault_set(why, AH_ERR_NOMEM, "verifier.new", "no memory for the verifier");
	AH_TRY(ah_crypto_new(&verifier->crypto, why));
	*out = ah_move_ptr(&verifier);
	return AH_OK;
}

void ah_verifier_free(ah_verifier *verifier)
{
	if (verifier == NULL)
		return;
	for (size_t i = 0; i < AH_TDX_COLLATERAL_CACHE; i++)
		if (verifier->kept[i].object != NULL)
			verifier->kept[i].free_object(verifier->kept[i].object);
	ah_crypto_free(verifier->crypto);
	ah_dealloc(verifier);
}

void *ah_verifier_kept(const ah_verifier *verifier, ah_slice bytes, void (*free_object)(void *object))
{
	for (size_t i = 0; i < AH_TDX_COLLATERAL_CACHE; i++) {
		const ah_kept *kept = &verifier->kept[i];
		if (kept->object != NULL && kept->free_object == free_object && ah_slice_is(kept->bytes, bytes))
			return kept->object;
	}
	return NULL;
}

void ah_verifier_keep(ah_verifier *verifier, ah_slice bytes, void *object, void (*free_object)(void *object))
{
	ah_kept *kept = &verifier->kept[verifier->kept_next];
	if (kept->object != NULL)
		kept->free_object(kept->object);
	*kept = (ah_kept){ .bytes = bytes, .object = object, .free_object = free_object };
	verifier->kept_next = (verifier->kept_next + 1) % AH_TDX_COLLATERAL_CACHE;
}
