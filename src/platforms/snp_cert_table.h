/*
 * The host's certificate table (AMD 56421 GHCB, "SNP Extended Guest Request"; the auxblob of configfs-tsm).
 *
 *     entry, 24 bytes: GUID[16] (in text order) | offset u32 | length u32, little-endian, from the start of the table
 *     .. more entries | one entry of zeros | the blobs
 *
 * The host makes it and nothing authenticates it: what it holds counts only once a path to a pinned root has been verified.
 */
#ifndef AH_PLATFORMS_SNP_CERT_TABLE_H
#define AH_PLATFORMS_SNP_CERT_TABLE_H

#include "base/limits.h"
#include "base/slice.h"
#include <anchorhold/error.h>

#define AH_SNP_GUID_LEN       16
#define AH_SNP_CERT_ENTRY_LEN 24

typedef enum ah_snp_blob_kind {
	AH_SNP_BLOB_UNKNOWN = 0, AH_SNP_BLOB_VCEK, AH_SNP_BLOB_VLEK, AH_SNP_BLOB_ASK /* ASVK too */, AH_SNP_BLOB_ARK, AH_SNP_BLOB_CRL,
	AH_SNP_BLOB_PLATFORM_INFO /* go-sev-guest's ExtraPlatformInfo */
} ah_snp_blob_kind;

typedef struct ah_snp_cert_entry {
	ah_slice guid;
	ah_snp_blob_kind kind;
	ah_slice blob;              /* PEM or DER, at least one byte; borrowed */
	size_t entry_off, blob_off; /* in the table */
} ah_snp_cert_entry;

typedef struct ah_snp_cert_table {
	ah_snp_cert_entry entries[AH_SNP_CERT_TABLE_ENTRIES_MAX];
	size_t count;
	size_t header_len;         /* all entries and the one of zeros */
} ah_snp_cert_table;

/*
 * Split a table. Borrows from in. Unknown GUIDs are kept as AH_SNP_BLOB_UNKNOWN; bytes that no entry names are ignored (padding).
 * errors: AH_ERR_CERT_TABLE: no terminating entry, a GUID twice, more than AH_SNP_CERT_TABLE_ENTRIES_MAX entries, a blob that is empty, starts inside
 * the entries or ends outside of the table (sums are formed in 64 bits); AH_ERR_TOO_LARGE.
 * not checked here: what the blobs are.
 */
AH_MUST_USE ah_err ah_snp_cert_table_parse(ah_snp_cert_table *out, ah_slice in, ah_fault *why);

/* The blob of a kind, {NULL, 0} when there is none. */
ah_slice ah_snp_cert_table_find(const ah_snp_cert_table *table, ah_snp_blob_kind kind);

/* "VCEK", "VLEK", "ASK", "ARK", "CRL", "platform info", "unknown"; static storage. */
const char *ah_snp_blob_kind_name(ah_snp_blob_kind kind);

#endif
