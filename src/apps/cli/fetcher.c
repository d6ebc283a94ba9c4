/* See fetcher.h. */
#include "apps/cli/fetcher.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define STEP "fetch"

/* What the helper prints: one header and some members around it, or an error. */
#define ANSWER_MAX (256 * 1024)

ah_err cli_fetcher_find(cli *app, cli_fetcher *fetcher, const char *path)
{
	ssize_t len = -1;
	if (path != NULL) {
		len = snprintf(fetcher->program, sizeof fetcher->program, "%s", path);
	} else {
		len = readlink("/proc/self/exe", fetcher->program, sizeof fetcher->program - 1);
		while (len > 0 && fetcher->program[len - 1] != '/')
			len--;
		if (len > 0)
			len += snprintf(fetcher->program + len, sizeof fetcher->program - (size_t)len, "anchorhold-fetch");
	}
	if (len <= 0 || (size_t)len >= sizeof fetcher->program || access(fetcher->program, X_OK) != 0)
		return ah_fault_set(&app->why, AH_ERR_FETCH, STEP, "the helper anchorhold-fetch is not there (built without libcurl?): %s",
		                    len > 0 ? fetcher->program : "");
	return AH_OK;
}

/* -- The process -- */

static const char *const passed_on[] = { "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY" };
#define PASSED_ON_COUNT (sizeof passed_on / sizeof passed_on[0])

/* "name=value" of those variables that are set, and NULL. The texts are in *room. */
static ah_err take_environment(ah_buf *room, char *out[static PASSED_ON_COUNT + 1])
{
	size_t offs[PASSED_ON_COUNT], count = 0;
	for (size_t i = 0; i < PASSED_ON_COUNT; i++) {
		const char *value = getenv(passed_on[i]);
		if (value == NULL)
			continue;
		offs[count++] = room->len;
		AH_TRY(ah_buf_printf(room, "%s=%s", passed_on[i], value));
		AH_TRY(ah_buf_append_byte(room, '\0'));
	}
	for (size_t i = 0; i < count; i++)
		out[i] = (char *)room->ptr + offs[i];
	out[count] = NULL;
	return AH_OK;
}

struct spawning {
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
};

/* Standard input and error are nobody's, output is the pipe, nothing else is open; signals as a fresh program expects them. */
static int prepare(struct spawning *s, int output)
{
	sigset_t defaults;
	int err = posix_spawn_file_actions_init(&s->actions);
	if (err != 0)
		return err;
	err = posix_spawnattr_init(&s->attributes);
	if (err != 0) {
		(void)posix_spawn_file_actions_destroy(&s->actions);
		return err;
	}
	(void)sigemptyset(&defaults);
	(void)sigaddset(&defaults, SIGPIPE);
	(void)sigaddset(&defaults, SIGXFSZ);
	if (posix_spawn_file_actions_adddup2(&s->actions, output, STDOUT_FILENO) != 0
	    || posix_spawn_file_actions_addopen(&s->actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0) != 0
	    || posix_spawn_file_actions_addopen(&s->actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0) != 0
	    || posix_spawn_file_actions_addclosefrom_np(&s->actions, STDERR_FILENO + 1) != 0 || posix_spawnattr_setsigdefault(&s->attributes, &defaults) != 0
	    || posix_spawnattr_setflags(&s->attributes, POSIX_SPAWN_SETSIGDEF) != 0)
		err = ENOMEM;
	return err;
}

static ah_err spawn(cli *app, pid_t *pid, const char *program, char *const *words, int output)
{
	AH_AUTO(ah_buf) room = AH_BUF(64 * 1024);
	char *environment[PASSED_ON_COUNT + 1];
	struct spawning s;
	ah_err taken = take_environment(&room, environment);
	if (taken != AH_OK)
		return ah_fault_set(&app->why, taken, STEP, "the proxies of the environment are too long");
	int err = prepare(&s, output);
	if (err == 0 || err == ENOMEM) {
		if (err == 0)
			err = posix_spawn(pid, program, &s.actions, &s.attributes, words, environment);
		(void)posix_spawnattr_destroy(&s.attributes);
		(void)posix_spawn_file_actions_destroy(&s.actions);
	}
	return err == 0 ? AH_OK : ah_fault_set(&app->why, AH_ERR_FETCH, STEP, "%s: %s", strerror(err), program);
}

/* Everything up to the end, or to the limit: a helper that talks on gets a broken pipe. */
static ah_err read_answer(ah_buf *out, int fd)
{
	uint8_t step[4096];
	for (;;) {
		ssize_t got = read(fd, step, sizeof step);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return AH_ERR_IO;
		if (got == 0)
			return AH_OK;
		AH_TRY(ah_buf_append(out, (ah_slice){ step, (size_t)got }));
	}
}

/* The exit code; -1 when a signal ended it. Its own time limits bound the wait. */
static int wait_for(pid_t pid)
{
	int status = 0;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static ah_err run_helper(cli *app, ah_buf *answer, int *exit_code, const char *program, char *const *words)
{
	int ends[2];
	pid_t pid = -1;
	if (pipe2(ends, O_CLOEXEC) != 0)
		return ah_fault_set(&app->why, AH_ERR_IO, STEP, "%s: pipe", strerror(errno));
	ah_err err = spawn(app, &pid, program, words, ends[1]);
	(void)close(ends[1]);
	if (err == AH_OK)
		err = read_answer(answer, ends[0]);
	(void)close(ends[0]);
	if (pid > 0)
		*exit_code = wait_for(pid);
	return err;
}

/* -- What it says -- */

/* The object "error" of a failed run: code and detail. Anything else leaves *fault without an error. */
static void read_error(ah_json *j, ah_fault *fault)
{
	ah_slice name;
	ah_json_object_begin(j);
	while (ah_json_next_member(j, &name)) {
		if (ah_slice_is_text(name, "code")) {
			ah_err err = AH_OK;
			char digits[24];
			(void)snprintf(digits, sizeof digits, "%lld", (long long)ah_json_int(j));
			fault->err = ah_err_find(&err, digits) ? err : AH_OK;
		} else if (ah_slice_is_text(name, "detail")) {
			ah_slice detail = ah_json_string_raw(j);
			(void)snprintf(fault->detail, sizeof fault->detail, "%.*s", (int)(detail.len < sizeof fault->detail ? detail.len : sizeof fault->detail - 1),
			               detail.len > 0 ? (const char *)detail.ptr : "");
		} else {
			(void)ah_json_raw(j);
		}
	}
}

static ah_err failed(cli *app, const char *what, ah_slice answer, int exit_code)
{
	ah_json j;
	ah_slice name;
	ah_fault said = { .err = AH_OK };
	if (ah_json_open(&j, answer, AH_JSON_OURS, NULL) == AH_OK && ah_json_peek(&j) == AH_JSON_OBJECT) {
		ah_json_object_begin(&j);
		while (ah_json_next_member(&j, &name)) {
			if (ah_slice_is_text(name, "error") && ah_json_peek(&j) == AH_JSON_OBJECT)
				read_error(&j, &said);
			else
				(void)ah_json_raw(&j);
		}
	}
	/* A helper that says nothing of the kind did not do its work, whatever it means. */
	if (said.err == AH_OK)
		return ah_fault_set(&app->why, AH_ERR_FETCH, STEP, "%s: anchorhold-fetch ended with %d", what, exit_code);
	return ah_fault_set(&app->why, said.err, STEP, "%s: %s", what, said.detail);
}

/* headers[0].value of a good answer, when one was asked for. */
static ah_err read_header(ah_buf *value, ah_slice answer)
{
	ah_json j;
	ah_slice name;
	AH_TRY(ah_json_open(&j, answer, AH_JSON_OURS, NULL));
	ah_json_object_begin(&j);
	while (ah_json_next_member(&j, &name)) {
		if (!ah_slice_is_text(name, "headers")) {
			(void)ah_json_raw(&j);
			continue;
		}
		ah_json_array_begin(&j);
		while (ah_json_next_element(&j)) {
			ah_json_object_begin(&j);
			while (ah_json_next_member(&j, &name)) {
				if (ah_slice_is_text(name, "value"))
					AH_TRY(ah_json_string(&j, value));
				else
					(void)ah_json_raw(&j);
			}
		}
	}
	return ah_json_finish(&j, NULL);
}

/* -- One document -- */

/* A command line is an array of char pointers that nobody writes through; posix_spawn() predates const. */
static char *word(const char *text)
{
	union { const char *in; char *out; } both = { .in = text };
	return both.out;
}

ah_err cli_fetch(cli *app, const cli_fetcher *fetcher, ah_buf *body, ah_buf *value, const char *what, const char *url, size_t max, const char *header)
{
	AH_AUTO(ah_buf) answer = AH_BUF(ANSWER_MAX);
	char limit[24], *words[20];
	size_t count = 0;
	int exit_code = -1;
	(void)snprintf(limit, sizeof limit, "%zu", max);
	const char *const always[] = { fetcher->program, "--json", "--url", url, "--max", limit, "--out", fetcher->scratch };
	for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
		words[count++] = word(always[i]);
	const struct { const char *name, *value; } maybe[] = { { "--header-out", header }, { "--ca", fetcher->tls_ca }, { "--timeout", fetcher->timeout } };
	for (size_t i = 0; i < sizeof maybe / sizeof maybe[0]; i++) {
		if (maybe[i].value == NULL)
			continue;
		words[count++] = word(maybe[i].name);
		words[count++] = word(maybe[i].value);
	}
	words[count] = NULL;

	ah_err err = run_helper(app, &answer, &exit_code, fetcher->program, words);
	if (err == AH_OK && exit_code != 0)
		err = failed(app, what, ah_buf_slice(&answer), exit_code);
	if (err == AH_OK && header != NULL && read_header(value, ah_buf_slice(&answer)) != AH_OK)
		err = ah_fault_set(&app->why, AH_ERR_FETCH, STEP, "%s: anchorhold-fetch gives no header", what);
	if (err == AH_OK)
		err = cli_read(app, body, fetcher->scratch, max, AH_ERR_TOO_LARGE);
	(void)unlink(fetcher->scratch);
	return err;
}
