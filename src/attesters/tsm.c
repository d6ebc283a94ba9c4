/* See tsm.h. */
#include "attesters/tsm.h"

#include "attesters/snp_answer.h"
#include "base/fault.h"
#include "platforms/tdx/quote.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#define STEP "tsm"

enum { NAME_MAX_LEN = 96, PATH_MAX_LEN = 512, ROOT_MAX_LEN = PATH_MAX_LEN - 2 * NAME_MAX_LEN, UNIQUE_LEN = 8 };

typedef struct tsm_attester {
	ah_attester base;
	ah_device device;
	ah_tsm_options options;
	char leftover[NAME_MAX_LEN];   /* an entry that could not be removed; "" for none. It goes before another one is made */
} tsm_attester;

/* One entry, one attempt. */
typedef struct attempt {
	const tsm_attester *self;
	const ah_attest_request *request;
	char name[NAME_MAX_LEN];
	uint64_t generation;           /* what it must be after our writes */
	bool again;                    /* the error is a passing one: a fresh entry may do */
	ah_fault *why;
} attempt;

/* -- Attributes -- */

/* In an array, so that an entry can be removed when there is no memory. */
typedef struct path_text { char text[PATH_MAX_LEN]; } path_text;

static path_text path_of(const tsm_attester *self, const char *name, const char *attribute)
{
	path_text path;
	int len = snprintf(path.text, sizeof path.text, "%s/%s%s%s", self->options.path, name, attribute[0] != '\0' ? "/" : "", attribute);
	assert(len > 0 && (size_t)len < sizeof path.text); /* ah_tsm_attester_new() has seen to it */
	return path;
}

static ah_err fail(attempt *a, const char *what, int error)
{
	a->again = ah_device_is_passing(error);
	return ah_device_fault(a->why, STEP, what, error);
}

static ah_err read_attribute(attempt *a, const char *attribute, bool may_be_absent, ah_buf *out)
{
	const path_text path = path_of(a->self, a->name, attribute);
	int error = ah_device_read_file(&a->self->device, path.text, out);
	return error == 0 || (may_be_absent && error == -ENOENT) ? AH_OK : fail(a, attribute, error);
}

static ah_err write_attribute(attempt *a, const char *attribute, ah_slice in)
{
	const path_text path = path_of(a->self, a->name, attribute);
	int error = ah_device_write_once(&a->self->device, path.text, in);
	if (error != 0)
		return fail(a, attribute, error);
	a->generation++;
	return AH_OK;
}

/* "%lu\n" */
static ah_err read_generation(attempt *a, uint64_t *out)
{
	AH_AUTO(ah_buf) text = AH_BUF(AH_TSM_ATTRIBUTE_MAX);
	uint64_t value = 0;
	AH_TRY(read_attribute(a, "generation", false, &text));
	bool good = text.len >= 2 && text.len <= 20 && text.ptr[text.len - 1] == '\n'; /* 19 digits cannot overflow */
	for (size_t i = 0; good && i + 1 < text.len; i++) {
		good = text.ptr[i] >= '0' && text.ptr[i] <= '9';
		value = value * 10 + (uint64_t)(text.ptr[i] - '0');
	}
	if (!good)
		return ah_fault_set(a->why, AH_ERR_DEVICE_ANSWER, STEP, "generation is not a number");
	*out = value;
	return AH_OK;
}

static ah_err check_generation(attempt *a)
{
	uint64_t now = 0;
	AH_TRY(read_generation(a, &now));
	if (now == a->generation)
		return AH_OK;
	a->again = true;
	return ah_fault_set(a->why, AH_ERR_DEVICE_BUSY, STEP, "generation %llu, wanted %llu: a write was lost, or somebody else wrote", (unsigned long long)now,
	                    (unsigned long long)a->generation);
}

static ah_err check_provider(attempt *a)
{
	AH_AUTO(ah_buf) provider = AH_BUF(AH_TSM_ATTRIBUTE_MAX);
	ah_platform_id platform = a->self->base.platform;
	AH_TRY(read_attribute(a, "provider", false, &provider));
	if (ah_slice_is_text(ah_buf_slice(&provider), platform == AH_PLATFORM_SNP ? "sev_guest\n" : "tdx_guest\n"))
		return AH_OK;
	int shown = provider.len < 32 ? (int)provider.len : 32;
	return ah_fault_set(a->why, AH_ERR_DEVICE_ABSENT, STEP, "the provider is \"%.*s\", configured is %s", shown > 0 ? shown - 1 : 0,
	                    (const char *)provider.ptr, ah_platform_name(platform));
}

/* -- Answers -- */

static ah_err check_quote(attempt *a, ah_slice bytes, ah_tdx_quote *quote)
{
	ah_fault inner = { .offset = AH_NO_OFFSET };
	ah_checks *log = ah_alloc(sizeof *log); /* 30 KiB: too much for the stack of a work pool */
	if (log == NULL)
		return AH_ERR_NOMEM;
	ah_err err = ah_tdx_quote_parse(quote, bytes, log, &inner);
	ah_dealloc(log);
	if (err != AH_OK)
		return ah_fault_at(a->why, AH_ERR_DEVICE_ANSWER, "tsm.quote", inner.offset, "%s: %.60s", ah_err_name(err), inner.detail);
	if (!ah_equal(quote->report_data, AH_SLICE_OF(a->request->report_data)))
		return ah_fault_set(a->why, AH_ERR_DEVICE_ANSWER, "tsm.quote", "report_data is not that of the request");
	return AH_OK;
}

static ah_err add_event_log(attempt *a, const ah_tdx_quote *quote, ah_attest_result *out)
{
	if (a->self->options.rtmr == NULL)
		return AH_OK;
	out->event_log = AH_BUF(AH_EVENT_LOG_MAX);
	ah_err err = ah_rtmr_log(a->self->options.rtmr, quote->rtmr, &out->event_log, a->why);
	a->again = err == AH_ERR_DEVICE_BUSY;
	return err;
}

static ah_err finish_tdx(attempt *a, ah_attest_result *out)
{
	ah_tdx_quote quote;
	AH_TRY(check_generation(a));
	AH_TRY(check_quote(a, ah_buf_slice(&out->evidence), &quote));
	return add_event_log(a, &quote, out);
}

static ah_err finish_snp(attempt *a, ah_attest_result *out)
{
	AH_AUTO(ah_buf) table = AH_BUF(AH_SNP_CERT_TABLE_MAX);
	AH_TRY(read_attribute(a, "auxblob", true, &table));
	AH_TRY(check_generation(a)); /* both blobs are of one generation */
	AH_TRY(ah__snp_answer_check(ah_buf_slice(&out->evidence), a->request, a->self->options.has_privlevel, a->self->options.privlevel, a->why));
	out->cert_table = AH_BUF(AH_SNP_CERT_TABLE_MAX);
	return ah__snp_answer_certificates(&out->cert_table, ah_buf_slice(&table), a->why);
}

/* -- One attempt -- */

static ah_err use_entry(attempt *a, ah_attest_result *out)
{
	const ah_tsm_options *options = &a->self->options;
	AH_TRY(check_provider(a));
	AH_TRY(read_generation(a, &a->generation));
	if (options->has_privlevel) {
		const uint8_t digit = (uint8_t)('0' + options->privlevel);
		AH_TRY(write_attribute(a, "privlevel", ah_slice_make(&digit, 1)));
	}
	AH_TRY(write_attribute(a, "inblob", AH_SLICE_OF(a->request->report_data)));
	AH_TRY(check_generation(a));
	out->evidence = AH_BUF(AH_TSM_OUTBLOB_MAX);
	AH_TRY(read_attribute(a, "outblob", false, &out->evidence));
	return options->platform == AH_PLATFORM_SNP ? finish_snp(a, out) : finish_tdx(a, out);
}

static ah_err make_entry(attempt *a)
{
	static atomic_uint counter;
	const tsm_attester *self = a->self;
	AH_AUTO(ah_buf) name = AH_BUF(NAME_MAX_LEN - 1);
	uint8_t unique[UNIQUE_LEN];
	int error = self->device.ops->random(self->device.context, unique, sizeof unique);
	if (error != 0)
		return fail(a, "random", error);
	AH_TRY(ah_buf_printf(&name, "anchorhold-%ld-%u-", (long)getpid(), atomic_fetch_add(&counter, 1)));
	AH_TRY(ah_buf_append_hex(&name, AH_SLICE_OF(unique)));
	memcpy(a->name, name.ptr, name.len);
	error = self->device.ops->mkdir(self->device.context, path_of(self, a->name, "").text);
	if (error == 0)
		return AH_OK;
	a->again = ah_device_is_passing(error) || error == -EEXIST; /* another name next time */
	return ah_device_fault(a->why, STEP, self->options.path, error);
}

/* An entry holds memory of the kernel until it is removed, so at most one is ever left behind. */
static int remove_entry(tsm_attester *self, const char *name)
{
	const path_text path = path_of(self, name, "");
	int error = 0;
	for (int tries = 0; tries < 3; tries++) {
		error = self->device.ops->rmdir(self->device.context, path.text);
		if (error == 0 || error == -ENOENT)
			return 0;
		if (!ah_device_is_passing(error))
			break;
	}
	return error;
}

static ah_err try_once(tsm_attester *self, attempt *a, ah_attest_result *out)
{
	if (self->leftover[0] != '\0') {
		int error = remove_entry(self, self->leftover);
		if (error != 0)
			return fail(a, "rmdir", error);
		self->leftover[0] = '\0';
	}
	AH_TRY(make_entry(a));
	ah_err err = use_entry(a, out);
	if (remove_entry(self, a->name) != 0)
		memcpy(self->leftover, a->name, sizeof self->leftover);
	return err;
}

/* -- The attester -- */

static void keep_fault(ah_fault *why, const ah_fault *last)
{
	if (why != NULL && why->err == AH_OK)
		*why = *last;
}

static ah_err tsm_attest(ah_attester *base, const ah_attest_request *request, ah_attest_result *out, ah_fault *why)
{
	tsm_attester *self = (tsm_attester *)base;
	ah_deadline deadline = ah_deadline_start(&self->device, request->timeout_ms);
	for (int tries = 1;; tries++) {
		ah_fault last = { .offset = AH_NO_OFFSET };
		attempt a = { .self = self, .request = request, .why = &last };
		ah_err err = try_once(self, &a, out);
		if (err == AH_OK)
			return AH_OK;
		ah_attest_result_free(out);
		*out = (ah_attest_result){ .evidence = AH_BUF(0) };
		if (!a.again || tries == AH_TSM_ATTEMPTS_MAX || !ah_deadline_pause(&deadline)) {
			keep_fault(why, &last);
			return err;
		}
	}
}

static void tsm_free(ah_attester *base)
{
	tsm_attester *self = (tsm_attester *)base;
	if (self->leftover[0] != '\0')
		(void)remove_entry(self, self->leftover);
	ah_dealloc(self);
}

ah_err ah_tsm_attester_new(ah_attester **out, const ah_device *device, const ah_tsm_options *options, ah_fault *why)
{
	static const ah_attester_ops ops = { .name = "configfs-tsm", .attest = tsm_attest, .free = tsm_free };
	if (options->platform != AH_PLATFORM_SNP && options->platform != AH_PLATFORM_TDX)
		return ah_fault_set(why, AH_ERR_ARGUMENT, STEP, "configfs-tsm gives no evidence of %s", ah_platform_name(options->platform));
	if (options->has_privlevel && (options->platform != AH_PLATFORM_SNP || options->privlevel > 3))
		return ah_fault_set(why, AH_ERR_ARGUMENT, STEP, "privlevel: 0 to 3, of sev-snp alone");
	if (options->rtmr != NULL && options->platform != AH_PLATFORM_TDX)
		return ah_fault_set(why, AH_ERR_ARGUMENT, STEP, "RTMRs are of tdx alone");
	if (options->path != NULL && strlen(options->path) > ROOT_MAX_LEN)
		return ah_fault_set(why, AH_ERR_ARGUMENT, STEP, "path: at most %d bytes", ROOT_MAX_LEN);
	tsm_attester *self = ah_alloc(sizeof *self);
	if (self == NULL)
		return AH_ERR_NOMEM;
	*self = (tsm_attester){ .base = { .ops = &ops, .platform = options->platform }, .device = *device, .options = *options };
	if (self->options.path == NULL)
		self->options.path = AH_TSM_PATH;
	*out = &self->base;
	return AH_OK;
}
