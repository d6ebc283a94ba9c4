/* See pck_chain.h. */
#include "platforms/tdx/pck_chain.h"

#include "base/fault.h"
#include "codec/pem.h"

#define STEP "tdx.pck_chain"

/* Intel's profile, 1.3: everything is P-256 with SHA-256, and a PCK certificate says that it is no CA and that it signs. */
static const ah_path_rules path_rules = {
	.anchor_key = AH_KEY_P256, .ca_key = AH_KEY_P256, .leaf_key = AH_KEY_P256, .sig_alg = AH_SIG_ECDSA_SHA256,
	.leaf_digital_signature = true, .leaf_basic_constraints = true,
};

void ah_tdx_pck_chain_free(ah_tdx_pck_chain *c)
{
	for (size_t i = 0; i < AH_TDX_CHAIN_MAX; i++)
		ah_buf_free(&c->certs.der[i]);
}

/* One block of the PEM, appended to *der. */
static ah_err next_block(ah_slice *rest, bool *found, ah_buf *der, ah_fault *why)
{
	ah_slice label = { NULL, 0 };
	ah_err err = ah_pem_next(rest, found, &label, der);
	if (err == AH_ERR_LIMIT)
		return ah_fault_set(why, AH_ERR_TOO_LARGE, STEP, "a certificate of more than %d bytes", AH_CERTIFICATE_MAX);
	if (err == AH_ERR_NOMEM)
		return err;
	if (err != AH_OK || (*found && !ah_slice_is_text(label, "CERTIFICATE")))
		return ah_fault_set(why, AH_ERR_CERT_MALFORMED, STEP, "the certification data are no PEM of certificates");
	return AH_OK;
}

/* Offsets of a defect are those of the decoded certificate, which the quote does not have as bytes: the text carries them. */
static ah_err parse_certificate(ah_tdx_chain *certs, size_t index, ah_fault *why)
{
	ah_fault inner = { .offset = AH_NO_OFFSET };
	ah_err err = ah_cert_parse(&certs->certs[index], ah_buf_slice(&certs->der[index]), &inner);
	return err == AH_OK ? AH_OK : ah_fault_set(why, err, STEP, "certificate %zu: %.60s", index, inner.detail);
}

ah_err ah_tdx_pck_chain_read(ah_tdx_pck_chain *c, ah_slice pem, ah_fault *why)
{
	ah_slice rest = pem;
	bool found = true;
	if (rest.len != 0 && rest.ptr[rest.len - 1] == '\0')
		rest.len--;
	for (size_t i = 0; found; i++) {
		AH_AUTO(ah_buf) der = AH_BUF(AH_CERTIFICATE_MAX);
		AH_TRY(next_block(&rest, &found, &der, why));
		if (found != (i < AH_TDX_PCK_CHAIN_COUNT))
			return ah_fault_set(why, i == 0 ? AH_ERR_CERT_MALFORMED : AH_ERR_CHAIN, STEP, "%s than %d certificates", found ? "more" : "fewer",
			                    AH_TDX_PCK_CHAIN_COUNT);
		if (!found)
			break;
		c->certs.der[i] = der; /* transferred */
		der = AH_BUF(0);
		AH_TRY(parse_certificate(&c->certs, i, why));
		c->certs.count++;
	}
	for (size_t i = 0; i < c->certs.count; i++)
		c->chain.path[i] = &c->certs.certs[c->certs.count - 1 - i];
	c->chain.count = c->certs.count;
	return AH_OK;
}

static bool is_named(const ah_cert *cert, const char *common_name)
{
	ah_slice cn = { NULL, 0 };
	return ah_name_common_name(cert->subject, &cn) && ah_slice_is_text(cn, common_name);
}

/* Intel's names, exactly. They are no ground for trust, which the pinned root alone gives; they tell a PCK from other keys below the same root. */
static ah_err check_names(const ah_tdx_pck_chain *c, ah_checks *log, ah_fault *why)
{
	const ah_cert *leaf = &c->certs.certs[0], *ca = &c->certs.certs[1];
	bool leaf_ok = is_named(leaf, "Intel SGX PCK Certificate");
	bool ca_ok = is_named(ca, "Intel SGX PCK Platform CA") || is_named(ca, "Intel SGX PCK Processor CA");
	if (!leaf_ok || !ca_ok) {
		char name[72];
		ah_name_format(name, sizeof name, leaf_ok ? ca->subject : leaf->subject);
		ah_check_got(log, AH_CHECK_PATH_NAMES, "%s", name);
		ah_check_wanted(log, AH_CHECK_PATH_NAMES, "%s", leaf_ok ? "a PCK Platform or Processor CA" : "a PCK certificate");
	}
	return ah_check(log, AH_CHECK_PATH_NAMES, leaf_ok && ca_ok, AH_ERR_CHAIN, why);
}

ah_err ah_tdx_pck_chain_verify(ah_tdx_pck_chain *c, ah_verifier *v, const ah_endorsements *en, const ah_roots *roots, int64_t now_s,
                               ah_checks *log, ah_fault *why)
{
	assert(c->chain.count == AH_TDX_PCK_CHAIN_COUNT);
	AH_TRY(ah_sha256(v->crypto, c->chain.path[0]->der, c->chain.anchor_sha256));
	c->chain.root = ah_roots_find(roots, AH_PLATFORM_TDX, c->chain.anchor_sha256);
	AH_TRY(ah__chain_check_root(&c->chain, log, why));
	AH_TRY(check_names(c, log, why));
	return ah__chain_validate(&c->chain, v, en, &path_rules, AH_REVOCATION_WITH_CRLDP, now_s, log, why);
}
