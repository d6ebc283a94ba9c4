/*
 * The attestation document of AWS Nitro Enclaves: a COSE_Sign1 whose payload is a CBOR map (AWS "attestation_process", 3.1; RFC 9052 4.2).
 *
 * This is the structure alone. Rules on fields are in platforms/nitro.c, so that `inspect` can show a document that breaks them.
 */
#ifndef AH_PLATFORMS_NITRO_DOCUMENT_H
#define AH_PLATFORMS_NITRO_DOCUMENT_H

#include "base/limits.h"
#include "codec/cose.h"

/* A member of the payload, borrowed. */
typedef struct ah_nitro_field {
	bool present;              /* false: absent; for the three optional members also null */
	ah_slice value;            /* content of the byte or text string */
	size_t off;                /* of value in the evidence */
} ah_nitro_field;

typedef struct ah_nitro_pcr {
	uint64_t index;
	ah_nitro_field field;
} ah_nitro_pcr;

typedef struct ah_nitro_document {
	ah_cose_sign1 cose;
	bool payload_is_indefinite; /* AWS writes the payload map in the indefinite form since 2025-07 */
	ah_nitro_field module_id, digest, certificate, public_key, user_data, nonce;
	bool has_timestamp;
	uint64_t timestamp_ms;
	size_t timestamp_off, timestamp_len; /* of the whole integer */
	bool has_pcrs;
	size_t pcrs_off;
	size_t pcr_count;          /* of all entries; only the first AH_NITRO_PCR_COUNT are kept below. The rule nitro.pcrs refuses more */
	ah_nitro_pcr pcrs[AH_NITRO_PCR_COUNT]; /* in the order of the document, indices distinct */
	bool has_cabundle;
	size_t cabundle_count, cabundle_off;
	ah_nitro_field cabundle[AH_NITRO_CABUNDLE_MAX];
	size_t unknown_key_count;
	ah_nitro_field unknown_keys[AH_NITRO_UNKNOWN_KEYS_MAX]; /* the names; their values were skipped */
} ah_nitro_document;

/*
 * Parse a document, tagged with 18 or not; payload map, pcrs and cabundle definite or indefinite. Offsets are those of the evidence.
 * errors  AH_ERR_TOO_LARGE (document, payload, module_id, more than AH_NITRO_CABUNDLE_MAX certificates, more than AH_NITRO_UNKNOWN_KEYS_MAX
 *         unknown keys or one longer than AH_NITRO_KEY_MAX), AH_ERR_COSE, AH_ERR_DUPLICATE_KEY (known keys, unknown keys and PCR indices alike),
 *         AH_ERR_FORMAT (a member of another type; null anywhere but in public_key, user_data and nonce), and those of codec/cbor.h.
 * not checked here: algorithm, length of the signature, presence and range of any member, any signature.
 */
AH_MUST_USE ah_err ah_nitro_document_parse(ah_nitro_document *out, ah_slice evidence, ah_fault *why);

/* The entry of PCR index, NULL when the document has none. */
const ah_nitro_pcr *ah_nitro_document_pcr(const ah_nitro_document *document, unsigned index);

#endif
