/* The entry of a fuzz target; libFuzzer or replay.c calls it. Returns 0. A finding is a crash, a sanitizer report or a failed assertion. */
#ifndef AH_FUZZ_FUZZ_H
#define AH_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
