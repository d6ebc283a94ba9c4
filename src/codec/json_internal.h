/* Shared by the files of the JSON reader; not for use elsewhere. */
#ifndef AH_CODEC_JSON_INTERNAL_H
#define AH_CODEC_JSON_INTERNAL_H

#include "base/buf.h"

/* ah_json.state[depth]: what the container at that depth is, and what may come next in it. At depth 0 stands the one value of the text. */
enum {
	AH__JSON_IN_OBJECT = 1,
	AH__JSON_IN_ARRAY = 2,
	AH__JSON_FIRST = 4,          /* nothing was taken from the container yet */
	AH__JSON_VALUE_PENDING = 8,  /* the position is at a value, which is to be taken now */
};

static inline bool ah__json_is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Append the unescaped text of a string that ah_json_open() has accepted. It is never longer than the raw one. errors: NOMEM, LIMIT, with
 * part of the text in out. */
AH_MUST_USE ah_err ah__json_unescape(ah_buf *out, ah_slice raw);

#endif
