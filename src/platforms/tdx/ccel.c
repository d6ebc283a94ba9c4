/*
 * CCEL: the event log that TDX firmware leaves in an ACPI table, in the crypto-agile form of the TCG.
 *
 *   first record   index u32 | type u32 = 3 | SHA-1 of zeros, 20 | size u32 | Spec ID event
 *   Spec ID event  "Spec ID Event03\0" | class u32 | minor, major, errata, uintn u8 | algorithms u32 | { alg u16, size u16 } .. | vendor len u8, bytes
 *   other records  index u32 | type u32 | digests u32 | { alg u16, digest } .. | size u32 | event data
 * index 0 is MRTD, 1..4 are RTMR0..3. The log ends with its buffer, or where nothing but 0xff, or nothing but zero, is left.
 * All integers little-endian. Spec: TCG PC Client Platform Firmware Profile 10.2 and 10.4; UEFI 2.10, 38.4.
 */
#include "platforms/tdx/event_log_internal.h"

#include "base/fault.h"
#include "base/reader.h"

#include <inttypes.h>

#define STEP "event_log.ccel"

#define INDEX_MAX        4
#define ALGORITHMS_MAX   8
#define ALG_SHA384       0x000c
#define SHA384_DIGEST_LEN 48
#define SPEC_ID          "Spec ID Event03" /* with its NUL */
#define SPEC_ID_FAMILY   "Spec ID Event"

/* TCG Algorithm Registry. Another algorithm would make its digest a length that nobody vouches for. */
static const struct { uint16_t alg, len; } known_algorithms[] = { { 0x0004, 20 }, { 0x000b, 32 }, { ALG_SHA384, SHA384_DIGEST_LEN }, { 0x000d, 64 }, { 0x0012, 32 } };

typedef struct ccel {
	ah_event_log *log;
	ah_reader r;
	size_t algorithm_count;
	struct { uint16_t alg, len; } algorithms[ALGORITHMS_MAX];
	ah_fault *why;
} ccel;

static ah_err refuse(const ccel *c, size_t off, const char *what)
{
	return ah_fault_at(c->why, AH_ERR_EVENT_LOG_MALFORMED, STEP, off, "%s", what);
}

/* -- The header -- */

static uint16_t known_len(uint16_t alg)
{
	for (size_t i = 0; i < sizeof known_algorithms / sizeof known_algorithms[0]; i++)
		if (known_algorithms[i].alg == alg)
			return known_algorithms[i].len;
	return 0;
}

/* The digest length of an algorithm that the header declares; 0 for any other. */
static uint16_t declared_len(const ccel *c, uint16_t alg)
{
	for (size_t i = 0; i < c->algorithm_count; i++)
		if (c->algorithms[i].alg == alg)
			return c->algorithms[i].len;
	return 0;
}

static ah_err read_algorithms(ccel *c, ah_reader *r, size_t base)
{
	size_t count_off = base + ah_reader_pos(r);
	uint32_t count = ah_read_le32(r);
	if (r->err == AH_OK && (count == 0 || count > ALGORITHMS_MAX))
		return refuse(c, count_off, "the Spec ID event declares no digest algorithm, or more than 8");
	for (uint32_t i = 0; i < count && r->err == AH_OK; i++) {
		size_t off = base + ah_reader_pos(r);
		uint16_t alg = ah_read_le16(r), len = ah_read_le16(r);
		if (r->err != AH_OK)
			break;
		if (known_len(alg) == 0 || known_len(alg) != len)
			return ah_fault_at(c->why, AH_ERR_EVENT_LOG_MALFORMED, STEP, off, "digest algorithm 0x%04x of %u bytes is not known", alg, len);
		if (declared_len(c, alg) != 0)
			return refuse(c, off, "the Spec ID event declares an algorithm twice");
		c->algorithms[i].alg = alg;
		c->algorithms[i].len = len;
		c->algorithm_count = i + 1;
	}
	if (r->err == AH_OK && declared_len(c, ALG_SHA384) == 0)
		return refuse(c, count_off, "no SHA-384 among the digest algorithms");
	return AH_OK;
}

static ah_err read_spec_id(ccel *c, ah_slice event, size_t base)
{
	ah_reader r = { .in = event };
	if (!ah_slice_is(ah_read_bytes(&r, sizeof SPEC_ID), ah_slice_make(SPEC_ID, sizeof SPEC_ID)))
		return refuse(c, base, "the log does not begin with a Spec ID event of version 03");
	ah_read_skip(&r, 4);
	size_t version_off = base + ah_reader_pos(&r);
	uint8_t minor = ah_read_u8(&r), major = ah_read_u8(&r);
	ah_read_skip(&r, 2); /* errata and uintn size: td-shim has 105 in the first */
	if (r.err == AH_OK && (major != 2 || minor != 0))
		return ah_fault_at(c->why, AH_ERR_EVENT_LOG_MALFORMED, STEP, version_off, "Spec ID event of version %u.%u, known is 2.0", major, minor);
	AH_TRY(read_algorithms(c, &r, base));
	ah_read_skip(&r, ah_read_u8(&r));
	return ah_reader_finish(&r) == AH_OK ? AH_OK : refuse(c, base + r.err_off, "the Spec ID event is not as long as its parts");
}

static ah_err read_header(ccel *c)
{
	ah_read_skip(&c->r, 4); /* EDK2 writes 1, td-shim 0: nothing is extended */
	uint32_t type = ah_read_le32(&c->r);
	ah_slice digest = ah_read_bytes(&c->r, 20);
	uint32_t len = ah_read_le32(&c->r);
	size_t off = ah_reader_pos(&c->r);
	ah_slice event = ah_read_bytes(&c->r, len);
	if (c->r.err != AH_OK)
		return refuse(c, c->r.err_off, "the first record ends outside of the log");
	if (type != AH_EVENT_TYPE_NO_ACTION || !ah_slice_is_zero(digest))
		return refuse(c, 4, "the first record is not the Spec ID event");
	return read_spec_id(c, event, off);
}

/* -- The records -- */

/* Nothing left, or one filler byte alone. The scan ends at the first byte of a record that differs, so a whole log is looked at twice at most. */
static bool is_end(ah_slice rest)
{
	if (rest.len == 0)
		return true;
	if (rest.ptr[0] != 0 && rest.ptr[0] != 0xff)
		return false;
	for (size_t i = 1; i < rest.len; i++)
		if (rest.ptr[i] != rest.ptr[0])
			return false;
	return true;
}

/* Every declared algorithm once, in any order: a record that leaves one out, or has one twice, has two readings. */
static ah_err read_digests(ccel *c, ah_event *event)
{
	size_t count_off = ah_reader_pos(&c->r);
	uint32_t count = ah_read_le32(&c->r), seen = 0;
	if (c->r.err == AH_OK && count != c->algorithm_count)
		return ah_fault_at(c->why, AH_ERR_EVENT_LOG_MALFORMED, STEP, count_off, "%" PRIu32 " digests, the log declares %zu", count, c->algorithm_count);
	for (uint32_t i = 0; i < count && c->r.err == AH_OK; i++) {
		size_t off = ah_reader_pos(&c->r), at = 0;
		uint16_t alg = ah_read_le16(&c->r);
		while (at < c->algorithm_count && c->algorithms[at].alg != alg)
			at++;
		if (c->r.err == AH_OK && (at == c->algorithm_count || (seen >> at & 1) != 0))
			return ah_fault_at(c->why, AH_ERR_EVENT_LOG_MALFORMED, STEP, off, "digest algorithm 0x%04x is not declared, or stands twice", alg);
		if (alg == ALG_SHA384)
			ah_read_array(&c->r, event->digest, SHA384_DIGEST_LEN);
		else if (c->r.err == AH_OK)
			ah_read_skip(&c->r, c->algorithms[at].len);
		seen |= UINT32_C(1) << at;
	}
	return AH_OK;
}

static bool is_spec_id(ah_slice content)
{
	return content.len >= sizeof SPEC_ID_FAMILY - 1 && ah_slice_is_text(ah_slice_sub(content, 0, sizeof SPEC_ID_FAMILY - 1), SPEC_ID_FAMILY);
}

static ah_err read_record(ccel *c)
{
	ah_event event = { .rtmr = -1, .off = ah_reader_pos(&c->r) };
	uint32_t index = ah_read_le32(&c->r);
	event.type = ah_read_le32(&c->r);
	if (c->r.err == AH_OK && index > INDEX_MAX)
		return ah_fault_at(c->why, AH_ERR_EVENT_LOG_MALFORMED, STEP, event.off, "measurement register %" PRIu32 ", at most %d", index, INDEX_MAX);
	AH_TRY(read_digests(c, &event));
	uint32_t len = ah_read_le32(&c->r);
	event.content = ah_read_bytes(&c->r, len);
	if (c->r.err != AH_OK)
		return refuse(c, c->r.err_off, "a record ends outside of the log");
	event.len = ah_reader_pos(&c->r) - event.off;
	if (event.type == AH_EVENT_TYPE_NO_ACTION && is_spec_id(event.content))
		return refuse(c, event.off, "a second Spec ID event");
	if (index != 0 && event.type != AH_EVENT_TYPE_NO_ACTION)
		event.rtmr = (int)index - 1;
	return ah__event_log_add(c->log, &event, c->why);
}

ah_err ah__ccel_read(ah_event_log *log, ah_slice bytes, ah_fault *why)
{
	ccel c = { .log = log, .r = { .in = bytes }, .why = why };
	AH_TRY(read_header(&c));
	while (!is_end(ah_slice_sub(bytes, ah_reader_pos(&c.r), ah_reader_left(&c.r))))
		AH_TRY(read_record(&c));
	return AH_OK;
}
