/*
 * A listing: rows of "these bytes are this", made by the inspectors, printed as text or JSON.
 *
 * Nothing here judges anything; that is what every listing says first. Values of evidence reach it as text of unknown origin and are escaped when
 * they are stored, so no inspector can forget it. Errors of memory are sticky in listing.err; where the structure of the input ends is listing.fault.
 */
#ifndef AH_APPS_CLI_INSPECT_H
#define AH_APPS_CLI_INSPECT_H

#include "apps/cli/cli.h"
#include "pki/cert.h"

/* A certificate of 24 extensions needs 40 rows; a CRL shows its first entries; a policy of 10,000 tokens is the largest. */
#define LISTING_ROWS_MAX 16384
#define LISTING_TEXT_MAX (16 * 1024 * 1024)

typedef struct listing_row {
	unsigned depth;
	bool has_range, shows_bytes;
	size_t off, len;               /* bytes of listing.in */
	size_t label_off, label_len;   /* in listing.text */
	size_t value_off, value_len;
} listing_row;

typedef struct listing {
	ah_slice in;                   /* borrowed: what offsets count in */
	const char *kind;              /* "sev-snp report"; static */
	unsigned depth;
	listing_row *rows;             /* owned */
	size_t row_count, row_cap;
	ah_buf text;
	ah_err err;                    /* sticky: NOMEM, LIMIT */
	ah_fault fault;                /* where the structure ends; err AH_OK when it holds */
} listing;

#define LISTING(input) ((listing){ .in = (input), .kind = "unknown", .text = AH_BUF(LISTING_TEXT_MAX), .fault = { .offset = AH_NO_OFFSET } })
void listing_free(listing *l);
static inline void listing_auto(listing *l) { listing_free(l); }

/* The position of part in l->in; part must lie in it (asserted). */
size_t list_offset(const listing *l, ah_slice part);

/* A row for these bytes of l->in, shown in hex; {NULL, 0} for a row without a place. The label may be untrusted too. */
void list_row(listing *l, ah_slice bytes, const char *label, const char *format, ...) AH_PRINTF(4, 5);
/* The same with a text of the input as value. */
void list_text(listing *l, ah_slice bytes, const char *label, ah_slice value);
/* A text of the input as it stands there: its bytes need not be shown in hex too. */
void list_source(listing *l, ah_slice text, const char *label);
/* A row that has rows below it, and the end of those. Its bytes are shown by them. */
void list_open(listing *l, ah_slice bytes, const char *label, const char *format, ...) AH_PRINTF(4, 5);
void list_close(listing *l);

/* The structure ends here. The first one stays. */
void list_fault(listing *l, ah_err err, size_t off, const char *format, ...) AH_PRINTF(4, 5);
bool list_is_whole(const listing *l);

/* Names of the set bits, "SMT|DEBUG"; bits without a name as numbers. The table ends with a NULL name. */
typedef struct bit_name { uint64_t bit; const char *name; } bit_name;
void list_bits(listing *l, ah_slice bytes, const char *label, uint64_t value, const bit_name *names);

/*
 * All rows of another listing, below the current depth: of bytes that were decoded from this input and have no place in it. A row that shows its bytes
 * gets the first of them as hex. Where the other's structure ends, this one's does, without a place.
 */
void list_adopt(listing *l, const listing *other);

/* -- inspect_kind.c, listing.c -- */

/* One input and what was found in it. */
typedef struct inspection {
	listing listing;
	ah_buf decoded;                /* of PEM */
	uint8_t *bytes;                /* of hex and base64; ah_bytes_free() */
} inspection;
void inspection_free(inspection *i);
static inline void inspection_auto(inspection *i) { inspection_free(i); }

/*
 * Find out what in is and describe it; *out is zeroed before, in outlives it. platform: read it as that platform's evidence, whatever it looks like.
 * errors: AH_ERR_TEXT (PEM that cannot be read), AH_ERR_TOO_LARGE, those of ah_evidence_from_text(). All else is said in the listing.
 */
AH_MUST_USE ah_err inspect_bytes(inspection *out, ah_slice in, ah_platform_id platform, ah_fault *why);
/* Append it to what the command prints, in the form that was asked for, and set the exit code. errors: those of memory, kept in the listing. */
AH_MUST_USE ah_err inspect_append(cli *app, const listing *l, const char *path);

/* -- The inspectors. Each describes l->in, or the part of it that it is given. -- */
void inspect_snp(listing *l);
void inspect_nitro(listing *l);
void inspect_cert_table(listing *l);
bool is_cert_table(ah_slice in);
void inspect_tdx(listing *l);
/* The rows of Intel's SGX extension; none when the certificate has no such extension. */
void inspect_pck(listing *l, const ah_cert *cert);
void inspect_event_log(listing *l);
/* The first bytes are those of a CCEL; the text is an array of events; a collateral file; a guest's report, which holds quote and log as texts. */
bool is_ccel(ah_slice in);
bool is_json_log(ah_slice in);
bool is_collateral(ah_slice in);
bool is_guest_report(ah_slice in);
void inspect_collateral(listing *l);
void inspect_guest_report(listing *l);
/* Strict JSON; a policy is also held against the rules of policies. */
void inspect_json(listing *l);
/* The object says that it is an attestation envelope, ours or Tresor's. */
bool is_envelope(ah_slice in);
void inspect_envelope(listing *l);
/* A Nostr event of any kind; the events and the attestation inside an instance event are shown below it. */
bool is_event(ah_slice in);
void inspect_event(listing *l);
/* The values alone. flags: of ah_json_open(). Texts longer than text_max are told by their length. */
void list_json(listing *l, int flags, size_t text_max);
/* The document is an object with this schema. */
bool json_says(ah_slice in, const char *schema);
/* Saved bundles and pins. */
bool is_saved(ah_slice in);
void inspect_saved(listing *l);
bool is_pin(ah_slice in);
void inspect_pin(listing *l);
/* Three parts of base64url with dots between, the first of which is a JSON object: a trust bundle, a manifest, any other token. */
bool is_jws(ah_slice in);
void inspect_jws(listing *l);
/* DER of a public key; DER that is a private key, of which nothing may be shown. */
bool is_public_key(ah_slice der);
void inspect_public_key(listing *l, ah_slice der);
bool is_private_key(ah_slice der);
/* A block of PEM that is a private key, by its label or by its content; and the one row that says so. */
bool is_private_block(ah_slice label, ah_slice der);
void list_private_key(listing *l);
/* A certificate or a CRL, whichever the structure shows. */
void inspect_x509(listing *l, ah_slice der, const char *label);

#endif
