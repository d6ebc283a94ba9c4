/*
 * /dev/nsm: messages, commands, and the attester.
 *
 * Expected bytes of requests and responses were made with python cbor2; exchanges of QEMU's own module through the kernel's driver are in the vectors.
 * The device underneath answers as the driver and the module do, and wrongly where a case says so.
 */
#include "attesters/nsm.h"
#include "base/fault.h"
#include "codec/json.h"
#include "codec/text.h"
#include "support/test.h"
#include "unit/attesters/evidence.h"
#include "unit/attesters/fake_nsm.h"

#include <errno.h>

#define PCR_HEX "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f"

/* -- Messages -- */

static void requests_are_the_bytes_of_cbor2(void)
{
	uint8_t data[64];
	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (uint8_t)i;
	const struct { ah_nsm_request request; const char *hex; } rows[] = {
		{ { .command = AH_NSM_DESCRIBE_PCR, .index = 3 }, "a16b4465736372696265504352a165696e64657803" },
		{ { .command = AH_NSM_EXTEND_PCR, .index = 16, .data = AH_SLICE_LITERAL("abc") }, "a169457874656e64504352a265696e64657810646461746143616263" },
		{ { .command = AH_NSM_LOCK_PCR, .index = 31 }, "a1674c6f636b504352a165696e646578181f" },
		{ { .command = AH_NSM_LOCK_PCRS, .index = 32 }, "a1684c6f636b50435273a16572616e67651820" },
		{ { .command = AH_NSM_DESCRIBE_NSM }, "6b44657363726962654e534d" },
		{ { .command = AH_NSM_GET_RANDOM }, "6947657452616e646f6d" },
		{ { .command = AH_NSM_ATTESTATION, .user_data = AH_SLICE_OF(data), .nonce = AH_SLICE_LITERAL("NONCE") },
		  "a16b4174746573746174696f6ea369757365725f646174615840" PCR_HEX "303132333435363738393a3b3c3d3e3f656e6f6e6365454e4f4e43456a7075626c69635f6b6579f6" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		AH_AUTO(ah_buf) got = AH_BUF(4096), wanted = AH_BUF(4096);
		EXPECT_OK(ah_nsm_request_write(&got, &rows[i].request));
		ah_test_hex(&wanted, rows[i].hex);
		EXPECT_BYTES(ah_buf_slice(&got), ah_buf_slice(&wanted));
	}
}

static ah_err read_hex(ah_nsm_response *out, ah_buf *bytes, ah_nsm_command command, const char *hex)
{
	*bytes = AH_BUF(1 << 20);
	ah_test_hex(bytes, hex);
	return ah_nsm_response_read(out, command, ah_buf_slice(bytes), NULL);
}

/* Reads with bytes that stay until the test ends. */
#define READ(command, hex) \
	AH_AUTO(ah_buf) bytes_##command = AH_BUF(0); \
	ah_nsm_response command; \
	EXPECT_OK(read_hex(&command, &bytes_##command, AH_NSM_##command, hex))

static void responses_of_cbor2_are_read(void)
{
	AH_AUTO(ah_buf) pcr = AH_BUF(64);
	ah_test_hex(&pcr, PCR_HEX);
	READ(DESCRIBE_PCR, "a16b4465736372696265504352a2646c6f636bf564646174615830" PCR_HEX);
	EXPECT(DESCRIBE_PCR.is_locked && DESCRIBE_PCR.refusal == AH_NSM_ACCEPTED);
	EXPECT_BYTES(DESCRIBE_PCR.data, ah_buf_slice(&pcr));
	READ(EXTEND_PCR, "a169457874656e64504352a164646174615830" PCR_HEX);
	EXPECT_BYTES(EXTEND_PCR.data, ah_buf_slice(&pcr));
	READ(LOCK_PCR, "674c6f636b504352");
	READ(LOCK_PCRS, "684c6f636b50435273");
	EXPECT(LOCK_PCR.refusal == AH_NSM_ACCEPTED && LOCK_PCRS.refusal == AH_NSM_ACCEPTED);
	READ(DESCRIBE_NSM, "a16b44657363726962654e534da76d76657273696f6e5f6d616a6f72016d76657273696f6e5f6d696e6f72006d76657273696f6e5f706174636819012c696d6f64756c65"
	                   "5f69647827692d30313233343536373839616263646566302d656e6330313233343536373839616263646566686d61785f7063727318206b6c6f636b65645f706372738400"
	                   "0102181f6664696765737466534841333834");
	EXPECT(DESCRIBE_NSM.version[0] == 1 && DESCRIBE_NSM.version[1] == 0 && DESCRIBE_NSM.version[2] == 300);
	EXPECT(DESCRIBE_NSM.max_pcrs == 32 && DESCRIBE_NSM.locked_pcrs == 0x80000007);
	EXPECT(ah_slice_is_text(DESCRIBE_NSM.module_id, "i-0123456789abcdef0-enc0123456789abcdef") && ah_slice_is_text(DESCRIBE_NSM.digest, "SHA384"));
	READ(GET_RANDOM, "a16947657452616e646f6da16672616e646f6d4a30313233343536373839");
	EXPECT(ah_slice_is_text(GET_RANDOM.data, "0123456789"));
	READ(ATTESTATION, "a16b4174746573746174696f6ea168646f63756d656e7448646f63756d656e74");
	EXPECT(ah_slice_is_text(ATTESTATION.data, "document"));
}

/* AWS has begun to write maps so in documents. */
static void maps_of_indefinite_length_are_read(void)
{
	READ(EXTEND_PCR, "bf69457874656e64504352bf64646174615830" PCR_HEX "ffff");
	EXPECT(EXTEND_PCR.data.len == 48);
}

static void each_refusal_of_the_module_has_its_own_value(void)
{
	static const char *const names[] = { "InvalidArgument", "InvalidIndex", "InvalidResponse", "ReadOnlyIndex", "InvalidOperation", "BufferTooSmall",
	                                     "InputTooLarge", "InternalError" };
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		AH_AUTO(ah_buf) bytes = AH_BUF(64);
		ah_nsm_response r;
		ah_test_hex(&bytes, "a1654572726f72");
		EXPECT_OK(ah_buf_append_byte(&bytes, (uint8_t)(0x60 + strlen(names[i]))));
		EXPECT_OK(ah_buf_append_text(&bytes, names[i]));
		for (ah_nsm_command command = 0; command < AH_NSM_COMMAND_COUNT; command++) {
			EXPECT_OK(ah_nsm_response_read(&r, command, ah_buf_slice(&bytes), NULL));
			EXPECT(r.refusal == AH_NSM_ACCEPTED + 1 + i && strcmp(ah_nsm_refusal_name(r.refusal), names[i]) == 0);
		}
	}
}

static void what_is_no_response_is_refused(void)
{
	static const struct { ah_nsm_command command; const char *hex; } rows[] = {
		{ AH_NSM_LOCK_PCR, "" },
		{ AH_NSM_LOCK_PCR, "684c6f636b50435273" },                       /* LockPCRs */
		{ AH_NSM_LOCK_PCR, "674c6f636b50435200" },                       /* bytes behind it */
		{ AH_NSM_LOCK_PCR, "a1674c6f636b504352a0" },                     /* a map */
		{ AH_NSM_GET_RANDOM, "6947657452616e646f6d" },                   /* the request come back */
		{ AH_NSM_GET_RANDOM, "a16947657452616e646f6da0" },               /* a member missing */
		{ AH_NSM_GET_RANDOM, "a16947657452616e646f6da16672616e646f6d40" }, /* nothing */
		{ AH_NSM_GET_RANDOM, "a16947657452616e646f6da16672616e646f6d6130" }, /* text */
		{ AH_NSM_GET_RANDOM, "a16947657452616e646f6da26672616e646f6d41306672616e646f6d4131" }, /* twice */
		{ AH_NSM_GET_RANDOM, "a26947657452616e646f6da16672616e646f6d4130614100" }, /* two pairs */
		{ AH_NSM_GET_RANDOM, "a16947657452616e646f6da16672616e646f6d5affffffff" }, /* a length beyond the input */
		{ AH_NSM_GET_RANDOM, "a1654572726f72634e6f70" },                 /* an unknown error */
		{ AH_NSM_GET_RANDOM, "a1654572726f7203" },                       /* no text */
		{ AH_NSM_DESCRIBE_PCR, "a16b4465736372696265504352a164646174615830" PCR_HEX }, /* no lock */
		{ AH_NSM_DESCRIBE_PCR, "a16b4465736372696265504352a2646c6f636b0164646174615830" PCR_HEX }, /* lock is 1 */
		{ AH_NSM_EXTEND_PCR, "a169457874656e64504352a1646461746143616263" }, /* three bytes */
		{ AH_NSM_EXTEND_PCR, "a16b4465736372696265504352a2646c6f636bf564646174615830" PCR_HEX }, /* DescribePCR */
		/* DescribeNSM: PCR 32; PCR 1 twice; PCR 31 of 16; digest MD5; module_id with a line feed; 33 PCRs; a version of 17 bits */
#define NSM(max, locked, digest, module, patch) \
	"a16b44657363726962654e534da76d76657273696f6e5f6d616a6f72016d76657273696f6e5f6d696e6f72006d76657273696f6e5f7061746368" patch \
	"696d6f64756c655f6964" module "686d61785f70637273" max "6b6c6f636b65645f70637273" locked "66646967657374" digest
		{ AH_NSM_DESCRIBE_NSM, NSM("1820", "811820", "66534841333834", "6141", "00") },
		{ AH_NSM_DESCRIBE_NSM, NSM("1820", "820101", "66534841333834", "6141", "00") },
		{ AH_NSM_DESCRIBE_NSM, NSM("10", "81181f", "66534841333834", "6141", "00") },
		{ AH_NSM_DESCRIBE_NSM, NSM("1820", "80", "634d4435", "6141", "00") },
		{ AH_NSM_DESCRIBE_NSM, NSM("1820", "80", "66534841333834", "62410a", "00") },
		{ AH_NSM_DESCRIBE_NSM, NSM("1821", "80", "66534841333834", "6141", "00") },
		{ AH_NSM_DESCRIBE_NSM, NSM("1820", "80", "66534841333834", "6141", "1a00010000") },
		{ AH_NSM_DESCRIBE_NSM, NSM("00", "80", "66534841333834", "6141", "00") },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		AH_AUTO(ah_buf) bytes = AH_BUF(4096);
		ah_nsm_response r;
		ah_err err = read_hex(&r, &bytes, rows[i].command, rows[i].hex);
		EXPECT_MSG(err == AH_ERR_DEVICE_ANSWER, "row %zu: got %s", i, ah_err_name(err));
	}
	AH_AUTO(ah_buf) good = AH_BUF(4096);
	ah_nsm_response r;
	EXPECT_OK(read_hex(&r, &good, AH_NSM_DESCRIBE_NSM, NSM("1820", "80", "66534841333834", "6141", "00")));
}

static void every_cut_and_every_flip_is_refused_or_read_within_bounds(void)
{
	AH_AUTO(ah_buf) bytes = AH_BUF(4096);
	ah_test_hex(&bytes, "a16b4465736372696265504352a2646c6f636bf564646174615830" PCR_HEX);
	ah_nsm_response r;
	for (size_t len = 0; len < bytes.len; len++)
		EXPECT_ERR(ah_nsm_response_read(&r, AH_NSM_DESCRIBE_PCR, ah_slice_make(bytes.ptr, len), NULL), AH_ERR_DEVICE_ANSWER);
	for (size_t bit = 0; bit < 8 * bytes.len; bit++) {
		bytes.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
		ah_err err = ah_nsm_response_read(&r, AH_NSM_DESCRIBE_PCR, ah_buf_slice(&bytes), NULL);
		EXPECT(err == AH_ERR_DEVICE_ANSWER || (err == AH_OK && r.data.len == 48));
		bytes.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	ah_test_count(bytes.len * 9);
}

static void a_response_larger_than_the_kernels_is_refused(void)
{
	AH_AUTO(ah_buf) bytes = AH_BUF(AH_NSM_RESPONSE_MAX + 1);
	EXPECT_OK(ah_buf_reserve(&bytes, AH_NSM_RESPONSE_MAX + 1));
	bytes.len = AH_NSM_RESPONSE_MAX + 1;
	ah_nsm_response r;
	EXPECT_ERR(ah_nsm_response_read(&r, AH_NSM_ATTESTATION, ah_buf_slice(&bytes), NULL), AH_ERR_DEVICE_ANSWER);
}

/* What QEMU's module answered through the kernel's driver. */
static void transcripts_of_another_module_are_read(void)
{
	static const struct { const char *name; ah_nsm_command command; ah_nsm_refusal refusal; } rows[] = {
		{ "DescribeNSM", AH_NSM_DESCRIBE_NSM, AH_NSM_ACCEPTED }, { "GetRandom", AH_NSM_GET_RANDOM, AH_NSM_ACCEPTED },
		{ "DescribePCR0", AH_NSM_DESCRIBE_PCR, AH_NSM_ACCEPTED }, { "ExtendPCR16", AH_NSM_EXTEND_PCR, AH_NSM_ACCEPTED },
		{ "LockPCR16", AH_NSM_LOCK_PCR, AH_NSM_ACCEPTED }, { "ExtendPCR16_locked", AH_NSM_EXTEND_PCR, AH_NSM_READ_ONLY_INDEX },
		{ "DescribePCR64", AH_NSM_DESCRIBE_PCR, AH_NSM_INVALID_INDEX }, { "Attestation", AH_NSM_ATTESTATION, AH_NSM_ACCEPTED },
	};
	AH_AUTO(ah_buf) text = AH_BUF(1 << 20);
	if (ah_test_vectors() == NULL || !ah_test_read(&text, "%s/nitro/nsm/qemu-transcripts.json", ah_test_vectors()))
		AH_SKIP("../shared/vectors absent");
	ah_json json;
	ah_slice key, name = { NULL, 0 }, response = { NULL, 0 };
	size_t seen = 0;
	EXPECT_OK(ah_json_open(&json, ah_buf_slice(&text), AH_JSON_VENDOR, NULL));
	ah_json_object_begin(&json);
	while (ah_json_next_member(&json, &key)) {
		if (!ah_slice_is_text(key, "transcripts")) {
			(void)ah_json_raw(&json);
			continue;
		}
		ah_json_array_begin(&json);
		while (ah_json_next_element(&json)) {
			ah_json_object_begin(&json);
			while (ah_json_next_member(&json, &key)) {
				ah_slice value = ah_json_string_raw(&json);
				name = ah_slice_is_text(key, "name") ? value : name;
				response = ah_slice_is_text(key, "response") ? value : response;
			}
			for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
				if (!ah_slice_is_text(name, rows[i].name))
					continue;
				AH_AUTO(ah_buf) bytes = AH_BUF(1 << 16);
				ah_nsm_response r;
				EXPECT_OK(ah_hex_decode(&bytes, response));
				EXPECT_OK(ah_nsm_response_read(&r, rows[i].command, ah_buf_slice(&bytes), NULL));
				EXPECT(r.refusal == rows[i].refusal);
				seen++;
			}
		}
	}
	EXPECT_OK(ah_json_finish(&json, NULL));
	EXPECT(seen == sizeof rows / sizeof rows[0]);
}

/* -- Commands over the device -- */

static void commands_do_what_they_say(void)
{
	fake_nsm module = { .random_len = 0 };
	AH_AUTO(fake) f;
	fake_init(&f, &fake_nsm_driver, &module);
	ah_nsm_description description;
	ah_nsm_pcr pcr;
	ah_nsm *nsm = NULL;
	/* SHA-384 of 48 zero bytes and "abc": hashlib.sha384(bytes(48) + b"abc"). */
	AH_AUTO(ah_buf) extended = AH_BUF(48);
	ah_test_hex(&extended, "b1c16eb7634112b7c9d5ebd27e62a2d4528bbfcfd68b62d3afd9ecf98e0f413a84314acce78317fb69fd895155343e09");
	EXPECT_OK(ah_nsm_open(&nsm, &f.device, NULL, NULL));
	EXPECT_OK(ah_nsm_describe(nsm, &description, NULL));
	EXPECT(description.version[2] == 300 && description.max_pcrs == 32 && description.locked_pcrs == 0x80000001 && strcmp(description.digest, "SHA384") == 0);
	EXPECT_OK(ah_nsm_extend_pcr(nsm, 16, AH_SLICE_LITERAL("abc"), &pcr, NULL));
	EXPECT_BYTES(ah_slice_make(pcr.value, pcr.len), ah_buf_slice(&extended));
	EXPECT_OK(ah_nsm_lock_pcr(nsm, 16, NULL));
	EXPECT_OK(ah_nsm_describe_pcr(nsm, 16, &pcr, NULL));
	EXPECT(pcr.is_locked);
	EXPECT_BYTES(ah_slice_make(pcr.value, pcr.len), ah_buf_slice(&extended));
	EXPECT_ERR(ah_nsm_extend_pcr(nsm, 16, AH_SLICE_LITERAL("abc"), &pcr, NULL), AH_ERR_DEVICE_FAILED);
	EXPECT(ah_nsm_last_refusal(nsm) == AH_NSM_READ_ONLY_INDEX);
	EXPECT_OK(ah_nsm_lock_pcrs(nsm, 32, NULL));
	EXPECT(ah_nsm_last_refusal(nsm) == AH_NSM_ACCEPTED && module.locked == UINT32_MAX);
	ah_nsm_free(nsm);
	EXPECT(fake_open_files(&f) == 0);
}

static void arguments_are_checked_before_the_device_is_asked(void)
{
	static const uint8_t data[4096];
	fake_nsm module = { .random_len = 0 };
	AH_AUTO(fake) f;
	fake_init(&f, &fake_nsm_driver, &module);
	AH_AUTO_PTR(ah_nsm) nsm = NULL;
	ah_nsm_pcr pcr;
	uint8_t *random = NULL;
	EXPECT_OK(ah_nsm_open(&nsm, &f.device, NULL, NULL));
	EXPECT_ERR(ah_nsm_describe_pcr(nsm, 32, &pcr, NULL), AH_ERR_ARGUMENT);
	EXPECT_ERR(ah_nsm_extend_pcr(nsm, 32, AH_SLICE_LITERAL("a"), &pcr, NULL), AH_ERR_ARGUMENT);
	EXPECT_ERR(ah_nsm_extend_pcr(nsm, 16, (ah_slice){ NULL, 0 }, &pcr, NULL), AH_ERR_ARGUMENT);
	EXPECT_ERR(ah_nsm_extend_pcr(nsm, 16, ah_slice_make(data, 4033), &pcr, NULL), AH_ERR_ARGUMENT);
	EXPECT_ERR(ah_nsm_lock_pcr(nsm, 32, NULL), AH_ERR_ARGUMENT);
	EXPECT_ERR(ah_nsm_lock_pcrs(nsm, 33, NULL), AH_ERR_ARGUMENT);
	EXPECT_ERR(ah_nsm_random(nsm, random, 64 * 1024 + 1, NULL), AH_ERR_ARGUMENT);
	EXPECT(module.requests == 0);
	EXPECT_OK(ah_nsm_extend_pcr(nsm, 16, ah_slice_make(data, 4032), &pcr, NULL));
	EXPECT(module.last_request_len <= AH_NSM_REQUEST_MAX);
}

static void random_bytes_come_in_as_many_calls_as_it_takes(void)
{
	fake_nsm module = { .random_len = 0 };
	AH_AUTO(fake) f;
	fake_init(&f, &fake_nsm_driver, &module);
	AH_AUTO_PTR(ah_nsm) nsm = NULL;
	uint8_t out[600];
	EXPECT_OK(ah_nsm_open(&nsm, &f.device, NULL, NULL));
	EXPECT_OK(ah_nsm_random(nsm, out, sizeof out, NULL));
	EXPECT(module.requests == 3 && out[0] == 1 && out[255] == 1 && out[256] == 2 && out[512] == 3 && out[599] == 3);
	module.random_len = 1; /* a device that trickles is not asked for ever */
	memset(out, 0xaa, sizeof out);
	EXPECT_ERR(ah_nsm_random(nsm, out, sizeof out, NULL), AH_ERR_DEVICE_ANSWER);
	EXPECT(module.requests == 3 + AH_NSM_RANDOM_CALLS_MAX);
	EXPECT(ah_slice_is_zero(AH_SLICE_OF(out)));
}

static ah_err describe_with(fake_trouble trouble, unsigned *calls, int64_t *waited_ms)
{
	fake_nsm module = { .random_len = 0 };
	AH_AUTO(fake) f;
	fake_init(&f, &fake_nsm_driver, &module);
	fake_add_trouble(&f, trouble);
	AH_AUTO_PTR(ah_nsm) nsm = NULL;
	ah_nsm_description description;
	ah_err err = ah_nsm_open(&nsm, &f.device, NULL, NULL);
	if (err == AH_OK)
		err = ah_nsm_describe(nsm, &description, NULL);
	*calls = f.calls[FAKE_IOCTL];
	*waited_ms = f.now_ms - 1000;
	return err;
}

static void errors_of_the_driver_have_their_class(void)
{
	static const struct { fake_trouble trouble; ah_err err; unsigned calls; } rows[] = {
		{ { .op = FAKE_OPEN, .error = ENOENT, .times = 1 }, AH_ERR_DEVICE_ABSENT, 0 },
		{ { .op = FAKE_OPEN, .error = ENXIO, .times = 1 }, AH_ERR_DEVICE_ABSENT, 0 },
		{ { .op = FAKE_OPEN, .error = EACCES, .times = 1 }, AH_ERR_DEVICE_FAILED, 0 },
		{ { .op = FAKE_IOCTL, .error = EIO, .times = 1 }, AH_ERR_DEVICE_FAILED, 1 },
		{ { .op = FAKE_IOCTL, .error = ENODATA, .times = 1 }, AH_ERR_DEVICE_FAILED, 1 },
		{ { .op = FAKE_IOCTL, .error = ENOTTY, .times = 1 }, AH_ERR_DEVICE_FAILED, 1 },
		{ { .op = FAKE_IOCTL, .error = ENOMEM, .times = 1 }, AH_ERR_NOMEM, 1 },
		{ { .op = FAKE_IOCTL, .error = EINTR, .times = 1 }, AH_OK, 2 },
		{ { .op = FAKE_IOCTL, .error = EAGAIN, .times = 3 }, AH_OK, 4 },
		{ { .op = FAKE_IOCTL, .error = EBUSY, .times = 5 }, AH_OK, 6 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unsigned calls = 0;
		int64_t waited = 0;
		ah_err err = describe_with(rows[i].trouble, &calls, &waited);
		EXPECT_MSG(err == rows[i].err && calls == rows[i].calls, "row %zu: got %s after %u calls", i, ah_err_name(err), calls);
	}
}

static void a_busy_device_is_given_up_at_the_deadline(void)
{
	unsigned calls = 0;
	int64_t waited = 0;
	EXPECT_ERR(describe_with((fake_trouble){ .op = FAKE_IOCTL, .error = EBUSY, .times = 10000 }, &calls, &waited), AH_ERR_DEVICE_BUSY);
	EXPECT(waited <= AH_DEVICE_TIMEOUT_MS && waited >= AH_DEVICE_TIMEOUT_MS - 2 * AH_DEVICE_PAUSE_MAX_MS);
	EXPECT(calls < 30);
}

/* Whether the module did it is not known: extending twice would be another value. */
static void a_command_that_changes_a_pcr_is_never_repeated(void)
{
	fake_nsm module = { .random_len = 0 };
	AH_AUTO(fake) f;
	fake_init(&f, &fake_nsm_driver, &module);
	fake_add_trouble(&f, (fake_trouble){ .op = FAKE_IOCTL, .error = EINTR, .times = 1, .is_late = true });
	AH_AUTO_PTR(ah_nsm) nsm = NULL;
	ah_nsm_pcr pcr;
	EXPECT_OK(ah_nsm_open(&nsm, &f.device, NULL, NULL));
	EXPECT_ERR(ah_nsm_extend_pcr(nsm, 16, AH_SLICE_LITERAL("abc"), &pcr, NULL), AH_ERR_DEVICE_BUSY);
	EXPECT(module.requests == 1);
}

/* -- The attester -- */

typedef struct attempt {
	fake f;
	fake_nsm module;
	ah_attest_request request;
	ah_attest_result result;
	ah_fault why;
	bool had_attester;
} attempt;

static void attempt_auto(attempt *a)
{
	ah_attest_result_free(&a->result);
	fake_free(&a->f);
}

static void attempt_init(attempt *a)
{
	*a = (attempt){ .request = evidence_request(AH_PLATFORM_NITRO) };
	fake_init(&a->f, &fake_nsm_driver, &a->module);
}

static ah_err attest(attempt *a)
{
	AH_AUTO_PTR(ah_attester) attester = NULL;
	a->why = (ah_fault){ .offset = AH_NO_OFFSET };
	ah_err err = ah_nsm_attester_new(&attester, &a->f.device, NULL, &a->why);
	a->had_attester = err == AH_OK;
	if (err == AH_OK)
		err = ah_attest(attester, &a->request, &a->result, &a->why);
	return err;
}

static void a_document_of_the_device_is_accepted_by_the_door(void)
{
	AH_AUTO(attempt) a;
	ah_result said;
	attempt_init(&a);
	EXPECT_OK(attest(&a));
	EXPECT(fake_open_files(&a.f) == 0);
	EXPECT_OK(evidence_judge(AH_PLATFORM_NITRO, &a.request, &a.result, &said));
	EXPECT(said == AH_RESULT_SIMULATED);
}

static void a_document_for_another_request_is_not_handed_on(void)
{
	static const uint8_t other[16] = "another nonce...";
	for (int field = 0; field < 5; field++) {
		AH_AUTO(attempt) a;
		attempt_init(&a);
		if (field == 0)
			a.request.report_data[63] ^= 1;
		if (field == 1)
			a.request.nonce = AH_SLICE_OF(other);
		if (field == 2)
			a.request.nonce = (ah_slice){ NULL, 0 };
		if (field == 3)
			a.request.public_key.len--;
		if (field == 4)
			a.request.public_key = (ah_slice){ NULL, 0 };
		EXPECT_ERR(attest(&a), AH_ERR_DEVICE_ANSWER);
		EXPECT(a.result.evidence.len == 0 && a.had_attester);
	}
}

static void a_document_of_another_module_is_not_handed_on(void)
{
	AH_AUTO(attempt) a;
	attempt_init(&a);
	a.module.module_id = "i-0-enc0";
	EXPECT_ERR(attest(&a), AH_ERR_DEVICE_ANSWER);
	a.module.module_id = NULL;
	a.module.digest = "SHA512";
	EXPECT_ERR(attest(&a), AH_ERR_DEVICE_ANSWER);
	EXPECT(a.had_attester);
}

static void requests_beyond_the_limits_never_reach_the_device(void)
{
	static const uint8_t bytes[1025];
	AH_AUTO(attempt) a;
	attempt_init(&a);
	a.request.nonce = ah_slice_make(bytes, 513);
	EXPECT_ERR(attest(&a), AH_ERR_ARGUMENT);
	a.request.nonce = ah_slice_make(bytes, 512);
	a.request.public_key = ah_slice_make(bytes, 1025);
	EXPECT_ERR(attest(&a), AH_ERR_ARGUMENT);
	EXPECT(a.module.requests == 2); /* DescribeNSM of each attester */
	a.request.public_key = ah_slice_make(bytes, 1024);
	EXPECT_ERR(attest(&a), AH_ERR_DEVICE_ANSWER); /* the largest request is sent; the document is of another one */
}

static void garbage_in_place_of_a_document_is_refused(void)
{
	static const uint8_t zeros[64], long_text[] = { 0x78, 0x40 };
	const ah_slice rows[] = {
		AH_SLICE_OF(zeros), AH_SLICE_OF(long_text), AH_SLICE_LITERAL("\xa1\x6b" "Attestation\xa1\x68" "document\x43" "abc"),
		AH_SLICE_LITERAL("\xa1\x65" "Error\x6d" "InternalError"),
	};
	const ah_err errors[] = { AH_ERR_DEVICE_ANSWER, AH_ERR_DEVICE_ANSWER, AH_ERR_DEVICE_ANSWER, AH_ERR_DEVICE_FAILED };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		AH_AUTO(attempt) a;
		attempt_init(&a);
		a.module.canned = rows[i];
		EXPECT_ERR(attest(&a), errors[i]);
		EXPECT(a.had_attester && a.result.evidence.len == 0);
	}
}

static void lengths_that_the_kernel_invents_are_refused(void)
{
	AH_AUTO(attempt) a;
	attempt_init(&a);
	a.module.says_len = AH_NSM_RESPONSE_MAX + 1;
	EXPECT_ERR(attest(&a), AH_ERR_DEVICE_ANSWER);
	a.module.says_len = UINT64_MAX;
	EXPECT_ERR(attest(&a), AH_ERR_DEVICE_ANSWER);
	a.module.says_len = 1;
	EXPECT_ERR(attest(&a), AH_ERR_DEVICE_ANSWER);
}

static void an_answer_that_was_not_written_is_not_the_one_before(void)
{
	fake_nsm module = { .random_len = 0 };
	AH_AUTO(fake) f;
	fake_init(&f, &fake_nsm_driver, &module);
	AH_AUTO_PTR(ah_nsm) nsm = NULL;
	uint8_t out[32];
	EXPECT_OK(ah_nsm_open(&nsm, &f.device, NULL, NULL));
	EXPECT_OK(ah_nsm_random(nsm, out, sizeof out, NULL));
	ah_nsm_pcr pcr;
	EXPECT_OK(ah_nsm_describe_pcr(nsm, 0, &pcr, NULL));
	module.writes_nothing = true;
	EXPECT_ERR(ah_nsm_describe_pcr(nsm, 0, &pcr, NULL), AH_ERR_DEVICE_ANSWER);
}

static const ah_test_case cases[] = {
	AH_TEST(requests_are_the_bytes_of_cbor2),
	AH_TEST(responses_of_cbor2_are_read),
	AH_TEST(maps_of_indefinite_length_are_read),
	AH_TEST(each_refusal_of_the_module_has_its_own_value),
	AH_TEST(what_is_no_response_is_refused),
	AH_TEST(every_cut_and_every_flip_is_refused_or_read_within_bounds),
	AH_TEST(a_response_larger_than_the_kernels_is_refused),
	AH_TEST(transcripts_of_another_module_are_read),
	AH_TEST(commands_do_what_they_say),
	AH_TEST(arguments_are_checked_before_the_device_is_asked),
	AH_TEST(random_bytes_come_in_as_many_calls_as_it_takes),
	AH_TEST(errors_of_the_driver_have_their_class),
	AH_TEST(a_busy_device_is_given_up_at_the_deadline),
	AH_TEST(a_command_that_changes_a_pcr_is_never_repeated),
	AH_TEST(a_document_of_the_device_is_accepted_by_the_door),
	AH_TEST(a_document_for_another_request_is_not_handed_on),
	AH_TEST(a_document_of_another_module_is_not_handed_on),
	AH_TEST(requests_beyond_the_limits_never_reach_the_device),
	AH_TEST(garbage_in_place_of_a_document_is_refused),
	AH_TEST(lengths_that_the_kernel_invents_are_refused),
	AH_TEST(an_answer_that_was_not_written_is_not_the_one_before),
};

AH_TEST_MAIN(cases)
