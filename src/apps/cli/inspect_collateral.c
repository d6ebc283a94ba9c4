/* TDX collateral files: what Intel signed (windows, evaluation numbers, levels), both CRLs, and the certificates. Nothing of it was verified. */
#include "apps/cli/inspect.h"

#include "codec/text.h"
#include "platforms/tdx/collateral.h"

#include <inttypes.h>
#include <stdio.h>

#define NO_BYTES ((ah_slice){ NULL, 0 })

/* -- Values -- */

static void list_time(listing *l, const char *label, int64_t t_s)
{
	char text[21];
	ah_time_format(text, t_s);
	list_row(l, NO_BYTES, label, "%s", text);
}

static const char *hex_of(char *out, const uint8_t *bytes, size_t len)
{
	out[0] = '\0';
	for (size_t i = 0; i < len; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", bytes[i]);
	return out;
}

static void list_hex(listing *l, const char *label, const uint8_t *bytes, size_t len)
{
	char hex[2 * 48 + 1];
	assert(len <= 48);
	list_row(l, NO_BYTES, label, "%s", hex_of(hex, bytes, len));
}

/* " INTEL-SA-00960 .."; what does not fit is counted. */
#define ADVISORIES_SHOWN_MAX 320
static const char *advisories_of(char out[static ADVISORIES_SHOWN_MAX], uint32_t bits, char (*table)[AH_TDX_ADVISORY_TEXT_MAX + 1])
{
	size_t used = 0, hidden = 0;
	out[0] = '\0';
	for (size_t i = 0; i < AH_TDX_ADVISORIES_MAX; i++) {
		if ((bits >> i & 1) == 0)
			continue;
		if (used + AH_TDX_ADVISORY_TEXT_MAX + 24 > ADVISORIES_SHOWN_MAX) {
			hidden++;
			continue;
		}
		int len = snprintf(out + used, ADVISORIES_SHOWN_MAX - used, " %s", table[i]);
		used += len > 0 ? (size_t)len : 0;
	}
	if (hidden != 0)
		(void)snprintf(out + used, ADVISORIES_SHOWN_MAX - used, " and %zu more", hidden);
	return out;
}

/* -- The two documents -- */

static void list_platform_level(listing *l, ah_tdx_tcb_info *info, size_t index)
{
	const ah_tdx_level *level = &info->levels[index];
	char label[32], date[21], sgx[33], tdx[33], advisories[ADVISORIES_SHOWN_MAX];
	(void)snprintf(label, sizeof label, "level %zu", index);
	ah_time_format(date, level->date_s);
	list_row(l, NO_BYTES, label, "%s %s sgx %s pcesvn %u tdx %s%s", ah_tdx_tcb_status_name(level->status), date, hex_of(sgx, level->sgx, 16), level->pcesvn,
	         hex_of(tdx, level->tdx, 16), advisories_of(advisories, level->advisories, info->advisories));
}

static void list_isv_level(listing *l, const ah_tdx_level *level, char (*table)[AH_TDX_ADVISORY_TEXT_MAX + 1])
{
	char date[21], advisories[ADVISORIES_SHOWN_MAX];
	ah_time_format(date, level->date_s);
	list_row(l, NO_BYTES, "level", "isvsvn %u %s %s%s", level->isvsvn, ah_tdx_tcb_status_name(level->status), date, advisories_of(advisories, level->advisories, table));
}

static void list_unknown(listing *l, size_t count)
{
	if (count != 0)
		list_row(l, NO_BYTES, "unknown members", "%zu, skipped", count);
}

static void list_tcb_info(listing *l, ah_tdx_tcb_info *info)
{
	list_open(l, NO_BYTES, "TCB info", "%s", "");
	list_hex(l, "FMSPC", info->fmspc, sizeof info->fmspc);
	list_hex(l, "PCEID", info->pceid, sizeof info->pceid);
	list_time(l, "issue date", info->issue_s);
	list_time(l, "next update", info->next_update_s);
	list_row(l, NO_BYTES, "tcbEvaluationDataNumber", "%" PRIu32, info->evaluation);
	list_unknown(l, info->unknown_members);
	for (size_t i = 0; i < info->level_count; i++)
		list_platform_level(l, info, i);
	list_hex(l, "TDX module MRSIGNER", info->module_mrsigner, sizeof info->module_mrsigner);
	for (size_t i = 0; i < info->module_count; i++) {
		list_open(l, NO_BYTES, "TDX module", "version %u", info->modules[i].version);
		list_hex(l, "MRSIGNER", info->modules[i].mrsigner, sizeof info->modules[i].mrsigner);
		for (size_t k = 0; k < info->modules[i].level_count; k++)
			list_isv_level(l, &info->modules[i].levels[k], info->advisories);
		list_close(l);
	}
	list_close(l);
}

static void list_qe_identity(listing *l, ah_tdx_qe_identity *identity)
{
	list_open(l, NO_BYTES, "QE identity", "%s", "");
	list_time(l, "issue date", identity->issue_s);
	list_time(l, "next update", identity->next_update_s);
	list_row(l, NO_BYTES, "tcbEvaluationDataNumber", "%" PRIu32, identity->evaluation);
	list_unknown(l, identity->unknown_members);
	list_hex(l, "MRSIGNER", identity->mrsigner, sizeof identity->mrsigner);
	list_row(l, NO_BYTES, "ISVPRODID", "%u", identity->isvprodid);
	list_hex(l, "attributes", identity->attributes, sizeof identity->attributes);
	list_hex(l, "attributes mask", identity->attributes_mask, sizeof identity->attributes_mask);
	for (size_t i = 0; i < identity->level_count; i++)
		list_isv_level(l, &identity->levels[i], identity->advisories);
	list_close(l);
}

/* -- What they hang on -- */

/* Their bytes were decoded from texts of the file and have no place in it. */
static void list_der(listing *l, ah_slice der, const char *label)
{
	AH_AUTO(listing) inner = LISTING(der);
	inspect_x509(&inner, der, label);
	list_adopt(l, &inner);
}

static void list_chain(listing *l, const ah_tdx_chain *chain, const char *label)
{
	list_open(l, NO_BYTES, label, "%zu certificates, leaf first", chain->count);
	for (size_t i = 0; i < chain->count; i++)
		list_der(l, ah_buf_slice(&chain->der[i]), "");
	list_close(l);
}

void inspect_collateral(listing *l)
{
	AH_AUTO_PTR(ah_tdx_collateral) c = NULL;
	ah_fault why = { .offset = AH_NO_OFFSET };
	ah_err err = ah_tdx_collateral_parse(&c, l->in, &why);
	if (err == AH_ERR_NOMEM) {
		l->err = err;
		return;
	}
	if (err != AH_OK) {
		inspect_json(l);
		l->kind = "tdx collateral";
		/* Nothing is judged here: a document of another kind is one that is not read as TDX collateral. */
		bool is_malformed = ah_err_class_of(err) == AH_CLASS_MALFORMED;
		list_fault(l, is_malformed ? err : AH_ERR_COLLATERAL_MALFORMED, why.offset, "%.90s", why.detail);
		return;
	}
	l->kind = "tdx collateral";
	list_tcb_info(l, &c->tcb_info);
	list_hex(l, "TCB info signature, r", c->tcb_info_signature, 32);
	list_hex(l, "TCB info signature, s", c->tcb_info_signature + 32, 32);
	list_chain(l, &c->tcb_info_chain, "TCB info issuer chain");
	list_qe_identity(l, &c->qe_identity);
	list_hex(l, "QE identity signature, r", c->qe_identity_signature, 32);
	list_hex(l, "QE identity signature, s", c->qe_identity_signature + 32, 32);
	list_chain(l, &c->qe_identity_chain, "QE identity issuer chain");
	list_der(l, ah_buf_slice(&c->root_crl_der), "root CA CRL");
	list_der(l, ah_buf_slice(&c->pck_crl_der), "PCK CRL");
	list_chain(l, &c->pck_crl_chain, "PCK CRL issuer chain");
}
