/*
 * One download: https alone, TLS always verified, no redirect followed, everything bounded.
 *
 * What comes back is a stranger's bytes over a private line. TLS says which server sent them and nothing about their content: the caller verifies
 * the signatures in them.
 */
#ifndef AH_APPS_FETCH_DOWNLOAD_H
#define AH_APPS_FETCH_DOWNLOAD_H

#include "base/buf.h"
#include "base/fault.h"

#define FETCH_URL_MAX       2048
#define FETCH_BODY_MAX      (64 * 1024 * 1024) /* the largest --max */
#define FETCH_HEADERS_MAX   8                  /* headers that can be asked for */
#define FETCH_HEADER_MAX    (32 * 1024)        /* one of them; Intel's issuer chains have 3 KB */
#define FETCH_HEADER_SUM    (128 * 1024)       /* all headers of an answer together */
#define FETCH_TIMEOUT_MAX_S 600
#define FETCH_CONNECT_S     15

typedef struct fetch_request {
	const char *url;
	const char *ca;            /* file of PEM certificates that replaces the system's; NULL: the system's */
	size_t max;                /* bytes of the body */
	unsigned timeout_s;        /* of everything together */
	const char *header_names[FETCH_HEADERS_MAX];
	size_t header_count;
} fetch_request;

typedef struct fetch_answer {
	ah_buf body;
	ah_buf headers[FETCH_HEADERS_MAX]; /* values, in the order of the names */
} fetch_answer;

void fetch_answer_free(fetch_answer *answer);
static inline void fetch_answer_auto(fetch_answer *answer) { fetch_answer_free(answer); }

/*
 * Is this a URL that may be fetched? https, a host, no user name, password or fragment, printable ASCII.
 * errors: AH_ERR_ARGUMENT, AH_ERR_NOMEM.
 */
AH_MUST_USE ah_err fetch_check_url(const char *url, ah_fault *why);

/*
 * Download. *answer comes zeroed; what it holds is freed with fetch_answer_free(), on error too. Proxies are those of the environment
 * (https_proxy, all_proxy, no_proxy). Only status 200 with a body is an answer, and each header that was asked for must be there once.
 * errors: those of fetch_check_url(); AH_ERR_FETCH (name, connection, time, status, headers), AH_ERR_FETCH_UNTRUSTED (the server is not the one of the
 *         URL, by the certificates that are trusted), AH_ERR_FETCH_REDIRECTED (any 3xx), AH_ERR_TOO_LARGE, AH_ERR_FILE (ca), AH_ERR_NOMEM.
 */
AH_MUST_USE ah_err fetch_download(fetch_answer *answer, const fetch_request *request, ah_fault *why);

#endif
