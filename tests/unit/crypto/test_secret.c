/* Secrets: what may not be done with them ends a child process, whose end is what the tests look at. */
#include "crypto/secret.h"
#include "support/test.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY       65534
#define EXIT_NO_LIMIT 77

/* The wait status of a child that did the work. A fault there is to end it as it ends a program, whatever a sanitizer would make of it. */
static int in_a_child(int (*work)(void))
{
	(void)fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		const struct rlimit no_core = { 0, 0 };
		(void)setrlimit(RLIMIT_CORE, &no_core);
		(void)signal(SIGSEGV, SIG_DFL);
		(void)signal(SIGABRT, SIG_DFL);
		_exit(work());
	}
	int status = -1;
	return child > 0 && waitpid(child, &status, 0) == child ? status : -1;
}

static bool faulted(int status)
{
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV;
}

static bool exited_with(int status, int code)
{
	return WIFEXITED(status) && WEXITSTATUS(status) == code;
}

static ah_secret *make(size_t len)
{
	ah_secret *secret = NULL;
	if (ah_secret_new(&secret, len) != AH_OK)
		abort();
	return secret;
}

static void a_new_secret_is_zero_and_writable(void)
{
	static const size_t lengths[] = { 1, 31, 32, 64, 4095, 4096, 4097, 65536 };
	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		AH_AUTO_PTR(ah_secret) secret = make(lengths[i]);
		EXPECT(ah_secret_len(secret) == lengths[i]);
		EXPECT(ah_slice_is_zero(ah_slice_make(ah_secret_view(secret), lengths[i])));
		memset(ah_secret_bytes(secret), 0x5a, lengths[i]);
		ah_secret_seal(secret);
		EXPECT(ah_secret_view(secret)[0] == 0x5a && ah_secret_view(secret)[lengths[i] - 1] == 0x5a);
	}
}

static void random_secrets_differ(void)
{
	AH_AUTO_PTR(ah_secret) a = NULL;
	AH_AUTO_PTR(ah_secret) b = NULL;
	EXPECT_OK(ah_secret_random(&a, 32));
	EXPECT_OK(ah_secret_random(&b, 32));
	EXPECT(ah_secret_equal(a, a) && !ah_secret_equal(a, b) && !ah_slice_is_zero(ah_slice_make(ah_secret_view(a), 32)));
}

static void equality_looks_at_every_byte_and_at_the_length(void)
{
	AH_AUTO_PTR(ah_secret) a = make(32);
	AH_AUTO_PTR(ah_secret) b = make(32);
	AH_AUTO_PTR(ah_secret) longer = make(33);
	EXPECT(ah_secret_equal(a, b) && !ah_secret_equal(a, longer));
	for (size_t i = 0; i < 32; i++) {
		ah_secret_bytes(b)[i] = 1;
		EXPECT(!ah_secret_equal(a, b));
		ah_secret_bytes(b)[i] = 0;
	}
}

static void a_temporary_is_wiped(void)
{
	uint8_t bytes[16];
	memset(bytes, 7, sizeof bytes);
	ah_secret_wipe(bytes, 8);
	EXPECT(ah_slice_is_zero(ah_slice_make(bytes, 8)) && bytes[8] == 7);
	ah_secret_wipe(bytes, 0);
	ah_secret_free(NULL);
}

/* -- What ends the program -- */

static int writes_unsealed(void)
{
	ah_secret *secret = make(32);
	*(volatile uint8_t *)ah_secret_bytes(secret) = 1;
	ah_secret_free(secret);
	return 0;
}

static int writes_sealed(void)
{
	ah_secret *secret = make(32);
	volatile uint8_t *bytes = ah_secret_bytes(secret);
	ah_secret_seal(secret);
	bytes[0] = 1;
	return 0;
}

static int writes_random(void)
{
	ah_secret *secret = NULL;
	if (ah_secret_random(&secret, 32) != AH_OK)
		return 1;
	*(volatile uint8_t *)(uintptr_t)ah_secret_view(secret) = 1;
	return 0;
}

static int reads_behind(void)
{
	ah_secret *secret = make(33);
	const volatile uint8_t *bytes = ah_secret_view(secret);
	return bytes[33];
}

static int writes_in_front(void)
{
	ah_secret *secret = make(32);
	volatile uint8_t *bytes = ah_secret_bytes(secret);
	*(bytes - 1) ^= 1; /* the canary: noticed when it is freed */
	ah_secret_free(secret);
	return 0;
}

static int reads_freed(void)
{
	ah_secret *secret = make(32);
	const volatile uint8_t *bytes = ah_secret_view(secret);
	ah_secret_free(secret);
	return bytes[0];
}

static int asks_sealed_for_writing(void)
{
	ah_secret *secret = make(32);
	ah_secret_seal(secret);
	(void)close(STDERR_FILENO); /* the assertion would say what it sees */
	return ah_secret_bytes(secret) == NULL;
}

static void misuse_ends_the_program(void)
{
	EXPECT(exited_with(in_a_child(writes_unsealed), 0));
	EXPECT(faulted(in_a_child(writes_sealed)));
	EXPECT(faulted(in_a_child(writes_random)));
	EXPECT(faulted(in_a_child(reads_behind)));
	EXPECT(faulted(in_a_child(writes_in_front)));
	EXPECT(faulted(in_a_child(reads_freed)));
	int status = in_a_child(asks_sealed_for_writing);
	EXPECT(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

/* -- Locked memory -- */

/* 0: refused as it should be. Root has no limit, so it becomes nobody; sanitizers make mlock() do nothing. */
static int makes_one_without_lockable_memory(void)
{
	const struct rlimit none = { 0, 0 };
	ah_secret *secret = NULL;
	if (setrlimit(RLIMIT_MEMLOCK, &none) != 0 || (geteuid() == 0 && setuid(NOBODY) != 0))
		return EXIT_NO_LIMIT;
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED || mlock(page, 4096) == 0)
		return EXIT_NO_LIMIT;
	return ah_secret_new(&secret, 32) == AH_ERR_NOMEM && secret == NULL && ah_secret_random(&secret, 32) == AH_ERR_NOMEM && secret == NULL ? 0 : 1;
}

static void memory_that_cannot_be_locked_is_no_secret(void)
{
	int status = in_a_child(makes_one_without_lockable_memory);
	if (exited_with(status, EXIT_NO_LIMIT))
		AH_SKIP("memory can be locked without limit here (a sanitizer)");
	EXPECT(exited_with(status, 0));
}

static const ah_test_case cases[] = {
	AH_TEST(a_new_secret_is_zero_and_writable),
	AH_TEST(random_secrets_differ),
	AH_TEST(equality_looks_at_every_byte_and_at_the_length),
	AH_TEST(a_temporary_is_wiped),
	AH_TEST(misuse_ends_the_program),
	AH_TEST(memory_that_cannot_be_locked_is_no_secret),
};

AH_TEST_MAIN(cases)
