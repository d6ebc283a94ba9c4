/*
 * The check behind ah_json_open(): one pass over the text against the grammar of RFC 8259, then a search for names that occur twice.
 *
 * The pass keeps a stack of AH_JSON_DEPTH_MAX containers and an array with an entry per member; names with escapes are unescaped once, beside the
 * text. Sorting the array by object and name brings equal names together, in n log n comparisons whatever the names are; a hash table would need
 * a secret key to be safe from chosen names.
 */
#include "codec/json.h"

#include "base/fault.h"
#include "codec/json_internal.h"
#include "codec/text.h"

#define STEP          "json.check"
#define UNICODE_HEX   4
/* A member is two tokens, so this many are never reached; see count_token(). */
#define MEMBERS_MAX(tokens_max) ((tokens_max) / 2 + 1)

static_assert(AH_JSON_MAX <= UINT32_MAX && AH_SAVED_MAX <= UINT32_MAX, "a position in the text fits the fields of a member");

typedef struct member {
	ah_slice name;
	uint32_t off;       /* of the name in the text */
	uint32_t object;    /* the number of its object, in the order of opening */
} member;

typedef struct check {
	ah_slice in;
	size_t pos;
	bool vendor;
	ah_fault *why;
	size_t tokens, tokens_max, depth;
	struct { bool is_object; uint32_t object; } level[AH_JSON_DEPTH_MAX];
	uint32_t objects;
	member *members;
	size_t member_count, member_cap;
} check;

static ah_err refuse(check *c, size_t off, const char *what)
{
	return ah_fault_at(c->why, AH_ERR_JSON, STEP, off, "%s", what);
}

/* The byte at the position, 0 at the end: NUL stands nowhere in a JSON text, so no test for a character passes there. */
static uint8_t current(const check *c)
{
	return c->pos < c->in.len ? c->in.ptr[c->pos] : 0;
}

static bool take(check *c, uint8_t wanted)
{
	if (c->pos == c->in.len || c->in.ptr[c->pos] != wanted)
		return false;
	c->pos++;
	return true;
}

static void skip_space(check *c)
{
	while (ah__json_is_space(current(c)))
		c->pos++;
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static ah_err count_token(check *c)
{
	if (c->tokens == c->tokens_max)
		return ah_fault_at(c->why, AH_ERR_TOO_LARGE, STEP, c->pos, "more than %zu values and names", c->tokens_max);
	c->tokens++;
	return AH_OK;
}

static bool take_hex4(check *c, unsigned *out)
{
	unsigned v = 0;
	for (int i = 0; i < UNICODE_HEX; i++, c->pos++) {
		uint8_t d = current(c), lower = d | 0x20;
		if (is_digit(d))
			v = v << 4 | (unsigned)(d - '0');
		else if (lower >= 'a' && lower <= 'f')
			v = v << 4 | (unsigned)(lower - 'a' + 10);
		else
			return false;
	}
	*out = v;
	return true;
}

/* Behind the backslash. RFC 8259 7: a character outside of the basic plane is a pair of escapes; half a pair stands for no character. */
static ah_err check_escape(check *c, size_t start)
{
	unsigned high = 0, low = 0;
	uint8_t kind = current(c);
	if (kind == 0 || strchr("\"\\/bfnrtu", kind) == NULL)
		return refuse(c, start, "an escape that JSON does not have");
	c->pos++;
	if (kind != 'u')
		return AH_OK;
	if (!take_hex4(c, &high))
		return refuse(c, start, "\\u without four hexadecimal digits");
	if (high == 0)
		return refuse(c, start, "U+0000 in a string");
	if (high < 0xd800 || high > 0xdfff)
		return AH_OK;
	if (high > 0xdbff || !take(c, '\\') || !take(c, 'u') || !take_hex4(c, &low) || low < 0xdc00 || low > 0xdfff)
		return refuse(c, start, "half of a surrogate pair");
	return AH_OK;
}

/* A byte of eight, in each of them. */
#define ONES UINT64_C(0x0101010101010101)

/* Whether one of the eight bytes is zero. */
static bool has_zero(uint64_t word)
{
	return ((word - ONES) & ~word & 0x80 * ONES) != 0;
}

/* Where the run of characters that stand for themselves ends: most of most texts. */
static size_t plain_end(ah_slice in, size_t pos)
{
	for (; in.len - pos >= sizeof(uint64_t); pos += sizeof(uint64_t)) {
		uint64_t word = ah_slice_word(in, pos);
		if (((word - 0x20 * ONES) & ~word & 0x80 * ONES) != 0 || has_zero(word ^ '"' * ONES) || has_zero(word ^ '\\' * ONES))
			break;
	}
	while (pos < in.len && in.ptr[pos] >= 0x20 && in.ptr[pos] != '"' && in.ptr[pos] != '\\')
		pos++;
	return pos;
}

/* A string with its quotes. UTF-8 has been checked for the whole text. */
static ah_err check_string(check *c, ah_slice *raw)
{
	size_t open = c->pos;
	if (!take(c, '"'))
		return refuse(c, open, "a string is expected");
	for (;;) {
		size_t start = plain_end(c->in, c->pos);
		c->pos = start;
		if (start == c->in.len)
			return refuse(c, open, "a string without its end");
		if (take(c, '"'))
			break;
		if (current(c) < 0x20)
			return refuse(c, start, "a control character in a string");
		c->pos++; /* a backslash: nothing else ends what is plain */
		AH_TRY(check_escape(c, start));
	}
	*raw = ah_slice_sub(c->in, open + 1, c->pos - open - 2);
	return AH_OK;
}

static bool skip_digits(check *c)
{
	size_t start = c->pos;
	while (is_digit(current(c)))
		c->pos++;
	return c->pos != start;
}

/* Fraction and exponent behind an integer part: vendors sign such numbers, we never compute with one. */
static ah_err check_fraction(check *c, size_t start)
{
	if (!c->vendor)
		return refuse(c, start, "a number that is not an integer");
	if (take(c, '.') && !skip_digits(c))
		return refuse(c, start, "a fraction without digits");
	if (!take(c, 'e') && !take(c, 'E'))
		return AH_OK;
	if (!take(c, '+'))
		(void)take(c, '-');
	return skip_digits(c) ? AH_OK : refuse(c, start, "an exponent without digits");
}

static ah_err check_number(check *c)
{
	size_t start = c->pos;
	bool negative = take(c, '-');
	size_t first = c->pos;
	if (!skip_digits(c))
		return refuse(c, start, "a value is expected");
	ah_slice digits = ah_slice_sub(c->in, first, c->pos - first);
	if (digits.len > 1 && digits.ptr[0] == '0')
		return refuse(c, start, "a number with a leading zero");
	if (current(c) == '.' || (current(c) | 0x20) == 'e')
		return check_fraction(c, start);
	if (negative && digits.ptr[0] == '0')
		return refuse(c, start, "minus zero");
	static const char last[2][20] = { "9223372036854775807", "9223372036854775808" };
	ah_slice most = ah_slice_make(last[negative ? 1 : 0], sizeof last[0] - 1);
	if (digits.len > most.len || (digits.len == most.len && ah_slice_compare(digits, most) > 0))
		return refuse(c, start, "an integer beyond 64 bits");
	return AH_OK;
}

static ah_err check_word(check *c, ah_slice word)
{
	if (word.len > c->in.len - c->pos || !ah_slice_is(ah_slice_sub(c->in, c->pos, word.len), word))
		return refuse(c, c->pos, "a value is expected");
	c->pos += word.len;
	return AH_OK;
}

static ah_err open_container(check *c, bool is_object)
{
	if (c->depth == AH_JSON_DEPTH_MAX)
		return ah_fault_at(c->why, AH_ERR_TOO_DEEP, STEP, c->pos, "more than %d levels", AH_JSON_DEPTH_MAX);
	c->level[c->depth].is_object = is_object;
	c->level[c->depth].object = c->objects;
	c->objects += is_object ? 1 : 0;
	c->depth++;
	c->pos++;
	return AH_OK;
}

/* A scalar, or the opening bracket of a container. */
static ah_err check_value(check *c, bool *opened)
{
	ah_slice raw;
	*opened = false;
	AH_TRY(count_token(c));
	switch (current(c)) {
	case '{':
	case '[':
		*opened = true;
		return open_container(c, current(c) == '{');
	case '"': return check_string(c, &raw);
	case 't': return check_word(c, AH_SLICE_LITERAL("true"));
	case 'f': return check_word(c, AH_SLICE_LITERAL("false"));
	case 'n': return check_word(c, AH_SLICE_LITERAL("null"));
	default: return check_number(c);
	}
}

/* A member's name and its colon; the name is kept for the search for doubles. */
static ah_err check_name(check *c)
{
	ah_slice raw;
	size_t off = c->pos;
	AH_TRY(count_token(c));
	AH_TRY(check_string(c, &raw));
	skip_space(c);
	if (!take(c, ':'))
		return refuse(c, c->pos, "a colon is expected");
	skip_space(c);
	assert(c->member_count < c->member_cap);
	c->members[c->member_count++] = (member){ raw, (uint32_t)off, c->level[c->depth - 1].object };
	return AH_OK;
}

static bool take_closing(check *c)
{
	skip_space(c);
	if (!take(c, c->level[c->depth - 1].is_object ? '}' : ']'))
		return false;
	c->depth--;
	return true;
}

/* Stand before the next value of the current container. */
static ah_err check_item_start(check *c)
{
	skip_space(c);
	return c->level[c->depth - 1].is_object ? check_name(c) : AH_OK;
}

static ah_err check_grammar(check *c)
{
	skip_space(c);
	for (;;) {
		bool opened = false;
		AH_TRY(check_value(c, &opened));
		if (opened && !take_closing(c)) {
			AH_TRY(check_item_start(c));
			continue;
		}
		/* A value is complete: leave the containers that end here. */
		while (c->depth != 0 && take_closing(c))
			;
		if (c->depth == 0)
			break;
		if (!take(c, ','))
			return refuse(c, c->pos, "a comma or the end of the container is expected");
		AH_TRY(check_item_start(c));
	}
	skip_space(c);
	return c->pos == c->in.len ? AH_OK : refuse(c, c->pos, "something follows the value");
}

static bool has_escape(ah_slice raw)
{
	return raw.len != 0 && memchr(raw.ptr, '\\', raw.len) != NULL;
}

/* Let the names with escapes point to their unescaped text in *plain. Room is made once, so that it does not move under them. */
static ah_err unescape_names(check *c, ah_buf *plain)
{
	size_t room = 0;
	for (size_t i = 0; i < c->member_count; i++)
		room += has_escape(c->members[i].name) ? c->members[i].name.len : 0;
	AH_TRY(ah_buf_reserve(plain, room));
	for (size_t i = 0; i < c->member_count; i++) {
		if (!has_escape(c->members[i].name))
			continue;
		size_t start = plain->len;
		AH_TRY(ah__json_unescape(plain, c->members[i].name));
		c->members[i].name = ah_slice_sub(ah_buf_slice(plain), start, plain->len - start);
	}
	return AH_OK;
}

static int compare_members(const member *a, const member *b)
{
	if (a->object != b->object)
		return a->object < b->object ? -1 : 1;
	return ah_slice_compare(a->name, b->name);
}

/* Merge the sorted runs [0, half) and [half, count) of from into to; equal ones keep their order. */
static void merge(member *to, const member *from, size_t half, size_t count)
{
	size_t left = 0, right = half;
	for (size_t i = 0; i < count; i++) {
		bool take_left = left < half && (right == count || compare_members(&from[left], &from[right]) <= 0);
		to[i] = take_left ? from[left++] : from[right++];
	}
}

/* Bottom-up merge sort between the two halves of the array. qsort() allocates behind our back or is quadratic. Returns the sorted half. */
static const member *sort_members(const check *c)
{
	member *from = c->members, *to = c->members + c->member_cap;
	for (size_t run = 1; run < c->member_count; run *= 2) {
		for (size_t i = 0; i < c->member_count; i += 2 * run) {
			size_t left = c->member_count - i;
			size_t count = left < 2 * run ? left : 2 * run;
			merge(to + i, from + i, run < count ? run : count, count);
		}
		member *sorted = to;
		to = from;
		from = sorted;
	}
	return from;
}

/* The first place where a name of its object comes again. */
static ah_err check_doubles(check *c)
{
	AH_AUTO(ah_buf) plain = AH_BUF(c->in.len);
	if (unescape_names(c, &plain) != AH_OK)
		return ah_fault_set(c->why, AH_ERR_NOMEM, STEP, "no memory for the names");
	const member *sorted = sort_members(c);
	size_t first = SIZE_MAX;
	for (size_t i = 1; i < c->member_count; i++)
		if (compare_members(&sorted[i - 1], &sorted[i]) == 0 && sorted[i].off < first)
			first = sorted[i].off;
	return first == SIZE_MAX ? AH_OK : ah_fault_at(c->why, AH_ERR_DUPLICATE_KEY, STEP, first, "a member for the second time");
}

/* How many members there can be, at most: each has a colon, and is kept only when that was seen. */
static size_t members_bound(const check *c)
{
	size_t colons = 0;
	ah_slice rest = c->in;
	const uint8_t *colon;
	while (rest.len != 0 && colons < MEMBERS_MAX(c->tokens_max) && (colon = memchr(rest.ptr, ':', rest.len)) != NULL) {
		size_t taken = (size_t)(colon - rest.ptr) + 1;
		rest = ah_slice_sub(rest, taken, rest.len - taken);
		colons++;
	}
	return colons;
}

static ah_err run_check(check *c)
{
	c->member_cap = members_bound(c) + 1;
	c->members = (member *)ah_alloc(2 * c->member_cap * sizeof *c->members); /* the sort needs as much again */
	if (c->members == NULL)
		return ah_fault_set(c->why, AH_ERR_NOMEM, STEP, "no memory for %zu names", c->member_cap);
	ah_err err = check_grammar(c);
	if (err == AH_OK)
		err = check_doubles(c);
	ah_dealloc(c->members);
	return err;
}

ah_err ah_json_open(ah_json *out, ah_slice in, int flags, ah_fault *why)
{
	bool large = (flags & AH_JSON_LARGE) != 0;
	size_t max = large ? AH_SAVED_MAX : AH_JSON_MAX;
	if (in.len > max)
		return ah_fault_at(why, AH_ERR_TOO_LARGE, STEP, max, "%zu bytes, more than %zu", in.len, max);
	size_t valid = ah_utf8_prefix(in);
	if (valid != in.len)
		return ah_fault_at(why, AH_ERR_ENCODING, STEP, valid, "not UTF-8");
	check c = { .in = in, .vendor = (flags & AH_JSON_VENDOR) != 0, .why = why, .tokens_max = large ? AH_JSON_LARGE_TOKENS_MAX : AH_JSON_TOKENS_MAX };
	AH_TRY(run_check(&c));
	size_t start = 0;
	while (ah__json_is_space(in.ptr[start]))
		start++;
	*out = (ah_json){ .in = in, .pos = start, .state = { AH__JSON_VALUE_PENDING } };
	return AH_OK;
}
