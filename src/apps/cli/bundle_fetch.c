/*
 * `anchorhold bundle fetch`: the newest bundle of a publisher, through anchorhold-fetch.
 *
 *     cached, judged, younger than a day  -> the cached one, without the network
 *     else fetched, judged, cached        -> the served one
 *     no document, cached and judged      -> the cached one, until its valid_until
 *
 * Nothing enters the cache, and nothing leaves it, that was not judged just now: the cache and the server are believed equally little. A judgement at another
 * time is kept nowhere, neither in the state nor in the cache, unless a state is named.
 */
#include "apps/cli/bundle.h"

#include "apps/cli/cache.h"
#include "apps/cli/fetcher.h"
#include "apps/cli/question.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define STEP      "bundle.fetch"
#define REFRESH_S 86400
#define NAME_SIZE (2 * AH_SHA256_LEN + sizeof ".jws")

static const cli_option options[] = {
	CLI_ROOT_OPTIONS,
	{ "output", 'o', false, "FILE", "write the bundle there too, whole or not at all" },
	{ "refresh", 0, false, NULL, "ask the server, however young the cached bundle is, and fail when it does not answer" },
	{ "cache", 0, false, "DIR", "folder of the cache (default: $XDG_CACHE_HOME/anchorhold/bundles); with --at, but without --state, nothing enters it" },
	CLI_BUNDLE_JUDGE_OPTIONS,
	{ "tls-ca", 0, false, "FILE", "PEM certificates to trust for TLS in place of the system's" },
	{ "timeout", 0, false, "SECONDS", "for the download, 1 to 600 (default: 60)" },
	{ "fetcher", 0, false, "FILE", "the helper program (default: anchorhold-fetch beside this program)" },
	{ 0 },
};

typedef struct fetching {
	cli *app;
	const cli_args *args;
	const char *url;
	int64_t now_s;
	cli_cache cache;
	char path[PATH_MAX];       /* of this URL in the cache */
	cli_trust trust;
	ah_buf cached;             /* empty: there is none, or it was refused */
	bool is_young;
	bool is_kept;              /* what is accepted enters the cache */
	cli_bundle_report report;
} fetching;

static void fetching_auto(fetching *f)
{
	cli_cache_close(&f->cache);
	cli_trust_free(&f->trust);
	ah_buf_free(&f->cached);
}

/* Said before anything is asked; anchorhold-fetch parses the rest. */
static ah_err check_url(cli *app, const char *url)
{
	size_t len = strlen(url);
	if (strncmp(url, "https://", 8) != 0 || len <= 8 || len > AH_URL_MAX || strpbrk(url, "#@\\ ") != NULL)
		return ah_fault_set(&app->why, AH_ERR_ARGUMENT, STEP, "URL: not an https URL without user and fragment, of at most %d characters", AH_URL_MAX);
	return AH_OK;
}

/* One file for each URL. What is in it says for itself whose it is. */
static ah_err cache_name(cli *app, char out[static NAME_SIZE], const char *url)
{
	AH_AUTO_PTR(ah_verifier) verifier = NULL;
	uint8_t digest[AH_SHA256_LEN];
	AH_TRY(ah_verifier_new(&verifier, &app->why));
	AH_TRY(ah_sha256(verifier->crypto, ah_slice_text(url), digest));
	for (size_t i = 0; i < sizeof digest; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", digest[i]);
	(void)snprintf(out + 2 * sizeof digest, NAME_SIZE - 2 * sizeof digest, ".jws");
	return AH_OK;
}

static ah_err open_cache(fetching *f)
{
	char folder[PATH_MAX], name[NAME_SIZE];
	const char *given = cli_value(f->args, "cache");
	if (given == NULL && !cli_place(folder, "XDG_CACHE_HOME", ".cache", "anchorhold/bundles"))
		return ah_fault_set(&f->app->why, AH_ERR_ARGUMENT, STEP, "neither XDG_CACHE_HOME nor HOME is set; give --cache");
	AH_TRY(cli_cache_open(f->app, &f->cache, given != NULL ? given : folder, true));
	AH_TRY(cache_name(f->app, name, f->url));
	return cli_cache_path(f->app, f->path, &f->cache, name);
}

/* -- judging -- */

static ah_err judge(fetching *f, const ah_buf *bytes, const char *source, bool remembers)
{
	f->trust.trust.bundle = ah_buf_slice(bytes);
	f->report.path = f->path;
	f->report.source = source;
	return cli_bundle_judge(f->app, &f->report, &f->trust, f->args, f->now_s, remembers);
}

/* Whether what was judged just now could be a cached bundle's fault. A state that is broken is the user's to know of. */
static bool is_of_the_bundle(ah_err err)
{
	ah_err_class c = ah_err_class_of(err);
	return err != AH_ERR_STATE_INVALID && c != AH_CLASS_SYSTEM && c != AH_CLASS_USAGE;
}

static void close_auto(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

/* Its kind is known before it is opened, and looked at again after; a FIFO that takes its place meanwhile does not hold us up. */
static bool open_entry(int *fd, struct stat *status, const char *path)
{
	if (stat(path, status) != 0 || !S_ISREG(status->st_mode))
		return false;
	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	return *fd >= 0 && fstat(*fd, status) == 0 && S_ISREG(status->st_mode);
}

/* errors: AH_ERR_FILE (not a readable regular file), AH_ERR_LIMIT (larger than a bundle), AH_ERR_NOMEM. */
static ah_err read_entry(fetching *f, struct stat *status)
{
	__attribute__((cleanup(close_auto))) int fd = -1;
	uint8_t step[4096];
	if (!open_entry(&fd, status, f->path))
		return AH_ERR_FILE;
	for (;;) {
		ssize_t got = read(fd, step, sizeof step);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got == 0 ? AH_OK : AH_ERR_FILE;
		AH_TRY(ah_buf_append(&f->cached, ah_slice_make(step, (size_t)got)));
	}
}

/* Neither read nor, where it is no file at all, written: a FIFO or a device of that name is somebody's mistake, and not ours to use. */
static ah_err pass_over(fetching *f)
{
	struct stat status;
	if (lstat(f->path, &status) != 0 && errno == ENOENT)
		return AH_OK;
	f->is_kept = f->is_kept && stat(f->path, &status) == 0 && S_ISREG(status.st_mode);
	AH_TRY(ah_buf_append_text(&f->app->note, "not a readable file, so it does not count as a cached bundle: "));
	AH_TRY(cli_append_word(&f->app->note, f->path));
	return ah_buf_append_byte(&f->app->note, '\n');
}

/* A cached bundle that is refused counts as none. A file of the future tells nothing of its age. */
static ah_err take_cached(fetching *f)
{
	struct stat status;
	ah_err err = read_entry(f, &status);
	if (err == AH_ERR_FILE) {
		ah_buf_free(&f->cached);
		return pass_over(f);
	}
	if (err == AH_ERR_LIMIT)
		err = AH_ERR_BUNDLE_MALFORMED;
	if (err == AH_OK)
		err = judge(f, &f->cached, "cache", false);
	if (err != AH_OK && !is_of_the_bundle(err))
		return err;
	if (err != AH_OK) {
		ah_buf_free(&f->cached);
		f->app->why = (ah_fault){ .offset = AH_NO_OFFSET };
		return AH_OK;
	}
	f->is_young = status.st_mtime <= f->now_s && f->now_s - status.st_mtime < REFRESH_S;
	return AH_OK;
}

/* -- fetching -- */

/* The state first: what could not be remembered is not kept. */
static ah_err take_served(fetching *f, const ah_buf *served)
{
	AH_TRY(judge(f, served, "server", true));
	if (!f->is_kept) {
		f->report.path = NULL;
		return AH_OK;
	}
	return cli_write(f->app, f->path, ah_buf_slice(served), 0600);
}

/* unreachable: why the server was not heard, or NULL when it was not asked. */
static ah_err serve_cached(fetching *f, const ah_fault *unreachable)
{
	if (unreachable != NULL) {
		AH_TRY(ah_buf_printf(&f->app->note, "the server could not be reached, or did not answer with the document (%s); the cached bundle serves for now\n",
		                     unreachable->detail));
		f->app->why = (ah_fault){ .offset = AH_NO_OFFSET };
	}
	return judge(f, &f->cached, "cache", true);
}

static ah_err fetch(fetching *f, ah_buf *served)
{
	cli_fetcher fetcher;
	AH_TRY(cli_fetcher_find(f->app, &fetcher, cli_value(f->args, "fetcher")));
	fetcher.tls_ca = cli_value(f->args, "tls-ca");
	fetcher.timeout = cli_value(f->args, "timeout");
	AH_TRY(cli_cache_path(f->app, fetcher.scratch, &f->cache, ".incoming"));
	ah_err err = cli_fetch(f->app, &fetcher, served, NULL, "trust bundle", f->url, AH_JWS_MAX + 1, NULL);
	bool may_stand_in = err == AH_ERR_FETCH && f->cached.len != 0 && !cli_given(f->args, "refresh");
	if (may_stand_in) {
		ah_fault unreachable = f->app->why;
		AH_TRY(serve_cached(f, &unreachable));
		return ah_buf_append(served, ah_buf_slice(&f->cached));
	}
	return err == AH_OK ? take_served(f, served) : err;
}

static ah_err run(cli *app, const cli_args *args)
{
	__attribute__((cleanup(fetching_auto))) fetching f = {
		.app = app, .args = args, .url = args->operands[0], .cache = CLI_CACHE_CLOSED, .cached = AH_BUF(AH_JWS_MAX + 1),
		.is_kept = cli_given(args, "state") || !cli_given(args, "at"),
	};
	AH_AUTO(ah_buf) served = AH_BUF(AH_JWS_MAX + 1);
	AH_TRY(check_url(app, f.url));
	AH_TRY(cli_check_outputs(app, args, (const char *const[]){ "output", "state", NULL }));
	AH_TRY(cli_time(app, &f.now_s, args));
	AH_TRY(cli_trust_load_roots(app, &f.trust, args));
	AH_TRY(open_cache(&f));
	AH_TRY(take_cached(&f));
	if (f.cached.len != 0 && f.is_young && !cli_given(args, "refresh")) {
		AH_TRY(serve_cached(&f, NULL));
		AH_TRY(ah_buf_append(&served, ah_buf_slice(&f.cached)));
	} else {
		AH_TRY(fetch(&f, &served));
	}
	if (cli_given(args, "output")) {
		if (strcmp(cli_value(args, "output"), "-") == 0)
			return cli_write(app, "-", ah_buf_slice(&served), 0666);
		AH_TRY(cli_write(app, cli_value(args, "output"), ah_buf_slice(&served), 0666));
		f.report.path = cli_value(args, "output");
	}
	return cli_bundle_append_report(app, &f.report);
}

const cli_command cli_bundle_fetch = {
	.name = "bundle fetch",
	.summary = "fetch, verify and cache a publisher's trust bundle",
	.usage = "--release-root FILE --workload NAME [options] URL",
	.about = "https and nothing else. A cached bundle younger than a day is used without asking; an older one is asked for again, and stands in\n"
	         "when the server cannot be reached or does not answer with the document, until its valid_until. Nothing older than remembered is\n"
	         "ever taken. With --at, but without --state, nothing is remembered and nothing enters the cache.\n"
	         "Exit codes: 0 a bundle that verifies, 40 not obtainable, 10 refused, 50 no bundle, no policy, or an invalid state.",
	.options = options,
	.operands_min = 1,
	.operands_max = 1,
	.examples = "anchorhold bundle fetch --release-root release-root.pub --workload demo -o bundle.jws https://trust.example.org/demo.jws",
	.run = run,
};
