/* SPDX-License-Identifier: MPL-2.0
 *
 * What a fuzz target gives. It must cope with any bytes: return 0, abort on a broken
 * promise, keep nothing from one call to the next. The same file is built twice: with
 * libFuzzer (-Dfuzz=true, clang) and with replay_main.c as a test over its corpus.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

/* A promise that the target checks; abort() is what libFuzzer and the replay notice. */
#define PROMISE(holds)                                                                   \
	do {                                                                             \
		if (!(holds))                                                            \
			abort();                                                         \
	} while (0)
