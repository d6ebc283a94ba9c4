/* See ah__envelope_question() in envelope.h: what the server states and what the caller expects become one question about the evidence inside. */
#include "policy/envelope.h"

#include "base/fault.h"
#include "codec/pem.h"
#include "evidence/endorsements.h"
#include "evidence/verifier.h"
#include "policy/binding.h"

#define STEP "envelope.question"

/* -- endorsements: what the caller gives stands in place of what the server sent -- */

static ah_err copy_endorsements(ah_endorsements *out, const ah_endorsements *from, ah_fault *why)
{
	if (from == NULL)
		return AH_OK;
	if (from->vek.len != 0)
		AH_TRY(ah_endorsements_set_vek(out, ah_buf_slice(&from->vek), why));
	for (size_t i = 0; i < from->chain_count; i++)
		AH_TRY(ah_endorsements_add_chain(out, ah_buf_slice(&from->chain[i]), why));
	if (from->cert_table.len != 0)
		AH_TRY(ah_endorsements_set_cert_table(out, ah_buf_slice(&from->cert_table), why));
	if (from->collateral.len != 0)
		AH_TRY(ah_endorsements_set_collateral(out, ah_buf_slice(&from->collateral), why));
	for (size_t i = 0; i < from->crl_count; i++)
		AH_TRY(ah_endorsements_add_crl(out, ah_buf_slice(&from->crls[i]), why));
	return AH_OK;
}

/* The first certificate is the VEK, those behind it are its chain. */
static ah_err add_vek_chain(ah_endorsements *out, ah_slice pem, ah_fault *why)
{
	bool wants_vek = out->vek.len == 0 && out->cert_table.len == 0, wants_chain = out->chain_count == 0;
	ah_slice rest = pem;
	for (size_t i = 0;; i++) {
		AH_AUTO(ah_buf) der = AH_BUF(AH_CERTIFICATE_MAX);
		ah_slice label = { NULL, 0 };
		bool found = false;
		ah_err err = ah_pem_next(&rest, &found, &label, &der);
		if (err != AH_OK)
			return ah_fault_set(why, err, STEP, "%s", ah_err_name(err));
		if (!found)
			return i != 0 ? AH_OK : ah_fault_set(why, AH_ERR_TEXT, STEP, "no PEM block");
		if (!ah_slice_is_text(label, "CERTIFICATE"))
			return ah_fault_set(why, AH_ERR_TEXT, STEP, "a PEM block other than CERTIFICATE");
		if (i == 0 && wants_vek)
			AH_TRY(ah_endorsements_set_vek(out, ah_buf_slice(&der), why));
		else if (i != 0 && wants_chain)
			AH_TRY(ah_endorsements_add_chain(out, ah_buf_slice(&der), why));
	}
}

/* Nothing is copied where the envelope brings nothing. */
static ah_err merge_endorsements(ah_carried *carried, const ah_request *request, ah_fault *why)
{
	const ah_envelope *e = carried->envelope;
	ah_fault inner = { .offset = AH_NO_OFFSET };
	if (e->vek_chain.len == 0 && e->collateral.len == 0)
		return AH_OK;
	AH_AUTO_PTR(ah_endorsements) merged = NULL;
	AH_TRY(ah_endorsements_new(&merged));
	AH_TRY(copy_endorsements(merged, request->endorsements, why));
	if (e->vek_chain.len != 0) {
		ah_err err = add_vek_chain(merged, ah_buf_slice(&e->vek_chain), &inner);
		if (err == AH_ERR_NOMEM)
			return ah_fault_set(why, err, STEP, "no memory");
		if (err != AH_OK)
			return ah_fault_set(why, AH_ERR_ENVELOPE_MALFORMED, STEP, "vek_chain_pem: %.60s", inner.detail);
	}
	if (e->collateral.len != 0 && merged->collateral.len == 0)
		AH_TRY(ah_endorsements_set_collateral(merged, ah_buf_slice(&e->collateral), why));
	carried->inner.endorsements = merged;
	carried->endorsements = ah_move_ptr(&merged); /* transferred */
	return AH_OK;
}

/* -- the binding: purpose, role, nonce, session and TLS key are the caller's; keys, times and labels the server's, believed because R is over them -- */

static ah_slice when(bool present, const uint8_t *bytes, size_t len)
{
	return ah_slice_make(present ? bytes : NULL, present ? len : 0);
}
#define WHEN(present, array) when((present), (array), sizeof(array))

static ah_err compute_report_data(ah_carried *carried, ah_verifier *verifier, const ah_expected *asked, ah_fault *why)
{
	const ah_envelope_claims *says = &carried->envelope->says;
	const ah_binding binding = {
		.purpose = asked->purpose,
		.role = asked->role,
		.deployment_id = ah_slice_text(says->deployment_id),
		.nonce = says->is_fresh ? asked->nonce : ah_slice_make(NULL, 0),
		.issued_at_s = says->issued_at_s,
		.max_age_s = says->max_age_s,
		.binding_p256 = AH_SLICE_OF(says->binding_p256),
		.x25519 = WHEN(says->has_x25519, says->x25519),
		.ed25519 = WHEN(says->has_ed25519, says->ed25519),
		.service_key = WHEN(says->has_service_key, says->service_key),
		.session_value = says->is_fresh ? asked->session_value : ah_slice_make(NULL, 0),
		.spki_sha256 = asked->spki_sha256,
		.tag = WHEN(says->has_tag, says->tag),
	};
	return ah__binding_report_data(verifier->crypto, carried->report_data, &binding, why);
}

/* DESIGN 3, Nitro: public_key is what its clients look for there. R commits to the binding key in every case. */
static void expect_public_key(ah_carried *carried, const ah_expected *asked)
{
	static_assert(sizeof carried->binding_spki == AH_P256_SPKI_LEN, "room for the DER form of a point of P-256");
	const ah_envelope_claims *says = &carried->envelope->says;
	ah_expected *e = &carried->inner.expected;
	if (strcmp(asked->purpose, "kms") == 0) {
		e->fields |= AH__EXPECT_ANY_PUBLIC_KEY; /* an RSA key made for one request: only the key service, which encrypts to it, can judge it */
		return;
	}
	e->fields |= AH_EXPECT_PUBLIC_KEY;
	if (strcmp(asked->purpose, "nostr") == 0) {
		e->public_key = AH_SLICE_OF(says->service_key);
		return;
	}
	ah__binding_p256_spki(carried->binding_spki, says->binding_p256);
	e->public_key = AH_SLICE_OF(carried->binding_spki);
}

static ah_err expect_ours(ah_carried *carried, ah_verifier *verifier, const ah_expected *asked, ah_fault *why)
{
	const ah_envelope_claims *says = &carried->envelope->says;
	ah_expected *e = &carried->inner.expected;
	/* R of session-fresh evidence is over values of one connection: without them there is nothing to compare with. */
	if (says->is_fresh && (asked->session_value.len == 0 || (asked->fields & AH_EXPECT_NONCE) == 0)) {
		*e = (ah_expected){ .fields = AH_NO_BINDING };
		return AH_OK;
	}
	AH_TRY(compute_report_data(carried, verifier, asked, why));
	*e = (ah_expected){ .fields = AH_EXPECT_REPORT_DATA, .report_data = AH_SLICE_OF(carried->report_data) };
	ah_platform_id platform = carried->inner.platform != AH_PLATFORM_NONE ? carried->inner.platform : ah_evidence_detect(carried->inner.evidence);
	if (platform != AH_PLATFORM_NITRO)
		return AH_OK;
	if (says->is_fresh) {
		e->fields |= AH_EXPECT_NONCE;
		e->nonce = asked->nonce;
	} else {
		e->fields |= AH__EXPECT_NO_NONCE;
	}
	expect_public_key(carried, asked);
	return AH_OK;
}

static ah_err expect_tresor(ah_carried *carried, ah_verifier *verifier, const ah_expected *asked, ah_fault *why)
{
	const ah_envelope_claims *says = &carried->envelope->says;
	ah_err err = ah__binding_identity(verifier->crypto, carried->report_data, asked->spki_sha256, WHEN(says->has_tag, says->tag));
	if (err != AH_OK)
		return ah_fault_set(why, err, STEP, "report data");
	carried->inner.expected = (ah_expected){ .fields = AH__EXPECT_REPORT_DATA_HALF, .report_data = ah_slice_make(carried->report_data, 32) };
	return AH_OK;
}

/* R is over any 65 bytes. What is no key of anybody is refused for its form here, not once a signature of it is looked at. */
static ah_err check_binding_key(const ah_envelope *e, ah_verifier *verifier, ah_fault *why)
{
	if (!e->says.has_binding_p256) /* Tresor */
		return AH_OK;
	ah_err err = ah_p256_check_point(verifier->crypto, AH_SLICE_OF(e->says.binding_p256));
	return err == AH_ERR_FIELD_RANGE ? ah_fault_set(why, AH_ERR_ENVELOPE_MALFORMED, STEP, "keys.binding_p256: not a point of P-256") : err;
}

ah_err ah__envelope_question(ah_carried *carried, ah_verifier *verifier, const ah_request *request, ah_fault *why)
{
	const ah_envelope *e = carried->envelope;
	ah_request *inner = &carried->inner;
	inner->evidence = ah_buf_slice(&e->evidence);
	/* Bytes that nobody recognises are judged by the parser of the platform that the server names: it says what is wrong with them. */
	if (inner->platform == AH_PLATFORM_NONE && ah_evidence_detect(inner->evidence) == AH_PLATFORM_NONE)
		inner->platform = e->platform;
	AH_TRY(check_binding_key(e, verifier, why));
	AH_TRY(merge_endorsements(carried, request, why));
	const ah_expected *asked = &request->expected;
	if (request->genuine_only || (asked->fields & AH_EXPECT_CHANNEL) == 0) {
		inner->expected = (ah_expected){ .fields = request->genuine_only ? AH_EXPECT_NOTHING : AH_NO_BINDING };
		return AH_OK;
	}
	return e->says.is_tresor ? expect_tresor(carried, verifier, asked, why) : expect_ours(carried, verifier, asked, why);
}
