/* Right evidence beside a pin of another code or another key. See cases.h. */
#include "forged/cases.h"

#include "codec/json.h"
#include "policy/pin.h"
#include "policy/policy.h"

/* -- The pin of the evidence as it was made, one value of it changed -- */

#define UNCHANGED SIZE_MAX

static void set(ah_pin_value *value, ah_slice bytes)
{
	value->known = true;
	value->len = bytes.len;
	memcpy(value->bytes, bytes.ptr, bytes.len);
}

static void set_measurements(ah_pin *pin, const forge *f)
{
	switch (f->of->platform) {
	case AH_PLATFORM_NITRO:
		for (size_t i = 0; i < 3; i++)
			set(&pin->measurements[i], AH_SLICE_OF(f->pcrs[i]));
		for (size_t i = 0; i < f->nitro.pcr_count; i++)
			if (f->nitro.pcrs[i].index == 8)
				set(&pin->measurements[3], ah_slice_make(f->nitro.pcrs[i].value, f->nitro.pcrs[i].len));
		break;
	case AH_PLATFORM_SNP:
		set(&pin->measurements[0], ah_slice_sub(AH_SLICE_OF(f->snp.report), AH_SIM_SNP_ID_KEY_DIGEST, 48));
		set(&pin->measurements[1], AH_SLICE_OF(f->measurement));
		break;
	case AH_PLATFORM_TDX:
		set(&pin->measurements[0], AH_SLICE_OF(f->mrtd));
		for (size_t i = 0; i < 3; i++)
			set(&pin->measurements[1 + i], AH_SLICE_OF(f->rtmrs[i]));
		break;
	case AH_PLATFORM_NONE: break;
	}
}

static void give(forge *f, const ah_pin *pin)
{
	AH_AUTO(ah_buf) out = AH_BUF(AH_PIN_MAX);
	ah_json_writer w;
	size_t len = 0;
	ah_json_writer_init(&w, &out);
	ah__pin_put(&w, pin);
	FORGE_MUST(ah_json_writer_finish(&w));
	FORGE_MUST(ah__text_from_buf(&f->pin_text, &len, &out));
	f->pin = ah_slice_make(f->pin_text, len);
	f->request.pin = &f->pin;
}

static ah_pin pin_of(const forge *f)
{
	uint8_t root[AH_SHA256_LEN];
	ah_pin pin = { .platform = f->of->platform };
	set_measurements(&pin, f);
	FORGE_MUST(ah_sha256(f->sim->crypto, ah_buf_slice(&f->out.root_der), root));
	set(&pin.keys[AH_PIN_ROOT_SHA256], AH_SLICE_OF(root));
	return pin;
}

static void give_other_code(forge *f, size_t measurement)
{
	ah_pin pin = pin_of(f);
	if (measurement != UNCHANGED)
		pin.measurements[measurement].bytes[47] ^= 1;
	give(f, &pin);
}

static void give_other_key(forge *f, size_t key)
{
	static const uint8_t bytes[32] = { 7 };
	ah_pin pin = pin_of(f);
	set(&pin.keys[key], AH_SLICE_OF(bytes));
	give(f, &pin);
}

/* -- Cases -- */

static void first_use(forge *f) { f->request.pin = &f->pin; } /* empty */
static void the_same(forge *f) { give_other_code(f, UNCHANGED); }
static void other_0(forge *f) { give_other_code(f, 0); }
static void other_1(forge *f) { give_other_code(f, 1); }
static void other_2(forge *f) { give_other_code(f, 2); }
static void other_3(forge *f) { give_other_code(f, 3); }
static void other_root(forge *f) { give_other_key(f, AH_PIN_ROOT_SHA256); }
static void other_release_root(forge *f) { give_other_key(f, AH_PIN_RELEASE_ROOT); }
static void other_service_key(forge *f) { give_other_key(f, AH_PIN_SERVICE_KEY); }
static void other_tls_key(forge *f) { give_other_key(f, AH_PIN_TLS_SPKI_SHA256); }
static void other_tag(forge *f) { give_other_key(f, AH_PIN_WORKLOAD_IDENTITY_TAG); }

static void other_platform(forge *f)
{
	ah_pin pin = pin_of(f);
	pin.platform = AH_PLATFORM_TDX;
	give(f, &pin);
}

#define PLATFORM_N AH_PLATFORM_NITRO
#define PLATFORM_S AH_PLATFORM_SNP
#define PLATFORM_T AH_PLATFORM_TDX
#define ACCEPTED(p, name, tamper) { name, PLATFORM_##p, AH_CHECK_COUNT, AH_OK, NULL, tamper, FORGE_ALONE, 0, 0, 0 }
#define REFUSED(p, name, tamper) { name, PLATFORM_##p, AH_CHECK_PIN, AH_ERR_PIN, NULL, tamper, FORGE_ALONE, 0, 0, 0 }

const forge_case forge_pin_cases[] = {
	ACCEPTED(N, "nitro_at_first_use_of_a_pin", first_use),
	ACCEPTED(N, "nitro_as_it_was_pinned", the_same),
	ACCEPTED(S, "snp_as_it_was_pinned", the_same),
	ACCEPTED(T, "tdx_as_it_was_pinned", the_same),
	REFUSED(N, "nitro_with_another_pcr0_than_pinned", other_0),
	REFUSED(N, "nitro_with_another_pcr1_than_pinned", other_1),
	REFUSED(N, "nitro_with_another_pcr2_than_pinned", other_2),
	REFUSED(N, "nitro_signed_by_another_key_than_pinned", other_3),
	REFUSED(N, "nitro_under_another_root_than_pinned", other_root),
	REFUSED(S, "snp_with_another_id_key_than_pinned", other_0),
	REFUSED(S, "snp_with_another_measurement_than_pinned", other_1),
	REFUSED(S, "snp_under_another_root_than_pinned", other_root),
	REFUSED(S, "snp_where_another_platform_was_pinned", other_platform),
	REFUSED(S, "snp_without_the_release_root_that_was_pinned", other_release_root),
	REFUSED(S, "snp_without_the_service_key_that_was_pinned", other_service_key),
	REFUSED(S, "snp_without_the_tls_key_that_was_pinned", other_tls_key),
	REFUSED(S, "snp_without_the_identity_tag_that_was_pinned", other_tag),
	REFUSED(T, "tdx_with_another_mrtd_than_pinned", other_0),
	REFUSED(T, "tdx_with_another_rtmr0_than_pinned", other_1),
	REFUSED(T, "tdx_with_another_rtmr1_than_pinned", other_2),
	REFUSED(T, "tdx_with_another_rtmr2_than_pinned", other_3),
	REFUSED(T, "tdx_under_another_root_than_pinned", other_root),
};
const size_t forge_pin_case_count = sizeof forge_pin_cases / sizeof forge_pin_cases[0];
