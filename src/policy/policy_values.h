/*
 * Typed values of a policy document: each call takes one JSON value and refuses it with the path and the byte position.
 *
 * Every refusal has the form "PATH: what is wrong", step "policy.load". The path is kept while the document is descended.
 */
#ifndef AH_POLICY_POLICY_VALUES_H
#define AH_POLICY_POLICY_VALUES_H

#include "codec/json.h"
#include "policy/policy.h"

/* The longest path of ours has 44 characters; an unknown member adds at most AH_POLICY_MEMBER_SHOWN of what its author wrote. */
#define AH_POLICY_PATH_SIZE    96
#define AH_POLICY_MEMBER_SHOWN 40
/* No object of the schema has more members: PCRs 0 to 31. */
#define AH_POLICY_MEMBERS_MAX  32

typedef struct ah_policy_reader {
	ah_json j;
	ah_fault *why;                 /* keeps: may be NULL */
	size_t path_len;
	char path[AH_POLICY_PATH_SIZE];
} ah_policy_reader;

/* Append ".name" or "[index]" to the path; cut where it is full. The result is the old length, for ah__policy_leave(). */
size_t ah__policy_enter(ah_policy_reader *r, ah_slice name);
size_t ah__policy_enter_index(ah_policy_reader *r, size_t index);
void ah__policy_leave(ah_policy_reader *r, size_t path_len);

/* Fill the fault with the current path, or with the path of a member or an element of a list below it. Returns err. */
ah_err ah__policy_refuse(ah_policy_reader *r, ah_err err, size_t off, const char *format, ...) AH_PRINTF(4, 5);
ah_err ah__policy_refuse_member(ah_policy_reader *r, ah_err err, size_t off, const char *member, const char *what);
ah_err ah__policy_refuse_element(ah_policy_reader *r, ah_err err, size_t off, const char *list, size_t index, const char *what);

/* The members of one object of the schema. take() is called with the position of the member in the table and takes its value. */
typedef struct ah_policy_member {
	const char *name;
	bool required;
} ah_policy_member;

typedef struct ah_policy_object {
	const ah_policy_member *members;
	size_t count;
	ah_err (*take)(ah_policy_reader *r, void *into, unsigned member);
} ah_policy_object;

/*
 * at[i] becomes the position of the value of member i, or 0 when it is absent: inside an object no value stands at 0.
 * errors: AH_ERR_POLICY_VALUE (no object), AH_ERR_POLICY_UNKNOWN_MEMBER, AH_ERR_POLICY_MISSING_MEMBER, those of take().
 */
AH_MUST_USE ah_err ah__policy_take_object(ah_policy_reader *r, const ah_policy_object *object, void *into, size_t at[static AH_POLICY_MEMBERS_MAX]);

/*
 * Begin an array of min..max elements; the caller takes them with ah_json_next_element(). errors: AH_ERR_POLICY_VALUE.
 */
AH_MUST_USE ah_err ah__policy_take_array(ah_policy_reader *r, size_t min, size_t max, size_t *count);

/* Scalars. errors: AH_ERR_POLICY_VALUE. */
AH_MUST_USE ah_err ah__policy_take_bool(ah_policy_reader *r, bool *out);
AH_MUST_USE ah_err ah__policy_take_int(ah_policy_reader *r, int64_t *out, int64_t min, int64_t max);
AH_MUST_USE ah_err ah__policy_take_u8(ah_policy_reader *r, uint8_t *out);
AH_MUST_USE ah_err ah__policy_take_u32(ah_policy_reader *r, uint32_t *out, uint32_t min, uint32_t max);
AH_MUST_USE ah_err ah__policy_take_time(ah_policy_reader *r, int64_t *out_s);
/* 1..AH_POLICY_TEXT_MAX printable ASCII characters, none of them escaped. */
AH_MUST_USE ah_err ah__policy_take_text(ah_policy_reader *r, char out[static AH_POLICY_TEXT_MAX + 1]);
/* One of the names; *index is its position. */
AH_MUST_USE ah_err ah__policy_take_choice(ah_policy_reader *r, const char *const *names, size_t count, unsigned *index);
/* Lowercase hex of exactly len bytes. ah__policy_take_hex_any: of 32, 48 or 64 bytes. */
AH_MUST_USE ah_err ah__policy_take_hex(ah_policy_reader *r, uint8_t *out, size_t len);
AH_MUST_USE ah_err ah__policy_take_hash(ah_policy_reader *r, uint8_t out[static 64], size_t *len);

/*
 * Lists of 0..max values without duplicates (AH_ERR_POLICY_CONTRADICTION). An all-zero value is refused with zero_err: where such a value stands
 * in evidence it means "none". items are allocated, freed by ah_policy_free() also when the call fails.
 * chip ids are given as 64 bytes, or as the 8 bytes that Turin has; they are kept zero-padded, as the report has them.
 */
AH_MUST_USE ah_err ah__policy_take_bytes(ah_policy_reader *r, ah_byte_list *list, size_t item_len, size_t max, ah_err zero_err);
AH_MUST_USE ah_err ah__policy_take_chip_ids(ah_policy_reader *r, ah_byte_list *list);
/* Texts as ah__policy_take_text(), no wildcard among them (AH_ERR_POLICY_VALUE). */
AH_MUST_USE ah_err ah__policy_take_texts(ah_policy_reader *r, ah_text_list *list);
/* Public keys of Nostr: npub (NIP-19, its checksum verified) or 64 hex digits. */
AH_MUST_USE ah_err ah__policy_take_npubs(ah_policy_reader *r, ah_text_list *list);

/* The value of platforms.tdx: policy_load_tdx.c. */
AH_MUST_USE ah_err ah__policy_take_tdx(ah_policy_reader *r, ah_tdx_policy *tdx);

#endif
