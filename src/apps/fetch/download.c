/* See download.h. Everything that libcurl could do besides is switched off by name. */
#include "apps/fetch/download.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#define STEP "fetch"

void fetch_answer_free(fetch_answer *answer)
{
	ah_buf_free(&answer->body);
	for (size_t i = 0; i < FETCH_HEADERS_MAX; i++)
		ah_buf_free(&answer->headers[i]);
}

/* -- The URL -- */

static void url_auto(CURLU **url)
{
	curl_url_cleanup(*url);
}

static ah_err refuse_url(ah_fault *why, const char *reason)
{
	return ah_fault_set(why, AH_ERR_ARGUMENT, STEP, "--url: %s", reason);
}

/* True when the URL has this part. */
static bool has_part(CURLU *url, CURLUPart part)
{
	char *text = NULL;
	bool has = curl_url_get(url, part, &text, 0) == CURLUE_OK;
	curl_free(text);
	return has;
}

static bool is_https(CURLU *url)
{
	char *scheme = NULL;
	bool is = curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK && strcmp(scheme, "https") == 0;
	curl_free(scheme);
	return is;
}

ah_err fetch_check_url(const char *text, ah_fault *why)
{
	size_t len = strlen(text);
	if (len > FETCH_URL_MAX)
		return refuse_url(why, "too long");
	for (size_t i = 0; i < len; i++)
		if (text[i] <= ' ' || text[i] > '~')
			return refuse_url(why, "has a character that no URL has");
	__attribute__((cleanup(url_auto))) CURLU *url = curl_url();
	if (url == NULL)
		return AH_ERR_NOMEM;
	CURLUcode code = curl_url_set(url, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME);
	if (code == CURLUE_OUT_OF_MEMORY)
		return AH_ERR_NOMEM;
	if (code != CURLUE_OK)
		return refuse_url(why, "not a URL with a scheme and a host");
	if (!is_https(url))
		return refuse_url(why, "not https; nothing else is fetched");
	/* A password would be seen in the list of processes; a fragment is never sent. */
	if (has_part(url, CURLUPART_USER) || has_part(url, CURLUPART_PASSWORD) || has_part(url, CURLUPART_FRAGMENT))
		return refuse_url(why, "has a user name, a password or a fragment");
	return AH_OK;
}

/* -- The transfer -- */

struct transfer {
	CURL *curl;
	const fetch_request *request;
	fetch_answer *answer;
	ah_err err;                /* why a callback ended the transfer */
	size_t header_sum;
	char message[CURL_ERROR_SIZE];
};

static void curl_auto(CURL **curl)
{
	curl_easy_cleanup(*curl);
}

/* Takes all or, by returning another number, ends the transfer. */
static size_t take_body(char *bytes, size_t size, size_t count, void *user)
{
	struct transfer *t = (struct transfer *)user;
	t->err = ah_buf_append(&t->answer->body, ah_slice_make(bytes, size * count)); /* size is 1, as libcurl documents */
	return t->err == AH_OK ? size * count : 0;
}

static size_t count_header(char *bytes, size_t size, size_t count, void *user)
{
	struct transfer *t = (struct transfer *)user;
	(void)bytes;
	t->header_sum += size * count;
	if (t->header_sum <= FETCH_HEADER_SUM)
		return size * count;
	t->err = AH_ERR_LIMIT;
	return 0;
}

/* One option after the other; the first refusal stays. What libcurl does not know it must not silently leave out. */
#define SET(option, value) \
	do { \
		CURLcode code_ = curl_easy_setopt(t->curl, option, value); \
		if (code_ != CURLE_OK) \
			return code_; \
	} while (0)

static CURLcode set_options(struct transfer *t)
{
	const fetch_request *r = t->request;
	long connect_s = r->timeout_s < FETCH_CONNECT_S ? (long)r->timeout_s : FETCH_CONNECT_S;
	SET(CURLOPT_URL, r->url);
	SET(CURLOPT_PROTOCOLS_STR, "https");
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	SET(CURLOPT_PROXY_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_PROXY_SSL_VERIFYHOST, 2L);
	if (r->ca != NULL) {
		SET(CURLOPT_CAINFO, r->ca);
		SET(CURLOPT_CAPATH, NULL);
	}
	SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_CONNECTTIMEOUT, connect_s);
	SET(CURLOPT_TIMEOUT, (long)r->timeout_s);
	SET(CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)r->max);
	SET(CURLOPT_USERAGENT, "anchorhold-fetch/" AH_VERSION_TEXT);
	SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L); /* those of a proxy are not the server's */
	SET(CURLOPT_WRITEFUNCTION, take_body);
	SET(CURLOPT_WRITEDATA, t);
	SET(CURLOPT_HEADERFUNCTION, count_header);
	SET(CURLOPT_HEADERDATA, t);
	SET(CURLOPT_ERRORBUFFER, t->message);
	return CURLE_OK;
}

/* What libcurl says, as one of our errors. */
static ah_err transfer_fault(const struct transfer *t, CURLcode code, ah_fault *why)
{
	const char *text = t->message[0] != '\0' ? t->message : curl_easy_strerror(code);
	if (code == CURLE_FILESIZE_EXCEEDED || t->err == AH_ERR_LIMIT)
		return ah_fault_set(why, AH_ERR_TOO_LARGE, STEP, "the answer is larger than %zu bytes, or its headers are", t->request->max);
	switch ((int)code) {
	case CURLE_OUT_OF_MEMORY:
		return ah_fault_set(why, AH_ERR_NOMEM, STEP, "no memory for the transfer");
	case CURLE_SSL_CACERT_BADFILE:
		return ah_fault_set(why, AH_ERR_FILE, STEP, "certificates: %s", text);
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_CONNECT_ERROR: /* also what libcurl makes of a forged issuer's signature */
		return ah_fault_set(why, AH_ERR_FETCH_UNTRUSTED, STEP, "%s", text);
	default:
		return ah_fault_set(why, t->err == AH_ERR_NOMEM ? AH_ERR_NOMEM : AH_ERR_FETCH, STEP, "%s", text);
	}
}

static ah_err check_status(const struct transfer *t, ah_fault *why)
{
	long status = 0;
	if (curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK)
		status = 0;
	if (status >= 300 && status < 400)
		return ah_fault_set(why, AH_ERR_FETCH_REDIRECTED, STEP, "HTTP status %ld", status);
	if (status != 200)
		return ah_fault_set(why, AH_ERR_FETCH, STEP, "HTTP status %ld", status);
	return t->answer->body.len > 0 ? AH_OK : ah_fault_set(why, AH_ERR_FETCH, STEP, "the answer is empty");
}

/* Headers of the final answer alone: not of a proxy, not of a 1xx before it, no trailers. */
static ah_err take_headers(const struct transfer *t, ah_fault *why)
{
	for (size_t i = 0; i < t->request->header_count; i++) {
		const char *name = t->request->header_names[i];
		struct curl_header *header = NULL;
		CURLHcode code = curl_easy_header(t->curl, name, 0, CURLH_HEADER, -1, &header);
		if (code == CURLHE_OUT_OF_MEMORY)
			return AH_ERR_NOMEM;
		if (code != CURLHE_OK)
			return ah_fault_set(why, AH_ERR_FETCH, STEP, "the answer has no header %s", name);
		if (header->amount != 1)
			return ah_fault_set(why, AH_ERR_FETCH, STEP, "the answer has the header %s more than once", name);
		t->answer->headers[i] = AH_BUF(FETCH_HEADER_MAX);
		ah_err err = ah_buf_append_text(&t->answer->headers[i], header->value);
		if (err == AH_ERR_LIMIT)
			return ah_fault_set(why, AH_ERR_TOO_LARGE, STEP, "the header %s is larger than %d bytes", name, FETCH_HEADER_MAX);
		AH_TRY(err);
	}
	return AH_OK;
}

ah_err fetch_download(fetch_answer *answer, const fetch_request *request, ah_fault *why)
{
	AH_TRY(fetch_check_url(request->url, why));
	__attribute__((cleanup(curl_auto))) CURL *curl = curl_easy_init();
	if (curl == NULL)
		return AH_ERR_NOMEM;
	struct transfer t = { .curl = curl, .request = request, .answer = answer, .err = AH_OK };
	answer->body = AH_BUF(request->max);
	CURLcode code = set_options(&t);
	if (code != CURLE_OK)
		return ah_fault_set(why, AH_ERR_INTERNAL, STEP, "libcurl refuses an option: %s", curl_easy_strerror(code));
	code = curl_easy_perform(curl);
	if (code != CURLE_OK)
		return transfer_fault(&t, code, why);
	AH_TRY(check_status(&t, why));
	return take_headers(&t, why);
}
