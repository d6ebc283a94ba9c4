/* The words that a run ends with, for explain and the man pages: results of verdicts, and exit codes. Errors and checks have their own tables. */
#ifndef AH_APPS_CLI_ANSWERS_H
#define AH_APPS_CLI_ANSWERS_H

#include "apps/cli/cli.h"

/* One result word of a verdict, by ah_result. */
typedef struct cli_result_text {
	ah_result result;
	bool accepted;
	const char *exit_codes, *meaning, *next_step;
} cli_result_text;
#define CLI_RESULT_COUNT 8
extern const cli_result_text cli_result_texts[CLI_RESULT_COUNT];

/* One exit code. name is the word by which `explain` knows it: "exit-10". */
typedef struct cli_exit_text {
	int code;
	const char *name, *meaning, *next_step;
} cli_exit_text;
#define CLI_EXIT_COUNT 8
extern const cli_exit_text cli_exit_texts[CLI_EXIT_COUNT];

/* True when the errors of this class end with this exit code. */
bool cli_class_exits_with(ah_err_class err_class, int code);

/* "nitro, sev-snp": the platforms and carriers in whose verdicts a check is a row, by position; NULL past the end. *bit is its AH_CHECK_ON_... */
const char *cli_check_place(size_t index, unsigned *bit);

#endif
