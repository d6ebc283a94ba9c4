/*
 * The build signature of an instance event. PCR8 is the hash of the certificate whose key signed the image, so it is public once an instance runs: what ties it to
 * the builder is that the certificate names the builder's npub, and that the builder signed the event which carries it (NEC-03).
 */
#include "policy/instance_event.h"

#include "base/fault.h"
#include "codec/bech32.h"
#include "codec/text.h"
#include "evidence/verifier.h"
#include "pki/cert.h"
#include "pki/oid.h"

#define PCR_SIGNER 8

/* OU where there is one, as noauth-enclaved writes it; else CN, as NEC-03 does. One value of it: no reader can take another. */
static bool names_builder(ah_slice subject, const uint8_t key[static 32])
{
	ah_slice value = { NULL, 0 };
	char npub[AH_NPUB_LEN + 1];
	size_t count = ah_name_attribute(subject, AH_OID_ORGANIZATIONAL_UNIT, &value);
	if (count == 0)
		count = ah_name_attribute(subject, AH_OID_COMMON_NAME, &value);
	ah_npub_encode(npub, key);
	return count == 1 && ah_slice_is_text(value, npub);
}

static bool is_for_nostr(ah_slice subject)
{
	ah_slice value = { NULL, 0 };
	return ah_name_attribute(subject, AH_OID_ORGANIZATION, &value) == 1 && ah_slice_is_text(value, "Nostr");
}

/* errors: AH_ERR_CRYPTO, AH_ERR_NOMEM when there is no answer. */
static ah_err is_self_signed(bool *out, ah_crypto *crypto, const ah_cert *cert)
{
	*out = false;
	if (cert->key.kind != AH_KEY_P384 || cert->sig_alg != AH_SIG_ECDSA_SHA384 || !ah_slice_is(cert->issuer, cert->subject))
		return AH_OK;
	ah_err err = ah_ecdsa_verify_der(crypto, &cert->key, AH_SHA384, &cert->tbs, 1, cert->signature);
	*out = err == AH_OK;
	return err == AH_ERR_CRYPTO || err == AH_ERR_NOMEM ? err : AH_OK;
}

/* AWS: PCR8 = SHA-384(0^48 || SHA-384(certificate DER)). */
static ah_err is_measured(bool *out, ah_crypto *crypto, ah_slice der, const ah_nitro_claims *nitro)
{
	static const uint8_t zero[AH_SHA384_LEN];
	uint8_t digest[AH_SHA384_LEN], pcr[AH_SHA384_LEN];
	AH_TRY(ah_sha384(crypto, der, digest));
	AH_TRY(ah_hash(crypto, AH_SHA384, (const ah_slice[]){ AH_SLICE_OF(zero), AH_SLICE_OF(digest) }, 2, pcr));
	*out = (nitro->pcr_mask >> PCR_SIGNER & 1) != 0 && ah_equal(AH_SLICE_OF(pcr), ah_slice_make(nitro->pcrs[PCR_SIGNER], nitro->pcr_len[PCR_SIGNER]));
	return AH_OK;
}

static void require(ah_judge *j, bool ok, const char *what)
{
	ah__judge_condition(j, AH_CHECK_EVENT_BUILD, ok, AH_ERR_BUILD_CERTIFICATE, what);
}

/* errors: AH_ERR_CRYPTO, AH_ERR_NOMEM. Everything that is wrong with the certificate is the row's. */
static ah_err judge_certificate(ah_judge *j, const ah_nostr_event *build, const ah_nitro_claims *nitro)
{
	AH_AUTO(ah_buf) der = AH_BUF(AH_CERTIFICATE_MAX);
	ah_crypto *crypto = j->verifier->crypto;
	ah_cert cert;
	bool self_signed = false, measured = false;
	ah_err err = ah_base64_decode(&der, ah__event_value(build, "cert"));
	if (err == AH_ERR_NOMEM)
		return err;
	if (err == AH_OK)
		err = ah_cert_parse(&cert, ah_buf_slice(&der), NULL);
	if (err != AH_OK) {
		ah_check_got(j->log, AH_CHECK_EVENT_BUILD, "no tag cert with one X.509 certificate");
		ah__judge(j, AH_CHECK_EVENT_BUILD, false, AH_ERR_BUILD_CERTIFICATE);
		return AH_OK;
	}
	AH_TRY(is_self_signed(&self_signed, crypto, &cert));
	AH_TRY(is_measured(&measured, crypto, ah_buf_slice(&der), nitro));
	require(j, self_signed, "certificate is not signed by its own P-384 key with SHA-384");
	require(j, !cert.has_unknown_critical, "certificate has a critical extension that is not known here");
	require(j, j->request->now_s >= cert.not_before_s && j->request->now_s <= cert.not_after_s, "certificate is not valid at this time");
	require(j, is_for_nostr(cert.subject), "certificate has not exactly one organization, Nostr");
	require(j, names_builder(cert.subject, build->pubkey), "certificate does not name the builder's npub");
	require(j, measured, "certificate is not the one that PCR8 measured");
	/* RFC 5280 4.1.2.5: notAfter is the last valid second. The verdict ends there, one second early, as it does with the chain of the document. */
	ah__judge_expiry(j, cert.not_after_s);
	return AH_OK;
}

void ah__judge_event_build(ah_judge *j, const ah_nitro_claims *nitro)
{
	const ah_nostr_event *build = j->carried->event->build;
	if (ah__judge_debug_tolerated(j)) {
		ah_check_skip(j->log, AH_CHECK_EVENT_BUILD, "debug mode: PCR8 is zero");
		return;
	}
	if (build == NULL && (j->policy == NULL || !j->policy->nitro.require_build)) {
		ah_check_skip(j->log, AH_CHECK_EVENT_BUILD, j->policy == NULL ? "the event has no build signature" : "not required by the policy, and there is none");
		return;
	}
	ah_check_wanted(j->log, AH_CHECK_EVENT_BUILD, "the certificate of PCR8, naming the builder");
	if (build == NULL) {
		ah__judge_condition(j, AH_CHECK_EVENT_BUILD, false, AH_ERR_BUILDER, "no build signature");
		return;
	}
	ah_err err = judge_certificate(j, build, nitro);
	if (err != AH_OK)
		j->err = err; /* no answer is no verdict */
	char npub[AH_NPUB_LEN + 1];
	ah_npub_encode(npub, build->pubkey);
	ah__judge_condition(j, AH_CHECK_EVENT_BUILD, true, AH_ERR_BUILD_CERTIFICATE, "");
	if (j->log->rows[AH_CHECK_EVENT_BUILD].status == AH_CHECK_PASS)
		ah_check_got(j->log, AH_CHECK_EVENT_BUILD, "signed by %s", npub);
}
