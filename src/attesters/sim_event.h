/*
 * Nostr instance events around simulated Nitro documents (docs/protocol/instance-event.md): what a service on real hardware would publish, with fresh keys of
 * builder, launcher and maintainers, from a specification that is filled and may then be changed at every point: before the document is made, before each event is
 * signed, and after it. This is the simulated service, and the forge of the tests.
 *
 *     start -> (change) -> bind: public_key and PCR8 of the document -> ah_sim_nitro_make() -> write, with patches
 */
#ifndef AH_ATTESTERS_SIM_EVENT_H
#define AH_ATTESTERS_SIM_EVENT_H

#include "attesters/sim_nitro.h"
#include "crypto/schnorr_key.h"
#include "nostr/event.h"

#define AH_SIM_MAINTAINERS 2
#define AH_SIM_LINKS       (AH_EVENT_CHAIN_MAX + 1)

/* Everybody's keys. */
typedef struct ah_sim_event_keys {
	ah_schnorr_key *service, *builder, *launcher, *maintainers[AH_SIM_MAINTAINERS];
	ah_schnorr_key *links[AH_SIM_LINKS]; /* of certificate events: the first one is attested */
	ah_private_key *image;         /* P-384: signs the image, one build long */
} ah_sim_event_keys;

/* Fill a zeroed set. errors: AH_ERR_CRYPTO, AH_ERR_NOMEM. */
AH_MUST_USE ah_err ah_sim_event_keys_make(ah_sim_event_keys *keys);
void ah_sim_event_keys_free(ah_sim_event_keys *keys);
static inline void ah_sim_event_keys_auto(ah_sim_event_keys *keys) { ah_sim_event_keys_free(keys); }

typedef enum ah_sim_event_part {
	AH_SIM_EVENT_ROOT, AH_SIM_EVENT_CERT, AH_SIM_EVENT_BUILD, AH_SIM_EVENT_LAUNCH, AH_SIM_EVENT_RELEASE, AH_SIM_EVENT_ANNOUNCEMENT
} ah_sim_event_part;

/* One event before it is signed. */
typedef struct ah_sim_draft {
	ah_sim_event_part part;
	size_t index;                  /* of certificates and releases */
	uint32_t kind;
	int64_t created_at_s;
	const ah_schnorr_key *key;     /* signs */
	ah_buf tags;                   /* JSON: the tags, commas between; without the brackets around */
	ah_buf content;                /* text */
	ah_buf json;                   /* the signed event, once there is one */
} ah_sim_draft;

/* Called with each event before it is signed, and after it (json is filled then). What it changes is written as it is. */
typedef ah_err (*ah_sim_event_patch)(ah_sim_draft *draft, void *context);

typedef struct ah_sim_announcement {
	const ah_sim_event_keys *keys; /* borrowed, outlives this */
	bool is_successor;             /* 13793 and its family (NEC-01 to 05); else 63793 */
	bool with_root;                /* 63793: the attestation in a tee_root, as the successor always has it */
	bool is_debug;                 /* the document is one of debug mode: its PCR8 stays zero */
	size_t cert_count;             /* certificate events between the attested key and the service's: at most AH_SIM_LINKS; needs a root */
	size_t release_count;          /* at most AH_SIM_MAINTAINERS */
	bool without_build, without_launch;
	int64_t at_s, expiration_s;    /* expiration_s of announcement, root and certificates */
	const char *name, *version, *stage, *repository, *relay; /* static, or outlive this */
	ah_buf subject;                /* Name of the build certificate */
	ah_buf spki;                   /* of its key */
	ah_mint_cert certificate;      /* issuer, subject and spki are taken from above where they are empty */
	ah_buf certificate_der;        /* empty: minted by ah_sim_announcement_bind() */
	ah_sim_event_patch patch, signed_patch;
	void *context;
} ah_sim_announcement;

void ah_sim_announcement_free(ah_sim_announcement *spec);
static inline void ah_sim_announcement_auto(ah_sim_announcement *spec) { ah_sim_announcement_free(spec); }

/* Fill a zeroed specification: an event of at_s whose signatures are all there. errors: AH_ERR_CRYPTO, AH_ERR_LIMIT, AH_ERR_NOMEM. */
AH_MUST_USE ah_err ah_sim_announcement_start(ah_sim_announcement *spec, const ah_sim_event_keys *keys, bool is_successor, int64_t at_s);
/* Mint the build certificate, and let the document vouch for the event's key and for that certificate. errors: as above. */
AH_MUST_USE ah_err ah_sim_announcement_bind(ah_sim_announcement *spec, ah_sim_nitro *nitro);
/* Append the announcement as JSON. nitro: the specification that the document was made of. errors: as above, and those of the patches. */
AH_MUST_USE ah_err ah_sim_announcement_write(ah_buf *json, ah_sim_announcement *spec, const ah_sim_nitro *nitro, ah_slice document);

#endif
