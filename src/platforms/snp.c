/*
 * AMD SEV-SNP: rules on the fields of a report, its certificates, its signature, and what must agree between them.
 *
 * Rules: AMD 56860 "ATTESTATION_REPORT" and AMD 57230; docs/protocol/snp.md has them in the order of this file. Every decision is one row of
 * include/anchorhold/checks.def, and no row asks again what another one decides.
 */
#include "platforms/platforms.h"
#include "platforms/snp_chain.h"
#include "platforms/snp_report.h"

#include "base/fault.h"
#include "evidence/claims_make.h"

#define VERSION_MIN      2
#define VERSION_MAX      5
#define VERSION_DETECTED 255 /* versions up to this one are recognised, so that an unknown one is called by its name */
#define VMPL_MAX         3
#define ALGO_ECDSA_P384  1
#define POLICY_MBZ       (~UINT64_C(0) << 26)
#define KEY_INFO_MBZ     (~UINT32_C(0) << 5)

static_assert(sizeof(ah_snp_report) <= AH_EVIDENCE_PARSED_MAX, "a parsed report fits ah_evidence");

/* A report has no magic number: exactly its length, and a version number that firmware may have. No other platform's evidence has both. */
static bool detect(ah_slice bytes)
{
	if (bytes.len != AH_SNP_REPORT_LEN)
		return false;
	uint64_t version = ah_snp_field_uint(bytes, AH_SNP_F_VERSION);
	return version != 0 && version <= VERSION_DETECTED;
}

static void range(ah_checks *log, ah_check_id id, ah_snp_field_id field)
{
	ah_check_range(log, id, ah_snp_fields[field].off, ah_snp_fields[field].len);
}

/* -- Format: rules on single fields -- */

static ah_err check_version(const ah_snp_report *rep, ah_checks *log, ah_fault *why)
{
	range(log, AH_CHECK_SNP_VERSION, AH_SNP_F_VERSION);
	ah_check_got(log, AH_CHECK_SNP_VERSION, "%u", rep->version);
	ah_check_wanted(log, AH_CHECK_SNP_VERSION, "%d to %d", VERSION_MIN, VERSION_MAX);
	return ah_check(log, AH_CHECK_SNP_VERSION, rep->version >= VERSION_MIN && rep->version <= VERSION_MAX, AH_ERR_REPORT_VERSION, why);
}

static ah_err check_reserved(const ah_snp_report *rep, ah_checks *log, ah_fault *why)
{
	ah_snp_field_id set = ah_snp_report_reserved_set(rep);
	if (set != AH_SNP_FIELD_COUNT) {
		range(log, AH_CHECK_SNP_RESERVED, set);
		ah_check_got_hex(log, AH_CHECK_SNP_RESERVED, ah_snp_field_bytes(rep->bytes, set));
		ah_check_wanted(log, AH_CHECK_SNP_RESERVED, "zero in version %u", rep->version);
	}
	return ah_check(log, AH_CHECK_SNP_RESERVED, set == AH_SNP_FIELD_COUNT, AH_ERR_RESERVED, why);
}

static ah_err check_guest_policy(const ah_snp_report *rep, ah_checks *log, ah_fault *why)
{
	bool ok = (rep->guest_policy & AH_SNP_POLICY_RESERVED_ONE) != 0 && (rep->guest_policy & POLICY_MBZ) == 0;
	range(log, AH_CHECK_SNP_GUEST_POLICY_BITS, AH_SNP_F_GUEST_POLICY);
	ah_check_got(log, AH_CHECK_SNP_GUEST_POLICY_BITS, "0x%llx", (unsigned long long)rep->guest_policy);
	return ah_check(log, AH_CHECK_SNP_GUEST_POLICY_BITS, ok, AH_ERR_RESERVED, why);
}

/* 0xffffffff is a report that the host asked for; any other number above 3 is no privilege level. */
static ah_err check_vmpl_range(const ah_snp_report *rep, ah_checks *log, ah_fault *why)
{
	range(log, AH_CHECK_SNP_VMPL_RANGE, AH_SNP_F_VMPL);
	ah_check_got(log, AH_CHECK_SNP_VMPL_RANGE, rep->vmpl == UINT32_MAX ? "requested by the host (%u)" : "%u", rep->vmpl);
	ah_check_wanted(log, AH_CHECK_SNP_VMPL_RANGE, "0 to %d", VMPL_MAX);
	return ah_check(log, AH_CHECK_SNP_VMPL_RANGE, rep->vmpl <= VMPL_MAX, AH_ERR_FIELD_RANGE, why);
}

static ah_err check_signature_algo(const ah_snp_report *rep, ah_checks *log, ah_fault *why)
{
	range(log, AH_CHECK_SNP_SIGNATURE_ALGO, AH_SNP_F_SIGNATURE_ALGO);
	ah_check_got(log, AH_CHECK_SNP_SIGNATURE_ALGO, "%u", rep->signature_algo);
	ah_check_wanted(log, AH_CHECK_SNP_SIGNATURE_ALGO, "%d", ALGO_ECDSA_P384);
	return ah_check(log, AH_CHECK_SNP_SIGNATURE_ALGO, rep->signature_algo == ALGO_ECDSA_P384, AH_ERR_ALGORITHM, why);
}

static ah_err check_key_info(const ah_snp_report *rep, ah_checks *log, ah_fault *why)
{
	bool key_known = rep->signing_key == AH_SNP_KEY_VCEK || rep->signing_key == AH_SNP_KEY_VLEK || rep->signing_key == AH_SNP_KEY_NONE;
	range(log, AH_CHECK_SNP_KEY_INFO, AH_SNP_F_KEY_INFO);
	ah_check_got(log, AH_CHECK_SNP_KEY_INFO, "0x%x", rep->key_info);
	return ah_check(log, AH_CHECK_SNP_KEY_INFO, key_known && (rep->key_info & KEY_INFO_MBZ) == 0, AH_ERR_RESERVED, why);
}

static ah_err check_signature_range(const ah_snp_report *rep, ah_checks *log, ah_fault *why)
{
	uint8_t raw[96];
	const char *wrong = ah_snp_signature_read(raw, rep);
	ah_check_range(log, AH_CHECK_SNP_SIGNATURE_RANGE, AH_SNP_SIGNED_LEN, AH_SNP_REPORT_LEN - AH_SNP_SIGNED_LEN);
	if (wrong != NULL)
		ah_check_got(log, AH_CHECK_SNP_SIGNATURE_RANGE, "%s", wrong);
	return ah_check(log, AH_CHECK_SNP_SIGNATURE_RANGE, wrong == NULL, AH_ERR_SIGNATURE_FORMAT, why);
}

static ah_err parse(ah_evidence *out, ah_slice bytes, ah_checks *log, ah_fault *why)
{
	ah_snp_report rep;
	AH_TRY(ah_snp_report_parse(&rep, bytes, why));
	AH_TRY(check_version(&rep, log, why));
	AH_TRY(check_reserved(&rep, log, why));
	AH_TRY(check_guest_policy(&rep, log, why));
	AH_TRY(check_vmpl_range(&rep, log, why));
	AH_TRY(check_signature_algo(&rep, log, why));
	AH_TRY(check_key_info(&rep, log, why));
	AH_TRY(check_signature_range(&rep, log, why));
	out->platform = &ah_platform_snp;
	out->bytes = bytes;
	memcpy(out->parsed, &rep, sizeof rep);
	return AH_OK;
}

/* -- Genuine: who signed -- */

/* With MASK_CHIP_KEY the firmware writes zeros in place of a signature. */
static ah_err check_signed(const ah_snp_report *rep, ah_checks *log, ah_fault *why)
{
	bool ok = rep->signing_key != AH_SNP_KEY_NONE && !rep->mask_chip_key;
	range(log, AH_CHECK_SNP_SIGNED, AH_SNP_F_KEY_INFO);
	if (!ok)
		ah_check_got(log, AH_CHECK_SNP_SIGNED, "%s", rep->mask_chip_key ? "MASK_CHIP_KEY is set" : "SIGNING_KEY is none");
	return ah_check(log, AH_CHECK_SNP_SIGNED, ok, AH_ERR_REPORT_UNSIGNED, why);
}

static ah_snp_signer signer_of(const ah_snp_report *rep)
{
	if (rep->signing_key == AH_SNP_KEY_VCEK)
		return AH_SNP_VCEK;
	return rep->signing_key == AH_SNP_KEY_VLEK ? AH_SNP_VLEK : AH_SNP_SIGNER_NONE;
}

/* AMD 57230 3: the kind by exact names. "SEV-<Product>" issues VCEKs and "SEV-VLEK-<Product>" issues VLEKs. */
static ah_err check_signer(const ah_snp_report *rep, const ah_snp_vek *vek, const ah_snp_ca *issuer, ah_checks *log, ah_fault *why)
{
	ah_snp_signer reported = signer_of(rep);
	bool issuer_ok = issuer->kind == (reported == AH_SNP_VLEK ? AH_SNP_CA_VLEK : AH_SNP_CA_VCEK);
	range(log, AH_CHECK_SNP_SIGNER, AH_SNP_F_KEY_INFO);
	ah_check_got(log, AH_CHECK_SNP_SIGNER, "certificate %s%s", ah_snp_signer_name(vek->kind), issuer_ok ? "" : ", issued by a CA of another kind");
	ah_check_wanted(log, AH_CHECK_SNP_SIGNER, "%s", ah_snp_signer_name(reported));
	return ah_check(log, AH_CHECK_SNP_SIGNER, reported != AH_SNP_SIGNER_NONE && vek->kind == reported && issuer_ok, AH_ERR_SIGNER_MISMATCH, why);
}

/* -- Genuine: the product. It decides the layout of TCB_VERSION, so it is settled before anything that has one. -- */

static ah_err check_product_known(const ah_snp_report *rep, ah_checks *log, ah_fault *why)
{
	if (!rep->has_cpuid)
		return AH_OK;
	ah_check_range(log, AH_CHECK_SNP_PRODUCT, ah_snp_fields[AH_SNP_F_CPUID_FAMILY].off, 3);
	ah_check_got(log, AH_CHECK_SNP_PRODUCT, "CPUID family 0x%02x model 0x%02x", rep->family, rep->model);
	ah_check_wanted(log, AH_CHECK_SNP_PRODUCT, "a known product");
	bool known = ah_snp_product_of_cpuid(rep->family, rep->model) != AH_SNP_PRODUCT_NONE;
	return ah_check(log, AH_CHECK_SNP_PRODUCT, known, AH_ERR_PRODUCT_UNKNOWN, why);
}

/* A version 2 report says nothing about its product; then certificate and chain decide. */
static ah_err check_product(const ah_snp_report *rep, const ah_snp_vek *vek, const ah_snp_ca *root, const ah_snp_ca *issuer, ah_checks *log,
                            ah_fault *why)
{
	ah_snp_product chain = root->kind == AH_SNP_CA_ROOT && root->product == issuer->product ? root->product : AH_SNP_PRODUCT_NONE;
	ah_snp_product cpuid = rep->has_cpuid ? ah_snp_product_of_cpuid(rep->family, rep->model) : chain;
	bool ok = chain != AH_SNP_PRODUCT_NONE && cpuid == chain && vek->product == chain;
	ah_check_got(log, AH_CHECK_SNP_PRODUCT, "report %s, certificate %s, chain %s", rep->has_cpuid ? ah_snp_product_name(cpuid) : "(version 2)",
	             ah_snp_product_name(vek->product), ah_snp_product_name(chain));
	ah_check_wanted(log, AH_CHECK_SNP_PRODUCT, "the same product");
	return ah_check(log, AH_CHECK_SNP_PRODUCT, ok, AH_ERR_PRODUCT_MISMATCH, why);
}

/* What the pinned root says; the others agree with it (or their disagreement was not enforced, in a test build). */
static ah_snp_product settled_product(const ah_snp_report *rep, const ah_snp_vek *vek, const ah_snp_ca *root)
{
	if (root->product != AH_SNP_PRODUCT_NONE)
		return root->product;
	return vek->product != AH_SNP_PRODUCT_NONE ? vek->product : ah_snp_product_of_cpuid(rep->family, rep->model);
}

static ah_err check_vek_extensions(const ah_snp_vek *vek, ah_snp_product product, ah_checks *log, ah_fault *why)
{
	const char *defect = vek->defect != NULL ? vek->defect : ah_snp_vek_product_defect(vek, product);
	if (defect != NULL)
		ah_check_got(log, AH_CHECK_SNP_VEK_EXTENSIONS, "%s", defect);
	return ah_check(log, AH_CHECK_SNP_VEK_EXTENSIONS, defect == NULL, AH_ERR_VEK_EXTENSION, why);
}

/* -- Genuine: TCB -- */

static const ah_snp_field_id tcb_fields[] = { AH_SNP_F_CURRENT_TCB, AH_SNP_F_REPORTED_TCB, AH_SNP_F_COMMITTED_TCB, AH_SNP_F_LAUNCH_TCB };

static ah_snp_tcb tcb_of(const ah_snp_report *rep, ah_snp_field_id field, ah_snp_product product)
{
	return ah_snp_tcb_read(ah_snp_field_bytes(rep->bytes, field), product);
}

static ah_err check_tcb_reserved(const ah_snp_report *rep, ah_snp_product product, ah_checks *log, ah_fault *why)
{
	for (size_t i = 0; i < sizeof tcb_fields / sizeof tcb_fields[0]; i++) {
		ah_slice tcb = ah_snp_field_bytes(rep->bytes, tcb_fields[i]);
		bool ok = ah_snp_tcb_reserved_is_zero(tcb, product);
		if (!ok) {
			range(log, AH_CHECK_SNP_TCB_RESERVED, tcb_fields[i]);
			ah_check_got_hex(log, AH_CHECK_SNP_TCB_RESERVED, tcb);
		}
		AH_TRY(ah_check(log, AH_CHECK_SNP_TCB_RESERVED, ok, AH_ERR_RESERVED, why));
	}
	return AH_OK;
}

/* The VEK is derived from a TCB, which its certificate names. Another REPORTED_TCB is a claim that no key stands behind. */
static ah_err check_vek_tcb(const ah_snp_report *rep, const ah_snp_vek *vek, ah_snp_product product, ah_checks *log, ah_fault *why)
{
	char got[AH_SNP_TCB_TEXT_MAX], wanted[AH_SNP_TCB_TEXT_MAX];
	ah_snp_tcb reported = tcb_of(rep, AH_SNP_F_REPORTED_TCB, product), certified = vek->tcb;
	certified.has_fmc = reported.has_fmc; /* its presence is the matter of snp.vek_extensions */
	if (!certified.has_fmc)
		certified.fmc = 0;
	ah_snp_tcb_format(got, &reported);
	ah_snp_tcb_format(wanted, &certified);
	range(log, AH_CHECK_SNP_VEK_TCB, AH_SNP_F_REPORTED_TCB);
	ah_check_got(log, AH_CHECK_SNP_VEK_TCB, "%s", got);
	ah_check_wanted(log, AH_CHECK_SNP_VEK_TCB, "%s", wanted);
	return ah_check(log, AH_CHECK_SNP_VEK_TCB, ah_snp_tcb_equal(&reported, &certified), AH_ERR_VEK_TCB_MISMATCH, why);
}

static ah_err check_tcb_order(const ah_snp_report *rep, ah_snp_product product, ah_checks *log, ah_fault *why)
{
	static const ah_snp_field_id below[] = { AH_SNP_F_REPORTED_TCB, AH_SNP_F_COMMITTED_TCB };
	ah_snp_tcb current = tcb_of(rep, AH_SNP_F_CURRENT_TCB, product);
	for (size_t i = 0; i < sizeof below / sizeof below[0]; i++) {
		ah_snp_tcb tcb = tcb_of(rep, below[i], product);
		bool ok = ah_snp_tcb_at_most(&tcb, &current);
		if (!ok) {
			char got[AH_SNP_TCB_TEXT_MAX], most[AH_SNP_TCB_TEXT_MAX];
			ah_snp_tcb_format(got, &tcb);
			ah_snp_tcb_format(most, &current);
			range(log, AH_CHECK_SNP_TCB_ORDER, below[i]);
			ah_check_got(log, AH_CHECK_SNP_TCB_ORDER, "%s %s", ah_snp_fields[below[i]].name, got);
			ah_check_wanted(log, AH_CHECK_SNP_TCB_ORDER, "at most CURRENT_TCB %s", most);
		}
		AH_TRY(ah_check(log, AH_CHECK_SNP_TCB_ORDER, ok, AH_ERR_TCB_ORDER, why));
	}
	return AH_OK;
}

/* -- Genuine: signature and chip -- */

static ah_err check_signature(const ah_snp_report *rep, const ah_cert *vek, ah_verifier *v, ah_checks *log, ah_fault *why)
{
	uint8_t raw[96];
	const ah_slice covered = ah_slice_sub(rep->bytes, 0, AH_SNP_SIGNED_LEN);
	(void)ah_snp_signature_read(raw, rep); /* its range was judged by snp.signature_range */
	ah_check_range(log, AH_CHECK_SNP_SIGNATURE, AH_SNP_SIGNED_LEN, 2 * AH_SNP_COMPONENT_LEN);
	return ah__decide_signature(log, AH_CHECK_SNP_SIGNATURE, ah_ecdsa_verify_raw(v->crypto, &vek->key, AH_SHA384, &covered, 1, AH_SLICE_OF(raw)), why);
}

static bool chip_id_is_masked(const ah_snp_report *rep)
{
	return ah_slice_is_zero(ah_snp_field_bytes(rep->bytes, AH_SNP_F_CHIP_ID));
}

/* HWID fills CHIP_ID from the start; on Turin it has 8 bytes and zeros follow. */
static ah_err check_hwid(const ah_snp_report *rep, const ah_snp_vek *vek, ah_checks *log, ah_fault *why)
{
	if (vek->kind == AH_SNP_VLEK) {
		ah_check_skip(log, AH_CHECK_SNP_VEK_HWID, "a VLEK belongs to a provider, not to a chip");
		return AH_OK;
	}
	if (chip_id_is_masked(rep)) { /* whether that is allowed is the matter of snp.chip_id_masked */
		ah_check_skip(log, AH_CHECK_SNP_VEK_HWID, "CHIP_ID is masked");
		return AH_OK;
	}
	uint8_t wanted[AH_SNP_HWID_LEN] = { 0 };
	if (vek->hwid.len != 0)
		memcpy(wanted, vek->hwid.ptr, vek->hwid.len); /* 8 or 64, see snp_vek.c */
	ah_slice chip_id = ah_snp_field_bytes(rep->bytes, AH_SNP_F_CHIP_ID);
	range(log, AH_CHECK_SNP_VEK_HWID, AH_SNP_F_CHIP_ID);
	ah_check_got_hex(log, AH_CHECK_SNP_VEK_HWID, chip_id);
	ah_check_wanted_hex(log, AH_CHECK_SNP_VEK_HWID, vek->hwid);
	return ah_check(log, AH_CHECK_SNP_VEK_HWID, ah_equal(chip_id, AH_SLICE_OF(wanted)), AH_ERR_HWID_MISMATCH, why);
}

/* Firmware refuses to launch a guest whose policy the platform does not meet. */
static ah_err check_policy_platform(const ah_snp_report *rep, ah_checks *log, ah_fault *why)
{
	uint64_t policy = rep->guest_policy, info = rep->platform_info;
	const char *wrong = NULL;
	if ((policy & AH_SNP_POLICY_SMT) == 0 && (info & AH_SNP_PLATFORM_SMT_EN) != 0)
		wrong = "SMT is on, the policy forbids it";
	else if ((policy & AH_SNP_POLICY_RAPL_DIS) != 0 && (info & AH_SNP_PLATFORM_RAPL_DIS) == 0)
		wrong = "RAPL is not disabled, the policy requires it";
	else if ((policy & AH_SNP_POLICY_CIPHERTEXT_HIDING) != 0 && (info & AH_SNP_PLATFORM_CIPHERTEXT_HIDING) == 0)
		wrong = "ciphertext hiding is off, the policy requires it";
	range(log, AH_CHECK_SNP_POLICY_PLATFORM, AH_SNP_F_PLATFORM_INFO);
	ah_check_got(log, AH_CHECK_SNP_POLICY_PLATFORM, "%s", wrong != NULL ? wrong : "SMT, RAPL and ciphertext hiding agree");
	return ah_check(log, AH_CHECK_SNP_POLICY_PLATFORM, wrong == NULL, AH_ERR_PLATFORM_INFO_INCONSISTENT, why);
}

/* -- Claims -- */

static void take(uint8_t *out, const ah_snp_report *rep, ah_snp_field_id field)
{
	ah_slice bytes = ah_snp_field_bytes(rep->bytes, field);
	memcpy(out, bytes.ptr, bytes.len);
}

/* build, minor, major in the report; major, minor, build in claims. */
static void take_firmware(uint8_t out[static 3], const ah_snp_report *rep, ah_snp_field_id field)
{
	ah_slice bytes = ah_snp_field_bytes(rep->bytes, field);
	for (size_t i = 0; i < 3; i++)
		out[i] = bytes.ptr[2 - i];
}

static void take_report(ah_snp_claims *claims, const ah_snp_report *rep, ah_snp_product product)
{
	claims->version = rep->version;
	claims->guest_svn = rep->guest_svn;
	claims->vmpl = rep->vmpl;
	claims->guest_policy = rep->guest_policy;
	claims->platform_info = rep->platform_info;
	take(claims->family_id, rep, AH_SNP_F_FAMILY_ID);
	take(claims->image_id, rep, AH_SNP_F_IMAGE_ID);
	take(claims->report_data, rep, AH_SNP_F_REPORT_DATA);
	take(claims->measurement, rep, AH_SNP_F_MEASUREMENT);
	take(claims->host_data, rep, AH_SNP_F_HOST_DATA);
	take(claims->id_key_digest, rep, AH_SNP_F_ID_KEY_DIGEST);
	take(claims->author_key_digest, rep, AH_SNP_F_AUTHOR_KEY_DIGEST);
	claims->author_key_enabled = rep->author_key_enabled;
	take(claims->report_id, rep, AH_SNP_F_REPORT_ID);
	take(claims->report_id_ma, rep, AH_SNP_F_REPORT_ID_MA);
	take(claims->chip_id, rep, AH_SNP_F_CHIP_ID);
	claims->chip_id_masked = chip_id_is_masked(rep);
	claims->has_cpuid = rep->has_cpuid;
	claims->cpuid_family = rep->family;
	claims->cpuid_model = rep->model;
	claims->cpuid_stepping = rep->stepping;
	claims->current_tcb = tcb_of(rep, AH_SNP_F_CURRENT_TCB, product);
	claims->reported_tcb = tcb_of(rep, AH_SNP_F_REPORTED_TCB, product);
	claims->committed_tcb = tcb_of(rep, AH_SNP_F_COMMITTED_TCB, product);
	claims->launch_tcb = tcb_of(rep, AH_SNP_F_LAUNCH_TCB, product);
	take_firmware(claims->current_version, rep, AH_SNP_F_CURRENT_VERSION);
	take_firmware(claims->committed_version, rep, AH_SNP_F_COMMITTED_VERSION);
	claims->launch_mit_vector = rep->launch_mit_vector;
	claims->current_mit_vector = rep->current_mit_vector;
	claims->product = product;
}

static ah_err make_claims(ah_claims **out, const ah_snp_report *rep, const ah_snp_chain *found, ah_snp_product product)
{
	ah_claims *claims = NULL;
	AH_TRY(ah_claims_make(&claims, AH_PLATFORM_SNP));
	ah__claims_take_chain(claims, &found->chain);
	take_report(&claims->of.snp, rep, product);
	claims->of.snp.signer = found->vek_info.kind;
	ah__claims_text(claims->of.snp.csp_id, sizeof claims->of.snp.csp_id, found->vek_info.csp_id);
	claims->debug = (rep->guest_policy & AH_SNP_POLICY_DEBUG) != 0;
	*out = claims;
	return AH_OK;
}

/* -- The way -- */

/* AMD 57230: RSA-4096 above, P-384 below, everything signed with RSASSA-PSS and SHA-384. A VEK has neither keyUsage nor basicConstraints. */
static const ah_path_rules path_rules = {
	.anchor_key = AH_KEY_RSA,
	.ca_key = AH_KEY_RSA,
	.leaf_key = AH_KEY_P384,
	.sig_alg = AH_SIG_RSA_PSS_SHA384,
	.leaf_digital_signature = false,
	.leaf_basic_constraints = false,
};

/* Rules that cost nothing come before signatures. */
static ah_err check_endorsements(const ah_snp_report *rep, ah_snp_chain *found, ah_snp_product *product, ah_checks *log, ah_fault *why)
{
	ah_snp_ca root = ah_snp_ca_read(found->chain.path[0]), issuer = ah_snp_ca_read(found->chain.path[1]);
	AH_TRY(check_signer(rep, &found->vek_info, &issuer, log, why));
	AH_TRY(check_product(rep, &found->vek_info, &root, &issuer, log, why));
	*product = settled_product(rep, &found->vek_info, &root);
	AH_TRY(check_vek_extensions(&found->vek_info, *product, log, why));
	return check_tcb_reserved(rep, *product, log, why);
}

static ah_err check_contents(const ah_snp_report *rep, const ah_snp_vek *vek, ah_snp_product product, ah_checks *log, ah_fault *why)
{
	AH_TRY(check_vek_tcb(rep, vek, product, log, why));
	AH_TRY(check_hwid(rep, vek, log, why));
	AH_TRY(check_tcb_order(rep, product, log, why));
	return check_policy_platform(rep, log, why);
}

static ah_err verify(ah_claims **out, ah_verifier *v, const ah_evidence *ev, const ah_endorsements *en, const ah_roots *roots, int64_t now_s,
                     ah_checks *log, ah_fault *why)
{
	ah_snp_report rep;
	memcpy(&rep, ev->parsed, sizeof rep);
	AH_TRY(check_signed(&rep, log, why));
	AH_TRY(check_product_known(&rep, log, why));
	AH_AUTO(ah_snp_chain) found;
	ah_snp_chain_init(&found);
	ah_snp_product product = AH_SNP_PRODUCT_NONE;
	AH_TRY(ah_snp_chain_find(&found, &rep, en, roots, v, log, why));
	AH_TRY(check_endorsements(&rep, &found, &product, log, why));
	AH_TRY(ah__chain_validate(&found.chain, v, en, &path_rules, AH_REVOCATION_ALL_BUT_LEAF, now_s, log, why));
	AH_TRY(check_signature(&rep, &found.vek, v, log, why));
	AH_TRY(check_contents(&rep, &found.vek_info, product, log, why));
	return make_claims(out, &rep, &found, product);
}

const ah_platform ah_platform_snp = {
	.id = AH_PLATFORM_SNP,
	.name = "sev-snp",
	.check_mask = AH_CHECK_ON_SNP,
	.detect = detect,
	.parse = parse,
	.verify = verify,
};
