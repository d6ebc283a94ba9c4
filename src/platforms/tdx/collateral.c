/* See collateral.h. */
#include "platforms/tdx/collateral.h"

#include "base/fault.h"
#include "codec/pem.h"
#include "codec/text.h"
#include "platforms/tdx/documents.h"
#include "platforms/verify_common.h"

#define PARSE "collateral.parse"
/* Intel's name for the certificate whose key signs TCB info and identities. A PCK certificate of the same root must not serve here. */
#define TCB_SIGNING_NAME "Intel SGX TCB Signing"

/* -- The object -- */

static void chain_init(ah_tdx_chain *chain)
{
	for (size_t i = 0; i < AH_TDX_CHAIN_MAX; i++)
		chain->der[i] = AH_BUF(AH_CERTIFICATE_MAX);
}

static void chain_free(ah_tdx_chain *chain)
{
	for (size_t i = 0; i < AH_TDX_CHAIN_MAX; i++)
		ah_buf_free(&chain->der[i]);
}

static ah_err collateral_new(ah_tdx_collateral **out)
{
	ah_tdx_collateral *c = (ah_tdx_collateral *)ah_alloc(sizeof *c);
	if (c == NULL)
		return AH_ERR_NOMEM;
	c->file = AH_BUF(AH_TDX_COLLATERAL_MAX);
	c->tcb_info_text = AH_BUF(AH_TDX_DOCUMENT_MAX);
	c->qe_identity_text = AH_BUF(AH_TDX_DOCUMENT_MAX);
	c->root_crl_der = AH_BUF(AH_CRL_MAX);
	c->pck_crl_der = AH_BUF(AH_CRL_MAX);
	chain_init(&c->tcb_info_chain);
	chain_init(&c->qe_identity_chain);
	chain_init(&c->pck_crl_chain);
	*out = c;
	return AH_OK;
}

void ah_tdx_collateral_free(ah_tdx_collateral *c)
{
	if (c == NULL)
		return;
	ah_buf_free(&c->file);
	ah_buf_free(&c->tcb_info_text);
	ah_buf_free(&c->qe_identity_text);
	ah_buf_free(&c->root_crl_der);
	ah_buf_free(&c->pck_crl_der);
	chain_free(&c->tcb_info_chain);
	chain_free(&c->qe_identity_chain);
	chain_free(&c->pck_crl_chain);
	ah_dealloc(c);
}

/* -- The members of the file -- */

/* What a buffer's or a decoder's answer means for the member that is being read. */
static ah_err member_error(const ah__document *d, ah_err err, const char *what)
{
	if (err == AH_OK)
		return AH_OK;
	if (err == AH_ERR_LIMIT)
		return ah_fault_set(d->why, AH_ERR_TOO_LARGE, PARSE, "%s: larger than any valid one", d->path);
	if (err == AH_ERR_NOMEM)
		return ah_fault_set(d->why, err, PARSE, "%s: no memory", d->path);
	return ah__document_refuse(d, what);
}

/* An empty member is one that the tool could not fetch; the file that it wrote all the same is not of its form. */
static ah_err refuse_empty(const ah__document *d, size_t len)
{
	return len != 0 ? AH_OK : ah_fault_set(d->why, AH_ERR_COLLATERAL_MALFORMED, PARSE, "%s: empty", d->path);
}

static ah_err read_text(ah__document *d, ah_buf *out)
{
	if (ah_json_peek(&d->json) != AH_JSON_STRING)
		return ah__document_refuse(d, "not a string");
	AH_TRY(member_error(d, ah_json_string(&d->json, out), "not a string"));
	return refuse_empty(d, out->len);
}

static ah_err read_tcb_info(ah__document *d, void *into)
{
	ah_tdx_collateral *c = (ah_tdx_collateral *)into;
	AH_TRY(read_text(d, &c->tcb_info_text));
	return ah__tdx_tcb_info_parse(&c->tcb_info, ah_buf_slice(&c->tcb_info_text), d->why);
}

static ah_err read_qe_identity(ah__document *d, void *into)
{
	ah_tdx_collateral *c = (ah_tdx_collateral *)into;
	AH_TRY(read_text(d, &c->qe_identity_text));
	return ah__tdx_qe_identity_parse(&c->qe_identity, ah_buf_slice(&c->qe_identity_text), d->why);
}

static ah_err read_signature(ah__document *d, uint8_t out[static 64])
{
	ah_slice text = { NULL, 0 };
	AH_TRY(ah__document_text(d, &text));
	AH_TRY(refuse_empty(d, text.len));
	return ah__hex_any_case(out, 64, text) ? AH_OK : ah__document_refuse(d, "not 128 hex digits");
}

static ah_err read_tcb_info_signature(ah__document *d, void *into)
{
	return read_signature(d, ((ah_tdx_collateral *)into)->tcb_info_signature);
}

static ah_err read_qe_identity_signature(ah__document *d, void *into)
{
	return read_signature(d, ((ah_tdx_collateral *)into)->qe_identity_signature);
}

/* Leaf first, the root last, as Intel serves them. */
static ah_err read_certificate(bool *found, ah__document *d, ah_tdx_chain *chain, ah_slice *rest)
{
	AH_AUTO(ah_buf) der = AH_BUF(AH_CERTIFICATE_MAX);
	ah_slice label = { NULL, 0 };
	AH_TRY(member_error(d, ah_pem_next(rest, found, &label, &der), "not PEM"));
	if (!*found)
		return AH_OK;
	if (!ah_slice_is_text(label, "CERTIFICATE"))
		return ah__document_refuse(d, "a PEM block other than CERTIFICATE");
	if (chain->count == AH_TDX_CHAIN_MAX)
		return ah__document_too_many(d, AH_TDX_CHAIN_MAX);
	ah_buf *place = &chain->der[chain->count];
	AH_TRY(member_error(d, ah_buf_append(place, ah_buf_slice(&der)), "not a certificate"));
	AH_TRY(ah_cert_parse(&chain->certs[chain->count], ah_buf_slice(place), d->why));
	chain->count++;
	return AH_OK;
}

static ah_err read_chain(ah__document *d, ah_tdx_chain *chain)
{
	AH_AUTO(ah_buf) pem = AH_BUF(AH_CHAIN_FILE_MAX);
	AH_TRY(read_text(d, &pem));
	ah_slice rest = ah_buf_slice(&pem);
	for (bool found = true; found;)
		AH_TRY(read_certificate(&found, d, chain, &rest));
	return chain->count != 0 ? AH_OK : ah__document_refuse(d, "no certificate");
}

static ah_err read_tcb_info_chain(ah__document *d, void *into)
{
	return read_chain(d, &((ah_tdx_collateral *)into)->tcb_info_chain);
}

static ah_err read_qe_identity_chain(ah__document *d, void *into)
{
	return read_chain(d, &((ah_tdx_collateral *)into)->qe_identity_chain);
}

static ah_err read_pck_crl_chain(ah__document *d, void *into)
{
	return read_chain(d, &((ah_tdx_collateral *)into)->pck_crl_chain);
}

static ah_err decode_hex(ah_buf *out, ah_slice text)
{
	AH_TRY(ah_buf_reserve(out, text.len / 2));
	if (!ah__hex_any_case(out->ptr, text.len / 2, text))
		return AH_ERR_TEXT;
	out->len = text.len / 2;
	return AH_OK;
}

/* Intel's CRL profile, 2.3.2: CRLNumber and AuthorityKeyIdentifier are in every CRL. RFC 5280 5.2 says so too; others leave them out. */
static ah_err read_crl(ah__document *d, ah_buf *der, ah_crl *crl)
{
	ah_slice text = { NULL, 0 };
	AH_TRY(ah__document_text(d, &text));
	AH_TRY(refuse_empty(d, text.len));
	AH_TRY(member_error(d, decode_hex(der, text), "not hex"));
	AH_TRY(ah_crl_parse(crl, ah_buf_slice(der), d->why));
	if (!crl->has_number || !crl->has_aki)
		return ah_fault_set(d->why, AH_ERR_CRL_MALFORMED, PARSE, "%s: no %s", d->path, crl->has_number ? "authorityKeyIdentifier" : "cRLNumber");
	/* A state remembers numbers up to 63 bits. A larger one could not be compared, and an older CRL would pass unseen. */
	if (crl->number.len > sizeof(int64_t) || (crl->number.len == sizeof(int64_t) && crl->number.ptr[0] > 0x7f))
		return ah_fault_set(d->why, AH_ERR_CRL_MALFORMED, PARSE, "%s: cRLNumber of more than 63 bits", d->path);
	return AH_OK;
}

static ah_err read_root_crl(ah__document *d, void *into)
{
	ah_tdx_collateral *c = (ah_tdx_collateral *)into;
	return read_crl(d, &c->root_crl_der, &c->root_crl);
}

static ah_err read_pck_crl(ah__document *d, void *into)
{
	ah_tdx_collateral *c = (ah_tdx_collateral *)into;
	return read_crl(d, &c->pck_crl_der, &c->pck_crl);
}

static ah_err read_file(ah_tdx_collateral *c, ah_slice json, ah_fault *why)
{
	static const ah__member members[] = {
		{ "tcb_info", read_tcb_info, false },
		{ "tcb_info_signature", read_tcb_info_signature, false },
		{ "tcb_info_issuer_chain", read_tcb_info_chain, false },
		{ "qe_identity", read_qe_identity, false },
		{ "qe_identity_signature", read_qe_identity_signature, false },
		{ "qe_identity_issuer_chain", read_qe_identity_chain, false },
		{ "root_ca_crl", read_root_crl, false },
		{ "pck_crl", read_pck_crl, false },
		{ "pck_crl_issuer_chain", read_pck_crl_chain, false },
	};
	ah__document d = { .step = PARSE, .missing = AH_ERR_COLLATERAL_MISSING, .why = why };
	if (ah_buf_append(&c->file, json) != AH_OK)
		return ah_fault_set(why, AH_ERR_NOMEM, PARSE, "no memory for the file");
	AH_TRY(ah__document_open(&d, ah_buf_slice(&c->file), AH_JSON_OURS));
	AH_TRY(ah__document_object(&d, members, sizeof members / sizeof members[0], c));
	return ah__document_finish(&d);
}

ah_err ah_tdx_collateral_parse(ah_tdx_collateral **out, ah_slice json, ah_fault *why)
{
	AH_AUTO_PTR(ah_tdx_collateral) c = NULL;
	if (json.len > AH_TDX_COLLATERAL_MAX)
		return ah_fault_set(why, AH_ERR_TOO_LARGE, PARSE, "%zu bytes, at most %d", json.len, AH_TDX_COLLATERAL_MAX);
	if (collateral_new(&c) != AH_OK)
		return ah_fault_set(why, AH_ERR_NOMEM, PARSE, "no memory");
	AH_TRY(read_file(c, json, why));
	*out = ah_move_ptr(&c);
	return AH_OK;
}

static void free_kept(void *object)
{
	ah_tdx_collateral_free((ah_tdx_collateral *)object);
}

ah_err ah_tdx_collateral_get(ah_tdx_collateral **out, ah_verifier *v, const ah_endorsements *en, ah_fault *why)
{
	if (en == NULL || en->collateral.len == 0) {
		*out = NULL;
		return AH_OK;
	}
	ah_slice file = ah_buf_slice(&en->collateral);
	ah_tdx_collateral *c = (ah_tdx_collateral *)ah_verifier_kept(v, file, free_kept);
	if (c == NULL) {
		AH_TRY(ah_tdx_collateral_parse(&c, file, why));
		assert(c != NULL);
		ah_verifier_keep(v, ah_buf_slice(&c->file), c, free_kept);
	}
	*out = c;
	return AH_OK;
}

/* -- Judging -- */

/* One verification: what all steps need, and whether the signatures were really found good (in a test build a check may be skipped). */
struct judge {
	ah_tdx_collateral *c;
	ah_verifier *v;
	const ah_roots *roots;
	int64_t now_s;
	ah_checks *log;
	ah_fault *why;
	bool known;               /* the four signatures were verified before, under this root */
	bool all_good;            /* .. or are found good now */
};

static const ah_path_rules signing_rules = {
	.anchor_key = AH_KEY_P256, .ca_key = AH_KEY_P256, .leaf_key = AH_KEY_P256, .sig_alg = AH_SIG_ECDSA_SHA256,
	.leaf_digital_signature = true, .leaf_basic_constraints = true,
};

/* The chain of the PCK CRL ends at its issuer, the PCK CA. */
static const ah_path_rules issuer_rules = {
	.anchor_key = AH_KEY_P256, .ca_key = AH_KEY_P256, .leaf_key = AH_KEY_P256, .sig_alg = AH_SIG_ECDSA_SHA256, .leaf_is_ca = true,
};

/*
 * Intel's root issues these certificates itself, so that the root CRL speaks of all of them. A longer chain would hold a certificate that no
 * CRL of the collateral covers.
 */
static ah_err check_issued_by_root(const struct judge *j, const ah_chain *chain)
{
	bool direct = chain->count <= 2;
	if (!direct)
		ah_check_got(j->log, AH_CHECK_PATH_LENGTH, "collateral chain of %zu certificates, wanted 2", chain->count);
	return ah_check(j->log, AH_CHECK_PATH_LENGTH, direct, AH_ERR_CHAIN_CONSTRAINT, j->why);
}

static ah_err judge_chain(const struct judge *j, ah_chain *out, const ah_tdx_chain *chain, const ah_path_rules *rules)
{
	static_assert(AH_TDX_CHAIN_MAX <= AH_PATH_MAX, "a chain of the collateral fits a path");
	assert(chain->count != 0); /* read_chain() */
	ah_chain path = { .count = chain->count };
	for (size_t i = 0; i < chain->count; i++)
		path.path[i] = &chain->certs[chain->count - 1 - i];
	if (ah_sha256(j->v->crypto, path.path[0]->der, path.anchor_sha256) != AH_OK)
		return ah_fault_set(j->why, AH_ERR_CRYPTO, "chain.root", "SHA-256 of the root");
	path.root = ah_roots_find(j->roots, AH_PLATFORM_TDX, path.anchor_sha256);
	AH_TRY(ah__chain_check_root(&path, j->log, j->why));
	AH_TRY(ah_path_validate(j->v->crypto, &j->v->cache, j->log, path.path, path.count, path.anchor_sha256, rules, j->now_s, &path.expiry_s, j->why));
	AH_TRY(check_issued_by_root(j, &path));
	*out = path;
	return AH_OK;
}

static const ah_cert *leaf_of(const ah_chain *chain)
{
	assert(chain->count != 0);
	return chain->path[chain->count - 1];
}

static ah_err judge_signing_chain(const struct judge *j, ah_chain *out, const ah_tdx_chain *chain)
{
	ah_slice name = { NULL, 0 };
	AH_TRY(judge_chain(j, out, chain, &signing_rules));
	bool right = ah_name_common_name(leaf_of(out)->subject, &name) && ah_slice_is_text(name, TCB_SIGNING_NAME);
	if (!right)
		ah_check_got(j->log, AH_CHECK_PATH_LEAF, "collateral signed by another certificate than " TCB_SIGNING_NAME);
	return ah_check(j->log, AH_CHECK_PATH_LEAF, right, AH_ERR_CHAIN_CONSTRAINT, j->why);
}

/* All chains end at one root. Unpinned ones (NULL) occur only where this very check is skipped, in a test build. */
static ah_err check_same_root(const struct judge *j, const ah_chain *a, const ah_chain *b)
{
	bool same = a->root == b->root;
	if (!same)
		ah_check_got(j->log, AH_CHECK_PATH_ROOT, "collateral with chains to two roots");
	return ah_check(j->log, AH_CHECK_PATH_ROOT, same, AH_ERR_MIXED_ROOTS, j->why);
}

static ah_err check_signature(struct judge *j, ah_check_id id, ah_err refusal, const ah_chain *chain, const ah_buf *text, const uint8_t signature[static 64])
{
	const ah_slice signed_bytes = ah_buf_slice(text);
	ah_err err = AH_OK;
	if (!j->known)
		err = ah_ecdsa_verify_raw(j->v->crypto, &leaf_of(chain)->key, AH_SHA256, &signed_bytes, 1, ah_slice_make(signature, 64));
	if (err != AH_OK && ah_err_class_of(err) == AH_CLASS_SYSTEM)
		return ah_fault_set(j->why, err, ah_check_infos[id].id, "the signature cannot be computed");
	j->all_good = j->all_good && err == AH_OK;
	return ah_check(j->log, id, err == AH_OK, refusal, j->why);
}

/* Both ends belong to the window. */
static ah_err check_window(const struct judge *j, const char *name, int64_t issue_s, int64_t next_update_s)
{
	bool early = j->now_s < issue_s;
	bool late = j->now_s > next_update_s;
	char at[21];
	if (early || late) {
		ah_time_format(at, early ? issue_s : next_update_s);
		ah_check_got(j->log, AH_CHECK_COLLATERAL_WINDOW, "%s %s %s", name, early ? "issued" : "to be updated by", at);
	}
	return ah_check(j->log, AH_CHECK_COLLATERAL_WINDOW, !early && !late, early ? AH_ERR_COLLATERAL_NOT_YET_VALID : AH_ERR_COLLATERAL_EXPIRED, j->why);
}

/* -- CRLs: each finding is about one of the two, and all of them are one check -- */

/* Issued by this CA, which may sign CRLs. A CRL that names the CA but another of its keys is not its word on certificates of this key. */
static bool is_issuer(const ah_crl *crl, const ah_cert *ca)
{
	bool may_sign = ca->is_ca && (!ca->has_key_usage || (ca->key_usage & AH_KU_CRL_SIGN) != 0);
	return may_sign && ah_slice_is(crl->issuer, ca->subject) && ca->has_ski && ah_slice_is(crl->aki, ca->ski);
}

static ah_err crl_error(struct judge *j, const ah_crl *crl, const ah_cert *ca)
{
	if (!is_issuer(crl, ca))
		return AH_ERR_CRL_ISSUER;
	if (!j->known) {
		ah_err err = crl->sig_alg != AH_SIG_ECDSA_SHA256 ? AH_ERR_ALGORITHM
		                                                 : ah_ecdsa_verify_der(j->v->crypto, &ca->key, AH_SHA256, &crl->tbs, 1, crl->signature);
		if (err != AH_OK)
			return ah_err_class_of(err) == AH_CLASS_SYSTEM ? err : AH_ERR_CRL_SIGNATURE;
	}
	if (j->now_s < crl->this_update_s)
		return AH_ERR_CRL_NOT_YET_VALID;
	return j->now_s > crl->next_update_s ? AH_ERR_CRL_EXPIRED : AH_OK;
}

static ah_err check_crl(struct judge *j, const char *name, const ah_crl *crl, const ah_cert *ca)
{
	ah_err err = crl_error(j, crl, ca);
	if (err != AH_OK && ah_err_class_of(err) == AH_CLASS_SYSTEM)
		return ah_fault_set(j->why, err, "revocation", "the %s cannot be verified", name);
	j->all_good = j->all_good && (err == AH_OK || err == AH_ERR_CRL_EXPIRED || err == AH_ERR_CRL_NOT_YET_VALID);
	if (err != AH_OK)
		ah_check_got(j->log, AH_CHECK_REVOCATION, "%s: %s", name, ah_err_name(err));
	return ah_check(j->log, AH_CHECK_REVOCATION, err == AH_OK, err != AH_OK ? err : AH_ERR_REVOKED, j->why);
}

static ah_err check_not_listed(ah_checks *log, const ah_crl *crl, const ah_cert *cert, ah_fault *why)
{
	bool listed = ah_crl_lists(crl, cert->serial);
	if (listed) {
		char name[72];
		ah_name_format(name, sizeof name, cert->subject);
		ah_check_got(log, AH_CHECK_REVOCATION, "revoked: %s", name);
	}
	return ah_check(log, AH_CHECK_REVOCATION, !listed, AH_ERR_REVOKED, why);
}

static ah_err judge_crls(struct judge *j, const ah_chain *tcb_info, const ah_chain *qe_identity, const ah_chain *pck_crl)
{
	const ah_crl *root_crl = &j->c->root_crl;
	assert(pck_crl->count != 0);
	AH_TRY(check_crl(j, "root CRL", root_crl, pck_crl->path[0]));
	AH_TRY(check_not_listed(j->log, root_crl, leaf_of(tcb_info), j->why));
	AH_TRY(check_not_listed(j->log, root_crl, leaf_of(qe_identity), j->why));
	AH_TRY(check_not_listed(j->log, root_crl, leaf_of(pck_crl), j->why));
	return check_crl(j, "PCK CRL", &j->c->pck_crl, leaf_of(pck_crl));
}

static int64_t earliest(const int64_t *times, size_t count)
{
	int64_t t = times[0];
	for (size_t i = 1; i < count; i++)
		t = times[i] < t ? times[i] : t;
	return t;
}

ah_err ah_tdx_collateral_verify(ah_tdx_collateral *c, ah_verifier *v, const ah_roots *roots, int64_t now_s, ah_checks *log, const ah_root **root,
                                int64_t *expiry_s, ah_fault *why)
{
	struct judge j = { .c = c, .v = v, .roots = roots, .now_s = now_s, .log = log, .why = why, .all_good = true };
	ah_chain tcb_info = { .count = 0 }, qe_identity = { .count = 0 }, pck_crl = { .count = 0 };
	AH_TRY(judge_signing_chain(&j, &tcb_info, &c->tcb_info_chain));
	AH_TRY(judge_signing_chain(&j, &qe_identity, &c->qe_identity_chain));
	AH_TRY(judge_chain(&j, &pck_crl, &c->pck_crl_chain, &issuer_rules));
	AH_TRY(check_same_root(&j, &tcb_info, &qe_identity));
	AH_TRY(check_same_root(&j, &tcb_info, &pck_crl));
	j.known = c->authenticated && ah_slice_is(AH_SLICE_OF(c->root_sha256), AH_SLICE_OF(tcb_info.anchor_sha256));
	AH_TRY(check_signature(&j, AH_CHECK_COLLATERAL_TCB_INFO, AH_ERR_TCB_INFO_SIGNATURE, &tcb_info, &c->tcb_info_text, c->tcb_info_signature));
	AH_TRY(check_signature(&j, AH_CHECK_COLLATERAL_QE_IDENTITY, AH_ERR_QE_IDENTITY_SIGNATURE, &qe_identity, &c->qe_identity_text,
	                       c->qe_identity_signature));
	AH_TRY(check_window(&j, "TCB info", c->tcb_info.issue_s, c->tcb_info.next_update_s));
	AH_TRY(check_window(&j, "QE identity", c->qe_identity.issue_s, c->qe_identity.next_update_s));
	AH_TRY(judge_crls(&j, &tcb_info, &qe_identity, &pck_crl));
	if (j.all_good && !j.known) {
		c->authenticated = true;
		memcpy(c->root_sha256, tcb_info.anchor_sha256, sizeof c->root_sha256);
	}
	const int64_t ends[] = { tcb_info.expiry_s, qe_identity.expiry_s, pck_crl.expiry_s, c->tcb_info.next_update_s, c->qe_identity.next_update_s,
		                 c->root_crl.next_update_s, c->pck_crl.next_update_s };
	*expiry_s = earliest(ends, sizeof ends / sizeof ends[0]);
	*root = tcb_info.root;
	return AH_OK;
}

ah_err ah_tdx_collateral_check_pck(const ah_tdx_collateral *c, const ah_cert *const *path, size_t count, ah_checks *log, ah_fault *why)
{
	const ah_cert *leaf = path[count - 1], *issuer = path[count >= 2 ? count - 2 : 0];
	bool covered = is_issuer(&c->pck_crl, issuer);
	if (!covered)
		ah_check_got(log, AH_CHECK_REVOCATION, "PCK CRL: of another CA than the issuer of the PCK certificate");
	AH_TRY(ah_check(log, AH_CHECK_REVOCATION, covered, AH_ERR_CRL_ISSUER, why));
	AH_TRY(check_not_listed(log, &c->root_crl, issuer, why));
	return check_not_listed(log, &c->pck_crl, leaf, why);
}
