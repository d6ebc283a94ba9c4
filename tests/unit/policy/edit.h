/* Three small policies, and edits of their text: what every test of the policy document starts from. */
#ifndef AH_TESTS_UNIT_POLICY_EDIT_H
#define AH_TESTS_UNIT_POLICY_EDIT_H

#include "policy/policy.h"
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>

#define X16(d)  d d d d d d d d d d d d d d d d
#define HEX8(d)  X16(d)
#define HEX32(d) X16(d) X16(d) X16(d) X16(d)
#define HEX48(d) HEX32(d) X16(d) X16(d)
#define HEX64(d) HEX32(d) HEX32(d)
#define NPUB "npub10elfcs4fr0l0r8af98jlmgdh9c8tcxjvz9qkw038js35mp4dma8qzvjptg" /* the example of NIP-19 */
#define NPUB_HEX "7e7e9c42a91bfef19fa929e5fda1b72e0ebc1a4c1141673e2794234d86addf4e"

#define HEAD "{\"schema\":\"anchorhold.trust-bundle/v1\",\"workload\":\"router\",\"version\":7,\"issued_at\":\"2026-11-20T00:00:00Z\"," \
	"\"valid_from\":\"2026-11-20T00:00:00Z\",\"valid_until\":\"2027-02-18T00:00:00Z\","
#define NITRO_PCRS "{\"0\":\"" HEX48("a") "\",\"1\":\"" HEX48("b") "\",\"2\":\"" HEX48("c") "\"}"
#define NITRO_RELEASE "{\"release\":\"1.0\",\"pcrs\":" NITRO_PCRS "}"
#define SNP_RELEASE "{\"release\":\"1.0\",\"measurement\":\"" HEX48("d") "\"}"
#define FLOOR_GENOA "{\"product\":\"Genoa\",\"bl\":10,\"tee\":0,\"snp\":23,\"ucode\":84}"
#define NITRO_POLICY HEAD "\"platforms\":{\"nitro\":{\"releases\":[" NITRO_RELEASE "]}}}"
#define SNP_POLICY HEAD "\"platforms\":{\"sev-snp\":{\"releases\":[" SNP_RELEASE "],\"products\":[\"Genoa\"],\"tcb_floors\":[" FLOOR_GENOA "]}}}"

#define TDX_RELEASE "{\"release\":\"1.0\",\"mrtd\":\"" HEX48("d") "\",\"rtmrs\":{\"0\":\"" HEX48("a") "\",\"1\":\"" HEX48("b") "\"}}"
#define TDX_POLICY HEAD "\"platforms\":{\"tdx\":{\"releases\":[" TDX_RELEASE "],\"min_tcb_evaluation\":18}}}"

/* A member at the top of a policy, or in the section of its platform. */
#define AT_TOP   "\"platforms\":{"
#define IN_NITRO "\"nitro\":{"
#define IN_SNP   "\"sev-snp\":{"
#define IN_TDX   "\"tdx\":{"

/* base with the first `find` replaced, in memory that lives until the next but three calls. */
static inline const char *edited(const char *base, const char *find, const char *replacement)
{
	static char *texts[4];
	static unsigned next;
	const char *at = strstr(base, find);
	if (at == NULL) {
		printf("an edit of a test finds nothing: %s\n", find);
		abort();
	}
	size_t size = strlen(base) + strlen(replacement) + 1;
	char *out = (char *)malloc(size);
	if (out == NULL)
		abort();
	(void)snprintf(out, size, "%.*s%s%s", (int)(at - base), base, replacement, at + strlen(find));
	free(texts[next % 4]);
	texts[next++ % 4] = out;
	return out;
}

/* base with members put in front of the others of the object that `object` opens. members: "\"a\":1," */
static inline const char *with(const char *base, const char *object, const char *members)
{
	char opened[8192];
	(void)snprintf(opened, sizeof opened, "%s%s", strcmp(object, AT_TOP) == 0 ? members : object, strcmp(object, AT_TOP) == 0 ? object : members);
	return edited(base, object, opened);
}

static inline ah_err load_text(ah_policy **out, const char *text, ah_fault *why)
{
	/* An exact heap copy: a read beyond the end is then seen by the sanitizers. */
	size_t len = strlen(text);
	char *copy = (char *)malloc(len + 1);
	if (copy == NULL)
		abort();
	memcpy(copy, text, len + 1);
	ah_err err = ah_policy_load(out, ah_slice_make(copy, len), why);
	free(copy);
	return err;
}

/* The policy of a text that is known to be right. */
static inline ah_policy *loaded(const char *text)
{
	ah_policy *policy = NULL;
	ah_fault why = { .err = AH_OK };
	if (load_text(&policy, text, &why) != AH_OK) {
		printf("a policy of a test does not load: %s\n%s\n", why.detail, text);
		abort();
	}
	return policy;
}

#endif
