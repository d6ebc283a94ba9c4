/*
 * The forge at work: evidence made by the simulated attesters with one thing wrong, a policy that allows everything else, and the question to
 * the verifier.
 *
 * A case changes the specification before anything is signed (change), or the finished parts (tamper). All that lies above a change is signed anew,
 * so that exactly one check can refuse.
 */
#ifndef AH_TESTS_FORGED_FORGE_H
#define AH_TESTS_FORGED_FORGE_H

#include "attesters/sim_nitro.h"
#include "attesters/sim_snp.h"
#include "attesters/sim_tdx.h"
#include "base/check.h"
#include <anchorhold/anchorhold.h>
#include <anchorhold/state.h>

/* When everything is judged: 2027-01-15T08:00:00Z. The evidence is of the same second. */
#define FORGE_NOW_S INT64_C(1800000000)

typedef struct forge forge;

typedef enum forge_deletion {
	FORGE_ALONE,               /* no other check minds: with its check deleted the case is accepted */
	FORGE_OVERLAPPED,          /* another check refuses what this one lets pass: the case stays refused when it is deleted */
	FORGE_STRUCTURE            /* the parser refuses the shape itself: no check to delete */
} forge_deletion;

typedef struct forge_case {
	const char *name;
	ah_platform_id platform;
	ah_check_id check;         /* the check that refuses; AH_CHECK_COUNT for FORGE_STRUCTURE and for baselines */
	ah_err err;                /* AH_OK: a baseline */
	void (*change)(forge *f);  /* before signing; may be NULL */
	void (*tamper)(forge *f);  /* after signing; may be NULL */
	forge_deletion deletion;
	ah_snp_product product;    /* AH_SNP_PRODUCT_NONE: Genoa */
	ah_snp_signer signer;      /* AH_SNP_SIGNER_NONE: VCEK */
	ah_check_id also;          /* FORGE_OVERLAPPED: with this one deleted as well the case is accepted; 0 when it is not said */
} forge_case;

/* The policy as text: parts of the JSON document. What is NULL has a default that allows the unchanged evidence. */
typedef struct forge_policy {
	int64_t issued_at_s, valid_from_s, valid_until_s;
	const char *top;           /* more members, each with a comma behind it */
	const char *nitro, *snp, *tdx; /* more members of the platform, each with a comma before it */
	const char *nitro_releases, *snp_releases, *products, *floors, *tdx_releases, *min_tcb_evaluation; /* whole values */
	bool without_nitro, without_snp, without_tdx, without_roots;
	ah_slice root;             /* DER; empty: the root of the evidence */
	ah_slice other_root;       /* DER of one more root that is listed; empty: none */
} forge_policy;

#define FORGE_CRLS_MAX 4

struct forge {
	const forge_case *of;
	ah_sim *sim;               /* borrowed */
	ah_sim_nitro nitro;        /* of Nitro cases */
	ah_sim_snp snp;            /* of SNP cases */
	ah_sim_tdx tdx;            /* of TDX cases */
	forge_policy policy_text;
	uint8_t measurement[48];   /* of the unchanged evidence: SNP's, or PCR0..2 of Nitro */
	uint8_t pcrs[3][48];
	uint8_t mrtd[48], rtmrs[4][48];
	uint8_t report_data[64], nonce[32], public_key[65];

	ah_sim_output out;
	bool without_vek, without_chain, without_crl, without_root, without_collateral;
	bool without_event_log, with_ccel; /* TDX: the JSON log is given, or none, or the CCEL */
	ah_buf crls[FORGE_CRLS_MAX]; /* more CRLs, DER */
	size_t crl_count;
	ah_buf scratch;            /* a case may keep bytes here */
	char piece[512], text[1024]; /* and texts here */

	ah_endorsements *endorsements;
	ah_policy *policy;
	ah_state *state;           /* TDX: what was seen before; NULL for none */
	ah_request request;        /* filled before change() so that it can be changed, pointers into this struct */

	/* Evidence inside something: change() prepares (the binding is signed), tamper() puts envelope or event into carried and makes it request.evidence. */
	ah_buf carried;
	void *extra;               /* what cases of one kind keep from change() to tamper(); freed by free_extra */
	void (*free_extra)(void *extra);
	void (*sign_policy)(forge *f, ah_slice policy); /* makes a trust bundle of the policy and fills trust; NULL: the policy is given as it is */
	ah_trust trust;            /* a bundle in place of the policy: request.trust points here then */
	ah_buf bundle;
	ah_release_root roots[2];
	ah_slice pin;              /* request.pin points here when a pin is given */
	char *pin_text;            /* owned, ah_text_free() */
};

/* Which rows its verdict shows: platform, envelope, event, bundle, pin. */
unsigned forge_mask(const forge *f);

/* All that goes wrong in here is an error of the test itself: it is printed, and the process ends. */
#define FORGE_MUST(call) forge_must((call), #call, __FILE__, __LINE__)
void forge_must(ah_err err, const char *call, const char *file, int line);

/* The simulated roots of the build, or of a folder made now. */
ah_sim *forge_sim(void);

/* Make everything that the case asks for. Free with forge_free(). */
forge *forge_make(const forge_case *of);
void forge_free(forge *f);
/* Judge it. *verdict (may be NULL) is to be freed by the caller. */
ah_err forge_judge(const forge *f, ah_verifier *verifier, ah_verdict **verdict);

/* -- What cases change. -- */

void forge_put_hex(char *out, size_t size, ah_slice bytes);
/* Replace the only occurrence of from by to, of any length. Ends the test when there is none, or more than one. */
void forge_replace(ah_buf *in, ah_slice from, ah_slice to);
/* The last bytes of a buffer. */
void forge_flip_last(ah_buf *in);
/* Start the extension list of one certificate anew. */
ah_buf *forge_extensions(ah_sim_cert *cert);
/* Append a CRL of the issuer at this position of the Nitro chain. */
ah_buf *forge_nitro_crl(forge *f, size_t issuer, ah_slice revoked);
/* Genuine-only in place of a policy. */
void forge_genuine_only(forge *f);
/* Exactly these fields are expected. */
void forge_expect(forge *f, unsigned fields);

#endif
