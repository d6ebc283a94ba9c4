/* Members of our canonical JSON documents, key and value at once. */
#ifndef AH_POLICY_JSON_PUT_H
#define AH_POLICY_JSON_PUT_H

#include "base/limits.h"
#include "codec/json.h"

#include <inttypes.h>
#include <stdio.h>

static inline void put_member(ah_json_writer *w, const char *key, const char *text)
{
	ah_json_put_key(w, key);
	ah_json_put_text(w, text);
}

static inline void put_member_hex(ah_json_writer *w, const char *key, ah_slice bytes)
{
	ah_json_put_key(w, key);
	ah_json_put_hex(w, bytes);
}

static inline void put_member_int(ah_json_writer *w, const char *key, int64_t value)
{
	ah_json_put_key(w, key);
	ah_json_put_int(w, value);
}

static inline void put_member_bool(ah_json_writer *w, const char *key, bool value)
{
	ah_json_put_key(w, key);
	ah_json_put_bool(w, value);
}

static inline void put_member_null(ah_json_writer *w, const char *key)
{
	ah_json_put_key(w, key);
	ah_json_put_null(w);
}

/* A set of 64 bits as 16 hex digits, most significant first: JSON's integers of other readers end at 2^53. */
static inline void put_member_bits(ah_json_writer *w, const char *key, uint64_t bits)
{
	char text[17];
	(void)snprintf(text, sizeof text, "%016" PRIx64, bits);
	put_member(w, key, text);
}

/* Text that came from evidence: signed, but by a stranger's hand. Only printable ASCII is shown. */
static inline void put_member_foreign(ah_json_writer *w, const char *key, const char *text)
{
	char shown[AH_URL_MAX + 1];
	size_t len = 0;
	for (; text[len] != '\0' && len + 1 < sizeof shown; len++)
		shown[len] = (unsigned char)text[len] < 0x20 || (unsigned char)text[len] > 0x7e ? '?' : text[len];
	shown[len] = '\0';
	if (key != NULL)
		ah_json_put_key(w, key);
	ah_json_put_text(w, shown);
}

static inline void put_member_time(ah_json_writer *w, const char *key, int64_t time_s)
{
	ah_json_put_key(w, key);
	ah_json_put_time(w, time_s);
}

#endif
