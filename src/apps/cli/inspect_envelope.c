/* Attestation envelopes: each member with its place, and what was decoded from it below. Nothing of it was verified. */
#include "apps/cli/inspect.h"

#include "codec/pem.h"
#include "policy/envelope.h"

#include <stdio.h>

/* Of an envelope that cannot be read: a digest with its quotes is shown. Longer texts are told by their length, as a chain may hold a private key. */
#define TEXT_SHOWN_MAX 66
#define NO_BYTES ((ah_slice){ NULL, 0 })

bool is_envelope(ah_slice in)
{
	ah_carrier kind = ah_carrier_detect(in);
	return kind == AH_CARRIER_ENVELOPE || kind == AH_CARRIER_TRESOR;
}

/* -- what was decoded: it has no place in the envelope -- */

static void list_evidence(listing *l, const ah_envelope *e)
{
	ah_slice evidence = ah_buf_slice(&e->evidence);
	AH_AUTO(listing) inner = LISTING(evidence);
	switch (ah_evidence_detect(evidence)) {
	case AH_PLATFORM_NITRO: inspect_nitro(&inner); break;
	case AH_PLATFORM_SNP: inspect_snp(&inner); break;
	case AH_PLATFORM_TDX: inspect_tdx(&inner); break;
	case AH_PLATFORM_NONE: list_fault(&inner, AH_ERR_UNKNOWN_FORMAT, AH_NO_OFFSET, "no platform recognises these %zu bytes", evidence.len); break;
	}
	list_adopt(l, &inner);
}

static void list_vek_chain(listing *l, const ah_envelope *e)
{
	ah_slice rest = ah_buf_slice(&e->vek_chain), label = NO_BYTES;
	for (bool found = true; found;) {
		AH_AUTO(ah_buf) der = AH_BUF(AH_CERTIFICATE_MAX);
		ah_err err = ah_pem_next(&rest, &found, &label, &der);
		if (err == AH_ERR_NOMEM)
			l->err = err;
		if (err != AH_OK) {
			list_fault(l, AH_ERR_ENVELOPE_MALFORMED, AH_NO_OFFSET, "the chain is not PEM: %s", ah_err_name(err));
			return;
		}
		if (!found)
			return;
		AH_AUTO(listing) inner = LISTING(ah_buf_slice(&der));
		if (is_private_block(label, inner.in))
			list_private_key(&inner);
		else
			inspect_x509(&inner, inner.in, "");
		list_adopt(l, &inner);
	}
}

static void list_collateral(listing *l, const ah_envelope *e)
{
	AH_AUTO(listing) inner = LISTING(ah_buf_slice(&e->collateral));
	inspect_collateral(&inner);
	list_adopt(l, &inner);
}

static void list_manifest(listing *l, const ah_envelope *e)
{
	AH_AUTO(listing) inner = LISTING(ah_buf_slice(&e->manifest));
	inspect_jws(&inner);
	list_adopt(l, &inner);
}

/* -- the members -- */

static const struct decoded {
	const char *name, *what;
	void (*list)(listing *l, const ah_envelope *e);
} decoded[] = {
	{ "evidence_b64", "base64", list_evidence },
	{ "snp_report_b64", "base64", list_evidence },
	{ "vek_chain_pem", "PEM", list_vek_chain },
	{ "vcek_chain_pem", "PEM", list_vek_chain },
	{ "collateral", "JSON", list_collateral },
	{ "workload_identity_manifest_jws", "a compact JWS", list_manifest },
};

static const struct decoded *find_decoded(ah_slice name)
{
	for (size_t i = 0; i < sizeof decoded / sizeof decoded[0]; i++)
		if (ah_slice_is_text(name, decoded[i].name))
			return &decoded[i];
	return NULL;
}

static void list_keys(listing *l, ah_json *j)
{
	ah_slice name;
	list_open(l, NO_BYTES, "keys", "%s", "");
	ah_json_object_begin(j);
	while (ah_json_next_member(j, &name)) {
		ah_slice raw = ah_json_raw(j);
		for (size_t i = 0; i < 4; i++) {
			static const char *const names[] = { "binding_p256", "ed25519", "service_key", "x25519" };
			if (ah_slice_is_text(name, names[i]))
				list_source(l, raw, names[i]);
		}
	}
	list_close(l);
}

static void list_member(listing *l, ah_json *j, const ah_envelope *e, ah_slice name)
{
	const struct decoded *part = find_decoded(name);
	char label[64];
	if (part == NULL && ah_slice_is_text(name, "keys")) {
		list_keys(l, j);
		return;
	}
	ah_slice raw = ah_json_raw(j);
	if (part == NULL) {
		(void)snprintf(label, sizeof label, "%.*s", (int)name.len, (const char *)name.ptr);
		list_source(l, raw, label);
		return;
	}
	list_open(l, raw, part->name, "%zu characters of %s, decoded:", raw.len, part->what);
	part->list(l, e);
	list_close(l);
}

void inspect_envelope(listing *l)
{
	AH_AUTO_PTR(ah_envelope) e = NULL;
	ah_json j;
	ah_slice name;
	ah_fault why = { .offset = AH_NO_OFFSET };
	ah_err err = ah_envelope_parse(&e, l->in, &why);
	if (err == AH_OK)
		err = ah_json_open(&j, l->in, AH_JSON_OURS, &why);
	if (err == AH_ERR_NOMEM) {
		l->err = err;
		return;
	}
	if (err != AH_OK) {
		list_json(l, AH_JSON_OURS, TEXT_SHOWN_MAX);
		l->kind = "attestation envelope";
		list_fault(l, err, why.offset, "%.90s", why.detail);
		return;
	}
	l->kind = e->says.is_tresor ? "attestation envelope (Tresor)" : "attestation envelope";
	ah_json_object_begin(&j);
	while (ah_json_next_member(&j, &name))
		list_member(l, &j, e, name);
}
