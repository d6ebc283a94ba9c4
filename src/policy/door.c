/* See anchorhold/verdict.h. The one door: the question is checked, then the evidence goes its way, then the result is drawn. */
#include "base/fault.h"
#include "base/limits.h"
#include "evidence/platform.h"
#include "platforms/tdx/event_log.h"
#include "policy/appraise.h"
#include "policy/bundle.h"
#include "policy/envelope.h"
#include "policy/instance_event.h"
#include "policy/pin.h"
#include "policy/state.h"

#include <stdio.h>

#define SNP_REPORT_DATA_LEN 64
#define YEAR_9999_END_S     INT64_C(253402300799) /* 9999-12-31T23:59:59Z: the last second that RFC 3339 can write */

/* -- the question -- */

#define QUESTION "appraise.question"

/* Something expected is there and of a possible length; something not expected is not there: a value that is received and never used is how others failed. */
static ah_err check_field(const ah_expected *e, unsigned flag, const char *name, ah_slice value, size_t max, ah_fault *why)
{
	if ((e->fields & flag) == 0) {
		if (value.len != 0)
			return ah_fault_set(why, AH_ERR_ARGUMENT, QUESTION, "expected.%s is given, but its flag is not set in expected.fields", name);
		return AH_OK;
	}
	if (value.ptr == NULL || value.len == 0)
		return ah_fault_set(why, AH_ERR_ARGUMENT, QUESTION, "expected.%s is empty", name);
	if (value.len > max)
		return ah_fault_set(why, AH_ERR_ARGUMENT, QUESTION, "expected.%s has %zu bytes, at most %zu are possible", name, value.len, max);
	return AH_OK;
}

/* What is wrong whatever the platform. */
static ah_err check_expected(const ah_expected *e, bool needs_no_binding, bool genuine_only, ah_fault *why)
{
	const unsigned known = AH_EXPECT_REPORT_DATA | AH_EXPECT_NONCE | AH_EXPECT_PUBLIC_KEY | AH_EXPECT_CHANNEL | AH_NO_BINDING;
	if ((e->fields & ~known) != 0)
		return ah_fault_set(why, AH_ERR_ARGUMENT, QUESTION, "expected.fields has an unknown bit: 0x%x", e->fields);
	if ((e->fields & AH_NO_BINDING) != 0 && e->fields != AH_NO_BINDING)
		return ah_fault_set(why, AH_ERR_ARGUMENT, QUESTION, "AH_NO_BINDING and an expected field exclude each other");
	if (genuine_only && e->fields != AH_EXPECT_NOTHING)
		return ah_fault_set(why, AH_ERR_ARGUMENT, QUESTION, "genuine_only compares no binding; give a policy");
	AH_TRY(check_field(e, AH_EXPECT_REPORT_DATA, "report_data", e->report_data, AH_NITRO_USER_DATA_MAX, why));
	AH_TRY(check_field(e, AH_EXPECT_NONCE, "nonce", e->nonce, AH_NITRO_NONCE_MAX, why));
	AH_TRY(check_field(e, AH_EXPECT_PUBLIC_KEY, "public_key", e->public_key, AH_NITRO_PUBLIC_KEY_MAX, why));
	if (!genuine_only && e->fields == AH_EXPECT_NOTHING && !needs_no_binding)
		return ah_fault_set(why, AH_ERR_BINDING_REQUIRED, QUESTION, "a policy without an expected binding");
	return AH_OK;
}

static ah_err check_policy(const ah_request *r, ah_fault *why)
{
	if ((r->policy != NULL || r->trust != NULL) && r->genuine_only)
		return ah_fault_set(why, AH_ERR_ARGUMENT, QUESTION, "policy and genuine_only exclude each other");
	if (r->policy != NULL && r->trust != NULL)
		return ah_fault_set(why, AH_ERR_ARGUMENT, QUESTION, "policy and trust exclude each other");
	if (r->policy == NULL && r->trust == NULL && !r->genuine_only)
		return ah_fault_set(why, AH_ERR_ARGUMENT, QUESTION, "neither a policy nor genuine_only");
	if (r->policy_source != NULL && strcmp(r->policy_source, "caller") != 0 && strcmp(r->policy_source, "file") != 0)
		return ah_fault_set(why, AH_ERR_ARGUMENT, QUESTION, "policy_source is neither caller nor file");
	return AH_OK;
}

static ah_err check_question(const ah_request *r, ah_carrier kind, ah_fault *why)
{
	if (r->evidence.ptr == NULL && r->evidence.len != 0)
		return ah_fault_set(why, AH_ERR_ARGUMENT, QUESTION, "evidence is NULL with a length");
	AH_TRY(check_policy(r, why));
	if (r->now_s < 0 || r->now_s > YEAR_9999_END_S)
		return ah_fault_set(why, AH_ERR_ARGUMENT, QUESTION, "now_s is not within the years 1970 to 9999");
	if (r->simulated_root.len != 0 && (r->simulated_root.ptr == NULL || !r->allow_simulated))
		return ah_fault_set(why, AH_ERR_ARGUMENT, QUESTION, "simulated_root without %s", r->allow_simulated ? "bytes" : "allow_simulated");
	if (r->event_log.ptr == NULL && r->event_log.len != 0)
		return ah_fault_set(why, AH_ERR_ARGUMENT, QUESTION, "event_log is NULL with a length");
	if (r->platform < AH_PLATFORM_NONE || r->platform > AH_PLATFORM_TDX)
		return ah_fault_set(why, AH_ERR_ARGUMENT, QUESTION, "no platform has the number %d", (int)r->platform);
	if (r->pin != NULL && r->pin->ptr == NULL && r->pin->len != 0)
		return ah_fault_set(why, AH_ERR_ARGUMENT, QUESTION, "pin is NULL with a length");
	AH_TRY(ah_carrier_check_expected(kind, r, why));
	/* An event is bound by its own key. Text that is a broken event, or a broken anything, is malformed before it is unbound. */
	bool needs_no_binding = kind == AH_CARRIER_EVENT || (kind == AH_CARRIER_NONE && ah_carrier_check_text(r->evidence, NULL) != AH_OK);
	return check_expected(&r->expected, needs_no_binding, r->genuine_only, why);
}

/* The platform that is named, else the one that recognises the bytes. Bytes that are too large for any are not looked at. */
static ah_platform_id platform_of(const ah_request *r)
{
	if (r->platform != AH_PLATFORM_NONE || r->evidence.len > AH_EVIDENCE_MAX)
		return r->platform;
	return ah_evidence_detect(r->evidence);
}

/* What only Nitro has cannot be expected of another platform; what has a fixed length there is expected with that length. */
static ah_err check_expected_on(ah_platform_id platform, const ah_expected *e, ah_fault *why)
{
	if (platform == AH_PLATFORM_NONE || platform == AH_PLATFORM_NITRO)
		return AH_OK;
	if ((e->fields & (AH_EXPECT_NONCE | AH_EXPECT_PUBLIC_KEY)) != 0)
		return ah_fault_set(why, AH_ERR_ARGUMENT, QUESTION, "%s evidence has no field %s", ah_platform_name(platform),
		                    (e->fields & AH_EXPECT_NONCE) != 0 ? "nonce" : "public_key");
	if ((e->fields & AH_EXPECT_REPORT_DATA) != 0 && e->report_data.len != SNP_REPORT_DATA_LEN)
		return ah_fault_set(why, AH_ERR_ARGUMENT, QUESTION, "expected.report_data has %zu bytes, on %s it has %d", e->report_data.len,
		                    ah_platform_name(platform), SNP_REPORT_DATA_LEN);
	return AH_OK;
}

/* A log that nobody would replay is refused: its owner believes that it is judged. */
static ah_err check_event_log_on(ah_platform_id platform, ah_slice event_log, ah_fault *why)
{
	if (event_log.len == 0 || platform == AH_PLATFORM_NONE || platform == AH_PLATFORM_TDX)
		return AH_OK;
	return ah_fault_set(why, AH_ERR_ARGUMENT, QUESTION, "%s evidence has no event log", ah_platform_name(platform));
}

/* -- the anchors -- */

/* DER is borrowed as it is, so that the usual form costs no allocation; PEM is decoded into *decoded. */
static ah_err simulated_root_der(ah_slice *out, ah_buf *decoded, ah_slice given, ah_fault *why)
{
	ah_cert cert;
	if (ah_cert_parse(&cert, given, NULL) == AH_OK) {
		*out = given;
		return AH_OK;
	}
	ah_fault inner = { .err = AH_OK };
	ah_err err = ah_certificate_to_der(decoded, given, &inner);
	if (err == AH_ERR_NOMEM)
		return err;
	if (err != AH_OK)
		return ah_fault_set(why, AH_ERR_ARGUMENT, QUESTION, "simulated_root is not one certificate: %.50s", inner.detail);
	*out = ah_buf_slice(decoded);
	return AH_OK;
}

/*
 * Every root that caller or policy names is a candidate of the run, allowed or not: a chain to it is then refused as simulated, which is what it
 * is, and not as unknown. *decoded owns what *roots may borrow.
 */
static ah_err collect_roots(ah_roots *roots, ah_buf *decoded, ah_verifier *verifier, const ah_request *r, const ah_policy *policy, ah_fault *why)
{
	ah_roots_init(roots);
	if (r->simulated_root.len != 0) {
		ah_slice der = { NULL, 0 };
		uint8_t digest[AH_SHA256_LEN];
		AH_TRY(simulated_root_der(&der, decoded, r->simulated_root, why));
		AH_TRY(ah_sha256(verifier->crypto, der, digest));
		AH_TRY(ah_roots_add_simulated(roots, digest, der));
	}
	if (policy == NULL)
		return AH_OK;
	for (size_t i = 0; i < policy->simulated_roots.count; i++)
		AH_TRY(ah_roots_add_simulated(roots, policy->simulated_roots.items[i], ah_slice_make(NULL, 0)));
	return AH_OK;
}

/* The question is invalid when it is no certificate, whatever the evidence. */
static ah_err check_simulated_root(ah_verifier *verifier, const ah_request *r, ah_fault *why)
{
	AH_AUTO(ah_buf) decoded = AH_BUF(AH_CERTIFICATE_MAX);
	ah_roots roots;
	return collect_roots(&roots, &decoded, verifier, r, NULL, why);
}

/* -- the event log -- */

/* The fault of a log has its byte in the log; those of a verdict count in the evidence. */
static ah_err refuse_log(ah_err err, const ah_fault *inner, ah_fault *why)
{
	if (inner->offset == AH_NO_OFFSET)
		return ah_fault_set(why, err, "event_log", "%s", inner->detail);
	return ah_fault_set(why, err, "event_log", "byte 0x%zx of the log: %.60s", inner->offset, inner->detail);
}

/* Only now: the registers are those of a quote whose signature holds, and nobody else can make us hash. */
static ah_err replay_event_log(ah_verdict *v, ah_verifier *verifier, ah_slice event_log, ah_fault *why)
{
	if (v->claims->platform != AH_PLATFORM_TDX && event_log.len == 0)
		return AH_OK;
	if (v->claims->platform != AH_PLATFORM_TDX) {
		/* In an envelope or event, whose platform is the server's choice; beside raw evidence the question was refused. */
		ah_check_got(&v->checks, AH_CHECK_TDX_EVENT_LOG, "%s evidence, which has no event log", ah_platform_name(v->claims->platform));
		return ah_check(&v->checks, AH_CHECK_TDX_EVENT_LOG, false, AH_ERR_EVENT_LOG, why);
	}
	if (event_log.len == 0) {
		ah_check_skip(&v->checks, AH_CHECK_TDX_EVENT_LOG, "no event log was given");
		return AH_OK;
	}
	AH_AUTO_PTR(ah_event_log) log = NULL;
	ah_fault inner = { .offset = AH_NO_OFFSET };
	ah_err err = ah_event_log_parse(&log, verifier->crypto, event_log, &inner);
	if (err != AH_OK)
		return refuse_log(err, &inner, why);
	err = ah_event_log_bind(log, &v->claims->of.tdx, &inner);
	if (err != AH_OK && err != AH_ERR_EVENT_LOG)
		return refuse_log(err, &inner, why);
	if (err == AH_OK)
		ah_check_got(&v->checks, AH_CHECK_TDX_EVENT_LOG, "%zu events", log->count);
	else
		ah_check_got(&v->checks, AH_CHECK_TDX_EVENT_LOG, "%s", inner.detail);
	return ah_check(&v->checks, AH_CHECK_TDX_EVENT_LOG, err == AH_OK, AH_ERR_EVENT_LOG, why);
}

/* -- the way -- */

/* From the bytes of the evidence to rows. Nothing of the policy is looked at before the claims exist. */
static ah_err judge_evidence(ah_verdict *v, ah_verifier *verifier, const ah_request *asked, const ah_carried *carried, const ah_policy *policy,
                             ah_fault *why)
{
	const ah_request *r = &carried->inner;
	AH_TRY(ah_sha256(verifier->crypto, r->evidence, v->evidence_sha256));
	v->has_evidence_sha256 = true;
	if (v->platform == AH_PLATFORM_NONE)
		return ah_fault_set(why, AH_ERR_UNKNOWN_FORMAT, "detect", "no platform recognises these %zu bytes", r->evidence.len);
	const ah_platform *platform = ah_platform_find(v->platform);
	if (platform == NULL)
		return ah_fault_set(why, AH_ERR_PLATFORM, "detect", "this release does not judge %s", ah_platform_name(v->platform));

	AH_AUTO(ah_buf) decoded = AH_BUF(AH_CERTIFICATE_MAX);
	ah_roots roots;
	AH_TRY(collect_roots(&roots, &decoded, verifier, asked, policy, why));
	ah_evidence evidence = { .platform = platform };
	AH_TRY(platform->parse(&evidence, r->evidence, &v->checks, why));
	AH_TRY(platform->verify(&v->claims, verifier, &evidence, r->endorsements, &roots, r->now_s, &v->checks, why));
	AH_TRY(replay_event_log(v, verifier, r->event_log, why));
	return ah_policy_appraise(v, verifier, policy, carried, asked, why);
}

static unsigned mask_of(ah_carrier kind)
{
	switch (kind) {
	case AH_CARRIER_NONE: break;
	case AH_CARRIER_ENVELOPE:
	case AH_CARRIER_TRESOR: return AH_CHECK_ON_ENVELOPE;
	case AH_CARRIER_EVENT: return AH_CHECK_ON_EVENT;
	}
	return 0;
}

/* From here on every row of the platform is in the verdict, however early it ends. */
static void describe_platform(ah_verdict *v, ah_platform_id id)
{
	const ah_platform *platform = ah_platform_find(id);
	v->platform = id;
	v->check_mask |= platform != NULL ? platform->check_mask : 0;
}

static void describe_policy(ah_verdict *v, const ah_policy *policy)
{
	static_assert(sizeof v->workload == sizeof policy->workload, "the workload of the policy fits the verdict");
	memcpy(v->workload, policy->workload, sizeof v->workload);
	v->policy_version = policy->version;
	v->policy_valid_until_s = policy->valid_until_s;
}

/*
 * The whole way: who says what is allowed, what the evidence came in, the evidence itself. *bundled becomes the policy of a trust bundle, *carried what
 * the bytes were taken apart into; both live as long as the verdict is being made.
 */
static ah_err go_the_way(ah_verdict *v, ah_verifier *verifier, const ah_request *r, ah_policy **bundled, ah_carried *carried, ah_fault *why)
{
	if (r->evidence.len > AH_EVIDENCE_MAX)
		return ah_fault_set(why, AH_ERR_TOO_LARGE, "evidence", "%zu bytes, at most %d are looked at", r->evidence.len, AH_EVIDENCE_MAX);
	if (r->trust != NULL) {
		v->check_mask |= AH_CHECK_ON_BUNDLE;
		AH_TRY(ah__bundle_judge(v, bundled, verifier, r->trust, r->now_s, r->state, why));
	}
	const ah_policy *policy = r->trust != NULL ? *bundled : r->policy;
	if (policy != NULL)
		describe_policy(v, policy);
	if (v->carrier == AH_CARRIER_NONE && r->platform == AH_PLATFORM_NONE)
		AH_TRY(ah_carrier_check_text(r->evidence, why));
	AH_TRY(ah_carried_open(carried, verifier, r, why));
	describe_platform(v, platform_of(&carried->inner));
	v->evidence_len = carried->inner.evidence.len;
	if (carried->event != NULL)
		AH_TRY(ah__instance_event_verify(v, verifier, carried->event, why));
	return judge_evidence(v, verifier, r, carried, policy, why);
}

/* -- the result -- */

static ah_result result_of(ah_err err)
{
	switch (ah_err_class_of(err)) {
	case AH_CLASS_MALFORMED: return AH_RESULT_MALFORMED;
	case AH_CLASS_UNSUPPORTED: return AH_RESULT_UNSUPPORTED;
	case AH_CLASS_OK:
	case AH_CLASS_SYSTEM:
	case AH_CLASS_USAGE:
	case AH_CLASS_UNOBTAINABLE:
	case AH_CLASS_NOT_GENUINE:
	case AH_CLASS_NOT_ALLOWED:
	case AH_CLASS_PROTOCOL:
	case AH_CLASS_CONFIGURATION: break;
	}
	return AH_RESULT_FAIL;
}

/* MALFORMED / UNSUPPORTED > FAIL > UNBOUND > DEBUG > SIMULATED > GENUINE / PASS. Each better result needs what it says to have passed. */
static void conclude(ah_verdict *v, const ah_request *r, ah_err err) /* r: about the evidence itself */
{
	if (err != AH_OK || v->claims == NULL) {
		v->result = result_of(err);
		v->err = err != AH_OK ? err : AH_ERR_INTERNAL;
	} else if (!r->genuine_only && ((r->expected.fields & AH_NO_BINDING) != 0 || r->expected.fields == AH_EXPECT_NOTHING)) {
		v->result = AH_RESULT_UNBOUND;
		v->err = ah_fault_set(&v->fault, AH_ERR_UNBOUND, "binding", "compared with no key, nonce or report data");
	} else if (v->checks.rows[AH_CHECK_DEBUG].status != AH_CHECK_PASS) {
		v->result = AH_RESULT_DEBUG;
		v->err = ah_fault_set(&v->fault, AH_ERR_DEBUG, ah_check_infos[AH_CHECK_DEBUG].id, "debug mode is on; it is shown, never accepted");
	} else {
		v->result = !v->claims->hardware ? AH_RESULT_SIMULATED : r->genuine_only ? AH_RESULT_GENUINE : AH_RESULT_PASS;
		v->err = AH_OK;
		v->has_appraisal = !r->genuine_only;
		v->appraisal.claims = v->claims;
		v->appraisal.expiry_s = v->expiry_s;
	}
}

/* What was accepted is the least that is accepted from now on. Nothing is noted when not all can be. */
static ah_err remember(ah_state *state, const ah_verdict *v, ah_fault *why)
{
	ah_err err = ah__state_note_accepted(state, v->claims, v->has_bundle ? &v->bundle : NULL);
	if (err == AH_ERR_LIMIT)
		return ah_fault_set(why, AH_ERR_STATE_INVALID, "state", "full: no room for another entry");
	return err == AH_OK ? AH_OK : ah_fault_set(why, err, "state", "no memory");
}

static void describe_question(ah_verdict *v, const ah_request *r, ah_carrier kind)
{
	v->carrier = kind;
	v->check_mask = mask_of(kind) | (r->pin != NULL ? (unsigned)AH_CHECK_ON_PIN : 0);
	v->genuine_only = r->genuine_only;
	v->verified_at_s = r->now_s;
	v->evidence_len = r->evidence.len;
	v->had_state = r->state != NULL;
	static_assert(sizeof v->policy_source > sizeof "caller", "the names of policy_source fit");
	(void)snprintf(v->policy_source, sizeof v->policy_source, "%s", r->genuine_only ? "none" : r->policy_source != NULL ? r->policy_source : "caller");
}

/* No verdict about the evidence: the verifier failed, or the policy itself is no policy. */
static bool is_no_verdict(ah_err err)
{
	ah_err_class c = ah_err_class_of(err);
	return c == AH_CLASS_SYSTEM || c == AH_CLASS_USAGE || c == AH_CLASS_CONFIGURATION;
}

static ah_err answer(ah_verdict **verdict, ah_verifier *verifier, const ah_request *r, ah_fault *why)
{
	ah_carrier kind = AH_CARRIER_NONE;
	if (r->evidence.ptr != NULL && r->evidence.len <= AH_EVIDENCE_MAX)
		AH_TRY(ah__carrier_detect(&kind, r->evidence));
	AH_TRY(check_question(r, kind, why));
	if (kind == AH_CARRIER_NONE && (r->expected.fields & AH_EXPECT_CHANNEL) == 0) { /* else the answer is that this is no envelope */
		ah_platform_id platform = platform_of(r);
		AH_TRY(check_expected_on(platform, &r->expected, why));
		AH_TRY(check_event_log_on(platform, r->event_log, why));
	}
	AH_TRY(check_simulated_root(verifier, r, why));
	AH_TRY(ah__pin_check(r->pin, why));

	AH_AUTO(ah_carried) carried = { .kind = AH_CARRIER_NONE, .inner = *r };
	AH_AUTO_PTR(ah_policy) bundled = NULL;
	AH_AUTO_PTR(ah_verdict) v = (ah_verdict *)ah_alloc(sizeof *v);
	if (v == NULL)
		return ah_fault_set(why, AH_ERR_NOMEM, "appraise", "no memory for a verdict");
	describe_question(v, r, kind);
	if (kind == AH_CARRIER_NONE)
		describe_platform(v, platform_of(r));
	if (r->policy != NULL)
		describe_policy(v, r->policy);
	ah_err err = go_the_way(v, verifier, r, &bundled, &carried, why);
	if (err != AH_OK && is_no_verdict(err))
		return err;
	if (err != AH_OK)
		v->fault = *why;
	conclude(v, &carried.inner, err);
	if (v->err != AH_OK)
		*why = v->fault;
	else if (r->state != NULL)
		AH_TRY(remember(r->state, v, why));
	err = v->err;
	*verdict = ah_move_ptr(&v);
	return err;
}

ah_err ah_appraise(ah_verdict **verdict, ah_verifier *verifier, const ah_request *request, ah_fault *why)
{
	assert(verdict != NULL && verifier != NULL && request != NULL);
	*verdict = NULL;
	ah_fault fault = { .offset = AH_NO_OFFSET };
	ah_err err = answer(verdict, verifier, request, &fault);
	if (err == AH_OK)
		return AH_OK;
	if (fault.err != err) {
		/* A step that failed without a word, as those do that run out of memory. */
		fault = (ah_fault){ .offset = AH_NO_OFFSET };
		(void)ah_fault_set(&fault, err, "appraise", "%s", ah_err_name(err));
		if (*verdict != NULL)
			(*verdict)->fault = fault;
	}
	if (why != NULL)
		*why = fault;
	return err;
}
