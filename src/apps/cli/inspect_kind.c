/* Which inspector describes an input: by its platform's magic, its PEM label, its schema, its form. No guess is a judgement. */
#include "apps/cli/inspect.h"

#include "codec/pem.h"

#include <string.h>

void inspection_free(inspection *i)
{
	listing_free(&i->listing);
	ah_buf_free(&i->decoded);
	ah_bytes_free(i->bytes);
	*i = (inspection){ 0 };
}

/* -- PEM: blocks become one input, DER after DER; *ends has the end of each -- */

#define PEM_BLOCKS_MAX 16
#define NO_BYTES ((ah_slice){ NULL, 0 })

typedef struct pem_blocks {
	size_t count;
	size_t ends[PEM_BLOCKS_MAX];
	ah_slice labels[PEM_BLOCKS_MAX];   /* borrowed from the text */
	bool is_private[PEM_BLOCKS_MAX];   /* its bytes are not among the decoded ones */
} pem_blocks;

static ah_err decode_pem(ah_buf *der, pem_blocks *blocks, ah_slice text, ah_fault *why)
{
	ah_slice rest = text;
	for (;;) {
		bool found = false;
		ah_slice label = NO_BYTES;
		AH_AUTO(ah_buf) block = AH_BUF(AH_EVIDENCE_MAX);
		ah_err err = ah_pem_next(&rest, &found, &label, &block);
		if (err == AH_ERR_NOMEM)
			return err;
		if (err != AH_OK)
			return ah_fault_at(why, err, "inspect", text.len - rest.len, "PEM block %zu", blocks->count + 1);
		if (!found)
			return AH_OK;
		if (blocks->count == PEM_BLOCKS_MAX)
			return ah_fault_at(why, AH_ERR_TOO_LARGE, "inspect", text.len - rest.len, "more than %d PEM blocks", PEM_BLOCKS_MAX);
		bool is_private = is_private_block(label, ah_buf_slice(&block));
		if (!is_private)
			AH_TRY(ah_buf_append(der, ah_buf_slice(&block)));
		blocks->labels[blocks->count] = label;
		blocks->is_private[blocks->count] = is_private;
		blocks->ends[blocks->count++] = der->len;
	}
}

/* "CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE", "X509 CRL". */
static bool is_x509_label(ah_slice label)
{
	static const char *const words[] = { "CERTIFICATE", "CRL" };
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		size_t len = strlen(words[i]);
		if (label.len >= len && ah_slice_is_text(ah_slice_sub(label, label.len - len, len), words[i]))
			return true;
	}
	return false;
}

static void list_other(listing *l, ah_slice der, ah_slice label)
{
	list_open(l, der, "block", "%zu bytes", der.len);
	list_text(l, der, "label", label);
	list_close(l);
}

static void inspect_pem(listing *l, const pem_blocks *blocks)
{
	l->kind = "PEM; offsets are those of the decoded blocks, one after the other";
	for (size_t start = 0, i = 0; i < blocks->count; i++) {
		ah_slice der = ah_slice_sub(l->in, start, blocks->ends[i] - start);
		if (blocks->is_private[i])
			list_private_key(l);
		else if (is_public_key(der))
			inspect_public_key(l, der);
		else if (is_x509_label(blocks->labels[i]))
			inspect_x509(l, der, "");
		else
			list_other(l, der, blocks->labels[i]);
		start = blocks->ends[i];
	}
}

/* A quote carries PEM within its bytes; text has no NUL. */
static bool is_pem(ah_slice in)
{
	return ah_pem_detect(in) && memchr(in.ptr, 0, in.len) == NULL;
}

/* -- Bytes -- */

static void inspect_der(listing *l)
{
	if (is_private_key(l->in)) {
		l->kind = "private key";
		list_private_key(l);
	} else if (is_public_key(l->in)) {
		l->kind = "public key";
		inspect_public_key(l, l->in);
	} else {
		inspect_x509(l, l->in, "");
	}
}

static void inspect_binary(listing *l, ah_platform_id platform)
{
	if (platform == AH_PLATFORM_NONE)
		platform = ah_evidence_detect(l->in);
	switch (platform) {
	case AH_PLATFORM_NITRO: inspect_nitro(l); return;
	case AH_PLATFORM_SNP: inspect_snp(l); return;
	case AH_PLATFORM_TDX: inspect_tdx(l); return;
	case AH_PLATFORM_NONE: break;
	}
	if (is_ccel(l->in))
		inspect_event_log(l);
	else if (is_cert_table(l->in))
		inspect_cert_table(l);
	else if (l->in.len > 0 && l->in.ptr[0] == 0x30)
		inspect_der(l);
	else
		list_fault(l, AH_ERR_UNKNOWN_FORMAT, 0, "nothing that this release knows; see anchorhold inspect --help");
}

/* -- JSON -- */

static bool looks_like_json(ah_slice in)
{
	for (size_t i = 0; i < in.len; i++)
		if (strchr(" \t\r\n", in.ptr[i]) == NULL || in.ptr[i] == '\0')
			return in.ptr[i] == '{' || in.ptr[i] == '[';
	return false;
}

static void inspect_text(listing *l)
{
	if (is_json_log(l->in))
		inspect_event_log(l);
	else if (is_collateral(l->in))
		inspect_collateral(l);
	else if (is_guest_report(l->in))
		inspect_guest_report(l);
	else if (is_envelope(l->in))
		inspect_envelope(l);
	else if (is_event(l->in))
		inspect_event(l);
	else if (is_pin(l->in))
		inspect_pin(l);
	else
		inspect_json(l);
}

static ah_err too_large(ah_fault *why)
{
	return ah_fault_at(why, AH_ERR_TOO_LARGE, "inspect", AH_EVIDENCE_MAX, "larger than %d bytes, and no saved bundle", AH_EVIDENCE_MAX);
}

/* -- All of it -- */

ah_err inspect_bytes(inspection *out, ah_slice in, ah_platform_id platform, ah_fault *why)
{
	size_t len = 0;
	out->decoded = AH_BUF(AH_EVIDENCE_MAX);
	out->listing = LISTING(in);
	bool is_free = platform == AH_PLATFORM_NONE;
	if (is_free && looks_like_json(in) && is_saved(in)) {
		inspect_saved(&out->listing);
		return AH_OK;
	}
	/* Saved bundles alone may be larger than evidence. */
	if (in.len > AH_EVIDENCE_MAX)
		return too_large(why);
	if (is_free && is_pem(in)) {
		pem_blocks blocks = { 0 };
		AH_TRY(decode_pem(&out->decoded, &blocks, in, why));
		out->listing.in = ah_buf_slice(&out->decoded);
		inspect_pem(&out->listing, &blocks);
		return AH_OK;
	}
	if (is_free && looks_like_json(in)) {
		inspect_text(&out->listing);
		return AH_OK;
	}
	if (is_free && is_jws(in)) {
		inspect_jws(&out->listing);
		return AH_OK;
	}
	AH_TRY(ah_evidence_from_text(&out->bytes, &len, in, why));
	out->listing.in = ah_slice_make(out->bytes, len);
	inspect_binary(&out->listing, platform);
	return AH_OK;
}
