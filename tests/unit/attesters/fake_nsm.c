#include "unit/attesters/fake_nsm.h"

#include "codec/cbor.h"
#include "crypto/crypto.h"
#include "platforms/nitro_document.h"
#include "support/test.h"
#include "unit/attesters/evidence.h"

#include <errno.h>

typedef struct parsed {
	ah_slice command;
	uint64_t index;
	ah_slice data, user_data, nonce, public_key;
} parsed;

static ah_slice bytes_or_null(ah_cbor *c)
{
	if (ah_cbor_peek(c) == AH_CBOR_BYTES)
		return ah_cbor_bytes(c);
	ah_cbor_null(c);
	return (ah_slice){ NULL, 0 };
}

static bool parse(parsed *p, ah_slice in)
{
	ah_cbor c;
	ah_cbor_init(&c, in);
	if (ah_cbor_peek(&c) == AH_CBOR_TEXT) {
		p->command = ah_cbor_text(&c);
		return ah_cbor_finish(&c, NULL) == AH_OK;
	}
	ah_cbor_map_begin(&c, NULL);
	p->command = ah_cbor_text(&c);
	ah_cbor_map_begin(&c, NULL);
	while (ah_cbor_more(&c)) {
		ah_slice name = ah_cbor_text(&c);
		if (ah_slice_is_text(name, "index") || ah_slice_is_text(name, "range"))
			p->index = ah_cbor_uint(&c);
		else if (ah_slice_is_text(name, "data"))
			p->data = ah_cbor_bytes(&c);
		else if (ah_slice_is_text(name, "user_data"))
			p->user_data = bytes_or_null(&c);
		else if (ah_slice_is_text(name, "nonce"))
			p->nonce = bytes_or_null(&c);
		else if (ah_slice_is_text(name, "public_key"))
			p->public_key = bytes_or_null(&c);
		else
			return false;
	}
	ah_cbor_end(&c);
	ah_cbor_end(&c);
	return ah_cbor_finish(&c, NULL) == AH_OK;
}

static void must(ah_err err)
{
	assert(err == AH_OK);
}

static void text(ah_buf *out, const char *value)
{
	must(ah_cbor_put_text(out, ah_slice_text(value)));
}

static void open_answer(ah_buf *out, const char *command, size_t members)
{
	must(ah_cbor_put_map(out, 1));
	text(out, command);
	must(ah_cbor_put_map(out, members));
}

static void put_error(ah_buf *out, const char *name)
{
	must(ah_cbor_put_map(out, 1));
	text(out, "Error");
	text(out, name);
}

static void put_description(ah_buf *out, const fake_nsm *nsm)
{
	ah_nitro_document document;
	must(ah_nitro_document_parse(&document, ah_buf_slice(&evidence_of(AH_PLATFORM_NITRO)->evidence), NULL));
	open_answer(out, "DescribeNSM", 7);
	text(out, "digest");
	text(out, nsm->digest != NULL ? nsm->digest : "SHA384");
	text(out, "max_pcrs");
	must(ah_cbor_put_uint(out, 32));
	text(out, "module_id");
	must(ah_cbor_put_text(out, nsm->module_id != NULL ? ah_slice_text(nsm->module_id) : document.module_id.value));
	text(out, "locked_pcrs");
	must(ah_cbor_put_array(out, 2));
	must(ah_cbor_put_uint(out, 0));
	must(ah_cbor_put_uint(out, 31));
	text(out, "version_major");
	must(ah_cbor_put_uint(out, 1));
	text(out, "version_minor");
	must(ah_cbor_put_uint(out, 2));
	text(out, "version_patch");
	must(ah_cbor_put_uint(out, 300));
}

/* The canned document is for one request; for another one the device signs other bytes, which are not what was asked for. */
static void put_document(ah_buf *out)
{
	open_answer(out, "Attestation", 1);
	text(out, "document");
	must(ah_cbor_put_bytes(out, ah_buf_slice(&evidence_of(AH_PLATFORM_NITRO)->evidence)));
}

static void extend(fake_nsm *nsm, const parsed *p)
{
	ah_crypto *crypto = NULL;
	uint8_t value[48];
	const ah_slice parts[] = { ah_slice_make(nsm->pcrs[p->index], 48), p->data };
	must(ah_crypto_new(&crypto, NULL));
	must(ah_hash(crypto, AH_SHA384, parts, 2, value));
	ah_crypto_free(crypto);
	memcpy(nsm->pcrs[p->index], value, sizeof value);
}

static void put_random(ah_buf *out, const fake_nsm *nsm)
{
	uint8_t random[256];
	memset(random, (int)(nsm->requests & 0xff), sizeof random);
	open_answer(out, "GetRandom", 1);
	text(out, "random");
	must(ah_cbor_put_bytes(out, ah_slice_make(random, nsm->random_len != 0 ? nsm->random_len : sizeof random)));
}

static void put_pcr(ah_buf *out, const fake_nsm *nsm, const char *command, uint64_t index, bool with_lock)
{
	open_answer(out, command, with_lock ? 2 : 1);
	text(out, "data");
	must(ah_cbor_put_bytes(out, AH_SLICE_OF(nsm->pcrs[index])));
	if (with_lock) {
		text(out, "lock");
		must(ah_cbor_put_bool(out, (nsm->locked >> index & 1) != 0));
	}
}

static void answer(ah_buf *out, fake_nsm *nsm, const parsed *p)
{
	if (ah_slice_is_text(p->command, "DescribeNSM"))
		put_description(out, nsm);
	else if (ah_slice_is_text(p->command, "GetRandom"))
		put_random(out, nsm);
	else if (ah_slice_is_text(p->command, "Attestation"))
		put_document(out);
	else if (ah_slice_is_text(p->command, "DescribePCR"))
		put_pcr(out, nsm, "DescribePCR", p->index, true);
	else if (ah_slice_is_text(p->command, "LockPCRs")) {
		nsm->locked |= p->index >= 32 ? UINT32_MAX : (UINT32_C(1) << p->index) - 1;
		text(out, "LockPCRs");
	} else if (p->index >= 32)
		put_error(out, "InvalidIndex");
	else if (nsm->locked >> p->index & 1)
		put_error(out, "ReadOnlyIndex");
	else if (ah_slice_is_text(p->command, "ExtendPCR")) {
		extend(nsm, p);
		put_pcr(out, nsm, "ExtendPCR", p->index, false);
	} else {
		nsm->locked |= UINT32_C(1) << p->index;
		text(out, "LockPCR");
	}
}

void fake_nsm_answers(ah_buf *description, ah_buf *attestation)
{
	put_description(description, &(fake_nsm){ .random_len = 0 });
	put_document(attestation);
}

typedef struct raw { uint64_t request, request_len, response, response_len; } raw;

/* The driver cuts a longer response silently. */
static int hand_over(const fake_nsm *nsm, raw *r, ah_slice response)
{
	size_t len = response.len < r->response_len ? response.len : r->response_len;
	if (!nsm->writes_nothing && len != 0)
		memcpy((void *)(uintptr_t)r->response, response.ptr, len);
	r->response_len = nsm->says_len != 0 ? nsm->says_len : len;
	return 0;
}

static int nsm_ioctl(fake *f, unsigned long request, void *argument)
{
	fake_nsm *nsm = f->state;
	raw *r = argument;
	parsed p = { .index = 0 };
	AH_AUTO(ah_buf) out = AH_BUF(1 << 20);
	if (request != 0xc0200a00UL)
		return -EINVAL;
	if (r->request_len > 4096)
		return -EMSGSIZE;
	nsm->requests++;
	nsm->last_request_len = r->request_len;
	memcpy(nsm->last_request, (const void *)(uintptr_t)r->request, r->request_len);
	bool good = parse(&p, ah_slice_make(nsm->last_request, nsm->last_request_len));
	ah_slice canned = good && ah_slice_is_text(p.command, "DescribeNSM") ? nsm->canned_description : nsm->canned;
	if (canned.ptr != NULL)
		return hand_over(nsm, r, canned);
	if (good)
		answer(&out, nsm, &p);
	else
		put_error(&out, "InvalidOperation");
	return hand_over(nsm, r, ah_buf_slice(&out));
}

static int nsm_open(fake *f, const char *path, int flags)
{
	(void)f;
	(void)flags;
	return fake_path_ends(path, "/dev/nsm") ? 0 : -ENOENT;
}

const fake_driver fake_nsm_driver = { .open = nsm_open, .ioctl = nsm_ioctl };
