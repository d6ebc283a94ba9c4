/* See rtmr.h. Kernel interface: Documentation/ABI/testing/sysfs-devices-virtual-misc-tdx_guest (Linux 6.16). */
#include "attesters/rtmr.h"

#include "base/fault.h"
#include "codec/json.h"
#include "platforms/tdx/event_log.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>

#define STEP "rtmr"

enum { RTMR_COUNT = 4, RUNTIME = 3, PATH_MAX_LEN = 512, ROOT_MAX_LEN = PATH_MAX_LEN - 32 };

struct ah_rtmr {
	ah_device device;
	pthread_mutex_t lock;
	ah_crypto *crypto;
	const char *measurements, *log_path;
	ah_buf firmware;               /* events of the CCEL as JSON, each with a comma behind it */
	ah_buf runtime;                /* our events, as the file has them: one a line */
	uint8_t registers[RTMR_COUNT][AH_SHA384_LEN]; /* what the log replays to, and what they were when it was last compared */
	bool unsettled;                /* the file, or the register, may have an event that is not in runtime */
	bool foreign;                  /* RTMR3 has what the log does not explain */
};

/* -- Registers -- */

typedef struct path_text { char text[PATH_MAX_LEN]; } path_text;

static path_text register_path(const ah_rtmr *rtmr, unsigned index)
{
	path_text path;
	int len = snprintf(path.text, sizeof path.text, "%s/rtmr%u:sha384", rtmr->measurements, index);
	assert(len > 0 && (size_t)len < sizeof path.text); /* ah_rtmr_open() has seen to it */
	return path;
}

static ah_err read_register(ah_rtmr *rtmr, unsigned index, uint8_t out[static AH_SHA384_LEN], ah_fault *why)
{
	AH_AUTO(ah_buf) value = AH_BUF(AH_SHA384_LEN);
	int error = ah_device_read_file(&rtmr->device, register_path(rtmr, index).text, &value);
	if (error != 0)
		return ah_device_fault(why, STEP, "reading an RTMR", error);
	if (value.len != AH_SHA384_LEN)
		return ah_fault_set(why, AH_ERR_DEVICE_ANSWER, STEP, "RTMR%u has %zu bytes, wanted %d", index, value.len, AH_SHA384_LEN);
	memcpy(out, value.ptr, AH_SHA384_LEN);
	return AH_OK;
}

/* -- The log as text -- */

static void put_event(ah_json_writer *w, unsigned rtmr, uint32_t type, ah_slice name, ah_slice content, const uint8_t *digest)
{
	ah_json_put_object_begin(w);
	if (digest != NULL) {
		ah_json_put_key(w, "digest");
		ah_json_put_hex(w, ah_slice_make(digest, AH_SHA384_LEN));
	}
	ah_json_put_key(w, "event");
	ah_json_put_string(w, name);
	ah_json_put_key(w, "event_payload");
	ah_json_put_hex(w, content);
	ah_json_put_key(w, "event_type");
	ah_json_put_int(w, type);
	ah_json_put_key(w, "imr");
	ah_json_put_int(w, rtmr);
	if (rtmr == RUNTIME) {
		ah_json_put_key(w, "version");
		ah_json_put_int(w, 2);
	}
	ah_json_put_object_end(w);
}

/* What the firmware logged for RTMR0..2; events that are extended nowhere explain nothing and stay out. */
static ah_err put_firmware(ah_rtmr *rtmr, const ah_event_log *ccel)
{
	for (size_t i = 0; i < ccel->count; i++) {
		const ah_event *event = &ccel->events[i];
		ah_json_writer w;
		if (event->rtmr < 0 || event->rtmr == RUNTIME)
			continue;
		ah_json_writer_init(&w, &rtmr->firmware);
		put_event(&w, (unsigned)event->rtmr, event->type, event->name, event->content, event->digest);
		AH_TRY(ah_json_writer_finish(&w));
		AH_TRY(ah_buf_append_text(&rtmr->firmware, ",\n"));
	}
	return AH_OK;
}

/* The array: the firmware's events, and the lines of ours with commas between them. */
static ah_err put_log(ah_buf *out, const ah_rtmr *rtmr, ah_slice runtime)
{
	size_t start = out->len;
	AH_TRY(ah_buf_append_byte(out, '['));
	AH_TRY(ah_buf_append(out, ah_buf_slice(&rtmr->firmware)));
	for (size_t i = 0; i < runtime.len; i++) {
		if (runtime.ptr[i] == '\n')
			AH_TRY(ah_buf_append_byte(out, ','));
		AH_TRY(ah_buf_append_byte(out, runtime.ptr[i]));
	}
	if (out->len - start > 1)
		out->len -= 2; /* the comma and the line feed behind the last event */
	return ah_buf_append_byte(out, ']');
}

/* Replay as a verifier does, its rules on names included. rtmr[i] is what the registers must be. errors: those of the event log. */
static ah_err replay(ah_rtmr *rtmr, ah_slice runtime, uint8_t out[static RTMR_COUNT][AH_SHA384_LEN], ah_fault *why)
{
	AH_AUTO(ah_buf) json = AH_BUF(AH_EVENT_LOG_MAX);
	AH_AUTO_PTR(ah_event_log) log = NULL;
	AH_TRY(put_log(&json, rtmr, runtime));
	AH_TRY(ah_event_log_parse(&log, rtmr->crypto, ah_buf_slice(&json), why));
	ah_tdx_claims *claims = ah_alloc(sizeof *claims);
	if (claims == NULL)
		return AH_ERR_NOMEM;
	memcpy(claims->rtmr, log->rtmr, sizeof claims->rtmr);
	ah_err err = log->count == 0 ? AH_OK : ah_event_log_bind(log, claims, why);
	ah_dealloc(claims);
	if (err == AH_OK)
		memcpy(out, log->rtmr, sizeof log->rtmr);
	return err;
}

/* -- The log file -- */

static ah_err file_fault(const ah_rtmr *rtmr, int error, ah_fault *why)
{
	const char *text = strerrordesc_np(-error);
	return ah_fault_set(why, error == -ENOMEM ? AH_ERR_NOMEM : AH_ERR_IO, "rtmr.log", "%s: %s", rtmr->log_path, text != NULL ? text : "unknown error");
}

static int write_whole(const ah_device *device, int fd, ah_slice in)
{
	for (size_t done = 0, interrupts = 0; done < in.len;) {
		ah_slice rest = ah_slice_sub(in, done, in.len - done);
		ptrdiff_t put = device->ops->write(device->context, fd, rest.ptr, rest.len);
		if (put == -EINTR && interrupts++ < AH_DEVICE_INTERRUPTS_MAX)
			continue;
		if (put <= 0)
			return put < 0 ? (int)put : -EIO;
		done += (size_t)put;
	}
	return 0;
}

/* Cut the file to len bytes and append; on disk before it returns. */
static int change_file(ah_rtmr *rtmr, size_t len, ah_slice append)
{
	const ah_device *device = &rtmr->device;
	int fd = device->ops->open(device->context, rtmr->log_path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW);
	if (fd < 0)
		return fd;
	int error = device->ops->truncate(device->context, fd, len);
	if (error == 0)
		error = write_whole(device, fd, append);
	if (error == 0)
		error = device->ops->sync(device->context, fd);
	int closed = device->ops->close(device->context, fd);
	return error != 0 ? error : closed;
}

static size_t last_line(ah_slice lines)
{
	size_t start = lines.len;
	while (start > 0 && lines.ptr[start - 1] != '\n')
		start--;
	return start;
}

/* -- Opening -- */

static ah_err read_ccel(ah_rtmr *rtmr, const char *path, ah_fault *why)
{
	AH_AUTO(ah_buf) bytes = AH_BUF(AH_EVENT_LOG_MAX);
	AH_AUTO_PTR(ah_event_log) log = NULL;
	int error = ah_device_read_file(&rtmr->device, path, &bytes);
	if (error != 0)
		return ah_device_fault(why, "rtmr.ccel", path, error);
	AH_TRY(ah_event_log_parse(&log, rtmr->crypto, ah_buf_slice(&bytes), why));
	return put_firmware(rtmr, log);
}

static ah_err read_runtime(ah_rtmr *rtmr, ah_fault *why)
{
	int error = ah_device_read_file(&rtmr->device, rtmr->log_path, &rtmr->runtime);
	if (error == -EFBIG)
		return ah_fault_set(why, AH_ERR_TOO_LARGE, "rtmr.log", "%s: more than %d bytes", rtmr->log_path, AH_EVENT_LOG_MAX);
	return error == 0 || error == -ENOENT ? AH_OK : file_fault(rtmr, error, why);
}

/* Cut off what was never extended. */
static ah_err cut(ah_rtmr *rtmr, size_t len, ah_fault *why)
{
	int error = change_file(rtmr, len, (ah_slice){ NULL, 0 });
	if (error != 0)
		return file_fault(rtmr, error, why);
	rtmr->runtime.len = len;
	return AH_OK;
}

static ah_err refuse_foreign(ah_rtmr *rtmr, ah_fault *why)
{
	rtmr->foreign = true;
	return ah_fault_set(why, AH_ERR_DEVICE_ANSWER, STEP, "RTMR3 was extended by somebody else: no log explains it any more");
}

/* The register decides how far the log is true: all of it, or all but its last event. */
static ah_err settle(ah_rtmr *rtmr, ah_fault *why)
{
	uint8_t now[RTMR_COUNT][AH_SHA384_LEN], logged[RTMR_COUNT][AH_SHA384_LEN];
	size_t whole = last_line(ah_buf_slice(&rtmr->runtime));
	if (whole != rtmr->runtime.len)
		AH_TRY(cut(rtmr, whole, why));
	for (unsigned i = 0; i < RTMR_COUNT; i++)
		AH_TRY(read_register(rtmr, i, now[i], why));
	AH_TRY(replay(rtmr, ah_buf_slice(&rtmr->runtime), logged, why));
	if (rtmr->runtime.len != 0 && !ah_equal(AH_SLICE_OF(now[RUNTIME]), AH_SLICE_OF(logged[RUNTIME]))) {
		AH_TRY(cut(rtmr, last_line(ah_slice_sub(ah_buf_slice(&rtmr->runtime), 0, rtmr->runtime.len - 1)), why));
		AH_TRY(replay(rtmr, ah_buf_slice(&rtmr->runtime), logged, why));
	}
	for (unsigned i = 0; i < RUNTIME; i++)
		if (!ah_equal(AH_SLICE_OF(now[i]), AH_SLICE_OF(logged[i])))
			return ah_fault_set(why, AH_ERR_DEVICE_ANSWER, "rtmr.ccel", "RTMR%u is not what the CCEL replays to", i);
	if (!ah_equal(AH_SLICE_OF(now[RUNTIME]), AH_SLICE_OF(logged[RUNTIME])))
		return refuse_foreign(rtmr, why);
	memcpy(rtmr->registers, now, sizeof now);
	rtmr->unsettled = false;
	return AH_OK;
}

/* Before the log is used: what an earlier error left open is settled by the file and the register, as after a crash. */
static ah_err be_settled(ah_rtmr *rtmr, ah_fault *why)
{
	if (rtmr->foreign)
		return refuse_foreign(rtmr, why);
	if (!rtmr->unsettled)
		return AH_OK;
	ah_buf_clear(&rtmr->runtime);
	AH_TRY(read_runtime(rtmr, why));
	return settle(rtmr, why);
}

static ah_err open_all(ah_rtmr *rtmr, const ah_rtmr_options *options, ah_fault *why)
{
	const char *ccel = options->ccel != NULL ? options->ccel : AH_RTMR_CCEL_PATH;
	AH_TRY(ah_crypto_new(&rtmr->crypto, why));
	if (ccel[0] != '\0')
		AH_TRY(read_ccel(rtmr, ccel, why));
	AH_TRY(read_runtime(rtmr, why));
	return settle(rtmr, why);
}

ah_err ah_rtmr_open(ah_rtmr **out, const ah_device *device, const ah_rtmr_options *options, ah_fault *why)
{
	assert(options->log != NULL);
	if (options->measurements != NULL && strlen(options->measurements) > ROOT_MAX_LEN)
		return ah_fault_set(why, AH_ERR_ARGUMENT, STEP, "path of the measurements: at most %d bytes", ROOT_MAX_LEN);
	AH_AUTO_PTR(ah_rtmr) rtmr = ah_alloc(sizeof *rtmr);
	if (rtmr == NULL)
		return AH_ERR_NOMEM;
	int failed = pthread_mutex_init(&rtmr->lock, NULL); /* a plain mutex of glibc takes no resources: it cannot fail */
	assert(failed == 0);
	rtmr->device = *device;
	rtmr->measurements = options->measurements != NULL ? options->measurements : AH_RTMR_MEASUREMENTS_PATH;
	rtmr->log_path = options->log;
	rtmr->firmware = AH_BUF(AH_EVENT_LOG_MAX);
	rtmr->runtime = AH_BUF(AH_EVENT_LOG_MAX);
	AH_TRY(open_all(rtmr, options, why));
	*out = ah_move_ptr(&rtmr);
	return AH_OK;
}

void ah_rtmr_free(ah_rtmr *rtmr)
{
	if (rtmr == NULL)
		return;
	(void)pthread_mutex_destroy(&rtmr->lock);
	ah_crypto_free(rtmr->crypto);
	ah_buf_free(&rtmr->firmware);
	ah_buf_free(&rtmr->runtime);
	ah_dealloc(rtmr);
}

/* -- Extending -- */

static ah_err check_event(const char *name, ah_slice payload, ah_fault *why)
{
	size_t len = strnlen(name, AH_EVENT_NAME_MAX + 1);
	if (len == 0 || len > AH_EVENT_NAME_MAX)
		return ah_fault_set(why, AH_ERR_ARGUMENT, STEP, "a name of 1 to %d bytes", AH_EVENT_NAME_MAX);
	for (size_t i = 0; i < len; i++)
		if (name[i] < 0x20 || name[i] > 0x7e)
			return ah_fault_set(why, AH_ERR_ARGUMENT, STEP, "name: printable ASCII alone");
	if (payload.len > AH_RUNTIME_PAYLOAD_MAX)
		return ah_fault_set(why, AH_ERR_ARGUMENT, STEP, "payload: %zu bytes, at most %d", payload.len, AH_RUNTIME_PAYLOAD_MAX);
	return AH_OK;
}

/* The digest of form V2 (docs/protocol/event-log.md). */
static ah_err digest_of(ah_rtmr *rtmr, const char *name, ah_slice payload, uint8_t out[static AH_SHA384_LEN])
{
	AH_AUTO(ah_buf) text = AH_BUF(2 * AH_RUNTIME_PAYLOAD_MAX + 2 * AH_EVENT_NAME_MAX + 64);
	ah_json_writer w;
	ah_json_writer_init(&w, &text);
	ah_json_put_object_begin(&w);
	ah_json_put_key(&w, "name");
	ah_json_put_text(&w, name);
	ah_json_put_key(&w, "payload");
	ah_json_put_hex(&w, payload);
	ah_json_put_key(&w, "type");
	ah_json_put_int(&w, AH_EVENT_TYPE_RUNTIME);
	ah_json_put_object_end(&w);
	AH_TRY(ah_json_writer_finish(&w));
	return ah_sha384(rtmr->crypto, ah_buf_slice(&text), out);
}

static ah_err put_line(ah_buf *out, const char *name, ah_slice payload, const uint8_t digest[static AH_SHA384_LEN])
{
	ah_json_writer w;
	ah_json_writer_init(&w, out);
	put_event(&w, RUNTIME, AH_EVENT_TYPE_RUNTIME, ah_slice_text(name), payload, digest);
	AH_TRY(ah_json_writer_finish(&w));
	return ah_buf_append_byte(out, '\n');
}

/* Would a verifier take the log with this event? Its answer is turned into ours. */
static ah_err try_log(ah_rtmr *rtmr, ah_slice lines, uint8_t expected[static RTMR_COUNT][AH_SHA384_LEN], ah_fault *why)
{
	ah_fault inner = { .offset = AH_NO_OFFSET };
	ah_err err = replay(rtmr, lines, expected, &inner);
	if (err == AH_OK || err == AH_ERR_NOMEM || err == AH_ERR_CRYPTO)
		return err;
	if (err == AH_ERR_TOO_LARGE || err == AH_ERR_LIMIT)
		return ah_fault_set(why, AH_ERR_LIMIT, STEP, "the log is full: %.60s", inner.detail);
	return ah_fault_set(why, AH_ERR_ARGUMENT, STEP, "a verifier would refuse the log: %.60s", inner.detail);
}

/*
 * Write the register and look at it. An error of the write does not say whether it was done; the value does: unchanged, and the event was not extended;
 * the expected one, and it was. Any other value is somebody else's work.
 */
static ah_err extend_register(ah_rtmr *rtmr, const uint8_t digest[static AH_SHA384_LEN], const uint8_t expected[static AH_SHA384_LEN], ah_fault *why)
{
	uint8_t now[AH_SHA384_LEN];
	int error = ah_device_write_once(&rtmr->device, register_path(rtmr, RUNTIME).text, ah_slice_make(digest, AH_SHA384_LEN));
	AH_TRY(read_register(rtmr, RUNTIME, now, why));
	if (ah_equal(AH_SLICE_OF(now), ah_slice_make(expected, AH_SHA384_LEN)))
		return AH_OK;
	if (!ah_equal(AH_SLICE_OF(now), AH_SLICE_OF(rtmr->registers[RUNTIME])))
		return refuse_foreign(rtmr, why);
	return ah_device_fault(why, STEP, "extending RTMR3", error != 0 ? error : -EIO);
}

static ah_err extend(ah_rtmr *rtmr, const char *name, ah_slice payload, ah_fault *why)
{
	AH_AUTO(ah_buf) lines = AH_BUF(AH_EVENT_LOG_MAX);
	uint8_t digest[AH_SHA384_LEN], expected[RTMR_COUNT][AH_SHA384_LEN];
	size_t before = rtmr->runtime.len;
	AH_TRY(digest_of(rtmr, name, payload, digest));
	AH_TRY(ah_buf_append(&lines, ah_buf_slice(&rtmr->runtime)));
	AH_TRY(put_line(&lines, name, payload, digest));
	AH_TRY(try_log(rtmr, ah_buf_slice(&lines), expected, why));
	rtmr->unsettled = true; /* until both are done */
	int error = change_file(rtmr, before, ah_slice_sub(ah_buf_slice(&lines), before, lines.len - before));
	if (error != 0)
		return file_fault(rtmr, error, why);
	AH_TRY(extend_register(rtmr, digest, expected[RUNTIME], why));
	rtmr->unsettled = false;
	ah_buf old = rtmr->runtime;
	rtmr->runtime = lines; /* transferred */
	lines = old;
	memcpy(rtmr->registers[RUNTIME], expected[RUNTIME], AH_SHA384_LEN);
	return AH_OK;
}

ah_err ah_rtmr_extend(ah_rtmr *rtmr, const char *name, ah_slice payload, ah_fault *why)
{
	AH_TRY(check_event(name, payload, why));
	(void)pthread_mutex_lock(&rtmr->lock);
	ah_err err = be_settled(rtmr, why);
	if (err == AH_OK)
		err = extend(rtmr, name, payload, why);
	(void)pthread_mutex_unlock(&rtmr->lock);
	return err;
}

static ah_err copy_log(ah_rtmr *rtmr, const ah_slice *registers, ah_buf *out, ah_fault *why)
{
	AH_TRY(be_settled(rtmr, why));
	for (size_t i = 0; registers != NULL && i < RTMR_COUNT; i++)
		if (!ah_slice_is(registers[i], AH_SLICE_OF(rtmr->registers[i])))
			return ah_fault_set(why, AH_ERR_DEVICE_BUSY, STEP, "RTMR%zu was extended meanwhile", i);
	return put_log(out, rtmr, ah_buf_slice(&rtmr->runtime));
}

ah_err ah_rtmr_log(ah_rtmr *rtmr, const ah_slice *registers, ah_buf *out, ah_fault *why)
{
	(void)pthread_mutex_lock(&rtmr->lock);
	ah_err err = copy_log(rtmr, registers, out, why);
	(void)pthread_mutex_unlock(&rtmr->lock);
	return err;
}
