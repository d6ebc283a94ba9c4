/* Every limit on untrusted input, with its reason. A limit is a promise: inputs at the limit work, one more is refused. */
#ifndef AH_BASE_LIMITS_H
#define AH_BASE_LIMITS_H

/* Evidence of any platform; the largest known kind is a TDX quote with its certificates (about 8 KiB), text forms double it. */
#define AH_EVIDENCE_MAX            (1024 * 1024)
/* AWS allows 16384 bytes of payload; header, tag and signature add less than 256. */
#define AH_NITRO_DOCUMENT_MAX      (16384 + 256)
#define AH_NITRO_PAYLOAD_MAX       16384
/* The real bundle has 4 certificates; room for one more level of CA in front of each. */
#define AH_NITRO_CABUNDLE_MAX      8
/* AWS: "cabundle" entries 1..1024 bytes; the leaf obeys the same bound. */
#define AH_NITRO_CERTIFICATE_MAX   1024
#define AH_NITRO_PUBLIC_KEY_MAX    1024
#define AH_NITRO_USER_DATA_MAX     512
#define AH_NITRO_NONCE_MAX         512
/* module_id is "<instance id>-enc<16 hex>", 39 characters today. */
#define AH_NITRO_MODULE_ID_MAX     128
#define AH_NITRO_PCR_COUNT         32
#define AH_NITRO_PCR_MAX           64
/* Unknown payload keys are reported, at most this many, each at most AH_NITRO_KEY_MAX bytes. */
#define AH_NITRO_UNKNOWN_KEYS_MAX  8
#define AH_NITRO_KEY_MAX           64

/* CBOR: the deepest valid document is payload map -> pcrs map -> bytes. */
#define AH_CBOR_DEPTH_MAX          8
#define AH_CBOR_ITEMS_MAX          1024

/* X.509. AMD's ARK is 1631 bytes; SGX PCK certificates stay below 4 KiB. */
#define AH_CERTIFICATE_MAX         8192
#define AH_CERTIFICATE_EXTENSIONS_MAX 24
#define AH_SERIAL_MAX              20  /* RFC 5280 4.1.2.2 */
#define AH_PATH_MAX                10  /* certificates in one path, root and leaf included */
#define AH_DER_DEPTH_MAX           16
/* A CRL: 256 KiB holds more than 5,000 entries; AMD's have none or one, Intel's a few. */
#define AH_CRL_MAX                 (256 * 1024)
#define AH_CRL_ENTRIES_MAX         8192
#define AH_CRLS_MAX                8
#define AH_CHAIN_FILE_MAX          (64 * 1024)
#define AH_CHAIN_CERTIFICATES_MAX  8

/* SNP */
#define AH_SNP_REPORT_LEN          1184
/* The kernel caps the GHCB certificate table at 16 KiB (SEV_FW_BLOB_MAX_SIZE); configfs-tsm at 32 KiB. */
#define AH_SNP_CERT_TABLE_MAX      (32 * 1024)
#define AH_SNP_CERT_TABLE_ENTRIES_MAX 16

/* TDX. A v4 quote is 5 KB; GCP pads to 8000 bytes. */
#define AH_TDX_QUOTE_MAX           (16 * 1024)
#define AH_TDX_PADDING_MAX         (8 * 1024)
#define AH_TDX_QE_AUTH_MAX         1024
#define AH_TDX_PCK_CHAIN_MAX       (12 * 1024)
/* Chains have 2 or 3 certificates. */
#define AH_TDX_CHAIN_MAX           4
/* Collateral files are 20 to 40 KB; a PCK CRL may grow. */
#define AH_TDX_COLLATERAL_MAX      (1024 * 1024)
#define AH_TDX_DOCUMENT_MAX        (256 * 1024)
/* Intel serves at most 20 platform levels, 3 modules and 5 levels each today. */
#define AH_TDX_LEVELS_MAX          64
#define AH_TDX_MODULES_MAX         8
#define AH_TDX_MODULE_LEVELS_MAX   16
#define AH_TDX_QE_LEVELS_MAX       32
#define AH_TDX_ADVISORIES_MAX      32  /* distinct ones per document; bits of a uint32_t */
#define AH_TDX_ADVISORY_TEXT_MAX   32
#define AH_TDX_COLLATERAL_CACHE    4   /* parsed collateral files that a verifier keeps: 4 FMSPCs are a fleet */
/* Event logs: real ones have 40 to 120 events and stay below 64 KiB. */
#define AH_EVENT_LOG_MAX           (1024 * 1024)
#define AH_EVENTS_MAX              4096
#define AH_EVENT_NAME_MAX          256
/* The state file remembers at most this many numbers and trust bundles together; a bundle of the longest names takes 310 bytes. */
#define AH_STATE_ENTRIES_MAX       1024
#define AH_STATE_FILE_MAX          (512 * 1024)

/* JSON: our own documents. */
#define AH_JSON_MAX                (1024 * 1024)
#define AH_JSON_DEPTH_MAX          32
#define AH_JSON_TOKENS_MAX         10000
/* A saved bundle holds a policy and a verdict, each within AH_JSON_TOKENS_MAX, and its own members. */
#define AH_JSON_LARGE_TOKENS_MAX   (3 * AH_JSON_TOKENS_MAX)
#define AH_POLICY_MAX              (256 * 1024)
#define AH_POLICY_RELEASES_MAX     64
#define AH_POLICY_FLOORS_MAX       32
#define AH_POLICY_LIST_MAX         256
#define AH_POLICY_TEXT_MAX         128
/* Versions are compared by other languages too: the largest integer that a double still holds exactly. */
#define AH_POLICY_VERSION_MAX      (INT64_C(1) << 53)
/* The text of ah_policy_diff(): two policies at every limit, each value once more with its path. */
#define AH_POLICY_DIFF_MAX         (4 * 1024 * 1024)
#define AH_SIMULATED_ROOTS_MAX     8
/* A verdict as text or JSON: 60 rows of texts, and the largest claims, stay below 64 KiB. */
#define AH_VERDICT_TEXT_MAX        (256 * 1024)
/* DESIGN 3: cached evidence lives an hour at most. */
#define AH_EVIDENCE_AGE_MAX_S      3600
#define AH_CLOCK_SKEW_POLICY_S     300
#define AH_POLICY_LIFETIME_S       (90 * 86400)

/* JWS: a policy at its limit as base64url, with header and signature. The header has three short members. */
#define AH_JWS_MAX                 (400 * 1024)
#define AH_JWS_HEADER_MAX          1024
#define AH_MANIFEST_MAX            (32 * 1024)

/* Envelopes: DESIGN 4. Evidence inside is base64, so its own limit is smaller than AH_EVIDENCE_MAX. */
#define AH_ENVELOPE_MAX            (256 * 1024)
#define AH_URL_MAX                 512
#define AH_NONCE_MIN               16
#define AH_NONCE_MAX               64
/* The one skew allowed between the clocks of server and verifier; on Nitro also between issued_at and the hardware's timestamp. */
#define AH_CLOCK_SKEW_ENVELOPE_S   60

/* Nostr events: the seed's instance event has 9.5 KB; relays take 64 to 256 KB. */
#define AH_EVENT_MAX               (256 * 1024)
#define AH_EVENT_TAGS_MAX          256
#define AH_EVENT_TAG_ITEMS_MAX     32
/* Certificate events from the attested key to the event's key. */
#define AH_EVENT_CHAIN_MAX         4

/* Saved bundles: evidence, endorsements and policy at their limits as base64. */
#define AH_SAVED_MAX               (8 * 1024 * 1024)
#define AH_PIN_MAX                 (16 * 1024)
/* A conformance case holds a saved question. */
#define AH_CASE_MAX                (8 * 1024 * 1024)

/*
 * HTTP/1.1. A head is kept whole: one buffer for each connection that is reading one. Browsers and proxies send 500 to 2,000 bytes; nginx, Apache and
 * node stop at 8 or 16 KiB.
 */
#define AH_HTTP_HEAD_MAX           (16 * 1024)
/* One line with its CRLF, the request line too. */
#define AH_HTTP_LINE_MAX           (8 * 1024)
#define AH_HTTP_FIELDS_MAX         64     /* browsers send about 20 */
/* All registered methods but UPDATEREDIRECTREF, which nobody serves. */
#define AH_HTTP_METHOD_MAX         16
/* RFC 1035: 253 characters of a name, ":" and five digits; an IPv6 address in brackets is shorter. */
#define AH_HTTP_HOST_MAX           259
/* Content-Length and bodies as a whole: the largest integer that every peer, JavaScript included, holds exactly. */
#define AH_HTTP_LENGTH_MAX         (INT64_C(1) << 53)
/* A body whose route says nothing else. */
#define AH_HTTP_BODY_DEFAULT       (1024 * 1024)
#define AH_HTTP_CHUNK_DIGITS_MAX   8      /* one chunk is below 4 GiB */
/* Of a request: what an honest sender in chunks of 16 bytes needs for 1 MiB. Answers may be endless streams of events, so they are not counted. */
#define AH_HTTP_CHUNKS_MAX         65536
/* Bytes of chunk extensions in a whole body: nobody sends them, and an attacker could hide a slow stream in them. */
#define AH_HTTP_CHUNK_EXTENSIONS_MAX 256
/* Trailers are read over, never merged into the head; gRPC-web sends two. */
#define AH_HTTP_TRAILERS_MAX       8
#define AH_HTTP_TRAILERS_LEN_MAX   4096
/* 1xx answers before the final one: 100, 102 and a few 103. */
#define AH_HTTP_INTERIM_MAX        8

/* WebSocket: RFC 6455. Messages of our own protocols end at 1 MiB; a service may allow messages up to 4 MiB. */
#define AH_WS_FRAME_MAX            (1024 * 1024)
#define AH_WS_MESSAGE_DEFAULT      (1024 * 1024)
#define AH_WS_MESSAGE_MAX          (4 * 1024 * 1024)
/* Of one message, empty fragments included. */
#define AH_WS_FRAGMENTS_MAX        1024
#define AH_WS_CONTROL_MAX          125    /* RFC 6455 5.5 */
/* Subprotocols that a client may name. */
#define AH_WS_SUBPROTOCOLS_MAX     16

/*
 * Devices that make evidence. The kernel's own limits of /dev/nsm (drivers/misc/nsm.c); it cuts a longer answer silently, so the room given is always
 * all of it.
 */
#define AH_NSM_REQUEST_MAX         4096
#define AH_NSM_RESPONSE_MAX        12288
/* GetRandom gives at most this many bytes at once; a longer answer is no answer. */
#define AH_NSM_RANDOM_MAX          256
/* GetRandom calls for one request of the caller: 64 KiB at 256 bytes each, and as many answers again that are short. */
#define AH_NSM_RANDOM_CALLS_MAX    512
/* configfs-tsm: TDX drivers have room for 128 KiB (quotes with DICE certificates); a quote of ours is below AH_TDX_QUOTE_MAX. */
#define AH_TSM_OUTBLOB_MAX         (128 * 1024)
#define AH_TSM_ATTRIBUTE_MAX       64  /* provider and generation, as text */
/* Fresh entries until evidence was made undisturbed. */
#define AH_TSM_ATTEMPTS_MAX        8
/* Certificates that the host gives to /dev/sev-guest: SEV_FW_BLOB_MAX_SIZE, what kernels take today. What is asked for beyond it: AH_SNP_CERT_TABLE_MAX. */
#define AH_SEV_GUEST_CERTS_LEN     16384
#define AH_SEV_GUEST_ATTEMPTS_MAX  8
/* Reads or writes that a signal interrupts, of one file. */
#define AH_DEVICE_INTERRUPTS_MAX   64
/* When the caller names no time: firmware answers within 0.1 to 1 s, and Intel's quoting service within some. */
#define AH_DEVICE_TIMEOUT_MS       10000
#define AH_DEVICE_TIMEOUT_MAX_MS   120000
#define AH_DEVICE_PAUSE_MIN_MS     10
#define AH_DEVICE_PAUSE_MAX_MS     1000
/* An event of our own runtime log: a name of AH_EVENT_NAME_MAX and this much; digests go in, not documents. */
#define AH_RUNTIME_PAYLOAD_MAX     4096

/*
 * Connections. Each holds at most what waits to be read, what waits to be sent, and one read more; an idle one holds neither buffer.
 */
#define AH_NET_IN_MAX              (64 * 1024)   /* received and not taken; also the largest single read */
#define AH_NET_OUT_MAX             (256 * 1024)  /* written and not sent; what sender and network hold while a reader of 1 Gbit/s is 2 ms away */
/* Memory of an emptied buffer that is kept for the next message: most heads and small answers. */
#define AH_NET_BUFFER_KEEP         2048
/* Bytes that one connection may bring in before the others have their turn. */
#define AH_NET_TURN_BUDGET         (256 * 1024)
#define AH_NET_EVENTS_MAX          128           /* of one turn */
#define AH_NET_ACCEPTS_MAX         64            /* of one listener in one turn */
/* Connections that the kernel keeps for a listener; it caps this at net.core.somaxconn, 4096 today. */
#define AH_NET_BACKLOG             4096
/* How long a listener rests when descriptors, memory or its share of connections are used up. */
#define AH_NET_ACCEPT_PAUSE_MS     10
#define AH_NET_SOURCES_MAX         262144        /* descriptors of one reactor */
#define AH_NET_TIMERS_MAX          1048576       /* of one reactor: four for each descriptor */
/* Connections behind one gate; its table is allocated at the start, 32 bytes for each. */
#define AH_NET_CONNECTIONS_MAX     65536
#define AH_NET_NAME_MAX            253           /* RFC 1035 2.3.4, as text without the last dot */
#define AH_NET_UNIX_PATH_MAX       107           /* sockaddr_un: 108 with its NUL */
/* When the caller names no time, and the pause before a unix socket with a full backlog is tried again. */
#define AH_NET_DIAL_TIMEOUT_MS     10000
#define AH_NET_DIAL_RETRY_MS       10
/* A peer that vanished without a word: 30 s of silence, then 3 probes 10 s apart; or 30 s in which nothing was acknowledged. */
#define AH_NET_KEEPALIVE_IDLE_S    30
#define AH_NET_KEEPALIVE_INTERVAL_S 10
#define AH_NET_KEEPALIVE_COUNT     3
#define AH_NET_USER_TIMEOUT_MS     30000
/* SOCKS5: the longest answer is 4 bytes, a length, 255 bytes of a name, and a port. */
#define AH_NET_SOCKS_ANSWER_MAX    262
#define AH_NET_WORK_THREADS_MAX    64
#define AH_NET_WORK_QUEUE_MAX      4096          /* jobs that wait; more would be answered after their clients have left */

/* Verifier: certificates whose signature was verified, remembered by digest. 256 entries of 32 bytes hold 50 Nitro chains. */
#define AH_CERT_CACHE_ENTRIES      256

#endif
