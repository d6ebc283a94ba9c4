/*
 * The program `anchorhold-fetch`: one download, for `anchorhold collateral fetch`.
 *
 * It holds no keys, judges nothing and follows nobody: the URL is its caller's. Its answer is a file and one JSON object.
 */
#include "apps/cli/cli.h"
#include "apps/fetch/download.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define TIMEOUT_DEFAULT_S 60

static const cli_option options[] = {
	{ "url", 0, false, "URL", "what to fetch; https and nothing else" },
	{ "max", 0, false, "BYTES", "the most that is taken; a larger answer is refused" },
	{ "out", 'o', false, "FILE", "where the answer goes, whole or not at all" },
	{ "header-out", 0, true, "NAME", "a header of the answer to print; it must be there once" },
	{ "ca", 0, false, "FILE", "PEM certificates to trust in place of the system's" },
	{ "timeout", 0, false, "SECONDS", "for everything together, 1 to 600 (default: 60)" },
	{ 0 },
};

/* -- The process -- */

/*
 * Of the environment only the proxies stay: libcurl and libcrypto would also take a file for session keys, a configuration with engines to
 * load, and places of certificates from it.
 */
static bool keep_proxies_alone(void)
{
	static const char *const names[] = { "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY" };
	enum { COUNT = sizeof names / sizeof names[0] };
	const char *values[COUNT];
	for (size_t i = 0; i < COUNT; i++)
		values[i] = getenv(names[i]);
	if (clearenv() != 0)
		return false;
	for (size_t i = 0; i < COUNT; i++)
		if (values[i] != NULL && setenv(names[i], values[i], 1) != 0)
			return false;
	return true;
}

static bool limit(__rlimit_resource_t what, rlim_t most)
{
	struct rlimit now;
	if (getrlimit(what, &now) != 0)
		return false;
	struct rlimit wanted = { most < now.rlim_max ? most : now.rlim_max, most < now.rlim_max ? most : now.rlim_max };
	return setrlimit(what, &wanted) == 0;
}

/* What a parser of HTTP and TLS has no business doing, as far as it costs nothing to say. alarm() ends what no time limit of libcurl ends. */
static bool confine(const fetch_request *request)
{
	bool done = prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) == 0 && limit(RLIMIT_CORE, 0) && limit(RLIMIT_NOFILE, 64)
	            && limit(RLIMIT_CPU, request->timeout_s + 10);
	(void)umask(077);
	(void)alarm(request->timeout_s + 10);
	return done;
}

/* -- The question -- */

static ah_err take_number(cli *app, size_t *out, const char *option, const char *text, size_t most)
{
	size_t value = 0;
	bool good = text[0] >= '1' && text[0] <= '9';
	for (const char *c = text; good && *c != '\0'; c++) {
		good = *c >= '0' && *c <= '9' && value <= most / 10;
		value = value * 10 + (size_t)(*c - '0');
	}
	if (!good || value > most)
		return ah_fault_set(&app->why, AH_ERR_ARGUMENT, "option", "--%s: not a number of 1 to %zu", option, most);
	*out = value;
	return AH_OK;
}

static bool is_header_name(const char *name)
{
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");
	return len > 0 && len <= 64 && name[len] == '\0';
}

static ah_err take_request(cli *app, fetch_request *out, const cli_args *args)
{
	static const char *const needed[] = { "url", "max", "out" };
	for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
		if (!cli_given(args, needed[i]))
			return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "--%s is missing", needed[i]);
	fetch_request request = { .url = cli_value(args, "url"), .ca = cli_value(args, "ca") };
	size_t timeout_s = TIMEOUT_DEFAULT_S;
	AH_TRY(take_number(app, &request.max, "max", cli_value(args, "max"), FETCH_BODY_MAX));
	if (cli_given(args, "timeout"))
		AH_TRY(take_number(app, &timeout_s, "timeout", cli_value(args, "timeout"), FETCH_TIMEOUT_MAX_S));
	request.timeout_s = (unsigned)timeout_s;
	if (strcmp(cli_value(args, "out"), "-") == 0)
		return ah_fault_set(&app->why, AH_ERR_USAGE, "option", "--out: standard output is for the headers; name a file");
	for (size_t i = 0; i < cli_count(args, "header-out"); i++) {
		const char *name = cli_value_at(args, "header-out", i);
		if (!is_header_name(name))
			return ah_fault_set(&app->why, AH_ERR_ARGUMENT, "option", "--header-out: not the name of a header");
		request.header_names[request.header_count++] = name;
	}
	AH_TRY(fetch_check_url(request.url, &app->why));
	*out = request;
	return AH_OK;
}

/* -- The answer -- */

static ah_err append_answer(cli *app, const fetch_request *request, const fetch_answer *answer)
{
	ah_json_writer w;
	ah_json_writer_init(&w, &app->out);
	ah_json_put_object_begin(&w);
	ah_json_put_key(&w, "bytes");
	ah_json_put_int(&w, (int64_t)answer->body.len);
	ah_json_put_key(&w, "headers");
	ah_json_put_array_begin(&w);
	for (size_t i = 0; i < request->header_count; i++) {
		ah_json_put_object_begin(&w);
		ah_json_put_key(&w, "name");
		ah_json_put_text(&w, request->header_names[i]);
		ah_json_put_key(&w, "value");
		ah_json_put_string(&w, ah_buf_slice(&answer->headers[i]));
		ah_json_put_object_end(&w);
	}
	ah_json_put_array_end(&w);
	ah_json_put_key(&w, "schema");
	ah_json_put_text(&w, "anchorhold.fetch/v1");
	ah_json_put_object_end(&w);
	ah_err err = ah_json_writer_finish(&w);
	if (err == AH_ERR_ENCODING)
		return ah_fault_set(&app->why, AH_ERR_FETCH, "fetch", "a header is not UTF-8");
	AH_TRY(err);
	return ah_buf_append_byte(&app->out, '\n');
}

static ah_err run(cli *app, const cli_args *args)
{
	fetch_request request = { 0 };
	AH_AUTO(fetch_answer) answer = { 0 };
	AH_TRY(take_request(app, &request, args));
	if (!keep_proxies_alone() || !confine(&request))
		return ah_fault_set(&app->why, AH_ERR_INTERNAL, "fetch", "the process cannot be confined");
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return ah_fault_set(&app->why, AH_ERR_INTERNAL, "fetch", "libcurl does not start");
	ah_err err = fetch_download(&answer, &request, &app->why);
	curl_global_cleanup();
	AH_TRY(err);
	AH_TRY(append_answer(app, &request, &answer));
	return cli_write(app, cli_value(args, "out"), ah_buf_slice(&answer.body), 0600);
}

static const cli_command fetch = {
	.program = "anchorhold-fetch",
	.name = "anchorhold-fetch",
	.summary = "download one document over verified TLS, for `anchorhold collateral fetch`",
	.usage = "--url URL --max BYTES -o FILE [options]",
	.about = "This is the program anchorhold-fetch: `anchorhold collateral fetch` runs it, and it works by itself as well.\n"
	         "TLS is always verified and no redirect is followed. Proxies are those of https_proxy, all_proxy and no_proxy.\n"
	         "The answer goes to FILE; standard output gets one JSON object with the headers that were asked for.\n"
	         "Exit codes: 0 fetched, 40 not obtainable, 30 larger than --max, 2 wrong usage, 1 system error.",
	.options = options,
	.operands_min = 0,
	.operands_max = 0,
	.examples = "anchorhold-fetch --url https://kdsintf.amd.com/vcek/v1/Genoa/cert_chain --max 65536 -o genoa.pem\n"
	            "anchorhold-fetch --url https://certificates.trustedservices.intel.com/IntelSGXRootCA.der --max 262144 -o root.crl",
	.run = run,
};

/* -- One run, as in the command `anchorhold` -- */

static ah_err run_program(cli *app, size_t count, char *const *words)
{
	cli_args args;
	/* How errors are to be told must be known before the command line is understood. */
	for (size_t i = 0; i < count && strcmp(words[i], "--") != 0; i++) {
		app->json = app->json || strcmp(words[i], "--json") == 0;
		app->quiet = app->quiet || strcmp(words[i], "--quiet") == 0 || strcmp(words[i], "-q") == 0;
	}
	if (count == 1 && strcmp(words[0], "--version") == 0)
		return ah_buf_printf(&app->out, "anchorhold-fetch %s\n", ah_version());
	AH_TRY(cli_parse(&args, &fetch, count, words, &app->why));
	return cli_given(&args, "help") ? cli_append_help(&app->out, &fetch) : run(app, &args);
}

static int finish(cli *app, ah_err err)
{
	if (err != AH_OK) {
		if (app->why.err == AH_OK)
			(void)ah_fault_set(&app->why, err, "fetch", "%s", "");
		ah_buf_clear(&app->out);
		ah_err appended = app->json ? cli_append_error_json(&app->out, &app->why) : cli_append_error_text(&app->note, &app->why);
		if (appended != AH_OK)
			ah_buf_clear(&app->out);
	}
	if (!app->quiet && !app->json)
		(void)cli_write_fd(STDERR_FILENO, ah_buf_slice(&app->note));
	bool written = app->quiet || app->out.len == 0 || cli_write_fd(STDOUT_FILENO, ah_buf_slice(&app->out));
	return err != AH_OK ? ah_err_exit_code(err) : written ? 0 : ah_err_exit_code(AH_ERR_IO);
}

int main(int argc, char **argv)
{
	/* A descriptor that the caller closed would be given to the connection, and what is printed would go to the server. */
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
			return 1;
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	(void)sigaction(SIGPIPE, &ignore, NULL);
	(void)sigaction(SIGXFSZ, &ignore, NULL);

	cli app = { .out = AH_BUF(CLI_OUTPUT_MAX), .note = AH_BUF(CLI_OUTPUT_MAX), .why = { .offset = AH_NO_OFFSET } };
	size_t count = argc > 0 ? (size_t)argc - 1 : 0;
	int exit_code = finish(&app, run_program(&app, count, argc > 0 ? argv + 1 : argv));
	ah_buf_free(&app.out);
	ah_buf_free(&app.note);
	return exit_code;
}
