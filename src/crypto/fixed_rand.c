/* See fixed_rand.h. A provider (provider(7), provider-rand(7)) with one algorithm, in as few functions as EVP_RAND demands. */
#include "crypto/fixed_rand.h"

#include <string.h>

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <openssl/rand.h>

#define PROVIDER_NAME "anchorhold-fixed"
#define RAND_NAME     "ANCHORHOLD-FIXED"
/* Below every prime of the NIST curves, whose first bits are ones, and not zero: OpenSSL draws again otherwise. */
#define FIXED_BYTE    0x5a
#define REQUEST_MAX   65536
#define STRENGTH_BITS 256

/* There is no state; OpenSSL wants an address. */
static char no_state;

static void *rand_new(void *provider, void *parent, const OSSL_DISPATCH *parent_calls)
{
	(void)provider, (void)parent, (void)parent_calls;
	return &no_state;
}

static void rand_free(void *ctx)
{
	(void)ctx;
}

static int rand_instantiate(void *ctx, unsigned int strength, int prediction_resistance, const unsigned char *text, size_t text_len,
                            const OSSL_PARAM params[])
{
	(void)ctx, (void)strength, (void)prediction_resistance, (void)text, (void)text_len, (void)params;
	return 1;
}

static int rand_uninstantiate(void *ctx)
{
	(void)ctx;
	return 1;
}

static int rand_generate(void *ctx, unsigned char *out, size_t len, unsigned int strength, int prediction_resistance, const unsigned char *more,
                         size_t more_len)
{
	(void)ctx, (void)strength, (void)prediction_resistance, (void)more, (void)more_len;
	memset(out, FIXED_BYTE, len);
	return 1;
}

static int rand_get_params(void *ctx, OSSL_PARAM params[])
{
	(void)ctx;
	OSSL_PARAM *state = OSSL_PARAM_locate(params, OSSL_RAND_PARAM_STATE);
	OSSL_PARAM *strength = OSSL_PARAM_locate(params, OSSL_RAND_PARAM_STRENGTH);
	OSSL_PARAM *request = OSSL_PARAM_locate(params, OSSL_RAND_PARAM_MAX_REQUEST);
	return (state == NULL || OSSL_PARAM_set_int(state, EVP_RAND_STATE_READY)) && (strength == NULL || OSSL_PARAM_set_uint(strength, STRENGTH_BITS)) &&
	       (request == NULL || OSSL_PARAM_set_size_t(request, REQUEST_MAX));
}

static int rand_enable_locking(void *ctx)
{
	(void)ctx;
	return 1;
}

static const OSSL_DISPATCH rand_functions[] = {
	{ OSSL_FUNC_RAND_NEWCTX, (void (*)(void))rand_new },
	{ OSSL_FUNC_RAND_FREECTX, (void (*)(void))rand_free },
	{ OSSL_FUNC_RAND_INSTANTIATE, (void (*)(void))rand_instantiate },
	{ OSSL_FUNC_RAND_UNINSTANTIATE, (void (*)(void))rand_uninstantiate },
	{ OSSL_FUNC_RAND_GENERATE, (void (*)(void))rand_generate },
	{ OSSL_FUNC_RAND_GET_CTX_PARAMS, (void (*)(void))rand_get_params },
	{ OSSL_FUNC_RAND_ENABLE_LOCKING, (void (*)(void))rand_enable_locking },
	{ 0, NULL },
};

static const OSSL_ALGORITHM rand_algorithms[] = {
	{ RAND_NAME, "provider=" PROVIDER_NAME, rand_functions, "constant bytes, for verification only" },
	{ NULL, NULL, NULL, NULL },
};

static const OSSL_ALGORITHM *query(void *provider, int operation, int *no_cache)
{
	(void)provider;
	*no_cache = 0;
	return operation == OSSL_OP_RAND ? rand_algorithms : NULL;
}

static const OSSL_DISPATCH provider_functions[] = {
	{ OSSL_FUNC_PROVIDER_QUERY_OPERATION, (void (*)(void))query },
	{ 0, NULL },
};

static int provider_init(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in, const OSSL_DISPATCH **out, void **provider_ctx)
{
	(void)handle, (void)in;
	*out = provider_functions;
	*provider_ctx = &no_state;
	return 1;
}

bool ah__fixed_rand_install(OSSL_LIB_CTX *library, OSSL_PROVIDER **provider)
{
	if (OSSL_PROVIDER_add_builtin(library, PROVIDER_NAME, provider_init) != 1)
		return false;
	*provider = OSSL_PROVIDER_load(library, PROVIDER_NAME);
	if (*provider == NULL || RAND_set_DRBG_type(library, RAND_NAME, NULL, NULL, NULL) != 1)
		return false;
	/* Made now rather than at the first verification, and proof that the type was taken. */
	EVP_RAND_CTX *rand = RAND_get0_private(library);
	return rand != NULL && strcmp(EVP_RAND_get0_name(EVP_RAND_CTX_get0_rand(rand)), RAND_NAME) == 0;
}
